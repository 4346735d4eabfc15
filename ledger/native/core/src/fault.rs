//! What goes wrong that no entry is to blame for.

use std::fmt;

/// A fault: the call could not be carried out, and nothing of it has been applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Bytes in which the boundaries of values can't be found; the offset where the search ended.
    Encoding(usize),
    /// Bytes that are not a snapshot of this charter.
    Snapshot(&'static str),
    /// A charter value that a parsed charter can't hold.
    Charter(&'static str),
    /// The caller named a coop, account or entry that does not exist, or a record that contradicts.
    Argument(&'static str),
    /// A panic left the state half changed; load a snapshot instead of going on.
    Poisoned,
    /// A node tried to append an anchor of a head that is not held here: (coop, length).
    DependencyMissing(u32, u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Encoding(at) => write!(formatter, "not a MessagePack value at byte {at}"),
            Fault::Snapshot(text) | Fault::Charter(text) | Fault::Argument(text) => {
                formatter.write_str(text)
            }
            Fault::Poisoned => formatter.write_str("an earlier panic left the state unusable"),
            Fault::DependencyMissing(coop, length) => {
                write!(formatter, "log {coop} is not held up to {length}")
            }
        }
    }
}

impl std::error::Error for Fault {}
