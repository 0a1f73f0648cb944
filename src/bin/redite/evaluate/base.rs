//! Paragraphs without repeats, so that what is planted is all there is to find.

use super::random::Random;
use super::read::Raw;
use super::text::{is_unspaced, length, one_line, sentences, units};
use redite::segment::{Language, Paragraphs, paragraphs};
use std::collections::HashSet;

/// Words of the shortest paragraph, and letters of the longest.
pub(super) const SHORTEST: usize = 8;
const LONGEST: usize = 6000;
/// Words a paragraph that is copied has at least.
pub(super) const COPIED: usize = 20;
/// A shingle has so many words, or letters of a script without spaces.
const SHINGLE: usize = 4;
const SHINGLE_UNSPACED: usize = 8;
/// The parts of the shingles of a paragraph and of a sentence, in percent, that may have stood before.
const PARAGRAPH_SEEN: usize = 15;
const SENTENCE_SEEN: usize = 30;
/// The percentage of the bytes of a whole article that stand in paragraphs free of repeats.
const FREE: usize = 90;
/// One paragraph in so many is held back.
const HELD_BACK: usize = 12;

/// An article of the base.
#[derive(Debug)]
pub(super) struct Article {
    pub(super) id: String,
    /// Its place in the input.
    pub(super) number: u64,
    /// Each is one line.
    pub(super) paragraphs: Vec<String>,
}

/// The base of one language.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(super) language: Language,
    pub(super) articles: Vec<Article>,
    /// Paragraphs that stand in no article, for copies that are made of two texts.
    pub(super) donors: Vec<String>,
}

/// The base of all languages. `per_grade`: pairs of each grade, which tells how many paragraphs to hold back.
pub(crate) fn base(languages: Vec<(Language, Vec<(u64, Raw)>)>, mode: Paragraphs, per_grade: usize) -> Vec<Shelf> {
    let mut seen = Seen::default();
    let mut out = Vec::with_capacity(languages.len());
    for (language, articles) in languages {
        let mut shelf = Shelf {
            language,
            articles: Vec::with_capacity(articles.len()),
            donors: Vec::new(),
        };
        let mut turn = 0;
        for (number, raw) in articles {
            let mut kept = Vec::new();
            for paragraph in raw.texts.iter().flat_map(|text| cut(text, mode)) {
                if !seen.is_new(&paragraph) {
                    continue;
                }
                turn += 1;
                let wanted = turn % HELD_BACK == 0 && shelf.donors.len() < 4 * per_grade;
                if wanted && length(&paragraph) >= COPIED {
                    shelf.donors.push(paragraph);
                } else {
                    kept.push(paragraph);
                }
            }
            if !kept.is_empty() {
                shelf.articles.push(Article {
                    id: raw.id,
                    number,
                    paragraphs: kept,
                });
            }
        }
        out.push(shelf);
    }
    out
}

/// An article that is taken as a whole.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(super) id: String,
    /// Its place in the input.
    pub(super) number: u64,
    /// All of them, as they are written.
    pub(super) paragraphs: Vec<Paragraph>,
}

#[derive(Debug)]
pub(super) struct Paragraph {
    pub(super) text: String,
    pub(super) words: usize,
    /// It repeats nothing that stood before, and is not too short for that to be known.
    pub(super) is_new: bool,
}

/// The articles of all languages that are free of repeats as a whole, or nearly so.
pub(crate) fn whole(languages: Vec<(Language, Vec<(u64, Raw)>)>, mode: Paragraphs) -> Vec<(Language, Vec<Whole>)> {
    let mut seen = Seen::default();
    let mut out = Vec::with_capacity(languages.len());
    for (language, articles) in languages {
        let mut shelf = Vec::with_capacity(articles.len());
        for (number, raw) in articles {
            let mut article = Whole {
                id: raw.id,
                number,
                paragraphs: Vec::new(),
            };
            let (mut all, mut free) = (0, 0);
            for text in &raw.texts {
                let mut spans = Vec::new();
                paragraphs(text, mode, &mut spans);
                for span in spans {
                    let text = text[span.range()].to_owned();
                    let line = one_line(&text);
                    let words = length(&line);
                    let is_new = words >= SHORTEST && seen.is_new(&line);
                    if words >= SHORTEST {
                        all += text.len();
                        free += if is_new { text.len() } else { 0 };
                    }
                    article.paragraphs.push(Paragraph { text, words, is_new });
                }
            }
            if all > 0 && 100 * free >= FREE * all {
                shelf.push(article);
            }
        }
        out.push((language, shelf));
    }
    out
}

/// The paragraphs of a text that are neither too short nor too long, each as one line.
fn cut(text: &str, mode: Paragraphs) -> Vec<String> {
    let mut spans = Vec::new();
    paragraphs(text, mode, &mut spans);
    let lines = spans.into_iter().map(|span| one_line(&text[span.range()]));
    lines
        .filter(|line| line.chars().count() <= LONGEST && length(line) >= SHORTEST)
        .collect()
}

/// The shingles that stood before, in all languages: text that was never translated stands in several.
#[derive(Default)]
struct Seen(HashSet<u64>);

impl Seen {
    /// True if too little of a paragraph, and of each of its sentences, stood before for it to be a repeat of
    /// anything; it is seen from now on.
    fn is_new(&mut self, paragraph: &str) -> bool {
        let mut all = shingles(paragraph);
        if share_seen(&all, &self.0) > PARAGRAPH_SEEN {
            return false;
        }
        let mut inside: HashSet<u64> = HashSet::new();
        for sentence in sentences(paragraph) {
            let own = shingles(&paragraph[sentence]);
            if share_seen(&own, &self.0) > SENTENCE_SEEN || share_seen(&own, &inside) > SENTENCE_SEEN {
                return false;
            }
            inside.extend(&own);
            all.extend(own);
        }
        self.0.extend(all);
        true
    }
}

/// In percent.
fn share_seen(shingles: &HashSet<u64>, before: &HashSet<u64>) -> usize {
    let seen = shingles.iter().filter(|s| before.contains(s)).count();
    (100 * seen).div_ceil(shingles.len().max(1))
}

fn shingles(text: &str) -> HashSet<u64> {
    let units = units(text);
    let size = if is_unspaced(text) { SHINGLE_UNSPACED } else { SHINGLE };
    if units.len() <= size {
        return HashSet::from([hash(&units)]);
    }
    units.windows(size).map(hash).collect()
}

/// Fowler, Noll and Vo, 1a: the same on every machine.
fn hash(units: &[String]) -> u64 {
    let bytes = units.iter().flat_map(|unit| unit.bytes().chain([u8::MAX]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
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
    }
}
