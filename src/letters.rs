//! What is known of single letters, looked up for those of the scripts that are written most.

/// Something of each letter of some blocks of 256.
#[derive(Debug)]
pub(crate) struct LetterTable<T> {
    /// By the high byte of a letter the number of its block, [`NOWHERE`] if it is in none.
    places: [u8; 256],
    blocks: Vec<[T; BLOCK]>,
}

const BLOCK: usize = 256;
const NOWHERE: u8 = u8::MAX;

impl<T: Copy + Default> LetterTable<T> {
    /// A table of blocks, by the high bytes of their letters. Surrogates, which are no letters, have the default.
    pub(crate) fn new(blocks: &[u8], of: impl Fn(char) -> T) -> Self {
        let mut table = Self {
            places: [NOWHERE; 256],
            blocks: Vec::with_capacity(blocks.len()),
        };
        for (place, &high) in (0..NOWHERE).zip(blocks) {
            table.places[usize::from(high)] = place;
            let mut block = [T::default(); BLOCK];
            for (low, slot) in (0..).zip(&mut block) {
                *slot = char::from_u32(u32::from(high) << 8 | low).map_or(T::default(), &of);
            }
            table.blocks.push(block);
        }
        table
    }

    /// What is known of a letter, if it is in one of the blocks.
    #[inline]
    pub(crate) fn get(&self, c: char) -> Option<T> {
        let [low, high, plane, _] = u32::from(c).to_le_bytes();
        let block = self.blocks.get(usize::from(self.places[usize::from(high)]));
        block.filter(|_| plane == 0).map(|block| block[usize::from(low)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_blocks_are_known() {
        let table = LetterTable::new(&[0, 0x1e, 4], u32::from);
        for c in '\0'..=char::MAX {
            let is_known = matches!(u32::from(c) >> 8, 0 | 4 | 0x1e);
            assert_eq!(table.get(c), is_known.then_some(u32::from(c)), "{c:?}");
        }
    }
}
