use super::*;
use parquet::column::writer::ColumnWriter;
use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The sample, three times, of three sites and of many days; some records lack one or both.
fn corpus() -> Vec<Value> {
    let sample = support::text("sample/articles.jsonl");
    let sites = ["https://www.a.example/x", "http://b.example:80/y?z", "//C.example"];
    let mut out = Vec::new();
    for round in 0..3_usize {
        for (n, line) in sample.lines().enumerate() {
            let mut record: Value = serde_json::from_str(line).unwrap();
            record["id"] = json!(format!("{round}-{n}"));
            if (n + round) % 7 > 0 {
                record["url"] = json!(sites[(n / 2 + round * round) % 3]);
                record["site"] = json!(["a", "b", "c"][(n / 2 + round * round) % 3]);
            }
            if (n + round) % 5 > 0 {
                record["when"] = json!(format!("2026-11-{:02}T12:00:00+01:00", 1 + (3 * n + 5 * round) % 28));
            }
            out.push(record);
        }
    }
    out
}

fn put(scratch: &Scratch, path: &str, records: &[Value]) {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    scratch.put(path, lines);
}

/// The texts that are left, by id.
fn left(scratch: &Scratch, path: &str) -> BTreeMap<String, String> {
    let text = String::from_utf8(scratch.get(path)).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let pair = |record: Value| (record["id"].to_string(), record["text"].to_string());
    records.map(pair).collect()
}

/// The outcome for each group is that of a run with nothing else.
#[test]
fn groups_are_as_each_run_alone() {
    let scratch = Scratch::new();
    let records = corpus();
    put(&scratch, "in.jsonl", &records);
    let clean = |more: &[&str]| scratch.redite(&[&["clean", "-q"], more].concat()).ends(0);
    clean(&[
        "in.jsonl",
        "--group-by",
        "site",
        "-o",
        "out.jsonl",
        "--removed",
        "removed.jsonl",
    ]);
    let grouped = left(&scratch, "out.jsonl");
    let mut alone = BTreeMap::new();
    for site in [json!("a"), json!("b"), json!("c"), Value::Null] {
        let of_site: Vec<Value> = records.iter().filter(|r| r["site"] == site).cloned().collect();
        assert!(of_site.len() > 5);
        put(&scratch, "site.jsonl", &of_site);
        clean(&["site.jsonl", "-o", "of-site.jsonl"]);
        alone.extend(left(&scratch, "of-site.jsonl"));
    }
    assert_eq!(grouped, alone);
    clean(&["in.jsonl", "-o", "all.jsonl"]);
    assert_ne!(left(&scratch, "all.jsonl"), grouped);

    scratch
        .redite(&["restore", "out.jsonl", "removed.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"));
    // The host of a URL tells the same sites.
    clean(&["in.jsonl", "--group-by", "url:host", "-o", "by-host.jsonl"]);
    assert_eq!(scratch.get("by-host.jsonl"), scratch.get("out.jsonl"));
    // Neither memory nor threads matter.
    clean(&[
        "in.jsonl",
        "--group-by",
        "site",
        "--threads",
        "2",
        "--memory",
        "130M",
        "-o",
        "bounded.jsonl",
    ]);
    assert_eq!(scratch.get("bounded.jsonl"), scratch.get("out.jsonl"));
    // Marks know the same.
    scratch
        .redite(&["mark", "in.jsonl", "--group-by", "site", "-o", "marks.jsonl", "-q"])
        .ends(0);
    scratch
        .redite(&["apply", "marks.jsonl", "in.jsonl", "-o", "applied.jsonl", "-q"])
        .ends(0);
    assert_eq!(scratch.get("applied.jsonl"), scratch.get("out.jsonl"));
}

/// Of each removal: the group and the day of both.
fn pairs(scratch: &Scratch, records: &[Value], path: &str) -> Vec<[Value; 2]> {
    let find = |id: &Value| records.iter().find(|r| r["id"] == *id).unwrap().clone();
    let removed = String::from_utf8(scratch.get(path)).unwrap();
    let lines = removed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let units = lines.filter(|line| line.get("unit").is_some());
    units
        .map(|line| [find(&line["article"]), find(&line["kept"]["article"])])
        .collect()
}

