//! The leaders of earlier runs, and the order of shingles that their keys follow.

use super::files::LeaderFiles;
#[cfg(feature = "index")]
use super::files::ShareLeaders;
use super::reprints::ReprintFiles;
use crate::join::Order;
#[cfg(feature = "index")]
use crate::model::ArticleId;
use crate::spill::Spool;
#[cfg(feature = "index")]
use crate::spill::{Bits, Folder, SpillError};
#[cfg(feature = "index")]
use crate::store::Segment;
#[cfg(feature = "index")]
use std::ops::Range;
use std::sync::Arc;

/// Earlier runs, in order. Articles are numbered consecutively across runs.
#[derive(Debug)]
pub(crate) struct History {
    /// The order by which the keys of leaders are chosen, in these runs and in later ones.
    pub(crate) order: Arc<Order>,
    pub(crate) runs: Vec<Arc<Run>>,
    /// Of each run the articles that others have replaced, ascending, as places in the run: nothing is compared with them.
    pub(crate) gone: Vec<Arc<[u32]>>,
    /// How many times the index had been changed when this was read.
    #[cfg_attr(not(feature = "index"), expect(dead_code, reason = "only an index asks"))]
    pub(crate) version: u64,
}

/// What one run leaves for later ones.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) articles: u32,
    /// The folds of its shares.
    pub(super) folds: Spool,
    /// Leaders among its paragraphs and among its pieces.
    pub(super) levels: [LeaderFiles; 2],
    pub(super) beside: ReprintFiles,
}

impl History {
    /// A history without runs. The first session counts its shingles into `order`.
    pub(crate) fn new(order: Arc<Order>, version: u64) -> Self {
        Self {
            order,
            runs: Vec::new(),
            gone: Vec::new(),
            version,
        }
    }

    /// This history with a run, if any, in the place of some, and the order by which the keys of leaders were chosen.
    #[cfg(feature = "index")]
    pub(crate) fn replacing(
        &self,
        some: Range<usize>,
        order: Arc<Order>,
        run: Option<(Run, Arc<[u32]>)>,
        version: u64,
    ) -> Self {
        let (mut runs, mut gone) = (self.runs.clone(), self.gone.clone());
        let (run, without) = run.map(|(run, gone)| (Arc::new(run), gone)).unzip();
        runs.splice(some.clone(), run);
        gone.splice(some, without);
        Self {
            order,
            runs,
            gone,
            version,
        }
    }

    /// Only the runs that are marked to stay, numbered anew.
    #[cfg(feature = "index")]
    pub(crate) fn retaining(&self, stays: &[bool], version: u64) -> Self {
        let staying = || {
            stays
                .iter()
                .enumerate()
                .filter(|(_, stays)| **stays)
                .map(|(nth, _)| nth)
        };
        Self {
            order: Arc::clone(&self.order),
            runs: staying().map(|nth| Arc::clone(&self.runs[nth])).collect(),
            gone: staying().map(|nth| Arc::clone(&self.gone[nth])).collect(),
            version,
        }
    }

    /// The same without some articles.
    #[cfg(feature = "index")]
    pub(crate) fn without(&self, articles: &[ArticleId]) -> Self {
        let (mut gone, mut first) = (self.gone.clone(), 0);
        for (run, gone) in self.runs.iter().zip(&mut gone) {
            let range = first..first + run.articles;
            let more = articles.iter().filter(|article| range.contains(&article.0));
            let mut all: Vec<u32> = more
                .map(|article| article.0 - first)
                .chain(gone.iter().copied())
                .collect();
            if all.len() > gone.len() {
                all.sort_unstable();
                all.dedup();
                *gone = all.into();
            }
            first = range.end;
        }
        Self {
            order: Arc::clone(&self.order),
            runs: self.runs.clone(),
            gone,
            version: self.version,
        }
    }

    /// True if there are no runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many articles there are.
    pub(crate) fn articles(&self) -> u32 {
        self.runs.iter().map(|run| run.articles).sum()
    }
}

#[cfg(feature = "index")]
impl Run {
    /// How many streams it has.
    pub(crate) const STREAMS: usize = 10;

    /// All of its streams on disk, in a fixed order; [`Run::head`] says where things stand in them.
    pub(crate) fn streams(&self) -> [&Spool; Self::STREAMS] {
        let [a, b] = &self.levels;
        let Run { folds, beside, .. } = self;
        [
            folds,
            &a.shards,
            &a.origins,
            &a.details,
            &a.pieces,
            &b.shards,
            &b.origins,
            &b.details,
            &b.pieces,
            &beside.rows,
        ]
    }

