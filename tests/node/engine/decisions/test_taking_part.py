"""Decisions about the index gather by themselves, and end in one certificate in all logs."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from ledger.agreement import Subject, Turn, support_hash, support_message
from ledger.codec import Value
from ledger.contradictions import DecisionEvidence, RoundEvidence, SupportEvidence
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.entries import decode_transaction
from ledger.evidence import decode_evidence
from ledger.index.days import text_from_month, week_of_day
from ledger.index.prints import Print
from ledger.index.statistics import median_level
from ledger.index.table import Index
from ledger.publications import Publication
from ledger.refusals import Refusal
from node.engine.answers import NotPublished, NotPublishedReason, Published, Refused
from node.engine.decisions.agreement import MOST_AHEAD
from node.engine.decisions.words import Saying
from node.engine.events import PeerMessage
from node.engine.health.status import Readiness
from node.engine.settings import EngineSettings
from node.engine.wire_decisions import Known, Signed, Supported
from node.engine.wire_index import Observed, signed_decision
from node.store import DocumentKind
from tests.builders import START, build_federation
from tests.index_builders import SOURCE_HASH, certify, index_lines, observation, official
from tests.node.engine.inside import agreement_of, core_of
from tests.node.engine.town import Town

NOVEMBER = 2025 * 12 + 10
LATER = START + 365 * 86_400
"""So long after the base day that many months and weeks are over."""
SURVEYS = {coop: f"survey of coop {coop}".encode() for coop in range(1, 6)}
SETTINGS = EngineSettings(
    decision_interval_ms=5_000, survey_closing_ms=60_000, round_ms=2_000, round_most_ms=20_000
)


def official_town(
    *, coops: int = 3, quorum: int | None = None, now: int = LATER, **fields: Any
) -> Town:
    lines = index_lines(coops=coops, quorum=quorum, **fields)
    federation = build_federation(seed="decisions", coops=coops, index=lines)
    return opened(Town(federation=federation, settings=SETTINGS, now_ms=now * 1000))


def survey_town(*, coops: int = 3, needed: int = 2, now: int = LATER, **fields: Any) -> Town:
    lines = index_lines(
        "survey", coops=coops, base_day="2025-12-21", observations_needed=needed, **fields
    )
    federation = build_federation(seed="surveys", coops=coops, index=lines)
    return opened(Town(federation=federation, settings=SETTINGS, now_ms=now * 1000))


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


def test_stewards_may_change_their_minds_as_long_as_nothing_is_decided() -> None:
    town = official_town()
    town.publish(1, fact(NOVEMBER, 52), stewards=[0])
    town.publish(1, fact(NOVEMBER, 25), stewards=[0])
    town.publish(1, fact(NOVEMBER, 52), stewards=[1])
    town.publish(1, fact(NOVEMBER, 25), stewards=[1])
    late = town.publish(1, fact(NOVEMBER, 52))
    assert isinstance(late, Published)
    assert not late.is_signed
    town.publish(2, fact(NOVEMBER, 52))
    town.settle()
    town.pass_time(20_000)
    assert taken(town) == {1: 1, 2: 1, 3: 1}
    assert index_of(town, 3).prints[0].value == 52


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


def test_a_restarted_node_keeps_what_it_said_and_what_was_published() -> None:
    town = official_town(coops=3, quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(2, fact(NOVEMBER, 25), stewards=[0])
    town.settle()
    said = {coop: agreement_of(town.engines[coop]).rounds.saved() for coop in (1, 2)}
    for coop in (1, 2):
        town.kill(coop)
        town.start(coop)
    assert {coop: agreement_of(town.engines[coop]).rounds.saved() for coop in (1, 2)} == said
    town.settle()
    town.pass_time(3_000)
    assert town.publish(2, fact(NOVEMBER, 25), stewards=[1]).stewards == (0, 1)
    town.publish(3, fact(NOVEMBER, 25))
    town.settle()
    assert set(taken(town).values()) == {1}


def test_a_restarted_node_makes_no_other_observation_though_nobody_reminds_it() -> None:
    town = survey_town(coops=4, needed=3)
    publish_level(town, 1, 1_010_000_000)
    town.settle()
    assert town.stores[1].document(DocumentKind.DECISION, f"{OBSERVATION}-{WEEK}") is not None
    town.kill(1)
    town.cut = {frozenset((1, other)) for other in (2, 3, 4)}
    town.start(1)
    town.pass_time(10_000)
    answer = publish_level(town, 1, 2_020_000_000)
    assert isinstance(answer, NotPublished)
    town.pass_time(10_000)
    town.cut.clear()
    town.kill(1)
    town.start(1)
    town.settle()
    assert [store.evidence() for store in town.stores.values()] == [[], [], [], []]


def signed_in_a_round(
    town: Town, value: int, coops: Iterable[int], *, round_: int = 0, place: int = 0
) -> Signed:
    """A print of that value for November with these coops' signatures in one round."""
    entry = IndexEntry(
        decided=Print(period=NOVEMBER, value=value), turn=Turn(place=place, round=round_)
    )
    signed = decode_transaction(certify(town.federation, entry, coops))
    assert isinstance(signed, IndexEntry)
    return signed_decision(signed)


