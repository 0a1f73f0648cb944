//! `redite mark`: writes what repeats what, and leaves the texts alone.

use crate::again::Again;
use crate::args::{MarkArgs, MarkFormat, OtherRuleArgs, SharesArgs};
use crate::console;
use crate::corpus::{Corpus, Overview, cuts, find, place};
use crate::exit::Exit;
use crate::marked::Marks;
use crate::memory::{self, Cap};
use crate::outputs::{Asked, Places, is_stdout};
use crate::progress::{COMPARING, Progress, READING, WRITING};
use crate::provenance::Provenance;
use crate::relations::Relations;
use crate::reports::report;
use crate::settings;
use crate::spool;
use crate::summary::{Notes, in_parts, totals};
use anyhow::{Result, bail};
use redite::files::marks::{
    self, ArticleMarks, Header, KeptMark, LeaderMark, MarksOutput, MarksWriter, Trailer, UnitMark,
};
use redite::files::removed::FileFormat;
use redite::files::{
    Edit, Fields, Format, Id, Output, OutputFile, Record, Rewriter, Source, Transaction, refuse_overwrite,
};
use redite::model::Chars;
use redite::{ArticleId, Cut, Detection, Span};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) fn run(args: &MarkArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let quiet = args.input.quiet;
    settings::threads(&args.input)?;
    let cap = Cap::of(&args.memory)?;
    if args.against.is_given() {
        return super::against::mark(args, cap.as_ref(), &transaction);
    }
    let detector = settings::detector(&args.rule)?;
    if args.memory.dry_run {
        let options = settings::read_options(&args.input, &args.rule.other)?;
        let sources = find(&args.input, &[])?.sources;
        if let Some(preset) = args.preset {
            writeln!(std::io::stdout().lock(), "{}", preset.told())?;
        }
        memory::dry_run(
            &sources,
            &options,
            &detector,
            cap.as_ref(),
            &mut std::io::stdout().lock(),
        )?;
        return Ok(Exit::Done);
    }
    refuse_several_texts(args)?;
    let exclude: Vec<PathBuf> = args.output.iter().filter(|path| !is_stdout(path)).cloned().collect();
    let begin = |sources: &[Source], options: &_| {
        memory::before_run(sources, options, &detector, cap.as_ref(), quiet)?;
        let bytes = sources.iter().map(Source::size).sum();
        Ok(Progress::new(&[READING, COMPARING, WRITING], bytes, quiet))
    };
    let (corpus, mut progress) = Corpus::read(&args.input, &args.rule, cap.as_ref(), &exclude, None, begin)?;
    let overview = corpus.overview()?;
    // Attributes say nothing of what is kept.
    let mut facts = match args.format() {
        MarkFormat::Jsonl | MarkFormat::Parquet => Some(Facts::of(&corpus, args.shares)?),
        MarkFormat::Dolma => None,
    };
    if let Some(facts) = facts.as_mut().filter(|_| !overview.kept_come_first) {
        corpus.each_record(|source, article, record, _| facts.provenance.meet(&corpus, source, article, record))?;
    }
    progress.phase("writing");
    let mut target = Target::of(args, &corpus.sources, &header(&corpus, &args.rule.other), &transaction)?;
    write(&corpus, facts.as_mut(), &mut target, &transaction, |source| {
        progress.finish(source.size());
    })?;
    target.finish()?;
    progress.clear();
    transaction.commit()?;
    if !quiet {
        console::line(totals(&overview.stats));
        let notes = Notes::of(&corpus.report, 0, overview.stats.unread_texts).to_string();
        if !notes.is_empty() {
            console::lines(notes);
        }
        if let Some(parts) = in_parts(corpus.detection.blocks() as u64) {
            console::line(parts);
        }
    }
    Ok(corpus.report.exit())
}

