//! Files that are either whole or not there.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::codec::Codec;
use super::error::FileError;

/// The unfinished files of a run, for whoever has to end it early.
///
/// Clones share one list. A program gives a clone to its Ctrl-C handler, which calls
/// [`remove_all`](Self::remove_all) and exits. (An error or a panic needs no such help: unfinished files are removed
/// when their writers are dropped.)
#[derive(Clone, Debug, Default)]
pub struct Cleanup(Arc<Mutex<Unfinished>>);

#[derive(Debug, Default)]
struct Unfinished {
    partials: BTreeSet<PathBuf>,
    /// No file may be begun any more.
    over: bool,
}

impl Cleanup {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all unfinished files. Their writers fail from now on, and so does every attempt to begin another file
    /// under this list.
    pub fn remove_all(&self) {
        let mut unfinished = self.lock();
        unfinished.over = true;
        for path in std::mem::take(&mut unfinished.partials) {
            // nothing better to do with a file that will not go
            let _gone = fs::remove_file(path);
        }
    }

    /// Begins an unfinished file, which must not exist. Under the lock, so that none is begun behind the back of
    /// `remove_all`.
    fn begin(&self, partial: &Path) -> io::Result<File> {
        let mut unfinished = self.lock();
        if unfinished.over {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was ended"));
        }
        // the left-over of a run that was killed, or a trap: either way not to be written through
        match fs::remove_file(partial) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let file = File::options().write(true).create_new(true).open(partial)?;
        unfinished.partials.insert(partial.to_owned());
        Ok(file)
    }

    fn end(&self, partial: &Path) {
        self.lock().partials.remove(partial);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Unfinished> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an edited copy goes.
///
/// A file is written as `.<name>.redite-partial` in its own folder (which is made if need be), synced, and renamed:
/// it is whole or not there. What is no regular file (`/dev/full`, a named pipe) is written directly.
pub struct Output {
    pub(crate) target: Target,
    /// `None`: as the input.
    pub(crate) codec: Option<Codec>,
}

pub(crate) enum Target {
    File {
        path: PathBuf,
        cleanup: Cleanup,
    },
    Stream {
        name: PathBuf,
        writer: Box<dyn Write + Send>,
    },
}

impl Output {
    /// A file, which is replaced if it exists.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::guarded_file(path, &Cleanup::new())
    }

    /// A file whose unfinished form is on the list of `cleanup`.
    #[must_use]
    pub fn guarded_file(path: impl Into<PathBuf>, cleanup: &Cleanup) -> Self {
        Self {
            target: Target::File {
                path: path.into(),
                cleanup: cleanup.clone(),
            },
            codec: None,
        }
    }

    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::stream("standard output", io::stdout())
    }

    /// Any writer; `name` is for messages.
    #[must_use]
    pub fn stream(name: &str, writer: impl Write + Send + 'static) -> Self {
        Self {
            target: Target::Stream {
                name: name.into(),
                writer: Box::new(writer),
            },
            codec: None,
        }
    }

    /// Packs the output so, and not as the input is packed: for a name that says otherwise
    /// ([`Codec::of_name`]). Parquet is packed inside, and stays as it is.
    #[must_use]
    pub fn packed(self, codec: Codec) -> Self {
        Self {
            codec: Some(codec),
            ..self
        }
    }

    /// Starts to write.
    pub(crate) fn open(self) -> Result<Writer, FileError> {
        match self.target {
            Target::Stream { name, writer } => Ok(Writer {
                path: name,
                to: Some(To::Stream(writer)),
                failure: None,
            }),
            Target::File { path, cleanup } => {
                let error = |error| FileError::writing(&path, error);
                if let Ok(there) = fs::metadata(&path) {
                    if there.is_dir() {
                        return Err(error(io::ErrorKind::IsADirectory.into()));
                    }
                    if !there.is_file() {
                        let file = File::options().write(true).open(&path).map_err(error)?;
                        return Ok(Writer {
                            path,
                            to: Some(To::Stream(Box::new(file))),
                            failure: None,
                        });
                    }
                }
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(error)?;
                }
                let partial = partial_path(&path).map_err(error)?;
                let file = cleanup.begin(&partial).map_err(error)?;
                Ok(Writer {
                    path,
                    to: Some(To::File { file, partial, cleanup }),
                    failure: None,
                })
            }
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Target::File { path, .. } | Target::Stream { name: path, .. }) = &self.target;
        f.debug_tuple("Output").field(path).finish()
    }
}

