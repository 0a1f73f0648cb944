use super::*;

const ARGS: [&str; 8] = ["clean", "in", "-o", "out", "--removed", "r.jsonl", "--stats", "s.json"];

/// A file that is read, beside those that are not.
fn room_with_articles() -> Scratch {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    scratch
}

/// Everything in `in` is in `out`, byte for byte, but for `a.jsonl`, which was cleaned.
#[track_caller]
fn all_is_copied(scratch: &Scratch) {
    for name in scratch.files().iter().filter_map(|name| name.strip_prefix("in/")) {
        if name == "a.jsonl" {
            assert_eq!(
                scratch.get_text("out/a.jsonl"),
                format!("{}{}", line(1, LEAD), line(2, ""))
            );
        } else {
            assert!(
                scratch.get(&format!("in/{name}")) == scratch.get(&format!("out/{name}")),
                "{name}"
            );
        }
    }
}

#[test]
fn files_of_no_known_format_are_copied_named_and_counted() {
    let scratch = room_with_articles();
    let plain = support::parquet(&[(1, Some(LEAD))]);
    let files: [(&str, &[u8], &str); 14] = [
        ("b.parquet", b"not a table", "not the Parquet that its name says"),
        ("empty.parquet", b"", "empty, and so not the Parquet"),
        ("cut.parquet", &plain[..plain.len() - 20], "Parquet"),
        ("secret.parquet", b"PARE\0\0\0\0PARE", "encrypted Parquet"),
        ("c.pdf", b"%PDF-1.4", "a PDF file; extract its text first"),
        ("d/page.html", b"<html><p>", "HTML or XML"),
        ("d/table.csv", b"id,text\n1,one\n", "--icsv"),
        ("d/table.tsv", b"id\ttext\n1\tone\n", "--itsv"),
        ("d/pages.warc", b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "WARC"),
        (
            "list.json",
            b"[\n{\"text\": \"one\"},\n{\"text\": \"two\"}\n]\n",
            "jq -c '.[]'",
        ),
        (
            "list.jsonl",
            b"[{\"text\": \"one\"}, {\"text\": \"two\"}]\n",
            "jq -c '.[]'",
        ),
        (
            "pretty.jsonl",
            b"{\n  \"text\": \"one\"\n}\n{\n  \"text\": \"two\"\n}\n",
            "jq -c . FILE",
        ),
        ("wide.jsonl", b"\xff\xfe{\0\"\0t\0", "iconv -f UTF-16 -t UTF-8"),
        ("noext", b"\0\x01\x02", "its name ends in none of"),
    ];
    for (name, bytes, _) in &files {
        scratch.put(&format!("in/{name}"), bytes);
    }
    let run = scratch.redite(&ARGS).ends(3);
    for (name, _, reason) in &files {
        let mut said = run.err.lines().filter(|line| line.contains(&format!("in/{name}:")));
        let first = said.next().unwrap_or_else(|| panic!("{name}: {}", run.err));
        assert!(
            first.contains(reason) && first.ends_with("passed through unchanged"),
            "{first}"
        );
        assert_eq!(said.next(), None, "one message for {name}");
    }
    run.says(&["14 files were not read"]);
    all_is_copied(&scratch);
    let stats = scratch.json("s.json");
    assert_eq!(stats["failed_files"], 14);
    let listed = strings(stats["not_compared"].as_array().unwrap(), "file");
    assert!(
        files.iter().all(|(name, ..)| listed.contains(&format!("in/{name}"))),
        "{listed:?}"
    );
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    for name in scratch.files().iter().filter_map(|name| name.strip_prefix("in/")) {
        assert!(
            scratch.get(&format!("in/{name}")) == scratch.get(&format!("back/{name}")),
            "{name}"
        );
    }

    for strict in [
        &["clean", "in", "-o", "o2", "--strict"][..],
        &["find", "in", "--strict"],
    ] {
        scratch.redite(strict).ends(2).says(&["--strict"]);
        assert!(!scratch.has("o2"));
    }
    for look in [
        &["find", "in"][..],
        &["debug", "units", "in"],
        &["debug", "candidates", "in"],
    ] {
        scratch
            .redite(look)
            .ends(3)
            .says(&["in/noext:", "in/list.json:", "left out"]);
    }
}

