//! An index: what was seen before, on disk.

use crate::articles::{Articles, List, Reader};
use crate::detector::{Cleaned, Detector};
use crate::errors::IntoPyErr;
use crate::fields::Fields;
use crate::removed::{PyStats, Removed, removed};
use crate::run::{Outcome, finish, finish_with_addition, outcomes, push};
use crate::session::memory;
use crate::table::{Table, of_arrow};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;
use redite::index::{Index, Snapshot, Source};
use redite::{ArticleId, Detections, Memory};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Mutex;

/// An index that may be changed: one at a time has it open, while others read.
#[pyclass(frozen, module = "redite", name = "Index")]
#[derive(Debug)]
pub(crate) struct PyIndex {
    index: Mutex<Index>,
    detector: Detector,
}

/// An index as it was at some moment.
#[pyclass(frozen, module = "redite", name = "Snapshot")]
#[derive(Debug)]
pub(crate) struct PySnapshot {
    snapshot: Snapshot,
    detector: Detector,
}

/// What an article is called in an index.
struct Described<'d, A> {
    articles: &'d A,
    ids: Vec<Option<String>>,
    fields: &'d Fields,
    source: &'d str,
}

impl<A: Articles> Described<'_, A> {
    fn source(&self, article: usize) -> Source<'_> {
        let texts = self.articles.texts(article).into_iter();
        Source {
            id: self.ids[article].as_deref().map(Cow::from),
            place: format!("{}:{}", self.source, article + 1).into(),
            time: self.articles.about(article).origin.time,
            texts: texts
                .map(|(number, text)| (self.fields.text[number].as_str().into(), text.into()))
                .collect(),
        }
    }
}

/// The identities of articles as JSON, as an index keeps them.
fn raw_ids(py: Python<'_>, list: &List) -> PyResult<Vec<Option<String>>> {
    let json = py.import("json")?;
    let options = PyDict::new(py);
    options.set_item("ensure_ascii", false)?;
    let raw = |held: &crate::articles::Held| match &held.id {
        Some(id) => json.call_method("dumps", (id,), Some(&options))?.extract().map(Some),
        None => Ok(None),
    };
    list.0.iter().map(raw).collect()
}

/// A run against a snapshot, and what is decided of it.
struct Ran {
    detections: Detections,
    outcomes: Vec<Outcome>,
}

impl PyIndex {
    fn lock(&self) -> PyResult<std::sync::MutexGuard<'_, Index>> {
        let busy = || PyRuntimeError::new_err("another thread uses the index; read from a snapshot meanwhile");
        self.index.try_lock().map_err(|_| busy())
    }

    /// Compares articles with the index and with one another, and, if it is asked for, adds what stays.
    fn run<A: Articles>(
        &self,
        py: Python<'_>,
        described: &Described<'_, A>,
        (update, replace): (bool, bool),
        memory: Memory,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Ran> {
        let mut index = self.lock()?;
        let index = &mut *index;
        let snapshot = index.snapshot();
        let first = snapshot.articles();
        let mut session = snapshot.session(memory).map_err(IntoPyErr::into_py)?;
        if replace {
            let mut before = Vec::new();
            for id in described.ids.iter().flatten() {
                before.extend(snapshot.articles_of(id).map_err(IntoPyErr::into_py)?);
            }
            before.sort_unstable();
            before.dedup();
            session.replace(&before);
        }
        push(py, &mut session, described.articles)?;
        if !update {
            let detections = finish(py, session, progress)?;
            let outcomes = outcomes(py, &detections, described.articles, (first, Some(&snapshot)))?;
            return Ok(Ran { detections, outcomes });
        }
        let (detections, mut addition) = finish_with_addition(py, session, progress)?;
        let outcomes = outcomes(py, &detections, described.articles, (first, Some(&snapshot)))?;
        py.detach(|| {
            for article in 0..described.articles.count() {
                let number = ArticleId(first + crate::run::narrow(article));
                if addition.needs(number) {
                    addition
                        .describe(number, &described.source(article))
                        .map_err(IntoPyErr::into_py)?;
                }
            }
            index.commit(addition).map_err(IntoPyErr::into_py)
        })?;
        Ok(Ran { detections, outcomes })
    }
}

