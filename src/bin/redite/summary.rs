//! The report of a run, for people and as JSON.

use crate::amounts::{count, digits, share};
use crate::args::CleanArgs;
use crate::choice::Choice;
use crate::corpus::{Corpus, NotCompared, Overview, ReadReport};
use crate::marked;
use crate::settings::described;
use crate::stages::{StageTime, Stages};
use redite::segment::Language;
use redite::{Cut, Reason, Stats};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Counts that are taken while writing.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    by_language: BTreeMap<Language, Share>,
    pub(crate) dropped: u64,
    /// What others repeat, and what stands between two runs.
    frequent: u64,
    bridges: u64,
}

/// The counts of one language.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct Share {
    articles: u64,
    text_bytes: u64,
    removed_equal: u64,
    removed_near: u64,
    removed_bytes: u64,
}

impl Counted {
    /// What was read.
    pub(crate) fn of(overview: &Overview) -> Self {
        let share = |stats: &Stats| Share {
            articles: stats.articles,
            text_bytes: stats.text_bytes,
            ..Share::default()
        };
        Self {
            by_language: (overview.by_language.iter())
                .map(|(language, stats)| (*language, share(stats)))
                .collect(),
            ..Self::default()
        }
    }

    /// What was read, and what of it was chosen to go.
    pub(crate) fn chosen(overview: &Overview, going: &marked::Counted, dropped: u64) -> Self {
        let mut counted = Self {
            dropped,
            frequent: going.frequent,
            bridges: going.bridges,
            ..Self::of(overview)
        };
        for (language, share) in &mut counted.by_language {
            let of_language = going.by_language.get(language.code()).copied().unwrap_or_default();
            [share.removed_equal, share.removed_near, share.removed_bytes] = of_language;
        }
        counted
    }

    /// Counts what goes from one record.
    pub(crate) fn count(&mut self, language: Language, cuts: &[Vec<Cut>]) {
        let share = self.by_language.entry(language).or_default();
        for cut in cuts.iter().flatten() {
            match cut.repeat.reason {
                Reason::Equal => share.removed_equal += 1,
                Reason::Near => share.removed_near += 1,
            }
            share.removed_bytes += cut.repeat.removed.span.len() as u64;
        }
    }
}

/// Everything that is reported at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    files: u64,
    #[serde(flatten)]
    notes: Notes,
    not_compared: Vec<NotCompared>,
    articles: u64,
    paragraphs: u64,
    sentences: u64,
    too_short: u64,
    removed_equal: u64,
    removed_near: u64,
    removed_frequent: u64,
    removed_bridges: u64,
    text_bytes: u64,
    removed_bytes: u64,
    redite: &'static str,
    text_fields: Vec<String>,
    id_field: Option<String>,
    lang_field: Option<String>,
    #[serde(flatten)]
    settings: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<serde_json::Value>,
    strict: bool,
    drop_empty: bool,
    max_removed: Option<f64>,
    languages: BTreeMap<String, Share>,
    seconds: f64,
    stages: Vec<StageTime>,
    threads: usize,
    /// The limit, in bytes.
    memory: Option<u64>,
    #[serde(skip)]
    threshold: f64,
    #[serde(skip)]
    measure: String,
    #[serde(skip)]
    input_bytes: u64,
    /// Parts of the corpus that were compared one after the other.
    #[serde(skip)]
    shares: u64,
}

/// Settings under names that are not those of counts.
fn beside_counts(
    mut settings: serde_json::Map<String, serde_json::Value>,
) -> serde_json::Map<String, serde_json::Value> {
    if let Some(breaks) = settings.remove("paragraphs") {
        settings.insert("paragraph_breaks".to_owned(), breaks);
    }
    settings
}

