//! From inputs to decisions, and back over the inputs with what was decided.

use crate::again::Places;
use crate::args::{InputArgs, RuleArgs};
use crate::article::article;
use crate::console;
use crate::earlier::Earlier;
use crate::exit::Exit;
use crate::faults::Faults;
use crate::memory::Cap;
use crate::origins::{Origins, seconds};
use crate::paint::visible;
use crate::progress::Progress;
use crate::reports::Makeup;
use crate::settings;
use crate::spool;
use crate::stages::Stages;
use anyhow::{Result, bail};
use redite::files::{
    Batch, Discovery, Fields, FileError, Format, Id, Place, ReadOptions, Record, Source, discover, finite_stdin,
};
use redite::index::{Addition, IndexError, Snapshot};
use redite::segment::Language;
use redite::{Article, ArticleId, Cut, Detection, Detections, Detector, Origin, Reason, Session, Stats, UnitKind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
    pub(crate) detection: Detections,
    pub(crate) report: ReadReport,
    /// How many articles each group has.
    origins: Origins,
    /// The number of its first article; those before it are of an index.
    pub(crate) first: ArticleId,
    /// The index that the run goes on from.
    pub(crate) earlier: Option<Snapshot>,
    /// What is to be added to that.
    pub(crate) addition: Option<Addition>,
    /// Those up to the decisions.
    pub(crate) stages: Stages,
    temp_dir: Option<PathBuf>,
}

/// The inputs, once they are read.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) sources: Vec<Source>,
    /// For each source the number of its first article; `None` if it could not be read.
    pub(crate) first_article: Vec<Option<ArticleId>>,
    /// For each source where its articles stand.
    pub(crate) places: Vec<Places>,
    pub(crate) report: ReadReport,
}

/// Who takes the articles that are read.
pub(crate) trait Taker {
    /// A file begins; gives the number of its first article.
    fn begin(&mut self) -> ArticleId;

    /// The article of a record.
    fn article<'f>(&mut self, fields: &'f Fields) -> Article<'f> {
        article(fields, &mut Origins::default())
    }

    /// Takes articles that follow one another.
    fn take(&mut self, articles: &[Article<'_>]) -> Result<()>;

    /// The file cannot be read to its end: nothing of it counts.
    fn rollback(&mut self, first: ArticleId) -> Result<()>;
}

/// Takes articles to decide which repeat which.
struct Decider {
    session: Session,
    origins: Origins,
    replaced: Replaced,
}

/// The articles of an index that those of the inputs replace, if they do.
#[derive(Default)]
struct Replaced {
    index: Option<Snapshot>,
    articles: Vec<ArticleId>,
    /// How many there were when the current file began.
    before: usize,
    /// The index could not be asked.
    failed: Option<IndexError>,
}

impl Replaced {
    fn add(&mut self, id: Option<&Id>) {
        let Some((index, id)) = self.index.as_ref().zip(id) else {
            return;
        };
        match index.articles_of(id.raw()) {
            Ok(articles) => self.articles.extend(articles),
            Err(error) => {
                self.failed.get_or_insert(error);
            }
        }
    }
}

impl Taker for Decider {
    fn begin(&mut self) -> ArticleId {
        self.origins.mark();
        self.replaced.before = self.replaced.articles.len();
        self.session.next_id()
    }

    fn article<'f>(&mut self, fields: &'f Fields) -> Article<'f> {
        self.replaced.add(fields.id.as_ref());
        article(fields, &mut self.origins)
    }

    fn take(&mut self, articles: &[Article<'_>]) -> Result<()> {
        self.session.push_all(articles)?;
        Ok(())
    }

    fn rollback(&mut self, first: ArticleId) -> Result<()> {
        self.origins.rollback();
        self.replaced.articles.truncate(self.replaced.before);
        Ok(self.session.rollback(first)?)
    }
}

