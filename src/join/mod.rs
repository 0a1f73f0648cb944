//! The exact similarity join: every pair at or above the threshold, and no other.
//!
//! Prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007): under any fixed total order of shingles, two bags with
//! overlap o share one among their first |x| − o + 1. Here rare shingles come first, shingles that stand in one unit
//! only are left out, lengths are held against each other, an overlap count on hashes stops as soon as it cannot
//! reach what the threshold demands (Xiao et al., PPJoin, 2008), and what remains is **verified on the folds**: a
//! hash collision can propose a pair, never decide one.
//!
//! Two joins: [`pairs`] finds all matches; [`leaders`] decides units in order, comparing each with the units kept so
//! far, which is the lexicographically first maximal independent set of the match graph (Blelloch, Fineman and Shun
//! 2012) and never builds that graph.

mod edit;
mod guards;
mod index;
mod measure;
mod numbers;
mod postings;
mod sketch;
mod verify;

pub use guards::{Guard, Names, covers, missing_numbers, refills, tells_more};
pub use measure::{Measure, Similarity, Threshold};

use crate::shingle::Lengths;
use index::{Index, Pool, Scratch};
use rayon::prelude::*;
use std::ops::Range;

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
    /// If true, every number of the later unit must stand in the earlier one, by value and as often.
    pub guard_numbers: bool,
    /// If true, units of scripts written without spaces must also share pairs of letters: see [`covers`].
    pub guard_letters: bool,
    /// If true, what the later unit adds must be little: see [`tells_more`].
    pub guard_additions: bool,
    /// What a word in another's place means; the joins themselves know [`Names::Strict`] only.
    pub names: Names,
}

