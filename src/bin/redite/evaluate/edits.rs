//! Copies of a text, edited to a grade.

use super::grade::Grade;
use super::random::Random;
use super::spelling;
use super::text::{clauses, is_comma, is_unspaced, joint, length, missing, numbers, sentences, words, zero_of};
use super::vocabulary::{Vocabulary, letters};
use redite::UnitKind;
use std::ops::{Range, RangeInclusive};

/// Words of a text of which one content word is replaced.
const ONE_WORD: RangeInclusive<usize> = 10..=40;
const ONE_WORD_OF_REPRINT: RangeInclusive<usize> = 10..=60;
/// Words of a sentence that is put behind a paragraph, and sentences that paragraph has at most.
const ADDED: RangeInclusive<usize> = 6..=25;
const ADDED_TO: usize = 6;
/// Words a text has at least of which a part is combined with another text.
const GRAFTED: usize = 10;
/// Numbers of a text in which all are changed.
const NUMBERS: usize = 3;
/// Words of a paragraph that an editor touches who reprints it.
const FEW_WORDS: RangeInclusive<usize> = 1..=3;
/// How often a change is made anew that has come out as it must not.
const TRIES: usize = 10;

/// An edited copy.
#[derive(Debug, PartialEq)]
pub(super) struct Edited {
    pub(super) text: String,
    /// The share of the source's words that were touched.
    pub(super) share: f64,
}

/// A copy of `text`, a unit of a kind, in a grade; `None` if this text cannot be edited so. `donor`: an unrelated text.
pub(super) fn edit(
    grade: Grade,
    kind: UnitKind,
    text: &str,
    donor: &str,
    vocabulary: &Vocabulary,
    random: &mut Random,
) -> Option<Edited> {
    let unchanged = |text: String| Edited { text, share: 0.0 };
    let copy = match grade {
        Grade::Exact => Some(unchanged(text.to_owned())),
        Grade::Punct => spelling::respell(text, kind, random).map(unchanged),
        Grade::Edit5 => touch(text, 5, vocabulary, random),
        Grade::Edit10 => touch(text, 10, vocabulary, random),
        Grade::Edit20 => touch(text, 20, vocabulary, random),
        Grade::Word5 => replace_content(text, part(length(text), 5), vocabulary, random),
        Grade::Word10 => replace_content(text, part(length(text), 10), vocabulary, random),
        Grade::TrapWord if ONE_WORD.contains(&length(text)) => replace_content(text, 1, vocabulary, random),
        Grade::Context if ONE_WORD_OF_REPRINT.contains(&length(text)) => replace_content(text, 1, vocabulary, random),
        Grade::Clause => drop_clause(text, random),
        Grade::Swap => swap(text, random).map(unchanged),
        Grade::TrapAdded => add(text, donor),
        Grade::TrapHalf => graft(text, donor, 40),
        Grade::TrapLead => graft(text, donor, 20),
        Grade::TrapWords60 => replace_any(text, 60, vocabulary, random),
        Grade::TrapNumbers => other_numbers(text, random),
        Grade::TrapWord | Grade::Context | Grade::TrapClause | Grade::TrapFacts => None,
    };
    copy.filter(|copy| grade == Grade::Exact || copy.text != text)
}

/// So many percent, rounded; at least one.
fn part(of: usize, percent: usize) -> usize {
    ((of * percent + 50) / 100).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "words of one text are few")]