/// Writes the marks of all decisions to a temporary file in a folder, for this run.
pub(crate) fn hold(corpus: &Corpus, overview: &Overview, rule: &OtherRuleArgs, folder: &Path) -> Result<Marks> {
    let mut facts = Facts::of(corpus, SharesArgs::default())?;
    if !overview.kept_come_first {
        corpus.each_record(|source, article, record, _| facts.provenance.meet(corpus, source, article, record))?;
    }
    let file = spool::file_in(folder)?;
    let out = Output::stream("a temporary file", BufWriter::new(file.try_clone()?));
    let mut writer = MarksWriter::new(MarksOutput::lines(out)?);
    let header = header(corpus, rule);
    writer.header(&header).map_err(|cause| writer.get_ref().error(cause))?;
    let mut target = Target::One(Mutex::new(writer));
    write(corpus, Some(&mut facts), &mut target, &Transaction::new(), |_| ())?;
    target.finish()?;
    Ok(Marks::Held(file))
}

fn header(corpus: &Corpus, rule: &OtherRuleArgs) -> Header {
    let mut settings = settings::described(&corpus.detector, rule);
    // These decide nothing, but families are counted by them.
    let count_by = rule.reach.count_by.as_ref().map(ToString::to_string);
    for (name, value) in [("count_by", count_by), ("date_field", settings::date_field(rule))] {
        if let Some(value) = value {
            settings.insert(name.to_owned(), value.into());
        }
    }
    Header::new(env!("CARGO_PKG_VERSION"), &corpus.options.text_fields, settings)
}

