//! What the entries of a call changed, so that it can be taken back: in a replay rules run ahead of
//! signatures, and what stands behind a bad one must not have happened.

use crate::anchor::undo_anchor;
use crate::change::{Change, Payee};
use crate::federation::Terms;
use crate::log::{Item, Log, Moment, Returnable};
use crate::owning::unpay_delegated;

/// The entries that a call has applied to one log, oldest first.
pub struct Journal {
    home: usize,
    /// The place of branch 0 of that log.
    first: usize,
    start: u64,
    /// (the log's moment before the entry, what the entry changed).
    changes: Vec<(Moment, Change)>,
}

impl Journal {
    /// Before the first entry of a call on the log that `terms` are about, with room for so many.
    pub fn new(terms: Terms<'_>, logs: &[Log], room: usize) -> Self {
        let (home, first) = (terms.home, terms.first());
        Journal { home, first, start: logs[home].heads.length(), changes: Vec::with_capacity(room) }
    }

    /// How many entries have been applied.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether none has been applied.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Notes an applied entry.
    #[inline]
    pub fn push(&mut self, before: Moment, change: Change) {
        self.changes.push((before, change));
    }

    /// Takes back all entries but the first `kept`.
    pub fn roll_back(&mut self, logs: &mut [Log], kept: usize) {
        while self.changes.len() > kept {
            let (moment, change) = self.changes.pop().expect("longer than what is kept");
            undo(logs, (self.home, self.first), &change);
            logs[self.home].moment = moment;
        }
        logs[self.home].heads.truncate(self.start + kept as u64);
    }

    /// Ends the call: what stands now stays, and heads that nobody can anchor any more may go.
    pub fn commit(self, logs: &mut [Log]) {
        for (_, change) in self.changes {
            if let Change::Anchor(delivery) = change {
                logs[delivery.branch].heads.forget(delivery.floor);
            }
        }
        if logs.len() == 1 {
            logs[self.home].heads.forget_all();
        }
    }
}

fn undo(logs: &mut [Log], (home, first): (usize, usize), change: &Change) {
    let log = &mut logs[home];
    match change {
        Change::Pay { payer, payee, amount, fee } => {
            unpay(log, *payer, *payee, *amount, *fee);
            log.accounts.get_mut(*payer).next_sequence -= 1;
        }
        Change::PayDelegated { payer, payee, amount, fee, place, before } => {
            unpay(log, *payer, *payee, *amount, *fee);
            let place = (log.accounts.get(*payer).number, *place);
            unpay_delegated(&mut log.chapters, place, amount + fee, before.as_deref());
        }
        Change::Anchor(delivery) => undo_anchor(logs, (home, first), delivery),
        Change::Return { place, coop, number, account, amount } => {
            take_back(log, *place, *amount);
            log.held += amount;
            log.commons += amount;
            let returnable = Returnable { account: *account, amount: *amount };
            log.returnable.insert((*coop, *number), returnable);
        }
    }
}

/// Undoes what a payment moved.
fn unpay(log: &mut Log, payer: u32, payee: Payee, amount: i64, fee: i64) {
    match payee {
        Payee::Commons => log.commons -= amount,
        Payee::Local(payee) => log.accounts.get_mut(payee).balance -= amount,
        Payee::Abroad(coop) => take_back(log, usize::from(coop), amount),
    }
    log.commons -= fee;
    log.accounts.get_mut(payer).balance += amount + fee;
}

/// Undoes the sending of the newest item to the coop at place `to`.
fn take_back(log: &mut Log, to: usize, amount: i64) {
    let item: Option<Item> = log.transit[to].pop_back();
    debug_assert_eq!(item.map(|item| item.amount), Some(amount));
    log.position += amount;
}
