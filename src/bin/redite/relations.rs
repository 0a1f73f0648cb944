//! What each article of a corpus is to the one that it repeats most, and which articles tell one story: computed from the decisions
//! alone.

use crate::relation::{Relation, Repeated, Shares, covered};
use crate::wording::{Taken, Wordings};
use anyhow::Result;
use rayon::prelude::*;
use redite::{ArticleId, Detection, Detections, Repeat, Settings, Unit};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What is known of all articles, so that each can be held against the one that it repeats most.
#[derive(Debug)]
pub(crate) struct Relations {
    settings: Settings,
    shares: Shares,
    /// Of each article the bytes that are compared, what it says twice counted once, and how many of them repeat nothing.
    compared: Vec<[u32; 2]>,
    /// By article: what it has in common with the one that it repeats most, beside what it repeats.
    taken: HashMap<u32, Taken>,
    stories: Stories,
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
    /// Those of a corpus that was decided by these settings. With a folder, memory is limited, and texts are held there.
    pub(crate) fn of(
        detections: &Detections,
        settings: &Settings,
        shares: Shares,
        folder: Option<&Path>,
    ) -> Result<Self> {
        let count = detections.articles();
        let mut relations = Self {
            settings: *settings,
            shares,
            compared: Vec::with_capacity(count as usize),
            taken: HashMap::new(),
            stories: Stories::of(count),
        };
        // articles that others repeat most
        let mut repeated = vec![false; count as usize];
        for number in 0..detections.blocks() {
            let block = detections.block(number)?;
            for article in articles(&block) {
                let repeats: Vec<Repeat> = block.repeats_in(article).collect();
                let compared_bytes = block.compared_bytes(article, settings);
                relations.compared.push(compared(compared_bytes, article, &repeats));
                if let Some((most, _)) = most(article, &repeats)
                    && let Some(repeated) = repeated.get_mut(most.article.0 as usize)
                {
                    *repeated = true;
                }
            }
        }
        let wordings = match folder {
            None => Wordings::Held(detections.block(0)?),
            Some(folder) => {
                let mut wordings = Wordings::spooled(folder)?;
                for number in 0..detections.blocks() {
                    let block = detections.block_with_folds(number)?;
                    let wanted = |article: &ArticleId| repeated.get(article.0 as usize) == Some(&true);
                    for article in articles(&block).filter(wanted) {
                        wordings.add(&block, article, settings)?;
                    }
                }
                wordings
            }
        };
        for number in 0..detections.blocks() {
            let block = detections.block_with_folds(number)?;
            let all: Vec<ArticleId> = articles(&block).collect();
            let taken = all.into_par_iter().filter_map(|article| {
                let repeats: Vec<Repeat> = block.repeats_in(article).collect();
                let (most, units) = most(article, &repeats)?;
                let taken = wordings.taken(&block, article, most.article, &units, settings);
                Some(taken.map(|taken| (article, taken)))
            });
            let taken: Vec<(ArticleId, Taken)> = taken.collect::<Result<_>>()?;
            let is_any = |taken: &&(ArticleId, Taken)| taken.1 != Taken::default();
            let some = taken.iter().filter(is_any).map(|&(article, taken)| (article.0, taken));
            relations.taken.extend(some);
            // All others are original.
            for (article, _) in taken {
                let standing = relations.standing(&block, article);
                if let Some(most) = standing.most.filter(|_| standing.relation.tells_the_same()) {
                    relations.stories.link(article, most.article, most.unit);
                }
            }
        }
        relations.stories.finish();
        Ok(relations)
    }

    /// The story that an article tells.
    pub(crate) fn story(&self, article: ArticleId) -> Story {
        self.stories.get(article)
    }

    /// What an article is to others, given the block of decisions that it is in.
    pub(crate) fn standing(&self, block: &Detection, article: ArticleId) -> Standing {
        let (mut repeated, mut within) = (0, 0);
        let repeats: Vec<Repeat> = block.repeats_in(article).collect();
        for repeat in &repeats {
            let bytes = repeat.removed.span.len() as u64;
            repeated += bytes;
            within += if repeat.kept.article == article { bytes } else { 0 };
        }
        let compared = block.compared_bytes(article, &self.settings);
        let mut found = Repeated {
            compared,
            repeated,
            of_others: repeated - within,
            ..Repeated::default()
        };
        let most = most(article, &repeats).map(|(most, units)| {
            let taken = self.taken.get(&article.0).copied().unwrap_or_default();
            let [once, own] = self.compared.get(most.article.0 as usize).copied().unwrap_or_default();
            let ranges = units.iter().map(|unit| (unit.field, unit.span.start, unit.span.end));
            let [of_later, of_earlier] = [taken.later, taken.earlier].map(u64::from);
            found.repeated += of_later;
            found.of_others += of_later;
            found.of_most = most.bytes + of_later;
            [found.most_once, found.most_own] = [once, own].map(u64::from);
            found.most_covered = covered(ranges.collect()) + of_earlier;
            most
        });
        Standing {
            relation: found.relation(self.shares),
            most,
            compared,
            repeated,
            within,
        }
    }
}

/// The article that another repeats most, and the units of it that are repeated, by the repeats in that other.
fn most(article: ArticleId, repeats: &[Repeat]) -> Option<(Most, Vec<Unit>)> {
    let mut others: BTreeMap<ArticleId, (u64, Vec<Unit>)> = BTreeMap::new();
    for repeat in repeats.iter().filter(|repeat| repeat.kept.article != article) {
        let other = others.entry(repeat.kept.article).or_default();
        other.0 += repeat.removed.span.len() as u64;
        other.1.push(repeat.kept);
    }
    let most = (others.into_iter()).max_by_key(|(other, (bytes, _))| (*bytes, Reverse(*other)));
    let (article, (bytes, units)) = most?;
    let unit = *units.first()?;
    Some((Most { article, bytes, unit }, units))
}

