//! Lists of units under keys.

use super::lists::ByKey;

/// Lists of units, addressed by slot: the first entry stands in the slot itself, the others in blocks
/// that grow, so that short lists cost one look and long ones are read in sequence.
#[derive(Debug)]
pub(super) struct Postings {
    slots: Vec<Slot>,
    /// Blocks: the start of the block before, then entries.
    blocks: Vec<u32>,
    mask: u32,
    /// Blocks may take no more entries than this, so that 32 bits can say where one starts.
    most: usize,
    /// True if a unit was left out for that reason, and lists cannot be relied on.
    is_full: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    len: u32,
    first: u32,
    /// Where the newest block starts.
    block: u32,
}

/// Entries of the largest block.
const LARGEST: u32 = 128;

/// Of the entries after the first, how many stand before the block that holds the nth, and how many that block holds.
/// Blocks hold 1, 2, 4 and so on, then [`LARGEST`].
fn block_of(nth: u32) -> (u32, u32) {
    let doubling = LARGEST - 1; // 1 + 2 + … + LARGEST / 2
    if nth < doubling {
        let size = (nth + 1).next_power_of_two();
        let size = if size == nth + 1 { size } else { size / 2 };
        (size - 1, size)
    } else {
        (nth - (nth - doubling) % LARGEST, LARGEST)
    }
}

impl Postings {
    /// Empty lists for the prefixes of units with so many shingles in all.
    pub(super) fn new(shingles: usize) -> Self {
        let slots = (shingles / 4).clamp(64, 1 << 28).next_power_of_two();
        Self {
            slots: vec![Slot::default(); slots],
            blocks: Vec::new(),
            mask: u32::try_from(slots - 1).unwrap_or(u32::MAX),
            most: u32::MAX as usize,
            is_full: false,
        }
    }

    fn slot(&self, key: u32) -> usize {
        // the upper bits: the lower ones are those of the counters
        (key.rotate_left(16) & self.mask) as usize
    }

    /// Appends a unit to the list of `key`.
    pub(super) fn push(&mut self, key: u32, unit: u32) {
        if self.blocks.len() + 1 + LARGEST as usize > self.most {
            self.is_full = true;
        }
        if self.is_full {
            return;
        }
        let slot = self.slot(key);
        let slot = &mut self.slots[slot];
        if slot.len == 0 {
            slot.first = unit;
        } else {
            let nth = slot.len - 1;
            let (before, size) = block_of(nth);
            if nth == before {
                let Ok(start) = u32::try_from(self.blocks.len()) else {
                    unreachable!("there are at most `most` entries")
                };
                self.blocks.push(slot.block);
                self.blocks.resize(self.blocks.len() + size as usize, 0);
                slot.block = start;
            }
            self.blocks[(slot.block + 1 + nth - before) as usize] = unit;
        }
        slot.len += 1;
    }
}

impl ByKey for Postings {
    fn are_complete(&self) -> bool {
        !self.is_full
    }

    /// Number of units in the list of `key`, and of those in whose lists `key` shares a slot; the highest number if the list
    /// may lack some.
    fn len(&self, key: u32) -> u32 {
        if self.is_full {
            return u32::MAX;
        }
        self.slots[self.slot(key)].len
    }

    fn visit(&self, key: u32, mut visit: impl FnMut(u32)) {
        let slot = self.slots[self.slot(key)];
        let mut left = slot.len.saturating_sub(1);
        let mut block = slot.block;
        while left > 0 {
            let (before, _) = block_of(left - 1);
            let start = block as usize;
            let entries = &self.blocks[start + 1..=start + (left - before) as usize];
            entries.iter().for_each(|&unit| visit(unit));
            block = self.blocks[start];
            left = before;
        }
        if slot.len > 0 {
            visit(slot.first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beyond 2^32 entries the place of a block was cut to 32 bits, and entries overwrote one another.
    #[test]
    fn full_postings_say_so() {
        let mut postings = Postings::new(0);
        postings.most = 1_000;
        for unit in 0..2_000 {
            postings.push(0, unit);
        }
        assert!(!postings.are_complete());
        assert!(postings.blocks.len() <= 1_000);
        assert_eq!(postings.len(7), u32::MAX);
    }

    #[test]
    fn lists_hold_what_was_pushed() {
        let mut postings = Postings::new(0);
        for unit in 0..2000 {
            postings.push(0, 3 * unit);
            if unit < 3 {
                postings.push(1 << 16, unit);
            }
            assert_eq!(postings.len(0), unit + 1);
        }
        let mut found = Vec::new();
        postings.visit(0, |unit| found.push(unit));
        found.sort_unstable();
        assert_eq!(found, (0..2000).map(|unit| 3 * unit).collect::<Vec<u32>>());
        let mut other = Vec::new();
        postings.visit(1 << 16, |unit| other.push(unit));
        other.sort_unstable();
        assert_eq!(other, [0, 1, 2]);
    }
}
