//! What differs between two texts, word by word; in scripts without spaces, letter by letter.

use crate::paint::{Paint, visible};
use crate::words::Cutter;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::fmt;
use std::ops::Range;

/// Words compared of each text; the search for the shortest difference may take quadratic time.
const MOST_WORDS: usize = 3000;
/// An unchanged stretch longer than this, in characters, is shown by its ends.
const LONG: usize = 240;
/// How much of each end is shown.
const END: usize = 90;
/// A changed stretch longer than this, in characters, is cut short.
const LONG_CHANGE: usize = 600;

/// A stretch of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stretch<'t> {
    Both(&'t str),
    Kept(&'t str),
    Repeat(&'t str),
}

/// The way from the kept text to its repeat.
#[derive(Debug)]
pub(crate) struct Diff<'t> {
    stretches: Vec<Stretch<'t>>,
    cut: bool,
}

/// Compares two texts. White space of any kind is alike.
pub(crate) fn diff<'t>(kept: &'t str, repeat: &'t str) -> Diff<'t> {
    let mut cutter = Cutter::default();
    let (mut a, mut b) = (cutter.words(kept), cutter.words(repeat));
    let cut = a.len() > MOST_WORDS || b.len() > MOST_WORDS;
    a.truncate(MOST_WORDS);
    b.truncate(MOST_WORDS);
    let key = |text: &'t str, w: &Range<usize>| {
        let word = &text[w.clone()];
        if word.trim().is_empty() { " " } else { word }
    };
    let left: Vec<&str> = a.iter().map(|w| key(kept, w)).collect();
    let right: Vec<&str> = b.iter().map(|w| key(repeat, w)).collect();
    let ops = capture_diff_slices(Algorithm::Myers, &left, &right);

    // Runs of changes with nothing but a space, or one letter of many, between them read better as one.
    let mut stretches = Vec::new();
    let (mut gone, mut come) = (0..0, 0..0);
    let last = ops.len().saturating_sub(1);
    for (i, op) in ops.iter().enumerate() {
        let (old, new) = (op.old_range(), op.new_range());
        let joins = i > 0 && i < last && cutter.is_little(&left[old.clone()]);
        if matches!(op, DiffOp::Equal { .. }) && !joins {
            flush(kept, repeat, &a[gone], &b[come], &mut stretches);
            stretches.push(Stretch::Both(slice(repeat, &b[new.clone()])));
            (gone, come) = (old.end..old.end, new.end..new.end);
        } else {
            gone.end = old.end;
            come.end = new.end;
        }
    }
    flush(kept, repeat, &a[gone], &b[come], &mut stretches);
    Diff { stretches, cut }
}

fn slice<'t>(text: &'t str, words: &[Range<usize>]) -> &'t str {
    match words {
        [] => "",
        [first, .., last] => &text[first.start..last.end],
        [one] => &text[one.clone()],
    }
}

fn flush<'t>(kept: &'t str, repeat: &'t str, gone: &[Range<usize>], come: &[Range<usize>], out: &mut Vec<Stretch<'t>>) {
    let (gone, come) = (slice(kept, gone), slice(repeat, come));
    if !gone.is_empty() {
        out.push(Stretch::Kept(gone));
    }
    if !come.is_empty() {
        out.push(Stretch::Repeat(come));
    }
}

impl<'t> Diff<'t> {
    /// The stretches, in order; and whether the texts are longer than what is compared.
    pub(crate) fn stretches(&self) -> (&[Stretch<'t>], bool) {
        (&self.stretches, self.cut)
    }
}

impl Diff<'_> {
    /// One line: without colour as `[-only kept-]{+only repeat+}`, in which long unchanged stretches are left out.
    pub(crate) fn show(&self, paint: Paint) -> impl fmt::Display {
        let mut out = String::new();
        for stretch in &self.stretches {
            match stretch {
                Stretch::Both(text) => out.push_str(&ends(text)),
                Stretch::Kept(text) if paint.is_on() => out.push_str(&paint.kept(start(text)).to_string()),
                Stretch::Repeat(text) if paint.is_on() => out.push_str(&paint.repeat(start(text)).to_string()),
                Stretch::Kept(text) => out.push_str(&format!("[-{}-]", start(text))),
                Stretch::Repeat(text) => out.push_str(&format!("{{+{}+}}", start(text))),
            }
        }
        if self.cut {
            out.push_str(" … (longer than what is compared here)");
        }
        out
    }
}

/// A text by its ends, if it is long.
pub(crate) fn ends(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONG {
        return visible(text).into_owned();
    }
    let head: String = text.chars().take(END).collect();
    let tail: String = text.chars().skip(length - END).collect();
    format!("{} … {}", visible(&head).trim_end(), visible(&tail).trim_start())
}

fn start(text: &str) -> String {
    crate::paint::excerpt(text, LONG_CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kept: &str, repeat: &str) -> String {
        diff(kept, repeat).show(Paint::PLAIN).to_string()
    }

    #[test]
    fn differences_are_marked() {
        assert_eq!(
            shown("The old dog barks.", "The new dog barks!"),
            "The [-old-]{+new+} dog barks[-.-]{+!+}"
        );
        assert_eq!(shown("a b c d", "a x y d"), "a [-b c-]{+x y+} d");
        assert_eq!(shown("東京は雨", "東京は雪"), "東京は[-雨-]{+雪+}");
        assert_eq!(shown("東京は雨です", "東京に雪です"), "東京[-は雨-]{+に雪+}です");
        assert_eq!(
            shown("東京の北は雨です", "京都の北は雪です"),
            "[-東京-]{+京都+}の北は[-雨-]{+雪+}です"
        );
        assert_eq!(shown("same\u{a0}words", "same words"), "same words");
        assert_eq!(shown("", "new"), "{+new+}");
        assert_eq!(shown("old", ""), "[-old-]");
        assert_eq!(shown("", ""), "");
    }

    #[test]
    fn long_texts_are_shown_by_their_ends() {
        let long = "word ".repeat(5000);
        let text = shown(&long, &long);
        assert!(text.len() < 300, "{text}");
        assert!(text.contains(" … "));
        assert!(shown(&"a".repeat(5000), "b").len() < 800);
    }
}
