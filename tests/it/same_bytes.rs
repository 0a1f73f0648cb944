//! The same bytes out, however the work is shared out and however the input is packed.

use crate::support::{self, CODECS, pack, unpack};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The sample many times over: sentences shuffled, some numbers and words changed, so that there is much to decide.
fn corpus(copies: u32) -> String {
    let mut random = support::random(42);
    let sample = support::sample();
    let mut out = String::new();
    for copy in 0..copies {
        for number in 0..sample.len() {
            let (language, title, text) = &sample[random(sample.len())];
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            for _ in 0..random(4) {
                // two words change places, or one is doubled, or a number changes
                let (a, b) = (random(words.len()), random(words.len()));
                match random(3) {
                    0 => words.swap(a, b),
                    1 => words[a] = format!("{0} {0}", words[a]),
                    _ => words[a] = words[a].replace("500", &random(1000).to_string()),
                }
            }
            let record = serde_json::json!({
                "id": format!("{copy}-{number}"), "lang": language, "title": title, "text": words.join(" "),
            });
            out += &format!("{record}\n");
        }
    }
    out
}

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Cleans; what stays, and what was removed.
    fn clean(&self, input: &str, more: &[&str], stdin: &[u8]) -> (Vec<u8>, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_redite"))
            .current_dir(self.0.path())
            .args(["clean", input, "-o", "out", "--removed", "removed.jsonl", "-q"])
            .args(more)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let removed = fs::read_to_string(self.path("removed.jsonl")).unwrap();
        let out = self.path("out");
        let bytes = if out.is_dir() {
            concat(&out)
        } else {
            fs::read(&out).unwrap()
        };
        if out.is_dir() {
            fs::remove_dir_all(out)
        } else {
            fs::remove_file(out)
        }
        .unwrap();
        (bytes, removed)
    }
}

fn concat(folder: &Path) -> Vec<u8> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| fs::read(path).unwrap()).collect()
}

/// The lines about units: all but header, trailers and end.
fn units(removed: &str) -> String {
    let lines = removed.split_inclusive('\n');
    lines.filter(|line| line.starts_with("{\"article\":")).collect()
}

/// The lines without the places, which name the files.
fn placeless(removed: &str) -> Vec<Value> {
    let line = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        value.as_object_mut().unwrap().remove("source");
        value["kept"].as_object_mut().unwrap().remove("source");
        value
    };
    removed.lines().map(line).collect()
}

#[test]
fn threads_packing_splitting_and_pipes_change_nothing() {
    let scratch = Scratch(tempfile::tempdir().unwrap());
    let corpus = corpus(60);
    fs::write(scratch.path("in.jsonl"), &corpus).unwrap();
    for rule in [
        &[][..],
        &["--keep", "longest", "--text-field", "title,text"],
        &["--unit", "sentence", "--keep", "last"],
    ] {
        let with = |more: &[&str]| -> Vec<String> { rule.iter().chain(more).map(|s| (*s).to_owned()).collect() };
        let run = |input: &str, more: &[&str], stdin: &[u8]| {
            let more = with(more);
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            scratch.clean(input, &more, stdin)
        };
        let (out, removed) = run("in.jsonl", &["--threads", "1"], b"");
        assert!(removed.lines().count() > 2000 && removed.contains("\"near\"") && out.len() > 100_000);
        for threads in ["2", "8"] {
            assert!(
                (out.clone(), removed.clone()) == run("in.jsonl", &["--threads", threads], b""),
                "{threads} threads"
            );
        }

        for (codec, extension) in [CODECS[1], CODECS[2]] {
            let name = format!("in.jsonl{extension}");
            fs::write(scratch.path(&name), pack(codec, corpus.as_bytes())).unwrap();
            let (packed, lines) = run(&name, &[], b"");
            assert!(unpack(codec, &packed) == out);
            assert!(units(&lines).replace(&format!("{name}:"), "in.jsonl:") == units(&removed));
        }

        let (piped, lines) = run("-", &[], corpus.as_bytes());
        assert!(piped == out);
        assert!(units(&lines).replace("\"source\":\"-:", "\"source\":\"in.jsonl:") == units(&removed));

        let folder = scratch.path("split");
        fs::create_dir_all(&folder).unwrap();
        let lines: Vec<&str> = corpus.split_inclusive('\n').collect();
        for (number, share) in (0..).zip(lines.chunks(lines.len() / 7 + 1)) {
            fs::write(folder.join(format!("part-{number}.jsonl")), share.concat()).unwrap();
        }
        let (split, lines) = run("split", &[], b"");
        assert!(split == out);
        assert!(placeless(&units(&lines)) == placeless(&units(&removed)));
    }
}
