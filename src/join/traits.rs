//! What tells most pairs apart at one look: how long a unit is, and a bit for each of its tokens.
//!
//! A bit that one unit has and another lacks stands for at least one token that the other lacks (the bitmap filter of
//! Sandes, Teodoro and Melo, 2020). The more tokens, the more bits, or all would be set; of two units of different
//! numbers of bits those of the larger are folded together.

use super::measure::Bounds;
use crate::fold::is_number_hash;
use std::iter::zip;

/// Of some units, by their place.
#[derive(Debug, Default)]
pub(super) struct Traits {
    first: Vec<First>,
    /// Units of more than [`FEW`] tokens have more bits.
    more: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct First {
    bits: u64,
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

impl Traits {
    pub(super) fn push(&mut self, tokens: &[u32]) {
        let start = self.more.len();
        let words = words(tokens.len());
        let bit = |token: u32| (token >> 3) as usize & (64 * words - 1);
        let mut bits = 0;
        if words > 1 {
            self.more.resize(start + words, 0);
            for &token in tokens {
                self.more[start + bit(token) / 64] |= 1 << (bit(token) % 64);
            }
            bits = self.more[start..].iter().fold(bits, |bits, word| bits | word);
        } else {
            bits = tokens.iter().fold(bits, |bits, &token| bits | 1 << bit(token));
        }
        self.first.push(First {
            bits,
            tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            more: u32::try_from(start).unwrap_or(NOWHERE),
            has_numbers: tokens.iter().any(|&t| is_number_hash(t)),
        });
    }

    pub(super) fn append(&mut self, other: Self) {
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
    pub(super) fn may_share(&self, later: u32, earlier: u32, least: usize, bounds: &Bounds) -> bool {
        Self::may_share_across((self, later), (self, earlier), least, bounds)
    }

    /// The same of units whose traits are kept apart.
    #[inline]
    pub(super) fn may_share_across(
        (of_later, later): (&Self, u32),
        (of_earlier, earlier): (&Self, u32),
        least: usize,
        bounds: &Bounds,
    ) -> bool {
        let (x, y) = (&of_later.first[later as usize], &of_earlier.first[earlier as usize]);
        let reaches = |unit: &First, missing: u32| {
            let tokens = unit.tokens as usize;
            bounds.lengths.count(tokens) >= least + bounds.lengths.spoilt(tokens, missing as usize)
        };
        let both = |missing: [u32; 2]| reaches(x, missing[0]) && reaches(y, missing[1]);
        let all_bits = || Some(lacking_of_all(of_later.all_bits(x)?, of_earlier.all_bits(y)?));
        both(lacking(x.bits, y.bits)) && all_bits().is_none_or(both)
    }

    /// The bits of a unit, if they are more than a word.
    fn all_bits(&self, unit: &First) -> Option<&[u64]> {
        if unit.more == NOWHERE {
            return None;
        }
        let words = words(unit.tokens as usize);
        let start = unit.more as usize;
        self.more.get(start..start + words).filter(|words| words.len() > 1)
    }

    /// The bits of a unit, folded into one word.
    pub(super) fn word(&self, unit: u32) -> u64 {
        self.first[unit as usize].bits
    }

    /// Forgets all units.
    pub(super) fn clear(&mut self) {
        self.first.clear();
        self.more.clear();
    }

    /// Adds a unit of which no more is known than the word of its bits and the number of its tokens.
    pub(super) fn push_word(&mut self, bits: u64, tokens: u32) {
        self.first.push(First {
            bits,
            tokens,
            more: NOWHERE,
            has_numbers: false,
        });
    }
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
            let mut traits = Traits::default();
            traits.push(&later);
            let mut more = Traits::default();
            more.push(&units[1]);
            traits.append(more);
            let mut bag = units[1].clone();
            let shared = later
                .iter()
                .filter(|t| bag.iter().position(|u| u == *t).map(|at| bag.swap_remove(at)).is_some())
                .count();
            prop_assert!(traits.may_share(0, 1, shared, &bounds));
            prop_assert!(traits.may_share(1, 0, shared, &bounds));
        }
    }

    #[test]
    fn what_differs_is_told_apart() {
        let bounds = Bounds::new(Measure::Jaccard(Lengths::ONE), Threshold::new(0.5).unwrap());
        let mut traits = Traits::default();
        for n in [0_u32, 1, 2] {
            let tokens: Vec<u32> = (0..150 + 50 * n).map(|i| crate::hash::shingle(&[i * 3 + n])).collect();
            traits.push(&tokens);
        }
        assert!(!traits.may_share(0, 1, 130, &bounds));
        assert!(!traits.may_share(1, 2, 130, &bounds));
        assert!(traits.may_share(1, 1, 200, &bounds));
    }
}
