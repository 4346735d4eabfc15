//! A point of the library from coordinates.
//!
//! The library makes points from encodings only, by the square root that is the whole cost. It keeps four numbers of
//! five digits of 51 bits, as this crate does; in which order is its own affair. So they are laid as version 5.0.0
//! lays them, which the manifest asks for, and `fits` finds out whether that is so before anything is made of it.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

use crate::field::DIGITS;
use crate::roots::Coordinates;
use crate::{Encodings, Make, LANES};

/// The first coordinate of a point, its second, what both are divided by, and their product.
type Laid = [[u64; DIGITS]; 4];

const ONE: [u64; DIGITS] = [1, 0, 0, 0, 0];
// Of one size, and a point without a byte that means nothing.
const _: () = assert!(size_of::<EdwardsPoint>() == size_of::<Laid>());
const _: () = assert!(align_of::<EdwardsPoint>() == align_of::<Laid>());

/// The point with these coordinates, where `fits` holds.
#[inline(always)]
pub fn point(coordinates: &Coordinates) -> EdwardsPoint {
    let laid: Laid = [coordinates.x, coordinates.y, ONE, coordinates.product];
    // Safety: both are of one size, made of whole numbers only, and any number is one. What the numbers mean
    // is for `fits`.
    unsafe { core::mem::transmute::<Laid, EdwardsPoint>(laid) }
}

/// Whether points made so are those of the library, in all four numbers, and are missing where it has none.
pub fn fits(make: Make) -> bool {
    let encodings = examples();
    make(&encodings, LANES).iter().zip(encodings).all(|(made, encoding)| {
        match (made, CompressedEdwardsY(encoding).decompress()) {
            // Comparing looks at three numbers; the fourth, the product, is used when points are added.
            (Some(made), Some(point)) => {
                *made == point && *made + ED25519_BASEPOINT_POINT == point + ED25519_BASEPOINT_POINT
            }
            (made, point) => made.is_none() && point.is_none(),
        }
    })
}

/// Encodings of four points, and four that look like those.
fn examples() -> Encodings {
    let mut multiple = ED25519_BASEPOINT_POINT;
    core::array::from_fn(|place| {
        multiple = multiple + multiple + ED25519_BASEPOINT_POINT;
        let mut encoding = multiple.compress().0;
        encoding[7] ^= (place as u8 & 1) << 5;
        encoding
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_by_one;

    #[test]
    fn the_examples_are_of_every_sort() {
        let points = one_by_one(&examples(), LANES);
        assert!(points.iter().filter(|point| point.is_none()).count() >= 1);
        assert!(points.iter().flatten().count() >= 4);
        let signs = examples().map(|encoding| encoding[31] >> 7);
        assert!(signs.contains(&0) && signs.contains(&1));
    }

    #[test]
    fn the_library_fits_itself() {
        assert!(fits(one_by_one));
    }

    /// What a library that lays its points otherwise would be noticed by.
    #[test]
    fn a_wrong_number_anywhere_does_not_fit() {
        fn laid(encodings: &Encodings, change: fn(&mut Laid)) -> crate::Points {
            one_by_one(encodings, LANES).map(|point| {
                point.map(|point| {
                    // Safety: as in `point`.
                    let mut laid = unsafe { core::mem::transmute::<EdwardsPoint, Laid>(point) };
                    change(&mut laid);
                    unsafe { core::mem::transmute::<Laid, EdwardsPoint>(laid) }
                })
            })
        }
        assert!(fits(|encodings, _| laid(encodings, |_| ())));
        assert!(!fits(|encodings, _| laid(encodings, |laid| laid.swap(0, 1))));
        assert!(!fits(|encodings, _| laid(encodings, |laid| laid.swap(0, 3))));
        assert!(!fits(|encodings, _| laid(encodings, |laid| laid[2][0] += 1)));
        assert!(!fits(|encodings, _| laid(encodings, |laid| laid[3][0] += 1)));
        assert!(!fits(|encodings, _| laid(encodings, |laid| laid.rotate_left(1))));
    }

    #[test]
    fn what_names_no_point_gets_none() {
        fn something_for_all(encodings: &Encodings, count: usize) -> crate::Points {
            one_by_one(encodings, count).map(|point| point.or(Some(ED25519_BASEPOINT_POINT)))
        }
        assert!(!fits(something_for_all));
        assert!(!fits(|_, _| [None; LANES]));
    }
}
