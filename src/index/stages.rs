//! A corpus that several machines clean together: in blocks of articles and in stages, each of which reads and writes files of one
//! folder, so that whatever runs them needs no more than that folder in common.
//!
//! ```text
//! cut      of each block          its articles, cut into units and folded: `cut-B`
//! order    once                   the order of shingles, counted in some blocks: `order`
//! meet     of each pair A < B     what units of B repeat among the leaders of A: `met-B-A`
//! decide   of each block in turn  what goes, `decided-B`, and the leaders of the block: `run-B`
//! ```
//!
//! Block B is decided after the blocks before it, by what it has met in each of them. So the chain of decisions is as long as there are blocks,
//! but each of them only scans its own block: cutting and looking up, which are most of the work, are done for many blocks at a time.
//! What is decided is what one run over all articles would decide, in the order of blocks and of the articles in each,
//! for the reason given for an index: what is decided of some articles is a prefix of what is decided of more.
//!
//! Every stage reads files that are whole and never changed, and its own file gets its name when it is whole. So a stage that was
//! stopped may be done again, by any machine and by two at the same time.
//!
//! `STAGES` tells the settings. The other files are [packed streams](super::packed): a cut block has a head
//! ([`Segment::numbers`](crate::store::Segment)), the store of its units, and the articles as those of a run of an index
//! ([`texts`]); what was met, and what was decided, are one stream each (`decide/external/stages.rs`); leaders stand as in a run of an index.

use super::error::IndexError;
use super::files;
use super::packed::{self, Packing, Stream, WriteError, Writer};
use super::snapshot::ORDER;
use super::texts::{self, Source, Texts};
use crate::article::Article;
use crate::decide::{Met, Run, Terms, Verdicts, decide_block, meet_block};
use crate::detector::{Detection, Detector, PushError, Session, count};
use crate::join::Order;
use crate::model::{ArticleId, Progress, Stage};
use crate::settings::{Keep, Scope, Settings};
use crate::spill::{Folder, Spool};
use crate::store::{Segment, Store};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A corpus that is cleaned in stages: the folder that its files stand in.
///
/// ```
/// use redite::{Article, Detector, index::{Source, Stages}};
///
/// let folder = tempfile::tempdir()?;
/// let stages = Stages::create(folder.path(), &Detector::new())?;
/// let blocks = [["The storm tore the roof off."], ["The storm tore the roof off."]];
/// for (block, texts) in (0..).zip(&blocks) {
///     let mut cut = stages.cut(block);
///     cut.push_all(texts.iter().map(|&text| (Article::new(text), Source::of_text("text", text))).collect())?;
///     cut.finish()?;
/// }
/// stages.order(&[0])?;
/// stages.decide(0)?;
/// stages.meet(1, 0)?;
/// stages.decide(1)?;
/// let decision = stages.decision(1)?;
/// assert_eq!(decision.detection().repeats().count(), 1);
/// assert_eq!(decision.detection().repeats().next().map(|repeat| repeat.kept.article.0), Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stages {
    folder: PathBuf,
    settings: Settings,
}

/// A block on its way in.
///
/// ```
/// use redite::{Article, Detector, index::{Source, Stages}};
///
/// let folder = tempfile::tempdir()?;
/// let mut cut = Stages::create(folder.path(), &Detector::new())?.cut(0);
/// cut.push_all(vec![(Article::new("A day."), Source::of_text("text", "A day."))])?;
/// cut.finish()?;
/// assert!(folder.path().join("cut-0").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cut {
    stages: Stages,
    block: u32,
    session: Session,
    texts: Texts,
}

/// What was decided of a block, and where to find the texts of this one and those before it.
///
/// ```
/// use redite::{Article, ArticleId, Detector, index::{Source, Stages}};
///
/// let folder = tempfile::tempdir()?;
/// let stages = Stages::create(folder.path(), &Detector::new())?;
/// let text = "The storm tore the roof off the hall. The storm tore the roof off the hall.";
/// let mut cut = stages.cut(0);
/// cut.push_all(vec![(Article::new(text), Source::of_text("text", text))])?;
/// cut.finish()?;
/// stages.order(&[0])?;
/// stages.decide(0)?;
/// let cleaned = stages.decision(0)?.detection().clean(ArticleId(0), 0, text)?;
/// assert_eq!(cleaned, "The storm tore the roof off the hall.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Decision {
    stages: Stages,
    detection: Detection,
    /// The number of the first article of each block up to this one, and of the one after it.
    firsts: Vec<u32>,
    texts: Vec<OnceLock<[Spool; 2]>>,
}

