"""Waiting is told on a terminal, said once elsewhere, silent for programs, and never gives up early."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from cli.paying.waiting import WATCHED_POLL_MS, wait_for_delivery
from cli.shell.terminal import Output
from ledger.receipts import Receipt
from node.member.client import AnswerLost, Json, NodeClient, NodeMisbehaved, NodeUnreachable
from node.member.membership import Membership
from node.member.paying.arrival import LONGEST_POLL_MS, Arrival
from node.member.paying.paying import Paid
from node.member.pending_journal import PaymentIntent
from tests.cli.shell.test_terminal import Streams


@dataclass
class Clock:
    """A clock that the fake node moves."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SlowNode:
    """A client whose node answers as it is told, and takes the time that it is given.

    The last of `answers` stays; an exception is raised.
    """

    clock: Clock
    answers: list[str | Exception]
    asked_ms: list[int] = field(default_factory=list)

    def get(self, path: str, *, wait: str, timeout_ms: int) -> Json:
        assert (path, wait) == ("/v1/payments/norte/12", "delivered")
        self.asked_ms.append(timeout_ms)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer != "delivered":
            self.clock.now += timeout_ms / 1_000
        if isinstance(answer, Exception):
            raise answer
        return {"status": answer}


@dataclass
class Home:
    """The part of a membership that waiting needs."""

    client: NodeClient
    coop: Any


@dataclass(frozen=True)
class Named:
    name: str


PAID = Paid(
    intent=PaymentIntent(payee="carla@sur", amount=1_250),
    sequence=3,
    number=12,
    receipt=cast(Receipt, None),
    is_repeated=False,
)


def wait(
    answers: list[str | Exception], output: Output, *, seconds: int = 60, paid: Paid = PAID
) -> tuple[Arrival, SlowNode]:
    clock = Clock()
    node = SlowNode(clock, answers)
    home = cast(Membership, Home(client=cast(NodeClient, node), coop=Named("norte")))
    return wait_for_delivery(home, paid, seconds=seconds, output=output, clock=clock), node


def test_a_person_sees_the_seconds_and_the_line_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    streams = Streams(is_screen=True)
    arrival, node = wait(["recorded", "recorded", "delivered"], streams.output)
    assert arrival is Arrival.DELIVERED
    assert node.asked_ms == [WATCHED_POLL_MS] * 3
    lines = [line.rstrip() for line in streams.stderr.getvalue().split("\r")]
    assert lines == [
        "",
        "Recorded at norte/12; waiting for sur to take it in: 0 of 60 s (Ctrl-C is safe)",
        "Recorded at norte/12; waiting for sur to take it in: 1 of 60 s (Ctrl-C is safe)",
        "Recorded at norte/12; waiting for sur to take it in: 2 of 60 s (Ctrl-C is safe)",
        "",
        "",
    ]
    assert streams.stdout.getvalue() == ""


def test_a_narrow_terminal_keeps_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    streams = Streams(is_screen=True)
    wait(["recorded", "delivered"], streams.output)
    assert {len(line) for line in streams.stderr.getvalue().split("\r")} == {0, 39}


def test_elsewhere_one_line_says_it() -> None:
    streams = Streams()
    arrival, node = wait(["recorded", "recorded", "delivered"], streams.output)
    assert arrival is Arrival.DELIVERED
    assert node.asked_ms == [LONGEST_POLL_MS] * 3
    assert streams.stderr.getvalue() == (
        "Recorded at norte/12; waiting for sur to take it in, for at most 60 s.\n"
    )


@pytest.mark.parametrize("is_screen", [True, False])
def test_programs_are_told_nothing_on_the_way(is_screen: bool) -> None:
    streams = Streams(is_json=True, is_screen=is_screen)
    arrival, node = wait(["recorded", "delivered"], streams.output)
    assert arrival is Arrival.DELIVERED
    assert node.asked_ms == [LONGEST_POLL_MS] * 2
    assert streams.stderr.getvalue() == ""


def test_it_ends_when_the_time_is_over() -> None:
    arrival, node = wait(["recorded"], Streams().output, seconds=30)
    assert arrival is Arrival.ON_ITS_WAY
    assert (arrival.status, node.asked_ms) == ("recorded", [20_000, 10_000])


def test_a_payment_that_comes_back_ends_it() -> None:
    arrival, _ = wait(["recorded", "returned"], Streams().output)
    assert (arrival, arrival.status) == (Arrival.RETURNED, "returned")


@pytest.mark.parametrize(
    "error", [AnswerLost("http://a", "timed out"), NodeUnreachable("http://a", "refused")]
)
def test_a_broken_connection_is_no_reason_to_give_up(error: Exception) -> None:
    assert wait([error, "delivered"], Streams().output)[0] is Arrival.DELIVERED
    arrival, node = wait([error], Streams().output)
    assert (arrival, arrival.status) == (Arrival.NOT_KNOWN, "recorded")
    assert len(node.asked_ms) == 3


def test_nonsense_is_not_asked_for_again() -> None:
    arrival, node = wait([NodeMisbehaved("http://a", "not JSON")], Streams().output)
    assert (arrival, len(node.asked_ms)) == (Arrival.NOT_KNOWN, 1)


def test_within_a_cooperative_there_is_nothing_to_tell() -> None:
    streams = Streams(is_screen=True)
    paid = replace(PAID, intent=PaymentIntent(payee="beto@norte", amount=1))
    assert wait(["delivered"], streams.output, paid=paid)[0] is Arrival.DELIVERED
    assert streams.stderr.getvalue() == ""


def test_an_interrupted_wait_leaves_a_clean_line() -> None:
    streams = Streams(is_screen=True)
    with pytest.raises(KeyboardInterrupt), streams.output.waiting("once") as write:
        assert write is not None
        write("waiting")
        raise KeyboardInterrupt
    assert streams.stderr.getvalue().endswith("\r")
    assert streams.stderr.getvalue().split("\r")[-2].strip() == ""
