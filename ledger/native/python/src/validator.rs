//! The validator as a Python class. `ledger.validators.native` wraps it and speaks to the rest.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use fiado_core::charter::{Charter as CoreCharter, CoopFields, Stand};
use fiado_core::codec::Reader;
use fiado_core::effects::Effects;
use fiado_core::fault::Fault;
use fiado_core::federation::LogName;
use fiado_core::governance::{read_pledged, Levy, PaymentTerms};
use fiado_core::index::Days;
use fiado_core::replay::Stop;
use fiado_core::validator::Validator as Core;

use crate::{array, run, run_quick, to_exception, Entries};

/// (coop number, node key, clearing limit, standing, earlier keys with the lengths they signed up to, length and
/// least time of the entry before which time may fall, the branch that stands).
type Coop<'py> = (
    u32,
    Bound<'py, PyBytes>,
    i64,
    u8,
    Vec<(Bound<'py, PyBytes>, u64)>,
    Option<(u64, u64)>,
    Option<StandFields<'py>>,
);
/// (version, length, head).
type StandFields<'py> = (u64, u64, Bound<'py, PyBytes>);

fn read_stand((version, length, head): &StandFields<'_>) -> PyResult<Stand> {
    Ok(Stand { version: *version, length: *length, head: *array(head.as_bytes())? })
}

fn read_coop(coop: &Coop<'_>) -> PyResult<CoopFields> {
    let (number, key, limit, standing, earlier, fall, stands) = coop;
    Ok(CoopFields {
        number: *number,
        node_key: *array(key.as_bytes())?,
        clearing_limit: *limit,
        standing: *standing,
        earlier_keys: earlier
            .iter()
            .map(|(key, until)| Ok((*array(key.as_bytes())?, *until)))
            .collect::<PyResult<_>>()?,
        time_fall: *fall,
        stands: stands.as_ref().map(read_stand).transpose()?,
    })
}
/// (next entry, refusal's number, (coop, length, head, signature) of a waiting anchor, shared).
type Replayed<'py> = (usize, Option<u8>, Option<Waiting<'py>>, bool);
/// The last three of them.
type StopFields<'py> = (Option<u8>, Option<Waiting<'py>>, bool);
type Waiting<'py> = (u32, u64, Bound<'py, PyBytes>, Bound<'py, PyBytes>);
/// (length, head, time, position, held, commons, anchored by coop, number of accounts, entries of the
/// newest one's day: payments and others).
type LogFields<'py> =
    (u64, Bound<'py, PyBytes>, u64, i64, i64, i64, Vec<(u32, u64)>, usize, (u64, u64));

/// (payee coop, number, payee, amount, payer, whether a return).
type TransitFields = (u32, u64, u32, i64, u32, bool);

fn write_stop<'py>(python: Python<'py>, stop: &Stop) -> StopFields<'py> {
    match stop {
        Stop::End => (None, None, false),
        Stop::Shared => (None, None, true),
        Stop::Refused(refusal) => (Some(refusal.number()), None, false),
        Stop::Waiting { coop, length, head, signature } => {
            let (head, signature) = (PyBytes::new(python, head), PyBytes::new(python, signature));
            (None, Some((*coop, *length, head, signature)), false)
        }
    }
}

/// State and rules for all logs of one federation.
#[pyclass]
pub struct Validator {
    core: Core,
}

/// A charter in force, which any number of logs may go by.
#[pyclass(frozen)]
pub struct Charter {
    core: Arc<CoreCharter>,
}

#[pymethods]
impl Charter {
    #[new]
    fn new(
        witness_quorum: usize,
        entries_per_day: Option<u64>,
        coops: Vec<Coop<'_>>,
    ) -> PyResult<Self> {
        let coops = coops.iter().map(read_coop).collect::<PyResult<Vec<_>>>()?;
        let core = CoreCharter::new(witness_quorum, entries_per_day, &coops);
        Ok(Charter { core: Arc::new(core.map_err(to_exception)?) })
    }
}

