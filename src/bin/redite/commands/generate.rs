//! `redite completions` and `redite man`, generated from the definition of the options.

use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::exit::{Exit, clean_up_when_interrupted};
use anyhow::{Result, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use redite::files::{Output, Transaction};
use std::io::{Write, stdout};

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit> {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "redite", &mut script);
    stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}

/// What a page of ours has near its beginning.
const MARK: &[u8] = b".TH redite";

pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = clean_up_when_interrupted(&transaction)?;
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    render(&command, &mut pages)?;
    match &args.dir {
        Some(dir) => {
            for (name, page) in &pages {
                let path = dir.join(name);
                let is_ours = |old: &[u8]| old.windows(MARK.len()).take(4096).any(|w| w == MARK);
                match std::fs::read(&path) {
                    Ok(old) if !is_ours(&old) => bail!(
                        "{}: there is another file of this name, which is not a manual page of redite; move it away or \
                         choose another folder. Nothing was written",
                        path.display()
                    ),
                    _ => {
                        let mut out = Output::file_in(&transaction, path).create()?;
                        out.write_all(page).map_err(|cause| out.error(cause))?;
                        out.finish()?;
                    }
                }
            }
            transaction.commit()?;
        }
        None => {
            let mut out = stdout().lock();
            for (_, page) in &pages {
                out.write_all(page)?;
            }
            out.flush()?;
        }
    }
    Ok(Exit::Done)
}

/// The page of a command, then those of its subcommands, with the names of their files.
fn render(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((man.get_filename(), page));
    for inner in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        render(inner, pages)?;
    }
    Ok(())
}
