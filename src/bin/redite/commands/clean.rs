//! `redite clean`: writes the articles without their repeats, and reports what was removed.

use crate::again::Again;
use crate::args::CleanArgs;
use crate::console;
use crate::corpus::{Corpus, Overview, cuts, find, place};
use crate::exit::Exit;
use crate::memory::{self, Cap};
use crate::outputs::{is_stdout, lexical, refuse_other_format, refuse_others};
use crate::progress::{COMPARING, Progress, READING, WRITING};
use crate::provenance::Provenance;
use crate::settings;
use crate::summary::{Counted, Summary};
use anyhow::{Context, Result, bail};
use redite::files::removed::{FileFormat, Header, RemovedWriter, Trailer, write_dropped};
use redite::files::{Edit, Format, Output, OutputFile, Record, Rewriter, Source, Transaction, refuse_overwrite};
use redite::segment::Language;
use redite::{ArticleId, Cut, Detection};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Above this share of the text a warning is due even where no limit was set.
const SUSPICIOUS: f64 = 0.5;

pub(crate) fn run(args: &CleanArgs) -> Result<Exit> {
    let started = Instant::now();
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let to_stdout = args.output.as_deref().is_none_or(is_stdout);
    let files = [
        args.output.as_ref().filter(|_| !to_stdout),
        args.removed.as_ref().filter(|path| !is_stdout(path)),
        args.stats.as_ref().filter(|path| !is_stdout(path)),
    ];
    let exclude: Vec<PathBuf> = files.into_iter().flatten().cloned().collect();
    let quiet = args.input.quiet;
    settings::threads(&args.input)?;
    let cap = Cap::of(&args.memory)?;
    if args.memory.dry_run {
        let (detector, rank_field) = settings::detector(&args.rule)?;
        let options = settings::read_options(&args.input, rank_field);
        let sources = find(&args.input, &exclude)?.sources;
        refuse_drop_empty(args, &sources)?;
        memory::dry_run(
            &sources,
            &options,
            &detector,
            cap.as_ref(),
            &mut std::io::stdout().lock(),
        )?;
        return Ok(Exit::Done);
    }
    let detector = settings::detector(&args.rule)?.0;
    let (corpus, mut progress) = Corpus::read(&args.input, &args.rule, cap.as_ref(), &exclude, |sources, options| {
        refuse_drop_empty(args, sources)?;
        memory::before_run(sources, options, &detector, cap.as_ref(), quiet)?;
        let bytes = sources.iter().map(Source::size).sum();
        Ok(Progress::new(&[READING, COMPARING, WRITING], bytes, quiet))
    })?;
    let places = Places::of(args, &corpus, to_stdout)?;
    let overview = corpus.overview()?;
    let Overview { stats, touched, .. } = &overview;
    check_share(args, stats, &progress)?;

    let mut provenance = Provenance::of(&corpus)?;
    if !overview.kept_come_first {
        corpus.each_record(|source, article, record, _| provenance.meet(&corpus, source, article, record))?;
    }
    let mut removed = match &args.removed {
        Some(path) => Some(Removed::create(path, &transaction, &corpus)?),
        None => None,
    };
    progress.phase("writing");
    let mut counted = Counted::of(&overview);
    for (i, source) in corpus.sources.iter().enumerate() {
        let output = places.output(source, &transaction);
        let (format, mark, original, cleaned) = match corpus.first_article[i] {
            // it cannot be read, so it cannot be packed anew
            None => {
                let digest = source.copy(output)?;
                (FileFormat::Other, false, digest, digest)
            }
            Some(first) => {
                let mut cleaner = Cleaner {
                    corpus: &corpus,
                    source,
                    drop_empty: args.drop_empty && source.format().can_drop(),
                    again: Again::new(source, first, &corpus.places[i], touched),
                    provenance: &mut provenance,
                    counted: &mut counted,
                    removed: removed.as_mut(),
                };
                let output = match &places {
                    Places::File(path) => output.packed_as(path),
                    _ => output,
                };
                let stats = source.rewrite_by(&corpus.options, output, &mut cleaner)?;
                let cleaned = match source.format() {
                    Format::Parquet => stats.file,
                    Format::Jsonl | Format::Text => stats.written,
                };
                (source.format().into(), stats.mark, stats.read, cleaned)
            }
        };
        if let Some(removed) = &mut removed {
            removed.write(|writer| {
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
        }
        progress.finish(source.size());
    }
    if let Some(removed) = removed {
        removed.finish()?;
    }
    progress.clear();
    let mut stages = corpus.stages.clone();
    stages.end("write");
    let summary = Summary::new(args, &corpus, stats, counted, &stages, started.elapsed());
    if let Some(path) = &args.stats {
        let mut out = report(path, &transaction).create()?;
        writeln!(out, "{}", summary.to_json()?).map_err(|cause| out.error(cause))?;
        out.finish()?;
    }
    transaction.commit()?;
    if !quiet {
        console::lines(&summary);
    }
    Ok(corpus.report.exit())
}

/// Takes the repeats out of one file.
struct Cleaner<'c> {
    corpus: &'c Corpus,
    source: &'c Source,
    drop_empty: bool,
    again: Again<'c>,
    provenance: &'c mut Provenance,
    counted: &'c mut Counted,
    removed: Option<&'c mut Removed>,
}

/// The file of removed units.
struct Removed {
    /// Written from one thread only; the lock is what lets the others see the rest of a [`Cleaner`].
    writer: Mutex<RemovedWriter<OutputFile>>,
}

impl Removed {
    /// `path` gets its name before the cleaned files, and is readable for whoever may read all inputs.
    fn create(path: &Path, transaction: &Transaction, corpus: &Corpus) -> Result<Self> {
        let mode = corpus.sources.iter().filter_map(Source::mode).reduce(|a, b| a & b);
        let out = report(path, transaction).first().with_mode(mode).create()?;
        let header = Header::new(
            env!("CARGO_PKG_VERSION"),
            &corpus.options.text_fields,
            settings::described(&corpus.detector, corpus.options.rank_field.as_deref()),
        );
        let mut removed = Self {
            writer: Mutex::new(RemovedWriter::new(out)),
        };
        removed.write(|writer| writer.header(&header))?;
        Ok(removed)
    }

    fn write(&mut self, write: impl FnOnce(&mut RemovedWriter<OutputFile>) -> std::io::Result<()>) -> Result<()> {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        Ok(write(writer).map_err(|cause| writer.get_ref().error(cause))?)
    }

    fn finish(mut self) -> Result<()> {
        self.write(RemovedWriter::end)?;
        let writer = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.into_inner().finish()?)
    }
}

