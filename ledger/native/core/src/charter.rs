//! What a validator needs of a charter in force. Parsing and checking charters is done elsewhere.

use curve25519_dalek::edwards::EdwardsPoint;

use crate::fault::Fault;
use crate::signature::decompress;

const MAX_COOPS: usize = 1024;

/// A coop, its key decompressed.
pub struct Coop {
    pub number: u32,
    pub node_key: [u8; 32],
    pub node_point: EdwardsPoint,
    /// In minor units.
    pub clearing_limit: i64,
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
    /// `coops` are (number, node key, clearing limit).
    pub fn new(
        witness_quorum: usize,
        entries_per_day: Option<u64>,
        coops: &[(u32, [u8; 32], i64)],
    ) -> Result<Self, Fault> {
        let mut sorted = coops.to_vec();
        sorted.sort_unstable_by_key(|coop| coop.0);
        if sorted.is_empty() || sorted.len() > MAX_COOPS {
            return Err(Fault::Charter("a charter has 1 to 1024 coops"));
        }
        if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
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

    /// The numbers of its coops, rising.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.coops.iter().map(|coop| coop.number)
    }
}

impl Coop {
    fn new((number, node_key, clearing_limit): (u32, [u8; 32], i64)) -> Result<Self, Fault> {
        let node_point = decompress(&node_key).ok_or(Fault::Charter("a node key is no point"))?;
        Ok(Coop { number, node_key, node_point, clearing_limit })
    }
}
