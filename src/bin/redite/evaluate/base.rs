//! Paragraphs without repeats, so that what is planted is all there is to find.

use super::edits::Vocabulary;
use super::random::Random;
use super::read::Raw;
use super::text::{Reader, WordKind};
use redite::Span;
use redite::fold::{Folder, Tokens, is_unspaced};
use redite::segment::{Language, Paragraphs, paragraphs, sentences};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Shortest and longest paragraph, in half words and bytes.
const SHORTEST: u32 = 16;
const LONGEST: usize = 20_000;
/// Words a paragraph that is copied has at least.
pub(super) const COPIED: usize = 20;
/// A shingle has so many half words: four words, or eight letters of a script without spaces.
const SHINGLE: u32 = 8;
/// The parts of the shingles of a paragraph and of a sentence, in percent, that may have stood before.
const PARAGRAPH_SEEN: usize = 15;
const SENTENCE_SEEN: usize = 30;
/// One paragraph in so many is held back.
const HELD_BACK: usize = 12;
/// Words of a language that edits choose from.
const WORDS: usize = 6000;

/// A paragraph, with spaces for the line breaks inside its sentences.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    pub(super) text: String,
    pub(super) sentences: Vec<Span>,
    pub(super) words: usize,
}

/// An article of the base.
#[derive(Debug)]
pub(super) struct Article {
    pub(super) id: String,
    /// Its place in the input.
    pub(super) number: u64,
    pub(super) paragraphs: Vec<Paragraph>,
}

/// The base of one language.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(super) language: Language,
    pub(super) articles: Vec<Article>,
    /// Paragraphs that stand in no article, for copies that are made of two texts.
    pub(super) donors: Vec<Paragraph>,
    pub(super) vocabulary: Vocabulary,
}

/// What stood before, in all languages: text that was never translated stands in several.
#[derive(Default)]
struct Seen {
    shingles: HashSet<u64>,
    folder: Folder,
}

/// The base of all languages. `per_grade`: pairs of each grade, which tells how many paragraphs to hold back.
pub(crate) fn base(languages: Vec<(Language, Vec<(u64, Raw)>)>, mode: Paragraphs, per_grade: usize) -> Vec<Shelf> {
    let mut seen = Seen::default();
    let mut reader = Reader::default();
    let mut out = Vec::with_capacity(languages.len());
    for (language, articles) in languages {
        let mut shelf = Shelf {
            language,
            articles: Vec::with_capacity(articles.len()),
            donors: Vec::new(),
            vocabulary: Vocabulary::default(),
        };
        let mut turn = 0;
        for (number, raw) in articles {
            let mut kept = Vec::new();
            for paragraph in raw.texts.iter().flat_map(|text| cut(text, mode, language, &mut reader)) {
                if !seen.is_new(&paragraph) {
                    continue;
                }
                turn += 1;
                let wanted = turn % HELD_BACK == 0 && shelf.donors.len() < 4 * per_grade;
                if wanted && paragraph.words >= COPIED {
                    shelf.donors.push(paragraph);
                } else {
                    kept.push(paragraph);
                }
            }
            // Alone, its lines would count as paragraphs.
            let alone = matches!(&kept[..], [one] if one.text.contains('\n'));
            if !kept.is_empty() && !alone {
                shelf.articles.push(Article {
                    id: raw.id,
                    number,
                    paragraphs: kept,
                });
            }
        }
        shelf.vocabulary = vocabulary(&shelf.articles, &mut reader);
        out.push(shelf);
    }
    out
}

/// The paragraphs of a text that are neither too short nor too long.
fn cut(text: &str, mode: Paragraphs, language: Language, reader: &mut Reader) -> Vec<Paragraph> {
    let mut spans = Vec::new();
    paragraphs(text, mode, &mut spans);
    spans.retain(|span| span.len() <= LONGEST);
    let paragraph = |span: Span| {
        let text = unwrap_lines(&text[span.range()], language);
        let mut found = Vec::new();
        sentences(&text, language, &mut found);
        Paragraph {
            words: reader.length(&text),
            sentences: found,
            text,
        }
    };
    spans.into_iter().map(paragraph).collect()
}

/// A paragraph in which line breaks stand between sentences only.
fn unwrap_lines(text: &str, language: Language) -> String {
    let mut spans = Vec::new();
    sentences(text, language, &mut spans);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let gap = &text[at..span.range().start];
        out.push_str(if gap.contains(is_line_break) { "\n" } else { gap });
        let mut line_ended = false;
        for word in text[span.range()]
            .split(is_line_break)
            .map(str::trim)
            .filter(|w| !w.is_empty())
        {
            let full_width = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}');
            let glued = word.starts_with(is_unspaced) && out.ends_with(|c| is_unspaced(c) || full_width(c));
            if line_ended && !glued {
                out.push(' ');
            }
            out.push_str(word);
            line_ended = true;
        }
        at = span.range().end;
    }
    out
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

