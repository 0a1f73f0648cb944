//! Integration tests, one binary; each module is a room or a promise.

// What is decided, from text to repeats.
mod detect;
// Articles in files: what comes out of real files on disk, good and bad.
#[cfg(feature = "files")]
mod files;
// The committed folding table against its source.
mod fold_table;
// Paragraphs and sentences in many scripts.
mod segment;
// What the program shows of all this.
#[cfg(feature = "cli")]
mod show;
