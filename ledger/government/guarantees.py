"""What members answer for with others, PROTOCOL section 13.7."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, cast

from ledger.codec import decode

GUARANTEES_CHAPTER: Final = "guarantees"
"""Key `[guarantor, member]`; the value's first element is the cap, in minor units."""


def pledged_by_all(rows: Iterable[tuple[bytes, bytes]]) -> dict[int, int]:
    """How much each account has pledged, from the rows of the chapter; in minor units, none of them 0."""
    pledged: Counter[int] = Counter()
    for key, value in rows:
        guarantor, _ = cast("list[int]", decode(key))
        cap, *_ = cast("list[Any]", decode(value))
        if guarantor and cap:  # 0 is the commons, which pays nobody by itself
            pledged[guarantor] += cap
    return dict(pledged)
