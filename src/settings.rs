//! Every setting that changes a result.

mod names;
#[cfg(feature = "serde")]
mod serialized;

use crate::error::SettingsError;
use crate::join::{Measure, Rule, Threshold};
use crate::origin::{Groups, Reach};
use crate::segment::{Language, Paragraphs};
use crate::verdict::Level;
use std::time::Duration;

/// Which units are compared and removed.
///
/// ```
/// use redite::{Detector, UnitChoice, UnitKind};
///
/// let detector = Detector::builder().units(UnitChoice::Sentences).build()?;
/// let repeats = detector.repeats("A storm tore the roof off.\n\nA storm tore the roof off.");
/// assert_eq!(repeats[0].removed.kind, UnitKind::Sentence);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum UnitChoice {
    /// Paragraphs, then the sentences of the paragraphs that stay.
    #[default]
    Both,
    /// Whole paragraphs only.
    Paragraphs,
    /// Sentences only.
    Sentences,
}

impl UnitChoice {
    pub(crate) fn paragraphs(self) -> bool {
        self != Self::Sentences
    }

    pub(crate) fn sentences(self) -> bool {
        self != Self::Paragraphs
    }
}

/// How far a unit looks for its like.
///
/// ```
/// use redite::{Detector, Scope};
///
/// let detector = Detector::builder().scope(Scope::Article).build()?;
/// let same = "A storm tore the roof off the market hall.";
/// assert_eq!(detector.detect([same, same]).repeats().count(), 0);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Scope {
    /// Inside its own article only.
    Article,
    /// In its own article and all others.
    #[default]
    Corpus,
    /// In all articles of the same [group](crate::Origin::group): the outcome is that of each group alone.
    Group,
    /// In all articles of other groups, and not in those of its own.
    OtherGroups,
}

/// In which order articles are decided: of several like units that of the first article is kept.
///
/// What is decided of some articles does not depend on those that come after them in this order.
///
/// ```
/// use redite::{Detector, Keep};
///
/// let detector = Detector::builder().keep(Keep::Last).build()?;
/// let repeat = detector.repeats("A storm tore the roof off.\n\nA storm tore the roof off.")[0];
/// assert!(repeat.removed < repeat.kept);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Keep {
    /// Input order.
    #[default]
    First,
    /// The last article first, and in each article the last unit first.
    Last,
    /// The longest article first, by its words and numbers; of equals the first.
    Longest,
    /// The article with the lowest [`crate::Article::rank`] first; articles without one come last, of equals the first.
    LowestRank,
    /// As before, with the highest rank.
    HighestRank,
}

/// All settings, valid by construction: see [`crate::Detector::builder`].
///
/// As text they are a line such as `level=exact threshold=0.7`, by the names of the command line: printed with all of them, read with any.
/// With the feature `serde` they are serialized as that line.
///
/// ```
/// use redite::{Detector, Level, Settings};
///
/// let settings: Settings = "level=exact threshold=0.7".parse()?;
/// assert_eq!(settings.level(), Level::Exact);
/// assert_eq!(settings.to_string().parse(), Ok(settings));
/// let detector = Detector::from(settings);
/// assert_eq!(detector.settings(), &settings);
/// # Ok::<(), redite::SettingsError>(())
/// ```
///
/// ```
/// use redite::{Detector, Settings};
///
/// let detector = Detector::new();
/// let settings: &Settings = detector.settings();
/// assert_eq!(settings.min_tokens(), Settings::DEFAULT_MIN_TOKENS);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    pub(crate) units: UnitChoice,
    pub(crate) scope: Scope,
    pub(crate) within: Option<Duration>,
    pub(crate) keep: Keep,
    pub(crate) level: Level,
    pub(crate) measure: Measure,
    pub(crate) threshold: Threshold,
    pub(crate) min_tokens: u32,
    pub(crate) paragraphs: Paragraphs,
    pub(crate) language: Option<Language>,
}

impl Settings {
    /// The least similarity of a near repeat, by default.
    ///
    /// ```
    /// let detector = redite::Detector::builder().threshold(redite::Settings::DEFAULT_THRESHOLD).build()?;
    /// assert_eq!(detector, redite::Detector::new());
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    pub const DEFAULT_THRESHOLD: f64 = 0.52;
    /// The shortest unit that is judged, by default, in words.
    ///
    /// ```
    /// assert_eq!(redite::Settings::DEFAULT_MIN_TOKENS, 5);
    /// ```
    pub const DEFAULT_MIN_TOKENS: u32 = 5;

