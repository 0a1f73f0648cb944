//! `redite mark --against`: writes what stands in the test set, and leaves the texts alone.

use super::super::mark::{Target, identity, refuse_several_texts};
use super::{Found, Rule, cuts, dry_run, lost};
use crate::again::Again;
use crate::amounts::{count, digits, share};
use crate::args::{MarkArgs, MarkFormat};
use crate::console;
use crate::corpus::place;
use crate::exit::Exit;
use crate::look;
use crate::memory::Cap;
use crate::outputs::is_stdout;
use crate::relation::{Repeated, Shares, covered};
use crate::settings;
use crate::stages::Stages;
use crate::test_set::TestSet;
use anyhow::{Result, bail};
use redite::files::marks::{ArticleMarks, Header, KeptMark, Most, New, Story, Trailer, UnitMark};
use redite::files::removed::FileFormat;
use redite::files::{Edit, Fields, Output, Record, Rewriter, Source, Transaction};
use redite::model::Chars;
use redite::{ArticleId, Contained, Settings};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) fn mark(args: &MarkArgs, cap: Option<&Cap>, transaction: &Transaction) -> Result<Exit> {
    refuse_several_texts(args)?;
    let detector = settings::detector(&args.rule)?;
    let options = settings::read_options(&args.input, &args.rule.other)?;
    let set = TestSet::read(&args.against, &args.input, detector.settings().min_tokens(), cap)?;
    let rule = Rule {
        set: &set,
        options: &options,
        language: detector.settings().language(),
    };
    let exclude: Vec<PathBuf> = args.output.iter().filter(|path| !is_stdout(path)).cloned().collect();
    if args.memory.dry_run {
        return dry_run(rule, &args.input, &exclude);
    }
    let (found, mut progress) = rule.read(&args.input, cap, &exclude, |_| Ok(()), &mut Stages::begin())?;
    let Found { inputs, counts, .. } = &found;
    set.refuse_outputs(&exclude)?;
    progress.phase("writing");
    let header = Header::new(
        env!("CARGO_PKG_VERSION"),
        &options.text_fields,
        set.described(rule.language),
    );
    let mut target = Target::of(args, &inputs.sources, &header, transaction)?;
    for (source, articles, first) in inputs.each() {
        let (format, original) = match first {
            None => (FileFormat::Other, source.file_digest()?),
            Some(first) => {
                target.begin(source, transaction)?;
                let mut marker = Marker {
                    rule,
                    settings: detector.settings(),
                    articles: counts.articles,
                    source,
                    format: args.format(),
                    shares: args.shares.into(),
                    again: Again::new(source, first, articles, &[]),
                    touched: &found.touched,
                    target: &mut target,
                };
                let nowhere = Output::stream("nowhere", std::io::sink());
                let stats = source.rewrite_by(&options, nowhere, &mut marker)?;
                (source.format().into(), stats.read)
            }
        };
        target.end_file(Trailer {
            file: source.name().to_owned(),
            output: source.relative_name(),
            format,
            articles: 0,
            original,
        })?;
        progress.finish(source.size());
    }
    target.finish()?;
    progress.clear();
    transaction.commit()?;
    if !args.input.quiet {
        console::line(format_args!(
            "{} in {} of {} stand in the test set, {} of the text; of the test set {} of {} stand there, whole or in part",
            count(counts.spans, "span"),
            digits(counts.contaminated),
            count(counts.articles, "article"),
            share(counts.span_bytes, counts.text_bytes),
            digits(found.met),
            count(set.reference.texts() as u64, "text"),
        ));
    }
    Ok(found.exit(&set))
}

/// Marks one file.
struct Marker<'m> {
    rule: Rule<'m>,
    settings: &'m Settings,
    /// How many articles there are.
    articles: u64,
    source: &'m Source,
    format: MarkFormat,
    shares: Shares,
    again: Again<'m>,
    touched: &'m [bool],
    target: &'m mut Target,
}

impl Rewriter for Marker<'_> {
    type Error = anyhow::Error;
    type Seen = ArticleId;
    /// Its line, and how many spans are marked.
    type Told = (Vec<u8>, u64);

    fn asks(&mut self, line: u64) -> bool {
        self.again.asks(line)
    }

    fn see(&mut self, record: &Record<'_>) -> Result<ArticleId> {
        self.again.number(record)
    }

    fn edit(&self, record: &Record<'_>, article: &ArticleId) -> Result<(Edit, Self::Told)> {
        let Ok(fields) = record.outcome else {
            return Ok((Edit::Keep, (Vec::new(), 0)));
        };
        let is_touched = self.touched.get(article.0 as usize).is_some_and(|&is| is);
        let found = match is_touched {
            true => self.rule.of(fields),
            false => vec![Vec::new(); fields.texts.len()],
        };
        let spans: u64 = found.iter().map(|found| found.len() as u64).sum();
        let place = place(self.source, record.place);
        if is_touched != (spans > 0) {
            bail!("{place}: the file has changed while it was read; run again");
        }
        let line = match self.format {
            MarkFormat::Jsonl | MarkFormat::Parquet => self.marks(fields, place, &found)?.line()?,
            MarkFormat::Dolma => attributes(fields, &place, &found)?,
        };
        Ok((Edit::Keep, (line, spans)))
    }

    fn settle(&mut self, (line, spans): Self::Told) -> Result<()> {
        self.target.write(&line, spans)
    }
}

