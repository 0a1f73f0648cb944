//! Temporary files without a name, for runs with `--memory`.

use anyhow::{Context, Result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A new file in a folder, without a name.
pub(crate) fn file_in(folder: &Path) -> Result<File> {
    tempfile::tempfile_in(folder).with_context(|| cannot("make", folder))
}

/// A file that grows at its end and is read anywhere.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
    folder: PathBuf,
    buffer: Vec<u8>,
    flushed: u64,
}

impl Spool {
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let file = file_in(folder)?;
        Ok(Self {
            file,
            folder: folder.to_owned(),
            buffer: Vec::new(),
            flushed: 0,
        })
    }

    /// Where the next bytes will stand.
    pub(crate) fn end(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= 128 << 10 {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<()> {
        let written = self
            .file
            .seek(SeekFrom::Start(self.flushed))
            .and_then(|_| self.file.write_all(&self.buffer));
        written.with_context(|| cannot("write", &self.folder))?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    pub(crate) fn read(&mut self, at: u64, count: usize) -> Result<Vec<u8>> {
        if at + count as u64 > self.flushed {
            self.flush()?;
        }
        let mut bytes = vec![0; count];
        let read = self
            .file
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.file.read_exact(&mut bytes));
        read.with_context(|| cannot("read", &self.folder))?;
        Ok(bytes)
    }
}

fn cannot(what: &str, folder: &Path) -> String {
    format!(
        "{}: cannot {what} a temporary file; free some space there, or choose another folder with --temp-dir",
        folder.display()
    )
}

/// Entries of so many bytes, put in any order, that come back sorted.
#[derive(Debug)]
pub(crate) struct Sorter<const N: usize> {
    held: Vec<[u8; N]>,
    /// Sorted runs of that many entries.
    runs: Vec<(File, usize)>,
    folder: Option<PathBuf>,
}

/// Bytes of entries that are held before they become a run.
const HELD: usize = 8 << 20;

impl<const N: usize> Sorter<N> {
    /// With a folder, holds some entries only, and the others there.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self {
            held: Vec::new(),
            runs: Vec::new(),
            folder: folder.map(Path::to_owned),
        }
    }

    /// True if as many are held as should be.
    fn is_full(&self) -> bool {
        self.folder.is_some() && self.held.len() >= HELD / N
    }

    pub(crate) fn push(&mut self, entry: [u8; N]) -> Result<()> {
        self.held.push(entry);
        if self.is_full() {
            let held = std::mem::take(&mut self.held);
            self.write_run(held)?;
        }
        Ok(())
    }

    fn write_run(&mut self, mut entries: Vec<[u8; N]>) -> Result<()> {
        let Some(folder) = self.folder.as_deref().filter(|_| !entries.is_empty()) else {
            return Ok(());
        };
        entries.sort_unstable();
        let mut file = file_in(folder)?;
        file.write_all(entries.as_flattened())
            .with_context(|| cannot("write", folder))?;
        self.runs.push((file, entries.len()));
        Ok(())
    }

    /// All entries, ascending.
    pub(crate) fn sorted(mut self) -> Result<Sorted<N>> {
        self.held.sort_unstable();
        let folder = self.folder.unwrap_or_default();
        let mut readers = Vec::new();
        for (mut file, count) in self.runs {
            file.seek(SeekFrom::Start(0)).with_context(|| cannot("read", &folder))?;
            readers.push((BufReader::with_capacity(32 << 10, file), count));
        }
        let mut sorted = Sorted {
            held: self.held.into_iter(),
            readers,
            next: BinaryHeap::new(),
            folder,
        };
        for run in 0..=sorted.readers.len() {
            sorted.refill(run)?;
        }
        Ok(sorted)
    }
}

/// Entries of a [`Sorter`], ascending.
#[derive(Debug)]
pub(crate) struct Sorted<const N: usize> {
    held: std::vec::IntoIter<[u8; N]>,
    readers: Vec<(BufReader<File>, usize)>,
    /// The next entry of each run; what is held is the last one.
    next: BinaryHeap<Reverse<([u8; N], usize)>>,
    folder: PathBuf,
}

impl<const N: usize> Sorted<N> {
    fn refill(&mut self, run: usize) -> Result<()> {
        let entry = match self.readers.get_mut(run) {
            None => self.held.next(),
            Some((_, 0)) => None,
            Some((reader, left)) => {
                *left -= 1;
                let mut entry = [0; N];
                reader
                    .read_exact(&mut entry)
                    .with_context(|| cannot("read", &self.folder))?;
                Some(entry)
            }
        };
        self.next.extend(entry.map(|entry| Reverse((entry, run))));
        Ok(())
    }
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = Result<[u8; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((entry, run)) = self.next.pop()?;
        Some(self.refill(run).map(|()| entry))
    }
}

