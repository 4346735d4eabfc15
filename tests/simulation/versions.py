"""Versions of the charter in a simulated federation: what honest logs have taken in, one after the other.

A version is the same in every honest log, each log takes them in in order, and none is one for which fewer
people stood than the charter before it asks.
"""

from collections.abc import Callable

from ledger.charter import Charter, Standing
from ledger.charter_entries import CharterEntry, base_after
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from tests.simulation.world import Failure

Complaint = Callable[[CharterEntry, Charter], str | None]
"""What is wrong with a version that is taken in for the first time, given the charter before it."""


class Versions:
    """One for a run."""

    def __init__(self, genesis: Charter, honest: list[int]) -> None:
        self.charters = [genesis]
        """By version."""
        self.of: dict[int, int] = dict.fromkeys(honest, 0)
        """The version that each honest log goes by."""
        self.settled: set[int] = set()
        """The coops that have left and were seen to have no balance that is not 0."""
        self.complaint: Complaint = lambda entry, before: None

    @property
    def newest(self) -> Charter:
        """The newest charter that any honest log goes by."""
        return self.charters[-1]

    def charter_of(self, coop: int) -> Charter:
        """The charter that an honest log goes by."""
        return self.charters[self.of[coop]]

    def has_left(self, coop: int) -> bool:
        """Whether an honest log has taken in that its coop leaves."""
        found = self.charter_of(coop).coops.get(coop)
        return found is not None and found.standing is Standing.LEFT

    def has_ended(self, coop: int) -> bool:
        """Whether an honest log has ended: its coop has left, and is settled."""
        return self.has_left(coop) and coop in self.settled

    def charter_at(self, version: int) -> Charter:
        """The charter of a version, or the newest one of those before it."""
        return self.charters[min(version, len(self.charters) - 1)]

    def take(self, coop: int, entry: CharterEntry) -> None:
        """A log has recorded a change."""
        before = self.charter_of(coop)
        self.of[coop] += 1
        if entry.version != self.of[coop]:
            raise Failure(f"coop {coop} took in version {entry.version} after {self.of[coop] - 1}")
        if entry.base != before.base:
            raise Failure(f"version {entry.version} of coop {coop} changes something else")
        if entry.version == len(self.charters):
            self._append(entry, before)
        if self.charters[entry.version].base != base_after(entry.base, entry.change):
            raise Failure(f"two changes are certified as version {entry.version}")

    def _append(self, entry: CharterEntry, before: Charter) -> None:
        after = amend(before, entry.change)
        if isinstance(after, Refusal):
            raise Failure(f"version {entry.version} is one that is refused: {after.code}")
        complaint = self.complaint(entry, before)
        if complaint is not None:
            raise Failure(f"version {entry.version}: {complaint}")
        self.charters.append(after)


def key_of(charter: Charter, coop: int) -> bytes | None:
    """The node key of a coop, if the charter has it."""
    found = charter.coops.get(coop)
    return None if found is None else found.node_key