    /// How many articles it has; then of each level the number of leaders and the number of shares, and of each share the number of its
    /// first leader, where its lists of hashes begin, where its shard begins and ends, and where its folds begin; then
    /// the number of shares beside whose leaders something stood, and where the rows of each begin.
    pub(crate) fn head(&self) -> Vec<u64> {
        let mut head = vec![u64::from(self.articles)];
        for level in &self.levels {
            head.extend([u64::from(level.count), level.shares.len() as u64]);
            for share in &level.shares {
                let ShareLeaders {
                    first,
                    equals,
                    shard,
                    folds,
                } = share;
                head.extend([u64::from(*first), *equals, shard.start, shard.end, *folds]);
            }
        }
        head.push(self.beside.shares.len() as u64);
        head.extend(self.beside.shares.as_flattened());
        head
    }

    /// The run that [`Run::head`] and [`Run::streams`] describe; `None` if they do not fit together.
    pub(crate) fn restored(head: &[u64], streams: [Spool; Self::STREAMS]) -> Option<Self> {
        let [folds, a, b, c, d, e, f, g, h, rows] = streams;
        let (&articles, mut head) = head.split_first()?;
        let mut level = |[shards, origins, details, pieces]: [Spool; 4]| {
            let (&[count, shares], rest) = head.split_first_chunk()?;
            let (shares, rest) = rest.split_at_checked(usize::try_from(shares).ok()?.checked_mul(5)?)?;
            head = rest;
            let share = |&[first, equals, start, end, folds]: &[u64; 5]| {
                let first = u32::try_from(first).ok()?;
                (equals <= start && start <= end && end <= shards.end()).then_some(ShareLeaders {
                    first,
                    equals,
                    shard: start..end,
                    folds,
                })
            };
            let shares: Option<Vec<ShareLeaders>> = shares.as_chunks().0.iter().map(share).collect();
            let is_whole = LeaderFiles::have_rows(count, [&origins, &details]);
            let files = LeaderFiles {
                shares: shares?,
                shards,
                origins,
                details,
                pieces,
                count: u32::try_from(count).ok()?,
            };
            is_whole.then_some(files)
        };
        let levels = [level([a, b, c, d])?, level([e, f, g, h])?];
        let (&count_of_shares, head) = head.split_first()?;
        let (shares, rest) = head.as_chunks();
        if shares.len() as u64 != count_of_shares || !rest.is_empty() {
            return None;
        }
        Some(Self {
            articles: u32::try_from(articles).ok()?,
            folds,
            levels,
            beside: ReprintFiles {
                rows,
                shares: shares.to_vec(),
            },
        })
    }

    /// How many leaders there are among its paragraphs, and among its pieces.
    pub(crate) fn leaders(&self) -> [u32; 2] {
        self.levels.each_ref().map(|level| level.count)
    }

    /// The articles that have leaders, as places in the run.
    pub(crate) fn with_leaders(&self) -> Result<Bits, SpillError> {
        let mut out = Bits::new(self.articles as usize);
        for level in &self.levels {
            level.each_article(|article| out.insert(article))?;
        }
        Ok(out)
    }
}

/// The leaders of a run, as long as their folds stand in the file of its session.
#[derive(Debug)]
#[cfg_attr(not(feature = "index"), expect(dead_code, reason = "only an index keeps it"))]
pub(crate) struct Fresh {
    pub(super) levels: [LeaderFiles; 2],
    pub(super) beside: ReprintFiles,
}

#[cfg(feature = "index")]
impl Fresh {
    /// Copies the folds of these segments out of the session's file, so that the run no longer needs it.
    pub(crate) fn settle(self, segments: &[Segment], spool: &Spool, folder: &Folder) -> Result<Run, SpillError> {
        let Self { mut levels, beside } = self;
        let mut folds = folder.spool();
        let mut moved = Vec::with_capacity(segments.len());
        for segment in segments {
            let from = segment.folds();
            moved.push((from.start, folds.end()));
            folds.append(spool, from)?;
        }
        for share in levels.iter_mut().flat_map(|files| &mut files.shares) {
            let segment = moved.partition_point(|&(from, _)| from < share.folds);
            share.folds = moved.get(segment).map_or(0, |&(_, to)| to);
        }
        Ok(Run {
            articles: segments.iter().map(|segment| segment.articles).sum(),
            folds,
            levels,
            beside,
        })
    }
}
