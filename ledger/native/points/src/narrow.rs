//! Numbers modulo p as ten digits of 26 and 25 bits in turn, for products of 32 bits.
//!
//! A digit may be a little larger, below 2^26 + 2^16 or 2^25 + 2^15: each operation gives such digits again.

use crate::field::{Field, DIGITS};
use crate::lanes::Products;
use crate::LANES;

const PLACES: usize = 2 * DIGITS;
const MASKS: [u64; 2] = [(1 << 26) - 1, (1 << 25) - 1];

/// Ten digits.
#[derive(Clone, Copy)]
pub struct Narrow<V>([V; PLACES]);

impl<V: Products> Field for Narrow<V> {
    #[inline(always)]
    fn load(digits: &[[u64; LANES]; DIGITS]) -> Self {
        let mut loaded = [V::splat(0); PLACES];
        for place in 0..DIGITS {
            let digit = V::load(&digits[place]);
            loaded[2 * place] = digit.and(V::splat(MASKS[0]));
            loaded[2 * place + 1] = digit.right::<26>();
        }
        Narrow(loaded)
    }

    #[inline(always)]
    fn store(self) -> [[u64; LANES]; DIGITS] {
        let digits = self.reduced().0;
        let mut stored = [[0; LANES]; DIGITS];
        for place in 0..DIGITS {
            stored[place] = digits[2 * place].plus(digits[2 * place + 1].left::<26>()).store();
        }
        stored
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let mut sums = self.0;
        for place in 0..PLACES {
            sums[place] = sums[place].plus(other.0[place]);
        }
        Narrow(sums).carried()
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // The digits of 2p, larger than any digit that is taken from them.
        let mut differences = self.0;
        for place in 0..PLACES {
            let two_p = 2 * if place == 0 { MASKS[0] - 18 } else { MASKS[place % 2] };
            differences[place] = differences[place].plus(V::splat(two_p)).minus(other.0[place]);
        }
        Narrow(differences).carried()
    }

    #[inline(always)]
    fn times(&self, other: &Self) -> Self {
        let factors = Factors::new(self, other);
        Narrow([
            factors.column::<0>(),
            factors.column::<1>(),
            factors.column::<2>(),
            factors.column::<3>(),
            factors.column::<4>(),
            factors.column::<5>(),
            factors.column::<6>(),
            factors.column::<7>(),
            factors.column::<8>(),
            factors.column::<9>(),
        ])
        .carried()
        .carried()
    }

    #[inline(always)]
    fn squared(&self) -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = self.0;
        let [a2, b2, c2, d2] = [a.left::<1>(), b.left::<1>(), c.left::<1>(), d.left::<1>()];
        let [e2, f2, g2, h2] = [e.left::<1>(), f.left::<1>(), g.left::<1>(), h.left::<1>()];
        let (n19, n38) = (V::splat(19), V::splat(38));
        let [f38, g19, h38] = [f.product(n38), g.product(n19), h.product(n38)];
        let [i19, j38] = [i.product(n19), j.product(n38)];
        Narrow([
            a.product(a)
                .plus(b2.product(j38))
                .plus(c2.product(i19))
                .plus(d2.product(h38))
                .plus(e2.product(g19))
                .plus(f.product(f38)),
            a2.product(b)
                .plus(c.product(j38))
                .plus(d2.product(i19))
                .plus(e.product(h38))
                .plus(f2.product(g19)),
            a2.product(c)
                .plus(b2.product(b))
                .plus(d2.product(j38))
                .plus(e2.product(i19))
                .plus(f2.product(h38))
                .plus(g.product(g19)),
            a2.product(d)
                .plus(b2.product(c))
                .plus(e.product(j38))
                .plus(f2.product(i19))
                .plus(g.product(h38)),
            a2.product(e)
                .plus(b2.product(d2))
                .plus(c.product(c))
                .plus(f2.product(j38))
                .plus(g2.product(i19))
                .plus(h.product(h38)),
            a2.product(f)
                .plus(b2.product(e))
                .plus(c2.product(d))
                .plus(g.product(j38))
                .plus(h2.product(i19)),
            a2.product(g)
                .plus(b2.product(f2))
                .plus(c2.product(e))
                .plus(d2.product(d))
                .plus(h2.product(j38))
                .plus(i.product(i19)),
            a2.product(h)
                .plus(b2.product(g))
                .plus(c2.product(f))
                .plus(d2.product(e))
                .plus(i.product(j38)),
            a2.product(i)
                .plus(b2.product(h2))
                .plus(c2.product(g))
                .plus(d2.product(f2))
                .plus(e.product(e))
                .plus(j.product(j38)),
            a2.product(j)
                .plus(b2.product(i))
                .plus(c2.product(h))
                .plus(d2.product(g))
                .plus(e2.product(f)),
        ])
        .carried()
        .carried()
    }
}

