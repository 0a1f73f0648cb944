//! Character references that a web page left in its text: `&eacute;`, `&nbsp;`, `&#8217;`, `&#x2019;`.
//!
//! Only with their semicolon, and read once (`&amp;nbsp;` counts as read twice, since pages do that). `&lt;` and `&gt;`
//! stay as they are, under any number: who writes them mostly means the sign itself, which a fold would lose.

use crate::steps::looked;
use std::sync::OnceLock;

/// Longest name in `data/entities.txt`.
const LONGEST: usize = 8;

/// The character that a reference at byte `at`, an `&`, stands for, and the byte after it.
pub(super) fn at(text: &str, at: usize) -> Option<(char, usize)> {
    let mut start = at + 1;
    while text.as_bytes()[start..].starts_with(b"amp;") {
        start += 4;
    }
    looked(start - at + LONGEST);
    let escaped = (start > at + 1).then_some(('&', start));
    one(text, start).or(escaped)
}

/// Writes `text` to `out` with every reference read.
pub(super) fn decode(text: &str, out: &mut String) {
    let mut done = 0;
    for (i, _) in text.match_indices('&') {
        if i < done {
            continue;
        }
        if let Some((c, next)) = at(text, i) {
            out.push_str(&text[done..i]);
            out.push(c);
            done = next;
        }
    }
    out.push_str(&text[done..]);
}

/// A reference without its `&`.
fn one(text: &str, start: usize) -> Option<(char, usize)> {
    let rest = &text.as_bytes()[start..];
    let end = rest.iter().take(LONGEST + 1).position(|&b| b == b';')?;
    // ASCII only, or it is no name; so the slice is on character boundaries.
    let name = text.get(start..start + end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => numeric(number)?,
        None => named(name)?,
    };
    Some((c, start + end + 1))
}

fn numeric(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None; // `from_str_radix` takes a sign
    }
    let cp = u32::from_str_radix(digits, radix).ok()?;
    let c = char::from_u32(cp)?;
    match c {
        '\0' | '<' | '>' => None,
        // Windows-1252, as HTML has it; the others there are punctuation, as C1 controls are separators.
        '\u{80}' => Some('€'),
        '\u{83}' => Some('ƒ'),
        '\u{8A}' => Some('Š'),
        '\u{8C}' => Some('Œ'),
        '\u{8E}' => Some('Ž'),
        '\u{92}' => Some('’'),
        '\u{9A}' => Some('š'),
        '\u{9C}' => Some('œ'),
        '\u{9E}' => Some('ž'),
        '\u{9F}' => Some('Ÿ'),
        c => Some(c),
    }
}

fn named(name: &str) -> Option<char> {
    static NAMES: OnceLock<Vec<(&str, char)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        include_str!("data/entities.txt")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| {
                let (name, code) = l.split_once(' ')?;
                Some((name, char::from_u32(u32::from_str_radix(code, 16).ok()?)?))
            })
            .collect()
    });
    let at = names.binary_search_by(|(n, _)| (*n).cmp(name)).ok()?;
    Some(names[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_none_is_longer() {
        let lines = include_str!("data/entities.txt")
            .lines()
            .filter(|l| !l.starts_with('#'));
        let mut n = 0;
        for line in lines {
            let (name, code) = line.split_once(' ').unwrap();
            let c = char::from_u32(u32::from_str_radix(code, 16).unwrap());
            assert!(name.len() <= LONGEST, "{name}");
            assert_eq!(named(name), c, "{name}");
            n += 1;
        }
        assert_eq!(n, 192);
    }

    #[test]
    fn what_is_read_and_what_is_not() {
        let read = |text: &str| {
            let mut out = String::new();
            decode(text, &mut out);
            out
        };
        assert_eq!(
            read("caf&eacute;s &amp; th&#233;s, l&#x2019;eau&nbsp;!"),
            "cafés & thés, l’eau\u{a0}!"
        );
        assert_eq!(read("AT&amp;T R&D & x &&amp;;"), "AT&T R&D & x &&;");
        assert_eq!(read("&amp;nbsp;|&amp;amp;#39;|&amp;lt;"), "\u{a0}|'|&lt;");
        assert_eq!(read("&#146;&#x9c;&#128;"), "’œ€");
        for text in [
            "&lt;&gt;&#60;&#x3e;",
            "&nbsp &eacute",
            "a=1&copy=2",
            "&#;&#x;&#+65;&#0;&#xD800;&#1114112;&#99999999999999;",
            "&é;&ééééé;&",
            "&Nbsp;&unknown;",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
