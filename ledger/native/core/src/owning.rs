//! Whose keys sign for an account: PROTOCOL sections 14.1 and 14.3.
//!
//! Who owns a joint account and what delegated keys may pay stands in rows of two chapters, which the shared rules
//! write. This is the one place of the crate that reads them; a delegated payment writes its place's row anew.

use crate::accounts::Account;
use crate::chapters::{Chapters, Row};
use crate::codec::{write, Reader};
use crate::log::Log;
use crate::refusal::Refusal;
use crate::transaction::{Pay, Signature};

/// The chapter of delegated keys: key `[account, place]`.
pub const DELEGATES: &str = "delegates";
/// The chapter of joint accounts: key account.
pub const OWNERS: &str = "owners";

const SECONDS_IN_DAY: u64 = 86_400;
const WRITTEN: &str = "the shared rules write rows that can be read";

/// By whose keys a payment is signed.
pub enum Payer {
    /// The account's one key.
    Key,
    /// So many of several owners' keys, by their places.
    Owners(Owners),
    /// A key that may pay within caps.
    Delegate(Delegated),
}

/// The keys of a joint account.
pub struct Owners {
    needed: u32,
    pub keys: Vec<[u8; 32]>,
}

/// A place of an account from which a key pays.
pub struct Delegated {
    pub key: [u8; 32],
    per_payment: i64,
    per_day: i64,
    until: u64,
    payees: Option<Vec<(u32, u32)>>,
    pub state: State,
    /// Where the state begins in the row: it is the row's end, and all that payments change.
    state_at: usize,
}

/// What a place has paid: the sequence of its next payment, and how much it spent on the day of its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub next_sequence: u64,
    day: u64,
    spent: i64,
}

/// Whose signatures a payment has to have, as far as that is seen without verifying them: checks 14.1.1 to 14.1.4,
/// and for a delegated one 14.3.2.
#[inline]
pub fn find_payer(log: &Log, account: &Account, pay: &Pay<'_>) -> Result<Payer, Refusal> {
    if let Some(place) = pay.place {
        let (key, length) = delegate_key(pay.payer, place);
        let row = log.chapters.get(DELEGATES, &key[..length]).ok_or(Refusal::DelegateUnknown)?;
        let found = Delegated::read(row).expect(WRITTEN);
        return Ok(Payer::Delegate(found.ok_or(Refusal::DelegateUnknown)?));
    }
    match pay.signature {
        Signature::One(_) if account.is_joint => Err(Refusal::AccountIsJoint),
        Signature::One(_) => Ok(Payer::Key),
        Signature::Several(_) if !account.is_joint => Err(Refusal::AccountNotJoint),
        Signature::Several(several) => {
            let owners = Owners::of(&log.chapters, pay.payer);
            if several.each().any(|(place, _)| place as usize >= owners.keys.len()) {
                return Err(Refusal::OwnerUnknown);
            }
            if several.count < owners.needed {
                return Err(Refusal::OwnersTooFew);
            }
            Ok(Payer::Owners(owners))
        }
    }
}

impl Owners {
    /// Those of an account that is joint.
    fn of(chapters: &Chapters, account: u32) -> Self {
        let mut key = Vec::new();
        write::unsigned(&mut key, u64::from(account));
        let row = chapters.get(OWNERS, &key).and_then(Owners::read);
        row.expect("a joint account has a row of its owners")
    }

    fn read(row: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(row);
        (reader.array()? == 2).then_some(())?;
        let needed = reader.number()?;
        let keys =
            (0..reader.array()?).map(|_| reader.hash().copied()).collect::<Option<Vec<_>>>()?;
        Some(Owners { needed, keys })
    }
}

/// The key of the row of a place, and how long it is: `[account, place]`, as `codec::write` would write it.
fn delegate_key(account: u32, place: u8) -> ([u8; 7], usize) {
    let [a, b, c, d] = account.to_be_bytes();
    match account {
        0..=0x7f => ([0x92, d, place, 0, 0, 0, 0], 3),
        0x80..=0xff => ([0x92, 0xcc, d, place, 0, 0, 0], 4),
        0x100..=0xffff => ([0x92, 0xcd, c, d, place, 0, 0], 5),
        _ => ([0x92, 0xce, a, b, c, d, place], 7),
    }
}

/// Takes back what `Delegated::pay` noted: `paid`, and what it returned.
pub fn unpay_delegated(
    chapters: &mut Chapters,
    (account, place): (u32, u8),
    paid: i64,
    before: Option<&(u64, i64)>,
) {
    let (key, length) = delegate_key(account, place);
    let row = chapters.row_mut(DELEGATES, &key[..length]);
    let found = Delegated::read(row).flatten().expect(WRITTEN);
    let State { next_sequence, day, spent } = found.state;
    let (day, spent) = before.copied().unwrap_or((day, spent - paid));
    found.write(row, State { next_sequence: next_sequence - 1, day, spent });
}