/// Writes the marks of all files. `done` is told of each.
fn write(
    corpus: &Corpus,
    mut facts: Option<&mut Facts>,
    target: &mut Target,
    transaction: &Transaction,
    mut done: impl FnMut(&Source),
) -> Result<()> {
    for (i, source) in corpus.sources.iter().enumerate() {
        let (format, original) = match corpus.first_article[i] {
            None => (FileFormat::Other, source.file_digest()?),
            Some(first) => {
                target.begin(source, transaction)?;
                let mut marker = Marker {
                    corpus,
                    source,
                    again: Again::new(source, first, &corpus.places[i], &[]),
                    facts: facts.as_deref_mut(),
                    target: &mut *target,
                };
                let nowhere = Output::stream("nowhere", std::io::sink());
                let stats = source.rewrite_by(&corpus.options, nowhere, &mut marker)?;
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
        done(source);
    }
    Ok(())
}

/// What all decisions say, beside those on one article.
struct Facts {
    /// What units are kept, and how often each is repeated.
    provenance: Provenance,
    relations: Relations,
}

impl Facts {
    fn of(corpus: &Corpus, shares: SharesArgs) -> Result<Self> {
        Ok(Self {
            provenance: Provenance::with_families(corpus)?,
            relations: Relations::of(
                &corpus.detection,
                corpus.detector.settings(),
                shares.into(),
                corpus.temp_dir(),
            )?,
        })
    }
}

/// Refuses several text fields where a document can have but one text.
pub(super) fn refuse_several_texts(args: &MarkArgs) -> Result<()> {
    if args.format() == MarkFormat::Dolma && args.input.text_field.len() > 1 {
        bail!("--format dolma: its documents have one text; give one --text-field, or write --format jsonl");
    }
    Ok(())
}

/// Where marks go.
pub(super) enum Target {
    /// All to one file.
    One(Mutex<MarksWriter<MarksOutput>>),
    /// Those of each file to one of its own, of which one at a time is open.
    Each {
        places: Places,
        open: Option<Mutex<OutputFile>>,
    },
}

impl Target {
    pub(super) fn of(args: &MarkArgs, sources: &[Source], header: &Header, transaction: &Transaction) -> Result<Self> {
        let output = args.output.as_deref();
        match args.format() {
            format @ (MarkFormat::Jsonl | MarkFormat::Parquet) => {
                let path = output.unwrap_or("-".as_ref());
                if path.is_dir() {
                    bail!("-o {}: is a folder; name a file for the marks", path.display());
                }
                refuse_overwrite(sources, [path])?;
                // As readable as the texts, which they quote.
                let mode = sources.iter().filter_map(Source::mode).reduce(|a, b| a & b);
                let out = report(path, transaction).with_mode(mode);
                let mut writer = MarksWriter::new(match format {
                    MarkFormat::Parquet => MarksOutput::parquet(out)?,
                    _ => MarksOutput::lines(out)?,
                });
                writer.header(header).map_err(|cause| writer.get_ref().error(cause))?;
                Ok(Self::One(Mutex::new(writer)))
            }
            MarkFormat::Dolma => {
                if let Some(source) = sources.iter().find(|source| source.format() != Format::Jsonl)
                    && source.unread().is_none()
                {
                    bail!(
                        "--format dolma: {} is {}, and its documents are JSON Lines; give only these, or write --format jsonl",
                        source.name(),
                        source.format()
                    );
                }
                let places = Places::of(&Asked {
                    inputs: &args.input.inputs,
                    sources,
                    output,
                    reports: Vec::new(),
                    merge: args.merge,
                })?;
                Ok(Self::Each { places, open: None })
            }
        }
    }

    /// What follows is of that file.
    pub(super) fn begin(&mut self, source: &Source, transaction: &Transaction) -> Result<()> {
        if let Self::Each { places, open } = self {
            let output = places.output(source, transaction);
            let output = match places {
                Places::Stdout => output,
                Places::File(path) => output.packed_as(path),
                Places::Folder(_) => output.packed_as(source.relative()),
            };
            *open = Some(Mutex::new(output.with_mode(source.mode()).create()?));
        }
        Ok(())
    }

    pub(super) fn write(&mut self, lines: &[u8], units: u64) -> Result<()> {
        match self {
            Self::One(writer) => {
                let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
                let written = writer.lines(lines, 1, units);
                Ok(written.map_err(|cause| writer.get_ref().error(cause))?)
            }
            Self::Each { open: Some(out), .. } => {
                let out = out.get_mut().unwrap_or_else(PoisonError::into_inner);
                Ok(out.write_all(lines).map_err(|cause| out.error(cause))?)
            }
            Self::Each { open: None, .. } => Ok(()),
        }
    }

    pub(super) fn end_file(&mut self, trailer: Trailer) -> Result<()> {
        match self {
            Self::One(writer) => {
                let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
                Ok(writer.file(trailer).map_err(|cause| writer.get_ref().error(cause))?)
            }
            Self::Each { open, .. } => match open.take() {
                Some(out) => Ok(out.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?),
                None => Ok(()),
            },
        }
    }

    pub(super) fn finish(self) -> Result<()> {
        if let Self::One(writer) = self {
            let mut writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
            writer.end().map_err(|cause| writer.get_ref().error(cause))?;
            writer.into_inner().finish()?;
        }
        Ok(())
    }
}

/// Marks one file.
struct Marker<'c> {
    corpus: &'c Corpus,
    source: &'c Source,
    again: Again<'c>,
    /// Nothing where only spans are told.
    facts: Option<&'c mut Facts>,
    target: &'c mut Target,
}

impl Rewriter for Marker<'_> {
    type Error = anyhow::Error;
    /// Its number, the block of decisions that it is in, and which copies its repeats are.
    type Seen = (ArticleId, Arc<Detection>, Vec<u32>);
    /// Its line, and how many units are marked.
    type Told = (Vec<u8>, u64);

    fn asks(&mut self, line: u64) -> bool {
        self.again.asks(line)
    }

    fn see(&mut self, record: &Record<'_>) -> Result<Self::Seen> {
        let article = self.again.number(record)?;
        let block = self.corpus.detection.block_of(article)?;
        let Some(facts) = &mut self.facts else {
            return Ok((article, block, Vec::new()));
        };
        facts.provenance.meet(self.corpus, self.source, article, record)?;
        let copies = facts.provenance.next_copies(block.repeats_in(article).count())?;
        Ok((article, block, copies))
    }

    fn edit(&self, record: &Record<'_>, seen: &Self::Seen) -> Result<(Edit, Self::Told)> {
        let Ok(fields) = record.outcome else {
            return Ok((Edit::Keep, (Vec::new(), 0)));
        };
        let (article, block, _) = seen;
        let cuts = cuts(block, *article, fields)?;
        let units = cuts.iter().map(|cuts| cuts.len() as u64).sum();
        let line = match &self.facts {
            Some(facts) => self.marks(facts, record, fields, seen, &cuts)?.line()?,
            None => attributes(fields, &place(self.source, record.place), &cuts)?,
        };
        Ok((Edit::Keep, (line, units)))
    }

    fn settle(&mut self, (line, units): Self::Told) -> Result<()> {
        self.target.write(&line, units)
    }
}

