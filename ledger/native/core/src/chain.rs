//! The hash chain of a log, PROTOCOL section 5, and the messages that signatures cover, section 3.

use crate::sha256::{sha256_after, Sha256};

/// A chain hash.
pub type Head = [u8; 32];
/// What precedes the body in a signed message.
pub const CONTEXT_BYTES: usize = 16 + 32 + 4;

const TAG_LOG: &[u8; 16] = b"fiado1.log\0\0\0\0\0\0";
/// The tag of members' and stewards' signatures.
pub const TAG_ENTRY: &[u8; 16] = b"fiado1.entry\0\0\0\0";
/// The tag of signed heads.
pub const TAG_HEAD: &[u8; 16] = b"fiado1.head\0\0\0\0\0";

/// The head of an empty log.
pub fn genesis(federation: &[u8; 32], coop: u32) -> Head {
    let mut hash = Sha256::new();
    hash.update(TAG_LOG);
    hash.update(federation);
    hash.update(&coop.to_be_bytes());
    hash.finish()
}

/// The head after `entry`.
#[inline]
pub fn extend(head: &Head, entry: &[u8]) -> Head {
    sha256_after(head, entry)
}

/// Tag, federation and coop: the same for all signatures of one purpose and coop.
pub fn context(tag: &[u8; 16], federation: &[u8; 32], coop: u32) -> [u8; CONTEXT_BYTES] {
    let mut bytes = [0; CONTEXT_BYTES];
    bytes[..16].copy_from_slice(tag);
    bytes[16..48].copy_from_slice(federation);
    bytes[48..].copy_from_slice(&coop.to_be_bytes());
    bytes
}
