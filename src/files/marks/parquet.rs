//! Marks as a Parquet file: the lines of the [file of marks](super) as rows and columns, and back.
//!
//! A row is an article. Its columns are the fields of the article's line, of the same names, in the same order, with structs and
//! lists inside; [`ARTICLE`] is the table of them, and a field that is not in it cannot be written. What is different:
//!
//! | in JSON Lines | in Parquet |
//! |---|---|
//! | `article`, a string or a number | `article`, a string, the text of it; and `article_json`, null where the identity is that string, else the identity as it stands in the input: the digits of a number (`7`, and not `"7"`), a string spelled with escapes |
//! | `bytes`, `chars` of a unit: `[start, end]` | `bytes_start` and `bytes_end`, `chars_start` and `chars_end` |
//! | `reprint`, only if true | `reprint`, true or false |
//! | `field` of `kept`, only where several are read | `field`, null elsewhere |
//!
//! Whole numbers have 64 bits and a sign. Header, trailers and end are in the key-value metadata of the file, each in the very
//! line that it has in JSON Lines: `redite.marks` is the header, `redite.files` has the trailers, a line each, `redite.end` is the
//! end. The rows of a file are those behind the rows of the files before it, as many as its trailer says.
//!
//! Pages are packed with zstd. The same marks give the same bytes.

use super::Trailer;
use crate::files::codec::Codec;
use crate::files::error::FileError;
use crate::files::output::{Output, OutputFile};
use crate::files::parquet::nested::{Field, RowReader, RowWriter, Type};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

/// The columns: a line for each field of [`ArticleMarks`](super::ArticleMarks), in the order in which it is written.
const ARTICLE: &[Field] = &[
    Field::new("article", Type::Spelled),
    Field::new("source", Type::Text),
    Field::new("lang", Type::Text),
    Field::new("bytes", Type::Whole),
    Field::new("among", Type::Whole),
    Field::new("compared", Type::Whole),
    Field::new("repeated", Type::Whole),
    Field::new("within", Type::Whole),
    Field::new("new", Type::Object(NEW)),
    Field::new("most", Type::Object(MOST)).or_null(),
    Field::new("relation", Type::Text),
    Field::new("story", Type::Object(STORY)),
    Field::new("units", Type::Objects(UNIT)),
    Field::new("leaders", Type::Objects(LEADER)),
];

const NEW: &[Field] = &[Field::new("sentences", Type::Whole), Field::new("bytes", Type::Whole)];

const STORY: &[Field] = &[
    Field::new("article", Type::Spelled),
    Field::new("source", Type::Text),
    Field::new("articles", Type::Whole),
];

const MOST: &[Field] = &[
    Field::new("article", Type::Spelled),
    Field::new("source", Type::Text),
    Field::new("bytes", Type::Whole),
];

const UNIT: &[Field] = &[
    Field::new("field", Type::Text),
    Field::new("unit", Type::Text),
    Field::new("bytes", Type::Range),
    Field::new("chars", Type::Range),
    Field::new("rule", Type::Text),
    Field::new("similarity", Type::Real),
    Field::new("lost", Type::Texts),
    Field::new("reprint", Type::Flag).or_left_out(),
    Field::new("kept", Type::Object(KEPT)),
    Field::new("gap", Type::Whole).or_null(),
    Field::new("nth", Type::Whole).or_left_out(),
    Field::new("family", Type::Object(FAMILY)).or_left_out(),
];

const LEADER: &[Field] = &[
    Field::new("field", Type::Text),
    Field::new("unit", Type::Text),
    Field::new("bytes", Type::Range),
    Field::new("chars", Type::Range),
    Field::new("family", Type::Object(FAMILY)),
];

const KEPT: &[Field] = &[
    Field::new("article", Type::Spelled),
    Field::new("source", Type::Text),
    Field::new("field", Type::Text).or_left_out(),
    Field::new("bytes", Type::Range),
    Field::new("text", Type::Text),
];

const FAMILY: &[Field] = &[
    Field::new("equal", Type::Whole),
    Field::new("near", Type::Whole),
    Field::new("articles", Type::Whole),
    Field::new("groups", Type::Whole).or_left_out(),
    Field::new("first", Type::Text).or_left_out(),
    Field::new("last", Type::Text).or_left_out(),
];

/// The keys of the metadata: of the header, of the trailers, of the end.
const HEADER: &str = "redite.marks";
const FILES: &str = "redite.files";
const END: &str = "redite.end";

/// Takes the lines of a file of marks, and writes them as Parquet.
pub(super) struct Table<W: Write + Send> {
    rows: RowWriter<W>,
    /// What came of a line that is not at its end.
    line: Vec<u8>,
    header: String,
    files: String,
    end: String,
}

