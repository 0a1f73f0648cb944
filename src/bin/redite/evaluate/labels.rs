//! Pairs of texts that people have labelled: how many removals are right, and how many right ones are missed.
//!
//! Each pair is decided alone, as two articles of which the earlier one comes first. Labels are opinions of readers, and
//! few, so every share comes with its 95 % confidence interval (Wilson 1927).

use crate::amounts::{count, digits};
use crate::corpus::place;
use crate::diff::diff;
use crate::exit::Exit;
use crate::look;
use crate::paint::{Paint, visible};
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use redite::files::{Id, RankValue, ReadOptions};
use redite::segment::Language;
use redite::{Article, ArticleId, Detector, Reason};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

/// The field of a record with the label.
const LABEL: &str = "label";

/// What a reader says of removing the later text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Label {
    Right,
    Wrong,
    Arguable,
}

impl Label {
    fn of(value: &RankValue) -> Option<Self> {
        Some(match value {
            RankValue::Integer(1) => Self::Right,
            RankValue::Integer(0) => Self::Wrong,
            RankValue::Text(text) => match text.as_str() {
                "right" | "1" => Self::Right,
                "wrong" | "0" => Self::Wrong,
                "arguable" => Self::Arguable,
                _ => return None,
            },
            _ => return None,
        })
    }
}

#[derive(Debug)]
struct Pair {
    id: String,
    /// `None` if the record does not say.
    language: Option<Language>,
    /// Its code, or that of what the earlier text is detected as.
    code: String,
    earlier: String,
    later: String,
    label: Label,
}

impl Pair {
    /// Why one of the texts goes in favour of the other, at least four fifths of it; `None` if both stay.
    fn removed(&self, detector: &Detector) -> Option<Reason> {
        let texts = [self.earlier.as_str(), self.later.as_str()];
        let detection = detector.detect(texts.map(|text| {
            let mut article = Article::new(text);
            article.language = self.language;
            article
        }));
        let gone = |side: u32| {
            let repeats = detection.repeats_in(ArticleId(side));
            let repeats: Vec<_> = repeats.filter(|repeat| repeat.kept.article.0 != side).collect();
            let bytes: usize = repeats.iter().map(|repeat| repeat.removed.span.len()).sum();
            let is_gone = bytes > 0 && 5 * bytes >= 4 * texts[side as usize].trim().len();
            let near = repeats.iter().any(|repeat| repeat.reason == Reason::Near);
            is_gone.then_some(if near { Reason::Near } else { Reason::Equal })
        };
        gone(1).or_else(|| gone(0))
    }
}

/// Labelled pairs.
#[derive(Debug)]
pub(crate) struct Labelled {
    pairs: Vec<Pair>,
    pub(crate) exit: Exit,
}

impl Labelled {
    /// Reads them: records with the two text fields that `options` name, the earlier text's first, and `label`; with a
    /// language and an identity if they have them.
    pub(crate) fn read(path: &Path, options: ReadOptions, strict: bool) -> Result<Self> {
        let options = ReadOptions {
            rank_field: Some(LABEL.to_owned()),
            ..options
        };
        names(&options)?;
        let mut pairs = Vec::new();
        let read = look::each_record(&[path.to_owned()], &options, strict, |source, record, fields| {
            let here = || place(source, record.place);
            let [earlier, later] = &fields.texts[..] else {
                let [earlier, later] = names(&options)?;
                bail!("{}: a labelled pair needs the fields `{earlier}` and `{later}`", here());
            };
            let label = fields.rank.as_ref().and_then(Label::of);
            let label = label.with_context(|| {
                format!(
                    "{}: the field `label` must be right (or 1), wrong (or 0) or arguable",
                    here()
                )
            })?;
            let language = fields.lang.as_deref().map(Language::from_tag);
            pairs.push(Pair {
                id: fields.id.as_ref().map_or_else(here, |id: &Id| id.text().into_owned()),
                language,
                code: language
                    .unwrap_or_else(|| Language::detect(&earlier.text))
                    .code()
                    .to_owned(),
                earlier: earlier.text.clone(),
                later: later.text.clone(),
                label,
            });
            Ok(ControlFlow::Continue(()))
        })?;
        if pairs.is_empty() {
            bail!(
                "{}: no labelled pair could be read; give records with the text fields and `label`",
                path.display()
            );
        }
        Ok(Self {
            pairs,
            exit: read.exit(),
        })
    }

    /// Decides each pair.
    pub(crate) fn run(&self, detector: &Detector) -> Run {
        let removed = self.pairs.par_iter().map(|pair| pair.removed(detector)).collect();
        Run {
            threshold: detector.settings().threshold().value(),
            removed,
        }
    }

