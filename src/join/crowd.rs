//! Units that are like many others and yet none of them: entries of one form, which differ in a few words.
//!
//! Told by shingles, each is a candidate of all, and a list of them grows with every one. So what has met many candidates in
//! vain is filed apart, under the forms of its words ([`crate::verdict::filed`]); a later unit is led to it by one of its own
//! words, that with the shortest lists. Either way nothing is missed: which way a unit is filed may depend on the order of
//! the run, what is found does not.

use super::lists::{ByKey, ListSet, PostingLists};
use super::postings::Postings;
use super::sorted::{self, SortedLists};
use crate::spill::{Parts, SpillError, Spool};
use crate::steps::looked;
use crate::verdict::{Anchors, filed};

/// A unit whose candidates cost as much as this many that need no more than a look, and that matched none, belongs to a crowd.
pub(super) const CROWD: u64 = 1024;

/// A list of so many units takes no more: a word in so many of them tells nothing.
const LONGEST: u32 = 4096;

/// Slots for the keys of a unit, several of which share one.
const SLOTS: usize = 64;

/// The units of crowds.
#[derive(Debug)]
pub(super) struct Crowd<P = Postings> {
    by_words: P,
    /// The units that are filed there, and for how many it was made.
    units: Vec<u32>,
    room: usize,
    /// The lists that hold any, if not all do that can be asked for.
    held: Option<ListSet>,
}

/// What one thread needs to look a unit up by its words.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) anchors: Anchors,
    keys: Vec<u32>,
}

impl Crowd {
    /// Nobody yet.
    pub(super) fn new() -> Self {
        Self {
            by_words: Postings::new(0),
            units: Vec::new(),
            room: 0,
            held: Some(ListSet::default()),
        }
    }

    /// Files a unit, of which there are the fold and the salt of its keys, under its words, and takes note of the lists that it is filed
    /// in.
    pub(super) fn push<'t>(
        &mut self,
        filed: impl Fn(u32) -> (&'t str, u32),
        unit: u32,
        lists: &[u32],
        words: &mut Words,
    ) {
        if self.units.is_empty() {
            self.held.get_or_insert_default().clear();
        }
        self.units.push(unit);
        if self.units.len() > self.room {
            self.room = (4 * self.room).max(64);
            self.by_words = Postings::new(4 * SLOTS * self.room);
            for &unit in &self.units {
                file(&mut self.by_words, unit, filed(unit), words);
            }
        } else {
            file(&mut self.by_words, unit, filed(unit), words);
        }
        if let Some(held) = &mut self.held {
            for &list in lists {
                held.insert(list);
            }
        }
    }
}

/// Bits that are kept of a key on disk, besides those that tell it from its neighbours.
const CHECK: u32 = 8;

/// Appends what [`Crowd::read`] reads: units below `units`, each with the [`keys`] of its words.
pub(super) fn write(mut filed: Vec<(u32, u32)>, units: u32, to: &mut Spool) -> Result<(), SpillError> {
    filed.sort_unstable();
    let of_key = filed.chunk_by(|a, b| a.0 == b.0);
    let mut most: Vec<(u32, u32)> = of_key
        .flat_map(|all| &all[..all.len().min(LONGEST as usize)])
        .copied()
        .collect();
    sorted::write(&mut most, units, CHECK, true, to)
}

impl<'f> Crowd<SortedLists<'f>> {
    /// For look-ups only, in lists that are not empty.
    pub(super) fn read(from: &mut Parts<'f>) -> Result<Self, SpillError> {
        Ok(Self {
            by_words: SortedLists::read(from)?,
            units: Vec::new(),
            room: 0,
            held: None,
        })
    }
}

impl<P: ByKey> Crowd<P> {
    /// True if that many of the lists may hold any.
    pub(super) fn may_hold<L: PostingLists>(&self, lists: &[L::List], least: u8) -> bool {
        match &self.held {
            Some(held) => L::may_be_in(held, lists, least),
            None => !lists.is_empty(),
        }
    }

    /// Finds lists that hold each unit that this text repeats, the shortest of those of its words, for [`Self::visit`]; how
    /// many units they hold at most. Nothing if none of its words tells anything.
    pub(super) fn find(&self, text: &str, salt: u32, words: &mut Words) -> Option<u64> {
        let by_words = &self.by_words;
        let Words { anchors, keys } = words;
        anchors.fill(text);
        let lengths = anchors.iter().filter_map(|anchor| {
            looked(anchor.len());
            let lengths = anchor.iter().map(|&key| by_words.len(key ^ salt));
            let length = lengths.clone().all(|length| length < LONGEST);
            length.then(|| (lengths.map(u64::from).sum::<u64>(), anchor))
        });
        keys.clear();
        let shortest = lengths.min_by_key(|anchor| anchor.0);
        keys.extend(shortest.iter().flat_map(|anchor| anchor.1).map(|key| key ^ salt));
        shortest.map(|(units, _)| units)
    }

    /// Visits the units in the lists that [`Self::find`] found, some of them several times.
    pub(super) fn visit(&self, Words { keys, .. }: &Words, mut visit: impl FnMut(u32)) {
        for &key in keys {
            looked(self.by_words.len(key) as usize);
            self.by_words.visit(key, &mut visit);
        }
    }
}

/// True if a text may repeat another, of which there are the keys that it is filed under: each anchor has one of these.
pub(super) fn may_repeat(anchors: &Anchors, filed: &[u32]) -> bool {
    let is_filed = |key: &u32| filed.binary_search(key).is_ok();
    anchors.iter().all(|anchor| {
        looked(anchor.len());
        anchor.iter().any(is_filed)
    })
}

/// The keys that a unit is filed under, of which there are the fold and the salt of its keys.
pub(super) fn keys<'w>((text, salt): (&str, u32), Words { keys, .. }: &'w mut Words) -> impl Iterator<Item = u32> + 'w {
    keys.clear();
    filed(text, keys);
    looked(keys.len());
    keys.iter().map(move |key| key ^ salt)
}

fn file(by_words: &mut Postings, unit: u32, of_unit: (&str, u32), words: &mut Words) {
    for key in keys(of_unit, words) {
        if by_words.len(key) < LONGEST {
            by_words.push(key, unit);
        }
    }
}
