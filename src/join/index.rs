//! Units filed in the lists by which a later unit must find them.

use super::crowd::Crowd;
use super::lists::{Lists, Stretch};
use super::measure::Similarity;
use super::numbers::ByNumbers;
use super::prepared::{Prepared, bag_of};
use super::scratch::LookupScratch;
use super::{FEW, LEAST, Rule, Units, narrow};
use crate::steps::looked;
use crate::verdict::{LaterLanguage, lacks_numbers};
use rayon::prelude::*;

/// What is filed of some units, in the lists by which a later unit must find them.
#[derive(Debug)]
pub(super) struct Index {
    /// The filed units, in order. Posting lists hold places in this list.
    leaders: Vec<u32>,
    /// By [`How`] they are filed.
    lists: [Lists; 3],
    /// The filed units that are entries of forms, where forms are facts.
    crowd: Option<Crowd>,
    by_numbers: ByNumbers,
    crowd_by_numbers: Option<ByNumbers>,
}

/// What a candidate that is laid beside the unit costs, in candidates that need no more than a look.
pub(super) const CANDIDATE: u64 = 32;

/// Entries of lists that cost as much as a candidate that needs no more than a look.
const ENTRIES: u64 = 8;

/// Entries of lists that are read sooner than words are looked up.
const SHORT: u64 = 4096;

/// How a unit is filed under the keys of its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    Alone,
    /// As a version of another unit.
    Version,
    /// With units that are like many others: see [`Crowd`].
    Crowded,
}

impl How {
    /// Which of its lists an index has for units that are filed in that way.
    fn list(self, has_crowd: bool) -> usize {
        match self {
            Self::Crowded if !has_crowd => Self::Alone as usize,
            how => how as usize,
        }
    }
}

/// Which of the filed units are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Among {
    All,
    /// Those that are no versions of others.
    Originals,
}

/// A filed unit that satisfies a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Its place among the filed units.
    pub(super) leader: u32,
    pub(super) similarity: Similarity,
}

impl Index {
    /// Ready to file units.
    pub(super) fn new<U: Units + ?Sized>(prepared: &Prepared<'_, U>) -> Self {
        let keeps_numbers = prepared.rule.keeps_numbers();
        let lists = [true, prepared.has_versions, keeps_numbers];
        let bitmaps = prepared.keys.bitmaps();
        Self {
            leaders: Vec::new(),
            lists: lists.map(|is_used| Lists::new(if is_used { prepared.places } else { 0 })),
            crowd: keeps_numbers.then(Crowd::new),
            by_numbers: ByNumbers::new(if keeps_numbers { bitmaps.with_numbers() } else { 0 }),
            crowd_by_numbers: None,
        }
    }

    /// The filed units, in order.
    pub(super) fn leaders(&self) -> &[u32] {
        &self.leaders
    }

