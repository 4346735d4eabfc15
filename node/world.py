"""What a node takes from outside itself: clocks, randomness, and how its store is opened."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from node.store import Store
from node.store.sql import SqlStore
from node.zones import machine_zone


def wall_clock_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def steady_clock_ms() -> int:
    """Milliseconds of a clock that nobody sets, and that runs on while the machine sleeps where it can."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def random_jitter(most: int) -> int:
    """A random integer from 0 to `most`."""
    return random.SystemRandom().randint(0, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a node takes from outside itself. Tests and simulations bring their own."""

    clock_ms: Callable[[], int] = wall_clock_ms
    """What people take for the time; it can be wrong, and be set."""
    steady_ms: Callable[[], int] = steady_clock_ms
    """For intervals and deadlines."""
    random_bytes: Callable[[int], bytes] = os.urandom
    jitter: Callable[[int], int] = random_jitter
    open_store: Callable[[str], Store] = SqlStore
    zone: Callable[[], str] = machine_zone
