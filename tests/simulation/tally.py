"""What many runs injected, how often, and what came of it: the table at the end of `make sim`.

A run injects many things at once, so no row says that this caused that. A row is about the runs that had the
thing in them, the first one about those in which nothing went wrong: the difference is what to look at.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CALM: Final = "nothing at all"
CAPTION: Final = (
    "What was injected, in how many runs and how often; what came of it: means over those runs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: how often each thing was injected, and what was seen to come of it."""

    injected: Counter[str]
    caused: Counter[str]


class Tally:
    """Collects runs. `columns` are the names of what may come of it, in their order."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._runs: list[Run] = []

    def add(self, run: Run) -> None:
        """Take in a run that came to its end."""
        self._runs.append(run)

    def lines(self) -> list[str]:
        """The table: a row for each thing injected, about the runs that had it."""
        head = ["injected", "runs", "times", *self._columns]
        names = sorted({name for run in self._runs for name in +run.injected})
        rows = [self._row(CALM, [run for run in self._runs if not +run.injected])]
        rows += [self._row(name, [r for r in self._runs if r.injected[name]]) for name in names]
        rows.append(self._row("all runs", self._runs))
        return [CAPTION, *_aligned([head, *rows])]

    def _row(self, name: str, runs: Sequence[Run]) -> list[str]:
        times = sum(run.injected[name] for run in runs)
        row = [name, str(len(runs)), str(times) if times else ""]
        for column in self._columns:
            total = sum(run.caused[column] for run in runs)
            row.append(f"{total / len(runs):.1f}" if runs else "")
        return row


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with columns of one width, the first to the left and the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
