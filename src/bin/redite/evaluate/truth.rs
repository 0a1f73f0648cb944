//! The planted set on disk: a benchmark for any tool that finds repeated sentences and paragraphs.
//!
//! A folder with three files. The format is a contract: `format` in `meta.json` changes with it.
//!
//! `articles.jsonl`: what a tool gets. One JSON object a line, in the order of the input:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `id` | string | the article's identity, unique |
//! | `lang` | string | its language, as the first part of a BCP 47 tag; `und` if nobody knows |
//! | `text` | string | its paragraphs, with `\n\n` between them |
//!
//! `truth.jsonl`: what is to be found. One planted pair a line:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `pair` | number | counted from 0 |
//! | `unit` | string | `paragraph` or `sentence` |
//! | `grade` | string | how the copy was made: `exact`, `punct`, `w1of20`, `w10`, `clause`, `swap`, `w20`, `w30`, or a trap: `trap_lead`, `trap_half`, `trap_words60`, `trap_numbers`, `trap_facts` |
//! | `trap` | bool | true for pairs of which nothing should be removed |
//! | `lang` | string | the language of both |
//! | `first` | string | which of the two comes first in `articles.jsonl`: `source` or `copy` |
//! | `edited` | number | share of the source's words that were touched, from 0 to 1 |
//! | `source`, `copy` | object | `article`: its `id`; `bytes`: [start, end], the half-open range in the UTF-8 of its `text`; `text`: the text of that range |
//! | `facts` | list | such objects: numbers of the source or the copy that the other does not have; empty but for `trap_numbers` and `trap_facts` |
//!
//! Grades: `exact`: nothing changed. `punct`: up to three of: quotes, apostrophes, dashes, brackets, commas, colons,
//! spaces, number formatting (`12500`, `12,500`, `１２５００`), a word in capitals, Unicode normal form; in paragraphs also the
//! case of the first letter and the last stop. `w1of20`, `w10`, `w20`, `w30`: of 5, 10, 20, 30 % of the words (at least
//! 1, 1, 2, 2) each is replaced (60 %), left out (20 %) or has one put before it (20 %), numbers excepted; a word is a
//! run of letters, in scripts without spaces two letters. `clause`: what stands between two commas (of any script), 5 to
//! 35 % of the words and without a number, left out. `swap`: the sentences in another order. `trap_lead`, `trap_half`:
//! the first 20, 40 % of the words, the rest from a text that stands nowhere else, at least two thirds as long. `trap_words60`: as the grades, with
//! 60 %. `trap_numbers`: every number another. `trap_facts`: one number left out, and the copy comes first: who removes
//! the later of the two loses a fact.
//!
//! `meta.json`: one object:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `format` | string | `redite planted set 1` |
//! | `redite` | string | the version that wrote it |
//! | `seed`, `per_grade`, `max_text` | number | as they were asked for |
//! | `unit`, `scope` | string | as they were asked for: `both`, `paragraph` or `sentence`; `corpus` or `article` (where a copy stands in the article of its source) |
//! | `articles`, `text_bytes`, `pairs` | number | how many |
//! | `clean_units` | number | paragraphs and sentences, as redite cuts them, that are long enough to be judged and of which at most half was planted or copied |
//!
//! # How it is scored
//! A pair is *found* if 80 % of the bytes of its source or of its copy were removed; one with `facts`, if half of one of
//! these was (that the rest of a paragraph goes, and its number stays, loses nothing). Recall is the share found of a
//! grade; of traps less is better. A removed unit is *beyond the planted* if no source or copy, of a trap or not, fills
//! more than half of it: the text was chosen so that it says little twice by nature, so these are to be read.
//!
//! # How it is made
//! Of the articles (a random choice, if they are more than `max_text`) those paragraphs are taken that share few runs of
//! four words with earlier ones, and whose sentences do; see `base`. One in twelve is held back, for traps made of two
//! texts. Then grade by grade, in random order, copies are put into other articles of the same language: paragraphs
//! between any two, sentences into a paragraph, between two of its sentences. A paragraph that is copied is not copied
//! again, and neither takes a sentence in nor gives one.

