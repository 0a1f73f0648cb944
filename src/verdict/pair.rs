//! Two folds side by side: their tokens under common numbers, so that the same text is the same number in both.

use crate::fold::{is_mark, is_number, is_unspaced};
use crate::hash;
use crate::steps::looked;

/// The tokens of a later and an earlier fold.
pub(crate) struct Pair<'f> {
    pub(crate) later: Vec<Token>,
    pub(crate) earlier: Vec<Token>,
    /// The text of each token, by its number.
    texts: Vec<&'f str>,
}

/// A token: its number in the [`Pair`], and what it weighs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) struct Token {
    pub(crate) id: u32,
    /// In half words: a word or number is two, a letter of a script without spaces one, a sign nothing.
    pub(crate) weight: u8,
    pub(crate) is_number: bool,
}

impl<'f> Pair<'f> {
    pub(crate) fn new(later: &'f str, earlier: &'f str) -> Self {
        let most = later.len().max(earlier.len()) / 4 + 4;
        looked(later.len() + earlier.len());
        let mut pair = Self {
            later: Vec::with_capacity(most),
            earlier: Vec::with_capacity(most),
            texts: Vec::with_capacity(most),
        };
        let mut numbers = Numbers::new(2 * most);
        for (fold, is_later) in [(later, true), (earlier, false)] {
            for text in fold.split(' ').filter(|t| !t.is_empty()) {
                let token = numbers.token(text, &mut pair.texts);
                let side = if is_later { &mut pair.later } else { &mut pair.earlier };
                side.push(token);
            }
        }
        pair
    }

    /// How many different tokens there are.
    pub(crate) fn kinds(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn text(&self, token: Token) -> &'f str {
        self.texts[token.id as usize]
    }

    /// How many pairs of neighbouring tokens both have, as often.
    pub(crate) fn shared_pairs(&self) -> usize {
        let pairs = |tokens: &[Token]| {
            let pair = |pair: &[Token]| u64::from(pair[0].id) << 32 | u64::from(pair[1].id);
            let mut pairs: Vec<u64> = tokens.windows(2).map(pair).collect();
            pairs.sort_unstable();
            pairs
        };
        let (left, right) = (pairs(&self.later), pairs(&self.earlier));
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
            shared += usize::from(a == b);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        shared
    }

    /// How often each token stands in a side, by its number.
    pub(crate) fn stock(&self, side: &[Token]) -> Vec<u32> {
        let mut stock = vec![0; self.kinds()];
        side.iter().for_each(|t| stock[t.id as usize] += 1);
        stock
    }
}

/// An open-addressing table of tokens, by hash, then by text.
struct Numbers {
    slots: Vec<Option<Token>>,
}

impl Numbers {
    fn new(least: usize) -> Self {
        Self {
            slots: vec![None; least.next_power_of_two()],
        }
    }

    fn token<'f>(&mut self, text: &'f str, texts: &mut Vec<&'f str>) -> Token {
        if 2 * texts.len() >= self.slots.len() {
            self.grow(texts);
        }
        let at = self.find(text, texts);
        *self.slots[at].get_or_insert_with(|| {
            let id = u32::try_from(texts.len()).unwrap_or(u32::MAX);
            texts.push(text);
            let is_number = is_number(text);
            let weight = match text.chars().next() {
                Some(c) if is_unspaced(c) => 1,
                Some(c) if is_number || c.is_alphanumeric() || is_mark(c) => 2,
                _ => 0,
            };
            Token { id, weight, is_number }
        })
    }

    fn find(&self, text: &str, texts: &[&str]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash::token(text.as_bytes()) as usize & mask;
        while let Some(token) = &self.slots[at]
            && texts[token.id as usize] != text
        {
            looked(1);
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self, texts: &[&str]) {
        let size = 2 * self.slots.len();
        let known = std::mem::replace(&mut self.slots, vec![None; size]);
        for token in known.into_iter().flatten() {
            let at = self.find(texts[token.id as usize], texts);
            self.slots[at] = Some(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_the_same_number() {
        let many: Vec<String> = (0..300).map(|n| format!("w{}", n % 150)).collect();
        let later = many.join(" ");
        let pair = Pair::new(&later, "w7 x 12 中 w149 w7 +");
        assert_eq!((pair.later.len(), pair.earlier.len()), (300, 7));
        assert_eq!(pair.kinds(), 154);
        for (token, text) in pair.later.iter().zip(&many) {
            assert_eq!(pair.text(*token), text);
        }
        let earlier: Vec<(u32, u8, bool)> = pair.earlier.iter().map(|t| (t.id, t.weight, t.is_number)).collect();
        assert_eq!(earlier[0], earlier[5]);
        assert_eq!((earlier[0].0, earlier[4].0), (7, 149));
        assert_eq!((earlier[2].1, earlier[2].2), (2, true));
        assert_eq!((earlier[3].1, earlier[3].2), (1, false));
        assert_eq!((earlier[6].1, earlier[6].2), (0, false));
        assert_eq!(pair.stock(&pair.earlier)[7], 2);
    }
}
