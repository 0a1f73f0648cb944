//! The figures of an evaluation, for people and as JSON.

use super::borderline::Borderline;
use super::edits::Grade;
use super::score::{Figures, Tally};
use super::truth::Set;
use crate::diff::diff;
use crate::paint::{Paint, visible};
use crate::summary::{count, digits};
use anyhow::Result;
use redite::{Unit, UnitKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// A share of fewer pairs is uncertain.
const FEW: u64 = 30;
const KINDS: [UnitKind; 2] = [UnitKind::Paragraph, UnitKind::Sentence];

/// What is reported.
#[derive(Debug)]
pub(crate) struct Report<'s> {
    pub(crate) set: &'s Set,
    /// How similarity was measured; `None` if that is not known.
    pub(crate) measure: Option<String>,
    pub(crate) runs: Vec<Run>,
    /// Languages that were read, but in which nothing could be planted.
    pub(crate) untested: Vec<String>,
    /// The pairs nearest to the first threshold, at or above it and below.
    pub(crate) above: Vec<Borderline>,
    pub(crate) below: Vec<Borderline>,
}

/// One run over the set.
#[derive(Debug)]
pub(crate) struct Run {
    /// `None` if that is not known.
    pub(crate) threshold: Option<f64>,
    pub(crate) figures: Figures,
}

impl Run {
    fn name(&self) -> String {
        self.threshold
            .map_or_else(|| "removed".to_owned(), |t| format!("at {t}"))
    }
}

