//! From matches to decisions: which units go, in favour of which.
//!
//! 1. Units too short to be judged stay, and nothing is removed in their favour.
//! 2. Units are put in order ([`crate::Keep`]); in input order by default.
//! 3. Units with equal folds are one, decided where the first of them stands.
//! 4. In that order, a unit is removed if it matches a unit kept before, in favour of the first such unit; else it
//!    is kept ([`crate::join::leaders`]). So there are no chains: what stands for a removed unit is itself kept.
//! 5. Paragraphs are decided first, then the sentences of the paragraphs that stay.
//! 6. A kept paragraph that stands for a removed one stays whole: its sentences are not removed, so that everything
//!    removed still stands in the place that is named for it. A paragraph that is kept only for its numbers stays
//!    whole, too (unless it is all there is of its text): it is a new version of another, not a remainder of it.
//! 7. Where a sentence that stays might be several ([`crate::segment::parts`]), its parts are compared with the
//!    sentences and parts before them, and sentences with the parts before them, so that a boundary set wrong hides no
//!    repeat. A part must be half as
//!    long again to be judged, and what stands for a removed unit stays whole here, too.
//! 8. Some of what would go stays for the sake of what is left of its text: see [`spare`].

mod external;
mod order;
mod parts;
pub(crate) mod ranges;
mod spare;

pub(crate) use external::{Decided, External};

use crate::hash;
use crate::join::{self, Asked, Order, Rule, Similarity, Units, Versions};
use crate::model::{Reason, Unit, UnitKind};
use crate::settings::{Scope, Settings};
use crate::spill::Bits;
use crate::steps::looked;
use crate::store::{Entry, Selection, Store};
use crate::verdict::{Level, lacks_numbers};
use rayon::prelude::*;
use std::cell::OnceCell;
use std::collections::HashMap;

/// Below this many units threads cost more than they bring.
const SMALL: usize = 1024;

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
    /// Parts of sentences that stay. What is kept for these and for sentences is numbered as in [`sentence_or_part`].
    pub(crate) parts: Vec<Removal>,
    /// Units of either kind that were too short to be judged.
    pub(crate) too_short: u64,
}

/// A removed unit, by its number among the store's units of its kind, and what it repeats, wherever that stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Removed {
    pub(crate) removed: u32,
    pub(crate) kept: Unit,
    pub(crate) reason: Reason,
    pub(crate) similarity: Similarity,
}

/// What was decided of the articles of one store: of paragraphs, sentences and parts.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// What is to go, in store order.
    pub(crate) removed: [Vec<Removed>; 3],
    /// What others go in favour of.
    pub(crate) kept: [Bits; 3],
    /// Paragraphs and sentences that were too short to be judged.
    pub(crate) too_short: u64,
}

impl Decisions {
    /// Names what is kept by its place, and takes back what should stay: see [`spare`].
    pub(crate) fn resolve(self, store: &Store) -> Verdicts {
        let sentences = narrow(store.sentences.len());
        let levels = [self.paragraphs, self.sentences, self.parts];
        let resolve = |level: usize| -> Vec<Removed> {
            let removed = levels[level].iter().map(|removal| {
                let (entry, kind) = if level == 0 {
                    (store.paragraph(removal.kept).entry, UnitKind::Paragraph)
                } else {
                    (sentence_or_part(store, removal.kept), UnitKind::Sentence)
                };
                Removed {
                    removed: removal.removed,
                    kept: store.unit(&entry, kind),
                    reason: removal.reason,
                    similarity: removal.similarity,
                }
            });
            removed.collect()
        };
        let mut verdicts = Verdicts {
            removed: [resolve(0), resolve(1), resolve(2)],
            kept: [store.paragraphs.len(), store.sentences.len(), store.parts.len()].map(Bits::new),
            too_short: self.too_short,
        };
        let spared = spare::spared(&verdicts.removed, store);
        for (level, (removals, spared)) in levels.iter().zip(&spared).enumerate() {
            for (removal, _) in removals.iter().zip(spared).filter(|(_, stays)| !**stays) {
                let (level, number) = level_of(level, removal.kept, sentences);
                verdicts.kept[level].insert(number);
            }
            let mut stays = spared.iter();
            verdicts.removed[level].retain(|_| stays.next() == Some(&false));
        }
        verdicts
    }
}

/// The level of what is kept for a unit of a level, and its number there: parts are numbered on after the sentences.
fn level_of(level: usize, kept: u32, sentences: u32) -> (usize, u32) {
    match kept.checked_sub(sentences) {
        _ if level == 0 => (0, kept),
        None => (1, kept),
        Some(part) => (2, part),
    }
}

