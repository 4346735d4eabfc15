"""The exact rule for Ed25519 signatures and keys, in plain integers: the executable specification.

A signature is valid when ZIP-215 says so (https://zips.z.cash/zip-0215; PROTOCOL section 3):

1. the key A and the point R decode: y is taken modulo 2^255 - 19, so non-canonical values of y are
   accepted, and so is a set sign bit where x is zero;
2. the scalar S is below the order of the subgroup;
3. [8][S]B = [8]R + [8][k]A, where k is SHA-512 over R, A and the message *as they were sent*.

Unlike the rules of most libraries this one is complete: no two implementations can disagree, and
one signature alone and many in a cofactored batch get the same answer.

A key is *admissible* (PROTOCOL section 3.1) by a stricter rule, because an account's key is chosen
once and kept: its encoding is canonical, and the point it names has exactly the subgroup's order.

Rules: pure; no dependency on a cryptographic library, so that it can judge one. Not constant-time:
it touches public data only and must never see a secret. It is slow, one to two milliseconds a
signature; `ledger.signatures` is what callers use.
"""

import enum
import hashlib
from typing import Final

from ledger.errors import LedgerError

FIELD_PRIME: Final = 2**255 - 19
SUBGROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_CURVE_D: Final = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
_CURVE_2D: Final = 2 * _CURVE_D % FIELD_PRIME
_ROOT_OF_MINUS_ONE: Final = pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME)
_LOW_255_BITS: Final = 2**255 - 1

# Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, T = XY/Z. A bare tuple, because a million
# attribute look-ups would otherwise be what this module spends its time on.
Point = tuple[int, int, int, int]

IDENTITY: Final[Point] = (0, 1, 1, 0)


@enum.unique
class SignatureFault(enum.Enum):
    """What is wrong with a signature, in the order in which it is looked for."""

    LENGTH = "the key is not 32 bytes long or the signature is not 64"
    SCALAR_TOO_LARGE = "the second half of the signature is not below the order of the subgroup"
    KEY_NOT_ON_CURVE = "the key names no point of the curve"
    POINT_NOT_ON_CURVE = "the first half of the signature names no point of the curve"
    EQUATION = "the signature was not made by this key over this message"


@enum.unique
class KeyFault(enum.Enum):
    """Why a key can't become the key of an account, in the order in which it is looked for."""

    LENGTH = "the key is not 32 bytes long"
    NOT_CANONICAL = "the key is not written in the one canonical way"
    NOT_ON_CURVE = "the key names no point of the curve"
    SMALL_ORDER = "the key is one of the eight points for which anyone can make signatures"
    OFF_SUBGROUP = "the key lies outside the main subgroup; no honest key generation makes it"


class SignatureInvalid(LedgerError):
    """The signature is not valid by ZIP-215; `fault` says what is wrong with it."""

    def __init__(self, fault: SignatureFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class KeyInadmissible(LedgerError):
    """The key can't become the key of an account; `fault` says why."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def decode_point(encoding: bytes) -> Point | None:
    """The point that 32 bytes name by ZIP-215, or None when they name none.

    RFC 8032, section 5.1.3, without its two refusals of non-canonical encodings.
    """
    packed = int.from_bytes(encoding, "little")
    sign = packed >> 255
    y = (packed & _LOW_255_BITS) % FIELD_PRIME
    y_squared = y * y % FIELD_PRIME
    u = y_squared - 1
    v = (_CURVE_D * y_squared + 1) % FIELD_PRIME
    # x = sqrt(u/v) by one power: u v^3 (u v^7)^((p-5)/8), right up to a root of -1.
    v_cubed = v * v * v % FIELD_PRIME
    power = pow(u * v_cubed * v_cubed * v % FIELD_PRIME, (FIELD_PRIME - 5) // 8, FIELD_PRIME)
    x = u * v_cubed * power % FIELD_PRIME
    residue = (v * x * x - u) % FIELD_PRIME
    if residue != 0:
        if (residue + 2 * u) % FIELD_PRIME != 0:
            return None
        x = x * _ROOT_OF_MINUS_ONE % FIELD_PRIME
    if x & 1 != sign:
        x = -x % FIELD_PRIME
    return (x, y, 1, x * y % FIELD_PRIME)


def encode_point(point: Point) -> bytes:
    """The canonical 32 bytes that name a point: y, and the lowest bit of x as the top bit."""
    x_scaled, y_scaled, z, _ = point
    inverse = pow(z, -1, FIELD_PRIME)
    x = x_scaled * inverse % FIELD_PRIME
    y = y_scaled * inverse % FIELD_PRIME
    return (y | (x & 1) << 255).to_bytes(PUBLIC_KEY_BYTES, "little")


def add(first: Point, second: Point) -> Point:
    """The sum of two points; complete, so it needs no special cases (add-2008-hwcd-3)."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a = (y1 - x1) * (y2 - x2) % FIELD_PRIME
    b = (y1 + x1) * (y2 + x2) % FIELD_PRIME
    c = t1 * t2 % FIELD_PRIME * _CURVE_2D % FIELD_PRIME
    d = 2 * z1 * z2 % FIELD_PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % FIELD_PRIME, g * h % FIELD_PRIME, f * g % FIELD_PRIME, e * h % FIELD_PRIME)


