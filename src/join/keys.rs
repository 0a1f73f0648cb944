//! What units are found by: the first of their shingles in the total order, each turned into the list that holds them.

use super::bitmap::Bitmaps;
use super::letters;
use super::measure::Bounds;
use super::partners::{Firsts, STEPS};
use super::sketch::Sketch;
use super::verify::COMMON;
use super::{Reach, SMALL, Units, narrow};
use crate::hash;
use crate::shingle::{self, Lengths};
use crate::spill::split;
use crate::steps::looked;
use rayon::prelude::*;
use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is known of each unit before any is held against another: where its lists are named, and its bitmaps.
#[derive(Debug)]
pub(super) struct Keys {
    /// Units in a row, [`CHUNK`] in each but the last.
    chunks: Vec<Chunk>,
    bitmaps: Bitmaps,
    /// The keys of all units as words ([`Entry`]), ascending; only in a share of a corpus, else empty.
    entries: Vec<u64>,
}

/// A key of a unit. As words, entries are in the order of their keys. Of these the last [`STEP_BITS`] bits are left off: more than so many
/// keys do not stand in one share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: u32,
    pub(super) unit: u32,
    /// A later unit looks for it, among partners of some lengths: see [`super::partners`].
    pub(super) step: Option<usize>,
}

/// Bits that hold a step, or that there is none.
const STEP_BITS: u32 = 3;
const _: () = assert!(STEPS < 1 << STEP_BITS);

impl Entry {
    fn word(self) -> u64 {
        let key = u64::from(self.key >> STEP_BITS << STEP_BITS);
        (key | self.step.unwrap_or(STEPS) as u64) << 32 | u64::from(self.unit)
    }

    #[inline]
    pub(super) fn of(word: u64) -> Self {
        let [unit, high] = split(word);
        let step = (high & ((1 << STEP_BITS) - 1)) as usize;
        Self {
            key: high >> STEP_BITS << STEP_BITS,
            unit,
            step: Some(step).filter(|&step| step < STEPS),
        }
    }
}

/// Some units in a row.
#[derive(Debug, Default)]
struct Chunk {
    /// The keys of all units, one unit after the other; later the lists in their place.
    keys: Vec<u32>,
    /// Where those of each unit end.
    ends: Vec<usize>,
    /// The steps of all keys that are probed, and [`STEPS`] for the others; only in a share of a corpus, else empty.
    steps: Vec<u8>,
    /// How many of them a later unit looks for, and in how many of their lists each unit is that it matches.
    probes: Vec<u32>,
    shared: Vec<u8>,
    bitmaps: Bitmaps,
}

impl Chunk {
    /// Where the keys of the nth unit stand.
    fn range(&self, nth: usize) -> Range<usize> {
        nth.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[nth]
    }

    /// Puts the lists in the place of their keys. A list that is nobody else's is none.
    fn name_lists<U: Units + ?Sized>(&mut self, starts: &[u32], finder: &Finder<'_, U>) {
        let is_symmetric = finder.bounds.is_symmetric();
        let (mut at, mut end) = (0, 0);
        for i in 0..self.ends.len() {
            let start = end;
            let keys = at..self.ends[i];
            let probes = self.probes[i] as usize;
            let mut looks = 0;
            for (nth, key) in keys.clone().enumerate() {
                let list = starts[slot(self.keys[key], starts.len())];
                self.keys[end] = list;
                end += usize::from(list > 0);
                looks += u32::from(list > 0 && nth < probes);
            }
            at = keys.end;
            // What shares too little to match an earlier unit cannot be matched by a later one.
            let least = finder.least_keys(self.bitmaps.tokens(i));
            if is_symmetric && end - start < Bounds::shared_in_prefix(least) {
                end = start;
            }
            self.ends[i] = end;
            self.probes[i] = looks.min(narrow(end - start));
        }
        self.keys.truncate(end);
        self.keys.shrink_to_fit();
    }
}

/// Units whose keys are found out together.
const CHUNK: u32 = 2048;

/// How a unit looks for earlier ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// How many of its first keys it looks for, and how many of them lead to each unit that it matches.
    probes: usize,
    shared: usize,
    /// How long the units may be to which each of these keys leads.
    firsts: Firsts,
}

/// More shared keys than this bring nothing.
const MOST_SHARED: usize = 12;

