"""The compiled half of the ledger, built from `ledger/native` when a Rust toolchain is there."""

__version__: str
