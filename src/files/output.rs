//! Where an edited copy goes.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::codec::{Codec, Encoder};
use super::digest::{Digest, Digester};
use super::error::FileError;
use super::transaction::{Transaction, Turn};

/// Where an edited copy goes.
///
/// A file is written to a folder of unfinished files beside its place, synced, and renamed, at once or with the others
/// of its [`Transaction`]: it is whole or not there. Folders are made if need be. What is no regular file (`/dev/full`,
/// a named pipe) is written directly. A path that is a symbolic link is followed; below the folder of
/// [`file_below`](Self::file_below) links are refused.
///
/// A file that is replaced keeps its permissions; a new one gets those of the file that it is a copy of, as far as the
/// umask allows.
pub struct Output {
    pub(crate) target: Target,
    /// `None`: as the input.
    pub(crate) codec: Option<Codec>,
}

pub(crate) enum Target {
    File(FileTarget),
    Stream {
        name: PathBuf,
        writer: Box<dyn Write + Send>,
    },
}

pub(crate) struct FileTarget {
    pub(crate) path: PathBuf,
    /// The folder that the path must not leave by links, and that holds unfinished files; `None`: links are followed,
    /// and it is the folder of the file.
    below: Option<PathBuf>,
    transaction: Transaction,
    at_once: bool,
    turn: Turn,
    /// Permissions of a new file.
    mode: Option<u32>,
}

impl Output {
    /// A file, which is replaced if it exists.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of_file(path.into(), None, Transaction::new(), true)
    }

    /// A file that appears, or replaces the one there is, with the others of the transaction.
    #[must_use]
    pub fn file_in(transaction: &Transaction, path: impl Into<PathBuf>) -> Self {
        Self::of_file(path.into(), None, transaction.clone(), false)
    }

    /// The same below a folder, which the path must not leave: neither by `..` nor by a link that stands in the folder.
    #[must_use]
    pub fn file_below(transaction: &Transaction, folder: &Path, relative: &Path) -> Self {
        let path = folder.join(relative);
        Self::of_file(path, Some(folder.to_owned()), transaction.clone(), false)
    }

    fn of_file(path: PathBuf, below: Option<PathBuf>, transaction: Transaction, at_once: bool) -> Self {
        Self {
            target: Target::File(FileTarget {
                path,
                below,
                transaction,
                at_once,
                turn: Turn::Later,
                mode: None,
            }),
            codec: None,
        }
    }

    /// Of the files of a transaction this one gets its name before those for which this is not called: the record of
    /// what was removed has to be there when the files without it are.
    #[must_use]
    pub fn first(mut self) -> Self {
        if let Target::File(file) = &mut self.target {
            file.turn = Turn::First;
        }
        self
    }

    /// Permissions of the file if it is new, as in `chmod`; they are lessened by the umask. On systems without such
    /// permissions this does nothing.
    #[must_use]
    pub fn with_mode(mut self, mode: Option<u32>) -> Self {
        if let Target::File(file) = &mut self.target {
            file.mode = mode;
        }
        self
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

    /// Starts to write bytes of one's own, packed as was asked.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(self) -> Result<OutputFile, FileError> {
        let codec = self.codec.unwrap_or(Codec::Plain);
        let writer = self.open(None)?;
        let path = writer.path().to_owned();
        let encoder = codec.encoder(io::BufWriter::with_capacity(128 << 10, writer));
        Ok(OutputFile {
            encoder: encoder.map_err(|error| FileError::writing(&path, error))?,
            path,
        })
    }

    /// Starts to write. `mode`: permissions of a new file for which none were given.
    pub(crate) fn open(self, mode: Option<u32>) -> Result<Writer, FileError> {
        match self.target {
            Target::Stream { name, writer } => Ok(Writer::to_stream(name, writer)),
            Target::File(file) => file.open(mode),
        }
    }
}

impl FileTarget {
    fn open(self, mode: Option<u32>) -> Result<Writer, FileError> {
        let Self {
            path,
            below,
            transaction,
            at_once,
            turn,
            mode: own_mode,
        } = self;
        let error = |error| FileError::writing(&path, error);
        let place = match &below {
            Some(folder) => {
                refuse_links(folder, &path)?;
                path.clone()
            }
            None => follow(&path).map_err(error)?,
        };
        if let Ok(there) = fs::metadata(&place) {
            if there.is_dir() {
                return Err(error(io::ErrorKind::IsADirectory.into()));
            }
            if !there.is_file() {
                let file = File::options().write(true).open(&place).map_err(error)?;
                return Ok(Writer::to_stream(path, Box::new(file)));
            }
        }
        let root = match (&below, place.parent()) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let (partial, file) = transaction.begin(&root, &place, own_mode.or(mode)).map_err(error)?;
        Ok(Writer {
            path,
            to: Some(To::File(UnfinishedFile {
                file,
                partial,
                place,
                transaction,
                at_once,
                turn,
            })),
            failure: None,
            digester: Digester::default(),
        })
    }
}

