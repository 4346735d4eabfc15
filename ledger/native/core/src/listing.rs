//! The listing of the state and its digest, PROTOCOL section 7.8.

use sha2::{Digest, Sha256};

use crate::chapters::INDEX;
use crate::codec::write;
use crate::fault::Fault;
use crate::federation::Federation;
use crate::log::{Item, Log, Returnable};
use crate::validator::Validator;

/// How many bytes of the listing are gathered before they are passed on.
const PIECE: usize = 1 << 16;

/// Writes the listing to `sink`, piece by piece.
pub fn list(federation: &Federation, logs: &[Log], mut sink: impl FnMut(&[u8])) {
    let mut piece = Vec::with_capacity(2 * PIECE);
    let mut pass = |piece: &mut Vec<u8>, least: usize| {
        if piece.len() > least {
            sink(piece);
            piece.clear();
        }
    };
    for (number, home) in federation.coops() {
        let log = &logs[home];
        write_header(&mut piece, federation, log, number);
        for place in log.accounts.sorted() {
            log.accounts.record(place).write(&mut piece);
            pass(&mut piece, PIECE);
        }
        for (payee_coop, to) in federation.coops() {
            for item in &log.transit[to] {
                write_item(&mut piece, payee_coop, item);
                pass(&mut piece, PIECE);
            }
        }
        for ((from, number), item) in &log.returnable {
            write_returnable(&mut piece, *from, *number, item);
            pass(&mut piece, PIECE);
        }
        log.chapters.write(&mut piece, |piece| pass(piece, PIECE));
    }
    pass(&mut piece, 0);
}

fn write_header(out: &mut Vec<u8>, federation: &Federation, log: &Log, number: u32) {
    let charter = &log.charter;
    write::array(out, if charter.entries_per_day.is_some() { 14 } else { 13 });
    write::text(out, b"coop");
    write::unsigned(out, u64::from(number));
    write::unsigned(out, log.heads.length());
    write::binary(out, log.heads.last());
    write::unsigned(out, log.moment.time);
    write::integer(out, log.position);
    write::integer(out, log.held);
    write::integer(out, log.commons);
    write::unsigned(out, log.chapters.len(INDEX) as u64);
    let others: Vec<(u32, u64)> = log.anchored_lengths(federation, number).collect();
    write::array(out, others.len());
    for (other, length) in others {
        write::array(out, 2);
        write::unsigned(out, u64::from(other));
        write::unsigned(out, length);
    }
    write::unsigned(out, log.accounts.len() as u64);
    write::unsigned(out, log.transit.iter().map(|queue| queue.len() as u64).sum());
    write::unsigned(out, log.returnable.len() as u64);
    if charter.entries_per_day.is_some() {
        write::array(out, 2);
        write::unsigned(out, log.moment.today.payments);
        write::unsigned(out, log.moment.today.others);
    }
}

fn write_item(out: &mut Vec<u8>, payee_coop: u32, item: &Item) {
    write::array(out, 6);
    write::unsigned(out, u64::from(payee_coop));
    write::unsigned(out, item.number);
    write::unsigned(out, u64::from(item.payee));
    write::integer(out, item.amount);
    write::unsigned(out, u64::from(item.payer));
    write::unsigned(out, u64::from(item.is_return));
}

fn write_returnable(out: &mut Vec<u8>, coop: u32, number: u64, item: &Returnable) {
    write::array(out, 4);
    write::unsigned(out, u64::from(coop));
    write::unsigned(out, number);
    write::unsigned(out, u64::from(item.account));
    write::integer(out, item.amount);
}

impl Validator {
    /// The state digest.
    pub fn digest(&self) -> Result<[u8; 32], Fault> {
        let logs = self.logs()?;
        let mut hash = Sha256::new();
        list(&self.federation, logs, |piece| hash.update(piece));
        Ok(hash.finalize().into())
    }
}
