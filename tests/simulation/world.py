"""Virtual time: a queue of actions, one seed's randomness, and the trace.

Nothing here or in what runs on it reads a clock: a seed is a complete description of a run.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from random import Random

from ledger.rules.index import SECONDS_IN_DAY
from tests.builders import START

Trace = Callable[[str], None]


class Failure(AssertionError):
    """The simulation found that a promise does not hold."""


class World:
    """Time in milliseconds since the beginning of the run."""

    def __init__(self, seed: int, trace: Trace | None = None) -> None:
        self.random = Random(f"world {seed}")
        self.now = 0
        self.skipped_ms = 0
        """What the calendar has leapt ahead: weeks pass in seconds, and everybody's clock shows it."""
        self.injected: Counter[str] = Counter()
        """How often what was made to go wrong."""
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._trace = trace

    @property
    def time(self) -> int:
        """What a right clock shows, in Unix seconds."""
        return START + (self.now + self.skipped_ms) // 1000

    @property
    def day(self) -> int:
        """The day of a right clock."""
        return self.time // SECONDS_IN_DAY

    def after(self, delay_ms: int, action: Callable[[], None]) -> None:
        """Do `action` after `delay_ms`; what is due at one time happens in the order of these calls."""
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay_ms, self._count, action))

    def run(self, duration_ms: int, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass; whether `until`, which is asked every 100 ms, came true."""
        end = self.now + duration_ms
        asked = self.now
        while self._queue and self._queue[0][0] <= end:
            time, _, action = heapq.heappop(self._queue)
            self.now = time
            action()
            if until is not None and self.now >= asked + 100:
                asked = self.now
                if until():
                    return True
        self.now = end
        return until is not None and until()

    @property
    def is_traced(self) -> bool:
        """Whether anybody reads the trace; what is costly to word is left out otherwise."""
        return self._trace is not None

    def note(self, text: str) -> None:
        """A line of the trace."""
        if self._trace is not None:
            self._trace(f"{self.now / 1000:8.3f}  {text}")

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return probability > 0 and self.random.random() < probability
