//! Reading without deciding: records one by one, and texts cut and folded as in the pipeline.

use crate::console;
use anyhow::{Result, bail};
use redite::files::{FaultKind, Fields, Format, ReadOptions, Record, Source, discover};
use redite::fold::{Folder, Tokens};
use redite::segment::{self, Language};
use redite::{Settings, Span, UnitKind};
use std::collections::BTreeMap;
use std::io::stdin;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// How many faults of one kind are printed one by one.
const FAULTS_SHOWN: u64 = 10;

/// What could not be read.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    pub(crate) failed_files: u64,
    faults: BTreeMap<FaultKind, u64>,
}

impl Unread {
    /// Names a fault, if not too many of its kind have been.
    fn say(&mut self, kind: FaultKind, message: &str) {
        let seen = self.faults.entry(kind).or_default();
        *seen += 1;
        if *seen <= FAULTS_SHOWN {
            console::line(format_args!("redite: {message}; left out"));
        } else if *seen == FAULTS_SHOWN + 1 {
            console::line("redite: more of the same kind are left out and not printed");
        }
    }
}

/// Shows every good record of all inputs, until `visit` has seen enough; what cannot be read is named on standard
/// error and left out, or stops the run if `strict`.
pub(crate) fn each_record(
    inputs: &[PathBuf],
    options: &ReadOptions,
    strict: bool,
    visit: impl FnMut(&Source, &Record<'_>, &Fields) -> Result<ControlFlow<()>>,
) -> Result<Unread> {
    each_record_but(inputs, &[], options, strict, visit)
}

/// The same without the files and folders that the run will write.
pub(crate) fn each_record_but(
    inputs: &[PathBuf],
    exclude: &[PathBuf],
    options: &ReadOptions,
    strict: bool,
    mut visit: impl FnMut(&Source, &Record<'_>, &Fields) -> Result<ControlFlow<()>>,
) -> Result<Unread> {
    let mut unread = Unread::default();
    let found = discover(inputs, stdin().lock(), exclude)?;
    for file in &found.skipped {
        console::line(format_args!(
            "redite: {}: skipped: {}",
            file.path.display(),
            file.reason
        ));
    }
    if found.sources.is_empty() {
        bail!("nothing to read: give JSON Lines, Parquet or text files, or a folder with such files");
    }
    for source in &found.sources {
        let batches = match source.read(options) {
            Ok(batches) => batches,
            Err(error) if strict || error.is_settings() => return Err(error.into()),
            Err(error) => {
                console::line(format_args!("redite: {error}; the file is left out"));
                unread.failed_files += 1;
                continue;
            }
        };
        for batch in batches {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) if strict => return Err(error.into()),
                Err(error) => {
                    console::line(format_args!("redite: {error}; the rest of the file is left out"));
                    unread.failed_files += 1;
                    break;
                }
            };
            for record in batch.records() {
                match record.outcome {
                    Ok(fields) => {
                        if visit(source, &record, fields)?.is_break() {
                            return Ok(unread);
                        }
                    }
                    Err(fault) if strict => bail!("{}", source.describe(record.place, fault)),
                    Err(fault) => unread.say(fault.kind(), &source.describe(record.place, fault)),
                }
            }
        }
    }
    Ok(unread)
}

/// The name of a text field of a record.
pub(crate) fn field_name<'o>(source: &Source, options: &'o ReadOptions, field: usize) -> &'o str {
    match source.format() {
        Format::Text => "text",
        _ => options.text_fields.get(field).map_or("text", String::as_str),
    }
}

/// The language by whose rules an article is cut: its own, that of the settings, or what its longest text looks like.
pub(crate) fn language(fields: &Fields, settings: &Settings) -> Language {
    let named = fields.lang.as_deref().map(Language::from_tag).or(settings.language());
    named.unwrap_or_else(|| {
        let texts = fields.texts.iter().map(|t| t.text.as_str());
        texts
            .max_by_key(|t| t.len())
            .map_or(Language::UNKNOWN, Language::detect)
    })
}

/// A unit with its fold.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) kind: UnitKind,
    pub(crate) span: Span,
    pub(crate) tokens: Tokens,
}

/// The fold of a text taken as one unit: of its sentences, one after the other.
pub(crate) fn fold(text: &str, language: Language) -> Tokens {
    let mut sentences = Vec::new();
    segment::sentences(text, language, &mut sentences);
    let (mut folder, mut tokens) = (Folder::default(), Tokens::default());
    for sentence in sentences {
        folder.fold(&text[sentence.range()], &mut tokens);
    }
    tokens
}

/// The paragraphs of a text, each followed by its sentences.
pub(crate) fn cut(text: &str, language: Language, settings: &Settings) -> Vec<Cut> {
    let (mut out, mut paragraphs, mut sentences) = (Vec::new(), Vec::new(), Vec::new());
    segment::paragraphs(text, settings.paragraphs(), &mut paragraphs);
    for paragraph in paragraphs {
        let inside = &text[paragraph.range()];
        sentences.clear();
        segment::sentences(inside, language, &mut sentences);
        let at = out.len();
        let mut whole = Tokens::default();
        for sentence in &sentences {
            let mut tokens = Tokens::default();
            Folder::default().fold(&inside[sentence.range()], &mut tokens);
            whole.append(&tokens);
            out.push(Cut {
                kind: UnitKind::Sentence,
                span: sentence.shifted(paragraph.start),
                tokens,
            });
        }
        out.insert(
            at,
            Cut {
                kind: UnitKind::Paragraph,
                span: paragraph,
                tokens: whole,
            },
        );
    }
    out
}
