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
//! | `text` | string | its paragraphs, each of which is one line, with `\n\n` between them |
//!
//! `truth.jsonl`: what is to be found. One planted pair a line:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `plant` | number | the number of the pair |
//! | `unit` | string | `par` or `sent` |
//! | `grade` | string | how the copy was made, see below |
//! | `lang` | string | the language of both |
//! | `a`, `b` | string | the unit that comes first in `articles.jsonl`, and the other one: `<article>#p<k>` is paragraph k of an article, `<article>#p<k>s<j>` sentence j of that, counted from 0. `text::sentences` says where sentences end |
//! | `src`, `copy` | string | the original and the copy, in the same way |
//! | `wer` | number | share of the source's words that were touched, from 0 to 1 |
//! | `src_text`, `copy_text` | string | their texts |
//!
//! | grade | how the copy was made |
//! |---|---|
//! | `exact` | nothing changed |
//! | `punct` | up to three of: quotes, apostrophes, dashes, brackets, commas, colons, spaces, number formatting (`12500`, `12,500`, `１２５００`), a word in capitals, Unicode normal form; in paragraphs also the case of the first letter and the last stop |
//! | `edit5`, `edit10`, `edit20` | 5, 10, 20 % of the words (at least one) touched as an editor touches them: a word left out or put in (both mostly common ones), a common word for a common word, a slip of the pen, another form of the word; negations and words with digits stay |
//! | `clause` | what stands between two commas (of any script), 5 to 35 % of the words, left out |
//! | `swap` | the sentences of a paragraph in another order |
//! | `context` | a paragraph in which one content word was replaced by another, and whose neighbours were copied along, one `exact` and one `edit5` |
//! | `word5`, `word10` | 5, 10 % of the words (at least one), all content words, replaced by others; whether such a copy should go is left open |
//! | `trap_word` | one content word replaced by another, in a text of 10 to 40 words |
//! | `trap_added` | a paragraph with a new sentence at its end |
//! | `trap_lead`, `trap_half` | the first 20, 40 % of the words, the rest from a text that stands nowhere else |
//! | `trap_words60` | 60 % of the words replaced (60 %), left out (20 %) or with a new one before them (20 %) |
//! | `trap_numbers` | every number another |
//!
//! A word is a run of letters and digits, in scripts without spaces two characters. A common word stands in a fifth of the
//! articles of its language, and the 40 that stand in most do; a content word stands in less than a twentieth. Sentences are
//! planted in `exact`, `punct`, `edit5` to `edit20`, `clause`, `word5`, `word10` and `trap_word`.
//!
//! `meta.json`: one object:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `format` | string | `redite planted set 2`; a set that others wrote may lack it |
//! | `seed`, `docs`, `pars`, `sents`, `text_bytes` | number | the seed; how many articles, paragraphs, sentences, and bytes of text |
//! | `counts` | object | pairs by unit and grade (`par exact`) and by language (`lang en`) |
//! | `asked` | object | `redite`: the version that wrote it; `per_grade`, `max_text`, `unit` (`both`, `paragraph` or `sentence`), `scope` (`corpus` or `article`, where a copy stands in the article of its source): as they were asked for; others may lack it |
//!
//! `plant.py` and `score.py`, two scripts that redite is developed with, write and score the same files; these two sides
//! give the same figures.
//!
//! # How it is scored
//! A pair is *found* if 80 % of the bytes of one of the two were removed. Recall is the share found of a grade; of traps
//! less is better. A pair is scored as
//! - `trap_facts` if the later unit holds a number that the earlier one lacks: it would be lost (not if it was planted as a
//!   trap);
//! - `trap_clause` if it was planted as `clause` and the later unit is the one with the clause.
//!
//! Later is the one that the rule on what is kept (`--keep`) gives up. Of `trap_added` only the added sentence counts:
//! that the rest goes loses nothing.
//!
//! Of all removed units it is said how many are
//! - *beyond the planted*: no unit of a pair, of a trap or not, fills more than half of it. The text was chosen so that it
//!   says little twice by nature, so these are to be read;
//! - *weak*: less than 60 % of its words stand in the text it was removed in favour of;
//! - *facts lost*: not weak, but with a number that this text does not have, by value and as often;
//! - *orphans*: more than a fifth of this text was removed too, by one removal.
//!
//! # How it is made
//! Of the articles (a random choice, if they are more than `max_text`) those paragraphs are taken that share few runs of
//! four words with earlier ones, and whose sentences do; see `base`. One in twelve is held back, for traps made of two
//! texts. Then in random order copies are put into other articles of the same language: paragraphs between any two,
//! sentences into a paragraph, between two of its sentences. Nothing is put behind an introduction ("The ports are:"), and
//! nothing that stands behind one is copied. A paragraph is used once: copied, or a sentence of it, or to take one in.

