"""Memos on their way: kept for accounts of this coop, passed to the payee's home for others.

A memo for another coop waits in the store from the commit that records its payment until the payee's home
says that it has it (PROTOCOL section 10.2). It is sent when it is recorded, again at each new link, and again
when no answer came for a while; a bounded number is on its way to a peer at a time.

What waits is bounded for each coop by number and age, and the oldest is dropped first: a memo is a courtesy,
its payment does not need it. The order of arrival means nothing, since a memo is found by its payment's
reference. What is kept is sealed to the payee; nobody here can read it.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from node.engine.core import Core
from node.engine.tick import Tick
from node.engine.wire import MAX_MEMO_BYTES, MemoDelivery, MemoKept
from node.store import Document, DocumentKind, Memo, Write

_Place = tuple[bytes, int]
"""Reference and account: what tells the memos for one coop apart."""

_MOST = 2**31 - 1
"""How many waiting memos are read at the start: all that there can be."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    created: int
    sealed: bytes


@dataclass(slots=True)
class _Queue:
    """What waits for one coop: `waiting` from the oldest on, `next` in the order of sending.

    `on_way` has when each was sent, on the steady clock, the earliest first. `next` may name what waits no
    more.
    """

    waiting: dict[_Place, _Waiting] = field(default_factory=dict)
    next: deque[_Place] = field(default_factory=deque)
    on_way: dict[_Place, int] = field(default_factory=dict)
    acknowledges: bool = True
    """Whether the peer says what it has, PROTOCOL section 10."""

    def add(self, place: _Place, memo: _Waiting) -> None:
        self.waiting[place] = memo
        self.next.append(place)

    def start_again(self) -> None:
        """Nothing is on its way any more: the link is a new one."""
        self.on_way.clear()
        self.next = deque(self.waiting)

    def give_up_before(self, sent_ms: int) -> None:
        """What was sent then or before, with no answer, gets another turn after the others."""
        while self.on_way:
            place, at_ms = next(iter(self.on_way.items()))
            if at_ms > sent_ms:
                return
            del self.on_way[place]
            self.next.append(place)

    def take_next(self) -> _Place | None:
        while self.next:
            place = self.next.popleft()
            if place in self.waiting and place not in self.on_way:
                return place
        return None


class Memos:
    """Takes in and passes on sealed memos."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._taken: Counter[int] = Counter()
        self._queues: dict[int, _Queue] = {}
        for document in core.store.documents(DocumentKind.MEMO, limit=_MOST):
            try:
                coop, account, reference = document.id.split("/")
                place = (bytes.fromhex(reference), int(account))
                queue = self._queue(int(coop))
            except ValueError:
                continue  # damaged: a memo that nobody can deliver
            queue.add(place, _Waiting(document.created, document.data))

    def _queue(self, coop: int) -> _Queue:
        return self._queues.setdefault(coop, _Queue())

    # For other coops.

    def keep(self, tick: Tick, memos: Sequence[Memo]) -> None:
        """Store memos with the tick: for good those of accounts of this coop, until sent the others."""
        for memo in memos:
            if len(memo.sealed) > self._core.settings.memo_bytes:
                continue
            if memo.coop == self._core.coop:
                tick.memos.append(memo)
            elif memo.coop in self._core.partners and len(memo.sealed) <= MAX_MEMO_BYTES:
                self._let_wait(tick, memo)

    def _let_wait(self, tick: Tick, memo: Memo) -> None:
        queue, place = self._queue(memo.coop), (memo.reference, memo.account)
        if place in queue.waiting:
            return
        waiting = _Waiting(tick.now_ms // 1000, memo.sealed)
        queue.add(place, waiting)
        document = Document(
            kind=DocumentKind.MEMO,
            id=_document_id(memo.coop, place),
            created=waiting.created,
            data=waiting.sealed,
        )
        tick.changes.append(Write(documents=[document]))

    def peer_up(self, peer: int, *, acknowledges: bool) -> None:
        """Everything for that peer is to be sent, whether it was sent over an earlier link or not."""
        queue = self._queue(peer)
        queue.acknowledges = acknowledges
        queue.start_again()

    def on_kept(self, tick: Tick, peer: int, message: MemoKept) -> None:
        """The peer has a memo: it waits no more. What does not wait for that very peer is passed over."""
        place = (message.reference, message.account)
        if place in self._queue(peer).waiting:
            self._forget(tick, peer, place)

    def run(self, tick: Tick) -> None:
        """Drop what has waited too long, send what is due; before the commit, which may hold both."""
        for coop, queue in self._queues.items():
            if queue.waiting:
                self._drop(tick, coop, queue)
                if coop in self._core.linked.peers:
                    self._send(tick, coop, queue)

    def _drop(self, tick: Tick, coop: int, queue: _Queue) -> None:
        settings = self._core.settings
        oldest = (tick.now_ms - settings.waiting_memo_ms) // 1000
        dropped = 0
        while queue.waiting:
            place, first = next(iter(queue.waiting.items()))
            if len(queue.waiting) <= settings.waiting_memos and first.created >= oldest:
                break
            self._forget(tick, coop, place)
            dropped += 1
        if dropped:
            tick.notice("memos_dropped", coop=coop, count=dropped, waiting=len(queue.waiting))

    def _send(self, tick: Tick, coop: int, queue: _Queue) -> None:
        settings = self._core.settings
        queue.give_up_before(tick.steady_ms - settings.memo_retry_ms)
        for _ in range(settings.memos_on_way - len(queue.on_way)):
            place = queue.take_next()
            if place is None:
                return
            reference, account = place
            sealed = queue.waiting[place].sealed
            delivery = MemoDelivery(reference=reference, account=account, sealed=sealed)
            tick.send(coop, delivery.encode())
            if queue.acknowledges:
                queue.on_way[place] = tick.steady_ms
            else:
                self._forget(tick, coop, place)

    def _forget(self, tick: Tick, coop: int, place: _Place) -> None:
        queue = self._queue(coop)
        del queue.waiting[place]
        queue.on_way.pop(place, None)
        dropped = (DocumentKind.MEMO, _document_id(coop, place))
        tick.changes.append(Write(dropped_documents=[dropped]))

    # For accounts here.

    def on_delivery(self, tick: Tick, peer: int, message: MemoDelivery) -> None:
        """A memo for an account here; the peer is told when it is on disk, however often it comes.

        A memo belongs to a payment, so since this node started a peer may send as many as its log has
        entries, and some more whose entries are still on their way. One that is not kept is not answered:
        the peer sends it again, when this node may know the account, or the peer's log, better.
        """
        core = self._core
        if len(message.sealed) > core.settings.memo_bytes:
            return
        if core.validator.account(core.coop, message.account) is None:
            return
        if not self._is_kept(message):
            if self._taken[peer] >= core.length(peer) + core.settings.waiting_memos:
                return
            self._taken[peer] += 1
            memo = Memo(
                reference=message.reference,
                coop=core.coop,
                account=message.account,
                sealed=message.sealed,
            )
            tick.memos.append(memo)
        if self._queue(peer).acknowledges:
            kept = MemoKept(reference=message.reference, account=message.account)
            tick.send(peer, kept.encode())

    def _is_kept(self, message: MemoDelivery) -> bool:
        """Whether there is a memo already. (One that was erased counts as a new one; it stays erased.)"""
        core = self._core
        kept = core.store.memo(message.reference, coop=core.coop, account=message.account)
        return kept is not None


def _document_id(coop: int, place: _Place) -> str:
    reference, account = place
    return f"{coop}/{account}/{reference.hex()}"
