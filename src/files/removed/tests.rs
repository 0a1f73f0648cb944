use super::*;

fn trailer(file: &str, format: FileFormat, units: u64, dropped: u64) -> Trailer {
    Trailer {
        file: file.to_owned(),
        output: file.to_owned(),
        format,
        mark: false,
        units,
        dropped,
        original: Digest::of(b"original"),
        cleaned: Digest::of(b"cleaned"),
    }
}

fn unit(source: &str, text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let length = u32::try_from(text.len()).unwrap();
    let unit = RemovedUnit {
        article: None,
        source,
        field: "text",
        unit: "sentence",
        bytes: [7, 7 + length],
        chars: [7, 7 + length],
        text: text.into(),
        rule: "equal",
        measure: "jaccard:1,2",
        similarity: 1.0,
        lost: &[],
        reprint: text.len() % 2 == 1,
        kept: Some(KeptUnit {
            article: None,
            source: "a:1",
            field: None,
            bytes: [0, length],
            text,
        }),
    };
    unit.write(&mut out).unwrap();
    out
}

/// A file of two files, as lines.
fn whole() -> Vec<String> {
    let header = Header::new("0.1.0", &["text".to_owned()], serde_json::Map::new());
    let mut writer = RemovedWriter::new(Vec::new());
    writer.header(&header).unwrap();
    writer.lines(&unit("a:2", "One more."), 1, 0).unwrap();
    let mut more = unit("a:3", "Two more.");
    write_dropped(&mut more, None, "a:3", "{}\n").unwrap();
    writer.lines(&more, 1, 1).unwrap();
    let file = |writer: &mut RemovedWriter<Vec<u8>>, name: &str, format| {
        // the writer counts
        writer.file(trailer(name, format, 9, 9)).unwrap();
    };
    file(&mut writer, "a", FileFormat::Jsonl);
    writer.lines(&unit("b:1", "Three more."), 1, 0).unwrap();
    file(&mut writer, "b:1", FileFormat::Text);
    file(&mut writer, "c", FileFormat::Other);
    writer.end().unwrap();
    let text = String::from_utf8(writer.into_inner()).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn read(lines: &[String]) -> Result<Vec<RemovedLine>, String> {
    let text = lines.concat();
    RemovedReader::new("r", text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

#[test]
fn what_is_written_is_read() {
    let lines = whole();
    let read = read(&lines).unwrap();
    assert_eq!(read.len(), 9);
    assert!(matches!(&read[0], RemovedLine::Header(header) if header.text_fields == ["text"]));
    assert!(matches!(&read[1], RemovedLine::Unit { source, insertion, .. }
        if source == "a:2" && insertion.text() == "One more." && insertion.at() == 7));
    assert!(matches!(&read[3], RemovedLine::Dropped { line, .. } if line == "{}\n"));
    assert!(matches!(&read[6], RemovedLine::Trailer(t) if *t == trailer("b:1", FileFormat::Text, 1, 0)));
    let totals = Totals {
        files: 3,
        units: 3,
        dropped: 1,
    };
    assert!(matches!(&read[8], RemovedLine::End(end) if *end == totals));
}

#[test]
fn no_line_can_be_missing_doubled_or_moved() {
    let lines = whole();
    for at in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(at);
        assert!(read(&fewer).is_err(), "without line {}", at + 1);
        let mut more = lines.clone();
        more.insert(at, lines[at].clone());
        assert!(read(&more).is_err(), "line {} twice", at + 1);
        assert!(at == 0 || read(&lines[..at]).is_err(), "only {at} lines");
    }
    // the units of one file before the trailer of another
    let mut moved = lines.clone();
    moved.swap(5, 2);
    assert!(read(&moved).unwrap_err().contains("b"), "{:?}", read(&moved));
    assert!(read(&[]).unwrap_err().contains("empty"));
}

#[test]
fn a_file_of_version_0_1_has_units_only() {
    let lines = whole();
    assert_eq!(read(&lines[1..4]).unwrap().len(), 3);
    assert!(read(&lines[1..5]).unwrap_err().contains("r:4: there is no header"));
}

#[test]
fn a_later_version_is_refused() {
    let header = whole()[0].replace("\"version\":1", "\"version\":2,\"new\":true");
    assert!(read(&[header]).unwrap_err().contains("use a newer redite"));
}

#[test]
fn a_text_is_as_long_as_its_range() {
    let lines = whole();
    for (from, to) in [
        ("[7,16]", "[7,17]"),
        ("[7,16]", "[9,7]"),
        ("One more.", "One mor."),
        ("[7,16]", "[7,4294967296]"),
    ] {
        let mut wrong = lines.clone();
        wrong[1] = wrong[1].replacen(from, to, 1);
        assert_ne!(wrong[1], lines[1]);
        assert!(read(&wrong).unwrap_err().starts_with("r:2: "), "{from} {to}");
    }
}

#[test]
fn units_are_told_and_read_again() {
    let text = whole().concat();
    let mut reader = RemovedReader::new("r", text.as_bytes());
    let mut lines = Vec::new();
    while let Some(line) = reader.next() {
        match line.unwrap() {
            RemovedLine::Unit { source, insertion, .. } => {
                let told = reader.told().unwrap();
                assert_eq!((&*told.source, &*told.text), (&*source, insertion.text()));
                let kept = told.kept.as_ref().unwrap();
                // no identity: the place stands for it
                assert_eq!((&*told.article(), &*kept.article()), (&*source, "a:1"));
                lines.push((reader.number(), told.text.into_owned()));
            }
            _ => assert!(reader.told().is_err()),
        }
    }
    assert_eq!(lines.len(), 3);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    let mut again = Vec::new();
    let numbers = lines.iter().map(|(number, _)| *number);
    read_again(file.path(), numbers, |number, told| {
        again.push((number, told.text.into_owned()));
    })
    .unwrap();
    assert_eq!(again, lines);
    let error = read_again(file.path(), [2, 4], |_, _| {}).unwrap_err().to_string();
    assert!(error.contains(":4"), "{error}");
}
