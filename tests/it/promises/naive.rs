//! All pairs, one after the other, by the public parts of the rooms: as slow as it is plain.

use super::segment;
use redite::fold::fold;
use redite::join::{covers, missing_numbers};
use redite::segment::Language;
use redite::{Article, ArticleId, Keep, Numbers, Rank, Reason, Scope, Settings, Span, Unit, UnitKind};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Removed unit, kept unit, why.
pub(crate) type Decided = BTreeMap<Unit, (Unit, Reason)>;

#[derive(Clone)]
struct Candidate {
    unit: Unit,
    fold: String,
    weight: u32,
    rank: Option<Rank>,
    /// Of a sentence that might be several, what it might be.
    parts: Vec<Candidate>,
    /// Of a part: the next one begins with a small letter.
    is_leant_on: bool,
}

/// What the documentation of `decide` says, word for word.
pub(crate) fn decide(settings: &Settings, articles: &[Article<'_>]) -> Decided {
    let strict = settings.numbers() == Numbers::Strict;
    let (mut paragraphs, mut sentences) = (Vec::new(), Vec::new());
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        cut(settings, id, article, &mut paragraphs, &mut sentences);
    }
    let mut out = Decided::new();
    if settings.units().paragraphs_too() {
        out = leaders(settings, &paragraphs, strict);
    }
    if settings.units().sentences_too() {
        // what stands for another stays whole
        let mut whole: BTreeSet<Unit> = out.values().map(|kept| kept.0).collect();
        if settings.units().paragraphs_too() && strict {
            whole.extend(versions(settings, &paragraphs, &sentences, &out));
        }
        sentences.retain(|s| !out.keys().any(|gone| inside(gone, &s.unit)));
        let mut decided = leaders(settings, &sentences, strict);
        decided.retain(|gone, _| !whole.iter().any(|kept| inside(kept, gone)));
        whole.extend(decided.values().map(|kept| kept.0));
        sentences.retain(|s| !decided.contains_key(&s.unit) && settings.is_judged(s.weight));
        out.extend(decided);
        out.extend(parts_that_go(settings, &sentences, &whole));
    }
    out
}

/// All sentences, whether they go or not.
pub(crate) fn sentences(settings: &Settings, articles: &[Article<'_>]) -> BTreeSet<Unit> {
    let mut sentences = Vec::new();
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        cut(settings, id, article, &mut Vec::new(), &mut sentences);
    }
    sentences.iter().map(|s| s.unit).collect()
}

fn inside(outer: &Unit, inner: &Unit) -> bool {
    (outer.article, outer.field) == (inner.article, inner.field) && outer.span.contains(inner.span)
}

/// The paragraphs that stay and are like another that stays but for numbers, if they say the same with other numbers
/// in one of their parts, or share two parts; and if there is more in their text.
fn versions(settings: &Settings, paragraphs: &[Candidate], sentences: &[Candidate], gone: &Decided) -> Vec<Unit> {
    let finest = |paragraph: &Unit| {
        let mut out: Vec<&Candidate> = Vec::new();
        for sentence in sentences.iter().filter(|s| inside(paragraph, &s.unit)) {
            if sentence.parts.is_empty() {
                out.push(sentence);
            }
            out.extend(&sentence.parts);
        }
        out
    };
    let place = |u: &Unit| (u.article, u.field);
    let kept: Vec<Candidate> = paragraphs
        .iter()
        .filter(|p| !gone.contains_key(&p.unit))
        .cloned()
        .collect();
    let is_version = |later: &Unit, earlier: &Unit| {
        let there = finest(earlier);
        let shared: Vec<(&Candidate, &Candidate)> = finest(later)
            .into_iter()
            .filter(|part| settings.is_judged(part.weight))
            .filter_map(|part| Some((part, *there.iter().find(|other| matches(settings, part, other, false))?)))
            .collect();
        let numbers_differ = |(a, b): &(&Candidate, &Candidate)| !missing_numbers(&a.fold, &b.fold).is_empty();
        shared.len() > 1 || shared.iter().any(numbers_differ)
    };
    leaders(settings, &kept, false)
        .into_iter()
        .filter(|(later, _)| paragraphs.iter().filter(|p| place(&p.unit) == place(later)).count() > 1)
        .filter(|(later, (earlier, _))| is_version(later, earlier))
        .map(|(later, _)| later)
        .collect()
}

