//! `redite restore`: puts removed text back, and checks that the result is the original.

mod legacy;
mod matching;

use crate::args::RestoreArgs;
use crate::exit::Exit;
use crate::outputs::{is_stdout, refuse_others};
use anyhow::{Result, anyhow, bail};
use redite::files::removed::{FileFormat, Header, RemovedLine, RemovedReader, Trailer};
use redite::files::{
    Digest, Edit, FileError, Insertion, Output, ReadOptions, Record, Restorer, Source, Transaction, refuse_overwrite,
    same_file,
};
use std::io::BufRead;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &RestoreArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let mut removed = RemovedFile::read(&args.removed)?;
    let Some(header) = removed.header.take() else {
        return legacy::run(args, &transaction, &removed.name, removed.old);
    };
    let options = options(args, header.text_fields, &removed.name)?;
    let pairs = matching::pairs(args, &removed)?;
    let targets = Targets::of(args, &pairs.iter().map(|pair| &pair.source).collect::<Vec<_>>())?;
    for pair in &pairs {
        check_before(pair, &removed)?;
    }
    if targets.output.is_none() {
        // standard output cannot be taken back: everything is checked before a byte is written
        restore_all(&pairs, &removed, &options, |_, _| {
            Ok(Output::stream("nowhere", std::io::sink()))
        })?;
    }
    restore_all(&pairs, &removed, &options, |source, format| {
        let output = targets.output(source, &transaction);
        Ok(match targets.output {
            // an output that names its packing gets it; what was copied as it is has none
            Some(path) if !targets.as_folder && format != FileFormat::Other => output.packed_as(path),
            _ => output,
        })
    })?;
    transaction.commit()?;
    Ok(Exit::Done)
}

/// The fields to read, which the removed file knows best.
fn options(args: &RestoreArgs, text_fields: Vec<String>, name: &str) -> Result<ReadOptions> {
    if let Some(named) = args.text_field.as_ref().filter(|named| **named != text_fields) {
        bail!(
            "--text-field {}: {name} says that the texts were read from {}; leave the option out",
            named.join(","),
            text_fields.join(",")
        );
    }
    Ok(ReadOptions {
        text_fields,
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    })
}

/// A file of removed units that has been read once, and is whole.
struct RemovedFile {
    path: PathBuf,
    name: String,
    /// `None` if version 0.1 wrote it.
    header: Option<Header>,
    trailers: Vec<Trailer>,
    /// All lines, if version 0.1 wrote them.
    old: Vec<RemovedLine>,
}

impl RemovedFile {
    fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let lines = RemovedReader::open(path)
            .map_err(|error| anyhow!("{error}; give the file that `redite clean --removed` wrote"))?;
        let mut file = Self {
            path: path.to_owned(),
            name,
            header: None,
            trailers: Vec::new(),
            old: Vec::new(),
        };
        for line in lines {
            match line? {
                RemovedLine::Header(header) => file.header = Some(header),
                RemovedLine::Trailer(trailer) => file.trailers.push(trailer),
                RemovedLine::End(_) => {}
                line if file.header.is_none() => file.old.push(line),
                _ => {}
            }
        }
        Ok(file)
    }
}

/// A cleaned file and its trailer.
struct Pair {
    source: Source,
    /// Number of the trailer.
    section: usize,
}

/// Where restored files go.
struct Targets<'a> {
    /// `None`: standard output.
    output: Option<&'a Path>,
    as_folder: bool,
}

impl<'a> Targets<'a> {
    fn of(args: &'a RestoreArgs, sources: &[&Source]) -> Result<Self> {
        let output = args.output.as_deref().filter(|output| !is_stdout(output));
        let as_folder = args.cleaned.is_dir()
            || output.is_some_and(|o| o.is_dir() || o.as_os_str().as_encoded_bytes().ends_with(b"/"));
        if output.is_none() && sources.len() > 1 {
            bail!(
                "there are {} files: name a folder for the restored ones with -o",
                sources.len()
            );
        }
        let targets = Self { output, as_folder };
        let written: Vec<PathBuf> = sources.iter().filter_map(|source| targets.path(source)).collect();
        refuse_overwrite(sources.iter().copied(), &written)?;
        if let Some(path) = written.iter().find(|path| same_file(path, &args.removed)) {
            bail!("{} is the file of removed units: choose another output", path.display());
        }
        if let Some(folder) = output.filter(|_| args.cleaned.is_dir()) {
            refuse_others(folder, &written, &[], args.merge)?;
        }
        Ok(targets)
    }

