use super::*;
use parquet::file::reader::{FileReader, SerializedFileReader};

/// JSONL that is hard to give back byte for byte.
fn odd_jsonl() -> String {
    let escaped: String = LEAD.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    [
        "\u{feff}".to_owned(),
        format!("{{\"id\":1,\"text\":\"{LEAD}\"}}\r\n"),
        "\r\n".to_owned(),
        format!("{{\"id\":1 , \"text\" : \"{escaped}\"}}\n"),
        format!("  {{\"n\":1.0e+5,\"te\\u0078t\":\"{DRESSED}\\n\\n\\u000a{OTHER}\\/ \\\"\\\\\",\"z\":[{{\"text\":\"{LEAD}\"}}]}}\t\r\n"),
        "{\"text\":\"broken\n".to_owned(),
        format!("{{\"text\":\"{OTHER}\\r\\n\\r\\n{THIRD} {THIRD}\\u2028😀 \\ud83d\\ude00\"}}\n"),
        format!("{{\"text\":\"{OTHER}\"}}\n"),
        format!("{{\"text\":\"{OTHER}\"}}\n"),
        "{\"text\":\"\"}\n".to_owned(),
        format!("{{\"text\":\"{THIRD}\"}}"),
    ]
    .concat()
}

/// Marks `inputs`, removes all that is marked, and compares every byte with what cleaning has written.
#[track_caller]
fn mark_and_apply(scratch: &Scratch, inputs: &[&str], more: &[&str]) {
    let (drop, of_mark): (Vec<&str>, Vec<&str>) = more.iter().partition(|more| **more == "--drop-empty");
    let args = [&["mark"], inputs, &["-o", "marks.jsonl", "-q"], &of_mark[..]].concat();
    scratch.redite(&args).ends(0);
    let args = [
        &["apply", "marks.jsonl"],
        inputs,
        &["-o", "applied/", "--removed", "applied.jsonl", "-q"],
        &drop[..],
    ];
    scratch.redite(&args.concat()).ends(0);
    assert!(
        scratch.get("applied.jsonl") == scratch.get("removed.jsonl"),
        "removed files differ with {more:?}"
    );
    assert!(
        scratch.tree("applied") == scratch.tree("out"),
        "outputs differ with {more:?}"
    );
}

/// Cleans `inputs` into a folder, restores it, and compares the unpacked files.
#[track_caller]
fn there_and_back(scratch: &Scratch, inputs: &[&str], files: &[&str], more: &[&str]) {
    let mut args = vec!["clean"];
    args.extend(inputs);
    args.extend(["-o", "out/", "--removed", "removed.jsonl", "-q"]);
    args.extend(more);
    scratch.redite(&args).ends(0);
    assert!(!scratch.get("removed.jsonl").is_empty());
    mark_and_apply(scratch, inputs, more);
    let mut args = vec!["restore", "out", "removed.jsonl", "-o", "back"];
    if let Some(at) = more.iter().position(|m| *m == "--text-field") {
        args.extend(&more[at..at + 2]);
    }
    scratch.redite(&args).ends(0);
    for file in files {
        let name = file.rsplit_once("in/").map_or(*file, |(_, name)| name);
        let (was, is) = (scratch.get(file), scratch.get(&format!("back/{name}")));
        let codec = CODECS.iter().rev().find(|(_, e)| file.ends_with(e)).unwrap().0;
        assert!(unpack(codec, &was) == unpack(codec, &is), "{file} with {more:?}");
    }
}

#[test]
fn jsonl_with_everything_odd() {
    for more in [
        &[][..],
        &["--drop-empty"],
        &["--keep", "last"],
        &["--keep", "last", "--drop-empty"],
    ] {
        for unit in ["both", "paragraph", "sentence"] {
            let scratch = Scratch::new();
            scratch.put("in/a.jsonl", odd_jsonl());
            let more = [more, &["--unit", unit]].concat();
            there_and_back(&scratch, &["in/a.jsonl"], &["in/a.jsonl"], &more);
        }
    }
}

