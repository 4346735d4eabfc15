//! The accounts of one log, compact: 88 bytes, the handle, and two index places for each.
//!
//! What nearly all accounts have at its first value (revision, dates of the limit, closing) stands in
//! a side table that only changed accounts have a row in. Handles are found by a hash table that holds
//! positions only, and numbers by a plain vector as long as stewards count them up without large gaps,
//! beyond that by a hash table too. Nothing is ever removed: a closed account keeps its number and handle.

use std::hash::BuildHasher;

use fiado_points::near::bring;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::chunked::Chunked;
use crate::fault::Fault;
use crate::record::{Record, Status};

/// Place of an account whose key is not kept decompressed.
pub const NO_POINT: u32 = u32::MAX;
const NO_ACCOUNT: u32 = u32::MAX;
/// How far the numbers in the vector may run ahead of twice the accounts.
const DENSE_AHEAD: usize = 1024;
/// The longest handle, as it is kept: a commitment stands behind one byte more.
pub const MAX_HANDLE_BYTES: usize = 33;

/// The part of an account that payments read and write.
pub struct Account {
    pub key: [u8; 32],
    pub balance: i64,
    pub next_sequence: u64,
    pub opened: u64,
    limit: i64,
    pub number: u32,
    /// Where the key cache has the key, if it still has.
    pub point: u32,
    handle_start: u32,
    terms: u32,
    handle_length: u8,
    pub class: u8,
    pub status: Status,
    /// Whether several own it; who they are stands in a chapter.
    pub is_joint: bool,
}

/// The part that few accounts have changed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Terms {
    revision: u64,
    closed: u64,
    before: i64,
    from: u64,
    until: Option<u64>,
    after: Option<i64>,
}

