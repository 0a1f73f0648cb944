//! The file of removed units: its format, its writer and its reader.
//!
//! One JSON object a line, in the order of the input. The format is a contract: a field is only ever added together
//! with a new version of this page.
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article` | string or number | the record's own identity, as it stands in the input; where it has none, the same as `source` |
//! | `source` | string | where the record stands: `file:line` (JSONL, from 1), `file:row` (Parquet, from 1), `file` (text) |
//! | `field` | string | the field the unit was taken from |
//! | `unit` | string | `paragraph` or `sentence` |
//! | `bytes` | [start, end] | half-open range in the UTF-8 of the *original* field text: the unit and the white space that went with it |
//! | `chars` | [start, end] | the same range, counted in Unicode scalar values |
//! | `text` | string | the text of that range; in JSONL in the very spelling (escapes) of the input, so that it can be put back byte for byte |
//! | `rule` | string | `equal`: the folds are the same; `near`: the similarity is at or above the threshold |
//! | `measure` | string | how likeness is measured, such as `jaccard:1,2` |
//! | `similarity` | number | from 0 to 1, rounded to four digits; 1 for `equal` |
//! | `kept` | object | the unit that is kept in its favour: `article`, `source`, `bytes` (range of the unit without white space around it), `text`; and `field`, only where several text fields are read |
//!
//! With `--drop-empty` a record that is left out altogether has one more line, after those of its units:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article`, `source` | | as above |
//! | `dropped` | string | the record's line without the texts that were removed, with its line end |

use super::edit::{Escaped, Insertion, push_escaped};
use super::error::FileError;
use super::record::Id;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Write};

/// Text in the spelling it has inside a JSON string.
pub type RawJson<'a> = Cow<'a, str>;

/// The unit that is kept in favour of a removed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptUnit<'a> {
    /// The article's identity, if it has one.
    pub article: Option<&'a Id>,
    /// Where the record stands.
    pub source: &'a str,
    /// The field, where several are read.
    pub field: Option<&'a str>,
    /// Range in the field's text, in bytes.
    pub bytes: [u32; 2],
    /// Its text.
    pub text: &'a str,
}

/// One removed unit, to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovedUnit<'a> {
    /// The article's identity, if it has one.
    pub article: Option<&'a Id>,
    /// Where the record stands.
    pub source: &'a str,
    /// The field.
    pub field: &'a str,
    /// `paragraph` or `sentence`.
    pub unit: &'a str,
    /// Range in the original text, in bytes.
    pub bytes: [u32; 2],
    /// The same in characters.
    pub chars: [u32; 2],
    /// The text of the range.
    pub text: RawJson<'a>,
    /// `equal` or `near`.
    pub rule: &'a str,
    /// The measure.
    pub measure: &'a str,
    /// 0 to 1.
    pub similarity: f64,
    /// The unit that is kept.
    pub kept: KeptUnit<'a>,
}

/// The JSON of an identity, or of the place where there is none.
struct Identity<'a>(Option<&'a Id>, &'a str);

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => f.write_str(id.raw()),
            None => write!(f, "\"{}\"", Escaped(self.1)),
        }
    }
}

impl RemovedUnit<'_> {
    /// Writes the unit as one line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::with_capacity(512 + self.text.len() + self.kept.text.len());
        self.push(&mut line);
        out.write_all(&line)
    }

    fn push(&self, out: &mut Vec<u8>) {
        let kept = &self.kept;
        push_identity(self.article, self.source, b"{\"article\":", out);
        push_string(b",\"source\":\"", self.source, out);
        push_string(b"\",\"field\":\"", self.field, out);
        out.extend_from_slice(b"\",\"unit\":\"");
        out.extend_from_slice(self.unit.as_bytes());
        push_range(b"\",\"bytes\":[", self.bytes, out);
        push_range(b"],\"chars\":[", self.chars, out);
        out.extend_from_slice(b"],\"text\":\"");
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(b"\",\"rule\":\"");
        out.extend_from_slice(self.rule.as_bytes());
        out.extend_from_slice(b"\",\"measure\":\"");
        out.extend_from_slice(self.measure.as_bytes());
        out.extend_from_slice(b"\",\"similarity\":");
        let similarity = (self.similarity * 1e4).round() / 1e4;
        out.extend_from_slice(similarity.to_string().as_bytes());
        push_identity(kept.article, kept.source, b",\"kept\":{\"article\":", out);
        push_string(b",\"source\":\"", kept.source, out);
        if let Some(field) = kept.field {
            push_string(b"\",\"field\":\"", field, out);
        }
        push_range(b"\",\"bytes\":[", kept.bytes, out);
        push_string(b"],\"text\":\"", kept.text, out);
        out.extend_from_slice(b"\"}}\n");
    }
}

