//! Temporary files without a name, for runs with `--memory`.

use anyhow::{Context, Result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

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
        let file = tempfile::tempfile_in(folder).with_context(|| cannot("make", folder))?;
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

/// Counts numbers that come again, without holding more than some of them.
#[derive(Debug)]
pub(crate) struct Again {
    held: Vec<u64>,
    /// Sorted runs of that many numbers.
    runs: Vec<(File, usize)>,
    folder: Option<PathBuf>,
    /// How many runs and held numbers were there at the last mark.
    marked: (usize, usize),
}

/// Numbers held before they become a run.
const HELD: usize = 1 << 20;

impl Again {
    /// With a folder, holds some numbers only, and the others there.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self {
            held: Vec::new(),
            runs: Vec::new(),
            folder: folder.map(Path::to_owned),
            marked: (0, 0),
        }
    }

    /// Marks the place to which [`rollback`](Self::rollback) goes.
    pub(crate) fn mark(&mut self) {
        self.marked = (self.runs.len(), self.held.len());
    }

    /// Forgets all numbers since the mark.
    pub(crate) fn rollback(&mut self) {
        self.runs.truncate(self.marked.0);
        self.held.truncate(self.marked.1);
    }

    pub(crate) fn push(&mut self, number: u64) -> Result<()> {
        self.held.push(number);
        match self.folder.clone() {
            Some(folder) if self.held.len() == HELD => {
                // no run has numbers from both sides of the mark
                let since = self.held.split_off(self.marked.1);
                let before = std::mem::replace(&mut self.held, since);
                if !before.is_empty() {
                    self.write_run(before, &folder)?;
                    self.marked = (self.runs.len(), 0);
                }
                let since = std::mem::take(&mut self.held);
                self.write_run(since, &folder)
            }
            _ => Ok(()),
        }
    }

    fn write_run(&mut self, mut numbers: Vec<u64>, folder: &Path) -> Result<()> {
        numbers.sort_unstable();
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        let mut file = tempfile::tempfile_in(folder).with_context(|| cannot("make", folder))?;
        file.write_all(&bytes).with_context(|| cannot("write", folder))?;
        self.runs.push((file, numbers.len()));
        Ok(())
    }

    /// How many there were beyond the first of each.
    pub(crate) fn count(mut self) -> Result<u64> {
        self.held.sort_unstable();
        let folder = self.folder.unwrap_or_default();
        let mut readers = Vec::new();
        for (mut file, count) in self.runs {
            file.seek(SeekFrom::Start(0)).with_context(|| cannot("read", &folder))?;
            readers.push((BufReader::with_capacity(32 << 10, file), count));
        }
        let mut held = self.held.into_iter();
        let last = readers.len();
        let mut next = |run: usize| -> Result<Option<u64>> {
            if run == last {
                return Ok(held.next());
            }
            let (reader, left) = &mut readers[run];
            let Some(fewer) = left.checked_sub(1) else {
                return Ok(None);
            };
            *left = fewer;
            let mut bytes = [0; 8];
            reader.read_exact(&mut bytes).with_context(|| cannot("read", &folder))?;
            Ok(Some(u64::from_le_bytes(bytes)))
        };
        let mut heap = BinaryHeap::new();
        for run in 0..=last {
            heap.extend(next(run)?.map(|n| Reverse((n, run))));
        }
        let (mut again, mut before) = (0, None);
        while let Some(Reverse((n, run))) = heap.pop() {
            again += u64::from(before == Some(n));
            before = Some(n);
            heap.extend(next(run)?.map(|n| Reverse((n, run))));
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
    fn numbers_that_come_again_are_counted() {
        let folder = std::env::temp_dir();
        for folder in [None, Some(&*folder)] {
            let mut again = Again::new(folder);
            let distinct = 2 * HELD as u64 + 5;
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
            for (kept, failed) in [(5, 7), (HELD as u64 + 5, 7), (9, 2 * HELD as u64 + 9), (HELD as u64, 3)] {
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
