//! Units filed under the shingles by which a later unit must find them.

use super::measure::Bounds;
use super::numbers;
use super::postings::Postings;
use super::sketch::{Sketch, number_key};
use super::verify::{COMMON, Verifier};
use super::{Rule, Units, missing_numbers};
use crate::fold::is_number_hash;
use crate::hash;
use crate::shingle;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Units under the keys of their prefixes. Keys are no names: two that share a slot only cost a look.
#[derive(Debug)]
pub(super) struct Index<'u, U: ?Sized> {
    units: &'u U,
    rule: Rule,
    bounds: Bounds,
    /// [`Bounds::least_keys`] of the common lengths.
    least_keys: Vec<usize>,
    sketch: Sketch,
    postings: Postings,
    /// A bit for each class of units that are filed: see [`numbers`].
    numbers_held: u32,
}

/// How often a shingle comes, and its hash.
pub(super) type Key = (u16, u32);

/// What one thread needs to look things up.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) verifier: Verifier,
    keys: Vec<Key>,
    /// The unit whose probe prefix `keys` holds.
    loaded: Option<u32>,
    /// How many prefix shingles a match of the loaded unit shares with it.
    shared: usize,
    candidates: Vec<u32>,
    /// Room for the numbers of a unit, and for the lists that they lead to.
    bag: Vec<u32>,
    lists: Vec<u32>,
    /// How many keys of the loaded unit have led to each unit; 0 between look-ups.
    hits: Vec<u8>,
}

/// Scratch memory that outlives the tasks that borrow it: its counters are as many as the units.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    pub(super) fn lend(&self) -> Lent<'_> {
        let scratch = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent {
            scratch: scratch.unwrap_or_default(),
            pool: self,
        }
    }
}

/// Scratch memory that goes back to its [`Pool`].
#[derive(Debug)]
pub(super) struct Lent<'p> {
    pub(super) scratch: Scratch,
    pool: &'p Pool,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let scratch = std::mem::take(&mut self.scratch);
        self.pool.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

