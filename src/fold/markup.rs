//! What editors and web pages put into a text that says nothing: marks of notes and tags of HTML.
//!
//! Where such a sign may be meant, it stays. An index of a program (`args[1]`) looks like a note, so a number in brackets
//! counts as one only behind punctuation or a letter that no program has; a text about HTML has its tags between spaces or
//! quotes, so a tag goes only where a letter, a stop or another tag touches it.

use super::number::{visible_after, visible_before};
use super::table::{Class, Table};
use crate::notes;

/// Characters of a note in brackets, at most.
const LONGEST_NOTE: usize = 32;
/// Characters of a tag and of its name, at most.
const LONGEST_TAG: usize = 400;
const LONGEST_NAME: usize = 12;

/// The tags that mark up text. Others may be meant.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "mark",
    "nobr",
    "ol",
    "p",
    "q",
    "s",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "wbr",
];

/// The byte after the marks of notes that begin at the opening bracket at byte `at`: `[12]`, `[3][4]`, `[a]`,
/// `[citation needed]`.
pub(super) fn notes_end(table: &Table, text: &str, at: usize) -> Option<usize> {
    let touches = touches_a_note(table, text, at);
    let mut end = None;
    let mut next = at;
    while let Some(after) = note_end(table, text, next, touches) {
        end = Some(after);
        next = after;
    }
    end
}

fn note_end(table: &Table, text: &str, at: usize, touches: bool) -> Option<usize> {
    let mut after = visible_after(table, text, at);
    after.next().filter(|(open, ..)| *open == '[')?;
    let mut inside = String::new();
    for (c, class, next) in after.take(LONGEST_NOTE) {
        if c == ']' {
            let is_note = notes::is_note(&inside) || touches && is_reference(&inside);
            return is_note.then_some(next);
        }
        if class == Class::Symbol || c == '[' || c.is_whitespace() && c != ' ' {
            return None;
        }
        inside.push(c);
    }
    None
}

/// True for what stands in brackets as the mark of a note: numbers of up to three digits, or one letter.
fn is_reference(inside: &str) -> bool {
    let is_number = |number: &str| {
        (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0')
    };
    let mut letters = inside.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase()) && letters.next().is_none()
        || inside
            .split([',', '-', '\u{2013}'])
            .all(|number| is_number(number.trim()))
}

/// True if a note may stand right behind what stands before byte `at`. Not behind a stop that ends a sentence without a space: the
/// note would begin the next one.
fn touches_a_note(table: &Table, text: &str, at: usize) -> bool {
    let mut before = visible_before(table, text, at).peekable();
    let Some(&(c, class)) = before.peek() else {
        return false;
    };
    match class {
        Class::Unspaced | Class::Numeral | Class::Mark => true,
        Class::Letter => !c.is_ascii(),
        Class::Separator if is_closing(c) => {
            let quotes = (0..LONGEST_NOTE)
                .map_while(|_| before.next_if(|(c, _)| is_closing(*c)))
                .count();
            let is_clear = |(c, class): (char, Class)| class != Class::Separator || is_stop(c) || c.is_whitespace();
            quotes < LONGEST_NOTE && before.next().is_none_or(is_clear)
        }
        Class::Separator => is_stop(c),
        _ => c == '%',
    }
}

/// True for quotation marks that close and that no program has.
fn is_closing(c: char) -> bool {
    matches!(c, '»' | '”' | '’' | '」' | '』' | '》')
}

/// True for punctuation behind which a note may stand, if it ends anything only before a space.
fn is_stop(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '、' | '،')
}

/// True if the raised digits at byte `at` are the mark of a note: behind punctuation, or behind a word of four letters or more
/// that no number stands before, as one does before a unit (`50 meter²`).
pub(super) fn is_raised_note(table: &Table, text: &str, at: usize) -> bool {
    const LETTERS: usize = 4;
    if text[at..].starts_with(|c| matches!(c, '₀'..='₉')) {
        return false;
    }
    let mut before = visible_before(table, text, at).peekable();
    match before.peek() {
        Some(&(c, Class::Separator)) => return is_stop(c) && c != ':',
        Some((_, Class::Letter | Class::Mark)) => {}
        _ => return false,
    }
    let mut letters = 0;
    while before
        .next_if(|(_, class)| matches!(class, Class::Letter | Class::Mark))
        .is_some()
    {
        letters += 1;
        if letters > LONGEST_NOTE {
            return false;
        }
    }
    let is_spaced = before.next_if(|(c, _)| c.is_whitespace()).is_some();
    let follows_number = is_spaced && matches!(before.next(), Some((_, Class::Digit | Class::Raised)));
    letters >= LETTERS && !follows_number
}

