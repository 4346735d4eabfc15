//! What a node signs of its own log: heads, and receipts (PROTOCOL section 8) of a whole commit at once.
//!
//! The one thing here that needs a secret. Signing is `ed25519-dalek`'s, by RFC 8032 and so without
//! randomness: the bytes are those that any other library makes with the same key.

use ed25519_dalek::{Signer, SigningKey};

use crate::chain::{context, extend, Head, CONTEXT_BYTES, TAG_HEAD};
use crate::codec::{write, MAX};
use crate::entries::Boundaries;
use crate::fault::Fault;
use crate::transaction::MAX_ENTRY_BYTES;

const NAME: &[u8] = b"fiado1.receipt";
/// What a receipt has beside the entry, when all its integers are as long as they get.
const MOST_BESIDE_ENTRY: usize = 240;

/// Signs for one coop's log. The key is wiped from memory with it.
pub struct Issuer {
    key: SigningKey,
    federation: [u8; 32],
    coop: u32,
    context: [u8; CONTEXT_BYTES],
}

impl Issuer {
    /// `seed` is the coop's private node key.
    pub fn new(seed: &[u8; 32], federation: [u8; 32], coop: u32) -> Self {
        let key = SigningKey::from_bytes(seed);
        Issuer { key, federation, coop, context: context(TAG_HEAD, &federation, coop) }
    }

    /// The receipts of concatenated entries, the first of which is number `first` of the log and
    /// follows the head `previous`.
    pub fn issue(
        &self,
        entries: &[u8],
        first: u64,
        previous: &Head,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let boundaries = Boundaries::find(entries)?;
        let count = boundaries.count();
        if first == 0 || first > MAX {
            return Err(Fault::Argument("entries are counted from 1 to 2^53 - 1"));
        }
        let mut previous = *previous;
        let mut receipts = Vec::with_capacity(count);
        for place in 0..count {
            let length = first + place as u64;
            let entry = boundaries.value(entries, place);
            if entry.len() > MAX_ENTRY_BYTES {
                return Err(Fault::Argument("no log has an entry as large as this"));
            }
            let head = extend(&previous, entry);
            receipts.push(self.receipt(length, &previous, entry, &head));
            previous = head;
        }
        Ok(receipts)
    }

    fn receipt(&self, length: u64, previous: &Head, entry: &[u8], head: &Head) -> Vec<u8> {
        let mut out = Vec::with_capacity(MOST_BESIDE_ENTRY + entry.len());
        write::array(&mut out, 7);
        write::text(&mut out, NAME);
        write::binary(&mut out, &self.federation);
        write::unsigned(&mut out, u64::from(self.coop));
        write::unsigned(&mut out, length);
        write::binary(&mut out, previous);
        write::binary(&mut out, entry);
        write::binary(&mut out, &self.sign_head(length, head));
        out
    }

    /// The coop's signature over the head that its log has at `length`, PROTOCOL section 5.
    pub fn sign_head(&self, length: u64, head: &Head) -> [u8; 64] {
        let mut message = self.context.to_vec();
        write::array(&mut message, 2);
        write::unsigned(&mut message, length);
        write::binary(&mut message, head);
        self.key.sign(&message).to_bytes()
    }
}
