//! Reading without deciding: records one by one, and texts cut and folded as in the pipeline.

use crate::console;
use crate::corpus::{Found, ReadReport, find_in};
use crate::faults::Faults;
use anyhow::{Result, bail};
use redite::files::{Fields, FileError, Format, ReadOptions, Record, Source};
use redite::fold::{Folder, Tokens};
use redite::segment::{self, Language};
use redite::{Settings, Span, UnitKind};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Shows every good record of all inputs, until `visit` has seen enough; what cannot be read is named on standard
/// error and left out, or stops the run if `strict`.
pub(crate) fn each_record(
    inputs: &[PathBuf],
    options: &ReadOptions,
    strict: bool,
    visit: impl FnMut(&Source, &Record<'_>, &Fields) -> Result<ControlFlow<()>>,
) -> Result<ReadReport> {
    each_record_but(inputs, &[], options, strict, visit)
}

/// The same without the files and folders that the run will write.
pub(crate) fn each_record_but(
    inputs: &[PathBuf],
    exclude: &[PathBuf],
    options: &ReadOptions,
    strict: bool,
    mut visit: impl FnMut(&Source, &Record<'_>, &Fields) -> Result<ControlFlow<()>>,
) -> Result<ReadReport> {
    let Found { sources, mut report } = find_in(inputs, exclude, strict)?;
    let mut faults = Faults::new(strict, "left out");
    let say = |line: &str| console::line(line);
    for source in &sources {
        faults.begin();
        let mut failed = |faults: &mut Faults, error: FileError| {
            if error.is_settings() {
                return Err(error.into());
            }
            if strict {
                bail!("{error}; stopped, because of --strict");
            }
            faults.unread(source, &error.to_string(), say);
            report.failed_files += 1;
            Ok(())
        };
        let batches = match source.read(options) {
            Ok(batches) => batches,
            Err(error) => {
                failed(&mut faults, error)?;
                continue;
            }
        };
        for note in batches.notes() {
            say(&format!("redite: {}: {note}; it is not read", source.name()));
        }
        for batch in batches {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => {
                    failed(&mut faults, error)?;
                    break;
                }
            };
            for record in batch.records() {
                match record.outcome {
                    Ok(fields) => {
                        faults.good(say);
                        if visit(source, &record, fields)?.is_break() {
                            return Ok(report);
                        }
                    }
                    Err(fault) => faults.fault(source, record.place, fault, say)?,
                }
            }
        }
        report.unused_files += u64::from(faults.is_useless(source, say));
        report.damaged_files += u64::from(faults.is_damaged(source, say)?);
    }
    Ok(report)
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
