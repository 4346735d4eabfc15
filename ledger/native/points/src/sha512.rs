//! SHA-512 of eight messages side by side, FIPS 180-4 (6.4).
//!
//! The challenge of a signature is the hash of 64 bytes that are always there, a context of 52 and a body of few: two
//! blocks with the padding, whatever is paid. So there is one way for eight messages of two blocks, and no other.

use crate::hashes::{Messages, INITIAL};
use crate::lanes::Bits;
use crate::LANES;

/// Words of a block.
const WORDS: usize = 16;
/// Words of the state.
const STATE: usize = 8;

/// FIPS 180-4 (4.2.3), sixteen steps a row.
#[rustfmt::skip]
const CONSTANTS: [[u64; WORDS]; 5] = [
    [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
        0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
        0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    ],
    [
        0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
        0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    ],
    [
        0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
        0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
        0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    ],
    [
        0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    ],
    [
        0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
        0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
        0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ],
];

/// The words of eight messages, the first word of each first.
pub type Words = [[u64; LANES]; 2 * WORDS];
/// Their hashes, in the same way.
pub type States = [[u64; LANES]; STATE];

/// The words of padded messages.
#[inline]
pub fn words(messages: &Messages) -> Words {
    let mut words = [[0; LANES]; 2 * WORDS];
    for (lane, message) in messages.iter().enumerate() {
        for (word, bytes) in words.iter_mut().zip(message.as_chunks().0) {
            word[lane] = u64::from_be_bytes(*bytes);
        }
    }
    words
}

/// The hashes of padded messages.
#[inline(always)]
pub fn hashes<V: Bits>(messages: &Words) -> States {
    let mut state = [V::splat(0); STATE];
    for place in 0..STATE {
        state[place] = V::splat(INITIAL[place]);
    }
    for block in messages.as_chunks::<WORDS>().0 {
        let before = state;
        let mut words = [V::splat(0); WORDS];
        for place in 0..WORDS {
            words[place] = V::load(&block[place]);
        }
        for constants in &CONSTANTS[..4] {
            sixteen::<V, true>(&mut state, &mut words, constants);
        }
        sixteen::<V, false>(&mut state, &mut words, &CONSTANTS[4]);
        for place in 0..STATE {
            state[place] = state[place].sum(before[place]);
        }
    }
    let mut hashes = [[0; LANES]; STATE];
    for place in 0..STATE {
        hashes[place] = state[place].store();
    }
    hashes
}

/// Sixteen steps; when it goes on, the words after them are those of the next sixteen.
#[inline(always)]
fn sixteen<V: Bits, const GOES_ON: bool>(
    state: &mut [V; STATE],
    words: &mut [V; WORDS],
    constants: &[u64; WORDS],
) {
    step::<V, 0, GOES_ON>(state, words, constants);
    step::<V, 1, GOES_ON>(state, words, constants);
    step::<V, 2, GOES_ON>(state, words, constants);
    step::<V, 3, GOES_ON>(state, words, constants);
    step::<V, 4, GOES_ON>(state, words, constants);
    step::<V, 5, GOES_ON>(state, words, constants);
    step::<V, 6, GOES_ON>(state, words, constants);
    step::<V, 7, GOES_ON>(state, words, constants);
    step::<V, 8, GOES_ON>(state, words, constants);
    step::<V, 9, GOES_ON>(state, words, constants);
    step::<V, 10, GOES_ON>(state, words, constants);
    step::<V, 11, GOES_ON>(state, words, constants);
    step::<V, 12, GOES_ON>(state, words, constants);
    step::<V, 13, GOES_ON>(state, words, constants);
    step::<V, 14, GOES_ON>(state, words, constants);
    step::<V, 15, GOES_ON>(state, words, constants);
}

/// Step `AT` of sixteen. Instead of moving the state, its places count from another one in each step.
#[inline(always)]
fn step<V: Bits, const AT: usize, const GOES_ON: bool>(
    state: &mut [V; STATE],
    words: &mut [V; WORDS],
    constants: &[u64; WORDS],
) {
    let [a, b, c] = [state[place(0, AT)], state[place(1, AT)], state[place(2, AT)]];
    let [e, f, g] = [state[place(4, AT)], state[place(5, AT)], state[place(6, AT)]];
    let mixed = V::xor(e.rotated::<14>(), e.rotated::<18>(), e.rotated::<41>());
    let first = state[place(7, AT)]
        .sum(words[AT].sum(V::splat(constants[AT])))
        .sum(V::choice(e, f, g))
        .sum(mixed);
    let mixed = V::xor(a.rotated::<28>(), a.rotated::<34>(), a.rotated::<39>());
    state[place(3, AT)] = state[place(3, AT)].sum(first);
    state[place(7, AT)] = first.sum(mixed.sum(V::majority(a, b, c)));
    if GOES_ON {
        let near = words[(AT + 1) % WORDS];
        let far = words[(AT + 14) % WORDS];
        let near = V::xor(near.rotated::<1>(), near.rotated::<8>(), near.right::<7>());
        let far = V::xor(far.rotated::<19>(), far.rotated::<61>(), far.right::<6>());
        words[AT] = words[AT].sum(near).sum(words[(AT + 9) % WORDS].sum(far));
    }
}

/// Where the state's word `word` is in step `at`.
const fn place(word: usize, at: usize) -> usize {
    (word + WORDS - at) % STATE
}
