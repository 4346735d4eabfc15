"""Waiting at a node for something to happen, and saying honestly how that stands.

On a terminal one line on standard error counts the seconds; elsewhere it is said once that one waits, and
with `--json` not at all. A node is asked to answer when it happens, so nothing is asked in vain: with a
person watching once a second, otherwise every twenty.

It decides nothing: what was waited for has happened or will happen without it.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import Final

from cli.shell.terminal import Output
from node.member.client import AnswerLost, NodeError, NodeProblem, NodeUnreachable, path_of
from node.member.membership import Membership
from node.member.paying.paying import Paid

LONGEST_POLL_MS: Final = 20_000
WATCHED_POLL_MS: Final = 1_000

Clock = Callable[[], float]


class Arrival(Enum):
    """What is known of a payment's arrival when the command ends."""

    NOT_ASKED = "not_asked"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    RETURNED = "returned"
    NOT_KNOWN = "not_known"

    @property
    def status(self) -> str:
        """The word for programs: what is certain."""
        return self.value if self in (Arrival.DELIVERED, Arrival.RETURNED) else "recorded"


def wait_until(
    has_happened: Callable[[int], bool],
    *,
    what: str,
    seconds: int,
    output: Output,
    clock: Clock = time.monotonic,
) -> bool:
    """Ask `has_happened` until it says yes or the time is over; whether it did.

    It is called with the milliseconds for which the node may keep the answer back. `what` is a clause,
    such as "waiting for sur", for the person.
    """
    begun = clock()
    with output.waiting(f"{what}, for at most {seconds} s.") as write:
        poll_ms = LONGEST_POLL_MS if write is None else WATCHED_POLL_MS
        while (elapsed := clock() - begun) < seconds:
            if write is not None:
                write(f"{what}: {int(elapsed)} of {seconds} s (Ctrl-C is safe)")
            left_ms = max(1, int(1_000 * (seconds - elapsed)))
            if has_happened(min(left_ms, poll_ms)):
                return True
    return False


def wait_for_delivery(
    member: Membership, paid: Paid, *, seconds: int, output: Output, clock: Clock = time.monotonic
) -> Arrival:
    """Wait until the payee has the payment. A connection that breaks is no reason to give up early."""
    path = path_of("v1", "payments", member.coop.name, paid.index)
    arrival = Arrival.ON_ITS_WAY

    def has_arrived(timeout_ms: int) -> bool:
        nonlocal arrival
        try:
            found = member.client.get(path, wait="delivered", timeout_ms=timeout_ms)
        except NodeError as error:
            arrival = Arrival.NOT_KNOWN
            return not _may_pass(error)
        status = found.get("status")
        arrival = Arrival.ON_ITS_WAY
        if status in (Arrival.DELIVERED.value, Arrival.RETURNED.value):
            arrival = Arrival(status)
        return arrival is not Arrival.ON_ITS_WAY

    coop = paid.intent.payee.partition("@")[2]
    if coop == member.coop.name:
        # Within one cooperative recorded is arrived; there is nothing to wait for but the answer.
        has_arrived(WATCHED_POLL_MS)
        return arrival
    where = f"{member.coop.name}/{paid.index}"
    what = f"Recorded at {where}; waiting for {coop} to take it in"
    wait_until(has_arrived, what=what, seconds=seconds, output=output, clock=clock)
    return arrival


def _may_pass(error: NodeError) -> bool:
    """Whether the client has asked several times, with pauses, and asking on may help."""
    if isinstance(error, NodeProblem):
        return error.is_retryable
    return isinstance(error, NodeUnreachable | AnswerLost)
