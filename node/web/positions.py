"""The small picture of a position between minus and plus its clearing limit."""

from dataclasses import dataclass
from typing import Final

WIDTH: Final = 400
"""Of the picture; its middle is zero, its ends are the clearing limit."""


@dataclass(frozen=True, slots=True)
class PositionBar:
    """Where the bar begins and how wide it is, in the picture's units; percent of the limit."""

    start: int
    width: int
    percent: int


def position_bar(position: int, clearing_limit: int) -> PositionBar:
    """The bar of a position; one beyond the limit (only a credit can be) ends at the edge."""
    half = WIDTH // 2
    if clearing_limit == 0:
        return PositionBar(half, 0, 0)
    width = min(half, abs(position) * half // clearing_limit)
    if position != 0:
        width = max(width, 2)
    start = half - width if position < 0 else half
    return PositionBar(start, width, abs(position) * 100 // clearing_limit)
