//! redite finds sentences and paragraphs that are said twice.

#![warn(missing_docs)]

#[cfg(feature = "files")]
pub mod files;
pub mod model;
