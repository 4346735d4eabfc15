"""Light nodes for simulations of large federations: real gossip, real messages, hardly any rules.

Of the engine they have what decides who is told what: `Gossip`, `Replicas` and what is below them, on a
store in memory. In the place of the validator stands a table of lengths and heads that takes every entry;
signatures of heads are real and are checked. A node whose member is paid anchors the payer's log, as a real
one does. What a real node says besides at intervals is sent too: its clock, and a question and its answer
about decisions.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, Final, cast

from ledger.chain import extend, extend_all, genesis
from ledger.codec import split
from ledger.entries import decode_entry, encode_entry
from ledger.transactions import Pay
from ledger.validators.interface import LogView, Replayed, Validator
from node.engine.core import Core
from node.engine.replication.gossip import Gossip
from node.engine.replication.replicas import Replicas
from node.engine.settings import EngineSettings
from node.engine.tick import Tick
from node.engine.wire import ClockNews, Entries, Get, Heads, decode_message
from node.engine.wire_decisions import Due, Told
from node.engine.wire_gossip import Differences, Digest, Enough, Outline
from node.store import MemoryDisk, MemoryStore, Segment
from tests.builders import START, Federation

SETTINGS: Final = EngineSettings()
LATENCY_MS: Final = (1, 30)
_DUE: Final = Due("charter", 0, (1,))
_SAID: Final = (
    ClockNews(START * 1000).encode(),
    _DUE.encode(),
    Told(_DUE.subject, _DUE.place, _DUE.numbers, ()).encode(),
)
"""What is said to each peer that is told things, beside gossip, in each interval of ten seconds."""
SAID_ANYWAY: Final = tuple(data[:8] for data in (*_SAID, Digest(bytes(16)).encode()))
"""How the messages begin that are sent at intervals, whatever happens."""


class _Coops:
    """All coops have a log, and only those that were ever spoken of are gone through."""

    def __init__(self, numbers: Any) -> None:
        self._numbers = numbers
        self.spoken_of: set[int] = set()

    def __contains__(self, coop: object) -> bool:
        return coop in self._numbers

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.spoken_of))


class _Table:
    """Stands for a validator: lengths and heads, and no rules."""

    def __init__(self, federation: Federation) -> None:
        self.coops = _Coops(federation.charter.coops)
        self._charter = federation.charter
        self._heads: dict[int, list[bytes]] = {}

    def newest_charter(self) -> Any:
        return self._charter

    def charter(self, coop: int) -> Any:
        return self._charter

    def branches(self, coop: int) -> tuple[int, ...]:
        return (0,)

    def taken_in(self, coop: int, *, other: int, branch: int = 0, of: int = 0) -> int:
        return len(self._heads.get(other, [b""])) - 1

    def head_at(self, coop: int, length: int, *, branch: int = 0) -> bytes | None:
        heads = self._all(coop)
        return heads[length] if length < len(heads) else None

    def log(self, coop: int, *, branch: int = 0) -> LogView:
        heads = self._all(coop)
        return LogView(
            coop=coop,
            length=len(heads) - 1,
            head=heads[-1],
            time=START,
            position=0,
            held=0,
            commons=0,
            anchored={},
            accounts=0,
        )

    def chain(self, coop: int, entries: bytes) -> tuple[int, bytes]:
        parts = split(entries)
        return len(parts), extend_all(self._all(coop)[-1], parts)

    def replay(self, coop: int, entries: bytes) -> Replayed:
        parts = split(entries)
        for entry in parts:
            self._all(coop).append(extend(self._all(coop)[-1], entry))
        return Replayed(count=len(parts), consumed=len(entries), refusal=None, waiting=None)

    def _all(self, coop: int) -> list[bytes]:
        self.coops.spoken_of.add(coop)
        return self._heads.setdefault(
            coop, [genesis(federation=self._charter.federation, coop=coop)]
        )


class LightNode:
    """One node of a federation in which all are linked with all, and were for long."""

    def __init__(self, federation: Federation, coop: int, *, now_ms: int, random: Random) -> None:
        self.coop = coop
        self.table = _Table(federation)
        self._federation = federation
        self._core = Core(
            settings=SETTINGS,
            coop=coop,
            key=federation.node_keys[coop],
            store=MemoryStore(MemoryDisk()),
            validator=cast(Validator, self.table),
            known=federation.charter,
        )
        self._replicas = Replicas(self._core)
        seed, began_ms = random.randbytes(16), now_ms - random.randrange(10_000)
        self._gossip = Gossip(self._core, self._replicas, None, seed=seed, now_ms=began_ms)
        linked = self._core.linked
        linked.peers = set(federation.charter.coops) - {coop}
        linked.comparing = linked.answering = linked.agreeing = linked.peers
        self._say_at_ms = began_ms + SETTINGS.full_gossip_interval_ms

    def wake_at_ms(self) -> int:
        """When it has something to say though nothing arrives."""
        return min(self._gossip.wake_at_ms(), self._say_at_ms)

    @property
    def held(self) -> int:
        """How many entries of all logs it holds."""
        return sum(self.table.log(coop).length for coop in self.table.coops)

    def tick(
        self, now_ms: int, inbox: Iterable[tuple[int, bytes]], transactions: Iterable[bytes] = ()
    ) -> list[tuple[int, bytes]]:
        """Take in what arrived, append what is asked for; what is sent to whom."""
        tick = Tick(now_ms, now_ms)
        self._core.work.begin(now_ms, is_asked=False)
        for peer, data in inbox:
            self._hear(tick, peer, data)
        self._replicas.advance(tick)
        for transaction in (*transactions, *self._anchors(tick)):
            self._append(tick, transaction)
        self._core.store.commit(tick.write())
        self._gossip.push(tick)
        self._gossip.run(tick)
        self._say(tick)
        return [(send.coop, send.data) for send in tick.outbox.sends]

    def _hear(self, tick: Tick, peer: int, data: bytes) -> None:
        message = decode_message(data, max_bytes=SETTINGS.message_bytes)
        match message:
            case Heads():
                self._replicas.on_heads(tick, peer, message)
            case Entries():
                self._replicas.on_entries(tick, peer, message)
            case Get():
                self._gossip.on_get(tick, peer, message)
            case Digest() | Outline() | Differences() | Enough():
                self._gossip.on_message(tick, peer, message)
            case _:
                pass  # what is said beside gossip

    def _anchors(self, tick: Tick) -> Iterator[bytes]:
        """An anchor of each log that has just paid somebody here."""
        paid = {
            segment.coop
            for segment in tick.segments
            if segment.coop != self.coop and self._is_paid(segment)
        }
        for coop in sorted(paid):
            log = self.table.log(coop)
            yield self._federation.anchor(coop, length=log.length, head=log.head, signers=[coop])

    def _is_paid(self, segment: Segment) -> bool:
        decoded = [decode_entry(entry) for entry in split(segment.entries)]
        found = [getattr(entry, "transaction", None) for entry in decoded]
        return any(isinstance(one, Pay) and one.payee_coop == self.coop for one in found)

    def _append(self, tick: Tick, transaction: bytes) -> None:
        before = self.table.log(self.coop)
        entry = encode_entry(START, transaction)
        self.table.replay(self.coop, entry)
        log = self.table.log(self.coop)
        signed = self._federation.signed_head(self.coop, length=log.length, head=log.head)
        self._core.signed[self.coop] = self._replicas.best[self.coop] = signed
        tick.segments.append(
            Segment(
                coop=self.coop,
                first=log.length,
                count=1,
                entries=entry,
                previous=before.head,
                head=log.head,
                signature=signed.signature,
            )
        )

    def _say(self, tick: Tick) -> None:
        if tick.steady_ms >= self._say_at_ms:
            self._say_at_ms = tick.steady_ms + SETTINGS.full_gossip_interval_ms
            for peer in sorted(self._core.linked.told):
                for data in _SAID:
                    tick.send(peer, data)
