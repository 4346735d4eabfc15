"""Who may vote about a proposal: PROTOCOL section 13.3.

The roll is fixed when the vote opens, by the number of the last admission that counts. Nobody is listed:
whoever was admitted by an entry up to that number is on it, unless the proposal is about them.
"""

from collections.abc import Iterable
from typing import Protocol, cast

from ledger.codec import decode
from ledger.government.articles import DAY
from ledger.rules.members import ADMITTED_CHAPTER
from ledger.state import Account
from ledger.transactions import Status


class RollState(Protocol):
    """What is seen of a log to know its roll."""

    @property
    def length(self) -> int:
        """How many entries it has."""

    def account(self, number: int) -> Account | None:
        """The account, not to be changed."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""

    def members(self, opened_at_most: int) -> int:
        """How many accounts are not closed and were admitted by an entry up to this number."""


def roll_cut(state: RollState, *, time: int, membership: int) -> int:
    """The number of the last entry whose admissions are on a roll that is fixed at `time`.

    With a demanded membership, whole days count: those that had ended by `membership` seconds before.
    """
    if not membership:
        return state.length
    day = (time - membership) // DAY
    rows = ((decode(key), decode(value)) for key, value in state.rows(ADMITTED_CHAPTER))
    known = cast("Iterable[tuple[int, int]]", rows)
    return max((number for each, number in known if each < day), default=0)


def roll_count(state: RollState, *, cut: int, about: Iterable[int]) -> int:
    """How many are on the roll."""
    accounts = (state.account(number) for number in about)
    off = sum(
        account is not None and account.opened <= cut and account.status is not Status.CLOSED
        for account in accounts
    )
    return state.members(cut) - off
