"""What goes with an account that closes, whichever way it closes: by stewards, by a vote, or by its owner.

One place for all of them, so that nothing that is about an account outlives it, and nobody who answers for a
debt gets away from it by closing.
"""

from dataclasses import replace
from typing import Final, Protocol

from ledger.account_keys import OWNERS_CHAPTER
from ledger.codec import encode
from ledger.effects import Effects, Row
from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    needed_of,
    pledge_key,
    pledged_by_all,
    pledges_by,
    pledges_for,
)
from ledger.government.leaving import CLAIMS_CHAPTER
from ledger.government.recovery import RECOVERIES_CHAPTER
from ledger.rules.appeals import STEWARDED_CHAPTER
from ledger.rules.owning import delegate_row, delegates_of
from ledger.state import Account
from ledger.transactions import Status

_OWN_CHAPTERS: Final = (RECOVERIES_CHAPTER, STEWARDED_CHAPTER, CLAIMS_CHAPTER, OWNERS_CHAPTER)
"""Those with a row under the account's number that nobody needs once it is closed."""


class ClosingState(Protocol):
    """What is seen of a log to close an account."""

    def account(self, number: int) -> Account | None:
        """An account by its number."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""


def debts_guaranteed(guarantor: int, state: ClosingState) -> dict[int, int]:
    """By member, how much of a debt that stands only this guarantor answers for; in minor units, above 0."""
    rows = state.rows(GUARANTEES_CHAPTER)
    found: dict[int, int] = {}
    for member, pledge in pledges_by(rows, guarantor).items():
        account = state.account(member)
        assert account is not None, "who is guaranteed has an account"
        needed = needed_of(guarantor, balance=account.balance, pledges=pledges_for(rows, member))
        if min(pledge.cap, needed):
            found[member] = min(pledge.cap, needed)
    return found


def close(account: Account, state: ClosingState, *, number: int) -> Effects:
    """The account closed by entry `number`, empty, and without what a log remembers of it while it is open.

    Where its balance goes is for the caller to add.
    """
    key = encode(account.number)
    closed = replace(
        account, revision=account.revision + 1, status=Status.CLOSED, closed=number, balance=0
    )
    rows = (
        Row(chapter=chapter, key=key, value=None)
        for chapter in _OWN_CHAPTERS
        if state.row(chapter, key) is not None
    )
    delegates = (
        delegate_row(account.number, place, None) for place in delegates_of(state, account.number)
    )
    ended = _without_guarantees(account.number, state)
    return replace(ended, accounts=(closed,), chapters=(*rows, *delegates, *ended.chapters))


def _without_guarantees(account: int, state: ClosingState) -> Effects:
    """All guarantees end that the account has given or others have given for it (PROTOCOL 13.7)."""
    rows = state.rows(GUARANTEES_CHAPTER)
    ends = {pledge_key(account, member) for member in pledges_by(rows, account)}
    ends |= {pledge_key(guarantor, account) for guarantor in pledges_for(rows, account)}
    before = pledged_by_all(rows)
    after = pledged_by_all((key, value) for key, value in rows if key not in ends)
    changed = sorted(number for number in before if before[number] != after.get(number, 0))
    return Effects(
        chapters=tuple(
            Row(chapter=GUARANTEES_CHAPTER, key=key, value=None) for key in sorted(ends)
        ),
        pledged=tuple((number, after.get(number, 0)) for number in changed),
    )
