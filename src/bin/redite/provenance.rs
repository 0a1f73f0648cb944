//! The texts and places of kept units in favour of which others were removed, collected in one pass over the inputs.

use crate::corpus::{Corpus, place};
use crate::families::{Counts, Families};
use crate::spool::Spool;
use anyhow::{Result, bail};
use redite::files::removed::{KeptUnit, RemovedUnit};
use redite::files::{Id, Record, Source};
use redite::index::Snapshot;
use redite::model::Chars;
use redite::{ArticleId, Cut, Span, Unit, UnitKind};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The texts and places of kept units, as far as they have been met.
#[derive(Debug)]
pub(crate) struct Provenance {
    /// Those that are wanted; all that the corpus has kept for others if it is not said.
    wanted: Option<Vec<Unit>>,
    met: Met,
    /// How often each is repeated, if that is asked for.
    families: Option<Families>,
    earlier: Option<Indexed>,
}

/// The index that a run goes on from.
#[derive(Debug)]
struct Indexed {
    snapshot: Snapshot,
    /// The first article that is not of it.
    end: ArticleId,
    recent: Mutex<Recent>,
}

impl Indexed {
    fn of(corpus: &Corpus) -> Option<Self> {
        Some(Self {
            snapshot: corpus.earlier.clone()?,
            end: corpus.first,
            recent: Mutex::new(Recent::new()),
        })
    }

    fn known(&self, unit: &Unit) -> Result<Known> {
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent().find(unit) {
            return Ok(known);
        }
        // Without the lock: several threads may read.
        let Some(known) = of_index(&self.snapshot, unit)? else {
            bail!("the index does not hold the text that something repeats; check it with `redite index verify`");
        };
        recent().keep(unit, &known);
        Ok(known)
    }
}

#[derive(Debug)]
enum Met {
    Held(HashMap<Unit, Known>),
    /// Of a corpus that memory does not hold.
    Spooled(Box<Mutex<Spooled>>),
}

impl Met {
    /// True if a unit has not been met. Units are met in order, as long as they are new.
    fn is_new(&mut self, unit: &Unit) -> bool {
        match self {
            Self::Held(met) => !met.contains_key(unit),
            Self::Spooled(spooled) => {
                let spooled = spooled.get_mut().unwrap_or_else(PoisonError::into_inner);
                spooled.last.is_none_or(|last| last < *unit)
            }
        }
    }
}

/// A unit that has been met.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: Option<Id>,
    pub(crate) source: String,
    pub(crate) field: String,
    pub(crate) text: String,
    /// How often it is repeated; nothing if that was not asked for.
    pub(crate) family: Counts,
}

impl Provenance {
    /// Ready to meet the kept units of a corpus.
    pub(crate) fn of(corpus: &Corpus) -> Result<Self> {
        let met = match corpus.temp_dir() {
            Some(folder) => Met::Spooled(Box::new(Mutex::new(Spooled {
                texts: Spool::new(folder)?,
                index: Spool::new(folder)?,
                pages: Vec::new(),
                count: 0,
                last: None,
                recent: Recent::new(),
            }))),
            None => Met::Held(HashMap::new()),
        };
        Ok(Self {
            wanted: None,
            met,
            families: None,
            earlier: Indexed::of(corpus),
        })
    }

    /// The same, and it tells how often each is repeated.
    pub(crate) fn with_families(corpus: &Corpus) -> Result<Self> {
        Ok(Self {
            families: Some(Families::of(corpus)?),
            ..Self::of(corpus)?
        })
    }

    /// Ready to meet these units of a corpus.
    pub(crate) fn of_units(corpus: &Corpus, mut wanted: Vec<Unit>) -> Self {
        wanted.sort_unstable();
        wanted.dedup();
        Self {
            wanted: Some(wanted),
            met: Met::Held(HashMap::new()),
            families: None,
            earlier: Indexed::of(corpus),
        }
    }

    /// Which copies of their families the next repeats are, so many, in the order of the input; nothing if that was not asked for.
    pub(crate) fn next_copies(&mut self, count: usize) -> Result<Vec<u32>> {
        match &mut self.families {
            Some(families) => families.next_copies(count),
            None => Ok(Vec::new()),
        }
    }

