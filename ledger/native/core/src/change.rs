//! What an entry changes: enough to take it back.

use crate::ending::Ending;
use crate::log::Item;

/// What one entry changed, the chain and the moment aside.
#[derive(Debug)]
pub enum Change {
    Pay {
        payer: u32,
        payee: Payee,
        amount: i64,
        fee: i64,
    },
    /// As `Pay`, by the delegated key of a place: the day of its payment before and what was spent on it, where it was
    /// another day.
    PayDelegated {
        payer: u32,
        payee: Payee,
        amount: i64,
        fee: i64,
        place: u8,
        before: Option<Box<(u64, i64)>>,
    },
    Anchor(Box<Delivery>),
    /// Of the payment that is entry `number` of the log of `coop`, which stands at `place`.
    Return {
        place: usize,
        coop: u32,
        number: u64,
        account: u32,
        amount: i64,
    },
}

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payee {
    /// The commons of the payer's home.
    Commons,
    /// An account of the payer's home, by position.
    Local(u32),
    /// Somebody at the coop at this place.
    Abroad(u16),
}

/// What an anchor did, enough to take it back.
#[derive(Debug)]
pub struct Delivery {
    /// The place of the anchored coop, and its number.
    pub other: usize,
    pub number: u32,
    /// The place of the branch that was anchored, and of the one that was gone by before.
    pub branch: usize,
    pub previous_branch: usize,
    pub previous: u64,
    /// Below this length no log can anchor `branch` any more.
    pub floor: u64,
    pub delivered: Vec<(Item, Credit)>,
    pub kept: Kept,
    /// What came back, when it took in the last entry of a log that has ended.
    pub ending: Option<Ending>,
}

/// What is kept of a delivery after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The items are still in their queue, for other branches of the log that took them in.
    pub in_queue: bool,
    /// They are noted as received, since other branches of the paying log may stand.
    pub as_received: bool,
}

/// To whom a delivered item was credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// The account at a position.
    Account(u32),
    /// The commons, which the item was for.
    Commons,
    /// The commons, because the account it came back to is closed.
    Kept,
    /// The commons, to be given back.
    Held,
}
