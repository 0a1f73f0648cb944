//! Units kept so far, with which later ones are compared: the lexicographically first maximal independent set of the
//! match graph (Blelloch, Fineman and Shun 2012), found without building that graph.
//!
//! Whoever decides calls [`Leaders::look`] for a unit and, if it stays and may stand for others, [`Leaders::file`]. Many units
//! can be looked up side by side ([`Leaders::look_all`]) against what was filed before; each is then held only against what has
//! been filed since. The outcome is the same.

use super::crowd::CROWD;
use super::index::{How, Index, Lent, Pool, Scratch};
use super::{Order, Rule, SMALL, Similarity, Units, narrow};
use rayon::prelude::*;

/// Units that later ones are compared with.
#[derive(Debug)]
pub(crate) struct Leaders<'u, U: ?Sized> {
    index: Index<'u, U>,
    /// The rule by which versions are told, of the same measure and threshold, if they are asked for.
    versions: Option<Rule>,
    scratch: Scratch,
    pool: Pool,
    /// How many leaders there were when the present batch began; 0 before the first.
    batch: u32,
}

/// What is known of a unit that matches none of the first leaders.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    /// How many these are.
    leaders: u32,
    /// The first leader that it is a version of, if it was asked for: see [`Past::version`].
    version: u32,
    /// How much its candidates have cost.
    cost: u32,
}

const NONE: u32 = u32::MAX;
const UNKNOWN: u32 = u32::MAX - 1;

impl Default for Past {
    fn default() -> Self {
        Self {
            leaders: 0,
            version: NONE,
            cost: 0,
        }
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

impl Past {
    /// Of a unit that is a version of one that is not among these units.
    pub(crate) fn version_of_another() -> Self {
        Self {
            version: UNKNOWN,
            ..Self::default()
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
}

/// What looking a unit up has brought.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// It repeats the leader at that place, and none before.
    Match(u32, Similarity),
    Nothing(Past),
}

impl<'u, U: Units + ?Sized> Leaders<'u, U> {
    /// No leaders yet. An order of shingles that serves the units may be given, and the rule by which versions are told.
    pub(crate) fn new(units: &'u U, rule: &Rule, order: Option<&'u Order>, versions: Option<Rule>) -> Self {
        Self {
            index: Index::new(units, rule, order, versions.is_some()),
            versions,
            scratch: Scratch::default(),
            pool: Pool::default(),
            batch: 0,
        }
    }

    /// True if it pays to look so many units up side by side.
    pub(crate) fn is_worth_threads(units: usize) -> bool {
        units >= SMALL && rayon::current_num_threads() > 1
    }

    /// Begins a batch: [`Self::look_all`] serves for the units that are decided in it.
    pub(crate) fn start_batch(&mut self) {
        self.index.start_batch();
        self.batch = narrow(self.index.leaders().len());
    }

    /// Looks units up among the leaders, side by side. Each comes with what is known of it.
    pub(crate) fn look_all(&self, units: &[(u32, Past)]) -> Vec<Found> {
        let look = |lent: &mut Lent<'_>, &(unit, past): &(u32, Past)| self.look_since(unit, past, &mut lent.scratch);
        units.par_iter().map_init(|| self.pool.lend(), look).collect()
    }

    /// Looks one unit up.
    pub(crate) fn look(&mut self, unit: u32, past: Past) -> Found {
        let mut scratch = std::mem::take(&mut self.scratch);
        let found = self.look_since(unit, past, &mut scratch);
        self.scratch = scratch;
        found
    }

    fn look_since(&self, unit: u32, past: Past, scratch: &mut Scratch) -> Found {
        // What is filed in a batch is known to the index; what was filed since some other moment is not.
        let is_recent = self.batch > 0 && past.leaders >= self.batch;
        let since = if is_recent { past.leaders } else { 0 };
        if let Some(hit) = self.index.first_match(unit, since, scratch) {
            return Found::Match(hit.leader, hit.similarity);
        }
        let cost = past
            .cost
            .saturating_add(u32::try_from(scratch.met()).unwrap_or(u32::MAX));
        let mut version = past.version;
        if let Some(rule) = self
            .versions
            .filter(|_| version == NONE && self.index.has_numbers(unit))
        {
            let original = self.index.first_original(unit, &rule, since, scratch);
            version = original.map_or(NONE, |hit| hit.leader);
        }
        Found::Nothing(Past {
            leaders: narrow(self.index.leaders().len()),
            version,
            cost,
        })
    }

    /// Files a unit that has been looked up; gives its place among the leaders.
    pub(crate) fn file(&mut self, unit: u32, past: Past) -> u32 {
        let how = if past.version != NONE {
            How::Version
        } else if u64::from(past.cost) > CROWD {
            How::Crowded
        } else {
            How::Alone
        };
        self.index.file(unit, how, &mut self.scratch)
    }
}
