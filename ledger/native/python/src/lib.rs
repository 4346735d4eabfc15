//! Python bindings of the native validator: conversions only, no decisions.

use pyo3::prelude::*;

/// The compiled half of `ledger`, imported as `ledger._native`.
#[pymodule]
mod _native {
    use super::{Bound, PyModule, PyResult};
    use pyo3::prelude::PyModuleMethods;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", fiado_core::VERSION)
    }
}
