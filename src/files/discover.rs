//! From what a user names to the files that are read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::codec::Codec;
use super::error::FileError;
use super::jsonl::fill;
use super::name::printed_name;
use super::output::{FileId, file_id, same_file};
use super::read::{Source, Spool};
use super::sniff::{Format, HEAD, Known, Named, identify};
use super::walk::Walk;

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// All files that can be read as bytes: inputs in the order given, folders in byte order of the paths in them. Those
    /// that are not read as articles are among them, with [the reason](Source::unread), because their copies belong into
    /// the output.
    pub sources: Vec<Source>,
    /// What is neither read nor copied, with the reason, in byte order of the paths.
    pub skipped: Vec<Skipped>,
}

/// Why a file is copied, but not read as articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Why, for counting.
    pub kind: SkipKind,
    /// Why, for people, and what to do.
    pub reason: String,
}

/// A file or folder that is neither read nor copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path, joined as in [`Source::name`].
    pub path: PathBuf,
    /// Why, for counting.
    pub kind: SkipKind,
    /// Why, for people.
    pub reason: String,
}

impl Skipped {
    /// The path as [`Source::name`] gives it.
    #[must_use]
    pub fn name(&self) -> String {
        printed_name(&self.path)
    }

    /// True if something may be missing from the output: what is there could not be read at all.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.kind == SkipKind::Unreadable
    }
}

/// Why something is not read as articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipKind {
    /// It looks like no format that is known.
    UnknownFormat,
    /// Its name, or that of a folder it is in, begins with a dot.
    Hidden,
    /// It is a file that is read under another name (a symbolic or hard link).
    SameFile,
    /// It holds the removed units of an earlier run.
    RemovedUnits,
    /// It could not be opened, or is no regular file.
    Unreadable,
    /// A link that leads back to a folder above it.
    Loop,
    /// A link to a folder that was read under another name.
    Again,
    /// The output of this run, found in an input folder.
    OwnOutput,
    /// An unfinished output that a run left which was killed.
    Leftover,
}

/// Finds the files to read.
///
/// `inputs` are files, folders and `-` for `stdin`. Folders are walked recursively and links are followed. What comes from
/// a pipe is first copied to a file without a name, because it is read twice. `exclude` names the files and folders that
/// the run will write: they are not read even where they lie inside an input folder.
///
/// Files of no known format, hidden ones, and such that are [the same file](SkipKind::SameFile) as one found before are
/// found, but [not read](Source::unread). Of a folder that is reached in two ways, the second is [skipped](Skipped).
///
/// # Errors
/// If an input is missing or unreadable, is itself to be written, is named twice, or is a device without an end; if
/// standard input or a pipe is of no known format (its bytes would be lost).
pub fn discover(inputs: &[PathBuf], mut stdin: impl Read, exclude: &[PathBuf]) -> Result<Discovery, FileError> {
    let mut finder = Finder::default();
    let mut roots = Vec::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            if roots.contains(&input) {
                return Err(FileError::settings("standard input (`-`) is named twice: name it once"));
            }
            finder.spool(input, &mut stdin)?;
        } else {
            let there = fs::metadata(input).map_err(|error| FileError::reading(input, error))?;
            if exclude.iter().any(|out| same_file(out, input)) {
                let input = printed_name(input);
                return Err(FileError::settings(format!(
                    "{input} is input and output at once: choose another output"
                )));
            }
            if there.is_dir() {
                for file in Walk::new(input, exclude, &mut finder.found.skipped).files()? {
                    let path = input.join(&file.relative);
                    match look(&path) {
                        Ok(look) if file.hidden => {
                            let reason = "hidden (its name, or that of its folder, begins with a dot); give it by \
                                          name if it holds articles";
                            finder
                                .found
                                .add_unread(path, file.relative, &look, SkipKind::Hidden, reason);
                        }
                        Ok(look) => finder.add(path, file.relative, &look, Named::Walked),
                        Err(error) => finder.found.skip(path, SkipKind::Unreadable, error.to_string()),
                    }
                }
            } else if there.is_file() {
                let look = look(input).map_err(|error| FileError::reading(input, error))?;
                let relative = input.file_name().map_or_else(|| input.clone(), PathBuf::from);
                finder.add(input.clone(), relative, &look, Named::Given);
            } else {
                finder.spool(input, open_pipe(input)?)?;
            }
        }
        roots.push(input);
    }
    let mut found = finder.found;
    let bytes = |skipped: &Skipped| skipped.path.as_os_str().as_encoded_bytes().to_owned();
    found.skipped.sort_by_cached_key(bytes);
    part_names(&mut found.sources)?;
    Ok(found)
}

