//! The content words of a text, one after the other: what is left when common words and signs are passed over.

use super::near::plain_beginning;
use super::words::{Kind, Words};
use super::{Pair, Token};
use crate::fold::is_unspaced;
use crate::hash;
use crate::steps::looked;

/// Stands before the first content word and after the last one.
pub(super) const EDGE: u32 = 0;

/// A content word, number or letter of a script without spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content {
    /// Its place among the tokens.
    pub(super) place: usize,
    /// A hash of its first letters, which most of its forms have in common.
    pub(super) key: u32,
}

/// Those of a side of a pair.
pub(super) fn contents(pair: &Pair<'_>, side: &[Token], words: &Words) -> Vec<Content> {
    let is_covered = covered(pair, side, words, Kind::says_little);
    let is_content = |place: &usize| {
        let token = side[*place];
        match token.weight {
            0 => false,
            1 => !is_covered[*place],
            _ => token.is_number || !words.kind(pair.text(token)).says_little(),
        }
    };
    let content = |place: usize| Content {
        place,
        key: key(pair.text(side[place])),
    };
    (0..side.len()).filter(is_content).map(content).collect()
}

/// For each token whether it is a letter of a script without spaces that is part of a word which does that.
pub(super) fn covered(pair: &Pair<'_>, side: &[Token], words: &Words, covers: impl Fn(Kind) -> bool) -> Vec<bool> {
    let mut out = vec![false; side.len()];
    let longest = words.longest();
    let mut word = String::new();
    for start in (0..side.len()).filter(|&start| side[start].weight == 1) {
        word.clear();
        for end in start..side.len().min(start + longest) {
            looked(1);
            if side[end].weight != 1 {
                break;
            }
            word.push_str(pair.text(side[end]));
            let kind = words.kind(&word);
            if covers(kind) {
                out[start..=end].fill(true);
            }
            if !kind.goes_on {
                break;
            }
        }
    }
    out
}

/// Of letters of scripts without spaces at some places of a text, ascending ones, those that belong to a common pair of them.
pub(super) fn in_common_pairs(pair: &Pair<'_>, side: &[Token], words: &Words, places: &[usize]) -> Vec<bool> {
    let mut out = vec![false; places.len()];
    let mut two = String::new();
    for at in 1..places.len() {
        two.clear();
        two.push_str(pair.text(side[places[at - 1]]));
        two.push_str(pair.text(side[places[at]]));
        if places[at - 1] + 1 == places[at] && words.is_common_pair(&two) {
            out[at - 1..=at].fill(true);
        }
    }
    out
}

fn key(word: &str) -> u32 {
    let beginning = plain_beginning(word);
    let mut end = beginning.len();
    if word.starts_with(is_unspaced) {
        // of a letter of a script without spaces, the marks may have slipped
        end = beginning.chars().next().map_or(0, char::len_utf8);
    }
    hash::token(&beginning.as_bytes()[..end]).max(EDGE + 1)
}

/// Pairs of content words that follow one another, ascending.
pub(super) fn neighbours(contents: &[Content]) -> Vec<[u32; 2]> {
    let keys = || contents.iter().map(|content| content.key);
    let before = std::iter::once(EDGE).chain(keys());
    let after = keys().chain([EDGE]);
    let mut out: Vec<[u32; 2]> = before.zip(after).map(|(a, b)| [a, b]).collect();
    out.sort_unstable();
    out
}
