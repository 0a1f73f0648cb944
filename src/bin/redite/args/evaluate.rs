//! The options of `evaluate`.

use super::{ColorArg, InputArgs, OtherRuleArgs, SharesArgs};
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(
    mut_arg("inputs", |inputs| inputs.required(false).required_unless_present("labels")),
    mut_arg("nearly_all", |share| share.requires("relations")),
    mut_arg("hardly_any", |share| share.requires("relations")),
    after_help = "Copies of paragraphs and sentences, edited in known ways (grades), are inserted into other articles \
    of the same language, together with texts that only look similar and must stay (traps). Then the pipeline runs, \
    and what it removes is compared with what was planted. Your files are not changed.\n\n\
    Grades: exact; punct (changed punctuation, number formatting, quotation marks, spaces, case or Unicode form); \
    edit5, edit10, edit20 (5, 10 or 20 % of the words touched as an editor touches them: a word left out or put in, \
    mostly common ones, a common word for a common word, a slip of the pen, another form of the word); clause (one \
    clause left out); swap (sentences in another order); context (one content word replaced in a paragraph whose \
    neighbours are copied along). word5, word10 (5 or 10 % of the words, all content words, replaced) are reported, but \
    neither wanted nor refused. Traps: trap_word (one content word replaced), trap_added (a new sentence at the end; \
    counts if that is removed), trap_clause (the later text has a clause that the earlier lacks), trap_lead (a fifth of \
    one text, then another), trap_half (40 % of one text, 60 % of another), trap_words60 (60 % of the words edited), \
    trap_numbers (all numbers different), trap_facts (the later text has a number that the earlier one lacks).\n\n\
    A pair counts as found, and a trap as removed, if 80 % of one of its two texts were removed. Of all removed units it \
    is told how many no planted pair explains, how many are weak (less than 60 % of the words stand in the kept text), \
    lost facts (a number that the kept text lacks), or are orphans (the kept text was removed too).\n\n\
    The files that --write makes are described field by field in src/bin/redite/evaluate/truth.rs, with --relations in \
    src/bin/redite/evaluate/whole/mod.rs.\n\n\
    Examples: redite evaluate articles.jsonl --threshold .5,.6,.7\n\
    redite evaluate articles.jsonl --write planted && redite clean planted/articles.jsonl -o out.jsonl --removed \
    removed.jsonl && redite evaluate --score planted removed.jsonl\n\
    redite evaluate --labels pairs.jsonl --threshold .5,.6\n\
    redite evaluate --relations articles.jsonl"
)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How similar two units must be, above 0 and at most 1; several are measured in turn, as in .5,.6,.7
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

    /// Seed of the random choices: the same articles, options and seed give the same set on every machine
    #[arg(long, value_name = "N", default_value_t = 7, help_heading = "What is planted")]
    pub(crate) seed: u64,

    /// Number of pairs planted for each language, unit and grade, if there is enough text
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..), help_heading = "What is planted")]
    pub(crate) per_grade: u32,

    /// How much text is used at most, as in 500k, 20M or 1GiB, shared among the languages; of more text, a random
    /// choice of articles
    #[arg(long, value_name = "SIZE", default_value = "20M", value_parser = crate::amounts::parse, help_heading = "What is planted")]
    pub(crate) max_text: u64,

    /// Plant whole articles instead: reprints, updates and excerpts of others; and report what they are told to be, as mark tells it,
    /// and what is told of the others. --per-grade is the number of each kind for each language
    #[arg(long, conflicts_with_all = ["score", "labels"], help_heading = "What is planted")]
    pub(crate) relations: bool,

    #[command(flatten)]
    pub(crate) shares: SharesArgs,

    /// Also write the planted set and the list of planted pairs, as a benchmark, to this folder, which must be new or
    /// empty
    #[arg(long, value_name = "DIR", conflicts_with = "score", help_heading = "Output")]
    pub(crate) write: Option<PathBuf>,

    /// Plant nothing and run nothing: score a file of removed units (INPUT, from clean --removed or another tool)
    /// against a set that --write wrote; give --keep if it was given to clean
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) score: Option<PathBuf>,

    /// Plant nothing: decide each of the pairs of texts in this file that people have labelled, and report which share of the
    /// removals is right and which share of the right ones is found. A record has the fields earlier and later (or
    /// two that --text-field names) and label (right, wrong or arguable; or 1, 0), and may have lang and id
    #[arg(long, value_name = "FILE", conflicts_with_all = ["write", "score", "inputs"], help_heading = "Output")]
    pub(crate) labels: Option<PathBuf>,

    /// text: for people; json: one object
    #[arg(long, value_enum, default_value_t = EvaluateFormat::Text, help_heading = "Output")]
    pub(crate) format: EvaluateFormat,

    /// Number of pairs shown from each side of the first threshold, the nearest to it, those not planted first; with --labels,
    /// of those removed although wrong, and kept although right; with --relations, of articles told wrong; 0 shows none
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Output")]
    pub(crate) sample: usize,

    /// Colour in text. auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, help_heading = "Output")]
    pub(crate) color: ColorArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvaluateFormat {
    Text,
    Json,
}