/// Finds what an edited copy is, whatever it is called: the format is that of the original.
///
/// `original` is what a file of [removed units](super::removed) names as `source`, number and all; `None` if it names
/// nothing, and then any text will do. Folders, pipes and `-` are found as by [`discover`].
///
/// # Errors
/// As [`discover`].
pub fn discover_as(
    input: &Path,
    original: Option<&str>,
    stdin: impl Read,
    exclude: &[PathBuf],
) -> Result<Discovery, FileError> {
    let mut found = discover(&[input.to_owned()], stdin, exclude)?;
    if input.as_os_str() == "-" || !input.is_file() {
        return Ok(found);
    }
    let look = look(input).map_err(|error| FileError::reading(input, error))?;
    let told = |path: &Path, named| identify(path, &look.head, &look.tail, named).ok();
    let known = match original {
        None if found.sources.iter().all(|source| source.unread.is_none()) || looks_binary(&look.head) => {
            return Ok(found);
        }
        None => Known::plainly(Format::Text, &look.head),
        Some(original) => {
            let (name, numbered) = match original.rsplit_once(':') {
                Some((name, number)) if number.parse::<u64>().is_ok() => (name, true),
                _ => (original, false),
            };
            // only a text has no number
            let fits = |known: &Known| numbered == (known.format != Format::Text);
            told(Path::new(name), Named::Walked)
                .filter(fits)
                .or_else(|| told(input, Named::Not).filter(fits))
                .unwrap_or_else(|| {
                    let format = if numbered { Format::Jsonl } else { Format::Text };
                    Known::plainly(format, &look.head)
                })
        }
    };
    found = Discovery::default();
    let relative = input.file_name().map_or_else(|| input.to_owned(), PathBuf::from);
    found.add(input.to_owned(), relative, &look, known);
    Ok(found)
}

fn looks_binary(head: &[u8]) -> bool {
    Codec::of_bytes(head) == Codec::Plain
        && (head.contains(&0) || std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some()))
}

/// Refuses outputs that are one of the inputs.
///
/// # Errors
/// If one of `outputs` leads to the file of one of the `sources`.
pub fn refuse_overwrite<'s, P: AsRef<Path>>(
    sources: impl IntoIterator<Item = &'s Source>,
    outputs: impl IntoIterator<Item = P>,
) -> Result<(), FileError> {
    let inputs = sources.into_iter().filter(|source| source.spool.is_none());
    let inputs: BTreeMap<FileId, &Source> = inputs
        .filter_map(|source| Some((file_id(&source.path)?, source)))
        .collect();
    for output in outputs {
        let output = output.as_ref();
        if let Some(source) = file_id(output).and_then(|id| inputs.get(&id)) {
            return Err(FileError::settings(format!(
                "{} would overwrite the input {}: choose another output",
                printed_name(output),
                source.name
            )));
        }
    }
    Ok(())
}

/// A file as one plain text, or compressed as its first bytes say.
pub(super) fn text_source(path: &Path) -> Result<Source, FileError> {
    let look = look(path).map_err(|error| FileError::reading(path, error))?;
    let relative = path.file_name().map_or_else(|| path.to_owned(), PathBuf::from);
    let known = Known::plainly(Format::Text, &look.head);
    Ok(source(path.to_owned(), relative, &look, known))
}

fn source(path: PathBuf, relative: PathBuf, look: &Look, known: Known) -> Source {
    let Known { format, codec, note } = known;
    let Look { size, modified, .. } = *look;
    Source {
        name: printed_name(&path),
        path,
        relative,
        format,
        codec,
        size,
        modified,
        note,
        unread: None,
        trailing: Arc::default(),
        mark: None,
        spool: None,
    }
}

impl Discovery {
    fn add(&mut self, path: PathBuf, relative: PathBuf, look: &Look, known: Known) {
        self.sources.push(source(path, relative, look, known));
    }

