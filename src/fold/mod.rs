//! The lossy form of a text that is used only for comparing.
//!
//! A fold is the text in NFKC_Casefold (Unicode D146: compatibility forms unified, case folded, default-ignorable
//! characters dropped), cut into tokens and written with one space between them:
//!
//! - A **word** is a run of letters and marks. Marks are never stripped. Apostrophes, hyphens, punctuation and
//!   symbols separate words.
//! - In scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese and the other scripts of line-breaking
//!   class SA) **one letter with its marks** is a token.
//! - A **number** is a token by value, see [`Tokens`]: `1.500`, `1 500`, `1,500` and `１５００` all fold to `1500`,
//!   `1,5` and `1.5` to `1.5`; `二〇一七` to `2017`; `17:30` to `17.30`. Digits never share a token with letters: `7e` is `7 e`.
//! - A currency or per-cent sign is a token.
//!
//! # One word in two dresses
//!
//! A word spelled otherwise lowers the likeness of two texts by one word, so a fold beyond NFKC_Casefold must be the same
//! word by everyone's judgement. Beside each, what it does to the distinct sentences of at least five words in our
//! collections: how many hold it, how many more become equal.
//!
//! | folded | why | sentences |
//! |---|---|---|
//! | tatweel, NKo and Mongolian elongation: dropped inside a word, else a separator (`٢٠١٠ـ٢٠١٢`) | ornament | ar 164 of 11,205, 0 |
//! | Persian `ی ک` to Arabic `ي ك` | one letter on two keyboards; in no language a contrast | fa 2,081 of 8,964, 0 |
//! | `İ ı` to `i` | `I` folds to `i` in every language, so capitals and beginnings of sentences would differ | tr 44,744 of 55,873, 59 |
//! | `ё` to `е` | optional in Russian | ru 260 of 16,021, 0 |
//! | `œ` to `oe` | typed so where the key is missing | fr 535 of 50,416, 0 |
//! | comma below to cedilla (`ș` `ş`) | two encodings of Romanian | ro: one encoding only |
//! | Arabic per-cent signs to `%` `‰` | the same sign | |
//! | done by NFKC_Casefold | `ß` `ss`, final sigma, ligatures, presentation forms, half and full width, compatibility jamo, Armenian `և` | |
//!
//! | left as it is | why | sentences |
//! |---|---|---|
//! | hamza forms, alef maksura, teh marbuta | other words (`أن` `إن`, `على` `علي`) | ar 1, 0, 0 of 11,205 more equal |
//! | harakat, niqqud | tell words apart where they are written; one vowelled word costs one word | ar 1 of 11,205, he 0 of 7,583 |
//! | Greek tonos | `ή` `η` | el 0 of 6,356 |
//! | Vietnamese tone placement (`hòa` `hoà`) | changes next to nothing | vi 0 of 47,065 |
//! | Ethiopic homophones | one sound in Amharic, several in its neighbours | am 1 of 13,810 |
//! | Japanese long vowels at the end of a word, iteration marks, kana of either kind | spellings of a word; a letter each | ja 0 of 48,803 |
//! | `æ` `ä` `ö` `ø` `å` written with two letters | letters of their own; a convention of each language | da, nb, en 0 |
//! | Serbian and Uzbek in two scripts, traditional and simplified Han, old and new kanji | not one to one; needs large tables and the language | |
//!
//! # Dirty text
//!
//! Read through: normal forms, spaces of all kinds, zero-width and bidirectional marks, soft hyphens, joiners, quotes,
//! apostrophes and hyphens of all kinds, character references that a web page left in (`&eacute;`, `&nbsp;`, `&#8217;`;
//! not `&lt;` and `&gt;`, which mostly are meant). Not read through: hyphenation at line ends (`Infor-⏎mation` looks like
//! a compound; none in 131 M characters of our collections), UTF-8 taken for another encoding (`cafÃ©`: undoing it is a
//! guess; 159 places in the same, some of them about that very thing). Such a word costs one or two words.
//!
//! Folding is linear in the text, knows no language, needs no allocation beyond its output, and cannot fail.
//!
//! ```
//! use redite::fold::fold;
//! assert_eq!(fold("L’ÉTÉ, 1 500 jihadistes"), fold("l'e\u{301}té 1.500 jihadistes"));
//! assert_eq!(fold("L’ÉTÉ : 1 500").as_str(), "l été 1500");
//! assert_eq!(fold("全２０．５％増").as_str(), "全 20.5 % 増");
//! ```

