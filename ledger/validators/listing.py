"""State as bytes: the listing behind the state digest (PROTOCOL section 7.8), and snapshots.

A snapshot is the listing, preceded by its SHA-256 and followed by the heads that other logs can still
anchor. Both validators read and write the same bytes. A snapshot is a node's own, trusted as
its database is; the digest in it catches damage, not malice.

    snapshot = "fiado1.snapshot" padded to 16 bytes ‖ SHA-256 of the rest ‖ listing length, 8 bytes ‖
               listing ‖ for each log, as listed: length of its first head, 8 bytes ‖ number of heads,
               8 bytes ‖ heads of 32 bytes ‖ for each log, as listed, of a coop whose log has branches: the
               branch's number, 8 bytes
    (integers big endian)
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from ledger.charter import Charter
from ledger.codec import Value, encode
from ledger.errors import SnapshotError
from ledger.government.bylaws import BYLAWS_CHAPTER, newest_bylaws
from ledger.government.guarantees import GUARANTEES_CHAPTER, pledged_by_all
from ledger.rules.branches import (
    branch_gone_by,
    branches_of,
    go_by_branch,
    in_order,
    is_forked,
    new_log,
)
from ledger.rules.charter import CHARTER_CHAPTER, load_charter
from ledger.rules.index_rows import INDEX_CHAPTER, load_index
from ledger.state import Account, Log, Returnable, State, Transit

MAGIC: Final = b"fiado1.snapshot".ljust(16, b"\0")

_Anchored = list[tuple[Log, int, bytes]]
"""The head that a log has anchored of a coop whose log has branches."""

_PAIR: Final = b"\x92"
"""The header of an array of two elements."""


def list_state(state: State) -> Iterator[bytes]:
    """The listing, in pieces."""
    for coop in sorted(state):
        for branch in in_order(branches_of(state, coop)):
            yield from _list_log(state, branch)


def _is_counted(log: Log) -> bool:
    """Whether the listing tells how many entries the log's day has."""
    return log.charter.entries_per_day is not None


def _list_log(state: State, log: Log) -> Iterator[bytes]:
    transit = list(log.sorted_transit())
    returnable = [log.returnable[key] for key in sorted(log.returnable)]
    anchored = [
        [coop, length, *_list_forked(state, log, coop)]
        for coop, length in log.anchored_lengths().items()
    ]
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
    for coop, received in sorted(log.received.items()):
        yield from (encode([coop, number, amount]) for number, amount in received)
    yield from (value for _, value in indexed)
    for name in sorted(log.chapters.keys() - {INDEX_CHAPTER}):
        rows = log.rows(name)
        yield encode(["chapter", name, len(rows)])
        yield from (_PAIR + key + value for key, value in rows)


def _list_forked(state: State, log: Log, coop: int) -> list[Value]:
    """What follows the anchored length of a coop whose log has branches: the head, and how much came."""
    if not is_forked(state, coop):
        return []
    branch = branch_gone_by(state, log, coop)
    return [branch.head_at(log.anchored.get(coop, 0)), len(log.received.get(coop, []))]


def state_digest(state: State) -> bytes:
    """The state digest: 32 bytes."""
    digest = sha256()
    for piece in list_state(state):
        digest.update(piece)
    return digest.digest()


def save_snapshot(state: State) -> bytes:
    """All state as bytes."""
    listing = b"".join(list_state(state))
    logs = [log for coop in sorted(state) for log in in_order(branches_of(state, coop))]
    heads = b"".join(
        log.heads_from.to_bytes(8, "big") + len(log.heads).to_bytes(8, "big") + b"".join(log.heads)
        for log in logs
    )
    numbers = b"".join(log.branch.to_bytes(8, "big") for log in logs if is_forked(state, log.coop))
    rest = len(listing).to_bytes(8, "big") + listing + heads + numbers
    return MAGIC + sha256(rest).digest() + rest


