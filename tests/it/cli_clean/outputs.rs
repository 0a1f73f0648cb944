use super::*;

fn two() -> String {
    format!("{}{}", line(1, LEAD), line(2, DRESSED))
}

fn cleaned_two() -> String {
    format!("{}{}", line(1, LEAD), line(2, ""))
}

#[test]
fn two_inputs_of_one_name() {
    let room = Room::new();
    room.put("a/x.jsonl", two());
    room.put("b/x.jsonl", two());
    room.redite(&["clean", "a/x.jsonl", "b/x.jsonl", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    assert_eq!(room.get_text("out/a/x.jsonl"), cleaned_two());
    assert_eq!(
        room.get_text("out/b/x.jsonl"),
        format!("{}{}", line(1, ""), line(2, ""))
    );
    room.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    for name in ["a/x.jsonl", "b/x.jsonl"] {
        assert_eq!(room.get_text(&format!("back/{name}")), two());
    }
    room.redite(&["clean", "a/x.jsonl", "a/../a/x.jsonl", "-o", "o2"])
        .ends(2)
        .says(&["one file"]);
    assert!(!room.has("o2"));
}

#[test]
fn output_inside_the_input_folder() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    let args = [
        "clean",
        "in",
        "-o",
        "in/out",
        "--removed",
        "in/removed.jsonl",
        "--stats",
        "in/stats.jsonl",
    ];
    room.redite(&args).ends(0);
    let (out, removed) = (room.get("in/out/a.jsonl"), room.get("in/removed.jsonl"));
    assert_eq!(out, cleaned_two().as_bytes());
    // the second run does not read what the first one wrote
    room.redite(&args)
        .ends(0)
        .says(&["in/out: skipped: the output of this run", "in/removed.jsonl: skipped"]);
    assert_eq!(
        (room.get("in/out/a.jsonl"), room.get("in/removed.jsonl")),
        (out, removed)
    );
    assert!(!room.has("in/out/out"));
}

#[test]
fn no_input_is_ever_overwritten() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    for args in [
        &["clean", "in", "-o", "in"][..],
        &["clean", "in/a.jsonl", "-o", "in"],
        &["clean", "in/a.jsonl", "-o", "in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "in/../in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "o", "--removed", "in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "o", "--stats", "in/a.jsonl"],
    ] {
        room.redite(args).ends(2).says(&["choose another output"]);
        assert_eq!(room.files(), ["in/a.jsonl"], "{args:?}");
        assert_eq!(room.get_text("in/a.jsonl"), two());
    }
    room.redite(&["clean", "in/a.jsonl", "-o", "c.jsonl", "--removed", "r.jsonl"])
        .ends(0);
    room.redite(&["restore", "c.jsonl", "r.jsonl", "-o", "c.jsonl"])
        .ends(2)
        .says(&["choose another output"]);
    assert_eq!(room.get_text("c.jsonl"), cleaned_two());
}

#[test]
fn two_outputs_do_not_share_a_place() {
    let room = Room::new();
    room.put("a.jsonl", two());
    fs::create_dir(room.path("d")).unwrap();
    for args in [
        &["-o", "x", "--removed", "x"][..],
        &["-o", "x", "--stats", "./x"],
        &["-o", "x", "--removed", "d/../y", "--stats", "y"],
        &["-o", "d", "--removed", "d/a.jsonl"],
        &["--removed", "-"],
    ] {
        let all: Vec<&str> = ["clean", "a.jsonl"].into_iter().chain(args.iter().copied()).collect();
        let run = room.redite(&all).ends(2).says(&["two outputs would be written to"]);
        assert_eq!(run.out, b"");
        assert_eq!(room.files(), ["a.jsonl"], "{args:?}");
    }
    let run = room.redite(&["clean", "a.jsonl", "-o", "x", "--removed", "-"]).ends(0);
    assert!(run.out.starts_with(b"{\"article\":2,"));
    assert_eq!(room.files(), ["a.jsonl", "x"]);
}

#[test]
fn several_inputs_need_a_folder() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    room.put("in/b.txt", LEAD);
    room.redite(&["clean", "in"]).ends(2).says(&["name a folder"]);
    room.put("file", "");
    room.redite(&["clean", "in", "-o", "file"])
        .ends(2)
        .says(&["a file stands where a folder should be"]);
    room.redite(&["clean", "in/a.jsonl", "-o", "file/a.jsonl"])
        .ends(2)
        .says(&["file/a.jsonl"]);
    assert_eq!(room.files(), ["file", "in/a.jsonl", "in/b.txt"]);
    // one file goes into a folder that is there, or that ends in a slash
    fs::create_dir(room.path("there")).unwrap();
    room.redite(&["clean", "in/a.jsonl", "-o", "there"]).ends(0);
    room.redite(&["clean", "in/a.jsonl", "-o", "new/"]).ends(0);
    assert_eq!(room.get_text("there/a.jsonl"), cleaned_two());
    assert_eq!(room.get_text("new/a.jsonl"), cleaned_two());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let room = Room::new();
    room.put("a.jsonl", two());
    for args in [
        &["-o", "/dev/full"][..],
        &["-o", "/dev/full", "--removed", "r.jsonl"],
        &["-o", "out.jsonl", "--removed", "/dev/full"],
        &["-o", "out.jsonl", "--removed", "r.jsonl", "--stats", "/dev/full"],
        &["-o", "out.jsonl", "--removed", "/proc/nothing/r.jsonl"],
    ] {
        let all: Vec<&str> = ["clean", "a.jsonl"].into_iter().chain(args.iter().copied()).collect();
        room.redite(&all).ends(2).says(&["cannot write"]);
        assert_eq!(room.files(), ["a.jsonl"], "{args:?}");
    }
    room.redite(&["clean", "a.jsonl", "-o", "/dev/full"])
        .says(&["/dev/full", "free some space"]);
}

#[cfg(unix)]
#[test]
fn circles_of_links() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    std::os::unix::fs::symlink("../in", room.path("in/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", room.path("in/dead")).unwrap();
    std::os::unix::fs::symlink("selfie", room.path("in/selfie")).unwrap();
    let run = room.redite(&["clean", "in", "-o", "out"]).ends(0);
    run.says(&[
        "in/again: skipped",
        "in/dead: skipped",
        "in/selfie: skipped",
        "3 files were skipped",
    ]);
    assert_eq!(room.get_text("out/a.jsonl"), cleaned_two());
    assert_eq!(room.files().iter().filter(|f| f.starts_with("out")).count(), 1);
}

#[test]
fn what_is_not_removed_is_not_touched() {
    // a file without repeats is the same file, packed bytes and all
    for (codec, extension) in CODECS {
        let room = Room::new();
        let name = format!("a.jsonl{extension}");
        let packed = pack(
            codec,
            format!(" {} \r\n{}", line(1, LEAD).trim(), line(2, OTHER)).as_bytes(),
        );
        room.put(&name, &packed);
        room.redite(&["clean", &name, "-o", "out", "--removed", "r.jsonl"])
            .ends(0);
        assert_eq!(room.get("out"), packed);
        assert_eq!(room.get("r.jsonl"), b"");
        room.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
        assert_eq!(room.get("back"), packed);
    }
}
