"""Waiting at a node for something to happen, and saying honestly how that stands.

On a terminal one line on standard error counts the seconds; elsewhere it is said once that one waits, and
with `--json` not at all. A node is asked to answer when it happens, so nothing is asked in vain: with a
person watching once a second, otherwise every twenty.
"""

import time
from collections.abc import Callable
from typing import Final

from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.membership import Membership
from node.member.paying.arrival import LONGEST_POLL_MS, Arrival, Clock, Delivery, wait_until
from node.member.paying.paying import Paid

WATCHED_POLL_MS: Final = 1_000


def wait_shown(
    has_happened: Callable[[int], bool],
    *,
    what: str,
    seconds: int,
    output: Output,
    clock: Clock = time.monotonic,
) -> bool:
    """`wait_until`, shown. `what` is a clause, such as "waiting for sur", for the person."""
    with output.waiting(
        say("{what}, for at most {seconds} s.", what=what, seconds=seconds)
    ) as write:

        def tick(elapsed: float) -> None:
            if write is not None:
                write(
                    say(
                        "{what}: {elapsed} of {seconds} s (Ctrl-C is safe)",
                        what=what,
                        elapsed=int(elapsed),
                        seconds=seconds,
                    )
                )

        poll_ms = LONGEST_POLL_MS if write is None else WATCHED_POLL_MS
        return wait_until(has_happened, seconds=seconds, poll_ms=poll_ms, tick=tick, clock=clock)


def wait_for_delivery(
    member: Membership, paid: Paid, *, seconds: int, output: Output, clock: Clock = time.monotonic
) -> Arrival:
    """Wait until the payee has the payment."""
    delivery = Delivery(member, paid)
    if delivery.is_at_home:
        return delivery.wait(seconds=seconds)
    where = f"{member.coop.name}/{paid.number}"
    what = say(
        "Recorded at {where}; waiting for {coop} to take it in", where=where, coop=delivery.coop
    )
    wait_shown(delivery.has_ended, what=what, seconds=seconds, output=output, clock=clock)
    return delivery.arrival