impl<W: Write + Send> Table<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        Ok(Self {
            rows: RowWriter::new(out, ARTICLE)?,
            line: Vec::new(),
            header: String::new(),
            files: String::new(),
            end: String::new(),
        })
    }

    /// Takes a line with its end.
    fn take(&mut self, line: &[u8]) -> io::Result<()> {
        let line = std::str::from_utf8(line).map_err(io::Error::other)?;
        match super::first_key(line) {
            "redite" => self.header.push_str(line),
            "file" => self.files.push_str(line),
            "end" => self.end.push_str(line),
            _ => self.rows.row(line)?,
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<W> {
        let about = [(HEADER, self.header), (FILES, self.files), (END, self.end)];
        self.rows.finish(about)
    }
}

impl<W: Write + Send> Write for Table<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            if !part.ends_with(b"\n") {
                self.line.extend(part);
            } else if self.line.is_empty() {
                self.take(part)?;
            } else {
                self.line.extend(part);
                let line = std::mem::take(&mut self.line);
                self.take(&line)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output for [`MarksWriter`](super::MarksWriter), in one of the two forms.
pub struct MarksOutput(Form);

#[expect(clippy::large_enum_variant, reason = "a run has one of it")]
enum Form {
    Lines(OutputFile),
    Table(Box<Table<OutputFile>>),
}

impl MarksOutput {
    /// JSON Lines, packed as was asked.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn lines(out: Output) -> Result<Self, FileError> {
        Ok(Self(Form::Lines(out.create()?)))
    }

    /// Parquet.
    ///
    /// # Errors
    /// If the file cannot be made, or is to be packed.
    pub fn parquet(out: Output) -> Result<Self, FileError> {
        let codec = out.codec.unwrap_or(Codec::Plain);
        let out = out.create()?;
        let name = out.path().to_owned();
        if codec != Codec::Plain {
            return Err(FileError::settings(format!(
                "{}: Parquet is packed inside and not once more; give a name that ends in .parquet",
                name.display()
            )));
        }
        let table = Table::new(out).map_err(|cause| FileError::writing(&name, cause))?;
        Ok(Self(Form::Table(Box::new(table))))
    }

    /// The error that says that writing here failed.
    #[must_use]
    pub fn error(&self, cause: io::Error) -> FileError {
        match &self.0 {
            Form::Lines(out) => out.error(cause),
            Form::Table(table) => table.rows.get_ref().error(cause),
        }
    }

    /// The output is whole.
    ///
    /// # Errors
    /// If the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<(), FileError> {
        match self.0 {
            Form::Lines(out) => out.finish(),
            Form::Table(table) => {
                let name = table.rows.get_ref().path().to_owned();
                let out = table.finish().map_err(|cause| FileError::writing(&name, cause))?;
                out.finish()
            }
        }
    }
}

impl fmt::Debug for MarksOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match &self.0 {
            Form::Lines(_) => "lines",
            Form::Table(_) => "parquet",
        };
        f.debug_tuple("MarksOutput").field(&form).finish()
    }
}

impl Write for MarksOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Form::Lines(out) => out.write(bytes),
            Form::Table(table) => table.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Form::Lines(out) => out.flush(),
            Form::Table(table) => table.flush(),
        }
    }
}

/// Gives the lines of marks that are a Parquet file.
pub(super) struct Lines {
    rows: RowReader,
    /// Trailers whose rows are not all given, each with the number of those that are still to come.
    trailers: VecDeque<(String, u64)>,
    end: Option<String>,
    /// What is to be given next, and how much of it is.
    line: Vec<u8>,
    given: usize,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let rows = RowReader::open(path, ARTICLE)?;
        let Some(header) = rows.about(HEADER) else {
            return Err(FileError::settings(format!(
                "{}: a Parquet file, but not one of marks",
                path.display()
            )));
        };
        let trailers = rows.about(FILES).unwrap_or_default().split_inclusive('\n');
        // what is wrong with a trailer is said where it is read
        let articles = |line: &str| serde_json::from_str(line).map_or(0, |trailer: Trailer| trailer.articles);
        Ok(Self {
            line: header.as_bytes().to_vec(),
            given: 0,
            trailers: trailers.map(|line| (line.to_owned(), articles(line))).collect(),
            end: rows.about(END).map(str::to_owned),
            rows,
        })
    }

    /// Sets the next line; none is left if it is empty.
    fn advance(&mut self) -> Result<(), FileError> {
        self.given = 0;
        self.line.clear();
        if let Some((trailer, left)) = self.trailers.front_mut() {
            if *left > 0 && self.rows.row(&mut self.line)? {
                *left -= 1;
                self.line.push(b'\n');
            } else {
                self.line.extend(trailer.as_bytes());
                self.trailers.pop_front();
            }
        } else if self.rows.row(&mut self.line)? {
            // of no file
            self.line.push(b'\n');
        } else if let Some(end) = self.end.take() {
            self.line.extend(end.as_bytes());
        }
        Ok(())
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() {
            self.advance().map_err(io::Error::other)?;
        }
        let count = self.line.get(self.given..).unwrap_or_default().read(buffer)?;
        self.given += count;
        Ok(count)
    }
}
