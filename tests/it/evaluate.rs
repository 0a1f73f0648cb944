//! `redite evaluate`: what is planted, what is told of it, and that both are the same everywhere.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use crate::support::data;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redite"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command.output().unwrap()
}

fn sample() -> String {
    data("sample").to_str().unwrap().to_owned()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The articles of a set by id, with their places.
fn articles(set: &Path) -> Vec<(String, String)> {
    let field = |article: &Value, name: &str| article[name].as_str().unwrap().to_owned();
    let articles = lines(&set.join("articles.jsonl"));
    articles.iter().map(|a| (field(a, "id"), field(a, "text"))).collect()
}

fn place(articles: &[(String, String)], spot: &Value) -> (usize, u64) {
    let id = spot["article"].as_str().unwrap();
    let article = articles.iter().position(|(other, _)| other == id).unwrap();
    (article, spot["bytes"][0].as_u64().unwrap())
}

#[test]
fn the_truth_points_at_the_texts() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["evaluate", &sample(), "--write", "set"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("articles.jsonl"),
        "{output:?}"
    );
    let set = folder.path().join("set");
    let articles = articles(&set);
    assert_eq!(
        articles.iter().map(|a| &a.0).collect::<BTreeSet<_>>().len(),
        articles.len()
    );
    let truth = lines(&set.join("truth.jsonl"));
    assert!(truth.len() > 25, "{}", truth.len());
    let mut grades = BTreeSet::new();
    let mut copies_first = 0;
    for (number, pair) in truth.iter().enumerate() {
        assert_eq!(pair["pair"], number);
        for side in ["source", "copy"] {
            let (article, start) = place(&articles, &pair[side]);
            let end = pair[side]["bytes"][1].as_u64().unwrap();
            let text = &articles[article].1[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
            assert_eq!(pair[side]["text"], text);
        }
        let grade = pair["grade"].as_str().unwrap();
        assert_eq!(pair["trap"], grade.starts_with("trap_"));
        let (source, copy) = (&pair["source"], &pair["copy"]);
        assert_eq!(source["text"] == copy["text"], grade == "exact");
        let copy_first = place(&articles, copy) < place(&articles, source);
        assert_eq!(pair["first"], if copy_first { "copy" } else { "source" });
        assert!(copy_first || grade != "trap_facts");
        copies_first += u64::from(copy_first);
        grades.insert(grade.to_owned());
    }
    assert!(grades.len() > 8, "{grades:?}");
    assert!(
        copies_first > 5 && copies_first + 5 < truth.len() as u64,
        "{copies_first}"
    );
    let meta: Value = serde_json::from_str(&fs::read_to_string(set.join("meta.json")).unwrap()).unwrap();
    assert_eq!(meta["format"], "redite planted set 1");
    assert_eq!(meta["pairs"], truth.len());
}

#[test]
fn copies_go_into_other_articles_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    // Invented words, none of them twice in a row.
    let word = |i: u64| {
        let number = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let syllables = ["ba", "re", "mi", "fo", "lu", "sa", "te", "ni", "go", "pu"];
        let syllable = |by: u64| syllables[usize::try_from(number / by % 10).unwrap()];
        [1, 10, 100].map(syllable).concat()
    };
    let line = |from: u64| (from..from + 13).map(word).collect::<Vec<_>>().join(" ");
    let paragraph = |n: u64| {
        format!(
            "Then {}. And {}. So {}.",
            line(100 * n),
            line(100 * n + 20),
            line(100 * n + 40)
        )
    };
    let text: String = (0..12_u64)
        .map(|n| {
            format!(
                "{}\n",
                json!({"id": n, "lang": "en", "text": format!("{}\n\n{}", paragraph(2 * n), paragraph(2 * n + 1))})
            )
        })
        .collect();
    fs::write(folder.path().join("in.jsonl"), text).unwrap();
    for (scope, same) in [("corpus", false), ("article", true)] {
        let args = ["evaluate", "in.jsonl", "--scope", scope, "--write", scope, "-q"];
        stdout(&run(folder.path(), &args));
        let truth = lines(&folder.path().join(scope).join("truth.jsonl"));
        assert!(truth.len() > 5);
        for pair in truth {
            assert_eq!(pair["source"]["article"] == pair["copy"]["article"], same, "{pair}");
        }
    }
}

/// What was told of a run, without what only it can know.
fn figures(report: &Value) -> Vec<Value> {
    let runs = report["runs"].as_array().unwrap().iter().cloned();
    runs.map(|mut run| {
        run.as_object_mut().unwrap().remove("threshold");
        run
    })
    .collect()
}

