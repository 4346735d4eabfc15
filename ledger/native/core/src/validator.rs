//! The validator: the state of all logs, and what may be asked of it.

use std::sync::Arc;

use crate::accounts::NO_POINT;
use crate::batch::Key;
use crate::branches::{let_stand, settle};
use crate::chain::{extend, genesis, Head};
use crate::chapters::Row;
use crate::charter::Charter;
use crate::effects::Effects;
use crate::entries::Boundaries;
use crate::fault::Fault;
use crate::federation::{Federation, LogName, Terms};
use crate::gather::Gatherer;
use crate::governance::{set_pledged, Levy, PaymentTerms};
use crate::index::Days;
use crate::keys::{KeyCache, Owner, Signer, CAPACITY};
use crate::log::{Item, Log, Returnable};
use crate::owning::{delegated_key, Payer};
use crate::record::Record;
use crate::signature::{decompress, Signed};
use crate::transaction::{Anchor, Pay, Signature};

/// The account number that stands for a coop's node key.
const NODE: u32 = u32::MAX;

/// State and rules for all logs of one federation.
pub struct Validator {
    pub(crate) federation: Federation,
    pub(crate) state: State,
    threads: usize,
    is_poisoned: bool,
}

/// The logs by place, and the keys that are kept decompressed.
pub struct State {
    pub logs: Vec<Log>,
    pub keys: KeyCache,
}

impl Validator {
    /// Without an entry in any log; all logs go by `charter`. `threads` is how many verify at once, at least
    /// one.
    pub fn new(federation: [u8; 32], charter: &Arc<Charter>, threads: usize) -> Self {
        let state = State { logs: Vec::new(), keys: KeyCache::new(CAPACITY) };
        let federation = Federation::new(federation);
        let threads = threads.max(1);
        let mut validator = Validator { federation, state, threads, is_poisoned: false };
        validator.add_logs(charter);
        validator
    }

    /// Gives an empty log, which goes by that charter, to each coop of it that has none.
    fn add_logs(&mut self, charter: &Arc<Charter>) {
        for number in charter.numbers() {
            self.place_or_new(number, charter);
        }
    }

    fn add_log(&mut self, number: u32, charter: &Arc<Charter>) {
        let State { logs, .. } = &mut self.state;
        self.federation.add(number);
        let places = logs.len() + 1;
        let genesis = genesis(&self.federation.id, number);
        logs.push(Log::new(genesis, Arc::clone(charter), places));
        logs.iter_mut().for_each(|log| log.make_room(places));
    }

    /// The place of a coop; one that has no log gets an empty one, which goes by that charter.
    pub(crate) fn place_or_new(&mut self, number: u32, charter: &Arc<Charter>) -> usize {
        if self.federation.place(number).is_none() {
            self.add_log(number, charter);
        }
        self.federation.place(number).expect("it has a log by now")
    }

    /// Gives a coop that has no log an empty one, which goes by that charter.
    pub fn open_log(&mut self, coop: u32, charter: &Arc<Charter>) -> Result<(), Fault> {
        self.logs()?;
        if self.federation.place(coop).is_some() {
            return Err(Fault::Argument("the coop has a log"));
        }
        self.add_log(coop, charter);
        Ok(())
    }

    /// Lets a log go by another charter from its next entry on. Coops that are new in it get logs.
    pub fn go_by(&mut self, name: impl Into<LogName>, charter: &Arc<Charter>) -> Result<(), Fault> {
        let name = name.into();
        // The log of a coop that joins goes by charters without it at first.
        let has_had_it = |log: &Log| log.charter.coop(name.coop).is_some();
        if charter.coop(name.coop).is_none() && self.log(name).map_or(true, has_had_it) {
            return Err(Fault::Argument("a log goes by a charter that has its coop"));
        }
        self.logs()?;
        self.add_logs(charter);
        let home = self.position(name)?;
        self.state.logs[home].charter = Arc::clone(charter);
        Ok(())
    }

