"""Finding out with a peer in what the two differ, and telling it that (PROTOCOL section 10.2).

One sends a digest. The other, if its own is another one, answers with an outline: a row for each coop. The
first tells what it holds of the coops whose rows differ from its own, and sends its own rows of these; by
them the other does the same. What is told is what was always told, heads, addresses and evidence, so whoever
hears it need not know why.

Nothing is told twice for one question: an outline counts only from who was sent a digest, differences only
from who was sent an outline. So a peer gets as much as this node asks for, however much it asks.
"""

from collections import Counter
from collections.abc import Iterable

from ledger.chain import SignedHead
from node.engine.core import Core
from node.engine.costs import TELLING, reading
from node.engine.replication.accusing import tell_evidence
from node.engine.replication.addresses import Addresses
from node.engine.replication.outlines import Outlines, pages_of
from node.engine.tick import Tick
from node.engine.wire import AddressNews, Heads
from node.engine.wire_gossip import (
    MOST_ROWS,
    Differences,
    Digest,
    Outline,
    Row,
)

_MOST_PAGES = 4
"""How many messages an outline takes at most: a charter has no more coops."""


class Comparing:
    """Compares with peers. `tell_heads` tells a peer heads."""

    def __init__(self, core: Core, addresses: Addresses) -> None:
        self._core = core
        self._addresses = addresses
        self._outlines = Outlines(core, addresses)
        self._outlined_ms: dict[int, int] = {}
        """When a peer was sent an outline last."""
        self._outlines_due: Counter[int] = Counter()
        """How many outlines of a peer are heard still."""
        self._differences_due: Counter[int] = Counter()
        """How many differences of a peer are."""

    def ask(self, tick: Tick, peers: Iterable[int]) -> None:
        """Send peers the digest of what is held here."""
        found = [peer for peer in peers if peer in self._core.linked.comparing]
        if not found:
            return
        data = Digest(self._outlines.digest()).encode()
        for peer in found:
            self._outlines_due[peer] = _MOST_PAGES
            tick.send(peer, data)

    def peer_down(self, peer: int) -> None:
        """Forget what it was asked."""
        self._outlined_ms.pop(peer, None)
        self._outlines_due.pop(peer, None)
        self._differences_due.pop(peer, None)

    def on_message(self, tick: Tick, peer: int, message: Digest | Outline | Differences) -> None:
        """A peer says what it holds."""
        match message:
            case Digest():
                self._on_digest(tick, peer, message)
            case Outline():
                self._on_outline(tick, peer, message)
            case Differences():
                self._on_differences(tick, peer, message)

    def _on_digest(self, tick: Tick, peer: int, message: Digest) -> None:
        """Send an outline if something differs, once in an interval."""
        self._core.work.spend(peer, TELLING + len(self._core.signed))
        before_ms = self._outlined_ms.get(peer)
        interval_ms = self._core.settings.gossip_interval_ms
        if message.digest == self._outlines.digest():
            return
        if before_ms is not None and tick.steady_ms - before_ms < interval_ms:
            return
        self._outlined_ms[peer] = tick.steady_ms
        self._differences_due[peer] = 0
        for page in pages_of(self._outlines.rows()):
            self._differences_due[peer] += 1
            self._send(tick, peer, page.encode())

    def _on_outline(self, tick: Tick, peer: int, message: Outline) -> None:
        """Tell in what that differs, and answer with the own rows of it."""
        if self._outlines_due[peer] <= 0:
            return
        self._outlines_due[peer] -= 1
        own = {
            coop: row
            for coop, row in self._outlines.rows().items()
            if message.first <= coop <= message.last
        }
        theirs = {row.coop: row for row in message.rows}
        differing = sorted(
            coop for coop in own.keys() | theirs.keys() if own.get(coop) != theirs.get(coop)
        )
        ours = [own.get(coop) or Row(coop=coop) for coop in differing]
        self._tell(tick, peer, ours, theirs)
        for place in range(0, len(ours), MOST_ROWS):
            answer = Differences(tuple(ours[place : place + MOST_ROWS]))
            self._send(tick, peer, answer.encode())

    def _on_differences(self, tick: Tick, peer: int, message: Differences) -> None:
        """Tell in what that differs."""
        if self._differences_due[peer] <= 0:
            return
        self._differences_due[peer] -= 1
        theirs = {row.coop: row for row in message.rows}
        rows = self._outlines.rows()
        self._tell(tick, peer, [rows[coop] for coop in theirs if coop in rows], theirs)

    def _tell(self, tick: Tick, peer: int, ours: Iterable[Row], theirs: dict[int, Row]) -> None:
        """Tell a peer what it has otherwise, or not, of the coops in `ours`."""
        heads: list[SignedHead] = []
        known = self._addresses.known()
        for row in ours:
            other = theirs.get(row.coop) or Row(coop=row.coop)
            signed = self._core.signed.get(row.coop)
            if signed is not None and row.tag != other.tag:
                heads.append(signed)
            if row.serial > other.serial and row.coop in known:
                self._send(tick, peer, AddressNews(known[row.coop]).encode())
            for kind in row.kinds:
                if kind not in other.kinds:
                    self._tell_evidence(tick, peer, self._core.accused[row.coop].get(kind))
        for place in range(0, len(heads), MOST_ROWS):
            self._send(tick, peer, Heads(tuple(heads[place : place + MOST_ROWS])).encode())

    def _tell_evidence(self, tick: Tick, peer: int, data: bytes | None) -> None:
        """So much of it in one tick; what is left differs still when the two compare again."""
        served = tick.served_bytes.get(peer, 0)
        if data is not None and served < self._core.settings.served_bytes:
            tick.served_bytes[peer] = served + len(data)
            self._core.work.spend(peer, reading(len(data)))
            tell_evidence(self._core, tick, peer, data)

    def _send(self, tick: Tick, peer: int, data: bytes) -> None:
        self._core.work.spend(peer, TELLING + reading(len(data)))
        tick.send(peer, data)
