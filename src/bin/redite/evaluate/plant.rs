//! Which copy goes where.

mod bed;

use super::base::{Shelf, shuffled};
use super::grade::Grade;
use super::random::Random;
use super::truth::{Article, Pair, Set, Spot};
use bed::{Bed, Piece, Plant};
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

/// For each pair asked for, so many paragraphs are tried at most.
const TRIED: usize = 60;

/// One kind and grade, and the paragraphs it has not tried yet.
struct Row {
    kind: UnitKind,
    grade: Grade,
    untried: VecDeque<usize>,
}

/// Plants into the base. The languages may be done side by side: none knows of another.
pub(crate) fn plant(shelves: Vec<Shelf>, plan: &Plan) -> Set {
    let planted: Vec<(Language, Bed, Vec<Plant>)> = shelves.into_par_iter().map(|shelf| fill(shelf, plan)).collect();
    compose(planted, plan)
}

/// Plants into one language: in each round one pair of each grade, in random order, so that little text is shared
/// fairly. A reprint is one of grade `context`, and gives pairs of two other grades with it.
fn fill(shelf: Shelf, plan: &Plan) -> (Language, Bed, Vec<Plant>) {
    let language = shelf.language;
    let own_article = plan.settings.scope() == Scope::Article || shelf.articles.len() == 1;
    let mut bed = Bed::new(shelf, own_article, plan);
    let mut rows: Vec<Row> = Vec::new();
    for kind in [UnitKind::Paragraph, UnitKind::Sentence] {
        for grade in Grade::ALL
            .into_iter()
            .filter(|g| plan.asks_for(kind) && g.is_planted(kind))
        {
            let random = plan.random(language, &["order", &kind.to_string(), grade.name()]);
            let mut untried: VecDeque<usize> = shuffled(bed.len(), random).into();
            untried.truncate(TRIED.saturating_mul(plan.per_grade as usize));
            rows.push(Row { kind, grade, untried });
        }
    }
    let mut plants = Vec::new();
    for round in 0..plan.per_grade {
        let random = plan.random(language, &["round", &round.to_string()]);
        for i in shuffled(rows.len(), random) {
            let row = &mut rows[i];
            while let Some(cell) = row.untried.pop_front() {
                let planted = bed.plant(row.kind, row.grade, cell, plan);
                if !planted.is_empty() {
                    plants.extend(planted);
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
    let mut places: Vec<Vec<(usize, usize)>> = planted.iter().map(|(_, bed, _)| vec![(0, 0); bed.len()]).collect();
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
        let spot = |piece: &Piece| {
            let (article, start) = places[piece.cell];
            Spot {
                article,
                span: Span::new(narrow(start + piece.range.start), narrow(start + piece.range.end)),
            }
        };
        pairs.extend(plants.iter().map(|plant| Pair {
            kind: plant.kind,
            grade: plant.grade,
            lang: language.code().to_owned(),
            share: plant.share,
            source: spot(&plant.source),
            copy: spot(&plant.copy),
        }));
    }
    Set::planted(articles, pairs, plan)
}

/// Texts are at most 4 GiB.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
