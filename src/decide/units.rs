//! What is decided: the judged units of some articles, those of equal folds being one.

use super::{COLLAPSED, Observer, narrow};
use crate::hash;
use crate::join::Units as _;
use crate::model::Stage;
use crate::origin::{Origin, Reach};
use crate::settings::Settings;
use crate::steps::looked;
use crate::store::{Entry, Selection, Store};
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// Below this many units threads cost more than they bring.
pub(crate) const SMALL: usize = 1024;

/// Stands for no fold.
const NONE: u32 = u32::MAX;

/// Units of one level by their folds: paragraphs, or sentences and parts of sentences ("pieces").
pub(crate) struct Folds<'s> {
    /// The distinct folds, in the order in which they come first. Where origins matter, what has the same text and another origin is
    /// another fold.
    pub(crate) distinct: Selection<'s>,
    pub(crate) reach: Reach,
    /// For each unit its fold among these, [`NONE`] if it is not judged.
    of_units: Vec<u32>,
    /// The number of the first unit.
    start: u32,
}

impl<'s> Folds<'s> {
    /// The folds of those of a range of units that are judged.
    fn new(store: &'s Store, reach: Reach, units: Range<u32>, entry: impl Fn(u32) -> Option<Entry> + Sync) -> Self {
        // 0 of what is not judged. That folds share a hash is seen below.
        let key = |unit: u32| {
            let Some(entry) = entry(unit) else { return 0 };
            let text = store.text(&entry.fold);
            looked(text.len());
            let key = hash::bytes(text.as_bytes());
            let key = if reach.is_everything() {
                key
            } else {
                key ^ u64::from(hash::shingle(&store.origin(&entry).words())) << 16
            };
            key.max(1)
        };
        let keys: Vec<u64> = if units.len() < SMALL {
            units.clone().map(key).collect()
        } else {
            units.clone().into_par_iter().map(key).collect()
        };
        let mut folds = Self {
            distinct: Selection::of(store, Vec::new()),
            reach,
            of_units: Vec::with_capacity(keys.len()),
            start: units.start,
        };
        let mut known: HashMap<u64, u32, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
        for (unit, mut key) in units.zip(keys) {
            let Some(entry) = (key != 0).then(|| entry(unit)).flatten() else {
                folds.of_units.push(NONE);
                continue;
            };
            let origin = store.origin(&entry);
            let fold = loop {
                looked(1);
                let fresh = narrow(folds.distinct.entries.len());
                let fold = *known.entry(key).or_insert(fresh);
                if fold == fresh {
                    folds.distinct.entries.push(entry.fold);
                    if !reach.is_everything() {
                        folds.distinct.origins.push(origin);
                    }
                } else if store.text(&folds.distinct.entries[fold as usize]) != store.text(&entry.fold)
                    || folds.distinct.origin(fold) != origin
                {
                    key = key.wrapping_add(1); // two folds, one hash
                    continue;
                }
                break fold;
            };
            folds.of_units.push(fold);
        }
        folds
    }

    /// The fold of a unit, if units of this level are decided and it is judged.
    pub(crate) fn of(&self, unit: u32) -> Option<u32> {
        let fold = self.of_units.get((unit - self.start) as usize).copied();
        fold.filter(|&fold| fold != NONE)
    }

    /// By which a fold is known across segments: the same for all of one text that may be compared.
    pub(crate) fn hash_of(&self, fold: u32) -> u64 {
        fold_hash(self.distinct.text(fold), self.reach, self.distinct.origin(fold))
    }

    /// The folds, each behind its hash, in order. Several may have one: the same text of articles that are not compared alike.
    pub(crate) fn by_hash(&self) -> Vec<(u64, u32)> {
        let all = 0..narrow(self.count());
        let hashed = |fold| (self.hash_of(fold), fold);
        if self.count() < SMALL {
            let mut all: Vec<(u64, u32)> = all.map(hashed).collect();
            all.sort_unstable();
            return all;
        }
        let mut all: Vec<(u64, u32)> = all.into_par_iter().map(hashed).collect();
        all.par_sort_unstable();
        all
    }

    /// For each fold the first that has the same text.
    pub(crate) fn with_same_text(&self) -> Vec<u32> {
        let mut first: HashMap<&str, u32, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
        let first = |fold| *first.entry(self.distinct.text(fold)).or_insert(fold);
        (0..narrow(self.count())).map(first).collect()
    }

