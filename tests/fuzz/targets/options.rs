//! Whatever is typed as an option, the program takes it or says what is wrong, and a detector with it ends.
#![no_main]
#![allow(
    dead_code,
    unused_imports,
    clippy::all,
    reason = "the program's modules, of which some are used"
)]

use clap::{CommandFactory, FromArgMatches};
use libfuzzer_sys::fuzz_target;
use redite_fuzz::{Choices, one_thread, text};
use std::cell::RefCell;

// The modules of the program, under the names that they have there.
#[path = "../../../src/bin/redite"]
mod program {
    pub(crate) mod again;
    pub(crate) mod amounts;
    pub(crate) mod application;
    pub(crate) mod args;
    pub(crate) mod article;
    pub(crate) mod choice;
    pub(crate) mod commands;
    pub(crate) mod condition;
    pub(crate) mod console;
    pub(crate) mod contained;
    pub(crate) mod corpus;
    pub(crate) mod csv;
    pub(crate) mod diff;
    pub(crate) mod earlier;
    pub(crate) mod evaluate;
    pub(crate) mod exit;
    pub(crate) mod families;
    pub(crate) mod faults;
    pub(crate) mod html;
    pub(crate) mod languages;
    pub(crate) mod look;
    pub(crate) mod marked;
    pub(crate) mod memory;
    pub(crate) mod operand;
    pub(crate) mod origins;
    pub(crate) mod outputs;
    pub(crate) mod paint;
    pub(crate) mod presets;
    pub(crate) mod progress;
    pub(crate) mod provenance;
    pub(crate) mod relation;
    pub(crate) mod relations;
    pub(crate) mod reports;
    pub(crate) mod settings;
    pub(crate) mod spool;
    pub(crate) mod stages;
    pub(crate) mod summary;
    pub(crate) mod test_set;
    pub(crate) mod verdict;
    pub(crate) mod wording;
    pub(crate) mod words;
    pub(crate) mod writing;
}
use program::*;

/// Options, and what is typed for them.
const OPTIONS: [&str; 16] = [
    "--threshold",
    "--similarity",
    "--keep",
    "--min-tokens",
    "--lang",
    "--max-removed",
    "--memory",
    "--unit",
    "--scope",
    "--numbers",
    "--names",
    "--paragraphs",
    "--text-field",
    "--id-field",
    "--lang-field",
    "--threads",
];

const VALUES: &[&str] = &[
    "0",
    "1",
    "5",
    "9",
    "0.5",
    ".58",
    "1e-9",
    "1e300",
    "-1",
    "-0",
    "+1",
    "nan",
    "inf",
    "-inf",
    "1_0",
    "1.5",
    "50%",
    "%",
    "100",
    "18446744073709551616",
    "4294967296",
    "k",
    "K",
    "M",
    "G",
    "T",
    "Ki",
    "MiB",
    "MB",
    "B",
    "m",
    "jaccard",
    "containment",
    "edit",
    ":",
    ",",
    "1,2",
    "3",
    "16",
    "17",
    "first",
    "last",
    "longest",
    "-",
    "--",
    "rank",
    "fr",
    "zh-Hant",
    "french",
    "und",
    "both",
    "corpus",
    "strict",
    "template",
    "ignore",
    "auto",
    "blank",
    "line",
    "text",
    ".",
    " ",
    "é",
    "\u{0}",
    "#",
    "=",
    "a#1-20",
    "a#title:0-2",
    "\u{1b}[31m",
    "１",
    "٥",
];

const TEXT: &str =
    "Rain fell on the old town all day. The river rose by 2 feet.\n\nRain fell on the old town all day long.";

thread_local! {
    static COMMAND: RefCell<clap::Command> = RefCell::new(args::Args::command());
}

fuzz_target!(init: one_thread(), |data: &[u8]| {
    let mut choices = Choices::new(data);
    let option = choices.of(&OPTIONS);
    let typed = text(choices.rest(), VALUES);
    // also two at once
    let argv = match typed.split_once('=') {
        Some((value, rest)) => vec!["redite", "clean", "a.jsonl", option, value, OPTIONS[rest.len() % 16], rest],
        None => vec!["redite", "clean", "a.jsonl", option, &typed],
    };
    let matches = COMMAND.with_borrow_mut(|command| command.try_get_matches_from_mut(&argv));
    match matches.and_then(|matches| args::Args::from_arg_matches(&matches)) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(args::Args { command: args::Command::Clean(args) }) => match settings::detector(&args.rule) {
            Ok(detector) => {
                let _ = settings::read_options(&args.input, &args.rule.other);
                let _ = choice::Choice::of(&args.choice);
                let cleaned = detector.clean(TEXT);
                assert!(cleaned.len() <= TEXT.len());
            }
            Err(error) => assert!(!format!("{error:#}").is_empty()),
        },
        Ok(_) => {}
    }
    let _ = operand::Reference::parse(&typed);
});
