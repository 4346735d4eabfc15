//! What a replay does for an entry before it checks it.
//!
//! Two things take an entry's time that have nothing to do with each other: what it concerns lies anywhere in memory, and
//! the blocks that the chain hashes wait for one another. So entries are decoded and laid for the chain a while before, what
//! they concern is asked for in three rounds, each of which needs what the one before has brought, and the
//! blocks of the entry that is checked are hashed in between.
//!
//! Nothing here decides anything but the chain hash.

use fiado_points::near::bring;

use crate::chain::Head;
use crate::entries::Boundaries;
use crate::log::Log;
use crate::refusal::Refusal;
use crate::sha256::InSteps;
use crate::transaction::{decode_entry, Decoded, Pay, Transaction};
use crate::validator::State;

/// How many entries before its own an entry is decoded, and each round asks for what it concerns.
const DECODED: usize = 16;
const PLACES: usize = 12;
const ACCOUNTS: usize = 8;
const KEYS: usize = 4;
/// Room for all that are decoded and the one that is checked.
const RING: usize = 2 * DECODED;

/// The entries from the one that is checked on, by their numbers in what is replayed.
pub struct Ahead<'a, 'e> {
    blob: &'a [u8],
    entries: &'e Boundaries,
    decoded: Vec<Decoded<'a>>,
    laid: Vec<InSteps>,
}

impl<'a, 'e> Ahead<'a, 'e> {
    /// Before entry `start`.
    pub fn new(blob: &'a [u8], entries: &'e Boundaries, start: usize) -> Self {
        let decoded = vec![Err(Refusal::EntryMalformed); RING];
        let mut ahead = Ahead { blob, entries, decoded, laid: vec![InSteps::default(); RING] };
        (start..start + DECODED).for_each(|index| ahead.decode(index));
        ahead
    }

    /// What entry `index` is. Entries are asked for one after the other, each with the head before it.
    #[inline]
    pub fn next(&mut self, state: &State, home: usize, index: usize) -> &Decoded<'a> {
        let log = &state.logs[home];
        let entry = self.entries.value(self.blob, index);
        self.laid[index % RING].begin(log.heads.last(), entry);
        self.decode(index + DECODED);
        self.laid[index % RING].step();
        &self.decoded[index % RING]
    }

    /// The head after entry `index`, which was asked for last.
    #[inline]
    pub fn head(&mut self, state: &State, home: usize, index: usize) -> Head {
        self.laid[index % RING].step();
        self.bring(state, &state.logs[home], index);
        self.laid[index % RING].finish()
    }

    #[inline]
    fn decode(&mut self, index: usize) {
        if index < self.entries.count() {
            let entry = self.entries.value(self.blob, index);
            self.decoded[index % RING] = decode_entry(entry);
            self.laid[index % RING].lay(entry);
        }
    }

    /// Behind the last entry this asks for what others before it concerned, which are near.
    #[inline]
    fn bring(&self, state: &State, log: &Log, index: usize) {
        let accounts = &log.accounts;
        if let Some(pay) = self.payment(index + PLACES) {
            accounts.bring_place(pay.payer);
            accounts.bring_place(pay.payee);
        }
        if let Some(pay) = self.payment(index + ACCOUNTS) {
            for place in [accounts.find(pay.payer), accounts.find(pay.payee)].into_iter().flatten()
            {
                bring(accounts.get(place));
            }
        }
        if let Some(payer) = self.payment(index + KEYS).and_then(|pay| accounts.find(pay.payer)) {
            state.keys.bring(accounts.get(payer).point);
        }
    }

    #[inline]
    fn payment(&self, index: usize) -> Option<&Pay<'a>> {
        match &self.decoded[index % RING] {
            Ok((_, Transaction::Pay(pay))) => Some(pay),
            _ => None,
        }
    }
}
