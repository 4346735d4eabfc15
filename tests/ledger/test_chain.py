"""The hash chain and signed heads."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.chain import extend, extend_all, genesis
from ledger.codec import encode
from ledger.errors import ProofError
from tests.builders import build_federation, signing_key

FEDERATION = build_federation(seed="chain")
HEAD = sha256(b"a head").digest()


def test_the_first_head_names_federation_and_coop() -> None:
    federation = FEDERATION.id
    expected = sha256(b"fiado1.log\0\0\0\0\0\0" + federation + b"\0\0\1\2").digest()
    assert genesis(federation=federation, coop=0x0102) == expected


def test_a_head_hashes_the_head_before_and_the_entry() -> None:
    assert extend(HEAD, b"entry") == sha256(HEAD + b"entry").digest()
    assert extend_all(HEAD, [b"a", b"b"]) == extend(extend(HEAD, b"a"), b"b")
    assert extend_all(HEAD, []) == HEAD


def test_a_signed_head_covers_all_its_fields() -> None:
    signed = FEDERATION.signed_head(2, length=5, head=HEAD)
    signed.check(FEDERATION.charter)
    assert signed.value() == [2, 5, HEAD, signed.signature]
    wrong = [
        replace(signed, coop=1),
        replace(signed, coop=9),
        replace(signed, length=6),
        replace(signed, head=sha256(b"another").digest()),
        replace(signed, signature=bytes(64)),
        replace(signed, signature=signed.signature[:-1]),
        replace(signed, signature=signed.signature + b"\0"),
    ]
    for head in wrong:
        with pytest.raises(ProofError):
            head.check(FEDERATION.charter)
    with pytest.raises(ProofError):
        signed.check(build_federation(seed="other").charter)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_head_of_another_size_is_none_even_when_signed(length: int) -> None:
    signed = FEDERATION.signed_head(1, length=1, head=bytes(length))
    with pytest.raises(ProofError, match="32 bytes"):
        signed.check(FEDERATION.charter)


def test_a_signature_for_another_purpose_is_no_signed_head() -> None:
    """The same bytes signed as an entry: the tag in front makes the difference."""
    key = FEDERATION.node_keys[1]
    body = encode([5, HEAD])
    entry_tag = b"fiado1.entry".ljust(16, b"\0")
    coop = (1).to_bytes(4, "big")
    for message in (body, entry_tag + FEDERATION.id + coop + body):
        signed = FEDERATION.signed_head(1, length=5, head=HEAD)
        with pytest.raises(ProofError):
            replace(signed, signature=key.sign(message)).check(FEDERATION.charter)
    head_tag = b"fiado1.head".ljust(16, b"\0")
    right = key.sign(head_tag + FEDERATION.id + coop + body)
    replace(signed, signature=right).check(FEDERATION.charter)
    stranger = signing_key("stranger").sign(head_tag + FEDERATION.id + coop + body)
    with pytest.raises(ProofError):
        replace(signed, signature=stranger).check(FEDERATION.charter)
