//! How well and how fast sentences are cut, beside other crates.
//!
//! ```text
//! cargo bench --no-default-features --bench segment                       a small sample, its answer asserted
//! cargo bench --no-default-features --bench segment -- FOLDER...          every *.jsonl.zst below the folders
//!     --split dev|test     only treebanks of that split        --only            no other crates
//!     --errors NAME        show what is wrong in NAME (a part of a file's name)
//!     --of SYSTEM          show what that system gets wrong    --hostile MB      texts meant to be slow, of that size
//! cargo bench --no-default-features --bench segment -- FILE.jsonl...    speed on articles, `{"text", "lang"}` a line
//! ```
//!
//! A line of a file is `{"lang", "text", "sentences", ...}`. Files named `*.dev.jsonl.zst` and `*.test.jsonl.zst` are
//! treebanks: the score is F1 of the boundaries, a boundary being the byte after the last character of a sentence that
//! is not white space; the last one of a paragraph is given and not counted. Other files are golden rules: a case
//! passes if all its sentences are right, white space aside. Speed is bytes of a file by the least time of five runs.
//! "redite und" is redite told no language. Some golden rules want what no cutter can give: text cleaned of HTML and of
//! dots that lead to page numbers, words put together from letters on lines of their own, commas as ends (Arabic), a
//! quotation of several sentences as one (English, Armenian), which contradicts the treebanks. They stay in the count.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use redite::model::Span;
use redite::segment::{Language, Paragraphs, paragraphs, sentences};

const SYSTEMS: [&str; 5] = ["redite", "redite und", "icu", "unicode-seg", "sentencex"];

struct Record {
    lang: String,
    text: String,
    gold: Vec<String>,
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (mut folders, mut split, mut errors, mut systems) = (Vec::new(), None, None, SYSTEMS.len());
    let mut of = 0;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--split" => split = args.next(),
            "--errors" => errors = args.next(),
            "--only" => systems = 2,
            "--hostile" => return hostile(args.next().and_then(|mb| mb.parse().ok()).unwrap_or(50)),
            "--of" => {
                let name = args.next();
                of = SYSTEMS.iter().position(|s| name.as_deref() == Some(s)).unwrap_or(0);
            }
            _ => folders.push(PathBuf::from(arg)),
        }
    }
    if folders.is_empty() {
        return sample();
    }
    let mut files = Vec::new();
    for folder in &folders {
        collect(folder, &mut files);
    }
    files.sort();
    if files.iter().any(|f| f.extension().is_some_and(|e| e == "jsonl")) {
        return articles(&files);
    }
    let treebank = |name: &str| name.contains(".dev.") || name.contains(".test.");
    let (banks, rules): (Vec<_>, Vec<_>) = files.iter().partition(|f| treebank(&f.to_string_lossy()));

    println!(
        "{:<34}{:>6}  F1 / MB/s: {}",
        "treebank",
        "gold",
        SYSTEMS[..systems].join(", ")
    );
    let mut scores: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
    let (mut all, mut speeds) = (vec![0.0; systems], vec![Vec::new(); systems]);
    let mut count = 0.0;
    for file in banks {
        let name = file.file_name().unwrap().to_string_lossy().replace(".jsonl.zst", "");
        if split.as_ref().is_some_and(|split| !name.ends_with(split)) {
            continue;
        }
        let records = read(file);
        let show = errors.as_ref().is_some_and(|part| name.contains(part.as_str()));
        print!("{name:<34}{:>6}", records.iter().map(|r| r.gold.len()).sum::<usize>());
        let entry = scores
            .entry(records[0].lang.clone())
            .or_insert_with(|| vec![Vec::new(); systems]);
        for system in 0..systems {
            let (f1, speed) = score(system, &records, show && system == of);
            print!("  {f1:.3} / {speed:<5.0}");
            entry[system].push(f1);
            all[system] += f1;
            speeds[system].push(speed);
        }
        println!();
        count += 1.0;
    }
    if count > 0.0 {
        print!("{:<40}", "mean of treebanks, median MB/s");
        for system in 0..systems {
            speeds[system].sort_by(f64::total_cmp);
            print!(
                "  {:.3} / {:<5.0}",
                all[system] / count,
                speeds[system][speeds[system].len() / 2]
            );
        }
        print!("\n{:<40}", "mean of languages");
        for system in 0..systems {
            let mean = |bank: &Vec<Vec<f64>>| bank[system].iter().sum::<f64>() / bank[system].len() as f64;
            print!(
                "  {:.3}        ",
                scores.values().map(mean).sum::<f64>() / scores.len() as f64
            );
        }
        println!("\n\nmean of treebanks by language: {}", SYSTEMS[..systems].join(", "));
        for (lang, banks) in &scores {
            print!("| {lang} |");
            for bank in banks {
                print!(" {:.3} |", bank.iter().sum::<f64>() / bank.len() as f64);
            }
            println!();
        }
    }
    golden(&rules, systems, errors.as_deref());
}