def supported(town: Town, value: int, coops: Iterable[int], *, round_: int = 0) -> Supported:
    """The same, with these coops' support."""
    plain = signed_in_a_round(town, value, [], round_=round_)
    turn = Turn(place=0, round=round_)
    hash_ = support_hash(decision=plain.decision, number=plain.number, content=plain.content)
    signatures = []
    for coop in coops:
        message = support_message(
            federation=town.federation.id,
            coop=coop,
            subject=Subject.INDEX,
            turn=turn,
            content_hash=hash_,
        )
        signatures.append((coop, town.federation.node_keys[coop].sign(message)))
    return Supported(decided=replace(plain, signatures=tuple(signatures)))


@pytest.mark.parametrize("saying", list(Saying))
def test_words_under_signatures_that_do_not_hold_cut_the_link(saying: Saying) -> None:
    town = official_town(coops=4, quorum=3)
    signed = signed_in_a_round(town, 25, [3])
    forged = replace(signed, signatures=((2, signed.signatures[0][1]),))
    message: Known = forged if saying is Saying.SIGNATURE else Supported(decided=forged)
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(3, message.encode())])
    assert [cut.coop for cut in outbox.disconnects] == [3]
    status = town.engines[1].index_status()
    assert status is not None
    assert status.contents == ()


def test_what_is_no_news_is_not_verified_and_not_passed_on() -> None:
    """Another signature for a word that is known may be anything: it is not looked at."""
    town = official_town(coops=4, quorum=3)
    word = supported(town, 25, [3])
    (first,) = [town.engines[1].tick(town.now_ms, [PeerMessage(3, word.encode())])]
    assert {send.coop for send in first.sends} == {2, 4}
    again = replace(word.decided, signatures=((3, bytes(64)),))
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(3, Supported(decided=again).encode())])
    assert (outbox.sends, outbox.disconnects) == ([], [])


def test_words_far_ahead_are_kept_and_not_passed_on() -> None:
    town = official_town(coops=4, quorum=3)
    word = supported(town, 25, [3], round_=MOST_AHEAD + 1)
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(3, word.encode())])
    assert outbox.sends == []
    rounds = agreement_of(town.engines[1]).rounds
    assert rounds.said(Saying.SUPPORT, 3, MOST_AHEAD + 1) is not None


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
    town.pass_time(10_000)  # the one that was put back begins above the others
    assert set(taken(town).values()) == {2}


@pytest.mark.parametrize("saying", list(Saying))
def test_two_contents_of_one_coop_in_one_round_are_evidence_that_spreads(saying: Saying) -> None:
    town = official_town(coops=4, quorum=3)
    for value in (25, 26):
        message = (
            signed_in_a_round(town, value, [2])
            if saying is Saying.SIGNATURE
            else supported(town, value, [2])
        )
        town.tick(1, [PeerMessage(2, message.encode())])
    town.settle()
    for coop in (1, 3, 4):
        (row,) = town.stores[coop].evidence(2)
        evidence = decode_evidence(row.data)
        assert isinstance(evidence, RoundEvidence | SupportEvidence)
        assert evidence.turn == Turn(place=0, round=0)
        evidence.check(town.federation.charter)
    assert town.engines[2].status().readiness is Readiness.HALTED
    # One coop's word still moves nothing, whichever of the two.
    assert set(taken(town).values()) == {0}