    /// What is known of a unit that has been met.
    pub(crate) fn known(&self, unit: &Unit) -> Result<Cow<'_, Known>> {
        if let Some(index) = self.earlier.as_ref().filter(|index| unit.article < index.end) {
            return index.known(unit).map(Cow::Owned);
        }
        let known = match &self.met {
            Met::Held(known) => known.get(unit).map(Cow::Borrowed),
            Met::Spooled(spooled) => {
                let mut spooled = spooled.lock().unwrap_or_else(PoisonError::into_inner);
                spooled.get(unit)?.map(Cow::Owned)
            }
        };
        match known {
            Some(known) => Ok(known),
            None => bail!("an input has changed while it was read; run again"),
        }
    }

    /// Meets one record and remembers what others were removed in favour of.
    pub(crate) fn meet(
        &mut self,
        corpus: &Corpus,
        source: &Source,
        article: ArticleId,
        record: &Record<'_>,
    ) -> Result<()> {
        let Ok(fields) = record.outcome else { return Ok(()) };
        let block = match &self.wanted {
            Some(_) => None,
            None => Some(corpus.detection.block_of(article)?),
        };
        let mine: Vec<Unit> = match (&self.wanted, &block) {
            (None, Some(block)) => block.kept_in(article),
            (wanted, _) => {
                let wanted = wanted.as_deref().unwrap_or_default();
                let start = wanted.partition_point(|u| u.article < article);
                let mine = wanted[start..].iter().take_while(|u| u.article == article);
                mine.copied().collect()
            }
        };
        for unit in mine {
            let Some(text) = fields.texts.get(unit.field as usize) else {
                continue;
            };
            if !self.met.is_new(&unit) {
                continue;
            }
            let family = match &mut self.families {
                Some(families) => families.get(&unit)?,
                None => Counts::default(),
            };
            let known = || Known {
                id: fields.id.clone(),
                source: place(source, record.place),
                field: corpus.field_name(source, fields, unit.field as usize).to_owned(),
                text: text.text.get(unit.span.range()).unwrap_or_default().to_owned(),
                family,
            };
            match &mut self.met {
                Met::Held(met) => drop(met.insert(unit, known())),
                Met::Spooled(spooled) => {
                    let spooled = spooled.get_mut().unwrap_or_else(PoisonError::into_inner);
                    spooled.put(unit, &known())?;
                }
            }
        }
        Ok(())
    }

    /// Calls `write` with every removed unit of one record, in order.
    pub(crate) fn removed(
        &self,
        corpus: &Corpus,
        source: &Source,
        record: &Record<'_>,
        cuts: &[Vec<Cut>],
        mut write: impl FnMut(&RemovedUnit<'_>, &Cut) -> Result<()>,
    ) -> Result<()> {
        let Ok(fields) = record.outcome else { return Ok(()) };
        if cuts.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let place = place(source, record.place);
        let measure = corpus.detector.settings().measure().to_string();
        let several = corpus.options.text_fields.len() > 1;
        for (i, (text, cuts)) in fields
            .texts
            .iter()
            .zip(cuts)
            .enumerate()
            .filter(|(_, (_, cuts))| !cuts.is_empty())
        {
            let spans: Vec<_> = cuts.iter().map(|c| c.span).collect();
            let Some(spellings) = record.spellings(text, &spans) else {
                bail!("{place}: the file has changed while it was read; run again");
            };
            let mut chars = Chars::new(&text.text);
            for (cut, raw) in cuts.iter().zip(spellings) {
                let kept = self.known(&cut.repeat.kept)?;
                let kept_span = cut.repeat.kept.span;
                let lost = cut.repeat.lost(&text.text, &kept.text);
                let unit = RemovedUnit {
                    article: fields.id.as_ref(),
                    source: &place,
                    field: corpus.field_name(source, fields, i),
                    unit: &cut.repeat.removed.kind.to_string(),
                    bytes: [cut.span.start, cut.span.end],
                    chars: [chars.before(cut.span.start), chars.before(cut.span.end)],
                    text: raw,
                    rule: &cut.repeat.reason.to_string(),
                    measure: &measure,
                    similarity: cut.repeat.similarity.value(),
                    lost: &lost,
                    reprint: cut.repeat.is_reprint,
                    kept: Some(KeptUnit {
                        article: kept.id.as_ref(),
                        source: &kept.source,
                        field: several.then_some(kept.field.as_str()),
                        bytes: [kept_span.start, kept_span.end],
                        text: &kept.text,
                    }),
                };
                write(&unit, cut)?;
            }
        }
        Ok(())
    }
}

/// A unit of an article of an index, if that has it.
fn of_index(snapshot: &Snapshot, unit: &Unit) -> Result<Option<Known>> {
    let Some(mut source) = snapshot.source(unit.article)? else {
        return Ok(None);
    };
    if usize::from(unit.field) >= source.texts.len() {
        return Ok(None);
    }
    let (field, text) = source.texts.swap_remove(usize::from(unit.field));
    Ok(text.get(unit.span.range()).map(|text| Known {
        id: source.id.as_deref().map(Id::of_raw),
        source: source.place.into_owned(),
        field: field.into_owned(),
        text: text.to_owned(),
        family: Counts::default(),
    }))
}

