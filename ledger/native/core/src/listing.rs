//! The listing of the state and its digest, PROTOCOL section 7.8.

use crate::branches::in_order;
use crate::chapters::INDEX;
use crate::codec::write;
use crate::fault::Fault;
use crate::federation::Federation;
use crate::log::{Item, Log, Returnable};
use crate::sha256::Sha256;
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
    for home in places(federation, logs) {
        let log = &logs[home];
        write_header(&mut piece, federation, logs, home);
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
        for (from, received) in &log.received {
            for (number, amount) in received {
                write_received(&mut piece, *from, *number, *amount);
                pass(&mut piece, PIECE);
            }
        }
        log.chapters.write(&mut piece, |piece| pass(piece, PIECE));
    }
    pass(&mut piece, 0);
}

/// The places of all logs as they are listed: by coop, and the branches of one in their order.
pub fn places(federation: &Federation, logs: &[Log]) -> Vec<usize> {
    federation.coops().flat_map(|(_, first)| in_order(federation, logs, first)).collect()
}

fn write_header(out: &mut Vec<u8>, federation: &Federation, logs: &[Log], home: usize) {
    let (log, number) = (&logs[home], federation.home(home).number);
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
        let branch = federation.place(other).filter(|first| federation.is_forked(*first));
        write::array(out, if branch.is_some() { 4 } else { 2 });
        write::unsigned(out, u64::from(other));
        write::unsigned(out, length);
        if let Some(first) = branch {
            let head = logs[log.gone_by(first)].heads.at(length);
            write::binary(out, head.expect("all heads of a forked log are kept"));
            write::unsigned(out, log.received.get(&other).map_or(0, |items| items.len() as u64));
        }
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

fn write_received(out: &mut Vec<u8>, coop: u32, number: u64, amount: i64) {
    write::array(out, 3);
    write::unsigned(out, u64::from(coop));
    write::unsigned(out, number);
    write::integer(out, amount);
}

impl Validator {
    /// The state digest.
    pub fn digest(&self) -> Result<[u8; 32], Fault> {
        let logs = self.logs()?;
        let mut hash = Sha256::new();
        list(&self.federation, logs, |piece| hash.update(piece));
        Ok(hash.finish())
    }
}
