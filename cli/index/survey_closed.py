"""A closed week of a price survey: its level, and a file that holds everything to compute it again.

It is written once and never changed: its SHA-256 is what the cooperative publishes. A week in which an item's
shops are linked (`survey_links`) is of the second format, which has the earlier pairs of prices too.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from cli.index.survey_basket import (
    BASKET_FILE,
    CLOSED_FOLDER,
    Basket,
    SurveyExists,
    SurveyFileError,
    format_level,
    name_of_week,
    read_text,
    week_of,
)
from cli.index.survey_files import closed_file, read_prices
from cli.index.survey_links import read_links
from cli.shell.language import say
from ledger.index.days import DAYS_IN_WEEK, day_from_text
from ledger.index.statistics import (
    BasketResult,
    PricePair,
    SurveyError,
    laspeyres,
    level_from_index,
)

FORMAT: Final = "fiado survey 1"
LINKED_FORMAT: Final = "fiado survey 2"
FORMATS: Final = (FORMAT, LINKED_FORMAT)

Shown = dict[str, list[int]]
"""By shop: its price in the week that it is compared with, and its price at the end of the stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedWeek:
    """A closed week: the level to publish, and the bytes whose hash is published with it."""

    week: int
    level: int
    """Millionths of the currency."""
    result: BasketResult
    content: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).digest()


def close_week(folder: Path, *, basket: Basket, week: int) -> ClosedWeek:
    """Compute a week's level from its prices, those of the base week, and those of the links between.

    Raises `ledger.index.statistics.TooLittleSeen`, `SurveyFileError`, also where the basket is not
    that of a week that was closed before with the same base week, and `OSError`.
    """
    _check_basket(folder, basket)
    links = read_links(folder, basket=basket)
    prices = {
        each: read_prices(folder, basket=basket, week=each)
        for each in {basket.base_week, week, *(link for some in links.values() for link in some)}
    }
    items: dict[str, dict[str, Any]] = {}
    for item, weight in basket.weights.items():
        linked = [link for link in links.get(item, ()) if basket.base_week < link < week]
        ends = [basket.base_week, *linked, week]
        stretches = [_compared(item, prices[start], prices[end]) for start, end in pairwise(ends)]
        items[item] = {"weight": weight, "prices": stretches[-1]}
        if linked:
            items[item]["links"] = [name_of_week(link) for link in linked]
            items[item]["earlier"] = stretches[:-1]
    result = _result(items)
    level = level_from_index(result.index, base_level=basket.base_level)
    is_linked = any("links" in item for item in items.values())
    document = {
        "format": LINKED_FORMAT if is_linked else FORMAT,
        "currency": basket.currency,
        "base_week": name_of_week(basket.base_week),
        "base_level_millionths": basket.base_level,
        "week": name_of_week(week),
        "level_millionths": level,
        "items": items,
    }
    if basket.period_days != DAYS_IN_WEEK:
        document["period_days"] = basket.period_days
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return ClosedWeek(week=week, level=level, result=result, content=text.encode())


def _compared(
    item: str, before: Mapping[tuple[str, str], int], now: Mapping[tuple[str, str], int]
) -> Shown:
    """The shops that have the item in both weeks, with both prices."""
    keys = sorted(key for key in before.keys() & now.keys() if key[0] == item)
    return {key[1]: [before[key], now[key]] for key in keys}


def _result(items: Mapping[str, Any]) -> BasketResult:
    """What follows from the items of a closed week, however they came into its file."""
    return laspeyres(
        {name: item["weight"] for name, item in items.items()},
        {name: _pairs(item["prices"]) for name, item in items.items()},
        earlier={
            name: [_pairs(stretch) for stretch in item.get("earlier", ())]
            for name, item in items.items()
        },
    )


def _pairs(shown: Mapping[str, Sequence[int]]) -> list[PricePair]:
    return [PricePair(base=base, now=now) for base, now in shown.values()]


def level_of_file(data: bytes) -> int | None:
    """The level that follows from the prices in a closed week's file; None for another file."""
    try:
        document = json.loads(data)
        if document["format"] not in FORMATS:
            return None
        result = _result(document["items"])
        return level_from_index(result.index, base_level=document["base_level_millionths"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SurveyError):
        return None
    except ArithmeticError:  # of decimals: numbers that no survey has
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a closed week's file says of its basket."""

    path: Path
    week: str
    base_week: str
    level: int
    weights: Mapping[str, int]
    currency: str
    base_level: int
    period_days: int | None
    """None in a file that doesn't say it: a week, or from before it was written down."""


def kept_weeks(folder: Path) -> Iterator[Kept]:
    """The closed weeks, the oldest first. Raises `SurveyFileError` and `OSError`."""
    for path in sorted((folder / CLOSED_FOLDER).glob("*.json")):
        try:
            closed = json.loads(read_text(path))
            yield Kept(
                path=path,
                week=str(closed["week"]),
                base_week=str(closed["base_week"]),
                level=int(closed["level_millionths"]),
                weights={name: item["weight"] for name, item in closed["items"].items()},
                currency=str(closed["currency"]),
                base_level=int(closed["base_level_millionths"]),
                period_days=closed.get("period_days"),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SurveyFileError(path, say("it is not a closed week")) from None


def _check_basket(folder: Path, basket: Basket) -> None:
    """What a basket says is fixed for as long as prices are compared with one base week."""
    base_week = name_of_week(basket.base_week)
    same = [kept for kept in kept_weeks(folder) if kept.base_week == base_week]
    for kept in same:
        if kept.weights != basket.weights:
            raise SurveyFileError(
                folder / BASKET_FILE,
                say(
                    "items and weights differ from those that {path} was closed with. A changed basket "
                    "goes on from a closed week that has prices of all its items: `fiado index survey "
                    "rebase` links it there",
                    path=kept.path.name,
                ),
            )
    period_days = _period_of(same)
    for kept in same:
        fixed = {
            "currency": (kept.currency, basket.currency),
            "base_level": (format_level(kept.base_level), format_level(basket.base_level)),
            "period_days": (period_days or basket.period_days, basket.period_days),
        }
        for name, (before, now) in fixed.items():
            if before != now:
                raise SurveyFileError(
                    folder / BASKET_FILE,
                    say(
                        "{name} is {now}, and {path} was closed with {before}. It stays as it was for "
                        "as long as prices are compared with this base week",
                        name=name,
                        now=now,
                        path=kept.path.name,
                        before=before,
                    ),
                )


def _period_of(closed: Sequence[Kept]) -> int | None:
    """How many days their weeks have; None where files from before it was written leave it open."""
    said = [kept.period_days for kept in closed if kept.period_days is not None]
    if said or not closed:
        return said[0] if said else None
    days = [day_from_text(kept.week) for kept in closed]
    return DAYS_IN_WEEK if all(week_of(day) == day for day in days) else None


def save_closed(folder: Path, closed: ClosedWeek) -> Path:
    """Write a closed week. The same bytes may be written again; others raise `SurveyExists`."""
    path = closed_file(folder, closed.week)
    if path.exists():
        if path.read_bytes() != closed.content:
            raise SurveyExists(path)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(closed.content)
    return path