/// The byte after the tag of HTML that begins at byte `at`, if it marks up what it touches.
pub(super) fn tag_end(table: &Table, text: &str, at: usize) -> Option<usize> {
    let mut name = String::new();
    let mut is_named = false;
    // the last character but quotation marks
    let mut last = ' ';
    for (place, (c, _, next)) in visible_after(table, text, at).skip(1).take(LONGEST_TAG).enumerate() {
        match c {
            '>' => {
                let is_tag = TAGS.binary_search(&name.as_str()).is_ok();
                return (is_tag && touches_text(table, text, at, next)).then_some(next);
            }
            '/' if place == 0 => {}
            c if !is_named && c.is_ascii_alphanumeric() && name.len() < LONGEST_NAME => name.push(c),
            '/' => is_named = true,
            // no sentence may end inside
            ' ' if !name.is_empty() && !matches!(last, '.' | '!' | '?') => is_named = true,
            c if is_named && (c.is_ascii_alphanumeric() || "-_:.#?&=%;+~,\"'@!".contains(c)) => {}
            _ => return None,
        }
        if !matches!(c, '"' | '\'') {
            last = c;
        }
    }
    None
}

/// True if a letter, a digit or another tag stands right before byte `at`, or one of these or a stop right behind byte `end`, and no
/// sign of a program does. What stands before may be of another sentence if it is a stop or closes a quotation, and so
/// does not count.
fn touches_text(table: &Table, text: &str, at: usize, end: usize) -> bool {
    let before = visible_before(table, text, at).next();
    let after = visible_after(table, text, end).next().map(|(c, class, _)| (c, class));
    let is_text = |side: Option<(char, Class)>| match side {
        Some((c, Class::Separator)) => matches!(c, '<' | '>'),
        Some((_, class)) => class != Class::Symbol,
        None => false,
    };
    let is_sign =
        matches!(before, Some(('`' | '(' | '|', _))) || matches!(after, Some(('`' | '"' | '\'' | '(' | ')' | '|', _)));
    !is_sign && (is_text(before) || is_text(after) || matches!(after, Some((c, Class::Separator)) if is_stop(c)))
}

#[cfg(test)]
mod tests {
    use super::super::{fold, fold_slowly};
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(TAGS.is_sorted());
        for note in notes::NOTES {
            assert!(note.chars().count() <= LONGEST_NOTE);
        }
    }

    fn same(marked: &str, plain: &str) {
        assert_eq!(fold(marked).as_str(), fold(plain).as_str(), "{marked}");
        assert_eq!(fold_slowly(marked), fold(marked), "{marked}");
    }

    fn other(a: &str, b: &str) {
        assert_ne!(fold(a).as_str(), fold(b).as_str(), "{a}");
        assert_eq!(fold_slowly(a), fold(a), "{a}");
    }

    #[test]
    fn marks_of_notes_say_nothing() {
        let plain = "The bells were stolen during the war.";
        for mark in [
            "[12]",
            "[1][2]",
            "[3, 4]",
            "[5–7]",
            "[a]",
            "［12］",
            " [citation needed]",
            "[Citation needed]",
            "¹²",
        ] {
            same(&format!("{plain}{mark}"), plain);
            same(
                &format!("{plain}{mark} Then it rained."),
                &format!("{plain} Then it rained."),
            );
        }
        same("римского храма[3], а", "римского храма, а");
        same("罗马神庙的废墟上[3]，它", "罗马神庙的废墟上，它");
        same("the battle³ was", "the battle was");
        same("un « mot »[2] de", "un « mot » de");
        other("雨が降った。[5–7]次は", "雨が降った。次は");
        other("雨が降った。」¹次は", "雨が降った。」次は");
        other("so [1,\n2] it", "so it");
        other("it.[ß] Then", "it. Then");
        same("so it is [veriﬁcation needed] then", "so it is then");
        same("the <ﬁgure>house</ﬁgure> is", "the house is");
        same("e\u{301}te\u{301}[4] fini", "été fini");
    }

    #[test]
    fn what_may_be_meant_stays() {
        other("the first item, args[1], is", "the first item, args[2], is");
        other("call f(x)[1] now", "call f(x)[2] now");
        other("x[0] is", "x is");
        other("第百᠊[1] etc", "第百 etc");
        same("храـма[iـ] а", "храма а");
        other("so. [12] it", "so. it");
        other("it.[2016] Then", "it. Then");
        other("an area of 50 m² is", "an area of 50 m is");
        other("an area of 50 metres² is", "an area of 50 metres is");
        other("10² is", "10 is");
        other("the H₂ atom", "the H atom");
        other("battle₂ was", "battle was");
    }

    #[test]
    fn tags_say_nothing_where_they_mark_text_up() {
        same("In the <b>final</b> on Sunday", "In the final on Sunday");
        same(
            "In the <a href=\"https://example.org/x\">final</a> on Sunday",
            "In the final on Sunday",
        );
        same(
            "It rained.<br>Then it snowed.<br />Then",
            "It rained. Then it snowed. Then",
        );
        same("It rained.</p><p class=x>Then it snowed.", "It rained. Then it snowed.");
        same("水<sup>3</sup>火", "水 3 火");
        other("Use the <b> tag here", "Use the <i> tag here");
        other("Use `<b>` here", "Use `<i>` here");
        other("a <b and c> d", "a c d");
        other("a<unknown>b", "a b");
    }
}
