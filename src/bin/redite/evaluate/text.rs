//! What a text is made of, as the yardstick sees it.
//!
//! The library is not asked, but for the value of a digit: the yardstick must not lean on what it measures.

use redite::fold::fold;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text: runs of letters, digits and marks, with the apostrophes between them. Runs with letters of a script
/// without spaces are cut into pieces of two characters.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for run in runs(text) {
        let word = &text[run.clone()];
        if !word.contains(is_unspaced_letter) {
            out.push(run);
            continue;
        }
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| run.start + at).step_by(2).collect();
        let ends = starts.iter().skip(1).copied().chain([run.end]);
        out.extend(starts.iter().zip(ends).map(|(&start, end)| start..end));
    }
    out
}

/// How many words a text has.
pub(super) fn length(text: &str) -> usize {
    words(text).len()
}

fn runs(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        if !is_alphanumeric(c) {
            continue;
        }
        loop {
            let mut rest = text[at..].chars();
            at += match rest.next() {
                Some(c) if is_alphanumeric(c) || is_combining_mark(c) || c == '_' => c.len_utf8(),
                Some(c @ ('\'' | '\u{2019}')) if rest.next().is_some_and(is_alphanumeric) => c.len_utf8(),
                _ => break,
            };
        }
        out.push(start..at);
    }
    out
}

/// A letter or a number; marks are neither.
fn is_alphanumeric(c: char) -> bool {
    c.is_alphanumeric() && !is_combining_mark(c)
}

/// Han, kana, Thai, Lao, Khmer, Myanmar.
fn is_unspaced_letter(c: char) -> bool {
    matches!(
        c,
        '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{e00}'..='\u{eff}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{1000}'..='\u{109f}'
    )
}

/// True if more than a third of the letters are of scripts without spaces.
pub(super) fn is_unspaced(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    3 * count(is_unspaced_letter) > count(|c| c.is_alphabetic() && !is_combining_mark(c))
}

/// What two sentences of a text are joined by.
pub(super) fn joint(text: &str) -> &'static str {
    if is_unspaced(text) { "" } else { " " }
}

/// A text in lower case, as far as case makes no difference to a reader: `ß` is `ss`, final and other sigma are one.
pub(super) fn caseless(text: &str) -> String {
    let lower = |c: char| c.to_lowercase();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{131}' => out.push(c),
            c => out.extend(c.to_uppercase().flat_map(lower)),
        }
    }
    out
}

/// The words of a text for comparisons, without regard to case and form; letters, if its script has no spaces.
pub(super) fn units(text: &str) -> Vec<String> {
    let text = caseless(&text.nfkc().collect::<String>());
    if is_unspaced(&text) {
        let letters = text.chars().filter(|c| is_alphanumeric(*c));
        return letters.map(String::from).collect();
    }
    runs(&text).into_iter().map(|run| text[run].to_owned()).collect()
}

/// The sentences of a text that is one line: after a full stop or the like, and closing marks, and before white space and
/// anything but a Latin lower-case letter; after an ideographic stop always.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut before = ' ';
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let behind = |marks: &[char]| text.len() - text[at..].trim_start_matches(marks).len();
        let end = match before {
            '。' | '！' | '？' | '｡' => Some(behind(&['」', '』', '”', '’', '）', ')'])),
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' => {
                let end = behind(&['"', '\'', '»', '”', '’', ')', ']']);
                let next = text[end..].trim_start_matches(is_space);
                let goes_on = next.is_empty() || next.starts_with(|c: char| c.is_ascii_lowercase());
                (text[end..].starts_with(is_space) && !goes_on).then_some(end)
            }
            _ => None,
        };
        cuts.extend(end);
        let next = end.filter(|end| *end > at).unwrap_or(at + c.len_utf8());
        before = text[at..next].chars().next_back().unwrap_or(c);
        at = next;
    }
    cuts.push(text.len());
    let mut start = 0;
    let mut out = Vec::with_capacity(cuts.len());
    for end in cuts {
        let piece = &text[start..end];
        let trimmed = piece.trim_matches(is_space);
        if !trimmed.is_empty() {
            let from = start + piece.len() - piece.trim_start_matches(is_space).len();
            out.push(from..from + trimmed.len());
        }
        start = end;
    }
    out
}