use super::grade::Grade;
use super::plant::Plan;
use super::text::sentences;
use anyhow::{Context, Result, bail};
use redite::{Span, UnitChoice, UnitKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::NamedTempFile;

const FORMAT: &str = "redite planted set 2";
/// What stands between two paragraphs.
const GAP: &str = "\n\n";
/// The files of a set.
pub(crate) const ARTICLES: &str = "articles.jsonl";
const TRUTH: &str = "truth.jsonl";
pub(super) const META: &str = "meta.json";

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
    /// As it was planted.
    pub(crate) grade: Grade,
    pub(crate) lang: String,
    pub(crate) share: f64,
    pub(crate) source: Spot,
    pub(crate) copy: Spot,
}

impl Pair {
    /// True if the copy stands behind its source.
    pub(crate) fn copy_is_later(&self) -> bool {
        let place = |spot: Spot| (spot.article, spot.span.start);
        place(self.copy) > place(self.source)
    }
}

/// What is known of a whole set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    pub(crate) seed: u64,
    pub(crate) docs: u64,
    pub(crate) pars: u64,
    pub(crate) sents: u64,
    pub(crate) text_bytes: u64,
    counts: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<Asked>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    redite: String,
    per_grade: u32,
    max_text: u64,
    unit: String,
    scope: String,
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
    plant: u64,
    unit: String,
    grade: String,
    lang: String,
    a: String,
    b: String,
    src: String,
    copy: String,
    wer: f64,
    src_text: String,
    copy_text: String,
}

