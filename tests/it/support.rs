//! What several test modules need: folders, packings, fixtures.

use proptest::prelude::*;
use redite::files::Codec;
use redite::{Article, Origin, Scope};
use std::fs;
#[cfg(feature = "files")]
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Numbers below a bound that are the same in every run (Knuth's MMIX generator).
pub(crate) fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// Cases of a property test, more of them in campaigns: `REDITE_CASES=1000000 cargo test --release --test it random_texts`.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("REDITE_CASES").map_or(usual, |cases| cases.parse().unwrap())
}

/// Every choice of units.
pub(crate) const UNITS: [redite::UnitChoice; 3] = [
    redite::UnitChoice::Both,
    redite::UnitChoice::Paragraphs,
    redite::UnitChoice::Sentences,
];

/// A fixture below `tests/data`.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The text of a fixture.
pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(data(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The golden files: language and content, in the order of their names.
pub(crate) fn golden() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = fs::read_dir(data("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let language = path.file_stem().unwrap().to_string_lossy().into_owned();
            (language, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Every text of `sample/articles.jsonl`, as `(language, title, text)`.
pub(crate) fn sample() -> Vec<(String, String, String)> {
    text("sample/articles.jsonl")
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| record[name].as_str().unwrap().to_owned();
            (field("lang"), field("title"), field("text"))
        })
        .collect()
}

#[cfg(feature = "files")]
pub(crate) fn pack(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Plain => bytes.to_vec(),
        Codec::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Codec::Zstd => zstd::encode_all(bytes, 9).unwrap(),
        Codec::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Codec::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
    }
}

#[cfg(feature = "files")]
pub(crate) fn unpack(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match codec {
        Codec::Plain => out.extend_from_slice(bytes),
        Codec::Gzip => drop(flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).unwrap()),
        Codec::Zstd => out = zstd::decode_all(bytes).unwrap(),
        Codec::Bzip2 => drop(bzip2::read::MultiBzDecoder::new(bytes).read_to_end(&mut out).unwrap()),
        Codec::Xz => drop(
            liblzma::read::XzDecoder::new_multi_decoder(bytes)
                .read_to_end(&mut out)
                .unwrap(),
        ),
    }
    out
}

#[cfg(feature = "files")]
pub(crate) const CODECS: [(Codec, &str); 5] = [
    (Codec::Plain, ""),
    (Codec::Gzip, ".gz"),
    (Codec::Zstd, ".zst"),
    (Codec::Bzip2, ".bz2"),
    (Codec::Xz, ".xz"),
];

/// A Parquet file with the columns `id` and `text`.
#[cfg(feature = "cli")]
pub(crate) fn parquet(rows: &[(i64, Option<&str>)]) -> Vec<u8> {
    use parquet::column::writer::ColumnWriter;
    use parquet::data_type::ByteArray;
    use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
    use std::sync::Arc;

    let schema = "message schema { required int64 id; optional binary text (UTF8); }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) => {
                let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
                writer.write_batch(&ids, None, None).unwrap();
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let levels: Vec<i16> = rows.iter().map(|row| i16::from(row.1.is_some())).collect();
                let texts: Vec<ByteArray> = rows.iter().filter_map(|row| row.1).map(ByteArray::from).collect();
                writer.write_batch(&texts, Some(&levels), None).unwrap();
            }
            _ => unreachable!(),
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

/// One of few paragraphs, the place of a word in it that is exchanged and another word; and what stands behind it.
type Printed = ((usize, Option<(usize, usize)>), &'static str);

/// Scopes that look beyond an article, with or without a window in time.
pub(crate) fn reaches() -> impl Strategy<Value = (Scope, Option<Duration>)> {
    let scope = prop::sample::select(vec![Scope::Corpus, Scope::Group, Scope::OtherGroups]);
    (scope, prop::option::of((0..4_u64).prop_map(Duration::from_secs)))
}

/// A few origins.
pub(crate) fn origins() -> impl Strategy<Value = Origin> {
    (prop::option::of(0..3_u32), prop::option::weighted(0.8, 0..8_i64)).prop_map(|(group, time)| Origin { group, time })
}

/// The same articles, each of one of these origins.
pub(crate) fn from(articles: Vec<Article<'static>>, origins: &[Origin]) -> Vec<Article<'static>> {
    let origins = origins.iter().copied().cycle();
    articles
        .into_iter()
        .zip(origins)
        .map(|(article, origin)| article.with_origin(origin))
        .collect()
}

/// Articles that print paragraphs of one another again, with a word exchanged here and there.
pub(crate) fn reprints() -> impl Strategy<Value = Vec<Article<'static>>> {
    let paragraph = (0..5_usize, prop::option::weighted(0.4, (0..18_usize, 0..3_usize)));
    let short = prop::sample::select(vec![
        "",
        "Short line.\n\n",
        "Nothing of this has been said anywhere before now.\n\n",
    ]);
    let article = prop::collection::vec((paragraph, short), 1..5);
    prop::collection::vec(article, 2..7).prop_map(|articles| {
        let write = |((paragraph, exchanged), between): &Printed| {
            let word = |place: usize| match exchanged {
                Some((at, with)) if *at == place => ["elephant", "7", "violin"][*with].to_owned(),
                _ => {
                    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
                    let [a, b] = [letter(5 * paragraph + place), letter(place * place + paragraph)];
                    format!("{a}{b}{a}{a}{b}{b}{a}")
                }
            };
            let words: Vec<String> = (0..18).map(word).collect();
            format!("{}.\n\n{between}", words.join(" "))
        };
        let text = |paragraphs: Vec<_>| paragraphs.iter().map(write).collect::<String>();
        articles
            .into_iter()
            .map(|article| Article::new(text(article)))
            .collect()
    })
}
