//! What tells most pairs apart at one look: how long a unit is, and a bit for each of its tokens and pairs of neighbours.
//!
//! A bit that one unit has and another lacks stands for at least one token, or pair, that the other lacks (the bitmap filter
//! of Sandes, Teodoro and Melo, 2020). The more tokens, the more bits, or all would be set; of two units of different
//! numbers of bits those of the larger are folded together. Where letters are tokens there are so few that most units have
//! most of them: pairs tell these apart.

use super::measure::Bounds;
use crate::fold::is_number_hash;
use crate::spill::{Part, Parts, SpillError, Spool, join, split};
use std::iter::zip;

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

/// Of some units, on disk: of each, 4 bytes for its number of tokens and 4 that say at which of the words its bits begin; then the words, 8
/// bytes each. A unit has as many words of its tokens as [`words`] says, and then as many of its pairs; or none if it begins at [`NOWHERE`].
#[derive(Debug)]
pub(super) struct DiskBitmaps<'f> {
    rows: Part<'f>,
    words: Part<'f>,
}

/// Appends the bitmaps of some units of these to a spool, for [`DiskBitmaps::read`].
pub(super) fn write(bitmaps: &Bitmaps, units: &[u32], to: &mut Spool) -> Result<(), SpillError> {
    let of = |&unit: &u32| -> (&First, [&[u64]; 2]) {
        let first = &bitmaps.first[unit as usize];
        let one = [&first.bits, &first.pairs].map(std::slice::from_ref);
        let few = if words(first.tokens as usize) > 1 {
            [&[][..]; 2]
        } else {
            one
        };
        (first, bitmaps.all_bits(first).unwrap_or(few))
    };
    let length = |unit: &u32| 2 * of(unit).1[0].len() as u64;
    to.put_words(&split(units.iter().map(length).sum()))?;
    let mut start: u64 = 0;
    for unit in units {
        let length = length(unit);
        let at = u32::try_from(start).ok().filter(|_| length > 0);
        to.put_words(&[of(unit).0.tokens, at.unwrap_or(NOWHERE)])?;
        start += length;
    }
    for word in units.iter().flat_map(|unit| of(unit).1).flatten() {
        to.put(&word.to_le_bytes())?;
    }
    Ok(())
}

impl<'f> DiskBitmaps<'f> {
    /// Those of so many units.
    pub(super) fn read(units: u32, from: &mut Parts<'f>) -> Result<Self, SpillError> {
        let [low, high] = from.array()?;
        Ok(Self {
            rows: from.part(8 * u64::from(units))?,
            words: from.part(join(low, high).saturating_mul(8))?,
        })
    }
}

impl BitmapStore for DiskBitmaps<'_> {
    #[inline]
    fn tokens(&self, unit: u32) -> usize {
        self.rows.short(2 * u64::from(unit)) as usize
    }

    #[inline]
    fn first(&self, unit: u32) -> Option<First> {
        let [tokens, more] = split(self.rows.word(8 * u64::from(unit)));
        if more == NOWHERE {
            return None;
        }
        let words = words(tokens as usize);
        let all = |from: usize| {
            let of = from..from + words;
            of.fold(0, |bits, nth| {
                bits | self.words.word(8 * (u64::from(more) + nth as u64))
            })
        };
        Some(First {
            bits: all(0),
            pairs: all(words),
            tokens,
            more,
            has_numbers: false,
        })
    }

    #[inline]
    fn with_all_bits<T>(&self, unit: &First, visit: impl FnOnce([&[u64]; 2]) -> T) -> Option<T> {
        let words = words(unit.tokens as usize);
        if words == 1 {
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
            units in prop::collection::vec(prop::collection::vec(0_u32..300, 0..200), 1..9),
            least in 0_usize..99,
        ) {
            let bounds = Bounds::new(Measure::default(), Threshold::new(0.5).unwrap());
            let mut bitmaps = Bitmaps::default();
            for unit in &units {
                bitmaps.push(&unit.iter().map(|n| crate::hash::shingle(&[*n])).collect::<Vec<_>>());
            }
            let some: Vec<u32> = (0..).step_by(2).take(units.len().div_ceil(2)).collect();
            let mut spool = crate::spill::Folder::new(std::env::temp_dir()).spool();
            write(&bitmaps, &some, &mut spool).unwrap();
            let disk = DiskBitmaps::read(crate::join::narrow(some.len()), &mut Parts::new(&spool, 0, crate::spill::Access::Much)).unwrap();
            for (there, &here) in (0..).zip(&some) {
                prop_assert_eq!(disk.tokens(there), BitmapStore::tokens(&bitmaps, here));
                for later in 0..crate::join::narrow(units.len()) {
                    let expected = Bitmaps::may_share((&bitmaps, later), (&bitmaps, here), least, &bounds);
                    prop_assert_eq!(Bitmaps::may_share((&bitmaps, later), (&disk, there), least, &bounds), expected);
                }
            }
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