#[test]
fn every_packing_in_one_folder() {
    let scratch = Scratch::new();
    let mut files = Vec::new();
    for (codec, extension) in CODECS {
        for (name, content) in [
            ("a.jsonl", odd_jsonl()),
            ("b.txt", format!("\u{feff}{LEAD}\r\n\r\n{OTHER} {DRESSED}\r\n")),
        ] {
            // in two members, where the packing knows them
            let half = content.len() / 2; // bytes are packed, not characters
            let bytes = [
                pack(codec, &content.as_bytes()[..half]),
                pack(codec, &content.as_bytes()[half..]),
            ]
            .concat();
            let file = format!("in/deep/er/{name}{extension}");
            scratch.put(&file, bytes);
            files.push(file);
        }
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    there_and_back(&scratch, &["in"], &files, &[]);
    for (codec, extension) in CODECS {
        let cleaned = scratch.get(&format!("out/deep/er/b.txt{extension}"));
        let text = String::from_utf8(unpack(codec, &cleaned)).unwrap();
        assert!(!text.contains(LEAD), "same packing, and something went: {text}");
    }
}

#[test]
fn the_sample() {
    for more in [
        &[][..],
        &["--drop-empty"],
        &["--text-field", "title,text"],
        &["--keep", "longest"],
    ] {
        let scratch = Scratch::new();
        for name in ["articles.jsonl", "letter.txt", "reprints.jsonl.gz"] {
            scratch.put(
                &format!("in/{name}"),
                fs::read(support::data(&format!("sample/{name}"))).unwrap(),
            );
        }
        there_and_back(
            &scratch,
            &["in"],
            &["in/articles.jsonl", "in/letter.txt", "in/reprints.jsonl.gz"],
            more,
        );
    }
}

#[test]
fn several_text_fields_and_nested_ones() {
    let scratch = Scratch::new();
    let records = [
        json!({"title": LEAD, "doc": {"lead": OTHER, "body": format!("{DRESSED} {THIRD} {OTHER}")}}),
        json!({"doc": {"body": format!("{THIRD}\n\n{OTHER}"), "lead": LEAD}, "title": THIRD}),
        json!({"doc": {"body": DRESSED}}),
        json!({"title": OTHER}),
    ];
    scratch.put(
        "in/a.jsonl",
        records.iter().map(|r| format!("{r}\n")).collect::<String>(),
    );
    for more in [&[][..], &["--drop-empty"], &["--keep", "last"]] {
        let more = [&["--text-field", "title,doc.lead,doc.body"], more].concat();
        there_and_back(&scratch, &["in/a.jsonl"], &["in/a.jsonl"], &more);
    }
    // a field that is not named again is missed, not lost
    scratch
        .redite(&[
            "restore",
            "out",
            "removed.jsonl",
            "-o",
            "other",
            "--text-field",
            "title",
        ])
        .ends(2)
        .says(&["--text-field"]);
    assert!(!scratch.has("other/a.jsonl"));
}

#[test]
fn parquet() {
    let scratch = Scratch::new();
    let long = format!("{LEAD} {OTHER}\n\n{THIRD}");
    let rows = [
        (1, Some(LEAD)),
        (2, None),
        (3, Some(DRESSED)),
        (4, Some(&*long)),
        (4, Some(OTHER)),
        (5, Some("")),
    ];
    let bytes = support::parquet(&rows);
    scratch.put("in/a.parquet", &bytes);
    scratch.put("in/b.jsonl", line(1, LEAD));
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "removed.jsonl"])
        .ends(0);
    let removed = scratch.removed("removed.jsonl");
    assert_eq!(
        strings(&removed, "source"),
        ["in/a.parquet:3", "in/a.parquet:4", "in/a.parquet:5", "in/b.jsonl:1"]
    );
    scratch
        .redite(&["restore", "out", "removed.jsonl", "-o", "back"])
        .ends(0);
    let rows = |name: &str| -> Vec<String> {
        let reader = SerializedFileReader::new(fs::File::open(scratch.path(name)).unwrap()).unwrap();
        reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect()
    };
    assert_eq!(rows("back/a.parquet"), rows("in/a.parquet"));
    assert_ne!(rows("out/a.parquet"), rows("in/a.parquet"));
    assert_eq!(scratch.get("back/b.jsonl"), scratch.get("in/b.jsonl"));
}

#[test]
fn names_with_colons_and_roundabout_paths() {
    let scratch = Scratch::new();
    scratch.put("in/a:3.txt", format!("{LEAD}\n\n{DRESSED}"));
    scratch.put("in/b:2.jsonl", format!("{}{}", line(1, OTHER), line(2, OTHER)));
    let files = ["in/a:3.txt", "in/b:2.jsonl"];
    there_and_back(&scratch, &["in"], &files, &[]);
    there_and_back(&scratch, &["./in/../in"], &files, &[]);
}

#[test]
fn a_folder_in_a_folder_of_the_same_name() {
    let scratch = Scratch::new();
    // only the outer one has lost something, then both have
    for inner in [
        line(1, THIRD),
        format!("{}{}{}", line(1, OTHER), line(2, THIRD), line(3, OTHER)),
    ] {
        scratch.put("in/in/x.jsonl", inner);
        scratch.put("in/x.jsonl", format!("{}{}", line(1, LEAD), line(2, LEAD)));
        scratch
            .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
            .ends(0);
        scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
        for name in ["x.jsonl", "in/x.jsonl"] {
            assert_eq!(
                scratch.get_text(&format!("back/{name}")),
                scratch.get_text(&format!("in/{name}"))
            );
        }
    }
}

#[test]
fn standard_input_among_files() {
    let scratch = Scratch::new();
    scratch.put("b.txt", LEAD);
    let piped = format!("{}{}", line(1, OTHER), line(2, DRESSED));
    scratch
        .redite_with(
            &["clean", "b.txt", "-", "-o", "out", "--removed", "r.jsonl"],
            piped.as_bytes(),
        )
        .ends(0);
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    assert_eq!(scratch.get_text("back/stdin.jsonl"), piped);
    assert_eq!(scratch.get_text("back/b.txt"), LEAD);
}

