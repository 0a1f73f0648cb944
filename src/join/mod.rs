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

mod batch;
mod bitmap;
mod crowd;
mod edit;
mod index;
mod keys;
mod leaders;
mod letters;
mod lists;
mod measure;
mod numbers;
mod partners;
mod postings;
mod prepared;
mod scratch;
mod shard;
mod sketch;
mod sorted;
mod verify;

pub use letters::covers;
pub use measure::{Measure, Similarity, Threshold};

#[cfg(feature = "index")]
pub(crate) use index::ways;
pub(crate) use leaders::{Found, Leaders, Original, Unmatched};
#[cfg(feature = "index")]
pub(crate) use shard::write_shard;
pub(crate) use shard::{ReadFold, Shard};
pub(crate) use sorted::{SortedLists, write as write_sorted};

use crate::origin::{Origin, Reach};
use crate::shingle::Lengths;
use crate::verdict::{Context, LaterLanguage, Level, Lost, Pair, lost_of_pair};
use batch::{Batch, Near, Shared};
use prepared::Prepared;
use rayon::prelude::*;
use scratch::{Lent, Pool};
use sketch::Sketch;

/// Below this many units threads cost more than they bring.
const SMALL: usize = 512;

/// Candidates that are laid beside the unit sooner than words are looked up.
const FEW: usize = 16;

/// A batch of no more units than this is never too much work.
const LEAST: usize = 32;

/// The units to be joined, in the order in which they are decided.
///
/// ```
/// use redite::fold::{Tokens, fold};
/// use redite::join::Units;
///
/// let units: &[Tokens] = &[fold("One."), fold("Two.")];
/// assert_eq!((units.count(), units.text(1)), (2, "two"));
/// ```
pub trait Units: Sync {
    /// Number of units.
    fn count(&self) -> u32;
    /// Hashes of the tokens of unit `i`, as [`crate::fold::Tokens::hashes`] gives them.
    fn tokens(&self, i: u32) -> &[u32];
    /// The fold of unit `i`: its tokens with single spaces between them.
    fn text(&self, i: u32) -> &str;
    /// Where the article of unit `i` comes from and when, as far as that has a say in what it is compared with.
    fn origin(&self, i: u32) -> Origin {
        let _ = i;
        Origin::default()
    }
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
///
/// ```
/// let rule = redite::Detector::new().settings().rule();
/// assert_eq!(rule.threshold.value(), 0.52);
/// ```
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
    ///
    /// ```
    /// use redite::Lost;
    /// use redite::verdict::Context;
    ///
    /// let rule = redite::Detector::new().settings().rule();
    /// let lost = rule.lost("120 people came on friday", "180 people came on friday", Context::Unknown);
    /// assert_eq!(lost, Some(Lost::Number("120")));
    /// ```
    #[must_use]
    pub fn lost<'f>(&self, later: &'f str, earlier: &'f str, context: Context) -> Option<Lost<'f>> {
        let pair = Pair::new(later, earlier);
        self.lost_of_pair(&pair, [later, earlier], context, &LaterLanguage::default())
    }

    /// The same of folds that have been laid side by side already.
    fn lost_of_pair<'f>(
        &self,
        pair: &Pair<'f>,
        [later, earlier]: [&str; 2],
        context: Context,
        told: &LaterLanguage,
    ) -> Option<Lost<'f>> {
        if letters::pair_covers(pair, later, earlier, self.threshold) {
            lost_of_pair(pair, self.level, context, told)
        } else {
            Some(Lost::Rewritten)
        }
    }

    /// The similarity of two folds, if `later` satisfies the rule in a reprint of `earlier`.
    pub(crate) fn similarity_in_reprint(&self, later: &str, earlier: &str) -> Option<Similarity> {
        verify::similarity(later, earlier, self, Context::Reprint, &LaterLanguage::default())
    }

    /// The lengths of the shingles by which candidates are told; those of the measure, where it has shingles.
    ///
    /// ```
    /// use redite::shingle::Lengths;
    ///
    /// assert_eq!(redite::Detector::new().settings().rule().lengths(), Lengths::ONE_AND_TWO);
    /// ```
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
///
/// ```
/// let units = ["a storm tore the roof off", "a storm tore the roof off!"].map(redite::fold::fold);
/// let found = redite::join::pairs(&units[..], &redite::Detector::new().settings().rule());
/// assert_eq!((found[0].later, found[0].earlier), (1, 0));
/// ```
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
///
/// ```
/// let units = ["the storm tore the roof off", "no news", "the storm tore a roof off"].map(redite::fold::fold);
/// let found = redite::join::pairs(&units[..], &redite::Detector::new().settings().rule());
/// assert_eq!(found.iter().map(|pair| (pair.later, pair.earlier)).collect::<Vec<_>>(), [(2, 0)]);
/// ```
#[must_use]
pub fn pairs<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Match> {
    let verified = |pair: Candidate| {
        let similarity = pair.similarity?;
        Some(Match {
            later: pair.later,
            earlier: pair.earlier,
            similarity,
        })
    };
    candidates(units, rule).into_iter().filter_map(verified).collect()
}

