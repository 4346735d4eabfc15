"""The quick way to decide signatures and keys gives the answers of the exact one."""

import json
from pathlib import Path
from typing import Any, NoReturn

import nacl.bindings
import nacl.exceptions
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import signatures, zip215
from ledger.signatures import KeyFault, KeyInadmissible, SignatureFault, SignatureInvalid
from tests.vectors import make_ed25519_zip215 as maker

OUTSIDE_DATA = Path(__file__).parents[3] / "shared" / "data"
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    maker.VECTORS_FILE.read_text(encoding="utf-8")
)
SIGNATURE_CASES = [
    (
        bytes.fromhex(case["public_key"]),
        bytes.fromhex(case["message"]),
        bytes.fromhex(case["signature"]),
        bool(case["valid"]),
    )
    for case in VECTORS["signatures"]
]

# RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

seeds = st.binary(min_size=32, max_size=32)
messages = st.binary(max_size=200)


def quick_fault(public_key: bytes, message: bytes, signature: bytes) -> SignatureFault | None:
    try:
        signatures.verify(public_key=public_key, message=message, signature=signature)
    except SignatureInvalid as invalid:
        return invalid.fault
    return None


def exact_fault(public_key: bytes, message: bytes, signature: bytes) -> SignatureFault | None:
    try:
        zip215.check_signature(public_key=public_key, message=message, signature=signature)
    except SignatureInvalid as invalid:
        return invalid.fault
    return None


def key_faults(public_key: bytes) -> tuple[KeyFault | None, KeyFault | None]:
    """What the quick check says, and the exact one."""
    faults: list[KeyFault | None] = []
    for check in (signatures.check_key_admissible, zip215.check_key):
        try:
            check(public_key)
            faults.append(None)
        except KeyInadmissible as inadmissible:
            faults.append(inadmissible.fault)
    return faults[0], faults[1]


