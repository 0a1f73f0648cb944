//! Options of what was seen before.

use super::{InputArgs, MemoryArgs, RuleArgs};
use clap::Subcommand;
use std::path::PathBuf;

/// The index that a run goes on from.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct IndexArgs {
    /// Compare the articles with those of this index, too, as if all had been cleaned in one run: see `redite index --help`. What
    /// goes in favour of a text of the index is told with the place and the text of that, wherever its input is now
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "against",
        help_heading = "What was seen before"
    )]
    pub(crate) index: Option<PathBuf>,

    /// Add what stays to the index, once all output is written; make the index if there is none
    #[arg(long, requires = "index", help_heading = "What was seen before")]
    pub(crate) update: bool,
}

/// The index that is only asked.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct AskArgs {
    /// Compare the articles with those of this index, too, and show what they repeat of it
    #[arg(long, value_name = "DIR", help_heading = "What was seen before")]
    pub(crate) index: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
#[command(
    after_help = "An index holds the texts that runs have kept. Cleaning A and then B with the index of A writes for B what cleaning A \
and B in one run would, whatever the memory and the number of threads; so the first copy stays (--keep first), and all articles are \
compared with all. What depends on the whole run (--min-count, --keep-copies and the like) is refused. The settings that decide what \
repeats what are kept in the index, and a run with others is refused.\n\n\
The first run also decides in which order shingles are looked for, so let it be a large one: after a small one the results are the same, \
but take longer.\n\n\
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

    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rule: RuleArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
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
pub(crate) struct VerifyArgs {
    /// The index
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
