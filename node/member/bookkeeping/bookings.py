"""A member's statement: each part of every change of the balance, so that they add up to what there is.

The pages make the same of the same answers (`node/web/static/parts/bookings.js`), and
`tests/vectors/statement.json` has the cases for both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from node.member.amounts import format_amount
from node.member.bookkeeping.journal import (
    Entry,
    Journal,
    Name,
    Plain,
    Posting,
    Said,
    commodity_of,
    opening_entry,
)
from node.zones import day_of


class Kind(StrEnum):
    """What a part of a change was."""

    PAID = "paid"
    RECEIVED = "received"
    CAME_BACK = "came_back"
    CONTRIBUTION = "contribution"
    LEVY = "levy"
    SPENT = "spent"
    PAID_FOR = "paid_for"
    SETTLED = "settled"
    PASSED_ON = "passed_on"
    INHERITED = "inherited"
    OPENED = "opened"
    OTHER = "other"


ROOTS: Final[Mapping[Kind, str]] = {
    Kind.PAID: "Expenses",
    Kind.RECEIVED: "Income",
    Kind.CAME_BACK: "Expenses",
    Kind.CONTRIBUTION: "Expenses",
    Kind.LEVY: "Expenses",
    Kind.SPENT: "Income",
    Kind.PAID_FOR: "Expenses",
    Kind.SETTLED: "Income",
    Kind.PASSED_ON: "Expenses",
    Kind.INHERITED: "Income",
    Kind.OPENED: "Equity",
    Kind.OTHER: "Equity",
}
"""Under which root of a journal the account on the other side is: both programs know these words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementWords:
    """What a member's journal says, in one language: what each part was, and the last word of its account."""

    kinds: Mapping[Kind, str]
    accounts: Mapping[Kind, str]
    said: Said

    def counterpart(self, kind: Kind) -> Name:
        """Which account is on the other side."""
        return Name.of(ROOTS[kind], "Fiado", self.accounts[kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What an amount was worth that day, in hundredths of a national currency."""

    currency: str
    minor: int

    def __str__(self) -> str:
        return f"{self.currency} {format_amount(self.minor)}"


def worth_of(payment: Mapping[str, Any] | None) -> Worth | None:
    """What a node says that a payment was worth; None where it does not say. Raises as `bookings_of`."""
    worth = None if payment is None else payment.get("worth")
    if worth is None:
        return None
    return Worth(currency=str(worth["currency"]), minor=int(worth["minor"]))


def text_of(payment: Mapping[str, Any], memo: str) -> str:
    """What a payment was for: its memo if that could be read, else the bill's text, or why it gave back."""
    return memo or str(payment.get("bill") or payment.get("refund") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A part of a change, with the balance after it.

    `paid` is where the payment is, `entry` what booked it: two places where it came from another coop. `memo`
    is what it was for, `worth` what it was worth when it was paid; a contribution has neither.
    """

    time: int
    entry: str
    kind: Kind
    amount: int
    balance: int
    other: str
    memo: str
    paid: str
    worth: Worth | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All bookings of a time, and the balance before and after. Amounts in minor units."""

    coop: str
    handle: str
    unit: str
    since: int
    until: int
    opening: int
    closing: int
    bookings: Sequence[Booking]


def bookings_of(line: Mapping[str, Any], *, coop: str, memo: str) -> Iterator[Booking]:
    """The parts of a line of `/v1/me/statement`; what a payment gave to the commons is a part of its own.

    Raises `KeyError`, `TypeError` or `ValueError` for what is no such line.
    """
    payment, amount, balance = line["payment"], int(line["amount"]), int(line["balance"])
    kind = _PAYMENTS[payment["direction"]] if payment is not None else Kind(line["cause"])
    fee = int(payment["fee"]) if payment is not None else 0
    parts = [(kind, amount + fee), (Kind.CONTRIBUTION, -fee)] if fee else [(kind, amount)]
    balance -= amount
    for part, moved in parts:
        balance += moved
        is_contribution = part is Kind.CONTRIBUTION
        yield Booking(
            time=int(line["time"]),
            entry=f"{coop}/{int(line['entry'])}",
            kind=part,
            amount=moved,
            balance=balance,
            other="" if is_contribution else _other(line),
            memo="" if is_contribution or payment is None else text_of(payment, memo),
            paid="" if payment is None else f"{payment['coop']}/{int(payment['number'])}",
            worth=None if is_contribution else worth_of(payment),
        )


_PAYMENTS: Final = {"out": Kind.PAID, "in": Kind.RECEIVED, "returned": Kind.CAME_BACK}


def _other(line: Mapping[str, Any]) -> str:
    """Whose address is on the other side; nobody's where it is the commons."""
    payment = line["payment"]
    found = line["other"] if payment is None else payment["other"]
    if found is None or (payment is not None and not found["account"]):
        return ""
    return f"{found['handle'] or found['account']}@{found['coop']}"


def journal_of(
    statement: Statement, zone: ZoneInfo, words: StatementWords, *, continues: bool = False
) -> Journal:
    """The statement as a journal. The first of several opens all accounts that there can be."""
    own = own_name(statement)
    opening = {} if continues else {own: statement.opening}
    first = _first_day(statement, zone)
    return Journal(
        title=Plain.of(f"{statement.handle}@{statement.coop}"),
        commodity=commodity_of(statement.unit),
        since=first,
        until=day_of(statement.until, zone),
        entries=[
            *opening_entry(first, opening, words.said.opening),
            *(_entry(each, own, zone, words) for each in statement.bookings),
        ],
        closing={own: statement.closing},
        said=words.said,
        known=frozenset({own, *map(words.counterpart, Kind)}),
        continues=continues,
    )


def own_name(statement: Statement) -> Name:
    """The member's account in a journal."""
    return Name.of("Assets", "Fiado", f"{statement.coop}-{statement.handle}")


def _first_day(statement: Statement, zone: ZoneInfo) -> date:
    """The day of the opening balance: the first of the statement, or of what there is."""
    began = statement.since
    if not began:
        began = statement.bookings[0].time if statement.bookings else statement.until
    return day_of(began, zone)


def _entry(booking: Booking, own: Name, zone: ZoneInfo, words: StatementWords) -> Entry:
    what = words.kinds[booking.kind]
    details: dict[str, Plain] = {}
    if booking.paid and booking.paid != booking.entry:
        details["paid"] = Plain.of(booking.paid)
    if booking.worth is not None:
        details["worth"] = Plain.of(str(booking.worth))
    return Entry(
        day=day_of(booking.time, zone),
        code=Plain.of(booking.entry),
        payee=Plain.of(booking.other or what),
        text=Plain.of(booking.memo or (what if booking.other else "")),
        postings=[
            Posting(name=own, amount=booking.amount, balance=booking.balance),
            Posting(name=words.counterpart(booking.kind), amount=-booking.amount),
        ],
        details=details,
    )
