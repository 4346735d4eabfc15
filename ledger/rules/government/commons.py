"""`spend` and `levy`: what leaves the commons and what it collects, PROTOCOL sections 13.9 and 13.10.

Contributions come with payments (7.2.14). What members vote on goes by `spending` and `collection` too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, cast

from ledger.codec import MAX, decode, encode
from ledger.effects import Effects, Row
from ledger.government.articles import Article
from ledger.government.commons import Levy, Rates, Spend
from ledger.refusals import Refusal
from ledger.rules.office import OfficeState, Verify, bylaws_in_force, check_stewards
from ledger.shapes import Kind
from ledger.state import COMMONS
from ledger.transactions import Status

COMMONS_CHAPTER: Final = "commons"
"""Counters by kind of entry, and a row for each movement of the commons that is no payment (`Movement`)."""

_SPENT: Final = encode(Kind.SPEND.value)
_LEVIED: Final = encode(Kind.LEVY.value)


class CommonsState(OfficeState, Protocol):
    """What the rules of spending see of the log that an entry is for."""

    @property
    def length(self) -> int:
        """How many entries it has."""

    @property
    def commons(self) -> int:
        """The balance of the commons, in minor units."""

    @property
    def held(self) -> int:
        """What of it is to be given back to those who paid somebody that had closed."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""


class LevyState(CommonsState, Protocol):
    """What the rules of levies see of the log that an entry is for."""

    def levy_total(self, rates: Rates) -> int | None:
        """What a levy would take of all accounts; None when a balance would leave its range."""


def decide_spend(
    entry: Spend, *, state: CommonsState, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    """What spending changes, or the refusal."""
    # 13.9.8
    refusal = check_spend(entry, state) or check_stewards(
        state, Article.SPEND, entry.stewards, message, verify
    )
    if refusal is not None:
        return refusal
    effects = spending(state, entry.payee, entry.amount)
    if isinstance(effects, Refusal):
        return effects
    counted = _row(_SPENT, encode(entry.number))
    return replace(effects, chapters=(counted, _moved(entry, state, time, effects.commons)))


def check_spend(entry: Spend, state: CommonsState) -> Refusal | None:
    """The refusal that spending earns whoever signed it, or None."""
    # 13.9.1: what stewards signed is paid once.
    if entry.number != spends(state) + 1:
        return Refusal.SPEND_NUMBER_WRONG
    # 13.9.2
    if not 1 <= entry.amount <= MAX:
        return Refusal.AMOUNT_OUT_OF_RANGE
    # 13.9.3: members have kept the larger sums for themselves to decide.
    if entry.amount > bylaws_in_force(state).value(Article.SPEND_AMOUNT):
        return Refusal.SPEND_NEEDS_VOTE
    effects = spending(state, entry.payee, entry.amount)
    return effects if isinstance(effects, Refusal) else None


def spending(state: CommonsState, payee: int, amount: int) -> Effects | Refusal:
    """What it changes that the commons pays `amount`, from 1 to MAX, to an account; or why it can't."""
    # 13.9.4
    account = None if payee == COMMONS else state.account(payee)
    if account is None:
        return Refusal.PAYEE_UNKNOWN
    # 13.9.5
    if account.status is Status.CLOSED:
        return Refusal.PAYEE_CLOSED
    # 13.9.6: what is held belongs to those whom it goes back to.
    if state.commons - state.held - amount < -bylaws_in_force(state).value(Article.COMMONS_DEBT):
        return Refusal.COMMONS_TOO_LOW
    # 13.9.7
    if account.balance + amount > MAX:
        return Refusal.BALANCE_OUT_OF_RANGE
    return Effects(accounts=(replace(account, balance=account.balance + amount),), commons=-amount)


def spends(state: CommonsState) -> int:
    """How many times stewards have spent from the commons."""
    row = state.row(COMMONS_CHAPTER, _SPENT)
    return 0 if row is None else cast(int, decode(row))


def decide_levy(entry: Levy, *, state: LevyState, time: int) -> Effects | Refusal:
    """What the levy of a period changes at `time`, or the refusal."""
    number, _ = _last_levy(state)
    # 13.10.1
    if entry.number != number + 1:
        return Refusal.LEVY_NUMBER_WRONG
    # 13.10.2
    rates = Rates(entry.positive, entry.negative)
    if rates != bylaws_in_force(state).levy_rates or rates == Rates(0, 0):
        return Refusal.LEVY_RATES_WRONG
    # 13.10.3: a period is levied once, and by rates that were in force for all of it.
    if time < levy_due(state):
        return Refusal.LEVY_EARLY
    effects = collection(state, rates)
    if isinstance(effects, Refusal):
        return effects
    counted = _row(_LEVIED, encode([entry.number, time]))
    total = state.levy_total(rates) or 0
    return replace(effects, chapters=(counted, _moved(entry, state, time, total)))


def collection(state: LevyState, rates: Rates) -> Effects | Refusal:
    """What it changes that these rates are collected once; or why they can't be."""
    # 13.10.4
    if state.levy_total(rates) is None:
        return Refusal.BALANCE_OUT_OF_RANGE
    return Effects(levy=rates)


def next_levy(state: CommonsState) -> Levy | None:
    """The levy that comes next by the bylaws in force; None where they have none."""
    rates = bylaws_in_force(state).levy_rates
    if rates == Rates(0, 0):
        return None
    number, _ = _last_levy(state)
    return Levy(number=number + 1, positive=rates.positive, negative=rates.negative)


def levy_due(state: CommonsState) -> int:
    """From when on the next levy may be collected, in Unix seconds."""
    bylaws = bylaws_in_force(state)
    _, collected = _last_levy(state)
    return max(collected, bylaws.adopted) + bylaws.value(Article.LEVY_PERIOD)


def _last_levy(state: CommonsState) -> tuple[int, int]:
    """Number and time of the last levy; zeros before the first."""
    row = state.row(COMMONS_CHAPTER, _LEVIED)
    if row is None:
        return 0, 0
    number, time = cast("list[int]", decode(row))
    return number, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What one entry, that is no payment, brought to the commons; below 0 what left it, to `account` if one.

    Amounts in minor units, `time` in Unix seconds. `kind` and `number` name it: those of a levy, a spending.
    """

    kind: int
    number: int
    entry: int
    time: int
    account: int | None
    amount: int

    def row(self) -> Row:
        """Its row in the chapter of the commons."""
        key = encode([self.kind, self.number])
        return _row(key, encode([self.entry, self.time, self.account, self.amount]))


def movements(rows: Iterable[tuple[bytes, bytes]]) -> list[Movement]:
    """The movements that the chapter of the commons has, in the order of their entries."""
    found = []
    for key, value in rows:
        name = decode(key)
        if isinstance(name, list):
            kind, number = cast("list[int]", name)
            entry, time, account, amount = cast("list[Any]", decode(value))
            found.append(
                Movement(
                    kind=kind,
                    number=number,
                    entry=entry,
                    time=time,
                    account=account,
                    amount=amount,
                )
            )
    return sorted(found, key=lambda movement: movement.entry)


def _moved(entry: Spend | Levy, state: CommonsState, time: int, amount: int) -> Row:
    return Movement(
        kind=entry.kind.value,
        number=entry.number,
        entry=state.length + 1,
        time=time,
        account=entry.payee if isinstance(entry, Spend) else None,
        amount=amount,
    ).row()


def _row(key: bytes, value: bytes) -> Row:
    return Row(chapter=COMMONS_CHAPTER, key=key, value=value)
