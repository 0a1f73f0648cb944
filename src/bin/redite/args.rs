//! The options as they were typed.

mod against;
mod choice;
mod evaluate;
mod index;
mod mark;
mod reach;
mod report;

pub(crate) use against::AgainstArgs;
pub(crate) use choice::ChoiceArgs;
pub(crate) use evaluate::{EvaluateArgs, EvaluateFormat};
pub(crate) use index::{
    AddArgs, AskArgs, CompactArgs, CreateArgs, ExpireArgs, IndexArgs, IndexCommandArgs, IndexStep, ListArgs, StatsArgs,
    VerifyArgs,
};
pub(crate) use mark::{ApplyArgs, MarkArgs, MarkFormat, SharesArgs};
pub(crate) use reach::ReachArgs;
pub(crate) use report::ReportArgs;

use crate::presets::Preset;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The text of `--help` on exit codes.
const EXIT_CODES: &str = "Exit codes: 0 done (records that cannot be read are passed through, counted and named); \
1 repeats found (find --exit-code); 2 wrong options or input, nothing was written; \
3 done, but some file was not compared: of no known format, hidden, damaged, unreadable, the same as another, or without \
a record that can be used (it is copied unchanged where it can be read at all, and named); with --strict that is 2 and \
nothing is written; \
129, 130, 143 stopped by SIGHUP, by SIGINT (Ctrl-C), by SIGTERM, no unfinished output is left; \
141 (clean, restore, mark, apply) the program that read the output stopped reading before its end, and no other output was written.";

/// Finds repeated sentences and paragraphs, exact and near, within one article and across millions, in any language,
/// and shows or removes them.
///
/// To begin: `redite find FOLDER` shows the repeats and changes nothing; `redite clean FOLDER -o OUT --removed
/// removed.jsonl` writes the articles without them; `redite explain A B` says why one text repeats another.
#[derive(Parser, Debug)]
#[command(name = "redite", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write the articles without their repeats
    Clean(Box<CleanArgs>),
    /// Put the removed text back, so that the input is restored byte for byte
    Restore(RestoreArgs),
    /// Write what repeats what, and leave the texts alone
    Mark(MarkArgs),
    /// Remove what mark has marked, or some of it
    Apply(ApplyArgs),
    /// Keep what was seen, so that later runs know it
    Index(IndexCommandArgs),
    /// Show the repeats, and change nothing
    Find(FindArgs),
    /// Say whether one text repeats another, and why
    Explain(ExplainArgs),
    /// Measure what the settings find in your articles, by planting known repeats in a copy of them in memory
    Evaluate(EvaluateArgs),
    /// Show what clean has removed as a page for a browser
    Report(ReportArgs),
    /// Print what each step of the pipeline produces, as JSON Lines
    Debug(DebugArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual pages, or write them to a folder
    Man(ManArgs),
}

impl Command {
    /// True if only errors may be printed on standard error.
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Clean(args) => args.input.quiet,
            Self::Restore(args) => args.quiet,
            Self::Mark(args) => args.input.quiet,
            Self::Apply(args) => args.quiet,
            Self::Index(args) => args.step.is_quiet(),
            Self::Find(args) => args.input.quiet,
            Self::Explain(args) => args.quiet,
            Self::Evaluate(args) => args.input.quiet,
            Self::Debug(args) => args.step.args().input.quiet,
            Self::Report(_) | Self::Completions(_) | Self::Man(_) => false,
        }
    }

    /// True if it may take no more than so much memory.
    pub(crate) fn is_capped(&self) -> bool {
        match self {
            Self::Clean(args) => args.memory.memory.is_some(),
            Self::Mark(args) => args.memory.memory.is_some(),
            Self::Index(args) => args.step.is_capped(),
            _ => false,
        }
    }
}

