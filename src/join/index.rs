//! Leaders filed in the lists by which a later unit must find them, and the way through these lists.

use super::bitmap::{BitmapStore, Bitmaps};
use super::crowd::Words;
use super::crowd::{self, Crowd};
use super::lists::{ByKey, Lists, PostingLists, Stretch};
use super::measure::Similarity;
use super::numbers::{self, ByNumbers};
use super::prepared::{Prepared, bag_of};
use super::scratch::LookupScratch;
use super::sorted::SortedLists;
use super::{FEW, LEAST, Rule, Units, narrow};
use crate::origin::Origin;
use crate::spill::{Parts, SpillError, Spool};
use crate::steps::looked;
use crate::verdict::{LaterLanguage, lacks_numbers};
use rayon::prelude::*;
use std::borrow::Cow;
use std::convert::Infallible;

/// What is filed of some leaders. Lists hold their places.
#[derive(Debug)]
pub(super) struct Index<L: PostingLists = Lists> {
    /// By [`How`] they are filed; the last two only if they are asked for.
    pub(super) lists: [L; 3],
    /// Versions of others are told apart.
    pub(super) has_versions: bool,
    /// The leaders that are entries of forms, where forms are facts.
    pub(super) crowd: Option<Crowd<L::ByKey>>,
    pub(super) by_numbers: ByNumbers<L::ByKey>,
    pub(super) crowd_by_numbers: Option<ByNumbers<L::ByKey>>,
}

/// What a candidate that is laid beside the unit costs, in candidates that need no more than a look.
pub(super) const CANDIDATE: u64 = 32;

/// Entries of lists that cost as much as a candidate that needs no more than a look.
const ENTRIES: u64 = 8;

/// Entries of lists that are read sooner than words are looked up.
const SHORT: u64 = 4096;

/// How a leader is filed under the keys of its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum How {
    Alone,
    /// As a version of another unit.
    Version,
    /// With units that are like many others: see [`Crowd`].
    Crowded,
}

/// Ways, by their places in [`KINDS`]; those that are none are the first.
#[cfg(feature = "index")]
pub(crate) fn ways(places: &[u32]) -> Vec<How> {
    let way = |&place: &u32| KINDS.get(place as usize).copied().unwrap_or(How::Alone);
    places.iter().map(way).collect()
}

/// All ways, in the order of lists.
pub(super) const KINDS: [How; 3] = [How::Alone, How::Version, How::Crowded];

impl How {
    /// How it is filed in an index that may have no crowd.
    pub(super) fn kind(self, has_crowd: bool) -> Self {
        match self {
            Self::Crowded if !has_crowd => Self::Alone,
            how => how,
        }
    }
}

/// Which of the leaders are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Among {
    All,
    /// Those that are no versions of others.
    Originals,
}

/// A leader that satisfies a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Its place in the order in which leaders were decided.
    pub(super) leader: u32,
    pub(super) similarity: Similarity,
}

/// What is known of the leaders of an index, by the numbers that they have there, wherever it is kept.
pub(super) trait Filed {
    /// What may go wrong.
    type Error;
    type Bitmaps: BitmapStore;
    /// How many there are.
    fn count(&self) -> usize;
    /// Some bitmaps and the place of the leader's among them.
    fn bitmap(&self, leader: u32) -> (&Self::Bitmaps, u32);
    /// Its place in the order in which leaders were decided.
    fn place(&self, leader: u32) -> u32;
    /// The fold of the leader at a place; nothing if nothing is compared with it.
    fn text(&self, place: u32) -> Result<Option<Cow<'_, str>>, Self::Error>;
    /// Its tokens, where that is its fold.
    fn tokens(&self, place: u32, text: &str) -> Cow<'_, [u32]>;
    /// Where its article comes from and when.
    fn origin(&self, leader: u32) -> Origin;
    /// Nothing, if all that was read of bitmaps, lists and origins so far is what was written.
    fn sound(&self) -> Result<(), Self::Error>;
}

