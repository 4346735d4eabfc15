//! AVX-512 with IFMA: eight numbers in a register.
//!
//! Everything here is inlined into the one function of `lib.rs` that is compiled for this processor and called
//! only where it was found. Anywhere else these instructions don't exist.

use core::arch::x86_64::*;

use crate::lanes::{Bits, Halves, Lanes};
use crate::LANES;

/// A register of 512 bits.
#[derive(Clone, Copy)]
pub struct Register(__m512i);

impl Lanes for Register {
    #[inline(always)]
    fn splat(value: u64) -> Self {
        Register(unsafe { _mm512_set1_epi64(value as i64) })
    }

    #[inline(always)]
    fn load(values: &[u64; LANES]) -> Self {
        Register(unsafe { _mm512_loadu_si512(values.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self) -> [u64; LANES] {
        let mut values = [0; LANES];
        unsafe { _mm512_storeu_si512(values.as_mut_ptr().cast(), self.0) };
        values
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Register(unsafe { _mm512_add_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Register(unsafe { _mm512_sub_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Register(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn left<const BITS: u32>(self) -> Self {
        Register(unsafe { _mm512_slli_epi64::<BITS>(self.0) })
    }

    #[inline(always)]
    fn right<const BITS: u32>(self) -> Self {
        Register(unsafe { _mm512_srli_epi64::<BITS>(self.0) })
    }
}

impl Halves for Register {
    #[inline(always)]
    fn add_low(self, a: Self, b: Self) -> Self {
        Register(unsafe { _mm512_madd52lo_epu64(self.0, a.0, b.0) })
    }

    #[inline(always)]
    fn add_high(self, a: Self, b: Self) -> Self {
        Register(unsafe { _mm512_madd52hi_epu64(self.0, a.0, b.0) })
    }
}

impl Bits for Register {
    #[inline(always)]
    fn sum(self, other: Self) -> Self {
        self.plus(other)
    }

    #[inline(always)]
    fn rotated<const BITS: i32>(self) -> Self {
        Register(unsafe { _mm512_ror_epi64::<BITS>(self.0) })
    }

    // Of three bits any function: the number has its values, for 111 first.
    #[inline(always)]
    fn xor(a: Self, b: Self, c: Self) -> Self {
        Register(unsafe { _mm512_ternarylogic_epi64::<0b1001_0110>(a.0, b.0, c.0) })
    }

    #[inline(always)]
    fn choice(a: Self, b: Self, c: Self) -> Self {
        Register(unsafe { _mm512_ternarylogic_epi64::<0b1100_1010>(a.0, b.0, c.0) })
    }

    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        Register(unsafe { _mm512_ternarylogic_epi64::<0b1110_1000>(a.0, b.0, c.0) })
    }
}
