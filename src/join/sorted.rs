//! Lists of units under keys, as they are kept on disk: about three bytes an entry, and each list read by itself.
//!
//! Entries are sorted by key, and the keys divided into ranges of equal size, as many as a power of two: buckets of one to two entries. Where
//! the entries of a bucket stand is told as by Elias (*Efficient storage and retrieval by content and address of static files*, 1974) and
//! Fano: a bit string has for each bucket as many zeros as it has entries, and then a one. Of each entry there is its unit, and of its
//! key the few bits that come after those that name the bucket. Keys are hashes, so entries of another key may be taken for those of one:
//! that adds candidates and never a match, because every match is verified. The units of a list ascend, those of keys that cannot be told apart
//! together, so that units in a range are found by halving.
//!
//! ```text
//! entries, units, bits of keys, whether complete   4 words of 32 bits; each unit is below `units`
//! of each 64th bucket, the entries before it       32 bits
//! the bit string                                   words of 64 bits
//! of each entry, bits of its key above its unit    as few bits as hold it, to the next word of 64 bits
//! ```

use super::lists::{ByKey, ListSet, PostingLists, room_for};
use super::narrow;
use crate::spill::{Access, Part, Parts, SpillError, Spool, split};
use crate::steps::looked;
use std::ops::Range;

/// Lists that are found by their keys.
#[derive(Debug)]
pub(crate) struct SortedLists<'f> {
    shape: Shape,
    is_complete: bool,
    access: Access,
    starts: Part<'f>,
    ends: Part<'f>,
    packed: Part<'f>,
}

/// Where things stand.
#[derive(Clone, Copy, Debug)]
struct Shape {
    entries: u32,
    /// Bits of a key that name its bucket, that are kept beside an entry, and that a unit takes.
    bucket: u32,
    check: u32,
    unit: u32,
}

/// Entries of one list, which follow one another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    start: u32,
    len: u32,
}

/// Buckets whose first entry is known.
const BLOCK: u64 = 64;

impl Shape {
    fn new(entries: u32, units: u32, check: u32) -> Self {
        let bucket = entries.max(1).ilog2();
        Self {
            entries,
            bucket,
            check: check.min(32 - bucket),
            unit: width(units.saturating_sub(1)),
        }
    }

    fn buckets(self) -> u64 {
        1 << self.bucket
    }

    /// The bucket of a key, and the bits that are kept of it.
    #[inline]
    fn place(self, key: u32) -> (u64, u64) {
        let (key, below) = (u64::from(key), 32 - self.bucket);
        (key >> below, key >> (below - self.check) & ones(self.check))
    }

    fn width(self) -> u32 {
        self.check + self.unit
    }

    fn bytes_of_starts(self) -> u64 {
        4 * self.buckets().div_ceil(BLOCK)
    }

    fn bytes_of_ends(self) -> u64 {
        8 * (self.buckets() + u64::from(self.entries)).div_ceil(64)
    }

    fn bytes_of_packed(self) -> u64 {
        bytes_of_numbers(self.entries, self.width())
    }
}

