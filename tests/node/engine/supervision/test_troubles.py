"""What is wrong is found in one place, worded in one table, and told to the log when it begins and ends."""

import logging
from dataclasses import replace

import pytest

from ledger.entries import encode_entry
from node.engine.answers import NotReady
from node.engine.events import LinkNews, PeerBroke, PeerDown, PeerMessage, PeerUp
from node.engine.health.status import Readiness
from node.engine.health.troubles import TABLE, Severity, Trouble, TroubleKind
from node.engine.health.words import duration, word
from node.engine.outbox import Notice
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, entries_message, joined
from tests.places import PROJECT

NAMES = {1: "norte", 2: "sur", 3: "este"}


def found(rig: Rig, coop: int) -> list[tuple[TroubleKind, int | None, int | None]]:
    """What is wrong at a node, without how long it has lasted."""
    troubles = rig.engines[coop].status().troubles
    return [(each.kind, each.coop, each.other) for each in troubles]


def told(notices: list[Notice]) -> list[tuple[str, object, object, int]]:
    """The lines about troubles among what a tick leaves for the log."""
    return [
        (each.name, each.values["kind"], each.values.get("coop"), each.level)
        for each in notices
        if each.name.startswith("trouble")
    ]


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_kind_has_words_a_severity_and_a_level(kind: TroubleKind) -> None:
    values = {"reason": "behind_peers"} if "clock" in kind else {}
    trouble = Trouble(kind=kind, coop=2, other=3, seconds=90, values=values)
    words = word(trouble, NAMES)
    assert words.detail.endswith(".") and words.remedy.endswith(".")
    assert trouble.severity in Severity
    assert trouble.level in (logging.INFO, logging.WARNING, logging.ERROR)


def test_every_state_that_stops_recording_is_a_trouble_that_says_so() -> None:
    for readiness in Readiness:
        if readiness is not Readiness.READY:
            assert TABLE[TroubleKind[readiness.name]].severity is Severity.STOPS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (7_199, "1 hour"),
        (7_200, "2 hours"),
        (86_400 * 365, "1 year"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_a_node_in_good_order_has_none() -> None:
    rig = joined(1, 2, 3)
    assert found(rig, 1) == []


def test_whoever_is_refused_hears_why() -> None:
    rig = Rig(1, 2, 3)
    (answer,) = rig.submit(1, rig.federation.admit(1, 1))
    assert answer == NotReady(Readiness.RECOVERING)
    assert answer.trouble == Trouble(kind=TroubleKind.RECOVERING)
    assert "just started" in word(answer.trouble, NAMES).detail


def test_a_halted_node_does_not_say_that_it_has_just_started() -> None:
    rig = joined(1, 2, 3)
    log = core_of(rig.engines[2]).validator.log(1)
    entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(1, 50))
    rig.submit(1, rig.pay(1, 1, 1, 2))
    rig.hear(1, 2, entries_message(rig.federation, 1, log.length, log.head, entry))
    (answer,) = rig.submit(1, rig.pay(1, 2, 1, 2))
    assert answer.trouble == Trouble(kind=TroubleKind.HALTED, values={"evidence": "fork"})
    assert "against the cooperative itself (fork)" in word(answer.trouble, NAMES).detail
    rig.now_ms += rig.settings.gossip_interval_ms
    assert told(rig.tick(1).notices) == [("trouble", "halted", None, logging.ERROR)]
    assert found(rig, 1) == [(TroubleKind.HALTED, None, None)]


def test_a_fork_that_two_nodes_took_differently_cuts_them_off_while_one_knows_no_branches() -> None:
    rig = joined(1, 2, 3)
    for one, other in ((1, 2), (2, 1)):
        rig.tick(one, PeerDown(other))
        rig.tick(one, PeerUp(other, 2))
    rig.hear(1, 3, rig.entries_after(1, 3, _admission(rig, 50)))
    rig.hear(2, 3, rig.entries_after(2, 3, _admission(rig, 60)))
    for coop in (1, 2):
        rig.tick(coop, PeerDown(3))
    del rig.engines[3]
    rig.mail.clear()
    rig.anchor_all()
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver()
    accused = (TroubleKind.ACCUSED, 3, None)
    assert found(rig, 1) == [accused, (TroubleKind.CUT, 2, 3)]
    assert found(rig, 2) == [accused, (TroubleKind.CUT, 1, 3)]
    local, across, cheat = rig.submit(1, *(rig.pay(1, n, n, 1 + n % 2) for n in (1, 2, 3)))
    assert [local.warning, across.warning, cheat.warning] == [
        None,
        TroubleKind.CUT,
        TroubleKind.ACCUSED,
    ]
    (evidence,) = [each for each in rig.engines[1].status().troubles if each.values]
    assert evidence.values == {"evidence": "fork"}


