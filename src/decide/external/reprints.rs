//! What stood beside the leaders of the shares decided so far, on disk: see [`super::super::reprints`]. Folds are known by
//! their 64-bit hashes there.

use super::super::Kept;
use super::super::reprints::{applies, is_long, neighbours};
use super::super::scan::Scan;
use super::super::units::{ByHash, Units};
use super::history::History;
use super::leaders::EarlierLeaders;
use crate::hash;
use crate::join::{Similarity, Units as _};
use crate::settings::Settings;
use crate::spill::{Folder, SpillError, Spool, join as joined, split};
use rayon::prelude::*;
use std::collections::HashMap;

/// Paragraphs that tell where a text comes from, and the leaders beside them, of one run.
#[derive(Debug)]
pub(crate) struct ReprintFiles {
    /// Hashes of the folds that have come.
    pub(super) seen: Spool,
    /// Of each leader beside the first paragraph of a fold: the hash of that, and the number of the leader in its run.
    pub(super) leaders: Spool,
}

/// The same, of earlier runs and of the shares of this one so far.
pub(super) struct ReprintLeaders<'r> {
    history: &'r History,
    files: ReprintFiles,
    applies: bool,
}

/// What is known of the paragraphs of a share.
#[derive(Default)]
pub(super) struct Known {
    /// By fold, whether it has come in an earlier share.
    pub(super) stands: Vec<bool>,
    /// Paragraphs that repeat an earlier leader.
    pub(super) found: Vec<(u32, Kept, Similarity)>,
}

impl<'r> ReprintLeaders<'r> {
    pub(super) fn new(history: &'r History, folder: &Folder, settings: &Settings) -> Result<Self, SpillError> {
        Ok(Self {
            history,
            files: ReprintFiles {
                seen: folder.spool()?,
                leaders: folder.spool()?,
            },
            applies: applies(settings),
        })
    }

    /// The files of this run.
    pub(super) fn into_files(self) -> ReprintFiles {
        self.files
    }

    /// The files of all runs, this one last, each with the number of its first leader.
    fn runs(&self) -> impl Iterator<Item = (u32, &ReprintFiles)> {
        let mut first = 0;
        let before = self.history.runs.iter().map(|run| (&run.beside, run.levels[0].count));
        before.chain([(&self.files, 0)]).map(move |(files, leaders)| {
            first += leaders;
            (first - leaders, files)
        })
    }

    /// What is known of the paragraphs of a share, of which some repeat an earlier leader anyway.
    pub(super) fn meet(
        &mut self,
        units: &Units<'_>,
        by_hash: &ByHash,
        earlier: &EarlierLeaders<'_>,
        is_met: impl Fn(u32) -> bool,
    ) -> Result<Known, SpillError> {
        if !self.applies {
            return Ok(Known::default());
        }
        self.files.seen.flush()?;
        self.files.leaders.flush()?;
        let (store, folds) = (units.store, &units.paragraphs);
        let mut stands = vec![false; folds.count()];
        for (_, ReprintFiles { seen, .. }) in self.runs() {
            let mut reader = seen.reader(0..seen.end());
            while !reader.is_done() {
                let [low, high] = reader.array(seen)?;
                if let Some(fold) = by_hash.get(joined(low, high)) {
                    stands[fold as usize] = true;
                }
            }
        }
        let mut waiting: HashMap<u32, Vec<u32>, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
        for paragraph in units.range.clone() {
            if folds.of(paragraph).is_none_or(&is_met) {
                continue;
            }
            // only long ones have been written down
            let known = neighbours(store, paragraph)
                .filter_map(|neighbour| folds.of(neighbour))
                .filter(|&fold| stands[fold as usize]);
            for fold in known {
                waiting.entry(fold).or_default().push(paragraph);
            }
        }
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (first, ReprintFiles { leaders, .. }) in self.runs() {
            let mut reader = leaders.reader(0..leaders.end());
            while !reader.is_done() {
                let [low, high, leader] = reader.array(leaders)?;
                let fold = by_hash.get(joined(low, high));
                let paragraphs = fold.and_then(|fold| waiting.get(&fold));
                let leader = first + leader;
                pairs.extend(paragraphs.into_iter().flatten().map(|&paragraph| (paragraph, leader)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let first = |pairs: &[(u32, u32)]| -> Result<Option<(u32, Kept, Similarity)>, SpillError> {
            for &(paragraph, leader) in pairs {
                let Some(fold) = folds.of(paragraph) else { continue };
                let found = earlier.reprinted(leader, folds.distinct.text(fold))?;
                if let Some((kept, similarity)) = found {
                    return Ok(Some((paragraph, kept, similarity)));
                }
            }
            Ok(None)
        };
        let of_paragraphs: Vec<&[(u32, u32)]> = pairs.chunk_by(|a, b| a.0 == b.0).collect();
        let found: Result<Vec<_>, SpillError> = of_paragraphs.into_par_iter().map(first).collect();
        Ok(Known {
            stands,
            found: found?.into_iter().flatten().collect(),
        })
    }

    /// Appends what a share has brought: `stands` says which folds had come before, and its leaders are numbered from `first`
    /// on.
    pub(super) fn add(
        &mut self,
        units: &Units<'_>,
        scan: &Scan<'_, '_>,
        stands: &[bool],
        first: u32,
    ) -> Result<(), SpillError> {
        let mut is_known = stands.to_vec();
        for paragraph in units.range.clone().filter(|_| self.applies) {
            let fold = units.paragraphs.of(paragraph).filter(|&fold| !is_known[fold as usize]);
            if let Some(fold) = fold.filter(|_| is_long(units.store, paragraph)) {
                is_known[fold as usize] = true;
                self.files.seen.put_words(&split(units.paragraphs.hash_of(fold)))?;
            }
        }
        for (leader, fold) in scan.beside() {
            let [low, high] = split(units.paragraphs.hash_of(fold));
            self.files.leaders.put_words(&[low, high, first + leader])?;
        }
        Ok(())
    }
}
