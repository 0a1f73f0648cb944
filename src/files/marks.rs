//! The file of marks: what repeats what, beside texts that stay as they are.
//!
//! JSON Lines. What sort of line it is shows in its first key. The format is a contract: a field is only ever added together
//! with a new version of this page, and a reader refuses a version that it does not know.
//!
//! ```text
//! {"redite":"marks","version":1,…}        header
//! {"article":…}                           the articles of the first file, in its order
//! {"file":…}                              trailer of the first file
//! …                                       all other files, in the order in which they were read
//! {"end":…}                               end
//! ```
//!
//! **Header**, the first line:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `redite` | string | `marks` |
//! | `version` | number | version of this format: 1 |
//! | `program` | string | version of the program that wrote it |
//! | `text_fields` | array of strings | the fields that texts were read from, in that order |
//! | `settings` | object | the settings that decided what repeats what, and `words`, a digest of the tables of words |
//!
//! **Article**, one for each record that could be read, also if nothing of it repeats:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article` | string or number | the record's own identity, as it stands in the input; where it has none, the same as `source` |
//! | `source` | string | where the record stands: `file:line` (JSON Lines, from 1), `file:row` (Parquet, from 1), `file` (text) |
//! | `lang` | string | code of the language by whose rules it was cut; `und` if that is not known |
//! | `bytes` | number | length of its texts, in bytes |
//! | `among` | number | how many articles its group has, itself included; all, where groups are not compared each with itself |
//! | `compared` | number | of these, those that are compared: of paragraphs that are long enough, or of sentences where only sentences are compared |
//! | `repeated` | number | bytes of the units that repeat others |
//! | `within` | number | of these, those that repeat units of the same article |
//! | `new` | object | what it says that repeats nothing, nothing before it and nothing in it: `sentences`, how many, and `bytes`, their length; see below |
//! | `most` | object or null | the other article that it repeats most, of several the first in the input: `article`, `source`, and `bytes` of the units that repeat it |
//! | `relation` | string | what the article is to `most`: `original`, `reprint`, `update`, `excerpt` or `mixed`; see below |
//! | `story` | object | the story that it tells, by which articles are grouped: `article` and `source` of the first that tells it, and `articles`, how many do; see below |
//! | `units` | array | the units that repeat others, in order |
//! | `leaders` | array | the units that others repeat, in order; a sentence may stand in a paragraph that others repeat, too |
//!
//! **Relation.** A sentence that repeats nothing may still be *taken* from `most`: if two thirds of its words stand in runs of four words
//! that stand in that article, too (of eight letters in scripts without spaces), and so do all of its numbers. An editor has put
//! other words into it. The other way round a sentence of `most` may be taken here. (Nothing is taken from an article of more than 16 times
//! the words, and of one of more than four times the words nothing is looked for here.)
//!
//! Of the bytes that are compared, let `r` be the share that repeats other articles or is taken from `most`, `m` the share that repeats
//! `most` or is taken from it, `n` the share that does neither and repeats nothing. Of the bytes of `most` that are compared, what it
//! says twice counted once, let `c` be the share that is repeated or taken here, and `d` the same of those that repeat nothing
//! themselves. The article is *original* if `r < .2`, or if it repeats no other; a *reprint* if `d >= .8`, `c >= .5`, `m >= .5` and `n <= .2`:
//! it has nearly all of the other and says little else; an *update* if `d >= .8`, `c >= .5`, `m >= .2` and `n > .2`: it has nearly all of
//! the other, and more; an *excerpt* if `m >= .8`: it is nearly all from the other, but not nearly all of it; else *mixed*. `.8` and
//! `.2` are options of the program.
//!
//! **New.** All sentences count, short ones too, but for the units below and what stands in them. So a sentence that is never
//! compared, because it is too short, counts as new, and so does one that repeats something but stays for the sake of what is beside
//! it. Of a sentence of which a part is a unit below the rest counts. `repeated` and `new.bytes` together are the texts, but for white
//! space.
//!
//! **Story.** An article that is a reprint, an update or an excerpt of `most` tells the same story as that one; any other is the first
//! that tells its own. So `story` leads from article to `most` as far as that goes, and ends at an article that is none of the three: what an
//! article repeats was decided before it (see `keep` in the settings), so there are no circles. `source` is the same for all articles
//! of a story and for no others. With `keep` `first` it does not change with what follows; `articles` does.
//!
//! **Unit**:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `field` | string | the field the unit stands in |
//! | `unit` | string | `paragraph` or `sentence` |
//! | `bytes` | [start, end] | half-open range in the UTF-8 of the field's text, without the white space around the unit |
//! | `chars` | [start, end] | the same range, counted in Unicode scalar values |
//! | `rule` | string | `equal`: the folds are the same; `near`: the similarity is at or above the threshold |
//! | `similarity` | number | from 0 to 1, rounded to four digits; 1 for `equal` |
//! | `lost` | array of strings | the words and numbers of the unit that the kept one does not have, folded; empty for most |
//! | `reprint` | bool | only if true: it repeats the other only because paragraphs beside both repeat one another |
//! | `kept` | object | the unit that it repeats, which repeats no other: `article`, `source`, `bytes`, `text`; and `field`, only where several text fields are read |
//! | `gap` | number or null | bytes of text, but for white space, between the unit before it in `units` and this one; null if they stand in different fields, or this is the first |
//! | `nth` | number | which copy of it this is, in the order of the input; the kept unit counts as the first, so this is 2 or more |
//! | `family` | object | all that repeats that same unit: `equal` and `near`, how many units do by each rule, and `articles`, how many articles they and the kept unit stand in; see below for `groups`, `first` and `last` |
//!
//! **Leader**: `field`, `unit`, `bytes`, `chars` and `family`, as above.
//!
//! **Groups and dates of a family.** Where articles have groups (`group_by` or `count_by` in the settings), `groups` is how many
//! groups its articles have; those without one are a group. Where a date field was read, `first` and `last` are the earliest and the
//! latest date of its articles in UTC, as in `2026-11-30T08:15:00Z`; they are missing if none of its articles has a date.
//!
//! **With `--against`** the units are what stands in a test set, and nothing else is marked. Then `unit` is `span`: some text that
//! need not be a unit; `rule` is `against`; `similarity` is the share of its words that are the same in the test set, 1 but where a
//! few others stand between runs; `kept` is the text of the test set that it stands in, with the range of what is the same and its
//! text; `gap` is null, and there is neither `nth` nor `family`. Of the article, `compared` is all of its text, `within` is 0, and `most` and
//! `relation` are about the record of the test set of which most stands here; `new` tells the bytes that do not stand there and no sentences,
//! `story` is that of the article alone, and `leaders` is empty.
//!
//! **Trailer**, after the articles of each file: `file`, its name; `output`, its path below an output folder;
//! `format`, `jsonl`, `parquet`, `text`, or `other`, a file that could not be read and has no articles; `articles`, how many lines it has; `original`, the digest of what was read, as told in
//! [`removed`](super::removed).
//!
//! **End**, the last line: `{"end":{"files":F,"articles":A,"units":U}}`, what there is in all.
//!
//! The same may be a Parquet file, a row an article: how its columns differ from these fields, and where header, trailers and end are,
//! is told in `marks/parquet.rs`. A reader tells the two forms by their first bytes.

