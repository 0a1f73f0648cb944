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

mod crowd;
mod edit;
mod index;
mod keys;
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

pub(crate) use stream::{Filter, Keys, Meeting, Plan, Signature, Waiting, has_numbers};

use crate::shingle::Lengths;
use crate::verdict::{Level, Lost, Pair, Told, lost_of_pair};
use crowd::CROWD;
use index::{Among, Index, Lent, Pool, Scratch};
use rayon::prelude::*;
use sketch::Sketch;
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
    /// What may be lost with the later unit.
    pub level: Level,
}

impl Rule {
    /// True if every number of the later unit must stand in the earlier one, by value and as often.
    pub(crate) fn keeps_numbers(&self) -> bool {
        self.level != Level::Boilerplate
    }

    /// What would be lost if fold `later` went in favour of fold `earlier`, which it is like; nothing if
    /// it repeats it.
    #[must_use]
    pub fn lost<'f>(&self, later: &'f str, earlier: &'f str) -> Option<Lost<'f>> {
        self.lost_of_pair(&Pair::new(later, earlier), [later, earlier], &Told::default())
    }

    /// The same of folds that have been laid side by side already.
    fn lost_of_pair<'f>(&self, pair: &Pair<'f>, [later, earlier]: [&str; 2], told: &Told) -> Option<Lost<'f>> {
        if letters::pair_covers(pair, later, earlier, self.threshold) {
            lost_of_pair(pair, self.level, told)
        } else {
            Some(Lost::Rewritten)
        }
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
/// nothing. The cost grows with the number of pairs found, which for boilerplate is quadratic: see [`leaders`].
#[must_use]
pub fn pairs<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Match> {
    let mut index = Index::new(units, 0, rule, &Asked::default());
    let mut scratch = Scratch::default();
    for unit in 0..units.count() {
        index.insert(unit, &mut scratch);
    }
    let look = |scratch: &mut Scratch, later: u32| {
        let mut out = Vec::new();
        index.all_matches(later, scratch, &mut out);
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
    let mut index = Index::new(units, 0, rule, &Asked::default());
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for later in 0..units.count() {
        index.all_candidates(later, &mut scratch, &mut out);
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
    leaders_asked(units, known, rule, &Asked::default()).0
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

/// What else is asked of leaders: see [`leaders_asked`].
#[derive(Clone, Copy)]
pub(crate) struct Versions<'a> {
    /// A rule of the same measure and threshold.
    pub(crate) rule: Rule,
    /// The units it is asked of.
    pub(crate) wanted: &'a (dyn Fn(u32) -> bool + Sync),
    /// The units that are known to be versions of others, which are not among these.
    pub(crate) known: &'a (dyn Fn(u32) -> bool + Sync),
}

/// Units of two sorts: those of one sort are not compared with one another, but with the others, and the others with all.
#[derive(Clone, Copy)]
pub(crate) struct Apart<'a> {
    /// Says of a unit whether it is of that sort.
    pub(crate) is_apart: &'a (dyn Fn(u32) -> bool + Sync),
    /// Those of that sort that stay in any case.
    pub(crate) stays: &'a (dyn Fn(u32) -> bool + Sync),
}

/// How leaders are found, and what is to be found besides.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Is told of units that have been decided, as their number since it was told last.
    pub(crate) observe: &'a (dyn Fn(u64) + Sync),
    /// An order that serves these units, if there is one already.
    pub(crate) order: Option<&'a Order>,
    pub(crate) apart: Option<Apart<'a>>,
    pub(crate) versions: Option<Versions<'a>>,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            observe: &|_| (),
            order: None,
            apart: None,
            versions: None,
        }
    }
}