    fn add_unread(&mut self, path: PathBuf, relative: PathBuf, look: &Look, kind: SkipKind, reason: impl Into<String>) {
        self.add(path, relative, look, Known::plainly(Format::Text, &look.head));
        if let Some(source) = self.sources.last_mut() {
            let reason = reason.into();
            source.unread = Some(Unread { kind, reason });
        }
    }

    fn skip(&mut self, path: PathBuf, kind: SkipKind, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            path,
            kind,
            reason: reason.into(),
        });
    }
}

#[derive(Default)]
struct Finder {
    found: Discovery,
    /// The files that are read as articles, with their numbers.
    read: BTreeMap<FileId, usize>,
}

impl Finder {
    fn add(&mut self, path: PathBuf, relative: PathBuf, look: &Look, named: Named) {
        match identify(&path, &look.head, &look.tail, named) {
            Err(unread) => self.found.add_unread(path, relative, look, unread.kind, unread.reason),
            Ok(known) => {
                let first = look.id.as_ref().and_then(|id| self.read.get(id));
                // twice the same articles would be each other's repeats
                if let Some(first) = first {
                    let reason = format!(
                        "the same file as {} by another name; its articles are compared once",
                        self.found.sources[*first].name
                    );
                    self.found.add_unread(path, relative, look, SkipKind::SameFile, reason);
                    return;
                }
                if let Some(id) = &look.id {
                    self.read.insert(id.clone(), self.found.sources.len());
                }
                self.found.add(path, relative, look, known);
            }
        }
    }

    /// Copies a pipe to disk and looks at that.
    fn spool(&mut self, input: &Path, mut pipe: impl Read) -> Result<(), FileError> {
        let shown = if input.as_os_str() == "-" {
            Path::new("standard input")
        } else {
            input
        };
        let cannot_write = |error| FileError::temporary(format!("a copy of {}", printed_name(shown)), error);
        let mut file = tempfile::tempfile().map_err(cannot_write)?;
        let mut buffer = vec![0; HEAD];
        let mut size = 0;
        loop {
            // the head first: what is of no known format need not be copied to its end, which may never come
            let filled = fill(&mut pipe, &mut buffer).map_err(|error| FileError::reading(shown, error))?;
            if size == 0 {
                identify(input, &buffer[..filled], &[], Named::Not)
                    .map_err(|unread| FileError::settings(format!("{}: {}", printed_name(shown), unread.reason)))?;
                buffer.resize(buffer.len().max(256 << 10), 0);
            }
            io::Write::write_all(&mut file, &buffer[..filled]).map_err(cannot_write)?;
            size += filled;
            if filled == 0 {
                break;
            }
        }
        let look = look_into(&mut file).map_err(|error| FileError::reading(shown, error))?;
        let known = identify(input, &look.head, &look.tail, Named::Not);
        let known =
            known.map_err(|unread| FileError::settings(format!("{}: {}", printed_name(shown), unread.reason)))?;
        let sources = &mut self.found.sources;
        let before = sources.iter().filter(|source| source.spool.is_some()).count();
        let number = if before == 0 {
            String::new()
        } else {
            format!("-{}", before + 1)
        };
        let mut relative = format!("stdin{number}.{}", known.format.extension());
        if let Some(extension) = known.codec.extension() {
            relative = format!("{relative}.{extension}");
        }
        sources.push(Source {
            spool: Some(Spool(Arc::new(Mutex::new(file)))),
            ..source(input.to_owned(), relative.into(), &look, known)
        });
        Ok(())
    }
}

/// Opens what is neither a file nor a folder, unless it is a device that gives bytes without end.
fn open_pipe(input: &Path) -> Result<impl Read, FileError> {
    let error = |error| FileError::reading(input, error);
    let mut file = File::open(input).map_err(error)?;
    let mut first = Vec::new();
    if is_device(&file).map_err(error)? {
        file.by_ref().take(1).read_to_end(&mut first).map_err(error)?;
        if !first.is_empty() {
            return Err(FileError::endless(&printed_name(input)));
        }
    }
    Ok(file)
}

