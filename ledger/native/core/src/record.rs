//! An account as it leaves and enters this crate: a row of the listing, PROTOCOL section 7.8.

use crate::codec::{write, Reader};

/// What an account may do; PROTOCOL's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    Open = 0,
    Frozen = 1,
    Closed = 2,
}

impl Status {
    /// From PROTOCOL's number.
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Status::Open),
            1 => Some(Status::Frozen),
            2 => Some(Status::Closed),
            _ => None,
        }
    }
}

/// All that there is to an account; names and order as on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub number: u32,
    pub key: [u8; 32],
    /// A handle, or `COMMITTED` and a commitment to one: no handle begins with that byte.
    pub handle: Vec<u8>,
    pub class: u8,
    pub balance: i64,
    pub next_sequence: u64,
    pub revision: u64,
    pub status: Status,
    pub opened: u64,
    pub closed: u64,
    pub before: i64,
    pub from: u64,
    pub limit: i64,
    pub until: Option<u64>,
    pub after: Option<i64>,
}

const FIELDS: u32 = 15;
/// Before a commitment, which as bytes could look like a handle.
const COMMITTED: u8 = 0;

impl Record {
    /// An account as it is opened, without a balance or a limit.
    pub fn new(number: u32, key: [u8; 32], handle: Vec<u8>, opened: u64) -> Self {
        Record {
            number,
            key,
            handle,
            class: 0,
            balance: 0,
            next_sequence: 1,
            revision: 0,
            status: Status::Open,
            opened,
            closed: 0,
            before: 0,
            from: 0,
            limit: 0,
            until: None,
            after: None,
        }
    }

    /// Appends the row.
    pub fn write(&self, out: &mut Vec<u8>) {
        write::array(out, FIELDS as usize);
        write::unsigned(out, u64::from(self.number));
        write::binary(out, &self.key);
        match self.handle.split_first() {
            Some((&COMMITTED, commitment)) => write::binary(out, commitment),
            _ => write::text(out, &self.handle),
        }
        write::unsigned(out, u64::from(self.class));
        write::integer(out, self.balance);
        write::unsigned(out, self.next_sequence);
        write::unsigned(out, self.revision);
        write::unsigned(out, self.status as u64);
        write::unsigned(out, self.opened);
        write::unsigned(out, self.closed);
        write::integer(out, self.before);
        write::unsigned(out, self.from);
        write::integer(out, self.limit);
        write::optional(out, self.until.map(|until| until as i64));
        write::optional(out, self.after);
    }

    /// Takes a row off the front of what is read.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array()? == FIELDS).then_some(())?;
        Some(Record {
            number: reader.number()?,
            key: *reader.hash()?,
            handle: read_handle(reader)?,
            class: u8::try_from(reader.uint()?).ok()?,
            balance: reader.integer()?,
            next_sequence: reader.uint()?,
            revision: reader.uint()?,
            status: Status::from_number(reader.uint()?)?,
            opened: reader.uint()?,
            closed: reader.uint()?,
            before: reader.integer()?,
            from: reader.uint()?,
            limit: reader.integer()?,
            until: if reader.take_nil() { None } else { Some(reader.uint()?) },
            after: if reader.take_nil() { None } else { Some(reader.integer()?) },
        })
    }
}

fn read_handle(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    if !reader.is_binary() {
        return Some(reader.text()?.as_bytes().to_vec());
    }
    let mut kept = vec![COMMITTED];
    kept.extend_from_slice(reader.hash()?);
    Some(kept)
}
