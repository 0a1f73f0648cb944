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

/// Extends the hash of a shingle by one more token; start from [`SHINGLE_START`].
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves of the 128-bit product are used"
)]
pub(crate) const fn extend(state: u64, token: u32) -> u64 {
    let product = ((state ^ 0x9E37_79B9_7F4A_7C15) as u128) * ((token as u128) + 0xD6E8_FEB8_6659_FD93_u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of a shingle of no tokens.
pub(crate) const SHINGLE_START: u64 = 0x2545_F491_4F6C_DD1D;

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
        assert_eq!(extend(extend(SHINGLE_START, 1), 2), 7_278_973_596_654_451_614);
    }

    #[test]
    fn order_of_tokens_matters() {
        assert_ne!(extend(extend(SHINGLE_START, 1), 2), extend(extend(SHINGLE_START, 2), 1));
    }
}
