//! The pipeline: the one place that knows all modules.

use crate::article::Article;
use crate::decide::ranges::removal_ranges;
use crate::decide::{Removed, Verdicts};
use crate::error::SettingsError;
use crate::fold::fold;
use crate::join::Similarity;
use crate::model::{ArticleId, Reason, Span, Unit, UnitKind};
use crate::segment::Language;
use crate::settings::{DetectorBuilder, Settings};
use crate::spill::Bits;
use crate::steps::looked;
use crate::store::{Entry, Store, narrow};
use crate::verdict::left_out;
use std::fmt;
use std::ops::Range;

mod detections;
#[cfg(test)]
mod growth;
mod session;

pub use detections::Detections;
pub use session::{Memory, PushError, Session};
#[cfg(feature = "index")]
pub(crate) use session::{count, observed};

/// A unit that repeats another, and the unit it repeats, which is kept.
///
/// ```
/// let repeat = redite::Detector::new().repeats("The storm tore the roof off. The storm tore the roof off!")[0];
/// assert_eq!(repeat.reason, redite::Reason::Equal);
/// assert_eq!((repeat.kept.span.start, repeat.removed.span.start), (0, 29));
/// ```
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
    /// True if the unit repeats the other only in view of what stands beside both: a paragraph near it repeats one near the
    /// other, so that a content word may be exchanged ([`crate::verdict::Context::Reprint`]).
    pub is_reprint: bool,
}

impl Repeat {
    /// The words and numbers of a removed unit that the kept one does not have, folded. It is given the text that the removed unit stands in,
    /// and the kept unit.
    ///
    /// ```
    /// let text = "The storm tore the roof off the hall. The storm tore the whole roof off the hall.";
    /// let repeat = redite::Detector::new().repeats(text)[0];
    /// assert_eq!(repeat.lost(text, &text[repeat.kept.span.range()]), ["whole"]);
    /// ```
    #[must_use]
    pub fn lost(&self, text: &str, kept: &str) -> Vec<String> {
        match self.reason {
            Reason::Equal => Vec::new(),
            Reason::Near => {
                let removed = text.get(self.removed.span.range()).unwrap_or_default();
                left_out(fold(removed).as_str(), fold(kept).as_str())
            }
        }
    }
}

/// Finds repeats. Immutable, cheap to copy, free to share between threads.
///
/// ```
/// let detector = redite::Detector::new();
/// assert_eq!(detector.clean("The storm tore the roof off. The storm tore the roof off."), "The storm tore the roof off.");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    settings: Settings,
}

impl From<Settings> for Detector {
    fn from(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// A detector with default settings.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new(), redite::Detector::default());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        // The defaults are valid; `builder` has a test of its own for that.
        DetectorBuilder::default()
            .build()
            .unwrap_or_else(|_| unreachable!("default settings are valid"))
    }

    /// Sets what shall differ from the defaults.
    ///
    /// ```
    /// let detector = redite::Detector::builder().min_tokens(8).build()?;
    /// assert!(detector.repeats("The storm tore the roof off. The storm tore the roof off.").is_empty());
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn builder() -> DetectorBuilder {
        DetectorBuilder::default()
    }

    /// The settings.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().min_tokens(), 5);
    /// ```
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What one text says twice, in the order of the text.
    ///
    /// Time grows with the text and with how many of its units look alike.
    ///
    /// ```
    /// let repeats = redite::Detector::new().repeats("The storm tore the roof off. The storm tore the roof off.");
    /// assert_eq!(repeats.len(), 1);
    /// ```
    #[must_use]
    pub fn repeats(&self, text: &str) -> Vec<Repeat> {
        self.detect([text]).repeats().collect()
    }

