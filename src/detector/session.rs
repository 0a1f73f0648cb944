//! A corpus on its way in.

use super::{Detection, Detections};
use crate::article::Article;
use crate::decide::{self, Decided, External, Fresh, History, Pushed, Ranks};
use crate::error::CapacityError;
use crate::join::Order;
use crate::model::{ArticleId, Progress, Stage};
use crate::settings::Settings;
use crate::spill::{Folder, SpillError, Spool};
use crate::store::{FoldScratch, Limits, Segment, Selection, Store, narrow};
use rayon::prelude::*;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much memory a session may take, and where it puts what does not fit.
///
/// ```
/// let memory = redite::Memory::new(64 << 20).in_folder(std::env::temp_dir());
/// let session = redite::Detector::new().session_within(memory);
/// assert_eq!(session.next_id().0, 0);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Memory {
    bytes: Option<usize>,
    folder: PathBuf,
}

impl Memory {
    /// Nothing, if files can be made in its folder.
    #[cfg(feature = "index")]
    pub(crate) fn check(&self) -> Result<(), SpillError> {
        Folder::new(self.folder.clone()).check()
    }
}

/// Deciding a share takes so many times the memory of its units, these included.
const SHARE: usize = 5;

/// Deciding all at once takes so many times the memory of its units: nothing is looked for on disk.
const AT_ONCE: u64 = 2;

/// Of what may be taken, one in so many goes to the counts of shingles.
const SKETCH: usize = 4;

impl Memory {
    /// About so many bytes, for the articles' folds and for deciding; the articles that are being pushed come on top. Less
    /// memory takes more time: what is on disk is read again for each share that fits.
    ///
    /// ```
    /// let memory = redite::Memory::new(1 << 30);
    /// assert!(memory.suffices(100 << 20) && !memory.suffices(1 << 30));
    /// ```
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self {
            bytes: Some(bytes),
            ..Self::unlimited()
        }
    }

    /// As much as is needed: nothing goes to disk.
    ///
    /// ```
    /// assert!(redite::Memory::unlimited().suffices(1 << 50));
    /// ```
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            bytes: None,
            folder: std::env::temp_dir(),
        }
    }

    /// The folder for temporary files, which must exist; by default that of the system. On Linux the files never have a
    /// name there, where the file system allows that; elsewhere on Unix their names are removed as soon as they are open.
    /// They take room while the process runs.
    ///
    /// ```
    /// let memory = redite::Memory::new(1 << 30).in_folder("/no/such/folder");
    /// let session = redite::Detector::new().session_within(memory); // nothing is written yet
    /// # drop(session);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// True if so many bytes of [`Session::held`] never go to disk.
    ///
    /// ```
    /// assert!(redite::Memory::new(1 << 30).suffices(1 << 20));
    /// ```
    #[must_use]
    pub fn suffices(&self, held: u64) -> bool {
        held < self.segment() as u64
    }

    /// About how much memory it takes to decide so many bytes of [`Session::held`] at once.
    ///
    /// ```
    /// assert!(redite::Memory::needed(1 << 20) > 1 << 20);
    /// ```
    #[must_use]
    pub fn needed(held: u64) -> u64 {
        held.saturating_mul(AT_ONCE)
    }

    /// About how much disk it takes to decide so many bytes of [`Session::held`] in shares; twice as much if articles are decided in
    /// another order than they were pushed in (any [`crate::Keep`] but the first and the last).
    ///
    /// ```
    /// assert!(redite::Memory::disk(1 << 20) > 1 << 20);
    /// ```
    #[must_use]
    pub fn disk(held: u64) -> u64 {
        held.saturating_mul(5) / 2
    }

    fn sketch(&self) -> usize {
        self.bytes.unwrap_or(0) / SKETCH
    }

    /// Bytes of a store that is decided at a time.
    fn segment(&self) -> usize {
        let Some(bytes) = self.bytes else { return usize::MAX };
        (bytes - self.sketch()) / SHARE
    }
}

/// A corpus on its way in, pushed article by article. See [`super::Detector::session`].
///
/// Holds no text, but its folds, a 32-bit hash a token, and a record a unit; deciding adds the index of the join. What exceeds
/// the memory it was given goes to temporary files.
///
/// ```
/// let mut session = redite::Detector::new().session();
/// for _ in 0..2 {
///     session.push(&"The storm tore the roof off.".into())?;
/// }
/// assert_eq!(session.finish()?.stats()?.removed_equal, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    memory: Memory,
    store: Store,
    scratch: FoldScratch,
    spilled: Option<Spilled>,
}

