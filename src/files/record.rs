//! The values that are read: batches of records, and what is wrong with those that cannot be used.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use super::edit::{self, Edit};
use super::error::FileError;
use crate::model::Span;

/// Where a record stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line (JSONL) or row (Parquet), counted from 1; 1 for a text file.
    pub line_or_row: u64,
    /// First byte of the line in the unpacked file, counted from 0; 0 in Parquet, where rows have no such place.
    pub byte: u64,
}

/// The identity that a record gives itself: a JSON string or number, in the spelling of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(Box<str>);

impl Id {
    pub(crate) fn from_raw(raw: &str) -> Self {
        Self(raw.into())
    }

    /// The identity whose [`Id::raw`] this is.
    #[must_use]
    pub fn of_raw(raw: &str) -> Self {
        Self::from_raw(raw)
    }

    pub(crate) fn from_text(text: &str) -> Self {
        Self(format!("\"{}\"", edit::escape(text)).into())
    }

    /// The JSON value as it stands in the file, quotes and escapes included. (In Parquet and for text files, which
    /// hold no JSON: the shortest JSON spelling.)
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The identity as a person would write it: a string without its quotes and escapes, a number as it stands.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self.0.strip_prefix('"').and_then(|s| s.strip_suffix('"')) {
            Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
            Some(inner) => serde_json::from_str(&self.0).map_or(Cow::Borrowed(inner), Cow::Owned),
            None => Cow::Borrowed(&self.0),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The value of the field that says which of several copies is worth keeping.
///
/// All values are ordered: numbers by value, and before every string; strings by their bytes (so ISO dates fall in
/// order of time).
#[derive(Clone, Debug)]
pub enum RankValue {
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(String),
}

impl RankValue {
    /// Reads a JSON number; `None` if it is none.
    pub(crate) fn number(raw: &str) -> Option<Self> {
        raw.parse()
            .map(Self::Integer)
            .or_else(|_| raw.parse().map(Self::Float))
            .ok()
    }

    /// A key that orders whole and other numbers together: the float decides, then the exact whole number.
    #[allow(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
    #[allow(clippy::cast_precision_loss, reason = "the second part of the key is exact")]
    fn key(&self) -> Option<(f64, i64)> {
        match *self {
            Self::Integer(i) => Some((i as f64, i)),
            // `+ 0.0` makes one zero of two
            Self::Float(x) => Some((x + 0.0, x as i64)),
            Self::Text(_) => None,
        }
    }
}

impl Ord for RankValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.key(), other.key(), self, other) {
            (Some((x, i)), Some((y, j)), ..) => x.total_cmp(&y).then(i.cmp(&j)),
            (_, _, Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Some(_), None, ..) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

impl PartialOrd for RankValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RankValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for RankValue {}

/// One text of a record, without JSON escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldText {
    /// Which of [`ReadOptions::text_fields`](super::ReadOptions::text_fields) it is, counted from 0.
    pub field: usize,
    /// The text. Its bytes are what every [`Span`] counts; at most [`u32::MAX`] of them.
    pub text: String,
    /// JSONL: where the string's spelling stands in the line, between the quotes.
    pub(crate) raw: Option<Range<usize>>,
}

/// What redite reads of a record; everything else stays in the file and is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The record's identity; `None` if the field is missing or neither string nor number.
    pub id: Option<Id>,
    /// The language code that the record gives; `None` if the field is missing or no string.
    pub lang: Option<String>,
    /// The value of [`ReadOptions::rank_field`](super::ReadOptions::rank_field); `None` if it is missing or neither
    /// string nor number.
    pub rank: Option<RankValue>,
    /// The value of [`ReadOptions::group_field`](super::ReadOptions::group_field) as text; `None` if it is missing, `null`, an object
    /// or an array.
    pub group: Option<String>,
    /// The value of [`ReadOptions::date_field`](super::ReadOptions::date_field), of a date or timestamp column in seconds since 1970;
    /// `None` if it is missing or neither string nor number.
    pub date: Option<RankValue>,
    /// The texts, in the order of [`ReadOptions::text_fields`](super::ReadOptions::text_fields); at least one, and
    /// those missing, `null` or not strings are left out.
    pub texts: Vec<FieldText>,
}

/// What sort of fault a [`Fault`] is: for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// The line is not JSON.
    BrokenJson,
    /// The line is JSON, but not an object.
    NotAnObject,
    /// None of the text fields is there.
    NoField,
    /// The text field is `null` or not a string.
    WrongType,
    /// The line or the text is not UTF-8.
    InvalidUtf8,
    /// The text holds half of a UTF-16 surrogate pair (`\ud800`), which no text can hold.
    LoneSurrogate,
    /// The text or id field stands twice in the object, and readers differ in which one counts.
    DuplicateKey,
    /// The text has more bytes than [`ReadOptions::max_text_bytes`](super::ReadOptions::max_text_bytes).
    TooLarge,
}