/// A pair that the filters propose, and what verifying it on the folds says.
///
/// ```
/// let units = ["the storm tore 2 roofs off", "the storm tore 3 roofs off"].map(redite::fold::fold);
/// let rule = redite::Detector::new().settings().rule();
/// let refused = redite::join::candidates(&units[..], &rule).into_iter().all(|pair| pair.similarity.is_none());
/// assert!(refused);
/// ```
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
///
/// ```
/// let units = ["the storm tore the roof off", "the storm tore a roof off"].map(redite::fold::fold);
/// let proposed = redite::join::candidates(&units[..], &redite::Detector::new().settings().rule());
/// assert!(proposed[0].similarity.is_some());
/// ```
#[must_use]
pub fn candidates<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Candidate> {
    let prepared = Prepared::new(units, rule, Reach::default(), None, false);
    let pool = Pool::default();
    let all: Vec<u32> = (0..units.count()).collect();
    let Some(shared) = Shared::new(&all, &prepared, false) else {
        return Vec::new();
    };
    let mut batch = Batch::default();
    batch.renew(all, &shared, &prepared, &pool, |_| true);
    let verify = |lent: &mut Lent<'_>, later: u32| {
        let told = LaterLanguage::default();
        let earlier = batch.near(later as usize).iter().take_while(|near| near.place < later);
        let candidate = |&Near { place: earlier, known }: &Near| Candidate {
            later,
            earlier,
            similarity: known
                .unwrap_or_else(|| prepared.verified(later, earlier, rule, &mut lent.scratch.verifier, &told)),
        };
        earlier.map(candidate).collect::<Vec<_>>()
    };
    let all = (0..units.count()).into_par_iter();
    all.map_init(|| pool.lend(), verify).flatten_iter().collect()
}

/// Decides units in order: one that matches a unit kept before is removed in favour of the *first* such unit, any
/// other is kept. Units should be distinct (collapse equal folds first); those without tokens are kept.
///
/// The result holds a match for each removed unit; its `earlier` unit is always kept. It is the same for every
/// number of threads.
///
/// ```
/// let units = ["the storm tore the roof off", "no news", "the storm tore a roof off"].map(redite::fold::fold);
/// let decided = redite::join::leaders(&units[..], &redite::Detector::new().settings().rule());
/// assert_eq!(decided.iter().map(|repeat| repeat.map(|repeat| repeat.earlier)).collect::<Vec<_>>(), [None, None, Some(0)]);
/// ```
#[must_use]
pub fn leaders<U: Units + ?Sized>(units: &U, rule: &Rule) -> Vec<Option<Match>> {
    leaders_after(units, 0, rule)
}

