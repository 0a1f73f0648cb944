//! What each module costs, on generated text or on the user's.
//!
//! ```text
//! cargo bench --bench modules                            every module but the last
//! cargo bench --bench modules -- MODULE... [FILE...]       segment, fold, join, pipeline, files, adversarial;
//!                                                      text from JSON Lines files, `{"text", "lang"}` a line
//!     --kb N        text of each language              --lang CODE   one language only
//!     --rounds N    the least time of so many counts   --record      write the figures to benches/record
//!     --count       one round, and only what is the same on every machine (for `benches/instructions.sh`)
//! ```
//!
//! The modules are one program, because linking it takes longer than running it. `benches/README.md` says more.

#![allow(clippy::print_stdout)]

mod adversarial;
#[cfg(feature = "files")]
mod files;
mod fold;
mod join;
mod pipeline;
mod segment;
mod support;
mod text;
mod words;

use std::process::ExitCode;
use support::Options;

/// False if something is not as it must be.
type Run = fn(&Options) -> bool;

const MODULES: &[(&str, Run)] = &[
    ("segment", segment::run),
    ("fold", fold::run),
    ("join", join::run),
    ("pipeline", pipeline::run),
    #[cfg(feature = "files")]
    ("files", files::run),
    ("adversarial", adversarial::run),
];

fn main() -> ExitCode {
    // One thread, this one, so that its CPU time is all.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    one.build_global().expect("threads are set once");
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let is_module = |arg: &&String| MODULES.iter().any(|(name, _)| name == arg);
    let named: Vec<&String> = args.iter().filter(is_module).collect();
    let options = Options::parse(args.iter().filter(|arg| !is_module(arg)).cloned());
    if options.count {
        // What is built on first use is no module's work.
        for case in support::Bench::new("", 5, &options).cases() {
            let detection = redite::Detector::new().detect(case.given());
            assert_eq!(detection.stats().articles, case.articles.len() as u64);
        }
    }
    let mut fine = true;
    for (name, run) in MODULES {
        if named.iter().any(|n| n == name) || (named.is_empty() && *name != "adversarial") {
            fine &= run(&options);
        }
    }
    ExitCode::from(u8::from(!fine))
}
