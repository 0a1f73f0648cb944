//! Exactly what was typed.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Finds sentences and paragraphs that are said twice, exact or near, in one article and across millions, in any
/// language, and removes them or shows them.
#[derive(Parser, Debug)]
#[command(name = "redite", version, after_help = crate::exit::HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write the articles without what they repeat
    Clean(CleanArgs),
    /// Put removed text back: gives the input again, byte for byte
    Restore(RestoreArgs),
}

/// What to read, and where in a record the text is.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct InputArgs {
    /// Files, folders, or - for standard input: JSON Lines, Parquet, text; plain, .gz, .zst, .bz2 or .xz
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Field with the text; several make one article, in this order: title,lead,text. Dots reach into objects
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', default_value = "text")]
    pub(crate) text_field: Vec<String>,

    /// Field that identifies the article [default: id, where there is one]
    #[arg(long, value_name = "FIELD")]
    pub(crate) id_field: Option<String>,

    /// Field with the language code [default: lang, where there is one]
    #[arg(long, value_name = "FIELD")]
    pub(crate) lang_field: Option<String>,

    /// Stop before anything is written if a record or file cannot be read
    #[arg(long)]
    pub(crate) strict: bool,

    /// Number of threads; never changes the result [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,

    /// No progress bar and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What counts as a repeat.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct RuleArgs {
    /// What is compared: paragraphs, then the sentences of those that stay; or one kind only
    #[arg(long, value_enum, default_value_t = UnitArg::Both)]
    pub(crate) unit: UnitArg,

    /// Look inside each article only, or in all of them
    #[arg(long, value_enum, default_value_t = ScopeArg::Corpus)]
    pub(crate) scope: ScopeArg,

    /// How much must be alike, above 0 and at most 1. At the default, about one word in eight may differ
    #[arg(long, value_name = "SHARE", default_value_t = redite::Settings::DEFAULT_THRESHOLD)]
    pub(crate) threshold: f64,

    /// How likeness is measured: jaccard, containment, both with shingle lengths as in jaccard:1,2, or edit
    #[arg(long, value_name = "MEASURE", default_value = "jaccard:1,2")]
    pub(crate) similarity: String,

    /// strict: a unit goes only if each of its numbers stands, by value, in the text that is kept
    #[arg(long, value_enum, default_value_t = NumbersArg::Strict)]
    pub(crate) numbers: NumbersArg,

    /// Which of several like units stays: first, longest, last, or the one whose article has the lowest value in a
    /// field (the highest with - before it)
    #[arg(
        long,
        value_name = "first|longest|last|FIELD",
        default_value = "first",
        allow_hyphen_values = true
    )]
    pub(crate) keep: String,

    /// Shortest unit that is judged, in words (two letters count as a word in scripts without spaces). Shorter ones
    /// are never removed alone
    #[arg(long, value_name = "N", default_value_t = redite::Settings::DEFAULT_MIN_TOKENS)]
    pub(crate) min_tokens: u32,

    /// Language of articles that name none, as in fr or zh-Hant [default: detected]
    #[arg(long, value_name = "CODE")]
    pub(crate) lang: Option<String>,

    /// How paragraphs are told: by blank lines, by every line break, or auto: blank lines where there are any
    #[arg(long, value_enum, default_value_t = ParagraphsArg::Auto)]
    pub(crate) paragraphs: ParagraphsArg,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Where the cleaned articles go: a file for one input, a folder for several or for a folder; - is standard
    /// output [default: standard output]
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// Write one JSON object for each removed unit: what, where, why, and the kept text it repeats. Needed by restore;
    /// - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) removed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    /// Leave out records whose text is all gone (JSON Lines only) [default: they stay, with an empty text]
    #[arg(long)]
    pub(crate) drop_empty: bool,

    /// Stop before anything is written if more than this share of the text would go, as in 50%
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_removed: Option<f64>,

    /// Write what was counted as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) stats: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct RestoreArgs {
    /// What clean wrote: a file, or the folder
    #[arg(value_name = "CLEANED")]
    pub(crate) cleaned: PathBuf,

    /// The file that clean --removed wrote
    #[arg(value_name = "REMOVED")]
    pub(crate) removed: PathBuf,

    /// Where the restored articles go: a file for a file, a folder for a folder; - is standard output
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// Field with the text, as it was given to clean
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', default_value = "text")]
    pub(crate) text_field: Vec<String>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitArg {
    Both,
    Paragraph,
    Sentence,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeArg {
    Article,
    Corpus,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumbersArg {
    Strict,
    Ignore,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParagraphsArg {
    Auto,
    Blank,
    Line,
}

fn percent(typed: &str) -> Result<f64, String> {
    let (number, scale) = typed.strip_suffix('%').map_or((typed, 1.0), |n| (n, 100.0));
    match number.trim().parse::<f64>() {
        Ok(n) if (0.0..=scale).contains(&n) => Ok(n / scale),
        _ => Err("give a share of the text, such as 50% or 0.5".to_owned()),
    }
}
