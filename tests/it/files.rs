//! Files in, files out: faults, packings, provenance, restoring.

// helpers are not `#[test]`s, so .clippy.toml does not exempt them
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use redite::files::{
    Codec, Discovery, Edit, FaultKind, FileError, Format, Insertion, Output, ReadOptions, Record, Restorer,
    RewriteStats, Rewriter, SkipKind, Source, Transaction, discover, refuse_overwrite,
};
use redite::model::Span;
use tempfile::TempDir;

use crate::support::{CODECS, pack, unpack};

// Parquet: what changes, and what must not.
mod columns;
// Inputs to sources: names, links, pipes.
mod finding;
// Files that lie: nothing panics, allocates without bound or takes forever.
mod hostile;
// Property: what is taken out goes back.
mod inverse;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A source of its own.
    fn source(&self, name: &str, bytes: impl AsRef<[u8]>) -> Source {
        one(&self.put(name, bytes))
    }
}

fn find(inputs: &[PathBuf]) -> Discovery {
    discover(inputs, io::empty(), &[]).unwrap()
}

fn one(path: &Path) -> Source {
    let mut found = find(&[path.to_owned()]);
    assert_eq!(found.sources.len(), 1, "{:?}", found.skipped);
    found.sources.remove(0)
}

fn fields(names: &[&str]) -> ReadOptions {
    ReadOptions {
        text_fields: names.iter().map(|name| (*name).to_owned()).collect(),
        ..ReadOptions::default()
    }
}

/// Line, byte, and first text or fault.
type Seen = (u64, u64, Result<String, FaultKind>);

fn read(source: &Source) -> Result<Vec<Seen>, FileError> {
    let mut records = Vec::new();
    for batch in source.read(&ReadOptions::default())? {
        for (place, outcome) in batch?.into_records() {
            let outcome = outcome
                .map(|mut fields| fields.texts.remove(0).text)
                .map_err(|fault| fault.kind());
            records.push((place.line_or_row, place.byte, outcome));
        }
    }
    Ok(records)
}

/// What was taken out: by line, by field.
#[derive(Default)]
struct Removed {
    texts: BTreeMap<u64, Vec<(usize, Vec<Insertion>)>>,
    lines: BTreeMap<u64, String>,
}

impl Restorer for &Removed {
    type Error = FileError;

    fn reinstate(&mut self, line: u64) -> Result<Option<String>, FileError> {
        Ok(self.lines.get(&line).cloned())
    }

    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, FileError> {
        let texts = self.texts.get(&record.place.line_or_row).cloned();
        Ok(texts.map_or(Edit::Keep, Edit::Insert))
    }
}

/// Takes out what `choose` says and remembers it.
fn clean(
    source: &Source,
    options: &ReadOptions,
    to: &Path,
    choose: &mut dyn FnMut(u64, usize, &str) -> Vec<Span>,
    drop_line: &dyn Fn(u64) -> bool,
) -> (Removed, RewriteStats) {
    let mut removed = Removed::default();
    let stats = source
        .rewrite::<FileError>(options, Output::file(to), &mut |record| {
            let line = record.place.line_or_row;
            let mut delete = Vec::new();
            for text in &record.outcome.unwrap().texts {
                let spans = choose(line, text.field, &text.text);
                let spelled = record.spellings(text, &spans).unwrap();
                let insertions = spans
                    .iter()
                    .zip(spelled)
                    .map(|(span, raw)| {
                        let insertion = Insertion::new(span.start, raw).unwrap();
                        assert_eq!(insertion.text(), &text.text[span.range()]);
                        insertion
                    })
                    .collect();
                removed.texts.entry(line).or_default().push((text.field, insertions));
                delete.push((text.field, spans));
            }
            let delete = Edit::Delete(delete);
            if drop_line(line) {
                removed.lines.insert(line, record.raw_line_after(&delete)?);
                return Ok(Edit::Drop);
            }
            Ok(delete)
        })
        .unwrap();
    (removed, stats)
}

fn restore(source: &Source, options: &ReadOptions, to: &Path, mut removed: &Removed) -> RewriteStats {
    source.restore(options, Output::file(to), &mut removed).unwrap()
}

/// Every second character of every text, in runs.
fn every_second(_: u64, _: usize, text: &str) -> Vec<Span> {
    let ends: Vec<u32> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .map(|at| u32::try_from(at).unwrap())
        .collect();
    ends.windows(2)
        .step_by(2)
        .map(|end| Span::new(end[0], end[1]))
        .collect()
}