mod parquet;
#[cfg(test)]
mod tests;

pub use self::parquet::MarksOutput;
use super::digest::Digest;
use super::error::FileError;
use super::removed::{FileFormat, open, write_line};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

/// The version of the format that is written.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    redite: What,
    version: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// The fields that texts were read from.
    pub text_fields: Vec<String>,
    /// The settings.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Marks,
}

impl Header {
    /// A header of the current version.
    #[must_use]
    pub fn new(program: &str, text_fields: &[String], settings: serde_json::Map<String, serde_json::Value>) -> Self {
        Self {
            redite: What::Marks,
            version: VERSION,
            program: program.to_owned(),
            text_fields: text_fields.to_vec(),
            settings,
        }
    }

    /// How likeness was measured.
    #[must_use]
    pub fn measure(&self) -> &str {
        let measure = self.settings.get("similarity");
        measure.and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

/// What is marked in one article.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleMarks {
    /// Its identity as JSON, or its place.
    pub article: Box<RawValue>,
    /// Where it stands.
    pub source: String,
    /// Code of its language.
    pub lang: String,
    /// Length of its texts.
    pub bytes: u64,
    /// How many articles its group has.
    pub among: u64,
    /// Of these, those that are compared.
    pub compared: u64,
    /// Bytes of the units that repeat others.
    pub repeated: u64,
    /// Bytes of those that repeat units of the same article.
    pub within: u64,
    /// What repeats nothing.
    pub new: New,
    /// The article that it repeats most.
    pub most: Option<Most>,
    /// What it is to that one.
    pub relation: String,
    /// The story that it tells.
    pub story: Story,
    /// The units that repeat others.
    pub units: Vec<UnitMark>,
    /// The units that others repeat.
    pub leaders: Vec<LeaderMark>,
}

/// An article that another repeats.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Most {
    /// Its identity as JSON, or its place.
    pub article: Box<RawValue>,
    /// Where it stands.
    pub source: String,
    /// Bytes of the units that repeat units of it.
    pub bytes: u64,
}