impl<'u, U: Units + ?Sized> Index<'u, U> {
    pub(super) fn new(units: &'u U, rule: &Rule) -> Self {
        let lengths = (0..units.count()).map(|i| units.tokens(i).len());
        let (shortest, longest) = lengths
            .filter(|&n| n > 0)
            .fold((usize::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
        let bounds = Bounds::new(rule.measure, rule.threshold).for_units_of(shortest.min(longest));
        let least_keys = (0..=longest.min(COMMON)).map(|n| bounds.least_keys(n)).collect();
        let sketch = Sketch::count(units, &bounds);
        let postings = Postings::new(sketch.total());
        Self {
            units,
            rule: *rule,
            bounds,
            least_keys,
            sketch,
            postings,
            numbers_held: 0,
        }
    }

    /// Files a unit, so that later units find it.
    pub(super) fn insert(&mut self, unit: u32, scratch: &mut Scratch) {
        let tokens = self.units.tokens(unit);
        self.prefix(
            tokens,
            self.bounds.index_prefix(tokens.len(), self.least_keys(tokens.len())),
            scratch,
        );
        scratch.loaded = None;
        self.file(unit, scratch);
    }

    /// As [`Index::insert`], sparing what [`Index::load`] has just done for this unit.
    pub(super) fn insert_loaded(&mut self, unit: u32, scratch: &mut Scratch) {
        // For a symmetric measure both prefixes are the same.
        if scratch.loaded == Some(unit) && self.bounds.is_symmetric() {
            scratch.loaded = None;
            self.file(unit, scratch);
        } else {
            self.insert(unit, scratch);
        }
    }

    fn file(&mut self, unit: u32, scratch: &mut Scratch) {
        let tokens = self.units.tokens(unit);
        // What shares too little to match an earlier unit cannot be matched by a later one.
        if self.bounds.is_symmetric() && scratch.keys.len() < Bounds::shared_in_prefix(self.least_keys(tokens.len())) {
            return;
        }
        if self.rule.guard_numbers {
            let bag = &mut scratch.bag;
            bag.clear();
            bag.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
            bag.sort_unstable();
            self.numbers_held |= 1 << numbers::class(bag.len());
            let known = |&t: &u32| self.sketch.rank(number_key(t)) > 1;
            if numbers::are_few(bag.len()) && bag.iter().all(known) {
                scratch.keys.push((0, numbers::bag_key(bag)));
            }
            let class = numbers::class(bag.len());
            bag.dedup();
            let singles = bag.iter().filter(|t| known(t));
            scratch
                .keys
                .extend(singles.map(|&t| (0, numbers::single_key(t, class))));
        }
        for &(_, key) in &scratch.keys {
            self.postings.push(key, unit);
        }
    }

    fn least_keys(&self, tokens: usize) -> usize {
        let known = self.least_keys.get(tokens).copied();
        known.unwrap_or_else(|| self.bounds.least_keys(tokens))
    }

    /// The first `length` shingles of a unit in the total order, but for those that no other unit has. Copies of one
    /// shingle in one unit are told apart.
    fn prefix(&self, tokens: &[u32], length: usize, scratch: &mut Scratch) {
        let keys = &mut scratch.keys;
        keys.clear();
        shingle::visit(tokens, self.bounds.keys, |h| {
            keys.push((self.sketch.rank(h), h));
            true
        });
        if length == 0 {
            keys.clear();
        } else if length < keys.len() {
            keys.select_nth_unstable(length - 1);
            keys.truncate(length);
        }
        keys.retain(|k| k.0 > 1);
        keys.sort_unstable();
        let mut nth = 0;
        for i in 1..keys.len() {
            nth = if keys[i].1 == hash::copy(keys[i - 1].1, nth) {
                nth + 1
            } else {
                0
            };
            keys[i].1 = hash::copy(keys[i].1, nth);
        }
    }

    /// Loads a unit as the later one of pairs that satisfy the rule. False if nothing can match it.
    pub(super) fn load(&self, unit: u32, scratch: &mut Scratch) -> bool {
        let tokens = self.units.tokens(unit);
        let length = self.bounds.probe_prefix(tokens.len(), self.least_keys(tokens.len()));
        self.prefix(tokens, length, scratch);
        self.load_with_keys(unit, scratch)
    }

    /// As [`Index::load`], with the keys that [`Index::take_keys`] gave.
    pub(super) fn load_again(&self, unit: u32, keys: Vec<Key>, scratch: &mut Scratch) -> bool {
        scratch.keys = keys;
        self.load_with_keys(unit, scratch)
    }

    /// The keys of the loaded unit, for another thread.
    pub(super) fn take_keys(scratch: &mut Scratch) -> Vec<Key> {
        scratch.loaded = None;
        std::mem::take(&mut scratch.keys)
    }

    fn load_with_keys(&self, unit: u32, scratch: &mut Scratch) -> bool {
        let tokens = self.units.tokens(unit);
        scratch.loaded = Some(unit);
        scratch.shared = Bounds::shared_in_prefix(self.least_keys(tokens.len()));
        scratch.verifier.load(tokens, &self.bounds);
        let alone = |&t: &u32| self.sketch.rank(number_key(t)) <= 1;
        let is_alone = self.rule.guard_numbers && scratch.verifier.numbers().iter().any(alone);
        !is_alone && scratch.keys.len() >= scratch.shared
    }

    /// The filed units among those given that may match the loaded one, ascending.
    pub(super) fn candidates<'s>(&self, among: Range<u32>, scratch: &'s mut Scratch) -> &'s [u32] {
        let found = &mut scratch.candidates;
        found.clear();
        // A match holds the unit's numbers. Among the newest units all lists are short.
        let numbers = scratch.verifier.numbers();
        let lists = if self.rule.guard_numbers && among.start == 0 && !numbers.is_empty() {
            Some(numbers::lists(
                numbers,
                self.numbers_held,
                &self.postings,
                &mut scratch.lists,
            ))
        } else {
            None
        };
        let length = |key: u32| u64::from(self.postings.len(key));
        let all = || scratch.keys.iter().map(|k| length(k.1)).sum::<u64>();
        match lists.filter(|lists| lists.iter().map(|&key| length(key)).sum::<u64>() < all()) {
            Some(lists) => {
                for &key in lists {
                    self.postings.visit(key, among.clone(), |unit| found.push(unit));
                }
                found.sort_unstable();
                found.dedup();
            }
            None => {
                // Counting beats sorting: lists may be long.
                let most = self.units.count() as usize;
                if scratch.hits.len() < most {
                    scratch.hits.resize(most, 0);
                }
                let hits = &mut scratch.hits;
                for &(_, key) in &scratch.keys {
                    self.postings.visit(key, among.clone(), |unit| {
                        let hits = &mut hits[unit as usize];
                        if *hits == 0 {
                            found.push(unit);
                        }
                        *hits = hits.saturating_add(1);
                    });
                }
                let enough = u8::try_from(scratch.shared).unwrap_or(u8::MAX);
                found.retain(|&unit| std::mem::take(&mut hits[unit as usize]) >= enough);
                found.sort_unstable();
            }
        }
        found
    }

