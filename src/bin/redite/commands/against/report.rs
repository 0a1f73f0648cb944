//! The report of a run against a test set, for people and as JSON.

use super::Found;
use crate::amounts::{count, digits, share};
use crate::args::CleanArgs;
use crate::corpus::NotCompared;
use crate::stages::{StageTime, Stages};
use crate::summary::Notes;
use crate::test_set::TestSet;
use redite::files::ReadOptions;
use redite::segment::Language;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// Everything that is reported at the end.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    files: u64,
    #[serde(flatten)]
    notes: Notes,
    not_compared: Vec<NotCompared>,
    articles: u64,
    text_bytes: u64,
    contaminated_articles: u64,
    removed_spans: u64,
    /// Of these, those in which a few words differ.
    edited_spans: u64,
    removed_bytes: u64,
    test_files: u64,
    test_texts: u64,
    test_tokens: u64,
    /// Texts of the test set of which something was found.
    test_texts_found: u64,
    test_not_compared: Vec<NotCompared>,
    redite: &'static str,
    text_fields: Vec<String>,
    id_field: Option<String>,
    lang_field: Option<String>,
    #[serde(flatten)]
    settings: serde_json::Map<String, serde_json::Value>,
    strict: bool,
    drop_empty: bool,
    max_removed: Option<f64>,
    seconds: f64,
    stages: Vec<StageTime>,
    threads: usize,
    /// The limit, in bytes.
    memory: Option<u64>,
    #[serde(skip)]
    input_bytes: u64,
}

impl Summary {
    #[expect(clippy::too_many_arguments, reason = "everything that is reported")]
    pub(super) fn new(
        args: &CleanArgs,
        options: &ReadOptions,
        found: &Found,
        set: &TestSet,
        language: Option<Language>,
        dropped: u64,
        stages: &Stages,
        time: Duration,
    ) -> Self {
        let (counts, report) = (&found.counts, &found.inputs.report);
        Self {
            files: found.inputs.sources.len() as u64,
            notes: Notes::of(report, dropped, 0),
            not_compared: report.not_compared.clone(),
            articles: counts.articles,
            text_bytes: counts.text_bytes,
            contaminated_articles: counts.contaminated,
            removed_spans: counts.spans,
            edited_spans: counts.edited,
            removed_bytes: counts.span_bytes,
            test_files: set.files() as u64,
            test_texts: set.reference.texts() as u64,
            test_tokens: set.reference.tokens() as u64,
            test_texts_found: found.met,
            test_not_compared: set.report.not_compared.clone(),
            redite: env!("CARGO_PKG_VERSION"),
            text_fields: options.text_fields.clone(),
            id_field: options.id_field.clone(),
            lang_field: options.lang_field.clone(),
            settings: set.described(language),
            strict: args.input.strict,
            drop_empty: args.cleaned.drop_empty,
            max_removed: args.cleaned.max_removed,
            seconds: time.as_secs_f64(),
            stages: stages.times(rayon::current_num_threads()),
            threads: rayon::current_num_threads(),
            memory: args.memory.memory,
            input_bytes: report.bytes,
        }
    }

    /// The same as one JSON object.
    pub(super) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} in {}, held against {} in {}",
            count(self.articles, "article"),
            count(self.files, "file"),
            count(self.test_texts, "text"),
            count(self.test_files, "file"),
        )?;
        writeln!(
            f,
            "removed {} from {}, {} of the text; of the test set {} of {} stood there, whole or in part",
            count(self.removed_spans, "span"),
            count(self.contaminated_articles, "article"),
            share(self.removed_bytes, self.text_bytes),
            digits(self.test_texts_found),
            count(self.test_texts, "text"),
        )?;
        write!(f, "{}", self.notes)?;
        #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
        let speed = self.input_bytes as f64 / 1e6 / self.seconds.max(1e-3);
        writeln!(f, "{:.1} s, {speed:.1} MB/s", self.seconds)
    }
}
