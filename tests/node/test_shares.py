"""Shares of something bounded: for everybody, and none for one address alone."""

import asyncio

import pytest

from node.shares import Shares, Turns
from tests.node.loops import on_loop


def test_one_address_leaves_the_rest_to_others() -> None:
    shares = Shares(total=10, each=4)
    with shares.hold("a") as first, shares.hold("a") as second, shares.hold("b") as other:
        assert first.take(3)
        assert not second.take(2)
        assert second.take(1)
        assert not first.take(1)
        assert not shares.has_room("a")
        assert other.take(4)


def test_all_together_have_the_total() -> None:
    shares = Shares(total=6, each=4)
    with shares.hold("a") as first, shares.hold("b") as second, shares.hold("c") as third:
        assert first.take(4)
        assert not second.take(3)
        assert second.take(2)
        assert not third.take(1)
        assert shares.has_room("c", 0)


def test_what_was_held_is_given_back_however_it_ends() -> None:
    shares = Shares(total=2, each=2)
    for _ in range(3):
        with pytest.raises(RuntimeError), shares.hold("a") as held:
            assert held.take(1)
            assert held.take(1)
            assert not shares.has_room("b")
            raise RuntimeError
    assert shares.has_room("a", 2)
    assert not shares.has_room("a", 3)


def test_addresses_that_hold_nothing_are_forgotten() -> None:
    shares = Shares(total=5, each=1)
    for number in range(100):
        with shares.hold(f"address {number}") as held:
            assert held.take()
    assert not shares._used


@on_loop
async def test_one_of_an_address_has_its_turn_at_a_time_and_others_addresses_do_not_wait() -> None:
    turns = Turns()
    order: list[str] = []
    may_end = asyncio.Event()

    async def one(address: str, name: str) -> None:
        async with turns.take(address):
            order.append(name)
            await may_end.wait()

    tasks = [asyncio.create_task(one(address, name)) for address, name in ("a1", "a2", "b3")]
    for _ in range(5):
        await asyncio.sleep(0)
    assert order == ["1", "3"]
    tasks[0].cancel()  # who gives up leaves its turn to the next
    for _ in range(5):
        await asyncio.sleep(0)
    assert order == ["1", "3", "2"]
    may_end.set()
    await asyncio.gather(*tasks, return_exceptions=True)
