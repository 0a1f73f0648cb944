//! One file per subcommand.

pub(crate) mod clean;
pub(crate) mod debug;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod find;
pub(crate) mod generate;
pub(crate) mod restore;
