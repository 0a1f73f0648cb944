//! Files of removed units that redite 0.1 wrote: nothing in them says what they belong to, or whether they are whole.

use super::Targets;
use crate::args::RestoreArgs;
use crate::console;
use crate::exit::Exit;
use anyhow::{Result, anyhow, bail};
use redite::files::removed::RemovedLine;
use redite::files::{
    Discovery, Edit, FileError, Format, Insertion, Output, ReadOptions, Record, Restorer, Source, Transaction,
    discover_as, finite_stdin,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is to be put back into one file.
#[derive(Clone, Debug, Default)]
struct Removed {
    /// By original line or row, by field.
    units: BTreeMap<u64, BTreeMap<String, Vec<Insertion>>>,
    lines: BTreeMap<u64, String>,
}

pub(super) fn run(args: &RestoreArgs, transaction: &Transaction, name: &str, lines: Vec<RemovedLine>) -> Result<Exit> {
    console::line(format_args!(
        "redite: {name} was written by redite 0.1 and holds no digests: whether the restored files are the originals \
         cannot be checked"
    ));
    let default = ReadOptions::default();
    let options = ReadOptions {
        text_fields: args.text_field.clone().unwrap_or(default.text_fields),
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    };
    let exclude: Vec<PathBuf> = args.output.iter().cloned().chain([args.removed.clone()]).collect();
    let original = lines.first().and_then(RemovedLine::source);
    let Discovery { sources, skipped } = discover_as(&args.cleaned, original, finite_stdin(), &exclude)?;
    if let ([], [skipped]) = (&sources[..], &skipped[..]) {
        bail!("{}: {}", skipped.name(), skipped.reason);
    }
    if let [source] = &sources[..]
        && let Some(unread) = source.unread().filter(|_| !args.cleaned.is_dir())
    {
        bail!("{}: {}", source.name(), unread.reason);
    }
    let mut removed = assign(&sources, lines, &options, name)?;
    let targets = Targets::of(args, &sources.iter().collect::<Vec<_>>())?;
    for (i, source) in sources.iter().enumerate() {
        let mut output = targets.output(source, transaction);
        if let Some(path) = targets.output.filter(|_| !targets.as_folder) {
            output = output.packed_as(path);
        }
        let mut putter = Putter {
            source,
            options: &options,
            removed: removed.remove(&i).unwrap_or_default(),
        };
        source.restore(&options, output, &mut putter)?;
        if let Some(line) = putter.removed.left() {
            bail!(
                "{}: has no text at {line}, where {name} puts some back; give the file that was cleaned with it",
                source.name()
            );
        }
    }
    transaction.commit()?;
    Ok(Exit::Done)
}

impl Removed {
    /// The first record that was not restored.
    fn left(&self) -> Option<u64> {
        let unit = self.units.first_key_value().map(|(line, _)| *line);
        let line = self.lines.first_key_value().map(|(line, _)| *line);
        unit.into_iter().chain(line).min()
    }
}

struct Putter<'p> {
    source: &'p Source,
    options: &'p ReadOptions,
    removed: Removed,
}

impl Restorer for Putter<'_> {
    type Error = FileError;

    fn reinstate(&mut self, line: u64) -> Result<Option<String>, FileError> {
        Ok(self.removed.lines.remove(&line))
    }

    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, FileError> {
        put_back(self.source, self.options, record, &mut self.removed)
    }
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

/// Says which removed texts belong to which cleaned file.
fn assign(
    sources: &[Source],
    lines: Vec<RemovedLine>,
    options: &ReadOptions,
    name: &str,
) -> Result<BTreeMap<usize, Removed>> {
    let mut by_file: BTreeMap<String, Removed> = BTreeMap::new();
    for line in lines {
        let Some(source) = line.source() else { continue };
        let (file, place) = split(sources, source);
        let removed = by_file.entry(file.to_owned()).or_default();
        match line {
            RemovedLine::Unit { field, insertion, .. } => {
                let fields = removed.units.entry(place).or_default();
                fields.entry(field).or_default().push(insertion);
            }
            RemovedLine::Dropped { line, .. } => {
                removed.lines.insert(place, line);
            }
            _ => {}
        }
    }
    let files: Vec<&str> = by_file.keys().map(String::as_str).collect();
    let fits =
        |places: &[usize]| (by_file.values().zip(places)).all(|(removed, &i)| reaches(&sources[i], options, removed));
    let places = places(sources, &files, &fits, name)?;
    Ok(places.into_iter().zip(by_file.into_values()).collect())
}

/// The cleaned file of each original.
///
/// A run reads its files below one folder, as a rule, so one beginning is cut off all their names alike. Where several
/// beginnings leave names that are there, what was removed must fit in, and where that does not tell either, nothing
/// is guessed. Only where no beginning will do, each file is looked for by itself.
fn places(sources: &[Source], files: &[&str], fits: &impl Fn(&[usize]) -> bool, name: &str) -> Result<Vec<usize>> {
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
            if fits(&places) {
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
fn reaches(source: &Source, options: &ReadOptions, removed: &Removed) -> bool {
    let mut putter = Putter {
        source,
        options,
        removed: removed.clone(),
    };
    let nowhere = Output::stream("nowhere", std::io::sink());
    source.restore(options, nowhere, &mut putter).is_ok() && putter.removed.left().is_none()
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
