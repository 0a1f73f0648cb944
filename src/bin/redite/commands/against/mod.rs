//! `clean` and `mark` with `--against`: what stands in a test set goes or is marked, and nothing else.
//!
//! The inputs are read twice, as without a test set: once to find what stands in it, of which only the articles are remembered, and
//! once to take it out, where those articles are asked again.

mod clean;
mod mark;
mod report;

pub(crate) use clean::clean;
pub(crate) use mark::mark;

use crate::amounts::{count, duration, size};
use crate::args::InputArgs;
use crate::contained::{Counts, Screen};
use crate::corpus::{Inputs, field_name, find};
use crate::exit::Exit;
use crate::memory::Cap;
use crate::progress::{Progress, READING, WRITING};
use crate::stages::Stages;
use crate::test_set::{Origin, TestSet};
use anyhow::Result;
use rayon::prelude::*;
use redite::files::{Fields, ReadOptions, Source};
use redite::fold::fold;
use redite::segment::Language;
use redite::verdict::left_out;
use redite::{Contained, Span, removal_spans};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// The inputs, read and held against the test set.
struct Found {
    inputs: Inputs,
    /// By article, whether anything of it stands in the test set.
    touched: Vec<bool>,
    counts: Counts,
    /// How many texts of the test set stand in the inputs, or some of them.
    met: u64,
}

/// What is the same for all records.
#[derive(Clone, Copy)]
struct Rule<'r> {
    set: &'r TestSet,
    options: &'r ReadOptions,
    /// That of articles that do not name theirs.
    language: Option<Language>,
}

impl Rule<'_> {
    /// Reads all inputs.
    fn read(
        self,
        input: &InputArgs,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        check: impl FnOnce(&[Source]) -> Result<()>,
        stages: &mut Stages,
    ) -> Result<(Found, Progress)> {
        let screen = Screen::new(self.set, self.language);
        let begin = |sources: &[Source], _: &ReadOptions| {
            self.set.refuse_inputs(sources)?;
            check(sources)?;
            let bytes = sources.iter().map(Source::size).sum();
            Ok(Progress::new(&[READING, WRITING], bytes, input.quiet))
        };
        let fate = "passed through unchanged";
        let (inputs, screen, progress) = Inputs::read(screen, input, self.options, cap, exclude, fate, begin)?;
        stages.end("read");
        let (touched, counts, met) = screen.finish();
        let found = Found {
            inputs,
            touched,
            counts,
            met,
        };
        Ok((found, progress))
    }

    /// What of each text of a record stands in the test set.
    fn of(self, fields: &Fields) -> Vec<Vec<Contained>> {
        let language = fields.lang.as_deref().map(Language::from_tag).or(self.language);
        self.set
            .find(fields.texts.iter().map(|text| text.text.as_str()), language)
    }

    /// The name of a text field of a record.
    fn field<'o>(&'o self, source: &Source, fields: &Fields, text: usize) -> &'o str {
        field_name(source, self.options, fields, text)
    }
}

impl Found {
    /// How the run ends.
    fn exit(&self, set: &TestSet) -> Exit {
        match set.report.exit() {
            Exit::Done => self.inputs.report.exit(),
            other => other,
        }
    }
}

/// What to cut out of each text, with the white space that goes along.
fn cuts(fields: &Fields, found: &[Vec<Contained>]) -> Result<Vec<Vec<Span>>> {
    let of_text = |(text, found): (&redite::files::FieldText, &Vec<Contained>)| {
        let spans: Vec<Span> = found.iter().map(|found| found.span).collect();
        removal_spans(&text.text, &spans)
            .ok_or_else(|| anyhow::anyhow!("spans of a test set are not in order; please report this"))
    };
    fields.texts.iter().zip(found).map(of_text).collect()
}

/// The words and numbers of a span that the text of the test set does not have.
fn lost(found: &Contained, text: &str, origin: &Origin<'_>) -> Vec<String> {
    if found.share >= 1.0 {
        return Vec::new();
    }
    let said = text.get(found.span.range()).unwrap_or_default();
    left_out(fold(said).as_str(), fold(origin.text).as_str())
}

/// Bytes of the inputs that are read to estimate the time of the rest.
const SAMPLE: u64 = 24 << 20;

/// Says what a run would take.
fn dry_run(rule: Rule<'_>, input: &InputArgs, exclude: &[PathBuf]) -> Result<Exit> {
    let sources = find(input, exclude)?.sources;
    rule.set.refuse_inputs(&sources)?;
    let bytes: u64 = sources.iter().map(Source::size).sum();
    let (mut sampled, started) = (0, Instant::now());
    for source in sources.iter().filter(|source| source.unread().is_none()) {
        let Ok(mut batches) = source.read(rule.options) else {
            continue;
        };
        while sampled + batches.bytes_read() < SAMPLE {
            // What cannot be read is left to the run to say.
            let Some(Ok(batch)) = batches.next() else { break };
            let records: Vec<_> = batch.records().collect();
            let fields = records.par_iter().filter_map(|record| record.outcome.ok());
            let _spans: usize = fields.map(|fields| rule.of(fields).len()).sum();
        }
        sampled += batches.bytes_read();
        if sampled >= SAMPLE {
            break;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let scale = bytes as f64 / sampled.clamp(1, bytes.max(1)) as f64;
    // And most of it is written again unread.
    let time = started.elapsed().mul_f64(scale * (1.0 + WRITING.1));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", rule.set.told())?;
    writeln!(
        out,
        "{}, {}; time: about {}",
        count(sources.len() as u64, "input file"),
        size(bytes),
        duration(time)
    )?;
    writeln!(out, "These are estimates. Nothing was written.")?;
    Ok(Exit::Done)
}
