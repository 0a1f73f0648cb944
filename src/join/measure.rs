//! What "near" means, and what a threshold on it demands of two bags of shingles.

use crate::shingle::Lengths;
use crate::verdict::{Pair, Token};
use std::collections::HashMap;
use std::fmt;

/// A share of something counted: exact, and the same on every machine. (Where more than 2^32 shingles are counted, both
/// numbers are halved until they fit.)
///
/// ```
/// use redite::join::Measure;
///
/// let similarity = Measure::default().similarity("a b c", "a b d");
/// assert_eq!((similarity.shared, similarity.of), (3, 7));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Similarity {
    /// How many are shared.
    pub shared: u32,
    /// Of how many; at least 1.
    pub of: u32,
}

impl Similarity {
    /// Everything is shared.
    ///
    /// ```
    /// assert_eq!(redite::join::Similarity::EQUAL.value(), 1.0);
    /// ```
    pub const EQUAL: Self = Self { shared: 1, of: 1 };

    pub(super) fn new(shared: usize, of: usize) -> Self {
        let of = of.max(1);
        let halvings = (usize::BITS - of.leading_zeros()).saturating_sub(u32::BITS);
        let narrow = |n: usize| u32::try_from(n >> halvings).unwrap_or(u32::MAX);
        Self {
            shared: narrow(shared),
            of: narrow(of),
        }
    }

    /// The share as a number from 0 to 1, correctly rounded.
    ///
    /// ```
    /// use redite::join::Measure;
    ///
    /// assert_eq!(Measure::default().similarity("a b c", "a b d").value(), 3.0 / 7.0);
    /// ```
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.shared) / f64::from(self.of)
    }
}

impl fmt::Display for Similarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.value())
    }
}

/// How the likeness of a later text `a` to an earlier text `b` is measured. All are 1 for equal folds.
///
/// ```
/// use redite::join::Measure;
/// use redite::shingle::Lengths;
///
/// let [later, earlier] = ["a b c", "a b c d e f"];
/// assert_eq!(Measure::Jaccard(Lengths::ONE).similarity(later, earlier).value(), 0.5);
/// assert_eq!(Measure::Containment(Lengths::ONE).similarity(later, earlier).value(), 1.0);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Measure {
    /// Shared shingles over all shingles of both, `|A∩B| / |A∪B|` on bags: Broder's resemblance.
    Jaccard(Lengths),
    /// Share of the later text's shingles that stand in the earlier one, `|A∩B| / |A|`: Broder's containment.
    Containment(Lengths),
    /// `1 − d / max(|a|, |b|)` with d the Levenshtein distance in tokens.
    Edit,
}

impl Default for Measure {
    fn default() -> Self {
        Self::Jaccard(Lengths::ONE_AND_TWO)
    }
}

impl fmt::Display for Measure {
    /// The name used on the command line and in output, such as `jaccard:1,2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jaccard(lengths) => write!(f, "jaccard:{lengths}"),
            Self::Containment(lengths) => write!(f, "containment:{lengths}"),
            Self::Edit => f.write_str("edit"),
        }
    }
}

impl Measure {
    /// The measure of two folds, `a` the later one, computed on the tokens themselves: no hash has a say.
    /// Time and memory are linear in both (for [`Measure::Edit`], time is also quadratic in the distance).
    ///
    /// ```
    /// use redite::join::Measure;
    ///
    /// assert_eq!(Measure::Edit.similarity("a b c d", "a x c d").value(), 0.75);
    /// ```
    #[must_use]
    pub fn similarity(self, a: &str, b: &str) -> Similarity {
        self.of_pair(&Pair::new(a, b))
    }

    /// The same of folds that have been laid side by side.
    pub(super) fn of_pair(self, pair: &Pair<'_>) -> Similarity {
        let (left, right) = (&pair.later, &pair.earlier);
        match self {
            Self::Edit => {
                let longest = left.len().max(right.len());
                let distance = super::edit::distance(left, right, longest).unwrap_or(longest);
                Similarity::new(longest - distance, longest)
            }
            Self::Jaccard(lengths) | Self::Containment(lengths) => {
                let shared = if lengths == Lengths::ONE_AND_TWO {
                    shared_by_one_and_two(pair)
                } else {
                    shared_by(lengths, left, right)
                };
                let (x, y) = (lengths.count(left.len()), lengths.count(right.len()));
                if matches!(self, Self::Jaccard(_)) {
                    Similarity::new(shared, x + y - shared)
                } else {
                    Similarity::new(shared, x)
                }
            }
        }
    }
}

