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
//!   `1,5` and `1.5` to `1.5`. Digits never share a token with letters: `7e` is `7 e`.
//! - A currency or per-cent sign is a token.
//!
//! Folding is linear in the text, knows no language, needs no allocation beyond its output, and cannot fail.
//!
//! ```
//! use redite::fold::fold;
//! assert_eq!(fold("L’ÉTÉ, 1 500 jihadistes"), fold("l'e\u{301}té 1.500 jihadistes"));
//! assert_eq!(fold("L’ÉTÉ : 1 500").as_str(), "l été 1500");
//! assert_eq!(fold("全２０．５％増").as_str(), "全 20.5 % 増");
//! ```

mod number;
mod table;

use crate::hash;
use number::Numbers;
use std::ops::Range;
use table::{Class, Entry, Table};
use unicode_normalization::UnicodeNormalization;

/// Folds one text. Allocates the result; a [`Folder`] folds many texts into one buffer.
#[must_use]
pub fn fold(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    Folder::default().fold(text, &mut tokens);
    tokens
}

/// Folded texts, one after the other, in one buffer.
///
/// Tokens are separated by one space, those of different texts too, so that the fold of two neighbours is a slice.
/// A token that starts with an ASCII digit, or with `-` and a digit, is a number; nothing else starts so.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tokens {
    text: String,
    hashes: Vec<u32>,
    weight: u32,
}

impl Tokens {
    /// All the tokens, with single spaces between them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// One 32-bit hash a token, the same on every machine. Its highest bit is set for numbers, see [`is_number_hash`].
    #[must_use]
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The tokens themselves.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|t| !t.is_empty())
    }

    /// Length in half words, see [`Piece::weight`].
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Appends the tokens of `other`; returns by how much its bytes and its tokens have moved.
    pub fn append(&mut self, other: &Self) -> (usize, usize) {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push(' ');
        }
        let moved = (self.text.len(), self.hashes.len());
        self.text.push_str(&other.text);
        self.hashes.extend_from_slice(&other.hashes);
        self.weight = self.weight.saturating_add(other.weight);
        moved
    }

    /// Forgets the bytes and tokens from the given ones on.
    pub(crate) fn truncate(&mut self, text: usize, tokens: usize) {
        self.text.truncate(text);
        self.hashes.truncate(tokens);
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.hashes.clear();
        self.weight = 0;
    }
}

/// Where one folded text stands in its [`Tokens`].
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
#[must_use]
pub fn is_number(token: &str) -> bool {
    token
        .as_bytes()
        .first()
        .is_some_and(|&b| b.is_ascii_digit() || b == b'-')
}

/// True if a hash of [`Tokens::hashes`] is that of a number.
#[must_use]
pub const fn is_number_hash(hash: u32) -> bool {
    hash & NUMBER_BIT != 0
}

const NUMBER_BIT: u32 = 1 << 31;

/// True if a character of a fold is a combining mark.
#[must_use]
pub fn is_mark(c: char) -> bool {
    Table::get().entry(c).class() == Class::Mark
}

/// True if a character of a fold is a letter of a script written without spaces.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    Table::get().entry(c).class() == Class::Unspaced
}

/// Folds texts; owns the scratch memory.
#[derive(Debug, Default)]
pub struct Folder {
    numbers: Numbers,
    normalized: String,
}

impl Folder {
    /// Folds `text` and appends its tokens to `out`.
    pub fn fold(&mut self, text: &str, out: &mut Tokens) -> Piece {
        let table = Table::get();
        let mark = (out.text.len(), out.hashes.len(), out.weight);
        let mut writer = Writer { out, open: None };
        if self.run(table, text, &mut writer) {
            writer.close();
        } else {
            out.text.truncate(mark.0);
            out.hashes.truncate(mark.1);
            out.weight = mark.2;
            let mut normalized = std::mem::take(&mut self.normalized);
            normalize(table, text, &mut normalized);
            let mut writer = Writer { out, open: None };
            self.run_trusted(table, &normalized, &mut writer);
            writer.close();
            self.normalized = normalized;
        }
        let start = if out.text.len() > mark.0 && mark.0 > 0 {
            mark.0 + 1
        } else {
            mark.0
        };
        Piece {
            text: start..out.text.len(),
            tokens: mark.1..out.hashes.len(),
            weight: out.weight - mark.2,
        }
    }

    /// Folds text whose characters do not depend on their neighbours; false if it met one that does.
    fn run(&mut self, table: &Table, text: &str, writer: &mut Writer<'_>) -> bool {
        self.scan::<false>(table, text, writer)
    }

    /// Folds text that [`normalize`] has seen.
    fn run_trusted(&mut self, table: &Table, text: &str, writer: &mut Writer<'_>) {
        self.scan::<true>(table, text, writer);
    }

    fn scan<const TRUSTED: bool>(&mut self, table: &Table, text: &str, writer: &mut Writer<'_>) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut after_non_starter = false;
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_alphabetic() {
                let run = bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                writer.letters(&text[at..at + run]);
                at += run;
                after_non_starter = false;
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            let entry = table.entry(c);
            let next = at + c.len_utf8();
            if !TRUSTED && (entry.needs_context() || (after_non_starter && entry.is_non_starter())) {
                return false;
            }
            if entry.class() != Class::Ignored {
                after_non_starter = entry.is_non_starter();
            }
            if entry.is_multi() {
                writer.expansion(table, entry);
                after_non_starter = true; // an expansion may end in a mark
                at = next;
                continue;
            }
            match entry.class() {
                Class::Digit => {
                    at = self.number(table, text, at, false, writer);
                    continue;
                }
                Class::Separator if is_minus(entry.mapped()) && sign_may_stand(table, text, at) => {
                    if let Some((_, Class::Digit, _)) = number::visible(table, text, next) {
                        let digit = skip_ignored(table, text, next);
                        at = self.number(table, text, digit, true, writer);
                        continue;
                    }
                    writer.close();
                }
                class => writer.put(class, entry.mapped()),
            }
            at = next;
        }
        true
    }

