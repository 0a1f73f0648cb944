//! `redite index`: makes an index, adds to it, says what it holds.

use crate::amounts::{count, digits};
use crate::args::{
    AddArgs, CompactArgs, CreateArgs, ExpireArgs, IndexCommandArgs, IndexStep, ListArgs, StatsArgs, VerifyArgs,
};
use crate::console;
use crate::corpus::{Corpus, find};
use crate::earlier::{Earlier, describe};
use crate::exit::Exit;
use crate::memory::{self, Cap};
use crate::paint::visible;
use crate::progress::{COMPARING, Progress, READING, WRITING};
use crate::settings;
use anyhow::Result;
use redite::ArticleId;
use redite::files::Source;
use redite::index::{Index, Snapshot};
use redite::metadata::spelled;
use std::io::Write;

pub(crate) fn run(args: &IndexCommandArgs) -> Result<Exit> {
    match &args.step {
        IndexStep::Create(CreateArgs { folder, rule }) => {
            Index::create(folder, &settings::detector(rule)?)?;
            Ok(Exit::Done)
        }
        IndexStep::Add(args) => add(args),
        IndexStep::Expire(args) => expire(args),
        IndexStep::Compact(args) => compact(args),
        IndexStep::List(args) => list(args),
        IndexStep::Stats(args) => stats(args),
        IndexStep::Verify(VerifyArgs { folder }) => {
            Snapshot::verify(folder)?;
            Ok(Exit::Done)
        }
    }
}

fn add(args: &AddArgs) -> Result<Exit> {
    settings::threads(&args.input)?;
    let cap = Cap::of(&args.memory)?;
    let detector = settings::detector(&args.rule)?;
    let mut earlier = Earlier::to_add(&args.folder, &detector)?
        .replacing(args.replace)
        .with_temp_dir(args.memory.temp_dir.as_deref());
    let exclude = [args.folder.clone()];
    if args.memory.dry_run {
        let options = settings::read_options(&args.input, &args.rule.other)?;
        let sources = find(&args.input, &exclude)?.sources;
        let mut out = std::io::stdout().lock();
        memory::dry_run(&sources, &options, &detector, cap.as_ref(), &mut out)?;
        return Ok(Exit::Done);
    }
    let quiet = args.input.quiet;
    let begin = |sources: &[Source], options: &_| {
        memory::before_run(sources, options, &detector, cap.as_ref(), quiet)?;
        let bytes = sources.iter().map(Source::size).sum();
        Ok(Progress::new(&[READING, COMPARING, WRITING], bytes, quiet))
    };
    let (mut corpus, progress) = Corpus::read(&args.input, &args.rule, cap.as_ref(), &exclude, Some(&earlier), begin)?;
    progress.phase("writing");
    if let Some(mut addition) = corpus.addition.take() {
        corpus.each_record(|source, article, record, fields| {
            describe(&mut addition, &corpus, (source, record), article, fields)
        })?;
        earlier.commit(addition)?;
    }
    progress.clear();
    if !quiet {
        let articles = corpus.detection.articles();
        console::line(format_args!(
            "added {} to {}; it now has {}",
            count(u64::from(articles), "article"),
            visible(&args.folder.to_string_lossy()),
            digits(u64::from(corpus.first.0 + articles))
        ));
    }
    Ok(corpus.report.exit())
}

