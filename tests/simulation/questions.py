"""What an honest node was asked and has not answered: nothing after a tick, but for payments that wait.

With a witness quorum a payment may wait for the anchor that makes its payee known, for a bounded time.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.kinds import PAYMENT_KINDS
from node.engine.answers import Request
from node.engine.events import Event, Submit
from tests.simulation.nodes import SETTINGS, SimNode

LATE_MS: Final = 5_000
"""A slow machine may come to a payment that is due so much later."""


class Questions:
    """The open ones of each node, by request."""

    def __init__(self, *, may_wait: bool) -> None:
        self._may_wait = may_wait
        self._open: dict[int, tuple[object, dict[Request, tuple[Event, int]]]] = {}

    def asked(self, node: SimNode, events: Sequence[Event]) -> dict[Request, Event]:
        """What may be answered in this tick."""
        engine, waiting = self._open.get(node.coop, (None, {}))
        if engine is not node.engine:
            waiting = {}  # it died, and with it what it was asked
        for event in events:
            if hasattr(event, "request"):
                waiting[event.request] = (event, node.world.now)
        self._open[node.coop] = node.engine, waiting
        return {request: event for request, (event, _) in waiting.items()}

    def left(self, node: SimNode, answered: Mapping[Request, object]) -> int:
        """How many are open though they must not be; what was `answered` is forgotten."""
        waiting = self._open[node.coop][1]
        for request in answered:
            del waiting[request]
        longest = SETTINGS.payee_wait_ms + LATE_MS
        return sum(
            not (self._may_wait and _is_payment(event)) or node.world.now - since > longest
            for event, since in waiting.values()
        )


def _is_payment(event: Event) -> bool:
    return isinstance(event, Submit) and event.transaction[1] in PAYMENT_KINDS
