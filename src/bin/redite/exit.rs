//! What the program's exit code says.

use crate::args::Command;
use crate::console;
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
    /// 3: done, but some file was not compared: it is no file of articles, cannot be read, or has no record that can be
    /// used. What can be read as bytes was copied unchanged.
    Partly,
    /// 141, as after SIGPIPE: the reader of the output left before all of it was written.
    Closed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Failed => 2,
            Exit::Partly => 3,
            Exit::Closed => 141,
        })
    }
}

/// True if the reader of our output has gone (`redite … | head`).
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let file = cause.downcast_ref::<FileError>().and_then(FileError::io_kind);
        io.or(file) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// How a command ends whose output nobody reads on. What only shows something has shown enough; what makes files has
/// not made them.
pub(crate) fn closed_pipe(command: &Command, error: &anyhow::Error) -> Exit {
    let makes_other_files = match command {
        Command::Clean(args) if !args.memory.dry_run => args.cleaned.removed.is_some() || args.stats.is_some(),
        Command::Apply(args) if !args.dry_run => args.cleaned.removed.is_some(),
        Command::Restore(_) | Command::Mark(_) => false,
        _ => return Exit::Done,
    };
    if makes_other_files {
        console::error(format_args!("{error:#}; no other output was written"));
    }
    Exit::Closed
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

/// On a signal that ends the program, removes what is unfinished and leaves with 128 and the signal's number. On every
/// other end of the run, what is returned does the same: the handler keeps a clone of the transaction, which would
/// never be dropped by itself.
pub(crate) fn clean_up_when_interrupted(transaction: &Transaction) -> anyhow::Result<CleanUp> {
    let clean_up = CleanUp(transaction.clone());
    let transaction = transaction.clone();
    on_interruption(move || transaction.remove_all())?;
    Ok(clean_up)
}

/// On a signal that ends the program, calls `clean_up` and leaves. To be called at most once in a run.
pub(crate) fn on_interruption(clean_up: impl Fn() + Send + 'static) -> anyhow::Result<()> {
    Ok(on_signal(move |code| {
        clean_up();
        leave(code)
    })?)
}

#[expect(
    clippy::exit,
    reason = "the handler runs on a thread of its own; there is nowhere to return to"
)]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}

/// Calls `end` with the exit code when a signal asks the program to end.
///
/// A signal that was ignored when the program started stays ignored, as `nohup` and `&` in a script mean it. Where that
/// cannot be known, SIGHUP is left alone.
#[cfg(unix)]
fn on_signal(end: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored_signals();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| match ignored {
        Some(mask) => mask >> (signal - 1) & 1 == 0,
        None => signal != SIGHUP,
    });
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in &mut signals {
            end(128 + signal);
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn on_signal(end: impl Fn(i32) + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || end(130))
}

/// The signals that this process ignores, a bit each, where the system tells.
#[cfg(unix)]
fn ignored_signals() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
