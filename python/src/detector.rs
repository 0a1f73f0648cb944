//! The detector: settings, the names of fields, and what is done with articles at once.

use crate::articles::{List, Reader};
use crate::errors::{IntoPyErr, wrong};
use crate::fields::{Fields, RankBy, keep, replace};
use crate::removed::{Naming, PyStats, Removed, removed};
use crate::run::{Outcome, finish, outcomes, push};
use crate::session::{PySession, memory};
use crate::table::{Table, of_arrow};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;
use redite::{Scope, Settings, UnitChoice};
use std::path::PathBuf;
use std::time::Duration;

/// Finds what repeats what.
#[pyclass(frozen, module = "redite")]
#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) detector: redite::Detector,
    pub(crate) fields: Fields,
}

impl Detector {
    /// With the settings of an index.
    pub(crate) fn of(detector: redite::Detector, fields: Fields) -> Self {
        Self { detector, fields }
    }

    pub(crate) fn naming<'n>(&'n self, source: &'n str) -> Naming<'n> {
        Naming {
            fields: &self.fields.text,
            source,
            measure: self.detector.settings().measure(),
        }
    }

    /// Articles that are held while they are compared.
    pub(crate) fn held(&self, py: Python<'_>, articles: &Bound<'_, PyAny>) -> PyResult<List> {
        if articles.is_instance_of::<PyString>() || articles.is_instance_of::<PyDict>() {
            return Err(pyo3::exceptions::PyTypeError::new_err(
                "articles must be an iterable of str or dict; for one text use redite.clean(text), for one article [article]",
            ));
        }
        let (mut reader, mut list) = (Reader::new(&self.fields), List::default());
        for (nth, article) in articles.try_iter()?.enumerate() {
            list.0.push(reader.read(&article?)?);
            if nth % 4096 == 0 {
                py.check_signals()?;
            }
        }
        reader.check()?;
        Ok(list)
    }

    /// The articles as they came, with cleaned texts.
    pub(crate) fn cleaned(&self, py: Python<'_>, articles: &List, outcomes: &[Outcome]) -> PyResult<Vec<Py<PyAny>>> {
        let one = |(held, outcome): (&crate::articles::Held, &Outcome)| {
            if outcome.removed.is_empty() {
                return Ok(held.given.clone_ref(py));
            }
            let given = held.given.bind(py);
            let Ok(record) = given.cast::<PyDict>() else {
                let text = outcome.cleaned.first().and_then(Option::as_deref).unwrap_or_default();
                return Ok(PyString::new(py, text).into_any().unbind());
            };
            let record = record.copy()?;
            for ((number, _), text) in held.texts.iter().zip(&outcome.cleaned) {
                if let Some(text) = text {
                    replace(&record, &self.fields.text[*number], text)?;
                }
            }
            Ok(record.into_any().unbind())
        };
        articles.0.iter().zip(outcomes).map(one).collect()
    }
}

/// What a cleaned collection of articles is, what was removed from it, and what was counted.
pub(crate) type Cleaned = (Vec<Py<PyAny>>, Vec<Py<Removed>>, PyStats);

