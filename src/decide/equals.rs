//! Leaders by their text, where articles are compared by their origins and not in classes: then there may be several of one text, and a
//! unit may have the text of a leader that it is not compared with.

use super::units::Folds;
use crate::hash;
use crate::join::Units as _;
use std::collections::HashMap;

/// Leaders of one level by their text.
pub(crate) struct Equals {
    /// For each fold the first that has the same text.
    same_text: Vec<u32>,
    /// By the first fold of a text, the leaders that have it and their folds, in order.
    leaders: HashMap<u32, Vec<(u32, u32)>, ahash::RandomState>,
}

impl Equals {
    /// Nothing where classes are compared: there a fold is one of one class, and has one leader.
    pub(crate) fn of(folds: &Folds<'_>) -> Option<Self> {
        (!folds.reach.parts()).then(|| Self {
            same_text: folds.with_same_text(),
            leaders: HashMap::with_hasher(hash::map_state()),
        })
    }

    fn leaders(&self, fold: u32) -> &[(u32, u32)] {
        self.leaders
            .get(&self.same_text[fold as usize])
            .map_or(&[], Vec::as_slice)
    }

    /// The first leader of the same text that units of a fold are compared with.
    pub(crate) fn first(&self, folds: &Folds<'_>, fold: u32) -> Option<u32> {
        let here = folds.distinct.origin(fold);
        let joins = |other: u32| folds.reach.joins(here, folds.distinct.origin(other));
        self.leaders(fold)
            .iter()
            .find(|leader| joins(leader.1))
            .map(|leader| leader.0)
    }

    /// True if a unit of that very fold is a leader.
    pub(crate) fn holds(&self, fold: u32) -> bool {
        self.leaders(fold).iter().any(|leader| leader.1 == fold)
    }

    /// Takes note of a leader.
    pub(crate) fn push(&mut self, fold: u32, leader: u32) {
        let of_text = self.leaders.entry(self.same_text[fold as usize]).or_default();
        of_text.push((leader, fold));
    }
}
