use std::sync::Arc;

use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::column::page::Page;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Row;
use parquet::schema::parser::parse_message_type;

use super::*;

const SCHEMA: &str = "message schema {
    required int64 id;
    optional binary text (UTF8);
    optional group doc {
        optional binary body (STRING);
        optional int32 length;
    }
    optional binary lang (UTF8);
    optional group tags (LIST) {
        repeated group list { optional int32 element; }
    }
    required int64 at (TIMESTAMP(MICROS, true));
    optional int96 old;
    required binary raw;
    optional double score;
}";

const ROWS: usize = 700;
const GROUPS: usize = 3;

fn text_of(group: usize, row: usize) -> Option<Vec<u8>> {
    match row % 10 {
        3 => None,
        7 if group == 1 => Some(b"not \xff UTF-8".to_vec()),
        8 => Some(b"the same text, again and again".to_vec()),
        _ => Some(format!("Été {row} du groupe {group}. 中文也有。\u{0}\n").into_bytes()),
    }
}

/// A file with three row groups and all sorts of columns.
fn file(properties: WriterPropertiesBuilder) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = properties
        .set_key_value_metadata(Some(vec![
            KeyValue::new("ARROW:schema".to_owned(), "/////not really".to_owned()),
            KeyValue::new("huggingface".to_owned(), None),
        ]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in 0..GROUPS {
        let mut out = writer.next_row_group().unwrap();
        let mut number = 0;
        while let Some(mut column) = out.next_column().unwrap() {
            let all: Vec<i16> = vec![1; ROWS];
            match (number, column.untyped()) {
                (0, ColumnWriter::Int64ColumnWriter(writer)) => {
                    let ids: Vec<i64> = (0..ROWS).map(|row| (group * ROWS + row) as i64).collect();
                    writer.write_batch(&ids, None, None).unwrap();
                }
                (1, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                    let texts: Vec<_> = (0..ROWS).map(|row| text_of(group, row)).collect();
                    let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
                    let texts: Vec<ByteArray> = texts.into_iter().flatten().map(ByteArray::from).collect();
                    writer.write_batch(&texts, Some(&levels), None).unwrap();
                }
                (2, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                    // 0: no struct, 1: no string in it, 2: a string
                    let levels: Vec<i16> = (0..ROWS).map(|row| i16::try_from(row % 3).unwrap()).collect();
                    let bodies = (0..ROWS).filter(|row| row % 3 == 2).map(|row| format!("corps {row}"));
                    let bodies: Vec<ByteArray> = bodies.map(|body| ByteArray::from(body.into_bytes())).collect();
                    writer.write_batch(&bodies, Some(&levels), None).unwrap();
                }
                (3, ColumnWriter::Int32ColumnWriter(writer)) => {
                    let levels: Vec<i16> = (0..ROWS).map(|row| i16::try_from(row % 3).unwrap()).collect();
                    writer.write_batch(&vec![5; ROWS / 3], Some(&levels), None).unwrap();
                }
                (4, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                    writer
                        .write_batch(&vec![ByteArray::from("fr"); ROWS], Some(&all), None)
                        .unwrap();
                }
                (5, ColumnWriter::Int32ColumnWriter(writer)) => {
                    // two numbers a row
                    let numbers: Vec<i32> = (0..2 * i32::try_from(ROWS).unwrap()).collect();
                    let repeated: Vec<i16> = [0, 1].repeat(ROWS);
                    writer
                        .write_batch(&numbers, Some(&vec![3; 2 * ROWS]), Some(&repeated))
                        .unwrap();
                }
                (6, ColumnWriter::Int64ColumnWriter(writer)) => {
                    writer
                        .write_batch(&vec![1_500_000_000_000_000; ROWS], None, None)
                        .unwrap();
                }
                (7, ColumnWriter::Int96ColumnWriter(writer)) => {
                    writer.write_batch(&[], Some(&vec![0; ROWS]), None).unwrap();
                }
                (8, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                    writer
                        .write_batch(&vec![ByteArray::from(vec![0, 255]); ROWS], None, None)
                        .unwrap();
                }
                (9, ColumnWriter::DoubleColumnWriter(writer)) => {
                    writer.write_batch(&vec![0.5; ROWS], Some(&all), None).unwrap();
                }
                _ => panic!("column {number}"),
            }
            column.close().unwrap();
            number += 1;
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn kinds() -> Vec<(&'static str, WriterPropertiesBuilder)> {
    let new = WriterProperties::builder;
    vec![
        (
            "plain",
            new()
                .set_dictionary_enabled(false)
                .set_statistics_enabled(EnabledStatistics::None),
        ),
        (
            "snappy",
            new()
                .set_compression(Compression::SNAPPY)
                .set_created_by("somebody else".to_owned()),
        ),
        (
            "small pages, v2",
            new()
                .set_writer_version(WriterVersion::PARQUET_2_0)
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_data_page_row_count_limit(50)
                .set_write_batch_size(10)
                .set_dictionary_page_size_limit(500),
        ),
        (
            "gzip",
            new()
                .set_compression(Compression::GZIP(GzipLevel::default()))
                .set_offset_index_disabled(true),
        ),
        (
            "brotli",
            new()
                .set_compression(Compression::BROTLI(BrotliLevel::default()))
                .set_bloom_filter_enabled(true),
        ),
        (
            "lz4",
            new()
                .set_compression(Compression::LZ4_RAW)
                .set_statistics_enabled(EnabledStatistics::Page),
        ),
    ]
}

fn metadata(path: &Path) -> ParquetMetaData {
    let file = fs::File::open(path).unwrap();
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(&file)
        .unwrap()
}

fn rows(path: &Path) -> Vec<Row> {
    // `record::Row` refuses bad UTF-8, so only of files that have none
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    reader.get_row_iter(None).unwrap().map(|row| row.unwrap()).collect()
}

/// The bytes of one column chunk.
fn chunk(path: &Path, group: usize, column: usize) -> Vec<u8> {
    let metadata = metadata(path);
    let (start, length) = metadata.row_group(group).column(column).byte_range();
    let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
    fs::read(path).unwrap()[start..start + length].to_vec()
}

fn first_words(_: u64, _: usize, text: &str) -> Vec<Span> {
    text.find(' ')
        .map(|at| Span::new(0, u32::try_from(at).unwrap()))
        .into_iter()
        .collect()
}

#[test]
fn rows_are_articles() {
    let folder = Folder::new();
    let source = folder.source("a.parquet", file(WriterProperties::builder()));
    assert_eq!((source.format(), source.codec()), (Format::Parquet, Codec::Plain));
    let options = ReadOptions {
        rank_field: Some("score".to_owned()),
        ..fields(&["text", "doc.body"])
    };
    let (mut row, mut faulty) = (0, 0);
    for batch in source.read(&options).unwrap() {
        for record in batch.unwrap().records() {
            let (group, at) = (row / ROWS, row % ROWS);
            row += 1;
            assert_eq!(record.place.line_or_row, row as u64);
            let body = (at % 3 == 2).then(|| format!("corps {at}"));
            match (text_of(group, at).map(String::from_utf8), record.outcome) {
                (Some(Err(_)), Err(fault)) => {
                    faulty += 1;
                    assert_eq!(fault.kind(), FaultKind::InvalidUtf8);
                    assert!(source.describe(record.place, fault).contains(&format!("row {row}")));
                }
                (None, Err(fault)) => {
                    assert!(body.is_none());
                    assert_eq!(fault.kind(), FaultKind::WrongType);
                    assert!(fault.to_string().contains("null"), "{fault}");
                }
                (text, Ok(fields)) => {
                    let expected: Vec<(usize, String)> = text
                        .map(|text| (0, text.unwrap()))
                        .into_iter()
                        .chain(body.map(|body| (1, body)))
                        .collect();
                    let texts: Vec<_> = fields
                        .texts
                        .iter()
                        .map(|text| (text.field, text.text.clone()))
                        .collect();
                    assert_eq!(texts, expected);
                    assert_eq!(fields.id.as_ref().unwrap().raw(), (row - 1).to_string());
                    assert_eq!(fields.lang.as_deref(), Some("fr"));
                    assert_eq!(fields.rank, Some(redite::files::RankValue::Float(0.5)));
                }
                (text, outcome) => panic!("{row} {text:?} {outcome:?}"),
            }
        }
    }
    assert_eq!((row, faulty), (GROUPS * ROWS, 70));
}

#[test]
fn only_the_text_column_of_changed_groups_is_written_anew() {
    for (name, properties) in kinds() {
        let folder = Folder::new();
        let bytes = file(properties);
        let source = folder.source("a.parquet", &bytes);
        let options = ReadOptions::default();
        let copy = folder.path("copy.parquet");
        let (_, stats) = clean(&source, &options, &copy, &mut |_, _, _| vec![], &|_| false);
        assert_eq!(stats.copied, 1);
        assert!(fs::read(&copy).unwrap() == bytes, "{name}");

        // the second row group only
        let out = folder.path("out.parquet");
        let second = ROWS as u64 + 1..=2 * ROWS as u64;
        let mut choose = |row, field, text: &str| {
            if second.contains(&row) {
                first_words(row, field, text)
            } else {
                vec![]
            }
        };
        let (removed, stats) = clean(&source, &options, &out, &mut choose, &|_| false);
        assert_eq!((stats.edited, stats.copied), (560, 0), "{name}");
        let (before, after) = (metadata(source.path()), metadata(&out));
        assert_eq!(before.file_metadata().schema(), after.file_metadata().schema());
        assert_eq!(
            before.file_metadata().key_value_metadata(),
            after.file_metadata().key_value_metadata()
        );
        assert_eq!(before.file_metadata().created_by(), after.file_metadata().created_by());
        assert_eq!(before.file_metadata().version(), after.file_metadata().version());
        assert_eq!(before.num_row_groups(), after.num_row_groups());
        for group in 0..GROUPS {
            assert_eq!(before.row_group(group).num_rows(), after.row_group(group).num_rows());
            for column in 0..before.row_group(group).num_columns() {
                let (was, is) = (
                    before.row_group(group).column(column),
                    after.row_group(group).column(column),
                );
                assert_eq!(was.compression(), is.compression(), "{name}");
                assert_eq!(was.statistics().is_some(), is.statistics().is_some(), "{name}");
                assert_eq!(
                    was.bloom_filter_offset().is_some(),
                    is.bloom_filter_offset().is_some(),
                    "{name}"
                );
                assert_eq!(
                    was.column_index_offset().is_some(),
                    is.column_index_offset().is_some(),
                    "{name} {column}"
                );
                assert_eq!(
                    was.offset_index_offset().is_some(),
                    is.offset_index_offset().is_some(),
                    "{name}"
                );
                assert_eq!(
                    was.dictionary_page_offset().is_some(),
                    is.dictionary_page_offset().is_some(),
                    "{name}"
                );
                let same = chunk(source.path(), group, column) == chunk(&out, group, column);
                assert_eq!(same, (group, column) != (1, 1), "{name} {group} {column}");
                if same {
                    assert_eq!(was.statistics(), is.statistics());
                    assert_eq!(was.page_encoding_stats(), is.page_encoding_stats());
                }
                let version = |path: &Path| {
                    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
                    let group = reader.get_row_group(group).unwrap();
                    let pages = group.get_column_page_reader(column).unwrap();
                    pages
                        .map(|page| page.unwrap())
                        .any(|page| matches!(page, Page::DataPageV2 { .. }))
                };
                assert_eq!(version(source.path()), version(&out), "{name}");
            }
        }

        // every text, bad bytes included
        let mut row = 0;
        for batch in one(&out).read(&options).unwrap() {
            for (_, outcome) in batch.unwrap().into_records() {
                let (group, at) = (row / ROWS, row % ROWS);
                row += 1;
                let text = outcome.ok().map(|mut fields| fields.texts.remove(0).text);
                let expected =
                    text_of(group, at)
                        .and_then(|text| String::from_utf8(text).ok())
                        .map(|text| match group {
                            1 => text.split_once(' ').map(|(_, rest)| format!(" {rest}")).unwrap(),
                            _ => text,
                        });
                assert_eq!(text, expected, "{name} {row}");
            }
        }
        assert_eq!(row, GROUPS * ROWS);

        // and back: the same values
        let back = folder.path("back.parquet");
        restore(&one(&out), &options, &back, &removed);
        let cells = |path: &Path| -> Vec<_> {
            let source = one(path);
            let batches = source.read(&fields(&["text", "doc.body"])).unwrap();
            batches
                .flat_map(|batch| batch.unwrap().into_records().collect::<Vec<_>>())
                .collect()
        };
        assert_eq!(cells(&back), cells(source.path()), "{name}");
    }
}

#[test]
fn nested_texts_there_and_back() {
    let folder = Folder::new();
    // without the texts that are not UTF-8, which the row reader of the crate refuses
    let source = folder.source(
        "a.parquet",
        file(WriterProperties::builder().set_compression(Compression::SNAPPY)),
    );
    let options = fields(&["doc.body"]);
    let out = folder.path("out.parquet");
    let (removed, stats) = clean(&source, &options, &out, &mut every_second, &|_| false);
    assert_eq!(stats.edited, (GROUPS * (ROWS / 3)) as u64);
    let back = folder.path("back.parquet");
    restore(&one(&out), &options, &back, &removed);
    for column in 0..10 {
        for group in 0..GROUPS {
            let same = chunk(source.path(), group, column) == chunk(&out, group, column);
            assert_eq!(same, column != 2);
            // written by the same writer with the same settings, so here even the bytes come back
            assert_eq!(
                chunk(source.path(), group, column),
                chunk(&back, group, column),
                "{column}"
            );
        }
    }
}

#[test]
fn rows_of_other_tools_can_read_the_copy() {
    let folder = Folder::new();
    let schema = Arc::new(parse_message_type("message m { required binary text (UTF8); required int32 n; }").unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut out = writer.next_row_group().unwrap();
    let mut column = out.next_column().unwrap().unwrap();
    let ColumnWriter::ByteArrayColumnWriter(texts) = column.untyped() else {
        panic!()
    };
    texts
        .write_batch(
            &[ByteArray::from("un deux"), ByteArray::from(""), ByteArray::from("a b")],
            None,
            None,
        )
        .unwrap();
    column.close().unwrap();
    let mut column = out.next_column().unwrap().unwrap();
    let ColumnWriter::Int32ColumnWriter(numbers) = column.untyped() else {
        panic!()
    };
    numbers.write_batch(&[1, 2, 3], None, None).unwrap();
    column.close().unwrap();
    out.close().unwrap();
    let source = folder.source("a.parquet", writer.into_inner().unwrap());
    let path = folder.path("out.parquet");
    clean(&source, &ReadOptions::default(), &path, &mut first_words, &|_| false);
    let shown: Vec<String> = rows(&path).iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["{text: \" deux\", n: 1}", "{text: \"\", n: 2}", "{text: \" b\", n: 3}"]
    );

    let result = source.rewrite::<FileError>(&ReadOptions::default(), Output::file(&path), &mut |_| Ok(Edit::Drop));
    let error = result.unwrap_err();
    assert!(error.is_settings() && error.to_string().contains("Parquet"), "{error}");
}

#[test]
fn columns_that_are_no_texts() {
    let folder = Folder::new();
    let source = folder.source("a.parquet", file(WriterProperties::builder()));
    for (field, kind, what) in [
        ("body", FaultKind::NoField, "doc.body"),
        ("id", FaultKind::WrongType, "INT64"),
        ("tags.list.element", FaultKind::WrongType, "list"),
        ("doc", FaultKind::WrongType, "columns of its own (doc.body, doc.length)"),
    ] {
        let options = fields(&[field]);
        let mut seen = 0;
        for batch in source.read(&options).unwrap() {
            for (_, outcome) in batch.unwrap().into_records() {
                let fault = outcome.unwrap_err();
                assert_eq!(fault.kind(), kind, "{field}");
                assert!(fault.to_string().contains(what), "{fault}");
                seen += 1;
            }
        }
        assert_eq!(seen, GROUPS * ROWS);
        let out = folder.path("out.parquet");
        let (_, stats) = clean(&source, &options, &out, &mut every_second, &|_| false);
        assert_eq!((stats.faulty, stats.copied), (seen as u64, 1));
    }
}

#[test]
fn broken_files_are_errors_and_never_panics() {
    redite::files::hush_caught_panics();
    let folder = Folder::new();
    let bytes = file(WriterProperties::builder().set_compression(Compression::SNAPPY));
    for cut in [bytes.len() - 1, bytes.len() / 2, 20, 4] {
        let source = folder.source("cut.parquet", &bytes[..cut]);
        assert_eq!(source.format(), Format::Parquet);
        let error = read(&source).unwrap_err().to_string();
        assert!(error.contains("cut.parquet") && error.contains("Parquet"), "{error}");
    }
    let out = folder.path("out.parquet");
    let mut state = 7u64;
    for _ in 0..300 {
        let mut broken = bytes.clone();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % broken.len();
            broken[at] ^= 1 << (state & 7);
        }
        let path = folder.put("broken.parquet", &broken);
        let found = find(&[path]);
        let Some(source) = found.sources.first() else { continue };
        // an error or, where the break is elsewhere, none
        let _either = read(source);
        let _either = source.rewrite::<FileError>(&ReadOptions::default(), Output::file(&out), &mut |record| {
            let text = &record.outcome.unwrap().texts[0];
            Ok(Edit::Delete(vec![(0, first_words(0, 0, &text.text))]))
        });
        assert!(!folder.path(".out.parquet.redite-partial").exists());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_in_parquet_too() {
    let folder = Folder::new();
    let source = folder.source("a.parquet", file(WriterProperties::builder()));
    let error = source
        .rewrite::<FileError>(&ReadOptions::default(), Output::file("/dev/full"), &mut |record| {
            Ok(Edit::Delete(vec![(
                0,
                first_words(0, 0, &record.outcome.unwrap().texts[0].text),
            )]))
        })
        .unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::StorageFull), "{error}");
    assert!(error.to_string().contains("/dev/full"), "{error}");
}

#[test]
fn parquet_from_a_pipe() {
    let folder = Folder::new();
    let bytes = file(WriterProperties::builder());
    let found = discover(&["-".into()], &bytes[..], &[]).unwrap();
    let source = &found.sources[0];
    assert_eq!(source.relative().to_str(), Some("stdin.parquet"));
    assert_eq!(read(source).unwrap().len(), GROUPS * ROWS);
    let out = folder.path("out.parquet");
    let (_, stats) = clean(source, &ReadOptions::default(), &out, &mut first_words, &|_| false);
    assert_eq!(stats.edited, 630 * 2 + 560);
    assert_eq!(read(&one(&out)).unwrap().len(), GROUPS * ROWS);
}
