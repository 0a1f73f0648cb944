use super::*;

fn two() -> String {
    format!("{}{}", line(1, LEAD), line(2, DRESSED))
}

fn cleaned_two() -> String {
    format!("{}{}", line(1, LEAD), line(2, ""))
}

#[test]
fn two_inputs_of_one_name() {
    let scratch = Scratch::new();
    scratch.put("a/x.jsonl", two());
    scratch.put("b/x.jsonl", two());
    scratch
        .redite(&["clean", "a/x.jsonl", "b/x.jsonl", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    assert_eq!(scratch.get_text("out/a/x.jsonl"), cleaned_two());
    assert_eq!(
        scratch.get_text("out/b/x.jsonl"),
        format!("{}{}", line(1, ""), line(2, ""))
    );
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    for name in ["a/x.jsonl", "b/x.jsonl"] {
        assert_eq!(scratch.get_text(&format!("back/{name}")), two());
    }
    scratch
        .redite(&["clean", "a/x.jsonl", "a/../a/x.jsonl", "-o", "o2"])
        .ends(2)
        .says(&["one file"]);
    assert!(!scratch.has("o2"));
}

#[test]
fn output_inside_the_input_folder() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
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
    scratch.redite(&args).ends(0);
    let (out, removed) = (scratch.get("in/out/a.jsonl"), scratch.get("in/removed.jsonl"));
    assert_eq!(out, cleaned_two().as_bytes());
    // the second run does not read what the first one wrote
    scratch
        .redite(&args)
        .ends(0)
        .says(&["in/out: skipped: the output of this run", "in/removed.jsonl: skipped"]);
    assert_eq!(
        (scratch.get("in/out/a.jsonl"), scratch.get("in/removed.jsonl")),
        (out, removed)
    );
    assert!(!scratch.has("in/out/out"));
}

#[test]
fn no_input_is_ever_overwritten() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    for args in [
        &["clean", "in", "-o", "in"][..],
        &["clean", "in/a.jsonl", "-o", "in"],
        &["clean", "in/a.jsonl", "-o", "in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "in/../in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "o", "--removed", "in/a.jsonl"],
        &["clean", "in/a.jsonl", "-o", "o", "--stats", "in/a.jsonl"],
    ] {
        scratch.redite(args).ends(2).says(&["choose another output"]);
        assert_eq!(scratch.files(), ["in/a.jsonl"], "{args:?}");
        assert_eq!(scratch.get_text("in/a.jsonl"), two());
    }
    scratch
        .redite(&["clean", "in/a.jsonl", "-o", "c.jsonl", "--removed", "r.jsonl"])
        .ends(0);
    scratch
        .redite(&["restore", "c.jsonl", "r.jsonl", "-o", "c.jsonl"])
        .ends(2)
        .says(&["choose another output"]);
    assert_eq!(scratch.get_text("c.jsonl"), cleaned_two());
}

#[test]
fn two_outputs_do_not_share_a_place() {
    let scratch = Scratch::new();
    scratch.put("a.jsonl", two());
    fs::create_dir(scratch.path("d")).unwrap();
    for args in [
        &["-o", "x", "--removed", "x"][..],
        &["-o", "x", "--stats", "./x"],
        &["-o", "x", "--removed", "d/../y", "--stats", "y"],
        &["-o", "d", "--removed", "d/a.jsonl"],
        &["--removed", "-"],
    ] {
        let all: Vec<&str> = ["clean", "a.jsonl"].into_iter().chain(args.iter().copied()).collect();
        let run = scratch.redite(&all).ends(2).says(&["two outputs would be written to"]);
        assert_eq!(run.out, b"");
        assert_eq!(scratch.files(), ["a.jsonl"], "{args:?}");
    }
    let run = scratch
        .redite(&["clean", "a.jsonl", "-o", "x", "--removed", "-"])
        .ends(0);
    assert!(run.out.starts_with(b"{\"redite\":\"removed\",\"version\":1,"));
    assert_eq!(scratch.files(), ["a.jsonl", "x"]);
}

