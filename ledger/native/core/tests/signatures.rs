//! Single and batch verification against vectors, and against another implementation of ZIP-215.

mod common;

use common::{public, signing_key, Numbers};
use ed25519_zebra::{Signature, VerificationKey};
use fiado_core::batch::{Batch, Find, Item, Key};
use fiado_core::bench::{Prepared, Triple};
use fiado_core::signature::{decompress, is_admissible, is_valid, Signed};
use serde_json::Value;

struct Case {
    key: [u8; 32],
    message: Vec<u8>,
    signature: [u8; 64],
}

impl Case {
    fn signed(&self) -> Signed<'_> {
        Signed { context: &self.message, body: &[], signature: &self.signature }
    }

    fn single(&self) -> bool {
        decompress(&self.key).is_some_and(|point| is_valid(&self.key, &point, &self.signed()))
    }

    fn triple(&self) -> Triple<'_> {
        Triple { key: &self.key, message: &self.message, signature: &self.signature }
    }

    fn zebra(&self) -> bool {
        VerificationKey::try_from(self.key)
            .is_ok_and(|key| key.verify(&Signature::from(self.signature), &self.message).is_ok())
    }
}

/// Most messages are as long as a payment's, which eight at a time are hashed side by side; some are short.
fn good(seed: u64) -> Case {
    let key = signing_key(seed);
    let mut message = format!("message {seed}").into_bytes();
    if seed % 20 != 19 {
        message.resize(60 + seed as usize % 60, b'.');
    }
    let signature = key.sign(&message).to_bytes();
    Case { key: public(&key), message, signature }
}

fn unhex<const N: usize>(text: &Value) -> [u8; N] {
    bytes(text).try_into().expect("as many bytes as the field has")
}

fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

fn read(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn vectors() -> Value {
    read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/ed25519_zip215.json"))
}

/// The folder of shared data beside the project, where it is there.
fn shared(name: &str) -> Option<Value> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/");
    let path = format!("{root}{name}");
    std::path::Path::new(&path).exists().then(|| read(&path))
}

/// Every case alone, by the other implementation, and each within a batch of good ones.
fn check_everywhere(cases: &[(Case, bool)]) {
    let honest: Vec<Case> = (0..12).map(good).collect();
    for (number, (case, expected)) in cases.iter().enumerate() {
        assert_eq!(case.single(), *expected, "single, case {number}");
        assert_eq!(case.zebra(), *expected, "second opinion, case {number}");
        let place = number % honest.len();
        let mut triples: Vec<Triple<'_>> = honest.iter().map(Case::triple).collect();
        triples.insert(place, case.triple());
        let answers = Prepared::new(triples).unwrap().verify(1);
        let expected: Vec<bool> = (0..answers.len()).map(|at| at != place || *expected).collect();
        assert_eq!(answers, expected, "batch, case {number}");
    }
    let together = Prepared::new(cases.iter().map(|(case, _)| case.triple())).unwrap();
    let expected: Vec<bool> = cases.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(together.verify(2), expected);
}

#[test]
fn vectors_of_zip215() {
    let cases: Vec<(Case, bool)> = vectors()["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| {
            bytes(&case["public_key"]).len() == 32 && bytes(&case["signature"]).len() == 64
        })
        .map(|case| {
            let (key, signature) = (unhex(&case["public_key"]), unhex(&case["signature"]));
            let message = bytes(&case["message"]);
            (Case { key, message, signature }, case["valid"].as_bool().unwrap())
        })
        .collect();
    assert!(cases.len() > 300);
    check_everywhere(&cases);
}

#[test]
fn admissible_keys() {
    let vectors = vectors();
    let keys = vectors["keys"].as_array().unwrap();
    assert!(keys.iter().any(|key| key["fault"].is_null()));
    for key in keys.iter().filter(|key| bytes(&key["public_key"]).len() == 32) {
        let expected = key["fault"].is_null();
        assert_eq!(is_admissible(&unhex(&key["public_key"])), expected, "{key}");
    }
}

