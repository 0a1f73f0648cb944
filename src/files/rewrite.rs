//! The edited copy of a file.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::codec::Encoder;
use super::digest::{Digest, Digester};
use super::edit::{self, Edit};
use super::error::FileError;
use super::jsonl::{Wanted, splice};
use super::output::{Output, Target, Writer, same_file};
use super::parquet;
use super::read::{ReadOptions, Source};
use super::record::{Place, Record};
use super::sniff::Format;

/// What was done to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RewriteStats {
    /// Good records: those the edit was asked for.
    pub records: u64,
    /// Faulty records, passed through unchanged.
    pub faulty: u64,
    /// Records whose text was changed.
    pub edited: u64,
    /// Records left out.
    pub dropped: u64,
    /// Dropped lines put back.
    pub reinstated: u64,
    /// 1 if nothing in the file changed, so that it was copied as it is.
    pub copied: u64,
    /// True if the content begins with a byte order mark, which belongs to no record.
    pub mark: bool,
    /// Digest of the content that was read: the unpacked bytes; of Parquet the texts, as told in
    /// [`removed`](super::removed).
    pub read: Digest,
    /// The same of the content that was written.
    pub written: Digest,
    /// Digest of the file that was written, packed as it is.
    pub file: Digest,
}

/// Puts back what was taken out of a file, in the order of its records. See [`Source::restore`].
///
/// A file that lost records is not asked for what lies behind its end: when it is over, an implementation should check
/// that it has nothing left.
pub trait Restorer {
    /// What can go wrong.
    type Error: From<FileError>;

    /// The line with that number in the original file, with its line end, if it was left out and is to stand there
    /// again (JSONL only). Asked about each number once, in order, before the record of that number is shown.
    ///
    /// # Errors
    /// Whatever stops the restoring.
    fn reinstate(&mut self, line: u64) -> Result<Option<String>, Self::Error> {
        let _ = line;
        Ok(None)
    }

    /// Says how to change a good record, which carries its number in the original file.
    ///
    /// # Errors
    /// Whatever stops the restoring.
    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, Self::Error>;
}

/// Only edits.
struct Editor<'e, E>(&'e mut dyn FnMut(&Record<'_>) -> Result<Edit, E>);

impl<E: From<FileError>> Restorer for Editor<'_, E> {
    type Error = E;

    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, E> {
        (self.0)(record)
    }
}

/// Changes the records of a file in three steps, of which only the middle one, which changes nothing else, runs on
/// many threads at once. See [`Source::rewrite_by`].
pub trait Rewriter: Sync {
    /// What can go wrong.
    type Error: From<FileError> + Send;
    /// What was seen of a record and is needed to edit it.
    type Seen: Send + Sync;
    /// What is to be told of an edited record.
    type Told: Send;

    /// True if a line of JSONL has to be read, by its number; asked once about each, in order, some time before it is
    /// seen. All others are copied as they are, good or faulty, and not counted.
    fn asks(&mut self, line: u64) -> bool {
        let _ = line;
        true
    }

