//! Units of all articles, folded, in flat arrays: what is held of a corpus whose texts are gone.

use crate::article::{Article, Rank};
use crate::fold::{Folder, Piece, Tokens};
use crate::join::Units;
use crate::model::{ArticleId, Span, Unit, UnitKind};
use crate::segment::{self, Language};
use crate::settings::Settings;
use std::ops::Range;

/// One paragraph or sentence: where it stands and where its fold is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) article: u32,
    pub(crate) span: Span,
    pub(crate) field: u16,
    text_start: u64,
    text_len: u32,
    tokens_start: u64,
    tokens_len: u32,
    pub(crate) weight: u32,
}

impl Entry {
    pub(crate) fn unit(&self, kind: UnitKind) -> Unit {
        Unit {
            article: ArticleId(self.article),
            field: self.field,
            span: self.span,
            kind,
        }
    }
}

/// A paragraph and the sentences it is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paragraph {
    pub(crate) entry: Entry,
    pub(crate) first_sentence: u32,
    pub(crate) end_sentence: u32,
}

impl Paragraph {
    pub(crate) fn sentences(&self) -> Range<usize> {
        self.first_sentence as usize..self.end_sentence as usize
    }
}

/// A part of a sentence that might be a sentence of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) entry: Entry,
    pub(crate) sentence: u32,
    /// True if the next part begins with a small letter, and so leans on this one.
    pub(crate) is_leant_on: bool,
}

/// One article's share.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) first_paragraph: u32,
    first_sentence: u32,
    /// Where its tokens begin, in bytes and in tokens, and how much text came before it.
    start: (usize, usize, u64),
    pub(crate) language: Language,
    pub(crate) rank: Option<Rank>,
}

/// Everything that has been pushed so far.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tokens: Tokens,
    pub(crate) sentences: Vec<Entry>,
    pub(crate) paragraphs: Vec<Paragraph>,
    /// The parts of those sentences that have more than one, in order.
    pub(crate) parts: Vec<Part>,
    pub(crate) records: Vec<Record>,
    pub(crate) text_bytes: u64,
}

/// Scratch memory for cutting and folding.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    folder: Folder,
    paragraphs: Vec<Span>,
    sentences: Vec<Span>,
    parts: Vec<Span>,
}

impl Store {
    /// Cuts and folds one article and appends it.
    pub(crate) fn push(&mut self, article: &Article<'_>, settings: &Settings, scratch: &mut Scratch) {
        let id = narrow(self.records.len());
        let language = article.language.or(settings.language).unwrap_or_else(|| {
            article
                .texts
                .iter()
                .max_by_key(|t| t.len())
                .map_or(Language::UNKNOWN, |t| Language::detect(t))
        });
        self.records.push(Record {
            first_paragraph: narrow(self.paragraphs.len()),
            first_sentence: narrow(self.sentences.len()),
            start: (self.tokens.as_str().len(), self.tokens.hashes().len(), self.text_bytes),
            language,
            rank: article.rank.clone(),
        });
        let Scratch {
            folder,
            paragraphs,
            sentences,
            parts,
        } = scratch;
        for (field, text) in (0_u16..).zip(&article.texts) {
            let text = within_4_gib(text);
            self.text_bytes += text.len() as u64;
            paragraphs.clear();
            segment::paragraphs(text, settings.paragraphs, paragraphs);
            for &paragraph in &*paragraphs {
                let first_sentence = narrow(self.sentences.len());
                sentences.clear();
                let inside = &text[paragraph.range()];
                segment::sentences(inside, language, sentences);
                let mut whole: Option<Piece> = None;
                for sentence in &*sentences {
                    let number = narrow(self.sentences.len());
                    let said = &inside[sentence.range()];
                    let begin = paragraph.start + sentence.start;
                    parts.clear();
                    segment::parts(said, parts);
                    let several = parts.len() > 1;
                    let mut pieces: Option<Piece> = None;
                    for (i, part) in parts.iter().enumerate() {
                        let piece = folder.fold(&said[part.range()], &mut self.tokens);
                        if several && i == 1 {
                            // What begins with a small letter leans on the part before it, unless it can stand alone.
                            if let Some(first) = self.parts.last_mut() {
                                first.is_leant_on &= !settings.is_judged(piece.weight);
                            }
                        }
                        if several {
                            let entry = entry(id, field, part.shifted(begin), &piece);
                            let next = parts.get(i + 1).and_then(|p| said[p.range()].chars().next());
                            self.parts.push(Part {
                                entry,
                                sentence: number,
                                is_leant_on: i == 0 && next.is_some_and(char::is_lowercase),
                            });
                        }
                        pieces = joined(pieces, piece);
                    }
                    let piece = pieces.unwrap_or_default();
                    self.sentences
                        .push(entry(id, field, sentence.shifted(paragraph.start), &piece));
                    whole = joined(whole, piece);
                }
                self.paragraphs.push(Paragraph {
                    entry: entry(id, field, paragraph, &whole.unwrap_or_default()),
                    first_sentence,
                    end_sentence: narrow(self.sentences.len()),
                });
            }
        }
    }