impl Rule {
    /// The lengths of the shingles by which candidates are told; those of the measure, where it has shingles.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        measure::Bounds::new(self.measure, self.threshold).lengths
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
/// nothing. The cost grows with the number of pairs found, which for boilerplate is quadratic: see [`leaders`].
#[must_use]
pub fn pairs<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Match> {
    let mut index = Index::new(units, rule);
    let mut scratch = Scratch::default();
    for unit in 0..units.count() {
        index.insert(unit, &mut scratch);
    }
    let look = |scratch: &mut Scratch, later: u32| {
        let mut out = Vec::new();
        if index.load(later, scratch) {
            index.all_matches(later, scratch, &mut out);
        }
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
    let mut index = Index::new(units, rule);
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for later in 0..units.count() {
        if index.load(later, &mut scratch) {
            index.all_candidates(later, &mut scratch, &mut out);
        }
        index.insert(later, &mut scratch);
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

/// As [`leaders`], but the first `known` units are kept in any case. The result is for the units after them.
#[must_use]
pub fn leaders_after<U: Units + ?Sized>(units: &U, known: u32, rule: &Rule) -> Vec<Option<Match>> {
    leaders_observed(units, known, rule, &|_| (), None).0
}

/// What else is asked of leaders: see [`leaders_observed`].
#[derive(Clone, Copy)]
pub(crate) struct Versions<'w> {
    /// A rule of the same measure and threshold.
    pub(crate) rule: Rule,
    /// The units it is asked of.
    pub(crate) wanted: &'w (dyn Fn(u32) -> bool + Sync),
}

/// As [`leaders_after`]; `observe` is told of units that have been decided, as their number since it was told last.
///
/// With `versions` also gives for each new leader that is wanted and has numbers the first leader before it that
/// satisfies that rule, lacks one of its numbers and is no version itself, if there is one.
pub(crate) fn leaders_observed<U: Units + ?Sized>(
    units: &U,
    known: u32,
    rule: &Rule,
    observe: &(dyn Fn(u64) + Sync),
    versions: Option<Versions<'_>>,
) -> (Vec<Option<Match>>, Vec<Match>) {
    let mut index = Index::new(units, rule);
    let mut scratch = Scratch::default();
    let known = known.min(units.count());
    for unit in 0..known {
        index.insert(unit, &mut scratch);
    }
    let mut decisions: Vec<Option<Match>> = Vec::with_capacity((units.count() - known) as usize);
    // Alone, or with little to do, one settles each batch in one go.
    let alone = ((units.count() - known) as usize) < SMALL || rayon::current_num_threads() == 1;
    let pool = Pool::default();
    let mut start = known;
    while start < units.count() {
        let batch = start..units.count().min(start.saturating_add(BATCH));
        if alone {
            settle(&mut index, batch.clone(), 0, None, &mut scratch, &mut decisions);
        } else {
            // Side by side against the leaders of earlier batches …
            let look = |lent: &mut index::Lent<'_>, unit: u32| {
                let scratch = &mut lent.scratch;
                let may_match = index.load(unit, scratch);
                match may_match.then(|| index.first_match(unit, 0, scratch)).flatten() {
                    Some(found) => Looked::Found(found),
                    None => Looked::Missed(Index::<U>::take_keys(scratch)),
                }
            };
            let looked: Vec<Looked> = batch.clone().into_par_iter().map_init(|| pool.lend(), look).collect();
            // … then in order among themselves.
            settle(
                &mut index,
                batch.clone(),
                start,
                Some(looked),
                &mut scratch,
                &mut decisions,
            );
        }
        observe(batch.len() as u64);
        start = batch.end;
    }
    let versions = versions.map_or_else(Vec::new, |versions| {
        let kept: Vec<u32> = (known..)
            .zip(&decisions)
            .filter_map(|(unit, decision)| decision.is_none().then_some(unit))
            .collect();
        find_versions(&mut index, &kept, versions, &pool)
    });
    (decisions, versions)
}

/// Those of the kept units that are versions of one that is none: see [`leaders_observed`]. Only what is no version is
/// filed, or a million notices would each be held against all others.
fn find_versions<U: Units + ?Sized>(
    index: &mut Index<'_, U>,
    kept: &[u32],
    Versions { rule, wanted }: Versions<'_>,
    pool: &Pool,
) -> Vec<Match> {
    index.start_over(&rule);
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    let alone = kept.len() < SMALL || rayon::current_num_threads() == 1;
    for batch in kept.chunks(BATCH as usize) {
        let since = if alone { 0 } else { batch[0] };
        let earlier: Vec<Option<Match>> = if alone {
            Vec::new()
        } else {
            let look = |lent: &mut index::Lent<'_>, &unit: &u32| {
                let asked = index.has_numbers(unit) && wanted(unit);
                asked.then(|| index.first_other(unit, 0, &mut lent.scratch)).flatten()
            };
            batch.par_iter().map_init(|| pool.lend(), look).collect()
        };
        for (i, &unit) in batch.iter().enumerate() {
            let found = earlier.get(i).copied().flatten().or_else(|| {
                let asked = index.has_numbers(unit) && wanted(unit);
                asked.then(|| index.first_other(unit, since, &mut scratch)).flatten()
            });
            match found {
                Some(found) => out.push(found),
                None => index.insert_loaded(unit, &mut scratch),
            }
        }
    }
    out
}

/// What looking a unit up among the leaders of earlier batches has brought.
enum Looked {
    Found(Match),
    /// Nothing, and the keys it was looked up by.
    Missed(Vec<index::Key>),
}

/// Settles one batch in order, given what the leaders before `since` say, if they were asked.
fn settle<U: Units + ?Sized>(
    index: &mut Index<'_, U>,
    batch: Range<u32>,
    since: u32,
    looked: Option<Vec<Looked>>,
    scratch: &mut Scratch,
    decisions: &mut Vec<Option<Match>>,
) {
    let mut looked = looked.into_iter().flatten();
    for unit in batch {
        let may_match = match looked.next() {
            Some(Looked::Found(found)) => {
                decisions.push(Some(found));
                continue;
            }
            Some(Looked::Missed(keys)) => index.load_again(unit, keys, scratch),
            None => index.load(unit, scratch),
        };
        let decision = may_match.then(|| index.first_match(unit, since, scratch)).flatten();
        if decision.is_none() {
            index.insert_loaded(unit, scratch);
        }
        decisions.push(decision);
    }
}

#[cfg(test)]
mod tests;
