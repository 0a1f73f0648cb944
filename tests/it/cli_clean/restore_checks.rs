use super::*;

/// A folder with three files, cleaned into `out` with `r.jsonl`: one with an equal and a near repeat, one packed text, and
/// one from which nothing goes.
fn cleaned() -> Scratch {
    let scratch = Scratch::new();
    scratch.put(
        "in/a.jsonl",
        format!(
            "{}{}{}{}",
            line(1, LEAD),
            line(2, &format!("{OTHER} {DRESSED}")),
            line(3, OTHER),
            line(4, THIRD)
        ),
    );
    scratch.put(
        "in/deep/b.txt.gz",
        pack(CODECS[1].0, format!("{THIRD}\n\n{LEAD}\n").as_bytes()),
    );
    scratch.put(
        "in/c.jsonl",
        line(1, "Une phrase que personne d'autre n'a écrite jusqu'à ce jour."),
    );
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl", "-q"])
        .ends(0);
    assert!(scratch.removed("r.jsonl").len() >= 4);
    scratch
}

/// Restoring `out` with `r.jsonl` must fail, say `parts`, and leave nothing.
#[track_caller]
fn refused(scratch: &Scratch, parts: &[&str]) {
    let before = scratch.files();
    scratch
        .redite(&["restore", "out", "r.jsonl", "-o", "back"])
        .ends(2)
        .says(parts);
    assert_eq!(scratch.files(), before);
    assert!(!scratch.has("back"));
}

#[track_caller]
fn restores(scratch: &Scratch, args: &[&str], files: &[(&str, &str)]) {
    scratch.redite(&[&["restore"], args].concat()).ends(0);
    for (back, original) in files {
        assert!(scratch.get(back) == scratch.get(original), "{back}");
    }
}

#[test]
fn restore_refuses_a_removed_file_that_lacks_lines() {
    let scratch = cleaned();
    let whole = scratch.get_text("r.jsonl");
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for missing in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(missing);
        scratch.put("r.jsonl", fewer.concat());
        refused(&scratch, &["r.jsonl"]);
    }
    for cut in [whole.len() - 1, whole.len() - 2, whole.len() / 2, 1] {
        if whole.is_char_boundary(cut) && cut != whole.len() - 1 {
            scratch.put("r.jsonl", &whole[..cut]);
            refused(&scratch, &["r.jsonl"]);
        }
    }
    scratch.put("r.jsonl", "");
    refused(&scratch, &["r.jsonl: the file is empty"]);
    scratch.put("r.jsonl", &whole);
    restores(
        &scratch,
        &["out", "r.jsonl", "-o", "back"],
        &[("back/a.jsonl", "in/a.jsonl")],
    );
}

#[test]
fn restore_refuses_removed_text_edited_to_the_same_length() {
    let scratch = cleaned();
    let whole = scratch.get_text("r.jsonl");
    let edited = whole.replacen("hier soir, un budget de 1.500", "hier soir, un budget de 1.800", 1);
    assert_ne!(edited, whole);
    scratch.put("r.jsonl", edited);
    refused(&scratch, &["out/a.jsonl", "the removed text in r.jsonl was changed"]);
    // to standard output as well, before a byte is written
    let run = scratch.redite(&["restore", "out/a.jsonl", "r.jsonl"]).ends(2);
    assert_eq!(run.out, b"");
}

#[test]
fn restore_refuses_a_cleaned_file_that_was_changed() {
    let scratch = cleaned();
    let good = scratch.get_text("out/a.jsonl");
    let original = scratch.get_text("in/a.jsonl");
    for (changed, why) in [
        (good.replace("\"id\":4", "\"id\":5"), "changed since"),
        (good.replace("jardiniers", "jardinière"), "it holds"),
        (good.replace('\n', "\r\n"), "converted"),
        (good.lines().take(3).map(|l| format!("{l}\n")).collect(), "cut off"),
        (format!("{good}{}", line(5, "")), "it holds"),
        (String::new(), "it holds 0 bytes"),
        (original, "it is the original, or was restored already"),
    ] {
        scratch.put("out/a.jsonl", changed);
        refused(&scratch, &["out/a.jsonl does not match r.jsonl", why]);
    }
    scratch.put("out/a.jsonl", &good);
    // one file is restored, then the whole is to be restored again
    restores(
        &scratch,
        &["out/a.jsonl", "r.jsonl", "-o", "a.jsonl"],
        &[("a.jsonl", "in/a.jsonl")],
    );
    fs::rename(scratch.path("a.jsonl"), scratch.path("out/a.jsonl")).unwrap();
    refused(&scratch, &["out/a.jsonl", "was restored already"]);
}