def double(point: Point) -> Point:
    """Twice a point (dbl-2008-hwcd)."""
    x, y, z, _ = point
    a = x * x % FIELD_PRIME
    b = y * y % FIELD_PRIME
    e = 2 * x * y % FIELD_PRIME
    g = b - a
    f = (g - 2 * z * z) % FIELD_PRIME
    h = -a - b
    return (e * f % FIELD_PRIME, g * h % FIELD_PRIME, f * g % FIELD_PRIME, e * h % FIELD_PRIME)


def negate(point: Point) -> Point:
    """The point that added to this one gives the identity."""
    x, y, z, t = point
    return (-x, y, z, -t)


def is_identity(point: Point) -> bool:
    """Whether the point is (0, 1). The scale Z is never zero."""
    x, y, z, _ = point
    # Both halves matter: the point of order two, (0, -1), has x = 0 as well.
    return x % FIELD_PRIME == 0 and (y - z) % FIELD_PRIME == 0


def multiply_by_cofactor(point: Point) -> Point:
    """[8] of a point: removes whatever part of it lies outside the main subgroup."""
    return double(double(double(point)))


def multiples(point: Point) -> tuple[Point, ...]:
    """[0] to [15] of a point, the table that `multiply_two` steps through."""
    table = [IDENTITY]
    for _ in range(15):
        table.append(add(table[-1], point))
    return tuple(table)


def multiply_two(
    first: int, first_multiples: tuple[Point, ...], second: int, second_multiples: tuple[Point, ...]
) -> Point:
    """[first]P + [second]Q for scalars in 0 to 2^256 - 1, with one run of doublings (Straus)."""
    total = IDENTITY
    width = max(first.bit_length(), second.bit_length())
    for shift in range((width + 3) // 4 * 4 - 4, -4, -4):
        total = double(double(double(double(total))))
        if digit := first >> shift & 15:
            total = add(total, first_multiples[digit])
        if digit := second >> shift & 15:
            total = add(total, second_multiples[digit])
    return total


def _base_point() -> Point:
    """The generator of RFC 8032: y = 4/5, and x even."""
    y = 4 * pow(5, -1, FIELD_PRIME) % FIELD_PRIME
    point = decode_point(y.to_bytes(PUBLIC_KEY_BYTES, "little"))
    if point is None:
        raise AssertionError("the constants of the curve are wrong")
    return point


BASE_POINT: Final = _base_point()
_BASE_MULTIPLES: Final = multiples(BASE_POINT)


def challenge(*, point: bytes, public_key: bytes, message: bytes) -> int:
    """k: SHA-512 over R, A and the message exactly as sent, modulo the order of the subgroup."""
    digest = hashlib.sha512(point + public_key + message).digest()
    return int.from_bytes(digest, "little") % SUBGROUP_ORDER


def check_signature(*, public_key: bytes, message: bytes, signature: bytes) -> None:
    """Decide a signature exactly. Returns when it is valid by ZIP-215.

    The cheap questions come first: length and range cost nothing, each point one modular power;
    the equation is asked only of operands that all make sense.

    Raises:
        SignatureInvalid: with the first fault found, in the order of `SignatureFault`.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise SignatureInvalid(SignatureFault.LENGTH)
    point_encoding, scalar_encoding = signature[:32], signature[32:]
    scalar = int.from_bytes(scalar_encoding, "little")
    if scalar >= SUBGROUP_ORDER:
        raise SignatureInvalid(SignatureFault.SCALAR_TOO_LARGE)
    key = decode_point(public_key)
    if key is None:
        raise SignatureInvalid(SignatureFault.KEY_NOT_ON_CURVE)
    point = decode_point(point_encoding)
    if point is None:
        raise SignatureInvalid(SignatureFault.POINT_NOT_ON_CURVE)
    k = challenge(point=point_encoding, public_key=public_key, message=message)
    # [8]([S]B + [k](-A) - R) is the identity exactly when the two sides of the equation are equal.
    left = multiply_two(scalar, _BASE_MULTIPLES, k, multiples(negate(key)))
    if not is_identity(multiply_by_cofactor(add(left, negate(point)))):
        raise SignatureInvalid(SignatureFault.EQUATION)


def check_key(public_key: bytes) -> None:
    """Decide exactly whether a key may become the key of an account. Returns when it may.

    Raises:
        KeyInadmissible: with the first fault found, in the order of `KeyFault`.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise KeyInadmissible(KeyFault.LENGTH)
    if int.from_bytes(public_key, "little") & _LOW_255_BITS >= FIELD_PRIME:
        raise KeyInadmissible(KeyFault.NOT_CANONICAL)
    point = decode_point(public_key)
    if point is None:
        raise KeyInadmissible(KeyFault.NOT_ON_CURVE)
    if encode_point(point) != public_key:  # y is +1 or -1 and the sign bit of x = 0 is set
        raise KeyInadmissible(KeyFault.NOT_CANONICAL)
    if is_identity(multiply_by_cofactor(point)):
        raise KeyInadmissible(KeyFault.SMALL_ORDER)
    if not is_identity(multiply_two(SUBGROUP_ORDER, multiples(point), 0, _BASE_MULTIPLES)):
        raise KeyInadmissible(KeyFault.OFF_SUBGROUP)
