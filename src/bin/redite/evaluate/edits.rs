//! Copies of a text, edited to a grade. No edit knows a language.

use super::random::Random;
use super::spelling;
use super::text::{Reader, WordKind, is_comma, number_count, numbers_missing, written_numbers};
use redite::fold::fold;
use redite::{Span, UnitKind};
use std::fmt;
use std::ops::Range;

/// How a copy differs from its source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Grade {
    Exact,
    Punct,
    W1of20,
    W10,
    Clause,
    Swap,
    W20,
    W30,
    TrapLead,
    TrapHalf,
    TrapWords60,
    TrapNumbers,
    TrapFacts,
}

impl Grade {
    /// All, in the order of tables.
    pub(crate) const ALL: [Self; 13] = [
        Self::Exact,
        Self::Punct,
        Self::W1of20,
        Self::W10,
        Self::Clause,
        Self::Swap,
        Self::W20,
        Self::W30,
        Self::TrapLead,
        Self::TrapHalf,
        Self::TrapWords60,
        Self::TrapNumbers,
        Self::TrapFacts,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Punct => "punct",
            Self::W1of20 => "w1of20",
            Self::W10 => "w10",
            Self::Clause => "clause",
            Self::Swap => "swap",
            Self::W20 => "w20",
            Self::W30 => "w30",
            Self::TrapLead => "trap_lead",
            Self::TrapHalf => "trap_half",
            Self::TrapWords60 => "trap_words60",
            Self::TrapNumbers => "trap_numbers",
            Self::TrapFacts => "trap_facts",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }

    /// True for pairs of which nothing should be removed.
    pub(crate) fn is_trap(self) -> bool {
        self >= Self::TrapLead
    }

    /// True if units of this kind come in this grade.
    pub(crate) fn fits(self, kind: UnitKind) -> bool {
        self != Self::Swap || kind == UnitKind::Paragraph
    }

    /// True if the copy is made of two texts.
    pub(super) fn needs_donor(self) -> bool {
        matches!(self, Self::TrapLead | Self::TrapHalf)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An edited copy.
#[derive(Debug, PartialEq)]
pub(super) struct Edited {
    pub(super) text: String,
    /// The share of the source's words that were touched.
    pub(super) share: f64,
    /// Bytes of the source, and of the copy, whose removal loses a fact.
    pub(super) facts: [Vec<Range<usize>>; 2],
}

impl Edited {
    fn new(text: String, share: f64) -> Self {
        Self {
            text,
            share,
            facts: Default::default(),
        }
    }
}

/// What is edited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) kind: UnitKind,
    pub(super) text: &'t str,
    /// Its sentences.
    pub(super) sentences: &'t [Span],
    /// An unrelated text, for grades that need one.
    pub(super) donor: &'t str,
}

/// Words to put in: the most frequent ones of the language.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) words: Vec<String>,
    pub(super) pieces: Vec<String>,
}

/// A copy of `source`; `None` if this text cannot be edited so.
pub(super) fn edit(
    grade: Grade,
    source: &Source<'_>,
    vocabulary: &Vocabulary,
    reader: &mut Reader,
    random: &mut Random,
) -> Option<Edited> {
    let text = source.text;
    let mut words = |percent, least| replace_words(text, percent, least, vocabulary, reader, random);
    match grade {
        Grade::Exact => Some(Edited::new(text.to_owned(), 0.0)),
        Grade::W1of20 => words(5, 1),
        Grade::W10 => words(10, 1),
        Grade::W20 => words(20, 2),
        Grade::W30 => words(30, 2),
        Grade::TrapWords60 => words(60, 2),
        Grade::Punct => spelling::respell(text, source.kind, random).map(|text| Edited::new(text, 0.0)),
        Grade::Clause => drop_clause(text, reader, random),
        Grade::Swap => swap(text, source.sentences, random).map(|text| Edited::new(text, 0.0)),
        Grade::TrapHalf => graft(text, source.donor, 40, reader),
        Grade::TrapLead => graft(text, source.donor, 20, reader),
        Grade::TrapNumbers => other_numbers(text, reader, random),
        Grade::TrapFacts => drop_number(text, reader, random),
    }
    .filter(|copy| grade == Grade::Exact || copy.text != text)
}

