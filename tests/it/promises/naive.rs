//! All pairs, one after the other, by the public parts of the modules: the slow oracle.

use super::invariants::joins;
use super::segment;
use redite::fold::fold;
use redite::join::Rule;
use redite::segment::Language;
use redite::verdict::{Context, missing_numbers};
use redite::{Article, ArticleId, Keep, Level, Origin, Rank, Reason, Scope, Settings, Span, Unit, UnitKind};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Removed unit, kept unit, why.
pub(crate) type Decided = BTreeMap<Unit, (Unit, Reason)>;

#[derive(Clone)]
struct Candidate {
    unit: Unit,
    fold: String,
    weight: u32,
    /// Of a sentence that might be several, what it might be.
    parts: Vec<Candidate>,
    /// Of a part: the next one begins with a small letter.
    is_leant_on: bool,
}

/// A paragraph and its sentences.
struct Paragraph {
    whole: Candidate,
    sentences: Vec<Candidate>,
}

/// What the documentation of `decide` says, word for word.
pub(crate) fn decide(settings: &Settings, articles: &[Article<'_>]) -> Decided {
    let (mut paragraphs, mut sentences) = (Vec::new(), Vec::new());
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        cut(settings, id, article, &mut paragraphs, &mut sentences);
    }
    let mut scan = Scan {
        settings,
        all: &paragraphs,
        firsts: Vec::new(),
        paragraphs: Vec::new(),
        pieces: Vec::new(),
        origins: articles.iter().map(|article| article.origin).collect(),
        out: Decided::new(),
    };
    for article in in_order(settings, articles, &paragraphs) {
        if settings.scope() == Scope::Article {
            scan.paragraphs.clear();
            scan.pieces.clear();
        }
        let mut of_article: Vec<Paragraph> = paragraphs
            .iter()
            .filter(|p| p.unit.article == article)
            .map(|whole| Paragraph {
                whole: whole.clone(),
                sentences: sentences
                    .iter()
                    .filter(|s| inside(&whole.unit, &s.unit))
                    .cloned()
                    .collect(),
            })
            .collect();
        reverse_if_last(settings, &mut of_article);
        for mut paragraph in of_article {
            reverse_if_last(settings, &mut paragraph.sentences);
            scan.paragraph(&paragraph);
        }
    }
    spare(articles, &paragraphs, &sentences, &mut scan.out);
    scan.out
}

fn reverse_if_last<T>(settings: &Settings, units: &mut [T]) {
    if settings.keep() == Keep::Last {
        units.reverse();
    }
}

/// A text.
fn place(unit: &Unit) -> (ArticleId, u16) {
    (unit.article, unit.field)
}

struct Scan<'s> {
    settings: &'s Settings,
    /// All paragraphs.
    all: &'s [Candidate],
    /// The first paragraph of each fold.
    firsts: Vec<&'s Candidate>,
    /// Leaders, and whether they are versions of others.
    paragraphs: Vec<(Candidate, bool)>,
    pieces: Vec<Candidate>,
    origins: Vec<Origin>,
    out: Decided,
}

