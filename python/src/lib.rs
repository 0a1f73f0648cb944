//! redite for Python. The classes are documented where people see them, in `redite/_redite.pyi`.

mod articles;
mod detector;
mod errors;
mod fields;
mod index;
mod reference;
mod removed;
mod run;
mod session;
mod stages;
mod table;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
fn _redite(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<detector::Detector>()?;
    module.add_class::<session::PySession>()?;
    module.add_class::<session::Detection>()?;
    module.add_class::<session::Repeat>()?;
    module.add_class::<removed::Removed>()?;
    module.add_class::<removed::Kept>()?;
    module.add_class::<removed::PyStats>()?;
    module.add_class::<index::PyIndex>()?;
    module.add_class::<index::PySnapshot>()?;
    module.add_class::<stages::PyStages>()?;
    module.add_class::<stages::PyCut>()?;
    module.add_class::<reference::Reference>()?;
    module.add_class::<reference::Contained>()?;
    Ok(())
}
