"""A coop that leaves a simulated federation: it settles, and its log ends.

Its members have no credit and its commons nothing, so all there is to do is to spend what members have.
People elsewhere pay them until their own logs know of it; what arrives too late comes back to them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ledger.charter_changes import Leave
from ledger.transactions import Status
from node.engine.events import Ask, Submit
from node.engine.view import View
from tests.simulation.matters import Plain

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_LOOKS_AGAIN_MS: Final = (200, 900)


class Leaving:
    """The one that leaves in a run."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation
        self._world = simulation.world
        self._coop = simulation.plan.leaver
        simulation.members.leaver = self._coop

    def begin(self) -> None:
        """Let it leave at some time, once it is there."""
        at = self._world.random.randint(3_000, self._sim.plan.trouble_ms)
        self._world.after(at, self._wish)

    def _wish(self) -> None:
        sim = self._sim
        is_there = self._coop in sim.nodes and not sim.nodes[self._coop].is_dead
        if not is_there or not sim.watch.versions.newest.is_member(self._coop):
            self._again(self._wish)
            return
        self._sim.members.leaving.add(self._coop)
        self._sim.agreed.add(Plain("leavings", Leave(coop=self._coop)))
        self._settle()

    def _again(self, action: Any) -> None:
        self._world.after(self._world.random.randint(*_LOOKS_AGAIN_MS), action)

    def _settle(self) -> None:
        """Spend what the members have, as long as they get something."""
        if self.is_over:
            return
        self._sim.members.ask_until_answered(
            self._coop, lambda request: Ask(request, self._to_pay), self._pay
        )

    @property
    def is_over(self) -> bool:
        """Whether its log has ended."""
        versions = self._sim.watch.versions
        return self._coop in versions.of and versions.has_ended(self._coop)

    def _to_pay(self, view: View) -> bytes | None:
        """The next payment of somebody who has something, to the commons of another coop."""
        able = [
            account
            for account in view.validator.accounts(self._coop)
            if account.balance > 0 and account.status is Status.OPEN
        ]
        if not able:
            return None
        account = self._world.random.choice(able)
        others = [coop for coop in self._sim.watch.honest if coop != self._coop]
        return self._sim.federation.pay(
            self._coop,
            payer=account.number,
            sequence=account.next_sequence,
            payee_coop=self._world.random.choice(others),
            payee=0,
            amount=account.balance,
        )

    def _pay(self, payment: bytes | None) -> None:
        def again(answer: Any) -> None:
            self._again(self._settle)

        if payment is None:
            again(None)
            return
        self._sim.members.ask_until_answered(self._coop, partial(_submit, payment), again)


def _submit(payment: bytes, request: int) -> Submit:
    return Submit(request, payment)
