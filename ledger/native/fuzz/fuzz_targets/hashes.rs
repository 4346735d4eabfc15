//! Any messages: in steps, side by side and by the library the same hashes.
#![no_main]

use fiado_core::sha256::{sha256_after, InSteps};
use fiado_points::hashes::{hashes, pad, TWO_BLOCKS};
use fiado_points::LANES;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256, Sha512};

fuzz_target!(|bytes: &[u8]| {
    in_steps(bytes);
    side_by_side(bytes);
});

/// The first byte says how long what was laid before is, and how many steps are taken before the end.
fn in_steps(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let Some((before, message)) = rest.split_first_chunk::<32>() else { return };
    let mut hash = InSteps::default();
    hash.lay(&bytes[..bytes.len().min(usize::from(first))]);
    hash.lay(message);
    hash.begin(before, message);
    (0..first % 8).for_each(|_| hash.step());
    let expected: [u8; 32] = Sha256::digest(rest).into();
    assert_eq!(hash.finish(), expected);
    assert_eq!(sha256_after(before, message), expected);
}

fn side_by_side(bytes: &[u8]) {
    let size = bytes.len() / LANES;
    let mut messages = [[0; TWO_BLOCKS]; LANES];
    let parts = (0..LANES).map(|lane| &bytes[lane * size..(lane + 1) * size]);
    if parts.clone().zip(&mut messages).all(|(part, message)| pad(message, &[part])) {
        for (hash, part) in hashes(&messages).iter().zip(parts) {
            assert_eq!(hash[..], Sha512::digest(part)[..]);
        }
    }
}
