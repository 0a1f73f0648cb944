//! From candidate to match: overlap on hashes, which can only be too high, then the folds themselves.

use super::Rule;
use super::measure::{Bounds, Measure, Similarity};
use crate::fold::is_number_hash;
use crate::shingle;
use crate::steps::looked;
use crate::verdict::{Context, LaterLanguage, Level, Pair, is_replaced};
use std::ops::RangeInclusive;

/// One unit's shingles in a small open-addressing table, held against many candidates.
#[derive(Debug, Default)]
pub(super) struct Verifier {
    /// The unit whose table is filled.
    loaded: Option<u32>,
    slots: Vec<Slot>,
    mask: usize,
    round: u32,
    numbers: Vec<u32>,
    theirs: Vec<u32>,
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
    fn load(&mut self, later: u32, tokens: &[u32], bounds: &Bounds) {
        if self.loaded == Some(later) {
            return;
        }
        self.loaded = Some(later);
        self.round = 0;
        self.numbers.clear();
        self.numbers.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
        self.numbers.sort_unstable();
        self.fill(tokens, bounds);
    }

    fn fill(&mut self, tokens: &[u32], bounds: &Bounds) {
        let size = (2 * bounds.lengths.count(tokens.len())).next_power_of_two().max(8);
        looked(size);
        self.slots.clear();
        self.slots.resize(size, Slot::default());
        self.mask = size - 1;
        shingle::visit(tokens, bounds.lengths, |h| {
            let at = self.find(h);
            self.slots[at].hash = h;
            self.slots[at].count += 1;
            true
        });
    }

    /// The slot that holds `hash`, or the free one where it would go.
    #[inline]
    fn find(&self, hash: u32) -> usize {
        let mut at = (hash ^ (hash >> 15)) as usize & self.mask;
        while self.slots[at].count != 0 && self.slots[at].hash != hash {
            looked(1);
            at = (at + 1) & self.mask;
        }
        at
    }

    /// False if the unit `later` cannot match the earlier one, given the tokens of both and the least number of shingles
    /// that they must share.
    pub(super) fn may_match(
        &mut self,
        later: u32,
        [tokens, earlier]: [&[u32]; 2],
        least: usize,
        bounds: &Bounds,
        guard_numbers: bool,
    ) -> bool {
        self.load(later, tokens, bounds);
        if guard_numbers && !self.numbers.is_empty() && !self.numbers_stand_in(earlier) {
            return false;
        }
        self.shares(earlier, least, bounds)
            && match bounds.measure {
                Measure::Edit => is_within(tokens, earlier, bounds),
                _ => true,
            }
    }

    /// True if the loaded unit may share so many shingles with another.
    fn shares(&mut self, other: &[u32], least: usize, bounds: &Bounds) -> bool {
        let Some(mut spare) = bounds.lengths.count(other.len()).checked_sub(least) else {
            return false;
        };
        self.round += 1;
        let round = self.round;
        let mut enough = true;
        shingle::visit(other, bounds.lengths, |h| {
            looked(1);
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
        enough
    }

    /// The lengths of earlier units that a later one of that length can match.
    pub(super) fn partner_lengths(&mut self, later: usize, bounds: &Bounds) -> RangeInclusive<usize> {
        let find = || bounds.partner_lengths(later);
        let (least, most) = if later >= COMMON {
            find()
        } else {
            *self.demand(later).partner_lengths.get_or_insert_with(find)
        };
        least..=most
    }

    fn demand(&mut self, later: usize) -> &mut Demand {
        if self.demands.len() <= later {
            self.demands.resize_with(later + 1, Demand::default);
        }
        &mut self.demands[later]
    }

    /// The least number of shingles that units of these lengths share if they match; nothing if they cannot.
    pub(super) fn least_overlap(&mut self, later: usize, earlier: usize, bounds: &Bounds) -> Option<usize> {
        let lengths = self.partner_lengths(later, bounds);
        if !lengths.contains(&earlier) {
            return None;
        }
        if later >= COMMON {
            return Some(bounds.least_overlap(later, earlier).max(1));
        }
        let demand = self.demand(later);
        let at = earlier - lengths.start();
        if at > 2 * COMMON {
            return Some(bounds.least_overlap(later, earlier).max(1));
        }
        if demand.least.len() <= at {
            demand.least.resize(at + 1, 0);
        }
        if demand.least[at] == 0 {
            let found = bounds.least_overlap(later, earlier).max(1);
            demand.least[at] = u32::try_from(found).unwrap_or(u32::MAX);
        }
        Some(demand.least[at] as usize)
    }

    /// True if every number of the loaded unit stands in the other, as often.
    fn numbers_stand_in(&mut self, earlier: &[u32]) -> bool {
        looked(earlier.len());
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

/// True if two units are few enough edits apart.
fn is_within(later: &[u32], earlier: &[u32], bounds: &Bounds) -> bool {
    let longest = later.len().max(earlier.len());
    super::edit::distance(later, earlier, bounds.most_edits(longest)).is_some()
}

/// The similarity of two folds if they satisfy the rule. What is told of the later one serves for the next earlier one.
pub(super) fn similarity(
    later: &str,
    earlier: &str,
    rule: &Rule,
    context: Context,
    told: &LaterLanguage,
) -> Option<Similarity> {
    if later == earlier {
        return Some(Similarity::EQUAL);
    }
    if rule.level == Level::Editor && context == Context::Unknown && is_replaced(later, earlier) {
        return None;
    }
    let pair = Pair::new(later, earlier);
    let similarity = rule.measure.of_pair(&pair);
    let lost = || rule.lost_of_pair(&pair, [later, earlier], context, told);
    let stands = rule.threshold.admits(similarity) && lost().is_none();
    stands.then_some(similarity)
}
