//! The statistics of a run, as `clean --stats` writes them.

use super::count::Counted;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What the page shows of them. What has been counted by one sort of run only may be missing.
#[derive(Debug, Deserialize)]
pub(crate) struct RunStats {
    pub(super) files: u64,
    pub(super) articles: u64,
    pub(super) text_bytes: u64,
    pub(super) removed_bytes: u64,
    removed_equal: Option<u64>,
    removed_near: Option<u64>,
    #[serde(default)]
    removed_frequent: u64,
    #[serde(default)]
    removed_bridges: u64,
    /// By a run against a test set.
    removed_spans: Option<u64>,
    #[serde(default)]
    pub(super) languages: BTreeMap<String, Share>,
    #[serde(default)]
    pub(super) not_compared: Vec<NotCompared>,
    #[serde(flatten)]
    notes: BTreeMap<String, serde_json::Value>,
}

/// The counts of one language.
#[derive(Debug, Deserialize)]
pub(super) struct Share {
    pub(super) text_bytes: u64,
    pub(super) removed_equal: u64,
    pub(super) removed_near: u64,
    pub(super) removed_bytes: u64,
}

/// A file of which no text was compared.
#[derive(Debug, Deserialize)]
pub(super) struct NotCompared {
    pub(super) file: String,
    pub(super) why: String,
    pub(super) copied: bool,
}

impl RunStats {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        Self::parse(&bytes)
            .with_context(|| format!("{}: give the file that `redite clean --stats` wrote", path.display()))
    }

    pub(crate) fn parse(json: &[u8]) -> Result<Self> {
        Ok(serde_json::from_slice(json)?)
    }

    /// Units that were removed by all rules.
    fn units(&self) -> Option<u64> {
        let repeats = || {
            let equal_or_near = self.removed_equal?.checked_add(self.removed_near?)?;
            equal_or_near
                .checked_add(self.removed_frequent)?
                .checked_add(self.removed_bridges)
        };
        self.removed_spans.or_else(repeats)
    }

    /// Refuses the statistics of another run.
    pub(super) fn check(&self, counted: &Counted) -> Result<()> {
        let Some(units) = self.units() else {
            bail!(
                "the statistics do not say how many units were removed: give the file that `redite clean --stats` wrote"
            );
        };
        if units != counted.all.units() {
            bail!(
                "the statistics are of another run: they count {units} removed units, and the removed file has {}; give both files of one run",
                counted.all.units()
            );
        }
        Ok(())
    }

    /// What was not as it should be: how often, and what.
    pub(super) fn notes(&self) -> Vec<(u64, &'static str)> {
        let told = [
            (
                "faulty_records",
                "records could not be read and were passed through unchanged",
            ),
            (
                "unread_texts",
                "texts were too long to compare and were passed through unchanged",
            ),
            (
                "failed_files",
                "files could not be read as articles and were copied unchanged",
            ),
            ("unused_files", "files had no usable record and were copied unchanged"),
            ("damaged_files", "files were damaged"),
            ("skipped_files", "files were skipped"),
            ("unreadable_files", "files could not be read at all and were not copied"),
            ("dropped_records", "records had no text left and were left out"),
            (
                "missing_ranks",
                "records had no value in the field of --keep and were ranked last",
            ),
            ("missing_groups", "records had no value in the field of --group-by"),
            ("missing_dates", "records had no date"),
            ("missing_ids", "records had no id"),
            ("duplicate_ids", "records shared their id with an earlier one"),
        ];
        let count = |name: &str| {
            self.notes
                .get(name)
                .and_then(serde_json::Value::as_u64)
                .unwrap_or_default()
        };
        told.into_iter()
            .map(|(name, what)| (count(name), what))
            .filter(|(count, _)| *count > 0)
            .collect()
    }
}
