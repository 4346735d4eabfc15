"""Pictures of the index as SVG and PNG.

Two: how purchasing power was kept over all holding periods, and the course of one of them. What they
show is computed elsewhere; nothing here decides anything. Colours are told apart without seeing red
and green (Okabe and Ito's palette), and lines that cover each other differ in kind too.

The drawing library takes a second to load, so it is loaded when a picture is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .backtest import Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH: Final = 144
VALUE_TITLE: Final = "Value of one unit, in pesos (logarithmic)"
KEPT_TITLE: Final = "Purchasing power kept since the first day"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """Where a picture goes, and as what: `svg` or `png`."""

    path: Path
    kind: str


_EPOCH: Final = date(1970, 1, 1)
_COLOURS: Final = {"survey": "#009E73", "cer": "#0072B2", "nominal": "#D55E00", "cash": "#333333"}
_WIDTHS: Final = {"nominal": 3.0, "survey": 1.4}
_DASHES: Final[dict[str, Any]] = {
    "cash": (0, (1.5, 2.5))
}  # Over the nominal line, which it covers.
_OTHER_COLOUR: Final = "#CC79A7"
_GRID: Final = "#dddddd"
_STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#333333",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "svg.fonttype": "none",  # Letters stay letters, which can be searched and read aloud.
    "svg.hashsalt": "fiado",  # The same picture is the same file.
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure for each day. `kind` chooses its colour: survey, cer, nominal or cash."""

    kind: str
    name: str
    values: Sequence[float]


def draw_spreads(
    spreads: Mapping[str, Spread], *, subtitle: str, files: Sequence[PictureFile]
) -> None:
    """Draw each method's spread as a bar from the 5th to the 95th percentile, with its extremes."""

    height = 2.2 + 0.75 * len(spreads)

    def fill(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        figure.subplots_adjust(left=0.13, right=0.66, top=1 - 1.25 / height, bottom=0.75 / height)
        top = len(spreads) - 1
        for row, (name, spread) in enumerate(spreads.items()):
            _draw_spread(axes, top - row, name, spread)
        axes.axvline(1, color="#333333", linewidth=1, zorder=1)
        axes.set_xlim(0, max(spread.max for spread in spreads.values()) * 1.03)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        axes.set_yticks(range(len(spreads)), labels=list(reversed(list(spreads))))
        axes.set_ylim(-0.5, len(spreads) - 0.5)
        axes.tick_params(axis="y", length=0, labelsize=11)
        axes.grid(axis="x", color=_GRID)
        axes.set_axisbelow(True)
        axes.set_xlabel(
            "purchasing power kept; 100 %: it buys the same as at the start", fontsize=9
        )
        for column, heading in enumerate(("worst", "5th", "median")):
            _figure_cell(axes, column, top + 0.62, heading, colour="#666666")
        _head(
            figure,
            "What a balance kept, over every holding period of half a month or more",
            subtitle,
        )

    _draw(fill, size=(9.5, height), files=files)


def draw_course(
    *,
    first_day: int,
    unit_values: Sequence[Line],
    kept: Sequence[Line],
    subtitle: str,
    files: Sequence[PictureFile],
    value_title: str = VALUE_TITLE,
    kept_title: str = KEPT_TITLE,
) -> None:
    """Draw the unit's value above, and below what each way to hold money kept since the first day."""

    def fill(figure: Figure) -> None:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.4])
        figure.subplots_adjust(left=0.09, right=0.79, top=0.82, bottom=0.06, hspace=0.25)
        for axes, lines in ((above, unit_values), (below, kept)):
            _draw_lines(axes, first_day, lines)
        above.set_yscale("log")
        above.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        if _spread(unit_values) < 10:
            # Powers of ten alone would leave the axis bare.
            above.yaxis.set_minor_formatter(lambda value, _: f"{value:,.0f}")
        above.set_title(value_title, fontsize=10, loc="left")
        below.set_ylim(0, max(max(line.values) for line in kept) * 1.08)
        below.yaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        below.set_title(kept_title, fontsize=10, loc="left")
        _head(
            figure, "The unit follows prices; what is held in it goes on buying the same", subtitle
        )

    _draw(fill, size=(10.5, 7.4), files=files)


def _spread(lines: Sequence[Line]) -> float:
    """How many times the lowest value the highest one is."""
    return max(max(line.values) for line in lines) / min(min(line.values) for line in lines)


def _draw_spread(axes: Axes, row: int, name: str, spread: Spread) -> None:
    colour = _COLOURS.get(name, _OTHER_COLOUR)
    axes.plot([spread.min, spread.max], [row, row], color=colour, linewidth=1.5, zorder=2)
    axes.plot(
        [spread.p5, spread.p95],
        [row, row],
        color=colour,
        linewidth=11,
        alpha=0.55,
        solid_capstyle="butt",
        zorder=3,
    )
    for extreme in (spread.min, spread.max):
        axes.plot([extreme, extreme], [row - 0.12, row + 0.12], color=colour, linewidth=1.5)
    axes.plot([spread.median], [row], "o", color="white", markeredgecolor=colour, zorder=4)
    for column, figure in enumerate((spread.min, spread.p5, spread.median)):
        _figure_cell(axes, column, row, f"{figure * 100:.1f} %", colour="#222222")


def _figure_cell(axes: Axes, column: int, row: float, text: str, *, colour: str) -> None:
    """Write a cell of the table to the right of the bars, in line with them."""
    axes.annotate(
        text,
        xy=(1.13 + 0.17 * column, row),
        xycoords=("axes fraction", "data"),
        ha="right",
        va="center",
        fontsize=9.5,
        color=colour,
        annotation_clip=False,
    )


def _draw_lines(axes: Axes, first_day: int, lines: Sequence[Line]) -> None:
    """Draw lines over days, with their names on the right."""
    length = max(len(line.values) for line in lines)
    days = [_EPOCH + timedelta(days=first_day + position) for position in range(length)]
    for line in lines:
        axes.plot(
            days,  # type: ignore[arg-type]  # the library takes dates, its stubs say numbers
            line.values,
            color=_COLOURS.get(line.kind, _OTHER_COLOUR),
            linewidth=_WIDTHS.get(line.kind, 1.7),
            linestyle=_DASHES.get(line.kind, "solid"),
            label=line.name,
        )
    axes.grid(color=_GRID)
    axes.set_axisbelow(True)
    axes.margins(x=0)
    axes.legend(
        loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9, handlelength=1.6
    )


def _head(figure: Figure, title: str, subtitle: str) -> None:
    """Write the title and what the picture was made from, at the top left."""
    height = figure.get_figheight()
    figure.text(
        0.02, 1 - 0.15 / height, title, fontsize=13, fontweight="bold", color="#222222", va="top"
    )
    figure.text(0.02, 1 - 0.45 / height, subtitle, fontsize=9, color="#555555", va="top")


def _draw(fill: Any, *, size: tuple[float, float], files: Sequence[PictureFile]) -> None:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, facecolor="white")
        FigureCanvasAgg(figure)
        fill(figure)
        for file in files:
            metadata = {"Date": None} if file.kind == "svg" else None
            figure.savefig(file.path, format=file.kind, dpi=DOTS_PER_INCH, metadata=metadata)
