//! Paragraphs of a text that was printed again: beside them stands a paragraph that repeats one beside the earlier text.
//!
//! There an editor may have put one content word for another ([`crate::verdict::Context::Reprint`]). What a paragraph stands
//! beside is a property of two original texts, never of decisions. Boilerplate stands beside everything; so a neighbour counts
//! only where its fold comes *first* in the order of decisions, and a paragraph has few candidates: the leaders beside the first
//! occurrences of its neighbours.

use super::narrow;
use super::units::Folds;
use crate::join::Rule;
use crate::settings::{Scope, Settings};
use crate::steps::looked;
use crate::store::Store;
use crate::verdict::Level;

/// How far apart neighbours stand at most, in bytes.
const NEAR: u32 = 400;

/// Shorter paragraphs tell nothing about where a text comes from. In half words.
const LONG: u32 = 30;

/// The first paragraph of each fold that is long enough, in the order of decisions.
#[derive(Debug)]
pub(crate) struct Reprints<'s> {
    store: &'s Store,
    pub(crate) rule: Rule,
    /// By fold: [`NONE`] as long as there is none, [`BEFORE`] if it stands in articles that were decided before.
    first: Vec<u32>,
}

const NONE: u32 = u32::MAX;
const BEFORE: u32 = u32::MAX - 1;

impl<'s> Reprints<'s> {
    /// Nothing where an exchanged word is a fact, or none is, or articles do not know of one another or are not compared in classes, so
    /// that what comes first for one does not for another. `before` says of folds
    /// whether they stand in articles that were decided before.
    pub(crate) fn new(
        store: &'s Store,
        folds: &Folds<'_>,
        settings: &Settings,
        before: impl Fn(u32) -> bool,
    ) -> Option<Self> {
        let first = |fold| if before(fold) { BEFORE } else { NONE };
        applies(settings).then(|| Self {
            store,
            rule: settings.rule(),
            first: (0..narrow(folds.count())).map(first).collect(),
        })
    }

    /// Takes note of a paragraph, in the order of decisions.
    pub(crate) fn note(&mut self, paragraph: u32, fold: u32) {
        let first = &mut self.first[fold as usize];
        if *first == NONE && is_long(self.store, paragraph) {
            *first = paragraph;
        }
    }

    /// True if a paragraph is the first of its fold.
    pub(crate) fn is_first(&self, paragraph: u32, fold: u32) -> bool {
        self.first[fold as usize] == paragraph
    }

    /// Paragraphs of other articles that stand beside the first occurrence of what stands beside this one, some of them several
    /// times.
    pub(crate) fn candidates(&self, paragraph: u32, folds: &Folds<'_>) -> Vec<u32> {
        let store = self.store;
        let mut out = Vec::new();
        let article = store.article_of(paragraph);
        for neighbour in neighbours(store, paragraph) {
            let first = folds.of(neighbour).map_or(NONE, |fold| self.first[fold as usize]);
            let is_earlier = first < BEFORE && first != neighbour;
            if is_earlier && store.article_of(first) != article {
                out.extend(neighbours(store, first));
            }
        }
        out
    }
}

/// True if settings ask for it.
pub(crate) fn applies(settings: &Settings) -> bool {
    settings.level() == Level::Editor
        && settings.scope() != Scope::Article
        && settings.reach().parts()
        && settings.units().paragraphs()
}

/// True if a paragraph tells where a text comes from.
pub(crate) fn is_long(store: &Store, paragraph: u32) -> bool {
    store.paragraph(paragraph).entry.weight >= LONG
}

/// The paragraphs of the same text that stand near a paragraph.
pub(crate) fn neighbours(store: &Store, paragraph: u32) -> impl Iterator<Item = u32> + use<'_> {
    let span = |paragraph: u32| store.span_of(store.sentences_in(paragraph as usize));
    let here = span(paragraph);
    let is_near = move |other: &u32| {
        looked(1);
        let there = span(*other);
        let gap = if there.start >= here.end {
            there.start - here.end
        } else {
            here.start.saturating_sub(there.end)
        };
        gap <= NEAR
    };
    let text = store.paragraphs_of_text_of(paragraph);
    let (before, after) = (text.start..paragraph, paragraph + 1..text.end);
    before.rev().take_while(is_near).chain(after.take_while(is_near))
}
