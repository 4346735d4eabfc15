"""A node does not stand for a change after which the charter could never be changed again."""

from ledger.charter_changes import Quarantine, SetClearingLimit, SetQuorums
from ledger.charter_entries import MAX_CHARTER_SIGNATURES
from node.engine.answers import NotPublished
from node.engine.charter.objections import objection
from tests.builders import build_federation
from tests.charters import joining, proposal, with_newcomer
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

MOST = 2 * MAX_CHARTER_SIGNATURES - 1


def test_more_signatures_than_fit_an_entry_are_not_asked_for() -> None:
    federation = build_federation(seed="many", coops=MOST)
    town = Town(federation=federation)
    town.start(1)
    town.pass_time(3_000)
    core = core_of(town.engines[1])
    assert core.charter.decision_quorum == MAX_CHARTER_SIGNATURES
    too_many = SetQuorums(witness_quorum=0, decision_quorum=MAX_CHARTER_SIGNATURES + 1)
    join = joining(with_newcomer(federation, MOST + 1), MOST + 1)
    for wrong in (join, too_many):
        said = str(objection(core, wrong))
        assert "257 cooperatives would have to sign" in said
        assert "never be changed again" in said
    answer = town.publish(1, proposal(core.charter, too_many))
    assert isinstance(answer, NotPublished)
    assert "never be changed again" in str(answer)
    for change in (SetClearingLimit(coop=2, limit=1), Quarantine(coop=2)):
        assert objection(core, change) is None
