//! Repeats that stay after all, because what is left would suffer:
//!
//! - What directly follows a unit that stays and ends in a colon: `The following tables cannot be restored:` would introduce
//!   whatever comes next. If that is an item of less than five words, the next one, too.
//! - In a paragraph that begins with a capital, what begins with a small letter behind something that stays and is no whole
//!   sentence by its end; what is none before a small letter that stays; and whatever stands before a small letter if the line
//!   would begin with that: a boundary was set inside a sentence (`from the U.S. and many of …`, `“I left.” said he`). The same
//!   of what begins with a digit behind an abbreviation (`in Feb. 2004 for …`).
//! - All repeats of a line of which three words or fewer would be left, but for the number of an item. In scripts without spaces a
//!   word is two letters; or, if one sentence of less than forty characters is left, what stands between spaces and
//!   punctuation: a short sentence does not stay alone, unless that is what the line says twice.
//!
//! These are rules on one text. Nothing was decided by what is spared here, and whatever goes still stands where it is said
//! to stand.

use super::Removed;
use crate::model::UnitKind;
use crate::steps::looked;
use crate::store::{Edges, Store};
use std::ops::Range;

/// In half words: of a line, more must be left.
const STUB: u32 = 6;
/// In half words: a shorter item of a list is followed by another.
const ITEM: u32 = 10;
/// In half words: as long is an abbreviation at most (`z.B.`).
const ABBREVIATION: u32 = 4;

/// A stretch of a text that goes or stays as one: a removed paragraph, a sentence, or a part of one.
#[derive(Clone, Copy)]
struct Leaf {
    edges: Edges,
    weight: u32,
    /// It is a part, and not the first one of its sentence.
    is_inside: bool,
    /// Its level and its place among what is removed of that level, if it is.
    removed: Option<(usize, usize)>,
    /// What it repeats stands in the same paragraph.
    is_said_beside: bool,
}

/// For what is removed of each level, in store order, whether it stays.
pub(super) fn spared(removed: &[Vec<Removed>; 3], store: &Store) -> [Vec<bool>; 3] {
    let mut stays: [Vec<bool>; 3] = removed.each_ref().map(|removed| vec![false; removed.len()]);
    let mut texts = Texts {
        store,
        removed,
        at: [0; 3],
        leaves: Vec::new(),
    };
    let mut before: Option<(u32, Leaf)> = None;
    for paragraph in that_lose(removed, store) {
        let introduction = texts.introduction(paragraph, before, &stays);
        texts.read(paragraph, &stays);
        let leaves = &mut texts.leaves;
        for at in settle(leaves, introduction) {
            if let Some((level, place)) = leaves[at].removed.take() {
                stays[level][place] = true;
            }
        }
        before = leaves.last().map(|&leaf| (paragraph, leaf)).or(before);
    }
    stays
}