/// As [`leaders()`], but the first `known` units are kept in any case. The result is for the units after them.
///
/// ```
/// let units = ["the storm tore the roof off", "the storm tore a roof off"].map(redite::fold::fold);
/// let rule = redite::Detector::new().settings().rule();
/// // Both are known: neither is decided.
/// assert!(redite::join::leaders_after(&units[..], 2, &rule).is_empty());
/// ```
#[must_use]
pub fn leaders_after<U: Units + ?Sized>(units: &U, known: u32, rule: &Rule) -> Vec<Option<Match>> {
    let known = known.min(units.count());
    let mut leaders = Leaders::new(units, rule, Reach::default(), None, None);
    leaders.file_known((0..known).collect());
    let mut filed: Vec<u32> = (0..known).collect();
    let mut fates = vec![Found::Nothing(Unmatched::default()); (units.count() - known) as usize];
    let mut out = Vec::with_capacity(fates.len());
    for unit in known..units.count() {
        let at = (unit - known) as usize;
        if let Found::Nothing(past) = fates[at]
            && !leaders.is_ready(unit)
        {
            if leaders.size() == 1 {
                fates[at] = leaders.look_at(unit, past);
            } else {
                let open = (unit..units.count()).filter_map(|unit| match fates[(unit - known) as usize] {
                    Found::Nothing(past) => Some((unit, past)),
                    Found::Match(..) => None,
                });
                let ahead: Vec<_> = open.take(leaders.size()).collect();
                for (unit, found) in leaders.look_ahead(&ahead) {
                    fates[(unit - known) as usize] = found;
                }
            }
        }
        if let Found::Nothing(past) = fates[at] {
            fates[at] = leaders.decide(unit, past);
        }
        out.push(match fates[at] {
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
    out
}

/// An order of shingles, rare ones first, that joins of several kinds of units share, or of several shares of a corpus.
#[derive(Debug)]
pub(crate) struct Order {
    sketch: Sketch,
    bounds: measure::Bounds,
    demands: keys::Demands,
    /// All units of a corpus are counted, and found by the same lengths of shingles.
    is_of_corpus: bool,
}

impl Order {
    /// The order by the shingles of these units. It serves them and whatever is part of one of them: if a shingle comes
    /// once in all of them, then in one part only.
    pub(crate) fn of<U: Units + ?Sized>(units: &U, rule: &Rule) -> Self {
        let lengths = (0..units.count()).map(|i| units.tokens(i).len());
        let shortest = lengths.filter(|&n| n > 0).min().unwrap_or(0);
        let bounds = measure::Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        Self {
            sketch: Sketch::count(units, bounds.keys),
            bounds,
            demands: keys::Demands::new(0, false),
            is_of_corpus: false,
        }
    }

    /// For a corpus with units of at least `shortest` tokens, which are still to be counted, in about so many bytes.
    pub(crate) fn of_corpus(rule: &Rule, shortest: usize, bytes: usize) -> Self {
        let bounds = measure::Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        Self {
            sketch: Sketch::of_bytes(bytes, bounds.keys),
            bounds,
            demands: keys::Demands::of_corpus(),
            is_of_corpus: true,
        }
    }

    /// An [open](Self::of_open_corpus) order in as little memory as it needs, once all has been counted.
    #[cfg(feature = "index")]
    pub(crate) fn shrunk(&self) -> Self {
        Self {
            sketch: self.sketch.shrunk(),
            demands: keys::Demands::of_corpus(),
            ..*self
        }
    }

    /// What [`Order::restored`] makes the same order of.
    #[cfg(feature = "index")]
    pub(crate) fn tables(&self) -> (Vec<u8>, Vec<u16>) {
        self.sketch.tables()
    }

    /// An order that was made before, [for a corpus that is open](Self::of_open_corpus); nothing if these are no tables.
    #[cfg(feature = "index")]
    pub(crate) fn restored(rule: &Rule, shortest: usize, (counts, frequent): (Vec<u8>, Vec<u16>)) -> Option<Self> {
        let bounds = measure::Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        Some(Self {
            sketch: Sketch::restored(counts, frequent, bounds.keys)?,
            bounds,
            demands: keys::Demands::of_corpus(),
            is_of_corpus: true,
        })
    }

    /// The same, where units may follow that are never counted.
    #[cfg(feature = "index")]
    pub(crate) fn of_open_corpus(rule: &Rule, shortest: usize, bytes: usize) -> Self {
        let Self { sketch, bounds, .. } = Self::of_corpus(rule, shortest, bytes);
        Self {
            sketch: sketch.open(),
            bounds,
            demands: keys::Demands::of_corpus(),
            is_of_corpus: true,
        }
    }

    /// Counts the shingles of some units, before the first of any are compared.
    pub(crate) fn count<U: Units + ?Sized>(&self, units: &U) {
        self.sketch.count_more(units);
    }

    /// True if a unit of so many tokens is too short for any shingle, and so one of its own: not part of any other's.
    pub(crate) fn is_own_shingle(&self, tokens: usize) -> bool {
        self.bounds.keys.iter().all(|w| w > tokens)
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
