//! What of a text stands in a reference: the test set that must not be in a training corpus.
//!
//! A [`Reference`] is built of texts and then asked what of other texts is **contained** in one of them.
//!
//! # The rule
//! Texts are [folded](crate::fold), so that case, width, punctuation, line breaks, character references, tags and the formatting of
//! numbers make no difference. Besides, accents and vowel points are left off (`été` is `ete`), and signs of currency and per cent
//! are no tokens. Then:
//!
//! 1. **Runs.** Whatever is a run of at least N tokens (8 by default) of one text of the reference is contained. In scripts written
//!    without spaces a letter is a token and counts half, as it does everywhere in redite: there a run has 16 letters. Runs are
//!    maximal, and every one is found: they may begin and end anywhere in either text, across lines, sentences and paragraphs.
//! 2. **Gaps.** Where a run ends and, at most [`GAP`] tokens further on in both texts, at least N/2 tokens again are the same, they
//!    are one span: a word was edited there. The same holds before a run.
//! 3. **Short units.** What is shorter than N tokens in the reference, but not shorter than the minimum (5 by default), is contained
//!    where it is a unit in both: there a whole text, a paragraph or a line, here a paragraph, a line, a sentence, what could be
//!    one, or what stands behind a colon or in quotation marks or brackets.
//!
//! A span reaches from the first to the last of these tokens. Punctuation that directly adjoins it goes along where it is the
//! reference's own, closes the sentence that the span is, or stands around the span as a pair.
//!
//! Tokens are compared as such: hashes say where to look, and decide nothing.
//!
//! ```
//! use redite::Reference;
//!
//! let reference = Reference::new(["Which of the 9 planets is the largest, and how many moons has it?"]);
//! let text = "He read on: WHICH OF THE 9 PLANETS\nIS THE LARGEST - AND HOW MANY MOONS HAS IT? Nobody knew.";
//! let found = reference.find(text);
//! assert_eq!(&text[found[0].span.range()], "WHICH OF THE 9 PLANETS\nIS THE LARGEST - AND HOW MANY MOONS HAS IT?");
//! ```
//!
//! # What it costs
//! A reference takes about 30 bytes a token beside its texts, and half as much again while it is built. Asking takes time that is linear in the text, up to a logarithm of the
//! reference, whatever stands in either: at each token it is looked up whether the N tokens from there on may stand in the reference;
//! where they do, the longest run is followed in a suffix array, token by token, and what it covers is not looked up again. A text of
//! one token, repeated a million times, is one run.

mod edges;
mod filter;
mod find;
mod suffixes;
#[cfg(test)]
mod tests;
mod words;

use crate::error::CapacityError;
use crate::fold::{Folder, Tokens};
use crate::model::Span;
use crate::segment::{Paragraphs, paragraphs};
use filter::{Filter, Windows};
use rayon::prelude::*;
use std::collections::HashMap;
use suffixes::Suffixes;
use words::{END, Words};

/// How many tokens of each text may stand between two runs that are one span.
///
/// ```
/// assert_eq!(redite::reference::GAP, 3);
/// ```
pub const GAP: usize = 3;

/// A span of a text that stands in a text of the reference.
///
/// ```
/// use redite::Reference;
///
/// let reference = Reference::new(["That's one small step for a man, one giant leap for all of mankind."]);
/// let found = reference.find("He said that's one small step for a man, one huge leap for all of mankind, didn't he?");
/// assert_eq!((found.len(), found[0].text), (1, 0));
/// assert!(found[0].share > 0.9 && found[0].share < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contained {
    /// Where it stands.
    pub span: Span,
    /// The number of the text of the reference, from 0, in the order in which they were given.
    pub text: u32,
    /// Where it stands there.
    pub at: Span,
    /// How much of the span, by its tokens, is the same there: 1 but for gaps.
    pub share: f64,
}

/// How long a run must be.
///
/// ```
/// use redite::reference::Limits;
///
/// assert_eq!(Limits::default(), Limits { tokens: 8, min_tokens: 5 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Least length of a run, in words (two letters of a script without spaces count as one). Taken to be from 2 to 1,000.
    pub tokens: u32,
    /// Least length of a unit that is shorter than a run, in words.
    pub min_tokens: u32,
}

impl Limits {
    /// The shortest and the longest run that can be asked for.
    ///
    /// ```
    /// assert_eq!(redite::reference::Limits::RANGE, 2..=1000);
    /// ```
    pub const RANGE: std::ops::RangeInclusive<u32> = 2..=1000;

    /// Least length of a run in half words.
    fn run(self) -> u32 {
        2 * self.tokens.clamp(*Self::RANGE.start(), *Self::RANGE.end())
    }

