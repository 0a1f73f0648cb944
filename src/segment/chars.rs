//! What single characters mean to the cutter, and the few moves over bytes that paragraphs and sentences share.

use crate::model::Span;
use crate::notes;
use crate::steps::looked;

/// What kind of end of sentence a character may mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Also marks abbreviations, ordinals and decimals: UAX #29 `ATerm`.
    Dot,
    /// Ends a sentence but wants a space after it: `!` and `?` of the scripts with case.
    Bang,
    /// Ends a sentence whatever follows: 。 । ۔ ። and the like.
    Full,
    /// Three dots: ends a sentence only if a new one visibly begins.
    Ellipsis,
}

/// The stops of all scripts: UAX #29 Sentence_Terminal (PropList.txt of Unicode 17) and the ellipsis.
///
/// The Tibetan and the Greek ones mean something else elsewhere and stand in their language's file.
pub(super) const fn stop(c: char) -> Option<Stop> {
    Some(match c {
        '.' | '\u{2024}' | '\u{fe52}' => Stop::Dot,
        '!' | '?' | '\u{203c}' | '\u{203d}' | '\u{2047}'..='\u{2049}' | '\u{2e2e}' | '\u{2e53}' | '\u{2e54}' => {
            Stop::Bang
        }
        '\u{2026}' | '\u{22ef}' | '\u{fe19}' => Stop::Ellipsis,
        // Armenian, Arabic, Syriac, N'Ko, Samaritan
        '\u{589}' | '\u{61d}'..='\u{61f}' | '\u{6d4}' | '\u{700}'..='\u{702}' | '\u{7f9}' => Stop::Full,
        '\u{837}' | '\u{839}' | '\u{83d}' | '\u{83e}' => Stop::Full,
        // Indic, Myanmar, Ethiopic, Canadian, Philippine, Khmer, Mongolian
        '\u{964}' | '\u{965}' | '\u{104a}' | '\u{104b}' | '\u{1362}' | '\u{1367}' | '\u{1368}' => Stop::Full,
        '\u{166e}' | '\u{1735}' | '\u{1736}' | '\u{17d4}' | '\u{17d5}' | '\u{1803}' | '\u{1809}' => Stop::Full,
        // Limbu, Tai Tham, Balinese, Lepcha, Ol Chiki
        '\u{1944}' | '\u{1945}' | '\u{1aa8}'..='\u{1aab}' | '\u{1b4e}' | '\u{1b4f}' => Stop::Full,
        '\u{1b5a}' | '\u{1b5b}' | '\u{1b5e}' | '\u{1b5f}' | '\u{1b7d}'..='\u{1b7f}' => Stop::Full,
        '\u{1c3b}' | '\u{1c3c}' | '\u{1c7e}' | '\u{1c7f}' => Stop::Full,
        // Coptic, double-width punctuation, CJK
        '\u{2cf9}'..='\u{2cfb}' | '\u{2e3c}' | '\u{2e60}' | '\u{2e61}' | '\u{3002}' => Stop::Full,
        // Lisu, Vai, Bamum, Phags-pa, Saurashtra, Kayah Li, Javanese, Cham, Meetei Mayek
        '\u{a4ff}' | '\u{a60e}' | '\u{a60f}' | '\u{a6f3}' | '\u{a6f7}' | '\u{a876}' | '\u{a877}' => Stop::Full,
        '\u{a8ce}' | '\u{a8cf}' | '\u{a92f}' | '\u{a9c8}' | '\u{a9c9}' | '\u{aa5d}'..='\u{aa5f}' => Stop::Full,
        '\u{aaf0}' | '\u{aaf1}' | '\u{abeb}' => Stop::Full,
        // Vertical, small, full-width and half-width forms
        '\u{fe12}' | '\u{fe15}' | '\u{fe16}' | '\u{fe56}' | '\u{fe57}' => Stop::Full,
        '\u{ff01}' | '\u{ff0e}' | '\u{ff1f}' | '\u{ff61}' => Stop::Full,
        // Supplementary planes, in code order
        '\u{10a56}' | '\u{10a57}' | '\u{10f55}'..='\u{10f59}' | '\u{10f86}'..='\u{10f89}' => Stop::Full,
        '\u{11047}' | '\u{11048}' | '\u{110be}'..='\u{110c1}' | '\u{11141}'..='\u{11143}' => Stop::Full,
        '\u{111c5}' | '\u{111c6}' | '\u{111cd}' | '\u{111de}' | '\u{111df}' | '\u{11238}' | '\u{11239}' => Stop::Full,
        '\u{1123b}' | '\u{1123c}' | '\u{112a9}' | '\u{113d4}' | '\u{113d5}' | '\u{1144b}' | '\u{1144c}' => Stop::Full,
        '\u{115c2}' | '\u{115c3}' | '\u{115c9}'..='\u{115d7}' | '\u{11641}' | '\u{11642}' => Stop::Full,
        '\u{1173c}'..='\u{1173e}' | '\u{11944}' | '\u{11946}' | '\u{11a42}' | '\u{11a43}' => Stop::Full,
        '\u{11a9b}' | '\u{11a9c}' | '\u{11c41}' | '\u{11c42}' | '\u{11ef7}' | '\u{11ef8}' => Stop::Full,
        '\u{11f43}' | '\u{11f44}' | '\u{16a6e}' | '\u{16a6f}' | '\u{16af5}' | '\u{16b37}' | '\u{16b38}' => Stop::Full,
        '\u{16b44}' | '\u{16d6e}' | '\u{16d6f}' | '\u{16e98}' | '\u{1bc9f}' | '\u{1da88}' => Stop::Full,
        _ => return None,
    })
}

