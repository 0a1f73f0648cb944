//! Leaders on disk: what a share of a corpus that memory has no room for leaves behind for the shares that follow.
//!
//! When a share has been decided, the lists of its leaders are written under sorted keys, with their bitmaps and the lists of
//! numbers and words. A later share reads them again, and its units look into it as they look into their own ([`Index`]): one filter, one order of
//! shingles, one way to verify. Only the folds are left on disk, and read where a candidate is laid beside a unit.
//!
//! Here leaders have numbers in the order of their lengths. So those that a key leads to whose lengths are possible (`partners.rs`)
//! follow one another in its list, and the others are not read.
//!
//! ```text
//! leaders                                            4 bytes
//! of each, its place in the order of decisions       as few bits as hold it, to the next word of 64 bits
//! lists of those that are filed alone, as versions,
//!   and with crowds                                  3 sorted lists (`sorted.rs`)
//! whether there are crowds (1 or 0)                  4 bytes
//!   if so, lists by the keys of words                sorted lists
//! a bit for each class of how many numbers leaders
//!   outside of crowds hold, and lists by numbers     4 bytes, sorted lists
//! whether crowds hold numbers (1 or 0)               4 bytes
//!   if so, the same of them                          4 bytes, sorted lists
//! lengths and bitmaps                                `bitmap.rs`
//! ```

use super::bitmap::{self, DiskBitmaps};
use super::index::{Filed, How, Index, KINDS, Later};
use super::keys::Entry;
use super::leaders::{Found, Leaders, Unmatched};
use super::scratch::Lent;
use super::sorted::{self, SortedLists};
#[cfg(feature = "index")]
use super::{Order, Reach, Rule};
use super::{SMALL, Units, narrow};
use crate::fold;
use crate::origin::{Origin, WORDS};
use crate::spill::{Access, Part, Parts, SpillError, Spool, split};
use rayon::prelude::*;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Reads the fold of a leader of a share by its place among them; gives nothing for one with which nothing is compared.
pub(crate) type ReadFold<'f> = dyn Fn(u32) -> Result<Option<String>, SpillError> + Sync + 'f;

/// The leaders of one share, on disk.
pub(crate) struct Shard<'f> {
    from: &'f Spool,
    count: u32,
    /// Their places in the order of decisions, by their numbers.
    places: Part<'f>,
    index: Index<SortedLists<'f>>,
    bitmaps: DiskBitmaps<'f>,
    /// Where their articles come from, by their places, [`WORDS`] words each; none if all are compared.
    origins: Option<Part<'f>>,
    fold: &'f ReadFold<'f>,
}

impl fmt::Debug for Shard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl<'f> Filed for Shard<'f> {
    type Error = SpillError;
    type Bitmaps = DiskBitmaps<'f>;

    fn count(&self) -> usize {
        self.count as usize
    }

    #[inline]
    fn bitmap(&self, leader: u32) -> (&DiskBitmaps<'f>, u32) {
        (&self.bitmaps, leader)
    }

    fn place(&self, leader: u32) -> u32 {
        split(self.places.number(leader.into(), bits_of_place(self.count)))[0]
    }

    fn text(&self, place: u32) -> Result<Option<Cow<'_, str>>, SpillError> {
        Ok((self.fold)(place)?.map(Cow::Owned))
    }

    fn tokens(&self, _: u32, text: &str) -> Cow<'_, [u32]> {
        fold::hashes_of(text).into()
    }

    fn origin(&self, leader: u32) -> Origin {
        let word = |origins: &Part<'_>, nth: usize| {
            let place = u64::from(self.place(leader));
            origins.short(WORDS as u64 * place + nth as u64)
        };
        let origin = |origins| Origin::of_words(std::array::from_fn(|nth| word(origins, nth)));
        self.origins.as_ref().map(origin).unwrap_or_default()
    }

    fn sound(&self) -> Result<(), SpillError> {
        self.from.sound()
    }
}

impl<'f> Shard<'f> {
    /// What [`Leaders::write`] has written there, of leaders that come from there.
    pub(crate) fn read(
        at: u64,
        from: &'f Spool,
        origins: Option<Part<'f>>,
        fold: &'f ReadFold<'f>,
        access: Access,
    ) -> Result<Self, SpillError> {
        let mut parts = Parts::new(from, at, access);
        let [count] = parts.array()?;
        let places = parts.part(sorted::bytes_of_numbers(count, bits_of_place(count)))?;
        let mut lists = || SortedLists::read(&mut parts);
        let lists = [lists()?, lists()?, lists()?];
        Ok(Self {
            from,
            count,
            places,
            index: Index::read(lists, &mut parts)?,
            bitmaps: DiskBitmaps::read(count, &mut parts)?,
            origins,
            fold,
        })
    }
}

/// Bits that hold a place among so many leaders.
fn bits_of_place(count: u32) -> u32 {
    sorted::width(count.saturating_sub(1))
}

/// Bits that are kept of a key, besides those that tell it from its neighbours: one in sixteen keys that are looked for and not there is
/// taken for one that is.
const CHECK: u32 = 4;

