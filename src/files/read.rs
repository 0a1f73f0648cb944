//! One input file, and the records in it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::codec::{Codec, Counting};
use super::discover::Unread;
use super::error::FileError;
use super::jsonl::{Block, Blocks, field_names, parse_block};
use super::members::{Limited, Trailing};
use super::name::printed_name;
use super::parquet::Rows;
use super::record::{Batch, Fault};
use super::sniff::Format;
use super::text::parse_text;

/// Which fields of a record to read.
///
/// A name is a key of the record, or keys joined by dots for nested objects (`doc.body.text`); where a key literally
/// has that name, dots included, the key wins. In Parquet it is a column, or a field of a struct column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The fields that hold the article's texts, in the order in which they are read. Default: `text`. (A text file
    /// has one text, field number 0, whatever stands here.)
    pub text_fields: Vec<String>,
    /// The field that identifies the article; `None`: `id`, where it is present.
    pub id_field: Option<String>,
    /// The field that holds the language; `None`: `lang`, where it is present.
    pub lang_field: Option<String>,
    /// The field that says which of several copies to keep; `None`: not read.
    pub rank_field: Option<String>,
    /// The field that says which group an article belongs to; `None`: not read.
    pub group_field: Option<String>,
    /// The field that says when an article appeared; `None`: not read.
    pub date_field: Option<String>,
    /// Texts with more bytes than this are faults. Default and highest value: [`u32::MAX`], for spans have 32 bits.
    pub max_text_bytes: u64,
    /// Most bytes that a compressed file may unpack to; a file that is larger is not read (it is a [`FileError`]).
    /// `None`: one GiB, or a hundred times its size, whichever is more.
    pub max_unpacked: Option<u64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            text_fields: vec!["text".to_owned()],
            id_field: None,
            lang_field: None,
            rank_field: None,
            group_field: None,
            date_field: None,
            max_text_bytes: u64::from(u32::MAX),
            max_unpacked: None,
        }
    }
}

impl ReadOptions {
    /// Most bytes that a compressed file of `packed` bytes may unpack to.
    pub(crate) fn unpacked_limit(&self, packed: u64) -> u64 {
        const FREE: u64 = 1 << 30;
        const RATIO: u64 = 100;
        self.max_unpacked
            .unwrap_or_else(|| FREE.max(packed.saturating_mul(RATIO)))
    }

    pub(crate) fn check(&self) -> Result<(), FileError> {
        if self.text_fields.is_empty() {
            return Err(FileError::settings(
                "no text field is named: name at least one with --text-field",
            ));
        }
        for (index, name) in self.text_fields.iter().enumerate() {
            if self.text_fields[..index].contains(name) {
                return Err(FileError::settings(format!(
                    "the text field `{name}` is named twice: name it once"
                )));
            }
        }
        if self.max_text_bytes > u64::from(u32::MAX) {
            return Err(FileError::settings(
                "texts over 4 GiB cannot be read: lower `max_text_bytes`",
            ));
        }
        Ok(())
    }
}

/// One input file.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) relative: PathBuf,
    pub(crate) format: Format,
    pub(crate) codec: Codec,
    pub(crate) size: u64,
    /// When it was last written to, as it was found.
    pub(crate) modified: Option<SystemTime>,
    pub(crate) note: Option<String>,
    /// Whether the unpacked file begins with a byte order mark; `None`: look. (A text that begins with U+FEFF once what
    /// stood before it is cut out does not.)
    pub(crate) mark: Option<bool>,
    /// Why it is not read as articles.
    pub(crate) unread: Option<Unread>,
    /// What stands behind its packed data, once it has been read to its end.
    pub(crate) trailing: Arc<Trailing>,
    /// What came from a pipe.
    pub(crate) spool: Option<Spool>,
}

/// Bytes from a pipe, kept in a file without a name, because they are read twice.
#[derive(Clone, Debug)]
pub(crate) struct Spool(pub(crate) Arc<Mutex<File>>);

