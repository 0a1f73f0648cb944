//! A store on disk: the articles of a corpus that memory has no room for, some at a time.

use super::{Low, PackedEdges, Part, Record, Row, Store, Text};
use crate::fold::Tokens;
use crate::model::Span;
use crate::origin::Origin;
use crate::segment::Language;
use crate::spill::{SpillError, Spool, join, split};
use std::ops::Range;

/// Where a store stands in a file. Ranks are not written.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The number of its first article.
    pub(crate) first_article: u32,
    pub(crate) articles: u32,
    pub(crate) paragraphs: u32,
    pub(crate) sentences: u32,
    pub(crate) parts: u32,
    pub(crate) text_bytes: u64,
    /// Where it begins.
    pub(crate) start: u64,
    weight: u32,
    /// Where the folds begin, and their bytes.
    folds: u64,
    fold_bytes: u64,
    /// Where their hashes begin, and how many they are.
    hashes: u64,
    tokens: u64,
}

impl Store {
    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.tokens.as_str().len()
            + 4 * self.tokens.hashes().len()
            + size_of_val(&*self.sentences)
            + size_of_val(&*self.paragraphs)
            + size_of_val(&*self.parts)
            + size_of_val(&*self.texts)
            + size_of_val(&*self.records)
            + size_of_val(&*self.origins)
    }

    /// About how many of them an article takes.
    pub(crate) fn bytes_of(&self, article: u32) -> u64 {
        let paragraphs = self.paragraphs_of(article);
        let sentences = self.sentences_of(paragraphs.clone());
        let parts = self.parts_of(sentences.clone()).len();
        let [from, to] = [sentences.start, sentences.end].map(|sentence| self.before(sentence));
        let of = |count: usize, size: usize| (count * size) as u64;
        to.text - from.text
            + 4 * (to.tokens - from.tokens)
            + of(sentences.len(), size_of::<Row>())
            + of(paragraphs.len(), size_of::<u32>())
            + of(parts, size_of::<Part>())
            + of(self.texts_of(article).len(), size_of::<Text>())
            + of(1, size_of::<Record>())
            + of(self.origins.len().min(1), size_of::<Origin>())
    }

    /// Appends the store to a file.
    pub(crate) fn write(&self, to: &mut Spool) -> Result<Segment, SpillError> {
        let narrow = super::narrow;
        let start = to.end();
        to.put_rows(self.records.iter().map(|r| {
            let ([code, more], [low, high]) = (r.language.words(), split(r.text_before));
            [r.first_text, code, more, low, high]
        }))?;
        to.put_rows(self.texts.iter().map(|t| {
            let [low, high] = split(t.hash);
            [t.first_paragraph, t.first_sentence, low, high]
        }))?;
        to.put_rows(self.origins.iter().map(|origin| origin.words()))?;
        for words in [&self.unread, &self.paragraphs].into_iter().chain(&self.carries) {
            to.put_rows(words.iter().map(|&word| [word]))?;
        }
        let place = |span: &Span, before: &Low| [span.start, span.end, before.text, before.tokens, before.weight];
        to.put_rows(self.sentences.iter().map(|Row { span, before, edges }| {
            let [start, end, text, tokens, weight] = place(span, before);
            [start, end, text, tokens, weight, edges.0]
        }))?;
        to.put_rows(self.parts.iter().map(|part| {
            let [start, end, text, tokens, weight] = place(&part.span, &part.before);
            let is_leant_on = u32::from(part.is_leant_on);
            [
                start,
                end,
                text,
                tokens,
                weight,
                part.sentence,
                is_leant_on,
                part.edges.0,
            ]
        }))?;
        let hashes = to.end();
        to.put_words(self.tokens.hashes())?;
        let folds = to.end();
        to.put(self.tokens.as_str().as_bytes())?;
        Ok(Segment {
            first_article: self.first,
            articles: narrow(self.records.len()),
            paragraphs: narrow(self.paragraphs.len()),
            sentences: narrow(self.sentences.len()),
            parts: narrow(self.parts.len()),
            text_bytes: self.text_bytes,
            start,
            weight: self.weight,
            folds,
            fold_bytes: self.tokens.as_str().len() as u64,
            hashes,
            tokens: self.tokens.hashes().len() as u64,
        })
    }
}

