//! File names, field names and ids as they are printed: nothing in them commands a terminal, and no two look the same.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

/// A path as it is printed and recorded.
///
/// What is not UTF-8, and every character that a terminal or a reader would not show as it is (control characters, line
/// and paragraph separators, marks that change the direction of writing), is written as `\xNN`, byte by byte. A
/// backslash is written as `\x5c` where it stands before an `x` and two hexadecimal digits, so that two paths never have
/// the same name; everything else stays as it is. The name of a path ends in the name of each path that it ends in.
#[must_use]
pub fn printed_name(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes()).into_owned()
}

/// A text that came from outside as part of a message, escaped as in [`printed_name`].
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text.as_bytes())
}

fn escaped(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\\')
        && !text.chars().any(is_hidden)
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (text, broken) = match std::str::from_utf8(rest) {
            Ok(text) => (text, 0),
            Err(error) => {
                let valid = error.valid_up_to();
                let broken = error.error_len().unwrap_or(rest.len() - valid);
                (std::str::from_utf8(&rest[..valid]).unwrap_or_default(), broken)
            }
        };
        for (at, c) in text.char_indices() {
            if is_hidden(c) || (c == '\\' && looks_escaped(&rest[at..])) {
                push_bytes(&rest[at..at + c.len_utf8()], &mut out);
            } else {
                out.push(c);
            }
        }
        push_bytes(&rest[text.len()..text.len() + broken], &mut out);
        rest = &rest[text.len() + broken..];
    }
    Cow::Owned(out)
}

fn push_bytes(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // writing to a string cannot fail
        let _written = write!(out, "\\x{byte:02x}");
    }
}

/// True if the bytes begin as an escape does.
fn looks_escaped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'\\', b'x', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

/// Characters that are not shown as they are.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(name: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = name.as_bytes();
        while let Some(&first) = rest.first() {
            if looks_escaped(rest) {
                let digits = std::str::from_utf8(&rest[2..4]).unwrap();
                out.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &rest[4..];
            } else {
                out.push(first);
                rest = &rest[1..];
            }
        }
        out
    }

    #[test]
    fn names_are_printable_and_can_be_read_back() {
        let pieces: [&[u8]; 12] = [
            b"a",
            b"\\",
            b"x",
            b"5",
            b"1b",
            b"\x1b",
            b"\xff",
            b"\xc3",
            b"\xa9",
            "é".as_bytes(),
            "\u{202e}".as_bytes(),
            b"/",
        ];
        let mut names = std::collections::HashSet::new();
        let mut all = std::collections::HashSet::new();
        for number in 0..12_usize.pow(4) {
            let chosen = [number % 12, number / 12 % 12, number / 144 % 12, number / 1728].map(|at| pieces[at]);
            let bytes = chosen.concat();
            let name = escaped(&bytes).into_owned();
            assert_eq!(bytes_of(&name), bytes, "{name}");
            assert!(!name.chars().any(is_hidden), "{name:?}");
            names.insert(name);
            all.insert(bytes);
        }
        assert_eq!(names.len(), all.len(), "no two have the same name");
    }

    #[test]
    fn plain_names_stay() {
        for name in ["a/b.jsonl", "C:\\data\\texts", "été 中文.txt", "100 %.md"] {
            assert_eq!(printed_name(Path::new(name)), name);
        }
        assert_eq!(escaped(b"a\\x1b\x1b[31m\xe9"), "a\\x5cx1b\\x1b[31m\\xe9");
    }
}
