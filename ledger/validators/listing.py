"""State as bytes: the listing behind the state digest (PROTOCOL section 7.8), and snapshots.

A snapshot is the listing, preceded by its SHA-256 and followed by the heads that other logs can still
anchor. Both validators read and write the same bytes. A snapshot is a node's own, trusted as
its database is; the digest in it catches damage, not malice.

    snapshot = "fiado1.snapshot" padded to 16 bytes ‖ SHA-256 of the rest ‖ listing length, 8 bytes ‖
               listing ‖ for each coop, rising: length of its first head, 8 bytes ‖ number of heads,
               8 bytes ‖ heads of 32 bytes
    (integers big endian)
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from ledger.codec import encode
from ledger.decisions import Decision
from ledger.errors import SnapshotError
from ledger.index.parameters import IndexParameters
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.index.table import Index, apply_print, apply_source_change, new_index
from ledger.state import Account, Log, Returnable, State, Transit
from ledger.transactions import Status

MAGIC: Final = b"fiado1.snapshot".ljust(16, b"\0")


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
    anchored = [[coop, log.anchored.get(coop, 0)] for coop in log.charter.coops if coop != log.coop]
    taken = list_index(log.index)
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
            len(taken),
            anchored,
            len(log.accounts),
            len(transit),
            len(returnable),
            *([[log.payments_today, log.others_today]] if _is_counted(log) else []),
        ]
    )
    for number in sorted(log.accounts):
        yield encode(_account_fields(log.accounts[number]))
    for item in transit:
        yield encode(
            [item.payee_coop, item.index, item.payee, item.amount, item.payer, int(item.is_return)]
        )
    for back in returnable:
        yield encode([back.coop, back.index, back.account, back.amount])
    yield from taken


def list_index(index: Index | None) -> list[bytes]:
    """The decisions that a log has taken in, from which its index follows: prints, then sources."""
    if index is None:
        return []
    prints = [
        encode(
            [
                Decision.PRINT.value,
                taken.period,
                taken.value,
                taken.source,
                int(taken.is_stand_in),
                [[late.period, late.change] for late in taken.late],
            ]
        )
        for taken in index.prints
    ]
    sources = [
        encode([Decision.SOURCE.value, taken.number, taken.first_period, taken.description_hash])
        for taken in index.sources
    ]
    return prints + sources


def load_index(parameters: IndexParameters, taken: Iterable[Any]) -> Index:
    """The index that follows from decisions as `list_index` has them, decoded.

    They were checked when they were taken in. Raises `ValueError` for another shape.
    """
    index = new_index(parameters)
    for decision, *fields in taken:
        if decision == Decision.PRINT:
            period, value, source, is_stand_in, late = fields
            changes = tuple(LateChange(period=month, change=change) for month, change in late)
            new = Print(
                period=period,
                value=value,
                source=source,
                is_stand_in=bool(is_stand_in),
                late=changes,
            )
            index = apply_print(index, new)
        else:
            number, first_period, description_hash = fields
            change = SourceChange(
                number=number, first_period=first_period, description_hash=description_hash
            )
            index = apply_source_change(index, change)
    return index


def _account_fields(account: Account) -> list[int | bytes | str | None]:
    return [
        account.number,
        account.key,
        account.handle,
        account.class_,
        account.balance,
        account.next_sequence,
        account.revision,
        account.status.value,
        account.opened,
        account.closed,
        account.before,
        account.from_,
        account.limit,
        account.until,
        account.after,
    ]


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
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(rest), 1))
    unpacker.feed(rest[8:listing_end])
    position = listing_end
    for coop in sorted(state):
        log = state[coop]
        try:
            _load_log(unpacker, log)
            position = _load_heads(rest, position, log)
        except (msgpack.UnpackException, LookupError, TypeError, ValueError) as error:
            raise SnapshotError("the snapshot is of another charter") from error
    if position != len(rest):
        raise SnapshotError("the snapshot is of another charter")
    return state


def _load_log(unpacker: Any, log: Log) -> None:
    header = unpacker.unpack()
    if header[:2] != ["coop", log.coop]:
        raise SnapshotError("the snapshot is of another charter")
    _, _, _, _, log.time, log.position, log.held, log.commons, taken, anchored, *counts = header
    log.anchored = dict(anchored)
    if _is_counted(log):
        log.payments_today, log.others_today = counts.pop()
    accounts, transit, returnable = counts
    for _ in range(accounts):
        account = _load_account(unpacker.unpack())
        log.accounts[account.number] = account
        log.handles[account.handle] = account.number
    for _ in range(transit):
        payee_coop, index, payee, amount, payer, is_return = unpacker.unpack()
        if payee_coop not in log.charter.coops:
            raise SnapshotError("the snapshot is of another charter")
        log.transit.setdefault(payee_coop, []).append(
            Transit(
                payee_coop=payee_coop,
                index=index,
                payee=payee,
                amount=amount,
                payer=payer,
                is_return=bool(is_return),
            )
        )
    for _ in range(returnable):
        coop, index, account_number, amount = unpacker.unpack()
        log.returnable[coop, index] = Returnable(
            coop=coop, index=index, account=account_number, amount=amount
        )
    if taken and log.index is None:
        raise SnapshotError("the snapshot is of another charter")
    if log.index is not None:
        decisions = [unpacker.unpack() for _ in range(taken)]
        log.index = load_index(log.index.parameters, decisions)


def _load_account(fields: list[Any]) -> Account:
    number, key, handle, class_, balance, next_sequence, revision, status, *rest = fields
    opened, closed, before, from_, limit, until, after = rest
    return Account(
        number=number,
        key=key,
        handle=handle,
        class_=class_,
        balance=balance,
        next_sequence=next_sequence,
        revision=revision,
        status=Status(status),
        opened=opened,
        closed=closed,
        before=before,
        from_=from_,
        limit=limit,
        until=until,
        after=after,
    )


def _load_heads(rest: bytes, position: int, log: Log) -> int:
    log.heads_from = int.from_bytes(rest[position : position + 8], "big")
    count = int.from_bytes(rest[position + 8 : position + 16], "big")
    start, end = position + 16, position + 16 + 32 * count
    if not count or end > len(rest):
        raise SnapshotError("the snapshot lacks the heads of a log")
    log.heads = [rest[place : place + 32] for place in range(start, end, 32)]
    return end
