//! Units kept so far, with which later ones are compared: the lexicographically first maximal independent set of the
//! match graph (Blelloch, Fineman and Shun 2012), found without building that graph.
//!
//! Units are decided in batches. Whoever decides calls [`Leaders::look_ahead`] with the units that come next, which looks some
//! of them up side by side, among the leaders so far and among one another; then, in order, [`Leaders::decide`] for each and
//! [`Leaders::file`] if it stays and may stand for others. What a batch holds does not change the outcome.

use super::batch::{Batch, Near, Shared};
use super::crowd::CROWD;
use super::index::{CANDIDATE, Filed, How, InMemory, Index, Later};
use super::lists::PostingLists;
use super::prepared::Prepared;
use super::scratch::{Lent, LookupScratch, Pool};
use super::{LEAST, Order, Reach, Rule, SMALL, Similarity, Units, narrow};
use crate::verdict::{LaterLanguage, lacks_numbers};
use rayon::prelude::*;

/// So many units for each thread are looked up side by side at most: the more, the more of them are held against one another.
const MOST: usize = 256;

/// How many of so many units are looked up at a time at most. With one thread nothing is gained by more than one, and with few units
/// threads cost more than they bring; but tests count the steps of one thread, and fuzzing is to see batches.
fn most(units: u32) -> usize {
    // Asking for the number of threads starts them: not for few units.
    if units as usize >= SMALL && rayon::current_num_threads() > 1 {
        MOST * rayon::current_num_threads()
    } else if cfg!(any(test, fuzzing)) {
        LEAST
    } else {
        1
    }
}

/// Units that later ones are compared with.
#[derive(Debug)]
pub(crate) struct Leaders<'u, U: ?Sized> {
    pub(super) prepared: Prepared<'u, U>,
    pub(super) index: Index,
    /// The rule by which versions are told, of the same measure and threshold, if they are asked for.
    versions: Option<Rule>,
    scratch: LookupScratch,
    pub(super) pool: Pool,
    batch: Batch,
    /// The leaders, in order; how each is filed; how many are; and the leader that a place of the batch has become.
    pub(super) leaders: Vec<u32>,
    pub(super) ways: Vec<How>,
    filed: usize,
    became: Vec<Option<u32>>,
    /// How many units to look up next.
    size: usize,
}

/// What is known of a unit that matches no leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unmatched {
    /// The first leader that it is a version of, if it was asked for: see [`Unmatched::version`].
    version: u32,
    /// How much its candidates have cost.
    cost: u32,
}

const NONE: u32 = u32::MAX;
const UNKNOWN: u32 = u32::MAX - 1;

impl Default for Unmatched {
    fn default() -> Self {
        Self { version: NONE, cost: 0 }
    }
}

/// What a unit is a version of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    /// The leader at that place.
    Leader(u32),
    /// A unit that is not among these.
    Elsewhere,
}

impl Unmatched {
    /// The same among other units, where the leader that it is a version of has no place.
    pub(crate) fn elsewhere(self) -> Self {
        let is_version = self.version != NONE;
        Self {
            version: if is_version { UNKNOWN } else { NONE },
            ..self
        }
    }

    /// The first leader that satisfies the rule on versions, lacks one of the unit's numbers and is no version itself.
    pub(crate) fn version(&self) -> Option<Original> {
        match self.version {
            NONE => None,
            UNKNOWN => Some(Original::Elsewhere),
            leader => Some(Original::Leader(leader)),
        }
    }

    /// This, and what is known of the same unit among leaders that come after those.
    pub(crate) fn and(self, later: Self) -> Self {
        let version = if self.version == NONE {
            later.version
        } else {
            self.version
        };
        Self { version, ..self }.and_cost(later.cost.into())
    }

    /// As two words; of what it is a version of, only that there is such a leader.
    #[cfg(feature = "index")]
    pub(crate) fn words(self) -> [u32; 2] {
        [self.cost, u32::from(self.version != NONE)]
    }

    /// What [`Self::words`] has given.
    #[cfg(feature = "index")]
    pub(crate) fn of_words([cost, is_version]: [u32; 2]) -> Self {
        let version = if is_version == 1 { UNKNOWN } else { NONE };
        Self { version, cost }
    }

