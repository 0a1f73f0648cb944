//! Leaders of the shares decided so far, on disk: the units of the next share are looked up among them, in order.

use super::super::scan::{Leader, Level};
use super::super::units::{ByHash, Folds, piece};
use super::super::versions::{Versions, is_version};
use super::super::{Kept, narrow};
use crate::fold;
use crate::join::{Found, Original, Shard, ShareFolds, Similarity, Units, Unmatched};
use crate::model::{ArticleId, Reason, Span, Unit, UnitKind};
use crate::origin::{Origin, WORDS};
use crate::settings::Settings;
use crate::spill::{Bits, Folder, SpillError, Spool, join as joined, split};
use crate::store::{Entry, Segment, Store};
use rayon::prelude::*;
use std::ops::Range;

/// One segment's store, and which of the segments it is.
#[derive(Clone, Copy)]
pub(super) struct Held<'s> {
    pub(super) number: u32,
    pub(super) segment: &'s Segment,
    pub(super) store: &'s Store,
}

const KEPT: usize = 6;

fn words_of(kept: &Kept) -> [u32; KEPT] {
    let Unit {
        article, field, span, ..
    } = kept.unit;
    [
        kept.share,
        kept.number,
        article.0,
        u32::from(field),
        span.start,
        span.end,
    ]
}

fn kept_of(words: &[u32], kind: UnitKind) -> Kept {
    Kept {
        share: words[0],
        number: words[1],
        unit: Unit {
            article: ArticleId(words[2]),
            field: u16::try_from(words[3]).unwrap_or(u16::MAX),
            span: Span::new(words[4], words[5]),
            kind,
        },
    }
}

/// Where a leader is to be found again: see [`LeaderFiles::details`].
const DETAIL: usize = 12;

/// What [`LeaderFiles::details`] knows of a leader.
struct Detail {
    kept: Kept,
    /// Its fold, among those of its share.
    fold: (u64, u32),
    pieces_at: u64,
    pieces: usize,
}

/// The leader of an earlier share that a fold repeats.
pub(super) struct EarlierMatch {
    pub(super) kept: Kept,
    pub(super) reason: Reason,
    pub(super) similarity: Similarity,
}

/// What looking up the folds of a share among earlier leaders has brought.
pub(super) struct Outcome {
    pub(super) met: Vec<Option<Box<EarlierMatch>>>,
    /// The original that each may be a version of, by its number.
    pub(super) version_of: Vec<Option<u32>>,
    /// What is known of those that have met none.
    pub(super) past: Vec<Unmatched>,
}

/// The leaders of one share.
#[derive(Clone, Debug)]
pub(crate) struct ShareLeaders {
    /// The number of the first among those of its files.
    first: u32,
    /// Where they stand as a [`Shard`].
    shard: Range<u64>,
    /// Where the folds of the share begin in the file of folds.
    folds: u64,
}

/// Leaders of one level, of some shares that followed one another, numbered in order.
#[derive(Debug)]
pub(crate) struct LeaderFiles {
    shares: Vec<ShareLeaders>,
    shards: Spool,
    /// A hash of the fold of each.
    hashes: Spool,
    /// Where the article of each comes from, [`WORDS`] words, if not all are compared.
    origins: Spool,
    /// Of each, [`DETAIL`] words: what it is; where its fold stands; where the pieces it is made of are listed, and how many.
    details: Spool,
    /// Of each piece: where its text begins in that of the whole, and its bytes.
    pieces: Spool,
    count: u32,
}

impl LeaderFiles {
    fn new(folder: &Folder) -> Result<Self, SpillError> {
        Ok(Self {
            shares: Vec::new(),
            shards: folder.spool()?,
            hashes: folder.spool()?,
            origins: folder.spool()?,
            details: folder.spool()?,
            pieces: folder.spool()?,
            count: 0,
        })
    }

    fn flush(&mut self) -> Result<(), SpillError> {
        let spools = [
            &mut self.shards,
            &mut self.hashes,
            &mut self.origins,
            &mut self.details,
            &mut self.pieces,
        ];
        spools.into_iter().try_for_each(Spool::flush)
    }

    fn detail(&self, leader: u32, kind: UnitKind) -> Result<Detail, SpillError> {
        let words = self.details.words(4 * DETAIL as u64 * u64::from(leader), DETAIL)?;
        Ok(Detail {
            kept: kept_of(&words[..KEPT], kind),
            fold: (joined(words[6], words[7]), words[8]),
            pieces_at: joined(words[9], words[10]),
            pieces: words[11] as usize,
        })
    }
}