fn detector_of(snapshot: &Snapshot, fields: Fields) -> Detector {
    Detector::of(redite::Detector::from(*snapshot.settings()), fields)
}

/// The fields with texts, and those that name an article and its language and date.
fn fields_of(
    text_field: Option<&Bound<'_, PyAny>>,
    id_field: &str,
    lang_field: &str,
    date_field: &str,
) -> PyResult<Fields> {
    Ok(Fields {
        text: match text_field {
            Some(names) => Fields::texts(names)?,
            None => vec!["text".to_owned()],
        },
        id: id_field.to_owned(),
        lang: lang_field.to_owned(),
        group: None,
        by_host: false,
        date: Some(date_field.to_owned()),
        needs_date: false,
        rank: crate::fields::RankBy::Place,
    })
}

#[pymethods]
impl PyIndex {
    /// A new index in a folder that is not there yet, or empty, with the settings and the fields of a detector.
    #[staticmethod]
    fn create(folder: PathBuf, detector: &Detector) -> PyResult<Self> {
        let index = Index::create(&folder, &detector.detector).map_err(IntoPyErr::into_py)?;
        let mut fields = detector.fields.clone();
        fields.date.get_or_insert_with(|| "date".to_owned());
        Ok(Self {
            index: Mutex::new(index),
            detector: Detector::of(detector.detector, fields),
        })
    }

    /// An index that is there, to change it. It knows its settings, but not the names of fields.
    #[staticmethod]
    #[pyo3(signature = (folder, *, text_field=None, id_field="id", lang_field="lang", date_field="date"))]
    fn open(
        folder: PathBuf,
        text_field: Option<Bound<'_, PyAny>>,
        id_field: &str,
        lang_field: &str,
        date_field: &str,
    ) -> PyResult<Self> {
        let fields = fields_of(text_field.as_ref(), id_field, lang_field, date_field)?;
        let index = Index::open(&folder).map_err(IntoPyErr::into_py)?;
        let detector = detector_of(&index.snapshot(), fields);
        Ok(Self {
            index: Mutex::new(index),
            detector,
        })
    }

    /// Raises if anything in it is not what was written.
    #[staticmethod]
    fn verify(py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        py.detach(|| Snapshot::verify(&folder)).map_err(IntoPyErr::into_py)
    }

    /// What it holds now.
    fn snapshot(&self) -> PyResult<PySnapshot> {
        let snapshot = self.lock()?.snapshot();
        Ok(PySnapshot {
            detector: detector_of(&snapshot, self.detector.fields.clone()),
            snapshot,
        })
    }

