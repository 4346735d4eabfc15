//! The native validator of the Fiado ledger.
//!
//! This crate knows nothing of Python, so that its tests and fuzzers run without an interpreter.
//! For now it says only which version it is; the validator itself is not built yet.

#![forbid(unsafe_code)]

/// The version of this crate, which is the version of the distribution that it was built from.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
