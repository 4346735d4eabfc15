"""Evidence from and for peers: checked as anybody would check it, and told to those who can read it."""

from dataclasses import replace

from ledger.chain import extend
from ledger.contradictions import is_about_rounds
from ledger.errors import ProofError
from ledger.evidence import InvalidEntryEvidence, decode_evidence
from ledger.pardons import is_pardoned
from ledger.refusals import Refusal
from node.engine.core import Core
from node.engine.costs import CHAIN, SIGNATURE, judging
from node.engine.replication.replicas import Replicas
from node.engine.slices import weight
from node.engine.tick import Tick
from node.engine.wire import Entries, EvidenceNews
from node.errors import PeerFault


def tell_evidence(core: Core, tick: Tick, peer: int, data: bytes) -> None:
    """Pass evidence on, unless its form is younger than the peer's node."""
    if peer in core.linked.agreeing or not is_about_rounds(data):
        tick.send(peer, EvidenceNews(data).encode())


def take_evidence(
    core: Core, replicas: Replicas, tick: Tick, peer: int, message: EvidenceNews
) -> None:
    """Accuse the coop that the evidence is against; raises `PeerFault` when it proves nothing."""
    try:
        evidence = decode_evidence(message.data)
        if evidence.kind in core.accused.get(evidence.coop, {}):
            return
        if is_pardoned(evidence, core.newest):
            return  # a peer that does not know yet that the coop was readmitted
        if not isinstance(evidence, InvalidEntryEvidence):
            evidence.check(core.newest)
            core.accuse(tick, evidence)
            return
        evidence.check_signed(core.newest)
    except ProofError as error:
        if core.is_excused(peer):
            return
        raise PeerFault(f"evidence that proves nothing: {error}") from error
    # What waits to be the same entry may be of another history.
    replicas.learn(tick, peer, evidence.signed)
    if _is_settled(core, tick, peer, evidence):
        return
    # A signed head over entries is what replication takes in; the rules then speak for themselves.
    entries = Entries(
        first=evidence.number,
        previous=evidence.previous,
        entries=b"".join(evidence.entries),
        signed=evidence.signed,
    )
    replicas.on_entries(tick, peer, entries)


def _is_settled(core: Core, tick: Tick, peer: int, evidence: InvalidEntryEvidence) -> bool:
    """Judge the entry where it is the next one of the log that is held: whatever else waits to be that, and
    also when no more of that log is taken in. Raises `PeerFault` where the rules allow it."""
    log, first = core.validator.log(evidence.coop), evidence.entries[0]
    if log.length >= evidence.number:
        _check_not_held(core, peer, evidence)
        return False
    if (log.length, log.head) != (evidence.number - 1, evidence.previous):
        return False
    core.work.spend(peer, SIGNATURE + judging(weight(first)))
    verdict = core.validator.judge(evidence.coop, first)
    if isinstance(verdict, Refusal):
        core.accuse(tick, replace(evidence, refusal=verdict))
    elif verdict is None and not core.is_excused(peer):
        raise PeerFault("evidence that proves nothing: the entry is valid")
    return isinstance(verdict, Refusal)


def _check_not_held(core: Core, peer: int, evidence: InvalidEntryEvidence) -> None:
    """Raise `PeerFault` if the log has that very entry; else another history has it, which is a fork."""
    core.work.spend(peer, CHAIN)
    head = extend(evidence.previous, evidence.entries[0])
    if core.head_at(evidence.coop, evidence.number) == head and not core.is_excused(peer):
        raise PeerFault("evidence that proves nothing: the entry is held")
