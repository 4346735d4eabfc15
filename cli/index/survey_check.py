"""What looks wrong in a week's prices before it is closed for good.

A price is compared with the last one of the same shop, and its change since the base week with that of the
other shops that have the item. Neither says that it is wrong: somebody should look. Beside that are named
the prices that don't count, because the shop has none of that item in the week that it is compared with,
those that counted before and are missing, and the items that nobody priced.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median_low
from typing import Final

from cli.index.survey_basket import PRICES_FOLDER, Basket, name_of_week
from cli.index.survey_files import read_prices
from cli.index.survey_links import compared_with, read_links
from cli.shell.forms import marked
from cli.shell.language import say
from ledger.index.days import day_from_text
from node.member.amounts import format_amount

Prices = Mapping[tuple[str, str], int]

STRANGE_STEP: Final = Fraction(3, 2)
"""More than this times the last price, or less than that part of it, is worth a look."""
STRANGE_RELATIVE: Final = Fraction(3, 2)
"""As much away from what the item did in the middle one of its shops."""
_ENOUGH_SHOPS: Final = 3
"""Of fewer nobody can say which one is strange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to look at: an item, a shop ("" for all of them), and what is strange."""

    item: str
    shop: str
    problem: str

    def words(self) -> str:
        """In a line."""
        if not self.shop:
            return f"{self.item}: {self.problem}"
        return say(
            "{item} at {shop}: {problem}", item=self.item, shop=self.shop, problem=self.problem
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A week's prices, looked at."""

    prices: int
    strange: tuple[Finding, ...]
    ignored: tuple[Finding, ...]


def tell(checked: Checked, line: Callable[[str], None]) -> None:
    """Say in lines what is strange, and what does not count."""
    if checked.strange:
        line(say("Look at these again:"))
    for one in checked.strange:
        line(f"  {one.words()}")
    if checked.ignored:
        line(say("These do not count:"))
    for one in checked.ignored:
        line(f"  {one.words()}")


def check_week(folder: Path, *, basket: Basket, week: int) -> Checked:
    """Look at the prices of a week. Raises `SurveyFileError` and `OSError`."""
    now = read_prices(folder, basket=basket, week=week)
    base = _compared(folder, basket, week)
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for before in _earlier_weeks(folder, week):
        for key, price in read_prices(folder, basket=basket, week=before).items():
            last[key] = (before, price)
    strange = [*_steps(now, last), *_apart(now, base)]
    ignored = [*_ignored(basket, now, base), *_gone(now, base, last)]
    return Checked(prices=len(now), strange=tuple(strange), ignored=tuple(ignored))


def _compared(folder: Path, basket: Basket, week: int) -> dict[tuple[str, str], int]:
    """The prices that those of a week are compared with: of the base week, or since an item's last link."""
    links = read_links(folder, basket=basket)
    weeks = {item: compared_with(links, item, basket=basket, week=week) for item in basket.weights}
    prices = {each: read_prices(folder, basket=basket, week=each) for each in set(weeks.values())}
    return {
        key: price
        for each, known in prices.items()
        for key, price in known.items()
        if weeks[key[0]] == each
    }


def _earlier_weeks(folder: Path, week: int) -> list[int]:
    """The weeks before that have prices, rising."""
    weeks = []
    for path in (folder / PRICES_FOLDER).glob("*.csv"):
        try:
            weeks.append(day_from_text(path.stem))
        except ValueError:
            continue
    return sorted(one for one in weeks if one < week)


def _steps(now: Prices, last: Mapping[tuple[str, str], tuple[int, int]]) -> Iterator[Finding]:
    for (item, shop), price in sorted(now.items()):
        if (item, shop) not in last:
            continue
        before_week, before = last[item, shop]
        if not _is_near(Fraction(price, before), STRANGE_STEP):
            problem = say(
                "{price}, after {before} in the week to {day}",
                price=marked(format_amount(price)),
                before=marked(format_amount(before)),
                day=name_of_week(before_week),
            )
            yield Finding(item=item, shop=shop, problem=problem)


def _apart(now: Prices, base: Prices) -> Iterator[Finding]:
    relatives = {key: Fraction(now[key], base[key]) for key in sorted(now.keys() & base.keys())}
    for (item, shop), relative in relatives.items():
        all_shops = [each for key, each in relatives.items() if key[0] == item]
        middle = median_low(all_shops)
        if len(all_shops) >= _ENOUGH_SHOPS and not _is_near(relative / middle, STRANGE_RELATIVE):
            problem = say(
                "{rise} since the week it is compared with, and {usual} in the middle one of the shops",
                rise=_percent(relative),
                usual=_percent(middle),
            )
            yield Finding(item=item, shop=shop, problem=problem)


def _ignored(basket: Basket, now: Prices, base: Prices) -> Iterator[Finding]:
    for item, shop in sorted(now.keys() - base.keys()):
        problem = say(
            "it does not count: this shop has no price of it in the week that the others are compared with"
        )
        yield Finding(item=item, shop=shop, problem=problem)
    counted = {item for item, _ in now.keys() & base.keys()}
    for item in basket.weights:
        if item not in counted:
            problem = say("no price counts, so it is left out with its weight")
            yield Finding(item=item, shop="", problem=problem)


def _gone(
    now: Prices, base: Prices, last: Mapping[tuple[str, str], tuple[int, int]]
) -> Iterator[Finding]:
    """Prices that counted before and are not there: without them the others' mean may make a step."""
    counted = {item for item, _ in now.keys() & base.keys()}
    for item, shop in sorted((base.keys() & last.keys()) - now.keys()):
        if item not in counted:
            continue
        problem = say(
            "no price, so it is left out; if the shop has closed, link the item at a week that still has "
            "its price (`fiado index survey link`)"
        )
        yield Finding(item=item, shop=shop, problem=problem)


def _is_near(ratio: Fraction, factor: Fraction) -> bool:
    return 1 / factor <= ratio <= factor


def _percent(relative: Fraction) -> str:
    return marked(f"{float(relative - 1) * 100:+.1f} %")
