//! Units filed in the lists by which a later unit must find them.

use super::crowd::{Crowd, Words};
use super::keys::{Finder, Keys};
use super::lists::{ListSet, Lists};
use super::measure::Bounds;
use super::measure::Similarity;
use super::numbers::ByNumbers;
use super::sketch::{Sketch, number_key};
use super::verify::{COMMON, Verifier, similarity};
use super::{Order, Rule, SMALL, Units, narrow};
use crate::fold::is_number_hash;
use crate::steps::looked;
use crate::verdict::{Context, Told, lacks_numbers};
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Units, and what is filed of them. Lists are addressed by hash: two shingles may share one; that adds candidates but never
/// a match, because every match is verified.
#[derive(Debug)]
pub(super) struct Index<'u, U: ?Sized> {
    units: &'u U,
    /// The filed units, in order. Posting lists hold places in this list.
    leaders: Vec<u32>,
    rule: Rule,
    bounds: Bounds,
    counted: Counted<'u>,
    keys: Keys,
    filed: Lists,
    /// Those that are versions of others, where these are told apart.
    versions: Option<Lists>,
    /// Those that are entries of forms, where forms are facts.
    crowd: Option<Crowd>,
    by_numbers: ByNumbers,
    crowd_by_numbers: Option<ByNumbers>,
    /// The lists in which something was filed in the present batch: most units share too few to be held against it.
    recent: ListSet,
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
    words: Words,
    /// How many candidates the lists have led to, before they were told apart.
    met: u64,
}

impl Scratch {
    /// What the candidates of the last look-up cost: one each that lists led to, more if it was not told apart.
    pub(super) fn met(&self) -> u64 {
        self.met
    }
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

/// What a candidate that is laid beside the unit costs, in candidates that need no more than a look.
const CANDIDATE: u64 = 32;

/// Entries of lists that cost as much as a candidate that needs no more than a look.
const ENTRIES: u64 = 8;

/// Entries of lists that are read sooner than words are looked up.
const SHORT: u64 = 4096;

/// Candidates that are laid beside the unit sooner than words are looked up.
const FEW: usize = 16;

/// How a unit is filed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// Under the keys of its prefix.
    Alone,
    /// With units that are like many others: see [`Crowd`].
    Crowded,
    /// Under the keys of its prefix, as a version of another unit.
    Version,
}

/// Which of the filed units are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Among {
    All,
    /// Those that are no versions of others.
    Originals,
}

/// A filed unit that satisfies a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Its place among the filed units.
    pub(super) leader: u32,
    pub(super) similarity: Similarity,
}

