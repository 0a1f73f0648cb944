//! Units of one level, segment by segment: each is held against the leaders of earlier segments, which come by from disk,
//! then against those of its own.

use super::super::{Observer, collapse, narrow};
use crate::join::{
    self, Apart, Filter, Keys, Match, Meeting, Plan, Rule, Signature, Similarity, Units, Versions, Waiting,
};
use crate::model::{Reason, Unit, UnitKind};
use crate::settings::Settings;
use crate::spill::{Folder, SpillError, Spool, join as joined, split};
use crate::store::{Entry, Segment, Selection, Store};
use crate::verdict::lacks_numbers;
use rayon::prelude::*;
use std::ops::Range;

/// Leaders that are read at a time, and words of their keys. The outcome does not depend on it.
const BATCH: usize = 8192;
const WORDS: usize = 1 << 20;

/// One segment's store, and which of the segments it is.
#[derive(Clone, Copy)]
pub(super) struct Held<'s> {
    pub(super) number: u32,
    pub(super) segment: &'s Segment,
    pub(super) store: &'s Store,
}

/// A kept unit: where it is filed, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) segment: u32,
    /// Its number in that segment, that of a part being counted on after the sentences.
    pub(super) number: u32,
    pub(super) unit: Unit,
}

impl Kept {
    pub(super) fn words(&self) -> [u32; 6] {
        let Unit {
            article, field, span, ..
        } = self.unit;
        [
            self.segment,
            self.number,
            article.0,
            u32::from(field),
            span.start,
            span.end,
        ]
    }

    pub(super) fn of_words(words: &[u32], kind: UnitKind) -> Self {
        Self {
            segment: words[0],
            number: words[1],
            unit: Unit {
                article: crate::model::ArticleId(words[2]),
                field: u16::try_from(words[3]).unwrap_or(u16::MAX),
                span: crate::model::Span::new(words[4], words[5]),
                kind,
            },
        }
    }
}

/// A removal, which the level as a whole may still refuse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Provisional {
    pub(super) removed: u32,
    pub(super) kept: Kept,
    pub(super) reason: Reason,
    pub(super) similarity: Similarity,
}

const PROVISIONAL: usize = 10;

impl Provisional {
    fn words(&self) -> [u32; PROVISIONAL] {
        let mut words = [0; PROVISIONAL];
        words[0] = self.removed;
        words[1..7].copy_from_slice(&self.kept.words());
        words[7] = u32::from(self.reason == Reason::Near);
        words[8] = self.similarity.shared;
        words[9] = self.similarity.of;
        words
    }

    fn of_words(words: [u32; PROVISIONAL], kind: UnitKind) -> Self {
        Self {
            removed: words[0],
            kept: Kept::of_words(&words[1..7], kind),
            reason: if words[7] == 1 { Reason::Near } else { Reason::Equal },
            similarity: Similarity {
                shared: words[8],
                of: words[9],
            },
        }
    }
}

/// Where a leader is to be found again: see [`Leaders::details`].
const DETAIL: usize = 14;

/// Leaders of the segments so far, in order.
#[derive(Debug)]
struct Leaders {
    /// Of each: its traits (the highest bit of the second: it is no version of another); where its tokens stand in the
    /// segments; keys and numbers.
    keys: Spool,
    /// Of each, [`DETAIL`] words: what it is; where its fold stands; where the pieces it is made of are listed, and how many.
    details: Spool,
    /// Of each piece: where its text begins in that of the whole, its bytes, the same of its tokens.
    pieces: Spool,
    count: u32,
}

/// What [`Leaders::details`] knows of a leader.
struct Detail {
    kept: Kept,
    text_at: u64,
    text_len: usize,
    pieces_at: u64,
    pieces: usize,
    tokens_at: u64,
}

