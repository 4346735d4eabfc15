"""Finding the proof of a fork when a signed head contradicts the log held here (PROTOCOL section 7.9)."""

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from ledger.evidence import ForkEvidence
from node.engine.core import Core
from node.engine.reading import read_entries
from node.engine.wire import Entries


def fork_from_head(core: Core, signed: SignedHead) -> ForkEvidence | None:
    """The proof, when a checked head is not one of the log held here; None when it is, or can't be told.

    It can be told once a signed head at or beyond that length is in the store.
    """
    held = core.store.head_at(signed.coop, signed.length)
    if held is None or held == signed.head:
        return None
    ours = core.store.signed_head(signed.coop, signed.length)
    if ours is None:
        return None
    entries: tuple[bytes, ...] = ()
    if ours.length > signed.length:
        following = read_entries(core.store, signed.coop, signed.length + 1, max_bytes=1)
        if following is None:
            return None
        entries = tuple(split(following.entries))[: ours.length - signed.length]
    return ForkEvidence(shorter=signed, longer=ours, start=held, entries=entries)


def fork_from_entries(core: Core, message: Entries) -> ForkEvidence | None:
    """The proof from another history's entries, whose chain and signature have been checked.

    None when the message begins beyond the newest signed head held here: ask for what lies between.
    """
    ours = core.signed.get(message.coop)
    if ours is None or message.signed.length < ours.length or message.first - 1 > ours.length:
        return None
    entries = split(message.entries)
    shared = ours.length - message.first + 1
    start = extend_all(message.previous, entries[:shared])
    if start == ours.head:
        return None
    return ForkEvidence(
        shorter=ours, longer=message.signed, start=start, entries=tuple(entries[shared:])
    )
