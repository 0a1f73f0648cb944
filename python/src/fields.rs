//! Which fields of a record make an article, by the names that the command line has for them.

use crate::errors::wrong;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use redite::Keep;
use redite::metadata::host;

/// What articles are ranked by, if not by their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RankBy {
    Place,
    Date,
    Field(String),
}

/// Names of fields. Where a name has dots and no field has it, it leads into objects.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) text: Vec<String>,
    pub(crate) id: String,
    pub(crate) lang: String,
    pub(crate) group: Option<String>,
    /// Groups are the hosts of URLs.
    pub(crate) by_host: bool,
    pub(crate) date: Option<String>,
    /// Without dates something that was asked for cannot be done; else they are kept where there are some.
    pub(crate) needs_date: bool,
    pub(crate) rank: RankBy,
}

impl Fields {
    /// The name of a group, by what a field says.
    pub(crate) fn group_name(&self, said: &str) -> String {
        match self.by_host {
            true => host(said).to_lowercase(),
            false => said.to_owned(),
        }
    }

    /// The fields with texts: one name, names with commas between them, or a sequence of names.
    pub(crate) fn texts(given: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        let names: Vec<String> = if given.is_instance_of::<PyString>() {
            let names: String = given.extract()?;
            names.split(',').map(|name| name.trim().to_owned()).collect()
        } else {
            given.extract()?
        };
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err(wrong("text_field: name one field or more, as in \"title,text\""));
        }
        if names.len() > usize::from(u16::MAX) {
            return Err(wrong("text_field: an article has at most 65,535 texts"));
        }
        Ok(names)
    }
}

/// What is kept by that name: one of the library's own orders, and what it ranks articles by.
pub(crate) fn keep(name: &str) -> PyResult<(Keep, RankBy)> {
    Ok(match name {
        "first" => (Keep::First, RankBy::Place),
        "last" => (Keep::Last, RankBy::Place),
        "longest" => (Keep::Longest, RankBy::Place),
        "newest" => (Keep::HighestRank, RankBy::Date),
        "oldest" => (Keep::LowestRank, RankBy::Date),
        field => {
            let (keep, field) = match field.strip_prefix('-') {
                Some(field) => (Keep::HighestRank, field),
                None => (Keep::LowestRank, field),
            };
            if field.is_empty() {
                return Err(wrong(
                    "keep: must be first, longest, last, newest, oldest, or the name of a field",
                ));
            }
            (keep, RankBy::Field(field.to_owned()))
        }
    })
}

/// A field of a record, if it has it and it is not None.
pub(crate) fn of_dict<'py>(record: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let found = match record.get_item(name)? {
        Some(found) => Some(found),
        None => match name.split_once('.') {
            Some((outer, inner)) => match record.get_item(outer)? {
                Some(object) => match object.cast::<PyDict>() {
                    Ok(object) => of_dict(object, inner)?,
                    Err(_) => None,
                },
                None => None,
            },
            None => None,
        },
    };
    Ok(found.filter(|found| !found.is_none()))
}

/// Puts a text in the place of another, in a record whose objects along the way are copied.
pub(crate) fn replace(record: &Bound<'_, PyDict>, name: &str, text: &str) -> PyResult<()> {
    if !record.contains(name)?
        && let Some((outer, inner)) = name.split_once('.')
        && let Some(object) = record.get_item(outer)?
        && let Ok(object) = object.cast::<PyDict>()
    {
        let object = object.copy()?;
        replace(&object, inner, text)?;
        return record.set_item(outer, object);
    }
    record.set_item(name, text)
}
