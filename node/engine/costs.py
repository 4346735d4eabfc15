"""What work costs, in units of about a microsecond of one core; `node.engine.work` keeps the accounts."""

from typing import Final

SIGNATURE: Final = 100
"""A signature that is checked by itself."""
UNCHECKED: Final = 1_000
"""A signature that does not hold: to be certain of that takes longer."""
KEY: Final = 200
"""A key that is looked at, whether it may be somebody's."""
LOOKUP: Final = 300
"""A question to the store's indexes."""
CHAIN: Final = 5_000
"""Finding a head or an entry within a stored segment: it is read, and hashed up to there."""
TELLING: Final = 30
"""A word or a certificate that is put into an answer."""
ROW: Final = 200
"""A row that is written."""
_READ_BYTES: Final = 200
"""How many bytes are read for one unit."""
_CHECKED_BYTES: Final = 100
"""How many bytes are read, split and hashed for one unit."""
_JUDGED_WEIGHT: Final = 16
"""How much of the weight of entries (`node.engine.slices`) is judged and written for one unit."""


def reading(size: int) -> int:
    """What it costs to read so many bytes, or to send them."""
    return size // _READ_BYTES


def checking(size: int) -> int:
    """What it costs to see whether so many bytes are entries that lead to a signed head."""
    return size // _CHECKED_BYTES


def judging(weight: int) -> int:
    """What it costs to apply entries that weigh so much."""
    return weight // _JUDGED_WEIGHT
