//! Stores that become one, and articles that get a store of their own.

use super::{Mark, Part, Record, Store, Text, index, narrow};
use crate::error::CapacityError;
use std::ops::Range;

impl Store {
    /// Appends what another store holds; its articles follow this one's. If it does not fit, nothing changes.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), CapacityError> {
        self.check(
            self.records.len() + other.records.len(),
            self.texts.len() + other.texts.len(),
            self.units() + other.units(),
        )?;
        let (limits, first) = (self.limits, self.first);
        self.append_within(other);
        (self.limits, self.first) = (limits, first);
        Ok(())
    }

    /// The same of a store with articles of the same corpus, which all fit.
    pub(crate) fn append_within(&mut self, other: Self) {
        if self.records.is_empty() {
            *self = other;
        } else {
            self.append_some(&other, 0..narrow(other.records.len()));
        }
    }

    /// Appends some articles of another store.
    fn append_some(&mut self, other: &Self, articles: Range<u32>) {
        let texts = other.texts_of(articles.start).start..other.texts_of(articles.end).start;
        let paragraphs = other.paragraphs_in(texts.clone());
        let sentences = other.sentences_of(paragraphs.clone());
        let parts = other.parts_of(sentences.clone());
        let (from, to, end) = (other.before(sentences.start), other.before(sentences.end), self.end());
        let tokens = &other.tokens;
        self.tokens.append_some(
            &tokens.as_str()[index(from.text)..index(to.text)],
            &tokens.hashes()[index(from.tokens)..index(to.tokens)],
        );
        let after = self.end();
        // The space between the two belongs to the first token, as that before every other.
        let moved = |mark: Mark| Mark {
            text: if mark.text == from.text {
                end.text
            } else {
                after.text - (to.text - mark.text)
            },
            tokens: after.tokens - (to.tokens - mark.tokens),
            weight: mark.weight.wrapping_sub(from.weight).wrapping_add(end.weight),
        };
        let shift = |to: usize, from: usize| move |n: u32| n - narrow(from) + narrow(to);
        let sentence = shift(self.sentences.len(), sentences.start);
        let paragraph = shift(self.paragraphs.len(), paragraphs.start);
        self.parts.extend(other.parts[parts].iter().map(|part| {
            let before = moved(other.before(part.sentence as usize).next(part.before));
            Part {
                before: before.low(),
                sentence: sentence(part.sentence),
                ..*part
            }
        }));
        for i in sentences {
            let row = other.sentences[i];
            self.push_row(row.span, moved(other.before(i)), row.edges);
        }
        self.weight = moved(to).weight;
        self.paragraphs
            .extend(other.paragraphs[paragraphs].iter().copied().map(sentence));
        if !other.origins.is_empty() {
            let some = articles.start as usize..articles.end as usize;
            self.origins.extend(other.origins.get(some).unwrap_or_default());
        }
        if !other.ranks.is_empty() {
            self.ranks.resize(self.records.len(), None);
            self.ranks
                .extend(articles.clone().map(|article| other.rank(article).cloned()));
        }
        let text = shift(self.texts.len(), texts.start);
        let unread = other.unread.iter().filter(|&&text| texts.contains(&(text as usize)));
        self.unread.extend(unread.copied().map(text));
        self.texts.extend(other.texts[texts].iter().map(|text| Text {
            first_paragraph: paragraph(text.first_paragraph),
            first_sentence: sentence(text.first_sentence),
            ..*text
        }));
        for article in articles {
            let record = other.records[article as usize];
            self.records.push(Record {
                first_text: text(record.first_text),
                text_before: self.text_bytes,
                ..record
            });
            self.text_bytes += other.facts(article).map_or(0, |(_, bytes)| bytes);
        }
    }

    /// Some articles of this store, by ascending places, in a store of their own.
    pub(crate) fn some(&self, articles: &[u32]) -> Self {
        let mut out = Self::default();
        (articles.iter()).for_each(|&article| out.append_some(self, article..article + 1));
        out
    }
}
