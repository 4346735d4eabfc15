"""What prices did, day by day: between monthly prints in more than one way, and from a file of daily prices.

INDEC collects prices through the whole month, so its index of a month is taken as the price level in the
middle of it, on the 15th. Only the printed changes are used, not the levels. What happened between two of
these days nobody printed, so there are two answers, with the same level on every 15th:

- `linear`: the same factor each day;
- `jumps`: in each of the weeks that `JUMPS` names prices rise by `JUMP_TENTHS`, or by all that the month
  has where that is less, the same factor each day; the rest of the change is even over the other days.

A file of daily prices has a date and a level in each line, such as `2015-08-01,572.5` or `01-Aug-15,572.5`.
"""

import csv
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Final

from cli.index.series import LARGEST_FILE, SeriesError
from cli.shell.language import say
from ledger.index.chains import factor_of_change
from ledger.index.days import DAYS_IN_WEEK, day_from_text, day_of_month
from ledger.index.exact import CONTEXT, times_power

JUMPS: Final = tuple(
    day_from_text(day) for day in ("2018-08-30", "2019-08-12", "2023-08-14", "2023-12-13")
)
"""The first days of weeks after which the peso had lost much of its value in dollars."""

JUMP_TENTHS: Final = 150
"""How much prices rise in such a week, in tenths of a percent."""

LONGEST_GAP_DAYS: Final = 31
"""Between two days of a file; the days between get the same factor each."""

SHORTEST_FILE_DAYS: Final = 120
LARGEST_LEVEL: Final = Decimal(10) ** 15
SMALLEST_LEVEL: Final = Decimal(10) ** -9

_MIDDLE_OF_MONTH: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePath:
    """The price level of each day from `first_day` on."""

    first_day: int
    levels: tuple[Decimal, ...]

    @property
    def last_day(self) -> int:
        """The last day that has a level."""
        return self.first_day + len(self.levels) - 1

    def level_on(self, day: int) -> Decimal:
        """The price level of a day. Raises `IndexError` outside of the path."""
        if day < self.first_day:
            raise IndexError(day)
        return self.levels[day - self.first_day]


def price_path(changes: Mapping[int, int], *, jumps: Sequence[int] = ()) -> PricePath:
    """Daily prices from monthly changes (tenths of a percent by month), which leave no month out.

    The level of the first day is 1. `jumps` are first days of weeks in which prices jump.
    """
    first_month = min(changes) - 1
    levels = [Decimal(1)]
    for month in range(first_month + 1, max(changes) + 1):
        first = day_of_month(month - 1, day=_MIDDLE_OF_MONTH) + 1
        days = range(first, day_of_month(month, day=_MIDDLE_OF_MONTH) + 1)
        jumping = [any(jump <= day < jump + DAYS_IN_WEEK for jump in jumps) for day in days]
        levels += _steps(levels[-1], factor_of_change(changes[month]), jumping)
    return PricePath(
        first_day=day_of_month(first_month, day=_MIDDLE_OF_MONTH), levels=tuple(levels)
    )


def _steps(before: Decimal, factor: Fraction, jumping: Sequence[bool]) -> list[Decimal]:
    """The levels of the days of one monthly change; `jumping` says of each whether prices jump that day."""
    days, jumps = len(jumping), sum(jumping)
    jump = factor_of_change(JUMP_TENTHS)
    is_all = jumps > 0 and factor**DAYS_IN_WEEK <= jump**jumps
    levels = []
    for number in range(1, days + 1):
        jumped = sum(jumping[:number])
        if is_all:
            levels.append(times_power(before, factor=factor, numerator=jumped, denominator=jumps))
            continue
        # before * factor ** even * jump ** ..., where even days share what the jump leaves of the factor.
        even, rest = number - jumped, days - jumps
        level = times_power(before, factor=factor, numerator=even, denominator=rest)
        over = jumped * rest - jumps * even
        if over:
            level = times_power(level, factor=jump, numerator=over, denominator=rest * DAYS_IN_WEEK)
        levels.append(level)
    return levels


def read_daily(path: Path) -> PricePath:
    """Read a file of daily prices. Raises `SeriesError` for one that is none, and `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    name = str(path)
    if len(data) > LARGEST_FILE:
        raise SeriesError(
            name, say("it is larger than {largest_file} bytes", largest_file=LARGEST_FILE)
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SeriesError(name, say("it is not UTF-8 text")) from None
    return parse_daily(text.splitlines(), name=name)


def parse_daily(lines: Iterable[str], *, name: str) -> PricePath:
    """Daily prices from lines; `name` is for messages. Raises `SeriesError`."""
    rows = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found: list[tuple[int, Decimal]] = []
    for place, (number, line) in enumerate(rows):
        day, level = _row(line, number, name=name, is_first=place == 0)
        if day is None:
            continue
        _check_next(found, day, number, name=name)
        found.append((day, level))
    if not found or found[-1][0] - found[0][0] < SHORTEST_FILE_DAYS:
        raise SeriesError(
            name, say("it must have prices of {days} days at least", days=SHORTEST_FILE_DAYS)
        )
    return _filled(found)


def _row(line: str, number: int, *, name: str, is_first: bool) -> tuple[int | None, Decimal]:
    """The day and the level of a line; no day for a first line that names the columns."""
    where = say("line {number}", number=number)
    cells = [cell.strip() for cell in next(csv.reader([line]))]
    day = _day(cells[0])
    if day is None and is_first:
        return None, Decimal(0)
    try:
        level = Decimal(cells[1])
    except (IndexError, InvalidOperation):
        level = Decimal("nan")
    if day is None or not (level.is_finite() and SMALLEST_LEVEL <= level <= LARGEST_LEVEL):
        raise SeriesError(
            name,
            say(
                "{where}: {line} is not a day and its level, such as 2015-08-01,572.5",
                where=where,
                line=repr(line[:60]),
            ),
        )
    return day, level


def _day(text: str) -> int | None:
    """The day of `2015-08-01` or `01-Aug-15`; None for anything else."""
    try:
        return day_from_text(text)
    except ValueError:
        pass
    try:
        return day_from_text(datetime.strptime(text, "%d-%b-%y").date().isoformat())  # noqa: DTZ007
    except ValueError:
        return None


def _check_next(found: Sequence[tuple[int, Decimal]], day: int, number: int, *, name: str) -> None:
    if found and not 1 <= day - found[-1][0] <= LONGEST_GAP_DAYS:
        raise SeriesError(
            name,
            say(
                "{where}: a day must be after the one before it, by {days} days at most",
                where=say("line {number}", number=number),
                days=LONGEST_GAP_DAYS,
            ),
        )


def _filled(found: Sequence[tuple[int, Decimal]]) -> PricePath:
    """A level for every day: those between two that are known have the same factor each."""
    known = [day for day, _ in found]
    levels = []
    for day in range(known[0], known[-1] + 1):
        place = bisect_left(known, day)
        after, level = found[place]
        if after != day:
            before, start = found[place - 1]
            ratio = Fraction(level) / Fraction(start)
            level = times_power(
                start, factor=ratio, numerator=day - before, denominator=after - before
            )
        levels.append(CONTEXT.plus(level))
    return PricePath(first_day=known[0], levels=tuple(levels))
