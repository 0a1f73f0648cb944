//! Keys by which a text is found from a later one that repeats it, if both differ from many others in a few words only.
//!
//! Filled-in forms share most of their shingles, and all of them stay. Told by shingles, each is a candidate of all; but
//! a repeat has each content word of the later text, or a close form of it, unless that word is new there, and then its
//! neighbours stand side by side in the earlier text. So the earlier text is filed under all forms of its words and all
//! neighbours ([`filed`]), and the later one is led to it by the forms and possible neighbours of any one of its content
//! words, the rarest ([`Anchors`]).
//!
//! The forms of a word are told by its first four letters, by the word itself, and by the word without one of its first
//! five letters: a slip after the fourth letter leaves the beginning as it is, and one before it, an exchange too, leaves
//! two words that are equal without a letter (a deletion neighbourhood: Bocek, Hunt and Stiller, *Fast Similarity Search
//! in Large Dictionaries*, 2007). Letters of scripts without spaces are told by themselves and without their marks.

use super::content::{Content, EDGE, contents, covered, in_common_pairs, neighbours};
use super::near::{BEGINNING, bare_letters, is_hangul, plain, syllables};
use super::words::{Kind, Words};
use super::{MOST_INSIDE, MOST_OUTSIDE, Pair, Token, is_acronym};
use crate::hash;
use crate::steps::looked;
use std::ops::Range;

/// The first letters without one of which a word is filed.
const DELETED: usize = 5;

/// The keys under which an earlier text is filed, in any order, each once.
pub(crate) fn filed(fold: &str, keys: &mut Vec<u32>) {
    let pair = Pair::new(fold, "");
    let side = &pair.later;
    let start = keys.len();
    let mut letters = Letters::default();
    for (place, &token) in side.iter().enumerate().filter(|(_, token)| token.weight > 0) {
        letters.forms(&pair, token, keys);
        if let Some(&next) = side.get(place + 1) {
            keys.push(letters.together(&pair, [token, next]));
        }
    }
    keys.extend(
        neighbours(&contents(&pair, side, Words::of_any_language()))
            .into_iter()
            .map(key_of_neighbours),
    );
    keys[start..].sort_unstable();
    let mut end = start;
    for at in start..keys.len() {
        if at == start || keys[at] != keys[end - 1] {
            keys[end] = keys[at];
            end += 1;
        }
    }
    keys.truncate(end);
}

/// What a later text is led by to those it may repeat: under at least one key of each anchor every text is filed that it
/// repeats at level `Exact` or `Editor`, without context.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    keys: Vec<u32>,
    ends: Vec<usize>,
}

impl Anchors {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.keys[start..end])
    }

    /// Those of a later text, an anchor for each of its content words, in place of what was there; but for those that the
    /// verdict may let go for what they are: those that say per cent, acronyms of the words before them, letters that may be
    /// part of a common pair.
    ///
    /// Proof: let the later text repeat the earlier one, and let `w` be an anchor. If `w` has a match in the alignment,
    /// stands elsewhere in the earlier text, or is a close form of one of its words, a form of it is filed. If it is one of
    /// two words that are one in the earlier text, or the other way round, what they are together is filed. Otherwise the
    /// verdict takes it for new. Then the content words next to it that are not new are neighbours in the earlier text
    /// (`Judge::misplaced`), and those between weigh so little that their neighbours are among those tried here.
    pub(crate) fn fill(&mut self, fold: &str) {
        self.keys.clear();
        self.ends.clear();
        let pair = Pair::new(fold, "");
        let side = &pair.later;
        let words = Words::of_text(side.iter().map(|token| pair.text(*token)));
        let is_covered = covered(&pair, side, words, Kind::says_little);
        let row = contents(&pair, side, Words::of_any_language());
        let of_letters: Vec<usize> = (0..side.len()).filter(|&place| side[place].weight == 1).collect();
        let in_pairs = in_common_pairs(&pair, side, words, &of_letters);
        let is_in_common_pair = |place: usize| of_letters.binary_search(&place).is_ok_and(|at| in_pairs[at]);
        let mut letters = Letters::default();
        for (at, content) in row.iter().enumerate() {
            let token = side[content.place];
            let kind = words.kind(pair.text(token));
            let says_little = token.weight == 2 && !token.is_number && kind.says_little();
            if is_covered[content.place] || says_little || is_in_common_pair(content.place) {
                continue;
            }
            if token.weight == 2 && is_acronym(&pair, side, content.place, words) {
                continue;
            }
            letters.forms(&pair, token, &mut self.keys);
            let beside = [content.place.checked_sub(1), Some(content.place)]
                .into_iter()
                .flatten();
            for place in beside {
                if let Some(&two) = side.get(place..place + 2).and_then(|two| two.first_chunk()) {
                    self.keys.push(letters.together(&pair, two));
                }
            }
            if !token.is_number {
                self.around(&row, at, side);
            }
            self.ends.push(self.keys.len());
        }
    }

    /// The neighbours that the earlier text has where a new word stands.
    fn around(&mut self, row: &[Content], at: usize, side: &[Token]) {
        let weight =
            |range: Range<usize>| -> usize { row[range].iter().map(|c| usize::from(side[c.place].weight)).sum() };
        for start in (0..=at).rev() {
            let before = start.checked_sub(1).map_or(EDGE, |before| row[before].key);
            if weight(start..at + 1) > MOST_OUTSIDE {
                break;
            }
            for end in at + 1..=row.len() {
                let after = row.get(end).map_or(EDGE, |after| after.key);
                let weight = weight(start..end);
                looked(1);
                if weight > MOST_OUTSIDE {
                    break;
                }
                if weight <= MOST_INSIDE || before == EDGE || after == EDGE {
                    self.keys.push(key_of_neighbours([before, after]));
                }
            }
        }
    }
}

