"""What a picture consists of, and that both ways to draw it draw all of it."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cli.index.axes import Axis, day_marks, even_marks, logarithmic_marks
from cli.index.pictures import Line, PictureFile, draw_course
from cli.index.plot_node import CurrencyChange, in_one_currency
from cli.index.scene import Disc, Scene, Stroke, Words
from cli.index.scene_png import png
from cli.index.scene_svg import svg
from cli.index.week_pictures import draw_weeks, week_lines
from ledger.index.days import day_from_text, text_from_day
from node.index_weeks import weeks_worth

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_a_scene_is_drawn_with_all_its_shapes() -> None:
    scene = Scene(72, 36)
    scene.shapes.append(Stroke(points=[(0, 0), (72, 36)], colour="#ff0000", width=2, dash=(3, 1)))
    scene.shapes.append(Disc(centre=(9, 9), radius=3, colour="#00ff00"))
    scene.shapes.append(Words(place=(1, 30), text='<b> & "$1$"', size=9, colour="#0000ff"))
    root = ElementTree.fromstring(svg(scene))
    assert [each.tag.removeprefix(NAMESPACE) for each in root] == [
        "rect",
        "polyline",
        "circle",
        "text",
    ]
    assert root[3].text == '<b> & "$1$"'
    assert root[1].get("points") == "0,0 72,36"
    drawn = png(scene)
    # Width and height of a PNG stand in its first block, twice 72 by twice 36 dots.
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n" and drawn[16:24] == b"\0\0\0\x90\0\0\0\x48"
    assert svg(scene) == svg(scene)


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (0, 1.51, [0, 0.5, 1, 1.5]),
        (0, 1.08, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (990, 1_010, [990, 995, 1_000, 1_005, 1_010]),
    ],
)
def test_even_marks_are_round(low: float, high: float, marks: list[float]) -> None:
    assert even_marks(low, high) == pytest.approx(marks)


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (1_000, 120_000, [1_000, 10_000, 100_000]),
        (1_000, 5_500, [1_000, 2_000, 5_000]),
        (1_000, 1_200, [1_000, 1_050, 1_100, 1_150, 1_200]),
    ],
)
def test_a_logarithmic_axis_is_never_bare(low: float, high: float, marks: list[float]) -> None:
    assert logarithmic_marks(low, high) == pytest.approx(marks)


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2020-06-01", "2024-06-01", ["2021", "2022", "2023", "2024"]),
        ("2020-01-15", "2020-04-02", ["2020-02", "2020-03", "2020-04"]),
        ("2020-01-02", "2020-01-09", ["2020-01-02"]),
    ],
)
def test_days_are_marked_by_year_or_month(first: str, last: str, names: list[str]) -> None:
    marks = day_marks(day_from_text(first), day_from_text(last))
    assert [name for _, name in marks] == names
    for day, name in marks:
        assert text_from_day(day).startswith(name)


def test_an_axis_places_values_between_its_ends() -> None:
    assert Axis(low=0, high=10, start=100, end=200).at(2.5) == 125
    logarithmic = Axis(low=1, high=100, start=0, end=-50, is_logarithmic=True)
    assert logarithmic.at(10) == pytest.approx(-25)


@pytest.mark.parametrize("value", [1.0, 1_842.37])
def test_a_unit_that_never_moves_can_be_drawn(value: float, tmp_path: Path) -> None:
    path = tmp_path / "flat.svg"
    lines = [Line(kind="survey", name="a unit <of ours>", values=[value, value])]
    draw_course(
        first_day=20_000,
        unit_values=lines,
        kept=lines,
        subtitle="two days",
        files=[PictureFile(path=path, kind="svg")],
    )
    texts = [each.text for each in ElementTree.parse(path).iter(f"{NAMESPACE}text")]
    assert texts.count("a unit <of ours>") == 2


@pytest.mark.parametrize(("today", "drawn"), [(10, [2.0, 4.0, 8.0]), (12, [0.002, 0.004, 0.008])])
def test_a_currency_that_comes_later_is_drawn_as_that_of_today(
    today: int, drawn: list[float]
) -> None:
    change = CurrencyChange(first_day=12, ratio=0.001)
    values = [2.0, 4.0, 0.008]
    assert in_one_currency(values, 10, [change], today) == pytest.approx(drawn)


def test_each_week_is_a_row_whose_labels_meet_no_other(tmp_path: Path) -> None:
    first = day_from_text("2026-02-04")
    weeks = weeks_worth(
        [10**9 + 10**7 * day for day in range(40)], first_day=first, today=first + 20
    )
    lines = week_lines(weeks)
    assert len(lines) == len(weeks) == 7
    assert [line.split()[0] for line in lines] == [text_from_day(week.day) for week in weeks]
    assert lines[3].endswith("1200.00  today") and lines[4].endswith("known ahead")
    path = tmp_path / "weeks.svg"
    draw_weeks(weeks, title="Weeks", subtitle="x", files=[PictureFile(path=path, kind="svg")])
    texts = ElementTree.parse(path).getroot().findall(f"{NAMESPACE}text")
    places = [float(text.get("y") or 0) for text in texts[2:]]
    assert len(places) == 2 * len(weeks)
    assert min(b - a for a, b in pairwise(sorted(set(places)))) >= 12


def test_today_is_marked_in_a_course_where_more_is_known(tmp_path: Path) -> None:
    path = tmp_path / "course.svg"
    line = Line(kind="survey", name="unit", values=[1.0, 1.1, 1.2, 1.3])
    for today, marks in ((101, 2), (103, 0), (90, 0), (None, 0)):
        draw_course(
            first_day=100,
            unit_values=[line],
            kept=[line],
            subtitle="x",
            files=[PictureFile(path=path, kind="svg")],
            today=today,
        )
        assert path.read_text(encoding="utf-8").count(">today") == marks
