//! Messages to people, on standard error.
//!
//! A message never ends the run: if standard error is closed, it is dropped. Control characters are escaped, because
//! messages quote file names, field names and texts, which anyone may have written.

use crate::paint::{escaped, escaped_lines};
use std::fmt::Display;
use std::io::{Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};

static QUIET: AtomicBool = AtomicBool::new(false);

/// With `--quiet`, only [`error`] prints.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Prints one line.
pub(crate) fn line(message: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        print(&escaped(&message.to_string()), "\n");
    }
}

/// Prints several lines, of which the last has its line end.
pub(crate) fn lines(text: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        print(&escaped_lines(&text.to_string()), "");
    }
}

/// Prints why the run failed, in one line, even with `--quiet`.
pub(crate) fn error(message: impl Display) {
    print(&escaped(&format!("redite: {message}")), "\n");
}

fn print(text: &str, end: &str) {
    let mut to = stderr().lock();
    // where standard error is closed there is nobody to tell
    let _printed = write!(to, "{text}{end}").and_then(|()| to.flush());
}
