"""The runner with a fake engine: what shares a tick, what is bounded, what a fault does."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from node.engine.answers import Recorded
from node.engine.events import Ask, Event, PeerDown, PeerMessage, PeerUp, Submit
from node.engine.outbox import Disconnect, Notice, Reached, Send
from node.engine.view import View
from node.errors import MessageUnhandled, StorageFault
from node.logs import JsonFormatter
from node.runner.inbox import OutcomeUnknown, RunnerBusy, RunnerStopped
from node.runner.runner import Runner
from node.runner.settings import RunnerSettings
from node.store import Write
from tests.node.fake_engine import Opener
from tests.node.loops import on_loop, until

SETTINGS = RunnerSettings(reload_wait_ms=1)


class FakePeers:
    """Notes what is sent, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int, bytes | str]] = []

    def send(self, coop: int, data: bytes) -> None:
        self.done.append(("send", coop, data))

    def moved(self, coop: int, url: str) -> None:
        self.done.append(("moved", coop, url))

    def disconnect(self, coop: int, reason: str) -> None:
        self.done.append(("disconnect", coop, reason))


@asynccontextmanager
async def running(opener: Opener, settings: RunnerSettings = SETTINGS) -> AsyncIterator[Runner]:
    """A runner that has done its first tick."""
    runner = Runner(opener, settings=settings, clock_ms=lambda: 5_000, steady_ms=lambda: 1_000)
    await runner.start()
    await until(lambda: len(opener.newest.inboxes) == 1, "the first tick")
    try:
        yield runner
    finally:
        opener.gate.set()
        await runner.stop()


async def waiting_requests(
    runner: Runner, opener: Opener, count: int
) -> list[asyncio.Task[object]]:
    """`count` requests that wait behind a tick which the gate holds back."""
    opener.gate.clear()
    ticks = len(opener.newest.inboxes)
    runner.peer_up(9)  # begins the tick that is held back
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(_submit(runner, bytes([i]))) for i in range(count)]
    await asyncio.sleep(0)
    assert len(opener.newest.inboxes) == ticks
    return tasks


async def _submit(runner: Runner, data: bytes) -> object:
    return await runner.submit(data)


@on_loop
async def test_what_arrives_during_a_tick_shares_the_next() -> None:
    opener = Opener()
    async with running(opener) as runner:
        tasks = await waiting_requests(runner, opener, 5)
        opener.gate.set()
        answers = await asyncio.gather(*tasks)
        inboxes = [inbox for inbox in opener.newest.inboxes[1:] if inbox]
        submits = [[e for e in inbox if isinstance(e, Submit)] for inbox in inboxes]
        assert sorted(map(len, submits)) in ([0, 5], [5])
        assert len({answer.number for answer in answers if isinstance(answer, Recorded)}) == 1


@on_loop
async def test_answers_go_to_who_asked() -> None:
    async with running(Opener()) as runner:
        answers = await asyncio.gather(*(runner.ask(partial(_square, i)) for i in range(50)))
        assert answers == [i * i for i in range(50)]
        assert await runner.change(lambda view: (Write(), "written")) == "written"


def _square(number: int, view: View) -> int:
    return number * number


@on_loop
async def test_what_a_question_raises_is_raised_to_who_asked() -> None:
    def fail(view: object) -> int:
        raise KeyError("nothing there")

    async with running(Opener()) as runner:
        with pytest.raises(KeyError, match="nothing there"):
            await runner.ask(fail)
        assert await runner.ask(lambda view: 1) == 1


@on_loop
async def test_too_many_requests_are_refused() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, requests=3)) as runner:
        tasks = await waiting_requests(runner, opener, 3)
        with pytest.raises(RunnerBusy):
            await runner.submit(b"one more")
        opener.gate.set()
        await asyncio.gather(*tasks)
        await runner.submit(b"now there is room")


@on_loop
async def test_too_large_requests_are_refused_while_others_wait() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, request_bytes=10)) as runner:
        tasks = await waiting_requests(runner, opener, 2)
        with pytest.raises(RunnerBusy):
            await runner.submit(bytes(9))
        opener.gate.set()
        await asyncio.gather(*tasks)
        await runner.submit(bytes(50))  # alone, anything goes


@on_loop
async def test_a_request_that_nobody_waits_for_any_more_does_no_harm() -> None:
    opener = Opener()
    async with running(opener) as runner:
        tasks = await waiting_requests(runner, opener, 2)
        tasks[0].cancel()
        opener.gate.set()
        assert await tasks[1]
        await runner.submit(b"and on")


