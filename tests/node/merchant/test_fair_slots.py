"""Slots shared fairly: nobody's hanging servers keep the others waiting."""

import asyncio

import pytest

from node.merchant.fair_slots import FairSlots
from tests.node.loops import on_loop


class Street:
    """Accounts that hold slots until they are told to let go."""

    def __init__(self, *, total: int, each_account: int, each_target: int) -> None:
        self.slots = FairSlots(total=total, each_account=each_account, each_target=each_target)
        self.held: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.ends: dict[str, asyncio.Event] = {}

    async def ask(self, name: str, account: int, target: str = "") -> None:
        """Ask for a slot and see what comes of it."""
        self.ends[name] = asyncio.Event()

        async def hold() -> None:
            async with self.slots.hold(account, target or name):
                self.held.append(name)
                try:
                    await self.ends[name].wait()
                finally:
                    self.held.remove(name)

        self.tasks[name] = asyncio.create_task(hold())
        await self.settle()

    async def end(self, name: str) -> None:
        """Let one go."""
        self.ends[name].set()
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that can."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Let all go."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


@on_loop
async def test_one_account_never_has_more_than_its_share() -> None:
    street = Street(total=4, each_account=2, each_target=9)
    for number in range(70):
        await street.ask(f"hangs-{number}", account=1)
    assert len(street.held) == 2
    await street.ask("other", account=2)
    assert "other" in street.held
    await street.close()


@on_loop
async def test_what_is_free_goes_to_whoever_has_least() -> None:
    street = Street(total=2, each_account=2, each_target=9)
    for name, account in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3)):
        await street.ask(name, account)
    assert street.held == ["a1", "a2"]
    await street.end("a1")
    assert street.held == ["a2", "b1"]  # not a3, which asked before it
    await street.end("b1")
    assert street.held == ["a2", "c1"]
    await street.end("c1")
    assert street.held == ["a2", "a3"]
    await street.close()


@on_loop
async def test_one_target_is_not_overrun_by_many_accounts() -> None:
    street = Street(total=9, each_account=9, each_target=2)
    for account in range(5):
        await street.ask(f"a{account}", account, "https://shop.example")
    assert street.held == ["a0", "a1"]
    await street.ask("b", 7, "https://other.example")
    assert "b" in street.held
    await street.end("a0")
    assert street.held == ["a1", "b", "a2"]
    await street.close()


@pytest.mark.parametrize("when", ["waiting", "given", "holding"])
def test_who_gives_up_leaves_nothing_behind(when: str) -> None:
    @on_loop
    async def run() -> None:
        street = Street(total=1, each_account=1, each_target=1)
        if when == "waiting":
            await street.ask("first", 1)
            await street.ask("second", 2)
            street.tasks["second"].cancel()
            await street.end("first")
        elif when == "holding":
            await street.ask("first", 1)
            street.tasks["first"].cancel()
        else:
            async with street.slots.hold(1, "first"):
                await street.ask("second", 2)
            street.tasks["second"].cancel()  # the slot is its own by now, and it doesn't know yet
        await street.settle()
        await street.ask("third", 3)
        assert street.held == ["third"]
        await street.close()

    run()
