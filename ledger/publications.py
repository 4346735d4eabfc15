"""Publications: what stewards sign to have their coop's node take part in a decision (PROTOCOL 9.6).

A publication carries the exact content that the node is to sign, or the coop's own observation of a
week. It is between a coop's stewards and its node; no log and no other node sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.decisions import (
    OBSERVATION,
    Decision,
    IndexEntry,
    is_observed,
    publication_message,
    read_decision,
)
from ledger.errors import EncodingError, ProofError
from ledger.shapes import MAX_STEWARDS, Signatures, is_uint, read_signatures
from ledger.signatures import SignatureInvalid, SigningKey, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A content for `number` and the stewards who stand for it."""

    decision: int
    """A `Decision`, or `OBSERVATION`."""
    number: int
    content: Value
    stewards: Signatures = ()

    def body(self) -> bytes:
        """The encoding of `[decision, number, content]`, which the stewards sign."""
        return encode([self.decision, self.number, self.content])

    def content_bytes(self) -> bytes:
        """The encoding of the content."""
        return encode(self.content)

    def encode(self) -> bytes:
        """The canonical bytes."""
        return encode([self.decision, self.number, self.content, self.stewards])

    def decided(self) -> IndexEntry | None:
        """The decision; None for an observation."""
        return read_decision(self.decision, self.number, self.content)

    def observed(self) -> tuple[int, bytes] | None:
        """Level and survey hash of an observation."""
        match self.content:
            case [int(level), bytes(survey_hash)] if self.decision == OBSERVATION:
                return level, survey_hash
        return None

    def signed_by(
        self, steward: int, key: SigningKey, *, federation: bytes, coop: int
    ) -> "Publication":
        """With one steward's signature more."""
        message = publication_message(federation=federation, coop=coop, body=self.body())
        stewards = dict(self.stewards) | {steward: key.sign(message)}
        return replace(self, stewards=tuple(sorted(stewards.items())))

    def check_stewards(self, charter: Charter, coop: int) -> None:
        """As `check_signers`, by the stewards that the charter has for `coop`."""
        stewards = charter.coops[coop].stewards
        named = {place: (steward.name, steward.key) for place, steward in enumerate(stewards)}
        self.check_signers(named, federation=charter.federation, coop=coop)

    def check_signers(
        self, stewards: Mapping[int, tuple[str, bytes]], *, federation: bytes, coop: int
    ) -> None:
        """Raise `ProofError` unless all signatures are of these stewards, and there is one.

        `stewards` has name and key by place.
        """
        if not self.stewards:
            raise ProofError("nobody has signed the publication")
        message = publication_message(federation=federation, coop=coop, body=self.body())
        for place, signature in self.stewards:
            if place not in stewards:
                raise ProofError("a signature by a steward who is not in office")
            name, key = stewards[place]
            try:
                verify(public_key=key, message=message, signature=signature)
            except SignatureInvalid as error:
                raise ProofError(f"not a signature of steward {name} over this") from error


def read_publication(data: bytes) -> Publication:
    """Read a publication of any kind, its content and signatures not yet checked; raises `ProofError`."""
    try:
        value = decode(data)
    except EncodingError as error:
        raise ProofError(f"not a publication: {error}") from error
    if type(value) is not list or len(value) != 4:
        raise ProofError("not a publication")
    decision, number, content, signatures = value
    stewards = read_signatures(signatures, MAX_STEWARDS)
    if stewards is None or not is_uint(number) or type(decision) is not int:
        raise ProofError("not a publication")
    return Publication(decision=decision, number=number, content=content, stewards=stewards)


def check_publication(publication: Publication) -> None:
    """Raise `ProofError` unless it has the content of an observation, or of a decision without any."""
    if publication.decision == OBSERVATION:
        if not is_observed(publication.content):
            raise ProofError("not an observation")
        return
    entry = publication.decided()
    if entry is None or entry.observations is not None:
        raise ProofError(f"not one of {', '.join(kind.name.lower() for kind in Decision)}")
