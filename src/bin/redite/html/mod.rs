//! The report as a page: what a run has removed, in one HTML file that loads nothing.
//!
//! The file of removed units is read twice. The first time all of it is counted and it is decided which units are shown
//! ([`count`], [`families`], [`pairs`]); the second time only these are read ([`samples`]). What is held grows neither
//! with the number of units nor with their length, and which units are shown depends on nothing but the file.

mod cards;
mod charts;
mod count;
mod families;
mod names;
mod page;
mod pairs;
mod run;
mod samples;

pub(crate) use run::RunStats;

use anyhow::Result;
use count::Counted;
use samples::Samples;
use std::path::Path;

/// The longest page that is written, in bytes.
const MOST_BYTES: usize = 5_000_000;

/// Makes the page. `run`: the statistics of the same run; `folder`: for temporary files.
pub(crate) fn page(removed: &Path, run: Option<&RunStats>, folder: &Path) -> Result<String> {
    let counted = Counted::read(removed, folder)?;
    if let Some(run) = run {
        run.check(&counted)?;
    }
    let samples = Samples::read(removed, &counted, run)?;
    Ok(page::render(removed, &counted, run, &samples).into_string())
}
