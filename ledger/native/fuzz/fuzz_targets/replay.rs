//! Any bytes as entries, transactions and snapshot of a small federation: nothing panics, and what
//! a replay stopped at changed nothing.
#![no_main]

use std::sync::Arc;

use fiado_core::charter::{Charter, CoopFields};
use fiado_core::effects::Effects;
use fiado_core::entries::Boundaries;
use fiado_core::record::Record;
use fiado_core::validator::Validator;
use libfuzzer_sys::fuzz_target;

/// The base point's encoding: a key of which nobody here has to know the secret.
const KEY: [u8; 32] = {
    let mut key = [0x66; 32];
    key[0] = 0x58;
    key
};

fn charter() -> Arc<Charter> {
    let charter = Charter::new(0, None, &[1, 2].map(|coop| CoopFields::member(coop, KEY, 1_000)));
    Arc::new(charter.unwrap())
}

fn validator() -> Validator {
    let mut validator = Validator::new([7; 32], &charter(), 1);
    for number in 1..=3 {
        let opened = Record::new(number, KEY, vec![b'a' + number as u8], u64::from(number));
        let accounts = vec![Record { limit: 1_000, ..opened }];
        let effects = Effects { accounts, ..Effects::default() };
        validator.append(1, 1, b"opened", &effects).unwrap();
    }
    validator
}

fuzz_target!(|bytes: &[u8]| {
    let _ = Validator::load([7; 32], &charter(), 1, bytes);
    let mut validator = validator();
    let before = validator.digest().unwrap();
    let _ = validator.judge(1, bytes).unwrap();
    assert_eq!(validator.digest().unwrap(), before);
    if let Ok(entries) = Boundaries::find(bytes) {
        if validator.replay(1, bytes, &entries, 0).unwrap().next == 0 {
            assert_eq!(validator.digest().unwrap(), before);
        }
    }
    let _ = validator.sequence(1, 2, &[bytes]);
});
