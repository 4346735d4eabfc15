"""Both ends of a handshake, over a socket: each proves to the other which coop's node it is."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.charter import Charter
from ledger.signatures import SigningKey
from node.link import handshake
from node.link.handshake import Transcript
from node.link.link import Socket
from node.link.sockets import receive_handshake


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which node this is."""

    charter: Callable[[], Charter]
    """Gives the newest charter that is known, which says who the others are."""
    coop: int
    key: SigningKey


async def prove_as_dialler(
    socket: Socket, identity: Identity, *, listener: int, nonce: bytes
) -> None:
    """The dialler's side: this is us, and there is `listener`. Raises `HandshakeRefused`."""
    hello = handshake.Hello(
        federation=identity.charter().federation,
        dialler=identity.coop,
        listener=listener,
        nonce=nonce,
    )
    await socket.send_bytes(hello.encode())
    transcript = Transcript(
        charter=identity.charter(),
        dialler=identity.coop,
        listener=listener,
        dialler_nonce=nonce,
        listener_nonce=handshake.decode_challenge(await receive_handshake(socket)),
    )
    await socket.send_bytes(handshake.encode_proof(transcript.sign_as_dialler(identity.key)))
    transcript.check_listener(handshake.decode_welcome(await receive_handshake(socket)))


async def hear_dialler(
    socket: Socket, identity: Identity, *, nonce: bytes, check: Callable[[int], None]
) -> Transcript:
    """The listener's side, but for its own proof: who has dialled has proved to be who it says.

    Raises `HandshakeRefused`, as `check` may of the coop that it says it is, before any slow check.
    """
    hello = handshake.decode_hello(await receive_handshake(socket))
    handshake.check_hello(identity.charter(), own=identity.coop, hello=hello)
    check(hello.dialler)
    transcript = Transcript(
        charter=identity.charter(),
        dialler=hello.dialler,
        listener=identity.coop,
        dialler_nonce=hello.nonce,
        listener_nonce=nonce,
    )
    await socket.send_bytes(handshake.encode_challenge(nonce))
    transcript.check_dialler(handshake.decode_proof(await receive_handshake(socket)))
    return transcript


async def welcome_dialler(socket: Socket, identity: Identity, transcript: Transcript) -> None:
    """The listener's own proof, with which the handshake ends."""
    await socket.send_bytes(handshake.encode_welcome(transcript.sign_as_listener(identity.key)))