/// What has gone to disk.
#[derive(Debug)]
struct Spilled {
    folder: Folder,
    spool: Spool,
    segments: Vec<Segment>,
    /// Of all articles.
    ranks: Ranks,
    /// What earlier runs have left: nothing, but in a run that goes on from others.
    history: Arc<History>,
    /// Articles of earlier runs that are gone from that.
    #[cfg(feature = "index")]
    replaced: Vec<ArticleId>,
    /// The number of the next article.
    articles: u32,
}

impl Spilled {
    fn new(history: Arc<History>, folder: Folder) -> Self {
        Self {
            spool: folder.spool(),
            segments: Vec::new(),
            ranks: Ranks::default(),
            articles: history.articles(),
            history,
            folder,
            #[cfg(feature = "index")]
            replaced: Vec::new(),
        }
    }

    /// The store for the articles that follow.
    fn next(&self) -> Store {
        Store::beginning_with(self.articles).limited_to(self.limits())
    }

    /// How much a store can hold besides: articles and units are numbered across all segments.
    fn limits(&self) -> Limits {
        let all = Limits::default();
        let units: u64 = self
            .segments
            .iter()
            .map(|s| u64::from(s.sentences) + u64::from(s.parts))
            .sum();
        Limits {
            articles: all.articles.saturating_sub(self.articles),
            units: u32::try_from(u64::from(all.units).saturating_sub(units)).unwrap_or(0),
            ..all
        }
    }
}

/// What a run leaves for later ones.
#[cfg(feature = "index")]
pub(crate) struct Left {
    pub(crate) run: decide::Run,
    pub(crate) order: Arc<Order>,
    /// The number of its first article.
    pub(crate) first: u32,
    /// How often the index had been changed that it goes on from.
    pub(crate) version: u64,
    /// The earlier articles that it replaces.
    pub(crate) replaced: Vec<ArticleId>,
    /// Where its temporary files are.
    pub(crate) folder: Folder,
}

