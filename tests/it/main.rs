//! Integration tests: one binary.

mod segment;
