"""How long what stewards decided about an account can be appealed against: PROTOCOL sections 7.4 and 13.3.

A log remembers when they last set a limit or a status. What members have voted about an account is theirs:
afterwards there is nothing of the stewards to appeal against.
"""

from typing import Final, Protocol, cast

from ledger.codec import decode, encode
from ledger.effects import Row

STEWARDED_CHAPTER: Final = "stewarded"
"""By account, when stewards last decided about it."""


class AppealState(Protocol):
    """What is seen of a log to know what can be appealed against."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""


def stewarded(account: int, *, number: int, time: int) -> Row:
    """The row after stewards have decided about an account, by entry `number` at `time`."""
    return Row(chapter=STEWARDED_CHAPTER, key=encode(account), value=encode([number, time]))


def voted(account: int, state: AppealState) -> tuple[Row, ...]:
    """The rows that change when members have decided about an account."""
    key = encode(account)
    if state.row(STEWARDED_CHAPTER, key) is None:
        return ()
    return (Row(chapter=STEWARDED_CHAPTER, key=key, value=None),)


def is_appeal_late(account: int, state: AppealState, *, time: int, term: int) -> bool:
    """Whether stewards have decided about an account, and the term for an appeal has ended at `time`."""
    value = state.row(STEWARDED_CHAPTER, encode(account))
    if value is None:
        return False
    _, decided = cast("list[int]", decode(value))
    return time >= decided + term