impl Leaders {
    fn detail(&self, leader: u32, kind: UnitKind) -> Result<Detail, SpillError> {
        let words = self.details.words(4 * DETAIL as u64 * u64::from(leader), DETAIL)?;
        Ok(Detail {
            kept: Kept::of_words(&words[..6], kind),
            text_at: joined(words[6], words[7]),
            text_len: words[8] as usize,
            pieces_at: joined(words[9], words[10]),
            pieces: words[11] as usize,
            tokens_at: joined(words[12], words[13]),
        })
    }
}

/// A leader that has been read.
struct Leader {
    number: u32,
    is_original: bool,
    /// Its keys and numbers among the words of the batch.
    keys: Range<usize>,
    numbers: Range<usize>,
    traits: Signature,
    tokens_at: u64,
}

/// A unit and the leader of an earlier segment that it matches.
struct Met {
    unit: u32,
    kept: Kept,
    similarity: Similarity,
    is_equal: bool,
}

/// What a leader comes by: its words are among these.
struct Past<'p> {
    words: &'p [u32],
    waiting: &'p Waiting<'p, Selection<'p>>,
    units: &'p Selection<'p>,
}

/// What coming by has brought a segment's units.
#[derive(Default)]
struct Outcome {
    /// By unit.
    met: Vec<Option<Box<Met>>>,
    /// By unit: the original that it may be a version of.
    version_of: Vec<Option<u32>>,
}

/// A level that is being decided.
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan,
    pub(super) settings: &'r Settings,
    pub(super) segments: &'r Spool,
    pub(super) kind: UnitKind,
    leaders: Leaders,
    provisional: Spool,
    /// By segment, where its removals stand.
    ranges: Vec<Range<u64>>,
}

/// Sentences among the parts, see [`join::Apart`], and the keys of all parts of any segment.
#[derive(Clone, Copy)]
pub(super) struct Beside<'f> {
    pub(super) is_sentence: &'f (dyn Fn(u32) -> bool + Sync),
    pub(super) stays: &'f (dyn Fn(u32) -> bool + Sync),
    pub(super) filter: &'f Filter,
}

/// What is asked of paragraphs: see [`Versions`].
#[derive(Clone, Copy)]
pub(super) struct Asked<'w> {
    pub(super) blind: Rule,
    pub(super) wanted: &'w (dyn Fn(u32) -> bool + Sync),
}

impl<'r> Run<'r> {
    pub(super) fn new(
        plan: &'r Plan,
        settings: &'r Settings,
        segments: &'r Spool,
        count: usize,
        kind: UnitKind,
        folder: &Folder,
    ) -> Result<Self, SpillError> {
        Ok(Self {
            plan,
            settings,
            segments,
            kind,
            leaders: Leaders {
                keys: folder.spool()?,
                details: folder.spool()?,
                pieces: folder.spool()?,
                count: 0,
            },
            provisional: folder.spool()?,
            ranges: vec![0..0; count],
        })
    }

    /// Writes a leader down.
    fn add(
        &mut self,
        held: Held<'_>,
        entry: &Entry,
        number: u32,
        is_original: bool,
        pieces: &[Entry],
        (traits, words): (Signature, &[u32]),
    ) -> Result<(), SpillError> {
        let leaders = &mut self.leaders;
        let (text_at, tokens_at) = held.segment.places(&entry.fold);
        let [low, high] = split(tokens_at);
        let [keys, numbers, bits, more, tokens] = traits;
        let originality = u32::from(is_original) << 31;
        leaders
            .keys
            .put_words(&[keys, numbers | originality, bits, more, tokens, low, high])?;
        leaders.keys.put_words(words)?;
        let kept = self::kept(held, entry, number, self.kind);
        let mut detail = [0; DETAIL];
        detail[..6].copy_from_slice(&kept.words());
        detail[6..8].copy_from_slice(&split(text_at));
        detail[8] = entry.fold.text_len();
        detail[9..11].copy_from_slice(&split(leaders.pieces.end()));
        detail[11] = narrow(pieces.len());
        detail[12..].copy_from_slice(&[low, high]);
        leaders.details.put_words(&detail)?;
        for piece in pieces {
            leaders.pieces.put_words(&piece.fold.within(&entry.fold))?;
        }
        leaders.count += 1;
        Ok(())
    }

