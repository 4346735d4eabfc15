//! Numbers modulo p as five digits of 51 bits, for products of 52 bits in halves.
//!
//! A digit may be a little larger than 51 bits, and never reaches 52, which is what a product takes: each operation
//! gives digits below 2^51 + 2^14 again. The sums below are those of the largest digits there can be.

use crate::field::{Field, DIGITS};
use crate::lanes::Halves;
use crate::LANES;

const BITS: u32 = 51;
const MASK: u64 = (1 << BITS) - 1;
/// The digits of 4p, larger than any digit that is taken from them.
const FOUR_P: [u64; DIGITS] = [4 * (MASK - 18), 4 * MASK, 4 * MASK, 4 * MASK, 4 * MASK];

/// Five digits.
#[derive(Clone, Copy)]
pub struct Wide<V>([V; DIGITS]);

impl<V: Halves> Field for Wide<V> {
    #[inline(always)]
    fn load(digits: &[[u64; LANES]; DIGITS]) -> Self {
        let mut loaded = [V::splat(0); DIGITS];
        for place in 0..DIGITS {
            loaded[place] = V::load(&digits[place]);
        }
        Wide(loaded)
    }

    #[inline(always)]
    fn store(self) -> [[u64; LANES]; DIGITS] {
        let digits = self.reduced().0;
        let mut stored = [[0; LANES]; DIGITS];
        for place in 0..DIGITS {
            stored[place] = digits[place].store();
        }
        stored
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let mut sums = self.0;
        for place in 0..DIGITS {
            sums[place] = sums[place].plus(other.0[place]);
        }
        Wide(sums).carried()
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        let mut differences = self.0;
        for place in 0..DIGITS {
            let lifted = differences[place].plus(V::splat(FOUR_P[place]));
            differences[place] = lifted.minus(other.0[place]);
        }
        Wide(differences).carried()
    }

    #[inline(always)]
    fn times(&self, other: &Self) -> Self {
        let (x, y) = (&self.0, &other.0);
        // By place: halves of products, the high ones of which count twice since 52 is one more than 51.
        let mut low = [V::splat(0); 2 * DIGITS];
        let mut high = [V::splat(0); 2 * DIGITS];
        for i in 0..DIGITS {
            for j in 0..DIGITS {
                low[i + j] = low[i + j].add_low(x[i], y[j]);
                high[i + j + 1] = high[i + j + 1].add_high(x[i], y[j]);
            }
        }
        // At most 5 low and twice 5 high halves: below 2^56.
        for place in 0..2 * DIGITS {
            low[place] = low[place].plus(high[place].plus(high[place]));
        }
        folded(&low)
    }

    #[inline(always)]
    fn squared(&self) -> Self {
        let x = &self.0;
        // By place, and by how often it counts.
        let mut once = [V::splat(0); 2 * DIGITS];
        let mut twice = [V::splat(0); 2 * DIGITS];
        let mut four_times = [V::splat(0); 2 * DIGITS];
        for i in 0..DIGITS {
            once[2 * i] = once[2 * i].add_low(x[i], x[i]);
            twice[2 * i + 1] = twice[2 * i + 1].add_high(x[i], x[i]);
            for j in i + 1..DIGITS {
                twice[i + j] = twice[i + j].add_low(x[i], x[j]);
                four_times[i + j + 1] = four_times[i + j + 1].add_high(x[i], x[j]);
            }
        }
        for place in 0..2 * DIGITS {
            let doubled = twice[place].plus(four_times[place].plus(four_times[place]));
            once[place] = once[place].plus(doubled.plus(doubled));
        }
        folded(&once)
    }
}

impl<V: Halves> Wide<V> {
    /// The digits each below 2^51 + 2^14, from digits below 2^60.
    #[inline(always)]
    fn carried(self) -> Self {
        let last = self.0[DIGITS - 1].right::<BITS>();
        let mut digits = self.0;
        digits[0] = digits[0].and(V::splat(MASK)).add_low(last, V::splat(19));
        for place in 1..DIGITS {
            let over = self.0[place - 1].right::<BITS>();
            digits[place] = self.0[place].and(V::splat(MASK)).plus(over);
        }
        Wide(digits)
    }

    /// The same number below p.
    #[inline(always)]
    fn reduced(self) -> Self {
        let mut digits = self.carried().0;
        // One when the number is p or more: then 19 more reach 2^255.
        let mut over = V::splat(19);
        for digit in digits {
            over = digit.plus(over).right::<BITS>();
        }
        digits[0] = digits[0].add_low(over, V::splat(19));
        for place in 0..DIGITS {
            let digit = digits[place];
            digits[place] = digit.and(V::splat(MASK));
            if place + 1 < DIGITS {
                digits[place + 1] = digits[place + 1].plus(digit.right::<BITS>());
            }
        }
        Wide(digits)
    }
}

/// A product of ten digits below 2^56, modulo p: 2^255 is 19.
#[inline(always)]
fn folded<V: Halves>(digits: &[V; 2 * DIGITS]) -> Wide<V> {
    let mut sums = [V::splat(0); DIGITS];
    for place in 0..DIGITS {
        let high = digits[DIGITS + place];
        // Nineteen times: below 2^61.
        sums[place] = digits[place].plus(high).plus(high.left::<1>()).plus(high.left::<4>());
    }
    Wide(sums).carried()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::slow;
    use crate::lanes::Lanes;
    use crate::plain::Plain;

    /// The largest that a digit may be.
    const LARGEST: u64 = (1 << 51) + (1 << 14) - 1;

    fn kept(digits: &[[u64; LANES]; DIGITS]) -> (Wide<Plain>, [slow::Words; LANES]) {
        let numbers =
            core::array::from_fn(|lane| slow::number(&slow::lane(digits, lane), |_| BITS));
        (Wide(digits.map(|digit| Plain::load(&digit))), numbers)
    }

    fn check_bounds(number: Wide<Plain>) {
        assert!(number.0.iter().all(|digit| digit.store().iter().all(|digit| *digit <= LARGEST)));
    }

    #[test]
    fn each_operation_is_the_slow_one() {
        let mut seed = 0x5eed_f00d;
        for round in 0..slow::ROUNDS {
            let any = |seed: &mut u64| match round {
                0 => [[LARGEST; LANES]; DIGITS],
                _ => [[(); LANES]; DIGITS]
                    .map(|digit| digit.map(|()| slow::digit(seed, MASK, LARGEST))),
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
            let digits = [MASK - 38 + added, MASK, MASK, MASK, MASK];
            let (number, value) = kept(&digits.map(|digit| [digit; LANES]));
            slow::check(number, |place| value[place]);
        }
    }
}
