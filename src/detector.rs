//! The pipeline: the one place that knows all rooms.

use crate::article::Article;
use crate::decide::ranges::removal_ranges;
use crate::decide::{self, Decisions, Removal};
use crate::error::SettingsError;
use crate::join::Similarity;
use crate::model::{ArticleId, Reason, Span, Unit, UnitKind};
use crate::segment::Language;
use crate::settings::{DetectorBuilder, Settings};
use crate::store::{Entry, Scratch, Store, narrow};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// A unit that repeats another, and the unit it repeats, which is kept.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Repeat {
    /// The unit that goes.
    pub removed: Unit,
    /// The unit it repeats. It is kept whole.
    pub kept: Unit,
    /// Equal fold, or near.
    pub reason: Reason,
    /// How near, by the [measure](crate::join::Measure) of the settings; 1 for equal folds.
    pub similarity: Similarity,
}

/// Finds repeats. Immutable, cheap to copy, free to share between threads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    settings: Settings,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// A detector with default settings.
    #[must_use]
    pub fn new() -> Self {
        // The defaults are valid; `builder` has a test of its own for that.
        DetectorBuilder::default()
            .build()
            .unwrap_or_else(|_| unreachable!("default settings are valid"))
    }

    /// Sets what shall differ from the defaults.
    #[must_use]
    pub fn builder() -> DetectorBuilder {
        DetectorBuilder::default()
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What one text says twice, in the order of the text.
    ///
    /// Time grows with the text and with how many of its units look alike.
    #[must_use]
    pub fn repeats(&self, text: &str) -> Vec<Repeat> {
        self.detect([text]).repeats().collect()
    }

    /// One text without what it says twice.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        self.detect([text]).clean(ArticleId(0), 0, text)
    }

    /// Decides a stream of articles, which are numbered in the order in which they come. Texts are not kept, only
    /// their folds.
    pub fn detect<'t, A: Into<Article<'t>>>(&self, articles: impl IntoIterator<Item = A>) -> Detection {
        let mut session = self.session();
        for article in articles {
            session.push(&article.into());
        }
        session.finish()
    }

    /// Begins a corpus that is pushed article by article.
    #[must_use]
    pub fn session(&self) -> Session {
        Session {
            settings: self.settings,
            store: Store::default(),
            scratch: Scratch::default(),
        }
    }
}

impl DetectorBuilder {
    /// The detector.
    ///
    /// # Errors
    /// If the threshold is not above 0 and at most 1, or the minimum length is 0.
    pub fn build(self) -> Result<Detector, SettingsError> {
        self.settings().map(|settings| Detector { settings })
    }
}

/// A corpus on its way in. See [`Detector::session`].
///
/// Holds no text, but its folds, a 32-bit hash a token, and a record a unit; deciding adds the index of the join.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    store: Store,
    scratch: Scratch,
}

impl Session {
    /// Takes one article; it gets the next number.
    pub fn push(&mut self, article: &Article<'_>) -> ArticleId {
        let id = self.next_id();
        self.store.push(article, &self.settings, &mut self.scratch);
        id
    }

    /// Takes many articles, cutting and folding them side by side; they get the next numbers in their order.
    pub fn push_all(&mut self, articles: &[Article<'_>]) {
        const SHARE: usize = 16;
        let settings = &self.settings;
        if rayon::current_num_threads() == 1 {
            let (store, scratch) = (&mut self.store, &mut self.scratch);
            return articles
                .iter()
                .for_each(|article| store.push(article, settings, scratch));
        }
        let stores: Vec<Store> = articles
            .par_chunks(SHARE)
            .map_init(Scratch::default, |scratch, share| {
                let mut store = Store::default();
                share.iter().for_each(|article| store.push(article, settings, scratch));
                store
            })
            .collect();
        stores.into_iter().for_each(|store| self.store.append(store));
    }

    /// The number the next article will get.
    #[must_use]
    pub fn next_id(&self) -> ArticleId {
        ArticleId(u32::try_from(self.store.records.len()).unwrap_or(u32::MAX))
    }

    /// Forgets the articles from `first` on, as if they had never come.
    pub fn rollback(&mut self, first: ArticleId) {
        self.store.truncate(first.0);
    }

    /// Decides everything.
    #[must_use]
    pub fn finish(self) -> Detection {
        self.finish_observed(&|_| ())
    }

    /// As [`Session::finish`]; `observe` is told, from any thread, how much is done, as a share from 0 to 1. It is an
    /// estimate: units differ in what they cost.
    #[must_use]
    pub fn finish_observed(self, observe: &(dyn Fn(f64) + Sync)) -> Detection {
        let all = self.store.paragraphs.len() + self.store.sentences.len();
        let done = AtomicU64::new(0);
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let decisions = decide::decide(&self.store, &self.settings, &|units| {
            let done = done.fetch_add(units, Ordering::Relaxed) + units;
            observe((done as f64 / all.max(1) as f64).min(1.0));
        });
        Detection::new(self.store, decisions)
    }

    /// Decides everything and pushes it, repeat by repeat in the order of the removed units, into a sink: for results
    /// too many to hold.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish_into<S: Sink>(self, sink: &mut S) -> Result<Stats, S::Error> {
        let detection = self.finish();
        for repeat in detection.repeats() {
            sink.repeat(&repeat)?;
        }
        let stats = detection.stats();
        sink.finish(&stats)?;
        Ok(stats)
    }
}