@on_loop
async def test_a_fault_makes_the_outcome_unknown_and_opens_the_store_again() -> None:
    opener = Opener()
    async with running(opener) as runner:
        runner.peer_up(2)
        runner.peer_up(3, version=0)
        await until(lambda: _has(opener.newest.inboxes, PeerUp(2)), "the engine knows of coop 2")
        opener.newest.faults = [StorageFault("disk full")]
        with pytest.raises(OutcomeUnknown):
            await runner.submit(b"lost or kept")
        await runner.submit(b"the new engine answers")
        assert len(opener.engines) == 2
        assert opener.engines[0].closed == 1
        assert opener.engines[0].snapshots == 0, "what failed saves nothing"
        assert _has(opener.engines[1].inboxes, PeerUp(2)), "the new engine learns who is there"
        assert _has(opener.engines[1].inboxes, PeerUp(3, version=0))


def _has(inboxes: list[list[Event]], event: Event) -> bool:
    return any(event in inbox for inbox in inboxes)


@on_loop
async def test_requests_behind_a_failed_tick_are_carried_out_after_it() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.newest.faults = [StorageFault("disk full")]
        tasks = await waiting_requests(runner, opener, 3)
        opener.gate.set()
        answers = await asyncio.gather(*tasks)
        assert all(isinstance(answer, Recorded) for answer in answers)


class Panic(BaseException):
    """What native code that panics raises is no `Exception`."""


@pytest.mark.parametrize("mistake", [ZeroDivisionError(), Panic(), StopIteration()])
@on_loop
async def test_a_mistake_in_the_engine_is_handled_like_a_fault(mistake: BaseException) -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.newest.faults = [mistake]
        with pytest.raises(OutcomeUnknown):
            await runner.submit(b"")
        await runner.submit(b"after")


@pytest.mark.parametrize("mistake", [ZeroDivisionError(), asyncio.CancelledError()])
@on_loop
async def test_a_listener_that_fails_is_handled_like_a_fault(mistake: BaseException) -> None:
    def fail(reached: Reached) -> None:
        raise mistake

    opener = Opener()
    async with running(opener) as runner:
        runner.on_advance(fail)
        opener.newest.reached = {1: {1: 1}}
        assert isinstance(await runner.submit(b"was answered before"), Recorded)
        await until(lambda: len(opener.engines) == 2, "a new engine")
        assert isinstance(await runner.submit(b"after"), Recorded)


@on_loop
async def test_opening_again_is_tried_again() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.fails = 2
        opener.newest.faults = [StorageFault("disk full")]
        with pytest.raises(OutcomeUnknown):
            await runner.submit(b"")
        await runner.submit(b"after")
        assert opener.fails == 0


@on_loop
async def test_after_too_many_faults_it_gives_up_and_says_why() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.fails = 100
        opener.newest.faults = [StorageFault("disk full")]
        with pytest.raises(OutcomeUnknown):
            await runner.submit(b"")
        with pytest.raises(RunnerStopped):
            await runner.submit(b"waits in vain")
        assert await runner.wait_failed() == "StorageFault: can't be opened"
        with pytest.raises(RunnerStopped):
            await runner.submit(b"too late")


@on_loop
async def test_a_peer_stops_no_node_by_repeating_what_this_program_can_not_handle() -> None:
    opener = Opener()
    async with running(opener) as runner:
        peers = FakePeers()
        runner.peers = peers
        for _ in range(SETTINGS.reloads + 3):
            opener.newest.faults = [MessageUnhandled(3)]
            peers.done.clear()
            await runner.deliver(3, b"poison")
            await until(lambda: bool(peers.done), "the link is closed")
            assert [(what, coop) for what, coop, _ in peers.done] == [("disconnect", 3)]
        assert isinstance(await runner.submit(b"goes on"), Recorded)


@pytest.mark.parametrize("where", ["closing", "opening"])
@on_loop
async def test_what_nobody_foresaw_while_reloading_is_a_failure_and_no_silence(where: str) -> None:
    opener = Opener()
    async with running(opener) as runner:
        if where == "closing":
            opener.newest.close_fault = OSError("gone")
        else:
            opener.open_fault = Panic()
        opener.newest.faults = [StorageFault("disk full")]
        with pytest.raises(OutcomeUnknown):
            await runner.submit(b"")
        assert await runner.wait_failed() in ("OSError: gone", "Panic: ")
        with pytest.raises(RunnerStopped):
            await runner.submit(b"too late")
        opener.newest.close_fault = None
    assert opener.engines[0].snapshots == 0, "what failed saves nothing"