mod block;
mod entity;
mod han;
mod located;
mod markup;
mod number;
mod slow;
mod table;
mod writer;

use crate::hash;
use crate::steps::looked;
use han::Numeral;
use located::Steps;
use number::{Numbers, opens, visible, visible_before};
use std::ops::Range;
use table::{Class, Table};
use writer::{Kind, Writer};

/// Folds one text. Allocates the result; a [`Folder`] folds many texts into one buffer.
///
/// ```
/// use redite::fold::fold;
///
/// assert_eq!(fold("In Köln, 1.500 people.").as_str(), fold("IN KÖLN １５００ PEOPLE").as_str());
/// ```
#[must_use]
pub fn fold(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    Folder::default().fold(text, &mut tokens);
    tokens
}

/// Folds a text by the slow path alone: the oracle of [`fold`], for tests and fuzzing.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[must_use]
pub fn fold_slowly(text: &str) -> Tokens {
    let table = Table::get();
    let mut normalized = String::new();
    slow::normalize(table, text, &mut normalized);
    let mut out = Tokens::default();
    Folder::default().scan_normalized(table, &normalized, &mut out);
    out
}

/// Folded texts, one after the other, in one buffer.
///
/// Tokens are separated by one space, those of different texts too, so that the fold of two neighbours is a slice.
/// A token that starts with an ASCII digit, or with `-` and a digit, is a number; nothing else starts so. It may hold
/// `.` before decimals and between the parts of a compound number, `^` before an exponent and `_` before an index.
///
/// ```
/// let unit = redite::fold::fold("Two words.");
/// assert_eq!(unit.iter().collect::<Vec<_>>(), ["two", "words"]);
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tokens {
    text: String,
    hashes: Vec<u32>,
    weight: u32,
}

impl Tokens {
    /// All the tokens, with single spaces between them.
    ///
    /// ```
    /// assert_eq!(redite::fold::fold("Two words.").as_str(), "two words");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// One 32-bit hash a token, the same on every machine. Its highest bit is set for numbers, see [`is_number_hash`].
    ///
    /// ```
    /// let unit = redite::fold::fold("a rose is a rose");
    /// assert_eq!(unit.hashes()[0], unit.hashes()[3]);
    /// ```
    #[must_use]
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The tokens themselves.
    ///
    /// ```
    /// assert_eq!(redite::fold::fold("Two words.").iter().count(), 2);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|t| !t.is_empty())
    }

    /// Length in half words, see [`Piece::weight`].
    ///
    /// ```
    /// // In half words, since a letter of a script without spaces is half a word.
    /// assert_eq!(redite::fold::fold("Two words.").weight(), 4);
    /// ```
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Appends the tokens of `other`; returns by how much its bytes and its tokens have moved.
    ///
    /// ```
    /// use redite::fold::fold;
    ///
    /// let mut both = fold("One.");
    /// let (bytes, tokens) = both.append(&fold("Two."));
    /// assert_eq!((both.as_str(), &both.as_str()[bytes..]), ("one two", "two"));
    /// assert_eq!(tokens, 1);
    /// ```
    pub fn append(&mut self, other: &Self) -> (usize, usize) {
        self.append_some(&other.text, &other.hashes);
        self.weight = self.weight.saturating_add(other.weight);
        (
            self.text.len() - other.text.len(),
            self.hashes.len() - other.hashes.len(),
        )
    }

    /// Appends some tokens that follow one another in others, with or without the space before them.
    pub(crate) fn append_some(&mut self, text: &str, hashes: &[u32]) {
        let text = text.strip_prefix(' ').unwrap_or(text);
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.hashes.extend_from_slice(hashes);
    }

    /// Tokens that were folded before, as [`Tokens::as_str`] and [`Tokens::hashes`] gave them.
    pub(crate) fn restored(text: String, hashes: Vec<u32>) -> Self {
        Self {
            text,
            hashes,
            weight: 0,
        }
    }

    /// Forgets the bytes and tokens from the given ones on.
    pub(crate) fn truncate(&mut self, text: usize, tokens: usize) {
        self.text.truncate(text);
        self.hashes.truncate(tokens);
    }

    /// Forgets everything, keeps the memory.
    ///
    /// ```
    /// let mut unit = redite::fold::fold("Two words.");
    /// unit.clear();
    /// assert_eq!(unit.as_str(), "");
    /// ```
    pub fn clear(&mut self) {
        self.text.clear();
        self.hashes.clear();
        self.weight = 0;
    }
}