@pytest.mark.parametrize("saying", list(Saying))
def test_other_contents_in_other_rounds_are_no_evidence(saying: Saying) -> None:
    town = official_town(coops=4, quorum=3)
    for round_, value in enumerate((25, 26, 25)):
        message = (
            signed_in_a_round(town, value, [2], round_=round_)
            if saying is Saying.SIGNATURE
            else supported(town, value, [2], round_=round_)
        )
        town.tick(1, [PeerMessage(2, message.encode())])
    assert town.stores[1].evidence() == []


def test_a_certificate_counts_by_a_coop_that_signed_something_else_too() -> None:
    """A log that saw the other content first takes in what other logs have taken in already."""
    town = official_town()
    told = []
    for value, coops in ((99, [1]), (25, [1]), (25, [1, 2])):
        message = signed_in_a_round(town, value, coops)
        town.tick(3, [PeerMessage(2, message.encode())])
        told.append(len(index_of(town, 3).prints))
    assert told == [0, 0, 1]
    assert index_of(town, 3).prints == (Print(period=NOVEMBER, value=25),)
    assert len(town.stores[3].evidence(1)) == 1


def test_signatures_of_different_rounds_are_no_certificate() -> None:
    town = official_town()
    for round_, coops in ((0, [1]), (1, [2])):
        message = signed_in_a_round(town, 25, coops, round_=round_)
        town.tick(3, [PeerMessage(2, message.encode())])
    assert index_of(town, 3).prints == ()


def test_words_for_another_place_count_for_nothing() -> None:
    town = official_town()
    town.tick(3, [PeerMessage(2, signed_in_a_round(town, 25, [1, 2], place=1).encode())])
    assert index_of(town, 3).prints == ()


def test_a_certificate_from_before_there_were_rounds_is_taken_in() -> None:
    town = official_town()
    for signers, expected in (([1], 0), ([1, 2], 1)):
        old = decode_transaction(official(town.federation, NOVEMBER, 25, signers=signers))
        assert isinstance(old, IndexEntry)
        town.tick(3, [PeerMessage(2, signed_decision(old).encode())])
        assert len(index_of(town, 3).prints) == expected
    town.settle()
    assert set(taken(town).values()) == {1}


def test_an_observation_that_the_coop_did_not_sign_cuts_the_link() -> None:
    town = survey_town(coops=4)
    seen = observation(town.federation, 3, WEEK, 10**9)
    forged = replace(seen, coop=2)
    message = Observed(period=WEEK, observations=(forged,)).encode()
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(3, message)])
    assert [cut.coop for cut in outbox.disconnects] == [3]
    assert outbox.sends == []


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


def test_a_print_and_a_change_of_source_are_decided_one_after_the_other() -> None:
    """Both are endorsed for the first place, the change of source by two: in turns both come to a
    decision."""
    town = official_town(coops=3, quorum=2, source_quorum=2)
    for coop in (1, 2, 3):
        town.publish(coop, fact(NOVEMBER, 25))
        if coop != 3:
            town.publish(coop, new_source(1, NOVEMBER + 1))
    town.settle()
    town.pass_time(30_000)
    assert set(taken(town).values()) == {1}
    assert {len(index_of(town, coop).sources) for coop in (1, 2, 3)} == {1}
    for coop in (1, 2, 3):
        assert index_of(town, coop).place == 2
    assert [store.evidence() for store in town.stores.values()] == [[], [], []]


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


def test_coops_that_hold_other_observations_agree_once_they_have_heard_of_all() -> None:
    """Two halves close the survey apart from each other, each with its own observations."""
    town = survey_town(coops=4, needed=2)
    halves = ((1, 2), (3, 4))
    town.cut |= {frozenset((one, two)) for one in halves[0] for two in halves[1]}
    for coop in (1, 2, 3, 4):
        town.kill(coop)
        town.start(coop)
    town.pass_time(3_000)
    for coop in (1, 2, 3, 4):
        publish_level(town, coop, 1_000_000_000 + 2 * coop)
    town.settle()
    town.pass_time(70_000)
    assert set(taken(town).values()) == {0}
    town.cut.clear()
    for coop in (1, 2, 3, 4):
        town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(60_000)
    assert set(taken(town).values()) == {1}
    assert {index_of(town, coop).prints[0].value for coop in town.engines} == {1_000_000_005}


