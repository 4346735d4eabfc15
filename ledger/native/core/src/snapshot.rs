//! Snapshots: the listing and the heads that can still be anchored, as `ledger/validators/listing.py` lays them out.
//!
//! A snapshot is a node's own and trusted as its database is: the hash in it catches damage, not
//! malice. Loading still checks everything that later code relies on. Keys are decompressed when their
//! accounts first pay, so loading takes no arithmetic on the curve.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::chain::{genesis, Head};
use crate::chapters::{Chapters, CHARTER};
use crate::charter::Charter;
use crate::codec::Reader;
use crate::fault::Fault;
use crate::federation::Terms;
use crate::listing::{list, places};
use crate::log::{Heads, Item, Log, Returnable, Today};
use crate::owning::mark_joint;
use crate::record::Record;
use crate::sha256::sha256;
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
        let places = places(&self.federation, logs);
        for home in &places {
            let heads = &logs[*home].heads;
            out.extend_from_slice(&heads.from.to_be_bytes());
            out.extend_from_slice(&(heads.heads.len() as u64).to_be_bytes());
            heads.heads.iter().for_each(|head| out.extend_from_slice(head));
        }
        for home in places {
            if self.federation.is_forked(self.federation.home(home).first) {
                let number = self.federation.branch(home) as u64;
                out.extend_from_slice(&number.to_be_bytes());
            }
        }
        let hash = sha256(&out[REST..]);
        out[16..REST].copy_from_slice(&hash);
        Ok(out)
    }

    /// The state of a snapshot of a federation that was founded with this charter.
    ///
    /// All logs go by it at first: what they have changed of it follows from their chapters, which the caller
    /// reads (`Validator::go_by`).
    pub fn load(
        federation: [u8; 32],
        charter: &Arc<Charter>,
        threads: usize,
        snapshot: &[u8],
    ) -> Result<Self, Fault> {
        let rest = snapshot.get(REST..).ok_or(DAMAGED)?;
        if &snapshot[..16] != MAGIC || sha256(rest) != snapshot[16..REST] {
            return Err(DAMAGED);
        }
        let (listed, rest) = rest.split_first_chunk::<8>().ok_or(DAMAGED)?;
        let listed = usize::try_from(u64::from_be_bytes(*listed)).map_err(|_| DAMAGED)?;
        let (listing, mut heads) = rest.split_at_checked(listed).ok_or(DAMAGED)?;
        let mut validator = Validator::new(federation, charter, threads);
        let mut listed = read_listing(listing, &mut validator, charter)?;
        for log in &mut listed {
            log.log.heads = read_heads(&mut heads).ok_or(DAMAGED)?;
            if log.log.heads.length() != log.length || log.log.heads.last() != &log.head {
                return Err(DAMAGED);
            }
        }
        let numbers = read_numbers(&mut heads, &listed).ok_or(DAMAGED)?;
        if !heads.is_empty() {
            return Err(FOREIGN);
        }
        validator.put_logs(listed, &numbers)?;
        Ok(validator)
    }

    /// Takes in logs as they were listed, with the numbers of their branches.
    fn put_logs(&mut self, listed: Vec<Listed>, numbers: &[usize]) -> Result<(), Fault> {
        for log in
            listed.iter().skip(1).zip(&listed).filter(|(log, before)| log.first == before.first)
        {
            self.add_branch(self.federation.home(log.0.first).number)?;
        }
        let logs = &mut self.state.logs;
        let mut anchored = Vec::new();
        for (Listed { first, mut log, heads, .. }, number) in listed.into_iter().zip(numbers) {
            let place = self.federation.branches(first).nth(*number).ok_or(DAMAGED)?;
            log.make_room(logs.len());
            logs[place] = log;
            anchored.extend(heads.into_iter().map(|(other, head)| (place, other, head)));
        }
        for (place, other, head) in anchored {
            let length = logs[place].anchored[other];
            let mut branches = self.federation.branches(other);
            let branch = branches.find(|branch| logs[*branch].heads.at(length) == Some(&head));
            logs[place].go_by_branch(other, branch.ok_or(DAMAGED)?);
        }
        Ok(())
    }
}

/// A log as it was listed.
struct Listed {
    /// The place of branch 0 of its coop's log.
    first: usize,
    log: Log,
    length: u64,
    head: Head,
    /// The head that it has anchored of each forked coop, by the place of that one's branch 0.
    heads: Vec<(usize, Head)>,
}

fn read_listing(
    listing: &[u8],
    validator: &mut Validator,
    charter: &Arc<Charter>,
) -> Result<Vec<Listed>, Fault> {
    let mut reader = Reader::new(listing);
    let mut listed: Vec<Listed> = Vec::new();
    let mut numbers = Vec::new();
    while !reader.is_done() {
        let number = number_of_log(&reader).ok_or(FOREIGN)?;
        if numbers.last().is_some_and(|last| *last > number) {
            return Err(FOREIGN);
        }
        numbers.push(number);
        listed.push(read_log(&mut reader, validator, charter, number)?);
    }
    numbers.dedup();
    let held = validator.federation.coops().map(|(number, _)| number);
    if !held.eq(numbers) {
        return Err(FOREIGN);
    }
    Ok(listed)
}

/// The coop of the log whose first row comes next.
fn number_of_log(reader: &Reader<'_>) -> Option<u32> {
    let mut reader = reader.clone();
    is_true(reader.array().is_some() && reader.text() == Some("coop"))?;
    reader.number()
}

