//! One file per subcommand.

pub(crate) mod against;
pub(crate) mod apply;
pub(crate) mod clean;
pub(crate) mod debug;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod find;
pub(crate) mod generate;
pub(crate) mod index;
pub(crate) mod mark;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod resume;