#[test]
fn several_inputs_need_a_folder() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    scratch.put("in/b.txt", LEAD);
    scratch.redite(&["clean", "in"]).ends(2).says(&["name a folder"]);
    scratch.put("file", "");
    scratch
        .redite(&["clean", "in", "-o", "file"])
        .ends(2)
        .says(&["there is a file where a folder should be"]);
    scratch
        .redite(&["clean", "in/a.jsonl", "-o", "file/a.jsonl"])
        .ends(2)
        .says(&["file/a.jsonl"]);
    assert_eq!(scratch.files(), ["file", "in/a.jsonl", "in/b.txt"]);
    // one file goes into a folder that is there, or that ends in a slash
    fs::create_dir(scratch.path("there")).unwrap();
    scratch.redite(&["clean", "in/a.jsonl", "-o", "there"]).ends(0);
    scratch.redite(&["clean", "in/a.jsonl", "-o", "new/"]).ends(0);
    assert_eq!(scratch.get_text("there/a.jsonl"), cleaned_two());
    assert_eq!(scratch.get_text("new/a.jsonl"), cleaned_two());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let scratch = Scratch::new();
    scratch.put("a.jsonl", two());
    for args in [
        &["-o", "/dev/full"][..],
        &["-o", "/dev/full", "--removed", "r.jsonl"],
        &["-o", "out.jsonl", "--removed", "/dev/full"],
        &["-o", "out.jsonl", "--removed", "r.jsonl", "--stats", "/dev/full"],
        &["-o", "out.jsonl", "--removed", "/proc/nothing/r.jsonl"],
    ] {
        let all: Vec<&str> = ["clean", "a.jsonl"].into_iter().chain(args.iter().copied()).collect();
        scratch.redite(&all).ends(2).says(&["cannot write"]);
        assert_eq!(scratch.files(), ["a.jsonl"], "{args:?}");
    }
    scratch
        .redite(&["clean", "a.jsonl", "-o", "/dev/full"])
        .says(&["/dev/full", "free some space"]);
}

#[cfg(unix)]
#[test]
fn circles_of_links() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    std::os::unix::fs::symlink("../in", scratch.path("in/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", scratch.path("in/dead")).unwrap();
    std::os::unix::fs::symlink("selfie", scratch.path("in/selfie")).unwrap();
    // a link that leads nowhere may stand for a file that is lost
    let run = scratch.redite(&["clean", "in", "-o", "out"]).ends(3);
    run.says(&[
        "in/again: skipped",
        "in/dead: cannot be read, and is not copied",
        "in/selfie: cannot be read, and is not copied",
        "2 files could not be read at all",
        "1 file was skipped",
    ]);
    assert_eq!(scratch.get_text("out/a.jsonl"), cleaned_two());
    assert_eq!(scratch.files().iter().filter(|f| f.starts_with("out")).count(), 1);
}

#[test]
fn what_is_not_removed_is_not_touched() {
    // a file without repeats is the same file, packed bytes and all
    for (codec, extension) in CODECS {
        let scratch = Scratch::new();
        let name = format!("a.jsonl{extension}");
        let packed = pack(
            codec,
            format!(" {} \r\n{}", line(1, LEAD).trim(), line(2, OTHER)).as_bytes(),
        );
        scratch.put(&name, &packed);
        scratch
            .redite(&["clean", &name, "-o", "out", "--removed", "r.jsonl"])
            .ends(0);
        assert_eq!(scratch.get("out"), packed);
        assert_eq!(scratch.removed_text("r.jsonl"), "");
        scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
        assert_eq!(scratch.get("back"), packed);
    }
}

#[test]
fn an_output_whose_name_says_another_format_is_refused() {
    let scratch = Scratch::new();
    scratch.put("a.jsonl", two());
    scratch.put("a.txt", LEAD);
    for (input, output) in [
        ("a.jsonl", "x.parquet"),
        ("a.jsonl", "x.txt"),
        ("a.txt", "x.jsonl"),
        ("a.txt", "x.jsonl.gz"),
    ] {
        scratch
            .redite(&["clean", input, "-o", output, "--removed", "r.jsonl"])
            .ends(2)
            .says(&["the name says", output]);
        assert_eq!(scratch.files(), ["a.jsonl", "a.txt"]);
    }
}

