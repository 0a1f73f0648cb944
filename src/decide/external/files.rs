//! Leader files: the leaders of one level, of consecutive shares, of this run or of an earlier one.

use super::super::Kept;
use crate::join::{ReadFold, Shard, SortedLists};
use crate::model::{ArticleId, Span, Unit, UnitKind};
use crate::origin::{Origin, WORDS};
#[cfg(feature = "index")]
use crate::spill::split;
use crate::spill::{Access, Folder, Parts, SpillError, Spool, join as joined};
use std::ops::Range;

pub(super) const KEPT: usize = 6;

/// A leader as it is written, and how it is filed. Its article counts from the first one of the run, so that runs can be renumbered.
pub(super) fn words_of(kept: &Kept, first_article: u32, way: u32) -> [u32; KEPT] {
    let Unit {
        article, field, span, ..
    } = kept.unit;
    [
        kept.share,
        kept.number,
        article.0 - first_article,
        u32::from(field) | way << 16,
        span.start,
        span.end,
    ]
}

pub(super) fn kept_of(words: &[u32], kind: UnitKind, first_article: u32) -> Kept {
    Kept {
        share: words[0],
        number: words[1],
        unit: Unit {
            article: ArticleId(words[2].saturating_add(first_article)),
            field: u16::try_from(words[3] & 0xFFFF).unwrap_or(u16::MAX),
            span: Span::new(words[4], words[5]),
            kind,
        },
    }
}

/// Where a leader is to be found again: see [`LeaderFiles::details`].
pub(super) const DETAIL: usize = 12;

/// What [`LeaderFiles::details`] knows of a leader.
pub(super) struct Detail {
    pub(super) kept: Kept,
    /// How it is filed: see [`crate::join::ways`].
    #[cfg_attr(not(feature = "index"), expect(dead_code, reason = "only an index merges"))]
    pub(super) way: u32,
    /// Its fold, among those of its share.
    pub(super) fold: (u64, u32),
    pieces_at: u64,
    pieces: u32,
}

#[cfg(feature = "index")]
impl Detail {
    /// As it is written.
    pub(super) fn words(&self) -> [u32; DETAIL] {
        let mut words = [0; DETAIL];
        words[..KEPT].copy_from_slice(&words_of(&self.kept, 0, self.way));
        words[6..8].copy_from_slice(&split(self.fold.0));
        words[8] = self.fold.1;
        words[9..11].copy_from_slice(&split(self.pieces_at));
        words[11] = self.pieces;
        words
    }
}

/// The leaders of one share.
#[derive(Clone, Debug)]
pub(crate) struct ShareLeaders {
    /// The number of the first among those of its files.
    pub(super) first: u32,
    /// Where they are listed by the hashes of their folds: of each [`key_of`](super::rows::key_of) and its place in the share.
    pub(super) equals: u64,
    /// Where they stand as a [`Shard`].
    pub(super) shard: Range<u64>,
    /// Where the folds of the share begin in the file of folds.
    pub(super) folds: u64,
}

/// Leaders of one level and of consecutive shares, numbered in order.
#[derive(Debug)]
pub(crate) struct LeaderFiles {
    pub(super) shares: Vec<ShareLeaders>,
    /// Of each share, what finds its leaders.
    pub(super) shards: Spool,
    /// Where the article of each comes from, [`WORDS`] words, if not all are compared.
    pub(super) origins: Spool,
    /// Of each, [`DETAIL`] words: what it is; where its fold stands; where the pieces it is made of are listed, and how many.
    pub(super) details: Spool,
    /// Of each piece: where its text begins in that of the whole, and its bytes.
    pub(super) pieces: Spool,
    pub(super) count: u32,
}

impl LeaderFiles {
    pub(super) fn new(folder: &Folder) -> Self {
        Self {
            shares: Vec::new(),
            shards: folder.spool(),
            origins: folder.spool(),
            details: folder.spool(),
            pieces: folder.spool(),
            count: 0,
        }
    }
}

#[cfg(feature = "index")]
impl LeaderFiles {
    /// True if `origins` and `details` have a row for each of so many leaders.
    pub(super) fn have_rows(count: u64, [origins, details]: [&Spool; 2]) -> bool {
        let rows = |words: usize| (4 * words as u64).checked_mul(count);
        let of_origins = [Some(0), rows(WORDS)];
        of_origins.contains(&Some(origins.end())) && Some(details.end()) == rows(DETAIL)
    }

