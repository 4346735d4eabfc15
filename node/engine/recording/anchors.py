"""When this node anchors other logs, and how it gathers witnesses for it.

An anchor is appended when it credits somebody here; when it makes an account known that a payment is for;
when the other log has ended, for what it did not take in comes back then; when the own log is very far
behind, since all nodes keep the heads between in memory; or when that log has grown by something other than
anchors, no log at all has taken that in, and it is this node's turn. At no other time: two idle nodes would
anchor each other's anchors for ever, and if every log anchored every other one, that would grow with the
square of their number. Coops with evidence against them are not anchored.

With a witness quorum the node first asks its peers to sign the head as well. As a witness it signs only
heads of the log that it has validated itself, and saves what it signed before the signature leaves.
"""

from dataclasses import dataclass, field

from ledger.chain import SignedHead, head_message
from ledger.codec import MAX
from ledger.signatures import is_by
from ledger.transactions import Anchor, Return, encode_transaction
from ledger.validators.reading import has_ended
from node.engine.core import Appender, Core
from node.engine.health.status import Readiness
from node.engine.replication.held import void_key
from node.engine.replication.replicas import Replicas
from node.engine.tick import Tick
from node.engine.wire import WitnessAnswer, WitnessRequest
from node.errors import PeerFault
from node.store import Witnessed


@dataclass(slots=True)
class _Gathering:
    """Witnesses' signatures over one head, until there are enough."""

    signed: SignedHead
    deadline_ms: int
    signatures: dict[int, bytes] = field(default_factory=dict)