fn expire(args: &ExpireArgs) -> Result<Exit> {
    let mut index = Index::open(&args.folder)?;
    let runs = index.snapshot().runs().count();
    let old = args.keep_runs.map_or(0, |keep| runs.saturating_sub(keep));
    let (mut nth, mut undated) = (0, 0);
    let gone = index.retain(|run| {
        nth += 1;
        undated += u64::from(run.times.is_none());
        let is_past = args
            .before
            .is_some_and(|before| run.times.is_some_and(|(_, last)| last < before));
        nth > old && !is_past
    })?;
    let mut forgotten = count(u64::from(gone), "run");
    if let Some(before) = args.before {
        let articles = index.retain_articles(
            |run| run.times.is_some_and(|(first, _)| first < before),
            |article| article.time.is_none_or(|time| time >= before),
        )?;
        if articles > 0 {
            forgotten = format!("{forgotten} and {} of others", count(u64::from(articles), "article"));
        }
    }
    let left = index.snapshot();
    console::line(format_args!("{forgotten} forgotten; {} left", held(&left)));
    if args.before.is_some() && undated > 0 {
        console::line(format_args!(
            "redite: WARNING: {} without dates not considered; give --date-field when articles are added",
            count(undated, "run")
        ));
    }
    Ok(Exit::Done)
}

fn compact(args: &CompactArgs) -> Result<Exit> {
    let mut index = Index::open(&args.folder)?;
    let bytes = |index: &Index| index.snapshot().runs().map(|run| run.bytes).sum();
    let before = bytes(&index);
    let runs = index.compact()?;
    console::line(format_args!(
        "{} made one: {} instead of {}",
        count(u64::from(runs), "run"),
        count(bytes(&index), "byte"),
        digits(before)
    ));
    Ok(Exit::Done)
}

fn list(args: &ListArgs) -> Result<Exit> {
    let snapshot = Index::read(&args.folder)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut article = 0;
    for (run, facts) in (1..).zip(snapshot.runs()) {
        for nth in article..article + facts.articles {
            let source = snapshot.source(ArticleId(nth))?;
            let Some(source) = source.filter(|_| !snapshot.is_replaced(ArticleId(nth))) else {
                continue;
            };
            let told = serde_json::json!({
                "run": run,
                "id": source.id,
                "place": source.place,
                "date": source.time.and_then(spelled),
                "bytes": source.texts.iter().map(|(_, text)| text.len()).sum::<usize>(),
            });
            writeln!(out, "{told}")?;
        }
        article += facts.articles;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// What an index holds, in words.
fn held(snapshot: &Snapshot) -> String {
    let articles = count(u64::from(snapshot.articles()), "article");
    format!("{articles} in {}", count(snapshot.runs().count() as u64, "run"))
}

fn stats(args: &StatsArgs) -> Result<Exit> {
    let snapshot = Index::read(&args.folder)?;
    let mut out = std::io::stdout().lock();
    let runs: Vec<_> = snapshot.runs().collect();
    if args.json {
        let run = |run: &redite::index::Facts| {
            serde_json::json!({
                "articles": run.articles,
                "paragraphs": run.paragraphs,
                "pieces": run.pieces,
                "first": run.times.and_then(|times| spelled(times.0)),
                "last": run.times.and_then(|times| spelled(times.1)),
                "bytes": run.bytes,
            })
        };
        let told = serde_json::json!({
            "articles": snapshot.articles(),
            "settings": snapshot.settings().to_string(),
            "runs": runs.iter().map(run).collect::<Vec<_>>(),
        });
        writeln!(out, "{told}")?;
        return Ok(Exit::Done);
    }
    writeln!(out, "settings: {}", snapshot.settings())?;
    for (n, run) in (1..).zip(&runs) {
        let spelled = |time: i64| spelled(time).unwrap_or_else(|| time.to_string());
        let times = run.times.map_or(String::new(), |(first, last)| {
            format!("from {} to {}, ", spelled(first), spelled(last))
        });
        writeln!(
            out,
            "run {n}: {times}{}, {} and {} to compare with, {}",
            count(u64::from(run.articles), "article"),
            count(u64::from(run.paragraphs), "paragraph"),
            count(u64::from(run.pieces), "sentence"),
            count(run.bytes, "byte")
        )?;
    }
    let bytes: u64 = runs.iter().map(|run| run.bytes).sum();
    writeln!(out, "in all: {}, {}", held(&snapshot), count(bytes, "byte"))?;
    Ok(Exit::Done)
}
