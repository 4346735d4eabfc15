//! The index of prices as a payment needs it: the value of each day, PROTOCOL section 9.4.
//!
//! Which values there are is decided by the shared rules; here a price is looked up and converted. What the
//! log has taken in, from which the values follow, are rows of a chapter.

use crate::codec::Reader;
use crate::fault::Fault;
use crate::refusal::Refusal;
use crate::transaction::Price;

const MILLIONTHS: u128 = 1_000_000;
const SECONDS_IN_DAY: u64 = 86_400;

/// The values that one log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// The day that `values` begins at.
    pub base_day: u64,
    /// How many days back the day of a price may lie.
    pub quote_days: u64,
    /// Millionths of the currency for one unit, day by day; none is 0.
    pub values: Vec<u64>,
    /// The days from which on the currency is another one, rising.
    pub currency_days: Vec<u64>,
}

impl Days {
    /// Takes `[base day, quote days, [value, ...], [day, ...]]` off the front of what is read.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array()? == 4).then_some(())?;
        let (base_day, quote_days) = (reader.uint()?, reader.uint()?);
        let mut uints = || (0..reader.array()?).map(|_| reader.uint()).collect::<Option<_>>();
        Some(Days { base_day, quote_days, values: uints()?, currency_days: uints()? })
    }

    /// Whether prices can be converted by these.
    pub fn check(&self) -> Result<(), Fault> {
        match self.values.contains(&0) {
            true => Err(Fault::Argument("a unit is worth something every day")),
            false => Ok(()),
        }
    }

    /// Checks a payment of `amount` at `price` in an entry of that time.
    #[inline]
    pub fn check_price(&self, price: Price, amount: i64, time: u64) -> Result<(), Refusal> {
        let value = price
            .day
            .checked_sub(self.base_day)
            .and_then(|place| self.values.get(usize::try_from(place).ok()?))
            .ok_or(Refusal::PriceNotKnown)?;
        let today = time / SECONDS_IN_DAY;
        if price.day > today || today - price.day > self.quote_days {
            return Err(Refusal::PriceStale);
        }
        if self.currency_days.iter().any(|first| price.day < *first && *first <= today) {
            return Err(Refusal::PriceStale);
        }
        if units_from_price(price.minor, *value) != u128::from(amount.unsigned_abs()) {
            return Err(Refusal::PriceMismatch);
        }
        Ok(())
    }
}

/// Hundredths of a unit for hundredths of the currency, rounded half-even. `value` is above 0.
#[inline]
fn units_from_price(minor: u64, value: u64) -> u128 {
    let dividend = u128::from(minor) * MILLIONTHS;
    let value = u128::from(value);
    // Where both fit, the machine divides 64 bits many times as fast as 128.
    let (quotient, rest) = match (u64::try_from(dividend), u64::try_from(value)) {
        (Ok(dividend), Ok(value)) => (u128::from(dividend / value), u128::from(dividend % value)),
        _ => (dividend / value, dividend % value),
    };
    let is_up = 2 * rest > value || (2 * rest == value && quotient % 2 == 1);
    quotient + u128::from(is_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u64 = crate::codec::MAX;

    #[test]
    fn halves_go_to_the_even_number() {
        let thousand = 1_000_000_000;
        let cases = [(499, 0), (500, 0), (501, 1), (1_499, 1), (1_500, 2), (2_500, 2), (2_501, 3)];
        for (minor, units) in cases {
            assert_eq!(units_from_price(minor, thousand), units);
        }
    }

    #[test]
    fn the_largest_price_has_room() {
        assert_eq!(units_from_price(MAX, 1_000_000), u128::from(MAX));
        assert_eq!(units_from_price(MAX, MAX), MILLIONTHS);
        assert_eq!(units_from_price(MAX, 1), u128::from(MAX) * MILLIONTHS);
    }

    #[test]
    fn a_price_is_checked_in_order() {
        let values = vec![1_000_000_000; 10];
        let days = Days { base_day: 20_000, quote_days: 2, values, currency_days: vec![] };
        let check = |minor, day, amount, today: u64| {
            days.check_price(Price { minor, day }, amount, today * SECONDS_IN_DAY)
        };
        assert_eq!(check(1, 19_999, 7, 30_000), Err(Refusal::PriceNotKnown));
        assert_eq!(check(1, 20_010, 7, 30_000), Err(Refusal::PriceNotKnown));
        assert_eq!(check(1, MAX, 7, 30_000), Err(Refusal::PriceNotKnown));
        assert_eq!(check(1, 20_005, 7, 20_004), Err(Refusal::PriceStale));
        assert_eq!(check(1, 20_005, 7, 20_008), Err(Refusal::PriceStale));
        assert_eq!(check(7_000, 20_005, 8, 20_007), Err(Refusal::PriceMismatch));
        assert_eq!(check(7_000, 20_005, 7, 20_007), Ok(()));
        assert_eq!(check(7_000, 20_005, 7, 20_005), Ok(()));
    }

    #[test]
    fn a_price_in_a_currency_that_is_no_more_is_stale() {
        let (values, currency_days) = (vec![1_000_000_000; 10], vec![20_004, 20_006]);
        let days = Days { base_day: 20_000, quote_days: 9, values, currency_days };
        let check = |day, today: u64| {
            days.check_price(Price { minor: 7_000, day }, 7, today * SECONDS_IN_DAY)
        };
        assert_eq!(check(20_003, 20_003), Ok(()));
        assert_eq!(check(20_003, 20_004), Err(Refusal::PriceStale));
        assert_eq!(check(20_004, 20_005), Ok(()));
        assert_eq!(check(20_004, 20_006), Err(Refusal::PriceStale));
        assert_eq!(check(20_006, 20_009), Ok(()));
    }
}
