//! From options to the settings of the library.

use crate::args::{InputArgs, LevelArg, OtherRuleArgs, ParagraphsArg, ReachArgs, RuleArgs, ScopeArg, UnitArg};
use crate::origins::DATE_FIELD;
use anyhow::{Result, anyhow, bail};
use redite::files::ReadOptions;
use redite::segment::{Language, Paragraphs};
use redite::verdict::tables_digest;
use redite::{Detector, Keep, Level, Scope, UnitChoice};

/// The detector that was asked for.
pub(crate) fn detector(args: &RuleArgs) -> Result<Detector> {
    detector_at(args.threshold, &args.other)
}

/// The same at another threshold.
pub(crate) fn detector_at(threshold: f64, args: &OtherRuleArgs) -> Result<Detector> {
    let ReachArgs {
        group_by,
        across,
        within,
        ..
    } = &args.reach;
    Ok(Detector::builder()
        .units(match args.unit {
            UnitArg::Both => UnitChoice::Both,
            UnitArg::Paragraph => UnitChoice::Paragraphs,
            UnitArg::Sentence => UnitChoice::Sentences,
        })
        .scope(match args.scope {
            _ if *across => Scope::OtherGroups,
            _ if group_by.is_some() => Scope::Group,
            ScopeArg::Article => Scope::Article,
            ScopeArg::Corpus => Scope::Corpus,
        })
        .within(*within)
        .threshold(threshold)
        .measure(args.similarity.parse().map_err(|error| anyhow!("--{error}"))?)
        .level(match args.level {
            LevelArg::Exact => Level::Exact,
            LevelArg::Editor => Level::Editor,
            LevelArg::Boilerplate => Level::Boilerplate,
        })
        .keep(keep(args)?.0)
        .min_tokens(args.min_tokens)
        .language(args.lang.as_deref().map(Language::from_tag))
        .paragraphs(match args.paragraphs {
            ParagraphsArg::Auto => Paragraphs::Auto,
            ParagraphsArg::Blank => Paragraphs::Blank,
            ParagraphsArg::Line => Paragraphs::Line,
        })
        .build()?)
}

/// What is kept of several like units, and by which field if by one.
pub(crate) fn keep(args: &OtherRuleArgs) -> Result<(Keep, Option<String>)> {
    Ok(match args.keep.as_str() {
        "first" => (Keep::First, None),
        "last" => (Keep::Last, None),
        "longest" => (Keep::Longest, None),
        NEWEST => (Keep::HighestRank, None),
        OLDEST => (Keep::LowestRank, None),
        field => match field.strip_prefix('-') {
            Some("") | None if field.trim_matches('-').is_empty() => {
                bail!("--keep: give first, longest, last, newest, oldest or the name of a field")
            }
            Some(field) => (Keep::HighestRank, Some(field.to_owned())),
            None => (Keep::LowestRank, Some(field.to_owned())),
        },
    })
}

/// The settings that decide what is removed, by the names of the options that set them, and `words`: a digest of the tables of
/// words.
pub(crate) fn described(detector: &Detector, args: &OtherRuleArgs) -> serde_json::Map<String, serde_json::Value> {
    let settings = detector.settings();
    let name = |value: &dyn std::fmt::Display| serde_json::Value::from(value.to_string());
    let date_field = date_field(args).filter(|_| settings.within().is_some() || ranks_by_date(args));
    [
        ("unit", name(&settings.units())),
        ("scope", name(&settings.scope())),
        ("group_by", args.reach.group_by.as_ref().map(ToString::to_string).into()),
        ("within", settings.within().map(|time| time.as_secs()).into()),
        ("date_field", date_field.into()),
        ("similarity", name(&settings.measure())),
        ("threshold", settings.threshold().value().into()),
        ("level", name(&settings.level())),
        ("keep", args.keep.clone().into()),
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

/// Names of orders by date, for `--keep`.
const NEWEST: &str = "newest";
const OLDEST: &str = "oldest";

/// True if articles are ranked by their dates.
pub(crate) fn ranks_by_date(args: &OtherRuleArgs) -> bool {
    [NEWEST, OLDEST].contains(&args.keep.as_str())
}

/// The field with the date, if one is named or matters.
pub(crate) fn date_field(args: &OtherRuleArgs) -> Option<String> {
    let ReachArgs { within, date_field, .. } = &args.reach;
    let matters = within.is_some() || ranks_by_date(args);
    let default = || matters.then(|| DATE_FIELD.to_owned());
    date_field.clone().or_else(default)
}

/// Where in a record to look.
pub(crate) fn read_options(args: &InputArgs, rule: &OtherRuleArgs) -> Result<ReadOptions> {
    Ok(ReadOptions {
        text_fields: args.text_field.clone(),
        id_field: args.id_field.clone(),
        lang_field: args.lang_field.clone(),
        rank_field: keep(rule)?.1,
        group_field: rule.reach.group().map(|group| group.field.clone()),
        date_field: date_field(rule),
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    })
}

/// Sets the number of threads, once for the whole program.
pub(crate) fn threads(args: &InputArgs) -> Result<()> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    Ok(())
}
