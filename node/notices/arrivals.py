"""Payments that have reached accounts of this coop: told once the own log has them.

What was seen in another log waits in memory until the own log takes it in. So a notice may be missed when
the node was stopped in between; the account is right in any case.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

import msgpack

from ledger.codec import split
from ledger.kinds import PAYMENT_KINDS
from ledger.validators.interface import Validator
from node.store import Segment

_MOST_COMING: Final = 10_000
"""How many are remembered of one log while they are on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Entry `number` of `log` has paid an account here."""

    account: int
    amount: int
    log: int
    number: int


class Arrivals:
    """Finds them."""

    def __init__(self, validator: Validator, coop: int) -> None:
        self._validator = validator
        self._coop = coop
        self._coming: dict[int, list[tuple[int, int, int]]] = {}

    def look(self, segments: Sequence[Segment], wanted: Collection[int]) -> Iterator[Arrival]:
        """What has arrived for the accounts that are `wanted` with these segments, which are applied."""
        for segment in segments:
            for number, entry in enumerate(split(segment.entries), segment.first):
                _, fields = msgpack.unpackb(entry)
                if (
                    fields[0] not in PAYMENT_KINDS
                    or fields[3] != self._coop
                    or fields[4] not in wanted
                ):
                    continue
                account, amount = fields[4], fields[5]
                if segment.coop == self._coop:
                    yield Arrival(account=account, amount=amount, log=segment.coop, number=number)
                else:
                    self._expect(segment.coop, number, account, amount)
        yield from self._arrived()

    def _expect(self, log: int, number: int, account: int, amount: int) -> None:
        coming = self._coming.setdefault(log, [])
        if len(coming) < _MOST_COMING:
            heappush(coming, (number, account, amount))

    def _arrived(self) -> Iterator[Arrival]:
        if not self._coming:
            return
        anchored = self._validator.log(self._coop).anchored
        for log, coming in list(self._coming.items()):
            while coming and coming[0][0] <= anchored.get(log, 0):
                number, account, amount = heappop(coming)
                yield Arrival(account=account, amount=amount, log=log, number=number)
            if not coming:
                del self._coming[log]
