//! `redite apply`: removes what was marked, or some of it, without comparing again.

use crate::amounts::{count, digits, share};
use crate::args::ApplyArgs;
use crate::condition::Condition;
use crate::console;
use crate::corpus::{field_name, find_in, place};
use crate::exit::Exit;
use crate::outputs::{Asked, Places, is_stdout};
use crate::provenance::Chars;
use crate::reports::{Removed, check_share, deletion, nothing_left, refuse_drop_empty};
use anyhow::{Context, Result, anyhow, bail};
use redite::files::marks::{ArticleMarks, Header, MarksLine, MarksReader, Trailer, UnitMark};
use redite::files::removed::{self, FileFormat, KeptUnit, RemovedUnit, write_dropped};
use redite::files::{
    Edit, FieldText, FileError, Format, Id, Output, ReadOptions, Record, Rewriter, Source, Transaction,
};
use redite::{Span, removal_spans};
use std::collections::VecDeque;
use std::fmt;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub(crate) fn run(args: &ApplyArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let marked = Marked::read(args)?;
    let files = [Some(&args.marks), args.output.as_ref(), args.removed.as_ref()];
    let exclude: Vec<PathBuf> = files
        .into_iter()
        .flatten()
        .filter(|path| !is_stdout(path))
        .cloned()
        .collect();
    let found = find_in(&args.inputs, &exclude, false)?;
    let sources = marked.sources(found.sources)?;
    refuse_drop_empty(args.drop_empty, &sources)?;
    if args.dry_run {
        writeln!(std::io::stdout().lock(), "would remove {}", marked.counted)?;
        return Ok(Exit::Done);
    }
    let places = Places::of(&Asked {
        inputs: &args.inputs,
        sources: &sources,
        output: args.output.as_deref(),
        reports: args.removed.iter().collect(),
        merge: args.merge,
    })?;
    check_share(
        args.max_removed,
        marked.counted.removed_bytes,
        marked.counted.text_bytes,
        |line| {
            console::line(line);
        },
    )?;
    let options = ReadOptions {
        text_fields: marked.header.text_fields.clone(),
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    };
    if matches!(places, Places::Stdout) {
        // standard output cannot be taken back: the input is checked before a byte is written
        for (source, trailer) in sources.iter().zip(&marked.trailers) {
            let nowhere = Output::stream("nowhere", std::io::sink());
            let original = match trailer.format {
                FileFormat::Other => source.file_digest()?,
                _ => {
                    source
                        .rewrite::<FileError>(&options, nowhere, &mut |_| Ok(Edit::Keep))?
                        .read
                }
            };
            if original != trailer.original {
                bail!(changed(source));
            }
        }
    }
    let mut removed = match &args.removed {
        Some(path) => {
            let settings = marked.header.settings.clone();
            let fields = &options.text_fields;
            Some(Removed::create(path, &transaction, &sources, fields, settings)?)
        }
        None => None,
    };
    let mut lines = Lines::open(&args.marks)?;
    for (source, trailer) in sources.iter().zip(&marked.trailers) {
        let output = places.output(source, &transaction);
        let (mark, original, cleaned) = if trailer.format == FileFormat::Other {
            let digest = source.copy(output)?;
            (false, digest, digest)
        } else {
            let output = match &places {
                Places::File(path) => output.packed_as(path),
                _ => output,
            };
            let mut applier = Applier {
                source,
                options: &options,
                conditions: &args.conditions,
                measure: marked.header.measure(),
                drop_empty: args.drop_empty && source.format().can_drop(),
                lines: Mutex::new(&mut lines),
                ahead: VecDeque::new(),
                failed: None,
                removed: removed.as_mut(),
            };
            let stats = source.rewrite_by(&options, output, &mut applier)?;
            if let Some(error) = applier.failed {
                return Err(error);
            }
            let cleaned = match source.format() {
                Format::Parquet => stats.file,
                Format::Jsonl | Format::Text => stats.written,
            };
            (stats.mark, stats.read, cleaned)
        };
        if original != trailer.original || !lines.ends(trailer)? {
            bail!(changed(source));
        }
        if let Some(removed) = &mut removed {
            removed.write(|writer| {
                writer.file(removed::Trailer {
                    file: source.name().to_owned(),
                    output: source.relative_name(),
                    format: trailer.format,
                    mark,
                    units: 0,
                    dropped: 0,
                    original,
                    cleaned,
                })
            })?;
        }
    }
    if let Some(removed) = removed {
        removed.finish()?;
    }
    transaction.commit()?;
    if !args.quiet {
        console::line(format_args!("removed {}", marked.counted));
    }
    let is_whole = marked
        .trailers
        .iter()
        .all(|trailer| trailer.format != FileFormat::Other);
    Ok(if is_whole && found.report.exit() == Exit::Done {
        Exit::Done
    } else {
        Exit::Partly
    })
}

