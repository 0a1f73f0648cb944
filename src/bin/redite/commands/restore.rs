//! `redite restore`: puts removed text back.

use crate::args::RestoreArgs;
use crate::exit::Exit;
use anyhow::{Context, Result, bail};
use redite::files::removed::{RemovedLine, read_removed};
use redite::files::{
    Discovery, Edit, FileError, Format, Insertion, Output, ReadOptions, Record, Reinstated, Source, Transaction,
    discover, refuse_overwrite,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// What is to be put back into one file.
#[derive(Debug, Default)]
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
    let cleaned = std::slice::from_ref(&args.cleaned);
    let Discovery { sources, .. } = discover(cleaned, std::io::stdin().lock(), &exclude)?;
    let name = args.removed.display().to_string();
    let file = File::open(&args.removed)
        .with_context(|| format!("{name}: cannot be read; give the file that `redite clean --removed` wrote"))?;
    let mut removed = assign(&sources, read_removed(&name, BufReader::new(file))?, &name)?;
    let as_folder = args.cleaned.is_dir() || output.is_some_and(Path::is_dir);
    if output.is_none() && sources.len() > 1 {
        bail!(
            "there are {} files: name a folder for the restored ones with -o",
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
        let output = path.map_or_else(Output::stdout, |path| Output::file_in(&transaction, path));
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

/// Says which removed texts belong to which cleaned file: the one whose relative path ends the original's, or the
/// only one.
fn assign(sources: &[Source], lines: Vec<RemovedLine>, name: &str) -> Result<BTreeMap<usize, Removed>> {
    let mut out: BTreeMap<usize, Removed> = BTreeMap::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let (RemovedLine::Unit { source, .. } | RemovedLine::Dropped { source, .. }) = &line;
        let (file, place) = split(sources, source);
        let at = match known.get(file) {
            Some(&at) => at,
            None => {
                let at = find(sources, file, known.is_empty(), name)?;
                known.insert(file.to_owned(), at);
                at
            }
        };
        let removed = out.entry(at).or_default();
        match line {
            RemovedLine::Unit { field, insertion, .. } => {
                removed
                    .units
                    .entry(place)
                    .or_default()
                    .entry(field)
                    .or_default()
                    .push(insertion);
            }
            RemovedLine::Dropped { line, .. } => removed.lines.push(Reinstated { line: place, raw: line }),
        }
    }
    for removed in out.values_mut() {
        removed.lines.sort_by_key(|l| l.line);
    }
    Ok(out)
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

fn find(sources: &[Source], file: &str, first: bool, name: &str) -> Result<usize> {
    let fitting: Vec<usize> = (0..sources.len())
        .filter(|&i| ends_with(file, sources[i].relative()))
        .collect();
    let longest = fitting
        .iter()
        .map(|&i| sources[i].relative().components().count())
        .max();
    let best: Vec<usize> = fitting
        .into_iter()
        .filter(|&i| Some(sources[i].relative().components().count()) == longest)
        .collect();
    match (best[..].first(), sources.len()) {
        (Some(&i), _) if best.len() == 1 => Ok(i),
        (None, 1) if first => Ok(0),
        _ => bail!(
            "{name} puts text back into {file}, which is not there among the cleaned files; give the file or the \
             folder that clean wrote"
        ),
    }
}
