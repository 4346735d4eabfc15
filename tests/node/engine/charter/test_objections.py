"""What a node asks of a change beside the rules, before it stands for it (PROTOCOL section 10.9)."""

import pytest

from ledger.charter_changes import DecideBranch, Leave, Quarantine, SetClearingLimit, SetQuorums
from ledger.charter_entries import MAX_CHARTER_SIGNATURES
from node.engine.answers import NotPublished, Recorded
from node.engine.charter.objections import objection
from tests.builders import build_federation
from tests.charters import joining, proposal, with_newcomer
from tests.node.engine.charter.test_versions import admit, pay, town_of
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


@pytest.fixture
def town() -> Town:
    """Three coops; norte has paid sur 5.00."""
    town = town_of(build_federation(seed="objections", coops=3), 1, 2, 3)
    for coop in (1, 2):
        admit(town, coop, 1)
    assert isinstance(pay(town, 1, 2), Recorded)
    town.pass_time(3_000)
    return town


def test_a_coop_that_owes_does_not_leave_because_nobody_could_pay_it(town: Town) -> None:
    core = core_of(town.engines[3])
    said = str(objection(core, Leave(coop=1)))
    assert "owes the others 5.00" in said
    assert "quarantine" in said
    assert isinstance(town.publish(3, proposal(core.charter, Leave(coop=1))), NotPublished)
    for is_owed_or_even in (2, 3):
        assert objection(core, Leave(coop=is_owed_or_even)) is None


def test_a_history_of_a_log_that_has_one_only_is_not_decided(town: Town) -> None:
    core = core_of(town.engines[3])
    head = core.head_at(1, core.length(1))
    assert head is not None
    said = str(objection(core, DecideBranch(coop=1, length=core.length(1), head=head)))
    assert "one history only" in said