impl Set {
    /// What was planted, with its meta data.
    pub(super) fn planted(articles: Vec<Article>, pairs: Vec<Pair>, plan: &Plan) -> Self {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for pair in &pairs {
            for name in [
                format!("{} {}", unit(pair.kind), pair.grade),
                format!("lang {}", pair.lang),
            ] {
                *counts.entry(name).or_default() += 1;
            }
        }
        let mut meta = Meta {
            format: Some(FORMAT.to_owned()),
            seed: plan.seed,
            docs: articles.len() as u64,
            pars: 0,
            sents: 0,
            text_bytes: 0,
            counts,
            asked: Some(Asked {
                redite: env!("CARGO_PKG_VERSION").to_owned(),
                per_grade: plan.per_grade,
                max_text: plan.max_text,
                unit: match plan.settings.units() {
                    UnitChoice::Both => "both",
                    UnitChoice::Paragraphs => "paragraph",
                    UnitChoice::Sentences => "sentence",
                }
                .to_owned(),
                scope: plan.settings.scope().to_string(),
            }),
        };
        for paragraph in articles.iter().flat_map(|article| article.text.split(GAP)) {
            meta.pars += 1;
            meta.sents += sentences(paragraph).len() as u64;
            meta.text_bytes += paragraph.len() as u64;
        }
        Self { articles, pairs, meta }
    }

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
        let (src, copy) = (self.name(pair.kind, pair.source), self.name(pair.kind, pair.copy));
        let (a, b) = if pair.copy_is_later() {
            (&src, &copy)
        } else {
            (&copy, &src)
        };
        PairLine {
            plant: number,
            unit: unit(pair.kind).to_owned(),
            grade: pair.grade.to_string(),
            lang: pair.lang.clone(),
            a: a.clone(),
            b: b.clone(),
            wer: (pair.share * 1e3).round() / 1e3,
            src_text: self.text(pair.source).to_owned(),
            copy_text: self.text(pair.copy).to_owned(),
            src,
            copy,
        }
    }

    /// The name of a unit: its article, and its place in that.
    fn name(&self, kind: UnitKind, spot: Spot) -> String {
        let Article { id, text, .. } = &self.articles[spot.article];
        let Range { start, .. } = spot.span.range();
        let before = &text[..start];
        let paragraph = before.matches(GAP).count();
        let begin = before.rfind(GAP).map_or(0, |at| at + GAP.len());
        match kind {
            UnitKind::Paragraph => format!("{id}#p{paragraph}"),
            UnitKind::Sentence => {
                let rest = &text[begin..];
                let sentences = sentences(&rest[..rest.find(GAP).unwrap_or(rest.len())]);
                let sentence = sentences.partition_point(|sentence| begin + sentence.start < start);
                format!("{id}#p{paragraph}s{sentence}")
            }
        }
    }

    /// Reads a set and holds its truth against its articles.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(META);
        let meta: Meta = serde_json::from_str(&read(&path)?).with_context(|| format!("{}: broken", path.display()))?;
        if let Some(format) = meta.format.as_ref().filter(|format| *format != FORMAT) {
            bail!(
                "{}: the format is `{format}`, and this version reads `{FORMAT}`; write the set again",
                path.display(),
            );
        }
        let articles: Vec<Article> = read_lines(&folder.join(ARTICLES), Ok)?;
        let by_id: HashMap<&str, usize> = articles.iter().enumerate().map(|(i, a)| (a.id.as_str(), i)).collect();
        let spot = |name: &str, text: &str| -> Result<Spot> {
            let (id, place) = name
                .rsplit_once('#')
                .with_context(|| format!("{name:?} names no unit"))?;
            let article = by_id.get(id).copied();
            let article = article.with_context(|| format!("no article {id:?} in {ARTICLES}"))?;
            let whole = &articles[article].text;
            match unit_at(whole, place).filter(|range| &whole[range.clone()] == text) {
                Some(range) => Ok(Spot {
                    article,
                    span: Span::new(u32::try_from(range.start)?, u32::try_from(range.end)?),
                }),
                None => bail!("{name:?} is another text"),
            }
        };
        let pairs = read_lines(&folder.join(TRUTH), |line: PairLine| {
            let kinds = [UnitKind::Paragraph, UnitKind::Sentence];
            let kind = kinds.into_iter().find(|kind| unit(*kind) == line.unit);
            Ok(Pair {
                kind: kind.with_context(|| format!("unknown unit {:?}", line.unit))?,
                grade: Grade::of_name(&line.grade).with_context(|| format!("unknown grade {:?}", line.grade))?,
                lang: line.lang,
                share: line.wer,
                source: spot(&line.src, &line.src_text)?,
                copy: spot(&line.copy, &line.copy_text)?,
            })
        })?;
        Ok(Self { articles, pairs, meta })
    }
}

/// A kind of units in the files of a set.
fn unit(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Paragraph => "par",
        UnitKind::Sentence => "sent",
    }
}

/// The bytes of the unit at a place such as `p12` or `p12s3`.
fn unit_at(text: &str, place: &str) -> Option<Range<usize>> {
    let place = place.strip_prefix('p')?;
    let (paragraph, sentence) = match place.split_once('s') {
        Some((paragraph, sentence)) => (paragraph, Some(sentence)),
        None => (place, None),
    };
    let mut start = 0;
    let mut paragraphs = text.split(GAP);
    for before in paragraphs.by_ref().take(paragraph.parse().ok()?) {
        start += before.len() + GAP.len();
    }
    let paragraph = paragraphs.next()?;
    let Some(sentence) = sentence else {
        return Some(start..start + paragraph.len());
    };
    let sentence = sentences(paragraph).get(sentence.parse::<usize>().ok()?)?.clone();
    Some(start + sentence.start..start + sentence.end)
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

    pub(super) fn write(&self, name: &str, lines: impl Iterator<Item = serde_json::Result<String>>) -> Result<()> {
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
