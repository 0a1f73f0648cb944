//! `redite evaluate`: what is planted, what is told of it, and that both are the same everywhere.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use crate::support::data;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
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

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// The articles of a set by id, in their order.
fn articles(set: &Path) -> Vec<(String, String)> {
    let articles = lines(&set.join("articles.jsonl"));
    let pair = |article: &Value| (text(article, "id").to_owned(), text(article, "text").to_owned());
    articles.iter().map(pair).collect()
}

/// Where a unit of a pair stands: which article, and which of its bytes.
fn place(articles: &[(String, String)], pair: &Value, side: &str) -> (usize, Range<usize>) {
    let (id, unit) = text(pair, side).rsplit_once('#').unwrap();
    let article = articles.iter().position(|(other, _)| other == id).unwrap();
    let (paragraph, sentence) = match unit[1..].split_once('s') {
        Some((paragraph, sentence)) => (paragraph, sentence),
        None => (&unit[1..], ""),
    };
    let paragraphs: Vec<&str> = articles[article].1.split("\n\n").collect();
    let paragraph: usize = paragraph.parse().unwrap();
    let before: usize = paragraphs[..paragraph].iter().map(|p| p.len() + 2).sum();
    let mine = text(pair, &format!("{side}_text"));
    assert!(sentence.is_empty() == (pair["unit"] == "par") && (!sentence.is_empty() || paragraphs[paragraph] == mine));
    let at = before + paragraphs[paragraph].find(mine).unwrap();
    (article, at..at + mine.len())
}

/// Articles of invented words, of which none stands twice in a row: so many of them, of three paragraphs.
fn invented(articles: u64) -> String {
    let number = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let word = |i: u64| {
        let syllables = ["ba", "re", "mi", "fo", "lu", "sa", "te", "ni", "go", "pu"];
        let syllable = |by: u64| syllables[usize::try_from(number(i) / by % 10).unwrap()];
        [1, 10, 100].map(syllable).concat()
    };
    let common = [
        "the", "of", "and", "in", "with", "for", "on", "at", "by", "from", "to", "as",
    ];
    let clause = |from: u64| {
        let pair = |i: u64| {
            let common = common[usize::try_from(number(i + 7) % 12).unwrap()];
            format!("{common} {}", word(i))
        };
        (from..from + 3).map(pair).collect::<Vec<_>>().join(" ")
    };
    let sentence = |n: u64| {
        let clauses = [clause(40 * n), clause(40 * n + 10), clause(40 * n + 20)];
        format!(
            "Then {}, {} {}.",
            clauses.join(", "),
            word(40 * n + 33),
            number(n) % 9000 + 2
        )
    };
    let paragraph = |n: u64| (4 * n..4 * n + 1 + n % 4).map(sentence).collect::<Vec<_>>().join(" ");
    let article = |n: u64| {
        let text = (3 * n..3 * n + 3).map(paragraph).collect::<Vec<_>>().join("\n\n");
        format!("{}\n", json!({"id": n, "lang": "en", "text": text}))
    };
    (0..articles).map(article).collect()
}

/// A folder with a file of such articles.
fn with_invented(articles: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.jsonl"), invented(articles)).unwrap();
    folder
}

