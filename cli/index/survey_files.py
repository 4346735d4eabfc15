"""The files of a cooperative's price survey, made to be read and edited by people.

A survey is a folder:

    basket.toml             the basket: items, weights, the base week and what a unit was worth in it
    prices/2026-07-12.csv   the prices of the week that ends on that Sunday: item, shop, price, by
    closed/2026-07-12.json  what `close` made of a week: everything that is needed to compute it again

A price file is added to line by line; the last line for an item and a shop counts, so a correction is
one more line and what stood before stays readable. A closed week is written once and never changed: its
SHA-256 is what the cooperative publishes.

Prices are in the national currency with at most two decimals. Weights are whole numbers in any one
unit, such as what an ordinary household spends a month.
"""

import csv
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.index.days import day_from_text, last_day_of_week, text_from_day, week_of_day
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE
from ledger.index.statistics import BasketResult, PricePair, laspeyres, level_from_index
from node.member.amounts import AmountError, format_amount, parse_amount

BASKET_FILE: Final = "basket.toml"
PRICES_FOLDER: Final = "prices"
CLOSED_FOLDER: Final = "closed"
FORMAT: Final = "fiado survey 1"

LARGEST_FILE: Final = 1_000_000
"""Bytes of one file of a survey."""
MOST_ITEMS: Final = 500
LARGEST_WEIGHT: Final = 10**12
LONGEST_NAME: Final = 64

_COLUMNS: Final = ("item", "shop", "price", "by")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_MILLIONTHS_PER_MINOR: Final = 10_000
_TEMPLATE: Final = """\
# The basket of a price survey. Change everything below to what your members buy, then price it.

currency = "{currency}"

# The week that prices are compared with, named by its Sunday, and what one unit was worth then.
base_week = "{base_week}"
base_level = "{base_level}"

# Items and weights: what an ordinary household spends on each in a month, in any one unit.
# A name may be in quotes. Say the quantity and quality, so that everybody prices the same thing.
[weights]
"bread, 1 kg" = 12
"milk, 1 l" = 9
"beef, 1 kg" = 20
"potatoes, 1 kg" = 6
"cooking oil, 900 ml" = 5
"soap, one bar" = 3
"bus fare" = 10
"""


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
    base_level: int
    """Millionths of the currency."""
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPrice:
    """One line of a price file; `price` is in hundredths of the currency."""

    item: str
    shop: str
    price: int
    by: str


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


def create_survey(folder: Path, *, currency: str, base_week: int, base_level: int) -> Path:
    """Make a survey with a basket to edit, and return the basket's path.

    `base_level` is in hundredths of the currency. Raises `SurveyExists` and `OSError`.
    """
    path = folder / BASKET_FILE
    if path.exists():
        raise SurveyExists(path)
    (folder / PRICES_FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / CLOSED_FOLDER).mkdir(exist_ok=True)
    text = _TEMPLATE.format(
        currency=currency,
        base_week=name_of_week(base_week),
        base_level=format_amount(base_level),
    )
    path.write_text(text, encoding="utf-8")
    return path


def read_basket(folder: Path) -> Basket:
    """Read a survey's basket. Raises `SurveyFileError` and `OSError`."""
    path = folder / BASKET_FILE
    try:
        fields = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SurveyFileError(
            path, say("it is not TOML: {error}", error=retold(str(error)))
        ) from None
    if set(fields) != {"currency", "base_week", "base_level", "weights"}:
        raise SurveyFileError(
            path,
            say("it must have currency, base_week, base_level and [weights], and nothing else"),
        )
    currency, weights = fields["currency"], fields["weights"]
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise SurveyFileError(path, say("currency must be three capital letters, such as ARS"))
    return Basket(
        currency=currency,
        base_week=_week_from_field(fields["base_week"], path),
        base_level=_level_from_field(fields["base_level"], path),
        weights=_checked_weights(weights, path),
    )


def add_price(folder: Path, price: ShopPrice, *, basket: Basket, week: int) -> Path:
    """Add one line to a week's prices and return the file.

    Raises `UnknownItem`, `SurveyExists` when the week is closed, `SurveyFileError` for a name that is
    too long or empty, and `OSError`.
    """
    return add_prices(folder, [price], basket=basket, week=week)


def add_prices(folder: Path, prices: Sequence[ShopPrice], *, basket: Basket, week: int) -> Path:
    """Add lines to a week's prices, all of them or none; raises as `add_price`."""
    path = folder / PRICES_FOLDER / f"{name_of_week(week)}.csv"
    for price in prices:
        _check_price(path, price, basket)
    closed = closed_file(folder, week)
    if closed.exists():
        raise SurveyExists(closed)
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    if not path.exists():
        writer.writerow(_COLUMNS)
    for price in prices:
        writer.writerow([price.item, price.shop, format_amount(price.price), price.by])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(lines.getvalue())
    return path