    /// Least length of a short unit in half words.
    fn unit(self) -> u32 {
        self.min_tokens.max(1).saturating_mul(2)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: 8,
            min_tokens: crate::settings::Settings::DEFAULT_MIN_TOKENS,
        }
    }
}

/// One text of a reference.
#[derive(Debug)]
struct Text {
    /// The place of its first token.
    first: u32,
    text: Box<str>,
}

/// Texts of a reference on their way in.
///
/// ```
/// use redite::reference::{Builder, Limits};
///
/// let mut builder = Builder::new(Limits { tokens: 13, min_tokens: 5 });
/// builder.add_all(vec!["A question.".to_owned(), "Another one.".to_owned()])?;
/// let reference = builder.build();
/// assert_eq!(reference.texts(), 2);
/// # Ok::<(), redite::CapacityError>(())
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    limits: Limits,
    words: Words,
    texts: Vec<Text>,
    tokens: Vec<u32>,
    /// The hash and the length of each token; those of an end mean nothing.
    read: Vec<(u32, u8)>,
    places: Vec<Span>,
    /// Where the tokens of short units begin and end.
    short: Vec<(u32, u32)>,
}

/// What is read of a text before its tokens have numbers.
struct Folded {
    text: String,
    tokens: Vec<(Box<str>, u32, u8)>,
    places: Vec<Span>,
    short: Vec<(u32, u32)>,
}

impl Builder {
    /// Nothing is in it.
    ///
    /// ```
    /// use redite::reference::{Builder, Limits};
    ///
    /// assert!(Builder::new(Limits::default()).build().find("A text.").is_empty());
    /// ```
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Adds texts, which are read on all threads.
    ///
    /// # Errors
    /// If there are more texts or tokens than 32 bits can number; then none of these is added.
    ///
    /// ```
    /// use redite::reference::{Builder, Limits};
    ///
    /// let mut builder = Builder::new(Limits::default());
    /// builder.add_all(vec!["A question.".to_owned()])?;
    /// # Ok::<(), redite::CapacityError>(())
    /// ```
    pub fn add_all(&mut self, texts: Vec<String>) -> Result<(), CapacityError> {
        let limits = self.limits;
        let folded: Vec<Folded> = (texts.into_par_iter())
            .map_init(Folder::default, |folder, text| Folded::of(text, limits, folder))
            .collect();
        let more: usize = folded.iter().map(|text| text.tokens.len() + 1).sum();
        let fits = |count: usize| u32::try_from(count).is_ok_and(|count| count < u32::MAX);
        if !fits(self.tokens.len() + more) || !fits(self.texts.len() + folded.len()) {
            return Err(CapacityError::reference());
        }
        for text in folded {
            let first = narrow(self.tokens.len());
            for (token, hash, weight) in text.tokens {
                self.tokens.push(self.words.add(&token));
                self.read.push((hash, weight));
            }
            self.tokens.push(END);
            self.read.push((0, 0));
            self.places.extend(text.places);
            self.places.push(Span::default());
            self.short
                .extend(text.short.iter().map(|(from, to)| (first + from, first + to)));
            self.texts.push(Text {
                first,
                text: text.text.into(),
            });
        }
        Ok(())
    }

    /// The reference, which can be asked.
    ///
    /// ```
    /// use redite::reference::{Builder, Limits};
    ///
    /// assert_eq!(Builder::new(Limits::default()).build().texts(), 0);
    /// ```
    #[must_use]
    pub fn build(self) -> Reference {
        let Self {
            limits,
            words,
            texts,
            mut tokens,
            read,
            mut places,
            short,
        } = self;
        let runs = Windows::new(limits.run());
        let mut run_starts = Filter::new(read.len());
        for text in read.split(|token| token.1 == 0) {
            runs.each(text, |_, _, hash| run_starts.insert(hash));
        }
        let units = Windows::new(limits.unit());
        let mut unit_starts = Filter::new(short.len());
        let mut short_units = HashMap::with_hasher(crate::hash::map_state());
        for (from, to) in short {
            let range = from as usize..to as usize;
            let mut first = None;
            units.each(&read[range.clone()], |start, _, hash| {
                first = first.or((start == 0).then_some(hash));
            });
            if let Some(hash) = first {
                unit_starts.insert(hash);
                short_units.entry(tokens[range].into()).or_insert(from);
            }
        }
        drop(read);
        tokens.shrink_to_fit();
        places.shrink_to_fit();
        Reference {
            suffixes: Suffixes::new(&tokens, words.len()),
            limits,
            words,
            texts,
            tokens,
            places,
            runs,
            run_starts,
            units,
            unit_starts,
            short_units,
        }
    }
}

