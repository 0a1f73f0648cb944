//! How long the partners may be to which each key of a unit leads.
//!
//! Let a unit have x keys and share at least p(m) of them with any partner of m tokens. For every l up to p(m) both share l keys among the
//! first x − p(m) + l of the unit's (and among as few of the partner's): see the second filter in `measure.rs`. So its key at place i,
//! counted from 0, is of no use for partners with p(m) ≥ x + l − i. A partner that is much longer or shorter than the unit
//! must share more keys. So the later a key comes in the order of shingles, the nearer to the unit's own length are the partners that
//! it is needed for; and late keys are the common ones, with the longest lists.
//!
//! A key says by one of a few [steps](Firsts::step) which lengths it leads to. The ranges of lengths of the steps lie within one another,
//! from all lengths that partners can have to the unit's own.

use std::array;
use std::ops::RangeInclusive;

/// Ranges of lengths that are told apart.
pub(super) const STEPS: usize = 7;

/// The lengths of partners at a step of a unit of `tokens` tokens, whose partners have these lengths.
pub(super) fn lengths(tokens: usize, all: &RangeInclusive<usize>, step: usize) -> RangeInclusive<usize> {
    let part = |length: usize| {
        let far = tokens.abs_diff(length);
        match step {
            0 => far,
            step => far.saturating_mul(STEPS - 1 - step).div_ceil(STEPS - 1),
        }
    };
    tokens.saturating_sub(part(*all.start()))..=tokens.saturating_add(part(*all.end()))
}

/// The first key of a unit from which on each step but the first is wide enough, ascending; `u32::MAX` if none is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Firsts([u32; STEPS - 1]);

impl Firsts {
    /// Every key leads to partners of all lengths.
    pub(super) const ALL: Self = Self([u32::MAX; STEPS - 1]);

    /// Of a unit of `tokens` tokens, whose partners have these lengths, with `keys` keys. Of these it shares with a partner at least as many
    /// as `demanded` says, which does not fall with the distance of their lengths; and `shared` of those that it looks for.
    pub(super) fn new(
        tokens: usize,
        all: &RangeInclusive<usize>,
        keys: usize,
        shared: usize,
        demanded: impl Fn(usize) -> usize,
    ) -> Self {
        Self(array::from_fn(|at| {
            let step = lengths(tokens, all, at + 1);
            // The nearest partners outside of it.
            let shorter = (step.start() > all.start()).then(|| demanded(step.start() - 1));
            let longer = (step.end() < all.end()).then(|| demanded(step.end() + 1));
            let least = shorter.into_iter().chain(longer).min();
            let first = least.map_or(0, |least| (keys + shared).saturating_sub(least));
            u32::try_from(first).unwrap_or(u32::MAX)
        }))
    }

    /// The last step that is wide enough for the key at that place.
    pub(super) fn step(&self, nth: usize) -> usize {
        self.0.iter().take_while(|&&first| first as usize <= nth).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_lie_within_one_another() {
        let all = 60..=171;
        let steps: Vec<_> = (0..STEPS).map(|step| lengths(100, &all, step)).collect();
        assert_eq!(steps[0], all);
        assert_eq!(steps[STEPS - 1], 100..=100);
        let within = |two: &[RangeInclusive<usize>]| two[0].start() <= two[1].start() && two[1].end() <= two[0].end();
        assert!(steps.windows(2).all(within));
        assert_eq!(lengths(7, &(3..=usize::MAX), 0), 3..=usize::MAX);
    }

    proptest! {
        #[test]
        fn no_key_is_narrowed_too_much(
            shorter in prop::collection::vec(0_usize..4, 0..20),
            longer in prop::collection::vec(0_usize..4, 0..40),
            least in 1_usize..9,
            keys in 30_usize..60,
            shared in 1_usize..4,
        ) {
            let tokens = shorter.len() + 3;
            let all = 3..=tokens + longer.len();
            let demanded = |length: usize| match length < tokens {
                true => least + shorter[..tokens - length].iter().sum::<usize>(),
                false => least + longer[..length - tokens].iter().sum::<usize>(),
            };
            let firsts = Firsts::new(tokens, &all, keys, shared, demanded);
            for nth in 0..keys {
                let step = lengths(tokens, &all, firsts.step(nth));
                for length in all.clone() {
                    let is_needed = nth + demanded(length) < keys + shared;
                    prop_assert!(!is_needed || step.contains(&length));
                }
            }
        }
    }
}