/// What an article says that repeats nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// How many sentences.
    pub sentences: u64,
    /// Their bytes, but for parts that repeat something.
    pub bytes: u64,
}

/// Articles that tell the same.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The identity of the first that tells it as JSON, or its place.
    pub article: Box<RawValue>,
    /// Where that stands.
    pub source: String,
    /// How many articles tell it.
    pub articles: u32,
}

/// A unit that repeats another.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitMark {
    /// The field it stands in.
    pub field: String,
    /// `paragraph`, `sentence` or `span`.
    pub unit: String,
    /// Range in the field's text.
    pub bytes: [u32; 2],
    /// The same in characters.
    pub chars: [u32; 2],
    /// `equal`, `near` or `against`.
    pub rule: String,
    /// 0 to 1.
    pub similarity: f64,
    /// The words and numbers that the kept text does not have.
    pub lost: Vec<String>,
    /// True if it repeats the other only in view of what stands beside both.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reprint: bool,
    /// The unit that it repeats.
    pub kept: KeptMark,
    /// Bytes of other text between the unit before it and this one.
    pub gap: Option<u64>,
    /// Which copy of it this is; the kept unit is the first. Nothing for what stands in a test set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// All that repeats that unit. Nothing for what stands in a test set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
}

/// A unit that others repeat, where it stands.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaderMark {
    /// The field it stands in.
    pub field: String,
    /// `paragraph` or `sentence`.
    pub unit: String,
    /// Range in the field's text.
    pub bytes: [u32; 2],
    /// The same in characters.
    pub chars: [u32; 2],
    /// All that repeats it.
    pub family: Family,
}

/// A unit that others repeat, where it is named.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptMark {
    /// The identity of its article as JSON, or its place.
    pub article: Box<RawValue>,
    /// Where the record stands.
    pub source: String,
    /// The field, where several are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Range in the field's text.
    pub bytes: [u32; 2],
    /// Its text.
    pub text: String,
}

/// How often a unit is repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Units that are equal to it.
    pub equal: u32,
    /// Units that are near it.
    pub near: u32,
    /// Articles in which any of them stands, or the unit itself.
    pub articles: u32,
    /// How many groups these articles have, where groups are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<u32>,
    /// The earliest date of these articles in UTC, where dates are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

impl Family {
    /// How often it is said in all.
    #[must_use]
    pub fn copies(&self) -> u64 {
        1 + u64::from(self.equal) + u64::from(self.near)
    }
}

/// The line after the articles of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// The file's name.
    pub file: String,
    /// Its path below an output folder.
    pub output: String,
    /// What sort of file it is.
    pub format: FileFormat,
    /// How many articles it has.
    pub articles: u64,
    /// What was read.
    pub original: Digest,
}

/// What there is in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Files, each with a trailer.
    pub files: u64,
    /// Articles.
    pub articles: u64,
    /// Units that repeat others.
    pub units: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: Totals,
}

/// Writes header, trailers and end, and counts what stands between them.
#[derive(Debug)]
pub struct MarksWriter<W> {
    out: W,
    totals: Totals,
    /// Articles since the last trailer.
    articles: u64,
}

impl<W: Write> MarksWriter<W> {
    /// Nothing is written yet.
    pub fn new(out: W) -> Self {
        Self {
            out,
            totals: Totals::default(),
            articles: 0,
        }
    }

    /// Writes the header, which comes first.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn header(&mut self, header: &Header) -> io::Result<()> {
        write_line(&mut self.out, header)
    }

    /// Writes lines of articles that [`ArticleMarks::line`] made: so many, with so many units.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn lines(&mut self, lines: &[u8], articles: u64, units: u64) -> io::Result<()> {
        self.articles += articles;
        self.totals.units += units;
        self.out.write_all(lines)
    }

    /// Writes the trailer of a file, whose articles have all been written; `articles` is set to their number.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn file(&mut self, mut trailer: Trailer) -> io::Result<()> {
        trailer.articles = std::mem::take(&mut self.articles);
        self.totals.files += 1;
        self.totals.articles += trailer.articles;
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

impl ArticleMarks {
    /// The line of an article, with its end.
    ///
    /// # Errors
    /// None; JSON can be made of all of it.
    pub fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        write_line(&mut line, self)?;
        Ok(line)
    }
}

/// One line of the file, read back.
#[derive(Debug)]
pub enum MarksLine {
    /// The header.
    Header(Header),
    /// An article.
    Article(Box<ArticleMarks>),
    /// The trailer of the file that the articles before it are from.
    Trailer(Trailer),
    /// The end.
    End,
}

/// What a Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";

/// The first key of a line: what sort of line it is.
fn first_key(line: &str) -> &str {
    let key = line.trim_start().strip_prefix('{').unwrap_or_default().trim_start();
    let key = key.strip_prefix('"').unwrap_or_default();
    key.split_once('"').map_or("", |(key, _)| key)
}

