//! What a run adds to an index.

use super::manifest::Input;
use super::texts::{Source, Texts};
use crate::decide::Run;
use crate::detector::{Detections, Session};
use crate::join::Order;
use crate::model::{ArticleId, Progress};
use crate::spill::{Bits, SpillError};
use std::sync::Arc;

/// What a run adds to an index: see [`Index::commit`](super::Index::commit).
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
    pub(super) run: Run,
    pub(super) order: Arc<Order>,
    /// The number of its first article.
    pub(super) first: u32,
    /// How often the index had been changed that it goes on from.
    pub(super) version: u64,
    pub(super) needed: Bits,
    pub(super) texts: Texts,
    pub(super) inputs: Vec<Input>,
    pub(super) replaced: Vec<ArticleId>,
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
            inputs: Vec::new(),
            replaced: left.replaced,
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

    /// Says that the articles are all of an input, which is so many bytes long, so that [`Snapshot::inputs`](super::Snapshot::inputs) tells it
    /// to who goes on after a stop.
    ///
    /// ```
    /// use redite::{Detector, Memory, index::Index};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut index = Index::create(folder.path(), &Detector::new())?;
    /// let mut session = index.snapshot().session(Memory::unlimited())?;
    /// session.push(&"The storm tore the roof off.".into())?;
    /// let (_, mut addition) = session.finish_with_addition(&|_| ())?;
    /// addition.of_input("monday.txt", 28);
    /// index.commit(addition)?;
    /// assert!(index.snapshot().inputs().eq([("monday.txt", 28)]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_input(&mut self, name: &str, bytes: u64) {
        self.inputs.push(Input {
            name: name.to_owned(),
            bytes,
        });
    }
}