fn changed(source: &Source) -> String {
    format!(
        "{}: has changed since it was marked, or the marks have; nothing was written. Mark it again",
        source.name()
    )
}

/// A file of marks that has been read once, and is whole.
struct Marked {
    name: String,
    header: Header,
    trailers: Vec<Trailer>,
    counted: Counted,
}

/// What is marked, and what of that is to be removed.
#[derive(Debug, Default)]
struct Counted {
    units: u64,
    chosen: u64,
    near: u64,
    /// What stands in a test set.
    contained: u64,
    removed_bytes: u64,
    text_bytes: u64,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chosen, units) = (digits(self.chosen), count(self.units, "marked unit"));
        let part = share(self.removed_bytes, self.text_bytes);
        if self.contained > 0 {
            return write!(
                f,
                "{chosen} of {units}, which stand in the test set; {part} of the text"
            );
        }
        let (equal, near) = (digits(self.chosen - self.near), digits(self.near));
        write!(f, "{chosen} of {units}: {equal} equal, {near} near; {part} of the text")
    }
}

impl Marked {
    fn read(args: &ApplyArgs) -> Result<Self> {
        let name = args.marks.display().to_string();
        let lines = MarksReader::open(&args.marks)
            .map_err(|error| anyhow!("{error}; give the file that `redite mark` wrote"))?;
        let mut header = None;
        let mut trailers = Vec::new();
        let mut counted = Counted::default();
        for line in lines {
            match line? {
                MarksLine::Header(read) => header = Some(read),
                MarksLine::Article(article) => {
                    counted.units += article.units.len() as u64;
                    counted.text_bytes += article.bytes;
                    for unit in article
                        .units
                        .iter()
                        .filter(|unit| is_chosen(&args.conditions, &article, unit))
                    {
                        counted.chosen += 1;
                        counted.near += u64::from(unit.rule == "near");
                        counted.contained += u64::from(unit.rule == "against");
                        counted.removed_bytes += u64::from(unit.bytes[1].saturating_sub(unit.bytes[0]));
                    }
                }
                MarksLine::Trailer(trailer) => trailers.push(trailer),
                MarksLine::End => {}
            }
        }
        let header = header.with_context(|| format!("{name}: the header is missing"))?;
        Ok(Self {
            name,
            header,
            trailers,
            counted,
        })
    }

    /// The inputs, if they are those that were marked.
    fn sources(&self, found: Vec<Source>) -> Result<Vec<Source>> {
        if found.len() != self.trailers.len() {
            bail!(
                "{}: has the marks of {}, and there are {}; give those that were marked, all and no other",
                self.name,
                count(self.trailers.len() as u64, "file"),
                digits(found.len() as u64),
            );
        }
        let same = |(source, trailer): (Source, &Trailer)| {
            if source.relative_name() != trailer.output && self.trailers.len() > 1 {
                bail!(
                    "{}: the marks of {} come in its place; give the inputs that were marked, in the same order",
                    source.name(),
                    trailer.file
                );
            }
            Ok(match trailer.format {
                FileFormat::Other => source,
                format => source.of_format(format),
            })
        };
        found.into_iter().zip(&self.trailers).map(same).collect()
    }
}

