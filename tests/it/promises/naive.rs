//! All pairs, one after the other, by the public parts of the modules: the slow oracle.

use super::segment;
use redite::fold::fold;
use redite::join::Rule;
use redite::segment::Language;
use redite::verdict::missing_numbers;
use redite::{Article, ArticleId, Keep, Level, Rank, Reason, Scope, Settings, Span, Unit, UnitKind};
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
    let strict = settings.level() != Level::Boilerplate;
    let rule = settings.rule();
    let (mut paragraphs, mut sentences) = (Vec::new(), Vec::new());
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        cut(settings, id, article, &mut paragraphs, &mut sentences);
    }
    let all = (paragraphs.clone(), sentences.clone());
    let mut out = Decided::new();
    if settings.units().paragraphs_too() {
        out = leaders(settings, &paragraphs, &rule);
    }
    if settings.units().sentences_too() {
        // what stands for another stays whole
        let mut whole: BTreeSet<Unit> = out.values().map(|kept| kept.0).collect();
        if settings.units().paragraphs_too() && strict {
            whole.extend(versions(settings, &paragraphs, &sentences));
        }
        sentences.retain(|s| !out.keys().any(|gone| inside(gone, &s.unit)));
        let mut decided = leaders(settings, &sentences, &rule);
        decided.retain(|gone, _| !whole.iter().any(|kept| inside(kept, gone)));
        whole.extend(decided.values().map(|kept| kept.0));
        sentences.retain(|s| !decided.contains_key(&s.unit) && settings.is_judged(s.weight));
        out.extend(decided);
        out.extend(parts_that_go(settings, &sentences, &whole));
    }
    spare(articles, &all.0, &all.1, &mut out);
    out
}