#[test]
fn bad_lines_are_named_and_the_rest_is_read() {
    let folder = Folder::new();
    let mut bytes = b"\xef\xbb\xbf{\"text\":\"one\"}\r\n{\"text\":\r\n\r\n".to_vec();
    bytes.extend_from_slice(b"{\"body\":1}\n{\"text\":null}\n{\"text\":\"\xff\"}\n{\"text\":\"\\ud800\"}\n");
    bytes.extend_from_slice(b"{\"text\":\"a\",\"text\":\"b\"}\n[]\n{\"text\":\"\"}\n{\"text\":\"last\"}");
    let source = folder.source("bad.jsonl", &bytes);
    use FaultKind::*;
    let records = read(&source).unwrap();
    let outcomes: Vec<_> = records
        .iter()
        .map(|(line, _, outcome)| (*line, outcome.clone()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (1, Ok("one".into())),
            (2, Err(BrokenJson)),
            (4, Err(NoField)),
            (5, Err(WrongType)),
            (6, Err(InvalidUtf8)),
            (7, Err(LoneSurrogate)),
            (8, Err(DuplicateKey)),
            (9, Err(NotAnObject)),
            (10, Ok(String::new())),
            (11, Ok("last".into())),
        ]
    );
    assert_eq!(records[0].1, 3);
    assert_eq!(&bytes[usize::try_from(records[9].1).unwrap()..], b"{\"text\":\"last\"}");

    // the message says where, to the byte
    let batch = source.read(&ReadOptions::default()).unwrap().next().unwrap().unwrap();
    let faults: Vec<String> = batch
        .records()
        .filter_map(|record| Some(source.describe(record.place, record.outcome.err()?)))
        .collect();
    assert!(
        faults[0].contains("bad.jsonl:2:") && faults[0].contains("broken JSON"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("fields here: body") && faults[1].contains("--text-field"),
        "{faults:?}"
    );

    // and on the way out they are what they were
    let out = folder.path("out.jsonl");
    let (removed, stats) = clean(&source, &ReadOptions::default(), &out, &mut every_second, &|_| false);
    let cleaned = String::from_utf8_lossy(&fs::read(&out).unwrap()).into_owned();
    let expected = String::from_utf8_lossy(&bytes)
        .replace("one", "n")
        .replace("last", "at");
    assert_eq!(cleaned, expected);
    assert_eq!((stats.records, stats.faulty, stats.edited, stats.copied), (3, 7, 2, 0));
    let back = folder.path("back.jsonl");
    restore(&one(&out), &ReadOptions::default(), &back, &removed);
    assert_eq!(fs::read(&back).unwrap(), bytes);
}

#[test]
fn every_packing_there_and_back() {
    let text = "{\"id\":1,\"text\":\"caf\\u00e9 \\ud83d\\ude00 plain\"}\n{\"text\":\"x\"}\r\n\n".repeat(200);
    for (codec, extension) in CODECS {
        let folder = Folder::new();
        // in two members
        let half = text.len() / 2;
        let packed = [
            pack(codec, &text.as_bytes()[..half]),
            pack(codec, &text.as_bytes()[half..]),
        ]
        .concat();
        for name in ["a.jsonl", "b.txt"] {
            let source = folder.source(&format!("{name}{extension}"), &packed);
            assert_eq!(source.codec(), codec);
            assert_eq!(source.note(), None);
            let options = ReadOptions::default();

            // nothing changed: the packed bytes are the same
            let copy = folder.path(&format!("copy-{name}{extension}"));
            let (_, stats) = clean(&source, &options, &copy, &mut |_, _, _| vec![], &|_| false);
            assert_eq!(stats.copied, 1);
            assert_eq!(fs::read(&copy).unwrap(), packed);

            let out = folder.path(&format!("out-{name}{extension}"));
            let drop_line = |line| name == "a.jsonl" && line % 3 == 1 && line > 300;
            let (removed, stats) = clean(&source, &options, &out, &mut every_second, &drop_line);
            assert_eq!(stats.copied, 0);
            assert_eq!(one(&out).codec(), codec, "same packing");
            assert_ne!(unpack(codec, &fs::read(&out).unwrap()), text.as_bytes());
            let back = folder.path(&format!("back-{name}{extension}"));
            let stats = restore(&one(&out), &options, &back, &removed);
            assert_eq!(stats.reinstated, removed.lines.len() as u64);
            assert_eq!(
                unpack(codec, &fs::read(&back).unwrap()),
                text.as_bytes(),
                "{codec} {name}"
            );
        }
    }
}

#[test]
fn a_change_late_in_the_file_keeps_what_came_before() {
    // more than one block, and the change in the last line
    let mut text: String = (0..120_000)
        .map(|i| format!("{{\"id\": {i}, \"text\": \"line number {i}\"}}\n"))
        .collect();
    text.push_str("{\"text\":\"the end\"}");
    for (codec, extension) in [(Codec::Plain, ""), (Codec::Zstd, ".zst")] {
        let folder = Folder::new();
        let source = folder.source(&format!("a.jsonl{extension}"), pack(codec, text.as_bytes()));
        let out = folder.path(&format!("out.jsonl{extension}"));
        let mut choose = |line, _, _: &str| if line == 120_001 { vec![Span::new(3, 7)] } else { vec![] };
        let (removed, stats) = clean(&source, &ReadOptions::default(), &out, &mut choose, &|_| false);
        assert_eq!((stats.records, stats.edited), (120_001, 1));
        let cleaned = unpack(codec, &fs::read(&out).unwrap());
        assert!(cleaned == text.replace("the end", "the").as_bytes());
        let back = folder.path(&format!("back.jsonl{extension}"));
        restore(&one(&out), &ReadOptions::default(), &back, &removed);
        assert!(unpack(codec, &fs::read(&back).unwrap()) == text.as_bytes());
    }
}

/// Takes the first letter out of some lines.
struct FirstLetters<'w> {
    wanted: &'w [u64],
    asked: Vec<u64>,
    shown: Vec<u64>,
}

