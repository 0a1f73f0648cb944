//! A store on disk: the articles of a corpus that memory has no room for, some at a time.

use super::{Low, PackedEdges, Part, Record, Row, Store, Text};
use crate::fold::Tokens;
use crate::model::Span;
use crate::segment::Language;
use crate::spill::{SpillError, Spool, join, split};

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
    texts: u32,
    unread: u32,
    carries: [u32; 2],
    weight: u32,
    /// Where the folds begin, and their bytes.
    folds: u64,
    fold_bytes: u64,
    /// Where their hashes begin, and how many they are.
    hashes: u64,
    tokens: u64,
}

const ROW: usize = 6;
const PART: usize = 8;
const RECORD: usize = 5;
const TEXT: usize = 4;

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
    }

    /// Appends the store to a file.
    pub(crate) fn write(&self, to: &mut Spool) -> Result<Segment, SpillError> {
        let narrow = super::narrow;
        let start = to.end();
        for r in &self.records {
            let ([code, more], [low, high]) = (r.language.words(), split(r.text_before));
            to.put_words(&[r.first_text, code, more, low, high])?;
        }
        for t in &self.texts {
            let [low, high] = split(t.hash);
            to.put_words(&[t.first_paragraph, t.first_sentence, low, high])?;
        }
        to.put_words(&self.unread)?;
        to.put_words(&self.paragraphs)?;
        self.carries.iter().try_for_each(|carries| to.put_words(carries))?;
        let place = |span: &Span, before: &Low| [span.start, span.end, before.text, before.tokens, before.weight];
        for Row { span, before, edges } in &self.sentences {
            to.put_words(&place(span, before))?;
            to.put_words(&[edges.0])?;
        }
        for part in &self.parts {
            to.put_words(&place(&part.span, &part.before))?;
            to.put_words(&[part.sentence, u32::from(part.is_leant_on), part.edges.0])?;
        }
        let hashes = to.end();
        to.put_words(self.tokens.hashes())?;
        let folds = to.end();
        to.put(self.tokens.as_str().as_bytes())?;
        to.flush()?;
        Ok(Segment {
            first_article: self.first,
            articles: narrow(self.records.len()),
            paragraphs: narrow(self.paragraphs.len()),
            sentences: narrow(self.sentences.len()),
            parts: narrow(self.parts.len()),
            text_bytes: self.text_bytes,
            start,
            texts: narrow(self.texts.len()),
            unread: narrow(self.unread.len()),
            carries: self.carries.each_ref().map(|carries| narrow(carries.len())),
            weight: self.weight,
            folds,
            fold_bytes: self.tokens.as_str().len() as u64,
            hashes,
            tokens: self.tokens.hashes().len() as u64,
        })
    }
}

impl Segment {
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
        let mut store = Store {
            first: self.first_article,
            text_bytes: self.text_bytes,
            weight: self.weight,
            elsewhere: [self.fold_bytes, self.tokens],
            ..Store::default()
        };
        store.records.reserve_exact(self.articles as usize);
        for _ in 0..self.articles {
            let [first_text, code, more, low, high] = reader.array::<RECORD>(from)?;
            store.records.push(Record {
                first_text,
                language: Language::of_words([code, more]),
                text_before: join(low, high),
            });
        }
        store.texts.reserve_exact(self.texts as usize);
        for _ in 0..self.texts {
            let [first_paragraph, first_sentence, low, high] = reader.array::<TEXT>(from)?;
            store.texts.push(Text {
                first_paragraph,
                first_sentence,
                hash: join(low, high),
            });
        }
        reader.words(from, self.unread as usize, &mut store.unread)?;
        reader.words(from, self.paragraphs as usize, &mut store.paragraphs)?;
        for (carries, count) in store.carries.iter_mut().zip(self.carries) {
            reader.words(from, count as usize, carries)?;
        }
        store.sentences.reserve_exact(self.sentences as usize);
        for _ in 0..self.sentences {
            let [start, end, text, tokens, weight, edges] = reader.array::<ROW>(from)?;
            store.sentences.push(Row {
                span: Span::new(start, end),
                before: Low { text, tokens, weight },
                edges: PackedEdges(edges),
            });
        }
        store.parts.reserve_exact(self.parts as usize);
        for _ in 0..self.parts {
            let [start, end, text, tokens, weight, sentence, leant_on, edges] = reader.array::<PART>(from)?;
            store.parts.push(Part {
                span: Span::new(start, end),
                before: Low { text, tokens, weight },
                sentence,
                is_leant_on: leant_on == 1,
                edges: PackedEdges(edges),
            });
        }
        Ok(store)
    }

    /// Where the text of a fold stands in the file, and its hashes.
    pub(crate) fn places(&self, fold: &super::Folded) -> (u64, u64) {
        (self.folds + fold.text_start, self.hashes + 4 * fold.tokens_start)
    }
}