/// What `STAGES` says.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    redite: String,
    version: u32,
    program: String,
    settings: String,
    words: String,
}

const VERSION: u32 = 1;
const NAME: &str = "STAGES";

/// Bytes of a block of a file that is read from end to end, and of one that is read here and there.
const LONG: usize = 256 << 10;
const SHORT: usize = 16 << 10;

/// A cut block as it is read again.
struct Block {
    segment: Segment,
    store: Spool,
    texts: [Spool; 2],
}

impl Stages {
    /// A folder for a corpus that is cleaned with these settings: a new one, or an empty one, or one that was made for the same settings.
    ///
    /// # Errors
    /// If the folder cannot be written or holds something else, or if the settings keep anything but the first of several units or compare by groups.
    ///
    /// ```
    /// use redite::{Detector, Keep, index::Stages};
    ///
    /// let folder = tempfile::tempdir()?;
    /// assert!(Stages::create(folder.path(), &Detector::builder().keep(Keep::Last).build()?).is_err());
    /// Stages::create(folder.path(), &Detector::new())?;
    /// assert!(Stages::create(folder.path(), &Detector::builder().threshold(0.9).build()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(folder: impl AsRef<Path>, detector: &Detector) -> Result<Self, IndexError> {
        let folder = folder.as_ref();
        let settings = *detector.settings();
        if settings.keep() != Keep::First {
            let why = "stages decide in the order of articles; use keep=first, and put the articles to be kept first";
            return Err(IndexError::new(folder, why));
        }
        if matches!(settings.scope(), Scope::Group | Scope::OtherGroups) {
            let why = "stages know no groups; clean each group by itself, or use scope=corpus";
            return Err(IndexError::new(folder, why));
        }
        let io = |doing| move |cause: io::Error| IndexError::io(folder, doing, &cause);
        fs::create_dir_all(folder).map_err(io("make"))?;
        if folder.join(NAME).exists() {
            let there = Self::open(folder)?;
            if there.settings != settings {
                let why = format!("was made for other settings: {}", there.settings);
                return Err(IndexError::new(folder, why));
            }
            return Ok(there);
        }
        if fs::read_dir(folder).map_err(io("read"))?.next().is_some() {
            let why = "is no folder of stages, and not empty; name another one";
            return Err(IndexError::new(folder, why));
        }
        let manifest = Manifest {
            redite: "stages".to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            settings: settings.to_string(),
            words: crate::verdict::tables_digest(),
        };
        let text = serde_json::to_string(&manifest).map_err(|cause| IndexError::new(folder, cause.to_string()))?;
        fs::write(folder.join(NAME), text + "\n").map_err(io("write"))?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
        })
    }

    /// A folder that was [made](Stages::create) before, maybe by another machine.
    ///
    /// # Errors
    /// If there is none, or if it was made by a version that decides by other tables of words.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// assert!(redite::index::Stages::open(folder.path()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, IndexError> {
        let folder = folder.as_ref();
        let path = folder.join(NAME);
        let text = match fs::read_to_string(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                let why = "is no folder of stages: it has no file STAGES";
                return Err(IndexError::missing(folder, why));
            }
            read => read.map_err(|cause| IndexError::io(&path, "read", &cause))?,
        };
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|cause| IndexError::new(&path, format!("is damaged ({cause}); begin anew in another folder")))?;
        if (manifest.redite.as_str(), manifest.version) != ("stages", VERSION) {
            let why = format!(
                "was written by redite {} in version {} of the format, and this one reads {VERSION}; use one version on all machines",
                manifest.program, manifest.version
            );
            return Err(IndexError::new(&path, why));
        }
        if manifest.words != crate::verdict::tables_digest() {
            let why = format!(
                "was begun by redite {} with other tables of words, so decisions would differ; use one version on all machines",
                manifest.program
            );
            return Err(IndexError::new(&path, why));
        }
        let settings = manifest.settings.parse();
        let unknown = |_| IndexError::new(&path, format!("has settings that are not known: {}", manifest.settings));
        Ok(Self {
            folder: folder.to_owned(),
            settings: settings.map_err(unknown)?,
        })
    }

    /// The settings that decide.
    ///
    /// ```
    /// use redite::{Detector, index::Stages};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let detector = Detector::new();
    /// assert_eq!(Stages::create(folder.path(), &detector)?.settings(), detector.settings());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Begins a block, which is cut and folded in memory: its articles come in the order in which they are decided, after those of the blocks with
    /// lower numbers.
    ///
    /// ```
    /// use redite::{Detector, index::Stages};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// assert_eq!(stages.cut(0).finish()?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cut(&self, block: u32) -> Cut {
        Cut {
            stages: self.clone(),
            block,
            session: Detector::from(self.settings).session(),
            texts: Texts::new(&self.temporary()),
        }
    }

    /// Counts the shingles of some blocks into the order by which leaders are found: the first ones, as a rule. It has no say in what is decided; one that
    /// was counted on little text costs time. Memory: 130 MB.
    ///
    /// # Errors
    /// If a block is missing, or a file cannot be read or written.
    ///
    /// ```
    /// use redite::{Detector, index::Stages};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// assert!(stages.order(&[0]).is_err(), "the block has not been cut");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn order(&self, blocks: &[u32]) -> Result<(), IndexError> {
        let (rule, shortest) = (self.settings.rule(), self.settings.min_tokens() as usize);
        let order = Order::of_open_corpus(&rule, shortest, ORDER);
        for &block in blocks {
            let Block { segment, store, .. } = self.block(block)?;
            count(&segment.read(&store)?, &order);
        }
        self.write("order", |writer| files::write_order(writer, &order.shrunk()))
    }

    /// Looks the units of a block up among the leaders of an earlier one, which has been decided. Memory: that of the folded block, and its keys.
    ///
    /// # Errors
    /// If something is missing, or a file cannot be read or written.
    ///
    /// ```
    /// # use redite::{Detector, index::Stages};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// assert!(stages.meet(1, 0).is_err(), "nothing has been cut");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn meet(&self, block: u32, earlier: u32) -> Result<(), IndexError> {
        let Block { segment, store, .. } = self.block(block)?;
        let (order, folder) = (self.read_order()?, self.temporary());
        let terms = Terms {
            settings: &self.settings,
            order: &order,
            folder: &folder,
        };
        let run = Arc::new(self.run(earlier)?);
        let met = meet_block(terms, &segment.read(&store)?, &run, &|_, _| ())?;
        let mut spool = folder.spool();
        met.write(&mut spool)?;
        self.write(&format!("met-{block}-{earlier}"), |writer| {
            writer.stream(&spool, LONG, Packing::Zstd)
        })
    }

    /// Decides a block, which has been looked up in all earlier ones. Memory: as for one run over its articles.
    ///
    /// # Errors
    /// If something is missing, or a file cannot be read or written.
    ///
    /// ```
    /// # use redite::{Detector, index::Stages};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// stages.cut(0).finish()?;
    /// stages.order(&[0])?;
    /// stages.decide(0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&self, block: u32) -> Result<(), IndexError> {
        self.decide_observed(block, &|_| ())
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As for [`Stages::decide`].
    ///
    /// ```
    /// # use redite::{Detector, index::Stages};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// stages.cut(0).finish()?;
    /// stages.order(&[0])?;
    /// stages.decide_observed(0, &|progress| println!("{:.0} %", 100.0 * progress.share))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide_observed(&self, block: u32, observe: &(dyn Fn(Progress) + Sync)) -> Result<(), IndexError> {
        let firsts = self.firsts(block)?;
        let Block {
            segment, store: spool, ..
        } = self.block(block)?;
        let segment = segment.beginning_with(firsts[block as usize]);
        let (order, folder) = (self.read_order()?, self.temporary());
        let terms = Terms {
            settings: &self.settings,
            order: &order,
            folder: &folder,
        };
        let store = segment.read(&spool)?;
        let mut earlier = Vec::with_capacity(firsts.len());
        for (other, &first) in (0..block).zip(&firsts) {
            let stream = self.one(&format!("met-{block}-{other}"))?;
            earlier.push((first, Met::read(&stream)?));
        }
        let told = crate::detector::observed(u64::from(segment.paragraphs), observe);
        let (verdicts, fresh) = decide_block(terms, (&store, &segment), &spool, earlier, &|stage: Stage, work| {
            told(stage, work);
        })?;
        let mut decided = folder.spool();
        verdicts.write([segment.paragraphs, segment.sentences, segment.parts], &mut decided)?;
        let run = fresh.settle(std::slice::from_ref(&segment), &spool, &folder)?;
        self.write(&format!("run-{block}"), |writer| files::write_leaders(writer, &run))?;
        // Last: what has been decided has its leaders.
        self.write(&format!("decided-{block}"), |writer| {
            writer.stream(&decided, LONG, Packing::Zstd)
        })
    }

    /// What was decided of a block.
    ///
    /// # Errors
    /// If it has not been decided, or a file cannot be read.
    ///
    /// ```
    /// # use redite::{Detector, index::Stages};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// assert!(stages.decision(0).is_err(), "nothing has been decided");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision(&self, block: u32) -> Result<Decision, IndexError> {
        let mut firsts = self.firsts(block)?;
        let Block { segment, store, .. } = self.block(block)?;
        let segment = segment.beginning_with(firsts[block as usize]);
        let verdicts = Verdicts::read(&self.one(&format!("decided-{block}"))?)?;
        firsts.push(segment.first_article + segment.articles);
        Ok(Decision {
            stages: self.clone(),
            detection: Detection::new(segment.layout(&store)?, verdicts),
            texts: firsts[1..].iter().map(|_| OnceLock::new()).collect(),
            firsts,
        })
    }

    /// The number of the first article of each block up to that one.
    fn firsts(&self, block: u32) -> Result<Vec<u32>, IndexError> {
        let (mut firsts, mut next) = (vec![0], 0_u32);
        for before in 0..block {
            next = next.saturating_add(self.block(before)?.segment.articles);
            firsts.push(next);
        }
        Ok(firsts)
    }

    /// For files that no other stage needs: on this machine.
    fn temporary(&self) -> Folder {
        Folder::new(std::env::temp_dir())
    }

    fn block(&self, block: u32) -> Result<Block, IndexError> {
        let name = format!("cut-{block}");
        let streams = self.streams(&name)?;
        let [head, store, places, articles] = self.parts(&name, streams)?;
        let head = head.bytes(0, usize::try_from(head.end()).unwrap_or(usize::MAX))?;
        let numbers: Vec<u64> = head.as_chunks().0.iter().map(|n| u64::from_le_bytes(*n)).collect();
        let segment = numbers.as_slice().try_into().ok().and_then(Segment::of_numbers);
        Ok(Block {
            segment: segment.ok_or_else(|| self.wrong(&name))?,
            store,
            texts: [places, articles],
        })
    }

    fn run(&self, block: u32) -> Result<Run, IndexError> {
        let name = format!("run-{block}");
        let mut streams = self.streams(&name)?.into_iter();
        files::leaders(&self.folder.join(&name), &mut streams)?.ok_or_else(|| self.wrong(&name))
    }

    fn read_order(&self) -> Result<Arc<Order>, IndexError> {
        let rule = (&self.settings.rule(), self.settings.min_tokens() as usize);
        let path = self.folder.join("order");
        let order = files::order_of(&path, &self.streams("order")?, rule)?;
        order.map(Arc::new).ok_or_else(|| self.wrong("order"))
    }

    /// The only stream of a file.
    fn one(&self, name: &str) -> Result<Spool, IndexError> {
        let streams = self.streams(name)?;
        let [stream] = self.parts(name, streams)?;
        Ok(stream)
    }

    fn parts<const N: usize>(&self, name: &str, streams: Vec<Stream>) -> Result<[Spool; N], IndexError> {
        let here = Folder::of_index(self.folder.clone());
        let spools: Vec<Spool> = streams
            .into_iter()
            .map(|stream| here.complete(Arc::new(stream)))
            .collect();
        spools.try_into().map_err(|_| self.wrong(name))
    }

    fn streams(&self, name: &str) -> Result<Vec<Stream>, IndexError> {
        let path = self.folder.join(name);
        match packed::open(&path) {
            Ok((streams, _)) => Ok(streams),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                let why = "is not there yet: do the stage that makes it first";
                Err(IndexError::missing(&path, why))
            }
            Err(cause) => Err(IndexError::io(&path, "read", &cause)),
        }
    }

    fn wrong(&self, name: &str) -> IndexError {
        let why = "is damaged; remove it, and do the stage that makes it again";
        IndexError::new(&self.folder.join(name), why)
    }

    /// Writes a file, which gets its name when it is whole.
    fn write(&self, name: &str, fill: impl FnOnce(&mut Writer) -> Result<(), WriteError>) -> Result<(), IndexError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = self.folder.join(name);
        let io = |cause: io::Error| IndexError::io(&path, "write", &cause);
        // Other machines may do the same stage.
        let unique = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_nanos());
        let part = self
            .folder
            .join(format!(".{name}.{}-{unique}-{now}", std::process::id()));
        let written = (|| {
            let mut writer = Writer::new(&part).map_err(WriteError::Io)?;
            fill(&mut writer)?;
            writer.finish().map_err(WriteError::Io)?;
            File::open(&part)
                .and_then(|file| file.sync_all())
                .map_err(WriteError::Io)?;
            fs::rename(&part, &path).map_err(WriteError::Io)
        })();
        written.map_err(|error| {
            // (it may not be there)
            let _ = fs::remove_file(&part);
            match error {
                WriteError::Io(cause) => io(cause),
                WriteError::Spill(error) => error.into(),
            }
        })
    }
}

