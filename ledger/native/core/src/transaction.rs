//! Entries and the transactions that this crate decides, PROTOCOL section 6: shapes only, in place.

use crate::codec::{is_canonical, Reader, MAX_DEPTH};
use crate::refusal::Refusal;

/// The largest entry.
pub const MAX_ENTRY_BYTES: usize = 32_768;
/// The last second that an entry can have: the end of the year 9999, in UTC.
pub const LAST_TIME: u64 = 253_402_300_799;
const MAX_ANCHOR_SIGNATURES: u32 = 256;
const MAX_OWNERS: u32 = 16;
const MAX_DELEGATES: u32 = 64;

const PAY: i64 = 1;
const ANCHOR: i64 = 6;
const RETURN: i64 = 8;
const PAY_DELEGATED: i64 = 26;
/// The kinds that this crate decides. The table of all kinds is `ledger/kinds.py`; a test compares.
pub const NATIVE_KINDS: [i64; 4] = [PAY, ANCHOR, RETURN, PAY_DELEGATED];
/// The kinds that it leaves to the shared rules.
pub const SHARED_KINDS: [i64; 25] =
    [2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 29];

/// An indexed price: hundredths of the currency at the value of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub minor: u64,
    pub day: u64,
}

/// A payment, by an owner's key or a delegated one. `amount` and `fee` are any integers; their ranges are the rules' question.
#[derive(Clone, Copy)]
pub struct Pay<'a> {
    pub payer: u32,
    pub sequence: u64,
    pub payee_coop: u32,
    pub payee: u32,
    pub amount: i64,
    pub fee: i64,
    pub price: Option<Price>,
    /// The place of the delegated key that pays; None where the owner does.
    pub place: Option<u8>,
    /// The bytes that the signature covers.
    pub signed: &'a [u8],
    pub signature: Signature<'a>,
}

/// The signature of an account: that of its one key, or those of several owners.
#[derive(Clone, Copy)]
pub enum Signature<'a> {
    One(&'a [u8; 64]),
    Several(Several<'a>),
}

/// The signatures of owners, by their places, strictly rising.
#[derive(Clone, Copy)]
pub struct Several<'a> {
    pub count: u32,
    signatures: &'a [u8],
}

impl<'a> Several<'a> {
    /// (place of the owner, signature).
    pub fn each(&self) -> impl Iterator<Item = (u32, &'a [u8; 64])> {
        let mut reader = Reader::new(self.signatures);
        std::iter::from_fn(move || read_signature(&mut reader))
    }
}

/// An anchor.
#[derive(Clone, Copy)]
pub struct Anchor<'a> {
    pub coop: u32,
    pub length: u64,
    pub head: &'a [u8; 32],
    /// The encodings of length and head: what the signatures cover, but for the array header.
    pub signed: &'a [u8],
    signatures: &'a [u8],
}

impl<'a> Anchor<'a> {
    /// (coop, signature), strictly rising by coop.
    pub fn signatures(&self) -> impl Iterator<Item = (u32, &'a [u8; 64])> {
        let mut reader = Reader::new(self.signatures);
        std::iter::from_fn(move || read_signature(&mut reader))
    }
}

/// Gives a payment back.
#[derive(Clone, Copy)]
pub struct Return {
    pub coop: u32,
    pub number: u64,
}

/// What this crate makes of a transaction.
#[derive(Clone, Copy)]
pub enum Transaction<'a> {
    Pay(Pay<'a>),
    Anchor(Anchor<'a>),
    Return(Return),
    /// A kind that the shared rules decide, its shape included.
    Shared,
}

/// The time and transaction of an entry, or why it is none.
pub type Decoded<'a> = Result<(u64, Transaction<'a>), Refusal>;

/// The time and transaction of an entry; checks run in the order of PROTOCOL section 7.1. What the shared
/// rules decide is left to them, the range of its time included.
#[inline]
pub fn decode_entry(data: &[u8]) -> Decoded<'_> {
    if data.len() > MAX_ENTRY_BYTES {
        return Err(Refusal::EntryTooLarge);
    }
    let mut reader = Reader::new(data);
    let (Some(2), Some(time)) = (reader.array(), reader.uint()) else {
        return Err(Refusal::EntryMalformed);
    };
    let transaction = decode_transaction(&data[reader.position()..])?;
    check_time(time, &transaction)?;
    Ok((time, transaction))
}

/// Refuses a time that no entry can have, once the shape of the transaction is known.
#[inline]
pub fn check_time(time: u64, transaction: &Transaction<'_>) -> Result<(), Refusal> {
    match transaction {
        Transaction::Shared => Ok(()),
        _ if time > LAST_TIME => Err(Refusal::TimeOutOfRange),
        _ => Ok(()),
    }
}

