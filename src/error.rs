//! The only error of the library itself: settings that cannot be used. No text can cause an error.

use std::fmt;

/// A setting that cannot be used. The message says which, why, and what to use instead.
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
                    "threshold {value}: must be above 0 and at most 1; 0.58 is the default, 1 asks for equal shingles"
                )
            }
            Kind::Order => f.write_str(
                "keeping the longest copy, or one by rank, needs all articles in memory: keep the first or the last, or \
                 set no limit on memory",
            ),
            Kind::MinTokens => f.write_str("the minimum length must be at least 1 word, which compares every unit"),
        }
    }
}

impl std::error::Error for SettingsError {}