    /// Which units are compared.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().units(), redite::UnitChoice::Both);
    /// ```
    #[must_use]
    pub fn units(&self) -> UnitChoice {
        self.units
    }

    /// How far a unit looks.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().scope(), redite::Scope::Corpus);
    /// ```
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// How far apart in time articles may be that are compared.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().within(), None);
    /// ```
    #[must_use]
    pub fn within(&self) -> Option<Duration> {
        self.within
    }

    /// Which of several like units is kept.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().keep(), redite::Keep::First);
    /// ```
    #[must_use]
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// What may be lost with a repeat.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().level(), redite::Level::Editor);
    /// ```
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How likeness is measured.
    ///
    /// ```
    /// use redite::join::Measure;
    ///
    /// assert_eq!(redite::Detector::new().settings().measure(), Measure::default());
    /// ```
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// How much of it is enough.
    ///
    /// ```
    /// let threshold = redite::Detector::new().settings().threshold();
    /// assert_eq!(threshold.value(), redite::Settings::DEFAULT_THRESHOLD);
    /// ```
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// The shortest unit that is judged, in words; a word counts as two letters of a script without spaces.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().min_tokens(), 5);
    /// ```
    #[must_use]
    pub fn min_tokens(&self) -> u32 {
        self.min_tokens
    }

    /// How paragraphs are told.
    ///
    /// ```
    /// use redite::segment::Paragraphs;
    ///
    /// assert_eq!(redite::Detector::new().settings().paragraphs(), Paragraphs::Auto);
    /// ```
    #[must_use]
    pub fn paragraphs(&self) -> Paragraphs {
        self.paragraphs
    }

    /// The language of articles that name none; `None` if it is detected.
    ///
    /// ```
    /// assert_eq!(redite::Detector::new().settings().language(), None);
    /// ```
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.language
    }

    /// What two units must satisfy to be repeats.
    ///
    /// ```
    /// let rule = redite::Detector::new().settings().rule();
    /// assert_eq!(rule.level, redite::Level::Editor);
    /// ```
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule {
            measure: self.measure,
            threshold: self.threshold,
            level: self.level,
        }
    }

    /// Which articles are compared.
    pub(crate) fn reach(&self) -> Reach {
        Reach {
            groups: match self.scope {
                Scope::Article | Scope::Corpus => Groups::All,
                Scope::Group => Groups::Same,
                Scope::OtherGroups => Groups::Other,
            },
            within: self.within,
        }
    }

    /// True if a unit of this [weight](crate::fold::Piece::weight) is long enough to be judged.
    ///
    /// ```
    /// let detector = redite::Detector::new();
    /// let weight = |text| redite::fold::fold(text).weight();
    /// assert!(detector.settings().is_judged(weight("A storm tore the roof")));
    /// assert!(!detector.settings().is_judged(weight("A storm")));
    /// ```
    #[must_use]
    pub fn is_judged(&self, weight: u32) -> bool {
        weight >= self.min_tokens.saturating_mul(2)
    }
}

/// Builds [`Settings`] and, from them, a [`crate::Detector`]. Every setting has a default.
///
/// ```
/// let detector = redite::Detector::builder().threshold(0.7).min_tokens(8).build()?;
/// assert_eq!(detector.settings().min_tokens(), 8);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DetectorBuilder {
    settings: Settings,
    threshold: f64,
}

impl Default for DetectorBuilder {
    fn default() -> Self {
        let threshold = Settings::DEFAULT_THRESHOLD;
        Self {
            settings: Settings {
                units: UnitChoice::default(),
                scope: Scope::default(),
                within: None,
                keep: Keep::default(),
                level: Level::default(),
                measure: Measure::default(),
                threshold: Threshold::ONE,
                min_tokens: Settings::DEFAULT_MIN_TOKENS,
                paragraphs: Paragraphs::default(),
                language: None,
            },
            threshold,
        }
    }
}