impl Summary {
    pub(crate) fn new(
        args: &CleanArgs,
        corpus: &Corpus,
        stats: &Stats,
        counted: Counted,
        stages: &Stages,
        time: Duration,
    ) -> Self {
        let report = &corpus.report;
        let settings = corpus.detector.settings();
        Self {
            files: corpus.sources.len() as u64,
            notes: Notes::of(report, counted.dropped, stats.unread_texts),
            not_compared: report.not_compared.clone(),
            articles: stats.articles,
            paragraphs: stats.paragraphs,
            sentences: stats.sentences,
            too_short: stats.too_short,
            removed_equal: stats.removed_equal,
            removed_near: stats.removed_near,
            removed_frequent: counted.frequent,
            removed_bridges: counted.bridges,
            text_bytes: stats.text_bytes,
            removed_bytes: stats.removed_bytes,
            redite: env!("CARGO_PKG_VERSION"),
            text_fields: corpus.options.text_fields.clone(),
            id_field: corpus.options.id_field.clone(),
            lang_field: corpus.options.lang_field.clone(),
            settings: beside_counts(described(&corpus.detector, &args.rule.other)),
            choice: Choice::described(&args.choice),
            strict: args.input.strict,
            drop_empty: args.cleaned.drop_empty,
            max_removed: args.cleaned.max_removed,
            languages: (counted.by_language.into_iter())
                .map(|(language, share)| (language.code().to_owned(), share))
                .collect(),
            seconds: time.as_secs_f64(),
            stages: stages.times(rayon::current_num_threads()),
            threads: rayon::current_num_threads(),
            memory: args.memory.memory,
            threshold: settings.threshold().value(),
            measure: settings.measure().to_string(),
            input_bytes: report.bytes,
            shares: corpus.detection.blocks() as u64,
        }
    }

    /// The same as one JSON object.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let removed = self.removed_equal + self.removed_near;
        writeln!(
            f,
            "{} in {}: {}, {}",
            count(self.articles, "article"),
            count(self.files, "file"),
            count(self.paragraphs, "paragraph"),
            count(self.sentences, "sentence"),
        )?;
        writeln!(
            f,
            "removed {}: {} equal, {} near (similarity at least {} by {}), {} of the text",
            count(removed, "unit"),
            digits(self.removed_equal),
            digits(self.removed_near),
            self.threshold,
            self.measure,
            share(self.removed_bytes, self.text_bytes),
        )?;
        if self.removed_frequent + self.removed_bridges > 0 {
            let frequent = count(self.removed_frequent, "unit") + " that others repeat";
            let bridges = digits(self.removed_bridges) + " between long runs";
            let told = [(self.removed_frequent, frequent), (self.removed_bridges, bridges)];
            let told: Vec<String> = told.into_iter().filter(|told| told.0 > 0).map(|told| told.1).collect();
            writeln!(f, "and {}", told.join(", "))?;
        }
        let mut languages: Vec<_> = self.languages.iter().collect();
        languages.sort_by_key(|(code, s)| (std::cmp::Reverse(s.text_bytes), code.as_str()));
        if languages.len() > 1 {
            for (code, s) in languages.iter().take(12) {
                writeln!(
                    f,
                    "  {code:8} {:>14}  {:>8} removed  {:>7}",
                    count(s.articles, "article"),
                    digits(s.removed_equal + s.removed_near),
                    share(s.removed_bytes, s.text_bytes),
                )?;
            }
            if languages.len() > 12 {
                let more = count(languages.len() as u64 - 12, "more language");
                writeln!(f, "  and {more} (--stats lists all)")?;
            }
        }
        write!(f, "{}", self.notes)?;
        if let Some(parts) = in_parts(self.shares) {
            writeln!(f, "{parts}")?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
        let speed = self.input_bytes as f64 / 1e6 / self.seconds.max(1e-3);
        writeln!(f, "{:.1} s, {speed:.1} MB/s", self.seconds)
    }
}

/// What was not as it should be, counted.
#[derive(Debug, Serialize)]
pub(crate) struct Notes {
    failed_files: u64,
    unused_files: u64,
    damaged_files: u64,
    skipped_files: u64,
    unreadable_files: u64,
    faulty_records: u64,
    dropped_records: u64,
    missing_ids: u64,
    missing_ranks: u64,
    missing_groups: u64,
    missing_dates: u64,
    duplicate_ids: u64,
    unread_texts: u64,
}

