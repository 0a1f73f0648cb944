//! The options of `mark` and `apply`.

use super::{AgainstArgs, InputArgs, MemoryArgs, RuleArgs, percent};
use crate::condition::Condition;
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Nothing is removed: `redite apply` does that, with a choice of what to remove. Example:\n\n  redite mark \
    articles -o marks.jsonl.zst\n  redite apply marks.jsonl.zst articles -o cleaned --where 'copies>=3'"
)]
pub(crate) struct MarkArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Where to write the marks: a file, packed as its name says; with --format dolma a folder for several inputs or an input
    /// folder; - is standard output [default: standard output]
    #[arg(long, short, value_name = "MARKS", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// jsonl: one JSON object for each article, with all that repeats, what it repeats, and how often that is said; apply reads
    /// it. dolma: attribute files, one beside each input of the same name, with spans in characters
    #[arg(long, value_enum, default_value_t = MarkFormat::Jsonl, help_heading = "Output")]
    pub(crate) format: MarkFormat,

    /// Write into an output folder even if it holds files that this run does not write
    #[arg(long, help_heading = "Output")]
    pub(crate) merge: bool,

    /// Share of an article that counts as nearly all of it, where it is told whether it is a reprint, an update or an excerpt of the
    /// article that it repeats most
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "80%", help_heading = "Output")]
    pub(crate) nearly_all: f64,

    /// An article of which less than this share repeats others is told to be original
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "20%", help_heading = "Output")]
    pub(crate) hardly_any: f64,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) against: AgainstArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkFormat {
    Jsonl,
    Dolma,
}

#[derive(clap::Args, Debug)]
#[command(after_help = crate::condition::HELP)]
pub(crate) struct ApplyArgs {
    /// The file that mark wrote
    #[arg(value_name = "MARKS")]
    pub(crate) marks: PathBuf,

    /// The inputs that were marked, unchanged and in the same order
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Remove only what satisfies this, as in 'unit=paragraph' or 'copies>=3'. May be given more than once: then only what
    /// satisfies all; see below [default: remove all that is marked]
    #[arg(long = "where", value_name = "CONDITION", value_parser = Condition::parse)]
    pub(crate) conditions: Vec<Condition>,

    /// Where to write the cleaned articles: a file for a single input file, a folder for several inputs or an input
    /// folder; - is standard output [default: standard output]
    #[arg(long, short, value_name = "OUT", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Write one JSON object for each removed unit, as clean does. restore needs this file; - is standard output
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

    /// Only say how much would be removed
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,

    /// Largest size that a compressed file may unpack to; one that exceeds it is not read, because it may be a decompression bomb
    /// [default: 1G, or a hundred times its size]
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse)]
    pub(crate) max_unpacked: Option<u64>,

    /// Print no summary and no warnings, only the error if the run fails
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
