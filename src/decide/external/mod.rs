//! The same decisions for a corpus that memory has no room for: level by level, segment by segment.
//!
//! A unit of a later segment meets the leaders of earlier ones, which are streamed past it from disk in order; what is
//! left settles in memory, and its leaders are appended. Units with equal folds in two segments need no step of their own:
//! what is equal to a leader matches it and no earlier one, and what is equal to a removed unit matches the same leader.

mod run;

use super::{Observer, Removed, Verdicts, order, spare};
use crate::join::{Filter, Keys, Plan, Similarity};
use crate::model::{ArticleId, Reason, Span, Unit, UnitKind};
use crate::settings::{Keep, Scope, Settings};
use crate::spill::{Bits, Folder, SpillError, Spool};
use crate::store::{Entry, Segment, Store};
use rayon::prelude::*;
use run::{Asked, Beside, Held, Kept, Provisional, Run};
use std::ops::Range;

/// A corpus on disk.
#[derive(Clone, Copy)]
pub(crate) struct External<'e> {
    pub(crate) settings: &'e Settings,
    pub(crate) segments: &'e [Segment],
    pub(crate) spool: &'e Spool,
    pub(crate) folder: &'e Folder,
    pub(crate) plan: &'e Plan,
    /// Room for sorting and such, in bytes.
    pub(crate) room: usize,
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

const REMOVED: usize = 10;

impl Decided {
    /// What was decided of one segment.
    pub(crate) fn verdicts(&self, segment: usize) -> Result<Verdicts, SpillError> {
        let records = self.records(segment)?;
        Ok(Verdicts {
            removed: std::array::from_fn(|level| removed(level, &records[level])),
            kept: self.kept[segment].clone(),
            too_short: self.too_short[segment],
        })
    }

    /// What is removed of each level of a segment.
    fn records(&self, segment: usize) -> Result<[Vec<[u32; REMOVED]>; 3], SpillError> {
        let mut records: [Vec<[u32; REMOVED]>; 3] = Default::default();
        for (records, range) in records.iter_mut().zip(&self.ranges[segment]) {
            let mut reader = self.removed.reader(range.clone());
            while !reader.is_done() {
                records.push(reader.array(&self.removed)?);
            }
        }
        Ok(records)
    }

    fn put(&mut self, segment: usize, level: usize, removals: &[Provisional]) -> Result<(), SpillError> {
        let records: Vec<[u32; REMOVED]> = removals.iter().map(record).collect();
        self.put_records(segment, level, &records)
    }

    fn put_records(&mut self, segment: usize, level: usize, records: &[[u32; REMOVED]]) -> Result<(), SpillError> {
        let start = self.removed.end();
        for record in records {
            self.removed.put_words(record)?;
        }
        self.ranges[segment][level] = start..self.removed.end();
        Ok(())
    }

    /// Adds to what was put.
    fn add(&mut self, segment: usize, level: usize, removals: &[Provisional]) -> Result<(), SpillError> {
        if removals.is_empty() {
            return Ok(());
        }
        self.removed.flush()?;
        let mut records = std::mem::take(&mut self.records(segment)?[level]);
        records.extend(removals.iter().map(record));
        records.sort_unstable_by_key(|record| record[0]);
        self.put_records(segment, level, &records)
    }
}

/// A removal as it is written.
fn record(removal: &Provisional) -> [u32; REMOVED] {
    let unit = removal.kept.unit;
    [
        removal.removed,
        unit.article.0,
        u32::from(unit.field),
        unit.span.start,
        unit.span.end,
        u32::from(removal.reason == Reason::Near),
        removal.similarity.shared,
        removal.similarity.of,
        removal.kept.segment,
        removal.kept.number,
    ]
}

/// The removals of a level, as they were written.
fn removed(level: usize, records: &[[u32; REMOVED]]) -> Vec<Removed> {
    let kind = if level == 0 {
        UnitKind::Paragraph
    } else {
        UnitKind::Sentence
    };
    let removed = |&[removed, article, field, start, end, reason, shared, of, _, _]: &[u32; REMOVED]| Removed {
        removed,
        kept: Unit {
            article: ArticleId(article),
            field: u16::try_from(field).unwrap_or(u16::MAX),
            span: Span::new(start, end),
            kind,
        },
        reason: if reason == 1 { Reason::Near } else { Reason::Equal },
        similarity: Similarity { shared, of },
    };
    records.iter().map(removed).collect()
}

/// What one level leaves behind for the next, by segment.
struct Marks {
    /// Paragraphs that go.
    gone: Vec<Bits>,
    /// Paragraphs that lose nothing.
    whole: Vec<Bits>,
    /// Sentences that lose nothing.
    fixed: Vec<Bits>,
    /// Sentences that are judged and stay.
    stays: Vec<Bits>,
}