fn key_of_neighbours([before, after]: [u32; 2]) -> u32 {
    hash::shingle(&[before, after])
}

/// Room for the letters of a word.
#[derive(Default)]
struct Letters {
    bytes: String,
    /// The letters of the word, and where the first ones begin and the last of these ends.
    word: String,
    starts: Vec<usize>,
}

impl Letters {
    /// Appends the keys of a word. Close forms have one in common.
    fn forms(&mut self, pair: &Pair<'_>, token: Token, keys: &mut Vec<u32>) {
        let text = pair.text(token);
        keys.push(hash::token(text.as_bytes()));
        if token.weight < 2 || token.is_number {
            // a letter whose marks have slipped
            let first = text.chars().next().map_or(0, char::len_utf8);
            keys.push(hash::token(&text.as_bytes()[..first]));
            return;
        }
        if text.is_ascii() {
            // as it is, it has no particles and no marks
            self.read(text.chars());
            self.beginning(keys);
            self.deletions(keys);
            return;
        }
        let letters = bare_letters(text);
        self.read(letters.iter().copied());
        self.beginning(keys);
        self.deletions(keys);
        let all = plain(text);
        if all.len() > letters.len() {
            self.read(all.into_iter());
            self.deletions(keys);
        }
        if is_hangul(text) {
            self.read(syllables(text).into_iter());
            self.deletions(keys);
        }
    }

    /// Takes the letters of a word.
    fn read(&mut self, letters: impl Iterator<Item = char>) {
        self.word.clear();
        self.starts.clear();
        for letter in letters {
            self.starts.push(self.word.len());
            self.word.push(letter);
        }
        self.starts.push(self.word.len());
        self.starts.truncate(DELETED + 1);
        looked(self.word.len());
    }

    /// Appends the key of the first letters of the word.
    fn beginning(&self, keys: &mut Vec<u32>) {
        let end = self.starts.get(BEGINNING).copied().unwrap_or(self.word.len());
        keys.push(hash::token(&self.word.as_bytes()[..end]));
    }

    /// Appends the keys of the word and of what it is without one of its first letters.
    fn deletions(&mut self, keys: &mut Vec<u32>) {
        looked(self.word.len());
        keys.push(hash::token(self.word.as_bytes()));
        for deleted in self.starts.windows(2) {
            self.bytes.clear();
            self.bytes.push_str(&self.word[..deleted[0]]);
            self.bytes.push_str(&self.word[deleted[1]..]);
            keys.push(hash::token(self.bytes.as_bytes()));
        }
    }

