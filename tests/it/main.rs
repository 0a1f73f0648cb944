//! Integration tests, one binary; each module tests a module of the library, the program, or a promise.

// helpers are not `#[test]`s, so .clippy.toml does not exempt them
#![allow(clippy::unwrap_used)]

// What users of the library build on.
mod api;
// The same decisions, in memory and on disk.
mod bounded;
// The program, run as a person runs it.
#[cfg(feature = "cli")]
mod cli_clean;
// Its page for a browser.
#[cfg(feature = "cli")]
mod cli_report;
// What is decided, from text to repeats.
mod detect;
// The yardstick: what is planted, and what is told of it.
#[cfg(feature = "cli")]
mod evaluate;
// Articles in files: what comes out of real files on disk, good and bad.
#[cfg(feature = "files")]
mod files;
// The committed folding table against its source.
mod fold_table;
// What goes and what stays, language by language.
mod golden;
// Runs that go on from earlier ones.
#[cfg(feature = "index")]
mod index;
// What a reader says of pairs from real text.
mod labelled;
// The rules of the house: who may use whom, how long a file may be.
mod layers;
// Numbers in every dress.
mod numbers;
// What a boundary set wrong costs.
mod moved;
// The promises of the library, on real text and at random.
mod promises;
// The same bytes out, on any number of threads and from any packing.
#[cfg(feature = "cli")]
mod same_bytes;
// Paragraphs and sentences in many scripts.
mod segment;
// What the program shows of all this.
#[cfg(feature = "cli")]
mod show;
// A corpus that is cleaned in stages.
#[cfg(feature = "index")]
mod stages;
// Fixtures, for the others.
mod support;
