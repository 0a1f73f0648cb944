//! An index on disk of the texts that earlier runs have kept. Later runs are compared with it.
//!
//! ```
//! use redite::index::{Index, Source};
//! use redite::{Detector, Memory};
//!
//! let folder = std::env::temp_dir().join(format!("redite-index-{}", std::process::id()));
//! let mut index = Index::create(&folder, &Detector::new())?;
//! for day in ["The storm tore the roof off. Nobody was hurt.", "The storm tore the roof off! The school stays shut."] {
//!     let mut session = index.snapshot().session(Memory::unlimited())?;
//!     let first = session.push(&day.into())?;
//!     let (detections, mut addition) = session.finish_with_addition(&|_| ())?;
//!     for repeat in detections.block_of(first)?.repeats_in(first) {
//!         let kept = index.snapshot().source(repeat.kept.article)?.expect("it stands there");
//!         println!("{} repeats {}", &day[repeat.removed.span.range()], kept.place);
//!         # assert_eq!(kept.place, "0");
//!     }
//!     addition.describe(first, &Source { place: first.0.to_string().into(), texts: vec![("text".into(), day.into())], ..Source::default() })?;
//!     index.commit(addition)?;
//! }
//! assert_eq!(index.snapshot().articles(), 2);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//! The runs of an index, in their order, decide what one run over all of their articles would decide: a [`Session`](crate::Session) that goes on from an
//! index numbers its articles on, and each of them repeats the same unit, for the same reason, as if all had been pushed into one. So
//! articles are decided in the order in which they come ([`Keep::First`]), and all are compared with all ([`Scope::Corpus`]).
//!
//! # On disk
//! An index is a folder with a `MANIFEST`, a file with the order of shingles, and a file for each run. They are written once, and
//! never changed: a commit writes the file of its run, then puts a new manifest in the place of the old one. So an index that was
//! opened stays what it was while others write, and what a process that was killed leaves behind is the last commit. What is
//! then left over the next writer removes. One process at a time can write (`LOCK` names it, and is free as soon as it ends, however that
//! happens). The formats are told byte by byte in `src/index/`: `manifest.rs`, `packed.rs` (what all other files have in common), and
//! `files.rs`.

mod addition;
mod error;
mod files;
mod manifest;
mod map;
mod packed;
mod snapshot;
mod stages;
mod texts;

pub use addition::Addition;
pub use error::IndexError;
pub use snapshot::{Facts, Snapshot};
pub use stages::{Cut, Decision, Stages};
pub use texts::Source;

use crate::decide::Merge;
use crate::detector::Detector;
use crate::join::Order;
use crate::settings::{Keep, Scope};
use crate::spill::Folder;
use manifest::{Entry, Input, Manifest, hex};
use snapshot::{RunFile, State};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use texts::Texts;

/// An index that is open for writing; nobody else can write to it.
///
/// ```
/// use redite::{Detector, index::Index};
///
/// let folder = tempfile::tempdir()?;
/// let index = Index::create(folder.path(), &Detector::new())?;
/// assert!(Index::open(folder.path()).is_err());
/// drop(index);
/// assert!(Index::open(folder.path()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    manifest: Manifest,
    snapshot: Snapshot,
    /// Locked as long as it is open.
    _lock: File,
}

