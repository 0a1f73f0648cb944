//! Files that appear together, or not at all.
//!
//! Unfinished files stand in a *run folder*, `.redite-partial-<id>`, inside the folder of the outputs, so that giving
//! them their names is a rename within one file system. The run folder holds a file `lock`, which is locked as long as
//! the run lives. A later run that writes to the same folder removes the run folders that nobody holds locked: those
//! of runs that were killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::FileError;

/// How the names of run folders begin.
const RUN_FOLDER: &str = ".redite-partial-";
const LOCK: &str = "lock";

/// True if a file or folder of this name holds unfinished output of some run, so that it is no input.
#[must_use]
pub fn is_unfinished(name: &std::ffi::OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(RUN_FOLDER.as_bytes()) || (name.starts_with(b".") && name.ends_with(b".redite-partial"))
}

/// The files of a run that appear together: all of them at [`commit`](Self::commit), or none.
///
/// Clones share one list. A program gives a clone to its signal handler, which calls
/// [`remove_all`](Self::remove_all) and exits. When the last clone is dropped without a commit, what was written is
/// removed.
#[derive(Clone, Debug, Default)]
pub struct Transaction(Arc<Mutex<Pending>>);

/// When a file gets its name at the commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    /// Before all others: the record of what was removed, without which the others cannot be restored.
    First,
    #[default]
    Later,
}

#[derive(Debug)]
struct Finished {
    turn: Turn,
    partial: PathBuf,
    path: PathBuf,
}

#[derive(Debug, Default)]
struct Pending {
    /// By the folder in which they stand.
    run_folders: BTreeMap<PathBuf, RunFolder>,
    /// Partial files that exist.
    partials: BTreeSet<PathBuf>,
    /// Partial files that are whole and on disk, in the order in which they were finished.
    finished: Vec<Finished>,
    /// Folders that were made for outputs, each before those inside it.
    made: Vec<PathBuf>,
    /// Number of files begun.
    begun: u64,
    /// No file may be begun any more.
    over: bool,
}

#[derive(Debug)]
struct RunFolder {
    path: PathBuf,
    /// Held locked until the folder is gone. `None` where the file system knows no locks.
    _lock: Option<File>,
}

impl Pending {
    fn remove_all(&mut self) {
        self.finished.clear();
        // nothing better can be done with a file that cannot be removed
        for path in std::mem::take(&mut self.partials) {
            let _gone = fs::remove_file(path);
        }
        self.remove_run_folders();
        for folder in std::mem::take(&mut self.made).iter().rev() {
            // only if it is empty
            let _gone = fs::remove_dir(folder);
        }
    }

    fn remove_run_folders(&mut self) {
        for folder in std::mem::take(&mut self.run_folders).into_values() {
            remove_run_folder(&folder.path);
        }
    }

