mod oracle;

use std::io::Cursor;

use super::*;
use crate::files::record::{FaultKind, Record};
use crate::files::{Fault, Insertion};
use crate::model::Span;

fn options(fields: &[&str]) -> ReadOptions {
    ReadOptions {
        text_fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        ..ReadOptions::default()
    }
}

fn parse_line(line: &[u8], options: &ReadOptions) -> Result<Fields, Fault> {
    Wanted::new(options).read(line)
}

fn texts(line: &str, fields: &[&str]) -> Result<Vec<(usize, String)>, Fault> {
    let fields = parse_line(line.as_bytes(), &options(fields))?;
    Ok(fields.texts.into_iter().map(|text| (text.field, text.text)).collect())
}

fn fault(line: &[u8], fields: &[&str]) -> (FaultKind, Option<u64>, String) {
    let fault = parse_line(line, &options(fields)).unwrap_err();
    (fault.kind(), fault.column(), fault.to_string())
}

#[test]
fn names_and_paths() {
    let line = r#"{"a.b":"literal","a":{"b":"nested","c.d":"both","":"empty"},"":{"":"none"},"te\u0078t":"escaped"}"#;
    let one = |field: &str| texts(line, &[field]).map(|mut texts| texts.remove(0).1);
    assert_eq!(one("a.b"), Ok("literal".into()));
    assert_eq!(one("a.c.d"), Ok("both".into()));
    assert_eq!(one("text"), Ok("escaped".into()));
    assert_eq!(one("a."), Ok("empty".into()));
    assert_eq!(one("."), Ok("none".into()));
    assert_eq!(one("a").unwrap_err().kind(), FaultKind::WrongType);
    assert_eq!(one("a.b.c").unwrap_err().kind(), FaultKind::NoField);
    // in the order asked for, with those that are there
    assert_eq!(
        texts(line, &["text", "no", "a.b"]),
        Ok(vec![(0, "escaped".into()), (2, "literal".into())])
    );
}

