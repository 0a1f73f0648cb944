//! The program `redite report`, run as a person runs it: the page holds what the files say, and nothing that they say can command it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder to run the program in.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn get(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redite"));
        command.current_dir(self.0.path()).args(args).output().unwrap()
    }

    #[track_caller]
    fn works(&self, args: &[&str]) {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs into an error that says all of `parts`.
    #[track_caller]
    fn fails(&self, args: &[&str], parts: &[&str]) {
        let output = self.run(args);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        for part in parts {
            assert!(told.contains(part), "{part:?} is not in {told}");
        }
    }

    /// The page about a removed file that holds these units.
    #[track_caller]
    fn page_of(&self, units: &[Value]) -> String {
        self.put("removed.jsonl", removed_file(units));
        self.works(&["report", "removed.jsonl", "-o", "page.html"]);
        self.get("page.html")
    }
}

/// A removed file about one input file.
fn removed_file(units: &[Value]) -> String {
    let header = json!({"redite": "removed", "version": 1, "program": "0", "text_fields": ["text"], "settings": {"level": "editor"}});
    let digest = json!({"bytes": 1, "xxh128": "0".repeat(32)});
    let trailer = json!({
        "file": "in.jsonl", "output": "in.jsonl", "format": "jsonl", "mark": false, "units": units.len(), "dropped": 0,
        "original": digest, "cleaned": digest,
    });
    let end = json!({"end": {"files": 1, "units": units.len(), "dropped": 0}});
    // the key that says what a line is comes first
    let first = |line: &Value, key: &str| {
        let mut rest = line.as_object().unwrap().clone();
        let value = rest.remove(key).unwrap();
        let rest = Value::Object(rest).to_string();
        format!("{{\"{key}\":{value},{}\n", &rest[1..])
    };
    let units: String = units.iter().map(|unit| first(unit, "article")).collect();
    format!("{}{units}{}{end}\n", first(&header, "redite"), first(&trailer, "file"))
}

/// The line of a unit that repeats another.
fn unit(article: &str, text: &str, kept: &str, rule: &str, similarity: f64) -> Value {
    json!({
        "article": article, "source": "in.jsonl:2", "field": "text", "unit": "sentence", "bytes": [0, text.len()],
        "chars": [0, text.chars().count()], "text": text, "rule": rule, "measure": "jaccard:1,2", "similarity": similarity,
        "lost": if rule == "near" { vec!["word"] } else { vec![] },
        "kept": {"article": "first", "source": "in.jsonl:1", "bytes": [0, kept.len()], "text": kept},
    })
}

/// What stands between two pieces of a page, for each time that the first comes.
fn between<'p>(page: &'p str, before: &str, after: &str) -> Vec<&'p str> {
    let parts = page.split(before).skip(1);
    parts.map(|part| part.split(after).next().unwrap()).collect()
}

