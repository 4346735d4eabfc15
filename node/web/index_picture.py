"""The picture of the index: what one unit is worth in national currency, day by day, as a line.

Only integers: places in the picture are whole, and what is written beside it comes from the values
themselves. The line begins at zero, so that its slope does not exaggerate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.index.table import Index
from node.index_weeks import WeekWorth, weeks_worth

WIDTH: Final = 600
HEIGHT: Final = 160
MOST_POINTS: Final = 150
MILLIONTHS_PER_CENT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPicture:
    """The line's points for an SVG `polyline`; days from 1970-01-01, values in hundredths."""

    points: str
    """Up to today, or all where today's value is not known."""
    ahead: str
    """From today on, where more is known; else empty."""
    today_at: int
    """Where today is between left and right; without a meaning when `ahead` is empty."""
    highest: int
    first_day: int
    last_day: int
    first: int
    last: int
    today: int | None
    """None: the log does not know today's value."""
    weeks: tuple[WeekWorth, ...]
    """What one unit bought week by week, in hundredths."""
    currency: str
    """What all values are in, such as ARS: that of today, or of the last known day before it."""


def picture_of(index: Index, *, today: int) -> IndexPicture | None:
    """The picture of what a log knows, in the currency that people use today, whatever comes later."""
    base_day = index.parameters.base_day
    day = max(min(today, index.known_until), base_day)
    values = index.values_in_currency_of(day)
    return index_picture(values, base_day=base_day, today=today, currency=index.currency_on(day))


def index_picture(
    values: Sequence[int], *, base_day: int, today: int, currency: str
) -> IndexPicture | None:
    """The picture of values in millionths, one a day from `base_day` on; None without any."""
    if not values:
        return None
    last = len(values) - 1
    step = max(last // MOST_POINTS, 1)
    places = sorted({*range(0, last + 1, step), last})
    highest = max(values)
    at = today - base_day
    is_known = 0 <= at <= last

    def points(first: int, final: int) -> str:
        within = sorted({first, final, *(place for place in places if first <= place <= final)})
        return " ".join(
            f"{_across(place, last)},{HEIGHT - values[place] * HEIGHT // highest}"
            for place in within
        )

    return IndexPicture(
        points=points(0, at if is_known else last),
        ahead=points(at, last) if is_known and at < last else "",
        today_at=_across(at, last),
        highest=highest // MILLIONTHS_PER_CENT,
        first_day=base_day,
        last_day=base_day + last,
        first=values[0] // MILLIONTHS_PER_CENT,
        last=values[-1] // MILLIONTHS_PER_CENT,
        today=values[at] // MILLIONTHS_PER_CENT if is_known else None,
        weeks=tuple(
            replace(week, value=week.value // MILLIONTHS_PER_CENT)
            for week in weeks_worth(values, first_day=base_day, today=today)
        ),
        currency=currency,
    )


def _across(place: int, last: int) -> int:
    return place * WIDTH // max(last, 1)
