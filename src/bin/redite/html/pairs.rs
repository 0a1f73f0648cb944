//! Which pairs are shown for a person to judge.

use redite::files::removed::ToldUnit;
use std::collections::BTreeMap;

/// Pairs that are shown of each sort, and of the sample.
pub(super) const SHOWN: usize = 30;
pub(super) const SAMPLE: usize = 100;
/// Of one kept text, as many at most.
pub(super) const OF_ONE: usize = 2;
/// Pairs that are held of each sort, of which some may repeat the same kept text.
const HELD: usize = 500;

/// What decides whether a pair is held, and the hash of its texts, so that equal pairs are one.
type Key = (u32, u32, u64);

/// A pair that is held: its line, and the hash of its kept text.
#[derive(Clone, Copy, Debug)]
struct Held {
    line: u64,
    kept: u64,
}

/// The pairs with the least keys.
#[derive(Debug, Default)]
struct Least(BTreeMap<Key, Held>);

impl Least {
    fn meet(&mut self, key: Key, held: Held) {
        if self.0.len() == HELD && self.0.last_key_value().is_some_and(|(last, _)| key >= *last) {
            return;
        }
        self.0.entry(key).or_insert(held);
        if self.0.len() > HELD {
            self.0.pop_last();
        }
    }

    /// The lines of the first ones, so many, but not too many of one kept text, and none of those that `taken` has.
    fn choose(self, most: usize, taken: &mut Vec<u64>) -> Vec<u64> {
        let mut of_kept: BTreeMap<u64, usize> = BTreeMap::new();
        let mut chosen = Vec::new();
        for (key, held) in self.0 {
            let seen = of_kept.entry(held.kept).or_default();
            if *seen < OF_ONE && chosen.len() < most && !taken.contains(&key.2) {
                *seen += 1;
                taken.push(key.2);
                chosen.push(held.line);
            }
        }
        chosen
    }
}

/// Near pairs that might be shown, and of the others a sample.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    lowest: Least,
    most_lost: Least,
    sample: Least,
}

/// The lines of the pairs that are shown.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Those with the lowest similarity, lowest first.
    pub(super) lowest: Vec<u64>,
    /// Of the others those with which most words are lost.
    pub(super) most_lost: Vec<u64>,
    /// Of the others those whose texts have the lowest hashes: a sample without regard to anything.
    pub(super) sample: Vec<u64>,
}

impl Pairs {
    /// `texts`: the hashes of the removed and the kept text.
    pub(super) fn meet(&mut self, line: u64, unit: &ToldUnit<'_>, texts: [u64; 2]) {
        let is_near = unit.rule == "near";
        if !is_near && unit.rule != "against" {
            return;
        }
        let held = Held { line, kept: texts[1] };
        let both = texts[0].rotate_left(32) ^ texts[1].wrapping_mul(0x9e37_79b9_7f4a_7c15);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a similarity is between 0 and 1"
        )]
        let similarity = (unit.similarity.clamp(0.0, 1.0) * 1e4).round() as u32;
        let lost = u32::try_from(unit.lost.len()).unwrap_or(u32::MAX);
        if is_near {
            self.sample.meet((0, 0, both), held);
            self.lowest.meet((similarity, u32::MAX - lost, both), held);
        }
        if lost > 0 {
            self.most_lost.meet((u32::MAX - lost, similarity, both), held);
        }
    }

    pub(super) fn choose(self) -> Chosen {
        let mut taken = Vec::new();
        Chosen {
            lowest: self.lowest.choose(SHOWN, &mut taken),
            most_lost: self.most_lost.choose(SHOWN, &mut taken),
            sample: self.sample.choose(SAMPLE, &mut taken),
        }
    }
}
