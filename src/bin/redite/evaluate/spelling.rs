//! Spelling variants of a text: punctuation, quotation marks, spaces, number formatting, case, Unicode form.
//!
//! Only [`numbers`] changes anything next to a digit, so that no fact changes.

use super::random::Random;
use redite::UnitKind;
use unicode_normalization::UnicodeNormalization;

/// Changes made to one text.
const CHANGES: usize = 3;

type Change = fn(&str, &mut Random) -> String;

/// What can be done to any unit.
const ANYWHERE: [Change; 10] = [
    quotes,
    apostrophes,
    dashes,
    brackets,
    commas,
    colons,
    spaces,
    numbers,
    case,
    normal_form,
];

/// What would move the end of a sentence that others stand around.
const PARAGRAPH: [Change; 2] = [first_case, last_stop];

/// Up to three of the changes that do something to this text; `None` if none does.
pub(super) fn respell(text: &str, kind: UnitKind, random: &mut Random) -> Option<String> {
    let mut changes = ANYWHERE.to_vec();
    if kind == UnitKind::Paragraph {
        changes.extend(PARAGRAPH);
    }
    random.shuffle(&mut changes);
    let mut out = text.to_owned();
    let mut done = 0;
    for change in changes {
        let changed = change(&out, random);
        if changed != out {
            (out, done) = (changed, done + 1);
        }
        if done == CHANGES {
            break;
        }
    }
    (out != text).then_some(out)
}

/// Replaces characters, but those beside a digit.
fn map(text: &str, with: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let by_digit = before.is_numeric() || rest.peek().is_some_and(|c| c.is_numeric());
        match with(c).filter(|_| !by_digit) {
            Some(new) => out.push_str(new),
            None => out.push(c),
        }
        before = c;
    }
    out
}

fn quotes(text: &str, _: &mut Random) -> String {
    let curly = text.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}']);
    let mut opens = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => out.push('"'),
            '"' if !curly => {
                opens = !opens;
                out.push(if opens { '\u{201c}' } else { '\u{201d}' });
            }
            '\u{300c}' => out.push('\u{300e}'),
            '\u{300d}' => out.push('\u{300f}'),
            c => out.push(c),
        }
    }
    out
}

fn apostrophes(text: &str, _: &mut Random) -> String {
    let curly = text.contains('\u{2019}');
    map(text, |c| match c {
        '\u{2019}' => Some("'"),
        '\'' if !curly => Some("\u{2019}"),
        _ => None,
    })
}

fn dashes(text: &str, _: &mut Random) -> String {
    map(text, |c| match c {
        '-' => Some("\u{2011}"),
        '\u{2013}' | '\u{2014}' => Some("-"),
        _ => None,
    })
}

fn brackets(text: &str, _: &mut Random) -> String {
    map(text, |c| match c {
        '(' => Some("["),
        ')' => Some("]"),
        '\u{ff08}' => Some("("),
        '\u{ff09}' => Some(")"),
        _ => None,
    })
}

/// Full-width, ideographic and Arabic commas become others; else one comma goes.
fn commas(text: &str, random: &mut Random) -> String {
    let out = map(text, |c| match c {
        '\u{ff0c}' | '\u{60c}' => Some(","),
        '\u{3001}' => Some("\u{ff0c}"),
        _ => None,
    });
    if out != text {
        return out;
    }
    let marked = map(text, |c| (c == ',').then_some("\u{1}"));
    let places: Vec<usize> = marked.match_indices("\u{1} ").map(|(at, _)| at).collect();
    match random.pick(&places) {
        Some(&at) => format!("{}{}", &text[..at], &text[at + 1..]),
        None => out,
    }
}

fn colons(text: &str, _: &mut Random) -> String {
    map(text, |c| match c {
        ':' => Some(" :"),
        ';' => Some(","),
        '\u{ff1a}' => Some(":"),
        '\u{ff1b}' => Some("\u{ff0c}"),
        _ => None,
    })
}

/// One or two spaces become wider, narrower or no-break ones, or two.
fn spaces(text: &str, random: &mut Random) -> String {
    let marked = map(text, |c| (c == ' ').then_some("\u{1}"));
    let mut places: Vec<usize> = marked.match_indices('\u{1}').map(|(at, _)| at).collect();
    random.shuffle(&mut places);
    places.truncate(2);
    places.sort_unstable();
    let mut out = text.to_owned();
    for &at in places.iter().rev() {
        let new = random.pick(&["  ", "\u{a0}", "\u{2009}", "\u{2003}"]).copied();
        out.replace_range(at..=at, new.unwrap_or(" "));
    }
    out
}

/// One word in capitals.
fn case(text: &str, random: &mut Random) -> String {
    // of these, capitals are another letter's
    let cased = |word: &&str| word.chars().any(char::is_lowercase) && !word.contains(['\u{131}', '\u{130}']);
    let words: Vec<&str> = text.split_whitespace().skip(1).filter(cased).collect();
    let Some(word) = random.pick(&words) else {
        return text.to_owned();
    };
    match text.find(&format!(" {word} ")) {
        Some(at) => {
            let (start, end) = (at + 1, at + 1 + word.len());
            format!("{}{}{}", &text[..start], word.to_uppercase(), &text[end..])
        }
        None => text.to_owned(),
    }
}

fn normal_form(text: &str, _: &mut Random) -> String {
    let apart: String = text.nfd().collect();
    if apart == text { text.nfc().collect() } else { apart }
}

fn first_case(text: &str, _: &mut Random) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some('\u{130}' | '\u{131}') | None => text.to_owned(),
        Some(c) if c.is_uppercase() => c.to_lowercase().chain(rest).collect(),
        Some(c) => c.to_uppercase().chain(rest).collect(),
    }
}

