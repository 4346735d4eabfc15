"""What each account may have the node keep in a day, and how many messages it may ask for: decision 0081.

An allowance fills evenly in its time and holds no more than one time's worth. It is counted in memory: after
a restart each begins full. A clock that is set back adds nothing meanwhile.
"""

from typing import Final

_MICRO: Final = 1_000_000


class Allowances:
    """So many of something in `span_ms` for each account."""

    def __init__(self, *, most: int, span_ms: int) -> None:
        self._most = max(most, 1) * _MICRO
        self._span_ms = span_ms
        self._left: dict[int, tuple[int, int]] = {}
        """Account -> what it has left, in millionths, and when that was."""

    def take(self, account: int, count: int, now_ms: int) -> int:
        """Take `count`: 0. Or take nothing, when there is less: milliseconds until there is as much.

        More than there ever is waits for all there is, and takes that.
        """
        wanted = min(count * _MICRO, self._most)
        left, seen_ms = self._left.get(account, (self._most, now_ms))
        gained = max(now_ms - seen_ms, 0) * self._most // self._span_ms
        left, seen_ms = min(left + gained, self._most), max(now_ms, seen_ms)
        if left >= wanted:
            self._left[account] = (left - wanted, seen_ms)
            return 0
        self._left[account] = (left, seen_ms)
        return -(-(wanted - left) * self._span_ms // self._most)