class Anchors:
    """Anchoring, for this node and as a witness for others."""

    def __init__(self, core: Core, replicas: Replicas) -> None:
        self._core = core
        self._replicas = replicas
        self._gatherings: dict[int, _Gathering] = {}
        self._wanted: dict[int, int] = {}
        self._not_before: dict[int, int] = {}
        self._asked: dict[tuple[int, int], SignedHead] = {}

    def would_reveal(self, coop: int, account: int) -> bool:
        """Whether an anchor of `coop` would make an account known that the own log does not know yet."""
        signed = self._core.signed.get(coop)
        if coop not in self._core.partners or signed is None or coop in self._core.accused:
            return False
        found = self._core.validator.account(coop, account)
        if not self._core.can_go_on_with(coop):
            return False
        return found is not None and self._known(coop) < found.opened <= signed.length

    def want(self, coop: int) -> None:
        """Anchor what is held of that log now, as soon as that can be."""
        self._wanted[coop] = self._core.signed[coop].length

    def is_gathering(self, coop: int) -> bool:
        """Whether witnesses are asked to sign a head of that log."""
        return coop in self._gatherings

    def anchor_now(self, tick: Tick, own: Appender, coop: int) -> bool:
        """Anchor as far as possible, or begin to gather witnesses for it; whether an anchor was appended."""
        self.want(coop)
        return own.has_room(tick) and self._anchor(tick, own, coop)

    def run(self, tick: Tick, own: Appender) -> None:
        """Append the anchors and returns that are due."""
        later = self._not_before.items()
        self._not_before = {coop: at for coop, at in later if at > tick.steady_ms}
        for coop in list(self._gatherings):
            if not self._is_ahead(coop) or self._gatherings[coop].signed.length <= self._known(
                coop
            ):
                del self._gatherings[coop]
        if not own.has_room(tick):
            return
        for coop in self._core.partners:
            if self._is_due(coop, tick.steady_ms):
                self._anchor(tick, own, coop)
        owed = self._core.validator.returnable(self._core.coop)
        if owed:
            returns = [Return(coop=item.coop, number=item.number) for item in owed]
            own.append(tick, [encode_transaction(item) for item in returns])

    def _known(self, coop: int) -> int:
        """How far the own log has anchored that coop's."""
        return self._core.validator.log(self._core.coop).anchored.get(coop, 0)

    def _is_ahead(self, coop: int) -> bool:
        """Whether there is a signed head beyond what is anchored, and nothing against its coop."""
        signed = self._core.signed.get(coop)
        if signed is None or coop in self._core.accused:
            return False
        return signed.length > self._known(coop) and self._core.can_go_on_with(coop)

    def _is_due(self, coop: int, now_ms: int) -> bool:
        if not self._is_ahead(coop) or now_ms < self._not_before.get(coop, 0):
            return False
        credits = self._core.validator.credits_waiting(home=self._core.coop, other=coop)
        behind = self._core.signed[coop].length - self._known(coop)
        return (
            self._has_credits(coop, credits)
            or coop in self._wanted
            or behind >= self._core.settings.anchor_entries
            or has_ended(self._core.validator, coop)
            or self._is_own_turn(coop, now_ms)
        )

    def _is_own_turn(self, coop: int, now_ms: int) -> bool:
        """Whether that log has grown, no log has taken it in, and those with an earlier turn had time to."""
        turn_ms = self._turn_ms(coop)
        return (
            turn_ms is not None
            and turn_ms <= now_ms
            and self._replicas.growth.is_open(coop, now_ms)
        )

    def _turn_ms(self, coop: int) -> int | None:
        """When it is this node's turn to anchor what that log has grown by."""
        growth = self._replicas.growth
        grown_ms = growth.since_ms(coop)
        if grown_ms is None:
            return None
        return grown_ms + growth.turn(coop) * self._core.settings.anchor_interval_ms

    def _has_credits(self, coop: int, newest: int) -> bool:
        """Whether something in transit to this coop lies within the signed part of the log."""
        if newest == 0:
            return False
        if newest <= self._core.signed[coop].length:
            return True
        items = self._core.validator.in_transit(coop)
        return any(
            item.payee_coop == self._core.coop and item.number <= self._core.signed[coop].length
            for item in items
        )

    def _anchor(self, tick: Tick, own: Appender, coop: int) -> bool:
        signed = self._core.signed[coop]
        signatures = {coop: signed.signature}
        if self._core.charter.witness_quorum:
            gathered = self._gather(tick, signed)
            if gathered is None:
                return False
            signed = gathered.signed
            signatures = gathered.signatures | {coop: signed.signature}
        anchor = Anchor(
            coop=coop,
            length=signed.length,
            head=signed.head,
            signatures=tuple(sorted(signatures.items())),
        )
        appended = own.append(tick, [encode_transaction(anchor)])
        self._gatherings.pop(coop, None)
        if self._wanted.get(coop, 0) <= signed.length:
            self._wanted.pop(coop, None)
        if (
            appended.count == 0
        ):  # a balance would pass MAX; until it falls, asking again changes nothing
            self._not_before[coop] = tick.steady_ms + self._core.settings.anchor_interval_ms
            return False
        self._replicas.growth.taken_in(self._core.coop, coop, now_ms=tick.steady_ms)
        return True

    def _gather(self, tick: Tick, newest: SignedHead) -> _Gathering | None:
        """The gathering for that coop when it has enough signatures; else it goes on."""
        gathering = self._gatherings.get(newest.coop)
        if (
            gathering is None
            or gathering.deadline_ms <= tick.steady_ms
            or gathering.signed.length <= self._known(newest.coop)
        ):
            deadline = tick.steady_ms + self._core.settings.request_timeout_ms
            gathering = _Gathering(newest, deadline)
            self._gatherings[newest.coop] = gathering
            own = self._witness(tick, newest)
            if own is not None:
                gathering.signatures[self._core.coop] = own.signature
            for peer in self._core.linked.peers:
                if peer != newest.coop:
                    tick.send(peer, WitnessRequest(newest).encode())
        enough = len(gathering.signatures) >= self._core.charter.witness_quorum
        return gathering if enough else None

    def _witness(self, tick: Tick, signed: SignedHead) -> SignedHead | None:
        """The own signature over a head of another's log that is held here, saved with this tick."""
        coop = signed.coop
        if coop not in self._core.partners or coop in self._core.accused:
            return None
        if not self._core.is_signing or self._core.place is not Readiness.READY:
            return None
        if self._core.head_at(coop, signed.length) != signed.head:
            return None
        saved = tick.witnessed.get(coop) or self._core.store.witnessed(coop)
        is_other = saved is not None and self._core.head_at(coop, saved.length) != saved.head
        if is_other and signed.length <= self._stands_at(saved):
            # What is held here is not what was signed before: sign nothing more, unless that does not stand.
            return None
        if saved is None or saved.length < signed.length:
            tick.witnessed[coop] = Witnessed(coop=coop, length=signed.length, head=signed.head)
        return self._core.signer.witness(signed)

    def _stands_at(self, saved: Witnessed | None) -> int:
        """From which length on it was decided that other than what was signed stands; beyond every length if
        it never was."""
        if saved is None:
            return 0
        if self._core.store.meta(void_key(saved.coop)) == saved.head:
            return 0
        stands = self._core.newest.coops[saved.coop].stands
        return MAX if stands is None else stands.length

    def on_request(self, peer: int, message: WitnessRequest) -> None:
        """A peer asks for a witness; it is answered as soon as the head is held here."""
        if message.signed.coop not in self._core.newest.coops:
            if self._core.knows_less_than(peer):
                return
            raise PeerFault("asked to witness a coop that is not in the charter")
        self._asked[peer, message.signed.coop] = message.signed

    def answer_requests(self, tick: Tick) -> None:
        """Sign for those who asked, as far as the logs held here allow."""
        for (peer, coop), signed in list(self._asked.items()):
            if self._core.length(coop) < signed.length:
                continue
            del self._asked[peer, coop]
            own = self._witness(tick, signed)
            if own is not None:
                tick.send(peer, WitnessAnswer(own).encode())

    def peer_down(self, peer: int) -> None:
        """Forget what that peer asked."""
        for asked in [asked for asked in self._asked if asked[0] == peer]:
            del self._asked[asked]

    def on_answer(self, peer: int, message: WitnessAnswer) -> None:
        """A peer's signature as a witness."""
        signed = message.signed
        gathering = self._gatherings.get(signed.coop)
        if peer == signed.coop:
            return  # a coop is not a witness of its own log
        if gathering is None or (gathering.signed.length, gathering.signed.head) != (
            signed.length,
            signed.head,
        ):
            return
        message_bytes = head_message(
            federation=self._core.charter.federation,
            coop=signed.coop,
            length=signed.length,
            head=signed.head,
        )
        if peer not in self._core.others:
            return  # the own log's rules would not have it
        if self._is_own_word(peer, message_bytes, signed.signature):
            gathering.signatures[peer] = signed.signature

    def _is_own_word(self, peer: int, message: bytes, signature: bytes) -> bool:
        """Whether the own log's rules would have it as that witness's signature; not one by a key that
        counts earlier or later only. Raises `PeerFault` for what nothing excuses."""
        core = self._core
        if is_by(core.charter.coops[peer].node_key, message, signature):
            return True
        ever = core.newest.coops[peer].all_keys
        if any(is_by(key, message, signature) for key in ever) or core.is_excused(peer):
            return False
        raise PeerFault("a witness's signature that is not its own")

    def wake_at_ms(self) -> int | None:
        """When something may become due by time alone."""
        times = [gathering.deadline_ms for gathering in self._gatherings.values()]
        for coop in self._core.partners:
            turn_ms = self._turn_ms(coop)
            if turn_ms is not None and coop not in self._gatherings and self._is_ahead(coop):
                times.append(turn_ms)
        times += self._not_before.values()
        return min(times, default=None)
