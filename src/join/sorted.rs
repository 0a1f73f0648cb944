//! Lists of units under sorted keys: complete and compact, as they are kept on disk.

use super::lists::PostingLists;
use super::narrow;
use crate::spill::{Reader, SpillError, Spool};
use crate::steps::looked;
use rayon::prelude::*;

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

/// Keys in a bucket, on average, so that most buckets are in one cache line.
const IN_BUCKET: usize = 6;

/// The bucket of a key among so many, in the order of keys.
#[inline]
fn bucket(key: u32, buckets: usize) -> usize {
    ((u64::from(key) * buckets as u64) >> 32) as usize
}

impl SortedLists {
    /// Lists of units, which are below `units`, from pairs of a key in the high half and a unit in the low one.
    pub(super) fn of(mut entries: Vec<u64>, units: u32) -> Self {
        looked(entries.len());
        entries.par_sort_unstable();
        let key = |entry: u64| narrow((entry >> 32) as usize);
        #[expect(clippy::cast_possible_truncation, reason = "the low half is the unit")]
        let unit = |&entry: &u64| entry as u32;
        let mut out = Self {
            units,
            ..Self::default()
        };
        // Beyond what 32 bits can name the lists are one: slow, and right.
        let (mut rest, most) = (Vec::new(), (u32::MAX - units) as usize);
        let mut in_rest = Vec::new();
        for list in entries.chunk_by(|&a, &b| key(a) == key(b)) {
            let value = if let [one] = list {
                unit(one)
            } else if out.lists.len() + list.len() < most {
                let start = units + narrow(out.lists.len());
                out.lists.push(narrow(list.len()));
                out.lists.extend(list.iter().map(unit));
                start
            } else {
                in_rest.push(out.keys.len());
                rest.extend(list.iter().map(unit));
                0
            };
            out.keys.push([key(list[0]), value]);
        }
        let start = units + narrow(out.lists.len());
        in_rest.into_iter().for_each(|at| out.keys[at][1] = start);
        if !rest.is_empty() {
            out.lists.push(narrow(rest.len()));
            out.lists.extend(rest);
        }
        out
    }

    /// Appends what [`Self::read`] reads.
    pub(super) fn write(&self, to: &mut Spool) -> Result<(), SpillError> {
        to.put_words(&[self.units])?;
        to.put_list(self.keys.as_flattened())?;
        to.put_list(&self.lists)
    }

    pub(super) fn read(reader: &mut Reader, from: &Spool) -> Result<Self, SpillError> {
        let [units] = reader.array(from)?;
        let keys = reader.list(from)?.as_chunks::<2>().0.to_vec();
        let mut out = Self {
            units,
            lists: reader.list(from)?,
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

    /// The lists of those of some keys that have one, in their order, in place of what was in `lists`.
    pub(super) fn find(&self, keys: &[u32], lists: &mut Vec<u32>) {
        lists.clear();
        if self.keys.is_empty() {
            return;
        }
        let (bits, buckets) = (64 * self.filter.len(), self.buckets.len() - 1);
        lists.extend_from_slice(keys);
        lists.retain(|&key| {
            let bit = bucket(key, bits);
            self.filter[bit / 64] >> (bit % 64) & 1 == 1
        });
        let mut end = 0;
        for at in 0..lists.len() {
            let key = lists[at];
            let bucket = bucket(key, buckets);
            let (start, after) = (self.buckets[bucket], self.buckets[bucket + 1]);
            let mut keys = self.keys[start as usize..after as usize].iter();
            if let Some(found) = keys.position(|[there, _]| *there == key) {
                lists[end] = start + narrow(found);
                end += 1;
            }
        }
        lists.truncate(end);
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
            let pairs = entries.iter().map(|&(key, unit)| u64::from(key) << 32 | u64::from(unit)).collect();
            let mut spool = Folder::new(std::env::temp_dir()).spool().unwrap();
            SortedLists::of(pairs, 50).write(&mut spool).unwrap();
            spool.flush().unwrap();
            let lists = SortedLists::read(&mut spool.reader(0..spool.end()), &spool).unwrap();
            prop_assert_eq!(lists.is_empty(), entries.is_empty());
            for (key, units) in &mut expected {
                units.sort_unstable();
                let mut found = Vec::new();
                lists.find(&[*key], &mut found);
                prop_assert_eq!(found.iter().map(|&list| lists.all(list)).collect::<Vec<_>>(), [&units[..]]);
            }
            let mut found = vec![0];
            let others: Vec<u32> = (10..400).chain([u32::MAX]).filter(|key| !expected.contains_key(key)).collect();
            lists.find(&others, &mut found);
            prop_assert_eq!(found, Vec::<u32>::new());
        }
    }
}
