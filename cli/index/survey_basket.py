"""The basket of a price survey, `basket.toml`: what is priced, how much it weighs, and since when.

People read and edit it. Weights are whole numbers in any one unit, such as what an ordinary household spends
a month; the base level has at most six decimals. Here too are the errors that a file of a survey may have.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cli.shell.language import later, say
from cli.shell.retelling import retold
from ledger.index.days import (
    DAYS_IN_WEEK,
    day_from_text,
    last_day_of_week,
    text_from_day,
    week_of_day,
)
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE, MOST_PERIOD_DAYS
from node.member.amounts import AmountError, format_amount, parse_number

BASKET_FILE: Final = "basket.toml"
NEXT_FILE: Final = "next.toml"
BASKETS_FOLDER: Final = "baskets"
PRICES_FOLDER: Final = "prices"
CLOSED_FOLDER: Final = "closed"

LARGEST_FILE: Final = 1_000_000
"""Bytes of one file of a survey."""
MOST_ITEMS: Final = 500
LARGEST_WEIGHT: Final = 10**12
LONGEST_NAME: Final = 64

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_LEVEL_PLACES: Final = 6
_HEAD: Final = later(
    "# The basket of a price survey. Change everything below to what your members buy, then price it.\n\n"
    'currency = "{currency}"\n\n'
    "# The week that prices are compared with, named by its Sunday, and what one unit was worth then.\n"
    '{period}base_week = "{base_week}"\n'
    'base_level = "{base_level}"\n\n'
    "# Items and weights: what an ordinary household spends on each in a month, in any one unit.\n"
    "# A name may be in quotes. Say the quantity and quality, so that everybody prices the same thing.\n"
    "[weights]\n"
)
_PERIOD: Final = "period_days={days}\n"
_EXAMPLE: Final = later(
    '"bread, 1 kg" = 12\n'
    '"milk, 1 l" = 9\n'
    '"beef, 1 kg" = 20\n'
    '"potatoes, 1 kg" = 6\n'
    '"cooking oil, 900 ml" = 5\n'
    '"soap, one bar" = 3\n'
    '"bus fare" = 10\n'
)
"""In the language of whoever makes a basket; the fields of TOML are the same in every one."""


@dataclass(eq=False)
class SurveyFileError(Exception):
    """The file at `path` is not what a survey has there; `problem` says why."""

    path: Path
    problem: str


@dataclass(eq=False)
class SurveyExists(Exception):
    """There is something at `path` already, and it is never written over."""

    path: Path


@dataclass(eq=False)
class WeekNotOver(Exception):
    """A week is closed on its Sunday, `closes`, and not before."""

    closes: str


@dataclass(eq=False)
class UnknownItem(Exception):
    """`item` is not in the basket, which has `known`."""

    item: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What `basket.toml` says."""

    currency: str
    base_week: int
    """The last day of it. So all weeks are named, here and in the other files of a survey."""
    base_level: int
    """Millionths of the currency."""
    weights: Mapping[str, int]
    period_days: int = DAYS_IN_WEEK
    """How many days a week has: another number where the charter says so."""

    def week_of(self, day: int) -> int:
        """The week that a day is in."""
        return week_of(day, self.period_days)


def week_of(day: int, period_days: int = DAYS_IN_WEEK) -> int:
    """The last day of the week, or of the survey's period of so many days, that a day is in."""
    period = week_of_day(day, period_days=period_days)
    return last_day_of_week(period, period_days=period_days)


def _head(currency: str, base_week: int, base_level: str, period_days: int) -> str:
    return say(
        _HEAD,
        currency=currency,
        base_week=name_of_week(base_week),
        base_level=base_level,
        period="" if period_days == DAYS_IN_WEEK else _PERIOD.format(days=period_days),
    )


def create_survey(
    folder: Path,
    *,
    currency: str,
    base_week: int,
    base_level: int,
    period_days: int = DAYS_IN_WEEK,
) -> Path:
    """Make a survey with a basket to edit, and return the basket's path.

    `base_level` is in hundredths of the currency. Raises `SurveyExists` and `OSError`.
    """
    path = folder / BASKET_FILE
    if path.exists():
        raise SurveyExists(path)
    (folder / PRICES_FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / CLOSED_FOLDER).mkdir(exist_ok=True)
    text = _head(currency, base_week, format_amount(base_level), period_days)
    path.write_text(text + say(_EXAMPLE), encoding="utf-8")
    return path


