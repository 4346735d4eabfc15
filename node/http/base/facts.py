"""Questions to the committed state, run in the engine's thread, and their answers as JSON values.

Each function looks at a `View` and returns plain values; None says that there is no such thing.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind
from ledger.refusals import Refusal
from ledger.state import COMMONS, Account
from ledger.transactions import MAX_NUMBER, Kind, Pay, Return
from ledger.validators.interface import Validator
from node.engine.events import View
from node.http.base.reading import plain_number, to_base64url
from node.store import HistoryPlace, HistoryRow, Role

Json = dict[str, Any]

CLASSES = ("person", "organisation")
STATUSES = ("open", "frozen", "closed")
_RETURNS_LOOKED_AT = 1_000


def public_account(view: View, coop: int, account: Account) -> Json:
    """What anybody may know of an account."""
    return {
        "coop": view.validator.charter(coop).coops[coop].name,
        "coop_number": coop,
        "account": account.number,
        "handle": account.handle,
        "class": CLASSES[account.class_],
        "key": account.key.hex(),
        "status": STATUSES[account.status],
    }


def member(view: View, number: int) -> Json | None:
    """What the owner and the stewards may know of an account of this coop."""
    account = view.validator.account(view.coop, number)
    if account is None:
        return None
    log = view.validator.log(view.coop)
    # What is recorded now gets the log's time when that is ahead, and limits are judged by it.
    now = max(view.now_ms // 1000, log.time)
    limit = account.limit_at(now)
    return {
        **public_account(view, view.coop, account),
        "balance": account.balance,
        "limit": limit,
        "available": account.balance + limit,
        "next_sequence": account.next_sequence,
        "revision": account.revision,
        "opened": account.opened,
        "schedule": {
            "before": account.before,
            "from": account.from_,
            "limit": account.limit,
            "until": account.until,
            "after": account.after,
        },
        "length": log.length,
        "time": now,
    }


def members_after(view: View, after: int, most: int) -> tuple[list[Json], int | None]:
    """Accounts of this coop with numbers above `after`, and where to go on."""
    found: list[Json] = []
    for account in view.validator.accounts(view.coop):
        if account.number <= after:
            continue
        if len(found) == most:
            return found, found[-1]["account"]
        facts = member(view, account.number)
        assert facts is not None
        found.append(facts)
    return found, None


def find_account(view: View, coop: int, named: str) -> Account | None:
    """The account with that number, handle, or `@` and handle."""
    number = plain_number(named)
    if number is not None:
        return view.validator.account(coop, number) if number <= MAX_NUMBER else None
    found = view.validator.account_named(coop, named.removeprefix("@"))
    return None if found is None else view.validator.account(coop, found)


def read_entry(view: View, coop: int, index: int) -> Entry | None:
    """An entry that is held here."""
    data = view.store.entry(coop, index) if index >= 1 else None
    entry = None if data is None else decode_entry(data)
    return None if isinstance(entry, Refusal) else entry


def payment(view: View, coop: int, index: int) -> Json | None:
    """A payment and how far it has come, as seen here."""
    entry = read_entry(view, coop, index)
    if entry is None or not isinstance(entry.transaction, Pay):
        return None
    pay = entry.transaction
    coops = view.validator.charter(view.coop).coops
    return {
        "status": _Arrivals(view).status(coop, index, pay),
        "coop": coops[coop].name,
        "coop_number": coop,
        "index": index,
        "time": entry.time,
        "payer": pay.payer,
        "payee_coop": coops[pay.payee_coop].name,
        "payee_coop_number": pay.payee_coop,
        "payee": pay.payee,
        "amount": pay.amount,
        "fee": pay.fee,
        "reference": None if pay.reference is None else pay.reference.hex(),
    }


def is_delivered(validator: Validator, coop: int, index: int, payee_coop: int) -> bool:
    """Whether entry `index` of that coop's log has reached the payee's log, as seen here."""
    return payee_coop == coop or validator.log(payee_coop).anchored.get(coop, 0) >= index


class _Arrivals:
    """How far payments have come, as seen here; what was given back is read once for each account."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._returns: dict[tuple[int, int], set[tuple[int, int]]] = {}

    def status(self, coop: int, index: int, pay: Pay) -> str:
        """Of entry `index` of that coop's log: `recorded`, `delivered` or `returned`."""
        if not is_delivered(self._view.validator, coop, index, pay.payee_coop):
            return "recorded"
        return "returned" if self._came_back(coop, index, pay) else "delivered"

    def _came_back(self, coop: int, index: int, pay: Pay) -> bool:
        """Whether an arrived payment found its payee's account closed, and is or was given back.

        Only where the payee's account is closed now there is anything to look for.
        """
        if pay.payee_coop == coop or pay.payee == COMMONS:
            return False
        payee = self._view.validator.account(pay.payee_coop, pay.payee)
        if payee is None or not payee.closed:
            return False
        place = (pay.payee_coop, payee.closed)
        if place not in self._returns:
            self._returns[place] = set(_returns_after(self._view, *place))
        return (coop, index) in self._returns[place]


