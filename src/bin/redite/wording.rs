//! How much of one article stands in another in nearly the same words, whether it goes or not.
//!
//! A sentence in which an editor has put one word for another says something that the other does not say, so it stays; but it was
//! taken from there.

use crate::relation::covered;
use crate::spool::Spool;
use anyhow::Result;
use redite::fold::is_number_hash;
use redite::{ArticleId, Detection, Settings, Unit};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Words of a run that two articles share, and letters in scripts without spaces.
const RUN: usize = 4;
const RUN_UNSPACED: usize = 8;

/// The share of the words of a sentence that stand in shared runs, if it was taken from the other article.
const TAKEN: [usize; 2] = [2, 3];

/// An article that has so many times the words of the other is not looked through for what the other has of it: it has too little.
const COVERED: usize = 4;

/// And one that has so many times the words is not compared with it at all, so that the work stays linear.
const COMPARED: usize = 16;

/// The sentences of articles that others are held against.
#[derive(Debug)]
pub(crate) enum Wordings {
    Held(Arc<Detection>),
    Spooled {
        spool: Mutex<Spool>,
        /// Where each stands, and its bytes.
        places: HashMap<u32, (u64, usize)>,
    },
}

/// A sentence.
#[derive(Debug)]
struct Said {
    range: (u16, u32, u32),
    /// Bytes that are compared and repeat nothing.
    new: u32,
    /// Tokens of a run.
    run: usize,
    tokens: Vec<u32>,
}

/// Bytes that two articles have in common in nearly the same words, beside what the later one repeats of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Of the later article.
    pub(crate) later: u32,
    /// Of the earlier one.
    pub(crate) earlier: u32,
}

impl Wordings {
    /// On disk, and empty.
    pub(crate) fn spooled(folder: &Path) -> Result<Self> {
        Ok(Self::Spooled {
            spool: Mutex::new(Spool::new(folder)?),
            places: HashMap::new(),
        })
    }

    /// Adds an article, given the block of decisions with tokens that it is in.
    pub(crate) fn add(&mut self, block: &Detection, article: ArticleId, settings: &Settings) -> Result<()> {
        let Self::Spooled { spool, places } = self else {
            return Ok(());
        };
        let spool = spool.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        for Said {
            range: (field, start, end),
            new,
            run,
            tokens,
        } in said(block, article, settings)
        {
            let count = u32::try_from(tokens.len())?;
            let head = [u32::from(field), start, end, new, u32::try_from(run)?, count];
            bytes.extend(head.iter().chain(&tokens).flat_map(|word| word.to_le_bytes()));
        }
        places.insert(article.0, (spool.end(), bytes.len()));
        spool.put(&bytes)
    }

    fn get(&self, article: ArticleId, settings: &Settings) -> Result<Vec<Said>> {
        let (spool, (at, count)) = match self {
            Self::Held(detection) => return Ok(said(detection, article, settings)),
            Self::Spooled { spool, places } => (spool, places.get(&article.0).copied().unwrap_or_default()),
        };
        let bytes = spool.lock().unwrap_or_else(PoisonError::into_inner).read(at, count)?;
        let mut words = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
        let mut out = Vec::new();
        while let Some([field, start, end, new, run, count]) = head(&mut words) {
            out.push(Said {
                range: (u16::try_from(field)?, start, end),
                new,
                run: run as usize,
                tokens: words.by_ref().take(count as usize).collect(),
            });
        }
        Ok(out)
    }

    /// What an article has in common with an earlier one, of which it repeats these units.
    pub(crate) fn taken(
        &self,
        block: &Detection,
        later: ArticleId,
        earlier: ArticleId,
        units: &[Unit],
        settings: &Settings,
    ) -> Result<Taken> {
        let ours = said(block, later, settings);
        let theirs = self.get(earlier, settings)?;
        let [our_words, their_words] =
            [&ours, &theirs].map(|said| said.iter().map(|said| said.tokens.len()).sum::<usize>());
        if their_words > COMPARED.saturating_mul(our_words) {
            return Ok(Taken::default());
        }
        let mut taken = Taken::default();
        if ours.iter().any(|said| said.new > 0) {
            let known = Words::of(&theirs);
            let of_ours = ours.iter().filter(|said| said.new > 0 && known.have(said));
            taken.later = of_ours.map(|said| said.new).fold(0, u32::saturating_add);
        }
        let mut ranges: Vec<_> = units
            .iter()
            .map(|unit| (unit.field, unit.span.start, unit.span.end))
            .collect();
        let before = covered(ranges.clone());
        let open: u64 = theirs.iter().map(|said| u64::from(said.new)).sum();
        if before < open && their_words <= COVERED.saturating_mul(our_words) {
            let known = Words::of(&ours);
            let of_theirs = theirs.iter().filter(|said| said.new > 0 && known.have(said));
            ranges.extend(of_theirs.map(|said| said.range));
            taken.earlier = u32::try_from(covered(ranges) - before).unwrap_or(u32::MAX);
        }
        Ok(taken)
    }
}

