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

use super::edit::{Escaped, Insertion};
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
        let kept = &self.kept;
        write!(
            out,
            "{{\"article\":{},\"source\":\"{}\",\"field\":\"{}\",\"unit\":\"{}\",\"bytes\":[{},{}],\"chars\":[{},{}],\
             \"text\":\"{}\",\"rule\":\"{}\",\"measure\":\"{}\",\"similarity\":{},\"kept\":{{\"article\":{},\
             \"source\":\"{}\",",
            Identity(self.article, self.source),
            Escaped(self.source),
            Escaped(self.field),
            self.unit,
            self.bytes[0],
            self.bytes[1],
            self.chars[0],
            self.chars[1],
            self.text,
            self.rule,
            self.measure,
            (self.similarity * 1e4).round() / 1e4,
            Identity(kept.article, kept.source),
            Escaped(kept.source),
        )?;
        if let Some(field) = kept.field {
            write!(out, "\"field\":\"{}\",", Escaped(field))?;
        }
        writeln!(
            out,
            "\"bytes\":[{},{}],\"text\":\"{}\"}}}}",
            kept.bytes[0],
            kept.bytes[1],
            Escaped(kept.text)
        )
    }
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
