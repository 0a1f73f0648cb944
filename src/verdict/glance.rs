//! A filter for the commonest pair that is refused: two entries of one form, with another word in one place.
//!
//! Filled-in forms are facts, so all of them stay, and each new one is compared with those before. The filter tells them apart
//! without numbering the tokens of both folds. It refuses nothing that the verdict would not refuse.

use super::align::PLACE;
use super::near::{is_close_form, is_form_in_class};
use super::words::Words;
use crate::fold::{is_number, is_unspaced};
use crate::steps::looked;

/// True if two folds differ in one place only, by a few words, and a content word of the later one stands there for another
/// of the earlier one. Then the later one stays at [`super::Level::Editor`].
///
/// Proof: the place is the only region of the alignment (`align::regions`). The word is no close form of any in it, so it
/// has no match there; it stands nowhere else unmatched, so it has not moved; and one of the earlier text's content words
/// is no close form of any, so it is free unless another word has taken it before, which then is replaced itself.
pub(crate) fn is_replaced(later: &str, earlier: &str) -> bool {
    let [here, there] = middles(later, earlier);
    let (Some(here), Some(there)) = (Place::of(here), Place::of(there)) else {
        return false;
    };
    let (here, there) = (here.words(), there.words());
    if here
        .iter()
        .flat_map(|word| word.bytes())
        .eq(there.iter().flat_map(|word| word.bytes()))
    {
        return false;
    }
    let words = Words::of_any_language();
    let is_content = |word: &str| !words.kind(word).says_little();
    let is_close = |a: &str, b: &str| is_close_form(a, b) || is_form_in_class(a, b);
    let lost = |word: &&str| is_content(word) && !there.iter().any(|other| is_close(word, other));
    let free = |other: &&str| is_content(other) && !here.iter().any(|word| is_close(word, other));
    here.iter().any(lost) && there.iter().any(free)
}

/// Some words of a script with spaces, without numbers and signs.
struct Place<'f> {
    words: [&'f str; PLACE],
    count: usize,
}

impl<'f> Place<'f> {
    /// Those of a stretch of a fold; `None` if it is empty, too long or holds anything else.
    fn of(stretch: &'f str) -> Option<Self> {
        let mut place = Self {
            words: [""; PLACE],
            count: 0,
        };
        for word in stretch.split(' ').filter(|word| !word.is_empty()) {
            let is_word = word
                .chars()
                .next()
                .is_some_and(|c| c.is_alphabetic() && !is_unspaced(c))
                && !is_number(word);
            *place.words.get_mut(place.count).filter(|_| is_word)? = word;
            place.count += 1;
        }
        (place.count > 0).then_some(place)
    }

    fn words(&self) -> &[&'f str] {
        &self.words[..self.count]
    }
}

/// What is left of two folds without the tokens that they have in common at their beginnings and ends.
fn middles<'f>(later: &'f str, earlier: &'f str) -> [&'f str; 2] {
    let (a, b) = (later.as_bytes(), earlier.as_bytes());
    let is_space = |text: &[u8], at: usize| text.get(at).is_none_or(|&byte| byte == b' ');
    let mut start = same_bytes(a, b);
    if !(is_space(a, start) && is_space(b, start)) {
        start = a[..start]
            .iter()
            .rposition(|&byte| byte == b' ')
            .map_or(0, |space| space + 1);
    }
    looked(start / 16 + 1);
    let start_of = |text: &[u8]| (start + usize::from(text.get(start) == Some(&b' '))).min(text.len());
    let (from_a, from_b) = (start_of(a), start_of(b));
    let (rest_a, rest_b) = (&a[from_a..], &b[from_b..]);
    let mut after = rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    looked(after / 16 + 1);
    let begins = |text: &[u8]| text.len() == after || text[text.len() - after - 1] == b' ';
    if !(begins(rest_a) && begins(rest_b)) {
        let tail = &rest_a[rest_a.len() - after..];
        after = tail
            .iter()
            .position(|&byte| byte == b' ')
            .map_or(0, |space| after - space - 1);
    }
    [&later[from_a..a.len() - after], &earlier[from_b..b.len() - after]]
}

/// How many bytes two texts have in common at their beginnings.
fn same_bytes(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 16;
    let blocks = a
        .chunks_exact(BLOCK)
        .zip(b.chunks_exact(BLOCK))
        .take_while(|(x, y)| x == y)
        .count();
    let (rest_a, rest_b) = (&a[BLOCK * blocks..], &b[BLOCK * blocks..]);
    BLOCK * blocks + rest_a.iter().zip(rest_b).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::super::{Level, lost};
    use super::*;
    use proptest::prelude::*;

    const WORDS: [&str; 16] = [
        "the", "of", "not", "house", "houses", "garden", "gardens", "monday", "three", "thirteen", "é", "12", "水",
        "+", "in", "a",
    ];

    fn fold() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_refused_at_a_glance_is_refused(
            start in fold(), end in fold(),
            here in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..4),
            there in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..4),
        ) {
            let join = |middle: &[&str]| [&start[..], middle, &end[..]].concat().join(" ");
            let (later, earlier) = (join(&here), join(&there));
            if is_replaced(&later, &earlier) {
                prop_assert!(lost(&later, &earlier, Level::Editor).is_some(), "{later} / {earlier}");
            }
        }
    }

    #[test]
    fn the_middle_is_cut_between_tokens() {
        for (later, earlier, middles) in [
            ("a b c", "a x c", ["b", "x"]),
            ("a bc d", "a bx d", ["bc", "bx"]),
            ("a cb d", "a xb d", ["cb", "xb"]),
            ("a", "a b", ["", "b"]),
            ("a b", "b", ["a", ""]),
            ("a a", "a a a", ["", "a"]),
            ("ab", "b", ["ab", "b"]),
            ("a b", "a b", ["", ""]),
            ("", "", ["", ""]),
        ] {
            let found = super::middles(later, earlier).map(str::trim);
            assert_eq!(found, middles, "{later} / {earlier}");
        }
        assert!(is_replaced(
            "the port of the house is new",
            "the port of the garden is new"
        ));
        assert!(!is_replaced(
            "the port of the house is new",
            "the port of the houses is new"
        ));
        // the language of neither is known, and so the short word is common
        assert!(!is_replaced(
            "12 rain कल rain कल rain rain",
            "12 rain कल कल कल rain rain"
        ));
        assert!(!is_replaced(
            "the port in the house is new",
            "the port of the house is new"
        ));
    }
}
