//! What was removed, as Python sees it: the fields of the file of removed units.

use crate::articles::{Articles, List};
use crate::run::{Known, Outcome, Removal};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use redite::Stats;
use redite::join::Measure;

/// The text that is kept in favour of a removed one.
#[pyclass(frozen, get_all, module = "redite")]
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its article's own identity, or `source` if it has none.
    article: Py<PyAny>,
    /// Where its article stands.
    source: String,
    /// The field it stands in, where several are read.
    field: Option<String>,
    /// Where, in bytes of UTF-8: start and end.
    bytes: (u32, u32),
    /// The text.
    text: String,
}

/// A text that was removed, and why.
#[pyclass(frozen, get_all, module = "redite")]
#[derive(Debug)]
pub(crate) struct Removed {
    article: Py<PyAny>,
    source: String,
    field: String,
    unit: String,
    bytes: (u32, u32),
    chars: (u32, u32),
    text: String,
    rule: String,
    measure: String,
    similarity: f64,
    lost: Vec<String>,
    reprint: bool,
    kept: Py<Kept>,
}

#[pymethods]
impl Kept {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Kept(article={}, bytes={:?}, text={})",
            self.article.bind(py).repr()?,
            self.bytes,
            PyString::new(py, &self.text).repr()?
        ))
    }

    /// The same as a dict that can be written as JSON.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("article", &self.article)?;
        dict.set_item("source", &self.source)?;
        if let Some(field) = &self.field {
            dict.set_item("field", field)?;
        }
        dict.set_item("bytes", PyList::new(py, [self.bytes.0, self.bytes.1])?)?;
        dict.set_item("text", &self.text)?;
        Ok(dict)
    }
}

#[pymethods]
impl Removed {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Removed(article={}, unit={:?}, rule={:?}, similarity={}, text={}, kept={})",
            self.article.bind(py).repr()?,
            self.unit,
            self.rule,
            self.similarity,
            PyString::new(py, &self.text).repr()?,
            self.kept.bind(py).repr()?
        ))
    }

    /// The same as a dict that can be written as JSON, with the fields of a line of the file of removed units.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("article", &self.article)?;
        dict.set_item("source", &self.source)?;
        dict.set_item("field", &self.field)?;
        dict.set_item("unit", &self.unit)?;
        dict.set_item("bytes", PyList::new(py, [self.bytes.0, self.bytes.1])?)?;
        dict.set_item("chars", PyList::new(py, [self.chars.0, self.chars.1])?)?;
        dict.set_item("text", &self.text)?;
        dict.set_item("rule", &self.rule)?;
        dict.set_item("measure", &self.measure)?;
        dict.set_item("similarity", self.similarity)?;
        dict.set_item("lost", PyList::new(py, &self.lost)?)?;
        if self.reprint {
            dict.set_item("reprint", true)?;
        }
        dict.set_item("kept", self.kept.get().to_dict(py)?)?;
        Ok(dict)
    }
}

/// From 0 to 1, as the file of removed units has it: with four digits.
pub(crate) fn rounded(similarity: f64) -> f64 {
    (similarity * 10_000.0).round() / 10_000.0
}

/// How articles are named in what is told of them.
#[derive(Debug)]
pub(crate) struct Naming<'n> {
    /// The names of text fields.
    pub(crate) fields: &'n [String],
    /// What stands before the number of an article, which counts from 1.
    pub(crate) source: &'n str,
    pub(crate) measure: Measure,
}

impl Naming<'_> {
    pub(crate) fn place(&self, article: usize) -> String {
        format!("{}:{}", self.source, article + 1)
    }

    pub(crate) fn field(&self, number: usize) -> String {
        self.fields.get(number).cloned().unwrap_or_default()
    }
}

/// What was removed from the articles of a list, in order.
pub(crate) fn removed(
    py: Python<'_>,
    outcomes: &[Outcome],
    articles: &List,
    naming: &Naming<'_>,
) -> PyResult<Vec<Py<Removed>>> {
    let mut out = Vec::with_capacity(outcomes.iter().map(|outcome| outcome.removed.len()).sum());
    let (measure, are_several) = (naming.measure.to_string(), naming.fields.len() > 1);
    for (article, outcome) in outcomes.iter().enumerate() {
        for removal in &outcome.removed {
            let texts = articles.texts(article);
            let Removal {
                nth,
                bytes,
                chars,
                repeat,
                lost,
                kept,
            } = removal;
            let (number, text) = texts[*nth];
            let id = |article: usize| -> Py<PyAny> {
                let id = articles.0[article].id.as_ref().map(|id| id.clone_ref(py));
                id.unwrap_or_else(|| PyString::new(py, &naming.place(article)).into_any().unbind())
            };
            let span = repeat.kept.span;
            let kept = match kept {
                Known::Here { article, nth } => {
                    let texts = articles.texts(*article);
                    let (number, text) = texts[*nth];
                    Kept {
                        article: id(*article),
                        source: naming.place(*article),
                        field: are_several.then(|| naming.field(number)),
                        bytes: (span.start, span.end),
                        text: text.get(span.range()).unwrap_or_default().to_owned(),
                    }
                }
                Known::Earlier {
                    id,
                    source,
                    field,
                    text,
                } => Kept {
                    article: of_json(py, id.as_deref().unwrap_or_default(), source)?,
                    source: source.clone(),
                    field: are_several.then(|| field.clone()),
                    bytes: (span.start, span.end),
                    text: text.clone(),
                },
            };
            let removed = Removed {
                article: id(article),
                source: naming.place(article),
                field: naming.field(number),
                unit: repeat.removed.kind.to_string(),
                bytes: (bytes[0], bytes[1]),
                chars: (chars[0], chars[1]),
                text: text[bytes[0] as usize..bytes[1] as usize].to_owned(),
                rule: repeat.reason.to_string(),
                measure: measure.clone(),
                similarity: rounded(repeat.similarity.value()),
                lost: lost.clone(),
                reprint: repeat.is_reprint,
                kept: Py::new(py, kept)?,
            };
            out.push(Py::new(py, removed)?);
        }
    }
    Ok(out)
}

/// An identity as it stands in an index: as JSON.
pub(crate) fn of_json(py: Python<'_>, id: &str, source: &str) -> PyResult<Py<PyAny>> {
    if id.is_empty() {
        return Ok(PyString::new(py, source).into_any().unbind());
    }
    let found = py.import("json")?.call_method1("loads", (id,));
    Ok(found.unwrap_or_else(|_| PyString::new(py, id).into_any()).unbind())
}

/// Makes a class of Python of what was counted, with the names that it has in the library.
macro_rules! stats {
    ($($name:ident),+) => {
        /// What was counted.
        #[pyclass(frozen, get_all, eq, module = "redite", name = "Stats")]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct PyStats {
            $($name: u64,)+
        }

        impl From<Stats> for PyStats {
            fn from(Stats { $($name),+ }: Stats) -> Self {
                Self { $($name),+ }
            }
        }

        #[pymethods]
        impl PyStats {
            fn __repr__(&self) -> String {
                let counts = [$(format!("{}={}", stringify!($name), self.$name)),+];
                format!("Stats({})", counts.join(", "))
            }
        }
    };
}

stats!(
    articles,
    paragraphs,
    sentences,
    too_short,
    removed_equal,
    removed_near,
    unread_texts,
    text_bytes,
    removed_bytes
);
