//! Decompressed keys, kept for as many accounts as fit.
//!
//! A decompressed point takes 160 bytes and three microseconds to make. A federation of the size that
//! this software is for fits whole; beyond `CAPACITY` accounts the ones that have not paid for the
//! longest time (nearly: the clock algorithm) give way, and pay those microseconds when they return.

use curve25519_dalek::edwards::EdwardsPoint;
use fiado_points::near::bring;

use crate::chunked::Chunked;

/// How many decompressed keys are kept: 88 MB of them.
pub const CAPACITY: usize = 1 << 19;

/// Whose key it is: place of the coop, position of the account in its log, and which key of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    pub coop: u16,
    pub signer: Signer,
    pub account: u32,
}

/// Which key of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signer {
    /// The one that the account has.
    Key,
    /// That of an owner of a joint account, by place.
    Owner(u8),
    /// A delegated one, by place.
    Delegate(u8),
}

struct Slot {
    owner: Owner,
    is_used: bool,
    point: EdwardsPoint,
}

/// The points, each found by the place that `insert` gave.
pub struct KeyCache {
    slots: Chunked<Slot>,
    capacity: usize,
    hand: usize,
}

impl KeyCache {
    /// Room for `capacity` points, at least one.
    pub fn new(capacity: usize) -> Self {
        KeyCache { slots: Chunked::default(), capacity: capacity.max(1), hand: 0 }
    }

    /// The point at a place that is known to be `owner`'s, if it still is.
    #[inline]
    pub fn get(&mut self, place: u32, owner: Owner) -> Option<EdwardsPoint> {
        if place as usize >= self.slots.len() {
            return None;
        }
        let slot = &mut self.slots[place as usize];
        if slot.owner != owner {
            return None;
        }
        slot.is_used = true;
        Some(slot.point)
    }

    /// Brings near what stands at a place.
    #[inline]
    pub fn bring(&self, place: u32) {
        if (place as usize) < self.slots.len() {
            bring(&self.slots[place as usize]);
        }
    }

    /// Keeps a point and gives its place. What stood there is no longer found by its owner.
    pub fn insert(&mut self, owner: Owner, point: EdwardsPoint) -> u32 {
        let slot = Slot { owner, is_used: true, point };
        if self.slots.len() < self.capacity {
            self.slots.push(slot);
            return (self.slots.len() - 1) as u32;
        }
        while std::mem::take(&mut self.slots[self.hand].is_used) {
            self.hand = (self.hand + 1) % self.capacity;
        }
        let place = self.hand;
        self.slots[place] = slot;
        self.hand = (self.hand + 1) % self.capacity;
        place as u32
    }
}
