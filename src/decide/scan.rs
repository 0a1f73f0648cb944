//! The one scan that decides: paragraph by paragraph, each with its sentences and their parts before the next. So what is
//! decided of some articles does not change with the articles that follow.

use super::equals::Equals;
use super::reprints::{Reprints, neighbours};
use super::units::{Folds, SMALL, Units, piece_of_part};
use super::versions::Versions;
use super::{COUNTED, KEYS, Observer, Removal, SCANNED, narrow};
use crate::hash;
use crate::join::{Found, Leaders, Order, Original, Similarity, Units as _, Unmatched};
use crate::model::{Reason, Stage};
use crate::settings::{Keep, Settings};
use crate::spill::Bits;
use crate::store::Selection;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// How many paragraphs are decided until the observer is told.
const TOLD: usize = 256;

/// What a unit repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeper {
    /// A paragraph or piece of the same store, by its number.
    Here(u32),
    /// A unit of articles decided before these, by its place among those that are handed on with [`Before`].
    Before(u32),
}

/// What is known of a fold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// No unit that has it stands for others, and it has not been found to repeat a leader so far.
    Open(Unmatched),
    /// The leader at that place has it.
    Leader(u32),
    /// It repeats a leader.
    Gone(Keeper, Reason, Similarity),
}

/// What is known of some units from articles that were decided before them: nothing by default.
pub(crate) struct Before {
    /// For each fold of paragraphs and of pieces; empty if nothing is known of any.
    pub(crate) fates: [Vec<Fate>; 2],
    /// Paragraphs that are new versions of earlier ones.
    pub(crate) versions: Bits,
    /// For each fold of paragraphs whether it stands there.
    pub(crate) stands: Vec<bool>,
    /// Paragraphs that repeat earlier ones in view of what stands beside both.
    pub(crate) reprints: HashMap<u32, (u32, Similarity), ahash::RandomState>,
}

impl Default for Before {
    fn default() -> Self {
        Self {
            fates: Default::default(),
            versions: Bits::default(),
            stands: Vec::new(),
            reprints: HashMap::with_hasher(hash::map_state()),
        }
    }
}

/// A unit that later ones are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leader {
    pub(crate) unit: u32,
    pub(crate) fold: u32,
    pub(crate) is_version: bool,
}

/// What was decided.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// What goes: paragraphs, sentences, parts, each in the order in which they were decided.
    pub(crate) removed: [Vec<Removal<Keeper>>; 3],
    /// Paragraphs and sentences that were too short to be judged.
    pub(crate) too_short: u64,
}

/// Units of one level while they are being decided.
pub(crate) struct Level<'u, 's> {
    pub(crate) folds: &'u Folds<'s>,
    pub(crate) leaders: Leaders<'u, Selection<'s>>,
    /// By place among the leaders.
    pub(crate) filed: Vec<Leader>,
    fates: Vec<Fate>,
    equals: Option<Equals>,
}

/// What was decided of a unit.
enum Decision {
    Goes(Removal<Keeper>),
    /// It repeats nothing.
    Stays(Unmatched),
}

impl<'u, 's> Level<'u, 's> {
    fn new(folds: &'u Folds<'s>, settings: &Settings, order: &'u Order, versions: Option<&Versions<'_>>) -> Self {
        let versions = versions.map(Versions::rule);
        Self {
            folds,
            leaders: Leaders::new(
                &folds.distinct,
                &settings.rule(),
                settings.reach(),
                Some(order),
                versions,
            ),
            filed: Vec::new(),
            fates: vec![Fate::Open(Unmatched::default()); folds.count()],
            equals: Equals::of(folds),
        }
    }

    /// True if it is known what a unit of that fold repeats.
    fn is_known(&self, fold: u32) -> bool {
        !matches!(self.fates[fold as usize], Fate::Open(_)) || self.equal(fold).is_some()
    }

    /// The leader of the same text, where that is not what is known of the fold.
    fn equal(&self, fold: u32) -> Option<u32> {
        self.equals.as_ref()?.first(self.folds, fold)
    }

