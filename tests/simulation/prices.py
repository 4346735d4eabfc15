"""The index in a simulated federation: what the statistics office prints, and stewards who publish it.

The stewards of each coop look again and again which month comes next in their log and publish its change,
whatever became of what they published before: a node may have died, or been put back to an old disk. All
publish the same, since the newspaper is the same.
"""

from typing import Any, Final

from ledger.codec import Value
from ledger.decisions import Decision
from ledger.index.conversion import price_from_units
from ledger.index.prints import Print
from ledger.index.table import Index, apply_print, new_index
from ledger.publications import Publication
from ledger.transactions import Price
from node.engine.events import Ask, Publish, View
from tests.builders import Federation
from tests.simulation.members import Members

CHANGES: Final = (25, 255, 0)
"""What is printed in these runs, in tenths of a percent."""
AGAIN_MS: Final = 1_500


class Prices:
    """What is printed, and which payments at a price may come of it."""

    def __init__(self, federation: Federation) -> None:
        chartered = federation.charter.index
        if chartered is None:
            raise ValueError("the federation has no index")
        self.prints: dict[int, int] = {}
        self.index: Index = new_index(chartered.parameters)
        for change in CHANGES:
            period = self.index.due_window.period
            self.prints[period] = change
            self.index = apply_print(self.index, Print(period=period, value=change))

    def complaint(self, index: Index | None) -> str | None:
        """What is wrong with the prints of a log, if anything: they must be a beginning of all there are."""
        if index is None:
            return "it has no index"
        if index.prints != self.index.prints[: len(index.prints)]:
            return f"its prints are {index.prints}"
        return None

    def price_of(self, amount: int, day: int) -> Price:
        """The price that is worth `amount` (minor units) on a day that has a value."""
        return Price(minor=price_from_units(amount, self.index.value_on(day)), day=day)


class PublishingStewards:
    """The stewards of one coop, until their log has taken in all prints."""

    def __init__(self, shared: Members, coop: int, prices: Prices) -> None:
        self._shared = shared
        self._coop = coop
        self._prices = prices

    def look(self) -> None:
        """Ask which print comes next, and publish it if it is out."""
        self._shared.ask_until_answered(
            self._coop, lambda request: Ask(request, self._next_period), self._publish
        )

    def _next_period(self, view: View) -> int:
        index = view.validator.index(self._coop)
        return 0 if index is None else index.due_window.period

    def _publish(self, period: int) -> None:
        change = self._prices.prints.get(period)
        if change is None:
            return
        content: Value = [change, 0, 0, [], None]
        publication = Publication(decision=Decision.PRINT.value, number=period, content=content)
        federation = self._shared.federation
        for steward in range(federation.charter.coops[self._coop].steward_threshold):
            publication = publication.signed_by(
                steward,
                federation.steward_keys[self._coop][steward],
                federation=federation.id,
                coop=self._coop,
            )
        data = publication.encode()

        def done(answer: Any) -> None:
            self._shared.world.after(AGAIN_MS, self.look)

        self._shared.ask_until_answered(self._coop, lambda request: Publish(request, data), done)