impl Inputs {
    /// Finds and reads all inputs, and gives their articles to `taker`. `fate`: what becomes of records and files that cannot be
    /// read.
    pub(crate) fn read<T: Taker>(
        taker: T,
        input: &InputArgs,
        options: &ReadOptions,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        fate: &'static str,
        progress: impl FnOnce(&[Source], &ReadOptions) -> Result<Progress>,
    ) -> Result<(Self, T, Progress)> {
        let Found { sources, report } = find(input, exclude)?;
        let mut progress = progress(&sources, options)?;
        let mut reader = Reader {
            taker,
            report,
            places: Vec::with_capacity(sources.len()),
            ids: spool::Again::new(cap.map(Cap::folder)),
            faults: Faults::new(input.strict, fate),
            present: Present::default(),
        };
        progress.phase("reading");
        let mut first_article = Vec::with_capacity(sources.len());
        for source in &sources {
            if let Some(note) = source.note() {
                progress.say(&format!("redite: {}: {note}", source.name()));
            }
            first_article.push(reader.read_source(source, options, input.strict, &progress)?);
            progress.finish(source.size());
        }
        reader.present.check(&sources, options)?;
        reader.present.name_missing(options, |line| progress.say(line));
        reader.report.bytes = sources.iter().map(Source::size).sum();
        let Reader {
            taker,
            mut report,
            places,
            ids,
            present,
            ..
        } = reader;
        report.missing_ids = present.articles - present.ids;
        report.missing_ranks = options
            .rank_field
            .as_ref()
            .map_or(0, |_| present.articles - present.ranks);
        report.missing_groups = (options.group_field.as_ref()).map_or(0, |_| present.articles - present.groups);
        report.missing_dates = (options.date_field.as_ref()).map_or(0, |_| present.articles - present.dates);
        report.duplicate_ids = ids.count()?;
        let inputs = Self {
            sources,
            first_article,
            places,
            report,
        };
        Ok((inputs, taker, progress))
    }

    /// What each cleaned file needs to know.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Source, &Places, Option<ArticleId>)> {
        let places = self.sources.iter().zip(&self.places);
        places
            .zip(&self.first_article)
            .map(|((source, places), first)| (source, places, *first))
    }
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
    /// What goes.
    pub(crate) going: Makeup,
}

/// What happened while reading.
#[derive(Debug, Default, Clone)]
pub(crate) struct ReadReport {
    pub(crate) faulty_records: u64,
    /// Files that are copied as they are, because they cannot be read or are not to be read as articles.
    pub(crate) failed_files: u64,
    /// Files that are read, but of which no record can be used.
    pub(crate) unused_files: u64,
    /// Compressed files with something behind their data.
    pub(crate) damaged_files: u64,
    /// Files and folders that are neither read nor copied.
    pub(crate) skipped_files: u64,
    /// Those of them that could not be read at all.
    pub(crate) unreadable_files: u64,
    pub(crate) duplicate_ids: u64,
    pub(crate) missing_ids: u64,
    /// Records without a value in the field that `--keep` names.
    pub(crate) missing_ranks: u64,
    /// The same of `--group-by` and of `--date-field`.
    pub(crate) missing_groups: u64,
    pub(crate) missing_dates: u64,
    pub(crate) bytes: u64,
    /// All of these files and folders.
    pub(crate) not_compared: Vec<NotCompared>,
}

/// A file or folder of which no text was compared.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotCompared {
    pub(crate) file: String,
    pub(crate) why: String,
    pub(crate) copied: bool,
}

impl ReadReport {
    /// How a run ends that has done the rest.
    pub(crate) fn exit(&self) -> Exit {
        if self.failed_files + self.unused_files + self.damaged_files + self.unreadable_files > 0 {
            Exit::Partly
        } else {
            Exit::Done
        }
    }
}

impl Corpus {
    /// Finds and reads all inputs and decides, for what is to be written again. Nothing is written but messages. `progress`
    /// sees what there is to be read. `earlier`: the index that the run goes on from, if any.
    pub(crate) fn read(
        input: &InputArgs,
        rule: &RuleArgs,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        earlier: Option<&Earlier>,
        progress: impl FnOnce(&[Source], &ReadOptions) -> Result<Progress>,
    ) -> Result<(Self, Progress)> {
        let fate = "passed through unchanged";
        Self::read_as(input, rule, cap, exclude, earlier, progress, fate)
    }

    /// The same for what is only looked at.
    pub(crate) fn look(
        input: &InputArgs,
        rule: &RuleArgs,
        earlier: Option<&Earlier>,
        progress: impl FnOnce(u64) -> Progress,
    ) -> Result<(Self, Progress)> {
        settings::threads(input)?;
        let progress = |sources: &[Source], _: &ReadOptions| Ok(progress(sources.iter().map(Source::size).sum()));
        let exclude: Vec<PathBuf> = earlier.map(Earlier::folder).into_iter().map(Path::to_owned).collect();
        Self::read_as(input, rule, None, &exclude, earlier, progress, "left out")
    }

