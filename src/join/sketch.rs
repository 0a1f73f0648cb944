//! The total order of shingles: rare ones first.
//!
//! Any fixed order makes the prefix filter exact; rare-first makes it cheap (Chaudhuri et al. 2006, Bayardo et al.
//! 2007). Shingles are counted in a table of saturating counters without their names, so that shingles that share a
//! counter look more frequent than they are. That costs a little time and never a pair: a counter of 1 still proves
//! that the shingle stands in one unit only, so nothing can be found by it.
//!
//! Two tables: bytes, many enough that most shingles of one unit have one for themselves (four in five distinct shingles
//! are such, and each that is known for one spares a list), and a small one for what is too frequent for a byte.

use super::Units;
use crate::fold::is_number_hash;
use crate::shingle::{self, Lengths};
use crate::steps::looked;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU8, AtomicU16, Ordering};

/// Below the largest count by more than any number of threads, so that racing additions cannot wrap.
const SATURATED: u16 = 60_000;

/// What comes as often is counted further in the table of the frequent.
const FREQUENT: u8 = 127;

#[derive(Debug)]
pub(super) struct Sketch {
    counts: Vec<AtomicU8>,
    frequent: Vec<AtomicU16>,
    /// The shingles that were counted.
    lengths: Lengths,
    /// The least rank: 2 if there are units that are not counted, since then a shingle that was counted once, or not at all, may
    /// stand in others.
    least: u16,
}

impl Sketch {
    /// Counts the shingles of all units, and their numbers.
    pub(super) fn count<U: Units + ?Sized>(units: &U, lengths: Lengths) -> Self {
        let total: usize = (0..units.count()).map(|i| lengths.count(units.tokens(i).len())).sum();
        let sketch = Self::sized(2 * total, total / 32, lengths);
        sketch.count_more(units);
        sketch
    }

    /// A sketch of about so many bytes that has counted nothing yet.
    pub(super) fn of_bytes(bytes: usize, lengths: Lengths) -> Self {
        // Sizes are powers of two: no more than that many.
        Self::sized(bytes / 2 + 1, bytes / 64 + 1, lengths)
    }

    fn sized(slots: usize, frequent: usize, lengths: Lengths) -> Self {
        let size = |slots: usize, most: usize| slots.clamp(64, most).next_power_of_two();
        Self {
            counts: (0..size(slots, 1 << 31)).map(|_| AtomicU8::new(0)).collect(),
            frequent: (0..size(frequent, 1 << 26)).map(|_| AtomicU16::new(0)).collect(),
            lengths,
            least: 0,
        }
    }

    /// The same, where not all units are counted.
    #[cfg(feature = "index")]
    pub(super) fn open(self) -> Self {
        Self { least: 2, ..self }
    }

    /// The same counts in smaller tables, with at least four slots for each shingle that was counted, so that most keep a counter
    /// of their own. Shingles that share a counter then look more frequent, which costs time and never a pair.
    #[cfg(feature = "index")]
    pub(super) fn shrunk(&self) -> Self {
        const PER_SHINGLE: usize = 4;
        const LEAST: usize = 1 << 16;
        let (counts, frequent) = self.tables();
        let shingles = counts.iter().filter(|&&count| count > 0).count();
        let size = (PER_SHINGLE * shingles).next_power_of_two();
        let size = size.max(LEAST).min(counts.len());
        let counts = folded(&counts, size, |a, b| a.saturating_add(b).min(FREQUENT));
        let few = (size / 32).min(frequent.len());
        let frequent = folded(&frequent, few, |a, b| a.saturating_add(b).min(SATURATED));
        Self::of_tables(counts, frequent, self.lengths)
    }

    /// Its two tables, for [`Sketch::restored`].
    #[cfg(feature = "index")]
    pub(super) fn tables(&self) -> (Vec<u8>, Vec<u16>) {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let frequent = self.frequent.iter().map(|count| count.load(Ordering::Relaxed));
        (counts.collect(), frequent.collect())
    }

    /// A sketch of these tables, which counts no more; nothing if their sizes are no powers of two.
    #[cfg(feature = "index")]
    pub(super) fn restored(counts: Vec<u8>, frequent: Vec<u16>, lengths: Lengths) -> Option<Self> {
        let are_tables = counts.len().is_power_of_two() && frequent.len().is_power_of_two();
        are_tables.then(|| Self::of_tables(counts, frequent, lengths))
    }

