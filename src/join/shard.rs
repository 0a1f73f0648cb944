//! Leaders on disk: what a share of a corpus that memory has no room for leaves behind for the shares that follow.
//!
//! When a share has been decided, the lists of its leaders are written under sorted keys, with their bitmaps and the lists of
//! numbers and words. A later share reads them again, and its units look into it as they look into their own ([`Index`]): one filter, one order of
//! shingles, one way to verify. Only the folds are left on disk, and read where a candidate is laid beside a unit.

use super::bitmap::Bitmaps;
use super::crowd::Crowd;
use super::index::{Filed, How, Index, KINDS, Later};
use super::keys::Entry;
use super::leaders::{Found, Leaders, Unmatched};
use super::numbers::ByNumbers;
use super::scratch::Lent;
use super::sorted::SortedLists;
use super::{Units, narrow};
use crate::fold;
use crate::origin::{Origin, WORDS};
use crate::spill::{Reader, SpillError, Spool, join, split};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// Where the fold of a leader stands among the folds of its share, and how many bytes it has.
pub(crate) type FoldPlace = (u64, u32);

/// The folds of a share: a file, and where they begin there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShareFolds<'f> {
    pub(crate) spool: &'f Spool,
    pub(crate) start: u64,
}

impl ShareFolds<'_> {
    pub(crate) fn text(&self, (at, len): FoldPlace) -> Result<String, SpillError> {
        self.spool.text(self.start + at, len as usize)
    }
}

/// The leaders of one share, read from disk.
pub(crate) struct Shard<'f> {
    index: Index<SortedLists>,
    bitmaps: Bitmaps,
    places: Vec<FoldPlace>,
    /// Where their articles come from; empty if all are compared.
    origins: Vec<Origin>,
    folds: ShareFolds<'f>,
}

impl Filed for Shard<'_> {
    type Error = SpillError;

    fn count(&self) -> usize {
        self.places.len()
    }

    #[inline]
    fn bitmap(&self, leader: u32) -> (&Bitmaps, u32) {
        (&self.bitmaps, leader)
    }

    fn tokens(&self, leader: u32) -> Result<Cow<'_, [u32]>, SpillError> {
        Ok(fold::hashes_of(&self.text(leader)?).into())
    }

    fn text(&self, leader: u32) -> Result<Cow<'_, str>, SpillError> {
        Ok(self.folds.text(self.places[leader as usize])?.into())
    }

    fn origin(&self, leader: u32) -> Origin {
        self.origins.get(leader as usize).copied().unwrap_or_default()
    }
}

impl<'f> Shard<'f> {
    /// Reads what [`Leaders::write`] has written there.
    pub(crate) fn read(at: Range<u64>, from: &Spool, folds: ShareFolds<'f>) -> Result<Self, SpillError> {
        let mut reader = from.reader(at);
        let mut lists = || SortedLists::read(&mut reader, from);
        let lists = [lists()?, lists()?, lists()?];
        let crowd = is_there(&mut reader, from)?
            .then(|| Crowd::read(&mut reader, from))
            .transpose()?;
        let by_numbers = ByNumbers::read(&mut reader, from)?;
        let crowd_by_numbers = is_there(&mut reader, from)?
            .then(|| ByNumbers::read(&mut reader, from))
            .transpose()?;
        let bitmaps = Bitmaps::read(&mut reader, from)?;
        let places = reader.rows(from, |[low, high, len]| (join(low, high), len))?;
        let origins = reader.rows(from, Origin::of_words)?;
        Ok(Self {
            index: Index {
                has_versions: !lists[How::Version as usize].is_empty(),
                lists,
                crowd,
                by_numbers,
                crowd_by_numbers,
            },
            bitmaps,
            places,
            origins,
            folds,
        })
    }
}

fn is_there(reader: &mut Reader, from: &Spool) -> Result<bool, SpillError> {
    Ok(reader.array(from)? == [1])
}

