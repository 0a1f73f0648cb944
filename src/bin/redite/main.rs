//! The program `redite`: what was typed becomes settings, settings become a run of the library.

#![allow(clippy::print_stderr, reason = "the program speaks on standard error")]

mod again;
mod args;
mod commands;
mod corpus;
mod csv;
mod diff;
mod evaluate;
mod exit;
mod look;
mod memory;
mod operand;
mod outputs;
mod paint;
mod progress;
mod provenance;
mod settings;
mod spool;
mod summary;
mod verdict;
mod words;

use args::{Args, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command {
        Command::Clean(args) => commands::clean::run(&args),
        Command::Restore(args) => commands::restore::run(&args),
        Command::Find(args) => commands::find::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Debug(args) => commands::debug::run(&args),
        Command::Completions(args) => commands::generate::completions(&args),
        Command::Man(args) => commands::generate::man(&args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            eprintln!("redite: {error:#}");
            Exit::Failed.into()
        }
    }
}
