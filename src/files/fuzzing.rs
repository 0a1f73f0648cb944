//! What the fuzz targets of `tests/fuzz` need beyond the public API. Compiled with `--cfg fuzzing` only, and no part of
//! the API.
#![allow(missing_docs, reason = "no part of the API")]

use std::io::Cursor;
use std::path::Path;

use super::jsonl::{Blocks, oracle};
use super::read::ReadOptions;
use super::sniff::{Named, identify};

/// Holds scanner and `serde_json` together on one line.
#[derive(Debug)]
pub struct LineOracle(Vec<ReadOptions>);

impl Default for LineOracle {
    fn default() -> Self {
        Self(oracle::options())
    }
}

impl LineOracle {
    /// Panics where they differ; true if the line is an object.
    pub fn hold(&self, line: &[u8]) -> bool {
        oracle::hold(line, &self.0)
    }
}

/// The bytes of the blocks into which a file is cut, if they are read `size` bytes at a time.
#[must_use]
pub fn blocks(data: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut blocks = Blocks::with_size(Cursor::new(data), size);
    std::iter::from_fn(|| blocks.next_block().ok().flatten())
        .map(|block| block.into_data())
        .collect()
}

/// Tells what a file of this name and content is, or why it is not read, for all ways in which files are named.
pub fn sniff(name: &str, head: &[u8]) {
    let tail = &head[head.len().saturating_sub(4)..];
    for named in [Named::Walked, Named::Given, Named::Not] {
        if let Err(unread) = identify(Path::new(name), head, tail, named) {
            assert!(!unread.reason.is_empty());
        }
    }
}
