//! The one hash whose values mean the same on every machine and in every version of redite.
//!
//! Strings go through rapidhash V3 (stable by its contract, little-endian); combining hashes is our own
//! multiply-and-fold step. Known-answer tests pin both. ahash is for maps that die with the process only.

use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

const SECRETS: RapidSecrets = RapidSecrets::seed_cpp(0);

/// 64-bit hash of a byte string.
#[inline]
pub(crate) fn bytes(data: &[u8]) -> u64 {
    rapidhash_v3_seeded(data, &SECRETS)
}

/// 32-bit hash of a token.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the fold of a 64-bit hash into 32 bits is the point"
)]
pub(crate) fn token(data: &[u8]) -> u32 {
    let h = bytes(data);
    (h ^ (h >> 32)) as u32
}

/// 32-bit hash of a shingle, from the hashes of its tokens.
#[inline]
pub(crate) fn shingle(tokens: &[u32]) -> u32 {
    let mut h = tokens.len() as u64;
    for &token in tokens {
        h = (h.rotate_left(29) ^ u64::from(token)).wrapping_mul(0x9FB2_1C65_1E98_DF25);
    }
    // the upper half of the product is the well-mixed one
    (h >> 32) as u32
}

/// Hash of the nth further copy of a shingle in one bag; the first copy, 0, has the shingle's own.
#[inline]
pub(crate) fn copy(shingle: u32, nth: u32) -> u32 {
    shingle ^ nth.wrapping_mul(0x85EB_CA6B)
}

/// The state of maps that die with the process. Fixed, so that not even their layout differs between runs.
pub(crate) fn map_state() -> ahash::RandomState {
    ahash::RandomState::with_seeds(1, 2, 3, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(bytes(b""), 232_177_599_295_442_350);
        assert_eq!(token("redite".as_bytes()), 3_170_230_883);
        assert_eq!(shingle(&[1, 2]), 562_227_885);
        assert_eq!(copy(7, 0), 7);
    }

    #[test]
    fn order_of_tokens_matters() {
        assert_ne!(shingle(&[1, 2]), shingle(&[2, 1]));
        assert_ne!(shingle(&[1]), shingle(&[0, 1]));
    }
}