impl<'u, U: Units + ?Sized> Index<'u, U> {
    /// Ready to file units. An order that serves them may be given; with `versions`, those of others can be told apart.
    pub(super) fn new(units: &'u U, rule: &Rule, order: Option<&'u Order>, versions: bool) -> Self {
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
            dense: &vec![OnceLock::new(); if known_by_length { least_keys.len() } else { 0 }],
        };
        let (keys, places) = finder.find();
        let of_numbers = if rule.keeps_numbers() {
            keys.traits().with_numbers()
        } else {
            0
        };
        Self {
            units,
            leaders: Vec::new(),
            rule: *rule,
            bounds,
            counted,
            keys,
            filed: Lists::new(places),
            versions: versions.then(|| Lists::new(places)),
            crowd: rule.keeps_numbers().then(|| Crowd::new(places)),
            by_numbers: ByNumbers::new(of_numbers),
            crowd_by_numbers: None,
            recent: ListSet::default(),
        }
    }

    /// The filed units, in order.
    pub(super) fn leaders(&self) -> &[u32] {
        &self.leaders
    }

    /// Begins a batch: what is filed from now on is recent.
    pub(super) fn start_batch(&mut self) {
        self.recent.clear();
    }

    /// Files a unit, so that later units find it; gives its place among the filed units.
    pub(super) fn file(&mut self, unit: u32, how: How, scratch: &mut Scratch) -> u32 {
        let leader = narrow(self.leaders.len());
        self.leaders.push(unit);
        let lists = self.keys.of(unit);
        looked(lists.len());
        if lists.is_empty() {
            return leader;
        }
        match (how, &mut self.crowd, &mut self.versions) {
            (How::Crowded, Some(crowd), _) => {
                let text = |leader: u32| self.units.text(self.leaders[leader as usize]);
                crowd.push(text, leader, lists, &mut scratch.words);
            }
            (How::Version, _, Some(versions)) => lists.iter().for_each(|&list| versions.push(list, leader)),
            _ => lists.iter().for_each(|&list| self.filed.push(list, leader)),
        }
        lists.iter().for_each(|&list| self.recent.insert(list));
        if self.rule.keeps_numbers() {
            let bag = &mut scratch.bag;
            bag_of(self.units.tokens(unit), bag);
            let by_numbers = if how == How::Crowded {
                let units = || ByNumbers::new(self.keys.traits().with_numbers());
                self.crowd_by_numbers.get_or_insert_with(units)
            } else {
                &mut self.by_numbers
            };
            let sketch = self.counted.sketch();
            by_numbers.push(leader, bag, |&t| sketch.rank(number_key(t)) > 1);
        }
        leader
    }

    /// Those of a range of filed units that may match the unit `later`, ascending.
    fn candidates(&self, later: u32, rule: &Rule, which: Among, among: Range<u32>, scratch: &mut Scratch) {
        self.gather(later, rule, which, among, scratch);
        let Scratch {
            candidates,
            verifier,
            met,
            ..
        } = scratch;
        // Most are told apart here, and need not be put in order.
        let traits = self.keys.traits();
        let tokens = traits.tokens(later as usize);
        looked(candidates.len());
        candidates.retain(|&leader| {
            let earlier = self.leaders[leader as usize];
            verifier
                .least_overlap(tokens, traits.tokens(earlier as usize), &self.bounds)
                .is_some_and(|least| traits.may_share(later, earlier, least, &self.bounds))
        });
        candidates.sort_unstable();
        candidates.dedup();
        *met += CANDIDATE * candidates.len() as u64;
    }

    /// Those of a range of filed units that posting lists propose for the unit `later`, in any order.
    fn gather(&self, later: u32, rule: &Rule, which: Among, among: Range<u32>, scratch: &mut Scratch) {
        let Scratch {
            candidates,
            bag,
            lists: numbers,
            hits,
            words,
            met,
            ..
        } = scratch;
        candidates.clear();
        *met = 0;
        let traits = self.keys.traits();
        let lists = self.keys.probes(later);
        let shared = self.keys.shared(later);
        if lists.len() < usize::from(shared) {
            return;
        }
        if among.start > 0 && !self.recent.holds(lists, shared) {
            return;
        }
        if rule.keeps_numbers() && traits.has_numbers(later) {
            // A match holds the unit's numbers.
            bag_of(self.units.tokens(later), bag);
            let sketch = self.counted.sketch();
            if bag.iter().any(|&t| sketch.rank(number_key(t)) <= 1) {
                return;
            }
        }
        // Counting beats sorting: lists may be long.
        let most = self.leaders.len();
        if hits.len() < most {
            hits.resize(most.next_power_of_two(), 0);
        }
        let filed = [
            Some(&self.filed),
            self.versions.as_ref().filter(|_| which == Among::All),
        ];
        let filed = || filed.into_iter().flatten();
        // All lists are fetched at once: what follows depends on each of them, and memory is far.
        let length: u64 = filed().map(|filed| filed.length(lists)).sum();
        let has_numbers = rule.keeps_numbers() && traits.has_numbers(later);
        // Among the newest units all lists are short.
        let by_numbers = (has_numbers && among.start == 0).then_some(&self.by_numbers);
        if length > 0 && !visit_by_numbers(by_numbers, length, bag, numbers, &among, candidates) {
            for filed in filed() {
                filed.count(lists, &among, shared, hits, candidates);
            }
        }
        *met = length / ENTRIES;
        if let Some(crowd) = self.crowd.as_ref().filter(|crowd| crowd.may_hold(lists, shared)) {
            let alone = candidates.len();
            let length = crowd.lists.length(lists);
            let is_short = length <= SHORT;
            if is_short {
                crowd.lists.count(lists, &among, shared, hits, candidates);
            }
            // By its words a unit finds what it repeats, which is less than what is like it, but takes longer.
            if !is_short || candidates.len() > alone + FEW {
                let by_words = (rule.keeps_numbers())
                    .then(|| crowd.find(self.units.text(later), words))
                    .flatten();
                let by_numbers = self.crowd_by_numbers.as_ref().filter(|_| has_numbers);
                let of_lists = candidates.split_off(alone);
                let most = by_words.unwrap_or(length);
                if !visit_by_numbers(by_numbers, most, bag, numbers, &among, candidates) {
                    match by_words {
                        Some(_) => crowd.visit(&among, words, |unit| candidates.push(unit)),
                        None if is_short => candidates.extend(of_lists),
                        None => crowd.lists.count(lists, &among, shared, hits, candidates),
                    }
                }
            }
        }
        *met += candidates.len() as u64;
        candidates.sort_unstable();
    }

    /// The first filed unit from `since` on, 0 or the start of the batch, that matches the unit `later`.
    ///
    /// It has then met [`Scratch::met`] candidates.
    pub(super) fn first_match(&self, later: u32, since: u32, scratch: &mut Scratch) -> Option<Hit> {
        self.candidates(later, &self.rule, Among::All, since..u32::MAX, scratch);
        self.first(later, &self.rule, scratch, |_| true)
    }

    pub(super) fn has_numbers(&self, unit: u32) -> bool {
        self.keys.traits().has_numbers(unit)
    }

    /// The first filed original from `since` on that `later` matches by another rule, of the same measure and threshold, and
    /// that lacks one of its numbers.
    pub(super) fn first_original(&self, later: u32, rule: &Rule, since: u32, scratch: &mut Scratch) -> Option<Hit> {
        let bounding = |rule: &Rule| (rule.measure, rule.threshold);
        debug_assert_eq!(bounding(rule), bounding(&self.rule));
        self.candidates(later, rule, Among::Originals, since..u32::MAX, scratch);
        self.first(later, rule, scratch, |found| {
            lacks_numbers(self.units.text(later), self.text(found.leader))
        })
    }

    fn text(&self, leader: u32) -> &str {
        self.units.text(self.leaders[leader as usize])
    }

    fn first(&self, later: u32, rule: &Rule, scratch: &mut Scratch, also: impl Fn(&Hit) -> bool) -> Option<Hit> {
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        let told = Told::default();
        let mut matches = candidates
            .iter()
            .filter_map(|&leader| self.matches(later, leader, rule, verifier, &told));
        matches.find(also)
    }

    /// Of the first `end` filed units those that may match the unit `later`, ascending by their place, with what verifying them says.
    pub(super) fn all_candidates(
        &self,
        later: u32,
        end: u32,
        scratch: &mut Scratch,
        mut found: impl FnMut(u32, Option<Similarity>),
    ) {
        self.candidates(later, &self.rule, Among::All, 0..end, scratch);
        let Scratch {
            verifier, candidates, ..
        } = scratch;
        let told = Told::default();
        for &leader in &*candidates {
            let hit = self.matches(later, leader, &self.rule, verifier, &told);
            found(self.leaders[leader as usize], hit.map(|hit| hit.similarity));
        }
    }

    fn matches(&self, later: u32, leader: u32, rule: &Rule, verifier: &mut Verifier, told: &Told) -> Option<Hit> {
        let earlier = self.leaders[leader as usize];
        let traits = self.keys.traits();
        let lengths = [later, earlier].map(|unit| traits.tokens(unit as usize));
        let least = verifier.least_overlap(lengths[0], lengths[1], &self.bounds)?;
        let tokens = [later, earlier].map(|unit| self.units.tokens(unit));
        if !verifier.may_match(later, tokens, least, &self.bounds, rule.keeps_numbers()) {
            return None;
        }
        let [text, other] = [later, earlier].map(|unit| self.units.text(unit));
        let similarity = similarity(text, other, rule, Context::Unknown, told)?;
        Some(Hit { leader, similarity })
    }
}

/// Appends to `found` the units that hold these numbers, by lists of numbers, if those hold less than `most`; false if not.
fn visit_by_numbers(
    by_numbers: Option<&ByNumbers>,
    most: u64,
    bag: &[u32],
    keys: &mut Vec<u32>,
    among: &Range<u32>,
    found: &mut Vec<u32>,
) -> bool {
    let Some(by_numbers) = by_numbers else {
        return false;
    };
    match by_numbers.find(bag, keys) {
        Some((keys, units)) if units < most => {
            by_numbers.visit(keys, among, |unit| found.push(unit));
            true
        }
        _ => false,
    }
}

/// The numbers among some tokens, ascending.
fn bag_of(tokens: &[u32], bag: &mut Vec<u32>) {
    looked(tokens.len());
    bag.clear();
    bag.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
    bag.sort_unstable();
}
