//! `redite completions` and `redite man`: what shells and `man` know of the program, told by its own options.

use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::exit::Exit;
use anyhow::{Context, Result};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io::{Write, stdout};

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit> {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "redite", &mut script);
    stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}

pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    match &args.dir {
        Some(dir) => {
            let wanted = || format!("{}: cannot write the manual there", dir.display());
            std::fs::create_dir_all(dir).with_context(wanted)?;
            clap_mangen::generate_to(Args::command(), dir).with_context(wanted)?;
        }
        None => {
            let mut command = Args::command().disable_help_subcommand(true);
            command.build();
            let mut pages = Vec::new();
            render(&command, &mut pages)?;
            stdout().lock().write_all(&pages)?;
        }
    }
    Ok(Exit::Done)
}

/// The page of a command, then those of its subcommands.
fn render(command: &Command, pages: &mut Vec<u8>) -> Result<()> {
    Man::new(command.clone()).render(pages)?;
    for inner in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        render(inner, pages)?;
    }
    Ok(())
}
