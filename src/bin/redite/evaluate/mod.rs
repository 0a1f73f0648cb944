//! The yardstick: what would a setting do to *these* articles?
//!
//! ```text
//! read ─> base ─> plant ─┬─> run ──> score ─> report
//!                        └─> truth (a folder) ─┘
//! ```
//!
//! Known repeats are planted into a copy of the articles, in memory, the pipeline runs, and what it removed is held
//! against what was planted. The choices are random, seeded and the same on every machine: see [`random`]. What is
//! chosen in one language depends on the others only through the text they share, and through the limit of text.
//!
//! | module | question it answers |
//! |---|---|
//! | `random` | what comes next, on every machine? |
//! | `text` | which words, numbers and clauses does a text have? |
//! | `read` | which articles, if they are too many? |
//! | `base` | which of their paragraphs say nothing twice? |
//! | `edits`, `dress` | what does a copy of a grade look like? |
//! | `plant` | which copy goes where? |
//! | `truth` | how is a planted set written and read? |
//! | `score` | what was found of it, and what else went? |
//! | `borderline` | which pairs lie nearest to the threshold? |
//! | `report` | how is all that told? |

pub(crate) mod base;
pub(crate) mod borderline;
mod dress;
mod edits;
pub(crate) mod plant;
mod random;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod score;
mod text;
pub(crate) mod truth;
