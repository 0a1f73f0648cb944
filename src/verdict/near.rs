//! Words that are close forms of one another: inflected, misspelled, with or without accents.

use crate::fold::{is_number, is_unspaced};
use crate::letters::LetterTable;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Letters at the beginning that most close forms have in common.
pub(super) const BEGINNING: usize = 4;

/// True if one word is a close form of the other, so that either says the same in the other's place:
///
/// - they are equal without accents and other marks (Arabic hamza forms, alef maksura and teh marbuta are unified);
/// - they are one slip apart: a letter more, less or other, or two neighbours exchanged, after the first three letters of a
///   word of five or more;
/// - they have a beginning in common that is two thirds of the longer one, four letters at least, and differ in length
///   by three letters at most: inflection in languages that inflect at the end;
/// - they begin with a long and with a short vowel of an Indic script, and go on alike for four letters or more;
/// - all this without the particles before them, where Arabic and Hebrew write particles and article in one word with the
///   next.
///
/// Numbers, and letters of scripts without spaces, have no close forms, and digits in a word do not slip (`Windows10`).
pub(super) fn is_close_form(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let has_forms = |word: &str| !is_number(word) && !word.starts_with(is_unspaced);
    let [digits_a, digits_b] = [a, b].map(|word| word.chars().filter(|c| c.is_numeric()));
    if !has_forms(a) || !has_forms(b) || !digits_a.eq(digits_b) {
        return false;
    }
    if a.is_ascii() && b.is_ascii() {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        return is_slip(a, b) || is_inflected(a, b);
    }
    if is_hangul(a) && is_hangul(b) && is_slip(&syllables(a), &syllables(b)) {
        return true;
    }
    let (a, b) = (plain(a), plain(b));
    let (bare_a, bare_b) = (without_particles(&a), without_particles(&b));
    // what is taken for a particle may be the beginning of a word in which a letter slipped
    bare_a == bare_b
        || begins_alike(&a, &b)
        || is_slip(bare_a, bare_b)
        || is_slip(&a, &b)
        || is_inflected(bare_a, bare_b)
}

/// The first letters of a word, without particles and marks, at most as many as [`BEGINNING`]; all of a number.
pub(super) fn plain_beginning(word: &str) -> Cow<'_, str> {
    let most = if is_number(word) { usize::MAX } else { BEGINNING };
    if word.is_ascii() {
        return word[..most.min(word.len())].into();
    }
    bare_letters(word).into_iter().take(most).collect()
}

/// The letters of a word without particles and marks.
pub(super) fn bare_letters(word: &str) -> Vec<char> {
    let letters = plain(word);
    without_particles(&letters).to_vec()
}

/// As [`is_close_form`], for two words of one closed class, in which words are alike that must not be confused: `seventeen`
/// and `seventy`. Only an ending of a quarter may differ.
pub(super) fn is_form_in_class(a: &str, b: &str) -> bool {
    fn is_form<L: PartialEq>(a: &[L], b: &[L]) -> bool {
        let most = a.len().max(b.len());
        a.len().abs_diff(b.len()) <= 2 && 4 * shared_beginning(a, b) >= 3 * most && most >= 4
    }
    if a.is_ascii() && b.is_ascii() {
        return is_form(a.as_bytes(), b.as_bytes());
    }
    is_form(&bare_letters(a), &bare_letters(b))
}

pub(super) fn is_hangul(word: &str) -> bool {
    word.starts_with(|c| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}'))
}

pub(super) fn syllables(word: &str) -> Vec<char> {
    word.nfc().collect()
}

/// True for accents and for points that writing may leave out. Other marks are letters: the vowels of Indic scripts.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6ed}')
}

/// The letters of a word without its accents. Vowels that are written in two signs are one letter, syllables of Hangul several.
pub(super) fn plain(word: &str) -> Vec<char> {
    let mut plain = Vec::with_capacity(word.len());
    for c in word.chars() {
        match PLAIN.get(c).flatten() {
            Some(letter) => plain.push(letter),
            None => return plain_by_rule(word),
        }
    }
    plain
}

/// What letters are without their accents, where that is one letter whatever stands beside it; of Latin, Greek and Cyrillic,
/// combining marks aside.
static PLAIN: LetterTable<Option<char>, 6> = LetterTable::new([0, 1, 2, 3, 4, 0x1e], |c| {
    const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';
    match plain_by_rule(c.encode_utf8(&mut [0; 4]))[..] {
        [letter] if !MARKS.contains(&c) && !MARKS.contains(&letter) => Some(letter),
        _ => None,
    }
});

/// The same by what Unicode says of each letter and those beside it.
fn plain_by_rule(word: &str) -> Vec<char> {
    let unify = |c: char| match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        'ø' => 'o',
        'đ' => 'd',
        'ł' => 'l',
        c => c,
    };
    let bare = word.nfd().filter(|&c| !is_accent(c));
    if is_hangul(word) {
        bare.collect()
    } else {
        bare.nfc().map(unify).collect()
    }
}

