"""The handshake of links as values: who is let in, and every way of pretending that is not."""

from dataclasses import replace

import pytest

from ledger.codec import encode
from ledger.messages import TAG_HEAD, signed_bytes
from node.link import handshake
from node.link.handshake import HandshakeRefused, Hello, LinkRefusal, Transcript
from tests.builders import Federation, build_federation

FEDERATION = build_federation(coops=3)
TRANSCRIPT = Transcript(
    charter=FEDERATION.charter,
    dialler=1,
    listener=2,
    dialler_nonce=b"d" * 32,
    listener_nonce=b"l" * 32,
)
HELLO = Hello(federation=FEDERATION.id, dialler=1, listener=2, nonce=b"d" * 32)


def test_both_ends_prove_themselves() -> None:
    hello = handshake.decode_hello(HELLO.encode())
    handshake.check_hello(FEDERATION.charter, own=2, hello=hello)
    proof = TRANSCRIPT.sign_as_dialler(FEDERATION.node_keys[1])
    TRANSCRIPT.check_dialler(handshake.decode_proof(handshake.encode_proof(proof)))
    welcome = TRANSCRIPT.sign_as_listener(FEDERATION.node_keys[2])
    TRANSCRIPT.check_listener(handshake.decode_welcome(handshake.encode_welcome(welcome)))


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (replace(HELLO, federation=b"x" * 32), LinkRefusal.FEDERATION_UNKNOWN),
        (replace(HELLO, dialler=99), LinkRefusal.COOP_UNKNOWN),
        (replace(HELLO, dialler=2), LinkRefusal.COOP_UNKNOWN),
        (replace(HELLO, listener=3), LinkRefusal.NOT_ME),
        (replace(HELLO, federation=b"x" * 32, dialler=99), LinkRefusal.FEDERATION_UNKNOWN),
    ],
)
def test_strangers_are_told_why(hello: Hello, reason: LinkRefusal) -> None:
    with pytest.raises(HandshakeRefused) as refused:
        handshake.check_hello(FEDERATION.charter, own=2, hello=hello)
    assert (refused.value.reason, refused.value.by_peer) == (reason, False)


def other_federation() -> Federation:
    return build_federation(seed="another", coops=3)


@pytest.mark.parametrize(
    "transcript",
    [
        replace(TRANSCRIPT, dialler_nonce=b"e" * 32),
        replace(TRANSCRIPT, listener_nonce=b"m" * 32),
        replace(TRANSCRIPT, listener=3),
        replace(TRANSCRIPT, dialler=3),
        replace(TRANSCRIPT, dialler=2, listener=1),
    ],
    ids=["old dialler nonce", "old listener nonce", "to another", "as another", "turned around"],
)
def test_a_signature_is_good_for_one_handshake_only(transcript: Transcript) -> None:
    key = FEDERATION.node_keys[1]
    with pytest.raises(HandshakeRefused) as refused:
        TRANSCRIPT.check_dialler(transcript.sign_as_dialler(key))
    assert refused.value.reason is LinkRefusal.KEY_WRONG


def test_the_other_roles_signature_is_no_proof() -> None:
    """A node that reflects what the other end signed proves nothing."""
    with pytest.raises(HandshakeRefused):
        TRANSCRIPT.check_listener(TRANSCRIPT.sign_as_dialler(FEDERATION.node_keys[1]))
    with pytest.raises(HandshakeRefused):
        TRANSCRIPT.check_dialler(TRANSCRIPT.sign_as_listener(FEDERATION.node_keys[1]))


def test_another_key_federation_or_purpose_is_no_proof() -> None:
    with pytest.raises(HandshakeRefused):
        TRANSCRIPT.check_dialler(TRANSCRIPT.sign_as_dialler(FEDERATION.node_keys[3]))
    elsewhere = replace(TRANSCRIPT, charter=other_federation().charter)
    with pytest.raises(HandshakeRefused):
        TRANSCRIPT.check_dialler(elsewhere.sign_as_dialler(FEDERATION.node_keys[1]))
    body = encode(["dialler", 1, 2, b"d" * 32, b"l" * 32])
    message = signed_bytes(TAG_HEAD, federation=FEDERATION.id, coop=1, body=body)
    with pytest.raises(HandshakeRefused):
        TRANSCRIPT.check_dialler(FEDERATION.node_keys[1].sign(message))


MALFORMED = [
    b"",
    b"\xc1",
    encode([]),
    encode("fiado1.hello"),
    encode(["fiado1.hello"]),
    encode(["fiado1.hello", FEDERATION.id, 1, 2, b"short"]),
    encode(["fiado1.hello", FEDERATION.id, -1, 2, b"d" * 32]),
    encode(["fiado1.hello", FEDERATION.id, "1", 2, b"d" * 32]),
    encode(["fiado1.hello", FEDERATION.id, 1, 2, b"d" * 32, 0]),
    encode(["fiado1.refused", "no such reason"]),
    HELLO.encode() + b"\0",
    encode(["fiado1.hello", b"f" * 600, 1, 2, b"d" * 32]),
]


@pytest.mark.parametrize("data", MALFORMED)
def test_what_is_no_hello_is_malformed(data: bytes) -> None:
    with pytest.raises(HandshakeRefused) as refused:
        handshake.decode_hello(data)
    assert refused.value.reason is LinkRefusal.MALFORMED


@pytest.mark.parametrize("reason", list(LinkRefusal))
def test_a_refusal_reaches_the_other_end(reason: LinkRefusal) -> None:
    for decode in (
        handshake.decode_challenge,
        handshake.decode_welcome,
        handshake.decode_proof,
    ):
        with pytest.raises(HandshakeRefused) as refused:
            decode(handshake.encode_refused(reason))
        assert (refused.value.reason, refused.value.by_peer) == (reason, True)
