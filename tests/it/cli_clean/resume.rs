//! Input by input, with an index that knows which are completed.

use super::index::{files, units};
use super::*;

const CLEAN: [&str; 12] = [
    "clean",
    "in",
    "-o",
    "out",
    "--removed",
    "removed",
    "--stats",
    "stats",
    "--index",
    "seen",
    "--update",
    "--resume",
];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&CLEAN[..], more].concat()
}

/// All outputs, with their bytes; of what is told of the run only the names.
fn outputs(scratch: &Scratch) -> Vec<(String, Vec<u8>)> {
    let all = scratch.files().into_iter();
    let outputs = all.filter(|name| {
        ["out/", "removed/", "stats/"]
            .iter()
            .any(|folder| name.starts_with(folder))
    });
    outputs
        .map(|name| {
            let bytes = if name.starts_with("stats/") {
                Vec::new()
            } else {
                scratch.get(&name)
            };
            (name, bytes)
        })
        .collect()
}

/// Each input is a run that one run over all would have contained, and is restored by itself.
#[test]
fn inputs_are_completed_one_by_one() {
    let scratch = Scratch::new();
    let names = files(&scratch, 3);
    scratch.put("in/deeper/notes.bin", "\0\0\0");
    scratch.put("in/empty.jsonl", "");
    scratch
        .redite(&["clean", "in", "-q", "-o", "whole", "--removed", "whole.removed"])
        .ends(3);
    let told = scratch.redite(&with(&[])).ends(3).err;
    assert!(told.contains("in/0.jsonl: 60 articles in 1 file: "), "{told}");
    let mut all = Vec::new();
    for name in &names {
        let name = name.strip_prefix("in/").unwrap();
        assert_eq!(
            scratch.get(&format!("out/{name}")),
            scratch.get(&format!("whole/{name}"))
        );
        let removed = format!("removed/{name}.removed.jsonl");
        all.extend(units(&scratch.get(&removed)));
        let back = format!("back/{name}");
        scratch
            .redite(&["restore", &format!("out/{name}"), &removed, "-q", "-o", &back])
            .ends(0);
        assert_eq!(scratch.get(&back), scratch.get(&format!("in/{name}")));
        let stats: Value = serde_json::from_slice(&scratch.get(&format!("stats/{name}.stats.json"))).unwrap();
        assert_eq!(stats["articles"], json!(60));
    }
    assert_eq!(all, units(&scratch.get("whole.removed")));
    assert_eq!(scratch.get("out/deeper/notes.bin"), scratch.get("in/deeper/notes.bin"));
    // nothing is done twice
    let before = outputs(&scratch);
    let told = scratch.redite(&with(&[])).ends(0).err;
    assert!(told.contains("5 files cleaned before: skipped"), "{told}");
    assert_eq!(outputs(&scratch), before);
    // what is new is cleaned, though the index has forgotten all that was old
    scratch.redite(&["index", "expire", "seen", "--keep-runs", "0"]).ends(0);
    scratch.put("in/9.jsonl", scratch.get("in/0.jsonl"));
    let told = scratch.redite(&with(&[])).ends(0).err;
    assert!(
        told.contains("5 files cleaned before: skipped") && told.contains("in/9.jsonl: 60 articles"),
        "{told}"
    );
    assert_eq!(outputs(&scratch).len(), before.len() + 3);
    // what has changed is no longer what was cleaned
    scratch.put("in/1.jsonl", "{\"text\": \"Another.\"}\n");
    let told = scratch.redite(&with(&[])).ends(2).err;
    assert!(told.contains("in/1.jsonl: has changed since it was cleaned"), "{told}");
}

/// What stops at an input leaves those before it completed, and goes on with it.
#[test]
fn what_has_stopped_goes_on() {
    let undisturbed = Scratch::new();
    files(&undisturbed, 3);
    undisturbed.redite(&with(&["-q"])).ends(0);
    let scratch = Scratch::new();
    let names = files(&scratch, 3);
    let whole = scratch.get(&names[1]);
    scratch.put(&names[1], [&whole[..], b"no article\n"].concat());
    let told = scratch.redite(&with(&["--strict", "-q"])).ends(2).err;
    assert!(
        told.contains("in/1.jsonl: not cleaned; the same command goes on with it (2 files left)"),
        "{told}"
    );
    assert_eq!(outputs(&scratch).len(), 3);
    let told = scratch.redite(&with(&["--max-removed", "1%"])).ends(2).err;
    assert!(told.contains("1 file cleaned before: skipped"), "{told}");
    scratch.put(&names[1], whole);
    scratch.redite(&with(&["-q"])).ends(0);
    assert_eq!(outputs(&scratch), outputs(&undisturbed));
    scratch.redite(&["index", "verify", "seen"]).ends(0);
}

#[test]
fn what_cannot_go_on_is_refused() {
    let scratch = Scratch::new();
    files(&scratch, 2);
    scratch.put("file", "");
    for (wrong, why) in [
        (
            &["clean", "in", "-o", "-", "--index", "seen", "--update", "--resume"][..],
            "name files or folders",
        ),
        (
            &["clean", "-", "-o", "out", "--index", "seen", "--update", "--resume"],
            "name files or folders",
        ),
        (
            &[
                "clean",
                "in",
                "-o",
                "out",
                "--removed",
                "file",
                "--index",
                "seen",
                "--update",
                "--resume",
            ],
            "--removed file: with --resume this is a folder",
        ),
        (&["clean", "in", "-o", "out", "--index", "seen", "--resume"], "--update"),
        (&["clean", "in", "--index", "seen", "--update", "--resume"], "--output"),
    ] {
        let told = scratch.redite(wrong).ends(2).err;
        assert!(told.contains(why), "{told}");
    }
}
