//! What `clean` and `apply` share: the file of removed units, edits, and what they refuse.

use crate::amounts::share;
use crate::outputs::is_stdout;
use anyhow::{Result, bail};
use redite::Span;
use redite::files::removed::{Header, RemovedWriter};
use redite::files::{Edit, Format, Output, OutputFile, Record, Source, Transaction};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Above this share of the text a warning is due even where no limit was set.
const SUSPICIOUS: f64 = 0.3;

/// The file of removed units.
#[derive(Debug)]
pub(crate) struct Removed {
    /// Written from one thread only; the lock is what lets the others see the rest of what holds this.
    writer: Mutex<RemovedWriter<OutputFile>>,
}

impl Removed {
    /// `path` gets its name before the cleaned files, and is readable for whoever may read all inputs.
    pub(crate) fn create(
        path: &Path,
        transaction: &Transaction,
        sources: &[Source],
        text_fields: &[String],
        settings: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self> {
        let mode = sources.iter().filter_map(Source::mode).reduce(|a, b| a & b);
        let out = report(path, transaction).first().with_mode(mode).create()?;
        let header = Header::new(env!("CARGO_PKG_VERSION"), text_fields, settings);
        let mut removed = Self {
            writer: Mutex::new(RemovedWriter::new(out)),
        };
        removed.write(|writer| writer.header(&header))?;
        Ok(removed)
    }

    /// Writes what a writer of such files writes.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut RemovedWriter<OutputFile>) -> std::io::Result<()>,
    ) -> Result<()> {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        Ok(write(writer).map_err(|cause| writer.get_ref().error(cause))?)
    }

    /// Writes the end.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.write(RemovedWriter::end)?;
        let writer = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.into_inner().finish()?)
    }
}

/// The output for a report: a file, or standard output.
pub(crate) fn report(path: &Path, transaction: &Transaction) -> Output {
    if is_stdout(path) {
        Output::stdout()
    } else {
        Output::file_in(transaction, path).packed_as(path)
    }
}

/// Refuses to leave out rows of Parquet: their other columns are copied, not written anew.
pub(crate) fn refuse_drop_empty(drop_empty: bool, sources: &[Source]) -> Result<()> {
    let parquet = |source: &&Source| source.format() == Format::Parquet && source.unread().is_none();
    match sources.iter().find(parquet).filter(|_| drop_empty) {
        None => Ok(()),
        Some(source) => bail!(
            "--drop-empty: {} is Parquet, of which no row can be left out; give only its JSON Lines, or leave the \
             option out: such rows keep an empty text",
            source.name()
        ),
    }
}

/// Bytes that go, by what they are: paragraphs or sentences, equal or near repeats, of the same article or others.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Makeup {
    parts: [u64; 8],
    /// What is none of these.
    others: u64,
}

impl Makeup {
    pub(crate) fn add(&mut self, is_paragraph: bool, is_near: bool, is_within: bool, bytes: u64) {
        let part = usize::from(is_paragraph) | usize::from(is_near) << 1 | usize::from(is_within) << 2;
        self.parts[part] += bytes;
    }

    /// Of something else.
    pub(crate) fn add_other(&mut self, bytes: u64) {
        self.others += bytes;
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> u64 {
        self.parts.iter().sum::<u64>() + self.others
    }

    /// The largest part of it, in words; nothing if there is none.
    fn dominant(&self) -> Option<String> {
        let (part, &bytes) =
            (self.parts.iter().enumerate()).max_by_key(|(part, bytes)| (**bytes, usize::MAX - part))?;
        let words = |bit: usize, [no, yes]: [&'static str; 2]| if part >> bit & 1 == 1 { yes } else { no };
        (bytes > 0).then(|| {
            format!(
                "{} of it {} {} {}",
                share(bytes, self.bytes()),
                words(1, ["equal", "near"]),
                words(0, ["sentences", "paragraphs"]),
                words(2, ["of other articles", "of the same article"]),
            )
        })
    }
}

impl std::ops::AddAssign<&Self> for Makeup {
    fn add_assign(&mut self, other: &Self) {
        for (sum, bytes) in self.parts.iter_mut().zip(other.parts) {
            *sum += bytes;
        }
        self.others += other.others;
    }
}

/// Refuses to remove more than was allowed, and warns where much is removed.
pub(crate) fn check_share(most: Option<f64>, going: &Makeup, text: u64, say: impl Fn(&str)) -> Result<()> {
    let what = going.dominant().map_or(String::new(), |what| format!(", {what}"));
    check_share_of(most, [going.bytes(), text], (&what, "redite find"), say)
}

/// The same, where it is known what most of it is, and which command shows all.
pub(crate) fn check_share_of(
    most: Option<f64>,
    [removed, text]: [u64; 2],
    (what, shows): (&str, &str),
    say: impl Fn(&str),
) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let part = removed as f64 / text.max(1) as f64;
    match most {
        Some(most) if part > most => {
            bail!(
                "{:.1} % of the text would be removed{what}; that is more than the {:.1} % of --max-removed; nothing was written. \
                 See what it is with `{shows}`, or raise the limit",
                part * 100.0,
                most * 100.0
            )
        }
        None if part > SUSPICIOUS => {
            say(&format!(
                "redite: WARNING: {:.1} % of the text is removed{what}. See what it is with `{shows}`; --max-removed 50% \
                 stops such a run before anything is written",
                part * 100.0
            ));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The edit that takes spans out of each text.
pub(crate) fn deletion(record: &Record<'_>, cuts: &[Vec<Span>]) -> Edit {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    let by_field = texts.iter().zip(cuts).filter(|(_, cuts)| !cuts.is_empty());
    Edit::Delete(by_field.map(|(text, cuts)| (text.field, cuts.clone())).collect())
}

/// True if no text of the record has anything left.
pub(crate) fn nothing_left(record: &Record<'_>, cuts: &[Vec<Span>]) -> bool {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    texts.iter().zip(cuts).all(|(text, cuts)| {
        let gone: usize = cuts.iter().map(|cut| cut.len()).sum();
        gone == text.text.len() || text.text.trim().is_empty()
    })
}