fn read_log(
    reader: &mut Reader<'_>,
    validator: &mut Validator,
    charter: &Arc<Charter>,
    number: u32,
) -> Result<Listed, Fault> {
    let first = validator.place_or_new(number, charter);
    let genesis = genesis(&validator.federation.id, number);
    let mut log = Log::new(genesis, Arc::clone(charter), validator.state.logs.len());
    let mut counts = read_header(reader, validator, number, &mut log).ok_or(FOREIGN)?;
    let terms = Terms { federation: &validator.federation, charter, home: first };
    read_rows(reader, terms, &mut log, &counts).ok_or(DAMAGED)??;
    if !counts.is_of_founding && log.chapters.len(CHARTER) == 0 {
        return Err(FOREIGN);
    }
    let heads = counts.forked.drain(..).map(|(first, head, _)| (first, head)).collect();
    Ok(Listed { first, log, length: counts.length, head: counts.head, heads })
}

/// The number of each branch that is listed: 0 for the log of a coop that has one.
fn read_numbers(bytes: &mut &[u8], listed: &[Listed]) -> Option<Vec<usize>> {
    let mut numbers: Vec<usize> = Vec::new();
    for log in listed {
        let branches = listed.iter().filter(|other| other.first == log.first).count();
        let mut number = 0;
        if branches > 1 {
            let (bytes_of_number, rest) = bytes.split_first_chunk::<8>()?;
            number = usize::try_from(u64::from_be_bytes(*bytes_of_number)).ok()?;
            *bytes = rest;
        }
        let is_taken = listed
            .iter()
            .zip(&numbers)
            .any(|(other, taken)| other.first == log.first && *taken == number);
        is_true(number < branches && !is_taken)?;
        numbers.push(number);
    }
    Some(numbers)
}

/// The numbers in a log's first row that say what follows.
struct Counts {
    length: u64,
    head: [u8; 32],
    accounts: u64,
    transit: u64,
    returnable: u64,
    indexed: u64,
    /// Of forked coops: the place of branch 0, the head that was anchored, how much was received since.
    forked: Vec<(usize, Head, u64)>,
    /// Whether it can be the row of a log that goes by the founding charter.
    is_of_founding: bool,
}

fn read_header(
    reader: &mut Reader<'_>,
    validator: &mut Validator,
    number: u32,
    log: &mut Log,
) -> Option<Counts> {
    let charter = Arc::clone(&log.charter);
    let elements = reader.array().filter(|elements| matches!(elements, 13 | 14))?;
    is_true(reader.text()? == "coop" && reader.number()? == number)?;
    let length = reader.uint()?;
    let head = *reader.hash()?;
    log.moment.time = reader.uint()?;
    log.position = reader.integer()?;
    log.held = reader.integer()?;
    log.commons = reader.integer()?;
    let indexed = reader.uint()?;
    let (others, forked) = read_anchored(reader, validator, log)?;
    let (accounts, transit, returnable) = (reader.uint()?, reader.uint()?, reader.uint()?);
    if elements == 14 {
        is_true(reader.array()? == 2)?;
        log.moment.today = Today { payments: reader.uint()?, others: reader.uint()? };
    }
    let is_counted = charter.entries_per_day.is_some();
    let of_charter = charter.numbers().filter(|other| *other != number);
    let is_known = length == 0 || charter.coop(number).is_some();
    let is_of_founding =
        is_known && is_counted == (elements == 14) && of_charter.eq(others.iter().copied());
    Some(Counts { length, head, accounts, transit, returnable, indexed, forked, is_of_founding })
}

/// The numbers of the coops whose anchored length is listed, and what `Counts::forked` has.
#[allow(clippy::type_complexity)]
fn read_anchored(
    reader: &mut Reader<'_>,
    validator: &mut Validator,
    log: &mut Log,
) -> Option<(Vec<u32>, Vec<(usize, Head, u64)>)> {
    let (mut others, mut forked) = (Vec::new(), Vec::new());
    for _ in 0..reader.array()? {
        let elements = reader.array().filter(|elements| matches!(elements, 2 | 4))?;
        let other = reader.number()?;
        let first = validator.place_or_new(other, &log.charter);
        log.make_room(validator.state.logs.len());
        log.anchored[first] = reader.uint()?;
        if elements == 4 {
            forked.push((first, *reader.hash()?, reader.uint()?));
        }
        others.push(other);
    }
    Some((others, forked))
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
        let to = terms.federation.place(reader.number()?).filter(|to| *to != terms.home)?;
        let (number, payee, amount) = (reader.uint()?, reader.number()?, reader.integer()?);
        let (payer, is_return) = (reader.number()?, reader.uint()? == 1);
        log.transit[to].push_back(Item { number, amount, payee, payer, is_return });
    }
    for _ in 0..counts.returnable {
        is_true(reader.array()? == 4)?;
        let from = reader.number()?;
        terms.federation.place(from)?;
        let number = reader.uint()?;
        let item = Returnable { account: reader.number()?, amount: reader.integer()? };
        log.returnable.insert((from, number), item);
    }
    for (first, _, count) in &counts.forked {
        let number = terms.federation.home(*first).number;
        for _ in 0..*count {
            is_true(reader.array()? == 3 && reader.number()? == number)?;
            let item = (reader.uint()?, reader.integer()?);
            log.received.entry(number).or_default().push(item);
        }
    }
    log.chapters = Chapters::read(reader, counts.indexed)?;
    mark_joint(log);
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
    Some(Heads { heads, from, recalled: None })
}

fn is_true(condition: bool) -> Option<()> {
    condition.then_some(())
}
