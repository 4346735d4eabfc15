"""QR codes: bounded in what they cost, and never in the way of anything else."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import codes
from node.codes import Code, Codes, CodesBusy
from tests.node.http.towns import one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK


class Pen:
    """Draws in place of segno, and holds still until it may go on."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.may_go_on = threading.Event()
        self.at_once = 0
        self.most_at_once = 0

    def draw(self, text: str) -> Code:
        """Notes the text; waits."""
        self.drawn.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.may_go_on.wait(30)
        self.at_once -= 1
        return Code(b"<svg>" + text.encode("utf-8"), 1)


@pytest.fixture
def pen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pen]:
    """The pen that all codes of this test are drawn with."""
    made = Pen()
    monkeypatch.setattr(codes, "draw_code", made.draw)
    yield made
    made.may_go_on.set()


def waiting(count: int, made: Codes, address: str) -> list[asyncio.Task[Code]]:
    """So many requests of one address, each for another text."""
    return [
        asyncio.create_task(made.draw(f"{address} {number}", address=address))
        for number in range(count)
    ]


def test_one_is_drawn_at_a_time_and_few_wait(pen: Pen) -> None:
    @on_loop
    async def run() -> None:
        made = Codes(waiting=4, waiting_each=2, kept=10)
        tasks = waiting(2, made, "a") + waiting(2, made, "b")
        await until(lambda: len(pen.drawn) == 1, "one is being drawn")
        for address in ("a", "b", "c"):
            with pytest.raises(CodesBusy):
                await made.draw("one more", address=address)
        pen.may_go_on.set()
        svgs = [(await task).svg for task in tasks]
        assert svgs == [b"<svg>a 0", b"<svg>a 1", b"<svg>b 0", b"<svg>b 1"]
        assert pen.most_at_once == 1
        assert (await made.draw("one more", address="a")).version == 1

    run()


def test_an_address_leaves_room_for_others(pen: Pen) -> None:
    @on_loop
    async def run() -> None:
        made = Codes(waiting=4, waiting_each=2, kept=10)
        tasks = waiting(2, made, "a")
        await until(lambda: len(pen.drawn) == 1, "one is being drawn")
        with pytest.raises(CodesBusy):
            await made.draw("one more", address="a")
        other = asyncio.create_task(made.draw("another's", address="b"))
        pen.may_go_on.set()
        await asyncio.gather(*tasks)
        assert (await other).svg == b"<svg>another's"

    run()


def test_what_was_drawn_lately_is_kept(pen: Pen) -> None:
    @on_loop
    async def run() -> None:
        pen.may_go_on.set()
        made = Codes(waiting=4, waiting_each=4, kept=2)
        for text in ("x", "y", "x", "z", "x"):
            if made.kept(text) is None:
                await made.draw(text, address="a")
        assert pen.drawn == ["x", "y", "z"], "y was asked for longest ago"
        assert made.kept("y") is None

    run()


def test_who_waits_for_the_same_text_gets_the_same_code(pen: Pen) -> None:
    @on_loop
    async def run() -> None:
        made = Codes(waiting=4, waiting_each=4, kept=2)
        tasks = [asyncio.create_task(made.draw("x", address="a")) for _ in range(3)]
        await until(lambda: len(pen.drawn) == 1, "one is being drawn")
        pen.may_go_on.set()
        assert len({(await task).svg for task in tasks}) == 1
        assert pen.drawn == ["x"]

    run()


def test_a_node_answers_while_it_draws(pen: Pen, tmp_path: Path) -> None:
    @on_loop
    async def run() -> None:
        settings = QUICK + "[http]\ncodes_waiting_each = 1\n"
        async with one_node(tmp_path, settings=settings) as town:
            drawing = asyncio.create_task(town.client.get("/web/qr.svg?text=a"))
            await until(lambda: pen.drawn == ["a"], "it is being drawn")
            (await town.client.get("/v1/status")).ok()
            busy = await town.client.get("/web/qr.svg?text=b")
            assert (busy.status, busy.problem()) == (503, "busy")
            pen.may_go_on.set()
            assert (await drawing).body == b"<svg>a"

    run()


@on_loop
async def test_codes_count_as_costly_unless_they_are_kept(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 5\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        answers = [await town.client.get(f"/web/qr.svg?text={number}") for number in range(8)]
        statuses = [answer.status for answer in answers]
        assert statuses == [200] * 6 + [429] * 2
        assert answers[-1].problem() == "too_many_requests"
        again = await town.client.get("/web/qr.svg?text=3")
        assert (again.status, again.body) == (200, answers[3].body)


@on_loop
async def test_a_text_is_bounded_in_bytes(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for text, status in (
            ("%C3%B1" * 200, 200),
            ("%C3%B1" * 200 + "a", 400),
            ("%F0%9F%92%B0" * 101, 400),
            ("%ED%A0%80", 200),  # no UTF-8: read as signs that stand for what can't be read
            ("%FF", 200),
        ):
            answer = await town.client.get(f"/web/qr.svg?text={text}")
            assert answer.status == status, text