impl Cut {
    /// Adds articles, each with what it is called, where it stands and its texts, as they are to be told of where something is kept in favour of
    /// others.
    ///
    /// # Errors
    /// If there are too many units, or a temporary file cannot be written.
    ///
    /// ```
    /// # use redite::{Article, Detector, index::{Source, Stages}};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// let mut cut = stages.cut(0);
    /// cut.push_all(vec![(Article::new("A day."), Source::of_text("text", "A day."))])?;
    /// assert_eq!(cut.finish()?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push_all(&mut self, articles: Vec<(Article<'_>, Source<'_>)>) -> Result<(), PushError> {
        let first = self.session.next_id().0;
        let (articles, sources): (Vec<_>, Vec<_>) = articles.into_iter().unzip();
        self.session.push_all(&articles)?;
        for (article, source) in (first..).zip(&sources) {
            self.texts.put(article, source)?;
        }
        Ok(())
    }

    /// Writes the block, and gives how many articles it has.
    ///
    /// # Errors
    /// If it cannot be written.
    ///
    /// ```
    /// # use redite::{Detector, index::Stages};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// assert_eq!(stages.cut(0).finish()?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> Result<u32, IndexError> {
        let Self {
            stages,
            block,
            session,
            mut texts,
        } = self;
        let store: Store = session.into_store();
        let mut spool = stages.temporary().spool();
        let segment = store.write(&mut spool)?;
        texts.finish(segment.articles)?;
        stages.write(&format!("cut-{block}"), |writer| {
            let head: Vec<u8> = segment.numbers().into_iter().flat_map(u64::to_le_bytes).collect();
            writer.bytes(&head, SHORT)?;
            writer.stream(&spool, LONG, Packing::Zstd)?;
            writer.stream(&texts.places, SHORT, Packing::Zstd)?;
            writer.stream(&texts.articles, SHORT, Packing::Zstd)
        })?;
        Ok(segment.articles)
    }
}

