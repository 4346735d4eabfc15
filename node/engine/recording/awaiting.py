"""Payments to an account elsewhere that the own log is about to know: they wait for the anchor's witnesses.

Without a witness quorum the anchor is appended before the payment, in the same tick. With one it takes a
round between nodes; a payer who was refused in the meantime would be told of an account that does not exist,
though it does. So the payment is judged when the anchor has come, or when it did not come in time; and never
later. Nothing of it is on disk while it waits: who asked has no answer yet, and asking again is safe.
"""

from collections.abc import Callable
from dataclasses import dataclass

from node.engine.answers import Request
from node.engine.events import Submit


@dataclass(frozen=True, slots=True)
class _Held:
    submit: Submit
    coop: int
    account: int
    deadline_ms: int


class Awaiting:
    """Such payments, bounded in number and time."""

    def __init__(self, *, most: int, wait_ms: int) -> None:
        self._most = most
        self._wait_ms = wait_ms
        self._held: list[_Held] = []
        self._late: set[Request] = set()

    def hold(self, submit: Submit, coop: int, account: int, now_ms: int) -> bool:
        """Let a payment to that account wait; False: it has waited long enough, or too many do."""
        if submit.request in self._late or len(self._held) >= self._most:
            return False
        self._held.append(_Held(submit, coop, account, now_ms + self._wait_ms))
        return True

    def due(self, now_ms: int, *, is_coming: Callable[[int, int], bool]) -> list[Submit]:
        """Those that are to be judged now, in the order in which they came.

        `is_coming` says of a coop and an account whether an anchor would still make it known.
        """
        if not self._held:
            return []
        self._late = {each.submit.request for each in self._held if each.deadline_ms <= now_ms}
        due = [
            each
            for each in self._held
            if each.deadline_ms <= now_ms or not is_coming(each.coop, each.account)
        ]
        self._held = [each for each in self._held if each not in due]
        return [each.submit for each in due]

    def drop_all(self) -> list[Submit]:
        """All of them; none waits any longer."""
        dropped, self._held = [each.submit for each in self._held], []
        return dropped

    def wake_at_ms(self) -> int | None:
        """When the first has waited long enough."""
        return min((each.deadline_ms for each in self._held), default=None)