    /// Appends what another store holds; its articles follow this one's.
    pub(crate) fn append(&mut self, other: &Self) {
        let (text, tokens) = self.tokens.append(&other.tokens);
        let (sentences, paragraphs) = (narrow(self.sentences.len()), narrow(self.paragraphs.len()));
        let articles = narrow(self.records.len());
        let moved = |entry: &Entry| Entry {
            article: entry.article + articles,
            text_start: entry.text_start + text as u64,
            tokens_start: entry.tokens_start + tokens as u64,
            ..*entry
        };
        self.sentences.extend(other.sentences.iter().map(moved));
        self.parts.extend(other.parts.iter().map(|p| Part {
            entry: moved(&p.entry),
            sentence: p.sentence + sentences,
            ..*p
        }));
        self.paragraphs.extend(other.paragraphs.iter().map(|p| Paragraph {
            entry: moved(&p.entry),
            first_sentence: p.first_sentence + sentences,
            end_sentence: p.end_sentence + sentences,
        }));
        let before = self.text_bytes;
        self.records.extend(other.records.iter().map(|r| Record {
            first_paragraph: r.first_paragraph + paragraphs,
            first_sentence: r.first_sentence + sentences,
            start: (r.start.0 + text, r.start.1 + tokens, r.start.2 + before),
            ..r.clone()
        }));
        self.text_bytes += other.text_bytes;
    }

    /// Forgets the articles from `articles` on.
    pub(crate) fn truncate(&mut self, articles: u32) {
        let Some(record) = self.records.get(articles as usize) else {
            return;
        };
        let sentences = record.first_sentence as usize;
        self.tokens.truncate(record.start.0, record.start.1);
        self.text_bytes = record.start.2;
        self.parts.truncate(self.parts_of(sentences..sentences).start);
        self.paragraphs.truncate(record.first_paragraph as usize);
        self.sentences.truncate(sentences);
        self.records.truncate(articles as usize);
    }

    /// The parts of the given sentences.
    pub(crate) fn parts_of(&self, sentences: Range<usize>) -> Range<usize> {
        let first = |sentence: usize| self.parts.partition_point(|p| (p.sentence as usize) < sentence);
        first(sentences.start)..first(sentences.end)
    }

    /// The parts and whole sentences a paragraph is made of.
    pub(crate) fn finest(&self, paragraph: &Paragraph) -> Vec<Entry> {
        let mut out = Vec::new();
        for sentence in paragraph.sentences() {
            let parts = &self.parts[self.parts_of(sentence..sentence + 1)];
            if parts.is_empty() {
                out.push(self.sentences[sentence]);
            }
            out.extend(parts.iter().map(|p| p.entry));
        }
        out
    }

    /// The paragraphs of one article.
    pub(crate) fn paragraphs_of(&self, article: u32) -> Range<usize> {
        let first = |i: usize| {
            self.records
                .get(i)
                .map_or(self.paragraphs.len(), |r| r.first_paragraph as usize)
        };
        first(article as usize)..first(article as usize + 1)
    }

    pub(crate) fn tokens(&self, entry: &Entry) -> &[u32] {
        let start = index(entry.tokens_start);
        &self.tokens.hashes()[start..start + entry.tokens_len as usize]
    }

    pub(crate) fn text(&self, entry: &Entry) -> &str {
        let start = index(entry.text_start);
        &self.tokens.as_str()[start..start + entry.text_len as usize]
    }
}

/// Two neighbouring folds as one; a fold without tokens adds nothing.
fn joined(before: Option<Piece>, piece: Piece) -> Option<Piece> {
    match before {
        _ if piece.tokens.is_empty() => before,
        None => Some(piece),
        Some(before) => Some(Piece {
            text: before.text.start..piece.text.end,
            tokens: before.tokens.start..piece.tokens.end,
            weight: before.weight.saturating_add(piece.weight),
        }),
    }
}

fn entry(article: u32, field: u16, span: Span, piece: &Piece) -> Entry {
    Entry {
        article,
        span,
        field,
        text_start: piece.text.start as u64,
        text_len: narrow(piece.text.len()),
        tokens_start: piece.tokens.start as u64,
        tokens_len: narrow(piece.tokens.len()),
        weight: piece.weight,
    }
}

/// Some units of a store, in the order in which they are decided.
pub(crate) struct Selection<'s> {
    pub(crate) store: &'s Store,
    pub(crate) entries: Vec<Entry>,
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
}

/// The part of a text that 32-bit offsets reach.
fn within_4_gib(text: &str) -> &str {
    &text[..text.floor_char_boundary(u32::MAX as usize)]
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "an offset into memory that exists")]
fn index(n: u64) -> usize {
    n as usize
}