#[test]
fn across_compares_other_groups_and_within_those_of_the_time() {
    let scratch = Scratch::new();
    let records = corpus();
    put(&scratch, "in.jsonl", &records);
    let clean = |more: &[&str]| {
        let args = [
            "clean",
            "-q",
            "in.jsonl",
            "-o",
            "out.jsonl",
            "--removed",
            "removed.jsonl",
        ];
        scratch.redite(&[&args, more].concat()).ends(0);
        scratch
            .redite(&["restore", "out.jsonl", "removed.jsonl", "-o", "back.jsonl"])
            .ends(0);
        assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"));
        pairs(&scratch, &records, "removed.jsonl")
    };
    let across = clean(&["--group-by", "site", "--across"]);
    assert!(across.len() > 50);
    assert!(across.iter().all(|[removed, kept]| removed["site"] != kept["site"]));
    let day = |record: &Value| {
        let when = record["when"].as_str()?;
        when[8..10].parse::<i64>().ok()
    };
    let is_near = |[removed, kept]: &[Value; 2]| match (day(removed), day(kept)) {
        (Some(a), Some(b)) => a.abs_diff(b) <= 3,
        (a, b) => a == b,
    };
    let all = clean(&[]);
    assert!(!all.iter().all(is_near));
    let within = clean(&["--within", "3d", "--date-field", "when"]);
    assert!(
        within.len() > 20 && within.len() < all.len(),
        "{} of {}",
        within.len(),
        all.len()
    );
    assert!(within.iter().all(is_near));
    // A window that holds everything makes no difference to what has a date.
    let far = clean(&["--within", "30d", "--date-field", "when"]);
    assert!(far.len() > within.len());
    let both = clean(&["--group-by", "site", "--within", "3d", "--date-field", "when"]);
    assert!(
        both.iter()
            .all(|pair| is_near(pair) && pair[0]["site"] == pair[1]["site"])
    );
}

#[test]
fn what_lacks_a_group_or_a_date_is_counted() {
    let scratch = Scratch::new();
    put(&scratch, "in.jsonl", &corpus());
    let fields = ["--group-by", "site", "--within", "7d", "--date-field", "when"];
    let args = ["clean", "in.jsonl", "-o", "out.jsonl", "--stats", "stats.json"];
    let run = scratch.redite(&[&args[..], &fields].concat()).ends(0);
    let stats: Value = serde_json::from_slice(&scratch.get("stats.json")).unwrap();
    let lacking = |field: &str| corpus().iter().filter(|record| record.get(field).is_none()).count();
    assert_eq!(stats["missing_groups"], json!(lacking("site")));
    assert_eq!(stats["missing_dates"], json!(lacking("when")));
    assert_eq!(stats["scope"], json!("group"));
    assert_eq!(stats["group_by"], json!("site"));
    assert_eq!(stats["within"], json!(7 * 86_400));
    run.says(&[
        "no value in the field of --group-by",
        "no date in the field of --date-field",
    ]);
}

#[test]
fn fields_that_no_record_has_are_refused() {
    let scratch = Scratch::new();
    put(&scratch, "in.jsonl", &corpus());
    for (options, said) in [
        (
            &["--group-by", "domain"][..],
            "--group-by or --count-by domain: no record has a string, number, true or false",
        ),
        (&["--within", "7d"], "--date-field date: no record has a date"),
        (
            &["--within", "7d", "--date-field", "site"],
            "--date-field site: no record has a date",
        ),
    ] {
        let run = scratch.redite(&[&["clean", "in.jsonl", "-o", "out.jsonl"], options].concat());
        run.ends(2).says(&[said]);
    }
    for options in [
        &["--across"][..],
        &["--within", "7"],
        &["--group-by", ":host"],
        &["--group-by", "site", "--scope", "article"],
        &["--within", "7d", "--scope", "article"],
    ] {
        scratch.redite(&[&["clean", "in.jsonl"], options].concat()).ends(2);
    }
}

/// Groups that are numbers, true or false, and dates in columns of Parquet.
#[test]
fn groups_and_dates_of_parquet() {
    let schema = "message article {
        required binary text (STRING);
        required boolean is_blog;
        optional int32 day (DATE);
        optional int64 micros (TIMESTAMP(MICROS, true));
    }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::new(WriterProperties::default())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let days = [20_000, 20_001, 20_020];
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(column) => {
                column
                    .write_batch(&[LEAD.into(), DRESSED.into(), LEAD.into()], None, None)
                    .unwrap();
            }
            ColumnWriter::BoolColumnWriter(column) => {
                column.write_batch(&[true, false, true], None, None).unwrap();
            }
            ColumnWriter::Int32ColumnWriter(column) => {
                column.write_batch(&days, Some(&[1, 1, 1]), None).unwrap();
            }
            ColumnWriter::Int64ColumnWriter(column) => {
                let micros = days.map(|day| i64::from(day) * 86_400_000_000 - 1);
                column.write_batch(&micros, Some(&[1, 1, 1]), None).unwrap();
            }
            _ => unreachable!(),
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let scratch = Scratch::new();
    scratch.put("in.parquet", &file);
    for (options, rows) in [
        (&["--group-by", "is_blog"][..], &[3][..]),
        (&["--group-by", "is_blog", "--across"], &[2]),
        (&["--within", "7d", "--date-field", "day"], &[2]),
        (&["--within", "7d", "--date-field", "micros"], &[2]),
        (&["--within", "20d", "--date-field", "micros"], &[2, 3]),
    ] {
        let args = ["find", "in.parquet", "--format", "jsonl", "-q"];
        let run = scratch.redite(&[&args, options].concat()).ends(0);
        let removed = String::from_utf8(run.out).unwrap();
        let lines = removed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let found: Vec<String> = lines.map(|line| line["source"].as_str().unwrap().to_owned()).collect();
        let expected: Vec<String> = rows.iter().map(|row| format!("in.parquet:{row}")).collect();
        assert_eq!(found, expected, "{options:?}");
    }
}