/// True for a device that bytes may come from without end, as from `/dev/zero`. A terminal is none.
#[cfg(unix)]
fn is_device(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;
    Ok(file.metadata()?.file_type().is_char_device() && !io::IsTerminal::is_terminal(file))
}

#[cfg(not(unix))]
fn is_device(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Standard input, unless it is a device that gives bytes without end (`< /dev/zero`): then reading fails.
pub fn finite_stdin() -> impl Read {
    FiniteStdin {
        stdin: io::stdin(),
        device: stdin_is_device(),
    }
}

#[cfg(unix)]
fn stdin_is_device() -> bool {
    use std::os::fd::AsFd;
    let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
    file.and_then(|file| is_device(&file)).unwrap_or(false)
}

#[cfg(not(unix))]
fn stdin_is_device() -> bool {
    false
}

struct FiniteStdin {
    stdin: io::Stdin,
    device: bool,
}

impl Read for FiniteStdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stdin.read(buffer)?;
        // `/dev/null` is a device, too, and gives nothing
        if self.device && read > 0 {
            return Err(io::Error::other("a device that may never end; give a file or a pipe"));
        }
        Ok(read)
    }
}

/// What is looked at to tell a file.
struct Look {
    head: Vec<u8>,
    /// The last four bytes.
    tail: Vec<u8>,
    size: u64,
    modified: Option<SystemTime>,
    /// `None` for what has no name.
    id: Option<FileId>,
}

fn look(path: &Path) -> io::Result<Look> {
    let look = look_into(&mut File::open(path)?)?;
    Ok(Look {
        id: file_id(path),
        ..look
    })
}

fn look_into(file: &mut File) -> io::Result<Look> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let size = file.seek(SeekFrom::End(0))?;
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(4)))?;
    file.by_ref().take(4).read_to_end(&mut tail)?;
    let modified = file.metadata()?.modified().ok();
    Ok(Look {
        head,
        tail,
        size,
        modified,
        id: None,
    })
}

/// Sees to it that no two sources have one relative path.
fn part_names(sources: &mut [Source]) -> Result<(), FileError> {
    let mut real = Vec::with_capacity(sources.len());
    let mut folders: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut seen: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        if source.spool.is_some() {
            real.push(None);
            continue;
        }
        // the name stays as it is: two links to one file are two outputs
        let parent = source
            .path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let folder = match folders.get(parent) {
            Some(folder) => folder.clone(),
            None => {
                let folder = fs::canonicalize(parent).map_err(|error| FileError::reading(parent, error))?;
                folders.insert(parent.to_owned(), folder.clone());
                folder
            }
        };
        let path = folder.join(source.path.file_name().unwrap_or_default());
        if let Some(first) = seen.insert(path.clone(), index) {
            let (first, second) = (&sources[first].name, &source.name);
            return Err(FileError::settings(if first == second {
                format!("{first} is given twice: name each input once")
            } else {
                format!("{first} and {second} are one file: name each input once")
            }));
        }
        real.push(Some(path));
    }
    if first_clash(sources).is_none() {
        return Ok(());
    }
    let mut common: Option<PathBuf> = None;
    for folder in real.iter().flatten().filter_map(|path| path.parent()) {
        common = Some(match common {
            None => folder.to_owned(),
            Some(common) => {
                let shared = common.components().zip(folder.components()).take_while(|(a, b)| a == b);
                shared
                    .map(|(component, _)| component)
                    .collect::<Vec<Component<'_>>>()
                    .iter()
                    .collect()
            }
        });
    }
    let common = common.unwrap_or_default();
    for (source, real) in sources.iter_mut().zip(real) {
        if let Some(below) = real.as_deref().and_then(|path| path.strip_prefix(&common).ok()) {
            source.relative = below.to_owned();
        }
    }
    match first_clash(sources) {
        None => Ok(()),
        Some((first, second)) => Err(FileError::settings(format!(
            "{first} and {second} would both be written to one file: rename one of them, or run them one by one"
        ))),
    }
}

fn first_clash(sources: &[Source]) -> Option<(&str, &str)> {
    let mut seen: BTreeMap<&Path, &str> = BTreeMap::new();
    sources
        .iter()
        .find_map(|source| Some((seen.insert(&source.relative, &source.name)?, source.name.as_str())))
}