#[test]
fn an_output_folder_with_other_files_is_not_mixed_with_new_ones() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    scratch.put("in/deep/b.jsonl", line(1, THIRD));
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
    scratch.redite(&args).ends(0);
    // the same again replaces all
    scratch.redite(&args).ends(0);
    // an input is gone, its output is not
    fs::remove_file(scratch.path("in/deep/b.jsonl")).unwrap();
    let before = scratch.files();
    scratch
        .redite(&args)
        .ends(2)
        .says(&["out/deep/b.jsonl", "choose an empty folder", "--merge"]);
    assert_eq!(scratch.files(), before);
    scratch.redite(&[&args[..], &["--merge"]].concat()).ends(0);
    assert!(scratch.has("out/deep/b.jsonl"));
    // the same for restore
    scratch.put("back/mine.txt", "my own");
    let restore = ["restore", "out", "out/r.jsonl", "-o", "back"];
    scratch.redite(&restore).ends(2).says(&["back/mine.txt", "--merge"]);
    scratch.redite(&[&restore[..], &["--merge"]].concat()).ends(0);
    assert_eq!(scratch.get_text("back/mine.txt"), "my own");
    assert_eq!(scratch.get_text("back/a.jsonl"), two());
    // a single file goes into any folder
    scratch.redite(&["clean", "in/a.jsonl", "-o", "back"]).ends(0);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_where_a_file_was_named_and_refused_in_a_folder() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    scratch.put("else/where.jsonl", "old");
    symlink("else/where.jsonl", scratch.path("link.jsonl")).unwrap();
    symlink("else/new.jsonl", scratch.path("dangling.jsonl")).unwrap();
    symlink("turn", scratch.path("turn")).unwrap();
    for (link, target) in [("link.jsonl", "else/where.jsonl"), ("dangling.jsonl", "else/new.jsonl")] {
        scratch.redite(&["clean", "in/a.jsonl", "-o", link]).ends(0);
        assert!(scratch.path(link).symlink_metadata().unwrap().is_symlink());
        assert_eq!(scratch.get_text(target), cleaned_two());
    }
    scratch
        .redite(&["clean", "in/a.jsonl", "-o", "turn"])
        .ends(2)
        .says(&["turn"]);

    scratch.put("in/deep/b.jsonl", two());
    for (from, to) in [("../else", "out/deep"), ("../else/where.jsonl", "out/a.jsonl")] {
        fs::create_dir_all(scratch.path("out")).unwrap();
        symlink(from, scratch.path(to)).unwrap();
        scratch
            .redite(&["clean", "in", "-o", "out", "--merge", "--removed", "r.jsonl"])
            .ends(2)
            .says(&[to, "symbolic link inside the output folder"]);
        assert_eq!(scratch.get_text("else/where.jsonl"), cleaned_two());
        assert!(!scratch.has("else/b.jsonl") && !scratch.has("r.jsonl"));
        fs::remove_dir_all(scratch.path("out")).unwrap();
    }
    // restoring does not leave its folder either
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    fs::create_dir(scratch.path("back")).unwrap();
    symlink("../else", scratch.path("back/deep")).unwrap();
    scratch
        .redite(&["restore", "out", "r.jsonl", "-o", "back", "--merge"])
        .ends(2)
        .says(&["back/deep", "symbolic link"]);
    assert!(!scratch.has("else/b.jsonl"));
}

#[cfg(unix)]
#[test]
fn outputs_are_as_private_as_their_inputs() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let chmod = |name: &str, mode| fs::set_permissions(scratch.path(name), fs::Permissions::from_mode(mode)).unwrap();
    let mode = |name: &str| fs::metadata(scratch.path(name)).unwrap().permissions().mode() & 0o777;
    scratch.put("in/a.jsonl", two());
    scratch.put("in/b.jsonl", line(1, THIRD));
    chmod("in/a.jsonl", 0o600);
    chmod("in/b.jsonl", 0o640);
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    let modes = [mode("out/a.jsonl"), mode("out/b.jsonl"), mode("r.jsonl")];
    assert_eq!(modes, [0o600, 0o640, 0o600]);
    // what is replaced keeps its own
    chmod("out/a.jsonl", 0o664);
    scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"])
        .ends(0);
    assert_eq!(mode("out/a.jsonl"), 0o664);
    scratch.redite(&["restore", "out", "r.jsonl", "-o", "back"]).ends(0);
    assert_eq!(mode("back/b.jsonl"), 0o640);
}

#[test]
fn what_a_killed_run_left_is_no_input_and_is_removed() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", two());
    scratch.put("in/.redite-partial-0123456789abcdef/0", two());
    scratch.put("in/.redite-partial-0123456789abcdef/lock", "");
    scratch.put("out/.redite-partial-0123456789abcdef/0", "half");
    scratch.put("out/.redite-partial-0123456789abcdef/lock", "");
    scratch
        .redite(&["clean", "in", "-o", "out"])
        .ends(0)
        .says(&["2 articles in 1 file"]);
    assert_eq!(scratch.files().iter().filter(|f| f.starts_with("out")).count(), 1);
}
