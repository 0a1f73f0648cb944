//! Shingles: runs of w consecutive tokens, hashed (Broder, *On the resemblance and containment of documents*, 1997).
//!
//! A unit's shingles are a bag, not a set: a shingle that comes twice counts twice, so that a text of one word
//! repeated is not like every other text that has the word.

use crate::hash;
use std::fmt;

/// The lengths of the shingles a measure looks at, in tokens: ascending, distinct, 1 to [`Lengths::LONGEST`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lengths(u16);

impl Lengths {
    /// Longest shingle, in tokens.
    pub const LONGEST: usize = 16;

    /// One- and two-token shingles together.
    pub const ONE_AND_TWO: Self = Self(0b11);

    /// Single tokens.
    pub const ONE: Self = Self(0b1);

    /// The given lengths in any order; `None` if there is none, or one is 0 or above [`Lengths::LONGEST`].
    #[must_use]
    pub fn new(lengths: &[usize]) -> Option<Self> {
        let mut bits = 0;
        for &length in lengths {
            if length == 0 || length > Self::LONGEST {
                return None;
            }
            bits |= 1 << (length - 1);
        }
        (bits != 0).then_some(Self(bits))
    }

    /// The lengths, ascending.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = usize> {
        (1..=Self::LONGEST).filter(move |w| self.0 & (1 << (w - 1)) != 0)
    }

    /// Number of shingles of a unit of `tokens` tokens. A unit shorter than every length is one shingle.
    #[must_use]
    pub fn count(self, tokens: usize) -> usize {
        let all: usize = self.iter().map(|w| (tokens + 1).saturating_sub(w)).sum();
        if all == 0 { usize::from(tokens > 0) } else { all }
    }
}

impl fmt::Debug for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, w) in self.iter().enumerate() {
            write!(f, "{}{w}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Calls `visit` with the 32-bit hash of every shingle of a unit, longer shingles first (they are rarer, so a
/// comparison that may stop early stops earlier). `tokens` are hashes of [`crate::fold::Tokens`]. Stops when `visit`
/// says `false`.
#[inline]
pub fn visit(tokens: &[u32], lengths: Lengths, mut visit: impl FnMut(u32) -> bool) {
    let mut any = false;
    for w in lengths.iter().rev() {
        if w == 1 {
            for &token in tokens {
                if !visit(shingle(&[token])) {
                    return;
                }
            }
        } else {
            for window in tokens.windows(w) {
                if !visit(shingle(window)) {
                    return;
                }
            }
        }
        any |= tokens.len() >= w;
    }
    if !any && !tokens.is_empty() {
        visit(shingle(tokens));
    }
}

/// Hash of one shingle.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "32 bits propose; the folds decide")]
fn shingle(tokens: &[u32]) -> u32 {
    let h = tokens.iter().fold(hash::SHINGLE_START, |h, &t| hash::extend(h, t));
    (h ^ (h >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_visits() {
        for lengths in [&[1][..], &[1, 2], &[3], &[2, 5]] {
            let lengths = Lengths::new(lengths).unwrap();
            for n in 0..12 {
                let tokens: Vec<u32> = (0..n).collect();
                let mut seen = 0;
                visit(&tokens, lengths, |_| {
                    seen += 1;
                    true
                });
                assert_eq!(seen, lengths.count(tokens.len()), "{lengths} {n}");
            }
        }
        assert_eq!(Lengths::new(&[]), None);
        assert_eq!(Lengths::new(&[0]), None);
        assert_eq!(Lengths::new(&[17]), None);
        assert_eq!(Lengths::new(&[2, 1]), Some(Lengths::ONE_AND_TWO));
    }
}
