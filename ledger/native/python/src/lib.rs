//! Python bindings of the native validator: conversions only, no decisions.
//!
//! Work that takes time runs detached from the interpreter. A panic in it becomes a
//! `ledger.errors.ValidatorFault`, and so does every later call on the same validator. The exceptions
//! are defined in Python; `ledger/_native.pyi` is the interface that people read.

mod validator;

use std::panic::{catch_unwind, AssertUnwindSafe};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use fiado_core::bench::{are_admissible, Prepared, Triple};
use fiado_core::entries::Boundaries;
use fiado_core::fault::Fault;
use fiado_core::receipt::Issuer as Core;

pyo3::import_exception!(ledger.errors, DependencyMissing);
pyo3::import_exception!(ledger.errors, EncodingError);
pyo3::import_exception!(ledger.errors, SnapshotError);
pyo3::import_exception!(ledger.errors, ValidatorFault);

/// The Python exception for a fault.
fn to_exception(fault: Fault) -> PyErr {
    let text = fault.to_string();
    match fault {
        Fault::Encoding(_) => EncodingError::new_err(text),
        Fault::Snapshot(_) => SnapshotError::new_err(text),
        Fault::DependencyMissing(..) => DependencyMissing::new_err(text),
        Fault::Poisoned => ValidatorFault::new_err(text),
        Fault::Charter(_) | Fault::Argument(_) => PyValueError::new_err(text),
    }
}

/// Runs `work` without the interpreter's lock and turns a panic into an exception.
fn run<T: Send>(python: Python<'_>, work: impl FnOnce() -> Result<T, Fault> + Send) -> PyResult<T> {
    to_result(python.detach(|| catch_unwind(AssertUnwindSafe(work))))
}

/// The same for work that is over sooner than the interpreter's lock could be got back.
fn run_quick<T>(work: impl FnOnce() -> Result<T, Fault>) -> PyResult<T> {
    to_result(catch_unwind(AssertUnwindSafe(work)))
}

fn to_result<T>(outcome: std::thread::Result<Result<T, Fault>>) -> PyResult<T> {
    match outcome {
        Ok(result) => result.map_err(to_exception),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(ValidatorFault::new_err(format!("the native validator panicked: {text}")))
        }
    }
}

/// Bytes of a length that is fixed.
fn array<const N: usize>(bytes: &[u8]) -> PyResult<&[u8; N]> {
    bytes
        .try_into()
        .map_err(|_| PyValueError::new_err(format!("{N} bytes expected, not {}", bytes.len())))
}

/// Concatenated entries and their boundaries.
#[pyclass(frozen)]
struct Entries {
    blob: Py<PyBytes>,
    boundaries: Boundaries,
}

#[pymethods]
impl Entries {
    #[new]
    fn new(python: Python<'_>, blob: Bound<'_, PyBytes>) -> PyResult<Self> {
        let bytes = blob.as_bytes();
        let boundaries = run(python, || Boundaries::find(bytes))?;
        Ok(Entries { blob: blob.unbind(), boundaries })
    }

    fn __len__(&self) -> usize {
        self.boundaries.count()
    }

    fn start(&self, index: usize) -> PyResult<usize> {
        match index <= self.boundaries.count() {
            true => Ok(self.boundaries.start(index)),
            false => Err(to_exception(Fault::Argument("no such entry"))),
        }
    }

    fn entry<'py>(&self, python: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        if index >= self.boundaries.count() {
            return Err(to_exception(Fault::Argument("no such entry")));
        }
        let bytes = self.boundaries.value(self.blob.bind(python).as_bytes(), index);
        Ok(PyBytes::new(python, bytes))
    }
}

/// Signatures made ready, for verification and for measuring it.
#[pyclass(frozen)]
struct Signatures {
    prepared: Prepared,
}

#[pymethods]
impl Signatures {
    #[new]
    fn new(
        python: Python<'_>,
        triples: Vec<(Bound<'_, PyBytes>, Bound<'_, PyBytes>, Bound<'_, PyBytes>)>,
    ) -> PyResult<Self> {
        let triples = triples
            .iter()
            .map(|(key, message, signature)| {
                Ok(Triple {
                    key: array(key.as_bytes())?,
                    message: message.as_bytes(),
                    signature: array(signature.as_bytes())?,
                })
            })
            .collect::<PyResult<Vec<_>>>()?;
        let prepared = run(python, || Prepared::new(triples.iter().copied()))?;
        Ok(Signatures { prepared })
    }

    fn __len__(&self) -> usize {
        self.prepared.len()
    }

    fn verify(&self, python: Python<'_>, threads: usize) -> PyResult<Vec<bool>> {
        run(python, || Ok(self.prepared.verify(threads)))
    }
}

/// Signs for one coop's log.
#[pyclass(frozen)]
struct Issuer {
    core: Core,
}

#[pymethods]
impl Issuer {
    #[new]
    fn new(seed: Bound<'_, PyBytes>, federation: Bound<'_, PyBytes>, coop: u32) -> PyResult<Self> {
        let federation = *array(federation.as_bytes())?;
        Ok(Issuer { core: Core::new(array(seed.as_bytes())?, federation, coop) })
    }

    fn sign_head<'py>(
        &self,
        python: Python<'py>,
        length: u64,
        head: Bound<'py, PyBytes>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let head = array(head.as_bytes())?;
        let signature = run_quick(|| Ok(self.core.sign_head(length, head)))?;
        Ok(PyBytes::new(python, &signature))
    }

    fn issue<'py>(
        &self,
        python: Python<'py>,
        entries: Bound<'py, PyBytes>,
        first: u64,
        previous: Bound<'py, PyBytes>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let (blob, previous) = (entries.as_bytes(), array(previous.as_bytes())?);
        let receipts = run(python, || self.core.issue(blob, first, previous))?;
        Ok(receipts.iter().map(|receipt| PyBytes::new(python, receipt)).collect())
    }
}

/// For each key whether it is admissible.
#[pyfunction]
fn admissible(
    python: Python<'_>,
    keys: Vec<Bound<'_, PyBytes>>,
    threads: usize,
) -> PyResult<Vec<bool>> {
    let keys = keys
        .iter()
        .map(|key| array(key.as_bytes()).copied())
        .collect::<PyResult<Vec<[u8; 32]>>>()?;
    run(python, || Ok(are_admissible(&keys, threads)))
}

/// What makes verification fast here.
#[pyfunction]
fn cpu_features() -> Vec<&'static str> {
    fiado_core::cpu_features()
}

/// The number of this interface, which `ledger.validators.choose` has to know: see there when it is raised.
const INTERFACE: u32 = 15;

/// The compiled half of `ledger`, imported as `ledger._native`.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{
        admissible, cpu_features, validator::Charter, validator::Validator, Entries, Issuer,
        Signatures,
    };
    use super::{Bound, PyModule, PyResult, INTERFACE};
    use pyo3::prelude::PyModuleMethods;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("INTERFACE", INTERFACE)?;
        module.add("NATIVE_KINDS", fiado_core::transaction::NATIVE_KINDS)?;
        module.add("SHARED_KINDS", fiado_core::transaction::SHARED_KINDS)?;
        module.add("__version__", fiado_core::VERSION)
    }
}