/// The digits of two numbers, and what their products take besides.
struct Factors<V> {
    left: [V; PLACES],
    /// Two odd places make one that is a bit too low, so that one of them counts twice.
    left_twice: [V; PLACES],
    right: [V; PLACES],
    /// What reaches 2^255 counts nineteen times.
    folded: [V; PLACES],
}

impl<V: Products> Factors<V> {
    #[inline(always)]
    fn new(left: &Narrow<V>, right: &Narrow<V>) -> Self {
        let mut factors =
            Factors { left: left.0, left_twice: left.0, right: right.0, folded: right.0 };
        for place in 0..PLACES {
            factors.left_twice[place] = left.0[place].left::<1>();
            factors.folded[place] = right.0[place].product(V::splat(19));
        }
        factors
    }

    /// What all products add to a place: at most ten below 2^58.
    #[inline(always)]
    fn column<const PLACE: usize>(&self) -> V {
        let mut sum = V::splat(0);
        for i in 0..PLACES {
            let j = (PLACE + PLACES - i) % PLACES;
            let left = if i % 2 == 1 && j % 2 == 1 { self.left_twice[i] } else { self.left[i] };
            let right = if i > PLACE { self.folded[j] } else { self.right[j] };
            sum = sum.plus(left.product(right));
        }
        sum
    }
}

/// The bits above those of a place.
#[inline(always)]
fn over<V: Products>(place: usize, digit: V) -> V {
    if place & 1 == 0 {
        digit.right::<26>()
    } else {
        digit.right::<25>()
    }
}

impl<V: Products> Narrow<V> {
    /// What is above each place's bits goes to the next, all at once; from below 2^61 the digits come below 2^41.
    #[inline(always)]
    fn carried(self) -> Self {
        let last = over(PLACES - 1, self.0[PLACES - 1]);
        let mut below = last.plus(last.left::<1>()).plus(last.left::<4>());
        let mut digits = self.0;
        for place in 0..PLACES {
            digits[place] = self.0[place].and(V::splat(MASKS[place % 2])).plus(below);
            below = over(place, self.0[place]);
        }
        Narrow(digits)
    }

    /// The same number below p.
    #[inline(always)]
    fn reduced(self) -> Self {
        let mut digits = self.carried().0;
        // One when the number is p or more: then 19 more reach 2^255.
        let mut above = V::splat(19);
        for place in 0..PLACES {
            above = over(place, digits[place].plus(above));
        }
        digits[0] = digits[0].plus(above.product(V::splat(19)));
        for place in 0..PLACES {
            let digit = digits[place];
            digits[place] = digit.and(V::splat(MASKS[place % 2]));
            if place + 1 < PLACES {
                digits[place + 1] = digits[place + 1].plus(over(place, digit));
            }
        }
        Narrow(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::slow;
    use crate::lanes::Lanes;
    use crate::plain::Plain;

    /// The largest that a digit may be.
    const LARGEST: [u64; 2] = [(1 << 26) + (1 << 16) - 1, (1 << 25) + (1 << 15) - 1];

    type Digits = [[u64; LANES]; PLACES];

    fn by_place(digit: impl FnMut(usize) -> [u64; LANES]) -> Digits {
        core::array::from_fn(digit)
    }

    fn kept(digits: &Digits) -> (Narrow<Plain>, [slow::Words; LANES]) {
        let bits = |place| if place & 1 == 0 { 26 } else { 25 };
        let numbers = core::array::from_fn(|lane| slow::number(&slow::lane(digits, lane), bits));
        (Narrow(digits.map(|digit| Plain::load(&digit))), numbers)
    }

    fn check_bounds(number: Narrow<Plain>) {
        for (place, digit) in number.0.iter().enumerate() {
            assert!(digit.store().iter().all(|digit| *digit <= LARGEST[place % 2]));
        }
    }

    #[test]
    fn each_operation_is_the_slow_one() {
        let mut seed = 0x5eed_f00d;
        for round in 0..slow::ROUNDS {
            let any = |seed: &mut u64| {
                by_place(|place| {
                    let (mask, largest) = (MASKS[place % 2], LARGEST[place % 2]);
                    [(); LANES].map(|()| match round {
                        0 => largest,
                        _ => slow::digit(seed, mask, largest),
                    })
                })
            };
            let ((left, a), (right, b)) = (kept(&any(&mut seed)), kept(&any(&mut seed)));
            slow::check_operations(left, right, a, b);
            for result in [left.times(&right), left.squared(), left.plus(right), left.minus(right)]
            {
                check_bounds(result);
            }
        }
    }

    #[test]
    fn numbers_around_p_are_reduced() {
        for added in 0..40 {
            let digits = by_place(|place| match place {
                0 => [MASKS[0] - 38 + added; LANES],
                _ => [MASKS[place % 2]; LANES],
            });
            let (number, value) = kept(&digits);
            slow::check(number, |place| value[place]);
        }
    }
}