    /// Decides units of one segment, given in the order of decisions and numbered as in [`Kept`]. Gives those that turn out to
    /// be versions of another.
    pub(super) fn decide(
        &mut self,
        held: Held<'_>,
        units: &[u32],
        entry: &(impl Fn(u32) -> Entry + Sync),
        asked: Option<Asked<'_>>,
        beside: Option<Beside<'_>>,
        observe: Observer<'_>,
    ) -> Result<Vec<u32>, SpillError> {
        let Held { store, .. } = held;
        let (firsts, group_of) = match beside {
            // one that stays and one that goes may be equal
            Some(_) => (units.to_vec(), (0..narrow(units.len())).collect()),
            None => collapse(store, units, entry),
        };
        let is_apart = |unit: u32| beside.is_some_and(|beside| (beside.is_sentence)(unit));
        let stays = |unit: u32| is_apart(unit) && beside.is_some_and(|beside| (beside.stays)(unit));
        observe((units.len() - firsts.len()) as u64);
        let selection = Selection {
            store,
            entries: firsts.iter().map(|&i| entry(i).fold).collect(),
        };
        let apart = Apart {
            is_apart: &is_apart,
            stays: &stays,
        };
        let outcome = self.meet(&selection, &firsts, asked, apart)?;
        let left: Vec<u32> = (0..narrow(firsts.len()))
            .filter(|&i| outcome.met[i as usize].is_none())
            .collect();
        observe((firsts.len() - left.len()) as u64);
        let rest = Selection {
            store,
            entries: left.iter().map(|&i| selection.entries[i as usize]).collect(),
        };
        let place = |i: u32| left[i as usize] as usize;
        let wanted = |i: u32| asked.is_some_and(|asked| (asked.wanted)(firsts[place(i)]));
        let known = |i: u32| outcome.version_of[place(i)].is_some();
        let versions = asked.map(|asked| Versions {
            rule: asked.blind,
            wanted: &wanted,
            known: &known,
        });
        let apart = Apart {
            is_apart: &|i| is_apart(firsts[place(i)]),
            stays: &|i| stays(firsts[place(i)]),
        };
        let asked_of_all = join::Asked {
            observe,
            order: Some(self.plan.order()),
            apart: beside.is_some().then_some(apart),
            versions,
        };
        let (decisions, alike) = join::leaders_asked(&rest, 0, &self.settings.rule(), &asked_of_all);
        let mut is_version = vec![false; left.len()];
        alike.iter().for_each(|pair| is_version[pair.later as usize] = true);
        let filter = beside.map(|beside| beside.filter);
        self.add_leaders(held, &rest, &decisions, (asked.is_some(), filter), |i| {
            let first = firsts[place(i)];
            (
                entry(first),
                first,
                !is_version[i as usize] && !known(i) && !is_apart(first),
            )
        })?;
        self.record(held, units, &firsts, &group_of, &selection, entry, &outcome, |group| {
            let i = left.binary_search(&group).ok()?;
            let found = decisions[i]?;
            Some((found, narrow(place(found.earlier))))
        })?;
        let Some(asked) = asked else { return Ok(Vec::new()) };
        let pairs: Vec<(u32, u32)> = alike
            .iter()
            .map(|pair| (firsts[place(pair.later)], firsts[place(pair.earlier)]))
            .collect();
        let mut out = super::super::versions(store, &pairs, &asked.blind, self.settings);
        let kept_ones = left.iter().zip(&decisions).filter(|(_, decision)| decision.is_none());
        let pairs: Vec<(u32, u32)> = kept_ones
            .filter_map(|(&i, _)| Some((firsts[i as usize], outcome.version_of[i as usize]?)))
            .collect();
        for some in pairs.chunks(BATCH) {
            let found: Result<Vec<Option<u32>>, SpillError> = some
                .par_iter()
                .map(|&(later, earlier)| {
                    let is_version = self.is_version(store, later, earlier, &asked.blind)?;
                    Ok(is_version.then_some(later))
                })
                .collect();
            out.extend(found?.into_iter().flatten());
        }
        Ok(out)
    }

