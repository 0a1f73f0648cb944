//! Exactly what was typed.

mod evaluate;

pub(crate) use evaluate::{EvaluateArgs, EvaluateFormat};

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Finds sentences and paragraphs that are said twice, exact or near, in one article and across millions, in any
/// language, and removes them or shows them.
///
/// To begin: `redite find FOLDER` shows what is said twice and changes nothing; `redite clean FOLDER -o OUT --removed
/// removed.jsonl` writes the articles without it; `redite explain A B` says why.
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
    /// Show what is said twice, and change nothing
    Find(FindArgs),
    /// Say of two texts whether the second repeats the first, and why
    Explain(ExplainArgs),
    /// Measure what a setting finds in your own articles: plants known repeats into a copy of them, in memory
    Evaluate(EvaluateArgs),
    /// Look inside after each step, as JSON lines on standard output
    Debug(DebugArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual, or write its pages
    Man(ManArgs),
}

/// What to read, and where in a record the text is.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct InputArgs {
    /// Files, folders, or - for standard input: JSON Lines, Parquet, text; plain, .gz, .zst, .bz2 or .xz
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Field with the text; several make one article, in this order: title,lead,text. Dots reach into objects
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        default_value = "text",
        help_heading = "Input"
    )]
    pub(crate) text_field: Vec<String>,

    /// Field that identifies the article [default: id, where there is one]
    #[arg(long, value_name = "FIELD", help_heading = "Input")]
    pub(crate) id_field: Option<String>,

    /// Field with the language code [default: lang, where there is one]
    #[arg(long, value_name = "FIELD", help_heading = "Input")]
    pub(crate) lang_field: Option<String>,

    /// Stop before anything is written if a record or file cannot be read
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,

    /// Number of threads; never changes the result [default: one a core]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub(crate) threads: Option<usize>,

    /// No progress bar and no summary
    #[arg(long, short, help_heading = "Input")]
    pub(crate) quiet: bool,
}

/// What counts as a repeat.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct RuleArgs {
    /// How much must be alike, above 0 and at most 1. At the default, about one word in seven may differ
    #[arg(long, value_name = "SHARE", default_value_t = redite::Settings::DEFAULT_THRESHOLD, help_heading = "What counts as a repeat")]
    pub(crate) threshold: f64,

    #[command(flatten)]
    pub(crate) other: OtherRuleArgs,
}

/// What counts as a repeat, but for the threshold.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct OtherRuleArgs {
    /// What is compared: paragraphs, then the sentences of those that stay; or one kind only
    #[arg(long, value_enum, default_value_t = UnitArg::Both, help_heading = "What counts as a repeat")]
    pub(crate) unit: UnitArg,

    /// Look inside each article only, or in all of them
    #[arg(long, value_enum, default_value_t = ScopeArg::Corpus, help_heading = "What counts as a repeat")]
    pub(crate) scope: ScopeArg,

    /// How likeness is measured: jaccard, containment, both with shingle lengths as in jaccard:1,2, or edit
    #[arg(
        long,
        value_name = "MEASURE",
        default_value = "jaccard:1,2",
        help_heading = "What counts as a repeat"
    )]
    pub(crate) similarity: String,

    /// strict: a unit goes only if each of its numbers stands, by value, in the text that is kept
    #[arg(long, value_enum, default_value_t = NumbersArg::Strict, help_heading = "What counts as a repeat")]
    pub(crate) numbers: NumbersArg,

    /// What a word in another's place means. strict: another fact, so that only what adds, drops or moves words is a
    /// repeat; template: another fact where the text is evidently a form (under nine words, or the same place filled
    /// in three ways, or one name changed throughout); ignore: nothing
    #[arg(long, value_enum, default_value_t = NamesArg::Template, help_heading = "What counts as a repeat")]
    pub(crate) names: NamesArg,

    /// Which of several like units stays: first, longest, last, or the one whose article has the lowest value in a
    /// field (the highest with - before it)
    #[arg(
        long,
        value_name = "first|longest|last|FIELD",
        default_value = "first",
        allow_hyphen_values = true,
        help_heading = "What counts as a repeat"
    )]
    pub(crate) keep: String,

    /// Shortest unit that is judged, in words (two letters count as a word in scripts without spaces). Shorter ones
    /// are never removed alone
    #[arg(long, value_name = "N", default_value_t = redite::Settings::DEFAULT_MIN_TOKENS, help_heading = "What counts as a repeat")]
    pub(crate) min_tokens: u32,

    /// Language of articles that name none, as in fr or zh-Hant [default: detected]
    #[arg(long, value_name = "CODE", help_heading = "What counts as a repeat")]
    pub(crate) lang: Option<String>,

    /// How paragraphs are told: by blank lines, by every line break, or auto: blank lines where there are any
    #[arg(long, value_enum, default_value_t = ParagraphsArg::Auto, help_heading = "What counts as a repeat")]
    pub(crate) paragraphs: ParagraphsArg,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Where the cleaned articles go: a file for one input, a folder for several or for a folder; - is standard
    /// output [default: standard output]
    #[arg(long, short, value_name = "OUT", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Write one JSON object for each removed unit: what, where, why, and the kept text it repeats. Needed by restore;
    /// - is standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) removed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    /// Write into an output folder even if it holds files that this run does not write
    #[arg(long, help_heading = "Output")]
    pub(crate) merge: bool,

    /// Leave out records whose text is all gone (JSON Lines only) [default: they stay, with an empty text]
    #[arg(long, help_heading = "Output")]
    pub(crate) drop_empty: bool,

    /// Stop before anything is written if more than this share of the text would go, as in 50%
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Output")]
    pub(crate) max_removed: Option<f64>,

    /// Write what was counted as JSON
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) stats: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