#[test]
fn the_other_fields() {
    let read = |line: &str, rank: Option<&str>| {
        let options = ReadOptions {
            rank_field: rank.map(str::to_owned),
            ..ReadOptions::default()
        };
        let fields = parse_line(line.as_bytes(), &options).unwrap();
        (
            fields.id.map(|id| (id.raw().to_owned(), id.text().into_owned())),
            fields.lang,
            fields.rank,
        )
    };
    use crate::files::RankValue::*;
    let id = |raw: &str, text: &str| Some((raw.to_owned(), text.to_owned()));
    assert_eq!(
        read(r#"{"id":"\u0041\/1","lang":"fr","text":"","n":3}"#, Some("n")),
        (id(r#""\u0041\/1""#, "A/1"), Some("fr".into()), Some(Integer(3)))
    );
    assert_eq!(
        read(r#"{"id": 1.50e1 ,"lang":3,"text":""}"#, None),
        (id("1.50e1", "1.50e1"), None, None)
    );
    assert_eq!(
        read(r#"{"id":null,"text":"","n":"2020"}"#, Some("n")).2,
        Some(Text("2020".into()))
    );
    assert_eq!(read(r#"{"text":"","n":{}}"#, Some("n")), (None, None, None));
    let mut ranks = vec![
        Text("b".into()),
        Float(2.5),
        Integer(3),
        Integer((1 << 53) + 1),
        Float((1i64 << 53) as f64),
        Text("a".into()),
    ];
    ranks.sort();
    assert_eq!(
        ranks,
        [
            Float(2.5),
            Integer(3),
            Float((1i64 << 53) as f64),
            Integer((1 << 53) + 1),
            Text("a".into()),
            Text("b".into())
        ]
    );
}

#[test]
fn faults_have_their_place() {
    use FaultKind::*;
    let kinds = |line: &[u8]| {
        let (kind, column, _) = fault(line, &["text"]);
        (kind, column)
    };
    assert_eq!(kinds(b"{\"text\": \"a\""), (BrokenJson, Some(12)));
    assert_eq!(kinds(b"{\"text\": \"a\"} x"), (BrokenJson, Some(15)));
    assert_eq!(kinds(b"{\"text\": \"a\tb\"}").0, BrokenJson);
    assert_eq!(kinds(b"{\"text\": \"\\x\"}").0, BrokenJson);
    assert_eq!(kinds(b"{\"a\": 01, \"text\": \"\"}").0, BrokenJson);
    assert_eq!(kinds(b"nonsense"), (BrokenJson, Some(2)));
    assert_eq!(kinds(b" [1]"), (NotAnObject, Some(2)));
    assert_eq!(kinds(b"\"text\""), (NotAnObject, Some(1)));
    assert_eq!(kinds(b"{\"text\": 5}"), (WrongType, Some(10)));
    assert_eq!(kinds(b"{\"text\": null}"), (WrongType, Some(10)));
    assert_eq!(kinds(b"{\"text\": \"a\xffb\"}"), (InvalidUtf8, Some(12)));
    assert_eq!(
        kinds(b"{\"x\": \"\xed\xa0\x80\", \"text\": \"\"}"),
        (InvalidUtf8, Some(8))
    );
    assert_eq!(kinds(b"{\"text\": \"ab\\ud800\"}").0, LoneSurrogate);
    assert_eq!(kinds(b"{\"text\": \"\\ud800\\u0041\"}").0, LoneSurrogate);
    assert_eq!(kinds(b"{\"text\": \"\\udc00 \"}").0, LoneSurrogate);
    assert_eq!(kinds(b"{\"text\": \"a\", \"text\": \"b\"}"), (DuplicateKey, Some(23)));
    assert_eq!(kinds(b"{\"text\": \"a\", \"te\\u0078t\": \"b\"}").0, DuplicateKey);
    assert_eq!(kinds(b"{\"id\": 1, \"id\": 1, \"text\": \"\"}").0, DuplicateKey);
    let (kind, _, message) = fault(b"{\"body\": 1, \"title\": 2}", &["text", "lead"]);
    assert_eq!(kind, NoField);
    assert!(
        message.contains("`text`, `lead`") && message.contains("body, title"),
        "{message}"
    );
    assert!(message.contains("--text-field"), "{message}");
    assert!(fault(b"{\"text\":null}", &["text"]).2.contains("`text` is null"));
}

#[test]
fn what_is_no_fault() {
    // surrogates and duplicates elsewhere
    assert!(texts(r#"{"x":"\ud800","x":1,"\udc00":2,"text":"a"}"#, &["text"]).is_ok());
    assert!(texts("{\"text\":\"a\"} \t\r", &["text"]).is_ok());
    assert!(texts(r#"{"text":"\ud83d\ude00"}"#, &["text"]).is_ok());
    // one good text is enough
    assert_eq!(
        texts(r#"{"title":null,"lead":7,"text":"a"}"#, &["title", "lead", "text"]),
        Ok(vec![(2, "a".into())])
    );
}

#[test]
fn deep_nesting_costs_no_stack() {
    let deep = "[".repeat(200_000);
    let line = format!("{{\"meta\":{deep}{},\"text\":\"a\"}}", "]".repeat(200_000));
    assert_eq!(texts(&line, &["text"]), Ok(vec![(0, "a".into())]));
    assert_eq!(texts(&line, &["meta.x", "text"]), Ok(vec![(1, "a".into())]));
    assert_eq!(
        fault(format!("{{\"text\":{deep}").as_bytes(), &["text"]).0,
        FaultKind::BrokenJson
    );
    assert_eq!(fault(deep.as_bytes(), &["text"]).0, FaultKind::BrokenJson);
    let objects = "{\"text\":".repeat(200_000);
    assert_eq!(fault(objects.as_bytes(), &["text"]).0, FaultKind::BrokenJson);
    let objects = format!("{objects}1{}", "}".repeat(200_000));
    assert_eq!(fault(objects.as_bytes(), &["text.text"]).0, FaultKind::WrongType);
}

#[test]
fn too_large_a_text() {
    let options = ReadOptions {
        max_text_bytes: 3,
        ..ReadOptions::default()
    };
    assert!(parse_line(br#"{"text":"abc"}"#, &options).is_ok());
    assert_eq!(
        parse_line(br#"{"text":"abcd"}"#, &options).unwrap_err().kind(),
        FaultKind::TooLarge
    );
}

/// Reads in small steps, so that blocks are cut everywhere.
fn lines_of(data: &[u8], size: usize) -> Vec<(u64, u64, Vec<u8>)> {
    let mut blocks = Blocks::with_size(Cursor::new(data), size);
    let mut lines = Vec::new();
    let mut all = Vec::new();
    while let Some(block) = blocks.next_block().unwrap() {
        let batch = parse_block(block, &ReadOptions::default(), None, &mut |_| true);
        all.extend_from_slice(&batch.data);
        for item in &batch.items {
            lines.push((
                item.place.line_or_row,
                item.place.byte,
                batch.data[item.line.clone()].to_vec(),
            ));
        }
    }
    assert_eq!(all, data);
    lines
}

#[test]
fn blocks_are_whole_lines_whatever_their_size() {
    let data = b"\xef\xbb\xbf{\"text\":\"a\"}\r\n\n{\"text\":\"long long long\"}\n{}\n \n{\"text\":\"\"}";
    let once = lines_of(data, 1 << 20);
    assert_eq!(once.iter().map(|line| line.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(once[0].1, 3);
    assert!(once[0].2.ends_with(b"\r\n") && once[5].2.ends_with(b"}"));
    for size in 4..80 {
        assert_eq!(lines_of(data, size), once, "{size}");
    }
    assert!(lines_of(b"", 10).is_empty());
    assert!(lines_of(b"\xef\xbb\xbf", 10).is_empty());
}

fn splice_text(line: &str, fields: &[&str], edit: &Edit) -> Result<String, String> {
    let fields = parse_line(line.as_bytes(), &options(fields)).unwrap();
    let pieces = splice(line.as_bytes(), &fields, edit)?;
    Ok(pieces.map_or(line.to_owned(), |pieces| String::from_utf8(pieces.concat()).unwrap()))
}

#[test]
fn only_the_removed_bytes_go() {
    let line = r#"{"n":1.0e+2, "text" : "caf\u00e9 \ud83d\ude00\/x\n", "z":"\/"}"#;
    // c a f é(2) space 😀(4) / x \n
    let delete = |start, end| Edit::Delete(vec![(0, vec![Span::new(start, end)])]);
    assert_eq!(
        splice_text(line, &["text"], &delete(0, 3)).unwrap(),
        line.replace("caf", "")
    );
    assert_eq!(
        splice_text(line, &["text"], &delete(3, 6)).unwrap(),
        line.replace("\\u00e9 ", "")
    );
    assert_eq!(
        splice_text(line, &["text"], &delete(6, 11)).unwrap(),
        line.replace("\\ud83d\\ude00\\/", "")
    );
    assert_eq!(
        splice_text(line, &["text"], &delete(12, 13)).unwrap(),
        line.replace("x\\n", "x")
    );
    assert_eq!(
        splice_text(line, &["text"], &delete(0, 13)).unwrap(),
        r#"{"n":1.0e+2, "text" : "", "z":"\/"}"#
    );
    assert_eq!(splice_text(line, &["text"], &delete(5, 5)).unwrap(), line);
    for (start, end) in [(4, 5), (0, 8), (12, 14), (3, 2)] {
        assert!(
            splice_text(line, &["text"], &delete(start, end)).is_err(),
            "{start} {end}"
        );
    }
    // fields in another order than their options
    let line = r#"{"b":"two","a":"one"}"#;
    let edit = Edit::Delete(vec![(0, vec![Span::new(0, 1)]), (1, vec![Span::new(2, 3)])]);
    assert_eq!(splice_text(line, &["a", "b"], &edit).unwrap(), r#"{"b":"tw","a":"ne"}"#);
    let edit = Edit::Insert(vec![(
        1,
        vec![Insertion::new(0, "\\u0041").unwrap(), Insertion::new(2, "B").unwrap()],
    )]);
    assert_eq!(
        splice_text(line, &["a", "b"], &edit).unwrap(),
        r#"{"b":"\u0041tBwo","a":"one"}"#
    );
    let edit = Edit::Insert(vec![(2, vec![Insertion::new(0, "x").unwrap()])]);
    assert!(
        splice_text(line, &["a", "b"], &edit)
            .unwrap_err()
            .contains("field number 2")
    );
    assert!(Insertion::new(0, "a\"b").is_err());
    assert!(Insertion::new(0, "\\ud800").is_err());
}

#[test]
fn spellings_are_slices_of_the_line() {
    let line = br#"{"text":"a\u0062\tc\ud83d\ude00"}"#;
    let fields = parse_line(line, &ReadOptions::default()).unwrap();
    let record = Record {
        place: Place::default(),
        outcome: Ok(&fields),
        line,
    };
    let spans = [Span::new(0, 2), Span::new(2, 3), Span::new(4, 8)];
    let spelled = record.spellings(&fields.texts[0], &spans).unwrap();
    assert_eq!(spelled, [r"a\u0062", r"\t", r"\ud83d\ude00"]);
    assert_eq!(record.raw_json(&fields.texts[0], Span::new(5, 8)), None);
    assert_eq!(record.raw_json(&fields.texts[0], Span::new(8, 9)), None);
    let edit = Edit::Delete(vec![(0, vec![Span::new(1, 8)])]);
    assert_eq!(record.raw_line_after(&edit).unwrap(), r#"{"text":"a"}"#);
}
