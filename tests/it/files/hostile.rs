use std::sync::Arc;
use std::time::{Duration, Instant};

use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;
use crate::support::random;

/// A small file with two row groups, whose columns are `id`, `text` and `title`.
fn small(compression: Compression, encoding: Option<Encoding>, version: WriterVersion) -> Vec<u8> {
    let schema = "message schema { required int64 id; optional binary text (UTF8); required binary title (UTF8); }";
    table(schema, compression, encoding, version)
}

fn table(schema: &str, compression: Compression, encoding: Option<Encoding>, version: WriterVersion) -> Vec<u8> {
    const ROWS: usize = 40;
    let mut properties = WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_data_page_row_count_limit(16)
        .set_write_batch_size(8);
    if let Some(encoding) = encoding {
        properties = properties.set_dictionary_enabled(false).set_encoding(encoding);
    }
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for group in 0..2 {
        let mut out = writer.next_row_group().unwrap();
        while let Some(mut column) = out.next_column().unwrap() {
            let text =
                |row: usize| ByteArray::from(format!("Row {} of group {group}, as many.", row % 30).into_bytes());
            match column.untyped() {
                ColumnWriter::Int64ColumnWriter(writer) => {
                    let ids: Vec<i64> = (0..ROWS).map(|row| (group * ROWS + row) as i64).collect();
                    writer.write_batch(&ids, None, None).unwrap();
                }
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    let optional = writer.get_descriptor().max_def_level() > 0;
                    let levels: Vec<i16> = (0..ROWS).map(|row| i16::from(row % 7 != 3 || !optional)).collect();
                    let texts: Vec<ByteArray> = (0..ROWS).filter(|row| levels[*row] > 0).map(text).collect();
                    writer.write_batch(&texts, optional.then_some(&levels), None).unwrap();
                }
                _ => unreachable!(),
            }
            column.close().unwrap();
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn kinds() -> Vec<Vec<u8>> {
    use Compression::*;
    let (old, new) = (WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0);
    vec![
        small(UNCOMPRESSED, None, old),
        small(SNAPPY, None, old),
        small(ZSTD(ZstdLevel::default()), None, new),
        small(UNCOMPRESSED, Some(Encoding::PLAIN), old),
        small(GZIP(GzipLevel::default()), Some(Encoding::PLAIN), new),
        small(LZ4_RAW, Some(Encoding::PLAIN), old),
        small(BROTLI(BrotliLevel::default()), Some(Encoding::PLAIN), new),
    ]
    .into_iter()
    .chain([old, new].into_iter().flat_map(|version| {
        [Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY].map(|encoding| {
            let schema = "message schema { optional binary text (UTF8); required binary title (UTF8); }";
            table(schema, UNCOMPRESSED, Some(encoding), version)
        })
    }))
    .collect()
}

/// Some bytes of the file replaced, most of them where sizes and counts stand.
fn mutate(bytes: &mut Vec<u8>, random: &mut impl FnMut(usize) -> usize) {
    for _ in 0..=random(4) {
        let length = bytes.len();
        let at = match random(4) {
            0 => random(length),
            1 => random(80.min(length)),
            _ => length - 1 - random(1500.min(length)),
        };
        match random(6) {
            0 => bytes[at] = bytes[at].wrapping_add(1),
            1 => bytes[at] ^= 1 << random(8),
            2 => bytes[at] = [0, 0xff, 0x7f, 0x80][random(4)],
            3 => bytes[at] = u8::try_from(random(256)).unwrap(),
            // a larger number where there is a small one
            4 => {
                let end = (at + 1 + random(5)).min(length);
                bytes[at..end].fill(0xff);
            }
            _ => {
                bytes.remove(length - 1 - random(length / 2));
            }
        }
    }
}

/// Reads the file and writes it again with a change; both may fail.
fn read_and_rewrite(folder: &Folder, bytes: &[u8]) {
    let path = folder.put("x.parquet", bytes);
    let Ok(found) = discover(&[path], io::empty(), &[]) else {
        return;
    };
    for source in &found.sources {
        let options = fields(&["text", "title"]);
        if let Ok(batches) = source.read(&options) {
            for batch in batches {
                if batch.is_err() {
                    break;
                }
            }
        }
        let out = Output::file(folder.path("out.parquet"));
        let _failed = source.rewrite::<FileError>(&options, out, &mut |record| {
            let texts = record.outcome.map_or(&[][..], |fields| &fields.texts[..]);
            let cut = texts.iter().filter(|text| text.text.is_ascii() && text.text.len() > 3);
            Ok(Edit::Delete(
                cut.map(|text| (text.field, vec![Span::new(0, 3)])).collect(),
            ))
        });
    }
}

#[test]
fn parquet_with_bytes_changed_anywhere_is_read_or_refused() {
    redite::files::hush_caught_panics();
    let cases = std::env::var("REDITE_MUTATIONS").map_or(150, |n| n.parse().unwrap());
    let seed = std::env::var("REDITE_SEED").map_or(7, |n| n.parse().unwrap());
    let folder = Folder::new();
    let mut random = random(seed);
    for (kind, whole) in kinds().iter().enumerate() {
        read_and_rewrite(&folder, whole);
        assert!(folder.path("out.parquet").exists(), "{kind}");
        for case in 0..cases {
            let mut bytes = whole.clone();
            mutate(&mut bytes, &mut random);
            let start = Instant::now();
            read_and_rewrite(&folder, &bytes);
            let took = start.elapsed();
            if took > Duration::from_secs(10) {
                let kept = std::env::temp_dir().join("redite-slow.parquet");
                fs::write(&kept, &bytes).unwrap();
                panic!("case {case} of kind {kind} took {took:?}: see {}", kept.display());
            }
        }
    }
}

#[test]
fn compressed_files_with_bytes_changed_anywhere_are_read_or_refused() {
    let cases = std::env::var("REDITE_MUTATIONS").map_or(150, |n| n.parse().unwrap());
    let folder = Folder::new();
    let mut random = random(7);
    let lines: String = (0..300)
        .map(|n| format!("{{\"id\":{n},\"text\":\"Line {n} of many.\"}}\n"))
        .collect();
    let options = ReadOptions {
        max_unpacked: Some(1 << 20),
        ..ReadOptions::default()
    };
    for (codec, extension) in &CODECS[1..] {
        let member = pack(*codec, lines.as_bytes());
        for case in 0..cases {
            let mut bytes = [&member[..], &member, b"\0\0"].concat();
            mutate(&mut bytes, &mut random);
            let path = folder.put(&format!("x.jsonl{extension}"), &bytes);
            let start = Instant::now();
            let found = find(&[path]);
            for source in &found.sources {
                let Ok(batches) = source.read(&options) else { continue };
                if let Ok(batches) = batches.collect::<Result<Vec<_>, _>>() {
                    // nothing was lost in silence: a file that ends well has all its lines, or more than zeros behind it
                    let records: usize = batches.iter().map(|batch| batch.records().count()).sum();
                    // (but for zstd, which is packed without checksums here)
                    let told = source.trailing_garbage() > 0 || source.note().is_some() || *codec == Codec::Zstd;
                    assert!(records >= 600 || told, "{codec} {case}: {records}");
                }
                let _ =
                    source.rewrite::<FileError>(&options, Output::file(folder.path("out")), &mut |_| Ok(Edit::Drop));
            }
            let took = start.elapsed();
            assert!(took < Duration::from_secs(10), "case {case} of {codec} took {took:?}");
        }
    }
}

/// The file with the first occurrence of one spelling in it replaced by another of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .expect("it is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn parquet_that_lies_about_sizes_is_refused_before_memory_is_taken() {
    let folder = Folder::new();
    let plain = small(Compression::UNCOMPRESSED, None, WriterVersion::PARQUET_1_0);
    let source = folder.source("good.parquet", &plain);
    assert_eq!(read_fields(&source), Ok(80));
    // the header of the dictionary of ids: type 2, sizes 320, 40 values
    let dictionary = [0x15, 4, 0x15, 0x80, 5, 0x15, 0x80, 5, 0x4c, 0x15, 80];
    let huge = [0x15, 4, 0x15, 0x80, 5, 0x15, 0x80, 5, 0x4c, 0x15, 0x7e];
    assert!(
        plain.windows(dictionary.len()).any(|window| window == dictionary),
        "the writer has changed"
    );
    let source = folder.source("values.parquet", replaced(&plain, &dictionary, &huge));
    assert!(read_fields(&source).is_err());
    let larger = [0x15, 4, 0x15, 0x80, 5, 0x15, 0x80, 0x7d, 0x4c, 0x15, 80];
    let source = folder.source("size.parquet", replaced(&plain, &dictionary, &larger));
    let error = read_fields(&source).unwrap_err();
    assert!(error.contains("a page reaches beyond the end of its column"), "{error}");
}

#[test]
fn a_dictionary_that_makes_a_small_file_large_is_a_bomb() {
    let folder = Folder::new();
    let source = folder.source(
        "a.parquet",
        small(Compression::UNCOMPRESSED, None, WriterVersion::PARQUET_1_0),
    );
    let options = ReadOptions {
        max_unpacked: Some(1000),
        ..ReadOptions::default()
    };
    let result: Result<Vec<_>, _> = source.read(&options).unwrap().collect();
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("decompression bomb") && error.contains("a.parquet: its"),
        "{error}"
    );
}

