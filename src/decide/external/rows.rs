//! Numbers under 64-bit hashes, on disk: [sorted lists](SortedLists) of rows by the high half of each hash, then the rows, three words of 32 bits
//! each: the hash, and a number.

use crate::join::{SortedLists, write_sorted};
use crate::spill::{Access, Part, Parts, SpillError, Spool, join as joined, split};

/// How what is written on disk is read by so many folds.
pub(super) fn access(folds: usize) -> Access {
    const MUCH: usize = 2048;
    if folds < MUCH { Access::Little } else { Access::Much }
}

/// Numbers under hashes.
pub(super) struct HashRows<'f> {
    from: &'f Spool,
    lists: SortedLists<'f>,
    rows: Part<'f>,
    #[cfg_attr(not(feature = "index"), expect(dead_code, reason = "only an index merges"))]
    count: u32,
}

/// Words of a row.
const ROW: u64 = 3;

/// Bits that are kept of a hash in lists, besides those that tell it from its neighbours.
const CHECK: u32 = 4;

/// By which a hash is looked up.
pub(super) fn key_of(hash: u64) -> u32 {
    split(hash)[1]
}

/// Appends numbers, each under a hash, for [`HashRows::read`].
pub(super) fn write(mut rows: Vec<(u64, u32)>, to: &mut Spool) -> Result<(), SpillError> {
    rows.sort_unstable();
    let mut lists: Vec<(u32, u32)> = (rows.iter().zip(0..)).map(|(row, nth)| (key_of(row.0), nth)).collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    write_sorted(&mut lists, count, CHECK, true, to)?;
    to.put_words(&[count])?;
    for (hash, number) in rows {
        let [low, high] = split(hash);
        to.put_words(&[low, high, number])?;
    }
    Ok(())
}

impl<'f> HashRows<'f> {
    /// What [`write()`] has written there.
    pub(super) fn read(at: u64, from: &'f Spool, access: Access) -> Result<Self, SpillError> {
        let mut parts = Parts::new(from, at, access);
        let lists = SortedLists::read(&mut parts)?;
        let [count] = parts.array()?;
        let rows = parts.part(4 * ROW * u64::from(count))?;
        Ok(Self {
            from,
            lists,
            rows,
            count,
        })
    }

    /// Calls `visit` with the numbers under a hash.
    pub(super) fn each(&self, hash: u64, mut visit: impl FnMut(u32)) -> Result<(), SpillError> {
        let Some(list) = self.lists.find(key_of(hash)) else {
            return self.from.sound();
        };
        self.lists.visit(list, |row| {
            let (there, number) = self.row(row);
            if there == hash {
                visit(number);
            }
        });
        self.from.sound()
    }

    fn row(&self, row: u32) -> (u64, u32) {
        let [low, high, number] = [0, 1, 2].map(|word| self.rows.short(ROW * u64::from(row) + word));
        (joined(low, high), number)
    }

    /// Calls `visit` with all hashes and numbers.
    #[cfg(feature = "index")]
    pub(super) fn all(&self, mut visit: impl FnMut(u64, u32)) -> Result<(), SpillError> {
        for row in 0..self.count {
            let (hash, number) = self.row(row);
            visit(hash, number);
        }
        self.from.sound()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Folder;

    #[test]
    fn numbers_are_found_by_whole_hashes() {
        let mut spool = Folder::new(std::env::temp_dir()).spool();
        write(Vec::new(), &mut spool).unwrap();
        let at = spool.end();
        write(
            vec![(7 << 32 | 5, 1), (7 << 32, 2), (7 << 32 | 5, 3), (u64::MAX, 4)],
            &mut spool,
        )
        .unwrap();
        let rows = HashRows::read(at, &spool, Access::Much).unwrap();
        let found = |rows: &HashRows<'_>, hash: u64| {
            let mut found = Vec::new();
            rows.each(hash, |number| found.push(number)).unwrap();
            found
        };
        assert_eq!(found(&rows, 7 << 32 | 5), [1, 3]);
        assert_eq!(found(&rows, 7 << 32 | 6), [0; 0]);
        assert_eq!(found(&rows, u64::MAX), [4]);
        assert_eq!(
            found(&HashRows::read(0, &spool, Access::Much).unwrap(), 7 << 32),
            [0; 0]
        );
    }
}
