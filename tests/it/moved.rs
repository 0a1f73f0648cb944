//! A boundary set wrong costs little: what is removed hardly changes when boundaries move.

use crate::support;
use redite::segment::Language;
use redite::{Article, Detector, Level};

/// The lines of a golden file that hold a text.
fn lines(content: &str) -> Vec<&str> {
    let text = |line: &'_ str| !line.starts_with('#');
    content
        .lines()
        .filter(|l| text(l))
        .filter_map(|l| l.split_once(": "))
        .map(|(_, text)| text)
        .collect()
}

/// Language and text of every article: the golden files as one text each, and the sample.
fn articles() -> Vec<(String, String)> {
    let golden = support::golden().into_iter().map(|(language, content)| {
        let joint = if content.contains("joined by nothing") { "" } else { " " };
        let text = lines(&content).join(joint);
        (language, text)
    });
    let sample = support::sample()
        .into_iter()
        .map(|(language, _, text)| (language, text));
    golden.chain(sample).collect()
}

/// For every byte of every article, whether it goes.
fn gone(articles: &[(String, String)], level: Level) -> Vec<Vec<bool>> {
    let given = articles
        .iter()
        .map(|(tag, text)| Article::new(text.as_str()).with_language(Language::from_tag(tag)));
    let detector = Detector::builder().level(level).build().unwrap();
    let detection = detector.detect(given);
    let mut gone: Vec<Vec<bool>> = articles.iter().map(|(_, text)| vec![false; text.len()]).collect();
    for repeat in detection.repeats() {
        gone[repeat.removed.article.0 as usize][repeat.removed.span.range()].fill(true);
    }
    gone
}

/// The share of what goes by the right rules that does not go by `tags`, or goes besides.
fn differing(articles: &[(String, String)], tag: &str, level: Level) -> f64 {
    let other: Vec<_> = articles
        .iter()
        .map(|(_, text)| (tag.to_owned(), text.clone()))
        .collect();
    let (right, wrong) = (gone(articles, level), gone(&other, level));
    let count = |differs: fn(bool, bool) -> bool| {
        let pairs = right.iter().flatten().zip(wrong.iter().flatten());
        pairs.filter(|&(&a, &b)| differs(a, b)).count() as f64
    };
    count(|a, b| a != b) / count(|a, _| a)
}

#[test]
fn the_rules_of_another_language_hardly_change_what_goes() {
    let articles = articles();
    for tag in ["und", "en", "de", "ru", "hy", "th", "ja", "ur"] {
        // where words do not count, only boundaries move; where they do, another language has other common words
        for (level, most) in [(Level::Boilerplate, 0.01), (Level::Editor, 0.04)] {
            let share = differing(&articles, tag, level);
            println!("{tag} {level:?} {share:.4}");
            assert!(share <= most, "{tag} {level:?} {share:.4}");
        }
    }
}

/// A word between all sentences before which and after which no rule sees an end: "… was cheap. Dr. The bridge …".
#[test]
fn most_sentences_hidden_behind_abbreviations_are_found() {
    let (mut all, mut found) = (0, 0);
    for (tag, word) in [
        ("en", "Dr."),
        ("de", "z.B."),
        ("ru", "см."),
        ("fr", "cf."),
        ("es", "Sr."),
        ("tr", "bkz."),
    ] {
        let file = support::golden().into_iter().find(|(language, _)| language == tag);
        let (_, content) = file.expect("help: a golden file of that language");
        let count = |joint: &str| {
            let articles = [(tag.to_owned(), lines(&content).join(joint))];
            gone(&articles, Level::Editor)[0].iter().filter(|&&goes| goes).count()
        };
        all += count(" ");
        found += count(&format!(" {word} "));
    }
    println!("{found} of {all} bytes");
    assert!(found * 4 >= all * 3, "{found} of {all} bytes");
}
