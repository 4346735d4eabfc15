"""Asking before the same is paid again.

What this wallet recorded is in the journal; what the member paid from another device, such as in the browser,
is in the node's history of the account. Both are looked at under the wallet's lock, just before signing.

A node that hides payments in its history can't hide those of this wallet. Times are the node's on both
sides, so that a wrong clock here does no harm.

A payment that fell with a fork is asked about, too, since the payee may keep it; but what stands comes first.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ledger.chain import extend
from ledger.errors import ProofError
from ledger.receipts import Receipt, decode_receipt
from node.member.answers import number, objects, read_bytes
from node.member.client import Json, NodeProblem, path_of
from node.member.membership import Membership
from node.member.orders import SAME_WISH_SECONDS
from node.member.paying.desk import Desk
from node.member.paying.fallen import has_fallen
from node.member.paying.kept_receipts import receipts_at
from node.member.pending_journal import PaymentIntent
from node.member.sealing import open_memo

_PAGE: Final = 50
"""How many of the newest entries of the history are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A payment that was recorded and looks the same: entry `number` of the home log, at `time`.

    `fell`: it is in a history that does not stand; then that says what a node knows of it: an outcome such as
    `undone` or `kept`, or `unknown`.
    """

    number: int
    time: int
    fell: str = ""


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
    known = _in_journal(desk, intent, now)
    stands = next((twin for twin in known if not twin.fell), None)
    twin = stands or _in_history(member, intent, now) or next(iter(known), None)
    if twin is not None and not may_repeat(twin):
        raise PaidAlready(intent, twin, member.coop.name)


def check_not_paid_here(desk: Desk, intent: PaymentIntent, now: int, may_repeat: MayRepeat) -> None:
    """The same by what this wallet knows itself, as for a key without sessions; `now` is the node's."""
    known = _in_journal(desk, intent, now)
    twin = next((twin for twin in known if not twin.fell), None) or next(iter(known), None)
    if twin is not None and not may_repeat(twin):
        raise PaidAlready(intent, twin, desk.member.coop.name)


def check_order_fell(desk: Desk, intent: PaymentIntent, order: str, may_repeat: MayRepeat) -> None:
    """Raise `PaidAlready` when a payment for the order, a digest, fell and it is not to be paid anew.

    Nor is it when the same payment stands as another entry.
    """
    paid = desk.orders.find(order)
    twin = None if paid is None else twin_of(desk.member, decode_receipt(paid.receipt))
    if twin is not None and not (twin.fell and may_repeat(twin)):
        raise PaidAlready(intent, twin, desk.member.coop.name)


def _in_journal(desk: Desk, intent: PaymentIntent, now: int) -> list[Twin]:
    """What this wallet has recorded, the newest first."""
    if intent.reference:
        paid = desk.orders.find(desk.orders.digest_of_reference(intent.reference))
        return [] if paid is None else [twin_of(desk.member, decode_receipt(paid.receipt))]
    seen = desk.journal.recorded_like(desk.orders.fingerprint(intent))
    return [
        _recorded(desk.member, each.number, each.time)
        for each in seen
        if _is_recent(each.time, now)
    ]


def _recorded(member: Membership, entry: int, time: int) -> Twin:
    """A payment of the journal, by the receipts that are kept of entries with its number."""
    for receipt in receipts_at(member.wallet.path, member.charter, member.coop, entry):
        with suppress(ProofError):
            if receipt.entry_signed(member.charter).time == time:
                return twin_of(member, receipt)
    return Twin(number=entry, time=time)


def twin_of(member: Membership, receipt: Receipt) -> Twin:
    """The payment that a receipt of the own log shows; raises `ProofError` when that is not signed."""
    time = receipt.entry_signed(member.charter).time
    if not has_fallen(member, receipt):
        return Twin(number=receipt.length, time=time)
    head = extend(receipt.previous, receipt.entry).hex()
    try:
        found = member.client.get(path_of("v1", "federation", "fallen", head)).get("payment")
    except NodeProblem:
        found = None
    payment = found if isinstance(found, dict) else {}
    stands_as = payment.get("stands_as")
    if isinstance(stands_as, int):
        return Twin(number=stands_as, time=time)
    return Twin(number=receipt.length, time=time, fell=str(payment.get("outcome", "unknown")))


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
