//! `redite report`: shows what `clean` has removed as a page for a browser.

use crate::args::{CleanArgs, ReportArgs};
use crate::exit::{Exit, clean_up_when_interrupted};
use crate::html::{self, RunStats};
use crate::outputs::is_stdout;
use crate::reports::report;
use anyhow::{Context, Result, bail};
use redite::files::{Transaction, same_file};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &ReportArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = clean_up_when_interrupted(&transaction)?;
    let output = args.output.as_deref().unwrap_or(Path::new("-"));
    let inputs = [Some(&args.removed), args.stats.as_ref()];
    if !is_stdout(output)
        && let Some(input) = inputs.into_iter().flatten().find(|input| same_file(input, output))
    {
        bail!("{} is an input: choose another output", input.display());
    }
    let run = args.stats.as_deref().map(RunStats::read).transpose()?;
    write(
        &args.removed,
        run.as_ref(),
        args.temp_dir.as_deref(),
        output,
        &transaction,
    )?;
    Ok(Exit::Done)
}

/// With `clean --report`, writes the page when the file of removed units is complete. `stats` gives what `--stats` writes.
pub(crate) fn after(
    args: &CleanArgs,
    stats: impl FnOnce() -> serde_json::Result<String>,
    transaction: &Transaction,
) -> Result<()> {
    let (Some(output), Some(removed)) = (&args.report, &args.cleaned.removed) else {
        return Ok(());
    };
    let run = RunStats::parse(stats()?.as_bytes())?;
    write(
        removed,
        Some(&run),
        args.memory.temp_dir.as_deref(),
        output,
        transaction,
    )
    .context("the articles are cleaned, but the report could not be written")
}

fn write(
    removed: &Path,
    run: Option<&RunStats>,
    temp_dir: Option<&Path>,
    output: &Path,
    transaction: &Transaction,
) -> Result<()> {
    let folder = temp_dir.map_or_else(std::env::temp_dir, Path::to_owned);
    let page = html::page(removed, run, &folder)?;
    let mut out = report(output, transaction).create()?;
    out.write_all(page.as_bytes()).map_err(|cause| out.error(cause))?;
    out.finish()?;
    Ok(transaction.commit()?)
}
