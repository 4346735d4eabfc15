"""Requests to join are kept, told to all nodes, bounded, and forgotten in time."""

from dataclasses import replace

import pytest

from ledger.errors import ProofError
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from node.engine.answers import Failed, Refused
from node.engine.charter.requests import MOST
from node.engine.events import AskToJoin, PeerMessage
from node.engine.wire_charter import JoinNews
from node.join_requests import REQUEST_S, JoinRequest, sign_request
from tests.builders import signing_key
from tests.charters import joining, with_newcomer
from tests.node.engine.charter.test_versions import decide, town, versions
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


def test_one_that_another_key_has_signed_is_not_kept(town: Town) -> None:
    forged = replace(request_of(town), signature=bytes(64))
    assert isinstance(ask(town, 1, forged), Failed)
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(2, JoinNews(forged).encode())])
    assert [cut.coop for cut in outbox.disconnects] == [2]
    assert waiting(town, 1) == []


def test_one_for_a_number_that_is_taken_is_refused(town: Town) -> None:
    wish = request_of(town, 2, key=signing_key("somebody"))
    assert ask(town, 1, wish) == Refused(Refusal.CHARTER_COOP_EXISTS)


def test_whoever_brings_most_of_them_loses_the_oldest(town: Town) -> None:
    ours = request_of(town)
    ask(town, 1, ours)
    town.cut = {frozenset((2, 3)), frozenset((1, 3))}
    flood = [
        request_of(town, number, key=signing_key("flood", number), name=f"coop-{number}")
        for number in range(10, 11 + MOST)
    ]
    for wish in flood:
        town.tick(1, [PeerMessage(2, JoinNews(wish).encode())])
        town.pass_time(1_000)
    kept = waiting(town, 1)
    assert len(kept) == MOST
    assert ours.id in kept
    assert flood[0].id not in kept
