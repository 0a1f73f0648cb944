//! What users mistype, and what hostile input could do to a terminal, a spreadsheet or other files.

use super::*;
use std::time::{Duration, Instant};

#[test]
fn a_language_name_is_refused_with_its_code() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    for (typed, says) in [
        ("french", "did you mean fr?"),
        ("jp", "did you mean ja?"),
        ("klingonish", "a code such as fr, yue or zh-Hant"),
    ] {
        scratch
            .redite(&["clean", "in.jsonl", "--lang", typed])
            .ends(2)
            .says(&[typed, "not a language code", says]);
    }
    for typed in ["fr", "fr-FR", "yue", "und"] {
        scratch.redite(&["clean", "in.jsonl", "--lang", typed]).ends(0);
    }
}

#[test]
fn empty_field_names_are_refused() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    for option in ["--text-field", "--id-field", "--lang-field"] {
        scratch
            .redite(&["clean", "in.jsonl", option, ""])
            .ends(2)
            .says(&[option, "give the name of a field"]);
    }
    scratch.redite(&["clean", "in.jsonl", "--text-field", "text,"]).ends(2);
    scratch
        .redite(&["clean", "in.jsonl", "--text-field", "text,title,text"])
        .ends(2)
        .says(&["text", "named twice"]);
}

#[test]
fn sizes_are_taken_in_every_usual_spelling() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    for size in [
        "512m", "512M", "512MB", "512mb", "512MiB", "512Mi", "1.5G", "1.5GiB", "1GB",
    ] {
        scratch
            .redite(&["clean", "in.jsonl", "-q", "--threads", "1", "--memory", size])
            .ends(0);
    }
    for size in ["", "M", "512X", "512MBB", "-1G", "1e400", "nan", "all"] {
        let memory = format!("--memory={size}");
        scratch
            .redite(&["clean", "in.jsonl", &memory])
            .ends(2)
            .says(&["--memory", "20MB", "512MiB"]);
    }
}

#[test]
fn absurd_numbers_of_threads_are_refused_at_once() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    let started = Instant::now();
    for threads in ["0", "513", "10000", "100000000", "99999999999999999999999", "two"] {
        for command in ["clean", "find", "evaluate"] {
            scratch
                .redite(&[command, "in.jsonl", "--threads", threads])
                .ends(2)
                .says(&["--threads", "from 1 to 512"]);
        }
    }
    let run = scratch.redite(&["clean", "in.jsonl", "--threads", "512"]).ends(0);
    assert_eq!(
        run.out,
        scratch.redite(&["clean", "in.jsonl", "--threads", "1"]).ends(0).out
    );
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}

#[test]
fn stats_hold_all_settings() {
    let scratch = Scratch::new();
    scratch.put(
        "in.jsonl",
        format!(
            "{}\n",
            json!({"key": 1, "title": LEAD, "day": 3, "tongue": "fr", "text": DRESSED})
        ),
    );
    let settings = [
        ("unit", "--unit", "sentence"),
        ("scope", "--scope", "article"),
        ("similarity", "--similarity", "containment:3"),
        ("level", "--level", "exact"),
        ("keep", "--keep", "-day"),
        ("lang", "--lang", "fr"),
        ("paragraph_breaks", "--paragraphs", "line"),
        ("id_field", "--id-field", "key"),
        ("lang_field", "--lang-field", "tongue"),
    ];
    let mut args = vec!["clean", "in.jsonl", "-q", "--stats", "s.json"];
    args.extend(["--threshold", "0.75", "--min-tokens", "3", "--text-field", "title,text"]);
    args.extend(["--drop-empty", "--strict", "--max-removed", "90%", "--threads", "2"]);
    for (_, option, value) in settings {
        args.extend([option, value]);
    }
    scratch.redite(&args).ends(0);
    let stats = scratch.json("s.json");
    for (name, _, value) in settings {
        assert_eq!(stats[name], value, "{name}");
    }
    // (it was written over by the setting once)
    assert_eq!(stats["paragraphs"], 2);
    for (name, value) in [
        ("redite", json!(env!("CARGO_PKG_VERSION"))),
        ("threshold", json!(0.75)),
        ("min_tokens", json!(3)),
        ("words", json!(redite::verdict::tables_digest())),
        ("text_fields", json!(["title", "text"])),
        ("drop_empty", json!(true)),
        ("strict", json!(true)),
        ("max_removed", json!(0.9)),
        ("threads", json!(2)),
        ("memory", Value::Null),
    ] {
        assert_eq!(stats[name], value, "{name}");
    }
    scratch
        .redite(&["clean", "in.jsonl", "-q", "--stats", "s.json"])
        .ends(0);
    let stats = scratch.json("s.json");
    assert_eq!((&stats["lang"], &stats["level"]), (&Value::Null, &json!("editor")));
}

