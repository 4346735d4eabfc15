"""How this node takes part in decisions about one subject, PROTOCOL section 9.5: the middle of this room.

Stewards publish at their own node (`publishing`); the rest happens by itself. What coops say by themselves
is signed once (`promises`) and gathered (`gathering`); on what comes next they agree in rounds
(`agreement`). The own log takes a decision in as soon as there is a certificate that the rules accept; it
is kept (`certificates`). Only the next place is looked at; a node that is further behind asks, and gets
certificates in order.

What may come next, what is valid and who takes part is the subject's (`subject`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from node.engine.core import Appender, Core
from node.engine.costs import TELLING, reading
from node.engine.decisions.agreement import Agreement
from node.engine.decisions.certificates import certificate, keep_certificate, taken_back
from node.engine.decisions.gathering import Gathering, Vote
from node.engine.decisions.promises import Promise, Promises
from node.engine.decisions.subject import Subject
from node.engine.decisions.words import Saying
from node.engine.tick import Tick
from node.engine.wire_decisions import (
    Due,
    Key,
    Known,
    Signed,
    Stated,
    Supported,
    Told,
    read_choice,
)

_AGAIN_MS: Final = 1_000
"""How long a certified decision that the own log refused waits at least before it is tried again."""


class TakingPart:
    """This node's part in the decisions about one subject. Without it in the charter it does nothing."""

    def __init__(
        self, core: Core, subject: Subject, gathering: Gathering, promises: Promises
    ) -> None:
        self.subject = subject
        self.agreement = Agreement(core, subject, promises.signed)
        self._core = core
        self._gathering = gathering
        self._promises = promises
        self._behind: set[int] = set()
        """The peers who know of decisions that come after those that are due here."""
        self._tell_at_ms = 0
        self._refused: tuple[bytes, int] | None = None
        self._again_at_ms = 0
        self._due: tuple[int, ...] | None = None
        for signed in self._promised():
            self._remember(signed)

    def _promised(self) -> Iterator[Signed]:
        """The statements that this node has signed, with its signature."""
        own = self._core.coop
        for key, promise in self._promises.signed.items():
            if self._is_statement(key):
                yield Signed(
                    decision=key[0],
                    number=key[1],
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
        return (*self.subject.keys(self.subject.due()), *self.subject.later())

    def _decisions(self) -> list[Key]:
        return [key for key in self.due() if not self._is_statement(key)]

    def _statements(self) -> list[Key]:
        return [key for key in self.due() if self._is_statement(key)]

    def _is_statement(self, key: Key) -> bool:
        return key[0] in self.subject.shapes.statements

    # What comes from peers.

    def peer_up(self, tick: Tick, peer: int, *, agrees: bool) -> None:
        """Ask a peer for what comes next, if it knows rounds."""
        self.agreement.takers.discard(peer)
        if agrees:
            self.agreement.takers.add(peer)
        if self.subject.is_chartered:
            self._ask(tick, peer)

    def peer_down(self, peer: int) -> None:
        """Forget what was noted about it."""
        self._behind.discard(peer)
        self.agreement.takers.discard(peer)

    def _ask(self, tick: Tick, peer: int) -> None:
        if peer in self.agreement.takers:
            due = Due(self.subject.shapes.name, self.agreement.place, self.subject.due())
            tick.send(peer, due.encode())

    def on_due(self, tick: Tick, peer: int, message: Due) -> None:
        """Tell a peer what is known here of the decisions that it takes in next."""
        if message.place > self.agreement.place:
            self._behind.add(peer)
        known = tuple(self._known(message, peer))
        told = Told(message.subject, message.place, message.numbers, known)
        data = told.encode()
        self._core.work.spend(peer, TELLING * len(known) + 4 * reading(len(data)))
        tick.send(peer, data)

    def _known(self, due: Due, asker: int) -> Iterator[Known]:
        """Certificates of what the own log has, or else what was said; and what was stated."""
        later = self.subject.later() if due.numbers == self.subject.due() else ()
        for key in (*self.subject.keys(due.numbers), *later):
            if self._is_statement(key):
                yield from self.subject.parts(key, self._gathering.grouped(key))
                continue
            certified = self._certified(key, due.place)
            if certified is not None:
                yield certified
        if due.place == self.agreement.place:
            yield from self.agreement.known(asker)

    def _certified(self, key: Key, place: int) -> Signed | None:
        """The certificate of that decision, or of the one that was made in its stead."""
        found = certificate(self._core, self.subject, key, place)
        if found is not None or place >= self.agreement.place:
            return found
        instead = self.subject.instead(key, place)
        return None if instead is None else certificate(self._core, self.subject, instead, place)

    def on_told(self, tick: Tick, peer: int, message: Told) -> None:
        """A peer has told all that it knows of some numbers."""
        for known in message.known:
            self.on_known(tick, peer, known)
        if (message.place, message.numbers) == (self.agreement.place, self.subject.due()):
            self.agreement.who_told.add(peer)
            self.agreement.notice()

    def on_known(self, tick: Tick, peer: int, known: Known) -> None:
        """Take in what coops said, and pass on what is new; `PeerFault` for a signature that does not
        hold."""
        match known:
            case Supported():
                if self._is_next(peer, known.decided):
                    self.agreement.on_supported(tick, peer, known)
            case Signed():
                if self._is_next(peer, known):
                    self.agreement.on_signed(tick, peer, known)
            case Stated():
                for signed in known.signed():
                    self._on_stated(tick, peer, signed)
            case _:
                raise AssertionError("a message that passes on something else")

    def _is_next(self, peer: int, decided: Signed) -> bool:
        """Whether it may come next here; a peer that is further gets asked."""
        if decided.turn is not None and decided.turn.place > self.agreement.place:
            self._behind.add(peer)
        return self.subject.may_come(decided.key)

    def _on_stated(self, tick: Tick, peer: int, signed: Signed) -> None:
        if signed.key not in self._statements():
            return
        signatures = self._gathering.add(tick, peer, self.subject, signed)
        if not signatures:
            return
        new = replace(signed, signatures=signatures)
        own = dict(signatures).get(self._core.coop)
        if own is not None and signed.key not in self._promises.signed:
            # Signed before this node was restored from an older copy: it holds all the same.
            self._promises.save(tick, signed.key, Promise(content=signed.content, signature=own))
        self.subject.on_heard(tick, peer, new)
        self.agreement.notice()
        self._tell(tick, new, but=peer)

    def _tell(self, tick: Tick, signed: Signed, but: int | None = None) -> None:
        for part in self.subject.parts(signed.key, [signed]):
            data = part.encode()
            for peer in self.agreement.takers & self._core.linked.peers - {but}:
                tick.send(peer, data)

    # What the node does by itself.

    def run(self, tick: Tick, own: Appender) -> None:
        """Say what is to be said, take in what is certified, ask for what is missing."""
        if not self.subject.is_chartered:
            return
        self._notice_due(tick)
        if self.subject.on_time(tick):
            self.agreement.notice()
        progress = True
        while progress:
            self._agree(tick)
            progress = self._core.is_recording and self._take_in(tick, own)
        self.subject.run(tick)
        if self.agreement.certificate() is None:
            # What comes after a decision that the own log can't take in yet would be told for nothing.
            for peer in self._behind & self._core.linked.peers:
                self._ask(tick, peer)
        self._behind.clear()
        if tick.steady_ms >= self._tell_at_ms:
            self._tell_at_ms = tick.steady_ms + self._core.settings.decision_interval_ms
            linked, in_doubt = self._core.linked, self._core.old_copy.began_in_doubt
            for peer in sorted(linked.peers if in_doubt else linked.told):
                self._ask(tick, peer)

    def _notice_due(self, tick: Tick) -> None:
        """When the own log has taken something in: forget what led there."""
        due = (self.subject.place(), *self.subject.due())
        if due == self._due:
            return
        is_start, self._due = self._due is None, due
        for signed, transaction, number in taken_back(self._core, self.subject, tick):
            self._keep(tick, signed, transaction, number)
        for key in self.subject.keys(self.subject.due()):
            self._gathering.forget_before(key)
            self._promises.forget_before(tick, key)
        if not is_start or self.agreement.place != due[0]:
            self.agreement.begin()
        self.subject.on_due()
        for peer in self._core.linked.peers:
            self._ask(tick, peer)

    def _keep(self, tick: Tick, signed: Signed, transaction: bytes, number: int) -> None:
        keep_certificate(tick, signed, transaction, number)
        self.subject.on_taken(tick, signed)

    def _agree(self, tick: Tick) -> None:
        """Sign statements that are due, and say what there is to say for the next place."""
        if self.agreement.is_speaking:
            self._state(tick)
        for word in self.agreement.run(tick, lambda: self._endorsed(tick)):
            if word.saying is Saying.SIGNATURE:
                self._notice(tick, "signed", word.choice)

    def _state(self, tick: Tick) -> None:
        for key in self._statements():
            new = None if key in self._promises.signed else self._wanted(tick, key)
            if new is not None and self.subject.shapes.is_proper(new):
                self._promise(tick, new)

    def _endorsed(self, tick: Tick) -> list[Signed]:
        """What the own people stand for, as far as the node finds nothing against it."""
        wanted = (self._wanted(tick, key) for key in self._decisions())
        return [one for one in wanted if one is not None and self.subject.objection(one) is None]

    def _wanted(self, tick: Tick, key: Key) -> Signed | None:
        """What the stewards stand for, or else what the subject finds by itself; nothing before its time."""
        publication = self._promises.wanted(key)
        if publication is None:
            return self.subject.wanted(tick, key)
        decision, number = key
        wanted = Signed(decision=decision, number=number, content=publication.content_bytes())
        return wanted if self.subject.too_soon(tick, wanted) is None else None

    def _promise(self, tick: Tick, wanted: Signed) -> None:
        """Sign a statement for good, and tell it."""
        signature = self._core.signer.content(
            decision=wanted.decision, number=wanted.number, content=wanted.content
        )
        self._promises.save(tick, wanted.key, Promise(content=wanted.content, signature=signature))
        signed = replace(wanted, signatures=((self._core.coop, signature),))
        self._remember(signed)
        self.agreement.notice()
        self._tell(tick, signed)

    def _take_in(self, tick: Tick, own: Appender) -> bool:
        """Let the own log take in a decision that is certified; whether it did."""
        signed = self.agreement.certificate()
        if signed is None or not own.has_room(tick) or not self.agreement.is_valid(signed.choice):
            return False
        if not self.subject.may_take_in(signed):
            return False
        length = self._core.length(self._core.coop)
        if self._refused == (signed.choice, length) or tick.steady_ms < self._again_at_ms:
            return False
        transaction = self.subject.transaction(signed)
        appended = own.append(tick, [transaction])
        if appended.count == 0:
            # That can be for now only: it is tried again when the log has grown.
            self._refused = (signed.choice, length)
            self._again_at_ms = tick.steady_ms + _AGAIN_MS
            return False
        self._keep(tick, signed, transaction, appended.first)
        self._notice(tick, "taken", signed.choice)
        self._notice_due(tick)
        return True

    def _notice(self, tick: Tick, what: str, choice: bytes) -> None:
        shapes, decided = self.subject.shapes, read_choice(choice)
        decision = shapes.name_of(decided.decision)
        tick.notice(f"{shapes.name}_{what}", decision=decision, number=decided.number)

    def wake_at_ms(self) -> int | None:
        """When something may become due by time alone, on the steady clock."""
        if not self.subject.is_chartered:
            return None
        times = (self._tell_at_ms, self.subject.wake_at_ms(), self.agreement.wake_at_ms())
        return min(at for at in times if at is not None)
