//! The exact similarity join: every pair at or above the threshold, and no other.
//!
//! Prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007): under any fixed total order of shingles, two bags with
//! overlap o share one among their first |x| − o + 1. Here rare shingles come first, shingles that stand in one unit
//! only are left out, lengths are held against each other, an overlap count on hashes stops as soon as it cannot
//! reach what the threshold demands (Xiao et al., PPJoin, 2008), and what remains is **verified on the folds**: a
//! hash collision can propose a pair, never decide one.
//!
//! Two joins: [`pairs`] finds all matches; [`leaders()`] decides units in order, comparing each with the units kept so
//! far (`leaders.rs`).

mod crowd;
mod edit;
mod index;
mod keys;
mod leaders;
mod letters;
mod lists;
mod measure;
mod numbers;
mod postings;
mod sketch;
mod stream;
mod traits;
mod verify;

pub use letters::covers;
pub use measure::{Measure, Similarity, Threshold};

pub(crate) use leaders::{Found, Leaders, Original, Past};
pub(crate) use stream::{Keys, Meeting, Plan, Signature, Waiting, has_numbers};

use crate::shingle::Lengths;
use crate::verdict::{Context, Level, Lost, Pair, Told, lost_of_pair};
use index::{How, Index, Pool, Scratch};
use rayon::prelude::*;
use sketch::Sketch;

/// Below this many units threads cost more than they bring.
const SMALL: usize = 512;

/// Units settled together. The outcome does not depend on it.
const BATCH: u32 = 1024;

/// The units to be joined, in the order in which they are decided.
pub trait Units: Sync {
    /// Number of units.
    fn count(&self) -> u32;
    /// Hashes of the tokens of unit `i`, as [`crate::fold::Tokens::hashes`] gives them.
    fn tokens(&self, i: u32) -> &[u32];
    /// The fold of unit `i`: its tokens with single spaces between them.
    fn text(&self, i: u32) -> &str;
}

impl Units for [crate::fold::Tokens] {
    fn count(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    fn tokens(&self, i: u32) -> &[u32] {
        self[i as usize].hashes()
    }

    fn text(&self, i: u32) -> &str {
        self[i as usize].as_str()
    }
}

/// What a pair must satisfy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// How likeness is measured.
    pub measure: Measure,
    /// How much of it is enough.
    pub threshold: Threshold,
    /// What may be lost with the later unit.
    pub level: Level,
}

impl Rule {
    /// True if every number of the later unit must stand in the earlier one, by value and as often.
    pub(crate) fn keeps_numbers(&self) -> bool {
        self.level != Level::Boilerplate
    }

    /// What would be lost if fold `later` went in favour of fold `earlier`, which it is like, given what is known of where they
    /// stand; nothing if it repeats it.
    #[must_use]
    pub fn lost<'f>(&self, later: &'f str, earlier: &'f str, context: Context) -> Option<Lost<'f>> {
        let pair = Pair::new(later, earlier);
        self.lost_of_pair(&pair, [later, earlier], context, &Told::default())
    }

    /// The same of folds that have been laid side by side already.
    fn lost_of_pair<'f>(
        &self,
        pair: &Pair<'f>,
        [later, earlier]: [&str; 2],
        context: Context,
        told: &Told,
    ) -> Option<Lost<'f>> {
        if letters::pair_covers(pair, later, earlier, self.threshold) {
            lost_of_pair(pair, self.level, context, told)
        } else {
            Some(Lost::Rewritten)
        }
    }

    /// The similarity of two folds, if `later` satisfies the rule in a reprint of `earlier`.
    pub(crate) fn similarity_in_reprint(&self, later: &str, earlier: &str) -> Option<Similarity> {
        verify::similarity(later, earlier, self, Context::Reprint, &Told::default())
    }

    /// The lengths of the shingles by which candidates are told; those of the measure, where it has shingles.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        measure::Bounds::new(self.measure, self.threshold).lengths
    }

    /// That of the default settings.
    #[cfg(test)]
    pub(crate) fn usual() -> Self {
        Self {
            measure: Measure::default(),
            threshold: Threshold::new(0.52).unwrap(),
            level: Level::Editor,
        }
    }
}

/// A verified pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// The unit decided later.
    pub later: u32,
    /// The unit decided earlier.
    pub earlier: u32,
    /// Their similarity, at or above the threshold.
    pub similarity: Similarity,
}