impl Scan<'_> {
    fn paragraph(&mut self, paragraph: &Paragraph) {
        let settings = self.settings;
        let whole = &paragraph.whole;
        let (mut is_version, mut stays_whole, mut loses) = (false, false, false);
        let is_judged = settings.units().paragraphs_too() && settings.is_judged(whole.weight);
        if is_judged {
            let it = self.all.iter().find(|p| p.unit == whole.unit);
            let is_new = !(self.firsts.iter()).any(|first| first.fold == whole.fold && self.joins(first, whole));
            self.firsts.extend(it.filter(|_| is_new));
            let leaders: Vec<&Candidate> = self.paragraphs.iter().map(|l| &l.0).collect();
            if let Some(found) = self.repeated(whole, &leaders).or_else(|| self.reprinted(whole)) {
                self.out.insert(whole.unit, found);
                return;
            }
            if settings.level() != Level::Boilerplate && settings.units().sentences_too() {
                let blind = blind(settings);
                let is_original = |l: &&(Candidate, bool)| {
                    !l.1 && self.joins(whole, &l.0)
                        && matches(&blind, whole, &l.0)
                        && !missing_numbers(&whole.fold, &l.0.fold).is_empty()
                };
                if let Some((original, _)) = self.paragraphs.iter().find(is_original) {
                    is_version = true;
                    stays_whole = says_the_same(settings, paragraph, original);
                }
            }
        }
        if settings.units().sentences_too() {
            for sentence in &paragraph.sentences {
                loses |= self.sentence(sentence, stays_whole);
            }
        }
        if is_judged && !loses {
            let mut kept = whole.clone();
            kept.parts.clone_from(&paragraph.sentences);
            self.paragraphs.push((kept, is_version));
        }
    }

    fn sentence(&mut self, sentence: &Candidate, stays_whole: bool) -> bool {
        if !self.settings.is_judged(sentence.weight) {
            return false;
        }
        let leaders: Vec<&Candidate> = self.pieces.iter().collect();
        if let Some(found) = self.repeated(sentence, &leaders) {
            if !stays_whole {
                self.out.insert(sentence.unit, found);
            }
            return !stays_whole;
        }
        let mut parts = sentence.parts.clone();
        reverse_if_last(self.settings, &mut parts);
        let mut loses = false;
        for part in parts.iter().filter(|part| self.settings.is_judged(part.weight * 2 / 3)) {
            let leaders: Vec<&Candidate> = self.pieces.iter().collect();
            match self.repeated(part, &leaders) {
                None => self.pieces.push(part.clone()),
                Some(found) if !stays_whole && !part.is_leant_on => {
                    self.out.insert(part.unit, found);
                    loses = true;
                }
                Some(_) => {}
            }
        }
        let is_new = |piece: &Candidate| piece.fold != sentence.fold || !self.joins(piece, sentence);
        if !loses && self.pieces.iter().all(is_new) {
            self.pieces.push(sentence.clone());
        }
        loses
    }

    /// The first leader beside the first paragraph of some fold that stands beside a paragraph, too, in another article, and that
    /// the paragraph repeats but for an exchanged word.
    fn reprinted(&self, paragraph: &Candidate) -> Option<(Unit, Reason)> {
        let settings = self.settings;
        if settings.level() != Level::Editor || !matches!(settings.scope(), Scope::Corpus | Scope::Group) {
            return None;
        }
        if settings.within().is_some() {
            return None;
        }
        let beside = |a: &Candidate, b: &Candidate| {
            let gap = |x: &Unit, y: &Unit| x.span.start.saturating_sub(y.span.end);
            place(&a.unit) == place(&b.unit)
                && a.unit != b.unit
                && gap(&a.unit, &b.unit).max(gap(&b.unit, &a.unit)) <= 400
        };
        let neighbours = self.all.iter().filter(|n| beside(n, paragraph));
        let known = neighbours.filter(|n| n.weight >= 30 && settings.is_judged(n.weight));
        let firsts: Vec<&&Candidate> = known
            .filter_map(|n| (self.firsts.iter()).find(|first| first.fold == n.fold && self.joins(first, n)))
            .filter(|first| first.unit.article != paragraph.unit.article)
            .collect();
        let rule = settings.rule();
        let is_it = |leader: &&(Candidate, bool)| {
            let [a, b] = [&*paragraph.fold, &*leader.0.fold];
            firsts.iter().any(|first| beside(first, &leader.0))
                && rule.threshold.admits(rule.measure.similarity(a, b))
                && rule.lost(a, b, Context::Reprint).is_none()
        };
        let found = self.paragraphs.iter().find(is_it)?;
        Some((found.0.unit, Reason::Near))
    }

    fn joins(&self, a: &Candidate, b: &Candidate) -> bool {
        let origin = |unit: &Candidate| self.origins[unit.unit.article.0 as usize];
        joins(self.settings, origin(a), origin(b))
    }

    /// The leader of the same fold, or else the first that a unit repeats.
    fn repeated(&self, unit: &Candidate, leaders: &[&Candidate]) -> Option<(Unit, Reason)> {
        let rule = self.settings.rule();
        let leaders: Vec<&&Candidate> = leaders.iter().filter(|l| self.joins(unit, l)).collect();
        if let Some(equal) = leaders.iter().find(|l| l.fold == unit.fold) {
            return Some((equal.unit, Reason::Equal));
        }
        let near = leaders.iter().find(|l| matches(&rule, unit, l))?;
        Some((near.unit, Reason::Near))
    }
}

fn blind(settings: &Settings) -> Rule {
    Rule {
        level: Level::Boilerplate,
        ..settings.rule()
    }
}

/// True if a paragraph, which is like another but for numbers, says the same with other numbers in one of its parts, or shares
/// two parts with it.
fn says_the_same(settings: &Settings, later: &Paragraph, original: &Candidate) -> bool {
    let finest = |sentences: &[Candidate]| -> Vec<Candidate> {
        let pieces = sentences.iter().map(|s| match &s.parts[..] {
            [] => vec![s.clone()],
            parts => parts.to_vec(),
        });
        pieces.flatten().collect()
    };
    let mut sentences = later.sentences.clone();
    sentences.sort_by_key(|s| s.unit);
    let mut there = original.parts.clone();
    there.sort_by_key(|s| s.unit);
    let there = finest(&there);
    let mine = finest(&sentences)
        .into_iter()
        .filter(|part| settings.is_judged(part.weight));
    let shared: Vec<(Candidate, &Candidate)> = mine
        .filter_map(|part| {
            let other = there.iter().find(|other| matches(&blind(settings), &part, other))?;
            Some((part, other))
        })
        .collect();
    let numbers_differ = |(a, b): &(Candidate, &Candidate)| !missing_numbers(&a.fold, &b.fold).is_empty();
    shared.len() > 1 || shared.iter().any(numbers_differ)
}