/// What units of the common lengths demand of those that they match, once it has been asked for: the bounds alone have a say in it.
#[derive(Debug)]
pub(super) struct Demands {
    /// [`Bounds::least_keys`].
    least_keys: Vec<OnceLock<usize>>,
    /// How units look that are not dense, and those that are; empty if that is not to be found out.
    looks: Vec<[OnceLock<Box<Look>>; 2]>,
    /// [`Bounds::partner_lengths`]; empty if nobody asks.
    partner_lengths: Vec<OnceLock<RangeInclusive<usize>>>,
}

impl Demands {
    /// Of units of at most so many tokens that are compared with one another only. Those that are dense may be told apart.
    pub(super) fn new(longest: usize, are_told_apart: bool) -> Self {
        let count = longest.min(COMMON) + 1;
        let apart = if are_told_apart { count } else { 0 };
        Self {
            least_keys: (0..count).map(|_| OnceLock::new()).collect(),
            looks: (0..apart).map(|_| [const { OnceLock::new() }; 2]).collect(),
            partner_lengths: Vec::new(),
        }
    }

    /// Of the units of a corpus.
    pub(super) fn of_corpus() -> Self {
        Self {
            partner_lengths: (0..=COMMON).map(|_| OnceLock::new()).collect(),
            ..Self::new(COMMON, true)
        }
    }

    /// The lengths of the leaders that a unit of so many tokens can match.
    pub(super) fn partner_lengths(&self, tokens: usize, bounds: &Bounds) -> RangeInclusive<usize> {
        let find = || {
            let (least, most) = bounds.partner_lengths(tokens);
            least..=most
        };
        let known = self.partner_lengths.get(tokens);
        known.map_or_else(find, |known| known.get_or_init(find).clone())
    }
}

/// What the keys of a unit are found out with.
pub(super) struct Finder<'f, U: ?Sized> {
    pub(super) units: &'f U,
    pub(super) reach: Reach,
    pub(super) bounds: &'f Bounds,
    pub(super) sketch: &'f Sketch,
    pub(super) demands: &'f Demands,
    /// Others than these units may have the same keys.
    pub(super) is_of_corpus: bool,
}