fn golden(files: &[&PathBuf], systems: usize, errors: Option<&str>) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut union = vec![0; systems];
    let mut langs: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut plain, mut plainly) = (BTreeSet::new(), vec![0; systems]);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().replace(".jsonl.zst", "");
        let records = read(file);
        let mut passed = vec![0; systems];
        for record in &records {
            let new = seen.insert((record.lang.clone(), record.text.clone()));
            let whole = !name.contains("pragmatic")
                && quoted(record)
                && plain.insert((record.lang.clone(), squeeze(&record.text).replace(' ', "")));
            for system in 0..systems {
                let found = cut(system, &record.text, Language::from_tag(&record.lang), &record.lang);
                let found: Vec<String> = found.iter().map(|s| squeeze(&record.text[s.range()])).collect();
                let want: Vec<String> = record.gold.iter().map(|s| squeeze(s)).collect();
                let right = found == want;
                passed[system] += usize::from(right);
                union[system] += usize::from(right && new);
                plainly[system] += usize::from(right && whole);
                if system == 0 {
                    if new {
                        let lang = langs.entry(record.lang.clone()).or_default();
                        lang.0 += usize::from(right);
                        lang.1 += 1;
                    }
                    if !right && errors.is_some_and(|part| format!("{name}-{}", record.lang).contains(part)) {
                        println!(
                            "{} want {}\n   found {}",
                            record.lang,
                            want.join(" | "),
                            found.join(" | ")
                        );
                    }
                }
            }
        }
        println!("golden rules {name}: {passed:?} of {}", records.len());
    }
    if !files.is_empty() {
        println!("golden rules, each text once: {union:?} of {}", seen.len());
        println!(
            "golden rules of pysbd and sentencex whose sentences stand in the text: {plainly:?} of {}",
            plain.len()
        );
        println!("redite by language: {langs:?}");
    }
}

/// Every sentence stands in the text as it is, in order.
fn quoted(record: &Record) -> bool {
    let mut rest = record.text.as_str();
    record
        .gold
        .iter()
        .all(|sentence| match rest.split_once(sentence.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path.is_file()
        && (path.to_string_lossy().ends_with(".jsonl.zst") || path.extension().is_some_and(|e| e == "jsonl"))
    {
        files.push(path.to_owned());
    }
}

fn read(file: &Path) -> Vec<Record> {
    let text = io::read_to_string(zstd::Decoder::new(fs::File::open(file).unwrap()).unwrap()).unwrap();
    let value = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
    text.lines()
        .map(value)
        .map(|v| Record {
            lang: v["lang"].as_str().unwrap().to_owned(),
            text: v["text"].as_str().unwrap().to_owned(),
            gold: v["sentences"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s.as_str().unwrap().to_owned())
                .collect(),
        })
        .collect()
}

/// Cuts a text that may hold several paragraphs.
fn cut(system: usize, text: &str, language: Language, tag: &str) -> Vec<Span> {
    let (mut paras, mut out, mut one) = (Vec::new(), Vec::new(), Vec::new());
    paragraphs(text, Paragraphs::Blank, &mut paras);
    for para in paras {
        one.clear();
        segment(system, &text[para.range()], language, tag, &mut one);
        out.extend(one.iter().map(|s| s.shifted(para.start)));
    }
    out
}

fn segment(system: usize, text: &str, language: Language, tag: &str, out: &mut Vec<Span>) {
    let mut push = |start: usize, end: usize| {
        let piece = &text[start..end];
        let start = start + piece.len() - piece.trim_start().len();
        if !piece.trim().is_empty() {
            out.push(Span::new(
                u32::try_from(start).unwrap(),
                u32::try_from(start + piece.trim().len()).unwrap(),
            ));
        }
    };
    match system {
        0 => sentences(text, language, out),
        1 => sentences(text, Language::UNKNOWN, out),
        2 => {
            let segmenter = icu_segmenter::SentenceSegmenter::new(Default::default());
            let mut last = 0;
            for end in segmenter.segment_str(text).skip(1) {
                push(last, end);
                last = end;
            }
        }
        3 => {
            use unicode_segmentation::UnicodeSegmentation;
            text.split_sentence_bound_indices()
                .for_each(|(at, piece)| push(at, at + piece.len()));
        }
        _ => {
            let mut at = 0;
            for piece in sentencex::segment(tag, text) {
                let start = at + text[at..].find(piece).unwrap();
                push(start, start + piece.len());
                at = start + piece.len();
            }
        }
    }
}

/// F1 of the inner boundaries, and MB/s.
fn score(system: usize, records: &[Record], show: bool) -> (f64, f64) {
    let (mut hits, mut found_all, mut gold_all, mut bytes) = (0, 0, 0, 0);
    let mut pieces = Vec::new();
    for record in records {
        let mut gold = BTreeSet::new();
        let mut at = 0;
        for sentence in &record.gold {
            at += record.text[at..].find(sentence.as_str()).unwrap() + sentence.trim_end().len();
            gold.insert(at);
        }
        let mut paras = Vec::new();
        paragraphs(&record.text, Paragraphs::Blank, &mut paras);
        for para in paras {
            let text = &record.text[para.range()];
            let language = Language::from_tag(&record.lang);
            let mut out = Vec::new();
            segment(system, text, language, &record.lang, &mut out);
            let shift = para.start as usize;
            let inner = |end: &usize| *end > shift && *end < para.end as usize;
            let found: BTreeSet<usize> = out.iter().map(|s| s.end as usize + shift).filter(inner).collect();
            let want: BTreeSet<usize> = gold.iter().copied().filter(inner).collect();
            hits += found.intersection(&want).count();
            found_all += found.len();
            gold_all += want.len();
            bytes += text.len();
            if show {
                for &at in found.symmetric_difference(&want) {
                    let sign = if found.contains(&at) { "cut " } else { "MISS" };
                    let before: String = record.text[..at].chars().rev().take(50).collect();
                    let before: String = before.chars().rev().collect();
                    let after: String = record.text[at..].chars().take(40).collect();
                    println!("  {sign} {} ⏐{}", before.replace('\n', "⏎"), after.replace('\n', "⏎"));
                }
            }
            pieces.push((text, language, record.lang.as_str()));
        }
    }
    let mut least = Duration::MAX;
    let mut out = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        for &(text, language, tag) in &pieces {
            out.clear();
            segment(system, text, language, tag, &mut out);
        }
        least = least.min(start.elapsed());
    }
    let f1 = if found_all + gold_all == 0 {
        1.0
    } else {
        2.0 * hits as f64 / (found_all + gold_all) as f64
    };
    (f1, bytes as f64 / least.as_secs_f64() / 1e6)
}

/// Speed of `sentences` alone on articles.
fn articles(files: &[PathBuf]) {
    let mut texts = Vec::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = value["text"].as_str().unwrap_or_default().to_owned();
            texts.push((Language::from_tag(value["lang"].as_str().unwrap_or_default()), text));
        }
    }
    let mut spans = Vec::new();
    let paras: Vec<(Language, &str)> = texts
        .iter()
        .flat_map(|(language, text)| {
            spans.clear();
            paragraphs(text, Paragraphs::Auto, &mut spans);
            spans.iter().map(|s| (*language, &text[s.range()])).collect::<Vec<_>>()
        })
        .collect();
    let bytes: usize = paras.iter().map(|(_, text)| text.len()).sum();
    let mut out = Vec::new();
    let mut least = Duration::MAX;
    for _ in 0..5 {
        out.clear();
        let start = Instant::now();
        for &(language, text) in &paras {
            sentences(text, language, &mut out);
        }
        least = least.min(start.elapsed());
    }
    let speed = bytes as f64 / least.as_secs_f64() / 1e6;
    println!(
        "{:.1} MB, {} paragraphs, {} sentences, {speed:.0} MB/s",
        bytes as f64 / 1e6,
        paras.len(),
        out.len()
    );
}

