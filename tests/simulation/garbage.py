"""Messages that no honest node sends. A babbling coop has its own key and knows all that its node knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.chain import SignedHead, extend_all
from ledger.codec import MAX, encode
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence, InvalidEntryEvidence
from ledger.refusals import Refusal
from node.engine.engine import Engine
from node.engine.wire import (
    Entries,
    EvidenceNews,
    Get,
    Heads,
    MemoDelivery,
    WitnessAnswer,
    WitnessRequest,
)
from tests.node.engine.inside import core_of

if TYPE_CHECKING:
    from tests.simulation.culprits import Culprit

Maker = Callable[["Culprit", Engine, Engine], list[bytes]]


def make_garbage(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Some messages for a victim, whose state the babbler is taken to know."""
    return culprit.world.random.choice(_MAKERS)(culprit, engine, victim)


def _noise(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    return [culprit.world.random.randbytes(culprit.world.random.choice((0, 1, 60, 5_000)))]


def _oversized(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    return [bytes(core_of(victim).settings.message_bytes + 1)]


def _claims(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Heads of its own log that it can't back."""
    lengths = (core_of(victim).length(culprit.coop) + 1_000, MAX)
    return [Heads((culprit.sign(length, bytes(32)),)).encode() for length in lengths]


def _forged_head(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """A head of an honest coop's log, beyond what the victim has, signed by the babbler."""
    other = culprit.world.random.choice(culprit.peers)
    length = core_of(victim).length(other) + culprit.world.random.choice((0, 1, 100))
    return [Heads((_as_if_by(culprit, other, length, bytes(32)),)).encode()]


def _as_if_by(culprit: Culprit, coop: int, length: int, head: bytes) -> SignedHead:
    signature = culprit.sign(length, head).signature
    return SignedHead(coop=coop, length=length, head=head, signature=signature)


def _forged_entries(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Entries that an honest coop never made, well chained, as near as may be to what the victim awaits."""
    validator = core_of(victim).validator
    other = culprit.world.random.choice([coop for coop in culprit.peers if coop in validator.coops])
    log = validator.log(other)
    entry = encode_entry(log.time, encode([8, culprit.coop, 10**6]))
    signed = _as_if_by(culprit, other, log.length + 1, extend_all(log.head, [entry]))
    forged = Entries(first=log.length + 1, previous=log.head, entries=entry, signed=signed)
    evidence = InvalidEntryEvidence(
        number=log.length + 1,
        previous=log.head,
        entries=(entry,),
        signed=signed,
        refusal=Refusal.RETURN_UNKNOWN,
    )
    return [
        culprit.world.random.choice((forged.encode(), EvidenceNews(evidence.encode()).encode()))
    ]


def _borrowed_head(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Junk under a head that an honest coop did sign."""
    heads = [head for head in engine.signed_heads().values() if head.coop != culprit.coop]
    if not heads:
        return []
    signed = culprit.world.random.choice(heads)
    first = max(1, min(signed.length, core_of(victim).length(signed.coop) + 1))
    entries = culprit.world.random.choice((b"", b"\x01", b"\xc1\xff", encode([1, [8, 1, 1]])))
    return [Entries(first=first, previous=bytes(32), entries=entries, signed=signed).encode()]


def _wrong_count(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Its own log, with a length that the entries don't have."""
    log = core_of(victim).validator.log(culprit.coop)
    entries = [encode_entry(log.time, encode([8, 1, number])) for number in range(3)]
    signed = culprit.sign(log.length + 2, extend_all(log.head, entries))
    message = Entries(
        first=log.length + 1, previous=log.head, entries=b"".join(entries), signed=signed
    )
    return [message.encode()]


def _far_ahead(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Many pieces of its own log that nobody can apply."""
    length = core_of(victim).length(culprit.coop)
    messages = []
    for place in range(20):
        first = length + 2 + culprit.world.random.randrange(10**6)
        signed = culprit.sign(first + place, bytes(32))
        messages.append(Entries(first=first, previous=bytes(32), entries=b"\x01", signed=signed))
    return [message.encode() for message in messages]


def _witnessing(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Requests and answers about its own log and others', real and invented."""
    other = culprit.world.random.choice(culprit.peers)
    own = engine.signed_heads().get(culprit.coop) or culprit.sign(1, bytes(32))
    invented = _as_if_by(culprit, other, MAX, bytes(32))
    gathering = victim._anchors._gatherings.get(culprit.coop)
    wanted = own if gathering is None else gathering.signed
    return [
        WitnessAnswer(culprit.sign(wanted.length, wanted.head)).encode(),
        WitnessRequest(invented).encode(),
        WitnessRequest(own).encode(),
        WitnessAnswer(invented).encode(),
    ]


def _false_evidence(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """A "fork" of an honest coop: two heads of its one history."""
    truths = culprit.sim.watch.truths
    truth = truths[culprit.world.random.choice(culprit.peers)]
    newest = engine.signed_heads().get(truth.coop)
    if newest is None:
        return []
    evidence = ForkEvidence(shorter=newest, longer=newest, start=bytes(32), entries=())
    return [EvidenceNews(evidence.encode()).encode()]


def _hoarding(culprit: Culprit, engine: Engine, victim: Engine) -> list[bytes]:
    """Questions without end, and memos for anybody."""
    gets = [Get(coop=1, first=1).encode()] * 20
    memo = MemoDelivery(
        reference=culprit.world.random.randbytes(32),
        account=culprit.world.random.randint(0, 5),
        sealed=bytes(culprit.world.random.choice((10, 5_000))),
    )
    return [*gets, Get(coop=99, first=MAX).encode(), memo.encode()]


_MAKERS: tuple[Maker, ...] = (
    _noise,
    _oversized,
    _claims,
    _forged_head,
    _forged_entries,
    _borrowed_head,
    _wrong_count,
    _far_ahead,
    _witnessing,
    _false_evidence,
    _hoarding,
)