impl<'e> External<'e> {
    /// Decides every unit.
    pub(crate) fn decide(&self, observe: Observer<'_>) -> Result<Decided, SpillError> {
        let empty = |count: fn(&Segment) -> u32| -> Vec<Bits> {
            self.segments.iter().map(|s| Bits::new(count(s) as usize)).collect()
        };
        let mut out = self.nothing()?;
        if self.settings.scope() == Scope::Article {
            self.by_article(&mut out, observe)?;
        } else {
            let mut marks = Marks {
                gone: empty(|s| s.paragraphs),
                whole: empty(|s| s.paragraphs),
                fixed: empty(|s| s.sentences),
                stays: empty(|s| s.sentences),
            };
            if self.settings.units().paragraphs() {
                self.paragraphs(&mut out, &mut marks, observe)?;
            }
            if self.settings.units().sentences() {
                let filter = self.sentences(&mut out, &mut marks, observe)?;
                self.parts(&mut out, &marks, &filter)?;
            }
            out.removed.flush()?;
            out = self.spare(&out)?;
        }
        out.removed.flush()?;
        Ok(out)
    }

    /// Takes back what should stay: see [`spare`].
    fn spare(&self, decided: &Decided) -> Result<Decided, SpillError> {
        let mut out = self.nothing()?;
        out.too_short.clone_from(&decided.too_short);
        for (i, segment) in self.segments.iter().enumerate() {
            let records = decided.records(i)?;
            let removals = std::array::from_fn(|level| removed(level, &records[level]));
            let store = segment.layout(self.spool)?;
            let spared = spare::spared(&removals, &store);
            for (level, (records, spared)) in records.iter().zip(spared).enumerate() {
                let start = out.removed.end();
                for (record, _) in records.iter().zip(spared).filter(|(_, stays)| !stays) {
                    out.removed.put_words(record)?;
                    let [.., segment, number] = *record;
                    let sentences = self.segments[segment as usize].sentences;
                    let (level, number) = super::level_of(level, number, sentences);
                    out.kept[segment as usize][level].insert(number);
                }
                out.ranges[i][level] = start..out.removed.end();
            }
        }
        Ok(out)
    }

    fn nothing(&self) -> Result<Decided, SpillError> {
        Ok(Decided {
            removed: self.folder.spool()?,
            ranges: vec![[0..0, 0..0, 0..0]; self.segments.len()],
            kept: (self.segments.iter())
                .map(|s| [s.paragraphs, s.sentences, s.parts].map(|count| Bits::new(count as usize)))
                .collect(),
            too_short: vec![0; self.segments.len()],
        })
    }

    /// Articles that do not know of one another are decided in memory.
    fn by_article(&self, out: &mut Decided, observe: Observer<'_>) -> Result<(), SpillError> {
        for (i, segment) in self.segments.iter().enumerate() {
            let store = segment.read(self.spool)?;
            let decisions = super::decide(&store, self.settings, observe);
            out.too_short[i] = decisions.too_short;
            let verdicts = decisions.resolve(&store);
            for (level, removed) in verdicts.removed.iter().enumerate() {
                let removals: Vec<Provisional> = removed
                    .iter()
                    .map(|r| {
                        let mut unit = r.kept;
                        unit.article.0 += segment.first_article;
                        Provisional {
                            removed: r.removed,
                            kept: Kept {
                                segment: 0,
                                number: 0,
                                unit,
                            },
                            reason: r.reason,
                            similarity: r.similarity,
                        }
                    })
                    .collect();
                out.put(i, level, &removals)?;
            }
            out.kept[i] = verdicts.kept;
        }
        Ok(())
    }

