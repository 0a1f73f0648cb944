//! The options of `mark` and `apply`.

use super::{AgainstArgs, ChoiceArgs, CleanedArgs, InputArgs, MemoryArgs, RuleArgs, percent};
use crate::presets::Preset;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

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

    /// jsonl: one JSON object for each article, with all that repeats, what it repeats, and how often that is said. parquet: the
    /// same as a table, a row for each article; apply reads either. dolma: attribute files, one beside each input of the same name,
    /// with spans in characters [default: parquet if the name of the output ends in .parquet, else jsonl]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<MarkFormat>,

    /// Write into an output folder even if it holds files that this run does not write
    #[arg(long, help_heading = "Output")]
    pub(crate) merge: bool,

    #[command(flatten)]
    pub(crate) shares: SharesArgs,

    /// A list of options for a purpose; what is typed beside it counts. mark takes what it says of comparing, apply what it says of
    /// removing, clean both
    #[arg(long, value_enum, help_heading = "What counts as a repeat")]
    pub(crate) preset: Option<Preset>,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) against: AgainstArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

/// From which shares on an article is a reprint, an update or an excerpt.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct SharesArgs {
    /// Share of an article that counts as nearly all of it, where it is told whether it is a reprint, an update or an excerpt of the
    /// article that it repeats most
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "80%", help_heading = "Output")]
    pub(crate) nearly_all: f64,

    /// An article of which less than this share repeats others is told to be original
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "20%", help_heading = "Output")]
    pub(crate) hardly_any: f64,
}

impl Default for SharesArgs {
    fn default() -> Self {
        Self {
            nearly_all: 0.8,
            hardly_any: 0.2,
        }
    }
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkFormat {
    Jsonl,
    Parquet,
    Dolma,
}

impl MarkArgs {
    /// The format that was asked for, or that the name of the output says.
    pub(crate) fn format(&self) -> MarkFormat {
        let extension = self.output.as_deref().and_then(Path::extension);
        match self.format {
            Some(format) => format,
            None if extension.is_some_and(|name| name.eq_ignore_ascii_case("parquet")) => MarkFormat::Parquet,
            None => MarkFormat::Jsonl,
        }
    }
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

    /// A list of options for a purpose; what is typed beside it counts. mark takes what it says of comparing, apply what it says of
    /// removing, clean both
    #[arg(long, value_enum, help_heading = "Which repeats go")]
    pub(crate) preset: Option<Preset>,

    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,

    #[command(flatten)]
    pub(crate) cleaned: CleanedArgs,

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
