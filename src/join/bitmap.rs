//! What tells most pairs apart at one look: how long a unit is, and a bit for each of its tokens and pairs of neighbours.
//!
//! A bit that one unit has and another lacks stands for at least one token, or pair, that the other lacks (the bitmap filter
//! of Sandes, Teodoro and Melo, 2020). The more tokens, the more bits, or all would be set; of two units of different
//! numbers of bits those of the larger are folded together. Where letters are tokens there are so few that most units have
//! most of them: pairs tell these apart.

use super::measure::Bounds;
use super::narrow;
use super::sorted::{bytes_of_numbers, width, write_numbers};
use crate::fold::is_number_hash;
use crate::spill::{Part, Parts, SpillError, Spool, join, split};
use std::iter::zip;
use std::ops::{Range, RangeInclusive};

/// Of some units, by their place.
#[derive(Debug, Default)]
pub(super) struct Bitmaps {
    first: Vec<First>,
    /// Units of more than [`FEW`] tokens have more bits: those of their tokens, then as many of their pairs.
    more: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct First {
    bits: u64,
    /// Of its pairs.
    pairs: u64,
    tokens: u32,
    /// Where its words of bits start, [`NOWHERE`] if 32 bits cannot say; and whether it holds numbers.
    more: u32,
    has_numbers: bool,
}

const NOWHERE: u32 = u32::MAX;

/// So many tokens make do with one word of bits.
const FEW: usize = 24;

/// Words of bits that a unit has at most.
const MOST: usize = 64;

/// How many words of bits a unit has; a power of two.
fn words(tokens: usize) -> usize {
    (tokens / FEW + 1).next_power_of_two().min(MOST)
}

impl Bitmaps {
    pub(super) fn push(&mut self, tokens: &[u32]) {
        let start = self.more.len();
        let words = words(tokens.len());
        let mask = 64 * words - 1;
        let bits = tokens.iter().map(|&token| (token >> 3) as usize & mask);
        let pairs = tokens.windows(2).map(|two| bit_of_pair([two[0], two[1]]) & mask);
        let [mut first, mut first_pairs] = [0, 0];
        if words > 1 {
            self.more.resize(start + 2 * words, 0);
            let (of_tokens, of_pairs) = self.more[start..].split_at_mut(words);
            bits.for_each(|bit| of_tokens[bit / 64] |= 1 << (bit % 64));
            pairs.for_each(|bit| of_pairs[bit / 64] |= 1 << (bit % 64));
            let all = |words: &[u64]| words.iter().fold(0, |bits, word| bits | word);
            (first, first_pairs) = (all(of_tokens), all(of_pairs));
        } else {
            bits.for_each(|bit| first |= 1 << bit);
            pairs.for_each(|bit| first_pairs |= 1 << bit);
        }
        self.first.push(First {
            bits: first,
            pairs: first_pairs,
            tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            more: u32::try_from(start).unwrap_or(NOWHERE),
            has_numbers: tokens.iter().any(|&t| is_number_hash(t)),
        });
    }

    /// Those of all of these, one after the other.
    pub(super) fn concat(all: Vec<Self>) -> Self {
        let mut out = Self {
            first: Vec::with_capacity(all.iter().map(|some| some.first.len()).sum()),
            more: Vec::with_capacity(all.iter().map(|some| some.more.len()).sum()),
        };
        all.into_iter().for_each(|some| out.append(some));
        out
    }

    fn append(&mut self, other: Self) {
        let before = self.more.len();
        self.first.extend(other.first.into_iter().map(|first| First {
            more: match first.more {
                NOWHERE => NOWHERE,
                more => u32::try_from(before + more as usize).unwrap_or(NOWHERE),
            },
            ..first
        }));
        self.more.extend(other.more);
    }

    /// Number of tokens.
    pub(super) fn tokens(&self, unit: usize) -> usize {
        self.first[unit].tokens as usize
    }

    pub(super) fn has_numbers(&self, unit: u32) -> bool {
        self.first[unit as usize].has_numbers
    }

    /// How many units hold numbers.
    pub(super) fn with_numbers(&self) -> usize {
        self.first.iter().filter(|first| first.has_numbers).count()
    }

