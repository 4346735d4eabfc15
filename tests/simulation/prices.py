"""Who deals with prices in a simulated federation: members who pay at one, stewards who publish.

The stewards of each coop look again and again what comes next in their log and publish it when it is out,
whatever became of what they published before: a node may have died, or been put back to an old disk.
"""

from typing import Any, Final

from ledger.government.articles import Article
from ledger.index.conversion import price_from_units
from ledger.index.table import Index
from ledger.transactions import Price
from ledger.validators.reading import LogReader
from node.engine.events import Ask, Publish
from node.engine.view import View
from tests.simulation.decided import Decided
from tests.simulation.facts import Facts, ToPublish
from tests.simulation.hands import Desk
from tests.simulation.members import Members

AGAIN_MS: Final = (400, 1_800)
"""How long stewards wait before they look again, at least and at most."""


def price_of(decided: Decided, amount: int, day: int) -> Price:
    """The price that is worth `amount` (minor units) on a day; of one not known yet, by the last value."""
    index = decided.furthest
    known = max(index.parameters.base_day, min(day, index.known_until))
    return Price(minor=price_from_units(amount, index.value_on(known)), day=day)


class PublishingStewards:
    """The stewards of one coop."""

    def __init__(self, shared: Members, coop: int, facts: Facts) -> None:
        self._shared = shared
        self._coop = coop
        self._facts = facts
        self._world = shared.world

    def look(self) -> None:
        """See what comes next in the coop's log, and publish what is out of it."""
        if self._shared.publishing:
            self._shared.ask_until_answered(
                self._coop, lambda request: Ask(request, self._to_publish), self._publish
            )

    def _to_publish(self, view: View) -> list[ToPublish]:
        index: Index | None = view.validator.index(self._coop)
        if index is None:
            raise AssertionError("a charter with an index gives every log one")
        waiting = self._facts.to_publish(self._coop, index, self._world.day)
        desk = Desk.of(LogReader(view.validator, self._coop), self._shared.keys)
        return [(desk.sign_publication(one, Article.PUBLISH), file) for one, file in waiting]

    def _publish(self, waiting: list[ToPublish]) -> None:
        """Publish one after the other, then look again after a while."""
        if not waiting:
            self._world.after(self._world.random.randint(*AGAIN_MS), self.look)
            return
        (publication, file), *rest = waiting
        data = publication.encode()

        def done(answer: Any) -> None:
            self._publish(rest)

        self._shared.ask_until_answered(
            self._coop, lambda request: Publish(request, data, file), done
        )
