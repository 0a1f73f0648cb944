use super::*;

/// What a line of JSONL can be that is no article, and what is said of it.
fn bad_lines() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let deep = "[".repeat(200_000);
    vec![
        ("broken", b"{\"text\":\"one".to_vec(), "broken JSON"),
        ("two values", b"{\"text\":\"one\"} {}".to_vec(), "broken JSON"),
        ("raw control character", b"{\"text\":\"a\tb\"}".to_vec(), "broken JSON"),
        (
            "no field",
            b"{\"body\":\"one\"}".to_vec(),
            "no field `text` (fields here: body)",
        ),
        ("a number", b"{\"text\":17}".to_vec(), "`text` is a number"),
        ("null", b"{\"text\":null}".to_vec(), "`text` is null"),
        ("a list", b"{\"text\":[\"one\"]}".to_vec(), "`text` is "),
        ("no object", b"[1, 2]".to_vec(), "not a JSON object"),
        ("not UTF-8 in the text", b"{\"text\":\"caf\xe9\"}".to_vec(), "not UTF-8"),
        (
            "not UTF-8 elsewhere",
            b"{\"m\":\"\xff\",\"text\":\"one\"}".to_vec(),
            "not UTF-8",
        ),
        ("lone surrogate", b"{\"text\":\"\\ud800 one\"}".to_vec(), "surrogate"),
        (
            "lone low surrogate",
            b"{\"text\":\"\\udc00 one\"}".to_vec(),
            "surrogate",
        ),
        (
            "text twice",
            b"{\"text\":\"one\",\"text\":\"two\"}".to_vec(),
            "`text` appears twice",
        ),
        (
            "text twice, once escaped",
            b"{\"text\":\"one\",\"te\\u0078t\":\"two\"}".to_vec(),
            "`text` appears twice",
        ),
        (
            "deep and never closed",
            format!("{{\"text\":\"one\",\"m\":{deep}").into_bytes(),
            "broken JSON",
        ),
    ]
}

#[test]
fn bad_lines_are_said_counted_and_passed_through() {
    let scratch = Scratch::new();
    let mut content = line(1, LEAD).into_bytes();
    let mut expected = content.clone();
    let bad = bad_lines();
    for (number, (_, bytes, _)) in (2..).zip(&bad) {
        for out in [&mut content, &mut expected] {
            out.extend_from_slice(bytes);
            // every other line ends as on Windows
            out.extend_from_slice(if number % 2 == 0 { b"\r\n" } else { b"\n" });
        }
    }
    content.extend_from_slice(line(2, DRESSED).as_bytes());
    expected.extend_from_slice(line(2, "").as_bytes());
    scratch.put("bad.jsonl", &content);
    let run = scratch
        .redite(&[
            "clean",
            "bad.jsonl",
            "-o",
            "out.jsonl",
            "--removed",
            "r.jsonl",
            "--stats",
            "s.json",
        ])
        .ends(0);
    assert!(scratch.get("out.jsonl") == expected);
    let count = bad.len();
    assert!(run.err.contains(&format!(
        "{count} records could not be read and were passed through unchanged"
    )));
    for (number, (what, _, says)) in (2..).zip(&bad) {
        let place = format!("bad.jsonl:{number}:");
        let said = run
            .err
            .lines()
            .find(|l| l.contains(&place))
            .unwrap_or_else(|| panic!("{what}: {}", run.err));
        assert!(
            said.contains(says) && said.ends_with("passed through unchanged"),
            "{what}: {said}"
        );
    }
    let stats = scratch.json("s.json");
    assert_eq!(
        (&stats["faulty_records"], &stats["articles"]),
        (&json!(count), &json!(2))
    );
    assert_eq!(scratch.removed("r.jsonl").len(), 1);
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert!(scratch.get("back.jsonl") == content);
}

#[test]
fn strict_stops_before_anything_is_written() {
    for (what, bytes, says) in bad_lines() {
        let scratch = Scratch::new();
        let mut content = line(1, LEAD).into_bytes();
        content.extend_from_slice(&bytes);
        content.push(b'\n');
        scratch.put("bad.jsonl", content);
        let args = [
            "clean",
            "bad.jsonl",
            "-o",
            "out.jsonl",
            "--removed",
            "r.jsonl",
            "--stats",
            "s.json",
            "--strict",
        ];
        scratch
            .redite(&args)
            .ends(2)
            .says(&["bad.jsonl:2:", says, "nothing was written", "--strict"]);
        assert_eq!(scratch.files(), ["bad.jsonl"], "{what}");
    }
    let scratch = Scratch::new();
    let packed = pack(CODECS[1].0, support::text("sample/articles.jsonl").as_bytes());
    scratch.put("cut.jsonl.gz", &packed[..packed.len() / 2]);
    scratch.put("caf.txt", b"caf\xe9");
    for input in ["cut.jsonl.gz", "caf.txt"] {
        let run = scratch.redite(&["clean", input, "-o", "out", "--removed", "r.jsonl", "--strict"]);
        run.ends(2).says(&[input]);
        assert_eq!(scratch.files(), ["caf.txt", "cut.jsonl.gz"]);
    }
}

