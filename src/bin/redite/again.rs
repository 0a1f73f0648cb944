//! The second pass over a file: which of its records are articles, and which of those have to be read again.

use anyhow::{Result, bail};
use redite::ArticleId;
use redite::files::{Format, Record, Source};
use std::collections::VecDeque;

/// The lines or rows of a file that are articles, a bit each.
#[derive(Debug, Default)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    pub(crate) fn insert(&mut self, line: u64) {
        let word = usize::try_from(line / 64).unwrap_or(usize::MAX);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (line % 64);
    }

    fn contains(&self, line: u64) -> bool {
        let word = usize::try_from(line / 64).ok().and_then(|word| self.0.get(word));
        word.is_some_and(|word| word >> (line % 64) & 1 == 1)
    }
}

/// Finds the number of each record of one file that is seen again.
#[derive(Debug)]
pub(crate) struct Again<'c> {
    places: &'c Places,
    /// By article of the file: whether its record has to be seen.
    needed: &'c [bool],
    first: u32,
    by_line: bool,
    next: u32,
    /// What was asked for and is still to come.
    ahead: VecDeque<(u64, ArticleId)>,
}

impl<'c> Again<'c> {
    /// `first`: the number of the file's first article. `needed`: of each article from that one on; all if it is not said.
    pub(crate) fn new(source: &Source, first: ArticleId, places: &'c Places, needed: &'c [bool]) -> Self {
        Self {
            places,
            needed,
            first: first.0,
            by_line: source.format() == Format::Jsonl,
            next: first.0,
            ahead: VecDeque::new(),
        }
    }

    fn count(&mut self) -> ArticleId {
        self.next += 1;
        ArticleId(self.next - 1)
    }

    /// True if the line has to be read; to be asked once about each, in order.
    pub(crate) fn asks(&mut self, line: u64) -> bool {
        if !self.places.contains(line) {
            return false;
        }
        let article = self.count();
        let place = (article.0 - self.first) as usize;
        let needed = self.needed.get(place).copied().unwrap_or(true);
        if needed {
            self.ahead.push_back((line, article));
        }
        needed
    }

    /// The number of a record that has come.
    pub(crate) fn number(&mut self, record: &Record<'_>) -> Result<ArticleId> {
        if !self.by_line {
            return Ok(self.count());
        }
        match self.ahead.pop_front() {
            Some((line, article)) if line == record.place.line_or_row => Ok(article),
            _ => bail!("an input has changed while it was read; run again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let mut places = Places::default();
        for line in [1, 63, 64, 1000] {
            places.insert(line);
        }
        let found: Vec<u64> = (0..2000).filter(|&line| places.contains(line)).collect();
        assert_eq!(found, [1, 63, 64, 1000]);
        assert!(!places.contains(u64::MAX));
    }
}