/// What is wrong with one record. The record is passed through unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    column: Option<u64>,
    message: String,
}

impl Fault {
    /// `at`: byte in the line, from 0.
    pub(crate) fn new(kind: FaultKind, at: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            kind,
            column: at.map(|at| at as u64 + 1),
            message: message.into(),
        }
    }

    /// The sort of fault.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// The byte of the line (or of the text file, or of the Parquet cell) at which it was noticed, counted from 1.
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.column
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// One record in its batch: a line of JSONL, a row of Parquet, or a whole text file.
#[derive(Clone, Copy, Debug)]
pub struct Record<'b> {
    /// Where it stands.
    pub place: Place,
    /// What was read of it, or why it cannot be used.
    pub outcome: Result<&'b Fields, &'b Fault>,
    /// JSONL: the line with its end; empty otherwise.
    pub(crate) line: &'b [u8],
}

impl<'b> Record<'b> {
    /// The spellings of some spans of `text` as the inside of a JSON string: in JSONL the very bytes of the file
    /// (so that putting them back gives the file again), else the shortest JSON spelling.
    ///
    /// The spans must be sorted and disjoint. `None` if they are not, or do not lie in `text` on character
    /// boundaries. Costs one pass over the text for all spans together.
    #[must_use]
    pub fn spellings(&self, text: &FieldText, spans: &[Span]) -> Option<Vec<Cow<'b, str>>> {
        edit::check_spans(&text.text, spans).ok()?;
        let Some(raw) = &text.raw else {
            return Some(
                spans
                    .iter()
                    .map(|span| Cow::Owned(edit::escape(&text.text[span.range()])))
                    .collect(),
            );
        };
        let raw = self.line.get(raw.clone())?;
        let ends: Vec<u32> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
        let ends = edit::raw_offsets(raw, &ends).ok()?;
        ends.chunks_exact(2)
            .map(|at| std::str::from_utf8(raw.get(at[0]..at[1])?).ok().map(Cow::Borrowed))
            .collect()
    }

    /// The spelling of one span of `text`: see [`spellings`](Self::spellings).
    #[must_use]
    pub fn raw_json(&self, text: &FieldText, span: Span) -> Option<Cow<'b, str>> {
        self.spellings(text, &[span])?.pop()
    }

    /// The line as it would be written after `edit`, with its line end: what to keep of a line that is dropped, so
    /// that it can be [reinstated](super::Restorer::reinstate).
    ///
    /// # Errors
    /// If the record is faulty or not a line of JSONL, or if the edit does not fit its texts.
    pub fn raw_line_after(&self, edit: &Edit) -> Result<String, FileError> {
        let bad = |what: String| FileError::edit("line", self.place.line_or_row, what);
        let fields = self.outcome.map_err(|fault| bad(fault.to_string()))?;
        if self.line.is_empty() {
            return Err(FileError::settings(
                "only lines of JSONL can be dropped: rows of Parquet and text files stay",
            ));
        }
        let mut line = Vec::with_capacity(self.line.len());
        match super::jsonl::splice(self.line, fields, edit).map_err(bad)? {
            Some(pieces) => pieces.iter().for_each(|piece| line.extend_from_slice(piece)),
            None => line.extend_from_slice(self.line),
        }
        String::from_utf8(line).map_err(|error| bad(error.to_string()))
    }
}

#[derive(Debug)]
pub(crate) struct Item {
    /// Where its bytes are in the batch, line end included.
    pub(crate) line: Range<usize>,
    pub(crate) place: Place,
    /// `None` for what is no record at all: a blank line.
    pub(crate) outcome: Option<Result<Fields, Fault>>,
}

/// Some records of one file, in order: a few MB of whole lines, a bounded number of Parquet rows, or one text.
#[derive(Debug)]
pub struct Batch {
    pub(crate) data: Vec<u8>,
    /// Bytes of the file that belong to no record and stand before them: a byte order mark.
    pub(crate) head: usize,
    pub(crate) items: Vec<Item>,
    /// Whether `data` holds lines of JSONL.
    pub(crate) lines: bool,
}

impl Batch {
    pub(crate) fn record<'b>(&'b self, item: &'b Item) -> Option<Record<'b>> {
        let outcome = item.outcome.as_ref()?.as_ref();
        let line = if self.lines { &self.data[item.line.clone()] } else { &[] };
        Some(Record {
            place: item.place,
            outcome,
            line,
        })
    }

    /// The records in the order of the file; blank lines are none.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.items.iter().filter_map(|item| self.record(item))
    }

    /// The records without the bytes of the file, for those who keep the texts.
    pub fn into_records(self) -> impl Iterator<Item = (Place, Result<Fields, Fault>)> {
        self.items
            .into_iter()
            .filter_map(|item| item.outcome.map(|outcome| (item.place, outcome)))
    }
}
