//! Where a run writes, and what must not be in its way.

use anyhow::{Result, bail};
use redite::files::{Format, Source};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many files are named in a message.
const NAMED: usize = 3;

/// True if the path stands for standard output.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// A path by which two spellings of one place can be told, whether it exists or not.
pub(crate) fn lexical(path: &Path) -> PathBuf {
    if is_stdout(path) || path.starts_with("/dev") {
        return path.to_owned();
    }
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::canonicalize(folder)
        .or_else(|_| std::path::absolute(folder))
        .map_or_else(|_| path.to_owned(), |folder| folder.join(name))
}

/// Refuses an output folder that holds files which this run neither writes nor knows: they would stand among its outputs
/// as if they were some of them. `merge`: they may.
pub(crate) fn refuse_others(folder: &Path, written: &[PathBuf], known: &[&PathBuf], merge: bool) -> Result<()> {
    if merge {
        return Ok(());
    }
    let ours: BTreeSet<PathBuf> = (written.iter())
        .chain(known.iter().copied())
        .map(|path| lexical(path))
        .collect();
    let mut others = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if redite::files::is_unfinished(&entry.file_name()) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                _ if ours.contains(&lexical(&path)) => {}
                _ => others.push(path),
            }
            if others.len() > NAMED {
                break;
            }
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let more = if others.len() > NAMED { ", …" } else { "" };
    let named: Vec<String> = others
        .iter()
        .take(NAMED)
        .map(|path| path.display().to_string())
        .collect();
    bail!(
        "the output folder {} holds files that this run does not write ({}{more}): choose an empty folder, or add \
         --merge to leave them there",
        folder.display(),
        named.join(", "),
    )
}

/// Refuses an output whose name says another format than it would have: nothing is converted.
pub(crate) fn refuse_other_format(source: &Source, output: &Path) -> Result<()> {
    match Format::of_name(output) {
        Some(format) if format != source.format() && !output.starts_with("/dev") => bail!(
            "{}: the name says {format}, but {} is {}, and an output has the format of its input: choose another name",
            output.display(),
            source.name(),
            source.format()
        ),
        _ => Ok(()),
    }
}
