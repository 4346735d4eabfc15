"""The exact rule against cases whose verdict is known from how they were built."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import zip215
from ledger.zip215 import KeyFault, KeyInadmissible, SignatureFault, SignatureInvalid
from tests.vectors import make_ed25519_zip215 as maker

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    maker.VECTORS_FILE.read_text(encoding="utf-8")
)

scalars = st.integers(min_value=0, max_value=zip215.SUBGROUP_ORDER - 1)


def multiply(scalar: int, point: zip215.Point) -> zip215.Point:
    return zip215.multiply_two(scalar, zip215.multiples(point), 0, zip215.multiples(point))


def fault_of_signature(case: dict[str, Any]) -> SignatureFault | None:
    try:
        zip215.check_signature(
            public_key=bytes.fromhex(case["public_key"]),
            message=bytes.fromhex(case["message"]),
            signature=bytes.fromhex(case["signature"]),
        )
    except SignatureInvalid as invalid:
        return invalid.fault
    return None


def fault_of_key(public_key: bytes) -> KeyFault | None:
    try:
        zip215.check_key(public_key)
    except KeyInadmissible as inadmissible:
        return inadmissible.fault
    return None


def test_the_vectors_are_what_their_program_makes() -> None:
    assert maker.VECTORS_FILE.read_text(encoding="utf-8") == maker.make_vectors()


def test_the_vectors_hold_every_pair_of_small_order_and_torsion() -> None:
    groups = [case["group"] for case in VECTORS["signatures"]]
    assert groups.count("small_order") == 14 * 14
    assert groups.count("torsion") == 8 * 8
    small = {
        (case["public_key"], case["signature"])
        for case in VECTORS["signatures"]
        if case["group"] == "small_order"
    }
    assert len(small) == 14 * 14


@pytest.mark.parametrize("group", sorted({case["group"] for case in VECTORS["signatures"]}))
def test_signatures_get_the_verdict_of_the_vectors(group: str) -> None:
    cases = [case for case in VECTORS["signatures"] if case["group"] == group]
    wrong = [case for case in cases if (fault_of_signature(case) is None) != case["valid"]]
    assert wrong == []


@pytest.mark.parametrize(
    ("group", "faults"),
    [
        ("length", {SignatureFault.LENGTH}),
        ("scalar_range", {None, SignatureFault.SCALAR_TOO_LARGE}),
        ("off_curve", {SignatureFault.KEY_NOT_ON_CURVE, SignatureFault.POINT_NOT_ON_CURVE}),
        ("wrong", {SignatureFault.EQUATION}),
    ],
)
def test_the_fault_is_named(group: str, faults: set[SignatureFault | None]) -> None:
    cases = [case for case in VECTORS["signatures"] if case["group"] == group]
    assert {fault_of_signature(case) for case in cases} == faults


def test_faults_are_looked_for_in_order() -> None:
    off_curve = maker.first_off_curve()
    key = maker.encode(maker.KEY)
    too_large = b"\xff" * 32
    one = (1).to_bytes(32, "little")
    precedence = [
        (off_curve[:-1], off_curve + too_large, SignatureFault.LENGTH),
        (off_curve, off_curve + too_large, SignatureFault.SCALAR_TOO_LARGE),
        (off_curve, off_curve + one, SignatureFault.KEY_NOT_ON_CURVE),
        (key, off_curve + one, SignatureFault.POINT_NOT_ON_CURVE),
        (key, key + one, SignatureFault.EQUATION),
    ]
    for public_key, signature, fault in precedence:
        with pytest.raises(SignatureInvalid) as caught:
            zip215.check_signature(public_key=public_key, message=b"", signature=signature)
        assert caught.value.fault is fault
    assert [fault for _, _, fault in precedence] == list(SignatureFault)


def test_keys_get_the_fault_of_the_vectors() -> None:
    found = []
    for case in VECTORS["keys"]:
        fault = fault_of_key(bytes.fromhex(case["public_key"]))
        found.append({**case, "fault": fault and fault.name.lower()})
    assert found == VECTORS["keys"]
    named = {case["fault"] for case in found if case["fault"] is not None}
    assert named == {fault.name.lower() for fault in KeyFault}


def test_points_are_read_as_the_vectors_say() -> None:
    for case in VECTORS["points"]:
        point = zip215.decode_point(bytes.fromhex(case["encoding"]))
        canonical = None if point is None else zip215.encode_point(point).hex()
        assert canonical == case["canonical"], case


def test_the_base_point_has_the_order_of_the_subgroup() -> None:
    assert zip215.encode_point(zip215.BASE_POINT) == maker.encode(maker.BASE)
    assert not zip215.is_identity(zip215.BASE_POINT)
    assert zip215.is_identity(multiply(zip215.SUBGROUP_ORDER, zip215.BASE_POINT))


def test_the_point_of_order_two_is_not_the_identity() -> None:
    order_two = zip215.decode_point((zip215.FIELD_PRIME - 1).to_bytes(32, "little"))
    assert order_two is not None
    assert order_two[0] == 0
    assert not zip215.is_identity(order_two)
    assert zip215.is_identity(zip215.double(order_two))


def test_the_arithmetic_agrees_with_the_law_in_affine_coordinates() -> None:
    affine = [*maker.TORSION, maker.KEY, maker.NONCE_POINT, maker.plus(maker.KEY, maker.TORSION[3])]
    for first in affine:
        left = zip215.decode_point(maker.encode(first))
        assert left is not None
        for second in affine:
            right = zip215.decode_point(maker.encode(second))
            assert right is not None
            total = zip215.encode_point(zip215.add(left, right))
            assert total == maker.encode(maker.plus(first, second))
        assert zip215.encode_point(zip215.double(left)) == maker.encode(maker.plus(first, first))
        assert zip215.is_identity(zip215.add(left, zip215.negate(left)))


@settings(max_examples=25, deadline=None)
@given(first=scalars, second=scalars)
def test_two_scalars_at_once_are_the_sum_of_each(first: int, second: int) -> None:
    key = zip215.decode_point(maker.encode(maker.KEY))
    assert key is not None
    together = zip215.multiply_two(
        first, zip215.multiples(zip215.BASE_POINT), second, zip215.multiples(key)
    )
    apart = zip215.add(multiply(first, zip215.BASE_POINT), multiply(second, key))
    assert zip215.encode_point(together) == zip215.encode_point(apart)
    combined = (first + second * maker.KEY_SECRET) % zip215.SUBGROUP_ORDER
    assert zip215.encode_point(together) == zip215.encode_point(
        multiply(combined, zip215.BASE_POINT)
    )


@settings(max_examples=200, deadline=None)
@given(encoding=st.binary(min_size=32, max_size=32))
def test_a_decoded_point_is_on_the_curve_and_keeps_its_canonical_name(encoding: bytes) -> None:
    point = zip215.decode_point(encoding)
    if point is None:
        y = int.from_bytes(encoding, "little") % 2**255 % zip215.FIELD_PRIME
        assert maker.point_at(y) is None
        return
    x, y, z, t = point
    assert z == 1
    assert (y * y - x * x - 1 - maker.D * x * x * y * y) % zip215.FIELD_PRIME == 0
    assert t == x * y % zip215.FIELD_PRIME
    canonical = zip215.encode_point(point)
    assert zip215.decode_point(canonical) == point
