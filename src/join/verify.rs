//! From candidate to match: overlap on hashes, which can only be too high, then the folds themselves.

use super::measure::{Bounds, Measure, Similarity};
use super::{Rule, Units};
use crate::fold::is_number_hash;
use crate::shingle;

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
    demands: Vec<Demand>,
}

/// What units of one length demand of their partners, found out once.
#[derive(Debug, Default)]
struct Demand {
    partner_lengths: Option<(usize, usize)>,
    /// The least overlap by the partner's length less the least; 0 where not yet known.
    least: Vec<u32>,
}

/// Longer units, in tokens, have their demands found out each time: few are of the same length.
pub(super) const COMMON: usize = 512;

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
        self.slots.clear(); // filled when there is something to hold against it
        self.round = 0;
        self.tokens.clear();
        self.tokens.extend_from_slice(tokens);
        self.numbers.clear();
        self.numbers.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
        self.numbers.sort_unstable();
        let common = tokens.len().min(COMMON);
        if self.demands.len() <= common {
            self.demands.resize_with(common + 1, Demand::default);
        }
        if common == COMMON {
            self.demands[COMMON] = Demand::default();
        }
        let known = &mut self.demands[common].partner_lengths;
        self.partner_lengths = *known.get_or_insert_with(|| bounds.partner_lengths(tokens.len()));
    }

    fn fill(&mut self, bounds: &Bounds) {
        let size = (2 * bounds.lengths.count(self.tokens.len())).next_power_of_two().max(8);
        self.slots.resize(size, Slot::default());
        self.mask = size - 1;
        let tokens = std::mem::take(&mut self.tokens);
        shingle::visit(&tokens, bounds.lengths, |h| {
            let at = self.find(h);
            self.slots[at].hash = h;
            self.slots[at].count += 1;
            true
        });
        self.tokens = tokens;
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
        if self.slots.is_empty() {
            self.fill(bounds);
        }
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
        if at > 2 * COMMON {
            return bounds.least_overlap(self.tokens.len(), earlier).max(1);
        }
        let least = &mut self.demands[self.tokens.len().min(COMMON)].least;
        if least.len() <= at {
            least.resize(at + 1, 0);
        }
        if least[at] == 0 {
            let found = bounds.least_overlap(self.tokens.len(), earlier).max(1);
            least[at] = u32::try_from(found).unwrap_or(u32::MAX);
        }
        least[at] as usize
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
    let stands = rule.threshold.admits(similarity) && rule.refusal_in_join(later, earlier).is_none();
    stands.then_some(similarity)
}
