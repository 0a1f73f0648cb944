//! Which runs of least length may stand in the reference: a set of their hashes. It proposes; the tokens decide.

use crate::steps::looked;

/// How many slots are looked at for one hash. With half of the slots free, hashes that are no more alike than chance has it need
/// more of them once in 10^10 times; a few are usual.
const PROBES: usize = 128;
const FACTOR: u64 = 0x9FB2_1C65_1E98_DF25;

/// A set of 64-bit hashes, of which 32 bits are kept.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// The upper halves, none of which is 0, where the lower half says or behind.
    slots: Vec<u32>,
    /// Slots that a lower half can say; there are as many more as are looked at.
    homes: u64,
    /// Hashes were too much alike to be kept: everything may be in it.
    is_full: bool,
}

impl Filter {
    /// For so many hashes.
    pub(super) fn new(hashes: usize) -> Self {
        let homes = 2 * hashes + 1;
        Self {
            slots: vec![0; homes + PROBES],
            homes: homes as u64,
            is_full: false,
        }
    }

    fn probes(&self, hash: u64) -> (u32, std::ops::Range<usize>) {
        let upper = u32::try_from(hash >> 32).unwrap_or_default() | 1;
        let lower = hash & u64::from(u32::MAX);
        let home = usize::try_from(lower.saturating_mul(self.homes) >> 32).unwrap_or_default();
        (upper, home..home + PROBES)
    }

    pub(super) fn insert(&mut self, hash: u64) {
        let (upper, mut probes) = self.probes(hash);
        let free = probes.find(|&slot| self.slots.get(slot).is_some_and(|&there| there == 0 || there == upper));
        match free.and_then(|slot| self.slots.get_mut(slot)) {
            Some(slot) => *slot = upper,
            None => self.is_full = true,
        }
    }

    /// True for each that was inserted, and for hardly any other.
    #[inline]
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let (upper, probes) = self.probes(hash);
        for slot in probes {
            looked(1);
            match self.slots.get(slot) {
                None | Some(0) => return self.is_full,
                Some(there) if *there == upper => return true,
                Some(_) => {}
            }
        }
        self.is_full
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.slots.len() as u64 * 4
    }
}

/// The hash of every run of at least so many half words that has no shorter one at its beginning, from token to token.
#[derive(Debug)]
pub(super) struct Windows {
    least: u32,
    powers: Vec<u64>,
}

impl Windows {
    /// Of so many half words.
    pub(super) fn new(least: u32) -> Self {
        let mut power = 1_u64;
        // A token is half a word at least.
        let powers = (0..=least).map(|_| {
            let now = power;
            power = power.wrapping_mul(FACTOR);
            now
        });
        Self {
            least,
            powers: powers.collect(),
        }
    }

    /// Calls `visit` with where each begins and ends and its hash, in order. `tokens`: the hash and the length of each token.
    pub(super) fn each(&self, tokens: &[(u32, u8)], mut visit: impl FnMut(usize, usize, u64)) {
        let mut ahead = tokens.iter();
        // Of what is between: its hash and its length.
        let (mut hash, mut weight, mut end) = (0_u64, 0_u32, 0);
        for (start, &(first, first_weight)) in tokens.iter().enumerate() {
            while weight < self.least {
                let Some(&(token, more)) = ahead.next() else { return };
                hash = hash.wrapping_mul(FACTOR).wrapping_add(value(token));
                weight += u32::from(more);
                end += 1;
            }
            looked(1);
            visit(start, end, mixed(hash));
            let power = self.powers.get(end - start - 1).copied().unwrap_or_default();
            hash = hash.wrapping_sub(value(first).wrapping_mul(power));
            weight -= u32::from(first_weight);
        }
    }
}

/// Not 0 for any token, so that a longer run has another hash.
fn value(token: u32) -> u64 {
    (u64::from(token) + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    hash ^ hash >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_tokens_between() {
        let tokens: Vec<(u32, u8)> = (0..60_u32)
            .map(|i| (i * i % 7, if i % 3 == 0 { 1 } else { 2 }))
            .collect();
        let windows = Windows::new(16);
        let mut found = Vec::new();
        windows.each(&tokens, |start, end, hash| found.push((start, end, hash)));
        for &(start, end, hash) in &found {
            let length: u32 = tokens[start..end].iter().map(|t| u32::from(t.1)).sum();
            assert!((16..=17).contains(&length));
            let alone = tokens[start..end]
                .iter()
                .fold(0_u64, |hash, t| hash.wrapping_mul(FACTOR).wrapping_add(value(t.0)));
            assert_eq!(hash, mixed(alone));
        }
        assert_eq!(found.len(), 51);
    }

    #[test]
    fn what_was_inserted_is_in_it() {
        let mut filter = Filter::new(100_000);
        let hash = |i: u64| mixed((i + 1).wrapping_mul(FACTOR));
        (0..100_000).for_each(|i| filter.insert(hash(i)));
        assert!((0..100_000).all(|i| filter.may_hold(hash(i))));
        assert!((100_000..200_000).filter(|&i| filter.may_hold(hash(i))).count() < 3);
        assert!(!filter.is_full);
        // hashes that all want the same place
        (0..1000_u64).for_each(|i| filter.insert(i << 32 | 7));
        assert!((0..1000_u64).all(|i| filter.may_hold(i << 32 | 7)));
        assert!(!Filter::default().may_hold(7));
    }
}
