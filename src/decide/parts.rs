//! The parts of sentences that stay: a boundary that was set wrong hides no repeat.

use super::{Removal, narrow, order, sentence_or_part};
use crate::join::{self, Apart, Asked, Order};
use crate::model::Reason;
use crate::settings::{Scope, Settings};
use crate::store::{Entry, Selection, Store};
use rayon::prelude::*;
use std::cell::OnceCell;

/// Decides the parts of the sentences that stay, and once more the sentences of one part, comparing each with the parts and
/// sentences before it: gives removals of sentences (in favour of a part: what is like another sentence has gone already),
/// then those of parts. `fixed` sentences lose nothing, and no part goes that the next one leans on.
pub(super) fn decide(
    store: &Store,
    settings: &Settings,
    stays: &[bool],
    fixed: &[bool],
    order: Option<&OnceCell<Order>>,
) -> [Vec<Removal>; 2] {
    let judged = |entry: Entry| is_judged(settings, &entry);
    let parts: Vec<u32> = (0_u32..)
        .zip(&store.parts)
        .filter(|&(i, p)| stays[p.sentence as usize] && judged(store.part(i)))
        .map(|(i, _)| i)
        .collect();
    if parts.is_empty() {
        return Default::default();
    }
    let mut several = vec![false; store.sentences.len()];
    store.parts.iter().for_each(|p| several[p.sentence as usize] = true);
    let sentences: Vec<u32> = (0..narrow(store.sentences.len()))
        .filter(|&i| stays[i as usize] && !several[i as usize] && judged(store.sentence(i)))
        .collect();
    let pieces = merged(store, sentences, parts);
    let article = |i: u32| store.article(&sentence_or_part(store, i));
    let mut out: Vec<Removal> = match settings.scope() {
        Scope::Corpus => group(store, settings, pieces, fixed, order.and_then(OnceCell::get)),
        Scope::Article => pieces
            .chunk_by(|&a, &b| article(a) == article(b))
            .collect::<Vec<_>>()
            .into_par_iter()
            .flat_map_iter(|pieces| group(store, settings, pieces.to_vec(), fixed, None))
            .collect(),
    };
    out.sort_unstable_by_key(|r| r.removed);
    let mut parts = out.split_off(out.partition_point(|r| r.removed < narrow(store.sentences.len())));
    parts
        .iter_mut()
        .for_each(|r| r.removed -= narrow(store.sentences.len()));
    parts.retain(|r| may_go(store, r.removed, |sentence| fixed[sentence as usize]));
    [out, parts]
}

/// False if a part stays in any case.
pub(super) fn may_go(store: &Store, part: u32, is_fixed: impl Fn(u32) -> bool) -> bool {
    let part = &store.parts[part as usize];
    !part.is_leant_on && !is_fixed(part.sentence)
}

/// Where a boundary is uncertain, more evidence is asked for.
pub(super) fn is_judged(settings: &Settings, entry: &Entry) -> bool {
    // two thirds, rounded down
    settings.is_judged(entry.weight - entry.weight.div_ceil(3))
}

/// Sentences and parts, numbered as in [`sentence_or_part`], in store order. No part is of one of the sentences.
pub(super) fn merged(store: &Store, sentences: Vec<u32>, parts: Vec<u32>) -> Vec<u32> {
    let first = narrow(store.sentences.len());
    let mut pieces = sentences;
    pieces.extend(parts.into_iter().map(|part| first + part));
    pieces.sort_by_key(|&piece| match piece.checked_sub(first) {
        None => piece,
        Some(part) => store.parts[part as usize].sentence,
    });
    pieces
}

fn group(
    store: &Store,
    settings: &Settings,
    mut pieces: Vec<u32>,
    fixed: &[bool],
    order: Option<&Order>,
) -> Vec<Removal> {
    let entry = |i: u32| sentence_or_part(store, i);
    let first = narrow(store.sentences.len());
    order::sort(&mut pieces, store, &entry, settings.keep());
    let selection = Selection {
        store,
        entries: pieces.iter().map(|&i| entry(i).fold).collect(),
    };
    let asked = Asked {
        order,
        apart: Some(Apart {
            is_apart: &|place| pieces[place as usize] < first,
            stays: &|place| fixed[pieces[place as usize] as usize],
        }),
        ..Asked::default()
    };
    let (decisions, _) = join::leaders_asked(&selection, 0, &settings.rule(), &asked);
    let removals = decisions.into_iter().zip(&pieces).filter_map(|(found, &removed)| {
        let found = found?;
        let equal = store.text(&selection.entries[found.later as usize])
            == store.text(&selection.entries[found.earlier as usize]);
        Some(Removal {
            removed,
            kept: pieces[found.earlier as usize],
            reason: if equal { Reason::Equal } else { Reason::Near },
            similarity: found.similarity,
        })
    });
    removals.collect()
}
