//! What a validator needs of a charter. Parsing and checking charters is done elsewhere.

use curve25519_dalek::edwards::EdwardsPoint;

use crate::chain::{context, CONTEXT_BYTES, TAG_ENTRY, TAG_HEAD};
use crate::fault::Fault;
use crate::signature::decompress;

const MAX_COOPS: usize = 1024;

/// A coop, its key decompressed and the beginnings of signed messages written out.
pub struct Coop {
    pub number: u32,
    pub node_key: [u8; 32],
    pub node_point: EdwardsPoint,
    /// In minor units.
    pub clearing_limit: i64,
    /// What precedes the signed part of a transaction in this coop's log.
    pub entry_context: [u8; CONTEXT_BYTES],
    /// What precedes length and head of a signed head of this coop's log, array header included.
    pub head_context: [u8; CONTEXT_BYTES + 1],
}

/// The coops in rising order of number; elsewhere a coop is named by its position here.
pub struct Charter {
    pub federation: [u8; 32],
    pub witness_quorum: usize,
    /// How many payments, and how many other entries, a log takes in a day; None: as many as come.
    pub entries_per_day: Option<u64>,
    pub coops: Vec<Coop>,
}

impl Charter {
    /// `coops` are (number, node key, clearing limit).
    pub fn new(
        federation: [u8; 32],
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
        let coops = sorted
            .into_iter()
            .map(|coop| Coop::new(&federation, coop))
            .collect::<Result<_, _>>()?;
        Ok(Charter { federation, witness_quorum, entries_per_day, coops })
    }

    /// The position of the coop with a number.
    #[inline]
    pub fn position(&self, number: u32) -> Option<usize> {
        self.coops.binary_search_by_key(&number, |coop| coop.number).ok()
    }
}

impl Coop {
    fn new(federation: &[u8; 32], coop: (u32, [u8; 32], i64)) -> Result<Self, Fault> {
        let (number, node_key, clearing_limit) = coop;
        let mut head_context = [0x92; CONTEXT_BYTES + 1];
        head_context[..CONTEXT_BYTES].copy_from_slice(&context(TAG_HEAD, federation, number));
        Ok(Coop {
            number,
            node_key,
            node_point: decompress(&node_key).ok_or(Fault::Charter("a node key is no point"))?,
            clearing_limit,
            entry_context: context(TAG_ENTRY, federation, number),
            head_context,
        })
    }
}