/// What went from one record.
struct Gone {
    language: Language,
    cuts: Vec<Vec<Cut>>,
    /// Its lines in the file of removed units.
    lines: Vec<u8>,
    dropped: bool,
}

impl Rewriter for Cleaner<'_> {
    type Error = anyhow::Error;
    /// Its number, and the block of decisions that it is in.
    type Seen = (ArticleId, Arc<Detection>);
    type Told = Gone;

    fn asks(&mut self, line: u64) -> bool {
        self.again.asks(line)
    }

    fn see(&mut self, record: &Record<'_>) -> Result<Self::Seen> {
        let article = self.again.number(record)?;
        self.provenance.meet(self.corpus, self.source, article, record)?;
        Ok((article, self.corpus.detection.block_of(article)?))
    }

    fn edit(&self, record: &Record<'_>, (article, block): &Self::Seen) -> Result<(Edit, Gone)> {
        let (corpus, source) = (self.corpus, self.source);
        let mut gone = Gone {
            language: block.language(*article),
            cuts: Vec::new(),
            lines: Vec::new(),
            dropped: false,
        };
        let Ok(fields) = record.outcome else {
            return Ok((Edit::Keep, gone));
        };
        gone.cuts = cuts(block, *article, fields)?;
        if gone.cuts.iter().all(Vec::is_empty) {
            return Ok((Edit::Keep, gone));
        }
        let deletion = deletion(record, &gone.cuts);
        let reports = self.removed.is_some();
        if reports {
            let lines = &mut gone.lines;
            (self.provenance).removed(corpus, source, record, &gone.cuts, |unit, _| Ok(unit.write(lines)?))?;
        }
        gone.dropped = self.drop_empty && nothing_left(record, &gone.cuts);
        if !gone.dropped {
            return Ok((deletion, gone));
        }
        if reports {
            let line = record.raw_line_after(&deletion)?;
            write_dropped(&mut gone.lines, fields.id.as_ref(), &place(source, record.place), &line)?;
        }
        Ok((Edit::Drop, gone))
    }

    fn settle(&mut self, gone: Gone) -> Result<()> {
        self.counted.count(gone.language, &gone.cuts);
        self.counted.dropped += u64::from(gone.dropped);
        if let Some(removed) = &mut self.removed {
            let units = gone.cuts.iter().map(|cuts| cuts.len() as u64).sum();
            removed.write(|writer| writer.lines(&gone.lines, units, u64::from(gone.dropped)))?;
        }
        Ok(())
    }
}