#[test]
fn explain_does_not_judge_a_name_that_is_found_nowhere() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    for name in ["nosuch", "3", "in.jsonl:3", "nosuch.txt", "3#0-9"] {
        for pair in [[name, "2"], ["2", name]] {
            scratch
                .redite(&["explain", "--in", "in.jsonl", pair[0], pair[1]])
                .ends(2)
                .says(&[name, "hold no such article"]);
        }
    }
    for pair in [["1", "2"], ["in.jsonl:1", LEAD], [DRESSED, "1#0-20"]] {
        scratch
            .redite(&["explain", "--in", "in.jsonl", pair[0], pair[1]])
            .ends(0);
    }
    scratch.redite(&["explain", "1#0-20", LEAD]).ends(2).says(&["--in"]);
    // without --in, a word is a text
    scratch.redite(&["explain", "nosuch", LEAD]).ends(0);
}

/// Control characters, but for line breaks.
fn control(bytes: &[u8]) -> Option<char> {
    let text = String::from_utf8_lossy(bytes);
    text.chars().find(|&c| c.is_control() && c != '\n' && c != '\r')
}

#[test]
fn no_text_id_or_name_can_command_a_terminal() {
    const EVIL: &str = "\x1b[2J\x07\u{9b}31m\u{7f}";
    const LONG: &str = "The harbour master counted every boat that came in before the storm, wrote their names on a sheet of \
                        paper and hung it up in the window of the fish market.";
    let scratch = Scratch::new();
    let lead = format!("{EVIL}{LEAD}");
    let near = format!("{EVIL}{}", LEAD.replace("budget", "crédit"));
    let record = |id: &str, text: &str| format!("{}\n", json!({"id": id, EVIL: 1, "lang": EVIL, "text": text}));
    let input = [
        record(&format!("a{EVIL}"), &lead),
        record(&format!("b{EVIL}"), &lead),
        record(&format!("c{EVIL}"), &near),
        record(&format!("d{EVIL}"), &format!("{EVIL}{LONG}")),
        format!("{}\n", json!({"id": EVIL, "lang": 1, EVIL: 2})),
        format!("{{\"{EVIL}\": \n"),
    ];
    // Linux allows every byte but two in a name
    let name = if cfg!(target_os = "linux") {
        format!("in{EVIL}\nx.jsonl")
    } else {
        "in.jsonl".into()
    };
    scratch.put(&name, input.concat());
    scratch.put(&format!("odd/{name}.bin"), [0, 159, 146, 150]);
    scratch.put(&format!("odd/{name}"), input.concat());
    scratch.put(&format!("odd/{name}.gz"), b"\x1f\x8b\x08broken");
    let reference = format!("a{EVIL}#0-9");
    let missing = format!("missing{EVIL}");
    for (args, code) in [
        (&["find", &name][..], 0),
        (&["find", &name, "--color", "never", "--limit", "1"], 0),
        (&["find", &name, "--format", "csv"], 0),
        (&["find", "odd"], 3),
        (&["find", &name, "--text-field", EVIL], 0),
        (&["find", &missing], 2),
        (&["clean", &name, "-o", "out.jsonl", "--removed", "r.jsonl"], 0),
        (&["clean", &name, "--strict"], 2),
        (&["clean", &name, "--dry-run"], 0),
        (&["clean", &name, "-o", &name], 2),
        (&["clean", "odd", "-o", "out", "--removed", "r2.jsonl"], 3),
        (&["clean", &name, "--text-field", EVIL, "-o", "out3.jsonl"], 0),
        (&["clean", &name, "--unit", EVIL], 2),
        (&["clean", &name, "--lang", EVIL], 2),
        (&["clean", &name, "--similarity", EVIL], 2),
        (&["clean", &name, EVIL, EVIL], 2),
        (&["restore", "out.jsonl", &missing], 2),
        (&["restore", &missing, "r.jsonl"], 2),
        (&["restore", "r.jsonl", "r.jsonl", "-o", &missing], 2),
        (&["explain", &lead, &near], 0),
        (&["explain", "--in", &name, &reference, &near], 0),
        (&["explain", "--in", &name, &missing, &near], 2),
        (&["explain", &reference, &near], 2),
        (&["debug", "units", &missing], 2),
        (&["evaluate", &name], 0),
        (&["evaluate", "--score", &missing, &name], 2),
        (&["evaluate", &name, "--write", &name], 2),
        (&[EVIL], 2),
    ] {
        let run = scratch.redite(args);
        let is_data = args[0] == "clean" && code == 0 && !args.contains(&"--dry-run");
        assert_eq!(control(run.err.as_bytes()), None, "{args:?}: {:?}", run.err);
        assert!(
            is_data || control(&run.out).is_none(),
            "{args:?}: {:?}",
            String::from_utf8_lossy(&run.out)
        );
        // which code it is, is a matter of other tests
        assert_eq!(run.code == Some(2), code == 2, "{args:?}: {}", run.err);
        if code == 2 {
            assert!(!run.err.is_empty(), "{args:?}");
        }
    }
}