    /// Files units, so that later units find them. The first one gets the next place among the filed units.
    pub(super) fn file<U: Units + ?Sized>(
        &mut self,
        prepared: &Prepared<'_, U>,
        new: &[(u32, How)],
        scratch: &mut LookupScratch,
    ) {
        let first = self.leaders.len();
        self.leaders.extend(new.iter().map(|&(unit, _)| unit));
        let (units, leaders, keys) = (prepared.units, &self.leaders, &prepared.keys);
        let (by_numbers, crowd_by_numbers) = (&mut self.by_numbers, &mut self.crowd_by_numbers);
        let mut crowd = self.crowd.as_mut();
        let is_crowd = crowd.is_some();
        let mut file_besides = || {
            for (leader, &(unit, how)) in (first..).zip(new) {
                let (leader, lists) = (narrow(leader), keys.of(unit));
                if lists.is_empty() {
                    continue;
                }
                let mut by_numbers = &mut *by_numbers;
                if let Some(crowd) = crowd.as_mut().filter(|_| how == How::Crowded) {
                    let text = |leader: u32| units.text(leaders[leader as usize]);
                    crowd.push(text, leader, lists, &mut scratch.words);
                    let units = || ByNumbers::new(keys.bitmaps().with_numbers());
                    by_numbers = crowd_by_numbers.get_or_insert_with(units);
                }
                if prepared.rule.keeps_numbers() {
                    let bag = &mut scratch.bag;
                    bag_of(units.tokens(unit), bag);
                    by_numbers.push(leader, bag, |&t| prepared.count_of_number(t) > 1);
                }
            }
        };
        let file_lists = |lists: &mut [Stretch<'_>; 3]| {
            for (leader, &(unit, how)) in (first..).zip(new) {
                looked(keys.of(unit).len());
                let lists = &mut lists[how.list(is_crowd)];
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
        let mut at: Vec<u32> = new
            .iter()
            .step_by(new.len() / 64 + 1)
            .flat_map(|&(unit, _)| keys.of(unit))
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

    /// The filed units that may match the unit `later`, ascending by their places.
    fn candidates<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        later: u32,
        rule: &Rule,
        which: Among,
        scratch: &mut LookupScratch,
    ) {
        self.gather(prepared, later, rule, which, scratch);
        let mut candidates = std::mem::take(&mut scratch.candidates);
        prepared.tell_apart(later, &mut candidates, |leader| self.leaders[leader as usize], scratch);
        scratch.met += CANDIDATE * candidates.len() as u64;
        scratch.candidates = candidates;
    }

    /// The filed units that posting lists propose for the unit `later`, in any order.
    fn gather<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        later: u32,
        rule: &Rule,
        which: Among,
        scratch: &mut LookupScratch,
    ) {
        scratch.counters(self.leaders.len());
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
        let keys = &prepared.keys;
        let lists = keys.probes(later);
        let shared = keys.shared(later);
        if lists.len() < usize::from(shared) || prepared.has_number_of_its_own(later, rule, bag) {
            return;
        }
        let [alone, versions, in_crowd] = &self.lists;
        let filed = [
            Some(alone),
            Some(versions).filter(|lists| which == Among::All && lists.are_kept()),
        ];
        let filed = || filed.into_iter().flatten();
        // All lists are fetched at once: what follows depends on each of them, and memory is far.
        let length: u64 = filed().map(|filed| filed.length(lists)).sum();
        let has_numbers = rule.keeps_numbers() && keys.bitmaps().has_numbers(later);
        let by_numbers = has_numbers.then_some(&self.by_numbers);
        if length > 0 && !visit_by_numbers(by_numbers, length, bag, numbers, candidates) {
            for filed in filed() {
                filed.count(lists, shared, hits, candidates);
            }
        }
        *met = length / ENTRIES;
        if let Some(crowd) = self.crowd.as_ref().filter(|crowd| crowd.may_hold(lists, shared)) {
            let before = candidates.len();
            let length = in_crowd.length(lists);
            let is_short = length <= SHORT;
            if is_short {
                in_crowd.count(lists, shared, hits, candidates);
            }
            // By its words a unit finds what it repeats, which is less than what is like it, but takes longer.
            if !is_short || candidates.len() > before + FEW {
                let by_words = (rule.keeps_numbers())
                    .then(|| crowd.find(prepared.units.text(later), words))
                    .flatten();
                let by_numbers = self.crowd_by_numbers.as_ref().filter(|_| has_numbers);
                let of_lists = candidates.split_off(before);
                let most = by_words.unwrap_or(length);
                if !visit_by_numbers(by_numbers, most, bag, numbers, candidates) {
                    match by_words {
                        Some(_) => crowd.visit(words, |unit| candidates.push(unit)),
                        None if is_short => candidates.extend(of_lists),
                        None => in_crowd.count(lists, shared, hits, candidates),
                    }
                }
            }
        }
        *met += candidates.len() as u64;
    }

    /// The first filed unit that matches the unit `later`.
    ///
    /// It has then met [`LookupScratch::met`] candidates.
    pub(super) fn first_match<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        later: u32,
        scratch: &mut LookupScratch,
    ) -> Option<Hit> {
        self.candidates(prepared, later, &prepared.rule, Among::All, scratch);
        self.first(prepared, later, &prepared.rule, scratch, |_| true)
    }

    /// The first filed original that `later` matches by another rule, of the same measure and threshold, and that lacks one of
    /// its numbers.
    pub(super) fn first_original<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        later: u32,
        rule: &Rule,
        scratch: &mut LookupScratch,
    ) -> Option<Hit> {
        let bounding = |rule: &Rule| (rule.measure, rule.threshold);
        debug_assert_eq!(bounding(rule), bounding(&prepared.rule));
        self.candidates(prepared, later, rule, Among::Originals, scratch);
        let text = |leader: u32| prepared.units.text(self.leaders[leader as usize]);
        self.first(prepared, later, rule, scratch, |found| {
            lacks_numbers(prepared.units.text(later), text(found.leader))
        })
    }

    fn first<U: Units + ?Sized>(
        &self,
        prepared: &Prepared<'_, U>,
        later: u32,
        rule: &Rule,
        scratch: &mut LookupScratch,
        also: impl Fn(&Hit) -> bool,
    ) -> Option<Hit> {
        let LookupScratch {
            verifier, candidates, ..
        } = scratch;
        let told = LaterLanguage::default();
        let hit = |&leader: &u32| {
            let similarity = prepared.verified(later, self.leaders[leader as usize], rule, verifier, &told)?;
            Some(Hit { leader, similarity })
        };
        candidates.iter().filter_map(hit).find(also)
    }
}

/// Appends to `found` the units that hold these numbers, by lists of numbers, if those hold less than `most`; false if not.
fn visit_by_numbers(
    by_numbers: Option<&ByNumbers>,
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
