//! Two small coops whose members can pay, for tests that need a validator.
#![allow(dead_code)]

use std::sync::Arc;

use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use fiado_core::chain::{context, TAG_ENTRY, TAG_HEAD};
use fiado_core::charter::{Charter, CoopFields};
use fiado_core::codec::write;
use fiado_core::effects::Effects;
use fiado_core::entries::Boundaries;
use fiado_core::record::Record;
use fiado_core::replay::Replayed;
use fiado_core::validator::Validator;

pub const FEDERATION: [u8; 32] = [7; 32];
pub const LIMIT: i64 = 1_000_000;

pub fn signing_key(seed: u64) -> SigningKey {
    let mut bytes = [0x5a; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    SigningKey::from(bytes)
}

pub fn public(key: &SigningKey) -> [u8; 32] {
    VerificationKeyBytes::from(key).into()
}

/// A generator of numbers for tests (splitmix64): the same from the same seed, everywhere.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

pub fn node_key(coop: u32) -> SigningKey {
    signing_key(1_000_000 + u64::from(coop))
}

pub fn member_key(coop: u32, account: u32) -> SigningKey {
    signing_key(u64::from(coop) << 32 | u64::from(account))
}

pub fn charter() -> Arc<Charter> {
    let coops = [1, 2].map(|coop| CoopFields::member(coop, public(&node_key(coop)), 100_000_000));
    Arc::new(Charter::new(0, None, &coops).unwrap())
}

/// Accounts 1 to `members` at each of two coops. The entries that opened them are place holders:
/// stewards' decisions are Python's, so here only their effect matters.
pub fn validator(members: u32, threads: usize) -> Validator {
    let mut validator = Validator::new(FEDERATION, &charter(), threads);
    for coop in [1, 2] {
        for account in 1..=members {
            let (key, handle) = (public(&member_key(coop, account)), format!("m{account}"));
            let opened = Record::new(account, key, handle.into_bytes(), u64::from(account));
            let effects = opens(Record { limit: LIMIT, ..opened });
            validator.append(coop, 1, b"opened", &effects).unwrap();
        }
    }
    validator
}

/// The effects of an entry that opens or changes one account.
pub fn opens(record: Record) -> Effects {
    Effects { accounts: vec![record], ..Effects::default() }
}

pub struct Payment {
    pub coop: u32,
    pub payer: u32,
    pub sequence: u64,
    pub payee_coop: u32,
    pub payee: u32,
    pub amount: i64,
    pub fee: i64,
}

pub fn pay(payment: &Payment) -> Vec<u8> {
    let mut bytes = vec![0x9a, 1];
    write::unsigned(&mut bytes, u64::from(payment.payer));
    write::unsigned(&mut bytes, payment.sequence);
    write::unsigned(&mut bytes, u64::from(payment.payee_coop));
    write::unsigned(&mut bytes, u64::from(payment.payee));
    write::integer(&mut bytes, payment.amount);
    write::integer(&mut bytes, payment.fee);
    bytes.extend_from_slice(&[0xc0, 0xc0]);
    let mut message = context(TAG_ENTRY, &FEDERATION, payment.coop).to_vec();
    message.extend_from_slice(&bytes);
    let signature = member_key(payment.coop, payment.payer).sign(&message);
    write::binary(&mut bytes, &signature.to_bytes());
    bytes
}

pub fn anchor(coop: u32, length: u64, head: &[u8; 32]) -> Vec<u8> {
    let mut body = Vec::new();
    write::unsigned(&mut body, length);
    write::binary(&mut body, head);
    let mut message = context(TAG_HEAD, &FEDERATION, coop).to_vec();
    message.push(0x92);
    message.extend_from_slice(&body);
    let mut bytes = vec![0x95, 6];
    write::unsigned(&mut bytes, u64::from(coop));
    bytes.extend_from_slice(&body);
    bytes.extend_from_slice(&[0x91, 0x92]);
    write::unsigned(&mut bytes, u64::from(coop));
    write::binary(&mut bytes, &node_key(coop).sign(&message).to_bytes());
    bytes
}

pub fn entry(time: u64, transaction: &[u8]) -> Vec<u8> {
    let mut bytes = fiado_core::sequence::entry_prefix(time);
    bytes.extend_from_slice(transaction);
    bytes
}

pub fn replay(validator: &mut Validator, coop: u32, blob: &[u8]) -> Replayed {
    let entries = Boundaries::find(blob).unwrap();
    validator.replay(coop, blob, &entries, 0).unwrap()
}

/// Payments among the members of coop 1, every tenth of them to coop 2.
pub fn payments(count: usize, members: u32) -> Vec<Vec<u8>> {
    let mut numbers = Numbers(11);
    let mut sequences = vec![0; members as usize + 1];
    (0..count)
        .map(|index| {
            let payer = 1 + numbers.below(u64::from(members)) as u32;
            sequences[payer as usize] += 1;
            pay(&Payment {
                coop: 1,
                payer,
                sequence: sequences[payer as usize],
                payee_coop: if index % 10 == 9 { 2 } else { 1 },
                payee: if index % 10 == 9 { 0 } else { payer % members + 1 },
                amount: 1 + numbers.below(100) as i64,
                fee: i64::from(index % 3 == 0),
            })
        })
        .collect()
}
