//! How long one article takes against an index: `cargo bench --bench query -- DIR FILE.jsonl [--busy]`.
//!
//! Articles of 4.5 to 5.5 kB of FILE are asked for, one after the other, in three rounds; beside them stands what deciding them alone takes.
//! With `--busy` a copy of the index is asked, while another thread adds the articles of FILE to it, a thousand at a time, and compacts it after every
//! third commit.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

use redite::index::{Index, Snapshot};
use redite::{Article, Detector, Memory};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

fn main() {
    let typed: Vec<String> = std::env::args().skip(1).filter(|typed| typed != "--bench").collect();
    let (flags, names): (Vec<&String>, Vec<&String>) = typed.iter().partition(|typed| typed.starts_with("--"));
    let [index, file] = names[..] else {
        println!("NOT MEASURED: give an index and a file, as in `cargo bench --bench query -- DIR FILE.jsonl`");
        return;
    };
    let text = std::fs::read_to_string(file).expect("the file cannot be read");
    let text_of = |line: &str| {
        serde_json::from_str::<Value>(line).ok()?["text"]
            .as_str()
            .map(str::to_owned)
    };
    let texts: Vec<String> = text.lines().filter_map(text_of).collect();
    let asked: Vec<Article<'_>> = (texts.iter())
        .filter(|text| (4500..5500).contains(&text.len()))
        .take(1000)
        .map(|text| (&**text).into())
        .collect();
    let begun = Instant::now();
    let snapshot = Index::read(index).expect("the index cannot be read");
    println!("opened in {:.1} ms", 1e3 * begun.elapsed().as_secs_f64());
    if flags.iter().any(|flag| *flag == "--busy") {
        let copy = tempfile::tempdir().expect("there is no temporary folder");
        for entry in std::fs::read_dir(index).expect("the index cannot be read").flatten() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("the index cannot be copied");
        }
        busy(copy.path(), &texts, &asked);
    } else {
        measure(&snapshot, &asked);
    }
}

/// Asks for all articles in three rounds.
fn measure(snapshot: &Snapshot, asked: &[Article<'_>]) {
    let detector = Detector::new();
    for round in 1..=3 {
        let mut repeats = 0;
        let ask = |article: &Article<'_>| repeats += snapshot.query(article).expect("the index cannot be read").len();
        let [median, late] = times(asked, ask);
        let [alone, _] = times(asked, |article| {
            detector.detect([article.clone()]);
        });
        println!(
            "round {round}: {} articles, {repeats} repeats; median {median:.2} ms, 99th percentile {late:.2}; alone {alone:.2}",
            asked.len()
        );
    }
}

/// The median and the 99th percentile of what articles take, in milliseconds.
fn times(asked: &[Article<'_>], mut ask: impl FnMut(&Article<'_>)) -> [f64; 2] {
    let mut times: Vec<f64> = Vec::new();
    for article in asked {
        let begun = Instant::now();
        ask(article);
        times.push(1e3 * begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    [at(50), at(99)]
}

/// The same while the index is written to.
fn busy(folder: &Path, texts: &[String], asked: &[Article<'_>]) {
    let (done, commits) = (AtomicBool::new(false), AtomicU32::new(0));
    let mut index = Index::open(folder).expect("the index cannot be opened");
    let snapshot = index.snapshot();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (nth, texts) in (1..).zip(texts.chunks(1000).cycle()) {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                let mut session = index.snapshot().session(Memory::unlimited()).expect("no session");
                for text in texts {
                    session.push(&(&**text).into()).expect("it has no room");
                }
                let (_, addition) = session.finish_with_addition(&|_| ()).expect("it cannot be decided");
                index.commit(addition).expect("it cannot be committed");
                if nth % 3 == 0 {
                    index.compact().expect("it cannot be compacted");
                }
                commits.fetch_add(1, Ordering::Relaxed);
            }
        });
        measure(&snapshot, asked);
        done.store(true, Ordering::Relaxed);
    });
    println!("{} commits meanwhile", commits.into_inner());
}