/// True for a character that closes what was opened, however it stands: UAX #29 `Close`, the half that ends things.
pub(super) const fn closes(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '"'
            | '\''
            | '\u{bb}'
            | '\u{2019}'
            | '\u{201d}'
            | '\u{203a}'
            | '\u{2e05}'
            | '\u{300d}'
            | '\u{300f}'
            | '\u{3009}'
            | '\u{300b}'
            | '\u{3011}'
            | '\u{3015}'
            | '\u{3017}'
            | '\u{3019}'
            | '\u{301b}'
            | '\u{301e}'
            | '\u{301f}'
            | '\u{ff02}'
            | '\u{ff07}'
            | '\u{ff09}'
            | '\u{ff3d}'
            | '\u{ff5d}'
            | '\u{ff60}'
            | '\u{ff63}'
            | '\u{fe42}'
            | '\u{fe44}'
            | '\u{fd3e}'
            | '*'
            | '_'
    )
}

/// True for a quote that closes in some languages and opens in others, so only its neighbours tell.
pub(super) const fn turns(c: char) -> bool {
    matches!(c, '\u{201c}' | '\u{2018}' | '\u{ab}' | '\u{2039}' | '\u{201e}')
}

/// True for what may stand before the first letter of a sentence.
pub(super) const fn opens(c: char) -> bool {
    turns(c)
        || matches!(
            c,
            '(' | '[' | '{' | '<' | '"' | '\'' | '\u{201a}' | '\u{201b}' | '\u{201f}' | '\u{bb}' | '\u{203a}' | '\u{2019}'
                | '\u{201d}' | '\u{a1}' | '\u{bf}' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '*' | '_' | '`'
                | '\u{2022}' | '\u{2023}' | '\u{25cf}' | '\u{25aa}' | '\u{25a0}' | '\u{b7}' | '#' | '\u{300c}'
                | '\u{300e}' | '\u{3008}' | '\u{300a}' | '\u{3010}' | '\u{3014}' | '\u{3016}' | '\u{301d}'
                | '\u{ff08}' | '\u{ff3b}' | '\u{ff62}' | '\u{fd3f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// True for a sign that begins an item of a list.
pub(super) fn bullet(c: char) -> bool {
    inline_bullet(c) || matches!(c, '\u{2023}' | '\u{25e6}')
}

/// The bullets that part the items of a list in running text.
pub(super) const INLINE_BULLETS: [char; 9] = [
    '\u{2022}', '\u{2043}', '\u{25cf}', '\u{25aa}', '\u{25a0}', '\u{25b6}', '\u{2713}', '\u{2714}', '\u{27a4}',
];

/// True for one of [`INLINE_BULLETS`].
pub(super) fn inline_bullet(c: char) -> bool {
    !c.is_ascii() && INLINE_BULLETS.contains(&c)
}

/// True for scripts written without spaces in which a line may end anywhere.
pub(super) const fn ideographic(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{30ff}' | '\u{3130}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}')
}

/// True for scripts whose letters are syllables, and so may be a whole word: Hangul, Ethiopic.
pub(super) const fn syllabic(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1200}'..='\u{139f}')
}