/// So many bits, all set.
#[inline]
fn ones(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// Writes lists of units, which are below `units`, from pairs of a key and a unit, in the order of keys. Of a key about `check` bits are kept
/// more than tell it from its neighbours. Lists that are not complete may lack units.
pub(crate) fn write(
    pairs: &mut [(u32, u32)],
    units: u32,
    check: u32,
    is_complete: bool,
    to: &mut Spool,
) -> Result<(), SpillError> {
    debug_assert!(pairs.is_sorted_by_key(|pair| pair.0) && pairs.iter().all(|pair| pair.1 < units));
    looked(pairs.len());
    let shape = Shape::new(narrow(pairs.len()), units, check);
    // Units of keys that are taken for one another are one list.
    let of_list = pairs.chunk_by_mut(|a, b| shape.place(a.0) == shape.place(b.0));
    of_list.for_each(|list| list.sort_unstable_by_key(|pair| pair.1));
    to.put_words(&[shape.entries, units, shape.check, u32::from(is_complete)])?;
    let buckets = || pairs.iter().map(|&(key, _)| shape.place(key).0);
    let (mut before, mut entries) = (buckets().peekable(), 0);
    for block in 0..shape.buckets().div_ceil(BLOCK) {
        while before.next_if(|&bucket| bucket < block * BLOCK).is_some() {
            entries += 1;
        }
        to.put_words(&[entries])?;
    }
    let mut bits = Bits::new(to);
    let mut at = 0;
    for bucket in buckets() {
        while at < bucket {
            bits.put(1, 1)?;
            at += 1;
        }
        bits.put(0, 1)?;
    }
    (at..shape.buckets()).try_for_each(|_| bits.put(1, 1))?;
    bits.end()?;
    let mut bits = Bits::new(to);
    for &(key, unit) in &*pairs {
        bits.put(shape.place(key).1 << shape.unit | u64::from(unit), shape.width())?;
    }
    bits.end()
}

/// Appends numbers of so many bits each to a spool, for [`Part::number`], to the next word of 64 bits.
pub(super) fn write_numbers(numbers: impl Iterator<Item = u32>, width: u32, to: &mut Spool) -> Result<(), SpillError> {
    let mut bits = Bits::new(to);
    for number in numbers {
        bits.put(number.into(), width)?;
    }
    bits.end()
}

/// The bytes of so many numbers, as [`write_numbers`] writes them.
pub(super) fn bytes_of_numbers(count: u32, width: u32) -> u64 {
    8 * (u64::from(count) * u64::from(width)).div_ceil(64)
}

/// Bits that hold a number.
pub(super) fn width(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

/// Appends numbers of some bits to a spool.
struct Bits<'s> {
    to: &'s mut Spool,
    word: u64,
    filled: u32,
}

impl<'s> Bits<'s> {
    fn new(to: &'s mut Spool) -> Self {
        Self { to, word: 0, filled: 0 }
    }

    #[inline]
    fn put(&mut self, number: u64, bits: u32) -> Result<(), SpillError> {
        self.word |= number << self.filled;
        self.filled += bits;
        if self.filled >= 64 {
            self.to.put(&self.word.to_le_bytes())?;
            self.filled -= 64;
            self.word = number.checked_shr(bits - self.filled).unwrap_or(0);
        }
        Ok(())
    }

    fn end(self) -> Result<(), SpillError> {
        if self.filled > 0 {
            self.to.put(&self.word.to_le_bytes())?;
        }
        Ok(())
    }
}

impl<'f> SortedLists<'f> {
    /// What [`write()`] has written.
    pub(crate) fn read(from: &mut Parts<'f>) -> Result<Self, SpillError> {
        let [entries, units, check, is_complete] = from.array()?;
        let shape = Shape::new(entries, units, check);
        Ok(Self {
            shape,
            is_complete: is_complete == 1,
            access: from.access(),
            starts: from.part(shape.bytes_of_starts())?,
            ends: from.part(shape.bytes_of_ends())?,
            packed: from.part(shape.bytes_of_packed())?,
        })
    }

    /// True if there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.shape.entries == 0
    }

    /// The entries of a bucket: the first, and how many.
    #[inline]
    fn bucket(&self, bucket: u64) -> (u32, u32) {
        let (block, nth) = (bucket / BLOCK, bucket % BLOCK);
        let start = u64::from(self.starts.short(block));
        let first = start + BLOCK * block;
        let end = 8 * self.shape.bytes_of_ends();
        // the ends of the buckets before it in the block, then its own
        let mut at = first / 64;
        let mut word = self.ends.word(8 * at) & u64::MAX << (first % 64);
        let mut skipped = nth;
        let mut before = first;
        loop {
            let ends = u64::from(word.count_ones());
            if skipped < ends {
                break;
            }
            skipped -= ends;
            if let Some(last) = word.checked_ilog2() {
                before = 64 * at + u64::from(last) + 1;
            }
            at += 1;
            if 64 * at >= end {
                return (0, 0);
            }
            word = self.ends.word(8 * at);
        }
        for _ in 1..skipped {
            word &= word - 1;
        }
        if skipped > 0 {
            before = 64 * at + u64::from(word.trailing_zeros()) + 1;
            word &= word - 1;
        }
        let after = 64 * at + u64::from(word.trailing_zeros());
        let entries = u64::from(self.shape.entries);
        let from = (before.saturating_sub(BLOCK * block + nth)).min(entries);
        let len = after.saturating_sub(before).min(entries - from);
        (narrow64(from), narrow64(len))
    }

    #[inline]
    fn packed(&self, entry: u32) -> u64 {
        self.packed.number(u64::from(entry), self.shape.width())
    }

    /// The entries of a key, if it has any.
    #[inline]
    pub(crate) fn find(&self, key: u32) -> Option<Found> {
        if self.is_empty() {
            return None;
        }
        let (bucket, check) = self.shape.place(key);
        let (start, len) = self.bucket(bucket);
        let is_before = |entry: &u32| self.packed(*entry) >> self.shape.unit < check;
        let is_of_key = |entry: u32| self.packed(entry) >> self.shape.unit == check;
        let end = start + len;
        if len <= FEW {
            let mut of_key = (start..end).skip_while(|entry| is_before(entry));
            let first = of_key.next().filter(|&entry| is_of_key(entry))?;
            let len = 1 + narrow(of_key.take_while(|&entry| is_of_key(entry)).count());
            return Some(Found { start: first, len });
        }
        let first = partition_point(start..end, |entry| is_before(&entry));
        let after = partition_point(first..end, |entry| self.packed(entry) >> self.shape.unit <= check);
        (first < after).then_some(Found {
            start: first,
            len: after - first,
        })
    }

    /// Of some entries those of units in a range.
    #[inline]
    pub(crate) fn within(&self, Found { start, len }: Found, units: &Range<u32>) -> Option<Found> {
        let unit = |entry: u32| split(self.packed(entry) & ones(self.shape.unit))[0];
        let end = start + len;
        let (start, end) = if len <= FEW {
            let start = (start..end).find(|&entry| unit(entry) >= units.start)?;
            (
                start,
                (start..end).find(|&entry| unit(entry) >= units.end).unwrap_or(end),
            )
        } else {
            let start = partition_point(start..end, |entry| unit(entry) < units.start);
            (start, partition_point(start..end, |entry| unit(entry) < units.end))
        };
        (start < end).then_some(Found {
            start,
            len: end - start,
        })
    }

    /// Calls `visit` with the units of some entries.
    #[inline]
    pub(crate) fn visit(&self, Found { start, len }: Found, mut visit: impl FnMut(u32)) {
        looked(len as usize);
        let mask = ones(self.shape.unit);
        self.packed.numbers(u64::from(start), len, self.shape.width(), |entry| {
            visit(split(entry & mask)[0]);
        });
    }
}

