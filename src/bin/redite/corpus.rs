//! From inputs to decisions, and back over the inputs with what was decided.

use crate::again::Places;
use crate::args::{InputArgs, RuleArgs};
use crate::memory::Cap;
use crate::progress::Progress;
use crate::settings;
use crate::spool;
use anyhow::{Result, bail};
use redite::files::{
    Batch, Discovery, Fields, FileError, Format, Id, Place, RankValue, ReadOptions, Record, Source, discover,
};
use redite::segment::Language;
use redite::{Article, ArticleId, BoundedDetection, BoundedSession, Cut, Detection, Detector, Rank, Stats};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

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
    pub(crate) options: ReadOptions,
    pub(crate) detector: Detector,
    pub(crate) detection: BoundedDetection,
    pub(crate) report: ReadReport,
    temp_dir: Option<PathBuf>,
}

/// What all decisions come to.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) stats: Stats,
    pub(crate) by_language: BTreeMap<Language, Stats>,
    /// By article: true if something goes or is kept in favour of something, so that its text has to be seen again.
    pub(crate) touched: Vec<bool>,
    /// True if every unit is removed in favour of one that stands before it, so that one pass sees the kept one first.
    pub(crate) kept_come_first: bool,
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
    /// Finds and reads all inputs and decides, for what is to be written again. Nothing is written but messages. `progress`
    /// sees what there is to be read.
    pub(crate) fn read(
        input: &InputArgs,
        rule: &RuleArgs,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        progress: impl FnOnce(&[Source], &ReadOptions) -> Result<Progress>,
    ) -> Result<(Self, Progress)> {
        Self::read_as(input, rule, cap, exclude, progress, "passed through unchanged")
    }

    /// The same for what is only looked at.
    pub(crate) fn look(
        input: &InputArgs,
        rule: &RuleArgs,
        progress: impl FnOnce(u64) -> Progress,
    ) -> Result<(Self, Progress)> {
        settings::threads(input)?;
        let progress = |sources: &[Source], _: &ReadOptions| Ok(progress(sources.iter().map(Source::size).sum()));
        Self::read_as(input, rule, None, &[], progress, "left out")
    }

    /// `fate`: what becomes of records and files that cannot be read.
    fn read_as(
        input: &InputArgs,
        rule: &RuleArgs,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        progress: impl FnOnce(&[Source], &ReadOptions) -> Result<Progress>,
        fate: &'static str,
    ) -> Result<(Self, Progress)> {
        let (detector, rank_field) = settings::detector(rule)?;
        let options = settings::read_options(input, rank_field);
        let session = detector.session_within(cap.map_or_else(redite::Memory::unlimited, Cap::memory))?;
        let (sources, skipped) = find(input, exclude)?;
        let mut progress = progress(&sources, &options)?;
        let mut reader = Reader {
            session,
            report: ReadReport {
                skipped_files: skipped,
                ..ReadReport::default()
            },
            places: Vec::with_capacity(sources.len()),
            ids: spool::Again::new(cap.map(Cap::folder)),
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
                Err(error) if input.strict || is_ours(&error) => return Err(error),
                Err(error) => {
                    progress.say(&format!("redite: {error:#}; the file is {fate}"));
                    reader.session.rollback(first)?;
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
            mut report,
            places,
            ids,
            ..
        } = reader;
        report.duplicate_ids = ids.count()?;
        let bytes = report.bytes;
        let detection = session.finish_observed(&|share| progress.at_share(share, bytes))?;
        progress.finish(bytes);
        Ok((
            Self {
                sources,
                first_article,
                places,
                options,
                detector,
                detection,
                report,
                temp_dir: cap.map(|cap| cap.folder().to_owned()),
            },
            progress,
        ))
    }

    /// Where to keep what memory should not, if it is limited and too little for this corpus.
    pub(crate) fn temp_dir(&self) -> Option<&Path> {
        self.temp_dir.as_deref().filter(|_| self.detection.blocks() > 1)
    }

    /// What all decisions come to.
    pub(crate) fn overview(&self) -> Result<Overview> {
        let mut overview = Overview {
            stats: Stats::default(),
            by_language: BTreeMap::new(),
            touched: vec![false; self.detection.articles() as usize],
            kept_come_first: true,
        };
        for number in 0..self.detection.blocks() {
            let block = self.detection.block(number)?;
            overview.stats += block.stats();
            let first = block.first_article().0;
            for article in (first..first + block.articles()).map(ArticleId) {
                let share = overview.by_language.entry(block.language(article)).or_default();
                share.articles += 1;
                share.text_bytes += block.text_bytes(article);
            }
            for repeat in block.repeats() {
                let (removed, kept) = (repeat.removed.article, repeat.kept.article);
                overview.kept_come_first &= kept <= removed;
                for article in [removed, kept] {
                    if let Some(touched) = overview.touched.get_mut(article.0 as usize) {
                        *touched = true;
                    }
                }
            }
        }
        Ok(overview)
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
    pub(crate) fn cuts(&self, article: ArticleId, fields: &Fields) -> Result<Vec<Vec<Cut>>> {
        cuts(&*self.detection.block_of(article)?, article, fields)
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

/// Where a record stands, as it is written in output.
pub(crate) fn place(source: &Source, place: Place) -> String {
    match source.format() {
        Format::Text => source.name().to_owned(),
        _ => format!("{}:{}", source.name(), place.line_or_row),
    }
}

/// What is to be cut out of one record, by its texts, given the block that it is in.
pub(crate) fn cuts(block: &Detection, article: ArticleId, fields: &Fields) -> Result<Vec<Vec<Cut>>> {
    (0_u16..)
        .zip(&fields.texts)
        .map(|(i, text)| Ok(block.cuts(article, i, &text.text)?))
        .collect()
}

/// True if not the file is at fault but what was asked, or the room for temporary files.
fn is_ours(error: &anyhow::Error) -> bool {
    !error.is::<FileError>() || error.downcast_ref::<FileError>().is_some_and(FileError::is_settings)
}

/// The inputs, and how many files are none.
pub(crate) fn find(input: &InputArgs, exclude: &[PathBuf]) -> Result<(Vec<Source>, u64)> {
    let Discovery { sources, skipped } = discover(&input.inputs, std::io::stdin().lock(), exclude)?;
    for file in &skipped {
        crate::console::line(format_args!(
            "redite: {}: skipped: {}",
            file.path.display(),
            file.reason
        ));
    }
    if sources.is_empty() {
        bail!(
            "nothing to read: none of the inputs is JSON Lines, Parquet or text ({} skipped); \
             give such files, or a folder that holds some",
            skipped.len()
        );
    }
    Ok((sources, skipped.len() as u64))
}

struct Reader {
    session: BoundedSession,
    report: ReadReport,
    places: Vec<Places>,
    /// Hashes of the ids so far; only for a count.
    ids: spool::Again,
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
                    self.count_id(fields.id.as_ref())?;
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
        self.session.push_all(&articles)?;
        Ok(())
    }

    fn count_id(&mut self, id: Option<&Id>) -> Result<()> {
        let Some(id) = id else {
            self.report.missing_ids += 1;
            return Ok(());
        };
        let mut hasher = DefaultHasher::new();
        id.raw().hash(&mut hasher);
        self.ids.push(hasher.finish())
    }
}

pub(crate) fn article(fields: &Fields) -> Article<'_> {
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
