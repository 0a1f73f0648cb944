//! What can be done to a record, and the arithmetic of JSON strings that keeps every other byte as it was.

use std::borrow::Cow;
use std::fmt;

use super::error::FileError;
use super::name::printable;
use super::record::{FieldText, Fields};
use crate::model::Span;
use crate::steps::looked;

/// What to do with one record. Fields that are not named stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Edit {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Take out these spans. Per field (its number in `text_fields`): sorted, disjoint, on character boundaries, in
    /// bytes of the text as read.
    Delete(Vec<(usize, Vec<Span>)>),
    /// Put texts back. Per field: sorted by place.
    Insert(Vec<(usize, Vec<Insertion>)>),
    /// Leave the line out (JSONL only: rows of Parquet and text files stay).
    Drop,
}

/// A piece of text to put back where it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    at: u32,
    raw: String,
    text: String,
}

impl Insertion {
    /// `at`: the first byte of the piece in the *original* text, the one that has all pieces in place. `raw`: its
    /// spelling inside a JSON string, as [`Record::raw_json`](super::Record::raw_json) gave it.
    ///
    /// # Errors
    /// If `raw` cannot be placed between the quotes of a JSON string.
    pub fn new(at: u32, raw: impl Into<String>) -> Result<Self, FileError> {
        let raw = raw.into();
        let text = if raw.contains('\\') || raw.bytes().any(|byte| byte == b'"' || byte < 0x20) {
            serde_json::from_str(&format!("\"{raw}\"")).map_err(|error| {
                let shown: String = raw.chars().take(60).collect();
                let shown = printable(&shown);
                FileError::settings(format!(
                    "`{shown}` cannot be part of a JSON string: {error}; use the file of removed texts as redite wrote it"
                ))
            })?
        } else {
            raw.clone()
        };
        Ok(Self { at, raw, text })
    }

    /// First byte in the original text.
    #[must_use]
    pub fn at(&self) -> u32 {
        self.at
    }

    /// The piece without JSON escapes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The piece as it is spelled inside a JSON string.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// The shortest spelling of `text` inside a JSON string: that of `serde_json`.
pub(crate) fn escape(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}

/// The same, to be written without a string of its own.
pub(crate) struct Escaped<'t>(pub(crate) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = find_escaped(rest.as_bytes()) {
            f.write_str(&rest[..at])?;
            match rest.as_bytes()[at] {
                b'"' => f.write_str("\\\""),
                b'\\' => f.write_str("\\\\"),
                b'\n' => f.write_str("\\n"),
                b'\r' => f.write_str("\\r"),
                b'\t' => f.write_str("\\t"),
                0x8 => f.write_str("\\b"),
                0xc => f.write_str("\\f"),
                control => write!(f, "\\u{control:04x}"),
            }?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// Appends what [`Escaped`] writes.
pub(crate) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = find_escaped(rest.as_bytes()) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        match rest.as_bytes()[at] {
            b'\n' => out.extend_from_slice(b"\\n"),
            same @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', same]),
            _ => out.extend_from_slice(Escaped(&rest[at..=at]).to_string().as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest.as_bytes());
}

/// The first byte that cannot be part of a JSON string by itself: a quote, a backslash, a control character.
pub(crate) fn find_escaped(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xFF;
    let escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // Where there is none, thirty-two at a time.
    let (chunks, _) = bytes.as_chunks::<32>();
    let plain = chunks
        .iter()
        .take_while(|chunk| !chunk.iter().fold(false, |found, &byte| found | escaped(byte)))
        .count();
    let mut at = 32 * plain;
    // Then eight: the lowest bit that a byte leaves by borrowing is that of the first one sought.
    while let Some(&eight) = bytes[at..].first_chunk() {
        let eight = u64::from_le_bytes(eight);
        let below = |value: u64, limit: u8| value.wrapping_sub(ONES * u64::from(limit)) & !value;
        let equal = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
        let found = (below(eight, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|&byte| escaped(byte))?;
    Some(at + rest)
}

/// Says what is wrong with `spans` as places in `text`.
pub(crate) fn check_spans(text: &str, spans: &[Span]) -> Result<(), String> {
    let mut last = 0;
    for span in spans {
        looked(1);
        if span.start < last || span.end < span.start {
            return Err(format!("span {span:?} is out of order"));
        }
        if text.get(span.range()).is_none() {
            return Err(format!(
                "span {span:?} does not lie in the text ({} bytes) between characters",
                text.len()
            ));
        }
        last = span.end;
    }
    Ok(())
}

/// Number of bytes that the escape at the start of `raw` (which is a backslash) takes, and its character's in UTF-8.
fn escape_lengths(raw: &[u8]) -> Option<(usize, usize)> {
    let unit = |at: usize| {
        let hex = std::str::from_utf8(raw.get(at..at + 4)?).ok()?;
        u32::from_str_radix(hex, 16).ok()
    };
    if raw.get(1)? != &b'u' {
        return Some((2, 1));
    }
    match unit(2)? {
        0..0x80 => Some((6, 1)),
        0x80..0x800 => Some((6, 2)),
        0xd800..0xdc00 => Some((12, 4)),
        _ => Some((6, 3)),
    }
}

/// Where the bytes `offsets` (ascending) of the text stand in its spelling `raw`, which has been read before and so is
/// UTF-8.
pub(crate) fn raw_offsets(raw: &[u8], offsets: &[u32]) -> Result<Vec<usize>, String> {
    let mut found = Vec::with_capacity(offsets.len());
    let (mut at_raw, mut at_text) = (0, 0);
    let continues = |at: usize| raw.get(at).is_some_and(|byte| matches!(byte, 0x80..0xC0));
    let mut escapes = memchr::memchr_iter(b'\\', raw);
    // no offset left: no need to look on
    while found.len() < offsets.len() {
        let escape = escapes.by_ref().find(|&at| at >= at_raw).unwrap_or(raw.len());
        let plain = escape - at_raw;
        looked(plain + 1);
        while let Some(&offset) = offsets.get(found.len()) {
            looked(1);
            let offset = offset as usize;
            let inside = offset < at_text || continues(at_raw + offset - at_text);
            if offset <= at_text + plain {
                if inside {
                    return Err(format!("byte {offset} is inside a character of the text"));
                }
                found.push(at_raw + offset - at_text);
            } else {
                break;
            }
        }
        at_raw = escape;
        at_text += plain;
        if escape == raw.len() {
            break;
        }
        let (raw_len, text_len) = escape_lengths(&raw[escape..]).ok_or("the JSON string is broken")?;
        at_raw += raw_len;
        at_text += text_len;
    }
    match offsets.get(found.len()) {
        Some(offset) => Err(format!("byte {offset} is after the end of the text")),
        None => Ok(found),
    }
}

/// One change of a text: take out `range`, put `put` in its place. Ranges are bytes of whatever is edited.
#[derive(Debug)]
pub(crate) struct Change<'e> {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) insertion: Option<&'e Insertion>,
}

/// The changes that `edit` makes to one text, in order; empty if none.
pub(crate) fn changes<'e>(edit: &'e Edit, text: &FieldText) -> Result<Vec<Change<'e>>, String> {
    match edit {
        Edit::Keep | Edit::Drop => Ok(Vec::new()),
        Edit::Delete(fields) => {
            let mut changes = Vec::new();
            for (_, spans) in fields.iter().filter(|(field, _)| *field == text.field) {
                if !changes.is_empty() {
                    return Err(format!("field number {} is named twice in one edit", text.field));
                }
                check_spans(&text.text, spans)?;
                let full = spans.iter().filter(|span| !span.is_empty());
                changes.extend(full.map(|span| Change {
                    start: span.start,
                    end: span.end,
                    insertion: None,
                }));
            }
            Ok(changes)
        }
        Edit::Insert(fields) => {
            let mut changes: Vec<Change<'e>> = Vec::new();
            for (_, insertions) in fields.iter().filter(|(field, _)| *field == text.field) {
                if !changes.is_empty() {
                    return Err(format!("field number {} is named twice in one edit", text.field));
                }
                // what was put in so far, in bytes: the places count in the text that has it all
                let mut inserted = 0;
                for insertion in insertions.iter().filter(|insertion| !insertion.text.is_empty()) {
                    looked(1);
                    let at = insertion
                        .at
                        .checked_sub(inserted)
                        .filter(|at| changes.last().is_none_or(|last| last.start <= *at))
                        .ok_or_else(|| format!("the text for byte {} is out of order", insertion.at))?;
                    if !text.text.is_char_boundary(at as usize) {
                        return Err(format!(
                            "byte {at} is not between two characters of the text that is left"
                        ));
                    }
                    changes.push(Change {
                        start: at,
                        end: at,
                        insertion: Some(insertion),
                    });
                    inserted = u32::try_from(insertion.text.len())
                        .ok()
                        .and_then(|len| inserted.checked_add(len))
                        .ok_or("the texts to put back are larger than 4 GiB")?;
                }
            }
            Ok(changes)
        }
    }
}

