//! Finding units by their numbers: a match holds every number of the later unit, as often.
//!
//! Notices that differ in nothing but numbers and dates share all their shingles; told by them, each is a candidate of all.
//! So units are also filed under all their numbers together, and under each of them by how many they hold: who has k
//! numbers looks for the units with just these, and for units with more of them under any one.

use super::lists::ByKey;
use super::postings::Postings;
use super::sorted::{self, SortedLists};
use crate::spill::{Parts, SpillError, Spool};
use crate::steps::looked;

/// Units of that many numbers or more are one class.
const MANY: usize = 16;

/// The class of a unit by how many numbers it holds.
fn class(numbers: usize) -> usize {
    numbers.min(MANY)
}

/// True if units of so many numbers are filed under all of them together.
fn are_few(numbers: usize) -> bool {
    (2..MANY).contains(&numbers)
}

/// The key of all numbers of a unit; `bag` holds their token hashes, ascending.
fn bag_key(bag: &[u32]) -> u32 {
    let mix = |h: u64, &t: &u32| (h.rotate_left(23) ^ u64::from(t)).wrapping_mul(0x9FB2_1C65_1E98_DF25);
    let hash = bag.iter().fold(bag.len() as u64, mix);
    (hash >> 32) as u32
}

/// The key of one number among those of a unit of that class.
fn single_key(token: u32, class: usize) -> u32 {
    bag_key(&[token, u32::try_from(class).unwrap_or(u32::MAX)]).rotate_left(7)
}

/// Units by their numbers.
#[derive(Debug)]
pub(super) struct ByNumbers<P = Postings> {
    postings: P,
    /// A bit for each class of units that are filed.
    held: u32,
}

impl ByNumbers {
    /// Empty, for about so many units.
    pub(super) fn new(units: usize) -> Self {
        Self {
            postings: Postings::new(2 * units),
            held: 0,
        }
    }

    /// Files a unit with these numbers; `bag` holds their token hashes, ascending. A number that is not `known` no other unit has.
    pub(super) fn push(&mut self, unit: u32, bag: &mut Vec<u32>, known: impl Fn(&u32) -> bool) {
        self.held |= 1 << class(bag.len());
        keys(bag, known, |key| self.postings.push(key, unit));
    }

    /// Appends what [`ByNumbers::read`] reads, of units below `units`: these, with the keys that [`keys`] has given of them.
    pub(super) fn write(&self, mut filed: Vec<(u32, u32)>, units: u32, to: &mut Spool) -> Result<(), SpillError> {
        to.put_words(&[self.held])?;
        filed.sort_unstable();
        sorted::write(&mut filed, units, CHECK, true, to)
    }
}

/// Bits that are kept of a key on disk, besides those that tell it from its neighbours.
const CHECK: u32 = 4;

/// The keys that a unit with these numbers is filed under: see [`ByNumbers::push`].
pub(super) fn keys(bag: &mut Vec<u32>, known: impl Fn(&u32) -> bool, mut visit: impl FnMut(u32)) {
    let class = class(bag.len());
    if are_few(bag.len()) && bag.iter().all(&known) {
        visit(bag_key(bag));
    }
    bag.dedup();
    for &number in bag.iter().filter(|t| known(t)) {
        visit(single_key(number, class));
    }
}

impl<'f> ByNumbers<SortedLists<'f>> {
    pub(super) fn read(from: &mut Parts<'f>) -> Result<Self, SpillError> {
        let [held] = from.array()?;
        let postings = SortedLists::read(from)?;
        Ok(Self { postings, held })
    }
}

impl<P: ByKey> ByNumbers<P> {
    /// The keys of lists that hold every unit with all these numbers, and how many units these hold at most; nothing if lists
    /// may lack units. `bag` holds their token hashes, ascending.
    pub(super) fn find<'l>(&self, bag: &[u32], lists: &'l mut Vec<u32>) -> Option<(&'l [u32], u64)> {
        if !self.postings.are_complete() {
            return None;
        }
        lists.clear();
        let few = are_few(bag.len());
        // Units with as many numbers have the same ones, and need no look unless they are one class with others.
        let least = class(bag.len()) + usize::from(few);
        let classes = || (least..=MANY).filter(|class| self.held & (1 << class) != 0);
        let length = |&t: &u32| -> u64 { classes().map(|c| u64::from(self.postings.len(single_key(t, c)))).sum() };
        if let Some(&rarest) = bag.iter().min_by_key(|t| length(t)) {
            lists.extend(classes().map(|class| single_key(rarest, class)));
        }
        if few {
            lists.push(bag_key(bag));
        }
        let units = lists.iter().map(|&key| u64::from(self.postings.len(key))).sum();
        Some((lists, units))
    }

    /// Visits the units of some lists, some of them several times.
    pub(super) fn visit(&self, lists: &[u32], mut visit: impl FnMut(u32)) {
        for &key in lists {
            looked(self.postings.len(key) as usize);
            self.postings.visit(key, &mut visit);
        }
    }
}
