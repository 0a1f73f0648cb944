//! `redite evaluate`: measures what the settings do to these articles.

use crate::amounts::count;
use crate::args::{EvaluateArgs, EvaluateFormat};
use crate::console;
use crate::corpus::place;
use crate::evaluate::base::{base, whole as whole_articles};
use crate::evaluate::borderline::{lower, nearest};
use crate::evaluate::labels::Labelled;
use crate::evaluate::plant::{Plan, plant};
use crate::evaluate::read::{Pile, Raw};
use crate::evaluate::report::{Report, Run};
use crate::evaluate::score::{detect, read_removals, removals, score};
use crate::evaluate::truth::{ARTICLES, NewFiles, Set};
use crate::evaluate::whole;
use crate::exit::{Exit, on_interruption};
use crate::look;
use crate::paint::Paint;
use crate::progress::{COMPARING, Progress};
use crate::relation::Shares;
use crate::settings;
use anyhow::{Result, bail};
use redite::files::{Id, ReadOptions};
use redite::segment::Language;
use redite::{Detector, Scope, Settings};
use std::collections::BTreeSet;
use std::io::{BufWriter, Write, stdout};
use std::ops::ControlFlow;
use std::path::Path;

pub(crate) fn run(args: &EvaluateArgs) -> Result<Exit> {
    if let Some(folder) = &args.score {
        return score_file(args, folder);
    }
    let detectors = detectors(args)?;
    if let Some(file) = &args.labels {
        return labelled(args, file, &detectors);
    }
    if args.relations {
        return relations(args, &detectors);
    }
    let files = match &args.write {
        Some(folder) => Some(NewFiles::in_empty(folder)?),
        None => None,
    };
    settings::threads(&args.input)?;
    let (set, untested, exit) = planted(args, &detectors[0])?;
    if let Some(files) = files {
        let on_signal = files.clone();
        on_interruption(move || on_signal.discard())?;
        set.write(&files)?;
        files.publish()?;
    }
    let settings = *detectors[0].settings();
    let threshold = settings.threshold().value();
    let below = match lower(&settings) {
        Some(lower) if args.sample > 0 => Some(settings::detector_at(lower, &args.rule)?),
        _ => None,
    };
    let mut report = Report {
        set: &set,
        measure: Some(settings.measure().to_string()),
        runs: Vec::new(),
        untested,
        above: Vec::new(),
        below: Vec::new(),
    };
    let runs = (detectors.len() + usize::from(below.is_some())) as u64;
    let bytes = set.meta.text_bytes;
    let mut progress = Progress::new(&[COMPARING], runs * bytes, args.input.quiet);
    progress.phase("comparing");
    for (i, detector) in detectors.iter().enumerate() {
        let detection = detect(&set.articles, detector, &|done| progress.at_share(done.share, bytes))?.block(0)?;
        if i == 0 {
            report.above = nearest(&set, &detection, threshold, args.sample, |value| value >= threshold);
        }
        report.runs.push(Run {
            threshold: Some(detector.settings().threshold().value()),
            figures: score(&set, &removals(&set, &detection)?, settings.keep()),
        });
        progress.finish(bytes);
    }
    if let Some(below) = below {
        let detection = detect(&set.articles, &below, &|done| progress.at_share(done.share, bytes))?.block(0)?;
        report.below = nearest(&set, &detection, threshold, args.sample, |value| value < threshold);
    }
    progress.clear();
    print(&report, args)?;
    Ok(exit)
}

