"""Overlap linking of a survey: what holds when a shop closes or is replaced, or when the basket changes.

A shop that drops out would move the mean of the others, though no price has changed. So an item is *linked*
at a closed week w, the last one that still has the old shops: up to w its movement is that of the shops that
have prices in the base week and in w, and from w on that of the shops that have prices in w and now,

    J = J(base week to w) * J(w to now)

with Jevons for each stretch, and as many links as there were changes. A shop that has prices in w counts from
there on, a shop that has none any more is gone with what it did up to w. Nobody's level of w changes.

`links.csv` has a line for each item and week. A week is linked when it is the newest closed one, so that no
closed week would come out otherwise. A changed *basket* has a base week of its own, and goes on from the
level that the old one had there.

Source of the method: Consumer Price Index Manual (2020), chapters 6 and 9, overlap.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cli.index.survey_basket import Basket, SurveyFileError, name_of_week, read_text
from cli.shell.language import say
from ledger.index.days import day_from_text

LINKS_FILE: Final = "links.csv"
MOST_LINKS: Final = 100
"""Of one item."""

_COLUMNS: Final = ("item", "week")


def read_links(folder: Path, *, basket: Basket) -> dict[str, list[int]]:
    """The weeks that each item is linked at, rising; those of other baskets' items are passed over.

    Raises `SurveyFileError` and `OSError`.
    """
    path = folder / LINKS_FILE
    if not path.exists():
        return {}
    rows = csv.DictReader(io.StringIO(read_text(path)))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise SurveyFileError(path, say("its first line must be {names}", names=",".join(_COLUMNS)))
    links: dict[str, set[int]] = {}
    for row in rows:
        item = (row["item"] or "").strip()
        week = _week(row["week"], path, rows.line_num, basket)
        if item in basket.weights:
            links.setdefault(item, set()).add(week)
    if any(len(weeks) > MOST_LINKS for weeks in links.values()):
        raise SurveyFileError(path, say("an item is linked {most} times at most", most=MOST_LINKS))
    return {item: sorted(weeks) for item, weeks in links.items()}


def add_links(folder: Path, items: Sequence[str], *, week: int) -> Path:
    """Add a line for each item, and return the file."""
    path = folder / LINKS_FILE
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    if not path.exists():
        writer.writerow(_COLUMNS)
    for item in items:
        writer.writerow([item, name_of_week(week)])
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(lines.getvalue())
    return path


def compared_with(
    links: Mapping[str, Sequence[int]], item: str, *, basket: Basket, week: int
) -> int:
    """The week whose prices an item's shops are compared with in a week."""
    linked = (link for link in links.get(item, ()) if link < week)
    return max([basket.base_week, *linked])


def _week(text: str | None, path: Path, line: int, basket: Basket) -> int:
    try:
        week = day_from_text((text or "").strip())
        if basket.week_of(week) != week:
            raise ValueError(text)
    except ValueError:
        raise SurveyFileError(
            path,
            say("line {line}: {text} is not the Sunday of a week", line=line, text=repr(text)),
        ) from None
    return week
