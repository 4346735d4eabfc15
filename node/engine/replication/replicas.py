"""Replication: taking in other coops' logs from whoever offers them.

Rules: nothing is kept that a checked signed head of its coop does not cover; a log that stands before an
anchor of what is not held waits, and what came is kept, bounded; a history that contradicts what is held
becomes evidence. One request for each log is under way at a time (`requests`).
Of a coop with evidence against it only that is still taken in which other logs have anchored.

The own log is taken in like any other while the node recovers (`node.engine.engine` decides when).
"""

from dataclasses import replace
from itertools import islice
from typing import Final

from ledger.chain import SignedHead, extend_all, is_signed_by
from ledger.codec import parts, split
from ledger.errors import EncodingError, ProofError
from ledger.evidence import MAX_EVIDENCE_ENTRIES, InvalidEntryEvidence
from ledger.refusals import Refusal
from ledger.state import Waiting
from node.engine.core import Core
from node.engine.costs import CHAIN, SIGNATURE, checking, judging
from node.engine.outbox import Disconnect
from node.engine.replication.contradictions import Contradictions
from node.engine.replication.ends import sign_end_by_anchor
from node.engine.replication.forks import fork_from_entries
from node.engine.replication.growth import Growth
from node.engine.replication.held import is_more_wanted, is_wanted
from node.engine.replication.news import concerned
from node.engine.replication.pending import Kept, Pending
from node.engine.replication.requests import Requests
from node.engine.slices import beginning
from node.engine.tick import Tick
from node.engine.wire import Entries, Get, Heads
from node.errors import PeerFault
from node.store import Segment

_FEW_ENTRIES: Final = 64


