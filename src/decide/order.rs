//! In which order articles are decided, and so which of several like units is kept.

use super::narrow;
use crate::article::Rank;
use crate::settings::{Keep, Settings};
use crate::store::Store;
use std::cmp::{Ordering, Reverse};

/// By what some articles are put in order, as far as settings ask for it.
#[derive(Debug, Default)]
pub(crate) struct Ranks {
    weights: Vec<u32>,
    ranks: Vec<Option<Rank>>,
}

impl Ranks {
    /// Appends the articles of a store.
    pub(crate) fn extend(&mut self, store: &Store, settings: &Settings) {
        let articles = 0..narrow(store.records.len());
        match settings.keep() {
            Keep::First | Keep::Last => {}
            Keep::Longest => self.weights.extend(articles.map(|article| store.weight_of(article))),
            Keep::LowestRank | Keep::HighestRank => {
                self.ranks.extend(articles.map(|article| store.rank(article).cloned()));
            }
        }
    }

    /// Forgets the articles from that one on, and gives their ranks; none if ranks are not asked for.
    pub(crate) fn split_off(&mut self, article: u32) -> Vec<Option<Rank>> {
        self.weights.truncate(article as usize);
        self.ranks.split_off(self.ranks.len().min(article as usize))
    }

    /// The articles in the order in which they are decided, the first of them `count`. Every order is total: ties go to store order.
    pub(crate) fn order(&self, settings: &Settings, count: u32) -> Vec<u32> {
        let mut articles: Vec<u32> = (0..count).collect();
        let rank = |&article: &u32| self.ranks[article as usize].as_ref();
        match settings.keep() {
            Keep::First => {}
            Keep::Last => articles.reverse(),
            Keep::Longest => articles.sort_by_key(|&article| Reverse(self.weights[article as usize])),
            Keep::LowestRank => articles.sort_by(|a, b| compare(rank(a), rank(b), Ordering::is_lt)),
            Keep::HighestRank => articles.sort_by(|a, b| compare(rank(a), rank(b), Ordering::is_gt)),
        }
        articles
    }
}

/// The paragraphs of a store in the order in which they are decided.
pub(super) fn paragraphs(store: &Store, settings: &Settings) -> Vec<u32> {
    let mut ranks = Ranks::default();
    ranks.extend(store, settings);
    paragraphs_of(store, &ranks.order(settings, narrow(store.records.len())), settings)
}

/// The paragraphs of articles that are in that order.
pub(super) fn paragraphs_of(store: &Store, articles: &[u32], settings: &Settings) -> Vec<u32> {
    let mut out = Vec::with_capacity(store.paragraphs.len());
    for &article in articles {
        let start = out.len();
        out.extend(store.paragraphs_of(article).map(narrow));
        in_article(&mut out[start..], settings);
    }
    out
}

/// The paragraphs of one article, which come in order.
pub(super) fn in_article(paragraphs: &mut [u32], settings: &Settings) {
    if settings.keep() == Keep::Last {
        paragraphs.reverse();
    }
}

fn compare(a: Option<&Rank>, b: Option<&Rank>, comes_first: fn(Ordering) -> bool) -> Ordering {
    match (a, b) {
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