/// A reader of the spool with its own place in it.
struct SpoolReader {
    spool: Spool,
    at: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.spool.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Source {
    /// The name for messages and provenance: the path as the user gave it, joined with the path in the folder; `-`
    /// for standard input. It can be printed, and no two paths have the same: see [`printed_name`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the file is on disk; `-` for standard input.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path that its edited copy has below an output folder; no two sources of a
    /// [`Discovery`](super::Discovery) share one.
    #[must_use]
    pub fn relative(&self) -> &Path {
        &self.relative
    }

    /// The relative path as a name, [printed](super::printed_name) as that of the file, with `/` between folders.
    #[must_use]
    pub fn relative_name(&self) -> String {
        let parts: Vec<_> = self.relative.iter().map(|part| printed_name(Path::new(part))).collect();
        parts.join("/")
    }

    /// Why the file is not read as articles, if it is not: it can only be [copied](Self::copy), and
    /// [reading](Self::read) it fails with that reason.
    #[must_use]
    pub fn unread(&self) -> Option<&Unread> {
        self.unread.as_ref()
    }

    /// The format; of a file that is [not read](Self::unread) it means nothing.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The compression.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Size on disk in bytes, packed.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What a person should know about how the file was told: that its name lies, for instance.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// A fault with its place, for people: `name:line:column: what is wrong`.
    #[must_use]
    pub fn describe(&self, place: super::Place, fault: &Fault) -> String {
        let name = &self.name;
        let line = place.line_or_row;
        match (self.format, fault.column()) {
            (Format::Jsonl, Some(column)) => format!("{name}:{line}:{column}: {fault}"),
            (Format::Jsonl, None) => format!("{name}:{line}: {fault}"),
            (Format::Parquet, _) => format!("{name}: row {line}: {fault}"),
            (Format::Text, _) => format!("{name}: {fault}"),
        }
    }

    /// The file itself, if it is still the one that was found: what was decided of one text must not be done to
    /// another.
    pub(crate) fn open_file(&self) -> Result<File, FileError> {
        let error = |error| FileError::reading(&self.path, error);
        let file = File::open(&self.path).map_err(error)?;
        let now = file.metadata().map_err(error)?;
        if now.len() != self.size || now.modified().ok() != self.modified {
            return Err(FileError::changed(&self.name));
        }
        Ok(file)
    }

    /// The file's own bytes.
    pub(crate) fn open_packed(&self) -> Result<Box<dyn Read + Send>, FileError> {
        Ok(match &self.spool {
            Some(spool) => Box::new(SpoolReader {
                spool: spool.clone(),
                at: 0,
            }),
            None => Box::new(self.open_file()?),
        })
    }

    /// The unpacked bytes; `count` sees how many packed bytes were read.
    pub(crate) fn open(&self, count: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, FileError> {
        let packed = Counting {
            inner: self.open_packed()?,
            count: Arc::clone(count),
        };
        Ok(self.codec.decoder(packed, Arc::clone(&self.trailing)))
    }

    /// The same up to the limit that is set.
    fn open_limited(&self, options: &ReadOptions, count: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, FileError> {
        let reader = self.open(count)?;
        if self.codec == Codec::Plain {
            return Ok(reader);
        }
        let limit = options.unpacked_limit(self.size);
        Ok(Box::new(Limited {
            reader,
            left: limit,
            limit,
            packed: self.size,
        }))
    }

    /// Bytes behind the packed data that belong to nothing: known once the file has been read to its end, 0 before. Zeros
    /// before them, or alone, are padding and do not count. A copy that is packed as the file is keeps all of them.
    #[must_use]
    pub fn trailing_garbage(&self) -> u64 {
        self.trailing.garbage()
    }

    /// The names of the fields that the first records have, in the order in which they come: for messages. Empty for
    /// text. Costs reading one batch.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn field_names(&self, options: &ReadOptions) -> Result<Vec<String>, FileError> {
        let count = Arc::new(AtomicU64::new(0));
        match self.format {
            Format::Text => Ok(Vec::new()),
            Format::Parquet => Ok(Rows::open(self, options, &count)?.column_names()),
            Format::Jsonl => {
                let block = Blocks::new(self.open_limited(options, &count)?).next_block();
                let block = block.map_err(|error| FileError::decode(&self.name, self.codec, 0, error))?;
                Ok(block.map(|block| field_names(&block)).unwrap_or_default())
            }
        }
    }

    /// Reads the records, in order. Unpacking runs on a thread of its own; lines are parsed on the current rayon
    /// pool. Memory: about four blocks of 1 MB and their texts, more where one line is longer.
    ///
    /// # Errors
    /// If the options contradict themselves, the file cannot be opened, or it is [not to be read](Self::unread). What goes wrong later (a cut-off file) is
    /// an error of the iterator, which then ends.
    pub fn read(&self, options: &ReadOptions) -> Result<Batches, FileError> {
        options.check()?;
        if let Some(unread) = &self.unread {
            return Err(FileError::unread(&self.name, &unread.reason));
        }
        let count = Arc::new(AtomicU64::new(0));
        let inner = match self.format {
            Format::Jsonl => Inner::Lines(read_ahead(self, options, &count)?),
            Format::Text => Inner::Text(Some(self.open_limited(options, &count)?)),
            Format::Parquet => Inner::Rows(Box::new(Rows::open(self, options, &count)?)),
        };
        Ok(Batches {
            source: self.clone(),
            options: options.clone(),
            count,
            inner,
        })
    }
}

fn read_ahead(
    source: &Source,
    options: &ReadOptions,
    count: &Arc<AtomicU64>,
) -> Result<Receiver<Result<Block, FileError>>, FileError> {
    let mut blocks = Blocks::new(source.open_limited(options, count)?);
    let (name, codec) = (source.name.clone(), source.codec);
    let (send, receive) = sync_channel(1);
    let run = move || {
        loop {
            let block = match blocks.next_block() {
                Ok(None) => return,
                Ok(Some(block)) => Ok(block),
                Err(error) => Err(FileError::decode(&name, codec, blocks.byte(), error)),
            };
            let last = block.is_err();
            // nobody listens any more: that is no error
            if send.send(block).is_err() || last {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("redite-read".to_owned())
        .spawn(run)
        .map_err(|error| FileError::reading(&source.path, error))?;
    Ok(receive)
}

/// The records of one file, a [`Batch`] at a time.
pub struct Batches {
    source: Source,
    options: ReadOptions,
    count: Arc<AtomicU64>,
    inner: Inner,
}

enum Inner {
    Lines(Receiver<Result<Block, FileError>>),
    Text(Option<Box<dyn Read + Send>>),
    Rows(Box<Rows>),
}

impl Batches {
    /// Bytes read from disk so far (packed bytes, of [`Source::size`]): for a progress bar. Runs a little ahead of
    /// the batches.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// What a person should know about the fields: that a column of texts holds no strings, for instance.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match &self.inner {
            Inner::Rows(rows) => rows.notes(),
            Inner::Lines(_) | Inner::Text(_) => &[],
        }
    }

    /// The next batch, in which lines of JSONL are read only if `asked` says so, by their number; those are asked for
    /// in order.
    pub(crate) fn next_asked(&mut self, asked: &mut dyn FnMut(u64) -> bool) -> Option<Result<Batch, FileError>> {
        match &mut self.inner {
            Inner::Rows(rows) => Some(rows.next_batch()?.map(|(_, batch)| batch)),
            Inner::Lines(receive) => {
                let block = receive.recv().ok()?;
                let mark = self.source.mark;
                Some(block.map(|block| parse_block(block, &self.options, mark, asked)))
            }
            Inner::Text(reader) => {
                let reader = reader.take()?;
                let mut data = Vec::new();
                // a byte order mark and one byte more than allowed: enough to see that it is too large
                let limit = self.options.max_text_bytes + 4;
                if let Err(error) = reader.take(limit).read_to_end(&mut data) {
                    let byte = data.len() as u64;
                    return Some(Err(FileError::decode(
                        &self.source.name,
                        self.source.codec,
                        byte,
                        error,
                    )));
                }
                Some(Ok(parse_text(data, &self.source.name, &self.options, self.source.mark)))
            }
        }
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_asked(&mut |_| true)
    }
}
