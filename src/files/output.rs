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

/// The files of a run that appear together: all of them at [`commit`](Self::commit), or none.
///
/// Clones share one list. A program gives a clone to its Ctrl-C handler, which calls
/// [`remove_all`](Self::remove_all) and exits. When the last clone is dropped without a commit, what was written is
/// removed.
#[derive(Clone, Debug, Default)]
pub struct Transaction(Arc<Mutex<Pending>>);

#[derive(Debug, Default)]
struct Pending {
    /// Partial files that exist.
    partials: BTreeSet<PathBuf>,
    /// Partial files that are whole and on disk, with the names they shall have, in the order in which they were
    /// finished.
    finished: Vec<(PathBuf, PathBuf)>,
    /// No file may be begun any more.
    over: bool,
}

impl Pending {
    fn remove_all(&mut self) {
        self.finished.clear();
        for path in std::mem::take(&mut self.partials) {
            // nothing better to do with a file that will not go
            let _gone = fs::remove_file(path);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.remove_all();
    }
}

impl Transaction {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all files that have not been committed. Their writers fail from now on, and so does every attempt to
    /// begin another file of this transaction.
    pub fn remove_all(&self) {
        let mut pending = self.lock();
        pending.over = true;
        pending.remove_all();
    }

    /// Gives all finished files their names, in the order in which they were finished.
    ///
    /// # Errors
    /// If a file cannot be renamed; those before it have their names, it and those after it are removed.
    pub fn commit(&self) -> Result<(), FileError> {
        let mut pending = self.lock();
        for (partial, path) in std::mem::take(&mut pending.finished) {
            if let Err(error) = fs::rename(&partial, &path) {
                pending.remove_all();
                return Err(FileError::writing(&path, error));
            }
            pending.partials.remove(&partial);
        }
        Ok(())
    }

    /// Begins an unfinished file, which must not exist. Under the lock, so that none is begun behind the back of
    /// `remove_all`.
    fn begin(&self, partial: &Path) -> io::Result<File> {
        let mut pending = self.lock();
        if pending.over {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was ended"));
        }
        // the left-over of a run that was killed, or a trap: either way not to be written through
        match fs::remove_file(partial) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let file = File::options().write(true).create_new(true).open(partial)?;
        pending.partials.insert(partial.to_owned());
        Ok(file)
    }

    fn end(&self, partial: &Path) {
        self.lock().partials.remove(partial);
    }

    /// A file is whole and on disk: names it, or keeps it for the commit.
    fn settle(&self, partial: &Path, path: &Path, at_once: bool) -> io::Result<()> {
        let mut pending = self.lock();
        if at_once {
            fs::rename(partial, path)?;
            pending.partials.remove(partial);
        } else if pending.partials.contains(partial) {
            pending.finished.push((partial.to_owned(), path.to_owned()));
        } else {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was ended"));
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an edited copy goes.
///
/// A file is written as `.<name>.redite-partial` in its own folder (which is made if need be), synced, and renamed,
/// at once or with the others of its [`Transaction`]: it is whole or not there. What is no regular file (`/dev/full`, a
/// named pipe) is written directly.
pub struct Output {
    pub(crate) target: Target,
    /// `None`: as the input.
    pub(crate) codec: Option<Codec>,
}

pub(crate) enum Target {
    File {
        path: PathBuf,
        transaction: Transaction,
        at_once: bool,
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
        Self::of_file(path.into(), Transaction::new(), true)
    }

    /// A file that appears, or replaces the one there is, with the others of the transaction.
    #[must_use]
    pub fn file_in(transaction: &Transaction, path: impl Into<PathBuf>) -> Self {
        Self::of_file(path.into(), transaction.clone(), false)
    }

    fn of_file(path: PathBuf, transaction: Transaction, at_once: bool) -> Self {
        Self {
            target: Target::File {
                path,
                transaction,
                at_once,
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

    /// [Packs](Self::packed) the output as a name says, if it says anything ([`Codec::said_by`]).
    #[must_use]
    pub fn packed_as(self, name: &Path) -> Self {
        let codec = Codec::said_by(name).or(self.codec);
        Self { codec, ..self }
    }

    /// Starts to write bytes of one's own.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(self) -> Result<OutputFile, FileError> {
        Ok(OutputFile(io::BufWriter::with_capacity(128 << 10, self.open()?)))
    }

    /// Starts to write.
    pub(crate) fn open(self) -> Result<Writer, FileError> {
        match self.target {
            Target::Stream { name, writer } => Ok(Writer {
                path: name,
                to: Some(To::Stream(writer)),
                failure: None,
            }),
            Target::File {
                path,
                transaction,
                at_once,
            } => {
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
                let file = transaction.begin(&partial).map_err(error)?;
                Ok(Writer {
                    path,
                    to: Some(To::File {
                        file,
                        partial,
                        transaction,
                        at_once,
                    }),
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
        transaction: Transaction,
        at_once: bool,
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
            Some(To::File {
                file,
                partial,
                transaction,
                at_once,
            }) => {
                file.sync_all()?;
                transaction.settle(partial, &self.path, *at_once)?;
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
        if let Some(To::File {
            partial, transaction, ..
        }) = &self.to
        {
            // not committed: not whole
            let _gone = fs::remove_file(partial);
            transaction.end(partial);
        }
    }
}

/// An output that takes bytes as they come, buffered.
pub struct OutputFile(io::BufWriter<Writer>);

impl OutputFile {
    /// The output is whole.
    ///
    /// # Errors
    /// If the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<(), FileError> {
        let path = self.0.get_ref().path().to_owned();
        let mut writer = self
            .0
            .into_inner()
            .map_err(|e| FileError::writing(&path, e.into_error()))?;
        writer.commit()
    }

    /// The error that says that writing here failed.
    #[must_use]
    pub fn error(&self, cause: io::Error) -> FileError {
        FileError::writing(self.0.get_ref().path(), cause)
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OutputFile").field(&self.0.get_ref().path()).finish()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
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
        let together = Transaction::new();
        let mut writer = Output::file_in(&together, &path).open().unwrap();
        writer.write_all(b"half").unwrap();
        assert_eq!(names(path.parent().unwrap()), [".a.jsonl.redite-partial"]);
        drop(writer);
        assert!(names(path.parent().unwrap()).is_empty());

        let mut writer = Output::file_in(&together, &path).open().unwrap();
        writer.write_all(b"whole").unwrap();
        writer.commit().unwrap();
        assert_eq!(names(path.parent().unwrap()), [".a.jsonl.redite-partial"]);
        together.commit().unwrap();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);

        // finished, but the others never were
        Output::file_in(&together, &path).open().unwrap().commit().unwrap();
        drop(together);
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);

        // a later run that fails leaves the earlier file
        let together = Transaction::new();
        let mut writer = Output::file_in(&together, &path).open().unwrap();
        writer.write_all(b"half").unwrap();
        together.remove_all();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);
        assert!(writer.commit().is_err());
        assert!(Output::file_in(&together, &path).open().is_err(), "the run is over");
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