/// One detector a threshold.
fn detectors(args: &EvaluateArgs) -> Result<Vec<Detector>> {
    let ReadOptions {
        rank_field,
        group_field,
        date_field,
        ..
    } = settings::read_options(&args.input, &args.rule)?;
    let leave = "leave the option out";
    for (option, field, advice) in [
        ("keep", rank_field, "use first, longest or last"),
        ("group-by or --count-by", group_field, leave),
        ("date-field", date_field, leave),
    ] {
        if let Some(field) = field {
            bail!("--{option} {field}: the planted set has no such field; {advice}");
        }
    }
    let mut out = Vec::new();
    for &threshold in &args.threshold {
        out.push(settings::detector_at(threshold, &args.rule)?);
    }
    if out.is_empty() {
        bail!("--threshold: give a number above 0 and at most 1, such as 0.6");
    }
    Ok(out)
}

/// Articles by language, each with its place among all.
type Languages = Vec<(Language, Vec<(u64, Raw)>)>;

/// Reads the articles, or as many as are used. With how many there are.
fn read(args: &EvaluateArgs, settings: &Settings) -> Result<(Languages, u64, Exit)> {
    let options = settings::read_options(&args.input, &args.rule)?;
    let exclude: Vec<_> = args.write.iter().cloned().collect();
    let mut pile = Pile::new(args.seed, args.max_text);
    let read = look::each_record_but(
        &args.input.inputs,
        &exclude,
        &options,
        args.input.strict,
        |source, record, fields| {
            pile.push(Raw {
                id: fields
                    .id
                    .as_ref()
                    .map_or_else(|| place(source, record.place), |id: &Id| id.text().into_owned()),
                language: look::language(fields, settings),
                texts: fields.texts.iter().map(|t| t.text.clone()).collect(),
            });
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let articles = pile.articles();
    Ok((pile.finish(), articles, read.exit()))
}

/// Those of the languages in which nothing was planted.
fn untested<'l>(languages: BTreeSet<String>, planted: impl Iterator<Item = &'l str>) -> Vec<String> {
    let planted: BTreeSet<&str> = planted.collect();
    let untested = languages
        .into_iter()
        .filter(|language| !planted.contains(language.as_str()));
    untested.collect()
}

/// Reads the articles and plants into a copy of them. With the languages in which nothing could be planted.
fn planted(args: &EvaluateArgs, detector: &Detector) -> Result<(Set, Vec<String>, Exit)> {
    let settings = *detector.settings();
    let (languages, articles, exit) = read(args, &settings)?;
    let codes: BTreeSet<String> = languages.iter().map(|(l, _)| l.code().to_owned()).collect();
    let per_grade = args.per_grade as usize;
    let shelves = base(languages, settings.paragraphs(), per_grade);
    let plan = Plan {
        seed: args.seed,
        per_grade: args.per_grade,
        max_text: args.max_text,
        settings,
    };
    let set = plant(shelves, &plan);
    if set.pairs.is_empty() {
        bail!(
            "nothing could be planted in {}: this needs paragraphs of at least 20 words, or sentences of 10 to 60 words, \
             without repeats, and other paragraphs of the same language; give more articles",
            count(articles, "article")
        );
    }
    let untested = untested(codes, set.pairs.iter().map(|pair| pair.lang.as_str()));
    Ok((set, untested, exit))
}

/// Plants whole articles, and reports what is told of them.
fn relations(args: &EvaluateArgs, detectors: &[Detector]) -> Result<Exit> {
    if args.rule.keep != "first" {
        bail!(
            "--relations --keep {}: planted articles stand behind those that they are made from, so only first shows whether they are told \
             rightly; leave --keep out",
            args.rule.keep
        );
    }
    let files = match &args.write {
        Some(folder) => Some(NewFiles::in_empty(folder)?),
        None => None,
    };
    settings::threads(&args.input)?;
    let settings = *detectors[0].settings();
    let (languages, articles, exit) = read(args, &settings)?;
    let codes: BTreeSet<String> = languages.iter().map(|(l, _)| l.code().to_owned()).collect();
    let plan = whole::plant::Plan {
        seed: args.seed,
        per_grade: args.per_grade,
        max_text: args.max_text,
    };
    let planted = whole::plant::plant(whole_articles(languages, settings.paragraphs()), &plan);
    if planted.count() == 0 {
        bail!(
            "nothing could be planted in {}: this needs articles with three paragraphs of at least 20 words, without repeats; give more \
             articles",
            count(articles, "article")
        );
    }
    if let Some(files) = files {
        let on_signal = files.clone();
        on_interruption(move || on_signal.discard())?;
        planted.write(&files)?;
        files.publish()?;
    }
    let made = planted.articles.iter().zip(&planted.truth);
    let made = made
        .filter(|(_, truth)| truth.is_some())
        .map(|(article, _)| article.lang.as_str());
    let shares = Shares::from(args.shares);
    let mut report = whole::report::Report {
        planted: &planted,
        shares,
        runs: Vec::new(),
        untested: untested(codes, made),
        sample: args.sample,
    };
    let bytes = planted.articles.iter().map(|article| article.text.len() as u64).sum();
    let mut progress = Progress::new(&[COMPARING], detectors.len() as u64 * bytes, args.input.quiet);
    progress.phase("comparing");
    for detector in detectors {
        let told = planted.run(detector, shares, &|done| progress.at_share(done.share, bytes))?;
        report.runs.push((detector.settings().threshold().value(), told));
        progress.finish(bytes);
    }
    progress.clear();
    let mut out = BufWriter::new(stdout().lock());
    match args.format {
        EvaluateFormat::Text => report.text(Paint::choose(args.color), &mut out)?,
        EvaluateFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report.json())?)?,
    }
    wrote(args);
    out.flush()?;
    Ok(exit)
}

