"""The files of a cooperative's price survey, made to be read and edited by people.

A survey is a folder:

    basket.toml             the basket: items, weights, the base week and what a unit was worth in it
    next.toml               the items and weights of the basket that is to come, if it changes
    baskets/2026-07-05.toml the baskets that there were, by their base week
    prices/2026-07-12.csv   the prices of the week that ends on that Sunday: item, shop, price, by
    closed/2026-07-12.json  what `close` made of a week: everything that is needed to compute it again
    links.csv               from which closed weeks on an item's shops are compared with that week: item, week

A price file is added to line by line; the last line for an item and a shop counts, so a correction is
one more line and what stood before stays readable. Prices are in the national currency with at most two
decimals. The basket is in `survey_basket`, the closed weeks in `survey_closed`, the links in `survey_links`.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.index.survey_basket import (
    CLOSED_FOLDER,
    LONGEST_NAME,
    PRICES_FOLDER,
    Basket,
    SurveyExists,
    SurveyFileError,
    UnknownItem,
    items_of_other_baskets,
    name_of_week,
    read_text,
)
from cli.shell.language import say
from node.member.amounts import AmountError, format_amount, parse_amount

_COLUMNS: Final = ("item", "shop", "price", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPrice:
    """One line of a price file; `price` is in hundredths of the currency."""

    item: str
    shop: str
    price: int
    by: str


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

    Items of another basket that the survey had, or that is to come, are passed over. Raises
    `SurveyFileError` and `OSError`.
    """
    path = folder / PRICES_FOLDER / f"{name_of_week(week)}.csv"
    if not path.exists():
        return {}
    prices: dict[tuple[str, str], int] = {}
    others: set[str] | None = None
    rows = csv.DictReader(io.StringIO(read_text(path)))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise SurveyFileError(path, say("its first line must be {names}", names=",".join(_COLUMNS)))
    for row in rows:
        item, shop = (row["item"] or "").strip(), (row["shop"] or "").strip()
        if item not in basket.weights:
            others = items_of_other_baskets(folder) if others is None else others
            if item in others:
                continue
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


def closed_file(folder: Path, week: int) -> Path:
    """Where a closed week is."""
    return folder / CLOSED_FOLDER / f"{name_of_week(week)}.json"
