//! Which punctuation goes along with a span.

use crate::model::Span;
use std::ops::Range;

/// What ends a sentence.
const STOPS: &str = ".!?…。！？｡．।॥؟۔؛՞։።፧";
/// What may stand behind the last word of something and belong to it.
const BEHIND: &str = ",;:،、，；：%‰٪€£$¥₹°*_";
/// What may stand before the first word of something and belong to it.
const BEFORE: &str = "¿¡$€£¥₹§#*_";
/// Brackets and quotation marks, as pairs.
const PAIRS: [(char, char); 18] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('«', '»'),
    ('‹', '›'),
    ('“', '”'),
    ('"', '"'),
    ('\'', '\''),
    ('„', '“'),
    ('„', '”'),
    ('‘', '’'),
    ('‚', '‘'),
    ('»', '«'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('（', '）'),
    ('【', '】'),
];

/// So many of them may stand apart from what is inside. A quotation mark that opens here and closes there may be of two quotations.
const WIDE: usize = 6;
/// Stops that some languages set off from the last word.
const SET_OFF: [char; 3] = ['!', '?', '؟'];

/// True for the spaces that stand inside a line.
fn is_thin(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn opens(c: char) -> bool {
    PAIRS.iter().any(|pair| pair.0 == c)
}

fn closes(c: char) -> bool {
    PAIRS.iter().any(|pair| pair.1 == c)
}

/// True for what is neither part of a word nor between words.
fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

fn is_before(c: char) -> bool {
    opens(c) || BEFORE.contains(c)
}

fn is_behind(c: char) -> bool {
    STOPS.contains(c) || BEHIND.contains(c) || closes(c)
}

/// How many characters of each side are looked at.
const FAR: usize = 16;

/// True for what ends a line.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// True if what stands between a span and the end of its line has no word: it belongs to the span.
fn is_wordless(chars: impl Iterator<Item = char>) -> bool {
    for (seen, c) in chars.enumerate() {
        if is_break(c) {
            return true;
        }
        if c.is_alphanumeric() || seen >= FAR {
            return false;
        }
    }
    true
}

/// The characters that are no spaces, each with whether spaces stand between it and the one before.
fn marks(chars: impl Iterator<Item = (usize, char)>) -> impl Iterator<Item = (usize, char, bool)> {
    let mut is_apart = false;
    chars.filter_map(move |(at, c)| {
        let was_apart = std::mem::replace(&mut is_apart, is_thin(c));
        (!is_apart).then_some((at, c, was_apart))
    })
}

/// A span of a text with the punctuation that directly adjoins it and belongs to it, inside of `limits`: what stands beside it in
/// the reference, too, from which it comes; the stops behind a whole sentence; and a pair around it. `at` is its place in `source`.
pub(super) fn adjoined(text: &str, span: Span, limits: Range<usize>, source: &str, at: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text.get(limits.start.min(start)..start).unwrap_or_default();
    let behind = text.get(end..limits.end.max(end)).unwrap_or_default();
    let source_before = source.get(..at.start as usize).unwrap_or_default();
    let source_behind = source.get(at.end as usize..).unwrap_or_default();

    let mut from = start;
    let is_head = is_wordless(source_before.chars().rev());
    let mut here = marks(before.char_indices().rev());
    for (_, there, is_apart_there) in marks(source_before.char_indices().rev()).take(FAR) {
        let Some((at, c, is_apart)) = here.next().filter(|mark| mark.1 == there) else {
            break;
        };
        let is_own = is_before(c)
            || is_mark(c) && (is_head || !is_apart && !closes(c) && !STOPS.contains(c) && !BEHIND.contains(c));
        if !is_own || is_apart && !is_apart_there && !opens(c) {
            break;
        }
        from = start - before.len() + at;
    }
    let mut to = end;
    let is_tail = is_wordless(source_behind.chars());
    let mut here = marks(behind.char_indices());
    for (_, there, is_apart_there) in marks(source_behind.char_indices()).take(FAR) {
        let Some((at, c, is_apart)) = here.next().filter(|mark| mark.1 == there) else {
            break;
        };
        let is_own = is_behind(c) || is_mark(c) && (is_tail || !is_apart && !opens(c));
        if !is_own || is_apart && !is_apart_there && !closes(c) && !SET_OFF.contains(&c) {
            break;
        }
        to = end + at + c.len_utf8();
    }
    // Another stop than there, or one that ends what is a sentence here.
    let rest = |to: usize| text.get(to..limits.end).unwrap_or_default();
    let mut beyond = source_behind
        .chars()
        .filter(|&c| !is_thin(c))
        .take(FAR)
        .take_while(|&c| is_behind(c));
    if beyond.any(|c| STOPS.contains(c)) || begins_sentence(text, from) {
        let thin = rest(to).len() - rest(to).trim_start_matches(is_thin).len();
        if rest(to + thin).starts_with(SET_OFF) {
            to += thin;
        }
        for c in rest(to).chars().take(FAR) {
            if !STOPS.contains(c) {
                break;
            }
            to += c.len_utf8();
        }
    }
    // Pairs around it.
    for _ in 0..FAR {
        let around = (text.get(limits.start.min(from)..from).unwrap_or_default(), rest(to));
        let trimmed = (around.0.trim_end_matches(is_thin), around.1.trim_start_matches(is_thin));
        let is_tight = trimmed == around;
        let (Some(first), Some(last)) = (trimmed.0.chars().next_back(), trimmed.1.chars().next()) else {
            break;
        };
        let known = if is_tight { &PAIRS[..] } else { &PAIRS[..WIDE] };
        if !known.contains(&(first, last)) {
            break;
        }
        from -= around.0.len() - trimmed.0.len() + first.len_utf8();
        to += around.1.len() - trimmed.1.len() + last.len_utf8();
    }
    let narrow = |n: usize, or: u32| u32::try_from(n).unwrap_or(or);
    Span::new(narrow(from, span.start), narrow(to, span.end))
}

/// True if what begins at that byte may be a sentence: at the beginning of a line, behind a stop, or with marks between.
fn begins_sentence(text: &str, at: usize) -> bool {
    let mut seen = 0;
    for c in text.get(..at).unwrap_or_default().chars().rev() {
        if is_break(c) || STOPS.contains(c) {
            return true;
        }
        seen += 1;
        if c.is_alphanumeric() || seen > FAR {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bars are the ends of what is the same.
    fn goes(text: &str, source: &str) -> String {
        let cut = |text: &str| {
            let start = text.find('|').unwrap();
            let end = text.rfind('|').unwrap() - 1;
            let span = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
            (text.replace('|', ""), span)
        };
        let ((text, span), (source, at)) = (cut(text), cut(source));
        let found = adjoined(&text, span, 0..text.len(), &source, at);
        text[found.range()].to_owned()
    }

    #[test]
    fn punctuation_goes_along_where_it_belongs_to_it() {
        for (text, source, gone) in [
            ("So. |It rained|. Then", "|It rained|.", "It rained."),
            ("So. |It rained|! Then", "|It rained|.", "It rained!"),
            ("So |it rained|, then", "|It rained|", "it rained"),
            ("So |it rained|. Then", "|It rained|", "it rained"),
            ("|It rained|. Then", "|It rained|", "It rained."),
            ("so\n- |it rained|! Then", "|It rained|", "it rained!"),
            ("so - |it rained|! Then", "|It rained|", "it rained"),
            ("So (|it rained|), then", "|It rained|", "(it rained)"),
            ("So “|it rained|.” Then", "|It rained|.", "“it rained.”"),
            ("So (it said |it rained|) then", "|It rained|", "it rained"),
            ("¿|Llueve|? No", "¿|Llueve|?", "¿Llueve?"),
            ("雨。|雪が降る|。風", "|雪が降る|。", "雪が降る。"),
            ("costs |about 50|% of it", "|about 50|%", "about 50%"),
            ("-|it rained|-", "-|it rained|-", "-it rained-"),
            ("-|it rained|-", "|it rained|", "it rained"),
            ("so |it rained| - then", "|it rained| - no", "it rained"),
            ("so |it rained| (then", "|it rained| (no", "it rained"),
            (
                "so |it rained| (&, <). Then",
                "|it rained| (&, <).",
                "it rained (&, <).",
            ),
            ("- so\n- |it rained|\n- then", "- |it rained|\n", "- it rained"),
            ("so |it rained| , then", "|it rained|, no", "it rained"),
            ("at |/usr/bin|/ then", "|/usr/bin|/", "/usr/bin/"),
            ("Quoi ? |Il pleut| ! Bon", "|Il pleut| ?", "Il pleut !"),
            ("Quoi ? « |Il pleut|\u{a0}», dit", "|Il pleut|", "« Il pleut\u{a0}»"),
            ("so |pour 50| €. Bon", "|pour 50| €.", "pour 50 €."),
            ("\"so\" |it rained| \"then\"", "|it rained|", "it rained"),
            ("so |it rained| ... then", "|it rained|", "it rained"),
        ] {
            assert_eq!(goes(text, source), gone, "{text}");
        }
    }
}
