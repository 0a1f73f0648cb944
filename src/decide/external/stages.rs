//! Blocks of a corpus, decided in stages that may each be done by another process: a block is looked up in the leaders of each
//! earlier one, in whatever order and as soon as that is decided; what all of these have brought is put together, and the block is scanned.
//! Why looking it up in some and then in others is enough is said in [`met`](super::met).

use super::super::scan::{Scan, on_pool};
use super::super::units::Units;
use super::super::{Kept, Observer, Verdicts, narrow};
use super::files::{KEPT, kept_of, words_of};
use super::history::{Fresh, History, Run};
use super::leaders::{EarlierLeaders, EarlierMatch, Held};
use super::met::{LevelMet, Met, together};
use super::reprints::ReprintLeaders;
use super::{Known, kind_of, record, restored};
use crate::join::{Order, Similarity, Unmatched};
use crate::model::{Reason, UnitKind};
use crate::settings::{Scope, Settings};
use crate::spill::{Bits, Folder, SpillError, Spool};
use crate::store::{Segment, Store};
use std::sync::Arc;

/// What a block is looked up, or decided, with.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) order: &'s Arc<Order>,
    pub(crate) folder: &'s Folder,
}

/// Looks the units of a block up in an earlier one.
pub(crate) fn meet(terms: Terms<'_>, store: &Store, run: &Arc<Run>, observe: Observer<'_>) -> Result<Met, SpillError> {
    let Terms {
        settings,
        order,
        folder,
    } = terms;
    if settings.scope() == Scope::Article {
        return Ok(Met::default());
    }
    let mut history = History::new(Arc::clone(order), 0);
    history.runs.push(Arc::clone(run));
    history.gone.push(Arc::from([]));
    let none = folder.spool();
    let units = Units::of(store, settings, 0..narrow(store.paragraphs.len()), observe);
    on_pool(store.paragraphs.len(), || {
        let scan = Scan::new(&units, settings, order, observe);
        let leaders = |level| EarlierLeaders::new(settings, &history, &none, kind_of(level), folder);
        let mut known = Known {
            leaders: [leaders(0), leaders(1)],
            beside: ReprintLeaders::new(&history, folder, settings),
        };
        known.meet(&units, &scan, settings)
    })
}

/// Decides a block, which is numbered from `store`'s first article on, by what it has met in the earlier ones, each with the number of its first
/// article, in their order. The store stands in a file; what is left for later blocks refers to its folds there.
pub(crate) fn decide(
    terms: Terms<'_>,
    (store, segment): (&Store, &Segment),
    spool: &Spool,
    earlier: Vec<(u32, Met)>,
    observe: Observer<'_>,
) -> Result<(Verdicts, Fresh), SpillError> {
    let Terms {
        settings,
        order,
        folder,
    } = terms;
    let history = History::new(Arc::clone(order), 0);
    let leaders = |level| {
        let first = segment.first_article;
        EarlierLeaders::new(settings, &history, spool, kind_of(level), folder).beginning_with(first)
    };
    let mut known = Known {
        leaders: [leaders(0), leaders(1)],
        beside: ReprintLeaders::new(&history, folder, settings),
    };
    if settings.scope() == Scope::Article {
        // Articles do not know of one another.
        return Ok((super::super::decide(store, settings, observe), known.into_fresh()));
    }
    let units = Units::of(store, settings, 0..segment.paragraphs, observe);
    let paragraphs = super::super::order::paragraphs(store, settings);
    let (scanned, kept) = on_pool(paragraphs.len(), || {
        let mut scan = Scan::new(&units, settings, order, observe);
        let (before, kept) = together(&units, earlier);
        let stands = before.stands.clone();
        scan.run(&paragraphs, before, observe);
        let held = Held {
            number: 0,
            segment,
            store,
        };
        let out = known.leave(held, &units, scan, &stands)?;
        Ok((out, kept))
    })?;
    let (verdicts, _) = scanned.resolve(store, &kept);
    Ok((verdicts, known.into_fresh()))
}

fn bits(count: usize, of: impl Iterator<Item = u32>) -> Bits {
    let mut out = Bits::new(count);
    of.for_each(|n| out.insert(n));
    out
}

