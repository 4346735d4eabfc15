"""What all benchmarks share: options, timing, the description of the machine.

Figures of one run are compared with each other, never with those of another run or machine.
"""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a benchmark is to run. `small` makes it last a second or two."""

    small: bool = False
    graph: Path | None = None
    payments: int | None = None


def seconds_of(work: Callable[[], T]) -> tuple[float, T]:
    """How long `work` took, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def check(condition: bool, what: str) -> None:
    """A benchmark's result has to be right before its speed means anything."""
    if not condition:
        raise AssertionError(f"the benchmark's result is wrong: {what}")


def machine() -> dict[str, object]:
    """The kind of machine, so that a figure can be read later."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def percentile(sorted_values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the sorted values lie."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]
