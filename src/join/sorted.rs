//! Lists of units under sorted keys: complete and compact, as they are kept on disk.

use super::lists::PostingLists;
use super::narrow;
use crate::spill::{Reader, SpillError, Spool};
use crate::steps::looked;

/// Lists that are found by their keys, which are hashes. Most hold one unit.
#[derive(Debug, Default)]
pub(super) struct SortedLists {
    /// Ascending keys. Beside each stands the unit of its list, or, from `units` on, where its list starts in `lists`. The name of a
    /// list is its place here.
    keys: Vec<[u32; 2]>,
    /// Units are below that.
    units: u32,
    /// Of each list how many units it holds, then these.
    lists: Vec<u32>,
    /// Where the keys of each bucket start, by their highest bits, and where the last ones end.
    buckets: Vec<u32>,
    /// A bit for each key by its highest bits, [`BITS`] times as many as keys: most keys that are not there are told by them.
    filter: Vec<u64>,
}

/// Bits of the filter for each key.
const BITS: usize = 8;

/// Keys in a bucket, on average.
const IN_BUCKET: usize = 3;

/// The bucket of a key among so many, in the order of keys.
#[inline]
fn bucket(key: u32, buckets: usize) -> usize {
    ((u64::from(key) * buckets as u64) >> 32) as usize
}

impl SortedLists {
    /// Lists of units, which are below `units`, from pairs of a key and a unit, in the order of keys.
    pub(super) fn of(pairs: impl Iterator<Item = (u32, u32)>, units: u32) -> Self {
        let mut out = Self {
            units,
            ..Self::default()
        };
        let (mut key, mut list) = (None, Vec::new());
        for pair in pairs {
            looked(1);
            if key != Some(pair.0) {
                out.push(key, &list);
                (key, list) = (Some(pair.0), Vec::new());
            }
            list.push(pair.1);
        }
        out.push(key, &list);
        out
    }

    fn push(&mut self, key: Option<u32>, list: &[u32]) {
        let Some(key) = key else { return };
        let value = if let [one] = list {
            *one
        } else {
            let start = self.units + narrow(self.lists.len());
            self.lists.push(narrow(list.len()));
            self.lists.extend_from_slice(list);
            start
        };
        self.keys.push([key, value]);
    }

    /// Appends what [`Self::read`] reads.
    pub(super) fn write(&self, to: &mut Spool) -> Result<(), SpillError> {
        to.put_words(&[self.units])?;
        to.put_rows(self.keys.iter().copied())?;
        to.put_rows(self.lists.iter().map(|&word| [word]))
    }

    pub(super) fn read(reader: &mut Reader, from: &Spool) -> Result<Self, SpillError> {
        let [units] = reader.array(from)?;
        let keys = reader.rows(from, |pair| pair)?;
        let mut out = Self {
            units,
            lists: reader.rows(from, |[word]| word)?,
            buckets: vec![0; keys.len() / IN_BUCKET + 2],
            filter: vec![0; keys.len() * BITS / 64 + 1],
            keys,
        };
        let (buckets, bits) = (out.buckets.len() - 1, 64 * out.filter.len());
        for &[key, _] in &out.keys {
            out.buckets[bucket(key, buckets) + 1] += 1;
            let bit = bucket(key, bits);
            out.filter[bit / 64] |= 1 << (bit % 64);
        }
        for at in 0..buckets {
            out.buckets[at + 1] += out.buckets[at];
        }
        Ok(out)
    }

    /// True if there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// False if a key has no list; mostly, if it has none.
    #[inline]
    pub(super) fn may_hold(&self, key: u32) -> bool {
        let bit = bucket(key, 64 * self.filter.len());
        self.filter[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The list of a key, of one that has been read from disk.
    #[inline]
    pub(super) fn find(&self, key: u32) -> Option<u32> {
        let bucket = bucket(key, self.buckets.len() - 1);
        let (start, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        let mut keys = self.keys[start as usize..end as usize].iter();
        keys.position(|[there, _]| *there == key).map(|at| start + narrow(at))
    }
}

impl PostingLists for SortedLists {
    #[inline]
    fn all(&self, list: u32) -> &[u32] {
        let value = &self.keys[list as usize][1];
        match value.checked_sub(self.units) {
            None => std::slice::from_ref(value),
            Some(start) => {
                let start = start as usize;
                &self.lists[start + 1..=start + self.lists[start] as usize]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Folder;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn lists_hold_what_was_put_in_and_come_back_from_disk(
            entries in prop::collection::vec((prop_oneof![any::<u32>(), 0..9_u32], 0..50_u32), 0..400),
        ) {
            let mut expected: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            entries.iter().for_each(|&(key, unit)| expected.entry(key).or_default().push(unit));
            let mut pairs = entries.clone();
            pairs.sort_unstable();
            let mut spool = Folder::new(std::env::temp_dir()).spool().unwrap();
            SortedLists::of(pairs.into_iter(), 50).write(&mut spool).unwrap();
            spool.flush().unwrap();
            let lists = SortedLists::read(&mut spool.reader(0..spool.end()), &spool).unwrap();
            prop_assert_eq!(lists.is_empty(), entries.is_empty());
            for (key, units) in &mut expected {
                units.sort_unstable();
                prop_assert_eq!(lists.all(lists.find(*key).unwrap()), &units[..]);
            }
            for key in (10..400).chain([u32::MAX]).filter(|key| !expected.contains_key(key)) {
                prop_assert_eq!(lists.find(key), None);
            }
            for key in expected.keys() {
                prop_assert!(lists.may_hold(*key));
            }
        }
    }
}