/// Where a path leads: the end of a chain of links, whether there is a file or not.
fn follow(path: &Path) -> io::Result<PathBuf> {
    const LONGEST: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..LONGEST {
        match fs::read_link(&place) {
            // a relative target counts from the folder of the link, an absolute one replaces all
            Ok(target) => place = place.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(place),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Refuses a path that leaves `folder`.
fn refuse_links(folder: &Path, path: &Path) -> Result<(), FileError> {
    let shown = path.display();
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let mut place = folder.to_owned();
    for component in relative.components() {
        if !matches!(component, Component::Normal(_)) {
            return Err(FileError::settings(format!(
                "{shown} is outside of the output folder: nothing is written there"
            )));
        }
        place.push(component);
        if fs::symlink_metadata(&place).is_ok_and(|there| there.is_symlink()) {
            return Err(FileError::settings(format!(
                "{} is a symbolic link inside the output folder, and is not followed: remove it or choose another folder",
                place.display()
            )));
        }
    }
    Ok(())
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Target::File(FileTarget { path, .. }) | Target::Stream { name: path, .. }) = &self.target;
        f.debug_tuple("Output").field(path).finish()
    }
}

/// An output that is being written.
pub(crate) struct Writer {
    path: PathBuf,
    to: Option<To>,
    failure: Option<io::Error>,
    digester: Digester,
}

enum To {
    File(UnfinishedFile),
    Stream(Box<dyn Write + Send>),
}

struct UnfinishedFile {
    file: File,
    partial: PathBuf,
    place: PathBuf,
    transaction: Transaction,
    at_once: bool,
    turn: Turn,
}

impl Writer {
    fn to_stream(path: PathBuf, writer: Box<dyn Write + Send>) -> Self {
        Self {
            path,
            to: Some(To::Stream(writer)),
            failure: None,
            digester: Digester::default(),
        }
    }

    /// The path of the finished file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of what was written so far.
    pub(crate) fn digest(&self) -> Digest {
        self.digester.digest()
    }

    /// What went wrong in writing, for those who get an error that no longer says so.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The output is whole: syncs and renames it.
    pub(crate) fn commit(&mut self) -> Result<(), FileError> {
        let error = |error| FileError::writing(&self.path, error);
        match &mut self.to {
            Some(To::File(file)) => {
                file.file.sync_all().map_err(error)?;
                let (transaction, at_once) = (file.transaction.clone(), file.at_once);
                transaction
                    .settle(&file.partial, &file.place, file.turn)
                    .map_err(error)?;
                self.to = None;
                if at_once {
                    transaction.commit()?;
                }
                Ok(())
            }
            Some(To::Stream(writer)) => writer.flush().map_err(error),
            None => Ok(()),
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            Some(To::File(file)) => file.file.write(bytes),
            Some(To::Stream(writer)) => writer.write(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        match &written {
            Ok(count) => self.digester.update(&bytes[..*count]),
            Err(error) => {
                let again = error
                    .raw_os_error()
                    .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
                self.failure = Some(again);
            }
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Some(To::File(file)) => file.file.flush(),
            Some(To::Stream(writer)) => writer.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(To::File(file)) = &self.to {
            // not committed: not whole
            file.transaction.abandon(&file.partial);
        }
    }
}

/// An output that takes bytes as they come, buffered and packed.
pub struct OutputFile {
    encoder: Encoder<io::BufWriter<Writer>>,
    path: PathBuf,
}

impl OutputFile {
    /// The output is whole.
    ///
    /// # Errors
    /// If the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<(), FileError> {
        let error = |error| FileError::writing(&self.path, error);
        let writer = self.encoder.finish().map_err(error)?;
        let mut writer = writer.into_inner().map_err(|e| error(e.into_error()))?;
        writer.commit()
    }

    /// The error that says that writing here failed.
    #[must_use]
    pub fn error(&self, cause: io::Error) -> FileError {
        FileError::writing(&self.path, cause)
    }

    /// The path of the finished file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OutputFile").field(&self.path).finish()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

/// What tells one existing file from another, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    #[cfg(not(unix))]
    path: PathBuf,
}

/// `None` if there is no such file.
pub(crate) fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(path).ok()?;
        let device_and_inode = (metadata.dev(), metadata.ino());
        Some(FileId { device_and_inode })
    }
    #[cfg(not(unix))]
    fs::canonicalize(path).ok().map(|path| FileId { path })
}

/// True if both paths lead to one existing file.
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    matches!((file_id(a), file_id(b)), (Some(a), Some(b)) if a == b)
}
