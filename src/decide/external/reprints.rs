//! What stood beside the leaders of the shares decided so far, on disk: see [`super::super::reprints`]. Folds are known by
//! their 64-bit hashes there.

use super::super::Kept;
use super::super::reprints::{applies, is_long, neighbours};
use super::super::scan::Scan;
use super::super::units::{SMALL, Units};
use super::history::History;
use super::leaders::EarlierLeaders;
use super::rows::{self, HashRows, access};
use crate::hash;
use crate::join::{Similarity, Units as _};
use crate::settings::Settings;
use crate::spill::{Folder, SpillError, Spool};
use rayon::prelude::*;
use std::collections::HashMap;

/// Paragraphs that tell where a text comes from, and the leaders beside them, of one run.
#[derive(Debug)]
pub(crate) struct ReprintFiles {
    pub(super) rows: Spool,
    /// Of each share where its rows stand: those of folds that have come first in it, with any number; and of each leader beside the
    /// first paragraph of a fold: under the hash of that, the number of the leader in its run.
    pub(super) shares: Vec<[u64; 2]>,
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
    pub(super) fn new(history: &'r History, folder: &Folder, settings: &Settings) -> Self {
        Self {
            history,
            files: ReprintFiles {
                rows: folder.spool(),
                shares: Vec::new(),
            },
            applies: applies(settings),
        }
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
        by_hash: &[(u64, u32)],
        earlier: &EarlierLeaders<'_>,
        is_met: impl Fn(u32) -> bool,
    ) -> Result<Known, SpillError> {
        if !self.applies {
            return Ok(Known::default());
        }
        let (store, folds) = (units.store, &units.paragraphs);
        let access = access(by_hash.len());
        let mut stands = vec![false; folds.count()];
        let firsts = || by_hash.chunk_by(|a, b| a.0 == b.0).map(|same| same[0]);
        for (_, files) in self.runs() {
            for &[seen, _] in &files.shares {
                let seen = HashRows::read(seen, &files.rows, access)?;
                for (hash, fold) in firsts() {
                    seen.each(hash, |_| stands[fold as usize] = true)?;
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
        for (first, files) in self.runs() {
            for &[_, leaders] in &files.shares {
                let leaders = HashRows::read(leaders, &files.rows, access)?;
                for (hash, paragraphs) in firsts().filter_map(|(hash, fold)| Some((hash, waiting.get(&fold)?))) {
                    leaders.each(hash, |leader| {
                        pairs.extend(paragraphs.iter().map(|&paragraph| (paragraph, first + leader)));
                    })?;
                }
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
        let found: Result<Vec<_>, SpillError> = if of_paragraphs.len() < SMALL {
            of_paragraphs.into_iter().map(first).collect()
        } else {
            of_paragraphs.into_par_iter().map(first).collect()
        };
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
        if !self.applies {
            return Ok(());
        }
        let (mut is_known, mut seen) = (stands.to_vec(), Vec::new());
        for paragraph in units.range.clone() {
            let fold = units.paragraphs.of(paragraph).filter(|&fold| !is_known[fold as usize]);
            if let Some(fold) = fold.filter(|_| is_long(units.store, paragraph)) {
                is_known[fold as usize] = true;
                seen.push((units.paragraphs.hash_of(fold), 0));
            }
        }
        let hash_of = |fold| units.paragraphs.hash_of(fold);
        let leaders = scan
            .beside()
            .into_iter()
            .map(|(leader, fold)| (hash_of(fold), first + leader))
            .collect();
        let rows = &mut self.files.rows;
        let mut put = |all| {
            let at = rows.end();
            rows::write(all, rows).map(|()| at)
        };
        self.files.shares.push([put(seen)?, put(leaders)?]);
        Ok(())
    }
}
