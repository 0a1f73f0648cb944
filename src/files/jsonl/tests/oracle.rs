//! The scanner against `serde_json` on random and on broken lines.

use super::super::oracle::{hold, options};
use super::super::parse::Wanted;
use super::super::scan;
use crate::files::ReadOptions;

/// SplitMix64: the same lines on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn of<'a>(&mut self, these: &[&'a str]) -> &'a str {
        these[self.below(these.len())]
    }
}

const SPACES: &[&str] = &["", "", "", " ", "\t", " \r "];
const KEYS: &[&str] = &[
    "text",
    "id",
    "lang",
    "a",
    "a.b",
    "b",
    "",
    "te\\u0078t",
    "\\u0069d",
    "a\\u002eb",
    "\\ud800",
    "é",
    "n",
    "title\\n",
];
const PIECES: &[&str] = &[
    "a",
    "word ",
    "a piece of text that is longer than what is looked at byte by byte",
    "é",
    "漢字",
    "😀",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b\\f\\r\\t",
    "\\u00e9",
    "\\u00E9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\udc00",
    "\\ud83d\\u0041",
    "\\u0000",
    "\u{7f}\u{80}\u{2028}",
];
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "12",
    "-3.50",
    "1e5",
    "1E-7",
    "0.0e+00",
    "1e999",
    "123456789012345678901234567890",
];
/// What breaks a line, or does not.
const DEBRIS: &[&str] = &[
    "\"", "\\", "{", "}", "[", "]", ",", ":", "\u{0}", "\u{1f}", "\t", "\n", "\\u", "\\x", "01", "1.", "-", "+", "e",
    ".5", "tru", "nul", "NaN", "\u{feff}", "\u{a0}", "//", "\\ud8", "x", " ",
];

fn string(random: &mut Random, json: &mut String) {
    json.push('"');
    for _ in 0..random.below(5) {
        json.push_str(random.of(PIECES));
    }
    json.push('"');
}

fn object(random: &mut Random, depth: usize, json: &mut String) {
    json.push('{');
    json.push_str(random.of(SPACES));
    for i in 0..random.below(6) {
        if i > 0 {
            json.push(',');
            json.push_str(random.of(SPACES));
        }
        json.push('"');
        json.push_str(random.of(KEYS));
        json.push('"');
        json.push_str(random.of(SPACES));
        json.push(':');
        json.push_str(random.of(SPACES));
        value(random, depth + 1, json);
        json.push_str(random.of(SPACES));
    }
    json.push('}');
}

fn value(random: &mut Random, depth: usize, json: &mut String) {
    match random.below(if depth < 5 { 10 } else { 8 }) {
        0..5 => string(random, json),
        5 | 6 => json.push_str(random.of(NUMBERS)),
        7 => json.push_str(random.of(&["true", "false", "null"])),
        8 => object(random, depth, json),
        _ => {
            json.push('[');
            json.push_str(random.of(SPACES));
            for i in 0..random.below(4) {
                if i > 0 {
                    json.push(',');
                }
                json.push_str(random.of(SPACES));
                value(random, depth + 1, json);
                json.push_str(random.of(SPACES));
            }
            json.push(']');
        }
    }
}

fn line(random: &mut Random) -> String {
    let mut json = random.of(SPACES).to_owned();
    object(random, 0, &mut json);
    json.push_str(random.of(SPACES));
    json
}

#[test]
fn random_lines() {
    let mut random = Random(1);
    let options = options();
    for _ in 0..4_000 {
        let line = line(&mut random);
        assert!(hold(line.as_bytes(), &options), "{line}");
    }
}

#[test]
fn broken_lines() {
    let mut random = Random(2);
    let options = options();
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..12_000 {
        let mut line = line(&mut random).into_bytes();
        for _ in 0..=random.below(2) {
            let at = random.below(line.len());
            match random.below(5) {
                0 => drop(line.splice(at..at, random.of(DEBRIS).bytes())),
                1 => drop(line.splice(at..=at, random.of(DEBRIS).bytes())),
                2 => drop(line.remove(at)),
                3 => line.truncate(at + 1),
                _ => line[at] = u8::try_from(random.below(256)).unwrap(),
            }
            line.retain(|&byte| byte != b'\n');
            if line.is_empty() {
                line.push(b'{');
            }
        }
        match hold(&line, &options) {
            true => taken += 1,
            false => refused += 1,
        }
    }
    assert!(taken > 1_000 && refused > 4_000, "{taken} {refused}");
}

#[test]
fn every_cut_and_every_byte() {
    let line = r#" {"text" : "a\u00e9é\ud83d\ude00", "id":-1.5e+3,"n":[{"a":null},[],{},true], "lang":"fr"} "#;
    let options = options();
    for end in 0..line.len() {
        hold(&line.as_bytes()[..end], &options);
        for byte in 0..=255 {
            let mut line = line.as_bytes().to_vec();
            if byte != b'\n' {
                line[end] = byte;
                hold(&line, &options[..1]);
            }
        }
    }
}

#[test]
fn as_deep_as_it_follows_and_deeper() {
    let options = ReadOptions::default();
    for depth in [1, 62, 63, 64, 65, 1_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = if open == "[" { "" } else { "1" };
            let line = format!(
                "{{\"a\":{}{inner}{},\"text\":\"b\"}}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let fields = Wanted::new(&options).read(line.as_bytes()).unwrap();
            assert_eq!(fields.texts[0].text, "b");
            let taken = scan::object(&line, |_| true).is_some();
            // an empty list is not gone into
            assert_eq!(taken, depth <= if open == "[" { 64 } else { 63 }, "{depth} {open}");
            let crossed = line.replacen(close, if close == "]" { "}" } else { "]" }, 1);
            assert!(scan::object(&crossed, |_| true).is_none());
        }
    }
}

#[test]
fn only_wanted_entries_are_kept() {
    let line = r#"{"text":"a","x":{"text":1},"text":2,"te\u0078t":3}"#;
    let entries = scan::object(line, |key| key == "text").unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2].1, "3");
    assert!(scan::object("{}", |_| true).is_some_and(|entries| entries.is_empty()));
}
