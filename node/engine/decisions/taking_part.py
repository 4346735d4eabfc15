"""How this node takes part in decisions about one subject, PROTOCOL section 9.5: the middle of this room.

Stewards publish at their own node (`publishing`); the rest happens by itself. The node signs what its
stewards stand for, once for a number (`promises`) and after a restore only when it knows what it signed
before (`told`). It gathers what other coops signed (`gathering`), and lets its own log take a decision in as
soon as there are enough signatures and the rules accept it; then it keeps the certificate (`certificates`).
Only the next decision of each kind is looked at; a node that is further behind asks, and gets certificates
in order.

Which numbers are due, what is valid and who has to sign is the subject's (`subject`).
"""

from collections.abc import Iterator
from dataclasses import replace

from node.engine.core import Appender, Core, Tick
from node.engine.decisions.certificates import certificate, keep_certificate, taken_back
from node.engine.decisions.gathering import Gathering, Vote, is_certified
from node.engine.decisions.promises import Promise, Promises
from node.engine.decisions.subject import Subject
from node.engine.decisions.told import WhoTold
from node.engine.wire_decisions import Due, Key, Known, Signed, Told


class TakingPart:
    """This node's part in the decisions about one subject. Without it in the charter it does nothing."""

    def __init__(
        self, core: Core, subject: Subject, gathering: Gathering, promises: Promises
    ) -> None:
        self.subject = subject
        self._core = core
        self._gathering = gathering
        self._promises = promises
        self._who_told = WhoTold(core)
        self._takes_whole: set[int] = set()
        """The peers who take an answer as one message."""
        self._behind: set[int] = set()
        """The peers who know of decisions that come after those that are due here."""
        self._tell_at_ms = 0
        self._valid: dict[tuple[Key, bytes], bool] = {}
        self._due: tuple[int, ...] | None = None
        for signed in self._promised():
            self._remember(signed)

    def _promised(self) -> Iterator[Signed]:
        """What this node has signed, with its signature."""
        own = self._core.coop
        for (kind, number), promise in self._promises.signed.items():
            if self.subject.shapes.has(kind):
                yield Signed(
                    decision=kind,
                    number=number,
                    content=promise.content,
                    signatures=((own, promise.signature),),
                )

    def _remember(self, signed: Signed) -> None:
        """Count the node's own signature among those gathered."""
        ((_, signature),) = signed.signatures
        if self.subject.shapes.is_proper(signed):
            vote = Vote(content=signed.content, signature=signature)
            self._gathering.remember(signed.key, vote)

    def due(self) -> tuple[Key, ...]:
        """The decisions that the own log can take in next, and the statements that are made for them."""
        return self.subject.keys(self.subject.due())

    def _is_statement(self, key: Key) -> bool:
        return key[0] in self.subject.shapes.statements

    # What comes from peers.

    def peer_up(self, tick: Tick, peer: int, *, acknowledges: bool) -> None:
        """Ask a peer for what comes next."""
        self._takes_whole.discard(peer)
        if acknowledges:
            self._takes_whole.add(peer)
        if self.subject.is_chartered:
            self._ask(tick, peer)

    def peer_down(self, peer: int) -> None:
        """Forget what was noted about it."""
        self._behind.discard(peer)

    def _ask(self, tick: Tick, peer: int) -> None:
        tick.send(peer, Due(self.subject.shapes.name, self.subject.due()).encode())

    def on_due(self, tick: Tick, peer: int, message: Due) -> None:
        """Tell a peer what is known here of the decisions that it takes in next."""
        known = tuple(self._known(message.numbers))
        if peer in self._takes_whole:
            told = Told(message.subject, message.numbers, known)
            tick.send(peer, told.encode())
            return
        for one in known:
            tick.send(peer, one.encode())

    def _known(self, due: tuple[int, ...]) -> Iterator[Known]:
        for key in self.subject.keys(due):
            certified = None
            if not self._is_statement(key):
                certified = certificate(self._core, self.subject, key)
            contents = self._gathering.grouped(key) if certified is None else [certified]
            yield from self.subject.parts(key, contents)

    def on_told(self, tick: Tick, peer: int, message: Told) -> None:
        """A peer has told all that it knows of some numbers."""
        for known in message.known:
            self.on_known(tick, peer, known)
        if message.numbers == self.subject.due():
            self._who_told.add(peer)

    def on_known(self, tick: Tick, peer: int, known: Known) -> None:
        """Take in signatures, and pass on those that are new; `PeerFault` for one that does not hold."""
        for signed in known.signed():
            self._on_signed(tick, peer, signed)

    def _on_signed(self, tick: Tick, peer: int, signed: Signed) -> None:
        due = self.due()
        if signed.key not in due:
            is_ahead = any(signed.decision == kind and signed.number > at for kind, at in due)
            if is_ahead and not self._is_statement(signed.key):
                self._behind.add(peer)
            return
        signatures = self._gathering.add(tick, self.subject, signed)
        if not signatures:
            return
        new = replace(signed, signatures=signatures)
        own = dict(signatures).get(self._core.coop)
        if own is not None and signed.key not in self._promises.signed:
            # Signed before this node was restored from an older copy: it holds all the same.
            self._promises.save(tick, signed.key, Promise(content=signed.content, signature=own))
        self.subject.on_heard(tick, peer, new)
        self._tell(tick, new, but=peer)

    def _tell(self, tick: Tick, signed: Signed, but: int | None = None) -> None:
        for part in self.subject.parts(signed.key, [signed]):
            data = part.encode()
            for peer in self._core.peers:
                if peer != but:
                    tick.send(peer, data)

    # What the node does by itself.

    def run(self, tick: Tick, own: Appender) -> None:
        """Sign what is to be signed, take in what is certified, ask for what is missing."""
        if not self.subject.is_chartered:
            return
        self._notice_due(tick)
        progress = self._core.is_recording
        while progress:
            progress = self._sign(tick) or self._take_in(tick, own)
        self.subject.run(tick)
        for peer in self._behind & self._core.peers:
            self._ask(tick, peer)
        self._behind.clear()
        if tick.steady_ms >= self._tell_at_ms:
            self._tell_at_ms = tick.steady_ms + self._core.settings.decision_interval_ms
            for peer in self._core.peers:
                self._ask(tick, peer)

    def _notice_due(self, tick: Tick) -> None:
        """When the own log has taken something in: forget what led there."""
        due = self.subject.due()
        if due == self._due:
            return
        self._due = due
        self._who_told.begin()
        for signed, transaction in taken_back(self._core, self.subject, tick):
            self._keep(tick, signed, transaction)
        self._valid.clear()
        for key in self.due():
            self._gathering.forget_before(key)
            self._promises.forget_before(tick, key)
        self.subject.on_due()
        for peer in self._core.peers:
            self._ask(tick, peer)

    def _keep(self, tick: Tick, signed: Signed, transaction: bytes) -> None:
        keep_certificate(tick, signed.key, transaction)
        self.subject.on_taken(tick, signed)

    def _sign(self, tick: Tick) -> bool:
        """Sign what is due and not signed yet, statements first; whether anything was."""
        if not self.subject.takes_part(self._core.coop) or not self._who_told.is_enough:
            return False
        signed = False
        for key in sorted(self.due(), key=self._is_statement, reverse=True):
            new = None if key in self._promises.signed else self._wanted(tick, key)
            if new is not None and self._is_valid(new) and not self._breaks_promise(new):
                self._promise(tick, new)
                signed = True
        return signed

    def _wanted(self, tick: Tick, key: Key) -> Signed | None:
        """What the stewards stand for, or else what the subject finds by itself."""
        publication = self._promises.wanted(key)
        if publication is None:
            return self.subject.wanted(tick, key, self._is_valid)
        decision, number = key
        return Signed(decision=decision, number=number, content=publication.content_bytes())

    def _is_valid(self, signed: Signed) -> bool:
        """Whether the own log could take the content in next, were it signed by enough."""
        content = (signed.key, signed.content)
        if content not in self._valid:
            is_proper = self.subject.shapes.is_proper(signed)
            self._valid[content] = is_proper and self.subject.refusal(signed) is None
        return self._valid[content]

    def _breaks_promise(self, signed: Signed) -> bool:
        """Whether this node has signed something that must not stand beside it."""
        return any(self.subject.contradicts(signed, other) for other in self._promised())

    def _promise(self, tick: Tick, wanted: Signed) -> None:
        """Sign a content for good, and tell it."""
        signature = self._core.signer.content(
            decision=wanted.decision, number=wanted.number, content=wanted.content
        )
        self._promises.save(tick, wanted.key, Promise(content=wanted.content, signature=signature))
        signed = replace(wanted, signatures=((self._core.coop, signature),))
        self._remember(signed)
        self._tell(tick, signed)
        if not self._is_statement(signed.key):
            self._notice(tick, "signed", signed)

    def _take_in(self, tick: Tick, own: Appender) -> bool:
        """Let the own log take in a decision that is certified; whether it did."""
        if not own.has_room(tick):
            return False
        for key in self.due():
            for signed in self._gathering.grouped(key):
                if not is_certified(self.subject, signed):
                    continue
                if self._is_valid(signed) and self._append(tick, own, signed):
                    return True
        return False

    def _append(self, tick: Tick, own: Appender, signed: Signed) -> bool:
        transaction = self.subject.transaction(signed)
        if own.append(tick, [transaction]).count == 0:
            self._valid[signed.key, signed.content] = False
            return False
        self._keep(tick, signed, transaction)
        self._notice(tick, "taken", signed)
        self._notice_due(tick)
        return True

    def _notice(self, tick: Tick, what: str, signed: Signed) -> None:
        shapes = self.subject.shapes
        decision = shapes.name_of(signed.decision)
        tick.notice(f"{shapes.name}_{what}", decision=decision, number=signed.number)

    def wake_at_ms(self) -> int | None:
        """When something may become due by time alone, on the steady clock."""
        if not self.subject.is_chartered:
            return None
        at = self.subject.wake_at_ms(self._promises.signed.keys())
        return self._tell_at_ms if at is None else min(at, self._tell_at_ms)