    /// One text without what it says twice.
    ///
    /// ```
    /// let detector = redite::Detector::new();
    /// assert_eq!(detector.clean("The storm tore the roof off. The storm tore the roof off."), "The storm tore the roof off.");
    /// ```
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let cleaned = self.detect([text]).clean(ArticleId(0), 0, text);
        cleaned.unwrap_or_else(|_| unreachable!("it is the text that was pushed"))
    }

    /// Decides a stream of articles, which are numbered in the order in which they come. Texts are not kept, only
    /// their folds.
    ///
    /// # Panics
    /// If there are more articles than a session can number, 2^32 − 1. [`Session::push`] gives an error instead.
    ///
    /// ```
    /// let detection = redite::Detector::new().detect(["The storm tore the roof off.", "The storm tore the roof off."]);
    /// assert_eq!(detection.repeats().next().map(|repeat| repeat.removed.article), Some(redite::ArticleId(1)));
    /// ```
    pub fn detect<'t, A: Into<Article<'t>>>(&self, articles: impl IntoIterator<Item = A>) -> Detection {
        let mut session = self.session();
        for article in articles {
            if let Err(error) = session.push(&article.into()) {
                panic!("{error}");
            }
        }
        session.decide(&|_| ())
    }

    /// Begins a corpus that is pushed article by article, in memory.
    ///
    /// ```
    /// let mut session = redite::Detector::new().session();
    /// session.push(&"A text.".into())?;
    /// assert_eq!(session.finish()?.articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn session(&self) -> Session {
        Session::new(self.settings, Memory::unlimited())
    }

    /// Begins a corpus that may be too large for memory: what exceeds `memory` goes to temporary files. The result is the same.
    ///
    /// ```
    /// use redite::{Detector, Memory};
    ///
    /// let mut session = Detector::new().session_within(Memory::new(1 << 30));
    /// session.push(&"A text.".into())?;
    /// assert_eq!(session.finish()?.articles(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn session_within(&self, memory: Memory) -> Session {
        Session::new(self.settings, memory)
    }
}

impl DetectorBuilder {
    /// The detector.
    ///
    /// # Errors
    /// If the threshold is not above 0 and at most 1, or the minimum length is 0.
    ///
    /// ```
    /// assert!(redite::Detector::builder().threshold(0.6).build().is_ok());
    /// assert!(redite::Detector::builder().threshold(0.0).build().is_err());
    /// ```
    pub fn build(self) -> Result<Detector, SettingsError> {
        self.settings().map(|settings| Detector { settings })
    }
}

/// What was counted. Bytes are those of UTF-8.
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off.";
/// let detection = redite::Detector::new().detect([text]);
/// let id = redite::ArticleId(0);
/// assert_eq!((detection.stats().sentences, detection.stats().removed_bytes), (2, 28));
/// # let _ = id;
/// ```
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
    /// Texts that are not compared because they are too long: see [`Article::texts`].
    pub unread_texts: u64,
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
        self.unread_texts += other.unread_texts;
        self.text_bytes += other.text_bytes;
        self.removed_bytes += other.removed_bytes;
    }
}

/// Everything decided, by the numbers of the articles.
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off.";
/// let detection = redite::Detector::new().detect([text]);
/// let id = redite::ArticleId(0);
/// assert_eq!(detection.clean(id, 0, text), Ok("The storm tore the roof off.".to_owned()));
/// ```
#[derive(Debug)]
pub struct Detection {
    store: Store,
    verdicts: Verdicts,
}

/// A removed unit with the bytes that go with it.
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off.";
/// let detection = redite::Detector::new().detect([text]);
/// let id = redite::ArticleId(0);
/// let cut = detection.cuts(id, 0, text)?[0];
/// assert_eq!(&text[cut.span.range()], " The storm tore the roof off.");
/// # Ok::<(), redite::OtherText>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cut {
    /// The bytes to take out of the field: the unit and the white space that joined it to the rest.
    pub span: Span,
    /// The unit, and what it repeats.
    pub repeat: Repeat,
}

