use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// One field of each type, and each way to be absent.
const ROW: &[Field] = &[
    Field::new("id", Type::Spelled),
    Field::new("text", Type::Text),
    Field::new("count", Type::Whole),
    Field::new("other", Type::Object(OTHER)).or_null(),
    Field::new("flag", Type::Flag),
    Field::new("parts", Type::Objects(PART)),
    Field::new("words", Type::Texts).or_left_out(),
    Field::new("last", Type::Flag).or_left_out(),
];

const OTHER: &[Field] = &[
    Field::new("id", Type::Spelled).or_null(),
    Field::new("share", Type::Real).or_left_out(),
    Field::new("inner", Type::Object(&[Field::new("words", Type::Texts)])).or_left_out(),
];

const PART: &[Field] = &[
    Field::new("words", Type::Texts),
    Field::new("range", Type::Range),
    Field::new("maybe", Type::Range).or_null(),
    Field::new("lists", Type::Objects(&[Field::new("words", Type::Texts).or_null()])).or_null(),
    Field::new("flag", Type::Flag).or_null(),
];

/// A spelled value is put in where this stands, so that no other spelling comes of it.
const SPELLED: &str = "spelled, number ";
const SPELLINGS: [&str; 7] = [
    "\"a\"",
    "7",
    "-1.50e3",
    "\"\\u0061\"",
    "\"\\ud800\"",
    "\"\\\"\"",
    "\"\"",
];

fn whole() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i64>().prop_map(Value::from), (0..9_i64).prop_map(Value::from)]
}

/// Values of a field; `None` if the key is left out.
fn of(field: &'static Field) -> BoxedStrategy<Option<Value>> {
    let text = || prop_oneof![".{0,6}", "[ab]{0,2}"];
    let value: BoxedStrategy<Value> = match field.of {
        Type::Text => text().prop_map(Value::from).boxed(),
        Type::Whole => whole().boxed(),
        Type::Real => (any::<f64>().prop_filter("JSON has no others", |real| real.is_finite()))
            .prop_map(Value::from)
            .boxed(),
        Type::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Type::Spelled => (0..SPELLINGS.len())
            .prop_map(|n| json!(format!("{SPELLED}{n}")))
            .boxed(),
        Type::Range => [whole(), whole()].prop_map(|ends| json!(ends)).boxed(),
        Type::Object(fields) => object(fields).boxed(),
        Type::Texts => proptest::collection::vec(text(), 0..4)
            .prop_map(|texts| json!(texts))
            .boxed(),
        Type::Objects(fields) => proptest::collection::vec(object(fields), 0..4)
            .prop_map(|objects| json!(objects))
            .boxed(),
    };
    match (field.absent, field.of) {
        (Absent::Never, _) => value.prop_map(Some).boxed(),
        (Absent::Null, _) => prop_oneof![1 => Just(Some(Value::Null)), 2 => value.prop_map(Some)].boxed(),
        (Absent::LeftOut, Type::Flag) => prop_oneof![Just(None), Just(Some(json!(true)))].boxed(),
        (Absent::LeftOut, _) => prop_oneof![1 => Just(None), 2 => value.prop_map(Some)].boxed(),
    }
}

fn object(fields: &'static [Field]) -> impl Strategy<Value = Value> {
    let values: Vec<_> = fields.iter().map(of).collect();
    values.prop_map(move |values| {
        let keys = fields.iter().map(|field| field.name.to_owned());
        let there = keys.zip(values).filter_map(|(key, value)| Some((key, value?)));
        Value::Object(there.collect::<Map<_, _>>())
    })
}

/// An object in the order of its fields.
fn spell(value: &Value, fields: &[Field]) -> String {
    let key = |field: &Field| {
        let value = value.get(field.name)?;
        let list = |fields| move |value: &Value| spell(value, fields);
        let json = match (field.of, value) {
            (Type::Object(fields), Value::Object(_)) => spell(value, fields),
            (Type::Objects(fields), Value::Array(all)) => {
                format!("[{}]", all.iter().map(list(fields)).collect::<Vec<_>>().join(","))
            }
            (Type::Spelled, Value::String(text)) => {
                SPELLINGS[text.strip_prefix(SPELLED)?.parse::<usize>().ok()?].to_owned()
            }
            _ => value.to_string(),
        };
        Some(format!("\"{}\":{json}", field.name))
    };
    let keys: Vec<String> = fields.iter().filter_map(key).collect();
    format!("{{{}}}", keys.join(","))
}

