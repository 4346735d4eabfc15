//! Every way to make points against the library.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};

use super::*;
use crate::narrow::Narrow;
use crate::plain::Plain;
use crate::wide::Wide;

fn by_plain_wide(encodings: &Encodings, _count: usize) -> Points {
    assembled(roots::points::<Wide<Plain>>(encodings))
}

fn by_plain_narrow(encodings: &Encodings, _count: usize) -> Points {
    assembled(roots::points::<Narrow<Plain>>(encodings))
}

/// All that this machine can do.
fn ways() -> Vec<(&'static str, Make)> {
    let mut ways: Vec<(&'static str, Make)> =
        vec![("plain, wide", by_plain_wide), ("plain, narrow", by_plain_narrow)];
    if has_ifma() {
        ways.push(("ifma", by_ifma));
    }
    if has_avx2() {
        ways.push(("avx2", by_avx2));
    }
    ways
}

fn check(encodings: &[[u8; 32]]) {
    for group in encodings.chunks(LANES) {
        let mut padded = [NEUTRAL; LANES];
        padded[..group.len()].copy_from_slice(group);
        let expected = one_by_one(&padded, LANES);
        for (name, make) in ways() {
            for (place, made) in make(&padded, LANES).into_iter().enumerate() {
                assert_eq!(made, expected[place], "{name}: {:02x?}", padded[place]);
                let (Some(made), Some(point)) = (made, expected[place]) else { continue };
                let other = ED25519_BASEPOINT_POINT;
                assert_eq!(made + other, point + other, "{name}: the product of {padded:02x?}");
                assert_eq!(made.compress(), point.compress());
            }
        }
    }
}

fn random(seed: &mut u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for word in bytes.as_chunks_mut::<8>().0 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *word = seed.to_le_bytes();
    }
    bytes
}

fn with_sign(mut encoding: [u8; 32]) -> [u8; 32] {
    encoding[31] ^= 0x80;
    encoding
}

/// `FIADO_FUZZ_ROUNDS` sets how many, as for the other fuzzers.
#[test]
fn random_encodings() {
    let asked = std::env::var("FIADO_FUZZ_ROUNDS").ok();
    let rounds: usize = asked.map_or(2_000, |text| text.parse().expect("a number"));
    let rounds = if cfg!(miri) { 8 } else { rounds };
    let mut seed = 0x1234_5678_9abc_def1;
    let encodings: Vec<_> = (0..rounds).map(|_| random(&mut seed)).collect();
    let points = encodings.iter().filter(|one| CompressedEdwardsY(**one).decompress().is_some());
    let points = points.count();
    assert!(points > 0 && points < rounds, "some are points and some are not");
    check(&encodings);
}

/// Each number below 2^255 near its ends and near p, the second way to write each of 0 to 18 among them.
#[test]
fn encodings_at_the_edges() {
    let mut encodings = Vec::new();
    for low in 0..=255 {
        for high in [0, 0x7f] {
            let mut encoding = [if high == 0 { 0 } else { 0xff }; 32];
            (encoding[0], encoding[31]) = (low, high);
            encodings.extend([encoding, with_sign(encoding)]);
        }
    }
    for bit in 0..255 {
        let mut encoding = [0; 32];
        encoding[bit / 8] = 1 << (bit % 8);
        let mut all_below = [0; 32];
        (0..bit).for_each(|bit| all_below[bit / 8] |= 1 << (bit % 8));
        encodings.extend([encoding, with_sign(encoding), all_below, with_sign(all_below)]);
    }
    if cfg!(miri) {
        // It takes seconds for each.
        encodings = encodings.into_iter().step_by(61).collect();
    }
    check(&encodings);
}

/// Also with the sign that a coordinate of 0 can't have.
#[test]
fn points_of_small_order() {
    let encodings = EIGHT_TORSION.map(|point| point.compress().0);
    check(&encodings);
    check(&encodings.map(with_sign));
    assert!(one_by_one(&encodings.map(with_sign), LANES).iter().all(Option::is_some));
}

/// The wide way is taken where the processor has it: else nobody would notice that it is no longer right.
#[test]
fn what_the_processor_has_is_used() {
    for (name, make) in ways() {
        assert!(assemble::fits(make), "{name}");
    }
    let expected = match (has_ifma(), has_avx2()) {
        (true, _) => "roots:avx512ifma",
        (false, true) => "roots:avx2",
        (false, false) => "roots:serial",
    };
    assert_eq!(means(), expected);
}

#[test]
fn every_length_comes_whole_and_in_order() {
    let mut seed = 7;
    for length in 0..=3 * LANES + 1 {
        let encodings: Vec<_> = (0..length).map(|_| random(&mut seed)).collect();
        let expected: Vec<_> =
            encodings.iter().map(|encoding| CompressedEdwardsY(*encoding).decompress()).collect();
        for means in [Means::of_this_machine(), Means::Library] {
            let mut points = Decompressed::of(encodings.iter().copied(), means);
            for (place, expected) in expected.iter().enumerate() {
                assert_eq!(points.len(), length - place);
                assert_eq!(points.next().as_ref(), Some(expected));
            }
            assert_eq!(points.size_hint(), (0, Some(0)));
            assert_eq!(points.next(), None);
            assert_eq!(points.next(), None);
        }
    }
}

/// Nanoseconds of each way for a point: `cargo test --release -p fiado-points -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn how_long_each_way_takes() {
    let mut seed = 5;
    let encodings: Vec<Encodings> =
        (0..10_000).map(|_| [(); LANES].map(|()| random(&mut seed))).collect();
    let all = ways().into_iter().chain([("library", one_by_one as Make)]);
    for (name, make) in all.filter(|(name, _)| !name.starts_with("plain")) {
        let mut best = f64::INFINITY;
        for _ in 0..9 {
            let start = std::time::Instant::now();
            encodings.iter().for_each(|group| {
                std::hint::black_box(make(group, LANES));
            });
            best = best.min(start.elapsed().as_nanos() as f64);
        }
        println!("{name}: {:.0} ns", best / (encodings.len() * LANES) as f64);
    }
}
