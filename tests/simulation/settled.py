"""Liveness: what must have arrived once faults have stopped.

Between honest coops everything, and with no culprit about all digests are equal. A culprit's own log, and
payments to and from it, are promised nothing. After a fork nothing is promised to a node that took in
another history than one that an honest log has anchored: it can't follow that log (OPERATING says what
people do then).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.government.articles import Article
from ledger.government.guarantees import GUARANTEES_CHAPTER, pair_of, pledge_of
from ledger.rules.government.recovery import next_restoration
from ledger.rules.government.register import open_proposals
from ledger.rules.office import bylaws_in_force, stewards_in_office
from ledger.state import Transit
from ledger.validators.interface import Validator
from ledger.validators.reading import LogReader
from node.engine.health.status import Readiness
from tests.node.engine.inside import core_of
from tests.simulation.decided import name

if TYPE_CHECKING:
    from tests.simulation.nodes import SimNode
    from tests.simulation.simulation import Simulation

_DUTIES_TAKE_S = 8
"""Longer than clocks differ by once they are set, and a node takes to start."""


def unsettled(simulation: Simulation) -> str | None:
    """What is still missing, in words; None when all is as it should be."""
    missing = _missing_decisions(simulation)
    if missing is not None:
        return missing
    names = {*simulation.watch.honest, *simulation.watch.readmitted}
    whole = [simulation.nodes[coop] for coop in sorted(names)]
    for node in whole:
        missing = _missing(simulation, node, names)
        if missing:
            return f"{node.name}: {missing}"
    accused = simulation.culprit is not None and simulation.culprit.must_be_accused()
    if accused and simulation.aftermath is not None and not simulation.aftermath.is_over:
        return "the culprit is not readmitted"
    if simulation.culprit is None or simulation.watch.readmitted:
        digests = {core_of(node.engine).validator.digest() for node in whole if node.engine}
        if len(digests) != 1:
            return "the digests differ"
    elif accused:
        for coop in simulation.watch.honest:
            engine = simulation.nodes[coop].engine
            if engine is None or simulation.plan.culprit not in engine.status().accused:
                return f"{simulation.nodes[coop].name} does not accuse the culprit"
    undone = _undone(simulation)
    if undone is not None:
        return undone
    if simulation.waiting_members():
        return f"{simulation.waiting_members()} members wait for an answer"
    return None


def _missing_decisions(simulation: Simulation) -> str | None:
    """Every honest log takes in every decision that any of them has, and all that can be certified."""
    agreed, versions = len(simulation.agreed.matters), simulation.watch.versions.of
    if _cannot_endorse(simulation, Article.ENDORSE):
        agreed = max(versions.values())
    ended = simulation.watch.ended()
    behind = sorted(
        coop for coop, version in versions.items() if version < agreed and coop not in ended
    )
    if behind:
        return f"coops {behind} have not taken in all {agreed} changes of the charter"
    if simulation.leaving is not None and not simulation.leaving.is_over:
        return "the coop that is to leave has not left"
    decided = simulation.watch.decided
    if decided is None:
        return None
    decided.ended = ended
    differing = decided.differing()
    if differing:
        return f"coops {differing} have not taken in all decisions"
    for coop in set(simulation.watch.honest) - ended:
        engine = simulation.nodes[coop].engine
        if engine is None or not all(map(engine.survey, decided.survey_files)):
            return f"{simulation.nodes[coop].name} has not all survey files"
    key = decided.missing(simulation.world.day)
    if key is None or _cannot_endorse(simulation, Article.PUBLISH):
        return None
    return f"{name(key)} is not taken in by anybody"


def _cannot_endorse(simulation: Simulation, power: Article) -> bool:
    """Whether some honest coop waits for an election: of its stewards so many are frozen that too few sign.

    A decision that needs that coop waits with it.
    """
    for coop in simulation.watch.honest:
        engine = simulation.nodes[coop].engine
        if engine is None:
            continue
        log = LogReader(core_of(engine).validator, coop)
        office = stewards_in_office(log)
        if 0 < len(office.stewards) < office.needed(power, bylaws_in_force(log)):
            return True
    return False


def _undone(simulation: Simulation) -> str | None:
    """What time alone makes due in an honest coop, its node does: nobody has to ask for it."""
    for node in simulation.honest_nodes():
        if node.engine is None or node.coop in simulation.watch.ended():
            continue
        log = LogReader(core_of(node.engine).validator, node.coop)
        now = simulation.world.time - _DUTIES_TAKE_S
        for number, proposal in open_proposals(log).items():
            if proposal.ready_at() < now:
                return f"vote {number} of coop {node.coop} has closed and is not enacted"
        restoration = next_restoration(log)
        if restoration is not None and restoration[1] < now:
            return f"a recovery in coop {node.coop} is due and has not ended"
        if _is_past(log, now):
            return f"a guarantee in coop {node.coop} has not lapsed"
    return None


def _is_past(log: LogReader, now: int) -> bool:
    """Whether a guarantee stands whose day has come, for somebody who owes nothing."""
    for key, value in log.rows(GUARANTEES_CHAPTER):
        pledge, member = pledge_of(value), log.account(pair_of(key)[1])
        is_free = member is not None and member.balance >= 0
        if is_free and pledge.cap and pledge.until is not None and pledge.until < now:
            return True
    return False


def _missing(simulation: Simulation, node: SimNode, whole: set[int]) -> str | None:
    if node.engine is None:
        return "not running"
    status = node.engine.status()
    has_left = node.coop in simulation.watch.ended()
    if status.readiness is not (Readiness.LEFT if has_left else Readiness.READY):
        return f"is {status.readiness.value}"
    if simulation.watch.readmitted and status.accused:
        return f"accuses {status.accused}, whom others readmitted"
    validator, watch = core_of(node.engine).validator, simulation.watch
    for coop in sorted(whole):
        length = {**watch.truths, **watch.readmitted}[coop].length
        if status.lengths[coop] != length:
            return f"holds {status.lengths[coop]} of {length} entries of coop {coop}"
        for item in validator.in_transit(coop):
            if item.payee_coop in whole and item.number > _taken_in(validator, item, coop):
                return f"entry {item.number} of coop {coop} is in transit to {item.payee_coop}"
    owed = [item for item in validator.returnable(node.coop) if item.coop in whole]
    return f"owes {len(owed)} returns" if owed else None


def _taken_in(validator: Validator, item: Transit, payer: int) -> int:
    """How far the payee's log, in the history that stands, has taken in the payer's."""
    payee = item.payee_coop
    return validator.taken_in(payee, other=payer, branch=validator.standing(payee))
