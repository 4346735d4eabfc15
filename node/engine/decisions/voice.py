"""The signatures of the rounds: making the own ones, checking those of others (PROTOCOL sections 3, 9.5).

What is signed follows from the subject, the place, and the word. Nothing is remembered here.
"""

from ledger.agreement import Subject as SubjectNumber
from ledger.agreement import (
    Turn,
    decision_body,
    decision_message,
    support_hash,
    support_message,
)
from ledger.signatures import SignatureInvalid, verify
from node.engine.core import Core
from node.engine.costs import SIGNATURE
from node.engine.decisions.words import Saying, Word
from node.engine.wire_decisions import Signed, read_choice
from node.errors import PeerFault


class Voice:
    """Signs and checks for one subject."""

    def __init__(self, core: Core, subject: SubjectNumber) -> None:
        self._core = core
        self._subject = subject

    def say(self, saying: Saying, turn: Turn, choice: bytes) -> bytes:
        """The own signature. The caller saves it before it leaves, and says nothing else in that turn."""
        decided = read_choice(choice)
        if saying is Saying.SUPPORT:
            return self._core.signer.support(
                subject=self._subject, turn=turn, content_hash=_hash(decided)
            )
        return self._core.signer.content(
            decision=decided.decision,
            number=decided.number,
            content=decided.content,
            turn=turn,
        )

    def check(self, peer: int, word: Word, place: int) -> None:
        """Raise `PeerFault` unless the word's signature holds; the peer pays for the look."""
        decided, turn = read_choice(word.choice), Turn(place=place, round=word.round)
        if word.saying is Saying.SUPPORT:
            message = support_message(
                federation=self._core.charter.federation,
                coop=word.coop,
                subject=self._subject,
                turn=turn,
                content_hash=_hash(decided),
            )
        else:
            message = self._decision(word.coop, decided, turn)
        self._verify(peer, word.coop, message, word.signature)

    def check_legacy(self, peer: int, signed: Signed) -> None:
        """The same for signatures from before there were rounds."""
        for coop, signature in signed.signatures:
            self._verify(peer, coop, self._decision(coop, signed, None), signature)

    def _decision(self, coop: int, decided: Signed, turn: Turn | None) -> bytes:
        body = decision_body(
            decision=decided.decision,
            number=decided.number,
            content=decided.content,
            turn=turn,
        )
        return decision_message(federation=self._core.charter.federation, coop=coop, body=body)

    def _verify(self, peer: int, coop: int, message: bytes, signature: bytes) -> None:
        self._core.work.spend(peer, SIGNATURE)
        key = self._core.charter.coops[coop].node_key
        try:
            verify(public_key=key, message=message, signature=signature)
        except SignatureInvalid as error:
            raise PeerFault("a decision under a signature that does not hold") from error


def _hash(decided: Signed) -> bytes:
    return support_hash(decision=decided.decision, number=decided.number, content=decided.content)
