//! What tells most pairs apart at one look: how long a unit is, and a bit for each of its tokens and pairs of neighbours.
//!
//! A bit that one unit has and another lacks stands for at least one token, or pair, that the other lacks (the bitmap filter
//! of Sandes, Teodoro and Melo, 2020). The more tokens, the more bits, or all would be set; of two units of different
//! numbers of bits those of the larger are folded together. Where letters are tokens there are so few that most units have
//! most of them: pairs tell these apart.

use super::measure::Bounds;
use crate::fold::is_number_hash;
use crate::spill::{Reader, SpillError, Spool, join, split};
use std::iter::zip;

/// Of some units, by their place.
#[derive(Debug, Default)]
pub(super) struct Bitmaps {
    first: Vec<First>,
    /// Units of more than [`FEW`] tokens have more bits: those of their tokens, then as many of their pairs.
    more: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct First {
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

/// How many words of bits a unit has; a power of two.
fn words(tokens: usize) -> usize {
    (tokens / FEW + 1).next_power_of_two().min(64)
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

    /// Adds a unit of another.
    pub(super) fn push_of(&mut self, other: &Self, unit: u32) {
        let first = other.first[unit as usize];
        let start = self.more.len();
        if let Some(words) = other.all_bits(&first) {
            words.iter().for_each(|words| self.more.extend_from_slice(words));
        }
        self.first.push(First {
            more: match first.more {
                NOWHERE => NOWHERE,
                _ => u32::try_from(start).unwrap_or(NOWHERE),
            },
            ..first
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

    /// Appends what [`Self::read`] reads.
    pub(super) fn write(&self, to: &mut Spool) -> Result<(), SpillError> {
        to.put_rows(self.first.iter().map(|first| {
            let ([low, high], [low_pairs, high_pairs]) = (split(first.bits), split(first.pairs));
            let has_numbers = u32::from(first.has_numbers);
            [low, high, low_pairs, high_pairs, first.tokens, first.more, has_numbers]
        }))?;
        to.put_rows(self.more.iter().map(|&bits| split(bits)))
    }

    pub(super) fn read(reader: &mut Reader, from: &Spool) -> Result<Self, SpillError> {
        let first = |[low, high, low_pairs, high_pairs, tokens, more, has_numbers]: [u32; 7]| First {
            bits: join(low, high),
            pairs: join(low_pairs, high_pairs),
            tokens,
            more,
            has_numbers: has_numbers == 1,
        };
        Ok(Self {
            first: reader.rows(from, first)?,
            more: reader.rows(from, |[low, high]| join(low, high))?,
        })
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
    pub(super) fn may_share(
        (of_later, later): (&Self, u32),
        (of_earlier, earlier): (&Self, u32),
        least: usize,
        bounds: &Bounds,
    ) -> bool {
        let (x, y) = (&of_later.first[later as usize], &of_earlier.first[earlier as usize]);
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
        let (Some(x_bits), Some(y_bits)) = (of_later.all_bits(x), of_earlier.all_bits(y)) else {
            return true;
        };
        let tokens = lacking_of_all(x_bits[0], y_bits[0]);
        few_tokens(tokens) && few_pairs(tokens, lacking_of_all(x_bits[1], y_bits[1]))
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
