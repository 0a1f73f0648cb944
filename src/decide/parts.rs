//! The parts of sentences that stay: a boundary that was set wrong hides no repeat.

use super::{Removal, narrow, order};
use crate::join::{self, Asked, Order};
use crate::model::Reason;
use crate::settings::{Scope, Settings};
use crate::store::{Entry, Selection, Store};
use rayon::prelude::*;
use std::cell::OnceCell;

/// Decides the parts of the sentences that stay, comparing them with the sentences of one part that stay and, in
/// order, among themselves. `fixed` sentences lose no part, and no part goes that the next one leans on.
pub(super) fn decide(
    store: &Store,
    settings: &Settings,
    stays: &[bool],
    fixed: &[bool],
    order: Option<&OnceCell<Order>>,
) -> Vec<Removal> {
    let judged = |entry: Entry| is_judged(settings, &entry);
    let parts: Vec<u32> = (0_u32..)
        .zip(&store.parts)
        .filter(|&(i, p)| stays[p.sentence as usize] && judged(store.part(i)))
        .map(|(i, _)| i)
        .collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let mut several = vec![false; store.sentences.len()];
    store.parts.iter().for_each(|p| several[p.sentence as usize] = true);
    let sentences: Vec<u32> = (0..narrow(store.sentences.len()))
        .filter(|&i| stays[i as usize] && !several[i as usize] && judged(store.sentence(i)))
        .collect();
    let article = |i: u32| store.article(&store.part(i));
    let mut out: Vec<Removal> = match settings.scope() {
        Scope::Corpus => group(store, settings, sentences, parts, order.and_then(OnceCell::get)),
        Scope::Article => parts
            .chunk_by(|&a, &b| article(a) == article(b))
            .collect::<Vec<_>>()
            .into_par_iter()
            .flat_map_iter(|parts| {
                let same = |&i: &u32| store.article(&store.sentence(i));
                let here = article(parts[0]);
                let start = sentences.partition_point(|i| same(i) < here);
                let end = sentences.partition_point(|i| same(i) <= here);
                group(store, settings, sentences[start..end].to_vec(), parts.to_vec(), None)
            })
            .collect(),
    };
    out.retain(|r| {
        let part = &store.parts[r.removed as usize];
        !part.is_leant_on && !fixed[part.sentence as usize]
    });
    out.sort_unstable_by_key(|r| r.removed);
    out
}

/// Where a boundary is uncertain, more evidence is asked for.
pub(super) fn is_judged(settings: &Settings, entry: &Entry) -> bool {
    // two thirds, rounded down
    settings.is_judged(entry.weight - entry.weight.div_ceil(3))
}

fn group(
    store: &Store,
    settings: &Settings,
    mut sentences: Vec<u32>,
    mut parts: Vec<u32>,
    order: Option<&Order>,
) -> Vec<Removal> {
    let sentence = |i: u32| store.sentence(i);
    let part = |i: u32| store.part(i);
    order::sort(&mut sentences, store, &sentence, settings.keep());
    order::sort(&mut parts, store, &part, settings.keep());
    let entries = sentences
        .iter()
        .map(|&i| sentence(i))
        .chain(parts.iter().map(|&i| part(i)))
        .map(|entry| entry.fold)
        .collect();
    let selection = Selection { store, entries };
    let known = narrow(sentences.len());
    let asked = Asked {
        order,
        ..Asked::default()
    };
    let (decisions, _) = join::leaders_asked(&selection, known, &settings.rule(), &asked);
    let number = |place: u32| match sentences.get(place as usize) {
        Some(&sentence) => sentence,
        None => narrow(store.sentences.len()) + parts[(place - known) as usize],
    };
    let removals = decisions.into_iter().zip(&parts).filter_map(|(found, &removed)| {
        let found = found?;
        let equal = store.text(&selection.entries[found.later as usize])
            == store.text(&selection.entries[found.earlier as usize]);
        Some(Removal {
            removed,
            kept: number(found.earlier),
            reason: if equal { Reason::Equal } else { Reason::Near },
            similarity: found.similarity,
        })
    });
    removals.collect()
}