    /// False if units of these lengths, with these tokens, cannot share as many shingles as a match demands: `least` of
    /// them, if it is possible at all.
    #[inline]
    pub(super) fn may_share<B: BitmapStore>(
        (of_later, later): (&Self, u32),
        (of_earlier, earlier): (&B, u32),
        least: usize,
        bounds: &Bounds,
    ) -> bool {
        let x = &of_later.first[later as usize];
        let Some(y) = &of_earlier.first(earlier) else {
            return true;
        };
        let lengths = bounds.lengths;
        // How many shingles of each may be missing in the other.
        let spare = |unit: &First| lengths.count(unit.tokens as usize).checked_sub(least);
        let (Some(of_x), Some(of_y)) = (spare(x), spare(y)) else {
            return false;
        };
        // Besides tokens, the pairs that they stand in are missing; or, apart from tokens, pairs.
        let few_tokens = |[of_later, of_earlier]: [u32; 2]| {
            lengths.spoilt(x.tokens as usize, of_later as usize) <= of_x
                && lengths.spoilt(y.tokens as usize, of_earlier as usize) <= of_y
        };
        let few_pairs = |tokens: [u32; 2], pairs: [u32; 2]| {
            lengths.of_these(tokens[0] as usize, pairs[0] as usize) <= of_x
                && lengths.of_these(tokens[1] as usize, pairs[1] as usize) <= of_y
        };
        let tokens = lacking(x.bits, y.bits);
        if !few_tokens(tokens) {
            return false;
        }
        if !few_pairs(tokens, lacking(x.pairs, y.pairs)) {
            return false;
        }
        let Some(x_bits) = of_later.all_bits(x) else {
            return true;
        };
        let may_share = |y_bits: [&[u64]; 2]| {
            let tokens = lacking_of_all(x_bits[0], y_bits[0]);
            few_tokens(tokens) && few_pairs(tokens, lacking_of_all(x_bits[1], y_bits[1]))
        };
        of_earlier.with_all_bits(y, may_share).unwrap_or(true)
    }

    /// The bits of the tokens and of the pairs of a unit, if they are more than a word.
    fn all_bits(&self, unit: &First) -> Option<[&[u64]; 2]> {
        if unit.more == NOWHERE {
            return None;
        }
        let words = words(unit.tokens as usize);
        let start = unit.more as usize;
        let all = self.more.get(start..start + 2 * words).filter(|_| words > 1)?;
        let (tokens, pairs) = all.split_at(words);
        Some([tokens, pairs])
    }
}

/// Bitmaps of some units, wherever they are kept.
pub(super) trait BitmapStore {
    /// Number of tokens.
    fn tokens(&self, unit: u32) -> usize;
    /// What there is to see at one look, if it is known.
    fn first(&self, unit: u32) -> Option<First>;
    /// Calls `visit` with the bits of the tokens and of the pairs of a unit, if they are more than a word.
    fn with_all_bits<T>(&self, unit: &First, visit: impl FnOnce([&[u64]; 2]) -> T) -> Option<T>;
}

impl BitmapStore for Bitmaps {
    #[inline]
    fn tokens(&self, unit: u32) -> usize {
        self.first[unit as usize].tokens as usize
    }

    #[inline]
    fn first(&self, unit: u32) -> Option<First> {
        Some(self.first[unit as usize])
    }

    #[inline]
    fn with_all_bits<T>(&self, unit: &First, visit: impl FnOnce([&[u64]; 2]) -> T) -> Option<T> {
        self.all_bits(unit).map(visit)
    }
}

/// Of some units in the order of their lengths, on disk:
///
/// ```text
/// the longest length, in tokens, and how many lengths follow       2 words of 32 bits
/// of each length from 0 on, how many units are shorter             words of 32 bits
/// of each unit, its length                                         as few bits as hold it, to the next word of 64 bits
/// words that follow; of each unit the bits of its tokens,
///   then of its pairs, as many words each as [`words`] says        words of 64 bits
/// ```
#[derive(Debug)]
pub(super) struct DiskBitmaps<'f> {
    count: u32,
    shorter: Part<'f>,
    /// How many lengths are counted there.
    lengths: u32,
    tokens: Part<'f>,
    width: u32,
    words: Part<'f>,
    /// By the logarithm of the words that units have: the first of these units, and where its words begin.
    starts: [(u32, u64); 1 + MOST.ilog2() as usize],
}

