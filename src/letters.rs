//! What is known of single letters, looked up for those of the scripts that are written most.

use crate::steps::once;
use std::sync::OnceLock;

/// Something of each letter of some blocks of 256. A block is found out when one of its letters is asked for first.
#[derive(Debug)]
pub(crate) struct LetterTable<T, const BLOCKS: usize> {
    /// By the high byte of a letter the place of its block, [`NOWHERE`] if it is in none.
    places: [u8; 256],
    blocks: [OnceLock<[T; BLOCK]>; BLOCKS],
    of: fn(char) -> T,
}

const BLOCK: usize = 256;
const NOWHERE: u8 = u8::MAX;

impl<T: Copy + Default, const BLOCKS: usize> LetterTable<T, BLOCKS> {
    /// A table of blocks, by the high bytes of their letters. Surrogates, which are no letters, have the default.
    pub(crate) const fn new(highs: [u8; BLOCKS], of: fn(char) -> T) -> Self {
        assert!(BLOCKS < NOWHERE as usize, "a place is a byte");
        let mut places = [NOWHERE; 256];
        let mut place = 0;
        while place < BLOCKS {
            places[highs[place] as usize] = place.to_le_bytes()[0];
            place += 1;
        }
        Self {
            places,
            blocks: [const { OnceLock::new() }; BLOCKS],
            of,
        }
    }

    /// What is known of a letter, if it is in one of the blocks.
    #[inline]
    pub(crate) fn get(&self, c: char) -> Option<T> {
        let [low, high, plane, _] = u32::from(c).to_le_bytes();
        let block = self.blocks.get(usize::from(self.places[usize::from(high)]));
        let block = block.filter(|_| plane == 0)?;
        Some(block.get_or_init(|| self.find(high))[usize::from(low)])
    }

    #[cold]
    fn find(&self, high: u8) -> [T; BLOCK] {
        let letter = |low: usize| char::from_u32(u32::from(high) << 8 | u32::from(low.to_le_bytes()[0]));
        once(|| std::array::from_fn(|low| letter(low).map_or(T::default(), self.of)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_blocks_are_known() {
        let table = LetterTable::new([0, 0x1e, 4], u32::from);
        for c in '\0'..=char::MAX {
            let is_known = matches!(u32::from(c) >> 8, 0 | 4 | 0x1e);
            assert_eq!(table.get(c), is_known.then_some(u32::from(c)), "{c:?}");
        }
    }
}