#[test]
fn evaluate_names_what_it_cannot_read() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", support::text("sample/articles.jsonl"));
    scratch.put("in/page.html", "<html>");
    scratch
        .redite(&["evaluate", "in"])
        .ends(3)
        .says(&["in/page.html: HTML or XML"]);
    scratch
        .redite(&["evaluate", "in", "-q", "--strict"])
        .ends(2)
        .says(&["in/page.html: HTML or XML"]);
}

#[test]
fn hidden_files_are_copied_named_and_counted() {
    let scratch = room_with_articles();
    scratch.put("in/.hidden.jsonl", line(7, LEAD));
    scratch.put("in/.git/objects/ab", b"\0\x01");
    scratch.put("in/.git/x.txt", LEAD);
    let run = scratch.redite(&ARGS).ends(3);
    run.says(&[
        "in/.hidden.jsonl: hidden",
        "in/.git/x.txt: hidden",
        "3 files were not read",
    ]);
    all_is_copied(&scratch);
    assert_eq!(scratch.json("s.json")["articles"], 2);
    // but what is given by name is meant
    scratch.redite(&["clean", "in/.hidden.jsonl", "-o", "o.jsonl"]).ends(0);
}

#[test]
fn leftovers_of_a_killed_run_are_no_inputs() {
    let scratch = room_with_articles();
    scratch.put("in/.a.jsonl.redite-partial", "half");
    scratch.put("in/.redite-partial-17/0", "half");
    let run = scratch.redite(&ARGS).ends(0);
    run.says(&[
        "in/.a.jsonl.redite-partial: skipped: unfinished output",
        "2 files were skipped",
    ]);
    assert!(!scratch.has("out/.a.jsonl.redite-partial"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_at_all_is_named_and_the_exit_code_is_3() {
    let scratch = room_with_articles();
    std::os::unix::fs::symlink("nowhere", scratch.path("in/dead.jsonl")).unwrap();
    let made = Command::new("mkfifo").arg(scratch.path("in/pipe.jsonl")).status();
    assert!(made.unwrap().success());
    let run = scratch.redite(&ARGS).ends(3);
    run.says(&[
        "in/dead.jsonl: cannot be read, and is not copied: No such file",
        "in/pipe.jsonl: cannot be read, and is not copied: a pipe, socket or device",
        "2 files could not be read at all",
    ]);
    assert_eq!(scratch.json("s.json")["unreadable_files"], 2);
    scratch.redite(&["clean", "in", "-o", "o2", "--strict"]).ends(2).says(&[
        "in/dead.jsonl: cannot be read",
        "nothing was written, because of --strict",
    ]);
    assert!(!scratch.has("o2"));
    scratch.redite(&["find", "in"]).ends(3);
}

#[test]
fn a_single_input_of_no_known_format_is_refused() {
    let scratch = room_with_articles();
    scratch.put("c.pdf", "%PDF-1.4");
    scratch
        .redite(&["clean", "c.pdf", "-o", "x"])
        .ends(2)
        .says(&["c.pdf: a PDF file; extract its text first"]);
    assert!(!scratch.has("x"));
    // beside others it is copied
    scratch
        .redite(&["clean", "c.pdf", "in/a.jsonl", "-o", "out"])
        .ends(3)
        .says(&["c.pdf: a PDF file"]);
    assert_eq!(scratch.get("out/c.pdf"), scratch.get("c.pdf"));
    // nor is there anything to clean in a folder of such files
    scratch.put("pdfs/a.pdf", "%PDF-1.4");
    scratch.put("pdfs/b.pdf", "%PDF-1.4");
    scratch
        .redite(&["clean", "pdfs", "-o", "x"])
        .ends(2)
        .says(&["pdfs/a.pdf: ", "pdfs/b.pdf: ", "nothing to read"]);
    assert!(!scratch.has("x"));
}

#[test]
fn a_mistyped_text_field_is_one_message_and_exit_code_3() {
    let scratch = Scratch::new();
    let lines: String = (0..500).map(|n| line(n, LEAD)).collect();
    scratch.put("in.jsonl", &lines);
    let run = scratch
        .redite(&[
            "clean",
            "in.jsonl",
            "-o",
            "out.jsonl",
            "--text-field",
            "txt",
            "--stats",
            "s.json",
        ])
        .ends(3);
    let said: Vec<&str> = run.err.lines().filter(|line| line.starts_with("redite: ")).collect();
    assert_eq!(said.len(), 1, "{}", run.err);
    for part in [
        "in.jsonl: none of its 500 records can be used",
        "no field `txt` (fields here: id, text)",
        "--text-field",
    ] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    assert_eq!(scratch.get_text("out.jsonl"), lines);
    assert_eq!(scratch.json("s.json")["unused_files"], 1);
    scratch
        .redite(&["clean", "in.jsonl", "-o", "o2", "--text-field", "txt", "--strict"])
        .ends(2);
    scratch.redite(&["find", "in.jsonl", "--text-field", "txt"]).ends(3);
    scratch
        .redite(&["debug", "units", "in.jsonl", "--text-field", "txt"])
        .ends(3);

    // one file of several, and all records broken in different ways
    scratch.put("in/a.jsonl", line(1, LEAD));
    scratch.put("in/b.jsonl", "{\"body\":\"one\"}\n".repeat(20) + "[]\n{\n");
    scratch.put("in/c.parquet", support::parquet(&[(1, None), (2, None)]));
    let run = scratch.redite(&["clean", "in", "-o", "out"]).ends(3);
    run.says(&[
        "in/b.jsonl: none of its 22 records can be used, 20 records of them for one reason",
        "(fields here: body)",
        "in/c.parquet: none of its 2 records can be used",
        "2 files have no record that can be used",
    ]);
}

#[test]
fn parquet_without_the_column_is_one_message() {
    let scratch = Scratch::new();
    let rows: Vec<(i64, Option<&str>)> = (0..50).map(|n| (n, Some(LEAD))).collect();
    scratch.put("in.parquet", support::parquet(&rows));
    for (field, reason) in [
        ("txt", "no field `txt` (fields here: id, text)"),
        ("id", "the column `id` holds INT64"),
    ] {
        let run = scratch
            .redite(&["clean", "in.parquet", "-o", "out.parquet", "--text-field", field])
            .ends(3);
        let said: Vec<&str> = run.err.lines().filter(|line| line.starts_with("redite: ")).collect();
        assert_eq!(said.len(), 1, "{}", run.err);
        assert!(
            said[0].contains("none of its 50 records") && said[0].contains(reason),
            "{}",
            said[0]
        );
        assert_eq!(scratch.get("out.parquet"), scratch.get("in.parquet"));
    }
}

#[test]
fn fields_that_are_in_no_record_are_refused() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", format!("{}{}", line(1, LEAD), line(2, OTHER)));
    scratch.put("in.parquet", support::parquet(&[(1, Some(LEAD))]));
    for input in ["in.jsonl", "in.parquet"] {
        for option in ["--id-field", "--lang-field", "--keep"] {
            scratch
                .redite(&["clean", input, "-o", "out", option, "nosuch"])
                .ends(2)
                .says(&[
                    &format!("{option} nosuch: no record has"),
                    "(fields: id, text)",
                    "nothing was written",
                ]);
            scratch.redite(&["find", input, option, "nosuch"]).ends(2);
            assert!(!scratch.has("out"));
        }
    }
    // in some records only: counted, and for --keep told
    scratch.put(
        "some.jsonl",
        format!("{{\"date\":1,\"key\":\"a\",\"text\":\"{LEAD}\"}}\n{}", line(2, OTHER)),
    );
    scratch
        .redite(&[
            "clean",
            "some.jsonl",
            "-o",
            "out",
            "--keep",
            "date",
            "--id-field",
            "key",
            "--stats",
            "s.json",
        ])
        .ends(0)
        .says(&["1 record has no value in the field of --keep"]);
    let stats = scratch.json("s.json");
    assert_eq!((&stats["missing_ids"], &stats["missing_ranks"]), (&json!(1), &json!(1)));
    // texts have names for ids, and no fields
    scratch.put("t.txt", LEAD);
    scratch
        .redite(&["clean", "t.txt", "-o", "o", "--id-field", "key"])
        .ends(0);
    scratch.redite(&["clean", "t.txt", "-o", "o", "--keep", "date"]).ends(2);
}

#[test]
fn zeros_and_garbage_after_compressed_data_do_not_hide_it() {
    let lines = format!("{}{}", line(1, LEAD), line(2, DRESSED));
    for (codec, extension) in &CODECS[1..] {
        for (behind, code) in [(vec![0; 1000], 0), (b"garbage".to_vec(), 3)] {
            let scratch = Scratch::new();
            let name = format!("a.jsonl{extension}");
            let packed = [pack(*codec, lines.as_bytes()), behind.clone()].concat();
            scratch.put(&name, &packed);
            let run = scratch
                .redite(&["clean", &name, "-o", "out", "--removed", "r.jsonl"])
                .ends(code);
            assert_eq!(
                run.err.contains("7 bytes after the end of the"),
                code == 3,
                "{}",
                run.err
            );
            // what stands behind the data stays there
            let cleaned = scratch.get("out");
            assert!(cleaned.ends_with(&behind));
            let data = cleaned[..cleaned.len() - behind.len()].to_vec();
            assert_eq!(
                unpack(*codec, &data),
                format!("{}{}", line(1, LEAD), line(2, "")).as_bytes()
            );
            scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]);
            let back = scratch.get("back");
            assert!(back.ends_with(&behind));
            assert_eq!(unpack(*codec, &back[..back.len() - behind.len()]), lines.as_bytes());
            if code == 3 {
                scratch.redite(&["clean", &name, "-o", "o2", "--strict"]).ends(2);
                assert!(!scratch.has("o2"));
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn devices_without_an_end_are_refused() {
    let scratch = Scratch::new();
    for command in ["clean", "find"] {
        for args in [&["/dev/zero"][..], &["/dev/full"], &["/dev/urandom", "-q"]] {
            let all: Vec<&str> = [command].into_iter().chain(args.iter().copied()).collect();
            scratch
                .redite(&all)
                .ends(2)
                .says(&[args[0], "a device that may never end"]);
        }
        let zero = fs::File::open("/dev/zero").unwrap();
        let run = scratch.command(&[command, "-"]).stdin(zero).output().unwrap();
        let err = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{err}");
        assert!(
            err.contains("standard input") && err.contains("a device that may never end"),
            "{err}"
        );
    }
    // a pipe that never ends, of no known format
    let mut zeros = Command::new("cat")
        .arg("/dev/zero")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let run = scratch
        .command(&["clean", "-"])
        .stdin(zeros.stdout.take().unwrap())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    zeros.wait().unwrap();
    scratch.redite(&["clean", "/dev/null", "-o", "out"]).ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_a_pipe_names_the_folder_for_temporary_files() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("temp")).unwrap();
    // files may have 100 kB at most
    let script = format!(
        "ulimit -f 100; trap '' XFSZ; exec {} clean - -o out --temp-dir temp",
        env!("CARGO_BIN_EXE_redite")
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(scratch.path("."));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || drop(pipe.write_all(line(1, LEAD).repeat(20_000).as_bytes())));
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains("temp: cannot keep a copy of standard input") && err.contains("--temp-dir"),
        "{err}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_missing_folder_for_temporary_files_is_named_for_parquet() {
    let scratch = Scratch::new();
    scratch.put("in.parquet", support::parquet(&[(1, Some(LEAD)), (2, Some(DRESSED))]));
    let mut command = scratch.command(&["clean", "in.parquet", "-o", "out.parquet"]);
    let output = command.env("TMPDIR", scratch.path("gone")).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains("gone: cannot keep a column of in.parquet in a temporary file"),
        "{err}"
    );
    assert!(!scratch.has("out.parquet"));
}

#[test]
fn decompression_bombs_are_not_read() {
    let scratch = room_with_articles();
    let bomb = pack(CODECS[2].0, line(1, LEAD).repeat(400_000).as_bytes());
    scratch.put("in/bomb.jsonl.zst", &bomb);
    assert!(bomb.len() < 1_000_000);
    let run = scratch
        .redite(&["clean", "in", "-o", "out", "--max-unpacked", "20M"])
        .ends(3);
    run.says(&["in/bomb.jsonl.zst: its", "decompression bomb", "--max-unpacked"]);
    assert!(scratch.get("out/bomb.jsonl.zst") == bomb);
    let clean = ["clean", "in", "-o", "out2", "-q", "--removed", "removed.jsonl"];
    scratch.redite(&clean).ends(0);
    // what was removed from a bomb is not put back either, unless it is allowed
    let restore = ["restore", "out2", "removed.jsonl", "-o", "back"];
    let run = scratch.redite(&[&restore[..], &["--max-unpacked", "1k"]].concat());
    run.ends(2).says(&["--max-unpacked"]);
    scratch.redite(&restore).ends(0);
    scratch.put("old.jsonl", scratch.removed_text("removed.jsonl"));
    let old = ["restore", "out2", "old.jsonl", "-o", "older", "--max-unpacked", "1k"];
    scratch.redite(&old).ends(2).says(&["--max-unpacked"]);
    // one line
    scratch.put("line.jsonl.gz", pack(CODECS[1].0, &vec![b' '; 30_000_000]));
    scratch
        .redite(&["clean", "line.jsonl.gz", "-o", "o", "--max-unpacked", "20M"])
        .ends(3)
        .says(&["decompression bomb"]);
}

#[cfg(unix)]
#[test]
fn one_file_by_two_names_is_read_once_and_copied_once() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, OTHER)));
    fs::hard_link(scratch.path("in/a.jsonl"), scratch.path("in/b.jsonl")).unwrap();
    symlink("a.jsonl", scratch.path("in/c.jsonl")).unwrap();
    let run = scratch.redite(&ARGS).ends(3);
    run.says(&[
        "in/b.jsonl: the same file as in/a.jsonl by another name",
        "in/c.jsonl: the same file as in/a.jsonl by another name",
        "2 articles in 3 files",
    ]);
    for name in ["out/a.jsonl", "out/b.jsonl", "out/c.jsonl"] {
        assert_eq!(scratch.get(name), scratch.get("in/a.jsonl"));
    }
    // a name that says no format does not keep another from being read
    scratch.put("blobs/0", line(1, LEAD));
    symlink("../blobs/0", scratch.path("blobs/x.jsonl")).unwrap();
    scratch
        .redite(&["clean", "blobs", "-o", "o2"])
        .ends(3)
        .says(&["1 article in 2 files"]);
    // nor does a hidden one, whatever comes first
    scratch.put("h/.data/a.jsonl", line(1, LEAD));
    symlink(".data", scratch.path("h/data")).unwrap();
    scratch
        .redite(&["clean", "h", "-o", "o3"])
        .says(&["1 article in 1 file"])
        .ends(0);
}