/// Reads a file of marks line by line, and checks that it is whole: that it begins with a header and ends with an end, and that
/// there is as much between them as trailers and end say.
///
/// After an error there are no more lines.
#[derive(Debug)]
pub struct MarksReader<R> {
    name: String,
    input: R,
    line: String,
    number: u64,
    state: State,
    articles: u64,
    totals: Totals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Ended,
    Failed,
}

impl MarksReader<BufReader<Box<dyn Read + Send>>> {
    /// Opens a file of marks: JSON Lines, plain or compressed, or Parquet.
    ///
    /// # Errors
    /// If it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let name = path.display().to_string();
        let mut input = open(path)?;
        let head = input.fill_buf().map_err(|cause| FileError::reading(path, cause))?;
        if !head.starts_with(PARQUET) {
            return Ok(Self::new(&name, input));
        }
        let lines: Box<dyn Read + Send> = Box::new(parquet::Lines::open(path)?);
        Ok(Self::new(&name, BufReader::new(lines)))
    }
}

impl<R: BufRead> MarksReader<R> {
    /// `name` is for messages.
    pub fn new(name: &str, input: R) -> Self {
        Self {
            name: name.to_owned(),
            input,
            line: String::new(),
            number: 0,
            state: State::Start,
            articles: 0,
            totals: Totals::default(),
        }
    }

    fn read(&mut self) -> Result<Option<MarksLine>, FileError> {
        self.line.clear();
        let read = self.input.read_line(&mut self.line).map_err(|cause| {
            // of Parquet it is known better what went wrong
            cause
                .downcast::<FileError>()
                .unwrap_or_else(|cause| FileError::reading(self.name.as_ref(), cause))
        })?;
        if read == 0 {
            return match self.state {
                State::Start => Err(FileError::settings(format!(
                    "{}: the file is empty; give the file that `redite mark` wrote",
                    self.name
                ))),
                State::Inside => Err(FileError::settings(format!(
                    "{}: the file is cut off after line {}: its end line is missing; use the whole file",
                    self.name, self.number
                ))),
                State::Ended | State::Failed => Ok(None),
            };
        }
        self.number += 1;
        let line = self.parse();
        line.map(Some)
            .map_err(|what| FileError::settings(format!("{}, line {}: {what}", self.name, self.number)))
    }

    fn parse(&mut self) -> Result<MarksLine, String> {
        let wrong = |error: serde_json::Error| format!("not a line of a file of marks: {error}");
        let line = self.line.as_str();
        let first = first_key(line);
        match self.state {
            State::Start => {
                // a later version may have other fields
                #[derive(Deserialize)]
                struct Version {
                    redite: What,
                    version: u32,
                }
                let Ok(Version {
                    redite: What::Marks,
                    version,
                }) = serde_json::from_str(line)
                else {
                    return Err(
                        "this is no header of a file of marks; give the file that `redite mark` wrote".to_owned(),
                    );
                };
                if version != VERSION {
                    return Err(format!(
                        "the format is of version {version}, and this program reads version {VERSION}: use a newer redite"
                    ));
                }
                self.state = State::Inside;
                serde_json::from_str(line).map(MarksLine::Header).map_err(wrong)
            }
            _ if self.state != State::Inside => Err("there is more after the end line".to_owned()),
            _ if first == "file" => {
                let trailer: Trailer = serde_json::from_str(line).map_err(wrong)?;
                let articles = std::mem::take(&mut self.articles);
                if trailer.articles != articles {
                    return Err(format!(
                        "{} articles of {} are announced, but {articles} are there: lines were lost or added",
                        trailer.articles, trailer.file
                    ));
                }
                self.totals.files += 1;
                self.totals.articles += articles;
                Ok(MarksLine::Trailer(trailer))
            }
            _ if first == "end" => {
                let EndLine { end } = serde_json::from_str(line).map_err(wrong)?;
                self.state = State::Ended;
                if end == self.totals && self.articles == 0 {
                    Ok(MarksLine::End)
                } else {
                    Err(format!(
                        "{} files with {} articles and {} units are announced, but {}, {} and {} are there",
                        end.files,
                        end.articles,
                        end.units,
                        self.totals.files,
                        self.totals.articles + self.articles,
                        self.totals.units
                    ))
                }
            }
            _ => {
                let article: ArticleMarks = serde_json::from_str(line).map_err(wrong)?;
                self.articles += 1;
                self.totals.units += article.units.len() as u64;
                Ok(MarksLine::Article(Box::new(article)))
            }
        }
    }
}

impl<R: BufRead> Iterator for MarksReader<R> {
    type Item = Result<MarksLine, FileError>;

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
