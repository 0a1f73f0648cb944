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
//! The runs of an index, in their order, decide what one run over all of their articles would decide: a [`Session`] that goes on from an
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

mod error;
mod files;
mod manifest;
mod map;
mod packed;
mod texts;

pub use error::IndexError;
pub use texts::Source;

use crate::Repeat;
use crate::article::Article;
use crate::decide::{History, Run};
use crate::detector::{Detections, Detector, Memory, PushError, Session};
use crate::join::Order;
use crate::model::{ArticleId, Progress};
use crate::settings::{Keep, Scope, Settings};
use crate::spill::{Bits, Folder, SpillError, Spool};
use files::Opened;
use manifest::{Entry, Manifest, hex};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use texts::Texts;

/// Bytes of the counts that order the shingles of an index.
const ORDER: usize = 32 << 20;

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

/// An index as it was at a moment. Copies are cheap, and later commits do not change it.
///
/// ```
/// use redite::{Detector, index::Index};
///
/// let folder = tempfile::tempdir()?;
/// drop(Index::create(folder.path(), &Detector::new())?);
/// assert_eq!(Index::read(folder.path())?.articles(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot(Arc<State>);

#[derive(Debug)]
struct State {
    folder: Folder,
    settings: Settings,
    history: Arc<History>,
    runs: Vec<RunFile>,
}

/// A run of an index.
#[derive(Clone, Debug)]
struct RunFile {
    /// The number of its first article.
    first: u32,
    facts: Facts,
    /// Where the texts of its articles stand.
    texts: Arc<[Spool; 2]>,
}

/// What a run has added to an index.
///
/// ```
/// use redite::{Detector, Memory, index::Index};
///
/// let folder = tempfile::tempdir()?;
/// let mut index = Index::create(folder.path(), &Detector::new())?;
/// let mut session = index.snapshot().session(Memory::unlimited())?;
/// session.push(&"The storm tore the roof off.".into())?;
/// index.commit(session.finish_with_addition(&|_| ())?.1)?;
/// let facts = index.snapshot().runs().next().unwrap();
/// assert_eq!((facts.articles, facts.paragraphs, facts.pieces), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Articles.
    pub articles: u32,
    /// Paragraphs that later ones are compared with.
    pub paragraphs: u32,
    /// Sentences, and parts of sentences, that later ones are compared with.
    pub pieces: u32,
    /// The earliest and the latest date of its articles, in seconds since 1970, if any was given one.
    pub times: Option<(i64, i64)>,
    /// Bytes on disk.
    pub bytes: u64,
}

/// What a run adds to an index: see [`Index::commit`].
///
/// ```
/// use redite::{Detector, Memory, index::Index};
///
/// let folder = tempfile::tempdir()?;
/// let index = Index::create(folder.path(), &Detector::new())?;
/// let session = index.snapshot().session(Memory::unlimited())?;
/// let (detections, addition) = session.finish_with_addition(&|_| ())?;
/// drop(addition); // nothing is added
/// # assert_eq!(detections.articles(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Addition {
    run: Run,
    order: Arc<Order>,
    /// The number of its first article.
    first: u32,
    /// How often the index had been changed that it goes on from.
    version: u64,
    needed: Bits,
    texts: Texts,
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
        Snapshot::of(folder, &Manifest::read(folder)?)
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
            ..
        } = addition;
        let before = Arc::clone(&self.snapshot.0);
        if version != before.history.version {
            let why = "was changed after this session began; begin a new session from its current snapshot";
            return Err(IndexError::new(&self.folder, why));
        }
        if run.articles == 0 {
            // Nothing can repeat it, and it would fix an order of shingles without any.
            return Ok(());
        }
        texts.finish(run.articles)?;
        // Whatever becomes of this commit, no later one makes files of these names.
        let mut name = |kind: &str| {
            self.manifest.changes += 1;
            format!("{kind}-{:06}", self.manifest.changes)
        };
        let of_order = before.history.is_empty().then(|| name("order"));
        let file = name("run");
        let (folder, mut manifest) = (&self.folder, self.manifest.clone());
        if let Some(file) = of_order {
            manifest.order = Some(write(folder, &file, |writer| files::write_order(writer, &order))?);
        }
        let entry = write(folder, &file, |writer| files::write_run(writer, &run, &texts))?;
        manifest.runs.push(entry);
        manifest::sync(folder).map_err(|cause| IndexError::io(folder, "write", &cause))?;
        let opened = files::open_run(folder, &manifest.runs[manifest.runs.len() - 1])?;
        manifest.write(folder)?;
        self.snapshot = Snapshot(Arc::new(before.with(order, opened, manifest.changes)));
        self.manifest = manifest;
        Ok(())
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