    fn run(&self, kind: UnitKind) -> Result<Run<'e>, SpillError> {
        Run::new(
            self.plan,
            self.settings,
            self.spool,
            self.segments.len(),
            kind,
            self.folder,
        )
    }

    /// The segments in the order of decisions.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.segments.len()).collect();
        if self.settings.keep() == Keep::Last {
            order.reverse();
        }
        order
    }

    fn sort(&self, units: &mut [u32], store: &Store, entry: &impl Fn(u32) -> Entry) {
        order::sort(units, store, entry, self.settings.keep());
    }

    fn paragraphs(&self, out: &mut Decided, marks: &mut Marks, observe: Observer<'_>) -> Result<(), SpillError> {
        let settings = self.settings;
        let blind = super::blind(settings);
        let mut run = self.run(UnitKind::Paragraph)?;
        for i in self.in_order() {
            let store = self.segments[i].read(self.spool)?;
            let entry = |i: u32| store.paragraph(i).entry;
            let all = 0..self.segments[i].paragraphs;
            let mut judged: Vec<u32> = all.clone().filter(|&i| settings.is_judged(entry(i).weight)).collect();
            out.too_short[i] += (all.len() - judged.len()) as u64;
            self.sort(&mut judged, &store, &entry);
            let wanted = super::several(&store);
            let asked = blind.map(|blind| Asked { blind, wanted: &wanted });
            let held = self.held(i, &store);
            for version in run.decide(held, &judged, &entry, asked, None, observe)? {
                marks.whole[i].insert(version);
            }
        }
        self.settle(run, out, 0, |_, _| true, |i, removed| marks.gone[i].insert(removed))?;
        for (whole, kept) in marks.whole.iter_mut().zip(&out.kept) {
            whole.add(&kept[0]);
        }
        Ok(())
    }

    /// Decides sentences; gives the keys of their parts.
    fn sentences(&self, out: &mut Decided, marks: &mut Marks, observe: Observer<'_>) -> Result<Filter, SpillError> {
        let settings = self.settings;
        let mut run = self.run(UnitKind::Sentence)?;
        let filter = Filter::of_bytes(self.room);
        for i in self.in_order() {
            let store = self.segments[i].read(self.spool)?;
            let entry = |i: u32| store.sentence(i);
            let mut judged = Vec::new();
            for paragraph in (0..self.segments[i].paragraphs).filter(|&p| !marks.gone[i].contains(p)) {
                let whole = marks.whole[i].contains(paragraph);
                for sentence in store.sentences_of(paragraph as usize..paragraph as usize + 1) {
                    let sentence = super::narrow(sentence);
                    if whole {
                        marks.fixed[i].insert(sentence);
                    }
                    if settings.is_judged(entry(sentence).weight) {
                        judged.push(sentence);
                        marks.stays[i].insert(sentence);
                    } else {
                        out.too_short[i] += 1;
                    }
                }
            }
            let parts = self.judged_parts(i, &store, &marks.stays[i]);
            parts.par_iter().for_each_init(Keys::default, |keys, &part| {
                let fold = store.part(part).fold;
                filter.add(self.plan, store.tokens(&fold), store.text(&fold), keys);
            });
            self.sort(&mut judged, &store, &entry);
            run.decide(self.held(i, &store), &judged, &entry, None, None, observe)?;
        }
        let Marks { fixed, stays, .. } = marks;
        let may_go = |i: usize, sentence: u32| !fixed[i].contains(sentence);
        self.settle(run, out, 1, may_go, |i, removed| stays[i].remove(removed))?;
        for (fixed, kept) in fixed.iter_mut().zip(&out.kept) {
            fixed.add(&kept[1]);
        }
        Ok(filter)
    }

    /// The parts of sentences that stay and are long enough.
    fn judged_parts(&self, segment: usize, store: &Store, stays: &Bits) -> Vec<u32> {
        let stays = |part: u32| stays.contains(store.parts[part as usize].sentence);
        (0..self.segments[segment].parts)
            .filter(|&i| stays(i) && super::parts::is_judged(self.settings, &store.part(i)))
            .collect()
    }

    fn parts(&self, out: &mut Decided, marks: &Marks, filter: &Filter) -> Result<(), SpillError> {
        let mut run = self.run(UnitKind::Sentence)?;
        for i in self.in_order() {
            let store = self.segments[i].read(self.spool)?;
            let mut several = Bits::new(store.sentences.len());
            store.parts.iter().for_each(|part| several.insert(part.sentence));
            let sentences: Vec<u32> = (0..self.segments[i].sentences)
                .filter(|&s| marks.stays[i].contains(s) && !several.contains(s))
                .filter(|&s| super::parts::is_judged(self.settings, &store.sentence(s)))
                .collect();
            let parts = self.judged_parts(i, &store, &marks.stays[i]);
            let entry = |i: u32| super::sentence_or_part(&store, i);
            let mut pieces = super::parts::merged(&store, sentences, parts);
            self.sort(&mut pieces, &store, &entry);
            let first = self.segments[i].sentences;
            let is_fixed = |sentence: u32| marks.fixed[i].contains(sentence);
            let beside = Beside {
                is_sentence: &|piece| piece < first,
                stays: &is_fixed,
                filter,
            };
            run.decide(self.held(i, &store), &pieces, &entry, None, Some(beside), &|_| ())?;
            let mut removals = run.provisional(i)?;
            let mut parts = removals.split_off(removals.partition_point(|r| r.removed < first));
            parts.iter_mut().for_each(|r| r.removed -= first);
            parts.retain(|r| super::parts::may_go(&store, r.removed, is_fixed));
            out.add(i, 1, &removals)?;
            out.put(i, 2, &parts)?;
        }
        Ok(())
    }

    fn held<'h>(&'h self, number: usize, store: &'h Store) -> Held<'h> {
        Held {
            number: super::narrow(number),
            segment: &self.segments[number],
            store,
        }
    }

    /// What goes of one level: all that `may_go`, by segment and number.
    fn settle(
        &self,
        mut run: Run<'_>,
        out: &mut Decided,
        level: usize,
        may_go: impl Fn(usize, u32) -> bool,
        mut goes: impl FnMut(usize, u32),
    ) -> Result<(), SpillError> {
        for i in 0..self.segments.len() {
            let mut removals = run.provisional(i)?;
            removals.retain(|r| may_go(i, r.removed));
            for removal in &removals {
                goes(i, removal.removed);
                let Kept { segment, number, .. } = removal.kept;
                out.kept[segment as usize][level].insert(number);
            }
            out.put(i, level, &removals)?;
        }
        Ok(())
    }
}
