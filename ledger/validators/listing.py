"""State as bytes: the listing behind the state digest (PROTOCOL section 7.8), and snapshots.

A snapshot is the listing, preceded by its SHA-256 and followed by the heads that other logs can still
anchor. Both validators read and write the same bytes. A snapshot is a node's own, trusted as
its database is; the digest in it catches damage, not malice.

    snapshot = "fiado1.snapshot" padded to 16 bytes ‖ SHA-256 of the rest ‖ listing length, 8 bytes ‖
               listing ‖ for each coop, rising: length of its first head, 8 bytes ‖ number of heads,
               8 bytes ‖ heads of 32 bytes
    (integers big endian)
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from ledger.codec import encode
from ledger.errors import SnapshotError
from ledger.rules.index_rows import INDEX_CHAPTER, load_index
from ledger.state import Account, Log, Returnable, State, Transit

MAGIC: Final = b"fiado1.snapshot".ljust(16, b"\0")

_PAIR: Final = b"\x92"
"""The header of an array of two elements."""


def list_state(state: State) -> Iterator[bytes]:
    """The listing, in pieces."""
    for coop in sorted(state):
        yield from _list_log(state[coop])


def _is_counted(log: Log) -> bool:
    """Whether the listing tells how many entries the log's day has."""
    return log.charter.entries_per_day is not None


def _list_log(log: Log) -> Iterator[bytes]:
    transit = list(log.sorted_transit())
    returnable = [log.returnable[key] for key in sorted(log.returnable)]
    anchored = [[coop, length] for coop, length in log.anchored_lengths().items()]
    indexed = log.rows(INDEX_CHAPTER)
    yield encode(
        [
            "coop",
            log.coop,
            log.length,
            log.head,
            log.time,
            log.position,
            log.held,
            log.commons,
            len(indexed),
            anchored,
            len(log.accounts),
            len(transit),
            len(returnable),
            *([[log.payments_today, log.others_today]] if _is_counted(log) else []),
        ]
    )
    for number in sorted(log.accounts):
        yield encode(log.accounts[number].row())
    for item in transit:
        yield encode(
            [item.payee_coop, item.number, item.payee, item.amount, item.payer, int(item.is_return)]
        )
    for back in returnable:
        yield encode([back.coop, back.number, back.account, back.amount])
    yield from (value for _, value in indexed)
    for name in sorted(log.chapters.keys() - {INDEX_CHAPTER}):
        rows = log.rows(name)
        yield encode(["chapter", name, len(rows)])
        yield from (_PAIR + key + value for key, value in rows)


def state_digest(state: State) -> bytes:
    """The state digest: 32 bytes."""
    digest = sha256()
    for piece in list_state(state):
        digest.update(piece)
    return digest.digest()


def save_snapshot(state: State) -> bytes:
    """All state as bytes."""
    listing = b"".join(list_state(state))
    heads = b"".join(
        state[coop].heads_from.to_bytes(8, "big")
        + len(state[coop].heads).to_bytes(8, "big")
        + b"".join(state[coop].heads)
        for coop in sorted(state)
    )
    rest = len(listing).to_bytes(8, "big") + listing + heads
    return MAGIC + sha256(rest).digest() + rest


def load_snapshot(snapshot: bytes, state: State) -> State:
    """Fill the empty `state` from `snapshot`; raises `SnapshotError` for bytes that are not one."""
    rest = snapshot[48:]
    if snapshot[:16] != MAGIC or sha256(rest).digest() != snapshot[16:48]:
        raise SnapshotError("the snapshot is damaged")
    listing_end = 8 + int.from_bytes(rest[:8], "big")
    lines = msgpack.Unpacker(None, max_buffer_size=max(len(rest), 1))
    lines.feed(rest[8:listing_end])
    position = listing_end
    try:
        line = lines.unpack()
        for coop in sorted(state):
            line = _load_log(line, lines, state[coop])
            position = _load_heads(rest, position, state[coop])
    except (msgpack.UnpackException, LookupError, TypeError, ValueError) as error:
        raise SnapshotError("the snapshot is of another charter") from error
    if line is not None or position != len(rest):
        raise SnapshotError("the snapshot is of another charter")
    return state


def _load_log(header: Any, lines: Any, log: Log) -> Any:
    """Take in a log's lines, of which `header` is the first; gives the line after its last, if any."""
    if header[:2] != ["coop", log.coop]:
        raise SnapshotError("the snapshot is of another charter")
    _, _, _, _, log.time, log.position, log.held, log.commons, indexed, anchored, *counts = header
    log.anchored = dict(anchored)
    if _is_counted(log):
        log.payments_today, log.others_today = counts.pop()
    accounts, transit, returnable = counts
    for _ in range(accounts):
        account = Account.from_row(lines.unpack())
        log.accounts[account.number] = account
        log.handles[account.handle] = account.number
    for _ in range(transit):
        _load_transit(log, *lines.unpack())
    for _ in range(returnable):
        coop, number, account_number, amount = lines.unpack()
        log.returnable[coop, number] = Returnable(
            coop=coop, number=number, account=account_number, amount=amount
        )
    line = _load_chapters(lines, log, indexed)
    log.index = load_index(log.charter, log.rows(INDEX_CHAPTER))
    return line


def _load_transit(
    log: Log, payee_coop: int, number: int, payee: int, amount: int, payer: int, is_return: int
) -> None:
    if payee_coop not in log.charter.coops:
        raise SnapshotError("the snapshot is of another charter")
    item = Transit(
        payee_coop=payee_coop,
        number=number,
        payee=payee,
        amount=amount,
        payer=payer,
        is_return=bool(is_return),
    )
    log.transit.setdefault(payee_coop, []).append(item)


def _load_chapters(lines: Any, log: Log, indexed: int) -> Any:
    for _ in range(indexed):
        row = lines.unpack()
        log.chapters.setdefault(INDEX_CHAPTER, {})[encode(row[:2])] = encode(row)
    line = next(lines, None)
    while line is not None and line[0] == "chapter":
        _, name, count = line
        pairs = (lines.unpack() for _ in range(count))
        log.chapters[name] = {encode(key): encode(value) for key, value in pairs}
        line = next(lines, None)
    return line


def _load_heads(rest: bytes, position: int, log: Log) -> int:
    log.heads_from = int.from_bytes(rest[position : position + 8], "big")
    count = int.from_bytes(rest[position + 8 : position + 16], "big")
    start, end = position + 16, position + 16 + 32 * count
    if not count or end > len(rest):
        raise SnapshotError("the snapshot lacks the heads of a log")
    log.heads = [rest[place : place + 32] for place in range(start, end, 32)]
    return end
