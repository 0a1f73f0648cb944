//! Runs that go on from an index.

use super::*;

/// Articles of the sample, some of them changed or joined, as lines of `count` files.
pub(super) fn files(scratch: &Scratch, count: usize) -> Vec<String> {
    let mut random = support::random(23);
    let sample = support::sample();
    let mut names = Vec::new();
    for file in 0..count {
        let mut lines = String::new();
        for n in 0..60 {
            let (id, title, text) = &sample[random(sample.len())];
            let mut text = text.clone();
            if random(3) == 0 {
                text = format!("{text}\n\n{}", sample[random(sample.len())].2);
            }
            if random(3) == 0 {
                text = text.replace('.', " .").replace(',', "");
            }
            let article = json!({"id": format!("{id} {file} {n}"), "title": title, "text": text});
            lines.push_str(&format!("{article}\n"));
        }
        let name = format!("in/{file}.jsonl");
        scratch.put(&name, lines);
        names.push(name);
    }
    names
}

/// The lines on removed units.
pub(super) fn units(removed: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(removed).unwrap();
    let units = text.lines().filter(|line| line.starts_with("{\"article\""));
    units.map(str::to_owned).collect()
}

/// What is written for the files of several runs that go on from one another is what one run writes, and each is restored.
#[test]
fn runs_write_what_one_run_writes() {
    let scratch = Scratch::new();
    let names = files(&scratch, 4);
    for (n, settings) in [
        &[][..],
        &["--level", "boilerplate", "--text-field", "title,text"],
        &[
            "--unit",
            "sentence",
            "--similarity",
            "containment:1,2",
            "--threshold",
            "0.8",
        ],
    ]
    .iter()
    .enumerate()
    {
        let (whole, index) = (format!("whole{n}"), format!("index{n}"));
        let removed = format!("{whole}.removed");
        let one = ["clean", "in", "-q", "-o", &whole, "--removed", &removed];
        scratch.redite(&[&one[..], settings].concat()).ends(0);
        let mut told = Vec::new();
        for (run, name) in names.iter().enumerate() {
            let out = format!("part{n}/{run}.jsonl");
            let removed = format!("{out}.removed");
            let clean = [
                "clean",
                name,
                "-q",
                "-o",
                &out,
                "--removed",
                &removed,
                "--index",
                &index,
                "--update",
            ];
            let more: &[&str] = [&["--threads", "1"][..], &["--memory", "150M"]][run % 2];
            scratch.redite(&[&clean[..], settings, more].concat()).ends(0);
            assert_eq!(
                scratch.get(&out),
                scratch.get(&format!("{whole}/{run}.jsonl")),
                "{name} {settings:?}"
            );
            told.extend(units(&scratch.get(&removed)));
            let restored = format!("{out}.restored");
            scratch.redite(&["restore", &out, &removed, "-o", &restored]).ends(0);
            assert_eq!(scratch.get(&restored), scratch.get(name));
        }
        assert_eq!(told, units(&scratch.get(&removed)), "{settings:?}");
        assert!(told.len() > 50, "{} {settings:?}", told.len());
        assert!(
            told.iter()
                .any(|unit| unit.contains("\"kept\":{\"article\":\"") && unit.contains("in/0.jsonl:"))
        );
        scratch.redite(&["index", "verify", &index]).ends(0);
    }
}

/// Adding alone makes the same index as cleaning does, and what is only asked changes nothing.
#[test]
fn what_is_added_and_what_is_asked() {
    let scratch = Scratch::new();
    let names = files(&scratch, 3);
    scratch.redite(&["index", "create", "a"]).ends(0);
    let told = scratch.redite(&["index", "add", "a", &names[0], &names[1]]).ends(0);
    assert!(
        told.err.contains("added 120 articles to a; it now has 120"),
        "{}",
        told.err
    );
    for name in &names[..2] {
        scratch
            .redite(&["clean", name, "-q", "--index", "b", "--update"])
            .ends(0);
    }
    let ask = |index: &str| {
        let run = scratch.redite(&["clean", &names[2], "-q", "--index", index]).ends(0);
        let again = scratch.redite(&["clean", &names[2], "-q", "--index", index]).ends(0);
        assert_eq!(run.out, again.out);
        run.out
    };
    assert_eq!(ask("a"), ask("b"));
    assert_ne!(ask("a"), scratch.redite(&["clean", &names[2], "-q"]).ends(0).out);
    // find shows the same repeats, with the same texts of the index
    scratch
        .redite(&[
            "clean",
            &names[2],
            "-q",
            "--index",
            "b",
            "-o",
            "out",
            "--removed",
            "out.removed",
        ])
        .ends(0);
    let found = scratch
        .redite(&["find", &names[2], "-q", "--index", "b", "--format", "jsonl"])
        .ends(0);
    assert_eq!(
        String::from_utf8(found.out).unwrap(),
        units(&scratch.get("out.removed")).join("\n") + "\n"
    );
    let shown = scratch.redite(&["find", &names[2], "--index", "a"]).ends(0);
    assert!(String::from_utf8(shown.out).unwrap().contains("in/0.jsonl:"));
    let stats = scratch.redite(&["index", "stats", "b", "--json"]).ends(0);
    let stats: Value = serde_json::from_slice(&stats.out).unwrap();
    assert_eq!(
        (&stats["articles"], &stats["runs"][1]["articles"]),
        (&json!(120), &json!(60))
    );
    let text = String::from_utf8(scratch.redite(&["index", "stats", "b"]).ends(0).out).unwrap();
    assert!(text.contains("in all: 120 articles in 2 runs"), "{text}");
}