/// How many shingles two units share.
fn shared_by(lengths: Lengths, left: &[Token], right: &[Token]) -> usize {
    let mut bag: HashMap<&[Token], u32, ahash::RandomState> = HashMap::with_hasher(crate::hash::map_state());
    windows(right, lengths, |w| *bag.entry(w).or_default() += 1);
    let mut shared = 0;
    windows(left, lengths, |w| {
        if let Some(n) = bag.get_mut(w).filter(|n| **n > 0) {
            *n -= 1;
            shared += 1;
        }
    });
    shared
}

/// The same for the lengths of the default, without maps.
fn shared_by_one_and_two(pair: &Pair<'_>) -> usize {
    let (left, right) = (pair.stock(&pair.later), pair.stock(&pair.earlier));
    let words: u32 = left.iter().zip(&right).map(|(a, b)| a.min(b)).sum();
    words as usize + pair.shared_pairs()
}

/// The shingles of a unit as slices; the exact counterpart of [`crate::shingle::visit`].
fn windows<'t>(tokens: &'t [Token], lengths: Lengths, mut visit: impl FnMut(&'t [Token])) {
    for w in lengths.iter() {
        tokens.windows(w).for_each(&mut visit);
    }
    if lengths.iter().all(|w| w > tokens.len()) && !tokens.is_empty() {
        visit(tokens);
    }
}

/// More shingles than any unit has, and few enough that estimates of them are wrong by one at most.
const MOST: usize = usize::MAX >> if usize::BITS > 32 { 24 } else { 1 };

/// A similarity at or above which a text is near another: above 0, at most 1.
///
/// ```
/// use redite::join::Threshold;
///
/// assert!(Threshold::new(0.6).is_some() && Threshold::new(0.0).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Threshold(f64);

impl Threshold {
    /// Only what is wholly alike.
    ///
    /// ```
    /// assert_eq!(redite::join::Threshold::ONE.value(), 1.0);
    /// ```
    pub const ONE: Self = Self(1.0);

    /// The threshold `value`; `None` unless `0 < value <= 1`.
    ///
    /// ```
    /// assert!(redite::join::Threshold::new(f64::NAN).is_none());
    /// ```
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value <= 1.0).then_some(Self(value))
    }

    /// The number.
    ///
    /// ```
    /// assert_eq!(redite::join::Threshold::new(0.6).map(|threshold| threshold.value()), Some(0.6));
    /// ```
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }

    /// True if `similarity` is at or above the threshold. Quotient and threshold are the doubles nearest to what is
    /// meant, so that 3 of 5 reaches 0.6.
    ///
    /// ```
    /// use redite::join::{Similarity, Threshold};
    ///
    /// assert!(Threshold::ONE.admits(Similarity::EQUAL));
    /// ```
    #[must_use]
    pub fn admits(self, similarity: Similarity) -> bool {
        similarity.value() >= self.0
    }

    /// As [`Threshold::admits`], of counts of any size.
    #[expect(clippy::cast_precision_loss, reason = "no unit has 2^53 shingles")]
    pub(super) fn reached(self, shared: usize, of: usize) -> bool {
        shared as f64 / of.max(1) as f64 >= self.0
    }

    /// The most `n`, up to [`MOST`], with `part / n` at or above the threshold.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate, corrected below"
    )]
    fn most(self, part: usize) -> usize {
        let mut n = ((part as f64 / self.0) as usize).min(MOST);
        while n > part && !self.reached(part, n) {
            n -= 1;
        }
        while n < MOST && self.reached(part, n + 1) {
            n += 1;
        }
        n
    }

    /// The least `n` with `n / of` at or above the threshold.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate, corrected below"
    )]
    pub(super) fn least(self, of: usize) -> usize {
        let mut n = (of as f64 * self.0) as usize;
        while n > 0 && self.reached(n - 1, of) {
            n -= 1;
        }
        while !self.reached(n, of) {
            n += 1;
        }
        n
    }
}