#[test]
fn a_file_whose_name_says_no_format() {
    let text = format!("{LEAD}\n\n{OTHER} {DRESSED}\n");
    let lines = format!("{}{}", line(1, OTHER), line(2, OTHER));
    for (name, content, also) in [
        ("a.txt", &text, "o.txt"),
        ("a.jsonl", &lines, "o.jsonl"),
        ("a.json", &lines, "o.json"),
    ] {
        for out in ["out", also, "out.dat"] {
            let scratch = Scratch::new();
            scratch.put(name, content);
            scratch
                .redite(&["clean", name, "-o", out, "--removed", "r.jsonl"])
                .ends(0);
            scratch.redite(&["restore", out, "r.jsonl", "-o", "back"]).ends(0);
            assert_eq!(&scratch.get_text("back"), content, "{name} {out}");
            scratch
                .redite_with(&["clean", "-", "-o", out, "--removed", "r.jsonl"], content.as_bytes())
                .ends(0);
            scratch.redite(&["restore", out, "r.jsonl", "-o", "back"]).ends(0);
            assert_eq!(&scratch.get_text("back"), content, "- {out}");
        }
    }
    // nothing was removed
    let scratch = Scratch::new();
    scratch.put("a.txt", "<One line.>\n");
    scratch
        .redite(&["clean", "a.txt", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    assert_eq!(scratch.get_text("back"), "<One line.>\n");
    scratch.put("out", b"\x7fELF\0\0\xff");
    scratch
        .redite(&["restore", "out", "r.jsonl", "-o", "elf"])
        .ends(2)
        .says(&["out does not match r.jsonl"]);
    assert!(!scratch.has("elf"));
}

#[test]
fn what_cannot_be_told_is_not_guessed() {
    let scratch = Scratch::new();
    let twice = format!("{}{}", line(1, LEAD), line(2, LEAD));
    scratch.put("in/x.jsonl", &twice);
    scratch.put("in/in/x.jsonl", format!("{}{}", line(1, THIRD), line(2, OTHER)));
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    // a file of version 0.1 has only the units
    scratch.put("old.jsonl", scratch.removed_text("r.jsonl"));
    scratch
        .redite(&["restore", "out", "old.jsonl", "-o", "back"])
        .ends(2)
        .says(&["in/x.jsonl", "cannot be told"]);
    assert!(!scratch.has("back"));
    scratch
        .redite(&["restore", "out/x.jsonl", "old.jsonl", "-o", "back"])
        .ends(0)
        .says(&["written by redite 0.1", "cannot be checked"]);
    assert_eq!(scratch.get_text("back"), twice);
    // the trailers of version 1 tell
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "all"]).ends(0);
    assert_eq!(scratch.get_text("all/x.jsonl"), twice);
}

/// Files of version 0.1 do not say which fields held the text.
#[test]
fn old_files_restore_into_the_named_field() {
    let scratch = Scratch::new();
    let body = |id: u32| format!("{{\"id\":{id},\"body\":\"{LEAD}\"}}\n");
    let twice = body(1) + &body(2);
    scratch.put("in.jsonl", &twice);
    let field = ["--text-field", "body"];
    let clean = ["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "r.jsonl"];
    scratch.redite(&[&clean[..], &field].concat()).ends(0);
    scratch.put("old.jsonl", scratch.removed_text("r.jsonl"));
    let restore = ["restore", "out.jsonl", "old.jsonl", "-o", "back.jsonl"];
    scratch.redite(&restore).ends(2);
    scratch.redite(&[&restore[..], &field].concat()).ends(0);
    assert_eq!(scratch.get_text("back.jsonl"), twice);
}

#[test]
fn a_name_says_how_it_is_packed() {
    let content = format!("{}{}", line(1, LEAD), line(2, LEAD));
    for (name, content) in [("a.jsonl", &content), ("none.jsonl", &line(1, LEAD))] {
        let scratch = Scratch::new();
        for (from, out) in CODECS {
            scratch.put(&format!("{name}{out}"), pack(from, content.as_bytes()));
        }
        for (from, of) in CODECS {
            for (to, as_) in CODECS {
                let (input, out, back) = (format!("{name}{of}"), format!("c.jsonl{as_}"), format!("b.jsonl{of}"));
                scratch
                    .redite(&["clean", &input, "-o", &out, "--removed", "r.jsonl"])
                    .ends(0);
                let cleaned = String::from_utf8(unpack(to, &scratch.get(&out))).unwrap();
                assert_eq!(cleaned.matches(LEAD).count(), 1, "{input} {out}");
                scratch.redite(&["restore", &out, "r.jsonl", "-o", &back]).ends(0);
                assert!(unpack(from, &scratch.get(&back)) == content.as_bytes(), "{out} {back}");
            }
        }
    }
}
