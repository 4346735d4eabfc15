"""From which debt on a member is told that the credit limit is near: the bylaws' `soft_limit`.

It stops nothing. Exact integers, rounded so that the member is told rather a little earlier.
"""

from typing import Final

PERMILLE: Final = 1000


def soft_limit(limit: int, *, permille: int) -> int:
    """The part of a limit from which on its owner is told, in minor units."""
    return limit * permille // PERMILLE


def is_near_limit(balance: int, *, soft: int) -> bool:
    """Whether somebody with this balance is told; `soft` is what `soft_limit` gives."""
    return balance < 0 and -balance >= soft
