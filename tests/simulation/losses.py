"""What honest coops lose by a fork, and the most that it may be (PROTOCOL section 7.11).

What each history of the culprit may have sent beyond the point where they part is counted from what honest
logs have sent to it, which they can prove, and from nothing that the forked log says of itself.
"""

from collections.abc import Mapping
from typing import Final

from ledger.invariants import settled_losses
from ledger.validators.interface import Validator
from node.store import MemoryDisk
from tests.simulation.truth import Truth
from tests.simulation.world import Failure

_HISTORIES: Final = 2


class Losses:
    """Made when a culprit forks: `validator` is the state of its own node at that moment."""

    def __init__(self, coop: int, federation: bytes, validator: Validator) -> None:
        log = validator.log(coop)
        self._coop = coop
        self._position = log.position
        self._anchored = dict(log.anchored)
        self._histories = [Truth(coop=coop, federation=federation) for _ in range(_HISTORIES)]

    def follow(self, *disks: MemoryDisk) -> None:
        """Read on in the histories, of which these are the disks."""
        for history, disk in zip(self._histories, disks, strict=True):
            history.follow(disk)

    def check(
        self, validator: Validator, truths: Mapping[int, Truth], *, limit: int, who: str
    ) -> int:
        """What honest coops lost as a node sees it; fails if it is more than can be.

        `limit`: the highest clearing limit that the coop has had.
        """
        if self._coop not in validator.coops:
            return 0
        lost = self._lost(validator)
        standing = validator.standing(self._coop)
        most = sum(
            max(0, self._position + self._received(validator, truths, branch) + limit)
            for branch in validator.branches(self._coop)
            if branch != standing
        )
        if lost > most:
            raise Failure(f"{who}: {lost} were lost by a fork, and {most} is the most that can be")
        return lost

    def _lost(self, validator: Validator) -> int:
        """What was credited from histories that don't stand, whether that was settled or not."""
        others = [coop for coop in validator.coops if coop != self._coop]
        return sum(
            validator.fork_loss(coop, other=self._coop)
            + sum(lost for lost, _ in settled_losses(validator, coop))
            for coop in others
        )

    def _received(self, validator: Validator, truths: Mapping[int, Truth], branch: int) -> int:
        """What a history has taken in since the fork, as those say who sent it."""
        anchored = validator.log(self._coop, branch=branch).anchored
        total = 0
        for coop, truth in truths.items():
            since, until = self._anchored.get(coop, 0), anchored.get(coop, 0)
            total += sum(
                amount
                for number, payee, amount in truth.sent
                if payee == self._coop and since < number <= until
            )
            total += sum(
                max(history.amount_of(returned) for history in self._histories)
                for number, payee, returned in truth.returned
                if payee == self._coop and since < number <= until
            )
        return total
