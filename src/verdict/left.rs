//! What a text says besides, whatever the level: the words and numbers that the text kept in its place does not have.

use super::Pair;
use super::align::regions;
use super::near::is_close_form;
use crate::steps::looked;

/// The words and numbers of fold `later` that fold `earlier` lacks, in order: they stand nowhere in it, nor does a close form
/// of them stand where they would. Letters of scripts without spaces that follow one another are one word. Empty if nothing
/// goes with the later text but what the earlier one has.
///
/// ```
/// use redite::{fold::fold, verdict::left_out};
/// let later = fold("On Monday, police said that 3 houses burned in Lille.");
/// let earlier = fold("Police said on Monday that a house burned.");
/// assert_eq!(left_out(later.as_str(), earlier.as_str()), ["3", "in", "lille"]);
/// ```
#[must_use]
pub fn left_out(later: &str, earlier: &str) -> Vec<String> {
    let pair = Pair::new(later, earlier);
    let regions = regions(&pair.later, &pair.earlier);
    let mut spare = vec![0_u32; pair.kinds()];
    for place in regions.iter().flat_map(|region| &region.earlier) {
        spare[pair.earlier[*place].id as usize] += 1;
    }
    let mut out: Vec<String> = Vec::new();
    let mut last_letter = None;
    for region in regions {
        let mut there: Vec<&str> = region
            .earlier
            .iter()
            .map(|&place| pair.text(pair.earlier[place]))
            .collect();
        there.truncate(super::MOST_IN_PLACE);
        for place in region.later {
            let token = pair.later[place];
            let text = pair.text(token);
            looked(there.len());
            if token.weight == 0 {
                continue;
            }
            if let Some(left) = spare[token.id as usize].checked_sub(1) {
                spare[token.id as usize] = left;
                continue;
            }
            if let Some(form) = there.iter().position(|other| is_close_form(text, other)) {
                there.swap_remove(form);
                continue;
            }
            match out
                .last_mut()
                .filter(|_| token.weight == 1 && last_letter == place.checked_sub(1))
            {
                Some(word) => word.push_str(text),
                None => out.push(text.to_owned()),
            }
            last_letter = (token.weight == 1).then_some(place);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::left_out;
    use crate::fold::fold;

    #[test]
    fn what_the_other_text_lacks_is_left_out() {
        for (later, earlier, left) in [
            ("One house burned.", "One house burned!", vec![]),
            ("One house burned.", "The house burned down.", vec!["one"]),
            ("Two houses burned, one stood.", "One stood, two houses burned.", vec![]),
            ("Two houses burnt.", "Two house burned.", vec![]),
            ("It was 3 or 3 to 5.", "It was 3 to 5.", vec!["or", "3"]),
            ("他昨天到达北京。", "他到达北京。", vec!["昨天"]),
            ("", "One house burned.", vec![]),
            ("One", "", vec!["one"]),
        ] {
            let found = left_out(fold(later).as_str(), fold(earlier).as_str());
            assert_eq!(found, left, "{later} / {earlier}");
        }
    }
}
