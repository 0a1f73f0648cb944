//! The same scan for a corpus that memory has no room for: share by share.
//!
//! The units of a share are first looked up among the leaders of the shares decided before, shard by shard; with what that
//! brings the share is scanned in memory, and its leaders become the next shard.

mod files;
mod history;
mod leaders;
#[cfg(feature = "index")]
mod merge;
mod met;
mod reprints;
mod rows;
mod shares;
#[cfg(feature = "index")]
mod stages;

#[cfg(feature = "index")]
pub(crate) use history::Run;
pub(crate) use history::{Fresh, History};
#[cfg(feature = "index")]
pub(crate) use merge::Merge;
pub(crate) use met::Met;
pub(crate) use shares::{Pushed, Share, shares};
#[cfg(feature = "index")]
pub(crate) use stages::{Terms, decide as decide_block, meet as meet_block};

use super::scan::{Scan, Scanned, on_pool};
use super::units::Units;
use super::versions::Versions;
use super::{Kept, Observer, Removed, Verdicts, level_of};
use crate::join::Similarity;
use crate::model::{ArticleId, Reason, Span, Stage, Unit, UnitKind};
use crate::settings::{Scope, Settings};
use crate::spill::{Bits, Folder, SpillError, Spool};
use crate::store::{Segment, Store};
use leaders::{EarlierLeaders, Held};
use met::together;
use reprints::ReprintLeaders;
use std::ops::Range;

/// A corpus on disk.
#[derive(Clone, Copy)]
pub(crate) struct External<'e> {
    pub(crate) settings: &'e Settings,
    /// As they were pushed.
    pub(crate) segments: &'e [Segment],
    /// In the order in which they are decided.
    pub(crate) shares: &'e [Share],
    /// The file in which the shares stand.
    pub(crate) spool: &'e Spool,
    pub(crate) folder: &'e Folder,
    /// What earlier runs have left, and the order of shingles, which serves the whole corpus.
    pub(crate) history: &'e History,
    /// What is left of this run for later ones is asked for.
    pub(crate) leaves: bool,
}

/// What was decided, on disk.
#[derive(Debug)]
pub(crate) struct Decided {
    removed: Spool,
    /// By segment and level, where its removals stand.
    ranges: Vec<[Vec<Range<u64>>; 3]>,
    kept: Vec<[Bits; 3]>,
    /// By segment, paragraphs and sentences that were too short to be judged.
    too_short: Vec<u64>,
}

/// What is known of the shares so far.
struct Known<'e> {
    /// Of paragraphs and of pieces.
    leaders: [EarlierLeaders<'e>; 2],
    beside: ReprintLeaders<'e>,
}

const REMOVED: usize = 8;

impl Decided {
    /// What was decided of one segment.
    pub(crate) fn verdicts(&self, segment: usize) -> Result<Verdicts, SpillError> {
        let mut removed: [Vec<Removed>; 3] = Default::default();
        for (level, ranges) in self.ranges[segment].iter().enumerate() {
            for range in ranges {
                let mut reader = self.removed.reader(range.clone());
                while !reader.is_done() {
                    removed[level].push(restored(level, reader.array(&self.removed)?));
                }
            }
            removed[level].sort_unstable_by_key(|removal| removal.removed);
        }
        Ok(Verdicts {
            removed,
            kept: self.kept[segment].clone(),
            too_short: self.too_short[segment],
        })
    }

    /// Takes note of what was decided of a share.
    fn put(&mut self, share: &Share, verdicts: &Verdicts) -> Result<(), SpillError> {
        for (level, removed) in verdicts.removed.iter().enumerate() {
            let pushed = removed.iter().map(|removal| {
                let (segment, unit) = share.pushed(level, removal.removed);
                (
                    segment,
                    Removed {
                        removed: unit,
                        ..*removal
                    },
                )
            });
            let pushed: Vec<(usize, Removed)> = pushed.collect();
            for some in pushed.chunk_by(|a, b| a.0 == b.0) {
                let start = self.removed.end();
                for (_, removal) in some {
                    self.removed.put_words(&record(removal))?;
                }
                self.ranges[some[0].0][level].push(start..self.removed.end());
            }
        }
        for (level, kept) in verdicts.kept.iter().enumerate() {
            kept.iter().for_each(|unit| self.keep(share, level, unit));
        }
        self.too_short[share.pushed(0, 0).0] += verdicts.too_short;
        Ok(())
    }

