"""Engines side by side, ticked by hand: what one sends waits until a test delivers it.

Time moves only by `advance`; a test sets an engine's clock wrong in `skew_ms`. Nothing is random.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ledger.chain import SignedHead, extend_all
from ledger.charter import Charter
from node.addresses import NodeAddress
from node.engine.answers import Recorded
from node.engine.engine import Engine
from node.engine.events import Event, PeerMessage, PeerUp, Submit, SubmitBatch
from node.engine.outbox import Outbox, Send
from node.engine.settings import EngineSettings
from node.engine.wire import Entries, Message, decode_message
from node.mark import MemoryMark
from node.store import MemoryDisk, MemoryStore
from tests.builders import START, Federation, build_federation
from tests.node.engine.inside import anchors_of, core_of

SETTINGS = EngineSettings(recovery_wait_ms=100, push_interval_ms=0)


class Rig:
    """Engines of a federation, each with a disk. `mail` is what was sent and not yet delivered."""

    def __init__(
        self, *coops: int, federation: Federation | None = None, settings: EngineSettings = SETTINGS
    ) -> None:
        self.federation = federation or build_federation(coops=3)
        self.settings = settings
        self.now_ms = START * 1000
        self.skew_ms: Counter[int] = Counter()
        self.disks: dict[int, MemoryDisk] = {}
        self.marks: dict[int, MemoryMark] = {}
        self.engines: dict[int, Engine] = {}
        self.stores: dict[int, MemoryStore] = {}
        self.mail: list[tuple[int, Send]] = []
        self._request = 0
        self.replies: dict[int, Any] = {}
        """All answers so far, by their requests."""
        for coop in coops:
            self.start(coop)

    def start(
        self,
        coop: int,
        *,
        configured: Collection[int] | None = None,
        alone: bool = False,
        clock_is_right: bool = False,
        is_reopened: bool = False,
        address: NodeAddress | None = None,
        known: Charter | None = None,
        **changes: Any,
    ) -> Engine:
        """Start, or stop and start again, the engine of a coop on its disk."""
        if coop in self.stores:
            self.stores[coop].crash()
        disk = self.disks.setdefault(coop, MemoryDisk())
        self.stores[coop] = MemoryStore(disk)
        self.engines[coop] = Engine(
            replace(self.settings, **changes),
            self.federation.founding,
            coop,
            self.federation.node_keys[coop],
            self.stores[coop],
            self.now_ms + self.skew_ms[coop],
            steady_ms=self.now_ms,
            configured=configured,
            mark=self.marks.setdefault(coop, MemoryMark()),
            alone=alone,
            clock_is_right=clock_is_right,
            is_reopened=is_reopened,
            address=address,
            known=known,
        )
        return self.engines[coop]

    def ready(self) -> None:
        """Let the time pass after which a starting engine signs though it heard of nobody."""
        self.advance(self.settings.recovery_wait_ms)

    def advance(self, duration_ms: int) -> None:
        """Let time pass, and tick everybody once."""
        self.now_ms += duration_ms
        for coop in self.engines:
            self.tick(coop)

    def tick(self, coop: int, *events: Event) -> Outbox:
        """One tick; what it sends goes to `mail`."""
        clock_ms = self.now_ms + self.skew_ms[coop]
        outbox = self.engines[coop].tick(clock_ms, events, steady_ms=self.now_ms)
        self.mail += [(coop, send) for send in outbox.sends]
        self.replies |= {reply.request: reply.result for reply in outbox.replies}
        return outbox

    def ask(self, coop: int, *events: Event) -> list[Any]:
        """The answers of one tick, in the order of the events."""
        answers = {reply.request: reply.result for reply in self.tick(coop, *events).replies}
        return [answers[event.request] for event in events if hasattr(event, "request")]

    def request(self) -> int:
        """A new mark for a request."""
        self._request += 1
        return self._request

    def submit(self, coop: int, *transactions: bytes) -> list[Any]:
        """Submit transactions in one tick; the answers."""
        return self.ask(coop, *(Submit(self.request(), data) for data in transactions))

    def batch(self, coop: int, transactions: Sequence[bytes]) -> Any:
        """Submit a batch; the answer."""
        return self.ask(coop, SubmitBatch(self.request(), transactions))[0]

    def admit(self, coop: int, *accounts: int, limit: int = 100_000) -> None:
        """Admit accounts."""
        admissions = [self.federation.admit(coop, number, limit=limit) for number in accounts]
        for answer in self.submit(coop, *admissions):
            assert isinstance(answer, Recorded), answer

    def pay(self, coop: int, sequence: int, payee_coop: int, payee: int, amount: int = 10) -> bytes:
        """A payment by account 1 of a coop."""
        return self.federation.pay(
            coop, payer=1, sequence=sequence, payee_coop=payee_coop, payee=payee, amount=amount
        )

    def link(self, one: int, other: int) -> None:
        """A link comes up."""
        self.tick(one, PeerUp(other))
        self.tick(other, PeerUp(one))

    def link_all(self) -> None:
        """All links come up."""
        coops = sorted(self.engines)
        for place, one in enumerate(coops):
            for other in coops[place + 1 :]:
                self.link(one, other)

    def deliver(self, most: int = 10_000) -> int:
        """Deliver all mail, and what is sent in answer, until there is none; how many messages."""
        delivered = 0
        while self.mail and delivered < most:
            sender, send = self.mail.pop(0)
            if send.coop in self.engines:
                self.tick(send.coop, PeerMessage(sender, send.data))
            delivered += 1
        assert not self.mail, "the mail never ends"
        return delivered

    def deliver_to(self, coop: int) -> None:
        """Deliver the mail for one coop, in one tick; the rest stays."""
        due = [(sender, send) for sender, send in self.mail if send.coop == coop]
        self.mail = [(sender, send) for sender, send in self.mail if send.coop != coop]
        self.tick(coop, *(PeerMessage(sender, send.data) for sender, send in due))

    def sent(self, coop: int, kind: type[Message]) -> list[Any]:
        """The messages of one kind among the undelivered mail of a coop."""
        decoded = [_read(send.data) for sender, send in self.mail if sender == coop]
        return [message for message in decoded if isinstance(message, kind)]

    def hear(self, coop: int, peer: int, *messages: Message | bytes) -> Outbox:
        """Let an engine hear messages from a peer in one tick."""
        return self.tick(
            coop, *(PeerMessage(peer, m if isinstance(m, bytes) else m.encode()) for m in messages)
        )

    def length(self, coop: int, log: int) -> int:
        """How much of a log an engine holds."""
        return self.engines[coop].status().lengths[log]

    def balance(self, at: int, coop: int, account: int) -> int:
        """An account's balance as one engine sees it."""
        found = core_of(self.engines[at]).validator.account(coop, account)
        assert found is not None
        return found.balance

    def digests(self) -> set[bytes]:
        """The state digests of all engines."""
        return {core_of(engine).validator.digest() for engine in self.engines.values()}

    def head(self, coop: int, log: int) -> SignedHead:
        """The newest signed head that an engine holds of a log."""
        return self.engines[coop].signed_heads()[log]

    def entries_after(self, at: int, coop: int, *entries: bytes) -> Entries:
        """A message, signed by `coop`, of entries that follow its log as the engine `at` holds it."""
        log = core_of(self.engines[at]).validator.log(coop)
        return entries_message(self.federation, coop, log.length, log.head, *entries)

    def anchor_all(self) -> None:
        """Let every log anchor every other one, as if somebody there had paid to a new account."""
        for coop, engine in self.engines.items():
            core = core_of(engine)
            for other in core.partners:
                if core.signed.get(other) is not None:
                    anchors_of(engine).want(other)
            self.tick(coop)
        self.deliver()

    def state(self, coop: int) -> tuple[bytes, dict[int, tuple[int, bytes]]]:
        """What must not change when an engine hears garbage: its state's digest and its disk's logs."""
        logs = {
            log: (rows[-1].last, rows[-1].head) for log, rows in self.disks[coop].segments.items()
        }
        return core_of(self.engines[coop]).validator.digest(), logs


def entries_message(
    federation: Federation, coop: int, length: int, head: bytes, *entries: bytes
) -> Entries:
    """Entries that follow a head, under a head that is signed by `coop`."""
    signed = federation.signed_head(
        coop, length=length + len(entries), head=extend_all(head, entries)
    )
    return Entries(first=length + 1, previous=head, entries=b"".join(entries), signed=signed)


def joined(*coops: int, federation: Federation | None = None, **settings: Any) -> Rig:
    """Engines that are ready and linked, each with accounts 1 and 2, known to all and anchored."""
    rig = Rig(*coops, federation=federation, settings=replace(SETTINGS, **settings))
    rig.ready()
    for coop in coops:
        rig.admit(coop, 1, 2)
    rig.mail.clear()
    rig.link_all()
    rig.deliver()
    rig.anchor_all()
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    return rig


def _read(data: bytes) -> Message:
    return decode_message(data, max_bytes=len(data))