    fn number(&mut self, table: &Table, text: &str, at: usize, negative: bool, writer: &mut Writer<'_>) -> usize {
        writer.begin(Kind::Number);
        if negative {
            writer.out.text.push('-');
        }
        let end = self.numbers.read(table, text, at, &mut writer.out.text);
        writer.close();
        end
    }
}

/// The slow path: NFD, every character through the table, NFC (Unicode D147), so that characters may depend on their
/// neighbours. What must stay a token by itself is set off by U+0001, a separator.
fn normalize(table: &Table, text: &str, out: &mut String) {
    out.clear();
    let mapped = text.nfd().flat_map(|c| {
        let entry = table.entry(c);
        let (isolated, list): (bool, Mapped<'_>) = if entry.is_multi() {
            (entry.is_isolated(), Mapped::Many(table.expansion(entry).iter()))
        } else if entry.class() == Class::Ignored {
            (false, Mapped::Many([].iter()))
        } else {
            (false, Mapped::One(Some(entry.mapped())))
        };
        let fence = isolated.then_some('\u{1}');
        fence.into_iter().chain(list).chain(fence)
    });
    out.extend(mapped.nfc());
}

enum Mapped<'t> {
    One(Option<char>),
    Many(std::slice::Iter<'t, char>),
}

impl Iterator for Mapped<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::One(c) => c.take(),
            Self::Many(list) => list.next().copied(),
        }
    }
}

/// Hyphens that are typed for a minus, and the minus itself; dashes are punctuation.
fn is_minus(mapped: char) -> bool {
    matches!(mapped, '-' | '\u{2010}' | '\u{2212}')
}

/// A hyphen is a sign only at the start, after white space or after an opening bracket.
fn sign_may_stand(table: &Table, text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .rev()
        .find(|&c| table.entry(c).class() != Class::Ignored)
        .is_none_or(|c| {
            let entry = table.entry(c);
            c.is_whitespace() || (!entry.is_multi() && matches!(entry.mapped(), '(' | '[' | '{'))
        })
}

fn skip_ignored(table: &Table, text: &str, at: usize) -> usize {
    let skipped = text[at..]
        .chars()
        .take_while(|&c| table.entry(c).class() == Class::Ignored);
    at + skipped.map(char::len_utf8).sum::<usize>()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Unspaced,
    Number,
    Symbol,
}

/// Writes tokens into a [`Tokens`], one open at a time.
struct Writer<'t> {
    out: &'t mut Tokens,
    open: Option<(usize, Kind)>,
}

impl Writer<'_> {
    fn begin(&mut self, kind: Kind) {
        self.close();
        if !self.out.text.is_empty() {
            self.out.text.push(' ');
        }
        self.open = Some((self.out.text.len(), kind));
    }

    fn close(&mut self) {
        if let Some((start, kind)) = self.open.take() {
            let hash = hash::token(&self.out.text.as_bytes()[start..]) & !NUMBER_BIT;
            self.out
                .hashes
                .push(if kind == Kind::Number { hash | NUMBER_BIT } else { hash });
            self.out.weight = self.out.weight.saturating_add(match kind {
                Kind::Word | Kind::Number => 2,
                Kind::Unspaced => 1,
                Kind::Symbol => 0,
            });
        }
    }

    /// A run of ASCII letters.
    fn letters(&mut self, run: &str) {
        if !matches!(self.open, Some((_, Kind::Word))) {
            self.begin(Kind::Word);
        }
        let from = self.out.text.len();
        self.out.text.push_str(run);
        self.out.text[from..].make_ascii_lowercase();
    }

    fn put(&mut self, class: Class, c: char) {
        match class {
            Class::Letter => {
                if !matches!(self.open, Some((_, Kind::Word))) {
                    self.begin(Kind::Word);
                }
            }
            Class::Unspaced => self.begin(Kind::Unspaced),
            Class::Symbol => self.begin(Kind::Symbol),
            Class::Mark => {
                if !matches!(self.open, Some((_, Kind::Word | Kind::Unspaced))) {
                    self.begin(Kind::Word);
                }
            }
            // Digits come here only out of expansions, where `expansion` has opened the token.
            Class::Digit => {}
            Class::Separator => return self.close(),
            Class::Ignored => return,
        }
        self.out.text.push(c);
        if class == Class::Symbol {
            self.close();
        }
    }

    /// The several characters one code point folds to.
    fn expansion(&mut self, table: &Table, entry: Entry) {
        if entry.is_isolated() {
            self.close();
        }
        let mut in_number = false;
        for &c in table.expansion(entry) {
            let class = table.entry(c).class();
            if (class == Class::Digit) != in_number {
                self.close();
                in_number = !in_number;
                if in_number {
                    self.begin(Kind::Number);
                }
            }
            self.put(class, c);
        }
        if entry.is_isolated() {
            self.close();
        }
    }
}

#[cfg(test)]
mod tests;