/// White space, and the separators of files, groups, records and fields.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A text as one line: a space for any white space, and none for a line break between letters of a script without spaces.
pub(super) fn one_line(text: &str) -> String {
    let full_width = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}');
    let mut out = String::with_capacity(text.len());
    // whether there is white space before what comes, and whether it has a line break
    let (mut gap, mut broken) = (false, false);
    for c in text.trim_matches(is_space).chars() {
        if is_space(c) {
            (gap, broken) = (true, broken || is_line_break(c));
            continue;
        }
        let glued = broken && is_unspaced_letter(c) && out.ends_with(|c| is_unspaced_letter(c) || full_width(c));
        if gap && !glued {
            out.push(' ');
        }
        out.push(c);
        (gap, broken) = (false, false);
    }
    out
}

/// True if what follows a text belongs to it: "The following ports are open:".
pub(super) fn introduces(text: &str) -> bool {
    let text = text.trim_end_matches(is_space);
    [":", "：", ":“", ": \""].iter().any(|end| text.ends_with(end))
}

/// The clauses of a text: what ends after a comma or semicolon of any script with the white space behind it. Together they
/// are the text.
pub(super) fn clauses(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut before) = (0, ' ');
    let mut ended = false;
    for (at, c) in text.char_indices() {
        if ended && !is_space(c) && !is_comma(c) {
            // "1,500" is no end of a clause
            if !(before.is_numeric() && c.is_numeric() && !text[..at].ends_with(is_space)) {
                out.push(start..at);
                start = at;
            }
            ended = false;
        }
        if is_comma(c) {
            ended = true;
        } else if !is_space(c) {
            before = c;
        }
    }
    out.push(start..text.len());
    out
}

/// True for what parts clauses: comma and semicolon of every script.
pub(super) fn is_comma(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | '\u{387}'                                 // Greek ano teleia
            | '\u{55d}'                                 // Armenian
            | '\u{60c}' | '\u{61b}'                     // Arabic
            | '\u{7f8}'                                 // N'Ko
            | '\u{104a}'                                // Burmese
            | '\u{1363}' | '\u{1364}'                   // Ethiopic
            | '\u{17d6}'                                // Khmer
            | '\u{1802}' | '\u{1808}'                   // Mongolian
            | '\u{3001}'                                // ideographic
            | '\u{a60d}' | '\u{a6f5}' | '\u{a6f6}'      // Vai, Bamum
            | '\u{fe10}' | '\u{fe11}' | '\u{fe14}' | '\u{fe50}' | '\u{fe51}' | '\u{fe54}'
            | '\u{ff0c}' | '\u{ff1b}' | '\u{ff64}'
    )
}

/// The numbers of a text by value: digits of any script, marks between groups of three left out, a decimal point for a
/// decimal comma.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let ascii = |c: char| digit(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c);
    let chars: Vec<char> = text.nfkc().map(ascii).collect();
    let run = |at: usize| chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut joined: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let first = run(at);
        let end = at + first.max(1);
        joined.extend(&chars[at..end]);
        at = end;
        while (1..=3).contains(&first) && chars.get(at).is_some_and(|c| is_group_mark(*c)) && run(at + 1) == 3 {
            joined.extend(&chars[at + 1..at + 4]);
            at += 4;
        }
    }
    let mut out: Vec<String> = Vec::new();
    let mut rest = joined.into_iter().peekable();
    let mut number = String::new();
    while let Some(c) = rest.next() {
        let decimal = matches!(c, '.' | ',') && rest.peek().is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() {
            number.push(c);
        } else if decimal && !number.is_empty() && !number.contains('.') {
            number.push('.');
        } else if !number.is_empty() {
            out.push(std::mem::take(&mut number));
        }
    }
    if !number.is_empty() {
        out.push(number);
    }
    out
}

/// What may stand between groups of three digits.
fn is_group_mark(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | '\'' | '\u{2019}' | '\u{66b}' | '\u{66c}' | '\u{a0}' | '\u{202f}' | '\u{2009}' | ' '
    )
}

/// The value of a digit of any script.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        c if c.is_ascii() => None,
        c => zero_of(c).map(|zero| u32::from(c) - zero),
    }
}