impl DetectorBuilder {
    /// Which units are compared: by default paragraphs, then the sentences of those that stay.
    ///
    /// ```
    /// let detector = redite::Detector::builder().units(redite::UnitChoice::Paragraphs).build()?;
    /// assert_eq!(detector.settings().units(), redite::UnitChoice::Paragraphs);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn units(mut self, units: UnitChoice) -> Self {
        self.settings.units = units;
        self
    }

    /// How far a unit looks: by default in all articles.
    ///
    /// ```
    /// let detector = redite::Detector::builder().scope(redite::Scope::Article).build()?;
    /// assert_eq!(detector.settings().scope(), redite::Scope::Article);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.settings.scope = scope;
        self
    }

    /// How far apart in time two articles may be that are compared, by [`crate::Origin::time`], in whole seconds: by default as far
    /// as you like. A unit is then compared with the leaders of the articles in that window, before and after its own.
    ///
    /// ```
    /// use redite::{Article, Detector, Origin};
    /// use std::time::Duration;
    ///
    /// let week = Duration::from_secs(7 * 86_400);
    /// let detector = Detector::builder().within(Some(week)).build()?;
    /// let of_day = |day: i64| Article::new("The weekly market is open from eight to noon.")
    ///     .with_origin(Origin { group: None, time: Some(86_400 * day) });
    /// // That of the ninth day is too late for the first one, and what follows it is compared with it.
    /// let detection = detector.detect([of_day(1), of_day(3), of_day(9), of_day(16)]);
    /// let repeats: Vec<_> = detection.repeats().map(|r| (r.removed.article.0, r.kept.article.0)).collect();
    /// assert_eq!(repeats, [(1, 0), (3, 2)]);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn within(mut self, time: Option<Duration>) -> Self {
        self.settings.within = time.map(|time| Duration::from_secs(time.as_secs()));
        self
    }

    /// Which of several like units is kept: by default the first.
    ///
    /// ```
    /// let detector = redite::Detector::builder().keep(redite::Keep::Longest).build()?;
    /// assert_eq!(detector.settings().keep(), redite::Keep::Longest);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.settings.keep = keep;
        self
    }

    /// What may be lost with a repeat: by default no fact.
    ///
    /// ```
    /// let detector = redite::Detector::builder().level(redite::Level::Exact).build()?;
    /// assert_eq!(detector.settings().level(), redite::Level::Exact);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.settings.level = level;
        self
    }

    /// How likeness is measured: by default the Jaccard similarity of one- and two-token shingles.
    ///
    /// ```
    /// let detector = redite::Detector::builder().measure(redite::join::Measure::Edit).build()?;
    /// assert_eq!(detector.settings().measure(), redite::join::Measure::Edit);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn measure(mut self, measure: Measure) -> Self {
        self.settings.measure = measure;
        self
    }

    /// The least similarity of a near repeat, above 0 and at most 1: by default
    /// [`Settings::DEFAULT_THRESHOLD`].
    ///
    /// Two units that match at a threshold match at every lower one. What is removed need not grow so: a unit that matched
    /// only one that now goes itself may stay, and what stands for a removed paragraph loses no sentence.
    ///
    /// ```
    /// let detector = redite::Detector::builder().threshold(0.7).build()?;
    /// assert_eq!(detector.settings().threshold().value(), 0.7);
    /// assert!(redite::Detector::builder().threshold(1.5).build().is_err());
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// The shortest unit that is judged, in words, where two letters of a script without spaces count as a word: by
    /// default [`Settings::DEFAULT_MIN_TOKENS`]. Shorter units are never removed alone.
    ///
    /// ```
    /// let detector = redite::Detector::builder().min_tokens(8).build()?;
    /// assert_eq!(detector.settings().min_tokens(), 8);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn min_tokens(mut self, tokens: u32) -> Self {
        self.settings.min_tokens = tokens;
        self
    }

    /// How paragraphs are told: by default by blank lines where there are any, else by line breaks.
    ///
    /// ```
    /// let detector = redite::Detector::builder().paragraphs(redite::segment::Paragraphs::Line).build()?;
    /// assert_eq!(detector.settings().paragraphs(), redite::segment::Paragraphs::Line);
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn paragraphs(mut self, paragraphs: Paragraphs) -> Self {
        self.settings.paragraphs = paragraphs;
        self
    }

    /// The language of articles that name none: by default it is detected, but for texts of one plain sentence, which
    /// every language cuts alike.
    ///
    /// ```
    /// use redite::segment::Language;
    ///
    /// let detector = redite::Detector::builder().language(Some(Language::from_tag("fi"))).build()?;
    /// assert_eq!(detector.detect(["Päivä."]).language(redite::ArticleId(0)).code(), "fi");
    /// # Ok::<(), redite::SettingsError>(())
    /// ```
    #[must_use]
    pub fn language(mut self, language: Option<Language>) -> Self {
        self.settings.language = language;
        self
    }

    /// The settings, if they make sense.
    pub(crate) fn settings(self) -> Result<Settings, SettingsError> {
        let threshold = Threshold::new(self.threshold).ok_or_else(|| SettingsError::threshold(self.threshold))?;
        if self.settings.min_tokens == 0 {
            return Err(SettingsError::min_tokens());
        }
        Ok(Settings {
            threshold,
            ..self.settings
        })
    }
}