impl Delegated {
    /// From a row; `Some(None)` where the place has no key now.
    fn read(row: &[u8]) -> Option<Option<Self>> {
        let mut reader = Reader::new(row);
        (reader.array()? == 8).then_some(())?;
        if reader.take_nil() {
            return Some(None);
        }
        let key = *reader.hash()?;
        let (per_payment, per_day) = (reader.integer()?, reader.integer()?);
        let until = reader.uint()?;
        let payees = if reader.take_nil() { None } else { Some(read_payees(&mut reader)?) };
        let state_at = reader.position();
        let next_sequence = reader.uint()?;
        let (day, spent) = (reader.uint()?, reader.integer()?);
        let state = State { next_sequence, day, spent };
        Some(Some(Delegated { key, per_payment, per_day, until, payees, state, state_at }))
    }

    /// Writes a state into the row that this was read from, in place: a new row for each payment takes longer.
    fn write(&self, row: &mut Vec<u8>, state: State) {
        row.truncate(self.state_at);
        write::unsigned(row, state.next_sequence);
        write::unsigned(row, state.day);
        write::integer(row, state.spent);
    }

    /// Notes a checked payment in the row of the place; the day before and what was spent on it, where it was another one.
    pub fn pay(
        &self,
        chapters: &mut Chapters,
        (account, place): (u32, u8),
        paid: i64,
        time: u64,
    ) -> Option<Box<(u64, i64)>> {
        let State { next_sequence, day, spent } = self.state;
        let today = time / SECONDS_IN_DAY;
        let (key, length) = delegate_key(account, place);
        let spent_today = self.spent_on(today) + paid;
        let state = State { next_sequence: next_sequence + 1, day: today, spent: spent_today };
        self.write(chapters.row_mut(DELEGATES, &key[..length]), state);
        (day != today).then(|| Box::new((day, spent)))
    }

    fn spent_on(&self, day: u64) -> i64 {
        if day == self.state.day {
            self.state.spent
        } else {
            0
        }
    }

    /// Checks 14.3.7 to 14.3.10 for amounts that are in range.
    pub fn check(&self, pay: &Pay<'_>, time: u64) -> Result<(), Refusal> {
        let paid = pay.amount + pay.fee;
        if time >= self.until {
            return Err(Refusal::DelegateExpired);
        }
        if paid > self.per_payment {
            return Err(Refusal::DelegatePaymentCap);
        }
        if self.spent_on(time / SECONDS_IN_DAY) + paid > self.per_day {
            return Err(Refusal::DelegateDayCap);
        }
        match &self.payees {
            Some(payees) if !payees.contains(&(pay.payee_coop, pay.payee)) => {
                Err(Refusal::DelegatePayee)
            }
            _ => Ok(()),
        }
    }
}

/// Whose key a row of delegated keys has, and which: account, place, key.
pub fn delegated_key(row: &Row) -> Option<(u32, u8, [u8; 32])> {
    let value = row.value.as_deref().filter(|_| row.chapter == DELEGATES)?;
    let mut reader = Reader::new(&row.key);
    (reader.array()? == 2).then_some(())?;
    let (account, place) = (reader.number()?, u8::try_from(reader.number()?).ok()?);
    let found = Delegated::read(value)??;
    Some((account, place, found.key))
}

fn read_payees(reader: &mut Reader<'_>) -> Option<Vec<(u32, u32)>> {
    (0..reader.array()?)
        .map(|_| {
            (reader.array()? == 2).then_some(())?;
            Some((reader.number()?, reader.number()?))
        })
        .collect()
}

/// Marks the accounts that are joint by the rows of their chapter, after a snapshot was read.
pub fn mark_joint(log: &mut Log) {
    let rows = log.chapters.rows(OWNERS);
    let numbers: Vec<u32> = rows.filter_map(|(key, _)| Reader::new(key).number()).collect();
    numbers.into_iter().for_each(|number| log.accounts.set_joint(number, true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_place_is_as_it_is_written() {
        for account in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, 0x1234_5678, u32::MAX] {
            for place in [0, 1, 63] {
                let mut written = Vec::new();
                write::array(&mut written, 2);
                write::unsigned(&mut written, u64::from(account));
                write::unsigned(&mut written, u64::from(place));
                let (key, length) = delegate_key(account, place);
                assert_eq!(key[..length], written);
            }
        }
    }
}
