"""Asking before the same is paid again.

What this wallet recorded is in the journal; what the member paid from another device, such as in the browser,
is in the node's history of the account. Both are looked at under the wallet's lock, just before signing.

A node that hides payments in its history can't hide those of this wallet. Times are the node's on both
sides, so that a wrong clock here does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.receipts import decode_receipt
from node.member.answers import number, objects, read_bytes
from node.member.client import Json
from node.member.membership import Membership
from node.member.orders import SAME_WISH_SECONDS
from node.member.paying.desk import Desk
from node.member.pending_journal import PaymentIntent
from node.member.sealing import open_memo

_PAGE: Final = 50
"""How many of the newest entries of the history are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A payment that was recorded and looks the same: entry `number` of the home log, at `time`."""

    number: int
    time: int


MayRepeat = Callable[[Twin], bool]
"""Whether the member has agreed to pay once more although that was paid."""


@dataclass(eq=False)
class PaidAlready(Exception):
    """The same was recorded already, as `twin`, and nobody said that it is to be paid once more."""

    intent: PaymentIntent
    twin: Twin
    coop: str
    """The home cooperative."""


def check_not_paid(desk: Desk, intent: PaymentIntent, me: Json, may_repeat: MayRepeat) -> None:
    """Raise `PaidAlready` when the same was paid and may not be repeated. `me` is the node's account."""
    member = desk.member
    now = number(member.client, me, "time")
    twin = _in_journal(desk, intent, now) or _in_history(member, intent, now)
    if twin is not None and not may_repeat(twin):
        raise PaidAlready(intent, twin, member.coop.name)


def _in_journal(desk: Desk, intent: PaymentIntent, now: int) -> Twin | None:
    if intent.reference:
        return _by_reference(desk, intent.reference)
    seen = desk.journal.recorded_like(desk.orders.fingerprint(intent))
    if seen is None or not _is_recent(seen.time, now):
        return None
    return Twin(number=seen.number, time=seen.time)


def _by_reference(desk: Desk, reference: str) -> Twin | None:
    paid = desk.orders.find(desk.orders.digest_of_reference(reference))
    if paid is None:
        return None
    receipt = decode_receipt(paid.receipt)
    return Twin(number=receipt.length, time=receipt.check(desk.member.charter).time)


def _in_history(member: Membership, intent: PaymentIntent, now: int) -> Twin | None:
    page = member.client.get("/v1/me/history", limit=_PAGE)
    for item in objects(member.client, page, "items"):
        if item.get("direction") != "out" or item.get("coop") != member.coop.name:
            continue
        time = number(member.client, item, "time")
        is_same = _looks_same(member, item, intent)
        if is_same and (intent.reference or _is_recent(time, now)):
            return Twin(number=number(member.client, item, "number", least=1), time=time)
    return None


def _is_recent(time: int, now: int) -> bool:
    return now - time < SAME_WISH_SECONDS


def _looks_same(member: Membership, item: Json, intent: PaymentIntent) -> bool:
    if intent.reference:
        return item.get("reference") == intent.reference
    other = item.get("other")
    if not isinstance(other, dict):
        return False
    payee = f"{other.get('handle')}@{other.get('coop')}"
    is_same = (payee, item.get("amount")) == (intent.payee, intent.amount)
    return is_same and _memo(member, item) == intent.memo


def _memo(member: Membership, item: Json) -> str:
    """The memo of an item, opened; empty when there is none that can be read."""
    sealed, reference = item.get("memo"), item.get("reference")
    if not (isinstance(sealed, str) and isinstance(reference, str)):
        return ""
    try:
        opened = open_memo(
            read_bytes(sealed), seed=member.wallet.seed, reference=bytes.fromhex(reference)
        )
    except ValueError:
        return ""
    return opened or ""
