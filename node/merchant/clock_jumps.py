"""By how much somebody has set the clock.

What is to be done later stands in the database by the clock's time, as nothing else outlives the process.
People set that clock; the steady one, which nobody sets, tells when they did.
"""

from collections.abc import Callable
from typing import Final

_NOTICED_MS: Final = 5_000
"""Less than this between two looks is how clocks run, and no pause is longer or shorter for it."""


class ClockJumps:
    """Compares the clock with the steady one, from the time at which this is made."""

    def __init__(self, clock_ms: Callable[[], int], steady_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._steady_ms = steady_ms
        self._ahead_ms = clock_ms() - steady_ms()

    def jump_ms(self) -> int:
        """By how much it was set since all was settled last; 0: by nothing that matters."""
        jump_ms = self._clock_ms() - self._steady_ms() - self._ahead_ms
        return jump_ms if abs(jump_ms) >= _NOTICED_MS else 0

    def settle(self, jump_ms: int) -> None:
        """A jump has been followed."""
        self._ahead_ms += jump_ms