    /// Sees a good record; they come in the order of the file, each before it is edited.
    ///
    /// # Errors
    /// Whatever stops the rewriting.
    fn see(&mut self, record: &Record<'_>) -> Result<Self::Seen, Self::Error>;

    /// Says how to change a record. Records seen before it have been seen; some after it may have been, too.
    ///
    /// # Errors
    /// Whatever stops the rewriting.
    fn edit(&self, record: &Record<'_>, seen: &Self::Seen) -> Result<(Edit, Self::Told), Self::Error>;

    /// Takes what editing told; in the order of the file.
    ///
    /// # Errors
    /// Whatever stops the rewriting.
    fn settle(&mut self, told: Self::Told) -> Result<(), Self::Error>;
}

/// What becomes of a line.
enum Line {
    Same,
    Dropped,
    Edited(Vec<u8>),
}

impl Source {
    /// Copies the file as it is, packed bytes and all, and gives the digest of these bytes.
    ///
    /// # Errors
    /// If reading or writing fails.
    pub fn copy(&self, output: Output) -> Result<Digest, FileError> {
        self.check_output(&output)?;
        copy_whole(self, output)
    }

    /// The digest of the file's content as [`RewriteStats::written`] tells it: of the unpacked bytes; of Parquet, of
    /// the file itself.
    ///
    /// # Errors
    /// If reading fails.
    pub fn digest(&self) -> Result<Digest, FileError> {
        if self.format == Format::Parquet {
            return self.file_digest();
        }
        let count = Arc::new(AtomicU64::new(0));
        let decode = |done, error| FileError::decode(&self.name, self.codec, done, error);
        digest(self.open(&count)?, decode)
    }

    /// The digest of the file's own bytes, packed as they are.
    ///
    /// # Errors
    /// If reading fails.
    pub fn file_digest(&self) -> Result<Digest, FileError> {
        digest(self.open_packed()?, |_, error| FileError::reading(&self.path, error))
    }

    /// The file's permissions, as in `chmod`; `None` for a pipe and where there are none.
    #[must_use]
    pub fn mode(&self) -> Option<u32> {
        #[cfg(unix)]
        if self.spool.is_none() {
            use std::os::unix::fs::PermissionsExt;
            return Some(std::fs::metadata(&self.path).ok()?.permissions().mode() & 0o777);
        }
        None
    }

    /// Writes a copy of the file to `output`, in the same format and compression, with each good record changed as
    /// `edit` says. Records come in the order of the file; faulty ones are passed through unchanged and not shown.
    ///
    /// A file in which nothing changes is copied byte for byte (if it is to be [packed](Output::packed) otherwise, its
    /// unpacked bytes are).
    ///
    /// # Errors
    /// If reading or writing fails, if `output` is this very file, if an edit does not fit its record, or if `edit`
    /// itself says so. Then no output is left.
    pub fn rewrite<E: From<FileError>>(
        &self,
        options: &ReadOptions,
        output: Output,
        edit: &mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
    ) -> Result<RewriteStats, E> {
        self.restore(options, output, &mut Editor(edit))
    }

    /// Like [`rewrite`](Self::rewrite), with lines of JSONL edited side by side on the current rayon pool, a few MB at a
    /// time, and only those that [are asked for](Rewriter::asks). Rows of Parquet and text files are edited one after the
    /// other, and not asked about.
    ///
    /// # Errors
    /// As [`rewrite`](Self::rewrite); of several errors the first one in the file counts.
    pub fn rewrite_by<R: Rewriter>(
        &self,
        options: &ReadOptions,
        output: Output,
        rewriter: &mut R,
    ) -> Result<RewriteStats, R::Error> {
        if self.format == Format::Jsonl {
            self.check_output(&output)?;
            return self.rewrite_lines_by(options, output, rewriter);
        }
        self.rewrite(options, output, &mut |record| {
            let seen = rewriter.see(record)?;
            let (edit, told) = rewriter.edit(record, &seen)?;
            rewriter.settle(told)?;
            Ok(edit)
        })
    }

    fn rewrite_lines_by<R: Rewriter>(
        &self,
        options: &ReadOptions,
        output: Output,
        rewriter: &mut R,
    ) -> Result<RewriteStats, R::Error> {
        let mut copy = Copy::new(self, output);
        let mut stats = RewriteStats::default();
        let mut batches = self.read(options)?;
        while let Some(batch) = batches.next_asked(&mut |line| rewriter.asks(line)) {
            let batch = batch?;
            stats.mark |= batch.head > 0;
            copy.saw(&batch.data);
            copy.keep(&batch.data[..batch.head])?;
            let good = |item| batch.record(item).filter(|record| record.outcome.is_ok());
            let seen: Vec<Option<R::Seen>> = (batch.items.iter())
                .map(|item| good(item).map(|record| rewriter.see(&record)).transpose())
                .collect::<Result<_, _>>()?;
            let edited: Vec<_> = (batch.items.par_iter().zip(&seen))
                .map(|(item, seen)| Some(self.edit_line(rewriter, &good(item)?, seen.as_ref()?)))
                .collect();
            for (item, edited) in batch.items.iter().zip(edited) {
                let line = &batch.data[item.line.clone()];
                let Some(edited) = edited else {
                    stats.faulty += u64::from(item.outcome.is_some());
                    copy.keep(line)?;
                    continue;
                };
                let (edited, told) = edited?;
                rewriter.settle(told)?;
                stats.records += 1;
                match edited {
                    Line::Same => copy.keep(line)?,
                    Line::Dropped => {
                        stats.dropped += 1;
                        copy.change(&[])?;
                    }
                    Line::Edited(line) => {
                        stats.edited += 1;
                        copy.change(&line)?;
                    }
                }
            }
        }
        copy.finish(&mut stats)?;
        Ok(stats)
    }

    fn edit_line<R: Rewriter>(
        &self,
        rewriter: &R,
        record: &Record<'_>,
        seen: &R::Seen,
    ) -> Result<(Line, R::Told), R::Error> {
        let (edit, told) = rewriter.edit(record, seen)?;
        let Ok(fields) = record.outcome else {
            return Ok((Line::Same, told));
        };
        if edit == Edit::Drop {
            return Ok((Line::Dropped, told));
        }
        let pieces = splice(record.line, fields, &edit)
            .map_err(|what| FileError::edit(&self.name, record.place.line_or_row, what))?;
        Ok((pieces.map_or(Line::Same, |pieces| Line::Edited(pieces.concat())), told))
    }

    /// Like [`rewrite`](Self::rewrite), and puts dropped lines back (JSONL only).
    ///
    /// Records carry the line numbers of the *original* file, reinstated lines included, and reinstated lines are
    /// shown to the restorer like all others, so that it can put their texts back, too.
    ///
    /// # Errors
    /// As [`rewrite`](Self::rewrite).
    pub fn restore<R: Restorer>(
        &self,
        options: &ReadOptions,
        output: Output,
        restorer: &mut R,
    ) -> Result<RewriteStats, R::Error> {
        self.check_output(&output)?;
        match self.format {
            Format::Jsonl => self.rewrite_lines(options, output, restorer),
            Format::Text => self.rewrite_text(options, output, &mut |record| restorer.edit(record)),
            Format::Parquet => parquet::rewrite(self, options, output, &mut |record| restorer.edit(record)),
        }
    }

    fn check_output(&self, output: &Output) -> Result<(), FileError> {
        match &output.target {
            Target::File(file) if self.spool.is_none() && same_file(&file.path, &self.path) => {
                let path = file.path.display();
                Err(FileError::settings(format!(
                    "{path} is an input: choose another output"
                )))
            }
            _ => Ok(()),
        }
    }

    fn rewrite_lines<R: Restorer>(
        &self,
        options: &ReadOptions,
        output: Output,
        restorer: &mut R,
    ) -> Result<RewriteStats, R::Error> {
        let mut lines = Lines {
            source: self,
            options,
            copy: Copy::new(self, output),
            restorer,
            stats: RewriteStats::default(),
        };
        // the number that the next line had in the original
        let mut number = 1;
        for batch in self.read(options)? {
            let batch = batch?;
            lines.stats.mark |= batch.head > 0;
            lines.copy.saw(&batch.data);
            lines.copy.keep(&batch.data[..batch.head])?;
            for item in &batch.items {
                while lines.reinstate(number)? {
                    number += 1;
                }
                match batch.record(item) {
                    None => lines.copy.keep(&batch.data[item.line.clone()])?,
                    Some(record) => {
                        let place = Place {
                            line_or_row: number,
                            byte: record.place.byte,
                        };
                        lines.write(&Record { place, ..record }, false)?;
                    }
                }
                number += 1;
            }
        }
        while lines.reinstate(number)? {
            number += 1;
        }
        lines.copy.finish(&mut lines.stats)?;
        Ok(lines.stats)
    }

    fn rewrite_text<E: From<FileError>>(
        &self,
        options: &ReadOptions,
        output: Output,
        edit: &mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
    ) -> Result<RewriteStats, E> {
        let mut copy = Copy::new(self, output);
        let mut stats = RewriteStats::default();
        for batch in self.read(options)? {
            let batch = batch?;
            stats.mark |= batch.head > 0;
            copy.saw(&batch.data);
            for record in batch.records() {
                let Ok(fields) = record.outcome else {
                    stats.faulty += 1;
                    copy.keep(&batch.data)?;
                    continue;
                };
                stats.records += 1;
                let edit = edit(&record)?;
                if edit == Edit::Drop {
                    return Err(cannot_drop(self).into());
                }
                let bad = |what| FileError::edit(&self.name, 1, what);
                edit::check_fields(&edit, fields).map_err(bad)?;
                copy.keep(&batch.data[..batch.head])?;
                match edit::apply(&edit, &fields.texts[0]).map_err(bad)? {
                    None => copy.keep(&batch.data[batch.head..])?,
                    Some(text) => {
                        copy.change(text.as_bytes())?;
                        stats.edited += 1;
                    }
                }
            }
        }
        copy.finish(&mut stats)?;
        Ok(stats)
    }
}

pub(crate) fn cannot_drop(source: &Source) -> FileError {
    let (name, format) = (&source.name, source.format);
    FileError::settings(format!(
        "{name}: no record can be left out of a {format} file: keep it with an empty text"
    ))
}

struct Lines<'a, R> {
    source: &'a Source,
    options: &'a ReadOptions,
    copy: Copy<'a>,
    restorer: &'a mut R,
    stats: RewriteStats,
}

impl<R: Restorer> Lines<'_, R> {
    /// `new`: the line is not in the file that is read.
    fn write(&mut self, record: &Record<'_>, new: bool) -> Result<(), R::Error> {
        let Ok(fields) = record.outcome else {
            self.stats.faulty += 1;
            return Ok(self.copy.put(record.line, new)?);
        };
        self.stats.records += 1;
        let edit = self.restorer.edit(record)?;
        if edit == Edit::Drop {
            self.stats.dropped += 1;
            return Ok(self.copy.change(&[])?);
        }
        let pieces = splice(record.line, fields, &edit)
            .map_err(|what| FileError::edit(&self.source.name, record.place.line_or_row, what))?;
        match pieces {
            None => self.copy.put(record.line, new)?,
            Some(pieces) => {
                self.stats.edited += 1;
                for piece in pieces {
                    self.copy.change(piece)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the line of that number back, if it was left out.
    fn reinstate(&mut self, number: u64) -> Result<bool, R::Error> {
        let Some(line) = self.restorer.reinstate(number)? else {
            return Ok(false);
        };
        let raw = line.as_bytes();
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        if memchr::memchr(b'\n', content).is_some() {
            return Err(FileError::edit(&self.source.name, number, "the line to put back is more than one").into());
        }
        let outcome = Wanted::new(self.options).read(content);
        let place = Place {
            line_or_row: number,
            byte: 0,
        };
        self.stats.reinstated += 1;
        let record = Record {
            place,
            outcome: outcome.as_ref(),
            line: raw,
        };
        self.write(&record, true)?;
        Ok(true)
    }
}

/// A copy that begins only when something differs.
///
/// Until then it counts. At the first change the file is unpacked a second time up to there, which costs less than
/// packing every file of a corpus in which most stay as they are; without any change the packed file is copied.
struct Copy<'a> {
    source: &'a Source,
    output: Option<Output>,
    encoder: Option<Encoder<Buffered>>,
    same: u64,
    read: Digester,
    written: Digester,
    /// Packed as the source is.
    same_codec: bool,
}

type Buffered = io::BufWriter<Writer>;

impl<'a> Copy<'a> {
    fn new(source: &'a Source, output: Output) -> Self {
        Self {
            source,
            output: Some(output),
            encoder: None,
            same: 0,
            read: Digester::default(),
            written: Digester::default(),
            same_codec: false,
        }
    }

    /// These bytes were read; they come in the order of the file.
    fn saw(&mut self, bytes: &[u8]) {
        self.read.update(bytes);
    }

    fn put(&mut self, bytes: &[u8], new: bool) -> Result<(), FileError> {
        if new { self.change(bytes) } else { self.keep(bytes) }
    }

    /// The next bytes of the file stay.
    fn keep(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.same += bytes.len() as u64;
        self.written.update(bytes);
        match &mut self.encoder {
            None => Ok(()),
            Some(encoder) => write(encoder, bytes),
        }
    }

    /// Something differs here: `bytes` are written.
    fn change(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if let Some(output) = self.output.take() {
            self.begin(output, Some(self.same))?;
        }
        self.written.update(bytes);
        match &mut self.encoder {
            Some(encoder) => write(encoder, bytes),
            None => Ok(()),
        }
    }

    /// Opens the output and writes what was the same: so many bytes, or all there are.
    fn begin(&mut self, output: Output, same: Option<u64>) -> Result<(), FileError> {
        let source = self.source;
        let codec = output.codec.unwrap_or(source.codec);
        self.same_codec = codec == source.codec;
        let writer = output.open(source.mode())?;
        let path = writer.path().to_owned();
        let mut encoder = codec
            .encoder(io::BufWriter::with_capacity(128 << 10, writer))
            .map_err(|error| FileError::writing(&path, error))?;
        let mut reader = source.open(&Arc::new(AtomicU64::new(0)))?;
        let mut buffer = vec![0; 128 << 10];
        let mut done = 0;
        while same != Some(done) {
            let left = same.map_or(u64::MAX, |same| same - done);
            let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            match reader.read(&mut buffer[..most]) {
                Ok(0) if same.is_none() => break,
                Ok(0) => return Err(FileError::changed(&source.name)),
                Ok(read) => {
                    write(&mut encoder, &buffer[..read])?;
                    done += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FileError::decode(&source.name, source.codec, done, error)),
            }
        }
        self.encoder = Some(encoder);
        Ok(())
    }

    /// Finishes the copy, and says what came of it.
    fn finish(mut self, stats: &mut RewriteStats) -> Result<(), FileError> {
        stats.read = self.read.digest();
        stats.written = self.written.digest();
        stats.copied = u64::from(self.output.is_some());
        if let Some(output) = self.output.take() {
            if output.codec.is_none_or(|codec| codec == self.source.codec) {
                stats.file = copy_whole(self.source, output)?;
            } else {
                self.begin(output, None)?;
            }
        }
        if let Some(encoder) = self.encoder.take() {
            let path = encoder.writer().get_ref().path().to_owned();
            let error = |error| FileError::writing(&path, error);
            let mut writer = encoder.finish().map_err(error)?;
            let trailing = self.source.trailing.bytes();
            if trailing > 0 && self.same_codec {
                // what stands behind the packed data stays there
                let mut packed = self.source.open_packed()?;
                let reading = |error| FileError::reading(&self.source.path, error);
                let before = self.source.size.saturating_sub(trailing);
                io::copy(&mut packed.by_ref().take(before), &mut io::sink()).map_err(reading)?;
                let mut rest = Vec::new();
                packed.read_to_end(&mut rest).map_err(reading)?;
                writer.write_all(&rest).map_err(error)?;
            }
            let mut writer = writer
                .into_inner()
                .map_err(|e| FileError::writing(&path, e.into_error()))?;
            stats.file = writer.digest();
            writer.commit()?;
        }
        Ok(())
    }
}

fn write(encoder: &mut Encoder<Buffered>, bytes: &[u8]) -> Result<(), FileError> {
    encoder
        .write_all(bytes)
        .map_err(|error| FileError::writing(encoder.writer().get_ref().path(), error))
}

/// Copies the packed bytes.
pub(crate) fn copy_whole(source: &Source, output: Output) -> Result<Digest, FileError> {
    let mut reader = source.open_packed()?;
    let mut writer = output.open(source.mode())?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => {
                writer.commit()?;
                return Ok(writer.digest());
            }
            Ok(read) => {
                writer
                    .write_all(&buffer[..read])
                    .map_err(|error| FileError::writing(writer.path(), error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::reading(&source.path, error)),
        }
    }
}

/// The digest of all that comes from `reader`; `wrong` makes an error of the one that came after so many bytes.
fn digest(mut reader: impl Read, wrong: impl Fn(u64, io::Error) -> FileError) -> Result<Digest, FileError> {
    let mut digester = Digester::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(digester.digest()),
            Ok(read) => digester.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(wrong(digester.digest().bytes, error)),
        }
    }
}