    /// How many threads verify at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The numbers of the coops that have a log, rising.
    pub fn coops(&self) -> Result<impl Iterator<Item = u32> + '_, Fault> {
        self.logs()?;
        Ok(self.federation.coops().map(|(number, _)| number))
    }

    /// The place of a coop, or of a branch of its log.
    pub fn position(&self, name: impl Into<LogName>) -> Result<usize, Fault> {
        let place = self.federation.place_of(name.into());
        place.ok_or(Fault::Argument("no coop of the charter, or no branch of its log"))
    }

    /// By what the log of a coop is judged.
    pub(crate) fn terms(&self, coop: u32) -> Result<Terms<'_>, Fault> {
        let home = self.position(coop)?;
        let charter = &self.logs()?[home].charter;
        Ok(Terms { federation: &self.federation, charter, home })
    }

    /// Lets `work` change the state. If it panics the state is not used again.
    pub(crate) fn change<R>(
        &mut self,
        work: impl FnOnce(&Federation, &mut State) -> R,
    ) -> Result<R, Fault> {
        if std::mem::replace(&mut self.is_poisoned, true) {
            return Err(Fault::Poisoned);
        }
        let result = work(&self.federation, &mut self.state);
        self.is_poisoned = false;
        Ok(result)
    }

    /// The logs by place, unless a panic has left them unusable.
    pub fn logs(&self) -> Result<&[Log], Fault> {
        match self.is_poisoned {
            true => Err(Fault::Poisoned),
            false => Ok(&self.state.logs),
        }
    }

    /// The state of a log.
    pub fn log(&self, name: impl Into<LogName>) -> Result<&Log, Fault> {
        Ok(&self.logs()?[self.position(name)?])
    }

    /// How far the log of a coop has anchored every other coop of its charter, by number.
    pub fn anchored(&self, name: LogName) -> Result<impl Iterator<Item = (u32, u64)> + '_, Fault> {
        Ok(self.log(name)?.anchored_lengths(&self.federation, name.coop))
    }

    /// Lets anchors of the log at that length find its head, though it is not kept.
    pub fn recall_head(&mut self, coop: u32, length: u64, head: Head) -> Result<(), Fault> {
        let home = self.position(coop)?;
        self.change(|_, state| state.logs[home].heads.recalled = Some((length, head)))
    }

    /// The head that entries would lead to; applies nothing.
    pub fn chain(
        &self,
        name: impl Into<LogName>,
        blob: &[u8],
        entries: &Boundaries,
    ) -> Result<Head, Fault> {
        let head = *self.log(name)?.heads.last();
        Ok((0..entries.count()).fold(head, |head, index| extend(&head, entries.value(blob, index))))
    }

    /// Appends an entry that the shared rules accepted, with what it changes: all of it or nothing.
    pub fn append(
        &mut self,
        name: impl Into<LogName>,
        time: u64,
        entry: &[u8],
        effects: &Effects,
    ) -> Result<(), Fault> {
        let home = self.position(name)?;
        self.change(|federation, state| {
            let is_alone = state.logs.len() == 1;
            let number = federation.home(home).number;
            let log = &state.logs[home];
            let (length, newest) = (log.heads.length(), log.moment.time);
            if time < log.charter.earliest_time(number, length, newest) {
                return Err(Fault::Argument("time falls along the log"));
            }
            effects.check(&state.logs[home].accounts, state.logs[home].commons)?;
            if let Some(stand) = &effects.stand {
                let_stand(federation, &mut state.logs, home, stand)?;
            }
            let log = &mut state.logs[home];
            effects.apply(log)?;
            log.moment = log.moment.after(&log.charter, time, false);
            let head = extend(log.heads.last(), entry);
            log.heads.heads.push_back(head);
            if is_alone {
                log.heads.forget_all();
            }
            effects.accounts.iter().for_each(|record| keep_key_of(state, home, record));
            effects.chapters.iter().for_each(|row| keep_delegated(state, home, row));
            settle(federation, &mut state.logs, home);
            Ok(())
        })?
    }

    /// Gives a log the values of the index that follow from its rows.
    pub fn set_days(&mut self, name: impl Into<LogName>, days: Days) -> Result<(), Fault> {
        let home = self.position(name)?;
        days.check()?;
        self.change(|_, state| state.logs[home].days = Some(days))
    }

    /// Gives a log what follows from its chapters about payments: what bylaws ask, and what is pledged.
    pub fn set_governance(
        &mut self,
        name: impl Into<LogName>,
        terms: PaymentTerms,
        pledged: &[(u32, i64)],
    ) -> Result<(), Fault> {
        let home = self.position(name)?;
        self.change(|_, state| {
            state.logs[home].payment_terms = terms;
            set_pledged(&mut state.logs[home].pledged, pledged);
        })
    }

    /// What a levy would take of the accounts of a log; None when a balance would leave its range.
    pub fn levy_total(&self, name: impl Into<LogName>, levy: Levy) -> Result<Option<i64>, Fault> {
        let log = self.log(name)?;
        Ok(levy.total(&log.accounts, log.commons))
    }

    /// What a log has sent and the payees' logs have not anchored, by payee coop, then number.
    pub fn in_transit(
        &self,
        name: impl Into<LogName>,
    ) -> Result<impl Iterator<Item = (u32, &Item)>, Fault> {
        let log = self.log(name)?;
        Ok(self.federation.coops().flat_map(move |(payee_coop, to)| {
            log.transit[to].iter().map(move |item| (payee_coop, item))
        }))
    }

    /// The number in the log of `other` of its newest item in transit to `home`; 0 when none is.
    pub fn credits_waiting(&self, home: u32, other: u32) -> Result<u64, Fault> {
        let (home, other) = (self.position(home)?, self.position(other)?);
        let logs = self.logs()?;
        let newest = logs[logs[home].gone_by(other)].transit[home].back();
        let newest = newest.filter(|item| item.number > logs[home].anchored[other]);
        Ok(newest.map_or(0, |item| item.number))
    }

    /// What a log has to give back: (coop, number, what).
    pub fn returnable(
        &self,
        name: impl Into<LogName>,
    ) -> Result<impl Iterator<Item = (u32, u64, &Returnable)>, Fault> {
        let log = self.log(name)?;
        let items = log.returnable.iter();
        Ok(items.map(|((from, number), item)| (*from, *number, item)))
    }
}

