"""Every signature that libraries disagree about, through the native single and batch checks."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.signatures import (
    KeyInadmissible,
    SignatureInvalid,
    SigningKey,
    check_key_admissible,
    verify,
)
from tests.places import VECTOR_FILES

native = pytest.importorskip("ledger._native")
pytestmark = pytest.mark.needs_native

Triple = tuple[bytes, bytes, bytes]
VECTORS = json.loads((VECTOR_FILES / "ed25519_zip215.json").read_text(encoding="utf-8"))
SHARED = Path(__file__).parents[3] / "shared" / "data"


def triple(case: dict[str, Any]) -> Triple:
    public_key, message, signature = (
        bytes.fromhex(case[name]) for name in ("public_key", "message", "signature")
    )
    return public_key, message, signature


def is_valid(case: Triple) -> bool:
    """The answer of the reference path."""
    public_key, message, signature = case
    try:
        verify(public_key=public_key, message=message, signature=signature)
    except SignatureInvalid:
        return False
    return True


def is_admissible(key: bytes) -> bool:
    try:
        check_key_admissible(key)
    except KeyInadmissible:
        return False
    return True


def honest(count: int) -> list[Triple]:
    keys = [SigningKey(bytes([number]) * 32) for number in range(count)]
    return [(key.public_key, b"honest", key.sign(b"honest")) for key in keys]


def check(cases: list[Triple]) -> None:
    """Each alone, each among honest ones, and all together."""
    expected = [is_valid(case) for case in cases]
    assert [native.Signatures([case]).verify(1)[0] for case in cases] == expected
    assert native.Signatures(cases).verify(2) == expected
    others = honest(9)
    for place, (case, valid) in enumerate(zip(cases, expected, strict=True)):
        at = place % len(others)
        answers = native.Signatures([*others[:at], case, *others[at:]]).verify(1)
        assert answers == [True] * at + [valid] + [True] * (len(others) - at)


def test_vectors() -> None:
    cases = [
        (triple(case), case["valid"])
        for case in VECTORS["signatures"]
        if len(case["public_key"]) == 64 and len(case["signature"]) == 128
    ]
    assert len(cases) > 300
    assert native.Signatures([case for case, _ in cases]).verify(2) == [valid for _, valid in cases]
    check([case for case, _ in cases])


def test_challenges_are_hashed_side_by_side() -> None:
    """As many as are hashed at once, of messages as long as payments' are and a little longer and shorter."""
    for length in (47, 48, 49, 80, 174, 175, 176):
        cases = []
        for number in range(17):
            key = SigningKey(bytes([number]) * 32)
            message = bytes([number]) * length
            cases.append((key.public_key, message, key.sign(message)))
        for bad in range(len(cases)):
            public_key, message, signature = cases[bad]
            forged = [*cases[:bad], (public_key, b"!" + message[1:], signature), *cases[bad + 1 :]]
            expected = [place != bad for place in range(len(cases))]
            assert native.Signatures(forged).verify(1) == expected


def test_keys() -> None:
    keys = [bytes.fromhex(case["public_key"]) for case in VECTORS["keys"]]
    keys = [key for key in keys if len(key) == 32] + [key for key, _, _ in honest(20)]
    assert native.admissible(keys, 2) == [is_admissible(key) for key in keys]


def test_speccheck() -> None:
    path = SHARED / "ed25519_speccheck.json"
    if not path.exists():
        pytest.skip("the shared data folder is not beside the project")
    cases = [
        triple({**case, "public_key": case["pub_key"]})
        for case in json.loads(path.read_text(encoding="utf-8"))
    ]
    assert [is_valid(case) for case in cases] == [answer == "V" for answer in "VVVVVVXXXVVV"]
    check(cases)


def test_wycheproof() -> None:
    path = SHARED / "wycheproof_ed25519.json"
    if not path.exists():
        pytest.skip("the shared data folder is not beside the project")
    cases = [
        triple(
            {
                "public_key": group["publicKey"]["pk"],
                "message": case["msg"],
                "signature": case["sig"],
            }
        )
        for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]
        for case in group["tests"]
        if len(case["sig"]) == 128
    ]
    assert len(cases) > 100
    check(cases)
