//! Gathers signatures into batches: each key once in a batch, and batches of a good size.
//!
//! Large batches are cheaper for each signature; but the first should be ready soon, so that the
//! other threads have work, and the last should be small, so that all threads end together.

use hashbrown::HashMap;

use crate::batch::{Batch, Item, Key};
use crate::keys::Owner;
use crate::signature::Signed;

/// The largest batch; beyond it a signature gets hardly cheaper.
pub const LARGEST: usize = 8_192;
/// The smallest batch that is worth handing to another thread.
pub const SMALLEST: usize = 256;

/// How many of `remaining` signatures the next of several batches should hold.
pub fn next_size(previous: usize, remaining: usize, threads: usize) -> usize {
    let fair_share = remaining / (2 * threads.max(1));
    (2 * previous).min(fair_share).clamp(SMALLEST, LARGEST)
}

/// A batch being filled.
#[derive(Default)]
pub struct Gatherer<'a> {
    batch: Batch<'a>,
    places: HashMap<Owner, u32>,
}

impl<'a> Gatherer<'a> {
    /// How many signatures have been gathered.
    pub fn len(&self) -> usize {
        self.batch.items.len()
    }

    /// Whether none has been gathered.
    pub fn is_empty(&self) -> bool {
        self.batch.items.is_empty()
    }

    /// Adds a signature; `key` is asked once in a batch for each owner. Always inlined: an owner that is handed on in memory
    /// is read whole right after it was written in parts, which waits for every write before it.
    #[inline(always)]
    pub fn add(
        &mut self,
        owner: Owner,
        ordinal: u32,
        signed: Signed<'a>,
        key: impl FnOnce() -> Key,
    ) {
        let keys = &mut self.batch.keys;
        let place = *self.places.entry(owner).or_insert_with(|| {
            keys.push(key());
            (keys.len() - 1) as u32
        });
        self.batch.items.push(Item { key: place, ordinal, signed });
    }

    /// Gives what has been gathered and begins anew.
    pub fn take(&mut self) -> Batch<'a> {
        self.places.clear();
        let next = Batch {
            keys: Vec::with_capacity(self.batch.keys.len()),
            items: Vec::with_capacity(self.batch.items.len()),
        };
        std::mem::replace(&mut self.batch, next)
    }
}
