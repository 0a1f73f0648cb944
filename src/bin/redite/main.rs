//! The program `redite`: what was typed becomes settings, settings become a run of the library.

#![deny(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "they panic where nobody reads: messages go through `console`, results through a writer"
)]

mod again;
mod amounts;
mod application;
mod args;
mod article;
mod choice;
mod commands;
mod condition;
mod console;
mod contained;
mod corpus;
mod csv;
mod diff;
mod earlier;
mod evaluate;
mod exit;
mod families;
mod faults;
mod html;
mod languages;
mod look;
mod marked;
mod memory;
mod operand;
mod origins;
mod outputs;
mod paint;
mod presets;
mod progress;
mod provenance;
mod relation;
mod relations;
mod reports;
mod settings;
mod spool;
mod stages;
mod summary;
mod test_set;
mod verdict;
mod wording;
mod words;
mod writing;

use args::{Args, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let typed = presets::expanded(std::env::args_os().collect());
    let args = match Args::try_parse_from(typed) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    if args.command.is_capped() {
        memory::share_one_arena();
    }
    console::set_quiet(args.command.is_quiet());
    let outcome = match &args.command {
        Command::Clean(args) => commands::clean::run(args),
        Command::Restore(args) => commands::restore::run(args),
        Command::Mark(args) => commands::mark::run(args),
        Command::Apply(args) => commands::apply::run(args),
        Command::Index(args) => commands::index::run(args),
        Command::Find(args) => commands::find::run(args),
        Command::Explain(args) => commands::explain::run(args),
        Command::Evaluate(args) => commands::evaluate::run(args),
        Command::Report(args) => commands::report::run(args),
        Command::Debug(args) => commands::debug::run(args),
        Command::Completions(args) => commands::generate::completions(args),
        Command::Man(args) => commands::generate::man(args),
    };
    let exit = match outcome {
        Ok(exit) => exit,
        Err(error) if exit::is_closed_pipe(&error) => exit::closed_pipe(&args.command, &error),
        Err(error) => {
            console::error(format_args!("{error:#}"));
            Exit::Failed
        }
    };
    exit.into()
}

/// Help and the version, or what is wrong with the options.
fn usage(error: &clap::Error) -> ExitCode {
    let is_dangerous = |arg: std::ffi::OsString| arg.to_string_lossy().chars().any(char::is_control);
    if error.use_stderr() && std::env::args_os().any(is_dangerous) {
        // in plain text: the message quotes what was typed, or what a pattern has put there
        console::lines(error.render());
    } else {
        // where nobody reads there is nobody to tell
        let _printed = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
