"""The same pictures in letters, for a terminal or a screen reader's line by line.

A picture is a grid of characters; each line is drawn with a character of its own. Text in, text out.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from cli.index.backtest import Spread
from cli.index.pictures import Line
from cli.shell.language import language
from ledger.index.days import text_from_day
from node.words.forms import WrittenForms

DEFAULT_WIDTH: Final = 78
_LABEL_WIDTH: Final = 10
_HEIGHT: Final = 13
_NAME_WIDTH: Final = 12
_CHARACTERS: Final = {"survey": "#", "cer": "c", "nominal": "n", "cash": "$"}


def course_lines(
    lines: Sequence[Line],
    *,
    first_day: int,
    is_logarithmic: bool,
    decimals: int | None,
    width: int = DEFAULT_WIDTH,
) -> list[str]:
    """A chart of some lines over days; values have so many `decimals`, or are shares, None.

    Each line is drawn with a character of its own; where two meet, the first one shows.
    """
    columns = width - _LABEL_WIDTH - 2
    scale, back = (math.log, math.exp) if is_logarithmic else (float, float)
    low = scale(min(min(line.values) for line in lines)) if is_logarithmic else 0.0
    high = scale(max(max(line.values) for line in lines))
    step = (high - low) / (_HEIGHT - 1) or 1.0
    grid = [[" "] * columns for _ in range(_HEIGHT)]
    for line in reversed(lines):
        for column in range(columns):
            value = line.values[column * (len(line.values) - 1) // (columns - 1)]
            grid[round((scale(value) - low) / step)][column] = _CHARACTERS[line.kind]
    rows = []
    for row in reversed(range(_HEIGHT)):
        mark = _label(back(low + row * step), decimals) if row % 4 == 0 else ""
        rows.append(f"{mark:>{_LABEL_WIDTH}} |{''.join(grid[row])}".rstrip())
    rows.append(" " * _LABEL_WIDTH + " +" + "-" * columns)
    last_day = first_day + len(lines[0].values) - 1
    dates = text_from_day(first_day) + text_from_day(last_day).rjust(columns - len("2017-02-15"))
    names = "   ".join(f"{_CHARACTERS[line.kind]} {line.name}" for line in lines)
    indent = " " * (_LABEL_WIDTH + 2)
    return [*rows, indent + dates, indent + names]


def _label(value: float, decimals: int | None) -> str:
    if decimals is None:
        return f"{value * 100:.0f} %"
    return WrittenForms(code=language()).marked(f"{value:,.{decimals}f}")


def spread_lines(spreads: Mapping[str, Spread], *, width: int = DEFAULT_WIDTH) -> list[str]:
    """A bar for each method: `-` from worst to best, `=` from the 5th to the 95th, `O` the median."""
    columns = width - _NAME_WIDTH - 2
    high = max(1.0, *(spread.max for spread in spreads.values()))

    def column(value: float) -> int:
        return round(value / high * (columns - 1))

    rows = []
    for name, spread in spreads.items():
        cells = [" "] * columns
        cells[column(1.0)] = "|"
        for character, first, last in (
            ("-", spread.min, spread.max),
            ("=", spread.p5, spread.p95),
            ("O", spread.median, spread.median),
        ):
            for position in range(column(first), column(last) + 1):
                cells[position] = character
        rows.append(f"{name[:_NAME_WIDTH]:<{_NAME_WIDTH}}  {''.join(cells)}".rstrip())
    scale = [" "] * (columns + len("100 %"))
    for value in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25):
        if value <= high:
            text = f"{value * 100:.0f} %"
            at = max(0, column(value) - len(text) // 2)
            scale[at : at + len(text)] = text
    rows.append(" " * (_NAME_WIDTH + 2) + "".join(scale).rstrip())
    return rows