    /// `fate`: what becomes of records and files that cannot be read.
    fn read_as(
        input: &InputArgs,
        rule: &RuleArgs,
        cap: Option<&Cap>,
        exclude: &[PathBuf],
        earlier: Option<&Earlier>,
        progress: impl FnOnce(&[Source], &ReadOptions) -> Result<Progress>,
        fate: &'static str,
    ) -> Result<(Self, Progress)> {
        let mut stages = Stages::begin();
        let detector = settings::detector(rule)?;
        let options = settings::read_options(input, &rule.other)?;
        let session = match earlier {
            Some(earlier) => earlier.session(cap)?,
            None => detector.session_within(cap.map_or_else(redite::Memory::unlimited, Cap::memory)),
        };
        let first = session.next_id();
        let decider = Decider {
            session,
            origins: Origins::new(&rule.other),
            replaced: Replaced {
                index: earlier.and_then(Earlier::replaced),
                ..Replaced::default()
            },
        };
        let read = Inputs::read(decider, input, &options, cap, exclude, fate, progress)?;
        let (
            Inputs {
                sources,
                first_article,
                places,
                report,
            },
            Decider {
                mut session,
                origins,
                replaced,
            },
            mut progress,
        ) = read;
        if let Some(error) = replaced.failed {
            return Err(error.into());
        }
        session.replace(&replaced.articles);
        progress.phase("comparing");
        let bytes = report.bytes;
        stages.end("read");
        let stages = Mutex::new(stages);
        let observe = |done: redite::Progress| {
            stages
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .end(&done.stage.to_string());
            progress.at_share(done.share, bytes);
        };
        let (detection, addition) = if earlier.is_some_and(Earlier::is_added_to) {
            let (detection, addition) = session.finish_with_addition(&observe)?;
            (detection, Some(addition))
        } else {
            (session.finish_observed(&observe)?, None)
        };
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
                origins,
                first,
                earlier: earlier.map(Earlier::snapshot),
                addition,
                stages: stages.into_inner().unwrap_or_else(PoisonError::into_inner),
                temp_dir: cap.map(|cap| cap.folder().to_owned()),
            },
            progress,
        ))
    }

    /// Where to keep what memory should not, if it is limited and too little for this corpus.
    pub(crate) fn temp_dir(&self) -> Option<&Path> {
        self.temp_dir.as_deref().filter(|_| self.detection.blocks() > 1)
    }

    /// Where all articles come from and when, by their numbers, if anything is known of that.
    pub(crate) fn origins(&self) -> Option<&[Origin]> {
        self.origins.seen()
    }

    /// How many articles the group of a record has; all, if there are no groups.
    pub(crate) fn among(&self, fields: &Fields) -> u64 {
        self.origins.articles_with(fields)
    }

    /// What all decisions come to.
    pub(crate) fn overview(&self) -> Result<Overview> {
        let mut overview = Overview {
            stats: Stats::default(),
            by_language: BTreeMap::new(),
            touched: vec![false; self.detection.articles() as usize],
            kept_come_first: true,
            going: Makeup::default(),
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
                let unit = repeat.removed;
                overview.going.add(
                    unit.kind == UnitKind::Paragraph,
                    repeat.reason == Reason::Near,
                    kept == removed,
                    unit.span.len() as u64,
                );
                overview.kept_come_first &= kept <= removed;
                for article in [removed, kept] {
                    let place = article.0.checked_sub(self.first.0);
                    if let Some(touched) = place.and_then(|place| overview.touched.get_mut(place as usize)) {
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
        field_name(source, &self.options, fields, text)
    }
}

/// The name of a text field of a record.
pub(crate) fn field_name<'o>(source: &Source, options: &'o ReadOptions, fields: &Fields, text: usize) -> &'o str {
    if source.format() == Format::Text {
        return "text";
    }
    let field = fields
        .texts
        .get(text)
        .and_then(|text| options.text_fields.get(text.field));
    field.map_or("text", String::as_str)
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

/// True if not the file is at fault but what was asked, or the folder for temporary files.
fn is_ours(error: &anyhow::Error) -> bool {
    !error.is::<FileError>() || error.downcast_ref::<FileError>().is_some_and(FileError::is_settings)
}

/// The inputs.
pub(crate) struct Found {
    pub(crate) sources: Vec<Source>,
    /// With what was skipped.
    pub(crate) report: ReadReport,
}

/// Finds the inputs and names what is skipped.
pub(crate) fn find(input: &InputArgs, exclude: &[PathBuf]) -> Result<Found> {
    match &input.only {
        None => find_in(&input.inputs, exclude, input.strict),
        Some(source) => Ok(Found {
            sources: vec![source.clone()],
            report: ReadReport::default(),
        }),
    }
}

/// The same of these.
pub(crate) fn find_in(inputs: &[PathBuf], exclude: &[PathBuf], strict: bool) -> Result<Found> {
    let Discovery { sources, skipped } = discover(inputs, finite_stdin(), exclude)?;
    let mut report = ReadReport::default();
    for file in &skipped {
        let (name, reason) = (file.name(), &file.reason);
        if strict && file.is_lost() {
            bail!("{name}: cannot be read: {reason}; nothing was written, because of --strict");
        }
        let what = if file.is_lost() {
            "cannot be read, and is not copied"
        } else {
            "skipped"
        };
        console::line(format_args!("redite: {name}: {what}: {reason}"));
        report.skipped_files += 1;
        report.unreadable_files += u64::from(file.is_lost());
        report.not_compared.push(NotCompared {
            file: name,
            why: reason.clone(),
            copied: false,
        });
    }
    let unread: Vec<_> = sources.iter().filter_map(|s| Some((s.name(), s.unread()?))).collect();
    if unread.len() == sources.len() {
        if let [(name, unread)] = &unread[..] {
            bail!("{name}: {}; there is nothing else to read", unread.reason);
        }
        for (name, unread) in &unread {
            crate::console::line(format_args!("redite: {name}: {}", unread.reason));
        }
        bail!(
            "nothing to read: none of the inputs is JSON Lines, Parquet or text ({} files, {} skipped); give such files, \
             or a folder that holds some",
            sources.len(),
            skipped.len()
        );
    }
    Ok(Found { sources, report })
}

/// In how many articles a field is present.
#[derive(Debug, Default, Clone)]
struct Present {
    articles: u64,
    /// Those that have fields at all: text files have none.
    records: u64,
    ids: u64,
    record_ids: u64,
    langs: u64,
    ranks: u64,
    groups: u64,
    dates: u64,
    /// Of the text fields, whether any record has it.
    texts: Vec<bool>,
}

impl Present {
    fn count(&mut self, source: &Source, fields: &Fields) {
        let has_fields = u64::from(source.format() != Format::Text);
        self.articles += 1;
        self.records += has_fields;
        self.ids += u64::from(fields.id.is_some());
        self.record_ids += has_fields * u64::from(fields.id.is_some());
        self.langs += u64::from(fields.lang.is_some());
        self.ranks += u64::from(fields.rank.is_some());
        self.groups += u64::from(fields.group.is_some());
        self.dates += u64::from(fields.date.as_ref().and_then(seconds).is_some());
        if has_fields > 0 {
            for text in &fields.texts {
                if self.texts.len() <= text.field {
                    self.texts.resize(text.field + 1, false);
                }
                self.texts[text.field] = true;
            }
        }
    }

    /// Names the text fields that no record has, where some have others.
    fn name_missing(&self, options: &ReadOptions, say: impl Fn(&str)) {
        if self.records == 0 {
            return;
        }
        for (i, name) in options.text_fields.iter().enumerate() {
            if !self.texts.get(i).copied().unwrap_or_default() {
                say(&format!(
                    "redite: WARNING: no record has a text in the field `{}` of --text-field; check the spelling",
                    visible(name)
                ));
            }
        }
    }

    /// Refuses fields that were named and are in no record: they are mistyped.
    fn check(&self, sources: &[Source], options: &ReadOptions) -> Result<()> {
        if self.articles == 0 {
            return Ok(());
        }
        let named = [
            (
                "--id-field",
                &options.id_field,
                self.records == 0 || self.record_ids > 0,
                "string or number",
            ),
            (
                "--lang-field",
                &options.lang_field,
                self.records == 0 || self.langs > 0,
                "string",
            ),
            ("--keep", &options.rank_field, self.ranks > 0, "string or number"),
            (
                "--group-by or --count-by",
                &options.group_field,
                self.groups > 0,
                "string, number, true or false",
            ),
            ("--date-field", &options.date_field, self.dates > 0, "date"),
        ];
        for (option, field, present, kind) in named {
            let Some(field) = field.as_ref().filter(|_| !present) else {
                continue;
            };
            let mut names = Vec::new();
            for source in sources
                .iter()
                .filter(|s| s.unread().is_none() && s.format() != Format::Text)
            {
                names = source.field_names(options).unwrap_or_default();
                if !names.is_empty() {
                    break;
                }
            }
            let there = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            bail!(
                "{option} {}: no record has a {kind} in that field (fields: {there}); name one that is there, or leave \
                 the option out; nothing was written",
                visible(field)
            );
        }
        Ok(())
    }
}

struct Reader<T> {
    taker: T,
    report: ReadReport,
    places: Vec<Places>,
    /// Hashes of the ids so far; only for a count.
    ids: spool::Again,
    faults: Faults,
    present: Present,
}

impl<T: Taker> Reader<T> {
    /// Reads one file. Gives the number of its first article; `None` if it cannot be read, and then nothing of it counts.
    fn read_source(
        &mut self,
        source: &Source,
        options: &ReadOptions,
        strict: bool,
        progress: &Progress,
    ) -> Result<Option<ArticleId>> {
        let first = self.taker.begin();
        self.ids.mark();
        let present = self.present.clone();
        self.places.push(Places::default());
        self.faults.begin();
        match self.read_records(source, options, progress) {
            Ok(()) => {
                let damaged = self.faults.is_damaged(source, |line| progress.say(line))?;
                self.report.damaged_files += u64::from(damaged);
                if self.faults.is_useless(source, |line| progress.say(line)) {
                    self.report.unused_files += 1;
                    self.report.not_compared.push(NotCompared {
                        file: source.name().to_owned(),
                        why: "none of its records can be used".to_owned(),
                        copied: true,
                    });
                }
                Ok(Some(first))
            }
            Err(error) if is_ours(&error) => Err(error),
            Err(error) if strict => bail!("{error:#}; nothing was written, because of --strict"),
            Err(error) => {
                let reason = format!("{error:#}");
                self.faults.unread(source, &reason, |line| progress.say(line));
                self.taker.rollback(first)?;
                self.ids.rollback();
                self.present = present;
                if let Some(places) = self.places.last_mut() {
                    *places = Places::default();
                }
                self.report.faulty_records -= self.faults.forget();
                self.report.failed_files += 1;
                self.report.not_compared.push(NotCompared {
                    file: source.name().to_owned(),
                    why: reason,
                    copied: true,
                });
                Ok(None)
            }
        }
    }

    fn read_records(&mut self, source: &Source, options: &ReadOptions, progress: &Progress) -> Result<()> {
        let mut batches = source.read(options)?;
        for note in batches.notes() {
            progress.say(&format!("redite: {}: {note}; it is not read", source.name()));
        }
        while let Some(batch) = batches.next() {
            self.take(source, &batch?, progress)?;
            progress.at(batches.bytes_read());
        }
        Ok(())
    }

    fn take(&mut self, source: &Source, batch: &Batch, progress: &Progress) -> Result<()> {
        let say = |line: &str| progress.say(line);
        let mut articles = Vec::new();
        for record in batch.records() {
            match record.outcome {
                Ok(fields) => {
                    self.faults.good(say);
                    self.present.count(source, fields);
                    if let Some(id) = &fields.id {
                        self.count_id(id)?;
                    }
                    if let Some(places) = self.places.last_mut() {
                        places.insert(record.place.line_or_row);
                    }
                    articles.push(self.taker.article(fields));
                }
                Err(fault) => {
                    self.faults.fault(source, record.place, fault, say)?;
                    self.report.faulty_records += 1;
                }
            }
        }
        if let Some(text) = articles.first().and_then(|article| article.texts.first()) {
            progress.sample(text);
        }
        self.taker.take(&articles)?;
        Ok(())
    }

    fn count_id(&mut self, id: &Id) -> Result<()> {
        let mut hasher = DefaultHasher::new();
        id.raw().hash(&mut hasher);
        self.ids.push(hasher.finish())
    }
}