/// What a run may take.
#[derive(clap::Args, Debug)]
pub(crate) struct MemoryArgs {
    /// Most memory the run may take, as in 512M or 1.5G bytes: at least 92M, and 14M more for each thread, if no record is
    /// longer than a few megabytes. What is beyond goes to temporary files; the result is the same. With --keep first or
    /// last only [default: what it needs]
    #[arg(long, value_name = "SIZE", value_parser = crate::memory::parse, help_heading = "Resources")]
    pub(crate) memory: Option<u64>,

    /// Folder for temporary files. They have no names there, and nothing is left of them [default: that of the system]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    pub(crate) temp_dir: Option<PathBuf>,

    /// Only say what the run would take of memory, disk and time, by a sample of the inputs
    #[arg(long, help_heading = "Resources")]
    pub(crate) dry_run: bool,
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

    /// Field with the text. Needed only for a removed file of version 0.1; later ones know it
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(crate) text_field: Option<Vec<String>>,

    /// Write into an output folder even if it holds other files
    #[arg(long)]
    pub(crate) merge: bool,
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
pub(crate) enum NamesArg {
    Strict,
    Template,
    Ignore,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParagraphsArg {
    Auto,
    Blank,
    Line,
}

/// What `find` is asked for.
#[derive(clap::Args, Debug)]
pub(crate) struct FindArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) output: FindOutputArgs,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FindOutputArgs {
    /// text: for reading; jsonl: what clean --removed would write; csv: the same as a table
    #[arg(long, value_enum, default_value_t = FindFormat::Text, help_heading = "Output")]
    pub(crate) format: FindFormat,

    /// Repeats shown as text, the most telling first: near before equal; of near ones those in which most text
    /// differs, of equal ones the longest; no kept text twice before all have been shown. 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Output")]
    pub(crate) limit: usize,

    /// Colour in text; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, help_heading = "Output")]
    pub(crate) color: ColorArg,

    /// Exit with 1 if there are repeats, for scripts
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_code: bool,
}

#[derive(clap::Args, Debug)]
#[command(
    after_help = "The verdict is on the two texts alone. In a corpus it also counts whether A itself is kept. \
    What does not matter here (--unit, --scope, --keep, --paragraphs) is taken so that the options of find and clean \
    can be given as they are.\n\n\
    Example: redite explain 'Some 1,500 people came on Monday.' 'Some 2,800 people came on Monday.'"
)]
pub(crate) struct ExplainArgs {
    /// The kept, earlier text: the text itself, a file or @file, - for standard input; with --in also an article
    /// of the inputs by its id or its file:line, and bytes of it, as in id#120-340, as find shows them
    #[arg(value_name = "A")]
    pub(crate) kept: String,

    /// The later text, in the same ways
    #[arg(value_name = "B")]
    pub(crate) later: String,

    /// Where to look for articles: a file or folder; may be given more than once
    #[arg(long = "in", value_name = "INPUT", help_heading = "Input")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Field with the text; several are told apart as in id#title:0-20
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        default_value = "text",
        help_heading = "Input"
    )]
    pub(crate) text_field: Vec<String>,

    /// Field that identifies the article [default: id, where there is one]
    #[arg(long, value_name = "FIELD", help_heading = "Input")]
    pub(crate) id_field: Option<String>,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    /// text: for reading; json: one object
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text, help_heading = "Output")]
    pub(crate) format: ExplainFormat,

    /// Colour in text; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, help_heading = "Output")]
    pub(crate) color: ColorArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExplainFormat {
    Text,
    Json,
}

#[derive(clap::Args, Debug)]
pub(crate) struct DebugArgs {
    #[command(subcommand)]
    pub(crate) room: Room,
}

/// After which step to look.
#[derive(Subcommand, Debug)]
pub(crate) enum Room {
    /// The paragraphs and sentences the articles are cut into, with their language
    Units(LookArgs),
    /// The same with what is compared: folds, their length, and whether that is long enough to be judged
    Fold(LookArgs),
    /// The same with the shingles by which likeness is measured and candidates are found, and their hashes
    Shingles(LookArgs),
    /// The pairs that are proposed, and what comparing them says; equal folds count as one. Holds all texts in memory
    Candidates(LookArgs),
}

#[derive(clap::Args, Debug)]
pub(crate) struct LookArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell, as in: redite completions bash > ~/.local/share/bash-completion/completions/redite
    pub(crate) shell: clap_complete::Shell,
}

#[derive(clap::Args, Debug)]
pub(crate) struct ManArgs {
    /// Write one page for each command into this folder [default: all pages on standard output]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FindFormat {
    Text,
    Jsonl,
    Csv,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

fn percent(typed: &str) -> Result<f64, String> {
    let (number, scale) = typed.strip_suffix('%').map_or((typed, 1.0), |n| (n, 100.0));
    match number.trim().parse::<f64>() {
        Ok(n) if (0.0..=scale).contains(&n) => Ok(n / scale),
        _ => Err("give a share of the text, such as 50% or 0.5".to_owned()),
    }
}
