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
        Keep::LowestRank => units.sort_by(|&a, &b| by_rank(store, &entry(a), &entry(b), Ordering::is_lt)),
        Keep::HighestRank => units.sort_by(|&a, &b| by_rank(store, &entry(a), &entry(b), Ordering::is_gt)),
    }
}

fn by_rank(store: &Store, a: &Entry, b: &Entry, comes_first: fn(Ordering) -> bool) -> Ordering {
    let rank = |e: &Entry| store.records[e.article as usize].rank.as_ref();
    match (rank(a), rank(b)) {
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
