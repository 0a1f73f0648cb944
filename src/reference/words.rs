//! Tokens as they are compared here: folded, without accents and vowel points, without signs.

use crate::fold::{self, Tokens};
use crate::hash;
use crate::letters::LetterTable;
use crate::steps::looked;
use std::borrow::Cow;
use std::collections::HashMap;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// The end of a text.
pub(super) const END: u32 = 0;
/// A token that is in no text of the reference.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Blocks with letters that carry accents or vowel points, by their high bytes.
const MARKED: [u8; 14] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x1a, 0x1d, 0x1e, 0x1f];

/// True for accents and vowel points: marks that a writer may leave off. Not for those that make another letter (nukta, kana
/// voicing, virama, the vowels and tones of Thai and Lao).
fn is_left_off(c: char) -> bool {
    matches!(canonical_combining_class(c), 10..=35 | 200..=255)
}

/// The letter without its accents; nothing for an accent.
fn plain(c: char) -> Option<char> {
    if is_left_off(c) {
        return None;
    }
    let (mut first, mut is_accented) = (None, true);
    decompose_canonical(c, |part| match first {
        None => first = Some(part),
        Some(_) => is_accented &= is_left_off(part),
    });
    Some(first.filter(|_| is_accented).unwrap_or(c))
}

/// A token without accents and vowel points, unless it is made of nothing else.
fn bare(token: &str) -> Cow<'_, str> {
    static PLAIN: LetterTable<Option<char>, 14> = LetterTable::new(MARKED, plain);
    looked(token.len());
    if token.is_ascii() {
        return Cow::Borrowed(token);
    }
    let without = |c: char| PLAIN.get(c).unwrap_or(Some(c));
    if token.chars().all(|c| without(c) == Some(c)) {
        return Cow::Borrowed(token);
    }
    let plain: String = token.chars().filter_map(without).collect();
    if plain.is_empty() {
        Cow::Borrowed(token)
    } else {
        Cow::Owned(plain)
    }
}

/// Calls `visit` with each token but signs: its place in the fold, its text, its hash and its length in half words, 1 or 2.
pub(super) fn each(tokens: &Tokens, mut visit: impl FnMut(usize, &str, u32, u8)) {
    for (place, (token, &hash)) in tokens.iter().zip(tokens.hashes()).enumerate() {
        let weight = fold::weight(token);
        if weight == 0 {
            continue;
        }
        match bare(token) {
            Cow::Borrowed(token) => visit(place, token, hash, weight),
            Cow::Owned(token) => visit(place, &token, fold::word_hash(&token), weight),
        }
    }
}

/// All tokens of the reference, numbered from 1.
#[derive(Debug)]
pub(super) struct Words(HashMap<Box<str>, u32, ahash::RandomState>);

impl Default for Words {
    fn default() -> Self {
        Self(HashMap::with_hasher(hash::map_state()))
    }
}

impl Words {
    /// The number of a token, a new one if it has none.
    pub(super) fn add(&mut self, token: &str) -> u32 {
        if let Some(&number) = self.0.get(token) {
            return number;
        }
        let number = u32::try_from(self.0.len() + 1).unwrap_or(UNKNOWN - 1);
        self.0.insert(token.into(), number);
        number
    }

    /// The number of a token, [`UNKNOWN`] if it has none.
    pub(super) fn get(&self, token: &str) -> u32 {
        self.0.get(token).copied().unwrap_or(UNKNOWN)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many bytes they take, about.
    pub(super) fn bytes(&self) -> u64 {
        // A key and a number, three in four places taken, and the text beside.
        self.0.capacity() as u64 * 32 + self.0.len() as u64 * 24
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    fn read(text: &str) -> Vec<(String, u8)> {
        let mut out = Vec::new();
        each(&fold(text), |_, token, hash, weight| {
            assert_eq!(hash, fold(token).hashes()[0], "{token}");
            out.push((token.to_owned(), weight));
        });
        out
    }

    #[test]
    fn accents_and_points_are_left_off_and_letters_stay() {
        for (with, without) in [
            ("L’ÉTÉ à Nîmes", "l'ete a Nimes"),
            ("Hà Nội đẹp", "Ha Noi đep"),
            ("מִשְׁפָּט", "משפט"),
            ("كِتَابٌ", "كتاب"),
            ("Άρης", "Αρης"),
            ("война́", "война"),
        ] {
            assert_eq!(read(with), read(without), "{with}");
        }
        for (one, other) in [
            ("が", "か"),
            ("हिन्दी", "हिनदी"),
            ("क़", "क"),
            ("ที่", "ที"),
            ("한", "하"),
            ("đ", "d"),
        ] {
            assert_ne!(read(one), read(other), "{one}");
        }
    }

    #[test]
    fn signs_are_left_out_and_letters_without_spaces_are_half_words() {
        let weights: Vec<u8> = read("50 % of 水火 $5").into_iter().map(|(_, weight)| weight).collect();
        assert_eq!(weights, [2, 2, 1, 1, 2]);
    }
}