/// Of copies with dates in several forms, the newest or the oldest stays.
#[test]
fn the_newest_or_the_oldest_copy_stays() {
    let scratch = Scratch::new();
    let dates = [
        json!("2026-11-02"),
        json!("Tue, 03 Nov 2026 08:00:00 +0100"),
        json!(1_793_404_800),
        Value::Null,
    ];
    let records: Vec<Value> = (0..)
        .zip(&dates)
        .map(|(id, date)| json!({"id": id, "date": date, "text": LEAD}))
        .collect();
    put(&scratch, "in.jsonl", &records);
    for (keep, kept) in [("newest", "1"), ("oldest", "2")] {
        scratch
            .redite(&["clean", "in.jsonl", "--keep", keep, "-o", "out.jsonl", "-q"])
            .ends(0);
        let left = left(&scratch, "out.jsonl");
        let whole: Vec<&String> = left
            .iter()
            .filter(|(_, text)| text.len() > 2)
            .map(|(id, _)| id)
            .collect();
        assert_eq!(whole, [kept], "{keep}");
    }
}

/// Groups and dates of families are those of a naive count, as JSON Lines and as Parquet, whatever the memory and the groups that
/// are compared.
#[test]
fn groups_and_dates_of_families() {
    let scratch = Scratch::new();
    let records = corpus();
    put(&scratch, "in.jsonl", &records);
    for (reach, group) in [
        (&["--count-by", "url:host"][..], "site"),
        (&["--group-by", "site"], "site"),
        (&["--group-by", "site", "--across"], "site"),
        (&["--count-by", "site", "--memory", "160M"], "site"),
        (&["--within", "9d", "--count-by", "site"], "site"),
        (&[], ""),
    ] {
        let args = ["mark", "in.jsonl", "-q", "--date-field", "when"];
        for to in ["marks.jsonl", "marks.parquet"] {
            scratch.redite(&[&args, reach, &["-o", to]].concat()).ends(0);
        }
        let marks = String::from_utf8(scratch.get("marks.jsonl")).unwrap();
        let marks: Vec<Value> = marks.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let articles: Vec<&Value> = marks.iter().filter(|line| line.get("article").is_some()).collect();
        let record = |source: &Value| {
            let line: usize = source.as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
            &records[line - 1]
        };
        let place = |source: &Value, bytes: &Value| format!("{source} {bytes}");
        let mut families: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for article in &articles {
            for unit in article["units"].as_array().unwrap() {
                let kept = &unit["kept"];
                let members = families.entry(place(&kept["source"], &kept["bytes"])).or_default();
                members.extend([record(&kept["source"]), record(&article["source"])]);
            }
        }
        let (mut several, mut dated) = (0, 0);
        let mut check = |told: &Value, at: String| {
            let members = &families[&at];
            let groups: BTreeSet<String> = members.iter().map(|record| record[group].to_string()).collect();
            let expected = if group.is_empty() {
                Value::Null
            } else {
                json!(groups.len())
            };
            assert_eq!(told.get("groups").unwrap_or(&Value::Null), &expected, "{reach:?} {at}");
            several += usize::from(groups.len() > 1);
            let date = |record: &&Value| {
                let day = record["when"].as_str()?.split_once('T')?.0.to_owned();
                Some(format!("{day}T11:00:00Z"))
            };
            let dates: BTreeSet<String> = members.iter().filter_map(date).collect();
            dated += usize::from(dates.len() > 1);
            for (name, expected) in [("first", dates.first()), ("last", dates.last())] {
                assert_eq!(
                    told.get(name),
                    expected.map(|date| json!(date)).as_ref(),
                    "{reach:?} {at}"
                );
            }
        };
        for article in &articles {
            for unit in article["units"].as_array().unwrap() {
                check(&unit["family"], place(&unit["kept"]["source"], &unit["kept"]["bytes"]));
            }
            for leader in article["leaders"].as_array().unwrap() {
                check(&leader["family"], place(&article["source"], &leader["bytes"]));
            }
        }
        assert!(dated > 9, "{reach:?}");
        assert_eq!(
            several > 9,
            !group.is_empty() && reach != ["--group-by", "site"],
            "{reach:?}"
        );
        // What is chosen by them is the same from both files.
        for marks in ["marks.jsonl", "marks.parquet"] {
            let out = format!("{marks}.out");
            let choice = ["apply", marks, "in.jsonl", "-q", "--where", "groups>=2", "-o", &out];
            scratch.redite(&choice).ends(0);
        }
        let chosen = scratch.get("marks.jsonl.out");
        assert_eq!(chosen, scratch.get("marks.parquet.out"));
        assert_eq!(chosen != scratch.get("in.jsonl"), several > 0, "{reach:?}");
    }
    let both = ["clean", "in.jsonl", "--group-by", "site", "--count-by", "url"];
    assert!(scratch.redite(&both).ends(2).err.contains("cannot be used with"));
}
