//! What comes after a stop.

use super::chars;
use crate::steps::looked;

/// What stands after a stop.
pub(super) struct Next<'t> {
    /// First letter, digit or unexpected sign, after the opening ones.
    pub(super) first: Option<char>,
    /// The letters that begin there.
    pub(super) word: &'t str,
    /// The word ends at a space, perhaps after one sign.
    pub(super) whole: bool,
    /// The word is followed by a dot, so it may be an initial.
    pub(super) initial: bool,
    /// Opening signs before `first`.
    pub(super) marks: usize,
    /// The first sign is a bullet or a dash.
    pub(super) bullet: bool,
    /// It begins with three dots.
    pub(super) ellipsis: bool,
}

impl<'t> Next<'t> {
    /// Reads from `at`, which is behind the white space.
    pub(super) fn read(text: &'t str, at: usize) -> Self {
        let mut next = Self {
            first: None,
            word: "",
            whole: false,
            initial: false,
            marks: 0,
            bullet: false,
            ellipsis: false,
        };
        let mut letters = text[at..].char_indices().peekable();
        while let Some(&(i, c)) = letters.peek() {
            let sign = !c.is_ascii_alphanumeric();
            if sign && (chars::opens(c) || chars::bullet(c))
                || (next.marks > 0 && c.is_whitespace() && chars::line_break(&text.as_bytes()[at + i..]).is_none())
            {
                if next.marks == 0 {
                    next.bullet = chars::bullet(c) || matches!(c, '-' | '*' | '\u{2013}' | '\u{2014}' | '\u{b7}');
                }
                next.marks += 1;
                letters.next();
                continue;
            }
            if c == ',' && next.marks == 0 && text[at + i..].starts_with(",,") {
                // The low quotes of a typewriter.
                next.marks += 1;
                letters.nth(1);
                continue;
            }
            next.first = Some(c);
            let rest = &text[at + i..];
            next.ellipsis = rest.starts_with("...") || c == '\u{2026}';
            // A word longer than any in a list need not be read to its end.
            looked(i + 32);
            next.word = rest.get(..word(rest)).unwrap_or_default();
            let mut after = rest[next.word.len()..].chars();
            let sign = after.next();
            next.initial = sign == Some('.') && next.word.chars().nth(1).is_none();
            next.whole = sign.is_none_or(char::is_whitespace)
                || matches!(sign, Some('.' | ',' | '!' | '?' | ':' | ';'))
                    && after.next().is_none_or(char::is_whitespace);
            return next;
        }
        looked(text.len() - at);
        next
    }

    /// The word is a capital Roman number.
    pub(super) fn is_roman(&self) -> bool {
        is_roman(self.word)
    }
}

/// Bytes of the letters and digits that `text` begins with, as far as they are looked at.
fn word(text: &str) -> usize {
    const LETTERS: usize = 32;
    let plain = text.bytes().take(LETTERS).take_while(u8::is_ascii_alphanumeric).count();
    if plain < LETTERS && text.as_bytes().get(plain).is_none_or(u8::is_ascii) {
        return plain;
    }
    let mut letters = text.char_indices().take(LETTERS);
    let end = letters.find(|&(_, c)| !chars::alphanumeric(c));
    end.map_or(text.len().min(2 * LETTERS), |(i, _)| i)
}

/// True for a capital Roman number.
pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
}