/// The code of the zero of the script whose digit `c` is; digits stand in order, ten in a row.
pub(super) fn zero_of(c: char) -> Option<u32> {
    if !c.is_numeric() {
        return None;
    }
    let value = |c: char| {
        let value = fold(c.encode_utf8(&mut [0; 4])).as_str().parse::<u32>().ok();
        value.filter(|v| *v < 10)
    };
    let zero = u32::from(c).checked_sub(value(c)?)?;
    let is_row = [0, 9].map(|d| char::from_u32(zero + d).and_then(value)) == [Some(0), Some(9)];
    is_row.then_some(zero)
}

/// How many of `these` do not stand in `those`, by value and as often.
pub(super) fn missing<T: Eq + Hash>(these: &[T], those: &[T]) -> usize {
    let mut left: HashMap<&T, usize> = HashMap::with_capacity(those.len());
    for one in those {
        *left.entry(one).or_default() += 1;
    }
    let mut missing = 0;
    for one in these {
        match left.get_mut(one) {
            Some(n) if *n > 0 => *n -= 1,
            _ => missing += 1,
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(cut: fn(&str) -> Vec<Range<usize>>, text: &str) -> Vec<&str> {
        cut(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_of_many_scripts() {
        for (text, expected) in [
            ("L’été, don't 1.500 g_x!", &["L’été", "don't", "1", "500", "g_x"][..]),
            ("東京は今日、雨。", &["東京", "は今", "日", "雨"]),
            ("हिन्दी है ٣٤ сто서울은", &["हिन्दी", "है", "٣٤", "сто서울은"]),
            ("rock 'n' roll", &["rock", "n", "roll"]),
            ("", &[]),
        ] {
            assert_eq!(parts(words, text), expected);
        }
        assert!(is_unspaced("東京 abc") && !is_unspaced("a 東 is a word") && !is_unspaced(""));
    }

    #[test]
    fn units_have_no_case_and_no_form() {
        assert_eq!(
            units("Straße ΣΟΦΟΣ ﬁn １２ ISTANBUL"),
            ["strasse", "σοφοσ", "fin", "12", "istanbul"]
        );
        assert_eq!(units("東京、Ａ"), ["東", "京", "a"]);
    }

    #[test]
    fn sentences_of_many_scripts() {
        for (text, expected) in [
            (
                "One. Two? (Three.) four.  Five",
                &["One.", "Two?", "(Three.) four.", "Five"][..],
            ),
            (
                "He said \"No.\" Then 3.5 of v.2 left... so. ",
                &["He said \"No.\"", "Then 3.5 of v.2 left... so."],
            ),
            ("雨。「雪！」風？Yes. 月", &["雨。", "「雪！」", "風？", "Yes.", "月"]),
            ("यह है। वह है॥ 1", &["यह है।", "वह है॥", "1"]),
            ("Нет. да. Да", &["Нет.", "да.", "Да"]),
            (" ", &[]),
            ("", &[]),
        ] {
            assert_eq!(parts(sentences, text), expected);
        }
    }

    #[test]
    fn clauses_of_many_scripts() {
        for (text, expected) in [
            ("One, two; three.", &["One, ", "two; ", "three."][..]),
            ("1,500 men, 2,3", &["1,500 men, ", "2,3"]),
            ("1, 500", &["1, ", "500"]),
            ("今日、雨，明日；雪。", &["今日、", "雨，", "明日；", "雪。"]),
            ("نعم، لا؛ ربما", &["نعم، ", "لا؛ ", "ربما"]),
            ("", &[""]),
        ] {
            assert_eq!(parts(clauses, text), expected);
        }
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(
            one_line(" one two,\nthree.\t Four.\n- five "),
            "one two, three. Four. - five"
        );
        assert_eq!(one_line("今日は、\n雨です。 雪"), "今日は、雨です。 雪");
        assert_eq!(one_line(" \n "), "");
        assert!(introduces("These are: ") && introduces("如下：") && !introduces("Done."));
    }

    #[test]
    fn numbers_by_value() {
        for (text, expected) in [
            ("1.500, 1 500 000 and 12,5", &["1500", "1500000", "12.5"][..]),
            (
                "1,234,5678 of 1234,567 in 1.2.3",
                &["1234.5678", "1234.567", "1.2", "3"],
            ),
            ("２０％ ٣٤٥ १२ x² ①", &["20", "345", "12", "2", "1"]),
            ("no. 5.", &["5"]),
            ("〇五", &[]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
        assert_eq!(missing(&["a", "a", "b"], &["a", "c"]), 2);
    }
}
