//! Leaders on disk: what a share of a corpus that memory has no room for leaves behind for the shares that follow.
//!
//! When a share has been decided, the index of its leaders is written as it is, without the places that lists have not filled. A
//! later share reads it again, and its units look into it as they look into their own ([`Index`]): one filter, one order of
//! shingles, one way to verify. Only the folds are left on disk, and read where a candidate is laid beside a unit.

use super::bitmap::Bitmaps;
use super::crowd::Crowd;
use super::index::{Filed, How, Index, KINDS, Later};
use super::leaders::{Found, Leaders, Unmatched};
use super::numbers::ByNumbers;
use super::scratch::{Lent, LookupScratch};
use super::sorted::SortedLists;
use super::{Units, narrow};
use crate::spill::{Reader, SpillError, Spool, join, split};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// Where the fold of a leader stands in the file of folds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoldPlace {
    pub(crate) tokens: u64,
    pub(crate) text: u64,
    pub(crate) text_len: u32,
}

/// The leaders of one share, read from disk.
pub(crate) struct Shard<'f> {
    index: Index<SortedLists>,
    bitmaps: Bitmaps,
    places: Vec<FoldPlace>,
    folds: &'f Spool,
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
        let tokens = self.bitmaps.tokens(leader as usize);
        Ok(self.folds.words(self.places[leader as usize].tokens, tokens)?.into())
    }

    fn text(&self, leader: u32) -> Result<Cow<'_, str>, SpillError> {
        let place = self.places[leader as usize];
        Ok(self.folds.text(place.text, place.text_len as usize)?.into())
    }
}

impl<'f> Shard<'f> {
    /// Reads what [`Leaders::write`] has written there.
    pub(crate) fn read(at: Range<u64>, from: &Spool, folds: &'f Spool) -> Result<Self, SpillError> {
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
        let count = reader.count(from)?;
        let mut places = Vec::with_capacity(count);
        for _ in 0..count {
            let [low, high, low_text, high_text, text_len] = reader.array(from)?;
            places.push(FoldPlace {
                tokens: join(low, high),
                text: join(low_text, high_text),
                text_len,
            });
        }
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
        let (keys, start) = (prepared.keys.into_names(), to.end());
        for kind in KINDS {
            let of_kind = (0..).zip(&leaders).zip(&ways);
            let of_kind = of_kind.filter(|(_, how)| how.kind(crowd.is_some()) == kind);
            let entries = of_kind.flat_map(|((leader, &unit), _)| {
                let entry = move |&key: &u32| u64::from(key) << 32 | leader;
                keys.names(unit).iter().map(entry)
            });
            SortedLists::of(entries.collect(), narrow(leaders.len())).write(to)?;
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
        to.put_count(leaders.len())?;
        for &unit in &leaders {
            let FoldPlace { tokens, text, text_len } = place(unit);
            let ([low, high], [low_text, high_text]) = (split(tokens), split(text));
            to.put_words(&[low, high, low_text, high_text, text_len])?;
        }
        Ok(start..to.end())
    }

    /// Looks up units among the leaders of a shard, side by side.
    pub(crate) fn look_into(
        &self,
        shard: &Shard<'_>,
        units: &[(u32, Unmatched)],
    ) -> Result<Vec<(u32, Found)>, SpillError> {
        let look = |lent: &mut Lent<'_>, &(unit, past): &(u32, Unmatched)| {
            let scratch = &mut lent.scratch;
            let found = self.look_into_one(shard, unit, past, scratch)?;
            Ok((unit, found))
        };
        units.par_iter().map_init(|| self.pool.lend(), look).collect()
    }

    fn look_into_one(
        &self,
        shard: &Shard<'_>,
        unit: u32,
        past: Unmatched,
        scratch: &mut LookupScratch,
    ) -> Result<Found, SpillError> {
        let mut lists = std::mem::take(&mut scratch.of_shard);
        let keys = self.prepared.keys.probed(unit);
        for (filed, lists) in shard.index.lists.iter().zip(&mut lists) {
            filed.find(keys, lists);
        }
        let later = Later {
            prepared: &self.prepared,
            unit,
            lists: lists.each_ref().map(Vec::as_slice),
        };
        let found = self.look_among(&later, &shard.index, shard, past, scratch);
        scratch.of_shard = lists;
        found
    }
}
