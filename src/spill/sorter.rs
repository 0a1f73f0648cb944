//! Sorting more than memory holds: sorted runs on disk, merged.

use super::{Folder, Reader, SpillError, Spool};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Takes records of N words and gives them back in order.
#[derive(Debug)]
pub(crate) struct Sorter<const N: usize> {
    folder: Folder,
    records: Vec<[u32; N]>,
    /// Records held before they become a run.
    most: usize,
    runs: Option<(Spool, Vec<Range<u64>>)>,
}

impl<const N: usize> Sorter<N> {
    /// A sorter that holds about so many bytes.
    pub(crate) fn new(folder: &Folder, bytes: usize) -> Self {
        Self {
            folder: folder.clone(),
            records: Vec::new(),
            most: (bytes / (4 * N)).max(16),
            runs: None,
        }
    }

    pub(crate) fn push(&mut self, record: [u32; N]) -> Result<(), SpillError> {
        if self.records.len() >= self.most {
            self.spill()?;
        }
        self.records.push(record);
        Ok(())
    }

    fn spill(&mut self) -> Result<(), SpillError> {
        self.records.sort_unstable();
        let (spool, runs) = match &mut self.runs {
            Some(runs) => runs,
            None => self.runs.insert((self.folder.spool()?, Vec::new())),
        };
        let start = spool.end();
        for record in &self.records {
            spool.put_words(record)?;
        }
        runs.push(start..spool.end());
        self.records.clear();
        Ok(())
    }

    /// All records, ascending.
    pub(crate) fn sorted(mut self) -> Result<Sorted<N>, SpillError> {
        if self.runs.is_some() {
            self.spill()?;
            self.records = Vec::new();
        }
        let Some((mut spool, runs)) = self.runs else {
            self.records.sort_unstable();
            return Ok(Sorted::Held(self.records.into_iter()));
        };
        spool.flush()?;
        let mut readers: Vec<Reader> = runs.into_iter().map(|run| spool.reader(run)).collect();
        let mut heap = BinaryHeap::new();
        for (i, reader) in readers.iter_mut().enumerate() {
            if !reader.is_done() {
                heap.push(Reverse((reader.array(&spool)?, i)));
            }
        }
        Ok(Sorted::Merged { spool, readers, heap })
    }
}

/// The records of a [`Sorter`].
#[derive(Debug)]
pub(crate) enum Sorted<const N: usize> {
    Held(std::vec::IntoIter<[u32; N]>),
    Merged {
        spool: Spool,
        readers: Vec<Reader>,
        heap: BinaryHeap<Reverse<([u32; N], usize)>>,
    },
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = Result<[u32; N], SpillError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(records) => records.next().map(Ok),
            Self::Merged { spool, readers, heap } => {
                let Reverse((record, i)) = heap.pop()?;
                if !readers[i].is_done() {
                    match readers[i].array(spool) {
                        Ok(next) => heap.push(Reverse((next, i))),
                        Err(error) => return Some(Err(error)),
                    }
                }
                Some(Ok(record))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_merged_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path().to_owned());
        for (bytes, count) in [(1 << 20, 1000_u32), (0, 1000), (0, 16), (0, 17), (0, 0)] {
            let mut sorter = Sorter::<2>::new(&folder, bytes);
            let records: Vec<[u32; 2]> = (0..count).map(|n| [n * 7919 % 100, n]).collect();
            records.iter().for_each(|&record| sorter.push(record).unwrap());
            let mut expected = records;
            expected.sort_unstable();
            let sorted: Vec<[u32; 2]> = sorter.sorted().unwrap().map(Result::unwrap).collect();
            assert_eq!(sorted, expected);
        }
    }
}
