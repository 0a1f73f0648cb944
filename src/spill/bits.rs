//! Sets of small numbers, a bit each.

/// A set of numbers below a size given once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, n: u32) {
        self.0[n as usize / 64] |= 1 << (n % 64);
    }

    /// The numbers it holds, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        let of_word = |(at, &word): (u32, &u64)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| 64 * at + bit)
        };
        (0..).zip(&self.0).filter(|(_, word)| **word != 0).flat_map(of_word)
    }

    pub(crate) fn contains(&self, n: u32) -> bool {
        self.0
            .get(n as usize / 64)
            .is_some_and(|word| word >> (n % 64) & 1 == 1)
    }
}
