//! Shingles: runs of w consecutive tokens, hashed (Broder, *On the resemblance and containment of documents*, 1997).
//!
//! A unit's shingles are a bag, not a set: a shingle that comes twice counts twice, so that a text of one word
//! repeated is not like every other text that has the word.

use crate::hash;
use std::fmt;

/// The lengths of the shingles a measure looks at, in tokens: ascending, distinct, 1 to [`Lengths::LONGEST`].
///
/// ```
/// use redite::shingle::Lengths;
///
/// assert_eq!(Lengths::new(&[2, 1]), Some(Lengths::ONE_AND_TWO));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lengths(u16);

impl Lengths {
    /// Longest shingle, in tokens.
    ///
    /// ```
    /// use redite::shingle::Lengths;
    ///
    /// assert!(Lengths::new(&[Lengths::LONGEST + 1]).is_none());
    /// ```
    pub const LONGEST: usize = 16;

    /// One- and two-token shingles together.
    ///
    /// ```
    /// assert_eq!(redite::shingle::Lengths::ONE_AND_TWO.iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub const ONE_AND_TWO: Self = Self(0b11);

    /// Single tokens.
    ///
    /// ```
    /// assert_eq!(redite::shingle::Lengths::ONE.count(7), 7);
    /// ```
    pub const ONE: Self = Self(0b1);

    /// Pairs of tokens.
    pub(crate) const TWO: Self = Self(0b10);

    /// The given lengths in any order; `None` if there is none, or one is 0 or above [`Lengths::LONGEST`].
    ///
    /// ```
    /// use redite::shingle::Lengths;
    ///
    /// assert_eq!(Lengths::new(&[3, 3]), Lengths::new(&[3]));
    /// assert!(Lengths::new(&[]).is_none());
    /// ```
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
    ///
    /// ```
    /// use redite::shingle::Lengths;
    ///
    /// let lengths = Lengths::new(&[4, 2]).ok_or("no length")?;
    /// assert_eq!(lengths.iter().collect::<Vec<_>>(), [2, 4]);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let length = bits.trailing_zeros() as usize + 1;
            bits &= bits.checked_sub(1)?;
            Some(length)
        })
    }

    /// All but the shortest; `None` if there is but one.
    pub(crate) fn without_shortest(self) -> Option<Self> {
        let rest = self.0 & self.0.wrapping_sub(1);
        (rest != 0).then_some(Self(rest))
    }

    /// The lengths, descending.
    fn descending(self) -> impl Iterator<Item = usize> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let highest = bits.checked_ilog2()?;
            bits &= !(1 << highest);
            Some(highest as usize + 1)
        })
    }

    /// Number of shingles of a unit of `tokens` tokens. A unit shorter than every length is one shingle.
    ///
    /// ```
    /// // Seven tokens and six pairs.
    /// assert_eq!(redite::shingle::Lengths::ONE_AND_TWO.count(7), 13);
    /// ```
    #[must_use]
    pub fn count(self, tokens: usize) -> usize {
        let all = self.iter().fold(0_usize, |all, w| {
            all.saturating_add(tokens.saturating_add(1).saturating_sub(w))
        });
        if all == 0 { usize::from(tokens > 0) } else { all }
    }
}

impl Lengths {
    /// Of the shingles of a unit of `tokens` tokens, how many hold one of `missing` tokens, at least.
    pub(crate) fn spoilt(self, tokens: usize, missing: usize) -> usize {
        // Fewest where the missing ones stand at the end.
        self.iter().map(|w| (tokens + 1).saturating_sub(w).min(missing)).sum()
    }

    /// How many shingles so many tokens and so many pairs of tokens are.
    pub(crate) fn of_these(self, tokens: usize, pairs: usize) -> usize {
        let has = |lengths: Self| self.0 & lengths.0 != 0;
        usize::from(has(Self::ONE)) * tokens + usize::from(has(Self::TWO)) * pairs
    }

    /// The fewest tokens a unit of at least `shingles` shingles has.
    pub(crate) fn least_tokens(self, shingles: usize) -> usize {
        self.tokens(shingles, |tokens| self.count(tokens) >= shingles)
    }

    /// The most tokens a unit of at most `shingles` shingles has.
    pub(crate) fn most_tokens(self, shingles: usize) -> usize {
        self.tokens(shingles, |tokens| self.count(tokens) > shingles)
            .saturating_sub(1)
    }

    /// The least number of tokens for which something holds that holds for all greater ones. (The number of shingles
    /// grows with the tokens: a unit shorter than every length has one shingle, as the shortest other has.)
    fn tokens(self, shingles: usize, holds: impl Fn(usize) -> bool) -> usize {
        // A unit has at most LONGEST − 1 tokens more than shingles.
        let (mut low, mut high) = (0, shingles.saturating_add(Self::LONGEST));
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        low
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
///
/// ```
/// use redite::shingle::{Lengths, visit};
///
/// let unit = redite::fold::fold("a rose is a rose");
/// let mut shingles = Vec::new();
/// visit(unit.hashes(), Lengths::ONE, |hash| {
///     shingles.push(hash);
///     true
/// });
/// assert_eq!((shingles.len(), shingles[0]), (5, shingles[3]));
/// ```
#[inline]
pub fn visit(tokens: &[u32], lengths: Lengths, mut visit: impl FnMut(u32) -> bool) {
    let mut any = false;
    for w in lengths.descending() {
        if w == 1 {
            for &token in tokens {
                if !visit(hash::shingle(&[token])) {
                    return;
                }
            }
        } else if w == 2 {
            for pair in tokens.windows(2) {
                if !visit(hash::shingle(pair)) {
                    return;
                }
            }
        } else {
            for window in tokens.windows(w) {
                if !visit(hash::shingle(window)) {
                    return;
                }
            }
        }
        any |= tokens.len() >= w;
    }
    if !any && !tokens.is_empty() {
        visit(hash::shingle(tokens));
    }
}

/// Appends the hashes that [`visit`] shows, in the same order.
pub(crate) fn all(tokens: &[u32], lengths: Lengths, out: &mut Vec<u32>) {
    let before = out.len();
    for w in lengths.descending() {
        match w {
            1 => out.extend(tokens.iter().map(|&token| hash::shingle(&[token]))),
            2 => out.extend(tokens.windows(2).map(|pair| hash::shingle(&[pair[0], pair[1]]))),
            _ => out.extend(tokens.windows(w).map(hash::shingle)),
        }
    }
    if out.len() == before && !tokens.is_empty() {
        out.push(hash::shingle(tokens));
    }
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
                let (mut seen, mut at_once) = (Vec::new(), Vec::new());
                visit(&tokens, lengths, |h| {
                    seen.push(h);
                    true
                });
                all(&tokens, lengths, &mut at_once);
                assert_eq!(seen.len(), lengths.count(tokens.len()), "{lengths} {n}");
                assert_eq!(seen, at_once);
            }
        }
        assert_eq!(Lengths::new(&[]), None);
        assert_eq!(Lengths::new(&[0]), None);
        assert_eq!(Lengths::new(&[17]), None);
        assert_eq!(Lengths::new(&[2, 1]), Some(Lengths::ONE_AND_TWO));
    }
}
