//! Units filed in the lists by which a later unit must find them.

use super::keys::{Finder, Keys};
use super::lists::Lists;
use super::measure::Bounds;
use super::numbers;
use super::postings::Postings;
use super::sketch::{Sketch, number_key};
use super::verify::{COMMON, Verifier};
use super::{Match, Order, Rule, SMALL, Units, missing_numbers};
use crate::fold::is_number_hash;
use crate::steps::looked;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Units, and what is filed of them. Lists are no names: two shingles that share one only cost a look.
#[derive(Debug)]
pub(super) struct Index<'u, U: ?Sized> {
    units: &'u U,
    rule: Rule,
    bounds: Bounds,
    counted: Counted<'u>,
    keys: Keys,
    filed: Lists,
    /// Those that are versions of others, apart, where versions are asked for.
    versions: Option<Lists>,
    by_numbers: Postings,
    recent: Recent,
    /// A bit for each class of units that are filed: see [`numbers`].
    numbers_held: u32,
}

#[derive(Debug)]
enum Counted<'o> {
    Here(Sketch),
    Before(&'o Sketch),
}

impl Counted<'_> {
    fn sketch(&self) -> &Sketch {
        match self {
            Self::Here(sketch) => sketch,
            Self::Before(sketch) => sketch,
        }
    }
}

/// What one thread needs to look things up.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    verifier: Verifier,
    candidates: Vec<u32>,
    /// The numbers of the unit that looks, ascending, and room for the lists they lead to.
    bag: Vec<u32>,
    lists: Vec<u32>,
    /// How many lists of the unit that looks have led to each unit; 0 between look-ups.
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

/// The lists in which something was filed in the present batch, or that share a bit with them: most units share too few
/// to be held against the batch. Empty until a batch begins.
#[derive(Debug, Default)]
struct Recent(Vec<u64>);

impl Recent {
    const BITS: usize = 1 << 19;

    fn clear(&mut self) {
        self.0.clear();
        self.0.resize(Self::BITS / 64, 0);
    }

    fn insert(&mut self, list: u32) {
        let bit = list as usize % Self::BITS;
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    /// True if that many of the lists may be recent.
    fn holds(&self, lists: &[u32], least: u8) -> bool {
        let recent = |&list: &u32| {
            let bit = list as usize % Self::BITS;
            self.0.get(bit / 64).is_none_or(|word| word >> (bit % 64) & 1 == 1)
        };
        lists.iter().filter(|list| recent(list)).count() >= usize::from(least)
    }
}

/// Which of the filed units are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Among {
    All,
    /// Those that are no versions of others.
    Originals,
}