/// Runs expire by their dates and by their number; what is left is as if they had never been.
#[test]
fn old_runs_expire() {
    let scratch = Scratch::new();
    let names = files(&scratch, 4);
    for (n, name) in names.iter().enumerate() {
        // each of its articles of another day
        let text = scratch.get_text(name);
        let dated = text.lines().enumerate().map(|(day, line)| {
            let mut article: Value = serde_json::from_str(line).unwrap();
            article["date"] = json!(format!("2026-{:02}-{:02}", 3 + n, 1 + day % 28));
            format!("{article}\n")
        });
        scratch.put(name, dated.collect::<String>());
    }
    let add = |index: &str, name: &str, more: &[&str]| {
        scratch
            .redite(&[&["clean", name, "-q", "--index", index, "--update"], more].concat())
            .ends(0);
    };
    let with_dates = &["--date-field", "date"][..];
    for name in &names[..3] {
        add("a", name, with_dates);
    }
    let stats = |index: &str| -> Value {
        serde_json::from_slice(&scratch.redite(&["index", "stats", index, "--json"]).ends(0).out).unwrap()
    };
    let before = stats("a");
    assert_eq!(
        (&before["runs"][1]["first"], &before["runs"][1]["last"]),
        (&json!("2026-04-01T00:00:00Z"), &json!("2026-04-28T00:00:00Z"))
    );
    let expire = |before: &str| {
        scratch
            .redite(&["index", "expire", "a", "--before", before])
            .ends(0)
            .err
    };
    let none = expire("2026-03-01");
    assert!(none.contains("0 runs forgotten; 180 articles in 3 runs left"), "{none}");
    assert_eq!(stats("a"), before);
    // of a run that holds older and newer ones, the older articles
    let dates = || -> Vec<(u64, String)> {
        let listed = scratch.redite(&["index", "list", "a"]).ends(0).out;
        let listed = String::from_utf8(listed).unwrap();
        let articles = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        articles
            .map(|article| {
                (
                    article["run"].as_u64().unwrap(),
                    article["date"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    };
    let whole = dates();
    let some = expire("2026-03-15");
    let newer: Vec<_> = whole
        .iter()
        .filter(|(_, date)| &**date >= "2026-03-15")
        .cloned()
        .collect();
    assert_eq!(dates(), newer);
    let older = whole.len() - newer.len();
    assert!(
        older > 9 && some.contains(&format!("0 runs and {older} articles of others forgotten")),
        "{some}"
    );
    assert_eq!(stats("a")["runs"][0]["first"], json!("2026-03-15T00:00:00Z"));
    let some = expire("2026-04-01");
    assert!(some.contains("1 run forgotten; 120 articles in 2 runs left"), "{some}");
    // one run of both
    let told = scratch.redite(&["index", "compact", "a"]).ends(0).err;
    assert!(told.contains("2 runs made one: "), "{told}");
    assert_eq!(
        (&stats("a")["articles"], dates().len()),
        (&json!(120), newer.iter().filter(|one| one.0 > 1).count())
    );
    scratch.redite(&["index", "verify", "a"]).ends(0);
    // an index of what those runs had kept beside the first: what repeats the first is not known any more
    let ask = |index: &str| {
        scratch
            .redite(&["clean", &names[0], "-q", "--index", index])
            .ends(0)
            .out
    };
    let asked = ask("a");
    add("a", &names[0], with_dates);
    assert_eq!(stats("a")["articles"], json!(180));
    // what is removed names the right articles, though they are numbered anew
    let show = ["find", &names[3], "-q", "--index", "a", "--format", "jsonl"];
    for line in String::from_utf8(scratch.redite(&show).ends(0).out).unwrap().lines() {
        let unit: Value = serde_json::from_str(line).unwrap();
        let source = unit["kept"]["source"].as_str().unwrap();
        let (name, at) = source.rsplit_once(':').unwrap();
        let record = scratch
            .get_text(name)
            .lines()
            .nth(at.parse::<usize>().unwrap() - 1)
            .unwrap()
            .to_owned();
        let record: Value = serde_json::from_str(&record).unwrap();
        let bytes = [0, 1].map(|i| usize::try_from(unit["kept"]["bytes"][i].as_u64().unwrap()).unwrap());
        assert_eq!(
            unit["kept"]["text"],
            record["text"].as_str().unwrap()[bytes[0]..bytes[1]]
        );
        assert_eq!(unit["kept"]["article"], record["id"]);
    }
    let some = scratch.redite(&["index", "expire", "a", "--keep-runs", "1"]).ends(0);
    assert!(some.err.contains("1 run forgotten"), "{}", some.err);
    scratch.redite(&["index", "expire", "a", "--keep-runs", "0"]).ends(0);
    assert_eq!(
        scratch.files().iter().filter(|name| name.starts_with("a/")).count(),
        2,
        "{:?}",
        scratch.files()
    );
    // all is as in the beginning
    add("a", &names[0], &[]);
    add("b", &names[0], &[]);
    assert_eq!(ask("a"), ask("b"));
    assert_ne!(ask("a"), asked);
    let told = scratch
        .redite(&["index", "expire", "a", "--before", "2030-01-01"])
        .ends(0);
    assert!(told.err.contains("1 run without dates"), "{}", told.err);
    for wrong in [
        &["index", "expire", "a"][..],
        &["index", "expire", "a", "--before", "soon"],
    ] {
        scratch.redite(wrong).ends(2);
    }
}

/// A day without articles leaves the index as it was: above all it is not the first run, which fixes the order of shingles.
#[test]
fn an_empty_input_adds_nothing() {
    let scratch = Scratch::new();
    scratch.put("empty.jsonl", "");
    scratch
        .redite(&["clean", "empty.jsonl", "-q", "--index", "a", "--update"])
        .ends(0);
    let stats = || String::from_utf8(scratch.redite(&["index", "stats", "a"]).ends(0).out).unwrap();
    assert!(
        stats().ends_with("in all: 0 articles in 0 runs, 0 bytes\n"),
        "{}",
        stats()
    );
    scratch.put("one.jsonl", format!("{}\n", json!({"text": LEAD})));
    scratch
        .redite(&["index", "add", "a", "one.jsonl"])
        .ends(0)
        .says(&["added 1 article to a; it now has 1"]);
    scratch.redite(&["index", "add", "a", "empty.jsonl", "-q"]).ends(0);
    assert!(stats().contains("in all: 1 article in 1 run,"), "{}", stats());
}

/// The index may stand in the folder that is cleaned.
#[test]
fn an_index_is_no_input() {
    let scratch = Scratch::new();
    files(&scratch, 2);
    for day in ["one", "two"] {
        scratch
            .redite(&["clean", "in", "-o", day, "--index", "in/index", "--update"])
            .ends(0);
    }
    assert!(scratch.has("two/1.jsonl") && !scratch.has("two/index"));
    // all of it has been seen
    let left = String::from_utf8(scratch.get("two/1.jsonl")).unwrap();
    assert!(left.len() * 3 < scratch.get("in/1.jsonl").len(), "{left}");
}

#[test]
fn what_an_index_cannot_do_is_said() {
    let scratch = Scratch::new();
    let names = files(&scratch, 1);
    let clean = |more: &[&str]| scratch.redite(&[&["clean", &names[0], "-q", "-o", "out.jsonl"], more].concat());
    clean(&["--index", "a", "--update"]).ends(0);
    let before = scratch.get("a/MANIFEST");
    let index = &["--index", "a"][..];
    for (more, says) in [
        (
            &["--level", "exact"][..],
            "was made with level=editor, and this run asks for level=exact",
        ),
        (&["--keep-copies", "2"], "could change with the next one"),
        (&["--where", "bytes>9"], "could change with the next one"),
        (&["--preset", "corpus"], "could change with the next one"),
        (&["--group-by", "id"], "asks for scope=group"),
    ] {
        let run = clean(&[index, more].concat()).ends(2);
        assert!(run.err.contains(says), "{}", run.err);
    }
    let run = clean(&["--index", "b"]).ends(2);
    assert!(run.err.contains("b: there is no such index"), "{}", run.err);
    let run = clean(&["--index", "in"]).ends(2);
    assert!(run.err.contains("in: is not an index"), "{}", run.err);
    let run = clean(&["--index", "c", "--update", "--keep", "longest"]).ends(2);
    assert!(run.err.contains("an index needs keep first"), "{}", run.err);
    assert!(clean(&["--update"]).ends(2).err.contains("--index"));
    assert!(
        scratch
            .redite(&["index", "create", "a"])
            .ends(2)
            .err
            .contains("is an index already")
    );
    assert_eq!(scratch.get("a/MANIFEST"), before);
    assert!(!scratch.has("c"));
    scratch.put("a/run-000002", "no");
    let run = clean(index).ends(2);
    assert!(run.err.contains("run-000002: cannot read it"), "{}", run.err);
}

/// A corrected story is not held against what it said before, and what follows is held against the corrected one.
#[test]
fn stories_replace_themselves() {
    let scratch = Scratch::new();
    let story = |id: u32, text: &str| format!("{}\n", json!({"id": id, "text": text}));
    let first = "The storm tore the roof off the old school. Nobody was hurt by it.";
    let second = "The storm tore the roof off the old mill. Nobody was hurt by it.";
    scratch.put(
        "1.jsonl",
        story(1, first) + &story(2, "The river rose by two feet in the night, and the bridge was closed."),
    );
    scratch.put("2.jsonl", story(1, second));
    scratch.put("3.jsonl", story(3, first));
    let clean = |name: &str, more: &[&str]| {
        let clean = [&["clean", name, "-q", "--index", "seen", "--update"], more].concat();
        String::from_utf8(scratch.redite(&clean).ends(0).out).unwrap()
    };
    clean("1.jsonl", &["--replace"]);
    // without the option its second sentence is a repeat
    let asked = scratch
        .redite(&["clean", "2.jsonl", "-q", "--index", "seen"])
        .ends(0)
        .out;
    assert!(!String::from_utf8(asked).unwrap().contains("Nobody"));
    assert_eq!(clean("2.jsonl", &["--replace"]), story(1, second));
    // the roof of the school is no longer known
    assert_eq!(
        clean("3.jsonl", &[]),
        story(3, "The storm tore the roof off the old school.")
    );
    let listed = String::from_utf8(scratch.redite(&["index", "list", "seen"]).ends(0).out).unwrap();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    scratch.redite(&["index", "verify", "seen"]).ends(0);
    scratch.redite(&["index", "compact", "seen"]).ends(0);
    scratch.put("4.jsonl", story(4, first));
    assert_eq!(clean("4.jsonl", &[]), story(4, ""));
    scratch
        .redite(&["clean", "1.jsonl", "--index", "seen", "--replace"])
        .ends(2);
}

/// Why a text would go, told of an index whose input is gone.
#[test]
fn repeats_of_an_index_are_explained() {
    let scratch = Scratch::new();
    let text = "The storm tore the roof off the old school. Nobody was hurt by it.";
    scratch.put("1.jsonl", format!("{}\n", json!({"id": 1, "text": text})));
    scratch.redite(&["index", "create", "seen"]).ends(0);
    scratch.redite(&["index", "add", "seen", "1.jsonl", "-q"]).ends(0);
    std::fs::remove_file(scratch.path("1.jsonl")).unwrap();
    scratch.put(
        "story.txt",
        "Who slept in the town? The storm tore the roof off the old school!",
    );
    let explain = |more: &[&str]| {
        let out = scratch
            .redite(&[&["explain", "--index", "seen"], more].concat())
            .ends(0)
            .out;
        String::from_utf8(out).unwrap()
    };
    let told = explain(&["@story.txt"]);
    assert!(
        told.contains("1.jsonl:1#0-43") && told.contains("story.txt#23-66"),
        "{told}"
    );
    let told: Value = serde_json::from_str(&explain(&["@story.txt", "--format", "json"])).unwrap();
    assert_eq!(
        (told.as_array().unwrap().len(), &told[0]["similarity"]["value"]),
        (1, &json!(1.0))
    );
    assert_eq!(
        explain(&["The river rose by two feet in the night."]),
        "Nothing of A repeats what the index holds.\n"
    );
    // twice in one text
    let told = explain(&["The river rose by two feet in the night.\n\nThe river rose by two feet in the night."]);
    assert!(
        told.contains("as typed#0-40") && told.contains("as typed#42-82"),
        "{told}"
    );
    for wrong in [
        &["explain", "--index", "seen", "a text", "another"][..],
        &["explain", "--index", "seen", "a text", "--level", "exact"],
        &["explain", "a text"],
    ] {
        scratch.redite(wrong).ends(2);
    }
}
