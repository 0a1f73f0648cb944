//! A session, into which articles are pushed, and what was decided of them: for collections that memory need not hold.

use crate::articles::{List, Reader};
use crate::errors::IntoPyErr;
use crate::fields::{Fields, replace};
use crate::removed::{PyStats, rounded};
use crate::run;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use redite::join::Measure;
use redite::model::Chars;
use redite::{ArticleId, Detections, Memory, Session};
use std::path::PathBuf;
use std::sync::Mutex;

/// How much memory may be taken, in bytes, and where temporary files go beyond that.
pub(crate) fn memory(bytes: Option<usize>, folder: Option<PathBuf>) -> Memory {
    let memory = bytes.map_or_else(Memory::unlimited, Memory::new);
    match folder {
        Some(folder) => memory.in_folder(folder),
        None => memory,
    }
}

/// A session. What is pushed is folded at once; the articles themselves are not kept.
#[pyclass(frozen, module = "redite", name = "Session")]
#[derive(Debug)]
pub(crate) struct PySession {
    state: Mutex<Option<State>>,
    measure: Measure,
}

#[derive(Debug)]
struct State {
    session: Session,
    reader: Reader,
    fields: Fields,
}

impl PySession {
    pub(crate) fn new(session: Session, fields: Fields, measure: Measure) -> Self {
        let reader = Reader::new(&fields);
        Self {
            state: Mutex::new(Some(State {
                session,
                reader,
                fields,
            })),
            measure,
        }
    }

    /// Works on the session, unless another thread does, or it has been finished.
    fn with<T>(&self, work: impl FnOnce(&mut Option<State>) -> PyResult<T>) -> PyResult<T> {
        match self.state.try_lock() {
            Ok(mut state) if state.is_some() => work(&mut state),
            Ok(_) => Err(PyRuntimeError::new_err("the session has been finished; begin another")),
            Err(_) => Err(PyRuntimeError::new_err("another thread uses the session")),
        }
    }
}

#[pymethods]
impl PySession {
    /// Adds an article, and gives its number.
    fn push(&self, py: Python<'_>, article: &Bound<'_, PyAny>) -> PyResult<u32> {
        self.with(|state| {
            let Some(state) = state else { return Ok(0) };
            let number = state.session.next_id().0;
            let list = List(vec![state.reader.read(article)?]);
            run::push(py, &mut state.session, &list)?;
            Ok(number)
        })
    }

    /// Adds articles, which get numbers in a row; gives how many.
    fn push_all(&self, py: Python<'_>, articles: &Bound<'_, PyAny>) -> PyResult<u32> {
        self.with(|state| {
            let Some(state) = state else { return Ok(0) };
            let first = state.session.next_id().0;
            let mut list = List::default();
            for article in articles.try_iter()? {
                list.0.push(state.reader.read(&article?)?);
                if list.0.len() == MANY {
                    run::push(py, &mut state.session, &std::mem::take(&mut list))?;
                }
            }
            run::push(py, &mut state.session, &list)?;
            Ok(state.session.next_id().0 - first)
        })
    }

    /// Decides what goes.
    #[pyo3(signature = (*, progress=None))]
    fn finish(&self, py: Python<'_>, progress: Option<Py<PyAny>>) -> PyResult<Detection> {
        self.with(|state| {
            let Some(State {
                session,
                reader,
                fields,
            }) = state.take()
            else {
                return Err(PyRuntimeError::new_err("the session has been finished"));
            };
            reader.check()?;
            Ok(Detection {
                detections: run::finish(py, session, progress.as_ref())?,
                fields,
                measure: self.measure,
            })
        })
    }
}

/// Articles that are pushed at a time.
const MANY: usize = 4096;

/// What was decided of the articles of a session.
#[pyclass(frozen, module = "redite")]
#[derive(Debug)]
pub(crate) struct Detection {
    detections: Detections,
    fields: Fields,
    measure: Measure,
}

