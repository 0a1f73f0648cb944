//! How often each kept unit is repeated, in how many articles, and which copy each repeat is: counted over all decisions, before
//! any text is seen again.

use crate::corpus::Corpus;
use crate::provenance::{KEY, key};
use crate::spool::{Sorted, Sorter};
use anyhow::{Result, bail};
use redite::files::marks::Family;
use redite::{Reason, Unit};
use std::iter::Peekable;

/// A repeat: the kept unit, the number of the repeat in the order of the input, the article of the removed unit, and whether it is a
/// near one. Numbers are big-endian, so that entries are sorted by them.
const ENTRY: usize = KEY + 8 + 4 + 1;
const NUMBER: usize = KEY;
const ARTICLE: usize = KEY + 8;
const NEAR: usize = KEY + 12;

/// A kept unit, and its three counts.
const COUNTS: usize = KEY + 12;

/// The number of a repeat, and which copy it is.
const COPY: usize = 12;

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
            let mut family = Counted::of(&first);
            copies.push(family.copy(&first))?;
            while let Some(entry) = entries.next_if(|entry| matches!(entry, Ok(entry) if entry[..KEY] == first[..KEY]))
            {
                let entry = entry?;
                family.add(&entry);
                copies.push(family.copy(&entry))?;
            }
            counts.push(family.record(&first))?;
        }
        Ok(Self {
            counts: counts.sorted()?.peekable(),
            copies: copies.sorted()?,
        })
    }

    /// That of a kept unit. They are asked for in order, each once.
    pub(crate) fn get(&mut self, kept: &Unit) -> Result<Family> {
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
                let count = |nth: usize| u32::from_be_bytes(std::array::from_fn(|i| counts[KEY + 4 * nth + i]));
                return Ok(Family {
                    equal: count(0),
                    near: count(1),
                    articles: count(2),
                });
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
struct Counted {
    equal: u32,
    near: u32,
    /// Articles other than that of the kept unit, which counts in any case.
    others: u32,
    last: [u8; 4],
}

impl Counted {
    fn of(first: &[u8; ENTRY]) -> Self {
        let mut family = Self {
            equal: 0,
            near: 0,
            others: 0,
            last: own_article(first),
        };
        family.add(first);
        family
    }

    fn add(&mut self, entry: &[u8; ENTRY]) {
        let article: [u8; 4] = std::array::from_fn(|i| entry[ARTICLE + i]);
        let own = own_article(entry);
        // Articles come in order; where the kept one is among them it is not counted.
        self.others += u32::from(article != self.last && article != own);
        self.last = article;
        let rule = if entry[NEAR] == 1 {
            &mut self.near
        } else {
            &mut self.equal
        };
        *rule = rule.saturating_add(1);
    }

    /// Which copy the entry that was added last is.
    fn copy(&self, entry: &[u8; ENTRY]) -> [u8; COPY] {
        let mut out = [0; COPY];
        out[..8].copy_from_slice(&entry[NUMBER..ARTICLE]);
        let nth = self.equal.saturating_add(self.near).saturating_add(1);
        out[8..].copy_from_slice(&nth.to_be_bytes());
        out
    }

    fn record(&self, first: &[u8; ENTRY]) -> [u8; COUNTS] {
        let mut out = [0; COUNTS];
        out[..KEY].copy_from_slice(&first[..KEY]);
        let counts = [self.equal, self.near, self.others.saturating_add(1)];
        out[KEY..].copy_from_slice(counts.map(u32::to_be_bytes).as_flattened());
        out
    }
}

/// The article of the kept unit.
fn own_article(entry: &[u8; ENTRY]) -> [u8; 4] {
    std::array::from_fn(|i| entry[i])
}
