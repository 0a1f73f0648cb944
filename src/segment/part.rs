//! Where a sentence may be two after all.

use super::chars::{Stop, closes, find, push_trimmed, stop};
use super::rules::part_table;
use crate::model::Span;
use crate::steps::looked;

/// U+FF0E, which is read as a full stop and as a decimal point.
pub(super) const POINT: char = '\u{ff0e}';

/// Cuts a sentence wherever one *could* end: after every stop and its closers, if white space follows, or at once where
/// the stop is of a script that needs no space; and at every line break.
///
/// Rules of language are guesses: "at St. Mary's" is no end of a sentence, "at 5 p.m. Mary" may be one. Where a guess
/// went wrong, a repeat hides in a unit that is not alike as a whole. Its parts tell.
///
/// Spans are relative to `sentence`, trimmed, in order, and hold all that is not white space. One span if there is
/// nothing to cut. Linear time, no allocation but `out`.
///
/// ```
/// let sentence = "Its agents left the U.S. Many of their families came later.";
/// let mut parts = Vec::new();
/// redite::segment::parts(sentence, &mut parts);
/// assert_eq!(&sentence[parts[1].range()], "Many of their families came later.");
/// ```
pub fn parts(sentence: &str, out: &mut Vec<Span>) {
    let table = part_table();
    let (mut start, mut from) = (0, 0);
    while let Some(at) = find(sentence.as_bytes(), from, table) {
        looked(at - from);
        let mut rest = sentence[at..].chars();
        let Some(c) = rest.next() else { break };
        from = at + c.len_utf8();
        let mut last = match stop(c) {
            None if c == '\n' => {
                push_trimmed(sentence, start, at, out);
                start = at;
                continue;
            }
            None => continue,
            Some(kind) => kind,
        };
        // The stops and closers that belong together.
        let mut next = rest.next();
        while let Some(c) = next.filter(|&c| stop(c).is_some() || closes(c)) {
            last = stop(c).unwrap_or(last);
            from += c.len_utf8();
            next = rest.next();
        }
        // A full-width point is one inside a number, too.
        let ends = last == Stop::Full && (c != POINT || next.is_some_and(char::is_alphabetic));
        if ends || next.is_none_or(char::is_whitespace) {
            push_trimmed(sentence, start, from, out);
            start = from;
        }
    }
    push_trimmed(sentence, start, sentence.len(), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Character by character, without a table.
    fn slowly(sentence: &str, out: &mut Vec<Span>) {
        let mut start = 0;
        let mut rest = sentence.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let Some(mut last) = stop(c) else {
                if c == '\n' {
                    push_trimmed(sentence, start, at, out);
                    start = at;
                }
                continue;
            };
            while let Some((_, c)) = rest.next_if(|&(_, c)| stop(c).is_some() || closes(c)) {
                last = stop(c).unwrap_or(last);
            }
            let end = rest.peek().map_or(sentence.len(), |&(at, _)| at);
            let next = rest.peek().map(|&(_, c)| c);
            let ends = last == Stop::Full && (c != POINT || next.is_some_and(char::is_alphabetic));
            if ends || next.is_none_or(char::is_whitespace) {
                push_trimmed(sentence, start, end, out);
                start = end;
            }
        }
        push_trimmed(sentence, start, sentence.len(), out);
    }

    #[test]
    fn every_stop_cuts() {
        for c in '\0'..=char::MAX {
            let text = format!("é{c}\"{c} 中{c}中");
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            parts(&text, &mut fast);
            slowly(&text, &mut slow);
            assert_eq!(fast, slow, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn cuts_as_without_a_table(text in "[a-z .!?\n…。”)»é中।۔\u{a0}\u{3000}\u{2028}]{0,60}|\\PC{0,30}") {
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            parts(&text, &mut fast);
            slowly(&text, &mut slow);
            prop_assert_eq!(fast, slow);
        }
    }

    #[test]
    fn cuts_wherever_a_sentence_could_end() {
        for (sentence, expected) in [
            ("10.4.1. Text of it. 5 more", &["10.4.1.", "Text of it.", "5 more"][..]),
            (
                "in Christian A. Fleetwood (from 1914) papers.",
                &["in Christian A.", "Fleetwood (from 1914) papers."],
            ),
            ("e.g. this, v. 1.2", &["e.g.", "this, v.", "1.2"]),
            ("「好都合です。』って。「え", &["「好都合です。』", "って。", "「え"]),
            ("増加２．８％。次", &["増加２．８％。", "次"]),
            ("one\ntwo", &["one", "two"]),
            ("nothing to cut.", &["nothing to cut."]),
            ("…", &["…"]),
            ("", &[]),
        ] {
            let mut out = Vec::new();
            parts(sentence, &mut out);
            let found: Vec<&str> = out.iter().map(|s| &sentence[s.range()]).collect();
            assert_eq!(found, expected);
        }
    }
}