#[test]
fn restore_refuses_parquet_changed_in_another_column() {
    let scratch = Scratch::new();
    scratch.put("a.parquet", support::parquet(&[(1, Some(LEAD)), (2, Some(DRESSED))]));
    scratch
        .redite(&["clean", "a.parquet", "-o", "c.parquet", "--removed", "r.jsonl"])
        .ends(0);
    scratch
        .redite(&["restore", "c.parquet", "r.jsonl", "-o", "b.parquet"])
        .ends(0);
    let other = support::parquet(&[(1, Some(LEAD)), (3, Some(""))]);
    scratch.put("other.parquet", other);
    scratch
        .redite(&["restore", "other.parquet", "r.jsonl", "-o", "x.parquet"])
        .ends(2)
        .says(&["other.parquet does not match r.jsonl"]);
    let lines = scratch.get_text("r.jsonl").replace("1.500", "1.800");
    scratch.put("r.jsonl", lines);
    scratch
        .redite(&["restore", "c.parquet", "r.jsonl", "-o", "x.parquet"])
        .ends(2)
        .says(&["the removed text in r.jsonl was changed"]);
    assert!(!scratch.has("x.parquet"));
}

#[test]
fn restore_never_overwrites_its_removed_file() {
    let scratch = cleaned();
    let whole = scratch.get("r.jsonl");
    for args in [
        &["out/a.jsonl", "r.jsonl", "-o", "r.jsonl"][..],
        &["out/a.jsonl", "r.jsonl", "-o", "./out/../r.jsonl"],
    ] {
        scratch
            .redite(&[&["restore"], args].concat())
            .ends(2)
            .says(&["is the file of removed units: choose another output"]);
        assert_eq!(scratch.get("r.jsonl"), whole);
    }
}

#[test]
fn restore_works_for_a_single_file_of_a_folder() {
    let scratch = cleaned();
    restores(
        &scratch,
        &["out/a.jsonl", "r.jsonl", "-o", "a.jsonl"],
        &[("a.jsonl", "in/a.jsonl")],
    );
    restores(
        &scratch,
        &["out/c.jsonl", "r.jsonl", "-o", "c.jsonl"],
        &[("c.jsonl", "in/c.jsonl")],
    );
    scratch
        .redite(&["restore", "out/deep/b.txt.gz", "r.jsonl", "-o", "b.txt"])
        .ends(0);
    assert_eq!(scratch.get_text("b.txt"), format!("{THIRD}\n\n{LEAD}\n"));
    // under another name, from standard input, unpacked, and a folder inside the folder
    fs::copy(scratch.path("out/a.jsonl"), scratch.path("x")).unwrap();
    restores(&scratch, &["x", "r.jsonl", "-o", "y"], &[("y", "in/a.jsonl")]);
    let run = scratch
        .redite_with(&["restore", "-", "r.jsonl"], &scratch.get("x"))
        .ends(0);
    assert_eq!(run.out, scratch.get("in/a.jsonl"));
    scratch.put("plain", unpack(CODECS[1].0, &scratch.get("out/deep/b.txt.gz")));
    scratch.redite(&["restore", "plain", "r.jsonl", "-o", "b2.txt"]).ends(0);
    assert_eq!(scratch.get("b2.txt"), scratch.get("b.txt"));
    scratch
        .redite(&["restore", "out/deep", "r.jsonl", "-o", "deep"])
        .ends(0);
    assert_eq!(
        unpack(CODECS[1].0, &scratch.get("deep/b.txt.gz")),
        unpack(CODECS[1].0, &scratch.get("in/deep/b.txt.gz"))
    );
    // a file of another run
    scratch.put("z.jsonl", line(1, "Une autre phrase."));
    scratch
        .redite(&["restore", "z.jsonl", "r.jsonl", "-o", "z"])
        .ends(2)
        .says(&["z.jsonl does not match any file of r.jsonl"]);
}

#[test]
fn restore_names_cleaned_files_that_are_missing_or_not_of_the_run() {
    let scratch = cleaned();
    scratch.put("out/new.jsonl", line(1, LEAD));
    scratch
        .redite(&["restore", "out", "r.jsonl", "-o", "back"])
        .ends(0)
        .says(&["out/new.jsonl", "left out"]);
    assert_eq!(scratch.get("back/a.jsonl"), scratch.get("in/a.jsonl"));
    assert!(!scratch.has("back/new.jsonl"));
    fs::remove_dir_all(scratch.path("back")).unwrap();
    fs::remove_file(scratch.path("out/c.jsonl")).unwrap();
    refused(&scratch, &["c.jsonl is missing in out"]);
}