    fn together(&mut self, pair: &Pair<'_>, two: [Token; 2]) -> u32 {
        self.bytes.clear();
        two.into_iter().for_each(|token| self.bytes.push_str(pair.text(token)));
        hash::token(self.bytes.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, lost};
    use super::*;
    use proptest::prelude::*;

    const WORDS: [&str; 42] = [
        "the",
        "of",
        "with",
        "house",
        "houses",
        "huose",
        "garden",
        "gardens",
        "graden",
        "monday",
        "three",
        "treaty",
        "é",
        "12",
        "13",
        "水",
        "火",
        "的",
        "mail",
        "e",
        "email",
        "thehouse",
        "port",
        "die",
        "percent",
        "per",
        "cent",
        "%",
        "パーセント",
        "百分之",
        "ht",
        "gh",
        "reuters",
        "people",
        "一",
        "个",
        "是",
        "น",
        "า",
        "ก",
        "ร",
        "ที่",
    ];

    fn fold() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(&WORDS[..]), 0..24)
    }

    fn assert_leads(later: &str, earlier: &str) {
        let repeats = [Level::Editor, Level::Exact]
            .iter()
            .any(|&level| lost(later, earlier, level).is_none());
        if !repeats {
            return;
        }
        let mut keys = Vec::new();
        filed(earlier, &mut keys);
        let mut anchors = Anchors::default();
        anchors.fill(later);
        for anchor in anchors.iter() {
            assert!(
                anchor.iter().any(|key| keys.binary_search(key).is_ok()),
                "{later} / {earlier}"
            );
        }
    }

    #[test]
    fn anchors_lead_to_what_the_rules_on_single_words_let_go() {
        for (later, earlier) in [
            ("หน้าต่างรายการโปรด", "ลบรายการโปรด"),
            (
                "It was welcomed by groups such as People for the Ethical Treatment of Animals (PETA).",
                "It was welcomed by groups such as People for the Ethical Treatment of Animals, which saw it as a break with a \
                 theology that says animals cannot go to heaven.",
            ),
            (
                "LONDON (Reuters) - The company said its revenue rose by 12.5 percent.",
                "The company said its revenue rose by 12.5 percent.",
            ),
            (
                "The autumn fair was visited by 12,500 guests in three days.",
                "The autumn fair was visited by 12,500 people in three days.",
            ),
            (
                "ويتابع المتهمون، ومن بينهم شخص بتهم تكوين عصابة",
                "ويتابع المتهمون، من بينهم شخص بتهم تكوين عصابة",
            ),
        ] {
            let (later, earlier) = (crate::fold::fold(later), crate::fold::fold(earlier));
            assert_eq!(
                lost(later.as_str(), earlier.as_str(), Level::Editor),
                None,
                "{}",
                later.as_str()
            );
            assert_leads(later.as_str(), earlier.as_str());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn each_anchor_leads_to_what_is_repeated(
            earlier in fold(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, prop::sample::select(&WORDS[..])), 0..4),
        ) {
            let mut later = earlier.clone();
            for (at, what, word) in edits {
                let at = at.index(later.len() + 1);
                match what {
                    0 if at < later.len() => { later.remove(at); }
                    1 if at < later.len() => later[at] = word,
                    _ => later.insert(at, word),
                }
            }
            assert_leads(&later.join(" "), &earlier.join(" "));
            assert_leads(&earlier.join(" "), &later.join(" "));
        }

        #[test]
        fn close_forms_have_a_key_in_common(
            word in "[a-zéßж가-힣ا-ي]{1,9}", at in any::<prop::sample::Index>(), letter in "[a-fж가-나ا-ت]", what in 0..4_u8,
        ) {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at.index(letters.len());
            match what {
                0 => { letters.remove(at); }
                1 => letters[at] = letter.chars().next().unwrap(),
                2 => letters.insert(at, letter.chars().next().unwrap()),
                _ => if at + 1 < letters.len() { letters.swap(at, at + 1) },
            }
            let other: String = letters.into_iter().collect();
            let (a, b) = (crate::fold::fold(&word), crate::fold::fold(&other));
            let (a, b) = (a.as_str(), b.as_str());
            let is_close = super::super::near::is_close_form(a, b) || super::super::near::is_form_in_class(a, b);
            if is_close && !a.contains(' ') && !b.contains(' ') {
                let keys = |word: &str| {
                    let mut keys = Vec::new();
                    filed(word, &mut keys);
                    keys
                };
                let theirs = keys(b);
                prop_assert!(keys(a).iter().any(|key| theirs.contains(key)), "{a} {b}");
            }
        }
    }
}