    fn path(&self, source: &Source) -> Option<PathBuf> {
        let output = self.output?;
        Some(if self.as_folder {
            output.join(source.relative())
        } else {
            output.to_owned()
        })
    }

    fn output(&self, source: &Source, transaction: &Transaction) -> Output {
        match self.output {
            None => Output::stdout(),
            Some(folder) if self.as_folder => Output::file_below(transaction, folder, source.relative()),
            Some(path) => Output::file_in(transaction, path),
        }
    }
}

/// The cleaned file must be the one that was written.
fn check_before(pair: &Pair, removed: &RemovedFile) -> Result<()> {
    let trailer = &removed.trailers[pair.section];
    let found = pair.source.digest()?;
    if found == trailer.cleaned {
        return Ok(());
    }
    let (source, name) = (pair.source.name(), &removed.name);
    let why = if found == trailer.original {
        "it is the original, or was restored already".to_owned()
    } else if found.bytes == trailer.cleaned.bytes {
        "its content was changed since".to_owned()
    } else {
        format!(
            "it holds {} bytes where {} were written: it was changed, converted or cut off since",
            found.bytes, trailer.cleaned.bytes
        )
    };
    bail!("{source} does not match {name}: {why}; nothing was restored. Use the file that clean wrote with it")
}

/// Restores every file, in the order of the trailers, and checks each against its original's digest.
fn restore_all(
    pairs: &[Pair],
    removed: &RemovedFile,
    options: &ReadOptions,
    mut output: impl FnMut(&Source, FileFormat) -> Result<Output>,
) -> Result<()> {
    let mut units = Units {
        lines: RemovedReader::open(&removed.path)?,
        name: &removed.name,
        front: None,
    };
    let mut wanted = pairs.iter().peekable();
    for (section, trailer) in removed.trailers.iter().enumerate() {
        if let Some(pair) = wanted.next_if(|pair| pair.section == section) {
            let output = output(&pair.source, trailer.format)?;
            let restored = restore(pair, trailer, options, &mut units, output)?;
            if restored != trailer.original {
                bail!(
                    "{}: the restored content is not that of the original {}: the removed text in {} was changed; \
                     nothing was restored. Use the file of removed units as redite wrote it",
                    pair.source.name(),
                    trailer.file,
                    removed.name
                );
            }
        }
        units.skip_section()?;
    }
    Ok(())
}

/// Restores one file, and gives the digest that its original must have.
fn restore<R: BufRead>(
    pair: &Pair,
    trailer: &Trailer,
    options: &ReadOptions,
    units: &mut Units<'_, R>,
    output: Output,
) -> Result<Digest> {
    if trailer.format == FileFormat::Other {
        return Ok(pair.source.copy(output)?);
    }
    let mut putter = Putter {
        units,
        trailer,
        fields: &options.text_fields,
        record: None,
    };
    let stats = pair.source.restore(options, output, &mut putter)?;
    putter.check_over()?;
    Ok(stats.written)
}

/// The lines of the file of removed units, one ahead.
struct Units<'r, R> {
    lines: RemovedReader<R>,
    name: &'r str,
    front: Option<RemovedLine>,
}

impl<R: BufRead> Units<'_, R> {
    fn peek(&mut self) -> Result<Option<&RemovedLine>, FileError> {
        while self.front.is_none() {
            match self.lines.next().transpose()? {
                Some(RemovedLine::Header(_)) => {}
                Some(line) => self.front = Some(line),
                None => break,
            }
        }
        Ok(self.front.as_ref())
    }

    /// Goes on to the first line after the next trailer.
    fn skip_section(&mut self) -> Result<(), FileError> {
        while self.peek()?.is_some() {
            if let Some(RemovedLine::Trailer(_)) = self.front.take() {
                break;
            }
        }
        Ok(())
    }
}