    fn note(&mut self, fold: u32, found: Found) {
        self.fates[fold as usize] = match found {
            Found::Match(leader, similarity) => {
                let keeper = Keeper::Here(self.filed[leader as usize].unit);
                Fate::Gone(keeper, Reason::Near, similarity)
            }
            Found::Nothing(past) => Fate::Open(past),
        };
    }

    /// True if a unit of that fold can be decided.
    fn is_ready(&self, fold: u32) -> bool {
        self.is_known(fold) || self.leaders.is_ready(fold)
    }

    /// Looks up the first of some folds, the units of which come in that order.
    fn look_ahead(&mut self, folds: impl Iterator<Item = u32>) {
        let size = self.leaders.size();
        let open = folds.filter_map(|fold| match self.fates[fold as usize] {
            Fate::Open(past) => Some((fold, past)),
            _ => None,
        });
        let equals = self.equals.as_ref();
        let is_equal = |fold: u32| equals.is_some_and(|equals| equals.first(self.folds, fold).is_some());
        let mut open = open.filter(|open| !is_equal(open.0));
        if size == 1 {
            if let Some((fold, past)) = open.next() {
                let found = self.leaders.look_at(fold, past);
                self.note(fold, found);
            }
            return;
        }
        let mut seen = HashSet::with_hasher(hash::map_state());
        let different: Vec<_> = open.filter(|open| seen.insert(open.0)).take(size).collect();
        for (fold, found) in self.leaders.look_ahead(&different) {
            self.note(fold, found);
        }
    }

    /// Decides a unit of that fold.
    fn decide(&mut self, unit: u32, fold: u32) -> Decision {
        let is_equal_to_earlier = matches!(self.fates[fold as usize], Fate::Gone(_, Reason::Equal, _));
        let equal = if is_equal_to_earlier { None } else { self.equal(fold) };
        if let Some(leader) = equal {
            self.fates[fold as usize] = Fate::Leader(leader);
        } else if let Fate::Open(past) = self.fates[fold as usize] {
            let found = self.leaders.decide(fold, past);
            self.note(fold, found);
        }
        let (keeper, reason, similarity) = match self.fates[fold as usize] {
            Fate::Open(past) => return Decision::Stays(past),
            Fate::Leader(leader) => {
                let keeper = Keeper::Here(self.filed[leader as usize].unit);
                (keeper, Reason::Equal, Similarity::EQUAL)
            }
            Fate::Gone(keeper, reason, similarity) => (keeper, reason, similarity),
        };
        Decision::Goes(Removal {
            removed: unit,
            kept: keeper,
            reason,
            similarity,
            is_reprint: false,
        })
    }

    /// From now on units are compared with this one, unless there is one of the same fold: a sentence may have that of its part.
    fn file(&mut self, unit: u32, fold: u32, past: Unmatched) {
        if self.is_known(fold) || self.equals.as_ref().is_some_and(|equals| equals.holds(fold)) {
            return;
        }
        let leader = self.leaders.file(fold, past);
        match &mut self.equals {
            // Units of the fold may be compared with other leaders and not with this one.
            Some(equals) => equals.push(self.folds, fold, leader),
            None => self.fates[fold as usize] = Fate::Leader(leader),
        }
        self.filed.push(Leader {
            unit,
            fold,
            is_version: past.version().is_some(),
        });
    }
}

/// Decides units, whose paragraphs are given in the order of decisions.
pub(crate) fn scan(units: &Units<'_>, paragraphs: &[u32], settings: &Settings, observe: Observer<'_>) -> Scanned {
    on_pool(paragraphs.len(), || {
        let order = order_of(units, settings);
        let mut scan = Scan::new(units, settings, &order, observe);
        scan.run(paragraphs, Before::default(), observe);
        scan.out
    })
}

/// Does something with so many paragraphs on one of the threads of the pool, unless they are few: to hand each batch over to it
/// from outside takes as long as many a batch.
pub(crate) fn on_pool<T: Send>(paragraphs: usize, scan: impl FnOnce() -> T + Send) -> T {
    if paragraphs < SMALL {
        scan()
    } else {
        rayon::join(scan, || ()).0
    }
}

