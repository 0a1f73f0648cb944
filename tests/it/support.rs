//! What several test modules need: folders, packings, fixtures.

use std::fs;
use std::path::{Path, PathBuf};

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
