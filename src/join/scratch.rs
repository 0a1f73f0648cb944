//! Memory that looking units up takes, and that serves for one after the other.

use super::crowd::Words;
use super::lists::room_for;
use super::verify::Verifier;
use std::sync::{Mutex, PoisonError};

/// What one thread needs to look things up.
#[derive(Debug, Default)]
pub(super) struct LookupScratch {
    pub(super) verifier: Verifier,
    pub(super) candidates: Vec<u32>,
    /// The numbers of the unit that looks, ascending, and room for the lists they lead to.
    pub(super) bag: Vec<u32>,
    pub(super) lists: Vec<u32>,
    /// How many lists of the unit that looks have led to each unit; 0 between look-ups.
    pub(super) hits: Vec<u8>,
    pub(super) words: Words,
    /// How many candidates the lists have led to, before they were told apart.
    pub(super) met: u64,
}

impl LookupScratch {
    /// So many counters, all 0 before and after.
    pub(super) fn counters(&mut self, count: usize) -> &mut [u8] {
        room_for((&mut self.hits, count))
    }

    /// What the candidates of the last look-up cost: one each that lists led to, more if it was not told apart.
    pub(super) fn met(&self) -> u64 {
        self.met
    }
}

/// Scratch memory that outlives the tasks that borrow it: its counters are as many as the units.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<LookupScratch>>);

impl Pool {
    pub(super) fn lend(&self) -> Lent<'_> {
        let scratch = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent {
            scratch: scratch.unwrap_or_default(),
            pool: self,
        }
    }
}

/// Scratch memory that goes back to its [`Pool`].
#[derive(Debug)]
pub(super) struct Lent<'p> {
    pub(super) scratch: LookupScratch,
    pool: &'p Pool,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let scratch = std::mem::take(&mut self.scratch);
        self.pool.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}
