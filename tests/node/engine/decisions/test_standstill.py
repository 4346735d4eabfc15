"""What is said of decisions under way, and that nothing which a peer says can stop a node from saying it."""

from dataclasses import replace

import pytest

from ledger.agreement import CHARTER_DECISION, Subject, Turn, support_hash, support_message
from ledger.charter_changes import SetClearingLimit
from ledger.charter_entries import charter_content
from ledger.charter_index import Redenominate
from ledger.codec import MAX, Value, encode
from ledger.decisions import Decision
from node.engine.events import PeerMessage
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import under_way, word
from node.engine.wire_decisions import Signed, Supported
from tests.charters import proposal
from tests.node.engine.decisions.test_taking_part import NOVEMBER, fact, official_town
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

HOUR_MS = 3_600_000
LIAR = 3


def support(town: Town, kind: int, number: int, content: Value, subject: Subject) -> None:
    """The liar supports that, whatever it is, at the node of coop 1."""
    data, turn = encode(content), Turn(place=0, round=0)
    message = support_message(
        federation=town.federation.id,
        coop=LIAR,
        subject=subject,
        turn=turn,
        content_hash=support_hash(decision=kind, number=number, content=data),
    )
    signature = town.federation.node_keys[LIAR].sign(message)
    said = Signed(
        decision=kind, number=number, content=data, turn=turn, signatures=((LIAR, signature),)
    )
    outbox = town.engines[1].tick(
        town.now_ms, [PeerMessage(LIAR, Supported(decided=said).encode())]
    )
    assert outbox.disconnects == []


def deciding(town: Town) -> tuple[Trouble, ...]:
    town.pass_time(2_000)
    return town.engines[1].status().deciding


@pytest.mark.parametrize(
    ("kind", "number", "content"),
    [
        (Decision.PRINT.value, NOVEMBER, [25, MAX, 0, [], None]),
        (Decision.PRINT.value, NOVEMBER, [MAX, 0, 0, [], None]),
    ],
)
def test_a_print_that_can_not_be_is_neither_read_nor_stops_anybody(
    kind: int, number: int, content: Value
) -> None:
    town = official_town(coops=4, quorum=3)
    support(town, kind, number, content, Subject.INDEX)
    (told,) = deciding(town)
    names = core_of(town.engines[1]).names
    assert told.values["astray"] == names[LIAR]
    assert f"Something that the rules don't allow is wanted by {names[LIAR]}." in under_way(told)
    town.pass_time(HOUR_MS + 60_000, step=60_000)
    assert TroubleKind.UNDECIDED in {each.kind for each in town.engines[1].status().troubles}
    status = town.engines[1].index_status()
    assert status is not None
    assert status.contents == ()
    assert LIAR not in status.silent
    for coop in (1, 2, 4):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(30_000)
    assert deciding(town) == ()
    assert {each.kind for each in town.engines[1].status().troubles} == set()


def test_a_change_with_a_day_beyond_calendars_is_not_read() -> None:
    town = official_town(coops=4, quorum=3)
    base = core_of(town.engines[1]).charter.base
    change = Redenominate(first_day=MAX, numerator=1, denominator=1_000, currency="ARN")
    support(town, CHARTER_DECISION, 1, charter_content(base, change), Subject.CHARTER)
    (told,) = deciding(town)
    assert told.values["subject"] == "charter"
    assert "change 1 of the charter" in under_way(told)
    assert town.engines[1].charter_status().contents == ()


def test_both_subjects_are_told_and_a_change_says_what_it_does() -> None:
    """The one that has stood still for long is the trouble, and the other is told beside it."""
    town = official_town(coops=4, quorum=3)
    charter = core_of(town.engines[1]).charter
    names = core_of(town.engines[1]).names
    town.publish(2, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(HOUR_MS + 60_000, step=60_000)
    assert deciding(town) == ()
    town.publish(1, proposal(charter, SetClearingLimit(coop=2, limit=123_400)))
    town.settle()
    (told,) = deciding(town)
    title = charter.coops[2].title
    what = (
        f"{names[1]} stands for “All members of {title} together may owe the others up to 1234.00”"
    )
    assert under_way(told).startswith(f"change 1 of the charter, for {told.seconds} second")
    assert f": {what} (3 needed). Nothing has come from " in under_way(told)
    (trouble,) = town.engines[1].status().troubles
    said = word(trouble, names)
    assert f"have not agreed on 2025-11 for 1 hour: {names[2]} stands for 2.5 %" in said.detail
    assert "`fiado index publish`" in said.remedy
    assert "nodes of those who are silent" in said.remedy


def test_what_helps_depends_on_what_is_decided() -> None:
    told = Trouble(
        kind=TroubleKind.UNDECIDED, seconds=60, values={"subject": "charter", "decision": "x"}
    )
    assert "`fiado federation endorse`" in word(told, {}).remedy
    assert "silent" not in word(told, {}).remedy
    silent = replace(told, values={**told.values, "silent": "sur"})
    assert "silent" in word(silent, {}).remedy