    /// Calls `visit` with the place in the run of the article of each leader.
    pub(super) fn each_article(&self, mut visit: impl FnMut(u32)) -> Result<(), SpillError> {
        let mut reader = self.details.reader(0..self.details.end());
        for _ in 0..self.count {
            let detail: [u32; DETAIL] = reader.array(&self.details)?;
            visit(detail[2]);
        }
        Ok(())
    }
}

/// Leader files as one of several sets, which have common numbers.
#[derive(Clone, Copy)]
pub(super) struct Set<'f> {
    pub(super) files: &'f LeaderFiles,
    /// The folds of their shares.
    pub(super) folds: &'f Spool,
    pub(super) kind: UnitKind,
    /// The number of the first of them among those of all sets.
    pub(super) first: u32,
    /// The number of the first article of their run.
    pub(super) first_article: u32,
    /// The articles of the run that are gone, ascending.
    pub(super) gone: &'f [u32],
}

impl<'f> Set<'f> {
    /// What is known of a leader, by its number in the set.
    pub(super) fn detail(self, leader: u32) -> Result<Detail, SpillError> {
        let words = self
            .files
            .details
            .words(4 * DETAIL as u64 * u64::from(leader), DETAIL)?;
        Ok(Detail {
            kept: kept_of(&words[..KEPT], self.kind, self.first_article),
            way: words[3] >> 16,
            fold: (joined(words[6], words[7]), words[8]),
            pieces_at: joined(words[9], words[10]),
            pieces: words[11],
        })
    }

    /// The fold of a leader of which that is known.
    pub(super) fn fold(self, leader: u32, detail: &Detail) -> Result<String, SpillError> {
        let shares = &self.files.shares;
        let after = shares.partition_point(|share| share.first <= leader);
        let share = after.checked_sub(1).and_then(|at| shares.get(at));
        self.fold_after(share.map_or(0, |share| share.folds), detail)
    }

    /// The fold of a leader of a share, by its place there; nothing if its article is gone.
    pub(super) fn fold_in(self, share: &ShareLeaders, leader: u32) -> Result<Option<String>, SpillError> {
        let detail = self.detail(share.first + leader)?;
        if self.is_gone(&detail) {
            return Ok(None);
        }
        self.fold_after(share.folds, &detail).map(Some)
    }

    /// True if the article of a leader is gone.
    pub(super) fn is_gone(self, detail: &Detail) -> bool {
        let place = detail.kept.unit.article.0.wrapping_sub(self.first_article);
        self.gone.binary_search(&place).is_ok()
    }

    fn fold_after(self, start: u64, detail: &Detail) -> Result<String, SpillError> {
        let (at, len) = detail.fold;
        self.folds.text(start + at, len as usize)
    }

    /// The leaders of a share of the set, whose folds are read so.
    pub(super) fn shard(
        self,
        share: &ShareLeaders,
        fold: &'f ReadFold<'f>,
        access: Access,
    ) -> Result<Shard<'f>, SpillError> {
        let origins = &self.files.origins;
        let start = (4 * WORDS) as u64 * u64::from(share.first);
        // it ends with the next share, but nobody reads so far
        let origins = (origins.end() > 0)
            .then(|| origins.part(start..origins.end(), access))
            .transpose()?;
        Shard::read(share.shard.start, &self.files.shards, origins, fold, access)
    }

    /// The leaders of a share by the hashes of their folds.
    pub(super) fn equals(self, share: &ShareLeaders, access: Access) -> Result<SortedLists<'f>, SpillError> {
        SortedLists::read(&mut Parts::new(&self.files.shards, share.equals, access))
    }

    /// Where the article of a leader comes from.
    pub(super) fn origin(self, leader: u32) -> Result<Origin, SpillError> {
        if self.files.origins.end() == 0 {
            return Ok(Origin::default());
        }
        let words = (self.files.origins).words((4 * WORDS) as u64 * u64::from(leader), WORDS)?;
        Ok(words.try_into().map(Origin::of_words).unwrap_or_default())
    }

    /// The words that tell the pieces of a leader: see [`LeaderFiles::pieces`].
    pub(super) fn words_of_pieces(self, detail: &Detail) -> Result<Vec<u32>, SpillError> {
        self.files.pieces.words(detail.pieces_at, 2 * detail.pieces as usize)
    }

    /// Of a fold of which that is known, those of its pieces.
    pub(super) fn pieces<'t>(self, detail: &Detail, fold: &'t str) -> Result<Vec<&'t str>, SpillError> {
        let pieces = self.words_of_pieces(detail)?;
        let piece = |&[at, len]: &[u32; 2]| &fold[at as usize..(at + len) as usize];
        Ok(pieces.as_chunks().0.iter().map(piece).collect())
    }
}
