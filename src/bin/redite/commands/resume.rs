//! `redite clean --resume`: input by input, each completed before the next one begins; those that are completed already are skipped.
//!
//! An input is completed when the index knows it, which it does after its outputs have their names. Who is stopped before that finds
//! it unknown, and cleans it again, with the same bytes.

use super::clean::{Run, places_of};
use crate::amounts::count;
use crate::args::CleanArgs;
use crate::console;
use crate::corpus::find;
use crate::earlier::Earlier;
use crate::exit::Exit;
use crate::outputs::is_stdout;
use crate::paint::visible;
use anyhow::{Context, Result, bail};
use redite::files::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) fn run(run: Run<'_>, earlier: &mut Earlier) -> Result<Exit> {
    let args = run.args;
    if args.cleaned.output.as_deref().is_some_and(is_stdout) || args.input.inputs.iter().any(|input| is_stdout(input)) {
        bail!("--resume: standard input and output are gone after a stop; name files or folders");
    }
    for (option, folder) in [("--removed", &args.cleaned.removed), ("--stats", &args.stats)] {
        if let Some(folder) = folder.as_ref().filter(|folder| folder.exists() && !folder.is_dir()) {
            bail!(
                "{option} {}: with --resume this is a folder, with a file for each input; name another",
                folder.display()
            );
        }
    }
    let found = find(&args.input, run.exclude)?;
    let places = places_of(args, &found.sources)?;
    let done: BTreeMap<String, u64> = (earlier.snapshot().inputs())
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .collect();
    let mut open = Vec::new();
    for source in &found.sources {
        match done.get(source.name()) {
            None => open.push(source),
            Some(&bytes) if bytes != source.size() => bail!(
                "{}: has changed since it was cleaned ({} then, {} now), and what it said is in the index; give what is new another name",
                source.name(),
                count(bytes, "byte"),
                count(source.size(), "byte")
            ),
            Some(_) => {}
        }
    }
    let skipped = found.sources.len() - open.len();
    if skipped > 0 && !args.input.quiet {
        console::line(format_args!(
            "{} cleaned before: skipped",
            count(skipped as u64, "file")
        ));
    }
    let mut exit = found.report.exit();
    for (at, &source) in open.iter().enumerate() {
        let mut args: CleanArgs = args.clone();
        args.input.only = Some(source.clone());
        args.cleaned.removed = beside(args.cleaned.removed.as_deref(), source, "removed.jsonl")?;
        args.stats = beside(args.stats.as_deref(), source, "stats.json")?;
        let cleaned = Run { args: &args, ..run }.clean(Some(earlier), Some(places.clone()));
        let (its_exit, summary) = cleaned.with_context(|| {
            let left = count((open.len() - at) as u64, "file");
            format!(
                "{}: not cleaned; the same command goes on with it ({left} left)",
                source.name()
            )
        })?;
        if its_exit != Exit::Done {
            exit = its_exit;
        }
        if !args.input.quiet {
            let told = summary.to_string();
            let told: Vec<&str> = told.lines().take(2).collect();
            console::line(format_args!("{}: {}", visible(source.name()), told.join("; ")));
        }
    }
    Ok(exit)
}

/// The file of an input in a folder of such files, if they are asked for; its folder is made.
fn beside(folder: Option<&Path>, source: &Source, ending: &str) -> Result<Option<PathBuf>> {
    let Some(folder) = folder else { return Ok(None) };
    let path = folder.join(format!("{}.{ending}", source.relative().display()));
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    Ok(Some(path))
}
