"""Replication: taking in other coops' logs from whoever offers them.

Rules: nothing is applied that a signed head of its coop does not cover; a log that stands before an anchor
of what is not held waits, and what came is kept, bounded; a history that contradicts what is held
becomes evidence. One request for each log is under way at a time; a lost one is asked of another peer.

The own log is taken in like any other while the node recovers (`node.engine.engine` decides when).
"""

from dataclasses import dataclass, replace

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from ledger.errors import EncodingError, ProofError
from ledger.evidence import InvalidEntryEvidence
from ledger.refusals import Refusal
from ledger.transactions import Kind, entry_kind
from ledger.validator import Waiting
from node.engine.core import Core, Tick
from node.engine.events import Disconnect
from node.engine.forks import fork_from_entries, fork_from_head
from node.engine.wire import Entries, Get, Heads
from node.errors import PeerFault
from node.store import Segment

_FEW_ENTRIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A `get` under way."""

    peer: int
    first: int
    deadline_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """Entries that came, under a signature that was checked, and who sent them."""

    peer: int
    entries: Entries


class Replicas:
    """The logs of others (and, when recovering, one's own) on their way in."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.best: dict[int, SignedHead] = dict(core.signed)
        """The newest head of each log that its coop is known to have signed."""
        self.grown: dict[int, int] = {}
        """Logs that grew by more than anchors since they were anchored here, and since when."""
        self.waiting: dict[int, Waiting] = {}
        """What each log that stands before an anchor waits for."""
        self._claims: dict[int, dict[int, int]] = {}
        self._pending: dict[int, dict[int, _Pending]] = {}
        self._requests: dict[int, _Request] = {}
        for coop in core.others:
            if core.length(coop) > core.validator.log(core.coop).anchored[coop]:
                self.grown[coop] = 0

    def peer_down(self, peer: int) -> None:
        """Forget what that peer could have sent."""
        self._claims.pop(peer, None)
        for coop, request in list(self._requests.items()):
            if request.peer == peer:
                del self._requests[coop]

    def on_heads(self, tick: Tick, peer: int, message: Heads) -> None:
        """Learn how far a peer's logs reach."""
        for signed in message.heads:
            self._learn(tick, peer, signed)

    def _learn(self, tick: Tick, peer: int, signed: SignedHead) -> None:
        if signed.coop not in self._core.charter.coops:
            raise PeerFault("a head of a coop that is not in the charter")
        self._claims.setdefault(peer, {})[signed.coop] = signed.length
        known = self.best.get(signed.coop)
        if signed.length == 0 or signed == known:
            return
        if known is not None and signed.length <= known.length:
            held = self._core.head_at(signed.coop, signed.length)
            if held is None or held == signed.head:
                return
        try:
            signed.check(self._core.charter)
        except ProofError as error:
            raise PeerFault(str(error)) from error
        if known is None or signed.length > known.length:
            self.best[signed.coop] = signed
        self._check_fork(tick, signed)

    def _check_fork(self, tick: Tick, signed: SignedHead) -> None:
        """Look whether a checked head contradicts the log held here."""
        evidence = fork_from_head(self._core, signed)
        if evidence is not None:
            self._core.accuse(tick, evidence)

    def on_entries(self, tick: Tick, peer: int, message: Entries) -> None:
        """Keep entries until they can be applied; `advance` does that."""
        self._learn(tick, peer, message.signed)
        request = self._requests.get(message.coop)
        if request is not None and request.peer == peer and message.first <= request.first:
            del self._requests[message.coop]
        if message.signed.length <= self._core.length(message.coop):
            return
        pending = self._pending.setdefault(message.coop, {})
        size = sum(len(kept.entries.entries) for kept in pending.values())
        if size + len(message.entries) > self._core.settings.pending_bytes:
            if message.first > self._core.length(message.coop) + 1:
                return  # it will be asked for again when its turn comes
            pending.clear()
        kept = pending.get(message.first)
        if kept is None or kept.entries.signed.length < message.signed.length:
            pending[message.first] = _Pending(peer=peer, entries=message)

    def advance(self, tick: Tick) -> None:
        """Apply all that can be applied, then ask for what is missing."""
        progress = True
        while progress:
            progress = False
            for coop in list(self._pending):
                while self._advance_once(tick, coop):
                    progress = True
        self._ask(tick)

    def _advance_once(self, tick: Tick, coop: int) -> bool:
        """Apply one pending message of a log; whether the log grew."""
        length = self._core.length(coop)
        pending = self._pending[coop]
        for first in [f for f, kept in pending.items() if kept.entries.signed.length <= length]:
            del pending[first]
        usable = [first for first in pending if first <= length + 1]
        if not usable or not self._may_take(coop):
            return False
        waiting = self.waiting.get(coop)
        if waiting is not None and self._still_waits(waiting):
            return False
        first = min(usable)
        kept = pending.pop(first)
        try:
            return self._apply(tick, kept, skip=length + 1 - first)
        except PeerFault as fault:
            tick.outbox.disconnects.append(Disconnect(kept.peer, str(fault)))
            return False

    def _may_take(self, coop: int) -> bool:
        return coop != self._core.coop or not self._core.is_signing

    def _still_waits(self, waiting: Waiting) -> bool:
        return self._core.head_at(waiting.coop, waiting.length) != waiting.head

    def _apply(self, tick: Tick, kept: _Pending, *, skip: int) -> bool:
        message, coop = kept.entries, kept.entries.coop
        log = self._core.validator.log(coop)
        blob = message.entries
        try:
            if skip:
                blob = b"".join(split(blob)[skip:])
            count, head = self._core.validator.chain(coop, blob)
        except EncodingError as error:
            raise PeerFault("entries that are no entries") from error
        if head != message.signed.head or log.length + count != message.signed.length:
            self._contradicted(tick, kept)
            return False
        result = self._core.validator.replay(coop, blob)
        complete = result.consumed == len(blob)
        if result.count:
            self._store(tick, coop, blob[: result.consumed], log.head, result.count)
        if complete:
            self.waiting.pop(coop, None)
            self._complete(tick, message.signed)
            return True
        rest = replace(
            message,
            first=log.length + result.count + 1,
            previous=self._core.validator.log(coop).head,
            entries=blob[result.consumed :],
        )
        if result.refusal is not None:
            self._refused(tick, rest, result.refusal)
        elif result.waiting is not None:
            self.waiting[coop] = result.waiting
            self._pending[coop][rest.first] = _Pending(peer=kept.peer, entries=rest)
            self._learn_from_anchor(tick, result.waiting)
        return result.count > 0

    def _store(self, tick: Tick, coop: int, blob: bytes, previous: bytes, count: int) -> None:
        log = self._core.validator.log(coop)
        tick.segments.append(
            Segment(
                coop=coop,
                first=log.length - count + 1,
                count=count,
                entries=blob,
                previous=previous,
                head=log.head,
            )
        )
        tick.outbox.advanced.add(coop)
        if coop != self._core.coop and coop not in self.grown and not _only_anchors(blob, count):
            self.grown[coop] = tick.now_ms

    def _complete(self, tick: Tick, signed: SignedHead) -> None:
        """The log now ends at `signed`: keep the signature with the segment that ends there."""
        last = tick.segments[-1]
        tick.segments[-1] = replace(last, signature=signed.signature)
        self._core.signed[signed.coop] = signed

    def _refused(self, tick: Tick, rest: Entries, refusal: Refusal) -> None:
        del self._pending[rest.coop]
        evidence = InvalidEntryEvidence(
            index=rest.first,
            previous=rest.previous,
            entries=tuple(split(rest.entries)),
            signed=rest.signed,
            refusal=refusal,
        )
        self._core.accuse(tick, evidence)

    def _learn_from_anchor(self, tick: Tick, waiting: Waiting) -> None:
        """An anchor carries its coop's signature over a head: news, or proof of a fork."""
        signed = SignedHead(
            coop=waiting.coop,
            length=waiting.length,
            head=waiting.head,
            signature=waiting.signature,
        )
        known = self.best.get(waiting.coop)
        if known is None or known.length < waiting.length:
            self.best[waiting.coop] = signed
        self._check_fork(tick, signed)

    def _contradicted(self, tick: Tick, kept: _Pending) -> None:
        """Entries under a checked signature that do not continue the log held here."""
        message = kept.entries
        if extend_all(message.previous, split(message.entries)) != message.signed.head:
            raise PeerFault("entries that do not lead to the signed head")
        evidence = fork_from_entries(self._core, message)
        if evidence is not None:
            self._core.accuse(tick, evidence)
            return
        signed = self._core.signed.get(message.coop)
        first = 1 if signed is None else signed.length + 1
        tick.send(kept.peer, Get(coop=message.coop, first=first).encode())

    def _ask(self, tick: Tick) -> None:
        """Request what is known to exist and not held, one request for each log."""
        for coop, best in self.best.items():
            self._expire(tick, coop)
            if coop in self._requests or not self._may_take(coop):
                continue
            first = self._next_missing(coop)
            if first > best.length or self._is_forked(coop):
                continue
            peer = self._peer_with(coop, first, tick.now_ms)
            if peer is not None:
                deadline = tick.now_ms + self._core.settings.request_timeout_ms
                self._requests[coop] = _Request(peer=peer, first=first, deadline_ms=deadline)
                tick.send(peer, Get(coop=coop, first=first).encode())

    def _expire(self, tick: Tick, coop: int) -> None:
        request = self._requests.get(coop)
        if request is not None and request.deadline_ms <= tick.now_ms:
            del self._requests[coop]
            # It may have gone to a peer that can't answer; let its next words speak for it again.
            self._claims.get(request.peer, {}).pop(coop, None)

    def _is_forked(self, coop: int) -> bool:
        return "fork" in self._core.accused.get(coop, {})

    def _next_missing(self, coop: int) -> int:
        """The first entry that is neither held nor pending without a gap."""
        next_index = self._core.length(coop) + 1
        for first in sorted(self._pending.get(coop, {})):
            if first > next_index:
                break
            next_index = max(next_index, self._pending[coop][first].entries.signed.length + 1)
        return next_index

    def _peer_with(self, coop: int, first: int, now_ms: int) -> int | None:
        """A peer that claims to hold the entry: the log's own coop, or any, in turn."""
        able = sorted(
            peer for peer in self._core.peers if self._claims.get(peer, {}).get(coop, 0) >= first
        )
        if not able:
            return None
        return coop if coop in able else able[now_ms % len(able)]

    def wake_at_ms(self) -> int | None:
        """When the first request counts as lost."""
        return min((request.deadline_ms for request in self._requests.values()), default=None)


def _only_anchors(blob: bytes, count: int) -> bool:
    """Whether entries are nothing but anchors. Many at once never are: anchors don't come in crowds."""
    if count > _FEW_ENTRIES:
        return False
    return all(entry_kind(entry) == Kind.ANCHOR for entry in split(blob))
