//! Growth by counting: twice the hostile text takes at most 2.2 times the steps, from text to cuts.

use super::*;
use crate::settings::{Scope, UnitChoice};
use crate::steps;
use std::fmt::Write;

/// A word of its own for every number.
fn word(mut n: usize) -> String {
    let mut word = String::from("w");
    for _ in 0..5 {
        word.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
        n /= 26;
    }
    word
}

/// A sentence that no other is like.
fn news(n: usize) -> String {
    (0..9).fold(String::from("The"), |text, i| text + " " + &word(9 * n + i)) + "."
}

const SAME: &str = "All rights to the texts and pictures of this page are reserved by its authors.";

fn joined(n: usize, make: impl Fn(usize) -> String, between: &str) -> String {
    (0..n).map(make).collect::<Vec<_>>().join(between)
}

/// A name, and articles of that kind.
type Kind = (&'static str, fn(usize) -> Vec<String>);

const KINDS: &[Kind] = &[
    ("one article of one paragraph", |n| vec![joined(n, news, " ")]),
    ("one article of one-sentence paragraphs", |n| {
        vec![joined(n, news, "\n\n")]
    }),
    ("one article of one sentence said again", |n| {
        vec![joined(n, |_| SAME.to_owned(), " ")]
    }),
    ("one article of one paragraph said again", |n| {
        vec![joined(n, |_| SAME.to_owned(), "\n\n")]
    }),
    ("what is said again between news", |n| {
        vec![joined(n / 2, |i| format!("{} {SAME}", news(i)), " ")]
    }),
    ("what is said again between news, in paragraphs", |n| {
        vec![joined(n / 2, |i| format!("{}\n\n{SAME}", news(i)), "\n\n")]
    }),
    ("articles of what is said again", |n| vec![SAME.to_owned(); n]),
    ("a table of numbers", |n| {
        vec![joined(
            n,
            |i| format!("{i} {} {} {} {}", i % 7, i % 9, i % 11, i % 13),
            "\n",
        )]
    }),
    ("much white space", |n| {
        vec![joined(n / 4, |_| SAME.to_owned(), &" \n\u{a0}\n ".repeat(80))]
    }),
    ("initials, which are parts", |n| {
        vec![joined(n, |i| format!("{} A. B. C. D. e.g. x.", word(i)), " ")]
    }),
    ("parts said again", |n| {
        vec![joined(
            n / 2,
            |i| format!("{} met at St. {SAME} etc. {SAME}", word(i)),
            " ",
        )]
    }),
    ("forms with one entry", |n| {
        let entry = |i| {
            format!(
                "The default port that a connection to {} is opened on when nothing was said.",
                word(i)
            )
        };
        vec![joined(n, entry, "\n\n")]
    }),
    ("versions of a notice", |n| {
        let notice = |i| {
            format!(
                "On day {i} of the year the station counted {} cars at the gate. {SAME}",
                7 * i
            )
        };
        vec![joined(n / 2, notice, "\n\n")]
    }),
    ("lists", |n| {
        vec![joined(n, |i| format!("{}) {}", i % 99, news(i)), " ")]
    }),
    ("paragraphs of which each holds one more sentence", |n| {
        let most = n.isqrt();
        vec![joined(most, |i| joined(i + 1, news, " "), "\n\n")]
    }),
];

/// What grows faster: units of which each holds the one before and more are held against the first thirty of them that
/// stay, each against all of its length.
const KNOWN: &[Kind] = &[("forms of every sentence one word longer", |n| {
    (1..n.isqrt())
        .map(|i| {
            (0..i).fold(String::new(), |mut text, i| {
                let _ = write!(text, "{} ", word(i));
                text
            }) + "a."
        })
        .collect()
})];

/// Bytes of articles, and the steps that it takes to decide and to cut them.
fn measure(detector: &Detector, articles: &[String]) -> (usize, usize) {
    let bytes = articles.iter().map(String::len).sum();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let work = || {
        let detection = detector.detect(articles.iter().map(String::as_str));
        for (id, text) in (0..).map(ArticleId).zip(articles) {
            for cut in detection.cuts(id, 0, text).unwrap() {
                assert_ne!(detection.fold(&cut.repeat.removed), "");
            }
        }
    };
    (bytes, pool.install(|| steps::steps(work)))
}

/// Steps for a size and for twice that; by how much they grow for twice the text.
fn growth(detector: &Detector, make: fn(usize) -> Vec<String>, n: usize) -> (String, f64) {
    // What is made once, such as tables of words, is made here.
    measure(detector, &make(n));
    let [(small, once), (large, twice)] = [n, 2 * n].map(|n| measure(detector, &make(n)));
    assert!(once > small, "the counter counts: {once} for {small}");
    steps::growth([(small, once), (large, twice)])
}

/// A small size, and one at which what grows faster shows: until there are enough of a form to be told by their words, each is held
/// against all, and so are the units of one batch.
const SIZES: [usize; 2] = [1_500, 24_000];

/// By how much steps may grow for twice the text.
const MOST: f64 = 2.2;

#[test]
fn hostile_articles_take_linear_time() {
    let mut wrong = Vec::new();
    for scope in [Scope::Corpus, Scope::Article] {
        for units in [UnitChoice::Both, UnitChoice::Sentences] {
            let detector = Detector::builder().scope(scope).units(units).build().unwrap();
            for (kind, make) in KINDS {
                let mut grown = growth(&detector, *make, SIZES[0]);
                if grown.1 > MOST {
                    grown = growth(&detector, *make, SIZES[1]);
                }
                let (told, growth) = grown;
                let told = format!("{kind}, {units:?} in {scope:?}: {told}");
                println!("{told}");
                if growth > MOST {
                    wrong.push(told);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is known to be quadratic, so that whoever makes it linear learns of it.
#[test]
fn known_kinds_are_still_quadratic() {
    for (kind, make) in KNOWN {
        let growth = |scope| growth(&Detector::builder().scope(scope).build().unwrap(), *make, SIZES[1]);
        let told = [Scope::Corpus, Scope::Article].map(growth);
        let is_growing = told.iter().any(|told| told.1 > MOST);
        assert!(is_growing, "{kind} is linear now: move it to the others. {told:?}");
    }
}
