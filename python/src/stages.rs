//! A corpus cleaned in stages, by whatever runs them.

use crate::articles::Articles;
use crate::detector::Detector;
use crate::errors::IntoPyErr;
use crate::run::{Earlier, observed, outcomes_of};
use crate::table::{Table, of_arrow};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;
use redite::index::{Cut, IndexError, Source, Stages};
use redite::{Article, ArticleId};
use std::path::PathBuf;
use std::sync::Mutex;

/// The folder that the files of a corpus stand in which is cleaned in stages.
#[pyclass(frozen, module = "redite", name = "Stages")]
#[derive(Debug)]
pub(crate) struct PyStages {
    stages: Stages,
    detector: Py<Detector>,
}

/// A block on its way in.
#[pyclass(frozen, module = "redite", name = "Cut")]
#[derive(Debug)]
pub(crate) struct PyCut {
    cut: Mutex<Option<Cut>>,
    detector: Py<Detector>,
    source: String,
    rows: Mutex<usize>,
}

/// Rows that are pushed at a time.
const MANY: usize = 1024;

#[pymethods]
impl PyStages {
    #[new]
    fn new(folder: PathBuf, detector: Py<Detector>) -> PyResult<Self> {
        let stages = Stages::create(&folder, &detector.get().detector).map_err(IntoPyErr::into_py)?;
        Ok(Self { stages, detector })
    }

    #[getter]
    fn settings(&self) -> String {
        self.stages.settings().to_string()
    }

    /// Begins a block.
    #[pyo3(signature = (block, *, source=None))]
    fn cut(&self, py: Python<'_>, block: u32, source: Option<String>) -> PyCut {
        PyCut {
            cut: Mutex::new(Some(self.stages.cut(block))),
            detector: self.detector.clone_ref(py),
            source: source.unwrap_or_else(|| format!("block-{block}")),
            rows: Mutex::new(0),
        }
    }

    /// Counts shingles into the order.
    fn order(&self, py: Python<'_>, blocks: Vec<u32>) -> PyResult<()> {
        self.stage(py, |stages| stages.order(&blocks))
    }

    /// Looks a block up in an earlier one.
    fn meet(&self, py: Python<'_>, block: u32, earlier: u32) -> PyResult<()> {
        self.stage(py, |stages| stages.meet(block, earlier))
    }

    /// Decides a block.
    #[pyo3(signature = (block, *, progress=None))]
    fn decide(&self, py: Python<'_>, block: u32, progress: Option<Py<PyAny>>) -> PyResult<()> {
        observed(py, progress.as_ref(), |observe| {
            self.stages.decide_observed(block, observe)
        })
    }

    /// The rows of a block without their repeats, and what was removed.
    #[pyo3(signature = (block, data, *, source=None))]
    fn apply(
        &self,
        py: Python<'_>,
        block: u32,
        data: AnyRecordBatch,
        source: Option<String>,
    ) -> PyResult<(PyTable, PyTable)> {
        let detector = self.detector.get();
        let table = Table::new(data.into_table()?, &detector.fields)?;
        let source = source.unwrap_or_else(|| format!("block-{block}"));
        py.detach(|| {
            let decision = self.stages.decision(block).map_err(IntoPyErr::into_py)?;
            let detection = decision.detection();
            if detection.articles() as usize != table.count() {
                return Err(crate::errors::wrong(format!(
                    "block {block} has {} rows, and these are {}; give the rows that were cut",
                    detection.articles(),
                    table.count()
                )));
            }
            let read = |article: ArticleId| decision.source(article).map_err(IntoPyErr::into_py);
            let earlier = Earlier::new(&read);
            let first = detection.first_article().0;
            let outcomes = outcomes_of(detection, &table, 0..table.count(), first, &earlier)?;
            let cleaned = table.cleaned(&outcomes).map_err(of_arrow)?;
            let removed = table.removed(&outcomes, &detector.naming(&source)).map_err(of_arrow)?;
            Ok((cleaned, removed))
        })
    }
}

impl PyStages {
    fn stage(&self, py: Python<'_>, stage: impl FnOnce(&Stages) -> Result<(), IndexError> + Send) -> PyResult<()> {
        py.detach(|| stage(&self.stages)).map_err(IntoPyErr::into_py)
    }
}

#[pymethods]
impl PyCut {
    /// Adds rows, in the order in which they are decided.
    fn push(&self, py: Python<'_>, data: AnyRecordBatch) -> PyResult<()> {
        let fields = &self.detector.get().fields;
        let table = Table::new(data.into_table()?, fields)?;
        let mut cut = self.cut.try_lock().map_err(|_| busy())?;
        let Some(cut) = cut.as_mut() else {
            return Err(PyRuntimeError::new_err("the block has been written; begin another"));
        };
        let mut rows = self.rows.try_lock().map_err(|_| busy())?;
        for start in (0..table.count()).step_by(MANY) {
            let described = |article: usize| -> (Article<'_>, Source<'_>) {
                let texts = table.texts(article).into_iter();
                let of = |(number, text): (usize, &str)| (fields.text[number].clone().into(), text.to_owned().into());
                let source = Source {
                    id: table.raw_id(article).map(Into::into),
                    place: format!("{}:{}", self.source, *rows + article + 1).into(),
                    time: table.about(article).origin.time,
                    texts: texts.map(of).collect(),
                };
                (table.article(article), source)
            };
            let end = table.count().min(start + MANY);
            let pushed = py.detach(|| cut.push_all((start..end).map(described).collect()));
            pushed.map_err(IntoPyErr::into_py)?;
            py.check_signals()?;
        }
        *rows += table.count();
        Ok(())
    }

    /// Writes the block, and gives how many rows it has.
    fn finish(&self, py: Python<'_>) -> PyResult<u32> {
        let cut = self.cut.try_lock().map_err(|_| busy())?.take();
        let Some(cut) = cut else {
            return Err(PyRuntimeError::new_err("the block has been written"));
        };
        py.detach(|| cut.finish()).map_err(IntoPyErr::into_py)
    }
}

fn busy() -> PyErr {
    PyRuntimeError::new_err("another thread uses the block")
}