/// What to read, and which fields of a record to use.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct InputArgs {
    /// Files, folders, or - for standard input: JSON Lines, Parquet, text; plain, .gz, .zst, .bz2 or .xz. Other and
    /// hidden files in folders are not read; clean copies them unchanged
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The file that is read, if not all that are found are
    #[arg(skip)]
    pub(crate) only: Option<redite::files::Source>,

    /// Field with the text. Several form one article, in the order given, as in title,lead,text. A dot reaches into
    /// an object, as in body.text
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        value_parser = field,
        default_value = "text",
        help_heading = "Input"
    )]
    pub(crate) text_field: Vec<String>,

    /// Field that identifies the article [default: id, if there is one]
    #[arg(long, value_name = "FIELD", value_parser = field, help_heading = "Input")]
    pub(crate) id_field: Option<String>,

    /// Field with the language code [default: lang, if there is one]
    #[arg(long, value_name = "FIELD", value_parser = field, help_heading = "Input")]
    pub(crate) lang_field: Option<String>,

    /// Stop before anything is written if a record or file is not read
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,

    /// Largest size that a compressed file may unpack to; one that exceeds it is not read, because it may be a decompression bomb
    /// [default: 1G, or a hundred times its size]
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse, help_heading = "Input")]
    pub(crate) max_unpacked: Option<u64>,

    /// Number of threads, from 1 to 512; never changes the result [default: one per core]
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "Input")]
    pub(crate) threads: Option<usize>,

    /// Print no progress bar, no summary and no warnings, only the error if the run fails
    #[arg(long, short, help_heading = "Input")]
    pub(crate) quiet: bool,
}

/// What counts as a repeat.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct RuleArgs {
    /// How similar two units must be, above 0 and at most 1. At the default, about one word in five may differ, if nothing is lost by that (see --level)
    #[arg(long, value_name = "SHARE", default_value_t = redite::Settings::DEFAULT_THRESHOLD, help_heading = "What counts as a repeat")]
    pub(crate) threshold: f64,

    #[command(flatten)]
    pub(crate) other: OtherRuleArgs,
}

/// What counts as a repeat, except for the threshold.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct OtherRuleArgs {
    /// What is compared: paragraphs and then the sentences of those that stay, or only one of the two
    #[arg(long, value_enum, default_value_t = UnitArg::Both, help_heading = "What counts as a repeat")]
    pub(crate) unit: UnitArg,

    /// Compare units within each article only, or across all articles
    #[arg(long, value_enum, default_value_t = ScopeArg::Corpus, help_heading = "What counts as a repeat")]
    pub(crate) scope: ScopeArg,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,

    /// How similarity is measured: jaccard or containment, with shingle lengths as in jaccard:1,2, or edit
    #[arg(
        long,
        value_name = "MEASURE",
        default_value = "jaccard:1,2",
        help_heading = "What counts as a repeat"
    )]
    pub(crate) similarity: String,

    /// What may be lost when a similar text is removed. exact: nothing, every word of it stands in the kept text, in the
    /// same order; editor: no fact, that is no number, name, negation or other content word beyond a few added ones;
    /// boilerplate: the words and numbers that fill in a form, so that one text of each form stays
    #[arg(long, value_enum, default_value_t = LevelArg::Editor, help_heading = "What counts as a repeat")]
    pub(crate) level: LevelArg,

    /// Which of several similar units is kept: that of the first article, of the longest, of the last, of the newest or oldest by
    /// --date-field, or of the one with the lowest value in FIELD (the highest with -FIELD)
    #[arg(
        long,
        value_name = "first|longest|last|newest|oldest|[-]FIELD",
        default_value = "first",
        allow_hyphen_values = true,
        help_heading = "What counts as a repeat"
    )]
    pub(crate) keep: String,

    /// Shortest unit that is compared, in words (in scripts without spaces, two letters count as a word). A shorter
    /// unit is never removed by itself
    #[arg(long, value_name = "N", default_value_t = redite::Settings::DEFAULT_MIN_TOKENS, help_heading = "What counts as a repeat")]
    pub(crate) min_tokens: u32,

    /// Language of articles that do not name theirs, as a code such as fr, yue or zh-Hant [default: detected]
    #[arg(long, value_name = "CODE", value_parser = crate::languages::parse, help_heading = "What counts as a repeat")]
    pub(crate) lang: Option<String>,

    /// Where paragraphs end: at blank lines, at every line break, or auto: at blank lines in texts that have any, else
    /// at line breaks
    #[arg(long, value_enum, default_value_t = ParagraphsArg::Auto, help_heading = "What counts as a repeat")]
    pub(crate) paragraphs: ParagraphsArg,
}