impl Index {
    /// Makes an index for the settings of a detector, in a folder that is new or empty.
    ///
    /// # Errors
    /// If the folder cannot be made or is not empty, and for settings with which what was decided changes with what follows.
    ///
    /// ```
    /// use redite::{Detector, Keep, index::Index};
    ///
    /// let detector = Detector::builder().keep(Keep::Longest).build()?;
    /// assert!(Index::create("no-index", &detector).unwrap_err().to_string().contains("keep longest"));
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    pub fn create(folder: impl AsRef<Path>, detector: &Detector) -> Result<Self, IndexError> {
        let (folder, settings) = (folder.as_ref(), *detector.settings());
        let refuse = |why: String| Err(IndexError::new(folder, why));
        if settings.keep() != Keep::First {
            let keep = settings.keep();
            return refuse(format!(
                "keep {keep} lets later articles change earlier decisions; an index needs keep first"
            ));
        }
        if settings.scope() != Scope::Corpus {
            let scope = settings.scope();
            return refuse(format!(
                "scope {scope} does not compare all articles; an index needs scope corpus"
            ));
        }
        fs::create_dir_all(folder).map_err(|cause| IndexError::io(folder, "make", &cause))?;
        let check = || {
            let mut entries = fs::read_dir(folder).map_err(|cause| IndexError::io(folder, "read", &cause))?;
            let is_other = |entry: io::Result<fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() != LOCK);
            let why = match (Manifest::is_in(folder), entries.any(is_other)) {
                (true, _) => "is an index already; add to it, or name another folder",
                (_, true) => "is not empty; name a new folder for the index",
                _ => return Ok(()),
            };
            Err(IndexError::new(folder, why))
        };
        check()?;
        let lock = lock(folder)?;
        // another process may have been there first
        check()?;
        let manifest = Manifest::new(settings.to_string(), crate::verdict::tables_digest());
        manifest.write(folder)?;
        Self::opened(folder, manifest, lock)
    }

    /// Opens an index for writing.
    ///
    /// # Errors
    /// If there is none, if it was written by a program with other tables or in another version of the format, if a file of it is missing or damaged, or if
    /// another process writes to it.
    ///
    /// ```
    /// assert!(redite::index::Index::open("/no/such/folder").is_err());
    /// ```
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, IndexError> {
        let folder = folder.as_ref();
        Manifest::read(folder)?;
        let lock = lock(folder)?;
        // another writer may have replaced it before it was locked
        let manifest = Manifest::read(folder)?;
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| manifest.is_left_over(name)) {
                let path = entry.path();
                fs::remove_file(&path)
                    .map_err(|cause| IndexError::io(&path, "remove what a killed process left of", &cause))?;
            }
        }
        Self::opened(folder, manifest, lock)
    }

    fn opened(folder: &Path, manifest: Manifest, lock: File) -> Result<Self, IndexError> {
        Ok(Self {
            folder: folder.to_owned(),
            snapshot: Snapshot::of(folder, &manifest)?,
            manifest,
            _lock: lock,
        })
    }

    /// Opens an index for reading, as it is now. It may be written to at the same time.
    ///
    /// # Errors
    /// As for [`Index::open`], but for other writers.
    ///
    /// ```
    /// assert!(redite::index::Index::read("/no/such/folder").is_err());
    /// ```
    pub fn read(folder: impl AsRef<Path>) -> Result<Snapshot, IndexError> {
        let folder = folder.as_ref();
        Manifest::with_files(folder, |manifest| Snapshot::of(folder, manifest))
    }

    /// The index after the last commit.
    ///
    /// ```
    /// use redite::{Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// assert_eq!(index.snapshot().articles(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// Makes what a run has added part of the index, all at once and for good: after this returns it survives a power cut. A run without
    /// articles changes nothing.
    ///
    /// # Errors
    /// If the run did not go on from the last commit, or something cannot be written. The index is as before then.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// session.push(&"The storm tore the roof off.".into())?;
    /// index.commit(session.finish_with_addition(&|_| ())?.1)?;
    /// assert_eq!(index.snapshot().articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn commit(&mut self, addition: Addition) -> Result<(), IndexError> {
        let Addition {
            run,
            order,
            version,
            mut texts,
            inputs,
            replaced,
            ..
        } = addition;
        let before = Arc::clone(&self.snapshot.0);
        if version != before.history.version {
            let why = "was changed after this session began; begin a new session from its current snapshot";
            return Err(IndexError::new(&self.folder, why));
        }
        if run.articles == 0 {
            // Nothing can repeat it, and it would fix an order of shingles without any.
            return self.note_inputs(inputs);
        }
        texts.finish(run.articles)?;
        let of_order = before.history.is_empty().then(|| self.name("order"));
        let file = self.name("run");
        let (folder, mut manifest) = (&self.folder, self.manifest.clone());
        if let Some(file) = of_order {
            manifest.order = Some(write(folder, &file, |writer| files::write_order(writer, &order))?);
        }
        let entry = write(folder, &file, |writer| files::write_run(writer, &run, &texts))?;
        let history = Arc::new(before.history.without(&replaced));
        for (entry, gone) in manifest.runs.iter_mut().zip(&history.gone) {
            entry.gone = gone.to_vec();
        }
        manifest.runs.push(entry);
        manifest.inputs.extend(inputs);
        manifest::sync(folder).map_err(|cause| IndexError::io(folder, "write", &cause))?;
        let opened = files::open_run(folder, &manifest.runs[manifest.runs.len() - 1])?;
        manifest.write(folder)?;
        let end = before.runs.len();
        let inputs = manifest.inputs.clone().into();
        let before = State {
            inputs,
            history,
            ..(*before).clone()
        };
        self.snapshot = before.replacing(end..end, order, Some(opened), manifest.changes);
        self.manifest = manifest;
        Ok(())
    }

    /// Takes note of inputs without articles.
    fn note_inputs(&mut self, inputs: Vec<Input>) -> Result<(), IndexError> {
        if inputs.is_empty() {
            return Ok(());
        }
        let mut manifest = self.manifest.clone();
        manifest.inputs.extend(inputs);
        manifest.write(&self.folder)?;
        let inputs = manifest.inputs.clone().into();
        self.snapshot = Snapshot(Arc::new(State {
            inputs,
            ..(*self.snapshot.0).clone()
        }));
        self.manifest = manifest;
        Ok(())
    }

    /// Makes one run of all, so that later runs and queries look into one instead of several; gives how many there were. The order of shingles
    /// is counted anew, which makes look-ups faster if the first run was small. What is compared with the index from then on has the same outcome
    /// as before. It takes a fraction of the time that the runs took, and about half a
    /// gigabyte of memory at most; the disk needs room for both until it is done.
    ///
    /// # Errors
    /// If something cannot be read or written. The index is as before then.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// for text in ["The storm tore the roof off.", "The river rose by two feet in the night."] {
    ///     let mut session = index.snapshot().session(Memory::unlimited())?;
    ///     session.push(&text.into())?;
    ///     index.commit(session.finish_with_addition(&|_| ())?.1)?;
    /// }
    /// assert_eq!(index.compact()?, 2);
    /// assert_eq!((index.snapshot().runs().count(), index.snapshot().articles()), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compact(&mut self) -> Result<u32, IndexError> {
        let runs = self.snapshot.0.runs.len();
        if runs > 0 {
            let (mut places, mut left) = (Vec::new(), 0);
            for nth in 0..runs {
                let gone = &self.snapshot.0.history.gone[nth];
                for article in 0..self.snapshot.0.runs[nth].facts.articles {
                    let stays = gone.binary_search(&article).is_err();
                    places.push(stays.then_some(left));
                    left += u32::from(stays);
                }
            }
            self.merge(0..runs, &places, true)?;
        }
        Ok(u32::try_from(runs).unwrap_or(u32::MAX))
    }

    /// Forgets articles of those runs that `asks` names: those that can be repeated, and of which `stays` says no, and those that nothing could
    /// repeat anyway. Gives how many of the former these are. Each of these runs is written anew, and the index changed with each.
    ///
    /// # Errors
    /// If something cannot be read or written. The index is then as it was before the run that failed.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::{Index, Source}};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// let texts = ["The storm tore the roof off.", "The river rose by two feet in the night."];
    /// let ids = texts.map(|text| session.push(&text.into()).unwrap());
    /// let (_, mut addition) = session.finish_with_addition(&|_| ())?;
    /// for (id, time) in ids.into_iter().zip([100, 200]) {
    ///     addition.describe(id, &Source { time: Some(time), ..Source::default() })?;
    /// }
    /// index.commit(addition)?;
    /// assert_eq!(index.retain_articles(|run| run.times.is_some(), |source| source.time >= Some(150))?, 1);
    /// let snapshot = index.snapshot();
    /// assert_eq!(texts.map(|text| snapshot.query(&text.into()).unwrap().len()), [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retain_articles(
        &mut self,
        mut asks: impl FnMut(&Facts) -> bool,
        mut stays: impl FnMut(&Source<'_>) -> bool,
    ) -> Result<u32, IndexError> {
        let (mut gone, mut nth) = (0, 0);
        while let Some(RunFile { facts, texts, .. }) = self.snapshot.0.runs.get(nth) {
            let (mut places, mut left, before) = (Vec::new(), 0, gone);
            for article in (0..facts.articles).take_while(|_| asks(facts)) {
                let is_gone = self.snapshot.0.history.gone[nth].binary_search(&article).is_ok();
                let source = texts::read(&texts[0], &texts[1], article)?.filter(|_| !is_gone);
                let stays = source.as_ref().is_some_and(&mut stays);
                gone += u32::from(source.is_some() && !stays);
                places.push(stays.then_some(left));
                left += u32::from(stays);
            }
            let runs = self.snapshot.0.runs.len();
            if gone > before {
                self.merge(nth..nth + 1, &places, false)?;
            }
            nth += 1 + self.snapshot.0.runs.len() - runs;
        }
        Ok(gone)
    }

    /// Puts one run in the place of several, with those of their articles that have a place; of all runs, if shingles are to be counted for a new
    /// order.
    fn merge(&mut self, runs: Range<usize>, places: &[Option<u32>], counts: bool) -> Result<(), IndexError> {
        let before = Arc::clone(&self.snapshot.0);
        let here = Folder::new(self.folder.clone());
        let mut merge = Merge {
            settings: &before.settings,
            history: &before.history,
            runs: runs.clone(),
            places,
            order: &before.history.order,
            folder: &here,
        };
        let mut order = Arc::clone(&before.history.order);
        if counts {
            let bytes = before.runs.iter().map(|run| run.facts.bytes).sum::<u64>() / PER_COUNT;
            let bytes = usize::try_from(bytes).unwrap_or(MOST).clamp(snapshot::ORDER, MOST);
            let (rule, shortest) = (before.settings.rule(), before.settings.min_tokens() as usize);
            let counted = Order::of_open_corpus(&rule, shortest, bytes);
            merge.count(&counted)?;
            order = Arc::new(counted.shrunk());
            merge.order = &order;
        }
        let run = merge.run()?;
        let mut texts = Texts::new(&here);
        let mut places = places.iter();
        for RunFile { facts, texts: from, .. } in &before.runs[runs.clone()] {
            let mut all = true;
            for (article, place) in (0..facts.articles).zip(&mut places) {
                all &= place.is_some();
                let source = texts::read(&from[0], &from[1], article)?;
                if let Some((source, place)) = source.zip(*place) {
                    source.time.into_iter().for_each(|time| texts.date(time));
                    texts.put(place, &source)?;
                }
            }
            // articles that nothing can repeat have dates, too
            let dates = facts.times.filter(|_| all);
            dates
                .into_iter()
                .flat_map(<[i64; 2]>::from)
                .for_each(|time| texts.date(time));
        }
        texts.finish(run.articles)?;
        let (mut written, mut opened) = (None, None);
        let (order_name, name) = (self.name("order"), self.name("run"));
        let mut manifest = self.manifest.clone();
        let mut gone = Vec::new();
        if run.articles > 0 {
            if counts {
                let entry = write(&self.folder, &order_name, |writer| files::write_order(writer, &order))?;
                gone.extend(manifest.order.replace(entry));
            }
            let entry = write(&self.folder, &name, |writer| files::write_run(writer, &run, &texts))?;
            manifest::sync(&self.folder).map_err(|cause| IndexError::io(&self.folder, "write", &cause))?;
            opened = Some(files::open_run(&self.folder, &entry)?);
            written = Some(entry);
        }
        gone.extend(manifest.runs.splice(runs.clone(), written));
        if manifest.runs.is_empty() {
            // the next run counts its shingles for a new one
            gone.extend(manifest.order.take());
        }
        manifest.write(&self.folder)?;
        self.snapshot = before.replacing(runs, order, opened, manifest.changes);
        self.manifest = manifest;
        remove(&self.folder, &gone);
        Ok(())
    }

    /// A name for a file. Whatever becomes of it, no later one has that name.
    fn name(&mut self, kind: &str) -> String {
        self.manifest.changes += 1;
        format!("{kind}-{:06}", self.manifest.changes)
    }

    /// Forgets the runs of which `stays` says no, all at once; gives how many these are. Later runs are not compared with them, and articles
    /// are numbered anew; what has gone in favour of a text of them stays gone.
    ///
    /// # Errors
    /// If the manifest cannot be written. The index is as before then.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// for text in ["The storm tore the roof off.", "The river rose by two feet in the night."] {
    ///     let mut session = index.snapshot().session(Memory::unlimited())?;
    ///     session.push(&text.into())?;
    ///     index.commit(session.finish_with_addition(&|_| ())?.1)?;
    /// }
    /// let mut runs = 0..2;
    /// assert_eq!(index.retain(|_| runs.next() == Some(1))?, 1);
    /// assert_eq!(index.snapshot().articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retain(&mut self, mut stays: impl FnMut(&Facts) -> bool) -> Result<u32, IndexError> {
        let before = &self.snapshot.0;
        let stays: Vec<bool> = before.runs.iter().map(|run| stays(&run.facts)).collect();
        let mut manifest = self.manifest.clone();
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for (entry, stays) in manifest.runs.drain(..).zip(&stays) {
            if *stays { &mut kept } else { &mut gone }.push(entry);
        }
        if gone.is_empty() {
            return Ok(0);
        }
        manifest.runs = kept;
        if manifest.runs.is_empty() {
            // the next run counts its shingles for a new one
            gone.extend(manifest.order.take());
        }
        manifest.changes += 1;
        manifest.write(&self.folder)?;
        let mut first = 0;
        let runs = before.runs.iter().zip(&stays).filter(|(_, stays)| **stays);
        let runs = runs.map(|(run, _)| {
            first += run.facts.articles;
            RunFile {
                first: first - run.facts.articles,
                ..run.clone()
            }
        });
        self.snapshot = Snapshot(Arc::new(State {
            folder: before.folder.clone(),
            settings: before.settings,
            history: Arc::new(before.history.retaining(&stays, manifest.changes)),
            runs: runs.collect(),
            inputs: Arc::clone(&before.inputs),
        }));
        self.manifest = manifest;
        remove(&self.folder, &gone);
        Ok(u32::try_from(stays.iter().filter(|stays| !**stays).count()).unwrap_or(u32::MAX))
    }
}

