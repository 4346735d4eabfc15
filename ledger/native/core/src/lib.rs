//! The native validator of the Fiado ledger: PROTOCOL sections 2, 3, 5 and 7, fast.
//!
//! It decides `pay`, `pay_delegated`, `anchor` and `return` by itself and stops in front of the rarer kinds, which
//! Python rules shared with the reference validator decide. Whatever it answers, the reference
//! validator has to answer the same; where they differ, this crate is wrong.
//!
//! Rules of this crate: nothing of Python (so that tests and fuzzers run without an interpreter), no
//! unsafe code, arithmetic that would wrap panics. A panic is a bug: the state is then not to be used
//! again, which `Validator` sees to. Refusals are values; `Fault` is for what is nobody's entry.
//!
//! It does no input or output. The one thing it asks of the system is randomness for the
//! coefficients of batch verification, which decides nothing that two validators could see.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod ahead;
pub mod anchor;
pub mod batch;
pub mod bench;
pub mod branches;
pub mod chain;
pub mod change;
pub mod chapters;
pub mod charter;
pub mod chunked;
pub mod codec;
pub mod crew;
pub mod effects;
pub mod ending;
pub mod entries;
pub mod fault;
pub mod federation;
pub mod gather;
pub mod governance;
pub mod index;
pub mod keys;
pub mod listing;
pub mod log;
pub mod owning;
pub mod payment;
pub mod receipt;
pub mod record;
pub mod refusal;
pub mod replay;
pub mod sequence;
pub mod sha256;
pub mod signature;
pub mod snapshot;
pub mod sums;
pub mod transaction;
pub mod undo;
pub mod validator;

/// The version of this crate, which is the version of the distribution that it was built from.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the build and this machine have of what makes verification fast, as short names.
pub fn cpu_features() -> Vec<&'static str> {
    let mut features = vec![std::env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        let avx512 = cfg!(all(target_feature = "avx512ifma", target_feature = "avx512vl"));
        let curve = match (avx512, std::arch::is_x86_feature_detected!("avx2")) {
            (true, _) => "curve:avx512ifma",
            (false, true) => "curve:avx2",
            (false, false) => "curve:serial",
        };
        features.push(curve);
        features.push(fiado_points::means());
        if std::arch::is_x86_feature_detected!("sha") {
            features.push("sha256:sha-ni");
        }
    }
    features
}