/// What was removed from one record.
struct RemovedRecord {
    number: u64,
    units: Vec<(String, Insertion)>,
    dropped: Option<String>,
}

/// Puts the units of one file back as its records come.
struct Putter<'p, 'r, R> {
    units: &'p mut Units<'r, R>,
    trailer: &'p Trailer,
    fields: &'p [String],
    /// The next record that lost something.
    record: Option<RemovedRecord>,
}

impl<R: BufRead> Putter<'_, '_, R> {
    /// The number of the record that a line is about.
    fn number(&self, source: &str) -> Option<u64> {
        if self.trailer.format == FileFormat::Text {
            return (source == self.trailer.file).then_some(1);
        }
        source.strip_prefix(&self.trailer.file)?.strip_prefix(':')?.parse().ok()
    }

    fn wrong(&self, what: &str) -> FileError {
        FileError::asked(format!("{}:{}: {what}", self.units.name, self.units.lines.number()))
    }

    /// Reads the lines of the next record that lost something, up to number `to`.
    fn load(&mut self, to: u64) -> Result<(), FileError> {
        if let Some(record) = &self.record {
            if record.number < to {
                return Err(FileError::asked(format!(
                    "{}: record {} has no text, but {} puts some back there",
                    self.trailer.file, record.number, self.units.name
                )));
            }
            return Ok(());
        }
        while let Some(source) = self.units.peek()?.and_then(RemovedLine::source).map(str::to_owned) {
            let Some(number) = self.number(&source) else {
                return Err(self.wrong("the source does not name a record of the file whose trailer follows"));
            };
            if self.record.as_ref().is_some_and(|record| record.number > number) {
                return Err(self.wrong("the records are not in order"));
            }
            if self.record.as_ref().is_some_and(|record| record.number != number) {
                break;
            }
            let record = self.record.get_or_insert(RemovedRecord {
                number,
                units: Vec::new(),
                dropped: None,
            });
            match self.units.front.take() {
                Some(RemovedLine::Unit { field, insertion, .. }) => record.units.push((field, insertion)),
                Some(RemovedLine::Dropped { line, .. }) if record.dropped.is_none() => record.dropped = Some(line),
                _ => return Err(self.wrong("a second line for one dropped record")),
            }
        }
        match &self.record {
            Some(record) if record.number < to => Err(self.wrong("the records are not in order")),
            _ => Ok(()),
        }
    }

    /// Everything must have been put back.
    fn check_over(&mut self) -> Result<(), FileError> {
        self.load(u64::MAX)
    }
}

impl<R: BufRead> Restorer for Putter<'_, '_, R> {
    type Error = FileError;

    fn reinstate(&mut self, line: u64) -> Result<Option<String>, FileError> {
        self.load(line)?;
        let record = self.record.as_mut().filter(|record| record.number == line);
        Ok(record.and_then(|record| record.dropped.take()))
    }

    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, FileError> {
        let number = record.place.line_or_row;
        self.load(number)?;
        let Some(removed) = self.record.take_if(|removed| removed.number == number) else {
            return Ok(Edit::Keep);
        };
        let mut edits: Vec<(usize, Vec<Insertion>)> = Vec::new();
        for (name, insertion) in removed.units {
            let field = match self.trailer.format {
                FileFormat::Text => Some(0),
                _ => self.fields.iter().position(|field| *field == name),
            };
            let Some(field) = field else {
                return Err(self.wrong(&format!("the header does not name the field `{name}`")));
            };
            match edits.iter_mut().find(|(of, _)| *of == field) {
                Some((_, insertions)) => insertions.push(insertion),
                None => edits.push((field, vec![insertion])),
            }
        }
        Ok(Edit::Insert(edits))
    }
}
