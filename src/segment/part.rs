//! Where a sentence may be two after all.

use super::chars::{Stop, closes, push_trimmed, stop};
use crate::model::Span;

/// Cuts a sentence wherever one *could* end: after every stop and its closers, if white space follows, or at once where
/// the stop is of a script that needs no space; and at every line break.
///
/// Rules of language are guesses: "at St. Mary's" is no end of a sentence, "at 5 p.m. Mary" may be one. Where a guess
/// went wrong, a repeat hides in a unit that is not alike as a whole. Its parts tell.
///
/// Spans are relative to `sentence`, trimmed, in order, and hold all that is not white space. One span if there is
/// nothing to cut. Linear time, no allocation but `out`.
pub fn parts(sentence: &str, out: &mut Vec<Span>) {
    let mut start = 0;
    let mut rest = sentence.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let kind = match stop(c) {
            None if c == '\n' => {
                push_trimmed(sentence, start, at, out);
                start = at;
                continue;
            }
            None => continue,
            Some(kind) => kind,
        };
        // The stops and closers that belong together.
        let mut last = kind;
        while let Some((_, next)) = rest.next_if(|&(_, next)| stop(next).is_some() || closes(next)) {
            last = stop(next).unwrap_or(last);
        }
        let end = rest.peek().map_or(sentence.len(), |&(at, _)| at);
        let spaced = rest.peek().is_none_or(|&(_, next)| next.is_whitespace());
        if last == Stop::Full || spaced {
            push_trimmed(sentence, start, end, out);
            start = end;
        }
    }
    push_trimmed(sentence, start, sentence.len(), out);
}

#[cfg(test)]
mod tests {
    use super::*;

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