impl Snapshot {
    fn of(folder: &Path, manifest: &Manifest) -> Result<Self, IndexError> {
        let unknown = |_| {
            let why = format!(
                "was made with settings that this program does not know: {}",
                manifest.settings
            );
            IndexError::new(folder, why)
        };
        let settings: Settings = manifest.settings.parse().map_err(unknown)?;
        if manifest.words != crate::verdict::tables_digest() {
            let why = format!(
                "was made by redite {} with other tables of words, so decisions could differ; use that version, or build the \
                 index again",
                manifest.program
            );
            return Err(IndexError::new(folder, why));
        }
        let rule = (&settings.rule(), settings.min_tokens() as usize);
        let order = match &manifest.order {
            Some(entry) => files::open_order(folder, entry, rule)?,
            None => Order::of_open_corpus(rule.0, rule.1, ORDER),
        };
        let order = Arc::new(order);
        let mut state = State {
            folder: Folder::of_index(folder.to_owned()),
            settings,
            history: Arc::new(History::new(Arc::clone(&order), manifest.changes)),
            runs: Vec::new(),
        };
        for entry in &manifest.runs {
            state = state.with(Arc::clone(&order), files::open_run(folder, entry)?, manifest.changes);
        }
        Ok(Self(Arc::new(state)))
    }

    /// The settings that decide what repeats what.
    ///
    /// ```
    /// use redite::{Detector, Level, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// Index::create(folder.path(), &Detector::builder().level(Level::Exact).build()?)?;
    /// assert_eq!(Index::read(folder.path())?.settings().level(), Level::Exact);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// How many articles its runs had.
    ///
    /// ```
    /// use redite::{Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// Index::create(folder.path(), &Detector::new())?;
    /// assert_eq!(Index::read(folder.path())?.articles(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn articles(&self) -> u32 {
        self.0.history.articles()
    }

    /// Its runs, in their order.
    ///
    /// ```
    /// use redite::{Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// Index::create(folder.path(), &Detector::new())?;
    /// assert_eq!(Index::read(folder.path())?.runs().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn runs(&self) -> impl Iterator<Item = Facts> {
        self.0.runs.iter().map(|run| run.facts)
    }

    /// Begins a run that goes on from the index: its articles are numbered on, and compared with those of the index and with each other.
    ///
    /// # Errors
    /// If a temporary file cannot be made.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// session.push(&"The storm tore the roof off.".into())?;
    /// assert_eq!(session.finish()?.articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session(&self, memory: Memory) -> Result<Session, IndexError> {
        memory.check()?;
        let state = &*self.0;
        let history = if state.history.is_empty() {
            // the counts of a session that was given up count for no other
            let (rule, shortest) = (state.settings.rule(), state.settings.min_tokens() as usize);
            let order = Order::of_open_corpus(&rule, shortest, ORDER);
            Arc::new(History::new(Arc::new(order), state.history.version))
        } else {
            Arc::clone(&state.history)
        };
        Ok(Session::after(state.settings, memory, history))
    }

    /// What an article repeats of the articles of the index, and of itself. It is not added to the index; in what is given its number
    /// is [`articles`](Self::articles), as if it came next. What is kept of the others [`source`](Self::source) shows.
    ///
    /// It takes the time of deciding the article alone, and of some reads in each run of the index, which are from memory once the system
    /// holds the files there. Snapshots can be asked from any number of threads, whoever writes to the index.
    ///
    /// # Errors
    /// If the index cannot be read.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// session.push(&"The storm tore the roof off.".into())?;
    /// index.commit(session.finish_with_addition(&|_| ())?.1)?;
    /// let snapshot = index.snapshot();
    /// let repeats = snapshot.query(&"Again: the storm. The storm tore the roof off!".into())?;
    /// assert_eq!((repeats.len(), repeats[0].kept.article.0, repeats[0].removed.span.start), (1, 0, 17));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query(&self, article: &Article<'_>) -> Result<Vec<Repeat>, PushError> {
        let State { settings, history, .. } = &*self.0;
        let mut session = if history.is_empty() {
            Session::new(*settings, Memory::unlimited())
        } else {
            Session::after(*settings, Memory::unlimited(), Arc::clone(history))
        };
        let number = session.push(article)?;
        let block = session.finish().and_then(|detections| detections.block_of(number));
        Ok(block.map_err(PushError::Spill)?.repeats_in(number).collect())
    }

    /// The article of that number; nothing if nothing can repeat it: it is not in the index, or nothing of it is long enough to be compared and
    /// said for the first time there.
    ///
    /// # Errors
    /// If the index cannot be read.
    ///
    /// ```
    /// use redite::{ArticleId, Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// assert_eq!(index.snapshot().source(ArticleId(0))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn source(&self, article: ArticleId) -> Result<Option<Source<'static>>, IndexError> {
        let state = &*self.0;
        let after = state.runs.partition_point(|run| run.first <= article.0);
        let Some(RunFile { first, texts, .. }) = after.checked_sub(1).and_then(|at| state.runs.get(at)) else {
            return Ok(None);
        };
        let [places, articles] = &**texts;
        if article.0 >= self.articles() {
            return Ok(None);
        }
        Ok(texts::read(places, articles, article.0 - first)?)
    }

    /// Reads every byte of the index.
    ///
    /// # Errors
    /// If any has changed, or something is missing.
    ///
    /// ```
    /// use redite::{Detector, index::{Index, Snapshot}};
    ///
    /// let folder = tempfile::tempdir()?;
    /// Index::create(folder.path(), &Detector::new())?;
    /// Snapshot::verify(folder.path())?;
    /// std::fs::write(folder.path().join("MANIFEST"), "")?;
    /// assert!(Snapshot::verify(folder.path()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(folder: impl AsRef<Path>) -> Result<(), IndexError> {
        let folder = folder.as_ref();
        let manifest = Manifest::read(folder)?;
        manifest.files().try_for_each(|entry| files::verify(folder, entry))?;
        Self::of(folder, &manifest).map(drop)
    }
}

