//! Options that say which repeats go.

use super::percent;
use crate::choice::Copies;
use crate::condition::Condition;

/// Which of the repeats go; by default all.
#[derive(clap::Args, Debug, Clone, Default)]
pub(crate) struct ChoiceArgs {
    /// Remove only what satisfies this, as in 'unit=paragraph' or 'copies>=3'. May be given more than once: then only what
    /// satisfies all; `redite apply --help` lists the fields
    #[arg(long = "where", value_name = "CONDITION", value_parser = Condition::parse, help_heading = "Which repeats go")]
    pub(crate) conditions: Vec<Condition>,

    /// How many copies of each text stay, the kept one and of the others the first in the input: a number, all, or none, so that no
    /// copy stays of what is said twice; or a table by how often it is said, as in 1-3:all,4:3,5-99:5,100-:none. A paragraph in which
    /// something stands that is to stay stays, too [default: 1]
    #[arg(long, value_name = "N|none|TABLE", value_parser = Copies::parse, help_heading = "Which repeats go")]
    pub(crate) keep_copies: Option<Copies>,

    /// Remove only texts that stand in at least N articles
    #[arg(long, value_name = "N", help_heading = "Which repeats go")]
    pub(crate) min_count: Option<u64>,

    /// Remove only texts that stand in at least this share of the articles, as in 30%: of those of the group with --group-by, else (and
    /// with --across) of all
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Which repeats go")]
    pub(crate) min_share: Option<f64>,

    /// Remove only long runs: repeats that follow one another without a word between them, all of the same article, and have at least
    /// so many bytes together, as in 500. First copies stay, so not with --keep-copies none
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse, help_heading = "Which repeats go")]
    pub(crate) min_run: Option<u64>,

    /// With --min-run: what stands between two long runs of the same article goes along if it has at most so many bytes, white space
    /// aside, and nothing that others repeat. The words that are lost with it are listed in the file of removed units
    #[arg(long, value_name = "SIZE", value_parser = crate::amounts::parse, requires = "min_run", help_heading = "Which repeats go")]
    pub(crate) bridge: Option<u64>,
}