impl Seen {
    /// True if too little of a paragraph, and of each of its sentences, stood before for it to be a repeat of
    /// anything; it is seen from now on. A measure of its own, so that the yardstick does not lean on what it measures.
    fn is_new(&mut self, paragraph: &Paragraph) -> bool {
        let mut tokens = Tokens::default();
        let whole = self.shingles(&paragraph.text, &mut tokens);
        if tokens.weight() < SHORTEST || self.share_seen(&whole) > PARAGRAPH_SEEN {
            return false;
        }
        let mut inside: HashSet<u64> = HashSet::new();
        let mut all = whole;
        for sentence in &paragraph.sentences {
            let own = self.shingles(&paragraph.text[sentence.range()], &mut tokens);
            let twice = own.iter().filter(|s| inside.contains(s)).count();
            if self.share_seen(&own) > SENTENCE_SEEN || 100 * twice > SENTENCE_SEEN * own.len() {
                return false;
            }
            inside.extend(&own);
            all.extend(own);
        }
        self.shingles.extend(all);
        true
    }

    /// In percent.
    fn share_seen(&self, shingles: &[u64]) -> usize {
        let seen = shingles.iter().filter(|s| self.shingles.contains(s)).count();
        (100 * seen).div_ceil(shingles.len().max(1))
    }

    fn shingles(&mut self, text: &str, tokens: &mut Tokens) -> Vec<u64> {
        tokens.clear();
        self.folder.fold(text, tokens);
        let weights: Vec<u32> = tokens
            .iter()
            .map(|token| if token.starts_with(is_unspaced) { 1 } else { 2 })
            .collect();
        let hashes = tokens.hashes();
        let mut out = Vec::with_capacity(hashes.len());
        for start in 0..hashes.len() {
            let (mut weight, mut end) = (0, start);
            while weight < SHINGLE && end < hashes.len() {
                weight += weights[end];
                end += 1;
            }
            if weight >= SHINGLE || start == 0 {
                out.push(hashes[start..end].iter().fold(0, |h: u64, token| {
                    (h ^ u64::from(*token))
                        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                        .rotate_left(29)
                }));
            }
        }
        out
    }
}

/// The most frequent words of three letters and more, and pieces of two, of a language.
fn vocabulary(articles: &[Article], reader: &mut Reader) -> Vocabulary {
    let mut counts: [HashMap<&str, u64>; 2] = Default::default();
    for paragraph in articles.iter().flat_map(|article| &article.paragraphs) {
        for word in reader.words(&paragraph.text) {
            let text = &paragraph.text[word.range];
            let letters = text.chars().count();
            match word.kind {
                WordKind::Word if letters > 2 => *counts[0].entry(text).or_default() += 1,
                WordKind::Piece if letters > 1 => *counts[1].entry(text).or_default() += 1,
                _ => {}
            }
        }
    }
    let [words, pieces] = counts.map(|counts| {
        let mut list: Vec<(&str, u64)> = counts.into_iter().collect();
        list.sort_unstable_by_key(|&(word, count)| (Reverse(count), word));
        list.truncate(WORDS);
        list.into_iter().map(|(word, _)| word.to_owned()).collect()
    });
    Vocabulary { words, pieces }
}

/// The places of a list in random order.
pub(super) fn shuffled(n: usize, mut random: Random) -> Vec<usize> {
    let mut out: Vec<usize> = (0..n).collect();
    random.shuffle(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_within_sentences_only() {
        let (en, ja) = (Language::from_tag("en"), Language::from_tag("ja"));
        assert_eq!(
            unwrap_lines("one two,\nthree. Four.\n- five", en),
            "one two, three. Four.\n- five"
        );
        assert_eq!(unwrap_lines("今日は、\n雨です。", ja), "今日は、雨です。");
    }

    fn shelf(texts: &[&str]) -> Shelf {
        let language = Language::from_tag("en");
        let raw = |(number, text): (u64, &&str)| {
            (
                number,
                Raw {
                    id: number.to_string(),
                    language,
                    texts: vec![(*text).to_owned()],
                },
            )
        };
        let articles = (0..).zip(texts).map(raw).collect();
        base(vec![(language, articles)], Paragraphs::Auto, 1).remove(0)
    }

    #[test]
    fn what_was_said_before_is_left_out() {
        const LEAD: &str = "A storm tore the roof off the old market hall on Friday night.";
        let shelf = shelf(&[
            LEAD,
            "Short one.",
            "A storm tore the roof off the old market hall late on Friday night.",
            "Traders on the square fear for their stalls. A storm tore the roof off the old market hall late.",
            "Nobody knows who will pay for it. Nobody knows who will pay for it, says one.",
            "The council meets on Monday, and the builders have been asked to come as well.",
        ]);
        let ids: Vec<&str> = shelf.articles.iter().map(|a| a.id.as_str()).collect();
        assert_eq!(ids, ["0", "5"]);
        assert!(shelf.vocabulary.words.contains(&"the".to_owned()));
        assert!(!shelf.vocabulary.words.contains(&"on".to_owned()));
    }
}