impl State {
    /// With one more run.
    fn with(&self, order: Arc<Order>, opened: Opened, version: u64) -> Self {
        let Opened {
            run,
            texts,
            times,
            bytes,
        } = opened;
        let mut runs = self.runs.clone();
        let [paragraphs, pieces] = run.leaders();
        runs.push(RunFile {
            first: self.history.articles(),
            facts: Facts {
                articles: run.articles,
                paragraphs,
                pieces,
                times,
                bytes,
            },
            texts,
        });
        Self {
            folder: self.folder.clone(),
            settings: self.settings,
            history: Arc::new(self.history.with(order, run, version)),
            runs,
        }
    }
}

impl Session {
    /// Decides everything, and gives what an index is to be told of it; as [`Session::finish_observed`] else.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read, or the index cannot be read.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// let article = session.push(&"The storm tore the roof off.".into())?;
    /// let (_, addition) = session.finish_with_addition(&|_| ())?;
    /// assert!(addition.needs(article));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_with_addition(
        self,
        observe: &(dyn Fn(Progress) + Sync),
    ) -> Result<(Detections, Addition), SpillError> {
        let (detections, left) = self.finish_leaving(observe)?;
        let addition = Addition {
            needed: left.run.with_leaders()?,
            texts: Texts::new(&left.folder),
            run: left.run,
            order: left.order,
            first: left.first,
            version: left.version,
        };
        Ok((detections, addition))
    }
}

impl Addition {
    /// True if later articles may repeat something of that article, so that it must be [described](Self::describe).
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// let short = session.push(&"Too short.".into())?;
    /// assert!(!session.finish_with_addition(&|_| ())?.1.needs(short));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn needs(&self, article: ArticleId) -> bool {
        article.0 >= self.first && self.needed.contains(article.0 - self.first)
    }

    /// Says where an article stands and what its texts are, for those who are told later that something repeats it. Articles come in the order
    /// of their numbers; of those that are not [needed](Self::needs) only the time counts.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::{Index, Source}};
    ///
    /// let (folder, text) = (tempfile::tempdir()?, "The storm tore the roof off.");
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// let article = session.push(&text.into())?;
    /// let (_, mut addition) = session.finish_with_addition(&|_| ())?;
    /// let source = Source { place: "in.jsonl:1".into(), texts: vec![("text".into(), text.into())], ..Source::default() };
    /// addition.describe(article, &source)?;
    /// index.commit(addition)?;
    /// assert_eq!(index.snapshot().source(article)?, Some(source));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn describe(&mut self, article: ArticleId, source: &Source<'_>) -> Result<(), SpillError> {
        if let Some(time) = source.time {
            self.texts.date(time);
        }
        if self.needs(article) {
            self.texts.put(article.0 - self.first, source)?;
        }
        Ok(())
    }
}
