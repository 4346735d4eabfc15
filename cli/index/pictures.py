"""Pictures of the index as SVG and PNG.

Two: how purchasing power was kept over all holding periods, and the course of one of them. What they
show is computed elsewhere; nothing here decides anything. Colours are told apart without seeing red
and green (Okabe and Ito's palette), and lines that cover each other differ in kind too.

A picture is laid out once, as a scene; SVG needs nothing to be written, PNG the extra `pictures`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.index.axes import INK, SMALL, Axes, Axis, day_marks, even_marks, logarithmic_marks
from cli.index.backtest import Spread
from cli.index.scene import Anchor, Disc, Scene, Stroke, Words
from cli.index.scene_png import png
from cli.index.scene_svg import svg
from cli.shell.forms import marked
from cli.shell.language import language, later, say
from node.words.forms import WrittenForms

VALUE_TITLE: Final = later("Value of one unit, in pesos (logarithmic)")
KEPT_TITLE: Final = later("Purchasing power kept since the first day")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """Where a picture goes, and as what: `svg` or `png`."""

    path: Path
    kind: str


_COLOURS: Final = {"survey": "#009E73", "cer": "#0072B2", "nominal": "#D55E00", "cash": "#333333"}
_PALE: Final = {"survey": "#73C9B1", "cer": "#73B1D5", "nominal": "#EBA673", "cash": "#8F8F8F"}
"""The same, mixed with white."""
_WIDTHS: Final = {"nominal": 3.0, "survey": 1.4}
_DASHES: Final = {"cash": (2.6, 4.3)}
"""Over the nominal line, which it covers."""
_OTHER_COLOUR: Final = "#CC79A7"
_OTHER_PALE: Final = "#E3B7CF"
_GREY: Final = "#666666"
_ROW: Final = 54.0
_LINE_OF_WORDS: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure for each day. `kind` chooses its colour: survey, cer, nominal or cash."""

    kind: str
    name: str
    values: Sequence[float]


def draw_spreads(
    spreads: Mapping[str, Spread], *, subtitle: str, files: Sequence[PictureFile]
) -> None:
    """Draw each method's spread as a bar from the 5th to the 95th percentile, with its extremes.

    Raises `OSError`, and `CliError` for a PNG where nothing can draw one.
    """
    width, height = 684.0, 158.4 + _ROW * len(spreads)
    scene = sheet(
        width,
        height,
        title=say("What a balance kept, over every holding period of half a month or more"),
        subtitle=subtitle,
    )
    high = max(1.0, *(spread.max for spread in spreads.values())) * 1.03
    axes = Axes(
        x=Axis(low=0, high=high, start=0.15 * width, end=0.66 * width),
        y=Axis(low=0, high=len(spreads), start=height - 54, end=90),
    )
    axes.mark_x(scene, even_marks(0, high), _percent)
    axes.frame(scene)
    one = [axes.at(1, 0), axes.at(1, len(spreads))]
    scene.shapes.append(Stroke(points=one, colour=INK, width=1))
    below = say("purchasing power kept; 100 %: it buys the same as at the start")
    middle = ((axes.x.start + axes.x.end) / 2, height - 24)
    scene.shapes.append(
        Words(place=middle, text=below, size=SMALL, colour=INK, anchor=Anchor.MIDDLE)
    )
    for column, heading in enumerate((say("worst"), say("5th"), say("median"))):
        _cell(scene, axes, column, 86.0, heading, colour=_GREY)
    for row, (name, spread) in enumerate(spreads.items()):
        _draw_spread(scene, axes, len(spreads) - row - 0.5, name, spread)
    write_files(scene, files)


def draw_course(
    *,
    first_day: int,
    unit_values: Sequence[Line],
    kept: Sequence[Line],
    subtitle: str,
    files: Sequence[PictureFile],
    value_title: str = VALUE_TITLE,
    kept_title: str = KEPT_TITLE,
    today: int | None = None,
) -> None:
    """Draw the unit's value above, and below what each way to hold money kept since the first day.

    Where `today` is one of the days and not the last one, it is marked: what comes after is known ahead.

    Raises `OSError`, and `CliError` for a PNG where nothing can draw one.
    """
    width, height = 756.0, 532.8
    scene = sheet(
        width,
        height,
        title=say("The unit follows prices; what is held in it goes on buying the same"),
        subtitle=subtitle,
    )
    last_day = first_day + max(len(line.values) for line in kept) - 1
    days = Axis(low=first_day, high=last_day, start=0.09 * width, end=0.79 * width)
    low = min(min(line.values) for line in unit_values)
    high = max(max(line.values) for line in unit_values)
    if low == high:
        low, high = low * 0.9, high * 1.1
    above = Axes(x=days, y=Axis(low=low, high=high, start=255, end=96, is_logarithmic=True))
    above.mark_y(scene, logarithmic_marks(low, high), _rounded)
    _draw_lines(scene, above, first_day, unit_values, title=say(value_title))
    _mark_today(scene, above, today)
    most = max(max(line.values) for line in kept) * 1.08
    below = Axes(x=days, y=Axis(low=0, high=most, start=height - 30, end=306))
    below.mark_y(scene, even_marks(0, most), _percent)
    _draw_lines(scene, below, first_day, kept, title=say(kept_title))
    _mark_today(scene, below, today)
    write_files(scene, files)