#[test]
fn removed_files_of_earlier_runs_are_no_articles() {
    let scratch = room_with_articles();
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "in/earlier.jsonl"])
        .ends(0);
    scratch.put("in/next.jsonl", "{\"redite\":\"removed\",\"version\":1}\n");
    scratch.put("in/next.txt", scratch.get("in/next.jsonl"));
    scratch.put("in/next.jsonl.gz", pack(CODECS[1].0, &scratch.get("in/next.jsonl")));
    assert!(scratch.get_text("in/earlier.jsonl").contains("\"unit\""));
    let run = scratch.redite(&ARGS).ends(3);
    run.says(&[
        "in/earlier.jsonl: the units that an earlier run removed",
        "in/next.jsonl: the units that an earlier run removed",
        "in/next.jsonl.gz: the units that an earlier run removed",
        "in/next.txt: the units that an earlier run removed",
    ]);
    all_is_copied(&scratch);
    assert_eq!(scratch.json("s.json")["articles"], 2);
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_are_no_text_stay_apart_and_are_printable() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("in")).unwrap();
    for name in [
        &b"a\xff.jsonl"[..],
        b"a\xfe.jsonl",
        b"b\x1b[31m.jsonl",
        b"b\\x1b[31m.jsonl",
    ] {
        fs::write(scratch.path("in").join(OsStr::from_bytes(name)), line(1, LEAD)).unwrap();
    }
    fs::write(scratch.path("in").join(OsStr::from_bytes(b"c\x1b[31m\n.html")), "<p>").unwrap();
    let run = scratch.redite(&ARGS).ends(3);
    assert!(!run.err.contains('\x1b'), "{}", run.err);
    run.says(&["in/c\\x1b[31m\\x0a.html: HTML"]);
    let removed = scratch.removed("r.jsonl");
    assert_eq!(
        strings(&removed, "source"),
        ["in/a\\xff.jsonl:1", "in/b\\x1b[31m.jsonl:1", "in/b\\x5cx1b[31m.jsonl:1"]
    );
    assert_eq!(removed[0]["kept"]["source"], "in/a\\xfe.jsonl:1");
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    let mut names = 0;
    for entry in fs::read_dir(scratch.path("in")).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &str| fs::read(scratch.path(folder).join(&name)).unwrap();
        assert_eq!(read("in"), read("back"), "{name:?}");
        names += 1;
    }
    assert_eq!(names, 5);
}

