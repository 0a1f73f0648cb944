//! What can go wrong with a file as a whole, said with the place and with what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::codec::Codec;
use super::members::Refused;
use super::name::{printable, printed_name};

/// A file could not be read, or the edited copy of it could not be written.
///
/// The message says what happened, where (file, then byte or row where there is one) and what to do next. It already
/// holds the cause, so [`std::error::Error::source`] is always `None`.
///
/// A fault of a single record is not an error but a [`Fault`](super::Fault): such records travel along unchanged.
#[derive(Debug)]
pub struct FileError(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Missing {
        path: PathBuf,
    },
    Io {
        doing: &'static str,
        path: PathBuf,
        hint: &'static str,
        cause: io::Error,
    },
    Decode {
        name: String,
        codec: Codec,
        byte: u64,
        cause: io::Error,
    },
    Parquet {
        name: String,
        row: Option<u64>,
        cause: String,
    },
    Changed {
        name: String,
    },
    Unread {
        name: String,
        reason: String,
    },
    Temporary {
        folder: PathBuf,
        what: String,
        cause: io::Error,
    },
    Settings(String),
    Edit {
        name: String,
        place: u64,
        what: String,
    },
}

impl FileError {
    fn new(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    pub(crate) fn missing(path: &Path) -> Self {
        Self::new(Kind::Missing { path: path.to_owned() })
    }

    pub(crate) fn reading(path: &Path, cause: io::Error) -> Self {
        if cause.kind() == io::ErrorKind::NotFound {
            return Self::missing(path);
        }
        let hint = match cause.kind() {
            io::ErrorKind::PermissionDenied => "check its permissions",
            _ => "check the disk, or leave the file out",
        };
        Self::new(Kind::Io {
            doing: "read",
            path: path.to_owned(),
            hint,
            cause,
        })
    }

    pub(crate) fn writing(path: &Path, cause: io::Error) -> Self {
        let hint = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space or choose another output",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose an output that you may write to"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "there is a file where a folder should be: move it away or choose another output"
            }
            io::ErrorKind::IsADirectory => {
                "there is a folder where a file should be: move it away or choose another output"
            }
            io::ErrorKind::BrokenPipe => "the program that read the output has exited",
            _ => "choose another output or check the disk",
        };
        Self::new(Kind::Io {
            doing: "write",
            path: path.to_owned(),
            hint,
            cause,
        })
    }

    pub(crate) fn decode(name: &str, codec: Codec, byte: u64, cause: io::Error) -> Self {
        if let Some(refused) = cause.get_ref().and_then(|cause| cause.downcast_ref::<Refused>()) {
            return Self::unread(name, &refused.0);
        }
        Self::new(Kind::Decode {
            name: name.to_owned(),
            codec,
            byte,
            cause,
        })
    }

    pub(crate) fn parquet(name: &str, row: Option<u64>, cause: impl fmt::Display) -> Self {
        Self::new(Kind::Parquet {
            name: name.to_owned(),
            row,
            cause: printable(&cause.to_string()).into_owned(),
        })
    }

    pub(crate) fn changed(name: &str) -> Self {
        Self::new(Kind::Changed { name: name.to_owned() })
    }

    /// The file is not read as articles.
    pub(crate) fn unread(name: &str, reason: &str) -> Self {
        Self::new(Kind::Unread {
            name: name.to_owned(),
            reason: reason.to_owned(),
        })
    }

    /// Something could not be kept in a temporary file.
    pub(crate) fn temporary(what: impl Into<String>, cause: io::Error) -> Self {
        Self::new(Kind::Temporary {
            folder: tempfile::env::temp_dir(),
            what: what.into(),
            cause,
        })
    }

    /// A device that gives bytes without end.
    pub(crate) fn endless(name: &str) -> Self {
        Self::settings(format!(
            "{name}: a device that may never end cannot be read; give a file or a pipe"
        ))
    }

    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Self::new(Kind::Settings(message.into()))
    }

    pub(crate) fn edit(name: &str, place: u64, what: impl Into<String>) -> Self {
        Self::new(Kind::Edit {
            name: name.to_owned(),
            place,
            what: what.into(),
        })
    }

    /// A line of a file of removed units that cannot be right.
    pub(crate) fn removed(name: &str, line: u64, what: impl fmt::Display) -> Self {
        Self::settings(format!("{name}:{line}: {what}"))
    }

    /// An error of the program that uses this module: something was asked for that cannot be done.
    #[must_use]
    pub fn asked(message: impl Into<String>) -> Self {
        Self::settings(message)
    }

    /// True if nothing is wrong with the files, only with what was asked (an output that is also an input, the same
    /// input twice, an option that the format does not allow) or with the folder for temporary files.
    #[must_use]
    pub fn is_settings(&self) -> bool {
        matches!(
            *self.0,
            Kind::Settings(_) | Kind::Missing { .. } | Kind::Temporary { .. }
        )
    }

    /// The kind of the operating system's error, if that is the cause: `BrokenPipe` means that the reader of the
    /// output has gone, which a program may wish to take for success.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match &*self.0 {
            Kind::Io { cause, .. } | Kind::Decode { cause, .. } | Kind::Temporary { cause, .. } => Some(cause.kind()),
            Kind::Missing { .. } => Some(io::ErrorKind::NotFound),
            _ => None,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Missing { path } => {
                write!(
                    f,
                    "{}: no such file or folder; check the spelling and the working directory",
                    printed_name(path)
                )
            }
            Kind::Io {
                doing,
                path,
                hint,
                cause,
            } => {
                write!(f, "{}: cannot {doing}: {cause}; {hint}", printed_name(path))
            }
            Kind::Decode {
                name,
                codec: Codec::Plain,
                byte,
                cause,
            } => {
                write!(
                    f,
                    "{name}: reading failed after byte {byte}: {cause}; check the disk, or leave the file out"
                )
            }
            Kind::Decode {
                name,
                codec,
                byte,
                cause,
            } => {
                let (cut, fetch) = match cause.kind() {
                    io::ErrorKind::UnexpectedEof => (" (the file is cut off)", "fetch the file again"),
                    _ => ("", "fetch the file again, or unpack what can be saved of it"),
                };
                write!(
                    f,
                    "{name}: broken {codec} data after byte {byte} of the unpacked text: {cause}{cut}; {fetch}"
                )
            }
            Kind::Parquet {
                name,
                row: Some(row),
                cause,
            } => {
                write!(
                    f,
                    "{name}: broken Parquet data after row {row}: {cause}; fetch or write the file again"
                )
            }
            Kind::Parquet { name, row: None, cause } => {
                write!(
                    f,
                    "{name}: cannot be read as Parquet: {cause}; fetch or write the file again"
                )
            }
            Kind::Changed { name } => {
                write!(
                    f,
                    "{name}: the file has changed since it was found; run again when nothing writes to it"
                )
            }
            Kind::Unread { name, reason } => write!(f, "{name}: {reason}"),
            Kind::Temporary { folder, what, cause } => write!(
                f,
                "{}: cannot keep {what} in a temporary file there: {cause}; free some space, or choose another folder for \
                 temporary files (with the program: --temp-dir)",
                printed_name(folder)
            ),
            Kind::Settings(message) => f.write_str(message),
            Kind::Edit { name, place, what } => write!(
                f,
                "{name}:{place}: {what}; the cleaned and the removed file do not match: use those of the same run"
            ),
        }
    }
}

impl std::error::Error for FileError {}
