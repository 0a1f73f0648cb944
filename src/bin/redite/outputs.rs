//! Where a run writes, and what must not be in its way.

use anyhow::{Context, Result, bail};
use redite::files::{Format, Output, Source, Transaction, refuse_overwrite};
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
fn refuse_other_format(source: &Source, output: &Path) -> Result<()> {
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

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// As they were typed.
    pub(crate) inputs: &'a [PathBuf],
    pub(crate) sources: &'a [Source],
    pub(crate) output: Option<&'a Path>,
    /// Other files that are written.
    pub(crate) reports: Vec<&'a PathBuf>,
    /// The output folder may hold other files.
    pub(crate) merge: bool,
}

/// Where each source's output goes.
#[derive(Clone, Debug)]
pub(crate) enum Places {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

impl Places {
    pub(crate) fn of(asked: &Asked<'_>) -> Result<Self> {
        let Asked {
            inputs,
            sources,
            output,
            reports,
            merge,
        } = asked;
        let to_stdout = output.is_none_or(is_stdout);
        let one_file = sources.len() == 1 && inputs.len() == 1 && !inputs[0].is_dir();
        let places = match output {
            _ if to_stdout && sources.len() > 1 => {
                bail!(
                    "there are {} input files: name a folder for the cleaned ones with -o",
                    sources.len()
                )
            }
            Some(path) if !to_stdout => {
                let as_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
                if one_file && !as_folder {
                    Self::File(path.to_path_buf())
                } else {
                    Self::Folder(path.to_path_buf())
                }
            }
            _ => Self::Stdout,
        };
        if let (Self::File(path), [source]) = (&places, sources) {
            refuse_other_format(source, path)?;
        }
        let cleaned: Vec<PathBuf> = sources.iter().filter_map(|s| places.path(s)).collect();
        refuse_overwrite(*sources, &cleaned)?;
        let mut taken: Vec<PathBuf> = cleaned.iter().map(|path| lexical(path)).collect();
        if to_stdout {
            taken.push(PathBuf::from("-"));
        }
        for path in reports {
            refuse_overwrite(*sources, [path]).with_context(|| format!("cannot write {}", path.display()))?;
            let place = lexical(path);
            if taken.contains(&place) {
                bail!(
                    "two outputs would be written to {}: give each its own file",
                    if is_stdout(path) {
                        "standard output".into()
                    } else {
                        path.display().to_string()
                    }
                );
            }
            taken.push(place);
        }
        if let Self::Folder(folder) = &places
            && !one_file
        {
            refuse_others(folder, &cleaned, reports, *merge)?;
        }
        Ok(places)
    }

    pub(crate) fn path(&self, source: &Source) -> Option<PathBuf> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path.clone()),
            Self::Folder(folder) => Some(folder.join(source.relative())),
        }
    }

    pub(crate) fn output(&self, source: &Source, transaction: &Transaction) -> Output {
        match self {
            Self::Stdout => Output::stdout(),
            Self::File(path) => Output::file_in(transaction, path),
            Self::Folder(folder) => Output::file_below(transaction, folder, source.relative()),
        }
    }
}
