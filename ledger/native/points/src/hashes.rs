//! SHA-512 of eight messages at once, where each takes two blocks with its padding; one by one the library's.

use sha2::block_api::compress512;

use crate::{Means, LANES};

const BLOCK: usize = 128;
/// Bytes of a message of two blocks, padded.
pub const TWO_BLOCKS: usize = 2 * BLOCK;
/// What the padding adds at least: a bit that is set, and the length.
const PADDING: usize = 1 + 16;
/// FIPS 180-4 (5.3.5).
pub(crate) const INITIAL: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

/// Padded messages.
pub type Messages = [[u8; TWO_BLOCKS]; LANES];
/// Their hashes.
pub type Hashes = [[u8; 64]; LANES];

/// Pads a message that comes in pieces, where there were zeros (FIPS 180-4, 5.1.2), and says whether it takes two
/// blocks so. If not, what is there means nothing.
#[inline]
pub fn pad(message: &mut [u8; TWO_BLOCKS], pieces: &[&[u8]]) -> bool {
    let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
    if !(BLOCK..=TWO_BLOCKS).contains(&(length + PADDING)) || length + PADDING == BLOCK {
        return false;
    }
    let mut rest = &mut message[..];
    for piece in pieces {
        let (now, later) = rest.split_at_mut(piece.len());
        now.copy_from_slice(piece);
        rest = later;
    }
    rest[0] = 0x80;
    message[TWO_BLOCKS - 8..].copy_from_slice(&(8 * length as u64).to_be_bytes());
    true
}

/// The hashes of padded messages.
#[inline]
pub fn hashes(messages: &Messages) -> Hashes {
    hashes_by(Means::of_this_machine(), messages)
}

fn hashes_by(means: Means, messages: &Messages) -> Hashes {
    match means {
        Means::Library => one_by_one(messages),
        #[cfg(target_arch = "x86_64")]
        Means::Avx2 => by_avx2(messages),
        #[cfg(target_arch = "x86_64")]
        Means::Ifma => by_avx512(messages),
    }
}

fn one_by_one(messages: &Messages) -> Hashes {
    messages.each_ref().map(|message| {
        let mut state = INITIAL;
        compress512(&mut state, message.as_chunks().0);
        let mut hash = [0; 64];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        hash
    })
}

/// To be called only where `has_ifma`.
#[cfg(target_arch = "x86_64")]
fn by_avx512(messages: &Messages) -> Hashes {
    #[target_feature(enable = "avx512f")]
    fn inner(words: &crate::sha512::Words) -> crate::sha512::States {
        crate::sha512::hashes::<crate::ifma::Register>(words)
    }
    // Safety: see above.
    written(&unsafe { inner(&crate::sha512::words(messages)) })
}

/// To be called only where `has_avx2`.
#[cfg(target_arch = "x86_64")]
fn by_avx2(messages: &Messages) -> Hashes {
    #[target_feature(enable = "avx2")]
    fn inner(words: &crate::sha512::Words) -> crate::sha512::States {
        crate::sha512::hashes::<crate::avx2::Pair>(words)
    }
    // Safety: see above.
    written(&unsafe { inner(&crate::sha512::words(messages)) })
}

#[cfg(target_arch = "x86_64")]
fn written(states: &crate::sha512::States) -> Hashes {
    let mut hashes = [[0; 64]; LANES];
    for (lane, hash) in hashes.iter_mut().enumerate() {
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(states) {
            *bytes = word[lane].to_be_bytes();
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha512};

    use super::*;

    type Way = (&'static str, fn(&Messages) -> Hashes);

    /// What this machine can do, and what needs no machine.
    fn ways() -> Vec<Way> {
        let mut ways: Vec<Way> = vec![("library", one_by_one)];
        #[cfg(target_arch = "x86_64")]
        {
            ways.push(("plain", |messages| {
                let words = crate::sha512::words(messages);
                written(&crate::sha512::hashes::<crate::plain::Plain>(&words))
            }));
            if crate::has_ifma() {
                ways.push(("avx512", by_avx512));
            }
            if crate::has_avx2() {
                ways.push(("avx2", by_avx2));
            }
        }
        ways
    }

    /// Bytes of every value, other ones from each place.
    fn message(length: usize, seed: usize) -> Vec<u8> {
        (0..length).map(|at| (((at + 1) * (seed + 3) * 0x9e37) >> 8) as u8).collect()
    }

    #[test]
    fn each_way_is_the_library() {
        let lengths = if cfg!(miri) { 232..=239 } else { 112..=239 };
        for length in lengths {
            // Eight that are neither alike nor of one length.
            let texts: [Vec<u8>; LANES] = core::array::from_fn(|lane| {
                message(112 + (length - 112 + 31 * lane) % 128, length * LANES + lane)
            });
            let mut messages = [[0; TWO_BLOCKS]; LANES];
            for (padded, text) in messages.iter_mut().zip(&texts) {
                let (first, second) = text.split_at(length % text.len());
                assert!(pad(padded, &[first, &[], second]));
            }
            let expected = texts.map(|text| <[u8; 64]>::from(Sha512::digest(&text)));
            for (name, way) in ways() {
                assert_eq!(way(&messages), expected, "{name}, {length}");
            }
            assert_eq!(hashes(&messages), expected);
            assert_eq!(hashes_by(Means::Library, &messages), expected);
        }
    }

    #[test]
    fn only_two_blocks_are_padded() {
        for length in 0..=3 * BLOCK {
            let is_padded = pad(&mut [0; TWO_BLOCKS], &[&message(length, 1)]);
            assert_eq!(is_padded, (length + 1 + 16).div_ceil(BLOCK) == 2, "{length}");
        }
    }

    /// Nanoseconds of each way for a hash: as for the points.
    #[test]
    #[ignore = "a measurement"]
    fn how_long_each_way_takes() {
        let messages = [[7; TWO_BLOCKS]; LANES];
        for (name, way) in ways() {
            let mut best = f64::INFINITY;
            for _ in 0..9 {
                let start = std::time::Instant::now();
                (0..10_000).for_each(|_| {
                    std::hint::black_box(way(std::hint::black_box(&messages)));
                });
                best = best.min(start.elapsed().as_nanos() as f64);
            }
            println!("{name}: {:.0} ns", best / (10_000 * LANES) as f64);
        }
    }
}
