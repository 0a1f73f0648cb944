//! Pairs of units from real text that a reader has labelled: how many removals are right, how many right ones are
//! missed. `cargo test --test it labelled -- --nocapture` prints the figures; `redite evaluate --labels` gives confidence intervals.

// the figures are for reading
#![allow(clippy::print_stdout)]

use crate::support::data;
use redite::segment::{Language, Paragraphs};
use redite::{Article, Detector, Level, UnitChoice};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Pairs with label `right` that are removed, at least. Raise it with what is reached.
const RIGHT_REMOVED: usize = 75;

/// Pairs with label `wrong` that are removed, at most, by what differs in them. Lower them with what is reached.
const WRONG_REMOVED: [(&str, usize); 9] = [
    ("antonym", 1),
    ("clause", 1),
    ("date", 0),
    ("identifier", 2),
    ("name", 1),
    ("negation", 0),
    ("number", 0),
    ("unit", 0),
    ("word", 3),
];

/// Share of the right among the right and wrong that are removed, at least.
const PRECISION: f64 = 0.90;

/// The same where what is arguable counts as wrong.
const STRICT_PRECISION: f64 = 0.82;

/// At level exact: right pairs that are removed, at least, and wrong ones, at most.
const EXACT: (usize, usize) = (29, 4);

struct Pair {
    language: String,
    source: String,
    decision: String,
    label: String,
    class: String,
    /// What the program says today.
    removed: bool,
}

fn field(record: &Value, name: &str) -> String {
    record[name].as_str().unwrap_or_default().to_owned()
}

/// Every pair, decided today: the earlier unit and the later one are two articles of one paragraph.
fn pairs(level: Level) -> Vec<Pair> {
    let detector = Detector::builder()
        .level(level)
        .units(UnitChoice::Paragraphs)
        .paragraphs(Paragraphs::Blank)
        .build()
        .unwrap();
    let mut files: Vec<_> = fs::read_dir(data("pairs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut out = Vec::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let language = field(&record, "lang");
            let article = |name: &str| {
                let mut article = Article::new(field(&record, name));
                article.language = Some(Language::from_tag(&language));
                article
            };
            let detection = detector.detect([article("earlier"), article("later")]);
            out.push(Pair {
                removed: detection.repeats().count() > 0,
                source: field(&record, "source"),
                decision: field(&record, "decision"),
                label: field(&record, "label"),
                class: field(&record, "class"),
                language,
            });
        }
    }
    out
}

/// Of the pairs chosen: how many are right, wrong and arguable.
fn labels<'p>(pairs: impl IntoIterator<Item = &'p Pair>) -> [usize; 3] {
    let mut counts = [0; 3];
    for pair in pairs {
        let place = ["right", "wrong", "arguable"].iter().position(|l| *l == pair.label);
        counts[place.unwrap_or_else(|| panic!("label {}", pair.label))] += 1;
    }
    counts
}

fn print_line(name: &str, [right, wrong, arguable]: [usize; 3]) {
    let share = |of: usize| right as f64 / of as f64;
    if right + wrong > 0 {
        let (precision, strict) = (share(right + wrong), share(right + wrong + arguable));
        println!("{name:20} {right:5} {wrong:5} {arguable:8}   {precision:9.3}   {strict:.3}");
    }
}

/// Prints what is removed, as a whole and by `key`.
fn print_table(pairs: &[Pair], title: &str, key: impl Fn(&Pair) -> &str) {
    let removed = || pairs.iter().filter(|p| p.removed);
    println!("\n{title:20} right wrong arguable   precision   arguable as wrong");
    print_line("removed", labels(removed()));
    for group in removed().map(&key).collect::<BTreeSet<&str>>() {
        print_line(group, labels(removed().filter(|p| key(p) == group)));
    }
}

#[test]
fn labelled_pairs_are_decided_as_well_as_before() {
    let pairs = pairs(Level::default());
    print_table(&pairs, "by source", |p| &p.source);
    print_table(&pairs, "by language", |p| &p.language);
    print_table(&pairs, "by past decision", |p| &p.decision);

    let all = labels(&pairs);
    let [right, wrong, arguable] = labels(pairs.iter().filter(|p| p.removed));
    println!("\nright pairs that stay: {} of {}", all[0] - right, all[0]);
    println!("wrong pairs that go: {wrong} of {}, by what differs:", all[1]);
    let mut classes: BTreeMap<&str, usize> = WRONG_REMOVED.iter().map(|&(class, _)| (class, 0)).collect();
    for pair in pairs.iter().filter(|p| p.removed && p.label == "wrong") {
        *classes.entry(&pair.class).or_default() += 1;
    }
    classes.iter().for_each(|(class, n)| println!("  {class:18} {n:5}"));

    assert!(right >= RIGHT_REMOVED, "{right} right pairs are removed");
    for (class, n) in classes {
        let most = WRONG_REMOVED
            .iter()
            .find(|(c, _)| *c == class)
            .map_or(0, |&(_, most)| most);
        assert!(n <= most, "{n} pairs that differ in {class} are removed");
    }
    let precision = right as f64 / (right + wrong) as f64;
    assert!(precision >= PRECISION, "precision {precision}");
    let strict = right as f64 / (right + wrong + arguable) as f64;
    assert!(strict >= STRICT_PRECISION, "precision {strict}");
}

#[test]
fn at_level_exact_most_removals_are_right() {
    let pairs = pairs(Level::Exact);
    print_table(&pairs, "exact", |p| &p.decision);
    let [right, wrong, _] = labels(pairs.iter().filter(|p| p.removed));
    assert!(right >= EXACT.0 && wrong <= EXACT.1, "{right} right, {wrong} wrong");
}

#[test]
fn labelled_pairs_are_what_their_page_says() {
    let pairs = pairs(Level::default());
    let drawn = |decision: &str| pairs.iter().filter(|p| p.decision == decision).count();
    assert_eq!(["near", "below", "numbers", "letters"].map(drawn), [300, 150, 105, 45]);
    let languages: BTreeSet<&str> = pairs.iter().map(|p| p.language.as_str()).collect();
    assert_eq!(languages.len(), 29);
    // A right pair differs in nothing, any other in something.
    assert!(pairs.iter().all(|p| p.class.is_empty() == (p.label == "right")));
}
