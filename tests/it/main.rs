//! Integration tests: one binary.

// Articles in files: what comes out of real files on disk, good and bad.
#[cfg(feature = "files")]
mod files;
