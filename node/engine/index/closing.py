"""Surveys: what content a coop makes of the observations that it holds, and from when on (PROTOCOL section
9.5).

A survey closes, by this node's own steady clock, when all publishers have observed, or a while after enough
have. From then on the node stands for the content of all observations that it holds at the moment. Coops that
hold the same ones make the same content; those that don't make another one in the next round.
"""

from ledger.charter import IndexCharter
from ledger.decisions import OBSERVATION, Decision, IndexEntry, Observation
from ledger.index.days import Method
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.rules.index import median_of
from node.engine.core import Core
from node.engine.decisions.gathering import Gathering
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Signed
from node.engine.wire_index import observed, signed_decision


class Closing:
    """What this node stands for in the survey that is due."""

    def __init__(self, core: Core, gathering: Gathering) -> None:
        self._core = core
        self._gathering = gathering
        self._period = 0
        self._closes_ms: int | None = None

    def begin(self, period: int) -> None:
        """That period is due."""
        if period != self._period:
            self._period = period
            self._closes_ms = None

    @property
    def key(self) -> Key:
        """What the survey decides."""
        return (Decision.PRINT.value, self._period)

    def wanted(self, tick: Tick, index: Index) -> Signed | None:
        """The content of all that is held, once the survey is closed."""
        chartered = self._core.charter.index
        if chartered is None or chartered.parameters.method is not Method.SURVEY:
            return None
        seen = self._seen()
        if len(seen) < chartered.parameters.observations_needed:
            self._closes_ms = None
            return None
        if not self._is_closed(tick, chartered, len(seen)):
            return None
        observations = tuple(seen[coop] for coop in sorted(seen))
        new = Print(
            period=self._period,
            value=median_of(observations, chartered),
            source=index.source_of(self._period),
        )
        return signed_decision(IndexEntry(decided=new, observations=observations))

    def _seen(self) -> dict[int, Observation]:
        """The observations that count: none of a coop that is known to have signed two of something."""
        signed = self._gathering.grouped((OBSERVATION, self._period))
        return {
            one.coop: one
            for each in signed
            for one in observed(each)
            if not self._core.is_accused(one.coop, "decision")
        }

    def _is_closed(self, tick: Tick, chartered: IndexCharter, seen: int) -> bool:
        if self._closes_ms is None:
            self._closes_ms = tick.steady_ms + self._core.settings.survey_closing_ms
        return seen == len(chartered.publishers) or tick.steady_ms >= self._closes_ms

    def wake_at_ms(self) -> int | None:
        """When the survey closes."""
        return self._closes_ms