/// True for the letters of Thai and Lao, which have no stop.
pub(super) const fn thai(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}')
}

/// True for the letters of Thai, Lao, Tibetan, Burmese and Khmer, whose spaces part phrases, not words.
pub(super) const fn phrasal(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{aa60}'..='\u{aa7f}')
}

/// As [`char::is_alphanumeric`], which searches long for what most texts are written in.
pub(super) fn alphanumeric(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2c1}' | '\u{400}'..='\u{481}'
        | '\u{620}'..='\u{657}' | '\u{904}'..='\u{93b}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
        || c.is_alphanumeric()
}

/// True for a letter that can begin a sentence with a capital.
pub(super) fn upper(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_uppercase()
    } else {
        c.is_uppercase()
    }
}

/// True for a letter that would have been a capital at the start of a sentence.
pub(crate) fn lower(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_lowercase()
    } else {
        // Georgian Mkhedruli is small letters to Unicode, but has capitals in headlines only
        c.is_lowercase() && !matches!(c, '\u{aa}' | '\u{ba}' | '\u{10d0}'..='\u{10ff}')
    }
}

/// The next place from `at` on where `table` says to look: it has, for every first byte of a character, which second
/// bytes to look at, by their low six bits; for ASCII all or none.
#[inline]
pub(super) fn find(bytes: &[u8], mut at: usize, table: &[u64; 256]) -> Option<usize> {
    let of = |b: u8| table[usize::from(b)];
    loop {
        // Where nothing is to be seen, eight at a time.
        while let Some(&[a, b, c, d, e, f, g, h]) = bytes[at..].first_chunk() {
            if of(a) | of(b) | of(c) | of(d) | of(e) | of(f) | of(g) | of(h) != 0 {
                break;
            }
            at += 8;
        }
        at += bytes[at..].iter().position(|&b| of(b) != 0)?;
        match (bytes[at], bytes.get(at + 1)) {
            (lead @ 0xc2.., Some(second)) if of(lead) >> (second & 63) & 1 == 0 => {
                at += if lead < 0xe0 { 2 } else { 3 };
            }
            _ => return Some(at),
        }
    }
}

/// The next place from `at` on where a line may break: see [`may_break_line`].
pub(super) fn find_line_break(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(chunk) = bytes[at..].first_chunk::<32>() {
        if chunk.iter().fold(false, |any, &b| any | may_break_line(b)) {
            break;
        }
        at += 32;
    }
    let step = bytes[at..].iter().position(|&b| may_break_line(b))?;
    Some(at + step)
}

/// True for a byte that can begin a line break.
pub(super) const fn may_break_line(b: u8) -> bool {
    matches!(b, 0x0a..=0x0d | 0xc2 | 0xe2)
}

/// The length in bytes of the line break `bytes` begins with, and whether it is a PARAGRAPH SEPARATOR.
pub(super) fn line_break(bytes: &[u8]) -> Option<(usize, bool)> {
    match bytes {
        [b'\r', b'\n', ..] => Some((2, false)),
        [0x0a..=0x0d, ..] => Some((1, false)),
        [0xc2, 0x85, ..] => Some((2, false)),
        [0xe2, 0x80, 0xa8, ..] => Some((3, false)),
        [0xe2, 0x80, 0xa9, ..] => Some((3, true)),
        _ => None,
    }
}

/// A run of white space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// Byte of the first character after it.
    pub(super) end: usize,
    /// It holds a line break.
    pub(super) line: bool,
    /// It holds a blank line or a PARAGRAPH SEPARATOR.
    pub(super) blank: bool,
}

/// The run of white space that begins at byte `at`, empty if there is none.
pub(super) fn gap(text: &str, at: usize) -> Gap {
    let bytes = text.as_bytes();
    let mut gap = Gap {
        end: at,
        line: false,
        blank: false,
    };
    while gap.end < bytes.len() {
        if bytes[gap.end] == b' ' {
            gap.end += 1;
        } else if let Some((len, paragraph)) = line_break(&bytes[gap.end..]) {
            gap.blank |= gap.line || paragraph;
            gap.line = true;
            gap.end += len;
        } else {
            match text[gap.end..].chars().next() {
                Some(c) if c.is_whitespace() => gap.end += c.len_utf8(),
                _ => break,
            }
        }
    }
    looked(gap.end - at + 1);
    gap
}

