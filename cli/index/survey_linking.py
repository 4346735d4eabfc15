"""`fiado index survey link` and `rebase`: shops or a basket that change, without a step in the level."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cli.index.survey import FOLDER
from cli.index.survey_basket import (
    Basket,
    change_basket,
    format_level,
    name_of_week,
    priced_basket,
    read_basket,
    read_next,
)
from cli.index.survey_closed import Kept, kept_weeks
from cli.index.survey_files import read_prices
from cli.index.survey_links import add_links, compared_with, read_links
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import output_option, read_number
from cli.shell.terminal import Output
from ledger.index.days import day_from_text
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE

_LEVEL_PLACES = 6


class LevelType(click.ParamType[int]):
    """A level such as 1150.25, with at most six decimals, in millionths."""

    name = "level"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        level = read_number(
            self, str(value), param, ctx, places=_LEVEL_PLACES, largest=LARGEST_VALUE
        )
        if level < LOWEST_VALUE:
            self.fail(say("a level is 1.00 or more."), param, ctx)
        return level


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--item", "items", multiple=True, help="Only this item; may be given again. All of them else."
)
@output_option
def link(*, folder: Path, items: tuple[str, ...], output: Output) -> None:
    """Compare an item's shops with the newest closed week from now on: a shop has closed or is replaced.

    In that week both the old shops and the new one should have prices. Up to it the item has moved as the old
    shops did, from there on it moves as those do that have a price in it. No level changes by that.
    """
    basket = read_basket(folder)
    newest = _newest(folder)
    week = day_from_text(newest.week)
    links = read_links(folder, basket=basket)
    counted = _counted(folder, basket, links, week)
    for item in items:
        if item not in basket.weights:
            raise _cannot(
                say("{item} is not in the basket", item=repr(item)), say("Write it as it is there.")
            )
        if item not in counted:
            raise _cannot(
                say(
                    "no price of {item} counted in the week that ends on {week}",
                    item=item,
                    week=newest.week,
                ),
                say("Only what counted in the newest closed week can go on from it."),
            )
    if week == basket.base_week:
        raise _cannot(
            say("the newest closed week is the base week, with which prices are compared anyway"),
            say("Close a week in which both the old and the new shops have prices."),
        )
    linked = [item for item in items or counted if week not in links.get(item, ())]
    path = add_links(folder, linked, week=week)
    output.line(
        say(
            "From the week that ends on {week} on, these are compared with its prices: {items}.",
            week=newest.week,
            items="; ".join(linked) or "-",
        )
    )
    output.result({"file": str(path), "week": newest.week, "items": linked})


def _counted(
    folder: Path, basket: Basket, links: Mapping[str, Sequence[int]], week: int
) -> list[str]:
    """The items that counted in a week, in the order of the basket."""
    now = read_prices(folder, basket=basket, week=week)
    items = []
    for item in basket.weights:
        before = compared_with(links, item, basket=basket, week=week)
        keys = read_prices(folder, basket=basket, week=before).keys() & now.keys()
        if any(key[0] == item for key in keys):
            items.append(item)
    return items


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--level",
    type=LevelType(),
    help="What a unit is worth in that week, if not your own level: the one that was decided for it.",
)
@output_option
def rebase(*, folder: Path, level: int | None, output: Output) -> None:
    """Go on with the basket of next.toml, from the newest closed week and its level.

    Write the new items and weights to FOLDER/next.toml, under [weights]. In one week price the old and the
    new items; close it; then this makes that week the base week of the new basket, with the old one's level
    as its base level. So the level makes no step, and from there on it moves as the new basket does.
    """
    basket, weights = read_basket(folder), read_next(folder)
    if not weights:
        raise _cannot(
            say("there is no next.toml in {folder}", folder=folder),
            say("Write the new basket's items and weights to it, under a line [weights]."),
        )
    newest = _newest(folder)
    week = day_from_text(newest.week)
    if newest.base_week != name_of_week(basket.base_week) or week == basket.base_week:
        raise _cannot(
            say("no week has been closed with the basket of now since its base week"),
            say("Close a week in which the old and the new items have prices."),
        )
    new = Basket(
        currency=basket.currency,
        base_week=week,
        base_level=newest.level if level is None else level,
        weights=weights,
        period_days=basket.period_days,
    )
    priced = {item for item, _ in read_prices(folder, basket=priced_basket(folder), week=week)}
    missing = [item for item in weights if item not in priced]
    if missing:
        raise _cannot(
            say(
                "these have no price in the week that ends on {week}: {items}",
                week=newest.week,
                items="; ".join(missing),
            ),
            say(
                "Price all old and new items in a later week, close it, and link there; or leave these out "
                "of next.toml."
            ),
        )
    kept = change_basket(folder, new)
    output.line(
        say(
            "The new basket begins in the week that ends on {week}, at {level}; the old one is in {kept}.",
            week=newest.week,
            level=format_level(new.base_level),
            kept=kept,
        )
    )
    output.result(
        {"base_week": newest.week, "base_level_millionths": new.base_level, "kept": str(kept)}
    )


def _newest(folder: Path) -> Kept:
    closed = list(kept_weeks(folder))
    if not closed:
        raise _cannot(
            say("no week of {folder} is closed yet", folder=folder),
            say(
                "Close a week in which both the old and the new have prices: `fiado index survey close`."
            ),
        )
    return max(closed, key=lambda each: day_from_text(each.week))


def _cannot(why: str, remedy: str) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_not_linked",
        say("Nothing was linked: {why}.", why=why),
        remedy,
    )