#[test]
fn the_truth_points_at_the_texts() {
    let folder = with_invented(80);
    let args = ["evaluate", "in.jsonl", "--per-grade", "3", "--write", "set"];
    let output = run(folder.path(), &args);
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
    let mut grades: BTreeMap<String, u64> = BTreeMap::new();
    let mut copies_first = 0;
    let mut used = BTreeSet::new();
    for (number, pair) in truth.iter().enumerate() {
        assert_eq!(pair["plant"], number);
        let (source, copy) = (place(&articles, pair, "src"), place(&articles, pair, "copy"));
        for (article, range) in [&source, &copy] {
            assert!(used.insert((*article, range.start)), "no text is used twice: {pair}");
        }
        let grade = text(pair, "grade");
        assert_eq!(pair["src_text"] == pair["copy_text"], grade == "exact");
        let copy_first = (copy.0, copy.1.start) < (source.0, source.1.start);
        let (first, second) = if copy_first { ("copy", "src") } else { ("src", "copy") };
        assert_eq!((&pair["a"], &pair["b"]), (&pair[first], &pair[second]));
        copies_first += u64::from(copy_first);
        *grades.entry(format!("{} {grade}", text(pair, "unit"))).or_default() += 1;
        *grades.entry("lang en".to_owned()).or_default() += 1;
    }
    for (unit, names) in [
        (
            "par",
            "exact punct edit5 edit10 edit20 word5 word10 clause swap context trap_word trap_added trap_words60 trap_half trap_lead",
        ),
        ("sent", "exact punct edit5 edit10 edit20 word5 word10 clause trap_word"),
    ] {
        for name in names.split(' ') {
            assert!(
                grades.get(&format!("{unit} {name}")).is_some_and(|n| *n >= 1),
                "{unit} {name}: {grades:?}"
            );
        }
    }
    assert!(
        copies_first > 10 && copies_first + 10 < truth.len() as u64,
        "{copies_first}"
    );
    let meta: Value = serde_json::from_str(&fs::read_to_string(set.join("meta.json")).unwrap()).unwrap();
    assert_eq!(meta["format"], "redite planted set 2");
    assert_eq!(meta["counts"], json!(grades));
    assert_eq!(meta["docs"], articles.len());
    // a reprint stands together, and says one new word
    let context: Vec<&Value> = truth.iter().filter(|pair| pair["grade"] == "context").collect();
    for pair in context {
        let number = usize::try_from(pair["plant"].as_u64().unwrap()).unwrap();
        let [before, after] = [number - 1, number + 1].map(|n| place(&articles, &truth[n], "copy"));
        let copy = place(&articles, pair, "copy");
        assert_eq!((before.0, before.1.end + 2), (copy.0, copy.1.start));
        assert_eq!((after.0, after.1.start), (copy.0, copy.1.end + 2));
    }
}

#[test]
fn copies_go_into_other_articles_unless_asked() {
    let folder = with_invented(12);
    for (scope, same) in [("corpus", false), ("article", true)] {
        let args = ["evaluate", "in.jsonl", "--scope", scope, "--write", scope, "-q"];
        stdout(&run(folder.path(), &args));
        let set = folder.path().join(scope);
        let articles = articles(&set);
        let truth = lines(&set.join("truth.jsonl"));
        assert!(truth.len() > 5);
        for pair in truth {
            let [source, copy] = ["src", "copy"].map(|side| place(&articles, &pair, side).0);
            assert_eq!(source == copy, same, "{pair}");
        }
    }
}

/// One article, or few: what can be planted is, and nothing goes wrong.
#[test]
fn little_text_is_enough() {
    for articles in 1..5 {
        let folder = with_invented(articles);
        let told = json(&run(folder.path(), &["evaluate", "in.jsonl", "--format", "json"]));
        assert_eq!(told["set"]["docs"], articles);
    }
}

/// `score.py`, with which redite is developed, says of this set and these removals what stands in `expected.json`; the set
/// is one of `plant.py`.
#[test]
fn the_committed_set_has_the_figures_of_score_py() {
    let set = data("planted");
    let set = set.to_str().unwrap();
    let removed = format!("{set}/removed.jsonl");
    let told = json(&run(
        Path::new("."),
        &["evaluate", "--score", set, &removed, "--format", "json"],
    ));
    let expected: Value = serde_json::from_str(&fs::read_to_string(format!("{set}/expected.json")).unwrap()).unwrap();
    let run = &told["runs"][0];
    for name in ["removed", "beyond_planted", "weak", "facts_lost", "orphans"] {
        assert_eq!(run[name], expected[name], "{name}");
    }
    let figures = run["figures"].as_array().unwrap().iter();
    let shares = figures.filter(|figure| figure["lang"].is_null()).map(|figure| {
        let unit = if figure["unit"] == "paragraph" { "par" } else { "sent" };
        (
            format!("{unit}:{}", text(figure, "grade")),
            figure["share"].as_f64().unwrap(),
        )
    });
    let recall: BTreeMap<String, f64> = serde_json::from_value(expected["recall"].clone()).unwrap();
    assert_eq!(shares.collect::<BTreeMap<_, _>>(), recall);
}

