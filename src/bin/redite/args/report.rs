//! The options of `report`.

use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "The page is one file that loads nothing: it can be opened offline, sent, and put on a server. It shows how much was removed \
and where, how similar near repeats are and which words are lost with them; the texts that are repeated most often, with \
their wordings; and near repeats to judge, whose labels `redite evaluate --labels` reads. It is never longer than 5 MB: the figures count \
all units, and of the texts a choice is shown, by a rule that the page states. The same input gives the same page.\n\n\
Example: redite clean articles.jsonl -o clean.jsonl --removed removed.jsonl --stats stats.json && redite report removed.jsonl \
--stats stats.json -o report.html"
)]
pub(crate) struct ReportArgs {
    /// The file that clean --removed wrote, plain or compressed
    #[arg(value_name = "REMOVED")]
    pub(crate) removed: PathBuf,

    /// The file that clean --stats wrote in the same run: the page then also tells shares of the text, languages, and what was not compared
    #[arg(long, value_name = "STATS")]
    pub(crate) stats: Option<PathBuf>,

    /// Where to write the page; - is standard output [default: standard output]
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// Folder for temporary files. They have no names and leave nothing behind [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub(crate) temp_dir: Option<PathBuf>,
}