def _mark_today(scene: Scene, axes: Axes, today: int | None) -> None:
    if today is None or not axes.x.low <= today < axes.x.high:
        return
    x = axes.x.at(today)
    line = [(x, axes.y.start), (x, axes.y.end)]
    scene.shapes.append(Stroke(points=line, colour=INK, width=1, dash=(3, 3)))
    is_left = x < (axes.x.start + axes.x.end) / 2
    scene.shapes.append(
        Words(
            place=(x + 4 if is_left else x - 4, axes.y.start - 5),
            text=say("today; after it, what is known ahead") if is_left else say("today"),
            size=SMALL,
            colour=INK,
            anchor=Anchor.START if is_left else Anchor.END,
        )
    )


def sheet(width: float, height: float, *, title: str, subtitle: str) -> Scene:
    """An empty scene with its title and what it was made from, at the upper left."""
    scene = Scene(width, height)
    scene.shapes.append(Words(place=(14, 24), text=title, size=13, colour="#222222", is_bold=True))
    for number, line in enumerate(subtitle.splitlines()):
        place = (14.0, 42 + number * _LINE_OF_WORDS)
        scene.shapes.append(Words(place=place, text=line, size=SMALL, colour="#555555"))
    return scene


def _draw_spread(scene: Scene, axes: Axes, row: float, name: str, spread: Spread) -> None:
    colour, pale = _COLOURS.get(name, _OTHER_COLOUR), _PALE.get(name, _OTHER_PALE)
    y = axes.y.at(row)

    def bar(low: float, high: float, colour: str, width: float) -> Stroke:
        return Stroke(points=[axes.at(low, row), axes.at(high, row)], colour=colour, width=width)

    scene.shapes.append(bar(spread.min, spread.max, colour, 1.5))
    scene.shapes.append(bar(spread.p5, spread.p95, pale, 11))
    for extreme in (spread.min, spread.max):
        x = axes.x.at(extreme)
        scene.shapes.append(Stroke(points=[(x, y - 6), (x, y + 6)], colour=colour, width=1.5))
    scene.shapes.append(Disc(centre=axes.at(spread.median, row), radius=3, colour=colour))
    label = Words(
        place=(axes.x.start - 6, y + 4), text=say(name), size=11, colour=INK, anchor=Anchor.END
    )
    scene.shapes.append(label)
    for column, figure in enumerate((spread.min, spread.p5, spread.median)):
        _cell(scene, axes, column, y + 3.5, marked(f"{figure * 100:.1f} %"), colour="#222222")


def _cell(scene: Scene, axes: Axes, column: int, y: float, text: str, *, colour: str) -> None:
    """Write a cell of the table to the right of the bars, in line with them."""
    x = axes.x.end + (0.13 + 0.17 * column) * (axes.x.end - axes.x.start)
    scene.shapes.append(Words(place=(x, y), text=text, size=9.5, colour=colour, anchor=Anchor.END))


def _draw_lines(
    scene: Scene, axes: Axes, first_day: int, lines: Sequence[Line], *, title: str
) -> None:
    """Draw lines over days, with their names on the right."""
    marks = day_marks(first_day, round(axes.x.high))
    names = dict(marks)
    axes.mark_x(scene, list(names), lambda day: names[round(day)])
    axes.frame(scene)
    scene.shapes.append(
        Words(place=(axes.x.start, axes.y.end - 7), text=title, size=10, colour="#222222")
    )
    middle = (axes.y.start + axes.y.end) / 2 - 8 * (len(lines) - 1)
    for number, line in enumerate(lines):
        points = [axes.at(first_day + place, value) for place, value in enumerate(line.values)]
        y = middle + 16 * number
        start = axes.x.end + 12
        for through in (points, [(start, y), (start + 16, y)]):
            scene.shapes.append(
                Stroke(
                    points=through,
                    colour=_COLOURS.get(line.kind, _OTHER_COLOUR),
                    width=_WIDTHS.get(line.kind, 1.7),
                    dash=_DASHES.get(line.kind),
                )
            )
        scene.shapes.append(
            Words(place=(start + 22, y + 3), text=line.name, size=SMALL, colour=INK)
        )


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _rounded(value: float) -> str:
    written = f"{value:,.0f}" if value >= 10 else f"{value:,.4g}"
    return WrittenForms(code=language()).marked(written)


def write_files(scene: Scene, files: Sequence[PictureFile]) -> None:
    """Write all files, or none when one of them can't be drawn."""
    drawn = [png(scene) if file.kind == "png" else svg(scene).encode("utf-8") for file in files]
    for file, data in zip(files, drawn, strict=True):
        file.path.write_bytes(data)