    fn and_cost(self, more: u64) -> Self {
        Self {
            cost: self.cost.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)),
            ..self
        }
    }

    fn how(&self) -> How {
        if self.version != NONE {
            How::Version
        } else if u64::from(self.cost) > CROWD {
            How::Crowded
        } else {
            How::Alone
        }
    }
}

/// What looking a unit up has brought.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// It repeats the leader at that place, and none before.
    Match(u32, Similarity),
    Nothing(Unmatched),
}

impl<'u, U: Units + ?Sized> Leaders<'u, U> {
    /// No leaders yet. `reach` says which units are compared. An order of shingles that serves the units may be given, and the rule by
    /// which versions are told.
    pub(crate) fn new(
        units: &'u U,
        rule: &Rule,
        reach: Reach,
        order: Option<&'u Order>,
        versions: Option<Rule>,
    ) -> Self {
        let prepared = Prepared::new(units, rule, reach, order, versions.is_some());
        Self {
            index: Index::new(&prepared),
            prepared,
            versions,
            scratch: LookupScratch::default(),
            pool: Pool::default(),
            batch: Batch::default(),
            leaders: Vec::new(),
            ways: Vec::new(),
            filed: 0,
            became: Vec::new(),
            size: LEAST.min(most(units.count())),
        }
    }

    /// How many of the units that come next to look up at a time: if it is one, by [`Self::look_at`].
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// True if a unit has been looked up ahead, and not been found to match: it can be decided.
    pub(crate) fn is_ready(&self, unit: u32) -> bool {
        self.batch.place(unit).is_some()
    }

    /// Makes leaders of units that are decided already, before any other.
    pub(crate) fn file_known(&mut self, units: Vec<u32>) {
        self.ways = vec![How::Alone; units.len()];
        self.leaders = units;
        self.file_new();
    }

    /// Makes leaders of all units, filed in these ways.
    #[cfg(feature = "index")]
    pub(super) fn file_all(&mut self, ways: Vec<How>) {
        self.leaders = (0..narrow(ways.len())).collect();
        self.ways = ways;
    }

    /// Files the leaders that are still to be filed.
    pub(super) fn file_new(&mut self) {
        let new = &self.ways[self.filed..];
        self.index.file(&self.prepared, &self.leaders, new, &mut self.scratch);
        self.filed = self.leaders.len();
    }

    /// Looks up one unit, which can be decided now if it matches none.
    pub(crate) fn look_at(&mut self, unit: u32, past: Unmatched) -> Found {
        self.file_new();
        self.batch.hold_one(unit);
        self.became.clear();
        self.became.push(None);
        let mut scratch = std::mem::take(&mut self.scratch);
        let found = self.look(unit, past, &mut scratch);
        self.scratch = scratch;
        found
    }

    /// Looks up side by side those of some different units, in the order in which they are decided, that come first, at least one:
    /// gives what has been found of them.
    pub(crate) fn look_ahead(&mut self, units: &[(u32, Unmatched)]) -> Vec<(u32, Found)> {
        let (prepared, index, leaders) = (&self.prepared, &mut self.index, &self.leaders);
        let new = &self.ways[self.filed..];
        let mut numbers: Vec<u32> = units.iter().map(|&(unit, _)| unit).collect();
        let (mut shared, ()) = rayon::join(
            || Shared::new(&numbers, prepared, true),
            || index.file(prepared, leaders, new, &mut self.scratch),
        );
        self.filed = self.leaders.len();
        let shared = loop {
            if let Some(shared) = shared {
                break shared;
            }
            numbers.truncate(numbers.len() / 2);
            shared = Shared::new(&numbers, prepared, true);
        };
        self.size = if numbers.len() < units.len() {
            numbers.len()
        } else {
            (2 * numbers.len()).clamp(LEAST, most(self.prepared.units.count()).max(LEAST))
        };
        let look =
            |lent: &mut Lent<'_>, &(unit, past): &(u32, Unmatched)| (unit, self.look(unit, past, &mut lent.scratch));
        let found: Vec<(u32, Found)> = (units[..numbers.len()].par_iter())
            .map_init(|| self.pool.lend(), look)
            .collect();
        self.became.clear();
        self.became.resize(numbers.len(), None);
        let is_open = |place: usize| matches!(found[place].1, Found::Nothing(_));
        self.batch.renew(numbers, &shared, &self.prepared, &self.pool, is_open);
        found
    }

