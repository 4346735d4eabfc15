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
from ledger.signatures import is_by
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

    def check(self, peer: int, word: Word, place: int, *, is_proof: bool) -> bool:
        """Whether the word's signature holds; the peer pays for the look.

        Raises `PeerFault` where no honest peer would have passed it on. One that may be right and can't count
        here is only passed over: by a key that the own log's charter does not have, or not yet; and what a
        coop said before it was readmitted, unless it is part of a quorum (`is_proof`).
        """
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
        return self._holds(peer, word.coop, message, word.signature, is_proof=is_proof)

    def check_legacy(self, peer: int, signed: Signed) -> bool:
        """The same for signatures from before there were rounds."""
        return all(
            self._holds(peer, coop, self._decision(coop, signed, None), signature, is_proof=True)
            for coop, signature in signed.signatures
        )

    def _decision(self, coop: int, decided: Signed, turn: Turn | None) -> bytes:
        body = decision_body(
            decision=decided.decision,
            number=decided.number,
            content=decided.content,
            turn=turn,
        )
        return decision_message(federation=self._core.charter.federation, coop=coop, body=body)

    def _holds(
        self, peer: int, coop: int, message: bytes, signature: bytes, *, is_proof: bool
    ) -> bool:
        core = self._core
        core.work.spend(peer, SIGNATURE)
        present = core.charter.coops[coop].node_key
        if is_by(present, message, signature):
            return True
        # What was said about the index goes on to hold when its coop has another key (PROTOCOL 4.2).
        ever = core.newest.coops[coop].all_keys
        signer = next((key for key in ever if is_by(key, message, signature)), None)
        if signer is not None:
            counts = is_proof or signer in core.keys_that_count(coop)
            return counts and self._subject is SubjectNumber.INDEX
        if core.is_excused(peer):
            return False
        raise PeerFault("a decision under a signature that does not hold")


def _hash(decided: Signed) -> bytes:
    return support_hash(decision=decided.decision, number=decided.number, content=decided.content)
