//! The files in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::discover::{SkipKind, Skipped};
use super::error::FileError;
use super::name::printed_name;
use super::output::same_file;
use super::transaction::is_unfinished;

/// A file that was found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its path below the folder.
    pub(crate) relative: PathBuf,
    /// Whether a name on that path begins with a dot.
    pub(crate) hidden: bool,
}

/// A way through a folder and all folders in it.
pub(crate) struct Walk<'w> {
    root: &'w Path,
    exclude: &'w [PathBuf],
    skipped: &'w mut Vec<Skipped>,
    /// The folders that lead here, as they really are.
    above: Vec<PathBuf>,
    /// The folders that were read, as they really are, and their names.
    seen: BTreeMap<PathBuf, PathBuf>,
    files: Vec<Found>,
    /// What begins with a dot, for later: a folder that is reached in two ways is read by the one that is not hidden.
    hidden: Vec<PathBuf>,
}

impl<'w> Walk<'w> {
    /// Of `root`, without `exclude`. What is passed over goes to `skipped`.
    pub(crate) fn new(root: &'w Path, exclude: &'w [PathBuf], skipped: &'w mut Vec<Skipped>) -> Self {
        Self {
            root,
            exclude,
            skipped,
            above: Vec::new(),
            seen: BTreeMap::new(),
            files: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// All files, in byte order of their paths.
    pub(crate) fn files(mut self) -> Result<Vec<Found>, FileError> {
        self.folder(Path::new(""), false)?;
        for relative in std::mem::take(&mut self.hidden) {
            self.entry(relative, true)?;
        }
        self.files.sort_by(|a, b| bytes(&a.relative).cmp(bytes(&b.relative)));
        Ok(self.files)
    }

    fn skip(&mut self, path: PathBuf, kind: SkipKind, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            path,
            kind,
            reason: reason.into(),
        });
    }

    fn folder(&mut self, relative: &Path, hidden: bool) -> Result<(), FileError> {
        let top = relative.as_os_str().is_empty();
        let folder = if top {
            self.root.to_owned()
        } else {
            self.root.join(relative)
        };
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
            let reason = format!("a link that leads back to {}", printed_name(&real));
            self.skip(folder, SkipKind::Loop, reason);
            return Ok(());
        }
        // twice the same articles would be each other's repeats
        if let Some(first) = self.seen.get(&real) {
            let reason = format!("the same folder as {}", printed_name(first));
            self.skip(folder, SkipKind::Again, reason);
            return Ok(());
        }
        self.seen.insert(real.clone(), folder);
        self.above.push(real);
        names.sort();
        for name in names {
            let below = relative.join(&name);
            if name.as_encoded_bytes().starts_with(b".") && !hidden {
                self.hidden.push(below);
            } else {
                self.entry(below, hidden)?;
            }
        }
        self.above.pop();
        Ok(())
    }

    fn entry(&mut self, relative: PathBuf, hidden: bool) -> Result<(), FileError> {
        let path = self.root.join(&relative);
        if relative.file_name().is_some_and(is_unfinished) {
            let reason = "unfinished output of a run that was ended or still goes on; delete it if none does";
            self.skip(path, SkipKind::Leftover, reason);
            return Ok(());
        }
        match fs::metadata(&path) {
            Err(error) => self.skip(path, SkipKind::Unreadable, error.to_string()),
            Ok(_) if self.exclude.iter().any(|out| same_file(out, &path)) => {
                self.skip(path, SkipKind::OwnOutput, "the output of this run");
            }
            Ok(there) if there.is_dir() => self.folder(&relative, hidden)?,
            Ok(there) if there.is_file() => self.files.push(Found { relative, hidden }),
            Ok(_) => self.skip(path, SkipKind::Unreadable, "a pipe, socket or device, not a file"),
        }
        Ok(())
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