fn read_fields(source: &Source) -> Result<usize, String> {
    let options = fields(&["text", "title"]);
    let mut rows = 0;
    for batch in source.read(&options).map_err(|error| error.to_string())? {
        rows += batch.map_err(|error| error.to_string())?.records().count();
    }
    Ok(rows)
}

#[test]
fn columns_of_one_name_and_columns_that_hold_no_strings_are_named_once() {
    let folder = Folder::new();
    let make = |schema: &str| table(schema, Compression::UNCOMPRESSED, None, WriterVersion::PARQUET_1_0);
    let twice = "message s { required binary text (UTF8); required int64 n; required binary text (UTF8); }";
    let error = read_fields(&folder.source("twice.parquet", make(twice))).unwrap_err();
    assert!(error.contains("two columns have the name `text`"), "{error}");
    // where it does not matter, it does not
    let other = "message s { required binary text (UTF8); required int64 n; required binary n (UTF8); }";
    assert_eq!(read_fields(&folder.source("other.parquet", make(other))), Ok(80));

    let numbers = folder.source(
        "n.parquet",
        make("message s { required int64 text; required binary title (UTF8); }"),
    );
    assert_eq!(read_fields(&numbers), Ok(80));
    let batches = numbers.read(&fields(&["text", "title"])).unwrap();
    assert_eq!(batches.notes(), ["the column `text` holds INT64, not strings"]);
}

