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

fn spawn(room: &Room, args: &[&str]) -> Child {
    let mut command = room.command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    let done = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
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
    let room = Room::new();
    let sample = support::text("sample/articles.jsonl");
    for (codec, _) in CODECS {
        let run = room.redite_with(
            &["clean", "-", "--removed", "r.jsonl", "-q"],
            &pack(codec, sample.as_bytes()),
        );
        let run = run.ends(0);
        let cleaned = unpack(codec, &run.out);
        assert!(cleaned.len() < sample.len());
        assert_eq!(room.removed("r.jsonl")[0]["source"], "-:23");
        let back = room.redite_with(&["restore", "-", "r.jsonl"], &run.out).ends(0);
        assert!(unpack(codec, &back.out) == sample.as_bytes());
    }
    let text = support::text("lead.fr.txt");
    let run = room
        .redite_with(
            &["clean", "-", "-o", "-", "--removed", "r.jsonl", "-q"],
            text.as_bytes(),
        )
        .ends(0);
    assert!(run.out.len() < text.len());
    let back = room.redite_with(&["restore", "-", "r.jsonl"], &run.out).ends(0);
    assert!(back.out == text.as_bytes());
    let run = room.redite_with(&["clean", "-"], b"<html>").ends(2);
    run.says(&["-: skipped", "nothing to read"]);
}

#[test]
fn parquet_through_pipes() {
    let room = Room::new();
    let bytes = support::parquet(&[(1, Some(LEAD)), (2, Some(DRESSED))]);
    let run = room
        .redite_with(&["clean", "-", "--removed", "r.jsonl", "-q"], &bytes)
        .ends(0);
    assert!(run.out.starts_with(b"PAR1") && run.out.ends_with(b"PAR1"));
    assert_eq!(room.removed("r.jsonl")[0]["source"], "-:2");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let room = Room::new();
    room.put("in.jsonl", much(2));
    for args in [
        &["clean", "in.jsonl"][..],
        &["clean", "in.jsonl", "-q", "--removed", "r.jsonl"],
    ] {
        let mut child = spawn(&room, args);
        let mut first = [0; 10];
        let mut pipe = child.stdout.take().unwrap();
        pipe.read_exact(&mut first).unwrap();
        drop(pipe);
        let (code, err) = end(child);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert_eq!(room.files(), ["in.jsonl"], "what is not whole is not there");
    }
    // and with edits, which are written piece by piece
    room.put("in.jsonl", format!("{}{}{}", line(1, LEAD), line(2, LEAD), much(2)));
    let mut child = spawn(&room, &["clean", "in.jsonl"]);
    drop(child.stdout.take());
    let (code, err) = end(child);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn interrupted_while_it_reads() {
    let room = Room::new();
    let mut child = spawn(&room, &["clean", "-", "-o", "out.jsonl", "--removed", "r.jsonl"]);
    let mut pipe = child.stdin.take().unwrap();
    // more than a pipe holds: when this returns, the program is reading
    pipe.write_all(much(1).as_bytes()).unwrap();
    interrupt(&child);
    let (code, _) = end(child);
    assert_eq!(code, Some(130));
    assert_eq!(room.files(), Vec::<String>::new());
    drop(pipe);
}

#[test]
fn interrupted_while_it_reads_a_named_pipe() {
    let room = Room::new();
    let made = Command::new("mkfifo").arg(room.path("pipe.jsonl")).status();
    assert!(made.unwrap().success());
    let child = spawn(&room, &["clean", "pipe.jsonl", "-o", "out.jsonl"]);
    // opening waits for the reader
    let mut pipe = fs::File::options().write(true).open(room.path("pipe.jsonl")).unwrap();
    pipe.write_all(much(1).as_bytes()).unwrap();
    interrupt(&child);
    let (code, _) = end(child);
    assert_eq!(code, Some(130));
    assert_eq!(room.files(), ["pipe.jsonl"]);
}

#[test]
fn interrupted_while_it_writes() {
    let room = Room::new();
    room.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    room.put("in/b.jsonl", much(2));
    room.put("old.jsonl", "from an earlier run");
    let made = Command::new("mkfifo").arg(room.path("pipe")).status();
    assert!(made.unwrap().success());
    // nobody reads on at the other end of the stats, which come last
    let child = spawn(
        &room,
        &["clean", "in", "-o", "out", "--removed", "old.jsonl", "--stats", "pipe"],
    );
    until(|| room.files().iter().filter(|f| f.contains("partial")).count() >= 3);
    interrupt(&child);
    let (code, _) = end(child);
    assert_eq!(code, Some(130));
    assert_eq!(room.files(), ["in/a.jsonl", "in/b.jsonl", "old.jsonl", "pipe"]);
    assert_eq!(room.get_text("old.jsonl"), "from an earlier run");
}
