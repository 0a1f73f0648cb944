//! The program `redite clean` and `redite restore`, run as a person runs it.

use crate::support::{self, CODECS, pack, unpack};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

// What stands in a test set: found in all its disguises, taken out, put back.
mod against;
// Which of the repeats go: copies, frequency, runs.
mod choice;
// The file of removed units, field by field.
mod contract;
// Bad input: said, counted, passed through.
mod faults;
// Runs that go on from an index.
mod index;
// What mark says, and what apply makes of it.
mod marks;
// The same as a table.
mod marks_parquet;
// Less memory than the corpus needs, and what a run would take.
mod memory;
// The text of help, manual and errors.
mod messages;
// Which articles are compared: groups, windows in time.
mod reach;
// Options: what each changes.
mod options;
// Where output goes, and what becomes of it when a run fails.
mod outputs;
// Input by input, and on after a stop.
mod resume;
// What clean takes out, restore puts back: every format.
mod restoring;
// What restore refuses, and why.
mod restore_checks;
// What users typed wrong, and what hostile input can do to a terminal or to files.
mod safety;
// Pipes and Ctrl-C.
#[cfg(unix)]
mod streams;
// Files that are not read: copied, named, counted.
mod unread;

/// A sentence long enough to be judged, the same in another dress, and two that are unlike it.
const LEAD: &str = "Le conseil a voté hier soir un budget de 1 500 euros pour la fête du quartier.";
const DRESSED: &str = "Le conseil a voté, hier soir, un budget de 1.500 euros pour la fête du quartier !";
const OTHER: &str = "La pluie a retardé les travaux du pont neuf de plusieurs longues semaines.";
const THIRD: &str = "Les élèves de l'école rendront visite aux jardiniers du parc vendredi matin.";

/// How a run of the program ended.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Run {
    /// The run must have ended with `code`.
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Standard error must hold all of `parts`.
    #[track_caller]
    fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in:\n{}", self.err);
        }
        self
    }
}

/// A folder to run the program in.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    #[track_caller]
    fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    fn get_text(&self, name: &str) -> String {
        String::from_utf8(self.get(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// All files, by path, hidden ones too.
    fn files(&self) -> Vec<String> {
        fn walk(root: &Path, below: &Path, out: &mut Vec<String>) {
            for entry in fs::read_dir(root.join(below)).unwrap() {
                let path = below.join(entry.unwrap().file_name());
                if root.join(&path).symlink_metadata().unwrap().is_dir() {
                    walk(root, &path, out);
                } else {
                    out.push(path.to_string_lossy().into_owned());
                }
            }
        }
        let mut out = Vec::new();
        walk(self.0.path(), Path::new(""), &mut out);
        out.sort();
        out
    }

    /// The files below a folder, and what they hold.
    fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let below = format!("{folder}/");
        let names = self.files().into_iter();
        let names = names.filter_map(|name| Some(name.strip_prefix(&below)?.to_owned()));
        names
            .map(|name| (name.clone(), self.get(&format!("{below}{name}"))))
            .collect()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redite"));
        command.args(args).current_dir(self.0.path());
        command
    }

    /// Runs `redite` with `args` and nothing on standard input.
    fn redite(&self, args: &[&str]) -> Run {
        self.redite_with(args, b"")
    }

    /// Cleans `in.jsonl` to `out.jsonl`, with what was removed in `r.jsonl`.
    fn clean(&self, more: &[&str]) -> Run {
        let args = ["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "r.jsonl"];
        self.redite(&[&args, more].concat())
    }

    fn redite_with(&self, args: &[&str], stdin: &[u8]) -> Run {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let stdin = stdin.to_vec();
        // a program that ends early need not read it all
        let feed = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        Run {
            code: output.status.code(),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The lines of a file of removed units that are about units and dropped records.
    #[track_caller]
    fn removed_text(&self, name: &str) -> String {
        let text = self.get_text(name);
        let lines = text.split_inclusive('\n');
        lines.filter(|line| line.starts_with("{\"article\":")).collect()
    }

    /// The same as values.
    #[track_caller]
    fn removed(&self, name: &str) -> Vec<Value> {
        (self.removed_text(name).lines())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[track_caller]
    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.get(name)).unwrap()
    }
}

/// One line of JSONL.
fn line(id: u32, text: &str) -> String {
    format!("{}\n", json!({"id": id, "text": text}))
}

fn strings(values: &[Value], field: &str) -> Vec<String> {
    values
        .iter()
        .map(|v| v[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_story_that_started_it() {
    let scratch = Scratch::new();
    let original = support::text("lead.fr.txt");
    scratch.put("article.fr.txt", &original);
    scratch
        .redite(&["clean", "article.fr.txt", "-o", "out.txt", "--removed", "removed.jsonl"])
        .ends(0)
        .says(&["removed 1 unit"]);
    let removed = scratch.removed("removed.jsonl");
    assert_eq!(removed.len(), 1);
    let gone = &removed[0];
    assert!(gone["text"].as_str().unwrap().contains("1 500 marcheurs"));
    assert!(gone["kept"]["text"].as_str().unwrap().contains("1.500 marcheurs"));
    assert_eq!(gone["kept"]["bytes"][0], 0);
    assert_eq!((&gone["unit"], &gone["rule"]), (&json!("sentence"), &json!("equal")));
    // the rest is byte-identical
    let text = gone["text"].as_str().unwrap();
    assert_eq!(original.matches(text).count(), 1);
    assert_eq!(scratch.get_text("out.txt"), original.replacen(text, "", 1));
    scratch
        .redite(&["restore", "out.txt", "removed.jsonl", "-o", "back.txt"])
        .ends(0);
    assert_eq!(scratch.get_text("back.txt"), original);
}

#[test]
fn the_sample_shows_what_the_readme_says() {
    let scratch = Scratch::new();
    let sample = support::data("sample");
    let run = scratch
        .redite(&[
            "clean",
            sample.to_str().unwrap(),
            "-o",
            "out",
            "--removed",
            "removed.jsonl",
        ])
        .ends(0);
    assert!(run.err.contains("68 articles in 3 files"), "{}", run.err);
    let removed = scratch.removed("removed.jsonl");
    let rules = strings(&removed, "rule");
    let units = strings(&removed, "unit");
    for (list, what) in [
        (&rules, "equal"),
        (&rules, "near"),
        (&units, "sentence"),
        (&units, "paragraph"),
    ] {
        assert!(list.iter().filter(|x| *x == what).count() >= 5, "{what}");
    }
    let cookies: Vec<&Value> = removed
        .iter()
        .filter(|r| r["text"].as_str().unwrap().contains("cookies"))
        .collect();
    assert_eq!(cookies.len(), 4, "two languages, three articles each, the first stays");
    // another number is another fact
    let cleaned = scratch.get_text("out/articles.jsonl");
    for stays in [
        "14 300 livres",
        "9,800 walkers",
        "11 700 посетителей",
        "13,600本",
        "13,900คน",
    ] {
        assert!(cleaned.contains(stays), "{stays}");
    }
    assert_eq!(scratch.files().len(), 4);
    scratch
        .redite(&["restore", "out", "removed.jsonl", "-o", "restored"])
        .ends(0);
    for name in ["articles.jsonl", "letter.txt", "reprints.jsonl.gz"] {
        assert!(
            scratch.get(&format!("restored/{name}")) == fs::read(sample.join(name)).unwrap(),
            "{name}"
        );
    }
}
