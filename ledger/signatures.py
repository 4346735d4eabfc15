"""Making and checking Ed25519 signatures: what the rest of the project calls.

Every node must give the same answer to every signature, so the rule is ZIP-215, stated exactly in
`ledger.zip215`. This module gives the same answers sooner, in three steps:

1. libsodium's own check. What it accepts is a subset of ZIP-215: it demands S below the order,
   refuses keys and R of small order and keys written in a second way, and its equation without the
   cofactor implies the one with it. So acceptance is final. Honest signatures end here.
2. libsodium refused, which decides nothing yet. The cofactored equation is asked of libsodium's
   point arithmetic: [8S]B = [8]R + [k][8]A. Multiplying by eight first puts every point into
   the main subgroup, the only place where libsodium multiplies. Ordinary wrong signatures end here.
3. libsodium can't express an operand (a point off the curve, a key of small order), or was built
   without its point arithmetic: plain integers decide.

The steps are compared with `ledger.zip215` by test; whenever they differ, that module is right.

Bounding what a hostile peer can cost: an honest signature takes step 1; a wrong one steps 1 and 2,
about six times as long in all; one that needs step 3 up to fifty times. A key that passed
`check_key_admissible` reaches step 3 with nothing but an R that names no point, which costs two
modular powers and never the equation (given a libsodium with point arithmetic, such as the one that
comes with PyNaCl). Therefore check a key before the first signature by it, look for cheap faults of
an entry before its signature, and stop listening to a peer after its first invalid signature: a
peer that validates what it passes on never sends one.

Not here: what bytes a message consists of. Callers pass messages that carry their domain tag.
"""

from dataclasses import dataclass, field
from typing import Final

import nacl.bindings
import nacl.exceptions

from ledger import zip215
from ledger.zip215 import KeyFault, KeyInadmissible, SignatureFault, SignatureInvalid

__all__ = [
    "PUBLIC_KEY_BYTES",
    "SEED_BYTES",
    "SIGNATURE_BYTES",
    "KeyFault",
    "KeyInadmissible",
    "SignatureFault",
    "SignatureInvalid",
    "SigningKey",
    "check_key_admissible",
    "verify",
]

PUBLIC_KEY_BYTES: Final = zip215.PUBLIC_KEY_BYTES
SIGNATURE_BYTES: Final = zip215.SIGNATURE_BYTES
SEED_BYTES: Final = 32

_ORDER: Final = zip215.SUBGROUP_ORDER
_ORDER_PLUS_ONE: Final = (_ORDER + 1).to_bytes(32, "little")
_IDENTITY_ENCODING: Final = zip215.encode_point(zip215.IDENTITY)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: a seed of 32 secret bytes, and the public key that follows from it.

    The public key is derived once and can't be passed in: signing with somebody else's public key
    next to one's own seed gives the seed away. The seed is kept out of `repr` and of comparison.

    Raises:
        ValueError: the seed is not 32 bytes long.
    """

    seed: bytes = field(repr=False, compare=False)
    public_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise ValueError(f"a seed is {SEED_BYTES} bytes long, not {len(self.seed)}")
        public_key, _ = nacl.bindings.crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "public_key", public_key)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message` (RFC 8032, deterministic: no randomness is used)."""
        signed = nacl.bindings.crypto_sign(message, self.seed + self.public_key)
        return signed[:SIGNATURE_BYTES]


def verify(*, public_key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature by ZIP-215. Returns when it is valid.

    Any bytes may be passed: nothing about them is assumed.

    Raises:
        SignatureInvalid: the signature is not valid; its `fault` says what is wrong.
    """
    # PyNaCl reads only the first 32 bytes of a longer key, so the lengths are ours to check.
    if len(signature) != SIGNATURE_BYTES or len(public_key) != PUBLIC_KEY_BYTES:
        raise SignatureInvalid(SignatureFault.LENGTH)
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_key)
    except nacl.exceptions.BadSignatureError:
        _verify_what_libsodium_refused(public_key, message, signature)


def is_by(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether that key signed the message, as `verify` judges it."""
    try:
        verify(public_key=public_key, message=message, signature=signature)
    except SignatureInvalid:
        return False
    return True


def _verify_what_libsodium_refused(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Steps 2 and 3 of the module's rule. Raises SignatureInvalid."""
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        raise SignatureInvalid(SignatureFault.SCALAR_TOO_LARGE)
    point = signature[:32]
    k = zip215.challenge(point=point, public_key=public_key, message=message)
    try:
        point_by_eight = _multiply_by_cofactor(point)
        key_by_eight = _multiply_by_cofactor(public_key)
        left = _multiply_base(8 * scalar % _ORDER)
        key_term = nacl.bindings.crypto_scalarmult_ed25519_noclamp(
            k.to_bytes(32, "little"), key_by_eight
        )
        right = nacl.bindings.crypto_core_ed25519_add(point_by_eight, key_term)
    except nacl.exceptions.RuntimeError:
        # libsodium has no answer for these operands (or was built without its point arithmetic).
        zip215.check_signature(public_key=public_key, message=message, signature=signature)
        return
    if left != right:
        raise SignatureInvalid(SignatureFault.EQUATION)


def _multiply_base(scalar: int) -> bytes:
    """[scalar]B. libsodium refuses to name the identity, so zero is answered here."""
    if scalar == 0:
        return _IDENTITY_ENCODING
    return nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))


def _multiply_by_cofactor(encoding: bytes) -> bytes:
    """[8] of a point, by additions, which libsodium does anywhere on the curve.

    It reads encodings as ZIP-215 does, and raises for what is not on the curve.
    """
    for _ in range(3):
        encoding = nacl.bindings.crypto_core_ed25519_add(encoding, encoding)
    return encoding


def check_key_admissible(public_key: bytes) -> None:
    """Check that a key may become the key of an account. Returns when it may.

    The quick way is [order + 1]A = A, byte for byte, which holds only for a canonical encoding of a
    point in the main subgroup; libsodium refuses the identity. (Its own `is_valid_point` is not
    asked: until the end of 2025 it let through a point of the main subgroup plus the point of
    order two, CVE-2025-69277.) Whatever is not plainly admissible is decided, and its fault named,
    by plain integers.

    Raises:
        KeyInadmissible: the key may not be used; its `fault` says why.
    """
    if len(public_key) == PUBLIC_KEY_BYTES:
        try:
            product = nacl.bindings.crypto_scalarmult_ed25519_noclamp(_ORDER_PLUS_ONE, public_key)
            if product == public_key:
                return
        except nacl.exceptions.RuntimeError:
            pass
    zip215.check_key(public_key)
