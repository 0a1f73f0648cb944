//! What is known of units before any of them is decided: what they are found by, and what tells pairs apart.

use super::bitmap::{BitmapStore, Bitmaps};
use super::keys::{Demands, Finder, Keys};
use super::measure::{Bounds, Similarity};
use super::partners;
use super::scratch::LookupScratch;
use super::sketch::{Sketch, number_key};
use super::verify::{Verifier, similarity};
use super::{Order, Reach, Rule, SMALL, Units};
use crate::fold::is_number_hash;
use crate::origin::Origin;
use crate::steps::looked;
use crate::verdict::{Context, LaterLanguage};
use std::ops::{Deref, RangeInclusive};

/// Units with their keys. Posting lists are addressed by hash: two shingles may share one; that adds candidates but never a
/// match, because every match is verified.
#[derive(Debug)]
pub(super) struct Prepared<'u, U: ?Sized> {
    pub(super) units: &'u U,
    pub(super) rule: Rule,
    /// Which units are compared.
    pub(super) reach: Reach,
    bounds: Bounds,
    counted: Known<'u, Sketch>,
    demands: Known<'u, Demands>,
    pub(super) keys: Keys,
    /// How many places all lists take.
    pub(super) places: usize,
    /// Versions of units are told apart.
    pub(super) has_versions: bool,
    /// Units that are not among these may be like them.
    pub(super) is_share: bool,
}

/// Of these units alone, or of an order that serves them.
#[derive(Debug)]
enum Known<'o, T> {
    Here(T),
    Before(&'o T),
}

impl<T> Deref for Known<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Here(known) => known,
            Self::Before(known) => known,
        }
    }
}