#[test]
fn quiet_prints_nothing_on_standard_error_but_what_ends_the_run() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", format!("{{\n{}{}", line(1, LEAD), line(1, LEAD)));
    scratch.put("in/b.jsonl.gz", b"\x1f\x8b\x08broken");
    scratch.put("in/c.bin", [0, 1, 2]);
    let sample = support::data("sample");
    let sample = sample.to_str().unwrap();
    for args in [
        &["clean", "in", "-o", "out", "--removed", "r.jsonl"][..],
        &["find", "in"],
        &["find", "in", "--format", "csv"],
        &["find", "in", "--format", "jsonl", "--limit", "1"],
        &["debug", "units", "in"],
        &["debug", "candidates", "in"],
        &["explain", "--in", "in", "1", LEAD],
        &["evaluate", sample, "--write", "set"],
        &["restore", "out/a.jsonl", "r.jsonl", "-o", "back.jsonl"],
    ] {
        let run = scratch.redite(&[args, &["-q"]].concat());
        assert_ne!(run.code, Some(2), "{args:?}: {}", run.err);
        assert_eq!(run.err, "", "{args:?}");
    }
    scratch.redite(&["find", "missing", "-q"]).ends(2).says(&["missing"]);
}

#[test]
fn a_file_that_debug_cannot_read_shows_in_its_exit_code() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", line(1, LEAD));
    scratch.put("in/b.jsonl.gz", b"\x1f\x8b\x08broken");
    for step in ["units", "fold", "shingles", "candidates"] {
        let run = scratch
            .redite(&["debug", step, "in"])
            .ends(3)
            .says(&["b.jsonl.gz", "left out"]);
        assert_eq!(run.out.is_empty(), step == "candidates");
    }
}

#[test]
fn find_ends_with_its_summary_and_limits_every_format() {
    let scratch = Scratch::new();
    let mut input = String::new();
    for n in 0..40 {
        let text = LEAD.replace("1 500", &n.to_string());
        input += &line(n, &text);
        input += &line(100 + n, &text);
    }
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        scratch.put(&format!("in/{name}.jsonl"), &input);
    }
    let run = scratch.redite(&["find", "in"]).ends(0);
    let text = String::from_utf8(run.out).unwrap();
    let screen: Vec<&str> = text.lines().rev().take(23).collect();
    assert!(screen[0].contains("520 repeats: "), "{text}");
    assert!(screen[1].contains("20 of 520 repeats shown"), "{text}");
    for title in ["By file", "By language", "Most repeated"] {
        assert!(screen.contains(&title), "{title}: {screen:#?}");
    }
    for (format, header) in [("jsonl", 0), ("csv", 1)] {
        for (limit, lines) in [(&["--limit", "3"][..], 3), (&["--limit", "0"], 520), (&[], 520)] {
            let run = scratch
                .redite(&[&["find", "in", "--format", format], limit].concat())
                .ends(0);
            assert_eq!(
                String::from_utf8_lossy(&run.out).lines().count(),
                lines + header,
                "{format}"
            );
            assert_eq!(run.err.contains("3 of 520 repeats shown"), lines == 3, "{}", run.err);
        }
    }
    let run = scratch.redite(&["find", "in", "--limit", "2"]).ends(0);
    assert!(String::from_utf8_lossy(&run.out).contains("2 of 520 repeats shown"));
}

#[test]
fn a_spreadsheet_gets_no_formula_from_a_text() {
    let scratch = Scratch::new();
    let formula = format!("=HYPERLINK(\"http://example.org\";1) {LEAD}");
    let input: String = ["-1", "@x"]
        .iter()
        .map(|id| format!("{}\n", json!({"id": id, "text": formula})))
        .collect();
    scratch.put("in.jsonl", input);
    let run = scratch.redite(&["find", "in.jsonl", "--format", "csv"]).ends(0);
    let text = String::from_utf8(run.out).unwrap();
    assert!(text.contains("\r\n'@x,"), "{text}");
    assert!(
        text.contains(",'-1,") && text.contains(",\"'=HYPERLINK(\"\"http"),
        "{text}"
    );
}

#[test]
fn the_manual_replaces_its_own_pages_only() {
    let scratch = Scratch::new();
    scratch.redite(&["man", "--dir", "man1"]).ends(0);
    let page = scratch.get("man1/redite-find.1");
    scratch.put(
        "man1/redite-find.1",
        ".ie \\n(.g .ds Aq\n.TH redite-find 1 \"redite 0.0.1\"\n",
    );
    scratch.redite(&["man", "--dir", "man1"]).ends(0);
    assert_eq!(scratch.get("man1/redite-find.1"), page);
    scratch.put("man1/redite-find.1", "my notes");
    scratch.put("man1/redite.1", ".TH redite 1 old");
    scratch
        .redite(&["man", "--dir", "man1"])
        .ends(2)
        .says(&["redite-find.1", "not a manual page of redite"]);
    assert_eq!(scratch.get("man1/redite-find.1"), b"my notes");
    assert_eq!(scratch.get("man1/redite.1"), b".TH redite 1 old");
    assert!(
        scratch.files().iter().all(|name| !name.contains("partial")),
        "{:?}",
        scratch.files()
    );
}
