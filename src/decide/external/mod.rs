//! The same scan for a corpus that memory has no room for: segment by segment.
//!
//! The units of a segment are first looked up among the leaders of the segments decided before, shard by shard; with what that
//! brings the segment is scanned in memory, and its leaders become the next shard.

mod leaders;
mod reprints;

use super::scan::{Before, Fate, Keeper, Scan, on_pool};
use super::units::Units;
use super::versions::Versions;
use super::{Kept, Observer, Removed, Verdicts, level_of, order};
use crate::join::{Order, Similarity, Unmatched};
use crate::model::{ArticleId, Reason, Span, Unit, UnitKind};
use crate::settings::{Keep, Scope, Settings};
use crate::spill::{Bits, Folder, SpillError, Spool};
use crate::store::{Segment, Store};
use leaders::{EarlierLeaders, EarlierMatch, Held, Outcome};
use reprints::ReprintLeaders;
use std::ops::Range;

/// A corpus on disk.
#[derive(Clone, Copy)]
pub(crate) struct External<'e> {
    pub(crate) settings: &'e Settings,
    pub(crate) segments: &'e [Segment],
    pub(crate) spool: &'e Spool,
    pub(crate) folder: &'e Folder,
    /// That serves the whole corpus.
    pub(crate) order: &'e Order,
}

/// What was decided, on disk.
#[derive(Debug)]
pub(crate) struct Decided {
    removed: Spool,
    /// By segment and level, where its removals stand.
    ranges: Vec<[Range<u64>; 3]>,
    kept: Vec<[Bits; 3]>,
    /// By segment, paragraphs and sentences that were too short to be judged.
    too_short: Vec<u64>,
}

/// What is known of the segments so far.
struct Known<'e> {
    /// Of paragraphs and of pieces.
    leaders: [EarlierLeaders<'e>; 2],
    beside: ReprintLeaders,
}

const REMOVED: usize = 8;

impl Decided {
    /// What was decided of one segment.
    pub(crate) fn verdicts(&self, segment: usize) -> Result<Verdicts, SpillError> {
        let mut removed: [Vec<Removed>; 3] = Default::default();
        for (level, range) in self.ranges[segment].iter().enumerate() {
            let mut reader = self.removed.reader(range.clone());
            while !reader.is_done() {
                removed[level].push(restored(level, reader.array(&self.removed)?));
            }
        }
        Ok(Verdicts {
            removed,
            kept: self.kept[segment].clone(),
            too_short: self.too_short[segment],
        })
    }

    fn put(&mut self, segment: usize, verdicts: &Verdicts) -> Result<(), SpillError> {
        for (level, removed) in verdicts.removed.iter().enumerate() {
            let start = self.removed.end();
            for removal in removed {
                self.removed.put_words(&record(removal))?;
            }
            self.ranges[segment][level] = start..self.removed.end();
        }
        for (all, kept) in self.kept[segment].iter_mut().zip(&verdicts.kept) {
            all.add(kept);
        }
        self.too_short[segment] = verdicts.too_short;
        Ok(())
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

impl<'e> External<'e> {
    /// Decides every unit.
    pub(crate) fn decide(&self, observe: Observer<'_>) -> Result<Decided, SpillError> {
        let mut out = Decided {
            removed: self.folder.spool()?,
            ranges: vec![[0..0, 0..0, 0..0]; self.segments.len()],
            kept: (self.segments.iter())
                .map(|s| [s.paragraphs, s.sentences, s.parts].map(|count| Bits::new(count as usize)))
                .collect(),
            too_short: vec![0; self.segments.len()],
        };
        let mut earlier = Known {
            leaders: [self.no_leaders(0)?, self.no_leaders(1)?],
            beside: ReprintLeaders::new(self.folder, self.settings)?,
        };
        for i in self.in_order() {
            let store = self.segments[i].read(self.spool)?;
            let verdicts = match self.settings.scope() {
                Scope::Article => super::decide(&store, self.settings, self.segments[i].first_article, observe),
                Scope::Corpus => {
                    let (verdicts, used) = self.segment(i, &store, &mut earlier, observe)?;
                    for (level, kept) in used {
                        let segment = kept.segment as usize;
                        let (level, number) = level_of(level, kept.number, self.segments[segment].sentences);
                        out.kept[segment][level].insert(number);
                    }
                    verdicts
                }
            };
            out.put(i, &verdicts)?;
        }
        out.removed.flush()?;
        Ok(out)
    }

    fn no_leaders(&self, level: usize) -> Result<EarlierLeaders<'e>, SpillError> {
        EarlierLeaders::new(self.settings, self.spool, kind_of(level), self.folder)
    }

    /// The segments in the order of decisions.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.segments.len()).collect();
        if self.settings.keep() == Keep::Last {
            order.reverse();
        }
        order
    }

