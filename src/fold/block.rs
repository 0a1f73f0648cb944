//! Thirty-two bytes at once: which of them are ASCII letters, which do no more than part words.

/// Bytes of a [`Block`].
pub(super) const BLOCK: usize = 32;

/// The first bytes of a text, a bit each, the first one lowest.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) letters: u64,
    /// How many bytes come first that are ASCII letters or part words and can be nothing else.
    pub(super) simple: usize,
}

impl Block {
    #[inline]
    pub(super) fn read(bytes: &[u8; BLOCK]) -> Self {
        let (mut letters, mut others) = ([0; BLOCK], [0; BLOCK]);
        for (i, &byte) in bytes.iter().enumerate() {
            letters[i] = u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
            others[i] = u8::from(!is_simple(byte));
        }
        let simple = bits(&others).trailing_zeros().min(32);
        Self {
            letters: bits(&letters) & ((1 << simple) - 1),
            simple: simple as usize,
        }
    }
}

/// True for an ASCII letter, and for what is a [plain separator](super::table::Table::is_plain_separator).
const fn is_simple(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_digit() && !matches!(byte, b'$'..=b'&' | b'-' | b'<' | b'[')
}

/// Bytes of 0 and 1 as bits.
#[inline]
fn bits(bytes: &[u8; BLOCK]) -> u64 {
    let (chunks, _) = bytes.as_chunks::<8>();
    // In the product every bit comes to stand in the highest byte, at its own place.
    let bits = |chunk: &[u8; 8]| u64::from_le_bytes(*chunk).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    (0..)
        .step_by(8)
        .zip(chunks)
        .fold(0, |all, (at, chunk)| all | bits(chunk) << at)
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    #[test]
    fn simple_is_what_the_table_says() {
        let table = Table::get();
        for byte in 0..=u8::MAX {
            let simple = byte.is_ascii_alphabetic() || table.is_plain_separator(byte);
            assert_eq!(is_simple(byte), simple, "{byte:#x}");
        }
    }

    #[test]
    fn letters_are_found_at_every_place() {
        for strange in 0..=BLOCK {
            let mut text: [u8; BLOCK] = std::array::from_fn(|i| b"Ab c,Z @]`{ "[i % 12]);
            if let Some(byte) = text.get_mut(strange) {
                *byte = b'5';
            }
            let block = Block::read(&text);
            assert_eq!(block.simple, strange);
            for (i, byte) in text[..strange].iter().enumerate() {
                assert_eq!(block.letters >> i & 1 == 1, byte.is_ascii_alphabetic());
            }
            assert_eq!(block.letters >> strange, 0);
        }
    }
}
