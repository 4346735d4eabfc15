"""A picture as a list of shapes: lines, discs and words. Whoever draws it decides nothing.

Lengths are points, 1/72 of an inch, from the upper left corner. `scene_svg` and `scene_png` draw it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Point = tuple[float, float]


class Anchor(StrEnum):
    """Which part of a line of words stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line through points."""

    points: Sequence[Point]
    colour: str
    width: float
    dash: tuple[float, float] | None = None
    """Lengths of a dash and the gap after it; None for a line without gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """A white disc with a coloured rim."""

    centre: Point
    radius: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; `place` is on its baseline."""

    place: Point
    text: str
    size: float
    colour: str
    anchor: Anchor = Anchor.START
    is_bold: bool = False


@dataclass(slots=True)
class Scene:
    """What is drawn on a white sheet, the first shape lowest."""

    width: float
    height: float
    shapes: list[Stroke | Disc | Words] = field(default_factory=list)
