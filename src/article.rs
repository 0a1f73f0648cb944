//! What goes in: articles.

use crate::origin::Origin;
use crate::segment::Language;
use std::borrow::Cow;
use std::cmp::Ordering;

/// By what articles are ranked if not by their order; numbers come before texts.
///
/// ```
/// use redite::{Article, Rank};
///
/// let [mine, other] = [Rank::Number(2.0), Rank::Number(10.0)];
/// let articles = [Article::new("A day.").with_rank(mine), Article::new("A night.").with_rank(other)];
/// assert_ne!(articles[0].rank, articles[1].rank);
/// ```
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
///
/// ```
/// let article = redite::Article::new("A headline").with_text("A lead. And a body.");
/// assert_eq!(article.texts.len(), 2);
/// ```
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
    /// Where it comes from and when, where that has a say in what it is compared with.
    pub origin: Origin,
}

impl<'t> Article<'t> {
    /// An article of one text.
    ///
    /// ```
    /// let article = redite::Article::new("One text.");
    /// assert_eq!(article.texts[0], "One text.");
    /// ```
    #[must_use]
    pub fn new(text: impl Into<Cow<'t, str>>) -> Self {
        Self {
            texts: vec![text.into()],
            language: None,
            rank: None,
            origin: Origin::default(),
        }
    }

    /// The same article with another text after the ones it has: body after lead after title.
    ///
    /// ```
    /// let article = redite::Article::new("Title").with_text("Body.");
    /// assert_eq!(article.texts[1], "Body.");
    /// ```
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Cow<'t, str>>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// The same article in a known language.
    ///
    /// ```
    /// use redite::segment::Language;
    ///
    /// let article = redite::Article::new("Am 3. Mai.").with_language(Language::from_tag("de"));
    /// assert_eq!(article.language, Some(Language::from_tag("de")));
    /// ```
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// The same article with a rank.
    ///
    /// ```
    /// use redite::{Article, Detector, Keep, Rank};
    ///
    /// let notice = "All rights to this notice are reserved by its authors.";
    /// let articles = [1.0, 7.0].map(|rank| Article::new(notice).with_rank(Rank::Number(rank)));
    /// let detector = Detector::builder().keep(Keep::HighestRank).build()?;
    /// let repeat = detector.detect(articles).repeats().next().ok_or("none")?;
    /// assert_eq!((repeat.removed.article.0, repeat.kept.article.0), (0, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_rank(mut self, rank: Rank) -> Self {
        self.rank = Some(rank);
        self
    }

    /// The same article from elsewhere, or of another time.
    ///
    /// ```
    /// use redite::{Article, Detector, Origin, Scope};
    ///
    /// let notice = "All rights to this notice are reserved by its authors.";
    /// let of_site = |site| Article::new(notice).with_origin(Origin { group: Some(site), time: None });
    /// let detector = Detector::builder().scope(Scope::Group).build()?;
    /// assert_eq!(detector.detect([of_site(1), of_site(2), of_site(1)]).repeats().count(), 1);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
}

impl<'t, T: Into<Cow<'t, str>>> From<T> for Article<'t> {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}
