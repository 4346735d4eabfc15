"""Where the coops' nodes answer, as they say themselves: kept, told to peers, and handed to whoever dials.

Of each coop the statement with the highest serial is kept, in the store's `meta`. A peer may pass on
anybody's. One that is not news costs nothing; news is verified, and taken of each coop at most once in
`address_interval_ms`, so that nobody has all nodes write and tell without end; the first word of a coop that
was unknown doesn't count, since the next may be a correction. What was passed over is told again with a later
full gossip.

A statement that its coop signed with a key that was replaced since is passed over, and told to nobody:
whoever has that key could say anything. Where such a coop was known to be it is still dialled, until it says
so anew, and whatever it says with its present key is news.
"""

from collections.abc import Set

from ledger.codec import decode, encode
from ledger.errors import EncodingError
from node.addresses import NodeAddress, read_address, signer_of
from node.engine.core import Core
from node.engine.costs import ROW, SIGNATURE
from node.engine.tick import Tick
from node.engine.wire import AddressNews
from node.errors import PeerFault
from node.store import Write


class Addresses:
    """The newest statement of each coop."""

    def __init__(self, core: Core, own: NodeAddress | None) -> None:
        """`own` is what this node's folder says of itself, if anything."""
        self._core = core
        self._known: dict[int, NodeAddress] = {}
        self._signers: dict[int, bytes] = {}
        for coop in core.validator.coops:
            kept = _read(core.store.meta(_key(coop)))
            if kept is not None:
                self._keep(kept, self._signer(kept))
        if own is not None and self._is_news(own):
            self._keep(own, self._signer(own))
        self._is_first_tick = True
        self._taken_at_ms: dict[int, int] = {}
        self._turn = 0

    def known(self) -> dict[int, NodeAddress]:
        """What coops say under their present keys, by coop."""
        return {coop: each for coop, each in self._known.items() if self._is_present(coop)}

    def hand_out(self, tick: Tick) -> None:
        """At the first tick: everything that is known, for whoever dials."""
        if self._is_first_tick:
            tick.outbox.moved.update({coop: each.url for coop, each in self._known.items()})
            self._is_first_tick = False

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer everything, if it knows what that is and can't say what it lacks."""
        if peer in self._core.linked.answering - self._core.linked.comparing:
            for statement in self.known().values():
                tick.send(peer, AddressNews(statement).encode())

    def tell_again(self, tick: Tick) -> None:
        """One statement, each in its turn, in case it was lost, for those who can't say what they lack."""
        known = sorted(self.known().items())
        linked = self._core.linked
        if known:
            self._turn = (self._turn + 1) % len(known)
            self._tell(tick, known[self._turn][1], linked.peers - linked.comparing)

    def on_news(self, tick: Tick, peer: int, message: AddressNews) -> None:
        """A peer passes a statement on. Raises `PeerFault` for one that its coop did not sign."""
        statement = message.statement
        if not self._is_news(statement):
            return
        taken_at_ms = self._taken_at_ms.get(statement.coop)
        interval_ms = self._core.settings.address_interval_ms
        if taken_at_ms is not None and tick.steady_ms - taken_at_ms < interval_ms:
            return
        coop = self._core.newest.coops.get(statement.coop)
        self._core.work.spend(peer, ROW + SIGNATURE * (1 if coop is None else len(coop.all_keys)))
        signer = self._signer(statement)
        if coop is None or signer is None:
            if self._core.is_excused(peer):
                return
            raise PeerFault("an address that no node of its coop has signed")
        if signer != coop.node_key:
            return
        if self._is_present(statement.coop):
            self._taken_at_ms[statement.coop] = tick.steady_ms
        self._keep(statement, signer)
        tick.changes.append(Write(meta={_key(statement.coop): encode(statement.value())}))
        tick.outbox.moved[statement.coop] = statement.url
        tick.notice("node_moved", coop=statement.coop, url=statement.url)
        self._tell(tick, statement, self._core.linked.told)

    def _is_news(self, statement: NodeAddress) -> bool:
        coop = statement.coop
        return not self._is_present(coop) or statement.serial > self._known[coop].serial

    def _is_present(self, coop: int) -> bool:
        """Whether it is known where that coop is, by its word under its present key."""
        found = self._core.newest.coops.get(coop)
        return found is not None and self._signers.get(coop) == found.node_key

    def _signer(self, statement: NodeAddress) -> bytes | None:
        """The key of its coop, the present or an earlier one, that signed it."""
        charter = self._core.newest
        coop = charter.coops.get(statement.coop)
        keys = () if coop is None else coop.all_keys
        return signer_of(statement, federation=charter.federation, keys=keys)

    def _keep(self, statement: NodeAddress, signer: bytes | None) -> None:
        if signer is not None:
            self._known[statement.coop] = statement
            self._signers[statement.coop] = signer

    def _tell(self, tick: Tick, statement: NodeAddress, peers: Set[int]) -> None:
        for peer in sorted(peers & self._core.linked.answering):
            tick.send(peer, AddressNews(statement).encode())


def _key(coop: int) -> str:
    return f"address.{coop}"


def _read(data: bytes | None) -> NodeAddress | None:
    """A kept statement; one that can't be read is as good as none, since others have it."""
    try:
        return None if data is None else read_address(decode(data))
    except EncodingError:
        return None
