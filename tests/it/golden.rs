//! `tests/data/golden`: for each language, what goes and what stays. The format stands in `tests/data/README.md`.

use crate::support;
use redite::segment::Language;
use redite::{Article, Detector, Reason, Repeat};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// One line of a golden file.
#[derive(Debug, Clone)]
struct Line {
    text: String,
    /// Set if a new paragraph begins here.
    breaks: bool,
    /// Why it goes, and which line is kept; `None` if it stays.
    goes: Option<(Reason, usize)>,
}

#[derive(Debug)]
struct Case {
    language: String,
    joint: &'static str,
    lines: Vec<Line>,
}

fn parse(language: &str, content: &str) -> Case {
    let mut joint = " ";
    let mut lines: Vec<Line> = Vec::new();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut breaks = false;
    for (number, line) in (1..).zip(content.lines()) {
        let place = format!("help: golden/{language}.txt:{number}: {line}");
        if line.starts_with('#') {
            continue;
        } else if line.is_empty() {
            breaks = true;
            continue;
        } else if line == "joined by nothing" {
            joint = "";
            continue;
        }
        let (mark, text) = match line.split_once(": ") {
            Some((mark, text)) => (mark, text.to_owned()),
            None => {
                let mark = line.strip_suffix(" nfd").expect(&place);
                let original = &lines[names[&mark[1..]]].text;
                let decomposed: String = original.nfd().collect();
                if decomposed == *original {
                    continue;
                }
                (mark, decomposed)
            }
        };
        let goes = match mark.split_at(1) {
            ("=", name) => Some((Reason::Equal, *names.get(name).expect(&place))),
            ("~", name) => Some((Reason::Near, *names.get(name).expect(&place))),
            ("+", "") => None,
            _ => {
                assert!(names.insert(mark, lines.len()).is_none(), "{place}");
                None
            }
        };
        let breaks = std::mem::take(&mut breaks);
        lines.push(Line { text, breaks, goes });
    }
    Case {
        language: language.to_owned(),
        joint,
        lines,
    }
}

/// Line that goes, why, and line that is kept.
type Found = BTreeSet<(usize, Reason, usize)>;

fn expected(case: &Case) -> Found {
    let goes = |(i, line): (usize, &Line)| line.goes.map(|(reason, kept)| (i, reason, kept));
    case.lines.iter().enumerate().filter_map(goes).collect()
}

fn article(case: &Case, text: String) -> Article<'static> {
    Article::new(text).with_language(Language::from_tag(&case.language))
}

/// All lines in one text.
fn as_one_text(case: &Case) -> Found {
    let mut text = String::new();
    let mut starts = BTreeMap::new();
    for (i, line) in case.lines.iter().enumerate() {
        if i > 0 {
            text.push_str(if line.breaks { "\n\n" } else { case.joint });
        }
        starts.insert(text.len(), i);
        text.push_str(&line.text);
    }
    let detection = Detector::new().detect([article(case, text.clone())]);
    let line = |repeat: &Repeat, unit: redite::Unit| {
        let start = unit.span.range().start;
        let found = starts.get(&start).copied();
        let whole = found.filter(|&i| case.lines[i].text == text[unit.span.range()]);
        whole.unwrap_or_else(|| panic!("help: no line of its own: {:?} in {repeat:?}", &text[unit.span.range()]))
    };
    detection
        .repeats()
        .map(|r| (line(&r, r.removed), r.reason, line(&r, r.kept)))
        .collect()
}

/// Each line an article.
fn as_articles(case: &Case) -> Found {
    let detection = Detector::new().detect(case.lines.iter().map(|line| article(case, line.text.clone())));
    detection
        .repeats()
        .map(|r| (r.removed.article.0 as usize, r.reason, r.kept.article.0 as usize))
        .collect()
}

fn show(case: &Case, found: &Found) -> String {
    let line = |i: usize| &case.lines[i].text;
    found
        .iter()
        .map(|(gone, why, kept)| format!("  {why}: {}\n    of: {}\n", line(*gone), line(*kept)))
        .collect()
}

#[test]
fn every_language_loses_what_its_file_says_and_nothing_else() {
    let mut failures = String::new();
    for (language, content) in support::golden() {
        let case = parse(&language, &content);
        let expected = expected(&case);
        for (form, found) in [("one text", as_one_text(&case)), ("articles", as_articles(&case))] {
            let missing: Found = expected.difference(&found).copied().collect();
            let surplus: Found = found.difference(&expected).copied().collect();
            if !missing.is_empty() || !surplus.is_empty() {
                failures += &format!(
                    "golden/{language}.txt as {form}\n missing:\n{} surplus:\n{}",
                    show(&case, &missing),
                    show(&case, &surplus)
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_golden_files_show_what_they_are_for() {
    let files = support::golden();
    assert!(files.len() >= 16, "help: a golden file a language");
    let mut scripts = BTreeSet::new();
    let mut decomposed = 0;
    for (language, content) in &files {
        let case = parse(language, content);
        let goes = |reason| {
            case.lines
                .iter()
                .filter(|l| l.goes.is_some_and(|g| g.0 == reason))
                .count()
        };
        assert!(
            goes(Reason::Equal) >= 2,
            "help: golden/{language}.txt needs equal repeats"
        );
        assert!(
            goes(Reason::Near) >= 1,
            "help: golden/{language}.txt needs a near repeat"
        );
        let stays = case.lines.iter().filter(|l| l.goes.is_none()).count();
        assert!(stays >= 5, "help: golden/{language}.txt needs lines that stay");
        decomposed += usize::from(content.lines().any(|l| l.ends_with(" nfd")));
        let letter = case.lines[0].text.chars().find(|c| c.is_alphabetic() && !c.is_ascii());
        scripts.extend(letter.map(|c| u32::from(c) >> 7));
    }
    assert!(scripts.len() >= 12, "blocks of Unicode: {scripts:?}");
    assert!(decomposed >= 12);
}