/// Takes repeats one by one. See [`Session::finish_into`].
pub trait Sink {
    /// What can go wrong when it takes one.
    type Error;

    /// Takes one repeat; they come in the order of the removed units.
    ///
    /// # Errors
    /// Whatever stops the sink; the pipeline stops too.
    fn repeat(&mut self, repeat: &Repeat) -> Result<(), Self::Error>;

    /// Called once, after the last repeat.
    ///
    /// # Errors
    /// As for [`Sink::repeat`].
    fn finish(&mut self, stats: &Stats) -> Result<(), Self::Error> {
        let _ = stats;
        Ok(())
    }
}

/// What was counted. Bytes are those of UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Articles.
    pub articles: u64,
    /// Paragraphs of all articles.
    pub paragraphs: u64,
    /// Sentences of all articles.
    pub sentences: u64,
    /// Paragraphs and sentences too short to be judged.
    pub too_short: u64,
    /// Units removed because their fold is equal to a kept one's.
    pub removed_equal: u64,
    /// Units removed because they are near a kept one.
    pub removed_near: u64,
    /// Text of all articles.
    pub text_bytes: u64,
    /// Text of the removed units, without the white space that goes with them.
    pub removed_bytes: u64,
}

impl std::ops::AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.articles += other.articles;
        self.paragraphs += other.paragraphs;
        self.sentences += other.sentences;
        self.too_short += other.too_short;
        self.removed_equal += other.removed_equal;
        self.removed_near += other.removed_near;
        self.text_bytes += other.text_bytes;
        self.removed_bytes += other.removed_bytes;
    }
}

/// Everything decided, by the numbers of the articles.
#[derive(Debug)]
pub struct Detection {
    store: Store,
    decisions: Decisions,
}

/// A removed unit with the bytes that go with it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cut {
    /// The bytes to take out of the field: the unit and the white space that joined it to the rest.
    pub span: Span,
    /// The unit, and what it repeats.
    pub repeat: Repeat,
}

impl Detection {
    fn new(store: Store, decisions: Decisions) -> Self {
        Self { store, decisions }
    }

    /// Number of articles.
    #[must_use]
    pub fn articles(&self) -> u32 {
        u32::try_from(self.store.records.len()).unwrap_or(u32::MAX)
    }

