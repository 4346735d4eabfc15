"""Makes `ed25519_zip215.json`: what every implementation must say of crafted signatures and keys.

Run `python -m tests.vectors.make_ed25519_zip215` to write the file anew; a test checks that what is
written is what this program makes. It is deterministic: every secret is a hash of a label.

Every verdict is known from how the case was *built*; none is computed by the code under test. So
that the two share no mistake either, the arithmetic here is its own: affine coordinates and the
addition law as the curve's equation gives it, which is slow and short.

The file is one JSON object. All bytes are lowercase hexadecimal.

- `signatures`: `group`, `note`, `public_key`, `message`, `signature`, and `valid` by ZIP-215.
- `keys`: `note`, `public_key`, and `fault`: null for a key that an account may have, otherwise the
  first fault in the order length, not_canonical, not_on_curve, small_order, off_subgroup.
- `points`: `encoding`, and `canonical`: the canonical encoding of the point that ZIP-215 reads from
  it, or null when it reads none.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

VECTORS_FILE: Final = Path(__file__).with_name("ed25519_zip215.json")

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, P - 2, P) % P

Affine = tuple[int, int]
Case = dict[str, Any]

IDENTITY: Final[Affine] = (0, 1)
MESSAGE: Final = b"a message of the ZIP-215 vectors"


def plus(first: Affine, second: Affine) -> Affine:
    """The addition law of -x^2 + y^2 = 1 + D x^2 y^2, straight from Bernstein and others (2008)."""
    x1, y1 = first
    x2, y2 = second
    product = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + y1 * x2) * pow(1 + product, P - 2, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P) % P,
    )


def times(scalar: int, point: Affine) -> Affine:
    """[scalar] of a point, bit by bit."""
    total = IDENTITY
    for bit in bin(scalar)[2:]:
        total = plus(total, total)
        if bit == "1":
            total = plus(total, point)
    return total


def point_at(y: int) -> Affine | None:
    """The point with this y and an even x, if the curve has one."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square != 0 and pow(square, (P - 1) // 2, P) != 1:
        return None
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return (root if root % 2 == 0 else P - root, y % P)


def pack(y: int, sign: int) -> bytes:
    """32 bytes from a y below 2^255, canonical or not, and a sign bit."""
    return (y | sign << 255).to_bytes(32, "little")


def encode(point: Affine) -> bytes:
    """The canonical encoding of a point."""
    return pack(point[1], point[0] & 1)


def number(label: str) -> int:
    """A secret scalar in 1 to L - 1, the same at every run."""
    return int.from_bytes(hashlib.sha512(label.encode()).digest(), "little") % (L - 1) + 1


def challenge(point: bytes, key: bytes, message: bytes = MESSAGE) -> int:
    """k of the equation, over the bytes given."""
    return int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % L


def make_base_point() -> Affine:
    """The generator: y = 4/5 and x even."""
    base = point_at(4 * pow(5, P - 2, P) % P)
    if base is None:
        raise ValueError("the curve's constants are wrong")
    return base


def make_torsion() -> list[Affine]:
    """The eight points of small order as the multiples of one of order eight."""
    for y in range(2, 100):
        point = point_at(y)
        if point is None:
            continue
        generator = times(L, point)
        if times(4, generator) != IDENTITY:
            return [times(index, generator) for index in range(8)]
    raise ValueError("no point of order eight was found")


BASE: Final = make_base_point()
TORSION: Final = make_torsion()
KEY_SECRET: Final = number("key")
KEY: Final = times(KEY_SECRET, BASE)
NONCE: Final = number("nonce")
NONCE_POINT: Final = times(NONCE, BASE)


def small_order_encodings() -> list[bytes]:
    """The 14 ways to write a point of small order, the canonical ones first."""
    canonical = sorted(encode(point) for point in TORSION)
    others = [pack(1, 1), pack(P - 1, 1), pack(P, 0), pack(P, 1), pack(P + 1, 0), pack(P + 1, 1)]
    return canonical + others


def first_off_curve() -> bytes:
    """The encoding with the lowest y that names no point."""
    return next(pack(y, 0) for y in range(P) if point_at(y) is None)


