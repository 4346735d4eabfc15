//! What a coop's own decisions ask of every payment, and what a levy takes: PROTOCOL sections 7.2, 13.10 and 13.11.
//!
//! The bylaws and guarantees themselves are rows of chapters, which nothing here understands. What payments
//! have to know of them follows from those rows and is told by the caller, as the values of the index are.

use std::collections::HashMap;

use crate::accounts::Accounts;
use crate::codec::Reader;
use crate::fault::Fault;
use crate::payment::MAX_AMOUNT;
use crate::refusal::Refusal;

/// How many classes of accounts there are.
pub const CLASSES: usize = 16;
const MILLION: u128 = 1_000_000;

/// What the bylaws of a coop ask of payments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentTerms {
    /// What of each amount goes to the commons as its contribution, in millionths.
    contribution: u64,
    /// By class the balance up to which payments from within the coop may bring an account; 0 for any.
    ceilings: [i64; CLASSES],
}

impl PaymentTerms {
    /// Takes `[contribution, [ceiling of each class]]` off the front of what is read.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array()? == 2).then_some(())?;
        let contribution = reader.uint().filter(|rate| u128::from(*rate) <= MILLION)?;
        (reader.array()? as usize == CLASSES).then_some(())?;
        let mut ceilings = [0; CLASSES];
        for ceiling in &mut ceilings {
            *ceiling = reader.integer().filter(|ceiling| (0..=MAX_AMOUNT).contains(ceiling))?;
        }
        Some(PaymentTerms { contribution, ceilings })
    }

    /// Whether a fee is at least the contribution that a payment of this amount owes.
    #[inline]
    pub fn check_contribution(&self, amount: i64, fee: i64) -> Result<(), Refusal> {
        if self.contribution != 0 && fee < share(amount, self.contribution) {
            return Err(Refusal::ContributionMissing);
        }
        Ok(())
    }

    /// Whether an account of this class may be brought to this balance from within the coop.
    #[inline]
    pub fn check_ceiling(&self, class: u8, balance: i64) -> Result<(), Refusal> {
        match self.ceilings.get(usize::from(class)) {
            Some(ceiling) if *ceiling != 0 && balance > *ceiling => Err(Refusal::CeilingExceeded),
            _ => Ok(()),
        }
    }
}

/// So many millionths of an amount, the part below a minor unit left out; the amount's sign aside.
#[inline]
pub fn share(amount: i64, millionths: u64) -> i64 {
    let exact = u128::from(amount.unsigned_abs()) * u128::from(millionths) / MILLION;
    i64::try_from(exact).expect("a share is at most the whole")
}

/// How much each account answers for with others, those that pledged something.
pub type Pledged = HashMap<u32, i64>;

/// Reads (account, sum of what it has pledged) of each; a sum of 0 takes the account out.
pub fn read_pledged(reader: &mut Reader<'_>) -> Option<Vec<(u32, i64)>> {
    let is_amount = |sum: &i64| (0..=MAX_AMOUNT).contains(sum);
    (0..reader.array()?)
        .map(|_| {
            (reader.array()? == 2).then_some(())?;
            Some((reader.number()?, reader.integer().filter(is_amount)?))
        })
        .collect()
}

/// Sets what accounts have pledged.
pub fn set_pledged(pledged: &mut Pledged, sums: &[(u32, i64)]) {
    for (account, sum) in sums {
        if *sum == 0 {
            pledged.remove(account);
        } else {
            pledged.insert(*account, *sum);
        }
    }
}

/// What a levy takes of each balance, in millionths of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levy {
    pub positive: u64,
    pub negative: u64,
}

impl Levy {
    /// Takes `[positive, negative]` off the front of what is read.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array()? == 2).then_some(())?;
        let mut rate = || reader.uint().filter(|rate| u128::from(*rate) <= MILLION);
        Some(Levy { positive: rate()?, negative: rate()? })
    }

    fn of(self, balance: i64) -> i64 {
        share(balance, if balance > 0 { self.positive } else { self.negative })
    }

    /// What it takes of all accounts together; None when a balance or the commons would leave their range.
    pub fn total(self, accounts: &Accounts, commons: i64) -> Option<i64> {
        let mut total: i128 = 0;
        for place in 0..accounts.len() as u32 {
            let balance = accounts.get(place).balance;
            let taken = self.of(balance);
            if balance - taken < -MAX_AMOUNT {
                return None;
            }
            total += i128::from(taken);
        }
        let total = i64::try_from(total).ok()?;
        (commons.checked_add(total)? <= MAX_AMOUNT).then_some(total)
    }

    /// Takes it; gives what the commons gets.
    pub fn collect(self, accounts: &mut Accounts) -> i64 {
        let mut total = 0;
        for place in 0..accounts.len() as u32 {
            let account = accounts.get_mut(place);
            let taken = self.of(account.balance);
            account.balance -= taken;
            total += taken;
        }
        total
    }
}

/// The fault of a levy that a rule should have refused.
pub const LEVY_OUT_OF_RANGE: Fault = Fault::Argument("a levy keeps all balances in their range");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_toward_nought() {
        assert_eq!(share(999_999, 1), 0);
        assert_eq!(share(1_000_000, 1), 1);
        assert_eq!(share(-1_999_999, 1), 1);
        assert_eq!(share(MAX_AMOUNT, 1_000_000), MAX_AMOUNT);
        assert_eq!(share(-MAX_AMOUNT, 999_999), (MAX_AMOUNT as i128 * 999_999 / 1_000_000) as i64);
    }
}
