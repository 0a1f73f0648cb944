//! Twice the line, at most 2.2 times the steps, whatever stands in it.

use super::parse::keys;
use super::*;
use crate::files::edit::{Insertion, apply};
use crate::model::Span;
use crate::steps::steps;

/// What is repeated, between what stands before and after it.
const LINES: [(&str, &str, &str); 22] = [
    ("{\"text\":\"", "a", "\"}"),
    ("{\"text\":\"", "é中😀", "\"}"),
    ("{\"text\":\"", "\\n", "\"}"),
    ("{\"text\":\"", "\\\\\\\"", "\"}"),
    ("{\"text\":\"", "\\u00e9", "\"}"),
    ("{\"text\":\"", "\\ud83d\\ude00", "\"}"),
    ("{\"text\":\"", "a\\ud83d\\ude00é\\t", "\"}"),
    // half a pair at the end, and one that is broken
    ("{\"text\":\"", "\\n", "\\ud800\"}"),
    ("{\"text\":\"", "\\n", "\\q\"}"),
    ("{\"text\":\"", "\\n", ""),
    ("{\"text\":\"x\"", ",\"k\":1", "}"),
    ("{\"text\":\"x\"", ",\"\\u006b\":\"\\n\"", "}"),
    ("{\"text\":\"x\"", ",\"text\":\"y\"", "}"),
    ("{\"body\":\"x\"", ",\"k\":1", "}"),
    ("{\"text\":\"x\"", ",\"doc\":{\"text\":1}", "}"),
    ("{\"text\":\"x\",\"m\":", "[", ""),
    ("{\"text\":\"x\",\"m\":[", "[],", "1]}"),
    ("{\"text\":\"x\",\"m\":", "{\"a\":", ""),
    ("{\"m\":[", "{\"a\":[\"\\n\"]},", "1],\"text\":\"x\"}"),
    ("{\"text\":\"x\",\"m\":", " ", "1}"),
    ("{\"text\":\"x\",\"m\":1", "0", "}"),
    ("{\"text\":\"x\"}", " ", ""),
];

fn line(number: usize, times: usize) -> String {
    let (before, piece, after) = LINES[number];
    format!("{before}{}{after}", piece.repeat(times))
}

fn options() -> ReadOptions {
    ReadOptions {
        text_fields: ["title", "doc.text", "text"].map(str::to_owned).to_vec(),
        ..ReadOptions::default()
    }
}

/// Reads the line, cuts every second character out of its texts, and puts them back.
fn read_and_edit(line: &str) {
    let options = options();
    let wanted = Wanted::new(&options);
    let Ok(fields) = wanted.read(line.as_bytes()) else {
        let _keys = keys(line.as_bytes());
        return;
    };
    let mut cuts = Vec::new();
    let mut back = Vec::new();
    for text in &fields.texts {
        let starts: Vec<u32> = text
            .text
            .char_indices()
            .map(|(at, _)| u32::try_from(at).unwrap())
            .collect();
        let spans: Vec<Span> = starts.chunks_exact(2).map(|at| Span::new(at[0], at[1])).collect();
        let spelled = spans.iter().map(|span| {
            let raw = edit::escape(&text.text[span.range()]);
            Insertion::new(span.start, raw).unwrap()
        });
        back.push((text.field, spelled.collect()));
        cuts.push((text.field, spans));
    }
    let cut = Edit::Delete(cuts);
    for text in &fields.texts {
        apply(&cut, text).unwrap();
    }
    let Some(pieces) = splice(line.as_bytes(), &fields, &cut).unwrap() else {
        return;
    };
    let cut = pieces.concat();
    let fields = wanted.read(&cut).unwrap();
    splice(&cut, &fields, &Edit::Insert(back)).unwrap();
}

#[test]
fn hostile_lines_are_read_and_edited_in_linear_time() {
    for number in 0..LINES.len() {
        let (once, twice) = (line(number, 2_000), line(number, 4_000));
        let (first, second) = (steps(|| read_and_edit(&once)), steps(|| read_and_edit(&twice)));
        assert!(first >= once.len(), "{}: {first} for {}", &once[..30], once.len());
        assert!(first <= 60 * once.len(), "{}: {first} for {}", &once[..30], once.len());
        assert!(second * 10 <= first * 22, "{}: {first}, then {second}", &once[..30]);
    }
}

#[test]
fn a_line_longer_than_a_block_is_gathered_in_linear_time() {
    let gather = |bytes: usize| {
        let line = vec![b'a'; bytes];
        steps(|| {
            let mut blocks = Blocks::with_size(&line[..], 1 << 10);
            while let Some(block) = blocks.next_block().unwrap() {
                assert_eq!(block.data.len(), bytes);
            }
        })
    };
    let (once, twice) = (gather(1_000_000), gather(2_000_000));
    assert!(once > 1_000_000 && twice * 10 <= once * 22, "{once}, then {twice}");
}

#[test]
fn a_line_beyond_the_limit_is_told_of() {
    let mut blocks = Blocks::with_size(&[b'a'; 5000][..], 1 << 10);
    blocks.longest = 3000;
    let error = blocks.next_block().unwrap_err();
    assert!(
        error.to_string().contains("line 1 is longer than 3000 bytes"),
        "{error}"
    );
}