impl Report<'_> {
    pub(crate) fn text(&self, paint: Paint, out: &mut impl Write) -> Result<()> {
        let meta = &self.set.meta;
        let languages: BTreeSet<&str> = self.set.articles.iter().map(|a| a.lang.as_str()).collect();
        writeln!(
            out,
            "{} planted (seed {}) in a copy of {} in {}: {} of text, {}",
            count(meta.pairs, "pair"),
            meta.seed,
            count(meta.articles, "article"),
            count(languages.len() as u64, "language"),
            count(meta.text_bytes, "byte"),
            count(meta.clean_units, "clean unit"),
        )?;
        let few = self.table("Repeats found (more is better)", false, paint, out)?
            | self.table("Traps removed (less is better)", true, paint, out)?;
        if few {
            writeln!(
                out,
                "\n* fewer than {FEW} pairs, so the share is uncertain; give more text or a higher --per-grade"
            )?;
        }
        self.beyond(paint, out)?;
        self.by_language(paint, out)?;
        if !self.untested.is_empty() {
            let list = self.untested.join(", ");
            writeln!(
                out,
                "\nNothing planted, for want of enough text without repeats: {}",
                visible(&list)
            )?;
        }
        let threshold = self.runs.first().and_then(|run| run.threshold);
        for (pairs, side) in [(&self.above, "at or above"), (&self.below, "below")] {
            let (Some(threshold), false) = (threshold, pairs.is_empty()) else {
                continue;
            };
            writeln!(out, "\n{}", paint.bold(format!("Nearest to {threshold}, {side}")))?;
            for pair in pairs {
                self.pair(pair, paint, out)?;
            }
        }
        Ok(())
    }

    /// The grades, or traps, of which some pair of a kind was planted.
    fn grades(&self, kind: UnitKind, traps: bool) -> Vec<Grade> {
        let there = |grade: Grade| self.set.pairs.iter().any(|p| (p.kind, p.grade) == (kind, grade));
        let grades = Grade::ALL.into_iter().filter(|grade| grade.is_trap() == traps);
        grades.filter(|grade| there(*grade)).collect()
    }

    /// Shares over all languages; true if one rests on few pairs.
    fn table(&self, title: &str, traps: bool, paint: Paint, out: &mut impl Write) -> Result<bool> {
        let mut few = false;
        let kinds: Vec<UnitKind> = KINDS
            .into_iter()
            .filter(|k| !self.grades(*k, traps).is_empty())
            .collect();
        if kinds.is_empty() {
            return Ok(false);
        }
        writeln!(out, "\n{}", paint.bold(title))?;
        for kind in kinds {
            let grades = self.grades(kind, traps);
            let heads = grades.iter().map(|grade| short(*grade).to_owned());
            row(out, &kind.to_string(), heads)?;
            for (i, run) in self.runs.iter().enumerate() {
                let tallies: Vec<Tally> = grades.iter().map(|g| run.figures.total(kind, *g)).collect();
                if i == 0 {
                    let mark = |n| if n < FEW { "*" } else { " " };
                    few |= tallies.iter().any(|t| t.pairs < FEW);
                    let pairs = tallies.iter().map(|t| format!("{}{}", digits(t.pairs), mark(t.pairs)));
                    row(out, "  pairs", pairs)?;
                }
                row(
                    out,
                    &format!("  {}", run.name()),
                    tallies.iter().map(|t| share(*t) + " "),
                )?;
            }
        }
        Ok(few)
    }

    fn beyond(&self, paint: Paint, out: &mut impl Write) -> Result<()> {
        writeln!(out, "\n{}", paint.bold("Removed, but not planted"))?;
        for run in &self.runs {
            let figures = &run.figures;
            write!(out, "{:10}  {:>6}", run.name(), digits(figures.beyond))?;
            if let Some(rate) = per_thousand(figures.beyond, self.set.meta.clean_units) {
                let of = digits(self.set.meta.clean_units);
                write!(out, "  {rate:.2} per 1,000 of {of} clean units")?;
            }
            if figures.orphans > 0 {
                let orphans = digits(figures.orphans);
                write!(out, "; {orphans} removed in favour of text that was itself removed")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// For each language pairs found, of pairs planted, in the first run.
    fn by_language(&self, paint: Paint, out: &mut impl Write) -> Result<()> {
        let languages: BTreeSet<&str> = self.set.pairs.iter().map(|pair| pair.lang.as_str()).collect();
        let Some(run) = self.runs.first().filter(|_| languages.len() > 1) else {
            return Ok(());
        };
        writeln!(
            out,
            "\n{}",
            paint.bold(format!("By language: pairs {} of pairs planted", run.name()))
        )?;
        for kind in KINDS {
            let grades = [self.grades(kind, false), self.grades(kind, true)].concat();
            if grades.is_empty() {
                continue;
            }
            row(
                out,
                &kind.to_string(),
                grades.iter().map(|grade| short(*grade).to_owned()),
            )?;
            let of_kind = |l: &&&str| self.set.pairs.iter().any(|p| p.kind == kind && p.lang == **l);
            for language in languages.iter().filter(of_kind) {
                let cell = |grade: &Grade| {
                    let tally = run.figures.tallies.get(&(kind, *grade, (*language).to_owned()));
                    tally.map_or_else(
                        || "·".to_owned(),
                        |t| format!("{}/{}", digits(t.found), digits(t.pairs)),
                    )
                };
                row(out, &format!("  {}", visible(language)), grades.iter().map(cell))?;
            }
        }
        Ok(())
    }

    fn pair(&self, pair: &Borderline, paint: Paint, out: &mut impl Write) -> Result<()> {
        let (kept, removed) = (pair.repeat.kept, pair.repeat.removed);
        let place = |unit: Unit| {
            let id = &self.set.articles[unit.article.0 as usize].id;
            format!("{}#{}-{}", visible(id), unit.span.start, unit.span.end)
        };
        let planted = pair.grade.map_or("not planted", Grade::name);
        let language = visible(&self.set.articles[removed.article.0 as usize].lang);
        let value = paint.bold(format!("{:.3}", pair.repeat.similarity.value()));
        writeln!(out, "{value}  {}  {language}  {planted}", removed.kind)?;
        writeln!(out, "  kept    {}", paint.dim(place(kept)))?;
        writeln!(out, "  repeat  {}", paint.dim(place(removed)))?;
        let difference = diff(self.unit(kept), self.unit(removed));
        writeln!(out, "  {}", difference.show(paint))?;
        Ok(())
    }

    fn unit(&self, unit: Unit) -> &str {
        &self.set.articles[unit.article.0 as usize].text[unit.span.range()]
    }

    pub(crate) fn json(&self) -> Value {
        let run = |run: &Run| {
            let figure = |(kind, grade, lang): (UnitKind, Grade, Option<&str>), tally: Tally| {
                json!({
                    "unit": kind.to_string(), "grade": grade.name(), "trap": grade.is_trap(), "lang": lang,
                    "pairs": tally.pairs, "found": tally.found, "share": ratio(tally.found, tally.pairs),
                })
            };
            let mut all = Vec::new();
            for kind in KINDS {
                for grade in [self.grades(kind, false), self.grades(kind, true)].concat() {
                    all.push(figure((kind, grade, None), run.figures.total(kind, grade)));
                }
            }
            let tallies = run.figures.tallies.iter();
            all.extend(tallies.map(|((kind, grade, lang), tally)| figure((*kind, *grade, Some(lang)), *tally)));
            json!({
                "threshold": run.threshold,
                "removed": run.figures.removed,
                "beyond": run.figures.beyond,
                "beyond_per_1000": per_thousand(run.figures.beyond, self.set.meta.clean_units),
                "orphans": run.figures.orphans,
                "figures": all,
            })
        };
        let place = |unit: Unit| {
            json!({
                "article": self.set.articles[unit.article.0 as usize].id,
                "bytes": [unit.span.start, unit.span.end],
                "text": self.unit(unit),
            })
        };
        let pair = |pair: &Borderline| {
            json!({
                "unit": pair.repeat.removed.kind.to_string(),
                "similarity": rounded(pair.repeat.similarity.value()),
                "grade": pair.grade.map(Grade::name),
                "kept": place(pair.repeat.kept),
                "repeat": place(pair.repeat.removed),
            })
        };
        json!({
            "set": self.set.meta,
            "measure": self.measure,
            "runs": self.runs.iter().map(run).collect::<Vec<_>>(),
            "untested_languages": self.untested,
            "above": self.above.iter().map(pair).collect::<Vec<_>>(),
            "below": self.below.iter().map(pair).collect::<Vec<_>>(),
        })
    }
}

/// The name of a grade as the head of a column.
fn short(grade: Grade) -> &'static str {
    grade.name().trim_start_matches("trap_")
}

fn row(out: &mut impl Write, head: &str, cells: impl Iterator<Item = String>) -> Result<()> {
    let cells: String = cells.map(|cell| format!("{cell:>9}")).collect();
    Ok(writeln!(out, "{head:10}{cells}")?)
}

#[expect(clippy::cast_precision_loss, reason = "counts of pairs and units")]
fn ratio(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| rounded(part as f64 / of as f64))
}

fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

fn per_thousand(part: u64, of: u64) -> Option<f64> {
    ratio(1000 * part, of)
}

fn share(tally: Tally) -> String {
    ratio(tally.found, tally.pairs).map_or_else(|| "–".to_owned(), |share| format!("{share:.3}"))
}
