//! How often each kept unit is repeated, and in how many articles: counted over all decisions, before any text is seen again.

use crate::corpus::Corpus;
use crate::provenance::{KEY, key};
use crate::spool::Spool;
use anyhow::Result;
use redite::files::marks::Family;
use redite::{Reason, Unit};
use std::collections::HashMap;

/// A repeat in bytes: the kept unit, the article of the removed one, and whether it is a near one.
const ENTRY: usize = KEY + 4 + 1;

type Entry = [u8; ENTRY];

/// The families of all kept units.
#[derive(Debug)]
pub(crate) struct Families {
    /// The first article of each block of decisions.
    starts: Vec<u32>,
    /// The repeats of the units that are kept in each block.
    parts: Vec<Part>,
    /// Those of one block, counted.
    counted: Option<(usize, HashMap<[u8; KEY], Family>)>,
}

#[derive(Debug)]
enum Part {
    Held(Vec<Entry>),
    /// Of a corpus that memory does not hold.
    Spooled(Spool),
}

impl Part {
    fn put(&mut self, entry: Entry) -> Result<()> {
        match self {
            Self::Held(entries) => entries.push(entry),
            Self::Spooled(spool) => spool.put(&entry)?,
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<Entry>> {
        match self {
            Self::Held(entries) => Ok(entries.clone()),
            Self::Spooled(spool) => {
                let bytes = spool.read(0, usize::try_from(spool.end())?)?;
                Ok(bytes.as_chunks::<ENTRY>().0.to_vec())
            }
        }
    }
}

impl Families {
    /// Those of a corpus.
    pub(crate) fn of(corpus: &Corpus) -> Result<Self> {
        let detection = &corpus.detection;
        let mut families = Self {
            starts: Vec::new(),
            parts: Vec::new(),
            counted: None,
        };
        for number in 0..detection.blocks() {
            families.starts.push(detection.block(number)?.first_article().0);
            families.parts.push(match corpus.temp_dir() {
                Some(folder) => Part::Spooled(Spool::new(folder)?),
                None => Part::Held(Vec::new()),
            });
        }
        for number in 0..detection.blocks() {
            for repeat in detection.block(number)?.repeats() {
                let mut entry = [0; ENTRY];
                entry[..KEY].copy_from_slice(&key(&repeat.kept));
                entry[KEY..KEY + 4].copy_from_slice(&repeat.removed.article.0.to_le_bytes());
                entry[KEY + 4] = u8::from(repeat.reason == Reason::Near);
                let part = families.part_of(&repeat.kept);
                families.parts[part].put(entry)?;
            }
        }
        Ok(families)
    }

    fn part_of(&self, kept: &Unit) -> usize {
        self.starts
            .partition_point(|&start| start <= kept.article.0)
            .saturating_sub(1)
    }

    /// That of a kept unit. Units should be asked about in the order of their articles: those of one block are counted at a time.
    pub(crate) fn get(&mut self, kept: &Unit) -> Result<Family> {
        let part = self.part_of(kept);
        if self.counted.as_ref().is_none_or(|counted| counted.0 != part)
            && let Some(entries) = self.parts.get_mut(part)
        {
            self.counted = Some((part, counted(entries.take()?)));
        }
        let family = self.counted.as_ref().and_then(|counted| counted.1.get(&key(kept)));
        Ok(family.copied().unwrap_or_default())
    }
}

fn counted(mut entries: Vec<Entry>) -> HashMap<[u8; KEY], Family> {
    entries.sort_unstable();
    let mut out = HashMap::new();
    for family in entries.chunk_by(|a, b| a[..KEY] == b[..KEY]) {
        let mut unit = [0; KEY];
        unit.copy_from_slice(&family[0][..KEY]);
        let near = family.iter().filter(|entry| entry[KEY + 4] == 1).count();
        // The kept unit's own article counts, whether other units of it repeat it or not.
        let own = &unit[..4];
        let articles = family.chunk_by(|a, b| a[KEY..KEY + 4] == b[KEY..KEY + 4]);
        let others = articles.filter(|of_one| &of_one[0][KEY..KEY + 4] != own).count();
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let counted = Family {
            equal: narrow(family.len() - near),
            near: narrow(near),
            articles: narrow(others + 1),
        };
        out.insert(unit, counted);
    }
    out
}