#[derive(clap::Args, Debug, Clone)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) cleaned: CleanedArgs,

    /// A list of options for a purpose; what is typed beside it counts. mark takes what it says of comparing, apply what it says of
    /// removing, clean both
    #[arg(long, value_enum, help_heading = "What counts as a repeat")]
    pub(crate) preset: Option<Preset>,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,

    /// Write the settings, the counts and the time of each stage of the run as JSON; - is standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) stats: Option<PathBuf>,

    /// Write a page for a browser that shows what was removed, as redite report makes it from the files of --removed and --stats
    #[arg(
        long,
        value_name = "FILE",
        requires = "removed",
        conflicts_with = "resume",
        help_heading = "Output"
    )]
    pub(crate) report: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) against: AgainstArgs,

    #[command(flatten)]
    pub(crate) index: IndexArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

/// Where what is left goes, and what is told of the rest.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct CleanedArgs {
    /// Where to write the cleaned articles: a file for a single input file, a folder for several inputs or an input
    /// folder; - is standard output [default: standard output]
    #[arg(long, short, value_name = "OUT", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Write one JSON object for each removed unit: what was removed, from where, why, and the kept text that it
    /// repeats. restore needs this file; - is standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) removed: Option<PathBuf>,

    /// Write into an output folder even if it holds files that this run does not write
    #[arg(long, help_heading = "Output")]
    pub(crate) merge: bool,

    /// Leave out records whose text is all gone; not for Parquet, of which no row can be left out [default: they stay,
    /// with an empty text]
    #[arg(long, help_heading = "Output")]
    pub(crate) drop_empty: bool,

    /// Stop before anything is written if more than this share of the text would be removed, as in 50%
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Output")]
    pub(crate) max_removed: Option<f64>,
}

/// What a run may use.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct MemoryArgs {
    /// Limit on memory, as in 512M or 1.5GiB (M is 10^6 bytes, Mi is 2^20). The least is 92M plus 14M for each thread,
    /// if no record is longer than a few megabytes. What does not fit goes to temporary files; the result is the same
    /// [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse, help_heading = "Resources")]
    pub(crate) memory: Option<u64>,

    /// Folder for temporary files. They have no names and leave nothing behind [default: the system's]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    pub(crate) temp_dir: Option<PathBuf>,

    /// Only estimate the memory, disk space and time that the run would take, from a sample of the inputs
    #[arg(long, help_heading = "Resources")]
    pub(crate) dry_run: bool,
}

#[derive(clap::Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The cleaned file or folder that clean wrote
    #[arg(value_name = "CLEANED")]
    pub(crate) cleaned: PathBuf,

    /// The file that clean --removed wrote
    #[arg(value_name = "REMOVED")]
    pub(crate) removed: PathBuf,

    /// Where to write the restored articles: a file for a file, a folder for a folder; - is standard output [default:
    /// standard output]
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// Field with the text. Needed only for a removed file of version 0.1; later ones know it
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(crate) text_field: Option<Vec<String>>,

    /// Write into an output folder even if it holds other files
    #[arg(long)]
    pub(crate) merge: bool,

    /// Print no warnings, only the error if the run fails
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Largest size that a compressed file may unpack to; give what was given to clean
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse)]
    pub(crate) max_unpacked: Option<u64>,
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
pub(crate) enum LevelArg {
    Exact,
    Editor,
    Boilerplate,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParagraphsArg {
    Auto,
    Blank,
    Line,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FindArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) earlier: AskArgs,

    #[command(flatten)]
    pub(crate) output: FindOutputArgs,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FindOutputArgs {
    /// text: for people; jsonl: what clean --removed would write for each removed unit; csv: the same as a table for
    /// spreadsheets, in which a cell that would be taken for a formula is given a leading ' and control characters are
    /// escaped
    #[arg(long, value_enum, default_value_t = FindFormat::Text, help_heading = "Output")]
    pub(crate) format: FindFormat,

    /// Show at most N repeats; 0 shows all. As text the most telling come first: near repeats before equal ones, of
    /// near ones those that differ most, of equal ones the longest, and each kept text once before any is shown again.
    /// In the other formats they come in input order [default: 20 as text, else all]
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) limit: Option<usize>,

