//! From options to the settings of the library.

use crate::args::{InputArgs, LevelArg, OtherRuleArgs, ParagraphsArg, RuleArgs, ScopeArg, UnitArg};
use anyhow::{Result, anyhow, bail};
use redite::files::ReadOptions;
use redite::segment::{Language, Paragraphs};
use redite::verdict::tables_digest;
use redite::{Detector, Keep, Level, Scope, UnitChoice};

/// The detector that was asked for, and the field that ranks articles, if one was named.
pub(crate) fn detector(args: &RuleArgs) -> Result<(Detector, Option<String>)> {
    detector_at(args.threshold, &args.other)
}

/// The same at another threshold.
pub(crate) fn detector_at(threshold: f64, args: &OtherRuleArgs) -> Result<(Detector, Option<String>)> {
    let (keep, rank_field) = keep(args)?;
    let detector = Detector::builder()
        .units(match args.unit {
            UnitArg::Both => UnitChoice::Both,
            UnitArg::Paragraph => UnitChoice::Paragraphs,
            UnitArg::Sentence => UnitChoice::Sentences,
        })
        .scope(match args.scope {
            ScopeArg::Article => Scope::Article,
            ScopeArg::Corpus => Scope::Corpus,
        })
        .threshold(threshold)
        .measure(args.similarity.parse().map_err(|error| anyhow!("--{error}"))?)
        .level(match args.level {
            LevelArg::Exact => Level::Exact,
            LevelArg::Editor => Level::Editor,
            LevelArg::Boilerplate => Level::Boilerplate,
        })
        .keep(keep)
        .min_tokens(args.min_tokens)
        .language(args.lang.as_deref().map(Language::from_tag))
        .paragraphs(match args.paragraphs {
            ParagraphsArg::Auto => Paragraphs::Auto,
            ParagraphsArg::Blank => Paragraphs::Blank,
            ParagraphsArg::Line => Paragraphs::Line,
        })
        .build()?;
    Ok((detector, rank_field))
}

/// What is kept of a group of repeats, and by which field if by one.
pub(crate) fn keep(args: &OtherRuleArgs) -> Result<(Keep, Option<String>)> {
    Ok(match args.keep.as_str() {
        "first" => (Keep::First, None),
        "last" => (Keep::Last, None),
        "longest" => (Keep::Longest, None),
        field => match field.strip_prefix('-') {
            Some("") | None if field.trim_matches('-').is_empty() => {
                bail!("--keep: give first, longest, last or the name of a field")
            }
            Some(field) => (Keep::HighestRank, Some(field.to_owned())),
            None => (Keep::LowestRank, Some(field.to_owned())),
        },
    })
}

/// The settings that decide what is removed, by the names of the options that set them, and `words`: a digest of the tables of
/// words.
pub(crate) fn described(detector: &Detector, rank_field: Option<&str>) -> serde_json::Map<String, serde_json::Value> {
    let settings = detector.settings();
    let name = |value: &dyn std::fmt::Display| serde_json::Value::from(value.to_string());
    let keep = match (settings.keep(), rank_field) {
        (Keep::LowestRank, Some(field)) => field.to_owned(),
        (Keep::HighestRank, Some(field)) => format!("-{field}"),
        (keep, _) => keep.to_string(),
    };
    [
        ("unit", name(&settings.units())),
        ("scope", name(&settings.scope())),
        ("similarity", name(&settings.measure())),
        ("threshold", settings.threshold().value().into()),
        ("level", name(&settings.level())),
        ("keep", keep.into()),
        ("min_tokens", settings.min_tokens().into()),
        (
            "lang",
            settings.language().map(|language| language.code().to_owned()).into(),
        ),
        ("paragraphs", name(&settings.paragraphs())),
        ("words", tables_digest().into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Where in a record to look.
pub(crate) fn read_options(args: &InputArgs, rank_field: Option<String>) -> ReadOptions {
    ReadOptions {
        text_fields: args.text_field.clone(),
        id_field: args.id_field.clone(),
        lang_field: args.lang_field.clone(),
        rank_field,
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    }
}

/// Sets the number of threads, once for the whole program.
pub(crate) fn threads(args: &InputArgs) -> Result<()> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    Ok(())
}