    fn labels(&self) -> Counts {
        self.pairs.iter().collect()
    }

    /// The pairs with what a run says of them.
    fn decided<'s>(&'s self, run: &'s Run) -> impl Iterator<Item = (&'s Pair, Option<Reason>)> + Clone {
        self.pairs.iter().zip(run.removed.iter().copied())
    }

    /// The pairs with a label that were removed, or were not.
    fn decided_so<'s>(&'s self, run: &'s Run, label: Label, removed: bool) -> impl Iterator<Item = &'s Pair> {
        self.decided(run)
            .filter(move |(pair, why)| pair.label == label && why.is_some() == removed)
            .map(|(pair, _)| pair)
    }

    /// The figures of one run, of some of the pairs.
    fn figures(&self, run: &Run, of: impl Fn(&Pair) -> bool) -> Figures {
        let decided = self.decided(run).filter(|(pair, _)| of(pair));
        let by = |reason| {
            let mine = decided.clone().filter(move |(_, why)| *why == Some(reason));
            mine.map(|(pair, _)| pair).collect::<Counts>()
        };
        let stay = decided.clone().filter(|(_, why)| why.is_none());
        Figures {
            near: by(Reason::Near),
            equal: by(Reason::Equal),
            stay: stay.map(|(pair, _)| pair).collect(),
        }
    }

    /// By language, those with most pairs first.
    fn by_language(&self, run: &Run) -> Vec<(&str, Figures)> {
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        for pair in &self.pairs {
            *languages.entry(&pair.code).or_default() += 1;
        }
        let mut languages: Vec<_> = languages.into_iter().collect();
        languages.sort_by_key(|&(code, pairs)| (std::cmp::Reverse(pairs), code));
        let figures = |(code, _)| (code, self.figures(run, |pair| pair.code == code));
        languages.into_iter().map(figures).collect()
    }

    /// The figures for people, with up to `sample` of the pairs that are decided otherwise than labelled, of each kind.
    pub(crate) fn text(&self, runs: &[Run], sample: usize, paint: Paint, out: &mut impl Write) -> Result<()> {
        let Counts { right, wrong, arguable } = self.labels();
        writeln!(
            out,
            "{}: {} right, {} wrong, {} arguable",
            count(self.pairs.len() as u64, "labelled pair"),
            digits(right),
            digits(wrong),
            digits(arguable),
        )?;
        for run in runs {
            heading(&format!("Removed at {}", run.threshold), paint, out)?;
            let figures = self.figures(run, |_| true);
            row("near", figures.near, figures.near_recall(), out)?;
            row("equal", figures.equal, None, out)?;
        }
        let Some(first) = runs.first() else {
            return Ok(());
        };
        let languages = self.by_language(first);
        if languages.len() > 1 {
            heading(&format!("Near, at {}", first.threshold), paint, out)?;
            for (code, figures) in languages {
                row(visible(code).as_ref(), figures.near, figures.near_recall(), out)?;
            }
        }
        for (title, label, removed) in [
            ("Wrong, but removed", Label::Wrong, true),
            ("Right, but kept", Label::Right, false),
        ] {
            let mut shown = self.decided_so(first, label, removed).take(sample).peekable();
            if shown.peek().is_some() {
                writeln!(out, "\n{}", paint.bold(title))?;
            }
            for pair in shown {
                writeln!(out, "{}  {}", paint.dim(visible(&pair.id)), visible(&pair.code))?;
                writeln!(out, "  {}", diff(&pair.earlier, &pair.later).show(paint))?;
            }
        }
        Ok(())
    }

    pub(crate) fn json(&self, runs: &[Run]) -> Value {
        let run = |run: &Run| {
            let ids = |label, removed| -> Vec<&str> {
                self.decided_so(run, label, removed)
                    .map(|pair| pair.id.as_str())
                    .collect()
            };
            let languages = self.by_language(run);
            json!({
                "threshold": run.threshold,
                "all": self.figures(run, |_| true).json(),
                "languages": languages.iter().map(|(code, f)| ((*code).to_owned(), f.json())).collect::<serde_json::Map<_, _>>(),
                "wrong_removed": ids(Label::Wrong, true),
                "right_kept": ids(Label::Right, false),
            })
        };
        json!({
            "labels": self.labels().json(),
            "runs": runs.iter().map(run).collect::<Vec<_>>(),
        })
    }
}

/// The names of the fields with the earlier and the later text.
fn names(options: &ReadOptions) -> Result<[&str; 2]> {
    match &options.text_fields[..] {
        [earlier, later] => Ok([earlier, later]),
        _ => bail!("--text-field: with --labels give two fields, that of the earlier text first, as in earlier,later"),
    }
}

