//! Settings as text: each value has a name, and all together are a line of `name=value`.

use super::{DetectorBuilder, Keep, Scope, Settings, UnitChoice};
use crate::error::SettingsError;
use crate::join::Measure;
use crate::segment::{Language, Paragraphs};
use crate::shingle::Lengths;
use crate::verdict::Level;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Gives each value of a setting a name, by which it is printed and read.
macro_rules! named {
    ($type:ident, $setting:literal, $($value:ident = $name:literal),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$value => $name,)+
                })
            }
        }

        impl FromStr for $type {
            type Err = SettingsError;

            fn from_str(name: &str) -> Result<Self, SettingsError> {
                match name {
                    $($name => Ok(Self::$value),)+
                    other => {
                        let why = format!("must be one of {}", [$($name),+].join(", "));
                        Err(SettingsError::value($setting, other, &why))
                    }
                }
            }
        }
    };
}

named!(
    UnitChoice,
    "unit",
    Both = "both",
    Paragraphs = "paragraph",
    Sentences = "sentence"
);
named!(
    Scope,
    "scope",
    Article = "article",
    Corpus = "corpus",
    Group = "group",
    OtherGroups = "other-groups"
);
named!(
    Keep,
    "keep",
    First = "first",
    Last = "last",
    Longest = "longest",
    LowestRank = "lowest-rank",
    HighestRank = "highest-rank"
);
named!(
    Level,
    "level",
    Exact = "exact",
    Editor = "editor",
    Boilerplate = "boilerplate"
);
named!(Paragraphs, "paragraphs", Auto = "auto", Blank = "blank", Line = "line");

impl FromStr for Measure {
    type Err = SettingsError;

    /// `jaccard` or `containment`, with lengths of shingles as in `jaccard:1,2` (these are the default), or `edit`.
    fn from_str(name: &str) -> Result<Self, SettingsError> {
        let wrong = |why: &str| SettingsError::value("similarity", name, why);
        let (measure, lengths) = match name.split_once(':') {
            Some((measure, list)) => {
                let numbers: Option<Vec<usize>> = list.split(',').map(|n| n.trim().parse().ok()).collect();
                let why = format!(
                    "shingle lengths must be numbers from 1 to {}, as in jaccard:1,2",
                    Lengths::LONGEST
                );
                let lengths = numbers.as_deref().and_then(Lengths::new).ok_or_else(|| wrong(&why))?;
                (measure, Some(lengths))
            }
            None => (name, None),
        };
        let or_default = lengths.unwrap_or(Lengths::ONE_AND_TWO);
        match measure {
            "jaccard" => Ok(Self::Jaccard(or_default)),
            "containment" => Ok(Self::Containment(or_default)),
            "edit" if lengths.is_none() => Ok(Self::Edit),
            "edit" => Err(wrong("edit compares tokens, so it takes no shingle lengths")),
            _ => Err(wrong(
                "no such measure; use jaccard, containment or edit, as in jaccard:1,2",
            )),
        }
    }
}

impl fmt::Display for Settings {
    /// As [`Settings::from_str`] reads them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            units,
            scope,
            within,
            keep,
            level,
            measure,
            threshold,
            min_tokens,
            paragraphs,
            language,
        } = self;
        write!(
            f,
            "unit={units} scope={scope} keep={keep} level={level} similarity={measure} threshold={} min-tokens={min_tokens} \
             paragraphs={paragraphs}",
            threshold.value()
        )?;
        within.map_or(Ok(()), |time| write!(f, " within={}", time.as_secs()))?;
        language.map_or(Ok(()), |language| write!(f, " lang={}", language.code()))
    }
}

impl FromStr for Settings {
    type Err = SettingsError;

