//! The file of removed units: its format, its writer and its reader.
//!
//! JSON Lines. What sort of line it is shows in its first key. The format is a contract: a field is only ever added
//! together with a new version of this page, and a reader refuses a version that it does not know.
//!
//! ```text
//! {"redite":"removed","version":1,…}      header
//! {"article":…}                           the removed units of the first file, in its order
//! {"file":…}                              trailer of the first file
//! …                                       all other files, in the order in which they were read
//! {"end":…}                               end
//! ```
//!
//! **Header**, the first line:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `redite` | string | `removed` |
//! | `version` | number | version of this format: 1 |
//! | `program` | string | version of the program that wrote it |
//! | `text_fields` | array of strings | the fields that texts were read from, in that order |
//! | `settings` | object | the settings that decided what was removed, and `words`, a digest of the tables of words; for people: readers make nothing of it |
//!
//! **Removed unit**:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article` | string or number | the record's own identity, as it stands in the input; where it has none, the same as `source` |
//! | `source` | string | where the record stands: `file:line` (JSON Lines, from 1), `file:row` (Parquet, from 1), `file` (text) |
//! | `field` | string | the field the unit was taken from |
//! | `unit` | string | `paragraph` or `sentence`; `span`, some text that need not be a unit, with the rules `against` and `bridge` |
//! | `bytes` | [start, end] | half-open range in the UTF-8 of the *original* field text: the unit and the white space that went with it |
//! | `chars` | [start, end] | the same range, counted in Unicode scalar values |
//! | `text` | string | the text of that range; in JSON Lines in the very spelling (escapes) of the input, so that it can be put back byte for byte |
//! | `rule` | string | `equal`: the folds are the same; `near`: the similarity is at or above the threshold; `frequent`: it is what others repeat, and goes because it is said too often (`--keep-copies`); `bridge`: it stands between two long runs of repeats (`--bridge`); `against`: it stands in the test set of `--against`, which is then the only rule |
//! | `measure` | string | how likeness is measured, such as `jaccard:1,2`; for `against`, `contained:8` with the least length of a run |
//! | `similarity` | number | from 0 to 1, rounded to four digits; 1 for `equal` and `frequent`, 0 for `bridge`; for `against` the share of the words that are the same in the test set, 1 but where a few others stand between runs |
//! | `lost` | array of strings | the words and numbers of `text` that the kept text does not have, as [`left_out`] gives them: folded; empty for most |
//! | `reprint` | bool | only if true: the unit repeats the other only because paragraphs beside both repeat one another, so that a word may be exchanged |
//! | `kept` | object | the unit that is kept in its favour: `article`, `source`, `bytes` (range of the unit without white space around it), `text`; and `field`, only where several text fields are read. With `--keep-copies none` it may go itself, as `frequent`. Null for `frequent`; for `bridge` the unit that the one before it repeats. For `against` it is the text of the test set, the range of what is the same in it, and its text |
//!
//! **Dropped record**: with `--drop-empty` a record that is left out has one more line, after those of its units:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article`, `source` | | as above |
//! | `dropped` | string | the record's line without the texts that were removed, with its line end |
//!
//! **Trailer**, after the units of each file, also of a file from which nothing was removed:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `file` | string | the file's name, as the `source` of its units begins |
//! | `output` | string | path of its cleaned copy below an output folder, with `/` between folders (a single output may have another name) |
//! | `format` | string | `jsonl`, `parquet`, `text`, or `other`: a file that could not be read and was copied as it is |
//! | `mark` | bool | whether its content begins with a byte order mark, which belongs to no record |
//! | `units`, `dropped` | number | how many such lines it has |
//! | `original` | digest | what was read |
//! | `cleaned` | digest | what was written |
//!
//! A digest is an object: `bytes`, a length, and `xxh128`, the XXH3-128 hash of these bytes as 32 hexadecimal digits
//! (`xxh128sum`). For `jsonl` and `text` both digests are of the unpacked content, so that a file may be packed anew.
//! For `other` both are of the file itself, and equal. For `parquet`, `cleaned` is of the file itself, and `original` of
//! the texts: of each row in turn, for each text that is not null, the number of its field in `text_fields` (32 bits),
//! its length in bytes (64 bits), both little-endian, and its bytes; for a row that could not be used, one byte `ff`.
//!
//! **End**, the last line: `{"end":{"files":F,"units":U,"dropped":D}}`, what there is in all.
//!
//! In names (`file`, `output`, `source`) bytes that are not UTF-8 are escaped as [`Source::name`] says.
//!
//! Version 0.1 of redite wrote files without header, trailers and end. They are read, but nothing in them tells whether
//! they are whole or belong to the files that they are applied to.
//!
//! [`Source::name`]: super::Source::name
//! [`left_out`]: crate::verdict::left_out

