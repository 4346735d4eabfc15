"""What stewards take for the truth about a decision, and when they change their minds.

In a run with misreadings some coops' stewards first read something else than what was printed: one of few
wrong readings, so that coops may split three ways or two against two. They correct themselves after a
while, some by way of another wrong reading; once the trouble is over everybody reads what is true.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from ledger.codec import encode
from ledger.decisions import IndexEntry
from ledger.index.prints import Print
from tests.simulation.plan import Plan
from tests.simulation.world import World

Key = tuple[int, int]
"""A decision's kind (`Decision`, or `OBSERVATION`) and its number."""

_WRONG: Final = (1, 2)
_MIND_MS: Final = (600, 6_000)
"""How long stewards stay with a wrong reading, at least and at most."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Which reading a coop has until a time; 0 is the true one."""

    wrong: int
    until: int


class Readings:
    """One for a run. `of` asks for a coop's reading now; `sayers` remembers who has ever said what."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._now: dict[tuple[int, Key], _Reading] = {}
        self._sayers: defaultdict[bytes, set[int]] = defaultdict(set)

    def of(self, coop: int, entry: IndexEntry) -> IndexEntry:
        """What the coop's stewards take for `entry` now."""
        key = (entry.decision.value, entry.number)
        reading = self._now.get((coop, key))
        if reading is None or reading.until <= self._world.now:
            reading = self._next(reading)
            self._now[coop, key] = reading
        said = misread(entry, reading.wrong)
        self._sayers[encode([*key, said.content()])].add(coop)
        return said

    def sayers(self, entry: IndexEntry) -> frozenset[int]:
        """The coops whose stewards have ever said so."""
        content = encode([entry.decision.value, entry.number, entry.content()])
        return frozenset(self._sayers.get(content, ()))

    def _next(self, before: _Reading | None) -> _Reading:
        """Somebody reads it for the first time, or again."""
        world, is_first = self._world, before is None
        chance = self._plan.misread if is_first else self._plan.misread / 3
        wrong = 0
        if world.now < self._plan.trouble_ms and world.chance(chance):
            wrong = world.random.choice(_WRONG)
            world.injected["wrong readings"] += 1
        if not is_first:
            world.injected["changes of mind"] += 1
        until = world.now + world.random.randint(*_MIND_MS)
        return _Reading(wrong, min(until, self._plan.trouble_ms) if wrong else 2**62)


def misread(entry: IndexEntry, wrong: int) -> IndexEntry:
    """The decision as somebody reads it who is wrong in that way; 0 is right."""
    if not wrong:
        return entry
    if isinstance(entry.decided, Print):
        decided = replace(entry.decided, value=entry.decided.value + wrong)
        return replace(entry, decided=decided)
    other = sha256(f"misread {wrong}".encode()).digest()
    return replace(entry, decided=replace(entry.decided, description_hash=other))