    /// All repeats, in the order of the removed units.
    pub fn repeats(&self) -> impl Iterator<Item = Repeat> + '_ {
        (0..self.articles()).flat_map(|article| self.repeats_in(ArticleId(article)))
    }

    /// The repeats removed from one article, in its order.
    pub fn repeats_in(&self, article: ArticleId) -> impl Iterator<Item = Repeat> + use<> {
        let paragraphs = self.store.paragraphs_of(article.0);
        let sentences = self.store.sentences_of(paragraphs.clone());
        let parts = self.store.parts_of(sentences.clone());
        let mut all: Vec<Repeat> = [
            (UnitKind::Paragraph, within(&self.decisions.paragraphs, paragraphs)),
            (UnitKind::Sentence, within(&self.decisions.sentences, sentences)),
        ]
        .into_iter()
        .flat_map(|(kind, removals)| removals.iter().map(move |r| self.repeat(kind, r)))
        .collect();
        let of_parts = within(&self.decisions.parts, parts);
        all.extend(of_parts.iter().map(|r| self.repeat_of_part(r)));
        all.sort_unstable_by_key(|r| r.removed);
        all.into_iter()
    }

    fn repeat(&self, kind: UnitKind, removal: &Removal) -> Repeat {
        let entry = |i: u32| match kind {
            UnitKind::Paragraph => self.store.paragraph(i).entry,
            UnitKind::Sentence => self.store.sentence(i),
        };
        Repeat {
            removed: self.store.unit(&entry(removal.removed), kind),
            kept: self.store.unit(&entry(removal.kept), kind),
            reason: removal.reason,
            similarity: removal.similarity,
        }
    }

    fn repeat_of_part(&self, removal: &Removal) -> Repeat {
        let kept = decide::sentence_or_part(&self.store, removal.kept);
        Repeat {
            removed: self.store.unit(&self.store.part(removal.removed), UnitKind::Sentence),
            kept: self.store.unit(&kept, UnitKind::Sentence),
            reason: removal.reason,
            similarity: removal.similarity,
        }
    }

    /// What to cut out of one field of one article, whose text is given again, in order. The cuts are disjoint.
    #[must_use]
    pub fn cuts(&self, article: ArticleId, field: u16, text: &str) -> Vec<Cut> {
        let repeats: Vec<Repeat> = self.repeats_in(article).filter(|r| r.removed.field == field).collect();
        if repeats.is_empty() {
            return Vec::new();
        }
        let mut ahead = repeats.iter().map(|r| r.removed).peekable();
        let mut goes = |kind: UnitKind, span: Span| ahead.next_if(|u| (u.kind, u.span) == (kind, span)).is_some();
        let paragraphs = self.store.paragraphs_of_field(article.0, field);
        let parts = self.store.parts_of(self.store.sentences_of(paragraphs.clone()));
        let mut parts = parts.map(|part| self.store.span_of_part(part)).peekable();
        let mut units = Vec::new();
        for paragraph in paragraphs {
            let sentences = self.store.sentences_in(paragraph);
            let span = self.store.span_of(sentences.clone());
            if goes(UnitKind::Paragraph, span) {
                units.push((span, true));
                while parts.next_if(|part| part.1 < sentences.end).is_some() {}
                continue;
            }
            for sentence in sentences {
                let span = self.store.span_of_sentence(sentence);
                if goes(UnitKind::Sentence, span) {
                    units.push((span, true));
                    while parts.next_if(|part| part.1 == sentence).is_some() {}
                    continue;
                }
                let before = units.len();
                while let Some((span, _)) = parts.next_if(|part| part.1 == sentence) {
                    units.push((span, goes(UnitKind::Sentence, span)));
                }
                if units.len() == before {
                    units.push((span, false));
                }
            }
        }
        let spans = removal_ranges(text, &units);
        spans
            .into_iter()
            .zip(repeats)
            .map(|(span, repeat)| Cut { span, repeat })
            .collect()
    }

    /// One field of one article, whose text is given again, without its repeats.
    #[must_use]
    pub fn clean(&self, article: ArticleId, field: u16, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for cut in self.cuts(article, field, text) {
            out.push_str(&text[at..cut.span.range().start]);
            at = cut.span.range().end;
        }
        out.push_str(&text[at..]);
        out
    }

    /// The language by whose rules an article was cut.
    #[must_use]
    pub fn language(&self, article: ArticleId) -> Language {
        self.store
            .records
            .get(article.0 as usize)
            .map_or(Language::UNKNOWN, |r| r.language)
    }

    /// The fold of a unit that stands in a repeat: what was compared. Empty for any other.
    #[must_use]
    pub fn fold(&self, unit: &Unit) -> &str {
        let store = &self.store;
        let mut paragraphs = store.paragraphs_of_field(unit.article.0, unit.field);
        let mut sentences = store.sentences_of(paragraphs.clone());
        let mut parts = store.parts_of(sentences.clone());
        let is_it = |entry: &Entry| entry.span == unit.span;
        let found = match unit.kind {
            UnitKind::Paragraph => paragraphs.find_map(|i| Some(store.paragraph(narrow(i)).entry).filter(is_it)),
            UnitKind::Sentence => sentences
                .find_map(|i| Some(store.sentence(narrow(i))).filter(is_it))
                .or_else(|| parts.find_map(|i| Some(store.part(narrow(i))).filter(is_it))),
        };
        found.map_or("", |entry| store.text(&entry.fold))
    }

    /// What was counted, over all articles.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            articles: self.store.records.len() as u64,
            paragraphs: self.store.paragraphs.len() as u64,
            sentences: self.store.sentences.len() as u64,
            too_short: self.decisions.too_short,
            text_bytes: self.store.text_bytes,
            ..Stats::default()
        };
        let mut count = |removal: &Removal, span: Span| {
            match removal.reason {
                Reason::Equal => stats.removed_equal += 1,
                Reason::Near => stats.removed_near += 1,
            }
            stats.removed_bytes += span.len() as u64;
        };
        let (store, decisions) = (&self.store, &self.decisions);
        for removal in &decisions.paragraphs {
            let sentences = store.sentences_in(removal.removed as usize);
            count(removal, store.span_of(sentences));
        }
        for removal in &decisions.sentences {
            count(removal, store.span_of_sentence(removal.removed as usize));
        }
        for removal in &decisions.parts {
            count(removal, store.span_of_part(removal.removed as usize).0);
        }
        stats
    }
}

/// The removals, sorted by removed unit, whose removed unit is in a range.
fn within(removals: &[Removal], units: Range<usize>) -> &[Removal] {
    let start = removals.partition_point(|r| (r.removed as usize) < units.start);
    let end = removals.partition_point(|r| (r.removed as usize) < units.end);
    &removals[start..end.max(start)]
}
