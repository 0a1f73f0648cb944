//! A test set: what of a text stands in it.

use pyo3::prelude::*;
use pyo3::types::PyString;
use redite::model::Chars;
use redite::reference::{Builder, Limits};
use redite::{Span, removal_spans};

/// Texts that must not stand in a corpus.
#[pyclass(frozen, module = "redite")]
#[derive(Debug)]
pub(crate) struct Reference {
    reference: redite::Reference,
}

/// A span of a text that stands in a text of a reference.
#[pyclass(frozen, get_all, eq, module = "redite")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contained {
    /// Where it stands, in bytes of UTF-8 and in characters.
    bytes: (u32, u32),
    chars: (u32, u32),
    /// What stands there.
    text: String,
    /// The number of the text of the reference, from 0, where it stands there in bytes, and what stands there.
    test: u32,
    test_bytes: (u32, u32),
    test_text: String,
    /// How much of it, by its words, is the same there.
    share: f64,
}

#[pymethods]
impl Contained {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Contained(bytes={:?}, share={}, test={}, text={})",
            self.bytes,
            self.share,
            self.test,
            PyString::new(py, &self.text).repr()?
        ))
    }
}

#[pymethods]
impl Reference {
    #[new]
    #[pyo3(signature = (texts, *, tokens=None, min_tokens=None))]
    fn new(py: Python<'_>, texts: &Bound<'_, PyAny>, tokens: Option<u32>, min_tokens: Option<u32>) -> PyResult<Self> {
        if texts.is_instance_of::<PyString>() {
            return Err(pyo3::exceptions::PyTypeError::new_err(
                "texts must be an iterable of str; for one text give [text]",
            ));
        }
        let default = Limits::default();
        let limits = Limits {
            tokens: tokens.unwrap_or(default.tokens),
            min_tokens: min_tokens.unwrap_or(default.min_tokens),
        };
        let mut all = Vec::new();
        for text in texts.try_iter()? {
            all.push(text?.cast_into::<PyString>()?.to_string_lossy().into_owned());
        }
        let build = || {
            let mut builder = Builder::new(limits);
            builder.add_all(all)?;
            Ok(builder.build())
        };
        let reference = py.detach(build);
        let reference =
            reference.map_err(|error| crate::errors::IntoPyErr::into_py(redite::PushError::Capacity(error)))?;
        Ok(Self { reference })
    }

    fn __len__(&self) -> usize {
        self.reference.texts()
    }

    /// What of a text stands in a text of the reference, in order.
    fn find(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> Vec<Contained> {
        let Ok(text) = text.to_str() else { return Vec::new() };
        let found = py.detach(|| self.reference.find(text));
        let mut chars = Chars::new(text);
        let said = |text: &str, span: Span| text.get(span.range()).unwrap_or_default().to_owned();
        let contained = |found: &redite::Contained| Contained {
            bytes: (found.span.start, found.span.end),
            chars: (chars.before(found.span.start), chars.before(found.span.end)),
            text: said(text, found.span),
            test: found.text,
            test_bytes: (found.at.start, found.at.end),
            test_text: said(self.reference.text(found.text).unwrap_or_default(), found.at),
            share: found.share,
        };
        found.iter().map(contained).collect()
    }

    /// A text without what stands in the reference.
    fn clean(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> Py<PyString> {
        let Ok(read) = text.to_str() else {
            return text.clone().unbind();
        };
        let cleaned = py.detach(|| {
            let spans: Vec<Span> = self.reference.find(read).iter().map(|found| found.span).collect();
            if spans.is_empty() {
                return None;
            }
            let (mut out, mut at) = (String::with_capacity(read.len()), 0);
            for span in removal_spans(read, &spans)? {
                out.push_str(&read[at..span.range().start]);
                at = span.range().end;
            }
            out.push_str(&read[at..]);
            Some(out)
        });
        cleaned
            .map_or_else(|| text.clone(), |cleaned| PyString::new(py, &cleaned))
            .unbind()
    }
}
