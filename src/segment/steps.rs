//! Growth by counting: twice the hostile text takes at most twice the steps.

use super::{Language, Paragraphs, paragraphs, parts, sentences};
use crate::steps;

fn steps(text: &str, tag: &str) -> usize {
    steps::steps(|| {
        let mut out = Vec::new();
        sentences(text, Language::from_tag(tag), &mut out);
        paragraphs(text, Paragraphs::Auto, &mut out);
        parts(text, &mut out);
    })
}

#[test]
fn the_counter_counts() {
    assert!(steps("Dr. Ada came. She left.", "en") > 23);
}

/// Twice the text, twice the work, whatever stands in it.
#[test]
fn hostile_texts_take_linear_time() {
    let pieces = [
        "a",
        "a ",
        "A",
        ".",
        ". ",
        "! ",
        "? A ",
        "\u{2026} ",
        "(",
        ")",
        "( ",
        "([.",
        ").",
        "1) ",
        "a) ",
        "1. ",
        "1.",
        "2.1 ",
        "« (\"",
        "\" ",
        "' ",
        "\" a. ",
        "” ",
        ".\" ",
        "a.' \" ",
        "- ",
        "- a. ",
        "Dr. ",
        "Dr.",
        "J. ",
        "J.",
        "U.S. (",
        "By Inc. (",
        "By Inc. ",
        "etc. - ",
        "see no. ",
        ".[1]",
        "[1] ",
        ".1 ",
        ".11 12 A",
        "\n",
        "a\n",
        "A\n",
        "A,\n",
        "\r\n- ",
        " \n",
        "\u{2028}",
        "\u{2029}",
        "\u{a0}",
        ". \u{a0} ",
        "• ",
        "⁃",
        "*",
        "* ",
        "***A ",
        "=",
        "_ ",
        "= A ",
        ":) ",
        ":) A ",
        ":-(",
        "中。",
        "「。」",
        "。」と",
        "ก ",
        "ก",
        "।",
        "۔ا",
        "a: ",
        "é",
        "\u{300}.",
        "http://a.b?c=d ",
        "a.b@c.de ",
        "A word of many letters without an end ",
        "antidisestablishmentarianism. a ",
        "a. b. c. ",
    ];
    for piece in pieces {
        // Lines of a width that mail has.
        for text in [piece.repeat(1_000), (piece.repeat(70 / piece.len()) + "\n").repeat(60)] {
            for tag in ["und", "en", "de", "th", "ja", "hy"] {
                let (once, twice) = (steps(&text, tag), steps(&text.repeat(2), tag));
                assert!(
                    twice <= once * 2 + once / 10 + 1_000,
                    "{piece:?} in {tag}: {once}, {twice}"
                );
                assert!(
                    once <= 60 * text.len() + 1_000,
                    "{piece:?} in {tag}: {once} for {}",
                    text.len()
                );
            }
        }
    }
}
