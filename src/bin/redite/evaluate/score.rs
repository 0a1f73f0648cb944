//! What was found of a planted set, and what else went.

use super::grade::Grade;
use super::text::{length, missing, numbers, units};
use super::truth::{Article, Pair, Set, Spot, read_lines};
use anyhow::{Context, Result, bail};
use redite::segment::Language;
use redite::{ArticleId, Detection, Detections, Detector, Keep, Span, UnitKind};
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
    /// At least one of the two went.
    pub(crate) found: u64,
    /// Both went.
    pub(crate) both: u64,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) removed: u64,
    /// Removed units that no planted pair explains.
    pub(crate) beyond: u64,
    /// Removed units of which too little stands in the text that was kept.
    pub(crate) weak: u64,
    /// Others with a number that the text that was kept does not hold.
    pub(crate) facts_lost: u64,
    /// Removed units whose kept text was itself removed.
    pub(crate) orphans: u64,
    /// By the grade that the pairs are scored as.
    pub(crate) tallies: BTreeMap<(UnitKind, Grade, String), Tally>,
}

impl Figures {
    /// The tally of one kind and grade over all languages.
    pub(crate) fn total(&self, kind: UnitKind, grade: Grade) -> Tally {
        let mine = self.tallies.iter().filter(|((k, g, _), _)| (*k, *g) == (kind, grade));
        mine.fold(Tally::default(), |sum, (_, tally)| Tally {
            pairs: sum.pairs + tally.pairs,
            found: sum.found + tally.found,
            both: sum.both + tally.both,
        })
    }
}

/// Runs the pipeline over the articles of a set.
pub(crate) fn detect(
    articles: &[Article],
    detector: &Detector,
    observe: &(dyn Fn(redite::Progress) + Sync),
) -> Result<Detections> {
    let mut session = detector.session();
    for batch in articles.chunks(BATCH) {
        let articles: Vec<redite::Article<'_>> = batch.iter().map(article).collect();
        session.push_all(&articles)?;
    }
    Ok(session.finish_observed(observe)?)
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

/// Holds removals against the truth, as `truth` says. `keep`: which of two equals they keep.
pub(crate) fn score(set: &Set, removals: &[Removal], keep: Keep) -> Figures {
    let mut removed: Vec<Vec<Span>> = vec![Vec::new(); set.articles.len()];
    for removal in removals {
        removed[removal.removed.article].push(removal.removed.span);
    }
    let gone: Vec<Vec<Span>> = removed.into_iter().map(union).collect();
    // those of an article that reach into a span
    let near = |spot: Spot| {
        let spans = &gone[spot.article];
        let first = spans.partition_point(|s| s.end <= spot.span.start);
        spans[first..].iter().take_while(move |s| s.start < spot.span.end)
    };
    let is_gone = |spot: Spot| {
        let covered: usize = near(spot).map(|s| shared(*s, spot.span)).sum();
        5 * covered >= 4 * spot.span.len()
    };
    let planted = planted_spans(set.articles.len(), &set.pairs);
    let mut out = Figures {
        removed: removals.len() as u64,
        ..Figures::default()
    };
    for Removal { removed, kept } in removals {
        out.beyond += u64::from(!half_filled(removed.span, &planted[removed.article]));
        out.orphans += u64::from(near(*kept).any(|s| 5 * shared(*s, kept.span) > kept.span.len()));
        let (repeat, original) = (set.text(*removed), set.text(*kept));
        if is_weak(repeat, original) {
            out.weak += 1;
        } else {
            out.facts_lost += u64::from(missing(&numbers(repeat), &numbers(original)) > 0);
        }
    }
    for pair in &set.pairs {
        let grade = scored_as(set, pair, keep);
        let (source, copy) = match grade {
            Grade::TrapAdded => (false, added(pair).is_some_and(is_gone)),
            _ => (is_gone(pair.source), is_gone(pair.copy)),
        };
        let tally = out.tallies.entry((pair.kind, grade, pair.lang.clone())).or_default();
        tally.pairs += 1;
        tally.found += u64::from(source || copy);
        tally.both += u64::from(source && copy);
    }
    out
}

/// The grade of a pair, or what would be lost with the one of the two that is given up.
fn scored_as(set: &Set, pair: &Pair, keep: Keep) -> Grade {
    let (source, copy) = (set.text(pair.source), set.text(pair.copy));
    let copy_goes = match keep {
        Keep::Last => !pair.copy_is_later(),
        Keep::Longest if length(copy) != length(source) => length(copy) < length(source),
        _ => pair.copy_is_later(),
    };
    let (goes, stays) = if copy_goes { (copy, source) } else { (source, copy) };
    if !pair.grade.is_trap() && missing(&numbers(goes), &numbers(stays)) > 0 {
        Grade::TrapFacts
    } else if pair.grade == Grade::Clause && !copy_goes {
        Grade::TrapClause
    } else {
        pair.grade
    }
}

/// The sentence that stands behind the copied text, without the space before it.
fn added(pair: &Pair) -> Option<Spot> {
    let copy = pair.copy.span;
    let start = copy.start + u32::try_from(pair.source.span.len()).ok()? + 1;
    (start < copy.end).then(|| Spot {
        article: pair.copy.article,
        span: Span::new(start, copy.end),
    })
}

/// True if less than 60 % of the words of a text stand in another one; of scripts without spaces, of the pairs of letters.
fn is_weak(text: &str, other: &str) -> bool {
    let (ours, theirs) = (units(text), units(other));
    let by_letter = ours.len() > 1 && ours.iter().all(|unit| unit.chars().count() == 1);
    let pieces = |units: Vec<String>| -> Vec<String> {
        match by_letter {
            true => units.windows(2).map(|pair| pair.join(" ")).collect(),
            false => units,
        }
    };
    let (ours, theirs) = (pieces(ours), pieces(theirs));
    5 * (ours.len() - missing(&ours, &theirs)) < 3 * ours.len().max(1)
}

/// What was planted or copied in each article.
pub(super) fn planted_spans(articles: usize, pairs: &[Pair]) -> Vec<Vec<Span>> {
    let mut out = vec![Vec::new(); articles];
    for spot in pairs.iter().flat_map(|pair| [pair.source, pair.copy]) {
        out[spot.article].push(spot.span);
    }
    out
}

/// True if one of `spans` fills more than half of `span`.
pub(super) fn half_filled(span: Span, spans: &[Span]) -> bool {
    spans.iter().any(|s| 2 * shared(span, *s) > span.len())
}

/// Bytes in both.
fn shared(a: Span, b: Span) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize
}

/// The same bytes as sorted spans that do not overlap; those that only touch stay two.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
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