@on_loop
async def test_peers_do_not_keep_a_stopping_node_busy() -> None:
    opener = Opener()
    settings = replace(SETTINGS, peer_messages=1)
    async with running(opener, settings) as runner:
        opener.gate.clear()
        runner.peer_up(2)
        await asyncio.sleep(0)
        await runner.deliver(2, b"waits for the next tick")
        held_up = asyncio.create_task(runner.deliver(2, b"waits for room"))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(runner.stop())
        await held_up
        await runner.deliver(2, b"too late")
        opener.gate.set()
        await stopping
        heard = [e.data for box in opener.newest.inboxes for e in box if isinstance(e, PeerMessage)]
        assert heard == [b"waits for the next tick"]


@on_loop
async def test_questions_hold_up_a_payment_for_few_at_a_time() -> None:
    opener = Opener()
    settings = replace(SETTINGS, tick_questions=3)
    async with running(opener, settings) as runner:
        opener.gate.clear()
        runner.peer_up(9)  # begins the tick that is held back
        await asyncio.sleep(0)
        asked = [asyncio.create_task(runner.ask(lambda view: 1)) for _ in range(10)]
        await asyncio.sleep(0)
        paid = asyncio.create_task(_submit(runner, b"payment"))
        await asyncio.sleep(0)
        opener.gate.set()
        assert await asyncio.gather(*asked) == [1] * 10
        await paid
        boxes = [box for box in opener.newest.inboxes if box]
        place = next(at for at, box in enumerate(boxes) if isinstance(box[0], Submit))
        before = [len(box) for box in boxes[:place] if isinstance(box[0], Ask)]
        assert sum(before) <= 3
        assert max(len(box) for box in boxes) == 3


@on_loop
async def test_stopping_finishes_what_waits_then_saves_and_closes() -> None:
    opener = Opener()
    async with running(opener) as runner:
        tasks = await waiting_requests(runner, opener, 4)
        stopping = asyncio.create_task(runner.stop())
        await asyncio.sleep(0)
        with pytest.raises(RunnerStopped):
            await runner.submit(b"too late")
        opener.gate.set()
        answers = await asyncio.gather(*tasks)
        assert all(isinstance(answer, Recorded) for answer in answers)
        await stopping
        assert (opener.newest.snapshots, opener.newest.closed) == (1, 1)


@on_loop
async def test_a_snapshot_that_fails_does_not_keep_the_store_open() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.newest.snapshot_fault = StorageFault("disk full")
        await runner.stop()
        assert opener.newest.closed == 1


@on_loop
async def test_it_ticks_when_the_engine_wants_to_be_woken() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.newest.wake_at_ms = 1_001
        await runner.submit(b"")
        ticks = len(opener.newest.inboxes)
        await until(lambda: len(opener.newest.inboxes) > ticks, "a tick by the timer")
        assert opener.newest.inboxes[-1] == []
        opener.newest.wake_at_ms = 2**40


@on_loop
async def test_the_outbox_is_carried_out_in_order(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="fiado.node")
    opener, peers, advances = Opener(), FakePeers(), list[Reached]()
    async with running(opener) as runner:
        runner.peers = peers
        runner.on_advance(advances.append)
        opener.newest.sends = [Send(2, b"a"), Send(3, b"b")]
        opener.newest.disconnects = [Disconnect(3, "garbage")]
        opener.newest.notices = [Notice("evidence", {"coop": 3, "level": "name of a value"})]
        opener.newest.reached = {1: {1: 7, 2: 3}}
        await runner.submit(b"")
        await until(lambda: bool(advances), "the advance was heard")
    assert peers.done == [("send", 2, b"a"), ("send", 3, b"b"), ("disconnect", 3, "garbage")]
    assert advances == [{1: {1: 7, 2: 3}}]
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [line["coop"] for line in lines if line["event"] == "evidence"] == [3]


@on_loop
async def test_news_reach_who_hears_that_type_of_them() -> None:
    opener, numbers, texts, others = Opener(), list[int](), list[str](), list[bytes]()
    async with running(opener) as runner:
        runner.on_news(int, numbers.extend)
        runner.on_news(str, texts.extend)
        runner.on_news(bytes, lambda heard: others.append(b"".join(heard)))
        opener.newest.news = (1, "one", 2)
        await runner.submit(b"")
        await until(lambda: bool(texts), "the news were heard")
    assert (numbers, texts) == ([1, 2], ["one"])
    assert others == []