/// Texts meant to be slow, `mb` million bytes each.
fn hostile(mb: usize) {
    println!("{mb} MB of each: s, MB/s, sentences");
    for (name, piece, tag) in [
        ("no full stop", "a word and another ", "en"),
        ("no space", "a", "en"),
        ("only dots", ".", "en"),
        ("dots and spaces", ". ", "en"),
        ("nested quotes", "\u{ab} \u{201c}\u{2018}\"", "fr"),
        ("alternating quotes", "\"a.' \"", "en"),
        ("brackets", "(", "en"),
        ("brackets and stops", "([.", "en"),
        ("Dr. Dr. Dr.", "Dr. ", "en"),
        ("initials", "J. ", "en"),
        ("digits and dots", "1.", "de"),
        ("ordinals", "1. ", "de"),
        ("list items", "1) ", "en"),
        ("note marks", ".[1]", "en"),
        ("only line breaks", "\n", "en"),
        ("lines of one letter", "a\n", "en"),
        ("rules", "= * _ ", "en"),
        ("stars", "*", "en"),
        ("faces", ":) ", "en"),
        ("Thai words", "\u{e01} ", "th"),
        ("ideographic stops", "\u{3002}", "zh"),
    ] {
        let text = piece.repeat(mb * 1_000_000 / piece.len());
        let mut out = Vec::new();
        let start = Instant::now();
        sentences(&text, Language::from_tag(tag), &mut out);
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{name:<22}{seconds:>6.2}{:>7.0}{:>10}",
            text.len() as f64 / seconds / 1e6,
            out.len()
        );
    }
}

fn sample() {
    let text =
        "Mr. Li met Dr. J. R. Ortega at 10 p.m. in Washington, D.C. on 3 May. \"Shall we?\" he asked. They did! ";
    let text = text.repeat(2_000);
    let mut out = Vec::new();
    let mut least = Duration::MAX;
    for _ in 0..20 {
        out.clear();
        let start = Instant::now();
        sentences(&text, Language::from_tag("en"), &mut out);
        least = least.min(start.elapsed());
        assert_eq!(out.len(), 6_000, "{:?}", &text[..out[1].end as usize]);
    }
    println!(
        "sample: {} sentences, {:.0} MB/s",
        out.len(),
        text.len() as f64 / least.as_secs_f64() / 1e6
    );
}