#[test]
fn names_of_fields_do_not_command_the_terminal() {
    let scratch = Scratch::new();
    let esc = "\\u001b[31m";
    scratch.put(
        "in.jsonl",
        format!("{{\"{esc}\":1,\"{esc}\":2}}\n{{\"body{esc}\":\"x\"}}\n"),
    );
    let run = scratch.redite(&["clean", "in.jsonl", "-o", "out", "--text-field", "\x1b[31m"]);
    assert!(!run.err.contains('\x1b'), "{}", run.err);
    run.says(&["\\x1b[31m"]).ends(3);
}

#[test]
fn ids_of_a_file_that_fails_are_not_counted() {
    let scratch = Scratch::new();
    let lines: String = (0..30_000).map(|n| line(n % 10, &format!("{OTHER} {n}"))).collect();
    let packed = pack(CODECS[1].0, lines.as_bytes());
    scratch.put("in/a.jsonl", line(1, LEAD));
    scratch.put("in/cut.jsonl.gz", &packed[..packed.len() - 20]);
    scratch.put("in/z.jsonl", line(2, OTHER) + "{}\n");
    scratch.redite(&ARGS).ends(3);
    let stats = scratch.json("s.json");
    assert_eq!(
        (
            &stats["duplicate_ids"],
            &stats["missing_ids"],
            &stats["articles"],
            &stats["faulty_records"]
        ),
        (&json!(0), &json!(0), &json!(2), &json!(1))
    );
}