/// The identity of a record as JSON, or its place.
pub(super) fn identity(id: Option<&Id>, place: &str) -> Result<Box<RawValue>> {
    Ok(match id {
        Some(id) => RawValue::from_string(id.raw().to_owned())?,
        None => to_raw_value(place)?,
    })
}

impl Marker<'_> {
    /// What is marked in one article.
    fn marks(
        &self,
        facts: &Facts,
        record: &Record<'_>,
        fields: &Fields,
        (article, block, copies): &(ArticleId, Arc<Detection>, Vec<u32>),
        cuts: &[Vec<Cut>],
    ) -> Result<ArticleMarks> {
        let (corpus, source) = (self.corpus, self.source);
        let (article, mut copies) = (*article, copies.iter().copied());
        let place = place(source, record.place);
        let several = corpus.options.text_fields.len() > 1;
        let mut units = Vec::new();
        for (i, (text, cuts)) in fields.texts.iter().zip(cuts).enumerate() {
            let mut chars = Chars::new(&text.text);
            let mut before: Option<u32> = None;
            for Cut { repeat, .. } in cuts {
                let (span, unit) = (repeat.removed.span, repeat.kept);
                let between = before.and_then(|end| text.text.get(end as usize..span.start as usize));
                let said = |text: &str| text.split_whitespace().map(|word| word.len() as u64).sum();
                before = Some(span.end);
                let kept = facts.provenance.known(&unit)?;
                units.push(UnitMark {
                    field: corpus.field_name(source, fields, i).to_owned(),
                    unit: repeat.removed.kind.to_string(),
                    bytes: [span.start, span.end],
                    chars: [chars.before(span.start), chars.before(span.end)],
                    rule: repeat.reason.to_string(),
                    similarity: (repeat.similarity.value() * 1e4).round() / 1e4,
                    lost: repeat.lost(&text.text, &kept.text),
                    reprint: repeat.is_reprint,
                    kept: KeptMark {
                        article: identity(kept.id.as_ref(), &kept.source)?,
                        source: kept.source.clone(),
                        field: several.then(|| kept.field.clone()),
                        bytes: [unit.span.start, unit.span.end],
                        text: kept.text.clone(),
                    },
                    gap: between.map(said),
                    nth: Some(copies.next().unwrap_or_default()),
                    family: Some(kept.family.told()),
                });
            }
        }
        let standing = facts.relations.standing(block, article);
        let most = match standing.most {
            None => None,
            Some(most) => {
                let kept = facts.provenance.known(&most.unit)?;
                Some(marks::Most {
                    article: identity(kept.id.as_ref(), &kept.source)?,
                    source: kept.source.clone(),
                    bytes: most.bytes,
                })
            }
        };
        let told = facts.relations.story(article);
        let story = match told.unit.filter(|_| told.first != article) {
            None => marks::Story {
                article: identity(fields.id.as_ref(), &place)?,
                source: place.clone(),
                articles: told.articles,
            },
            Some(unit) => {
                let first = facts.provenance.known(&unit)?;
                marks::Story {
                    article: identity(first.id.as_ref(), &first.source)?,
                    source: first.source.clone(),
                    articles: told.articles,
                }
            }
        };
        let sentences = block.sentences(article, corpus.detector.settings());
        let new = sentences.iter().filter(|sentence| sentence.new > 0);
        Ok(ArticleMarks {
            article: identity(fields.id.as_ref(), &place)?,
            source: place,
            lang: block.language(article).code().to_owned(),
            bytes: block.text_bytes(article),
            among: corpus.among(fields),
            compared: standing.compared,
            relation: standing.relation.to_string(),
            repeated: standing.repeated,
            within: standing.within,
            new: marks::New {
                sentences: new.clone().count() as u64,
                bytes: new.map(|sentence| u64::from(sentence.new)).sum(),
            },
            most,
            story,
            units,
            leaders: self.leaders(facts, fields, article, block)?,
        })
    }

    /// The units of an article that others repeat.
    fn leaders(
        &self,
        facts: &Facts,
        fields: &Fields,
        article: ArticleId,
        block: &Detection,
    ) -> Result<Vec<LeaderMark>> {
        let kept = block.kept_in(article);
        let mut leaders = Vec::with_capacity(kept.len());
        for of_field in kept.chunk_by(|a, b| a.field == b.field) {
            let field = usize::from(of_field[0].field);
            let Some(text) = fields.texts.get(field) else { continue };
            let name = self.corpus.field_name(self.source, fields, field);
            let spans: Vec<Span> = of_field.iter().map(|unit| unit.span).collect();
            for (unit, chars) in of_field.iter().zip(in_chars(&text.text, &spans)) {
                leaders.push(LeaderMark {
                    field: name.to_owned(),
                    unit: unit.kind.to_string(),
                    bytes: [unit.span.start, unit.span.end],
                    chars,
                    family: facts.provenance.known(unit)?.family.told(),
                });
            }
        }
        Ok(leaders)
    }
}