/// Two bags that share o shingles share l of them among their first |x| − o + l, for any l up to o (Wang, Li and Feng,
/// *Can we beat the prefix filtering?*, 2012). A longer prefix costs postings and saves candidates.
const SHARED: usize = 3;

/// What a measure and a threshold demand, in tokens and shingles. All bounds are necessary conditions: they may let
/// a pair through that the measure refuses, never the other way round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) measure: Measure,
    pub(super) threshold: Threshold,
    /// The shingles that are counted to verify.
    pub(super) lengths: Lengths,
    /// The shingles that candidates are found by: those, or all but the shortest of them.
    pub(super) keys: Lengths,
}

impl Bounds {
    pub(super) fn new(measure: Measure, threshold: Threshold) -> Self {
        let lengths = match measure {
            Measure::Jaccard(lengths) | Measure::Containment(lengths) => lengths,
            // One edit spoils at most one 1-shingle and two 2-shingles; below 2/3 nothing of both need be left.
            Measure::Edit if threshold.value() >= 2.0 / 3.0 => Lengths::ONE_AND_TWO,
            Measure::Edit => Lengths::ONE,
        };
        Self {
            measure,
            threshold,
            lengths,
            keys: lengths,
        }
    }

    /// The same for units of at least `shortest` tokens, found by longer shingles if these alone must be shared.
    ///
    /// Units of n and m tokens share at most as many of the shortest shingles as the shorter has, so what else the
    /// overlap demands they share of the others. With one- and two-token shingles at .58 that is nearly half of the
    /// pairs, and pairs are much rarer than single tokens: letters, where a letter is a token, are never looked up.
    pub(super) fn for_units_of(self, shortest: usize) -> Self {
        let mut lengths = self.lengths.iter();
        let dropped = lengths.next();
        let longest = lengths.last();
        let Some(keys) = self
            .lengths
            .without_shortest()
            .filter(|_| longest.is_some_and(|w| shortest >= w))
        else {
            return self;
        };
        let narrowed = Self { keys, ..self };
        // Bounds grow with the tokens, or fall; both ends tell.
        let holds = dropped.is_some()
            && [shortest, shortest + 100_000]
                .iter()
                .all(|&n| narrowed.least_keys(n) > 0);
        if holds { narrowed } else { self }
    }

    /// The least number of keys that a unit of this length shares with *any* partner; 0 if that may be none.
    pub(super) fn least_keys(&self, tokens: usize) -> usize {
        if self.keys == self.lengths {
            return self.least_overlap_with_any(tokens);
        }
        let others = self.lengths.count(tokens) - self.keys.count(tokens);
        match self.measure {
            // Least with a partner of the same length: a shorter one shares fewer of the others, a longer one asks for
            // more overlap.
            Measure::Jaccard(_) => self.least_overlap(tokens, tokens).saturating_sub(others),
            Measure::Containment(_) => self.threshold.least(self.lengths.count(tokens)).saturating_sub(others),
            // One edit spoils at most two pairs; for the longer one's m tokens, m − 1 − 2·(1 − t)·m grows with m.
            Measure::Edit => self.unspoilt(tokens, 2.0),
        }
    }

    /// The least number of keys that a unit shares with a partner, of units of these lengths.
    pub(super) fn shared_keys(&self, later: usize, earlier: usize) -> usize {
        let others = |tokens: usize| self.lengths.count(tokens) - self.keys.count(tokens);
        let least = match self.measure {
            Measure::Jaccard(_) | Measure::Containment(_) => {
                let of_others = others(later).min(others(earlier));
                self.least_overlap(later, earlier).saturating_sub(of_others)
            }
            Measure::Edit => 0,
        };
        // What holds for any partner holds for this one.
        least.max(self.least_keys(later))
    }

    /// True if [`Self::shared_keys`] does not fall with the distance of the lengths of units, from one of the two.
    ///
    /// With o the least overlap, units of n and m tokens share at least o − min(n, m) pairs. A longer partner asks for more overlap, and min(n, m)
    /// stays. A partner that is shorter by one has two shingles less, so o falls by at most 2t/(1+t) ≤ 1 before it is rounded up, so
    /// by at most 1 afterwards, and min(n, m) falls by 1.
    pub(super) fn grow_apart(&self) -> bool {
        self.measure == Measure::Jaccard(Lengths::ONE_AND_TWO) && self.keys == Lengths::TWO
    }

