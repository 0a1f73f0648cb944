//! Any bytes after a magic number unpack or are refused; what is packed unpacks to the same, also as several members;
//! every file is told by its name and content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::files::fuzzing::sniff;
use redite::files::{Codec, Format};
use redite_fuzz::{Choices, Sink, file, one_thread, read_options};

const NAMES: [&str; 12] = [
    "a.jsonl",
    "a.txt.gz",
    "a.parquet",
    "a.md",
    "a",
    "a.ndjson.zst",
    "a.jsonl.bz2",
    "a.xz",
    "a.gz.gz",
    ".jsonl",
    "a.json",
    "a.parquet.gz",
];

fuzz_target!(init: one_thread(), |data: &[u8]| {
    let mut choices = Choices::new(data);
    let (how, name) = (choices.byte(), choices.of(&NAMES));
    let bytes = choices.rest();
    sniff(name, bytes);
    if how & 3 == 0 {
        read(bytes);
    }
    // bzip2 and xz take a thousand times as long to set up
    let codec = match how {
        0x40..0x50 => Some(Codec::Gzip),
        0x50..0x58 => Some(Codec::Zstd),
        0x58 if bytes.len() % 16 == 1 => Some(Codec::Bzip2),
        0x59 if bytes.len() % 16 == 2 => Some(Codec::Xz),
        _ => None,
    };
    if let Some(codec) = codec {
        // text, whatever the bytes are
        let text = format!("a{}", String::from_utf8_lossy(bytes).replace('\0', ""));
        let packed = pack(text.as_bytes(), codec);
        assert!(read(&packed).is_some_and(|read| read == text.as_bytes()), "{codec} gives other bytes");
        let twice = read(&packed.repeat(2)).expect("two members are a file");
        assert!(twice == text.repeat(2).as_bytes(), "{codec} stops after a member");
    }
});

/// The unpacked bytes, if the file is known and whole.
fn read(bytes: &[u8]) -> Option<Vec<u8>> {
    let source = file(bytes)?;
    if source.format() == Format::Parquet {
        return None;
    }
    let records = source.read(&read_options(false)).ok()?;
    for batch in records {
        batch.ok()?;
    }
    let sink = Sink::default();
    source.copy(sink.output().packed(Codec::Plain)).ok()?;
    Some(sink.take())
}

fn pack(text: &[u8], codec: Codec) -> Vec<u8> {
    let source = file(text).expect("it is text");
    let sink = Sink::default();
    source.copy(sink.output().packed(codec)).expect("memory takes all");
    sink.take()
}