/// The numbers of a text without group marks.
fn numbers(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .collect();
    all.sort_unstable();
    all
}

/// All that is told of a set, counted anew from the files.
#[test]
fn what_is_told_is_what_a_recount_finds() {
    let folder = with_invented(60);
    let path = |name: &str| folder.path().join(name);
    let rule = ["--level", "boilerplate", "--threshold", "0.3", "-q"];
    let evaluate = [
        "evaluate",
        "in.jsonl",
        "--per-grade",
        "2",
        "--write",
        "set",
        "--format",
        "json",
    ];
    let told = json(&run(folder.path(), &[&evaluate[..], &rule].concat()));
    let clean = [
        "clean",
        "set/articles.jsonl",
        "-o",
        "out.jsonl",
        "--removed",
        "removed.jsonl",
    ];
    stdout(&run(folder.path(), &[&clean[..], &rule].concat()));
    let articles = articles(&path("set"));
    let removed: Vec<(usize, Range<usize>)> = lines(&path("removed.jsonl"))
        .iter()
        .filter(|line| line["unit"].is_string())
        .map(|line| {
            let article = articles
                .iter()
                .position(|(id, _)| *id == text(line, "article"))
                .unwrap();
            let bytes = [0, 1].map(|i| usize::try_from(line["bytes"][i].as_u64().unwrap()).unwrap());
            (article, bytes[0]..bytes[1])
        })
        .collect();
    let shared = |a: &Range<usize>, b: &Range<usize>| a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let is_gone = |(article, range): &(usize, Range<usize>)| {
        let mine = removed.iter().filter(|(other, _)| other == article);
        let bytes: usize = mine.map(|(_, gone)| shared(gone, range)).sum();
        5 * bytes >= 4 * range.len()
    };
    // by unit and grade: pairs, and found ones
    let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let mut planted = Vec::new();
    for pair in lines(&path("set/truth.jsonl")) {
        let (source, copy) = (place(&articles, &pair, "src"), place(&articles, &pair, "copy"));
        let copy_later = pair["b"] == pair["copy"];
        let (earlier, later) = if copy_later {
            ("src_text", "copy_text")
        } else {
            ("copy_text", "src_text")
        };
        let mut grade = text(&pair, "grade");
        if !grade.starts_with("trap") {
            let mut left = numbers(text(&pair, earlier));
            let lost = numbers(text(&pair, later)).into_iter().any(|number| {
                let at = left.iter().position(|other| *other == number);
                at.map(|at| left.remove(at)).is_none()
            });
            grade = match grade {
                _ if lost => "trap_facts",
                "clause" if !copy_later => "trap_clause",
                grade => grade,
            };
        }
        let added = copy.1.start + source.1.len() + 1..copy.1.end;
        let found = match grade {
            "trap_added" => is_gone(&(copy.0, added)),
            _ => is_gone(&source) || is_gone(&copy),
        };
        let unit = if pair["unit"] == "par" { "paragraph" } else { "sentence" };
        let count = counts.entry((unit.to_owned(), grade.to_owned())).or_default();
        *count = (count.0 + 1, count.1 + u64::from(found));
        planted.extend([source, copy]);
    }
    let figures = told["runs"][0]["figures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|figure| figure["lang"].is_null());
    let told_counts = figures.map(|figure| {
        let count = |name: &str| figure[name].as_u64().unwrap();
        let key = (text(figure, "unit").to_owned(), text(figure, "grade").to_owned());
        (key, (count("pairs"), count("found")))
    });
    assert_eq!(told_counts.collect::<BTreeMap<_, _>>(), counts);
    assert!(
        counts.values().any(|(_, found)| *found > 0) && counts.len() > 20,
        "{counts:?}"
    );
    let beyond = removed.iter().filter(|(article, gone)| {
        let near = |(other, range): &(usize, Range<usize>)| other == article && 2 * shared(gone, range) > gone.len();
        !planted.iter().any(near)
    });
    assert_eq!(told["runs"][0]["beyond_planted"], beyond.count());
    assert_eq!(told["runs"][0]["removed"], removed.len());
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
    let folder = with_invented(30);
    for (rule, keep) in [
        (&[][..], "first"),
        (&["--threshold", "0.3", "--level", "boilerplate"], "first"),
        (&["--unit", "sentence", "--keep", "last"], "last"),
        (&["--keep", "longest"], "longest"),
    ] {
        let evaluate = [
            &["evaluate", "in.jsonl", "--write", "set", "--format", "json", "-q"],
            rule,
        ]
        .concat();
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
        let score = [
            "evaluate",
            "--score",
            "set",
            "removed.jsonl",
            "--format",
            "json",
            "--keep",
            keep,
        ];
        let scored = json(&run(folder.path(), &score));
        assert_eq!(figures(&told), figures(&scored), "{rule:?}");
        assert_eq!(told["set"], scored["set"]);
        assert_eq!(told["runs"][0]["orphans"], 0);
        fs::remove_dir_all(folder.path().join("set")).unwrap();
    }
}

/// With the last kept, the first goes: then a clause is lost where the copy, which lacks it, stands last.
#[test]
fn what_would_be_lost_depends_on_what_is_kept() {
    let folder = with_invented(150);
    let pairs = |keep: &str| {
        let told = json(&run(
            folder.path(),
            &["evaluate", "in.jsonl", "--format", "json", "--keep", keep],
        ));
        let figures = told["runs"][0]["figures"].as_array().unwrap().clone();
        let of = |grade: &str| -> u64 {
            let mine = figures
                .iter()
                .filter(|figure| figure["lang"].is_null() && figure["grade"] == grade);
            mine.map(|figure| figure["pairs"].as_u64().unwrap()).sum()
        };
        (of("clause"), of("trap_clause"))
    };
    let ((first, lost_first), (last, lost_last)) = (pairs("first"), pairs("last"));
    assert!(
        first > 0 && lost_first > 0 && lost_last > 0,
        "{first} {lost_first} {lost_last}"
    );
    assert_ne!((first, lost_first), (last, lost_last));
    assert_eq!(pairs("longest").1, 0);
}

#[test]
fn several_thresholds_and_what_is_found() {
    let folder = with_invented(80);
    let args = ["evaluate", "in.jsonl", "--threshold", ".3,.6", "--threshold", "1"];
    let told = json(&run(folder.path(), &[&args[..], &["--format", "json"]].concat()));
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
        assert!(share(run, "paragraph", "trap_words60").abs() < 1e-9);
    }
    // what differs in them is common or a fact, at every threshold; where none is a fact, the threshold decides
    let boilerplate = json(&run(
        folder.path(),
        &[&args[..], &["--format", "json", "--level", "boilerplate"]].concat(),
    ));
    let found = |threshold: usize| share(&boilerplate["runs"][threshold], "paragraph", "edit20");
    assert!(found(0) > 0.8 && found(2) == 0.0, "{boilerplate}");
    // Pairs nearest to the first threshold, from both sides.
    for (side, above) in [("above", true), ("below", false)] {
        let pairs = boilerplate[side].as_array().unwrap();
        assert!(!pairs.is_empty() && pairs.len() <= 3, "{side}");
        for pair in pairs {
            assert_eq!(pair["similarity"].as_f64().unwrap() >= 0.3, above);
        }
    }
    let text = stdout(&run(folder.path(), &[&args[..], &["--level", "boilerplate"]].concat()));
    for said in [
        "at 0.3",
        "at 0.6",
        "fewer than 30 pairs",
        "Repeats found",
        "neither wanted nor refused",
        "Traps removed",
        "facts lost",
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
        pairs.iter_mut().for_each(|pair| pair["plant"] = json!(0));
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
        truth.replacen("\"src_text\":\"", "\"src_text\":\"x", 1),
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

/// Whole articles that were planted are told to be what they were planted as, as `mark` tells it, and always the same.
#[test]
fn planted_articles_are_told_rightly() {
    let folder = with_invented(120);
    let args = [
        "evaluate",
        "--relations",
        "in.jsonl",
        "--per-grade",
        "8",
        "--format",
        "json",
        "-q",
    ];
    let told = stdout(&run(
        folder.path(),
        &[&args[..], &["--write", "set", "--threads", "2"]].concat(),
    ));
    assert_eq!(
        told,
        stdout(&run(folder.path(), &[&args[..], &["--threads", "1"]].concat()))
    );
    let told: Value = serde_json::from_str(&told).unwrap();
    let figures: Vec<&Value> = told["runs"][0]["figures"].as_array().unwrap().iter().collect();
    let mut count = 0;
    for planted in ["reprint", "update", "excerpt"] {
        let figure = figures
            .iter()
            .find(|f| f["planted"] == planted && f["lang"].is_null())
            .unwrap();
        assert!(
            figure["share"] == 1.0 && figure["articles"].as_u64().unwrap() >= 4,
            "{figure}"
        );
        count += usize::try_from(figure["articles"].as_u64().unwrap()).unwrap();
    }
    let others = figures
        .iter()
        .find(|f| f["planted"].is_null() && f["lang"].is_null())
        .unwrap();
    assert_eq!(others["share"], 1.0, "{others}");
    assert!(others["articles"].as_u64().unwrap() > 8, "{others}");

    // mark tells the same of what was written
    let set = folder.path().join("set");
    assert!(
        run(&set, &["mark", "articles.jsonl", "-o", "marks.jsonl", "-q"])
            .status
            .success()
    );
    let marks = lines(&set.join("marks.jsonl"));
    let marks: BTreeMap<&str, &Value> = marks
        .iter()
        .filter_map(|line| Some((line["article"].as_str()?, line)))
        .collect();
    let planted = lines(&set.join("relations.jsonl"));
    assert_eq!(planted.len(), count);
    let mut made = BTreeSet::new();
    for line in &planted {
        let (article, of) = (marks[text(line, "article")], text(line, "of"));
        assert_eq!(
            (&article["relation"], text(&article["most"], "article")),
            (&line["planted"], of)
        );
        assert_eq!(text(&article["story"], "article"), of);
        made.insert(text(line, "article"));
    }
    for (id, article) in &marks {
        assert!(made.contains(id) || article["relation"] == "original", "{article}");
        assert_eq!(articles(&set).iter().filter(|(other, _)| other == id).count(), 1);
    }
    // another seed plants other articles
    let other = stdout(&run(
        folder.path(),
        &[&args[..], &["--seed", "8", "--write", "other"]].concat(),
    ));
    assert_eq!(other.matches("\"planted\": \"reprint\"").count(), 2);
    assert!(lines(&folder.path().join("other/relations.jsonl")) != planted);
    for (more, said) in [
        (&["--keep", "last"][..], "leave --keep out"),
        (&["--score", "set"], "cannot be used with"),
        (&["--write", "set"], "not empty"),
    ] {
        let refused = run(folder.path(), &[&args[..], more].concat());
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(2) && message.contains(said), "{message}");
    }
}