/// Refuses to leave out rows of Parquet: their other columns are copied, not written anew.
fn refuse_drop_empty(args: &CleanArgs, sources: &[Source]) -> Result<()> {
    let parquet = |source: &&Source| source.format() == Format::Parquet && source.unread().is_none();
    match sources.iter().find(parquet).filter(|_| args.drop_empty) {
        None => Ok(()),
        Some(source) => bail!(
            "--drop-empty: {} is Parquet, of which no row can be left out; give only its JSON Lines, or leave the \
             option out: such rows keep an empty text",
            source.name()
        ),
    }
}

fn check_share(args: &CleanArgs, stats: &redite::Stats, progress: &Progress) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let share = stats.removed_bytes as f64 / stats.text_bytes.max(1) as f64;
    match args.max_removed {
        Some(most) if share > most => {
            progress.clear();
            bail!(
                "{:.1} % of the text would be removed, more than the {:.1} % of --max-removed; nothing was written. \
                 See what it is with `redite find`, or raise the limit",
                share * 100.0,
                most * 100.0
            )
        }
        None if share > SUSPICIOUS => {
            progress.say(&format!(
                "redite: WARNING: {:.1} % of the text is removed. See what it is with `redite find`; --max-removed 50% \
                 stops such a run before anything is written",
                share * 100.0
            ));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The edit that takes the cuts out.
fn deletion(record: &Record<'_>, cuts: &[Vec<Cut>]) -> Edit {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    let by_field = texts.iter().zip(cuts).filter(|(_, cuts)| !cuts.is_empty());
    Edit::Delete(
        by_field
            .map(|(text, cuts)| (text.field, cuts.iter().map(|c| c.span).collect()))
            .collect(),
    )
}

/// True if no text of the record has anything left.
fn nothing_left(record: &Record<'_>, cuts: &[Vec<Cut>]) -> bool {
    let texts = record.outcome.map_or(&[][..], |fields| &fields.texts);
    texts.iter().zip(cuts).all(|(text, cuts)| {
        let gone: usize = cuts.iter().map(|c| c.span.len()).sum();
        gone == text.text.len() || text.text.trim().is_empty()
    })
}

/// The output for a report: a file, or standard output.
fn report(path: &Path, transaction: &Transaction) -> Output {
    if is_stdout(path) {
        Output::stdout()
    } else {
        Output::file_in(transaction, path).packed_as(path)
    }
}

/// Where each source's output goes.
enum Places {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

impl Places {
    fn of(args: &CleanArgs, corpus: &Corpus, to_stdout: bool) -> Result<Self> {
        let one_file = corpus.sources.len() == 1 && args.input.inputs.len() == 1 && !args.input.inputs[0].is_dir();
        let places = match &args.output {
            _ if to_stdout && corpus.sources.len() > 1 => {
                bail!(
                    "there are {} input files: name a folder for the cleaned ones with -o",
                    corpus.sources.len()
                )
            }
            Some(path) if !to_stdout => {
                let as_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
                if one_file && !as_folder {
                    Self::File(path.clone())
                } else {
                    Self::Folder(path.clone())
                }
            }
            _ => Self::Stdout,
        };
        if let (Self::File(path), [source]) = (&places, &corpus.sources[..]) {
            refuse_other_format(source, path)?;
        }
        let cleaned: Vec<PathBuf> = corpus.sources.iter().filter_map(|s| places.path(s)).collect();
        refuse_overwrite(&corpus.sources, &cleaned)?;
        let mut taken: Vec<PathBuf> = cleaned.iter().map(|path| lexical(path)).collect();
        if to_stdout {
            taken.push(PathBuf::from("-"));
        }
        for path in [&args.removed, &args.stats].into_iter().flatten() {
            refuse_overwrite(&corpus.sources, [path]).with_context(|| format!("cannot write {}", path.display()))?;
            let place = lexical(path);
            if taken.contains(&place) {
                bail!(
                    "two outputs would be written to {}: give each its own file",
                    if is_stdout(path) {
                        "standard output".into()
                    } else {
                        path.display().to_string()
                    }
                );
            }
            taken.push(place);
        }
        if let Self::Folder(folder) = &places
            && !one_file
        {
            let reports: Vec<&PathBuf> = [&args.removed, &args.stats].into_iter().flatten().collect();
            refuse_others(folder, &cleaned, &reports, args.merge)?;
        }
        Ok(places)
    }

    fn path(&self, source: &Source) -> Option<PathBuf> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path.clone()),
            Self::Folder(folder) => Some(folder.join(source.relative())),
        }
    }

    fn output(&self, source: &Source, transaction: &Transaction) -> Output {
        match self {
            Self::Stdout => Output::stdout(),
            Self::File(path) => Output::file_in(transaction, path),
            Self::Folder(folder) => Output::file_below(transaction, folder, source.relative()),
        }
    }
}
