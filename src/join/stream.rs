//! Units in memory that wait for earlier leaders to come by: the join against what memory does not hold.
//!
//! Leaders are written down with the keys of their prefix when they become leaders. Later units are filed under theirs,
//! and every leader shows its keys to them, in order: the first that is verified is the first leader a unit matches.
//! The same filter as in memory, seen from the other side.

use super::bitmap::Bitmaps;
use super::keys::{Finder, KeyScratch, prefix};
use super::measure::{Bounds, Similarity};
use super::numbers::{are_few, bag_key, class, single_key};
use super::sketch::{Sketch, number_key};
use super::verify::{COMMON, Verifier, similarity};
use super::{Order, Rule, Units};
use crate::fold::{Tokens, is_number_hash};
use crate::verdict::{Context, LaterLanguage};
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::OnceLock;

/// What units of all segments have in common: the rule and the order of shingles.
#[derive(Debug)]
pub(crate) struct JoinPlan {
    rule: Rule,
    bounds: Bounds,
    order: Order,
    /// [`Bounds::least_keys`] of the common lengths.
    least_keys: Vec<Option<usize>>,
    /// See [`Finder::dense`].
    dense: Vec<OnceLock<(usize, usize)>>,
}

/// What tells at one look whether a leader is worth another, in words: the number of its keys and of its numbers, which
/// follow; the bits of its tokens, and their number.
pub(crate) type Signature = [u32; 5];

impl JoinPlan {
    /// For units of at least `shortest` tokens, whose shingles are counted in about so many bytes.
    pub(crate) fn new(rule: &Rule, shortest: usize, bytes: usize) -> Self {
        let bounds = Bounds::new(rule.measure, rule.threshold).for_units_of(shortest);
        Self {
            rule: *rule,
            bounds,
            order: Order(Sketch::of_bytes(bytes, bounds.keys)),
            least_keys: (0..=COMMON).map(|n| Some(bounds.least_keys(n))).collect(),
            dense: vec![OnceLock::new(); COMMON + 1],
        }
    }

    /// Appends the keys by which a unit looks for leaders to `keys`; gives how many of them it shares with each that it
    /// matches.
    fn look(&self, tokens: &[u32], text: &str, scratch: &mut KeyScratch, keys: &mut Vec<u32>) -> usize {
        let none: &[Tokens] = &[];
        let finder = Finder {
            units: none,
            bounds: &self.bounds,
            sketch: &self.order.0,
            least_keys: &self.least_keys,
            dense: &self.dense,
        };
        let least = finder.least_keys(tokens.len());
        let (length, shared) = finder.look_at(tokens.len(), least, || text);
        prefix(tokens, length, &self.bounds, &self.order.0, scratch, keys);
        shared
    }

    /// The order of shingles, which serves the units that were counted and whatever is part of them.
    pub(crate) fn order(&self) -> &Order {
        &self.order
    }

    /// Counts the shingles of some units, before the first of any are compared.
    pub(crate) fn count<U: Units + ?Sized>(&self, units: &U) {
        self.order.0.count_more(units);
    }

    /// True if a unit of so many tokens is too short for any shingle, and so one of its own: not part of any other's.
    pub(crate) fn is_own_shingle(&self, tokens: usize) -> bool {
        self.bounds.keys.iter().all(|w| w > tokens)
    }

    /// Appends the keys of a leader and its numbers to `words`. `None` if no later unit can match it.
    pub(crate) fn leader(&self, tokens: &[u32], keys: &mut KeyBuffer, words: &mut Vec<u32>) -> Option<Signature> {
        let least = self.bounds.least_keys(tokens.len());
        let length = self.bounds.index_prefix(tokens.len(), least);
        let start = words.len();
        prefix(tokens, length, &self.bounds, &self.order.0, &mut keys.0, words);
        let end = words.len();
        if self.bounds.is_symmetric() && end - start < Bounds::shared_in_prefix(least) {
            words.truncate(start);
            return None;
        }
        if self.rule.keeps_numbers() {
            words.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
            words[end..].sort_unstable();
        }
        let mut bitmaps = Bitmaps::default();
        bitmaps.push(tokens);
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
        let (low, high) = (bitmaps.word(0) as u32, (bitmaps.word(0) >> 32) as u32);
        let counts = [end - start, words.len() - end].map(narrow);
        Some([counts[0], counts[1], low, high, narrow(tokens.len())])
    }
}

/// Scratch memory for the keys of a unit.
#[derive(Debug, Default)]
pub(crate) struct KeyBuffer(KeyScratch, Vec<u32>);

/// Units that wait.
pub(crate) struct Waiting<'p, U: ?Sized> {
    plan: &'p JoinPlan,
    units: &'p U,
    rule: Rule,
    /// Number of keys each shares with every leader that it matches; 0 for those that do not wait.
    shared: Vec<u8>,
    bitmaps: Bitmaps,
    /// Where the list of each slot begins; one more for the end of the last.
    starts: Vec<usize>,
    lists: Vec<u32>,
    /// A bit that is set for each key there is, eight times as many as keys.
    filter: Vec<u64>,
    /// What keys of units with numbers are salted with.
    salts: HashSet<u32, ahash::RandomState>,
    salted: Vec<u32>,
}

