//! Leaders of the segments decided so far, on disk: they come by the units of the next segment, in order.

use super::super::scan::Leader;
use super::super::units::{ByHash, piece};
use super::super::versions::{Versions, is_version};
use super::super::{Kept, narrow};
use crate::hash;
use crate::join::{self, JoinPlan, KeyBuffer, Meeting, Rule, Signature, Similarity, Units, Waiting};
use crate::model::{ArticleId, Span, Unit, UnitKind};
use crate::settings::Settings;
use crate::spill::{Bits, Folder, SpillError, Spool, join as joined, split};
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

const KEPT: usize = 6;

fn words_of(kept: &Kept) -> [u32; KEPT] {
    let Unit {
        article, field, span, ..
    } = kept.unit;
    [
        kept.segment,
        kept.number,
        article.0,
        u32::from(field),
        span.start,
        span.end,
    ]
}

fn kept_of(words: &[u32], kind: UnitKind) -> Kept {
    Kept {
        segment: words[0],
        number: words[1],
        unit: Unit {
            article: ArticleId(words[2]),
            field: u16::try_from(words[3]).unwrap_or(u16::MAX),
            span: Span::new(words[4], words[5]),
            kind,
        },
    }
}

/// Where a leader is to be found again: see [`Earlier::details`].
const DETAIL: usize = 14;

/// What [`Earlier::details`] knows of a leader.
struct Detail {
    kept: Kept,
    text_at: u64,
    text_len: usize,
    pieces_at: u64,
    pieces: usize,
    tokens_at: u64,
}

/// A leader that has been read.
struct StreamedLeader {
    number: u32,
    is_original: bool,
    /// Its keys and numbers among the words of the batch.
    keys: Range<usize>,
    numbers: Range<usize>,
    bitmaps: Signature,
    tokens_at: u64,
    /// Of its fold.
    hash: u64,
}

/// A unit and the leader of an earlier segment that it matches.
pub(super) struct EarlierMatch {
    unit: u32,
    pub(super) kept: Kept,
    pub(super) similarity: Similarity,
    pub(super) is_equal: bool,
}

/// What a leader comes by: its words are among these.
struct Stream<'p> {
    words: &'p [u32],
    waiting: &'p Waiting<'p, Selection<'p>>,
    units: &'p Selection<'p>,
}

/// What coming by has brought the folds of a segment.
pub(super) struct Outcome {
    pub(super) met: Vec<Option<Box<EarlierMatch>>>,
    /// The original that each may be a version of, by its number.
    pub(super) version_of: Vec<Option<u32>>,
}

/// Leaders of one level, of the segments so far, in order.
pub(super) struct Earlier<'r> {
    plan: &'r JoinPlan,
    settings: &'r Settings,
    segments: &'r Spool,
    kind: UnitKind,
    /// Of each: its bitmaps (the highest bit of the second: it is no version of another); where its tokens stand in the
    /// segments; a hash of its fold; keys and numbers.
    keys: Spool,
    /// Of each, [`DETAIL`] words: what it is; where its fold stands; where the pieces it is made of are listed, and how many.
    details: Spool,
    /// Of each piece: where its text begins in that of the whole, its bytes, the same of its tokens.
    pieces: Spool,
    count: u32,
}

impl<'r> Earlier<'r> {
    pub(super) fn new(
        plan: &'r JoinPlan,
        settings: &'r Settings,
        segments: &'r Spool,
        kind: UnitKind,
        folder: &Folder,
    ) -> Result<Self, SpillError> {
        Ok(Self {
            plan,
            settings,
            segments,
            kind,
            keys: folder.spool()?,
            details: folder.spool()?,
            pieces: folder.spool()?,
            count: 0,
        })
    }

    fn detail(&self, leader: u32) -> Result<Detail, SpillError> {
        let words = self.details.words(4 * DETAIL as u64 * u64::from(leader), DETAIL)?;
        Ok(Detail {
            kept: kept_of(&words[..KEPT], self.kind),
            text_at: joined(words[6], words[7]),
            text_len: words[8] as usize,
            pieces_at: joined(words[9], words[10]),
            pieces: words[11] as usize,
            tokens_at: joined(words[12], words[13]),
        })
    }