#[test]
fn wycheproof_where_it_is_there() {
    let Some(file) = shared("wycheproof_ed25519.json") else { return };
    let mut cases = Vec::new();
    for group in file["testGroups"].as_array().unwrap() {
        let key = unhex(&group["publicKey"]["pk"]);
        for test in group["tests"].as_array().unwrap() {
            let Ok(signature) = bytes(&test["sig"]).try_into() else { continue };
            let message = bytes(&test["msg"]);
            // The verdicts are RFC 8032's. Of case 151 only the encoding of R is at fault, which
            // ZIP-215 does not mind.
            let is_valid = test["result"] == "valid" || test["tcId"] == 151;
            cases.push((Case { key, message, signature }, is_valid));
        }
    }
    assert!(cases.len() > 100);
    check_everywhere(&cases);
}

#[test]
fn speccheck_where_it_is_there() {
    let Some(file) = shared("ed25519_speccheck.json") else { return };
    let expected = "VVVVVVXXXVVV".chars().map(|answer| answer == 'V');
    let cases = file.as_array().unwrap().iter().zip(expected);
    let cases: Vec<(Case, bool)> = cases
        .map(|(case, expected)| {
            let (key, signature) = (unhex(&case["pub_key"]), unhex(&case["signature"]));
            (Case { key, message: bytes(&case["message"]), signature }, expected)
        })
        .collect();
    assert_eq!(cases.len(), 12);
    check_everywhere(&cases);
}

#[test]
fn damaged_signatures_as_the_second_opinion_has_it() {
    let mut numbers = Numbers(3);
    for seed in 0..400 {
        let mut case = good(seed);
        let (byte, bit) = (numbers.below(64) as usize, numbers.below(8));
        match seed % 3 {
            0 => case.signature[byte] ^= 1 << bit,
            1 => case.key[byte % 32] ^= 1 << bit,
            _ => case.message[0] ^= 1 << bit,
        }
        assert_eq!(case.single(), case.zebra(), "seed {seed}");
    }
}

fn batch(cases: &[Case]) -> Batch<'_> {
    let keys = cases.iter().map(|case| Key { bytes: case.key, point: None, wanted_by: None });
    let items = cases.iter().enumerate().map(|(at, case)| Item {
        key: at as u32,
        ordinal: at as u32,
        signed: case.signed(),
    });
    Batch { keys: keys.collect(), items: items.collect() }
}

#[test]
fn a_bad_signature_is_named_at_every_position() {
    for size in [1, 2, 3, 4, 7, 33] {
        for bad in 0..size {
            let mut cases: Vec<Case> = (0..size as u64).map(good).collect();
            cases[bad].message.push(b'!');
            assert_eq!(batch(&cases).find_bad(Find::All), [bad], "of {size}");
            assert_eq!(batch(&cases).find_bad(Find::First), [bad], "of {size}");
        }
    }
}

#[test]
fn several_bad_signatures_are_all_named() {
    let mut numbers = Numbers(5);
    for round in 0..60 {
        let mut cases: Vec<Case> = (0..40).map(good).collect();
        let mut expected = Vec::new();
        for (at, case) in cases.iter_mut().enumerate() {
            if numbers.below(40) < round {
                match numbers.below(3) {
                    0 => case.signature[32..].fill(0xff), // not below the group order
                    1 => case.signature[..32].copy_from_slice(&[2; 32]), // not this R, or no point
                    _ => case.key = public(&signing_key(999)),
                }
                expected.push(at);
            }
        }
        assert_eq!(batch(&cases).find_bad(Find::All), expected, "round {round}");
        let first: Vec<usize> = expected.into_iter().take(1).collect();
        assert_eq!(batch(&cases).find_bad(Find::First), first, "round {round}");
    }
}

#[test]
fn signatures_by_one_key_share_its_term() {
    let key = signing_key(1);
    let mut cases: Vec<Case> = (0..300u32)
        .map(|number| {
            let message = number.to_be_bytes().to_vec();
            let signature = key.sign(&message).to_bytes();
            Case { key: public(&key), message, signature }
        })
        .collect();
    let prepare = |cases: &[Case]| Prepared::new(cases.iter().map(Case::triple)).unwrap().verify(2);
    assert!(prepare(&cases).iter().all(|valid| *valid));
    // Two errors that cancel out in a plain sum must not do so in a random one.
    let (left, right) = cases.split_at_mut(200);
    left[10].signature[32..].swap_with_slice(&mut right[0].signature[32..]);
    let bad: Vec<usize> = prepare(&cases)
        .iter()
        .enumerate()
        .filter(|(_, valid)| !**valid)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(bad, [10, 200]);
}
