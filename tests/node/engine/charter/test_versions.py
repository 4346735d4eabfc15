"""Versions of the charter go from stewards' publications into every log, and nodes go by them."""

from dataclasses import replace

import pytest

from ledger.charter import Standing
from ledger.charter_changes import (
    Change,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetNodeKey,
    SetQuorums,
)
from ledger.codec import encode
from ledger.decisions import IndexEntry
from ledger.index.prints import Print, SourceChange
from ledger.publications import Publication
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from node.engine.answers import NotPublished, NotPublishedReason, NotReady, Recorded, Refused
from node.engine.charter.objections import objection
from node.engine.events import Submit
from node.engine.health.status import Readiness
from node.engine.health.troubles import TroubleKind
from node.engine.health.words import word
from node.engine.settings import EngineSettings
from node.engine.wire_decisions import Signed
from node.store import MemoryDisk
from tests.builders import Federation, build_federation, signing_key
from tests.charters import joining, proposal, with_newcomer
from tests.index_builders import SOURCE_HASH, index_lines
from tests.node.engine.inside import agreement_of, core_of
from tests.node.engine.town import Town

SETTINGS = EngineSettings(decision_interval_ms=5_000, push_interval_ms=0)


def town_of(federation: Federation, *coops: int) -> Town:
    town = Town(federation=federation, settings=SETTINGS)
    town.start(*coops)
    town.settle()
    town.pass_time(3_000)
    return town


@pytest.fixture
def town() -> Town:
    """Three coops whose nodes record."""
    return town_of(build_federation(seed="charter", coops=3))


def decide(town: Town, change: Change, *coops: int) -> None:
    """Let the stewards of these coops stand for a change, and wait until it is settled."""
    for coop in coops:
        publication = proposal(core_of(town.engines[coop]).charter, change)
        town.publish(coop, publication)
    town.settle()
    town.pass_time(3_000)


def versions(town: Town) -> dict[int, int]:
    return {coop: town.engines[coop].charter.version for coop in sorted(town.engines)}


def record(town: Town, coop: int, transaction: bytes) -> object:
    return town.ask(coop, Submit(1, transaction))


def admit(town: Town, coop: int, account: int) -> None:
    """Admit an account; also at a coop that the founding file does not have."""
    admission = town.federation.admit(coop, account, stewards=[0, 1])
    assert isinstance(record(town, coop, admission), Recorded)
    town.settle()


def pay(town: Town, coop: int, payee_coop: int, *, sequence: int = 1, amount: int = 500) -> object:
    payment = town.federation.pay(
        coop, payer=1, sequence=sequence, payee_coop=payee_coop, payee=1, amount=amount
    )
    answer = record(town, coop, payment)
    town.settle()
    town.pass_time(2_000)
    return answer


def balance(town: Town, seen_at: int, coop: int) -> int:
    account = core_of(town.engines[seen_at]).validator.account(coop, 1)
    assert account is not None
    return account.balance


def test_a_limit_that_a_quorum_stands_for_is_raised_in_every_log(town: Town) -> None:
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    for engine in town.engines.values():
        assert engine.charter.coops[3].clearing_limit == 2_000_000
    digests = {core_of(engine).validator.digest() for engine in town.engines.values()}
    assert len(digests) == 1


def test_one_coop_alone_changes_nothing(town: Town) -> None:
    decide(town, SetClearingLimit(coop=1, limit=2_000_000), 1)
    assert versions(town) == {1: 0, 2: 0, 3: 0}
    status = town.engines[2].charter_status()
    (content,) = status.contents
    assert (status.version, content.supported_by, content.is_endorsed) == (1, (1,), False)
    assert status.silent == (2, 3)


def test_a_change_of_an_older_charter_is_refused(town: Town) -> None:
    old = core_of(town.engines[1]).charter
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
    stale = replace(proposal(old, SetClearingLimit(coop=3, limit=5)), number=2)
    assert town.publish(1, stale) == Refused(Refusal.CHARTER_BASE_WRONG)


def join(town: Town, number: int) -> None:
    """Let a newcomer join, and start its node."""
    town.federation = with_newcomer(town.federation, number)
    decide(town, joining(town.federation, number), 1, 2)
    town.known[number] = town.engines[1].newest
    town.start(number)
    town.settle()
    town.pass_time(5_000)


def test_a_coop_that_joins_takes_in_all_changes_and_trades(town: Town) -> None:
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
    join(town, 4)
    assert versions(town) == {1: 2, 2: 2, 3: 2, 4: 2}
    assert town.engines[4].status().readiness is Readiness.READY
    admit(town, 1, 1)
    admit(town, 4, 1)
    assert isinstance(pay(town, 1, 4), Recorded)
    assert isinstance(pay(town, 4, 1, amount=200), Recorded)
    for seen_at in town.engines:
        assert (balance(town, seen_at, 1), balance(town, seen_at, 4)) == (-300, 300)


