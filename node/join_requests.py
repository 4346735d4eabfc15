"""A coop's request to join a federation, signed by the node key that it will have (PROTOCOL section 10.7).

A request proposes a change of the charter and gives no rights: the coops of the federation decide whether
they make that change. The signature shows that whoever asks has the key, and the time keeps a request from
being passed on for ever. What the change has to look like is said by `ledger`; here only what is needed to
check the signature is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, cast

from ledger.codec import Value, decode, encode
from ledger.entries import LAST_TIME
from ledger.errors import EncodingError, ProofError
from ledger.messages import TAG_REQUEST, signed_bytes
from ledger.shapes import MAX_NUMBER, is_bytes
from ledger.signatures import (
    KeyInadmissible,
    SignatureInvalid,
    SigningKey,
    check_key_admissible,
    verify,
)
from node.addresses import is_address

MOST_REQUEST_BYTES: Final = 16_384
REQUEST_S: Final = 90 * 86_400
"""So long after its time a request is forgotten, by every node."""
_JOIN: Final = 1
_JOIN_FIELDS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A request as read, its signature not yet checked.

    `change` is the proposed change, `[1, number, name, title, node key, ...]`; `url` is where the node will
    answer, if that is known yet; `time` is in Unix seconds.
    """

    change: Sequence[Value]
    number: int
    name: str
    node_key: bytes
    url: str | None
    time: int
    signature: bytes

    @property
    def id(self) -> bytes:
        """By what it is known: the SHA-256 of its bytes."""
        return sha256(self.encode()).digest()

    def encode(self) -> bytes:
        """`[change, url, time, signature]`."""
        return encode([self.change, self.url, self.time, self.signature])

    def is_over(self, now: int) -> bool:
        """Whether it is to be forgotten; `now` in Unix seconds."""
        return now > self.time + REQUEST_S


def sign_request(
    key: SigningKey, change: Value, *, federation: bytes, url: str | None, time: int
) -> JoinRequest:
    """Ask for a change that makes a coop join; raises `ProofError` for one that can't be asked for."""
    unsigned = _request([change, url, time, bytes(64)])
    body = encode([change, url, time])
    message = signed_bytes(TAG_REQUEST, federation=federation, coop=unsigned.number, body=body)
    signed = _request([change, url, time, key.sign(message)])
    check_request(signed, federation=federation)
    return signed


def read_request(data: bytes) -> JoinRequest:
    """Read a request, its signature not yet checked; raises `ProofError`."""
    if len(data) > MOST_REQUEST_BYTES:
        raise ProofError(f"a request has at most {MOST_REQUEST_BYTES} bytes")
    try:
        return _request(decode(data))
    except EncodingError as error:
        raise ProofError(f"not a request: {error}") from error


def check_request(request: JoinRequest, *, federation: bytes) -> None:
    """Raise `ProofError` unless the key that the request names has signed it, for this federation."""
    body = encode([request.change, request.url, request.time])
    message = signed_bytes(TAG_REQUEST, federation=federation, coop=request.number, body=body)
    try:
        check_key_admissible(request.node_key)
        verify(public_key=request.node_key, message=message, signature=request.signature)
    except KeyInadmissible as error:
        raise ProofError(f"the request names a key that can't be used: {error}") from error
    except SignatureInvalid as error:
        raise ProofError("the request is not signed by the key that it names") from error


def _request(value: object) -> JoinRequest:
    match value:
        case [list(change), None | str() as url, int(time), bytes(signature)]:
            if url is None or is_address(url):
                asked = _asked(change)
                if asked is not None and 0 <= time <= LAST_TIME and is_bytes(signature, 64):
                    number, name, key = asked
                    return JoinRequest(
                        change=cast(list[Value], change),
                        number=number,
                        name=name,
                        node_key=key,
                        url=url,
                        time=time,
                        signature=signature,
                    )
        case _:
            pass
    raise ProofError("not a request")


def _asked(change: list[object]) -> tuple[int, str, bytes] | None:
    """The number, the name and the node key that a change gives to a coop that joins."""
    if len(change) != _JOIN_FIELDS:
        return None
    match change[:5]:
        case [int(kind), int(number), str(name), str(), bytes(key)]:
            if kind == _JOIN and 1 <= number <= MAX_NUMBER and is_bytes(key, 32):
                return number, name, key
        case _:
            pass
    return None
