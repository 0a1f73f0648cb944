//! Kept texts and how often each is repeated, counted in bounded memory.

use super::count::hash;
use crate::spool::{Sorted, Sorter};
use anyhow::Result;
use redite::files::removed::{ToldKept, ToldUnit};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::Path;

/// Families that are shown.
pub(super) const SHOWN: usize = 60;
/// Wordings of each that are shown.
pub(super) const VARIANTS: usize = 6;
/// Wordings of each that are told apart, the first ones.
const TOLD_APART: usize = 1000;

/// One repeat: key of the kept unit, file, article, hash of the text, line, length, and how it was found.
type Entry = [u8; ENTRY];
const ENTRY: usize = KEY + 4 + 8 + 8 + 8 + 4 + 1;
const KEY: usize = 16;

const EQUAL: u8 = 0;
const NEAR: u8 = 1;
const OTHER: u8 = 2;

/// A kept text and its repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Family {
    pub(super) units: u64,
    pub(super) near: u64,
    /// By other rules than equal and near.
    pub(super) other: u64,
    pub(super) bytes: u64,
    /// From how many articles and files they went.
    pub(super) articles: u64,
    pub(super) files: u64,
    /// The line of the first one.
    pub(super) line: u64,
    /// The wordings that are shown.
    pub(super) variants: Vec<Variant>,
    /// How many there are, and whether there are more than could be told apart.
    pub(super) wordings: u64,
    pub(super) more: bool,
}

/// Repeats of the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) units: u64,
    /// The line of the first one.
    pub(super) line: u64,
}

/// All repeats, on the way to their families.
#[derive(Debug)]
pub(super) struct Families {
    entries: Sorter<ENTRY>,
}

impl Families {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            entries: Sorter::new(Some(folder)),
        }
    }

    pub(super) fn meet(
        &mut self,
        line: u64,
        unit: &ToldUnit<'_>,
        kept: &ToldKept<'_>,
        file: u32,
        text: u64,
    ) -> Result<()> {
        let [start, end] = kept.bytes.map(u32::to_le_bytes);
        let field = kept.field.as_deref().unwrap_or_default();
        let article = kept.article();
        let place = hash(&[
            article.as_bytes(),
            kept.source.as_bytes(),
            field.as_bytes(),
            &start,
            &end,
        ]);
        let mut entry = [0; ENTRY];
        let length = u32::try_from(unit.text.trim().len()).unwrap_or(u32::MAX);
        let parts: [&[u8]; 8] = [
            &place.to_be_bytes(),
            &hash(&[kept.text.as_bytes()]).to_be_bytes(),
            &file.to_be_bytes(),
            &hash(&[unit.source.as_bytes()]).to_be_bytes(),
            &text.to_be_bytes(),
            &line.to_be_bytes(),
            &length.to_be_bytes(),
            &[match &*unit.rule {
                "equal" => EQUAL,
                "near" => NEAR,
                _ => OTHER,
            }],
        ];
        let mut at = 0;
        for part in parts {
            entry[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        self.entries.push(entry)
    }

    /// How many families there are, and those with most repeats; of as many, those that begin first.
    pub(super) fn most_repeated(self) -> Result<(u64, Vec<Family>)> {
        let mut entries = self.entries.sorted()?.peekable();
        let (mut count, mut most) = (0, BTreeMap::new());
        while let Some(family) = next_family(&mut entries)? {
            count += 1;
            most.insert((Reverse(family.units), family.line), family);
            if most.len() > SHOWN {
                most.pop_last();
            }
        }
        Ok((count, most.into_values().collect()))
    }
}

fn number<const N: usize>(entry: &Entry, at: usize) -> [u8; N] {
    std::array::from_fn(|i| entry[at + i])
}

fn next_family(entries: &mut Peekable<Sorted<ENTRY>>) -> Result<Option<Family>> {
    let Some(first) = entries.next().transpose()? else {
        return Ok(None);
    };
    let mut family = Family {
        units: 0,
        near: 0,
        other: 0,
        bytes: 0,
        articles: 0,
        files: 0,
        line: u64::MAX,
        variants: Vec::new(),
        wordings: 0,
        more: false,
    };
    let mut wordings: BTreeMap<u64, Variant> = BTreeMap::new();
    let mut last: Option<([u8; 4], [u8; 8])> = None;
    let mut next = Some(first);
    while let Some(entry) = next {
        let file = number::<4>(&entry, KEY);
        let article = number::<8>(&entry, KEY + 4);
        let text = u64::from_be_bytes(number(&entry, KEY + 12));
        let line = u64::from_be_bytes(number(&entry, KEY + 20));
        family.units += 1;
        family.near += u64::from(entry[ENTRY - 1] == NEAR);
        family.other += u64::from(entry[ENTRY - 1] == OTHER);
        family.bytes += u64::from(u32::from_be_bytes(number(&entry, KEY + 28)));
        family.files += u64::from(last.is_none_or(|last| last.0 != file));
        family.articles += u64::from(last != Some((file, article)));
        family.line = family.line.min(line);
        last = Some((file, article));
        if wordings.len() < TOLD_APART || wordings.contains_key(&text) {
            let variant = wordings.entry(text).or_insert(Variant { units: 0, line });
            variant.units += 1;
            variant.line = variant.line.min(line);
        } else {
            family.more = true;
        }
        next = entries
            .next_if(|entry| matches!(entry, Ok(entry) if entry[..KEY] == first[..KEY]))
            .transpose()?;
    }
    if entries.peek().is_some_and(Result::is_err) {
        entries.next().transpose()?;
    }
    family.wordings = wordings.len() as u64;
    let most: BTreeSet<_> = (wordings.values())
        .map(|variant| (Reverse(variant.units), variant.line))
        .collect();
    let shown = most.into_iter().take(VARIANTS);
    family.variants = shown.map(|(units, line)| Variant { units: units.0, line }).collect();
    Ok(Some(family))
}