    /// Decides one segment.
    fn segment(
        &self,
        number: usize,
        store: &Store,
        earlier: &mut Known<'_>,
        observe: Observer<'_>,
    ) -> Result<(Verdicts, Vec<(usize, Kept)>), SpillError> {
        let units = Units::of(store, self.settings, 0..self.segments[number].paragraphs);
        let paragraphs = order::paragraphs(store, self.settings);
        let (scanned, kept) = on_pool(paragraphs.len(), || {
            let mut scan = Scan::new(&units, self.settings, self.order, observe);
            let (before, kept) = self.before(&units, &scan, earlier)?;
            let stands = before.stands.clone();
            scan.run(&paragraphs, before, observe);
            let held = Held {
                number: super::narrow(number),
                segment: &self.segments[number],
                store,
            };
            earlier.beside.add(&units, &scan, &stands, earlier.leaders[0].count())?;
            let Scan {
                paragraphs,
                pieces,
                out,
                ..
            } = scan;
            for (earlier, level) in earlier.leaders.iter_mut().zip([paragraphs, pieces]) {
                earlier.add(held, level)?;
            }
            Ok((out, kept))
        })?;
        Ok(scanned.resolve(store, &kept, self.segments[number].first_article))
    }

    /// What is known of the units of a segment from those before, and the units that they go in favour of.
    fn before(
        &self,
        units: &Units<'_>,
        scan: &Scan<'_, '_>,
        earlier: &mut Known<'_>,
    ) -> Result<(Before, Vec<Kept>), SpillError> {
        let mut kept = Vec::new();
        let mut before = Before::default();
        let [paragraphs, pieces] = &mut earlier.leaders;
        let by_hash = units.paragraphs.by_hash();
        let outcome = paragraphs.meet(&scan.paragraphs, &by_hash)?;
        if let Some(versions) = Versions::new(units.store, self.settings) {
            let pairs = units.range.clone().filter_map(|paragraph| {
                let fold = units.paragraphs.of(paragraph)?;
                let original = outcome.version_of.get(fold as usize).copied().flatten()?;
                outcome.met[fold as usize].is_none().then_some((paragraph, original))
            });
            before.versions = paragraphs.versions(&versions, &pairs.collect::<Vec<_>>(), units.store)?;
        }
        let known = earlier
            .beside
            .meet(units, &by_hash, paragraphs, |fold| outcome.met[fold as usize].is_some())?;
        before.stands = known.stands;
        for (paragraph, found, similarity) in known.found {
            before
                .reprints
                .insert(paragraph, (super::narrow(kept.len()), similarity));
            kept.push(found);
        }
        before.fates[0] = fates(outcome, &mut kept);
        let outcome = pieces.meet(&scan.pieces, &units.pieces.folds.by_hash())?;
        before.fates[1] = fates(outcome, &mut kept);
        Ok((before, kept))
    }
}

/// What looking up some folds among earlier leaders says of them; what they go in favour of is appended to `kept`.
fn fates(outcome: Outcome, kept: &mut Vec<Kept>) -> Vec<Fate> {
    let fate = |(met, past): (Option<Box<EarlierMatch>>, Unmatched)| match met {
        Some(met) => {
            let keeper = Keeper::Before(super::narrow(kept.len()));
            kept.push(met.kept);
            Fate::Gone(keeper, met.reason, met.similarity)
        }
        None => Fate::Open(past),
    };
    outcome.met.into_iter().zip(outcome.past).map(fate).collect()
}