/// The sentences of an article.
fn said(block: &Detection, article: ArticleId, settings: &Settings) -> Vec<Said> {
    let sentences = block.sentences(article, settings).into_iter();
    let said = sentences.map(|sentence| Said {
        range: (sentence.unit.field, sentence.unit.span.start, sentence.unit.span.end),
        new: if sentence.is_compared { sentence.new } else { 0 },
        run: run(sentence.fold),
        tokens: sentence.tokens.to_vec(),
    });
    said.collect()
}

/// What is written before the tokens of a sentence.
fn head(words: &mut impl Iterator<Item = u32>) -> Option<[u32; 6]> {
    let mut head = [0; 6];
    for word in &mut head {
        *word = words.next()?;
    }
    Some(head)
}

/// How many tokens of a fold make a run: more where most of them are single letters.
fn run(fold: &str) -> usize {
    let (mut all, mut letters) = (0, 0);
    for token in fold.split(' ') {
        all += 1;
        letters += usize::from(token.chars().nth(1).is_none());
    }
    if 2 * letters > all { RUN_UNSPACED } else { RUN }
}

/// The runs of words of an article, and its numbers.
#[derive(Debug)]
struct Words<'s> {
    runs: HashSet<&'s [u32], ahash::RandomState>,
    numbers: HashSet<u32>,
}

impl<'s> Words<'s> {
    fn of(said: &'s [Said]) -> Self {
        let runs = said.iter().flat_map(|said| said.tokens.windows(said.run));
        let numbers = said.iter().flat_map(|said| said.tokens.iter().copied());
        Self {
            runs: runs.collect(),
            numbers: numbers.filter(|token| is_number_hash(*token)).collect(),
        }
    }

    /// True if a sentence was taken from here: most of its words stand in runs that stand here, and all of its numbers stand here.
    fn have(&self, Said { run, tokens, .. }: &Said) -> bool {
        let (mut shared, mut end) = (0, 0);
        for (at, words) in tokens.windows(*run).enumerate() {
            if self.runs.contains(words) {
                shared += at + run - end.max(at);
                end = at + run;
            }
        }
        let mut numbers = tokens.iter().filter(|token| is_number_hash(**token));
        shared > 0
            && TAKEN[1] * shared >= TAKEN[0] * tokens.len()
            && numbers.all(|number| self.numbers.contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redite::fold::fold;

    fn said(texts: &[&str]) -> Vec<Said> {
        let said = texts.iter().map(|text| Said {
            range: (0, 0, 0),
            new: 1,
            run: run(fold(text).as_str()),
            tokens: fold(text).hashes().to_vec(),
        });
        said.collect()
    }

    #[test]
    fn a_sentence_is_taken_with_other_words_but_not_with_other_numbers() {
        let story = said(&[
            "The storm tore the roof off the old market hall on Friday night at 3.",
            "昨夜の嵐で古い市場の屋根が飛ばされた。",
        ]);
        let known = Words::of(&story);
        for (text, is_taken) in [
            (
                "The storm tore the roof off the old market hall on Friday night at 3.",
                true,
            ),
            (
                "The storm tore the roof off the old town hall on Friday night at 3.",
                true,
            ),
            (
                "The storm tore the roof off the old market hall on Friday night at 4.",
                false,
            ),
            (
                "The storm tore down the old roof of a market hall at night, on Friday.",
                false,
            ),
            ("昨夜の嵐で古い市場の大屋根が飛ばされた。", true),
            ("昨夜の嵐で古い駅の屋根が飛ばされた。", false),
            ("The storm tore.", false),
            ("", false),
        ] {
            assert_eq!(known.have(&said(&[text])[0]), is_taken, "{text}");
        }
    }
}
