"""Evidence: proof that a coop cheated, for anyone with the charter (PROTOCOL section 7.9).

A fork is two signed heads of which the longer does not extend the shorter. An invalid entry is a signed head
over an entry that the rules refuse; to check it, one needs a validator that holds the log up to that entry.
The rest is in `ledger.contradictions`: two contents signed where a coop may sign one.
"""

from dataclasses import dataclass
from typing import Final

from ledger.chain import SignedHead, check_hash, extend_all
from ledger.charter import Charter
from ledger.codec import decode, encode
from ledger.contradictions import Contradiction, read_contradiction
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
from ledger.shapes import is_bytes, is_number, is_uint
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
        self.check_signed(validator.newest_charter())
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


Evidence = ForkEvidence | InvalidEntryEvidence | Contradiction


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
        case _:
            contradiction = read_contradiction(value)
            if contradiction is None:
                raise ProofError("not evidence")
            return contradiction


def _check_numbers(coop: int, *numbers: int) -> None:
    if not is_number(coop) or not all(is_uint(number) for number in numbers):
        raise ProofError("not evidence: a number out of range")


def _check_sizes(*, hashes: tuple[bytes, ...], signatures: tuple[bytes, ...]) -> None:
    for each in hashes:
        check_hash(each)
    if not all(is_bytes(each, 64) for each in signatures):
        raise ProofError("not evidence: a signature of another length")


def _entries(values: list[object]) -> tuple[bytes, ...]:
    entries = tuple(value for value in values if isinstance(value, bytes))
    if len(entries) != len(values):
        raise ProofError("not evidence: an entry that is not binary")
    return entries
