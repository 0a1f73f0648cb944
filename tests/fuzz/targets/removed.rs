//! The reader of removed units: no bytes make it fail otherwise than with an error, what was written is read back, and
//! a file that lost a line or its end is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::files::removed::{
    FileFormat, Header, KeptUnit, RemovedLine, RemovedReader, RemovedUnit, RemovedWriter, Trailer, write_dropped,
};
use redite::files::{Digest, FileError, Id, Insertion};
use redite_fuzz::{Choices, JSON, TEXT, pieces};

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    match choices.below(4) {
        0 => drop(read(choices.rest())),
        1 => nearly_right(choices),
        _ => written_is_read(choices),
    }
});

fn read(file: &[u8]) -> Result<Vec<RemovedLine>, FileError> {
    let read: Result<Vec<_>, _> = RemovedReader::new("r.jsonl", file).collect();
    read.inspect_err(|error| assert!(!error.to_string().is_empty()))
}

/// A file with one unit and one dropped record.
fn file(name: &str, field: &str, start: u32, spelled: &str, length: u32, similarity: f64, line: &str) -> Vec<u8> {
    let id = Id::of_raw("\"a\"");
    let source = format!("{name}:7");
    let lost = [field.to_owned(), line.to_owned()];
    let unit = RemovedUnit {
        article: Some(&id),
        source: &source,
        field,
        unit: "sentence",
        bytes: [start, start + length],
        chars: [0, 1],
        text: spelled.into(),
        rule: "near",
        measure: "jaccard:1,2",
        similarity,
        lost: &lost,
        reprint: length % 2 == 1,
        kept: Some(KeptUnit {
            article: None,
            source: &source,
            field: Some(field),
            bytes: [0, 1],
            text: line,
        }),
    };
    let header = Header::new("0.2.0", &[field.to_owned()], serde_json::Map::new());
    let mut writer = RemovedWriter::new(Vec::new());
    writer.header(&header).expect("memory takes all");
    let mut lines = Vec::new();
    unit.write(&mut lines).expect("memory takes all");
    write_dropped(&mut lines, None, &source, line).expect("memory takes all");
    writer.lines(&lines, 1, 1).expect("memory takes all");
    let (original, cleaned) = (Digest::of(b"a"), Digest::of(b"b"));
    writer
        .file(Trailer {
            file: name.to_owned(),
            output: name.to_owned(),
            format: FileFormat::Jsonl,
            mark: false,
            units: 0,
            dropped: 0,
            original,
            cleaned,
        })
        .expect("memory takes all");
    writer.end().expect("memory takes all");
    writer.into_inner()
}

fn nearly_right(mut choices: Choices<'_>) {
    let mut file = file("a.jsonl", "text", 0, "a", 1, 1.0, "{}\n");
    let at = (choices.below(256) << 2 | choices.below(4)) % file.len();
    let end = (at + choices.below(24)).min(file.len());
    drop(file.splice(at..end, pieces(choices, JSON).bytes()));
    drop(read(&file));
}

fn written_is_read(mut choices: Choices<'_>) {
    let start = u32::from(choices.byte()) << (choices.byte() % 24);
    let similarity = f64::from(choices.byte()) / 255.0;
    let (raw, damage) = (choices.coin(), choices.byte());
    let name = pieces(Choices::new(&[choices.byte(), choices.byte()]), TEXT);
    let field = pieces(Choices::new(&[choices.byte(), choices.byte()]), JSON);
    let text = pieces(choices, if raw { JSON } else { TEXT });
    let escaped = serde_json::to_string(&text).expect("any string can be written");
    // pieces of JSON are often a spelling themselves
    let raw = Insertion::new(start, text.as_str()).ok().filter(|_| raw);
    let (spelled, said) = match &raw {
        Some(insertion) => (insertion.raw(), insertion.text()),
        None => (&escaped[1..escaped.len() - 1], text.as_str()),
    };
    let length = u32::try_from(said.len()).expect("it is short");
    if start.checked_add(length).is_none() {
        return;
    }
    let file = file(&name, &field, start, spelled, length, similarity, &text);
    let source = format!("{name}:7");
    match read(&file).expect("what was written can be read").as_slice() {
        [
            RemovedLine::Header(header),
            RemovedLine::Unit {
                source: of,
                field: named,
                insertion,
            },
            RemovedLine::Dropped { source: dropped, line },
            RemovedLine::Trailer(trailer),
            RemovedLine::End(totals),
        ] => {
            assert_eq!(header.text_fields, [field.as_str()]);
            assert_eq!((of, named, dropped, line), (&source, &field, &source, &text));
            assert_eq!(
                (insertion.at(), insertion.text(), insertion.raw()),
                (start, said, spelled)
            );
            assert_eq!((&trailer.file, trailer.units, trailer.dropped), (&name, 1, 1));
            assert_eq!((totals.files, totals.units, totals.dropped), (1, 1, 1));
        }
        lines => panic!("{lines:?}"),
    }
    // one line less, or cut off
    let lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
    let damaged = match usize::from(damage) {
        // without a header it is a file of version 0.1, which has no trailers either
        lost @ 0..5 => [&lines[..lost], &lines[lost + 1..]].concat().concat(),
        at => file[..file.len() * at / 256].to_vec(),
    };
    assert!(read(&damaged).is_err(), "{}", String::from_utf8_lossy(&damaged));
}
