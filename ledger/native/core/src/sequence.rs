//! Sequencing: a home node turning transactions into entries of its own log.
//!
//! All signatures are verified first, then the rules run; one transaction's refusal does not touch the
//! others. A single payment takes the single check, without threads or batch.

use std::sync::Arc;

use crate::anchor::{apply_anchor, check_claims, check_held, find_held};
use crate::batch::Find;
use crate::branches::settle;
use crate::chain::extend;
use crate::change::Change;
use crate::codec::{write, MAX};
use crate::crew::{with_crew, Verified};
use crate::fault::Fault;
use crate::federation::Terms;
use crate::gather::{next_size, Gatherer, SMALLEST};
use crate::owning::find_payer;
use crate::payment::{apply_pay, apply_return, check_pay, check_return};
use crate::refusal::Refusal;
use crate::transaction::{check_time, decode_transaction, Anchor, Transaction, MAX_ENTRY_BYTES};
use crate::undo::Journal;
use crate::validator::{gather_anchor, gather_pay, keep_keys, State, Validator};

/// What became of transactions, up to the first that the shared rules decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequenced {
    /// For each the number of its entry, or minus the number of its refusal.
    pub outcomes: Vec<i64>,
    /// The appended entries, concatenated.
    pub entries: Vec<u8>,
    /// How many were appended.
    pub count: usize,
}

type Decoded<'a> = Result<Transaction<'a>, Refusal>;

impl Validator {
    /// Appends what the rules accept at `time`, raised to the log's last time. Stops in front of
    /// the first transaction that the shared rules decide, so `outcomes` may be shorter.
    pub fn sequence(
        &mut self,
        coop: u32,
        time: u64,
        transactions: &[&[u8]],
    ) -> Result<Sequenced, Fault> {
        let home = self.position(coop)?;
        if time > MAX {
            return Err(Fault::Argument("a time is at most 2^53 - 1"));
        }
        let threads = if transactions.len() < SMALLEST { 1 } else { self.threads() };
        self.change(|federation, state| {
            let charter = Arc::clone(&state.logs[home].charter);
            let terms = Terms { federation, charter: &charter, home };
            let time = time.max(terms.earliest_time(&state.logs[home]));
            let prefix = entry_prefix(time);
            let decoded: Vec<Decoded<'_>> = transactions
                .iter()
                .map(|bytes| decode(time, &prefix, bytes))
                .take_while(|decoded| !matches!(decoded, Ok(Transaction::Shared)))
                .collect();
            let is_bad = verify(terms, state, &decoded, threads);
            let mut journal = Journal::new(terms, &state.logs, decoded.len());
            let sequenced = (Appending { terms, state, time, prefix: &prefix }).append_all(
                &mut journal,
                transactions,
                &decoded,
                &is_bad,
            );
            if sequenced.is_err() {
                journal.roll_back(&mut state.logs, 0);
            }
            journal.commit(&mut state.logs);
            settle(federation, &mut state.logs, home);
            sequenced
        })?
    }

    /// The fault of an anchor among the transactions whose head is not held, if there is one.
    pub fn check_dependencies(&self, coop: u32, transactions: &[&[u8]]) -> Result<(), Fault> {
        let log = self.log(coop)?;
        let terms = self.terms(coop)?;
        for bytes in transactions {
            let Ok(Transaction::Anchor(anchor)) =
                decode(log.moment.time, &entry_prefix(log.moment.time), bytes)
            else {
                continue;
            };
            let Ok(other) = check_claims(terms, log, &anchor) else {
                continue;
            };
            let held = find_held(terms, &self.state.logs, other, &anchor);
            if held.is_none() && is_signed(terms, &anchor) {
                return Err(Fault::DependencyMissing(anchor.coop, anchor.length));
            }
        }
        Ok(())
    }
}

/// What precedes the transaction in an entry.
pub fn entry_prefix(time: u64) -> Vec<u8> {
    let mut prefix = vec![0x92];
    write::unsigned(&mut prefix, time);
    prefix
}

fn decode<'a>(time: u64, prefix: &[u8], transaction: &'a [u8]) -> Decoded<'a> {
    if prefix.len() + transaction.len() > MAX_ENTRY_BYTES {
        return Err(Refusal::EntryTooLarge);
    }
    let decoded = decode_transaction(transaction)?;
    check_time(time, &decoded)?;
    Ok(decoded)
}

fn is_signed(terms: Terms<'_>, anchor: &Anchor<'_>) -> bool {
    let mut gatherer = Gatherer::default();
    gather_anchor(&mut gatherer, terms, 0, anchor);
    gatherer.take().find_bad(Find::First).is_empty()
}