/// A unit that goes, and the one it repeats, by their places.
#[pyclass(frozen, get_all, eq, module = "redite")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Repeat {
    article: u32,
    field: String,
    unit: String,
    bytes: (u32, u32),
    chars: (u32, u32),
    text: String,
    rule: String,
    measure: String,
    similarity: f64,
    reprint: bool,
    kept_article: u32,
    kept_text: u32,
    kept_bytes: (u32, u32),
}

#[pymethods]
impl Repeat {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Repeat(article={}, bytes={:?}, rule={:?}, similarity={}, text={}, kept_article={}, kept_bytes={:?})",
            self.article,
            self.bytes,
            self.rule,
            self.similarity,
            PyString::new(py, &self.text).repr()?,
            self.kept_article,
            self.kept_bytes
        ))
    }
}

#[pymethods]
impl Detection {
    fn __len__(&self) -> usize {
        self.detections.articles() as usize
    }

    #[getter]
    fn stats(&self, py: Python<'_>) -> PyResult<PyStats> {
        let stats = py.detach(|| self.detections.stats()).map_err(IntoPyErr::into_py)?;
        Ok(stats.into())
    }

    /// The article of that number, which is given again, without its repeats.
    fn clean(&self, py: Python<'_>, number: u32, article: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let held = Reader::new(&self.fields).read(article)?;
        let block = self.block(py, number)?;
        let record = article.cast::<PyDict>().ok().map(|record| record.copy()).transpose()?;
        let mut changed = false;
        for (nth, (field, text)) in (0..).zip(&held.texts) {
            let cuts = block.cuts(ArticleId(number), nth, text).map_err(changed_text)?;
            if cuts.is_empty() {
                continue;
            }
            changed = true;
            let cleaned = block.clean(ArticleId(number), nth, text).map_err(changed_text)?;
            match &record {
                Some(record) => replace(record, &self.fields.text[*field], &cleaned)?,
                None => return Ok(PyString::new(py, &cleaned).into_any().unbind()),
            }
        }
        Ok(match record {
            Some(record) if changed => record.into_any().unbind(),
            _ => article.clone().unbind(),
        })
    }

    /// What goes of the article of that number, which is given again.
    fn repeats(&self, py: Python<'_>, number: u32, article: &Bound<'_, PyAny>) -> PyResult<Vec<Repeat>> {
        let held = Reader::new(&self.fields).read(article)?;
        let block = self.block(py, number)?;
        let mut out = Vec::new();
        for (nth, (field, text)) in (0..).zip(&held.texts) {
            let mut chars = Chars::new(text);
            for cut in block.cuts(ArticleId(number), nth, text).map_err(changed_text)? {
                let (range, repeat) = (cut.span.range(), cut.repeat);
                out.push(Repeat {
                    article: number,
                    field: self.fields.text[*field].clone(),
                    unit: repeat.removed.kind.to_string(),
                    bytes: (cut.span.start, cut.span.end),
                    chars: (chars.before(cut.span.start), chars.before(cut.span.end)),
                    text: text[range].to_owned(),
                    rule: repeat.reason.to_string(),
                    measure: self.measure.to_string(),
                    similarity: rounded(repeat.similarity.value()),
                    reprint: repeat.is_reprint,
                    kept_article: repeat.kept.article.0,
                    kept_text: repeat.kept.field.into(),
                    kept_bytes: (repeat.kept.span.start, repeat.kept.span.end),
                });
            }
        }
        Ok(out)
    }
}

impl Detection {
    fn block(&self, py: Python<'_>, number: u32) -> PyResult<std::sync::Arc<redite::Detection>> {
        if number >= self.detections.articles() {
            let why = format!(
                "there are {} articles, and none with number {number}",
                self.detections.articles()
            );
            return Err(pyo3::exceptions::PyIndexError::new_err(why));
        }
        py.detach(|| self.detections.block_of(ArticleId(number)))
            .map_err(IntoPyErr::into_py)
    }
}

fn changed_text(error: redite::OtherText) -> PyErr {
    PyValueError::new_err(error.to_string())
}
