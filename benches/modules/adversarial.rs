//! Texts meant to be slow, by kind, each at a size and at twice the size.
//!
//! ```text
//! cargo bench --bench modules -- adversarial    20,000 and 40,000 units of each kind
//!     --units N     that many and twice as many    --kind NAME    one kind only
//!     --check yes   fails if a budget is broken
//! ```
//!
//! Budgets: at most 3 times the time per MB of ordinary text of the same size, and at most 2.3 times the time for twice
//! the text.

use super::support::{Bench, Options, SEED, now};
use super::text::{Random, Speaker};
use redite::segment::Language;
use redite::{Article, Detector, Stats};
use std::fmt::Write as _;

/// How much dearer than ordinary text.
const DEARER: f64 = 3.0;
/// How much longer for twice the text.
const DOUBLED: f64 = 2.3;
/// Below this many seconds a ratio says nothing.
const SHORT: f64 = 0.02;

/// What must be true of the answer.
#[derive(Clone, Copy)]
enum Answer {
    /// All units but one go.
    OneStays,
    /// Nothing goes: each unit holds numbers that no other holds, or all differ.
    AllStay,
    /// Something of both.
    Open,
}

use Answer::{AllStay, OneStays, Open};

type Make = fn(usize) -> Vec<String>;

const KINDS: [(&str, &str, Answer, Make); 13] = [
    ("cookie notices", "en", Open, cookies),
    ("notices, five numbers", "en", Open, five_numbers),
    ("notices, one serial", "en", AllStay, serials),
    ("Zipfian templates", "en", Open, templates),
    ("equal sentences", "en", OneStays, equal),
    ("slow drift", "en", Open, drift),
    ("few words", "en", Open, few_words),
    ("few letters", "zh", Open, few_letters),
    ("one long line", "en", Open, long_line),
    ("no stop", "en", Open, no_stop),
    ("no space", "en", Open, no_space),
    ("one token", "en", Open, one_token),
    ("one ideograph", "zh", Open, one_ideograph),
];

/// False if a budget is broken and `--check` is given.
pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("adversarial", 0, options);
    let units = bench.option("--units").map_or(20_000, |n| n.parse().expect("a number"));
    let only = bench.option("--kind").map(str::to_owned);
    bench.head(
        "one corpus of each kind, one thread, CPU seconds; ! breaks a budget (3 x ordinary text, 2.3 x for twice)",
    );
    println!(
        "{:<22}{:>8}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{:>10}",
        "kind", "units", "MB", "s", "s/MB", "x plain", "doubling", "removed", ""
    );
    let mut broken = 0;
    for (kind, lang, answer, make) in KINDS {
        if only.as_deref().is_some_and(|only| only != kind) {
            continue;
        }
        let mut before = None;
        for n in [units, 2 * units] {
            let articles = make(n);
            let bytes: usize = articles.iter().map(String::len).sum();
            let (seconds, stats) = time(&articles, lang);
            check(kind, answer, n, &stats);
            let (plain, _) = time(&ordinary(bytes), "en");
            let (dearer, doubled) = (seconds / plain, before.map(|before: f64| seconds / before));
            let grows = doubled.is_some_and(|doubled| doubled > DOUBLED && seconds > DOUBLED * SHORT);
            let slow = grows || (dearer > DEARER && seconds > SHORT);
            broken += usize::from(slow);
            let mb = bytes as f64 / 1e6;
            println!(
                "{kind:<22}{n:>8}{mb:>9.2}{seconds:>9.3}{:>9.3}{dearer:>9.2}{:>10}{:>9}{:>10}",
                seconds / mb,
                doubled.map_or_else(String::new, |d| format!("{d:.2}")),
                stats.removed_equal + stats.removed_near,
                if slow { "!" } else { "" }
            );
            bench.note(&format!("{kind} {n}"), "s/MB", seconds / mb);
            bench.note(&format!("{kind} {n}"), "x ordinary", dearer);
            if let Some(doubled) = doubled {
                bench.note(&format!("{kind} {n}"), "doubling", doubled);
            }
            before = Some(seconds);
        }
    }
    println!("{broken} of the rows break a budget");
    let fail = broken > 0 && bench.option("--check").is_some();
    bench.finish() && !fail
}

/// The least CPU seconds of two runs, or of one that is long.
fn time(articles: &[String], lang: &str) -> (f64, Stats) {
    let language = Language::from_tag(lang);
    let given: Vec<Article<'_>> = articles
        .iter()
        .map(|text| Article::new(text.as_str()).with_language(language))
        .collect();
    let run = || {
        let start = now();
        let mut session = Detector::new().session();
        session.push_all(&given).expect("there are few articles");
        let stats = session
            .finish()
            .and_then(|detections| detections.stats())
            .unwrap_or_default();
        (now() - start, stats)
    };
    let (first, stats) = run();
    if first > 1.0 {
        return (first, stats);
    }
    let (second, again) = run();
    assert_eq!(stats, again, "two runs answer differently");
    (first.min(second), stats)
}