def test_a_coop_that_joins_records_nothing_before_its_own_log_has_let_it_in(town: Town) -> None:
    town.federation = with_newcomer(town.federation, 4)
    decide(town, joining(town.federation, 4), 1, 2)
    town.known[4] = town.engines[1].newest
    town.cut = {frozenset((4, coop)) for coop in (1, 2, 3)}
    town.start(4)
    town.pass_time(5_000)
    answer = record(town, 4, town.federation.admit(4, 1, stewards=[0, 1]))
    assert isinstance(answer, NotReady)
    assert answer.reason is Readiness.JOINING
    assert answer.trouble is not None
    assert answer.trouble.kind is TroubleKind.JOINING
    town.cut.clear()
    town.settle()
    town.pass_time(12_000)
    admit(town, 4, 1)


def test_nodes_that_joined_start_again_from_their_disks(town: Town) -> None:
    join(town, 4)
    admit(town, 4, 1)
    for coop in (1, 4):
        town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(5_000)
    assert versions(town) == {1: 1, 2: 1, 3: 1, 4: 1}
    admit(town, 1, 1)
    assert isinstance(pay(town, 1, 4), Recorded)
    assert balance(town, 4, 4) == 500


def test_a_coop_goes_on_with_a_new_key_when_the_old_one_is_lost(town: Town) -> None:
    admit(town, 1, 1)
    admit(town, 2, 1)
    together = [town.federation.admit(2, account, stewards=[0, 1]) for account in (5, 6)]
    town.tick(2, [Submit(one, each) for one, each in enumerate(together)])
    town.settle()
    town.kill(2)
    town.disks[2], town.marks[2] = MemoryDisk(), type(town.marks[2])()
    key = signing_key("a new node key")
    held = core_of(town.engines[1]).length(2)
    decide(town, SetNodeKey(coop=2, key=key.public_key, length=held), 1, 3)
    town.federation = replace(town.federation, node_keys={**town.federation.node_keys, 2: key})
    town.known[2] = town.engines[1].newest
    town.start(2)
    town.settle()
    town.pass_time(15_000)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    assert isinstance(pay(town, 1, 2), Recorded)
    assert isinstance(pay(town, 2, 1, amount=200), Recorded)
    for seen_at in town.engines:
        assert balance(town, seen_at, 2) == 300
    for number in range(1, held + 1):
        receipt = town.engines[2].receipt(2, number)
        assert receipt is not None
        decode_receipt(receipt).check(town.engines[1].newest)


def test_a_new_key_signs_nothing_before_the_node_has_what_the_old_one_signed(town: Town) -> None:
    admit(town, 2, 1)
    town.kill(2)
    town.disks[2], town.marks[2] = MemoryDisk(), type(town.marks[2])()
    key = signing_key("a new node key")
    decide(town, SetNodeKey(coop=2, key=key.public_key, length=1), 1, 3)
    town.federation = replace(town.federation, node_keys={**town.federation.node_keys, 2: key})
    town.known[2] = town.engines[1].newest
    town.cut = {frozenset((2, coop)) for coop in (1, 3)}
    town.start(2)
    town.pass_time(10_000)
    assert town.engines[2].status().readiness is Readiness.BEHIND


def test_a_node_whose_key_was_replaced_records_nothing_more(town: Town) -> None:
    admit(town, 2, 1)
    held = core_of(town.engines[1]).length(2)
    change = SetNodeKey(coop=2, key=signing_key("another").public_key, length=held)
    decide(town, change, 1, 3)
    answer = record(town, 2, town.federation.admit(2, 2))
    assert isinstance(answer, NotReady)
    assert answer.reason is Readiness.KEY_REPLACED
    assert core_of(town.engines[2]).length(2) == held
    assert core_of(town.engines[1]).accused == {}


def test_a_key_is_not_replaced_from_a_length_that_leaves_entries_out(town: Town) -> None:
    admit(town, 2, 1)
    change = SetNodeKey(coop=2, key=signing_key("another").public_key, length=0)
    answer = town.publish(1, proposal(town.engines[1].charter, change))
    assert isinstance(answer, NotPublished)
    assert answer.reason is NotPublishedReason.OBJECTED
    assert "holds 1 entries" in answer.detail


def test_nobody_pays_a_coop_in_quarantine(town: Town) -> None:
    admit(town, 1, 1)
    admit(town, 3, 1)
    decide(town, Quarantine(coop=3), 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    assert pay(town, 1, 3) == Refused(Refusal.COOP_QUARANTINED)
    assert town.engines[1].charter.coops[3].standing is Standing.QUARANTINED
    kinds = [(trouble.kind, trouble.coop) for trouble in town.engines[1].status().troubles]
    assert (TroubleKind.QUARANTINED, 3) in kinds
    admit(town, 3, 2)


def test_quorums_are_those_of_the_new_charter_from_then_on(town: Town) -> None:
    decide(town, SetQuorums(witness_quorum=1, decision_quorum=3), 1, 2)
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 3)
    assert versions(town) == {1: 2, 2: 2, 3: 2}


