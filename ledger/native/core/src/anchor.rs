//! `anchor`: how one coop's log takes in another's, PROTOCOL section 7.6.

use hashbrown::HashMap;

use crate::change::{Change, Credit, Delivery};
use crate::federation::Terms;
use crate::log::{Item, Log, Returnable, COMMONS};
use crate::payment::MAX_AMOUNT;
use crate::record::Status;
use crate::refusal::Refusal;
use crate::transaction::Anchor;

/// Checks 1 to 6, those before the signatures; gives the place of the anchored coop.
pub fn check_claims(terms: Terms<'_>, log: &Log, anchor: &Anchor<'_>) -> Result<usize, Refusal> {
    let other = terms.place(anchor.coop).ok_or(Refusal::CoopUnknown)?;
    if other == terms.home {
        return Err(Refusal::AnchorOfSelf);
    }
    if anchor.length <= log.anchored[other] {
        return Err(Refusal::AnchorNotAhead);
    }
    let mut count = 0;
    let mut is_signed = false;
    for (signer, _) in anchor.signatures() {
        terms.charter.coop(signer).ok_or(Refusal::WitnessUnknown)?;
        count += 1;
        is_signed |= signer == anchor.coop;
    }
    if !is_signed {
        return Err(Refusal::AnchorUnsigned);
    }
    if count - 1 < terms.charter.witness_quorum {
        return Err(Refusal::WitnessesTooFew);
    }
    Ok(other)
}

/// Check 8: whether the anchored log is held with that head.
pub fn is_held(logs: &[Log], other: usize, anchor: &Anchor<'_>) -> bool {
    logs[other].heads.at(anchor.length) == Some(anchor.head)
}

/// Check 9: whether every balance has room for all that the anchor credits to it.
pub fn check_balances(logs: &[Log], home: usize, other: usize, length: u64) -> Result<(), Refusal> {
    let log = &logs[home];
    // The commons is no account and has no position; `None` stands for it.
    let mut credits: HashMap<Option<u32>, i64> = HashMap::new();
    for item in arriving(logs, home, other, length) {
        let payee = credited(log, item);
        let balance = payee.map_or(log.commons, |place| log.accounts.get(place).balance);
        let balance = credits.entry(payee).or_insert(balance);
        *balance += item.amount;
        if *balance > MAX_AMOUNT {
            return Err(Refusal::BalanceOutOfRange);
        }
    }
    Ok(())
}

/// What an anchor up to `length` delivers, in order.
fn arriving(logs: &[Log], home: usize, other: usize, length: u64) -> impl Iterator<Item = &Item> {
    logs[other].transit[home].iter().take_while(move |item| item.number <= length)
}

/// The position of the account that an item credits; `None` for the commons, which stands in for an
/// account that has closed.
fn credited(log: &Log, item: &Item) -> Option<u32> {
    if item.payee == COMMONS {
        return None;
    }
    let payee = log.accounts.find(item.payee).expect("the payee of an item in transit exists");
    (log.accounts.get(payee).status != Status::Closed).then_some(payee)
}

/// Carries out a checked anchor: delivers what it takes in.
pub fn apply_anchor(terms: Terms<'_>, logs: &mut [Log], other: usize, length: u64) -> Change {
    let (home, number) = (terms.home, terms.federation.home(other).number);
    let previous = std::mem::replace(&mut logs[home].anchored[other], length);
    let mut delivered = Vec::new();
    while let Some(item) = logs[other].transit[home].front().copied() {
        if item.number > length {
            break;
        }
        logs[other].transit[home].pop_front();
        let credit = deliver(&mut logs[home], number, &item);
        delivered.push((item, credit));
    }
    let floor = floor(logs, other);
    Change::Anchor(Box::new(Delivery { other, number, previous, floor, delivered }))
}

fn deliver(log: &mut Log, from: u32, item: &Item) -> Credit {
    log.position += item.amount;
    if let Some(payee) = credited(log, item) {
        log.accounts.get_mut(payee).balance += item.amount;
        return Credit::Account(payee);
    }
    log.commons += item.amount;
    if item.payee == COMMONS {
        return Credit::Commons;
    }
    if item.is_return {
        return Credit::Kept;
    }
    log.held += item.amount;
    let returnable = Returnable { account: item.payer, amount: item.amount };
    log.returnable.insert((from, item.number), returnable);
    Credit::Held
}

/// Takes a delivery back.
pub fn undo_anchor(logs: &mut [Log], home: usize, delivery: &Delivery) {
    for (item, credit) in delivery.delivered.iter().rev() {
        let log = &mut logs[home];
        log.position -= item.amount;
        match credit {
            Credit::Account(payee) => log.accounts.get_mut(*payee).balance -= item.amount,
            Credit::Commons | Credit::Kept => log.commons -= item.amount,
            Credit::Held => {
                log.commons -= item.amount;
                log.held -= item.amount;
                log.returnable.remove(&(delivery.number, item.number));
            }
        }
        logs[delivery.other].transit[home].push_front(*item);
    }
    logs[home].anchored[delivery.other] = delivery.previous;
}

/// Up to which length every other coop's log has anchored the log of `other`.
fn floor(logs: &[Log], other: usize) -> u64 {
    let anchored = logs.iter().enumerate().filter(|(place, _)| *place != other);
    anchored.map(|(_, log)| log.anchored[other]).min().unwrap_or(0)
}
