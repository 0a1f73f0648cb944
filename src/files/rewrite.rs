//! The edited copy of a file.

use std::io::{self, Read, Write};
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::codec::Encoder;
use super::edit::{self, Edit};
use super::error::FileError;
use super::jsonl::{Wanted, splice};
use super::output::{Output, Target, Writer, same_file};
use super::parquet;
use super::read::{ReadOptions, Source};
use super::record::{Place, Record};
use super::sniff::Format;

/// A line that was dropped and is to stand in its place again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reinstated {
    /// Its number in the original file, from 1.
    pub line: u64,
    /// The line with its end, as [`Record::raw_line_after`] gave it.
    pub raw: String,
}

/// What was done to one file, in records. Adds up over files.
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
    /// Files in which nothing changed, copied as they are.
    pub copied: u64,
}

impl AddAssign for RewriteStats {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.faulty += other.faulty;
        self.edited += other.edited;
        self.dropped += other.dropped;
        self.reinstated += other.reinstated;
        self.copied += other.copied;
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
    /// Copies the file as it is, packed bytes and all (if it is to be [packed](Output::packed) otherwise, its unpacked
    /// bytes).
    ///
    /// # Errors
    /// If reading or writing fails.
    pub fn copy(&self, output: Output) -> Result<(), FileError> {
        if self.format == Format::Parquet {
            return copy_whole(self, output);
        }
        Copy::new(self, output).finish().map(|_| ())
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
        self.restore(options, output, &mut std::iter::empty(), edit)
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
        stats.copied = u64::from(copy.finish()?);
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

    /// Like [`rewrite`](Self::rewrite), and puts dropped lines back (JSONL only): `reinstated`, sorted by line.
    ///
    /// Records carry the line numbers of the *original* file, reinstated lines included, and reinstated lines are
    /// shown to `edit` like all others, so that it can put their texts back, too.
    ///
    /// # Errors
    /// As [`rewrite`](Self::rewrite); also if a line is to stand where the file does not reach, or in a file
    /// that has no lines.
    pub fn restore<E: From<FileError>>(
        &self,
        options: &ReadOptions,
        output: Output,
        reinstated: &mut dyn Iterator<Item = Reinstated>,
        edit: &mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
    ) -> Result<RewriteStats, E> {
        self.check_output(&output)?;
        if self.format != Format::Jsonl && reinstated.next().is_some() {
            return Err(cannot_drop(self).into());
        }
        match self.format {
            Format::Jsonl => self.rewrite_lines(options, output, reinstated, edit),
            Format::Text => self.rewrite_text(options, output, edit),
            Format::Parquet => parquet::rewrite(self, options, output, edit),
        }
    }

    fn check_output(&self, output: &Output) -> Result<(), FileError> {
        match &output.target {
            Target::File { path, .. } if same_file(path, &self.path) => {
                let path = path.display();
                Err(FileError::settings(format!(
                    "{path} is an input: choose another output"
                )))
            }
            _ => Ok(()),
        }
    }

    fn rewrite_lines<E: From<FileError>>(
        &self,
        options: &ReadOptions,
        output: Output,
        reinstated: &mut dyn Iterator<Item = Reinstated>,
        edit: &mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
    ) -> Result<RewriteStats, E> {
        let mut lines = Lines {
            copy: Copy::new(self, output),
            edit,
            stats: RewriteStats::default(),
        };
        let mut reinstated = reinstated.peekable();
        // the number that the next line had in the original
        let mut number = 1;
        for batch in self.read(options)? {
            let batch = batch?;
            lines.copy.keep(&batch.data[..batch.head])?;
            for item in &batch.items {
                while let Some(line) = reinstated.next_if(|line| line.line == number) {
                    lines.reinstate(self, options, &line)?;
                    number += 1;
                }
                match batch.record(item) {
                    None => lines.copy.keep(&batch.data[item.line.clone()])?,
                    Some(record) => {
                        let place = Place {
                            line_or_row: number,
                            byte: record.place.byte,
                        };
                        lines.write(self, &Record { place, ..record }, false)?;
                    }
                }
                number += 1;
            }
        }
        while let Some(line) = reinstated.next_if(|line| line.line == number) {
            lines.reinstate(self, options, &line)?;
            number += 1;
        }
        if let Some(line) = reinstated.next() {
            let what = format!(
                "no place to put line {} back: lines must be sorted and fit in",
                line.line
            );
            return Err(FileError::edit(&self.name, number, what).into());
        }
        let copied = lines.copy.finish()?;
        Ok(RewriteStats {
            copied: u64::from(copied),
            ..lines.stats
        })
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
            for record in batch.records() {
                let Ok(fields) = record.outcome else {
                    stats.faulty += 1;
                    continue;
                };
                stats.records += 1;
                let edit = edit(&record)?;
                if edit == Edit::Drop {
                    return Err(cannot_drop(self).into());
                }
                let bad = |what| FileError::edit(&self.name, 1, what);
                edit::check_fields(&edit, fields).map_err(bad)?;
                if let Some(text) = edit::apply(&edit, &fields.texts[0]).map_err(bad)? {
                    copy.change(&batch.data[..batch.head])?;
                    copy.change(text.as_bytes())?;
                    stats.edited += 1;
                }
            }
        }
        stats.copied = u64::from(copy.finish()?);
        Ok(stats)
    }
}

