//! What a processor has to offer: numbers of 64 bits side by side, and products of them.

use crate::LANES;

/// Eight numbers of 64 bits. Each operation works on each of them by itself and wraps.
pub trait Lanes: Copy {
    /// One number, eight times.
    fn splat(value: u64) -> Self;
    fn load(values: &[u64; LANES]) -> Self;
    fn store(self) -> [u64; LANES];
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn left<const BITS: u32>(self) -> Self;
    fn right<const BITS: u32>(self) -> Self;
}

/// Products of 52 bits by 52, in two halves.
pub trait Halves: Lanes {
    /// The low 52 bits of the product of the low 52 bits of `a` and `b`, added.
    fn add_low(self, a: Self, b: Self) -> Self;
    /// The high 52 bits of that product, added.
    fn add_high(self, a: Self, b: Self) -> Self;
}

/// Products of 32 bits by 32, whole.
pub trait Products: Lanes {
    /// The product of the low 32 bits of each.
    fn product(self, other: Self) -> Self;
}

/// What a hash takes: bits that are mixed, and sums that wrap.
pub trait Bits: Lanes {
    /// The sum modulo 2^64. Elsewhere a sum that wraps is a mistake, so it has a name of its own.
    fn sum(self, other: Self) -> Self;
    /// Rotated to the right.
    fn rotated<const BITS: i32>(self) -> Self;
    /// Where an odd number of bits is set.
    fn xor(a: Self, b: Self, c: Self) -> Self;
    /// The bits of `b` where `a` has one, those of `c` elsewhere.
    fn choice(a: Self, b: Self, c: Self) -> Self;
    /// Where two bits or three are set.
    fn majority(a: Self, b: Self, c: Self) -> Self;
}
