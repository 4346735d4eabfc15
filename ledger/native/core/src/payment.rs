//! `pay` and `return`: what moves amounts, PROTOCOL sections 7.2 and 7.7.
//!
//! `check_` decides and changes nothing; `apply_` carries out what was decided and does not branch on
//! whether it may. The payer's existence and signature are checked by the callers, who batch them.

use crate::change::{Change, Payee};
use crate::charter::Coop;
use crate::codec::MAX;
use crate::federation::Terms;
use crate::log::{Item, Log, Returnable, COMMONS};
use crate::owning::Payer;
use crate::record::Status;
use crate::refusal::Refusal;
use crate::transaction::{Pay, Return};

/// The largest amount and balance.
pub const MAX_AMOUNT: i64 = MAX as i64;

/// Checks 3 to 15 of section 7.2, and for a delegated one 4 to 11 of 14.3, for the account at position `payer` of the log that `terms` are about.
#[inline]
pub fn check_pay(
    terms: Terms<'_>,
    logs: &[Log],
    time: u64,
    (payer, by): (u32, &Payer),
    pay: &Pay<'_>,
) -> Result<Payee, Refusal> {
    let log = &logs[terms.home];
    let account = log.accounts.get(payer);
    match account.status {
        Status::Open => {}
        Status::Closed => return Err(Refusal::AccountClosed),
        Status::Frozen => return Err(Refusal::AccountFrozen),
    }
    let next_sequence = match by {
        Payer::Delegate(delegated) => delegated.state.next_sequence,
        Payer::Key | Payer::Owners(_) => account.next_sequence,
    };
    if pay.sequence < next_sequence {
        return Err(Refusal::SequenceUsed);
    }
    if pay.sequence > next_sequence {
        return Err(Refusal::SequenceGap);
    }
    if !(1..=MAX_AMOUNT).contains(&pay.amount) {
        return Err(Refusal::AmountOutOfRange);
    }
    if !(0..=pay.amount).contains(&pay.fee) {
        return Err(Refusal::FeeOutOfRange);
    }
    if let Payer::Delegate(delegated) = by {
        delegated.check(pay, time)?;
    }
    let payee = find_payee(terms, logs, pay)?;
    if let Some(price) = pay.price {
        let days = log.days.as_ref().ok_or(Refusal::PriceNotKnown)?;
        days.check_price(price, pay.amount, time)?;
    }
    if account.balance - pay.amount - pay.fee
        < pledged(log, pay) - log.accounts.limit_at(payer, time)
    {
        return Err(Refusal::LimitExceeded);
    }
    check_room(terms, log, payee, pay)?;
    check_bylaws(log, payee, pay)?;
    Ok(payee)
}

#[inline]
fn find_payee(terms: Terms<'_>, logs: &[Log], pay: &Pay<'_>) -> Result<Payee, Refusal> {
    let home = terms.home;
    if pay.payee_coop == terms.number() {
        if pay.payee == pay.payer {
            return Err(Refusal::PayeeIsPayer);
        }
        if pay.payee == COMMONS {
            return Ok(Payee::Commons);
        }
        let accounts = &logs[home].accounts;
        let payee = accounts.find(pay.payee).ok_or(Refusal::PayeeUnknown)?;
        return match accounts.get(payee).status {
            Status::Closed => Err(Refusal::PayeeClosed),
            Status::Open | Status::Frozen => Ok(Payee::Local(payee)),
        };
    }
    let coop = find_abroad(terms, pay.payee_coop)?;
    if pay.payee != COMMONS {
        // Of another coop's accounts a log knows only what it has anchored.
        let known = logs[home].anchored[coop];
        let accounts = &logs[logs[home].gone_by(coop)].accounts;
        let payee = accounts
            .find(pay.payee)
            .filter(|payee| accounts.get(*payee).opened <= known)
            .ok_or(Refusal::PayeeUnknown)?;
        let closed = accounts.closed(payee);
        if closed != 0 && closed <= known {
            return Err(Refusal::PayeeClosed);
        }
    }
    Ok(Payee::Abroad(coop as u16))
}

/// The place of another coop that can be paid; one that is shut out pays nobody outside.
fn find_abroad(terms: Terms<'_>, number: u32) -> Result<usize, Refusal> {
    let place = terms.place(number).ok_or(Refusal::CoopUnknown)?;
    terms.charter.coop(number).map_or(Ok(()), Coop::check_partner)?;
    terms.coop().check_heard()?;
    Ok(place)
}