fn check(kind: &str, answer: Answer, n: usize, stats: &Stats) {
    let removed = stats.removed_equal + stats.removed_near;
    match answer {
        OneStays => assert_eq!(removed, n as u64 - 1, "{kind}: {stats:?}"),
        AllStay => assert_eq!(removed, 0, "{kind}: {stats:?}"),
        Open => assert!(stats.removed_bytes <= stats.text_bytes, "{kind}: {stats:?}"),
    }
}

fn ordinary(bytes: usize) -> Vec<String> {
    let articles = Speaker::new("en", SEED).articles(bytes).0;
    articles.into_iter().map(|article| article.text).collect()
}

/// `n` articles of one paragraph.
fn each(n: usize, mut make: impl FnMut(&mut Random, usize) -> String) -> Vec<String> {
    let mut random = Random(SEED);
    (0..n).map(|i| make(&mut random, i)).collect()
}

fn cookies(n: usize) -> Vec<String> {
    each(n, |random, _| {
        let (day, month, year) = (1 + random.below(28), 1 + random.below(12), 2000 + random.below(26));
        let partners = 1 + random.below(1_500);
        format!(
            "We and our {partners} partners store cookies on your device. Your choice of {day}.{month}.{year} is kept for \
             {} days and can be changed at any time in the settings of this page.",
            30 + random.below(700)
        )
    })
}

fn five_numbers(n: usize) -> Vec<String> {
    each(n, |random, _| {
        let mut number = || random.below(60);
        let (a, b, c, d, e) = (number(), number(), number(), number(), number());
        format!("On day {a} at {b} degrees the station counted {c} cars, {d} vans and {e} people at the northern gate.")
    })
}

fn serials(n: usize) -> Vec<String> {
    each(n, |_, i| {
        format!(
            "The parcel with the number {} left the depot this morning and will reach you within the day.",
            100_000 + i
        )
    })
}

/// 300 forms, used by Zipf's law, with two words and a number filled in.
fn templates(n: usize) -> Vec<String> {
    let mut speaker = Speaker::new("en", SEED);
    let forms: Vec<Vec<String>> = (0..300).map(|_| speaker.sentence()).collect();
    let sums: Vec<usize> = (0..forms.len())
        .scan(0, |sum, rank| {
            *sum += 1_000_000 / (rank + 1);
            Some(*sum)
        })
        .collect();
    (0..n)
        .map(|_| {
            let at = speaker.random().below(sums[sums.len() - 1]);
            let mut sentence = forms[sums.partition_point(|&sum| sum <= at)].clone();
            for place in [3, 6] {
                sentence[place] = speaker.word().to_owned();
            }
            sentence[5] = speaker.random().below(10_000).to_string();
            written(&speaker, &sentence)
        })
        .collect()
}

/// A sentence as text.
fn written(speaker: &Speaker, sentence: &[String]) -> String {
    let mut out = String::new();
    speaker.write(sentence, &mut out);
    out.truncate(out.trim_end().len());
    out
}

fn equal(n: usize) -> Vec<String> {
    each(n, |_, _| {
        "All rights to the texts and pictures of this page are reserved by the publisher and its authors.".to_owned()
    })
}

/// Each sentence is the one before it with one word replaced.
fn drift(n: usize) -> Vec<String> {
    let mut speaker = Speaker::new("en", SEED);
    let mut sentence: Vec<String> = (0..20).map(|_| speaker.word().to_owned()).collect();
    (0..n)
        .map(|_| {
            let at = speaker.random().below(sentence.len());
            sentence[at] = speaker.word().to_owned();
            written(&speaker, &sentence)
        })
        .collect()
}

/// All sentences of the same hundred words, each as frequent as the others.
fn few_words(n: usize) -> Vec<String> {
    let mut speaker = Speaker::new("en", SEED);
    let words: Vec<String> = (0..100).map(|_| speaker.word().to_owned()).collect();
    each(n, |random, _| {
        let length = 8 + random.below(12);
        let words: Vec<&str> = (0..length).map(|_| words[random.below(words.len())].as_str()).collect();
        format!("The {}.", words.join(" "))
    })
}

/// All sentences of the same hundred ideographs.
fn few_letters(n: usize) -> Vec<String> {
    each(n, |random, _| {
        let letters: String = (0..20 + random.below(20))
            .filter_map(|_| char::from_u32(0x4E00 + u32::try_from(random.below(100)).ok()?))
            .collect();
        letters + "。"
    })
}

/// As long as `n` short paragraphs.
fn size(n: usize) -> usize {
    n * 100
}

fn long_line(n: usize) -> Vec<String> {
    vec![ordinary(size(n)).join(" ").replace('\n', " ")]
}

fn no_stop(n: usize) -> Vec<String> {
    let mut speaker = Speaker::new("en", SEED);
    let mut out = String::new();
    while out.len() < size(n) {
        write!(out, "{} ", speaker.word()).expect("a string takes all");
    }
    vec![out]
}

fn no_space(n: usize) -> Vec<String> {
    vec![no_stop(n)[0].replace(' ', "")]
}

fn one_token(n: usize) -> Vec<String> {
    vec!["word ".repeat(size(n) / 5)]
}

fn one_ideograph(n: usize) -> Vec<String> {
    vec!["水".repeat(size(n) / 3)]
}
