//! What the program's exit code says.

use redite::files::{FileError, Transaction};
use std::io;
use std::process::ExitCode;

/// How a run ended. Part of the contract with scripts; the numbers stand in `--help`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// 0: done. Broken records that were passed through unchanged are reported, and are no failure.
    Done,
    /// 1: `find --exit-code` found repeats.
    Found,
    /// 2: wrong options, missing input, or stopped before anything was written.
    Failed,
    /// 3: done, but a whole file could not be read; it was passed through unchanged.
    Partly,
}

/// The text of `--help` on exit codes.
pub(crate) const HELP: &str = "Exit codes: 0 done (broken records are passed through, counted and named); \
1 repeats found (find --exit-code); 2 wrong options or input, nothing was written; \
3 done, but a whole file could not be read and was passed through; 130 interrupted, no unfinished output is left.";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Failed => 2,
            Exit::Partly => 3,
        })
    }
}

/// True if the reader of our output has gone (`redite … | head`): no error of ours.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let file = cause.downcast_ref::<FileError>().and_then(FileError::io_kind);
        io.or(file) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// Removes what is unfinished when a run ends, however it ends. After a commit nothing is.
#[derive(Debug)]
#[must_use = "when it is dropped, what is unfinished goes"]
pub(crate) struct CleanUp(Transaction);

impl Drop for CleanUp {
    fn drop(&mut self) {
        self.0.remove_all();
    }
}

/// On Ctrl-C and its like, removes what is unfinished and leaves with 130. On every other end of the run, what is
/// returned does the same: the handler keeps a clone of the transaction, which would never be dropped by itself.
#[expect(
    clippy::exit,
    reason = "the handler runs on a thread of its own; there is nowhere to return to"
)]
pub(crate) fn clean_up_when_interrupted(transaction: &Transaction) -> anyhow::Result<CleanUp> {
    let clean_up = CleanUp(transaction.clone());
    let transaction = transaction.clone();
    ctrlc::set_handler(move || {
        transaction.remove_all();
        std::process::exit(130);
    })?;
    Ok(clean_up)
}
