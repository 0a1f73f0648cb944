//! One file a subcommand.

pub(crate) mod clean;
pub(crate) mod find;
pub(crate) mod restore;