    /// Lets the leaders of earlier segments come by.
    fn meet(
        &mut self,
        units: &Selection<'_>,
        firsts: &[u32],
        asked: Option<Asked<'_>>,
        apart: Apart<'_>,
    ) -> Result<Outcome, SpillError> {
        let count = firsts.len();
        let mut outcome = Outcome {
            met: (0..count).map(|_| None).collect(),
            version_of: vec![None; count],
        };
        if self.leaders.count == 0 || count == 0 {
            return Ok(outcome);
        }
        for spool in [
            &mut self.leaders.keys,
            &mut self.leaders.details,
            &mut self.leaders.pieces,
        ] {
            spool.flush()?;
        }
        let rule = self.settings.rule();
        let waiting = Waiting::new(self.plan, units, &rule, &|i| !(apart.stays)(firsts[i as usize]));
        let has_numbers = |i: u32| join::has_numbers(units.tokens(i));
        let blind = asked.map(|asked| {
            let wanted = |i: u32| (asked.wanted)(firsts[i as usize]) && has_numbers(i);
            Waiting::new(self.plan, units, &asked.blind, &wanted)
        });
        let mut reader = self.leaders.keys.reader(0..self.leaders.keys.end());
        let (mut words, mut next) = (Vec::new(), 0);
        while !reader.is_done() {
            words.clear();
            let mut batch = Vec::new();
            while batch.len() < BATCH && words.len() < WORDS && !reader.is_done() {
                let [keys, numbers, bits, more, tokens, low, high] = reader.array(&self.leaders.keys)?;
                let (start, numbers_there) = (words.len(), numbers & !(1 << 31));
                reader.words(&self.leaders.keys, (keys + numbers_there) as usize, &mut words)?;
                batch.push(Leader {
                    number: next,
                    is_original: numbers >> 31 == 1,
                    traits: [keys, numbers_there, bits, more, tokens],
                    keys: start..start + keys as usize,
                    numbers: start + keys as usize..words.len(),
                    tokens_at: joined(low, high),
                });
                next += 1;
            }
            let (decided, versions) = (&outcome.met, &outcome.version_of);
            let past = |waiting| Past {
                words: &words,
                waiting,
                units,
            };
            let one = |meeting: &mut Meeting, leader: &Leader| {
                let mut out = Vec::new();
                let may_meet = |unit: u32| leader.is_original || !(apart.is_apart)(firsts[unit as usize]);
                let open = |unit: u32| decided[unit as usize].is_none() && may_meet(unit);
                self.one(leader, &past(&waiting), &open, meeting, &mut out)?;
                let mut alike = Vec::new();
                if let Some(blind) = blind.as_ref().filter(|_| leader.is_original) {
                    let open = |unit: u32| open(unit) && versions[unit as usize].is_none();
                    self.one_original(leader, &past(blind), &open, meeting, &mut alike)?;
                }
                Ok((out, alike))
            };
            type Both = (Vec<Met>, Vec<(u32, u32)>);
            let all: Result<Vec<Both>, SpillError> = batch.par_iter().map_init(Meeting::default, one).collect();
            for (met, alike) in all? {
                for met in met {
                    let unit = met.unit as usize;
                    outcome.met[unit].get_or_insert_with(|| Box::new(met));
                }
                for (unit, leader) in alike {
                    outcome.version_of[unit as usize].get_or_insert(leader);
                }
            }
        }
        Ok(outcome)
    }

