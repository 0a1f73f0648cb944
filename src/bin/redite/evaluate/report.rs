//! The figures of an evaluation, for people and as JSON.

use super::borderline::Borderline;
use super::grade::{Grade, Wish};
use super::score::{Figures, Tally};
use super::truth::Set;
use crate::amounts::{count, digits};
use crate::diff::diff;
use crate::paint::{Paint, visible};
use anyhow::Result;
use redite::{Unit, UnitKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// A share of fewer pairs is uncertain.
pub(super) const FEW: u64 = 30;
const KINDS: [UnitKind; 2] = [UnitKind::Paragraph, UnitKind::Sentence];
/// The tables, in order.
const WISHES: [(Wish, &str); 3] = [
    (Wish::Removed, "Repeats found (more is better)"),
    (
        Wish::Either,
        "Several content words replaced, found (neither wanted nor refused)",
    ),
    (Wish::Kept, "Traps removed (less is better)"),
];

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
            "{} planted (seed {}) in a copy of {} in {}: {} of text, {}, {}",
            count(self.set.pairs.len() as u64, "pair"),
            meta.seed,
            count(meta.docs, "article"),
            count(languages.len() as u64, "language"),
            count(meta.text_bytes, "byte"),
            count(meta.pars, "paragraph"),
            count(meta.sents, "sentence"),
        )?;
        let mut few = false;
        for (wish, title) in WISHES {
            few |= self.table(title, wish, paint, out)?;
        }
        if few {
            writeln!(
                out,
                "\n* fewer than {FEW} pairs, so the share is uncertain; give more text or a higher --per-grade"
            )?;
        }
        self.removals(paint, out)?;
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

    /// The grades that pairs of a kind are scored as, in the order of tables.
    fn grades(&self, kind: UnitKind) -> Vec<Grade> {
        let scored = |grade: &Grade| self.runs.iter().any(|run| run.figures.total(kind, *grade).pairs > 0);
        Grade::ALL.into_iter().filter(scored).collect()
    }

    /// Shares over all languages; true if one rests on few pairs.
    fn table(&self, title: &str, wish: Wish, paint: Paint, out: &mut impl Write) -> Result<bool> {
        let mut few = false;
        let tables = KINDS.map(|kind| {
            let mut grades = self.grades(kind);
            grades.retain(|grade| grade.wish() == wish);
            (kind, grades)
        });
        if tables.iter().all(|(_, grades)| grades.is_empty()) {
            return Ok(false);
        }
        writeln!(out, "\n{}", paint.bold(title))?;
        for (kind, grades) in tables.into_iter().filter(|(_, grades)| !grades.is_empty()) {
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

    /// What was removed in all, and what is wrong with it for all that one can tell.
    fn removals(&self, paint: Paint, out: &mut impl Write) -> Result<()> {
        writeln!(out, "\n{}", paint.bold("Removed units"))?;
        let heads = ["all", "not planted", "weak", "facts lost", "orphans", "both of a pair"];
        let line = |out: &mut dyn Write, head: &str, cells: [String; 6]| -> Result<()> {
            let cells = heads
                .iter()
                .zip(cells)
                .map(|(head, cell)| format!("  {cell:>0$}", head.len().max(7)));
            Ok(writeln!(out, "{head:10}{}", cells.collect::<String>())?)
        };
        line(out, "", heads.map(str::to_owned))?;
        for run in &self.runs {
            let Figures {
                removed,
                beyond,
                weak,
                facts_lost,
                orphans,
                ..
            } = run.figures;
            let numbers = [removed, beyond, weak, facts_lost, orphans, self.both(run)];
            line(out, &run.name(), numbers.map(digits))?;
        }
        Ok(())
    }

    /// Pairs both of which went although one should stay.
    fn both(&self, run: &Run) -> u64 {
        let tallies = run.figures.tallies.iter().filter(|((_, grade, _), _)| !grade.is_trap());
        tallies.map(|(_, tally)| tally.both).sum()
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
            let grades = self.grades(kind);
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
                    "unit": kind.to_string(), "grade": grade.name(), "wish": wish(grade), "lang": lang,
                    "pairs": tally.pairs, "found": tally.found, "share": ratio(tally.found, tally.pairs),
                })
            };
            let mut all = Vec::new();
            for kind in KINDS {
                for grade in self.grades(kind) {
                    all.push(figure((kind, grade, None), run.figures.total(kind, grade)));
                }
            }
            let tallies = run.figures.tallies.iter();
            all.extend(tallies.map(|((kind, grade, lang), tally)| figure((*kind, *grade, Some(lang)), *tally)));
            json!({
                "threshold": run.threshold,
                "removed": run.figures.removed,
                "beyond_planted": run.figures.beyond,
                "weak": run.figures.weak,
                "facts_lost": run.figures.facts_lost,
                "orphans": run.figures.orphans,
                "both_removed": self.both(run),
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

pub(super) fn row(out: &mut impl Write, head: &str, cells: impl Iterator<Item = String>) -> Result<()> {
    let cells: String = cells.map(|cell| format!("{cell:>9}")).collect();
    Ok(writeln!(out, "{head:10}{}", cells.trim_end())?)
}

#[expect(clippy::cast_precision_loss, reason = "counts of pairs and units")]
pub(super) fn ratio(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| rounded(part as f64 / of as f64))
}

fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

/// What should become of the pairs of a grade, as JSON names it.
fn wish(grade: Grade) -> &'static str {
    match grade.wish() {
        Wish::Removed => "removed",
        Wish::Either => "either",
        Wish::Kept => "kept",
    }
}

fn share(tally: Tally) -> String {
    ratio(tally.found, tally.pairs).map_or_else(|| "–".to_owned(), |share| format!("{share:.3}"))
}
