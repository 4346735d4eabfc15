"""What one unit bought each week, in letters and drawn: a line for each, so that no labels meet."""

from collections.abc import Sequence
from typing import Final

from cli.index.pictures import PictureFile, sheet, write_files
from cli.index.scene import Anchor, Scene, Stroke, Words
from cli.shell.forms import day as day_words
from cli.shell.forms import in_units
from cli.shell.language import later, say
from node.index_weeks import WeekWorth, When

MILLIONTHS_PER_CENT: Final = 10_000

_BAR_WIDTH: Final = 36
_BAR: Final = {When.BEFORE: "=", When.TODAY: "#", When.AHEAD: "."}
_MARK: Final = {When.BEFORE: "", When.TODAY: later("today"), When.AHEAD: later("known ahead")}
_COLOUR: Final = {When.BEFORE: "#73B1D5", When.TODAY: "#0072B2", When.AHEAD: "#C9DEEB"}
_INK: Final = "#222222"
_ROW: Final = 20.0
_WIDTH: Final = 620.0
_BEGIN: Final = 110.0
_END: Final = 420.0


def week_lines(weeks: Sequence[WeekWorth]) -> list[str]:
    """A line for each week: its day, a bar from nothing, what a unit bought, and whether it is today."""
    highest = max((week.value for week in weeks), default=1)
    amounts = [in_units(week.value // MILLIONTHS_PER_CENT) for week in weeks]
    days = [day_words(week.day) for week in weeks]
    wide, long = (max(map(len, texts), default=0) for texts in (amounts, days))
    lines = []
    for week, day, amount in zip(weeks, days, amounts, strict=True):
        bar = _BAR[week.when] * max(1, round(_BAR_WIDTH * week.value / highest))
        mark = say(_MARK[week.when]) if _MARK[week.when] else ""
        lines.append(f"{day:<{long}}  {bar:<{_BAR_WIDTH}}  {amount:>{wide}}  {mark}".rstrip())
    return lines


def draw_weeks(
    weeks: Sequence[WeekWorth], *, title: str, subtitle: str, files: Sequence[PictureFile]
) -> None:
    """The same as a picture. Raises `OSError`, and `CliError` for a PNG where nothing can draw one."""
    highest = max((week.value for week in weeks), default=1)
    scene = sheet(_WIDTH, 76 + _ROW * len(weeks), title=title, subtitle=subtitle)
    for row, week in enumerate(weeks):
        _draw_week(scene, 74 + _ROW * row, week, highest)
    write_files(scene, files)


def _draw_week(scene: Scene, y: float, week: WeekWorth, highest: int) -> None:
    is_today = week.when is When.TODAY
    end = _BEGIN + (_END - _BEGIN) * week.value / highest
    amount = in_units(week.value // MILLIONTHS_PER_CENT)
    mark = f"  {say(_MARK[week.when])}" if _MARK[week.when] else ""
    scene.shapes += [
        Stroke(points=[(_BEGIN, y), (end, y)], colour=_COLOUR[week.when], width=13),
        Words(
            place=(_BEGIN - 8, y + 3.5),
            text=day_words(week.day),
            size=9.5,
            colour=_INK,
            anchor=Anchor.END,
            is_bold=is_today,
        ),
        Words(
            place=(_END + 8, y + 3.5),
            text=amount + mark,
            size=9.5,
            colour=_INK,
            is_bold=is_today,
        ),
    ]
