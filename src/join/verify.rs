//! From candidate to match: overlap on hashes, which can only be too high, then the folds themselves.

use super::measure::{Bounds, Measure, Similarity, Threshold};
use super::{Rule, Units};
use crate::fold::{is_mark, is_number, is_number_hash, is_unspaced};
use crate::shingle;
use std::collections::HashMap;

/// One unit's shingles in a small open-addressing table, held against many candidates.
#[derive(Debug, Default)]
pub(super) struct Verifier {
    slots: Vec<Slot>,
    mask: usize,
    round: u32,
    tokens: Vec<u32>,
    numbers: Vec<u32>,
    theirs: Vec<u32>,
    partner_lengths: (usize, usize),
    /// The least overlap by the partner's length less the least; 0 where not yet known.
    least: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    /// How often the loaded unit has the shingle; 0 marks a free slot.
    count: u32,
    /// How many of them candidate `round` has taken.
    used: u32,
    round: u32,
}

impl Verifier {
    /// Loads the later unit of the pairs to come.
    pub(super) fn load(&mut self, tokens: &[u32], bounds: &Bounds) {
        let size = (2 * bounds.lengths.count(tokens.len())).next_power_of_two().max(8);
        self.slots.clear();
        self.slots.resize(size, Slot::default());
        self.mask = size - 1;
        self.round = 0;
        self.tokens.clear();
        self.tokens.extend_from_slice(tokens);
        self.numbers.clear();
        self.numbers.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
        self.numbers.sort_unstable();
        self.partner_lengths = bounds.partner_lengths(tokens.len());
        self.least.clear();
        shingle::visit(tokens, bounds.lengths, |h| {
            let at = self.find(h);
            self.slots[at].hash = h;
            self.slots[at].count += 1;
            true
        });
    }

    /// The loaded unit's numbers, as token hashes, ascending.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// The slot that holds `hash`, or the free one where it would go.
    #[inline]
    fn find(&self, hash: u32) -> usize {
        let mut at = (hash ^ (hash >> 15)) as usize & self.mask;
        while self.slots[at].count != 0 && self.slots[at].hash != hash {
            at = (at + 1) & self.mask;
        }
        at
    }

    /// False if the loaded unit, the later one, cannot match the earlier one.
    pub(super) fn may_match(&mut self, earlier: &[u32], bounds: &Bounds, guard_numbers: bool) -> bool {
        if earlier.len() < self.partner_lengths.0 || earlier.len() > self.partner_lengths.1 {
            return false;
        }
        if guard_numbers && !self.numbers.is_empty() && !self.numbers_stand_in(earlier) {
            return false;
        }
        let least = self.least_overlap(earlier.len(), bounds);
        let mut spare = match bounds.lengths.count(earlier.len()).checked_sub(least) {
            Some(spare) => spare,
            None => return false,
        };
        self.round += 1;
        let round = self.round;
        let mut enough = true;
        shingle::visit(earlier, bounds.lengths, |h| {
            let at = self.find(h);
            let slot = &mut self.slots[at];
            if slot.round != round {
                slot.round = round;
                slot.used = 0;
            }
            if slot.used < slot.count {
                slot.used += 1;
            } else if spare == 0 {
                enough = false;
            } else {
                spare -= 1;
            }
            enough
        });
        if !enough {
            return false;
        }
        match bounds.measure {
            Measure::Edit => {
                let longest = self.tokens.len().max(earlier.len());
                super::edit::distance(&self.tokens, earlier, bounds.most_edits(longest)).is_some()
            }
            _ => true,
        }
    }

    fn least_overlap(&mut self, earlier: usize, bounds: &Bounds) -> usize {
        let at = earlier - self.partner_lengths.0;
        if self.least.len() <= at {
            self.least.resize(at + 1, 0);
        }
        if self.least[at] == 0 {
            let least = bounds.least_overlap(self.tokens.len(), earlier).max(1);
            self.least[at] = u32::try_from(least).unwrap_or(u32::MAX);
        }
        self.least[at] as usize
    }

    /// True if every number of the loaded unit stands in the other, as often.
    fn numbers_stand_in(&mut self, earlier: &[u32]) -> bool {
        self.theirs.clear();
        self.theirs.extend(earlier.iter().filter(|&&t| is_number_hash(t)));
        if self.theirs.len() < self.numbers.len() {
            return false;
        }
        self.theirs.sort_unstable();
        let mut theirs = self.theirs.iter();
        self.numbers.iter().all(|n| theirs.any(|t| t == n))
    }
}

/// The similarity of two units if they satisfy the rule, decided on their folds. `a` is the later one.
pub(super) fn verify<U: Units + ?Sized>(units: &U, a: u32, b: u32, rule: &Rule) -> Option<Similarity> {
    let (later, earlier) = (units.text(a), units.text(b));
    if later == earlier {
        return Some(Similarity::EQUAL);
    }
    let similarity = rule.measure.similarity(later, earlier);
    let stands = rule.threshold.admits(similarity)
        && (!rule.guard_numbers || missing_numbers(later, earlier).is_empty())
        && (!rule.guard_letters || covers(later, earlier, rule.threshold));
    stands.then_some(similarity)
}

/// False if fold `a`, the later one, is written at least in part without spaces and `b` holds fewer of its pairs of
/// neighbouring letters than the threshold asks for; or if `a` is written mostly so and `b` is not.
///
/// Where every letter is a token, one foreign name of fifteen letters counts no more than one letter: "X is the founder
/// of the party" is like "Y is the founder of the party" in all but the name. Pairs of letters weigh the name as it
/// looks to a reader.
#[must_use]
pub fn covers(a: &str, b: &str, threshold: Threshold) -> bool {
    let letters = |fold: &str| -> Vec<char> { fold.chars().filter(|&c| c != ' ' && !is_mark(c)).collect() };
    // Of all letters, so many are of scripts without spaces.
    let unspaced = |letters: &[char]| {
        let unspaced = letters.iter().filter(|&&c| is_unspaced(c)).count();
        (unspaced, letters.iter().filter(|c| c.is_alphabetic()).count())
    };
    let later = letters(a);
    let (mine, all) = unspaced(&later);
    if 10 * mine < all || mine == 0 {
        return true;
    }
    let earlier = letters(b);
    let (theirs, of) = unspaced(&earlier);
    if 3 * mine > all && 3 * theirs <= of {
        return false;
    }
    let mut stock: HashMap<&[char], u32, ahash::RandomState> = HashMap::with_hasher(crate::hash::map_state());
    earlier.windows(2).for_each(|pair| *stock.entry(pair).or_default() += 1);
    let mut shared = 0;
    for pair in later.windows(2) {
        if let Some(n) = stock.get_mut(pair).filter(|n| **n > 0) {
            *n -= 1;
            shared += 1;
        }
    }
    threshold.reached(shared, later.len().saturating_sub(1))
}

/// The numbers of fold `a` that do not stand in fold `b`, by value and as often, in order.
#[must_use]
pub fn missing_numbers<'a>(a: &'a str, b: &str) -> Vec<&'a str> {
    let mut stock: HashMap<&str, u32, ahash::RandomState> = HashMap::with_hasher(crate::hash::map_state());
    b.split(' ')
        .filter(|t| is_number(t))
        .for_each(|t| *stock.entry(t).or_default() += 1);
    a.split(' ')
        .filter(|t| is_number(t))
        .filter(|t| match stock.get_mut(t) {
            Some(n) if *n > 0 => {
                *n -= 1;
                false
            }
            _ => true,
        })
        .collect()
}
