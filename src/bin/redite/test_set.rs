//! The test set of `--against`: its texts, indexed, and where each of them stands.

use crate::amounts::{count, size};
use crate::args::{AgainstArgs, InputArgs};
use crate::corpus::{ReadReport, place};
use crate::look;
use crate::memory::{Cap, beside};
use crate::paint::visible;
use anyhow::{Context, Result, bail};
use redite::files::{Format, Id, ReadOptions, Source, printed_name, refuse_overwrite};
use redite::reference::{Builder, Limits};
use redite::segment::Language;
use redite::{Contained, Reference};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// So many bytes of text are indexed together.
const BLOCK: usize = 1 << 20;
/// So many bytes a token are needed beside while it is indexed.
const BUILDING: u64 = 16;

/// What must not stand in the inputs.
#[derive(Debug)]
pub(crate) struct TestSet {
    pub(crate) reference: Reference,
    pub(crate) report: ReadReport,
    sources: Vec<Source>,
    fields: Vec<String>,
    records: Vec<TestRecord>,
    /// Of each text of the reference, its record and its field.
    texts: Vec<(u32, u16)>,
    names: Vec<String>,
}

/// A record of the test set.
#[derive(Debug)]
pub(crate) struct TestRecord {
    pub(crate) id: Option<Id>,
    /// Where it stands.
    pub(crate) source: String,
    /// Length of its texts.
    pub(crate) bytes: u64,
}

/// Where something stands in the test set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'t> {
    /// The number of the record.
    pub(crate) number: u32,
    pub(crate) record: &'t TestRecord,
    /// The number of the field, and its name where there are several.
    pub(crate) field: u16,
    pub(crate) name: Option<&'t str>,
    /// The text of the range.
    pub(crate) text: &'t str,
}

impl TestSet {
    /// Reads and indexes all of it, unless that takes more than may be taken.
    pub(crate) fn read(args: &AgainstArgs, input: &InputArgs, min_tokens: u32, cap: Option<&Cap>) -> Result<Self> {
        let is_stdin = |path: &PathBuf| path == Path::new("-");
        if args.against.iter().any(is_stdin) && input.inputs.iter().any(is_stdin) {
            bail!("standard input can be read only once: give - as an input or for --against");
        }
        let options = ReadOptions {
            text_fields: args.against_field.clone().unwrap_or_else(|| input.text_field.clone()),
            max_unpacked: input.max_unpacked,
            ..ReadOptions::default()
        };
        let mut builder = Builder::new(Limits {
            tokens: args.against_tokens,
            min_tokens,
        });
        let mut sources: Vec<Source> = Vec::new();
        let (mut records, mut texts) = (Vec::new(), Vec::new());
        let (mut block, mut bytes) = (Vec::new(), 0);
        let report = look::each_record(&args.against, &options, input.strict, |source, record, fields| {
            if sources.last().is_none_or(|last| last.path() != source.path()) {
                sources.push(source.clone());
            }
            let number = u32::try_from(records.len())?;
            records.push(TestRecord {
                id: fields.id.clone(),
                source: place(source, record.place),
                bytes: fields.texts.iter().map(|text| text.text.len() as u64).sum(),
            });
            for text in &fields.texts {
                texts.push((number, u16::try_from(text.field)?));
                bytes += text.text.len();
                block.push(text.text.clone());
            }
            if bytes >= BLOCK {
                bytes = 0;
                builder.add_all(std::mem::take(&mut block))?;
            }
            Ok(ControlFlow::Continue(()))
        })
        .context("--against")?;
        builder.add_all(block).context("--against")?;
        let set = Self {
            reference: builder.build(),
            report,
            sources,
            fields: options.text_fields.clone(),
            records,
            texts,
            names: args.against.iter().map(|path| printed_name(path)).collect(),
        };
        if set.reference.tokens() == 0 {
            bail!(set.nothing(&args.against, &options));
        }
        if let Some(cap) = cap {
            cap.check_held(set.bytes(), "the test set")?;
        }
        Ok(set)
    }