/// Where one folded text stands in its [`Tokens`].
///
/// ```
/// use redite::fold::{Folder, Tokens};
///
/// let mut out = Tokens::default();
/// let piece = Folder::default().fold("Two words.", &mut out);
/// assert_eq!((piece.weight, out.weight()), (4, 4));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// Bytes in [`Tokens::as_str`].
    pub text: Range<usize>,
    /// Places in [`Tokens::hashes`].
    pub tokens: Range<usize>,
    /// Length in half words: a word or number counts 2, a letter of a script without spaces 1, a symbol 0. So texts
    /// in all scripts can be held against one minimum length.
    pub weight: u32,
}

/// True if a token of a fold is a number.
///
/// ```
/// use redite::fold::is_number;
///
/// assert!(is_number("1500") && !is_number("a15"));
/// ```
#[must_use]
pub fn is_number(token: &str) -> bool {
    token
        .as_bytes()
        .first()
        .is_some_and(|&b| b.is_ascii_digit() || b == b'-')
}

/// True if a hash of [`Tokens::hashes`] is that of a number.
///
/// ```
/// use redite::fold::{fold, is_number_hash};
///
/// let unit = fold("1,500 people");
/// assert_eq!(unit.hashes().iter().map(|&hash| is_number_hash(hash)).collect::<Vec<_>>(), [true, false]);
/// ```
#[must_use]
pub const fn is_number_hash(hash: u32) -> bool {
    hash & NUMBER_BIT != 0
}

const NUMBER_BIT: u32 = 1 << 31;

/// True if a character of a fold is a combining mark.
///
/// ```
/// assert!(redite::fold::is_mark('\u{301}') && !redite::fold::is_mark('e'));
/// ```
#[must_use]
pub fn is_mark(c: char) -> bool {
    Table::get().entry(c).class() == Class::Mark
}

/// True if a character of a fold is a letter of a script written without spaces.
///
/// ```
/// use redite::fold::is_unspaced;
///
/// assert!(is_unspaced('水') && !is_unspaced('w'));
/// ```
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(Table::get().entry(c).class(), Class::Unspaced | Class::Numeral)
}

/// Length of a token of a fold in half words: that of [`Piece::weight`].
pub(crate) fn weight(token: &str) -> u8 {
    match token.as_bytes().first() {
        None => 0,
        Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => 2,
        Some(_) => match token.chars().next().map(|c| Table::get().entry(c).class()) {
            Some(Class::Unspaced | Class::Numeral) => 1,
            Some(Class::Symbol) | None => 0,
            Some(_) => 2,
        },
    }
}

/// The hash of a word, as [`Tokens::hashes`] has it.
pub(crate) fn word_hash(word: &str) -> u32 {
    hash::token(word.as_bytes()) & !NUMBER_BIT
}

/// The hashes of the tokens of a fold, as [`Tokens::hashes`] has them.
pub(crate) fn hashes_of(fold: &str) -> Vec<u32> {
    let hash = |token: &str| word_hash(token) | if is_number(token) { NUMBER_BIT } else { 0 };
    fold.split(' ').filter(|token| !token.is_empty()).map(hash).collect()
}