fn ratio(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// `n` of these, the last first, so that an edit moves none that is still to come.
fn chosen(mut from: Vec<usize>, n: usize, random: &mut Random) -> Vec<usize> {
    random.shuffle(&mut from);
    from.truncate(n);
    from.sort_unstable();
    from.reverse();
    from
}

/// Words touched as an editor touches them: common for common, a slip of the pen, another form, one left out, one put in.
/// Those left out are mostly common ones, those put in as well; negations and words with digits stay.
fn touch(text: &str, percent: usize, vocabulary: &Vocabulary, random: &mut Random) -> Option<Edited> {
    let all = words(text);
    let free: Vec<usize> = (0..all.len())
        .filter(|&i| !vocabulary.is_fixed(&text[all[i].clone()]))
        .collect();
    if free.len() < 4 {
        return None;
    }
    let picked = chosen(free, part(all.len(), percent), random);
    let share = ratio(picked.len(), all.len());
    let unspaced = is_unspaced(text);
    let mut out = text.to_owned();
    for i in picked {
        let range = all[i].clone();
        let word = &text[range.clone()];
        let is_common = vocabulary.is_common(word);
        let draw = random.below(100);
        if draw < 20 && is_common {
            let new = vocabulary.common(word, unspaced, random)?;
            out.replace_range(range, &in_case_of(word, &new));
        } else if draw < 35 && !unspaced && letters(word) >= 5 {
            out.replace_range(range, &slip(word, random));
        } else if let Some(form) = Some(draw)
            .filter(|d| *d < 55 && !unspaced)
            .and_then(|_| vocabulary.form(word, random))
        {
            out.replace_range(range, &in_case_of(word, &form));
        } else if draw < 80 && (is_common || random.below(4) == 0) {
            leave_out(&mut out, range);
        } else {
            let new = if random.below(100) < 85 {
                vocabulary.common(word, unspaced, random)?
            } else {
                vocabulary.any(word, unspaced, random)?
            };
            out.insert_str(range.start, &(new + joint(text)));
        }
    }
    Some(Edited {
        text: as_capital(text, out),
        share,
    })
}

/// A few words touched as an editor touches them who reprints a text: a common one exchanged for another, left out or put in, or a slip
/// of the pen.
pub(super) fn polish(text: &str, vocabulary: &Vocabulary, random: &mut Random) -> Option<String> {
    let all = words(text);
    let unspaced = is_unspaced(text);
    let is_free = |word: &str| {
        let slips = !unspaced && letters(word) >= 5;
        !vocabulary.is_fixed(word) && (slips || vocabulary.is_common(word))
    };
    let free: Vec<usize> = (0..all.len()).filter(|&i| is_free(&text[all[i].clone()])).collect();
    let n = FEW_WORDS.start() + random.below(FEW_WORDS.end() - FEW_WORDS.start() + 1);
    let mut out = text.to_owned();
    for i in chosen(free, n, random) {
        let range = all[i].clone();
        let word = &text[range.clone()];
        if !vocabulary.is_common(word) {
            out.replace_range(range, &slip(word, random));
            continue;
        }
        match random.below(3) {
            0 => leave_out(&mut out, range),
            1 => out.insert_str(range.start, &(vocabulary.common(word, unspaced, random)? + joint(text))),
            _ => {
                let new = vocabulary.common(word, unspaced, random)?;
                out.replace_range(range, &in_case_of(word, &new));
            }
        }
    }
    let out = as_capital(text, out);
    (out != text).then_some(out)
}

/// Two neighbouring letters exchanged, one left out or doubled; not the first, nor the last two.
fn slip(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len().saturating_sub(3));
    match random.below(3) {
        0 => letters.swap(at, at + 1),
        1 => drop(letters.remove(at)),
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}

/// Leaves out a word, with a space beside it.
fn leave_out(text: &mut String, mut range: Range<usize>) {
    if text[range.end..].starts_with(' ') {
        range.end += 1;
    } else if text[..range.start].ends_with(' ') {
        range.start -= 1;
    }
    text.replace_range(range, "");
}

/// `n` content words, the first word of the text aside, replaced by others.
fn replace_content(text: &str, n: usize, vocabulary: &Vocabulary, random: &mut Random) -> Option<Edited> {
    let all = words(text);
    let least = if is_unspaced(text) { 2 } else { 4 };
    let is_content = |word: &str| !vocabulary.is_fixed(word) && !vocabulary.is_common(word) && letters(word) >= least;
    let free: Vec<usize> = (1..all.len()).filter(|&i| is_content(&text[all[i].clone()])).collect();
    if free.len() < n {
        return None;
    }
    let mut out = text.to_owned();
    for i in chosen(free, n, random) {
        let new = vocabulary.content(&text[all[i].clone()], random)?;
        out.replace_range(all[i].clone(), &new);
    }
    Some(Edited {
        text: out,
        share: ratio(n, all.len()),
    })
}

/// Words replaced (60 %), left out (20 %) or with a new one before them (20 %), whatever they are.
fn replace_any(text: &str, percent: usize, vocabulary: &Vocabulary, random: &mut Random) -> Option<Edited> {
    let all = words(text);
    if all.len() < 4 {
        return None;
    }
    let n = part(all.len(), percent);
    let unspaced = is_unspaced(text);
    let mut out = text.to_owned();
    for i in chosen((0..all.len()).collect(), n, random) {
        let range = all[i].clone();
        let word = &text[range.clone()];
        match random.below(10) {
            0..6 => out.replace_range(range, &in_case_of(word, &vocabulary.any(word, unspaced, random)?)),
            6..8 => leave_out(&mut out, range),
            _ => out.insert_str(range.start, &(vocabulary.any(word, unspaced, random)? + joint(text))),
        }
    }
    Some(Edited {
        text: out,
        share: ratio(n, all.len()),
    })
}

/// `new` with a capital if `old` has one.
fn in_case_of(old: &str, new: &str) -> String {
    if old.starts_with(char::is_uppercase) {
        capitalized(new)
    } else {
        new.to_owned()
    }
}

fn capitalized(word: &str) -> String {
    let mut rest = word.chars();
    rest.next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `new` with a capital as its first letter if `old` has one, or a sentence would not begin there.
fn as_capital(old: &str, new: String) -> String {
    let upper = |text: &str| text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    match new.find(char::is_alphabetic) {
        Some(at) if upper(old) && !upper(&new) => format!("{}{}", &new[..at], capitalized(&new[at..])),
        _ => new,
    }
}

/// Leaves out a clause of 5 to 35 % of the words. If it is the last one, the stop behind it stays.
fn drop_clause(text: &str, random: &mut Random) -> Option<Edited> {
    let clauses = clauses(text);
    if clauses.len() < 3 {
        return None;
    }
    let all = words(text);
    let mut fitting = Vec::new();
    for clause in clauses {
        let n = all.iter().filter(|word| clause.contains(&word.start)).count();
        if (5 * all.len()..=35 * all.len()).contains(&(100 * n)) {
            fitting.push((clause, n));
        }
    }
    let (mut clause, n) = random.pick(&fitting)?.clone();
    if clause.end == text.len() {
        // with the comma before it, and without the stop behind it
        let before = text[..clause.start].trim_end().trim_end_matches(is_comma);
        clause = before.len()..all.last()?.end.max(clause.start);
    }
    let out = format!("{}{}", &text[..clause.start], &text[clause.end..]);
    Some(Edited {
        text: as_capital(text, out.trim().to_owned()),
        share: ratio(n, all.len()),
    })
}

/// The sentences in another order.
fn swap(text: &str, random: &mut Random) -> Option<String> {
    let sentences: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
    if sentences.len() < 3 {
        return None;
    }
    let mut order = sentences.clone();
    for _ in 0..TRIES {
        random.shuffle(&mut order);
        if order != sentences {
            return Some(order.join(joint(text)));
        }
    }
    None
}

/// A sentence of the donor behind the text.
fn add(text: &str, donor: &str) -> Option<Edited> {
    if sentences(text).len() > ADDED_TO {
        return None;
    }
    let added = added(donor)?;
    let new = length(added);
    Some(Edited {
        text: [text, joint(text), added].concat(),
        share: ratio(new, length(text) + new),
    })
}

/// The sentence of a text that is put behind another one.
pub(super) fn added(donor: &str) -> Option<&str> {
    let mut sentences = sentences(donor).into_iter().map(|range| &donor[range]);
    sentences.find(|sentence| ADDED.contains(&length(sentence)))
}

/// The first words of a text, `percent` of them, then the others of the donor.
fn graft(text: &str, donor: &str, percent: usize) -> Option<Edited> {
    let (ours, others) = (words(text), words(donor));
    if ours.len() < GRAFTED || others.len() < GRAFTED {
        return None;
    }
    let from = |words: &[Range<usize>]| words[(words.len() * percent / 100).max(2)].start;
    let kept = (ours.len() * percent / 100).max(2);
    Some(Edited {
        text: format!("{}{}", &text[..from(&ours)], &donor[from(&others)..]),
        share: ratio(ours.len() - kept, ours.len()),
    })
}

/// The same words with every number another, of as many digits of the same script.
fn other_numbers(text: &str, random: &mut Random) -> Option<Edited> {
    let old = numbers(text);
    if old.len() < NUMBERS {
        return None;
    }
    (0..TRIES).find_map(|_| {
        let mut out = String::with_capacity(text.len());
        let mut inside = false;
        for c in text.chars() {
            let zero = zero_of(c);
            out.push(match zero {
                Some(zero) => {
                    let digit = if inside { random.below(10) } else { 1 + random.below(9) };
                    let digit = u32::try_from(digit).ok();
                    digit.and_then(|d| char::from_u32(zero + d)).unwrap_or(c)
                }
                None => c,
            });
            inside = zero.is_some();
        }
        let new = numbers(&out);
        let changed = new.len() == old.len() && missing(&new, &old) == old.len();
        changed.then(|| Edited {
            text: out,
            share: ratio(old.len(), length(text)),
        })
    })
}

#[cfg(test)]
mod tests;
