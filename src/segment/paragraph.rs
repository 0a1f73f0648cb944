//! Where a text falls into paragraphs.

use crate::model::Span;

use super::chars::{self, cap};
use super::wrap::unwrapped;

/// How paragraphs are told apart.
///
/// Line breaks are those of Unicode (UAX #14 classes BK, CR, LF, NL): LF, CR, CR LF, VT, FF, NEL, LINE SEPARATOR and
/// PARAGRAPH SEPARATOR. A line that holds only white space is blank.
///
/// ```
/// use redite::segment::{Paragraphs, paragraphs};
///
/// let mut found = Vec::new();
/// paragraphs("One line.\nTwo lines.", Paragraphs::Line, &mut found);
/// assert_eq!(found.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Paragraphs {
    /// Blank lines where the text has any between two words, else line breaks, else the whole text is one paragraph. Where
    /// two line breaks in three only keep lines short, those part nothing.
    #[default]
    Auto,
    /// Only blank lines, and PARAGRAPH SEPARATOR, which means nothing else.
    Blank,
    /// Every line break.
    Line,
}

/// Appends the paragraphs of `text` to `out`: byte spans into `text`, in order, trimmed of white space and not empty.
///
/// Together they hold every character of `text` that is not white space. A text longer than 4 GiB is read up to
/// there, the reach of a [`Span`]. One pass; where `Auto` meets a text without blank lines, a second, and a third if it has line
/// breaks; about 500 MB/s a pass.
///
/// # Example
/// ```
/// use redite::segment::{Paragraphs, paragraphs};
///
/// let mut out = Vec::new();
/// paragraphs("One.\nStill one.\n \nTwo.", Paragraphs::Auto, &mut out);
/// assert_eq!(out.len(), 2);
/// ```
pub fn paragraphs(text: &str, mode: Paragraphs, out: &mut Vec<Span>) {
    let text = cap(text);
    match mode {
        Paragraphs::Line => split(text, true, out),
        Paragraphs::Blank => split(text, false, out),
        Paragraphs::Auto => {
            let before = out.len();
            split(text, false, out);
            if out.len() == before + 1 {
                out.truncate(before);
                match unwrapped(text) {
                    Some(blocks) => {
                        let cut = |&(start, end): &(usize, usize)| chars::push_trimmed(text, start, end, out);
                        blocks.iter().for_each(cut);
                    }
                    None => split(text, true, out),
                }
            }
        }
    }
}

fn split(text: &str, every_line: bool, out: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let (mut start, mut at) = (0, 0);
    while let Some(found) = chars::find_line_break(bytes, at) {
        at = found;
        if chars::line_break(&bytes[at..]).is_none() {
            at += 1;
            continue;
        }
        let gap = chars::gap(text, at);
        if every_line || gap.blank {
            chars::push_trimmed(text, start, at, out);
            start = gap.end;
        }
        at = gap.end;
    }
    chars::push_trimmed(text, start, text.len(), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, mode: Paragraphs) -> Vec<&str> {
        let mut out = Vec::new();
        paragraphs(text, mode, &mut out);
        out.iter().map(|s| &text[s.range()]).collect()
    }

    #[test]
    fn modes() {
        use Paragraphs::{Auto, Blank, Line};
        let cases: &[(&str, Paragraphs, &[&str])] = &[
            ("", Auto, &[]),
            (" \n\n\t ", Auto, &[]),
            ("one", Auto, &["one"]),
            (" one ", Auto, &["one"]),
            ("a\nb", Auto, &["a", "b"]),
            ("\n\na\nb\n\n", Auto, &["a", "b"]),
            ("a\nb\n\nc", Auto, &["a\nb", "c"]),
            ("a\r\nb\r\n\r\nc", Auto, &["a\r\nb", "c"]),
            ("a\r\rb\rc", Auto, &["a", "b\rc"]),
            ("a\n \u{a0}\u{3000}\nb\nc", Auto, &["a", "b\nc"]),
            ("a\n\u{feff}\nb", Line, &["a", "\u{feff}", "b"]),
            ("a\r\nb", Auto, &["a", "b"]),
            ("a\u{0b}b\u{0c}c\u{85}d\u{2028}e", Auto, &["a", "b", "c", "d", "e"]),
            ("a\u{2029}b\nc", Auto, &["a", "b\nc"]),
            ("a\u{2028}b", Blank, &["a\u{2028}b"]),
            ("a\nb", Blank, &["a\nb"]),
            ("a\n\nb\nc", Line, &["a", "b", "c"]),
            ("\u{a0}\u{2014}\u{201c}x\u{201d}", Line, &["\u{2014}\u{201c}x\u{201d}"]),
        ];
        for &(text, mode, want) in cases {
            assert_eq!(cut(text, mode), want, "{text:?} {mode:?}");
        }
    }

    #[test]
    fn appends() {
        let mut out = vec![Span::new(7, 9)];
        paragraphs("a\nb", Paragraphs::Auto, &mut out);
        assert_eq!(out, [Span::new(7, 9), Span::new(0, 1), Span::new(2, 3)]);
    }
}
