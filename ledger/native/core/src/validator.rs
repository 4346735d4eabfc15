//! The validator: the state of all logs, and what may be asked of it.

use std::sync::Arc;

use crate::accounts::{Accounts, NO_POINT};
use crate::batch::Key;
use crate::chain::{extend, genesis, Head};
use crate::charter::Charter;
use crate::effects::Effects;
use crate::entries::Boundaries;
use crate::fault::Fault;
use crate::gather::Gatherer;
use crate::index::Days;
use crate::keys::{KeyCache, Owner, CAPACITY};
use crate::log::{Item, Log, Returnable};
use crate::record::Record;
use crate::signature::{decompress, Signed};
use crate::transaction::{Anchor, Pay};

/// The account number that stands for a coop's node key.
const NODE: u32 = u32::MAX;

/// State and rules for all logs of one federation.
pub struct Validator {
    pub(crate) charter: Arc<Charter>,
    pub(crate) state: State,
    threads: usize,
    is_poisoned: bool,
}

/// The logs in the charter's order, and the keys that are kept decompressed.
pub struct State {
    pub logs: Vec<Log>,
    pub keys: KeyCache,
}

impl Validator {
    /// Without an entry in any log. `threads` is how many verify at once, at least one.
    pub fn new(charter: Charter, threads: usize) -> Self {
        let logs = charter
            .coops
            .iter()
            .map(|coop| Log::new(genesis(&charter.federation, coop.number), charter.coops.len()));
        let state = State { logs: logs.collect(), keys: KeyCache::new(CAPACITY) };
        Validator { state, charter: Arc::new(charter), threads: threads.max(1), is_poisoned: false }
    }

    /// How many threads verify at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The position of a coop in the charter.
    pub fn position(&self, coop: u32) -> Result<usize, Fault> {
        self.charter.position(coop).ok_or(Fault::Argument("no coop of the charter"))
    }

    /// Lets `work` change the state. If it panics the state is not used again.
    pub(crate) fn change<R>(
        &mut self,
        work: impl FnOnce(&Arc<Charter>, &mut State) -> R,
    ) -> Result<R, Fault> {
        if std::mem::replace(&mut self.is_poisoned, true) {
            return Err(Fault::Poisoned);
        }
        let result = work(&self.charter, &mut self.state);
        self.is_poisoned = false;
        Ok(result)
    }

    /// The logs in the charter's order, unless a panic has left them unusable.
    pub fn logs(&self) -> Result<&[Log], Fault> {
        match self.is_poisoned {
            true => Err(Fault::Poisoned),
            false => Ok(&self.state.logs),
        }
    }

    /// The state of a log.
    pub fn log(&self, coop: u32) -> Result<&Log, Fault> {
        Ok(&self.logs()?[self.position(coop)?])
    }

