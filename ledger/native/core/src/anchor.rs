//! `anchor`: how one coop's log takes in another's, PROTOCOL section 7.6.

use hashbrown::HashMap;

use crate::branches::{common_length, has_stand};
use crate::change::{Change, Credit, Delivery, Kept};
use crate::charter::{Coop, Standing};
use crate::ending::{bring_back, is_end, stranded, undo_ending};
use crate::federation::{Home, Terms};
use crate::log::{Item, Log, Returnable, COMMONS};
use crate::payment::MAX_AMOUNT;
use crate::record::Status;
use crate::refusal::Refusal;
use crate::transaction::Anchor;

/// Checks 1 to 6, those before the signatures; gives the place of the anchored coop.
pub fn check_claims(terms: Terms<'_>, log: &Log, anchor: &Anchor<'_>) -> Result<usize, Refusal> {
    let other = terms.place(anchor.coop).ok_or(Refusal::CoopUnknown)?;
    if other == terms.first() {
        return Err(Refusal::AnchorOfSelf);
    }
    terms.charter.coop(anchor.coop).map_or(Ok(()), Coop::check_heard)?;
    if anchor.length <= log.anchored[other] {
        return Err(Refusal::AnchorNotAhead);
    }
    let mut count = 0;
    let mut is_signed = false;
    for (signer, _) in anchor.signatures() {
        let witness = terms.charter.coop(signer).ok_or(Refusal::WitnessUnknown)?;
        if signer != anchor.coop && witness.standing != Standing::Member {
            return Err(Refusal::WitnessUnknown);
        }
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

/// Check 8: the place of the branch of the log at `other` that is held with that head.
#[inline]
pub fn find_held(
    terms: Terms<'_>,
    logs: &[Log],
    other: usize,
    anchor: &Anchor<'_>,
) -> Option<usize> {
    let has_head = |place: &usize| logs[*place].heads.at(anchor.length) == Some(anchor.head);
    if !terms.federation.is_forked(other) {
        return Some(other).filter(has_head);
    }
    let present = logs[terms.home].gone_by(other);
    let known = logs[terms.home].anchored[other];
    let stands = terms.charter.coop(anchor.coop).and_then(|coop| coop.stands);
    let may_be = |place: &usize| {
        has_stand(&logs[*place], stands) && common_length(&logs[*place], &logs[present]) >= known
    };
    let mut branches = std::iter::once(present).chain(terms.federation.branches(other));
    branches.find(|place| has_head(place) && may_be(place))
}

/// Checks 9 and 10: whether the log knows of the end that an anchor of the branch at `held` takes in, and
/// every balance has room for all that it credits to it.
pub fn check_held(terms: Terms<'_>, logs: &[Log], held: usize, length: u64) -> Result<(), Refusal> {
    let number = terms.federation.home(held).number;
    let has_left = terms.charter.coop(number).is_some_and(|coop| coop.standing == Standing::Left);
    if is_end(terms, logs, held, length) && !has_left {
        return Err(Refusal::AnchorOfTheEnd);
    }
    check_balances(terms, logs, held, length)
}

fn check_balances(terms: Terms<'_>, logs: &[Log], held: usize, length: u64) -> Result<(), Refusal> {
    let log = &logs[terms.home];
    // The commons is no account and has no position; `None` stands for it.
    let mut credits: HashMap<Option<u32>, i64> = HashMap::new();
    let arriving = arriving(terms, logs, held, length).map(|item| (*item, credited(log, item)));
    let stranded = is_end(terms, logs, held, length).then(|| stranded(terms, logs, held));
    for (item, payee) in arriving.chain(stranded.into_iter().flatten()) {
        let balance = payee.map_or(log.commons, |place| log.accounts.get(place).balance);
        let balance = credits.entry(payee).or_insert(balance);
        *balance += item.amount;
        if *balance > MAX_AMOUNT {
            return Err(Refusal::BalanceOutOfRange);
        }
    }
    Ok(())
}

/// What an anchor of the branch at `held` up to `length` delivers, in order.
fn arriving<'a>(
    terms: Terms<'_>,
    logs: &'a [Log],
    held: usize,
    length: u64,
) -> impl Iterator<Item = &'a Item> {
    let queue = &logs[held].transit[terms.first()];
    // Where logs have forked, the queue may still have what has been delivered (7.11).
    let taken = logs[terms.home].anchored[terms.federation.home(held).first];
    let start = queue.partition_point(|item| item.number <= taken);
    queue.range(start..).take_while(move |item| item.number <= length)
}

/// The position of the account that an item credits; `None` for the commons, which stands in for an
/// account that has closed, or that only another branch of this log has.
fn credited(log: &Log, item: &Item) -> Option<u32> {
    if item.payee == COMMONS {
        return None;
    }
    let payee = log.accounts.find(item.payee)?;
    (log.accounts.get(payee).status != Status::Closed).then_some(payee)
}

/// Carries out a checked anchor of the branch at `held`: delivers what it takes in.
pub fn apply_anchor(terms: Terms<'_>, logs: &mut [Log], held: usize, length: u64) -> Change {
    let Home { number, first: other, .. } = *terms.federation.home(held);
    let items: Vec<Item> = arriving(terms, logs, held, length).copied().collect();
    let kept = Kept {
        in_queue: terms.federation.is_forked(other) || terms.federation.is_forked(terms.first()),
        as_received: terms.federation.is_forked(other),
    };
    if !kept.in_queue {
        logs[held].transit[terms.first()].drain(..items.len());
    }
    let log = &mut logs[terms.home];
    let previous = std::mem::replace(&mut log.anchored[other], length);
    let previous_branch = log.gone_by(other);
    log.go_by_branch(other, held);
    if kept.as_received {
        let received = log.received.entry(number).or_default();
        received.extend(items.iter().map(|item| (item.number, item.amount)));
    }
    let credit = |item: Item| (item, deliver(log, number, &item));
    let delivered = items.into_iter().map(credit).collect();
    let ending = is_end(terms, logs, held, length).then(|| bring_back(terms, logs, held));
    let floor = if kept.as_received { 0 } else { floor(logs, held) };
    Change::Anchor(Box::new(Delivery {
        other,
        number,
        branch: held,
        previous_branch,
        previous,
        floor,
        delivered,
        kept,
        ending,
    }))
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

/// Takes a delivery to the log at place `home`, whose branch 0 is at `first`, back.
pub fn undo_anchor(logs: &mut [Log], (home, first): (usize, usize), delivery: &Delivery) {
    if let Some(ending) = &delivery.ending {
        undo_ending(&mut logs[home], delivery.other, ending);
    }
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
        if !delivery.kept.in_queue {
            logs[delivery.branch].transit[first].push_front(*item);
        }
    }
    let log = &mut logs[home];
    log.anchored[delivery.other] = delivery.previous;
    log.go_by_branch(delivery.other, delivery.previous_branch);
    if delivery.kept.as_received {
        let received = log.received.entry(delivery.number).or_default();
        received.truncate(received.len() - delivery.delivered.len());
    }
}

/// Up to which length every other coop's log has anchored the log at place `other`, which has not forked.
fn floor(logs: &[Log], other: usize) -> u64 {
    let anchored = logs.iter().enumerate().filter(|(place, _)| *place != other);
    anchored.map(|(_, log)| log.anchored[other]).min().unwrap_or(0)
}
