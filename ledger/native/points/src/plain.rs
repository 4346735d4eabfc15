//! Eight numbers without any help of the processor, for tests: what would wrap, or lose a bit, panics.

use crate::lanes::{Bits, Halves, Lanes, Products};
use crate::LANES;

/// An array.
#[derive(Clone, Copy, Debug)]
pub struct Plain([u64; LANES]);

impl Plain {
    fn with(self, other: Self, work: impl Fn(u64, u64) -> u64) -> Self {
        Plain(core::array::from_fn(|lane| work(self.0[lane], other.0[lane])))
    }
}

/// The product of two numbers that have to be below 2^52, in halves of 52 bits.
fn halves(a: u64, b: u64) -> (u64, u64) {
    assert!(a >> 52 == 0 && b >> 52 == 0, "a digit of more than 52 bits is multiplied");
    let product = u128::from(a) * u128::from(b);
    ((product & ((1 << 52) - 1)) as u64, (product >> 52) as u64)
}

impl Lanes for Plain {
    fn splat(value: u64) -> Self {
        Plain([value; LANES])
    }

    fn load(values: &[u64; LANES]) -> Self {
        Plain(*values)
    }

    fn store(self) -> [u64; LANES] {
        self.0
    }

    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a.checked_add(b).expect("a sum fits"))
    }

    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| a.checked_sub(b).expect("a difference is not below 0"))
    }

    fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    fn left<const BITS: u32>(self) -> Self {
        let shifted = self.0.map(|value| value << BITS);
        assert_eq!(shifted.map(|value| value >> BITS), self.0, "a bit is lost");
        Plain(shifted)
    }

    fn right<const BITS: u32>(self) -> Self {
        Plain(self.0.map(|value| value >> BITS))
    }
}

impl Halves for Plain {
    fn add_low(self, a: Self, b: Self) -> Self {
        self.plus(a.with(b, |a, b| halves(a, b).0))
    }

    fn add_high(self, a: Self, b: Self) -> Self {
        self.plus(a.with(b, |a, b| halves(a, b).1))
    }
}

impl Products for Plain {
    fn product(self, other: Self) -> Self {
        self.with(other, |a, b| {
            assert!(a >> 32 == 0 && b >> 32 == 0, "a digit of more than 32 bits is multiplied");
            a * b
        })
    }
}

impl Bits for Plain {
    fn sum(self, other: Self) -> Self {
        self.with(other, u64::wrapping_add)
    }

    fn rotated<const BITS: i32>(self) -> Self {
        Plain(self.0.map(|value| value.rotate_right(BITS as u32)))
    }

    fn xor(a: Self, b: Self, c: Self) -> Self {
        a.with(b, |a, b| a ^ b).with(c, |a, b| a ^ b)
    }

    fn choice(a: Self, b: Self, c: Self) -> Self {
        let (yes, no) = (a.with(b, |a, b| a & b), a.with(c, |a, c| !a & c));
        yes.with(no, |yes, no| yes | no)
    }

    fn majority(a: Self, b: Self, c: Self) -> Self {
        let two = a.with(b, |a, b| a & b);
        let any = a.with(b, |a, b| a | b).and(c);
        two.with(any, |two, any| two | any)
    }
}
