"""Coops that agree by rounds, while a scheduler that means ill does what it can (see `exploring`).

A failing run names its plan, which is all it takes to see it again: `World(Plan(...)).run()`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from node.engine.decisions.rounds import Rounds
from node.engine.decisions.words import Act, Hand, Saved, Saying
from tests.node.engine.decisions.exploring import (
    BASE_MS,
    MOST_MS,
    Broken,
    Machine,
    Plan,
    World,
)

SEEDS = range(30)
FEDERATIONS = (
    Plan(coops=3, quorum=2),
    Plan(coops=4, quorum=3, dishonest=1),
    Plan(coops=4, quorum=3, dishonest=1, splits=True),
    Plan(coops=7, quorum=5, dishonest=2),
    Plan(coops=7, quorum=5, dishonest=2, splits=True),
    Plan(coops=4, quorum=3, restores=1),
    Plan(coops=7, quorum=5, dishonest=1, restores=1),
)


@pytest.mark.parametrize("plan", FEDERATIONS, ids=repr)
def test_they_never_certify_two_contents_and_agree_once_the_faults_are_over(plan: Plan) -> None:
    for seed in SEEDS:
        World(replace(plan, seed=seed)).run()


def test_signatures_from_before_there_were_rounds_are_no_danger() -> None:
    for seed in SEEDS:
        world = World(Plan(seed=seed, coops=4, quorum=3, dishonest=1, is_legacy=True))
        world.run_trouble()


class SupportsAnything(Rounds):
    """Forgets its lock before it supports."""

    def _support(self, now_ms: int, endorsed: Sequence[bytes]) -> Iterator[Act]:
        lock, self.lock = self.lock, None
        acts = list(super()._support(now_ms, endorsed))
        self.lock = lock
        return iter(acts)


class SignsOldRounds(Rounds):
    """Signs for a quorum of support that it sees late, as if it were still in that round."""

    def _sign(self) -> Iterator[Act]:
        yield from super()._sign()
        newest = self.newest
        if newest is not None and self.said(Saying.SIGNATURE, self._hand.own, newest.round) is None:
            present, self.round = self.round, newest.round
            word = self._say(Saying.SIGNATURE, newest.choice)
            self.round = present
            yield word


def _made(kind: type[Rounds]) -> Machine:
    def machine(hand: Hand, saved: Saved) -> Rounds:
        return kind(hand, saved, base_ms=BASE_MS, most_ms=MOST_MS)

    return machine


def _loses_its_lock(hand: Hand, saved: Saved) -> Rounds:
    return Rounds(hand, replace(saved, lock=None), base_ms=BASE_MS, most_ms=MOST_MS)


def _loses_its_words(hand: Hand, saved: Saved) -> Rounds:
    return Rounds(hand, replace(saved, words=()), base_ms=BASE_MS, most_ms=MOST_MS)


ONE_OF_FOUR = Plan(coops=4, quorum=3, dishonest=1)


@pytest.mark.parametrize(
    ("machine", "plan", "what"),
    [
        pytest.param(_made(SupportsAnything), ONE_OF_FOUR, "two certificates", id="no locks"),
        pytest.param(_made(SignsOldRounds), ONE_OF_FOUR, "two certificates", id="old rounds"),
        pytest.param(_loses_its_lock, ONE_OF_FOUR, "two certificates", id="lock lost"),
        pytest.param(_loses_its_words, ONE_OF_FOUR, "two things", id="words lost"),
    ],
)
def test_a_machine_without_one_of_its_rules_is_found(
    machine: Machine, plan: Plan, what: str
) -> None:
    with pytest.raises(Broken, match=what):
        for seed in range(2_000):
            World(replace(plan, seed=seed), machine=machine).run_trouble()


def test_one_dishonest_of_three_with_a_quorum_of_two_is_too_many() -> None:
    with pytest.raises(Broken, match="two certificates"):
        for seed in range(500):
            World(Plan(seed=seed, coops=3, quorum=2, dishonest=1)).run_trouble()