/// Entries that are looked at one after the other.
const FEW: u32 = 16;

/// The first of some ascending numbers of which that is not true.
fn partition_point(range: Range<u32>, is_before: impl Fn(u32) -> bool) -> u32 {
    let (mut start, mut end) = (range.start, range.end);
    while start < end {
        let middle = start + (end - start) / 2;
        if is_before(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}

fn narrow64(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl PostingLists for SortedLists<'_> {
    type List = Found;
    type ByKey = Self;

    fn length(&self, lists: &[Found]) -> u64 {
        lists.iter().map(|list| u64::from(list.len)).sum()
    }

    fn may_be_in(_: &ListSet, _: &[Found], _: u8) -> bool {
        true
    }

    fn count(&self, lists: &[Found], least: u8, counters: (&mut Vec<u8>, usize), found: &mut Vec<u32>) {
        let before = found.len();
        lists.iter().for_each(|&list| self.visit(list, |unit| found.push(unit)));
        if self.access == Access::Much {
            let (counters, end) = (room_for(counters), found.len());
            // A damaged file may name any unit.
            for at in before..end {
                let unit = found[at];
                if let Some(count) = counters.get_mut(unit as usize) {
                    *count = count.saturating_add(1);
                    if *count == least {
                        found.push(unit);
                    }
                }
            }
            for &unit in &found[before..end] {
                if let Some(count) = counters.get_mut(unit as usize) {
                    *count = 0;
                }
            }
            found.drain(before..end);
            return;
        }
        // Few look-ups: room for counters would cost more.
        let all = &mut found[before..];
        all.sort_unstable();
        let (mut kept, mut at) = (0, 0);
        while at < all.len() {
            let unit = all[at];
            let end = at + all[at..].iter().take_while(|&&other| other == unit).count();
            if end - at >= usize::from(least) {
                all[kept] = unit;
                kept += 1;
            }
            at = end;
        }
        found.truncate(before + kept);
    }
}

impl ByKey for SortedLists<'_> {
    fn are_complete(&self) -> bool {
        self.is_complete
    }

    fn len(&self, key: u32) -> u32 {
        self.find(key).map_or(0, |list| list.len)
    }

    fn visit(&self, key: u32, visit: impl FnMut(u32)) {
        if let Some(list) = self.find(key) {
            Self::visit(self, list, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Folder;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn key() -> impl Strategy<Value = u32> {
        prop_oneof![
            any::<u32>(),
            0..9_u32,
            Just(u32::MAX),
            (0..99_u32).prop_map(|n| n << 24)
        ]
    }

    proptest! {
        #[test]
        fn lists_hold_what_was_put_in(
            entries in prop::collection::vec((key(), 0..50_u32), 0..600),
            more in prop::collection::vec(key(), 20),
            check in 0_u32..20,
            units in 50_u32..5000,
            from in 0_u32..50,
        ) {
            let mut pairs = entries.clone();
            pairs.sort_unstable();
            let mut spool = Folder::new(std::env::temp_dir()).spool();
            spool.put(b"abc").unwrap();
            write(&mut pairs.clone(), units, check, true, &mut spool).unwrap();
            let end = spool.end();
            write(&mut pairs.clone()[..1.min(pairs.len())], units, check, false, &mut spool).unwrap();
            let mut parts = Parts::new(&spool, 3, Access::Little);
            let lists = SortedLists::read(&mut parts).unwrap();
            let bits = pairs.len().max(1).ilog2() + check;
            let known = |key: u32| (u64::from(key) << 32).checked_shr(64 - bits.min(32)).unwrap_or(0);
            let mut expected: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            pairs.iter().for_each(|&(key, unit)| expected.entry(known(key)).or_default().push(unit));
            expected.values_mut().for_each(|units| units.sort_unstable());
            for key in pairs.iter().map(|pair| pair.0).chain(more) {
                let mut found = Vec::new();
                ByKey::visit(&lists, key, |unit| found.push(unit));
                let expected = expected.get(&known(key)).map_or(&[][..], |units| units);
                prop_assert_eq!(&found[..], expected);
                prop_assert_eq!(lists.len(key) as usize, found.len());
                let some = from..from + 9;
                let within = lists.find(key).and_then(|list| lists.within(list, &some));
                let mut found = Vec::new();
                within.iter().for_each(|&list| lists.visit(list, |unit| found.push(unit)));
                prop_assert!(within.is_none_or(|_| !found.is_empty()));
                prop_assert!(expected.iter().filter(|unit| some.contains(unit)).eq(&found));
            }
            let other = SortedLists::read(&mut Parts::new(&spool, end, Access::Little)).unwrap();
            prop_assert!(lists.are_complete() && !other.are_complete());
        }

        #[test]
        fn units_are_counted(lists in prop::collection::vec(prop::collection::vec(0..30_u32, 0..20), 1..9), least in 1_u8..4) {
            let pairs = (0..).zip(&lists).flat_map(|(n, list)| list.iter().map(move |&unit| (n << 27, unit)));
            let mut pairs: Vec<(u32, u32)> = pairs.collect();
            pairs.sort_unstable();
            let mut spool = Folder::new(std::env::temp_dir()).spool();
            write(&mut pairs.clone(), 30, 14, true, &mut spool).unwrap();
            let access = if lists.len() > 4 { Access::Much } else { Access::Little };
            let sorted = SortedLists::read(&mut Parts::new(&spool, 0, access)).unwrap();
            let found: Vec<Found> = (0..9).filter_map(|n| sorted.find(n << 27)).collect();
            prop_assert_eq!(sorted.length(&found), pairs.len() as u64);
            let mut counted = vec![77];
            sorted.count(&found, least, (&mut Vec::new(), 30), &mut counted);
            counted[1..].sort_unstable();
            let times = |unit: u32| pairs.iter().filter(|pair| pair.1 == unit).count();
            let expected: Vec<u32> = [77].into_iter().chain((0..30).filter(|&unit| times(unit) >= usize::from(least))).collect();
            prop_assert_eq!(counted, expected);
        }
    }
}
