//! AVX2: eight numbers in two registers of 256 bits.
//!
//! As in `ifma.rs`, everything here is inlined into the one function that is called only where AVX2 was found.

use core::arch::x86_64::*;

use crate::lanes::{Bits, Lanes, Products};
use crate::LANES;

/// Two registers.
#[derive(Clone, Copy)]
pub struct Pair([__m256i; 2]);

impl Lanes for Pair {
    #[inline(always)]
    fn splat(value: u64) -> Self {
        Pair([unsafe { _mm256_set1_epi64x(value as i64) }; 2])
    }

    #[inline(always)]
    fn load(values: &[u64; LANES]) -> Self {
        let (low, high) = values.split_at(LANES / 2);
        unsafe {
            Pair([
                _mm256_loadu_si256(low.as_ptr().cast()),
                _mm256_loadu_si256(high.as_ptr().cast()),
            ])
        }
    }

    #[inline(always)]
    fn store(self) -> [u64; LANES] {
        let mut values = [0; LANES];
        for (half, register) in values.chunks_exact_mut(LANES / 2).zip(self.0) {
            unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), register) };
        }
        values
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_add_epi64(a, c), _mm256_add_epi64(b, d)] })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_sub_epi64(a, c), _mm256_sub_epi64(b, d)] })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_and_si256(a, c), _mm256_and_si256(b, d)] })
    }

    #[inline(always)]
    fn left<const BITS: u32>(self) -> Self {
        let [a, b] = self.0;
        unsafe {
            let bits = _mm_cvtsi32_si128(BITS as i32);
            Pair([_mm256_sll_epi64(a, bits), _mm256_sll_epi64(b, bits)])
        }
    }

    #[inline(always)]
    fn right<const BITS: u32>(self) -> Self {
        let [a, b] = self.0;
        unsafe {
            let bits = _mm_cvtsi32_si128(BITS as i32);
            Pair([_mm256_srl_epi64(a, bits), _mm256_srl_epi64(b, bits)])
        }
    }
}

impl Products for Pair {
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_mul_epu32(a, c), _mm256_mul_epu32(b, d)] })
    }
}

impl Pair {
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_or_si256(a, c), _mm256_or_si256(b, d)] })
    }

    #[inline(always)]
    fn unlike(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair(unsafe { [_mm256_xor_si256(a, c), _mm256_xor_si256(b, d)] })
    }
}

impl Bits for Pair {
    #[inline(always)]
    fn sum(self, other: Self) -> Self {
        self.plus(other)
    }

    #[inline(always)]
    fn rotated<const BITS: i32>(self) -> Self {
        let [a, b] = self.0;
        unsafe {
            let (right, left) = (_mm_cvtsi32_si128(BITS), _mm_cvtsi32_si128(64 - BITS));
            Pair([_mm256_srl_epi64(a, right), _mm256_srl_epi64(b, right)])
                .or(Pair([_mm256_sll_epi64(a, left), _mm256_sll_epi64(b, left)]))
        }
    }

    #[inline(always)]
    fn xor(a: Self, b: Self, c: Self) -> Self {
        a.unlike(b).unlike(c)
    }

    #[inline(always)]
    fn choice(a: Self, b: Self, c: Self) -> Self {
        b.unlike(c).and(a).unlike(c)
    }

    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        a.and(b).or(a.or(b).and(c))
    }
}