/// Holds a file of removed units against a set that was written.
fn score_file(args: &EvaluateArgs, folder: &Path) -> Result<Exit> {
    let [removed] = &args.input.inputs[..] else {
        bail!("--score: give one INPUT, a file of removed units");
    };
    let set = Set::read(folder)?;
    let keep = settings::keep(&args.rule)?.0;
    let figures = score(&set, &read_removals(removed, &set)?, keep);
    let report = Report {
        set: &set,
        measure: None,
        runs: vec![Run {
            threshold: None,
            figures,
        }],
        untested: Vec::new(),
        above: Vec::new(),
        below: Vec::new(),
    };
    print(&report, args)?;
    Ok(Exit::Done)
}

/// Decides pairs that people have labelled.
fn labelled(args: &EvaluateArgs, file: &Path, detectors: &[Detector]) -> Result<Exit> {
    if detectors
        .iter()
        .any(|detector| detector.settings().scope() == Scope::Article)
    {
        bail!("--scope article: the texts of a labelled pair are two articles, so none would be found; leave it out");
    }
    settings::threads(&args.input)?;
    let mut options = settings::read_options(&args.input, &args.rule)?;
    if options.text_fields == ReadOptions::default().text_fields {
        options.text_fields = vec!["earlier".to_owned(), "later".to_owned()];
    }
    let labelled = Labelled::read(file, options, args.input.strict)?;
    let runs: Vec<_> = detectors.iter().map(|detector| labelled.run(detector)).collect();
    let mut out = BufWriter::new(stdout().lock());
    match args.format {
        EvaluateFormat::Text => labelled.text(&runs, args.sample, Paint::choose(args.color), &mut out)?,
        EvaluateFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&labelled.json(&runs))?)?,
    }
    out.flush()?;
    Ok(labelled.exit)
}

fn print(report: &Report<'_>, args: &EvaluateArgs) -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    match args.format {
        EvaluateFormat::Text => report.text(Paint::choose(args.color), &mut out)?,
        EvaluateFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report.json())?)?,
    }
    wrote(args);
    Ok(out.flush()?)
}

/// Says where the planted set is, if it was written.
fn wrote(args: &EvaluateArgs) {
    if let Some(folder) = &args.write {
        console::line(format_args!(
            "redite: wrote the planted set to {}",
            folder.join(ARTICLES).display()
        ));
    }
}
