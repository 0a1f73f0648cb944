//! Units of all articles, folded, in flat arrays: what is held of a corpus whose texts are gone.

use crate::article::Rank;
use crate::error::CapacityError;
use crate::fold::Tokens;
use crate::hash;
use crate::join::Units;
use crate::model::{ArticleId, Span, Unit, UnitKind};
use crate::origin::Origin;
use crate::segment::Language;
use edges::PackedEdges;
use std::ops::Range;

mod append;
mod edges;
mod ingest;
mod spilled;

pub(crate) use edges::Edges;
pub(crate) use ingest::FoldScratch;
pub(crate) use spilled::Segment;

/// Where the fold of a unit is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    text_start: u64,
    tokens_start: u64,
    text_len: u32,
    tokens_len: u32,
}

impl Folded {
    pub(crate) fn tokens_len(&self) -> u32 {
        self.tokens_len
    }

    /// Where its text begins in that of all folds of the store, and its bytes.
    pub(crate) fn place(&self) -> (u64, u32) {
        (self.text_start, self.text_len)
    }

    /// Where its text begins in that of another fold that holds it, and its bytes.
    pub(crate) fn within(&self, whole: &Self) -> [u32; 2] {
        // what is empty may begin with the space before the whole
        let start = self.text_start.saturating_sub(whole.text_start);
        [narrow(index(start)), self.text_len]
    }
}

/// One paragraph, sentence or part: where it stands and where its fold is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) span: Span,
    pub(crate) weight: u32,
    pub(crate) fold: Folded,
    /// The sentence it is or is in, the first of a paragraph.
    sentence: u32,
}

/// A paragraph and the sentences it is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paragraph {
    pub(crate) entry: Entry,
    pub(crate) first_sentence: u32,
    pub(crate) end_sentence: u32,
}

/// How much fold there is before a unit: bytes, tokens and weight, their low 32 bits. It ends where the next one begins.
#[derive(Clone, Copy, Debug)]
struct Low {
    text: u32,
    tokens: u32,
    weight: u32,
}

/// The same in full, but for the weight, of which differences are wanted only.
#[derive(Clone, Copy, Debug)]
struct Mark {
    text: u64,
    tokens: u64,
    weight: u32,
}

impl Mark {
    #[expect(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
    fn low(self) -> Low {
        Low {
            text: self.text as u32,
            tokens: self.tokens as u32,
            weight: self.weight,
        }
    }

    /// The mark with these low bits that comes next.
    fn next(self, low: Low) -> Self {
        let now = self.low();
        Self {
            text: self.text + u64::from(low.text.wrapping_sub(now.text)),
            tokens: self.tokens + u64::from(low.tokens.wrapping_sub(now.tokens)),
            weight: low.weight,
        }
    }
}

/// What is stored of a sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    span: Span,
    before: Low,
    edges: PackedEdges,
}

/// A part of a sentence that might be a sentence of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    span: Span,
    before: Low,
    pub(crate) sentence: u32,
    /// True if the next part begins with a small letter, and so leans on this one.
    pub(crate) is_leant_on: bool,
    edges: PackedEdges,
}

/// One text of an article.
#[derive(Clone, Copy, Debug)]
struct Text {
    first_paragraph: u32,
    first_sentence: u32,
    /// Of the text as it was pushed, to know it again.
    hash: u64,
}

/// How much a store can hold: what its numbers of 32 bits can count, less in tests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) articles: u32,
    pub(crate) texts: u32,
    /// Sentences and parts together.
    pub(crate) units: u32,
    /// Bytes of a text, and of its fold.
    pub(crate) text: usize,
    pub(crate) fold: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            articles: u32::MAX,
            texts: u32::MAX,
            units: u32::MAX,
            text: u32::MAX as usize,
            // A fold of n words has 2n − 1 bytes at least and weighs 2n, which must be less than 2^32.
            fold: u32::MAX as usize - 2,
        }
    }
}

/// One article's share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    first_text: u32,
    pub(crate) language: Language,
    /// How much text came before it.
    text_before: u64,
}