    /// Takes note of a unit of a share that others go in favour of.
    fn keep(&mut self, share: &Share, level: usize, unit: u32) {
        let (segment, unit) = share.pushed(level, unit);
        self.kept[segment][level].insert(unit);
    }
}

/// A removal as it is written.
fn record(removal: &Removed) -> [u32; REMOVED] {
    let unit = removal.kept;
    [
        removal.removed,
        unit.article.0,
        u32::from(unit.field),
        unit.span.start,
        unit.span.end,
        match removal.reason {
            Reason::Equal => 0,
            Reason::Near if removal.is_reprint => 2,
            Reason::Near => 1,
        },
        removal.similarity.shared,
        removal.similarity.of,
    ]
}

/// A removal of a level, as it was written.
fn restored(level: usize, record: [u32; REMOVED]) -> Removed {
    let [removed, article, field, start, end, reason, shared, of] = record;
    Removed {
        removed,
        kept: Unit {
            article: ArticleId(article),
            field: u16::try_from(field).unwrap_or(u16::MAX),
            span: Span::new(start, end),
            kind: kind_of(level),
        },
        reason: if reason > 0 { Reason::Near } else { Reason::Equal },
        similarity: Similarity { shared, of },
        is_reprint: reason == 2,
    }
}

fn kind_of(level: usize) -> UnitKind {
    if level == 0 {
        UnitKind::Paragraph
    } else {
        UnitKind::Sentence
    }
}

impl Known<'_> {
    /// Looks the units of a share up among the leaders so far.
    fn meet(&mut self, units: &Units<'_>, scan: &Scan<'_, '_>, settings: &Settings) -> Result<Met, SpillError> {
        let [paragraphs, pieces] = &mut self.leaders;
        let by_hash = units.paragraphs.by_hash();
        let outcome = paragraphs.meet(&scan.paragraphs, &by_hash, |_| true)?;
        let is_met = |fold: u32| outcome.met[fold as usize].is_some();
        let mut versions = Bits::default();
        if let Some(rule) = Versions::new(units.store, settings) {
            let pairs = units.range.clone().filter_map(|paragraph| {
                let fold = units.paragraphs.of(paragraph)?;
                let original = outcome.version_of.get(fold as usize).copied().flatten()?;
                (!is_met(fold)).then_some((paragraph, original))
            });
            versions = paragraphs.versions(&rule, &pairs.collect::<Vec<_>>(), units.store)?;
        }
        let beside = self.beside.meet(units, &by_hash, paragraphs, is_met)?;
        let mut goes = Bits::new(units.store.paragraphs.len());
        beside.found.iter().for_each(|&(paragraph, ..)| goes.insert(paragraph));
        let stays = |&paragraph: &u32| !goes.contains(paragraph) && !units.paragraphs.of(paragraph).is_some_and(is_met);
        let wanted = pieces_of(units, units.range.clone().filter(stays));
        let by_hash = units.pieces.folds.by_hash();
        let of_pieces = pieces.meet(&scan.pieces, &by_hash, |fold| wanted.contains(fold))?;
        Ok(Met::new([outcome, of_pieces], &versions, beside))
    }

    /// Appends the leaders of a share that has been scanned, of whose folds some stood in earlier ones; gives what was decided.
    fn leave(
        &mut self,
        held: Held<'_>,
        units: &Units<'_>,
        scan: Scan<'_, '_>,
        stands: &[bool],
    ) -> Result<Scanned, SpillError> {
        self.beside.add(units, &scan, stands, self.leaders[0].count())?;
        let Scan {
            paragraphs,
            pieces,
            out,
            ..
        } = scan;
        for (earlier, level) in self.leaders.iter_mut().zip([paragraphs, pieces]) {
            earlier.add(held, level)?;
        }
        Ok(out)
    }

    fn into_fresh(self) -> Fresh {
        Fresh {
            levels: self.leaders.map(EarlierLeaders::into_files),
            beside: self.beside.into_files(),
        }
    }
}

