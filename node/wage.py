"""What an hour of work is paid, by a public index of wages: for showing a balance in hours beside money.

The operator names the index in `node.toml`, table `[wage]`, and puts its published values beside it as a CSV
with the columns `date` and `value`, lines with `#` skipped. `hour` says what an hour was paid on one of the
days; without it the values are the pay of an hour themselves. Nothing in the books depends on it. Everybody
can check it, because what is shown is named with its day and its pay of an hour.

The file is read again when it has changed. One that can't be read leaves what was known: at the
start nothing, so the node runs and shows no hours.
"""

import csv
import logging
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from ledger.index.days import day_from_text
from ledger.index.exact import MILLIONTHS
from ledger.index.parameters import LARGEST_VALUE
from node.shapes import Shape

LARGEST_FILE: Final = 1_000_000
"""Bytes: a century of days has less."""

_LOG: Final = logging.getLogger(__name__)
_HEADINGS: Final = ["date", "value"]


class WageError(Exception):
    """The file or the setting says no wages; the text says where and why."""


class WageSettings(Shape, frozen=True):
    """Which index of wages balances are shown in hours of."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    file: str = "wage.csv"
    hour: str = ""
    """Such as `2026-01-15=5200.00`: what an hour was paid that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wage:
    """What an hour of work was paid on a day, in millionths of the currency."""

    name: str
    day: int
    value: int


@dataclass(frozen=True, slots=True)
class Wages:
    """The pay of an hour by day, in millionths, the days rising."""

    days: tuple[int, ...]
    values: tuple[int, ...]


class WageFile:
    """A node's file of wages, read at once; what is wrong with it is in the log and in `problem`."""

    def __init__(self, settings: WageSettings, folder: Path) -> None:
        self._settings = settings
        self._path = folder / settings.file
        self._seen = self._stamp()
        self._wages = Wages((), ())
        self.problem = ""
        """Why the file could not be read when it was last looked at; empty where it could."""
        self._read()

    def on(self, day: int) -> Wage | None:
        """The newest published pay of an hour on that day; None before the first."""
        self._look_again()
        place = bisect_right(self._wages.days, day)
        if place == 0:
            return None
        known, value = self._wages.days[place - 1], self._wages.values[place - 1]
        return Wage(name=self._settings.name, day=known, value=value)

    def look(self) -> str:
        """Why the file can't be read now; empty where it can, or has not changed since it could."""
        self._look_again()
        return self.problem

    def _look_again(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        self._read()

    def _read(self) -> None:
        try:
            self._wages = read_wages(self._path, self._settings.hour)
            self.problem = ""
        except WageError as error:
            self.problem = str(error)
            kept = "is left as it was read before" if self._wages.days else "shows no hours"
            _LOG.warning("the file of wages %s: %s", kept, error)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def read_wages(path: Path, hour: str) -> Wages:
    """The pay of an hour by day. Raises `WageError`."""
    published = _published(path)
    factor = Fraction(1)
    if hour:
        day, pay = _hour(hour)
        if day not in published:
            raise WageError(f"hour: {path.name} has no value of that day")
        factor = pay / published[day]
    values = {day: round(level * factor * MILLIONTHS) for day, level in published.items()}
    for value in values.values():
        if not 1 <= value <= LARGEST_VALUE:
            raise WageError(f"{path.name}: an hour can't be paid that")
    days = sorted(values)
    return Wages(tuple(days), tuple(values[day] for day in days))


def _hour(text: str) -> tuple[int, Fraction]:
    day, _, pay = text.partition("=")
    try:
        found = day_from_text(day), _positive(pay)
    except (ValueError, InvalidOperation):
        raise WageError("hour: it is a day and a pay, such as 2026-01-15=5200.00") from None
    return found


def _published(path: Path) -> dict[int, Fraction]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error  # and not where the folder is
        raise WageError(f"{path.name}: it can't be read: {why}") from error
    if len(data) > LARGEST_FILE:
        raise WageError(f"{path.name}: it is larger than {LARGEST_FILE} bytes")
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines or lines[0][1].replace(" ", "").split(",") != _HEADINGS:
        raise WageError(f"{path.name}: its first line must be date,value")
    values: dict[int, Fraction] = {}
    for number, line in lines[1:]:
        try:
            day, value = next(csv.reader([line]))
            values[day_from_text(day.strip())] = _positive(value)
        except (ValueError, InvalidOperation, csv.Error):
            raise WageError(f"{path.name}: line {number} is no day and value") from None
    if not values:
        raise WageError(f"{path.name}: it has no value")
    return values


def _positive(text: str) -> Fraction:
    number = Decimal(text.strip())
    if not number.is_finite() or not 0 < number < LARGEST_VALUE or len(text) > 40:
        raise ValueError(text)
    return Fraction(number)
