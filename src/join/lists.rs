//! Lists of units, each of a length that is known beforehand, in one array.

use crate::steps::looked;
use std::ops::Range;

/// Lists of ascending unit numbers, addressed by where they start: there stands how many they hold, then these.
#[derive(Debug)]
pub(super) struct Lists(Vec<u32>);

impl Lists {
    /// Empty lists with so many places in all.
    pub(super) fn new(places: usize) -> Self {
        Self(vec![0; places])
    }

    /// Appends a unit, not below the last one, to a list.
    #[inline]
    pub(super) fn push(&mut self, list: u32, unit: u32) {
        let start = list as usize;
        self.0[start] += 1;
        let at = start + self.0[start] as usize;
        self.0[at] = unit;
    }

    /// How many units a list holds.
    #[inline]
    pub(super) fn len(&self, list: u32) -> u32 {
        self.0[list as usize]
    }

    /// The units of a list.
    #[inline]
    pub(super) fn all(&self, list: u32) -> &[u32] {
        let start = list as usize;
        &self.0[start + 1..=start + self.0[start] as usize]
    }

    /// Those of its units that are in a range.
    #[inline]
    pub(super) fn within(&self, list: u32, units: &Range<u32>) -> &[u32] {
        let mut all = self.all(list);
        if units.end < u32::MAX {
            all = &all[..all.partition_point(|&unit| unit < units.end)];
        }
        if units.start == 0 {
            return all;
        }
        // Few are that new.
        let older = all.iter().rposition(|&unit| unit < units.start);
        &all[older.map_or(0, |at| at + 1)..]
    }

    /// How many units some lists hold.
    pub(super) fn length(&self, lists: &[u32]) -> u64 {
        lists.iter().map(|&list| u64::from(self.len(list))).sum()
    }

    /// Appends to `found` the units of a range that are in `least` of the lists, in any order. Counters, one for each unit,
    /// are 0 before and after.
    pub(super) fn count(
        &self,
        lists: &[u32],
        units: &Range<u32>,
        least: u8,
        counters: &mut [u8],
        found: &mut Vec<u32>,
    ) {
        for &list in lists {
            looked(2 * self.within(list, units).len());
            for &unit in self.within(list, units) {
                let count = &mut counters[unit as usize];
                *count = count.saturating_add(1);
                if *count == least {
                    found.push(unit);
                }
            }
        }
        for &list in lists {
            self.within(list, units)
                .iter()
                .for_each(|&unit| counters[unit as usize] = 0);
        }
    }
}

/// A set of lists, which may seem to hold others that share a bit with one. Empty, and takes none, until it is cleared.
#[derive(Debug, Default)]
pub(super) struct ListSet(Vec<u64>);

impl ListSet {
    const BITS: usize = 1 << 19;

    pub(super) fn clear(&mut self) {
        self.0.clear();
        self.0.resize(Self::BITS / 64, 0);
    }

    pub(super) fn insert(&mut self, list: u32) {
        let bit = list as usize % Self::BITS;
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    /// True if it may hold that many of the lists.
    pub(super) fn holds(&self, lists: &[u32], least: u8) -> bool {
        let holds = |&list: &u32| {
            let bit = list as usize % Self::BITS;
            self.0.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
        };
        lists.iter().filter(|list| holds(list)).count() >= usize::from(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_what_was_pushed() {
        let mut lists = Lists::new(20);
        for unit in 0..7 {
            lists.push(1, 3 * unit);
            if unit < 3 {
                lists.push(12, unit);
            }
            assert_eq!(lists.len(1), unit + 1);
        }
        assert_eq!((lists.len(0), lists.all(12)), (0, &[0, 1, 2][..]));
        for since in 0..20 {
            for end in [0, 4, 9, 30, u32::MAX] {
                let expected: Vec<u32> = (0..7).map(|u| 3 * u).filter(|&u| u >= since && u < end).collect();
                if since <= end {
                    assert_eq!(lists.within(1, &(since..end)), expected, "{since} {end}");
                }
            }
        }
    }
}
