//! What a validator needs of a charter in force. Parsing and checking charters is done elsewhere.

use curve25519_dalek::edwards::EdwardsPoint;

use crate::chain::Head;
use crate::fault::Fault;
use crate::log::Log;
use crate::refusal::Refusal;
use crate::signature::decompress;

const MAX_COOPS: usize = 1024;

/// What a coop is to the others; PROTOCOL's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    Member = 0,
    Quarantined = 1,
    Left = 2,
}

/// Whether a log may have entries of the kinds that this crate decides, by what its coop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    NotAdmitted,
    Open,
    /// Its coop leaves: it goes on until it is settled.
    UntilSettled,
}

impl Openness {
    /// Why a log takes in no such entry as it is now, if so.
    #[inline]
    pub fn check(self, log: &Log) -> Result<(), Refusal> {
        match self {
            Openness::Open => Ok(()),
            Openness::NotAdmitted => Err(Refusal::CoopNotAdmitted),
            Openness::UntilSettled if log.is_settled() => Err(Refusal::CoopLeft),
            Openness::UntilSettled => Ok(()),
        }
    }
}

/// A node key with its point.
#[derive(Clone, Copy)]
pub struct NodeKey {
    pub bytes: [u8; 32],
    pub point: EdwardsPoint,
}

/// A coop, its keys decompressed.
pub struct Coop {
    pub number: u32,
    pub node_key: NodeKey,
    /// In minor units.
    pub clearing_limit: i64,
    pub standing: Standing,
    /// The oldest first, each with the length of the coop's log up to which it signed.
    earlier_keys: Vec<(u64, NodeKey)>,
    /// (length, time): the entry after it may be earlier than the one before, but not than that time.
    time_fall: Option<(u64, u64)>,
    /// The branch of its log that was decided to stand.
    pub stands: Option<Stand>,
}

/// The branch that stands has this head at that length; a higher version counts more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub version: u64,
    pub length: u64,
    pub head: Head,
}

/// A coop as it is told to this crate.
#[derive(Clone)]
pub struct CoopFields {
    pub number: u32,
    pub node_key: [u8; 32],
    /// In minor units.
    pub clearing_limit: i64,
    /// PROTOCOL's number of a standing.
    pub standing: u8,
    /// (key, length), the oldest first.
    pub earlier_keys: Vec<([u8; 32], u64)>,
    /// (length, time) from where on the time of the coop's log may fall.
    pub time_fall: Option<(u64, u64)>,
    pub stands: Option<Stand>,
}

impl CoopFields {
    /// A member that has had one key.
    pub fn member(number: u32, node_key: [u8; 32], clearing_limit: i64) -> Self {
        CoopFields {
            number,
            node_key,
            clearing_limit,
            standing: 0,
            earlier_keys: Vec::new(),
            time_fall: None,
            stands: None,
        }
    }
}

/// What one log goes by; logs that go by the same share it.
pub struct Charter {
    pub witness_quorum: usize,
    /// How many payments, and how many other entries, a log takes in a day; None: as many as come.
    pub entries_per_day: Option<u64>,
    /// Rising by number.
    coops: Vec<Coop>,
}

impl Charter {
    /// A charter with those coops.
    pub fn new(
        witness_quorum: usize,
        entries_per_day: Option<u64>,
        coops: &[CoopFields],
    ) -> Result<Self, Fault> {
        let mut sorted: Vec<&CoopFields> = coops.iter().collect();
        sorted.sort_unstable_by_key(|coop| coop.number);
        if sorted.is_empty() || sorted.len() > MAX_COOPS {
            return Err(Fault::Charter("a charter has 1 to 1024 coops"));
        }
        if sorted.windows(2).any(|pair| pair[0].number == pair[1].number) {
            return Err(Fault::Charter("two coops have one number"));
        }
        let coops = sorted.into_iter().map(Coop::new).collect::<Result<_, _>>()?;
        Ok(Charter { witness_quorum, entries_per_day, coops })
    }

    /// The coop with a number.
    #[inline]
    pub fn coop(&self, number: u32) -> Option<&Coop> {
        let place = self.coops.binary_search_by_key(&number, |coop| coop.number).ok()?;
        Some(&self.coops[place])
    }

    /// Whether the log of a coop may have entries of the kinds that this crate decides.
    pub fn openness(&self, number: u32) -> Openness {
        match self.coop(number).map(|coop| coop.standing) {
            None => Openness::NotAdmitted,
            Some(Standing::Left) => Openness::UntilSettled,
            Some(Standing::Member | Standing::Quarantined) => Openness::Open,
        }
    }

    /// The least time that the next entry of a coop's log of that length may have; its newest has `newest`.
    #[inline]
    pub fn earliest_time(&self, number: u32, length: u64, newest: u64) -> u64 {
        match self.coop(number).and_then(|coop| coop.time_fall) {
            Some((at, time)) if at == length => time.min(newest),
            _ => newest,
        }
    }

    /// The numbers of its coops, rising.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.coops.iter().map(|coop| coop.number)
    }
}

impl Coop {
    fn new(fields: &CoopFields) -> Result<Self, Fault> {
        let standing = match fields.standing {
            0 => Standing::Member,
            1 => Standing::Quarantined,
            2 => Standing::Left,
            _ => return Err(Fault::Charter("no such standing of a coop")),
        };
        let earlier = fields.earlier_keys.iter();
        Ok(Coop {
            number: fields.number,
            node_key: NodeKey::new(&fields.node_key)?,
            clearing_limit: fields.clearing_limit,
            standing,
            earlier_keys: earlier
                .map(|(key, until)| Ok((*until, NodeKey::new(key)?)))
                .collect::<Result<_, _>>()?,
            time_fall: fields.time_fall,
            stands: fields.stands,
        })
    }

    /// The node key that signs the head of this coop's log at `length`, with its number among the keys that
    /// the coop has had: 0 for the present one.
    pub fn key_at(&self, length: u64) -> (u32, &NodeKey) {
        let place = self.earlier_keys.iter().position(|(until, _)| length <= *until);
        match place {
            Some(place) => (1 + place as u32, &self.earlier_keys[place].1),
            None => (0, &self.node_key),
        }
    }

    /// Why this coop's log can't be anchored and pays nobody outside, if so. That of one that leaves does until
    /// its end.
    pub fn check_heard(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Quarantined => Err(Refusal::CoopQuarantined),
            Standing::Member | Standing::Left => Ok(()),
        }
    }

    /// How far this coop may owe the others: who leaves comes down to 0, and not below.
    #[inline]
    pub fn credit(&self) -> i64 {
        match self.standing {
            Standing::Left => 0,
            Standing::Member | Standing::Quarantined => self.clearing_limit,
        }
    }

    /// Why this coop can't be paid, if so.
    pub fn check_partner(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Member => Ok(()),
            Standing::Quarantined => Err(Refusal::CoopQuarantined),
            Standing::Left => Err(Refusal::CoopLeft),
        }
    }
}

impl NodeKey {
    fn new(bytes: &[u8; 32]) -> Result<Self, Fault> {
        let point = decompress(bytes).ok_or(Fault::Charter("a node key is no point"))?;
        Ok(NodeKey { bytes: *bytes, point })
    }
}
