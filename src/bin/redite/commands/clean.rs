//! `redite clean`: writes the articles without their repeats, and reports what was removed.

use crate::again::Again;
use crate::application::Application;
use crate::args::{CleanArgs, ScopeArg};
use crate::choice::Choice;
use crate::commands::{mark, resume};
use crate::console;
use crate::corpus::{Corpus, Overview, cuts, find, place};
use crate::earlier::{Earlier, describe};
use crate::exit::Exit;
use crate::marked::Marked;
use crate::memory::{self, Cap};
use crate::outputs::{Asked, Places, is_stdout};
use crate::progress::{COMPARING, Progress, READING, WRITING};
use crate::provenance::Provenance;
use crate::reports::{check_share, refuse_drop_empty, report};
use crate::settings;
use crate::summary::{Counted, Summary};
use crate::writing::Writing;
use anyhow::{Result, bail};
use redite::files::{Edit, Record, Rewriter, Source, Transaction};
use redite::index::Addition;
use redite::segment::Language;
use redite::{ArticleId, Cut, Detection, Detector, Span, Stats};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub(crate) fn run(args: &CleanArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let to_stdout = args.cleaned.output.as_deref().is_none_or(is_stdout);
    let files = [
        args.cleaned.output.as_ref().filter(|_| !to_stdout),
        args.cleaned.removed.as_ref().filter(|path| !is_stdout(path)),
        args.stats.as_ref().filter(|path| !is_stdout(path)),
        args.report.as_ref().filter(|path| !is_stdout(path)),
    ];
    if args.report.is_some() && args.cleaned.removed.as_deref().is_some_and(is_stdout) {
        bail!("--report is made from the file of removed units: name a file with --removed");
    }
    let exclude: Vec<PathBuf> = files.into_iter().flatten().chain(&args.index.index).cloned().collect();
    let quiet = args.input.quiet;
    settings::threads(&args.input)?;
    let cap = Cap::of(&args.memory)?;
    if args.against.is_given() {
        if !Choice::of(&args.choice)?.is_everything() {
            bail!(
                "--against removes all that stands in the test set: leave out --where, --keep-copies, --min-count, --min-share and --min-run, or mark with it and choose with `redite apply`"
            );
        }
        return super::against::clean(args, cap.as_ref(), &transaction, &exclude);
    }
    if args.memory.dry_run {
        let detector = settings::detector(&args.rule)?;
        let options = settings::read_options(&args.input, &args.rule.other)?;
        let sources = find(&args.input, &exclude)?.sources;
        refuse_drop_empty(args.cleaned.drop_empty, &sources)?;
        if let Some(preset) = args.preset {
            writeln!(std::io::stdout().lock(), "{}", preset.told())?;
        }
        memory::dry_run(
            &sources,
            &options,
            &detector,
            cap.as_ref(),
            &mut std::io::stdout().lock(),
        )?;
        return Ok(Exit::Done);
    }
    let detector = settings::detector(&args.rule)?;
    if args.index.index.is_some() && !Choice::of(&args.choice)?.is_everything() {
        bail!(
            "--index: what --where, --keep-copies, --min-count, --min-share and --min-run choose depends on the whole run and could change \
             with the next one; leave them out"
        );
    }
    let temp_dir = args.memory.temp_dir.as_deref();
    let mut earlier = Earlier::of(&args.index, &detector)?.map(|earlier| earlier.with_temp_dir(temp_dir));
    let run = Run {
        args,
        detector: &detector,
        cap: cap.as_ref(),
        transaction: &transaction,
        exclude: &exclude,
    };
    match &mut earlier {
        Some(earlier) if args.index.resume => resume::run(run, earlier),
        _ => {
            let (exit, summary) = run.clean(earlier.as_mut(), None)?;
            if !quiet {
                console::lines(&summary);
            }
            Ok(exit)
        }
    }
}

/// A run over some inputs.
#[derive(Clone, Copy)]
pub(super) struct Run<'r> {
    pub(super) args: &'r CleanArgs,
    pub(super) detector: &'r Detector,
    pub(super) cap: Option<&'r Cap>,
    pub(super) transaction: &'r Transaction,
    /// Outputs, which are no inputs.
    pub(super) exclude: &'r [PathBuf],
}