fn digits(number: u64) -> String {
    let plain = number.to_string();
    let mut out = String::new();
    for (i, digit) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Real articles, some of them twice and some edited.
fn articles() -> String {
    let mut out = String::new();
    for round in 0..3 {
        for (i, (lang, title, text)) in crate::support::sample().into_iter().enumerate() {
            let text = match round {
                2 => text.replace(" the ", " a ").replace(" of ", " in "),
                _ => text,
            };
            let record = json!({"id": format!("{round}-{i}"), "lang": lang, "title": title, "text": text});
            writeln!(out, "{record}").unwrap();
        }
    }
    out
}

#[test]
fn the_page_holds_the_figures_of_the_run() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", articles());
    let clean = ["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "removed.jsonl"];
    scratch.works(&[&clean[..], &["--stats", "stats.json", "--report", "same.html"]].concat());
    scratch.works(&["report", "removed.jsonl", "--stats", "stats.json", "-o", "page.html"]);
    let page = scratch.get("page.html");
    let stats: Value = serde_json::from_str(&scratch.get("stats.json")).unwrap();
    let number = |name: &str| stats[name].as_u64().unwrap();
    let figures = between(&page, "<dd><strong>", "</dd>");
    let (removed, text) = (number("removed_bytes"), number("text_bytes"));
    for figure in [
        digits(number("removed_equal") + number("removed_near")),
        digits(number("removed_equal")),
        digits(number("removed_near")),
    ] {
        let is_there = figures
            .iter()
            .any(|told| told.starts_with(&format!("{figure}</strong>")));
        assert!(is_there && number("removed_near") > 0, "{figure} is not in {figures:?}");
    }
    assert!(figures[0].contains(&format!("{} of {} bytes", digits(removed), digits(text))));
    let languages = stats["languages"].as_object().unwrap();
    let mut touched = 0;
    for (code, of) in languages {
        let of = |name: &str| of[name].as_u64().unwrap();
        let units = of("removed_equal") + of("removed_near");
        let row = format!("<span data-code=\"{code}\">{code}</span>");
        assert_eq!(page.contains(&row), units > 0, "{code}");
        if let [row] = between(&page, &row, "</tr>")[..] {
            assert!(
                row.contains(&format!("<td class=\"number\">{}</td>", digits(units))),
                "{row}"
            );
            touched += 1;
        }
    }
    assert!(touched > 3);
    assert!(page.contains(&format!("{} articles in 1 file", digits(number("articles")))));
    // the same page again: from clean itself, from a packed file, on standard output
    assert!(scratch.get("same.html") == page);
    scratch.put(
        "removed.jsonl.zst",
        zstd::encode_all(scratch.get("removed.jsonl").as_bytes(), 3).unwrap(),
    );
    let packed = scratch.run(&["report", "removed.jsonl.zst", "--stats", "stats.json"]);
    let packed = String::from_utf8(packed.stdout).unwrap();
    assert!(packed.replace("removed.jsonl.zst", "removed.jsonl") == page);
}

#[test]
fn nothing_is_loaded_and_nothing_else_is_run() {
    let page = Scratch::new().page_of(&[unit("a", "Some words are here.", "Some words are there.", "near", 0.7)]);
    let [policy] = between(&page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\"")[..] else {
        panic!("no policy, or several");
    };
    assert!(
        policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"),
        "{policy}"
    );
    for (tag, source) in [("style", "style-src"), ("script", "script-src")] {
        let [content] = between(&page, &format!("<{tag}>"), &format!("</{tag}>"))[..] else {
            panic!("not one {tag}");
        };
        let wanted = format!("{source} 'sha256-{}'", base64(&Sha256::digest(content)));
        assert!(policy.contains(&wanted), "src/bin/redite/html/page.rs needs: {wanted}");
    }
    for refused in [
        "http://",
        "https://",
        " src=",
        " style=",
        " onclick=",
        "@import",
        "url(",
    ] {
        assert!(!page.contains(refused), "{refused}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .chain([&0, &0])
            .take(3)
            .fold(0, |bits, &byte| bits << 8 | usize::from(byte));
        for i in 0..4 {
            out.push(if i <= chunk.len() {
                LETTERS[bits >> (18 - 6 * i) & 63].into()
            } else {
                '='
            });
        }
    }
    out
}

#[test]
fn texts_cannot_command_the_page() {
    let scratch = Scratch::new();
    let hostile = "<script>alert(1)</script></style></textarea>\" onfocus='alert(2)' <!-- & \u{202e}txt\u{0}\u{1b}[31m\u{9b} ]]> x";
    let kept = format!("Kept: {hostile}");
    let mut near = unit(hostile, hostile, &kept, "near", 0.61);
    near["source"] = format!("{hostile}:2").into();
    near["field"] = hostile.into();
    near["lost"] = json!([hostile]);
    near["kept"]["article"] = hostile.into();
    near["kept"]["source"] = hostile.into();
    let other = |rule: &str, kind: &str| {
        let mut other = near.clone();
        (other["rule"], other["unit"]) = (rule.into(), kind.into());
        other
    };
    let units = [near.clone(), other("equal", hostile), other(hostile, "span")];
    let file = removed_file(&units).replace("\"file\":\"in.jsonl\"", &format!("\"file\":{}", json!(hostile)));
    let settings = json!({"level": hostile, hostile: hostile, "list": [hostile]});
    let file = file.replace(
        "\"settings\":{\"level\":\"editor\"}",
        &format!("\"settings\":{settings}"),
    );
    let file = file.replace(
        "\"text_fields\":[\"text\"]",
        &format!("\"text_fields\":{}", json!([hostile, "x"])),
    );
    scratch.put("<script>.jsonl", file);
    let stats = json!({
        "files": 1, "articles": 3, "text_bytes": 1000, "removed_bytes": 300, "removed_equal": 2, "removed_near": 1,
        "languages": {hostile: {"articles": 1, "text_bytes": 1, "removed_equal": 1, "removed_near": 1, "removed_bytes": 1}},
        "not_compared": [{"file": hostile, "why": hostile, "copied": true}], "faulty_records": 7,
    });
    scratch.put("stats.json", stats.to_string());
    scratch.works(&["report", "<script>.jsonl", "--stats", "stats.json", "-o", "page.html"]);
    let page = scratch.get("page.html");
    // one style and one script: ours
    for tag in ["<script", "</script", "<style", "</style", "<textarea", "</textarea"] {
        assert_eq!(page.matches(tag).count(), 1, "{tag}");
    }
    assert!(!page.contains("<!--") && !page.contains("\" onfocus"));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    let moves =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // in what labels are made of, texts stand as they are, as JSON
    let mut seen = page.clone();
    for record in between(&page, " data-record=\"", "\"") {
        seen = seen.replace(record, "");
        let record = record
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let record: Value = serde_json::from_str(&record).unwrap();
        assert_eq!(record["later"], hostile);
        assert_eq!(record["earlier"], kept.as_str());
    }
    assert!(
        !seen.contains(moves),
        "{:?}",
        seen.find(moves).map(|at| &seen[at - 60..at + 10])
    );
    assert!(page.contains("\\u{202e}") && page.contains("\\u{1b}"));
}

#[test]
fn repeats_are_grouped_by_what_they_repeat() {
    let mut units: Vec<Value> = (0..5)
        .map(|n| {
            let mut unit = unit(&format!("a{n}"), "Out they came.", "Out they come.", "near", 0.6);
            unit["source"] = format!("in.jsonl:{}", 2 + n / 2).into();
            unit
        })
        .collect();
    units.push(unit("b", "Out they come!", "Out they come.", "equal", 1.0));
    let mut other = unit("c", "Other words stand here.", "Other words stand here.", "equal", 1.0);
    other["kept"]["bytes"] = json!([100, 123]);
    units.push(other);
    let page = Scratch::new().page_of(&units);
    let families = between(&page, "<details class=\"family\"", "</details>");
    assert_eq!(families.len(), 2);
    let first = families[0];
    assert!(
        first.contains(">6×<") && first.contains("removed from 3 articles in 1 file · 1 equal, 5 near"),
        "{first}"
    );
    assert!(
        first.contains("in 2 wordings") && first.contains(">5×<") && first.contains(">1×<"),
        "{first}"
    );
    assert!(first.contains("Out they <del>come</del><ins>came</ins>."), "{first}");
    assert!(families[1].contains("the same text"));
    // five equal pairs are one to judge
    assert_eq!(page.matches("<article class=\"pair\"").count(), 1);
}

#[test]
fn differences_are_told_in_any_script() {
    for (kept, removed, code, told) in [
        (
            "東京は雨です。明日は晴れです。",
            "東京は雪です。明日は晴れです。",
            "ja",
            "<del>雨</del><ins>雪</ins>",
        ),
        (
            "أعلنت الوزارة اليوم عن خطة جديدة للمدارس",
            "أعلنت الوزارة أمس عن خطة جديدة للمدارس",
            "ar",
            "<del>اليوم</del><ins>أمس</ins>",
        ),
        (
            "सरकार ने आज किसानों के लिए एक नई योजना की घोषणा की है, जिससे गाँवों में रहने वाले लोगों को लाभ होगा",
            "सरकार ने कल किसानों के लिए एक नई योजना की घोषणा की है, जिससे गाँवों में रहने वाले लोगों को लाभ होगा",
            "hi",
            "<del>आज</del><ins>कल</ins>",
        ),
    ] {
        let page = Scratch::new().page_of(&[unit("a", removed, kept, "near", 0.8)]);
        let [diff] = between(&page, "<article", "</article>")[..] else {
            panic!("not one pair");
        };
        assert!(
            diff.contains(&format!("<p class=\"diff\" dir=\"auto\" lang=\"{code}\">")),
            "{diff}"
        );
        assert!(diff.contains(told), "{diff}");
    }
}

#[test]
fn a_page_is_short_whatever_it_is_about() {
    let scratch = Scratch::new();
    let mut file = Vec::new();
    // long texts that differ in every second word, in letters that take most room when they are escaped
    let long = |n: usize, differs: &str| {
        let mut text = String::new();
        for word in 0..60 {
            let other = if word % 2 == 0 { "same" } else { differs };
            write!(text, "\"<&>\u{202e}{other}{}\u{1f600}\" ", n * 1000 + word).unwrap();
        }
        text
    };
    for n in 0..50_000 {
        let mut unit = unit(
            &format!("<{n}>"),
            &long(n, "<"),
            &long(n, ">"),
            "near",
            0.5 + (n % 1000) as f64 / 2500.0,
        );
        unit["source"] = format!("in.jsonl:{}", n + 1).into();
        unit["kept"]["bytes"] = json!([n, n + 1]);
        file.push(unit);
    }
    let word = "\u{202e}<".repeat(2_500_000);
    file.push(unit("one word", &word, &format!("{word}x"), "near", 0.51));
    file[50_000]["lost"] = json!([word, word]);
    scratch.put("removed.jsonl", removed_file(&file));
    scratch.works(&["report", "removed.jsonl", "-o", "page.html"]);
    let page = scratch.get("page.html");
    assert!(page.len() <= 5_000_000, "{}", page.len());
    assert!(page.contains("50,001") && page.ends_with("</html>"));
    assert!(page.matches("<article class=\"pair\"").count() > 80);
    assert!(page.contains("so it cannot be labelled here"));
}

#[test]
fn labels_from_the_page_are_read_by_evaluate() {
    let scratch = Scratch::new();
    let page = scratch.page_of(&[unit(
        "a",
        "The council met on Monday evening.",
        "The council met on a Monday evening.",
        "near",
        0.8,
    )]);
    let [record] = between(&page, " data-record=\"", "\"")[..] else {
        panic!("no record");
    };
    let mut record: Value = serde_json::from_str(&record.replace("&quot;", "\"")).unwrap();
    record["label"] = "right".into();
    scratch.put("labels.jsonl", format!("{record}\n"));
    let output = scratch.run(&["evaluate", "--labels", "labels.jsonl"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("1 labelled pair: 1 right"), "{told}");
}

#[test]
fn a_run_that_removed_nothing_has_a_page() {
    let page = Scratch::new().page_of(&[]);
    assert!(page.contains("No text was repeated.") && page.contains("Nothing was removed that differs in a word."));
}

#[test]
fn what_cannot_be_shown_is_told() {
    let scratch = Scratch::new();
    scratch.fails(
        &["report", "none.jsonl", "-o", "page.html"],
        &["none.jsonl", "clean --removed"],
    );
    scratch.put("other.jsonl", "{\"text\": \"no removed unit\"}\n");
    scratch.fails(
        &["report", "other.jsonl", "-o", "page.html"],
        &["other.jsonl:1", "not a line of a file of removed units"],
    );
    let good = removed_file(&[unit("a", "Some words.", "Some words.", "equal", 1.0)]);
    scratch.put("cut.jsonl", good.rsplit_once("{\"end\"").unwrap().0);
    scratch.fails(&["report", "cut.jsonl", "-o", "page.html"], &["cut off"]);
    scratch.put("kept.jsonl", good.replace("\"kept\":{", "\"kept\":{\"more\":1,"));
    scratch.fails(&["report", "kept.jsonl", "-o", "page.html"], &["kept.jsonl:2", "more"]);
    scratch.put("good.jsonl", &good);
    scratch.put("stats.json", "{}");
    let report = ["report", "good.jsonl", "--stats", "stats.json"];
    scratch.fails(&report, &["stats.json", "clean --stats"]);
    let stats =
        json!({"files": 1, "articles": 1, "text_bytes": 1, "removed_bytes": 1, "removed_equal": 3, "removed_near": 1});
    scratch.put("stats.json", stats.to_string());
    scratch.fails(&report, &["another run", "4 removed units", "has 1"]);
    scratch.fails(&["report", "good.jsonl", "-o", "good.jsonl"], &["is an input"]);
    assert!(!scratch.path("page.html").exists());
    // an output is replaced
    scratch.put("page.html", "before");
    scratch.works(&["report", "good.jsonl", "-o", "page.html"]);
    assert!(scratch.get("page.html").starts_with("<!DOCTYPE html>"));
    // clean makes its report of the removed file
    scratch.put("in.jsonl", articles());
    scratch.fails(&["clean", "in.jsonl", "--report", "page.html"], &["--removed"]);
    scratch.fails(
        &[
            "clean",
            "in.jsonl",
            "-o",
            "out.jsonl",
            "--report",
            "page.html",
            "--removed",
            "-",
        ],
        &["name a file with --removed"],
    );
}
