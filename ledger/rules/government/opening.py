"""`opening` and `acknowledge`: a coop that exists moves in with its balances, PROTOCOL section 16.

Parts only add up: nothing moves before the last one, and then all at once, so that the sum of all balances
is 0 in every state. It happens once, before anything was paid, and all stewards in office sign each part.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, assert_never

from ledger.codec import encode
from ledger.effects import Effects, Row
from ledger.government.opening import (
    OPENED_CHAPTER,
    OPENING_CHAPTER,
    Acknowledge,
    OpenBooks,
    Opened,
    OpenedBooks,
    Opening,
    opened_books,
    opened_of,
    part_of,
    part_row,
)
from ledger.refusals import Refusal
from ledger.rules.office import OfficeState, Verify, check_stewards
from ledger.rules.owning import check_account_signature, delegates_of
from ledger.state import COMMONS, Account
from ledger.transactions import Status

_WHOLE = encode(0)


class OpeningState(OfficeState, Protocol):
    """What is seen of a log to judge how it begins."""

    @property
    def length(self) -> int:
        """How many entries it has."""

    def is_settled(self) -> bool:
        """Whether all its balances are 0, the commons' too, and it has nothing to give back."""


def decide_opening(
    change: Opening, *, state: OpeningState, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    """What `change` does at `time`, or the refusal. `message` is what the signatures in it cover."""
    match change:
        case OpenBooks():
            refusal = check_opening(change, state) or check_stewards(
                state, None, change.stewards, message, verify
            )
            return refusal or _opened(change, state, time)
        case Acknowledge():
            return check_acknowledge(change, state, message, verify) or _acknowledged(change, state)
        case _:
            assert_never(change)


def check_opening(opening: OpenBooks, state: OpeningState) -> Refusal | None:
    """The refusal that a part earns whoever signed it, or None."""
    # 16.1.1
    if books_of(state) is not None:
        return Refusal.OPENING_REPEATED
    # 16.1.2
    earlier = parts_there(state)
    if not _follows(opening, earlier):
        return Refusal.OPENING_PART_WRONG
    # 16.1.3: what was paid was paid with balances that began at zero.
    if not state.is_settled():
        return Refusal.OPENING_LATE
    parts = [*earlier.values(), opening] if opening.part == opening.parts else [opening]
    for number, _ in (each for part in parts for each in part.balances):
        refusal = _check_account(number, state)
        if refusal is not None:
            return refusal
    # 16.1.7
    if opening.part == opening.parts and _sum(parts) != 0:
        return Refusal.OPENING_SUM_WRONG
    return None


def _check_account(number: int, state: OpeningState) -> Refusal | None:
    # 16.1.4
    account = None if number == COMMONS else state.account(number)
    if account is None:
        return Refusal.ACCOUNT_UNKNOWN
    # 16.1.5
    if account.status is Status.CLOSED:
        return Refusal.ACCOUNT_CLOSED
    # 16.1.6: by its owner or by a delegated key.
    counted = [account.next_sequence]
    counted += (each.next_sequence for each in delegates_of(state, number).values())
    return None if max(counted) == 1 else Refusal.OPENING_LATE


def _follows(opening: OpenBooks, earlier: Mapping[int, OpenBooks]) -> bool:
    """Whether it is the next part of what is there, or the first of all."""
    if opening.part != len(earlier) + 1:
        return False
    if not earlier:
        return True
    last = earlier[len(earlier)]
    same = (last.parts, last.commons, last.statement, last.reason)
    is_same = same == (opening.parts, opening.commons, opening.statement, opening.reason)
    return is_same and last.balances[-1][0] < opening.balances[0][0]


def _sum(parts: list[OpenBooks]) -> int:
    return parts[0].commons + sum(balance for part in parts for _, balance in part.balances)


def parts_there(state: OpeningState) -> dict[int, OpenBooks]:
    """The parts of an opening that is not whole, by number."""
    found: dict[int, OpenBooks] = {}
    while (row := state.row(OPENING_CHAPTER, encode(len(found) + 1))) is not None:
        found[len(found) + 1] = part_of(row)
    return found


def books_of(state: OfficeState) -> OpenedBooks | None:
    """The opening of a log, once it is whole."""
    return opened_books(state.row(OPENING_CHAPTER, _WHOLE))


def _opened(opening: OpenBooks, state: OpeningState, time: int) -> Effects:
    key = encode(opening.part)
    if opening.part < opening.parts:
        return Effects(chapters=(Row(chapter=OPENING_CHAPTER, key=key, value=part_row(opening)),))
    earlier = parts_there(state)
    balances = [each for part in (*earlier.values(), opening) for each in part.balances]
    books = OpenedBooks(
        number=state.length + 1,
        time=time,
        statement=opening.statement,
        reason=opening.reason,
        commons=opening.commons,
        accounts=len(balances),
    )
    rows = [Row(chapter=OPENING_CHAPTER, key=_WHOLE, value=encode(books.value()))]
    rows += [Row(chapter=OPENING_CHAPTER, key=encode(part), value=None) for part in earlier]
    rows += [
        Row(chapter=OPENED_CHAPTER, key=encode(number), value=encode(Opened(balance=b).value()))
        for number, b in balances
    ]
    accounts = [replace(_known(number, state), balance=balance) for number, balance in balances]
    return Effects(accounts=tuple(accounts), chapters=tuple(rows), commons=opening.commons)


def _known(number: int, state: OpeningState) -> Account:
    account = state.account(number)
    assert account is not None, "accounts stay, and it was there when its part was checked"
    return account


def check_acknowledge(
    change: Acknowledge, state: OpeningState, message: bytes, verify: Verify
) -> Refusal | None:
    """The refusal that an acknowledgement earns, or None."""
    # 16.1.9, 16.1.10
    account = None if change.account == COMMONS else state.account(change.account)
    if account is None:
        return Refusal.ACCOUNT_UNKNOWN
    if account.status is Status.CLOSED:
        return Refusal.ACCOUNT_CLOSED
    # 16.1.11
    books = books_of(state)
    opened = opened_of(state.row(OPENED_CHAPTER, encode(change.account)))
    if books is None or opened is None or books.statement != change.statement:
        return Refusal.OPENING_MISSING
    # 16.1.12
    if opened.acknowledged:
        return Refusal.ACKNOWLEDGED_ALREADY
    # 16.1.13
    if opened.balance != change.balance:
        return Refusal.BALANCE_NOT_OPENED
    # 16.1.14
    return check_account_signature(state, account, change.signature, message, verify)


def _acknowledged(change: Acknowledge, state: OpeningState) -> Effects:
    after = Opened(balance=change.balance, acknowledged=state.length + 1)
    key, value = encode(change.account), encode(after.value())
    return Effects(chapters=(Row(chapter=OPENED_CHAPTER, key=key, value=value),))