impl Run<'_> {
    /// Cleans the inputs, completes the outputs, and adds what stays to an index that is to be updated. Where the outputs stand may be given.
    pub(super) fn clean(self, mut earlier: Option<&mut Earlier>, places: Option<Places>) -> Result<(Exit, Summary)> {
        let started = Instant::now();
        let Self {
            args,
            detector,
            cap,
            transaction,
            exclude,
        } = self;
        let quiet = args.input.quiet;
        let begin = |sources: &[Source], options: &_| {
            refuse_drop_empty(args.cleaned.drop_empty, sources)?;
            memory::before_run(sources, options, detector, cap, quiet)?;
            let bytes = sources.iter().map(Source::size).sum();
            Ok(Progress::new(&[READING, COMPARING, WRITING], bytes, quiet))
        };
        let (mut corpus, mut progress) =
            Corpus::read(&args.input, &args.rule, cap, exclude, earlier.as_deref(), begin)?;
        let mut addition = corpus.addition.take();
        let places = match places {
            Some(places) => places,
            None => places_of(args, &corpus.sources)?,
        };
        let overview = corpus.overview()?;
        let choice = Choice::of(&args.choice)?;
        if args.rule.other.scope == ScopeArg::Article && choice.asks_for_articles() {
            bail!(
                "--scope article: what is compared stands in one article, so --min-count and --min-share would keep all; leave them out"
            );
        }
        let plan = Plan {
            args,
            corpus: &corpus,
            overview: &overview,
            places: &places,
            transaction,
        };
        let written = if choice.is_everything() {
            plan.write_all(addition.as_mut(), &mut progress)
        } else {
            plan.write_chosen(&choice, &mut progress)
        };
        progress.clear();
        let (stats, counted) = written?;
        let mut stages = corpus.stages.clone();
        stages.end("write");
        let summary = Summary::new(args, &corpus, &stats, counted, &stages, started.elapsed());
        if let Some(path) = &args.stats {
            let mut out = report(path, transaction).create()?;
            writeln!(out, "{}", summary.to_json()?).map_err(|cause| out.error(cause))?;
            out.finish()?;
        }
        transaction.commit()?;
        // Last, so that a run that is stopped in between can be repeated: the index does not know its articles yet.
        if let (Some(earlier), Some(mut addition)) = (&mut earlier, addition) {
            if args.index.resume {
                let sources = corpus.sources.iter();
                sources.for_each(|source| addition.of_input(source.name(), source.size()));
            }
            earlier.commit(addition)?;
        }
        super::report::after(args, || summary.to_json(), transaction)?;
        Ok((corpus.report.exit(), summary))
    }
}

/// Where the outputs of these inputs stand.
pub(super) fn places_of(args: &CleanArgs, sources: &[Source]) -> Result<Places> {
    Places::of(&Asked {
        inputs: &args.input.inputs,
        sources,
        output: args.cleaned.output.as_deref(),
        reports: [&args.cleaned.removed, &args.stats, &args.report]
            .into_iter()
            .flatten()
            .collect(),
        merge: args.cleaned.merge,
    })
}

/// What is written, and where.
#[derive(Clone, Copy)]
struct Plan<'p> {
    args: &'p CleanArgs,
    corpus: &'p Corpus,
    overview: &'p Overview,
    places: &'p Places,
    transaction: &'p Transaction,
}