/// What an article has of a record of the test set: bytes, and where they stand there.
#[derive(Default)]
struct Shared {
    bytes: u64,
    ranges: Vec<(u16, u32, u32)>,
}

impl Marker<'_> {
    /// What is marked in one article.
    fn marks(&self, fields: &Fields, place: String, found: &[Vec<Contained>]) -> Result<ArticleMarks> {
        let set = self.rule.set;
        let bytes: u64 = fields.texts.iter().map(|text| text.text.len() as u64).sum();
        let mut repeated = Repeated {
            compared: bytes,
            ..Repeated::default()
        };
        let mut units = Vec::new();
        let mut records: BTreeMap<u32, Shared> = BTreeMap::new();
        for (i, (text, found)) in fields.texts.iter().zip(found).enumerate() {
            let mut chars = Chars::new(&text.text);
            for found in found {
                let origin = set.origin(found)?;
                let (span, at) = (found.span, found.at);
                repeated.repeated += span.len() as u64;
                let shared = records.entry(origin.number).or_default();
                shared.bytes += span.len() as u64;
                shared.ranges.push((origin.field, at.start, at.end));
                units.push(UnitMark {
                    field: self.rule.field(self.source, fields, i).to_owned(),
                    unit: "span".to_owned(),
                    bytes: [span.start, span.end],
                    chars: [chars.before(span.start), chars.before(span.end)],
                    rule: "against".to_owned(),
                    similarity: (found.share * 1e4).round() / 1e4,
                    lost: lost(found, &text.text, &origin),
                    reprint: false,
                    kept: KeptMark {
                        article: identity(origin.record.id.as_ref(), &origin.record.source)?,
                        source: origin.record.source.clone(),
                        field: origin.name.map(str::to_owned),
                        bytes: [at.start, at.end],
                        text: origin.text.to_owned(),
                    },
                    gap: None,
                    nth: None,
                    family: None,
                });
            }
        }
        repeated.of_others = repeated.repeated;
        let most = records
            .into_iter()
            .max_by_key(|(number, shared)| (shared.bytes, Reverse(*number)));
        let most = match most.and_then(|(number, shared)| Some((set.record(number)?, shared))) {
            None => None,
            Some((record, shared)) => {
                repeated.of_most = shared.bytes;
                (repeated.most_once, repeated.most_own) = (record.bytes, record.bytes);
                repeated.most_covered = covered(shared.ranges);
                Some(Most {
                    article: identity(record.id.as_ref(), &record.source)?,
                    source: record.source.clone(),
                    bytes: shared.bytes,
                })
            }
        };
        Ok(ArticleMarks {
            article: identity(fields.id.as_ref(), &place)?,
            story: Story {
                article: identity(fields.id.as_ref(), &place)?,
                source: place.clone(),
                articles: 1,
            },
            source: place,
            lang: look::language(fields, self.settings).code().to_owned(),
            bytes,
            among: self.articles,
            compared: bytes,
            relation: repeated.relation(self.shares).to_string(),
            repeated: repeated.repeated,
            within: 0,
            new: New {
                sentences: 0,
                bytes: bytes - repeated.repeated,
            },
            most,
            units,
            leaders: Vec::new(),
        })
    }
}

/// A row of an attribute file of dolma: spans in characters, with what goes along of the white space, and the share that is the same.
#[derive(Serialize)]
struct Attributes {
    id: String,
    attributes: Spans,
}

#[derive(Serialize, Default)]
struct Spans {
    #[serde(rename = "redite__against")]
    against: Vec<(u32, u32, f64)>,
}

fn attributes(fields: &Fields, place: &str, found: &[Vec<Contained>]) -> Result<Vec<u8>> {
    let mut spans = Spans::default();
    let cuts = cuts(fields, found)?;
    if let (Some(text), Some(cuts), Some(found)) = (fields.texts.first(), cuts.first(), found.first()) {
        let mut chars = Chars::new(&text.text);
        for (cut, found) in cuts.iter().zip(found) {
            spans
                .against
                .push((chars.before(cut.start), chars.before(cut.end), found.share));
        }
    }
    let id = fields
        .id
        .as_ref()
        .map_or_else(|| place.to_owned(), |id| id.text().into_owned());
    let mut line = serde_json::to_vec(&Attributes { id, attributes: spans })?;
    line.push(b'\n');
    Ok(line)
}
