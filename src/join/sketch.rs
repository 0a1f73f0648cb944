//! The total order of shingles: rare ones first.
//!
//! Any fixed order makes the prefix filter exact; rare-first makes it cheap (Chaudhuri et al. 2006, Bayardo et al.
//! 2007). Shingles are counted in a table of saturating counters without their names, so that shingles that share a
//! counter look more frequent than they are. That costs a little time and never a pair: a counter of 1 still proves
//! that the shingle stands in one unit only, so nothing can be found by it.

use super::Units;
use super::measure::Bounds;
use crate::fold::is_number_hash;
use crate::shingle;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the largest count by more than any number of threads, so that racing additions cannot wrap.
const SATURATED: u16 = 60_000;

#[derive(Debug)]
pub(super) struct Sketch {
    counts: Vec<AtomicU16>,
    mask: u32,
}

impl Sketch {
    /// Counts the shingles of all units, and their numbers.
    pub(super) fn count<U: Units + ?Sized>(units: &U, bounds: &Bounds) -> Self {
        let size = size_of(units, bounds);
        let sketch = Self {
            counts: (0..size).map(|_| AtomicU16::new(0)).collect(),
            mask: u32::try_from(size - 1).unwrap_or(u32::MAX),
        };
        let count = |i: u32| {
            let tokens = units.tokens(i);
            shingle::visit(tokens, bounds.keys, |h| {
                sketch.add(h);
                true
            });
            tokens
                .iter()
                .filter(|&&t| is_number_hash(t))
                .for_each(|&t| sketch.add(number_key(t)));
        };
        let all = 0..units.count();
        if all.len() < super::SMALL {
            all.for_each(count);
        } else {
            all.into_par_iter().for_each(count);
        }
        sketch
    }

    fn add(&self, hash: u32) {
        let counter = &self.counts[self.slot(hash)];
        if counter.load(Ordering::Relaxed) < SATURATED {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Number of slots, a power of two.
    pub(super) fn slots(&self) -> usize {
        self.counts.len()
    }

    #[inline]
    pub(super) fn slot(&self, hash: u32) -> usize {
        (hash & self.mask) as usize
    }

    /// Upper bound of how often the shingle comes in all units.
    #[inline]
    pub(super) fn rank(&self, hash: u32) -> u16 {
        self.counts[self.slot(hash)].load(Ordering::Relaxed)
    }
}

/// The key by which units are found that hold a number.
#[inline]
pub(super) fn number_key(token: u32) -> u32 {
    token.wrapping_mul(0x9E37_79B1) ^ 0x5bd1_e995
}

/// One counter for every two shingles, from 64 to 2^28.
fn size_of<U: Units + ?Sized>(units: &U, bounds: &Bounds) -> usize {
    let total: usize = (0..units.count())
        .map(|i| bounds.keys.count(units.tokens(i).len()))
        .sum();
    (total / 2).clamp(64, 1 << 28).next_power_of_two()
}
