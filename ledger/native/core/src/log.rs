//! The state of one coop's log, PROTOCOL section 7.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use hashbrown::HashMap;

use crate::accounts::Accounts;
use crate::chain::Head;
use crate::chapters::{Chapters, Row};
use crate::charter::Charter;
use crate::codec::Reader;
use crate::federation::Federation;
use crate::governance::{PaymentTerms, Pledged};
use crate::index::Days;
use crate::keys::Signer;
use crate::owning::OWNERS;
use crate::refusal::Refusal;

const SECONDS_IN_DAY: u64 = 86_400;

/// The number of the account that belongs to the coop as a whole.
pub const COMMONS: u32 = 0;

/// An amount in transit: entry `number` of the payer's log sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub number: u64,
    pub amount: i64,
    pub payee: u32,
    pub payer: u32,
    pub is_return: bool,
}

/// A payment that this log has to give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returnable {
    pub account: u32,
    pub amount: i64,
}

/// How many entries a log has of the day of its newest one; counted only where the charter bounds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Today {
    pub payments: u64,
    pub others: u64,
}

/// When a log's newest entry is from, and how many that day has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub time: u64,
    pub today: Today,
}

/// One log's state. Vectors by coop are by the place of its branch 0; a log's own place in them is unused.
pub struct Log {
    /// The charter in force for this log.
    pub charter: Arc<Charter>,
    pub moment: Moment,
    pub position: i64,
    pub held: i64,
    pub commons: i64,
    pub anchored: Vec<u64>,
    pub accounts: Accounts,
    /// What this log has sent, by payee coop.
    pub transit: Vec<VecDeque<Item>>,
    /// What this log has to give back, by (number of the paying coop, number).
    pub returnable: BTreeMap<(u32, u64), Returnable>,
    /// The rows that the shared rules keep.
    pub chapters: Chapters,
    /// The values of the index; None in a federation without one.
    pub days: Option<Days>,
    /// What the bylaws ask of payments.
    pub payment_terms: PaymentTerms,
    /// What accounts answer for with others.
    pub pledged: Pledged,
    /// Where the cache has keys that are not the one of an account: (the key, its place).
    pub points: HashMap<(u32, Signer), ([u8; 32], u32)>,
    pub heads: Heads,
    /// The place of the branch of a forked log that this one goes by, where it is not branch 0.
    pub goes_by: BTreeMap<usize, usize>,
    /// What came from forked logs beyond the point where they part: (number, amount), by coop.
    pub received: BTreeMap<u32, Vec<(u64, i64)>>,
}

impl Log {
    /// An empty log in a federation that has `coops` places.
    pub fn new(genesis: Head, charter: Arc<Charter>, coops: usize) -> Self {
        Log {
            charter,
            moment: Moment { time: 0, today: Today::default() },
            position: 0,
            held: 0,
            commons: 0,
            anchored: vec![0; coops],
            accounts: Accounts::default(),
            transit: (0..coops).map(|_| VecDeque::new()).collect(),
            returnable: BTreeMap::new(),
            chapters: Chapters::default(),
            days: None,
            payment_terms: PaymentTerms::default(),
            pledged: Pledged::new(),
            points: HashMap::new(),
            heads: Heads { heads: VecDeque::from([genesis]), from: 0, recalled: None },
            goes_by: BTreeMap::new(),
            received: BTreeMap::new(),
        }
    }
}

impl Log {
    /// Makes room for so many places.
    pub fn make_room(&mut self, places: usize) {
        self.anchored.resize(places, 0);
        self.transit.resize_with(places, VecDeque::new);
    }

    /// Puts a checked row in, or takes it out.
    pub fn put_row(&mut self, row: &Row) {
        self.chapters.put(row);
        if row.chapter == OWNERS {
            if let Some(number) = Reader::new(&row.key).number() {
                self.accounts.set_joint(number, row.value.is_some());
            }
        }
    }

