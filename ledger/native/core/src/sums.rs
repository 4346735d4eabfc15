//! Sums of products modulo the group order, reduced once at the end.
//!
//! A batch multiplies two scalars of each signature by its coefficient and wants only the sums. The library reduces
//! every product, which takes as long as the multiplication; whole numbers of 512 bits have room for all of them.

use curve25519_dalek::scalar::Scalar;

/// A number below 2^256, the lowest word first.
pub type Words = [u64; 4];

/// The group order, RFC 8032 (5.1).
const ORDER: Words = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 1 << 60];

/// A number as 32 bytes have it, the lowest first.
#[inline]
pub fn words(bytes: &[u8; 32]) -> Words {
    let (chunks, _) = bytes.as_chunks();
    core::array::from_fn(|place| u64::from_le_bytes(chunks[place]))
}

/// Whether a number is below the group order. How long it takes may tell the number.
#[inline]
pub fn is_reduced(number: &Words) -> bool {
    number.iter().rev().lt(ORDER.iter().rev())
}

/// A sum of products. One product is below 2^384, so 2^128 of them fit.
#[derive(Clone, Copy, Default)]
pub struct Sum([u64; 8]);

impl Sum {
    /// Adds the product of two numbers.
    #[inline]
    pub fn add(&mut self, coefficient: u128, number: &Words) {
        for (place, half) in
            [coefficient as u64, (coefficient >> 64) as u64].into_iter().enumerate()
        {
            let mut carry = 0u128;
            for (word, factor) in self.0[place..].iter_mut().zip(number) {
                carry += u128::from(half) * u128::from(*factor) + u128::from(*word);
                *word = carry as u64;
                carry >>= 64;
            }
            for word in &mut self.0[place + number.len()..] {
                carry += u128::from(*word);
                *word = carry as u64;
                carry >>= 64;
            }
        }
    }

    /// The sum modulo the group order.
    pub fn scalar(&self) -> Scalar {
        let mut bytes = [0; 64];
        for (chunk, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *chunk = word.to_le_bytes();
        }
        Scalar::from_bytes_mod_order_wide(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    fn scalar(number: &Words) -> Scalar {
        let mut sum = Sum::default();
        sum.add(1, number);
        sum.scalar()
    }

    #[test]
    fn a_sum_is_that_of_the_library() {
        let mut seed = 0x5eed_f00d;
        let (mut sum, mut expected) = (Sum::default(), Scalar::ZERO);
        for round in 0..1_000 {
            let (coefficient, number) = match round % 5 {
                // The largest there are: here a carry that is lost would be seen.
                0 => (u128::MAX, [u64::MAX; 4]),
                _ => {
                    let high = u128::from(random(&mut seed)) << 64;
                    let number = [(); 4].map(|()| random(&mut seed));
                    (high | u128::from(random(&mut seed)), number)
                }
            };
            let bytes: Vec<u8> = number.iter().flat_map(|word| word.to_le_bytes()).collect();
            let number_of_library = Scalar::from_bytes_mod_order(bytes.try_into().unwrap());
            assert_eq!(scalar(&number), number_of_library);
            sum.add(coefficient, &number);
            expected += Scalar::from(coefficient) * number_of_library;
            assert_eq!(sum.scalar(), expected);
        }
    }

    #[test]
    fn what_is_reduced_is_what_the_library_takes() {
        let mut seed = 7;
        let near = (0..4).flat_map(|place| {
            [0, 1, u64::MAX].map(|change| {
                let mut number = ORDER;
                number[place] = number[place].wrapping_add(change);
                number
            })
        });
        let far = (0..200).map(|_| {
            let mut number = [(); 4].map(|()| random(&mut seed));
            number[3] >>= seed % 5;
            number
        });
        let all: Vec<Words> = near.chain(far).chain([[0; 4], [u64::MAX; 4]]).collect();
        for number in &all {
            let bytes: Vec<u8> = number.iter().flat_map(|word| word.to_le_bytes()).collect();
            let bytes: [u8; 32] = bytes.try_into().unwrap();
            assert_eq!(words(&bytes), *number);
            let taken: Option<Scalar> = Scalar::from_canonical_bytes(bytes).into();
            assert_eq!(is_reduced(number), taken.is_some(), "{number:x?}");
        }
    }
}