/// Everything that has been pushed so far.
///
/// What follows from neighbours is not stored: a fold ends where the next begins, a paragraph spans its sentences, and
/// articles and fields are looked up by bisection.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tokens: Tokens,
    pub(crate) sentences: Vec<Row>,
    /// The sentences at which the high 32 bits of [`Mark::text`] and [`Mark::tokens`] grow by one.
    carries: [Vec<u32>; 2],
    weight: u32,
    /// The first sentence of each paragraph.
    pub(crate) paragraphs: Vec<u32>,
    /// The parts of those sentences that have more than one, in order.
    pub(crate) parts: Vec<Part>,
    texts: Vec<Text>,
    pub(crate) records: Vec<Record>,
    /// The number of the first article; the others follow it, unless `numbers` lists them.
    pub(crate) first: u32,
    /// The numbers of all articles, or nothing.
    numbers: Vec<u32>,
    /// The ranks of the first articles; those beyond have none.
    ranks: Vec<Option<Rank>>,
    /// What of the articles' origins matters; nothing if nothing does.
    origins: Vec<Origin>,
    pub(crate) text_bytes: u64,
    /// Texts that are too long to be compared, by number, ascending: they have no paragraphs.
    unread: Vec<u32>,
    /// Bytes and tokens of folds that are not held, for want of room.
    elsewhere: [u64; 2],
    limits: Limits,
}

impl Store {
    /// An empty store whose first article gets that number.
    pub(crate) fn beginning_with(first: u32) -> Self {
        Self {
            first,
            ..Self::default()
        }
    }