fn last_stop(text: &str, _: &mut Random) -> String {
    match text.strip_suffix(['.', '!', '\u{3002}', '\u{ff01}', '\u{964}', '\u{6d4}']) {
        Some(rest) => rest.to_owned(),
        None => format!("{text}."),
    }
}

/// What parts groups of three digits.
const GROUPS: [char; 5] = [',', '.', '\u{a0}', '\u{202f}', '\u{2009}'];

/// Numbers of five and six digits take group marks, those with group marks take others or lose them; where letters are
/// full-width, so may be digits. A number in brackets or between spaces only: `v1.234.567` is none.
fn numbers(text: &str, random: &mut Random) -> String {
    let style = random.below(GROUPS.len() + 1);
    let wide = text
        .chars()
        .any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let number = &rest[at..];
        let end = number
            .find(|c: char| !c.is_ascii_digit() && !GROUPS.contains(&c))
            .unwrap_or(number.len());
        let number = number[..end].trim_end_matches(GROUPS);
        let before = rest[..at].chars().next_back().or(out.chars().next_back());
        let after = rest[at + number.len()..].trim_start_matches(['.', ',']).chars().next();
        out.push_str(&rest[..at]);
        rest = &rest[at + number.len()..];
        let alone = before.is_none_or(|c| c.is_whitespace() || c == '(')
            && !beside_number(&out)
            && after.is_none_or(|c| c.is_whitespace() || c == ')')
            && !rest.trim_start().starts_with(char::is_numeric);
        match digits(number).filter(|_| alone) {
            Some(digits) => out.push_str(&grouped(&digits, GROUPS.get(style).copied())),
            None if wide && number.bytes().all(|b| b.is_ascii_digit()) => {
                out.extend(
                    number
                        .bytes()
                        .filter_map(|b| char::from_u32(0xff10 + u32::from(b - b'0'))),
                );
            }
            None => out.push_str(number),
        }
    }
    out + rest
}

fn beside_number(before: &str) -> bool {
    before.trim_end().ends_with(char::is_numeric)
}

/// The digits of a whole number that may be written with and without group marks.
fn digits(number: &str) -> Option<String> {
    let mut groups = number.split(GROUPS);
    let first = groups.next()?;
    let others: Vec<&str> = groups.collect();
    let marks: Vec<char> = number.chars().filter(|c| GROUPS.contains(c)).collect();
    let plain = others.is_empty() && (5..=6).contains(&first.len());
    let marked = !others.is_empty()
        && (1..=3).contains(&first.len())
        && others.iter().all(|g| g.len() == 3)
        && marks.iter().all(|m| *m == marks[0]);
    ((plain || marked) && !first.starts_with('0')).then(|| first.to_owned() + &others.concat())
}

fn grouped(digits: &str, mark: Option<char>) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.extend(mark);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: Change, text: &str) -> String {
        change(text, &mut Random::stream(7, &[]))
    }

    #[test]
    fn each_change_does_what_it_says() {
        for (change, text, expected) in [
            (quotes as Change, "\"so\" it", "\u{201c}so\u{201d} it"),
            (quotes, "«так» „so“", "\"так\" \"so\""),
            (quotes, "「雨」", "『雨』"),
            (apostrophes, "l'été 5'", "l’été 5'"),
            (dashes, "a-b – c 1-2 -3", "a‑b - c 1-2 -3"),
            (brackets, "(a) (1) （雨）", "[a] (1) (雨)"),
            (commas, "雨，雪、風", "雨,雪，風"),
            (commas, "نعم، لا", "نعم, لا"),
            (commas, "1,500 or 1, then so, and", "1,500 or 1, then so and"),
            (colons, "so: it; 1:2", "so : it, 1:2"),
            (case, "a word b", "a WORD b"),
            (case, "a ılık b", "a ılık b"),
            (normal_form, "été", "e\u{301}te\u{301}"),
            (normal_form, "각", "\u{1100}\u{1161}\u{11a8}"),
            (first_case, "Он", "он"),
            (last_stop, "है।", "है"),
            (last_stop, "so", "so."),
        ] {
            assert_eq!(with(change, text), expected, "{text}");
        }
        assert_ne!(with(spaces, "so it is"), "so it is");
        assert_eq!(with(spaces, "1 2"), "1 2");
    }

    /// Every way of writing a number has the same value, and what is not a whole number stays as it is.
    #[test]
    fn numbers_keep_their_value() {
        for (text, least) in [
            ("Some 12500 people", 3),
            ("Some 1.500 people, 1,234,567 sheep.", 3),
            ("(20 000)", 0),
            ("1 500 000", 0),
            ("v1.234.567 #12345 12345-6 0.500 1500 2017 12.05.2017 3.14 7 12500", 0),
            ("東京の人口は12500人です", 1),
        ] {
            let mut seen = std::collections::BTreeSet::new();
            for seed in 0..40 {
                let new = numbers(text, &mut Random::stream(seed, &[]));
                assert_eq!(redite::fold::fold(&new), redite::fold::fold(text), "{new}");
                if new != text {
                    seen.insert(new);
                }
            }
            assert!(
                seen.len() >= least && (least > 0 || seen.is_empty()),
                "{text}: {seen:?}"
            );
        }
    }

    #[test]
    fn a_text_that_cannot_be_respelled_has_no_variant() {
        assert_eq!(respell("雨", UnitKind::Sentence, &mut Random::stream(7, &[])), None);
        assert!(respell("雨", UnitKind::Paragraph, &mut Random::stream(7, &[])).is_some());
    }
}
