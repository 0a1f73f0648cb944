//! Several runs made one, without some of their articles: one look-up instead of several, and only the folds of leaders.
//!
//! What finds leaders is made anew from their folds, by the order of shingles that all runs of a history share. So the leaders of the
//! merged run are found by what found them before.

use super::super::narrow;
use super::super::units::fold_hash;
use super::super::versions;
use super::files::{DETAIL, Detail, LeaderFiles, Set, ShareLeaders};
use super::history::{History, Run};
use super::leaders::write_equals;
use super::reprints::ReprintFiles;
use super::rows::{self, HashRows};
use crate::fold;
use crate::join::{Order, Units, ways, write_shard};
use crate::model::UnitKind;
use crate::origin::Origin;
use crate::settings::Settings;
use crate::spill::{Access, Folder, SpillError, Spool, split};
use std::ops::Range;

/// Bytes of folds that are held in memory to make one share of them; looking for leaders takes several times as much.
const SHARE: usize = 64 << 20;

/// What is merged.
pub(crate) struct Merge<'m> {
    pub(crate) settings: &'m Settings,
    pub(crate) history: &'m History,
    /// Which runs.
    pub(crate) runs: Range<usize>,
    /// Of each article of theirs, in order, its place among those that stay, if it is one of them.
    pub(crate) places: &'m [Option<u32>],
    /// By which the keys of all leaders are chosen from now on: that of the history, if not all runs are merged.
    pub(crate) order: &'m Order,
    pub(crate) folder: &'m Folder,
}

/// Where parts of a spool have been copied to: where each begins, and where it begins now.
type Moved = Vec<(u64, u64)>;

/// By the old number of each leader of a run its new one, if it stays.
type Numbers = Vec<Option<u32>>;