def _admission(rig: Rig, account: int) -> bytes:
    return encode_entry(rig.now_ms // 1000, rig.federation.admit(3, account))


def test_a_log_that_waits_is_told_of_when_it_lasts() -> None:
    rig = joined(1, 2, 3)
    rig.tick(3, PeerDown(1))
    rig.submit(1, rig.pay(1, 1, 2, 1))
    to_third = [send for _, send in rig.mail if send.coop == 3]
    rig.tick(2, *(PeerMessage(1, send.data) for _, send in rig.mail if send.coop == 2))
    from_second = [send for sender, send in rig.mail if (sender, send.coop) == (2, 3)]
    rig.tick(3, *(PeerMessage(2, send.data) for send in from_second))
    assert found(rig, 3) == []
    rig.now_ms += rig.settings.waiting_alarm_ms - 1
    rig.tick(3)
    assert found(rig, 3) == []
    rig.now_ms += 1
    rig.tick(3)
    assert found(rig, 3) == [(TroubleKind.WAITING, 2, 1)]
    rig.tick(3, PeerUp(1), *(PeerMessage(1, send.data) for send in to_third))
    assert found(rig, 3) == []


def test_a_node_without_peers_says_so() -> None:
    rig = Rig(1, 2)
    rig.start(1, configured=())
    rig.ready()
    assert found(rig, 1) == [(TroubleKind.NO_PEERS, None, None)]
    rig.tick(1, PeerUp(2))
    assert found(rig, 1) == []


def test_links_that_are_missing_are_told_of_by_name_and_over_when_they_are_back() -> None:
    rig = Rig(1)
    rig.settings = replace(rig.settings, link_alarm_ms=5_000, clock_wait_ms=100)
    rig.start(1, configured={2})
    rig.ready()
    rig.tick(1, PeerUp(3))
    assert found(rig, 1) == []
    rig.tick(1, PeerDown(3))
    rig.now_ms += 5_000
    notices = rig.tick(1).notices
    assert found(rig, 1) == [(TroubleKind.LINK_DOWN, 2, None), (TroubleKind.PEER_MISSING, 3, None)]
    assert told(notices) == [
        ("trouble", "link_down", "sur", logging.WARNING),
        ("trouble", "peer_missing", "este", logging.INFO),
    ]
    rig.now_ms += rig.settings.gossip_interval_ms
    over = rig.tick(1, PeerUp(2), PeerUp(3)).notices
    assert told(over) == [
        ("trouble_over", "link_down", "sur", logging.INFO),
        ("trouble_over", "peer_missing", "este", logging.INFO),
    ]
    assert found(rig, 1) == []


def test_why_a_node_is_not_reached_is_told() -> None:
    rig = Rig(1)
    rig.start(1, configured={2})
    rig.ready()
    rig.tick(1, LinkNews(2, "key_wrong"))
    rig.now_ms += rig.settings.link_alarm_ms
    rig.tick(1)
    trouble = next(
        each for each in rig.engines[1].status().troubles if each.kind is TroubleKind.LINK_DOWN
    )
    assert "what answers there has not its key" in word(trouble, NAMES).detail


@pytest.mark.parametrize("configured", [(), (2,)])
def test_a_peer_that_broke_the_protocol_is_not_missing_but_kept_away(
    configured: tuple[int, ...],
) -> None:
    rig = joined(1, 2, 3)
    rig.start(1, configured=configured)
    rig.ready()
    rig.tick(1, PeerUp(2), PeerUp(3))
    rig.tick(1, PeerDown(2), PeerBroke(2, "entries that are not entries", 30_000))
    rig.now_ms += 25_000  # longer than a link may be missing
    rig.tick(1)
    (broke,) = rig.engines[1].status().troubles
    until = rig.now_ms // 1000 + 5
    assert (broke.kind, broke.coop) == (TroubleKind.PEER_BROKE_PROTOCOL, 2)
    assert broke.values["until"] == until and broke.values["refused_seconds"] == 5
    words = word(broke, NAMES)
    assert "sur broke the protocol 25 seconds ago (entries that are not entries)" in words.detail
    assert "neither calls it nor lets it in for another 5 seconds" in words.detail
    # From then on it may come, and is missing when it does not.
    rig.now_ms += 5_000 + rig.settings.link_alarm_ms - 1
    rig.tick(1)
    assert found(rig, 1) == [(TroubleKind.PEER_BROKE_PROTOCOL, 2, None)]
    rig.now_ms += 1_000
    rig.tick(1)
    kind = TroubleKind.LINK_DOWN if configured else TroubleKind.PEER_MISSING
    assert [each for each, _, _ in found(rig, 1)] == [TroubleKind.PEER_BROKE_PROTOCOL, kind]


def test_a_peer_that_breaks_the_protocol_again_is_told_of_as_often() -> None:
    rig = joined(1, 2, 3)
    first = rig.tick(1, PeerBroke(2, "flooded", 30_000))
    level = logging.WARNING
    rig.now_ms += rig.settings.gossip_interval_ms
    notices = first.notices + rig.tick(1).notices
    assert told(notices) == [("trouble", "peer_broke_protocol", "sur", level)]
    rig.now_ms += rig.settings.breach_alarm_ms - 10_000
    rig.tick(1, PeerBroke(2, "too_large", 30_000))
    (broke,) = rig.engines[1].status().troubles
    detail = word(broke, NAMES).detail
    assert "a message that is too large" in detail and "2 times in a row" in detail
    rig.now_ms += rig.settings.breach_alarm_ms - 1
    rig.tick(1)
    (broke,) = rig.engines[1].status().troubles
    assert "may come back now" in word(broke, NAMES).detail
    rig.now_ms += 1_000
    rig.tick(1)
    assert found(rig, 1) == []
    rig.tick(1, PeerBroke(2, "flooded", 30_000))
    (broke,) = rig.engines[1].status().troubles
    assert broke.values["times"] == 1


def test_two_nodes_with_one_key_are_told_of_until_there_is_one() -> None:
    rig = joined(1, 2, 3)
    rig.start(1, configured={2, 3}, clock_wait_ms=100)
    rig.ready()
    rig.tick(1, PeerUp(2), PeerUp(3), LinkNews(1, None))
    assert found(rig, 1) == [(TroubleKind.TWIN_NODE, 1, None)]
    rig.now_ms += rig.settings.twin_alarm_ms
    rig.tick(1)
    assert found(rig, 1) == []


def test_the_operators_page_has_every_kind() -> None:
    page = (PROJECT / "docs" / "OPERATING.md").read_text(encoding="utf-8")
    for kind in TroubleKind:
        stops = "stops" if TABLE[kind].severity is Severity.STOPS else ""
        assert f"\n| `{kind.value}` | {stops}" in page


def test_a_store_that_had_to_be_opened_again_is_told_of_for_a_while() -> None:
    rig = Rig(1)
    rig.start(1, is_reopened=True)
    rig.ready()
    assert found(rig, 1) == [(TroubleKind.REOPENED, None, None)]
    rig.now_ms += rig.settings.reopened_alarm_ms
    rig.tick(1)
    assert found(rig, 1) == []


@pytest.mark.parametrize("why", ["key_wrong", "coop_unknown", "busy"])
def test_a_node_that_may_lack_a_change_of_the_charter_is_told_how_to_get_it(why: str) -> None:
    trouble = Trouble(kind=TroubleKind.LINK_DOWN, coop=2, seconds=60, values={"why": why})
    remedy = word(trouble, NAMES).remedy
    command = "fiado federation history --node URL --out charter.changes"
    assert (command in remedy) == (why != "busy")
    assert ("its address in node.toml" in remedy) == (why == "busy")
