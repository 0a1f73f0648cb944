//! Leaders by their text, where articles are compared by their origins and not in classes: then there may be several of one text, and a
//! unit may have the text of a leader that it is not compared with.

use super::units::Folds;
use crate::hash;
use crate::join::Units as _;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The leaders of one text and their folds, by the times of their articles and in order.
type OfText = BTreeMap<(Option<i64>, u32), u32>;

/// Leaders of one level by their text.
pub(crate) struct Equals {
    /// For each fold the first that has the same text.
    same_text: Vec<u32>,
    /// By the first fold of a text.
    leaders: HashMap<u32, OfText, ahash::RandomState>,
    /// Folds of which a unit is a leader.
    held: HashSet<u32, ahash::RandomState>,
}

impl Equals {
    /// Nothing where classes are compared: there a fold is one of one class, and has one leader.
    pub(crate) fn of(folds: &Folds<'_>) -> Option<Self> {
        (!folds.reach.parts()).then(|| Self {
            same_text: folds.with_same_text(),
            leaders: HashMap::with_hasher(hash::map_state()),
            held: HashSet::with_hasher(hash::map_state()),
        })
    }

    /// The first leader of the same text that units of a fold are compared with.
    ///
    /// Leaders of one text that are compared with one another there are none. So where all groups are, at most two stand in a window
    /// of time, and this takes the logarithm of how many there are.
    pub(crate) fn first(&self, folds: &Folds<'_>, fold: u32) -> Option<u32> {
        let leaders = self.leaders.get(&self.same_text[fold as usize])?;
        let here = folds.distinct.origin(fold);
        let times = match (folds.reach.within, here.time) {
            (Some(most), Some(time)) => {
                let most = i64::try_from(most.as_secs()).unwrap_or(i64::MAX);
                (Some(time.saturating_sub(most)), 0)..=(Some(time.saturating_add(most)), u32::MAX)
            }
            // Those without a time come first.
            (Some(_), None) => (None, 0)..=(None, u32::MAX),
            (None, _) => (None, 0)..=(Some(i64::MAX), u32::MAX),
        };
        let joins = |other: u32| folds.reach.joins(here, folds.distinct.origin(other));
        let near = leaders.range(times).filter(|&(_, &other)| joins(other));
        near.map(|(&(_, leader), _)| leader).min()
    }

    /// True if a unit of that very fold is a leader.
    pub(crate) fn holds(&self, fold: u32) -> bool {
        self.held.contains(&fold)
    }

    /// Takes note of a leader.
    pub(crate) fn push(&mut self, folds: &Folds<'_>, fold: u32, leader: u32) {
        let of_text = self.leaders.entry(self.same_text[fold as usize]).or_default();
        of_text.insert((folds.distinct.origin(fold).time, leader), fold);
        self.held.insert(fold);
    }
}