    /// Makes a folder, and remembers what was made.
    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        for above in folder.ancestors().filter(|above| !above.as_os_str().is_empty()) {
            match fs::metadata(above) {
                Ok(there) if there.is_dir() => break,
                Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(above.to_owned()),
                Err(error) => return Err(error),
            }
        }
        for folder in missing.into_iter().rev() {
            match fs::create_dir(&folder) {
                Ok(()) => self.made.push(folder),
                // another run was faster
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The run folder inside `root`, which exists.
    fn run_folder(&mut self, root: &Path) -> io::Result<PathBuf> {
        if let Some(folder) = self.run_folders.get(root) {
            return Ok(folder.path.clone());
        }
        remove_stale(root);
        loop {
            // other runs may be at work in the same folder, so it is a name of its own that counts
            let id = RandomState::new().hash_one(std::process::id());
            let path = root.join(format!("{RUN_FOLDER}{id:016x}"));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            let lock = File::options().write(true).create_new(true).open(path.join(LOCK));
            let lock = match lock.map(|lock| (lock.try_lock(), lock)) {
                Ok((Ok(()), lock)) => Some(lock),
                Ok((Err(TryLockError::Error(_)), _)) => None,
                // a run that removes stale folders has taken it for one between two of our steps
                Ok((Err(TryLockError::WouldBlock), _)) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let _gone = fs::remove_dir(&path);
                    return Err(error);
                }
            };
            if lock.is_some() && !path.join(LOCK).exists() {
                continue;
            }
            self.run_folders.insert(
                root.to_owned(),
                RunFolder {
                    path: path.clone(),
                    _lock: lock,
                },
            );
            return Ok(path);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.remove_all();
    }
}

/// Removes a run folder, its lock last: a folder without one is known to be empty, if a kill comes between.
fn remove_run_folder(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    // nothing better can be done with what cannot be removed
    for entry in entries.flatten().filter(|entry| entry.file_name() != LOCK) {
        let _gone = fs::remove_file(entry.path());
    }
    let _gone = fs::remove_file(folder.join(LOCK));
    let _gone = fs::remove_dir(folder);
}

/// Removes the run folders in `root` that no living run holds.
fn remove_stale(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().as_encoded_bytes().starts_with(RUN_FOLDER.as_bytes()) {
            continue;
        }
        let path = entry.path();
        match File::options().write(true).open(path.join(LOCK)) {
            // whoever holds the lock is alive; where there are no locks it cannot be told, and nothing is removed
            Ok(lock) if lock.try_lock().is_ok() => {
                remove_run_folder(&path);
            }
            Ok(_) => {}
            // killed before it made its lock or after it removed it: the folder is empty
            Err(_) => {
                let _gone = fs::remove_dir(&path);
            }
        }
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

    /// Gives all finished files their names: first those of [`Output::first`](super::Output::first), then the others,
    /// each group in the order in which its files were finished. Folders are synced after each group, so that no file
    /// of the second is there without the first, even if the machine stops.
    ///
    /// Where a file of the first group replaces one, the files that those of the second group will replace are removed
    /// before: an old output never stands beside a new record of what was removed.
    ///
    /// # Errors
    /// If a file cannot be renamed or a folder not be synced. The files before it have their names then; it and those
    /// after it are removed.
    pub fn commit(&self) -> Result<(), FileError> {
        let mut pending = self.lock();
        let mut finished = std::mem::take(&mut pending.finished);
        finished.sort_by_key(|file| file.turn);
        let (first, later) = finished.split_at(finished.partition_point(|file| file.turn == Turn::First));
        let done = (|| {
            if first.iter().any(|file| file.path.exists()) {
                for file in later {
                    match fs::remove_file(&file.path) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => {
                            return Err(FileError::writing(&file.path, error));
                        }
                        _ => {}
                    }
                }
                sync_folders(later, &[])?;
            }
            for group in [first, later] {
                for file in group {
                    fs::rename(&file.partial, &file.path).map_err(|error| FileError::writing(&file.path, error))?;
                    pending.partials.remove(&file.partial);
                }
                sync_folders(group, &pending.made)?;
            }
            Ok(())
        })();
        if done.is_err() {
            pending.remove_all();
        } else {
            pending.made.clear();
            pending.remove_run_folders();
        }
        done
    }

    /// Begins an unfinished file that shall stand at `path`, with the run folder in `root`. Under the lock, so that
    /// none is begun behind the back of `remove_all`.
    pub(crate) fn begin(&self, root: &Path, path: &Path, mode: Option<u32>) -> io::Result<(PathBuf, File)> {
        let mut pending = self.lock();
        if pending.over {
            return Err(interrupted());
        }
        pending.make_folder(root)?;
        if let Some(folder) = path.parent() {
            pending.make_folder(folder)?;
        }
        let partial = pending.run_folder(root)?.join(pending.begun.to_string());
        pending.begun += 1;
        let file = create(&partial, path, mode)?;
        pending.partials.insert(partial.clone());
        Ok((partial, file))
    }

    /// A file will not be finished.
    pub(crate) fn abandon(&self, partial: &Path) {
        let mut pending = self.lock();
        pending.partials.remove(partial);
        let _gone = fs::remove_file(partial);
    }

    /// A file is whole and on disk: keeps it for the commit.
    pub(crate) fn settle(&self, partial: &Path, path: &Path, turn: Turn) -> io::Result<()> {
        let mut pending = self.lock();
        if !pending.partials.contains(partial) {
            return Err(interrupted());
        }
        pending.finished.push(Finished {
            turn,
            partial: partial.to_owned(),
            path: path.to_owned(),
        });
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn interrupted() -> io::Error {
    io::Error::new(io::ErrorKind::Interrupted, "the run was ended")
}

/// Creates a partial file with the permissions that the finished one shall have: those of the file it replaces, or
/// else `mode`.
#[cfg(unix)]
fn create(partial: &Path, path: &Path, mode: Option<u32>) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    const ALL: u32 = 0o666;
    let replaced = fs::metadata(path).ok().map(|there| there.permissions().mode() & 0o777);
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(replaced.or(mode).unwrap_or(ALL) & ALL)
        .open(partial)?;
    if let Some(mode) = replaced {
        // not subject to the umask
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn create(partial: &Path, _: &Path, _: Option<u32>) -> io::Result<File> {
    File::options().write(true).create_new(true).open(partial)
}

/// Writes the names of `files` to disk, and those of the folders that were made for them.
fn sync_folders(files: &[Finished], made: &[PathBuf]) -> Result<(), FileError> {
    let above = |path: &Path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .map(|file| above(&file.path))
        .chain(made.iter().map(|folder| above(folder)))
        .collect();
    for folder in folders {
        sync_folder(&folder).map_err(|error| FileError::writing(&folder, error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // some file systems do not sync folders
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::output::Output;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[track_caller]
    fn finish(output: Output, bytes: &[u8]) {
        let mut writer = output.open(None).unwrap();
        writer.write_all(bytes).unwrap();
        writer.commit().unwrap();
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.jsonl");
        let together = Transaction::new();
        let mut writer = Output::file_in(&together, &path).open(None).unwrap();
        writer.write_all(b"half").unwrap();
        assert!(names(path.parent().unwrap())[0].starts_with(RUN_FOLDER));
        drop(writer);
        finish(Output::file_in(&together, &path), b"whole");
        assert!(!path.exists());
        together.commit().unwrap();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);

        // finished, but never committed
        let together = Transaction::new();
        finish(Output::file_in(&together, &path), b"other");
        drop(together);
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);

        // a later run that fails leaves the earlier file
        let together = Transaction::new();
        let mut writer = Output::file_in(&together, &path).open(None).unwrap();
        writer.write_all(b"half").unwrap();
        together.remove_all();
        assert_eq!(names(path.parent().unwrap()), ["a.jsonl"]);
        assert!(writer.commit().is_err());
        assert!(Output::file_in(&together, &path).open(None).is_err(), "the run is over");
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn folders_that_were_made_go_with_what_was_to_be_in_them() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("there")).unwrap();
        let together = Transaction::new();
        for path in ["new/er/a", "there/b", "there/c/d"] {
            finish(Output::file_in(&together, folder.path().join(path)), b"");
        }
        drop(together);
        assert_eq!(names(folder.path()), ["there"]);
        assert!(names(&folder.path().join("there")).is_empty());
    }

    #[test]
    fn the_record_of_what_was_removed_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let (out, removed) = (folder.path().join("out"), folder.path().join("removed"));
        fs::write(&out, "old").unwrap();
        fs::write(&removed, "old").unwrap();
        let together = Transaction::new();
        finish(Output::file_in(&together, &out), b"new");
        finish(Output::file_in(&together, &removed).first(), b"new");
        // a folder in the place of the output: the commit fails there
        fs::remove_file(&out).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("x"), "").unwrap();
        assert!(together.commit().is_err());
        assert_eq!(fs::read(&removed).unwrap(), b"old", "nothing was renamed");

        fs::remove_dir_all(&out).unwrap();
        let together = Transaction::new();
        finish(Output::file_in(&together, &out), b"new");
        finish(Output::file_in(&together, &removed).first(), b"new");
        // the record cannot be renamed: no new output without it
        fs::remove_file(&removed).unwrap();
        fs::create_dir(&removed).unwrap();
        assert!(together.commit().is_err());
        assert!(!out.exists());
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_living_one_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let stale = folder.path().join(format!("{RUN_FOLDER}0"));
        fs::create_dir(&stale).unwrap();
        fs::write(stale.join(LOCK), "").unwrap();
        fs::write(stale.join("0"), "half").unwrap();
        fs::create_dir(folder.path().join(format!("{RUN_FOLDER}1"))).unwrap();
        let living = Transaction::new();
        finish(Output::file_in(&living, folder.path().join("a")), b"a");
        let (held, later) = (names(folder.path()), Transaction::new());
        assert_eq!(held.len(), 1);
        finish(Output::file_in(&later, folder.path().join("a")), b"b");
        let both = names(folder.path());
        assert!(both.len() == 2 && both.contains(&held[0]), "{both:?}");
        living.commit().unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"a");
        later.commit().unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"b");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn two_runs_into_one_folder_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (one, two) = (Transaction::new(), Transaction::new());
        let mut first = Output::file_in(&one, &path).open(None).unwrap();
        let mut second = Output::file_in(&two, &path).open(None).unwrap();
        first.write_all(b"from the first").unwrap();
        second.write_all(b"from the second").unwrap();
        first.commit().unwrap();
        one.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"from the first");
        second.commit().unwrap();
        two.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"from the second");
    }

    #[test]
    fn long_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x".repeat(255));
        finish(Output::file(&path), b"");
        assert!(path.is_file());
        // a folder in the way
        let error = Output::file(folder.path()).open(None).err().unwrap();
        assert!(error.to_string().contains("folder"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_the_file_replaced_or_of_the_input() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        let together = Transaction::new();
        for path in [&old, &new] {
            let mut writer = Output::file_in(&together, path).open(Some(0o600)).unwrap();
            writer.commit().unwrap();
        }
        together.commit().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&old), mode(&new)), (0o640, 0o600));
    }
}