/// Adds the signatures of a payment by the account at position `payer` of the log that `terms` are about.
#[inline]
pub(crate) fn gather_pay<'a>(
    gatherer: &mut Gatherer<'a>,
    terms: Terms<'a>,
    (log, keys): (&Log, &mut KeyCache),
    (payer, by): (u32, &Payer),
    ordinal: u32,
    pay: &Pay<'a>,
) {
    let context = &terms.federation.home(terms.home).entry_context;
    let owner = |signer| Owner { coop: terms.home as u16, signer, account: payer };
    let mut add = |signer, signature, bytes: [u8; 32]| {
        let owner = owner(signer);
        gatherer.add(owner, ordinal, Signed { context, body: pay.signed, signature }, || {
            let point = keys.get(point_of(log, owner, &bytes), owner);
            Key { bytes, point, wanted_by: point.is_none().then_some(owner) }
        });
    };
    match (by, pay.signature) {
        (Payer::Key, Signature::One(signature)) => {
            add(Signer::Key, signature, log.accounts.get(payer).key);
        }
        (Payer::Delegate(delegated), Signature::One(signature)) => {
            add(Signer::Delegate(pay.place.unwrap_or(0)), signature, delegated.key);
        }
        (Payer::Owners(owners), Signature::Several(several)) => {
            for (place, signature) in several.each() {
                add(Signer::Owner(place as u8), signature, owners.keys[place as usize]);
            }
        }
        _ => unreachable!("a payment was found to be signed as its payer signs"),
    }
}

/// Where the cache may have a key.
#[inline]
fn point_of(log: &Log, owner: Owner, bytes: &[u8; 32]) -> u32 {
    if owner.signer == Signer::Key {
        return log.accounts.get(owner.account).point;
    }
    let known = log.points.get(&(owner.account, owner.signer));
    known.filter(|(key, _)| key == bytes).map_or(NO_POINT, |(_, point)| *point)
}

/// Adds the signatures of an anchor by coops of the charter.
pub(crate) fn gather_anchor<'a>(
    gatherer: &mut Gatherer<'a>,
    terms: Terms<'a>,
    ordinal: u32,
    anchor: &Anchor<'a>,
) {
    let Some(anchored) = terms.place(anchor.coop) else {
        return;
    };
    let context = &terms.federation.home(anchored).head_context;
    for (signer, signature) in anchor.signatures() {
        let (Some(coop), Some(place)) = (terms.charter.coop(signer), terms.place(signer)) else {
            continue;
        };
        let (number, key) =
            if signer == anchor.coop { coop.key_at(anchor.length) } else { (0, &coop.node_key) };
        // Two keys of one coop are two owners: a batch may have anchors from before and after a change.
        let owner = Owner { coop: place as u16, signer: Signer::Key, account: NODE - number };
        let signed = Signed { context, body: anchor.signed, signature };
        gatherer.add(owner, ordinal, signed, || Key {
            bytes: key.bytes,
            point: Some(key.point),
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
    let wanted_by = Some(Owner { coop: home as u16, signer: Signer::Key, account });
    if accounts.get(account).point == NO_POINT {
        keep_keys(state, &[Key { bytes, point: decompress(&bytes), wanted_by }]);
    }
}

/// Keeps a key that was delegated: a till is likely to pay soon, too.
fn keep_delegated(state: &mut State, home: usize, row: &Row) {
    let Some((number, place, bytes)) = delegated_key(row) else {
        return;
    };
    if let Some(account) = state.logs[home].accounts.find(number) {
        let owner = Owner { coop: home as u16, signer: Signer::Delegate(place), account };
        keep_keys(state, &[Key { bytes, point: decompress(&bytes), wanted_by: Some(owner) }]);
    }
}

/// Keeps the keys that a verified batch decompressed.
pub(crate) fn keep_keys(state: &mut State, keys: &[Key]) {
    for key in keys {
        if let (Some(owner), Some(point)) = (key.wanted_by, key.point) {
            let log = &mut state.logs[usize::from(owner.coop)];
            if state.keys.get(point_of(log, owner, &key.bytes), owner).is_some() {
                continue;
            }
            let place = state.keys.insert(owner, point);
            if owner.signer == Signer::Key {
                log.accounts.get_mut(owner.account).point = place;
            } else {
                log.points.insert((owner.account, owner.signer), (key.bytes, place));
            }
        }
    }
}
