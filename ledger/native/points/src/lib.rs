//! Many encoded points at once.
//!
//! Verifying a signature by itself or in a batch begins with the point R, which is sent as one coordinate: the other
//! one is a square root, 254 squarings one after the other. The library makes one root at a time, each squaring
//! waiting for the last. Eight lie side by side here, in registers of 512 bits or in pairs of 256.
//!
//! The library's answer is what counts: `decompressed` gives the same for every encoding, and is that where the
//! processor or the library isn't the one this was written for. What holds for a point's encoding is not secret, and
//! time may tell it.
//!
//! The hashes from which challenges come are taken side by side in the same registers (`hashes.rs`).
//!
//! This is the one crate of the validator with unsafe code, for three things: instructions that only some processors
//! have (`ifma.rs`, `avx2.rs`), a point of the library from coordinates (`assemble.rs`), and asking for memory that
//! will be read soon (`near.rs`).

// What runs in wide registers is inlined whole into a function that is compiled for them; closures are not
// always, and each that is not costs more than all that is gained. So there are loops.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
mod assemble;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod field;
pub mod hashes;
#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod narrow;
pub mod near;
#[cfg(all(test, target_arch = "x86_64"))]
mod plain;
#[cfg(target_arch = "x86_64")]
mod roots;
#[cfg(target_arch = "x86_64")]
mod sha512;
#[cfg(all(test, target_arch = "x86_64"))]
mod tests;
#[cfg(target_arch = "x86_64")]
mod wide;

use std::sync::OnceLock;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

#[cfg(target_arch = "x86_64")]
use crate::roots::Coordinates;

/// How many lie side by side.
pub const LANES: usize = 8;

type Encodings = [[u8; 32]; LANES];
type Points = [Option<EdwardsPoint>; LANES];
/// The points of the first so many encodings; of the others anything.
type Make = fn(&Encodings, usize) -> Points;

const NEUTRAL: [u8; 32] = {
    let mut encoding = [0; 32];
    encoding[0] = 1;
    encoding
};

/// How roots are taken on this machine, found out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Library,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Ifma,
}

impl Means {
    fn of_this_machine() -> Self {
        static MEANS: OnceLock<Means> = OnceLock::new();
        *MEANS.get_or_init(|| {
            #[cfg(target_arch = "x86_64")]
            {
                if has_ifma() && assemble::fits(by_ifma) {
                    return Means::Ifma;
                }
                if has_avx2() && assemble::fits(by_avx2) {
                    return Means::Avx2;
                }
            }
            Means::Library
        })
    }

    fn function(self) -> Make {
        match self {
            Means::Library => one_by_one,
            #[cfg(target_arch = "x86_64")]
            Means::Avx2 => by_avx2,
            #[cfg(target_arch = "x86_64")]
            Means::Ifma => by_ifma,
        }
    }
}

fn one_by_one(encodings: &Encodings, count: usize) -> Points {
    let mut points = [None; LANES];
    for (point, encoding) in points[..count].iter_mut().zip(encodings) {
        *point = CompressedEdwardsY(*encoding).decompress();
    }
    points
}

#[cfg(target_arch = "x86_64")]
fn has_ifma() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
}

/// To be called only where `has_ifma`.
#[cfg(target_arch = "x86_64")]
fn by_ifma(encodings: &Encodings, _count: usize) -> Points {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn inner(encodings: &Encodings) -> [Option<Coordinates>; LANES] {
        roots::points::<wide::Wide<ifma::Register>>(encodings)
    }
    // Safety: see above.
    assembled(unsafe { inner(encodings) })
}

/// To be called only where `has_avx2`.
#[cfg(target_arch = "x86_64")]
fn by_avx2(encodings: &Encodings, _count: usize) -> Points {
    #[target_feature(enable = "avx2")]
    fn inner(encodings: &Encodings) -> [Option<Coordinates>; LANES] {
        roots::points::<narrow::Narrow<avx2::Pair>>(encodings)
    }
    // Safety: see above.
    assembled(unsafe { inner(encodings) })
}

#[cfg(target_arch = "x86_64")]
fn assembled(coordinates: [Option<Coordinates>; LANES]) -> Points {
    coordinates.each_ref().map(|coordinates| coordinates.as_ref().map(assemble::point))
}

/// What makes roots here, as a short name.
pub fn means() -> &'static str {
    match Means::of_this_machine() {
        Means::Library => "roots:serial",
        #[cfg(target_arch = "x86_64")]
        Means::Avx2 => "roots:avx2",
        #[cfg(target_arch = "x86_64")]
        Means::Ifma => "roots:avx512ifma",
    }
}

/// For each encoding the point that it names, or `None`, in order.
pub fn decompressed<I: ExactSizeIterator<Item = [u8; 32]>>(encodings: I) -> Decompressed<I> {
    Decompressed::of(encodings, Means::of_this_machine())
}

/// The points of encodings, made as they are asked for, up to eight at a time.
pub struct Decompressed<I> {
    encodings: I,
    /// Those from `next` to before `end` have been made and not been asked for.
    ready: Points,
    next: usize,
    end: usize,
    make: Make,
}

impl<I> Decompressed<I> {
    fn of(encodings: I, means: Means) -> Self {
        Decompressed { encodings, ready: [None; LANES], next: 0, end: 0, make: means.function() }
    }
}

impl<I: ExactSizeIterator<Item = [u8; 32]>> Iterator for Decompressed<I> {
    type Item = Option<EdwardsPoint>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            // What is missing of the last eight is the neutral point, which nobody sees.
            let mut encodings = [NEUTRAL; LANES];
            self.next = 0;
            self.end = self.encodings.len().min(LANES);
            for encoding in &mut encodings[..self.end] {
                *encoding = self.encodings.next()?;
            }
            if self.end > 0 {
                self.ready = (self.make)(&encodings, self.end);
            }
        }
        let point = self.ready[..self.end].get(self.next)?;
        self.next += 1;
        Some(*point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.encodings.len() + self.end - self.next;
        (left, Some(left))
    }
}

impl<I: ExactSizeIterator<Item = [u8; 32]>> ExactSizeIterator for Decompressed<I> {}