def read_basket(folder: Path) -> Basket:
    """Read a survey's basket. Raises `SurveyFileError` and `OSError`."""
    path = folder / BASKET_FILE
    fields = _toml(path)
    if set(fields) - {"period_days"} != {"currency", "base_week", "base_level", "weights"}:
        raise SurveyFileError(
            path,
            say("it must have currency, base_week, base_level and [weights], and nothing else"),
        )
    currency, weights = fields["currency"], fields["weights"]
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise SurveyFileError(path, say("currency must be three capital letters, such as ARS"))
    period_days = fields.get("period_days", DAYS_IN_WEEK)
    if type(period_days) is not int or not 1 <= period_days <= MOST_PERIOD_DAYS:
        raise SurveyFileError(
            path, say("period_days must be 1 to {most}, a whole number", most=MOST_PERIOD_DAYS)
        )
    return Basket(
        currency=currency,
        base_week=_week_from_field(fields["base_week"], path, period_days),
        base_level=_level_from_field(fields["base_level"], path),
        weights=_checked_weights(weights, path),
        period_days=period_days,
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SurveyFileError(
            path, say("it is not TOML: {error}", error=retold(str(error)))
        ) from None


def read_next(folder: Path) -> Mapping[str, int]:
    """The weights of the basket that is to come, `next.toml`; none where there is no such file.

    Raises `SurveyFileError` and `OSError`.
    """
    path = folder / NEXT_FILE
    if not path.exists():
        return {}
    fields = _toml(path)
    if set(fields) != {"weights"}:
        raise SurveyFileError(path, say("it must have [weights], and nothing else"))
    return _checked_weights(fields["weights"], path)


def priced_basket(folder: Path) -> Basket:
    """The basket with the items of the next one too: everything that prices may be entered of."""
    basket = read_basket(folder)
    return replace(basket, weights={**read_next(folder), **basket.weights})


def items_of_other_baskets(folder: Path) -> set[str]:
    """What the survey's earlier baskets and the next one price. Raises `SurveyFileError` and `OSError`."""
    items = set(read_next(folder))
    for path in sorted((folder / BASKETS_FOLDER).glob("*.toml")):
        items |= _checked_weights(_toml(path).get("weights"), path).keys()
    return items


def change_basket(folder: Path, basket: Basket) -> Path:
    """Write another basket, and keep the one that is there in `baskets`, by its base week.

    `next.toml` has come to be the basket and goes. Returns where the old one is; raises `SurveyExists` when a
    basket of that base week is kept already, and `OSError`.
    """
    path = folder / BASKET_FILE
    kept = folder / BASKETS_FOLDER / f"{name_of_week(read_basket(folder).base_week)}.toml"
    if kept.exists():
        raise SurveyExists(kept)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(path.read_bytes())
    level = format_level(basket.base_level)
    head = _head(basket.currency, basket.base_week, level, basket.period_days)
    items = "".join(f"{_quoted(item)} = {weight}\n" for item, weight in basket.weights.items())
    path.write_text(head + items, encoding="utf-8")
    (folder / NEXT_FILE).unlink(missing_ok=True)
    return kept


def _quoted(text: str) -> str:
    """A basic string of TOML: those of JSON are."""
    return json.dumps(text, ensure_ascii=False)


def format_level(level: int) -> str:
    """A level in millionths as it stands in a basket: two decimals or, where they say more, six."""
    whole, millionths = divmod(level, 10**_LEVEL_PLACES)
    decimals = f"{millionths:06}"
    return f"{whole}.{decimals[:2] if decimals.endswith('0000') else decimals}"


def name_of_week(week: int) -> str:
    """A week by the date of its last day, a Sunday where it has seven."""
    return text_from_day(week)


def _week_from_field(value: object, path: Path, period_days: int) -> int:
    try:
        day = day_from_text(str(value))
    except ValueError:
        raise SurveyFileError(path, say("base_week must be a date such as 2026-07-12")) from None
    week = week_of(day, period_days)
    if week == day:
        return week
    if period_days == DAYS_IN_WEEK:
        problem = say(
            "base_week must be a Sunday, such as {name_of_week}", name_of_week=name_of_week(week)
        )
    else:
        problem = say(
            "base_week must be the last of {period_days} days, such as {name_of_week}",
            period_days=period_days,
            name_of_week=name_of_week(week),
        )
    raise SurveyFileError(path, problem)


def _level_from_field(value: object, path: Path) -> int:
    try:
        level = parse_number(str(value), places=_LEVEL_PLACES, largest=LARGEST_VALUE)
    except AmountError:
        level = 0
    if not LOWEST_VALUE <= level <= LARGEST_VALUE:
        raise SurveyFileError(
            path, say('base_level must be a value of 1.00 or more, such as "1000.00"')
        )
    return level


def _checked_weights(weights: object, path: Path) -> Mapping[str, int]:
    if not isinstance(weights, dict) or not 1 <= len(weights) <= MOST_ITEMS:
        raise SurveyFileError(
            path, say("[weights] must have 1 to {most_items} items", most_items=MOST_ITEMS)
        )
    for item, weight in weights.items():
        if not item.strip() or item != item.strip() or len(item) > LONGEST_NAME:
            raise SurveyFileError(
                path,
                say(
                    "an item's name has 1 to {longest_name} letters: {item}",
                    longest_name=LONGEST_NAME,
                    item=repr(item),
                ),
            )
        if type(weight) is not int or not 1 <= weight <= LARGEST_WEIGHT:
            raise SurveyFileError(
                path, say("the weight of {item} must be a whole number above 0", item=repr(item))
            )
    return weights


def read_text(path: Path) -> str:
    """A file of a survey as text. Raises `SurveyFileError` and `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise SurveyFileError(
            path, say("it is larger than {largest_file} bytes", largest_file=LARGEST_FILE)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SurveyFileError(path, say("it is not UTF-8 text")) from None