    /// One leader comes by.
    fn one(
        &self,
        leader: &Leader,
        &Past { words, waiting, units }: &Past<'_>,
        open: &dyn Fn(u32) -> bool,
        meeting: &mut Meeting,
        out: &mut Vec<Met>,
    ) -> Result<(), SpillError> {
        let found = waiting.candidates(
            &words[leader.keys.clone()],
            &words[leader.numbers.clone()],
            open,
            meeting,
        );
        if found.is_empty() {
            return Ok(());
        }
        let mut found = found.to_vec();
        waiting.retain(&mut found, &leader.traits, meeting);
        if found.is_empty() {
            return Ok(());
        }
        let tokens = self.segments.words(leader.tokens_at, leader.traits[4] as usize)?;
        let mut fetched: Option<(Detail, String)> = None;
        waiting.retain_by_tokens(&mut found, leader.number, &tokens, meeting);
        for unit in found {
            let (detail, text) = self.fetch(leader.number, &mut fetched)?;
            let Some(similarity) = waiting.verify(unit, text) else {
                continue;
            };
            out.push(Met {
                unit,
                kept: detail.kept,
                similarity,
                is_equal: units.text(unit) == text,
            });
        }
        Ok(())
    }

    /// One leader comes by that is no version of another.
    fn one_original(
        &self,
        leader: &Leader,
        &Past { words, waiting, units }: &Past<'_>,
        open: &dyn Fn(u32) -> bool,
        meeting: &mut Meeting,
        out: &mut Vec<(u32, u32)>,
    ) -> Result<(), SpillError> {
        let found = waiting.candidates(&words[leader.keys.clone()], &[], open, meeting);
        if found.is_empty() {
            return Ok(());
        }
        let mut found = found.to_vec();
        waiting.retain(&mut found, &leader.traits, meeting);
        if found.is_empty() {
            return Ok(());
        }
        let tokens = self.segments.words(leader.tokens_at, leader.traits[4] as usize)?;
        let mut fetched = None;
        waiting.retain_by_tokens(&mut found, leader.number, &tokens, meeting);
        for unit in found {
            let (_, text) = self.fetch(leader.number, &mut fetched)?;
            if waiting.verify(unit, text).is_some() && lacks_numbers(units.text(unit), text) {
                out.push((unit, leader.number));
            }
        }
        Ok(())
    }

