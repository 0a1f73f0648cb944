//! What a text is made of, for those who edit it.

use crate::words::{Class, Cutter};
use redite::fold::{fold, is_number};
use redite::verdict::missing_numbers;
use std::ops::Range;

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WordKind {
    /// Letters; with the apostrophes between them.
    Word,
    /// Two letters of a script without spaces, or one before something else.
    Piece,
    /// Digits.
    Number,
}

/// A word of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    pub(super) kind: WordKind,
}

/// Cuts texts into words; owns what it has learned of characters.
#[derive(Default)]
pub(super) struct Reader(Cutter);

impl Reader {
    /// The words of a text. Letters of scripts without spaces are taken by twos.
    pub(super) fn words(&mut self, text: &str) -> Vec<Word> {
        let mut out: Vec<Word> = Vec::new();
        let mut single = false;
        for range in self.0.words(text) {
            let Some(first) = text[range.clone()].chars().next() else {
                continue;
            };
            let kind = match self.0.class(first) {
                Class::Letter => WordKind::Word,
                Class::Alone => WordKind::Piece,
                Class::Digit => WordKind::Number,
                Class::Space | Class::Mark | Class::Other => continue,
            };
            let grows = out.last().is_some_and(|last| {
                let between = &text[last.range.end..range.start];
                last.kind == kind
                    && match kind {
                        WordKind::Word => matches!(between, "'" | "\u{2019}"),
                        WordKind::Piece => single && between.is_empty(),
                        WordKind::Number => false,
                    }
            });
            match out.last_mut() {
                Some(last) if grows => {
                    last.range.end = range.end;
                    single = false;
                }
                _ => {
                    out.push(Word { range, kind });
                    single = true;
                }
            }
        }
        out
    }

    /// How many words a text has.
    pub(super) fn length(&mut self, text: &str) -> usize {
        self.words(text).len()
    }

    /// The clauses of a text: what ends after a comma, a semicolon or a colon of any script with the white space behind
    /// it; where words are not spaced, after any white space. Together they are the text.
    pub(super) fn clauses(&mut self, text: &str) -> Vec<Range<usize>> {
        let words = self.words(text);
        let pieces = words.iter().filter(|w| w.kind == WordKind::Piece).count();
        let unspaced = 2 * pieces > words.len();
        let mut out = Vec::new();
        let (mut start, mut before) = (0, ' ');
        let mut ended = false;
        for (at, c) in text.char_indices() {
            if ended && !c.is_whitespace() {
                // "1,500" is no end of a clause, and no list of two
                if !(before.is_numeric() && c.is_numeric() && !text[start..at].ends_with(char::is_whitespace)) {
                    out.push(start..at);
                    start = at;
                }
                ended = false;
            }
            match c {
                c if is_comma(c) => ended = true,
                c if c.is_whitespace() => ended |= unspaced,
                c => before = c,
            }
        }
        out.push(start..text.len());
        out
    }
}

/// True for what parts clauses: comma, semicolon and colon of every script.
pub(super) fn is_comma(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | ':'
            | '\u{387}'                                 // Greek ano teleia
            | '\u{55d}'                                 // Armenian
            | '\u{60c}' | '\u{61b}'                     // Arabic
            | '\u{7f8}'                                 // N'Ko
            | '\u{104a}'                                // Burmese
            | '\u{1363}'..='\u{1366}'                   // Ethiopic
            | '\u{17d6}'                                // Khmer
            | '\u{1802}' | '\u{1804}' | '\u{1808}'      // Mongolian
            | '\u{3001}'                                // ideographic
            | '\u{a60d}' | '\u{a6f4}'..='\u{a6f6}'      // Vai, Bamum
            | '\u{fe10}' | '\u{fe11}' | '\u{fe13}' | '\u{fe14}' | '\u{fe50}' | '\u{fe51}' | '\u{fe54}' | '\u{fe55}'
            | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff64}'
    )
}

/// The numbers of a text as they are written, group and decimal marks included.
pub(super) fn written_numbers(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|&(_, c)| c.is_numeric()) {
        let end = at + c.len_utf8();
        match out.last_mut() {
            Some(last) if joins(&text[last.end..at]) => last.end = end,
            _ => out.push(at..end),
        }
    }
    out
}

/// True for what may stand between two digits of one number: nothing, or one mark.
fn joins(between: &str) -> bool {
    let mut chars = between.chars();
    match (chars.next(), chars.next()) {
        (None, _) => true,
        (Some(c), None) => {
            matches!(
                c,
                '.' | ',' | '\'' | '\u{2019}' | '\u{66b}' | '\u{66c}' | ':' | '/' | '-'
            ) || c.is_whitespace()
        }
        _ => false,
    }
}

/// How many numbers of `text` do not stand in `other`, by value and as often.
pub(super) fn numbers_missing(text: &str, other: &str) -> usize {
    missing_numbers(fold(text).as_str(), fold(other).as_str()).len()
}

/// How many numbers a text holds.
pub(super) fn number_count(text: &str) -> usize {
    fold(text).iter().filter(|token| is_number(token)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let words = Reader::default().words(text);
        words.into_iter().map(|w| &text[w.range]).collect()
    }

    fn clauses(text: &str) -> Vec<&str> {
        let clauses = Reader::default().clauses(text);
        clauses.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_of_many_scripts() {
        assert_eq!(words("L’été, don't 1.500 g!"), ["L’été", "don't", "1", "500", "g"]);
        assert_eq!(words("東京は今日、雨。"), ["東京", "は今", "日", "雨"]);
        assert_eq!(words("ที่นี่มี"), ["ที่นี่", "มี"]);
        assert_eq!(words("हिन्दी है ٣٤ сто서울은"), ["हिन्दी", "है", "٣٤", "сто서울은"]);
    }

    #[test]
    fn clauses_of_many_scripts() {
        assert_eq!(clauses("One, two; three."), ["One, ", "two; ", "three."]);
        assert_eq!(clauses("1,500 men, 2,3"), ["1,500 men, ", "2,3"]);
        assert_eq!(clauses("1, 500"), ["1, ", "500"]);
        assert_eq!(clauses("今日、雨，明日：雪。"), ["今日、", "雨，", "明日：", "雪。"]);
        assert_eq!(clauses("نعم، لا؛ ربما"), ["نعم، ", "لا؛ ", "ربما"]);
        assert_eq!(clauses("วันนี้ฝนตก พรุ่งนี้"), ["วันนี้ฝนตก ", "พรุ่งนี้"]);
        assert_eq!(clauses(""), [""]);
    }

    #[test]
    fn numbers_as_they_are_written() {
        let text = "In 1.500 of 3/4, 1 000 000; ２０,5.";
        let found: Vec<&str> = written_numbers(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["1.500", "3/4", "1 000 000", "２０,5"]);
        assert_eq!(numbers_missing("1.500 and 7", "1 500 and 8"), 1);
        assert_eq!(number_count("1.500 and 7"), 2);
    }
}