/// `text` as far as a [`Span`] can point.
pub(super) fn cap(text: &str) -> &str {
    if u32::try_from(text.len()).is_ok() {
        return text;
    }
    let mut end = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Appends `start..end` without the white space at its ends, unless nothing is left.
pub(super) fn push_trimmed(text: &str, start: usize, end: usize, out: &mut Vec<Span>) {
    out.extend(trimmed(text, start, end));
}

/// `start..end` without the white space at its ends; nothing if nothing is left.
pub(super) fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let piece = &text[start..end];
    let solid = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_graphic());
    let bytes = piece.as_bytes();
    let ahead = bytes.iter().take_while(|&&b| b == b' ').count();
    let (mut from, mut to) = (start + ahead, end);
    if !solid(bytes.get(ahead)) {
        from = end - piece.trim_start().len();
    }
    if !solid(bytes.last()) {
        to = from + text[from..end].trim_end().len();
    }
    looked(piece.len() - (to - from));
    match (u32::try_from(from), u32::try_from(to)) {
        (Ok(start), Ok(end)) if start < end => Some(Span::new(start, end)),
        _ => None,
    }
}

/// The length of a note in words that a text begins with, behind a space or none: ` [citation needed]`.
pub(super) fn note_in_words(text: &str) -> Option<usize> {
    const LONGEST: usize = 64;
    let inner = text.strip_prefix(' ').unwrap_or(text).strip_prefix('[')?;
    let close = inner.bytes().take(LONGEST).position(|b| b == b']')?;
    let end = text.len() - inner.len() + close + 1;
    notes::is_note(inner.get(..close)?).then_some(end)
}

/// The length of a note's number that `bytes` begin with, raised (`¹²`) or in brackets (`[12]`). A space may part it from its like, but
/// one alone behind a space is the number of what follows: `so. [2] Then`.
pub(super) fn reference(bytes: &[u8], after_another: bool) -> Option<usize> {
    let raised = raised(bytes);
    if raised > 0 {
        return Some(raised);
    }
    let space = usize::from(bytes.first() == Some(&b' '));
    let inner = bytes[space..].strip_prefix(b"[")?;
    let close = inner.iter().take(5).position(|&b| b == b']')?;
    let number = |b: &u8| b.is_ascii_digit() || space == 0 && b.is_ascii_alphanumeric();
    let end = space + close + 2;
    let one_of_many = space == 0 || after_another || bytes.get(end) == Some(&b'[');
    (close > 0 && one_of_many && inner[..close].iter().all(number)).then_some(end)
}

/// The length of up to three raised digits that UTF-8 begins with.
fn raised(mut bytes: &[u8]) -> usize {
    let mut length = 0;
    for _ in 0..3 {
        let digit = match bytes {
            [0xC2, 0xB2 | 0xB3 | 0xB9, ..] => 2,
            [0xE2, 0x81, 0xB0 | 0xB4..=0xB9, ..] => 3,
            _ => break,
        };
        length += digit;
        bytes = &bytes[digit..];
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_properties::CodePointSetData;
    use icu_properties::props::SentenceTerminal;

    /// Unicode grows; a sign that a newer Unicode adds must be looked at by someone.
    #[test]
    fn stops_are_those_of_unicode() {
        let terminal = CodePointSetData::new::<SentenceTerminal>();
        let ours = ['\u{2024}', '\u{2026}', '\u{22ef}', '\u{fe19}', '\u{fe52}'];
        let wrong: String = (0..0x11_0000)
            .filter_map(char::from_u32)
            .filter(|c| stop(*c).is_some() != (terminal.contains(*c) || ours.contains(c)))
            .collect();
        assert_eq!(wrong.escape_unicode().to_string(), "");
    }

    #[test]
    fn letters_and_digits_are_those_of_unicode() {
        assert!(('\0'..=char::MAX).all(|c| alphanumeric(c) == c.is_alphanumeric()));
    }

    #[test]
    fn gaps() {
        for (text, end, line, blank) in [
            ("x", 0, false, false),
            (" \u{a0}x", 3, false, false),
            ("\r\nx", 2, true, false),
            ("\r\n\rx", 3, true, true),
            (" \n\t\u{85}", 5, true, true),
            ("\u{2029}", 3, true, true),
        ] {
            let gap = gap(text, 0);
            assert_eq!((gap.end, gap.line, gap.blank), (end, line, blank), "{text:?}");
        }
    }
}