impl Folded {
    fn of(text: String, limits: Limits, folder: &mut Folder) -> Self {
        let (mut fold, mut spans) = (Tokens::default(), Vec::new());
        folder.locate(&text, &mut fold, &mut spans);
        let (mut tokens, mut places) = (Vec::with_capacity(spans.len()), Vec::with_capacity(spans.len()));
        words::each(&fold, |place, token, hash, weight| {
            tokens.push((Box::from(token), hash, weight));
            places.push(spans.get(place).copied().unwrap_or_default());
        });
        let mut units = vec![Span::new(0, narrow(text.len()))];
        paragraphs(&text, Paragraphs::Blank, &mut units);
        paragraphs(&text, Paragraphs::Line, &mut units);
        let mut short = Vec::new();
        for unit in units {
            let range = within(&places, unit);
            let weight: u32 = tokens[range.clone()].iter().map(|token| u32::from(token.2)).sum();
            if (limits.unit()..limits.run()).contains(&weight) {
                short.push((narrow(range.start), narrow(range.end)));
            }
        }
        short.sort_unstable();
        short.dedup();
        Self {
            text,
            tokens,
            places,
            short,
        }
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Which of the tokens that stand at `places` lie in a span.
fn within(places: &[Span], span: Span) -> std::ops::Range<usize> {
    let from = places.partition_point(|place| place.start < span.start);
    let to = places.partition_point(|place| place.end <= span.end);
    from..to.max(from)
}

/// Texts that others are held against, indexed. See [the module](self) for the rule.
///
/// ```
/// let reference = redite::Reference::new(["What is the capital of France?"]);
/// let text = "Quiz\n\nWhat is the capital of France\n\nParis";
/// assert_eq!(&text[reference.find(text)[0].span.range()], "What is the capital of France");
/// ```
#[derive(Debug)]
pub struct Reference {
    limits: Limits,
    words: Words,
    texts: Vec<Text>,
    /// Those of all texts, each text followed by [`END`].
    tokens: Vec<u32>,
    /// Where each stands in its text.
    places: Vec<Span>,
    suffixes: Suffixes,
    runs: Windows,
    run_starts: Filter,
    units: Windows,
    unit_starts: Filter,
    /// By the tokens of a short unit where they stand first.
    short_units: HashMap<Box<[u32]>, u32, ahash::RandomState>,
}

impl Reference {
    /// Of these texts, with the usual limits. Texts beyond what 32 bits can number are left out; a [`Builder`] says so.
    ///
    /// ```
    /// use redite::Reference;
    ///
    /// assert!(Reference::new(["Some question of a test set, and its answer."]).find("Something else.").is_empty());
    /// ```
    #[must_use]
    pub fn new<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut builder = Builder::new(Limits::default());
        for text in texts {
            if builder.add_all(vec![text.into()]).is_err() {
                break;
            }
        }
        builder.build()
    }

    /// How many texts it has.
    ///
    /// ```
    /// assert_eq!(redite::Reference::new(["A text.", "Another."]).texts(), 2);
    /// ```
    #[must_use]
    pub fn texts(&self) -> usize {
        self.texts.len()
    }

    /// How many tokens its texts have.
    ///
    /// ```
    /// assert_eq!(redite::Reference::new(["A text.", "水火"]).tokens(), 4);
    /// ```
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.tokens.len() - self.texts.len()
    }

    /// One of its texts.
    ///
    /// ```
    /// assert_eq!(redite::Reference::new(["A text."]).text(0), Some("A text."));
    /// ```
    #[must_use]
    pub fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(|text| &*text.text)
    }

    /// The limits that it was built with.
    ///
    /// ```
    /// assert_eq!(redite::Reference::new(["A text."]).limits().tokens, 8);
    /// ```
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How many bytes of memory it takes, about.
    ///
    /// ```
    /// assert!(redite::Reference::new(["A text."]).bytes() > 0);
    /// ```
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let texts: usize = self.texts.iter().map(|text| text.text.len() + size_of::<Text>()).sum();
        let units: usize = self.short_units.keys().map(|unit| 4 * unit.len() + 48).sum();
        let tokens = self.tokens.len() * (size_of::<u32>() + size_of::<Span>());
        (texts + units + tokens) as u64
            + self.words.bytes()
            + self.suffixes.bytes()
            + self.run_starts.bytes()
            + self.unit_starts.bytes()
    }

    /// The number of the text that a token stands in.
    fn text_of(&self, token: usize) -> u32 {
        let after = self.texts.partition_point(|text| text.first as usize <= token);
        narrow(after.saturating_sub(1))
    }
}
