//! `redite explain`: what is measured on two texts, and the verdict in a sentence.

use crate::amounts::{count, digits};
use crate::args::{AskArgs, ExplainArgs, ExplainFormat};
use crate::diff::diff;
use crate::earlier::Earlier;
use crate::exit::Exit;
use crate::operand::Operand;
use crate::paint::{Paint, excerpt, visible};
use crate::verdict::{Explanation, Shingles, Side, explain, words};
use crate::{operand, settings};
use anyhow::{Context, Result};
use redite::index::Snapshot;
use redite::{Settings, Unit};
use std::io::{BufWriter, Write, stdout};

/// Shingles of one kind that are listed.
const LISTED: usize = 40;
/// Characters of a fold that are shown.
const FOLD: usize = 600;

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit> {
    let detector = settings::detector(&args.rule)?;
    let settings = detector.settings();
    let mut out = BufWriter::new(stdout().lock());
    let (later, index) = (args.later.as_deref(), args.index.as_ref());
    let Some((kept, later)) = later.map(|later| (&*args.kept, later)) else {
        let asked = AskArgs { index: index.cloned() };
        let earlier = Earlier::asked(&asked, &detector)?.context("name an index with --index")?;
        let [later] = operand::resolve(args, settings, [&*args.kept])?;
        let all = repeated(&earlier.snapshot(), &later, settings)?;
        match args.format {
            ExplainFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?,
            ExplainFormat::Text if all.is_empty() => writeln!(out, "Nothing of A repeats what the index holds.")?,
            ExplainFormat::Text => {
                for (nth, explanation) in all.iter().enumerate() {
                    if nth > 0 {
                        writeln!(out)?;
                    }
                    text(explanation, Paint::choose(args.color), &mut out)?;
                }
            }
        }
        out.flush()?;
        return Ok(Exit::Done);
    };
    let [kept, later] = operand::resolve(args, settings, [kept, later])?;
    let explanation = explain(&kept, &later, settings);
    match args.format {
        ExplainFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&explanation)?)?,
        ExplainFormat::Text => text(&explanation, Paint::choose(args.color), &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// What a text repeats of an index and of itself: an explanation for each unit.
fn repeated(index: &Snapshot, later: &Operand, settings: &Settings) -> Result<Vec<Explanation>> {
    let mut all = Vec::new();
    for repeat in index.query(&(&*later.text).into())? {
        let part = |text: &str, unit: &Unit| text.get(unit.span.range()).map(str::to_owned);
        let at = |origin: &str, unit: &Unit| format!("{origin}#{}-{}", unit.span.start, unit.span.end);
        let removed = part(&later.text, &repeat.removed).map(|text| Operand {
            origin: at(&later.origin, &repeat.removed),
            text,
            language: later.language,
        });
        let kept = if repeat.kept.article == repeat.removed.article {
            part(&later.text, &repeat.kept).map(|text| (at(&later.origin, &repeat.kept), text))
        } else {
            let source = index.source(repeat.kept.article)?;
            source.and_then(|source| {
                let (_, text) = source.texts.get(usize::from(repeat.kept.field))?;
                Some((at(&source.place, &repeat.kept), part(text, &repeat.kept)?))
            })
        };
        let kept = kept.map(|(origin, text)| Operand {
            origin,
            text,
            language: later.language,
        });
        let (removed, kept) = removed
            .zip(kept)
            .context("the index names a text that it does not hold")?;
        all.push(explain(&kept, &removed, settings));
    }
    Ok(all)
}

fn text(e: &Explanation, paint: Paint, out: &mut impl Write) -> Result<()> {
    for (name, side) in [("A (kept)", &e.a), ("B (later)", &e.b)] {
        writeln!(out, "{}  {}", paint.bold(name), paint.dim(visible(&side.origin)))?;
        self::side(side, e.min_tokens, out)?;
    }
    writeln!(out, "{}", paint.bold("Difference"))?;
    writeln!(out, "  {}\n", diff(&e.a.text, &e.b.text).show(paint))?;
    if let Some(shingles) = &e.shingles {
        writeln!(out, "{}  {}", paint.bold("Shingles"), e.measure)?;
        let Shingles { shared, only_a, only_b } = shingles;
        for (name, list) in [("shared", shared), ("only in A", only_a), ("only in B", only_b)] {
            let row = format!("  {name:9}  {:>4}  {}", digits(list.len() as u64), listed(list));
            writeln!(out, "{}", row.trim_end())?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}  {}", paint.bold("Numbers"), numbers(e))?;
    writeln!(
        out,
        "{}  {} of {} = {:.4} by {}; at least {} is needed: {}\n",
        paint.bold("Similarity"),
        e.similarity.shared,
        e.similarity.of,
        e.similarity.value,
        e.measure,
        e.threshold,
        if e.similarity.enough { "enough" } else { "not enough" },
    )?;
    writeln!(out, "{}", paint.bold(visible(&e.sentence)))?;
    Ok(())
}

fn side(side: &Side, min_tokens: u32, out: &mut impl Write) -> Result<()> {
    let numbers = if side.numbers.is_empty() {
        "none".to_owned()
    } else {
        excerpt(&side.numbers.join(", "), FOLD)
    };
    writeln!(out, "  fold     {}", excerpt(&side.fold, FOLD))?;
    writeln!(
        out,
        "  length   {}, {}: {} (at least {min_tokens})",
        count(side.tokens.len() as u64, "token"),
        words(side.weight),
        if side.judged {
            "long enough"
        } else {
            "too short to compare"
        },
    )?;
    writeln!(out, "  numbers  {numbers}\n")?;
    Ok(())
}

fn numbers(e: &Explanation) -> String {
    let missing = excerpt(&e.missing_numbers.join(", "), FOLD);
    match (e.missing_numbers.is_empty(), e.level) {
        (true, _) if e.b.numbers.is_empty() => "none in B".to_owned(),
        (true, _) => "A has every number of B".to_owned(),
        (false, "boilerplate") => format!("only in B: {missing}; ignored because of --level boilerplate"),
        (false, _) => format!("only in B: {missing}; so B is not a repeat"),
    }
}

/// Shingles with a dot between them.
fn listed(shingles: &[String]) -> String {
    let mut out = shingles
        .iter()
        .take(LISTED)
        .map(|s| visible(s))
        .collect::<Vec<_>>()
        .join(" · ");
    if shingles.len() > LISTED {
        out.push_str(&format!(" · and {} more", digits((shingles.len() - LISTED) as u64)));
    }
    out
}