/// Some spans of a text, counted in characters; they may overlap.
fn in_chars(text: &str, spans: &[Span]) -> Vec<[u32; 2]> {
    let mut bytes: Vec<u32> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let mut chars = Chars::new(text);
    let counted: Vec<u32> = bytes.iter().map(|&byte| chars.before(byte)).collect();
    let find = |byte: u32| bytes.binary_search(&byte).map_or(0, |at| counted[at]);
    spans.iter().map(|span| [span.start, span.end].map(find)).collect()
}

/// A row of an attribute file of dolma: spans in characters, with what goes along of the white space, and a score.
#[derive(Serialize)]
struct Attributes {
    id: String,
    attributes: Spans,
}

#[derive(Serialize, Default)]
struct Spans {
    #[serde(rename = "redite__paragraph")]
    paragraphs: Vec<(u32, u32, f64)>,
    #[serde(rename = "redite__sentence")]
    sentences: Vec<(u32, u32, f64)>,
    /// The whole text, and which share of it repeats.
    #[serde(rename = "redite__repeated")]
    repeated: Vec<(u32, u32, f64)>,
}

fn attributes(fields: &Fields, place: &str, cuts: &[Vec<Cut>]) -> Result<Vec<u8>> {
    let mut spans = Spans::default();
    if let (Some(text), Some(cuts)) = (fields.texts.first(), cuts.first()) {
        let mut chars = Chars::new(&text.text);
        let mut repeated = 0;
        for cut in cuts {
            let of_kind = match cut.repeat.removed.kind {
                redite::UnitKind::Paragraph => &mut spans.paragraphs,
                redite::UnitKind::Sentence => &mut spans.sentences,
            };
            let (start, end) = (chars.before(cut.span.start), chars.before(cut.span.end));
            repeated += end - start;
            of_kind.push((start, end, cut.repeat.similarity.value()));
        }
        let all = chars.before(u32::try_from(text.text.len())?);
        let share = f64::from(repeated) / f64::from(all.max(1));
        spans.repeated.push((0, all, share));
    }
    let id = fields
        .id
        .as_ref()
        .map_or_else(|| place.to_owned(), |id| id.text().into_owned());
    let mut line = serde_json::to_vec(&Attributes { id, attributes: spans })?;
    line.push(b'\n');
    Ok(line)
}
