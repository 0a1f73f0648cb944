//! Numbers in every dress: each row of `tests/data/numbers.txt`, through the public API.

use redite::Level;
use redite::fold::{fold, is_number};
use redite::join::{Measure, Rule, Threshold, pairs};
use redite::verdict::missing_numbers;

struct Row {
    line: usize,
    equal: bool,
    dresses: Vec<String>,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(include_str!("../data/numbers.txt").lines()) {
        let (equal, text) = match text.split_at_checked(2) {
            Some(("= ", text)) => (true, text),
            Some(("! ", text)) => (false, text),
            _ => {
                assert!(text.is_empty() || text.starts_with('#'), "line {line}: {text}");
                continue;
            }
        };
        let dresses: Vec<String> = text.split(" | ").map(unescape).collect();
        assert!(dresses.len() > 1 && (equal || dresses.len() == 2), "line {line}");
        rows.push(Row { line, equal, dresses });
    }
    rows
}

/// `{A0}` for U+00A0.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('{').enumerate() {
        match part.split_once('}') {
            Some((code, rest)) if i > 0 => {
                out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
                out.push_str(rest);
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Sentences that differ in nothing else.
fn sentences(dress: &str) -> Vec<String> {
    vec![
        dress.to_owned(),
        format!("The council has now put it at {dress} in its report to the members of the house"),
        format!("{dress} stands in the first report that the council has given to the members of the house"),
        format!("Совет назвал ( {dress} ) в своём первом отчёте перед членами палаты в этом году"),
        format!("委员会在向议会提交的第一份报告中写的是 {dress} ，议员们对此没有异议"),
    ]
}

#[test]
fn equal_numbers_fold_equal_and_others_are_refused() {
    let rows = rows();
    let (mut equal, mut different) = (0, 0);
    for row in &rows {
        let first = sentences(&row.dresses[0]);
        for dress in &row.dresses[1..] {
            for (a, b) in first.iter().zip(sentences(dress)) {
                let (x, y) = (fold(a), fold(&b));
                if row.equal {
                    equal += 1;
                    assert_eq!(x, y, "line {}: {a:?} {b:?}", row.line);
                } else {
                    different += 1;
                    assert_ne!(x, y, "line {}: {a:?} {b:?}", row.line);
                }
            }
        }
    }
    assert!(equal + different > 1000, "{equal} {different}");
}

/// Of two sentences that differ in a number only, at least one must not go in favour of the other; if each has a
/// number that the other lacks, neither.
#[test]
fn the_guard_sees_every_other_number() {
    let rule = |guarded| Rule {
        measure: Measure::default(),
        threshold: Threshold::new(0.3).unwrap(),
        level: if guarded { Level::Editor } else { Level::Boilerplate },
    };
    for row in rows().iter().filter(|r| !r.equal) {
        // Letters that differ are no business of this guard.
        let roman = row.dresses.iter().any(|d| !fold(d).iter().any(is_number));
        for (a, b) in sentences(&row.dresses[0])
            .iter()
            .zip(sentences(&row.dresses[1]))
            .skip(1)
        {
            let (a, b) = (fold(a), fold(&b));
            let lost = (
                missing_numbers(a.as_str(), b.as_str()),
                missing_numbers(b.as_str(), a.as_str()),
            );
            let refused = |x: &redite::fold::Tokens, y: &redite::fold::Tokens, guarded| {
                pairs(&[y.clone(), x.clone()][..], &rule(guarded)).is_empty()
            };
            assert!(
                !refused(&a, &b, false) && !refused(&b, &a, false),
                "line {}: not alike at all",
                row.line
            );
            // A numeral in Latin letters is a word, and another word may be refused, too.
            let is_right = |refused: bool, lost: &[&str]| refused != lost.is_empty() || roman && refused;
            assert!(is_right(refused(&a, &b, true), &lost.0), "line {}", row.line);
            assert!(is_right(refused(&b, &a, true), &lost.1), "line {}", row.line);
            if !roman {
                assert!(
                    !lost.0.is_empty() || !lost.1.is_empty(),
                    "line {}: {} {}",
                    row.line,
                    a.as_str(),
                    b.as_str()
                );
            }
        }
    }
}
