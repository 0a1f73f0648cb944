//! JSON in one pass, without values: where the entries of an object stand, and what a string says.
//!
//! Accepts what the grammar of RFC 8259 accepts and nothing else, and stops at the first doubt: then, and beyond
//! [`DEEPEST`], the answer is `None`, and `serde_json` has the word. So no message is written here, and a fault is
//! worded and placed as that parser does it.

use std::borrow::Cow;

use crate::files::edit::find_escaped;
use crate::steps::looked;

/// Nested lists and objects that are followed, one bit each.
const DEEPEST: u32 = 63;

/// Bytes of a string looked at one by one before a search is begun: keys and words between escapes are short.
const SHORT: usize = 16;

/// The keys and values of the object that `json` is, in order, as far as `wanted` asks for the key. `None` if `json`
/// is not one object, with white space around it at most.
pub(super) fn object<'j>(json: &'j str, wanted: impl Fn(&str) -> bool) -> Option<Vec<(Cow<'j, str>, &'j str)>> {
    let mut scan = Scan { json, at: 0 };
    let mut entries = Vec::new();
    scan.space();
    scan.expect(b'{')?;
    scan.space();
    if scan.peek()? == b'}' {
        scan.at += 1;
    } else {
        loop {
            let start = scan.at + 1;
            scan.expect(b'"')?;
            let plain = scan.string()?;
            let inside = &json[start..scan.at - 1];
            scan.colon()?;
            // one with half a surrogate pair is taken as it is spelled: no reason to refuse the text beside it
            let key = match plain {
                true => Cow::Borrowed(inside),
                false => unescape(inside).map_or(Cow::Borrowed(inside), Cow::Owned),
            };
            let start = scan.at;
            scan.value()?;
            if wanted(&key) {
                entries.push((key, &json[start..scan.at]));
            }
            scan.space();
            match scan.next()? {
                b',' => scan.space(),
                b'}' => break,
                _ => return None,
            }
        }
    }
    scan.space();
    (scan.at == json.len()).then_some(entries)
}

/// What the inside of a JSON string says; `None` if it holds half a surrogate pair or an escape that is none.
pub(super) fn unescape(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = find_escape(rest.as_bytes()) {
        looked(at + 1);
        text.push_str(&rest[..at]);
        let escape = &rest.as_bytes()[at..];
        let (char, len) = match escape.get(1)? {
            b'u' => {
                let unit = hex(escape.get(2..6)?)?;
                match unit {
                    0xd800..0xdc00 => {
                        let low = escape.get(6..12)?;
                        let low = low.starts_with(b"\\u").then(|| hex(&low[2..]))??;
                        let low = (0xdc00..0xe000).contains(&low).then(|| low - 0xdc00)?;
                        (char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low)?, 12)
                    }
                    // the second half of a pair is no character
                    _ => (char::from_u32(unit)?, 6),
                }
            }
            b'n' => ('\n', 2),
            b't' => ('\t', 2),
            b'r' => ('\r', 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            &same @ (b'"' | b'\\' | b'/') => (char::from(same), 2),
            _ => return None,
        };
        text.push(char);
        rest = &rest[at + len..];
    }
    looked(rest.len());
    text.push_str(rest);
    Some(text)
}

/// The next backslash.
fn find_escape(bytes: &[u8]) -> Option<usize> {
    let near = &bytes[..bytes.len().min(SHORT)];
    match near.iter().position(|&byte| byte == b'\\') {
        None => memchr::memchr(b'\\', &bytes[near.len()..]).map(|at| at + near.len()),
        at => at,
    }
}

/// The value of four hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

struct Scan<'j> {
    json: &'j str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        looked(1);
        self.json.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// From behind a key to its value.
    fn colon(&mut self) -> Option<()> {
        self.space();
        self.expect(b':')?;
        self.space();
        Some(())
    }

    /// From behind the opening quote to behind the closing one. True if there is no escape between them.
    fn string(&mut self) -> Option<bool> {
        let bytes = self.json.as_bytes();
        let mut plain = true;
        loop {
            let rest = bytes.get(self.at..)?;
            let at = find_escaped(rest)?;
            looked(at + 1);
            self.at += at + 1;
            match rest[at] {
                b'"' => return Some(plain),
                b'\\' => {}
                _ => return None,
            }
            plain = false;
            match self.next()? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => {
                    hex(bytes.get(self.at..self.at + 4)?)?;
                    self.at += 4;
                }
                _ => return None,
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.json.as_bytes()[self.at..]
            .starts_with(word.as_bytes())
            .then(|| self.at += word.len())
    }

    /// From behind the opening brace or a comma to the value.
    fn key(&mut self) -> Option<()> {
        self.expect(b'"')?;
        self.string()?;
        self.colon()
    }

    /// Over one value, whatever it holds.
    fn value(&mut self) -> Option<()> {
        // what is open, innermost lowest: 1 for an object, 0 for a list
        let (mut objects, mut depth) = (0_u64, 0_u32);
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    self.string()?;
                }
                open @ (b'{' | b'[') => {
                    self.at += 1;
                    self.space();
                    let object = open == b'{';
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                    } else if depth == DEEPEST {
                        return None;
                    } else {
                        depth += 1;
                        objects = objects << 1 | u64::from(object);
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.space();
                let object = objects & 1 == 1;
                match self.next()? {
                    b',' => {
                        self.space();
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if object => {}
                    b']' if !object => {}
                    _ => return None,
                }
                depth -= 1;
                objects >>= 1;
            }
        }
    }
}