impl<'u, U: Units + ?Sized> Index<'u, U> {
    /// Ready to file units, of which the first `known` never look for others.
    pub(super) fn new(units: &'u U, known: u32, rule: &Rule, order: Option<&'u Order>, with_versions: bool) -> Self {
        let lengths = (0..units.count()).map(|i| units.tokens(i).len());
        let (shortest, longest) = lengths
            .filter(|&n| n > 0)
            .fold((usize::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
        let shortest = shortest.min(longest);
        let bounds = Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        let mut least_keys = vec![None; longest.min(COMMON) + 1];
        for unit in 0..units.count() {
            let tokens = units.tokens(unit).len();
            if let Some(least) = least_keys.get_mut(tokens) {
                least.get_or_insert_with(|| bounds.least_keys(tokens));
            }
        }
        let counted = match order {
            Some(Order(sketch)) if sketch.serves(bounds.keys, shortest) => Counted::Before(sketch),
            _ => Counted::Here(Sketch::count(units, bounds.keys)),
        };
        // With few units it costs more than it spares, but is tested.
        let known_by_length = units.count() as usize >= if cfg!(test) { 0 } else { SMALL };
        let finder = Finder {
            units,
            bounds: &bounds,
            sketch: counted.sketch(),
            least_keys: &least_keys,
            guard_letters: rule.guard_letters,
            dense: &vec![OnceLock::new(); if known_by_length { least_keys.len() } else { 0 }],
        };
        let (keys, places) = finder.find(known);
        let of_numbers = if rule.guard_numbers {
            keys.traits().with_numbers() * 2
        } else {
            0
        };
        Self {
            units,
            rule: *rule,
            bounds,
            counted,
            keys,
            filed: Lists::new(places),
            versions: with_versions.then(|| Lists::new(places)),
            by_numbers: Postings::new(of_numbers),
            recent: Recent::default(),
            numbers_held: 0,
        }
    }

    /// Begins a batch: what is filed from now on is recent.
    pub(super) fn start_batch(&mut self) {
        self.recent.clear();
    }

    /// Files a unit, so that later units find it.
    pub(super) fn insert(&mut self, unit: u32, scratch: &mut Scratch) {
        self.file(unit, false, scratch);
    }

    /// Files a unit that is a version of another.
    pub(super) fn insert_version(&mut self, unit: u32, scratch: &mut Scratch) {
        self.file(unit, true, scratch);
    }

    fn file(&mut self, unit: u32, is_version: bool, scratch: &mut Scratch) {
        let lists = self.keys.of(unit);
        looked(lists.len());
        if lists.is_empty() {
            return;
        }
        let filed = match &mut self.versions {
            Some(versions) if is_version => versions,
            _ => &mut self.filed,
        };
        for &list in lists {
            filed.push(list, unit);
            self.recent.insert(list);
        }
        if !self.rule.guard_numbers {
            return;
        }
        if !self.keys.traits().has_numbers(unit) {
            self.numbers_held |= 1 << numbers::class(0);
            return;
        }
        let bag = &mut scratch.bag;
        bag_of(self.units.tokens(unit), bag);
        let class = numbers::class(bag.len());
        self.numbers_held |= 1 << class;
        let sketch = self.counted.sketch();
        let known = |&t: &u32| sketch.rank(number_key(t)) > 1;
        if numbers::are_few(bag.len()) && bag.iter().all(known) {
            self.by_numbers.push(numbers::bag_key(bag), unit);
        }
        bag.dedup();
        for &number in bag.iter().filter(|t| known(t)) {
            self.by_numbers.push(numbers::single_key(number, class), unit);
        }
    }

    /// The filed units among those given that may match the unit `later`, ascending.
    fn candidates(&self, later: u32, rule: &Rule, which: Among, among: Range<u32>, scratch: &mut Scratch) {
        self.gather(later, rule, which, among, scratch);
        let Scratch {
            candidates, verifier, ..
        } = scratch;
        // Most are told apart here, and need not be put in order.
        let traits = self.keys.traits();
        let tokens = traits.tokens(later as usize);
        looked(candidates.len());
        candidates.retain(|&earlier| {
            verifier
                .least_overlap(tokens, traits.tokens(earlier as usize), &self.bounds)
                .is_some_and(|least| traits.may_share(later, earlier, least, &self.bounds))
        });
        candidates.sort_unstable();
        candidates.dedup();
    }

    /// The filed units among those given that lists propose for the unit `later`, in any order.
    fn gather(&self, later: u32, rule: &Rule, which: Among, among: Range<u32>, scratch: &mut Scratch) {
        let Scratch {
            candidates: found,
            bag,
            lists: by_numbers,
            hits,
            ..
        } = scratch;
        found.clear();
        let traits = self.keys.traits();
        let lists = self.keys.probes(later);
        let shared = self.keys.shared(later);
        if lists.len() < usize::from(shared) {
            return;
        }
        if among.start > 0 && !self.recent.holds(lists, shared) {
            return;
        }
        let filed = [
            Some(&self.filed),
            self.versions.as_ref().filter(|_| which == Among::All),
        ];
        let filed = || filed.into_iter().flatten();
        // All lists are fetched at once: what follows depends on each of them, and memory is far.
        let length: u64 = filed()
            .map(|filed| lists.iter().map(|&list| u64::from(filed.len(list))).sum::<u64>())
            .sum();
        if length == 0 {
            return;
        }
        if rule.guard_numbers && traits.has_numbers(later) {
            // A match holds the unit's numbers. Among the newest units all lists are short.
            bag_of(self.units.tokens(later), bag);
            let sketch = self.counted.sketch();
            if bag.iter().any(|&t| sketch.rank(number_key(t)) <= 1) {
                return;
            }
            if among.start == 0 && self.by_numbers.are_complete() {
                let keys = numbers::lists(bag, self.numbers_held, &self.by_numbers, by_numbers);
                if length > keys.iter().map(|&key| u64::from(self.by_numbers.len(key))).sum() {
                    for &key in keys {
                        looked(self.by_numbers.len(key) as usize);
                        self.by_numbers.visit(key, among.clone(), |unit| found.push(unit));
                    }
                    return;
                }
            }
        }
        // Counting beats sorting: lists may be long.
        let most = self.units.count() as usize;
        if hits.len() < most {
            hits.resize(most, 0);
        }
        for filed in filed() {
            for &list in lists {
                looked(2 * filed.within(list, &among).len());
                for &unit in filed.within(list, &among) {
                    let hits = &mut hits[unit as usize];
                    *hits = hits.saturating_add(1);
                    if *hits == shared {
                        found.push(unit);
                    }
                }
            }
            for &list in lists {
                filed
                    .within(list, &among)
                    .iter()
                    .for_each(|&unit| hits[unit as usize] = 0);
            }
        }
        found.sort_unstable();
    }

    /// The first filed unit from `since` on, 0 or the start of the batch, that matches the unit `later`.
    pub(super) fn first_match(&self, later: u32, since: u32, scratch: &mut Scratch) -> Option<Match> {
        self.candidates(later, &self.rule, Among::All, since..u32::MAX, scratch);
        self.first(later, &self.rule, scratch, |_| true)
    }

    pub(super) fn has_numbers(&self, unit: u32) -> bool {
        self.keys.traits().has_numbers(unit)
    }

    /// The first filed original from `since` on that matches `later` by another rule, of the same measure, threshold and
    /// guard on letters, and lacks one of its numbers.
    pub(super) fn first_original(&self, later: u32, rule: &Rule, since: u32, scratch: &mut Scratch) -> Option<Match> {
        let bounding = |rule: &Rule| (rule.measure, rule.threshold, rule.guard_letters);
        debug_assert_eq!(bounding(rule), bounding(&self.rule));
        self.candidates(later, rule, Among::Originals, since..later, scratch);
        self.first(later, rule, scratch, |found| {
            !missing_numbers(self.units.text(found.later), self.units.text(found.earlier)).is_empty()
        })
    }

    fn first(&self, later: u32, rule: &Rule, scratch: &mut Scratch, also: impl Fn(&Match) -> bool) -> Option<Match> {
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        let mut matches = candidates
            .iter()
            .filter_map(|&earlier| self.matches(later, earlier, rule, verifier));
        matches.find(also)
    }

    /// All filed units before `later` that match it, ascending.
    pub(super) fn all_matches(&self, later: u32, scratch: &mut Scratch, out: &mut Vec<Match>) {
        self.candidates(later, &self.rule, Among::All, 0..later, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        let found = candidates
            .iter()
            .filter_map(|&c| self.matches(later, c, &self.rule, verifier));
        out.extend(found);
    }

    /// All filed units that may match the unit `later`, ascending, with what verifying them says.
    pub(super) fn all_candidates(&self, later: u32, scratch: &mut Scratch, out: &mut Vec<super::Candidate>) {
        self.candidates(later, &self.rule, Among::All, 0..later, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        out.extend(candidates.iter().map(|&earlier| super::Candidate {
            later,
            earlier,
            similarity: self.matches(later, earlier, &self.rule, verifier).map(|m| m.similarity),
        }));
    }

    fn matches(&self, later: u32, earlier: u32, rule: &Rule, verifier: &mut Verifier) -> Option<Match> {
        let traits = self.keys.traits();
        let lengths = [later, earlier].map(|unit| traits.tokens(unit as usize));
        let least = verifier.least_overlap(lengths[0], lengths[1], &self.bounds)?;
        let tokens = [later, earlier].map(|unit| self.units.tokens(unit));
        if !verifier.may_match(later, tokens, least, &self.bounds, rule.guard_numbers) {
            return None;
        }
        super::verify::verify(self.units, later, earlier, rule).map(|similarity| Match {
            later,
            earlier,
            similarity,
        })
    }
}

/// The numbers among some tokens, ascending.
fn bag_of(tokens: &[u32], bag: &mut Vec<u32>) {
    looked(tokens.len());
    bag.clear();
    bag.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
    bag.sort_unstable();
}