impl<U: Units + ?Sized> Finder<'_, U> {
    fn least_keys(&self, tokens: usize) -> usize {
        let find = || self.bounds.least_keys(tokens);
        self.demands
            .least_keys
            .get(tokens)
            .map_or_else(find, |known| *known.get_or_init(find))
    }

    /// How a unit looks, which shares at least `least` keys with any that it matches.
    fn look(&self, unit: u32, least: usize) -> Look {
        let tokens = self.units.tokens(unit).len();
        if self.demands.looks.is_empty() {
            return self.look_of(tokens, least, false);
        }
        let is_dense = self.bounds.keys == Lengths::TWO && letters::is_dense(tokens, self.units.text(unit));
        match self.demands.looks.get(tokens) {
            Some(known) => **known[usize::from(is_dense)].get_or_init(|| self.look_of(tokens, least, is_dense).into()),
            None => self.look_of(tokens, least, is_dense),
        }
    }

    /// How a unit of so many tokens looks. Of one that is dense more pairs must stand in an earlier one than the measure demands, but for
    /// units that are filed by what the measure demands of them.
    fn look_of(&self, tokens: usize, least: usize, is_dense: bool) -> Look {
        let (bounds, all) = (self.bounds, self.bounds.keys.count(tokens));
        let pairs = if is_dense {
            letters::least_pairs(tokens, bounds.threshold)
        } else {
            0
        };
        let demanded = |other: usize| bounds.shared_keys(tokens, other).max(pairs);
        let (shortest, longest) = bounds.partner_lengths(tokens);
        let (least, shared) = if !is_dense {
            (least, Bounds::shared_in_prefix(least))
        } else if longest > 4 * tokens {
            (pairs.max(1), 1)
        } else {
            let (mut least, mut shared) = (usize::MAX, usize::MAX);
            for other in shortest..=longest {
                looked(1);
                let (demanded, filed_for) = (demanded(other), self.least_keys(other));
                least = least.min(demanded);
                shared = shared.min((demanded + Bounds::shared_in_prefix(filed_for)).saturating_sub(filed_for));
            }
            (least, shared.clamp(1, MOST_SHARED.min(least.max(1))))
        };
        let firsts = match self.is_of_corpus && bounds.grow_apart() {
            true => Firsts::new(tokens, &(shortest..=longest), all, shared, demanded),
            false => Firsts::ALL,
        };
        Look {
            probes: (all + shared).saturating_sub(least).min(all),
            shared,
            firsts,
        }
    }

    /// The keys of all units, and how many entries their lists can have in all.
    pub(super) fn find(&self) -> (Keys, usize) {
        let mut chunks = self.chunks();
        let entries = if self.is_of_corpus {
            self.entries(&chunks)
        } else {
            Vec::new()
        };
        let (starts, places) = Slots::count(&chunks).into_starts();
        let name = |chunk: &mut Chunk| chunk.name_lists(&starts, self);
        if chunks.len() == 1 || rayon::current_num_threads() == 1 {
            chunks.iter_mut().for_each(name);
        } else {
            chunks.par_iter_mut().for_each(name);
        }
        (Keys::new(chunks, entries), places)
    }

    /// The keys of all units, but for those that share too little with any other.
    fn entries(&self, chunks: &[Chunk]) -> Vec<u64> {
        let mut entries = Vec::with_capacity(chunks.iter().map(|chunk| chunk.keys.len()).sum());
        let mut unit = 0;
        for chunk in chunks {
            for i in 0..chunk.ends.len() {
                let of_unit = &chunk.keys[chunk.range(i)];
                let least = Bounds::shared_in_prefix(self.least_keys(chunk.bitmaps.tokens(i)));
                if of_unit.len() >= least || !self.bounds.is_symmetric() {
                    let steps = &chunk.steps[chunk.range(i)];
                    entries.extend(of_unit.iter().zip(steps).map(|(&key, &step)| {
                        let step = Some(usize::from(step)).filter(|&step| step < STEPS);
                        Entry { key, unit, step }.word()
                    }));
                }
                unit += 1;
            }
        }
        looked(entries.len());
        if (self.units.count() as usize) < SMALL {
            entries.sort_unstable();
        } else {
            entries.par_sort_unstable();
        }
        entries
    }

    fn chunks(&self) -> Vec<Chunk> {
        let count = self.units.count();
        let one = |units: Range<u32>| {
            let (mut scratch, mut chunk) = (KeyScratch::default(), Chunk::default());
            for unit in units {
                self.prefix(unit, &mut scratch, &mut chunk);
                chunk.ends.push(chunk.keys.len());
                chunk.bitmaps.push(self.units.tokens(unit));
            }
            chunk
        };
        let chunks = 0..count.div_ceil(CHUNK);
        let nth = |n: u32| one(n * CHUNK..count.min((n * CHUNK).saturating_add(CHUNK)));
        if (count as usize) < SMALL || rayon::current_num_threads() == 1 {
            chunks.map(nth).collect()
        } else {
            chunks.into_par_iter().map(nth).collect()
        }
    }

    /// The first shingles of a unit in the total order, but for those that no other unit has. Copies of one shingle in
    /// one unit are told apart.
    fn prefix(&self, unit: u32, scratch: &mut KeyScratch, chunk: &mut Chunk) {
        let tokens = self.units.tokens(unit);
        let least = self.least_keys(tokens.len());
        let length = self.bounds.index_prefix(tokens.len(), least);
        let before = chunk.keys.len();
        let alone = prefix(tokens, length, self.bounds, self.sketch, scratch, &mut chunk.keys);
        // Units that are never compared share no list, but by chance.
        let salt = self.reach.salt(self.units.origin(unit));
        chunk.keys[before..].iter_mut().for_each(|key| *key ^= salt);
        let look = self.look(unit, least);
        let count = chunk.keys.len() - before;
        let probes = look.probes.saturating_sub(alone).min(count);
        chunk.probes.push(narrow(probes));
        chunk.shared.push(u8::try_from(look.shared).unwrap_or(u8::MAX));
        if self.is_of_corpus {
            #[expect(clippy::cast_possible_truncation, reason = "there are few steps")]
            let step = |nth: usize| if nth < probes { look.firsts.step(alone + nth) } else { STEPS } as u8;
            chunk.steps.extend((0..count).map(step));
        }
    }
}

/// Appends the keys among the first `length` shingles of a unit, but for those that no other unit has, of which it gives
/// the number.
fn prefix(
    tokens: &[u32],
    length: usize,
    bounds: &Bounds,
    sketch: &Sketch,
    KeyScratch { hashes, ranked }: &mut KeyScratch,
    keys: &mut Vec<u32>,
) -> usize {
    hashes.clear();
    shingle::all(tokens, bounds.keys, hashes);
    looked(2 * hashes.len());
    sketch.rank_all(hashes, ranked);
    // What stands in one unit only comes first, and is no use.
    let before = ranked.len();
    ranked.retain(|&key| key >> 32 > 1);
    let alone = before - ranked.len();
    let length = length.saturating_sub(alone);
    if length == 0 {
        ranked.clear();
    } else if length < ranked.len() {
        ranked.select_nth_unstable(length - 1);
        ranked.truncate(length);
    }
    ranked.sort_unstable();
    #[expect(clippy::cast_possible_truncation, reason = "the low half is the hash")]
    let low = |&key: &u64| key as u32;
    copies(ranked.iter().map(low), keys);
    alone
}

