//! The first reading: everything is counted, and what is shown is chosen.

use super::families::{Families, Family};
use super::names::Folder;
use super::pairs::{Chosen, Pairs};
use anyhow::{Result, anyhow};
use redite::files::Digest;
use redite::files::removed::{Header, RemovedLine, RemovedReader, ToldUnit, Trailer};
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::path::Path;

/// Files that are shown, those that lost most.
const MOST_FILES: usize = 40;
/// Fields and the like that are told apart.
const MOST_NAMES: usize = 40;
/// Characters of a name by which it is told from others.
const MOST_NAME: usize = 200;
/// Steps of similarity, of which each is two hundredths.
pub(super) const STEPS: usize = 50;
/// Lost words that are told apart; the last number stands for all above.
pub(super) const MOST_LOST: usize = 8;

/// Units of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) equal: u64,
    pub(super) near: u64,
    /// By other rules.
    pub(super) other: u64,
    /// Of text, without the white space around units.
    pub(super) bytes: u64,
}

impl Tally {
    pub(super) fn units(&self) -> u64 {
        self.equal + self.near + self.other
    }

    fn add(&mut self, rule: &str, bytes: u64) {
        *match rule {
            "equal" => &mut self.equal,
            "near" => &mut self.near,
            _ => &mut self.other,
        } += 1;
        self.bytes += bytes;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.equal += other.equal;
        self.near += other.near;
        self.other += other.other;
        self.bytes += other.bytes;
    }
}

/// Tallies by name, of which only so many are held.
#[derive(Debug, Default)]
pub(super) struct ByName {
    pub(super) named: BTreeMap<String, Tally>,
    /// All that came when there were too many names.
    pub(super) others: Tally,
}

impl ByName {
    fn add(&mut self, name: &str, rule: &str, bytes: u64) {
        // nobody gives a field a name of megabytes, but a file may hold one
        let end = name.char_indices().nth(MOST_NAME).map_or(name.len(), |(at, _)| at);
        let name = &name[..end];
        if let Some(tally) = self.named.get_mut(name) {
            tally.add(rule, bytes);
        } else if self.named.len() < MOST_NAMES {
            self.named.entry(name.to_owned()).or_default().add(rule, bytes);
        } else {
            self.others.add(rule, bytes);
        }
    }
}

/// Input files, of which only those that lost most are held.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// With the most bytes first.
    pub(super) top: Vec<(String, Tally)>,
    pub(super) others: Tally,
    pub(super) count: u32,
    /// How many lost something.
    pub(super) touched: u64,
    /// Those that were copied because they could not be read.
    pub(super) copied: u64,
    /// The folder that all of them are in.
    pub(super) folder: Folder,
}

impl Files {
    fn add(&mut self, name: &str, tally: Tally) {
        self.count = self.count.saturating_add(1);
        self.folder.meet(name);
        if tally.units() == 0 {
            return;
        }
        self.touched += 1;
        let place = self.top.partition_point(|(_, other)| other.bytes >= tally.bytes);
        if place < MOST_FILES {
            self.top.insert(place, (name.to_owned(), tally));
        } else {
            self.others += tally;
        }
        if self.top.len() > MOST_FILES
            && let Some((_, last)) = self.top.pop()
        {
            self.others += last;
        }
    }
}

/// What was counted, and what is to be shown.
#[derive(Debug)]
pub(super) struct Counted {
    /// `None`: redite 0.1 wrote the file.
    pub(super) header: Option<Header>,
    pub(super) all: Tally,
    /// By unit: paragraph, sentence, span.
    pub(super) units: ByName,
    pub(super) rules: ByName,
    pub(super) fields: ByName,
    pub(super) files: Files,
    /// Near units by their similarity.
    pub(super) similarity: [u64; STEPS],
    /// Near units by the number of words that are lost with them.
    pub(super) lost: [u64; MOST_LOST + 1],
    pub(super) reprints: u64,
    pub(super) dropped: u64,
    /// How many texts others repeat.
    pub(super) kept: u64,
    /// Those that are repeated most often.
    pub(super) families: Vec<Family>,
    pub(super) pairs: Chosen,
}