impl<U: Units + ?Sized> Leaders<'_, U> {
    /// Writes the leaders, of a share of a corpus that has been decided, for [`Shard::read`]; gives where they stand. It is told where
    /// the folds of units are.
    pub(crate) fn write(mut self, place: impl Fn(u32) -> FoldPlace, to: &mut Spool) -> Result<Range<u64>, SpillError> {
        self.file_new();
        let Self {
            prepared,
            index,
            leaders,
            ways,
            ..
        } = self;
        let Index {
            lists,
            crowd,
            by_numbers,
            crowd_by_numbers,
            ..
        } = index;
        drop(lists);
        let (keys, start) = (prepared.keys.without_lists(), to.end());
        let mut places = vec![NOWHERE; prepared.units.count() as usize];
        for (place, &unit) in (0..).zip(&leaders) {
            places[unit as usize] = place;
        }
        for kind in KINDS {
            let is_of_kind = |&place: &u32| {
                let way = ways.get(place as usize);
                way.is_some_and(|how| how.kind(crowd.is_some()) == kind)
            };
            let pairs = keys.entries().iter().filter_map(|&entry| {
                let Entry { key, unit, .. } = Entry::of(entry);
                Some((key, Some(places[unit as usize]).filter(is_of_kind)?))
            });
            SortedLists::of(pairs, narrow(leaders.len())).write(to)?;
        }
        to.put_words(&[u32::from(crowd.is_some())])?;
        if let Some(crowd) = crowd {
            crowd.write(to)?;
        }
        by_numbers.write(to)?;
        to.put_words(&[u32::from(crowd_by_numbers.is_some())])?;
        if let Some(by_numbers) = crowd_by_numbers {
            by_numbers.write(to)?;
        }
        let mut bitmaps = Bitmaps::default();
        leaders.iter().for_each(|&unit| bitmaps.push_of(keys.bitmaps(), unit));
        bitmaps.write(to)?;
        to.put_rows(leaders.iter().map(|&unit| {
            let (at, len) = place(unit);
            let [low, high] = split(at);
            [low, high, len]
        }))?;
        let told = if prepared.reach.is_everything() {
            &[]
        } else {
            &leaders[..]
        };
        to.put_rows::<WORDS>(told.iter().map(|&unit| prepared.units.origin(unit).words()))?;
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
        let found = shard.index.lists.each_ref().map(|lists| FoundLists::new(self, lists));
        let look = |lent: &mut Lent<'_>, unit: u32| {
            let lists = found.each_ref().map(|found| found.of(unit));
            let is_enough = |lists: &&[u32]| lists.len() >= usize::from(keys.shared(unit).max(1));
            let past = past(unit).filter(|_| lists.iter().any(is_enough))?;
            let later = Later {
                prepared: &self.prepared,
                unit,
                lists,
            };
            let found = self.look_among(&later, &shard.index, shard, past, &mut lent.scratch);
            Some(found.map(|found| (unit, found)))
        };
        let all = 0..self.prepared.units.count();
        let looked_up = all.into_par_iter().map_init(|| self.pool.lend(), look);
        looked_up.flatten_iter().collect()
    }
}

/// The lists of a shard, of one kind, that the units of a share look into.
struct FoundLists {
    /// One unit after the other, and where those of each unit end; both empty if there are none.
    lists: Vec<u32>,
    ends: Vec<u32>,
}

impl FoundLists {
    fn new<U: Units + ?Sized>(leaders: &Leaders<'_, U>, lists: &SortedLists) -> Self {
        const SHARE: usize = 1 << 16;
        const BLOCK: usize = 256;
        let (prepared, none) = (&leaders.prepared, Vec::new());
        if lists.is_empty() {
            return Self {
                lists: none,
                ends: Vec::new(),
            };
        }
        // In the order of keys, so that both are read in sequence; and without a branch for the many that have no list.
        let find = |entries: &[u64]| {
            let (mut out, mut kept) = (Vec::new(), [0; BLOCK]);
            for block in entries.chunks(BLOCK) {
                let mut count = 0;
                for &word in block {
                    let Entry { key, is_probed, .. } = Entry::of(word);
                    kept[count] = word;
                    count += usize::from(is_probed & lists.may_hold(key));
                }
                let kept = kept[..count].iter().map(|&word| Entry::of(word));
                out.extend(kept.filter_map(|Entry { key, unit, .. }| Some((unit, lists.find(key)?))));
            }
            out
        };
        let found: Vec<Vec<(u32, u32)>> = prepared.keys.entries().par_chunks(SHARE).map(find).collect();
        let mut ends = vec![0_u32; prepared.units.count() as usize + 1];
        found
            .iter()
            .flatten()
            .for_each(|&(unit, _)| ends[unit as usize + 1] += 1);
        for unit in 1..ends.len() {
            ends[unit] += ends[unit - 1];
        }
        let mut out = vec![0; found.iter().map(Vec::len).sum()];
        for &(unit, list) in found.iter().flatten() {
            let next = &mut ends[unit as usize];
            out[*next as usize] = list;
            *next += 1;
        }
        Self { lists: out, ends }
    }

    /// Those that a unit looks into.
    fn of(&self, unit: u32) -> &[u32] {
        let Some(&end) = self.ends.get(unit as usize) else {
            return &[];
        };
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.lists[start as usize..end as usize]
    }
}

/// Stands for no place.
const NOWHERE: u32 = u32::MAX;
