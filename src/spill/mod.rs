//! What memory does not hold: temporary files, written in one go, read anywhere.
//!
//! Where the system can make a file without a name (Linux, on most file systems), it never has one. Elsewhere on Unix the
//! name is removed as soon as the file is open, and on Windows when it is closed, so that nothing is left however the
//! process ends, unless it is killed between these two calls. The format is private and dies with the file: little-endian
//! words of 32 bits and plain bytes.

mod bits;
mod part;

pub(crate) use bits::Bits;
pub(crate) use part::{Access, Part, Parts};
#[cfg(feature = "index")]
pub(crate) use part::{Mapped, PADDING};

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
#[cfg(feature = "index")]
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(feature = "index")]
use std::sync::OnceLock;

/// A temporary file could not be made, written or read. The message says where, why, and what would help.
///
/// ```
/// let memory = redite::Memory::new(0).in_folder("/no/such/folder");
/// let mut session = redite::Detector::new().session_within(memory);
/// let Err(redite::PushError::Spill(error)) = session.push(&"A text.".into()) else { panic!("it was written") };
/// assert!(error.to_string().contains("/no/such/folder"));
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SpillError(Arc<(Folder, &'static str, io::Error)>);

impl SpillError {
    fn new(folder: &Folder, doing: &'static str, cause: io::Error) -> Self {
        Self(Arc::new((folder.clone(), doing, cause)))
    }

    /// The folder of the temporary files, or of the index that could not be read.
    ///
    /// ```
    /// let memory = redite::Memory::new(0).in_folder("/no/such/folder");
    /// let mut session = redite::Detector::new().session_within(memory);
    /// let Err(redite::PushError::Spill(error)) = session.push(&"A text.".into()) else { panic!("it was written") };
    /// assert_eq!(error.folder(), std::path::Path::new("/no/such/folder"));
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.0.0
    }

    /// The kind of the operating system's error.
    ///
    /// ```
    /// let memory = redite::Memory::new(0).in_folder("/no/such/folder");
    /// let mut session = redite::Detector::new().session_within(memory);
    /// let Err(redite::PushError::Spill(error)) = session.push(&"A text.".into()) else { panic!("it was written") };
    /// assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.0.2.kind()
    }
}

impl fmt::Display for SpillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Folder(folder, holds), doing, cause) = &*self.0;
        #[cfg(feature = "index")]
        if *holds == Holds::Index {
            let advice = "restore it from a backup, or build it again";
            return write!(f, "{}: cannot {doing} this index: {cause}; {advice}", folder.display());
        }
        #[cfg(not(feature = "index"))]
        let Holds::Temporary = holds;
        let hint = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free some space there or choose another folder for temporary files"
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                "make that folder or choose another one for temporary files"
            }
            _ => "choose another folder for temporary files",
        };
        write!(
            f,
            "{}: cannot {doing} a temporary file: {cause}; {hint}",
            folder.display()
        )
    }
}

impl std::error::Error for SpillError {}

/// Where temporary files are made, or where an index stands.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<PathBuf>, Holds);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Temporary,
    #[cfg(feature = "index")]
    Index,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(Arc::new(path), Holds::Temporary)
    }

    #[cfg(feature = "index")]
    pub(crate) fn of_index(path: PathBuf) -> Self {
        Self(Arc::new(path), Holds::Index)
    }

    /// A new, empty file, which is made when there is more to write than a buffer holds.
    pub(crate) fn spool(&self) -> Spool {
        Spool {
            bytes: Bytes::Temporary(None),
            folder: self.clone(),
            buffer: Vec::new(),
            flushed: 0,
            #[cfg(feature = "index")]
            failed: OnceLock::new(),
        }
    }

    /// Nothing, if files can be made here.
    pub(crate) fn check(&self) -> Result<(), SpillError> {
        self.file().map(drop)
    }

    fn file(&self) -> Result<File, SpillError> {
        tempfile::tempfile_in(&*self.0).map_err(|cause| SpillError::new(self, "make", bare(cause)))
    }

    /// A stream of an index that stands here, for reading only.
    #[cfg(feature = "index")]
    pub(crate) fn complete(&self, bytes: Arc<dyn Complete>) -> Spool {
        Spool {
            flushed: bytes.len(),
            bytes: Bytes::Complete(bytes),
            folder: self.clone(),
            buffer: Vec::new(),
            failed: OnceLock::new(),
        }
    }
}