/// For each transaction, whether a signature in it is bad. Those by nobody are not looked at.
fn verify<'a>(
    terms: Terms<'a>,
    state: &mut State,
    decoded: &[Decoded<'a>],
    threads: usize,
) -> Vec<bool> {
    with_crew(threads, Find::All, |crew| {
        let mut gatherer = Gatherer::default();
        let mut size = next_size(SMALLEST, decoded.len(), threads);
        for (ordinal, transaction) in decoded.iter().enumerate() {
            let State { logs, keys } = state;
            match transaction {
                Ok(Transaction::Pay(pay)) => {
                    let log = &logs[terms.home];
                    let payer = log.accounts.find(pay.payer);
                    // Who may not sign is refused for that, whatever the signature is.
                    let by = payer.map(|payer| find_payer(log, log.accounts.get(payer), pay));
                    if let (Some(payer), Some(Ok(by))) = (payer, by) {
                        let (by, ordinal) = ((payer, &by), ordinal as u32);
                        gather_pay(&mut gatherer, terms, (log, keys), by, ordinal, pay);
                    }
                }
                Ok(Transaction::Anchor(anchor)) => {
                    gather_anchor(&mut gatherer, terms, ordinal as u32, anchor);
                }
                Ok(Transaction::Return(_) | Transaction::Shared) | Err(_) => {}
            }
            if gatherer.len() >= size {
                crew.submit(gatherer.take());
                size = next_size(size, decoded.len() - ordinal, threads);
            }
        }
        if !gatherer.is_empty() {
            crew.submit(gatherer.take());
        }
        let mut is_bad = vec![false; decoded.len()];
        for Verified { batch, bad } in crew.drain() {
            for position in bad {
                is_bad[batch.items[position].ordinal as usize] = true;
            }
            keep_keys(state, &batch.keys);
        }
        is_bad
    })
}

struct Appending<'c, 's> {
    terms: Terms<'c>,
    state: &'s mut State,
    time: u64,
    prefix: &'c [u8],
}

impl Appending<'_, '_> {
    fn append_all(
        &mut self,
        journal: &mut Journal,
        transactions: &[&[u8]],
        decoded: &[Decoded<'_>],
        is_bad: &[bool],
    ) -> Result<Sequenced, Fault> {
        let mut sequenced = Sequenced::default();
        for ((bytes, decoded), is_bad) in transactions.iter().zip(decoded).zip(is_bad) {
            let before = self.state.logs[self.terms.home].moment;
            let is_payment = matches!(decoded, Ok(Transaction::Pay(_)));
            let has_room = before.check_day(self.terms.charter, self.time, is_payment);
            let log = &self.state.logs[self.terms.home];
            let may_append = has_room.and_then(|()| self.terms.openness().check(log));
            let checked = decoded.and_then(|transaction| may_append.map(|()| transaction));
            match checked.and_then(|transaction| self.check(transaction, *is_bad)) {
                Err(refusal) => sequenced.outcomes.push(-i64::from(refusal.number())),
                Ok(Checked::Missing { coop, length }) => {
                    return Err(Fault::DependencyMissing(coop, length));
                }
                Ok(Checked::Applied(change)) => {
                    journal.push(before, change);
                    let start = sequenced.entries.len();
                    sequenced.entries.extend_from_slice(self.prefix);
                    sequenced.entries.extend_from_slice(bytes);
                    let log = &mut self.state.logs[self.terms.home];
                    log.moment = before.after(self.terms.charter, self.time, is_payment);
                    let head = extend(log.heads.last(), &sequenced.entries[start..]);
                    log.heads.heads.push_back(head);
                    sequenced.outcomes.push(log.heads.length() as i64);
                    sequenced.count += 1;
                }
            }
        }
        Ok(sequenced)
    }

    /// Checks a transaction whose signatures have been looked at, and applies it.
    fn check(&mut self, transaction: Transaction<'_>, is_bad: bool) -> Result<Checked, Refusal> {
        let terms = self.terms;
        let home = terms.home;
        let logs = &mut self.state.logs;
        let number = logs[home].heads.length() + 1;
        let check_signature = || match is_bad {
            true => Err(Refusal::SignatureInvalid),
            false => Ok(()),
        };
        let change = match transaction {
            Transaction::Pay(pay) => {
                let payer = logs[home].accounts.find(pay.payer);
                let payer = payer.ok_or(Refusal::AccountUnknown)?;
                let by = find_payer(&logs[home], logs[home].accounts.get(payer), &pay)?;
                check_signature()?;
                let by = (payer, &by);
                let payee = check_pay(terms, logs, self.time, by, &pay)?;
                apply_pay(&mut logs[home], (number, self.time), by, payee, &pay)
            }
            Transaction::Anchor(anchor) => {
                let other = check_claims(terms, &logs[home], &anchor)?;
                check_signature()?;
                let Some(held) = find_held(terms, logs, other, &anchor) else {
                    return Ok(Checked::Missing { coop: anchor.coop, length: anchor.length });
                };
                check_held(terms, logs, held, anchor.length)?;
                apply_anchor(terms, logs, held, anchor.length)
            }
            Transaction::Return(back) => {
                let coop = check_return(terms, &logs[home], &back)?;
                apply_return(&mut logs[home], number, coop, &back)
            }
            Transaction::Shared => unreachable!("decoding stops in front of these"),
        };
        Ok(Checked::Applied(change))
    }
}

enum Checked {
    Applied(Change),
    Missing { coop: u32, length: u64 },
}
