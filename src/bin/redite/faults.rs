//! Records and files that cannot be used: named on standard error, not too often, and counted.

use anyhow::{Result, bail};
use redite::files::{Fault, FaultKind, Place, SkipKind, Source};
use std::collections::BTreeMap;

use crate::amounts::count;

/// How many faults of one kind are printed one by one, and how many files that are not read for one reason.
const FAULTS_SHOWN: u64 = 10;
const FILES_SHOWN: u64 = 50;

/// What was found wrong so far.
#[derive(Debug)]
pub(crate) struct Faults {
    strict: bool,
    /// What becomes of records and files that cannot be used.
    fate: &'static str,
    shown: BTreeMap<FaultKind, u64>,
    skipped: BTreeMap<SkipKind, u64>,
    /// The current file.
    file: File,
}

/// What was found wrong in one file.
#[derive(Debug, Default)]
struct File {
    /// Some record can be used, so that the others are named one by one.
    good: bool,
    records: u64,
    kinds: BTreeMap<FaultKind, (u64, String)>,
    /// What is not said before it is known whether any record can be used.
    held: Vec<String>,
}

impl Faults {
    pub(crate) fn new(strict: bool, fate: &'static str) -> Self {
        Self {
            strict,
            fate,
            shown: BTreeMap::new(),
            skipped: BTreeMap::new(),
            file: File::default(),
        }
    }

    /// Names a file that is not read.
    pub(crate) fn unread(&mut self, source: &Source, reason: &str, say: impl Fn(&str)) {
        if let Some(unread) = source.unread() {
            let shown = self.skipped.entry(unread.kind).or_default();
            *shown += 1;
            if *shown > FILES_SHOWN {
                if *shown == FILES_SHOWN + 1 {
                    say("redite: more files of the same kind are counted, not printed (--stats of clean lists all)");
                }
                return;
            }
        }
        say(&format!("redite: {reason}; {}", self.fate));
    }

    /// A file is begun.
    pub(crate) fn begin(&mut self) {
        self.file = File::default();
    }

    /// A record of the file can be used.
    pub(crate) fn good(&mut self, say: impl Fn(&str)) {
        if !self.file.good {
            self.file.good = true;
            self.file.held.drain(..).for_each(|line| say(&line));
        }
    }

    /// A record of the file cannot be used. Under `--strict` that is an error.
    pub(crate) fn fault(&mut self, source: &Source, place: Place, fault: &Fault, say: impl Fn(&str)) -> Result<()> {
        if self.strict {
            bail!(
                "{}; nothing was written, because of --strict",
                source.describe(place, fault)
            );
        }
        self.file.records += 1;
        let in_file = self.file.kinds.entry(fault.kind()).or_default();
        in_file.0 += 1;
        if in_file.0 == 1 {
            in_file.1 = source.describe(place, fault);
        }
        let shown = self.shown.entry(fault.kind()).or_default();
        *shown += 1;
        let line = if *shown <= FAULTS_SHOWN {
            format!("redite: {}; {}", source.describe(place, fault), self.fate)
        } else if *shown == FAULTS_SHOWN + 1 {
            "redite: more of the same kind are counted, not printed".to_owned()
        } else {
            return Ok(());
        };
        if self.file.good {
            say(&line);
        } else {
            self.file.held.push(line);
        }
        Ok(())
    }

    /// The file is at its end. True if it has records, and none of them can be used: that is said once, with the fault
    /// that most of them have.
    pub(crate) fn is_useless(&mut self, source: &Source, say: impl Fn(&str)) -> bool {
        let file = std::mem::take(&mut self.file);
        let most = file.kinds.iter().max_by_key(|(_, (count, _))| *count);
        let Some((_, (same, first))) = most.filter(|_| !file.good) else {
            return false;
        };
        // what was not said does not count
        for (kind, (count, _)) in &file.kinds {
            if let Some(shown) = self.shown.get_mut(kind) {
                *shown = shown.saturating_sub(*count);
            }
        }
        if file.records == 1 {
            say(&format!("redite: {first}; {}", self.fate));
            return true;
        }
        let same = match file.records - same {
            0 => "all".to_owned(),
            _ => format!("{} of them", count(*same, "record")),
        };
        say(&format!(
            "redite: {}: none of its {} can be used, {same} for one reason: {first}; {}",
            source.name(),
            count(file.records, "record"),
            self.fate
        ));
        true
    }

    /// The file is at its end. True if it is compressed, and something stands behind its data; under `--strict` that is
    /// an error.
    pub(crate) fn is_damaged(&self, source: &Source, say: impl Fn(&str)) -> Result<bool> {
        let garbage = source.trailing_garbage();
        if garbage == 0 {
            return Ok(false);
        }
        let message = format!(
            "{}: {} after the end of the {} data belong to no record",
            source.name(),
            count(garbage, "byte"),
            source.codec()
        );
        if self.strict {
            bail!("{message}; nothing was written, because of --strict");
        }
        say(&format!("redite: {message}; {}", self.fate));
        Ok(true)
    }

    /// Forgets the file, which cannot be read to its end. Gives the number of its records that cannot be used.
    pub(crate) fn forget(&mut self) -> u64 {
        let file = std::mem::take(&mut self.file);
        file.records
    }
}