/// Takes back what should stay: what `decide::spare` says, text by text.
fn spare(articles: &[Article<'_>], paragraphs: &[Candidate], sentences: &[Candidate], out: &mut Decided) {
    let text = |unit: &Unit| &articles[unit.article.0 as usize].texts[usize::from(unit.field)][unit.span.range()];
    let first = |unit: &Unit| text(unit).chars().find(|c| c.is_alphanumeric());
    let is_small = |unit: &Unit| {
        first(unit).is_some_and(|c| c.is_lowercase() && !matches!(c, 'ª' | 'º' | '\u{10d0}'..='\u{10ff}'))
    };
    let is_colon = |c: char| matches!(c, ':' | '：' | '\u{fe55}' | '\u{1365}' | '\u{1366}');
    let closes = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '"' | '”' | '»' | ')');
    let ends_in_colon = |unit: &Unit| text(unit).trim_end_matches(closes).ends_with(is_colon);
    let letters = |unit: &Unit| {
        let text = text(unit).trim_end_matches(closes);
        let word = text
            .trim_end_matches('.')
            .rsplit(|c: char| !c.is_alphanumeric() && c != '.')
            .next();
        let letters = word
            .into_iter()
            .flat_map(str::chars)
            .rev()
            .take(5)
            .filter(|c| c.is_alphabetic());
        (text.ends_with('.') && !text.ends_with("..")).then(|| letters.count())
    };
    let is_quoted = |unit: &Unit| text(unit).trim_end().ends_with(['"', '”', '»', '’']);
    let is_open = |unit: &Unit| is_quoted(unit) || letters(unit).is_none_or(|letters| letters < 5);
    let is_abbreviated = |unit: &Unit| letters(unit).is_some_and(|letters| (1..5).contains(&letters));
    let mut before: Option<Unit> = None;
    for paragraph in paragraphs {
        // what goes or stays as one, with its weight
        let mut leaves: Vec<(Unit, u32)> = Vec::new();
        let mut inside_one: Vec<Unit> = Vec::new();
        if out.contains_key(&paragraph.unit) {
            leaves.push((paragraph.unit, paragraph.weight));
        } else {
            for sentence in sentences.iter().filter(|s| inside(&paragraph.unit, &s.unit)) {
                if out.contains_key(&sentence.unit) || sentence.parts.is_empty() {
                    leaves.push((sentence.unit, sentence.weight));
                } else {
                    leaves.extend(sentence.parts.iter().map(|part| (part.unit, part.weight)));
                    inside_one.extend(sentence.parts[1..].iter().map(|part| part.unit));
                }
            }
        }
        let place = |unit: &Unit| (unit.article, unit.field);
        let capital = leaves
            .first()
            .and_then(|leaf| first(&leaf.0))
            .is_some_and(char::is_uppercase);
        for at in 0..leaves.len() {
            let here = leaves[at].0;
            let left = if at > 0 {
                Some(leaves[at - 1].0)
            } else {
                before.filter(|unit| place(unit) == place(&here))
            };
            let Some(left) = left.filter(|left| !out.contains_key(left)) else {
                continue;
            };
            let is_cut =
                inside_one.contains(&here) && is_abbreviated(&left) && first(&here).is_some_and(char::is_numeric);
            if ends_in_colon(&left) || at > 0 && capital && is_open(&left) && is_small(&here) || is_cut {
                out.remove(&here);
            }
        }
        for at in (1..leaves.len()).rev() {
            if leaves[at].1 > 4
                && capital
                && is_open(&leaves[at - 1].0)
                && is_small(&leaves[at].0)
                && !out.contains_key(&leaves[at].0)
            {
                out.remove(&leaves[at - 1].0);
            }
        }
        // line by line
        let mut lines: Vec<Vec<(Unit, u32)>> = Vec::new();
        for &(unit, weight) in &leaves {
            let whole = &articles[unit.article.0 as usize].texts[usize::from(unit.field)];
            let gap = &whole[..unit.span.range().start];
            let gap = &gap[gap.trim_end().len()..];
            if gap.contains(['\n', '\r']) || lines.is_empty() {
                lines.push(Vec::new());
            }
            let has_letters = text(&unit).chars().any(char::is_alphabetic);
            let last = lines.last_mut().expect("one was pushed");
            last.push((unit, if has_letters { weight } else { 0 }));
        }
        for line in lines {
            let left: u32 = line
                .iter()
                .filter(|leaf| !out.contains_key(&leaf.0))
                .map(|leaf| leaf.1)
                .sum();
            if (1..=6).contains(&left) {
                for leaf in &line {
                    out.remove(&leaf.0);
                }
            }
        }
        before = leaves.last().map(|leaf| leaf.0).or(before);
    }
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
fn versions(settings: &Settings, paragraphs: &[Candidate], sentences: &[Candidate]) -> Vec<Unit> {
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
    let blind = Rule {
        level: Level::Boilerplate,
        ..settings.rule()
    };
    let is_version = |later: &Unit, earlier: &Unit| {
        let there = finest(earlier);
        let shared: Vec<(&Candidate, &Candidate)> = finest(later)
            .into_iter()
            .filter(|part| settings.is_judged(part.weight))
            .filter_map(|part| Some((part, *there.iter().find(|other| matches(&blind, part, other))?)))
            .collect();
        let numbers_differ = |(a, b): &(&Candidate, &Candidate)| !missing_numbers(&a.fold, &b.fold).is_empty();
        shared.len() > 1 || shared.iter().any(numbers_differ)
    };
    // what is kept, but for the entries of forms, in the order of decisions
    let leaders = first_decided(settings, paragraphs, &settings.rule());
    let kept: Vec<&Candidate> = leaders.iter().filter(|l| l.1.is_none()).map(|l| l.0).collect();
    // those that are no versions
    let mut originals: Vec<&Candidate> = Vec::new();
    let mut out = Vec::new();
    for later in kept {
        let is_other = |k: &&&Candidate| {
            fits((settings.scope() == Scope::Article).then_some(later.unit.article), k)
                && matches(&blind, later, k)
                && !missing_numbers(&later.fold, &k.fold).is_empty()
        };
        let alone = paragraphs
            .iter()
            .filter(|p| place(&p.unit) == place(&later.unit))
            .count()
            == 1;
        match originals.iter().find(is_other).filter(|_| !alone) {
            Some(earlier) if is_version(&later.unit, &earlier.unit) => out.push(later.unit),
            Some(_) => {}
            None => originals.push(later),
        }
    }
    out
}

/// Of the sentences that stay, the parts that repeat a sentence of one part or a part before them, and the sentences of one
/// part that repeat a part before them.
fn parts_that_go(settings: &Settings, sentences: &[Candidate], whole: &BTreeSet<Unit>) -> Decided {
    let rule = settings.rule();
    let judged = |c: &&Candidate| settings.is_judged(c.weight * 2 / 3);
    let pieces = sentences.iter().flat_map(|s| {
        if s.parts.is_empty() {
            std::slice::from_ref(s)
        } else {
            &s.parts
        }
    });
    let mut pieces: Vec<&Candidate> = pieces.filter(judged).collect();
    in_order(settings, &mut pieces);
    let is_sentence = |c: &Candidate| sentences.iter().any(|s| s.unit == c.unit && s.parts.is_empty());
    let is_whole = |c: &Candidate| whole.iter().any(|unit| inside(unit, &c.unit));
    let mut kept: Vec<&Candidate> = Vec::new();
    let mut out = Decided::new();
    for piece in pieces {
        let place = (settings.scope() == Scope::Article).then_some(piece.unit.article);
        let of_one = is_sentence(piece);
        let fits = |k: &&&Candidate| {
            fits(place, k) && !(of_one && (is_sentence(k) || is_whole(piece))) && matches(&rule, piece, k)
        };
        let Some(found) = kept.iter().find(fits).copied() else {
            kept.push(piece);
            continue;
        };
        if of_one || !piece.is_leant_on && !is_whole(piece) {
            let reason = if found.fold == piece.fold {
                Reason::Equal
            } else {
                Reason::Near
            };
            out.insert(piece.unit, (found.unit, reason));
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
                        is_leant_on: i == 0 && next.is_some_and(|c| c.is_lowercase()),
                        ..candidate(UnitKind::Sentence, *span, &[])
                    });
                }
                if parts.len() > 1 && settings.is_judged(parts[1].weight) {
                    parts[0].is_leant_on = false; // what leans on it can stand alone
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

/// The first unit of each fold in the order of decisions, and the kept one it is near to.
fn first_decided<'c>(
    settings: &Settings,
    all: &'c [Candidate],
    rule: &Rule,
) -> Vec<(&'c Candidate, Option<&'c Candidate>)> {
    let mut order: Vec<&Candidate> = all.iter().filter(|c| settings.is_judged(c.weight)).collect();
    in_order(settings, &mut order);
    let mut firsts: Vec<(&Candidate, Option<&Candidate>)> = Vec::new();
    for candidate in order {
        if !firsts.iter().any(|(first, _)| same(settings, first, candidate)) {
            let fits = |k: &&Candidate| place(settings, k) == place(settings, candidate) && matches(rule, candidate, k);
            let found = firsts.iter().filter(|f| f.1.is_none()).map(|f| f.0).find(fits);
            firsts.push((candidate, found));
        }
    }
    firsts
}

fn place(settings: &Settings, c: &Candidate) -> Option<ArticleId> {
    (settings.scope() == Scope::Article).then_some(c.unit.article)
}

fn same(settings: &Settings, a: &Candidate, b: &Candidate) -> bool {
    place(settings, a) == place(settings, b) && a.fold == b.fold
}

fn leaders(settings: &Settings, all: &[Candidate], rule: &Rule) -> Decided {
    let mut order: Vec<&Candidate> = all.iter().filter(|c| settings.is_judged(c.weight)).collect();
    in_order(settings, &mut order);
    let firsts = first_decided(settings, all, rule);
    let decide = |candidate: &&Candidate| {
        let (first, near) = firsts
            .iter()
            .find(|(first, _)| same(settings, first, candidate))
            .unwrap();
        match near {
            Some(kept) => Some((candidate.unit, (kept.unit, Reason::Near))),
            None if first.unit == candidate.unit => None,
            None => Some((candidate.unit, (first.unit, Reason::Equal))),
        }
    };
    order.iter().filter_map(decide).collect()
}

fn fits(place: Option<ArticleId>, kept: &Candidate) -> bool {
    place.is_none_or(|article| kept.unit.article == article)
}

fn matches(rule: &Rule, later: &Candidate, kept: &Candidate) -> bool {
    let (a, b) = (&*later.fold, &*kept.fold);
    if a == b || a.is_empty() || b.is_empty() {
        return a == b && !a.is_empty();
    }
    rule.threshold.admits(rule.measure.similarity(a, b)) && rule.lost(a, b).is_none()
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