    #[getter]
    fn settings(&self) -> String {
        self.detector.detector.settings().to_string()
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.lock()?.snapshot().articles() as usize)
    }

    /// Articles without what they repeat of the index and of one another. With `update` what stays is added.
    #[pyo3(signature = (articles, *, update=false, replace=false, source="articles", memory=None, temp_dir=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "they have names")]
    fn clean(
        &self,
        py: Python<'_>,
        articles: &Bound<'_, PyAny>,
        update: bool,
        replace: bool,
        source: &str,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Cleaned> {
        let list = self.detector.held(py, articles)?;
        let described = Described {
            ids: raw_ids(py, &list)?,
            articles: &list,
            fields: &self.detector.fields,
            source,
        };
        let memory = self::memory(memory, temp_dir);
        let ran = self.run(py, &described, (update, replace), memory, progress.as_ref())?;
        let stats = py.detach(|| ran.detections.stats()).map_err(IntoPyErr::into_py)?;
        let removed = removed(py, &ran.outcomes, &list, &self.detector.naming(source))?;
        Ok((self.detector.cleaned(py, &list, &ran.outcomes)?, removed, stats.into()))
    }

    /// The same of a table.
    #[pyo3(signature = (data, *, update=false, replace=false, source="table", memory=None, temp_dir=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "they have names")]
    fn clean_arrow(
        &self,
        py: Python<'_>,
        data: AnyRecordBatch,
        update: bool,
        replace: bool,
        source: &str,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(PyTable, PyTable, PyStats)> {
        let table = Table::new(data.into_table()?, &self.detector.fields)?;
        let described = Described {
            ids: (0..table.count()).map(|article| table.raw_id(article)).collect(),
            articles: &table,
            fields: &self.detector.fields,
            source,
        };
        let memory = self::memory(memory, temp_dir);
        let ran = self.run(py, &described, (update, replace), memory, progress.as_ref())?;
        let naming = self.detector.naming(source);
        py.detach(|| {
            let stats = ran.detections.stats().map_err(IntoPyErr::into_py)?;
            let cleaned = table.cleaned(&ran.outcomes).map_err(of_arrow)?;
            let removed = table.removed(&ran.outcomes, &naming).map_err(of_arrow)?;
            Ok((cleaned, removed, stats.into()))
        })
    }

    /// Makes one run of all; gives how many there were.
    fn compact(&self, py: Python<'_>) -> PyResult<u32> {
        let mut index = self.lock()?;
        let index = &mut *index;
        py.detach(|| index.compact()).map_err(IntoPyErr::into_py)
    }

    /// Forgets articles of before a moment, in seconds since 1970; gives how many.
    fn expire(&self, py: Python<'_>, before: i64) -> PyResult<u32> {
        let mut index = self.lock()?;
        let index = &mut *index;
        let asks = |run: &redite::index::Facts| run.times.is_some_and(|(first, _)| first < before);
        let stays = |source: &Source<'_>| source.time.is_none_or(|time| time >= before);
        py.detach(|| index.retain_articles(asks, stays))
            .map_err(IntoPyErr::into_py)
    }
}

#[pymethods]
impl PySnapshot {
    /// An index that is there, to read it. Any number of readers may have it open, beside one that changes it.
    #[staticmethod]
    #[pyo3(signature = (folder, *, text_field=None, id_field="id", lang_field="lang", date_field="date"))]
    fn open(
        folder: PathBuf,
        text_field: Option<Bound<'_, PyAny>>,
        id_field: &str,
        lang_field: &str,
        date_field: &str,
    ) -> PyResult<Self> {
        let fields = fields_of(text_field.as_ref(), id_field, lang_field, date_field)?;
        let snapshot = Index::read(&folder).map_err(IntoPyErr::into_py)?;
        Ok(Self {
            detector: detector_of(&snapshot, fields),
            snapshot,
        })
    }

    #[getter]
    fn settings(&self) -> String {
        self.detector.detector.settings().to_string()
    }

    fn __len__(&self) -> usize {
        self.snapshot.articles() as usize
    }

    /// What one article repeats of the index, and of itself; it is not added.
    #[pyo3(signature = (article, *, source="article"))]
    fn query(&self, py: Python<'_>, article: &Bound<'_, PyAny>, source: &str) -> PyResult<Vec<Py<Removed>>> {
        let list = List(vec![Reader::new(&self.detector.fields).read(article)?]);
        let first = self.snapshot.articles();
        let mut session = self.snapshot.session(memory(None, None)).map_err(IntoPyErr::into_py)?;
        let detections = py.detach(|| {
            session.push(&list.article(0)).map_err(IntoPyErr::into_py)?;
            session.finish().map_err(IntoPyErr::into_py)
        })?;
        let outcomes = outcomes(py, &detections, &list, (first, Some(&self.snapshot)))?;
        removed(py, &outcomes, &list, &self.detector.naming(source))
    }

    /// The texts of an article of the index by its identity, as a dict for each of that identity.
    fn articles_of(&self, py: Python<'_>, id: &Bound<'_, PyAny>) -> PyResult<Vec<Py<PyDict>>> {
        let options = PyDict::new(py);
        options.set_item("ensure_ascii", false)?;
        let raw: String = py
            .import("json")?
            .call_method("dumps", (id,), Some(&options))?
            .extract()?;
        let mut out = Vec::new();
        for number in self.snapshot.articles_of(&raw).map_err(IntoPyErr::into_py)? {
            if self.snapshot.is_replaced(number) {
                continue;
            }
            if let Some(source) = self.snapshot.source(number).map_err(IntoPyErr::into_py)? {
                let dict = PyDict::new(py);
                dict.set_item("id", id)?;
                dict.set_item("source", PyString::new(py, &source.place))?;
                for (field, text) in &source.texts {
                    dict.set_item(&**field, &**text)?;
                }
                out.push(dict.unbind());
            }
        }
        Ok(out)
    }
}
