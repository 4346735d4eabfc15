"""Two words of a coop that it must not both have said, as evidence (PROTOCOL section 7.9)."""

from ledger.agreement import Subject, Turn, support_hash
from ledger.contradictions import (
    RoundEvidence,
    SignedDecision,
    SignedSupport,
    SupportEvidence,
)
from node.engine.decisions.words import Conflict, Saying, Word
from node.engine.wire_decisions import read_choice


def evidence_kind(saying: Saying) -> str:
    """The kind of evidence that a second word of that saying is."""
    return SupportEvidence.kind if saying is Saying.SUPPORT else RoundEvidence.kind


def evidence_of(
    conflict: Conflict, subject: Subject, place: int
) -> SupportEvidence | RoundEvidence:
    """What proves that the coop said both."""
    first, second = conflict.first, conflict.second
    turn = Turn(place=place, round=first.round)
    if first.saying is Saying.SUPPORT:
        return SupportEvidence(
            coop=first.coop,
            subject=subject,
            turn=turn,
            first=_supported(first),
            second=_supported(second),
        )
    return RoundEvidence(
        coop=first.coop,
        subject=subject,
        turn=turn,
        first=_signed(first),
        second=_signed(second),
    )


def _supported(word: Word) -> SignedSupport:
    decided = read_choice(word.choice)
    hash_ = support_hash(decision=decided.decision, number=decided.number, content=decided.content)
    return SignedSupport(content_hash=hash_, signature=word.signature)


def _signed(word: Word) -> SignedDecision:
    decided = read_choice(word.choice)
    return SignedDecision(
        decision=decided.decision,
        number=decided.number,
        content=decided.content,
        signature=word.signature,
    )