#[test]
fn many_faults_of_one_kind_are_not_all_printed() {
    let scratch = Scratch::new();
    scratch.put("bad.jsonl", "{}\n".repeat(1000) + "[]\n" + &line(1, LEAD));
    let run = scratch.redite(&["clean", "bad.jsonl", "-o", "o.jsonl"]).ends(0);
    assert!(run.err.lines().count() < 30, "{}", run.err);
    run.says(&[
        "bad.jsonl:1:",
        "more of the same kind",
        "bad.jsonl:1001:",
        "1,001 records could not be read",
    ]);
}

#[test]
fn bom_escaped_keys_and_windows_line_ends_are_no_faults() {
    let scratch = Scratch::new();
    let content = format!(
        "\u{feff}{{\"id\":1,\"text\":\"{LEAD}\"}}\r\n\r\n  {{\"te\\u0078t\" : \"{DRESSED}\" , \"id\":2.50e1}}\t\r\n{{\"text\":\"\"}}"
    );
    scratch.put("in.jsonl", &content);
    let run = scratch.clean(&[]).ends(0);
    assert!(!run.err.contains("passed through"), "{}", run.err);
    assert_eq!(scratch.get_text("out.jsonl"), content.replace(DRESSED, ""));
    assert!(
        scratch
            .removed_text("r.jsonl")
            .starts_with("{\"article\":2.50e1,\"source\":\"in.jsonl:3\"")
    );
}

#[test]
fn deep_nesting_beside_the_text_is_no_fault() {
    let scratch = Scratch::new();
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(200_000), "}".repeat(200_000));
    let content =
        format!("{{\"m\":{deep},\"text\":\"{LEAD}\"}}\n{{\"text\":\"{LEAD}\",\"m\":{objects}}}\n{{\"text\":{deep}}}\n");
    scratch.put("deep.jsonl", &content);
    scratch
        .redite(&["clean", "deep.jsonl", "-o", "out.jsonl"])
        .ends(0)
        .says(&["deep.jsonl:3:", "1 record could not be"]);
    let expected = content.replacen(&format!("\"{LEAD}\",\"m\""), "\"\",\"m\"", 1);
    assert!(scratch.get_text("out.jsonl") == expected);
}

#[test]
fn a_line_of_100_mb() {
    let scratch = Scratch::new();
    // long words, so that it is the line that is long, not the comparison
    let mut text = String::with_capacity(101 << 20);
    let word = "abcdefghij".repeat(1000);
    let mut number = 0u32;
    while text.len() < 100 << 20 {
        let letters: String = format!("{number:05}")
            .bytes()
            .map(|b| char::from(b - b'0' + b'k'))
            .collect();
        text.push_str(&letters);
        text.push_str(&word);
        text.push(' ');
        number += 1;
    }
    let content = format!(
        "{{\"lang\":\"fr\",\"text\":\"{LEAD}\\n\\n{text}\"}}\n{{\"lang\":\"fr\",\"text\":\"{text}\\n\\n{LEAD}\"}}\n"
    );
    scratch.put("long.jsonl", &content);
    scratch
        .redite(&["clean", "long.jsonl", "-q", "-o", "out.jsonl", "--removed", "r.jsonl"])
        .ends(0);
    let expected = format!("{{\"lang\":\"fr\",\"text\":\"{LEAD}\\n\\n{text}\"}}\n{{\"lang\":\"fr\",\"text\":\"\"}}\n");
    assert!(scratch.get_text("out.jsonl") == expected);
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert!(scratch.get_text("back.jsonl") == content);
}