class Replicas:
    """The logs of others (and, when recovering, one's own) on their way in."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.best: dict[int, SignedHead] = dict(core.signed)
        """The newest head of each log that its coop is known to have signed."""
        self.contradictions = Contradictions(core, self.standing)
        self.growth = Growth(core)
        self.has_more = False
        """Whether there may be more to apply, that one tick was not to do."""
        self.waiting: dict[int, Waiting] = {}
        """What each log that stands before an anchor waits for."""
        self._applied = 0
        """How much was judged in this tick."""
        self._pending: dict[int, Pending] = {}
        self._requests = Requests(core)

    def begin_anew(self, coop: int) -> None:
        """Another history of that log is held now: what was known of the one before counts no more."""
        held = self._core.store.newest_signed_head(coop)
        for known in (self.best, self._core.signed):
            known.pop(coop, None)
            if held is not None:
                known[coop] = held
        self._kept(coop).clear()
        self.contradictions.ahead.forget(coop)
        self.waiting.pop(coop, None)
        self._requests.forget(coop)
        self.growth.begin_anew()
        self.has_more = True

    def peer_down(self, peer: int) -> None:
        """Forget what that peer could have sent."""
        self._requests.peer_down(peer)

    def on_heads(self, tick: Tick, peer: int, message: Heads) -> None:
        """Learn how far a peer's logs reach."""
        # What a peer knows of the own log comes first: a node that recovers needs all of that.
        for signed in sorted(message.heads, key=lambda signed: signed.coop != self._core.coop):
            if not self._core.work.may_finish(peer):
                return  # heads are told again
            self.learn(tick, peer, signed)

    def learn(self, tick: Tick, peer: int, signed: SignedHead) -> None:
        """Take note of a head. Its signature is checked if it is news, and only then."""
        coop = signed.coop
        if not self._core.has_log(coop):
            if self._core.knows_less_than(peer):
                return
            raise PeerFault("a head of a coop that is not in the charter")
        self._requests.claims(peer, coop, signed.length)
        known = self.best.get(coop)
        if signed.length == 0 or signed == known:
            return
        is_within = signed.length <= self._core.length(coop)
        if is_within and self._core.validator.head_at(coop, signed.length) is None:
            self._core.work.spend(peer, CHAIN)
        if known is not None and signed.length <= known.length:
            held = self._core.head_at(coop, signed.length)
            is_known = held == signed.head or self.contradictions.ahead.has(signed)
            if is_known or self._core.is_accused(coop, "fork"):
                return
        if not self._is_signed(peer, signed):
            return
        standing = self.standing(coop)
        if standing is not None:
            self._core.work.spend(peer, checking(len(standing.entries)))
        if known is None or signed.length > known.length:
            self.best[coop] = signed
        self.contradictions.check(tick, signed)

    def _is_signed(self, peer: int, signed: SignedHead) -> bool:
        """Whether the coop's key made the signature; `PeerFault` where an honest peer would have seen that.

        A peer whose charter is newer may know a key that is not known here yet.
        """
        self._core.work.spend(peer, SIGNATURE)
        try:
            signed.check(self._core.newest)
        except ProofError as error:
            if self._is_by_earlier_key(signed) or self._core.is_excused(peer):
                return False
            raise PeerFault(str(error)) from error
        return True

    def _is_by_earlier_key(self, signed: SignedHead) -> bool:
        """Whether a peer that does not know yet of another key may tell this head in good faith."""
        coop = self._core.newest.coops.get(signed.coop)
        return coop is not None and is_signed_by(signed, coop.all_keys[1:], self._core.newest)

    def standing(self, coop: int) -> Entries | None:
        """What stands before an anchor, and so isn't in the log that other histories are compared with."""
        return self._kept(coop).peek(self._core.length(coop) + 1) if coop in self.waiting else None

    def on_entries(self, tick: Tick, peer: int, message: Entries) -> None:
        """Keep entries until they can be applied; `advance` does that."""
        coop = message.coop
        if not message.entries or len(message.entries) > self._core.settings.entries_bytes:
            raise PeerFault("a message of no entries, or of too many")
        if not self._core.has_log(coop) and self._core.knows_less_than(peer):
            return
        self.learn(tick, peer, message.signed)
        is_asked = self._requests.arrived(peer, coop, message.first)
        length = self._core.length(coop)
        if not is_asked:
            is_new = message.signed.length >= self._kept(coop).next_missing(length)
            self._requests.pushers.pushed(tick, peer, coop, is_new=is_new)
        if message.signed.length <= length:
            return
        # `learn` passes over heads that are not news, but what is kept is always checked.
        if message.signed != self.best.get(coop) and not self._is_signed(peer, message.signed):
            # It would send the same again; what else it has, it has to say first.
            self._requests.disbelieve(peer, coop)
            return
        self.contradictions.compare(tick, peer, message)
        self._kept(coop).add(Kept(peer=peer, entries=message), length=length)

    def holds(self, peer: int, signed: SignedHead) -> bool:
        """Whether a peer is known to hold a log that far."""
        return self._requests.has_claimed(peer, signed.coop, signed.length)

    def _kept(self, coop: int) -> Pending:
        """What is kept of a log until it can be applied."""
        if coop not in self._pending:
            self._pending[coop] = Pending(self._core.settings.pending_bytes)
        return self._pending[coop]

    def advance(self, tick: Tick) -> None:
        """Apply all that can be applied, then ask for what is missing."""
        progress = True
        self.has_more = False
        self._applied = 0
        self.contradictions.check_due(tick)
        while progress and not self.has_more:
            progress = False
            for coop in tuple(self._core.validator.coops):
                while not self.has_more and self._advance_once(tick, coop):
                    progress = True
                    self.has_more = self._room() <= 0
        self._ask(tick)

    def _advance_once(self, tick: Tick, coop: int) -> bool:
        """Apply one pending message of a log; whether the log grew."""
        if not self._kept(coop) or not self._may_take(coop):
            return False
        waiting = self.waiting.get(coop)
        if waiting is not None:
            if not is_more_wanted(self._core, coop, self.waiting.values()):
                self._kept(coop).clear()
                del self.waiting[coop]
                return False
            if not self.is_held(waiting):
                return False
            self._recall(waiting)
            sign_end_by_anchor(self._core, tick, waiting)
            del self.waiting[coop]
        while (kept := self._kept(coop).take(self._core.length(coop))) is not None:
            try:
                if self._apply(tick, kept):
                    return True
            except PeerFault as fault:
                self._requests.disbelieve(kept.peer, coop)
                tick.outbox.disconnects.append(Disconnect(kept.peer, str(fault)))
            if coop in self.waiting:
                return False
        return False

    def _may_take(self, coop: int) -> bool:
        return coop != self._core.coop or not self._core.is_signing

    def is_held(self, waiting: Waiting) -> bool:
        """Whether the head that a log waits for is held, in the log or in a branch of it."""
        if self._core.head_at(waiting.coop, waiting.length) == waiting.head:
            return True
        validator = self._core.validator
        return any(
            validator.head_at(waiting.coop, waiting.length, branch=branch) == waiting.head
            for branch in validator.branches(waiting.coop)[1:]
        )

    def _recall(self, waiting: Waiting) -> None:
        """Give the validator a head that all others have left behind, from the store: a coop that joined
        later may anchor it."""
        validator = self._core.validator
        is_in_log = self._core.head_at(waiting.coop, waiting.length) == waiting.head
        if is_in_log and validator.head_at(waiting.coop, waiting.length) is None:
            validator.recall_head(waiting.coop, waiting.length, waiting.head)

    def _apply(self, tick: Tick, kept: Kept) -> bool:
        """Apply a message that begins within the log or just after it; whether the log grew."""
        message, coop = kept.entries, kept.entries.coop
        log = self._core.validator.log(coop)
        blob = message.entries
        if not (
            kept.is_chained and (message.first, message.previous) == (log.length + 1, log.head)
        ):
            chained = self._chain(kept)
            if chained is None:
                self._contradicted(tick, kept)
                return False
            blob = chained
        if not is_wanted(self._core, message, blob, self.waiting.values()):
            self._requests.disbelieve(kept.peer, coop)
            return False
        part, weight = beginning(blob, self._room())
        self._applied += weight
        self._core.work.spend(kept.peer, judging(weight))
        result = self._core.validator.replay(coop, part)
        if result.count:
            self._store(tick, coop, blob[: result.consumed], log.head, result.count)
        if result.consumed == len(blob):
            self._complete(tick, message.signed)
            return True
        rest = replace(
            message,
            first=log.length + result.count + 1,
            previous=self._core.validator.log(coop).head,
            entries=blob[result.consumed :],
        )
        if result.refusal is not None:
            self._refused(tick, _from_same(kept, rest), result.refusal)
        elif result.waiting is not None:
            self.waiting[coop] = result.waiting
            self._kept(coop).put_back(_from_same(kept, rest))
            self._learn_from_anchor(tick, result.waiting)
            self.contradictions.check_ahead(tick, coop)
            if self._pays_here(rest):
                # Others push what it waits for in a moment; who sent this can give it now.
                self._requests.claims(kept.peer, result.waiting.coop, result.waiting.length)
        else:
            self._kept(coop).put_back(_from_same(kept, rest))
        return result.count > 0

    def _chain(self, kept: Kept) -> bytes | None:
        """What of a message follows the log; None if that does not lead to the head it says it does."""
        message, coop = kept.entries, kept.entries.coop
        log = self._core.validator.log(coop)
        blob = message.entries
        try:
            if message.first <= log.length:
                blob = b"".join(split(blob)[log.length + 1 - message.first :])
            count, head = self._core.validator.chain(coop, blob)
        except EncodingError as error:
            raise PeerFault("entries that are not entries") from error
        if count > MAX_EVIDENCE_ENTRIES:
            raise PeerFault("more entries than evidence could hold")
        is_led = (log.length + count, head) == (message.signed.length, message.signed.head)
        return blob if is_led else None

    def _pays_here(self, rest: Entries) -> bool:
        """Whether somebody here is paid by one of the first of these entries: of news there are few."""
        return self._core.coop in concerned(islice(parts(rest.entries), _FEW_ENTRIES))

    def _room(self) -> int:
        """How much more is judged in this tick, about."""
        return self._core.applied_bytes - self._applied

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
        self.growth.note(coop, blob, count, length=log.length, now_ms=tick.steady_ms)

    def _complete(self, tick: Tick, signed: SignedHead) -> None:
        """The log now ends at `signed`: keep the signature with the segment that ends there."""
        last = tick.segments[-1]
        tick.segments[-1] = replace(last, signature=signed.signature)
        self._core.signed[signed.coop] = signed
        self.contradictions.ahead.came_to(signed)

    def _refused(self, tick: Tick, rest: Kept, refusal: Refusal) -> None:
        """The first of these entries, which their coop has signed, breaks the rules."""
        entries = rest.entries
        self._kept(entries.coop).clear()
        self._requests.disbelieve(rest.peer, entries.coop)
        evidence = InvalidEntryEvidence(
            number=entries.first,
            previous=entries.previous,
            entries=tuple(split(entries.entries)),
            signed=entries.signed,
            refusal=refusal,
        )
        self._core.accuse(tick, evidence)

    def _learn_from_anchor(self, tick: Tick, waiting: Waiting) -> None:
        """An anchor carries its coop's signature over a head: news, or proof of a fork."""
        if not waiting.signature:
            return
        signed = SignedHead(
            coop=waiting.coop,
            length=waiting.length,
            head=waiting.head,
            signature=waiting.signature,
        )
        try:
            signed.check(self._core.newest)
        except ProofError:
            return  # by an earlier key, beyond where that counts: nobody goes on from there
        known = self.best.get(waiting.coop)
        if known is None or known.length < waiting.length:
            self.best[waiting.coop] = signed
        self.contradictions.check(tick, signed)

    def _contradicted(self, tick: Tick, kept: Kept) -> None:
        """Entries under a checked signature that do not continue the log held here."""
        message = kept.entries
        entries = split(message.entries)
        if (
            message.first + len(entries) - 1 != message.signed.length
            or extend_all(message.previous, entries) != message.signed.head
        ):
            raise PeerFault("entries that do not lead to the signed head")
        coop = message.coop
        covering = self._kept(coop).peek(self._core.length(coop) + 1)
        evidence = fork_from_entries(self._core, message, covering)
        signed = self._core.signed.get(coop)
        first = 1 if signed is None else signed.length + 1
        self._requests.disbelieve(kept.peer, coop)
        if evidence is not None:
            self._core.accuse(tick, evidence)
        elif message.first > first:
            # It begins beyond where the two histories part: ask for what lies between, once.
            tick.send(kept.peer, Get(coop=coop, first=first).encode())

    def _ask(self, tick: Tick) -> None:
        """Request what is known to exist and not held, one request for each log."""
        for coop, best in self.best.items():
            self._requests.expire(coop, tick.steady_ms)
            if best == self._core.signed.get(coop):
                continue
            if self._requests.is_under_way(coop) or not self._may_take(coop):
                continue
            first = self._kept(coop).next_missing(self._core.length(coop))
            if first > best.length or not self._kept(coop).has_room:
                continue
            if not is_more_wanted(self._core, coop, self.waiting.values()):
                continue
            self._requests.ask(tick, coop, first)

    def wake_at_ms(self) -> int | None:
        """When the first request counts as lost."""
        return self._requests.wake_at_ms()


def _from_same(kept: Kept, entries: Entries) -> Kept:
    """What is left of a message, from the same peer."""
    return Kept(peer=kept.peer, entries=entries, is_chained=True)
