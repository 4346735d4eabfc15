"""What many runs injected, how often, and what came of it: the tables at the end of `make sim`.

A run injects many things at once, so no row says that this caused that. A row is about the runs that had the
thing in them, the first one about those in which nothing went wrong: the difference is what to look at.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.kinds import KINDS, names_of

CALM: Final = "nothing at all"
CAPTION: Final = (
    "What was injected, in how many runs and how often; what came of it: means over those runs."
)
KINDS_CAPTION: Final = "What honest coops recorded: entries of each kind, and in how many runs."
ENOUGH_RUNS: Final = 100
"""In so many runs every kind of entry is recorded; else something is not simulated any more."""


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

    def kinds(self) -> list[str]:
        """The table of kinds: a row for each that there is."""
        rows = [["kind", "name", "entries", "runs"]]
        for row in sorted(KINDS.values(), key=lambda row: row.kind):
            counts = [run.caused[entries_of(row.name)] for run in self._runs]
            runs = sum(count > 0 for count in counts)
            rows.append([str(row.kind.value), row.name, str(sum(counts)), str(runs)])
        return [KINDS_CAPTION, *_aligned(rows)]

    def never_recorded(self) -> list[str]:
        """The kinds that no run has recorded, if there were runs enough to say so."""
        if len(self._runs) < ENOUGH_RUNS:
            return []
        names = names_of(KINDS)
        return [each for each in names if not any(r.caused[entries_of(each)] for r in self._runs)]

    def _row(self, name: str, runs: Sequence[Run]) -> list[str]:
        times = sum(run.injected[name] for run in runs)
        row = [name, str(len(runs)), str(times) if times else ""]
        for column in self._columns:
            total = sum(run.caused[column] for run in runs)
            row.append(f"{total / len(runs):.1f}" if runs else "")
        return row


def entries_of(kind: str) -> str:
    """Under which name a run counts its entries of a kind."""
    return f"entries {kind}"


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
