"""Running asynchronous tests: each on a loop of its own, and none for ever.

`on_loop` turns a coroutine function into a test. `until` waits for a condition and fails, naming it,
when it does not come true in time: so tests wait for what they need and not for a length of time.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import ParamSpec

P = ParamSpec("P")

LONGEST_S = 60
_LOOK_AGAIN_S = 0.005


def on_loop(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """A test that runs the coroutine to its end, and fails after a minute."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(LONGEST_S):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


async def until(
    condition: Callable[[], bool | Awaitable[bool]], what: str, *, within_s: float = 20
) -> None:
    """Return as soon as `condition` holds."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                holds = condition()
                if not isinstance(holds, bool):
                    holds = await holds
                if holds:
                    return
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise AssertionError(f"not within {within_s} s: {what}") from None