impl Decision {
    /// What goes. Articles are numbered over all blocks, from the first one on.
    ///
    /// ```
    /// # use redite::{Article, Detector, index::{Source, Stages}};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// stages.cut(0).finish()?;
    /// stages.order(&[0])?;
    /// stages.decide(0)?;
    /// assert_eq!(stages.decision(0)?.detection().articles(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// An article of this block or of an earlier one; nothing if there is none of that number.
    ///
    /// # Errors
    /// If a file is missing or cannot be read.
    ///
    /// ```
    /// # use redite::{Article, ArticleId, Detector, index::{Source, Stages}};
    /// # let folder = tempfile::tempdir()?;
    /// let stages = Stages::create(folder.path(), &Detector::new())?;
    /// let mut cut = stages.cut(0);
    /// cut.push_all(vec![(Article::new("A day."), Source::of_text("text", "A day."))])?;
    /// cut.finish()?;
    /// stages.order(&[0])?;
    /// stages.decide(0)?;
    /// let decision = stages.decision(0)?;
    /// assert_eq!(decision.source(ArticleId(0))?.map(|source| source.texts[0].1.to_string()), Some("A day.".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn source(&self, article: ArticleId) -> Result<Option<Source<'static>>, IndexError> {
        let block = self
            .firsts
            .partition_point(|&first| first <= article.0)
            .saturating_sub(1);
        let Some(held) = self.texts.get(block) else {
            return Ok(None);
        };
        let [places, articles] = match held.get() {
            Some(texts) => texts,
            None => {
                let texts = self.stages.block(narrow(block))?.texts;
                held.get_or_init(|| texts)
            }
        };
        Ok(texts::read(places, articles, article.0 - self.firsts[block])?)
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
