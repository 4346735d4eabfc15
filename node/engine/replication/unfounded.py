"""Heads that a coop's key has signed and nobody gives the entries for.

Such a head comes from a disk that was lost with entries that had not got about, or from somebody else who
has the key. Either way the coop's own node must append nothing before it holds those entries, since that may
be a second history (PROTOCOL section 10.4), and learns of the head from whoever knows it. So what has stayed
so for a while is told to people, and kept on the disk: were it forgotten when the last who knows it starts
again, the node would go on, and whoever has the head could prove it a fork.

One is kept for each coop, and passed over when it is read if the entries are there by then, or if its
signature does not count any more, because the coop has another node key. `standing` sees to what is void
before that.
"""

from dataclasses import dataclass
from typing import Final

from ledger.chain import SignedHead
from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError, ProofError
from node.engine.core import Core
from node.engine.replication.held import is_more_wanted
from node.engine.replication.replicas import Replicas
from node.engine.tick import Tick
from node.store import Write

_KEY: Final = "unfounded/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Since when a log of `held` entries has lacked what is signed: by the clock, to be kept, and by the
    steady one, which nobody sets."""

    at_ms: int
    since_ms: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A log that has lacked entries up to a signed head for so many seconds."""

    coop: int
    held: int
    length: int
    seconds: int


class Unfounded:
    """Finds and keeps them. In the engine's thread only."""

    def __init__(self, core: Core, replicas: Replicas) -> None:
        self._core = core
        self._replicas = replicas
        self._seen: dict[int, _Seen] = {}
        self._kept: dict[int, SignedHead] = {}
        self._at_ms: dict[int, int] = {}
        """By the clock, since when what was kept before this start has been lacking."""
        for coop in core.validator.coops:
            kept = _read(coop, core.store.meta(f"{_KEY}{coop}"))
            if kept is not None and self._counts(kept[0]):
                self._kept[coop], self._at_ms[coop] = kept
                replicas.best[coop] = kept[0]
                replicas.contradictions.ahead.keep(kept[0])

    def _counts(self, signed: SignedHead) -> bool:
        """Whether it is beyond what is held or known, and signed by a key that counts there."""
        best = self._replicas.best.get(signed.coop)
        if signed.length <= max(self._core.length(signed.coop), 0 if best is None else best.length):
            return False
        try:
            signed.check(self._core.newest)
        except ProofError:
            return False
        return True

    def run(self, tick: Tick) -> None:
        """Look which logs lack something, and keep on the disk what has lasted."""
        core, before, self._seen = self._core, self._seen, {}
        for coop, best in self._replicas.best.items():
            held, seen = core.length(coop), before.get(coop)
            if best.length <= held:
                continue
            if seen is None or seen.held != held:
                at_ms = self._at_ms.pop(coop, tick.now_ms)
                since_ms = tick.steady_ms - max(tick.now_ms - at_ms, 0)
                seen = _Seen(at_ms=at_ms, since_ms=since_ms, held=held)
            self._seen[coop] = seen
            if self._lasts(seen, tick.steady_ms) and best != self._kept.get(coop):
                self._kept[coop] = best
                row: list[Value] = [best.length, best.head, best.signature, max(seen.at_ms, 0)]
                tick.changes.append(Write(meta={f"{_KEY}{coop}": encode(row)}))

    def _lasts(self, seen: _Seen, now_ms: int) -> bool:
        return now_ms - seen.since_ms >= self._core.settings.waiting_alarm_ms

    def lacking(self, now_ms: int) -> list[Lacking]:
        """What has lasted, while somebody is there who could give the entries. A log that waits for another
        one, and one of which no more is wanted, has its reason elsewhere."""
        core, replicas = self._core, self._replicas
        return [
            Lacking(
                coop=coop,
                held=seen.held,
                length=replicas.best[coop].length,
                seconds=(now_ms - seen.since_ms) // 1000,
            )
            for coop, seen in sorted(self._seen.items())
            if core.linked.peers
            and self._lasts(seen, now_ms)
            and coop not in replicas.waiting
            and is_more_wanted(core, coop, replicas.waiting.values())
        ]


def _read(coop: int, data: bytes | None) -> tuple[SignedHead, int] | None:
    try:
        row = None if data is None else decode(data)
    except EncodingError:
        return None
    match row:
        case [int(length), bytes(head), bytes(signature), int(since_ms)]:
            signed = SignedHead(coop=coop, length=length, head=head, signature=signature)
            return signed, since_ms
        case _:
            return None
