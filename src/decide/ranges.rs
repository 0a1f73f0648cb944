//! Which bytes go with a removed unit, so that what remains reads as if the unit had never been there.

use crate::model::Span;
use crate::steps::looked;

/// For the units of one text, in order, each with whether it is removed: the byte range that goes with each removed
/// one. The ranges are disjoint, each holds its unit, and what they hold beyond it is white space.
///
/// Of the white space around a run of removed units one stretch stays between what stands before and after: the one
/// with the most line breaks, of equals the first. At the start of a text the white space after the run goes, at its
/// end the white space before it; if no unit stays, all of it goes.
pub(crate) fn removal_ranges(text: &str, units: &[(Span, bool)]) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let run = units[at..].iter().take_while(|u| u.1).count();
        if run == 0 {
            at += 1;
            continue;
        }
        let removed = &units[at..at + run];
        // Gap g stands before removed unit g; gap `run` after the last.
        let end = units.get(at + run).map_or(text.len(), |u| u.0.start as usize);
        let start = if at == 0 { 0 } else { units[at - 1].0.end as usize };
        let gap = |g: usize| {
            let from = if g == 0 { start } else { removed[g - 1].0.end as usize };
            let to = if g == run { end } else { removed[g].0.start as usize };
            from..to
        };
        let stays = if at == 0 {
            0
        } else if at + run == units.len() {
            run
        } else {
            (0..=run)
                .max_by_key(|&g| (strength(&text[gap(g)]), std::cmp::Reverse(g)))
                .unwrap_or(0)
        };
        let nothing_stays = run == units.len();
        // Beyond 32 bits nothing goes.
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (i, (span, _)) in removed.iter().enumerate() {
            let takes_before = i < stays || (i == 0 && nothing_stays);
            let takes_after = i >= stays;
            out.push(Span::new(
                if takes_before { narrow(gap(i).start) } else { span.start },
                if takes_after { narrow(gap(i + 1).end) } else { span.end },
            ));
        }
        at += run;
    }
    out
}

/// What to cut out of a text if some of its units go, so that what remains reads as if they had never been there: for each unit
/// the bytes that go with it. These are disjoint, each holds its unit, and what they hold beyond it is white space.
///
/// [`crate::Detection::cuts`] gives the same for all repeats of a text; this is for some of them. `None` if the units are not in
/// order, overlap, or do not lie in the text on character boundaries.
///
/// ```
/// use redite::{Span, removal_spans};
///
/// let text = "One.\n\nTwo. Three.\n\nFour.";
/// assert_eq!(removal_spans(text, &[Span::new(6, 10)]), Some(vec![Span::new(6, 11)]));
/// assert_eq!(removal_spans(text, &[Span::new(11, 17)]), Some(vec![Span::new(10, 17)]));
/// assert_eq!(removal_spans(text, &[Span::new(6, 10), Span::new(8, 17)]), None);
/// ```
#[must_use]
pub fn removal_spans(text: &str, units: &[Span]) -> Option<Vec<Span>> {
    // What stays between two of them, whatever units it is made of, is one here: only where it begins and ends matters.
    let mut all = Vec::with_capacity(2 * units.len() + 1);
    let mut at = 0;
    let stays = |start: usize, end: usize| {
        let between = text.get(start..end)?;
        let kept = between.trim();
        let from = start + between.len() - between.trim_start().len();
        let narrow = |n: usize| u32::try_from(n).ok();
        Some((Span::new(narrow(from)?, narrow(from + kept.len())?), kept.is_empty()))
    };
    for &unit in units {
        let (kept, is_empty) = stays(at, unit.range().start)?;
        if !is_empty {
            all.push((kept, false));
        }
        text.get(unit.range())?;
        all.push((unit, true));
        at = unit.range().end;
    }
    let (kept, is_empty) = stays(at, text.len())?;
    if !is_empty {
        all.push((kept, false));
    }
    Some(removal_ranges(text, &all))
}

/// How much a stretch of white space sets apart: paragraph break, line break, space, nothing.
fn strength(gap: &str) -> u8 {
    looked(gap.len() + 1);
    let bytes = gap.as_bytes();
    let feeds = bytes.iter().filter(|&&b| b == b'\n').count();
    let returns = bytes.iter().filter(|&&b| b == b'\r').count();
    let others = gap
        .chars()
        .filter(|c| matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'))
        .count();
    match feeds.max(returns) + others {
        0 => u8::from(!gap.is_empty()),
        1 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Units are the words of `text`; those in capitals are removed.
    fn without(text: &str) -> String {
        let mut units = Vec::new();
        let mut at = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            let trimmed = word.trim_end();
            if !trimmed.is_empty() {
                let span = Span::new(u32::try_from(at).unwrap(), u32::try_from(at + trimmed.len()).unwrap());
                units.push((span, trimmed.chars().any(char::is_uppercase)));
            }
            at += word.len();
        }
        let ranges = removal_ranges(text, &units);
        let goes: Vec<Span> = units.iter().filter(|u| u.1).map(|u| u.0).collect();
        assert_eq!(removal_spans(text, &goes), Some(ranges.clone()), "{text:?}");
        let removed: Vec<Span> = units.iter().filter(|u| u.1).map(|u| u.0).collect();
        assert_eq!(ranges.len(), removed.len());
        for (range, unit) in ranges.iter().zip(&removed) {
            assert!(range.contains(*unit));
            assert_eq!(text[range.range()].trim(), &text[unit.range()]);
        }
        assert!(ranges.windows(2).all(|w| w[0].end <= w[1].start));
        let mut out = String::new();
        let mut at = 0;
        for range in ranges {
            out.push_str(&text[at..range.range().start]);
            at = range.range().end;
        }
        out + &text[at..]
    }

    #[test]
    fn what_remains_reads_as_if_nothing_had_been_there() {
        for (before, after) in [
            ("a B c", "a c"),
            ("A b", "b"),
            ("a B", "a"),
            ("a B\n", "a\n"),
            ("A\n", ""),
            (" A B \n", ""),
            (" A b", " b"),
            ("a\n\nB\n\nc", "a\n\nc"),
            ("a\n\nB C\n\nd", "a\n\nd"),
            ("a B\n\nc", "a\n\nc"),
            ("a\n\nB c", "a\n\nc"),
            ("a B\n\nC d", "a\n\nd"),
            ("a\n\nB\n\n", "a\n\n"),
            ("a\r\n\r\nB\r\nc", "a\r\n\r\nc"),
            ("a B C d E", "a d"),
        ] {
            assert_eq!(without(before), after, "{before:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_goes_along(text in "([aB]|[ \n\r\u{2003}]){0,30}") {
            let kept: Vec<&str> = text.split_whitespace().filter(|w| !w.contains('B')).collect();
            let after = without(&text);
            prop_assert_eq!(after.split_whitespace().collect::<Vec<_>>(), kept);
        }
    }
}