/// Longer units are not told from one another by the counts of shorter ones.
const COUNTED: u32 = 4096;

/// The least length that takes more than half of so many words.
fn least_tokens(words: usize) -> usize {
    if words == 1 { 0 } else { words / 2 * FEW }
}

/// Appends the bitmaps of some units of these, in the order of their lengths, to a spool, for [`DiskBitmaps::read`].
pub(super) fn write<'t>(
    bitmaps: &Bitmaps,
    tokens: impl Fn(u32) -> &'t [u32],
    units: &[u32],
    to: &mut Spool,
) -> Result<(), SpillError> {
    let length = |&unit: &u32| bitmaps.first[unit as usize].tokens;
    debug_assert!(units.is_sorted_by_key(length));
    let longest = units.last().map_or(0, length);
    let lengths = longest.min(COUNTED) + 1;
    to.put_words(&[longest, lengths])?;
    for least in 0..lengths {
        to.put_words(&[narrow(units.partition_point(|unit| length(unit) < least))])?;
    }
    write_numbers(units.iter().map(length), width(longest), to)?;
    let all: usize = units.iter().map(|unit| 2 * words(length(unit) as usize)).sum();
    to.put_words(&split(all as u64))?;
    for &unit in units {
        let first = &bitmaps.first[unit as usize];
        let mut put = |words: &[u64]| words.iter().try_for_each(|word| to.put(&word.to_le_bytes()));
        if words(first.tokens as usize) == 1 {
            put(&[first.bits, first.pairs])?;
            continue;
        }
        let mut anew = Bitmaps::default();
        let [of_tokens, of_pairs] = match bitmaps.all_bits(first) {
            Some(bits) => bits,
            None => {
                anew.push(tokens(unit));
                anew.all_bits(&anew.first[0]).unwrap_or_default()
            }
        };
        put(of_tokens)?;
        put(of_pairs)?;
    }
    Ok(())
}

impl<'f> DiskBitmaps<'f> {
    /// Those of so many units.
    pub(super) fn read(count: u32, from: &mut Parts<'f>) -> Result<Self, SpillError> {
        let [longest, lengths] = from.array()?;
        let shorter = from.part(4 * u64::from(lengths))?;
        let width = width(longest);
        let tokens = from.part(bytes_of_numbers(count, width))?;
        let [low, high] = from.array()?;
        let words = from.part(join(low, high).saturating_mul(8))?;
        let mut out = Self {
            count,
            shorter,
            lengths,
            tokens,
            width,
            words,
            starts: Default::default(),
        };
        for nth in 1..out.starts.len() {
            let (before, start) = out.starts[nth - 1];
            let first = out.shorter(least_tokens(1 << nth));
            let words = 2_u64 << (nth - 1);
            out.starts[nth] = (first, start + words * u64::from(first.saturating_sub(before)));
        }
        Ok(out)
    }

    /// How many units are shorter than so many tokens, at most [`COUNTED`].
    fn shorter(&self, tokens: usize) -> u32 {
        match u32::try_from(tokens) {
            Ok(tokens) if tokens < self.lengths => self.shorter.short(tokens.into()),
            _ => self.count,
        }
    }

    /// The units of these lengths, and at most some others of [`COUNTED`] tokens or more.
    pub(super) fn of_lengths(&self, lengths: &RangeInclusive<usize>) -> Range<u32> {
        let last = COUNTED as usize;
        self.shorter((*lengths.start()).min(last))..match *lengths.end() {
            most if most < last => self.shorter(most + 1),
            _ => self.count,
        }
    }
}