    /// Whether all balances are 0, the commons' too, and there is nothing to give back.
    pub fn is_settled(&self) -> bool {
        let is_even = self.position == 0 && self.commons == 0 && self.returnable.is_empty();
        is_even && self.accounts.are_even()
    }

    /// The place of the branch that this log goes by of the log whose branch 0 is at place `first`.
    #[inline]
    pub fn gone_by(&self, first: usize) -> usize {
        if self.goes_by.is_empty() {
            return first;
        }
        self.goes_by.get(&first).copied().unwrap_or(first)
    }

    /// Lets this log go by the branch at a place.
    pub fn go_by_branch(&mut self, first: usize, branch: usize) {
        if branch == first {
            self.goes_by.remove(&first);
        } else {
            self.goes_by.insert(first, branch);
        }
    }

    /// (number, anchored length) of every coop of the log's charter but its own, `number`, rising.
    pub fn anchored_lengths<'a>(
        &'a self,
        federation: &'a Federation,
        number: u32,
    ) -> impl Iterator<Item = (u32, u64)> + 'a {
        let others = self.charter.numbers().filter(move |other| *other != number);
        others.filter_map(|other| Some((other, self.anchored[federation.place(other)?])))
    }
}

impl Moment {
    /// How many entries the day of `time` has.
    fn counted(&self, time: u64) -> Today {
        match time / SECONDS_IN_DAY == self.time / SECONDS_IN_DAY {
            true => self.today,
            false => Today::default(),
        }
    }

    /// Whether the day of `time` has room for one more entry.
    #[inline]
    pub fn check_day(&self, charter: &Charter, time: u64, is_payment: bool) -> Result<(), Refusal> {
        let Some(most) = charter.entries_per_day else {
            return Ok(());
        };
        let today = self.counted(time);
        let count = if is_payment { today.payments } else { today.others };
        if count >= most {
            return Err(Refusal::DayFull);
        }
        Ok(())
    }

    /// The moment after one more entry at `time`.
    #[inline]
    pub fn after(&self, charter: &Charter, time: u64, is_payment: bool) -> Moment {
        let mut today = Today::default();
        if charter.entries_per_day.is_some() {
            today = self.counted(time);
            today.payments += u64::from(is_payment);
            today.others += u64::from(!is_payment);
        }
        Moment { time, today }
    }
}

/// The heads of a log from length `from` on, the newest last; never empty.
pub struct Heads {
    pub heads: VecDeque<Head>,
    pub from: u64,
    /// A head that is no longer kept and that a coop which joined later anchors.
    pub recalled: Option<(u64, Head)>,
}

impl Heads {
    /// The length of the log.
    pub fn length(&self) -> u64 {
        self.from + self.heads.len() as u64 - 1
    }

    /// The newest head.
    pub fn last(&self) -> &Head {
        self.heads.back().expect("a log always has a head")
    }

    /// The head at a length, if it is kept.
    pub fn at(&self, length: u64) -> Option<&Head> {
        let place = length.checked_sub(self.from);
        let kept = place.and_then(|place| self.heads.get(usize::try_from(place).ok()?));
        let recalled = self.recalled.as_ref().filter(|(at, _)| *at == length);
        kept.or(recalled.map(|(_, head)| head))
    }

    /// Goes back to a length that is kept.
    pub fn truncate(&mut self, length: u64) {
        let kept = length - self.from + 1;
        self.heads.truncate(usize::try_from(kept).expect("as many heads as fit in memory"));
    }

    /// Drops heads below length `floor`, once they are more than half of all.
    pub fn forget(&mut self, floor: u64) {
        let surplus = floor.saturating_sub(self.from) as usize;
        if surplus > self.heads.len() / 2 {
            self.heads.drain(..surplus);
            self.from = floor;
        }
    }

    /// Drops all heads but the newest.
    pub fn forget_all(&mut self) {
        let length = self.length();
        self.heads.drain(..self.heads.len() - 1);
        self.from = length;
    }
}
