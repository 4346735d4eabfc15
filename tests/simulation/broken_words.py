"""Engines that are wrong about agreement, each in one way: the simulation must catch every one of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from node.engine.decisions.words import Saying
from node.engine.engine import Engine
from node.store import DocumentKind, Write
from tests.node.engine.inside import agreement_of
from tests.simulation.broken import bend


class ForgetsWhatItSaid(Engine):
    """Supports, signs and observes without saving that it did."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        store = self._core.store
        commit = store.commit
        forgotten = (DocumentKind.DECISION, DocumentKind.AGREEMENT)

        def commit_rest(write: Write) -> None:
            kept = [one for one in write.documents if one.kind not in forgotten]
            commit(replace(write, documents=kept))

        bend(store, commit=commit_rest)


class IgnoresItsLock(Engine):
    """Supports what its people stand for, whatever it has signed before."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _bend_rounds(self, _without_lock)


def _without_lock(rounds: Any) -> None:
    step = rounds.step

    def step_freely(*args: Any, **more: Any) -> Any:
        rounds.lock = None
        rounds._polkas = [polka for polka in rounds._polkas if polka.round == rounds.round]
        return step(*args, **more)

    bend(rounds, step=step_freely)


class SignsUnasked(Engine):
    """Signs for good what it supports, whether a quorum does so or not."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _bend_rounds(self, _signing_at_once)


def _signing_at_once(rounds: Any) -> None:
    def sign() -> Any:
        own = rounds._hand.own
        support = rounds.said(Saying.SUPPORT, own, rounds.round)
        if support is not None and rounds.said(Saying.SIGNATURE, own, rounds.round) is None:
            yield rounds._say(Saying.SIGNATURE, support.choice)

    bend(rounds, _sign=sign)


class FollowsItsPeople(Engine):
    """Supports anew within a round when its people change their minds."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _bend_rounds(self, _changing_its_mind)


def _changing_its_mind(rounds: Any) -> None:
    support = rounds._support

    def support_again(now_ms: int, endorsed: Any) -> Any:
        said = rounds.said(Saying.SUPPORT, rounds._hand.own, rounds.round)
        if said is not None and endorsed and said.choice not in endorsed:
            return [rounds._say(Saying.SUPPORT, endorsed[0])]
        return support(now_ms, endorsed)

    bend(rounds, _support=support_again)


class StaysInItsRound(Engine):
    """Never goes on to another round."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _bend_rounds(self, lambda rounds: bend(rounds, _move_on=lambda now_ms: (), _jump=tuple))


class AsksNobodyWhatItSaid(Engine):
    """Goes on where its disk has it, though that is an old one."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(agreement_of(self), _look_at_doubt=lambda tick: None, _has_looked=True)


class BeginsItsRoundsAnew(Engine):
    """Asks others what it said, and then goes on in the round where its disk has it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _bend_rounds(self, lambda rounds: bend(rounds, go_above=list))


def _bend_rounds(engine: Engine, change: Callable[[Any], None]) -> None:
    """Bend the machine of this place and of every later one."""
    agreement: Any = agreement_of(engine)
    begin = agreement.begin

    def begin_bent() -> None:
        begin()
        change(agreement.rounds)

    bend(agreement, begin=begin_bent)
    if agreement.subject.is_chartered:
        change(agreement.rounds)
