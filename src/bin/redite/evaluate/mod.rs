//! Measures what the settings do to *these* articles.
//!
//! ```text
//! read ─> base ─> plant ─┬─> run ──> score ─> report
//!                        └─> truth (a folder) ─┘
//! ```
//!
//! Known repeats are planted in a copy of the articles, in memory; the pipeline runs, and what it removes is compared
//! with what was planted. The choices are random, but the same for a seed on every machine: see [`random`]. What is
//! chosen in one language depends on the others only through the text they share and the limit on text.
//!
//! | module | question it answers |
//! |---|---|
//! | `random` | which random number comes next, on every machine? |
//! | `text` | which words, sentences, clauses and numbers does a text have? |
//! | `read` | which articles, if they are too many? |
//! | `base` | which of their paragraphs are free of repeats? |
//! | `grade` | how do the two of a pair differ, and should one go? |
//! | `vocabulary` | which words of a language can be put in? |
//! | `edits`, `spelling` | what does a copy of a grade look like? |
//! | `plant` | which copy goes where? |
//! | `truth` | how is a planted set written and read? |
//! | `score` | what was found of it, and what else went? |
//! | `borderline` | which pairs lie nearest to the threshold? |
//! | `report` | how are the results shown? |
//! | `whole` | what is told of whole articles that were made from others? (`--relations`) |
//! | `labels` | what becomes of pairs that people have labelled? (nothing is planted) |

pub(crate) mod base;
pub(crate) mod borderline;
mod edits;
mod grade;
pub(crate) mod labels;
pub(crate) mod plant;
mod random;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod score;
mod spelling;
mod text;
pub(crate) mod truth;
mod vocabulary;
pub(crate) mod whole;