/// Articles in the order of decisions.
fn in_order(settings: &Settings, articles: &[Article<'_>], paragraphs: &[Candidate]) -> Vec<ArticleId> {
    let mut order: Vec<ArticleId> = (0..).map(ArticleId).take(articles.len()).collect();
    let weight = |id: &ArticleId| -> u32 {
        let of_article = paragraphs.iter().filter(|p| p.unit.article == *id);
        of_article.map(|p| p.weight).sum()
    };
    let rank = |id: &ArticleId| articles[id.0 as usize].rank.clone();
    match settings.keep() {
        Keep::First => {}
        Keep::Last => order.reverse(),
        Keep::Longest => order.sort_by_key(|id| std::cmp::Reverse(weight(id))),
        Keep::LowestRank => order.sort_by(|a, b| by_rank(&rank(a), &rank(b), false)),
        Keep::HighestRank => order.sort_by(|a, b| by_rank(&rank(a), &rank(b), true)),
    }
    order
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
        let mut begins_list = false;
        for at in 0..leaves.len() {
            let here = leaves[at].0;
            let follows_item = std::mem::take(&mut begins_list);
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
            let is_introduced = ends_in_colon(&left) || follows_item;
            begins_list = is_introduced && leaves[at].1 < 10;
            if is_introduced || at > 0 && capital && is_open(&left) && is_small(&here) || is_cut {
                out.remove(&here);
            }
        }
        let begins_line = |unit: &Unit| {
            let whole = &articles[unit.article.0 as usize].texts[usize::from(unit.field)];
            let before = &whole[..unit.span.range().start];
            before[before.trim_end().len()..].contains(['\n', '\r'])
        };
        let first_left: Vec<bool> = (0..leaves.len())
            .map(|at| {
                let line = (0..=at)
                    .rev()
                    .take_while(|&i| i == at || !begins_line(&leaves[i + 1].0));
                line.skip(1).all(|i| out.contains_key(&leaves[i].0)) && !begins_line(&leaves[at].0)
            })
            .collect();
        for at in (1..leaves.len()).rev() {
            if leaves[at].1 > 4
                && capital
                && (is_open(&leaves[at - 1].0) || first_left[at])
                && is_small(&leaves[at].0)
                && !out.contains_key(&leaves[at].0)
            {
                out.remove(&leaves[at - 1].0);
            }
        }
        // line by line
        let mut lines: Vec<Vec<(Unit, u32)>> = Vec::new();
        for &(unit, weight) in &leaves {
            if begins_line(&unit) || lines.is_empty() {
                lines.push(Vec::new());
            }
            lines.last_mut().expect("one was pushed").push((unit, weight));
        }
        for line in lines {
            let has_letters = |unit: &Unit| text(unit).chars().any(char::is_alphabetic);
            let left: Vec<&(Unit, u32)> = line
                .iter()
                .filter(|leaf| !out.contains_key(&leaf.0) && has_letters(&leaf.0))
                .collect();
            let weight: u32 = left.iter().map(|leaf| leaf.1).sum();
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let words = |unit: &Unit| {
                text(unit)
                    .split(|c| !is_word(c))
                    .filter(|word| !word.is_empty())
                    .count()
            };
            let is_short = |unit: &Unit| words(unit) < 4 && text(unit).chars().count() < 40;
            let is_said_beside =
                |leaf: &(Unit, u32)| out.get(&leaf.0).is_some_and(|(kept, _)| inside(&paragraph.unit, kept));
            let is_short = left.len() == 1 && is_short(&left[0].0) && !line.iter().any(is_said_beside);
            if weight > 0 && (weight <= 6 || is_short) {
                for leaf in &line {
                    out.remove(&leaf.0);
                }
            }
        }
        before = leaves.last().map(|leaf| leaf.0).or(before);
    }
}

fn inside(outer: &Unit, inner: &Unit) -> bool {
    (outer.article, outer.field) == (inner.article, inner.field) && outer.span.contains(inner.span)
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

fn matches(rule: &Rule, later: &Candidate, kept: &Candidate) -> bool {
    let (a, b) = (&*later.fold, &*kept.fold);
    if a == b || a.is_empty() || b.is_empty() {
        return a == b && !a.is_empty();
    }
    rule.threshold.admits(rule.measure.similarity(a, b)) && rule.lost(a, b, Context::Unknown).is_none()
}

fn by_rank(a: &Option<Rank>, b: &Option<Rank>, highest: bool) -> Ordering {
    match (a, b) {
        (Some(Rank::Number(x)), Some(Rank::Number(y))) if highest => y.total_cmp(x),
        (Some(Rank::Number(x)), Some(Rank::Number(y))) => x.total_cmp(y),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
