//! What of a text is contained in the reference.

use super::edges::adjoined;
use super::suffixes::common;
use super::words::{self, END, UNKNOWN};
use super::{Contained, GAP, Reference, within};
use crate::fold::{Folder, Tokens};
use crate::model::Span;
use crate::segment::{Language, Paragraphs, paragraphs, parts, sentences};
use crate::steps::looked;
use std::ops::Range;

/// Some tokens of a text that stand in the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The tokens of the text.
    pub(super) tokens: Range<usize>,
    /// Those of the reference; more of them where the text's own are part of the piece before.
    pub(super) at: Range<usize>,
    /// How many half words are the same.
    pub(super) same: u32,
}

/// A text, as it is asked for.
pub(super) struct Asked {
    /// By their numbers.
    pub(super) tokens: Vec<u32>,
    /// How many half words stand before each token, and in all.
    pub(super) before: Vec<u32>,
}

impl Asked {
    fn weight(&self, range: Range<usize>) -> u32 {
        let before = |at: usize| self.before.get(at).copied().unwrap_or_default();
        before(range.end).saturating_sub(before(range.start))
    }
}

impl Reference {
    /// What of a text stands in the reference: disjoint spans, in order. A text of more than 4 GiB has none.
    ///
    /// ```
    /// let reference = redite::Reference::new(["To be, or not to be, that is the question."]);
    /// let text = "«To be or not to be; that is the question», says Hamlet.";
    /// assert_eq!(&text[reference.find(text)[0].span.range()], "«To be or not to be; that is the question»");
    /// ```
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Contained> {
        self.find_in(text, None)
    }

    /// The same, of a text whose language is known; it is needed to tell sentences.
    ///
    /// ```
    /// use redite::{Reference, segment::Language};
    ///
    /// let reference = Reference::new(["What is the capital of France?"]);
    /// let text = "Tell me this. What is the capital of France? It is Paris.";
    /// let found = reference.find_in(text, Some(Language::from_tag("en")));
    /// assert_eq!(&text[found[0].span.range()], "What is the capital of France?");
    /// ```
    #[must_use]
    pub fn find_in(&self, text: &str, language: Option<Language>) -> Vec<Contained> {
        if u32::try_from(text.len()).is_err() {
            return Vec::new();
        }
        let mut folder = Folder::default();
        let mut fold = Tokens::default();
        folder.fold(text, &mut fold);
        let mut read = Vec::with_capacity(fold.hashes().len());
        words::each(&fold, |_, _, hash, weight| read.push((hash, weight)));
        let (mut may_hold_runs, mut may_hold_units) = (false, false);
        self.runs
            .each(&read, |_, _, hash| may_hold_runs |= self.run_starts.may_hold(hash));
        if !self.short_units.is_empty() {
            (self.units).each(&read, |_, _, hash| may_hold_units |= self.unit_starts.may_hold(hash));
        }
        if !may_hold_runs && !may_hold_units {
            return Vec::new();
        }

        fold.clear();
        read.clear();
        let mut spans = Vec::new();
        folder.locate(text, &mut fold, &mut spans);
        let mut places = Vec::with_capacity(spans.len());
        let mut tokens = Vec::with_capacity(spans.len());
        words::each(&fold, |place, token, hash, weight| {
            read.push((hash, weight));
            tokens.push(self.words.get(token));
            places.push(spans.get(place).copied().unwrap_or_default());
        });
        let asked = Asked {
            tokens,
            before: sums(&read),
        };
        let mut pieces = self.pieces(&read, &asked);
        if may_hold_units {
            let language = language.unwrap_or_else(|| Language::detect(text));
            self.units(text, language, &places, &asked, &mut pieces);
        }
        self.spans(text, &places, &asked, &pieces)
    }

