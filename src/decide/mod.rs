//! From matches to decisions: which units go, in favour of which.
//!
//! 1. Articles are put in order ([`crate::Keep`]); in input order by default.
//! 2. One scan in that order decides each paragraph, then its sentences, each with its parts, before the next paragraph. What
//!    is decided of some articles does not change with what follows.
//! 3. Units too short to be judged stay, and nothing is removed in their favour. Where a sentence might be several
//!    ([`crate::segment::parts`]), its parts are units like sentences, so that a boundary set wrong hides no repeat; a part must
//!    be half as long again to be judged.
//! 4. A unit goes if it repeats a leader, in favour of the first one. Leaders are the paragraphs that have stayed and lost no
//!    sentence; and the sentences that have stayed and lost no part, and parts that have stayed. So there are no chains, and
//!    everything removed stands whole in the place that is named for it. Copies of a paragraph that has lost a sentence are
//!    decided by their sentences.
//! 5. A paragraph that is kept only for its numbers stays whole: see [`versions`].
//! 6. A paragraph that repeats no leader may still be part of a reprint: see [`reprints`].
//! 7. Some of what would go stays for the sake of what is left of its text: see [`spare`]. It stands for nothing.

mod equals;
mod external;
mod order;
pub(crate) mod ranges;
mod reprints;
mod scan;
mod spare;
mod units;
mod versions;

pub(crate) use external::{Decided, External, Fresh, History, Pushed, shares};
#[cfg(feature = "index")]
pub(crate) use external::{Merge, Met, Run, Terms, decide_block, meet_block};
pub(crate) use order::Ranks;
pub use ranges::removal_spans;

use crate::join::Similarity;
use crate::model::{Reason, Stage, Unit, UnitKind};
use crate::settings::{Scope, Settings};
use crate::spill::Bits;
use crate::store::Store;
use rayon::prelude::*;
use scan::{Keeper, Scanned, scan};
use units::Units;

/// A unit that goes, by its number among the store's units of its kind; what it repeats, named in one way or another; and
/// why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Removal<K> {
    pub(crate) removed: u32,
    pub(crate) kept: K,
    pub(crate) reason: Reason,
    pub(crate) similarity: Similarity,
    /// It repeats that only in view of what stands beside both: see [`reprints`].
    pub(crate) is_reprint: bool,
}

/// A removed unit, and what it repeats, wherever that stands.
pub(crate) type Removed = Removal<Unit>;

/// What was decided of the articles of one store: of paragraphs, sentences and parts.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// What is to go, in store order.
    pub(crate) removed: [Vec<Removed>; 3],
    /// What others go in favour of.
    pub(crate) kept: [Bits; 3],
    /// Paragraphs and sentences that were too short to be judged.
    pub(crate) too_short: u64,
}

/// A unit of articles that were decided before, in whose favour others go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The share in which it was decided.
    pub(crate) share: u32,
    /// Its number in that share: of a paragraph, or of a piece.
    pub(crate) number: u32,
    pub(crate) unit: Unit,
}

impl Scanned {
    /// Names what is kept by its place, and takes back what should stay: see [`spare`]. `before` are the units decided before
    /// that something may go in favour of. Gives those of them that something does go in favour of, too, with their levels.
    fn resolve(mut self, store: &Store, before: &[Kept]) -> (Verdicts, Vec<(usize, Kept)>) {
        let sentences = narrow(store.sentences.len());
        for removed in &mut self.removed {
            removed.sort_unstable_by_key(|removal| removal.removed);
        }
        let unit = |level: usize, keeper: Keeper| match keeper {
            Keeper::Before(place) => before[place as usize].unit,
            Keeper::Here(number) if level == 0 => store.unit(&store.paragraph(number).entry, UnitKind::Paragraph),
            Keeper::Here(number) => store.unit(&units::piece(store, number), UnitKind::Sentence),
        };
        let mut verdicts = Verdicts {
            removed: std::array::from_fn(|level| {
                let removed = self.removed[level].iter().map(|removal| Removal {
                    removed: removal.removed,
                    kept: unit(level, removal.kept),
                    reason: removal.reason,
                    similarity: removal.similarity,
                    is_reprint: removal.is_reprint,
                });
                removed.collect()
            }),
            kept: [store.paragraphs.len(), store.sentences.len(), store.parts.len()].map(Bits::new),
            too_short: self.too_short,
        };
        let spared = spare::spared(&verdicts.removed, store);
        let mut used = Vec::new();
        for (level, (removals, spared)) in self.removed.iter().zip(&spared).enumerate() {
            for (removal, _) in removals.iter().zip(spared).filter(|(_, stays)| !**stays) {
                match removal.kept {
                    Keeper::Before(place) => used.push((level, before[place as usize])),
                    Keeper::Here(number) => {
                        let (level, number) = level_of(level, number, sentences);
                        verdicts.kept[level].insert(number);
                    }
                }
            }
            let mut stays = spared.iter();
            verdicts.removed[level].retain(|_| stays.next() == Some(&false));
        }
        (verdicts, used)
    }
}

/// The level of what is kept for a unit of a level, and its number there: parts are numbered on after the sentences.
fn level_of(level: usize, kept: u32, sentences: u32) -> (usize, u32) {
    match kept.checked_sub(sentences) {
        _ if level == 0 => (0, kept),
        None => (1, kept),
        Some(part) => (2, part),
    }
}

/// Is told of the work of a stage that has been done since it was told last: [`WORK`] for each paragraph in all.
pub(crate) type Observer<'o> = &'o (dyn Fn(Stage, u64) + Sync);

/// What a paragraph and what is in it costs, in parts that take about the same time.
pub(crate) const WORK: u64 = COLLAPSED + COUNTED + KEYS[0] + KEYS[1] + SCANNED;
/// To collapse equal folds, to count shingles, to find the keys of paragraphs and of pieces, to decide them.
const COLLAPSED: u64 = 2;
const COUNTED: u64 = 1;
const KEYS: [u64; 2] = [2, 3];
const SCANNED: u64 = 12;

/// Decides every unit of a store.
pub(crate) fn decide(store: &Store, settings: &Settings, observe: Observer<'_>) -> Verdicts {
    let scanned = match settings.scope() {
        Scope::Corpus | Scope::Group | Scope::OtherGroups => {
            let units = Units::of(store, settings, 0..narrow(store.paragraphs.len()), observe);
            let paragraphs = order::paragraphs(store, settings);
            scan(&units, &paragraphs, settings, observe)
        }
        Scope::Article => by_article(store, settings, observe),
    };
    let verdicts = scanned.resolve(store, &[]).0;
    observe(Stage::Spare, 0);
    verdicts
}

/// Decides articles that do not know of one another, side by side, so that the stages of each cannot be told apart.
fn by_article(store: &Store, settings: &Settings, observe: Observer<'_>) -> Scanned {
    let observe: Observer<'_> = &|_, more| observe(Stage::Scan, more);
    let decide = |article: u32| {
        let paragraphs = store.paragraphs_of(article);
        let range = narrow(paragraphs.start)..narrow(paragraphs.end);
        let units = Units::of(store, settings, range.clone(), observe);
        let mut paragraphs: Vec<u32> = range.collect();
        order::in_article(&mut paragraphs, settings);
        scan(&units, &paragraphs, settings, observe)
    };
    let articles: Vec<Scanned> = (0..narrow(store.records.len())).into_par_iter().map(decide).collect();
    let mut all = Scanned::default();
    for article in articles {
        for (all, removed) in all.removed.iter_mut().zip(article.removed) {
            all.extend(removed);
        }
        all.too_short += article.too_short;
    }
    all
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