#[test]
fn encrypted_columns_are_told_from_broken_ones() {
    // what a writer leaves that encrypts columns and not the footer: an encryption algorithm in the metadata
    let plain = small(Compression::UNCOMPRESSED, None, WriterVersion::PARQUET_1_0);
    let length = u32::from_le_bytes(plain[plain.len() - 8..][..4].try_into().unwrap()) as usize;
    let (data, metadata) = plain[..plain.len() - 8].split_at(plain.len() - 8 - length);
    // fields 1 to 7 end in a stop; the eighth is a union of an empty struct
    let metadata = [&metadata[..length - 1], &[0x1c, 0x1c, 0, 0, 0]].concat();
    let tail = [&u32::try_from(metadata.len()).unwrap().to_le_bytes()[..], b"PAR1"].concat();
    let folder = Folder::new();
    let source = folder.source("a.parquet", [data, &metadata, &tail].concat());
    let error = read_fields(&source).unwrap_err();
    assert!(error.contains("encrypted Parquet"), "{error}");
}

#[test]
fn a_parquet_file_that_says_it_has_billions_of_rows_is_refused() {
    let plain = small(Compression::UNCOMPRESSED, None, WriterVersion::PARQUET_1_0);
    // the number of rows of a row group, behind its size
    let folder = Folder::new();
    let length = u32::from_le_bytes(plain[plain.len() - 8..][..4].try_into().unwrap()) as usize;
    let metadata = plain.len() - 8 - length;
    let mut refused = 0;
    for at in metadata..plain.len() - 8 {
        // 40 rows, as a number of one byte, become 2 to the 34th
        if plain[at] == 80 {
            let bytes = [
                &plain[..at],
                &[0x80, 0x80, 0x80, 0x80, 0x80, 1],
                &plain[at + 1..plain.len() - 8],
            ]
            .concat();
            let tail = [&u32::try_from(length + 5).unwrap().to_le_bytes()[..], b"PAR1"].concat();
            let source = folder.source("a.parquet", [&bytes[..], &tail].concat());
            if let Err(error) = read_fields(&source) {
                refused += usize::from(error.contains("rows in"));
            }
        }
    }
    assert!(refused >= 2, "{refused}");
}