    /// Runs and what belongs to them, in order and disjoint. All runs are covered by these: whatever run ends behind the pieces so
    /// far has at least length behind it, or at their end, where one of least length begins that it contains.
    pub(super) fn pieces(&self, read: &[(u32, u8)], asked: &Asked) -> Vec<Piece> {
        let least = self.limits.run();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut done = 0;
        self.runs.each(read, |start, end, hash| {
            if end < done || !self.run_starts.may_hold(hash) {
                return;
            }
            let (length, at) = self.suffixes.longest(&self.tokens, &asked.tokens[start..]);
            let run = start..start + length;
            if run.end <= done || asked.weight(run.clone()) < least {
                return;
            }
            let piece = self.extended(asked, run, at, done);
            done = piece.tokens.end;
            pieces.push(piece);
        });
        pieces
    }

    /// A run that begins in the reference at that token, with what goes on behind and before it beyond gaps.
    fn extended(&self, asked: &Asked, run: Range<usize>, at: usize, done: usize) -> Piece {
        let least = self.limits.run() / 2;
        let mut piece = Piece {
            at: at..at + run.len(),
            tokens: run,
            same: 0,
        };
        piece.same = asked.weight(piece.tokens.start.max(done)..piece.tokens.end);
        while let Some((skipped, there, length)) = gaps().find_map(|(skipped, there)| {
            let (from, at) = (piece.tokens.end + skipped, piece.at.end + there);
            if self.tokens.get(piece.at.end..at)?.contains(&END) {
                return None;
            }
            let length = common(asked.tokens.get(from..)?, self.tokens.get(at..)?);
            (asked.weight(from..from + length) >= least).then_some((skipped, there, length))
        }) {
            let from = piece.tokens.end + skipped;
            piece.tokens.end = from + length;
            piece.at.end += there + length;
            piece.same += asked.weight(from..from + length);
        }
        // Backwards no more is compared than is new, or than it takes to tell that it is the same.
        while piece.tokens.start > done {
            let Some((skipped, there, length)) = gaps().find_map(|(skipped, there)| {
                let to = piece.tokens.start.checked_sub(skipped).filter(|&to| to >= done)?;
                let at = piece.at.start.checked_sub(there)?;
                if self.tokens.get(at..piece.at.start)?.contains(&END) {
                    return None;
                }
                let mut length = 0;
                while to > length
                    && at > length
                    && (to - length > done || asked.weight(to - length..to) < least)
                    && asked.tokens[to - length - 1] == self.tokens[at - length - 1]
                {
                    length += 1;
                }
                looked(length + 1);
                (asked.weight(to - length..to) >= least).then_some((skipped, there, length))
            }) else {
                break;
            };
            let to = piece.tokens.start - skipped;
            let from = to - length;
            piece.tokens.start = from;
            piece.at.start -= there + length;
            piece.same += asked.weight(from.max(done)..to);
        }
        piece.tokens.start = piece.tokens.start.max(done);
        piece
    }

    /// Adds short units that stand beside the pieces.
    fn units(&self, text: &str, language: Language, places: &[Span], asked: &Asked, pieces: &mut Vec<Piece>) {
        let (mut units, mut blocks) = (Vec::new(), Vec::new());
        paragraphs(text, Paragraphs::Blank, &mut units);
        paragraphs(text, Paragraphs::Line, &mut units);
        paragraphs(text, Paragraphs::Auto, &mut blocks);
        let (mut said, mut inside) = (Vec::new(), Vec::new());
        for block in blocks {
            said.clear();
            sentences(&text[block.range()], language, &mut said);
            for sentence in said.iter().map(|sentence| sentence.shifted(block.start)) {
                units.push(sentence);
                inside.clear();
                parts(&text[sentence.range()], &mut inside);
                for part in inside.iter().map(|part| part.shifted(sentence.start)) {
                    units.push(part);
                    clauses(&text[part.range()], part.start, &mut units);
                }
            }
        }
        let mut taken = vec![false; places.len()];
        for piece in &*pieces {
            taken[piece.tokens.clone()].fill(true);
        }
        for unit in units {
            let range = within(places, unit);
            let weight = asked.weight(range.clone());
            if !(self.limits.unit()..self.limits.run()).contains(&weight) || taken[range.clone()].contains(&true) {
                continue;
            }
            let tokens = &asked.tokens[range.clone()];
            if tokens.contains(&UNKNOWN) {
                continue;
            }
            if let Some(&at) = self.short_units.get(tokens) {
                taken[range.clone()].fill(true);
                pieces.push(Piece {
                    at: at as usize..at as usize + range.len(),
                    tokens: range,
                    same: weight,
                });
            }
        }
        pieces.sort_unstable_by_key(|piece| piece.tokens.start);
    }