    /// Colour in text. auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, help_heading = "Output")]
    pub(crate) color: ColorArg,

    /// Exit with code 1 if there are repeats, for scripts
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_code: bool,
}

#[derive(clap::Args, Debug)]
#[command(
    after_help = "How A and B are read, in this order: - is standard input; @FILE is that file; with --in, the id of \
    an article or its place as find shows it (FILE:LINE, or FILE of a text file), if the inputs hold it, each also \
    with a range of bytes, as in id#120-340 or id#title:0-20; the name of a file that exists; otherwise the text \
    itself. With --in, a name that is found nowhere is an error: a text is taken as such only if it contains white \
    space. To pass a text without spaces, write it to a file or to standard input.\n\n\
    The verdict is about these two texts alone. In a corpus, it also matters whether A itself is kept. Options that \
    make no difference here (--unit, --scope, --keep, --paragraphs) are accepted, so that those of find and clean can \
    be used unchanged.\n\n\
    Example: redite explain 'Some 1,500 people came on Monday.' 'Some 2,800 people came on Monday.'"
)]
pub(crate) struct ExplainArgs {
    /// The earlier text, which would be kept: the text itself, a file, @FILE, - for standard input, or with --in an
    /// article or a part of it, as in id#120-340. With --index it is the only one, and the later
    #[arg(value_name = "A")]
    pub(crate) kept: String,

    /// The later text, given in the same ways
    #[arg(value_name = "B", required_unless_present = "index", conflicts_with = "index")]
    pub(crate) later: Option<String>,

    /// Say what A repeats of this index, and of itself, and why: one explanation for each
    #[arg(long, value_name = "DIR", help_heading = "What was seen before")]
    pub(crate) index: Option<PathBuf>,

    /// File or folder in which to look for the articles; may be given more than once
    #[arg(long = "in", value_name = "INPUT", help_heading = "Input")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Field with the text. If there are several, a range names its own, as in id#title:0-20
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        value_parser = field,
        default_value = "text",
        help_heading = "Input"
    )]
    pub(crate) text_field: Vec<String>,

    /// Field that identifies the article [default: id, if there is one]
    #[arg(long, value_name = "FIELD", value_parser = field, help_heading = "Input")]
    pub(crate) id_field: Option<String>,

    /// Print no warnings, only the error if the run fails
    #[arg(long, short, help_heading = "Input")]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    /// text: for people; json: one object
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text, help_heading = "Output")]
    pub(crate) format: ExplainFormat,

    /// Colour in text. auto: on a terminal, unless NO_COLOR is set
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
    pub(crate) step: Step,
}

/// The step whose result is printed.
#[derive(Subcommand, Debug)]
pub(crate) enum Step {
    /// The paragraphs and sentences of the articles, with their language
    Units(LookArgs),
    /// The units with their folds (the form that is compared), the length of each fold, and whether it is long enough
    Fold(LookArgs),
    /// The folds with their shingles, by which similarity is measured and candidates are found, and the shingles' hashes
    Shingles(LookArgs),
    /// The candidate pairs and the result of comparing each; units with equal folds count as one. Holds all texts in
    /// memory
    Candidates(LookArgs),
}

impl Step {
    pub(crate) fn args(&self) -> &LookArgs {
        match self {
            Self::Units(args) | Self::Fold(args) | Self::Shingles(args) | Self::Candidates(args) => args,
        }
    }
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
    /// Write one page for each command to this folder. Pages of redite are replaced, other files are not [default: all
    /// pages on standard output]
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
        _ => Err("give a share, such as 50% or 0.5".to_owned()),
    }
}

/// The name of a field.
fn field(typed: &str) -> Result<String, String> {
    if typed.trim().is_empty() {
        return Err("give the name of a field, such as text".to_owned());
    }
    Ok(typed.to_owned())
}

/// More threads than that take longer to start than any run gains by them.
const MOST_THREADS: usize = 512;

fn threads(typed: &str) -> Result<usize, String> {
    match typed.parse() {
        Ok(threads @ 1..=MOST_THREADS) => Ok(threads),
        _ => Err(format!(
            "give a number from 1 to {MOST_THREADS}, or leave it out for one per core"
        )),
    }
}
