//! A file of marks, wherever it is: read once to check that it is whole and to count what is chosen, and once more beside the inputs.

use crate::amounts::{count, digits, share};
use crate::choice::{Choice, Chosen};
use crate::reports::Makeup;
use anyhow::{Context, Result, anyhow, bail};
use redite::files::Source;
use redite::files::marks::{ArticleMarks, Header, MarksLine, MarksReader, Trailer};
use redite::files::removed::FileFormat;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

type Reader = MarksReader<BufReader<Box<dyn Read + Send>>>;

/// Where marks are.
#[derive(Debug)]
pub(crate) enum Marks {
    /// In a file that `mark` wrote.
    File(PathBuf),
    /// In a temporary file of this run.
    Held(File),
}

impl Marks {
    fn open(&self) -> Result<Reader> {
        match self {
            Self::File(path) => {
                MarksReader::open(path).map_err(|error| anyhow!("{error}; give the file that `redite mark` wrote"))
            }
            Self::Held(file) => {
                let again = || -> std::io::Result<File> {
                    let mut file = file.try_clone()?;
                    file.seek(SeekFrom::Start(0))?;
                    Ok(file)
                };
                let file = again().context("cannot read a temporary file")?;
                Ok(MarksReader::new("marks", BufReader::new(Box::new(file))))
            }
        }
    }

    /// What is said if an input is not what was marked.
    pub(crate) fn changed(&self, source: &Source) -> String {
        let name = source.name();
        match self {
            Self::File(_) => format!(
                "{name}: has changed since it was marked, or the marks have; nothing was written. Mark it again"
            ),
            Self::Held(_) => format!("{name}: has changed while it was read; nothing was written. Run again"),
        }
    }
}

/// A file of marks that has been read once, and is whole.
#[derive(Debug)]
pub(crate) struct Marked {
    name: String,
    pub(crate) header: Header,
    pub(crate) trailers: Vec<Trailer>,
    pub(crate) counted: Counted,
}

/// What is marked, and what of that is to be removed.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    units: u64,
    /// What repeats others.
    pub(crate) equal: u64,
    pub(crate) near: u64,
    /// What stands in a test set.
    pub(crate) contained: u64,
    /// What others repeat.
    pub(crate) frequent: u64,
    /// What stands between two runs.
    pub(crate) bridges: u64,
    pub(crate) makeup: Makeup,
    pub(crate) text_bytes: u64,
    /// By the code of the language: equal and near ones, and all bytes.
    pub(crate) by_language: BTreeMap<String, [u64; 3]>,
}

