//! What each article of a corpus is to the one that it repeats most, computed from the decisions alone.

use crate::relation::{Relation, Repeated, Shares, covered};
use anyhow::Result;
use redite::{ArticleId, Detection, Detections, Settings, Unit};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is known of all articles, so that each can be held against the one that it repeats most.
#[derive(Debug)]
pub(crate) struct Relations {
    settings: Settings,
    shares: Shares,
    /// Of each article the bytes that are compared, what it says twice counted once, and how many of them repeat nothing.
    compared: Vec<[u32; 2]>,
}

/// What one article is to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) relation: Relation,
    /// The other article that it repeats most, of several the first in the input.
    pub(crate) most: Option<Most>,
    /// Bytes that are compared.
    pub(crate) compared: u64,
    /// Bytes of the units that repeat others.
    pub(crate) repeated: u64,
    /// Of these, those that repeat units of the same article.
    pub(crate) within: u64,
}

/// The article that another repeats most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Most {
    pub(crate) article: ArticleId,
    /// Bytes of the units that repeat units of it.
    pub(crate) bytes: u64,
    /// The first of those units.
    pub(crate) unit: Unit,
}

impl Relations {
    /// Those of a corpus that was decided by these settings.
    pub(crate) fn of(detections: &Detections, settings: &Settings, shares: Shares) -> Result<Self> {
        let mut relations = Self {
            settings: *settings,
            shares,
            compared: Vec::with_capacity(detections.articles() as usize),
        };
        for number in 0..detections.blocks() {
            let block = detections.block(number)?;
            let compared = articles(&block).map(|article| compared(&block, article, settings));
            relations.compared.extend(compared);
        }
        Ok(relations)
    }

    /// What an article is to others, given the block of decisions that it is in.
    pub(crate) fn standing(&self, block: &Detection, article: ArticleId) -> Standing {
        let (mut repeated, mut within) = (0, 0);
        // For each other article that it repeats: bytes, and the units of it.
        let mut others: BTreeMap<ArticleId, (u64, Vec<Unit>)> = BTreeMap::new();
        for repeat in block.repeats_in(article) {
            let bytes = repeat.removed.span.len() as u64;
            repeated += bytes;
            if repeat.kept.article == article {
                within += bytes;
            } else {
                let other = others.entry(repeat.kept.article).or_default();
                other.0 += bytes;
                other.1.push(repeat.kept);
            }
        }
        let mut found = Repeated {
            compared: block.compared_bytes(article, &self.settings),
            repeated,
            of_others: repeated - within,
            ..Repeated::default()
        };
        let most = (others.iter()).max_by_key(|(other, (bytes, _))| (*bytes, Reverse(**other)));
        let most = most.and_then(|(&other, (bytes, units))| {
            let [once, own] = self.compared.get(other.0 as usize).copied().unwrap_or_default();
            let ranges = units.iter().map(|unit| (unit.field, unit.span.start, unit.span.end));
            found.of_most = *bytes;
            [found.most_once, found.most_own] = [once, own].map(u64::from);
            found.most_covered = covered(ranges.collect());
            let unit = *units.first()?;
            Some(Most {
                article: other,
                bytes: *bytes,
                unit,
            })
        });
        Standing {
            relation: found.relation(self.shares),
            most,
            compared: found.compared,
            repeated,
            within,
        }
    }
}

/// The articles of a block.
fn articles(block: &Detection) -> impl Iterator<Item = ArticleId> + use<> {
    let first = block.first_article().0;
    (first..first + block.articles()).map(ArticleId)
}

/// How many bytes of an article are compared, what it says twice counted once, and how many of them repeat nothing. No share of
/// more than 4 GiB is told apart.
fn compared(block: &Detection, article: ArticleId, settings: &Settings) -> [u32; 2] {
    let compared = block.compared_bytes(article, settings);
    let (mut within, mut others) = (0, 0);
    for repeat in block.repeats_in(article) {
        let repeated = if repeat.kept.article == article {
            &mut within
        } else {
            &mut others
        };
        *repeated += repeat.removed.span.len() as u64;
    }
    let once = compared.saturating_sub(within);
    [once, once.saturating_sub(others)].map(|bytes| u32::try_from(bytes).unwrap_or(u32::MAX))
}
