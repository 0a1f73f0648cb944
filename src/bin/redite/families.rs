//! How often each kept unit is repeated, in how many articles, and which copy each repeat is: counted over all decisions, before
//! any text is seen again.

use crate::corpus::Corpus;
use crate::provenance::{KEY, key};
use crate::spool::{Sorted, Sorter};
use anyhow::{Result, bail};
use redite::files::marks::Family;
use redite::metadata::spelled;
use redite::{Origin, Reason, Unit};
use std::collections::HashSet;
use std::iter::Peekable;

/// A repeat: the kept unit, the number of the repeat in the order of the input, the article of the removed unit, and whether it is a
/// near one. Numbers are big-endian, so that entries are sorted by them.
const ENTRY: usize = KEY + 8 + 4 + 1;
const NUMBER: usize = KEY;
const ARTICLE: usize = KEY + 8;
const NEAR: usize = KEY + 12;

/// A kept unit, and its counts.
const COUNTS: usize = KEY + Counts::SIZE;

/// The number of a repeat, and which copy it is.
const COPY: usize = 12;

/// What is counted of a family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    equal: u32,
    near: u32,
    articles: u32,
    /// How many groups the articles have, if groups are known.
    groups: Option<u32>,
    /// The earliest and the latest date of the articles, if any is known.
    dates: Option<(i64, i64)>,
}

impl Counts {
    const SIZE: usize = 33;

    /// As marks tell it.
    pub(crate) fn told(&self) -> Family {
        Family {
            equal: self.equal,
            near: self.near,
            articles: self.articles,
            groups: self.groups,
            first: self.dates.and_then(|dates| spelled(dates.0)),
            last: self.dates.and_then(|dates| spelled(dates.1)),
        }
    }

    pub(crate) fn bytes(&self) -> [u8; Self::SIZE] {
        let mut out = [0; Self::SIZE];
        let (first, last) = self.dates.unwrap_or_default();
        let counts = [self.equal, self.near, self.articles, self.groups.unwrap_or_default()];
        out[..16].copy_from_slice(counts.map(u32::to_be_bytes).as_flattened());
        out[16..32].copy_from_slice([first, last].map(i64::to_be_bytes).as_flattened());
        out[32] = u8::from(self.groups.is_some()) | u8::from(self.dates.is_some()) << 1;
        out
    }

    pub(crate) fn of_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let count = |nth: usize| u32::from_be_bytes(std::array::from_fn(|i| bytes[4 * nth + i]));
        let date = |nth: usize| i64::from_be_bytes(std::array::from_fn(|i| bytes[16 + 8 * nth + i]));
        Self {
            equal: count(0),
            near: count(1),
            articles: count(2),
            groups: (bytes[32] & 1 == 1).then(|| count(3)),
            dates: (bytes[32] & 2 == 2).then(|| (date(0), date(1))),
        }
    }
}

/// The families of all kept units, to be asked for in order.
#[derive(Debug)]
pub(crate) struct Families {
    counts: Peekable<Sorted<COUNTS>>,
    copies: Sorted<COPY>,
}

impl Families {
    /// Those of a corpus.
    pub(crate) fn of(corpus: &Corpus) -> Result<Self> {
        let (detection, folder) = (&corpus.detection, corpus.temp_dir());
        let mut entries: Sorter<ENTRY> = Sorter::new(folder);
        let mut repeats: u64 = 0;
        for number in 0..detection.blocks() {
            for repeat in detection.block(number)?.repeats() {
                let mut entry = [0; ENTRY];
                entry[..KEY].copy_from_slice(&key(&repeat.kept));
                entry[NUMBER..ARTICLE].copy_from_slice(&repeats.to_be_bytes());
                entry[ARTICLE..NEAR].copy_from_slice(&repeat.removed.article.0.to_be_bytes());
                entry[NEAR] = u8::from(repeat.reason == Reason::Near);
                entries.push(entry)?;
                repeats += 1;
            }
        }
        let (mut counts, mut copies) = (Sorter::new(folder), Sorter::new(folder));
        let mut entries = entries.sorted()?.peekable();
        while let Some(first) = entries.next() {
            let first = first?;
            let mut family = Counted::of(&first, corpus.origins());
            copies.push(family.copy(&first))?;
            while let Some(entry) = entries.next_if(|entry| matches!(entry, Ok(entry) if entry[..KEY] == first[..KEY]))
            {
                let entry = entry?;
                family.add(&entry);
                copies.push(family.copy(&entry))?;
            }
            counts.push(family.record(&first, corpus.options.group_field.is_some()))?;
        }
        Ok(Self {
            counts: counts.sorted()?.peekable(),
            copies: copies.sorted()?,
        })
    }

