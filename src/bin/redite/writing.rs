//! Cleaned files, and the file of removed units that is written beside them.

use crate::args::CleanedArgs;
use crate::outputs::Places;
use crate::reports::report;
use anyhow::Result;
use redite::Span;
use redite::files::removed::{FileFormat, Header, RemovedWriter, Trailer, write_dropped};
use redite::files::{Digest, Edit, Format, Id, OutputFile, ReadOptions, Record, Rewriter, Source, Transaction};
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};

/// Files on their way out, of which none has its name before the transaction is committed.
pub(crate) struct Writing<'w> {
    places: &'w Places,
    transaction: &'w Transaction,
    options: &'w ReadOptions,
    args: &'w CleanedArgs,
    /// The file of removed units, if one was asked for. Written from one thread only; the lock lets the others see the rest.
    removed: Option<Mutex<RemovedWriter<OutputFile>>>,
}

impl<'w> Writing<'w> {
    /// The file of removed units gets its name before the cleaned files, and is readable for whoever may read all inputs. It names the
    /// settings.
    pub(crate) fn begin(
        args: &'w CleanedArgs,
        places: &'w Places,
        transaction: &'w Transaction,
        options: &'w ReadOptions,
        sources: &[Source],
        settings: impl FnOnce() -> Map<String, Value>,
    ) -> Result<Self> {
        let removed = args.removed.as_ref().map(|path| {
            let mode = sources.iter().filter_map(Source::mode).reduce(|a, b| a & b);
            let out = report(path, transaction).first().with_mode(mode).create()?;
            Ok::<_, anyhow::Error>(Mutex::new(RemovedWriter::new(out)))
        });
        let writing = Self {
            places,
            transaction,
            options,
            args,
            removed: removed.transpose()?,
        };
        if writing.tells() {
            let header = Header::new(env!("CARGO_PKG_VERSION"), &options.text_fields, settings());
            writing.tell(|writer| writer.header(&header))?;
        }
        Ok(writing)
    }

    /// True if there is a file of removed units.
    pub(crate) fn tells(&self) -> bool {
        self.removed.is_some()
    }

    /// Writes to the file of removed units, if there is one.
    fn tell(&self, write: impl FnOnce(&mut RemovedWriter<OutputFile>) -> std::io::Result<()>) -> Result<()> {
        let Some(removed) = &self.removed else {
            return Ok(());
        };
        let mut writer = removed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(write(&mut writer).map_err(|cause| writer.get_ref().error(cause))?)
    }

    /// Writes the lines of a record that has been edited: so many units.
    pub(crate) fn record(&self, lines: &[u8], units: u64, is_dropped: bool) -> Result<()> {
        self.tell(|writer| writer.lines(lines, units, u64::from(is_dropped)))
    }

    /// The edit that takes spans out of each text of a record, which is left out if that was asked for and nothing of it is left; then
    /// the line of that is appended to `lines`. True if it is left out.
    pub(crate) fn cut(
        &self,
        source: &Source,
        record: &Record<'_>,
        cuts: &[Vec<Span>],
        (id, place): (Option<&Id>, &str),
        lines: &mut Vec<u8>,
    ) -> Result<(Edit, bool)> {
        let deletion = deletion(record, cuts);
        let drops = self.args.drop_empty && source.format().can_drop();
        if !drops || !nothing_left(record, cuts) {
            return Ok((deletion, false));
        }
        if self.tells() {
            let line = record.raw_line_after(&deletion)?;
            write_dropped(lines, id, place, &line)?;
        }
        Ok((Edit::Drop, true))
    }

    /// Writes a file as the rewriter makes it. Gives the digest of what was read.
    pub(crate) fn file(&self, source: &Source, rewriter: &mut impl Rewriter<Error = anyhow::Error>) -> Result<Digest> {
        let output = self.places.output(source, self.transaction);
        let output = match self.places {
            Places::File(path) => output.packed_as(path),
            _ => output,
        };
        let stats = source.rewrite_by(self.options, output, rewriter)?;
        let cleaned = match source.format() {
            Format::Parquet => stats.file,
            Format::Jsonl | Format::Text => stats.written,
        };
        self.end_file(source, source.format().into(), stats.mark, [stats.read, cleaned])
    }

    /// Copies a file that cannot be read, and so cannot be packed anew. Gives its digest.
    pub(crate) fn copy(&self, source: &Source) -> Result<Digest> {
        let digest = source.copy(self.places.output(source, self.transaction))?;
        self.end_file(source, FileFormat::Other, false, [digest, digest])
    }

    fn end_file(
        &self,
        source: &Source,
        format: FileFormat,
        mark: bool,
        [original, cleaned]: [Digest; 2],
    ) -> Result<Digest> {
        self.tell(|writer| {
            writer.file(Trailer {
                file: source.name().to_owned(),
                output: source.relative_name(),
                format,
                mark,
                units: 0,
                dropped: 0,
                original,
                cleaned,
            })
        })?;
        Ok(original)
    }

    /// Writes the end.
    pub(crate) fn finish(self) -> Result<()> {
        self.tell(RemovedWriter::end)?;
        if let Some(removed) = self.removed {
            let writer = removed.into_inner().unwrap_or_else(PoisonError::into_inner);
            writer.into_inner().finish()?;
        }
        Ok(())
    }
}

/// The edit that takes spans out of each text.
fn deletion(record: &Record<'_>, cuts: &[Vec<Span>]) -> Edit {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    let by_field = texts.iter().zip(cuts).filter(|(_, cuts)| !cuts.is_empty());
    Edit::Delete(by_field.map(|(text, cuts)| (text.field, cuts.clone())).collect())
}

/// True if no text of the record has anything left.
fn nothing_left(record: &Record<'_>, cuts: &[Vec<Span>]) -> bool {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    texts.iter().zip(cuts).all(|(text, cuts)| {
        let gone: usize = cuts.iter().map(|cut| cut.len()).sum();
        gone == text.text.len() || text.text.trim().is_empty()
    })
}
