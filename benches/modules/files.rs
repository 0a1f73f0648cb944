//! How fast files are read, and rewritten with some text taken out.

use super::support::{Bench, Case, Options, clock};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
use redite::Span;
use redite::files::{Edit, FileError, Output, ReadOptions, Record, Source, discover};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io, sync::Arc};

const FORMATS: [&str; 3] = ["jsonl", "jsonl.zst", "parquet"];

pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("files", 2_000, options);
    bench.head("read: texts and ids; rewrite: the first letter of every second text goes; least time of the clock (unpacking has a thread of its own)");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for case in bench.cases() {
        for format in FORMATS {
            // Reading packed files is the work of another thread, which instruction counts leave out as well.
            if bench.count && format != "jsonl" {
                continue;
            }
            let path = folder.path().join(format!("{}.{format}", case.name));
            write(&case, format, &path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            measure(&mut bench, &case, format, path);
        }
    }
    bench.finish()
}

fn measure(bench: &mut Bench, case: &Case, format: &str, path: PathBuf) {
    let options = ReadOptions::default();
    let output = path.with_extension("out");
    let found = discover(&[path], io::empty(), &[]).expect("the file was written");
    let source: &Source = &found.sources[0];
    let tokens: usize = case
        .articles
        .iter()
        .map(|a| redite::fold::fold(&a.text).hashes().len())
        .sum();
    let (seconds, (records, bytes)) = bench.least_by(clock, || {
        let (mut records, mut bytes) = (0, 0);
        for batch in source.read(&options).expect("readable") {
            let batch = batch.expect("whole");
            for record in batch.records() {
                records += 1;
                bytes += record.outcome.map_or(0, |fields| fields.texts[0].text.len());
            }
        }
        (records, bytes)
    });
    assert_eq!((records, bytes), (case.articles.len(), case.bytes()), "{}", case.name);
    bench.speed(&case.name, &format!("read {format}"), bytes, tokens, seconds, "");

    let (seconds, edited) = bench.least_by(clock, || {
        let mut count = 0;
        let mut edit = |record: &Record<'_>| -> Result<Edit, FileError> {
            count += 1;
            let first = record
                .outcome
                .ok()
                .and_then(|fields| fields.texts[0].text.chars().next());
            Ok(match first {
                Some(first) if count % 2 == 0 => Edit::Delete(vec![(0, vec![Span::new(0, width(first))])]),
                _ => Edit::Keep,
            })
        };
        let stats = source
            .rewrite(&options, Output::file(&output), &mut edit)
            .expect("writable");
        stats.edited
    });
    assert_eq!(edited, case.articles.len() as u64 / 2, "{}", case.name);
    bench.speed(&case.name, &format!("edit {format}"), bytes, tokens, seconds, "");
}

fn width(c: char) -> u32 {
    u32::try_from(c.len_utf8()).unwrap_or(1)
}

fn write(case: &Case, format: &str, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    if format == "parquet" {
        return write_parquet(case, path);
    }
    let mut lines = Vec::new();
    for (i, article) in case.articles.iter().enumerate() {
        let record = serde_json::json!({"id": i.to_string(), "lang": article.lang, "text": article.text});
        writeln!(lines, "{record}")?;
    }
    let packed = if format.ends_with("zst") {
        zstd::encode_all(&lines[..], 3)?
    } else {
        lines
    };
    Ok(fs::write(path, packed)?)
}

fn write_parquet(case: &Case, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let schema = "message m { required binary lang (utf8); required binary text (utf8); }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema)?);
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let mut writer = SerializedFileWriter::new(fs::File::create(path)?, schema, Arc::new(properties.build()))?;
    for group in case.articles.chunks(1_000) {
        let mut group_writer = writer.next_row_group()?;
        let columns: [Vec<&str>; 2] = [
            group.iter().map(|article| article.lang.as_str()).collect(),
            group.iter().map(|article| article.text.as_str()).collect(),
        ];
        for values in columns {
            let values: Vec<ByteArray> = values.into_iter().map(ByteArray::from).collect();
            let mut column = group_writer.next_column()?.ok_or("no column is left")?;
            if let ColumnWriter::ByteArrayColumnWriter(writer) = column.untyped() {
                writer.write_batch(&values, None, None)?;
            }
            column.close()?;
        }
        group_writer.close()?;
    }
    writer.close()?;
    Ok(())
}