/// The transaction that `data` is, its size aside.
#[inline]
pub fn decode_transaction(data: &[u8]) -> Result<Transaction<'_>, Refusal> {
    let mut reader = Reader::new(data);
    let kind = reader.array().and_then(|items| Some((items, reader.integer()?)));
    let read = match kind {
        Some((10, PAY)) => read_pay(&mut reader, false).map(Transaction::Pay),
        Some((11, PAY_DELEGATED)) => read_pay(&mut reader, true).map(Transaction::Pay),
        Some((5, ANCHOR)) => read_anchor(&mut reader).map(Transaction::Anchor),
        Some((3, RETURN)) => read_return(&mut reader).map(Transaction::Return),
        // Those shapes all have fewer than 16 elements; `ledger.entries.transaction_kind`, which the
        // wrapper goes by, looks at such headers only.
        Some((1..=15, kind)) if SHARED_KINDS.contains(&kind) => return Ok(Transaction::Shared),
        Some((_, kind)) if is_known(kind) => None,
        Some(_) if is_canonical(data, MAX_DEPTH - 1) => return Err(Refusal::KindUnknown),
        None | Some(_) => None,
    };
    read.filter(|_| reader.is_done()).ok_or(Refusal::EntryMalformed)
}

fn is_known(kind: i64) -> bool {
    NATIVE_KINDS.contains(&kind) || SHARED_KINDS.contains(&kind)
}

#[inline]
fn read_pay<'a>(reader: &mut Reader<'a>, is_delegated: bool) -> Option<Pay<'a>> {
    let payer = reader.number()?;
    let sequence = reader.uint()?;
    let payee_coop = reader.number()?;
    let payee = reader.number()?;
    let amount = reader.integer()?;
    let fee = reader.integer()?;
    if !reader.take_nil() {
        reader.hash()?;
    }
    let price = if reader.take_nil() { None } else { Some(read_price(reader)?) };
    let place = if is_delegated { Some(read_place(reader)?) } else { None };
    let signed = reader.passed(0, reader.position());
    let mut ahead = reader.clone();
    let signature = match ahead.signature() {
        Some(signature) => {
            *reader = ahead;
            Signature::One(signature)
        }
        None if is_delegated => return None,
        None => Signature::Several(read_several(reader)?),
    };
    Some(Pay { payer, sequence, payee_coop, payee, amount, fee, price, place, signed, signature })
}

fn read_place(reader: &mut Reader<'_>) -> Option<u8> {
    reader.number().filter(|place| *place < MAX_DELEGATES).map(|place| place as u8)
}

fn read_several<'a>(reader: &mut Reader<'a>) -> Option<Several<'a>> {
    let count = reader.array().filter(|count| (1..=MAX_OWNERS).contains(count))?;
    Some(Several { count, signatures: read_signatures(reader, count)? })
}

/// The bytes of so many pairs of a number and a signature, strictly rising by the numbers.
fn read_signatures<'a>(reader: &mut Reader<'a>, count: u32) -> Option<&'a [u8]> {
    let start = reader.position();
    let mut least = 0;
    for _ in 0..count {
        let (signer, _) = read_signature(reader)?;
        if u64::from(signer) < least {
            return None;
        }
        least = u64::from(signer) + 1;
    }
    Some(reader.passed(start, reader.position()))
}

#[inline]
fn read_price(reader: &mut Reader<'_>) -> Option<Price> {
    (reader.array()? == 2).then_some(())?;
    Some(Price { minor: reader.uint()?, day: reader.uint()? })
}

fn read_anchor<'a>(reader: &mut Reader<'a>) -> Option<Anchor<'a>> {
    let coop = reader.number()?;
    let start = reader.position();
    let length = reader.uint()?;
    let head = reader.hash()?;
    let signed = reader.passed(start, reader.position());
    let count = reader.array()?;
    if count > MAX_ANCHOR_SIGNATURES {
        return None;
    }
    let signatures = read_signatures(reader, count)?;
    Some(Anchor { coop, length, head, signed, signatures })
}

fn read_signature<'a>(reader: &mut Reader<'a>) -> Option<(u32, &'a [u8; 64])> {
    (reader.array()? == 2).then_some(())?;
    Some((reader.number()?, reader.signature()?))
}

fn read_return(reader: &mut Reader<'_>) -> Option<Return> {
    Some(Return { coop: reader.number()?, number: reader.uint()? })
}
