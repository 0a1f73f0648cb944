use super::*;
use std::io::Read;
use std::process::Child;
use std::time::{Duration, Instant};

/// Enough that it does not fit into a pipe: about `mb` million bytes.
fn much(mb: usize) -> String {
    let mut out = String::new();
    let mut number = 0u32;
    while out.len() < mb * 1_000_000 {
        out += &line(
            number,
            &format!("{} {}", LEAD.replace("1 500", &number.to_string()), "x".repeat(1000)),
        );
        number += 1;
    }
    out
}

fn spawn(scratch: &Scratch, args: &[&str]) -> Child {
    // these tests may themselves run under nohup, or in the background of a script
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_redite")]);
        command.args(args).current_dir(scratch.path(""));
        command
    } else {
        scratch.command(args)
    };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    signal(child, "-INT");
}

fn signal(child: &Child, signal: &str) {
    let done = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

/// Waits until `child` ends, or fails.
#[track_caller]
fn end(mut child: Child) -> (Option<i32>, String) {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code(), err)
}

#[track_caller]
fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn standard_input_to_standard_output_and_back() {
    let scratch = Scratch::new();
    let sample = support::text("sample/articles.jsonl");
    for (codec, _) in CODECS {
        let run = scratch.redite_with(
            &["clean", "-", "--removed", "r.jsonl", "-q"],
            &pack(codec, sample.as_bytes()),
        );
        let run = run.ends(0);
        let cleaned = unpack(codec, &run.out);
        assert!(cleaned.len() < sample.len());
        assert_eq!(scratch.removed("r.jsonl")[0]["source"], "-:23");
        let back = scratch.redite_with(&["restore", "-", "r.jsonl"], &run.out).ends(0);
        assert!(unpack(codec, &back.out) == sample.as_bytes());
    }
    let text = support::text("lead.fr.txt");
    let run = scratch
        .redite_with(
            &["clean", "-", "-o", "-", "--removed", "r.jsonl", "-q"],
            text.as_bytes(),
        )
        .ends(0);
    assert!(run.out.len() < text.len());
    let back = scratch.redite_with(&["restore", "-", "r.jsonl"], &run.out).ends(0);
    assert!(back.out == text.as_bytes());
    let run = scratch.redite_with(&["clean", "-"], b"<html>").ends(2);
    run.says(&["standard input: HTML or XML; extract its text first"]);
}

#[test]
fn parquet_through_pipes() {
    let scratch = Scratch::new();
    let bytes = support::parquet(&[(1, Some(LEAD)), (2, Some(DRESSED))]);
    let run = scratch
        .redite_with(&["clean", "-", "--removed", "r.jsonl", "-q"], &bytes)
        .ends(0);
    assert!(run.out.starts_with(b"PAR1") && run.out.ends_with(b"PAR1"));
    assert_eq!(scratch.removed("r.jsonl")[0]["source"], "-:2");
}

#[test]
fn clean_into_head_does_not_end_with_0() {
    let scratch = Scratch::new();
    // copied as it is, and with edits, which are written piece by piece
    for input in [much(2), format!("{}{}{}", line(1, LEAD), line(2, LEAD), much(2))] {
        scratch.put("in.jsonl", input);
        for (more, says) in [
            (&[][..], ""),
            (&["-q"], ""),
            (&["--removed", "r.jsonl"], "no other output was written"),
            (&["-q", "--stats", "s.json"], "no other output was written"),
        ] {
            let mut child = spawn(&scratch, &[&["clean", "in.jsonl"], more].concat());
            let mut first = [0; 10];
            let mut pipe = child.stdout.take().unwrap();
            pipe.read_exact(&mut first).unwrap();
            drop(pipe);
            let (code, err) = end(child);
            assert_eq!(code, Some(141), "{err}");
            assert!(
                err.contains(says) && (says.is_empty() == err.is_empty()),
                "{more:?}: {err}"
            );
            assert_eq!(scratch.files(), ["in.jsonl"], "what is not whole is not there");
        }
    }
    // what only shows something has shown enough
    let mut child = spawn(&scratch, &["clean", "in.jsonl", "--dry-run"]);
    drop(child.stdout.take());
    assert_eq!(end(child).0, Some(0));
}