/// Folds texts; owns the scratch memory.
///
/// ```
/// use redite::fold::{Folder, Tokens};
///
/// let (mut folder, mut out) = (Folder::default(), Tokens::default());
/// for text in ["One.", "Two."] {
///     folder.fold(text, &mut out);
/// }
/// assert_eq!(out.as_str(), "one two");
/// ```
#[derive(Debug, Default)]
pub struct Folder {
    numbers: Numbers,
    number: String,
    normalized: String,
    buffer: Vec<u8>,
}

impl Folder {
    /// Folds `text` and appends its tokens to `out`.
    ///
    /// ```
    /// let mut out = redite::fold::Tokens::default();
    /// redite::fold::Folder::default().fold("1.500 WORDS", &mut out);
    /// assert_eq!(out.as_str(), "1500 words");
    /// ```
    pub fn fold(&mut self, text: &str, out: &mut Tokens) -> Piece {
        let table = Table::get();
        let before = (out.text.len(), out.hashes.len());
        let weight = self.scan::<false>(table, text, out).unwrap_or_else(|| {
            out.truncate(before.0, before.1);
            let mut normalized = std::mem::take(&mut self.normalized);
            slow::normalize_words(table, text, &mut normalized);
            let weight = self.scan_normalized(table, &normalized, out);
            self.normalized = normalized;
            weight
        });
        let space = usize::from(before.0 > 0 && out.text.len() > before.0);
        Piece {
            text: before.0 + space..out.text.len(),
            tokens: before.1..out.hashes.len(),
            weight,
        }
    }

    /// Folds text that [`slow`] has seen; returns its weight.
    fn scan_normalized(&mut self, table: &Table, text: &str, out: &mut Tokens) -> u32 {
        self.scan::<true>(table, text, out).unwrap_or_default()
    }

    /// Folds text whose characters do not depend on their neighbours, or, if `TRUSTED`, do no more; returns its weight,
    /// or nothing if it met one that does.
    fn scan<const TRUSTED: bool>(&mut self, table: &Table, text: &str, out: &mut Tokens) -> Option<u32> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut writer = Writer::new(out, &mut buffer, text.len());
        let weight = self
            .tokens::<TRUSTED, false>(table, text, &mut writer, &mut Steps::nowhere())
            .then(|| writer.finish());
        self.buffer = buffer;
        weight
    }

    /// `LOCATED`: `steps` is told after each step how far the text is read, and no step reads more than one word.
    fn tokens<const TRUSTED: bool, const LOCATED: bool>(
        &mut self,
        table: &Table,
        text: &str,
        writer: &mut Writer<'_>,
        steps: &mut Steps,
    ) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut after_non_starter = false;
        while let Some(&byte) = bytes.get(at) {
            looked(1);
            if LOCATED {
                steps.at(at, writer);
            }
            if byte.is_ascii() {
                if byte.is_ascii_alphabetic() {
                    at = if LOCATED {
                        writer.letters(bytes, at)
                    } else {
                        writer.words(bytes, at)
                    };
                    after_non_starter = false;
                    continue;
                }
                if table.is_plain_separator(byte) || byte == b'-' && number::is_hyphen(bytes.get(at + 1)) {
                    writer.close();
                    at += 1;
                    after_non_starter = false;
                    continue;
                }
            }
            if matches!(byte, 0xC2..=0xDF) {
                let end = writer.two_byte_letters(table, bytes, at);
                if end > at {
                    at = end;
                    after_non_starter = false;
                    continue;
                }
            }
            let (cp, length) = decode(bytes, at);
            let entry = table.get_entry(cp);
            let next = at + length;
            if let Some(class) = entry.plain() {
                after_non_starter = false;
                if entry.is_same(cp) {
                    writer.same(class, bytes, at, length);
                } else {
                    writer.put(class, entry.mapped());
                }
                at = next;
                continue;
            }
            let may_change = entry.needs_context() || (after_non_starter && entry.is_non_starter());
            if !TRUSTED && may_change && !stands(&bytes[..at], cp) {
                return false;
            }
            if !entry.is_transparent() {
                after_non_starter = entry.is_non_starter();
            }
            if entry.is_multi() {
                writer.expansion(table, entry);
                after_non_starter = true; // an expansion may end in a mark
                at = next;
                continue;
            }
            match entry.class() {
                Class::Raised if markup::is_raised_note(table, text, at) => {
                    writer.close();
                    at = number::raised_end(table, text, at);
                    continue;
                }
                Class::Digit | Class::Raised => {
                    at = self.number(table, text, at, false, writer);
                    continue;
                }
                Class::Numeral => {
                    at = numerals::<LOCATED>(table, text, at, writer, steps);
                    continue;
                }
                Class::Separator if entry.is_special() => {
                    let mapped = entry.mapped();
                    if mapped == '&' {
                        if !TRUSTED && byte == b'&' && entity::at(text, at).is_some() {
                            return false;
                        }
                    } else if matches!(mapped, '[' | '<') {
                        let end = if mapped == '[' {
                            markup::notes_end
                        } else {
                            markup::tag_end
                        };
                        if let Some(end) = end(table, text, at) {
                            writer.close();
                            at = end;
                            continue;
                        }
                    } else if let Some(signed) = number::signed(table, text, at) {
                        if let Some(currency) = signed.currency {
                            writer.put(Class::Symbol, currency);
                        }
                        at = self.number(table, text, signed.digit, true, writer);
                        continue;
                    }
                    writer.close();
                }
                class => writer.put(class, entry.mapped()),
            }
            at = next;
        }
        if LOCATED {
            steps.at(at, writer);
        }
        true
    }

    fn number(&mut self, table: &Table, text: &str, at: usize, negative: bool, writer: &mut Writer<'_>) -> usize {
        writer.begin(Kind::Number);
        if negative {
            writer.push(b"-");
        }
        let end = if let Some(end) = number::plain_end(text.as_bytes(), at) {
            looked(end - at);
            writer.push(&text.as_bytes()[at..end]);
            end
        } else {
            self.number.clear();
            let end = self.numbers.read(table, text, at, &mut self.number);
            writer.push(self.number.as_bytes());
            end
        };
        writer.close();
        end
    }
}

