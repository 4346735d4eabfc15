//! Any bytes, read in every way: nothing panics, and what is canonical ends where it ends.
#![no_main]

use fiado_core::codec::{is_canonical, skip, MAX_DEPTH};
use fiado_core::entries::Boundaries;
use fiado_core::transaction::decode_entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = skip(bytes, 0);
    if is_canonical(bytes, MAX_DEPTH) {
        assert_eq!(end, Some(bytes.len()));
    }
    let _ = decode_entry(bytes);
    if let Ok(entries) = Boundaries::find(bytes) {
        assert_eq!(entries.start(entries.count()), bytes.len());
    }
});