/// What one thread needs to meet leaders.
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    verifier: Verifier,
    hits: Vec<u8>,
    found: Vec<u32>,
    salts: Vec<u32>,
    leader: Bitmaps,
}

/// What some units file.
#[derive(Default)]
struct Filed {
    /// KeyBuffer and units.
    entries: Vec<(u32, u32)>,
    salts: Vec<u32>,
    salted: Vec<u32>,
    shared: Vec<u8>,
    bitmaps: Bitmaps,
}

impl<'p, U: Units + ?Sized> Waiting<'p, U> {
    /// Files those units of which `asked` is true, to meet leaders by a rule of the plan's measure and threshold.
    pub(crate) fn new(plan: &'p JoinPlan, units: &'p U, rule: &Rule, asked: &(dyn Fn(u32) -> bool + Sync)) -> Self {
        const SHARE: u32 = 4096;
        let count = units.count();
        let starts: Vec<u32> = (0..count).step_by(SHARE as usize).collect();
        let filed: Vec<Filed> = starts
            .into_par_iter()
            .map(|start| {
                let mut out = Filed::default();
                let mut keys = KeyBuffer::default();
                for unit in start..count.min(start.saturating_add(SHARE)) {
                    let shared = if asked(unit) {
                        file(plan, rule, unit, units, &mut keys, &mut out)
                    } else {
                        0
                    };
                    out.shared.push(shared);
                    out.bitmaps.push(units.tokens(unit));
                }
                out
            })
            .collect();
        let keys: usize = filed.iter().map(|f| f.entries.len()).sum();
        let slots = (keys / 2).clamp(64, 1 << 30).next_power_of_two();
        let mut starts = vec![0_usize; slots + 2];
        let mut filter = vec![0_u64; (keys / 8).clamp(1, 1 << 28).next_power_of_two()];
        for &(key, _) in filed.iter().flat_map(|f| &f.entries) {
            let (word, bit) = bit(key, filter.len());
            filter[word] |= bit;
            starts[slot(key, slots) + 2] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut lists = vec![0; keys];
        let mut salts = HashSet::with_hasher(crate::hash::map_state());
        let (mut salted, mut shared, mut bitmaps) = (Vec::new(), Vec::new(), Bitmaps::default());
        for some in filed {
            for (key, unit) in some.entries {
                let next = &mut starts[slot(key, slots) + 1];
                lists[*next] = unit;
                *next += 1;
            }
            salts.extend(some.salts);
            shared.extend(some.shared);
            salted.extend(some.salted);
            bitmaps.append(some.bitmaps);
        }
        Self {
            plan,
            units,
            rule: *rule,
            shared,
            bitmaps,
            starts,
            lists,
            filter,
            salts,
            salted,
        }
    }

    /// The units among those of which `open` is true that a leader may match, by its words.
    pub(crate) fn candidates<'m>(
        &self,
        keys: &[u32],
        numbers: &[u32],
        open: &(impl Fn(u32) -> bool + ?Sized),
        meeting: &'m mut Meeting,
    ) -> &'m [u32] {
        let Meeting { hits, found, salts, .. } = meeting;
        found.clear();
        hits.resize(self.shared.len().max(hits.len()), 0);
        let mut look = |key: u32| {
            let (word, bit) = bit(key, self.filter.len());
            if self.filter[word] & bit == 0 {
                return;
            }
            let slot = slot(key, self.starts.len() - 2);
            for &unit in &self.lists[self.starts[slot]..self.starts[slot + 1]] {
                let hits = &mut hits[unit as usize];
                if *hits == 0 {
                    found.push(unit);
                }
                *hits = hits.saturating_add(1);
            }
        };
        keys.iter().for_each(|&key| look(key));
        if self.rule.keeps_numbers() && !self.salts.is_empty() {
            self.salts_of(numbers, salts);
            if salts.len().saturating_mul(keys.len()) <= self.salted.len().max(1 << 12) {
                for &salt in &*salts {
                    keys.iter().for_each(|&key| look(mixed(key, salt)));
                }
            } else {
                // so many of both that it is less work to hold the leader against all units with numbers
                for &unit in &self.salted {
                    let hits = &mut hits[unit as usize];
                    if *hits == 0 {
                        found.push(unit);
                    }
                    *hits = u8::MAX;
                }
            }
        }
        found.retain(|&unit| std::mem::take(&mut hits[unit as usize]) >= self.shared[unit as usize] && open(unit));
        found.sort_unstable();
        found
    }

    /// The salts of units whose numbers may all stand in a leader with these, ascending ones.
    fn salts_of(&self, numbers: &[u32], salts: &mut Vec<u32>) {
        salts.clear();
        let mut add = |salt: u32| {
            if self.salts.contains(&salt) {
                salts.push(salt);
            }
        };
        if are_few(numbers.len()) {
            add(bag_key(numbers));
        }
        for group in numbers.chunk_by(|a, b| a == b) {
            for class in 1..=class(numbers.len()) {
                // As many numbers are the same ones, unless they are one class with others.
                if !(are_few(class) && class == numbers.len()) {
                    add(single_key(group[0], class));
                }
            }
        }
    }

    /// Of some units, those that may match a leader by its signature.
    pub(crate) fn retain(&self, units: &mut Vec<u32>, leader: &Signature, meeting: &mut Meeting) {
        let &[_, _, low, high, tokens] = leader;
        meeting.leader.clear();
        meeting.leader.push_word(u64::from(high) << 32 | u64::from(low), tokens);
        units.retain(|&unit| self.least_shared(unit, meeting).is_some());
    }

    /// Of some units, those that may match the leader of that number and these tokens.
    pub(crate) fn retain_by_tokens(&self, units: &mut Vec<u32>, number: u32, leader: &[u32], meeting: &mut Meeting) {
        meeting.leader.clear();
        meeting.leader.push(leader);
        let (bounds, guard) = (&self.plan.bounds, self.rule.keeps_numbers());
        units.retain(|&unit| {
            let tokens = [self.units.tokens(unit), leader];
            self.least_shared(unit, meeting)
                .is_some_and(|least| meeting.verifier.may_be_matched(number, tokens, least, bounds, guard))
        });
    }

    /// The least number of shingles that a unit must share with the leader; nothing if it cannot share as many.
    fn least_shared(&self, unit: u32, meeting: &mut Meeting) -> Option<usize> {
        let bounds = &self.plan.bounds;
        let (x, y) = (self.bitmaps.tokens(unit as usize), meeting.leader.tokens(0));
        let least = meeting.verifier.least_overlap(x, y, bounds)?;
        Bitmaps::may_share_across((&self.bitmaps, unit), (&meeting.leader, 0), least, bounds).then_some(least)
    }

    /// The similarity of a unit to a leader of this fold, if they satisfy the rule.
    pub(crate) fn verify(&self, unit: u32, leader: &str) -> Option<Similarity> {
        similarity(
            self.units.text(unit),
            leader,
            &self.rule,
            Context::Unknown,
            &LaterLanguage::default(),
        )
    }
}

