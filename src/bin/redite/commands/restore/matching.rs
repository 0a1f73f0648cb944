//! Which trailer each cleaned file belongs to.

use super::{Pair, RemovedFile};
use crate::args::RestoreArgs;
use crate::console;
use anyhow::{Result, bail};
use redite::files::removed::{FileFormat, Trailer};
use redite::files::{Digest, Discovery, Source, discover, finite_stdin};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The cleaned files with their trailers, in the order of the trailers.
pub(super) fn pairs(args: &RestoreArgs, removed: &RemovedFile) -> Result<Vec<Pair>> {
    let mut pairs = if args.cleaned == Path::new("-") {
        let found = discover(std::slice::from_ref(&args.cleaned), finite_stdin(), &[])?;
        vec![single(args, removed, |format| the_only(&found, format))?]
    } else if args.cleaned.is_dir() {
        folder(args, removed)?
    } else {
        vec![single(args, removed, |format| {
            Ok(Source::of_file(&args.cleaned, format)?)
        })?]
    };
    pairs.sort_by_key(|pair| pair.section);
    Ok(pairs)
}

fn the_only(found: &Discovery, format: FileFormat) -> Result<Source> {
    match (&found.sources[..], found.skipped.first()) {
        ([source], _) => Ok(source.clone().of_format(format)),
        (_, Some(skipped)) => bail!("{}: {}", skipped.name(), skipped.reason),
        _ => bail!("there is nothing to restore"),
    }
}

/// Finds the trailer of a single file: by its content, which tells for certain; where several files had that, by its
/// name.
fn single(args: &RestoreArgs, removed: &RemovedFile, source: impl Fn(FileFormat) -> Result<Source>) -> Result<Pair> {
    let mut digests: BTreeMap<&str, Option<Digest>> = BTreeMap::new();
    let mut same_content = Vec::new();
    for (section, trailer) in removed.trailers.iter().enumerate() {
        let basis = match trailer.format {
            FileFormat::Jsonl | FileFormat::Text => "content",
            FileFormat::Parquet | FileFormat::Other => "file",
        };
        let digest = match digests.get(basis) {
            Some(digest) => *digest,
            None => {
                // a file that cannot be unpacked is none of those that were unpacked
                let digest = source(trailer.format)?.digest().ok();
                digests.insert(basis, digest);
                digest
            }
        };
        if digest == Some(trailer.cleaned) {
            same_content.push(section);
        }
    }
    let named = |section: &usize| ends_with(&args.cleaned, &removed.trailers[*section].output);
    let all: Vec<usize> = (0..removed.trailers.len()).collect();
    let candidates = if same_content.is_empty() { &all } else { &same_content };
    let by_name: Vec<usize> = candidates.iter().copied().filter(named).collect();
    let original = |section: &usize| removed.trailers[*section].original;
    let section = match (&candidates[..], &by_name[..]) {
        ([only], _) | (_, [only]) => *only,
        // several files that were the same, and are again
        ([first, rest @ ..], _) if !same_content.is_empty() && rest.iter().all(|s| original(s) == original(first)) => {
            *first
        }
        ([], _) => bail!("{} names no file: it was written by a run that read none", removed.name),
        _ if same_content.is_empty() => bail!(
            "{} does not match any file of {}: it was changed since clean wrote it, or another run did",
            args.cleaned.display(),
            removed.name
        ),
        _ => bail!(
            "{}: several files of {} had this content when they were cleaned, from different originals: restore the \
             whole folder, or give the file the name it had",
            args.cleaned.display(),
            removed.name
        ),
    };
    let trailer = &removed.trailers[section];
    Ok(Pair {
        source: source(trailer.format)?.with_mark(trailer.mark),
        section,
    })
}

/// True if the path is `output`, or what stands in a folder above it is.
fn ends_with(path: &Path, output: &str) -> bool {
    let output = Path::new(output);
    path.ends_with(output) || path.file_name() == output.file_name()
}

/// Finds the trailers of the files of a folder: the whole of what a run wrote, or a folder in it.
fn folder(args: &RestoreArgs, removed: &RemovedFile) -> Result<Vec<Pair>> {
    let exclude: Vec<PathBuf> = args.output.iter().cloned().chain([args.removed.clone()]).collect();
    let Discovery { sources, skipped } = discover(std::slice::from_ref(&args.cleaned), std::io::empty(), &exclude)?;
    let sections: BTreeMap<&str, usize> = (removed.trailers.iter().enumerate())
        .map(|(section, trailer)| (trailer.output.as_str(), section))
        .collect();
    for trailer in &removed.trailers {
        check_relative(trailer, &removed.name)?;
    }
    // the folder that was written, or one inside it: so much stands before every name
    let prefix = sources
        .iter()
        .find_map(|source| prefix(&source.relative_name(), &sections))
        .unwrap_or_default();
    let mut pairs = Vec::new();
    let mut found = vec![false; removed.trailers.len()];
    for source in sources {
        let name = format!("{prefix}{}", source.relative_name());
        let Some(&section) = sections.get(name.as_str()) else {
            console::line(format_args!(
                "redite: {}: {} does not name it, so it is none of the files of that run; left out",
                source.name(),
                removed.name
            ));
            continue;
        };
        found[section] = true;
        let trailer = &removed.trailers[section];
        let source = source.of_format(trailer.format).with_mark(trailer.mark);
        pairs.push(Pair { source, section });
    }
    for skipped in skipped {
        console::line(format_args!("redite: {}: left out: {}", skipped.name(), skipped.reason));
    }
    if pairs.is_empty() {
        bail!(
            "{}: none of the files of {} is there; give the folder that clean wrote",
            args.cleaned.display(),
            removed.name
        );
    }
    let missing =
        (removed.trailers.iter().zip(&found)).find(|(trailer, found)| !**found && trailer.output.starts_with(&prefix));
    if let Some((trailer, _)) = missing {
        bail!(
            "{} is missing in {}, where the run of {} wrote it: bring it back, or restore the files one by one",
            trailer.output,
            args.cleaned.display(),
            removed.name
        );
    }
    Ok(pairs)
}

/// What stands before `relative` in the name of a file that was written.
fn prefix(relative: &str, sections: &BTreeMap<&str, usize>) -> Option<String> {
    if sections.contains_key(relative) {
        return Some(String::new());
    }
    let inside = format!("/{relative}");
    let mut found = sections.keys().filter_map(|name| name.strip_suffix(&inside));
    let prefix = found.next()?;
    found.next().is_none().then(|| format!("{prefix}/"))
}

/// A name that leaves the output folder was not written by redite.
fn check_relative(trailer: &Trailer, removed: &str) -> Result<()> {
    let mut components = Path::new(&trailer.output).components();
    if trailer.output.is_empty() || !components.all(|part| matches!(part, Component::Normal(_))) {
        bail!(
            "{removed}: the output `{}` is not inside a folder: the file was not written by redite, or was changed",
            trailer.output
        );
    }
    Ok(())
}