/// The paragraphs of which something is removed, in store order.
fn that_lose(removed: &[Vec<Removed>; 3], store: &Store) -> Vec<u32> {
    let [paragraphs, sentences, parts] = removed.each_ref().map(|removed| removed.iter().map(|r| r.removed));
    let of_sentence = |sentence| super::narrow(store.paragraphs.partition_point(|&first| first <= sentence) - 1);
    let of_part = |part: u32| of_sentence(store.parts[part as usize].sentence);
    let mut out: Vec<u32> = paragraphs
        .chain(sentences.map(of_sentence))
        .chain(parts.map(of_part))
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Which of the removed leaves of one paragraph stay, given the one before the paragraph.
fn settle(leaves: &[Leaf], introduction: Option<Leaf>) -> Vec<usize> {
    looked(4 * leaves.len());
    let mut goes: Vec<bool> = leaves.iter().map(|leaf| leaf.removed.is_some()).collect();
    let has_capitals = leaves.first().is_some_and(|leaf| leaf.edges.begins_with_capital);
    let mut begins_list = false;
    for at in 0..leaves.len() {
        let left = match at.checked_sub(1) {
            Some(left) => (!goes[left]).then_some(leaves[left]),
            None => introduction.filter(|leaf| leaf.removed.is_none()),
        };
        // a short item is no list yet
        let is_introduced = left.is_some_and(|left| left.edges.ends_in_colon) || begins_list;
        begins_list = is_introduced && leaves[at].weight < ITEM;
        let is_open = left.is_some_and(|left| left.edges.ends_open);
        let is_rest = at > 0 && is_open && has_capitals && leaves[at].edges.begins_small;
        let is_cut = leaves[at].is_inside
            && left.is_some_and(|left| left.edges.ends_short)
            && leaves[at].edges.begins_with_digit;
        goes[at] &= !(is_introduced || is_rest || is_cut);
    }
    // whether anything of its line stays before each leaf
    let mut stays_before = Vec::with_capacity(leaves.len());
    let mut stays = false;
    for (leaf, goes) in leaves.iter().zip(&goes) {
        stays &= !leaf.edges.begins_line;
        stays_before.push(stays);
        stays |= !goes;
    }
    for at in (1..leaves.len()).rev() {
        // an abbreviation by itself begins what follows
        let is_small = leaves[at].edges.begins_small && leaves[at].weight > ABBREVIATION;
        let begins_line = !leaves[at].edges.begins_line && !stays_before[at];
        if has_capitals && !goes[at] && is_small && (leaves[at - 1].edges.ends_open || begins_line) {
            goes[at - 1] = false;
        }
    }
    let mut line = 0;
    while line < leaves.len() {
        let more = leaves[line + 1..].iter().take_while(|leaf| !leaf.edges.begins_line);
        let end = line + 1 + more.count();
        let left = leaves[line..end].iter().zip(&goes[line..end]);
        let left: Vec<&Leaf> = left
            .filter(|(leaf, goes)| !**goes && !leaf.edges.is_mark)
            .map(|(leaf, _)| leaf)
            .collect();
        let sum = |of: fn(&Leaf) -> u32| left.iter().map(|leaf| of(leaf)).sum::<u32>();
        let weight = sum(|leaf| leaf.weight);
        let is_short = |leaf: &Leaf| leaf.edges.words < Edges::MANY && leaf.edges.chars < Edges::LONG;
        let mut gone = leaves[line..end]
            .iter()
            .zip(&goes[line..end])
            .filter(|(_, goes)| **goes);
        let is_said_beside = gone.any(|(leaf, _)| leaf.is_said_beside);
        let is_short = matches!(left[..], [leaf] if is_short(leaf)) && !is_said_beside;
        if weight > 0 && (weight <= STUB || is_short) {
            goes[line..end].fill(false);
        }
        line = end;
    }
    (0..leaves.len())
        .filter(|&at| !goes[at] && leaves[at].removed.is_some())
        .collect()
}

/// Reads the leaves of paragraph after paragraph.
struct Texts<'s> {
    store: &'s Store,
    removed: &'s [Vec<Removed>; 3],
    /// How much of each level has been read.
    at: [usize; 3],
    leaves: Vec<Leaf>,
}

