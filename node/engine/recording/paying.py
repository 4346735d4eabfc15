"""How often an account may pay through this node: generously, but not endlessly.

Every payment is stored for ever by every node of the federation, and two members with a credit of nothing
can pass one cent to and fro as fast as a node takes it. So each account has a burst and a rate. It is this
node's own bound for its own people; what a whole log may grow in a day is the charter's.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ledger.kinds import PAYMENT_KINDS
from node.engine.settings import EngineSettings
from node.rates import Bucket

_UINT_BYTES = {0xCC: 1, 0xCD: 2, 0xCE: 4}
_MOST_DEBT_S = 60


def payer_of(transaction: bytes) -> int | None:
    """The account that pays, from a payment's first bytes; None for what is none."""
    if len(transaction) < 8 or transaction[1] not in PAYMENT_KINDS:
        return None
    size = _UINT_BYTES.get(transaction[2], 0)
    return int.from_bytes(transaction[3 : 3 + size]) if size else transaction[2]


class Paying:
    """What each account has paid of late."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._buckets: dict[int, Bucket] = {}
        self._slowed: set[int] = set()

    def first_slowed(self, transactions: Sequence[bytes], now_ms: int) -> int:
        """The place of the first payment whose payer has to wait; how many there are when none has to."""
        if self._slowed:
            self._slowed = {one for one in self._slowed if self._buckets[one].debt_ms(now_ms)}
        if self._slowed:
            for place, transaction in enumerate(transactions):
                if payer_of(transaction) in self._slowed:
                    return place
        return len(transactions)

    def note(self, recorded: Iterable[bytes], now_ms: int) -> None:
        """Count payments that were recorded."""
        rate = self._settings.account_payments_per_second
        for payer, count in Counter(map(payer_of, recorded)).items():
            if payer is None:
                continue
            bucket = self._buckets.get(payer)
            if bucket is None:
                bucket = self._buckets[payer] = Bucket(
                    per_second=rate,
                    burst=self._settings.account_payments_burst,
                    most_debt=rate * _MOST_DEBT_S,
                    now_ms=now_ms,
                )
            if bucket.take(count, now_ms):
                self._slowed.add(payer)