/// Articles that tell one story: reprints, updates and excerpts of one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Story {
    /// The one that is a reprint, an update or an excerpt of no other: the first of them in the order of decisions.
    pub(crate) first: ArticleId,
    /// A unit of that one which another of them repeats; `None` if it is the only one.
    pub(crate) unit: Option<Unit>,
    /// How many there are.
    pub(crate) articles: u32,
}

/// Which articles tell one story.
///
/// Each article is linked to the one that it repeats most, if it is a reprint, an update or an excerpt of that. There is no circle
/// of links: what an article repeats was decided before it, so that each link leads back in the order of decisions, whatever
/// `--keep` asks for. And if there were one, the link that closes it would not be made.
#[derive(Debug)]
struct Stories {
    /// Of each article the one that it is linked to, or one further on; itself, if it is linked to none.
    linked: Vec<u32>,
    /// By the article that others are linked to: a unit of it that is repeated, and how many tell that story.
    first: HashMap<u32, (Unit, u32)>,
}

impl Stories {
    fn of(articles: u32) -> Self {
        Self {
            linked: (0..articles).collect(),
            first: HashMap::new(),
        }
    }

    /// The end of the links from an article. Links on the way are shortened.
    fn find(&mut self, article: u32) -> u32 {
        let next = |linked: &[u32], at: u32| linked.get(at as usize).copied().unwrap_or(at);
        let mut at = article;
        while next(&self.linked, at) != at {
            let after = next(&self.linked, next(&self.linked, at));
            if let Some(linked) = self.linked.get_mut(at as usize) {
                *linked = after;
            }
            at = after;
        }
        at
    }

    /// Links an article that is linked to none so far; `unit`: one of the other that it repeats.
    fn link(&mut self, article: ArticleId, to: ArticleId, unit: Unit) {
        if self.find(to.0) == article.0 {
            return;
        }
        if let Some(linked) = self.linked.get_mut(article.0 as usize) {
            *linked = to.0;
            self.first.entry(to.0).or_insert((unit, 1));
        }
    }

    /// After the last link.
    fn finish(&mut self) {
        for article in 0..u32::try_from(self.linked.len()).unwrap_or(u32::MAX) {
            let first = self.find(article);
            if let Some(linked) = self.linked.get_mut(article as usize) {
                *linked = first;
            }
            if first != article
                && let Some((_, articles)) = self.first.get_mut(&first)
            {
                *articles += 1;
            }
        }
        let linked = &self.linked;
        self.first.retain(|first, _| linked.get(*first as usize) == Some(first));
    }

    fn get(&self, article: ArticleId) -> Story {
        let first = self.linked.get(article.0 as usize).copied().unwrap_or(article.0);
        let found = self.first.get(&first);
        Story {
            first: ArticleId(first),
            unit: found.map(|found| found.0),
            articles: found.map_or(1, |found| found.1),
        }
    }
}

/// The articles of a block.
fn articles(block: &Detection) -> impl Iterator<Item = ArticleId> + use<> {
    let first = block.first_article().0;
    (first..first + block.articles()).map(ArticleId)
}

/// How many of the bytes of an article that are compared are left if what it says twice is counted once, and how many of them repeat
/// nothing. No share of more than 4 GiB is told apart.
fn compared(compared: u64, article: ArticleId, repeats: &[Repeat]) -> [u32; 2] {
    let (mut within, mut others) = (0, 0);
    for repeat in repeats {
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

#[cfg(test)]
mod tests {
    use super::*;
    use redite::{Span, UnitKind};

    fn unit(article: u32) -> Unit {
        Unit {
            article: ArticleId(article),
            field: 0,
            span: Span::new(0, 9),
            kind: UnitKind::Paragraph,
        }
    }

    #[test]
    fn stories_are_named_by_what_is_linked_to_nothing() {
        for links in [
            &[(1, 0), (2, 1), (3, 2), (5, 4)][..],
            // as with --keep last, in any order
            &[(2, 3), (0, 1), (1, 3), (4, 5)],
        ] {
            let mut stories = Stories::of(7);
            for &(article, to) in links {
                stories.link(ArticleId(article), ArticleId(to), unit(to));
            }
            stories.finish();
            let found: Vec<(u32, u32, Option<u32>)> = (0..7)
                .map(|article| stories.get(ArticleId(article)))
                .map(|story| (story.first.0, story.articles, story.unit.map(|unit| unit.article.0)))
                .collect();
            let [long, short] = if links[0].0 == 1 { [0, 4] } else { [3, 5] };
            let [long, short] = [(long, 4, Some(long)), (short, 2, Some(short))];
            assert_eq!(found, [long, long, long, long, short, short, (6, 1, None)]);
        }
    }

    #[test]
    fn a_circle_is_not_closed() {
        let mut stories = Stories::of(3);
        for (article, to) in [(0, 1), (1, 2), (2, 0)] {
            stories.link(ArticleId(article), ArticleId(to), unit(to));
        }
        stories.finish();
        assert!((0..3).all(|article| stories.get(ArticleId(article)).first == ArticleId(2)));
        assert_eq!(stories.get(ArticleId(0)).articles, 3);
    }
}