def signature_case(
    group: str,
    note: str,
    *,
    key: bytes,
    point: bytes,
    scalar: int,
    valid: bool,
    message: bytes = MESSAGE,
) -> Case:
    """One case of the `signatures` list."""
    return {
        "group": group,
        "note": note,
        "public_key": key.hex(),
        "message": message.hex(),
        "signature": (point + scalar.to_bytes(32, "little")).hex(),
        "valid": valid,
    }


def honest_scalar(point: bytes, key: bytes) -> int:
    """S for R and A whose main-subgroup parts are NONCE_POINT and KEY, over the bytes given."""
    return (NONCE + challenge(point, key) * KEY_SECRET) % L


def small_order_cases() -> Iterator[Case]:
    """A and R of small order: with S = 0 the equation is 0 = 0; with S = 1 it is [8]B = 0."""
    encodings = small_order_encodings()
    for key in encodings:
        for point in encodings:
            yield signature_case("small_order", "S = 0", key=key, point=point, scalar=0, valid=True)
    for encoding in encodings:
        yield signature_case(
            "small_order_wrong", "S = 1", key=encoding, point=encoding, scalar=1, valid=False
        )


def torsion_cases() -> Iterator[Case]:
    """An honest signature with torsion i added to A and torsion j to R, for all i and j.

    The cofactor removes both. i = j = 0 is the honest signature itself.
    """
    keys = [encode(plus(KEY, torsion)) for torsion in TORSION]
    points = [encode(plus(NONCE_POINT, torsion)) for torsion in TORSION]
    for i, key in enumerate(keys):
        for j, point in enumerate(points):
            yield signature_case(
                "torsion",
                f"torsion {i} added to A, {j} to R",
                key=key,
                point=point,
                scalar=honest_scalar(point, key),
                valid=True,
            )


def mixed_cases() -> Iterator[Case]:
    """One side of small order, the other honest."""
    honest_key, honest_point = encode(KEY), encode(NONCE_POINT)
    for encoding in small_order_encodings():
        yield signature_case(
            "mixed",
            "A of small order, R honest: S is the nonce",
            key=encoding,
            point=honest_point,
            scalar=NONCE,
            valid=True,
        )
        yield signature_case(
            "mixed",
            "R of small order, A honest: S is k times the secret",
            key=honest_key,
            point=encoding,
            scalar=challenge(encoding, honest_key) * KEY_SECRET % L,
            valid=True,
        )
        yield signature_case(
            "mixed",
            "R of small order, A honest, S = 0",
            key=honest_key,
            point=encoding,
            scalar=0,
            valid=False,
        )
    canonical = [encode(point) for point in (TORSION[0], TORSION[4], TORSION[2], TORSION[6])]
    for encoding in small_order_encodings()[8:]:
        for same_y in canonical:
            yield signature_case(
                "hashed_otherwise",
                "k was computed over a canonical encoding in place of the bytes sent",
                key=honest_key,
                point=encoding,
                scalar=challenge(same_y, honest_key) * KEY_SECRET % L,
                valid=False,
            )


def wrong_cases() -> Iterator[Case]:
    """What does not satisfy the equation although every operand makes sense."""
    for i, j in [(0, 0), (0, 4), (0, 1), (4, 0), (3, 0), (5, 6)]:
        key = encode(plus(KEY, TORSION[i]))
        point = encode(plus(NONCE_POINT, TORSION[j]))
        scalar = honest_scalar(point, key)
        note = f"torsion {i} on A, {j} on R; "
        other_key = encode(plus(plus(KEY, BASE), TORSION[i]))
        other_point = encode(plus(plus(NONCE_POINT, BASE), TORSION[j]))
        for what, case_key, case_point, case_scalar, message in [
            ("S one too high", key, point, (scalar + 1) % L, MESSAGE),
            ("S one too low", key, point, (scalar - 1) % L, MESSAGE),
            ("S negated", key, point, L - scalar, MESSAGE),
            ("another message", key, point, scalar, MESSAGE + b"."),
            ("another key", other_key, point, scalar, MESSAGE),
            ("another R", key, other_point, scalar, MESSAGE),
        ]:
            yield signature_case(
                "wrong",
                note + what,
                key=case_key,
                point=case_point,
                scalar=case_scalar,
                valid=False,
                message=message,
            )


