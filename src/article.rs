//! What goes in: articles.

use crate::segment::Language;
use std::borrow::Cow;
use std::cmp::Ordering;

/// By what articles are ranked if not by their order; numbers come before texts.
#[derive(Clone, PartialEq, Debug)]
pub enum Rank {
    /// A number.
    Number(f64),
    /// A text, such as a date in ISO 8601; compared byte by byte.
    Text(String),
}

impl Rank {
    /// The total order of ranks: numbers, then texts.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// One input record: one or more texts that belong together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Article<'t> {
    /// The texts, such as title, lead and body, in reading order. Texts after the first 65,535 are not looked at, nor is a
    /// text of 4 GiB or more, or one whose [fold](crate::fold) takes 4 GiB: nothing is removed from it, and it counts in
    /// [`crate::Stats::unread_texts`].
    pub texts: Vec<Cow<'t, str>>,
    /// Its language, if it is known.
    pub language: Option<Language>,
    /// Its rank, for [`crate::Keep::LowestRank`] and [`crate::Keep::HighestRank`].
    pub rank: Option<Rank>,
}

impl<'t> Article<'t> {
    /// An article of one text.
    #[must_use]
    pub fn new(text: impl Into<Cow<'t, str>>) -> Self {
        Self {
            texts: vec![text.into()],
            language: None,
            rank: None,
        }
    }

    /// The same article with another text after the ones it has: body after lead after title.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Cow<'t, str>>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// The same article in a known language.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// The same article with a rank.
    #[must_use]
    pub fn with_rank(mut self, rank: Rank) -> Self {
        self.rank = Some(rank);
        self
    }
}

impl<'t, T: Into<Cow<'t, str>>> From<T> for Article<'t> {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}