@pytest.mark.parametrize("liars", [(4,), (4, 5), (1, 2)])
def test_liars_get_no_support_for_a_survey_without_all_that_was_held(
    liars: tuple[int, ...],
) -> None:
    """They stand for the three levels that suit them, a quorum's worth by the charter, in every round."""
    town = survey_town(coops=5, needed=3)
    values = dict.fromkeys(liars, 5_000_000_000)
    for coop in range(1, 6):
        values.setdefault(coop, 1_000_000_000 + coop)
    suiting = tuple(
        observation(
            town.federation, coop, WEEK, values[coop], survey_hash=sha256(SURVEYS[coop]).digest()
        )
        for coop in sorted(sorted(values, key=lambda coop: -values[coop])[:3])
    )
    value = median_level({seen.coop: seen.level for seen in suiting}, needed=3, cap=1).level
    entry = IndexEntry(decided=Print(period=WEEK, value=value), observations=suiting)
    for coop in liars:
        subject = agreement_of(town.engines[coop]).subject
        subject.wanted = lambda tick, key: (  # type: ignore[method-assign]
            signed_decision(entry) if key[0] == Decision.PRINT else None
        )
    for coop, level_ in values.items():
        publish_level(town, coop, level_)
        town.settle()
    town.pass_time(300_000)
    honest = sorted(values[coop] for coop in values if coop not in liars)
    decided = {index_of(town, coop).prints[0].value for coop in town.engines}
    assert decided == {sorted(values.values())[2]}
    assert honest[0] <= decided.pop() <= honest[-1]


def test_nobody_publishes_what_can_not_be_known_yet() -> None:
    town = official_town(now=START)
    for number in (NOVEMBER + 2, NOVEMBER + 3):
        answer = town.publish(1, fact(number, 25))
        assert answer == Refused(Refusal.INDEX_PERIOD_NOT_OVER)
    assert not town.stores[1].documents(DocumentKind.PUBLICATION, limit=9)
    assert isinstance(town.publish(1, fact(NOVEMBER + 1, 25)), Published)
    weekly = survey_town(now=START)
    soon = publish_level(weekly, 1, 10**9, period=WEEK + 2)
    assert soon == Refused(Refusal.INDEX_PERIOD_NOT_OVER)
    assert isinstance(publish_level(weekly, 1, 10**9, period=WEEK + 1), Published)


@pytest.mark.parametrize("period", [WEEK, WEEK + 1])
@pytest.mark.parametrize("level_", [0, 999_999])
def test_nobody_observes_a_level_that_a_unit_can_not_have(level_: int, period: int) -> None:
    """Neither of the week that is due nor of one after it."""
    town = survey_town()
    assert publish_level(town, 1, level_, period=period) == Refused(Refusal.INDEX_VALUE_IMPOSSIBLE)
    town.settle()
    assert not town.stores[1].documents(DocumentKind.PUBLICATION, limit=9)
    for coop in (1, 2):
        status = town.engines[coop].index_status()
        assert status is not None and status.observations == ()
    assert isinstance(publish_level(town, 1, 1_000_000, period=period), Published)


def test_the_observations_of_a_coop_that_observed_twice_are_left_out() -> None:
    town = survey_town(coops=4, needed=3)
    for value in (10**9, 2 * 10**9):
        seen = observation(town.federation, 4, WEEK, value)
        for coop in (1, 2, 3):
            town.tick(coop, [PeerMessage(4, Observed(period=WEEK, observations=(seen,)).encode())])
    for coop in (1, 2, 3):
        publish_level(town, coop, 1_000_000_000 + coop)
    town.settle()
    town.pass_time(70_000)
    assert {taken(town)[coop] for coop in (1, 2, 3)} == {1}
    assert index_of(town, 1).prints[0].value == 1_000_000_002


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