/// Of the sentences that stay, the parts that repeat a sentence of one part, or a part that comes before.
fn parts_that_go(settings: &Settings, sentences: &[Candidate], whole: &BTreeSet<Unit>) -> Decided {
    let strict = settings.numbers() == Numbers::Strict;
    let judged = |c: &&Candidate| settings.is_judged(c.weight / 2);
    let mut kept: Vec<&Candidate> = sentences.iter().filter(|s| s.parts.is_empty()).filter(judged).collect();
    in_order(settings, &mut kept);
    let mut parts: Vec<&Candidate> = sentences.iter().flat_map(|s| &s.parts).filter(judged).collect();
    in_order(settings, &mut parts);
    let mut out = Decided::new();
    for part in parts {
        let place = (settings.scope() == Scope::Article).then_some(part.unit.article);
        let fits = |k: &&&Candidate| fits(place, k) && matches(settings, part, k, strict);
        let Some(found) = kept.iter().find(fits) else {
            kept.push(part);
            continue;
        };
        if !part.is_leant_on && !whole.iter().any(|unit| inside(unit, &part.unit)) {
            let reason = if found.fold == part.fold {
                Reason::Equal
            } else {
                Reason::Near
            };
            out.insert(part.unit, (found.unit, reason));
        }
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
        .or(settings.language())
        .unwrap_or_else(|| longest.map_or(Language::UNKNOWN, |t| Language::detect(t)));
    for (field, text) in (0..).zip(&from.texts) {
        let candidate = |kind, span: Span, made_of: &[Candidate]| Candidate {
            unit: Unit {
                article,
                field,
                span,
                kind,
            },
            fold: {
                let folds: Vec<&str> = made_of.iter().map(|c| &*c.fold).filter(|f| !f.is_empty()).collect();
                folds.join(" ")
            },
            weight: made_of.iter().map(|c| c.weight).sum(),
            rank: from.rank.clone(),
            parts: Vec::new(),
            is_leant_on: false,
        };
        let mut spans = Vec::new();
        segment::paragraphs(text, settings.paragraphs(), &mut spans);
        for paragraph in spans {
            let mut found = Vec::new();
            segment::sentences(&text[paragraph.range()], language, &mut found);
            let mut made_of = Vec::new();
            for sentence in found.iter().map(|s| s.shifted(paragraph.start)) {
                let mut spans = Vec::new();
                segment::parts(&text[sentence.range()], &mut spans);
                let spans: Vec<Span> = spans.iter().map(|s| s.shifted(sentence.start)).collect();
                let mut parts = Vec::new();
                for (i, span) in spans.iter().enumerate() {
                    let folded = fold(&text[span.range()]);
                    let next = spans.get(i + 1).and_then(|s| text[s.range()].chars().next());
                    parts.push(Candidate {
                        fold: folded.as_str().to_owned(),
                        weight: folded.weight(),
                        is_leant_on: next.is_some_and(char::is_lowercase),
                        ..candidate(UnitKind::Sentence, *span, &[])
                    });
                }
                let whole = candidate(UnitKind::Sentence, sentence, &parts);
                made_of.push(Candidate {
                    parts: if parts.len() > 1 { parts } else { Vec::new() },
                    ..whole
                });
            }
            paragraphs.push(candidate(UnitKind::Paragraph, paragraph, &made_of));
            sentences.extend(made_of);
        }
    }
}

fn in_order(settings: &Settings, order: &mut [&Candidate]) {
    match settings.keep() {
        Keep::First => {}
        Keep::Last => order.reverse(),
        Keep::Longest => order.sort_by_key(|c| std::cmp::Reverse(c.weight)),
        Keep::LowestRank => order.sort_by(|a, b| by_rank(a, b, false)),
        Keep::HighestRank => order.sort_by(|a, b| by_rank(a, b, true)),
    }
}

fn leaders(settings: &Settings, all: &[Candidate], strict: bool) -> Decided {
    let mut order: Vec<&Candidate> = all.iter().filter(|c| settings.is_judged(c.weight)).collect();
    in_order(settings, &mut order);
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
        let found = kept
            .iter()
            .find(|k| fits(place, k) && matches(settings, candidate, k, strict));
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

fn matches(settings: &Settings, later: &Candidate, kept: &Candidate, strict: bool) -> bool {
    let (a, b) = (&*later.fold, &*kept.fold);
    if a == b || a.is_empty() || b.is_empty() {
        return a == b && !a.is_empty();
    }
    settings.threshold().admits(settings.measure().similarity(a, b))
        && (!strict || missing_numbers(a, b).is_empty())
        && covers(a, b, settings.threshold())
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