    /// The same store, which from now on holds no more than that.
    pub(crate) fn limited_to(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sentences and parts.
    pub(crate) fn units(&self) -> usize {
        self.sentences.len() + self.parts.len()
    }

    /// What is wrong with holding so many articles, texts and units.
    fn check(&self, articles: usize, texts: usize, units: usize) -> Result<(), CapacityError> {
        let Limits {
            articles: most_articles,
            texts: most_texts,
            units: most_units,
            ..
        } = self.limits;
        if articles > most_articles as usize {
            Err(CapacityError::articles())
        } else if texts > most_texts as usize {
            Err(CapacityError::texts())
        } else if units > most_units as usize {
            Err(CapacityError::units())
        } else {
            Ok(())
        }
    }

    /// Forgets the units of a text and of those after it.
    fn forget_units_of(&mut self, text: usize) {
        let Some(&text) = self.texts.get(text) else { return };
        let sentences = text.first_sentence as usize;
        let before = self.before(sentences);
        self.tokens.truncate(index(before.text), index(before.tokens));
        self.weight = before.weight;
        self.parts.truncate(self.parts_of(sentences..sentences).start);
        self.paragraphs.truncate(text.first_paragraph as usize);
        self.sentences.truncate(sentences);
        for carries in &mut self.carries {
            carries.retain(|&first| (first as usize) < sentences);
        }
    }

    fn push_row(&mut self, span: Span, before: Mark, edges: PackedEdges) {
        let number = narrow(self.sentences.len());
        for (carries, n) in self.carries.iter_mut().zip([before.text, before.tokens]) {
            while (carries.len() as u64) < n >> 32 {
                carries.push(number);
            }
        }
        self.sentences.push(Row {
            span,
            before: before.low(),
            edges,
        });
    }

    /// How much fold there is.
    fn end(&self) -> Mark {
        Mark {
            text: self.tokens.as_str().len() as u64 + self.elsewhere[0],
            tokens: self.tokens.hashes().len() as u64 + self.elsewhere[1],
            weight: self.weight,
        }
    }

    /// How much fold there is before a sentence; before the one after the last, how much there is.
    fn before(&self, sentence: usize) -> Mark {
        let Some(row) = self.sentences.get(sentence) else {
            return self.end();
        };
        let [text, tokens] = &self.carries;
        let high = |carries: &[u32]| (carries.partition_point(|&first| first as usize <= sentence) as u64) << 32;
        Mark {
            text: high(text) | u64::from(row.before.text),
            tokens: high(tokens) | u64::from(row.before.tokens),
            weight: row.before.weight,
        }
    }

    /// The same store, whose articles have these numbers.
    pub(crate) fn numbered(self, numbers: Vec<u32>) -> Self {
        Self { numbers, ..self }
    }

    /// The same store, whose articles have these ranks.
    pub(crate) fn ranked(self, ranks: Vec<Option<Rank>>) -> Self {
        Self { ranks, ..self }
    }

    /// The numbers of the first paragraph, sentence and part of an article, or of what follows them if it has none.
    pub(crate) fn first_units(&self, article: u32) -> [u32; 3] {
        let paragraphs = self.paragraphs_of(article);
        let sentences = self.sentences_of(paragraphs.clone());
        let parts = self.parts_of(sentences.clone());
        [paragraphs.start, sentences.start, parts.start].map(narrow)
    }

    /// The number of an article by its place.
    pub(crate) fn number(&self, article: usize) -> ArticleId {
        let listed = self.numbers.get(article).copied();
        ArticleId(listed.unwrap_or_else(|| self.first.saturating_add(narrow(article))))
    }

    /// Forgets the articles from `articles` on.
    pub(crate) fn truncate(&mut self, articles: u32) {
        let Some(&record) = self.records.get(articles as usize) else {
            return;
        };
        self.text_bytes = record.text_before;
        self.forget_units_of(record.first_text as usize);
        self.unread.retain(|&text| text < record.first_text);
        self.texts.truncate(record.first_text as usize);
        self.records.truncate(articles as usize);
        self.ranks.truncate(articles as usize);
        self.origins.truncate(articles as usize);
    }

    fn entry(&self, span: Span, sentence: usize, from: Mark, to: Mark) -> Entry {
        // All tokens but the very first have a space before them.
        let space = u64::from(from.text > 0 && to.text > from.text);
        Entry {
            span,
            weight: to.weight.wrapping_sub(from.weight),
            fold: Folded {
                text_start: from.text + space,
                tokens_start: from.tokens,
                text_len: narrow(index(to.text - from.text - space)),
                tokens_len: narrow(index(to.tokens - from.tokens)),
            },
            sentence: narrow(sentence),
        }
    }

    /// A sentence by its number.
    pub(crate) fn sentence(&self, number: u32) -> Entry {
        let i = number as usize;
        self.entry(self.sentences[i].span, i, self.before(i), self.before(i + 1))
    }

    /// A paragraph by its number.
    pub(crate) fn paragraph(&self, number: u32) -> Paragraph {
        let first = self.paragraphs[number as usize];
        let next = self.paragraphs.get(number as usize + 1).copied();
        let end = next.unwrap_or(narrow(self.sentences.len()));
        let (from, to) = (first as usize, end as usize);
        Paragraph {
            entry: self.entry(self.span_of(from..to), from, self.before(from), self.before(to)),
            first_sentence: first,
            end_sentence: end,
        }
    }

    /// Where the paragraph of these sentences stands.
    pub(crate) fn span_of(&self, sentences: Range<usize>) -> Span {
        match &self.sentences[sentences] {
            [first, .., last] => Span::new(first.span.start, last.span.end),
            [one] => one.span,
            [] => Span::default(),
        }
    }

    /// Where a sentence stands.
    pub(crate) fn span_of_sentence(&self, number: usize) -> Span {
        self.sentences[number].span
    }

    /// How a sentence begins and ends.
    pub(crate) fn edges(&self, number: usize) -> Edges {
        self.sentences[number].edges.unpacked()
    }

    /// How a part begins and ends.
    pub(crate) fn edges_of_part(&self, number: usize) -> Edges {
        self.parts[number].edges.unpacked()
    }

    /// The sentences of one paragraph.
    pub(crate) fn sentences_in(&self, paragraph: usize) -> Range<usize> {
        self.sentences_of(paragraph..paragraph + 1)
    }

    /// Where a part stands, and the sentence it is of.
    pub(crate) fn span_of_part(&self, number: usize) -> (Span, usize) {
        let part = &self.parts[number];
        (part.span, part.sentence as usize)
    }

    /// A part by its number.
    pub(crate) fn part(&self, number: u32) -> Entry {
        let part = &self.parts[number as usize];
        let sentence = part.sentence as usize;
        let from = self.before(sentence).next(part.before);
        let to = match self.parts.get(number as usize + 1) {
            Some(next) if next.sentence == part.sentence => from.next(next.before),
            _ => self.before(sentence + 1),
        };
        self.entry(part.span, sentence, from, to)
    }

    /// The number of the text that a paragraph stands in, among those of all articles.
    pub(crate) fn text_of(&self, paragraph: u32) -> Option<usize> {
        let is_there = (paragraph as usize) < self.paragraphs.len();
        is_there.then(|| self.texts.partition_point(|t| t.first_paragraph <= paragraph))
    }

    /// The article and the field in which an entry stands.
    fn place(&self, entry: &Entry) -> (usize, usize) {
        let last = |n: usize| n.saturating_sub(1);
        let text = last(self.texts.partition_point(|t| t.first_sentence <= entry.sentence));
        let article = last(self.records.partition_point(|r| r.first_text as usize <= text));
        (article, text - self.records[article].first_text as usize)
    }

    /// The paragraphs of the text that a paragraph stands in.
    pub(crate) fn paragraphs_of_text_of(&self, paragraph: u32) -> Range<u32> {
        let after = self.text_of(paragraph).unwrap_or_default();
        let first = |text: usize| self.texts.get(text).map(|t| t.first_paragraph);
        let start = after.checked_sub(1).and_then(first).unwrap_or(0);
        start..first(after).unwrap_or(narrow(self.paragraphs.len()))
    }

    /// The article of a paragraph.
    pub(crate) fn article_of(&self, paragraph: u32) -> usize {
        let text = self.text_of(paragraph).unwrap_or_default();
        self.records.partition_point(|r| (r.first_text as usize) < text)
    }

    /// An entry as a unit.
    pub(crate) fn unit(&self, entry: &Entry, kind: UnitKind) -> Unit {
        let (article, field) = self.place(entry);
        Unit {
            article: self.number(article),
            field: u16::try_from(field).unwrap_or(u16::MAX),
            span: entry.span,
            kind,
        }
    }

    /// An entry of an article at that place, as a unit.
    pub(crate) fn unit_in(&self, article: u32, entry: &Entry, kind: UnitKind) -> Unit {
        let texts = self.texts_of(article);
        let field = self.texts[texts].partition_point(|text| text.first_sentence <= entry.sentence);
        Unit {
            article: self.number(article as usize),
            field: u16::try_from(field.saturating_sub(1)).unwrap_or(u16::MAX),
            span: entry.span,
            kind,
        }
    }

    /// How much an article weighs: see [`Entry::weight`].
    pub(crate) fn weight_of(&self, article: u32) -> u32 {
        let sentences = self.sentences_of(self.paragraphs_of(article));
        let [from, to] = [sentences.start, sentences.end].map(|sentence| self.before(sentence).weight);
        to.wrapping_sub(from)
    }

    /// The rank of an article.
    pub(crate) fn rank(&self, article: u32) -> Option<&Rank> {
        self.ranks.get(article as usize).and_then(Option::as_ref)
    }

    /// Where the article of an entry comes from and when, as far as it matters.
    pub(crate) fn origin(&self, entry: &Entry) -> Origin {
        if self.origins.is_empty() {
            return Origin::default();
        }
        let (article, _) = self.place(entry);
        self.origins.get(article).copied().unwrap_or_default()
    }

    /// False if only the places of units are known.
    pub(crate) fn holds_folds(&self) -> bool {
        self.elsewhere == [0; 2]
    }

    /// The language of an article and the bytes of its texts.
    pub(crate) fn facts(&self, article: u32) -> Option<(Language, u64)> {
        let record = self.records.get(article as usize)?;
        let next = self.records.get(article as usize + 1);
        let end = next.map_or(self.text_bytes, |r| r.text_before);
        Some((record.language, end - record.text_before))
    }

    /// The parts of the given sentences.
    pub(crate) fn parts_of(&self, sentences: Range<usize>) -> Range<usize> {
        let first = |sentence: usize| self.parts.partition_point(|p| (p.sentence as usize) < sentence);
        first(sentences.start)..first(sentences.end)
    }

    /// The parts and whole sentences a paragraph is made of.
    pub(crate) fn finest(&self, paragraph: u32) -> Vec<Entry> {
        let mut out = Vec::new();
        let paragraph = self.paragraph(paragraph);
        for sentence in paragraph.first_sentence..paragraph.end_sentence {
            let parts = self.parts_of(sentence as usize..sentence as usize + 1);
            if parts.is_empty() {
                out.push(self.sentence(sentence));
            }
            out.extend(parts.map(|part| self.part(narrow(part))));
        }
        out
    }

    fn texts_of(&self, article: u32) -> Range<usize> {
        let first = |i: usize| self.records.get(i).map_or(self.texts.len(), |r| r.first_text as usize);
        first(article as usize)..first((article as usize).saturating_add(1))
    }

    fn paragraphs_in(&self, texts: Range<usize>) -> Range<usize> {
        let first = |i: usize| {
            self.texts
                .get(i)
                .map_or(self.paragraphs.len(), |t| t.first_paragraph as usize)
        };
        first(texts.start)..first(texts.end)
    }

    /// The paragraphs of one article.
    pub(crate) fn paragraphs_of(&self, article: u32) -> Range<usize> {
        self.paragraphs_in(self.texts_of(article))
    }

    /// The paragraphs of one field of an article; none if it has no such field.
    pub(crate) fn paragraphs_of_field(&self, article: u32, field: u16) -> Range<usize> {
        let texts = self.texts_of(article);
        let text = texts.start + usize::from(field);
        if texts.contains(&text) {
            self.paragraphs_in(text..text + 1)
        } else {
            0..0
        }
    }

    /// True if that is the text that was pushed as this field of an article.
    pub(crate) fn is_text(&self, article: u32, field: u16, text: &str) -> bool {
        let texts = self.texts_of(article);
        let number = texts.start + usize::from(field);
        texts.contains(&number) && self.texts[number].hash == hash::bytes(text.as_bytes())
    }

    /// How many texts are too long to be compared.
    pub(crate) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// The sentences of some paragraphs.
    pub(crate) fn sentences_of(&self, paragraphs: Range<usize>) -> Range<usize> {
        let first = |i: usize| self.paragraphs.get(i).map_or(self.sentences.len(), |&s| s as usize);
        first(paragraphs.start)..first(paragraphs.end)
    }

    pub(crate) fn tokens(&self, fold: &Folded) -> &[u32] {
        let start = index(fold.tokens_start);
        let tokens = self.tokens.hashes();
        &tokens[start..start + fold.tokens_len as usize]
    }

    pub(crate) fn text(&self, fold: &Folded) -> &str {
        let start = index(fold.text_start);
        &self.tokens.as_str()[start..start + fold.text_len as usize]
    }
}

/// Some units of a store, in the order in which they are decided.
pub(crate) struct Selection<'s> {
    pub(crate) store: &'s Store,
    pub(crate) entries: Vec<Folded>,
    /// Where their articles come from; empty if all are compared.
    pub(crate) origins: Vec<Origin>,
}

impl<'s> Selection<'s> {
    /// Units that are compared wherever they come from.
    pub(crate) fn of(store: &'s Store, entries: Vec<Folded>) -> Self {
        Self {
            store,
            entries,
            origins: Vec::new(),
        }
    }
}

impl Units for Selection<'_> {
    fn count(&self) -> u32 {
        narrow(self.entries.len())
    }

    fn tokens(&self, i: u32) -> &[u32] {
        self.store.tokens(&self.entries[i as usize])
    }

    fn text(&self, i: u32) -> &str {
        self.store.text(&self.entries[i as usize])
    }

    fn origin(&self, i: u32) -> Origin {
        self.origins.get(i as usize).copied().unwrap_or_default()
    }
}

pub(crate) fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "an offset into memory that exists")]
fn index(n: u64) -> usize {
    n as usize
}

#[cfg(test)]
mod tests;
