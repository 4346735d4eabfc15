"""Decisions about the index gather by themselves, and a node signs one content for a number."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from ledger.codec import Value
from ledger.contradictions import DecisionEvidence
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.entries import decode_transaction
from ledger.evidence import decode_evidence
from ledger.index.conversion import divide_half_even
from ledger.index.days import text_from_month, week_of_day
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.publications import Publication
from ledger.refusals import Refusal
from node.engine.events import (
    NotPublished,
    NotPublishedReason,
    PeerMessage,
    Published,
    Refused,
)
from node.engine.health.status import Readiness
from node.engine.settings import EngineSettings
from node.engine.wire_index import Observed, signed_decision
from node.store import DocumentKind
from tests.builders import build_federation
from tests.index_builders import SOURCE_HASH, certify, index_lines, observation, official
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

NOVEMBER = 2025 * 12 + 10
SURVEYS = {coop: f"survey of coop {coop}".encode() for coop in range(1, 6)}
SETTINGS = EngineSettings(
    decision_interval_ms=5_000, survey_closing_ms=60_000, survey_round_ms=10_000
)


def official_town(*, coops: int = 3, quorum: int | None = None, **fields: Any) -> Town:
    lines = index_lines(coops=coops, quorum=quorum, **fields)
    federation = build_federation(seed="decisions", coops=coops, index=lines)
    return opened(Town(federation=federation, settings=SETTINGS))


def survey_town(*, coops: int = 3, needed: int = 2, **fields: Any) -> Town:
    lines = index_lines(
        "survey", coops=coops, base_day="2025-12-21", observations_needed=needed, **fields
    )
    federation = build_federation(seed="surveys", coops=coops, index=lines)
    return opened(Town(federation=federation, settings=SETTINGS))


WEEK = week_of_day(20_443)
"""The week that ends on the base day, Sunday 2025-12-21; its survey gives the next days values."""


def opened(town: Town) -> Town:
    town.start()
    town.settle()
    town.pass_time(3_000)
    return town


def index_of(town: Town, coop: int) -> Index:
    index = core_of(town.engines[coop]).validator.index(coop)
    assert index is not None
    return index


def taken(town: Town) -> dict[int, int]:
    """How many prints each coop's own log has."""
    return {coop: len(index_of(town, coop).prints) for coop in sorted(town.engines)}


def fact(
    period: int, value: int, *, source: int = 0, stand_in: int = 0, late: Value = ()
) -> Publication:
    return Publication(
        decision=Decision.PRINT.value,
        number=period,
        content=[value, source, stand_in, late, None],
    )


def new_source(number: int, first_period: int) -> Publication:
    return Publication(
        decision=Decision.SOURCE.value, number=number, content=[first_period, SOURCE_HASH]
    )


def level(period: int, coop: int, value: int) -> Publication:
    content: Value = [value, sha256(SURVEYS[coop]).digest()]
    return Publication(decision=OBSERVATION, number=period, content=content)


def publish_level(town: Town, coop: int, value: int, *, period: int = WEEK) -> Any:
    return town.publish(coop, level(period, coop, value), survey=SURVEYS[coop])


def test_equal_facts_are_certified_and_taken_in_everywhere() -> None:
    town = official_town()
    for coop in (1, 2):
        answer = town.publish(coop, fact(NOVEMBER, 25))
        assert isinstance(answer, Published)
        assert (answer.stewards, answer.needed, answer.is_signed) == ((0, 1), 2, True)
    town.settle()
    assert taken(town) == {1: 1, 2: 1, 3: 1}
    assert index_of(town, 3).prints == (Print(period=NOVEMBER, value=25),)
    for coop in town.engines:
        entry = town.stores[coop].entry(coop, 1)
        assert entry is not None
        assert len(town.stores[coop].documents(DocumentKind.CERTIFICATE, limit=9)) == 1
    repeated = town.publish(3, fact(NOVEMBER, 25))
    due = text_from_month(NOVEMBER + 1)
    assert repeated == NotPublished(NotPublishedReason.NUMBER_TAKEN, f"{due} comes next")


