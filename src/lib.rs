//! redite finds sentences and paragraphs that are said twice.

#![warn(missing_docs)]

pub mod model;
pub mod segment;