/// True for letters of scripts that write particles and the article in one word with the next.
fn has_particles(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{6ff}')
}

/// The word without its particles and article, as long as enough is left.
fn without_particles(mut word: &[char]) -> &[char] {
    const LEAST: usize = 3;
    if !word.first().is_some_and(|&c| has_particles(c)) {
        return word;
    }
    loop {
        word = match word {
            ['\u{627}', '\u{644}', rest @ ..] if rest.len() >= LEAST => rest,
            ['\u{648}' | '\u{5d5}', rest @ ..] if rest.len() >= LEAST => rest,
            // (in other languages of these letters short words differ in the first one)
            [first, rest @ ..] if rest.len() > LEAST && "وبفلكסאבהולמשכ".contains(*first) => rest,
            all => return all,
        };
    }
}

fn shared_beginning<L: PartialEq>(a: &[L], b: &[L]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

/// One letter more, less or other, or two neighbours exchanged; not the first.
fn is_slip<L: PartialEq>(a: &[L], b: &[L]) -> bool {
    let longest = a.len().max(b.len());
    if longest < 5 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let before = shared_beginning(a, b);
    let (a, b) = (&a[before..], &b[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let after = after.min(a.len()).min(b.len());
    let (a, b) = (&a[..a.len() - after], &b[..b.len() - after]);
    let is_exchange = matches!((a, b), ([w, x], [y, z]) if w == z && x == y);
    let is_one = a.len() <= 1 && b.len() <= 1;
    let keeps_first = before > 0 || longest >= 7 && (is_exchange || a.len() != b.len());
    keeps_first && (is_one || is_exchange)
}

/// True if words of five letters or more differ in their first one only, a vowel of an Indic script that is long in one and
/// short in the other: loanwords are spelled either way.
fn begins_alike(a: &[char], b: &[char]) -> bool {
    // the vowels stand at the same places of each block
    const BLOCKS: std::ops::Range<u32> = 0x900..0xd80;
    const VOWELS: [&[u32]; 4] = [
        &[0x07, 0x08],
        &[0x09, 0x0a],
        &[0x0d, 0x0e, 0x0f, 0x10],
        &[0x11, 0x12, 0x13, 0x14],
    ];
    let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) else {
        return false;
    };
    let (x, y) = (u32::from(*x), u32::from(*y));
    let is_vowel = |c: u32, vowels: &[u32]| BLOCKS.contains(&c) && vowels.contains(&(c % 0x80));
    rest_a.len() >= 4
        && rest_a == rest_b
        && x / 0x80 == y / 0x80
        && VOWELS.iter().any(|vowels| is_vowel(x, vowels) && is_vowel(y, vowels))
}

/// Letters of an ending, at most.
const LONGEST_ENDING: usize = 5;

fn is_inflected<L: PartialEq>(a: &[L], b: &[L]) -> bool {
    let (least, most) = (a.len().min(b.len()), a.len().max(b.len()));
    let shared = shared_beginning(a, b);
    least >= 4 && most - least <= 3 && most - shared <= LONGEST_ENDING && shared >= (most * 13 / 20).max(4)
}

#[cfg(test)]
mod tests {
    use super::{is_close_form, plain, plain_by_rule};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn letters_that_are_looked_up_are_those_of_the_rule(
            word in "[a-zà-ÿĀ-ͯΑ-ӿḀ-ỿ\u{300}-\u{308}ก-ฮا-ي가-힣]{0,8}",
        ) {
            prop_assert_eq!(plain(&word), plain_by_rule(&word));
        }
    }

    #[test]
    fn forms_and_slips_are_close_other_words_are_not() {
        for (a, b) in [
            ("house", "houses"),
            ("walked", "walking"),
            ("goverment", "government"),
            ("recieve", "receive"),
            ("cafe", "café"),
            ("farmaceutico", "farmacéutico"),
            ("президента", "президентом"),
            ("والكتاب", "الكتاب"),
            ("أبريل", "ابريل"),
            ("لكنها", "لكهنا"),
            ("الإجابة", "اإلجابة"),
            ("ऐक्टिविटी", "एक्टिविटी"),
        ] {
            assert!(is_close_form(a, b) && is_close_form(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("iran", "iraq"),
            ("jordan", "gordan"),
            ("before", "after"),
            ("1500", "1501"),
            ("水", "火"),
            ("red", "bed"),
            ("import", "export"),
            ("windows10", "windows11"),
            ("functionidmapper", "functionidmapper2"),
            ("ओर", "और"),
        ] {
            assert!(!is_close_form(a, b) && !is_close_form(b, a), "{a} {b}");
        }
    }
}
