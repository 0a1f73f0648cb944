//! What was decided of a corpus, block by block.

use super::{Detection, Stats};
use crate::decide::Decided;
use crate::model::ArticleId;
use crate::spill::{SpillError, Spool};
use crate::store::{Segment, Store};
use std::sync::{Arc, Mutex, PoisonError};

/// Everything decided, by blocks of articles: one block in memory, or several on disk, each read when it is asked for.
///
/// ```
/// let mut session = redite::Detector::new().session();
/// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
/// let detections = session.finish()?;
/// for number in 0..detections.blocks() {
///     for repeat in detections.block(number)?.repeats() {
///         println!("{:?} repeats {:?}", repeat.removed, repeat.kept);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Detections {
    blocks: Blocks,
    /// The block that was read last, and which it is.
    read: Mutex<Option<(usize, Arc<Detection>)>>,
}

#[derive(Debug)]
enum Blocks {
    Whole(Arc<Detection>),
    Spilled {
        spool: Spool,
        segments: Vec<Segment>,
        decided: Box<Decided>,
    },
}

impl Detections {
    pub(super) fn whole(detection: Detection) -> Self {
        Self {
            blocks: Blocks::Whole(Arc::new(detection)),
            read: Mutex::default(),
        }
    }

    pub(super) fn spilled(spool: Spool, segments: Vec<Segment>, decided: Decided) -> Self {
        Self {
            blocks: Blocks::Spilled {
                spool,
                segments,
                decided: Box::new(decided),
            },
            read: Mutex::default(),
        }
    }

    /// Number of articles.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
    /// let detections = session.finish()?;
    /// assert_eq!(detections.articles(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn articles(&self) -> u32 {
        match &self.blocks {
            Blocks::Whole(detection) => detection.articles(),
            Blocks::Spilled { segments, .. } => segments.iter().map(|segment| segment.articles).sum(),
        }
    }

    /// Number of blocks; 1 if everything is in memory.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
    /// let detections = session.finish()?;
    /// assert_eq!(detections.blocks(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn blocks(&self) -> usize {
        match &self.blocks {
            Blocks::Whole(_) => 1,
            Blocks::Spilled { segments, .. } => segments.len(),
        }
    }

    /// A block by its number, from 0: what was decided of some articles that follow one another. It holds where units stand,
    /// but no folds. The block that was read last is kept, so that it costs nothing to go through the articles in order.
    ///
    /// # Errors
    /// If a temporary file cannot be read. A number beyond the last gives a block without articles.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
    /// let detections = session.finish()?;
    /// assert_eq!(detections.block(0)?.repeats().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn block(&self, number: usize) -> Result<Arc<Detection>, SpillError> {
        let (spool, segments, decided) = match &self.blocks {
            Blocks::Whole(detection) if number == 0 => return Ok(Arc::clone(detection)),
            Blocks::Whole(_) => return Ok(Arc::new(Detection::new(Store::default(), Default::default()))),
            Blocks::Spilled {
                spool,
                segments,
                decided,
            } => (spool, segments, decided),
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, detection)) = read.as_ref().filter(|read| read.0 == number) {
            return Ok(Arc::clone(detection));
        }
        *read = None; // two at a time would be too much
        let Some(segment) = segments.get(number) else {
            return Ok(Arc::new(Detection::new(Store::default(), Default::default())));
        };
        let verdicts = decided.verdicts(number)?;
        let detection = Arc::new(Detection::new(segment.layout(spool)?, verdicts));
        *read = Some((number, Arc::clone(&detection)));
        Ok(detection)
    }

    /// A block with the folds of its sentences, which takes as much memory as when it was decided. It is not kept.
    ///
    /// # Errors
    /// As for [`Detections::block`].
    ///
    /// ```
    /// let detector = redite::Detector::new();
    /// let mut session = detector.session();
    /// session.push_all(&["The storm tore the roof off.".into()])?;
    /// let block = session.finish()?.block_with_folds(0)?;
    /// assert_eq!(block.sentences(redite::ArticleId(0), detector.settings())[0].fold, "the storm tore the roof off");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn block_with_folds(&self, number: usize) -> Result<Arc<Detection>, SpillError> {
        let Blocks::Spilled {
            spool,
            segments,
            decided,
        } = &self.blocks
        else {
            return self.block(number);
        };
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = None; // two at a time would be too much
        match segments.get(number) {
            Some(segment) => Ok(Arc::new(Detection::new(
                segment.read(spool)?,
                decided.verdicts(number)?,
            ))),
            None => self.block(number),
        }
    }

    /// The block that an article is in.
    ///
    /// # Errors
    /// As for [`Detections::block`].
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
    /// let detections = session.finish()?;
    /// let id = redite::ArticleId(1);
    /// assert_eq!(detections.block_of(id)?.repeats_in(id).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn block_of(&self, article: ArticleId) -> Result<Arc<Detection>, SpillError> {
        self.block(match &self.blocks {
            Blocks::Whole(_) => 0,
            Blocks::Spilled { segments, .. } => segments
                .partition_point(|s| s.first_article <= article.0)
                .saturating_sub(1),
        })
    }

    /// What was counted, over all articles.
    ///
    /// # Errors
    /// As for [`Detections::block`].
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push_all(&["The storm tore the roof off.".into(), "The storm tore the roof off.".into()])?;
    /// let detections = session.finish()?;
    /// assert_eq!(detections.stats()?.removed_equal, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stats(&self) -> Result<Stats, SpillError> {
        let mut stats = Stats::default();
        for number in 0..self.blocks() {
            stats += self.block(number)?.stats();
        }
        Ok(stats)
    }
}
