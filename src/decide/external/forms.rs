//! Forms over all segments: as `decide::forms`, by sorting.

use super::run::Kept;
use crate::hash;
use crate::model::UnitKind;
use crate::spill::{Bits, Folder, Sorter, SpillError, Spool, join as joined, split};

/// Folds that are near a leader, in the order in which they were decided.
pub(super) struct Forms {
    folder: Folder,
    bytes: usize,
    /// [`NEAR`] words of each.
    near: Spool,
    /// Where each differs from its leader: leader, place, hash of the text, number.
    places: Sorter<5>,
    count: u32,
}

/// Hash of the text, whether it refills its leader, where it stands, its bytes, the unit.
const NEAR: usize = 12;

impl Forms {
    pub(super) fn new(folder: &Folder, bytes: usize) -> Result<Self, SpillError> {
        Ok(Self {
            folder: folder.clone(),
            bytes,
            near: folder.spool()?,
            places: Sorter::new(folder, bytes),
            count: 0,
        })
    }

    /// Takes the fold of a unit that goes in favour of a leader; gives its number.
    pub(super) fn add(
        &mut self,
        leader: u32,
        places: Option<[usize; 2]>,
        refills: bool,
        text: &str,
        text_at: u64,
        unit: &Kept,
    ) -> Result<u32, SpillError> {
        let hash = split(hash::bytes(text.as_bytes()));
        for (side, shared) in places.into_iter().flatten().enumerate() {
            let place = u32::try_from(2 * shared + side).unwrap_or(u32::MAX);
            self.places.push([leader, place, hash[0], hash[1], self.count])?;
        }
        let [low, high] = split(text_at);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.near
            .put_words(&[hash[0], hash[1], u32::from(refills), low, high, length])?;
        self.near.put_words(&unit.words())?;
        self.count += 1;
        Ok(self.count - 1)
    }

    /// Decides which are entries of forms.
    pub(super) fn settle(mut self, segments: &Spool) -> Result<Entries, SpillError> {
        self.near.flush()?;
        let mut entries = Bits::new(self.count as usize);
        let places = std::mem::replace(&mut self.places, Sorter::new(&self.folder, 0));
        // Those seen of a place as long as all have the same text.
        let mut same: Vec<[u32; 5]> = Vec::new();
        let mut several = false;
        for record in places.sorted()? {
            let record = record?;
            if same.first().is_none_or(|first| first[..2] != record[..2]) {
                same.clear();
                several = false;
            } else if !several {
                several = same[0][2..4] != record[2..4]
                    || self.text(same[0][4], segments)? != self.text(record[4], segments)?;
                if several {
                    same.iter().for_each(|other| entries.insert(other[4]));
                    same.truncate(1);
                }
            }
            if several {
                entries.insert(record[4]);
            } else {
                same.push(record);
            }
        }
        self.firsts(&entries, segments)
    }

    /// Of entries with one text, the others go in favour of the first.
    fn firsts(self, entries: &Bits, segments: &Spool) -> Result<Entries, SpillError> {
        let mut by_text = Sorter::<3>::new(&self.folder, self.bytes);
        let mut reader = self.near.reader(0..self.near.end());
        for number in 0..self.count {
            let words: [u32; NEAR] = reader.array(&self.near)?;
            if entries.contains(number) || words[2] == 1 {
                by_text.push([words[0], words[1], number])?;
            }
        }
        let mut by_number = Sorter::<2>::new(&self.folder, self.bytes);
        // The first of each text with this hash; there is more than one text only if hashes collide.
        let mut hash = None;
        let mut firsts: Vec<u32> = Vec::new();
        for record in by_text.sorted()? {
            let [low, high, number] = record?;
            if hash != Some([low, high]) {
                hash = Some([low, high]);
                firsts.clear();
            }
            let mut first = None;
            for &other in &firsts {
                if self.text(other, segments)? == self.text(number, segments)? {
                    first = Some(other);
                }
            }
            if first.is_none() {
                firsts.push(number);
            }
            by_number.push([number, first.unwrap_or(number)])?;
        }
        let mut first_of = self.folder.spool()?;
        let mut next = 0;
        for record in by_number.sorted()? {
            let [number, first] = record?;
            while next < number {
                first_of.put_words(&[u32::MAX])?;
                next += 1;
            }
            first_of.put_words(&[first])?;
            next += 1;
        }
        let end = next;
        first_of.flush()?;
        Ok(Entries {
            near: self.near,
            first_of,
            end,
        })
    }

    fn text(&self, number: u32, segments: &Spool) -> Result<String, SpillError> {
        let words = self.near.words(4 * (NEAR as u64 * u64::from(number) + 3), 3)?;
        segments.text(joined(words[0], words[1]), words[2] as usize)
    }
}

/// Which of the folds that are near a leader stay after all.
pub(super) struct Entries {
    near: Spool,
    /// By number, the first with the same text; the highest number if it is no entry of a form.
    first_of: Spool,
    /// Those from here on are no entries.
    end: u32,
}

impl Entries {
    /// For numbers of a range, the first with the same text, if it is an entry of a form.
    pub(super) fn firsts(&self, from: u32, to: u32) -> Result<Vec<Option<u32>>, SpillError> {
        let there = to.min(self.end).saturating_sub(from) as usize;
        let words = self.first_of.words(4 * u64::from(from), there)?;
        let mut out: Vec<Option<u32>> = words.into_iter().map(|n| Some(n).filter(|&n| n != u32::MAX)).collect();
        out.resize((to - from) as usize, None);
        Ok(out)
    }

    /// The unit of a number.
    pub(super) fn unit(&self, number: u32, kind: UnitKind) -> Result<Kept, SpillError> {
        let words = self.near.words(4 * (NEAR as u64 * u64::from(number) + 6), 6)?;
        Ok(Kept::of_words(&words, kind))
    }
}
