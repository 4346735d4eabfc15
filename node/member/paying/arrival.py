"""Waiting at a node until a payment has arrived, or anything else has happened.

A node is asked to answer when it happens, so nothing is asked in vain. Waiting decides nothing: what was
waited for has happened or will happen without it.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import Final

from node.member.client import AnswerLost, NodeError, NodeProblem, NodeUnreachable, path_of
from node.member.membership import Membership
from node.member.paying.paying import Paid

LONGEST_POLL_MS: Final = 20_000
"""For how long a node may keep one answer back."""
_AT_HOME_MS: Final = 1_000

Clock = Callable[[], float]


class Arrival(Enum):
    """What is known of a payment's arrival when nobody waits any longer."""

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
    seconds: int,
    poll_ms: int = LONGEST_POLL_MS,
    tick: Callable[[float], None] = lambda _: None,
    clock: Clock = time.monotonic,
) -> bool:
    """Ask `has_happened` until it says yes or the time is over; whether it did.

    It is called with the milliseconds for which the node may keep the answer back, at most `poll_ms`; and
    `tick`, before each time, with the seconds that have passed.
    """
    begun = clock()
    while (elapsed := clock() - begun) < seconds:
        tick(elapsed)
        left_ms = max(1, int(1_000 * (seconds - elapsed)))
        if has_happened(min(left_ms, poll_ms)):
            return True
    return False


class Delivery:
    """A recorded payment on its way to the payee. A broken connection is not a reason to give up early."""

    def __init__(self, member: Membership, paid: Paid) -> None:
        """Of a payment that `member` made."""
        self.arrival = Arrival.ON_ITS_WAY
        self.coop = paid.intent.payee.partition("@")[2]
        self.is_at_home = self.coop == member.coop.name
        """Within one cooperative recorded is arrived; there is nothing to wait for but the answer."""
        self._client = member.client
        self._path = path_of("v1", "payments", member.coop.name, paid.number)

    def has_ended(self, timeout_ms: int) -> bool:
        """Ask the node; whether there is nothing more to wait for, as `arrival` then says."""
        try:
            found = self._client.get(self._path, wait="delivered", timeout_ms=timeout_ms)
        except NodeError as error:
            self.arrival = Arrival.NOT_KNOWN
            return not _may_pass(error)
        status = found.get("status")
        self.arrival = Arrival.ON_ITS_WAY
        if status in (Arrival.DELIVERED.value, Arrival.RETURNED.value):
            self.arrival = Arrival(status)
        return self.arrival is not Arrival.ON_ITS_WAY

    def wait(
        self,
        *,
        seconds: int,
        poll_ms: int = LONGEST_POLL_MS,
        tick: Callable[[float], None] = lambda _: None,
        clock: Clock = time.monotonic,
    ) -> Arrival:
        """Wait until the payee has the payment, or the time is over."""
        if self.is_at_home:
            self.has_ended(_AT_HOME_MS)
        else:
            wait_until(self.has_ended, seconds=seconds, poll_ms=poll_ms, tick=tick, clock=clock)
        return self.arrival


def _may_pass(error: NodeError) -> bool:
    """Whether the client has asked several times, with pauses, and asking on may help."""
    if isinstance(error, NodeProblem):
        return error.is_retryable
    return isinstance(error, NodeUnreachable | AnswerLost)