impl<U: Units + ?Sized> Leaders<'_, U> {
    /// Writes the leaders, of a share of a corpus that has been decided, for [`Shard::read`]; gives where they stand.
    pub(crate) fn write(mut self, to: &mut Spool) -> Result<Range<u64>, SpillError> {
        self.file_new();
        let Self {
            mut prepared,
            mut index,
            leaders,
            ways,
            ..
        } = self;
        index.drop_lists();
        prepared.keys.drop_lists();
        let (count, start) = (narrow(leaders.len()), to.end());
        to.put_words(&[count])?;
        let tokens = |unit: u32| prepared.units.tokens(unit);
        let mut places: Vec<u32> = (0..count).collect();
        places.sort_by_key(|&place| tokens(leaders[place as usize]).len());
        sorted::write_numbers(places.iter().copied(), bits_of_place(count), to)?;
        let leaders: Vec<u32> = places.iter().map(|&place| leaders[place as usize]).collect();
        let ways: Vec<How> = places.iter().map(|&place| ways[place as usize]).collect();
        let mut numbers = vec![NONE; prepared.units.count() as usize];
        for (number, &unit) in (0..).zip(&leaders) {
            numbers[unit as usize] = number;
        }
        for kind in KINDS {
            let is_of_kind = |&number: &u32| {
                let way = ways.get(number as usize);
                way.is_some_and(|how| how.kind(index.crowd.is_some()) == kind)
            };
            let pairs = prepared.keys.entries().iter().filter_map(|&entry| {
                let Entry { key, unit, .. } = Entry::of(entry);
                Some((key, Some(numbers[unit as usize]).filter(is_of_kind)?))
            });
            sorted::write(&mut pairs.collect::<Vec<_>>(), count, CHECK, true, to)?;
        }
        index.write_besides(&prepared, &leaders, &ways, to)?;
        bitmap::write(prepared.keys.bitmaps(), tokens, &leaders, to)?;
        Ok(start..to.end())
    }

    /// Looks up, side by side, those units that may match a leader of a shard, of those that have not matched before. It is told what is
    /// known of a unit if it has not.
    pub(crate) fn look_into(
        &self,
        shard: &Shard<'_>,
        past: impl Fn(u32) -> Option<Unmatched> + Sync,
    ) -> Result<Vec<(u32, Found)>, SpillError> {
        let keys = &self.prepared.keys;
        let found = shard
            .index
            .lists
            .each_ref()
            .map(|lists| FoundLists::new(self, lists, &shard.bitmaps, |unit| past(unit).is_some()));
        shard.sound()?;
        let look = |lent: &mut Lent<'_>, unit: u32| {
            let lists = found.each_ref().map(|found| found.of(unit));
            let is_enough = |lists: &&[sorted::Found]| lists.len() >= usize::from(keys.shared(unit).max(1));
            let past = past(unit).filter(|_| lists.iter().any(is_enough))?;
            let later: Later<'_, '_, U, SortedLists<'_>> = Later {
                prepared: &self.prepared,
                unit,
                lists,
            };
            let found = self.look_among(&later, &shard.index, shard, past, &mut lent.scratch);
            Some(found.map(|found| (unit, found)))
        };
        let all = 0..self.prepared.units.count();
        if all.len() < SMALL {
            let mut lent = self.pool.lend();
            return all.filter_map(|unit| look(&mut lent, unit)).collect();
        }
        let looked_up = all.into_par_iter().map_init(|| self.pool.lend(), look);
        looked_up.flatten_iter().collect()
    }
}

/// Writes units that are leaders, filed in these ways, as [`Leaders::write`] does. There are the rule, and that by which versions are told.
#[cfg(feature = "index")]
pub(crate) fn write_shard<U: Units>(
    units: &U,
    (rule, versions): (&Rule, Option<Rule>),
    reach: Reach,
    order: &Order,
    ways: Vec<How>,
    to: &mut Spool,
) -> Result<Range<u64>, SpillError> {
    let mut leaders = Leaders::new(units, rule, reach, Some(order), versions);
    leaders.file_all(ways);
    leaders.write(to)
}

/// The lists of a shard, of one kind, that the units of a share look into.
struct FoundLists {
    /// One unit after the other, and where those of each unit end; both empty if there are none.
    lists: Vec<sorted::Found>,
    ends: Vec<u32>,
}

impl FoundLists {
    fn new<U: Units + ?Sized>(
        leaders: &Leaders<'_, U>,
        lists: &SortedLists<'_>,
        bitmaps: &DiskBitmaps<'_>,
        is_open: impl Fn(u32) -> bool + Sync,
    ) -> Self {
        const SHARE: usize = 1 << 16;
        let prepared = &leaders.prepared;
        if lists.is_empty() {
            return Self {
                lists: Vec::new(),
                ends: Vec::new(),
            };
        }
        // In the order of keys, so that both are read in sequence.
        let find = |entries: &[u64]| -> Vec<(u32, sorted::Found)> {
            let probed = entries.iter().map(|&word| Entry::of(word));
            let find = |Entry { key, unit, step }| {
                let step = step.filter(|_| is_open(unit))?;
                let found = lists.find(key)?;
                let within = bitmaps.of_lengths(&prepared.partner_lengths(unit, step));
                Some((unit, lists.within(found, &within)?))
            };
            probed.filter_map(find).collect()
        };
        let entries = prepared.keys.entries();
        let found: Vec<Vec<(u32, sorted::Found)>> = if entries.len() <= SHARE {
            vec![find(entries)]
        } else {
            entries.par_chunks(SHARE).map(find).collect()
        };
        let mut ends = vec![0_u32; prepared.units.count() as usize + 1];
        for &(unit, _) in found.iter().flatten() {
            ends[unit as usize + 1] += 1;
        }
        for unit in 1..ends.len() {
            ends[unit] += ends[unit - 1];
        }
        let mut out = vec![sorted::Found::default(); found.iter().map(Vec::len).sum()];
        for &(unit, list) in found.iter().flatten() {
            let next = &mut ends[unit as usize];
            out[*next as usize] = list;
            *next += 1;
        }
        Self { lists: out, ends }
    }

    /// Those that a unit looks into.
    fn of(&self, unit: u32) -> &[sorted::Found] {
        let Some(&end) = self.ends.get(unit as usize) else {
            return &[];
        };
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.lists[start as usize..end as usize]
    }
}

/// Stands for no number.
const NONE: u32 = u32::MAX;
