//! The leaders decided so far, on disk. The units of the next share are looked up among them, in order.

use super::super::scan::{Leader, Level};
use super::super::units::{Folds, SMALL, piece};
use super::super::versions::{Versions, is_version};
use super::super::{Kept, narrow};
use super::files::{DETAIL, KEPT, LeaderFiles, Set, ShareLeaders, words_of};
use super::history::{History, Run};
use super::rows::{access, key_of};
use crate::fold;
use crate::join::{Found, Original, Similarity, Units, Unmatched, write_sorted};
use crate::model::{Reason, UnitKind};
use crate::settings::Settings;
use crate::spill::{Bits, Folder, SpillError, Spool, split};
use crate::store::{Entry, Segment, Store};
use rayon::prelude::*;
use std::sync::Arc;

/// One segment's store, and which of the segments it is.
#[derive(Clone, Copy)]
pub(super) struct Held<'s> {
    pub(super) number: u32,
    pub(super) segment: &'s Segment,
    pub(super) store: &'s Store,
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

/// Leaders of one level: those of earlier runs, and of the shares of this one so far.
pub(super) struct EarlierLeaders<'r> {
    settings: &'r Settings,
    kind: UnitKind,
    before: Vec<Set<'r>>,
    folds: &'r Spool,
    files: LeaderFiles,
    /// How many there are of earlier runs.
    first: u32,
    /// The number of the first article of this run.
    first_article: u32,
}

impl<'r> EarlierLeaders<'r> {
    /// Those of earlier runs, where `folds` are those of this one.
    pub(super) fn new(
        settings: &'r Settings,
        history: &'r History,
        folds: &'r Spool,
        kind: UnitKind,
        folder: &Folder,
    ) -> Self {
        let (mut first, mut first_article) = (0, 0);
        let set = |(run, gone): (&'r Arc<Run>, &'r Arc<[u32]>)| {
            let files = &run.levels[usize::from(kind == UnitKind::Sentence)];
            let set = Set {
                files,
                folds: &run.folds,
                kind,
                first,
                first_article,
                gone,
            };
            first += files.count;
            first_article += run.articles;
            set
        };
        Self {
            settings,
            kind,
            before: history.runs.iter().zip(&history.gone).map(set).collect(),
            folds,
            files: LeaderFiles::new(folder),
            first,
            first_article,
        }
    }

    /// The same, where articles of this run are numbered from that one on.
    #[cfg(feature = "index")]
    pub(super) fn beginning_with(self, first_article: u32) -> Self {
        Self { first_article, ..self }
    }

    /// How many there are of this run.
    pub(super) fn count(&self) -> u32 {
        self.files.count
    }

    /// The files of this run.
    pub(super) fn into_files(self) -> LeaderFiles {
        self.files
    }