/// A sentence of an article, and how much of it repeats nothing: see [`Detection::sentences`].
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off. Nobody was hurt.";
/// let detector = redite::Detector::new();
/// let detection = detector.detect([text]);
/// let sentences = detection.sentences(redite::ArticleId(0), detector.settings());
/// let new: Vec<_> = sentences.iter().filter(|sentence| sentence.new > 0).collect();
/// assert_eq!(&text[new[1].unit.span.range()], "Nobody was hurt.");
/// assert_eq!(new[1].fold, "nobody was hurt");
/// assert_eq!(new[1].tokens.len(), 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sentence<'d> {
    /// Where it stands.
    pub unit: Unit,
    /// How many bytes of it repeat nothing: none if it goes, alone or with its paragraph; of a sentence of which a part goes, the rest.
    pub new: u32,
    /// True if it counts among [`Detection::compared_bytes`].
    pub is_compared: bool,
    /// Its fold: what was compared. Empty in one of the [`Detections`] of a session that has spilled, but for
    /// [`Detections::block_with_folds`].
    pub fold: &'d str,
    /// Hashes of the tokens of the fold, as [`crate::fold::Tokens::hashes`] gives them.
    pub tokens: &'d [u32],
}

/// A text was given that is not the one that was pushed, so the places of its units mean nothing in it.
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off.";
/// let detection = redite::Detector::new().detect([text]);
/// let id = redite::ArticleId(0);
/// let error = detection.clean(id, 0, "Another text.");
/// assert_eq!(error, Err(redite::OtherText { article: id, field: 0 }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OtherText {
    /// The article that was asked for.
    pub article: ArticleId,
    /// The field of that article.
    pub field: u16,
}

impl fmt::Display for OtherText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { article, field } = self;
        write!(
            f,
            "text {field} of article {} is not the text that was compared; has its source changed since?",
            article.0
        )
    }
}

impl std::error::Error for OtherText {}

impl Detection {
    pub(crate) fn new(store: Store, verdicts: Verdicts) -> Self {
        Self { store, verdicts }
    }

    /// Number of articles.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.articles(), 1);
    /// # let _ = id;
    /// ```
    #[must_use]
    pub fn articles(&self) -> u32 {
        narrow(self.store.records.len())
    }

