//! Points from their encodings, eight side by side, by RFC 8032 (5.1.3) in the lenient reading of ZIP-215.

use crate::field::{Field, DIGITS};
use crate::LANES;

/// The d of the curve.
const D: [u64; DIGITS] =
    [929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575];
/// A square root of -1.
const ROOT_OF_MINUS_ONE: [u64; DIGITS] =
    [1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133];
const ONE: [u64; DIGITS] = [1, 0, 0, 0, 0];
const MASK: u64 = (1 << 51) - 1;

/// How z^((p - 5) / 8) is reached: square the last power so often, then multiply by an earlier one. The powers are
/// z^(2^k - 1) with k of 1, 2, 4, 5, 10, 20, 40, 50, 100, 200 and 250; the last step gives z^(2^252 - 3).
const STEPS: [(u32, usize); 11] =
    [(1, 0), (2, 1), (1, 0), (5, 3), (10, 4), (20, 5), (10, 4), (50, 7), (100, 8), (50, 7), (2, 0)];

/// Coordinates x, y and their product of a point, below p but for y, which is as it was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordinates {
    pub x: [u64; DIGITS],
    pub y: [u64; DIGITS],
    pub product: [u64; DIGITS],
}

/// The points of eight encodings; `None` for an encoding that names none.
#[inline(always)]
pub fn points<F: Field>(encodings: &[[u8; 32]; LANES]) -> [Option<Coordinates>; LANES] {
    let encoded = encodings.each_ref().map(digits_of);
    let y = F::load(&turned(&encoded));
    let one = F::splat(ONE);
    // x^2 = u / v.
    let u = y.squared().minus(one);
    let v = y.squared().times(&F::splat(D)).plus(one);
    let v3 = v.squared().times(&v);
    let v7 = v3.squared().times(&v);
    let root = u.times(&v3).times(&power(u.times(&v7)));
    let check = root.squared().times(&v);
    let is_root = is_zero(check.minus(u));
    let is_other = is_zero(check.plus(u));
    let roots = turned_back(root.store());
    let others = turned_back(root.times(&F::splat(ROOT_OF_MINUS_ONE)).store());
    let x: [_; LANES] = core::array::from_fn(|lane| {
        let x = if is_root[lane] {
            roots[lane]
        } else if is_other[lane] {
            others[lane]
        } else {
            return None;
        };
        Some(if x[0] & 1 == u64::from(encodings[lane][31] >> 7) { x } else { negated(x) })
    });
    let all = F::load(&turned(&x.map(Option::unwrap_or_default)));
    let products = turned_back(all.times(&y).store());
    core::array::from_fn(|lane| {
        x[lane].map(|x| Coordinates { x, y: encoded[lane], product: products[lane] })
    })
}

/// z^((p - 5) / 8).
#[inline(always)]
fn power<F: Field>(z: F) -> F {
    let mut powers = [z; STEPS.len() + 1];
    for (place, (squarings, factor)) in STEPS.into_iter().enumerate() {
        let mut value = powers[place];
        for _ in 0..squarings {
            value = value.squared();
        }
        powers[place + 1] = value.times(&powers[factor]);
    }
    powers[STEPS.len()]
}

#[inline(always)]
fn is_zero<F: Field>(numbers: F) -> [bool; LANES] {
    turned_back(numbers.store()).map(|digits| digits == [0; DIGITS])
}

/// An encoding's y in digits, without the bit of the sign. It may be p or more.
#[inline(always)]
fn digits_of(encoding: &[u8; 32]) -> [u64; DIGITS] {
    let word = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&encoding[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    [
        word(0) & MASK,
        (word(6) >> 3) & MASK,
        (word(12) >> 6) & MASK,
        (word(19) >> 1) & MASK,
        (word(24) >> 12) & MASK,
    ]
}

/// p less a number below p, and 0 for 0.
fn negated(x: [u64; DIGITS]) -> [u64; DIGITS] {
    if x == [0; DIGITS] {
        return x;
    }
    let p = [MASK - 18, MASK, MASK, MASK, MASK];
    let mut borrow = 0;
    core::array::from_fn(|place| {
        let digit = p[place].wrapping_sub(x[place]).wrapping_sub(borrow);
        borrow = digit >> 63;
        digit & MASK
    })
}

/// Digits of numbers as numbers' digits.
#[inline(always)]
fn turned(numbers: &[[u64; DIGITS]; LANES]) -> [[u64; LANES]; DIGITS] {
    core::array::from_fn(|place| core::array::from_fn(|lane| numbers[lane][place]))
}

#[inline(always)]
fn turned_back(digits: [[u64; LANES]; DIGITS]) -> [[u64; DIGITS]; LANES] {
    core::array::from_fn(|lane| core::array::from_fn(|place| digits[place][lane]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::narrow::Narrow;
    use crate::plain::Plain;
    use crate::wide::Wide;

    fn small<F: Field>(value: u64) -> F {
        F::splat([value, 0, 0, 0, 0])
    }

    fn same<F: Field>(a: F, b: F) -> bool {
        is_zero(a.minus(b)) == [true; LANES]
    }

    fn the_constants_are_what_they_are_called<F: Field>() {
        // RFC 8032 (5.1): d is -121665 / 121666.
        let zero = small::<F>(0);
        assert!(same(F::splat(D).times(&small(121_666)), zero.minus(small(121_665))));
        assert!(same(F::splat(ROOT_OF_MINUS_ONE).squared(), zero.minus(small(1))));
    }

    fn the_power_is_the_one_it_should_be<F: Field>() {
        // By Fermat z^(p - 1) is 1, and 8 times the exponent is p - 5.
        for z in [2, 3, 5, 121_666] {
            let raised = power(small::<F>(z)).squared().squared().squared();
            let z4 = small::<F>(z).squared().squared();
            assert!(same(raised.times(&z4), small(1)));
        }
    }

    #[test]
    fn both_ways_to_keep_numbers_serve() {
        the_constants_are_what_they_are_called::<Wide<Plain>>();
        the_constants_are_what_they_are_called::<Narrow<Plain>>();
        the_power_is_the_one_it_should_be::<Wide<Plain>>();
        the_power_is_the_one_it_should_be::<Narrow<Plain>>();
    }

    #[test]
    fn nothing_has_no_other_sign() {
        assert_eq!(negated([0; DIGITS]), [0; DIGITS]);
        assert_eq!(negated([1, 0, 0, 0, 0]), [MASK - 19, MASK, MASK, MASK, MASK]);
        assert_eq!(negated([MASK - 19, MASK, MASK, MASK, MASK]), [1, 0, 0, 0, 0]);
    }
}
