//! Declared here once more, with unknown fields denied: a change of the format fails a test.

use super::*;
use redite::Settings;
use redite::fold::fold;
use redite::join::Measure;
use redite::verdict::left_out;
use serde::Deserialize;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Unit {
    article: Value,
    source: String,
    field: String,
    unit: String,
    bytes: [usize; 2],
    chars: [usize; 2],
    text: String,
    rule: String,
    measure: String,
    similarity: f64,
    lost: Vec<String>,
    kept: Kept,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Kept {
    article: Value,
    source: String,
    field: Option<String>,
    bytes: [usize; 2],
    text: String,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Dropped {
    article: Value,
    source: String,
    dropped: String,
}

/// Identity and texts of every record, by place; texts by field.
type Originals = BTreeMap<String, (Value, BTreeMap<String, String>)>;

fn originals(name: &str, content: &str, fields: &[&str]) -> Originals {
    let mut out = Originals::new();
    for (number, line) in (1..).zip(content.lines()) {
        let record: Value = serde_json::from_str(line).unwrap();
        let place = format!("{name}:{number}");
        let id = record.get("id").cloned().unwrap_or_else(|| json!(place));
        let texts = fields
            .iter()
            .filter_map(|f| Some(((*f).to_owned(), record.get(*f)?.as_str()?.to_owned())));
        out.insert(place, (id, texts.collect()));
    }
    out
}

/// Holds every line against the originals; returns the cleaned texts that follow from them.
fn check(lines: &str, originals: &Originals, several_fields: bool) -> Originals {
    let units: Vec<Unit> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!units.is_empty());
    let mut cleaned = originals.clone();
    for unit in units.iter().rev() {
        let (id, texts) = &originals[&unit.source];
        let text = &texts[&unit.field];
        let [start, end] = unit.bytes;
        assert_eq!(&text[start..end], unit.text);
        assert_eq!(unit.chars, [text[..start].chars().count(), text[..end].chars().count()]);
        assert_eq!(&unit.article, id);
        assert!(["sentence", "paragraph"].contains(&unit.unit.as_str()));

        let kept = &unit.kept;
        assert_eq!(kept.field.is_some(), several_fields);
        let kept_field = kept.field.as_deref().unwrap_or(&unit.field);
        let (kept_id, kept_texts) = &originals[&kept.source];
        assert_eq!(&kept_texts[kept_field][kept.bytes[0]..kept.bytes[1]], kept.text);
        assert_eq!(kept.text.trim(), kept.text);
        assert_eq!(&kept.article, kept_id);
        let damaged = units.iter().any(|other| {
            other.source == kept.source
                && other.field == kept_field
                && other.bytes[0] < kept.bytes[1]
                && kept.bytes[0] < other.bytes[1]
        });
        assert!(!damaged, "kept, and yet removed: {kept:?}");

        assert_eq!(unit.measure, "jaccard:1,2");
        let (gone, stays) = (fold(&unit.text), fold(&kept.text));
        let similarity = Measure::default().similarity(gone.as_str(), stays.as_str()).value();
        assert!(
            (unit.similarity - similarity).abs() <= 0.5e-4 + f64::EPSILON,
            "{unit:?}"
        );
        match unit.rule.as_str() {
            "equal" => assert_eq!(gone.as_str(), stays.as_str()),
            "near" => assert!(gone.as_str() != stays.as_str() && similarity >= Settings::DEFAULT_THRESHOLD),
            other => panic!("{other}"),
        }
        assert_eq!(unit.lost, left_out(gone.as_str(), stays.as_str()), "{unit:?}");
        let entry = cleaned.get_mut(&unit.source).unwrap().1.get_mut(&unit.field).unwrap();
        // the units come in order: from the last to the first, no range moves
        entry.replace_range(start..end, "");
    }
    cleaned
}

#[test]
fn every_field_says_what_it_should() {
    let scratch = Scratch::new();
    let content = support::text("sample/articles.jsonl");
    scratch.put("in.jsonl", &content);
    scratch.clean(&[]).ends(0);
    let cleaned = check(
        &scratch.removed_text("r.jsonl"),
        &originals("in.jsonl", &content, &["text"]),
        false,
    );
    assert_eq!(
        originals("in.jsonl", &scratch.get_text("out.jsonl"), &["text"]),
        cleaned
    );
}

#[test]
fn several_fields_are_named() {
    let scratch = Scratch::new();
    let mut content = support::text("sample/articles.jsonl");
    // a title that is said again in the text, and a text that comes before the title it repeats
    content += &format!(
        "{}\n",
        json!({"id": "t1", "title": LEAD, "text": format!("{OTHER} {DRESSED}")})
    );
    content += &format!("{}\n", json!({"title": OTHER, "text": THIRD}));
    content += &format!("{}\n", json!({"text": LEAD, "other": OTHER}));
    scratch.put("in.jsonl", &content);
    scratch.clean(&["--text-field", "title,text"]).ends(0);
    let fields = ["title", "text"];
    let cleaned = check(
        &scratch.removed_text("r.jsonl"),
        &originals("in.jsonl", &content, &fields),
        true,
    );
    assert_eq!(originals("in.jsonl", &scratch.get_text("out.jsonl"), &fields), cleaned);
    let removed = scratch.removed("r.jsonl");
    let of = |source: &str| -> Vec<&Value> { removed.iter().filter(|r| r["source"] == source).collect() };
    let count = content.lines().count();
    let first = of(&format!("in.jsonl:{}", count - 2));
    assert_eq!(first.len(), 1);
    assert_eq!(
        (&first[0]["field"], &first[0]["kept"]["field"]),
        (&json!("text"), &json!("title"))
    );
    let second = of(&format!("in.jsonl:{}", count - 1));
    assert_eq!(
        (&second[0]["field"], &second[0]["kept"]["field"]),
        (&json!("title"), &json!("text"))
    );
    assert_eq!(
        second[0]["article"], second[0]["source"],
        "a record without an id is named by its place"
    );
}

#[test]
fn lines_come_in_the_order_of_the_input() {
    let scratch = Scratch::new();
    scratch
        .redite(&[
            "clean",
            support::data("sample").to_str().unwrap(),
            "-o",
            "out",
            "--removed",
            "r.jsonl",
        ])
        .ends(0);
    let removed = scratch.removed("r.jsonl");
    let places: Vec<(String, u64, u64)> = removed
        .iter()
        .map(|r| {
            let source = r["source"].as_str().unwrap();
            let (file, place) = source.rsplit_once(':').unwrap_or((source, "0"));
            (file.to_owned(), place.parse().unwrap(), r["bytes"][0].as_u64().unwrap())
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    // in their order the first keys of a line are those of the contract
    let first = scratch.removed_text("r.jsonl").lines().next().unwrap().to_owned();
    let order = [
        "article",
        "source",
        "field",
        "unit",
        "bytes",
        "chars",
        "text",
        "rule",
        "measure",
        "similarity",
        "lost",
        "kept",
    ];
    let found: Vec<usize> = order
        .iter()
        .map(|key| first.find(&format!("\"{key}\":")).unwrap())
        .collect();
    assert!(found.is_sorted(), "{first}");
}

#[test]
fn a_record_that_is_left_out_has_a_line_of_its_own() {
    let scratch = Scratch::new();
    scratch.put(
        "in.jsonl",
        format!("{}{}{}", line(1, LEAD), line(2, DRESSED), line(3, OTHER)),
    );
    scratch
        .clean(&["--drop-empty", "--stats", "s.json"])
        .ends(0)
        .says(&["1 record had no text left and was left out"]);
    assert_eq!(
        scratch.get_text("out.jsonl"),
        format!("{}{}", line(1, LEAD), line(3, OTHER))
    );
    let lines = scratch.removed_text("r.jsonl");
    let (unit, dropped) = lines.split_once('\n').unwrap();
    serde_json::from_str::<Unit>(unit).unwrap();
    let dropped: Dropped = serde_json::from_str(dropped).unwrap();
    assert_eq!((dropped.article, dropped.source.as_str()), (json!(2), "in.jsonl:2"));
    assert_eq!(dropped.dropped, line(2, ""));
    assert_eq!(scratch.json("s.json")["dropped_records"], 1);
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"));
}

#[test]
fn text_keeps_the_spelling_of_the_input() {
    let scratch = Scratch::new();
    let escaped = LEAD.replace('é', "\\u00e9").replace('1', "\\u0031");
    scratch.put(
        "in.jsonl",
        format!("{{\"text\":\"{LEAD}\"}}\n{{\"text\":\"{escaped}\"}}\n"),
    );
    scratch.clean(&[]).ends(0);
    let raw = scratch.removed_text("r.jsonl");
    assert!(raw.contains(&format!("\"text\":\"{escaped}\",\"rule\"")), "{raw}");
    let unit: Unit = serde_json::from_str(&raw).unwrap();
    assert_eq!(
        (unit.text.as_str(), unit.bytes),
        (LEAD, [0, LEAD.len()]),
        "bytes are those of the text"
    );
}
