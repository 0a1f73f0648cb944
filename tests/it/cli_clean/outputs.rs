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
    assert!(run.out.starts_with(b"{\"redite\":\"removed\",\"version\":1,"));
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
    // a link that leads nowhere may stand for a file that is lost
    let run = room.redite(&["clean", "in", "-o", "out"]).ends(3);
    run.says(&[
        "in/again: skipped",
        "in/dead: cannot be read, and is not copied",
        "in/selfie: cannot be read, and is not copied",
        "2 files could not be read at all",
        "1 file was skipped",
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
        assert_eq!(room.removed_text("r.jsonl"), "");
        room.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
        assert_eq!(room.get("back"), packed);
    }
}

#[test]
fn an_output_whose_name_says_another_format_is_refused() {
    let room = Room::new();
    room.put("a.jsonl", two());
    room.put("a.txt", LEAD);
    for (input, output) in [
        ("a.jsonl", "x.parquet"),
        ("a.jsonl", "x.txt"),
        ("a.txt", "x.jsonl"),
        ("a.txt", "x.jsonl.gz"),
    ] {
        room.redite(&["clean", input, "-o", output, "--removed", "r.jsonl"])
            .ends(2)
            .says(&["the name says", output]);
        assert_eq!(room.files(), ["a.jsonl", "a.txt"]);
    }
}

#[test]
fn an_output_folder_with_other_files_is_not_mixed_with_new_ones() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    room.put("in/deep/b.jsonl", line(1, THIRD));
    let args = [
        "clean",
        "in",
        "-o",
        "out",
        "--removed",
        "out/r.jsonl",
        "--stats",
        "out/s.json",
    ];
    room.redite(&args).ends(0);
    // the same again replaces all
    room.redite(&args).ends(0);
    // an input is gone, its output is not
    fs::remove_file(room.path("in/deep/b.jsonl")).unwrap();
    let before = room.files();
    room.redite(&args)
        .ends(2)
        .says(&["out/deep/b.jsonl", "choose an empty folder", "--merge"]);
    assert_eq!(room.files(), before);
    room.redite(&[&args[..], &["--merge"]].concat()).ends(0);
    assert!(room.has("out/deep/b.jsonl"));
    // the same for restore
    room.put("back/mine.txt", "my own");
    let restore = ["restore", "out", "out/r.jsonl", "-o", "back"];
    room.redite(&restore).ends(2).says(&["back/mine.txt", "--merge"]);
    room.redite(&[&restore[..], &["--merge"]].concat()).ends(0);
    assert_eq!(room.get_text("back/mine.txt"), "my own");
    assert_eq!(room.get_text("back/a.jsonl"), two());
    // a single file goes into any folder
    room.redite(&["clean", "in/a.jsonl", "-o", "back"]).ends(0);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_where_a_file_was_named_and_refused_in_a_folder() {
    use std::os::unix::fs::symlink;
    let room = Room::new();
    room.put("in/a.jsonl", two());
    room.put("else/where.jsonl", "old");
    symlink("else/where.jsonl", room.path("link.jsonl")).unwrap();
    symlink("else/new.jsonl", room.path("dangling.jsonl")).unwrap();
    symlink("turn", room.path("turn")).unwrap();
    for (link, target) in [("link.jsonl", "else/where.jsonl"), ("dangling.jsonl", "else/new.jsonl")] {
        room.redite(&["clean", "in/a.jsonl", "-o", link]).ends(0);
        assert!(room.path(link).symlink_metadata().unwrap().is_symlink());
        assert_eq!(room.get_text(target), cleaned_two());
    }
    room.redite(&["clean", "in/a.jsonl", "-o", "turn"])
        .ends(2)
        .says(&["turn"]);

    room.put("in/deep/b.jsonl", two());
    for (from, to) in [("../else", "out/deep"), ("../else/where.jsonl", "out/a.jsonl")] {
        fs::create_dir_all(room.path("out")).unwrap();
        symlink(from, room.path(to)).unwrap();
        room.redite(&["clean", "in", "-o", "out", "--merge", "--removed", "r.jsonl"])
            .ends(2)
            .says(&[to, "symbolic link inside the output folder"]);
        assert_eq!(room.get_text("else/where.jsonl"), cleaned_two());
        assert!(!room.has("else/b.jsonl") && !room.has("r.jsonl"));
        fs::remove_dir_all(room.path("out")).unwrap();
    }
    // restoring does not leave its folder either
    room.redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    fs::create_dir(room.path("back")).unwrap();
    symlink("../else", room.path("back/deep")).unwrap();
    room.redite(&["restore", "out", "r.jsonl", "-o", "back", "--merge"])
        .ends(2)
        .says(&["back/deep", "symbolic link"]);
    assert!(!room.has("else/b.jsonl"));
}

#[cfg(unix)]
#[test]
fn outputs_are_as_private_as_their_inputs() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    let chmod = |name: &str, mode| fs::set_permissions(room.path(name), fs::Permissions::from_mode(mode)).unwrap();
    let mode = |name: &str| fs::metadata(room.path(name)).unwrap().permissions().mode() & 0o777;
    room.put("in/a.jsonl", two());
    room.put("in/b.jsonl", line(1, THIRD));
    chmod("in/a.jsonl", 0o600);
    chmod("in/b.jsonl", 0o640);
    room.redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    let modes = [mode("out/a.jsonl"), mode("out/b.jsonl"), mode("r.jsonl")];
    assert_eq!(modes, [0o600, 0o640, 0o600]);
    // what is replaced keeps its own
    chmod("out/a.jsonl", 0o664);
    room.redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    assert_eq!(mode("out/a.jsonl"), 0o664);
    room.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    assert_eq!(mode("back/b.jsonl"), 0o640);
}

#[test]
fn what_a_killed_run_left_is_no_input_and_is_removed() {
    let room = Room::new();
    room.put("in/a.jsonl", two());
    room.put("in/.redite-partial-0123456789abcdef/0", two());
    room.put("in/.redite-partial-0123456789abcdef/lock", "");
    room.put("out/.redite-partial-0123456789abcdef/0", "half");
    room.put("out/.redite-partial-0123456789abcdef/lock", "");
    room.redite(&["clean", "in", "-o", "out"])
        .ends(0)
        .says(&["2 articles in 1 file"]);
    assert_eq!(room.files().iter().filter(|f| f.starts_with("out")).count(), 1);
}
