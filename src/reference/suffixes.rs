//! The longest run of tokens that stands in a text of the reference, by a suffix array (Manber and Myers, *Suffix arrays: a new
//! method for on-line string searches*, 1993).

use super::words::END;
use crate::steps::looked;
use rayon::slice::ParallelSliceMut;
use std::cmp::Ordering;
use std::ops::Range;

/// How many tokens the first sort looks at; hardly any runs of natural text that are longer stand at two places.
const FIRST: usize = 32;
/// Longer groups are sorted on all threads.
const LARGE: usize = 1 << 14;
/// How many of the places of one run are looked at for the first in the reference.
const SEEN: usize = 64;

/// All places of all texts, in the order of what follows up to the end of the text.
#[derive(Debug, Default)]
pub(super) struct Suffixes {
    places: Vec<u32>,
    /// For each token where the places that begin with it begin.
    first: Vec<u32>,
}

impl Suffixes {
    /// Of texts, each of which is followed by [`END`]. `words`: the greatest number of a token.
    ///
    /// A sort by the first tokens, and then by doubled lengths (Larsson and Sadakane, *Faster suffix sorting*, 2007): a group of
    /// places that k tokens do not tell apart is sorted by the ranks of what stands k tokens behind.
    pub(super) fn new(tokens: &[u32], words: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut places: Vec<u32> = (0..narrow(tokens.len()))
            .filter(|&place| tokens[place as usize] != END)
            .collect();
        let head = |place: u32| {
            let rest = &tokens[place as usize..];
            &rest[..rest.len().min(FIRST)]
        };
        places.par_sort_unstable_by(|&a, &b| compare(head(a), head(b)).then(a.cmp(&b)));
        // From 1 on; the end of a text comes before all.
        let mut rank = vec![0_u32; tokens.len()];
        let mut groups: Vec<Range<usize>> = Vec::new();
        let same = |a: u32, b: u32| compare(head(a), head(b)) == Ordering::Equal;
        for group in chunks(&places, 0..places.len(), same) {
            for &place in &places[group.clone()] {
                rank[place as usize] = narrow(group.start + 1);
            }
            // Places at which the text ends within what was looked at are equal to the end.
            if group.len() > 1 && !head(places[group.start]).contains(&END) {
                groups.push(group);
            }
        }
        let mut ends: Vec<u32> = Vec::new();
        if !groups.is_empty() {
            ends = (0..narrow(tokens.len()))
                .filter(|&at| tokens[at as usize] == END)
                .collect();
        }
        let left = |place: u32| {
            let end = ends.get(ends.partition_point(|&end| end < place));
            end.map_or(0, |&end| (end - place) as usize)
        };
        let mut known = FIRST;
        while !groups.is_empty() {
            let behind = |place: u32, rank: &[u32]| rank.get(place as usize + known).copied().unwrap_or_default();
            for group in &groups {
                let places = &mut places[group.clone()];
                looked(places.len());
                let order = |place: &u32| (behind(*place, &rank), *place);
                if places.len() > LARGE {
                    places.par_sort_unstable_by_key(order);
                } else {
                    places.sort_unstable_by_key(order);
                }
            }
            let mut next = Vec::new();
            for group in std::mem::take(&mut groups) {
                next.extend(chunks(&places, group, |a, b| behind(a, &rank) == behind(b, &rank)));
            }
            for group in &next {
                for &place in &places[group.clone()] {
                    rank[place as usize] = narrow(group.start + 1);
                }
            }
            known *= 2;
            groups = (next.into_iter())
                .filter(|group| group.len() > 1 && left(places[group.start]) >= known)
                .collect();
        }
        let mut first = vec![0_u32; words + 2];
        let mut at = 0;
        for (word, first) in first.iter_mut().enumerate() {
            while places
                .get(at)
                .is_some_and(|&place| (tokens[place as usize] as usize) < word)
            {
                at += 1;
            }
            *first = narrow(at);
        }
        Self { places, first }
    }

    /// How many of the first tokens of `wanted` stand together in a text, and where. Of several places that of the first is told,
    /// if they are not too many.
    pub(super) fn longest(&self, tokens: &[u32], wanted: &[u32]) -> (usize, usize) {
        let bound = |word: u32| self.first.get(word as usize).copied().unwrap_or_default() as usize;
        let Some(&word) = wanted.first() else { return (0, 0) };
        let mut found = bound(word)..bound(word.saturating_add(1));
        if found.is_empty() {
            return (0, 0);
        }
        let mut length = 1;
        while let Some(&next) = wanted.get(length) {
            if found.len() == 1 {
                let place = self.places[found.start] as usize;
                length += common(&tokens[place + length..], &wanted[length..]);
                return (length, place);
            }
            let token = |&place: &u32| tokens.get(place as usize + length).copied().unwrap_or(END);
            looked(1 + found.len().ilog2() as usize);
            let group = &self.places[found.clone()];
            let from = group.partition_point(|place| token(place) < next);
            let to = from + group[from..].partition_point(|place| token(place) == next);
            if from == to {
                break;
            }
            found = found.start + from..found.start + to;
            length += 1;
        }
        let seen = &self.places[found.start..found.end.min(found.start + SEEN)];
        (length, seen.iter().min().map_or(0, |&place| place as usize))
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        (self.places.len() + self.first.len()) as u64 * 4
    }
}

/// How many tokens two runs begin with.
pub(super) fn common(a: &[u32], b: &[u32]) -> usize {
    let length = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    looked(length + 1);
    length
}

/// Compares two runs up to the end of the texts that they stand in.
fn compare(a: &[u32], b: &[u32]) -> Ordering {
    looked(1);
    for (a, b) in a.iter().zip(b) {
        match a.cmp(b) {
            Ordering::Equal if *a == END => return Ordering::Equal,
            Ordering::Equal => {}
            order => return order,
        }
    }
    Ordering::Equal
}

/// Cuts a range of places where neighbours differ.
fn chunks(places: &[u32], range: Range<usize>, same: impl Fn(u32, u32) -> bool) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = range.start;
    for at in range.clone() {
        if at + 1 == range.end || !same(places[at], places[at + 1]) {
            out.push(from..at + 1);
            from = at + 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_in_order_and_the_longest_is_found(
            texts in prop::collection::vec(prop::collection::vec(1..4_u32, 0..120), 1..4),
            wanted in prop::collection::vec(1..5_u32, 0..60),
        ) {
            let mut tokens = Vec::new();
            for text in &texts {
                tokens.extend(text);
                tokens.push(END);
            }
            let suffixes = Suffixes::new(&tokens, 3);
            let rest = |place: u32| {
                let rest = &tokens[place as usize..];
                let end = rest.iter().position(|&token| token == END).unwrap();
                (rest[..end].to_vec(), place)
            };
            prop_assert!(suffixes.places.windows(2).all(|pair| rest(pair[0]) < rest(pair[1])));
            let naive = (0..tokens.len()).map(|at| common(&tokens[at..], &wanted)).max().unwrap();
            let (length, place) = suffixes.longest(&tokens, &wanted);
            prop_assert_eq!(length, naive);
            prop_assert!(length == 0 || tokens[place..].starts_with(&wanted[..length]));
        }
    }

    #[test]
    fn a_text_of_one_token_is_sorted() {
        let mut tokens = vec![1; 100_000];
        tokens.push(END);
        tokens.extend(vec![1; 50_000]);
        tokens.push(END);
        let suffixes = Suffixes::new(&tokens, 1);
        assert_eq!(suffixes.longest(&tokens, &[1; 100_001]), (100_000, 0));
    }
}
