//! From matches to decisions: which units go, in favour of which.
//!
//! 1. Units too short to be judged stay, and nothing is removed in their favour.
//! 2. Units are put in order ([`crate::Keep`]); in input order by default.
//! 3. Units with equal folds are one, decided where the first of them stands.
//! 4. In that order, a unit is removed if it matches a unit kept before, in favour of the first such unit; else it
//!    is kept ([`crate::join::leaders`]). So there are no chains: what stands for a removed unit is itself kept.
//! 5. Paragraphs are decided first, then the sentences of the paragraphs that stay.
//! 6. A kept paragraph that stands for a removed one stays whole: its sentences are not removed, so that everything
//!    removed still stands in the place that is named for it.

mod order;
pub(crate) mod ranges;

use crate::hash;
use crate::join::{self, Similarity};
use crate::model::{Reason, UnitKind};
use crate::settings::{Scope, Settings};
use crate::store::{Entry, Selection, Store};
use rayon::prelude::*;
use std::collections::HashMap;

/// A removed unit, the unit kept in its favour, and why. Both are indices among the store's units of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Removal {
    pub(crate) removed: u32,
    pub(crate) kept: u32,
    pub(crate) reason: Reason,
    pub(crate) similarity: Similarity,
}

/// What is to go, each list in store order.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    pub(crate) paragraphs: Vec<Removal>,
    pub(crate) sentences: Vec<Removal>,
    /// Units of either kind that were too short to be judged.
    pub(crate) too_short: u64,
}

/// Decides every unit of a store.
pub(crate) fn decide(store: &Store, settings: &Settings) -> Decisions {
    let mut out = Decisions::default();
    let mut gone = vec![false; store.paragraphs.len()];
    let mut whole = vec![false; store.paragraphs.len()];
    if settings.units().paragraphs() {
        let all = 0..u32::try_from(store.paragraphs.len()).unwrap_or(u32::MAX);
        let entry = |i: u32| store.paragraphs[i as usize].entry;
        let judged: Vec<u32> = all.clone().filter(|&i| settings.is_judged(entry(i).weight)).collect();
        out.too_short += all.len() as u64 - judged.len() as u64;
        out.paragraphs = decide_kind(store, judged, &entry, settings);
        for removal in &out.paragraphs {
            gone[removal.removed as usize] = true;
            whole[removal.kept as usize] = true;
        }
    }
    if settings.units().sentences() {
        let mut judged = Vec::new();
        let mut fixed = Vec::new();
        for (i, paragraph) in store.paragraphs.iter().enumerate().filter(|&(i, _)| !gone[i]) {
            for sentence in paragraph.first_sentence..paragraph.end_sentence {
                if settings.is_judged(store.sentences[sentence as usize].weight) {
                    judged.push(sentence);
                    if whole[i] {
                        fixed.push(sentence);
                    }
                } else {
                    out.too_short += 1;
                }
            }
        }
        out.sentences = decide_kind(store, judged, &|i| store.sentences[i as usize], settings);
        out.sentences.retain(|r| fixed.binary_search(&r.removed).is_err());
    }
    out
}

/// Decides the given units of one kind, which come in store order.
fn decide_kind(
    store: &Store,
    units: Vec<u32>,
    entry: &(impl Fn(u32) -> Entry + Sync),
    settings: &Settings,
) -> Vec<Removal> {
    let mut out = match settings.scope() {
        Scope::Corpus => decide_group(store, units, entry, settings),
        Scope::Article => {
            let groups: Vec<&[u32]> = units.chunk_by(|&a, &b| entry(a).article == entry(b).article).collect();
            groups
                .into_par_iter()
                .flat_map_iter(|group| decide_group(store, group.to_vec(), entry, settings))
                .collect()
        }
    };
    out.sort_unstable_by_key(|r| r.removed);
    out
}

/// Decides units that all meet one another.
fn decide_group(
    store: &Store,
    mut units: Vec<u32>,
    entry: &impl Fn(u32) -> Entry,
    settings: &Settings,
) -> Vec<Removal> {
    order::sort(&mut units, store, entry, settings.keep());
    let (firsts, group_of) = collapse(store, &units, entry);
    let selection = Selection {
        store,
        entries: firsts.iter().map(|&i| entry(i)).collect(),
    };
    let decisions = join::leaders(&selection, &settings.rule());
    units
        .iter()
        .zip(group_of)
        .filter_map(|(&unit, group)| match decisions[group as usize] {
            Some(found) => Some(Removal {
                removed: unit,
                kept: firsts[found.earlier as usize],
                reason: Reason::Near,
                similarity: found.similarity,
            }),
            None if unit == firsts[group as usize] => None,
            None => Some(Removal {
                removed: unit,
                kept: firsts[group as usize],
                reason: Reason::Equal,
                similarity: Similarity::EQUAL,
            }),
        })
        .collect()
}

/// Groups units with equal folds: the first of each group, and each unit's group.
fn collapse(store: &Store, units: &[u32], entry: &impl Fn(u32) -> Entry) -> (Vec<u32>, Vec<u32>) {
    let mut groups: HashMap<u64, u32, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    let mut firsts: Vec<u32> = Vec::new();
    let group_of = units
        .iter()
        .map(|&unit| {
            let text = store.text(&entry(unit));
            let mut key = hash::bytes(text.as_bytes());
            loop {
                let fresh = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
                let group = *groups.entry(key).or_insert(fresh);
                if group == fresh {
                    firsts.push(unit);
                } else if store.text(&entry(firsts[group as usize])) != text {
                    key = key.wrapping_add(1); // two folds, one hash
                    continue;
                }
                return group;
            }
        })
        .collect();
    (firsts, group_of)
}

/// The unit's kind, for those who print it.
pub(crate) fn entry_of(store: &Store, kind: UnitKind, index: u32) -> Entry {
    match kind {
        UnitKind::Paragraph => store.paragraphs[index as usize].entry,
        UnitKind::Sentence => store.sentences[index as usize],
    }
}