    /// Any of `unit`, `scope`, `within` (in seconds), `keep`, `level`, `similarity`, `threshold`, `min-tokens`, `paragraphs` and `lang`, each with `=` and a
    /// value, and white space between them; a setting that is missing has its default, of one that comes twice the last counts.
    fn from_str(line: &str) -> Result<Self, SettingsError> {
        let mut builder = DetectorBuilder::default();
        for pair in line.split_whitespace() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let number = |what: &'static str| SettingsError::value(what, value, "must be a number");
            builder = match name {
                "unit" => builder.units(value.parse()?),
                "scope" => builder.scope(value.parse()?),
                "within" => {
                    let seconds = value.parse().map_err(|_| number("within"))?;
                    builder.within(Some(Duration::from_secs(seconds)))
                }
                "keep" => builder.keep(value.parse()?),
                "level" => builder.level(value.parse()?),
                "similarity" => builder.measure(value.parse()?),
                "threshold" => builder.threshold(value.parse().map_err(|_| number("threshold"))?),
                "min-tokens" => builder.min_tokens(value.parse().map_err(|_| number("min-tokens"))?),
                "paragraphs" => builder.paragraphs(value.parse()?),
                "lang" => match Language::from_tag(value) {
                    Language::UNKNOWN if value != Language::UNKNOWN.code() => {
                        return Err(SettingsError::value("lang", value, "must be a code such as de"));
                    }
                    language => builder.language(Some(language)),
                },
                other => {
                    let why = "must be one of unit, scope, within, keep, level, similarity, threshold, min-tokens, paragraphs, lang";
                    return Err(SettingsError::value("setting", other, why));
                }
            };
        }
        builder.settings()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::Threshold;
    use proptest::prelude::*;

    fn settings() -> impl Strategy<Value = Settings> {
        let measure = (0..3, prop::collection::vec(1..=Lengths::LONGEST, 1..4)).prop_map(|(measure, lengths)| {
            let lengths = Lengths::new(&lengths).unwrap();
            match measure {
                0 => Measure::Jaccard(lengths),
                1 => Measure::Containment(lengths),
                _ => Measure::Edit,
            }
        });
        let choices = (0..3_usize, 0..4_usize, 0..5_usize, 0..3_usize, 0..3_usize);
        let language = prop::option::of("[a-z]{2,3}");
        let within = prop::option::of(any::<u64>());
        (choices, measure, 1..=1000_u32, 1..100_u32, language, within).prop_map(
            |(choices, measure, threshold, min_tokens, lang, within)| {
                let (unit, scope, keep, level, paragraphs) = choices;
                Settings {
                    units: [UnitChoice::Both, UnitChoice::Paragraphs, UnitChoice::Sentences][unit],
                    scope: [Scope::Article, Scope::Corpus, Scope::Group, Scope::OtherGroups][scope],
                    within: within.map(Duration::from_secs),
                    keep: [
                        Keep::First,
                        Keep::Last,
                        Keep::Longest,
                        Keep::LowestRank,
                        Keep::HighestRank,
                    ][keep],
                    level: [Level::Exact, Level::Editor, Level::Boilerplate][level],
                    measure,
                    threshold: Threshold::new(f64::from(threshold) / 1000.0).unwrap(),
                    min_tokens,
                    paragraphs: [Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line][paragraphs],
                    language: lang.map(|tag| Language::from_tag(&tag)),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn settings_are_read_as_they_are_printed(settings in settings()) {
            prop_assert_eq!(settings.to_string().parse::<Settings>(), Ok(settings));
        }

        #[test]
        fn no_line_of_settings_crashes(line in "(unit|keep|level|similarity|threshold|min-tokens|lang|x| |=|:|,|-|[0-9.a-z]){0,12}") {
            if let Ok(settings) = line.parse::<Settings>() {
                prop_assert_eq!(settings.to_string().parse::<Settings>(), Ok(settings));
            }
        }
    }

    #[test]
    fn what_is_no_setting_is_said_with_what_is() {
        for (line, message) in [
            ("unit=word", "unit word: must be one of both, paragraph, sentence"),
            (
                "similarity=jaccard:0",
                "similarity jaccard:0: shingle lengths must be numbers from 1 to 16",
            ),
            ("threshold=high", "threshold high: must be a number"),
            ("threshold=2", "threshold 2: must be above 0"),
            ("min-tokens=0", "at least 1 word"),
            ("lang=?", "lang ?: must be a code"),
            ("depth=3", "setting depth: must be one of unit, scope"),
        ] {
            let error = line.parse::<Settings>().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
