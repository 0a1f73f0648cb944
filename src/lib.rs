//! redite finds sentences and paragraphs that are said twice.

pub mod fold;
mod hash;
pub mod join;
pub mod model;
pub mod shingle;