/// Files one unit; the number of keys it shares with every leader that it matches, 0 if there can be none.
fn file<U: Units + ?Sized>(
    plan: &JoinPlan,
    rule: &Rule,
    unit: u32,
    units: &U,
    KeyBuffer(scratch, keys): &mut KeyBuffer,
    out: &mut Filed,
) -> u8 {
    let Order(sketch) = &plan.order;
    let tokens = units.tokens(unit);
    keys.clear();
    let shared = plan.look(tokens, units.text(unit), scratch, keys);
    if keys.len() < shared {
        return 0;
    }
    let Filed {
        entries, salts, salted, ..
    } = out;
    let mut bag: Vec<u32> = Vec::new();
    if rule.keeps_numbers() {
        bag.extend(tokens.iter().filter(|&&t| is_number_hash(t)));
        bag.sort_unstable();
    }
    let rarest = bag.iter().copied().min_by_key(|&t| (sketch.rank(number_key(t)), t));
    match rarest {
        None => entries.extend(keys.iter().map(|key| (*key, unit))),
        // a number that no other unit has
        Some(rarest) if sketch.rank(number_key(rarest)) <= 1 => return 0,
        Some(rarest) => {
            let all = are_few(bag.len()).then(|| bag_key(&bag));
            let one = single_key(rarest, class(bag.len()));
            for salt in all.into_iter().chain([one]) {
                salts.push(salt);
                entries.extend(keys.iter().map(|key| (mixed(*key, salt), unit)));
            }
            salted.push(unit);
        }
    }
    u8::try_from(shared).unwrap_or(u8::MAX)
}

/// A key of a unit with a number.
#[inline]
fn mixed(key: u32, salt: u32) -> u32 {
    (key ^ salt).wrapping_mul(0x9E37_79B1) ^ salt.rotate_left(13)
}

/// The list of a key among so many, a power of two.
#[inline]
fn slot(key: u32, slots: usize) -> usize {
    ((u64::from(key.wrapping_mul(0x85EB_CA6B)) * slots as u64) >> 32) as usize
}

/// The bit of a key in so many words, a power of two.
#[inline]
fn bit(key: u32, words: usize) -> (usize, u64) {
    let mixed = key.wrapping_mul(0xC2B2_AE35);
    (((u64::from(mixed) * words as u64) >> 32) as usize, 1 << (mixed & 63))
}

/// True if there is a number among some tokens.
pub(crate) fn has_numbers(tokens: &[u32]) -> bool {
    tokens.iter().any(|&t| is_number_hash(t))
}