impl BitmapStore for DiskBitmaps<'_> {
    #[inline]
    fn tokens(&self, unit: u32) -> usize {
        split(self.tokens.number(unit.into(), self.width))[0] as usize
    }

    #[inline]
    fn first(&self, unit: u32) -> Option<First> {
        let tokens = self.tokens(unit);
        let words = words(tokens);
        let (first, start) = self.starts[words.ilog2() as usize];
        let at = start + 2 * words as u64 * u64::from(unit.saturating_sub(first));
        let all = |from: usize| {
            let of = from..from + words;
            of.fold(0, |bits, nth| bits | self.words.word(8 * (at + nth as u64)))
        };
        Some(First {
            bits: all(0),
            pairs: all(words),
            tokens: narrow(tokens),
            more: u32::try_from(at).unwrap_or(NOWHERE),
            has_numbers: false,
        })
    }

    #[inline]
    fn with_all_bits<T>(&self, unit: &First, visit: impl FnOnce([&[u64]; 2]) -> T) -> Option<T> {
        let words = words(unit.tokens as usize);
        if words == 1 || unit.more == NOWHERE {
            return None;
        }
        let mut all = [0; 2 * MOST];
        for (nth, word) in (0..).zip(&mut all[..2 * words]) {
            *word = self.words.word(8 * (u64::from(unit.more) + nth));
        }
        let (tokens, pairs) = all[..2 * words].split_at(words);
        Some(visit([tokens, pairs]))
    }
}

/// Where a pair of tokens has its bit, before it is cut down to as many as there are.
fn bit_of_pair([a, b]: [u32; 2]) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    ((u64::from(a) << 32 | u64::from(b)).wrapping_mul(ODD) >> 40) as usize
}

/// How many bits each has that the other lacks, given all bits of both.
fn lacking_of_all(x: &[u64], y: &[u64]) -> [u32; 2] {
    let least = x.len().min(y.len());
    let folded = |words: &[u64], at: usize| words.iter().skip(at).step_by(least).fold(0, |bits, word| bits | word);
    let sum = |sum: [u32; 2], more: [u32; 2]| [sum[0] + more[0], sum[1] + more[1]];
    if x.len() == y.len() {
        zip(x, y).map(|(&x, &y)| lacking(x, y)).fold([0, 0], sum)
    } else {
        (0..least)
            .map(|at| lacking(folded(x, at), folded(y, at)))
            .fold([0, 0], sum)
    }
}