mod told;

pub use told::{ToldKept, ToldUnit, read_again};

use super::codec::Codec;
use super::digest::Digest;
use super::edit::{Escaped, Insertion, push_escaped};
use super::error::FileError;
use super::record::Id;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// The version of the format that is written.
pub const VERSION: u32 = 1;

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
    /// `paragraph`, `sentence` or `span`.
    pub unit: &'a str,
    /// Range in the original text, in bytes.
    pub bytes: [u32; 2],
    /// The same in characters.
    pub chars: [u32; 2],
    /// The text of the range.
    pub text: RawJson<'a>,
    /// `equal`, `near` or `against`.
    pub rule: &'a str,
    /// The measure.
    pub measure: &'a str,
    /// 0 to 1.
    pub similarity: f64,
    /// The words and numbers of the text that the kept one does not have, folded.
    pub lost: &'a [String],
    /// True if it repeats the other only in view of what stands beside both.
    pub reprint: bool,
    /// The unit that is kept, if one is.
    pub kept: Option<KeptUnit<'a>>,
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
        let kept = self.kept.as_ref().map_or(0, |kept| kept.text.len());
        let mut line = Vec::with_capacity(512 + self.text.len() + kept);
        self.push(&mut line);
        out.write_all(&line)
    }

    fn push(&self, out: &mut Vec<u8>) {
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
        let mut before: &[u8] = b",\"lost\":[\"";
        for word in self.lost {
            push_string(before, word, out);
            before = b"\",\"";
        }
        out.extend_from_slice(if self.lost.is_empty() { b",\"lost\":[]" } else { b"\"]" });
        if self.reprint {
            out.extend_from_slice(b",\"reprint\":true");
        }
        let Some(kept) = &self.kept else {
            out.extend_from_slice(b",\"kept\":null}\n");
            return;
        };
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

/// The first line of a file of removed units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// What the file is.
    redite: What,
    /// Version of the format.
    version: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// The fields that texts were read from.
    pub text_fields: Vec<String>,
    /// The settings that decided what was removed, for people.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Removed,
}

impl Header {
    /// A header of the current version.
    #[must_use]
    pub fn new(program: &str, text_fields: &[String], settings: serde_json::Map<String, serde_json::Value>) -> Self {
        Self {
            redite: What::Removed,
            version: VERSION,
            program: program.to_owned(),
            text_fields: text_fields.to_vec(),
            settings,
        }
    }
}

/// What sort of file a trailer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// JSON Lines.
    Jsonl,
    /// Parquet.
    Parquet,
    /// Text.
    Text,
    /// A file that could not be read and was copied as it is.
    Other,
}

/// The line after the units of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// The file's name, as the `source` of its units begins.
    pub file: String,
    /// Path of its cleaned copy below the output folder.
    pub output: String,
    /// What sort of file it is.
    pub format: FileFormat,
    /// Whether its content begins with a byte order mark.
    pub mark: bool,
    /// How many units were removed from it.
    pub units: u64,
    /// How many records were left out.
    pub dropped: u64,
    /// What was read.
    pub original: Digest,
    /// What was written.
    pub cleaned: Digest,
}

/// What there is in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Files, each with a trailer.
    pub files: u64,
    /// Removed units.
    pub units: u64,
    /// Records left out.
    pub dropped: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: Totals,
}

/// Writes header, trailers and end, and counts what stands between them.
#[derive(Debug)]
pub struct RemovedWriter<W> {
    out: W,
    totals: Totals,
    /// What was written since the last trailer.
    units: u64,
    dropped: u64,
}

impl<W: Write> RemovedWriter<W> {
    /// Nothing is written yet.
    pub fn new(out: W) -> Self {
        Self {
            out,
            totals: Totals::default(),
            units: 0,
            dropped: 0,
        }
    }

    /// Writes the header, which comes first.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn header(&mut self, header: &Header) -> io::Result<()> {
        write_line(&mut self.out, header)
    }

    /// Writes lines that [`RemovedUnit::write`] and [`write_dropped`] made: so many units and dropped records of one file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn lines(&mut self, lines: &[u8], units: u64, dropped: u64) -> io::Result<()> {
        self.units += units;
        self.dropped += dropped;
        self.out.write_all(lines)
    }

    /// Writes the trailer of a file, whose lines have all been written; `units` and `dropped` are set to their number.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn file(&mut self, mut trailer: Trailer) -> io::Result<()> {
        trailer.units = std::mem::take(&mut self.units);
        trailer.dropped = std::mem::take(&mut self.dropped);
        self.totals.files += 1;
        self.totals.units += trailer.units;
        self.totals.dropped += trailer.dropped;
        write_line(&mut self.out, &trailer)
    }

    /// Writes the end, which comes last.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self) -> io::Result<()> {
        write_line(&mut self.out, &EndLine { end: self.totals })
    }

    /// Gives back what it writes to.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// What it writes to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }
}