/// Says if the edit names a field that the record does not have.
pub(crate) fn check_fields(edit: &Edit, fields: &Fields) -> Result<(), String> {
    let known = |field: &usize| fields.texts.iter().any(|text| text.field == *field);
    let unknown = match edit {
        Edit::Keep | Edit::Drop => None,
        Edit::Delete(named) => named
            .iter()
            .find(|(field, s)| !s.is_empty() && !known(field))
            .map(|(field, _)| *field),
        Edit::Insert(named) => named
            .iter()
            .find(|(field, s)| !s.is_empty() && !known(field))
            .map(|(field, _)| *field),
    };
    match unknown {
        Some(field) => Err(format!("the record has no text in field number {field}")),
        None => Ok(()),
    }
}

/// The text after `edit`; `None` if that changes nothing.
pub(crate) fn apply<'t>(edit: &Edit, text: &'t FieldText) -> Result<Option<Cow<'t, str>>, String> {
    let changes = changes(edit, text)?;
    if changes.is_empty() {
        return Ok(None);
    }
    let mut after = String::with_capacity(text.text.len());
    let mut done = 0;
    for change in &changes {
        looked(change.start as usize - done + 1);
        after.push_str(&text.text[done..change.start as usize]);
        after.push_str(change.insertion.map_or("", Insertion::text));
        done = change.end as usize;
    }
    after.push_str(&text.text[done..]);
    Ok(Some(Cow::Owned(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_be_escaped_is_found() {
        for length in 0..90 {
            for at in 0..=length {
                for byte in 0..=u8::MAX {
                    let mut bytes = vec![b'!'; length];
                    bytes[at..].fill(b'\\');
                    bytes.iter_mut().skip(at).take(1).for_each(|b| *b = byte);
                    let slowly = bytes.iter().position(|b| matches!(b, b'"' | b'\\' | ..0x20));
                    assert_eq!(find_escaped(&bytes), slowly, "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn both_ways_to_escape_agree() {
        let all: String = (0..0x500)
            .filter_map(char::from_u32)
            .chain("😀\u{2028}".chars())
            .collect();
        for text in ["", "a", "\"", "a\\b\u{0}", "é\n\n", all.as_str()] {
            let mut pushed = Vec::new();
            push_escaped(text, &mut pushed);
            assert_eq!(Escaped(text).to_string(), escape(text));
            assert_eq!(pushed, escape(text).as_bytes());
        }
    }
}