#[expect(clippy::cast_precision_loss, reason = "words of one text are few")]
fn ratio(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// Replaces (60 %), leaves out (20 %) or puts in (20 %) words; one alone is replaced. Numbers stay, so that the grade
/// says nothing of facts; and so does the case of the first letter.
fn replace_words(
    text: &str,
    percent: usize,
    least: usize,
    vocabulary: &Vocabulary,
    reader: &mut Reader,
    random: &mut Random,
) -> Option<Edited> {
    let words = reader.words(text);
    let n = ((words.len() * percent + 50) / 100).max(least);
    let mut chosen: Vec<usize> = (0..words.len())
        .filter(|&i| words[i].kind != WordKind::Number)
        .collect();
    if words.len() < 4 || chosen.len() < n {
        return None;
    }
    random.shuffle(&mut chosen);
    chosen.truncate(n);
    chosen.sort_unstable();
    let mut out = text.to_owned();
    for &i in chosen.iter().rev() {
        let spaced = words[i].kind == WordKind::Word;
        let range = words[i].range.clone();
        let old = &text[range.clone()];
        let list = if spaced { &vocabulary.words } else { &vocabulary.pieces };
        let mut new = other_word(old, list, random)?;
        if old.starts_with(char::is_uppercase) {
            new = capitalized(&new);
        }
        match random.below(10) {
            0..6 => out.replace_range(range, &new),
            _ if n == 1 => out.replace_range(range, &new),
            6..8 => {
                out.replace_range(range.clone(), "");
                close_gap(&mut out, range.start);
            }
            _ => {
                if spaced {
                    new.push(' ');
                }
                out.insert_str(range.start, &new);
            }
        }
    }
    let upper = |text: &str| text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    if upper(text) && !upper(&out) {
        let at = out.find(char::is_alphabetic)?;
        out = format!("{}{}", &out[..at], capitalized(&out[at..]));
    }
    Some(Edited::new(out, ratio(n, words.len())))
}

/// Takes away the space that a word left behind that stood at byte `at`.
fn close_gap(text: &mut String, at: usize) {
    let (before, after) = text.split_at(at);
    if before.is_empty() && after.starts_with(' ') {
        text.remove(0);
    } else if before.ends_with(' ') && !after.starts_with(char::is_alphanumeric) {
        text.remove(at - 1);
    }
}

/// A word with another fold; `None` if twenty tries do not find one.
fn other_word(old: &str, list: &[String], random: &mut Random) -> Option<String> {
    let old = fold(old);
    let tries = (0..20).filter_map(|_| random.pick(list));
    tries
        .map(String::as_str)
        .find(|new| fold(new) != old)
        .map(str::to_owned)
}

fn capitalized(word: &str) -> String {
    let mut rest = word.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Leaves out a clause of 5 to 35 % of the words, without numbers. If it is the last one, the stop behind it stays.
fn drop_clause(text: &str, reader: &mut Reader, random: &mut Random) -> Option<Edited> {
    let clauses = reader.clauses(text);
    let all = reader.length(text);
    let mut fitting = Vec::new();
    for clause in clauses.iter().filter(|_| clauses.len() > 2) {
        let inside = &text[clause.clone()];
        let words = reader.length(inside);
        if (5 * all..=35 * all).contains(&(100 * words)) && number_count(inside) == 0 {
            fitting.push((clause.clone(), words));
        }
    }
    let (mut clause, words) = random.pick(&fitting)?.clone();
    if clause.end == text.len() {
        // with the comma before it, and without the stop behind it
        let last = reader.words(text).last()?.range.end;
        let before = text[..clause.start].trim_end();
        clause = before.trim_end_matches(is_comma).len()..last.max(clause.start);
    }
    let mut out = format!("{}{}", &text[..clause.start], &text[clause.end..]);
    if clause.start == 0 && text.starts_with(char::is_uppercase) {
        out = capitalized(&out);
    }
    Some(Edited::new(out, ratio(words, all)))
}

/// The sentences in another order; what stands between them stays in its place.
fn swap(text: &str, sentences: &[Span], random: &mut Random) -> Option<String> {
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    if order.len() < 2 {
        return None;
    }
    while order.is_sorted() {
        random.shuffle(&mut order);
    }
    let mut out = text[..sentences[0].range().start].to_owned();
    for (place, &which) in order.iter().enumerate() {
        out.push_str(&text[sentences[which].range()]);
        let next = sentences.get(place + 1).map_or(text.len(), |s| s.range().start);
        out.push_str(&text[sentences[place].range().end..next]);
    }
    Some(out)
}

/// The first words of a text, `percent` of them, then the others of an unrelated one. It ends as the text does.
fn graft(text: &str, donor: &str, percent: usize, reader: &mut Reader) -> Option<Edited> {
    let (words, others) = (reader.words(text), reader.words(donor));
    if words.len() < 10 || others.len() < 10 {
        return None;
    }
    let (mine, theirs) = (words.len() * percent / 100, others.len() * percent / 100);
    let (head, stop) = (&text[..words[mine].range.start], &text[words.last()?.range.end..]);
    let tail = &donor[others[theirs].range.start..others.last()?.range.end];
    Some(Edited::new(
        format!("{head}{tail}{stop}"),
        ratio(words.len() - mine, words.len()),
    ))
}

/// The same words with every number another, of as many digits of the same script.
fn other_numbers(text: &str, reader: &mut Reader, random: &mut Random) -> Option<Edited> {
    let numbers = number_count(text);
    if numbers == 0 {
        return None;
    }
    (0..10).find_map(|_| {
        let mut out = String::with_capacity(text.len());
        let mut inside = false;
        for c in text.chars() {
            let zero = zero_of(c);
            out.push(match zero {
                Some(zero) => {
                    let digit = if inside { random.below(10) } else { 1 + random.below(9) };
                    u32::try_from(digit)
                        .ok()
                        .and_then(|d| char::from_u32(zero + d))
                        .unwrap_or(c)
                }
                None => c,
            });
            inside = zero.is_some();
        }
        let changed = number_count(&out) == numbers && numbers_missing(&out, text) == numbers;
        changed.then(|| Edited {
            share: ratio(numbers, reader.length(text)),
            facts: [written_numbers(text), written_numbers(&out)],
            text: out,
        })
    })
}

/// The code of the zero of the script whose digit `c` is; digits stand in order, ten in a row.
fn zero_of(c: char) -> Option<u32> {
    if !c.is_numeric() {
        return None;
    }
    let value = |c: char| {
        fold(c.encode_utf8(&mut [0; 4]))
            .as_str()
            .parse::<u32>()
            .ok()
            .filter(|v| *v < 10)
    };
    let zero = u32::from(c).checked_sub(value(c)?)?;
    let is_row = [0, 9].map(|d| char::from_u32(zero + d).and_then(value)) == [Some(0), Some(9)];
    is_row.then_some(zero)
}

/// One number left out; all others stand.
fn drop_number(text: &str, reader: &mut Reader, random: &mut Random) -> Option<Edited> {
    let mut numbers = written_numbers(text);
    random.shuffle(&mut numbers);
    numbers.into_iter().find_map(|range| {
        let mut copy = format!("{}{}", &text[..range.start], &text[range.end..]);
        close_gap(&mut copy, range.start);
        let fact_lost = numbers_missing(text, &copy) > 0 && numbers_missing(&copy, text) == 0;
        fact_lost.then(|| Edited {
            share: ratio(1, reader.length(text)),
            facts: [vec![range], Vec::new()],
            text: copy,
        })
    })
}

#[cfg(test)]
mod tests;