/// An article could not be taken.
///
/// ```
/// let mut session = redite::Detector::new().session_within(redite::Memory::new(0).in_folder("/no/such/folder"));
/// let error = session.push(&"A text.".into());
/// assert!(matches!(error, Err(redite::PushError::Spill(_))));
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub enum PushError {
    /// There are more articles than can be numbered.
    Capacity(CapacityError),
    /// A temporary file could not be written.
    Spill(SpillError),
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capacity(error) => error.fmt(f),
            Self::Spill(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PushError {}

impl From<CapacityError> for PushError {
    fn from(error: CapacityError) -> Self {
        Self::Capacity(error)
    }
}

impl From<SpillError> for PushError {
    fn from(error: SpillError) -> Self {
        Self::Spill(error)
    }
}

impl Session {
    pub(crate) fn new(settings: Settings, memory: Memory) -> Self {
        Self {
            settings,
            memory,
            store: Store::default(),
            scratch: FoldScratch::default(),
            spilled: None,
        }
    }

    /// A corpus that goes on from earlier runs: its articles are numbered on, and compared with theirs, too.
    #[cfg(feature = "index")]
    pub(crate) fn after(settings: Settings, memory: Memory, history: Arc<History>) -> Self {
        let spilled = Spilled::new(history, Folder::new(memory.folder.clone()));
        Self {
            store: spilled.next(),
            spilled: Some(spilled),
            ..Self::new(settings, memory)
        }
    }

    /// Has nothing compared with some articles of the index that the session goes on from: those of which it holds a newer version. When what it adds
    /// is committed, they are gone from the index, too. What has gone in their favour stays gone.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::{Index, Source}};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// for text in ["The storm tore the roof off.", "The storm tore the whole roof off."] {
    ///     let mut session = index.snapshot().session(Memory::unlimited())?;
    ///     let id = session.push(&text.into())?;
    ///     session.replace(&index.snapshot().articles_of("story 7")?);
    ///     let (detections, mut addition) = session.finish_with_addition(&|_| ())?;
    ///     assert_eq!(detections.block_of(id)?.repeats_in(id).count(), 0);
    ///     addition.describe(id, &Source { id: Some("story 7".into()), texts: vec![("text".into(), text.into())], ..Source::default() })?;
    ///     index.commit(addition)?;
    /// }
    /// assert_eq!(index.snapshot().articles_of("story 7")?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "index")]
    pub fn replace(&mut self, articles: &[ArticleId]) {
        if let Some(spilled) = self.spilled.as_mut().filter(|_| !articles.is_empty()) {
            spilled.history = Arc::new(spilled.history.without(articles));
            spilled.replaced.extend_from_slice(articles);
        }
    }

    /// Takes one article; it gets the next number.
    ///
    /// # Errors
    /// If there would be more than 2^32 − 1 articles, texts, or sentences and parts of sentences together. If a temporary file
    /// cannot be written. The article is not taken; after the first kind of error the session can go on without it.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// let id = session.push(&redite::Article::new("A text."))?;
    /// assert_eq!(id.0, 0);
    /// # Ok::<(), redite::PushError>(())
    /// ```
    pub fn push(&mut self, article: &Article<'_>) -> Result<ArticleId, PushError> {
        let id = self.next_id();
        self.store.push(article, &self.settings, &mut self.scratch)?;
        self.check()?;
        Ok(id)
    }

    /// Takes many articles, cutting and folding them side by side; they get the next numbers in their order.
    ///
    /// # Errors
    /// As for [`Session::push`]. None of the articles is taken then.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["One text.".into(), "Another text.".into()])?;
    /// assert_eq!(session.next_id().0, 2);
    /// # Ok::<(), redite::PushError>(())
    /// ```
    pub fn push_all(&mut self, articles: &[Article<'_>]) -> Result<(), PushError> {
        let first = self.next_id();
        let taken = self.take_all(articles);
        if taken.is_err() {
            self.rollback(first)?;
        }
        taken
    }

    fn take_all(&mut self, articles: &[Article<'_>]) -> Result<(), PushError> {
        if rayon::current_num_threads() == 1 {
            return articles.iter().try_for_each(|article| self.push(article).map(drop));
        }
        for store in stores(articles, &self.settings)? {
            self.store.append(store)?;
            self.check()?;
        }
        Ok(())
    }

    /// The number the next article will get.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().session().next_id().0, 0);
    /// ```
    #[must_use]
    pub fn next_id(&self) -> ArticleId {
        let before = self.spilled.as_ref().map_or(0, |spilled| spilled.articles);
        ArticleId(narrow(self.store.records.len()).saturating_add(before))
    }

    /// About how many bytes the folds of the articles take, wherever they are.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push(&"A text.".into())?;
    /// assert!(session.held() > 6);
    /// # Ok::<(), redite::PushError>(())
    /// ```
    #[must_use]
    pub fn held(&self) -> u64 {
        let spilled = self.spilled.as_ref().map_or(0, |spilled| spilled.spool.end());
        self.store.bytes() as u64 + spilled
    }

    /// Forgets the articles from `first` on, as if they had never come.
    ///
    /// # Errors
    /// If a temporary file cannot be read.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// let first = session.push(&"A text.".into())?;
    /// session.rollback(first)?;
    /// assert_eq!(session.next_id(), first);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollback(&mut self, first: ArticleId) -> Result<(), SpillError> {
        if let Some(spilled) = &mut self.spilled {
            while let Some(segment) = spilled.segments.last().filter(|_| first.0 < spilled.articles) {
                // Its shingles stay counted, which costs a little time and never a pair.
                let store = segment.read(&spilled.spool)?;
                spilled.articles = segment.first_article;
                spilled.spool.truncate(segment.start)?;
                spilled.segments.pop();
                let ranks = spilled.ranks.split_off(spilled.articles);
                self.store = store.limited_to(spilled.limits()).ranked(ranks);
            }
            self.store.truncate(first.0 - spilled.articles);
        } else {
            self.store.truncate(first.0);
        }
        Ok(())
    }

    /// Writes out what is held if it is enough for a segment.
    fn check(&mut self) -> Result<(), SpillError> {
        if self.store.bytes() < self.memory.segment() {
            return Ok(());
        }
        self.spill()
    }

    /// Writes out what is held; if that fails it is still held.
    fn spill(&mut self) -> Result<(), SpillError> {
        let settings = &self.settings;
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            None => {
                let order = Order::of_corpus(&settings.rule(), settings.min_tokens() as usize, self.memory.sketch());
                let history = History::new(Arc::new(order), 0);
                let folder = Folder::new(self.memory.folder.clone());
                folder.check()?;
                self.spilled.insert(Spilled::new(Arc::new(history), folder))
            }
        };
        let segment = self.store.write(&mut spilled.spool)?;
        // The order is that of the first run, and not changed by others.
        if spilled.history.is_empty() {
            count(&self.store, &spilled.history.order);
        }
        spilled.ranks.extend(&self.store, settings);
        spilled.articles += segment.articles;
        spilled.segments.push(segment);
        self.store = spilled.next();
        Ok(())
    }

    /// Decides everything.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push(&"A text.".into())?;
    /// assert_eq!(session.finish()?.articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> Result<Detections, SpillError> {
        self.finish_observed(&|_| ())
    }

    /// As [`Session::finish`]; `observe` is told, from any thread, how much is done, and at the end of each stage.
    ///
    /// # Errors
    /// As for [`Session::finish`].
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push(&"The storm tore the roof off.".into())?;
    /// let detections = session.finish_observed(&|done| println!("{}, {:.0} %", done.stage, 100.0 * done.share))?;
    /// # assert_eq!(detections.articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_observed(mut self, observe: &(dyn Fn(Progress) + Sync)) -> Result<Detections, SpillError> {
        if self.spilled.is_some() && !self.store.records.is_empty() {
            self.spill()?;
        }
        match self.spilled.take() {
            None => Ok(Detections::whole(self.decide(observe))),
            Some(spilled) => {
                let (decided, _) = self.decide_spilled(&spilled, false, observe)?;
                Ok(Detections::spilled(spilled.spool, spilled.segments, decided))
            }
        }
    }

    /// The same, with what is left of it for later runs.
    #[cfg(feature = "index")]
    pub(crate) fn finish_leaving(
        mut self,
        observe: &(dyn Fn(Progress) + Sync),
    ) -> Result<(Detections, Left), SpillError> {
        if self.spilled.is_none() || !self.store.records.is_empty() {
            self.spill()?;
        }
        let Some(mut spilled) = self.spilled.take() else {
            unreachable!("it was written");
        };
        if spilled.history.is_empty() {
            // all that the order is made of has been counted
            let History { order, version, .. } = &*spilled.history;
            spilled.history = Arc::new(History::new(Arc::new(order.shrunk()), *version));
        }
        let (decided, fresh) = self.decide_spilled(&spilled, true, observe)?;
        let left = Left {
            run: fresh.settle(&spilled.segments, &spilled.spool, &spilled.folder)?,
            order: Arc::clone(&spilled.history.order),
            first: spilled.history.articles(),
            version: spilled.history.version,
            replaced: spilled.replaced,
            folder: spilled.folder,
        };
        Ok((Detections::spilled(spilled.spool, spilled.segments, decided), left))
    }

    /// Decides what has gone to disk.
    fn decide_spilled(
        &self,
        spilled: &Spilled,
        leaves: bool,
        observe: &(dyn Fn(Progress) + Sync),
    ) -> Result<(Decided, Fresh), SpillError> {
        let paragraphs: u64 = spilled.segments.iter().map(|s| u64::from(s.paragraphs)).sum();
        let pushed = Pushed {
            segments: &spilled.segments,
            spool: &spilled.spool,
            ranks: &spilled.ranks,
        };
        let (shares, moved) = decide::shares(pushed, &self.settings, &spilled.folder)?;
        let external = External {
            settings: &self.settings,
            segments: &spilled.segments,
            shares: &shares,
            spool: moved.as_ref().unwrap_or(&spilled.spool),
            folder: &spilled.folder,
            history: &spilled.history,
            leaves,
        };
        external.decide(&observed(paragraphs, observe))
    }

    /// All that was pushed into a session that keeps it in memory.
    #[cfg(feature = "index")]
    pub(crate) fn into_store(self) -> Store {
        debug_assert!(self.spilled.is_none(), "some of it is on disk");
        self.store
    }

    /// Decides what is in memory.
    pub(super) fn decide(self, observe: &(dyn Fn(Progress) + Sync)) -> Detection {
        let observe = observed(self.store.paragraphs.len() as u64, observe);
        let verdicts = decide::decide(&self.store, &self.settings, &observe);
        Detection::new(self.store, verdicts)
    }
}

