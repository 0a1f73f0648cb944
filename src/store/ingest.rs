//! Articles on their way in: cut and folded.

use super::{Edges, Part, Record, Store, Text, index, narrow};
use crate::article::Article;
use crate::error::CapacityError;
use crate::fold::Folder;
use crate::hash;
use crate::model::Span;
use crate::segment::{self, Language};
use crate::settings::Settings;

/// Scratch memory for cutting and folding.
#[derive(Debug, Default)]
pub(crate) struct FoldScratch {
    folder: Folder,
    paragraphs: Vec<Span>,
    /// Each with whether it is one part.
    sentences: Vec<(Span, bool)>,
    parts: Vec<Span>,
}

impl Store {
    /// Cuts and folds one article and appends it. If it does not fit, nothing changes.
    pub(crate) fn push(
        &mut self,
        article: &Article<'_>,
        settings: &Settings,
        scratch: &mut FoldScratch,
    ) -> Result<(), CapacityError> {
        let number = self.records.len();
        self.check(number + 1, self.texts.len(), self.units())?;
        let language = article.language.or(settings.language).unwrap_or_else(|| {
            let longest = article.texts.iter().max_by_key(|text| text.len());
            match longest {
                Some(text) if !article.texts.iter().all(|text| segment::is_cut_alike(text)) => Language::detect(text),
                _ => Language::UNKNOWN,
            }
        });
        if article.rank.is_some() {
            self.ranks.resize(self.records.len(), None);
            self.ranks.push(article.rank.clone());
        }
        if !settings.reach().is_everything() {
            self.origins.push(settings.reach().class(article.origin));
        }
        self.records.push(Record {
            first_text: narrow(self.texts.len()),
            language,
            text_before: self.text_bytes,
        });
        for text in article.texts.iter().take(usize::from(u16::MAX)) {
            let mut fits = self.check(number + 1, self.texts.len() + 1, self.units());
            if fits.is_ok() {
                self.push_text(text, language, settings, scratch);
                fits = self.check(number + 1, self.texts.len(), self.units());
            }
            if fits.is_err() {
                self.truncate(narrow(number));
                return fits;
            }
        }
        Ok(())
    }

    fn push_text(&mut self, text: &str, language: Language, settings: &Settings, scratch: &mut FoldScratch) {
        let FoldScratch {
            folder,
            paragraphs,
            sentences,
            parts,
        } = scratch;
        let number = self.texts.len();
        self.texts.push(Text {
            first_paragraph: narrow(self.paragraphs.len()),
            first_sentence: narrow(self.sentences.len()),
            hash: hash::bytes(text.as_bytes()),
        });
        self.text_bytes += text.len() as u64;
        if text.len() > self.limits.text {
            self.unread.push(narrow(number));
            return;
        }
        let start = self.tokens.as_str().len();
        paragraphs.clear();
        segment::paragraphs(text, settings.paragraphs, paragraphs);
        for &paragraph in &*paragraphs {
            if self.tokens.as_str().len() - start > self.limits.fold {
                break; // what is found so far is forgotten below
            }
            self.paragraphs.push(narrow(self.sentences.len()));
            sentences.clear();
            let inside = &text[paragraph.range()];
            segment::sentences_and_whole(inside, language, sentences);
            debug_assert_eq!(sentences.first().map(|s| s.0.start), Some(0));
            debug_assert_eq!(sentences.last().map(|s| s.0.end as usize), Some(inside.len()));
            let mut end = 0;
            for &(sentence, whole) in &*sentences {
                let number = narrow(self.sentences.len());
                let said = &inside[sentence.range()];
                let span = sentence.shifted(paragraph.start);
                let edges = Edges::of(said, &inside[end..sentence.range().start]);
                self.push_row(span, self.end(), edges.packed());
                end = sentence.range().end;
                parts.clear();
                if !whole || cfg!(debug_assertions) {
                    segment::parts(said, parts);
                    debug_assert!(
                        !whole || parts[..] == [Span::new(0, sentence.end - sentence.start)],
                        "{said:?}"
                    );
                } else {
                    parts.push(Span::new(0, sentence.end - sentence.start));
                }
                let several = parts.len() > 1;
                for (i, part) in parts.iter().enumerate() {
                    let before = self.end().low();
                    let piece = folder.fold(&said[part.range()], &mut self.tokens);
                    self.weight = self.weight.wrapping_add(piece.weight);
                    if several && i == 1 {
                        // What begins with a small letter leans on the part before it, unless it can stand alone.
                        if let Some(first) = self.parts.last_mut() {
                            first.is_leant_on &= !settings.is_judged(piece.weight);
                        }
                    }
                    if several {
                        let next = parts.get(i + 1).and_then(|p| said[p.range()].chars().next());
                        self.parts.push(Part {
                            span: part.shifted(span.start),
                            before,
                            sentence: number,
                            is_leant_on: i == 0 && next.is_some_and(char::is_lowercase),
                            edges: match i.checked_sub(1) {
                                Some(before) => Edges::of(
                                    &said[part.range()],
                                    &said[parts[before].range().end..part.range().start],
                                ),
                                None => Edges {
                                    begins_line: self.edges(index(u64::from(number))).begins_line,
                                    ..Edges::of(&said[part.range()], "")
                                },
                            }
                            .packed(),
                        });
                    }
                }
            }
        }
        if self.tokens.as_str().len() - start > self.limits.fold {
            self.forget_units_of(number);
            self.unread.push(narrow(number));
        }
    }
}
