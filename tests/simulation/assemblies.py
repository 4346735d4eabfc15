"""The life of a simulated coop that governs itself: who does what when.

Each coop has an assembly: again and again somebody looks at its node and does one deed, or tries a misdeed.
It begins once the first members are there. Its randomness is its own, so that a run without it is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from ledger.transactions import Status
from node.engine.answers import Recorded, Refused
from node.engine.events import Ask, Submit
from node.engine.view import View
from tests.simulation import bonds, deeds, livelihoods
from tests.simulation.hands import Hand
from tests.simulation.misdeeds import MISDEEDS, Misdeed

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

BEGINS_MS: Final = (300, 900)
LOOKS_AGAIN_MS: Final = (150, 600)
MENDS_AGAIN_MS: Final = (800, 1_500)
MISDEEDS_CHANCE: Final = 0.15
TRIES: Final = 4
WEIGHTS: Final[dict[deeds.Deed, int]] = {
    deeds.vote: 40,
    deeds.propose: 12,
    deeds.about_recovery: 10,
    deeds.attest: 10,
    livelihoods.recover: 4,
    livelihoods.object_to: 6,
    livelihoods.guardians: 3,
    livelihoods.rekey: 3,
    livelihoods.spend: 4,
    livelihoods.limit: 4,
    livelihoods.status: 4,
    bonds.guarantee: 8,
    bonds.settle: 5,
    bonds.leave: 1,
}
"""How likely each deed is; one that finds no occasion leaves the place to another."""

Made = tuple[str, bytes] | None


class Assembly:
    """That of one coop. The name is what its randomness is drawn by."""

    name = "government"
    cheating = MISDEEDS_CHANCE
    weights: Mapping[deeds.Deed, int] = WEIGHTS
    misdeeds: Sequence[Misdeed] = MISDEEDS

    def __init__(self, simulation: Simulation, coop: int) -> None:
        self._sim = simulation
        self._coop = coop
        self._world = simulation.world
        self._random = Random(f"{self.name} {simulation.plan.seed} {coop}")
        self._past: list[bytes] = []
        """What stewards have signed and sent."""
        self._can_cheat = not simulation.plan.is_calm

    def begin(self) -> None:
        """Let people look, after a while."""
        self._world.after(self._random.randint(*BEGINS_MS), self._look)

    def _look(self) -> None:
        if self._sim.members.publishing and self._coop not in self._sim.members.leaving:
            self._sim.members.ask_until_answered(
                self._coop, lambda request: Ask(request, self._choose), self._do
            )

    def _choose(self, view: View) -> Made | Exception:
        """What somebody does now; what is raised, too, since a question that fails is asked for ever."""
        try:
            return self._draw(view)
        except Exception as error:
            return error

    def _draw(self, view: View) -> Made:
        if self._coop not in view.validator.charter(self._coop).coops:
            return None
        hand = Hand.at(
            view,
            self._coop,
            random=self._random,
            keys=self._sim.keys,
            now=self._world.time,
        )
        here = sum(account.status is not Status.CLOSED for account in hand.accounts())
        return None if here < self._sim.plan.members else self._draw_at(hand)

    def _draw_at(self, hand: Hand) -> Made:
        mended = deeds.mend_office(hand)
        if mended is not None or not self._sim.members.spending:
            return None if mended is None else ("mend_office", mended)
        if not hand.bylaws.version:
            adopted = deeds.adopt(hand)
            return None if adopted is None else ("adopt", adopted)
        return self._draw_any(hand)

    def _draw_any(self, hand: Hand) -> Made:
        if self._can_cheat and self._random.random() < self.cheating:
            return self._draw_misdeed(hand)
        return self._draw_deed(hand)

    def _draw_deed(self, hand: Hand) -> Made:
        weights = self.weights
        for deed in self._random.choices(list(weights), list(weights.values()), k=TRIES):
            made = deed(hand)
            if made is not None:
                return deed.__name__, made
        return None

    def _draw_misdeed(self, hand: Hand) -> Made:
        misdeed = self._random.choice(self.misdeeds)
        made = misdeed(hand, self._past)
        if made is None:
            return None
        self._world.injected[f"misdeeds: {misdeed.__name__.replace('_', ' ')}"] += 1
        return misdeed.__name__, made

    def _do(self, made: Made | Exception) -> None:
        if isinstance(made, Exception):
            raise made
        if made is None:
            self._again()
            return
        name, transaction = made
        self._world.note(f"coop {self._coop}: somebody does {name}")
        self._submit(transaction)

    def _submit(self, transaction: bytes) -> None:
        def answered(result: Any) -> None:
            if isinstance(result, Recorded):
                self._past.append(transaction)
            if isinstance(result, Recorded | Refused):
                self._again()
            else:  # not ready: the same bytes again
                self._world.after(300, lambda: self._submit(transaction))

        self._sim.members.ask_until_answered(
            self._coop, lambda request: Submit(request, transaction), answered
        )

    def _again(self) -> None:
        is_over = not self._sim.members.spending
        between = MENDS_AGAIN_MS if is_over else LOOKS_AGAIN_MS
        self._world.after(self._random.randint(*between), self._look)
