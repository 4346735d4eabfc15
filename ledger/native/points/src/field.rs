//! Numbers modulo p = 2^255 - 19, eight at once, whichever way they are kept.

use crate::LANES;

/// Digits in which a number comes in and goes out, of 51 bits each, the lowest first.
pub const DIGITS: usize = 5;

/// Eight numbers modulo p.
pub trait Field: Copy {
    /// Digit by digit, each of 51 bits.
    fn load(digits: &[[u64; LANES]; DIGITS]) -> Self;
    /// The digits of the numbers below p: the only ones that they have so.
    fn store(self) -> [[u64; LANES]; DIGITS];
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(&self, other: &Self) -> Self;
    fn squared(&self) -> Self;
    /// One number, eight times.
    #[inline(always)]
    fn splat(digits: [u64; DIGITS]) -> Self {
        Self::load(&digits.map(|digit| [digit; LANES]))
    }
}

/// Slow arithmetic modulo p on four words, the lowest first, and what all ways to keep numbers are held against.
#[cfg(test)]
pub mod slow {
    use super::*;

    pub type Words = [u64; 4];

    fn twice_plus(number: [u64; 4], added: [u64; 4]) -> [u64; 4] {
        // Both below p, so the sum is below 3p and fits 257 bits.
        let mut carry = 0u128;
        let mut sum = core::array::from_fn(|place| {
            carry += 2 * u128::from(number[place]) + u128::from(added[place]);
            let word = carry as u64;
            carry >>= 64;
            word
        });
        for _ in 0..2 {
            let (less, borrow) = less_p(sum);
            if u128::from(borrow) <= carry {
                (sum, carry) = (less, carry - u128::from(borrow));
            }
        }
        sum
    }

    fn less_p(number: [u64; 4]) -> ([u64; 4], bool) {
        let p = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];
        let mut borrow = false;
        let less = core::array::from_fn(|place| {
            let (word, first) = number[place].overflowing_sub(p[place]);
            let (word, second) = word.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            word
        });
        (less, borrow)
    }

    /// The sum of digits, the lowest first, of so many bits by their place.
    pub fn number(digits: &[u64], bits: impl Fn(usize) -> u32) -> Words {
        let mut sum = [0; 4];
        for (place, digit) in digits.iter().enumerate().rev() {
            for _ in 0..bits(place) {
                sum = twice_plus(sum, [0; 4]);
            }
            sum = plus(sum, [*digit, 0, 0, 0]);
        }
        sum
    }

    pub fn plus(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
        // a + b is twice nothing, and a, and b.
        let mut carry = 0u128;
        let sum = core::array::from_fn(|place| {
            carry += u128::from(a[place]) + u128::from(b[place]);
            let word = carry as u64;
            carry >>= 64;
            word
        });
        let (less, borrow) = less_p(sum);
        if borrow {
            sum
        } else {
            less
        }
    }

    pub fn times(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
        let mut product = [0; 4];
        for bit in (0..256).rev() {
            let added = if a[bit / 64] >> (bit % 64) & 1 == 1 { b } else { [0; 4] };
            product = twice_plus(product, added);
        }
        product
    }

    /// Digits of 51 bits.
    fn written(words: Words) -> [u64; DIGITS] {
        core::array::from_fn(|digit| {
            let (at, shift) = (51 * digit / 64, 51 * digit % 64);
            let high = words.get(at + 1).copied().unwrap_or_default();
            (u128::from(words[at]) | u128::from(high) << 64).wrapping_shr(shift as u32) as u64
                & ((1 << 51) - 1)
        })
    }

    pub fn lane<const PLACES: usize>(
        digits: &[[u64; LANES]; PLACES],
        lane: usize,
    ) -> [u64; PLACES] {
        core::array::from_fn(|place| digits[place][lane])
    }

    /// Whether the eight numbers are those expected, below p, bit for bit.
    pub fn check<F: Field>(result: F, expected: impl Fn(usize) -> Words) {
        let stored = result.store();
        for place in 0..LANES {
            assert_eq!(lane(&stored, place), written(expected(place)), "number {place}");
        }
    }

    /// Every operation on numbers `a` and `b`, which are kept as `left` and `right`.
    pub fn check_operations<F: Field>(left: F, right: F, a: [Words; LANES], b: [Words; LANES]) {
        check(left, |place| a[place]);
        check(left.times(&right), |place| times(a[place], b[place]));
        check(left.squared(), |place| times(a[place], a[place]));
        check(left.plus(right), |place| plus(a[place], b[place]));
        check(left.minus(right).plus(right), |place| a[place]);
        // What comes out may go in again.
        let far = left.times(&right).minus(left).squared().plus(right).times(&left.squared());
        let near = times(
            plus(times(minus(times(a[0], b[0]), a[0]), minus(times(a[0], b[0]), a[0])), b[0]),
            times(a[0], a[0]),
        );
        check(F::load(&far.store().map(|digit| [digit[0]; LANES])), |_| near);
    }

    fn minus(a: Words, b: Words) -> Words {
        // p - 1 times b, and a.
        plus(a, times([u64::MAX - 19, u64::MAX, u64::MAX, u64::MAX >> 1], b))
    }

    /// A digit that is nothing, one, the most of so many bits, what p has there, the most there may be, or any.
    pub fn digit(seed: &mut u64, mask: u64, largest: u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        match *seed % 8 {
            0 => 0,
            1 => 1,
            2 => mask,
            3 => mask - 18,
            4 | 5 => largest,
            _ => (*seed >> 3) % (largest + 1),
        }
    }

    pub const ROUNDS: usize = if cfg!(miri) { 2 } else { 300 };
}
