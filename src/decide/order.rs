//! In which order articles are decided, and so which of several like units is kept.

use super::narrow;
use crate::settings::{Keep, Settings};
use crate::store::Store;
use std::cmp::{Ordering, Reverse};

/// The paragraphs of a store in the order in which they are decided. Every order is total: ties go to store order.
pub(super) fn paragraphs(store: &Store, settings: &Settings) -> Vec<u32> {
    let all = || 0..narrow(store.paragraphs.len());
    let mut articles: Vec<u32> = (0..narrow(store.records.len())).collect();
    match settings.keep() {
        Keep::First => return all().collect(),
        Keep::Last => return all().rev().collect(),
        Keep::Longest => articles.sort_by_key(|&article| Reverse(store.weight_of(article))),
        Keep::LowestRank => articles.sort_by(|&a, &b| by_rank(store, a, b, Ordering::is_lt)),
        Keep::HighestRank => articles.sort_by(|&a, &b| by_rank(store, a, b, Ordering::is_gt)),
    }
    let paragraphs = articles.into_iter().flat_map(|article| store.paragraphs_of(article));
    paragraphs.map(narrow).collect()
}

/// The paragraphs of one article, which come in order.
pub(super) fn in_article(paragraphs: &mut [u32], settings: &Settings) {
    if settings.keep() == Keep::Last {
        paragraphs.reverse();
    }
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
