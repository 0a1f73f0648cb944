//! The slow path: character references read, NFD, every character through the table, NFC (Unicode D147), so that
//! characters may depend on their neighbours. It is the oracle of the fast path, too.

use super::entity;
use super::table::{Class, Table};
use crate::steps::looked;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// As [`normalize`], but leaves words as they are whose characters do not depend on their neighbours.
pub(super) fn normalize_words(table: &Table, text: &str, out: &mut String) {
    if text.contains('&') {
        return normalize(table, text, out);
    }
    out.clear();
    let mut word = String::new();
    for said in text.split_inclusive(' ') {
        if needs_context(table, said) {
            normalize(table, said, &mut word);
            out.push_str(&word);
        } else {
            out.push_str(said);
        }
    }
}

/// True if a character of `text` depends on its neighbours.
fn needs_context(table: &Table, text: &str) -> bool {
    let mut after_non_starter = false;
    text.chars().any(|c| {
        looked(1);
        let entry = table.entry(c);
        let needs = entry.needs_context() || after_non_starter && entry.is_non_starter();
        if !entry.is_transparent() {
            // An expansion may end in a mark.
            after_non_starter = entry.is_multi() || entry.is_non_starter();
        }
        needs
    })
}

/// Writes `text` to `out` in the form that can be folded character by character. What must stay a token by itself is
/// set off by U+0001, a separator; raised digits stay raised.
pub(super) fn normalize(table: &Table, text: &str, out: &mut String) {
    out.clear();
    looked(text.len());
    let text = if text.contains('&') {
        let mut read = String::with_capacity(text.len());
        entity::decode(text, &mut read);
        Cow::Owned(read)
    } else {
        Cow::Borrowed(text)
    };
    let mapped = text.nfd().flat_map(|c| {
        let entry = table.entry(c);
        let (isolated, list): (bool, Mapped<'_>) = if entry.is_multi() {
            (entry.is_isolated(), Mapped::Many(table.expansion(entry).iter()))
        } else {
            (
                false,
                Mapped::One(match entry.class() {
                    Class::Ignored => None,
                    Class::Raised => Some(c),
                    _ => Some(entry.mapped()),
                }),
            )
        };
        let fence = isolated.then_some('\u{1}');
        fence.into_iter().chain(list).chain(fence)
    });
    let mut last = Class::Separator;
    let mut starter = '\u{1}';
    let dressed = mapped.filter_map(|c| {
        let entry = table.entry(c);
        let mut c = c;
        match entry.class() {
            Class::Stretch if last == Class::Letter => return None,
            Class::Stretch => c = '\u{1}',
            // The dot that Turkish puts on a capital i, and the two that Russian may leave off.
            Class::Mark if matches!((starter, c), ('i', '\u{307}') | ('е', '\u{308}')) => return None,
            _ => {}
        }
        if !entry.is_non_starter() {
            starter = c;
        }
        last = match entry.class() {
            // A mark belongs to what stands before it, or begins a word.
            Class::Mark if matches!(last, Class::Unspaced | Class::Numeral) => last,
            Class::Mark => Class::Letter,
            class => class,
        };
        Some(c)
    });
    out.extend(dressed.nfc());
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