    /// Where the pieces stand, in both texts.
    fn spans(&self, text: &str, places: &[Span], asked: &Asked, pieces: &[Piece]) -> Vec<Contained> {
        let bytes = |places: &[Span], tokens: &Range<usize>| {
            let inside = places.get(tokens.clone()).unwrap_or_default();
            let start = inside.first().map_or(0, |span| span.start);
            Span::new(start, inside.last().map_or(start, |span| span.end))
        };
        let mut out: Vec<Contained> = Vec::with_capacity(pieces.len());
        for (i, piece) in pieces.iter().enumerate() {
            let number = self.text_of(piece.at.start);
            let source = self.text(number).unwrap_or_default();
            let at = bytes(&self.places, &piece.at);
            let before = out.last().map_or(0, |last| last.span.end);
            let behind = match pieces.get(i + 1) {
                Some(next) => bytes(places, &next.tokens).start as usize,
                None => text.len(),
            };
            let mut span = bytes(places, &piece.tokens);
            // One character may fold to tokens of two pieces.
            span.start = span.start.max(before);
            if span.end <= span.start {
                continue;
            }
            let span = adjoined(text, span, before as usize..behind, source, at);
            let all = asked.weight(piece.tokens.clone());
            out.push(Contained {
                span,
                text: number,
                at,
                share: f64::from(piece.same.min(all)) / f64::from(all.max(1)),
            });
        }
        out
    }
}

/// What sets off a clause: colons, dashes, quotation marks and brackets.
const AROUND: &str = ":：;；\"“”„«»‹›「」『』《》()（）[]【】|｜—–\t";

/// Appends what stands between colons, quotation marks and brackets in something that begins at byte `at`, and all that stands
/// behind the first colon.
fn clauses(text: &str, at: u32, out: &mut Vec<Span>) {
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut from = 0;
    let mut is_behind_colon = false;
    for (i, c) in text.char_indices() {
        looked(1);
        if !AROUND.contains(c) {
            continue;
        }
        out.push(Span::new(narrow(from), narrow(i)).shifted(at));
        from = i + c.len_utf8();
        if matches!(c, ':' | '：') && !is_behind_colon {
            is_behind_colon = true;
            out.push(Span::new(narrow(from), narrow(text.len())).shifted(at));
        }
    }
    if from > 0 {
        out.push(Span::new(narrow(from), narrow(text.len())).shifted(at));
    }
}

/// How many half words stand before each token, and in all.
pub(super) fn sums(read: &[(u32, u8)]) -> Vec<u32> {
    let mut all = 0;
    let mut sums = Vec::with_capacity(read.len() + 1);
    sums.push(all);
    for (_, weight) in read {
        all += u32::from(*weight);
        sums.push(all);
    }
    sums
}

/// The tokens that may be skipped in the text and in the reference, few before many.
fn gaps() -> impl Iterator<Item = (usize, usize)> {
    (1..=2 * GAP)
        .flat_map(|sum| (0..=sum).map(move |skipped| (skipped, sum - skipped)))
        .filter(|&(skipped, there)| skipped <= GAP && there <= GAP)
}
