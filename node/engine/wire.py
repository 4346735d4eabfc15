"""Messages between nodes, PROTOCOL section 10: canonical MessagePack arrays that begin with a name.

Decoding checks shape and sizes; it trusts nothing and verifies nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.chain import SignedHead
from ledger.codec import MAX, Value, decode, encode
from ledger.errors import EncodingError
from ledger.shapes import is_number
from node.addresses import NodeAddress, read_address
from node.engine.wire_charter import CHARTER
from node.engine.wire_decisions import DecisionMessage, Shapes, read_decision_message
from node.engine.wire_gossip import GossipMessage, read_gossip_message
from node.engine.wire_index import INDEX
from node.engine.wire_names import NamesMessage, read_names_message
from node.errors import PeerFault

MAX_HEADS = 256
MAX_MEMO_BYTES = 1024
QUESTION_BYTES = 16

SUBJECTS: Final = (CHARTER, INDEX)
"""What nodes decide about together."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The newest signed heads that the sender holds."""

    heads: tuple[SignedHead, ...]

    def encode(self) -> bytes:
        """`["heads", [[coop, length, head, signature], ...]]`."""
        return encode(["heads", [head.value() for head in self.heads]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Get:
    """Asks for the entries of a log from `first` on."""

    coop: int
    first: int

    def encode(self) -> bytes:
        """`["get", coop, first]`."""
        return encode(["get", self.coop, self.first])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries of a log from `first` to a signed head; `previous` is the head before `first`."""

    first: int
    previous: bytes
    entries: bytes
    signed: SignedHead

    @property
    def coop(self) -> int:
        """Whose log."""
        return self.signed.coop

    def encode(self) -> bytes:
        """`["entries", first, previous, entries, [coop, length, head, signature]]`."""
        return encode(["entries", self.first, self.previous, self.entries, self.signed.value()])


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBranch:
    """Asks for the entries from `first` on of the history of a log that has `head` at `length`."""

    coop: int
    first: int
    length: int
    head: bytes

    def encode(self) -> bytes:
        """`["get branch", coop, first, length, head]`."""
        return encode(["get branch", self.coop, self.first, self.length, self.head])


@dataclass(frozen=True, slots=True)
class BranchEntries:
    """The answer: entries from there to a signed head, of the history that has `head` at `length`."""

    length: int
    head: bytes
    part: Entries

    def encode(self) -> bytes:
        """`["branch", length, head, first, previous, entries, [coop, length, head, signature]]`."""
        part = self.part
        return encode(
            [
                "branch",
                self.length,
                self.head,
                part.first,
                part.previous,
                part.entries,
                part.signed.value(),
            ]
        )


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """Asks the receiver to sign this head as a witness."""

    signed: SignedHead

    def encode(self) -> bytes:
        """`["witness", [coop, length, head, signature]]`."""
        return encode(["witness", self.signed.value()])


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """The sender's own signature over a head of another coop's log."""

    signed: SignedHead

    def encode(self) -> bytes:
        """`["witnessed", [coop, length, head, the sender's signature]]`."""
        return encode(["witnessed", self.signed.value()])


@dataclass(frozen=True, slots=True)
class EvidenceNews:
    """Evidence in its encoding."""

    data: bytes

    def encode(self) -> bytes:
        """`["evidence", data]`."""
        return encode(["evidence", self.data])


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoDelivery:
    """A memo sealed to an account of the receiver."""

    reference: bytes
    account: int
    sealed: bytes

    def encode(self) -> bytes:
        """`["memo", reference, account, sealed]`."""
        return encode(["memo", self.reference, self.account, self.sealed])


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoKept:
    """The sender has that memo for an account of its own; it need not be sent again."""

    reference: bytes
    account: int

    def encode(self) -> bytes:
        """`["memo kept", reference, account]`."""
        return encode(["memo kept", self.reference, self.account])


@dataclass(frozen=True, slots=True)
class NewestQuestion:
    """Asks the receiver which head of the sender's log is the newest that it knows of."""

    nonce: bytes

    def encode(self) -> bytes:
        """`["newest?", nonce]`."""
        return encode(["newest?", self.nonce])


@dataclass(frozen=True, slots=True)
class NewestAnswer:
    """The newest signed head that the sender knows of the receiver's log, and the question's nonce."""

    nonce: bytes
    signed: SignedHead | None

    def encode(self) -> bytes:
        """`["newest", nonce, head or nil]`."""
        head = None if self.signed is None else self.signed.value()
        return encode(["newest", self.nonce, head])


@dataclass(frozen=True, slots=True)
class ClockNews:
    """What the sender's clock shows, in milliseconds since 1970. Only over links of version 2."""

    time_ms: int

    def encode(self) -> bytes:
        """`["clock", time]`."""
        return encode(["clock", self.time_ms])


@dataclass(frozen=True, slots=True)
class AddressNews:
    """A coop's word on where its node answers; perhaps another coop's than the sender's."""

    statement: NodeAddress

    def encode(self) -> bytes:
        """`["address", [coop, serial, time, url, signature]]`."""
        return encode(["address", self.statement.value()])


Message = (
    Heads
    | Get
    | Entries
    | GetBranch
    | BranchEntries
    | WitnessRequest
    | WitnessAnswer
    | EvidenceNews
    | MemoDelivery
    | MemoKept
    | NewestQuestion
    | NewestAnswer
    | ClockNews
    | AddressNews
    | GossipMessage
    | NamesMessage
    | DecisionMessage
)


def decode_message(
    data: bytes, *, max_bytes: int, subjects: Sequence[Shapes] = SUBJECTS
) -> Message:
    """Read a message, one about a decision if it is about one of `subjects`.

    Raises `PeerFault` for anything else.
    """
    if len(data) > max_bytes:
        raise PeerFault("message too large")
    try:
        value = decode(data)
    except EncodingError as error:
        raise PeerFault(f"message is not canonical: {error}") from error
    message = _from_value(value) or read_gossip_message(value) or read_names_message(value)
    message = message or read_decision_message(value, subjects)
    if message is None:
        raise PeerFault("message of unknown shape")
    return message


def _from_value(value: Value) -> Message | None:
    match value:
        case ["heads", list(heads)] if len(heads) <= MAX_HEADS:
            signed = tuple(read for head in heads if (read := _signed_head(head)) is not None)
            return Heads(signed) if len(signed) == len(heads) else None
        case ["get", int(coop), int(first)] if is_number(coop) and 1 <= first <= MAX:
            return Get(coop=coop, first=first)
        case ["entries", int(first), bytes(previous), bytes(entries), head]:
            return _entries(first, previous, entries, head)
        case ["get branch", int(coop), int(first), int(length), bytes(named)]:
            if is_number(coop) and 1 <= first <= length <= MAX and len(named) == 32:
                return GetBranch(coop=coop, first=first, length=length, head=named)
        case [
            "branch",
            int(length),
            bytes(named),
            int(first),
            bytes(previous),
            bytes(entries),
            head,
        ]:
            part = _entries(first, previous, entries, head)
            if part is not None and 1 <= length <= MAX and len(named) == 32:
                return BranchEntries(length, named, part)
        case ["witness", head]:
            read = _signed_head(head)
            return None if read is None else WitnessRequest(read)
        case ["witnessed", head]:
            read = _signed_head(head)
            return None if read is None else WitnessAnswer(read)
        case ["evidence", bytes(data)]:
            return EvidenceNews(data)
        case ["memo", bytes(reference), int(account), bytes(sealed)]:
            if len(reference) == 32 and is_number(account) and len(sealed) <= MAX_MEMO_BYTES:
                return MemoDelivery(reference=reference, account=account, sealed=sealed)
        case ["memo kept", bytes(reference), int(account)]:
            if len(reference) == 32 and is_number(account):
                return MemoKept(reference=reference, account=account)
        case ["newest?", bytes(nonce)] if len(nonce) == QUESTION_BYTES:
            return NewestQuestion(nonce)
        case ["newest", bytes(nonce), None] if len(nonce) == QUESTION_BYTES:
            return NewestAnswer(nonce, None)
        case ["newest", bytes(nonce), head] if len(nonce) == QUESTION_BYTES:
            read = _signed_head(head)
            return None if read is None else NewestAnswer(nonce, read)
        case ["clock", int(time_ms)] if _is_uint(time_ms):
            return ClockNews(time_ms)
        case ["address", statement]:
            address = read_address(statement)
            return None if address is None else AddressNews(address)
        case _:
            pass
    return None


def _entries(first: int, previous: bytes, entries: bytes, head: object) -> Entries | None:
    read = _signed_head(head)
    if read is None or len(previous) != 32 or not 1 <= first <= read.length:
        return None
    return Entries(first=first, previous=previous, entries=entries, signed=read)


def _signed_head(value: object) -> SignedHead | None:
    match value:
        case [int(coop), int(length), bytes(head), bytes(signature)]:
            if is_number(coop) and _is_uint(length) and len(head) == 32 and len(signature) == 64:
                return SignedHead(coop=coop, length=length, head=head, signature=signature)
        case _:
            pass
    return None


def _is_uint(value: int) -> bool:
    return 0 <= value <= MAX
