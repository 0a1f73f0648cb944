//! What `evaluate` is asked for.

use super::{ColorArg, InputArgs, OtherRuleArgs};
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Copies of paragraphs and sentences, edited in known ways (grades), are put into other articles of \
    the same language, and so are texts that only look alike and must stay (traps). Then the pipeline runs, and what \
    it removed is held against what was planted. Nothing of yours is changed.\n\n\
    Grades: exact; punct (punctuation, number dress, quotes, spaces, case, composed or not); w1of20, w10, w20, w30 \
    (one word of 20, 10, 20, 30 % of the words replaced, left out or put in); clause (one left out); swap (sentences \
    in another order). Traps: trap_words60 (60 % of the words), trap_half (40 % of one text, 60 % of another), \
    trap_lead (one fifth, then another text), trap_numbers (all numbers others), trap_facts (a number of the later \
    text is missing in the earlier; these two count if a number was removed).\n\n\
    What --write writes is described field by field in src/bin/redite/evaluate/truth.rs.\n\n\
    Examples: redite evaluate articles.jsonl --threshold .5,.6,.7\n\
    redite evaluate articles.jsonl --write planted && redite clean planted/articles.jsonl -o out.jsonl --removed \
    removed.jsonl && redite evaluate --score planted removed.jsonl"
)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How much must be alike, above 0 and at most 1; several are measured one after the other, as in .5,.6,.7
    #[arg(
        long,
        value_name = "SHARE,…",
        value_delimiter = ',',
        default_values_t = [redite::Settings::DEFAULT_THRESHOLD],
        help_heading = "What counts as a repeat"
    )]
    pub(crate) threshold: Vec<f64>,

    #[command(flatten)]
    pub(crate) rule: OtherRuleArgs,

    /// Begins the random choices: the same articles, options and seed give the same set, on every machine
    #[arg(long, value_name = "N", default_value_t = 7, help_heading = "What is planted")]
    pub(crate) seed: u64,

    /// Pairs planted for each language, unit and grade, if the text suffices
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..), help_heading = "What is planted")]
    pub(crate) per_grade: u32,

    /// How much text is used, as in 500k, 20M or 1G bytes, shared by the languages; a random choice of the articles
    /// beyond it
    #[arg(long, value_name = "SIZE", default_value = "20M", value_parser = crate::memory::parse, help_heading = "What is planted")]
    pub(crate) max_text: u64,

    /// Also write the planted set with its truth into this folder, as a benchmark
    #[arg(long, value_name = "DIR", conflicts_with = "score", help_heading = "Output")]
    pub(crate) write: Option<PathBuf>,

    /// Plant and run nothing: hold a file of removed units (INPUT; of clean --removed or of another tool) against a
    /// set that --write wrote
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) score: Option<PathBuf>,

    /// text: for reading; json: one object
    #[arg(long, value_enum, default_value_t = EvaluateFormat::Text, help_heading = "Output")]
    pub(crate) format: EvaluateFormat,

    /// Pairs shown from each side of the first threshold, the nearest to it, those not planted first; 0 shows none
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Output")]
    pub(crate) sample: usize,

    /// Colour in text; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, help_heading = "Output")]
    pub(crate) color: ColorArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvaluateFormat {
    Text,
    Json,
}