#[test]
fn files_that_are_cut_off_pass_through_and_the_rest_is_done() {
    let sample = support::text("sample/articles.jsonl").repeat(4);
    for (codec, extension) in &CODECS[1..] {
        let scratch = Scratch::new();
        let packed = pack(*codec, sample.as_bytes());
        let cut = &packed[..packed.len() * 2 / 3];
        let name = format!("a.jsonl{extension}");
        scratch.put(&format!("in/{name}"), cut);
        scratch.put("in/b.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
        let run = scratch.redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl", "--stats", "s.json"]);
        run.ends(3)
            .says(&[&name, "passed through unchanged", "1 file was not read"]);
        assert!(scratch.get(&format!("out/{name}")) == cut);
        assert_eq!(
            scratch.get_text("out/b.jsonl"),
            format!("{}{}", line(1, LEAD), line(2, ""))
        );
        assert_eq!(scratch.json("s.json")["failed_files"], 1);
        // nothing is removed in favour of what stood in the broken file
        assert!(!scratch.removed_text("r.jsonl").contains(&name));
    }
}

#[test]
fn broken_parquet_passes_through() {
    let whole = support::parquet(&[(1, Some(LEAD)), (2, Some(DRESSED))]);
    let cut = &whole[..whole.len() - 20];
    let mut scratched = whole.clone();
    scratched[8..40].fill(0xff);
    for bytes in [cut, &scratched] {
        let scratch = Scratch::new();
        scratch.put("in/a.parquet", bytes);
        scratch.put("in/b.txt", LEAD);
        let run = scratch.redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl"]);
        run.ends(3).says(&["a.parquet", "Parquet", "passed through unchanged"]);
        assert_eq!(scratch.get("out/a.parquet"), bytes);
        scratch
            .redite(&["clean", "in", "-o", "out2", "--strict"])
            .ends(2)
            .says(&["a.parquet"]);
        assert!(!scratch.has("out2"));
    }
}

#[test]
fn empty_files_and_texts() {
    let scratch = Scratch::new();
    for name in ["in/a.jsonl", "in/b.txt"] {
        scratch.put(name, "");
    }
    scratch.put(
        "in/c.jsonl",
        "{\"text\":\"\"}\n\n \n{\"text\":\" \\n \"}\n{\"text\":\"\"}\n",
    );
    let run = scratch
        .redite(&["clean", "in", "-o", "out", "--removed", "r.jsonl", "--stats", "s.json"])
        .ends(0);
    assert!(!run.err.contains("passed through"), "{}", run.err);
    for name in ["a.jsonl", "b.txt", "c.jsonl"] {
        assert_eq!(scratch.get(&format!("in/{name}")), scratch.get(&format!("out/{name}")));
    }
    assert_eq!(scratch.removed_text("r.jsonl"), "");
    let run = scratch.redite(&["clean", "-", "-q"]).ends(0);
    assert_eq!((run.out, run.err.as_str()), (vec![], ""));
}

#[test]
fn names_that_lie() {
    let scratch = Scratch::new();
    let content = format!("{}{}", line(1, LEAD), line(2, DRESSED));
    let cleaned = format!("{}{}", line(1, LEAD), line(2, "")).into_bytes();
    let gzip = CODECS[1].0;
    scratch.put("packed.jsonl", pack(gzip, content.as_bytes()));
    scratch.put("plain.jsonl.zst", &content);
    scratch
        .redite(&["clean", "packed.jsonl", "-o", "o1"])
        .ends(0)
        .says(&["packed.jsonl: the name says"]);
    assert_eq!(unpack(gzip, &scratch.get("o1")), cleaned);
    scratch
        .redite(&["clean", "plain.jsonl.zst", "-o", "o2"])
        .ends(0)
        .says(&["plain.jsonl.zst: the name says zstd"]);
    assert_eq!(scratch.get("o2"), cleaned);
}

#[test]
fn duplicate_and_missing_ids_are_counted_and_harmless() {
    let scratch = Scratch::new();
    let no_id = |text: &str| format!("{}\n", json!({"text": text}));
    scratch.put(
        "in.jsonl",
        format!("{}{}{}{}", line(7, LEAD), line(7, DRESSED), no_id(OTHER), no_id(OTHER)),
    );
    scratch
        .clean(&["--stats", "s.json"])
        .ends(0)
        .says(&["1 record shares its id with an earlier record"]);
    let stats = scratch.json("s.json");
    assert_eq!((&stats["duplicate_ids"], &stats["missing_ids"]), (&json!(1), &json!(2)));
    let removed = scratch.removed("r.jsonl");
    assert_eq!(strings(&removed, "source"), ["in.jsonl:2", "in.jsonl:4"]);
    assert_eq!(
        (&removed[0]["article"], &removed[0]["kept"]["article"]),
        (&json!(7), &json!(7))
    );
    assert_eq!(removed[0]["kept"]["source"], "in.jsonl:1");
    assert_eq!(removed[1]["article"], "in.jsonl:4");
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"));
}
