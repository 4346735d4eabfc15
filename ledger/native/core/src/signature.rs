//! One signature by ZIP-215, PROTOCOL section 3, and which keys may enter.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};

/// What a signature covers, in two pieces so that nothing has to be copied, and the signature.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub context: &'a [u8],
    pub body: &'a [u8],
    pub signature: &'a [u8; 64],
}

impl Signed<'_> {
    /// The first half of the signature, which encodes a point in any way that ZIP-215 allows.
    #[inline]
    pub fn encoded_point(&self) -> [u8; 32] {
        *self.signature.first_chunk().expect("32 of 64 bytes")
    }

    /// The second half.
    #[inline]
    pub fn encoded_scalar(&self) -> &[u8; 32] {
        self.signature.last_chunk().expect("32 of 64 bytes")
    }

    /// The second half, which must be below the group order.
    #[inline]
    pub fn scalar(&self) -> Option<Scalar> {
        Scalar::from_canonical_bytes(*self.encoded_scalar()).into()
    }

    /// What the challenge is the hash of: R, A and the message.
    #[inline]
    pub fn hashed<'b>(&'b self, key: &'b [u8; 32]) -> [&'b [u8]; 4] {
        [&self.signature[..32], key, self.context, self.body]
    }

    /// The challenge k = SHA-512(R ‖ A ‖ message) modulo the group order.
    pub fn challenge(&self, key: &[u8; 32]) -> Scalar {
        let mut hash = Sha512::new();
        self.hashed(key).into_iter().for_each(|piece| hash.update(piece));
        Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
    }
}

/// The point that an encoding names, by the lenient reading of ZIP-215.
#[inline]
pub fn decompress(encoding: &[u8; 32]) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*encoding).decompress()
}

/// Whether `[8][S]B = [8]R + [8][k]A`. `point` is what `key` decompresses to.
pub fn is_valid(key: &[u8; 32], point: &EdwardsPoint, signed: &Signed<'_>) -> bool {
    let (Some(r), Some(s)) = (decompress(&signed.encoded_point()), signed.scalar()) else {
        return false;
    };
    let k = signed.challenge(key);
    let difference = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-point, &s) - r;
    difference.mul_by_cofactor().is_identity()
}

/// Whether an account may have this key, PROTOCOL section 3.1.
pub fn is_admissible(key: &[u8; 32]) -> bool {
    decompress(key).is_some_and(|point| {
        point.compress().0 == *key && !point.is_small_order() && point.is_torsion_free()
    })
}