/// How many bits each has that the other lacks.
fn lacking(x: u64, y: u64) -> [u32; 2] {
    [(x & !y).count_ones(), (y & !x).count_ones()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::{Measure, Threshold};
    use crate::shingle::Lengths;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_shared_may_be_shared(
            units in prop::collection::vec(prop::collection::vec(0_u32..3000, 1..200), 2),
            from in 0_usize..200,
        ) {
            // The later one with the tail of the earlier one.
            let mut later = units[0].clone();
            later.extend(units[1].iter().skip(from));
            let bounds = Bounds::new(Measure::Jaccard(Lengths::ONE), Threshold::new(0.5).unwrap());
            let mut bitmaps = Bitmaps::default();
            bitmaps.push(&later);
            let mut more = Bitmaps::default();
            more.push(&units[1]);
            bitmaps.append(more);
            let mut bag = units[1].clone();
            let shared = later
                .iter()
                .filter(|t| bag.iter().position(|u| u == *t).map(|at| bag.swap_remove(at)).is_some())
                .count();
            prop_assert!(Bitmaps::may_share((&bitmaps, 0), (&bitmaps, 1), shared, &bounds));
            prop_assert!(Bitmaps::may_share((&bitmaps, 1), (&bitmaps, 0), shared, &bounds));
        }
    }

    proptest! {
        #[test]
        fn bitmaps_on_disk_say_what_those_in_memory_say(
            lengths in prop::collection::vec(prop_oneof![9 => 0_usize..200, 1 => 4000_usize..4200], 1..20),
            least in 0_usize..99,
            of in (0_usize..210, 0_usize..210),
        ) {
            let bounds = Bounds::new(Measure::default(), Threshold::new(0.5).unwrap());
            let token = |n: usize| crate::hash::shingle(&[crate::join::narrow(n)]);
            let units: Vec<Vec<u32>> = (0..).zip(&lengths).map(|(nth, &length)| (nth..nth + length).map(token).collect()).collect();
            let mut bitmaps = Bitmaps::default();
            units.iter().for_each(|unit| bitmaps.push(unit));
            // As if there were too many for some of them to be in memory.
            bitmaps.first.iter_mut().step_by(3).for_each(|first| first.more = NOWHERE);
            let mut some: Vec<u32> = (0..).step_by(2).take(units.len().div_ceil(2)).collect();
            some.sort_by_key(|&unit| lengths[unit as usize]);
            let mut spool = crate::spill::Folder::new(std::env::temp_dir()).spool();
            write(&bitmaps, |unit| &units[unit as usize], &some, &mut spool).unwrap();
            bitmaps = Bitmaps::default();
            units.iter().for_each(|unit| bitmaps.push(unit));
            let disk = DiskBitmaps::read(narrow(some.len()), &mut Parts::new(&spool, 0, crate::spill::Access::Much)).unwrap();
            for (there, &here) in (0..).zip(&some) {
                prop_assert_eq!(disk.tokens(there), BitmapStore::tokens(&bitmaps, here));
                for later in 0..narrow(units.len()) {
                    let expected = Bitmaps::may_share((&bitmaps, later), (&bitmaps, here), least, &bounds);
                    prop_assert_eq!(Bitmaps::may_share((&bitmaps, later), (&disk, there), least, &bounds), expected);
                }
            }
            let range = disk.of_lengths(&(of.0..=of.1));
            let is_within = |&unit: &u32| (of.0..=of.1).contains(&lengths[unit as usize]);
            let expected = some.iter().filter(|unit| is_within(unit)).count();
            prop_assert_eq!(range.len(), expected);
            prop_assert!(range.into_iter().all(|unit| is_within(&some[unit as usize])));
        }

        /// Few different tokens, as where letters are tokens.
        #[test]
        fn pairs_that_are_shared_may_be_shared(
            units in prop::collection::vec(prop::collection::vec(0_u32..12, 1..120), 2),
            swaps in prop::collection::vec((any::<prop::sample::Index>(), 0_u32..12), 0..30),
        ) {
            let token = |n: &u32| crate::hash::shingle(&[*n]);
            let earlier: Vec<u32> = units[0].iter().map(token).collect();
            let mut edited = earlier.clone();
            swaps.iter().for_each(|(at, n)| edited[at.index(earlier.len())] = token(n));
            let other: Vec<u32> = units[1].iter().map(token).collect();
            let bounds = Bounds::new(Measure::default(), Threshold::new(0.5).unwrap());
            for later in [edited, other] {
                let mut bitmaps = Bitmaps::default();
                bitmaps.push(&later);
                bitmaps.push(&earlier);
                let bag = |tokens: &[u32]| {
                    let mut bag = Vec::new();
                    crate::shingle::all(tokens, bounds.lengths, &mut bag);
                    bag
                };
                let mut left = bag(&earlier);
                let is_left = |h: &u32| left.iter().position(|l| l == h).map(|at| left.swap_remove(at)).is_some();
                let shared = bag(&later).into_iter().filter(is_left).count();
                prop_assert!(Bitmaps::may_share((&bitmaps, 0), (&bitmaps, 1), shared, &bounds));
                prop_assert!(Bitmaps::may_share((&bitmaps, 1), (&bitmaps, 0), shared, &bounds));
            }
        }
    }

    #[test]
    fn pairs_tell_apart_what_has_the_same_tokens() {
        let bounds = Bounds::new(Measure::default(), Threshold::new(0.5).unwrap());
        let mut bitmaps = Bitmaps::default();
        let token = |i: u32| crate::hash::shingle(&[i % 10]);
        bitmaps.push(&(0..60).map(token).collect::<Vec<_>>());
        bitmaps.push(&(0..60).map(|i| token(3 * i)).collect::<Vec<_>>());
        assert!(Bitmaps::may_share((&bitmaps, 0), (&bitmaps, 1), 60, &bounds));
        assert!(!Bitmaps::may_share((&bitmaps, 0), (&bitmaps, 1), 112, &bounds));
    }

    #[test]
    fn what_differs_is_told_apart() {
        let bounds = Bounds::new(Measure::Jaccard(Lengths::ONE), Threshold::new(0.5).unwrap());
        let mut bitmaps = Bitmaps::default();
        for n in [0_u32, 1, 2] {
            let tokens: Vec<u32> = (0..150 + 50 * n).map(|i| crate::hash::shingle(&[i * 3 + n])).collect();
            bitmaps.push(&tokens);
        }
        assert!(!Bitmaps::may_share((&bitmaps, 0), (&bitmaps, 1), 130, &bounds));
        assert!(!Bitmaps::may_share((&bitmaps, 1), (&bitmaps, 2), 130, &bounds));
        assert!(Bitmaps::may_share((&bitmaps, 1), (&bitmaps, 1), 200, &bounds));
    }
}