impl Merge<'_> {
    /// The runs, of which these articles stay, as one.
    pub(crate) fn run(&self) -> Result<Run, SpillError> {
        let mut folds = self.folder.spool();
        let moved = self.copy_folds(&mut folds)?;
        let (paragraphs, numbers) = self.level(0, &folds, &moved)?;
        let (pieces, _) = self.level(1, &folds, &moved)?;
        Ok(Run {
            articles: narrow(self.places.iter().flatten().count()),
            beside: self.beside(&numbers)?,
            levels: [paragraphs, pieces],
            folds,
        })
    }

    /// Counts the shingles of all leaders into an order.
    pub(crate) fn count(&self, order: &Order) -> Result<(), SpillError> {
        let level = usize::from(!self.settings.units().paragraphs());
        let mut held = Held::default();
        for set in self.sets(level) {
            self.each(set, |_, leader, detail, _| {
                held.push(set.fold(leader, &detail)?, Origin::default(), 0);
                if held.texts.len() >= SHARE {
                    order.count(&std::mem::take(&mut held));
                }
                Ok(())
            })?;
        }
        order.count(&held);
        Ok(())
    }

    /// The leaders of each run on a level, with the number of the first article of the run among those of all.
    fn sets(&self, level: usize) -> impl Iterator<Item = Set<'_>> {
        let runs = &self.history.runs[self.runs.clone()];
        let mut first_article = 0;
        runs.iter().map(move |run| {
            first_article += run.articles;
            Set {
                files: &run.levels[level],
                folds: &run.folds,
                kind: [UnitKind::Paragraph, UnitKind::Sentence][level],
                first: 0,
                first_article: first_article - run.articles,
                // that is told by the places of those that stay
                gone: &[],
            }
        })
    }

    /// Calls `visit` with the leaders that stay of a run: with their shares, their numbers in the run, and the places of their articles.
    fn each(
        &self,
        set: Set<'_>,
        mut visit: impl FnMut(&ShareLeaders, u32, Detail, u32) -> Result<(), SpillError>,
    ) -> Result<(), SpillError> {
        let shares = &set.files.shares;
        for (nth, share) in shares.iter().enumerate() {
            let end = shares.get(nth + 1).map_or(set.files.count, |next| next.first);
            for leader in share.first..end {
                let detail = set.detail(leader)?;
                let article = detail.kept.unit.article.0;
                if let Some(Some(place)) = self.places.get(article as usize) {
                    visit(share, leader, detail, *place)?;
                }
            }
        }
        Ok(())
    }

    /// Copies the folds of leaders that stay. Those of pieces mostly stand in those of paragraphs.
    fn copy_folds(&self, to: &mut Spool) -> Result<Vec<Moved>, SpillError> {
        let mut all = Vec::new();
        for (paragraphs, pieces) in self.sets(0).zip(self.sets(1)) {
            let mut ranges = Vec::new();
            for set in [paragraphs, pieces] {
                self.each(set, |share, _, detail, _| {
                    let (at, len) = detail.fold;
                    ranges.push((share.folds + at, share.folds + at + u64::from(len)));
                    Ok(())
                })?;
            }
            ranges.sort_unstable();
            let mut moved = Moved::new();
            let mut left = ranges.into_iter().peekable();
            while let Some((start, mut end)) = left.next() {
                while let Some((_, further)) = left.next_if(|next| next.0 < end) {
                    end = end.max(further);
                }
                moved.push((start, to.end()));
                let count = usize::try_from(end - start).unwrap_or(usize::MAX);
                to.put(&paragraphs.folds.bytes(start, count)?)?;
            }
            all.push(moved);
        }
        Ok(all)
    }

    /// The leaders of a level, and of each run the new numbers of the old ones.
    fn level(&self, level: usize, folds: &Spool, moved: &[Moved]) -> Result<(LeaderFiles, Vec<Numbers>), SpillError> {
        let (mut files, mut all_numbers) = (LeaderFiles::new(self.folder), Vec::new());
        let mut held = Held::default();
        for (set, moved) in self.sets(level).zip(moved) {
            let mut numbers = vec![None; set.files.count as usize];
            self.each(set, |share, leader, detail, place| {
                let (at, len) = detail.fold;
                let (from, to) = moved[moved.partition_point(|part| part.0 <= share.folds + at) - 1];
                let at = share.folds + at - from + to;
                numbers[leader as usize] = Some(files.count + held.count());
                held.push(folds.text(at, len as usize)?, set.origin(leader)?, detail.way);
                if set.files.origins.end() > 0 {
                    files.origins.put_words(&set.origin(leader)?.words())?;
                }
                let mut words: [u32; DETAIL] = detail.words();
                words[..3].copy_from_slice(&[0, 0, place]);
                words[6..8].copy_from_slice(&split(at));
                words[9..11].copy_from_slice(&split(files.pieces.end()));
                files.details.put_words(&words)?;
                files.pieces.put_words(&set.words_of_pieces(&detail)?)?;
                if held.texts.len() >= SHARE {
                    self.write(&mut held, level, &mut files)?;
                }
                Ok(())
            })?;
            all_numbers.push(numbers);
        }
        self.write(&mut held, level, &mut files)?;
        Ok((files, all_numbers))
    }

    /// Writes a share of the leaders that are held.
    fn write(&self, held: &mut Held, level: usize, files: &mut LeaderFiles) -> Result<(), SpillError> {
        let held = std::mem::take(held);
        if held.count() == 0 {
            return Ok(());
        }
        let (settings, order) = (self.settings, self.order);
        let reach = settings.reach();
        let hash_of = |n: u32| fold_hash(held.text(n), reach, held.origin(n));
        let first = files.count;
        files.count += held.count();
        let equals = write_equals((0..held.count()).map(hash_of), &mut files.shards)?;
        let versions = versions::rule(settings).filter(|_| level == 0);
        let rules = (&settings.rule(), versions);
        files.shares.push(ShareLeaders {
            first,
            equals,
            shard: write_shard(&held, rules, reach, order, ways(&held.ways), &mut files.shards)?,
            folds: 0,
        });
        Ok(())
    }

    /// What stood beside leaders, which have these numbers now.
    fn beside(&self, numbers: &[Numbers]) -> Result<ReprintFiles, SpillError> {
        let (mut seen, mut leaders) = (Vec::new(), Vec::new());
        for (run, numbers) in self.history.runs[self.runs.clone()].iter().zip(numbers) {
            for share in &run.beside.shares {
                let read = |at| HashRows::read(at, &run.beside.rows, Access::Much);
                read(share[0])?.all(|hash, _| seen.push((hash, 0)))?;
                read(share[1])?.all(|hash, leader| {
                    let number = numbers.get(leader as usize).copied().flatten();
                    leaders.extend(number.map(|number| (hash, number)));
                })?;
            }
        }
        let mut files = ReprintFiles {
            rows: self.folder.spool(),
            shares: Vec::new(),
        };
        if !seen.is_empty() || !leaders.is_empty() {
            seen.sort_unstable();
            seen.dedup();
            let at = files.rows.end();
            rows::write(seen, &mut files.rows)?;
            files.shares.push([at, files.rows.end()]);
            rows::write(leaders, &mut files.rows)?;
        }
        Ok(files)
    }
}

/// Leaders that become a share.
#[derive(Default)]
struct Held {
    texts: String,
    tokens: Vec<u32>,
    /// Where the text and the tokens of each end.
    ends: Vec<(usize, usize)>,
    origins: Vec<Origin>,
    ways: Vec<u32>,
}

impl Held {
    fn count(&self) -> u32 {
        narrow(self.ends.len())
    }

    fn push(&mut self, text: String, origin: Origin, way: u32) {
        self.tokens.extend(fold::hashes_of(&text));
        self.texts.push_str(&text);
        self.ends.push((self.texts.len(), self.tokens.len()));
        self.origins.push(origin);
        self.ways.push(way);
    }

    fn range(&self, i: u32) -> [Range<usize>; 2] {
        let start = (i as usize).checked_sub(1).map_or((0, 0), |before| self.ends[before]);
        let end = self.ends[i as usize];
        [start.0..end.0, start.1..end.1]
    }
}

impl Units for Held {
    fn count(&self) -> u32 {
        Self::count(self)
    }

    fn tokens(&self, i: u32) -> &[u32] {
        &self.tokens[self.range(i)[1].clone()]
    }

    fn text(&self, i: u32) -> &str {
        &self.texts[self.range(i)[0].clone()]
    }

    fn origin(&self, i: u32) -> Origin {
        self.origins[i as usize]
    }
}
