//! The two texts of `redite explain`: typed, in a file, or part of an article of a corpus.

use crate::amounts::count;
use crate::args::ExplainArgs;
use crate::corpus::place;
use crate::look;
use anyhow::{Context, Result, bail};
use redite::files::{Fields, ReadOptions, Source};
use redite::segment::Language;
use redite::{Settings, Span};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// A text and where it came from.
#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) origin: String,
    pub(crate) text: String,
    pub(crate) language: Language,
}

/// `id#120-340` or `id#title:0-20`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference<'t> {
    article: &'t str,
    field: Option<&'t str>,
    span: Span,
}

impl<'t> Reference<'t> {
    pub(crate) fn parse(typed: &'t str) -> Option<Self> {
        let (article, part) = typed.rsplit_once('#')?;
        let (field, span) = match part.rsplit_once(':') {
            Some((field, span)) => (Some(field), span),
            None => (None, part),
        };
        let (start, end) = span.split_once('-')?;
        let span = Span::new(start.parse().ok()?, end.parse().ok()?);
        (!article.is_empty() && span.start <= span.end).then_some(Self { article, field, span })
    }
}

/// Finds both texts.
pub(crate) fn resolve<const N: usize>(
    args: &ExplainArgs,
    settings: &Settings,
    typed: [&str; N],
) -> Result<[Operand; N]> {
    let from_stdin = typed.iter().filter(|t| matches!(**t, "-" | "@-")).count();
    if from_stdin + args.inputs.iter().filter(|i| *i == Path::new("-")).count() > 1 {
        bail!("standard input can be read only once: give - for one of A, B and --in");
    }
    let mut found = typed.map(|t| outside(t, settings));
    if !args.inputs.is_empty() {
        look_up(args, settings, typed, &mut found)?;
    }
    let operands = typed.iter().zip(found);
    let operands: Result<Vec<Operand>> = operands
        .map(|(typed, found)| inside(found, typed, args, settings))
        .collect();
    match operands?.try_into() {
        Ok(operands) => Ok(operands),
        Err(_) => unreachable!("there are as many as were typed"),
    }
}

/// What cannot name an article: `-`, `@file`.
fn outside(typed: &str, settings: &Settings) -> Option<Result<Operand>> {
    match typed.strip_prefix('@') {
        _ if typed == "-" => Some(read(Path::new("-"), settings)),
        Some(path) if !path.is_empty() => Some(read(Path::new(path), settings)),
        _ => None,
    }
}

/// The rest: a file that exists, or the text itself, unless it can only be a name.
fn inside(found: Option<Result<Operand>>, typed: &str, args: &ExplainArgs, settings: &Settings) -> Result<Operand> {
    match found {
        Some(operand) => operand,
        None if Path::new(typed).is_file() => read(Path::new(typed), settings),
        None if !args.inputs.is_empty() && !typed.contains(char::is_whitespace) => {
            bail!(
                "{typed}: the inputs of --in hold no such article, and there is no such file; give an id or a place \
                 (FILE:LINE) as redite find shows it, or a text with spaces, or @FILE"
            )
        }
        None if Reference::parse(typed).is_some() => {
            bail!("{typed}: this looks like a part of an article; say with --in in which file or folder to look for it")
        }
        None => Ok(operand("as typed", typed.to_owned(), settings)),
    }
}

fn operand(origin: &str, text: String, settings: &Settings) -> Operand {
    let language = settings.language().unwrap_or_else(|| Language::detect(&text));
    Operand {
        origin: origin.to_owned(),
        text,
        language,
    }
}

fn read(path: &Path, settings: &Settings) -> Result<Operand> {
    let mut bytes = Vec::new();
    let name = path.display().to_string();
    if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(path).with_context(|| format!("{name}: cannot be read"))?;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(operand(&name, text, settings)),
        Err(error) => bail!(
            "{name}: not UTF-8 at byte {}; give a text file, or an article of the file with --in",
            error.utf8_error().valid_up_to()
        ),
    }
}

/// Looks for the articles that are named, until all are found.
fn look_up<const N: usize>(
    args: &ExplainArgs,
    settings: &Settings,
    typed: [&str; N],
    found: &mut [Option<Result<Operand>>; N],
) -> Result<()> {
    let options = ReadOptions {
        text_fields: args.text_field.clone(),
        id_field: args.id_field.clone(),
        ..ReadOptions::default()
    };
    look::each_record(&args.inputs, &options, false, |source, record, fields| {
        let here = place(source, record.place);
        let id = fields.id.as_ref().map(|id| id.text());
        let is_it = |name: &str| name == here || id.as_deref() == Some(name);
        for (typed, found) in typed.into_iter().zip(&mut *found) {
            if found.is_some() {
                continue;
            }
            let language = look::language(fields, settings);
            if is_it(typed) {
                let texts: Vec<&str> = fields.texts.iter().map(|t| t.text.as_str()).collect();
                *found = Some(Ok(Operand {
                    origin: here.clone(),
                    text: texts.join("\n\n"),
                    language,
                }));
            } else if let Some(reference) = Reference::parse(typed).filter(|r| is_it(r.article)) {
                *found = Some(part(source, fields, &options, &reference).map(|text| Operand {
                    origin: format!("{here}#{}-{}", reference.span.start, reference.span.end),
                    text: text.to_owned(),
                    language,
                }));
            }
        }
        Ok(if found.iter().all(Option::is_some) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    Ok(())
}

/// The bytes that are named of an article.
fn part<'f>(source: &Source, fields: &'f Fields, options: &ReadOptions, wanted: &Reference<'_>) -> Result<&'f str> {
    let name = wanted.article;
    let named = |field: usize| {
        wanted
            .field
            .is_none_or(|f| f == look::field_name(source, options, field))
    };
    let Some(text) = fields.texts.iter().find(|t| named(t.field)) else {
        bail!(
            "{name}: there is no text in the field {}; name the field with --text-field",
            wanted.field.unwrap_or_default()
        );
    };
    match text.text.get(wanted.span.range()) {
        Some(part) => Ok(part),
        None => bail!(
            "{name}: bytes {} to {} are not a range of whole characters of its text of {}",
            wanted.span.start,
            wanted.span.end,
            count(text.text.len() as u64, "byte")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let reference = |article, field, start, end| {
            Some(Reference {
                article,
                field,
                span: Span::new(start, end),
            })
        };
        assert_eq!(Reference::parse("a#1-20"), reference("a", None, 1, 20));
        assert_eq!(Reference::parse("f.jsonl:3#1-20"), reference("f.jsonl:3", None, 1, 20));
        assert_eq!(Reference::parse("a#b#title:0-2"), reference("a#b", Some("title"), 0, 2));
        for plain in ["a", "#1-2", "a#2-1", "a#x", "a#1", "He is #1-rated"] {
            assert_eq!(Reference::parse(plain), None, "{plain}");
        }
    }
}
