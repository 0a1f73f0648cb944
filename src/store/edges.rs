//! How sentences and parts begin and end: what tells whether the rest of a text suffers when one goes.

use crate::letters::LetterTable;
use crate::segment;
use crate::steps::looked;

/// How a sentence or a part begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edges {
    pub(crate) ends_in_colon: bool,
    /// It may go on in what follows, if that begins with a small letter: not behind a full stop and a word that is too long
    /// for an abbreviation, unless a quotation ends there.
    pub(crate) ends_open: bool,
    /// It ends in a full stop behind a word that is short enough for an abbreviation.
    pub(crate) ends_short: bool,
    pub(crate) begins_with_digit: bool,
    pub(crate) begins_small: bool,
    pub(crate) begins_with_capital: bool,
    /// It stands at the beginning of a line.
    pub(crate) begins_line: bool,
    /// It has no letter: the number of an item.
    pub(crate) is_mark: bool,
    /// Characters, counted up to [`Self::LONG`].
    pub(crate) chars: u8,
    /// Words between spaces and punctuation among these, counted up to [`Self::MANY`].
    pub(crate) words: u8,
}

impl Edges {
    pub(crate) const MANY: u8 = 4;
    pub(crate) const LONG: u8 = 40;

    /// Those of a unit, given the white space before it.
    pub(crate) fn of(text: &str, gap: &str) -> Self {
        const ABBREVIATION: usize = 4;
        let end = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '"' | '”' | '»' | ')'));
        let first = text.chars().find(|&c| is_alphanumeric(c));
        looked(text.len().min(16));
        let before_stop = end.strip_suffix('.').filter(|end| !end.ends_with('.')).map(|end| {
            let word = end.chars().rev().take_while(|&c| is_alphanumeric(c) || c == '.');
            word.take(ABBREVIATION + 1).filter(|&c| is_alphabetic(c)).count()
        });
        let is_quoted = text.trim_end().ends_with(['"', '”', '»', '’']);
        Self {
            ends_in_colon: end.ends_with([':', '：', '\u{fe55}', '\u{1365}', '\u{1366}']),
            ends_open: is_quoted || before_stop.is_none_or(|count| count <= ABBREVIATION),
            ends_short: before_stop.is_some_and(|count| (1..=ABBREVIATION).contains(&count)),
            begins_with_digit: first.is_some_and(char::is_numeric),
            begins_small: first.is_some_and(segment::is_small),
            begins_with_capital: first.is_some_and(char::is_uppercase),
            begins_line: gap.contains(['\n', '\r']),
            is_mark: !text.chars().any(is_alphabetic),
            words: words(text),
            chars: chars(text),
        }
    }

    /// The same in one word.
    pub(super) fn packed(self) -> PackedEdges {
        let bits = [
            self.ends_in_colon,
            self.ends_open,
            self.ends_short,
            self.begins_with_digit,
            self.begins_small,
            self.begins_with_capital,
            self.begins_line,
            self.is_mark,
        ];
        let bits = bits.iter().rev().fold(0, |all, &bit| all << 1 | u32::from(bit));
        PackedEdges(bits | u32::from(self.words) << 8 | u32::from(self.chars) << 16)
    }
}

/// Which characters are letters, and which numbers, of Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Bengali, Thai and
/// Lao; the Latin letters of Vietnamese; quotation marks. The standard library searches for what is not ASCII, which took a third
/// of the time for all edges.
static LETTERS: LetterTable<u8, 11> = LetterTable::new([0, 1, 2, 3, 4, 5, 6, 9, 0xe, 0x1e, 0x20], |c| {
    LETTER * u8::from(c.is_alphabetic()) + NUMBER * u8::from(c.is_numeric())
});

const LETTER: u8 = 1;
const NUMBER: u8 = 2;

#[inline]
fn is_alphabetic(c: char) -> bool {
    LETTERS
        .get(c)
        .map_or_else(|| c.is_alphabetic(), |kind| kind & LETTER != 0)
}

#[inline]
fn is_alphanumeric(c: char) -> bool {
    LETTERS.get(c).map_or_else(|| c.is_alphanumeric(), |kind| kind != 0)
}

/// Characters, counted up to [`Edges::LONG`].
fn chars(text: &str) -> u8 {
    let bytes = text.as_bytes();
    let begins = |byte: &&u8| !matches!(byte, 0x80..=0xBF);
    match bytes.get(..Edges::LONG.into()) {
        Some(beginning) if beginning.is_ascii() => Edges::LONG,
        _ => (1..=Edges::LONG)
            .zip(bytes.iter().filter(begins))
            .last()
            .map_or(0, |(n, _)| n),
    }
}

/// How many words between spaces and punctuation the first [`Edges::LONG`] characters of a text have, counted up to
/// [`Edges::MANY`].
fn words(text: &str) -> u8 {
    let mut words = 0;
    let mut is_inside = false;
    for c in text.chars().take(Edges::LONG.into()) {
        let is_word = is_alphanumeric(c) || c == '_';
        words += u8::from(is_word && !is_inside);
        is_inside = is_word;
        if words == Edges::MANY {
            break;
        }
    }
    words
}

/// [`Edges`] in one word.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedEdges(pub(super) u32);

impl PackedEdges {
    pub(super) fn unpacked(self) -> Edges {
        let has = |place: u32| self.0 >> place & 1 != 0;
        let [_, words, chars, _] = self.0.to_le_bytes();
        Edges {
            ends_in_colon: has(0),
            ends_open: has(1),
            ends_short: has(2),
            begins_with_digit: has(3),
            begins_small: has(4),
            begins_with_capital: has(5),
            begins_line: has(6),
            is_mark: has(7),
            words,
            chars,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_standard_library() {
        for c in '\0'..='\u{4fff}' {
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn characters_are_counted_to_forty() {
        for (text, count) in [
            ("", 0),
            ("é!", 2),
            (&"a".repeat(39), 39),
            (&"é".repeat(41), 40),
            (&"a".repeat(40), 40),
        ] {
            assert_eq!(chars(text), count, "{text:?}");
        }
    }
}
