"""Looking whether what a coop has signed contradicts the log held here, what waits to go on with it, or what
else it signed for a place to which the log has not come."""

from collections.abc import Callable

from ledger.chain import SignedHead
from node.engine.core import Core
from node.engine.costs import checking
from node.engine.replication.ahead import Ahead
from node.engine.replication.forks import (
    fork_between,
    fork_from_entries,
    fork_from_head,
    fork_of_two,
)
from node.engine.tick import Tick
from node.engine.wire import Entries


class Contradictions:
    """Accuses whom it finds. `standing` gives what waits before an anchor to go on with a log."""

    def __init__(self, core: Core, standing: Callable[[int], Entries | None]) -> None:
        self._core = core
        self._standing = standing
        self.ahead = Ahead(core)

    def check(self, tick: Tick, signed: SignedHead) -> None:
        """Look at a checked head. It is kept until the log comes to its place."""
        core, coop = self._core, signed.coop
        is_here = signed.length <= core.length(coop)
        evidence, standing = fork_from_head(core, signed) if is_here else None, self._standing(coop)
        if evidence is None and standing is not None:
            evidence = fork_between(core, signed, standing)
        is_held = is_here and core.head_at(coop, signed.length) == signed.head
        if evidence is None and not is_held and not core.is_accused(coop, "fork"):
            other = self.ahead.keep(signed)
            evidence = None if other is None else fork_of_two(core, other, signed)
        if evidence is not None:
            core.accuse(tick, evidence)

    def check_due(self, tick: Tick) -> None:
        """Look at heads that were known before the log had come there."""
        validator = self._core.validator
        for signed in self.ahead.take_due():
            if validator.head_at(signed.coop, signed.length) == signed.head:
                continue  # as nearly always, and without reading the store
            evidence = fork_from_head(self._core, signed)
            if evidence is not None:
                self._core.accuse(tick, evidence)

    def check_ahead(self, tick: Tick, coop: int) -> None:
        """Look at all heads of places to which that log has not come: something waits now to go on."""
        for signed in self.ahead.of(coop):
            self.check(tick, signed)

    def compare(self, tick: Tick, peer: int, message: Entries) -> None:
        """Look at entries that can't be applied, since the log stands with others."""
        standing = self._standing(message.coop)
        if standing is None or self._core.is_accused(message.coop, "fork"):
            return
        if message.first == standing.first and message.entries.startswith(standing.entries):
            return
        self._core.work.spend(peer, checking(len(message.entries)))
        evidence = fork_from_entries(self._core, message, standing)
        if evidence is not None:
            self._core.accuse(tick, evidence)