#[pymethods]
impl Validator {
    #[new]
    fn new(federation: &[u8], charter: &Charter, threads: usize) -> PyResult<Self> {
        Ok(Validator { core: Core::new(*array(federation)?, &charter.core, threads) })
    }

    #[classmethod]
    fn load(
        _class: &Bound<'_, PyType>,
        python: Python<'_>,
        federation: &[u8],
        charter: &Charter,
        threads: usize,
        snapshot: Bound<'_, PyBytes>,
    ) -> PyResult<Self> {
        let (federation, charter) = (*array(federation)?, &charter.core);
        let bytes = snapshot.as_bytes();
        let core = run(python, || Core::load(federation, charter, threads, bytes))?;
        Ok(Validator { core })
    }

    fn open_log(&mut self, coop: u32, charter: &Charter) -> PyResult<()> {
        self.core.open_log(coop, &charter.core).map_err(to_exception)
    }

    fn go_by(&mut self, coop: u32, branch: usize, charter: &Charter) -> PyResult<()> {
        self.core.go_by(LogName { coop, branch }, &charter.core).map_err(to_exception)
    }

    fn coops(&self) -> PyResult<Vec<u32>> {
        Ok(self.core.coops().map_err(to_exception)?.collect())
    }

    fn branches(&self, coop: u32) -> PyResult<usize> {
        self.core.branches(coop).map_err(to_exception)
    }

    fn add_branch(&mut self, coop: u32) -> PyResult<usize> {
        self.core.add_branch(coop).map_err(to_exception)
    }

    fn gone_by(&self, coop: u32, branch: usize, other: u32) -> PyResult<usize> {
        self.core.gone_by(LogName { coop, branch }, other).map_err(to_exception)
    }

    fn taken_in(&self, coop: u32, branch: usize, other: u32, of: usize) -> PyResult<u64> {
        let taken = LogName { coop: other, branch: of };
        self.core.taken_in(LogName { coop, branch }, taken).map_err(to_exception)
    }

    fn standing(&self, coop: u32) -> PyResult<usize> {
        self.core.standing(coop).map_err(to_exception)
    }

    fn fork_loss(&self, coop: u32, branch: usize, other: u32) -> PyResult<i64> {
        self.core.fork_loss(LogName { coop, branch }, other).map_err(to_exception)
    }

    fn loss_by(
        &self,
        coop: u32,
        branch: usize,
        other: u32,
        length: u64,
        head: &[u8],
    ) -> PyResult<Option<i64>> {
        let name = LogName { coop, branch };
        self.core.loss_by(name, other, length, array(head)?).map_err(to_exception)
    }

    fn may_stand(
        &self,
        coop: u32,
        branch: usize,
        other: u32,
        length: u64,
        head: &[u8],
    ) -> PyResult<bool> {
        let name = LogName { coop, branch };
        self.core.may_stand(name, other, length, array(head)?).map_err(to_exception)
    }

    #[getter]
    fn threads(&self) -> usize {
        self.core.threads()
    }