#[pymethods]
impl Detector {
    #[new]
    #[pyo3(signature = (*, threshold=None, level="editor", unit="both", scope="corpus", keep="first", similarity="jaccard:1,2",
        min_tokens=None, paragraphs="auto", lang=None, group_by=None, across=false, within=None, text_field=None, id_field="id",
        lang_field="lang", date_field="date"))]
    #[expect(clippy::too_many_arguments, reason = "they are the settings, and have names")]
    fn new(
        py: Python<'_>,
        threshold: Option<f64>,
        level: &str,
        unit: &str,
        scope: &str,
        keep: &str,
        similarity: &str,
        min_tokens: Option<u32>,
        paragraphs: &str,
        lang: Option<&str>,
        group_by: Option<&str>,
        across: bool,
        within: Option<Bound<'_, PyAny>>,
        text_field: Option<Bound<'_, PyAny>>,
        id_field: &str,
        lang_field: &str,
        date_field: &str,
    ) -> PyResult<Self> {
        let (keep, rank) = self::keep(keep)?;
        let scope: Scope = match (scope, group_by, across) {
            ("corpus", Some(_), false) => Scope::Group,
            ("corpus", Some(_), true) => Scope::OtherGroups,
            ("article" | "corpus", None, false) => scope.parse().map_err(IntoPyErr::into_py)?,
            ("article", Some(_), _) => return Err(wrong("group_by: goes with scope=\"corpus\"")),
            (_, None, true) => return Err(wrong("across: goes with group_by")),
            _ => return Err(wrong(format!("scope: {scope:?} must be article or corpus"))),
        };
        let within = within.map(|time| time_of(py, &time)).transpose()?;
        let of = |error: redite::SettingsError| error.into_py();
        let unit: UnitChoice = unit.parse().map_err(of)?;
        let detector = redite::Detector::builder()
            .units(unit)
            .scope(scope)
            .within(within)
            .keep(keep)
            .level(level.parse().map_err(of)?)
            .measure(similarity.parse().map_err(of)?)
            .threshold(threshold.unwrap_or(Settings::DEFAULT_THRESHOLD))
            .min_tokens(min_tokens.unwrap_or(Settings::DEFAULT_MIN_TOKENS))
            .paragraphs(paragraphs.parse().map_err(of)?)
            .language(lang.map(redite::segment::Language::from_tag))
            .build()
            .map_err(of)?;
        let asks_date = within.is_some() || rank == RankBy::Date;
        let (group, by_host) = match group_by.and_then(|field| field.strip_suffix(":host")) {
            Some(field) => (Some(field.to_owned()), true),
            None => (group_by.map(str::to_owned), false),
        };
        let fields = Fields {
            text: match text_field {
                Some(names) => Fields::texts(&names)?,
                None => vec!["text".to_owned()],
            },
            id: id_field.to_owned(),
            lang: lang_field.to_owned(),
            date: asks_date.then(|| date_field.to_owned()),
            needs_date: asks_date,
            group,
            by_host,
            rank,
        };
        Ok(Self { detector, fields })
    }

    /// The settings that decide, on one line.
    #[getter]
    fn settings(&self) -> String {
        self.detector.settings().to_string()
    }

    #[getter]
    fn text_fields(&self) -> Vec<String> {
        self.fields.text.clone()
    }

    fn __repr__(&self) -> String {
        format!("Detector({})", self.settings())
    }

    /// One text without what it says twice.
    fn clean_text(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Py<PyString>> {
        let Ok(read) = text.to_str() else {
            // a lone surrogate is no text
            return Ok(text.clone().unbind());
        };
        let cleaned = py.detach(|| self.detector.clean(read));
        Ok(if cleaned == read {
            text.clone()
        } else {
            PyString::new(py, &cleaned)
        }
        .unbind())
    }

    /// What one text says twice.
    fn find(&self, py: Python<'_>, text: Bound<'_, PyString>) -> PyResult<Vec<Py<Removed>>> {
        let list = List(vec![Reader::new(&self.fields).read(text.as_any())?]);
        let mut session = self.detector.session();
        push(py, &mut session, &list)?;
        let detections = py.detach(|| session.finish()).map_err(IntoPyErr::into_py)?;
        let outcomes = outcomes(py, &detections, &list, (0, None))?;
        removed(py, &outcomes, &list, &self.naming("text"))
    }

    /// Articles without their repeats: the same sequence, what was removed, and what was counted.
    #[pyo3(signature = (articles, *, source="articles", memory=None, temp_dir=None, progress=None))]
    fn clean(
        &self,
        py: Python<'_>,
        articles: &Bound<'_, PyAny>,
        source: &str,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Cleaned> {
        let list = self.held(py, articles)?;
        let mut session = self.detector.session_within(self::memory(memory, temp_dir));
        push(py, &mut session, &list)?;
        let detections = finish(py, session, progress.as_ref())?;
        let outcomes = outcomes(py, &detections, &list, (0, None))?;
        let stats = py.detach(|| detections.stats()).map_err(IntoPyErr::into_py)?;
        let removed = removed(py, &outcomes, &list, &self.naming(source))?;
        Ok((self.cleaned(py, &list, &outcomes)?, removed, stats.into()))
    }

    /// A table without its repeats, as two tables of Arrow: the cleaned one and what was removed; and what was counted.
    #[pyo3(signature = (data, *, source="table", memory=None, temp_dir=None, progress=None))]
    fn clean_arrow(
        &self,
        py: Python<'_>,
        data: AnyRecordBatch,
        source: &str,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(PyTable, PyTable, PyStats)> {
        let table = Table::new(data.into_table()?, &self.fields)?;
        let mut session = self.detector.session_within(self::memory(memory, temp_dir));
        push(py, &mut session, &table)?;
        let detections = finish(py, session, progress.as_ref())?;
        let outcomes = outcomes(py, &detections, &table, (0, None))?;
        let naming = self.naming(source);
        py.detach(|| {
            let stats = detections.stats().map_err(IntoPyErr::into_py)?;
            let cleaned = table.cleaned(&outcomes).map_err(of_arrow)?;
            let removed = table.removed(&outcomes, &naming).map_err(of_arrow)?;
            Ok((cleaned, removed, stats.into()))
        })
    }

    /// A session, into which articles are pushed one by one or many at a time.
    #[pyo3(signature = (*, memory=None, temp_dir=None))]
    fn session(&self, memory: Option<usize>, temp_dir: Option<PathBuf>) -> PySession {
        PySession::new(
            self.detector.session_within(self::memory(memory, temp_dir)),
            self.fields.clone(),
            self.detector.settings().measure(),
        )
    }
}

/// A time in seconds, or as a timedelta.
fn time_of(py: Python<'_>, time: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let timedelta = py.import("datetime")?.getattr("timedelta")?;
    let seconds: f64 = match time.is_instance(&timedelta)? {
        true => time.call_method0("total_seconds")?.extract()?,
        false => time.extract()?,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held to be in range"
    )]
    if (0.0..1e15).contains(&seconds) {
        Ok(Duration::from_secs(seconds as u64))
    } else {
        Err(wrong("within: must be a timedelta or a number of seconds, not below 0"))
    }
}
