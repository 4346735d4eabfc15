//! Snapshots: the listing and the heads that can still be anchored, as `ledger/validators/listing.py` lays them out.
//!
//! A snapshot is a node's own and trusted as its database is: the hash in it catches damage, not
//! malice. Loading still checks everything that later code relies on. Keys are decompressed when their
//! accounts first pay, so loading takes no arithmetic on the curve.

use std::collections::VecDeque;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::chapters::Chapters;
use crate::charter::Charter;
use crate::codec::Reader;
use crate::fault::Fault;
use crate::federation::{Federation, Terms};
use crate::listing::list;
use crate::log::{Heads, Item, Log, Returnable, Today};
use crate::record::Record;
use crate::validator::Validator;

const MAGIC: &[u8; 16] = b"fiado1.snapshot\0";
const REST: usize = 16 + 32;

const DAMAGED: Fault = Fault::Snapshot("the snapshot is damaged");
const FOREIGN: Fault = Fault::Snapshot("the snapshot is of another charter");

impl Validator {
    /// All state as bytes.
    pub fn snapshot(&self) -> Result<Vec<u8>, Fault> {
        let logs = self.logs()?;
        let accounts: usize = logs.iter().map(|log| log.accounts.len()).sum();
        let mut out = Vec::with_capacity(96 * accounts + 1024);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 32 + 8]);
        list(&self.federation, logs, |piece| out.extend_from_slice(piece));
        let listed = (out.len() - REST - 8) as u64;
        out[REST..REST + 8].copy_from_slice(&listed.to_be_bytes());
        for (_, home) in self.federation.coops() {
            let log = &logs[home];
            out.extend_from_slice(&log.heads.from.to_be_bytes());
            out.extend_from_slice(&(log.heads.heads.len() as u64).to_be_bytes());
            log.heads.heads.iter().for_each(|head| out.extend_from_slice(head));
        }
        let hash = Sha256::digest(&out[REST..]);
        out[16..REST].copy_from_slice(&hash);
        Ok(out)
    }

    /// The state of a snapshot of a federation whose logs go by this charter.
    pub fn load(
        federation: [u8; 32],
        charter: &Arc<Charter>,
        threads: usize,
        snapshot: &[u8],
    ) -> Result<Self, Fault> {
        let rest = snapshot.get(REST..).ok_or(DAMAGED)?;
        if &snapshot[..16] != MAGIC || Sha256::digest(rest)[..] != snapshot[16..REST] {
            return Err(DAMAGED);
        }
        let (listed, rest) = rest.split_first_chunk::<8>().ok_or(DAMAGED)?;
        let listed = usize::try_from(u64::from_be_bytes(*listed)).map_err(|_| DAMAGED)?;
        let (listing, mut heads) = rest.split_at_checked(listed).ok_or(DAMAGED)?;
        let mut validator = Validator::new(federation, charter, threads);
        let mut reader = Reader::new(listing);
        let federation = &validator.federation;
        for (number, home) in federation.coops() {
            let log = &mut validator.state.logs[home];
            let counts = read_header(&mut reader, federation, number, log).ok_or(FOREIGN)?;
            let terms = Terms { federation, charter, home };
            read_rows(&mut reader, terms, log, &counts).ok_or(DAMAGED)??;
            log.heads = read_heads(&mut heads).ok_or(DAMAGED)?;
            if log.heads.length() != counts.length || log.heads.last() != &counts.head {
                return Err(DAMAGED);
            }
        }
        if !reader.is_done() || !heads.is_empty() {
            return Err(FOREIGN);
        }
        Ok(validator)
    }
}

/// The numbers in a log's first row that say what follows.
struct Counts {
    length: u64,
    head: [u8; 32],
    accounts: u64,
    transit: u64,
    returnable: u64,
    indexed: u64,
}

fn read_header(
    reader: &mut Reader<'_>,
    federation: &Federation,
    number: u32,
    log: &mut Log,
) -> Option<Counts> {
    let is_counted = log.charter.entries_per_day.is_some();
    is_true(reader.array()? == if is_counted { 14 } else { 13 } && reader.text()? == "coop")?;
    is_true(reader.number()? == number)?;
    let length = reader.uint()?;
    let head = *reader.hash()?;
    log.moment.time = reader.uint()?;
    log.position = reader.integer()?;
    log.held = reader.integer()?;
    log.commons = reader.integer()?;
    let indexed = reader.uint()?;
    let others: Vec<u32> = log.charter.numbers().filter(|other| *other != number).collect();
    is_true(reader.array()? as usize == others.len())?;
    for other in others {
        is_true(reader.array()? == 2 && reader.number()? == other)?;
        log.anchored[federation.place(other)?] = reader.uint()?;
    }
    let (accounts, transit, returnable) = (reader.uint()?, reader.uint()?, reader.uint()?);
    if is_counted {
        is_true(reader.array()? == 2)?;
        log.moment.today = Today { payments: reader.uint()?, others: reader.uint()? };
    }
    Some(Counts { length, head, accounts, transit, returnable, indexed })
}

fn read_rows(
    reader: &mut Reader<'_>,
    terms: Terms<'_>,
    log: &mut Log,
    counts: &Counts,
) -> Option<Result<(), Fault>> {
    // A row has more than 40 bytes, so a count that is not true can't ask for much room.
    let room = usize::try_from(counts.accounts).ok()?.min(reader.left() / 40);
    log.accounts.reserve(room);
    for _ in 0..counts.accounts {
        if let Err(fault) = log.accounts.put(&Record::read(reader)?) {
            return Some(Err(fault));
        }
    }
    for _ in 0..counts.transit {
        is_true(reader.array()? == 6)?;
        let to = terms.place(reader.number()?).filter(|to| *to != terms.home)?;
        let (number, payee, amount) = (reader.uint()?, reader.number()?, reader.integer()?);
        let (payer, is_return) = (reader.number()?, reader.uint()? == 1);
        log.transit[to].push_back(Item { number, amount, payee, payer, is_return });
    }
    for _ in 0..counts.returnable {
        is_true(reader.array()? == 4)?;
        let from = reader.number()?;
        terms.place(from)?;
        let number = reader.uint()?;
        let item = Returnable { account: reader.number()?, amount: reader.integer()? };
        log.returnable.insert((from, number), item);
    }
    log.chapters = Chapters::read(reader, counts.indexed)?;
    Some(Ok(()))
}

fn read_heads(bytes: &mut &[u8]) -> Option<Heads> {
    let (from, rest) = bytes.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_be_bytes(*count)).ok().filter(|count| *count > 0)?;
    let (heads, rest) = rest.split_at_checked(count.checked_mul(32)?)?;
    *bytes = rest;
    let heads: VecDeque<[u8; 32]> =
        heads.chunks_exact(32).map(|head| head.try_into().expect("a chunk of 32")).collect();
    let from = u64::from_be_bytes(*from);
    from.checked_add(count as u64)?;
    Some(Heads { heads, from })
}

fn is_true(condition: bool) -> Option<()> {
    condition.then_some(())
}
