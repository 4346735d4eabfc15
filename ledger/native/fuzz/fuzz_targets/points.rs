//! Any encodings, eight at a time and one by one: the same points.
#![no_main]

use curve25519_dalek::edwards::CompressedEdwardsY;
use fiado_points::decompressed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let encodings = bytes.as_chunks::<32>().0;
    for (point, encoding) in decompressed(encodings.iter().copied()).zip(encodings) {
        assert_eq!(point, CompressedEdwardsY(*encoding).decompress());
    }
});