/// What the payer has pledged for others.
#[inline]
fn pledged(log: &Log, pay: &Pay<'_>) -> i64 {
    match log.pledged.is_empty() {
        true => 0,
        false => log.pledged.get(&pay.payer).copied().unwrap_or(0),
    }
}

/// What the coop's bylaws ask: a contribution, but of what the commons itself gets; and ceilings.
#[inline]
fn check_bylaws(log: &Log, payee: Payee, pay: &Pay<'_>) -> Result<(), Refusal> {
    let asked = &log.payment_terms;
    if payee == Payee::Commons {
        return Ok(());
    }
    asked.check_contribution(pay.amount, pay.fee)?;
    if let Payee::Local(payee) = payee {
        let account = log.accounts.get(payee);
        asked.check_ceiling(account.class, account.balance + pay.amount)?;
    }
    Ok(())
}

/// Whether the coop may send so much, and balances have room for it.
#[inline]
fn check_room(terms: Terms<'_>, log: &Log, payee: Payee, pay: &Pay<'_>) -> Result<(), Refusal> {
    let mut to_commons = pay.fee;
    match payee {
        Payee::Abroad(_) => {
            if log.position - log.held - pay.amount < -terms.coop().credit() {
                return Err(Refusal::ClearingLimitExceeded);
            }
        }
        Payee::Commons => to_commons += pay.amount,
        Payee::Local(payee) => {
            if log.accounts.get(payee).balance + pay.amount > MAX_AMOUNT {
                return Err(Refusal::BalanceOutOfRange);
            }
        }
    }
    if to_commons != 0 && log.commons + to_commons > MAX_AMOUNT {
        return Err(Refusal::BalanceOutOfRange);
    }
    Ok(())
}

/// Carries out a checked payment that becomes entry `number` at `time`.
#[inline]
pub fn apply_pay(
    log: &mut Log,
    (number, time): (u64, u64),
    (payer, by): (u32, &Payer),
    payee: Payee,
    pay: &Pay<'_>,
) -> Change {
    let account = log.accounts.get_mut(payer);
    account.balance -= pay.amount + pay.fee;
    if pay.place.is_none() {
        account.next_sequence += 1;
    }
    log.commons += pay.fee;
    match payee {
        Payee::Commons => log.commons += pay.amount,
        Payee::Local(payee) => log.accounts.get_mut(payee).balance += pay.amount,
        Payee::Abroad(coop) => send(
            log,
            usize::from(coop),
            Item {
                number,
                amount: pay.amount,
                payee: pay.payee,
                payer: pay.payer,
                is_return: false,
            },
        ),
    }
    let (amount, fee) = (pay.amount, pay.fee);
    match by {
        Payer::Delegate(delegated) => {
            let place = pay.place.expect("a delegated key pays from a place");
            let before = delegated.pay(&mut log.chapters, (pay.payer, place), amount + fee, time);
            Change::PayDelegated { payer, payee, amount, fee, place, before }
        }
        Payer::Key | Payer::Owners(_) => Change::Pay { payer, payee, amount, fee },
    }
}

/// Lets an item leave a log for the coop at place `to`.
fn send(log: &mut Log, to: usize, item: Item) {
    log.position -= item.amount;
    log.transit[to].push_back(item);
}

/// Both checks of section 7.7; gives the place of the coop to give back to.
pub fn check_return(terms: Terms<'_>, log: &Log, back: &Return) -> Result<usize, Refusal> {
    let coop = terms.place(back.coop).ok_or(Refusal::CoopUnknown)?;
    if !log.returnable.contains_key(&(back.coop, back.number)) {
        return Err(Refusal::ReturnUnknown);
    }
    Ok(coop)
}

/// Carries out a checked return that becomes entry `number`.
pub fn apply_return(log: &mut Log, number: u64, coop: usize, back: &Return) -> Change {
    let key = (back.coop, back.number);
    let Returnable { account, amount } =
        log.returnable.remove(&key).expect("a checked return is returnable");
    log.commons -= amount;
    log.held -= amount;
    send(log, coop, Item { number, amount, payee: account, payer: COMMONS, is_return: true });
    Change::Return { place: coop, coop: back.coop, number: back.number, account, amount }
}
