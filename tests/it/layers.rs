//! Which module may use which, and how long a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each module of `src`, the modules it may use.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        // the floor: plain values and hashes
        ("model", vec![]),
        ("hash", vec![]),
        ("error", vec![]),
        // counted work, for tests
        ("steps", vec![]),
        ("letters", vec!["steps"]),
        ("origin", vec!["hash", "spill"]),
        ("notes", vec![]),
        ("metadata", vec![]),
        // modules that use nothing above the floor
        ("fold", vec!["model", "hash", "notes", "steps"]),
        ("shingle", vec!["hash"]),
        ("segment", vec!["model", "notes", "steps"]),
        ("spill", vec![]),
        // what would be lost with a text: of folds, by the words of their language
        ("verdict", vec!["fold", "segment", "hash", "letters", "steps"]),
        (
            "join",
            vec![
                "origin", "spill", "fold", "segment", "shingle", "verdict", "hash", "steps",
            ],
        ),
        // what goes in
        ("article", vec!["model", "origin", "error", "segment"]),
        (
            "settings",
            vec!["model", "origin", "error", "segment", "shingle", "verdict", "join"],
        ),
        // texts that others are held against: runs of tokens, not units
        (
            "reference",
            vec![
                "model", "error", "hash", "letters", "steps", "fold", "segment", "settings",
            ],
        ),
        // the pipeline
        (
            "store",
            vec![
                "model", "origin", "hash", "letters", "error", "steps", "fold", "segment", "join", "settings",
                "article", "spill",
            ],
        ),
        (
            "decide",
            vec![
                "model", "origin", "hash", "steps", "fold", "segment", "verdict", "join", "settings", "article",
                "store", "spill",
            ],
        ),
        (
            "detector",
            vec![
                "model", "error", "steps", "fold", "join", "segment", "verdict", "article", "settings", "store",
                "decide", "spill",
            ],
        ),
        // what earlier runs have left, kept on disk
        (
            "index",
            vec![
                "model", "settings", "verdict", "join", "article", "store", "decide", "detector", "spill",
            ],
        ),
        // files know texts and spans, and nothing of repeats
        ("files", vec!["model", "steps"]),
    ])
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder, by path relative to it.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    fn walk(root: &Path, below: &Path, out: &mut Vec<PathBuf>) {
        let mut names: Vec<_> = fs::read_dir(root.join(below))
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        names.sort();
        for name in names {
            let path = below.join(name);
            // what cargo-fuzz builds, if it is not told where
            if path == Path::new("fuzz/target") {
                continue;
            }
            if root.join(&path).is_dir() {
                walk(root, &path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let mut out = Vec::new();
    walk(folder, Path::new(""), &mut out);
    out
}

/// `join/measure.rs` and `store.rs` are in the modules `join` and `store`.
fn module(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The code without line comments (and so without the examples in documentation).
fn code(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let start = line.trim_start();
        if start.starts_with("//") {
            ""
        } else {
            line.split_once(" // ").map_or(line, |(code, _)| code)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What follows each `crate::`: the names, and those of a list in braces.
fn used(source: &str) -> BTreeSet<String> {
    let name = |s: &str| {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut out = BTreeSet::new();
    for (_, after) in code(source)
        .match_indices("crate::")
        .map(|(at, found)| (at, at + found.len()))
    {
        let code = code(source);
        let rest = &code[after..];
        if !rest.starts_with('{') {
            out.insert(name(rest));
            continue;
        }
        let mut depth = 0;
        let mut begins = false;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => {
                    depth += 1;
                    begins = depth == 1;
                }
                '}' => depth -= 1,
                ',' => begins = depth == 1,
                c if begins && !c.is_whitespace() => {
                    out.insert(name(&rest[at..]));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    out.remove("");
    out
}

/// For each name that `lib.rs` lifts to the root, the module it is from.
fn lifted() -> BTreeMap<String, String> {
    let lib = code(&fs::read_to_string(root().join("src/lib.rs")).unwrap());
    let mut out = BTreeMap::new();
    for statement in lib.split(';').filter_map(|s| s.trim().strip_prefix("pub use ")) {
        let (module, names) = statement.split_once("::").unwrap();
        for name in names.trim_matches(['{', '}']).split(',') {
            out.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    out
}

/// What is wrong with a file of a module.
fn violations(module: &str, source: &str) -> Vec<String> {
    let allowed = allowed();
    let Some(may) = allowed.get(module) else {
        return vec![format!(
            "help: the module `{module}` is not in the list of tests/it/layers.rs: say what it may use"
        )];
    };
    let lifted = lifted();
    let modules = used(source)
        .into_iter()
        .map(|name| lifted.get(&name).cloned().unwrap_or(name));
    modules
        .filter(|used| used != module && !may.contains(&used.as_str()))
        .map(|used| format!("help: `{module}` may not use `{used}`"))
        .collect()
}

#[test]
fn no_module_uses_a_later_one() {
    let mut found = Vec::new();
    let src = root().join("src");
    for path in rust_files(&src) {
        if path == Path::new("lib.rs") || path.starts_with("bin") {
            continue;
        }
        let source = fs::read_to_string(src.join(&path)).unwrap();
        found.extend(
            violations(&module(&path), &source)
                .into_iter()
                .map(|v| format!("src/{}: {v}", path.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_violation_is_caught() {
    assert_eq!(
        violations("fold", "use crate::hash;\nuse super::table;\n/// [x](crate::join)\n"),
        Vec::<String>::new()
    );
    for (module, source) in [
        ("fold", "use crate::join::Measure;"),
        ("fold", "use crate::{hash, join::{self, Rule}};"),
        ("fold", "fn f() -> crate::Detector { todo!() }"),
        ("segment", "use crate::fold::fold;"),
        ("join", "let x = 1; let y = crate::store::Store::default();"),
        (
            "decide",
            "use crate::{\n    detector::{Detection, Stats},\n    hash,\n};",
        ),
        ("verdict", "use crate::join::Rule;"),
        ("files", "use crate::{model::Span, settings};"),
        ("cellar", ""),
    ] {
        assert_eq!(violations(module, source).len(), 1, "{module}: {source}");
    }
    assert_eq!(
        used("use crate::{a::{b, c}, d, e::*}; crate::f::g(); // crate::h"),
        ["a", "d", "e", "f"].map(String::from).into()
    );
}

#[test]
fn modules_have_no_import_cycles() {
    let allowed = allowed();
    let mut left: BTreeSet<&str> = allowed.keys().copied().collect();
    while !left.is_empty() {
        let free = left.iter().copied().find(|module| {
            // the builder's last step, see `allowed`
            let step = |used: &&str| (*module, *used) != ("settings", "detector");
            allowed[module]
                .iter()
                .copied()
                .filter(|u| step(u))
                .all(|u| !left.contains(u))
        });
        assert!(free.is_some(), "an import cycle among {left:?}");
        left.retain(|module| Some(*module) != free);
    }
}

#[test]
fn the_program_uses_the_public_library_only() {
    let bin = root().join("src/bin");
    for path in rust_files(&bin) {
        let code = code(&fs::read_to_string(bin.join(&path)).unwrap());
        for trick in ["#[path", "include!(", "#![path"] {
            assert!(
                !code.contains(trick),
                "{}: {trick} would reach round the library",
                path.display()
            );
        }
    }
    // and the library nothing that only the program needs
    for path in rust_files(&root().join("src")).iter().filter(|p| !p.starts_with("bin")) {
        let code = code(&fs::read_to_string(root().join("src").join(path)).unwrap());
        for name in ["anstyle::", "anyhow::", "clap::", "ctrlc::", "indicatif::", "similar::"] {
            assert!(!code.contains(name), "{}: {name}", path.display());
        }
        if !path.starts_with("files") && !path.starts_with("index") {
            let disk = ["std::fs", "std::io"]
                .into_iter()
                .filter(|_| !path.starts_with("spill"));
            let is_serialized = path.ends_with("settings/serialized.rs");
            let serde = ["serde::"].into_iter().filter(|_| !is_serialized);
            for name in ["parquet::", "flate2::"].into_iter().chain(serde).chain(disk) {
                assert!(
                    !code.contains(name),
                    "src/{}: {name} belongs into files",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_file_is_too_long() {
    for folder in ["src", "tests", "benches"] {
        let folder = root().join(folder);
        for path in rust_files(&folder) {
            let lines = fs::read_to_string(folder.join(&path)).unwrap().lines().count();
            assert!(lines <= 800, "help: {} has {lines} lines: part it", path.display());
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let folder = root().join("tests/it");
    for path in rust_files(&folder) {
        if path == Path::new("main.rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parent = match path.parent().filter(|p| !p.as_os_str().is_empty()) {
            None => folder.join("main.rs"),
            Some(module) => folder.join(module).with_extension("rs"),
        };
        let source = code(&fs::read_to_string(&parent).unwrap());
        let there = source
            .lines()
            .any(|line| line.trim().trim_start_matches("pub(crate) ") == format!("mod {name};"));
        assert!(there, "help: {} lacks `mod {name};`", parent.display());
    }
    // and every one of the first floor says why it is there
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    let lines: Vec<&str> = main.lines().filter(|l| !l.starts_with("#[cfg")).collect();
    for pair in lines.windows(2).filter(|pair| pair[1].starts_with("mod ")) {
        assert!(pair[0].starts_with("// "), "help: say what belongs into `{}`", pair[1]);
    }
}

/// `src/verdict/lang/languages.rs` names each file beside it once.
#[test]
fn every_file_of_words_is_read() {
    let folder = root().join("src/verdict/lang");
    let listed = fs::read_to_string(folder.join("languages.rs")).unwrap();
    let names = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    files.retain(|name| name.ends_with(".txt"));
    assert_eq!(listed.matches("include_str!").count(), files.len());
    for name in files {
        let code = name.trim_end_matches(".txt");
        assert!(
            listed.contains(&format!("(\"{code}\", include_str!(\"{name}\"))")),
            "{name}"
        );
    }
}