impl Plan<'_> {
    /// Writes the articles without their repeats. Gives what has gone.
    fn write_all(&self, mut addition: Option<&mut Addition>, progress: &mut Progress) -> Result<(Stats, Counted)> {
        let Self {
            args,
            corpus,
            overview,
            places,
            transaction,
        } = *self;
        let Overview { stats, touched, .. } = overview;
        check_share(args.cleaned.max_removed, &overview.going, stats.text_bytes, |line| {
            progress.say(line);
        })?;

        let mut provenance = Provenance::of(corpus)?;
        if !overview.kept_come_first {
            corpus.each_record(|source, article, record, _| provenance.meet(corpus, source, article, record))?;
        }
        let described = || settings::described(&corpus.detector, &args.rule.other);
        let (options, sources) = (&corpus.options, &corpus.sources);
        let writing = Writing::begin(&args.cleaned, places, transaction, options, sources, described)?;
        progress.phase("writing");
        let mut counted = Counted::of(overview);
        let mut needed = touched.clone();
        if let Some(addition) = &addition {
            let articles = (corpus.first.0..).map(ArticleId);
            let has_dates = corpus.options.date_field.is_some();
            (needed.iter_mut().zip(articles))
                .for_each(|(needed, article)| *needed |= has_dates || addition.needs(article));
        }
        for (i, source) in sources.iter().enumerate() {
            match corpus.first_article[i] {
                None => writing.copy(source)?,
                Some(first) => writing.file(
                    source,
                    &mut Cleaner {
                        corpus,
                        source,
                        again: Again::new(
                            source,
                            first,
                            &corpus.places[i],
                            needed.get((first.0 - corpus.first.0) as usize..).unwrap_or_default(),
                        ),
                        addition: addition.as_deref_mut(),
                        provenance: &mut provenance,
                        counted: &mut counted,
                        writing: &writing,
                    },
                )?,
            };
            progress.finish(source.size());
        }
        writing.finish()?;
        Ok((*stats, counted))
    }

    /// Writes the articles without some of their repeats, by way of marks: what goes may depend on the whole run.
    fn write_chosen(&self, choice: &Choice, progress: &mut Progress) -> Result<(Stats, Counted)> {
        let Self {
            args,
            corpus,
            overview,
            places,
            transaction,
        } = *self;
        let folder = args.memory.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let marks = mark::hold(corpus, overview, &args.rule.other, &folder)?;
        let marked = Marked::read(&marks, choice)?;
        let going = &marked.counted;
        check_share(args.cleaned.max_removed, &going.makeup, going.text_bytes, |line| {
            progress.say(line);
        })?;
        progress.phase("writing");
        let application = Application {
            marks: &marks,
            marked: &marked,
            choice,
            sources: &corpus.sources,
            options: &corpus.options,
            places,
            args: &args.cleaned,
            described: Choice::described(&args.choice),
        };
        let dropped = application.write(transaction, |source| progress.finish(source.size()))?;
        let stats = Stats {
            removed_equal: going.equal,
            removed_near: going.near,
            removed_bytes: going.makeup.bytes(),
            ..overview.stats
        };
        Ok((stats, Counted::chosen(overview, going, dropped)))
    }
}

/// Takes the repeats out of one file.
struct Cleaner<'c> {
    corpus: &'c Corpus,
    source: &'c Source,
    again: Again<'c>,
    provenance: &'c mut Provenance,
    addition: Option<&'c mut Addition>,
    counted: &'c mut Counted,
    writing: &'c Writing<'c>,
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
        if let (Some(addition), Ok(fields)) = (&mut self.addition, record.outcome) {
            describe(addition, self.corpus, (self.source, record), article, fields)?;
        }
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
        let spans: Vec<Vec<Span>> = (gone.cuts.iter())
            .map(|cuts| cuts.iter().map(|cut| cut.span).collect())
            .collect();
        let lines = &mut gone.lines;
        if self.writing.tells() {
            (self.provenance).removed(corpus, source, record, &gone.cuts, |unit, _| Ok(unit.write(lines)?))?;
        }
        let place = place(source, record.place);
        let named = (fields.id.as_ref(), &*place);
        let edit;
        (edit, gone.dropped) = self.writing.cut(source, record, &spans, named, lines)?;
        Ok((edit, gone))
    }

    fn settle(&mut self, gone: Gone) -> Result<()> {
        self.counted.count(gone.language, &gone.cuts);
        self.counted.dropped += u64::from(gone.dropped);
        let units = gone.cuts.iter().map(|cuts| cuts.len() as u64).sum();
        self.writing.record(&gone.lines, units, gone.dropped)
    }
}
