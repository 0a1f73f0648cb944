//! The manifest of an index: which files it is made of. It is replaced as a whole, and an index is what its manifest says.
//!
//! Two lines of text: a JSON object, and the XXH3-64 of that line without its end, in 16 hexadecimal digits.
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `redite` | string | `index` |
//! | `version` | number | version of this format and of the files: 2 |
//! | `program` | string | version of the program that wrote it |
//! | `settings` | string | the settings that decide what repeats what, as they are printed |
//! | `words` | string | digest of the tables of words |
//! | `changes` | number | how many times the index has been changed; files are named after it |
//! | `order` | object or null | the file with the order of shingles; null while there are no runs |
//! | `runs` | array | the files of the runs, in their order |
//! | `inputs` | array | the inputs that have been added as a whole, whether their articles are still there or not: of each its `name` and its `bytes`; left out if there are none |
//!
//! A file: `file`, its name; `bytes`, its length; `checksum`, that of its table, in 16 hexadecimal digits; and `gone`, the articles of a run that
//! others have replaced, as places in the run, ascending; left out if there are none.

use super::error::IndexError;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

const NAME: &str = "MANIFEST";
const NEXT: &str = "MANIFEST.new";

/// The version that is written.
const VERSION: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    redite: What,
    version: u32,
    pub(super) program: String,
    pub(super) settings: String,
    pub(super) words: String,
    pub(super) changes: u64,
    pub(super) order: Option<Entry>,
    pub(super) runs: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) inputs: Vec<Input>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Index,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) bytes: u64,
    pub(super) checksum: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<u32>,
}

/// An input that has been cleaned and added as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// A checksum as it is written.
pub(super) fn hex(checksum: u64) -> String {
    format!("{checksum:016x}")
}

impl Manifest {
    /// Of an index without runs.
    pub(super) fn new(settings: String, words: String) -> Self {
        Self {
            redite: What::Index,
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            settings,
            words,
            changes: 0,
            order: None,
            runs: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// True if there is one in a folder.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(NAME).exists()
    }

    /// Calls `read` with the manifest that is there, and again with the next one as long as a writer has put other files in the place of those
    /// that it names.
    pub(super) fn with_files<T>(folder: &Path, read: impl Fn(&Self) -> Result<T, IndexError>) -> Result<T, IndexError> {
        let mut manifest = Self::read(folder)?;
        loop {
            let result = read(&manifest);
            if result.is_ok() {
                return result;
            }
            let now = Self::read(folder)?;
            if now == manifest {
                return result;
            }
            manifest = now;
        }
    }

    pub(super) fn read(folder: &Path) -> Result<Self, IndexError> {
        let path = folder.join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && folder.is_dir() => {
                let why = "is not an index: it has no MANIFEST; make one with `redite index create`";
                return Err(IndexError::new(folder, why));
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                let why = "there is no such index; check the spelling, or make it with `redite index create`";
                return Err(IndexError::missing(folder, why));
            }
            Err(cause) => {
                let of = if folder.is_dir() { &path } else { folder };
                return Err(IndexError::io(of, "read", &cause));
            }
        };
        let damaged = || {
            let why = "is damaged; restore the index from a backup, or build it again";
            IndexError::new(&path, why)
        };
        let text = String::from_utf8(text).map_err(|_| damaged())?;
        let (line, checksum) = (text.strip_suffix('\n').and_then(|text| text.split_once('\n'))).ok_or_else(damaged)?;
        if hex(xxh3_64(line.as_bytes())) != checksum {
            return Err(damaged());
        }
        /// What every version says.
        #[derive(Deserialize)]
        struct Any {
            version: u32,
            program: String,
        }
        match serde_json::from_str::<Any>(line) {
            Ok(Any { version, program }) if version != VERSION => Err(IndexError::new(
                folder,
                format!(
                    "was written by redite {program} in version {version} of the format, and this program reads \
                     version {VERSION}; use a program of that version, or build the index again"
                ),
            )),
            _ => serde_json::from_str(line).map_err(|_| damaged()),
        }
    }

    /// Replaces the manifest atomically. The files that it names are on disk already.
    pub(super) fn write(&self, folder: &Path) -> Result<(), IndexError> {
        let next = folder.join(NEXT);
        let write = || -> io::Result<()> {
            let line = serde_json::to_string(self)?;
            let mut file = File::create(&next)?;
            write!(file, "{line}\n{}\n", hex(xxh3_64(line.as_bytes())))?;
            file.sync_all()?;
            fs::rename(&next, folder.join(NAME))?;
            sync(folder)
        };
        write().map_err(|cause| {
            let _ = fs::remove_file(&next);
            IndexError::io(folder, "write", &cause)
        })
    }

    /// The names of all files that the index is made of.
    pub(super) fn files(&self) -> impl Iterator<Item = &Entry> {
        self.order.iter().chain(&self.runs)
    }

    /// True of the name of a file that is no longer, or not yet, part of an index.
    pub(super) fn is_left_over(&self, name: &str) -> bool {
        name == NEXT || (name.starts_with("run-") || name.starts_with("order-")) && self.files().all(|e| e.file != name)
    }
}

/// Makes new and renamed files in a folder survive a power cut.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
