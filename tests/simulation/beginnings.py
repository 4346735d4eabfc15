"""The federation with which a run begins, from its plan."""

from functools import lru_cache
from typing import Final

from ledger.index.days import day_from_text, text_from_day
from tests.builders import Federation, build_federation
from tests.charters import with_newcomer
from tests.index_builders import index_lines
from tests.simulation.plan import Indexed, Plan

MOST_JOINS: Final = 2
PRINTED_UNTIL: Final = "2025-10-15"
"""The day before the first window of a print: so four months are over when the run begins on 2026-01-01."""
SURVEYED_UNTIL: Final = "2025-12-21"
"""The Sunday of the first week that is surveyed; the run begins on 2026-01-01."""


def federation_of(plan: Plan) -> Federation:
    """The federation of a plan, with the keys of those that may join it."""
    return _federation(
        plan.coops,
        plan.quorum,
        plan.decision_quorum,
        plan.clearing_limit,
        _index_lines(plan),
    )


def _index_lines(plan: Plan) -> tuple[str, ...]:
    """The index's lines of the charter. The base day is just before a window."""
    if plan.indexed is Indexed.NOT:
        return ()
    quorum = plan.index_quorum
    if plan.indexed is Indexed.OFFICIAL:
        return tuple(index_lines(coops=plan.coops, quorum=quorum, base_day=PRINTED_UNTIL))
    return tuple(
        index_lines(
            "survey",
            coops=plan.coops,
            quorum=quorum,
            base_day=text_from_day(day_from_text(SURVEYED_UNTIL) + plan.lead_days),
            observations_needed=plan.observations_needed,
            lead_days=plan.lead_days,
        )
    )


@lru_cache(maxsize=64)
def _federation(
    coops: int, quorum: int, decision_quorum: int, clearing_limit: int, index: tuple[str, ...]
) -> Federation:
    federation = build_federation(
        seed="simulation",
        coops=coops,
        witness_quorum=quorum,
        decision_quorum=decision_quorum,
        clearing_limit=clearing_limit,
        index=index,
    )
    for place in range(MOST_JOINS):
        federation = with_newcomer(federation, coops + 1 + place)
    return federation
