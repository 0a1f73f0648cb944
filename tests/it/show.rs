//! What the program shows: find, explain, debug, completions, man.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const LEAD: &str = "The government launched a battle for the region where 1,500 fighters were said to be.";
const AGAIN: &str = "The government launched a battle for the region, where 1.500 fighters were said to be!";
const LATE: &str = "The government launched a battle for the region where 1,500 fighters are said to be.";
const OTHER: &str = "The government launched a battle for the region where 1,500 farmers were said to be.";

fn redite(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redite"));
    command.args(args).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    redite(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

fn json_lines(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Four articles: the second repeats the first's sentence, the third nearly repeats it, in another file.
fn corpus() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let line = |id: &str, text: &str| format!("{}\n", serde_json::json!({"id": id, "lang": "en", "text": text}));
    let first = [
        line("a", &format!("{LEAD} Then \"quotes, and commas\" followed it all.")),
        line("b", &format!("Something else came first today. {AGAIN}")),
    ];
    std::fs::write(folder.path().join("one.jsonl"), first.concat()).unwrap();
    let second = [
        line(
            "c",
            &format!("Reporters heard another story from villagers nearby. {LATE}"),
        ),
        format!(
            "{}\n",
            serde_json::json!({
                "id": "d",
                "lang": "ja",
                "text": "東京は今日も一日じゅう雨です、明日は雪でしょう。東京は今日も一日じゅう雨です、明日も雪でしょう。",
            })
        ),
    ];
    std::fs::write(folder.path().join("two.jsonl"), second.concat()).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn find_shows_pairs_with_what_differs() {
    let (_folder, path) = corpus();
    let output = run(&["find", &path]);
    let text = stdout(&output);
    assert!(text.contains("fighters [-were-]{+are+} said to be."), "{text}");
    assert!(text.contains("region{+,+} where 1[-,-]{+.+}500 fighters"), "{text}");
    assert!(text.contains("明日[-は-]{+も+}雪でしょう。"), "{text}");
    assert!(text.find("near").unwrap() < text.find("equal").unwrap(), "{text}");
    assert!(text.contains("3 repeats: 1 equal, 2 near"), "{text}");
    assert!(text.contains("By file") && text.contains("two.jsonl"), "{text}");
    assert!(text.contains("By language"), "{text}");
    assert!(text.contains("2 repeats  The government"), "{text}");
    assert!(text.contains("one.jsonl:1#0-85  id a"), "{text}");
    // Not on a terminal: no colour, no bar, nothing on standard error.
    assert!(!text.contains('\x1b'));
    assert!(output.stderr.is_empty(), "{output:?}");

    let limited = run(&["find", "--limit", "1", &path]);
    assert!(stdout(&limited).contains("1 of 3 repeats shown"), "{limited:?}");
}

#[test]
fn find_says_so_where_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    std::fs::write(&file, format!("{LEAD} Nobody knows what it was all about.")).unwrap();
    let output = run(&["find", "--exit-code", file.to_str().unwrap()]);
    let said = "No repeats in 1 article, 1 paragraph, 2 sentences (0 units too short to compare).\n";
    assert_eq!(stdout(&output), said);
    assert!(stdout(&run(&["find", "--format", "jsonl", "-q", file.to_str().unwrap()])).is_empty());
}

#[test]
fn find_exits_with_1_only_if_asked_and_found() {
    let (_folder, path) = corpus();
    for format in ["text", "jsonl", "csv"] {
        let code = |args: &[&str]| run(&[&["find", "--format", format], args].concat()).status.code();
        assert_eq!(code(&[&path]), Some(0));
        assert_eq!(code(&["--exit-code", &path]), Some(1));
        assert_eq!(code(&["--exit-code", "--min-tokens", "100", &path]), Some(0));
        assert_eq!(code(&["--exit-code", "/no/such/file"]), Some(2));
    }
}

#[test]
fn find_jsonl_is_what_clean_writes() {
    let (folder, path) = corpus();
    for keep in ["first", "last"] {
        let found = run(&["find", "--format", "jsonl", "--keep", keep, &path]);
        let cleaned = tempfile::tempdir_in(folder.path().parent().unwrap()).unwrap();
        let (out, removed) = (cleaned.path().join("out"), cleaned.path().join("removed.jsonl"));
        let (out, removed_arg) = (format!("{}/", out.display()), removed.to_str().unwrap());
        let clean = run(&["clean", "--keep", keep, &path, "-o", &out, "--removed", removed_arg]);
        assert!(clean.status.success(), "{clean:?}");
        let removed = std::fs::read_to_string(&removed).unwrap();
        let units = removed
            .split_inclusive('\n')
            .filter(|line| line.starts_with("{\"article\""));
        assert_eq!(stdout(&found), units.collect::<String>());
        assert_eq!(json_lines(&found).len(), 3);
    }
}

#[test]
fn find_csv_has_a_header_and_quotes() {
    let (_folder, path) = corpus();
    let output = run(&["find", "--format", "csv", "-q", &path]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("article,source,field,unit,bytes_start,bytes_end,chars_start"));
    assert_eq!(lines[0].split(',').count(), 18);
    assert!(lines[1].starts_with("b,"), "{text}");
    assert!(
        lines[1].contains(&format!("\" {AGAIN}\",equal,\"jaccard:1,2\",1,a,")),
        "{text}"
    );
    assert!(output.stderr.is_empty());
}

#[test]
fn find_paints_only_where_asked() {
    let (_folder, path) = corpus();
    let painted = run(&["find", "--color", "always", &path]);
    assert!(
        stdout(&painted).contains("\x1b[32m") || stdout(&painted).contains("\x1b[1m"),
        "{painted:?}"
    );
    assert!(!stdout(&painted).contains("{+"));
    let plain = redite(&["find", &path]).env("NO_COLOR", "1").output().unwrap();
    assert!(!stdout(&plain).contains('\x1b'));
}

#[test]
fn escape_sequences_in_texts_are_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    let text = "Some \\u001b[2Jpeople said this very thing here. Some \\u001b[2Jpeople said this very thing here.";
    std::fs::write(&file, format!("{{\"id\":\"x\\u001b[1m\",\"text\":\"{text}\"}}\n")).unwrap();
    let output = run(&["find", file.to_str().unwrap()]);
    assert!(stdout(&output).contains("1 repeat"), "{output:?}");
    assert!(!stdout(&output).contains('\x1b'));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.txt");
    std::fs::write(&file, format!("{LEAD}\n\n").repeat(20_000)).unwrap();
    let file = file.to_str().unwrap();
    for (args, code) in [
        (&["find", "--format", "jsonl", file][..], 0),
        (&["find", "--format", "csv", "--exit-code", file], 1),
        (&["find", "--limit", "0", file], 0),
        (&["debug", "units", file], 0),
    ] {
        let mut child = redite(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}");
        assert_eq!(said, "", "{args:?}");
    }
}

#[test]
fn broken_records_are_named_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    std::fs::write(
        &file,
        format!("{{\"text\":\"{LEAD}\"}}\n{{\"text\":\n{{\"text\":\"{LEAD}\"}}\n"),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    for args in [&["find", file][..], &["debug", "units", file]] {
        let output = run(args);
        assert!(output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("a.jsonl:2") && said.contains("left out"), "{said}");
    }
    assert_eq!(run(&["find", "--strict", file]).status.code(), Some(2));
    assert_eq!(run(&["debug", "units", "--strict", file]).status.code(), Some(2));
}

#[test]
fn explain_gives_the_verdict_in_a_sentence() {
    let last = |args: &[&str]| {
        let output = run(&[&["explain"], args].concat());
        stdout(&output).lines().last().unwrap().to_owned()
    };
    assert!(last(&[LEAD, AGAIN]).starts_with("B would be removed as equal to A"));
    assert!(last(&[LEAD, LATE]).starts_with("B would be removed as near A: "));
    let other = LEAD.replace("1,500", "2,800");
    assert_eq!(
        last(&[LEAD, &other]),
        "B stays: it has the number 2800, which A does not have."
    );
    assert_eq!(
        last(&[LEAD, OTHER]),
        "B stays: it says \"farmers\" where A says \"fighters\"."
    );
    for other in [&other, OTHER] {
        assert!(last(&["--level", "boilerplate", LEAD, other]).starts_with("B would be removed as near A"));
        assert!(last(&["--level", "exact", LEAD, other]).starts_with("B stays: "));
    }
    assert!(last(&["--level", "exact", LEAD, LATE]).starts_with("B stays: "));
    assert!(last(&[LEAD, "He said."]).contains("too short to compare: 2 words, and at least 5"));
    assert!(last(&[LEAD, "Nobody ever said anything like it again."]).contains("at least 0.52 is needed"));
    assert!(last(&["--threshold", "0.99", LEAD, LATE]).starts_with("B stays: "));
    assert!(last(&["--similarity", "edit", LEAD, LATE]).contains("tokens need no edit"));
}

#[test]
fn explain_shows_its_steps() {
    let texts = [
        "Some 1,500 people camped there to see it.",
        "Some 1 500 people danced there to see it.",
    ];
    let output = run(&[&["explain"], &texts[..]].concat());
    let text = stdout(&output);
    for part in [
        "some 1500 people camped there",
        "people [-camped-]{+danced+} there",
        "shared       12  ",
        "danced there",
        "A has every number of B",
        "at least 0.52 is needed: enough",
        "B stays: it says \"danced\" where A says \"camped\".",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let output = run(&[&["explain", "--threshold", "0.7"], &texts[..]].concat());
    let text = stdout(&output);
    assert!(text.contains("at least 0.7 is needed: not enough"), "{text}");
}

#[test]
fn explain_takes_files_articles_and_standard_input() {
    let (folder, path) = corpus();
    let file = folder.path().join("lead.txt");
    std::fs::write(&file, LEAD).unwrap();
    let file = file.to_str().unwrap();
    let end = 33 + AGAIN.len();
    let verdict = |args: &[&str]| {
        let output = run(&[&["explain", "--format", "json"], args].concat());
        let json: Value = serde_json::from_str(stdout(&output)).unwrap();
        json["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&[file, AGAIN]), "equal");
    assert_eq!(verdict(&[&format!("@{file}"), AGAIN]), "equal");
    assert_eq!(verdict(&["--in", &path, "a#0-85", &format!("b#33-{end}")]), "equal");
    let line = format!("{}:2#33-{end}", folder.path().join("one.jsonl").display());
    assert_eq!(verdict(&["--in", &path, LATE, &line]), "near");
    assert_eq!(verdict(&["--in", &path, "a", "d"]), "stays");

    for (args, why) in [
        (&["--in", &path, "zzz#0-8", LEAD][..], "no such article"),
        (&["--in", &path, "d#1-8", LEAD], "not a range of whole characters"),
        (&["--in", &path, "a#0-9999", LEAD], "not a range of whole characters"),
        (&["--in", &path, "a#title:0-9", LEAD], "no text in the field title"),
        (&["@/no/such/file", LEAD], "cannot be read"),
        (&["-", "-"], "read only once"),
    ] {
        let output = run(&[&["explain"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(why), "{said}");
    }
    let piped = redite(&["explain", "-", AGAIN])
        .stdin(std::fs::File::open(Path::new(file)).unwrap())
        .output()
        .unwrap();
    assert!(stdout(&piped).contains("equal to A"), "{piped:?}");
}

#[test]
fn find_and_explain_name_places_alike() {
    let (_folder, path) = corpus();
    for pair in json_lines(&run(&["find", "--format", "jsonl", &path])) {
        let name = |unit: &Value| {
            let (source, bytes) = (unit["source"].as_str().unwrap(), &unit["bytes"]);
            format!("{source}#{}-{}", bytes[0], bytes[1])
        };
        let (kept, later) = (name(&pair["kept"]), name(&pair));
        let output = run(&["explain", "--format", "json", "--in", &path, &kept, &later]);
        let said: Value = serde_json::from_str(stdout(&output)).unwrap();
        assert_eq!(said["verdict"], pair["rule"], "{said}");
        let value = said["similarity"]["value"].as_f64().unwrap();
        assert!((value - pair["similarity"].as_f64().unwrap()).abs() < 1e-4);
    }
}

#[test]
fn debug_shows_each_step() {
    let (_folder, path) = corpus();
    let units = json_lines(&run(&["debug", "units", &path]));
    assert_eq!(units.len(), 4 + 8, "{units:?}");
    assert_eq!(units[0]["unit"], "paragraph");
    assert_eq!(units[1]["text"], LEAD);
    assert_eq!(units[1]["lang"], "en");
    let sentences = json_lines(&run(&["debug", "units", "--unit", "sentence", &path]));
    assert_eq!(sentences.len(), 8);

    let folds = json_lines(&run(&["debug", "fold", &path]));
    assert!(folds[1]["fold"].as_str().unwrap().contains(" 1500 fighters"));
    assert_eq!(folds[1]["tokens"], 15);
    assert_eq!(folds[1]["judged"], true);

    let shingles = json_lines(&run(&["debug", "shingles", "--similarity", "jaccard:3", &path]));
    let list = shingles[1]["shingles"].as_array().unwrap();
    assert_eq!(list.len(), 13);
    assert_eq!(list[0]["text"], "the government launched");
    assert_eq!(list[0]["hash"].as_str().unwrap().len(), 8);

    // "b" has the fold of "a", so one of the two stands for both.
    let candidates = json_lines(&run(&["debug", "candidates", "--unit", "sentence", "-q", &path]));
    let verified: Vec<&Value> = candidates.iter().filter(|c| c["verified"] == true).collect();
    assert_eq!(verified.len(), 2, "{candidates:?}");
    assert_eq!(verified[0]["later"]["article"], "c");
    assert_eq!(verified[0]["earlier"]["article"], "a");
    let inside = json_lines(&run(&["debug", "candidates", "--scope", "article", "-q", &path]));
    assert!(inside.iter().all(|c| c["later"]["article"] == "d"), "{inside:?}");
}

#[test]
fn completions_and_manual_are_there() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(stdout(&run(&["completions", shell])).contains("explain"), "{shell}");
    }
    let all = run(&["man"]);
    for page in ["redite", "redite-find", "redite-explain", "redite-debug-units"] {
        assert!(stdout(&all).contains(&format!(".TH {page} ")), "{page}");
    }
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("man1");
    assert!(run(&["man", "--dir", dir.to_str().unwrap()]).status.success());
    for page in ["redite.1", "redite-find.1", "redite-debug-candidates.1"] {
        assert!(dir.join(page).metadata().unwrap().len() > 100, "{page}");
    }
}