/// The order of shingles for some units. What is counted for whole paragraphs serves for whatever is part of them: for all, since
/// those of one fold may be cut into different sentences.
fn order_of(units: &Units<'_>, settings: &Settings) -> Order {
    match settings.units().paragraphs() {
        true => Order::of(&units.all_paragraphs(), &settings.rule()),
        false => Order::of(&units.pieces.folds.distinct, &settings.rule()),
    }
}

/// Units that are being decided.
pub(crate) struct Scan<'u, 's> {
    units: &'u Units<'s>,
    settings: &'u Settings,
    pub(crate) paragraphs: Level<'u, 's>,
    pub(crate) pieces: Level<'u, 's>,
    versions: Option<Versions<'s>>,
    reprints: Option<Reprints<'s>>,
    known_versions: Bits,
    known_reprints: HashMap<u32, (u32, Similarity), ahash::RandomState>,
    /// What was found out side by side: whether a paragraph is a version of the leader at that place.
    ahead: HashMap<(u32, u32), bool, ahash::RandomState>,
    pub(crate) out: Scanned,
}

impl<'u, 's> Scan<'u, 's> {
    /// Nothing is decided yet. The order of shingles serves all of the units.
    pub(crate) fn new(units: &'u Units<'s>, settings: &'s Settings, order: &'u Order, observe: Observer<'_>) -> Self
    where
        's: 'u,
    {
        let done = |stage: Stage, work: u64| observe(stage, work * units.range.len() as u64);
        // The shingles have been counted for this, now or as the articles came.
        done(Stage::Count, COUNTED);
        let versions = Versions::new(units.store, settings);
        let paragraphs = Level::new(&units.paragraphs, settings, order, versions.as_ref());
        done(Stage::Keys, KEYS[0]);
        let pieces = Level::new(&units.pieces.folds, settings, order, None);
        done(Stage::Keys, KEYS[1]);
        Self {
            units,
            settings,
            paragraphs,
            pieces,
            versions,
            reprints: None,
            known_versions: Bits::default(),
            known_reprints: HashMap::with_hasher(hash::map_state()),
            ahead: HashMap::with_hasher(hash::map_state()),
            out: Scanned::default(),
        }
    }

    /// Decides all, whose paragraphs are given in the order of decisions.
    pub(crate) fn run(&mut self, paragraphs: &[u32], before: Before, observe: Observer<'_>) {
        let stands = |fold: u32| before.stands.get(fold as usize).is_some_and(|&stands| stands);
        self.reprints = Reprints::new(self.units.store, &self.units.paragraphs, self.settings, stands);
        for (level, fates) in [&mut self.paragraphs, &mut self.pieces].into_iter().zip(before.fates) {
            if !fates.is_empty() {
                level.fates = fates;
            }
        }
        (self.known_versions, self.known_reprints) = (before.versions, before.reprints);
        for at in 0..paragraphs.len() {
            self.paragraph(&paragraphs[at..]);
            if at % TOLD == 0 {
                observe(Stage::Scan, SCANNED * TOLD.min(paragraphs.len() - at) as u64);
            }
        }
        observe(Stage::Scan, 0);
    }

    /// Of the leaders among the paragraphs, by their place, the folds beside them that come first there.
    pub(crate) fn beside(&self) -> Vec<(u32, u32)> {
        let Some(reprints) = &self.reprints else {
            return Vec::new();
        };
        let (store, folds) = (self.units.store, &self.units.paragraphs);
        let mut out = Vec::new();
        for (leader, filed) in (0..).zip(&self.paragraphs.filed) {
            for neighbour in neighbours(store, filed.unit) {
                let fold = folds.of(neighbour).filter(|&fold| reprints.is_first(neighbour, fold));
                out.extend(fold.map(|fold| (leader, fold)));
            }
        }
        out
    }

    /// Looks up the first of some paragraphs that come next, side by side.
    fn look_ahead(&mut self, ahead: &[u32]) {
        let folds = &self.units.paragraphs;
        let level = &mut self.paragraphs;
        level.look_ahead(ahead.iter().filter_map(|&paragraph| folds.of(paragraph)));
        self.ahead.clear();
        let Some(versions) = &self.versions else { return };
        let level = &self.paragraphs;
        let looked_up = ahead
            .iter()
            .filter_map(|&paragraph| Some((paragraph, folds.of(paragraph)?)));
        let looked_up = looked_up.take_while(|&(_, fold)| level.is_ready(fold));
        let asked = looked_up.filter_map(|(paragraph, fold)| match level.fates[fold as usize] {
            Fate::Open(past) => match past.version()? {
                Original::Leader(leader) => Some((paragraph, leader)),
                Original::Elsewhere => None,
            },
            _ => None,
        });
        let asked: Vec<(u32, u32)> = asked.collect();
        let is_version = |&(paragraph, leader): &(u32, u32)| {
            let original = level.filed[leader as usize].unit;
            ((paragraph, leader), versions.is_version(paragraph, original))
        };
        let found: Vec<_> = asked.par_iter().map(is_version).collect();
        self.ahead.extend(found);
    }

    /// Looks up that fold, and the first of the sentences and parts of some paragraphs, from a sentence of the first one on, side by
    /// side.
    fn look_ahead_inside(&mut self, ahead: &[u32], sentence: u32, fold: u32) {
        let units = self.units;
        let (of_paragraphs, pieces) = (&units.paragraphs, &units.pieces);
        let (paragraphs, settings) = (&self.paragraphs, self.settings);
        // What is not looked up yet may go as a whole.
        let of_paragraph = |paragraph: u32| {
            settings
                .units()
                .paragraphs()
                .then(|| of_paragraphs.of(paragraph))
                .flatten()
        };
        let looked_up = |&&paragraph: &&u32| of_paragraph(paragraph).is_none_or(|fold| paragraphs.is_ready(fold));
        let is_open = |&&paragraph: &&u32| of_paragraph(paragraph).is_none_or(|fold| !paragraphs.is_known(fold));
        let sentences_in = |paragraph: u32| in_order(settings, units.store.sentences_in(paragraph as usize));
        let here = sentences_in(ahead[0]).skip_while(|&here| here != sentence);
        let after = ahead[1..].iter().take_while(looked_up).filter(is_open);
        let sentences = here.chain(after.flat_map(|&paragraph| sentences_in(paragraph)));
        let folds = sentences.flat_map(|sentence| {
            let parts = units.store.parts_of(sentence as usize..sentence as usize + 1);
            let parts = in_order(settings, parts).filter_map(|part| pieces.of_part(part));
            pieces.of_sentence(sentence).into_iter().chain(parts)
        });
        self.pieces.look_ahead(std::iter::once(fold).chain(folds));
    }

    /// Decides the first of some paragraphs, its sentences and their parts.
    fn paragraph(&mut self, ahead: &[u32]) {
        let paragraph = ahead[0];
        let mut stays = None;
        if self.settings.units().paragraphs() {
            if let Some(fold) = self.units.paragraphs.of(paragraph) {
                if let Some(reprints) = &mut self.reprints {
                    reprints.note(paragraph, fold);
                }
                if !self.paragraphs.is_ready(fold) {
                    self.look_ahead(ahead);
                }
                let decision = match self.paragraphs.decide(paragraph, fold) {
                    Decision::Stays(past) => self
                        .reprint(paragraph, fold)
                        .map_or(Decision::Stays(past), Decision::Goes),
                    goes @ Decision::Goes(_) => goes,
                };
                match decision {
                    Decision::Goes(removal) => {
                        self.out.removed[0].push(removal);
                        return;
                    }
                    Decision::Stays(past) => stays = Some((fold, past)),
                }
            } else {
                self.out.too_short += 1;
            }
        }
        let mut loses = false;
        if self.settings.units().sentences() {
            let is_whole = stays.is_some_and(|(_, past)| self.is_version(paragraph, past));
            let sentences = self.units.store.sentences_in(paragraph as usize);
            for sentence in in_order(self.settings, sentences) {
                loses |= self.sentence(sentence, ahead, is_whole);
            }
        }
        // What has lost a sentence stands for no other paragraph: copies of it are decided by their sentences.
        if let Some((fold, past)) = stays.filter(|_| !loses) {
            self.paragraphs.file(paragraph, fold, past);
        }
    }

    /// What a paragraph repeats in view of what stands beside both: the first such leader.
    fn reprint(&mut self, paragraph: u32, fold: u32) -> Option<Removal<Keeper>> {
        let reprints = self.reprints.as_ref()?;
        let removal = |keeper, similarity| Removal {
            removed: paragraph,
            kept: keeper,
            reason: Reason::Near,
            similarity,
            is_reprint: true,
        };
        if let Some(&(kept, similarity)) = self.known_reprints.get(&paragraph) {
            return Some(removal(Keeper::Before(kept), similarity));
        }
        let folds = &self.units.paragraphs;
        let leader = |candidate: u32| match self.paragraphs.fates[folds.of(candidate)? as usize] {
            Fate::Leader(leader) => Some(leader).filter(|&l| self.paragraphs.filed[l as usize].unit == candidate),
            _ => None,
        };
        let candidates = reprints.candidates(paragraph, folds).into_iter();
        let mut leaders: Vec<u32> = candidates.filter_map(leader).collect();
        leaders.sort_unstable();
        leaders.dedup();
        let (rule, level) = (reprints.rule, &mut self.paragraphs);
        leaders.into_iter().find_map(|leader| {
            let leader = level.filed[leader as usize];
            if !level.leaders.may_match(fold, leader.fold) {
                return None;
            }
            let text = |fold| folds.distinct.text(fold);
            let similarity = rule.similarity_in_reprint(text(fold), text(leader.fold))?;
            Some(removal(Keeper::Here(leader.unit), similarity))
        })
    }

    /// True if a paragraph is a new version of the one that it was found to be like but for numbers.
    fn is_version(&self, paragraph: u32, past: Unmatched) -> bool {
        match past.version() {
            None => false,
            Some(Original::Elsewhere) => self.known_versions.contains(paragraph),
            Some(Original::Leader(leader)) => {
                let original = self.paragraphs.filed[leader as usize].unit;
                let find = || {
                    self.versions
                        .as_ref()
                        .is_some_and(|versions| versions.is_version(paragraph, original))
                };
                self.ahead.get(&(paragraph, leader)).copied().unwrap_or_else(find)
            }
        }
    }

    /// Decides a sentence and its parts, of which nothing goes if the paragraph, the first of these, stays whole; true if any
    /// goes.
    fn sentence(&mut self, sentence: u32, ahead: &[u32], is_whole: bool) -> bool {
        let Some(fold) = self.units.pieces.of_sentence(sentence) else {
            self.out.too_short += 1;
            return false;
        };
        if !self.pieces.is_ready(fold) {
            self.look_ahead_inside(ahead, sentence, fold);
        }
        let past = match self.pieces.decide(sentence, fold) {
            Decision::Goes(removal) => {
                if !is_whole {
                    self.out.removed[1].push(removal);
                }
                return !is_whole;
            }
            Decision::Stays(past) => past,
        };
        let number = sentence as usize;
        let parts = self.units.store.parts_of(number..number + 1);
        let mut loses = false;
        for part in in_order(self.settings, parts) {
            loses |= self.part(part, ahead, is_whole);
        }
        if !loses {
            self.pieces.file(sentence, fold, past);
        }
        loses
    }

    /// Decides a part of a sentence that stays; true if it goes.
    fn part(&mut self, part: u32, ahead: &[u32], is_whole: bool) -> bool {
        let Some(fold) = self.units.pieces.of_part(part) else {
            return false;
        };
        let store = self.units.store;
        let piece = piece_of_part(store, part);
        if !self.pieces.is_ready(fold) {
            self.look_ahead_inside(ahead, store.parts[part as usize].sentence, fold);
        }
        match self.pieces.decide(piece, fold) {
            Decision::Goes(removal) => {
                // A part that the next one leans on stays.
                let goes = !is_whole && !store.parts[part as usize].is_leant_on;
                if goes {
                    self.out.removed[2].push(Removal {
                        removed: part,
                        ..removal
                    });
                }
                goes
            }
            Decision::Stays(past) => {
                self.pieces.file(piece, fold, past);
                false
            }
        }
    }
}

/// Sentences or parts in the order of decisions.
fn in_order(settings: &Settings, units: Range<usize>) -> impl Iterator<Item = u32> + use<> {
    let is_last = settings.keep() == Keep::Last;
    let (start, end) = (units.start, units.end);
    units.map(move |unit| narrow(if is_last { start + end - 1 - unit } else { unit }))
}