/// Words of what was met: the fold, whether it is equal, the leader, the similarity.
const MET: usize = 4 + KEPT;

fn met_words(fold: u32, reason: Reason, kept: &Kept, similarity: Similarity) -> [u32; MET] {
    let mut words = [0; MET];
    words[0] = fold;
    words[1] = u32::from(reason == Reason::Equal);
    words[2] = similarity.shared;
    words[3] = similarity.of;
    words[4..].copy_from_slice(&words_of(kept, 0, 0));
    words
}

fn met_of(words: [u32; MET], kind: UnitKind) -> (u32, EarlierMatch) {
    let met = EarlierMatch {
        kept: kept_of(&words[4..], kind, 0),
        reason: if words[1] == 1 { Reason::Equal } else { Reason::Near },
        similarity: Similarity {
            shared: words[2],
            of: words[3],
        },
    };
    (words[0], met)
}

impl Met {
    /// Appends it to a file: of each level what was met and what is known of the rest; versions; what stands; reprints.
    pub(crate) fn write(&self, to: &mut Spool) -> Result<(), SpillError> {
        for LevelMet { met, past } in &self.levels {
            to.put_rows(
                met.iter()
                    .map(|(fold, met)| met_words(*fold, met.reason, &met.kept, met.similarity)),
            )?;
            to.put_rows(past.iter().map(|&(fold, past)| {
                let [cost, is_version] = past.words();
                [fold, cost, is_version]
            }))?;
        }
        for numbers in [&self.versions, &self.stands] {
            to.put_rows(numbers.iter().map(|&number| [number]))?;
        }
        let near = Reason::Near;
        to.put_rows(
            (self.reprints.iter()).map(|(paragraph, kept, similarity)| met_words(*paragraph, near, kept, *similarity)),
        )
    }

    /// What [`Met::write`] has written to a file of its own.
    pub(crate) fn read(from: &Spool) -> Result<Self, SpillError> {
        let mut reader = from.reader(0..from.end());
        let mut level = |kind| {
            Ok::<LevelMet, SpillError>(LevelMet {
                met: reader.rows(from, |words| met_of(words, kind))?,
                past: reader.rows(from, |[fold, cost, is_version]| {
                    (fold, Unmatched::of_words([cost, is_version]))
                })?,
            })
        };
        Ok(Self {
            levels: [level(kind_of(0))?, level(kind_of(1))?],
            versions: reader.rows(from, |[paragraph]| paragraph)?,
            stands: reader.rows(from, |[fold]| fold)?,
            reprints: reader.rows(from, |words| {
                let (paragraph, met) = met_of(words, UnitKind::Paragraph);
                (paragraph, met.kept, met.similarity)
            })?,
        })
    }
}

impl Verdicts {
    /// Appends them to a file: of each level how many units it has, what goes, and what others go in favour of; and how many were too short.
    pub(crate) fn write(&self, units: [u32; 3], to: &mut Spool) -> Result<(), SpillError> {
        for ((units, removed), kept) in units.into_iter().zip(&self.removed).zip(&self.kept) {
            to.put_words(&[units])?;
            to.put_rows(removed.iter().map(record))?;
            let kept: Vec<u32> = kept.iter().collect();
            to.put_rows(kept.iter().map(|&unit| [unit]))?;
        }
        to.put_words(&crate::spill::split(self.too_short))
    }

    /// What [`Verdicts::write`] has written to a file of its own.
    pub(crate) fn read(from: &Spool) -> Result<Self, SpillError> {
        let mut reader = from.reader(0..from.end());
        let mut out = Self::default();
        for level in 0..3 {
            let [units] = reader.array(from)?;
            out.removed[level] = reader.rows(from, |words| restored(level, words))?;
            let kept = reader.rows(from, |[unit]| unit)?;
            out.kept[level] = bits(units as usize, kept.into_iter().filter(|&unit| unit < units));
        }
        let [low, high] = reader.array(from)?;
        out.too_short = crate::spill::join(low, high);
        Ok(out)
    }
}
