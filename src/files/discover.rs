//! From what a user names to the files that are read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::codec::Codec;
use super::error::FileError;
use super::output::same_file;
use super::read::{Source, Spool};
use super::sniff::{Format, HEAD, Known, Named, identify};

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files to read: inputs in the order given, folders in byte order of the paths in them.
    pub sources: Vec<Source>,
    /// The files that are not read, with the reason.
    pub skipped: Vec<Skipped>,
}

/// A file or folder that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path, joined as in [`Source::name`].
    pub path: PathBuf,
    /// Why, for counting.
    pub kind: SkipKind,
    /// Why, for people.
    pub reason: String,
}

/// Why something is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipKind {
    /// It looks like no format that is known.
    UnknownFormat,
    /// It could not be opened, or is no regular file.
    Unreadable,
    /// A link that leads back to a folder above it.
    Loop,
    /// A link to a folder that was read under another name.
    Again,
    /// The output of this run, found in an input folder.
    OwnOutput,
}

/// Finds the files to read.
///
/// `inputs` are files, folders and `-` for `stdin`. Folders are walked recursively, links are followed, and files and
/// folders whose names begin with a dot are passed over. What comes from a pipe is first copied to a file without a
/// name, because it is read twice. `exclude` names the files and folders that the run will write: they are not read
/// even where they lie inside an input folder.
///
/// # Errors
/// If an input is missing or unreadable, is itself to be written, or is named twice.
pub fn discover(inputs: &[PathBuf], mut stdin: impl Read, exclude: &[PathBuf]) -> Result<Discovery, FileError> {
    let mut found = Discovery::default();
    let mut roots = Vec::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            if roots.contains(&input) {
                return Err(FileError::settings("standard input (`-`) is named twice: name it once"));
            }
            spool(&mut found, input, &mut stdin)?;
        } else {
            let there = fs::metadata(input).map_err(|error| FileError::reading(input, error))?;
            if exclude.iter().any(|out| same_file(out, input)) {
                let input = input.display();
                return Err(FileError::settings(format!(
                    "{input} is input and output at once: choose another output"
                )));
            }
            if there.is_dir() {
                let mut files = Vec::new();
                let mut walk = Walk {
                    exclude,
                    above: Vec::new(),
                    seen: BTreeMap::new(),
                    files: &mut files,
                    skipped: &mut found.skipped,
                };
                walk.folder(input, Path::new(""))?;
                files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
                for relative in files {
                    let path = input.join(&relative);
                    match look(&path) {
                        Ok(look) => add(&mut found, path, relative, &look, Named::Walked),
                        Err(error) => found.skip(path, SkipKind::Unreadable, error.to_string()),
                    }
                }
            } else if there.is_file() {
                let look = look(input).map_err(|error| FileError::reading(input, error))?;
                let relative = input.file_name().map_or_else(|| input.clone(), PathBuf::from);
                add(&mut found, input.clone(), relative, &look, Named::Given);
            } else {
                let file = File::open(input).map_err(|error| FileError::reading(input, error))?;
                spool(&mut found, input, file)?;
            }
        }
        roots.push(input);
    }
    found.skipped.sort_by(|a, b| {
        a.path
            .as_os_str()
            .as_encoded_bytes()
            .cmp(b.path.as_os_str().as_encoded_bytes())
    });
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
        None if found.skipped.is_empty() || looks_binary(&look.head) => return Ok(found),
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

/// Refuses an output that is one of the inputs.
///
/// # Errors
/// If `output` leads to the file of one of the `sources`.
pub fn refuse_overwrite(sources: &[Source], output: &Path) -> Result<(), FileError> {
    match sources
        .iter()
        .find(|source| source.spool.is_none() && same_file(&source.path, output))
    {
        None => Ok(()),
        Some(source) => Err(FileError::settings(format!(
            "{} would overwrite the input {}: choose another output",
            output.display(),
            source.name
        ))),
    }
}

impl Discovery {
    fn add(&mut self, path: PathBuf, relative: PathBuf, look: &Look, known: Known) {
        let Known { format, codec, note } = known;
        let name = path.to_string_lossy().into_owned();
        let Look { size, modified, .. } = *look;
        self.sources.push(Source {
            name,
            path,
            relative,
            format,
            codec,
            size,
            modified,
            note,
            spool: None,
        });
    }

    fn skip(&mut self, path: PathBuf, kind: SkipKind, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            path,
            kind,
            reason: reason.into(),
        });
    }
}

/// What is looked at to tell a file.
struct Look {
    head: Vec<u8>,
    /// The last four bytes.
    tail: Vec<u8>,
    size: u64,
    modified: Option<SystemTime>,
}