impl Texts<'_> {
    /// The last leaf of the same text before a paragraph, given the last one of a paragraph that has been settled before.
    fn introduction(&mut self, paragraph: u32, settled: Option<(u32, Leaf)>, stays: &[Vec<bool>; 3]) -> Option<Leaf> {
        let text = self.store.paragraphs_of_text_of(paragraph);
        (text.start..paragraph).rev().find_map(|before| {
            if let Some((_, leaf)) = settled.filter(|settled| settled.0 == before) {
                return Some(leaf);
            }
            self.read(before, stays);
            self.leaves.last().copied()
        })
    }

    /// Reads a paragraph.
    fn read(&mut self, paragraph: u32, stays: &[Vec<bool>; 3]) {
        self.leaves.clear();
        let store = self.store;
        let sentences = store.sentences_in(paragraph as usize);
        if let Some(removed) = self.removed(0, paragraph as usize, stays) {
            let entry = store.paragraph(paragraph).entry;
            let edges = self.edges_of(sentences.clone());
            self.leaf(edges, entry.weight, false, Some(removed), paragraph);
            return;
        }
        let mut parts = store.parts_of(sentences.clone()).peekable();
        looked(sentences.len());
        for sentence in sentences {
            let number = super::narrow(sentence);
            if let Some(removed) = self.removed(1, sentence, stays) {
                self.leaf(
                    store.edges(sentence),
                    store.sentence(number).weight,
                    false,
                    Some(removed),
                    paragraph,
                );
                while parts.next_if(|&part| store.parts[part].sentence <= number).is_some() {}
                continue;
            }
            let before = self.leaves.len();
            while let Some(part) = parts.next_if(|&part| store.parts[part].sentence <= number) {
                let removed = self.removed(2, part, stays);
                let weight = store.part(super::narrow(part)).weight;
                let is_inside = self.leaves.len() > before;
                self.leaf(store.edges_of_part(part), weight, is_inside, removed, paragraph);
            }
            if self.leaves.len() == before {
                self.leaf(
                    store.edges(sentence),
                    store.sentence(number).weight,
                    false,
                    None,
                    paragraph,
                );
            }
        }
    }

    fn leaf(&mut self, edges: Edges, weight: u32, is_inside: bool, removed: Option<(usize, usize)>, paragraph: u32) {
        let is_here = |(level, place): (usize, usize)| {
            let kept = self.removed[level][place].kept;
            let entry = self.store.paragraph(paragraph).entry;
            let here = self.store.unit(&entry, UnitKind::Paragraph);
            (kept.article.0, kept.field) == (here.article.0, here.field) && here.span.contains(kept.span)
        };
        self.leaves.push(Leaf {
            edges,
            weight,
            is_inside,
            removed,
            is_said_beside: removed.is_some_and(is_here),
        });
    }

    /// The place of a unit among the removed ones of its level. Asked in order.
    fn removed(&mut self, level: usize, unit: usize, stays: &[Vec<bool>; 3]) -> Option<(usize, usize)> {
        let removed = &self.removed[level];
        while removed.get(self.at[level]).is_some_and(|r| (r.removed as usize) < unit) {
            self.at[level] += 1;
        }
        let place = self.at[level];
        let is_it = removed.get(place).is_some_and(|r| r.removed as usize == unit) && !stays[level][place];
        is_it.then_some((level, place))
    }

    /// The edges of a whole paragraph, as far as they are asked for: how it begins, and whether it ends in a colon.
    fn edges_of(&self, sentences: Range<usize>) -> Edges {
        Edges {
            ends_in_colon: self.store.edges(sentences.end - 1).ends_in_colon,
            ..self.store.edges(sentences.start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf for each word: capitals go, `:` ends in a colon, `.` begins with a small letter, `!` ends a sentence, `/` begins a line,
    /// `#` ends the number of an item, `~` ends in an abbreviation, `=` begins with a digit, `|` begins a sentence, `?` has no spaces, `<` repeats what stands beside it; of ten half words, or of as many as a digit says.
    fn stays(text: &str) -> String {
        let words: Vec<&str> = text.split(' ').collect();
        let leaves: Vec<Leaf> = (words.iter().enumerate())
            .map(|(place, word)| Leaf {
                edges: Edges {
                    ends_in_colon: word.ends_with(':'),
                    ends_open: !word.ends_with('!'),
                    ends_short: word.ends_with('~'),
                    begins_with_digit: word.contains('='),
                    begins_small: word.starts_with('.'),
                    begins_with_capital: !word.starts_with('.'),
                    begins_line: word.starts_with('/'),
                    is_mark: word.ends_with('#'),
                    words: if word.contains('?') { 1 } else { Edges::MANY },
                    chars: 8,
                },
                weight: word
                    .bytes()
                    .find(u8::is_ascii_digit)
                    .map_or(10, |digit| u32::from(digit - b'0')),
                is_inside: !word.starts_with('|'),
                removed: word.bytes().any(|b| b.is_ascii_uppercase()).then_some((0, place)),
                is_said_beside: word.ends_with('<'),
            })
            .collect();
        let stays: Vec<&str> = settle(&leaves, None).into_iter().map(|at| words[at]).collect();
        stays.join(" ")
    }

    #[test]
    fn what_is_left_does_not_suffer() {
        for (text, spared) in [
            ("a B c", ""),
            ("a: B c", "B"),
            ("a: B C d", "B"),
            ("A: B c", ""),
            ("a .B c", ".B"),
            ("A .B c", ""),
            ("A .b c", "A"),
            ("A .B .c", "A .B"),
            ("a! .B c", ""),
            ("A! .b c", "A!"),
            ("a A! .b c", ""),
            (".a .B c", ""),
            ("A b4", "A"),
            ("A b7", ""),
            ("A b7?", "A"),
            ("A b7? c7?", ""),
            ("A< b7?", ""),
            ("A B", ""),
            ("A b0", ""),
            ("a /B c4", "/B"),
            ("a /B /c4", ""),
            ("a2# B", ""),
            ("a~ =B", "=B"),
            ("A~ =B", ""),
            ("a~ |=B", ""),
            ("a =B", ""),
        ] {
            assert_eq!(stays(text), spared, "{text}");
        }
    }
}
