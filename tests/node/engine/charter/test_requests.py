"""Requests to join are kept, told to all nodes, bounded, and forgotten in time."""

from dataclasses import replace

import pytest

from ledger.errors import ProofError
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from node.engine.answers import Failed, NoRoom, Refused
from node.engine.charter.places import PER_ADDRESS, STAY_S
from node.engine.charter.requests import ANEW_MS, cost_of_request
from node.engine.costs import ROW, SIGNATURE
from node.engine.events import AskToJoin, PeerMessage
from node.engine.wire_charter import JoinNews
from node.hosted_requests import PLACES, HostedRequest, hosting_message
from node.join_requests import REQUEST_S, JoinRequest, sign_request
from tests.builders import signing_key
from tests.charters import joining, proposal, with_newcomer
from tests.node.engine.charter.test_versions import decide, town, versions
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

__all__ = ["town"]


def request_of(
    town: Town, number: int = 4, *, seconds: int = 0, key: SigningKey | None = None, name: str = ""
) -> JoinRequest:
    """The request of a newcomer; `seconds` is how far its time is from the clock's."""
    federation = with_newcomer(town.federation, number)
    change = joining(federation, number)
    key = key or federation.node_keys[number]
    change = replace(change, node_key=key.public_key, name=name or change.name)
    value = change.value()
    assert isinstance(value, list)
    return sign_request(
        key, value, federation=federation.id, url=None, time=town.now_ms // 1000 + seconds
    )


def ask(town: Town, coop: int, wish: JoinRequest) -> object:
    return town.ask(coop, AskToJoin(1, wish))


def waiting(town: Town, coop: int) -> list[bytes]:
    return [kept.request.id for kept in town.engines[coop].join_requests()]


def test_a_request_reaches_the_stewards_of_all_coops(town: Town) -> None:
    wish = request_of(town)
    assert ask(town, 1, wish) is None
    town.settle()
    assert [waiting(town, coop) for coop in (1, 2, 3)] == [[wish.id]] * 3
    town.kill(2)
    town.start(2)
    assert waiting(town, 2) == [wish.id]


def test_a_node_that_was_away_hears_of_it_later(town: Town) -> None:
    town.kill(3)
    wish = request_of(town)
    ask(town, 1, wish)
    town.start(3)
    town.settle()
    assert waiting(town, 3) == [wish.id]


def test_the_newest_request_of_a_key_counts(town: Town) -> None:
    first, second = request_of(town), request_of(town, seconds=5, name="otra")
    for wish in (second, first):
        assert ask(town, 1, wish) is None
    town.settle()
    assert waiting(town, 1) == waiting(town, 2) == [second.id]


def test_it_is_forgotten_when_the_coop_has_joined(town: Town) -> None:
    ask(town, 1, request_of(town))
    town.settle()
    decide(town, joining(with_newcomer(town.federation, 4), 4), 1, 2)
    assert versions(town) == {1: 1, 2: 1, 3: 1}
    assert [waiting(town, coop) for coop in (1, 2, 3)] == [[]] * 3


def test_it_is_forgotten_in_time(town: Town) -> None:
    ask(town, 1, request_of(town, seconds=20 - REQUEST_S))
    town.settle()
    town.pass_time(15_000)
    assert len(waiting(town, 2)) == 1
    town.pass_time(20_000)
    assert waiting(town, 1) == waiting(town, 2) == []


@pytest.mark.parametrize("seconds", [-REQUEST_S - 1, 86_401])
def test_one_that_is_out_of_time_is_not_kept(town: Town, seconds: int) -> None:
    answer = ask(town, 1, request_of(town, seconds=seconds))
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, ProofError)
    assert waiting(town, 1) == []


def hosted(
    town: Town, wish: JoinRequest, *, host: int = 2, place: int = 0, seconds: int = 0
) -> JoinNews:
    """The request at a place of a coop, as its node says it."""
    time, data = town.now_ms // 1000 + seconds, wish.encode()
    message = hosting_message(
        federation=town.federation.id, host=host, place=place, time=time, request=data
    )
    signature = town.federation.node_keys[host].sign(message)
    return JoinNews(
        HostedRequest(host=host, place=place, time=time, request=data, signature=signature)
    )


def hear(town: Town, news: JoinNews, *, peer: int = 2) -> list[str]:
    """Coop 1 hears it; why the link is closed, if it is."""
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(peer, news.encode())])
    return [cut.reason for cut in outbox.disconnects]


def flood(town: Town, count: int) -> list[JoinRequest]:
    return [
        request_of(town, number, key=signing_key("flood", number), name=f"coop-{number}")
        for number in range(10, 10 + count)
    ]


def test_one_that_another_key_has_signed_is_not_kept(town: Town) -> None:
    forged = replace(request_of(town), signature=bytes(64))
    assert isinstance(ask(town, 1, forged), Failed)
    assert hear(town, hosted(town, forged)) != []
    assert waiting(town, 1) == []