#[test]
fn drop_empty_is_refused_for_parquet() {
    let scratch = room_with_articles();
    scratch.put("in/b.parquet", support::parquet(&[(1, Some(LEAD))]));
    scratch
        .redite(&["clean", "in", "-o", "out", "--drop-empty"])
        .ends(2)
        .says(&["--drop-empty: in/b.parquet is Parquet"]);
    assert!(!scratch.has("out"));
    scratch.redite(&["clean", "in", "-o", "out"]).ends(0);
}

#[test]
fn broken_json_is_told_in_plain_words() {
    let scratch = Scratch::new();
    let bad = [
        ("{\"text\":\"one", "the line ends inside a string"),
        ("{\"text\":\"one\"", "the line ends inside an object"),
        ("{\"a\":[1", "the line ends inside a list"),
        ("{\"text\":", "the line ends where a value should be"),
        ("{\"text\" 1}", "a colon is missing after a key"),
        ("{\"text\":\"one\" \"b\":1}", "a comma or closing brace is missing"),
        (
            "{\"text\":\"one\"} {}",
            "there is more text after the end of the object",
        ),
        ("{\"text\":\"one\",}", "there is a comma after the last entry"),
        ("{text:1}", "a key is not a string in double quotes"),
        (
            "{\"text\":\"a\tb\"}",
            "a string contains an unescaped control character",
        ),
        (
            "{\"text\":\"\\q\"}",
            "a backslash is followed by a character that it cannot escape",
        ),
        ("{\"text\":nope}", "a word other than true, false or null"),
    ];
    let lines: String = bad.iter().map(|(line, _)| format!("{line}\n")).collect();
    for (number, (_, says)) in (2..).zip(&bad) {
        let one = lines.lines().nth(number - 2).unwrap();
        scratch.put("in.jsonl", format!("{}{one}\n", line(1, LEAD)));
        scratch
            .redite(&["clean", "in.jsonl", "-o", "out"])
            .ends(0)
            .says(&[&format!("broken JSON: {says}")]);
    }
}