/// Removes files that are no longer part of the index. Where the system refuses, because somebody has them open, the next writer does.
fn remove(folder: &Path, entries: &[Entry]) {
    for entry in entries {
        let _ = fs::remove_file(folder.join(&entry.file));
    }
}

/// Writes a file of an index; removes it again if that fails.
fn write(
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut packed::Writer) -> Result<(), packed::WriteError>,
) -> Result<Entry, IndexError> {
    let path = folder.join(name);
    let written = || -> Result<Entry, packed::WriteError> {
        let mut writer = packed::Writer::new(&path)?;
        fill(&mut writer)?;
        let (bytes, checksum) = writer.finish()?;
        Ok(Entry {
            file: name.to_owned(),
            bytes,
            checksum: hex(checksum),
            gone: Vec::new(),
        })
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&path);
        match error {
            packed::WriteError::Io(cause) => IndexError::io(&path, "write", &cause),
            packed::WriteError::Spill(error) => error.into(),
        }
    })
}

/// Of so many bytes of an index one is taken to count its shingles for a new order, and how many at most.
const PER_COUNT: u64 = 4;
const MOST: usize = 256 << 20;

const LOCK: &str = "LOCK";

/// Locks an index for writing, until the file is closed or the process ends.
fn lock(folder: &Path) -> Result<File, IndexError> {
    let path = folder.join(LOCK);
    let opened = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let mut file = opened.map_err(|cause| IndexError::io(&path, "open", &cause))?;
    match file.try_lock() {
        Ok(()) => {
            let tell = file
                .set_len(0)
                .and_then(|()| write!(file, "process {}", std::process::id()));
            tell.map_err(|cause| IndexError::io(&path, "write", &cause))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.is_empty() { "another process" } else { &holder };
            let why = format!("is being written to by {holder}; wait until that ends, or stop it");
            Err(IndexError::new(folder, why))
        }
        Err(TryLockError::Error(cause)) => Err(IndexError::io(&path, "lock", &cause)),
    }
}