@on_loop
async def test_a_peer_that_sends_more_than_fits_has_to_wait() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, peer_messages=3)) as runner:
        await waiting_requests(runner, opener, 0)
        for number in range(3):
            await runner.deliver(2, bytes([number]))
        fourth = asyncio.create_task(runner.deliver(2, b"\3"))
        await runner.deliver(3, b"another peer has room of its own")
        await asyncio.sleep(0)
        assert not fourth.done()
        opener.gate.set()
        await fourth
        await until(
            lambda: _has(opener.newest.inboxes, PeerMessage(2, b"\3")), "the fourth message"
        )
        messages = [
            event.data[0]
            for inbox in opener.newest.inboxes
            for event in inbox
            if isinstance(event, PeerMessage) and event.coop == 2
        ]
        assert messages == [0, 1, 2, 3]


@on_loop
async def test_a_large_message_waits_for_its_turn_but_is_let_through_alone() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, peer_bytes=10)) as runner:
        await waiting_requests(runner, opener, 0)
        await runner.deliver(2, bytes(50))
        second = asyncio.create_task(runner.deliver(2, bytes(1)))
        await asyncio.sleep(0)
        assert not second.done()
        opener.gate.set()
        await second


@on_loop
async def test_one_tick_takes_a_bounded_number_of_events() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, tick_events=4)) as runner:
        tasks = await waiting_requests(runner, opener, 10)
        opener.gate.set()
        await asyncio.gather(*tasks)
        assert max(map(len, opener.newest.inboxes)) == 4


@on_loop
async def test_questions_go_first_and_by_themselves() -> None:
    """A question is answered after its tick's commit; by itself it waits for none."""
    opener = Opener()
    async with running(opener) as runner:
        tasks = await waiting_requests(runner, opener, 1)
        question = asyncio.create_task(runner.ask(lambda view: None))
        await asyncio.sleep(0)
        opener.gate.set()
        await asyncio.gather(question, *tasks)
        kinds = [[type(event) for event in inbox] for inbox in opener.newest.inboxes if inbox]
        assert kinds == [[PeerUp], [Ask], [Submit]]


@on_loop
async def test_peers_that_come_and_go_are_told_in_order() -> None:
    opener = Opener()
    async with running(opener) as runner:
        runner.peer_up(2)
        runner.peer_down(2)
        runner.peer_up(2)
        await runner.submit(b"")
        events = [e for inbox in opener.newest.inboxes for e in inbox]
        peers = [event for event in events if isinstance(event, PeerUp | PeerDown)]
        assert peers == [PeerUp(2), PeerDown(2), PeerUp(2)]


@on_loop
async def test_a_peer_that_has_to_wait_is_passed_by_and_stays_in_order() -> None:
    opener = Opener()
    async with running(opener) as runner:
        opener.newest.held = frozenset({2})
        await runner.submit(b"so that it says so")
        for number in range(3):
            await runner.deliver(2, bytes([number]))
        await runner.deliver(3, b"another")
        await until_heard(opener, b"another")
        assert not heard(opener, 2)
        await runner.deliver(2, b"\3")
        opener.newest.held = frozenset()
        await runner.deliver(3, b"once more")
        await until_heard(opener, b"\3")
        assert heard(opener, 2) == [bytes([number]) for number in range(4)]


@on_loop
async def test_what_is_held_back_of_a_lost_link_makes_room_and_is_never_heard() -> None:
    opener = Opener()
    async with running(opener, replace(SETTINGS, peer_messages=2)) as runner:
        opener.newest.held = frozenset({2})
        await runner.submit(b"so that it says so")
        await runner.deliver(2, b"lost")
        await runner.deliver(2, b"lost too")
        runner.peer_down(2)
        runner.peer_up(2)
        await runner.deliver(2, b"over the new link")
        opener.newest.held = frozenset()
        await runner.submit(b"so that it says so")
        await until_heard(opener, b"over the new link")
        assert heard(opener, 2) == [b"over the new link"]


def heard(opener: Opener, coop: int) -> list[bytes]:
    """What the engine was given of a peer's messages."""
    return [
        event.data
        for inbox in opener.newest.inboxes
        for event in inbox
        if isinstance(event, PeerMessage) and event.coop == coop
    ]


async def until_heard(opener: Opener, data: bytes) -> None:
    await until(
        lambda: any(data in heard(opener, coop) for coop in (2, 3)), "the engine was given it"
    )