/// Counts numbers that come again, without holding more than some of them.
#[derive(Debug)]
pub(crate) struct Again {
    numbers: Sorter<8>,
    /// How many runs and held numbers were there at the last mark.
    marked: (usize, usize),
}

impl Again {
    /// With a folder, holds some numbers only, and the others there.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self {
            numbers: Sorter::new(folder),
            marked: (0, 0),
        }
    }

    /// Marks the place to which [`rollback`](Self::rollback) goes.
    pub(crate) fn mark(&mut self) {
        self.marked = (self.numbers.runs.len(), self.numbers.held.len());
    }

    /// Forgets all numbers since the mark.
    pub(crate) fn rollback(&mut self) {
        self.numbers.runs.truncate(self.marked.0);
        self.numbers.held.truncate(self.marked.1);
    }

    pub(crate) fn push(&mut self, number: u64) -> Result<()> {
        let numbers = &mut self.numbers;
        numbers.held.push(number.to_be_bytes());
        if numbers.is_full() {
            // no run has numbers from both sides of the mark
            let since = numbers.held.split_off(self.marked.1);
            let before = std::mem::take(&mut numbers.held);
            if !before.is_empty() {
                numbers.write_run(before)?;
                self.marked = (numbers.runs.len(), 0);
            }
            numbers.write_run(since)?;
        }
        Ok(())
    }

    /// How many there were beyond the first of each.
    pub(crate) fn count(self) -> Result<u64> {
        let (mut again, mut before) = (0, None);
        for number in self.numbers.sorted()? {
            let number = number?;
            again += u64::from(before == Some(number));
            before = Some(number);
        }
        Ok(again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read() {
        let mut spool = Spool::new(&std::env::temp_dir()).unwrap();
        spool.put(&[1; 200_000]).unwrap();
        let at = spool.end();
        spool.put(b"abc").unwrap();
        assert_eq!(spool.read(at, 3).unwrap(), b"abc");
        spool.put(b"de").unwrap();
        assert_eq!(spool.read(at + 1, 4).unwrap(), b"bcde");
        assert!(spool.read(spool.end(), 1).is_err());
    }

    #[test]
    fn entries_come_back_sorted() {
        let folder = std::env::temp_dir();
        for folder in [None, Some(&*folder)] {
            for count in [0, 1, HELD / 3, HELD / 3 + 1, HELD + 7] {
                let mut sorter: Sorter<3> = Sorter::new(folder);
                let entry = |n: usize| std::array::from_fn(|i| u8::try_from(((n * 7919) >> (8 * i)) & 0xff).unwrap());
                (0..count).for_each(|n| sorter.push(entry(n)).unwrap());
                assert_eq!(sorter.runs.len(), folder.map_or(0, |_| count / (HELD / 3)));
                let mut expected: Vec<[u8; 3]> = (0..count).map(entry).collect();
                expected.sort_unstable();
                let found: Vec<[u8; 3]> = sorter.sorted().unwrap().map(Result::unwrap).collect();
                assert!(found == expected, "{count}");
            }
        }
    }

    #[test]
    fn numbers_that_come_again_are_counted() {
        let folder = std::env::temp_dir();
        for folder in [None, Some(&*folder)] {
            let mut again = Again::new(folder);
            let distinct = 2 * HELD as u64 / 8 + 5;
            for n in (0..distinct).chain([7, 7, distinct - 1]) {
                again.push(n).unwrap();
            }
            assert_eq!(again.count().unwrap(), 3);
        }
    }

    #[test]
    fn numbers_of_a_file_that_failed_are_forgotten() {
        let folder = std::env::temp_dir();
        for folder in [None, Some(&*folder)] {
            for (kept, failed) in [
                (5, 7),
                (HELD as u64 / 8 + 5, 7),
                (9, HELD as u64 / 4 + 9),
                (HELD as u64 / 8, 3),
            ] {
                let mut again = Again::new(folder);
                for n in 0..kept {
                    again.push(n).unwrap();
                }
                again.mark();
                for n in 0..failed {
                    again.push(n).unwrap();
                }
                again.rollback();
                again.push(1).unwrap();
                assert_eq!(again.count().unwrap(), 1, "{kept} {failed}");
            }
        }
    }
}
