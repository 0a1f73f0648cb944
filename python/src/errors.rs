//! Errors as Python knows them, with the library's own advice.

use pyo3::PyErr;
use redite::index::IndexError;
use redite::{PushError, SettingsError, SpillError};

mod python {
    pyo3::import_exception!(redite._errors, SettingsError);
    pyo3::import_exception!(redite._errors, CapacityError);
    pyo3::import_exception!(redite._errors, StorageError);
}

/// As an exception of Python.
pub(crate) trait IntoPyErr {
    fn into_py(self) -> PyErr;
}

impl IntoPyErr for SettingsError {
    fn into_py(self) -> PyErr {
        python::SettingsError::new_err(self.to_string())
    }
}

impl IntoPyErr for SpillError {
    fn into_py(self) -> PyErr {
        python::StorageError::new_err(self.to_string())
    }
}

impl IntoPyErr for IndexError {
    fn into_py(self) -> PyErr {
        python::StorageError::new_err(self.to_string())
    }
}

impl IntoPyErr for PushError {
    fn into_py(self) -> PyErr {
        match self {
            Self::Capacity(error) => python::CapacityError::new_err(error.to_string()),
            Self::Spill(error) => error.into_py(),
        }
    }
}

/// An option that was given wrongly.
pub(crate) fn wrong(why: impl Into<String>) -> PyErr {
    python::SettingsError::new_err(why.into())
}