/// As [`leaders_after`].
///
/// With `versions` also gives for each new leader that is wanted and has numbers the first leader before it that
/// satisfies that rule, lacks one of its numbers and is no version itself, if there is one. Only with those that are no
/// versions it is compared, or a million notices would each be held against all others.
pub(crate) fn leaders_asked<U: Units + ?Sized>(
    units: &U,
    known: u32,
    rule: &Rule,
    asked: &Asked<'_>,
) -> (Vec<Option<Match>>, Vec<Match>) {
    let known = known.min(units.count());
    let mut join = Join {
        index: Index::new(units, known, rule, asked),
        asked,
        decisions: Vec::with_capacity((units.count() - known) as usize),
        versions: Vec::new(),
    };
    let mut scratch = Scratch::default();
    for unit in 0..known {
        join.index.insert(unit, &mut scratch);
    }
    // Alone, or with little to do, one settles each batch in one go.
    let alone = ((units.count() - known) as usize) < SMALL || rayon::current_num_threads() == 1;
    let pool = Pool::default();
    let mut start = known;
    while start < units.count() {
        let batch = start..units.count().min(start.saturating_add(BATCH));
        let looked = if alone {
            Vec::new()
        } else {
            join.index.start_batch();
            // Side by side against the leaders of earlier batches …
            let look = |lent: &mut Lent<'_>, unit: u32| join.look(unit, 0, &mut lent.scratch);
            batch.clone().into_par_iter().map_init(|| pool.lend(), look).collect()
        };
        // … then in order among themselves.
        join.settle(batch.clone(), &looked, &mut scratch);
        (asked.observe)(batch.len() as u64);
        start = batch.end;
    }
    (join.decisions, join.versions)
}

struct Join<'u, 'a, U: ?Sized> {
    index: Index<'u, U>,
    asked: &'a Asked<'a>,
    decisions: Vec<Option<Match>>,
    versions: Vec<Match>,
}

/// What looking a unit up has brought.
#[derive(Clone, Copy)]
enum Looked {
    /// It goes.
    Match(Match),
    /// It stays, as a version of another.
    Version(Match),
    /// It stays, and its candidates have cost so much.
    Nothing(u64),
}

impl<U: Units + ?Sized> Join<'_, '_, U> {
    /// Looks a unit up among the leaders from `since` on.
    fn look(&self, unit: u32, since: u32, scratch: &mut Scratch) -> Looked {
        let apart = self.asked.apart.filter(|apart| (apart.is_apart)(unit));
        if apart.is_some_and(|apart| (apart.stays)(unit)) {
            return Looked::Nothing(0);
        }
        let among = if apart.is_some() { Among::Originals } else { Among::All };
        match self.index.first_match(unit, among, since, scratch) {
            Some(found) => Looked::Match(found),
            None => {
                let met = scratch.met();
                self.version(unit, since, scratch)
                    .map_or(Looked::Nothing(met), Looked::Version)
            }
        }
    }

    fn version(&self, unit: u32, since: u32, scratch: &mut Scratch) -> Option<Match> {
        let Versions { rule, wanted, known } = self.asked.versions?;
        let asked = self.index.has_numbers(unit) && wanted(unit) && !known(unit);
        asked.then(|| self.index.first_original(unit, &rule, since, scratch))?
    }

    /// Settles one batch in order, given what the leaders before it say, if they were asked.
    fn settle(&mut self, batch: Range<u32>, looked: &[Looked], scratch: &mut Scratch) {
        let since = if looked.is_empty() { 0 } else { batch.start };
        let mut looked = looked.iter();
        for unit in batch {
            let found = match looked.next().copied().unwrap_or(Looked::Nothing(0)) {
                Looked::Nothing(met) => match self.look(unit, since, scratch) {
                    Looked::Nothing(more) => Looked::Nothing(met + more),
                    found => found,
                },
                // What is a version of an early one may still repeat a later one.
                Looked::Version(version) => match self.index.first_match(unit, Among::All, since, scratch) {
                    Some(found) => Looked::Match(found),
                    None => Looked::Version(version),
                },
                found @ Looked::Match(_) => found,
            };
            match found {
                Looked::Match(found) => self.decisions.push(Some(found)),
                Looked::Version(version) => {
                    self.index.insert_version(unit, scratch);
                    self.versions.push(version);
                    self.decisions.push(None);
                }
                Looked::Nothing(_) if self.asked.versions.is_some_and(|versions| (versions.known)(unit)) => {
                    self.index.insert_version(unit, scratch);
                    self.decisions.push(None);
                }
                Looked::Nothing(_) if self.asked.apart.is_some_and(|apart| (apart.is_apart)(unit)) => {
                    self.index.insert_version(unit, scratch);
                    self.decisions.push(None);
                }
                Looked::Nothing(met) if met > CROWD => {
                    self.index.insert_crowded(unit, scratch);
                    self.decisions.push(None);
                }
                Looked::Nothing(_) => {
                    self.index.insert(unit, scratch);
                    self.decisions.push(None);
                }
            }
        }
    }
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
