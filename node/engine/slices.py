"""How much of a piece of log is judged at once: so much that people who wait for the node don't notice.

Work is counted in bytes of payments, which are judged together and quickly. What the rules judge one by one,
with the signatures of several people, counts more: an admission takes as long as fifty payments.
"""

from typing import Final

from ledger.codec import parts
from ledger.transactions import Kind

_QUICK: Final = frozenset({Kind.PAY, Kind.PAY_DELEGATED, Kind.ANCHOR, Kind.RETURN})
_SLOWER: Final = 20
_TIME: Final = 0xCE
"""Before the four bytes of a time of our days."""
_KIND_AT: Final = 7
"""Where the kind of a transaction is: behind the entry's header, the time, and the transaction's header."""


def weight(entry: bytes) -> int:
    """How many bytes of payments an entry is worth. Any bytes may be given."""
    is_usual = len(entry) > _KIND_AT and entry[1] == _TIME
    is_quick = is_usual and entry[_KIND_AT] in _QUICK
    return len(entry) if is_quick else _SLOWER * len(entry)


def weight_of(entries: bytes) -> int:
    """What entries weigh together. Raises `EncodingError` for bytes that are no values."""
    return sum(map(weight, parts(entries)))


def beginning(entries: bytes, most: int) -> tuple[bytes, int]:
    """As many of these entries as weigh `most`, but one at least, and what they weigh.

    What comes behind them is not looked at. Raises `EncodingError` for bytes that are no values.
    """
    size = total = 0
    for entry in parts(entries):
        each = weight(entry)
        if size and total + each > most:
            break
        size, total = size + len(entry), total + each
    return entries[:size], total