    fn fetch<'f>(
        &self,
        leader: u32,
        fetched: &'f mut Option<(Detail, String)>,
    ) -> Result<&'f (Detail, String), SpillError> {
        if fetched.is_none() {
            let detail = self.leaders.detail(leader, self.kind)?;
            let text = self.segments.text(detail.text_at, detail.text_len)?;
            *fetched = Some((detail, text));
        }
        // just filled
        fetched.as_ref().map_or_else(|| unreachable!("it was fetched"), Ok)
    }

    /// Writes the leaders of a segment down.
    fn add_leaders(
        &mut self,
        held: Held<'_>,
        units: &Selection<'_>,
        decisions: &[Option<Match>],
        (with_pieces, filter): (bool, Option<&Filter>),
        what: impl Fn(u32) -> (Entry, u32, bool) + Sync,
    ) -> Result<(), SpillError> {
        let plan = self.plan;
        let kept: Vec<u32> = (0..narrow(decisions.len()))
            .filter(|&i| decisions[i as usize].is_none())
            .collect();
        for some in kept.chunks(BATCH) {
            let keyed: Vec<Option<(Signature, Vec<u32>)>> = some
                .par_iter()
                .map_init(Keys::default, |keys, &i| {
                    let mut words = Vec::new();
                    let traits = plan.leader(units.tokens(i), keys, &mut words)?;
                    let traits = match filter.filter(|_| !what(i).2) {
                        Some(filter) => filter.drop_others(traits, &mut words)?,
                        None => traits,
                    };
                    Some((traits, words))
                })
                .collect();
            for (&i, keyed) in some.iter().zip(keyed) {
                let Some((traits, words)) = keyed else { continue };
                let (entry, number, is_original) = what(i);
                let pieces = if with_pieces && is_original {
                    held.store.finest(number)
                } else {
                    Vec::new()
                };
                self.add(held, &entry, number, is_original, &pieces, (traits, &words))?;
            }
        }
        Ok(())
    }

    /// Writes down what goes, as far as it is known: `inside` says what the units of the segment itself have decided of a
    /// group, as the match and the earlier group.
    #[expect(clippy::too_many_arguments, reason = "all that is known of a segment")]
    fn record(
        &mut self,
        held: Held<'_>,
        units: &[u32],
        firsts: &[u32],
        group_of: &[u32],
        selection: &Selection<'_>,
        entry: &impl Fn(u32) -> Entry,
        outcome: &Outcome,
        inside: impl Fn(u32) -> Option<(Match, u32)>,
    ) -> Result<(), SpillError> {
        let kept_at = |unit: u32| kept(held, &entry(unit), unit, self.kind);
        // By group: what its units have in common.
        let mut fates: Vec<Option<Provisional>> = Vec::with_capacity(firsts.len());
        for group in 0..narrow(firsts.len()) {
            let removed = firsts[group as usize];
            let (kept, similarity, is_equal) = match &outcome.met[group as usize] {
                Some(met) => (met.kept, met.similarity, met.is_equal),
                None => match inside(group) {
                    None => {
                        fates.push(None);
                        continue;
                    }
                    Some((found, earlier)) => {
                        let is_equal = selection.text(earlier) == selection.text(group);
                        (kept_at(firsts[earlier as usize]), found.similarity, is_equal)
                    }
                },
            };
            fates.push(Some(Provisional {
                removed,
                kept,
                reason: if is_equal { Reason::Equal } else { Reason::Near },
                similarity,
            }));
        }
        let mut all: Vec<Provisional> = Vec::new();
        for (&unit, &group) in units.iter().zip(group_of) {
            let first = firsts[group as usize];
            match fates[group as usize] {
                Some(fate) => all.push(Provisional { removed: unit, ..fate }),
                None if unit == first => {}
                None => all.push(Provisional {
                    removed: unit,
                    kept: kept_at(first),
                    reason: Reason::Equal,
                    similarity: Similarity::EQUAL,
                }),
            }
        }
        all.sort_unstable_by_key(|p| p.removed);
        let start = self.provisional.end();
        for removal in &all {
            self.provisional.put_words(&removal.words())?;
        }
        self.ranges[held.number as usize] = start..self.provisional.end();
        Ok(())
    }

    /// As `versions`, for a paragraph and one of an earlier segment.
    fn is_version(&self, store: &Store, later: u32, earlier: u32, blind: &Rule) -> Result<bool, SpillError> {
        let detail = self.leaders.detail(earlier, self.kind)?;
        let text = self.segments.text(detail.text_at, detail.text_len)?;
        let pieces = self.leaders.pieces.words(detail.pieces_at, 4 * detail.pieces)?;
        let count = pieces.as_chunks::<4>().0.iter().map(|p| p[2] + p[3]).max().unwrap_or(0);
        let tokens = self.segments.words(detail.tokens_at, count as usize)?;
        let mut units = Pieces::default();
        for &[text_at, text_len, at, len] in pieces.as_chunks::<4>().0 {
            units.0.push((
                text[text_at as usize..(text_at + text_len) as usize].to_owned(),
                tokens[at as usize..(at + len) as usize].to_vec(),
            ));
        }
        let known = units.count();
        let mine = store
            .finest(later)
            .into_iter()
            .filter(|e| self.settings.is_judged(e.weight));
        let piece = |e: Entry| (store.text(&e.fold).to_owned(), store.tokens(&e.fold).to_vec());
        units.0.extend(mine.map(piece));
        Ok(super::super::is_version(&units, known, blind))
    }

    /// What goes of one segment, by removed unit.
    pub(super) fn provisional(&mut self, segment: usize) -> Result<Vec<Provisional>, SpillError> {
        self.provisional.flush()?;
        let mut reader = self.provisional.reader(self.ranges[segment].clone());
        let mut out = Vec::new();
        while !reader.is_done() {
            out.push(Provisional::of_words(reader.array(&self.provisional)?, self.kind));
        }
        Ok(out)
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

fn kept(held: Held<'_>, entry: &Entry, number: u32, kind: UnitKind) -> Kept {
    let mut unit = held.store.unit(entry, kind);
    unit.article.0 += held.segment.first_article;
    Kept {
        segment: held.number,
        number,
        unit,
    }
}