#[test]
fn a_set_that_is_cleaned_and_scored_gives_the_same_figures() {
    let (folder, sample) = (tempfile::tempdir().unwrap(), sample());
    for rule in [
        &[][..],
        &["--threshold", "0.45"],
        &["--unit", "sentence", "--keep", "last"],
    ] {
        let evaluate = [&["evaluate", &sample, "--write", "set", "--format", "json", "-q"], rule].concat();
        let told = json(&run(folder.path(), &evaluate));
        let set = [
            "set/articles.jsonl",
            "-o",
            "out.jsonl",
            "--removed",
            "removed.jsonl",
            "-q",
        ];
        stdout(&run(folder.path(), &[&["clean"], &set[..], rule].concat()));
        let scored = json(&run(
            folder.path(),
            &["evaluate", "--score", "set", "removed.jsonl", "--format", "json"],
        ));
        assert_eq!(figures(&told), figures(&scored), "{rule:?}");
        assert_eq!(told["set"], scored["set"]);
        assert_eq!(told["runs"][0]["orphans"], 0);
        let removed = fs::read_to_string(folder.path().join("removed.jsonl")).unwrap();
        let units = removed.lines().filter(|line| line.starts_with("{\"article\"")).count();
        assert_eq!(told["runs"][0]["removed"], units);
        fs::remove_dir_all(folder.path().join("set")).unwrap();
    }
}

#[test]
fn several_thresholds_and_what_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "evaluate",
        &sample(),
        "--threshold",
        ".3,.6",
        "--threshold",
        "1",
        "--format",
        "json",
    ];
    let told = json(&run(folder.path(), &args));
    let runs = told["runs"].as_array().unwrap();
    assert_eq!(
        runs.iter()
            .map(|r| r["threshold"].as_f64().unwrap())
            .collect::<Vec<_>>(),
        [0.3, 0.6, 1.0]
    );
    let share = |run: &Value, unit: &str, grade: &str| {
        let figures = run["figures"].as_array().unwrap();
        let mine = |f: &&Value| f["unit"] == unit && f["grade"] == grade && f["lang"].is_null();
        figures.iter().find(mine).unwrap()["share"].as_f64().unwrap()
    };
    for run in runs {
        assert!((share(run, "paragraph", "exact") - 1.0).abs() < 1e-9);
        assert!(share(run, "sentence", "trap_numbers").abs() < 1e-9);
    }
    let found = |run: &Value| share(run, "paragraph", "w20") + share(run, "paragraph", "w10");
    // some of the words that are put in are common or few, others are facts at every threshold
    assert!(found(&runs[0]) > 0.5 && found(&runs[0]) < 1.5, "{told}");
    assert!(found(&runs[2]) == 0.0, "{told}");
    // where none is a fact, the threshold decides
    let boilerplate = json(&run(folder.path(), &[&args[..], &["--level", "boilerplate"]].concat()));
    let found = |threshold: usize| found(&boilerplate["runs"][threshold]);
    assert!(found(0) > 1.5 && found(2) == 0.0, "{boilerplate}");
    // Pairs nearest to the first threshold, from both sides.
    for (side, above) in [("above", true), ("below", false)] {
        let pairs = told[side].as_array().unwrap();
        assert!(!pairs.is_empty() && pairs.len() <= 3, "{side}");
        for pair in pairs {
            assert_eq!(pair["similarity"].as_f64().unwrap() >= 0.3, above);
        }
    }
    let text = stdout(&run(folder.path(), &["evaluate", &sample(), "--threshold", ".3,.6"]));
    for said in [
        "at 0.3",
        "at 0.6",
        "fewer than 30 pairs",
        "clean units",
        "Nearest to 0.3, below",
        "{+",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains('\x1b'));
    let plain = stdout(&run(folder.path(), &["evaluate", &sample(), "--sample", "0"]));
    assert!(!plain.contains("Nearest"));
}

/// All files of a set, and what was told.
fn all_of(folder: &Path, more: &[&str]) -> (Vec<Vec<u8>>, String) {
    let told = stdout(&run(
        folder,
        &[&["evaluate", &sample(), "--write", "set", "-q"], more].concat(),
    ));
    let set = folder.join("set");
    let files = ["articles.jsonl", "truth.jsonl", "meta.json"].map(|name| fs::read(set.join(name)).unwrap());
    fs::remove_dir_all(set).unwrap();
    (files.to_vec(), told)
}

#[test]
fn seeds_decide_and_threads_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let one = all_of(folder.path(), &["--threads", "1"]);
    assert!(one == all_of(folder.path(), &["--threads", "8"]));
    assert!(one == all_of(folder.path(), &["--seed", "7"]));
    let other = all_of(folder.path(), &["--seed", "8"]);
    assert!(one.0[1] != other.0[1]);
}

