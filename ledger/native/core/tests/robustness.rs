//! Nothing panics and nothing half happens, whatever the bytes: a bounded fuzzer that needs no tool.
//!
//! `FIADO_FUZZ_ROUNDS` sets how long it runs (5,000 rounds by default); each round has its own
//! seed, which a failure prints. `fuzz/` holds the same checks for `cargo fuzz`.

mod common;

use common::*;
use fiado_core::codec::{is_canonical, skip, MAX_DEPTH};
use fiado_core::effects::Effects;
use fiado_core::entries::Boundaries;
use fiado_core::transaction::decode_entry;
use fiado_core::validator::Validator;

fn rounds() -> u64 {
    let asked = std::env::var("FIADO_FUZZ_ROUNDS").ok();
    asked.map_or(5_000, |text| text.parse().expect("FIADO_FUZZ_ROUNDS is a number"))
}

/// Changes bytes here and there: flips, interesting values, cuts, repeats.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    const INTERESTING: [u8; 16] =
        [0, 1, 0x7f, 0x80, 0x90, 0x92, 0x9a, 0xa1, 0xc0, 0xc4, 0xcc, 0xcf, 0xd3, 0xdc, 0xdd, 0xff];
    for _ in 0..1 + numbers.below(3) {
        if bytes.is_empty() {
            bytes.push(numbers.next() as u8);
        }
        let at = numbers.below(bytes.len() as u64) as usize;
        match numbers.below(5) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = INTERESTING[numbers.below(16) as usize],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, INTERESTING[numbers.below(16) as usize]),
            _ => {
                let piece = bytes[at..].to_vec();
                bytes.extend_from_slice(&piece[..piece.len().min(100)]);
            }
        }
    }
}

/// What holds for any bytes.
fn check_reading(bytes: &[u8]) {
    let end = skip(bytes, 0);
    assert!(end.is_none_or(|end| 0 < end && end <= bytes.len()));
    if is_canonical(bytes, MAX_DEPTH) {
        assert_eq!(end, Some(bytes.len()), "a canonical value ends where it ends");
    }
    if decode_entry(bytes).is_ok() {
        assert_eq!(bytes[0], 0x92);
    }
}

fn check_state(bytes: &[u8]) {
    let mut home = validator(4, 1);
    let Ok(entries) = Boundaries::find(bytes) else { return };
    let length = home.log(1).unwrap().heads.length();
    let answer = home.replay(1, bytes, &entries, 0).unwrap();
    assert_eq!(home.log(1).unwrap().heads.length(), length + answer.next as u64);
    // What it applied it applies again, alone, to the same end.
    let mut again = validator(4, 1);
    let applied = &bytes[..entries.start(answer.next)];
    assert_eq!(replay(&mut again, 1, applied).next, answer.next);
    assert_eq!(again.digest(), home.digest());
    assert_balanced(&home);
    let values: Vec<&[u8]> = (0..entries.count()).map(|at| entries.value(bytes, at)).collect();
    let done = home.sequence(2, 9, &values).unwrap_or_default();
    assert_eq!(home.log(2).unwrap().heads.length(), 4 + done.count as u64);
}

fn assert_balanced(validator: &Validator) {
    let mut sum = 0;
    for coop in [1, 2] {
        let log = validator.log(coop).unwrap();
        let accounts = &log.accounts;
        let balances: i64 =
            accounts.sorted().into_iter().map(|place| accounts.get(place).balance).sum();
        assert_eq!(balances + log.commons, log.position);
        sum += log.position;
        sum += validator.in_transit(coop).unwrap().map(|(_, item)| item.amount).sum::<i64>();
    }
    assert_eq!(sum, 0);
}

#[test]
fn arbitrary_bytes() {
    for seed in 0..rounds() {
        let mut numbers = Numbers(seed);
        let length = numbers.below(200) as usize;
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        check_reading(&bytes);
        let _ = Validator::load(FEDERATION, &charter(), 1, &bytes);
        let _ = Effects::read(&bytes);
    }
}

#[test]
fn mutated_histories() {
    let head = *validator(4, 1).log(2).unwrap().heads.last();
    let mut good: Vec<Vec<u8>> = payments(6, 4).iter().map(|payment| entry(3, payment)).collect();
    good.insert(2, entry(3, &anchor(2, 4, &head)));
    good.insert(4, entry(3, &[0x93, 8, 2, 1]));
    let good = good.concat();
    for seed in 0..rounds() / 10 {
        let mut numbers = Numbers(seed ^ 0xf1ad0);
        let mut bytes = good.clone();
        mutate(&mut bytes, &mut numbers);
        check_reading(&bytes);
        check_state(&bytes);
    }
}

#[test]
fn nesting_is_bounded() {
    let mut deep = vec![0x91; 100_000];
    deep.push(0xc0);
    assert_eq!(skip(&deep, 0), None);
    assert!(!is_canonical(&deep, MAX_DEPTH));
    assert_eq!(skip(&[[0x91; 1024].as_slice(), &[1]].concat(), 0), Some(1025));
    assert_eq!(skip(&[[0x91; 1025].as_slice(), &[1]].concat(), 0), None);
    let eight = [[0x91; 8].as_slice(), &[1]].concat();
    assert!(is_canonical(&eight, MAX_DEPTH) && !is_canonical(&eight, MAX_DEPTH - 1));
    assert_eq!(skip(&[0xdd, 0xff, 0xff, 0xff, 0xff, 1], 0), None);
}