def _check_price(path: Path, price: ShopPrice, basket: Basket) -> None:
    if price.item not in basket.weights:
        raise UnknownItem(price.item, tuple(basket.weights))
    if not 1 <= len(price.shop) <= LONGEST_NAME or len(price.by) > LONGEST_NAME:
        raise SurveyFileError(
            path,
            say("a shop and a name have at most {longest_name} letters", longest_name=LONGEST_NAME),
        )


def read_prices(folder: Path, *, basket: Basket, week: int) -> dict[tuple[str, str], int]:
    """The prices of a week: (item, shop) -> hundredths of the currency; empty without a file.

    Raises `SurveyFileError` and `OSError`.
    """
    path = folder / PRICES_FOLDER / f"{name_of_week(week)}.csv"
    if not path.exists():
        return {}
    prices: dict[tuple[str, str], int] = {}
    rows = csv.DictReader(io.StringIO(_read_text(path)))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise SurveyFileError(path, say("its first line must be {names}", names=",".join(_COLUMNS)))
    for row in rows:
        item, shop = (row["item"] or "").strip(), (row["shop"] or "").strip()
        if item not in basket.weights:
            raise SurveyFileError(
                path,
                say(
                    "line {line_num}: {item} is not in the basket",
                    line_num=rows.line_num,
                    item=repr(item),
                ),
            )
        if not shop:
            raise SurveyFileError(
                path, say("line {line_num}: there is no shop", line_num=rows.line_num)
            )
        try:
            prices[item, shop] = parse_amount(row["price"] or "")
        except AmountError:
            raise SurveyFileError(
                path,
                say(
                    "line {line_num}: {price} is not a price such as 1500.50",
                    line_num=rows.line_num,
                    price=repr(row["price"]),
                ),
            ) from None
    return prices


def close_week(folder: Path, *, basket: Basket, week: int) -> ClosedWeek:
    """Compute a week's level from its prices and those of the base week.

    Raises `ledger.index.statistics.TooLittleSeen`, `SurveyFileError`, also where the weights are not
    those of a week that was closed before with the same base week, and `OSError`.
    """
    _check_weights(folder, basket)
    base = read_prices(folder, basket=basket, week=basket.base_week)
    now = read_prices(folder, basket=basket, week=week)
    pairs: dict[str, list[PricePair]] = {item: [] for item in basket.weights}
    shown: dict[str, dict[str, list[int]]] = {item: {} for item in basket.weights}
    for item, shop in sorted(base.keys() & now.keys()):
        pairs[item].append(PricePair(base=base[item, shop], now=now[item, shop]))
        shown[item][shop] = [base[item, shop], now[item, shop]]
    result = laspeyres(basket.weights, pairs)
    level = level_from_index(result.index, base_level=basket.base_level)
    document = {
        "format": FORMAT,
        "currency": basket.currency,
        "base_week": name_of_week(basket.base_week),
        "base_level_millionths": basket.base_level,
        "week": name_of_week(week),
        "level_millionths": level,
        "items": {
            item: {"weight": weight, "prices": shown[item]}
            for item, weight in basket.weights.items()
        },
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return ClosedWeek(week=week, level=level, result=result, content=text.encode())


def _check_weights(folder: Path, basket: Basket) -> None:
    """Weights are fixed for as long as prices are compared with one base week."""
    for path in sorted((folder / CLOSED_FOLDER).glob("*.json")):
        try:
            closed = json.loads(_read_text(path))
            weights = {name: item["weight"] for name, item in closed["items"].items()}
            is_same_base = closed["base_week"] == name_of_week(basket.base_week)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SurveyFileError(path, say("it is not a closed week")) from None
        if is_same_base and weights != basket.weights:
            raise SurveyFileError(
                folder / BASKET_FILE,
                say(
                    "items and weights differ from those that {path} was closed with. A changed basket "
                    "begins with a base week of its own: set base_week to a week that has prices of all "
                    "its items, and base_level to the level that was decided for that week",
                    path=path.name,
                ),
            )


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


def closed_file(folder: Path, week: int) -> Path:
    """Where a closed week is."""
    return folder / CLOSED_FOLDER / f"{name_of_week(week)}.json"


def name_of_week(week: int) -> str:
    """A week by the date of its Sunday."""
    return text_from_day(last_day_of_week(week))


def _week_from_field(value: object, path: Path) -> int:
    try:
        day = day_from_text(str(value))
    except ValueError:
        raise SurveyFileError(path, say("base_week must be a date such as 2026-07-12")) from None
    week = week_of_day(day)
    if last_day_of_week(week) != day:
        raise SurveyFileError(
            path,
            say(
                "base_week must be a Sunday, such as {name_of_week}",
                name_of_week=name_of_week(week),
            ),
        )
    return week


def _level_from_field(value: object, path: Path) -> int:
    try:
        level = parse_amount(str(value)) * _MILLIONTHS_PER_MINOR
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


def _read_text(path: Path) -> str:
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