/// Is told of units that have been decided, as their number since it was told last.
pub(crate) type Observer<'o> = &'o (dyn Fn(u64) + Sync);

/// Decides every unit of a store.
pub(crate) fn decide(store: &Store, settings: &Settings, observe: Observer<'_>) -> Decisions {
    let mut out = Decisions::default();
    // One order of shingles, by those of the first units that are decided: what comes later is part of them.
    let order = OnceCell::new();
    let order = (settings.scope() == Scope::Corpus).then_some(&order);
    let mut gone = vec![false; store.paragraphs.len()];
    let mut whole = vec![false; store.paragraphs.len()];
    if settings.units().paragraphs() {
        let all = 0..narrow(store.paragraphs.len());
        let entry = |i: u32| store.paragraph(i).entry;
        let judged: Vec<u32> = all.clone().filter(|&i| settings.is_judged(entry(i).weight)).collect();
        out.too_short += all.len() as u64 - judged.len() as u64;
        let blind = blind(settings);
        let several = several(store);
        let versions = blind.map(|rule| Versions {
            rule,
            wanted: &several,
            known: &|_| false,
        });
        let (removals, alike) = decide_kind(store, &judged, &entry, settings, (versions, order), observe);
        out.paragraphs = removals;
        for removal in &out.paragraphs {
            gone[removal.removed as usize] = true;
            whole[removal.kept as usize] = true;
        }
        if let Some(blind) = blind {
            for version in self::versions(store, &alike, &blind, settings) {
                whole[version as usize] = true;
            }
        }
    }
    if settings.units().sentences() {
        let mut judged = Vec::new();
        let mut fixed = vec![false; store.sentences.len()];
        for i in (0..store.paragraphs.len()).filter(|&i| !gone[i]) {
            for sentence in store.sentences_of(i..i + 1) {
                fixed[sentence] = whole[i];
                if settings.is_judged(store.sentence(narrow(sentence)).weight) {
                    judged.push(narrow(sentence));
                } else {
                    out.too_short += 1;
                }
            }
        }
        let entry = |i: u32| store.sentence(i);
        out.sentences = decide_kind(store, &judged, &entry, settings, (None, order), observe).0;
        out.sentences.retain(|r| !fixed[r.removed as usize]);
        out.sentences.iter().for_each(|r| fixed[r.kept as usize] = true);
        let mut stays = vec![false; store.sentences.len()];
        judged.iter().for_each(|&i| stays[i as usize] = true);
        out.sentences.iter().for_each(|r| stays[r.removed as usize] = false);
        let [sentences, parts] = parts::decide(store, settings, &stays, &fixed, order);
        out.sentences.extend(sentences);
        out.sentences.sort_unstable_by_key(|r| r.removed);
        out.parts = parts;
    }
    out
}

/// The rule by which versions are told, where they are asked for.
fn blind(settings: &Settings) -> Option<Rule> {
    (settings.units().sentences() && settings.level() != Level::Boilerplate).then(|| Rule {
        level: Level::Boilerplate,
        ..settings.rule()
    })
}

/// Says of a paragraph whether it may be a version: not if it is all there is of its text.
fn several(store: &Store) -> impl Fn(u32) -> bool + Sync {
    let place = |i: u32| store.text_of(i);
    move |i| i.checked_sub(1).and_then(place) == place(i) || place(i + 1) == place(i)
}

/// Of kept paragraphs that are like an earlier kept one (later, earlier) but for numbers that it lacks, those that are new
/// versions of it: with a sentence in which only the numbers are others, or with two sentences of the other. (One alone
/// may be a guest in both.)
fn versions(store: &Store, alike: &[(u32, u32)], blind: &Rule, settings: &Settings) -> Vec<u32> {
    let is_version = |&&(later, earlier): &&(u32, u32)| {
        let mut entries = store.finest(earlier);
        let known = narrow(entries.len());
        entries.extend(store.finest(later).into_iter().filter(|e| settings.is_judged(e.weight)));
        let entries = entries.iter().map(|e| e.fold).collect();
        is_version(&Selection { store, entries }, known, blind)
    };
    alike.par_iter().filter(is_version).map(|pair| pair.0).collect()
}

/// The same of the pieces of two paragraphs, those of the earlier one first, which are `known`.
fn is_version<U: Units + ?Sized>(pieces: &U, known: u32, blind: &Rule) -> bool {
    let shared: Vec<join::Match> = join::leaders_after(pieces, known, blind)
        .into_iter()
        .flatten()
        .filter(|m| m.earlier < known)
        .collect();
    shared.len() > 1
        || shared
            .iter()
            .any(|m| lacks_numbers(pieces.text(m.later), pieces.text(m.earlier)))
}

