//! The index that a run continues, and what the run adds to it.

use crate::args::{AskArgs, IndexArgs};
use crate::corpus::{Corpus, place};
use crate::memory::Cap;
use crate::origins::seconds;
use anyhow::{Result, bail};
use redite::files::{Fields, Record, Source};
use redite::index::{self, Addition, Index, Snapshot};
use redite::{ArticleId, Detector, Memory, Session};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// An index that is open.
#[derive(Debug)]
pub(crate) struct Earlier {
    folder: PathBuf,
    snapshot: Snapshot,
    /// To be added to.
    index: Option<Index>,
    /// Articles replace those that have their identity.
    replaces: bool,
    /// For temporary files, which a run that goes on from an index writes in any case.
    temp_dir: Option<PathBuf>,
}

impl Earlier {
    /// That of the options; with `--update` it is made if there is none.
    pub(crate) fn of(args: &IndexArgs, detector: &Detector) -> Result<Option<Self>> {
        let Some(folder) = &args.index else { return Ok(None) };
        let earlier = if !args.update {
            Self::checked(folder, Index::read(folder)?, None, detector)?
        } else if folder.exists() {
            Self::to_add(folder, detector)?
        } else {
            let index = Index::create(folder, detector)?;
            Self::checked(folder, index.snapshot(), Some(index), detector)?
        };
        Ok(Some(earlier.replacing(args.replace)))
    }

    /// Where articles replace those that have their identity, if that is asked for.
    pub(crate) fn replacing(self, replaces: bool) -> Self {
        Self { replaces, ..self }
    }

    /// The index, if articles replace those of it that have their identity.
    pub(crate) fn replaced(&self) -> Option<Snapshot> {
        self.replaces.then(|| self.snapshot())
    }

    /// One that is only read, if it is named.
    pub(crate) fn asked(args: &AskArgs, detector: &Detector) -> Result<Option<Self>> {
        let Some(folder) = &args.index else { return Ok(None) };
        Self::checked(folder, Index::read(folder)?, None, detector).map(Some)
    }

    /// One that is there, to be added to.
    pub(crate) fn to_add(folder: &Path, detector: &Detector) -> Result<Self> {
        let index = Index::open(folder)?;
        Self::checked(folder, index.snapshot(), Some(index), detector)
    }

    fn checked(folder: &Path, snapshot: Snapshot, index: Option<Index>, detector: &Detector) -> Result<Self> {
        let (made_with, asked) = (snapshot.settings().to_string(), detector.settings().to_string());
        if made_with != asked {
            let of = |some: &str, other: &str| {
                let others: Vec<&str> = other.split(' ').collect();
                let differ: Vec<&str> = some.split(' ').filter(|setting| !others.contains(setting)).collect();
                match differ.is_empty() {
                    true => "none of that".to_owned(),
                    false => differ.join(" "),
                }
            };
            bail!(
                "--index {}: was made with {}, and this run asks for {}; give the options that it was made with, or make another index",
                folder.display(),
                of(&made_with, &asked),
                of(&asked, &made_with)
            );
        }
        Ok(Self {
            folder: folder.to_owned(),
            snapshot,
            index,
            replaces: false,
            temp_dir: None,
        })
    }

    /// With its temporary files in a folder; in that of the system if none is named.
    pub(crate) fn with_temp_dir(self, temp_dir: Option<&Path>) -> Self {
        let temp_dir = temp_dir.map(Path::to_owned);
        Self { temp_dir, ..self }
    }

    /// Where it stands.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// As it was opened, or after the last commit.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// Begins a run that goes on from it.
    pub(crate) fn session(&self, cap: Option<&Cap>) -> Result<Session> {
        let memory = match (cap, &self.temp_dir) {
            (Some(cap), _) => cap.memory(),
            (None, Some(folder)) => Memory::unlimited().in_folder(folder),
            (None, None) => Memory::unlimited(),
        };
        Ok(self.snapshot.session(memory)?)
    }

    /// True if what stays is to be added.
    pub(crate) fn is_added_to(&self) -> bool {
        self.index.is_some()
    }

    /// Makes what a run has added part of the index.
    pub(crate) fn commit(&mut self, addition: Addition) -> Result<()> {
        if let Some(index) = &mut self.index {
            index.commit(addition)?;
            self.snapshot = index.snapshot();
        }
        Ok(())
    }
}

/// Says to an index where an article stands and what its texts are.
pub(crate) fn describe(
    addition: &mut Addition,
    corpus: &Corpus,
    (source, record): (&Source, &Record<'_>),
    article: ArticleId,
    fields: &Fields,
) -> Result<()> {
    let mut texts = Vec::with_capacity(fields.texts.len());
    for (i, text) in fields.texts.iter().enumerate() {
        let name = corpus.field_name(source, fields, i);
        texts.push((Cow::Borrowed(name), Cow::Borrowed(&*text.text)));
    }
    let described = index::Source {
        id: fields.id.as_ref().map(|id| Cow::Borrowed(id.raw())),
        place: place(source, record.place).into(),
        time: fields.date.as_ref().and_then(seconds),
        texts,
    };
    Ok(addition.describe(article, &described)?)
}
