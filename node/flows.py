"""What moves between a coop's members together, its commons and other coops: the kinds, with their signs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Flow(StrEnum):
    """What moved between the members together, the commons, and the other coops."""

    PAID_OUT = "paid_out"
    PAID_IN = "paid_in"
    CAME_BACK = "came_back"
    """What members had paid, given back by the other coop, or by its leaving."""
    COMMONS_IN = "commons_in"
    """To the commons from elsewhere, and what came for accounts that had closed."""
    GIVEN_BACK = "given_back"
    """What had come for accounts that had closed."""
    CONTRIBUTION = "contribution"
    GIFT = "gift"
    LEVY = "levy"
    SPENT = "spent"
    SETTLED = "settled"
    PASSED_ON = "passed_on"
    OPENED = "opened"
    """What members began with, from the system that the coop had before; the commons has the opposite."""


@dataclass(frozen=True, slots=True)
class FlowSigns:
    """By which sign a flow changes the members' total, the commons, and the position with the other coop."""

    members: int
    commons: int
    position: int


FLOWS: Final = {
    Flow.PAID_OUT: FlowSigns(-1, 0, -1),
    Flow.PAID_IN: FlowSigns(1, 0, 1),
    Flow.CAME_BACK: FlowSigns(1, 0, 1),
    Flow.COMMONS_IN: FlowSigns(0, 1, 1),
    Flow.GIVEN_BACK: FlowSigns(0, -1, -1),
    Flow.CONTRIBUTION: FlowSigns(-1, 1, 0),
    Flow.GIFT: FlowSigns(-1, 1, 0),
    Flow.LEVY: FlowSigns(-1, 1, 0),
    Flow.SPENT: FlowSigns(1, -1, 0),
    Flow.SETTLED: FlowSigns(1, -1, 0),
    Flow.PASSED_ON: FlowSigns(-1, 1, 0),
    Flow.OPENED: FlowSigns(1, -1, 0),
}
"""Members and commons together are the position: each line adds up."""
