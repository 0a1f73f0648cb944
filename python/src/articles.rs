//! Articles as they are held while they are compared: strings of Python, which are not copied, or columns of Arrow.

use crate::fields::{Fields, RankBy, of_dict};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use redite::metadata::{self, Value};
use redite::segment::Language;
use redite::{Article, Origin, Rank};
use std::collections::HashMap;
use std::hash::Hash;

/// Articles whose texts can be read from any thread.
pub(crate) trait Articles: Sync {
    fn count(&self) -> usize;

    /// The texts that an article has, each with the number of its field.
    fn texts(&self, article: usize) -> Vec<(usize, &str)>;

    /// What else is known of it.
    fn about(&self, article: usize) -> About;

    fn article(&self, article: usize) -> Article<'_> {
        let About { lang, rank, origin } = self.about(article);
        Article {
            texts: self.texts(article).into_iter().map(|(_, text)| text.into()).collect(),
            language: lang.as_deref().map(Language::from_tag),
            rank,
            origin,
        }
    }
}

/// What is known of an article besides its texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) lang: Option<String>,
    pub(crate) rank: Option<Rank>,
    pub(crate) origin: Origin,
}

/// One article that came from Python.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) given: Py<PyAny>,
    pub(crate) texts: Vec<(usize, PyBackedStr)>,
    pub(crate) id: Option<Py<PyAny>>,
    pub(crate) about: About,
}

/// Numbers for names, in the order in which they come.
#[derive(Debug)]
pub(crate) struct Numbers<K>(HashMap<K, u32>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Numbers<K> {
    pub(crate) fn of(&mut self, name: K) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name).or_insert(next)
    }
}

/// Reads articles one by one.
#[derive(Debug)]
pub(crate) struct Reader {
    fields: Fields,
    groups: Numbers<String>,
    /// Some article had a text field.
    has_texts: bool,
    records: usize,
}

impl Reader {
    pub(crate) fn new(fields: &Fields) -> Self {
        Self {
            fields: fields.clone(),
            groups: Numbers::default(),
            has_texts: false,
            records: 0,
        }
    }

    /// An article: a string, or a dict with the fields.
    pub(crate) fn read(&mut self, given: &Bound<'_, PyAny>) -> PyResult<Held> {
        let mut held = Held {
            given: given.clone().unbind(),
            texts: Vec::new(),
            id: None,
            about: About::default(),
        };
        if let Ok(text) = given.cast::<PyString>() {
            self.has_texts = true;
            // A lone surrogate is no text; what has one is left as it is.
            held.texts
                .extend(PyBackedStr::try_from(text.clone()).ok().map(|text| (0, text)));
            return Ok(held);
        }
        let Ok(record) = given.cast::<PyDict>() else {
            let kind = given.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "an article must be a str or a dict, not {kind}"
            )));
        };
        self.records += 1;
        let Fields {
            text,
            id,
            lang,
            group,
            date,
            rank,
            ..
        } = &self.fields;
        for (number, name) in text.iter().enumerate() {
            if let Some(found) = of_dict(record, name)?
                && let Ok(text) = found.cast_into::<PyString>()
            {
                self.has_texts = true;
                held.texts
                    .extend(PyBackedStr::try_from(text).ok().map(|text| (number, text)));
            }
        }
        held.id = of_dict(record, id)?.map(Bound::unbind);
        held.about.lang = of_dict(record, lang)?.and_then(|lang| lang.extract().ok());
        if let Some(name) = group
            && let Some(found) = of_dict(record, name)?
        {
            let name = self.fields.group_name(&found.str()?.to_string_lossy());
            held.about.origin.group = Some(self.groups.of(name));
        }
        if let Some(name) = date
            && let Some(found) = of_dict(record, name)?
        {
            held.about.origin.time = seconds(&found)?;
        }
        held.about.rank = match rank {
            RankBy::Place => None,
            #[expect(clippy::cast_precision_loss, reason = "no date has 2^53 seconds")]
            RankBy::Date => held.about.origin.time.map(|time| Rank::Number(time as f64)),
            RankBy::Field(name) => of_dict(record, name)?.and_then(|found| ranked(&found)),
        };
        Ok(held)
    }

    /// Why nothing is compared, if records came and none had a text.
    pub(crate) fn check(&self) -> PyResult<()> {
        if self.records > 0 && !self.has_texts {
            return Err(crate::errors::wrong(format!(
                "no article has a text in the field {}; name the field with text_field=",
                self.fields.text.join(" or ")
            )));
        }
        Ok(())
    }
}

fn ranked(found: &Bound<'_, PyAny>) -> Option<Rank> {
    if found.is_instance_of::<PyString>() {
        found.extract().ok().map(Rank::Text)
    } else {
        found.extract().ok().map(Rank::Number)
    }
}

/// A date as seconds since 1970: a number, a date, a datetime (in UTC if it names no time zone), or text as the program reads it.
fn seconds(found: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    if found.is_instance_of::<PyBool>() {
        return Ok(None);
    }
    if found.is_instance_of::<PyInt>() {
        let number: Option<i64> = found.extract().ok();
        return Ok(number.and_then(|number| metadata::seconds(&Value::Integer(number))));
    }
    if found.is_instance_of::<PyFloat>() {
        return Ok(metadata::seconds(&Value::Float(found.extract()?)));
    }
    let text = match found.cast::<PyString>() {
        Ok(text) => text.to_string_lossy().into_owned(),
        // (a datetime is a date, too)
        Err(_) if found.hasattr("isoformat")? => found.call_method0("isoformat")?.extract()?,
        Err(_) => return Ok(None),
    };
    Ok(metadata::seconds(&Value::Text(text.trim())))
}

/// Articles in a row.
#[derive(Debug, Default)]
pub(crate) struct List(pub(crate) Vec<Held>);

impl Articles for List {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn texts(&self, article: usize) -> Vec<(usize, &str)> {
        let texts = self.0.get(article).map_or(&[][..], |held| &held.texts);
        texts.iter().map(|(number, text)| (*number, &**text)).collect()
    }

    fn about(&self, article: usize) -> About {
        self.0.get(article).map(|held| held.about.clone()).unwrap_or_default()
    }
}
