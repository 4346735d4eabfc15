"""Notices that two nodes seem to run with one key.

A link takes the place of an older one, or is refused because there is one, now and then: after a power
cut, or when a network changes. When it goes on, there are two who prove to be the same coop's node and take
turns. Counted are such *knocks*, at both ends: the peer sees that somebody comes again who is linked
already, and the two that their links are replaced or refused though they have none.
"""

from dataclasses import dataclass

from node.link.settings import LinkSettings


@dataclass(slots=True)
class _Knocks:
    first_ms: int
    last_ms: int
    count: int = 0


class Twins:
    """Counts knocks by whose key they were proved with."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._knocks: dict[int, _Knocks] = {}

    def knock(self, coop: int, steady_ms: int) -> bool:
        """Count one; whether they were so many, for so long, that there must be two."""
        settings = self._settings
        knocks = self._knocks.get(coop)
        if knocks is None or steady_ms - knocks.last_ms > settings.twin_pause_ms:
            knocks = self._knocks[coop] = _Knocks(steady_ms, steady_ms)
        knocks.count += 1
        knocks.last_ms = steady_ms
        lasted_ms = knocks.last_ms - knocks.first_ms
        return knocks.count >= settings.twin_knocks and lasted_ms >= settings.twin_least_ms