use super::edits::Grade;
use anyhow::{Context, Result, bail};
use redite::{Span, UnitKind};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::NamedTempFile;

const FORMAT: &str = "redite planted set 1";
/// The files of a set.
pub(crate) const ARTICLES: &str = "articles.jsonl";
const TRUTH: &str = "truth.jsonl";
const META: &str = "meta.json";

/// An article into which something may have been planted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) lang: String,
    pub(crate) text: String,
}

/// Where one of a pair stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    /// Its place in the list of articles.
    pub(crate) article: usize,
    pub(crate) span: Span,
}

/// A planted pair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) kind: UnitKind,
    pub(crate) grade: Grade,
    pub(crate) lang: String,
    pub(crate) edited: f64,
    pub(crate) source: Spot,
    pub(crate) copy: Spot,
    /// What must not be removed, whatever becomes of the rest.
    pub(crate) facts: Vec<Spot>,
}

/// What is known of a whole set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) format: String,
    pub(crate) redite: String,
    pub(crate) seed: u64,
    pub(crate) per_grade: u32,
    pub(crate) max_text: u64,
    pub(crate) unit: String,
    pub(crate) scope: String,
    pub(crate) articles: u64,
    pub(crate) text_bytes: u64,
    pub(crate) pairs: u64,
    pub(crate) clean_units: u64,
}

/// A planted set.
#[derive(Debug, PartialEq)]
pub(crate) struct Set {
    pub(crate) articles: Vec<Article>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) meta: Meta,
}

#[derive(Debug, Serialize, Deserialize)]
struct PairLine {
    pair: u64,
    unit: String,
    grade: String,
    trap: bool,
    lang: String,
    first: String,
    edited: f64,
    source: SpotLine,
    copy: SpotLine,
    facts: Vec<SpotLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SpotLine {
    article: String,
    bytes: [u32; 2],
    text: String,
}

impl Meta {
    /// That of a set which this version plants.
    pub(crate) fn format() -> (String, String) {
        (FORMAT.to_owned(), env!("CARGO_PKG_VERSION").to_owned())
    }
}

impl Set {
    /// The text of one of a pair.
    pub(crate) fn text(&self, spot: Spot) -> &str {
        &self.articles[spot.article].text[spot.span.range()]
    }

    /// Writes the three files of the set.
    pub(crate) fn write(&self, files: &NewFiles) -> Result<()> {
        files.write(ARTICLES, self.articles.iter().map(serde_json::to_string))?;
        let lines = (0..)
            .zip(&self.pairs)
            .map(|(n, pair)| serde_json::to_string(&self.line(n, pair)));
        files.write(TRUTH, lines)?;
        files.write(META, [serde_json::to_string_pretty(&self.meta)].into_iter())
    }

    fn line(&self, number: u64, pair: &Pair) -> PairLine {
        let spot = |spot: Spot| SpotLine {
            article: self.articles[spot.article].id.clone(),
            bytes: [spot.span.start, spot.span.end],
            text: self.text(spot).to_owned(),
        };
        let place = |spot: Spot| (spot.article, spot.span.start);
        let copy_first = place(pair.copy) < place(pair.source);
        PairLine {
            pair: number,
            unit: pair.kind.to_string(),
            grade: pair.grade.to_string(),
            trap: pair.grade.is_trap(),
            lang: pair.lang.clone(),
            first: if copy_first { "copy" } else { "source" }.to_owned(),
            edited: (pair.edited * 1e4).round() / 1e4,
            source: spot(pair.source),
            copy: spot(pair.copy),
            facts: pair.facts.iter().map(|fact| spot(*fact)).collect(),
        }
    }

