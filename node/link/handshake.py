"""Who is at the other end of a link: the handshake of PROTOCOL section 10.

    dialler  -> listener  ["fiado1.hello", federation, dialler's coop, listener's coop, nonce]
    listener -> dialler   ["fiado1.challenge", nonce]
    dialler  -> listener  ["fiado1.proof", signature]
    listener -> dialler   ["fiado1.welcome", signature]

or, instead of any answer, `["fiado1.refused", reason]`. Each signs, with its node key and under
`fiado1.link`, `[role, dialler's coop, listener's coop, dialler's nonce, listener's nonce]`; the role
and both coops are in it, so a signature can't be turned around, and both nonces, so it can't be
used again.

Values in, values out: no sockets, no randomness. It proves who is there when the link begins; what is
said on the link afterwards is untrusted all the same, whoever says it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError
from ledger.messages import TAG_LINK, signed_bytes
from ledger.shapes import is_number
from ledger.signatures import SignatureInvalid, SigningKey, verify
from node.errors import PeerFault

NONCE_BYTES: Final = 32
MAX_HANDSHAKE_BYTES: Final = 512


class LinkRefusal(StrEnum):
    """Why a node does not take up a link. The strings go over the wire."""

    MALFORMED = "malformed"
    """Not the message that belongs here."""
    FEDERATION_UNKNOWN = "federation_unknown"
    """The dialler runs another charter."""
    COOP_UNKNOWN = "coop_unknown"
    """The dialler says it is a coop that the charter does not have, or the listener itself."""
    NOT_ME = "not_me"
    """The dialler wanted another coop's node: its list of peers is wrong."""
    KEY_WRONG = "key_wrong"
    """The signature is not one of the coop's node key."""
    ALREADY_LINKED = "already_linked"
    """There is a better link between the two already."""
    PENALTY = "penalty"
    """The dialler broke the protocol a moment ago."""
    BUSY = "busy"
    """Too many handshakes are under way."""


class HandshakeRefused(PeerFault):
    """The link is not taken up. `by_peer`: the other end refused, not this one."""

    def __init__(self, reason: LinkRefusal, *, by_peer: bool) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.by_peer = by_peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The dialler's first message: who it is, and whom it wants."""

    federation: bytes
    dialler: int
    listener: int
    nonce: bytes

    def encode(self) -> bytes:
        """The bytes on the wire."""
        return encode(["fiado1.hello", self.federation, self.dialler, self.listener, self.nonce])


def decode_hello(data: bytes) -> Hello:
    """Read the first message; raises `HandshakeRefused`."""
    match _decode(data):
        case ["fiado1.hello", bytes(federation), int(dialler), int(listener), bytes(nonce)] if (
            len(nonce) == NONCE_BYTES and is_number(dialler) and is_number(listener)
        ):
            return Hello(federation=federation, dialler=dialler, listener=listener, nonce=nonce)
    raise HandshakeRefused(LinkRefusal.MALFORMED, by_peer=False)


def encode_challenge(nonce: bytes) -> bytes:
    """The listener's answer to a hello."""
    return encode(["fiado1.challenge", nonce])


def decode_challenge(data: bytes) -> bytes:
    """The listener's nonce; raises `HandshakeRefused`."""
    return _one_binary(data, "fiado1.challenge", NONCE_BYTES)


def encode_proof(signature: bytes) -> bytes:
    """The dialler's signature."""
    return encode(["fiado1.proof", signature])


def decode_proof(data: bytes) -> bytes:
    """The dialler's signature, not yet verified; raises `HandshakeRefused`."""
    return _one_binary(data, "fiado1.proof", 64)


def encode_welcome(signature: bytes) -> bytes:
    """The listener's signature: the link is taken up."""
    return encode(["fiado1.welcome", signature])


def decode_welcome(data: bytes) -> bytes:
    """The listener's signature, not yet verified; raises `HandshakeRefused`."""
    return _one_binary(data, "fiado1.welcome", 64)


def encode_refused(reason: LinkRefusal) -> bytes:
    """What a listener says instead of going on."""
    return encode(["fiado1.refused", reason.value])


def check_hello(charter: Charter, *, own: int, hello: Hello) -> None:
    """Raise `HandshakeRefused` unless this node may talk with that dialler at all."""
    if hello.federation != charter.federation:
        raise HandshakeRefused(LinkRefusal.FEDERATION_UNKNOWN, by_peer=False)
    if hello.dialler not in charter.coops or hello.dialler == own:
        raise HandshakeRefused(LinkRefusal.COOP_UNKNOWN, by_peer=False)
    if hello.listener != own:
        raise HandshakeRefused(LinkRefusal.NOT_ME, by_peer=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What both signatures of one handshake cover, except the role."""

    charter: Charter
    dialler: int
    listener: int
    dialler_nonce: bytes
    listener_nonce: bytes

    def sign_as_dialler(self, key: SigningKey) -> bytes:
        """The dialler's signature."""
        return key.sign(self._message("dialler", self.dialler))

    def sign_as_listener(self, key: SigningKey) -> bytes:
        """The listener's signature."""
        return key.sign(self._message("listener", self.listener))

    def check_dialler(self, signature: bytes) -> None:
        """Raise `HandshakeRefused` unless the dialler's node key made `signature`."""
        self._check("dialler", self.dialler, signature)

    def check_listener(self, signature: bytes) -> None:
        """Raise `HandshakeRefused` unless the listener's node key made `signature`."""
        self._check("listener", self.listener, signature)

    def _message(self, role: str, signer: int) -> bytes:
        body = encode([role, self.dialler, self.listener, self.dialler_nonce, self.listener_nonce])
        return signed_bytes(TAG_LINK, federation=self.charter.federation, coop=signer, body=body)

    def _check(self, role: str, signer: int, signature: bytes) -> None:
        try:
            verify(
                public_key=self.charter.coops[signer].node_key,
                message=self._message(role, signer),
                signature=signature,
            )
        except SignatureInvalid as error:
            raise HandshakeRefused(LinkRefusal.KEY_WRONG, by_peer=False) from error


def _one_binary(data: bytes, name: str, length: int) -> bytes:
    match _decode(data):
        case [str(found), bytes(binary)] if found == name and len(binary) == length:
            return binary
    raise HandshakeRefused(LinkRefusal.MALFORMED, by_peer=False)


def _decode(data: bytes) -> Value:
    if len(data) > MAX_HANDSHAKE_BYTES:
        raise HandshakeRefused(LinkRefusal.MALFORMED, by_peer=False)
    try:
        value = decode(data)
    except EncodingError as error:
        raise HandshakeRefused(LinkRefusal.MALFORMED, by_peer=False) from error
    match value:
        case ["fiado1.refused", str(text)] if text in {reason.value for reason in LinkRefusal}:
            raise HandshakeRefused(LinkRefusal(text), by_peer=True)
    return value