    /// Number of distinct folds.
    pub(crate) fn count(&self) -> usize {
        self.distinct.entries.len()
    }
}

/// By which a fold is known across segments and runs, of an article that comes from there.
pub(crate) fn fold_hash(fold: &str, reach: Reach, origin: Origin) -> u64 {
    hash::bytes(fold.as_bytes()) ^ u64::from(reach.salt(origin)) << 16
}

/// The judged units of some paragraphs of a store.
pub(crate) struct Units<'s> {
    pub(crate) store: &'s Store,
    pub(crate) paragraphs: Folds<'s>,
    /// Sentences, and what is judged of the parts of sentences. See [`piece`].
    pub(crate) pieces: Pieces<'s>,
    /// Which paragraphs.
    pub(crate) range: Range<u32>,
}

/// Sentences and parts. Both have numbers of their own, and one for all: see [`piece`].
pub(crate) struct Pieces<'s> {
    pub(crate) folds: Folds<'s>,
    /// The number of the first sentence and of the first part, and the number of sentences.
    first: [u32; 2],
    sentences: u32,
}

impl Pieces<'_> {
    /// The fold of a sentence, if it is judged.
    pub(crate) fn of_sentence(&self, sentence: u32) -> Option<u32> {
        self.folds.of(sentence - self.first[0])
    }

    /// The fold of a part, if it is judged.
    pub(crate) fn of_part(&self, part: u32) -> Option<u32> {
        self.folds.of(part - self.first[1] + self.sentences)
    }
}

impl<'s> Units<'s> {
    /// Those of some paragraphs.
    pub(crate) fn of(store: &'s Store, settings: &Settings, range: Range<u32>, observe: Observer<'_>) -> Self {
        let (from, to) = (range.start as usize, range.end as usize);
        let paragraphs = if settings.units().paragraphs() {
            range.clone()
        } else {
            0..0
        };
        let (sentences, parts) = if settings.units().sentences() {
            let sentences = store.sentences_of(from..to);
            let parts = store.parts_of(sentences.clone());
            (sentences, parts)
        } else {
            (0..0, 0..0)
        };
        let first = [narrow(sentences.start), narrow(parts.start)];
        let judged = |entry: Entry| settings.is_judged(entry.weight).then_some(entry);
        let piece = |i: u32| match i.checked_sub(narrow(sentences.len())) {
            None => judged(store.sentence(i + first[0])),
            Some(part) => {
                let entry = store.part(part + first[1]);
                // Where a boundary is uncertain, more evidence is asked for: two thirds must be long enough, rounded down.
                let weight = entry.weight - entry.weight.div_ceil(3);
                settings.is_judged(weight).then_some(entry)
            }
        };
        let reach = settings.reach();
        let of_paragraphs = || Folds::new(store, reach, paragraphs.clone(), |i| judged(store.paragraph(i).entry));
        let of_pieces = || Folds::new(store, reach, 0..narrow(sentences.len() + parts.len()), piece);
        let (paragraphs, folds) = if range.len() < SMALL {
            (of_paragraphs(), of_pieces())
        } else {
            rayon::join(of_paragraphs, of_pieces)
        };
        observe(Stage::Collapse, COLLAPSED * range.len() as u64);
        Self {
            store,
            paragraphs,
            pieces: Pieces {
                folds,
                first,
                sentences: narrow(sentences.len()),
            },
            range,
        }
    }

    /// The folds of all judged paragraphs, equal ones as often as they come.
    pub(crate) fn all_paragraphs(&self) -> Selection<'s> {
        let judged = self
            .range
            .clone()
            .filter(|&paragraph| self.paragraphs.of(paragraph).is_some());
        let folds = judged.map(|paragraph| self.store.paragraph(paragraph).entry.fold);
        Selection::of(self.store, folds.collect())
    }
}

/// The number of a part among all pieces of a store: parts are numbered on after the sentences.
pub(crate) fn piece_of_part(store: &Store, part: u32) -> u32 {
    narrow(store.sentences.len()) + part
}

/// The sentence or part of that number among all pieces of a store.
pub(crate) fn piece(store: &Store, number: u32) -> Entry {
    match number.checked_sub(narrow(store.sentences.len())) {
        None => store.sentence(number),
        Some(part) => store.part(part),
    }
}
