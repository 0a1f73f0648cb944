//! From inputs to decisions, and back over the inputs with what was decided.

use crate::again::Places;
use crate::args::{InputArgs, RuleArgs};
use crate::progress::Progress;
use crate::settings;
use anyhow::{Result, bail};
use redite::files::removed::{KeptUnit, RemovedUnit};
use redite::files::{
    Batch, Discovery, Fields, FileError, Format, Id, Place, RankValue, ReadOptions, Record, Source, discover,
};
use redite::segment::Language;
use redite::{Article, ArticleId, Cut, Detection, Detector, Rank, Unit};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// How many faults of one kind are printed one by one.
const FAULTS_SHOWN: u64 = 10;

/// Everything that was read, and everything that was decided.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) sources: Vec<Source>,
    /// For each source the number of its first article; `None` if it could not be read.
    pub(crate) first_article: Vec<Option<ArticleId>>,
    /// For each source where its articles stand.
    pub(crate) places: Vec<Places>,
    /// Bytes of the texts of each article.
    pub(crate) text_bytes: Vec<u64>,
    pub(crate) options: ReadOptions,
    pub(crate) detector: Detector,
    pub(crate) detection: Detection,
    pub(crate) report: ReadReport,
}

/// What happened while reading.
#[derive(Debug, Default, Clone)]
pub(crate) struct ReadReport {
    pub(crate) faulty_records: u64,
    pub(crate) failed_files: u64,
    pub(crate) skipped_files: u64,
    pub(crate) duplicate_ids: u64,
    pub(crate) missing_ids: u64,
    pub(crate) bytes: u64,
}

impl Corpus {
    /// Finds and reads all inputs and decides, for what is to be written again. Nothing is written but messages.
    pub(crate) fn read(
        input: &InputArgs,
        rule: &RuleArgs,
        exclude: &[PathBuf],
        progress: impl FnOnce(u64) -> Progress,
    ) -> Result<(Self, Progress)> {
        Self::read_as(input, rule, exclude, progress, "passed through unchanged")
    }

    /// The same for what is only looked at.
    pub(crate) fn look(
        input: &InputArgs,
        rule: &RuleArgs,
        progress: impl FnOnce(u64) -> Progress,
    ) -> Result<(Self, Progress)> {
        Self::read_as(input, rule, &[], progress, "left out")
    }

    /// `fate`: what becomes of records and files that cannot be read.
    fn read_as(
        input: &InputArgs,
        rule: &RuleArgs,
        exclude: &[PathBuf],
        progress: impl FnOnce(u64) -> Progress,
        fate: &'static str,
    ) -> Result<(Self, Progress)> {
        let (detector, rank_field) = settings::detector(rule)?;
        let options = settings::read_options(input, rank_field);
        settings::threads(input)?;
        let Discovery { sources, skipped } = discover(&input.inputs, std::io::stdin().lock(), exclude)?;
        for file in &skipped {
            eprintln!("redite: {}: skipped: {}", file.path.display(), file.reason);
        }
        if sources.is_empty() {
            bail!(
                "nothing to read: none of the inputs is JSON Lines, Parquet or text ({} skipped); \
                 give such files, or a folder that holds some",
                skipped.len()
            );
        }
        let mut progress = progress(sources.iter().map(Source::size).sum());
        let mut reader = Reader {
            session: detector.session(),
            report: ReadReport {
                skipped_files: skipped.len() as u64,
                ..ReadReport::default()
            },
            places: Vec::with_capacity(sources.len()),
            text_bytes: Vec::new(),
            ids: HashSet::new(),
            faults: BTreeMap::new(),
            strict: input.strict,
            fate,
        };
        progress.phase("reading");
        let mut first_article = Vec::with_capacity(sources.len());
        for source in &sources {
            if let Some(note) = source.note() {
                progress.say(&format!("redite: {}: {note}", source.name()));
            }
            let first = reader.session.next_id();
            reader.places.push(Places::default());
            first_article.push(match reader.read_source(source, &options, &progress) {
                Ok(()) => Some(first),
                Err(error) if input.strict || is_mistake(&error) => return Err(error),
                Err(error) => {
                    progress.say(&format!("redite: {error:#}; the file is {fate}"));
                    reader.session.rollback(first);
                    reader.text_bytes.truncate(first.0 as usize);
                    reader.report.failed_files += 1;
                    None
                }
            });
            progress.finish(source.size());
        }
        reader.report.bytes = sources.iter().map(Source::size).sum();
        progress.phase("comparing");
        let Reader {
            session,
            report,
            places,
            text_bytes,
            ..
        } = reader;
        let bytes = report.bytes;
        let detection = session.finish_observed(&|share| progress.at_share(share, bytes));
        progress.finish(bytes);
        Ok((
            Self {
                sources,
                first_article,
                places,
                text_bytes,
                options,
                detector,
                detection,
                report,
            },
            progress,
        ))
    }

