//! Random choices that are the same on every machine and for ever.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014):
//!
//! ```text
//! state += 0x9E3779B97F4A7C15
//! z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9
//! z = (z ^ z >> 27) * 0x94D049BB133111EB
//! next = z ^ z >> 31
//! ```
//!
//! A number below n is the upper half of the 128-bit product of `next` and n. Every choice has a stream of its own, so
//! that no choice depends on how often another one was made: see [`Random::stream`].

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of a choice. It begins with the seed; each byte of each label, and 255 after each label, is added to
    /// the state by exclusive or, and the next number is the new state.
    pub(super) fn stream(seed: u64, labels: &[&str]) -> Self {
        let mut random = Self(seed);
        for label in labels {
            for byte in label.bytes().chain([u8::MAX]) {
                random.0 ^= u64::from(byte);
                random.0 = random.next();
            }
        }
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` - 1; 0 if `n` is 0.
    #[expect(clippy::cast_possible_truncation, reason = "it is below `n`")]
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// One of several; `None` of none.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.below(list.len()))
    }

    /// Fisher and Yates, from the front: each place takes one of those from it on.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in 0..list.len() {
            let other = at + self.below(list.len() - at);
            list.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the reference implementation (<https://prng.di.unimi.it/splitmix64.c>) for this seed.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut random = Random(1_234_567);
        let numbers: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    /// Whoever changes these changes every set that was ever planted.
    #[test]
    fn choices_are_the_same_for_ever() {
        let mut random = Random::stream(7, &["fr", "order"]);
        let mut list: Vec<u32> = (0..10).collect();
        random.shuffle(&mut list);
        assert_eq!(list, [5, 4, 3, 8, 2, 1, 7, 6, 0, 9]);
        assert_eq!([random.below(1000), random.below(1000), random.below(0)], [770, 393, 0]);
        assert_eq!(random.pick::<u8>(&[]), None);
        assert_ne!(
            Random::stream(7, &["a", "bc"]).next(),
            Random::stream(7, &["ab", "c"]).next()
        );
    }
}