    /// Appends the leaders of a segment, whose folds are among these. Gives their numbers; those that no later unit can match have
    /// none.
    pub(super) fn add(
        &mut self,
        held: Held<'_>,
        leaders: &[Leader],
        folds: &Selection<'_>,
    ) -> Result<Vec<Option<u32>>, SpillError> {
        let mut numbers = Vec::with_capacity(leaders.len());
        let plan = self.plan;
        let with_pieces = self.kind == UnitKind::Paragraph && Versions::new(held.store, self.settings).is_some();
        for some in leaders.chunks(BATCH) {
            let keyed: Vec<Option<(Signature, Vec<u32>)>> = some
                .par_iter()
                .map_init(KeyBuffer::default, |keys, leader| {
                    let mut words = Vec::new();
                    let bitmaps = plan.leader(folds.tokens(leader.fold), keys, &mut words)?;
                    Some((bitmaps, words))
                })
                .collect();
            for (leader, keyed) in some.iter().zip(keyed) {
                numbers.push(keyed.is_some().then_some(self.count));
                if let Some((bitmaps, words)) = keyed {
                    self.add_one(held, leader, with_pieces, (bitmaps, &words))?;
                }
            }
        }
        Ok(numbers)
    }

    /// A leader by its number, if a paragraph of that fold repeats it in a reprint.
    pub(super) fn reprinted(&self, leader: u32, fold: &str) -> Result<Option<(Kept, Similarity)>, SpillError> {
        let detail = self.detail(leader)?;
        let text = self.segments.text(detail.text_at, detail.text_len)?;
        let similarity = self.settings.rule().similarity_in_reprint(fold, &text);
        Ok(similarity.map(|similarity| (detail.kept, similarity)))
    }