def _returns_after(view: View, coop: int, closed: int) -> Iterator[tuple[int, int]]:
    """What that coop has still to give back, and what it gave back in the entries after `closed`."""
    for item in view.validator.returnable(coop):
        yield item.coop, item.index
    looked_at = 0
    for segment in view.store.segments(coop, closed + 1):
        for data in split(segment.entries):
            if looked_at == _RETURNS_LOOKED_AT:
                return
            looked_at += 1
            entry = decode_entry(data) if entry_kind(data) == Kind.RETURN else None
            if isinstance(entry, Entry) and isinstance(entry.transaction, Return):
                yield entry.transaction.coop, entry.transaction.index


def history(
    view: View, account: int, before: HistoryPlace | None, most: int
) -> tuple[list[Json], str | None]:
    """A page of an account's history, newest first, and the cursor of the next page."""
    view.engine.bring_history_forward()
    rows = view.store.history(coop=view.coop, account=account, before=before, limit=most + 1)
    arrivals = _Arrivals(view)
    items = [
        item for row in rows[:most] if (item := _history_item(view, row, arrivals)) is not None
    ]
    return items, format_place(rows[most - 1].place) if len(rows) > most else None


def _history_item(view: View, row: HistoryRow, arrivals: _Arrivals) -> Json | None:
    entry = read_entry(view, row.log, row.index)
    if entry is None:
        return None
    home, paid_from = view.coop, row.log
    paid: Entry | None = entry
    if isinstance(entry.transaction, Return):
        paid_from = entry.transaction.coop
        paid = read_entry(view, paid_from, entry.transaction.index)
    if paid is None or not isinstance(paid.transaction, Pay):
        return None
    pay = paid.transaction
    if row.role is Role.PAYEE:
        direction, other_coop, other = "in", paid_from, pay.payer
    else:
        direction = "out" if row.role is Role.PAYER else "returned"
        other_coop, other = pay.payee_coop, pay.payee
    reached = home if row.role is not Role.PAYER else pay.payee_coop
    memo = None
    if pay.reference is not None:
        memo = view.store.memo(pay.reference, coop=home, account=row.account)
    is_there = is_delivered(view.validator, row.log, row.index, reached)
    status = "delivered" if is_there else "recorded"
    if not isinstance(entry.transaction, Return):
        status = arrivals.status(row.log, row.index, pay)
    coops = view.validator.charter(view.coop).coops
    counterpart = view.validator.account(other_coop, other)
    return {
        "direction": direction,
        "coop": coops[row.log].name,
        "coop_number": row.log,
        "index": row.index,
        "time": entry.time,
        "amount": pay.amount,
        "fee": pay.fee if row.role is Role.PAYER else 0,
        "sequence": None if row.role is Role.PAYEE else pay.sequence,
        "other": {
            "coop": coops[other_coop].name,
            "coop_number": other_coop,
            "account": other,
            "handle": None if counterpart is None else counterpart.handle,
        },
        "reference": None if pay.reference is None else pay.reference.hex(),
        "delivered": is_there and status == "delivered",
        "status": status,
        "memo": None if memo is None else to_base64url(memo),
    }


def format_place(place: HistoryPlace) -> str:
    """A cursor."""
    return f"{place.time}.{place.log}.{place.index}"


def parse_place(text: str) -> HistoryPlace | None:
    """The place that a cursor names; None when it is none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if any(len(part) > 16 for part in parts):
        return None
    time, log, index = map(int, parts)
    return HistoryPlace(time=time, log=log, index=index)


def draft_id(content: bytes) -> str:
    """The id of a draft: a hash of what its signers sign, so the same content is one draft."""
    return sha256(b"fiado draft" + content).hexdigest()[:32]