/// What the system said, without the name that the file would have had.
fn bare(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|error| error.source());
    let code = cause.and_then(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Bytes of a buffer for writing, and of one for reading many words.
const BUFFER: usize = 256 << 10;

/// Bytes of a buffer for reading in sequence; who merges has many.
const AHEAD: usize = 64 << 10;

/// Immutable bytes with random access: a stream of an index file.
#[cfg(feature = "index")]
pub(crate) trait Complete: fmt::Debug + Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Fills `into` with what begins at `at`.
    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()>;
    /// Where it is mapped into memory, if it is.
    fn mapped(&self) -> Option<Mapped<'_>>;
    /// Holds a block of what is mapped against its checksum.
    fn check(&self, block: usize) -> io::Result<()>;
    fn len(&self) -> u64;
}

#[derive(Debug)]
enum Bytes {
    Temporary(Option<File>),
    #[cfg(feature = "index")]
    Complete(Arc<dyn Complete>),
}

impl Bytes {
    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Temporary(Some(file)) => read_at(file, into, at),
            Self::Temporary(None) => Err(io::ErrorKind::UnexpectedEof.into()),
            #[cfg(feature = "index")]
            Self::Complete(bytes) => bytes.read(at, into),
        }
    }
}

/// A file that grows at its end and can be read anywhere.
#[derive(Debug)]
pub(crate) struct Spool {
    bytes: Bytes,
    folder: Folder,
    /// What is still to be written.
    buffer: Vec<u8>,
    /// Bytes in the file.
    flushed: u64,
    /// The first error of a word of a [`Part`].
    #[cfg(feature = "index")]
    failed: OnceLock<(io::ErrorKind, String)>,
}