    /// What of the texts has to be seen again.
    pub(crate) fn needed(&self) -> Needed {
        let mut needed = Needed {
            kept: Vec::new(),
            touched: vec![false; self.text_bytes.len()],
            kept_come_first: true,
        };
        for repeat in self.detection.repeats() {
            let (removed, kept) = (repeat.removed.article, repeat.kept.article);
            needed.kept_come_first &= kept <= removed;
            needed.kept.push(repeat.kept);
            for article in [removed, kept] {
                if let Some(touched) = needed.touched.get_mut(article.0 as usize) {
                    *touched = true;
                }
            }
        }
        needed
    }

    /// Reads everything once more and shows each good record with its number.
    pub(crate) fn each_record(
        &self,
        mut visit: impl FnMut(&Source, ArticleId, &Record<'_>, &Fields) -> Result<()>,
    ) -> Result<()> {
        for (source, first) in self.sources.iter().zip(&self.first_article) {
            let Some(ArticleId(mut next)) = *first else { continue };
            for batch in source.read(&self.options)? {
                for record in batch?.records() {
                    if let Ok(fields) = record.outcome {
                        visit(source, ArticleId(next), &record, fields)?;
                        next += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// What is to be cut out of one record, by its texts.
    pub(crate) fn cuts(&self, article: ArticleId, fields: &Fields) -> Vec<Vec<Cut>> {
        (0_u16..)
            .zip(&fields.texts)
            .map(|(i, text)| self.detection.cuts(article, i, &text.text))
            .collect()
    }

    /// The name of a text field of a record.
    pub(crate) fn field_name(&self, source: &Source, fields: &Fields, text: usize) -> &str {
        if source.format() == Format::Text {
            return "text";
        }
        fields
            .texts
            .get(text)
            .and_then(|t| self.options.text_fields.get(t.field))
            .map_or("text", String::as_str)
    }
}

/// See [`Corpus::needed`].
pub(crate) struct Needed {
    /// The units that others were removed in favour of.
    pub(crate) kept: Vec<Unit>,
    /// By article: true if something goes or is kept in favour of something.
    pub(crate) touched: Vec<bool>,
    /// True if every unit is removed in favour of one that stands before it, so that one pass sees the kept one first.
    pub(crate) kept_come_first: bool,
}

/// Where a record stands, as it is written in output.
pub(crate) fn place(source: &Source, place: Place) -> String {
    match source.format() {
        Format::Text => source.name().to_owned(),
        _ => format!("{}:{}", source.name(), place.line_or_row),
    }
}

/// True if not the file is at fault but what was asked.
fn is_mistake(error: &anyhow::Error) -> bool {
    error.downcast_ref::<FileError>().is_some_and(FileError::is_settings)
}

struct Reader {
    session: redite::Session,
    report: ReadReport,
    places: Vec<Places>,
    text_bytes: Vec<u64>,
    /// Hashes of the ids so far; only for a count.
    ids: HashSet<u64>,
    faults: BTreeMap<redite::files::FaultKind, u64>,
    strict: bool,
    fate: &'static str,
}

impl Reader {
    fn read_source(&mut self, source: &Source, options: &ReadOptions, progress: &Progress) -> Result<()> {
        let mut batches = source.read(options)?;
        while let Some(batch) = batches.next() {
            self.take(source, &batch?, progress)?;
            progress.at(batches.bytes_read());
        }
        Ok(())
    }

    fn take(&mut self, source: &Source, batch: &Batch, progress: &Progress) -> Result<()> {
        let mut articles = Vec::new();
        for record in batch.records() {
            match record.outcome {
                Ok(fields) => {
                    self.count_id(fields.id.as_ref());
                    self.text_bytes
                        .push(fields.texts.iter().map(|t| t.text.len() as u64).sum());
                    if let Some(places) = self.places.last_mut() {
                        places.insert(record.place.line_or_row);
                    }
                    articles.push(article(fields));
                }
                Err(fault) => {
                    let message = source.describe(record.place, fault);
                    if self.strict {
                        bail!("{message}; nothing was written, because of --strict");
                    }
                    self.report.faulty_records += 1;
                    let seen = self.faults.entry(fault.kind()).or_default();
                    *seen += 1;
                    if *seen <= FAULTS_SHOWN {
                        progress.say(&format!("redite: {message}; {}", self.fate));
                    } else if *seen == FAULTS_SHOWN + 1 {
                        progress.say("redite: more of the same kind are counted, not printed");
                    }
                }
            }
        }
        self.session.push_all(&articles);
        Ok(())
    }

    fn count_id(&mut self, id: Option<&Id>) {
        match id {
            None => self.report.missing_ids += 1,
            Some(id) => {
                let mut hasher = DefaultHasher::new();
                id.raw().hash(&mut hasher);
                if !self.ids.insert(hasher.finish()) {
                    self.report.duplicate_ids += 1;
                }
            }
        }
    }
}

fn article(fields: &Fields) -> Article<'_> {
    Article {
        texts: fields.texts.iter().map(|t| Cow::Borrowed(t.text.as_str())).collect(),
        language: fields.lang.as_deref().map(Language::from_tag),
        rank: fields.rank.as_ref().map(rank),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "ranks beyond 2^53 that differ in their last digits count as equal"
)]
fn rank(value: &RankValue) -> Rank {
    match value {
        RankValue::Integer(n) => Rank::Number(*n as f64),
        RankValue::Float(x) => Rank::Number(*x),
        RankValue::Text(text) => Rank::Text(text.clone()),
    }
}

/// The texts and places of kept units, as far as they have been met.
#[derive(Debug, Default)]
pub(crate) struct Provenance {
    wanted: Vec<Unit>,
    known: HashMap<Unit, Known>,
}

/// A unit that has been met.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) id: Option<Id>,
    pub(crate) source: String,
    pub(crate) field: String,
    pub(crate) text: String,
}

impl Provenance {
    /// Ready to meet these units.
    pub(crate) fn of_units(mut wanted: Vec<Unit>) -> Self {
        wanted.sort_unstable();
        wanted.dedup();
        Self {
            wanted,
            known: HashMap::new(),
        }
    }

    /// What is known of a unit that has been met.
    pub(crate) fn known(&self, unit: &Unit) -> Result<&Known> {
        match self.known.get(unit) {
            Some(known) => Ok(known),
            None => bail!("an input has changed while it was read; run again"),
        }
    }

    /// Meets one record and remembers what others were removed in favour of.
    pub(crate) fn meet(&mut self, corpus: &Corpus, source: &Source, article: ArticleId, record: &Record<'_>) {
        let Ok(fields) = record.outcome else { return };
        let start = self.wanted.partition_point(|u| u.article < article);
        let mine = self.wanted[start..].iter().take_while(|u| u.article == article);
        for unit in mine {
            let Some(text) = fields.texts.get(unit.field as usize) else {
                continue;
            };
            self.known.entry(*unit).or_insert_with(|| Known {
                id: fields.id.clone(),
                source: place(source, record.place),
                field: corpus.field_name(source, fields, unit.field as usize).to_owned(),
                text: text.text.get(unit.span.range()).unwrap_or_default().to_owned(),
            });
        }
    }

    /// Calls `write` with every removed unit of one record, in order.
    pub(crate) fn removed(
        &self,
        corpus: &Corpus,
        source: &Source,
        record: &Record<'_>,
        cuts: &[Vec<Cut>],
        mut write: impl FnMut(&RemovedUnit<'_>, &Cut) -> Result<()>,
    ) -> Result<()> {
        let Ok(fields) = record.outcome else { return Ok(()) };
        if cuts.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let place = place(source, record.place);
        let measure = corpus.detector.settings().measure().to_string();
        let several = corpus.options.text_fields.len() > 1;
        for (i, (text, cuts)) in fields
            .texts
            .iter()
            .zip(cuts)
            .enumerate()
            .filter(|(_, (_, cuts))| !cuts.is_empty())
        {
            let spans: Vec<_> = cuts.iter().map(|c| c.span).collect();
            let Some(spellings) = record.spellings(text, &spans) else {
                bail!("{place}: the file has changed while it was read; run again");
            };
            let mut chars = Chars::new(&text.text);
            for (cut, raw) in cuts.iter().zip(spellings) {
                let Some(kept) = self.known.get(&cut.repeat.kept) else {
                    bail!("{place}: the file has changed while it was read; run again");
                };
                let kept_span = cut.repeat.kept.span;
                let unit = RemovedUnit {
                    article: fields.id.as_ref(),
                    source: &place,
                    field: corpus.field_name(source, fields, i),
                    unit: &cut.repeat.removed.kind.to_string(),
                    bytes: [cut.span.start, cut.span.end],
                    chars: [chars.before(cut.span.start), chars.before(cut.span.end)],
                    text: raw,
                    rule: &cut.repeat.reason.to_string(),
                    measure: &measure,
                    similarity: cut.repeat.similarity.value(),
                    kept: KeptUnit {
                        article: kept.id.as_ref(),
                        source: &kept.source,
                        field: several.then_some(kept.field.as_str()),
                        bytes: [kept_span.start, kept_span.end],
                        text: &kept.text,
                    },
                };
                write(&unit, cut)?;
            }
        }
        Ok(())
    }
}

/// Counts characters up to ascending bytes of a text, in one pass.
struct Chars<'t> {
    text: &'t str,
    byte: u32,
    chars: u32,
}

impl<'t> Chars<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            byte: 0,
            chars: 0,
        }
    }

    fn before(&mut self, byte: u32) -> u32 {
        let between = self.text[self.byte as usize..byte as usize].chars().count();
        self.chars += u32::try_from(between).unwrap_or(u32::MAX);
        self.byte = byte;
        self.chars
    }
}