    /// The numbers of the charter's coops, rising.
    pub fn coops(&self) -> impl Iterator<Item = u32> + '_ {
        self.charter.coops.iter().map(|coop| coop.number)
    }

    /// The head that entries would lead to; applies nothing.
    pub fn chain(&self, coop: u32, blob: &[u8], entries: &Boundaries) -> Result<Head, Fault> {
        let head = *self.log(coop)?.heads.last();
        Ok((0..entries.count()).fold(head, |head, index| extend(&head, entries.value(blob, index))))
    }

    /// Appends an entry that the shared rules accepted, with what it changes: all of it or nothing.
    pub fn append(
        &mut self,
        coop: u32,
        time: u64,
        entry: &[u8],
        effects: &Effects,
    ) -> Result<(), Fault> {
        let home = self.position(coop)?;
        self.change(|charter, state| {
            let is_alone = state.logs.len() == 1;
            let log = &mut state.logs[home];
            if time < log.moment.time {
                return Err(Fault::Argument("time falls along the log"));
            }
            effects.check(&log.accounts)?;
            effects.apply(log)?;
            log.moment = log.moment.after(charter, time, false);
            let head = extend(log.heads.last(), entry);
            log.heads.heads.push_back(head);
            if is_alone {
                log.heads.forget_all();
            }
            effects.accounts.iter().for_each(|record| keep_key_of(state, home, record));
            Ok(())
        })?
    }

    /// Gives a log the values of the index that follow from its rows.
    pub fn set_days(&mut self, coop: u32, days: Days) -> Result<(), Fault> {
        let home = self.position(coop)?;
        days.check()?;
        self.change(|_, state| state.logs[home].days = Some(days))
    }

    /// What a log has sent and the payees' logs have not anchored, by payee coop, then index.
    pub fn in_transit(&self, coop: u32) -> Result<impl Iterator<Item = (u32, &Item)>, Fault> {
        let log = self.log(coop)?;
        let queues = self.coops().zip(&log.transit);
        Ok(queues.flat_map(|(payee_coop, queue)| queue.iter().map(move |item| (payee_coop, item))))
    }

    /// The index in the log of `other` of its newest item in transit to `home`; 0 when none is.
    pub fn credits_waiting(&self, home: u32, other: u32) -> Result<u64, Fault> {
        let queue = &self.log(other)?.transit[self.position(home)?];
        Ok(queue.back().map_or(0, |item| item.index))
    }

    /// What a log has to give back: (coop, index, what).
    pub fn returnable(
        &self,
        coop: u32,
    ) -> Result<impl Iterator<Item = (u32, u64, &Returnable)>, Fault> {
        let log = self.log(coop)?;
        let items = log.returnable.iter();
        Ok(items.map(|((from, index), item)| (self.charter.coops[*from].number, *index, item)))
    }
}

/// Adds the signature of a payment by the account at position `payer` of log `home`.
#[inline]
pub(crate) fn gather_pay<'a>(
    gatherer: &mut Gatherer<'a>,
    charter: &'a Charter,
    (accounts, keys): (&Accounts, &mut KeyCache),
    (home, payer): (usize, u32),
    ordinal: u32,
    pay: &Pay<'a>,
) {
    let owner = Owner { coop: home as u16, account: payer };
    let context = &charter.coops[home].entry_context;
    let signed = Signed { context, body: pay.signed, signature: pay.signature };
    gatherer.add(owner, ordinal, signed, || {
        let account = accounts.get(payer);
        let point = keys.get(account.point, owner);
        let wanted_by = point.is_none().then_some(owner);
        Key { bytes: account.key, point, wanted_by }
    });
}

/// Adds the signatures of an anchor by coops of the charter.
pub(crate) fn gather_anchor<'a>(
    gatherer: &mut Gatherer<'a>,
    charter: &'a Charter,
    ordinal: u32,
    anchor: &Anchor<'a>,
) {
    let Some(anchored) = charter.position(anchor.coop) else {
        return;
    };
    let context = &charter.coops[anchored].head_context;
    for (signer, signature) in anchor.signatures() {
        let Some(place) = charter.position(signer) else {
            continue;
        };
        let coop = &charter.coops[place];
        let owner = Owner { coop: place as u16, account: NODE };
        let signed = Signed { context, body: anchor.signed, signature };
        gatherer.add(owner, ordinal, signed, || Key {
            bytes: coop.node_key,
            point: Some(coop.node_point),
            wanted_by: None,
        });
    }
}

/// Keeps the key of a new account, which is likely to pay soon.
fn keep_key_of(state: &mut State, home: usize, record: &Record) {
    let accounts = &state.logs[home].accounts;
    let Some(account) = accounts.find(record.number) else {
        return;
    };
    let bytes = record.key;
    let wanted_by = Some(Owner { coop: home as u16, account });
    if accounts.get(account).point == NO_POINT {
        keep_keys(state, &[Key { bytes, point: decompress(&bytes), wanted_by }]);
    }
}

/// Keeps the keys that a verified batch decompressed.
pub(crate) fn keep_keys(state: &mut State, keys: &[Key]) {
    for key in keys {
        if let (Some(owner), Some(point)) = (key.wanted_by, key.point) {
            let account = state.logs[usize::from(owner.coop)].accounts.get_mut(owner.account);
            if state.keys.get(account.point, owner).is_none() {
                account.point = state.keys.insert(owner, point);
            }
        }
    }
}