/// `2>&1 | true`.
#[test]
fn messages_that_nobody_reads_are_dropped() {
    let scratch = Scratch::new();
    let broken = "{\"text\":\n".repeat(2000);
    let input = format!("{broken}{}{}", line(1, LEAD), line(2, DRESSED));
    scratch.put("in.jsonl", &input);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = |args: &[&str], out: Stdio| {
        let mut command = scratch.command(args);
        command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(writer.try_clone().unwrap());
        command.status().unwrap().code()
    };
    let args = ["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "r.jsonl"];
    assert_eq!(run(&args, writer.try_clone().unwrap().into()), Some(0));
    assert_eq!(scratch.removed("r.jsonl").len(), 1);
    assert!(scratch.get("out.jsonl").len() < input.len());
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert!(scratch.get_text("back.jsonl") == input);
    for (args, code) in [
        (&["find", "in.jsonl"][..], 0),
        (&["find", "in.jsonl", "--exit-code", "--format", "csv"], 1),
        (&["evaluate", "in.jsonl"], 2),
        (&["explain", LEAD, DRESSED], 0),
        (&["debug", "candidates", "in.jsonl"], 0),
        (&["restore", "out.jsonl", "missing.jsonl"], 2),
        (&["clean", "missing.jsonl"], 2),
        (&["clean", "--nonsense"], 2),
        (&["--help"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
    ] {
        assert_eq!(run(args, Stdio::null()), Some(code), "{args:?}");
        assert_eq!(run(args, writer.try_clone().unwrap().into()), Some(code), "{args:?}");
    }
}

#[test]
fn a_signal_ends_it_with_128_and_the_signals_number() {
    for (name, expected) in [("-HUP", 129), ("-INT", 130), ("-TERM", 143)] {
        let scratch = Scratch::new();
        let mut child = spawn(&scratch, &["clean", "-", "-o", "out.jsonl", "--removed", "r.jsonl"]);
        let mut pipe = child.stdin.take().unwrap();
        // more than a pipe holds: when this returns, the program is reading
        pipe.write_all(much(1).as_bytes()).unwrap();
        signal(&child, name);
        let (code, _) = end(child);
        assert_eq!(code, Some(expected));
        assert_eq!(scratch.files(), Vec::<String>::new());
        drop(pipe);
    }
}

/// As under `nohup`, or in the background of a script.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_before_stays_ignored() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    let script = format!(
        "trap '' HUP INT TERM; exec '{}' clean - -o out.jsonl -q",
        env!("CARGO_BIN_EXE_redite")
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(scratch.path(""));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(much(1).as_bytes()).unwrap();
    for name in ["-HUP", "-INT", "-TERM"] {
        signal(&child, name);
    }
    pipe.write_all(line(9, OTHER).as_bytes()).unwrap();
    drop(pipe);
    assert_eq!(end(child).0, Some(0));
    assert!(scratch.get_text("out.jsonl").ends_with(&line(9, OTHER)));
}

#[test]
fn interrupted_while_it_reads_a_named_pipe() {
    let scratch = Scratch::new();
    let made = Command::new("mkfifo").arg(scratch.path("pipe.jsonl")).status();
    assert!(made.unwrap().success());
    let child = spawn(&scratch, &["clean", "pipe.jsonl", "-o", "out.jsonl"]);
    // opening waits for the reader
    let mut pipe = fs::File::options()
        .write(true)
        .open(scratch.path("pipe.jsonl"))
        .unwrap();
    pipe.write_all(much(1).as_bytes()).unwrap();
    interrupt(&child);
    let (code, _) = end(child);
    assert_eq!(code, Some(130));
    assert_eq!(scratch.files(), ["pipe.jsonl"]);
}

#[test]
fn interrupted_while_it_writes() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    scratch.put("in/b.jsonl", much(2));
    scratch.put("old.jsonl", "from an earlier run");
    let made = Command::new("mkfifo").arg(scratch.path("pipe")).status();
    assert!(made.unwrap().success());
    // nobody reads on at the other end of the stats, which come last
    let child = spawn(
        &scratch,
        &["clean", "in", "-o", "out", "--removed", "old.jsonl", "--stats", "pipe"],
    );
    until(|| scratch.files().iter().filter(|f| f.contains("partial")).count() >= 3);
    interrupt(&child);
    let (code, _) = end(child);
    assert_eq!(code, Some(130));
    assert_eq!(scratch.files(), ["in/a.jsonl", "in/b.jsonl", "old.jsonl", "pipe"]);
    assert_eq!(scratch.get_text("old.jsonl"), "from an earlier run");
}