/// Every pair of units that satisfies the rule, ordered by later, then earlier unit. Units without tokens match
/// nothing. The cost grows with the number of pairs found, which for boilerplate is quadratic: see [`leaders()`].
#[must_use]
pub fn pairs<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Match> {
    let mut index = Index::new(units, rule, None, false);
    let mut scratch = Scratch::default();
    for unit in 0..units.count() {
        index.file(unit, How::Alone, &mut scratch);
    }
    let look = |scratch: &mut Scratch, later: u32| {
        let mut out = Vec::new();
        index.all_candidates(later, later, scratch, |earlier, similarity| {
            out.extend(similarity.map(|similarity| Match {
                later,
                earlier,
                similarity,
            }));
        });
        out
    };
    let pool = Pool::default();
    if (units.count() as usize) < SMALL {
        (0..units.count()).flat_map(|later| look(&mut scratch, later)).collect()
    } else {
        (0..units.count())
            .into_par_iter()
            .map_init(|| pool.lend(), |lent, later| look(&mut lent.scratch, later))
            .flatten_iter()
            .collect()
    }
}

/// A pair that the filters propose, and what verifying it on the folds says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The unit decided later.
    pub later: u32,
    /// The unit decided earlier.
    pub earlier: u32,
    /// Their similarity if they satisfy the rule; `None` if the pair was refused.
    pub similarity: Option<Similarity>,
}

/// Every pair of units that the prefix filter proposes, verified or refused, ordered by later, then earlier unit: to
/// look inside. Those with a similarity are exactly [`pairs`]; how many others there are is what the join costs
/// beyond its result. Refused pairs depend on the order of shingles and on shared counters, so they are no promise.
#[must_use]
pub fn candidates<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Candidate> {
    let mut index = Index::new(units, rule, None, false);
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for later in 0..units.count() {
        index.all_candidates(later, later, &mut scratch, |earlier, similarity| {
            out.push(Candidate {
                later,
                earlier,
                similarity,
            });
        });
        index.file(later, How::Alone, &mut scratch);
    }
    out
}

/// Decides units in order: one that matches a unit kept before is removed in favour of the *first* such unit, any
/// other is kept. Units should be distinct (collapse equal folds first); those without tokens are kept.
///
/// The result holds a match for each removed unit; its `earlier` unit is always kept. It is the same for every
/// number of threads.
#[must_use]
pub fn leaders<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Option<Match>> {
    leaders_after(units, 0, rule)
}

/// As [`leaders()`], but the first `known` units are kept in any case. The result is for the units after them.
#[must_use]
pub fn leaders_after<U: Units + ?Sized>(units: &U, known: u32, rule: &Rule) -> Vec<Option<Match>> {
    let known = known.min(units.count());
    let mut leaders = Leaders::new(units, rule, None, None);
    let mut filed: Vec<u32> = (0..known).collect();
    for &unit in &filed {
        leaders.file(unit, Past::default());
    }
    let mut out = Vec::with_capacity((units.count() - known) as usize);
    let with_threads = Leaders::<U>::is_worth_threads((units.count() - known) as usize);
    let mut start = known;
    while start < units.count() {
        let batch: Vec<u32> = (start..units.count().min(start.saturating_add(BATCH))).collect();
        start += narrow(batch.len());
        let looked = if with_threads {
            leaders.start_batch();
            let batch: Vec<_> = batch.iter().map(|&unit| (unit, Past::default())).collect();
            leaders.look_all(&batch)
        } else {
            vec![Found::Nothing(Past::default()); batch.len()]
        };
        for (unit, found) in batch.into_iter().zip(looked) {
            let found = match found {
                Found::Nothing(past) => leaders.look(unit, past),
                found @ Found::Match(..) => found,
            };
            out.push(match found {
                Found::Match(leader, similarity) => Some(Match {
                    later: unit,
                    earlier: filed[leader as usize],
                    similarity,
                }),
                Found::Nothing(past) => {
                    leaders.file(unit, past);
                    filed.push(unit);
                    None
                }
            });
        }
    }
    out
}

/// An order of shingles, rare ones first, that joins of several kinds of units share.
#[derive(Debug)]
pub(crate) struct Order(Sketch);

impl Order {
    /// The order by the shingles of these units. It serves them and whatever is part of one of them: if a shingle comes
    /// once in all of them, then in one part only.
    pub(crate) fn of<U: Units + ?Sized>(units: &U, rule: &Rule) -> Self {
        let lengths = (0..units.count()).map(|i| units.tokens(i).len());
        let shortest = lengths.filter(|&n| n > 0).min().unwrap_or(0);
        let bounds = measure::Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        Self(Sketch::count(units, bounds.keys))
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