impl Notes {
    pub(crate) fn of(report: &ReadReport, dropped_records: u64, unread_texts: u64) -> Self {
        Self {
            failed_files: report.failed_files,
            unused_files: report.unused_files,
            damaged_files: report.damaged_files,
            skipped_files: report.skipped_files,
            unreadable_files: report.unreadable_files,
            faulty_records: report.faulty_records,
            dropped_records,
            missing_ids: report.missing_ids,
            missing_ranks: report.missing_ranks,
            missing_groups: report.missing_groups,
            missing_dates: report.missing_dates,
            duplicate_ids: report.duplicate_ids,
            unread_texts,
        }
    }
}

impl fmt::Display for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notes = [
            (
                self.faulty_records,
                "record",
                [
                    "could not be read and was passed through unchanged",
                    "could not be read and were passed through unchanged",
                ],
            ),
            (
                self.unread_texts,
                "text",
                [
                    "is too long to be compared, and was passed through unchanged",
                    "are too long to be compared, and were passed through unchanged",
                ],
            ),
            (
                self.dropped_records,
                "record",
                [
                    "had no text left and was left out",
                    "had no text left and were left out",
                ],
            ),
            (
                self.failed_files,
                "file",
                [
                    "was not read, for the reason given above, and copied unchanged",
                    "were not read, for the reasons given above, and copied unchanged",
                ],
            ),
            (
                self.unused_files,
                "file",
                [
                    "has no record that can be used, and was copied unchanged",
                    "have no record that can be used, and were copied unchanged",
                ],
            ),
            (
                self.unreadable_files,
                "file",
                [
                    "could not be read at all, and was not copied",
                    "could not be read at all, and were not copied",
                ],
            ),
            (
                self.skipped_files.saturating_sub(self.unreadable_files),
                "file",
                [
                    "was skipped, for the reason given above",
                    "were skipped, for the reasons given above",
                ],
            ),
            (
                self.missing_ranks,
                "record",
                [
                    "has no value in the field of --keep, and was ranked last",
                    "have no value in the field of --keep, and were ranked last",
                ],
            ),
            (
                self.missing_groups,
                "record",
                [
                    "has no value in the field of --group-by, and is a group of its own",
                    "have no value in the field of --group-by, and are a group of their own",
                ],
            ),
            (
                self.missing_dates,
                "record",
                [
                    "has no date in the field of --date-field: for --within it is apart from those that have one, for --keep it comes last",
                    "have no date in the field of --date-field: for --within they are apart from those that have one, for --keep they come last",
                ],
            ),
            (
                self.duplicate_ids,
                "record",
                [
                    "shares its id with an earlier record",
                    "share their id with an earlier record",
                ],
            ),
        ];
        for (n, what, [one, several]) in notes.into_iter().filter(|note| note.0 > 0) {
            writeln!(f, "{} {}", count(n, what), if n == 1 { one } else { several })?;
        }
        Ok(())
    }
}

/// One sentence on everything that was found.
pub(crate) fn totals(stats: &Stats) -> String {
    let found = stats.removed_equal + stats.removed_near;
    let read = format!(
        "{}, {}, {}",
        count(stats.articles, "article"),
        count(stats.paragraphs, "paragraph"),
        count(stats.sentences, "sentence"),
    );
    if found == 0 {
        let short = count(stats.too_short, "unit");
        return format!("No repeats in {read} ({short} too short to compare).");
    }
    format!(
        "{}: {} equal, {} near; {} of the text, in {read}.",
        count(found, "repeat"),
        digits(stats.removed_equal),
        digits(stats.removed_near),
        share(stats.removed_bytes, stats.text_bytes),
    )
}

/// Says that a corpus was compared in so many parts, if there are several.
pub(crate) fn in_parts(parts: u64) -> Option<String> {
    let told = || {
        format!(
            "compared in {}, with temporary files, to stay within --memory",
            count(parts, "part")
        )
    };
    (parts > 1).then(told)
}
