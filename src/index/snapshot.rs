//! An index as it was at a moment.

use super::error::IndexError;
use super::files::{self, Opened};
use super::manifest::{Input, Manifest};
use super::texts::{self, Source};
use crate::Repeat;
use crate::article::Article;
use crate::decide::History;
use crate::detector::{Memory, PushError, Session};
use crate::join::Order;
use crate::model::ArticleId;
use crate::settings::Settings;
use crate::spill::{Folder, Spool};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Bytes of the counts that order the shingles of an index, while its first run counts them.
pub(super) const ORDER: usize = 32 << 20;

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
pub struct Snapshot(pub(super) Arc<State>);

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) folder: Folder,
    pub(super) settings: Settings,
    pub(super) history: Arc<History>,
    pub(super) runs: Vec<RunFile>,
    /// The inputs that were added as a whole.
    pub(super) inputs: Arc<[Input]>,
}

/// A run of an index.
#[derive(Clone, Debug)]
pub(super) struct RunFile {
    /// The number of its first article.
    pub(super) first: u32,
    pub(super) facts: Facts,
    /// Where the texts of its articles stand.
    pub(super) texts: Arc<[Spool; 3]>,
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

impl Snapshot {
    pub(super) fn of(folder: &Path, manifest: &Manifest) -> Result<Self, IndexError> {
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
        let mut state = Self(Arc::new(State {
            folder: Folder::of_index(folder.to_owned()),
            settings,
            history: Arc::new(History::new(Arc::clone(&order), manifest.changes)),
            runs: Vec::new(),
            inputs: manifest.inputs.clone().into(),
        }));
        for (nth, entry) in manifest.runs.iter().enumerate() {
            let opened = files::open_run(folder, entry)?;
            state = (state.0).replacing(nth..nth, Arc::clone(&order), Some(opened), manifest.changes);
        }
        Ok(state)
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

    /// The articles with that identity that are not replaced, in their order.
    ///
    /// # Errors
    /// If the index cannot be read.
    ///
    /// ```
    /// use redite::{Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// assert!(index.snapshot().articles_of("story 7")?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn articles_of(&self, id: &str) -> Result<Vec<ArticleId>, IndexError> {
        let mut all = Vec::new();
        for (run, gone) in self.0.runs.iter().zip(&self.0.history.gone) {
            let mut found = texts::find(&run.texts, id)?;
            found.retain(|article| gone.binary_search(article).is_err());
            found.sort_unstable();
            all.extend(found.into_iter().map(|article| ArticleId(run.first + article)));
        }
        Ok(all)
    }

    /// True if a later article has [replaced](Session::replace) that one, so that nothing is compared with it. Where it stands and what it said is told
    /// until the index is compacted, for what has gone in its favour before.
    ///
    /// ```
    /// use redite::{ArticleId, Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// assert!(!index.snapshot().is_replaced(ArticleId(0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_replaced(&self, article: ArticleId) -> bool {
        let place = self.0.place(article);
        place.is_some_and(|(nth, place)| self.0.history.gone[nth].binary_search(&place).is_ok())
    }

    /// The inputs that were [said](super::Addition::of_input) to have been added as a whole, and how many bytes each has, in their order. They stay
    /// known when their articles are forgotten.
    ///
    /// ```
    /// use redite::{Detector, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let index = Index::create(folder.path(), &Detector::new())?;
    /// assert_eq!(index.snapshot().inputs().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inputs(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.inputs.iter().map(|input| (&*input.name, input.bytes))
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
    /// let repeats = snapshot.query(&"Nobody slept in the town. The storm tore the roof off!".into())?;
    /// assert_eq!((repeats.len(), repeats[0].kept.article.0, repeats[0].removed.span.start), (1, 0, 26));
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
        let Some((nth, place)) = self.0.place(article) else {
            return Ok(None);
        };
        let [places, articles, _] = &*self.0.runs[nth].texts;
        Ok(texts::read(places, articles, place)?)
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
        Manifest::with_files(folder, |manifest| {
            manifest.files().try_for_each(|entry| files::verify(folder, entry))?;
            Self::of(folder, manifest).map(drop)
        })
    }
}

impl State {
    /// The run of an article, and its place there.
    fn place(&self, article: ArticleId) -> Option<(usize, u32)> {
        let after = self.runs.partition_point(|run| run.first <= article.0);
        let nth = after.checked_sub(1)?;
        let place = article.0 - self.runs[nth].first;
        (place < self.runs[nth].facts.articles).then_some((nth, place))
    }

    /// With one run, if any, in the place of some.
    pub(super) fn replacing(
        &self,
        some: Range<usize>,
        order: Arc<Order>,
        opened: Option<Opened>,
        version: u64,
    ) -> Snapshot {
        let mut runs = self.runs.clone();
        let (run, file) = opened
            .map(|opened| {
                let [paragraphs, pieces] = opened.run.leaders();
                let facts = Facts {
                    articles: opened.run.articles,
                    paragraphs,
                    pieces,
                    times: opened.times,
                    bytes: opened.bytes,
                };
                let texts = opened.texts;
                ((opened.run, opened.gone), RunFile { first: 0, facts, texts })
            })
            .unzip();
        runs.splice(some.clone(), file);
        let mut first = 0;
        for run in &mut runs {
            run.first = first;
            first += run.facts.articles;
        }
        Snapshot(Arc::new(Self {
            folder: self.folder.clone(),
            settings: self.settings,
            history: Arc::new(self.history.replacing(some, order, run, version)),
            runs,
            inputs: Arc::clone(&self.inputs),
        }))
    }
}