impl<'e> External<'e> {
    /// Decides every unit, and gives what is left of that for later runs, if it is asked for.
    pub(crate) fn decide(&self, observe: Observer<'_>) -> Result<(Decided, Fresh), SpillError> {
        let mut out = Decided {
            removed: self.folder.spool(),
            ranges: self.segments.iter().map(|_| Default::default()).collect(),
            kept: (self.segments.iter())
                .map(|s| [s.paragraphs, s.sentences, s.parts].map(|count| Bits::new(count as usize)))
                .collect(),
            too_short: vec![0; self.segments.len()],
        };
        let mut earlier = Known {
            leaders: [self.no_leaders(0), self.no_leaders(1)],
            beside: ReprintLeaders::new(self.history, self.folder, self.settings),
        };
        for (number, share) in self.shares.iter().enumerate() {
            let store = share.read(self.spool)?;
            let verdicts = match self.settings.scope() {
                Scope::Article => super::decide(&store, self.settings, observe),
                Scope::Corpus | Scope::Group | Scope::OtherGroups => {
                    let (verdicts, used) = self.share(number, &store, &mut earlier, observe)?;
                    // Units of earlier runs are in no share of this one.
                    let is_own = |kept: &Kept| kept.unit.article.0 >= self.history.articles();
                    for (level, kept) in used.into_iter().filter(|(_, kept)| is_own(kept)) {
                        let share = &self.shares[kept.share as usize];
                        let (level, unit) = level_of(level, kept.number, share.segment.sentences);
                        out.keep(share, level, unit);
                    }
                    verdicts
                }
            };
            out.put(share, &verdicts)?;
        }
        Ok((out, earlier.into_fresh()))
    }

    fn no_leaders(&self, level: usize) -> EarlierLeaders<'e> {
        EarlierLeaders::new(self.settings, self.history, self.spool, kind_of(level), self.folder)
    }

    /// Decides one share.
    fn share(
        &self,
        number: usize,
        store: &Store,
        earlier: &mut Known<'_>,
        observe: Observer<'_>,
    ) -> Result<(Verdicts, Vec<(usize, Kept)>), SpillError> {
        let share = &self.shares[number];
        let units = Units::of(store, self.settings, 0..share.segment.paragraphs, observe);
        let paragraphs = share.paragraphs(store, self.settings);
        let (scanned, kept) = on_pool(paragraphs.len(), || {
            let mut scan = Scan::new(&units, self.settings, &self.history.order, observe);
            let met = earlier.meet(&units, &scan, self.settings)?;
            let (before, kept) = together(&units, vec![(0, met)]);
            observe(Stage::Shards, 0);
            let stands = before.stands.clone();
            scan.run(&paragraphs, before, observe);
            if !self.leaves && number + 1 == self.shares.len() {
                // nothing follows
                return Ok((scan.out, kept));
            }
            let held = Held {
                number: super::narrow(number),
                segment: &share.segment,
                store,
            };
            let out = earlier.leave(held, &units, scan, &stands)?;
            observe(Stage::Shards, 0);
            Ok((out, kept))
        })?;
        let resolved = scanned.resolve(store, &kept);
        observe(Stage::Spare, 0);
        Ok(resolved)
    }
}

/// The folds of the pieces of some paragraphs. Those of a paragraph that goes are never asked for.
fn pieces_of(units: &Units<'_>, paragraphs: impl Iterator<Item = u32>) -> Bits {
    let (store, pieces) = (units.store, &units.pieces);
    let mut out = Bits::new(pieces.folds.count());
    for sentence in paragraphs.flat_map(|paragraph| store.sentences_in(paragraph as usize)) {
        let of_sentence = pieces.of_sentence(super::narrow(sentence));
        let parts = store.parts_of(sentence..sentence + 1);
        let of_parts = parts.filter_map(|part| pieces.of_part(super::narrow(part)));
        of_sentence
            .into_iter()
            .chain(of_parts)
            .for_each(|fold| out.insert(fold));
    }
    out
}