    /// The first filed unit from `since` on that matches the loaded unit `later`.
    pub(super) fn first_match(&self, later: u32, since: u32, scratch: &mut Scratch) -> Option<super::Match> {
        self.candidates(since..u32::MAX, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        candidates
            .iter()
            .find_map(|&earlier| self.matches(later, earlier, verifier))
    }

    /// Forgets what is filed, and takes another rule of the same measure and threshold.
    pub(super) fn start_over(&mut self, rule: &Rule) {
        debug_assert_eq!((rule.measure, rule.threshold), (self.rule.measure, self.rule.threshold));
        self.postings = Postings::new(self.sketch.total());
        self.numbers_held = 0;
        self.rule = *rule;
    }

    pub(super) fn has_numbers(&self, unit: u32) -> bool {
        self.units.tokens(unit).iter().any(|&t| is_number_hash(t))
    }

    /// The first filed unit from `since` on that matches `later` and lacks one of its numbers.
    pub(super) fn first_other(&self, later: u32, since: u32, scratch: &mut Scratch) -> Option<super::Match> {
        if !self.load(later, scratch) {
            return None;
        }
        self.candidates(since..later, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        candidates.iter().find_map(|&c| {
            let found = self.matches(later, c, verifier)?;
            let missing = missing_numbers(self.units.text(later), self.units.text(c));
            (!missing.is_empty()).then_some(found)
        })
    }

    /// All filed units before `later` that match it, ascending.
    pub(super) fn all_matches(&self, later: u32, scratch: &mut Scratch, out: &mut Vec<super::Match>) {
        self.candidates(0..later, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        let found = candidates.iter().filter_map(|&c| self.matches(later, c, verifier));
        out.extend(found);
    }

    /// All filed units that may match the loaded unit `later`, ascending, with what verifying them says.
    pub(super) fn all_candidates(&self, later: u32, scratch: &mut Scratch, out: &mut Vec<super::Candidate>) {
        self.candidates(0..later, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        out.extend(candidates.iter().map(|&earlier| super::Candidate {
            later,
            earlier,
            similarity: self.matches(later, earlier, verifier).map(|m| m.similarity),
        }));
    }

    fn matches(&self, later: u32, earlier: u32, verifier: &mut Verifier) -> Option<super::Match> {
        let rule = &self.rule;
        if !verifier.may_match(self.units.tokens(earlier), &self.bounds, rule.guard_numbers) {
            return None;
        }
        super::verify::verify(self.units, later, earlier, rule).map(|similarity| super::Match {
            later,
            earlier,
            similarity,
        })
    }
}
