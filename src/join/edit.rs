//! Levenshtein distance by furthest-reaching diagonals (Ukkonen 1985; Landau and Vishkin 1989).

use crate::steps::looked;

/// The distance of `a` and `b` in tokens, or `None` if it is above `most`. Time O(n + most²), memory O(most).
pub(super) fn distance<T: PartialEq>(a: &[T], b: &[T], most: usize) -> Option<usize> {
    let same_head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_head..], &b[same_head..]);
    let same_tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - same_tail], &b[..b.len() - same_tail]);
    let gap = a.len().abs_diff(b.len());
    if gap > most {
        return None;
    }
    let most = most.min(a.len().max(b.len()));
    // reach[k] is how far into `a` diagonal k − offset (place in b minus place in a) gets with the edits so far.
    let offset = most + 1;
    let mut reach: Vec<Option<usize>> = vec![None; 2 * offset + 1];
    let goal = offset + b.len() - a.len();
    let mut next = reach.clone();
    for edits in 0..=most {
        for k in offset - edits..=offset + edits {
            looked(1);
            let start = if edits == 0 {
                Some(0)
            } else {
                // From the diagonal itself by substitution, from k − 1 by insertion, from k + 1 by deletion.
                let substituted = reach[k].map(|i| i + 1);
                let inserted = if k > 0 { reach[k - 1] } else { None };
                let deleted = reach.get(k + 1).copied().flatten().map(|i| i + 1);
                substituted.max(inserted).max(deleted)
            };
            next[k] = start.and_then(|i| {
                // Stay inside the rectangle: the last row, the last column.
                let i = i.min(a.len()).min((b.len() + offset).checked_sub(k)?);
                let j = (i + k).checked_sub(offset)?;
                let slide = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
                looked(slide);
                Some(i + slide)
            });
        }
        if next[goal] == Some(a.len()) {
            return Some(edits);
        }
        std::mem::swap(&mut reach, &mut next);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_table(a: &[u8], b: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut before = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let now = (before + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
                before = row[j + 1];
                row[j + 1] = now;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn agrees_with_the_textbook(a in prop::collection::vec(0_u8..4, 0..14), b in prop::collection::vec(0_u8..4, 0..14), most in 0_usize..16) {
            let d = by_table(&a, &b);
            prop_assert_eq!(distance(&a, &b, most), (d <= most).then_some(d));
        }
    }
}