/// Writes rows, a row group after so many bytes.
fn write(rows: &[String], bytes: usize) -> Vec<u8> {
    let mut writer = RowWriter::with_groups_of(bytes, Vec::new(), ROW).unwrap();
    rows.iter().for_each(|row| writer.row(row).unwrap());
    writer.finish([("key", "value".to_owned())]).unwrap()
}

struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl File {
    fn of(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        std::fs::write(&path, bytes).unwrap();
        Self { path, _folder: folder }
    }

    fn rows(&self, fields: &'static [Field]) -> std::result::Result<Vec<String>, String> {
        let mut reader = RowReader::open(&self.path, fields).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        loop {
            let mut row = Vec::new();
            if !reader.row(&mut row).map_err(|error| error.to_string())? {
                return Ok(rows);
            }
            rows.push(String::from_utf8(row).map_err(|error| error.to_string())?);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_come_back_as_they_were(rows in proptest::collection::vec(object(ROW), 0..90), bytes in 1_usize..9000) {
        let rows: Vec<String> = rows.iter().map(|row| spell(row, ROW)).collect();
        let file = write(&rows, bytes);
        prop_assert_eq!(&write(&rows, bytes), &file);
        let file = File::of(&file);
        prop_assert_eq!(file.rows(ROW).unwrap(), rows);
        let reader = RowReader::open(&file.path, ROW).unwrap();
        prop_assert_eq!(reader.about("key"), Some("value"));
    }
}

fn sample() -> String {
    let parts = json!([{"words": ["a", "b"], "range": [0, 9], "maybe": null, "lists": [{"words": null}, {"words": ["c"]}], "flag": null}]);
    let row = json!({"id": "spelled, number 1", "text": "t", "count": 5, "other": null, "flag": true, "parts": parts});
    spell(&row, ROW)
}

/// Whatever stands in a broken file, reading it ends, in rows or in words.
#[test]
fn broken_files_are_said_to_be_broken() {
    crate::files::hush_caught_panics();
    let rows = vec![sample(); 20];
    let whole = write(&rows, 1000);
    let mut failed = 0;
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0x15;
        failed += usize::from(File::of(&broken).rows(ROW).is_err());
        if at % 16 == 0 {
            assert!(File::of(&whole[..at]).rows(ROW).is_err());
        }
    }
    assert!(failed * 4 > whole.len(), "{failed} of {}", whole.len());
}

#[test]
fn what_does_not_fit_is_refused() {
    let sample = sample();
    for (from, to, says) in [
        ("\"count\":5", "\"count\":5,\"new\":1", "there is no column for `new`"),
        ("\"count\":5,", "", "`count`: has no value"),
        ("\"count\":5", "\"count\":null", "`count`: has no value"),
        ("\"count\":5", "\"count\":\"5\"", "`count`: invalid type"),
        ("[0,9]", "[0,9,9]", "`parts`: `range`: "),
        (
            "\"words\":[\"a\",\"b\"]",
            "\"words\":[1]",
            "`parts`: `words`: invalid type",
        ),
    ] {
        let row = sample.replace(from, to);
        assert_ne!(row, sample, "{from}");
        let mut writer = RowWriter::new(Vec::new(), ROW).unwrap();
        let error = writer.row(&row).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    // columns of another type
    const SHORT: &[Field] = ROW.split_at(3).0;
    let file = File::of(&write(&[sample], 1));
    assert!(file.rows(SHORT).unwrap_err().contains("other.id"));
    const OTHERWISE: &[Field] = &[Field::new("id", Type::Text), Field::new("text", Type::Whole)];
    let error = file.rows(OTHERWISE).unwrap_err();
    assert!(error.contains("text") && error.contains("is not there"), "{error}");
}