def scalar_range_cases() -> Iterator[Case]:
    """S not below the order, where S modulo the order would be right."""
    key, point = encode(KEY), encode(NONCE_POINT)
    scalar = honest_scalar(point, key)
    zero = encode(IDENTITY)
    for factor in (1, 2, 3, 8, 14):
        yield signature_case(
            "scalar_range",
            f"honest, S + {factor} L",
            key=key,
            point=point,
            scalar=scalar + factor * L,
            valid=False,
        )
        yield signature_case(
            "scalar_range",
            f"A and R the identity, S = {factor} L",
            key=zero,
            point=zero,
            scalar=factor * L,
            valid=False,
        )
    last = encode(times(L - 1, BASE))
    for scalar, valid in [(L - 1, True), (2 * L - 1, False)]:
        yield signature_case(
            "scalar_range",
            "R = [L - 1]B, A the identity",
            key=zero,
            point=last,
            scalar=scalar,
            valid=valid,
        )


def undecodable_cases() -> Iterator[Case]:
    """A or R that names no point of the curve."""
    key, point, off = encode(KEY), encode(NONCE_POINT), first_off_curve()
    above = next(pack(y, 1) for y in range(P, 2**255) if point_at(y % P) is None)
    for encoding in (off, above):
        yield signature_case(
            "off_curve",
            "A names no point",
            key=encoding,
            point=point,
            scalar=NONCE,
            valid=False,
        )
        yield signature_case(
            "off_curve",
            "R names no point",
            key=key,
            point=encoding,
            scalar=challenge(encoding, key) * KEY_SECRET % L,
            valid=False,
        )


def length_cases() -> Iterator[Case]:
    """An honest signature or key, cut by a byte or longer by one."""
    key, point = encode(KEY), encode(NONCE_POINT)
    honest = signature_case(
        "length", "", key=key, point=point, scalar=honest_scalar(point, key), valid=False
    )
    for field in ("public_key", "signature"):
        yield honest | {"note": f"{field} without its last byte", field: honest[field][:-2]}
        yield honest | {"note": f"{field} with a zero byte more", field: honest[field] + "00"}
        yield honest | {"note": f"{field} empty", field: ""}


def key_cases() -> Iterator[Case]:
    """Keys, and why an account may not have them."""

    def case(note: str, key: bytes, fault: str | None) -> Case:
        return {"note": note, "public_key": key.hex(), "fault": fault}

    for label in ("key", "nonce", "another"):
        point = times(number(label), BASE)
        yield case("honest", encode(point), None)
        yield case("honest, the sign changed", encode((P - point[0], point[1])), None)
    yield case("the base point", encode(BASE), None)
    for index, torsion in enumerate(TORSION[1:], start=1):
        yield case(f"honest, torsion {index} added", encode(plus(KEY, torsion)), "off_subgroup")
        yield case(
            f"base point, torsion {index} added", encode(plus(BASE, torsion)), "off_subgroup"
        )
    for position, encoding in enumerate(small_order_encodings()):
        yield case("small order", encoding, "small_order" if position < 8 else "not_canonical")
    for y in range(P, 2**255):
        for sign in (0, 1):
            yield case("y not below the prime", pack(y, sign), "not_canonical")
    for sign in (0, 1):
        off = int.from_bytes(first_off_curve(), "little")
        yield case("no point", pack(off, sign), "not_on_curve")
    yield case("no byte", b"", "length")
    yield case("31 bytes", encode(KEY)[:-1], "length")
    yield case("33 bytes", encode(KEY) + b"\0", "length")


def point_cases() -> Iterator[Case]:
    """How encodings are read: the lowest and highest values of y, with either sign bit."""
    for y in [*range(20), *range(P - 20, 2**255)]:
        point = point_at(y % P)
        for sign in (0, 1):
            canonical = None
            if point is not None:
                x = point[0] if point[0] & 1 == sign else -point[0] % P
                canonical = encode((x, point[1])).hex()
            yield {"encoding": pack(y, sign).hex(), "canonical": canonical}


def make_vectors() -> str:
    """The whole file as text."""
    signatures = [
        *small_order_cases(),
        *torsion_cases(),
        *mixed_cases(),
        *wrong_cases(),
        *scalar_range_cases(),
        *undecodable_cases(),
        *length_cases(),
    ]
    lists: dict[str, list[Case]] = {
        "signatures": signatures,
        "keys": list(key_cases()),
        "points": list(point_cases()),
    }
    parts = [
        f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]"
        for name, cases in lists.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    VECTORS_FILE.write_text(make_vectors(), encoding="utf-8")
