"""Prices from a spreadsheet into a survey, as LibreOffice and Excel write them.

Columns may be parted by semicolons, tabs or commas, prices may have a decimal comma, the file may be UTF-8,
UTF-16 or cp1252, with blank rows and in any order of columns. They are known by their headings, in English,
Spanish or Portuguese; only item, shop and price are needed. A row without a price is one that nobody has
seen, and is passed over.

All of a file is taken in, or nothing: the first row that can't be is named with its line.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.index.survey_basket import LARGEST_FILE, Basket, SurveyFileError
from cli.index.survey_files import ShopPrice
from cli.shell.language import say
from node.member.amounts import AmountError, parse_amount

HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    "item": frozenset({"item", "artículo", "articulo", "producto", "artigo", "produto"}),
    "shop": frozenset({"shop", "comercio", "comércio", "tienda", "negocio", "loja", "feria"}),
    "price": frozenset({"price", "precio", "preço", "preco"}),
    "by": frozenset({"by", "quién", "quien", "quem", "por"}),
}
_NEEDED: Final = ("item", "shop", "price")
_SEPARATORS: Final = (";", "\t", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file says: prices, how many rows have none, and the headings that nobody understands."""

    prices: tuple[ShopPrice, ...]
    without_price: int
    unknown_columns: tuple[str, ...] = ()


def read_spreadsheet(path: Path, basket: Basket) -> Imported:
    """The prices of a file, each of an item of the basket. Raises `SurveyFileError` and `OSError`."""
    text = _text_of(path)
    lines = text.splitlines()
    heading = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=heading.count)
    found: dict[tuple[str, str], ShopPrice] = {}
    without_price = 0
    columns: dict[str, int] | None = None
    unknown: tuple[str, ...] = ()
    for line, row in _table(path, text, separator):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None:
            columns, unknown = _columns(path, cells), _unknown(cells)
            continue
        one = _price(path, line, columns, cells, basket)
        if one is None:
            without_price += 1
            continue
        before = found.setdefault((one.item, one.shop), one)
        if before.price != one.price:
            raise SurveyFileError(
                path,
                say(
                    "line {line}: {item} at {shop} has two prices",
                    line=line,
                    item=one.item,
                    shop=one.shop,
                ),
            )
    if columns is None:
        raise SurveyFileError(path, say("it is empty"))
    return Imported(
        prices=tuple(found.values()), without_price=without_price, unknown_columns=unknown
    )


def _table(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines; raises `SurveyFileError` where it is no table."""
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise SurveyFileError(
            path,
            say("line {line}: it is no row of a table: {error}", line=rows.line_num, error=error),
        ) from error


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise SurveyFileError(
            path, say("it is larger than {largest_file} bytes", largest_file=LARGEST_FILE)
        )
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SurveyFileError(path, say("it is no text: save it as CSV"))


def _columns(path: Path, cells: Sequence[str]) -> dict[str, int]:
    """Which column is which."""
    places = dict(_known(cells))
    missing = [name for name in _NEEDED if name not in places]
    if missing:
        raise SurveyFileError(path, _lacking(missing))
    return places


def _lacking(missing: Sequence[str]) -> str:
    known = known_headings(missing)
    if len(missing) == 1:
        return say(
            "its first line lacks the column {name}, which may be called {known}",
            name=missing[0],
            known=known,
        )
    return say(
        "its first line lacks the columns {names}, which may be called {known}",
        names=", ".join(missing),
        known=known,
    )


def known_headings(names: Iterable[str]) -> str:
    """What columns may be called, in all languages: those of one with commas, semicolons between them."""
    return "; ".join(", ".join(sorted(HEADINGS[name])) for name in names)


def _unknown(cells: Sequence[str]) -> tuple[str, ...]:
    known = {heading for headings in HEADINGS.values() for heading in headings}
    return tuple(cell for cell in cells if cell and cell.lower() not in known)


def _known(cells: Sequence[str]) -> Iterator[tuple[str, int]]:
    for place, cell in enumerate(cells):
        for name, headings in HEADINGS.items():
            if cell.lower() in headings:
                yield name, place


def _price(
    path: Path, line: int, columns: Mapping[str, int], cells: Sequence[str], basket: Basket
) -> ShopPrice | None:
    """The price of a row; None if nobody has seen one."""

    def cell(name: str) -> str:
        place = columns.get(name, len(cells))
        return cells[place] if place < len(cells) else ""

    text = cell("price")
    if not text:
        return None
    item = _item(cell("item"), basket)
    if item is None:
        raise SurveyFileError(
            path,
            say("line {line}: {item} is not in the basket", line=line, item=repr(cell("item"))),
        )
    if not cell("shop"):
        raise SurveyFileError(path, say("line {line}: there is no shop", line=line))
    try:
        plain = text.removeprefix(basket.currency).removeprefix("$").strip()
        price = parse_amount(plain)
    except AmountError:
        problem = say(
            "line {line}: {text} is not a price in {currency} such as 1500,50",
            line=line,
            text=repr(text),
            currency=basket.currency,
        )
        raise SurveyFileError(path, problem) from None
    return ShopPrice(item=item, shop=cell("shop"), price=price, by=cell("by"))


def _item(name: str, basket: Basket) -> str | None:
    """The item of the basket with that name, whatever its capital letters and blanks."""
    plain = " ".join(name.split()).lower()
    return next((one for one in basket.weights if " ".join(one.split()).lower() == plain), None)
