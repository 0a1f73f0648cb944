//! What was found of a planted set, and what else went.

use super::edits::Grade;
use super::plant::{half_filled, planted_spans, shared};
use super::truth::{Article, Set, Spot, read_lines};
use anyhow::{Context, Result, bail};
use redite::segment::Language;
use redite::{ArticleId, Detection, Detector, Span, UnitKind};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Articles that are cut and folded side by side.
const BATCH: usize = 1024;

/// A removed unit, and what it was removed in favour of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Removal {
    pub(crate) removed: Spot,
    pub(crate) kept: Spot,
}

/// Pairs, and how many of them were found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) pairs: u64,
    pub(crate) found: u64,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) removed: u64,
    /// Removed units that no planted pair explains.
    pub(crate) beyond: u64,
    /// Removed units whose kept text was itself removed, more than a fifth of it.
    pub(crate) orphans: u64,
    pub(crate) tallies: BTreeMap<(UnitKind, Grade, String), Tally>,
}

impl Figures {
    /// The tally of one kind and grade over all languages.
    pub(crate) fn total(&self, kind: UnitKind, grade: Grade) -> Tally {
        let mine = self.tallies.iter().filter(|((k, g, _), _)| (*k, *g) == (kind, grade));
        mine.fold(Tally::default(), |sum, (_, tally)| Tally {
            pairs: sum.pairs + tally.pairs,
            found: sum.found + tally.found,
        })
    }
}

/// Runs the pipeline over a set.
pub(crate) fn detect(set: &Set, detector: &Detector, observe: &(dyn Fn(f64) + Sync)) -> Result<Detection> {
    let mut session = detector.session();
    for batch in set.articles.chunks(BATCH) {
        let articles: Vec<redite::Article<'_>> = batch.iter().map(article).collect();
        session.push_all(&articles)?;
    }
    Ok(session.finish_observed(observe))
}

fn article(article: &Article) -> redite::Article<'_> {
    redite::Article::new(article.text.as_str()).with_language(Language::from_tag(&article.lang))
}

/// What a run removed, with the white space that goes along, as `clean --removed` would write it.
pub(crate) fn removals(set: &Set, detection: &Detection) -> Result<Vec<Removal>> {
    let mut out = Vec::new();
    for ((id, article), text) in (0..).zip(0..).zip(set.articles.iter().map(|a| &a.text)) {
        let cuts = detection.cuts(ArticleId(id), 0, text)?;
        out.extend(cuts.into_iter().map(|cut| Removal {
            removed: Spot {
                article,
                span: cut.span,
            },
            kept: Spot {
                article: cut.repeat.kept.article.0 as usize,
                span: cut.repeat.kept.span,
            },
        }));
    }
    Ok(out)
}

/// Holds removals against the truth.
pub(crate) fn score(set: &Set, removals: &[Removal]) -> Figures {
    let mut gone: Vec<Vec<Span>> = vec![Vec::new(); set.articles.len()];
    for removal in removals {
        gone[removal.removed.article].push(removal.removed.span);
    }
    gone.iter_mut().for_each(|spans| *spans = union(std::mem::take(spans)));
    let covered = |spot: Spot| -> usize {
        let spans = &gone[spot.article];
        let first = spans.partition_point(|s| s.end <= spot.span.start);
        let near = spans[first..].iter().take_while(|s| s.start < spot.span.end);
        near.map(|s| shared(*s, spot.span)).sum()
    };
    let gone = |spot: Spot| 5 * covered(spot) >= 4 * spot.span.len();
    let lost = |fact: &Spot| 2 * covered(*fact) >= fact.span.len();
    let planted = planted_spans(set.articles.len(), &set.pairs);
    let mut out = Figures {
        removed: removals.len() as u64,
        ..Figures::default()
    };
    for removal in removals {
        let Removal { removed, kept } = removal;
        out.beyond += u64::from(!half_filled(removed.span, &planted[removed.article]));
        out.orphans += u64::from(5 * covered(*kept) > kept.span.len());
    }
    for pair in &set.pairs {
        let tally = out
            .tallies
            .entry((pair.kind, pair.grade, pair.lang.clone()))
            .or_default();
        tally.pairs += 1;
        tally.found += u64::from(match pair.facts[..] {
            [] => gone(pair.source) || gone(pair.copy),
            _ => pair.facts.iter().any(lost),
        });
    }
    out
}

/// The same bytes as sorted spans that do not overlap.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// A line of a file of removed units, as far as it is needed here.
#[derive(Debug, Deserialize)]
struct Line {
    /// Missing in the header, the trailers and the end.
    article: Option<Value>,
    unit: Option<String>,
    bytes: Option<[u32; 2]>,
    kept: Option<KeptLine>,
    /// A record that was left out altogether: its units have lines of their own.
    dropped: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct KeptLine {
    article: Value,
    bytes: [u32; 2],
}

/// Reads a file of removed units of a planted set: of each line `article`, `unit`, `bytes`, and of `kept` `article` and
/// `bytes`.
pub(crate) fn read_removals(path: &Path, set: &Set) -> Result<Vec<Removal>> {
    let by_id: HashMap<&str, usize> = set
        .articles
        .iter()
        .enumerate()
        .map(|(i, a)| (a.id.as_str(), i))
        .collect();
    let spot = |id: &Value, [start, end]: [u32; 2]| -> Result<Spot> {
        let number = id.as_number().map(ToString::to_string);
        let id = id
            .as_str()
            .or(number.as_deref())
            .context("`article` is neither a string nor a number")?;
        let article = by_id.get(id).copied();
        let article = article.with_context(|| format!("the planted set has no article {id:?}"))?;
        match set.articles[article].text.get(start as usize..end as usize) {
            Some(_) => Ok(Spot {
                article,
                span: Span::new(start, end),
            }),
            None => bail!("article {id:?} has no bytes {start} to {end}, or they are no whole characters"),
        }
    };
    let lines = read_lines(path, |line: Line| match line {
        Line { dropped: Some(_), .. } | Line { article: None, .. } => Ok(None),
        Line {
            article: Some(article),
            unit: Some(unit),
            bytes: Some(bytes),
            kept: Some(kept),
            ..
        } if matches!(unit.as_str(), "paragraph" | "sentence") => Ok(Some(Removal {
            removed: spot(&article, bytes)?,
            kept: spot(&kept.article, kept.bytes)?,
        })),
        _ => bail!("a removed unit needs `article`, `unit` (paragraph or sentence), `bytes` and `kept`"),
    })?;
    Ok(lines.into_iter().flatten().collect())
}