/// Writes something as a line of JSON.
pub(super) fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}

/// One line of the file, read back.
#[derive(Debug)]
pub enum RemovedLine {
    /// The header.
    Header(Header),
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
    /// The trailer of the file that the units before it are from.
    Trailer(Trailer),
    /// The end.
    End(Totals),
}

impl RemovedLine {
    /// The record that a unit or dropped line is about.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Unit { source, .. } | Self::Dropped { source, .. } => Some(source),
            _ => None,
        }
    }
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
    /// Missing in files of version 0.1.
    #[serde(default)]
    lost: Vec<String>,
    #[serde(default)]
    reprint: bool,
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

/// Reads a file of removed units line by line, and checks that it is whole: that it begins with a header and ends with an
/// end, that units belong to the file whose trailer follows, and that there are as many as trailers and end say.
///
/// A file without a header is read as one of version 0.1, which has nothing but units and dropped records.
///
/// After an error there are no more lines.
#[derive(Debug)]
pub struct RemovedReader<R> {
    name: String,
    input: R,
    line: String,
    number: u64,
    state: State,
    /// The sources of this file's units, as far as they are one after the other.
    section: Section,
    totals: Totals,
}

#[derive(Debug, Default)]
struct Section {
    units: u64,
    dropped: u64,
    /// The files that were named, as far as they differ from the one before.
    sources: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Old,
    Inside,
    Ended,
    Failed,
}

/// Opens a file of JSON Lines, plain or compressed.
pub(super) fn open(path: &Path) -> Result<BufReader<Box<dyn Read + Send>>, FileError> {
    let reading = |error| FileError::reading(path, error);
    let mut file = File::open(path).map_err(reading)?;
    let mut head = Vec::new();
    (&mut file).take(16).read_to_end(&mut head).map_err(reading)?;
    file.seek(SeekFrom::Start(0)).map_err(reading)?;
    let reader = Codec::of_bytes(&head).decoder(file, Arc::default());
    Ok(BufReader::with_capacity(128 << 10, reader))
}

impl RemovedReader<BufReader<Box<dyn Read + Send>>> {
    /// Opens a file of removed units, plain or compressed.
    ///
    /// # Errors
    /// If it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Ok(Self::new(&path.display().to_string(), open(path)?))
    }
}

impl<R: BufRead> RemovedReader<R> {
    /// `name` is for messages.
    pub fn new(name: &str, input: R) -> Self {
        Self {
            name: name.to_owned(),
            input,
            line: String::new(),
            number: 0,
            state: State::Start,
            section: Section::default(),
            totals: Totals::default(),
        }
    }

    /// The number of the line that was read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    fn read(&mut self) -> Result<Option<RemovedLine>, FileError> {
        self.line.clear();
        let read = self
            .input
            .read_line(&mut self.line)
            .map_err(|cause| FileError::reading(self.name.as_ref(), cause))?;
        if read == 0 {
            return match self.state {
                State::Start => Err(FileError::settings(format!(
                    "{}: the file is empty: it lost its content, or redite 0.1 wrote it and removed nothing (then the \
                     cleaned files are the originals)",
                    self.name
                ))),
                State::Inside => Err(FileError::settings(format!(
                    "{}: the file is cut off after line {}: its end line is missing; use the whole file",
                    self.name, self.number
                ))),
                State::Old | State::Ended | State::Failed => Ok(None),
            };
        }
        self.number += 1;
        let wrong = |what: String| FileError::removed(&self.name, self.number, what);
        let line = parse(&self.line).map_err(wrong)?;
        if let Some(what) = self.out_of_place(&line) {
            return Err(FileError::removed(&self.name, self.number, what));
        }
        Ok(Some(line))
    }

    /// What is wrong with `line` where it stands.
    fn out_of_place(&mut self, line: &RemovedLine) -> Option<String> {
        match (self.state, line) {
            (State::Ended, _) => return Some("there is more after the end line".to_owned()),
            (State::Start, RemovedLine::Header(header)) => {
                if header.version != VERSION {
                    return Some(format!(
                        "the format is of version {}, and this program reads version {VERSION}: use a newer redite",
                        header.version
                    ));
                }
                self.state = State::Inside;
            }
            (_, RemovedLine::Header(_)) => return Some("a second header".to_owned()),
            (State::Start, RemovedLine::Trailer(_) | RemovedLine::End(_)) => {
                return Some("the header is missing: lines were lost before this one".to_owned());
            }
            (State::Start, _) => self.state = State::Old,
            (State::Old, RemovedLine::Trailer(_) | RemovedLine::End(_)) => {
                return Some("there is no header before it: lines were lost at the beginning".to_owned());
            }
            _ => {}
        }
        if self.state == State::Old {
            return None;
        }
        match line {
            RemovedLine::Header(_) => None,
            RemovedLine::Unit { source, .. } => {
                self.section.units += 1;
                self.section.saw(source);
                None
            }
            RemovedLine::Dropped { source, .. } => {
                self.section.dropped += 1;
                self.section.saw(source);
                None
            }
            RemovedLine::Trailer(trailer) => {
                let section = std::mem::take(&mut self.section);
                self.totals.files += 1;
                self.totals.units += section.units;
                self.totals.dropped += section.dropped;
                section.differs(trailer)
            }
            RemovedLine::End(totals) => {
                self.state = State::Ended;
                if self.section.units + self.section.dropped > 0 {
                    Some("the trailer of the last file is missing".to_owned())
                } else if *totals == self.totals {
                    None
                } else {
                    Some(format!(
                        "{} files with {} units and {} dropped records are announced, but {}, {} and {} are there",
                        totals.files,
                        totals.units,
                        totals.dropped,
                        self.totals.files,
                        self.totals.units,
                        self.totals.dropped
                    ))
                }
            }
        }
    }
}