fn push_string(before: &[u8], text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(before);
    push_escaped(text, out);
}

fn push_identity(id: Option<&Id>, source: &str, before: &[u8], out: &mut Vec<u8>) {
    match id {
        Some(id) => {
            out.extend_from_slice(before);
            out.extend_from_slice(id.raw().as_bytes());
        }
        None => {
            out.extend_from_slice(before);
            push_string(b"\"", source, out);
            out.push(b'"');
        }
    }
}

fn push_range(before: &[u8], [start, end]: [u32; 2], out: &mut Vec<u8>) {
    out.extend_from_slice(before);
    push_number(start, out);
    out.push(b',');
    push_number(end, out);
}

fn push_number(mut number: u32, out: &mut Vec<u8>) {
    let before = out.len();
    loop {
        out.push(b'0' + u8::try_from(number % 10).unwrap_or_default());
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out[before..].reverse();
}

/// Writes the line for a record that is left out.
///
/// # Errors
/// Those of `out`.
pub fn write_dropped(out: &mut impl Write, article: Option<&Id>, source: &str, line: &str) -> io::Result<()> {
    let article = Identity(article, source);
    writeln!(
        out,
        "{{\"article\":{article},\"source\":\"{}\",\"dropped\":\"{}\"}}",
        Escaped(source),
        Escaped(line)
    )
}

/// One line of the file, read back.
#[derive(Debug)]
pub enum RemovedLine {
    /// A removed unit: where it was, and what to put back.
    Unit {
        /// Where the record stood.
        source: String,
        /// The field.
        field: String,
        /// The text and its place.
        insertion: Insertion,
    },
    /// A record that was left out.
    Dropped {
        /// Where the record stood.
        source: String,
        /// Its line without the removed texts.
        line: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are named so that others are refused")]
struct UnitLine<'l> {
    #[serde(borrow)]
    article: &'l RawValue,
    source: String,
    field: String,
    unit: String,
    bytes: [u32; 2],
    chars: [u32; 2],
    #[serde(borrow)]
    text: &'l RawValue,
    rule: String,
    measure: String,
    similarity: f64,
    #[serde(borrow)]
    kept: &'l RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are named so that others are refused")]
struct DroppedLine<'l> {
    #[serde(borrow)]
    article: &'l RawValue,
    source: String,
    dropped: String,
}

/// Reads a file of removed units. `name` is for messages.
///
/// # Errors
/// If reading fails or a line does not have the format.
pub fn read_removed(name: &str, mut input: impl BufRead) -> Result<Vec<RemovedLine>, FileError> {
    let mut out = Vec::new();
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        let read = input
            .read_line(&mut line)
            .map_err(|cause| FileError::reading(name.as_ref(), cause))?;
        if read == 0 {
            break;
        }
        out.push(parse(&line).map_err(|what| FileError::edit(name, number, what))?);
    }
    Ok(out)
}

fn parse(line: &str) -> Result<RemovedLine, String> {
    if let Ok(DroppedLine { source, dropped, .. }) = serde_json::from_str(line) {
        return Ok(RemovedLine::Dropped { source, line: dropped });
    }
    let unit: UnitLine<'_> = serde_json::from_str(line).map_err(|e| format!("not a line of removed units: {e}"))?;
    let raw = unit
        .text
        .get()
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .ok_or("`text` is not a string")?;
    let insertion = Insertion::new(unit.bytes[0], raw).map_err(|e| e.to_string())?;
    if insertion.text().len() != (unit.bytes[1].wrapping_sub(unit.bytes[0])) as usize {
        return Err("`text` is not as long as `bytes` says".to_owned());
    }
    Ok(RemovedLine::Unit {
        source: unit.source,
        field: unit.field,
        insertion,
    })
}