    fn own(&self) -> Set<'_> {
        Set {
            files: &self.files,
            folds: self.folds,
            kind: self.kind,
            first: self.first,
            first_article: self.first_article,
            gone: &[],
        }
    }

    fn sets(&self) -> impl Iterator<Item = Set<'_>> {
        self.before.iter().copied().chain([self.own()])
    }

    /// The set of a leader, and its number there.
    fn place(&self, leader: u32) -> (Set<'_>, u32) {
        let own = self.own();
        let set = if leader >= self.first {
            own
        } else {
            // empty ones begin where the next one does, and come before it
            let after = self.before.partition_point(|set| set.first <= leader);
            self.before.get(after.saturating_sub(1)).copied().unwrap_or(own)
        };
        (set, leader - set.first)
    }

    /// Appends the leaders of a share.
    pub(super) fn add(&mut self, held: Held<'_>, level: Level<'_, '_>) -> Result<(), SpillError> {
        let with_pieces = self.kind == UnitKind::Paragraph && Versions::new(held.store, self.settings).is_some();
        if level.filed.is_empty() {
            return Ok(());
        }
        for (place, leader) in (0..).zip(&level.filed) {
            if !self.settings.reach().is_everything() {
                let origin = level.folds.distinct.origin(leader.fold);
                self.files.origins.put_words(&origin.words())?;
            }
            self.add_one(held, leader, level.leaders.way(place), with_pieces)?;
        }
        let hashes = level.filed.iter().map(|leader| level.folds.hash_of(leader.fold));
        let equals = write_equals(hashes, &mut self.files.shards)?;
        self.files.shares.push(ShareLeaders {
            first: self.files.count,
            equals,
            shard: level.leaders.write(&mut self.files.shards)?,
            folds: held.segment.folds().start,
        });
        self.files.count += narrow(level.filed.len());
        Ok(())
    }

    /// A leader by its number, if a paragraph of that fold repeats it in a reprint.
    pub(super) fn reprinted(&self, leader: u32, fold: &str) -> Result<Option<(Kept, Similarity)>, SpillError> {
        let (set, leader) = self.place(leader);
        let detail = set.detail(leader)?;
        if set.is_gone(&detail) {
            return Ok(None);
        }
        let text = set.fold(leader, &detail)?;
        let similarity = self.settings.rule().similarity_in_reprint(fold, &text);
        Ok(similarity.map(|similarity| (detail.kept, similarity)))
    }

    fn add_one(&mut self, held: Held<'_>, leader: &Leader, way: u32, with_pieces: bool) -> Result<(), SpillError> {
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
        detail[..KEPT].copy_from_slice(&words_of(&kept, self.first_article, way));
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

    /// Looks those folds of a share up among the leaders that are wanted: of each, the leader that is equal, or else the first that it repeats.
    pub(super) fn meet(
        &mut self,
        level: &Level<'_, '_>,
        by_hash: &[(u64, u32)],
        is_wanted: impl Fn(u32) -> bool + Sync,
    ) -> Result<Outcome, SpillError> {
        let folds = level.folds;
        let mut outcome = Outcome {
            met: (0..folds.count()).map(|_| None).collect(),
            version_of: vec![None; folds.count()],
            past: vec![Unmatched::default(); folds.count()],
        };
        if folds.count() == 0 {
            return Ok(outcome);
        }
        for set in self.sets() {
            for share in &set.files.shares {
                let wanted = by_hash.iter().copied().filter(|&(_, fold)| is_wanted(fold));
                meet_equals(set, share, wanted, folds, &mut outcome)?;
            }
        }
        for set in self.sets() {
            for share in &set.files.shares {
                let fold = |leader| set.fold_in(share, leader);
                let shard = set.shard(share, &fold, access(folds.count()))?;
                let past = |fold: u32| {
                    let is_open = outcome.met[fold as usize].is_none() && is_wanted(fold);
                    is_open.then(|| outcome.past[fold as usize])
                };
                for (fold, found) in level.leaders.look_into(&shard, past)? {
                    note(set, share, fold, found, &mut outcome)?;
                }
            }
        }
        Ok(outcome)
    }

    /// Of pairs of paragraphs, a later one of this store and an earlier one by its number, the later ones that are versions.
    pub(super) fn versions(
        &self,
        versions: &Versions<'_>,
        pairs: &[(u32, u32)],
        store: &Store,
    ) -> Result<Bits, SpillError> {
        let is_version = |&(later, earlier): &(u32, u32)| self.is_version(versions, store, later, earlier);
        let found: Result<Vec<bool>, SpillError> = if pairs.len() < SMALL {
            pairs.iter().map(is_version).collect()
        } else {
            pairs.par_iter().map(is_version).collect()
        };
        let mut out = Bits::new(store.paragraphs.len());
        for (&(later, _), _) in pairs.iter().zip(found?).filter(|(_, is_version)| *is_version) {
            out.insert(later);
        }
        Ok(out)
    }

    fn is_version(&self, versions: &Versions<'_>, store: &Store, later: u32, earlier: u32) -> Result<bool, SpillError> {
        let (set, earlier) = self.place(earlier);
        let detail = set.detail(earlier)?;
        let fold = set.fold(earlier, &detail)?;
        let mut units = Pieces::default();
        for piece in set.pieces(&detail, &fold)? {
            units.0.push((piece.to_owned(), fold::hashes_of(piece)));
        }
        let known = units.count();
        let piece = |e: Entry| (store.text(&e.fold).to_owned(), store.tokens(&e.fold).to_vec());
        units.0.extend(versions.pieces(later).map(piece));
        Ok(is_version(&units, known, &versions.rule()))
    }
}

/// Writes where leaders are found by the hashes of their folds; gives where that begins.
pub(super) fn write_equals(hashes: impl Iterator<Item = u64>, to: &mut Spool) -> Result<u64, SpillError> {
    let mut by_hash: Vec<(u32, u32)> = hashes.map(key_of).zip(0..).collect();
    by_hash.sort_unstable();
    let (start, count) = (to.end(), narrow(by_hash.len()));
    write_sorted(&mut by_hash, count, CHECK, true, to)?;
    Ok(start)
}

/// Bits that are kept of a hash, besides those that tell it from its neighbours.
const CHECK: u32 = 14;

/// Takes note of the leaders of a share that are equal to folds, which are given by their hashes, in order.
fn meet_equals(
    set: Set<'_>,
    share: &ShareLeaders,
    by_hash: impl Iterator<Item = (u64, u32)>,
    folds: &Folds<'_>,
    outcome: &mut Outcome,
) -> Result<(), SpillError> {
    let equals = set.equals(share, access(folds.count()))?;
    for (hash, fold) in by_hash {
        let Some(list) = equals
            .find(key_of(hash))
            .filter(|_| outcome.met[fold as usize].is_none())
        else {
            continue;
        };
        let mut leaders = Vec::new();
        equals.visit(list, |leader| leaders.push(share.first + leader));
        leaders.sort_unstable();
        for leader in leaders {
            let detail = set.detail(leader)?;
            if !set.is_gone(&detail)
                && folds.distinct.text(fold) == set.fold(leader, &detail)?
                && folds.reach.joins(folds.distinct.origin(fold), set.origin(leader)?)
            {
                outcome.met[fold as usize] = Some(Box::new(EarlierMatch {
                    kept: detail.kept,
                    reason: Reason::Equal,
                    similarity: Similarity::EQUAL,
                }));
                break;
            }
        }
    }
    set.files.shards.sound()
}

/// Takes note of what looking a fold up among the leaders of a share has brought.
fn note(set: Set<'_>, share: &ShareLeaders, fold: u32, found: Found, outcome: &mut Outcome) -> Result<(), SpillError> {
    match found {
        Found::Match(leader, similarity) => {
            outcome.met[fold as usize] = Some(Box::new(EarlierMatch {
                kept: set.detail(share.first + leader)?.kept,
                reason: Reason::Near,
                similarity,
            }));
        }
        Found::Nothing(past) => {
            if let Some(Original::Leader(leader)) = past.version() {
                outcome.version_of[fold as usize] = Some(set.first + share.first + leader);
            }
            outcome.past[fold as usize] = past.elsewhere();
        }
    }
    Ok(())
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
