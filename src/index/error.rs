//! How an index can fail.

use crate::spill::SpillError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An index could not be made, opened, read or written. The message says which, why, and what to do.
///
/// ```
/// let error = redite::index::Index::read("/no/such/folder").unwrap_err();
/// assert!(error.to_string().contains("/no/such/folder"));
/// ```
#[derive(Clone, Debug)]
pub struct IndexError {
    folder: PathBuf,
    why: String,
    kind: Option<io::ErrorKind>,
}

impl IndexError {
    pub(super) fn new(folder: &Path, why: impl Into<String>) -> Self {
        Self {
            folder: folder.to_owned(),
            why: why.into(),
            kind: None,
        }
    }

    /// There is none.
    pub(super) fn missing(folder: &Path, why: &str) -> Self {
        Self {
            kind: Some(io::ErrorKind::NotFound),
            ..Self::new(folder, why)
        }
    }

    pub(super) fn io(path: &Path, doing: &str, cause: &io::Error) -> Self {
        let advice = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "; the index is as before: free some space there and try again"
            }
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                "; restore the index from a backup, or build it again"
            }
            _ => "",
        };
        Self {
            folder: path.to_owned(),
            why: format!("cannot {doing} it: {cause}{advice}"),
            kind: Some(cause.kind()),
        }
    }

    /// The index, or the file of it, that the error is about.
    ///
    /// ```
    /// let error = redite::index::Index::read("/no/such/folder").unwrap_err();
    /// assert_eq!(error.path(), std::path::Path::new("/no/such/folder"));
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The kind of the operating system's error, if it is one.
    ///
    /// ```
    /// let error = redite::index::Index::read("/no/such/folder").unwrap_err();
    /// assert_eq!(error.kind(), Some(std::io::ErrorKind::NotFound));
    /// ```
    #[must_use]
    pub fn kind(&self) -> Option<io::ErrorKind> {
        self.kind
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.folder.display(), self.why)
    }
}

impl std::error::Error for IndexError {}

impl From<SpillError> for IndexError {
    fn from(error: SpillError) -> Self {
        let text = error.to_string();
        let folder = error.folder();
        let prefix = format!("{}: ", folder.display());
        Self {
            folder: folder.to_owned(),
            why: text.strip_prefix(&prefix).unwrap_or(&text).to_owned(),
            kind: Some(error.kind()),
        }
    }
}