fn look(path: &Path) -> io::Result<Look> {
    look_into(&mut File::open(path)?)
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
    })
}

fn add(found: &mut Discovery, path: PathBuf, relative: PathBuf, look: &Look, named: Named) {
    match identify(&path, &look.head, &look.tail, named) {
        Ok(known) => found.add(path, relative, look, known),
        Err(reason) => found.skip(path, SkipKind::UnknownFormat, reason),
    }
}

/// Copies a pipe to disk and looks at that.
fn spool(found: &mut Discovery, input: &Path, mut pipe: impl Read) -> Result<(), FileError> {
    let shown = if input.as_os_str() == "-" {
        Path::new("standard input")
    } else {
        input
    };
    let folder = std::env::temp_dir();
    let mut file = tempfile::tempfile().map_err(|error| FileError::writing(&folder, error))?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => io::Write::write_all(&mut file, &buffer[..read])
                .map_err(|error| FileError::writing(&folder.join("(copy of standard input)"), error))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::reading(shown, error)),
        }
    }
    let look = look_into(&mut file).map_err(|error| FileError::reading(shown, error))?;
    match identify(input, &look.head, &look.tail, Named::Not) {
        Err(reason) => found.skip(input.to_owned(), SkipKind::UnknownFormat, reason),
        Ok(Known { format, codec, note }) => {
            let before = found.sources.iter().filter(|source| source.spool.is_some()).count();
            let number = if before == 0 {
                String::new()
            } else {
                format!("-{}", before + 1)
            };
            let mut relative = format!("stdin{number}.{}", format.extension());
            if let Some(extension) = codec.extension() {
                relative = format!("{relative}.{extension}");
            }
            found.sources.push(Source {
                name: input.to_string_lossy().into_owned(),
                path: input.to_owned(),
                relative: relative.into(),
                format,
                codec,
                size: look.size,
                modified: look.modified,
                note,
                spool: Some(Spool(Arc::new(Mutex::new(file)))),
            });
        }
    }
    Ok(())
}

struct Walk<'w> {
    exclude: &'w [PathBuf],
    /// The folders that lead here, as they really are.
    above: Vec<PathBuf>,
    /// The folders that were read, as they really are, and their names.
    seen: BTreeMap<PathBuf, PathBuf>,
    /// Paths below the root.
    files: &'w mut Vec<PathBuf>,
    skipped: &'w mut Vec<Skipped>,
}

impl Walk<'_> {
    fn skip(&mut self, path: PathBuf, kind: SkipKind, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            path,
            kind,
            reason: reason.into(),
        });
    }

    fn folder(&mut self, root: &Path, relative: &Path) -> Result<(), FileError> {
        let folder = if relative.as_os_str().is_empty() {
            root.to_owned()
        } else {
            root.join(relative)
        };
        let top = self.above.is_empty();
        let entries = fs::canonicalize(&folder).and_then(|real| {
            let names = fs::read_dir(&folder)?
                .map(|entry| Ok(entry?.file_name()))
                .collect::<io::Result<Vec<_>>>()?;
            Ok((real, names))
        });
        let (real, mut names) = match entries {
            Ok(entries) => entries,
            Err(error) if top => return Err(FileError::reading(&folder, error)),
            Err(error) => {
                self.skip(folder, SkipKind::Unreadable, error.to_string());
                return Ok(());
            }
        };
        if self.above.contains(&real) {
            let reason = format!("a link that leads back to {}", real.display());
            self.skip(folder, SkipKind::Loop, reason);
            return Ok(());
        }
        // twice the same articles would be each other's repeats
        if let Some(first) = self.seen.get(&real) {
            let reason = format!("the same folder as {}", first.display());
            self.skip(folder, SkipKind::Again, reason);
            return Ok(());
        }
        self.seen.insert(real.clone(), folder);
        self.above.push(real);
        names.sort();
        for name in names {
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let below = relative.join(&name);
            let path = root.join(&below);
            let there = match fs::metadata(&path) {
                Ok(there) => there,
                Err(error) => {
                    self.skip(path, SkipKind::Unreadable, error.to_string());
                    continue;
                }
            };
            if self.exclude.iter().any(|out| same_file(out, &path)) {
                self.skip(path, SkipKind::OwnOutput, "the output of this run");
            } else if there.is_dir() {
                self.folder(root, &below)?;
            } else if there.is_file() {
                self.files.push(below);
            } else {
                self.skip(path, SkipKind::Unreadable, "no regular file");
            }
        }
        self.above.pop();
        Ok(())
    }
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
        // the name stays as it is: two links to one file are two files
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
