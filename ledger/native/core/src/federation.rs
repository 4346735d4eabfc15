//! What all logs of a federation share: its id, and the places of the coops that have a log.
//!
//! A coop keeps its place for good. One that comes later gets the next, whatever its number, so nothing that
//! is kept by place ever moves. Outside of this crate, and in all bytes, coops go by their numbers.

use std::collections::BTreeMap;

use crate::chain::{context, CONTEXT_BYTES, TAG_ENTRY, TAG_HEAD};
use crate::charter::{Charter, Coop, Openness};
use crate::log::Log;

/// Which log is meant: that of a coop, or another branch of it. A `u32` is the coop's branch 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogName {
    pub coop: u32,
    pub branch: usize,
}

impl From<u32> for LogName {
    fn from(coop: u32) -> Self {
        LogName { coop, branch: 0 }
    }
}

/// A branch of a coop's log, with the beginnings of signed messages written out.
pub struct Home {
    pub number: u32,
    /// The place of branch 0 of this coop: what is kept by coop is found there.
    pub first: usize,
    /// The places of the coop's other branches, by their numbers from 1; known only to branch 0.
    others: Vec<usize>,
    /// What precedes the signed part of a transaction in this coop's log.
    pub entry_context: [u8; CONTEXT_BYTES],
    /// What precedes length and head of a signed head of this coop's log, array header included.
    pub head_context: [u8; CONTEXT_BYTES + 1],
}

/// The homes by place, and the place of each number: that of branch 0 of its log.
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
        let place = self.homes.len();
        self.places.insert(number, place);
        self.add_home(number, place);
    }

    /// Gives the next place to one more branch of the log at place `first`; the branch's number.
    pub fn add_branch(&mut self, first: usize) -> usize {
        let place = self.homes.len();
        self.add_home(self.homes[first].number, first);
        self.homes[first].others.push(place);
        self.homes[first].others.len()
    }

    fn add_home(&mut self, number: u32, first: usize) {
        let mut head_context = [0x92; CONTEXT_BYTES + 1];
        head_context[..CONTEXT_BYTES].copy_from_slice(&context(TAG_HEAD, &self.id, number));
        let entry_context = context(TAG_ENTRY, &self.id, number);
        let others = Vec::new();
        self.homes.push(Home { number, first, others, entry_context, head_context });
    }

    /// The place of a coop.
    #[inline]
    pub fn place(&self, number: u32) -> Option<usize> {
        self.places.get(&number).copied()
    }

    /// The place of a branch.
    pub fn place_of(&self, name: LogName) -> Option<usize> {
        self.branches(self.place(name.coop)?).nth(name.branch)
    }

    /// Whether the log at place `first` has more branches than one.
    #[inline]
    pub fn is_forked(&self, first: usize) -> bool {
        !self.homes[first].others.is_empty()
    }

    /// The places of all branches of the log at place `first`, by number.
    pub fn branches(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(first).chain(self.homes[first].others.iter().copied())
    }

    /// The number of the branch at a place.
    pub fn branch(&self, place: usize) -> usize {
        let mut branches = self.branches(self.homes[place].first);
        branches.position(|each| each == place).expect("a place is that of a branch")
    }

    /// Whether any log has more branches than one.
    pub fn has_branches(&self) -> bool {
        self.homes.len() > self.places.len()
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
    /// The place of the log.
    pub home: usize,
}

impl<'a> Terms<'a> {
    /// The number of the log's coop.
    #[inline]
    pub fn number(&self) -> u32 {
        self.federation.home(self.home).number
    }

    /// The place of branch 0 of the log's coop, by which others know it.
    #[inline]
    pub fn first(&self) -> usize {
        self.federation.home(self.home).first
    }

    /// The log's coop as its charter has it, for entries that only logs of such coops have.
    #[inline]
    pub fn coop(&self) -> &'a Coop {
        self.charter.coop(self.number()).expect("the log's coop was looked for before")
    }

    /// The least time that the next entry of the log may have.
    #[inline]
    pub fn earliest_time(&self, log: &Log) -> u64 {
        self.charter.earliest_time(self.number(), log.heads.length(), log.moment.time)
    }

    /// Whether the log may have entries of the kinds that this crate decides.
    #[inline]
    pub fn openness(&self) -> Openness {
        self.charter.openness(self.number())
    }

    /// The place of a coop, if the log's charter has it.
    #[inline]
    pub fn place(&self, number: u32) -> Option<usize> {
        self.charter.coop(number)?;
        self.federation.place(number)
    }
}
