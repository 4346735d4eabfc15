//! What all logs of a federation share: its id, and the places of the coops that have a log.
//!
//! A coop keeps its place for good. One that comes later gets the next, whatever its number, so nothing that
//! is kept by place ever moves. Outside of this crate, and in all bytes, coops go by their numbers.

use std::collections::BTreeMap;

use crate::chain::{context, CONTEXT_BYTES, TAG_ENTRY, TAG_HEAD};
use crate::charter::{Charter, Coop};

/// A coop that has a log, with the beginnings of signed messages written out.
pub struct Home {
    pub number: u32,
    /// What precedes the signed part of a transaction in this coop's log.
    pub entry_context: [u8; CONTEXT_BYTES],
    /// What precedes length and head of a signed head of this coop's log, array header included.
    pub head_context: [u8; CONTEXT_BYTES + 1],
}

/// The homes by place, and the place of each number.
pub struct Federation {
    pub id: [u8; 32],
    homes: Vec<Home>,
    places: BTreeMap<u32, usize>,
}

impl Federation {
    /// Without a coop.
    pub fn new(id: [u8; 32]) -> Self {
        Federation { id, homes: Vec::new(), places: BTreeMap::new() }
    }

    /// Gives a coop that has none the next place.
    pub fn add(&mut self, number: u32) {
        let mut head_context = [0x92; CONTEXT_BYTES + 1];
        head_context[..CONTEXT_BYTES].copy_from_slice(&context(TAG_HEAD, &self.id, number));
        let entry_context = context(TAG_ENTRY, &self.id, number);
        self.places.insert(number, self.homes.len());
        self.homes.push(Home { number, entry_context, head_context });
    }

    /// The place of a coop.
    #[inline]
    pub fn place(&self, number: u32) -> Option<usize> {
        self.places.get(&number).copied()
    }

    /// The coop at a place.
    #[inline]
    pub fn home(&self, place: usize) -> &Home {
        &self.homes[place]
    }

    /// (number, place) of every coop, rising by number.
    pub fn coops(&self) -> impl Iterator<Item = (u32, usize)> + '_ {
        self.places.iter().map(|(number, place)| (*number, *place))
    }
}

/// By what a log is judged: its charter, and where it stands in the federation.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    pub federation: &'a Federation,
    pub charter: &'a Charter,
    /// The place of the log's coop.
    pub home: usize,
}

impl<'a> Terms<'a> {
    /// The number of the log's coop.
    #[inline]
    pub fn number(&self) -> u32 {
        self.federation.home(self.home).number
    }

    /// The log's coop as its charter has it.
    #[inline]
    pub fn coop(&self) -> &'a Coop {
        self.charter.coop(self.number()).expect("a log goes by a charter that has its coop")
    }

    /// The place of a coop, if the log's charter has it.
    #[inline]
    pub fn place(&self, number: u32) -> Option<usize> {
        self.charter.coop(number)?;
        self.federation.place(number)
    }
}
