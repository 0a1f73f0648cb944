//! How much of one article stands in another in nearly the same words, whether it goes or not.
//!
//! A sentence in which an editor has put one word for another says something that the other does not say, so it stays; but it was
//! taken from there.

use crate::relation::covered;
use crate::spool::Spool;
use anyhow::Result;
use redite::fold::is_number_hash;
use redite::{ArticleId, Detection, Settings, Unit};
use std::borrow::Cow;
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
struct Said<'d> {
    range: (u16, u32, u32),
    /// Bytes that are compared and repeat nothing.
    new: u32,
    run: Run<'d>,
    tokens: Cow<'d, [u32]>,
}

/// How many tokens make a run, or the fold that says it.
#[derive(Clone, Copy, Debug)]
enum Run<'d> {
    Known(usize),
    Of(&'d str),
}

impl Said<'_> {
    /// How many tokens make a run.
    fn run(&self) -> usize {
        match self.run {
            Run::Known(run) => run,
            Run::Of(fold) => run(fold),
        }
    }
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
        for said in said(block, article, settings) {
            let Said {
                range: (field, start, end),
                new,
                tokens,
                ..
            } = &said;
            let (run, count) = (u32::try_from(said.run())?, u32::try_from(tokens.len())?);
            let head = [u32::from(*field), *start, *end, *new, run, count];
            bytes.extend(head.iter().chain(&**tokens).flat_map(|word| word.to_le_bytes()));
        }
        places.insert(article.0, (spool.end(), bytes.len()));
        spool.put(&bytes)
    }

    fn get(&self, article: ArticleId, settings: &Settings) -> Result<Vec<Said<'_>>> {
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
                run: Run::Known(run as usize),
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
        let of_ours = taken_from(&theirs, &ours);
        taken.later = of_ours.map(|said| said.new).fold(0, u32::saturating_add);
        let mut ranges: Vec<_> = units
            .iter()
            .map(|unit| (unit.field, unit.span.start, unit.span.end))
            .collect();
        let before = covered(ranges.clone());
        let open: u64 = theirs.iter().map(|said| u64::from(said.new)).sum();
        if before < open && their_words <= COVERED.saturating_mul(our_words) {
            ranges.extend(taken_from(&ours, &theirs).map(|said| said.range));
            taken.earlier = u32::try_from(covered(ranges) - before).unwrap_or(u32::MAX);
        }
        Ok(taken)
    }
}

/// The sentences with something new that were taken from an article.
fn taken_from<'s>(article: &[Said<'_>], sentences: &'s [Said<'s>]) -> impl Iterator<Item = &'s Said<'s>> {
    let stock = Stock::of(article);
    let may_be = |said: &&Said<'_>| said.new > 0 && stock.may_have(said);
    let mut some: Vec<&Said<'_>> = sentences.iter().filter(may_be).collect();
    if !some.is_empty() {
        let known = Words::of(article);
        some.retain(|said| known.have(said));
    }
    some.into_iter()
}

/// The words of an article, a bit each, several of which share one: most sentences are told by them.
struct Stock(Vec<u64>);

impl Stock {
    fn of(said: &[Said<'_>]) -> Self {
        const BITS: usize = 8;
        let words: usize = said.iter().map(|said| said.tokens.len()).sum();
        let mut stock = Self(vec![0; (BITS * words / 64 + 1).next_power_of_two()]);
        for token in said.iter().flat_map(|said| said.tokens.iter()) {
            let (word, bit) = stock.bit(*token);
            stock.0[word] |= bit;
        }
        stock
    }

    fn bit(&self, token: u32) -> (usize, u64) {
        let at = token as usize & (64 * self.0.len() - 1);
        (at / 64, 1 << (at % 64))
    }

    /// False if too few words of a sentence stand here for it to have been taken: each word of a run that is shared does.
    fn may_have(&self, said: &Said<'_>) -> bool {
        let has = |token: &&u32| {
            let (word, bit) = self.bit(**token);
            self.0[word] & bit > 0
        };
        is_most(said.tokens.iter().filter(has).count(), said.tokens.len())
    }
}

/// True if so many of the words of a sentence are enough for it to have been taken.
fn is_most(shared: usize, words: usize) -> bool {
    shared > 0 && TAKEN[1] * shared >= TAKEN[0] * words
}

/// The sentences of an article.
fn said<'d>(block: &'d Detection, article: ArticleId, settings: &Settings) -> Vec<Said<'d>> {
    let sentences = block.sentences(article, settings).into_iter();
    let said = sentences.map(|sentence| Said {
        range: (sentence.unit.field, sentence.unit.span.start, sentence.unit.span.end),
        new: if sentence.is_compared { sentence.new } else { 0 },
        run: Run::Of(sentence.fold),
        tokens: sentence.tokens.into(),
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
    fn of(said: &'s [Said<'_>]) -> Self {
        let runs = said.iter().flat_map(|said| said.tokens.windows(said.run()));
        let numbers = said.iter().flat_map(|said| said.tokens.iter().copied());
        Self {
            runs: runs.collect(),
            numbers: numbers.filter(|token| is_number_hash(*token)).collect(),
        }
    }

    /// True if a sentence was taken from here: most of its words stand in runs that stand here, and all of its numbers stand here.
    fn have(&self, said: &Said<'_>) -> bool {
        let (run, tokens) = (said.run(), &said.tokens);
        let (mut shared, mut end) = (0, 0);
        for (at, words) in tokens.windows(run).enumerate() {
            if self.runs.contains(words) {
                shared += at + run - end.max(at);
                end = at + run;
            }
        }
        let mut numbers = tokens.iter().filter(|token| is_number_hash(**token));
        is_most(shared, tokens.len()) && numbers.all(|number| self.numbers.contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redite::fold::fold;

    fn said(texts: &[&str]) -> Vec<Said<'static>> {
        let said = texts.iter().map(|text| Said {
            range: (0, 0, 0),
            new: 1,
            run: Run::Known(run(fold(text).as_str())),
            tokens: fold(text).hashes().to_vec().into(),
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
            let text_said = said(&[text]);
            assert_eq!(known.have(&text_said[0]), is_taken, "{text}");
            assert_eq!(taken_from(&story, &text_said).count() == 1, is_taken, "{text}");
        }
    }
}
