"""Values on their way between Python and native code, each in the shape of its own side."""

from __future__ import annotations

from collections.abc import Iterable

import msgpack

import ledger._native as _native
from ledger.charter import Charter, Stand
from ledger.messages import TAG_ENTRY, signing_context
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.state import Account, Returnable, Transit, Waiting
from ledger.validators.interface import LogView


def contexts(federation: bytes, coops: Iterable[int]) -> dict[int, bytes]:
    """What precedes the signed part of a transaction in what signatures cover, by coop."""
    return {coop: signing_context(TAG_ENTRY, federation=federation, coop=coop) for coop in coops}


def kept_name(named: Named) -> bytes:
    """A name as native code keeps it: a handle's bytes, or 0 and a commitment, which could look like one."""
    return named.encode("utf-8") if isinstance(named, str) else b"\0" + named


def native_charter(charter: Charter) -> _native.Charter:
    """What native code has to know of a charter."""
    coops = [
        (
            coop.number,
            coop.node_key,
            coop.clearing_limit,
            coop.standing.value,
            [(earlier.key, earlier.until) for earlier in coop.earlier_keys],
            None if coop.time_fall is None else (coop.time_fall.length, coop.time_fall.time),
            _native_stand(coop.stands),
        )
        for coop in charter.coops.values()
    ]
    return _native.Charter(charter.witness_quorum, charter.entries_per_day, coops)


def read_stop(
    refusal: int | None, waiting: tuple[int, int, bytes, bytes] | None
) -> Refusal | Waiting | None:
    """What stands against an entry, in the values of both validators."""
    if waiting is None:
        return None if refusal is None else Refusal(refusal)
    coop, length, head, signature = waiting
    return Waiting(coop=coop, length=length, head=head, signature=signature)


def read_log(
    coop: int,
    row: tuple[int, bytes, int, int, int, int, list[tuple[int, int]], int, tuple[int, int]],
) -> LogView:
    """A log's figures."""
    length, head, time, position, held, commons, anchored, accounts, today = row
    return LogView(
        coop=coop,
        length=length,
        head=head,
        time=time,
        position=position,
        held=held,
        commons=commons,
        anchored=dict(anchored),
        accounts=accounts,
        payments_today=today[0],
        others_today=today[1],
    )


def read_account(row: bytes) -> Account:
    """An account from its row."""
    return Account.from_row(msgpack.unpackb(row))


def read_transit(row: tuple[int, int, int, int, int, bool]) -> Transit:
    """An item in transit."""
    payee_coop, number, payee, amount, payer, is_return = row
    return Transit(
        payee_coop=payee_coop,
        number=number,
        payee=payee,
        amount=amount,
        payer=payer,
        is_return=is_return,
    )


def read_returnable(row: tuple[int, int, int, int]) -> Returnable:
    """An item that may be returned."""
    coop, number, account, amount = row
    return Returnable(coop=coop, number=number, account=account, amount=amount)


def _native_stand(stands: Stand | None) -> tuple[int, int, bytes] | None:
    return None if stands is None else (stands.version, stands.length, stands.head)