/// Gives the nth copy of a hash, which stand side by side, a hash of its own.
fn copies(hashes: impl Iterator<Item = u32>, out: &mut Vec<u32>) {
    let (mut before, mut nth) = (None, 0);
    out.extend(hashes.map(|h| {
        nth = if before == Some(h) { nth + 1 } else { 0 };
        before = Some(h);
        hash::copy(h, nth)
    }));
}

#[derive(Debug, Default)]
struct KeyScratch {
    hashes: Vec<u32>,
    ranked: Vec<u64>,
}

/// How many keys fall into each slot, later where the list of the slot starts.
struct Slots(Vec<AtomicU32>);

impl Slots {
    fn count(chunks: &[Chunk]) -> Self {
        let keys: usize = chunks.iter().map(|chunk| chunk.keys.len()).sum();
        let size = keys.clamp(16, 1 << 31).next_power_of_two();
        let slots: Vec<AtomicU32> = (0..size).map(|_| AtomicU32::new(0)).collect();
        if chunks.len() == 1 || rayon::current_num_threads() == 1 {
            for key in chunks.iter().flat_map(|chunk| &chunk.keys) {
                let count = &slots[slot(*key, size)];
                count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            }
        } else {
            chunks.par_iter().for_each(|chunk| {
                for &key in &chunk.keys {
                    slots[slot(key, size)].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self(slots)
    }

    /// Where the list of each slot starts, 0 if that of at most one key; and the places of all lists, see
    /// [`super::lists::Lists`].
    fn into_starts(self) -> (Vec<u32>, usize) {
        let mut next = 1;
        let starts = self
            .0
            .into_iter()
            .map(|count| match count.into_inner() {
                0 | 1 => 0,
                count => {
                    // Beyond what 32 bits can name the lists share the last start: slow, and right.
                    let start = u32::try_from(next);
                    next += count as usize + usize::from(start.is_ok());
                    start.unwrap_or(u32::MAX)
                }
            })
            .collect();
        (starts, next)
    }
}

/// The slot of a key in a table whose size is a power of two: by bits that the counters of the sketch do not share.
#[inline]
fn slot(key: u32, size: usize) -> usize {
    key.wrapping_mul(0x9E37_79B1).rotate_left(16) as usize & (size - 1)
}

impl Keys {
    fn new(mut chunks: Vec<Chunk>, entries: Vec<u64>) -> Self {
        let bitmaps = chunks.iter_mut().map(|chunk| std::mem::take(&mut chunk.bitmaps));
        Self {
            bitmaps: Bitmaps::concat(bitmaps.collect()),
            chunks,
            entries,
        }
    }

    /// The chunk that holds a unit, and which of its units that is.
    #[inline]
    fn chunk(&self, unit: u32) -> (&Chunk, usize) {
        (&self.chunks[(unit / CHUNK) as usize], (unit % CHUNK) as usize)
    }

    /// The lists under which a unit is to be found.
    pub(super) fn of(&self, unit: u32) -> &[u32] {
        let (chunk, nth) = self.chunk(unit);
        &chunk.keys[chunk.range(nth)]
    }

    /// The keys of all units, in their order, if they are kept.
    pub(super) fn entries(&self) -> &[u64] {
        &self.entries
    }

    /// Forgets all but the keys in their order, and the bitmaps.
    pub(super) fn drop_lists(&mut self) {
        self.chunks = Vec::new();
    }

    /// Those in which it looks for others.
    pub(super) fn probes(&self, unit: u32) -> &[u32] {
        let (chunk, nth) = self.chunk(unit);
        &chunk.keys[chunk.range(nth)][..chunk.probes[nth] as usize]
    }

    /// In how many of [`Keys::probes`] each unit is that this one matches, at least.
    pub(super) fn shared(&self, unit: u32) -> u8 {
        let (chunk, nth) = self.chunk(unit);
        chunk.shared[nth]
    }

    pub(super) fn bitmaps(&self) -> &Bitmaps {
        &self.bitmaps
    }
}
