"""Token buckets: how much somebody may do in the long run, and how much at once.

A bucket counts in millionths of a token, with integers, and is told the time.
"""

from collections import OrderedDict

_MICRO = 1_000_000


class Bucket:
    """Holds up to `burst` tokens and gets `per_second` back every second.

    It never owes more than `most_debt`, if that is given: whatever somebody did is forgotten in time.
    Times are those of a steady clock.
    """

    __slots__ = ("_burst", "_least", "_level", "_per_second", "_seen_ms")

    def __init__(
        self, *, per_second: int, burst: int, now_ms: int, most_debt: int | None = None
    ) -> None:
        self._per_second = per_second
        self._burst = burst * _MICRO
        self._least = None if most_debt is None else -most_debt * _MICRO
        self._level = self._burst
        self._seen_ms = now_ms

    def take(self, count: int, now_ms: int) -> int:
        """Take `count` tokens, below zero if need be; milliseconds until it is at zero again."""
        self._fill(now_ms)
        self._level -= count * _MICRO
        if self._least is not None:
            self._level = max(self._level, self._least)
        return self.debt_ms(now_ms)

    def debt_ms(self, now_ms: int) -> int:
        """How long until the bucket is at zero again; 0 when it is not below."""
        self._fill(now_ms)
        if self._level >= 0:
            return 0
        return -(self._level // (self._per_second * _MICRO // 1000 or 1))

    def _fill(self, now_ms: int) -> None:
        elapsed_ms = max(0, now_ms - self._seen_ms)
        self._seen_ms = max(now_ms, self._seen_ms)
        gained = elapsed_ms * self._per_second * (_MICRO // 1000)
        self._level = min(self._burst, self._level + gained)


class AddressRates:
    """A bucket of `per_minute` for each client address, for so many addresses at most.

    No address owes more than it gets back within `most_debt_ms`: many people may share it, and what one of
    them did must not keep the others waiting for long.
    """

    def __init__(self, *, per_minute: int, burst: int, most: int, most_debt_ms: int) -> None:
        self._most_debt_ms = most_debt_ms
        self._per_minute = per_minute
        self._burst = burst
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def charge(self, address: str, now_ms: int, count: int = 1) -> None:
        """Count something costly that the address caused."""
        self._bucket(address, now_ms).take(60 * count, now_ms)

    def wait_ms(self, address: str, now_ms: int) -> int:
        """How long that address has to wait before it may cause something costly; 0: not at all."""
        bucket = self._buckets.get(address)
        return 0 if bucket is None else bucket.debt_ms(now_ms)

    def _bucket(self, address: str, now_ms: int) -> Bucket:
        bucket = self._buckets.get(address)
        if bucket is None:
            # A token is a sixtieth of a call, so that a rate a minute is a whole number a second.
            bucket = Bucket(
                per_second=self._per_minute,
                burst=60 * self._burst,
                most_debt=max(1, self._per_minute * self._most_debt_ms // 1000),
                now_ms=now_ms,
            )
            self._buckets[address] = bucket
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(address)
        return bucket
