"""Going through what is stored: is it still what was signed? What is not is fetched from peers again.

A disk may hand out other bytes than it was given, and most of a log is never read again. So a bounded part
of it is hashed from time to time, in order, each segment against the head that the one before ends with, and
each stored signature verified. Where something does not fit, the entries from there to the next segment are
*damaged*: the store refuses to give them out, `Core.damaged` names them, and peers are asked for them, one
after the other. What a peer sends takes their place only when it leads from the head before them to a head
that the log's own coop has signed, and fits what comes after them.

The state in memory is not touched: it came from a snapshot with a digest, or from entries that were chained.
"""

from dataclasses import dataclass, replace

from ledger.chain import SignedHead, extend_all, genesis
from ledger.codec import split
from ledger.errors import EncodingError, ProofError
from node.engine.core import Core, Rot
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.tick import Tick
from node.engine.wire import Entries, Get
from node.errors import PeerFault
from node.store import Segment

_STEPS_BACK = 1_000


@dataclass(slots=True)
class _Walk:
    """How far a log has been gone through."""

    next: int
    head: bytes


class Soundness:
    """Walks the stored logs, and heals them."""

    def __init__(self, core: Core, *, now_ms: int) -> None:
        self._core = core
        self._at_ms = now_ms + core.settings.check_interval_ms
        self._turn = self._next(0)
        """The coop whose log is looked at."""
        self._walks: dict[int, _Walk] = {}
        self._asked_ms: dict[int, int] = {}
        self._asks = 0
        for coop, signed in list(core.signed.items()):
            try:
                signed.check(core.newest)
            except ProofError:
                del core.signed[coop]
                self._suspect(coop, signed.length)

    def _beginning(self, coop: int) -> _Walk:
        return _Walk(1, genesis(federation=self._core.charter.federation, coop=coop))

    def run(self, tick: Tick, *, idle: bool) -> None:
        """Go a step further when it is time, and ask for what is damaged."""
        core, settings = self._core, self._core.settings
        suspected, core.suspected = core.suspected, []
        for damage in suspected:
            self._suspect(damage.coop, damage.first)
        late_ms = tick.steady_ms - self._at_ms
        if late_ms >= 0 and (idle or late_ms >= 10 * settings.check_interval_ms):
            self._at_ms = tick.steady_ms + settings.check_interval_ms
            self._step()
        for coop, rot in list(core.damaged.items()):
            if rot.first > self._length(coop):
                self._forget(coop)  # that part of the log was cut off
                continue
            self._tell(tick, coop, rot)
            self._ask(tick, coop, rot)

    def _tell(self, tick: Tick, coop: int, rot: Rot) -> None:
        values = {"first": rot.first, "last": rot.last}
        trouble = Trouble(kind=TroubleKind.DAMAGED, coop=coop, values=values)
        self._core.troubles[trouble.key] = trouble

    # Looking.

    def _step(self) -> None:
        """Go on in the log whose turn it is, so far as one step may."""
        core, settings = self._core, self._core.settings
        coop = self._turn
        walk, size, rows = self._walks.setdefault(coop, self._beginning(coop)), 0, 0
        while size < settings.check_bytes and rows < settings.check_rows:
            if coop in core.damaged:
                break  # (it goes on from there once that is healed)
            if walk.next > self._length(coop):
                self._walks[coop] = self._beginning(coop)
                break
            found = core.store.next_segment(coop, walk.next)
            if found is None or not self._fits(walk, *found):
                self._suspect(coop, walk.next)
                break
            segment, _ = found
            walk.next, walk.head = segment.last + 1, segment.head
            size, rows = size + len(segment.entries), rows + 1
        else:
            return
        self._turn = self._next(coop)

    def _next(self, coop: int) -> int:
        """The coop whose log is looked at after that one."""
        coops = self._core.validator.coops
        return min((each for each in coops if each > coop), default=min(coops))

    def _length(self, coop: int) -> int:
        return self._core.store.logs().get(coop, (0, b""))[0]

    def _fits(self, walk: _Walk, segment: Segment, is_sound: bool) -> bool:
        if not is_sound or (segment.first, segment.previous) != (walk.next, walk.head):
            return False
        return segment.signature is None or self._is_signed(segment, segment.signature)

    def _is_signed(self, segment: Segment, signature: bytes) -> bool:
        head = SignedHead(
            coop=segment.coop, length=segment.last, head=segment.head, signature=signature
        )
        try:
            head.check(self._core.newest)
        except ProofError:
            return False
        return True

    def _suspect(self, coop: int, number: int) -> None:
        """Something about the segment with that entry does not fit: find out what is damaged around it."""
        if coop in self._core.damaged or not self._core.has_log(coop):
            return
        for _ in range(_STEPS_BACK):
            first = self._start_of(coop, number)
            previous = self._head_before(coop, first)
            if previous is not None:
                break
            number = first - 1
        else:
            return
        following = self._core.store.next_segment(coop, first + 1)
        last = self._length(coop) if following is None else following[0].first - 1
        if last >= first and not self._is_whole(coop, first, last, previous):
            self._core.damaged[coop] = Rot(first=first, last=last, previous=previous)

    def _start_of(self, coop: int, number: int) -> int:
        found = self._core.store.stored(coop, number)
        if found is None:
            return 1
        segment, is_sound = found
        return segment.last + 1 if is_sound and segment.last < number else segment.first

    def _head_before(self, coop: int, first: int) -> bytes | None:
        """The head at the end of the segment before; None when that is damaged as well."""
        if first == 1:
            return self._beginning(coop).head
        found = self._core.store.stored(coop, first - 1)
        if found is None or not found[1] or found[0].last != first - 1:
            return None
        return found[0].head

    def _is_whole(self, coop: int, first: int, last: int, previous: bytes) -> bool:
        """Whether nothing is wrong there after all."""
        found = self._core.store.stored(coop, first)
        if found is None or found[0].last != last or not self._fits(_Walk(first, previous), *found):
            return False
        after = self._head_after(coop, last)
        return after is None or after == found[0].head

    def _head_after(self, coop: int, last: int) -> bytes | None:
        """The head at `last`, as what comes after it has it; None when that can't be told."""
        if last == self._length(coop):
            log = self._core.validator.log(coop)
            return log.head if last == log.length else None
        following = self._core.store.next_segment(coop, last + 1)
        if following is None or following[0].first != last + 1 or not following[1]:
            return None
        return following[0].previous

    # Healing.

    def _ask(self, tick: Tick, coop: int, rot: Rot) -> None:
        """Ask a peer for what is damaged: each in its turn, since who has it is not known."""
        core = self._core
        due_ms = self._asked_ms.get(coop, 0) + core.settings.request_timeout_ms
        if not core.linked.peers or (coop in self._asked_ms and tick.steady_ms < due_ms):
            return
        peers = sorted(core.linked.peers)
        self._asks += 1
        self._asked_ms[coop] = tick.steady_ms
        tick.send(peers[self._asks % len(peers)], Get(coop=coop, first=rot.first).encode())

    def on_entries(self, tick: Tick, message: Entries) -> bool:
        """Whether the entries were what is damaged here, and have taken its place.

        Raises `PeerFault` when they do not lead to the head that they come with.
        """
        rot = self._core.damaged.get(message.coop)
        if rot is None or not message.first <= rot.first <= message.signed.length:
            return False
        try:
            message.signed.check(self._core.newest)
            entries = split(message.entries)
        except (ProofError, EncodingError) as error:
            raise PeerFault(f"entries that prove nothing: {error}") from error
        if (
            message.first + len(entries) - 1 != message.signed.length
            or extend_all(message.previous, entries) != message.signed.head
        ):
            raise PeerFault("entries that do not lead to the signed head")
        before = rot.first - message.first
        if extend_all(message.previous, entries[:before]) != rot.previous:
            return False  # another history; replication looks at that
        healed = self._healed(rot, message, entries[before:])
        if healed is None:
            return False
        self._put(tick, rot, healed)
        return True

    def _healed(self, rot: Rot, message: Entries, entries: list[bytes]) -> Segment | None:
        """The segment for as much of the damaged part as the message has; None when it does not fit."""
        coop = message.coop
        part = entries[: rot.last - rot.first + 1]
        last = rot.first + len(part) - 1
        head = extend_all(rot.previous, part)
        if last == rot.last and self._head_after(coop, last) not in (None, head):
            return None
        healed = Segment(
            coop=coop,
            first=rot.first,
            count=len(part),
            entries=b"".join(part),
            previous=rot.previous,
            head=head,
        )
        return replace(healed, signature=self._signature(healed, message))

    def _signature(self, segment: Segment, message: Entries) -> bytes | None:
        """The message's, or the one that was stored there, if it holds."""
        if message.signed.length == segment.last:
            return message.signed.signature
        old = self._core.store.stored(segment.coop, segment.first)
        signature = None if old is None else old[0].signature
        if signature is not None and self._is_signed(segment, signature):
            return signature
        return None

    def _put(self, tick: Tick, rot: Rot, healed: Segment) -> None:
        core, coop = self._core, healed.coop
        core.store.heal([healed])
        tick.notice("log_healed", coop=coop, first=healed.first, last=healed.last)
        self._forget(coop)
        if healed.last < rot.last:
            core.damaged[coop] = Rot(first=healed.last + 1, last=rot.last, previous=healed.head)
            return
        self._walks[coop] = _Walk(healed.last + 1, healed.head)
        newest = core.store.newest_signed_head(coop)
        if newest is not None and newest.length == core.length(coop):
            core.signed[coop] = newest

    def _forget(self, coop: int) -> None:
        del self._core.damaged[coop]
        self._core.troubles.pop((TroubleKind.DAMAGED, coop), None)
        self._asked_ms.pop(coop, None)

    def wake_at_ms(self) -> int | None:
        """When to ask the next peer."""
        if not self._core.linked.peers:
            return None
        timeout_ms = self._core.settings.request_timeout_ms
        return min((at + timeout_ms for at in self._asked_ms.values()), default=None)