#[test]
fn the_removed_file_knows_the_text_fields() {
    let scratch = Scratch::new();
    let record = |a: &str, b: &str| format!("{}\n", json!({"head": a, "body": b}));
    scratch.put("in.jsonl", format!("{}{}", record(LEAD, OTHER), record(THIRD, DRESSED)));
    let fields = ["--text-field", "head,body"];
    scratch
        .redite(
            &[
                &["clean", "in.jsonl", "-o", "c.jsonl", "--removed", "r.jsonl"],
                &fields[..],
            ]
            .concat(),
        )
        .ends(0);
    restores(
        &scratch,
        &["c.jsonl", "r.jsonl", "-o", "b.jsonl"],
        &[("b.jsonl", "in.jsonl")],
    );
    scratch
        .redite(&["restore", "c.jsonl", "r.jsonl", "-o", "x", "--text-field", "head"])
        .ends(2)
        .says(&["the texts were read from head,body"]);
}

#[test]
fn a_removed_file_that_names_a_path_outside_is_refused() {
    let scratch = cleaned();
    let whole = scratch.get_text("r.jsonl");
    for path in ["../a.jsonl", "/tmp/a.jsonl", "deep/../../a.jsonl", ""] {
        scratch.put(
            "r.jsonl",
            whole.replace("\"output\":\"a.jsonl\"", &format!("\"output\":\"{path}\"")),
        );
        refused(&scratch, &["is not inside a folder"]);
    }
}

#[test]
fn removed_files_may_be_packed() {
    for (codec, extension) in CODECS {
        let scratch = Scratch::new();
        scratch.put("in.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
        let name = format!("r.jsonl{extension}");
        scratch
            .redite(&["clean", "in.jsonl", "-o", "c.jsonl", "--removed", &name, "-q"])
            .ends(0);
        let text = String::from_utf8(unpack(codec, &scratch.get(&name))).unwrap();
        assert!(text.starts_with("{\"redite\":\"removed\"") && text.ends_with("}}\n"));
        restores(
            &scratch,
            &["c.jsonl", &name, "-o", "b.jsonl"],
            &[("b.jsonl", "in.jsonl")],
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_whose_names_are_equal_after_lossy_utf8_are_restored() {
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    let name = |byte: u8| std::ffi::OsStr::from_bytes(&[b'a', byte, b'.', b'j', b's', b'o', b'n', b'l']).to_owned();
    fs::create_dir(scratch.path("in")).unwrap();
    for (byte, text) in [(0xfe, OTHER), (0xff, THIRD)] {
        fs::write(
            scratch.path("in").join(name(byte)),
            line(1, LEAD) + &line(2, text) + &line(3, text),
        )
        .unwrap();
    }
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    assert_eq!(scratch.removed("r.jsonl").len(), 3);
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    for byte in [0xfe, 0xff] {
        let file = |folder: &str| fs::read(scratch.path(folder).join(name(byte))).unwrap();
        assert!(file("back") == file("in") && file("out") != file("in"));
    }
}

#[test]
fn a_zero_width_space_that_comes_to_stand_first_is_no_byte_order_mark() {
    let scratch = Scratch::new();
    scratch.put("in/a.txt", format!("{LEAD}\n"));
    // the first paragraph goes, and what is left begins with U+FEFF
    scratch.put("in/b.txt", format!("{LEAD}\n\n\u{feff}{OTHER}\n\n{LEAD}\n"));
    // and one that does begin with a mark
    scratch.put("in/c.txt", format!("\u{feff}{LEAD}\n\n{THIRD}\n"));
    // the first line goes, and the second, which is broken by its mark, comes first
    scratch.put("in/d.jsonl", format!("{}\u{feff}{}", line(1, LEAD), line(2, LEAD)));
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl", "--drop-empty"])
        .ends(0);
    for name in ["b.txt", "d.jsonl"] {
        assert!(
            scratch.get_text(&format!("out/{name}")).starts_with('\u{feff}'),
            "{name}"
        );
    }
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    for name in ["a.txt", "b.txt", "c.txt", "d.jsonl"] {
        assert_eq!(
            scratch.get_text(&format!("back/{name}")),
            scratch.get_text(&format!("in/{name}"))
        );
    }
}