def test_a_node_waits_for_enough_of_its_stewards() -> None:
    town = official_town()
    town.publish(1, fact(NOVEMBER, 25))
    first = town.publish(2, fact(NOVEMBER, 25), stewards=[0])
    assert (first.stewards, first.is_signed) == ((0,), False)
    town.settle()
    assert taken(town) == {1: 0, 2: 0, 3: 0}
    town.publish(2, fact(NOVEMBER, 26), stewards=[0])  # a mistake, and taken back
    town.publish(2, fact(NOVEMBER, 26), stewards=[1])
    town.publish(2, fact(NOVEMBER, 27), stewards=[2])
    town.settle()
    assert taken(town) == {1: 0, 2: 0, 3: 0}


def test_a_steward_may_change_his_mind_before_the_node_has_signed() -> None:
    town = official_town()
    town.publish(1, fact(NOVEMBER, 52), stewards=[0])
    town.publish(1, fact(NOVEMBER, 25), stewards=[0])
    town.publish(1, fact(NOVEMBER, 52), stewards=[1])
    town.publish(1, fact(NOVEMBER, 25), stewards=[1])
    late = town.publish(1, fact(NOVEMBER, 52))
    assert isinstance(late, NotPublished)
    assert late.reason is NotPublishedReason.SIGNED_OTHERWISE
    town.publish(2, fact(NOVEMBER, 25))
    town.settle()
    assert taken(town) == {1: 1, 2: 1, 3: 1}


def test_facts_that_differ_move_nothing_below_the_quorum() -> None:
    town = official_town(coops=4, quorum=3)
    for coop, value in ((1, 25), (2, 25), (3, 26)):
        town.publish(coop, fact(NOVEMBER, value))
    town.settle()
    town.pass_time(20_000)
    assert set(taken(town).values()) == {0}
    town.publish(4, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}
    assert index_of(town, 3).prints[0].value == 25


@pytest.mark.parametrize(
    ("publication", "expected"),
    [
        (fact(NOVEMBER, 301), Refusal.INDEX_STEP_ABOVE_CAP),
        (fact(NOVEMBER, -1000), Refusal.INDEX_VALUE_IMPOSSIBLE),
        (fact(NOVEMBER, 25, source=1), Refusal.INDEX_SOURCE_WRONG),
        (fact(NOVEMBER, 25, stand_in=1), Refusal.INDEX_STAND_IN_NOT_ALLOWED),
        (fact(NOVEMBER, 25, late=[[NOVEMBER - 1, 3]]), Refusal.INDEX_LATE_UNKNOWN),
        (new_source(1, NOVEMBER - 1), Refusal.INDEX_SOURCE_PERIOD_TAKEN),
        (fact(NOVEMBER + 9, 25), NotPublishedReason.NUMBER_EARLY),
        (fact(NOVEMBER - 1, 25), NotPublishedReason.NUMBER_TAKEN),
        (new_source(0, NOVEMBER), NotPublishedReason.NUMBER_TAKEN),
    ],
)
def test_what_the_rules_would_refuse_is_not_published(
    publication: Publication, expected: Refusal | NotPublishedReason
) -> None:
    answer = official_town().publish(1, publication)
    if isinstance(expected, Refusal):
        assert answer == Refused(expected)
    else:
        assert isinstance(answer, NotPublished)
        assert answer.reason is expected


def test_forged_and_unsigned_publications_are_not_taken_in() -> None:
    town = official_town()
    nobody = town.publish(1, fact(NOVEMBER, 25), stewards=[])
    assert nobody.reason is NotPublishedReason.MALFORMED
    stranger = fact(NOVEMBER, 25).signed_by(
        0, town.federation.steward_keys[2][0], federation=town.federation.id, coop=1
    )
    forged = town.publish(1, stranger, stewards=[])
    assert forged.reason is NotPublishedReason.MALFORMED


