//! What is taken out of a file of JSON Lines or text goes back, byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::files::{Codec, Edit, FileError, Format, Insertion, Record, Restorer, RewriteStats, Source};
use redite::model::Span;
use redite_fuzz::{Choices, JSON, Sink, TEXT, file, one_thread, pieces, read_options};
use std::collections::BTreeMap;

/// U+FEFF, the byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What was taken out, by line and field, and the lines that were left out.
#[derive(Default)]
struct Taken {
    texts: BTreeMap<u64, Vec<(usize, Vec<Insertion>)>>,
    lines: BTreeMap<u64, String>,
}

impl Restorer for Taken {
    type Error = FileError;

    fn reinstate(&mut self, line: u64) -> Result<Option<String>, FileError> {
        Ok(self.lines.remove(&line))
    }

    fn edit(&mut self, record: &Record<'_>) -> Result<Edit, FileError> {
        let texts = self.texts.remove(&record.place.line_or_row);
        Ok(texts.map_or(Edit::Keep, Edit::Insert))
    }
}

fuzz_target!(init: one_thread(), |data: &[u8]| {
    let mut choices = Choices::new(data);
    let (kind, pattern) = (choices.byte(), choices.byte() | 1);
    let mut bytes = Vec::new();
    if kind & 1 == 1 {
        bytes.extend_from_slice(MARK);
    }
    match kind >> 1 & 3 {
        0 => bytes.extend_from_slice(choices.rest()),
        1 => bytes.extend_from_slice(pieces(choices, TEXT).as_bytes()),
        2 => bytes.extend_from_slice(pieces(choices, JSON).as_bytes()),
        _ => {
            // the first line says what it is
            bytes.extend_from_slice(b"{\"text\":\"a b c\",\"id\":1.0}\n");
            bytes.extend_from_slice(pieces(choices, JSON).as_bytes());
        }
    }
    let options = read_options(kind & 8 != 0);
    let Some(source) = one(&bytes) else { return };
    let can_drop = source.format().can_drop() && kind & 16 != 0;
    let mut taken = Taken::default();
    let mut turn = u32::from(kind);
    let rewritten = rewrite(&source, |sink| {
        source.rewrite::<FileError>(&options, sink, &mut |record| {
            let edit = Edit::Delete(choose(record, pattern, &mut turn, &mut taken));
            turn = turn.wrapping_mul(5).wrapping_add(3);
            if can_drop && turn & 4 != 0 {
                let (line, raw) = (record.place.line_or_row, record.raw_line_after(&edit)?);
                taken.lines.insert(line, raw);
                return Ok(Edit::Drop);
            }
            Ok(edit)
        })
    });
    // what comes back of compressed input are the uncompressed bytes
    let Some((cleaned, mark)) = rewritten.filter(|_| source.codec() == Codec::Plain) else { return };
    // what is left may look like another format; then nothing can be put back
    let Some(source) = one(&cleaned).filter(|cleaned| cleaned.format() == source.format()) else { return };
    let source = source.with_mark(mark);
    let Some((restored, _)) = rewrite(&source, |sink| source.restore(&options, sink, &mut taken)) else { return };
    assert!(taken.texts.is_empty() && taken.lines.is_empty(), "every record comes back");
    assert!(restored == bytes, "{:?}\nis not\n{:?}", String::from_utf8_lossy(&restored), String::from_utf8_lossy(&bytes));
});

fn one(bytes: &[u8]) -> Option<Source> {
    file(bytes).filter(|source| source.format() != Format::Parquet)
}

/// What is written, and whether it begins with a byte order mark; `None` if compressed input is damaged.
fn rewrite(
    source: &Source,
    by: impl FnOnce(redite::files::Output) -> Result<RewriteStats, FileError>,
) -> Option<(Vec<u8>, bool)> {
    let sink = Sink::default();
    // compressed input would be compressed again
    let output = sink.output().packed(Codec::Plain);
    match by(output) {
        Ok(stats) => Some((sink.take(), stats.mark)),
        Err(error) if source.codec() != Codec::Plain => {
            assert!(!error.to_string().is_empty());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Spans between characters, by the bits of `pattern`.
fn choose(record: &Record<'_>, pattern: u8, turn: &mut u32, taken: &mut Taken) -> Vec<(usize, Vec<Span>)> {
    let Ok(fields) = record.outcome else {
        unreachable!("only good records are edited")
    };
    let mut edits = Vec::new();
    for text in &fields.texts {
        let mut ends = Vec::new();
        for (at, _) in text.text.char_indices() {
            *turn = turn.wrapping_add(1);
            if pattern.rotate_left(*turn) & 1 == 1 {
                ends.push(u32::try_from(at).expect("short"));
            }
        }
        if *turn & 1 == 1 {
            ends.push(u32::try_from(text.text.len()).expect("short"));
        }
        let spans: Vec<Span> = ends.chunks_exact(2).map(|end| Span::new(end[0], end[1])).collect();
        let spelled = record.spellings(text, &spans).expect("the spans are in the text");
        let insertions = spans.iter().zip(spelled);
        let insertions: Vec<Insertion> = insertions
            .map(|(span, raw)| {
                let insertion = Insertion::new(span.start, raw).expect("it was in a string");
                assert_eq!(insertion.text(), &text.text[span.range()]);
                insertion
            })
            .collect();
        taken
            .texts
            .entry(record.place.line_or_row)
            .or_default()
            .push((text.field, insertions));
        edits.push((text.field, spans));
    }
    edits
}
