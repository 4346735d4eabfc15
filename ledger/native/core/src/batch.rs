//! Many signatures at once: the cofactored equation of ZIP-215 over a random combination.
//!
//! For signatures i with coefficients z_i of 128 random bits the batch is good when
//!
//! ```text
//!     [8] ( -[sum z_i s_i] B + sum [z_i] R_i + sum over keys [sum of its z_i k_i] A ) = identity
//! ```
//!
//! The terms of one key are added up as scalars, so a key costs one term however often it signed. When
//! single signatures are all good the equation holds; when one is bad it holds with a probability of
//! about 2^-128. Multiplying by the cofactor last makes the answer that of the single check for
//! crafted points too. A batch that fails is halved until each bad signature stands alone.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use fiado_points::hashes::{hashes, pad, TWO_BLOCKS};
use fiado_points::{decompressed, LANES};

use crate::keys::Owner;
use crate::signature::{is_valid, Signed};
use crate::sums::{is_reduced, words, Sum};

/// At and below this many, signatures are checked one by one.
const SINGLES: usize = 2;

/// A public key of a batch. `point` is `None` until it is decompressed, and stays so for no point.
#[derive(Clone)]
pub struct Key {
    pub bytes: [u8; 32],
    pub point: Option<EdwardsPoint>,
    /// Who would like to keep the point that verification decompresses.
    pub wanted_by: Option<Owner>,
}

/// A signature of a batch: by key number `key` of the batch, known to the caller as `ordinal`.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub key: u32,
    pub ordinal: u32,
    pub signed: Signed<'a>,
}

/// Keys and the signatures by them.
#[derive(Clone, Default)]
pub struct Batch<'a> {
    pub keys: Vec<Key>,
    pub items: Vec<Item<'a>>,
}

/// How much of a failing batch is to be named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// The first bad signature only.
    First,
    /// Every one of them.
    All,
}

impl Batch<'_> {
    /// Positions in `items` of bad signatures, rising; empty when all are good. Decompresses keys.
    pub fn find_bad(&mut self, find: Find) -> Vec<usize> {
        let mut cold: Vec<&mut Key> =
            self.keys.iter_mut().filter(|key| key.point.is_none()).collect();
        let encodings: Vec<[u8; 32]> = cold.iter().map(|key| key.bytes).collect();
        for (key, point) in cold.iter_mut().zip(decompressed(encodings.into_iter())) {
            key.point = point;
        }
        let mut search = Search { batch: self, find, bad: Vec::new() };
        search.run(0, self.items.len(), false);
        search.bad
    }

    fn is_single_valid(&self, position: usize) -> bool {
        let item = &self.items[position];
        let key = &self.keys[item.key as usize];
        key.point.as_ref().is_some_and(|point| is_valid(&key.bytes, point, &item.signed))
    }

    /// Whether all signatures from position `from` to before `to` are good.
    fn is_range_valid(&self, from: usize, to: usize) -> bool {
        if to - from <= SINGLES {
            return (from..to).all(|position| self.is_single_valid(position));
        }
        self.combine(&self.items[from..to]).is_some_and(|sum| sum.mul_by_cofactor().is_identity())
    }

    /// The random combination; `None` when some encoding names nothing.
    fn combine(&self, items: &[Item<'_>]) -> Option<EdwardsPoint> {
        let coefficients = random_coefficients(items.len());
        let mut base = Sum::default();
        // `slots[key]` is one more than the place of the key among those that this range uses.
        let mut slots = vec![0u32; self.keys.len()];
        let mut key_sums: Vec<Sum> = Vec::with_capacity(self.keys.len().min(items.len()));
        let mut key_points: Vec<EdwardsPoint> = Vec::with_capacity(key_sums.capacity());
        let challenges = items.chunks(LANES).flat_map(|items| self.challenges(items));
        for ((item, z), challenge) in items.iter().zip(&coefficients).zip(challenges) {
            let key = &self.keys[item.key as usize];
            let slot = &mut slots[item.key as usize];
            if *slot == 0 {
                key_sums.push(Sum::default());
                key_points.push(key.point?);
                *slot = u32::try_from(key_sums.len()).ok()?;
            }
            key_sums[*slot as usize - 1].add(*z, &words(challenge.as_bytes()));
            let number = words(item.signed.encoded_scalar());
            is_reduced(&number).then(|| base.add(*z, &number))?;
        }
        let scalars = coefficients.into_iter().map(Scalar::from);
        let scalars = scalars.chain(std::iter::once(-base.scalar()));
        let scalars = scalars.chain(key_sums.iter().map(Sum::scalar));
        let others = std::iter::once(ED25519_BASEPOINT_POINT).chain(key_points).map(Some);
        let points = decompressed(items.iter().map(|item| item.signed.encoded_point()));
        EdwardsPoint::optional_multiscalar_mul(scalars, points.chain(others))
    }

    /// The challenges of up to eight signatures, side by side when what they hash is as long as a payment.
    fn challenges(&self, items: &[Item<'_>]) -> [Scalar; LANES] {
        let key = |item: &Item<'_>| &self.keys[item.key as usize].bytes;
        let mut messages = [[0; TWO_BLOCKS]; LANES];
        let mut padded = items.iter().zip(&mut messages);
        if padded.all(|(item, message)| pad(message, &item.signed.hashed(key(item)))) {
            return hashes(&messages).map(|hash| Scalar::from_bytes_mod_order_wide(&hash));
        }
        let mut challenges = [Scalar::ZERO; LANES];
        for (challenge, item) in challenges.iter_mut().zip(items) {
            *challenge = item.signed.challenge(key(item));
        }
        challenges
    }
}

struct Search<'b, 'a> {
    batch: &'b Batch<'a>,
    find: Find,
    bad: Vec<usize>,
}

impl Search<'_, '_> {
    /// Adds the bad ones of a range. `is_known_bad` spares the check that it holds one.
    fn run(&mut self, from: usize, to: usize, is_known_bad: bool) {
        if !is_known_bad && self.batch.is_range_valid(from, to) {
            return;
        }
        if to - from == 1 {
            self.bad.push(from);
            return;
        }
        let middle = from + (to - from) / 2;
        let found = self.bad.len();
        self.run(from, middle, false);
        let is_left_bad = self.bad.len() > found;
        if !(is_left_bad && self.find == Find::First) {
            // A bad range with a good left half has its fault in the right one.
            self.run(middle, to, !is_left_bad);
        }
    }
}

fn random_coefficients(count: usize) -> Vec<u128> {
    let mut bytes = vec![0u8; 16 * count];
    // Without coefficients that nobody can foresee a batch proves nothing, so this must not go on.
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.as_chunks().0.iter().map(|chunk| u128::from_be_bytes(*chunk)).collect()
}