    /// An open order by these counts.
    #[cfg(feature = "index")]
    fn of_tables(counts: Vec<u8>, frequent: Vec<u16>, lengths: Lengths) -> Self {
        let sketch = Self {
            counts: counts.into_iter().map(AtomicU8::new).collect(),
            frequent: frequent.into_iter().map(AtomicU16::new).collect(),
            lengths,
            least: 0,
        };
        sketch.open()
    }

    /// Counts the shingles of more units, and their numbers.
    pub(super) fn count_more<U: Units + ?Sized>(&self, units: &U) {
        let alone = units.count() as usize <= super::SMALL || rayon::current_num_threads() == 1;
        let count = |hashes: &mut Vec<u32>, i: u32| {
            let tokens = units.tokens(i);
            hashes.clear();
            shingle::all(tokens, self.lengths, hashes);
            hashes.extend(tokens.iter().filter(|&&t| is_number_hash(t)).map(|&t| number_key(t)));
            looked(hashes.len());
            hashes.iter().for_each(|&h| self.add(h, alone));
        };
        let all = 0..units.count();
        if alone {
            let mut hashes = Vec::new();
            all.for_each(|i| count(&mut hashes, i));
        } else {
            all.into_par_iter().for_each_init(Vec::new, count);
        }
    }

    /// True if it bounds how often these shingles come in units of at least so many tokens that are part of those that
    /// were counted: a shorter unit may be a shingle that no longer one has.
    pub(super) fn serves(&self, lengths: Lengths, shortest: usize) -> bool {
        self.lengths == lengths && lengths.iter().all(|w| w <= shortest)
    }

    fn add(&self, hash: u32, alone: bool) {
        let counter = &self.counts[slot(hash, self.counts.len())];
        let count = counter.load(Ordering::Relaxed);
        if count < FREQUENT {
            if alone {
                counter.store(count + 1, Ordering::Relaxed);
            } else {
                // Must not wrap: a count of 0 or 1 is believed.
                let more = |count: u8| count.checked_add(1);
                let _ = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
            }
            return;
        }
        let counter = &self.frequent[slot(hash, self.frequent.len())];
        if counter.load(Ordering::Relaxed) < SATURATED {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Upper bound of how often the shingle comes in all units that are counted; at least 2 if there are others.
    #[inline]
    pub(super) fn rank(&self, hash: u32) -> u16 {
        let count = self.counts[slot(hash, self.counts.len())].load(Ordering::Relaxed);
        if count < FREQUENT {
            u16::from(count).max(self.least)
        } else {
            u16::from(count) + self.frequent[slot(hash, self.frequent.len())].load(Ordering::Relaxed)
        }
    }
}

impl Sketch {
    /// The given hashes, each below its [`Sketch::rank`] in the high 32 bits.
    pub(super) fn rank_all(&self, hashes: &[u32], ranked: &mut Vec<u64>) {
        ranked.clear();
        let mask = self.counts.len() - 1;
        let least = u64::from(self.least);
        let count = |h: u32| u64::from(self.counts[h as usize & mask].load(Ordering::Relaxed)).max(least);
        // In two steps: the first waits for all counters at once.
        ranked.extend(hashes.iter().map(|&h| count(h) << 32 | u64::from(h)));
        for (key, &h) in ranked.iter_mut().zip(hashes) {
            if *key >> 32 >= u64::from(FREQUENT) {
                *key = u64::from(self.rank(h)) << 32 | u64::from(h);
            }
        }
    }
}

/// The slot of a hash in a table whose size is a power of two.
#[inline]
fn slot(hash: u32, size: usize) -> usize {
    hash as usize & (size - 1)
}

/// A table in fewer slots, a power of two: the slot of a hash is its lowest bits, so the parts of the table are added up.
#[cfg(feature = "index")]
fn folded<T: Copy>(table: &[T], slots: usize, add: impl Fn(T, T) -> T) -> Vec<T> {
    let (first, rest) = table.split_at(slots);
    let mut out = first.to_vec();
    for part in rest.chunks(slots) {
        out.iter_mut()
            .zip(part)
            .for_each(|(sum, &count)| *sum = add(*sum, count));
    }
    out
}

/// The key by which units are found that hold a number.
#[inline]
pub(super) fn number_key(token: u32) -> u32 {
    token.wrapping_mul(0x9E37_79B1) ^ 0x5bd1_e995
}
