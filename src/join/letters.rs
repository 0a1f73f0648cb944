//! What texts in scripts without spaces must share besides: pairs of letters.

use super::measure::Threshold;
use crate::fold::{is_mark, is_unspaced};
use crate::verdict::Pair;
use std::collections::HashMap;

/// All scripts written without spaces stand behind U+0800: their letters begin with this byte or a greater one.
const FIRST_UNSPACED: u8 = 0xE0;

/// False if fold `a`, the later one, is written at least in part without spaces and `b` holds fewer of its pairs of
/// neighbouring letters than five in eight (in proportion less where the threshold is below .58); or if `a` is written mostly so and `b` is not.
///
/// Where every letter is a token, one foreign name of fifteen letters counts no more than one letter: "X is the founder
/// of the party" is like "Y is the founder of the party" in all but the name. Pairs of letters weigh the name as it
/// looks to a reader. If three in four tokens of `a` are such letters, the threshold's share of its pairs of tokens must
/// stand in `b`, too: letters are so few that many are shared by chance, but not side by side.
///
/// ```
/// use redite::join::{Threshold, covers};
///
/// // Scripts with spaces are not asked for letters.
/// assert!(covers("a b c", "x y z", Threshold::ONE));
/// ```
#[must_use]
pub fn covers(a: &str, b: &str, threshold: Threshold) -> bool {
    pair_covers(&Pair::new(a, b), a, b, threshold)
}

/// True if three in four tokens of a fold are letters of scripts written without spaces.
pub(super) fn is_dense(tokens: usize, fold: &str) -> bool {
    // Cheap to tell of most folds.
    let may_be = fold.bytes().filter(|&byte| byte >= FIRST_UNSPACED).count();
    if tokens == 0 || 4 * may_be < 3 * tokens {
        return false;
    }
    let first = |token: &str| token.chars().next().is_some_and(is_unspaced);
    4 * fold.split(' ').filter(|token| first(token)).count() >= 3 * tokens
}

/// The least number of its pairs of tokens that a dense unit of so many tokens shares with one that covers it.
pub(super) fn least_pairs(tokens: usize, threshold: Threshold) -> usize {
    threshold.least(tokens.saturating_sub(1))
}

pub(super) fn pair_covers(pair: &Pair<'_>, a: &str, b: &str, threshold: Threshold) -> bool {
    if a.bytes().all(|byte| byte < FIRST_UNSPACED) {
        return true;
    }
    if is_dense(pair.later.len(), a) && pair.shared_pairs() < least_pairs(pair.later.len(), threshold) {
        return false;
    }
    let letters = |fold: &str| -> Vec<char> { fold.chars().filter(|&c| c != ' ' && !is_mark(c)).collect() };
    // Of all letters, so many are of scripts without spaces.
    let unspaced = |letters: &[char]| {
        let unspaced = letters.iter().filter(|&&c| is_unspaced(c)).count();
        (unspaced, letters.iter().filter(|c| c.is_alphabetic()).count())
    };
    let later = letters(a);
    let (mine, all) = unspaced(&later);
    if 10 * mine < all || mine == 0 {
        return true;
    }
    let earlier = letters(b);
    let (theirs, of) = unspaced(&earlier);
    if 3 * mine > all && 3 * theirs <= of {
        return false;
    }
    let mut stock: HashMap<&[char], u32, ahash::RandomState> = HashMap::with_hasher(crate::hash::map_state());
    earlier.windows(2).for_each(|pair| *stock.entry(pair).or_default() += 1);
    let mut shared = 0_u32;
    for pair in later.windows(2) {
        if let Some(n) = stock.get_mut(pair).filter(|n| **n > 0) {
            *n -= 1;
            shared += 1;
        }
    }
    f64::from(shared)
        >= least_held(threshold) * f64::from(u32::try_from(later.len().saturating_sub(1)).unwrap_or(u32::MAX))
}

/// The share of the later text that must stand in the earlier one. Below a threshold of .58 it falls with the threshold;
/// above, the threshold itself asks for more.
fn least_held(threshold: Threshold) -> f64 {
    0.625 * (threshold.value() / 0.58).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_script_without_spaces_is_of_two_bytes() {
        assert!(!('\0'..'\u{800}').any(is_unspaced));
    }
}
