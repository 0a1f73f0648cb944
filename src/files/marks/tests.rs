use super::parquet::{Lines, Table};
use super::*;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = Box<RawValue>> {
    let spelled = prop_oneof![
        ".{0,5}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        any::<u64>().prop_map(|number| number.to_string()),
        Just("\"\\u00e9\\ud800\"".to_owned()),
        Just("1.50".to_owned()),
    ];
    spelled.prop_map(|raw| RawValue::from_string(raw).unwrap())
}

fn count() -> impl Strategy<Value = u64> {
    0..u64::try_from(i64::MAX).unwrap()
}

fn family() -> impl Strategy<Value = Family> {
    let date = || proptest::option::of("[0-9]{4}-11-30T00:00:00Z");
    let family = (any::<[u32; 3]>(), proptest::option::of(any::<u32>()), date(), date());
    family.prop_map(|([equal, near, articles], groups, first, last)| Family {
        equal,
        near,
        articles,
        groups,
        first,
        last,
    })
}

fn leader() -> impl Strategy<Value = LeaderMark> {
    let leader = (
        "[a-z]{1,5}",
        any::<bool>(),
        any::<[u32; 2]>(),
        any::<[u32; 2]>(),
        family(),
    );
    leader.prop_map(|(field, is_paragraph, bytes, chars, family)| LeaderMark {
        field,
        unit: if is_paragraph { "paragraph" } else { "sentence" }.to_owned(),
        bytes,
        chars,
        family,
    })
}

fn unit() -> impl Strategy<Value = UnitMark> {
    let kept = (
        id(),
        ".{0,9}",
        proptest::option::of("[a-z]{1,5}"),
        any::<[u32; 2]>(),
        ".{0,30}",
    );
    let kept = kept.prop_map(|(article, source, field, bytes, text)| KeptMark {
        article,
        source,
        field,
        bytes,
        text,
    });
    let lost = proptest::collection::vec(".{0,4}", 0..3);
    let own = ("[a-z]{1,5}", any::<[u32; 2]>(), any::<[u32; 2]>(), 0..=10_000_u32, lost);
    let copy = (proptest::option::of(count()), proptest::option::of(any::<u32>()));
    (
        own,
        any::<bool>(),
        any::<bool>(),
        kept,
        copy,
        proptest::option::of(family()),
    )
        .prop_map(
            |((field, bytes, chars, similarity, lost), equal, reprint, kept, (gap, nth), family)| UnitMark {
                field,
                unit: "sentence".to_owned(),
                bytes,
                chars,
                rule: if equal { "equal" } else { "near" }.to_owned(),
                similarity: f64::from(similarity) / 1e4,
                lost,
                reprint,
                kept,
                gap,
                nth,
                family,
            },
        )
}

fn article() -> impl Strategy<Value = ArticleMarks> {
    let most = (id(), ".{0,9}", count()).prop_map(|(article, source, bytes)| Most { article, source, bytes });
    let story = (id(), ".{0,9}", any::<u32>()).prop_map(|(article, source, articles)| Story {
        article,
        source,
        articles,
    });
    let counts: [_; 7] = std::array::from_fn(|_| count());
    let units = (
        proptest::collection::vec(unit(), 0..4),
        proptest::collection::vec(leader(), 0..3),
    );
    (id(), ".{0,9}", counts, proptest::option::of(most), story, units).prop_map(
        |(article, source, counts, most, story, (units, leaders))| {
            let [bytes, among, compared, repeated, within, sentences, new] = counts;
            ArticleMarks {
                article,
                source,
                lang: "fr".to_owned(),
                bytes,
                among,
                compared,
                repeated,
                within,
                new: New { sentences, bytes: new },
                most,
                relation: "mixed".to_owned(),
                story,
                units,
                leaders,
            }
        },
    )
}

/// The marks of some files, to any output.
fn write<W: Write>(out: W, files: &[Vec<ArticleMarks>]) -> W {
    let mut writer = MarksWriter::new(out);
    writer
        .header(&Header::new("0", &["text".to_owned()], serde_json::Map::new()))
        .unwrap();
    for (number, articles) in files.iter().enumerate() {
        for article in articles {
            let units = article.units.len() as u64;
            writer.lines(&article.line().unwrap(), 1, units).unwrap();
        }
        let name = format!("file {number}");
        writer
            .file(Trailer {
                file: name.clone(),
                output: name,
                format: FileFormat::Jsonl,
                articles: 0,
                original: Digest::default(),
            })
            .unwrap();
    }
    writer.end().unwrap();
    writer.into_inner()
}

fn table(files: &[Vec<ArticleMarks>]) -> Vec<u8> {
    write(Table::new(Vec::new()).unwrap(), files).finish().unwrap()
}

fn saved(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The first error in a file of marks.
fn error(bytes: &[u8]) -> String {
    let lines = MarksReader::open(saved(bytes).path());
    let error = lines.and_then(|mut lines| lines.find_map(Result::err).map_or(Ok(()), Err));
    error.map_or_else(|error| error.to_string(), |()| String::new())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_table_has_the_lines_of_json(files in proptest::collection::vec(proptest::collection::vec(article(), 0..9), 0..4)) {
        let lines = write(Vec::new(), &files);
        let table = table(&files);
        prop_assert_eq!(&error(&table), "");
        let mut back = Vec::new();
        Lines::open(saved(&table).path()).unwrap().read_to_end(&mut back).unwrap();
        prop_assert_eq!(String::from_utf8(back).unwrap(), String::from_utf8(lines).unwrap());
    }
}

/// Three articles of two files; `lines` may be changed before they become a table.
fn changed(change: impl Fn(&str) -> String) -> String {
    let article = || ArticleMarks {
        article: RawValue::from_string("7".to_owned()).unwrap(),
        source: "a:1".to_owned(),
        lang: "fr".to_owned(),
        bytes: 1,
        among: 3,
        compared: 1,
        repeated: 0,
        within: 0,
        new: New { sentences: 0, bytes: 0 },
        most: None,
        relation: "original".to_owned(),
        story: Story {
            article: RawValue::from_string("7".to_owned()).unwrap(),
            source: "a:1".to_owned(),
            articles: 1,
        },
        units: Vec::new(),
        leaders: Vec::new(),
    };
    let lines = write(Vec::new(), &[vec![article(), article()], vec![article()]]);
    let lines = change(std::str::from_utf8(&lines).unwrap());
    let mut table = Table::new(Vec::new()).unwrap();
    // in pieces, as any writer may be given them
    lines
        .as_bytes()
        .chunks(7)
        .for_each(|piece| table.write_all(piece).unwrap());
    error(&table.finish().unwrap())
}

#[test]
fn a_table_that_is_not_whole_is_refused() {
    assert_eq!(changed(str::to_owned), "");
    let without = |key: &'static str| {
        move |lines: &str| {
            let mut lines: Vec<&str> = lines.split_inclusive('\n').collect();
            let at = lines.iter().rposition(|line| first_key(line) == key).unwrap();
            lines.remove(at);
            lines.concat()
        }
    };
    for (key, says) in [
        ("redite", "no header of a file of marks"),
        ("article", "1 articles of file 1 are announced, but 0 are there"),
        ("file", "announced"),
        ("end", "cut off"),
    ] {
        let error = changed(without(key));
        assert!(error.contains(says), "{key}: {error}");
    }
    let later = changed(|lines| lines.replace("\"version\":1", "\"version\":2"));
    assert!(later.contains("use a newer redite"), "{later}");
    let whole = table(&[Vec::new()]);
    assert!(error(&whole[..whole.len() - 5]).contains("Parquet"));
}
