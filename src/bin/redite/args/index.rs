//! Options of what was seen before.

use super::{InputArgs, MemoryArgs, RuleArgs};
use crate::origins::seconds;
use clap::Subcommand;
use redite::files::RankValue;
use std::path::PathBuf;

/// The index that a run goes on from.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct IndexArgs {
    /// Also compare the articles with those in this index, as if all had been cleaned in one run (see `redite index --help`). A
    /// removal names the indexed text that it repeats, with its place and wording, even if that input is gone
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "against",
        help_heading = "What was seen before"
    )]
    pub(crate) index: Option<PathBuf>,

    /// Add what stays to the index once all output is written; create the index if it does not exist
    #[arg(long, requires = "index", help_heading = "What was seen before")]
    pub(crate) update: bool,

    /// Let an article replace those of the index that have its identity (--id-field): a corrected story is not compared with what it said before,
    /// and later articles are compared with the corrected one only. What has gone in favour of the old one stays gone
    #[arg(long, requires = "update", help_heading = "What was seen before")]
    pub(crate) replace: bool,

    /// Clean input file by input file, each as a run of its own that is completed with its output before the next one begins, and skip those
    /// that are completed already: so the same command goes on after a stop, and on the next day with what is new. --removed and
    /// --stats then name folders, with a file for each input; --max-removed and --strict hold for each input
    #[arg(
        long,
        requires = "update",
        requires = "output",
        help_heading = "What was seen before"
    )]
    pub(crate) resume: bool,
}

/// An index that is only read.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct AskArgs {
    /// Also compare the articles with those in this index, and show what they repeat of it
    #[arg(long, value_name = "DIR", help_heading = "What was seen before")]
    pub(crate) index: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
#[command(
    after_help = "An index keeps the texts that earlier runs have kept. Cleaning A, and then B with the index of A, writes for B exactly what \
one run over A and B would write, whatever the memory and the number of threads. Therefore the first copy always stays (--keep first) and all \
articles are compared with all; options that depend on a whole run (--min-count, --keep-copies and the like) are refused. The settings \
are stored in the index, and a run with other settings is refused.\n\n\
The first run also fixes the order in which shingles are looked up. Make it a large one: after a small first run the results are the \
same, but later runs are slower; `redite index compact` makes a new one.\n\n\
With --within, an article that arrives late is compared with what appeared up to that long before it and after it; what arrives \
later goes.\n\n\
Every day: redite clean today.jsonl -o clean.jsonl --removed removed.jsonl --index seen --update"
)]
pub(crate) struct IndexCommandArgs {
    #[command(subcommand)]
    pub(crate) step: IndexStep,
}

/// What to do with an index.
#[derive(Subcommand, Debug)]
pub(crate) enum IndexStep {
    /// Make an index without articles, in a folder that is new or empty
    Create(CreateArgs),
    /// Add articles, and write nothing else
    Add(Box<AddArgs>),
    /// Forget old articles or runs, so that a feed keeps a window in time
    Expire(ExpireArgs),
    /// Make one run of all, so that later runs are faster and less disk space is taken; what they remove stays the same
    Compact(CompactArgs),
    /// List the articles that can be repeated, as JSON Lines: which run, identity, place, date, and bytes of text
    List(ListArgs),
    /// Say what an index holds, run by run, as text or JSON
    Stats(StatsArgs),
    /// Read every byte of an index, and say whether all is as it was written
    Verify(VerifyArgs),
}

impl IndexStep {
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Self::Add(args) if args.input.quiet)
    }

    pub(crate) fn is_capped(&self) -> bool {
        matches!(self, Self::Add(args) if args.memory.memory.is_some())
    }
}

#[derive(clap::Args, Debug)]
pub(crate) struct CreateArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,
}

#[derive(clap::Args, Debug)]
pub(crate) struct AddArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Let an article replace those of the index that have its identity (--id-field)
    #[arg(long, help_heading = "What was seen before")]
    pub(crate) replace: bool,

    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true)), after_help = "Later articles are not compared with what is \
forgotten any more, so what it said may be said once again; what has gone in favour of it stays gone. A run whose articles are all older \
is dropped, and one with older and newer articles is written anew. If both options are given, an article goes by either.")]
pub(crate) struct ExpireArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Forget the articles that appeared before this date, as in 2026-11-01. Articles that were added without --date-field have no dates, and
    /// stay as long as a dated one of their run does
    #[arg(long, value_name = "DATE", group = "which", value_parser = date)]
    pub(crate) before: Option<i64>,

    /// Forget all but the last N runs
    #[arg(long, value_name = "N", group = "which")]
    pub(crate) keep_runs: Option<usize>,
}

fn date(typed: &str) -> Result<i64, String> {
    let date = seconds(&RankValue::Text(typed.to_owned()));
    date.ok_or_else(|| "give a date, such as 2026-11-30 or 2026-11-30T08:15:00Z".to_owned())
}

#[derive(clap::Args, Debug)]
pub(crate) struct StatsArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// As one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CompactArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(crate) struct ListArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
