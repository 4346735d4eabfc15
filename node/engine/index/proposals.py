"""Surveys: who puts the coops' observations into one content, and when (PROTOCOL section 9.5).

Time is cut into rounds, by this node's own steady clock: round 0 begins when all publishers have
observed, or a closing time after enough have. In round r of period p, publisher number (p + r) mod n
proposes: it signs a content. The others sign a valid one that a proposer of the round, or of an earlier
one, has signed. A later proposer takes up what others have signed already, so that signatures gather
on one content.
"""

from ledger.charter import IndexCharter
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.index.days import Method
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.rules.index import median_of
from node.engine.core import Core, Tick
from node.engine.decisions.gathering import Gathering
from node.engine.decisions.subject import IsValid
from node.engine.wire_decisions import Key, Signed
from node.engine.wire_index import observed, signed_decision


class Proposals:
    """What this node would sign for the survey that is due."""

    def __init__(self, core: Core, gathering: Gathering) -> None:
        self._core = core
        self._gathering = gathering
        self._period = 0
        self._closes_ms: int | None = None
        self._wake_at_ms: int | None = None

    def begin(self, period: int) -> None:
        """Another period is due."""
        self._period = period
        self._closes_ms = self._wake_at_ms = None

    @property
    def _print(self) -> Key:
        return (Decision.PRINT.value, self._period)

    def wanted(self, tick: Tick, index: Index, is_valid: IsValid) -> Signed | None:
        """What there is to sign now for the period that is due."""
        chartered = self._core.charter.index
        if chartered is None or chartered.parameters.method is not Method.SURVEY:
            return None
        elapsed = self._elapsed_ms(tick, chartered)
        if elapsed is None:
            return None
        publishers = chartered.publishers
        length = self._core.settings.survey_round_ms
        present = max(elapsed, 0) // length
        self._set_alarm(tick.steady_ms - elapsed, length, present, has_begun=elapsed >= 0)
        first = self._period % len(publishers)
        rounds = range(min(present + 1, len(publishers)))
        proposers = {publishers[(first + number) % len(publishers)] for number in rounds}
        turn = publishers[(first + present) % len(publishers)]
        is_own_turn = turn == self._core.coop and elapsed >= 0
        for signed in self._gathering.grouped(self._print):
            signers = {coop for coop, _ in signed.signatures}
            if (is_own_turn or signers & proposers) and is_valid(signed):
                return signed
        return self._propose(chartered, index, is_valid) if is_own_turn else None

    def _elapsed_ms(self, tick: Tick, chartered: IndexCharter) -> int | None:
        """How long round 0 has been going on, negative before it; None when nothing has begun."""
        seen = self._gathering.votes((OBSERVATION, self._period))
        votes = self._gathering.votes(self._print)
        if self._closes_ms is None:
            if len(seen) < chartered.parameters.observations_needed and not votes:
                return None
            self._closes_ms = tick.steady_ms + self._core.settings.survey_closing_ms
        if len(seen) == len(chartered.publishers):
            self._closes_ms = min(self._closes_ms, tick.steady_ms)
        return tick.steady_ms - self._closes_ms

    def _set_alarm(self, closes_ms: int, length: int, present: int, *, has_begun: bool) -> None:
        self._wake_at_ms = closes_ms + (present + 1) * length if has_begun else closes_ms

    def _propose(self, chartered: IndexCharter, index: Index, is_valid: IsValid) -> Signed | None:
        """A content of all observations that are held."""
        signed = self._gathering.grouped((OBSERVATION, self._period))
        seen = {one.coop: one for each in signed for one in observed(each)}
        if len(seen) < chartered.parameters.observations_needed:
            return None
        observations = tuple(seen[coop] for coop in sorted(seen))
        new = Print(
            period=self._period,
            value=median_of(observations, chartered),
            source=index.source_of(self._period),
        )
        proposal = signed_decision(IndexEntry(decided=new, observations=observations))
        return proposal if is_valid(proposal) else None

    def wake_at_ms(self) -> int | None:
        """When the survey closes, or the next round begins."""
        return self._wake_at_ms
