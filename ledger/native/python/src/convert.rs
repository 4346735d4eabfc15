//! Python values to the core's and back.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use pyo3::IntoPyObjectExt;

use fiado_core::accounts::{Record, Status};

/// Bytes of a length that is fixed.
pub fn array<const N: usize>(bytes: &[u8]) -> PyResult<&[u8; N]> {
    bytes
        .try_into()
        .map_err(|_| PyValueError::new_err(format!("{N} bytes expected, not {}", bytes.len())))
}

/// The fields of a `ledger.state.Account`.
#[derive(FromPyObject)]
pub struct AccountFields<'py> {
    number: u32,
    key: Bound<'py, PyBytes>,
    handle: String,
    class_: u8,
    balance: i64,
    next_sequence: u64,
    revision: u64,
    status: u64,
    opened: u64,
    closed: u64,
    before: i64,
    from_: u64,
    limit: i64,
    until: Option<u64>,
    after: Option<i64>,
}

impl AccountFields<'_> {
    /// As the core takes them.
    pub fn into_record(self) -> PyResult<Record> {
        let status = Status::from_number(self.status);
        Ok(Record {
            number: self.number,
            key: *array(self.key.as_bytes())?,
            handle: self.handle.into_bytes(),
            class: self.class_,
            balance: self.balance,
            next_sequence: self.next_sequence,
            revision: self.revision,
            status: status.ok_or_else(|| PyValueError::new_err("no such status"))?,
            opened: self.opened,
            closed: self.closed,
            before: self.before,
            from: self.from_,
            limit: self.limit,
            until: self.until,
            after: self.after,
        })
    }
}

/// A record in the order of the listing (PROTOCOL section 7.8).
pub fn account<'py>(python: Python<'py>, record: &Record) -> PyResult<Bound<'py, PyTuple>> {
    let handle = std::str::from_utf8(&record.handle)
        .map_err(|_| PyValueError::new_err("a handle that is not UTF-8"))?;
    let fields = [
        record.number.into_bound_py_any(python)?,
        PyBytes::new(python, &record.key).into_any(),
        handle.into_bound_py_any(python)?,
        record.class.into_bound_py_any(python)?,
        record.balance.into_bound_py_any(python)?,
        record.next_sequence.into_bound_py_any(python)?,
        record.revision.into_bound_py_any(python)?,
        (record.status as u8).into_bound_py_any(python)?,
        record.opened.into_bound_py_any(python)?,
        record.closed.into_bound_py_any(python)?,
        record.before.into_bound_py_any(python)?,
        record.from.into_bound_py_any(python)?,
        record.limit.into_bound_py_any(python)?,
        record.until.into_bound_py_any(python)?,
        record.after.into_bound_py_any(python)?,
    ];
    PyTuple::new(python, fields)
}
