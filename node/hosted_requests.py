"""A request to join as a coop's node keeps it for all: at one of its places (PROTOCOL section 10.7).

The coop that a newcomer asked is the request's host. Its signature says at which of its places the request
is, so that whoever hears of it, from whom ever, knows in whose share it counts.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.charter import Charter
from ledger.codec import Value, encode
from ledger.entries import LAST_TIME
from ledger.errors import ProofError
from ledger.messages import TAG_HOST, signed_bytes
from ledger.shapes import is_bytes, is_number
from ledger.signatures import SignatureInvalid, verify
from node.join_requests import MOST_REQUEST_BYTES

PLACES: Final = 32
"""How many requests each coop hosts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedRequest:
    """A request, nothing of it checked, and where it is kept; `time` is of the host's signature."""

    host: int
    place: int
    time: int
    request: bytes
    signature: bytes

    def value(self) -> list[Value]:
        """`[host, place, time, request, signature]`."""
        return [self.host, self.place, self.time, self.request, self.signature]

    def is_signed_by(self, key: bytes, charter: Charter) -> bool:
        """Whether that key has made the signature."""
        message = hosting_message(
            federation=charter.federation,
            host=self.host,
            place=self.place,
            time=self.time,
            request=self.request,
        )
        try:
            verify(public_key=key, message=message, signature=self.signature)
        except SignatureInvalid:
            return False
        return True


def hosting_message(
    *, federation: bytes, host: int, place: int, time: int, request: bytes
) -> bytes:
    """What the host's node key signs."""
    body = encode([place, time, sha256(request).digest()])
    return signed_bytes(TAG_HOST, federation=federation, coop=host, body=body)


def read_hosted(value: object) -> HostedRequest:
    """Its shape; the request within is not looked into. Raises `ProofError`."""
    match value:
        case [int(host), int(place), int(time), bytes(request), bytes(signature)]:
            is_placed = is_number(host) and 0 <= place < PLACES and 0 <= time <= LAST_TIME
            if is_placed and len(request) <= MOST_REQUEST_BYTES and is_bytes(signature, 64):
                return HostedRequest(
                    host=host, place=place, time=time, request=request, signature=signature
                )
        case _:
            pass
    raise ProofError("not a request at a place")