pub(crate) fn cannot_drop(source: &Source) -> FileError {
    let (name, format) = (&source.name, source.format);
    FileError::settings(format!(
        "{name}: no record can be left out of a {format} file: keep it with an empty text"
    ))
}

struct Lines<'a, E> {
    copy: Copy<'a>,
    edit: &'a mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
    stats: RewriteStats,
}

impl<E: From<FileError>> Lines<'_, E> {
    /// `new`: the line is not in the file that is read.
    fn write(&mut self, source: &Source, record: &Record<'_>, new: bool) -> Result<(), E> {
        let Ok(fields) = record.outcome else {
            self.stats.faulty += 1;
            return Ok(self.copy.put(record.line, new)?);
        };
        self.stats.records += 1;
        let edit = (self.edit)(record)?;
        if edit == Edit::Drop {
            self.stats.dropped += 1;
            return Ok(self.copy.change(&[])?);
        }
        let pieces = splice(record.line, fields, &edit)
            .map_err(|what| FileError::edit(&source.name, record.place.line_or_row, what))?;
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

    fn reinstate(&mut self, source: &Source, options: &ReadOptions, line: &Reinstated) -> Result<(), E> {
        let raw = line.raw.as_bytes();
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        if memchr::memchr(b'\n', content).is_some() {
            return Err(FileError::edit(&source.name, line.line, "the line to put back is more than one").into());
        }
        let outcome = Wanted::new(options).read(content);
        let place = Place {
            line_or_row: line.line,
            byte: 0,
        };
        self.stats.reinstated += 1;
        self.write(
            source,
            &Record {
                place,
                outcome: outcome.as_ref(),
                line: raw,
            },
            true,
        )
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
}

type Buffered = io::BufWriter<Writer>;

impl<'a> Copy<'a> {
    fn new(source: &'a Source, output: Output) -> Self {
        Self {
            source,
            output: Some(output),
            encoder: None,
            same: 0,
        }
    }

    fn put(&mut self, bytes: &[u8], new: bool) -> Result<(), FileError> {
        if new { self.change(bytes) } else { self.keep(bytes) }
    }

    /// The next bytes of the file stay.
    fn keep(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.same += bytes.len() as u64;
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
        match &mut self.encoder {
            Some(encoder) => write(encoder, bytes),
            None => Ok(()),
        }
    }

    /// Opens the output and writes what was the same: so many bytes, or all there are.
    fn begin(&mut self, output: Output, same: Option<u64>) -> Result<(), FileError> {
        let source = self.source;
        let codec = output.codec.unwrap_or(source.codec);
        let writer = output.open()?;
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

    /// True if nothing in the file has changed.
    fn finish(&mut self) -> Result<bool, FileError> {
        let unchanged = self.output.is_some();
        if let Some(output) = self.output.take() {
            if output.codec.is_none_or(|codec| codec == self.source.codec) {
                copy_whole(self.source, output)?;
            } else {
                self.begin(output, None)?;
            }
        }
        if let Some(encoder) = self.encoder.take() {
            let path = encoder.writer().get_ref().path().to_owned();
            let error = |error| FileError::writing(&path, error);
            let writer = encoder.finish().map_err(error)?;
            let mut writer = writer
                .into_inner()
                .map_err(|e| FileError::writing(&path, e.into_error()))?;
            writer.commit()?;
        }
        Ok(unchanged)
    }
}

fn write(encoder: &mut Encoder<Buffered>, bytes: &[u8]) -> Result<(), FileError> {
    encoder
        .write_all(bytes)
        .map_err(|error| FileError::writing(encoder.writer().get_ref().path(), error))
}

/// Copies the packed bytes.
pub(crate) fn copy_whole(source: &Source, output: Output) -> Result<(), FileError> {
    let mut reader = source.open_packed()?;
    let mut writer = output.open()?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return writer.commit(),
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