    /// That there is no text, and which fields there are.
    fn nothing(&self, paths: &[PathBuf], options: &ReadOptions) -> String {
        let found = redite::files::discover(paths, std::io::empty(), &[]);
        let sources = found.map(|found| found.sources).unwrap_or_default();
        let names = (sources.iter())
            .filter(|source| source.unread().is_none() && source.format() != Format::Text)
            .map(|source| source.field_names(options).unwrap_or_default())
            .find(|names| !names.is_empty());
        let there = names.map_or_else(String::new, |names| format!(" (its fields: {})", names.join(", ")));
        format!(
            "--against {}: there is no text in the field {}; name the fields with the texts of the test set with \
             --against-field{there}; nothing was written",
            self.names.join(", "),
            visible(&self.fields.join(", ")),
        )
    }

    /// Refuses inputs that are also the test set: all of them would go.
    pub(crate) fn refuse_inputs(&self, inputs: &[Source]) -> Result<()> {
        let canonical = |source: &Source| std::fs::canonicalize(source.path()).ok();
        let ours: BTreeSet<PathBuf> = self.sources.iter().filter_map(canonical).collect();
        match inputs
            .iter()
            .find(|input| canonical(input).is_some_and(|path| ours.contains(&path)))
        {
            None => Ok(()),
            Some(input) => bail!(
                "{}: is an input and in the test set of --against, so that all of it would go; move it out of the inputs, or \
                 name the others",
                input.name()
            ),
        }
    }

    /// Refuses outputs that are files of the test set.
    pub(crate) fn refuse_outputs<P: AsRef<Path>>(&self, outputs: impl IntoIterator<Item = P>) -> Result<()> {
        refuse_overwrite(&self.sources, outputs).context("--against")
    }

    /// What of each text of a record stands in it.
    pub(crate) fn find<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
        language: Option<Language>,
    ) -> Vec<Vec<Contained>> {
        let find = |text| self.reference.find_in(text, language);
        texts.into_iter().map(find).collect()
    }

    /// Where it stands.
    pub(crate) fn origin(&self, found: &Contained) -> Result<Origin<'_>> {
        let origin = || {
            let &(number, field) = self.texts.get(found.text as usize)?;
            Some(Origin {
                number,
                record: self.records.get(number as usize)?,
                field,
                name: (self.fields.len() > 1)
                    .then(|| self.fields.get(usize::from(field)).map_or("text", String::as_str)),
                text: self.reference.text(found.text)?.get(found.at.range())?,
            })
        };
        origin().context("a text of the test set is missing; please report this")
    }

    /// The most memory that it takes, while it is indexed.
    fn bytes(&self) -> u64 {
        self.reference.bytes() + BUILDING * self.reference.tokens() as u64
    }

    /// A record, by its number.
    pub(crate) fn record(&self, number: u32) -> Option<&TestRecord> {
        self.records.get(number as usize)
    }

    /// How many files it has.
    pub(crate) fn files(&self) -> usize {
        self.sources.len()
    }

    /// What decides, by the names of the options.
    pub(crate) fn described(&self, language: Option<Language>) -> serde_json::Map<String, serde_json::Value> {
        let limits = self.reference.limits();
        [
            ("against", self.names.clone().into()),
            ("against_field", self.fields.clone().into()),
            ("against_tokens", limits.tokens.into()),
            ("min_tokens", limits.min_tokens.into()),
            ("lang", language.map(|language| language.code().to_owned()).into()),
            ("similarity", self.measure().into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// How likeness is measured.
    pub(crate) fn measure(&self) -> String {
        format!("contained:{}", self.reference.limits().tokens)
    }

    /// What it is, for people.
    pub(crate) fn told(&self) -> String {
        format!(
            "test set: {} in {}, {}; memory: about {} with the program, and no temporary files",
            count(self.reference.texts() as u64, "text"),
            count(self.sources.len() as u64, "file"),
            count(self.reference.tokens() as u64, "token"),
            size(beside() + self.bytes()),
        )
    }
}