def does_libsodium_accept(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Operands of another length are left out: PyNaCl would read only a key's first 32 bytes."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_key)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def load_outside(name: str) -> Any:
    path = OUTSIDE_DATA / name
    if not path.exists():
        pytest.skip(f"the optional folder ../shared/data has no {name}")
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_vectors_get_their_verdict_and_the_exact_fault() -> None:
    for public_key, message, signature, valid in SIGNATURE_CASES:
        fault = quick_fault(public_key, message, signature)
        assert (fault is None) == valid
        assert fault == exact_fault(public_key, message, signature)


def test_what_libsodium_accepts_is_a_proper_part_of_what_is_valid() -> None:
    accepted = [case for case in SIGNATURE_CASES if does_libsodium_accept(*case[:3])]
    assert accepted
    assert all(valid for *_, valid in accepted)
    assert len(accepted) < sum(valid for *_, valid in SIGNATURE_CASES)


def test_the_vectors_get_their_verdict_without_point_arithmetic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A libsodium built in its small form has no point arithmetic; the answers stay the same."""

    def unavailable(*_: bytes) -> NoReturn:
        raise nacl.exceptions.UnavailableError("this libsodium was built without it")

    for name in (
        "crypto_core_ed25519_add",
        "crypto_scalarmult_ed25519_noclamp",
        "crypto_scalarmult_ed25519_base_noclamp",
    ):
        monkeypatch.setattr(nacl.bindings, name, unavailable)
    for public_key, message, signature, valid in SIGNATURE_CASES[::3]:
        assert (quick_fault(public_key, message, signature) is None) == valid
    for case in VECTORS["keys"][::3]:
        quick, exact = key_faults(bytes.fromhex(case["public_key"]))
        assert quick == exact


def test_a_peer_with_an_admissible_key_never_causes_the_slow_equation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The promise that the module makes to callers who bound the work of a hostile peer."""

    def too_slow(*_: object) -> NoReturn:
        raise AssertionError("the slow equation was reached")

    monkeypatch.setattr(zip215, "multiply_two", too_slow)
    key = maker.encode(maker.KEY)
    points = [maker.encode(torsion) for torsion in maker.TORSION]
    points += [bytes.fromhex(case["encoding"]) for case in VECTORS["points"]]
    points += [maker.encode(maker.plus(maker.KEY, torsion)) for torsion in maker.TORSION]
    for point in points:
        for scalar in (0, 1, zip215.SUBGROUP_ORDER - 1, zip215.SUBGROUP_ORDER, 2**256 - 1):
            signature = point + scalar.to_bytes(32, "little")
            assert quick_fault(key, b"message", signature) is not None
    with pytest.raises(AssertionError, match="was reached"):
        quick_fault(points[0], b"message", points[0] + (1).to_bytes(32, "little"))


def test_speccheck() -> None:
    verdicts = []
    for case in load_outside("ed25519_speccheck.json"):
        # The message of this file is signed as the bytes that its hexadecimal digits name.
        operands = [bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature")]
        quick = quick_fault(*operands)
        assert quick == exact_fault(*operands)
        verdicts.append("V" if quick is None else "X")
    assert " ".join(verdicts) == "V V V V V V X X X V V V"


def test_wycheproof() -> None:
    """Its verdicts are RFC 8032's; ZIP-215 differs where only an encoding of R is at fault.

    Case 151 is the one: R is the identity, written with the sign bit set. That its equation holds
    is shown here with the arithmetic of the vectors.
    """
    differing = []
    for group in load_outside("wycheproof_ed25519.json")["testGroups"]:
        public_key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature = bytes.fromhex(case["sig"])
            operands = (public_key, bytes.fromhex(case["msg"]), signature)
            quick = quick_fault(*operands)
            assert quick == exact_fault(*operands)
            if (quick is None) != (case["result"] == "valid"):
                differing.append((case["tcId"], case["result"], operands))
    assert [(number, result) for number, result, _ in differing] == [(151, "invalid")]
    public_key, message, signature = differing[0][2]
    assert signature[:32] == maker.pack(1, 1)
    packed = int.from_bytes(public_key, "little")
    key = maker.point_at(packed % 2**255)
    assert key is not None
    if packed >> 255:
        key = (maker.P - key[0], key[1])
    k = maker.challenge(signature[:32], public_key, message)
    assert maker.times(int.from_bytes(signature[32:], "little"), maker.BASE) == maker.times(k, key)


@pytest.mark.parametrize(("seed", "public_key", "message", "signature"), RFC_8032)
def test_rfc_8032(seed: str, public_key: str, message: str, signature: str) -> None:
    key = signatures.SigningKey(bytes.fromhex(seed))
    assert key.public_key.hex() == public_key
    assert key.sign(bytes.fromhex(message)).hex() == signature
    operands = (key.public_key, bytes.fromhex(message), bytes.fromhex(signature))
    assert quick_fault(*operands) is None
    assert exact_fault(*operands) is None


def test_keys_of_the_vectors_get_the_same_fault_both_ways() -> None:
    for case in VECTORS["keys"]:
        quick, exact = key_faults(bytes.fromhex(case["public_key"]))
        assert quick == exact
        assert (quick and quick.name.lower()) == case["fault"], case


def test_keys_are_judged_alike_by_a_libsodium_that_multiplies_outside_the_subgroup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until the end of 2025 libsodium took some such points for good; this one takes them all."""

    def multiply(scalar: bytes, encoding: bytes) -> bytes:
        point = zip215.decode_point(encoding)
        if point is None or zip215.is_identity(zip215.multiply_by_cofactor(point)):
            raise nacl.exceptions.RuntimeError("libsodium refuses these operands")
        table = zip215.multiples(point)
        number = int.from_bytes(scalar, "little")
        return zip215.encode_point(zip215.multiply_two(number, table, 0, table))

    monkeypatch.setattr(nacl.bindings, "crypto_scalarmult_ed25519_noclamp", multiply)
    for case in VECTORS["keys"]:
        quick, exact = key_faults(bytes.fromhex(case["public_key"]))
        assert quick == exact


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_order_itself_is_out_of_range_both_ways(offset: int) -> None:
    scalar = zip215.SUBGROUP_ORDER + offset
    signature = maker.encode(maker.NONCE_POINT) + scalar.to_bytes(32, "little")
    operands = (maker.encode(maker.KEY), b"message", signature)
    expected = SignatureFault.EQUATION if offset < 0 else SignatureFault.SCALAR_TOO_LARGE
    assert quick_fault(*operands) is expected
    assert exact_fault(*operands) is expected


def test_a_refused_key_or_signature_says_why() -> None:
    with pytest.raises(KeyInadmissible, match="32 bytes"):
        signatures.check_key_admissible(b"short")
    with pytest.raises(SignatureInvalid, match="not made by this key"):
        signatures.verify(
            public_key=maker.encode(maker.KEY),
            message=b"",
            signature=maker.encode(maker.KEY) + bytes(32),
        )


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes long"):
        signatures.SigningKey(bytes(length))


def test_a_signing_key_shows_no_secret_and_derives_its_public_key() -> None:
    key = signatures.SigningKey(b"\x5a" * 32)
    assert repr(b"\x5a" * 32) not in repr(key)
    assert "ZZZZ" not in repr(key)
    assert key == signatures.SigningKey(b"\x5a" * 32)
    assert key != signatures.SigningKey(b"\xa5" * 32)
    assert key.public_key != signatures.SigningKey(b"\xa5" * 32).public_key


@settings(max_examples=100, deadline=None)
@given(seed=seeds, message=messages)
def test_what_is_signed_verifies(seed: bytes, message: bytes) -> None:
    key = signatures.SigningKey(seed)
    signature = key.sign(message)
    assert len(signature) == signatures.SIGNATURE_BYTES
    signatures.verify(public_key=key.public_key, message=message, signature=signature)
    signatures.check_key_admissible(key.public_key)


@settings(max_examples=100, deadline=None)
@given(
    seed=seeds,
    message=st.binary(min_size=1, max_size=100),
    part=st.sampled_from(["public_key", "message", "signature"]),
    position=st.integers(min_value=0, max_value=10_000),
)
def test_a_changed_bit_is_refused_both_ways(
    seed: bytes, message: bytes, part: str, position: int
) -> None:
    key = signatures.SigningKey(seed)
    operands = {
        "public_key": key.public_key,
        "message": message,
        "signature": key.sign(message),
    }
    changed = bytearray(operands[part])
    changed[position // 8 % len(changed)] ^= 1 << position % 8
    operands[part] = bytes(changed)
    quick = quick_fault(**operands)
    assert quick is not None
    assert quick == exact_fault(**operands)


@settings(max_examples=60, deadline=None)
@given(
    case=st.sampled_from(SIGNATURE_CASES),
    scalar=st.integers(min_value=0, max_value=2**256 - 1) | st.none(),
    point=st.binary(min_size=32, max_size=32) | st.none(),
)
@example(case=SIGNATURE_CASES[0], scalar=0, point=None)
def test_quick_and_exact_agree_on_crafted_signatures(
    case: tuple[bytes, bytes, bytes, bool], scalar: int | None, point: bytes | None
) -> None:
    public_key, message, signature, _ = case
    if scalar is not None:
        signature = signature[:32] + scalar.to_bytes(32, "little")
    if point is not None:
        signature = point + signature[32:]
    exact = exact_fault(public_key, message, signature)
    assert quick_fault(public_key, message, signature) == exact
    if does_libsodium_accept(public_key, message, signature):
        assert exact is None


@settings(max_examples=100, deadline=None)
@given(public_key=st.binary(min_size=32, max_size=32))
def test_quick_and_exact_agree_on_any_key(public_key: bytes) -> None:
    quick, exact = key_faults(public_key)
    assert quick == exact
