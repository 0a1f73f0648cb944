//! Which copy goes where.

mod bed;

use super::base::{Shelf, shuffled};
use super::edits::Grade;
use super::random::Random;
use super::text::Reader;
use super::truth::{Article, Meta, Pair, Set, Spot};
use crate::look;
use bed::{Bed, Plant};
use rayon::prelude::*;
use redite::segment::Language;
use redite::{Scope, Settings, Span, UnitChoice, UnitKind};
use std::collections::VecDeque;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) per_grade: u32,
    pub(crate) max_text: u64,
    pub(crate) settings: Settings,
}

impl Plan {
    /// True if units of this kind are compared, and so planted.
    pub(crate) fn asks_for(&self, kind: UnitKind) -> bool {
        match self.settings.units() {
            UnitChoice::Both => true,
            UnitChoice::Paragraphs => kind == UnitKind::Paragraph,
            UnitChoice::Sentences => kind == UnitKind::Sentence,
        }
    }

    /// A stream for one choice in one language.
    fn random(&self, language: Language, labels: &[&str]) -> Random {
        Random::stream(self.seed, &[&[language.code()], labels].concat())
    }
}

/// One kind and grade, and the paragraphs it has not tried yet.
struct Row {
    kind: UnitKind,
    grade: Grade,
    untried: VecDeque<usize>,
    /// So many of them have not been put off.
    fresh: usize,
}

impl Row {
    /// The next paragraph to try. Those that took a sentence in come last: of two that a sentence joins, one may be
    /// removed in favour of the other, which then loses nothing.
    fn next(&mut self, bed: &Bed) -> Option<usize> {
        while self.fresh > 0 {
            self.fresh -= 1;
            let cell = self.untried.pop_front()?;
            if !bed.is_host(cell) {
                return Some(cell);
            }
            self.untried.push_back(cell);
        }
        self.untried.pop_front()
    }
}

/// Plants into the base. The languages may be done side by side: none knows of another.
pub(crate) fn plant(shelves: Vec<Shelf>, plan: &Plan) -> Set {
    let planted: Vec<(Language, Bed, Vec<Plant>)> = shelves.into_par_iter().map(|shelf| fill(shelf, plan)).collect();
    compose(planted, plan)
}

/// Plants into one language: in each round one pair of each grade, in random order, so that little text is shared
/// fairly.
fn fill(shelf: Shelf, plan: &Plan) -> (Language, Bed, Vec<Plant>) {
    let language = shelf.language;
    let own_article = plan.settings.scope() == Scope::Article || shelf.articles.len() == 1;
    let mut bed = Bed::new(shelf, own_article, plan);
    let mut rows: Vec<Row> = Vec::new();
    for kind in [UnitKind::Paragraph, UnitKind::Sentence] {
        for grade in Grade::ALL.into_iter().filter(|g| plan.asks_for(kind) && g.fits(kind)) {
            let random = plan.random(language, &["order", &kind.to_string(), grade.name()]);
            rows.push(Row {
                kind,
                grade,
                untried: shuffled(bed.len(), random).into(),
                fresh: bed.len(),
            });
        }
    }
    let mut reader = Reader::default();
    let mut plants = Vec::new();
    for round in 0..plan.per_grade {
        let random = plan.random(language, &["round", &round.to_string()]);
        for i in shuffled(rows.len(), random) {
            let row = &mut rows[i];
            while let Some(cell) = row.next(&bed) {
                if let Some(plant) = bed.plant(row.kind, row.grade, cell, plan, &mut reader, &mut plants) {
                    plants.push(plant);
                    break;
                }
            }
        }
    }
    (language, bed, plants)
}

/// Puts the articles of all languages together, in the order of the input.
fn compose(planted: Vec<(Language, Bed, Vec<Plant>)>, plan: &Plan) -> Set {
    let mut order: Vec<(u64, usize, usize)> = Vec::new();
    for (shelf, (_, bed, _)) in planted.iter().enumerate() {
        order.extend(bed.numbers().enumerate().map(|(row, number)| (number, shelf, row)));
    }
    order.sort_unstable();
    let mut articles = Vec::with_capacity(order.len());
    // For each language, where each cell begins.
    let mut places: Vec<Vec<(usize, u32)>> = planted.iter().map(|(_, bed, _)| vec![(0, 0); bed.len()]).collect();
    for (article, &(_, shelf, row)) in order.iter().enumerate() {
        let (language, bed, _) = &planted[shelf];
        let text = bed.compose(row, |cell, at| places[shelf][cell] = (article, at));
        articles.push(Article {
            id: bed.id(row).to_owned(),
            lang: language.code().to_owned(),
            text,
        });
    }
    let mut pairs = Vec::new();
    for ((language, _, plants), places) in planted.iter().zip(&places) {
        let spot = |(cell, span): (usize, Span)| Spot {
            article: places[cell].0,
            span: span.shifted(places[cell].1),
        };
        pairs.extend(plants.iter().map(|plant| Pair {
            kind: plant.kind,
            grade: plant.grade,
            lang: language.code().to_owned(),
            edited: plant.edited,
            source: spot(plant.source),
            copy: spot(plant.copy),
            facts: plant.facts.iter().map(|fact| spot(*fact)).collect(),
        }));
    }
    let (format, redite) = Meta::format();
    let unit = match plan.settings.units() {
        UnitChoice::Both => "both",
        UnitChoice::Paragraphs => "paragraph",
        UnitChoice::Sentences => "sentence",
    };
    let scope = match plan.settings.scope() {
        Scope::Article => "article",
        Scope::Corpus => "corpus",
    };
    let meta = Meta {
        format,
        redite,
        seed: plan.seed,
        per_grade: plan.per_grade,
        max_text: plan.max_text,
        unit: unit.to_owned(),
        scope: scope.to_owned(),
        articles: articles.len() as u64,
        text_bytes: articles.iter().map(|a| a.text.len() as u64).sum(),
        pairs: pairs.len() as u64,
        clean_units: clean_units(&articles, &pairs, plan),
    };
    Set { articles, pairs, meta }
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
pub(super) fn shared(a: Span, b: Span) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize
}

/// Units long enough to be judged that are not planted, and not copied.
fn clean_units(articles: &[Article], pairs: &[Pair], plan: &Plan) -> u64 {
    let planted = planted_spans(articles.len(), pairs);
    let count = |(article, planted): (&Article, &Vec<Span>)| {
        let units = look::cut(&article.text, Language::from_tag(&article.lang), &plan.settings);
        let clean = units.iter().filter(|unit| {
            plan.asks_for(unit.kind)
                && plan.settings.is_judged(unit.tokens.weight())
                && !half_filled(unit.span, planted)
        });
        clean.count() as u64
    };
    articles.par_iter().zip(&planted).map(count).sum()
}
