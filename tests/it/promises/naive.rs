//! All pairs, one after the other, by the public parts of the rooms: as slow as it is plain.

use super::{numbers, segment};
use redite::fold::fold;
use redite::segment::Language;
use redite::{Article, ArticleId, Keep, Numbers, Rank, Reason, Scope, Settings, Unit, UnitKind};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Removed unit, kept unit, why.
pub(crate) type Decided = BTreeMap<Unit, (Unit, Reason)>;

struct Candidate {
    unit: Unit,
    fold: String,
    weight: u32,
    rank: Option<Rank>,
}

/// What the documentation of `decide` says, word for word.
pub(crate) fn decide(settings: &Settings, articles: &[Article<'_>]) -> Decided {
    let (mut paragraphs, mut sentences) = (Vec::new(), Vec::new());
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        cut(settings, id, article, &mut paragraphs, &mut sentences);
    }
    let mut out = Decided::new();
    if settings.units().paragraphs_too() {
        out = leaders(settings, &paragraphs);
    }
    if settings.units().sentences_too() {
        let inside = |outer: &Unit, inner: &Unit| {
            (outer.article, outer.field) == (inner.article, inner.field) && outer.span.contains(inner.span)
        };
        let whole: BTreeSet<Unit> = out.values().map(|kept| kept.0).collect();
        sentences.retain(|s| !out.keys().any(|gone| inside(gone, &s.unit)));
        let mut decided = leaders(settings, &sentences);
        decided.retain(|gone, _| !whole.iter().any(|kept| inside(kept, gone)));
        out.extend(decided);
    }
    out
}

trait Which {
    fn paragraphs_too(self) -> bool;
    fn sentences_too(self) -> bool;
}

impl Which for redite::UnitChoice {
    fn paragraphs_too(self) -> bool {
        self != Self::Sentences
    }

    fn sentences_too(self) -> bool {
        self != Self::Paragraphs
    }
}

fn cut(
    settings: &Settings,
    article: ArticleId,
    from: &Article<'_>,
    paragraphs: &mut Vec<Candidate>,
    sentences: &mut Vec<Candidate>,
) {
    // of equally long texts the last one, as `max_by_key` has it
    let longest = from.texts.iter().max_by_key(|t| t.len());
    let language = from
        .language
        .unwrap_or_else(|| longest.map_or(Language::UNKNOWN, |t| Language::detect(t)));
    for (field, text) in (0..).zip(&from.texts) {
        let mut spans = Vec::new();
        segment::paragraphs(text, settings.paragraphs(), &mut spans);
        for paragraph in spans {
            let inside = &text[paragraph.range()];
            let mut found = Vec::new();
            segment::sentences(inside, language, &mut found);
            let mut of = |kind, span, fold, weight| {
                let unit = Unit {
                    article,
                    field,
                    span,
                    kind,
                };
                let rank = from.rank.clone();
                let list = if kind == UnitKind::Paragraph {
                    &mut *paragraphs
                } else {
                    &mut *sentences
                };
                list.push(Candidate {
                    unit,
                    fold,
                    weight,
                    rank,
                });
            };
            let folds: Vec<_> = found.iter().map(|s| fold(&inside[s.range()])).collect();
            let whole: Vec<&str> = folds.iter().map(|f| f.as_str()).filter(|f| !f.is_empty()).collect();
            let weight = folds.iter().map(redite::fold::Tokens::weight).sum();
            of(UnitKind::Paragraph, paragraph, whole.join(" "), weight);
            for (span, fold) in found.iter().zip(&folds) {
                of(
                    UnitKind::Sentence,
                    span.shifted(paragraph.start),
                    fold.as_str().to_owned(),
                    fold.weight(),
                );
            }
        }
    }
}

fn leaders(settings: &Settings, all: &[Candidate]) -> Decided {
    let mut order: Vec<&Candidate> = all.iter().filter(|c| settings.is_judged(c.weight)).collect();
    match settings.keep() {
        Keep::First => {}
        Keep::Last => order.reverse(),
        Keep::Longest => order.sort_by_key(|c| std::cmp::Reverse(c.weight)),
        Keep::LowestRank => order.sort_by(|a, b| by_rank(a, b, false)),
        Keep::HighestRank => order.sort_by(|a, b| by_rank(a, b, true)),
    }
    let mut out = Decided::new();
    let mut kept: Vec<&Candidate> = Vec::new();
    // what the first unit with a fold became, the others become, too
    let mut known: BTreeMap<(Option<ArticleId>, &str), Option<Unit>> = BTreeMap::new();
    for candidate in order {
        let place = (settings.scope() == Scope::Article).then_some(candidate.unit.article);
        let key = (place, candidate.fold.as_str());
        if let Some(outcome) = known.get(&key) {
            let equal = || {
                kept.iter()
                    .find(|k| k.fold == candidate.fold && fits(place, k))
                    .map(|k| k.unit)
            };
            let decided = match outcome {
                Some(near) => Some((*near, Reason::Near)),
                None => equal().map(|unit| (unit, Reason::Equal)),
            };
            out.extend(decided.map(|d| (candidate.unit, d)));
            continue;
        }
        let found = kept.iter().find(|k| fits(place, k) && matches(settings, candidate, k));
        known.insert(key, found.map(|k| k.unit));
        match found {
            Some(k) => drop(out.insert(candidate.unit, (k.unit, Reason::Near))),
            None => kept.push(candidate),
        }
    }
    out
}

fn fits(place: Option<ArticleId>, kept: &Candidate) -> bool {
    place.is_none_or(|article| kept.unit.article == article)
}

fn matches(settings: &Settings, later: &Candidate, kept: &Candidate) -> bool {
    let similarity = settings.measure().similarity(&later.fold, &kept.fold);
    let there = numbers(&kept.fold);
    let stand = || {
        numbers(&later.fold)
            .iter()
            .all(|(n, times)| there.get(n).is_some_and(|t| t >= times))
    };
    settings.threshold().admits(similarity) && (settings.numbers() == Numbers::Ignore || stand())
}

fn by_rank(a: &Candidate, b: &Candidate, highest: bool) -> Ordering {
    match (&a.rank, &b.rank) {
        (Some(Rank::Number(x)), Some(Rank::Number(y))) if highest => y.total_cmp(x),
        (Some(Rank::Number(x)), Some(Rank::Number(y))) => x.total_cmp(y),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