    /// Looks a unit up among the leaders.
    fn look(&self, unit: u32, past: Unmatched, scratch: &mut LookupScratch) -> Found {
        let filed = InMemory {
            prepared: &self.prepared,
            units: &self.leaders,
        };
        let later = Later::here(&self.prepared, unit);
        let Ok(found) = self.look_among(&later, &self.index, &filed, past, scratch);
        found
    }

    /// Looks a unit up among leaders, wherever they are kept.
    pub(super) fn look_among<L: PostingLists, F: Filed>(
        &self,
        later: &Later<'_, 'u, U, L>,
        index: &Index<L>,
        filed: &F,
        past: Unmatched,
        scratch: &mut LookupScratch,
    ) -> Result<Found, F::Error> {
        if let Some(hit) = index.first_match(later, filed, scratch)? {
            return Ok(Found::Match(hit.leader, hit.similarity));
        }
        let mut past = past.and_cost(scratch.met());
        if let Some(rule) = (self.versions).filter(|_| past.version == NONE && self.prepared.may_be_version(later.unit))
        {
            let original = index.first_original(later, filed, &rule, scratch)?;
            past.version = original.map_or(NONE, |hit| hit.leader);
        }
        Ok(Found::Nothing(past))
    }

    /// Decides a unit of the batch, of which that is known.
    pub(crate) fn decide(&mut self, unit: u32, past: Unmatched) -> Found {
        let Some(place) = self.batch.place(unit) else {
            debug_assert!(false, "it was not looked up");
            return Found::Nothing(past);
        };
        let near = self.batch.near(place);
        let leaders = near
            .iter()
            .filter_map(|near| Some((self.became[near.place as usize]?, near)));
        let mut leaders: Vec<(u32, &Near)> = leaders.collect();
        leaders.sort_unstable_by_key(|leader| leader.0);
        // All of these are of articles that are compared with that of the unit: see [`Batch::renew`].
        let units = self.batch.units();
        let (prepared, verifier, told) = (&self.prepared, &mut self.scratch.verifier, LaterLanguage::default());
        for &(leader, near) in &leaders {
            let other = units[near.place as usize];
            let verify = || prepared.verified(unit, other, &prepared.rule, verifier, &told);
            if let Some(similarity) = near.known.unwrap_or_else(verify) {
                return Found::Match(leader, similarity);
            }
        }
        let mut past = past.and_cost(CANDIDATE * leaders.len() as u64);
        if let Some(rule) = (self.versions).filter(|_| past.version == NONE && prepared.may_be_version(unit)) {
            let is_original = |leader: u32| self.ways[leader as usize] != How::Version;
            let original = leaders.iter().find(|&&(leader, near)| {
                let other = units[near.place as usize];
                is_original(leader)
                    && prepared.verified(unit, other, &rule, verifier, &told).is_some()
                    && lacks_numbers(prepared.units.text(unit), prepared.units.text(other))
            });
            past.version = original.map_or(NONE, |&(leader, ..)| leader);
        }
        Found::Nothing(past)
    }

    /// False if a unit cannot match an earlier one, in whatever context.
    pub(crate) fn may_match(&mut self, later: u32, earlier: u32) -> bool {
        let (prepared, verifier) = (&self.prepared, &mut self.scratch.verifier);
        prepared.may_match(later, prepared.units.tokens(earlier), &prepared.rule, verifier)
    }

    /// How a leader is filed, as its place in [`super::index::KINDS`].
    pub(crate) fn way(&self, leader: u32) -> u32 {
        self.ways[leader as usize] as u32
    }

    /// Makes a leader of a unit that has been decided; gives its place among the leaders.
    pub(crate) fn file(&mut self, unit: u32, past: Unmatched) -> u32 {
        let leader = narrow(self.leaders.len());
        self.leaders.push(unit);
        self.ways.push(past.how());
        if let Some(place) = self.batch.place(unit) {
            self.became[place] = Some(leader);
        }
        leader
    }
}