/// Bytes of a unit.
pub(crate) const KEY: usize = 15;

/// Units that have been met, in their order, on disk.
#[derive(Debug)]
struct Spooled {
    texts: Spool,
    /// Of each unit [`ENTRY`] bytes: the unit, where it stands in the texts, how long it is.
    index: Spool,
    /// The first unit of each [`PAGE`] of them.
    pages: Vec<Unit>,
    count: u64,
    last: Option<Unit>,
    recent: Recent,
}

/// What was asked for lately, each in a slot of its own: boilerplate is asked for often.
#[derive(Debug)]
struct Recent(Vec<Option<(Unit, Known)>>);

const ENTRY: usize = KEY + 12;
const PAGE: u64 = 128;
const RECENT: usize = 1024;

/// Longer texts are not held.
const SHORT: usize = 2048;

impl Recent {
    fn new() -> Self {
        Self(vec![None; RECENT])
    }

    fn slot(unit: &Unit) -> usize {
        let mixed = (unit.article.0 as usize).wrapping_mul(31);
        mixed.wrapping_add(unit.span.start as usize) % RECENT
    }

    fn find(&self, unit: &Unit) -> Option<Known> {
        let recent = self.0[Self::slot(unit)].as_ref().filter(|recent| recent.0 == *unit)?;
        Some(recent.1.clone())
    }

    /// Holds what is known of a unit, in the place of another.
    fn keep(&mut self, unit: &Unit, known: &Known) {
        if known.text.len() <= SHORT {
            self.0[Self::slot(unit)] = Some((*unit, known.clone()));
        }
    }
}

impl Spooled {
    fn put(&mut self, unit: Unit, known: &Known) -> Result<()> {
        let at = self.texts.end();
        let id = known.id.as_ref().map_or("", Id::raw);
        for part in [id, &known.source, &known.field, &known.text] {
            self.texts.put(&u32::try_from(part.len())?.to_le_bytes())?;
            self.texts.put(part.as_bytes())?;
        }
        self.texts.put(&known.family.bytes())?;
        let length = u32::try_from(self.texts.end() - at)?;
        if self.count.is_multiple_of(PAGE) {
            self.pages.push(unit);
        }
        self.index.put(&key(&unit))?;
        self.index.put(&at.to_le_bytes())?;
        self.index.put(&length.to_le_bytes())?;
        self.count += 1;
        self.last = Some(unit);
        Ok(())
    }

    fn get(&mut self, unit: &Unit) -> Result<Option<Known>> {
        if let Some(known) = self.recent.find(unit) {
            return Ok(Some(known));
        }
        let known = self.look_up(unit)?;
        known.iter().for_each(|known| self.recent.keep(unit, known));
        Ok(known)
    }

    fn look_up(&mut self, unit: &Unit) -> Result<Option<Known>> {
        let Some(page) = self.pages.partition_point(|first| first <= unit).checked_sub(1) else {
            return Ok(None);
        };
        let first = page as u64 * PAGE;
        let count = usize::try_from(PAGE.min(self.count - first))?;
        let entries = self.index.read(first * ENTRY as u64, count * ENTRY)?;
        let key = key(unit);
        let Some(entry) = entries.as_chunks::<ENTRY>().0.iter().find(|entry| entry[..KEY] == key) else {
            return Ok(None);
        };
        let mut at = [0; 8];
        at.copy_from_slice(&entry[KEY..KEY + 8]);
        let mut length = [0; 4];
        length.copy_from_slice(&entry[KEY + 8..]);
        let bytes = self
            .texts
            .read(u64::from_le_bytes(at), u32::from_le_bytes(length) as usize)?;
        let Some((parts, family)) = bytes.split_last_chunk() else {
            return Ok(None);
        };
        let family = Counts::of_bytes(family);
        let mut rest = parts;
        let mut part = || -> Option<String> {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (text, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            String::from_utf8(text.to_vec()).ok()
        };
        let mut known = || {
            let id = part()?;
            Some(Known {
                id: (!id.is_empty()).then(|| Id::of_raw(&id)),
                source: part()?,
                field: part()?,
                text: part()?,
                family,
            })
        };
        Ok(known())
    }
}

/// A unit as bytes, in the order of units; the first four are its article.
pub(crate) fn key(unit: &Unit) -> [u8; KEY] {
    let Unit {
        article,
        field,
        span: Span { start, end },
        kind,
    } = *unit;
    let mut key = [0; KEY];
    key[..4].copy_from_slice(&article.0.to_be_bytes());
    key[4..6].copy_from_slice(&field.to_be_bytes());
    key[6..10].copy_from_slice(&start.to_be_bytes());
    key[10..14].copy_from_slice(&end.to_be_bytes());
    key[14] = u8::from(kind == UnitKind::Sentence);
    key
}
