//! Lists of units: such as grow, each to a length that is known beforehand; and sets of lists.

use super::postings::Postings;
use crate::steps::looked;

/// Lists of units.
pub(super) trait PostingLists {
    /// What leads to a list.
    type List: Copy;
    /// What holds units under other keys, beside such lists.
    type ByKey: ByKey;
    /// How many units some lists hold.
    fn length(&self, lists: &[Self::List]) -> u64;
    /// False if a set lacks all but less than `least` of the lists.
    fn may_be_in(set: &ListSet, lists: &[Self::List], least: u8) -> bool;
    /// Appends to `found` the units that are in `least` of the lists, in any order. There is room for counters of so many units, which are 0 before
    /// and after.
    fn count(&self, lists: &[Self::List], least: u8, counters: (&mut Vec<u8>, usize), found: &mut Vec<u32>);
}

/// So many counters, with room for them made.
pub(super) fn room_for((counters, units): (&mut Vec<u8>, usize)) -> &mut [u8] {
    if counters.len() < units {
        counters.resize(units.next_power_of_two(), 0);
    }
    counters
}

/// Lists of units under keys. Those of several keys may be one.
pub(super) trait ByKey {
    /// False if lists may lack units.
    fn are_complete(&self) -> bool;
    /// How many units there are at most in the list of a key.
    fn len(&self, key: u32) -> u32;
    /// Visits the units that are in the list of a key.
    fn visit(&self, key: u32, visit: impl FnMut(u32));
}

/// Lists that are addressed by where they start: there stands how many units they hold, then these.
#[derive(Debug)]
pub(super) struct Lists(Vec<u32>);

impl PostingLists for Lists {
    type List = u32;
    type ByKey = Postings;

    fn length(&self, lists: &[u32]) -> u64 {
        lists.iter().map(|&list| u64::from(self.0[list as usize])).sum()
    }

    fn may_be_in(set: &ListSet, lists: &[u32], least: u8) -> bool {
        set.holds(lists, least)
    }

    fn count(&self, lists: &[u32], least: u8, counters: (&mut Vec<u8>, usize), found: &mut Vec<u32>) {
        let counters = room_for(counters);
        for &list in lists {
            let units = self.all(list);
            looked(2 * units.len());
            for &unit in units {
                let count = &mut counters[unit as usize];
                *count = count.saturating_add(1);
                if *count == least {
                    found.push(unit);
                }
            }
        }
        for &list in lists {
            self.all(list).iter().for_each(|&unit| counters[unit as usize] = 0);
        }
    }
}

impl Lists {
    #[inline]
    fn all(&self, list: u32) -> &[u32] {
        let start = list as usize;
        &self.0[start + 1..=start + self.0[start] as usize]
    }

    /// Empty lists with so many places in all.
    pub(super) fn new(places: usize) -> Self {
        Self(vec![0; places])
    }

    /// All lists as one stretch.
    pub(super) fn whole(&mut self) -> Stretch<'_> {
        Stretch {
            start: 0,
            places: &mut self.0,
        }
    }

    /// All lists in several stretches, which begin at the first list and at each of these, ascending.
    pub(super) fn stretches(&mut self, at: &[u32]) -> Vec<Stretch<'_>> {
        let mut out = vec![self.whole()];
        for &start in at {
            if let Some(last) = out.pop() {
                let middle = (start as usize - last.start).min(last.places.len());
                let (before, after) = last.places.split_at_mut(middle);
                out.push(Stretch {
                    start: last.start,
                    places: before,
                });
                out.push(Stretch {
                    start: start as usize,
                    places: after,
                });
            }
        }
        out
    }
}

/// Lists that follow one another.
pub(super) struct Stretch<'l> {
    start: usize,
    places: &'l mut [u32],
}

impl Stretch<'_> {
    /// Appends a unit to a list, if it is one of these.
    #[inline]
    pub(super) fn push(&mut self, list: u32, unit: u32) {
        let places = (list as usize)
            .checked_sub(self.start)
            .and_then(|at| self.places.get_mut(at..));
        if let Some([count, units @ ..]) = places {
            units[*count as usize] = unit;
            *count += 1;
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

    /// False if it may hold the list already.
    pub(super) fn insert(&mut self, list: u32) -> bool {
        let bit = list as usize % Self::BITS;
        let Some(word) = self.0.get_mut(bit / 64) else {
            return true;
        };
        let before = *word;
        *word |= 1 << (bit % 64);
        *word != before
    }

    pub(super) fn may_hold(&self, list: u32) -> bool {
        let bit = list as usize % Self::BITS;
        self.0.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// True if it may hold that many of the lists.
    pub(super) fn holds(&self, lists: &[u32], least: u8) -> bool {
        lists.iter().filter(|&&list| self.may_hold(list)).count() >= usize::from(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_what_was_pushed() {
        let mut lists = Lists::new(20);
        for unit in 0..7 {
            lists.stretches(&[])[0].push(1, 3 * unit);
            if unit < 3 {
                lists.stretches(&[12])[1].push(12, unit);
            }
            assert_eq!(lists.length(&[1]), unit as u64 + 1);
        }
        assert_eq!((lists.length(&[0]), lists.all(12)), (0, &[0, 1, 2][..]));
        assert_eq!(lists.all(1), [0, 3, 6, 9, 12, 15, 18]);
        let (mut counters, mut found) = (Vec::new(), Vec::new());
        lists.count(&[1, 12], 2, (&mut counters, 20), &mut found);
        assert_eq!((found, counters), (vec![0], vec![0; 32]));
    }
}