impl Segment {
    /// How many numbers tell where a store stands.
    #[cfg(feature = "index")]
    pub(crate) const NUMBERS: usize = 12;

    /// As numbers, for [`Segment::of_numbers`].
    #[cfg(feature = "index")]
    pub(crate) fn numbers(&self) -> [u64; Self::NUMBERS] {
        let units = [self.paragraphs, self.sentences, self.parts].map(u64::from);
        [
            self.first_article.into(),
            self.articles.into(),
            units[0],
            units[1],
            units[2],
            self.text_bytes,
            self.start,
            self.weight.into(),
            self.folds,
            self.fold_bytes,
            self.hashes,
            self.tokens,
        ]
    }

    /// What [`Segment::numbers`] has given; nothing if no store has these.
    #[cfg(feature = "index")]
    pub(crate) fn of_numbers(numbers: &[u64; Self::NUMBERS]) -> Option<Self> {
        let small = |nth: usize| u32::try_from(numbers[nth]).ok();
        Some(Self {
            first_article: small(0)?,
            articles: small(1)?,
            paragraphs: small(2)?,
            sentences: small(3)?,
            parts: small(4)?,
            text_bytes: numbers[5],
            start: numbers[6],
            weight: small(7)?,
            folds: numbers[8],
            fold_bytes: numbers[9],
            hashes: numbers[10],
            tokens: numbers[11],
        })
    }

    /// The same, where its articles are numbered from another one on.
    #[cfg(feature = "index")]
    pub(crate) fn beginning_with(self, first_article: u32) -> Self {
        Self { first_article, ..self }
    }

    /// Reads the store again.
    pub(crate) fn read(&self, from: &Spool) -> Result<Store, SpillError> {
        let mut store = self.layout(from)?;
        let index = super::index;
        let hashes = from.words(self.hashes, index(self.tokens))?;
        store.elsewhere = [0; 2];
        store.tokens = Tokens::restored(from.text(self.folds, index(self.fold_bytes))?, hashes);
        Ok(store)
    }

    /// Reads the store without what was folded: where its units stand is all it knows.
    pub(crate) fn layout(&self, from: &Spool) -> Result<Store, SpillError> {
        let mut reader = from.reader(self.start..self.hashes);
        let before = |[text, tokens, weight]: [u32; 3]| Low { text, tokens, weight };
        let record = |[first_text, code, more, low, high]: [u32; 5]| Record {
            first_text,
            language: Language::of_words([code, more]),
            text_before: join(low, high),
        };
        let text = |[first_paragraph, first_sentence, low, high]: [u32; 4]| Text {
            first_paragraph,
            first_sentence,
            hash: join(low, high),
        };
        let row = |[start, end, text, tokens, weight, edges]: [u32; 6]| Row {
            span: Span::new(start, end),
            before: before([text, tokens, weight]),
            edges: PackedEdges(edges),
        };
        let part = |[start, end, text, tokens, weight, sentence, is_leant_on, edges]: [u32; 8]| Part {
            span: Span::new(start, end),
            before: before([text, tokens, weight]),
            sentence,
            is_leant_on: is_leant_on == 1,
            edges: PackedEdges(edges),
        };
        let word = |[word]: [u32; 1]| word;
        // Fields are read in the order in which they were written.
        Ok(Store {
            records: reader.rows(from, record)?,
            texts: reader.rows(from, text)?,
            origins: reader.rows(from, Origin::of_words)?,
            unread: reader.rows(from, word)?,
            paragraphs: reader.rows(from, word)?,
            carries: [reader.rows(from, word)?, reader.rows(from, word)?],
            sentences: reader.rows(from, row)?,
            parts: reader.rows(from, part)?,
            first: self.first_article,
            text_bytes: self.text_bytes,
            weight: self.weight,
            elsewhere: [self.fold_bytes, self.tokens],
            ..Store::default()
        })
    }

    /// Where the text of all folds stands in the file.
    pub(crate) fn folds(&self) -> Range<u64> {
        self.folds..self.folds + self.fold_bytes
    }
}