    /// The number of the first article: 0, but for one of the blocks of a [`Detections`].
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.first_article(), id);
    /// ```
    #[must_use]
    pub fn first_article(&self) -> ArticleId {
        ArticleId(self.store.first)
    }

    /// The place of an article in the store.
    fn place(&self, article: ArticleId) -> u32 {
        article.0.checked_sub(self.store.first).unwrap_or(u32::MAX)
    }

    /// All repeats, in the order of the removed units.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.repeats().count(), 1);
    /// # let _ = id;
    /// ```
    pub fn repeats(&self) -> impl Iterator<Item = Repeat> + '_ {
        let all = self.store.first..self.store.first + self.articles();
        all.flat_map(|article| self.repeats_in(ArticleId(article)))
    }

    /// The repeats removed from one article, in its order.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.repeats_in(id).count(), 1);
    /// ```
    pub fn repeats_in(&self, article: ArticleId) -> impl Iterator<Item = Repeat> + use<> {
        let place = self.place(article);
        self.repeats_of(place, self.store.paragraphs_of(place))
    }

    /// The repeats removed from some paragraphs of the article at a place, in their order.
    fn repeats_of(&self, article: u32, paragraphs: Range<usize>) -> std::vec::IntoIter<Repeat> {
        let [of_paragraphs, of_sentences, of_parts] = self.levels_of(paragraphs);
        let [paragraphs, sentences, parts] = &self.verdicts.removed;
        let (of_paragraphs, of_sentences) = (within(paragraphs, of_paragraphs), within(sentences, of_sentences));
        let of_parts = within(parts, of_parts);
        let mut all = Vec::with_capacity(of_paragraphs.len() + of_sentences.len() + of_parts.len());
        let repeat = |entry: Entry, kind, removed: &Removed| Repeat {
            removed: self.store.unit_in(article, &entry, kind),
            kept: removed.kept,
            reason: removed.reason,
            similarity: removed.similarity,
            is_reprint: removed.is_reprint,
        };
        let paragraph = |r: &Removed| repeat(self.store.paragraph(r.removed).entry, UnitKind::Paragraph, r);
        all.extend(of_paragraphs.iter().map(paragraph));
        let sentence = |r: &Removed| repeat(self.store.sentence(r.removed), UnitKind::Sentence, r);
        all.extend(of_sentences.iter().map(sentence));
        let part = |r: &Removed| repeat(self.store.part(r.removed), UnitKind::Sentence, r);
        all.extend(of_parts.iter().map(part));
        all.sort_unstable_by_key(|r| r.removed);
        all.into_iter()
    }

    /// The units of one article that others are removed in favour of, in order.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(&text[detection.kept_in(id)[0].span.range()], "The storm tore the roof off.");
    /// ```
    #[must_use]
    pub fn kept_in(&self, article: ArticleId) -> Vec<Unit> {
        let store = &self.store;
        let kept = |bits: &Bits, units: Range<usize>| -> Vec<u32> {
            units.map(narrow).filter(|&i| bits.contains(i)).collect()
        };
        let [paragraphs, sentences, parts] = &self.verdicts.kept;
        let [of_paragraphs, of_sentences, of_parts] = self.levels_of(store.paragraphs_of(self.place(article)));
        let paragraphs = kept(paragraphs, of_paragraphs);
        let mut all: Vec<Unit> = (paragraphs.iter())
            .map(|&i| self.store.unit(&store.paragraph(i).entry, UnitKind::Paragraph))
            .collect();
        let sentences = kept(sentences, of_sentences).into_iter().map(|i| store.sentence(i));
        let parts = kept(parts, of_parts).into_iter().map(|i| store.part(i));
        all.extend(
            sentences
                .chain(parts)
                .map(|entry| self.store.unit(&entry, UnitKind::Sentence)),
        );
        all.sort_unstable();
        all
    }

    /// Some paragraphs, their sentences and parts.
    fn levels_of(&self, paragraphs: Range<usize>) -> [Range<usize>; 3] {
        let sentences = self.store.sentences_of(paragraphs.clone());
        let parts = self.store.parts_of(sentences.clone());
        [paragraphs, sentences, parts]
    }

    /// What to cut out of one field of one article, whose text is given again, in order. The cuts are disjoint.
    ///
    /// Nothing is cut out of an article or a field that does not exist, whatever its text.
    ///
    /// # Errors
    /// If something is to be cut out, and this is not the text that was pushed.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.cuts(id, 0, text)?.len(), 1);
    /// # Ok::<(), redite::OtherText>(())
    /// ```
    pub fn cuts(&self, article: ArticleId, field: u16, text: &str) -> Result<Vec<Cut>, OtherText> {
        let place = self.place(article);
        let paragraphs = self.store.paragraphs_of_field(place, field);
        let repeats: Vec<Repeat> = self.repeats_of(place, paragraphs.clone()).collect();
        if repeats.is_empty() {
            return Ok(Vec::new());
        }
        if !self.store.is_text(place, field, text) {
            return Err(OtherText { article, field });
        }
        let mut ahead = repeats.iter().map(|r| r.removed).peekable();
        let mut goes = |kind: UnitKind, span: Span| ahead.next_if(|u| (u.kind, u.span) == (kind, span)).is_some();
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
        let cuts = spans.into_iter().zip(repeats);
        Ok(cuts.map(|(span, repeat)| Cut { span, repeat }).collect())
    }

    /// One field of one article, whose text is given again, without its repeats.
    ///
    /// # Errors
    /// As for [`Detection::cuts`].
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.clean(id, 0, text), Ok("The storm tore the roof off.".to_owned()));
    /// ```
    pub fn clean(&self, article: ArticleId, field: u16, text: &str) -> Result<String, OtherText> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for cut in self.cuts(article, field, text)? {
            out.push_str(&text[at..cut.span.range().start]);
            at = cut.span.range().end;
        }
        out.push_str(&text[at..]);
        Ok(out)
    }

    /// The language by whose rules an article was cut.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.language(id).code(), "en");
    /// ```
    #[must_use]
    pub fn language(&self, article: ArticleId) -> Language {
        let facts = self.store.facts(self.place(article));
        facts.map_or(Language::UNKNOWN, |facts| facts.0)
    }

    /// The bytes of all texts of an article.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.text_bytes(id), text.len() as u64);
    /// ```
    #[must_use]
    pub fn text_bytes(&self, article: ArticleId) -> u64 {
        self.store.facts(self.place(article)).map_or(0, |facts| facts.1)
    }

    /// The bytes of an article that are compared by these settings, with which it was decided: of its paragraphs that are long
    /// enough, or of its sentences where only sentences are compared.
    ///
    /// ```
    /// let text = "The storm tore the roof off.\n\nShort.";
    /// let detector = redite::Detector::new();
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detector.detect([text]).compared_bytes(id, detector.settings()), 28);
    /// ```
    #[must_use]
    pub fn compared_bytes(&self, article: ArticleId, settings: &Settings) -> u64 {
        let [paragraphs, sentences, _] = self.levels_of(self.store.paragraphs_of(self.place(article)));
        let judged = |entry: Entry| settings.is_judged(entry.weight);
        if settings.units().paragraphs() {
            let judged = paragraphs.filter(|&i| judged(self.store.paragraph(narrow(i)).entry));
            judged
                .map(|i| self.store.span_of(self.store.sentences_in(i)).len() as u64)
                .sum()
        } else {
            let judged = sentences.map(narrow).filter(|&i| judged(self.store.sentence(i)));
            judged
                .map(|i| self.store.span_of_sentence(i as usize).len() as u64)
                .sum()
        }
    }

    /// The sentences of an article, in order, as they were compared by these settings, with which it was decided.
    ///
    /// ```
    /// let texts = ["The storm tore the roof off.", "The storm tore the roof off. Nobody was hurt in the old hall."];
    /// let detector = redite::Detector::new();
    /// let detection = detector.detect(texts);
    /// let sentences = detection.sentences(redite::ArticleId(1), detector.settings());
    /// assert_eq!(sentences.iter().map(|sentence| sentence.new).collect::<Vec<_>>(), [0, 32]);
    /// ```
    #[must_use]
    pub fn sentences(&self, article: ArticleId, settings: &Settings) -> Vec<Sentence<'_>> {
        let (store, place) = (&self.store, self.place(article));
        let [paragraphs, sentences, parts] = self.levels_of(store.paragraphs_of(place));
        let goes = |level: usize, units: &Range<usize>| {
            let removed = within(&self.verdicts.removed[level], units.clone());
            removed.iter().map(|removed| removed.removed as usize).peekable()
        };
        let gone = [goes(0, &paragraphs), goes(1, &sentences), goes(2, &parts)];
        let [mut gone_paragraphs, mut gone_sentences, mut gone_parts] = gone;
        let mut out = Vec::with_capacity(sentences.len());
        for paragraph in paragraphs {
            let goes = gone_paragraphs.next_if_eq(&paragraph).is_some();
            let is_judged = settings.is_judged(store.paragraph(narrow(paragraph)).entry.weight);
            for sentence in store.sentences_in(paragraph) {
                let goes = gone_sentences.next_if_eq(&sentence).is_some() || goes;
                let (mut left, mut lost) = (0, 0);
                for part in store.parts_of(sentence..sentence + 1) {
                    let bytes = store.span_of_part(part).0.len();
                    match gone_parts.next_if_eq(&part) {
                        Some(_) => lost += bytes,
                        None => left += bytes,
                    }
                }
                let entry = store.sentence(narrow(sentence));
                let (fold, tokens) = match store.holds_folds() {
                    true => (store.text(&entry.fold), store.tokens(&entry.fold)),
                    false => ("", &[][..]),
                };
                out.push(Sentence {
                    unit: store.unit_in(place, &entry, UnitKind::Sentence),
                    new: match (goes, lost) {
                        (true, _) => 0,
                        (false, 0) => narrow(entry.span.len()),
                        (false, _) => narrow(left),
                    },
                    is_compared: match settings.units().paragraphs() {
                        true => is_judged,
                        false => settings.is_judged(entry.weight),
                    },
                    fold,
                    tokens,
                });
            }
        }
        out
    }

    /// The fold of a unit that stands in a repeat: what was compared. Empty for any other, and in one of the
    /// [`Detections`] of a session that has spilled.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// let repeat = detection.repeats().next().ok_or("none")?;
    /// assert_eq!(detection.fold(&repeat.removed), "the storm tore the roof off");
    /// # let _ = id;
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn fold(&self, unit: &Unit) -> &str {
        let store = &self.store;
        if !store.holds_folds() {
            return "";
        }
        let paragraphs = store.paragraphs_of_field(self.place(unit.article), unit.field);
        let sentences = store.sentences_of(paragraphs.clone());
        let parts = store.parts_of(sentences.clone());
        let is_it = |entry: &Entry| entry.span == unit.span;
        let find = |units: Range<usize>, entry: &dyn Fn(u32) -> Entry| {
            let at = first_not(units, |i| entry(narrow(i)).span.start < unit.span.start)?;
            Some(entry(narrow(at))).filter(is_it)
        };
        let found = match unit.kind {
            UnitKind::Paragraph => find(paragraphs, &|i| store.paragraph(i).entry),
            UnitKind::Sentence => find(sentences, &|i| store.sentence(i)).or_else(|| find(parts, &|i| store.part(i))),
        };
        found.map_or("", |entry| store.text(&entry.fold))
    }

    /// What was counted, over all articles.
    ///
    /// ```
    /// let text = "The storm tore the roof off. The storm tore the roof off.";
    /// let detection = redite::Detector::new().detect([text]);
    /// let id = redite::ArticleId(0);
    /// assert_eq!(detection.stats().removed_equal, 1);
    /// # let _ = id;
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            articles: self.store.records.len() as u64,
            paragraphs: self.store.paragraphs.len() as u64,
            sentences: self.store.sentences.len() as u64,
            too_short: self.verdicts.too_short,
            unread_texts: self.store.unread() as u64,
            text_bytes: self.store.text_bytes,
            ..Stats::default()
        };
        let mut count = |removal: &Removed, span: Span| {
            match removal.reason {
                Reason::Equal => stats.removed_equal += 1,
                Reason::Near => stats.removed_near += 1,
            }
            stats.removed_bytes += span.len() as u64;
        };
        let store = &self.store;
        let [paragraphs, sentences, parts] = &self.verdicts.removed;
        for removal in paragraphs {
            let sentences = store.sentences_in(removal.removed as usize);
            count(removal, store.span_of(sentences));
        }
        for removal in sentences {
            count(removal, store.span_of_sentence(removal.removed as usize));
        }
        for removal in parts {
            count(removal, store.span_of_part(removal.removed as usize).0);
        }
        stats
    }
}

/// The first number of a range for which something does not hold that holds for all before it.
fn first_not(range: Range<usize>, holds: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        looked(1);
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    (low < range.end).then_some(low)
}

/// The removals, sorted by removed unit, whose removed unit is in a range.
fn within(removals: &[Removed], units: Range<usize>) -> &[Removed] {
    let start = removals.partition_point(|r| (r.removed as usize) < units.start);
    let end = removals.partition_point(|r| (r.removed as usize) < units.end);
    &removals[start..end.max(start)]
}
