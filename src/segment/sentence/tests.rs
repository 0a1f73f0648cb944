//! Sentences of many languages.

use super::*;

fn cut<'t>(text: &'t str, tag: &str) -> Vec<&'t str> {
    let mut out = Vec::new();
    sentences(text, Language::from_tag(tag), &mut out);
    out.iter().map(|s| &text[s.range()]).collect()
}

#[test]
fn appends_and_trims() {
    let mut out = vec![Span::new(7, 9)];
    sentences(" Yes. \u{a0}No.\t", Language::from_tag("en"), &mut out);
    assert_eq!(out, [Span::new(7, 9), Span::new(1, 5), Span::new(8, 11)]);
    assert!(cut("", "en").is_empty());
    assert!(cut(" \n\u{3000}", "ja").is_empty());
}

/// The first is a finding of the fuzz target `growth`: a Greek question mark and a stop of another script are one stop.
#[test]
fn what_is_said_to_be_whole_has_one_part() {
    for (text, tag) in [
        ("ς;𐩖𐩖𐩖;𐩖𐩖𐩖;𐩖𐩖𐩖", "el"),
        ("Τι;。 Ναι;! Όχι;.και;።και", "el"),
        ("One;. two։! three?» four", "hy"),
    ] {
        let mut out = Vec::new();
        sentences_and_whole(text, Language::from_tag(tag), &mut out);
        for (sentence, whole) in out {
            let mut parts = Vec::new();
            super::super::parts(&text[sentence.range()], &mut parts);
            assert!(!whole || parts.len() == 1, "{:?}", &text[sentence.range()]);
        }
    }
}

#[test]
fn numbers_of_notes_belong_to_what_they_follow() {
    for (text, tag, count) in [
        ("It was stolen.¹² Repairs take long.", "en", 2),
        ("It was stolen.¹²³ Repairs take long.", "en", 2),
        ("About 3.² m of it is left.", "en", 1),
        ("Sie wurden geraubt.⁴ Danach war Ruhe.", "de", 2),
        ("它被人偷走。¹²修理要很久。", "zh", 2),
        ("It was stolen.[12] Repairs take long.", "en", 2),
        ("It was stolen. [citation needed] Repairs take long.", "en", 2),
    ] {
        assert_eq!(cut(text, tag).len(), count, "{text}");
    }
}

#[test]
fn thai_is_thai_in_any_language() {
    let text = ["ตลาดน้ำแห่งใหม่ต้อนรับนักท่องเที่ยวกว่า12,500คนในสัปดาห์แรกซึ่งมากกว่าที่ชาวบ้านคาดไว้มาก"; 3].join(" ");
    for tag in ["th", "und", "en", "hy"] {
        assert_eq!(cut(&text, tag).len(), 3, "{tag}");
    }
}

#[test]
fn template_is_a_language() {
    assert_eq!(
        cut("See Tmpl. Smith in no. 5. Yes. The J. Doe. It is\u{205d} Yes.", "qtx").len(),
        5
    );
}
