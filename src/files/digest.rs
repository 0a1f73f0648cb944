//! Digests that tell whether a file is still the one that was written.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3;

/// Length and XXH3-128 (seed 0) of some bytes; the hash is what `xxh128sum` prints.
///
/// It detects accidents: truncation, edits, conversions. It is no protection against someone who forges a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Number of bytes.
    pub bytes: u64,
    /// Their hash.
    pub xxh128: Hash128,
}

/// A 128-bit hash, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash128(pub u128);

impl Default for Digest {
    /// The digest of no bytes.
    fn default() -> Self {
        Digester::default().digest()
    }
}

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut digester = Digester::default();
        digester.update(bytes);
        digester.digest()
    }
}

impl fmt::Display for Hash128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Hash128 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash128 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u128::from_str_radix(&text, 16) {
            Ok(hash) if digits => Ok(Self(hash)),
            _ => Err(serde::de::Error::custom("a hash has 32 hexadecimal digits")),
        }
    }
}

/// Computes a [`Digest`] of bytes that come in pieces.
#[derive(Clone, Default)]
pub(crate) struct Digester {
    hasher: Xxh3,
    bytes: u64,
}

impl Digester {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest {
            bytes: self.bytes,
            xxh128: Hash128(self.hasher.digest128()),
        }
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Digester").field(&self.digest()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // xxh128sum of an empty file, and of one that holds "abc"
        assert_eq!(Digest::default().xxh128.to_string(), "99aa06d3014798d86001c324468d497f");
        assert_eq!(
            Digest::of(b"abc").xxh128.to_string(),
            "06b05ab6733a618578af5f94892f3950"
        );
    }

    #[test]
    fn pieces_do_not_matter() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(5000).collect();
        let mut digester = Digester::default();
        for piece in bytes.chunks(7) {
            digester.update(piece);
        }
        assert_eq!(digester.digest(), Digest::of(&bytes));
    }

    #[test]
    fn json_and_back() {
        let digest = Digest::of(b"abc");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, r#"{"bytes":3,"xxh128":"06b05ab6733a618578af5f94892f3950"}"#);
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        for bad in ["+6b05ab6733a618578af5f94892f3950", "06b0", ""] {
            assert!(serde_json::from_str::<Digest>(&format!(r#"{{"bytes":3,"xxh128":"{bad}"}}"#)).is_err());
        }
    }
}
