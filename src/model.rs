//! The values that travel between the modules: plain data, no I/O, no clock, no threads.

use std::fmt;
use std::ops::Range;

/// A half-open range of bytes in the original text of one field of one article.
///
/// Both ends lie on character boundaries. Texts are at most 4 GiB, so 32 bits are enough.
///
/// ```
/// let span = redite::Span::new(2, 5);
/// assert_eq!(&"a day"[span.range()], "day");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`, in bytes.
    ///
    /// ```
    /// assert_eq!(redite::Span::new(2, 5).start, 2);
    /// ```
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Number of bytes.
    ///
    /// ```
    /// assert_eq!(redite::Span::new(2, 5).len(), 3);
    /// ```
    #[must_use]
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True if the span holds no byte.
    ///
    /// ```
    /// assert!(redite::Span::new(2, 2).is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a `usize` range, ready to index a `&str`.
    ///
    /// ```
    /// assert_eq!(redite::Span::new(2, 5).range(), 2..5);
    /// ```
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same span seen from a text in which this one's text begins at byte `by`.
    ///
    /// ```
    /// use redite::Span;
    ///
    /// assert_eq!(Span::new(2, 5).shifted(10), Span::new(12, 15));
    /// ```
    #[must_use]
    pub const fn shifted(self, by: u32) -> Self {
        Self {
            start: self.start + by,
            end: self.end + by,
        }
    }

    /// True if every byte of `other` is in `self`.
    ///
    /// ```
    /// use redite::Span;
    ///
    /// assert!(Span::new(2, 9).contains(Span::new(2, 5)));
    /// ```
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Counts the characters (Unicode scalar values) before places in a text, which ascend: it is read once.
///
/// ```
/// use redite::model::Chars;
///
/// let mut chars = Chars::new("né à Zürich");
/// assert_eq!([chars.before(3), chars.before(6)], [2, 4]);
/// ```
#[derive(Clone, Debug)]
pub struct Chars<'t> {
    text: &'t str,
    byte: u32,
    chars: u32,
}

impl<'t> Chars<'t> {
    /// At the beginning of a text.
    ///
    /// ```
    /// assert_eq!(redite::model::Chars::new("né").before(0), 0);
    /// ```
    #[must_use]
    pub const fn new(text: &'t str) -> Self {
        Self {
            text,
            byte: 0,
            chars: 0,
        }
    }

    /// How many stand before a byte at which a character begins, and which is no less than the last time; for any other byte, how many it was
    /// then.
    ///
    /// ```
    /// assert_eq!(redite::model::Chars::new("né").before(3), 2);
    /// ```
    pub fn before(&mut self, byte: u32) -> u32 {
        if let Some(between) = self.text.get(self.byte as usize..byte as usize) {
            self.chars += u32::try_from(between.chars().count()).unwrap_or(u32::MAX);
            self.byte = byte;
        }
        self.chars
    }
}

/// The place of an article in the order in which articles came, from 0.
///
/// ```
/// let mut session = redite::Detector::new().session();
/// assert_eq!(session.push(&"A day.".into())?, redite::ArticleId(0));
/// assert_eq!(session.push(&"A night.".into())?, redite::ArticleId(1));
/// # Ok::<(), redite::PushError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ArticleId(pub u32);

/// What kind of unit a text is cut into.
///
/// ```
/// assert_eq!(redite::UnitKind::Sentence.to_string(), "sentence");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum UnitKind {
    /// A paragraph.
    Paragraph,
    /// A sentence.
    Sentence,
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paragraph => "paragraph",
            Self::Sentence => "sentence",
        })
    }
}

/// One paragraph or sentence, by its place.
///
/// ```
/// let text = "The storm tore the roof off. The storm tore the roof off.";
/// let repeat = redite::Detector::new().repeats(text)[0];
/// assert_eq!(&text[repeat.removed.span.range()], "The storm tore the roof off.");
/// assert!(repeat.kept < repeat.removed);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Unit {
    /// The article it stands in.
    pub article: ArticleId,
    /// The field of that article, from 0.
    pub field: u16,
    /// The bytes of that field, without the white space around the unit.
    pub span: Span,
    /// Paragraph or sentence.
    pub kind: UnitKind,
}

/// Why a unit counts as a repeat.
///
/// ```
/// assert_eq!(redite::Reason::Near.to_string(), "near");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// Its fold is the same.
    Equal,
    /// Its similarity is at or above the threshold.
    Near,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "equal",
            Self::Near => "near",
        })
    }
}

/// A stage of deciding.
///
/// ```
/// assert_eq!(redite::Stage::Keys.to_string(), "keys");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Stage {
    /// Units of equal folds are told to be one.
    Collapse,
    /// Shingles are counted. Within a cap on memory this is done as articles are pushed.
    Count,
    /// The keys of each fold, by which it is found, and its bitmap.
    Keys,
    /// Only within a cap on memory: leaders of earlier segments are looked for on disk, and those of the segment written.
    Shards,
    /// Units are decided in order: looked up, verified, filed.
    Scan,
    /// What stays for the sake of the rest of its text.
    Spare,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Collapse => "collapse",
            Self::Count => "count",
            Self::Keys => "keys",
            Self::Shards => "shards",
            Self::Scan => "scan",
            Self::Spare => "spare",
        })
    }
}

/// How far deciding has come.
///
/// ```
/// let progress = redite::Progress { stage: redite::Stage::Scan, share: 0.4 };
/// assert_eq!(format!("{}: {:.0} %", progress.stage, 100.0 * progress.share), "scan: 40 %");
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// What has been done since the last report is part of this stage. Stages of several segments, and of articles that are
    /// decided by themselves, take turns.
    pub stage: Stage,
    /// How much of all is done, from 0 to 1.
    pub share: f64,
}
