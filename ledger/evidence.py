"""Evidence: proof that a coop cheated, for anyone with the charter (PROTOCOL section 7.9).

Three kinds: a fork (two signed heads of which the longer does not extend the shorter), an invalid entry
(a signed head over an entry that the rules refuse), and two decisions (two signed contents for one number).
The second needs a validator that holds the log up to that entry.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, cast

from ledger.chain import SignedHead, check_hash, extend_all
from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.decisions import OBSERVATION, Decision, content_message, is_observed
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
from ledger.shapes import is_bytes, is_number, is_uint
from ledger.signatures import SignatureInvalid, verify
from ledger.validators.interface import Validator

MAX_EVIDENCE_BYTES: Final = 4 * 1024 * 1024
MAX_EVIDENCE_ENTRIES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkEvidence:
    """`shorter` and `longer` are signed; `entries` lead from `start` to the head of `longer`.

    `start` is the head that the history of `longer` has at the length of `shorter`.
    """

    kind = "fork"
    shorter: SignedHead
    longer: SignedHead
    start: bytes
    entries: tuple[bytes, ...]

    @property
    def coop(self) -> int:
        """Who forked."""
        return self.shorter.coop

    def encode(self) -> bytes:
        """The canonical bytes."""
        a, b = self.shorter, self.longer
        return encode(
            [
                "fork",
                a.coop,
                a.length,
                a.head,
                a.signature,
                b.length,
                b.head,
                b.signature,
                self.start,
                self.entries,
            ]
        )

    def check(self, charter: Charter) -> None:
        """Raise `ProofError` unless this proves a fork."""
        if self.longer.coop != self.shorter.coop:
            raise ProofError("the heads are of different logs")
        self.shorter.check(charter)
        self.longer.check(charter)
        check_hash(self.start)
        if self.longer.length - self.shorter.length != len(self.entries):
            raise ProofError("the entries do not lead from one head to the other")
        if extend_all(self.start, self.entries) != self.longer.head:
            raise ProofError("the entries do not chain to the longer head")
        if self.start == self.shorter.head:
            raise ProofError("the longer head extends the shorter: no fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidEntryEvidence:
    """`signed` covers `entries`, of which the first, at `number`, is refused by the rules."""

    kind = "invalid"
    number: int
    previous: bytes
    entries: tuple[bytes, ...]
    signed: SignedHead
    refusal: Refusal

    @property
    def coop(self) -> int:
        """Who signed it."""
        return self.signed.coop

    def encode(self) -> bytes:
        """The canonical bytes."""
        head = self.signed
        return encode(
            [
                "invalid",
                head.coop,
                self.number,
                self.previous,
                self.entries,
                head.length,
                head.head,
                head.signature,
                self.refusal.value,
            ]
        )

    def check(self, validator: Validator) -> None:
        """Raise `ProofError` unless the rules refuse the first entry, as claimed.

        The validator must hold exactly the log before that entry; it is left as it was.
        """
        if self.coop not in validator.coops:
            raise ProofError("a head signed for a coop that is not in the charter")
        self.check_signed(validator.charter(self.coop))
        log = validator.log(self.coop)
        if log.length != self.number - 1 or log.head != self.previous:
            raise ProofError("this evidence needs the log up to the entry before it")
        verdict = validator.judge(self.coop, self.entries[0])
        if verdict is None:
            raise ProofError("the entry is valid")
        if verdict is not self.refusal:
            raise ProofError("the entry is not refused for the reason that is claimed")

    def check_signed(self, charter: Charter) -> None:
        """Raise `ProofError` unless the coop signed a head over these entries."""
        self.signed.check(charter)
        check_hash(self.previous)
        if not self.entries or self.number + len(self.entries) - 1 != self.signed.length:
            raise ProofError("the entries do not lead to the signed head")
        if extend_all(self.previous, self.entries) != self.signed.head:
            raise ProofError("the entries do not chain to the signed head")


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
        coop = charter.coops.get(self.coop)
        if coop is None:
            raise ProofError("contents signed for a coop that is not in the charter")
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
            try:
                verify(public_key=coop.node_key, message=message, signature=signed.signature)
            except SignatureInvalid as error:
                raise ProofError(f"not a signature of coop {coop.name} over it") from error


Evidence = ForkEvidence | InvalidEntryEvidence | DecisionEvidence


def decode_evidence(data: bytes) -> Evidence:
    """Read evidence, not yet checked; raises `ProofError`."""
    if len(data) > MAX_EVIDENCE_BYTES:
        raise ProofError("the evidence is too large")
    try:
        value = decode(data, max_array=MAX_EVIDENCE_ENTRIES)
    except EncodingError as error:
        raise ProofError(f"not evidence: {error}") from error
    match value:
        case ["fork", int(coop), int(la), bytes(ha), bytes(sa), int(lb), bytes(hb), bytes(sb),
              bytes(start), list(entries)]:  # fmt: skip
            _check_numbers(coop, la, lb)
            _check_sizes(hashes=(ha, hb, start), signatures=(sa, sb))
            return ForkEvidence(
                shorter=SignedHead(coop=coop, length=la, head=ha, signature=sa),
                longer=SignedHead(coop=coop, length=lb, head=hb, signature=sb),
                start=start,
                entries=_entries(entries),
            )
        case ["invalid", int(coop), int(number), bytes(previous), list(entries), int(length),
              bytes(head), bytes(signature), int(refusal)]:  # fmt: skip
            _check_numbers(coop, number, length)
            if number == 0:
                raise ProofError("not evidence: entries are counted from 1")
            _check_sizes(hashes=(previous, head), signatures=(signature,))
            if refusal not in {member.value for member in Refusal}:
                raise ProofError("not evidence: no such refusal")
            return InvalidEntryEvidence(
                number=number,
                previous=previous,
                entries=_entries(entries),
                signed=SignedHead(coop=coop, length=length, head=head, signature=signature),
                refusal=Refusal(refusal),
            )
        case [
            "decision",
            int(coop),
            int(decision),
            int(number),
            first,
            bytes(sa),
            second,
            bytes(sb),
        ]:
            _check_numbers(coop, number)
            _check_sizes(hashes=(), signatures=(sa, sb))
            if decision not in (OBSERVATION, *Decision):
                raise ProofError("not evidence: no such decision")
            return DecisionEvidence(
                coop=coop,
                decision=decision,
                number=number,
                first=SignedContent(content=_content(first), signature=sa),
                second=SignedContent(content=_content(second), signature=sb),
            )
        case _:
            raise ProofError("not evidence")


def _check_numbers(coop: int, *numbers: int) -> None:
    if not is_number(coop) or not all(is_uint(number) for number in numbers):
        raise ProofError("not evidence: a number out of range")


def _check_sizes(*, hashes: tuple[bytes, ...], signatures: tuple[bytes, ...]) -> None:
    for each in hashes:
        check_hash(each)
    if not all(is_bytes(each, 64) for each in signatures):
        raise ProofError("not evidence: a signature of another length")


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


def _entries(values: list[object]) -> tuple[bytes, ...]:
    entries = tuple(value for value in values if isinstance(value, bytes))
    if len(entries) != len(values):
        raise ProofError("not evidence: an entry that is not binary")
    return entries
