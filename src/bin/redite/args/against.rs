//! The options of `clean` and `mark` for a test set.

use super::field;
use redite::reference::Limits;
use std::path::PathBuf;

/// A test set, and what of it must not stand in the inputs.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct AgainstArgs {
    /// Find what stands in TESTSET, and no repeats, so that no text of a benchmark is trained on: a file or folder, read as the
    /// inputs are; may be given more than once. What goes is a run of at least eight words of one text of the test set,
    /// wherever it begins and ends in the inputs, with up to three other words between two such runs. Case, punctuation, line
    /// breaks, accents and the formatting of numbers make no difference. A text, paragraph or line of the test set that is
    /// shorter goes where it is a paragraph, a line, a sentence, a quotation or what follows a colon. The test set is held in memory,
    /// about fifty bytes a word; the inputs are not. For repeats, run again without this option
    #[arg(
        long,
        value_name = "TESTSET",
        help_heading = "Test set",
        conflicts_with_all = [
            "threshold", "unit", "scope", "similarity", "level", "keep", "paragraphs", "group_by", "count_by", "within", "preset"
        ]
    )]
    pub(crate) against: Vec<PathBuf>,

    /// Fields with the texts of the test set; each is a text of its own [default: those of --text-field]
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        value_parser = field,
        requires = "against",
        help_heading = "Test set"
    )]
    pub(crate) against_field: Option<Vec<String>>,

    /// Shortest run that goes, in words (in scripts without spaces, two letters count as a word), from 2 to 1000. Paragraphs
    /// and lines of the test set that are shorter are looked for down to --min-tokens
    #[arg(
        long,
        value_name = "N",
        default_value_t = Limits::default().tokens,
        value_parser = clap::value_parser!(u32).range(i64::from(*Limits::RANGE.start())..=i64::from(*Limits::RANGE.end())),
        requires = "against",
        help_heading = "Test set"
    )]
    pub(crate) against_tokens: u32,
}

impl AgainstArgs {
    /// True if a test set was named.
    pub(crate) fn is_given(&self) -> bool {
        !self.against.is_empty()
    }
}
