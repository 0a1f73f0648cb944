//! Reading without deciding: records one by one, and texts cut and folded as the pipeline does.

use anyhow::{Result, bail};
use redite::files::{Fields, Format, ReadOptions, Record, Source, discover};
use redite::fold::{Folder, Tokens};
use redite::segment::{self, Language};
use redite::{Settings, Span, UnitKind};
use std::io::stdin;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Shows every good record of all inputs, until `visit` has seen enough; what cannot be read is named on standard
/// error and left out, or stops the run if `strict`.
pub(crate) fn each_record(
    inputs: &[PathBuf],
    options: &ReadOptions,
    strict: bool,
    mut visit: impl FnMut(&Source, &Record<'_>, &Fields) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let found = discover(inputs, stdin().lock(), &[])?;
    for file in &found.skipped {
        eprintln!("redite: {}: skipped: {}", file.path.display(), file.reason);
    }
    if found.sources.is_empty() {
        bail!("nothing to read: give JSON Lines, Parquet or text files, or a folder that holds some");
    }
    for source in &found.sources {
        for batch in source.read(options)? {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) if strict => return Err(error.into()),
                Err(error) => {
                    eprintln!("redite: {error}; the rest of the file is left out");
                    break;
                }
            };
            for record in batch.records() {
                match record.outcome {
                    Ok(fields) => {
                        if visit(source, &record, fields)?.is_break() {
                            return Ok(());
                        }
                    }
                    Err(fault) if strict => bail!("{}", source.describe(record.place, fault)),
                    Err(fault) => eprintln!("redite: {}; left out", source.describe(record.place, fault)),
                }
            }
        }
    }
    Ok(())
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