    fn add_one(
        &mut self,
        held: Held<'_>,
        leader: &Leader,
        with_pieces: bool,
        (bitmaps, words): (Signature, &[u32]),
    ) -> Result<(), SpillError> {
        let Held { store, .. } = held;
        let entry = match self.kind {
            UnitKind::Paragraph => store.paragraph(leader.unit).entry,
            UnitKind::Sentence => piece(store, leader.unit),
        };
        let (text_at, tokens_at) = held.segment.places(&entry.fold);
        let [low, high] = split(tokens_at);
        let [keys, numbers, bits, more, tokens] = bitmaps;
        let originality = u32::from(!leader.is_version) << 31;
        self.keys
            .put_words(&[keys, numbers | originality, bits, more, tokens, low, high])?;
        self.keys
            .put_words(&split(hash::bytes(store.text(&entry.fold).as_bytes())))?;
        self.keys.put_words(words)?;
        let mut unit = store.unit(&entry, self.kind);
        unit.article.0 += held.segment.first_article;
        let kept = Kept {
            segment: held.number,
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
        detail[8] = entry.fold.text_len();
        detail[9..11].copy_from_slice(&split(self.pieces.end()));
        detail[11] = narrow(pieces.len());
        detail[12..].copy_from_slice(&[low, high]);
        self.details.put_words(&detail)?;
        for piece in pieces {
            self.pieces.put_words(&piece.fold.within(&entry.fold))?;
        }
        self.count += 1;
        Ok(())
    }

    /// Lets the leaders of earlier segments come by some folds. `versions` says by which rule versions are told, if they are.
    pub(super) fn meet(
        &mut self,
        units: &Selection<'_>,
        by_hash: &ByHash,
        versions: Option<Rule>,
    ) -> Result<Outcome, SpillError> {
        let count = units.count() as usize;
        let mut outcome = Outcome {
            met: (0..count).map(|_| None).collect(),
            version_of: vec![None; count],
        };
        if self.count == 0 || count == 0 {
            return Ok(outcome);
        }
        for spool in [&mut self.keys, &mut self.details, &mut self.pieces] {
            spool.flush()?;
        }
        let rule = self.settings.rule();
        let waiting = Waiting::new(self.plan, units, &rule, &|_| true);
        let has_numbers = |i: u32| join::has_numbers(units.tokens(i));
        let blind = versions.map(|rule| Waiting::new(self.plan, units, &rule, &has_numbers));
        let mut reader = self.keys.reader(0..self.keys.end());
        let (mut words, mut next) = (Vec::new(), 0);
        while !reader.is_done() {
            words.clear();
            let mut batch = Vec::new();
            while batch.len() < BATCH && words.len() < WORDS && !reader.is_done() {
                let [keys, numbers, bits, more, tokens, low, high, hash, hash_high] = reader.array(&self.keys)?;
                let (start, numbers_there) = (words.len(), numbers & !(1 << 31));
                reader.words(&self.keys, (keys + numbers_there) as usize, &mut words)?;
                batch.push(StreamedLeader {
                    number: next,
                    is_original: numbers >> 31 == 1,
                    bitmaps: [keys, numbers_there, bits, more, tokens],
                    keys: start..start + keys as usize,
                    numbers: start + keys as usize..words.len(),
                    tokens_at: joined(low, high),
                    hash: joined(hash, hash_high),
                });
                next += 1;
            }
            let (decided, versions) = (&outcome.met, &outcome.version_of);
            let past = |waiting| Stream {
                words: &words,
                waiting,
                units,
            };
            let one = |meeting: &mut Meeting, leader: &StreamedLeader| {
                let mut out = Vec::new();
                let open = |unit: u32| decided[unit as usize].is_none();
                // of two folds with one hash, the other may still be found by its shingles
                let twin = by_hash.get(&leader.hash).copied();
                self.one(leader, &past(&waiting), twin, &open, meeting, &mut out)?;
                let mut alike = Vec::new();
                if let Some(blind) = blind.as_ref().filter(|_| leader.is_original) {
                    let open = |unit: u32| open(unit) && versions[unit as usize].is_none();
                    self.one_original(leader, &past(blind), &open, meeting, &mut alike)?;
                }
                Ok((out, alike))
            };
            type Both = (Vec<EarlierMatch>, Vec<(u32, u32)>);
            let all: Result<Vec<Both>, SpillError> = batch.par_iter().map_init(Meeting::default, one).collect();
            for (met, alike) in all? {
                for met in met {
                    // An equal leader goes before all others, and there is one at most.
                    let known = &mut outcome.met[met.unit as usize];
                    if known.is_none() || met.is_equal {
                        *known = Some(Box::new(met));
                    }
                }
                for (unit, leader) in alike {
                    outcome.version_of[unit as usize].get_or_insert(leader);
                }
            }
        }
        Ok(outcome)
    }

    /// One leader comes by, whose twin among the units may have an equal fold.
    fn one(
        &self,
        leader: &StreamedLeader,
        &Stream { words, waiting, units }: &Stream<'_>,
        twin: Option<u32>,
        open: &dyn Fn(u32) -> bool,
        meeting: &mut Meeting,
        out: &mut Vec<EarlierMatch>,
    ) -> Result<(), SpillError> {
        let found = waiting.candidates(
            &words[leader.keys.clone()],
            &words[leader.numbers.clone()],
            open,
            meeting,
        );
        let mut found = found.to_vec();
        waiting.retain(&mut found, &leader.bitmaps, meeting);
        found.retain(|&unit| Some(unit) != twin);
        if found.is_empty() && twin.is_none() {
            return Ok(());
        }
        let tokens = self.segments.words(leader.tokens_at, leader.bitmaps[4] as usize)?;
        let mut fetched: Option<(Detail, String)> = None;
        waiting.retain_by_tokens(&mut found, leader.number, &tokens, meeting);
        for unit in twin.into_iter().chain(found) {
            let (detail, text) = self.fetch(leader.number, &mut fetched)?;
            let Some(similarity) = waiting.verify(unit, text) else {
                continue;
            };
            out.push(EarlierMatch {
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
        leader: &StreamedLeader,
        &Stream { words, waiting, units }: &Stream<'_>,
        open: &dyn Fn(u32) -> bool,
        meeting: &mut Meeting,
        out: &mut Vec<(u32, u32)>,
    ) -> Result<(), SpillError> {
        let found = waiting.candidates(&words[leader.keys.clone()], &[], open, meeting);
        if found.is_empty() {
            return Ok(());
        }
        let mut found = found.to_vec();
        waiting.retain(&mut found, &leader.bitmaps, meeting);
        if found.is_empty() {
            return Ok(());
        }
        let tokens = self.segments.words(leader.tokens_at, leader.bitmaps[4] as usize)?;
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
            let detail = self.detail(leader)?;
            let text = self.segments.text(detail.text_at, detail.text_len)?;
            *fetched = Some((detail, text));
        }
        // just filled
        fetched.as_ref().map_or_else(|| unreachable!("it was fetched"), Ok)
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
        let text = self.segments.text(detail.text_at, detail.text_len)?;
        let pieces = self.pieces.words(detail.pieces_at, 4 * detail.pieces)?;
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