impl Counted {
    pub(super) fn read(path: &Path, folder: &Path) -> Result<Self> {
        let mut lines = RemovedReader::open(path)
            .map_err(|error| anyhow!("{error}; give the file that `redite clean --removed` wrote"))?;
        let mut counting = Counting::new(folder);
        while let Some(line) = lines.next() {
            match line? {
                RemovedLine::Header(header) => counting.counted.header = Some(header),
                RemovedLine::Unit { .. } => counting.unit(lines.number(), &lines.told()?)?,
                RemovedLine::Dropped { .. } => counting.counted.dropped += 1,
                RemovedLine::Trailer(trailer) => counting.trailer(&trailer),
                RemovedLine::End(_) => {}
            }
        }
        counting.end()
    }
}

/// While it is read.
struct Counting {
    counted: Counted,
    families: Families,
    pairs: Pairs,
    /// Of the file that is being read.
    file: Tally,
    /// Its name, where no trailer will tell it.
    name: Option<String>,
}

impl Counting {
    fn new(folder: &Path) -> Self {
        Self {
            counted: Counted {
                header: None,
                all: Tally::default(),
                units: ByName::default(),
                rules: ByName::default(),
                fields: ByName::default(),
                files: Files::default(),
                similarity: [0; STEPS],
                lost: [0; MOST_LOST + 1],
                reprints: 0,
                dropped: 0,
                kept: 0,
                families: Vec::new(),
                pairs: Chosen::default(),
            },
            families: Families::new(folder),
            pairs: Pairs::default(),
            file: Tally::default(),
            name: None,
        }
    }

    fn unit(&mut self, line: u64, unit: &ToldUnit<'_>) -> Result<()> {
        let counted = &mut self.counted;
        if counted.header.is_none() {
            // version 0.1: no trailers
            let name = file_of(&unit.source);
            if self.name.as_deref() != Some(name)
                && let Some(before) = self.name.replace(name.to_owned())
            {
                counted.files.add(&before, std::mem::take(&mut self.file));
            }
        }
        let text = unit.text.trim();
        let bytes = text.len() as u64;
        counted.all.add(&unit.rule, bytes);
        counted.units.add(&unit.unit, &unit.rule, bytes);
        counted.rules.add(&unit.rule, &unit.rule, bytes);
        counted.fields.add(&unit.field, &unit.rule, bytes);
        self.file.add(&unit.rule, bytes);
        counted.reprints += u64::from(unit.reprint);
        if unit.rule == "near" {
            counted.similarity[step(unit.similarity)] += 1;
            counted.lost[unit.lost.len().min(MOST_LOST)] += 1;
        }
        let Some(kept) = &unit.kept else {
            return Ok(());
        };
        // between two runs: nothing repeats it
        if unit.rule == "bridge" {
            return Ok(());
        }
        let text = hash(&[text.as_bytes()]);
        let kept_text = hash(&[kept.text.trim().as_bytes()]);
        self.pairs.meet(line, unit, [text, kept_text]);
        self.families.meet(line, unit, kept, counted.files.count, text)
    }

    fn trailer(&mut self, trailer: &Trailer) {
        let files = &mut self.counted.files;
        files.copied += u64::from(trailer.format == redite::files::removed::FileFormat::Other);
        files.add(&trailer.file, std::mem::take(&mut self.file));
    }

    fn end(mut self) -> Result<Counted> {
        if let Some(name) = self.name {
            self.counted.files.add(&name, self.file);
        }
        (self.counted.kept, self.counted.families) = self.families.most_repeated()?;
        self.counted.pairs = self.pairs.choose();
        Ok(self.counted)
    }
}

/// The file of a `source`.
pub(super) fn file_of(source: &str) -> &str {
    match source.rsplit_once(':') {
        Some((file, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => file,
        _ => source,
    }
}

/// A hash that is the same everywhere.
pub(super) fn hash(parts: &[&[u8]]) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "half of the hash is enough")]
    let half = |hash: u128| hash as u64;
    match parts {
        [one] => half(Digest::of(one).xxh128.0),
        several => {
            let mut bytes = Vec::with_capacity(several.iter().map(|part| part.len() + 8).sum());
            for part in several {
                bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
                bytes.extend_from_slice(part);
            }
            half(Digest::of(&bytes).xxh128.0)
        }
    }
}

/// The step of a similarity.
fn step(similarity: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "held between the first and the last step"
    )]
    let step = (similarity.clamp(0.0, 1.0) * STEPS as f64 + 1e-9) as usize;
    step.min(STEPS - 1)
}
