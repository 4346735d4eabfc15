"""Surveys: what content a coop makes of the observations that it holds, and from when on (PROTOCOL section
9.5).

A survey closes, by this node's own steady clock, when all publishers have observed, or a while after enough
have. From then on the node stands for the content of all observations that it holds at the moment. Coops that
hold the same ones make the same content; those that don't make another one in the next round.

Several surveys may be open where one was missed. The oldest for which there are enough observations is the
one that counts: what was observed of an earlier period is never passed over for a later one.
"""

from collections.abc import Sequence

from ledger.charter import IndexCharter
from ledger.decisions import OBSERVATION, IndexEntry, Observation
from ledger.index.days import Method
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.rules.index import median_of
from node.engine.core import Core
from node.engine.decisions.gathering import Gathering
from node.engine.tick import Tick
from node.engine.wire_decisions import Signed
from node.engine.wire_index import observed, signed_decision


class Closing:
    """What this node stands for in the surveys that are open."""

    def __init__(self, core: Core, gathering: Gathering) -> None:
        self._core = core
        self._gathering = gathering
        self._closes_ms: dict[int, int] = {}
        """When the survey of a period closes, from the moment on at which there were enough observations."""

    def begin(self, period: int) -> None:
        """That period is due."""
        self._closes_ms = {open_: at for open_, at in self._closes_ms.items() if open_ >= period}

    def wanted(
        self, tick: Tick, index: Index, period: int, periods: Sequence[int]
    ) -> Signed | None:
        """The content of all that is held for a period, once its survey is closed.

        `periods` are all that are open, rising.
        """
        chartered = self._core.charter.index
        if chartered is None or chartered.parameters.method is not Method.SURVEY:
            return None
        if period != self._oldest_with_enough(chartered, periods):
            self._closes_ms.pop(period, None)
            return None
        seen = self._seen(period)
        if not self._is_closed(tick, chartered, period, len(seen)):
            return None
        observations = tuple(seen[coop] for coop in sorted(seen))
        new = Print(
            period=period,
            value=median_of(observations, chartered),
            source=index.source_of(period),
        )
        return signed_decision(IndexEntry(decided=new, observations=observations))

    def _oldest_with_enough(self, chartered: IndexCharter, periods: Sequence[int]) -> int | None:
        needed = chartered.parameters.observations_needed
        return next((each for each in periods if len(self._seen(each)) >= needed), None)

    def _seen(self, period: int) -> dict[int, Observation]:
        """The observations that count: none of a coop that is known to have signed two of something."""
        signed = self._gathering.grouped((OBSERVATION, period))
        return {
            one.coop: one
            for each in signed
            for one in observed(each)
            if not self._core.is_accused(one.coop, "decision")
        }

    def _is_closed(self, tick: Tick, chartered: IndexCharter, period: int, seen: int) -> bool:
        closing_ms = self._core.settings.survey_closing_ms
        closes_ms = self._closes_ms.setdefault(period, tick.steady_ms + closing_ms)
        return seen == len(chartered.publishers) or tick.steady_ms >= closes_ms

    def wake_at_ms(self) -> int | None:
        """When the next survey closes."""
        return min(self._closes_ms.values(), default=None)