/// What was decided of units of one kind: removals, and of the kept ones those that satisfy another rule (later,
/// earlier).
type Settled = (Vec<Removal>, Vec<(u32, u32)>);

/// What a kind of units is asked besides ([`join::leaders_asked`]), and the order of shingles all kinds share.
type Besides<'a> = (Option<Versions<'a>>, Option<&'a OnceCell<Order>>);

/// Decides the given units of one kind, which come in store order.
fn decide_kind(
    store: &Store,
    units: &[u32],
    entry: &(impl Fn(u32) -> Entry + Sync),
    settings: &Settings,
    (versions, order): Besides<'_>,
    observe: Observer<'_>,
) -> Settled {
    let (mut removals, mut alike) = match settings.scope() {
        Scope::Corpus => decide_group(store, units, entry, settings, (versions, order), observe),
        Scope::Article => {
            let article = |i: u32| store.article(&entry(i));
            let decide = |group: &[u32]| decide_group(store, group, entry, settings, (versions, None), observe);
            let groups: Vec<&[u32]> = units.chunk_by(|&a, &b| article(a) == article(b)).collect();
            let decided: Vec<Settled> = groups.into_par_iter().map(decide).collect();
            let (removals, alike): (Vec<_>, Vec<_>) = decided.into_iter().unzip();
            (removals.concat(), alike.concat())
        }
    };
    removals.sort_unstable_by_key(|r| r.removed);
    alike.sort_unstable();
    (removals, alike)
}

/// Decides units that all meet one another.
fn decide_group(
    store: &Store,
    units: &[u32],
    entry: &(impl Fn(u32) -> Entry + Sync),
    settings: &Settings,
    (versions, order): Besides<'_>,
    observe: Observer<'_>,
) -> Settled {
    let mut units = units.to_vec();
    order::sort(&mut units, store, entry, settings.keep());
    let (firsts, group_of) = collapse(store, &units, entry);
    let selection = Selection {
        store,
        entries: if firsts.len() < SMALL {
            firsts.iter().map(|&i| entry(i).fold).collect()
        } else {
            firsts.par_iter().map(|&i| entry(i).fold).collect()
        },
    };
    let copies = (units.len() - firsts.len()) as u64;
    observe(copies);
    let wanted = |i: u32| versions.is_some_and(|v| (v.wanted)(firsts[i as usize]));
    let versions = versions.map(|v| Versions { wanted: &wanted, ..v });
    let rule = settings.rule();
    let asked = Asked {
        observe,
        order: order.map(|order| order.get_or_init(|| Order::of(&selection, &rule))),
        apart: None,
        versions,
    };
    let (decisions, alike) = join::leaders_asked(&selection, 0, &rule, &asked);
    let removal = |(&unit, group): (&u32, u32)| match decisions[group as usize] {
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
    };
    let removals = units.iter().zip(group_of).filter_map(removal).collect();
    let pair = |m: &join::Match| (firsts[m.later as usize], firsts[m.earlier as usize]);
    (removals, alike.iter().map(pair).collect())
}

/// Groups units with equal folds: the first of each group, and each unit's group.
fn collapse(store: &Store, units: &[u32], entry: &(impl Fn(u32) -> Entry + Sync)) -> (Vec<u32>, Vec<u32>) {
    let mut groups: HashMap<u64, u32, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    let mut firsts: Vec<u32> = Vec::new();
    let text = |unit: u32| {
        let text = store.text(&entry(unit).fold);
        looked(text.len());
        text
    };
    let key = |&unit: &u32| hash::bytes(text(unit).as_bytes());
    let keys: Vec<u64> = if units.len() < SMALL {
        units.iter().map(key).collect()
    } else {
        units.par_iter().map(key).collect()
    };
    let group_of = units
        .iter()
        .zip(keys)
        .map(|(&unit, mut key)| {
            loop {
                looked(1);
                let fresh = narrow(firsts.len());
                let group = *groups.entry(key).or_insert(fresh);
                if group == fresh {
                    firsts.push(unit);
                } else if text(firsts[group as usize]) != text(unit) {
                    key = key.wrapping_add(1); // two folds, one hash
                    continue;
                }
                return group;
            }
        })
        .collect();
    (firsts, group_of)
}

/// The sentence of that number, or the part: parts are numbered on after the sentences.
fn sentence_or_part(store: &Store, number: u32) -> Entry {
    match number.checked_sub(narrow(store.sentences.len())) {
        None => store.sentence(number),
        Some(part) => store.part(part),
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