impl<'u, U: Units + ?Sized> Prepared<'u, U> {
    /// Prepares units. An order that serves them may be given; with `has_versions`, those of others can be told apart.
    pub(super) fn new(units: &'u U, rule: &Rule, reach: Reach, order: Option<&'u Order>, has_versions: bool) -> Self {
        let lengths = (0..units.count()).map(|i| units.tokens(i).len());
        let (shortest, longest) = lengths
            .filter(|&n| n > 0)
            .fold((usize::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
        let shortest = shortest.min(longest);
        let of_corpus = order.filter(|order| order.is_of_corpus);
        let bounds = match of_corpus {
            Some(order) => order.bounds,
            None => Bounds::new(rule.measure, rule.threshold).for_units_of(shortest),
        };
        let demands = match of_corpus {
            Some(order) => Known::Before(&order.demands),
            // With few units it costs more than it spares to tell those that are dense apart, but is tested.
            None => Known::Here(Demands::new(longest, cfg!(test) || units.count() as usize >= SMALL)),
        };
        let counted = match order {
            Some(order) if order.is_of_corpus || order.sketch.serves(bounds.keys, shortest) => {
                Known::Before(&order.sketch)
            }
            _ => Known::Here(Sketch::count(units, bounds.keys)),
        };
        let finder = Finder {
            units,
            reach,
            bounds: &bounds,
            sketch: &counted,
            demands: &demands,
            is_of_corpus: of_corpus.is_some(),
        };
        let (keys, places) = finder.find();
        Self {
            units,
            rule: *rule,
            reach,
            bounds,
            counted,
            keys,
            demands,
            places,
            has_versions,
            is_share: of_corpus.is_some(),
        }
    }

    /// Leaves of some others those that are compared with a unit.
    pub(super) fn keep_joined(&self, unit: u32, others: &mut Vec<u32>, origin: impl Fn(u32) -> Origin) {
        if !self.reach.is_everything() {
            let here = self.units.origin(unit);
            looked(others.len());
            others.retain(|&other| self.reach.joins(here, origin(other)));
        }
    }

    /// The lengths of the leaders that a unit can match and is led to by a key of that step.
    pub(super) fn partner_lengths(&self, unit: u32, step: usize) -> RangeInclusive<usize> {
        let tokens = self.keys.bitmaps().tokens(unit as usize);
        let all = self.demands.partner_lengths(tokens, &self.bounds);
        partners::lengths(tokens, &all, step)
    }

    /// By which a unit's keys are told from those of units that it is never compared with.
    pub(super) fn salt(&self, unit: u32) -> u32 {
        self.reach.salt(self.units.origin(unit))
    }

    /// True if a unit may be a version of another.
    pub(super) fn may_be_version(&self, unit: u32) -> bool {
        self.has_versions && self.keys.bitmaps().has_numbers(unit)
    }

    /// Upper bound of how many units hold a number.
    pub(super) fn count_of_number(&self, token: u32) -> u16 {
        self.counted.rank(number_key(token))
    }

    /// True if a unit matches no other and is no version: a number of it stands in no other.
    pub(super) fn matches_none(&self, unit: u32, bag: &mut Vec<u32>) -> bool {
        !self.may_be_version(unit) && self.has_number_of_its_own(unit, &self.rule, bag)
    }

    /// True if a number of a unit stands in no other, and must.
    pub(super) fn has_number_of_its_own(&self, unit: u32, rule: &Rule, bag: &mut Vec<u32>) -> bool {
        if !rule.keeps_numbers() || !self.keys.bitmaps().has_numbers(unit) {
            return false;
        }
        bag_of(self.units.tokens(unit), bag);
        bag.iter().any(|&t| self.count_of_number(t) <= 1)
    }

    /// Leaves of some others those that the unit `later` may match, by what tells them at one look, in any order. Of each the bitmaps
    /// are asked for.
    pub(super) fn tell_apart<'b, B: BitmapStore + 'b>(
        &self,
        later: u32,
        others: &mut Vec<u32>,
        bitmap: impl Fn(u32) -> (&'b B, u32),
        scratch: &mut LookupScratch,
    ) {
        let bitmaps = self.keys.bitmaps();
        let tokens = bitmaps.tokens(later as usize);
        looked(others.len());
        // Without a branch, so that memory is waited for once and not for each: what follows finds it near.
        let lengths = scratch.verifier.partner_lengths(tokens, &self.bounds);
        let mut kept = 0;
        for at in 0..others.len() {
            let other = others[at];
            let (theirs, earlier) = bitmap(other);
            others[kept] = other;
            kept += usize::from(lengths.contains(&theirs.tokens(earlier)));
        }
        others.truncate(kept);
        others.retain(|&other| {
            let (theirs, earlier) = bitmap(other);
            (scratch.verifier)
                .least_overlap(tokens, theirs.tokens(earlier), &self.bounds)
                .is_some_and(|least| Bitmaps::may_share((bitmaps, later), (theirs, earlier), least, &self.bounds))
        });
    }

    /// False if a unit cannot match an earlier one, by the tokens of both.
    pub(super) fn may_match(&self, later: u32, earlier: &[u32], rule: &Rule, verifier: &mut Verifier) -> bool {
        let tokens = self.units.tokens(later);
        verifier
            .least_overlap(tokens.len(), earlier.len(), &self.bounds)
            .is_some_and(|least| {
                verifier.may_match(later, [tokens, earlier], least, &self.bounds, rule.keeps_numbers())
            })
    }

    /// The similarity of a unit to an earlier one of that fold, if they satisfy the rule.
    pub(super) fn matched(&self, later: u32, earlier: &str, rule: &Rule, told: &LaterLanguage) -> Option<Similarity> {
        similarity(self.units.text(later), earlier, rule, Context::Unknown, told)
    }

    /// The similarity of two units if the later one matches the earlier one.
    pub(super) fn verified(
        &self,
        later: u32,
        earlier: u32,
        rule: &Rule,
        verifier: &mut Verifier,
        told: &LaterLanguage,
    ) -> Option<Similarity> {
        let may_match = self.may_match(later, self.units.tokens(earlier), rule, verifier);
        may_match
            .then(|| self.matched(later, self.units.text(earlier), rule, told))
            .flatten()
    }
}

/// The numbers among some tokens, ascending.
pub(super) fn bag_of(tokens: &[u32], bag: &mut Vec<u32>) {
    looked(tokens.len());
    bag.clear();
    bag.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
    bag.sort_unstable();
}
