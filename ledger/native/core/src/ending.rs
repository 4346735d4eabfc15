//! The end of a log whose coop has left: what was on its way to it comes back, PROTOCOL section 7.6.

use crate::branches::taken_in;
use crate::charter::Standing;
use crate::federation::Terms;
use crate::log::{Item, Log, Returnable};
use crate::record::Status;

/// What the anchor of the end of a log brought back, enough to undo it.
#[derive(Debug, Default)]
pub struct Ending {
    /// Each item with the position of the account that it went back to; `None` for the commons.
    items: Vec<(Item, Option<u32>)>,
    /// What could only have been given back to that log.
    kept: Vec<((u32, u64), Returnable)>,
}

/// Whether the log at `place` has ended with its entry `length`, because its coop has left and is settled.
#[inline]
pub fn is_end(terms: Terms<'_>, logs: &[Log], place: usize, length: u64) -> bool {
    let log = &logs[place];
    let number = terms.federation.home(place).number;
    length == log.heads.length() && has_left(log, number) && log.is_settled()
}

/// Whether a coop has left by the charter that a log goes by.
#[inline]
fn has_left(log: &Log, number: u32) -> bool {
    log.charter.coop(number).is_some_and(|coop| coop.standing == Standing::Left)
}

/// What the log has sent to the one at `ended` that it never took in, with where it goes back to.
pub fn stranded<'a>(
    terms: Terms<'a>,
    logs: &'a [Log],
    ended: usize,
) -> impl Iterator<Item = (Item, Option<u32>)> + 'a {
    let log = &logs[terms.home];
    let queue = &log.transit[terms.federation.home(ended).first];
    let taken = taken_in(terms.federation, logs, ended, terms.home);
    let start = queue.partition_point(|item| item.number <= taken);
    queue.range(start..).map(|item| (*item, back_to(log, item)))
}

/// The position of the account that paid; `None` for the commons, also in the place of one that has closed.
fn back_to(log: &Log, item: &Item) -> Option<u32> {
    let payer = log.accounts.find(item.payer)?;
    (log.accounts.get(payer).status != Status::Closed).then_some(payer)
}

/// Credits what is stranded to those who sent it, and keeps what could only be given back to the log at `ended`.
pub fn bring_back(terms: Terms<'_>, logs: &mut [Log], ended: usize) -> Ending {
    let items: Vec<(Item, Option<u32>)> = stranded(terms, logs, ended).collect();
    let (number, first) = (terms.federation.home(ended).number, terms.federation.home(ended).first);
    let log = &mut logs[terms.home];
    for (item, payer) in &items {
        move_back(log, item.amount, *payer);
    }
    let queue = &mut log.transit[first];
    queue.truncate(queue.len() - items.len());
    let keys: Vec<(u32, u64)> =
        log.returnable.range((number, 0)..=(number, u64::MAX)).map(|(key, _)| *key).collect();
    let kept = keys.into_iter().map(|key| (key, keep(log, key))).collect();
    Ending { items, kept }
}

fn move_back(log: &mut Log, amount: i64, payer: Option<u32>) {
    log.position += amount;
    match payer {
        Some(payer) => log.accounts.get_mut(payer).balance += amount,
        None => log.commons += amount,
    }
}

fn keep(log: &mut Log, key: (u32, u64)) -> Returnable {
    let item = log.returnable.remove(&key).expect("a key that was just seen");
    log.held -= item.amount;
    item
}

/// Takes back what the end of the log whose first branch is at `first` brought to `log`.
pub fn undo_ending(log: &mut Log, first: usize, ending: &Ending) {
    for (key, item) in &ending.kept {
        log.held += item.amount;
        log.returnable.insert(*key, *item);
    }
    for (item, payer) in &ending.items {
        move_back(log, -item.amount, *payer);
        log.transit[first].push_back(*item);
    }
}
