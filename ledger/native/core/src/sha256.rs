//! SHA-256 for chains, digests and snapshots: the library's compression, called from one place.
//!
//! The compression is in a function that is never inlined, and messages are gathered and padded here. In code
//! that is tuned to a processor the compiler otherwise inlines it behind copies with wide registers, and on
//! Intel's processors the instructions for SHA, which know no wide registers, then wait for the upper halves:
//! hashing an entry took 8 microseconds. In front of a call the compiler clears them.

use sha2::block_api::compress256;

const BLOCK: usize = 64;
const HASH: usize = 32;
/// Bytes that are compressed at once: a payment with the head before it and the padding fits.
const ROOM: usize = 4 * BLOCK;
/// FIPS 180-4 (5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// The hash of a message that comes in pieces.
pub struct Sha256 {
    state: [u32; 8],
    /// What has not been compressed yet, fewer than `ROOM` bytes; behind them there is room for the padding.
    waiting: [u8; ROOM + BLOCK],
    filled: usize,
    length: u64,
}

impl Sha256 {
    /// Of the empty message.
    #[inline]
    pub fn new() -> Self {
        Sha256 { state: INITIAL, waiting: [0; ROOM + BLOCK], filled: 0, length: 0 }
    }

    /// Appends to the message.
    #[inline]
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(ROOM - self.filled));
            self.waiting[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            if self.filled == ROOM {
                compress(&mut self.state, &self.waiting[..ROOM]);
                self.filled = 0;
            }
            bytes = later;
        }
    }

    /// The hash; padded as FIPS 180-4 says (5.1.1).
    #[inline]
    pub fn finish(mut self) -> [u8; 32] {
        self.waiting[self.filled..].fill(0);
        finish(self.state, &mut self.waiting, self.filled, self.length)
    }
}

/// The hash once the last `filled` bytes lie in front of zeros.
#[inline]
fn finish(mut state: [u32; 8], waiting: &mut [u8], filled: usize, length: u64) -> [u8; 32] {
    let end = pad(waiting, filled, length);
    compress(&mut state, &waiting[..end]);
    written(&state)
}

/// Pads a message whose last `filled` bytes lie in front of zeros, as FIPS 180-4 says (5.1.1); gives its end.
#[inline]
fn pad(waiting: &mut [u8], filled: usize, length: u64) -> usize {
    let end = (filled + 9).next_multiple_of(BLOCK);
    waiting[filled] = 0x80;
    waiting[end - 8..end].copy_from_slice(&(length * 8).to_be_bytes());
    end
}

#[inline]
fn written(state: &[u32; 8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// The hash of a hash and what follows it. Nearly always that fits what is compressed at once.
#[inline]
pub fn sha256_after(before: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let length = before.len() + message.len();
    if length > ROOM {
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(message);
        return hash.finish();
    }
    let mut waiting = [0; ROOM + BLOCK];
    waiting[..before.len()].copy_from_slice(before);
    waiting[before.len()..length].copy_from_slice(message);
    finish(INITIAL, &mut waiting, length, length as u64)
}

/// The hash of a hash and what follows it, as `sha256_after`, in steps that other work may lie between.
///
/// An instruction for SHA waits for the one before it. Meanwhile a processor does what follows, as far as it looks ahead, which
/// is hardly beyond one block; so who has other work puts it between the blocks. What is hashed is laid before, since a message that
/// was written piece by piece can't be read for a while.
#[derive(Clone)]
pub struct InSteps {
    state: [u32; 8],
    /// The message behind a hash that is not known yet, padded; where it fits.
    laid: [u8; ROOM],
    /// What of it has been compressed, and how much there is: 0 for one that does not fit.
    done: usize,
    end: usize,
}

impl InSteps {
    /// Lays a message.
    #[inline]
    pub fn lay(&mut self, message: &[u8]) {
        let length = HASH + message.len();
        self.end = 0;
        if length + 9 <= ROOM {
            self.laid[HASH..length].copy_from_slice(message);
            self.laid[length..].fill(0);
            self.end = pad(&mut self.laid, length, length as u64);
        }
    }

    /// Begins with the hash before the laid message. One that did not fit is asked for again, and is done at once.
    #[inline]
    pub fn begin(&mut self, before: &[u8; HASH], message: &[u8]) {
        self.state = INITIAL;
        self.done = 0;
        if self.end == 0 {
            let whole = sha256_after(before, message);
            for (word, bytes) in self.state.iter_mut().zip(whole.as_chunks().0) {
                *word = u32::from_be_bytes(*bytes);
            }
        } else {
            self.laid[..HASH].copy_from_slice(before);
            self.step();
        }
    }

    /// Compresses one more block, if there is one.
    #[inline]
    pub fn step(&mut self) {
        if self.done < self.end {
            compress(&mut self.state, &self.laid[self.done..self.done + BLOCK]);
            self.done += BLOCK;
        }
    }

    /// Compresses what is left and gives the hash.
    #[inline]
    pub fn finish(&mut self) -> [u8; HASH] {
        compress(&mut self.state, &self.laid[self.done..self.end]);
        self.done = self.end;
        written(&self.state)
    }
}

impl Default for InSteps {
    fn default() -> Self {
        InSteps { state: INITIAL, laid: [0; ROOM], done: 0, end: 0 }
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Sha256::new()
    }
}

/// The hash of one message.
#[inline]
pub fn sha256(message: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(message);
    hash.finish()
}

/// Whole blocks. Never inlined: see above.
#[inline(never)]
fn compress(state: &mut [u32; 8], bytes: &[u8]) {
    compress256(state, bytes.as_chunks().0);
}

#[cfg(test)]
mod tests {
    use sha2::Digest;

    use super::*;

    /// Every length around the ends of blocks and of what is compressed at once, in pieces of several sizes.
    #[test]
    fn it_is_the_hash_of_the_library() {
        let message: Vec<u8> = (0..1500_u32).map(|place| ((place * place) >> 3) as u8).collect();
        let mut steps = InSteps::default();
        for length in 0..message.len() {
            let expected: [u8; 32] = sha2::Sha256::digest(&message[..length]).into();
            assert_eq!(sha256(&message[..length]), expected, "{length} bytes");
            for size in [1, 32, 63, 255, 256, 300] {
                let mut hash = Sha256::new();
                message[..length].chunks(size).for_each(|piece| hash.update(piece));
                assert_eq!(hash.finish(), expected, "{length} bytes by {size}");
            }
            if let Some((before, after)) = message[..length].split_first_chunk() {
                assert_eq!(sha256_after(before, after), expected, "{length} bytes after a hash");
                steps.lay(after);
                steps.begin(before, after);
                (0..length % 7).for_each(|_| steps.step());
                assert_eq!(steps.finish(), expected, "{length} bytes after a hash, in steps");
            }
        }
    }

    /// The examples of FIPS 180, so that the library's own mistake would be seen too.
    #[test]
    fn the_examples_of_the_standard() {
        let hex =
            |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(sha256(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
    }
}