/// Leaders of one level, of the shares so far.
pub(super) struct EarlierLeaders<'r> {
    settings: &'r Settings,
    kind: UnitKind,
    folds: &'r Spool,
    files: LeaderFiles,
}

impl<'r> EarlierLeaders<'r> {
    pub(super) fn new(
        settings: &'r Settings,
        folds: &'r Spool,
        kind: UnitKind,
        folder: &Folder,
    ) -> Result<Self, SpillError> {
        Ok(Self {
            settings,
            kind,
            folds,
            files: LeaderFiles::new(folder)?,
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.files.count
    }

    fn detail(&self, leader: u32) -> Result<Detail, SpillError> {
        self.files.detail(leader, self.kind)
    }

    /// The fold of a leader.
    fn fold(&self, leader: u32, detail: &Detail) -> Result<String, SpillError> {
        let shares = &self.files.shares;
        let share = shares.partition_point(|share| share.first <= leader);
        let start = share.checked_sub(1).map_or(0, |share| shares[share].folds);
        ShareFolds {
            spool: self.folds,
            start,
        }
        .text(detail.fold)
    }

    /// Appends the leaders of a share.
    pub(super) fn add(&mut self, held: Held<'_>, level: Level<'_, '_>) -> Result<(), SpillError> {
        let with_pieces = self.kind == UnitKind::Paragraph && Versions::new(held.store, self.settings).is_some();
        for leader in &level.filed {
            self.files.hashes.put_words(&split(level.folds.hash_of(leader.fold)))?;
            if !self.settings.reach().is_everything() {
                let origin = level.folds.distinct.origin(leader.fold);
                self.files.origins.put_words(&origin.words())?;
            }
            self.add_one(held, leader, with_pieces)?;
        }
        let entries = &level.folds.distinct.entries;
        let place = |fold: u32| entries[fold as usize].place();
        if level.filed.is_empty() {
            return Ok(());
        }
        self.files.shares.push(ShareLeaders {
            first: self.files.count,
            shard: level.leaders.write(place, &mut self.files.shards)?,
            folds: held.segment.folds().start,
        });
        self.files.count += narrow(level.filed.len());
        Ok(())
    }

    /// A leader by its number, if a paragraph of that fold repeats it in a reprint.
    pub(super) fn reprinted(&self, leader: u32, fold: &str) -> Result<Option<(Kept, Similarity)>, SpillError> {
        let detail = self.detail(leader)?;
        let text = self.fold(leader, &detail)?;
        let similarity = self.settings.rule().similarity_in_reprint(fold, &text);
        Ok(similarity.map(|similarity| (detail.kept, similarity)))
    }

    fn add_one(&mut self, held: Held<'_>, leader: &Leader, with_pieces: bool) -> Result<(), SpillError> {
        let Held { store, .. } = held;
        let entry = match self.kind {
            UnitKind::Paragraph => store.paragraph(leader.unit).entry,
            UnitKind::Sentence => piece(store, leader.unit),
        };
        let (text_at, text_len) = entry.fold.place();
        let unit = store.unit(&entry, self.kind);
        let kept = Kept {
            share: held.number,
            number: leader.unit,
            unit,
        };
        let pieces = if with_pieces && !leader.is_version {
            store.finest(leader.unit)
        } else {
            Vec::new()
        };
        let mut detail = [0; DETAIL];
        detail[..KEPT].copy_from_slice(&words_of(&kept));
        detail[6..8].copy_from_slice(&split(text_at));
        detail[8] = text_len;
        detail[9..11].copy_from_slice(&split(self.files.pieces.end()));
        detail[11] = narrow(pieces.len());
        self.files.details.put_words(&detail)?;
        for piece in pieces {
            self.files.pieces.put_words(&piece.fold.within(&entry.fold))?;
        }
        Ok(())
    }

    /// Looks the folds of a share up among the leaders: of each, the leader that is equal, or else the first that it repeats.
    pub(super) fn meet(&mut self, level: &Level<'_, '_>, by_hash: &ByHash) -> Result<Outcome, SpillError> {
        let folds = level.folds;
        let mut outcome = Outcome {
            met: (0..folds.count()).map(|_| None).collect(),
            version_of: vec![None; folds.count()],
            past: vec![Unmatched::default(); folds.count()],
        };
        self.files.flush()?;
        if folds.count() == 0 {
            return Ok(outcome);
        }
        let mut hashes = self.files.hashes.reader(0..self.files.hashes.end());
        for leader in 0..self.files.count {
            let [low, high] = hashes.array(&self.files.hashes)?;
            let hash = joined(low, high);
            if by_hash.get(hash).is_some() {
                self.meet_equal(leader, by_hash.all(hash), folds, &mut outcome)?;
            }
        }
        for share in &self.files.shares {
            let folds = ShareFolds {
                spool: self.folds,
                start: share.folds,
            };
            let shard = Shard::read(share.shard.clone(), &self.files.shards, folds)?;
            let past = |fold: u32| {
                let is_open = outcome.met[fold as usize].is_none();
                is_open.then(|| outcome.past[fold as usize])
            };
            for (fold, found) in level.leaders.look_into(&shard, past)? {
                self.note(fold, found, share, &mut outcome)?;
            }
        }
        Ok(outcome)
    }

    /// Takes note of what looking a fold up among the leaders of a share has brought.
    fn note(&self, fold: u32, found: Found, share: &ShareLeaders, outcome: &mut Outcome) -> Result<(), SpillError> {
        match found {
            Found::Match(leader, similarity) => {
                outcome.met[fold as usize] = Some(Box::new(EarlierMatch {
                    kept: self.detail(share.first + leader)?.kept,
                    reason: Reason::Near,
                    similarity,
                }));
            }
            Found::Nothing(past) => {
                if let Some(Original::Leader(leader)) = past.version() {
                    outcome.version_of[fold as usize] = Some(share.first + leader);
                }
                outcome.past[fold as usize] = past.elsewhere();
            }
        }
        Ok(())
    }

    fn origin(&self, leader: u32) -> Result<Origin, SpillError> {
        if self.settings.reach().is_everything() {
            return Ok(Origin::default());
        }
        let words = self
            .files
            .origins
            .words((4 * WORDS) as u64 * u64::from(leader), WORDS)?;
        Ok(words.try_into().map(Origin::of_words).unwrap_or_default())
    }

    /// Takes note of a leader that is equal to some of the folds of its hash.
    fn meet_equal(
        &self,
        leader: u32,
        of_hash: impl Iterator<Item = u32>,
        folds: &Folds<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), SpillError> {
        let (detail, origin) = (self.detail(leader)?, self.origin(leader)?);
        let text = self.fold(leader, &detail)?;
        let is_met = |fold: u32| {
            let joins = || folds.reach.joins(folds.distinct.origin(fold), origin);
            folds.distinct.text(fold) == text && joins()
        };
        for fold in of_hash.filter(|&fold| is_met(fold)) {
            if outcome.met[fold as usize].is_some() {
                continue;
            }
            outcome.met[fold as usize] = Some(Box::new(EarlierMatch {
                kept: detail.kept,
                reason: Reason::Equal,
                similarity: Similarity::EQUAL,
            }));
        }
        Ok(())
    }

    /// Of pairs of paragraphs, a later one of this store and an earlier one by its number, the later ones that are versions.
    pub(super) fn versions(
        &self,
        versions: &Versions<'_>,
        pairs: &[(u32, u32)],
        store: &Store,
    ) -> Result<Bits, SpillError> {
        let found: Result<Vec<bool>, SpillError> = pairs
            .par_iter()
            .map(|&(later, earlier)| self.is_version(versions, store, later, earlier))
            .collect();
        let mut out = Bits::new(store.paragraphs.len());
        for (&(later, _), _) in pairs.iter().zip(found?).filter(|(_, is_version)| *is_version) {
            out.insert(later);
        }
        Ok(out)
    }

    fn is_version(&self, versions: &Versions<'_>, store: &Store, later: u32, earlier: u32) -> Result<bool, SpillError> {
        let detail = self.detail(earlier)?;
        let text = self.fold(earlier, &detail)?;
        let pieces = self.files.pieces.words(detail.pieces_at, 2 * detail.pieces)?;
        let mut units = Pieces::default();
        for &[at, len] in pieces.as_chunks().0 {
            let piece = &text[at as usize..(at + len) as usize];
            units.0.push((piece.to_owned(), fold::hashes_of(piece)));
        }
        let known = units.count();
        let piece = |e: Entry| (store.text(&e.fold).to_owned(), store.tokens(&e.fold).to_vec());
        units.0.extend(versions.pieces(later).map(piece));
        Ok(is_version(&units, known, &versions.rule()))
    }
}

/// Folds and their tokens, of two paragraphs that stand in different segments.
#[derive(Default)]
struct Pieces(Vec<(String, Vec<u32>)>);

impl Units for Pieces {
    fn count(&self) -> u32 {
        narrow(self.0.len())
    }

    fn tokens(&self, i: u32) -> &[u32] {
        &self.0[i as usize].1
    }

    fn text(&self, i: u32) -> &str {
        &self.0[i as usize].0
    }
}