    fn replay<'py>(
        &mut self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        entries: &Entries,
        start: usize,
    ) -> PyResult<Replayed<'py>> {
        let blob = entries.blob.bind(python).as_bytes();
        let core = &mut self.core;
        let done = run(python, || {
            core.replay(LogName { coop, branch }, blob, &entries.boundaries, start)
        })?;
        let (refusal, waiting, is_shared) = write_stop(python, &done.stop);
        Ok((done.next, refusal, waiting, is_shared))
    }

    fn judge<'py>(
        &mut self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        entry: Bound<'py, PyBytes>,
    ) -> PyResult<StopFields<'py>> {
        let bytes = entry.as_bytes();
        let core = &mut self.core;
        let stop = run(python, || core.judge(LogName { coop, branch }, bytes))?;
        Ok(write_stop(python, &stop))
    }

    fn sequence<'py>(
        &mut self,
        python: Python<'py>,
        coop: u32,
        time: u64,
        transactions: Vec<Bound<'py, PyBytes>>,
    ) -> PyResult<(Vec<i64>, Bound<'py, PyBytes>, usize)> {
        let bytes: Vec<&[u8]> = transactions.iter().map(|bytes| bytes.as_bytes()).collect();
        let core = &mut self.core;
        let done = run(python, || core.sequence(coop, time, &bytes))?;
        Ok((done.outcomes, PyBytes::new(python, &done.entries), done.count))
    }

    /// Signatures are checked only of anchors, and only of those whose head is not held.
    fn check_dependencies(&self, coop: u32, transactions: Vec<Bound<'_, PyBytes>>) -> PyResult<()> {
        let bytes: Vec<&[u8]> = transactions.iter().map(|bytes| bytes.as_bytes()).collect();
        run_quick(|| self.core.check_dependencies(coop, &bytes))
    }

    fn append(
        &mut self,
        python: Python<'_>,
        coop: u32,
        branch: usize,
        time: u64,
        entry: Bound<'_, PyBytes>,
        effects: Bound<'_, PyBytes>,
    ) -> PyResult<()> {
        let (entry, effects) = (entry.as_bytes(), effects.as_bytes());
        let core = &mut self.core;
        run(python, || core.append(LogName { coop, branch }, time, entry, &Effects::read(effects)?))
    }

    fn set_days(&mut self, coop: u32, branch: usize, days: &[u8]) -> PyResult<()> {
        let days = Days::read(&mut Reader::new(days));
        let days = days.ok_or(Fault::Argument("these are no values of days"));
        days.and_then(|days| self.core.set_days(LogName { coop, branch }, days))
            .map_err(to_exception)
    }

    fn set_governance(&mut self, coop: u32, branch: usize, told: &[u8]) -> PyResult<()> {
        let mut reader = Reader::new(told);
        let terms = PaymentTerms::read(&mut reader);
        let pledged = read_pledged(&mut reader).filter(|_| reader.is_done());
        let (Some(terms), Some(pledged)) = (terms, pledged) else {
            return Err(to_exception(Fault::Argument("these are no terms of payments")));
        };
        self.core.set_governance(LogName { coop, branch }, terms, &pledged).map_err(to_exception)
    }

    fn levy_total(
        &self,
        python: Python<'_>,
        coop: u32,
        branch: usize,
        positive: u64,
        negative: u64,
    ) -> PyResult<Option<i64>> {
        let levy = Levy { positive, negative };
        run(python, || self.core.levy_total(LogName { coop, branch }, levy))
    }

    fn is_settled(&self, python: Python<'_>, coop: u32, branch: usize) -> PyResult<bool> {
        run(python, || Ok(self.core.log(LogName { coop, branch })?.is_settled()))
    }

    fn members(
        &self,
        python: Python<'_>,
        coop: u32,
        branch: usize,
        opened_at_most: u64,
    ) -> PyResult<u64> {
        run(python, || {
            Ok(self.core.log(LogName { coop, branch })?.accounts.members(opened_at_most))
        })
    }

    fn pledged(&self, coop: u32, branch: usize, account: u32) -> PyResult<i64> {
        let log = self.core.log(LogName { coop, branch }).map_err(to_exception)?;
        Ok(log.pledged.get(&account).copied().unwrap_or(0))
    }

    fn chain<'py>(
        &self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        entries: &Entries,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let blob = entries.blob.bind(python).as_bytes();
        let head =
            run(python, || self.core.chain(LogName { coop, branch }, blob, &entries.boundaries))?;
        Ok(PyBytes::new(python, &head))
    }

    fn log<'py>(&self, python: Python<'py>, coop: u32, branch: usize) -> PyResult<LogFields<'py>> {
        let log = self.core.log(LogName { coop, branch }).map_err(to_exception)?;
        let anchored =
            self.core.anchored(LogName { coop, branch }).map_err(to_exception)?.collect();
        Ok((
            log.heads.length(),
            PyBytes::new(python, log.heads.last()),
            log.moment.time,
            log.position,
            log.held,
            log.commons,
            anchored,
            log.accounts.len(),
            (log.moment.today.payments, log.moment.today.others),
        ))
    }

    fn head_at<'py>(
        &self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        length: u64,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let log = self.core.log(LogName { coop, branch }).map_err(to_exception)?;
        Ok(log.heads.at(length).map(|head| PyBytes::new(python, head)))
    }

    fn recall_head(&mut self, coop: u32, length: u64, head: [u8; 32]) -> PyResult<()> {
        self.core.recall_head(coop, length, head).map_err(to_exception)
    }

    fn account<'py>(
        &self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        number: u32,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let accounts = &self.core.log(LogName { coop, branch }).map_err(to_exception)?.accounts;
        Ok(accounts.find(number).map(|place| {
            let mut row = Vec::new();
            accounts.record(place).write(&mut row);
            PyBytes::new(python, &row)
        }))
    }

    fn account_named(&self, coop: u32, branch: usize, kept: &[u8]) -> PyResult<Option<u32>> {
        let accounts = &self.core.log(LogName { coop, branch }).map_err(to_exception)?.accounts;
        Ok(accounts.find_handle(kept).map(|place| accounts.get(place).number))
    }

    fn accounts_of_key(&self, coop: u32, key: &[u8]) -> PyResult<Vec<u32>> {
        Ok(self.core.log(coop).map_err(to_exception)?.accounts.of_key(key))
    }

    fn account_numbers(&self, coop: u32, branch: usize) -> PyResult<Vec<u32>> {
        let accounts = &self.core.log(LogName { coop, branch }).map_err(to_exception)?.accounts;
        Ok(accounts.sorted().into_iter().map(|place| accounts.get(place).number).collect())
    }

    fn in_transit(&self, coop: u32, branch: usize) -> PyResult<Vec<TransitFields>> {
        let items = self.core.in_transit(LogName { coop, branch }).map_err(to_exception)?;
        Ok(items
            .map(|(to, item)| {
                (to, item.number, item.payee, item.amount, item.payer, item.is_return)
            })
            .collect())
    }

    fn credits_waiting(&self, home: u32, other: u32) -> PyResult<u64> {
        self.core.credits_waiting(home, other).map_err(to_exception)
    }

    fn returnable(&self, coop: u32, branch: usize) -> PyResult<Vec<(u32, u64, u32, i64)>> {
        let items = self.core.returnable(LogName { coop, branch }).map_err(to_exception)?;
        Ok(items.map(|(from, number, item)| (from, number, item.account, item.amount)).collect())
    }

    fn row<'py>(
        &self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        chapter: &str,
        key: &[u8],
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let chapters = &self.core.log(LogName { coop, branch }).map_err(to_exception)?.chapters;
        Ok(chapters.get(chapter, key).map(|value| PyBytes::new(python, value)))
    }

    fn rows<'py>(
        &self,
        python: Python<'py>,
        coop: u32,
        branch: usize,
        chapter: &str,
    ) -> PyResult<Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)>> {
        let rows =
            self.core.log(LogName { coop, branch }).map_err(to_exception)?.chapters.rows(chapter);
        Ok(rows
            .map(|(key, value)| (PyBytes::new(python, key), PyBytes::new(python, value)))
            .collect())
    }

    fn digest<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let digest = run(python, || self.core.digest())?;
        Ok(PyBytes::new(python, &digest))
    }

    fn snapshot<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = run(python, || self.core.snapshot())?;
        Ok(PyBytes::new(python, &bytes))
    }
}