impl Counted {
    fn count(&mut self, article: &ArticleMarks, chosen: &Chosen) {
        let length = |[start, end]: [u32; 2]| u64::from(end.saturating_sub(start));
        let by = |rule: &str| {
            let of_rule = chosen.units.iter().filter(|&&at| article.units[at].rule == rule);
            of_rule.count() as u64
        };
        let [equal, near, contained] = ["equal", "near", "against"].map(by);
        let mut makeup = Makeup::default();
        for unit in chosen.units.iter().map(|&at| &article.units[at]) {
            if unit.rule == "against" {
                makeup.add_other(length(unit.bytes));
                continue;
            }
            let is_within = unit.kept.source == article.source;
            makeup.add(
                unit.unit == "paragraph",
                unit.rule == "near",
                is_within,
                length(unit.bytes),
            );
        }
        let leaders = chosen.leaders.iter().map(|&at| length(article.leaders[at].bytes));
        let bridges = chosen.bridges.iter().map(|&[before, at]| {
            let [before, after] = [before, at].map(|at| article.units[at].bytes);
            length([before[1], after[0]])
        });
        leaders.chain(bridges).for_each(|bytes| makeup.add_other(bytes));
        let bytes = makeup.bytes();
        self.units += article.units.len() as u64;
        self.text_bytes = self.text_bytes.saturating_add(article.bytes);
        self.equal += equal;
        self.near += near;
        self.contained += contained;
        self.frequent += chosen.leaders.len() as u64;
        self.bridges += chosen.bridges.len() as u64;
        self.makeup += &makeup;
        let of_language = self.by_language.entry(article.lang.clone()).or_default();
        for (sum, n) in of_language.iter_mut().zip([equal, near, bytes]) {
            *sum += n;
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.contained > 0 {
            return write!(
                f,
                "{} of {}, which stand in the test set; {} of the text",
                digits(self.contained),
                count(self.units, "marked unit"),
                share(self.makeup.bytes(), self.text_bytes),
            );
        }
        write!(
            f,
            "{} of {}: {} equal, {} near; ",
            digits(self.equal + self.near),
            count(self.units, "marked unit"),
            digits(self.equal),
            digits(self.near),
        )?;
        if self.frequent > 0 {
            write!(f, "{} that others repeat; ", digits(self.frequent))?;
        }
        if self.bridges > 0 {
            write!(f, "{} between long runs; ", digits(self.bridges))?;
        }
        write!(f, "{} of the text", share(self.makeup.bytes(), self.text_bytes))
    }
}

impl Marked {
    pub(crate) fn read(marks: &Marks, choice: &Choice) -> Result<Self> {
        let name = match marks {
            Marks::File(path) => path.display().to_string(),
            Marks::Held(_) => "marks".to_owned(),
        };
        let mut header = None;
        let mut trailers = Vec::new();
        let mut counted = Counted::default();
        for line in marks.open()? {
            match line? {
                MarksLine::Header(read) => header = Some(read),
                MarksLine::Article(article) => counted.count(&article, &choice.of_article(&article)),
                MarksLine::Trailer(trailer) => trailers.push(trailer),
                MarksLine::End => {}
            }
        }
        let header = header.with_context(|| format!("{name}: the header is missing"))?;
        Ok(Self {
            name,
            header,
            trailers,
            counted,
        })
    }

    /// The inputs, if they are those that were marked.
    pub(crate) fn sources(&self, found: Vec<Source>) -> Result<Vec<Source>> {
        if found.len() != self.trailers.len() {
            bail!(
                "{}: has the marks of {}, and there are {}; give those that were marked, all and no other",
                self.name,
                count(self.trailers.len() as u64, "file"),
                digits(found.len() as u64),
            );
        }
        let same = |(source, trailer): (Source, &Trailer)| {
            if source.relative_name() != trailer.output && self.trailers.len() > 1 {
                bail!(
                    "{}: the marks of {} come in its place; give the inputs that were marked, in the same order",
                    source.name(),
                    trailer.file
                );
            }
            Ok(match trailer.format {
                FileFormat::Other => source,
                format => source.of_format(format),
            })
        };
        found.into_iter().zip(&self.trailers).map(same).collect()
    }

    /// True if all files could be read.
    pub(crate) fn is_whole(&self) -> bool {
        (self.trailers.iter()).all(|trailer| trailer.format != FileFormat::Other)
    }
}

/// The marks, article by article, as they are used.
pub(crate) struct Lines {
    reader: Reader,
    next: Option<MarksLine>,
}

impl Lines {
    pub(crate) fn open(marks: &Marks) -> Result<Self> {
        let mut lines = Self {
            reader: marks.open()?,
            next: None,
        };
        lines.advance()?; // the header
        lines.advance()?;
        Ok(lines)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = self.reader.next().transpose()?;
        Ok(())
    }

    /// The next article, if there is one before the end of the file.
    pub(crate) fn article(&self) -> Option<&ArticleMarks> {
        match &self.next {
            Some(MarksLine::Article(article)) => Some(article),
            _ => None,
        }
    }

    pub(crate) fn take(&mut self) -> Result<Option<Box<ArticleMarks>>> {
        match self.next.take() {
            Some(MarksLine::Article(article)) => {
                self.advance()?;
                Ok(Some(article))
            }
            other => {
                self.next = other;
                Ok(None)
            }
        }
    }

    /// True if the marks of that file end here; what follows is of the next one.
    pub(crate) fn ends(&mut self, trailer: &Trailer) -> Result<bool> {
        let is_end = matches!(&self.next, Some(MarksLine::Trailer(next)) if next == trailer);
        if is_end {
            self.advance()?;
        }
        Ok(is_end)
    }
}