def test_a_coop_leaves_when_it_has_settled_and_what_was_on_its_way_comes_back(town: Town) -> None:
    admit(town, 1, 1)
    admit(town, 3, 1)
    assert isinstance(pay(town, 1, 3), Recorded)
    decide(town, Leave(coop=3), 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    assert town.engines[3].status().readiness is Readiness.READY
    assert pay(town, 3, 1, amount=501) == Refused(Refusal.CLEARING_LIMIT_EXCEEDED)
    decide(town, SetClearingLimit(coop=1, limit=3_000_000), 1, 2)
    assert versions(town) == {1: 2, 2: 2, 3: 2}
    assert isinstance(pay(town, 3, 1, amount=500), Recorded)
    town.pass_time(60_000, step=5_000)
    assert town.engines[3].status().readiness is Readiness.LEFT
    (left,) = [each for each in town.engines[3].status().troubles if each.kind is TroubleKind.LEFT]
    assert left.values == {"behind": ""}
    assert pay(town, 1, 3, sequence=2) == Refused(Refusal.COOP_LEFT)
    assert isinstance(record(town, 3, town.federation.admit(3, 2)), NotReady)
    core = core_of(town.engines[1])
    assert "its log has ended" in str(objection(core, Quarantine(coop=3)))
    assert objection(core, Quarantine(coop=2)) is None
    assert balance(town, 2, 1) == 0


def test_a_coop_that_has_left_says_who_has_not_taken_the_end_in(town: Town) -> None:
    town.kill(2)
    decide(town, Leave(coop=3), 1, 3)
    town.pass_time(60_000, step=5_000)
    (left,) = [each for each in town.engines[3].status().troubles if each.kind is TroubleKind.LEFT]
    assert left.values == {"behind": "sur"}
    assert "Not taken in yet by: sur." in word(left, core_of(town.engines[3]).names).detail


def test_who_has_left_does_not_ask_without_end_for_what_comes_later() -> None:
    federation = build_federation(seed="charter", coops=3, index=index_lines())
    town = town_of(federation, 1, 2, 3)
    decide(town, Leave(coop=3), 1, 2)
    assert town.engines[3].status().readiness is Readiness.LEFT
    index = core_of(town.engines[1]).validator.index(1)
    assert index is not None
    due = index.due_window.period
    decided = (
        Print(period=due, value=20, source=0),
        SourceChange(number=1, first_period=due + 1, description_hash=SOURCE_HASH),
    )
    for one in decided:
        entry = IndexEntry(decided=one)
        publication = Publication(
            decision=entry.decision.value, number=entry.number, content=entry.content()
        )
        for coop in (1, 2):
            town.publish(coop, publication)
        town.pass_time(10_000)  # there is an end of things to say
    taken = [core_of(town.engines[coop]).validator.index(coop) for coop in (1, 2, 3)]
    assert [index and index.taken for index in taken] == [2, 2, 0]


def test_time_does_not_fall_at_an_entry_that_is_there(town: Town) -> None:
    admit(town, 2, 1)
    change = LetTimeFall(coop=2, length=0, time=1)
    answer = town.publish(1, proposal(town.engines[1].charter, change))
    assert isinstance(answer, NotPublished)
    assert "has 1 entries here" in answer.detail


def test_a_coop_is_not_readmitted_after_a_head_that_nobody_holds(town: Town) -> None:
    admit(town, 3, 1)
    decide(town, Quarantine(coop=3), 1, 2)
    change = Readmit(coop=3, key=signing_key("new").public_key, limit=5, length=1, head=bytes(32))
    answer = town.publish(1, proposal(town.engines[1].charter, change))
    assert isinstance(answer, NotPublished)
    assert answer.reason is NotPublishedReason.OBJECTED


def test_what_is_valid_of_the_index_is_judged_anew_by_another_charter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = town_of(build_federation(seed="charter", coops=3, index=index_lines()), 1, 2, 3)
    core, agreement = core_of(town.engines[1]), agreement_of(town.engines[1])

    def refusal(signed: Signed) -> Refusal | None:
        return None if core.charter.version else Refusal.SIGNATURE_INVALID

    monkeypatch.setattr(agreement.subject, "refusal", refusal)
    entry = IndexEntry(decided=Print(period=1, value=20, source=0))
    choice = Signed(
        decision=entry.decision.value, number=entry.number, content=encode(entry.content())
    ).choice
    assert not agreement.is_valid(choice)
    decide(town, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
    assert agreement.is_valid(choice)