/// All accounts, by the position at which they were opened.
pub struct Accounts {
    accounts: Chunked<Account>,
    /// Row 0 is the one of unchanged accounts.
    terms: Vec<Terms>,
    handles: Vec<u8>,
    /// Positions by number, `NO_ACCOUNT` for none.
    dense: Vec<u32>,
    /// Positions of the accounts whose numbers were beyond `dense` when they were opened.
    sparse: HashTable<u32>,
    by_handle: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Default for Accounts {
    fn default() -> Self {
        Accounts {
            accounts: Chunked::default(),
            terms: vec![Terms::default()],
            handles: Vec::new(),
            dense: Vec::new(),
            sparse: HashTable::new(),
            by_handle: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl Accounts {
    /// How many accounts there are, the commons not counted.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The position of the account with a number.
    #[inline]
    pub fn find(&self, number: u32) -> Option<u32> {
        match self.dense.get(number as usize) {
            Some(place) if *place != NO_ACCOUNT => Some(*place),
            _ if self.sparse.is_empty() => None,
            _ => self.find_sparse(number),
        }
    }

    /// Brings near what `find` reads for a number.
    #[inline]
    pub fn bring_place(&self, number: u32) {
        if let Some(place) = self.dense.get(number as usize) {
            bring(place);
        }
    }

    fn find_sparse(&self, number: u32) -> Option<u32> {
        let hash = self.hasher.hash_one(number);
        let accounts = &self.accounts;
        self.sparse.find(hash, |place| accounts[*place as usize].number == number).copied()
    }

    /// The position of the account that has or had a handle.
    pub fn find_handle(&self, handle: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(handle);
        self.by_handle.find(hash, |place| self.handle(*place) == handle).copied()
    }

    /// The account at a position.
    #[inline]
    pub fn get(&self, place: u32) -> &Account {
        &self.accounts[place as usize]
    }

    /// The account at a position, to be changed.
    #[inline]
    pub fn get_mut(&mut self, place: u32) -> &mut Account {
        &mut self.accounts[place as usize]
    }

    /// Notes whether several own the account with a number.
    pub fn set_joint(&mut self, number: u32, is_joint: bool) {
        if let Some(place) = self.find(number) {
            self.get_mut(place).is_joint = is_joint;
        }
    }

    fn handle(&self, place: u32) -> &[u8] {
        let account = self.get(place);
        let start = account.handle_start as usize;
        &self.handles[start..start + usize::from(account.handle_length)]
    }

    /// The number of the `status` that closed the account; 0 for none.
    #[inline]
    pub fn closed(&self, place: u32) -> u64 {
        self.terms[self.get(place).terms as usize].closed
    }

    /// The credit limit that applies at a time, PROTOCOL section 7.4.
    #[inline]
    pub fn limit_at(&self, place: u32, time: u64) -> i64 {
        let account = self.get(place);
        let terms = &self.terms[account.terms as usize];
        match (terms.until, terms.after) {
            _ if time < terms.from => terms.before,
            (Some(until), Some(after)) if time >= until => after,
            _ => account.limit,
        }
    }

    /// A copy of everything about an account.
    pub fn record(&self, place: u32) -> Record {
        let account = self.get(place);
        let terms = self.terms[account.terms as usize];
        Record {
            number: account.number,
            key: account.key,
            handle: self.handle(place).to_vec(),
            class: account.class,
            balance: account.balance,
            next_sequence: account.next_sequence,
            revision: terms.revision,
            status: account.status,
            opened: account.opened,
            closed: terms.closed,
            before: terms.before,
            from: terms.from,
            limit: account.limit,
            until: terms.until,
            after: terms.after,
        }
    }

    /// Makes room for so many more accounts.
    pub fn reserve(&mut self, additional: usize) {
        let Accounts { accounts, handles, by_handle, hasher, .. } = self;
        by_handle.reserve(additional, |place| handle_hash(hasher, accounts, handles, *place));
    }

    /// Whether `put` would take each of the records, one after the other.
    pub fn check_put(&self, records: &[Record]) -> Result<(), Fault> {
        for (at, record) in records.iter().enumerate() {
            self.find_put(record)?;
            let is_alike =
                |other: &Record| other.number == record.number || other.handle == record.handle;
            if records[..at].iter().any(is_alike) {
                return Err(Fault::Argument("an account is put once"));
            }
        }
        Ok(())
    }

    /// Whether every balance is 0.
    pub fn are_even(&self) -> bool {
        self.accounts.iter().all(|account| account.balance == 0)
    }

    /// By how much `put` would change the sum of the balances.
    pub fn moved(&self, records: &[Record]) -> i128 {
        let before =
            |record: &Record| self.find(record.number).map_or(0, |at| self.get(at).balance);
        records.iter().map(|record| i128::from(record.balance) - i128::from(before(record))).sum()
    }

    /// How many accounts were opened by that length of the log and are not closed.
    pub fn members(&self, opened_at_most: u64) -> u64 {
        let is_member = |place: &u32| {
            let account = self.get(*place);
            account.opened <= opened_at_most && account.status != Status::Closed
        };
        (0..self.len() as u32).filter(is_member).count() as u64
    }

    /// The position of the account that `put` would change with the record, if it would take it.
    fn find_put(&self, record: &Record) -> Result<Option<u32>, Fault> {
        if record.number == 0 {
            return Err(Fault::Argument("the commons is not an account to put"));
        }
        if record.handle.is_empty() || record.handle.len() > MAX_HANDLE_BYTES {
            return Err(Fault::Argument("a handle has 1 to 33 bytes"));
        }
        let holder = self.find_handle(&record.handle);
        match self.find(record.number) {
            None if holder.is_some() => Err(Fault::Argument("the handle is taken")),
            None => Ok(None),
            Some(place) if holder != Some(place) || self.get(place).class != record.class => {
                Err(Fault::Argument("handle and class of an account never change"))
            }
            place => Ok(place),
        }
    }

    /// Opens an account or changes the one with the record's number.
    pub fn put(&mut self, record: &Record) -> Result<(), Fault> {
        let place = match self.find_put(record)? {
            Some(place) => place,
            None => self.open(record)?,
        };
        let terms = Terms {
            revision: record.revision,
            closed: record.closed,
            before: record.before,
            from: record.from,
            until: record.until,
            after: record.after,
        };
        let row = match self.get(place).terms {
            0 if terms == Terms::default() => 0,
            0 => {
                self.terms.push(terms);
                (self.terms.len() - 1) as u32
            }
            row => {
                self.terms[row as usize] = terms;
                row
            }
        };
        let account = self.get_mut(place);
        if account.key != record.key {
            account.key = record.key;
            account.point = NO_POINT;
        }
        account.balance = record.balance;
        account.next_sequence = record.next_sequence;
        account.status = record.status;
        account.limit = record.limit;
        account.opened = record.opened;
        account.terms = row;
        Ok(())
    }

    fn open(&mut self, record: &Record) -> Result<u32, Fault> {
        let handle_start = u32::try_from(self.handles.len())
            .map_err(|_| Fault::Argument("the handles of a log take at most 4 GiB"))?;
        self.handles.extend_from_slice(&record.handle);
        let place = self.accounts.len() as u32;
        self.accounts.push(Account {
            key: record.key,
            balance: 0,
            next_sequence: 1,
            opened: record.opened,
            limit: record.limit,
            number: record.number,
            point: NO_POINT,
            handle_start,
            terms: 0,
            handle_length: record.handle.len() as u8,
            class: record.class,
            status: Status::Open,
            is_joint: false,
        });
        let Accounts { accounts, handles, dense, sparse, by_handle, hasher, .. } = self;
        let number = record.number as usize;
        if number < 2 * accounts.len() + DENSE_AHEAD {
            if number >= dense.len() {
                dense.resize(number + 1, NO_ACCOUNT);
            }
            dense[number] = place;
        } else {
            let hash = |place: &u32| number_hash(hasher, accounts, *place);
            sparse.insert_unique(hash(&place), place, hash);
        }
        let hash = |place: &u32| handle_hash(hasher, accounts, handles, *place);
        by_handle.insert_unique(hash(&place), place, hash);
        Ok(place)
    }

    /// The numbers of the accounts with a key, rising. Looks at every account: a few milliseconds for a
    /// million, for what people ask seldom.
    pub fn of_key(&self, key: &[u8]) -> Vec<u32> {
        let held = (0..self.len() as u32).map(|place| self.get(place));
        let mut numbers: Vec<u32> =
            held.filter(|account| account.key == key).map(|account| account.number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The positions of all accounts, by rising number.
    pub fn sorted(&self) -> Vec<u32> {
        let mut places: Vec<u32> = (0..self.len() as u32).collect();
        // Stewards tend to count upwards, and a sort of what is sorted costs one pass.
        places.sort_by_key(|place| self.get(*place).number);
        places
    }
}

fn number_hash(hasher: &DefaultHashBuilder, accounts: &Chunked<Account>, place: u32) -> u64 {
    hasher.hash_one(accounts[place as usize].number)
}

fn handle_hash(
    hasher: &DefaultHashBuilder,
    accounts: &Chunked<Account>,
    handles: &[u8],
    place: u32,
) -> u64 {
    let account = &accounts[place as usize];
    let start = account.handle_start as usize;
    hasher.hash_one(&handles[start..start + usize::from(account.handle_length)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u32) -> Record {
        Record::new(number, [0; 32], format!("m{number}").into_bytes(), 1)
    }

    #[test]
    fn accounts_are_found_whatever_their_numbers() {
        // Near, far, and near once others have come between: all ways into vector and table.
        let far = [u32::MAX, 5_000, 1_024, 1_000_000];
        let numbers: Vec<u32> = far.into_iter().chain((1..4_000).filter(|n| *n != 1_024)).collect();
        let mut accounts = Accounts::default();
        for (opened, number) in numbers.iter().enumerate() {
            assert_eq!(accounts.find(*number), None);
            accounts.put(&record(*number)).unwrap();
            assert_eq!(accounts.find(*number), Some(opened as u32));
        }
        for (place, number) in numbers.iter().enumerate() {
            assert_eq!(accounts.find(*number), Some(place as u32));
            assert_eq!(accounts.find_handle(&record(*number).handle), Some(place as u32));
            assert_eq!(accounts.record(place as u32), record(*number));
        }
        assert_eq!(accounts.of_key(&[0; 32]).len(), numbers.len());
        assert!(accounts.of_key(&[1; 32]).is_empty() && accounts.of_key(&[0; 31]).is_empty());
        assert_eq!(accounts.find(0), None);
        assert_eq!(accounts.find(4_500), None);
        let sorted: Vec<u32> =
            accounts.sorted().into_iter().map(|place| accounts.get(place).number).collect();
        assert!(sorted.is_sorted() && sorted.len() == numbers.len());
    }
}
