//! Paragraphs, sentences and parts of any text hold all of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::model::Span;
use redite::segment::{Language, Paragraphs, paragraphs, parts, sentences};
use redite_fuzz::{Choices, TEXT, text};

#[path = "../../it/segment/whole.rs"]
mod whole;

use whole::assert_whole;

/// The languages whose rules differ most.
const TAGS: [&str; 16] = [
    "und", "en", "de", "fr", "hy", "ja", "th", "ur", "bo", "qtx", "el", "my", "tr", "zh", "hi", "ar",
];

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let language = Language::from_tag(choices.of(&TAGS));
    let text = text(choices.rest(), TEXT);
    let mut out: Vec<Span> = Vec::new();
    for mode in [Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line] {
        out.clear();
        paragraphs(&text, mode, &mut out);
        assert_whole(&text, &out);
    }
    out.clear();
    sentences(&text, language, &mut out);
    assert_whole(&text, &out);
    let mut inside = Vec::new();
    for sentence in &out {
        let sentence = &text[sentence.range()];
        inside.clear();
        parts(sentence, &mut inside);
        assert_whole(sentence, &inside);
    }
    inside.clear();
    parts(&text, &mut inside);
    assert_whole(&text, &inside);
    if data.first().is_some_and(|first| *first >= 0xE0) {
        let _ = Language::detect(&text);
        let _ = Language::from_tag(&text);
    }
});