/// True if a unit satisfies all conditions.
fn is_chosen(conditions: &[Condition], article: &ArticleMarks, unit: &UnitMark) -> bool {
    conditions.iter().all(|condition| condition.holds(article, unit))
}

/// The marks, article by article, as they are used.
struct Lines {
    reader: MarksReader<BufReader<Box<dyn Read + Send>>>,
    next: Option<MarksLine>,
}

impl Lines {
    fn open(path: &Path) -> Result<Self> {
        let mut lines = Self {
            reader: MarksReader::open(path)?,
            next: None,
        };
        lines.advance()?; // the header
        lines.advance()?;
        Ok(lines)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = self.reader.next().transpose()?;
        Ok(())
    }

    /// The next article, if there is one before the end of the file.
    fn article(&self) -> Option<&ArticleMarks> {
        match &self.next {
            Some(MarksLine::Article(article)) => Some(article),
            _ => None,
        }
    }

    fn take(&mut self) -> Result<Option<Box<ArticleMarks>>> {
        match self.next.take() {
            Some(MarksLine::Article(article)) => {
                self.advance()?;
                Ok(Some(article))
            }
            other => {
                self.next = other;
                Ok(None)
            }
        }
    }

    /// True if the marks of that file end here; what follows is of the next one.
    fn ends(&mut self, trailer: &Trailer) -> Result<bool> {
        let is_end = matches!(&self.next, Some(MarksLine::Trailer(next)) if next == trailer);
        if is_end {
            self.advance()?;
        }
        Ok(is_end)
    }
}

/// The line or row of a record, by its place.
fn number(source: &str) -> Option<u64> {
    source.rsplit_once(':')?.1.parse().ok()
}

/// Removes what was marked in one file.
struct Applier<'a> {
    source: &'a Source,
    options: &'a ReadOptions,
    conditions: &'a [Condition],
    measure: &'a str,
    drop_empty: bool,
    /// Read from one thread only; the lock is what lets the others see the rest.
    lines: Mutex<&'a mut Lines>,
    /// Articles of lines that were asked for.
    ahead: VecDeque<Box<ArticleMarks>>,
    /// What went wrong where nothing could be said.
    failed: Option<anyhow::Error>,
    removed: Option<&'a mut Removed>,
}

impl Applier<'_> {
    fn lines(&mut self) -> &mut Lines {
        self.lines.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// The marks of the next article, without what is not chosen.
    fn next(&mut self) -> Result<Option<Box<ArticleMarks>>> {
        let Some(mut article) = self.lines().take()? else {
            return Ok(None);
        };
        let chosen: Vec<bool> = (article.units.iter())
            .map(|unit| is_chosen(self.conditions, &article, unit))
            .collect();
        let mut chosen = chosen.into_iter();
        article.units.retain(|_| chosen.next() == Some(true));
        Ok(Some(article))
    }
}

/// What went from one record.
#[derive(Default)]
struct Gone {
    units: u64,
    lines: Vec<u8>,
    dropped: bool,
}