/// Why one text of each pair is removed at a threshold; `None` if both stay.
#[derive(Debug)]
pub(crate) struct Run {
    threshold: f64,
    removed: Vec<Option<Reason>>,
}

/// Pairs by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    right: u64,
    wrong: u64,
    arguable: u64,
}

impl<'p> FromIterator<&'p Pair> for Counts {
    fn from_iter<I: IntoIterator<Item = &'p Pair>>(pairs: I) -> Self {
        let mut counts = Self::default();
        for pair in pairs {
            *match pair.label {
                Label::Right => &mut counts.right,
                Label::Wrong => &mut counts.wrong,
                Label::Arguable => &mut counts.arguable,
            } += 1;
        }
        counts
    }
}

impl Counts {
    /// The right among the right and wrong ones.
    fn precision(self) -> Option<Share> {
        Share::of(self.right, self.right + self.wrong)
    }

    fn json(self) -> Value {
        json!({"right": self.right, "wrong": self.wrong, "arguable": self.arguable})
    }
}

/// Pairs by outcome, then by label.
#[derive(Clone, Copy, Debug)]
struct Figures {
    near: Counts,
    equal: Counts,
    stay: Counts,
}

impl Figures {
    /// Of the right pairs whose texts are not equal, those that are removed.
    fn near_recall(self) -> Option<Share> {
        Share::of(self.near.right, self.near.right + self.stay.right)
    }

    fn json(self) -> Value {
        let share = |share: Option<Share>| share.map(Share::json);
        json!({
            "near": self.near.json(), "equal": self.equal.json(), "kept": self.stay.json(),
            "near_precision": share(self.near.precision()),
            "near_recall": share(self.near_recall()),
            "equal_precision": share(self.equal.precision()),
        })
    }
}

/// A share and its 95 % confidence interval.
#[derive(Clone, Copy, Debug)]
struct Share {
    value: f64,
    low: f64,
    high: f64,
}

impl Share {
    /// Wilson's score interval; `None` of nothing.
    #[expect(clippy::cast_precision_loss, reason = "counts of pairs")]
    fn of(hits: u64, of: u64) -> Option<Self> {
        const Z: f64 = 1.959_964;
        if of == 0 {
            return None;
        }
        let (hits, of) = (hits as f64, of as f64);
        let value = hits / of;
        let middle = value + Z * Z / (2.0 * of);
        let half = Z * (value * (1.0 - value) / of + Z * Z / (4.0 * of * of)).sqrt();
        let scale = 1.0 + Z * Z / of;
        Some(Self {
            value,
            low: (middle - half) / scale,
            high: (middle + half) / scale,
        })
    }

    fn json(self) -> Value {
        let [value, low, high] = [self.value, self.low, self.high].map(|share| (share * 1e4).round() / 1e4);
        json!({"value": value, "low": low, "high": high})
    }

    fn show(share: Option<Self>) -> String {
        share.map_or_else(
            || "–".to_owned(),
            |Self { value, low, high }| format!("{value:.3} ({low:.3} to {high:.3})"),
        )
    }
}

fn heading(title: &str, paint: Paint, out: &mut impl Write) -> Result<()> {
    let columns = format!(
        "{:>8}{:>8}{:>10}  {:<24}{}",
        "right", "wrong", "arguable", "precision (95 %)", "recall (95 %)"
    );
    Ok(writeln!(out, "\n{}{columns}", paint.bold(format!("{title:<18}")))?)
}

fn row(name: &str, counts: Counts, recall: Option<Share>, out: &mut impl Write) -> Result<()> {
    let Counts { right, wrong, arguable } = counts;
    let [right, wrong, arguable] = [right, wrong, arguable].map(digits);
    let (precision, recall) = (Share::show(counts.precision()), Share::show(recall));
    let line = format!("  {name:<16}{right:>8}{wrong:>8}{arguable:>10}  {precision:<24}{recall}");
    Ok(writeln!(out, "{}", line.trim_end())?)
}

#[cfg(test)]
mod tests {
    use super::Share;

    /// Newcombe 1998, Statistics in Medicine 17, table I: method 3.
    #[test]
    fn the_interval_is_that_of_the_literature() {
        for (hits, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let share = Share::of(hits, of).unwrap();
            assert!(
                (share.low - low).abs() < 1e-4 && (share.high - high).abs() < 1e-4,
                "{hits} of {of}: {share:?}"
            );
        }
        assert!(Share::of(0, 0).is_none());
    }
}