impl Rewriter for FirstLetters<'_> {
    type Error = FileError;
    type Seen = ();
    type Told = u64;

    fn asks(&mut self, line: u64) -> bool {
        self.asked.push(line);
        self.wanted.contains(&line)
    }

    fn see(&mut self, _: &Record<'_>) -> Result<(), FileError> {
        Ok(())
    }

    fn edit(&self, record: &Record<'_>, (): &()) -> Result<(Edit, u64), FileError> {
        let edit = Edit::Delete(vec![(0, vec![Span::new(0, 1)])]);
        Ok((edit, record.place.line_or_row))
    }

    fn settle(&mut self, line: u64) -> Result<(), FileError> {
        self.shown.push(line);
        Ok(())
    }
}

#[test]
fn only_the_lines_asked_for_are_read() {
    let folder = TempDir::new().unwrap();
    let lines = [
        "\u{feff}{\"text\":\"aa\"}\r\n",
        "broken\n",
        "\n",
        "{\"text\":\"bb\"}\n",
        "{\"text\":\"cc\"}\n",
        "{\"text\":1}\n",
        "{\"text\":\"dd\"}",
    ];
    let path = folder.path().join("in.jsonl");
    fs::write(&path, lines.concat()).unwrap();
    let out = folder.path().join("out.jsonl");
    let rewrite = |wanted: &[u64]| {
        let mut some = FirstLetters {
            wanted,
            asked: Vec::new(),
            shown: Vec::new(),
        };
        let stats = one(&path)
            .rewrite_by(&fields(&["text"]), Output::file(&out), &mut some)
            .unwrap();
        assert_eq!(some.asked, [1, 2, 3, 4, 5, 6, 7]);
        (some.shown, stats, fs::read_to_string(&out).unwrap())
    };
    let (shown, stats, text) = rewrite(&[2, 3, 4, 7]);
    assert_eq!(shown, [4, 7]);
    assert_eq!((stats.records, stats.faulty, stats.edited, stats.copied), (2, 1, 2, 0));
    assert_eq!(text, lines.concat().replace("bb", "b").replace("dd", "d"));
    let (shown, stats, text) = rewrite(&[]);
    assert!(shown.is_empty());
    assert_eq!((stats.records, stats.copied), (0, 1));
    assert_eq!(text, lines.concat());
}

#[test]
fn cut_off_files_are_errors_with_a_place() {
    // what packs badly, so that there is something to read before the cut
    let mut state = 1u64;
    let text: String = (0..20_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            format!("{{\"text\":\"{state:x}\"}}\n")
        })
        .collect();
    for (codec, extension) in &CODECS[1..] {
        let folder = Folder::new();
        let packed = pack(*codec, text.as_bytes());
        let source = folder.source(&format!("a.jsonl{extension}"), &packed[..packed.len() * 2 / 3]);
        let error = read(&source).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::UnexpectedEof), "{message}");
        assert!(
            message.contains("a.jsonl") && message.contains("cut off") && message.contains("byte"),
            "{message}"
        );
        // no output that looks whole
        let out = folder.path(&format!("out.jsonl{extension}"));
        let result = source.rewrite::<FileError>(&ReadOptions::default(), Output::file(&out), &mut |record| {
            let text = &record.outcome.unwrap().texts[0];
            Ok(Edit::Delete(vec![(
                0,
                vec![Span::new(0, u32::try_from(text.text.len()).unwrap())],
            )]))
        });
        assert!(result.is_err());
        assert_eq!(
            fs::read_dir(folder.0.path()).unwrap().count(),
            1,
            "only the input is there"
        );
    }
}

