"""Whether this node may sign: PROTOCOL section 10.4.

A node that may have lost entries takes them back from its peers before it appends anything: else it
would sign a second history of its own log. At every start, and whenever the store was opened again, it
compares its disk with its mark (`node.mark`) and asks each peer for the newest head that it knows of the
node's own log.

- Mark and disk agree: it waits a moment for answers, longer for those it is linked with, and goes on without
  any: a village without a line to the others records its payments.
- They don't (a *doubt*): it signs when more than half of the others have answered and it holds all that
  they and the mark know of, or when a person says so (`alone`).

In both cases it first hears what time those have that it is linked with, or can still reach, so that
`supervision.clock` has something to compare with before the first entry; for `clock_wait_ms` at most.
"""

from ledger.codec import decode, encode
from ledger.errors import EncodingError
from node.engine.core import Core
from node.engine.costs import reading
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.replication.accusing import tell_evidence
from node.engine.replication.replicas import Replicas
from node.engine.tick import Tick
from node.engine.wire import ClockNews, NewestAnswer, NewestQuestion
from node.mark import NO_TOKEN, PUT_BACK_KEY, TOKEN_KEY, Doubt, Mark, MarkKeeper, doubt_about
from node.store import Write


class Recovery:
    """Keeps `Core.readiness`, and the mark. Times are in milliseconds that never fall."""

    def __init__(
        self, core: Core, replicas: Replicas, mark: MarkKeeper, *, alone: bool, now_ms: int
    ) -> None:
        self._core = core
        self._replicas = replicas
        self._keeper = mark
        self._alone = alone
        self._is_covering = False
        self._started_ms = now_ms
        self._asked_ms: dict[int, int] = {}
        self._nonce = mark.draw()
        self._token = self._stored_token = core.store.meta(TOKEN_KEY) or NO_TOKEN
        self._mark = mark.read()
        self._on_disk = core.signed.get(core.coop)
        """The newest signed head of the own log that is surely on disk: the mark knows of no other."""
        self._marked_ms = now_ms
        self._length_at_start = core.length(core.coop)
        self._put_back = read_put_back(core.store.meta(PUT_BACK_KEY))
        core.old_copy.doubt = self._doubt()
        core.old_copy.began_in_doubt |= core.old_copy.doubt is not None

    def _doubt(self) -> Doubt | None:
        core, mark = self._core, self._mark
        length, head = core.length(core.coop), b""
        if isinstance(mark, Mark) and 0 < mark.length <= length:
            head = core.head_at(core.coop, mark.length) or b""
        if core.settings.restored:
            return Doubt.RESTORED
        return doubt_about(mark, length=length, head=head, token=self._token)

    # What peers know.

    def peer_up(self, tick: Tick, peer: int) -> None:
        """A link is there: ask, if the peer's node knows the question."""
        self._asked_ms.pop(peer, None)
        self._ask(tick)

    def peer_down(self, peer: int) -> None:
        """What it was asked it will not answer."""
        self._asked_ms.pop(peer, None)

    def _ask(self, tick: Tick) -> None:
        """Ask every peer that has not answered, again when that was lost."""
        core = self._core
        if core.readiness in (Readiness.READY, Readiness.HALTED):
            return
        question = NewestQuestion(self._nonce).encode()
        for peer in core.linked.peers & core.linked.answering - core.old_copy.heard:
            asked_ms = self._asked_ms.get(peer)
            timeout_ms = core.settings.request_timeout_ms
            if asked_ms is None or asked_ms + timeout_ms <= tick.steady_ms:
                self._asked_ms[peer] = tick.steady_ms
                tick.send(peer, question)

    def on_question(self, tick: Tick, peer: int, message: NewestQuestion) -> None:
        """Tell a peer the newest head that is known here of its own log, after all evidence against it and
        the time: its node has just begun, or forgotten what it heard."""
        for data in self._core.accused.get(peer, {}).values():
            self._core.work.spend(peer, reading(len(data)))
            tell_evidence(self._core, tick, peer, data)
        known = self._replicas.best.get(peer)
        tick.send(peer, ClockNews(tick.now_ms).encode())
        tick.send(peer, NewestAnswer(message.nonce, known).encode())

    def on_answer(self, tick: Tick, peer: int, message: NewestAnswer) -> None:
        """A peer's answer; one to an older question says nothing."""
        if message.signed is not None:
            self._replicas.learn(tick, peer, message.signed)
        if message.nonce == self._nonce:
            self._core.old_copy.heard.add(peer)

    def heard(self, peer: int) -> None:
        """A peer whose node does not know the question has told its heads, this coop's too."""
        if peer not in self._core.linked.answering:
            self._core.old_copy.heard.add(peer)

    # The decision.

    def run(self, tick: Tick) -> None:
        """See whether the node may sign now."""
        core = self._core
        if core.readiness is Readiness.HALTED:
            return
        before = core.readiness
        if self._is_behind():
            core.readiness = Readiness.BEHIND
        elif before is not Readiness.READY:
            # Having taken back what one peer had is not enough while others may have more.
            ready = self._has_heard_enough(tick.steady_ms)
            core.readiness = Readiness.READY if ready else Readiness.RECOVERING
        if core.readiness is Readiness.READY:
            self._keep_mark(tick, starts=before is not Readiness.READY)
        else:
            self._ask(tick)
        self._tell_put_back(tick)
        if core.readiness is not before:
            tick.notice("readiness", was=before.value, now=core.state.value)

    def _is_behind(self) -> bool:
        """Whether the own log has entries, signed long ago, that are not here."""
        core = self._core
        length, known = core.length(core.coop), self._replicas.best.get(core.coop)
        if known is not None and known.length > length:
            return True
        # What earlier keys of the coop have signed is not for this one to sign again.
        earlier = core.newest.coops[core.coop].earlier_keys
        if earlier and length < earlier[-1].until:
            return True
        # A log that ends without a signed head was being taken back when this node stopped.
        signed = core.signed.get(core.coop)
        return length != (0 if signed is None else signed.length)

    def _has_heard_enough(self, now_ms: int) -> bool:
        core = self._core
        if self._awaits_words(now_ms):
            return False
        if core.old_copy.doubt is None and core.old_copy.heard.issuperset(core.others):
            return True
        is_time = now_ms >= self._waits_until_ms()
        if core.old_copy.doubt is None:
            return is_time
        if self._alone:
            core.old_copy.is_alone = is_time
            return is_time
        return 2 * len(core.old_copy.heard) > len(core.others) and not self._lacks_signed()

    def _awaits_words(self, now_ms: int) -> bool:
        """Whether somebody who is linked, or was not yet dialled in vain, may still say what time it is, or
        what is known of the own log: a link may be younger than a moment."""
        core, linked = self._core, self._core.linked
        near = linked.answering.union(linked.dialled) - linked.unreached
        said = linked.timed & core.old_copy.heard
        awaited = near.intersection(core.others) - said - core.accused.keys()
        return bool(awaited) and now_ms < self._started_ms + core.settings.clock_wait_ms

    def _lacks_signed(self) -> bool:
        """Whether the mark knows of something signed that is not held here, though nobody else does."""
        core, mark = self._core, self._mark
        if not isinstance(mark, Mark) or mark.length == 0 or core.old_copy.was_cut:
            return False
        return core.head_at(core.coop, mark.length) != mark.head

    # The mark.

    def _keep_mark(self, tick: Tick, *, starts: bool) -> None:
        """Give the database a new token at each start and now and then, once the mark knows it."""
        core, settings = self._core, self._core.settings
        if starts:
            self._begin(tick)
        mark, length = self._mark, core.length(core.coop)
        assert isinstance(mark, Mark)
        grown = length - mark.length
        is_due = grown > 0 and tick.steady_ms >= self._marked_ms + settings.mark_interval_ms
        if starts or is_due or grown >= settings.mark_entries:
            self._renew_token(tick)

    def _renew_token(self, tick: Tick) -> None:
        token = self._keeper.draw()
        self._write_mark(tokens=(self._stored_token, token), is_exact=False)
        self._token, self._marked_ms = token, tick.steady_ms
        tick.changes.append(Write(meta={TOKEN_KEY: token}))

    def cover(self, tick: Tick) -> None:
        """Before the commit: what was said for a decision is in no log, so a copy of the database from before
        it has to be told by its token."""
        self._is_covering = self._core.old_copy.has_said and self._core.is_signing
        self._core.old_copy.has_said = False
        if self._is_covering:
            self._renew_token(tick)

    def _begin(self, tick: Tick) -> None:
        """From here on the node signs: what it signs follows its newest signed head."""
        core = self._core
        signed = self._on_disk = core.signed.get(core.coop)
        if signed is not None:
            core.signer.begin_at(signed)
        if core.old_copy.doubt is not None:
            self._note_put_back(tick)
            alone = "a person's word" if core.old_copy.is_alone else "the others' answers"
            tick.notice(
                "doubt_ended",
                doubt=core.old_copy.doubt.value,
                by=alone,
                length=core.length(core.coop),
            )
        core.old_copy.doubt = None
        self._mark = Mark()

    def _note_put_back(self, tick: Tick) -> None:
        """What the database lacked came from peers; what was in no log did not."""
        core = self._core
        length = core.length(core.coop)
        if length > self._length_at_start:
            self._put_back = (tick.now_ms // 1000, self._length_at_start + 1, length)
            data = encode(list(self._put_back))
            tick.changes.append(Write(meta={PUT_BACK_KEY: data}))

    def _tell_put_back(self, tick: Tick) -> None:
        core, put_back = self._core, self._put_back
        key = (TroubleKind.PUT_BACK, core.coop)
        core.troubles.pop(key, None)
        if put_back is None:
            return
        at, first, last = put_back
        if abs(tick.now_ms // 1000 - at) <= core.settings.put_back_told_s:
            values = {"first": first, "last": last}
            core.troubles[key] = Trouble(kind=key[0], coop=core.coop, values=values)

    def _write_mark(self, *, tokens: tuple[bytes, ...], is_exact: bool) -> None:
        signed = self._on_disk
        self._mark = Mark(
            length=0 if signed is None else signed.length,
            head=b"" if signed is None else signed.head,
            tokens=tokens,
            is_exact=is_exact,
        )
        self._keeper.write(self._mark)

    def committed(self) -> None:
        """What this tick signed is on disk: note it before it leaves."""
        self._stored_token = self._token
        self._on_disk = self._core.signed.get(self._core.coop)
        if self._is_covering:
            self._is_covering = False
            self._write_mark(tokens=(self._token,), is_exact=False)
        signed = self._core.signed.get(self._core.coop)
        if signed is not None and self._core.is_signing:
            self._keeper.note(signed.length, signed.head)

    def end(self) -> None:
        """The node stops in order."""
        if self._core.readiness is Readiness.READY:
            self._write_mark(tokens=(self._token,), is_exact=True)

    def _waits_until_ms(self) -> int:
        return self._started_ms + self._core.settings.recovery_wait_ms

    def wake_at_ms(self) -> int | None:
        """When it has waited long enough for those who don't answer, or asks again."""
        if self._core.readiness in (Readiness.READY, Readiness.HALTED):
            return None
        again = [at + self._core.settings.request_timeout_ms for at in self._asked_ms.values()]
        return min([self._waits_until_ms(), *again])


def read_put_back(data: bytes | None) -> tuple[int, int, int] | None:
    """When the database was put back, and which entries came from peers; None when it wasn't."""
    try:
        value = None if data is None else decode(data)
    except EncodingError:
        return None
    match value:
        case [int(at), int(first), int(last)]:
            return at, first, last
        case _:
            return None
