//! Concatenated entries: where each begins and ends, and nothing else about them.

use crate::codec;
use crate::fault::Fault;

/// Most entries are bare payments, which have some 88 bytes.
const HARDLY_SHORTER: usize = 80;

/// The boundaries of the values that a blob concatenates. The blob itself stays with the caller.
#[derive(Clone, Debug)]
pub struct Boundaries {
    ends: Vec<u32>,
}

impl Boundaries {
    /// Finds them; a blob that ends within a value, or has 4 GiB, is a fault.
    pub fn find(blob: &[u8]) -> Result<Self, Fault> {
        if u32::try_from(blob.len()).is_err() {
            return Err(Fault::Encoding(u32::MAX as usize));
        }
        let mut ends = Vec::with_capacity(blob.len() / HARDLY_SHORTER);
        let mut at = 0;
        while at < blob.len() {
            at = codec::skip(blob, at).ok_or(Fault::Encoding(at))?;
            ends.push(at as u32);
        }
        Ok(Boundaries { ends })
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// How many entries from number `start` on to make room for at once. Values that are too short to be any don't count: who
    /// sends a million of them is not given room for as many.
    pub fn room(&self, blob: &[u8], start: usize) -> usize {
        self.count().saturating_sub(start).min(blob.len() / HARDLY_SHORTER)
    }

    /// The byte at which value `index` begins; for `index == count()`, the length of the blob.
    pub fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    /// The bytes of value `index`.
    pub fn value<'a>(&self, blob: &'a [u8], index: usize) -> &'a [u8] {
        &blob[self.start(index)..self.ends[index] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_too_short_for_entries_get_no_room() {
        let blob = [0; 8_000];
        let values = Boundaries::find(&blob).unwrap();
        assert_eq!(values.count(), 8_000);
        assert_eq!(values.room(&blob, 0), 100);
        assert_eq!((values.room(&blob, 7_990), values.room(&blob, 9_000)), (10, 0));
    }
}
