//! Generated text: words drawn by Zipf's law, in paragraphs of which some are copies.

use super::words::{ALL, Words};

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` - 1.
    #[expect(clippy::cast_possible_truncation, reason = "it is below `n`")]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

/// One article.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) lang: String,
    pub(crate) text: String,
}

/// What was generated, so that answers can be asserted.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Planted {
    pub(crate) paragraphs: usize,
    pub(crate) sentences: usize,
    /// Paragraphs copied as they are.
    pub(crate) equal: usize,
    /// Paragraphs copied without one word.
    pub(crate) near: usize,
    /// Of all of them, with the blank lines behind them.
    pub(crate) bytes: usize,
}

/// The words of a language by rank, and what of the probability each and those before it have.
#[derive(Debug)]
pub(crate) struct Speaker {
    words: &'static Words,
    vocabulary: Vec<String>,
    sums: Vec<u64>,
    random: Random,
}

impl Speaker {
    pub(crate) fn new(lang: &str, seed: u64) -> Self {
        let words = ALL.iter().find(|words| words.lang == lang);
        let words = words.unwrap_or_else(|| panic!("no words of `{lang}`: en, ru, ar, hi, zh, ja or th"));
        let content: Vec<&str> = words.content.split_whitespace().collect();
        let mut vocabulary: Vec<String> = words.frequent.split_whitespace().map(str::to_owned).collect();
        vocabulary.extend(content.iter().map(|&word| word.to_owned()));
        let endings = || words.endings.split_whitespace();
        vocabulary.extend(endings().flat_map(|ending| content.iter().map(move |word| format!("{word}{ending}"))));
        // Two words make another; a stride without a common divisor mixes them.
        let pairs = content.len() * content.len();
        vocabulary.extend((0..pairs).map(|i| {
            let i = i * 1_009 % pairs;
            format!("{}{}", content[i / content.len()], content[i % content.len()])
        }));
        // Where letters are tokens, few words alone would make all texts alike.
        let flat = if words.spaced { 3 } else { 60 };
        let mut sum = 0;
        let sums = (0..vocabulary.len() as u64)
            .map(|rank| {
                sum += (1 << 40) / (rank + flat);
                sum
            })
            .collect();
        Self {
            words,
            vocabulary,
            sums,
            random: Random(seed),
        }
    }

    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    pub(crate) fn word(&mut self) -> &str {
        let all = *self.sums.last().unwrap_or(&1);
        let at = self.random.next() % all;
        &self.vocabulary[self.sums.partition_point(|&sum| sum <= at)]
    }

    /// The words of one sentence; commas and numbers are words of their own, never first or last.
    pub(crate) fn sentence(&mut self) -> Vec<String> {
        let (least, most) = self.words.length;
        let length = least + self.random.below(most - least);
        let mut out: Vec<String> = Vec::with_capacity(length + 2);
        for i in 0..length {
            let inner = i > 2 && i + 2 < length;
            if inner && self.random.below(60) == 0 {
                out.push((1 + self.random.below(3_000)).to_string());
            } else if inner && self.random.below(12) == 0 {
                out.push(self.words.comma.to_owned());
            }
            let word = self.word().to_owned();
            out.push(word);
        }
        out
    }

    /// Writes a sentence with its stop.
    pub(crate) fn write(&self, sentence: &[String], out: &mut String) {
        let from = out.len();
        for word in sentence {
            let comma = word == self.words.comma;
            if self.words.spaced && out.len() > from && !comma && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push_str(word);
        }
        if let Some(first) = out[from..].chars().next() {
            let upper: String = first.to_uppercase().collect();
            out.replace_range(from..from + first.len_utf8(), &upper);
        }
        out.push_str(self.words.stop);
    }

    /// About `bytes` of articles, always the same for the same language, seed and size.
    pub(crate) fn articles(&mut self, bytes: usize) -> (Vec<Article>, Planted) {
        let mut originals: Vec<Vec<Vec<String>>> = Vec::new();
        let mut planted = Planted::default();
        let (mut out, mut size) = (Vec::new(), 0);
        while size < bytes {
            let mut text = String::new();
            for _ in 0..3 + self.random.below(6) {
                let dice = self.random.below(20);
                let (before, is_copy) = (text.len(), dice < 3 && originals.len() > 20);
                let paragraph = if is_copy {
                    let at = self.random.below(originals.len());
                    let mut copy = originals[at].clone();
                    if dice == 0 {
                        planted.near += 1;
                        // A comma is no word.
                        let middle = copy[0].len() / 2;
                        let at = middle + usize::from(copy[0][middle] == self.words.comma);
                        copy[0].remove(at);
                    } else {
                        planted.equal += 1;
                    }
                    copy
                } else {
                    let fresh: Vec<_> = (0..2 + self.random.below(4)).map(|_| self.sentence()).collect();
                    originals.push(fresh.clone());
                    fresh
                };
                planted.paragraphs += 1;
                planted.sentences += paragraph.len();
                paragraph.iter().for_each(|sentence| self.write(sentence, &mut text));
                text.truncate(text.trim_end().len());
                text.push_str("\n\n");
                planted.bytes += if is_copy { text.len() - before } else { 0 };
            }
            text.truncate(text.trim_end().len());
            size += text.len();
            out.push(Article {
                lang: self.words.lang.to_owned(),
                text,
            });
        }
        (out, planted)
    }
}
