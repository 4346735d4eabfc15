"""Changes of the charter in a simulated federation: what people agree to change, and what logs made of it.

Now and then all coops' stewards agree on one more change, and each coop's stewards publish it for the version
that is next in their own log, again and again. A version is the same in every honest log, and each log takes
them in one after the other.
"""

from typing import Any, Final

from ledger.charter_changes import Change, SetClearingLimit, SetEntriesPerDay
from ledger.charter_entries import CharterEntry, base_after
from ledger.publications import Publication
from node.engine.events import Ask, Publish
from node.engine.view import View
from tests.builders import Federation
from tests.charters import proposal
from tests.simulation.members import Members
from tests.simulation.plan import Plan
from tests.simulation.world import Failure, World

AGAIN_MS: Final = (500, 2_000)


class Versions:
    """What honest logs have taken in: one for a run."""

    def __init__(self, federation: bytes, honest: list[int]) -> None:
        self._bases = [federation]
        self.of: dict[int, int] = dict.fromkeys(honest, 0)
        """The version that each honest log goes by."""

    def take(self, coop: int, entry: CharterEntry) -> None:
        """A log has recorded a change."""
        self.of[coop] += 1
        if entry.version != self.of[coop]:
            raise Failure(f"coop {coop} took in version {entry.version} after {self.of[coop] - 1}")
        after = base_after(entry.base, entry.change)
        if entry.base != self._bases[entry.version - 1]:
            raise Failure(f"version {entry.version} of coop {coop} changes something else")
        if entry.version == len(self._bases):
            self._bases.append(after)
        if self._bases[entry.version] != after:
            raise Failure(f"two changes are certified as version {entry.version}")


class Agreed:
    """What people have agreed to change so far, in order."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self.changes: list[Change] = []
        for _ in range(plan.changes):
            world.after(world.random.randint(1_000, plan.trouble_ms), self._agree)

    def _agree(self) -> None:
        number = len(self.changes) + 1
        coop = self._world.random.randint(1, self._plan.coops)
        limit = self._plan.clearing_limit + 100 * number
        self.changes.append(
            self._world.random.choice(
                (
                    SetClearingLimit(coop=coop, limit=limit),
                    SetEntriesPerDay(entries_per_day=100_000 + number),
                )
            )
        )
        self._world.injected["changes of the charter"] += 1


class ChangingStewards:
    """The stewards of one coop."""

    def __init__(self, shared: Members, coop: int, agreed: Agreed) -> None:
        self._shared = shared
        self._coop = coop
        self._agreed = agreed
        self._world = shared.world

    def look(self) -> None:
        """See which version is next in the coop's log, and publish what was agreed for it."""
        if self._shared.publishing:
            self._shared.ask_until_answered(
                self._coop, lambda request: Ask(request, self._next), self._publish
            )

    def _next(self, view: View) -> Publication | None:
        charter = view.validator.charter(self._coop)
        if charter.version >= len(self._agreed.changes):
            return None
        return proposal(charter, self._agreed.changes[charter.version])

    def _publish(self, publication: Publication | None) -> None:
        def again(answer: Any) -> None:
            self._world.after(self._world.random.randint(*AGAIN_MS), self.look)

        if publication is None:
            again(None)
            return
        data = signed(self._shared.federation, self._coop, publication).encode()
        self._shared.ask_until_answered(
            self._coop, lambda request: Publish(request, data, None), again
        )


def signed(federation: Federation, coop: int, publication: Publication) -> Publication:
    """With the signatures of as many stewards as the coop asks for."""
    keys = federation.steward_keys[coop]
    for steward in range(federation.charter.coops[coop].steward_threshold):
        publication = publication.signed_by(
            steward, keys[steward], federation=federation.id, coop=coop
        )
    return publication
