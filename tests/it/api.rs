//! What users of the library build on.

use crate::support;
use redite::fold::{Folder, Piece, Tokens};
use redite::join::{Measure, Rule, Similarity, Threshold};
use redite::segment::{Language, Paragraphs};
use redite::shingle::Lengths;
use redite::{
    Article, ArticleId, CapacityError, Cut, Detection, Detections, Detector, DetectorBuilder, OtherText, PushError,
    Rank, Repeat, Session, Settings, SettingsError, Span, Stats, Unit,
};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

fn free<T: Send + Sync + UnwindSafe + RefUnwindSafe + 'static>() {}

#[test]
fn every_public_type_goes_between_threads() {
    free::<Article<'static>>();
    free::<(Rank, Unit, Span, ArticleId, Cut, Repeat, Stats)>();
    free::<(Detector, DetectorBuilder, Settings, SettingsError)>();
    free::<(Session, Detection)>();
    moves::<Detections>();
    free::<(CapacityError, OtherText)>();
    fn moves<T: Send + Sync + 'static>() {}
    moves::<PushError>();
    free::<(Folder, Piece, Tokens)>();
    free::<(Measure, Rule, Similarity, Threshold, Lengths)>();
    free::<(Language, Paragraphs)>();
}

#[cfg(feature = "files")]
#[test]
fn every_public_type_of_files_goes_between_threads() {
    use redite::files::{
        Batch, Discovery, Edit, Fault, Fields, FileError, Insertion, ReadOptions, Record, RewriteStats, Skipped,
        Source, Transaction,
    };
    fn free<T: Send + Sync>() {}
    free::<(Batch, Discovery, Edit, Fault, Fields, FileError)>();
    free::<(Insertion, ReadOptions, RewriteStats, Skipped, Source, Transaction)>();
    free::<Record<'static>>();
    fn moves<T: Send>() {}
    moves::<redite::files::Output>();
}

#[test]
fn a_detector_is_a_value() {
    fn copies<T: Copy + PartialEq>(_: &T) {}
    let detector = Detector::new();
    copies(&detector);
    assert_eq!(detector, Detector::default());
    assert_eq!(detector, Detector::builder().build().unwrap());
    assert_ne!(detector, Detector::builder().threshold(0.7).build().unwrap());
}

#[test]
fn settings_that_make_no_sense_say_so() {
    for threshold in [0.0, -1.0, 1.000_001, f64::NAN, f64::INFINITY] {
        let error = Detector::builder()
            .threshold(threshold)
            .build()
            .unwrap_err()
            .to_string();
        assert!(error.contains("above 0 and at most 1"), "{error}");
    }
    let error = Detector::builder().min_tokens(0).build().unwrap_err();
    assert!(error.to_string().contains("at least 1 word"), "{error}");
}

fn articles() -> Vec<Article<'static>> {
    let sample = support::sample().into_iter();
    sample
        .map(|(_, title, text)| Article::new(title).with_text(text))
        .collect()
}

#[test]
fn one_by_one_or_all_at_once() {
    let articles = articles();
    let detector = Detector::new();
    let expected: Vec<Repeat> = detector.detect(articles.iter().cloned()).repeats().collect();
    assert!(expected.len() > 20, "enough to compare: {}", expected.len());
    for size in [1, 7, 100] {
        let mut session = detector.session();
        articles.chunks(size).for_each(|share| session.push_all(share).unwrap());
        assert_eq!(session.next_id(), ArticleId(u32::try_from(articles.len()).unwrap()));
        let found = session.finish().unwrap().block(0).unwrap();
        assert_eq!(found.repeats().collect::<Vec<_>>(), expected);
    }
}

/// A session that has seen and forgotten much, and one that has not.
fn with_and_without_rollback() -> (Arc<Detection>, Detection) {
    let articles = articles();
    let mut session = Detector::new().session();
    for share in articles.chunks(9) {
        let first = session.next_id();
        session.push_all(&articles[..5]).unwrap();
        session.push(&Article::new("")).unwrap();
        session.rollback(first).unwrap();
        session.push_all(share).unwrap();
    }
    (
        session.finish().unwrap().block(0).unwrap(),
        Detector::new().detect(articles),
    )
}

#[test]
fn what_is_rolled_back_never_was() {
    let (with, without) = with_and_without_rollback();
    assert_eq!(
        with.repeats().collect::<Vec<_>>(),
        without.repeats().collect::<Vec<_>>()
    );
    let (with, without) = (with.stats(), without.stats());
    assert_eq!(
        Stats { text_bytes: 0, ..with },
        Stats {
            text_bytes: 0,
            ..without
        }
    );
}

#[test]
fn what_is_rolled_back_is_not_counted() {
    let (with, without) = with_and_without_rollback();
    assert_eq!(with.stats(), without.stats());
}

/// It was cut at the places of the text that was pushed, which another does not have: a panic, or wrong bytes.
#[test]
fn another_text_is_an_error() {
    let text = "A storm tore the roof off the old market hall. A storm tore the roof off the old market hall.";
    let detection = Detector::new().detect([text]);
    let error = OtherText {
        article: ArticleId(0),
        field: 0,
    };
    let moved = text.replace("A storm tore", "Storms tear ");
    for other in [
        "x",
        "",
        &text[..text.len() - 1],
        &format!("{text} "),
        &"é".repeat(60),
        &moved,
    ] {
        assert_eq!(detection.cuts(ArticleId(0), 0, other), Err(error), "{other:?}");
        assert_eq!(detection.clean(ArticleId(0), 0, other), Err(error), "{other:?}");
    }
    assert!(error.to_string().contains("text 0 of article 0"), "{error}");
    assert_eq!(detection.cuts(ArticleId(0), 0, text).unwrap().len(), 1);
}

#[test]
fn odd_numbers_and_fields_are_no_panic() {
    let detection = Detector::new().detect(["Une seule phrase, assez longue pour compter."]);
    let nowhere = ArticleId(7);
    assert_eq!(detection.repeats_in(nowhere).count(), 0);
    assert_eq!(detection.clean(nowhere, 0, "abc").unwrap(), "abc");
    assert_eq!(detection.cuts(ArticleId(0), 3, "abc"), Ok(Vec::new()));
    assert_eq!(detection.language(nowhere), Language::UNKNOWN);
    let nothing = Detector::new().detect(Vec::<String>::new());
    assert_eq!((nothing.articles(), nothing.stats()), (0, Stats::default()));
    let empty = Detector::new().detect([Article::default()]);
    assert_eq!((empty.articles(), empty.repeats().count()), (1, 0));
}

/// Items that are public without an example, by file and line.
fn without_example(file: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_item = |line: &str| {
        let rest = line.strip_prefix("pub ").unwrap_or_default();
        ["fn ", "const ", "struct ", "enum ", "trait ", "type "]
            .iter()
            .any(|kind| rest.starts_with(kind))
    };
    let docs = |at: usize| {
        let above = lines[..at].iter().rev();
        let attached = above.take_while(|line| line.starts_with("///") || line.starts_with("#["));
        attached.copied().collect::<String>()
    };
    (0..lines.len())
        .filter(|&at| is_item(lines[at]))
        .filter(|&at| !docs(at).contains("```") && !docs(at).contains("doc(hidden)"))
        .map(|at| format!("{}:{}", file.display(), at + 1))
        .collect()
}

#[test]
fn every_public_item_has_an_example() {
    let (mut folders, mut missing) = (vec![std::path::PathBuf::from("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // The program, and what it reads and writes with, are not public.
            if path.ends_with("bin") || path.ends_with("files") || path.ends_with("steps.rs") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                missing.extend(without_example(&path));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
