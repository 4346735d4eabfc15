"""Any node serves the files of certified surveys, whatever happened to it since."""

from collections import Counter
from hashlib import sha256

import pytest
from pytest import MonkeyPatch

from node.store import DocumentKind
from tests.node.engine.decisions.test_taking_part import SURVEYS, publish_level, survey_town, taken
from tests.node.engine.town import Town

HASHES = {coop: sha256(SURVEYS[coop]).digest() for coop in (1, 2, 3)}


def surveyed() -> Town:
    """Three nodes, a survey taken in by all."""
    town = survey_town()
    for coop in (1, 2, 3):
        publish_level(town, coop, 10**9 + coop)
    town.settle()
    assert set(taken(town).values()) == {1}
    return town


def held(town: Town, coop: int) -> set[int]:
    """Whose survey files a node serves."""
    return {whose for whose, hash_ in HASHES.items() if town.engines[coop].survey(hash_)}


def test_a_node_that_stopped_before_a_file_came_asks_for_it() -> None:
    town = surveyed()
    town.kill(3)
    del town.disks[3].documents[DocumentKind.SURVEY, HASHES[1].hex()]
    town.start(3)
    assert held(town, 3) == {2, 3}
    town.settle()
    town.pass_time(2_000)
    assert held(town, 3) == {1, 2, 3}


def test_a_node_that_takes_its_log_back_asks_for_the_files() -> None:
    town = survey_town()
    copy = town.disks[3].copy()
    for coop in (1, 2, 3):
        publish_level(town, coop, 10**9 + coop)
    town.settle()
    town.pass_time(3_000)
    town.kill(3)
    town.disks[3] = copy
    town.start(3)
    town.settle()
    town.pass_time(20_000)
    assert set(taken(town).values()) == {1}
    assert held(town, 3) == {1, 2, 3}


def test_what_nobody_has_is_asked_for_in_vain() -> None:
    town = surveyed()
    for coop in (1, 2, 3):
        town.kill(coop)
        del town.disks[coop].documents[DocumentKind.SURVEY, HASHES[1].hex()]
    town.start()
    town.settle()
    town.pass_time(30_000)
    assert [held(town, coop) for coop in (1, 2, 3)] == [{2, 3}] * 3


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_each_file_is_asked_of_every_peer_in_turn(missing: int, monkeypatch: MonkeyPatch) -> None:
    """However many are missing: a peer that has none of them must not be the only one to be asked."""
    town = surveyed()
    asked = Counter[tuple[int, bytes]]()
    for coop in (1, 2):
        surveys = town.engines[coop]._index.surveys
        monkeypatch.setattr(
            surveys,
            "on_request",
            lambda tick, peer, message, coop=coop: asked.update([(coop, message.hash)]),
        )
    hashes = [sha256(bytes([number])).digest() for number in range(missing)]
    for hash_ in hashes:
        town.engines[3]._index.surveys.miss(hash_)
    for _ in range(6):
        town.pass_time(10_000)
    assert {asked[coop, hash_] for coop in (1, 2) for hash_ in hashes} == {6}  # each every 5 s
