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

/// One article's share.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) first_paragraph: u32,
    pub(crate) language: Language,
    pub(crate) rank: Option<Rank>,
}

/// Everything that has been pushed so far.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tokens: Tokens,
    pub(crate) sentences: Vec<Entry>,
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) records: Vec<Record>,
    pub(crate) text_bytes: u64,
}

/// Scratch memory for cutting and folding.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    folder: Folder,
    paragraphs: Vec<Span>,
    sentences: Vec<Span>,
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
            language,
            rank: article.rank.clone(),
        });
        let Scratch {
            folder,
            paragraphs,
            sentences,
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
                    let piece = folder.fold(&inside[sentence.range()], &mut self.tokens);
                    self.sentences
                        .push(entry(id, field, sentence.shifted(paragraph.start), &piece));
                    if !piece.tokens.is_empty() {
                        whole = Some(match whole {
                            None => piece,
                            Some(so_far) => Piece {
                                text: so_far.text.start..piece.text.end,
                                tokens: so_far.tokens.start..piece.tokens.end,
                                weight: so_far.weight.saturating_add(piece.weight),
                            },
                        });
                    }
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
        self.paragraphs.extend(other.paragraphs.iter().map(|p| Paragraph {
            entry: moved(&p.entry),
            first_sentence: p.first_sentence + sentences,
            end_sentence: p.end_sentence + sentences,
        }));
        self.records.extend(other.records.iter().map(|r| Record {
            first_paragraph: r.first_paragraph + paragraphs,
            ..r.clone()
        }));
        self.text_bytes += other.text_bytes;
    }

    /// Forgets the articles from `articles` on.
    pub(crate) fn truncate(&mut self, articles: u32) {
        let Some(record) = self.records.get(articles as usize) else {
            return;
        };
        let first = record.first_paragraph as usize;
        if let Some(paragraph) = self.paragraphs.get(first) {
            let sentence = paragraph.first_sentence as usize;
            if let Some(entry) = self.sentences.get(sentence) {
                self.tokens.truncate(index(entry.text_start), index(entry.tokens_start));
            }
            self.sentences.truncate(sentence);
        }
        self.paragraphs.truncate(first);
        self.records.truncate(articles as usize);
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