#[test]
fn a_line_of_100_mb() {
    let folder = Folder::new();
    let long = "Un été à la mer. ".repeat(100_000_000 / 19);
    let mut bytes = b"{\"text\":\"a\"}\n{\"id\":7,\"text\":\"".to_vec();
    bytes.extend_from_slice(long.as_bytes());
    bytes.extend_from_slice(b"\"}\n{\"text\":\"b\"}\n");
    let source = folder.source("long.jsonl", &bytes);
    let records = read(&source).unwrap();
    assert_eq!(records.len(), 3);
    assert!(records[1].2.as_ref() == Ok(&long));
    assert_eq!(records[2], (3, bytes.len() as u64 - 13, Ok("b".into())));
}

#[test]
fn deep_nesting_is_passed_through() {
    let folder = Folder::new();
    let deep = "[".repeat(200_000);
    let bytes = format!(
        "{{\"text\":\"ab\",\"m\":{deep}{}}}\n{{\"text\":\"ab\",\"m\":{deep}\n",
        "]".repeat(200_000)
    );
    let source = folder.source("deep.jsonl", &bytes);
    let records = read(&source).unwrap();
    assert_eq!(
        (&records[0].2, &records[1].2),
        (&Ok("ab".to_owned()), &Err(FaultKind::BrokenJson))
    );
    let out = folder.path("out.jsonl");
    clean(&source, &ReadOptions::default(), &out, &mut every_second, &|_| false);
    assert!(fs::read(&out).unwrap() == bytes.replacen("ab", "b", 1).as_bytes());
}

#[test]
fn empty_files_and_empty_texts() {
    let folder = Folder::new();
    for (codec, extension) in CODECS {
        let source = folder.source(&format!("empty.jsonl{extension}"), pack(codec, b""));
        assert_eq!(read(&source).unwrap(), []);
        let source = folder.source(&format!("empty.txt{extension}"), pack(codec, b""));
        assert_eq!(read(&source).unwrap(), [(1, 0, Ok(String::new()))]);
        let out = folder.path(&format!("out.txt{extension}"));
        let (_, stats) = clean(&source, &ReadOptions::default(), &out, &mut every_second, &|_| false);
        assert_eq!(stats.copied, 1);
    }
}

#[test]
fn text_files() {
    let folder = Folder::new();
    let bytes = "\u{feff}Un.\r\nDeux.\r\n";
    let source = folder.source("a.txt", bytes);
    assert_eq!(read(&source).unwrap(), [(1, 3, Ok("Un.\r\nDeux.\r\n".to_owned()))]);
    let batch = source.read(&ReadOptions::default()).unwrap().next().unwrap().unwrap();
    let id = batch.records().next().unwrap().outcome.unwrap().id.clone().unwrap();
    assert_eq!(id.text(), source.name());
    let out = folder.path("out.txt");
    let (removed, _) = clean(
        &source,
        &ReadOptions::default(),
        &out,
        &mut |_, _, _| vec![Span::new(3, 7)],
        &|_| false,
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), "\u{feff}Un.ux.\r\n");
    assert_eq!(removed.texts[&1][0].1[0].raw(), "\\r\\nDe");
    restore(&one(&out), &ReadOptions::default(), &folder.path("back.txt"), &removed);
    assert_eq!(fs::read_to_string(folder.path("back.txt")).unwrap(), bytes);

    let bad = folder.source("bad.txt", b"caf\xe9");
    assert_eq!(read(&bad).unwrap(), [(1, 0, Err(FaultKind::InvalidUtf8))]);
    let (_, stats) = clean(&bad, &ReadOptions::default(), &out, &mut every_second, &|_| false);
    assert_eq!((stats.faulty, stats.copied), (1, 1));
    assert_eq!(fs::read(&out).unwrap(), b"caf\xe9");

    let error = source.rewrite::<FileError>(&ReadOptions::default(), Output::file(&out), &mut |_| Ok(Edit::Drop));
    assert!(error.unwrap_err().is_settings());
}