    /// The least and the most tokens an earlier unit has that a later unit of `later` tokens can match.
    pub(super) fn partner_lengths(&self, later: usize) -> (usize, usize) {
        match self.measure {
            Measure::Jaccard(lengths) | Measure::Containment(lengths) => {
                let x = lengths.count(later);
                let most = match self.measure {
                    Measure::Jaccard(_) => lengths.most_tokens(self.threshold.most(x)),
                    _ => usize::MAX,
                };
                (lengths.least_tokens(self.threshold.least(x)), most)
            }
            Measure::Edit => (self.threshold.least(later), self.threshold.most(later)),
        }
    }

    /// The least number of shingles that units of these lengths, in tokens, share if they match.
    pub(super) fn least_overlap(&self, later: usize, earlier: usize) -> usize {
        let (x, y) = (self.lengths.count(later), self.lengths.count(earlier));
        match self.measure {
            Measure::Containment(_) => self.threshold.least(x),
            Measure::Jaccard(_) => {
                // o / (x + y - o) >= t; start from the real solution, settle on the exact one.
                let t = self.threshold.value();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    clippy::cast_precision_loss,
                    reason = "an estimate, corrected below"
                )]
                let mut o = ((x + y) as f64 * t / (1.0 + t)) as usize;
                o = o.min(x + y);
                while o > 0 && self.threshold.reached(o - 1, x + y - (o - 1)) {
                    o -= 1;
                }
                while o < x + y && !self.threshold.reached(o, x + y - o) {
                    o += 1;
                }
                o
            }
            Measure::Edit => {
                let longest = later.max(earlier);
                let edits = self.most_edits(longest);
                let spoilt: usize = self.lengths.iter().sum::<usize>() * edits;
                self.lengths.count(longest).saturating_sub(spoilt).max(1)
            }
        }
    }

    /// The most token edits two units may lie apart if the longer has `longest` tokens.
    pub(super) fn most_edits(&self, longest: usize) -> usize {
        longest - self.threshold.least(longest)
    }

    /// The least number of shingles that a unit of this length shares with *any* partner.
    fn least_overlap_with_any(&self, tokens: usize) -> usize {
        match self.measure {
            Measure::Jaccard(_) | Measure::Containment(_) => self.threshold.least(self.lengths.count(tokens)),
            Measure::Edit if self.lengths == Lengths::ONE => self.threshold.least(tokens),
            // For the longer one's m tokens, 2m − 1 − 3·(1 − t)·m grows with m, so m = tokens is the least.
            Measure::Edit => self.unspoilt(tokens, 3.0).max(1),
        }
    }

    /// The least number of shingles that the most edits leave of a unit, where each edit spoils as many as said: of two
    /// lengths of shingles 2m − 1 and three, of pairs alone m − 1 and two.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a lower bound, rounded down on purpose"
    )]
    fn unspoilt(&self, tokens: usize, spoilt: f64) -> usize {
        (tokens as f64 * (spoilt * self.threshold.value() - 1.0) - 1.0 - 1e-6).ceil() as usize
    }

    /// True if it makes no difference which of two units is the later one.
    pub(super) fn is_symmetric(&self) -> bool {
        !matches!(self.measure, Measure::Containment(_))
    }

    /// Number of prefix keys a later unit shares with every unit it matches, given its [`Bounds::least_keys`].
    pub(super) fn shared_in_prefix(least: usize) -> usize {
        least.clamp(1, SHARED)
    }

    /// Number of keys, first in the total order, by which the later unit of a pair must look for the earlier.
    pub(super) fn probe_prefix(&self, tokens: usize, least: usize) -> usize {
        let all = self.keys.count(tokens);
        (all + Self::shared_in_prefix(least)).saturating_sub(least).min(all)
    }

    /// Number of keys, first in the total order, under which the earlier unit of a pair must be found.
    pub(super) fn index_prefix(&self, tokens: usize, least: usize) -> usize {
        match self.measure {
            Measure::Containment(_) => self.keys.count(tokens),
            _ => self.probe_prefix(tokens, least),
        }
    }
}
