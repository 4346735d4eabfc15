"""Reading a node's store back: its state at a start, and entries for others."""

from collections.abc import Iterator

from ledger.chain import SignedHead
from ledger.charter import Charter
from ledger.choose import load_validator, new_validator
from ledger.errors import EncodingError, SnapshotError
from ledger.validator import Validator
from node.engine.wire import Entries
from node.errors import StorageFault
from node.store import Segment, Store


def load_state(charter: Charter, store: Store) -> Validator:
    """The state of all logs in the store: from the newest snapshot and what follows it.

    Raises `StorageFault` for entries that the rules refuse or that wait for what is not there: the
    engine never stores such, so the database is damaged.
    """
    validator = _from_snapshot(charter, store) or new_validator(charter)
    replay_store(validator, store)
    return validator


def _from_snapshot(charter: Charter, store: Store) -> Validator | None:
    snapshot = store.newest_snapshot()
    if snapshot is None:
        return None
    try:
        validator = load_validator(charter, snapshot.state)
    except SnapshotError:
        return None  # the logs are the truth; a snapshot only saves time
    for coop in charter.coops:
        log = validator.log(coop)
        if store.head_at(coop, log.length) != log.head and log.length > 0:
            return None
    return validator


def replay_store(validator: Validator, store: Store) -> None:
    """Apply all entries that the store has beyond the validator's state.

    Logs wait for each other where one anchors another, so they are taken in turn.
    """
    tails = {
        coop: store.segments(coop, validator.log(coop).length + 1)
        for coop in validator.charter.coops
    }
    left: dict[int, bytes] = dict.fromkeys(tails, b"")
    while tails:
        progress = False
        for coop in list(tails):
            progress |= _replay_until_stop(validator, coop, tails, left)
        if not progress and tails:
            raise StorageFault(f"the logs of coops {sorted(tails)} wait for entries not held")


def _replay_until_stop(
    validator: Validator,
    coop: int,
    tails: dict[int, Iterator[Segment]],
    left: dict[int, bytes],
) -> bool:
    progress = False
    while True:
        if not left[coop]:
            segment = next(tails[coop], None)
            if segment is None:
                del tails[coop]
                return True
            left[coop] = segment.entries
        try:
            result = validator.replay(coop, left[coop])
        except EncodingError as error:
            raise StorageFault(f"damaged entries in the log of coop {coop}") from error
        if result.refusal is not None:
            index = validator.log(coop).length + 1
            raise StorageFault(f"entry {index} of coop {coop}: {result.refusal.code}")
        progress |= result.count > 0
        left[coop] = left[coop][result.consumed :]
        if result.waiting is not None:
            return progress


def read_entries(store: Store, coop: int, first: int, *, max_bytes: int) -> Entries | None:
    """Entries from `first` to a signed head; None when there are none.

    More than `max_bytes` only when no signed head comes before.
    """
    best: tuple[int, SignedHead] | None = None
    parts: list[bytes] = []
    size, previous = 0, b""
    for segment in store.segments(coop, first):
        if best is not None and size + len(segment.entries) > max_bytes:
            break
        previous = previous or segment.previous
        parts.append(segment.entries)
        size += len(segment.entries)
        if segment.signature is not None:
            head = SignedHead(
                coop=coop, length=segment.last, head=segment.head, signature=segment.signature
            )
            best = (len(parts), head)
    if best is None:
        return None
    count, signed = best
    return Entries(first=first, previous=previous, entries=b"".join(parts[:count]), signed=signed)