#[test]
fn what_is_planted_in_a_language_does_not_depend_on_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let all = fs::read_to_string(data("sample").join("articles.jsonl")).unwrap();
    let french: String = all
        .lines()
        .filter(|l| l.contains("\"lang\": \"fr\""))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(folder.path().join("all.jsonl"), &all).unwrap();
    fs::write(folder.path().join("fr.jsonl"), &french).unwrap();
    let pairs = |input: &str| -> Vec<Value> {
        let set = format!("set of {input}");
        stdout(&run(folder.path(), &["evaluate", input, "--write", &set, "-q"]));
        let mut pairs = lines(&folder.path().join(set).join("truth.jsonl"));
        pairs.retain(|pair| pair["lang"] == "fr");
        pairs.iter_mut().for_each(|pair| pair["pair"] = json!(0));
        pairs
    };
    let alone = pairs("fr.jsonl");
    assert!(!alone.is_empty());
    assert_eq!(pairs("all.jsonl"), alone);
}

/// `cd D; redite evaluate articles.jsonl --write .`
#[test]
fn write_never_replaces_a_file_of_the_users() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mine = fs::read(data("sample").join("articles.jsonl")).unwrap();
    fs::write(path("articles.jsonl"), &mine).unwrap();
    fs::create_dir(path("full")).unwrap();
    fs::write(path("full/meta.json"), "mine").unwrap();
    for (to, why) in [
        (".", "the folder is not empty"),
        ("full", "the folder is not empty"),
        ("articles.jsonl", "cannot be used as a folder"),
    ] {
        let output = run(folder.path(), &["evaluate", "articles.jsonl", "--write", to]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{to}: {said}");
        assert!(said.contains(why) && output.stdout.is_empty(), "{to}: {said}");
    }
    assert!(fs::read(path("articles.jsonl")).unwrap() == mine);
    assert_eq!(fs::read(path("full/meta.json")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(path("full")).unwrap().count(), 1);
    // an empty folder is nobody's
    fs::create_dir(path("empty")).unwrap();
    stdout(&run(folder.path(), &["evaluate", "articles.jsonl", "--write", "empty"]));
    let mut names: Vec<_> = fs::read_dir(path("empty"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["articles.jsonl", "meta.json", "truth.jsonl"]);
}

#[test]
fn faults_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(path("short.txt"), "Too short.\n\nEven shorter.").unwrap();
    fs::write(path("empty.jsonl"), "").unwrap();
    let good = fs::read_to_string(data("sample").join("articles.jsonl")).unwrap();
    fs::write(path("bad.jsonl"), format!("{{\"text\":\n{good}{{\"text\":17}}\n")).unwrap();
    for (args, why) in [
        (&["evaluate", "short.txt"][..], "nothing could be planted"),
        (&["evaluate", "empty.jsonl"], "nothing could be planted"),
        (&["evaluate", "no-such-file"], "no-such-file"),
        (&["evaluate", "bad.jsonl", "--strict"], "bad.jsonl:1"),
        (
            &["evaluate", "bad.jsonl", "--keep", "date"],
            "use first, longest or last",
        ),
        (&["evaluate", "bad.jsonl", "--threshold", "0.6,0"], "threshold"),
        (&["evaluate", "bad.jsonl", "--max-text", "much"], "20M"),
        (&["evaluate", "bad.jsonl", "--per-grade", "0"], "--per-grade"),
        (
            &["evaluate", "bad.jsonl", "--score", "set", "--write", "set"],
            "--score",
        ),
        (
            &["evaluate", "bad.jsonl", "--score", "no-such-set"],
            "meta.json: cannot be read",
        ),
    ] {
        let output = run(folder.path(), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(why) && output.stdout.is_empty(), "{args:?}: {said}");
    }
    // A broken record is named and left out.
    let output = run(folder.path(), &["evaluate", "bad.jsonl", "--write", "set"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        said.contains("bad.jsonl:1") && said.contains("bad.jsonl:63") && said.contains("left out"),
        "{said}"
    );
    let unit = |article: &str, bytes: [u32; 2]| {
        let kept = json!({"article": "fr-1", "bytes": [0, 10]});
        json!({"article": article, "unit": "sentence", "bytes": bytes, "kept": kept}).to_string()
    };
    for (line, why) in [
        (unit("fr-1", [0, 10]), ""),
        (
            json!({"article": "fr-1", "source": "x", "dropped": "{}"}).to_string(),
            "",
        ),
        (unit("nobody", [0, 10]), "no article \"nobody\""),
        (unit("fr-1", [0, 999_999]), "bytes 0 to 999999"),
        (
            json!({"article": "fr-1", "bytes": [0, 10]}).to_string(),
            "needs `article`, `unit`",
        ),
        ("{".to_owned(), "EOF"),
    ] {
        fs::write(path("removed.jsonl"), format!("\n{line}\n")).unwrap();
        let output = run(folder.path(), &["evaluate", "--score", "set", "removed.jsonl"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(if why.is_empty() { 0 } else { 2 }),
            "{line}: {said}"
        );
        assert!(
            said.contains(why) && (why.is_empty() || said.contains("removed.jsonl:2")),
            "{line}: {said}"
        );
    }
    // A truth that does not fit its articles is no truth.
    let truth = fs::read_to_string(path("set/truth.jsonl")).unwrap();
    fs::write(
        path("set/truth.jsonl"),
        truth.replacen("\"bytes\":[", "\"bytes\":[1", 1),
    )
    .unwrap();
    let output = run(folder.path(), &["evaluate", "--score", "set", "removed.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("truth.jsonl:1: broken"),
        "{output:?}"
    );
}

/// Each pair is decided alone, and told by why it went.
#[test]
fn labelled_pairs_are_counted_by_label_and_outcome() {
    const LEAD: &str = "The council of the old town voted on Monday to close the bridge over the river for repairs.";
    let near = LEAD.replace("the old town", "this old town");
    let other = "Nobody in the market hall had heard of the plan before the meeting was opened that evening.";
    let pair = |id: u32, earlier: &str, later: &str, label: Value| {
        json!({"id": id, "lang": "en", "first": earlier, "second": later, "label": label}).to_string()
    };
    let number = LEAD.replace("the river", "11 rivers");
    // within the later text the sentence comes twice, which says nothing about the pair
    let twice = format!("{other}\n\n{other}");
    let pairs = [
        pair(1, LEAD, LEAD, json!("right")),
        pair(2, LEAD, &near, json!(1)),
        pair(3, LEAD, &near, json!("wrong")),
        pair(4, LEAD, &near, json!("arguable")),
        pair(5, LEAD, &number, json!(0)),
        pair(6, LEAD, other, json!("right")),
        pair(7, LEAD, &twice, json!("wrong")),
        pair(8, "", "", json!("arguable")),
        // most of it is new
        pair(9, LEAD, &format!("{LEAD}\n\n{other}"), json!("wrong")),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pairs.jsonl"), pairs.join("\n")).unwrap();
    let args = ["evaluate", "--labels", "pairs.jsonl", "--text-field", "first,second"];
    let figures = json(&run(
        folder.path(),
        &[&args[..], &["--format", "json", "--threshold", ".5,.99"]].concat(),
    ));
    let counts = |right, wrong, arguable| json!({"right": right, "wrong": wrong, "arguable": arguable});
    assert_eq!(figures["labels"], counts(3, 4, 2));
    let loose = &figures["runs"][0];
    assert_eq!(loose["all"]["near"], counts(1, 1, 1));
    assert_eq!(loose["all"]["equal"], counts(1, 0, 0));
    assert_eq!(loose["all"]["kept"], counts(1, 3, 1));
    assert_eq!(loose["all"]["near_precision"]["value"], 0.5);
    assert_eq!(loose["all"]["near_recall"]["value"], 0.5);
    assert_eq!(loose["languages"]["en"], loose["all"]);
    assert_eq!(loose["wrong_removed"], json!(["3"]));
    assert_eq!(loose["right_kept"], json!(["6"]));
    let strict = &figures["runs"][1];
    assert_eq!(strict["all"]["near"], counts(0, 0, 0));
    assert_eq!(strict["right_kept"], json!(["2", "6"]));
    assert_eq!(strict["all"]["near_precision"], Value::Null);

    let text = stdout(&run(folder.path(), &args));
    for line in [
        "9 labelled pairs: 3 right, 4 wrong, 2 arguable",
        "  near                   1       1         1  0.500 (0.095 to 0.905)  0.500 (0.095 to 0.905)",
        "  equal                  1       0         0  1.000 (0.207 to 1.000)",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(text.contains("Wrong, but removed\n3  en\n"), "{text}");
    let quiet = stdout(&run(folder.path(), &[&args[..], &["--sample", "0"]].concat()));
    assert!(!quiet.contains("but removed"), "{quiet}");

    for (line, why) in [
        (pair(1, LEAD, LEAD, json!("good")), "must be right (or 1)"),
        (pair(1, LEAD, LEAD, Value::Null), "must be right (or 1)"),
        (json!({"first": LEAD, "label": 1}).to_string(), "`first` and `second`"),
    ] {
        fs::write(folder.path().join("pairs.jsonl"), line).unwrap();
        let output = run(folder.path(), &args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("pairs.jsonl:1: ") && said.contains(why), "{said}");
    }
}
