//! The one way in which the library can fail: settings that make no sense. No text can cause an error.

use std::fmt;

/// A setting that cannot be used. The message says which, why, and what would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsError(Kind);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    Threshold(String),
    MinTokens,
    Order,
}

impl SettingsError {
    pub(crate) fn order() -> Self {
        Self(Kind::Order)
    }

    pub(crate) fn threshold(value: f64) -> Self {
        Self(Kind::Threshold(value.to_string()))
    }

    pub(crate) fn min_tokens() -> Self {
        Self(Kind::MinTokens)
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Threshold(value) => {
                write!(
                    f,
                    "threshold {value} is not above 0 and at most 1; 1 asks for equal shingles, 0.58 is the default"
                )
            }
            Kind::Order => f.write_str(
                "which copy is kept is decided by length or rank, which needs all articles in memory: keep the first or \
                 the last, or set no limit to memory",
            ),
            Kind::MinTokens => f.write_str("a minimum of 0 tokens would compare empty units; 1 compares every unit"),
        }
    }
}

impl std::error::Error for SettingsError {}
