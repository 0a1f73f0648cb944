//! No text makes a step quadratic: a short piece, many times, between two others.
//!
//! Each step is timed on 4 kB. Only if that takes longer than ordinary text does the piece is repeated up to 1 MB,
//! which must be through in ten seconds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::fold::{Folder, Tokens, fold, fold_slowly};
use redite::segment::{Language, Paragraphs, paragraphs, parts, sentences};
use redite::{Detector, Scope};
use redite_fuzz::{Choices, JSON, Sink, TEXT, file, one_thread, pieces, read_options};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

const SHORT: usize = 4 << 10;
const LONG: usize = 1 << 20;
/// For a byte. Ordinary text takes a tenth of it.
const SLOW: Duration = Duration::from_nanos(500);
const TOO_SLOW: Duration = Duration::from_secs(10);

fuzz_target!(init: one_thread(), |data: &[u8]| {
    let mut choices = Choices::new(data);
    let (step, ends) = (choices.below(8), choices.byte());
    let from = if step == 5 { JSON } else { TEXT };
    let take = |choices: &mut Choices<'_>, count: u8| {
        let bytes: Vec<u8> = (0..count).map(|_| choices.byte()).collect();
        pieces(Choices::new(&bytes), from)
    };
    let before = take(&mut choices, ends & 3);
    let after = take(&mut choices, ends >> 2 & 3);
    let piece = pieces(choices, from);
    if piece.is_empty() || piece.len() > SHORT / 4 {
        return;
    }
    let text = |length: usize| format!("{before}{}{after}", piece.repeat(length / piece.len()));
    let mut length = SHORT;
    while length <= LONG {
        let text = text(length);
        let time = timed(|| run(step, &text));
        assert!(time < TOO_SLOW, "{time:?} for {} bytes of {piece:?} between {before:?} and {after:?}", text.len());
        if time < SLOW * u32::try_from(length).unwrap_or(u32::MAX) {
            return;
        }
        length *= 8;
    }
});

/// Processor time of this thread: other processes do not count.
fn timed(step: impl FnOnce()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(
            time.tv_sec.unsigned_abs(),
            u32::try_from(time.tv_nsec).unwrap_or_default(),
        )
    };
    let before = now();
    step();
    now() - before
}

fn run(step: usize, text: &str) {
    let mut out = Vec::new();
    match step {
        0 => sentences(text, Language::from_tag("und"), &mut out),
        1 => sentences(text, Language::from_tag("en"), &mut out),
        2 => {
            paragraphs(text, Paragraphs::Auto, &mut out);
            parts(text, &mut out);
        }
        3 => drop(Folder::default().fold(text, &mut Tokens::default())),
        // longer than any buffer, which the texts of `fold` are not
        4 => assert!(fold(text) == fold_slowly(text)),
        5 => read(text.as_bytes()),
        6 => drop(Detector::new().clean(text)),
        _ => {
            let detector = Detector::builder().scope(Scope::Article).min_tokens(1).build();
            drop(detector.expect("the settings are valid").clean(text));
        }
    }
}

/// As JSON Lines, with a line of its own, and copied with a span cut out of each text.
fn read(lines: &[u8]) {
    let lines = [b"{\"text\":\"a\"}\n", lines].concat();
    if let Some(source) = file(&lines) {
        let sink = Sink::default();
        let done = source.rewrite::<redite::files::FileError>(&read_options(true), sink.output(), &mut |record| {
            let _ = record.place;
            Ok(redite::files::Edit::Keep)
        });
        assert!(done.is_ok() || source.codec() != redite::files::Codec::Plain);
    }
}