    /// That of a kept unit. They are asked for in order, each once.
    pub(crate) fn get(&mut self, kept: &Unit) -> Result<Counts> {
        let wanted = key(kept);
        while let Some(next) = self.counts.peek() {
            let is_before = matches!(next, Ok(next) if next[..KEY] < wanted[..]);
            let is_its = matches!(next, Ok(next) if next[..KEY] == wanted);
            if !is_before && !is_its && next.is_ok() {
                break;
            }
            let Some(counts) = self.counts.next().transpose()? else {
                break;
            };
            if is_its {
                return Ok(counts.last_chunk().map(Counts::of_bytes).unwrap_or_default());
            }
        }
        // Nothing in favour of which others go is without repeats.
        bail!("an input has changed while it was read; run again")
    }

    /// Which copies of their families the next repeats are, so many, in the order of the input; the kept unit is the first.
    pub(crate) fn next_copies(&mut self, count: usize) -> Result<Vec<u32>> {
        let copy = |entry: [u8; COPY]| u32::from_be_bytes(std::array::from_fn(|i| entry[8 + i]));
        self.copies.by_ref().take(count).map(|entry| entry.map(copy)).collect()
    }
}

/// A family while it is counted, of which entries come in the order of the input.
struct Counted<'o> {
    /// The article of the kept unit is counted from the beginning.
    counts: Counts,
    last: [u8; 4],
    /// Those of all articles, if anything is known of them.
    origins: Option<&'o [Origin]>,
    groups: HashSet<Option<u32>>,
}

impl<'o> Counted<'o> {
    fn of(first: &[u8; ENTRY], origins: Option<&'o [Origin]>) -> Self {
        let mut family = Self {
            counts: Counts::default(),
            last: own_article(first),
            origins,
            groups: HashSet::new(),
        };
        family.meet(own_article(first));
        family.add(first);
        family
    }

    /// One more article.
    fn meet(&mut self, article: [u8; 4]) {
        self.counts.articles = self.counts.articles.saturating_add(1);
        let Some(origin) = (self.origins).and_then(|all| all.get(u32::from_be_bytes(article) as usize)) else {
            return;
        };
        self.groups.insert(origin.group);
        if let Some(time) = origin.time {
            let (first, last) = self.counts.dates.unwrap_or((time, time));
            self.counts.dates = Some((first.min(time), last.max(time)));
        }
    }

    fn add(&mut self, entry: &[u8; ENTRY]) {
        let article: [u8; 4] = std::array::from_fn(|i| entry[ARTICLE + i]);
        let own = own_article(entry);
        // Articles come in order; where the kept one is among them it is not counted.
        if article != self.last && article != own {
            self.meet(article);
        }
        self.last = article;
        let rule = if entry[NEAR] == 1 {
            &mut self.counts.near
        } else {
            &mut self.counts.equal
        };
        *rule = rule.saturating_add(1);
    }

    /// Which copy the entry that was added last is.
    fn copy(&self, entry: &[u8; ENTRY]) -> [u8; COPY] {
        let mut out = [0; COPY];
        out[..8].copy_from_slice(&entry[NUMBER..ARTICLE]);
        let nth = self.counts.equal.saturating_add(self.counts.near).saturating_add(1);
        out[8..].copy_from_slice(&nth.to_be_bytes());
        out
    }

    fn record(&self, first: &[u8; ENTRY], has_groups: bool) -> [u8; COUNTS] {
        let mut out = [0; COUNTS];
        out[..KEY].copy_from_slice(&first[..KEY]);
        let groups = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        let counts = Counts {
            groups: has_groups.then_some(groups),
            ..self.counts
        };
        out[KEY..].copy_from_slice(&counts.bytes());
        out
    }
}

/// The article of the kept unit.
fn own_article(entry: &[u8; ENTRY]) -> [u8; 4] {
    std::array::from_fn(|i| entry[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_read_as_they_are_written(
            [equal, near, articles] in any::<[u32; 3]>(),
            groups in proptest::option::of(any::<u32>()),
            dates in proptest::option::of(any::<(i64, i64)>()),
        ) {
            let counts = Counts { equal, near, articles, groups, dates };
            prop_assert_eq!(Counts::of_bytes(&counts.bytes()), counts);
        }
    }
}