def test_a_coop_that_publishes_nothing_takes_in_what_the_others_certify() -> None:
    town = official_town(coops=4, publishers=[1, 2, 3])
    assert town.publish(4, fact(NOVEMBER, 25)).reason is NotPublishedReason.NOT_PUBLISHER
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(3, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_node_that_was_away_catches_up_in_order() -> None:
    town = official_town(source_quorum=2)
    town.kill(3)
    for period in range(NOVEMBER, NOVEMBER + 4):
        if period == NOVEMBER + 2:
            for coop in (1, 2):
                town.publish(coop, new_source(1, period))
            town.settle()
        for coop in (1, 2):
            town.publish(coop, fact(period, 20, source=int(period >= NOVEMBER + 2)))
        town.settle()
    assert taken(town) == {1: 4, 2: 4}
    town.start(3)
    town.settle()
    town.pass_time(12_000)
    assert taken(town) == {1: 4, 2: 4, 3: 4}
    assert index_of(town, 3).values == index_of(town, 1).values
    assert index_of(town, 3).sources == index_of(town, 1).sources


def test_signatures_travel_through_a_third_node() -> None:
    town = official_town()
    town.cut.add(frozenset((1, 3)))
    town.kill(1)
    town.start(1)
    town.settle()
    town.pass_time(3_000)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(3, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_restarted_node_keeps_what_it_signed_and_what_was_published() -> None:
    town = official_town(coops=3, quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(2, fact(NOVEMBER, 25), stewards=[0])
    town.settle()
    for coop in (1, 2):
        town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(3_000)
    other = town.publish(1, fact(NOVEMBER, 26))
    assert other.reason is NotPublishedReason.SIGNED_OTHERWISE
    assert town.publish(2, fact(NOVEMBER, 25), stewards=[1]).stewards == (0, 1)
    town.publish(3, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_restarted_node_needs_nobody_to_tell_it_what_it_signed() -> None:
    town = official_town(coops=3, quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(1, new_source(1, NOVEMBER + 3))
    for coop in (1, 2, 3):
        town.kill(coop)
    town.start(1)
    town.pass_time(3_000)
    for other in (fact(NOVEMBER, 26), new_source(1, NOVEMBER + 4)):
        answer = town.publish(1, other)
        assert answer.reason is NotPublishedReason.SIGNED_OTHERWISE


@pytest.mark.parametrize("forged", [True, False], ids=["forged", "no publisher"])
def test_signatures_that_no_honest_peer_sends_cut_the_link(forged: bool) -> None:
    town = official_town(coops=4, publishers=[1, 2, 3])
    entry = IndexEntry(decided=Print(period=NOVEMBER, value=25))
    signer = 3 if forged else 4
    signed = decode_transaction(certify(town.federation, entry, [signer]))
    assert isinstance(signed, IndexEntry)
    if forged:
        signed = replace(signed, signatures=((2, signed.signatures[0][1]),))
    message = PeerMessage(3, signed_decision(signed).encode())
    outbox = town.engines[1].tick(town.now_ms, [message])
    assert [cut.coop for cut in outbox.disconnects] == [3]
    status = town.engines[1].index_status()
    assert status is not None
    assert status.contents == ()


def test_observations_travel_through_a_third_node() -> None:
    town = survey_town(coops=3, needed=3)
    town.cut.add(frozenset((1, 3)))
    town.kill(1)
    town.start(1)
    town.settle()
    town.pass_time(3_000)
    for coop in (1, 2, 3):
        publish_level(town, coop, 1_000_000_000 + coop)
    town.settle()
    assert set(taken(town).values()) == {1}
    town.pass_time(12_000)
    assert town.engines[3].survey(sha256(SURVEYS[1]).digest()) == SURVEYS[1]


def test_a_node_restored_from_an_old_copy_is_told_what_it_signed() -> None:
    town = official_town(coops=3, quorum=3)
    copy = town.disks[1].copy()
    town.publish(1, fact(NOVEMBER, 25))
    town.settle()
    town.kill(1)
    town.disks[1] = copy
    town.start(1)
    town.settle()
    town.pass_time(3_000)
    other = town.publish(1, fact(NOVEMBER, 26))
    assert other.reason is NotPublishedReason.SIGNED_OTHERWISE
    for coop in (2, 3):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_node_that_takes_its_log_back_has_the_certificates_again() -> None:
    town = official_town()
    copy = town.disks[1].copy()
    for coop in (1, 2):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(3_000)
    town.kill(1)
    town.disks[1] = copy
    town.start(1)
    town.settle()
    town.pass_time(5_000)
    assert set(taken(town).values()) == {1}
    assert len(town.stores[1].documents(DocumentKind.CERTIFICATE, limit=9)) == 1
    assert town.engines[1].status().readiness is Readiness.READY
    for coop in (1, 2):
        town.publish(coop, fact(NOVEMBER + 1, 25))
    town.settle()
    assert set(taken(town).values()) == {2}


def test_two_contents_of_one_coop_are_evidence_that_spreads() -> None:
    town = official_town(coops=4, quorum=3)
    for value in (25, 26):
        entry = IndexEntry(decided=Print(period=NOVEMBER, value=value))
        signed = decode_transaction(certify(town.federation, entry, [2]))
        assert isinstance(signed, IndexEntry)
        town.tick(1, [PeerMessage(2, signed_decision(signed).encode())])
    town.settle()
    for coop in (1, 3, 4):
        (row,) = town.stores[coop].evidence(2)
        evidence = decode_evidence(row.data)
        assert isinstance(evidence, DecisionEvidence)
        assert (evidence.decision, evidence.number) == (Decision.PRINT, NOVEMBER)
        evidence.check(town.federation.charter)
    assert town.engines[2].status().readiness is Readiness.HALTED
    # One coop's word still moves nothing, whichever of the two.
    assert set(taken(town).values()) == {0}


def test_a_certificate_counts_by_a_coop_that_signed_something_else_too() -> None:
    """A log that saw the other content first takes in what other logs have taken in already."""
    town = official_town()
    wrong = decode_transaction(official(town.federation, NOVEMBER, 99, signers=[1]))
    right = decode_transaction(official(town.federation, NOVEMBER, 25, signers=[1]))
    certificate = decode_transaction(official(town.federation, NOVEMBER, 25, signers=[1, 2]))
    told = []
    for entry in (wrong, right, certificate):
        assert isinstance(entry, IndexEntry)
        town.tick(3, [PeerMessage(2, signed_decision(entry).encode())])
        told.append(len(index_of(town, 3).prints))
    assert told == [0, 0, 1]
    assert index_of(town, 3).prints == (Print(period=NOVEMBER, value=25),)
    assert len(town.stores[3].evidence(1)) == 1


def test_two_observations_of_one_coop_are_evidence() -> None:
    town = survey_town(coops=4)
    for value in (10**9, 2 * 10**9):
        seen = observation(town.federation, 3, WEEK, value)
        town.tick(1, [PeerMessage(3, Observed(period=WEEK, observations=(seen,)).encode())])
    (row,) = town.stores[1].evidence(3)
    evidence = decode_evidence(row.data)
    assert isinstance(evidence, DecisionEvidence)
    assert evidence.decision == OBSERVATION
    evidence.check(town.federation.charter)


def test_a_print_and_the_change_of_source_that_contradicts_it_are_not_both_signed() -> None:
    town = official_town(coops=3, quorum=2, source_quorum=2)
    for coop in (1, 2):
        town.publish(coop, fact(NOVEMBER, 25), stewards=[0, 1] if coop == 1 else [0])
    town.settle()
    town.publish(1, new_source(1, NOVEMBER))
    town.settle()
    status = town.engines[1].index_status()
    assert status is not None
    assert [content.entry.decision for content in status.contents] == [Decision.PRINT]
    town.publish(2, fact(NOVEMBER, 25), stewards=[1])
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_survey_is_certified_as_soon_as_all_have_observed() -> None:
    town = survey_town(coops=5, needed=3)
    values = {1: 1_010, 2: 1_020, 3: 1_030, 4: 1_040, 5: 9_000}
    for coop, value in values.items():
        publish_level(town, coop, value * 1_000_000)
        town.settle()
    assert set(taken(town).values()) == {1}
    for coop in town.engines:
        assert index_of(town, coop).prints[0].value == 1_030_000_000
        for survey in SURVEYS.values():
            assert town.engines[coop].survey(sha256(survey).digest()) == survey


def test_a_survey_closes_without_those_who_are_late() -> None:
    town = survey_town(coops=3, needed=2)
    publish_level(town, 1, 1_010_000_000)
    town.settle()
    town.pass_time(100_000)
    assert set(taken(town).values()) == {0}
    publish_level(town, 3, 1_020_000_000)
    town.settle()
    town.pass_time(50_000)
    assert set(taken(town).values()) == {0}
    town.pass_time(45_000)
    assert set(taken(town).values()) == {1}
    assert index_of(town, 2).prints[0].value == 1_015_000_000


def test_the_next_coop_proposes_when_the_first_is_down() -> None:
    town = survey_town(coops=4, needed=2)
    proposer = 1 + WEEK % 4
    town.kill(proposer)
    others = sorted(town.engines)
    for coop in others:
        publish_level(town, coop, 1_000_000_000 + coop)
    town.settle()
    town.pass_time(60_000)
    assert set(taken(town).values()) == {0}
    town.pass_time(15_000)
    assert set(taken(town).values()) == {1}
    town.start(proposer)
    town.settle()
    town.pass_time(12_000)
    assert set(taken(town).values()) == {1}
    assert town.engines[proposer].survey(sha256(SURVEYS[others[0]]).digest()) is not None


def test_a_later_proposer_takes_up_what_was_signed() -> None:
    """The first proposer signs, is heard by one, and dies: the content is the same afterwards."""
    town = survey_town(coops=4, needed=2)
    first = 1 + WEEK % 4
    others = [coop for coop in (1, 2, 3, 4) if coop != first]
    heard, *deaf = others
    for coop in (first, heard):
        publish_level(town, coop, 1_000_000_000 + coop)
    town.settle()
    for coop in deaf:
        town.cut.add(frozenset((first, coop)))
        town.cut.add(frozenset((heard, coop)))
    town.pass_time(61_000)
    status = town.engines[heard].index_status()
    assert status is not None
    assert [content.signed_by for content in status.contents] == [tuple(sorted((first, heard)))]
    town.kill(first)
    publish_level(town, deaf[0], 5_000_000_000)
    town.settle()
    town.cut.clear()
    for coop in others:  # links that were cut come up anew
        town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(120_000)
    assert set(taken(town).values()) == {1}
    # The half-even mean of the two levels that the first proposer held; the third is not in it.
    expected = divide_half_even(2_000_000_000 + first + heard, divisor=2)
    assert {index_of(town, coop).prints[0].value for coop in town.engines} == {expected}


def test_a_survey_with_another_file_is_not_published() -> None:
    town = survey_town()
    missing = town.publish(1, level(WEEK, 1, 10**9))
    other = town.publish(1, level(WEEK, 1, 10**9), survey=b"another")
    for answer in (missing, other):
        assert answer.reason is NotPublishedReason.SURVEY_MISSING
    large = bytes(SETTINGS.survey_bytes + 1)
    content: Value = [10**9, sha256(large).digest()]
    publication = Publication(decision=OBSERVATION, number=WEEK, content=content)
    refused = town.publish(1, publication, survey=large)
    assert refused.reason is NotPublishedReason.SURVEY_MISSING


def test_an_idle_town_falls_silent() -> None:
    town = official_town()
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(2, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(40_000)
    lengths = {coop: town.engines[coop].status().lengths for coop in town.engines}
    town.pass_time(200_000)
    assert {coop: town.engines[coop].status().lengths for coop in town.engines} == lengths
