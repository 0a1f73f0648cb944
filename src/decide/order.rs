//! In which order units are decided, and so which of several like ones is kept.

use crate::settings::Keep;
use crate::store::{Entry, Store};
use std::cmp::Ordering;

/// Sorts units that come in store order. Every order is total: ties go to store order.
pub(super) fn sort(units: &mut [u32], store: &Store, entry: &impl Fn(u32) -> Entry, keep: Keep) {
    match keep {
        Keep::First => {}
        Keep::Last => units.reverse(),
        Keep::Longest => units.sort_by_key(|&i| std::cmp::Reverse(entry(i).weight)),
        Keep::LowestRank => sort_by_rank(units, store, entry, Ordering::is_lt),
        Keep::HighestRank => sort_by_rank(units, store, entry, Ordering::is_gt),
    }
}

fn sort_by_rank(units: &mut [u32], store: &Store, entry: &impl Fn(u32) -> Entry, comes_first: fn(Ordering) -> bool) {
    let mut placed: Vec<(u32, u32)> = units.iter().map(|&i| (store.article(&entry(i)), i)).collect();
    placed.sort_by(|a, b| by_rank(store, a.0, b.0, comes_first));
    units.iter_mut().zip(placed).for_each(|(unit, (_, i))| *unit = i);
}

fn by_rank(store: &Store, a: u32, b: u32, comes_first: fn(Ordering) -> bool) -> Ordering {
    match (store.rank(a), store.rank(b)) {
        (Some(x), Some(y)) => {
            let order = x.order(y);
            if order == Ordering::Equal {
                Ordering::Equal
            } else if comes_first(order) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
