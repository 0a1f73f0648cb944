//! How the library can fail: settings that cannot be used, and more articles than it can number. No text can cause an
//! error.

use std::fmt;

/// A setting that cannot be used. The message says which, why, and what to use instead.
///
/// ```
/// let error = redite::Detector::builder().threshold(2.0).build().unwrap_err();
/// assert!(error.to_string().contains("at most 1"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsError(Kind);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    Threshold(String),
    MinTokens,
    /// A setting, what was given, and what is wrong with it.
    Value(&'static str, String, String),
}

impl SettingsError {
    pub(crate) fn threshold(value: f64) -> Self {
        Self(Kind::Threshold(value.to_string()))
    }

    pub(crate) fn value(setting: &'static str, given: &str, why: &str) -> Self {
        Self(Kind::Value(setting, given.to_owned(), why.to_owned()))
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
                    "threshold {value}: must be above 0 and at most 1; 0.52 is the default, 1 asks for equal shingles"
                )
            }
            Kind::Value(setting, given, why) => write!(f, "{setting} {given}: {why}"),
            Kind::MinTokens => f.write_str("the minimum length must be at least 1 word, which compares every unit"),
        }
    }
}

impl std::error::Error for SettingsError {}

/// There are more articles, texts or sentences than a session or a reference can number. The message says which, and what to do.
///
/// ```
/// let mut session = redite::Detector::new().session();
/// match session.push(&"A text.".into()) {
///     Err(redite::PushError::Capacity(error)) => println!("{error}; it goes to the next session"),
///     other => assert!(other.is_ok()),
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CapacityError(&'static str);

/// What holds texts that others are held against.
const REFERENCE: &str = "reference";

impl CapacityError {
    pub(crate) fn articles() -> Self {
        Self("articles")
    }

    pub(crate) fn texts() -> Self {
        Self("texts")
    }

    pub(crate) fn reference() -> Self {
        Self(REFERENCE)
    }

    pub(crate) fn units() -> Self {
        Self("sentences and parts of sentences")
    }
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(what) = self;
        if *what == REFERENCE {
            return write!(
                f,
                "a {what} holds at most {} texts and tokens; ask several, each with a part of the texts",
                u32::MAX
            );
        }
        write!(
            f,
            "a session holds at most {} {what}; split the articles between sessions",
            u32::MAX
        )
    }
}

impl std::error::Error for CapacityError {}
