//! Numbers written in Han numerals: `二〇一七年`, `三百五十`, `第十二条`.
//!
//! A run of two or more numerals that is well formed is a number by value. A single numeral is part of too many words
//! (`一般`, `九州`) and counts only where its neighbours leave no doubt: after `第` or `分之`, before a unit of the
//! calendar, of laws, of people or of money, and as the number of a list item.
//!
//! `三十` and `30` are the same number and the same token.

use super::table::{Class, Table};
use super::{opens, visible, visible_before};
use crate::steps::looked;

/// What numerals at one place are.
pub(super) enum Numeral {
    /// A number by value, and the byte after it.
    Number(String, usize),
    /// Letters up to that byte.
    Letters(usize),
}

/// Reads the run of numerals at byte `at`.
pub(super) fn read(table: &Table, text: &str, at: usize) -> Numeral {
    let (mut end, mut count, mut first) = (at, 0, ' ');
    let next = loop {
        match visible(table, text, end) {
            Some((c, Class::Numeral, after)) => {
                if count == 0 {
                    first = c;
                }
                count += 1;
                end = after;
            }
            next => break next.map(|(c, class, _)| (c, class)),
        }
    };
    let is_number = match next {
        Some((_, Class::Mark)) => false,
        _ if count > 1 => true,
        next => counts_alone(table, text, at, first, next.map(|(c, _)| c)),
    };
    if !is_number {
        return Numeral::Letters(end);
    }
    let mut parser = Parser::default();
    looked(end - at);
    for c in text[at..end].chars() {
        let entry = table.entry(c);
        if entry.class() == Class::Numeral {
            parser.push(entry.mapped());
        }
    }
    match parser.finish() {
        Some(digits) => Numeral::Number(digits, end),
        None => Numeral::Letters(end),
    }
}

fn counts_alone(table: &Table, text: &str, at: usize, numeral: char, next: Option<char>) -> bool {
    if numeral == '两' || numeral == '兩' {
        return false;
    }
    let mut before = visible_before(table, text, at).map(|(c, _)| c);
    let previous = before.next();
    if previous == Some('第') || (previous == Some('之') && before.next() == Some('分')) {
        return true;
    }
    let Some(next) = next else { return false };
    "年月日号號条條章节節款项項编編元圆圓円人名".contains(next)
        || (matches!(next, '、' | '.' | ',' | ')' | ']' | '}') && previous.is_none_or(opens))
}

enum Value {
    Digit(u8),
    /// Ten, hundred, thousand, by their exponent.
    Place(usize),
    /// Ten thousand, a hundred million, a billion, by their exponent.
    Section(usize),
}

fn value(c: char) -> Option<Value> {
    Some(match c {
        '〇' | '零' => Value::Digit(0),
        '一' | '壹' => Value::Digit(1),
        '二' | '贰' | '貳' | '弐' | '两' | '兩' => Value::Digit(2),
        '三' | '叁' | '參' | '参' => Value::Digit(3),
        '四' | '肆' => Value::Digit(4),
        '五' | '伍' => Value::Digit(5),
        '六' | '陆' | '陸' => Value::Digit(6),
        '七' | '柒' => Value::Digit(7),
        '八' | '捌' => Value::Digit(8),
        '九' | '玖' => Value::Digit(9),
        '十' | '拾' => Value::Place(1),
        '百' | '佰' => Value::Place(2),
        '千' | '仟' => Value::Place(3),
        '万' | '萬' => Value::Section(4),
        '亿' | '億' => Value::Section(8),
        '兆' => Value::Section(12),
        _ => return None,
    })
}

/// Adds numerals up; each step is constant, so a run of any length is read in linear time.
struct Parser {
    /// The digits as they stand, in case there is nothing else.
    plain: String,
    /// Decimal places, the lowest first: 兆 has the highest section.
    places: [u8; 16],
    /// The section that is being filled, lowest place first, and the digit that waits for its place.
    section: [u8; 4],
    waiting: Option<u8>,
    /// Exponents that the next place and the next section must stay below.
    place: usize,
    above: usize,
    has_places: bool,
    is_malformed: bool,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            plain: String::new(),
            places: [0; 16],
            section: [0; 4],
            waiting: None,
            place: 4,
            above: 16,
            has_places: false,
            is_malformed: false,
        }
    }
}

impl Parser {
    fn push(&mut self, c: char) {
        match value(c) {
            Some(Value::Digit(0)) if self.has_places => {
                self.is_malformed |= self.waiting.is_some();
            }
            Some(Value::Digit(digit)) => {
                self.plain.push(char::from(b'0' + digit));
                // Two digits side by side are a number only where all are digits.
                let several = self.waiting.replace(digit).is_some();
                self.is_malformed |= several && self.has_places;
            }
            Some(Value::Place(place)) => {
                self.begin_places();
                let digit = self.waiting.take().unwrap_or(1);
                self.is_malformed |= place >= self.place || digit == 0;
                if let Some(slot) = self.section.get_mut(place) {
                    *slot = digit;
                }
                self.place = place;
            }
            Some(Value::Section(exponent)) => {
                self.begin_places();
                self.close_section(exponent);
                self.is_malformed |= exponent >= self.above;
                self.above = exponent;
                self.place = 4;
            }
            None => self.is_malformed = true,
        }
    }

    fn begin_places(&mut self) {
        if !self.has_places {
            // Only one digit may have come before, and not a zero.
            self.is_malformed |= self.plain.len() > 1;
            self.has_places = true;
        }
    }

    fn close_section(&mut self, exponent: usize) {
        if let Some(digit) = self.waiting.take() {
            self.section[0] = digit;
        }
        self.is_malformed |= self.section == [0; 4];
        for (i, digit) in std::mem::take(&mut self.section).into_iter().enumerate() {
            if let Some(slot) = self.places.get_mut(exponent + i) {
                *slot = digit;
            }
        }
    }

    fn finish(mut self) -> Option<String> {
        if !self.has_places {
            return Some(self.plain);
        }
        if self.waiting.is_some() || self.section != [0; 4] {
            self.close_section(0);
        }
        if self.is_malformed {
            return None;
        }
        let digits: String = self.places.iter().rev().map(|&d| char::from(b'0' + d)).collect();
        Some(digits.trim_start_matches('0').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        match read(Table::get(), text, 0) {
            Numeral::Number(token, end) if end == text.len() => Some(token),
            _ => None,
        }
    }

    #[test]
    fn values() {
        for (text, digits) in [
            ("二〇一七", "2017"),
            ("一九九八", "1998"),
            ("〇一", "01"),
            ("十二", "12"),
            ("二十", "20"),
            ("二十三", "23"),
            ("百二十", "120"),
            ("一百零三", "103"),
            ("四百三", "403"),
            ("三千五百", "3500"),
            ("一千零一", "1001"),
            ("两千", "2000"),
            ("十万八千", "108000"),
            ("三百五十万", "3500000"),
            ("千万", "10000000"),
            ("一亿二千万", "120000000"),
            ("一億〇五百", "100000500"),
            ("一兆二億三万四", "1000200030004"),
            ("壹佰贰拾叁", "123"),
        ] {
            assert_eq!(number(text).as_deref(), Some(digits), "{text}");
        }
        for text in [
            "万一",
            "亿万",
            "十百",
            "二三百",
            "百百",
            "万万",
            "一万亿",
            "〇百",
            "千一万兆兆",
            "一二三十",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
        let long = "一".repeat(10_000);
        assert_eq!(number(&long), Some("1".repeat(10_000)));
        assert_eq!(number(&"十一".repeat(10_000)), None);
    }
}
