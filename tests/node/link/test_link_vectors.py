"""The vectors of links: the handshake byte by byte, every message, and what breaks the protocol."""

import json
from typing import Any

import pytest

from ledger.charter import Charter
from ledger.codec import encode
from ledger.founding import parse_founding
from ledger.messages import TAG_LINK, signed_bytes
from ledger.signatures import SigningKey
from node.engine.settings import EngineSettings
from node.engine.wire import decode_message
from node.errors import PeerFault
from node.link import handshake
from node.link.handshake import HandshakeRefused, LinkRefusal, Transcript
from node.link.settings import LinkSettings
from tests.vectors.make_vectors import FOLDER

VECTORS: dict[str, Any] = json.loads((FOLDER / "links.json").read_text(encoding="utf-8"))
CHARTER: Charter = parse_founding(VECTORS["charter"].encode("utf-8")).genesis
SHAKE: dict[str, Any] = VECTORS["handshake"]
MOST = LinkSettings().message_bytes


def of(name: str) -> bytes:
    return bytes.fromhex(SHAKE[name])


def transcript() -> Transcript:
    hello = handshake.decode_hello(of("hello"))
    return Transcript(
        charter=CHARTER,
        dialler=SHAKE["dialler"],
        listener=SHAKE["listener"],
        dialler_nonce=hello.nonce,
        listener_nonce=handshake.decode_challenge(of("challenge")),
    )


def test_the_handshake() -> None:
    hello = handshake.decode_hello(of("hello"))
    handshake.check_hello(CHARTER, own=SHAKE["listener"], hello=hello)
    assert hello.encode() == of("hello")
    words = transcript()
    for role, name in (("dialler", "proof"), ("listener", "welcome")):
        key = SigningKey(of(f"{role}_seed"))
        coop = SHAKE[role]
        assert key.public_key == CHARTER.coops[coop].node_key
        message = signed_bytes(
            TAG_LINK, federation=CHARTER.federation, coop=coop, body=of(f"{role}_body")
        )
        assert encode([f"fiado1.{name}", key.sign(message)]) == of(name)
    words.check_dialler(handshake.decode_proof(of("proof")))
    words.check_listener(handshake.decode_welcome(of("welcome")))


@pytest.mark.parametrize("reason", list(LinkRefusal))
def test_refusals_of_a_link(reason: LinkRefusal) -> None:
    with pytest.raises(HandshakeRefused) as refused:
        handshake.decode_challenge(bytes.fromhex(SHAKE["refused"][reason.value]))
    assert (refused.value.reason, refused.value.by_peer) == (reason, True)
    for data in map(bytes.fromhex, SHAKE["wrong_hellos"].get(reason.value, [])):
        with pytest.raises(HandshakeRefused) as refused:
            hello = handshake.decode_hello(data)
            handshake.check_hello(CHARTER, own=SHAKE["listener"], hello=hello)
        assert (refused.value.reason, refused.value.by_peer) == (reason, False)
    for data in map(bytes.fromhex, SHAKE["wrong_proofs"].get(reason.value, [])):
        with pytest.raises(HandshakeRefused) as refused:
            transcript().check_dialler(handshake.decode_proof(data))
        assert refused.value.reason is reason


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: str(case["note"]))
def test_a_valid_message_is_read_and_written_alike(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["message"])
    assert decode_message(data, max_bytes=MOST).encode() == data


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: str(case["note"]))
def test_a_broken_message_is_a_breach(case: dict[str, Any]) -> None:
    with pytest.raises(PeerFault):
        decode_message(bytes.fromhex(case["message"]), max_bytes=MOST)


def test_every_message_in_a_longer_form_is_a_breach() -> None:
    forms = json.loads((FOLDER / "longer_forms.json").read_text(encoding="utf-8"))["cases"]
    cases = [case for case in forms if case["kind"] == "message"]
    assert len({bytes.fromhex(case["bytes"])[2:8] for case in cases}) >= 12
    for case in cases:
        data = bytes.fromhex(case["bytes"])
        decode_message(data, max_bytes=MOST)
        for at, length, put in case["forms"]:
            longer = data[:at] + bytes.fromhex(put) + data[at + length :]
            with pytest.raises(PeerFault):
                decode_message(longer, max_bytes=MOST)


def test_a_message_has_a_largest_size() -> None:
    most = encode(["evidence", bytes(MOST - 15)])
    assert len(most) == MOST == 4_195_328
    decode_message(most, max_bytes=MOST)
    with pytest.raises(PeerFault):
        decode_message(encode(["evidence", bytes(MOST)]), max_bytes=MOST)


def test_the_page_has_the_times_of_a_node_as_it_comes() -> None:
    page = " ".join((FOLDER.parents[1] / "docs/PROTOCOL.md").read_text(encoding="utf-8").split())
    link, engine = LinkSettings(), EngineSettings()
    assert link.flood_ms == link.heartbeat_ms == link.handshake_ms == 10_000
    for words in (
        f"closes the link, and for {link.penalty_ms // 1_000} s it neither dials",
        f"takes more than {link.stall_ms // 1_000} s to read a message",
        f"more than {link.messages_per_second:,} messages or {link.bytes_per_second >> 20} MiB a second",
        "for longer than 10 s. A handshake may take 10 s as a whole. A silent link is probed every 10 s",
        f"again after {link.backoff_least_ms} ms",
        f"each time, up to {link.backoff_most_ms // 1_000} s",
        f"at most {link.message_bytes:,} bytes (the largest evidence",
        f"the k-th turn comes when k times {engine.anchor_interval_ms // 1_000} s have passed since",
        f"when it is {engine.anchor_entries:,} entries or more beyond",
        f"anchor was appended, or after {engine.payee_wait_ms // 1_000} s without it",
        f"gathers for {engine.request_timeout_ms // 1_000} s",
    ):
        assert words in page, words
