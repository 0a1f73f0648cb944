//! The second reading: the units that are shown.

use super::count::Counted;
use super::run::RunStats;
use anyhow::Result;
use redite::files::removed::{ToldUnit, read_again};
use redite::segment::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Characters that are held of a text.
pub(super) const MOST_TEXT: usize = 2000;
/// Characters that are held of a name or an identity.
const MOST_NAME: usize = 200;
/// Lost words that are named, and their characters.
pub(super) const MOST_LOST: usize = 12;
const MOST_WORD: usize = 40;

/// The beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// There is more of it.
    pub(super) is_cut: bool,
}

impl Excerpt {
    fn of(text: &str, most: usize) -> Self {
        let text = text.trim();
        let end = text.char_indices().nth(most).map(|(at, _)| at);
        Self {
            text: text[..end.unwrap_or(text.len())].to_owned(),
            is_cut: end.is_some(),
        }
    }

    fn name(name: &str) -> String {
        Self::line(name, MOST_NAME)
    }

    /// With an ellipsis where there is more of it.
    fn line(text: &str, most: usize) -> String {
        let Self { mut text, is_cut } = Self::of(text, most);
        if is_cut {
            text.push('…');
        }
        text
    }
}

/// Where a text stands.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) article: String,
    pub(super) source: String,
    /// Empty for a kept text in the only field.
    pub(super) field: String,
    pub(super) bytes: [u32; 2],
    pub(super) text: Excerpt,
}

/// A removed unit and the kept one.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) removed: Place,
    pub(super) kept: Place,
    pub(super) unit: String,
    pub(super) rule: String,
    pub(super) similarity: f64,
    /// Not all of them, if there are many.
    pub(super) lost: Vec<String>,
    pub(super) lost_count: usize,
    pub(super) reprint: bool,
    /// What the two texts are detected as.
    pub(super) language: Option<String>,
}

/// The units that are shown, by their lines.
#[derive(Debug, Default)]
pub(super) struct Samples(BTreeMap<u64, Sample>);

impl Samples {
    pub(super) fn read(path: &Path, counted: &Counted, run: Option<&RunStats>) -> Result<Self> {
        let pairs = &counted.pairs;
        let mut lines: BTreeSet<u64> = (pairs.lowest.iter())
            .chain(&pairs.most_lost)
            .chain(&pairs.sample)
            .copied()
            .collect();
        for family in &counted.families {
            lines.insert(family.line);
            lines.extend(family.variants.iter().map(|variant| variant.line));
        }
        let mut samples = BTreeMap::new();
        read_again(path, lines, |line, unit| {
            samples.extend(Sample::of(&unit, run).map(|sample| (line, sample)));
        })?;
        Ok(Self(samples))
    }

    pub(super) fn get(&self, line: u64) -> Option<&Sample> {
        self.0.get(&line)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Sample {
    fn of(unit: &ToldUnit<'_>, run: Option<&RunStats>) -> Option<Self> {
        let kept = unit.kept.as_ref()?;
        let removed = Place {
            article: Excerpt::name(&unit.article()),
            source: Excerpt::name(&unit.source),
            field: Excerpt::name(&unit.field),
            bytes: unit.bytes,
            text: Excerpt::of(&unit.text, MOST_TEXT),
        };
        let kept = Place {
            article: Excerpt::name(&kept.article()),
            source: Excerpt::name(&kept.source),
            field: kept.field.as_deref().map(Excerpt::name).unwrap_or_default(),
            bytes: kept.bytes,
            text: Excerpt::of(&kept.text, MOST_TEXT),
        };
        Some(Self {
            language: language(&kept.text.text, &removed.text.text, run),
            removed,
            kept,
            unit: Excerpt::name(&unit.unit),
            rule: Excerpt::name(&unit.rule),
            similarity: unit.similarity,
            lost: (unit.lost.iter().take(MOST_LOST))
                .map(|word| Excerpt::line(word, MOST_WORD))
                .collect(),
            lost_count: unit.lost.len(),
            reprint: unit.reprint,
        })
    }
}

/// The language of two short texts. A guess that the run does not know is none.
fn language(kept: &str, removed: &str, run: Option<&RunStats>) -> Option<String> {
    let language = Language::detect(&format!("{kept}\n{removed}"));
    let known = run.is_none_or(|run| run.languages.is_empty() || run.languages.contains_key(language.code()));
    (known && language != Language::UNKNOWN).then(|| language.code().to_owned())
}
