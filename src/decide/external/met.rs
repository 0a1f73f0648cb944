//! What looking a share up among leaders that were decided before has brought: of all at once, or of some after others.
//!
//! Why looking it up in some and then in others is enough: what a fold repeats is the leader of the same fold, or else
//! the first one that it repeats, so it follows from what it repeats among each. Which original is asked for and what
//! candidates have cost change how leaders are filed, and not which they are. And a leader is written down
//! under the folds beside it that come first there: so where a reprint is found, the paragraph beside it has been met among the same leaders.

use super::super::scan::{Before, Fate, Keeper};
use super::super::units::Units;
use super::super::{Kept, narrow};
use super::leaders::{EarlierMatch, Outcome};
use super::reprints::Known as Beside;
use crate::join::{Similarity, Unmatched};
use crate::model::{ArticleId, Reason, Unit};
use crate::spill::Bits;

/// What was met among some leaders. Articles are numbered from the first of theirs.
#[derive(Default)]
pub(crate) struct Met {
    pub(super) levels: [LevelMet; 2],
    /// Paragraphs that are new versions of the first original that was found there.
    pub(super) versions: Vec<u32>,
    /// Folds of paragraphs that tell where a text comes from, and stand there.
    pub(super) stands: Vec<u32>,
    /// Paragraphs that repeat a leader in view of what stands beside both.
    pub(super) reprints: Vec<(u32, Kept, Similarity)>,
}

#[derive(Default)]
pub(super) struct LevelMet {
    /// By fold, ascending.
    pub(super) met: Vec<(u32, EarlierMatch)>,
    pub(super) past: Vec<(u32, Unmatched)>,
}

impl LevelMet {
    fn of(outcome: Outcome) -> Self {
        let met = (0..).zip(outcome.met);
        let past = (0..)
            .zip(outcome.past)
            .filter(|(_, past)| *past != Unmatched::default());
        Self {
            met: met.filter_map(|(fold, met)| Some((fold, *met?))).collect(),
            past: past.collect(),
        }
    }
}

impl Met {
    /// Of the folds of both levels, with the paragraphs that are versions, and what stood beside.
    pub(super) fn new(levels: [Outcome; 2], versions: &Bits, beside: Beside) -> Self {
        let stands = (0..).zip(beside.stands).filter(|(_, stands)| *stands);
        Self {
            levels: levels.map(LevelMet::of),
            versions: versions.iter().collect(),
            stands: stands.map(|(fold, _)| fold).collect(),
            reprints: beside.found,
        }
    }
}

/// What is known of the units of a share from what it has met among leaders that follow one another, each with the number of their first article;
/// and the units that some of its own go in favour of.
pub(super) fn together(units: &Units<'_>, earlier: Vec<(u32, Met)>) -> (Before, Vec<Kept>) {
    let (mut before, mut kept) = (Before::default(), Vec::new());
    let counts = [units.paragraphs.count(), units.pieces.folds.count()];
    let mut met: [Vec<Option<EarlierMatch>>; 2] = counts.map(|count| (0..count).map(|_| None).collect());
    let mut past = counts.map(|count| vec![Unmatched::default(); count]);
    before.versions = Bits::new(units.store.paragraphs.len());
    before.stands = vec![false; counts[0]];
    let mut reprints = Vec::new();
    for (first_article, of_block) in earlier {
        let numbered = |kept: Kept| Kept {
            unit: Unit {
                article: ArticleId(kept.unit.article.0 + first_article),
                ..kept.unit
            },
            ..kept
        };
        // By the first original that is found at all.
        for paragraph in of_block.versions {
            let fold = units.paragraphs.of(paragraph);
            if fold.is_some_and(|fold| past[0][fold as usize].version().is_none()) {
                before.versions.insert(paragraph);
            }
        }
        for (level, of_level) in of_block.levels.into_iter().enumerate() {
            for (fold, found) in of_level.met {
                let known = &mut met[level][fold as usize];
                let is_first = match known {
                    None => true,
                    Some(known) => known.reason == Reason::Near && found.reason == Reason::Equal,
                };
                if is_first {
                    *known = Some(EarlierMatch {
                        kept: numbered(found.kept),
                        ..found
                    });
                }
            }
            for (fold, more) in of_level.past {
                let known = &mut past[level][fold as usize];
                *known = known.and(more);
            }
        }
        for fold in of_block.stands {
            before.stands[fold as usize] = true;
        }
        reprints.extend(
            of_block
                .reprints
                .into_iter()
                .map(|(paragraph, kept, similarity)| (paragraph, numbered(kept), similarity)),
        );
    }
    for (paragraph, found, similarity) in reprints {
        let fold = units.paragraphs.of(paragraph);
        if fold.is_some_and(|fold| met[0][fold as usize].is_some()) || before.reprints.contains_key(&paragraph) {
            continue;
        }
        before.reprints.insert(paragraph, (narrow(kept.len()), similarity));
        kept.push(found);
    }
    for ((fates, met), past) in before.fates.iter_mut().zip(met).zip(past) {
        let fate = |(met, past): (Option<EarlierMatch>, Unmatched)| match met {
            Some(met) => {
                let keeper = Keeper::Before(narrow(kept.len()));
                kept.push(met.kept);
                Fate::Gone(keeper, met.reason, met.similarity)
            }
            None => Fate::Open(past),
        };
        *fates = met.into_iter().zip(past).map(fate).collect();
    }
    (before, kept)
}
