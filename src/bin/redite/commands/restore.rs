//! `redite restore`: puts removed text back.

use crate::args::RestoreArgs;
use crate::exit::Exit;
use anyhow::{Context, Result, anyhow, bail};
use redite::files::removed::{RemovedLine, read_removed};
use redite::files::{
    Discovery, Edit, FileError, Format, Insertion, Output, ReadOptions, Record, Reinstated, Source, Transaction,
    discover_as, refuse_overwrite,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// What is to be put back into one file.
#[derive(Clone, Debug, Default)]
struct Removed {
    /// By original line or row, by field.
    units: BTreeMap<u64, BTreeMap<String, Vec<Insertion>>>,
    lines: Vec<Reinstated>,
}

pub(crate) fn run(args: &RestoreArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let options = ReadOptions {
        text_fields: args.text_field.clone(),
        ..ReadOptions::default()
    };
    let output = args.output.as_deref().filter(|o| *o != Path::new("-"));
    let exclude: Vec<PathBuf> = output
        .map(Path::to_owned)
        .into_iter()
        .chain([args.removed.clone()])
        .collect();
    let name = args.removed.display().to_string();
    let file = File::open(&args.removed)
        .with_context(|| format!("{name}: cannot be read; give the file that `redite clean --removed` wrote"))?;
    let lines = read_removed(&name, BufReader::new(file))?;
    let original = lines.first().map(source_of);
    let Discovery { sources, skipped } = discover_as(&args.cleaned, original, std::io::stdin().lock(), &exclude)?;
    if let ([], [skipped]) = (&sources[..], &skipped[..]) {
        bail!("{}: {}", skipped.path.display(), skipped.reason);
    }
    let mut removed = assign(&sources, lines, &options, &name)?;
    let as_folder = args.cleaned.is_dir() || output.is_some_and(Path::is_dir);
    if output.is_none() && sources.len() > 1 {
        bail!(
            "there are {} cleaned files: name a folder for the restored ones with -o",
            sources.len()
        );
    }
    for (i, source) in sources.iter().enumerate() {
        let path = output.map(|o| {
            if as_folder {
                o.join(source.relative())
            } else {
                o.to_owned()
            }
        });
        if let Some(path) = &path {
            refuse_overwrite(&sources, path)?;
        }
        let output = match path {
            None => Output::stdout(),
            Some(path) if as_folder => Output::file_in(&transaction, path),
            Some(path) => Output::file_in(&transaction, &path).packed_as(&path),
        };
        let Some(mut removed) = removed.remove(&i) else {
            source.copy(output)?;
            continue;
        };
        let mut lines = std::mem::take(&mut removed.lines).into_iter();
        let mut edit = |record: &Record<'_>| put_back(source, &options, record, &mut removed);
        source.restore::<FileError>(&options, output, &mut lines, &mut edit)?;
        if let Some((line, _)) = removed.units.first_key_value() {
            bail!(
                "{}: has no text at {line}, where {name} puts some back; give the file that was cleaned with it",
                source.name()
            );
        }
    }
    transaction.commit()?;
    Ok(Exit::Done)
}

fn put_back(
    source: &Source,
    options: &ReadOptions,
    record: &Record<'_>,
    removed: &mut Removed,
) -> Result<Edit, FileError> {
    let place = if source.format() == Format::Text {
        0
    } else {
        record.place.line_or_row
    };
    let Some(by_field) = removed.units.remove(&place) else {
        return Ok(Edit::Keep);
    };
    let field = |name: &str| match source.format() {
        Format::Text => Some(0),
        _ => options.text_fields.iter().position(|f| f == name),
    };
    let mut edits = Vec::new();
    for (name, mut insertions) in by_field {
        let Some(field) = field(&name) else {
            return Err(FileError::asked(format!(
                "text was removed from the field `{name}`; name all fields as they were given to clean, with --text-field"
            )));
        };
        insertions.sort_by_key(Insertion::at);
        edits.push((field, insertions));
    }
    Ok(Edit::Insert(edits))
}

fn source_of(line: &RemovedLine) -> &str {
    let (RemovedLine::Unit { source, .. } | RemovedLine::Dropped { source, .. }) = line;
    source
}

/// Says which removed texts belong to which cleaned file.
fn assign(
    sources: &[Source],
    lines: Vec<RemovedLine>,
    options: &ReadOptions,
    name: &str,
) -> Result<BTreeMap<usize, Removed>> {
    let mut by_file: BTreeMap<String, Removed> = BTreeMap::new();
    for line in lines {
        let (file, place) = split(sources, source_of(&line));
        let removed = by_file.entry(file.to_owned()).or_default();
        match line {
            RemovedLine::Unit { field, insertion, .. } => {
                let fields = removed.units.entry(place).or_default();
                fields.entry(field).or_default().push(insertion);
            }
            RemovedLine::Dropped { line, .. } => removed.lines.push(Reinstated { line: place, raw: line }),
        }
    }
    for removed in by_file.values_mut() {
        removed.lines.sort_by_key(|l| l.line);
    }
    let files: Vec<&str> = by_file.keys().map(String::as_str).collect();
    let fits = |places: &[usize]| -> Result<bool> {
        for (removed, &i) in by_file.values().zip(places) {
            if !reaches(&sources[i], options, removed)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let places = places(sources, &files, &fits, name)?;
    Ok(places.into_iter().zip(by_file.into_values()).collect())
}

/// The cleaned file of each original.
///
/// A run reads its files below one folder, as a rule, so one beginning is cut off all their names alike. Where several
/// beginnings leave names that are there, what was removed must fit in, and where that does not tell either, nothing
/// is guessed. Only where no beginning will do, each file is looked for by itself.
fn places(
    sources: &[Source],
    files: &[&str],
    fits: &impl Fn(&[usize]) -> Result<bool>,
    name: &str,
) -> Result<Vec<usize>> {
    let missing = |file: &str| {
        anyhow!(
            "{name} puts text back into {file}, which is not there among the cleaned files; give the file or the \
             folder that clean wrote"
        )
    };
    if let ([_], [_]) = (sources, files) {
        return Ok(vec![0]);
    }
    let Some(named) = files.iter().find(|file| **file != "-") else {
        return files
            .iter()
            .map(|file| piped(sources).ok_or_else(|| missing(file)))
            .collect();
    };
    let below = |root: &Path| -> Option<Vec<usize>> {
        let find = |file: &&str| {
            if *file == "-" {
                return piped(sources);
            }
            let below = Path::new(file).strip_prefix(root).ok()?;
            sources.iter().position(|s| s.relative() == below)
        };
        files.iter().map(find).collect()
    };
    let mut possible: Vec<Vec<usize>> = Path::new(named).ancestors().skip(1).filter_map(below).collect();
    if possible.len() > 1 {
        let mut fitting = Vec::new();
        for places in possible {
            if fits(&places)? {
                fitting.push(places);
            }
        }
        possible = fitting;
        if possible.len() != 1 {
            bail!(
                "{name} puts text back into {named}, and it cannot be told which of the cleaned files that was; give \
                 the file itself, with the lines of {name} that name it"
            );
        }
    }
    if let Some(places) = possible.pop() {
        return Ok(places);
    }
    let mut places = Vec::new();
    for file in files {
        let mut found = (0..sources.len()).filter(|&i| ends_with(file, sources[i].relative()));
        let place = if *file == "-" { piped(sources) } else { found.next() };
        let place = place.filter(|i| found.next().is_none() && !places.contains(i));
        places.push(place.ok_or_else(|| missing(file))?);
    }
    Ok(places)
}

/// What clean made of standard input.
fn piped(sources: &[Source]) -> Option<usize> {
    let is_piped = |s: &Source| {
        s.relative()
            .to_str()
            .is_some_and(|r| r.starts_with("stdin.") && !r.contains('/'))
    };
    let mut found = (0..sources.len()).filter(|&i| is_piped(&sources[i]));
    found.next().filter(|_| found.next().is_none())
}

/// True if the file has a text wherever some is to be put back.
fn reaches(source: &Source, options: &ReadOptions, removed: &Removed) -> Result<bool> {
    let mut rest = removed.clone();
    let mut lines = std::mem::take(&mut rest.lines).into_iter();
    let mut edit = |record: &Record<'_>| put_back(source, options, record, &mut rest);
    let nowhere = Output::stream("nowhere", std::io::sink());
    Ok(source
        .restore::<FileError>(options, nowhere, &mut lines, &mut edit)
        .is_ok()
        && rest.units.is_empty())
}

/// `file:17` apart; a text file has no number.
fn split<'s>(sources: &[Source], source: &'s str) -> (&'s str, u64) {
    let text = |file: &str| {
        sources
            .iter()
            .any(|s| s.format() == Format::Text && ends_with(file, s.relative()))
    };
    match source
        .rsplit_once(':')
        .and_then(|(file, place)| Some((file, place.parse().ok()?)))
    {
        Some((file, place)) if !text(source) => (file, place),
        _ => (source, 0),
    }
}

fn ends_with(file: &str, relative: &Path) -> bool {
    Path::new(file).ends_with(relative)
}
