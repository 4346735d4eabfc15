"""What messages about the charter look like, PROTOCOL sections 9.7 and 10.2, and those that it alone has.

As `node.engine.wire`: decoding trusts nothing and verifies nothing.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from ledger.agreement import CHARTER_DECISION
from ledger.charter_changes import Change, Join, SetStewards, read_change
from ledger.charter_entries import MAX_CHARTER_SIGNATURES
from ledger.codec import Value, decode, encode
from ledger.errors import ProofError
from ledger.shapes import is_bytes, is_uint
from node.engine.costs import LOOKUP
from node.engine.wire_decisions import Known, Shapes, Signed, SubjectMessage
from node.hosted_requests import HostedRequest, read_hosted

_NAME: Final = "charter"
_BASE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class VersionNews(SubjectMessage):
    """The newest version of the charter that the sender knows, whichever log goes by it."""

    subject: ClassVar[str] = _NAME

    version: int

    @property
    def cost(self) -> int:
        """It is noted."""
        return LOOKUP

    def encode(self) -> bytes:
        """`["charter version", version]`."""
        return encode(["charter version", self.version])


@dataclass(frozen=True, slots=True)
class JoinNews(SubjectMessage):
    """A request to join, at a place of a coop. What is in it is read when it is news."""

    subject: ClassVar[str] = _NAME

    hosted: HostedRequest

    @property
    def cost(self) -> int:
        """It is looked for; one that is news costs more, where it is taken in."""
        return LOOKUP

    def encode(self) -> bytes:
        """`["join request", host, place, time, request, signature]`, the request as one binary."""
        return encode(["join request", *self.hosted.value()])


def read_content(content: Value) -> tuple[bytes, Change] | None:
    """The base and the change that a decoded `[base, change]` holds; None for another shape."""
    if type(content) is not list or len(content) != 2:
        return None
    base, value = content
    change = read_change(value)
    return None if change is None or not is_bytes(base, _BASE_BYTES) else (base, change)


def keys_in(change: Change) -> int:
    """How many keys a change brings that have to be looked at."""
    stewards = change.stewards if isinstance(change, Join | SetStewards) else ()
    return 1 + len(stewards)


def decided(signed: Signed) -> tuple[bytes, Change]:
    """The base and the change in a content whose shape was checked when it was read."""
    read = read_content(decode(signed.content))
    if read is None:
        raise AssertionError("a content of another shape is read by nobody")
    return read


def _is_content(kind: int, number: int, content: list[Value]) -> bool:
    return number > 0 and read_content(content) is not None


def _read_other(value: object) -> Known | SubjectMessage | None:
    match value:
        case ["charter version", int(version)] if is_uint(version):
            return VersionNews(version)
        case ["join request", *hosted]:
            try:
                return JoinNews(read_hosted(hosted))
            except ProofError:
                return None
        case _:
            return None


CHARTER: Final = Shapes(
    name=_NAME,
    numbers=1,
    decisions={CHARTER_DECISION: _NAME},
    is_content=_is_content,
    read_other=_read_other,
    most_signatures=MAX_CHARTER_SIGNATURES,
)
