//! Concatenated entries: where each begins and ends, and nothing else about them.

use crate::codec;
use crate::fault::Fault;

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
        // Most entries are bare payments of some 100 bytes.
        let mut ends = Vec::with_capacity(blob.len() / 96);
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

    /// The byte at which value `index` begins; for `index == count()`, the length of the blob.
    pub fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    /// The bytes of value `index`.
    pub fn value<'a>(&self, blob: &'a [u8], index: usize) -> &'a [u8] {
        &blob[self.start(index)..self.ends[index] as usize]
    }
}