impl Spool {
    /// Bytes written so far: where the next ones will stand.
    pub(crate) fn end(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), SpillError> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            self.write(bytes)
        } else {
            self.buffer.extend_from_slice(bytes);
            Ok(())
        }
    }

    pub(crate) fn put_words(&mut self, words: &[u32]) -> Result<(), SpillError> {
        for some in words.chunks(BUFFER / 8) {
            if self.buffer.len() + 4 * some.len() > BUFFER {
                self.flush()?;
            }
            some.iter()
                .for_each(|word| self.buffer.extend_from_slice(&word.to_le_bytes()));
        }
        Ok(())
    }

    /// Appends a range of another spool.
    #[cfg(feature = "index")]
    pub(crate) fn append(&mut self, other: &Self, mut from: Range<u64>) -> Result<(), SpillError> {
        let mut buffer = vec![0; BUFFER];
        while !from.is_empty() {
            let some = usize::try_from(from.end - from.start).unwrap_or(BUFFER).min(BUFFER);
            other.read(from.start, &mut buffer[..some])?;
            self.put(&buffer[..some])?;
            from.start += some as u64;
        }
        Ok(())
    }

    /// Appends rows of words, and how many they are.
    pub(crate) fn put_rows<const N: usize>(
        &mut self,
        rows: impl ExactSizeIterator<Item = [u32; N]>,
    ) -> Result<(), SpillError> {
        self.put_words(&split(rows.len() as u64))?;
        for row in rows {
            self.put_words(&row)?;
        }
        Ok(())
    }

    /// Writes what is still to be written.
    fn flush(&mut self) -> Result<(), SpillError> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SpillError> {
        let at = self.flushed;
        let written = write_at(self.file()?, bytes, at);
        written.map_err(|cause| SpillError::new(&self.folder, "write", cause))?;
        self.flushed += bytes.len() as u64;
        Ok(())
    }

    fn file(&mut self) -> Result<&File, SpillError> {
        match &mut self.bytes {
            Bytes::Temporary(Some(file)) => Ok(file),
            Bytes::Temporary(file) => Ok(file.insert(self.folder.file()?)),
            #[cfg(feature = "index")]
            Bytes::Complete(_) => {
                let cause = io::ErrorKind::ReadOnlyFilesystem.into();
                Err(SpillError::new(&self.folder, "write", cause))
            }
        }
    }

    /// Forgets what was written from there on.
    pub(crate) fn truncate(&mut self, end: u64) -> Result<(), SpillError> {
        match end.checked_sub(self.flushed) {
            Some(held) => self.buffer.truncate(usize::try_from(held).unwrap_or(usize::MAX)),
            None => {
                self.buffer.clear();
                let cut = self.file()?.set_len(end);
                cut.map_err(|cause| SpillError::new(&self.folder, "write", cause))?;
                self.flushed = end;
            }
        }
        Ok(())
    }

    pub(crate) fn read(&self, at: u64, into: &mut [u8]) -> Result<(), SpillError> {
        let in_file = usize::try_from(self.flushed.saturating_sub(at)).unwrap_or(usize::MAX);
        let (written, held) = into.split_at_mut(in_file.min(into.len()));
        if !written.is_empty() {
            (self.bytes.read(at, written)).map_err(|cause| SpillError::new(&self.folder, "read", cause))?;
        }
        if !held.is_empty() {
            let from = usize::try_from(at.saturating_sub(self.flushed)).unwrap_or(usize::MAX);
            let there = self.buffer.get(from..).and_then(|there| there.get(..held.len()));
            held.copy_from_slice(there.ok_or_else(|| self.missing(&format!("{} bytes", held.len())))?);
        }
        Ok(())
    }

    pub(crate) fn bytes(&self, at: u64, count: usize) -> Result<Vec<u8>, SpillError> {
        let mut bytes = vec![0; count];
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Text that was written as it is.
    pub(crate) fn text(&self, at: u64, count: usize) -> Result<String, SpillError> {
        let error = |error| SpillError::new(&self.folder, "read", io::Error::new(io::ErrorKind::InvalidData, error));
        String::from_utf8(self.bytes(at, count)?).map_err(error)
    }

    /// Words that were written as such.
    pub(crate) fn words(&self, at: u64, count: usize) -> Result<Vec<u32>, SpillError> {
        let mut words = Vec::with_capacity(count);
        let (mut at, mut left) = (at, 4 * count);
        let mut buffer = vec![0; left.min(BUFFER)];
        while left > 0 {
            let some = &mut buffer[..left.min(BUFFER)];
            self.read(at, some)?;
            words.extend(some.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)));
            at += some.len() as u64;
            left -= some.len();
        }
        Ok(words)
    }

    /// Where it is mapped into memory, if it is.
    #[cfg(feature = "index")]
    fn mapped(&self) -> Option<Mapped<'_>> {
        match &self.bytes {
            Bytes::Complete(bytes) => bytes.mapped(),
            Bytes::Temporary(_) => None,
        }
    }

    /// Holds some blocks of what is mapped against their checksums.
    #[cfg(feature = "index")]
    fn check(&self, mut blocks: Range<usize>) -> io::Result<()> {
        match &self.bytes {
            Bytes::Complete(bytes) => blocks.try_for_each(|block| bytes.check(block)),
            Bytes::Temporary(_) => Ok(()),
        }
    }

    /// Takes note of an error for [`Spool::sound`].
    #[cfg(feature = "index")]
    fn note(&self, cause: &io::Error) {
        self.failed.get_or_init(|| (cause.kind(), cause.to_string()));
    }

    /// The error of a word of a [`Part`] that could not be read: to be asked for before what was read is relied on.
    pub(crate) fn sound(&self) -> Result<(), SpillError> {
        #[cfg(feature = "index")]
        if let Some((kind, cause)) = self.failed.get() {
            let cause = io::Error::new(*kind, cause.clone());
            return Err(SpillError::new(&self.folder, "read", cause));
        }
        Ok(())
    }

    /// The error of what should stand behind the end.
    fn missing(&self, what: &str) -> SpillError {
        let cause = io::Error::new(io::ErrorKind::UnexpectedEof, format!("{what} are missing"));
        SpillError::new(&self.folder, "read", cause)
    }

    /// Reads words in sequence.
    pub(crate) fn reader(&self, range: Range<u64>) -> Reader {
        Reader {
            range,
            buffer: Vec::new(),
            at: 0,
        }
    }
}

/// Reads the words of a [`Spool`] in sequence; it is told from which at every step, and so lends nothing.
#[derive(Debug)]
pub(crate) struct Reader {
    range: Range<u64>,
    buffer: Vec<u8>,
    at: usize,
}

impl Reader {
    /// True if there is nothing more.
    pub(crate) fn is_done(&self) -> bool {
        self.at == self.buffer.len() && self.range.is_empty()
    }

