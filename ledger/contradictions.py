"""Proof that a coop signed two contents where it may sign one (PROTOCOL section 7.9).

There are three: two supports of one round, two decisions of one round, and two contents for one number where
there are no rounds: decisions from before them, and a coop's own observations of a week. Each names what the
coop signed and both signatures, and anyone with the charter can check it. What was signed need not be valid.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, cast

from ledger.agreement import (
    SUBJECTS,
    Subject,
    Turn,
    decision_body,
    decision_message,
    read_turn,
    support_message,
)
from ledger.chain import check_hash
from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.decisions import OBSERVATION, Decision, content_message, is_observed
from ledger.errors import EncodingError, ProofError
from ledger.shapes import is_bytes, is_number, is_uint
from ledger.signatures import SignatureInvalid, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """A content's encoding and a coop's signature over it."""

    content: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvidence:
    """A coop signed two contents for one number; `decision` 0 are its own observations of a week."""

    kind = "decision"
    entries: ClassVar[tuple[bytes, ...]] = ()
    coop: int
    decision: int
    number: int
    first: SignedContent
    second: SignedContent

    def encode(self) -> bytes:
        """The canonical bytes."""
        fields: list[Value] = ["decision", self.coop, self.decision, self.number]
        for signed in (self.first, self.second):
            fields += [decode(signed.content), signed.signature]
        return encode(fields)

    def check(self, charter: Charter) -> None:
        """Raise `ProofError` unless this proves that the coop signed both."""
        if self.first.content == self.second.content:
            raise ProofError("the contents are the same")
        for signed in (self.first, self.second):
            if self.decision == OBSERVATION and not is_observed(decode(signed.content)):
                raise ProofError("not the content of an observation")
            message = content_message(
                federation=charter.federation,
                coop=self.coop,
                decision=self.decision,
                number=self.number,
                content=signed.content,
            )
            _check_signature(charter, self.coop, message, signed.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDecision:
    """A decision, its content encoded, and a coop's signature over it in some round."""

    decision: int
    number: int
    content: bytes
    signature: bytes

    @property
    def body(self) -> bytes:
        """The encoding of `[decision, number, content]`."""
        return decision_body(
            decision=self.decision, number=self.number, content=self.content, turn=None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEvidence:
    """A coop signed two decisions of one subject for one place and round."""

    kind = "decision"
    entries: ClassVar[tuple[bytes, ...]] = ()
    coop: int
    subject: Subject
    turn: Turn
    first: SignedDecision
    second: SignedDecision

    def encode(self) -> bytes:
        """The canonical bytes."""
        fields = _turn_fields(self.kind, self.coop, self.subject, self.turn)
        for signed in (self.first, self.second):
            fields += [decode(signed.body), signed.signature]
        return encode(fields)

    def check(self, charter: Charter) -> None:
        """Raise `ProofError` unless this proves that the coop signed both."""
        if self.first.body == self.second.body:
            raise ProofError("the decisions are the same")
        for signed in (self.first, self.second):
            if SUBJECTS.get(signed.decision) is not self.subject:
                raise ProofError("a decision of another subject")
            body = decision_body(
                decision=signed.decision,
                number=signed.number,
                content=signed.content,
                turn=self.turn,
            )
            message = decision_message(federation=charter.federation, coop=self.coop, body=body)
            _check_signature(charter, self.coop, message, signed.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSupport:
    """The hash that stands for a content, and a coop's signature in support of it."""

    content_hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportEvidence:
    """A coop supported two contents of one subject in one place and round."""

    kind = "support"
    entries: ClassVar[tuple[bytes, ...]] = ()
    coop: int
    subject: Subject
    turn: Turn
    first: SignedSupport
    second: SignedSupport

    def encode(self) -> bytes:
        """The canonical bytes."""
        fields = _turn_fields(self.kind, self.coop, self.subject, self.turn)
        for signed in (self.first, self.second):
            fields += [signed.content_hash, signed.signature]
        return encode(fields)

    def check(self, charter: Charter) -> None:
        """Raise `ProofError` unless this proves that the coop supported both."""
        if self.first.content_hash == self.second.content_hash:
            raise ProofError("the supported contents are the same")
        for signed in (self.first, self.second):
            message = support_message(
                federation=charter.federation,
                coop=self.coop,
                subject=self.subject,
                turn=self.turn,
                content_hash=signed.content_hash,
            )
            _check_signature(charter, self.coop, message, signed.signature)


Contradiction = DecisionEvidence | RoundEvidence | SupportEvidence


def read_contradiction(value: object) -> Contradiction | None:
    """The contradiction that a decoded value holds, not yet checked; None for another form.

    Raises `ProofError` for one of these forms with something in it that may not be.
    """
    match value:
        case ["decision", int(coop), int(decision), int(number), first, bytes(sa), second,
              bytes(sb)]:  # fmt: skip
            _check_signed(coop, sa, sb)
            if not is_uint(number) or decision not in (OBSERVATION, *Decision):
                raise ProofError("not evidence: no such decision")
            return DecisionEvidence(
                coop=coop,
                decision=decision,
                number=number,
                first=SignedContent(content=_content(first), signature=sa),
                second=SignedContent(content=_content(second), signature=sb),
            )
        case ["decision", int(coop), subject, place, round_, first, bytes(sa), second,
              bytes(sb)]:  # fmt: skip
            _check_signed(coop, sa, sb)
            return RoundEvidence(
                coop=coop,
                subject=_subject(subject),
                turn=_turn(place, round_),
                first=_signed_decision(first, sa),
                second=_signed_decision(second, sb),
            )
        case ["support", int(coop), subject, place, round_, bytes(ha), bytes(sa), bytes(hb),
              bytes(sb)]:  # fmt: skip
            _check_signed(coop, sa, sb)
            check_hash(ha)
            check_hash(hb)
            return SupportEvidence(
                coop=coop,
                subject=_subject(subject),
                turn=_turn(place, round_),
                first=SignedSupport(content_hash=ha, signature=sa),
                second=SignedSupport(content_hash=hb, signature=sb),
            )
        case _:
            return None


def is_about_rounds(evidence: bytes) -> bool:
    """Whether encoded evidence has a form that came with rounds; nodes from before can't read it."""
    return evidence.startswith(_ABOUT_ROUNDS)


_ABOUT_ROUNDS: Final = tuple(
    b"\x99" + encode(kind) for kind in (RoundEvidence.kind, SupportEvidence.kind)
)
_SUBJECT_NUMBERS: Final = frozenset(subject.value for subject in Subject)


def _turn_fields(kind: str, coop: int, subject: Subject, turn: Turn) -> list[Value]:
    return [kind, coop, subject.value, turn.place, turn.round]


def _check_signature(charter: Charter, number: int, message: bytes, signature: bytes) -> None:
    coop = charter.coops.get(number)
    if coop is None:
        raise ProofError("signed for a coop that is not in the charter")
    try:
        verify(public_key=coop.node_key, message=message, signature=signature)
    except SignatureInvalid as error:
        raise ProofError(f"not a signature of coop {coop.name} over it") from error


def _check_signed(coop: int, *signatures: bytes) -> None:
    if not is_number(coop):
        raise ProofError("not evidence: a number out of range")
    if not all(is_bytes(each, 64) for each in signatures):
        raise ProofError("not evidence: a signature of another length")


def _subject(value: object) -> Subject:
    if type(value) is not int or value not in _SUBJECT_NUMBERS:
        raise ProofError("not evidence: no such subject")
    return Subject(value)


def _turn(place: object, round_: object) -> Turn:
    turn = read_turn(place, round_)
    if turn is None:
        raise ProofError("not evidence: a number out of range")
    return turn


def _signed_decision(value: object, signature: bytes) -> SignedDecision:
    match value:
        case [int(decision), int(number), content] if is_uint(decision) and is_uint(number):
            return SignedDecision(
                decision=decision, number=number, content=_content(content), signature=signature
            )
    raise ProofError("not evidence: not a decision with its number and content")


def _content(value: object) -> bytes:
    """The encoding of a content: any array, with no more elements at any depth than others may have."""
    if type(value) is not list:
        raise ProofError("not evidence: a content that is not an array")
    content = encode(cast(Value, value))
    try:
        decode(content)
    except EncodingError as error:
        raise ProofError(f"not evidence: {error}") from error
    return content