impl Rewriter for Applier<'_> {
    type Error = anyhow::Error;
    type Seen = Box<ArticleMarks>;
    type Told = Gone;

    /// Only lines of which something goes are read.
    fn asks(&mut self, line: u64) -> bool {
        let is_next = |article: &ArticleMarks| number(&article.source) == Some(line);
        if self.failed.is_some() || !self.lines().article().is_some_and(is_next) {
            return false;
        }
        match self.next() {
            Ok(Some(article)) if !article.units.is_empty() => {
                self.ahead.push_back(article);
                true
            }
            Ok(_) => false,
            Err(error) => {
                self.failed = Some(error);
                false
            }
        }
    }

    fn see(&mut self, record: &Record<'_>) -> Result<Self::Seen> {
        let article = match self.source.format() {
            Format::Jsonl => self.ahead.pop_front(),
            _ => self.next()?,
        };
        let is_its = |article: &ArticleMarks| {
            self.source.format() == Format::Text || number(&article.source) == Some(record.place.line_or_row)
        };
        article
            .filter(|article| is_its(article))
            .ok_or_else(|| anyhow!(changed(self.source)))
    }

    fn edit(&self, record: &Record<'_>, article: &Self::Seen) -> Result<(Edit, Gone)> {
        let Ok(fields) = record.outcome else {
            bail!(changed(self.source));
        };
        let mut gone = Gone::default();
        let mut cuts: Vec<Vec<Span>> = Vec::with_capacity(fields.texts.len());
        let place = place(self.source, record.place);
        // As it was read when it was marked, from whatever field.
        let id = Id::of_raw(article.article.get());
        for (i, text) in fields.texts.iter().enumerate() {
            let name = field_name(self.source, self.options, fields, i);
            let units: Vec<&UnitMark> = article.units.iter().filter(|unit| unit.field == name).collect();
            let spans: Vec<Span> = units
                .iter()
                .map(|unit| Span::new(unit.bytes[0], unit.bytes[1]))
                .collect();
            let spans = removal_spans(&text.text, &spans).ok_or_else(|| anyhow!(changed(self.source)))?;
            gone.units += units.len() as u64;
            if self.removed.is_some() && !units.is_empty() {
                self.tell(record, text, (&id, &place, name), &units, &spans, &mut gone.lines)?;
            }
            cuts.push(spans);
        }
        if gone.units != article.units.len() as u64 {
            bail!(changed(self.source));
        }
        if gone.units == 0 {
            return Ok((Edit::Keep, gone));
        }
        let deletion = deletion(record, &cuts);
        gone.dropped = self.drop_empty && nothing_left(record, &cuts);
        if !gone.dropped {
            return Ok((deletion, gone));
        }
        if self.removed.is_some() {
            let line = record.raw_line_after(&deletion)?;
            write_dropped(&mut gone.lines, Some(&id), &place, &line)?;
        }
        Ok((Edit::Drop, gone))
    }

    fn settle(&mut self, gone: Gone) -> Result<()> {
        if let Some(removed) = &mut self.removed {
            removed.write(|writer| writer.lines(&gone.lines, gone.units, u64::from(gone.dropped)))?;
        }
        Ok(())
    }
}

impl Applier<'_> {
    /// Writes lines for the file of removed units.
    fn tell(
        &self,
        record: &Record<'_>,
        text: &FieldText,
        (id, place, name): (&Id, &str, &str),
        units: &[&UnitMark],
        spans: &[Span],
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        let spellings = record
            .spellings(text, spans)
            .ok_or_else(|| anyhow!(changed(self.source)))?;
        let mut chars = Chars::new(&text.text);
        for ((unit, span), raw) in units.iter().zip(spans).zip(spellings) {
            let kept = &unit.kept;
            let kept_id = Id::of_raw(kept.article.get());
            let told = RemovedUnit {
                article: Some(id),
                source: place,
                field: name,
                unit: &unit.unit,
                bytes: [span.start, span.end],
                chars: [chars.before(span.start), chars.before(span.end)],
                text: raw,
                rule: &unit.rule,
                measure: self.measure,
                similarity: unit.similarity,
                lost: &unit.lost,
                reprint: unit.reprint,
                kept: KeptUnit {
                    article: Some(&kept_id),
                    source: &kept.source,
                    field: kept.field.as_deref(),
                    bytes: kept.bytes,
                    text: &kept.text,
                },
            };
            told.write(lines)?;
        }
        Ok(())
    }
}