#[test]
fn a_file_that_changes_is_not_edited() {
    let folder = Folder::new();
    for name in ["a.jsonl", "a.txt"] {
        let source = folder.source(name, "{\"text\":\"abc\"}\n");
        let mut file = fs::File::options().append(true).open(folder.path(name)).unwrap();
        file.write_all(b"{\"text\":\"def\"}\n").unwrap();
        let error = source
            .rewrite::<FileError>(&ReadOptions::default(), Output::file(folder.path("out")), &mut |_| {
                Ok(Edit::Keep)
            })
            .unwrap_err();
        assert!(error.to_string().contains("has changed"), "{error}");
        assert!(!folder.path("out").exists());
    }
}

#[test]
fn another_packing_where_the_name_asks_for_it() {
    let folder = Folder::new();
    let text = b"{\"text\":\"abc\"}\n\n{\"text\":\"def\"}";
    for (from, _) in CODECS {
        for (to, extension) in CODECS {
            for name in ["a.jsonl", "a.txt"] {
                let source = folder.source(name, pack(from, text));
                let out = folder.path(&format!("out{extension}"));
                for (spans, expected) in [(vec![], &text[..]), (vec![Span::new(1, 2)], b"")] {
                    let output = Output::file(&out).packed(Codec::of_name(&out));
                    let delete = Edit::Delete(vec![(0, spans)]);
                    let stats = source
                        .rewrite::<FileError>(&ReadOptions::default(), output, &mut |_| Ok(delete.clone()))
                        .unwrap();
                    let written = unpack(to, &fs::read(&out).unwrap());
                    assert_eq!(stats.copied == 1, !expected.is_empty());
                    assert!(
                        written == expected || (expected.is_empty() && written != text),
                        "{from} {to}"
                    );
                }
            }
        }
    }
}

#[test]
fn an_error_leaves_no_file() {
    let folder = Folder::new();
    let source = folder.source("a.jsonl", "{\"text\":\"abc\"}\n{\"text\":\"def\"}\n");
    let out = folder.path("out/a.jsonl");
    let together = Transaction::new();
    let output = Output::file_in(&together, &out);
    let result = source.rewrite::<Box<dyn std::error::Error>>(&ReadOptions::default(), output, &mut |record| {
        if record.place.line_or_row == 2 {
            return Err("stop".into());
        }
        Ok(Edit::Delete(vec![(0, vec![Span::new(0, 1)])]))
    });
    assert_eq!(result.unwrap_err().to_string(), "stop");
    drop(together);
    assert!(!folder.path("out").exists());
    // an edit that does not fit
    for spans in [vec![Span::new(0, 9)], vec![Span::new(1, 2), Span::new(0, 1)]] {
        let error = source
            .rewrite::<FileError>(&ReadOptions::default(), Output::file(&out), &mut |_| {
                Ok(Edit::Delete(vec![(0, spans.clone())]))
            })
            .unwrap_err();
        assert!(error.to_string().contains("a.jsonl:1:"), "{error}");
    }
    assert!(!folder.path("out").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let folder = Folder::new();
    let source = folder.source("a.jsonl", "{\"text\":\"abc\"}\n");
    for edit in [Edit::Keep, Edit::Delete(vec![(0, vec![Span::new(0, 1)])])] {
        let error = source
            .rewrite::<FileError>(&ReadOptions::default(), Output::file("/dev/full"), &mut |_| {
                Ok(edit.clone())
            })
            .unwrap_err();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::StorageFull));
        assert!(
            error.to_string().contains("/dev/full") && error.to_string().contains("space"),
            "{error}"
        );
    }
    assert!(!Path::new("/dev/.full.redite-partial").exists());
    let error = source
        .rewrite::<FileError>(&ReadOptions::default(), Output::file("/proc/nothing/a"), &mut |_| {
            Ok(Edit::Keep)
        })
        .unwrap_err();
    assert!(error.to_string().contains("/proc/nothing/a"), "{error}");
}

#[test]
fn lines_that_do_not_fit_are_not_put_back() {
    let folder = Folder::new();
    let source = folder.source("a.jsonl", "{\"text\":\"abc\"}\n");
    let restore = |line, raw: &str| {
        let removed = Removed {
            lines: BTreeMap::from([(line, raw.to_owned())]),
            ..Removed::default()
        };
        let out = folder.path("out.jsonl");
        source.restore(&ReadOptions::default(), Output::file(&out), &mut &removed)
    };
    assert_eq!(restore(2, "{\"text\":\"\"}").unwrap().reinstated, 1);
    assert_eq!(
        fs::read_to_string(folder.path("out.jsonl")).unwrap(),
        "{\"text\":\"abc\"}\n{\"text\":\"\"}"
    );
    assert_eq!(
        restore(3, "{\"text\":\"\"}").unwrap().reinstated,
        0,
        "the file does not reach so far"
    );
    assert!(restore(1, "{}\n{}\n").is_err());
}