    /// Appends the next words to `into`.
    pub(crate) fn words(&mut self, from: &Spool, count: usize, into: &mut Vec<u32>) -> Result<(), SpillError> {
        let mut left = count;
        while left > 0 {
            if self.at == self.buffer.len() {
                self.fill(from, left)?;
            }
            let there = &self.buffer[self.at..];
            let some = &there[..there.len().min(4 * left)];
            into.extend(some.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)));
            self.at += some.len();
            left -= some.len() / 4;
        }
        Ok(())
    }

    /// The next words, as many as are asked for by type.
    pub(crate) fn array<const N: usize>(&mut self, from: &Spool) -> Result<[u32; N], SpillError> {
        let mut array = [0; N];
        for word in &mut array {
            if self.at == self.buffer.len() {
                self.fill(from, N)?;
            }
            if let Some((bytes, _)) = self.buffer[self.at..].split_first_chunk() {
                *word = u32::from_le_bytes(*bytes);
                self.at += bytes.len();
            }
        }
        Ok(array)
    }

    /// What [`Spool::put_rows`] has written, each row turned into something.
    pub(crate) fn rows<T, const N: usize>(
        &mut self,
        from: &Spool,
        row: impl Fn([u32; N]) -> T,
    ) -> Result<Vec<T>, SpillError> {
        const ROWS: usize = 4096;
        let [low, high] = self.array(from)?;
        let mut left = usize::try_from(join(low, high)).unwrap_or(usize::MAX);
        let (mut out, mut words) = (Vec::with_capacity(left), Vec::new());
        while left > 0 {
            let some = left.min(ROWS);
            words.clear();
            self.words(from, N * some, &mut words)?;
            out.extend(words.as_chunks().0.iter().map(|words| row(*words)));
            left -= some;
        }
        Ok(out)
    }

    fn fill(&mut self, from: &Spool, wanted: usize) -> Result<(), SpillError> {
        let there = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        if there == 0 {
            return Err(from.missing(&format!("{wanted} words")));
        }
        self.buffer.resize(there.min(AHEAD), 0);
        from.read(self.range.start, &mut self.buffer)?;
        self.range.start += self.buffer.len() as u64;
        self.at = 0;
        Ok(())
    }
}

/// The halves of a number, the low one first.
#[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
pub(crate) fn split(n: u64) -> [u32; 2] {
    [n as u32, (n >> 32) as u32]
}

/// The number of two [halves](split).
pub(crate) fn join(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, at)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, mut into: &mut [u8], mut at: u64) -> io::Result<()> {
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                into = &mut into[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(any(unix, windows)))]
fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Folder::new(folder.path().to_owned()).spool();
        let words: Vec<u32> = (0..200_000).map(|n| n * 7919).collect();
        spool.put("é".as_bytes()).unwrap();
        let at = spool.end();
        spool.put_words(&words).unwrap();
        let big = vec![7; 3 * BUFFER];
        let end = spool.end();
        spool.put(&big).unwrap();
        assert_eq!(spool.text(0, 2).unwrap(), "é");
        assert_eq!(spool.words(at, words.len()).unwrap(), words);
        assert_eq!(spool.bytes(end, big.len()).unwrap(), big);
        let mut reader = spool.reader(at..end);
        let first: [u32; 3] = reader.array(&spool).unwrap();
        assert_eq!(first, words[..3]);
        let mut rest = Vec::new();
        reader.words(&spool, words.len() - 3, &mut rest).unwrap();
        assert_eq!(rest, words[3..]);
        assert!(reader.is_done());
        assert!(reader.array::<1>(&spool).is_err());
        assert!(spool.read(spool.end(), &mut [0]).is_err());
        spool.truncate(0).unwrap();
        spool.put(b"abc").unwrap();
        assert_eq!(spool.bytes(0, 3).unwrap(), b"abc");
    }

    #[cfg(unix)]
    #[test]
    fn a_spool_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Folder::new(folder.path().to_owned()).spool();
        spool.file().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// It had one between being made and being removed, which a kill left behind. A file made without a name has no
    /// link that was removed: Linux shows it as `/folder/#inode (deleted)`.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn a_spool_never_had_a_name() {
        use std::os::fd::AsRawFd;
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Folder::new(folder.path().to_owned()).spool();
        let fd = spool.file().unwrap().as_raw_fd();
        let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        let name = link.file_name().unwrap().to_string_lossy();
        // Where the file system has no such files, the name had to be removed.
        let mut options = File::options();
        let o_tmpfile = 0o20_200_000;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, o_tmpfile);
        let supported = options.write(true).open(folder.path()).is_ok();
        assert!(!supported || name.starts_with('#'), "{name}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let error = Folder::new(missing.clone()).check().unwrap_err();
        assert_eq!((error.kind(), error.folder()), (io::ErrorKind::NotFound, &*missing));
        let message = error.to_string();
        assert!(message.contains("missing: cannot make"), "{message}");
        assert!(!message.contains("at path"), "{message}");
    }
}
