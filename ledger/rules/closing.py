"""What goes with an account that closes, whichever way it closes: by stewards, by a vote, or by its owner.

One place for all of them, so that nothing that is about an account outlives it.
"""

from dataclasses import replace
from typing import Final, Protocol

from ledger.codec import encode
from ledger.effects import Effects, Row
from ledger.government.recovery import RECOVERIES_CHAPTER
from ledger.state import Account
from ledger.transactions import Status

_OWN_CHAPTERS: Final = (RECOVERIES_CHAPTER,)
"""Those with a row under the account's number that nobody needs once it is closed."""


class ClosingState(Protocol):
    """What is seen of a log to close an account."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""


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
    return Effects(accounts=(closed,), chapters=tuple(rows))