impl Section {
    fn saw(&mut self, source: &str) {
        let file = match source.rsplit_once(':') {
            Some((file, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => file,
            _ => source,
        };
        if self.sources.last().is_none_or(|last| last != file && last != source) {
            self.sources.push(file.to_owned());
        }
    }

    /// What the units of this section do not have in common with the trailer.
    fn differs(&self, trailer: &Trailer) -> Option<String> {
        let Trailer {
            file, units, dropped, ..
        } = trailer;
        let text = trailer.format == FileFormat::Text;
        let foreign = self.sources.iter().find(|source| {
            // a text's own name may end in a number
            let cut = file.rsplit_once(':').map(|(file, _)| file);
            *source != file && !(text && Some(source.as_str()) == cut)
        });
        if let Some(foreign) = foreign {
            return Some(format!("units of {foreign} come before the trailer of {file}"));
        }
        if (self.units, self.dropped) != (*units, *dropped) {
            return Some(format!(
                "{units} units and {dropped} dropped records of {file} are announced, but {} and {} are there: lines \
                 were lost or added",
                self.units, self.dropped
            ));
        }
        None
    }
}

impl<R: BufRead> Iterator for RemovedReader<R> {
    type Item = Result<RemovedLine, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Failed {
            return None;
        }
        let line = self.read();
        if line.is_err() {
            self.state = State::Failed;
        }
        line.transpose()
    }
}

fn parse(line: &str) -> Result<RemovedLine, String> {
    let wrong = |error: serde_json::Error| format!("not a line of a file of removed units: {error}");
    // the first key tells what it is; what it is, it must be altogether
    let first = line.trim_start().strip_prefix('{').unwrap_or_default().trim_start();
    if first.starts_with("\"redite\"") {
        // a later version may have other fields
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_str(line).map_err(wrong)?;
        if version != VERSION {
            return Ok(RemovedLine::Header(Header {
                version,
                ..Header::new("", &[], serde_json::Map::new())
            }));
        }
        return serde_json::from_str(line).map(RemovedLine::Header).map_err(wrong);
    }
    if first.starts_with("\"file\"") {
        return serde_json::from_str(line).map(RemovedLine::Trailer).map_err(wrong);
    }
    if first.starts_with("\"end\"") {
        return serde_json::from_str(line)
            .map(|EndLine { end }| RemovedLine::End(end))
            .map_err(wrong);
    }
    if let Ok(DroppedLine { source, dropped, .. }) = serde_json::from_str(line) {
        return Ok(RemovedLine::Dropped { source, line: dropped });
    }
    let unit: UnitLine<'_> = serde_json::from_str(line).map_err(wrong)?;
    let raw = unit
        .text
        .get()
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .ok_or("`text` is not a string")?;
    let insertion = Insertion::new(unit.bytes[0], raw).map_err(|e| e.to_string())?;
    if unit.bytes[1].checked_sub(unit.bytes[0]).map(u64::from) != Some(insertion.text().len() as u64) {
        return Err("`text` is not as long as `bytes` says".to_owned());
    }
    Ok(RemovedLine::Unit {
        source: unit.source,
        field: unit.field,
        insertion,
    })
}

#[cfg(test)]
mod tests;
