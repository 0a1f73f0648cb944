//! Units that are decided together: what each may match among the others, found out side by side before any is decided.

use super::crowd::may_repeat;
use super::lists::ListSet;
use super::prepared::Prepared;
use super::scratch::{LookupScratch, Pool};
use super::{FEW, LEAST, Similarity, Units, narrow};
use crate::steps::looked;
use crate::verdict::{LaterLanguage, filed};
use rayon::prelude::*;
use std::sync::OnceLock;

/// Units of one batch.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The units, in the order in which they are decided. A unit's place is that among these.
    units: Vec<u32>,
    /// For each unit those it may match, but for itself, in that order.
    near: Vec<Vec<Near>>,
    /// By unit its place, [`NOWHERE`] if it is not in the batch.
    places: Vec<u32>,
}

/// A unit that another may match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    /// Its place.
    pub(super) place: u32,
    /// Whether it does, if it has been verified.
    pub(super) known: Option<Option<Similarity>>,
}

const NOWHERE: u32 = u32::MAX;

/// So many times as many entries of lists may be looked at as there are.
const WORK: usize = 8 * LEAST;

/// A list, the place of a unit in it, and whether that looks for others there, in one word.
fn entry(list: u32, place: usize, looks: bool) -> u64 {
    u64::from(list) << 32 | u64::from(narrow(place)) << 1 | u64::from(looks)
}

fn list_of(entry: u64) -> u32 {
    (entry >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "what is left has 31 bits")]
fn place_of(entry: u64) -> usize {
    (entry as u32 >> 1) as usize
}

fn is_looking(entry: u64) -> bool {
    entry & 1 == 1
}

/// The lists that several units of a batch share.
pub(super) struct Shared {
    /// The places of the units in these lists.
    members: Vec<u32>,
    /// Where the members of each list end.
    ends: Vec<u32>,
    /// The lists that a unit looks into, one unit after the other, and where those of each unit end.
    looks: Vec<u32>,
    ends_of_looks: Vec<u32>,
}

impl Shared {
    /// Those of some units; nothing if they are to be held against one another and that `is_limited` and too much work, which
    /// [`LEAST`] units are not.
    ///
    /// The work is quadratic in the units that share a list. Among `n` of them it is at most `n` for each entry, so that with
    /// `n` of at most [`LEAST`] it stays within the limit.
    pub(super) fn new<U: Units + ?Sized>(units: &[u32], prepared: &Prepared<'_, U>, is_limited: bool) -> Option<Self> {
        let keys = &prepared.keys;
        let [mut once, mut again] = [ListSet::default(), ListSet::default()];
        once.clear();
        again.clear();
        for &list in units.iter().flat_map(|&unit| keys.of(unit)) {
            if !once.insert(list) {
                again.insert(list);
            }
        }
        let mut entries: Vec<u64> = Vec::new();
        let mut bag = Vec::new();
        for (place, &unit) in units.iter().enumerate() {
            let (lists, probes) = (keys.of(unit), keys.probes(unit).len());
            looked(lists.len());
            let before = entries.len();
            let shared = (lists.iter().enumerate()).filter(|(_, list)| again.may_hold(**list));
            entries.extend(shared.map(|(nth, &list)| entry(list, place, nth < probes)));
            let looking = entries[before..].iter().filter(|entry| is_looking(**entry)).count();
            if looking < usize::from(keys.shared(unit)) || prepared.matches_none(unit, &mut bag) {
                entries[before..].iter_mut().for_each(|entry| *entry &= !1);
            }
        }
        entries.par_sort_unstable();
        let lists = || {
            entries
                .chunk_by(|&a, &b| list_of(a) == list_of(b))
                .filter(|list| list.len() > 1)
        };
        let looking = |list: &[u64]| list.iter().filter(|entry| is_looking(**entry)).count();
        let work: usize = lists().map(|list| list.len().saturating_mul(looking(list))).sum();
        if is_limited && units.len() > LEAST && work > WORK.saturating_mul(entries.len()) {
            return None;
        }
        let (mut members, mut ends) = (Vec::new(), Vec::new());
        let mut starts = vec![0_u32; units.len() + 1];
        for list in lists() {
            members.extend(list.iter().map(|&entry| narrow(place_of(entry))));
            ends.push(narrow(members.len()));
            let looking = list.iter().filter(|entry| is_looking(**entry));
            looking.for_each(|&entry| starts[place_of(entry) + 1] += 1);
        }
        for place in 0..units.len() {
            starts[place + 1] += starts[place];
        }
        let mut looks = vec![0; starts[units.len()] as usize];
        for (number, list) in (0..).zip(lists()) {
            for &entry in list.iter().filter(|entry| is_looking(**entry)) {
                let next = &mut starts[place_of(entry)];
                looks[*next as usize] = number;
                *next += 1;
            }
        }
        Some(Self {
            members,
            ends,
            looks,
            ends_of_looks: starts,
        })
    }

