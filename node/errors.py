"""The faults of a node, by whose fault they are.

A refusal of a transaction is a value (`ledger.refusals`), never an exception. A fault is an
exception whose type tells the catcher what to do:

- `StorageFault`: what is on disk is not known, or can't be read. Stop using the store, open it
  again and rebuild the state from it. Never repeat the write.
- `LogDamaged`: some stored entries are not what was written. Don't use or pass on those; the store and
  everything else in it can be used, and peers have them whole.
- `StoreUnavailable` and its kinds: the store can't be opened at all; the text says what would help.
- `StoreMisuse`: this program asked for something that would break a promise of the store. Nothing
  was written; it is a bug of the caller.
- `PeerFault`: another node sent what an honest one would not. Distrust the link, not our own state.
- `ListenFault`: the node's own address can't be had. Nothing was changed.
- `MessageUnhandled`: a peer's message met a mistake of ours. Rebuild the state, and close the link.

This module words nothing for people: the CLI's and the HTTP layer's tables do that.
"""

from __future__ import annotations


class NodeFault(Exception):
    """Any fault of this package."""


class StorageFault(NodeFault):
    """A read or a durable write failed; only opening the store again tells what is on disk."""


class LogDamaged(StorageFault):
    """Stored entries of a log, `first` to `last` among them, are not those that were written.

    The store that raised it can still be used, for everything else.
    """

    def __init__(self, message: str = "", *, coop: int, first: int, last: int) -> None:
        where = f"log {coop}: entries {first} to {last} are damaged on this node's disk"
        super().__init__(f"{where}: {message}" if message else where)
        self.coop = coop
        self.first = first
        self.last = last


class StoreUnavailable(NodeFault):
    """The store can't be opened: wrong address, no driver, no permission, no such server."""


class StoreInUse(StoreUnavailable):
    """Another process, or another object of this one, already writes to this store."""


class StoreVersionUnknown(StoreUnavailable):
    """The store was written by a version of the program that this one does not understand."""


class StoreMisuse(NodeFault):
    """The caller broke a rule of the store, such as a segment that does not continue its log."""


class ValueUnstorable(StoreMisuse):
    """The caller gave a text or a number that no store can hold; whoever sent it should be told.

    Whoever reads what others send refuses such values by himself; this is the second wall behind that.
    """


class PeerFault(NodeFault):
    """Another node broke the protocol on its link."""


class MessageUnhandled(NodeFault):
    """This program made a mistake over a message of coop `coop`; its cause says which."""

    def __init__(self, coop: int) -> None:
        super().__init__(f"a message of coop {coop} can't be handled by this version")
        self.coop = coop


class ListenFault(NodeFault):
    """The node can't listen at its address; `is_taken` when another program does already."""

    def __init__(self, host: str, port: int, reason: str, *, is_taken: bool) -> None:
        super().__init__(f"the node can't listen at {host}, port {port}: {reason}")
        self.host = host
        self.port = port
        self.is_taken = is_taken