def test_one_that_its_host_has_not_signed_is_a_breach(town: Town) -> None:
    news = hosted(town, request_of(town))
    forged = JoinNews(replace(news.hosted, host=3))
    assert hear(town, forged) != []
    assert waiting(town, 1) == []


def test_at_a_coop_that_is_not_in_the_charter_it_is_a_breach(town: Town) -> None:
    news = hosted(town, request_of(town))
    assert hear(town, JoinNews(replace(news.hosted, host=9))) != []


def test_one_for_a_number_that_is_taken_is_refused(town: Town) -> None:
    wish = request_of(town, 2, key=signing_key("somebody"))
    assert ask(town, 1, wish) == Refused(Refusal.CHARTER_COOP_EXISTS)


def test_what_one_coop_brings_pushes_out_nothing_that_others_host(town: Town) -> None:
    ours = request_of(town)
    ask(town, 1, ours)
    town.settle()
    for number, wish in enumerate(flood(town, 2 * PLACES)):
        town.now_ms += ANEW_MS + 1
        hear(town, hosted(town, wish, place=number % PLACES))
    kept = waiting(town, 1)
    assert len(kept) == 1 + PLACES
    assert ours.id in kept


def test_a_coop_has_no_more_places_than_others(town: Town) -> None:
    news = hosted(town, request_of(town))
    outside = JoinNews(replace(news.hosted, place=PLACES))
    assert hear(town, outside) != []


def test_a_place_is_taken_anew_now_and_then_only_and_sooner_costs_little(town: Town) -> None:
    first, *more = flood(town, 200)
    assert hear(town, hosted(town, first)) == []
    work = core_of(town.engines[1]).work
    before = work._spent[2]
    for number, wish in enumerate(more):
        assert hear(town, hosted(town, wish, seconds=1 + number)) == []
    assert waiting(town, 1) == [first.id]
    assert work._spent[2] - before < 2_000
    town.now_ms += ANEW_MS + 1
    hear(town, hosted(town, more[0], seconds=1))
    assert waiting(town, 1) == [more[0].id]


def test_all_that_is_looked_at_is_counted_to_the_peer(town: Town) -> None:
    work = core_of(town.engines[1]).work
    wish = request_of(town)
    hear(town, hosted(town, wish))
    assert work._spent[2] >= 2 * SIGNATURE + ROW + cost_of_request(wish)


def test_one_address_fills_its_own_places_and_no_more(town: Town) -> None:
    ours = request_of(town)
    town.ask(1, AskToJoin(1, ours, b"home"))
    for wish in flood(town, 3 * PLACES):
        town.ask(1, AskToJoin(1, wish, b"flood"))
    town.settle()
    for coop in (1, 2, 3):
        kept = waiting(town, coop)
        assert ours.id in kept
        assert len(kept) == 1 + PER_ADDRESS


def test_when_all_places_are_taken_others_wait_for_a_day(town: Town) -> None:
    ours = request_of(town)
    town.ask(1, AskToJoin(1, ours, b"home"))
    answers = [
        town.ask(1, AskToJoin(1, wish, number.to_bytes(2, "big")))
        for number, wish in enumerate(flood(town, PLACES))
    ]
    assert answers == [None] * (PLACES - 1) + [NoRoom()]
    assert ours.id in waiting(town, 1)
    town.now_ms += STAY_S * 1_000
    late = request_of(town, 300, key=signing_key("late"), name="late")
    assert town.ask(1, AskToJoin(1, late, b"late")) is None
    assert ours.id not in waiting(town, 1)


def test_what_stewards_stand_for_stays(town: Town) -> None:
    ours = request_of(town)
    town.ask(1, AskToJoin(1, ours, b"flood"))
    change = joining(with_newcomer(town.federation, 4), 4)
    town.publish(1, proposal(core_of(town.engines[1]).charter, change))
    town.now_ms += 2 * STAY_S * 1_000
    for wish in flood(town, PLACES):
        town.ask(1, AskToJoin(1, wish, b"flood"))
    assert ours.id in waiting(town, 1)


def test_a_correction_takes_the_place_of_what_it_corrects(town: Town) -> None:
    ask(town, 1, request_of(town))
    better = request_of(town, seconds=1, name="otra")
    ask(town, 1, better)
    town.pass_time(2 * ANEW_MS, step=10_000)
    assert waiting(town, 1) == waiting(town, 2) == [better.id]


def test_it_is_told_again_to_who_did_not_hear_of_it(town: Town) -> None:
    wish = request_of(town)
    ask(town, 1, wish)
    town._mail.clear()
    town.settle()
    assert waiting(town, 3) == []
    town.pass_time(11_000)
    assert waiting(town, 3) == [wish.id]