    /// The lists that the unit at a place looks into.
    fn lists(&self, place: usize) -> &[u32] {
        let end = |place: usize| self.ends_of_looks[place] as usize;
        &self.looks[place.checked_sub(1).map_or(0, end)..end(place)]
    }

    /// The places of the units in some lists.
    fn members<'s>(&'s self, lists: &'s [u32]) -> impl Iterator<Item = u32> + 's {
        let end = |list: u32| self.ends[list as usize] as usize;
        let members = move |&list: &u32| &self.members[list.checked_sub(1).map_or(0, end)..end(list)];
        lists.iter().flat_map(members).copied()
    }
}

impl Batch {
    /// Makes it a batch of units, in the order in which they are decided, of which is known what lists they share: those that are open
    /// are held against one another.
    pub(super) fn renew<U: Units + ?Sized>(
        &mut self,
        units: Vec<u32>,
        shared: &Shared,
        prepared: &Prepared<'_, U>,
        pool: &Pool,
        is_open: impl Fn(usize) -> bool + Sync,
    ) {
        let forms: Vec<OnceLock<Vec<u32>>> = vec![OnceLock::new(); units.len()];
        let forms_of = |place: u32| {
            forms[place as usize].get_or_init(|| {
                let mut keys = Vec::new();
                filed(prepared.units.text(units[place as usize]), &mut keys);
                keys
            })
        };
        let find = |place: usize, scratch: &mut LookupScratch| {
            let (unit, lists) = (units[place], shared.lists(place));
            let (mut found, hits) = (Vec::new(), scratch.counters(units.len()));
            let least = prepared.keys.shared(unit);
            for other in shared.members(lists) {
                looked(1);
                let hits = &mut hits[other as usize];
                *hits = hits.saturating_add(1);
                if *hits == least && other as usize != place && is_open(other as usize) {
                    found.push(other);
                }
            }
            shared.members(lists).for_each(|other| hits[other as usize] = 0);
            let bitmaps = prepared.keys.bitmaps();
            prepared.keep_joined(unit, &mut found, |other| prepared.units.origin(units[other as usize]));
            prepared.tell_apart(unit, &mut found, |other| (bitmaps, units[other as usize]), scratch);
            found.sort_unstable();
            // Entries of one form are told apart by their words; but versions may differ in these.
            if found.len() > FEW && prepared.rule.keeps_numbers() && !prepared.may_be_version(unit) {
                let anchors = &mut scratch.words.anchors;
                anchors.fill(prepared.units.text(unit));
                found.retain(|&other| may_repeat(anchors, forms_of(other)));
            }
            // Up to the first match among those that are decided before.
            let (told, mut is_asked) = (LaterLanguage::default(), rayon::current_num_threads() > 1);
            let near = |place_of_other: u32| {
                is_asked &= (place_of_other as usize) < place;
                let other = units[place_of_other as usize];
                let known =
                    is_asked.then(|| prepared.verified(unit, other, &prepared.rule, &mut scratch.verifier, &told));
                is_asked &= !matches!(known, Some(Some(_)));
                Near {
                    place: place_of_other,
                    known,
                }
            };
            found.into_iter().map(near).collect()
        };
        self.near = (0..units.len())
            .into_par_iter()
            .map_init(
                || pool.lend(),
                |lent, place| {
                    if shared.lists(place).is_empty() || !is_open(place) {
                        return Vec::new();
                    }
                    find(place, &mut lent.scratch)
                },
            )
            .collect();
        self.clear_places();
        self.units.clear();
        units.into_iter().for_each(|unit| self.add(unit));
    }

    /// Makes it a batch of one unit.
    pub(super) fn hold_one(&mut self, unit: u32) {
        self.clear_places();
        self.units.clear();
        self.near.resize(1, Vec::new());
        self.near[0].clear();
        self.add(unit);
    }

    fn add(&mut self, unit: u32) {
        if self.places.len() <= unit as usize {
            self.places.resize(unit as usize + 1, NOWHERE);
        }
        self.places[unit as usize] = narrow(self.units.len());
        self.units.push(unit);
    }

    fn clear_places(&mut self) {
        for &unit in &self.units {
            self.places[unit as usize] = NOWHERE;
        }
    }

    pub(super) fn units(&self) -> &[u32] {
        &self.units
    }

    /// What the unit at a place may match.
    pub(super) fn near(&self, place: usize) -> &[Near] {
        &self.near[place]
    }

    /// The place of a unit.
    pub(super) fn place(&self, unit: u32) -> Option<usize> {
        let place = self.places.get(unit as usize).copied();
        place.filter(|&place| place != NOWHERE).map(|place| place as usize)
    }
}