/// Tells of the work on so many paragraphs as a share from 0 to 1.
pub(crate) fn observed(paragraphs: u64, observe: &(dyn Fn(Progress) + Sync)) -> impl Fn(Stage, u64) + Sync {
    let (work, done) = (decide::WORK * paragraphs, AtomicU64::new(0));
    move |stage, more| {
        let done = done.fetch_add(more, Ordering::Relaxed) + more;
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let share = done.min(work) as f64 / work.max(1) as f64;
        observe(Progress { stage, share });
    }
}

/// Cuts and folds articles side by side; the stores are in their order.
fn stores(articles: &[Article<'_>], settings: &Settings) -> Result<Vec<Store>, CapacityError> {
    const SHARE: usize = 16;
    articles
        .par_chunks(SHARE)
        .map_init(FoldScratch::default, |scratch, share| {
            let mut store = Store::default();
            share
                .iter()
                .try_for_each(|article| store.push(article, settings, scratch))?;
            Ok(store)
        })
        .collect()
}

/// Counts the shingles of a store. Those of sentences and parts are among those of their paragraphs, but for what is too
/// short to have any.
pub(crate) fn count(store: &Store, order: &Order) {
    let paragraphs = (0..narrow(store.paragraphs.len())).map(|i| store.paragraph(i).entry);
    let sentences = (0..narrow(store.sentences.len())).map(|i| store.sentence(i));
    let parts = (0..narrow(store.parts.len())).map(|i| store.part(i));
    let short = sentences
        .chain(parts)
        .filter(|entry| order.is_own_shingle(entry.fold.tokens_len() as usize));
    let entries = paragraphs.chain(short).map(|entry| entry.fold).collect();
    order.count(&Selection::of(store, entries));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Memory::new(usize::MAX)` overflowed.
    #[test]
    fn shares_of_any_memory_can_be_told() {
        for bytes in [0, 1, 6, 7, 1 << 20, usize::MAX / 2, usize::MAX] {
            let memory = Memory::new(bytes);
            assert!(memory.segment() <= bytes, "{bytes}");
            let share = (1.0 - 1.0 / SKETCH as f64) / SHARE as f64;
            assert!(memory.segment() as f64 >= bytes as f64 * share * 0.99 - 2.0, "{bytes}");
        }
        assert!(Memory::new(usize::MAX).suffices(1 << 60));
    }

    /// Articles are numbered over all segments, and at the end of the numbers counted as one.
    #[test]
    fn numbers_that_are_used_up_are_an_error() {
        let detector = crate::Detector::new();
        let mut session = detector.session_within(Memory::new(0));
        let article = Article::new("One sentence. Another one.");
        session.push(&article).unwrap();
        if let Some(spilled) = &mut session.spilled {
            spilled.articles = u32::MAX - 2;
            session.store = spilled.next();
        }
        assert_eq!(session.push(&article).unwrap(), ArticleId(u32::MAX - 2));
        assert_eq!(session.push(&article).unwrap(), ArticleId(u32::MAX - 1));
        for _ in 0..2 {
            let error = session.push(&article).unwrap_err();
            assert!(matches!(error, PushError::Capacity(_)));
            assert!(error.to_string().contains("at most 4294967295 articles"), "{error}");
            let error = session.push_all(std::slice::from_ref(&article)).unwrap_err();
            assert!(matches!(error, PushError::Capacity(_)));
        }
    }

    #[test]
    fn units_are_counted_over_all_segments() {
        let detector = crate::Detector::new();
        let mut session = detector.session_within(Memory::new(0));
        let article = Article::new("One sentence. Another one.");
        session.push(&article).unwrap();
        session.push(&article).unwrap();
        let spilled = session.spilled.as_mut().unwrap();
        spilled.segments[0].sentences = u32::MAX - 3;
        let limits = spilled.limits();
        assert_eq!((limits.articles, limits.units), (u32::MAX - 2, 1));
        session.store = Store::default().limited_to(limits);
        let error = session.push(&article).unwrap_err();
        assert!(error.to_string().contains("sentences and parts"), "{error}");
        session.push(&Article::new("Only one sentence.")).unwrap();
    }
}