    /// Reads a set and holds its truth against its articles.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(META);
        let meta: Meta = serde_json::from_str(&read(&path)?).with_context(|| format!("{}: broken", path.display()))?;
        if meta.format != FORMAT {
            bail!(
                "{}: the format is `{}`, and this version reads `{FORMAT}`; write the set again",
                path.display(),
                meta.format
            );
        }
        let articles: Vec<Article> = read_lines(&folder.join(ARTICLES), Ok)?;
        let by_id: HashMap<&str, usize> = articles.iter().enumerate().map(|(i, a)| (a.id.as_str(), i)).collect();
        let spot = |line: &SpotLine| -> Result<Spot> {
            let article = by_id.get(line.article.as_str()).copied();
            let article = article.with_context(|| format!("no article {:?} in {ARTICLES}", line.article))?;
            let [start, end] = line.bytes;
            match articles[article].text.get(start as usize..end as usize) {
                Some(text) if text == line.text => Ok(Spot {
                    article,
                    span: Span::new(start, end),
                }),
                _ => bail!("bytes {start} to {end} of article {:?} are another text", line.article),
            }
        };
        let pairs = read_lines(&folder.join(TRUTH), |line: PairLine| {
            Ok(Pair {
                kind: kind(&line.unit).with_context(|| format!("unknown unit {:?}", line.unit))?,
                grade: Grade::of_name(&line.grade).with_context(|| format!("unknown grade {:?}", line.grade))?,
                edited: line.edited,
                source: spot(&line.source)?,
                copy: spot(&line.copy)?,
                facts: line.facts.iter().map(spot).collect::<Result<_>>()?,
                lang: line.lang,
            })
        })?;
        Ok(Self { articles, pairs, meta })
    }
}

fn kind(unit: &str) -> Option<UnitKind> {
    let kinds = [UnitKind::Paragraph, UnitKind::Sentence];
    kinds.into_iter().find(|kind| kind.to_string() == unit)
}

/// Files that appear together in a folder and never replace a file.
#[derive(Debug, Clone)]
pub(crate) struct NewFiles {
    folder: PathBuf,
    /// What is written, under temporary names, with the names it shall have.
    written: Arc<Mutex<Vec<(NamedTempFile, PathBuf)>>>,
}

impl NewFiles {
    /// Files for a folder, which must be empty if it exists.
    pub(crate) fn in_empty(folder: &Path) -> Result<Self> {
        match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
            Ok(true) => bail!(
                "--write {}: the folder is not empty, and redite does not write among other files here; name a new or \
                 an empty folder",
                folder.display()
            ),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("--write {}: cannot be used as a folder", folder.display()));
            }
            _ => {}
        }
        Ok(Self {
            folder: folder.to_owned(),
            written: Arc::default(),
        })
    }

    fn write(&self, name: &str, lines: impl Iterator<Item = serde_json::Result<String>>) -> Result<()> {
        let path = self.folder.join(name);
        let cannot = || format!("{}: cannot be written", path.display());
        fs::create_dir_all(&self.folder).with_context(cannot)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".redite-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = {
            // under the lock, so that none is made behind the back of `discard`
            let mut written = self.lock();
            let temporary = builder.tempfile_in(&self.folder).with_context(cannot)?;
            let handle = temporary.reopen().with_context(cannot)?;
            written.push((temporary, path.clone()));
            handle
        };
        let mut out = BufWriter::new(temporary);
        for line in lines {
            writeln!(out, "{}", line?).with_context(cannot)?;
        }
        let file = out.into_inner().map_err(io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).with_context(cannot)
    }

    /// Gives the files their names; if one of these has been taken meanwhile, none appears.
    pub(crate) fn publish(&self) -> Result<()> {
        let mut published: Vec<PathBuf> = Vec::new();
        for (file, path) in self.lock().drain(..) {
            if let Err(error) = file.persist_noclobber(&path) {
                for ours in published {
                    let _removed = fs::remove_file(ours);
                }
                return Err(error.error).with_context(|| format!("{}: cannot be written", path.display()));
            }
            published.push(path);
        }
        Ok(())
    }

    /// Removes what has not been published.
    pub(crate) fn discard(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(NamedTempFile, PathBuf)>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))
}

/// Reads JSON lines; what is wrong is said with its line.
pub(super) fn read_lines<L: serde::de::DeserializeOwned, T>(
    path: &Path,
    mut take: impl FnMut(L) -> Result<T>,
) -> Result<Vec<T>> {
    let text = read(path)?;
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let taken = serde_json::from_str(line)
            .map_err(anyhow::Error::from)
            .and_then(&mut take);
        out.push(taken.with_context(|| format!("{}:{number}: broken", path.display()))?);
    }
    Ok(out)
}