/// True for a mark that neither joins the character before it nor changes places with it, though its like may: a nukta
/// behind a letter that has no form with one, a tone behind the vowels below in Thai and Lao (combining classes 103 and
/// 107, 118 and 122). Every second sentence in these languages has one.
fn stands(before: &[u8], mark: u32) -> bool {
    let Some(&[0xE0, second, third]) = before.last_chunk() else {
        return false;
    };
    match mark {
        0x93C => {
            second == 0xA4 && matches!(third, 0x95..=0xB9) && !matches!(third, 0xA8 | 0xA9 | 0xB0 | 0xB1 | 0xB3 | 0xB4)
        }
        0xE48..=0xE4B => second == 0xB8 && matches!(third, 0xB8 | 0xB9),
        0xEC8..=0xECB => second == 0xBA && matches!(third, 0xB8 | 0xB9),
        _ => false,
    }
}

/// The character at byte `at` of a text, and its length.
#[inline]
fn decode(bytes: &[u8], at: usize) -> (u32, usize) {
    let low = |i: usize| bytes.get(at + i).map_or(0, |&b| u32::from(b & 0x3F));
    let first = u32::from(bytes[at]);
    match first {
        0..0x80 => (first, 1),
        0x80..0xE0 => ((first & 0x1F) << 6 | low(1), 2),
        0xE0..0xF0 => ((first & 0x0F) << 12 | low(1) << 6 | low(2), 3),
        _ => ((first & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3), 4),
    }
}

/// A run of Han numerals; returns the byte after it.
fn numerals<const LOCATED: bool>(
    table: &Table,
    text: &str,
    at: usize,
    writer: &mut Writer<'_>,
    steps: &mut Steps,
) -> usize {
    match han::read(table, text, at) {
        Numeral::Number(token, end) => {
            writer.begin(Kind::Number);
            writer.push(token.as_bytes());
            writer.close();
            end
        }
        Numeral::Letters(end) => {
            for (i, c) in text[at..end].char_indices() {
                if LOCATED && i > 0 {
                    steps.at(at + i, writer);
                }
                let entry = table.entry(c);
                writer.put(entry.class(), entry.mapped());
            }
            end
        }
    }
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
