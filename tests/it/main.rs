//! Integration tests, one binary; each module is a room or a promise.

mod fold_table;
mod detect;
