use super::*;

/// Inputs of each format, with ids of each sort and several text fields.
fn inputs(scratch: &Scratch) {
    scratch.put("in/a.jsonl", support::text("sample/articles.jsonl"));
    let odd = [
        format!("{{\"id\": \"\\u00e9\\\"\", \"title\": \"{OTHER}\", \"text\": \"{LEAD}\"}}\n"),
        format!("{{\"id\": 1.50, \"title\": \"{LEAD}\", \"text\": \"{DRESSED}\\n\\n{THIRD} {OTHER}\"}}\n"),
        format!("{{\"title\": \"{DRESSED}\", \"text\": \"\"}}\nno record\n"),
        format!("{{\"id\": \"1.50\", \"text\": \"{THIRD}\"}}\n"),
    ];
    scratch.put(
        "in/b.jsonl.gz",
        pack(redite::files::Codec::Gzip, odd.concat().as_bytes()),
    );
    scratch.put("in/c.txt", format!("{THIRD}\n\n{OTHER}\n"));
    scratch.put("in/d.jsonl", "");
    let rows = [(7, Some(LEAD)), (8, None), (9, Some(OTHER)), (10, Some(DRESSED))];
    scratch.put("in/e.parquet", support::parquet(&rows));
}

/// What is chosen of marks goes, in whatever form they are.
#[test]
fn marks_in_parquet_are_those_in_json() {
    let scratch = Scratch::new();
    inputs(&scratch);
    for fields in ["text", "text,title"] {
        for marks in ["m.jsonl", "m.parquet"] {
            scratch
                .redite(&["mark", "in", "-o", marks, "--text-field", fields])
                .ends(0);
        }
        for conditions in [&[][..], &["--where", "copies>=3"], &["--where", "rule=near"]] {
            let apply = |marks: &str, to: &str| {
                let args = ["apply", marks, "in", "-o", to, "--removed", &format!("{to}.jsonl")];
                let run = scratch.redite(&[&args, conditions].concat()).ends(0);
                (run.err, scratch.tree(to), scratch.get_text(&format!("{to}.jsonl")))
            };
            let (lines, table) = (apply("m.jsonl", "lines"), apply("m.parquet", "table"));
            assert!(lines.2.lines().count() > 7, "{}", lines.2);
            assert_eq!(lines.2, table.2);
            assert!(lines == table, "{conditions:?}");
            fs::remove_dir_all(scratch.path("lines")).unwrap();
            fs::remove_dir_all(scratch.path("table")).unwrap();
        }
    }
}

/// The bytes do not depend on threads or memory.
#[test]
fn marks_in_parquet_are_the_same_bytes_each_time() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", memory::articles(4));
    let mark = |more: &[&str]| scratch.redite(&[&["mark", "in.jsonl"], more].concat()).ends(0);
    mark(&["-o", "one.parquet", "--threads", "1"]);
    mark(&["-o", "two.parquet", "--threads", "2", "--memory", "120M"]).says(&["compared in"]);
    assert!(scratch.get("one.parquet") == scratch.get("two.parquet"));
}

/// The name of the output says the form where no option does; of what is read, the content.
#[test]
fn the_form_of_marks_is_told_by_name_and_by_content() {
    let scratch = Scratch::new();
    inputs(&scratch);
    scratch.redite(&["mark", "in", "-o", "a.PARQUET"]).ends(0);
    scratch
        .redite(&["mark", "in", "-o", "a.parquet", "--format", "jsonl"])
        .ends(0);
    assert!(scratch.get("a.parquet").starts_with(b"{\"redite\":\"marks\""));
    let asked = scratch.redite(&["mark", "in", "--format", "parquet"]).ends(0).out;
    assert!(asked == scratch.get("a.PARQUET"));
    scratch.put("table.jsonl", asked);
    for (marks, out) in [("a.parquet", "lines"), ("table.jsonl", "table")] {
        scratch.redite(&["apply", marks, "in", "-o", out]).ends(0);
    }
    assert!(scratch.tree("lines") == scratch.tree("table"));
}

#[test]
fn what_is_no_table_of_marks_is_refused() {
    let scratch = Scratch::new();
    inputs(&scratch);
    let packed = ["mark", "in", "-o", "m.parquet.zst", "--format", "parquet"];
    scratch.redite(&packed).ends(2).says(&["packed inside"]);
    assert!(!scratch.has("m.parquet.zst"));
    scratch.redite(&["mark", "in", "-o", "m.parquet"]).ends(0);
    let whole = scratch.get("m.parquet");
    let apply = |marks: &[u8], says: &str| {
        scratch.put("broken.parquet", marks);
        let args = ["apply", "broken.parquet", "in", "-o", "out", "--removed", "r.jsonl"];
        scratch.redite(&args).ends(2).says(&["broken.parquet", says]);
        assert!(!scratch.has("out") && !scratch.has("r.jsonl"), "{says}");
    };
    apply(&whole[..whole.len() - 1], "redite mark");
    apply(&whole[..8], "redite mark");
    apply(&scratch.get("in/e.parquet"), "not one of marks");
    let middle = [&whole[..200], &[0x55; 60], &whole[260..]].concat();
    apply(&middle, "");
    scratch.put("in/c.txt", THIRD);
    let changed = ["apply", "m.parquet", "in", "-o", "out"];
    scratch.redite(&changed).ends(2).says(&["has changed"]);
}