fn partial_path(path: &Path) -> io::Result<PathBuf> {
    // with the dots and the ending it has to stay below the 255 bytes that file systems allow
    const LONGEST: usize = 230;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut partial = OsString::from(".");
    if name.len() <= LONGEST {
        partial.push(name);
    } else {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        partial.push(format!("{:016x}", hasher.finish()));
    }
    partial.push(".redite-partial");
    Ok(path.with_file_name(partial))
}

/// An output that is being written.
pub(crate) struct Writer {
    path: PathBuf,
    to: Option<To>,
    failure: Option<io::Error>,
}

enum To {
    File {
        file: File,
        partial: PathBuf,
        cleanup: Cleanup,
    },
    Stream(Box<dyn Write + Send>),
}

impl Writer {
    /// The path of the finished file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong in writing, for those who get an error that no longer says so.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The output is whole: syncs and renames it.
    pub(crate) fn commit(&mut self) -> Result<(), FileError> {
        let path = self.path.clone();
        self.try_commit().map_err(|error| FileError::writing(&path, error))
    }

    fn try_commit(&mut self) -> io::Result<()> {
        match &mut self.to {
            Some(To::File { file, partial, cleanup }) => {
                file.sync_all()?;
                fs::rename(&*partial, &self.path)?;
                cleanup.end(partial);
                self.to = None;
                Ok(())
            }
            Some(To::Stream(writer)) => writer.flush(),
            None => Ok(()),
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            Some(To::File { file, .. }) => file.write(bytes),
            Some(To::Stream(writer)) => writer.write(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        written.inspect_err(|error| {
            let again = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.failure = Some(again);
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Some(To::File { file, .. }) => file.flush(),
            Some(To::Stream(writer)) => writer.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(To::File { partial, cleanup, .. }) = &self.to {
            // not committed: not whole
            let _gone = fs::remove_file(partial);
            cleanup.end(partial);
        }
    }
}

/// True if both paths lead to one existing file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return a.dev() == b.dev() && a.ino() == b.ino();
        }
    }
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.jsonl");
        let cleanup = Cleanup::new();
        let mut writer = Output::guarded_file(&path, &cleanup).open().unwrap();
        writer.write_all(b"half").unwrap();
        assert_eq!(names(path.parent().unwrap()), [".a.jsonl.redite-partial"]);
        drop(writer);
        assert!(names(path.parent().unwrap()).is_empty());

        let mut writer = Output::guarded_file(&path, &cleanup).open().unwrap();
        writer.write_all(b"whole").unwrap();
        writer.commit().unwrap();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);
        assert!(cleanup.lock().partials.is_empty());

        // a later run that fails leaves the earlier file
        let mut writer = Output::guarded_file(&path, &cleanup).open().unwrap();
        writer.write_all(b"half").unwrap();
        cleanup.remove_all();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);
        assert!(writer.commit().is_err());
        assert!(Output::guarded_file(&path, &cleanup).open().is_err(), "the run is over");
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn long_names_and_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x".repeat(255));
        Output::file(&path).open().unwrap().commit().unwrap();
        assert!(path.is_file());
        let path = folder.path().join("a.txt");
        fs::write(folder.path().join(".a.txt.redite-partial"), "left over by a kill").unwrap();
        Output::file(&path).open().unwrap().commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        // a folder in the way
        let error = Output::file(folder.path()).open().err().unwrap();
        assert!(error.to_string().contains("folder"), "{error}");
    }
}