/// Some of the units that are joined.
pub(super) struct InMemory<'p, 'u, U: ?Sized> {
    pub(super) prepared: &'p Prepared<'u, U>,
    /// Which.
    pub(super) units: &'p [u32],
}

impl<U: Units + ?Sized> Filed for InMemory<'_, '_, U> {
    type Error = Infallible;
    type Bitmaps = Bitmaps;

    fn count(&self) -> usize {
        self.units.len()
    }

    #[inline]
    fn bitmap(&self, leader: u32) -> (&Bitmaps, u32) {
        (self.prepared.keys.bitmaps(), self.units[leader as usize])
    }

    fn place(&self, leader: u32) -> u32 {
        leader
    }

    fn text(&self, place: u32) -> Result<Option<Cow<'_, str>>, Infallible> {
        Ok(Some(self.prepared.units.text(self.units[place as usize]).into()))
    }

    fn tokens(&self, place: u32, _: &str) -> Cow<'_, [u32]> {
        self.prepared.units.tokens(self.units[place as usize]).into()
    }

    fn origin(&self, leader: u32) -> Origin {
        self.prepared.units.origin(self.units[leader as usize])
    }

    fn sound(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A unit that looks for leaders.
pub(super) struct Later<'p, 'u, U: ?Sized, L: PostingLists = Lists> {
    pub(super) prepared: &'p Prepared<'u, U>,
    pub(super) unit: u32,
    /// The lists that it looks into, of each kind.
    pub(super) lists: [&'p [L::List]; 3],
}

impl<'p, 'u, U: Units + ?Sized> Later<'p, 'u, U> {
    /// A unit that looks for leaders among the units it is joined with.
    pub(super) fn here(prepared: &'p Prepared<'u, U>, unit: u32) -> Self {
        let lists = prepared.keys.probes(unit);
        Self {
            prepared,
            unit,
            lists: [lists, lists, lists],
        }
    }
}

impl Index {
    /// Ready to file units.
    pub(super) fn new<U: Units + ?Sized>(prepared: &Prepared<'_, U>) -> Self {
        let keeps_numbers = prepared.rule.keeps_numbers();
        let lists = [true, prepared.has_versions, keeps_numbers];
        let bitmaps = prepared.keys.bitmaps();
        Self {
            lists: lists.map(|is_used| Lists::new(if is_used { prepared.places } else { 0 })),
            has_versions: prepared.has_versions,
            crowd: keeps_numbers.then(Crowd::new),
            by_numbers: ByNumbers::new(if keeps_numbers { bitmaps.with_numbers() } else { 0 }),
            crowd_by_numbers: None,
        }
    }

    /// Files units, so that later units find them. `leaders` holds all of them; these come last there.
    pub(super) fn file<U: Units + ?Sized>(
        &mut self,
        prepared: &Prepared<'_, U>,
        leaders: &[u32],
        new: &[How],
        scratch: &mut LookupScratch,
    ) {
        let first = leaders.len() - new.len();
        let each = || (first..).zip(leaders[first..].iter().copied().zip(new.iter().copied()));
        let (units, keys) = (prepared.units, &prepared.keys);
        let (by_numbers, crowd_by_numbers) = (&mut self.by_numbers, &mut self.crowd_by_numbers);
        let mut crowd = self.crowd.as_mut();
        let is_crowd = crowd.is_some();
        let mut file_besides = || {
            for (leader, (unit, how)) in each() {
                let (leader, lists) = (narrow(leader), keys.of(unit));
                // Without lists it has no key in common with another unit here; a unit of a later share may have one.
                if lists.is_empty() && !prepared.is_share {
                    continue;
                }
                let mut by_numbers = &mut *by_numbers;
                if let Some(crowd) = crowd.as_mut().filter(|_| how == How::Crowded) {
                    let filed = |leader: u32| {
                        let unit = leaders[leader as usize];
                        (units.text(unit), prepared.salt(unit))
                    };
                    crowd.push(filed, leader, lists, &mut scratch.words);
                    let units = || ByNumbers::new(keys.bitmaps().with_numbers());
                    by_numbers = crowd_by_numbers.get_or_insert_with(units);
                }
                if prepared.rule.keeps_numbers() {
                    let salt = salted_numbers(prepared, unit, &mut scratch.bag);
                    by_numbers.push(leader, &mut scratch.bag, |&t| prepared.count_of_number(t ^ salt) > 1);
                }
            }
        };
        let file_lists = |lists: &mut [Stretch<'_>; 3]| {
            for (leader, (unit, how)) in each() {
                looked(keys.of(unit).len());
                let lists = &mut lists[how.kind(is_crowd) as usize];
                keys.of(unit).iter().for_each(|&list| lists.push(list, narrow(leader)));
            }
        };
        let threads = if new.len() < LEAST {
            1
        } else {
            rayon::current_num_threads()
        };
        if threads == 1 {
            file_besides();
            file_lists(&mut self.lists.each_mut().map(Lists::whole));
            return;
        }
        // Some list or other begins each stretch: those of a few units.
        let mut at: Vec<u32> = leaders[first..]
            .iter()
            .step_by(new.len() / 64 + 1)
            .flat_map(|&unit| keys.of(unit))
            .copied()
            .collect();
        at.sort_unstable();
        at = (1..threads)
            .filter_map(|n| at.get(n * at.len() / threads).copied())
            .collect();
        at.dedup();
        let [alone, versions, in_crowd] = self.lists.each_mut().map(|lists| lists.stretches(&at));
        let stretches = alone.into_iter().zip(versions).zip(in_crowd);
        let mut stretches: Vec<[Stretch<'_>; 3]> = stretches.map(|((a, b), c)| [a, b, c]).collect();
        rayon::join(file_besides, || stretches.par_iter_mut().for_each(file_lists));
    }
}

/// Fills `bag` with the numbers of a unit, ascending, told from those of units that it is never compared with by the salt that it gives.
fn salted_numbers<U: Units + ?Sized>(prepared: &Prepared<'_, U>, unit: u32, bag: &mut Vec<u32>) -> u32 {
    bag_of(prepared.units.tokens(unit), bag);
    let salt = prepared.salt(unit);
    bag.iter_mut().for_each(|t| *t ^= salt);
    salt
}

impl Index {
    /// Forgets the lists under the keys of prefixes.
    pub(super) fn drop_lists(&mut self) {
        self.lists = [(); 3].map(|()| Lists::new(0));
    }

    /// Appends to a spool what is filed besides the lists under the keys of prefixes: by words, and by numbers.
    pub(super) fn write_besides<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        leaders: &[u32],
        ways: &[How],
        to: &mut Spool,
    ) -> Result<(), SpillError> {
        let (mut words, mut bag) = (Words::default(), Vec::new());
        let (mut by_words, mut numbers, mut crowd_numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (leader, (&unit, &how)) in (0..).zip(leaders.iter().zip(ways)) {
            let mut by_numbers = &mut numbers;
            if self.crowd.is_some() && how == How::Crowded {
                let of_unit = (prepared.units.text(unit), prepared.salt(unit));
                by_words.extend(crowd::keys(of_unit, &mut words).map(|key| (key, leader)));
                by_numbers = &mut crowd_numbers;
            }
            if prepared.rule.keeps_numbers() {
                let salt = salted_numbers(prepared, unit, &mut bag);
                let is_known = |&t: &u32| prepared.count_of_number(t ^ salt) > 1;
                numbers::keys(&mut bag, is_known, |key| by_numbers.push((key, leader)));
            }
        }
        let count = narrow(leaders.len());
        to.put_words(&[u32::from(self.crowd.is_some())])?;
        if self.crowd.is_some() {
            crowd::write(by_words, count, to)?;
        }
        self.by_numbers.write(numbers, count, to)?;
        to.put_words(&[u32::from(self.crowd_by_numbers.is_some())])?;
        if let Some(by_numbers) = &self.crowd_by_numbers {
            by_numbers.write(crowd_numbers, count, to)?;
        }
        Ok(())
    }
}

impl<'f> Index<SortedLists<'f>> {
    /// Of lists under the keys of prefixes, and what [`Index::write_besides`] has written.
    pub(super) fn read(lists: [SortedLists<'f>; 3], from: &mut Parts<'f>) -> Result<Self, SpillError> {
        let is_there = |from: &mut Parts<'f>| Ok::<bool, SpillError>(from.array()? == [1]);
        Ok(Self {
            has_versions: !lists[How::Version as usize].is_empty(),
            lists,
            crowd: is_there(from)?.then(|| Crowd::read(from)).transpose()?,
            by_numbers: ByNumbers::read(from)?,
            crowd_by_numbers: is_there(from)?.then(|| ByNumbers::read(from)).transpose()?,
        })
    }
}

impl<L: PostingLists> Index<L> {
    /// The leaders that lists propose for a unit, in any order.
    fn gather<U: Units + ?Sized>(
        &self,
        later: &Later<'_, '_, U, L>,
        filed: &impl Filed,
        rule: &Rule,
        which: Among,
        scratch: &mut LookupScratch,
    ) {
        let LookupScratch {
            candidates,
            bag,
            lists: numbers,
            hits,
            words,
            met,
            ..
        } = scratch;
        candidates.clear();
        *met = 0;
        let count = filed.count();
        let (prepared, keys) = (later.prepared, &later.prepared.keys);
        let shared = keys.shared(later.unit);
        // Fewer of its lists than it shares with what it matches lead nowhere.
        let [alone, versions, in_crowd] = later.lists.map(|lists| match lists.len() < usize::from(shared) {
            true => &[],
            false => lists,
        });
        if [alone, versions, in_crowd].iter().all(|lists| lists.is_empty())
            || prepared.has_number_of_its_own(later.unit, rule, bag)
        {
            return;
        }
        let kinds = [
            Some((&self.lists[How::Alone as usize], alone)),
            Some((&self.lists[How::Version as usize], versions)).filter(|_| which == Among::All && self.has_versions),
        ];
        let kinds = || kinds.into_iter().flatten();
        let salt = prepared.salt(later.unit);
        bag.iter_mut().for_each(|t| *t ^= salt);
        // All lists are fetched at once: what follows depends on each of them, and memory is far.
        let length: u64 = kinds().map(|(filed, lists)| filed.length(lists)).sum();
        let has_numbers = rule.keeps_numbers() && keys.bitmaps().has_numbers(later.unit);
        let by_numbers = has_numbers.then_some(&self.by_numbers);
        if length > 0 && !visit_by_numbers(by_numbers, length, bag, numbers, candidates) {
            for (filed, lists) in kinds() {
                filed.count(lists, shared, (hits, count), candidates);
            }
        }
        *met = length / ENTRIES;
        if let Some(crowd) = self
            .crowd
            .as_ref()
            .filter(|crowd| crowd.may_hold::<L>(in_crowd, shared))
        {
            let lists = &self.lists[How::Crowded as usize];
            let before = candidates.len();
            let length = lists.length(in_crowd);
            let is_short = length <= SHORT;
            if is_short {
                lists.count(in_crowd, shared, (hits, count), candidates);
            }
            // By its words a unit finds what it repeats, which is less than what is like it, but takes longer.
            if !is_short || candidates.len() > before + FEW {
                let by_words = (rule.keeps_numbers())
                    .then(|| crowd.find(prepared.units.text(later.unit), salt, words))
                    .flatten();
                let by_numbers = self.crowd_by_numbers.as_ref().filter(|_| has_numbers);
                let of_lists = candidates.split_off(before);
                let most = by_words.unwrap_or(length);
                if !visit_by_numbers(by_numbers, most, bag, numbers, candidates) {
                    match by_words {
                        Some(_) => crowd.visit(words, |unit| candidates.push(unit)),
                        None if is_short => candidates.extend(of_lists),
                        None => lists.count(in_crowd, shared, (hits, count), candidates),
                    }
                }
            }
        }
        *met += candidates.len() as u64;
    }

    /// The first leader that a unit matches.
    ///
    /// It has then met [`LookupScratch::met`] candidates.
    pub(super) fn first_match<U: Units + ?Sized, F: Filed>(
        &self,
        later: &Later<'_, '_, U, L>,
        filed: &F,
        scratch: &mut LookupScratch,
    ) -> Result<Option<Hit>, F::Error> {
        let rule = &later.prepared.rule;
        self.first(later, filed, rule, Among::All, scratch, |_, _| true)
    }

    /// The first original that a unit matches by another rule, of the same measure and threshold, and that lacks one of its
    /// numbers.
    pub(super) fn first_original<U: Units + ?Sized, F: Filed>(
        &self,
        later: &Later<'_, '_, U, L>,
        filed: &F,
        rule: &Rule,
        scratch: &mut LookupScratch,
    ) -> Result<Option<Hit>, F::Error> {
        let bounding = |rule: &Rule| (rule.measure, rule.threshold);
        debug_assert_eq!(bounding(rule), bounding(&later.prepared.rule));
        self.first(later, filed, rule, Among::Originals, scratch, lacks_numbers)
    }

    /// The first leader that a unit matches, if something is also true of both folds.
    fn first<U: Units + ?Sized, F: Filed>(
        &self,
        later: &Later<'_, '_, U, L>,
        filed: &F,
        rule: &Rule,
        which: Among,
        scratch: &mut LookupScratch,
        also: impl Fn(&str, &str) -> bool,
    ) -> Result<Option<Hit>, F::Error> {
        self.gather(later, filed, rule, which, scratch);
        let mut candidates = std::mem::take(&mut scratch.candidates);
        let prepared = later.prepared;
        prepared.keep_joined(later.unit, &mut candidates, |leader| filed.origin(leader));
        prepared.tell_apart(later.unit, &mut candidates, |leader| filed.bitmap(leader), scratch);
        candidates.iter_mut().for_each(|leader| *leader = filed.place(*leader));
        candidates.sort_unstable();
        candidates.dedup();
        scratch.met += CANDIDATE * candidates.len() as u64;
        scratch.candidates = candidates;
        filed.sound()?;
        let told = LaterLanguage::default();
        for &leader in &scratch.candidates {
            let Some(text) = filed.text(leader)? else { continue };
            let tokens = filed.tokens(leader, &text);
            if !prepared.may_match(later.unit, &tokens, rule, &mut scratch.verifier) {
                continue;
            }
            if let Some(similarity) = prepared.matched(later.unit, &text, rule, &told)
                && also(prepared.units.text(later.unit), &text)
            {
                return Ok(Some(Hit { leader, similarity }));
            }
        }
        Ok(None)
    }
}

/// Appends to `found` the units that hold these numbers, by lists of numbers, if those hold less than `most`; false if not.
fn visit_by_numbers<P: ByKey>(
    by_numbers: Option<&ByNumbers<P>>,
    most: u64,
    bag: &[u32],
    keys: &mut Vec<u32>,
    found: &mut Vec<u32>,
) -> bool {
    let Some(by_numbers) = by_numbers else {
        return false;
    };
    match by_numbers.find(bag, keys) {
        Some((keys, units)) if units < most => {
            by_numbers.visit(keys, |unit| found.push(unit));
            true
        }
        _ => false,
    }
}