def load_snapshot(snapshot: bytes, genesis: Charter) -> State:
    """The state of a snapshot of a federation founded with `genesis`; raises `SnapshotError`."""
    rest = snapshot[48:]
    if snapshot[:16] != MAGIC or sha256(rest).digest() != snapshot[16:48]:
        raise SnapshotError("the snapshot is damaged")
    listing_end = 8 + int.from_bytes(rest[:8], "big")
    lines = msgpack.Unpacker(None, max_buffer_size=max(len(rest), 1))
    lines.feed(rest[8:listing_end])
    position = listing_end
    try:
        listed, anchored = _load_logs(lines, genesis)
        state = {coop: logs[0] for coop, logs in listed.items()}
        for logs in listed.values():
            for log in logs:
                position = _load_heads(rest, position, log)
        position = _load_numbers(rest, position, state, listed)
        for log, coop, head in anchored:
            _load_branch_gone_by(state, log, coop, head)
        is_whole = position == len(rest) and state.keys() >= genesis.coops.keys()
    except (msgpack.UnpackException, LookupError, TypeError, ValueError) as error:
        raise SnapshotError("the snapshot is of another charter") from error
    if not is_whole:
        raise SnapshotError("the snapshot is of another charter")
    return state


def _load_logs(lines: Any, genesis: Charter) -> tuple[dict[int, list[Log]], _Anchored]:
    """All branches of each coop's log, as listed; and which heads they have anchored of forked logs."""
    listed: dict[int, list[Log]] = {}
    anchored: _Anchored = []
    line = lines.unpack()
    while line is not None:
        log = new_log(genesis, line[1])
        line = _load_log(line, lines, log, anchored)
        listed.setdefault(log.coop, []).append(log)
    if list(listed) != sorted(listed):
        raise SnapshotError("the snapshot is of another charter")
    return listed, anchored


def _load_numbers(rest: bytes, position: int, state: State, listed: dict[int, list[Log]]) -> int:
    """Give branches their numbers, and each log the branches that it goes by; where these bytes end."""
    for coop, logs in listed.items():
        if len(logs) == 1:
            continue
        for log in logs:
            log.branch = int.from_bytes(rest[position : position + 8], "big")
            position += 8
        logs.sort(key=lambda log: log.branch)
        if [log.branch for log in logs] != list(range(len(logs))):
            raise SnapshotError("the snapshot numbers the branches of a log wrongly")
        state[coop], state[coop].branches = logs[0], logs[1:]
    return position


def _load_branch_gone_by(state: State, log: Log, coop: int, head: bytes) -> None:
    length = log.anchored.get(coop, 0)
    branches = [each for each in branches_of(state, coop) if each.head_at(length) == head]
    if not branches:
        raise SnapshotError("the snapshot lacks the branch that a log goes by")
    go_by_branch(log, branches[0])


def _load_log(header: Any, lines: Any, log: Log, heads: _Anchored) -> Any:
    """Take in a log's lines, of which `header` is the first; gives the line after its last, if any."""
    if header[0] != "coop":
        raise SnapshotError("the snapshot is of another charter")
    _, _, length, _, log.time, log.position, log.held, log.commons, indexed, anchored, *counts = (
        header
    )
    log.anchored = {each[0]: each[1] for each in anchored}
    forked = {each[0]: each[2:] for each in anchored if each[2:]}
    if len(counts) > 3:
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
    for coop, (head, count) in forked.items():
        heads.append((log, coop, head))
        log.received[coop] = [tuple(lines.unpack()[1:]) for _ in range(count)]
    line = _load_chapters(lines, log, indexed)
    log.charter = load_charter(log.charter, log.rows(CHARTER_CHAPTER))
    log.index = load_index(log.charter, log.rows(INDEX_CHAPTER))
    log.terms = newest_bylaws(log.rows(BYLAWS_CHAPTER)).payment_terms
    log.pledged = pledged_by_all(log.rows(GUARANTEES_CHAPTER))
    _check_charter(log, length, is_counted=len(header) > 13)
    return line


def _check_charter(log: Log, length: int, *, is_counted: bool) -> None:
    """Raise `SnapshotError` for a log that can't go by the charter that it has."""
    is_there = log.coop in log.charter.coops or length == len(log.rows(CHARTER_CHAPTER))
    others = log.charter.coops.keys() - {log.coop}
    if not is_there or log.anchored.keys() != others or is_counted != _is_counted(log):
        raise SnapshotError("the snapshot is of another charter")


def _load_transit(
    log: Log, payee_coop: int, number: int, payee: int, amount: int, payer: int, is_return: int
) -> None:
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
